"""What one row of each table is, declared once (pandera).

A schema is the contract of an arrow in the house: the verb that makes a table validates it on
the way out, the reader of a data file validates it on the way in. Columns of text are strings
with NaN where the thing is not known; offsets are code points into ``Document.text``.
"""

from __future__ import annotations

from math import isfinite

import pandera.pandas as pa

SEGMENT_KINDS = ("front_matter", "heading", "paragraph", "sentence", "table", "note", "blank")
PRACTICE_STATUS = ("已实施", "建议", "计划")
INDICATOR_STATUS = ("实际", "预计", "推算", "模拟")
CODING_STATUS = ("judged", "suggested")
SOURCE_TIERS = ("A", "B", "E", "模拟")
INDICATOR_KINDS = ("rate", "score", "count", "amount", "ratio", "concentration", "rank", "duration")


def text(*, nullable: bool = False, unique: bool = False, among: tuple[str, ...] = ()) -> pa.Column:
    """A column of strings; `among` lists the only allowed values."""
    checks = [pa.Check.isin(among, error=f"one of {' / '.join(among)}")] if among else []
    return pa.Column(str, checks, nullable=nullable, unique=unique, coerce=True)


def number(
    low: float | None = None, high: float | None = None, *, nullable: bool = False
) -> pa.Column:
    """A column of floats inside ``[low, high]``."""
    checks = [pa.Check(_is_finite, element_wise=True, error="有限的数 a finite number")]
    if low is not None:
        checks.append(pa.Check.ge(low, error=f">= {low:g}"))
    if high is not None:
        checks.append(pa.Check.le(high, error=f"<= {high:g}"))
    return pa.Column(float, checks, nullable=nullable, coerce=True)


def _is_finite(value: float) -> bool:
    return isfinite(value)


def whole(low: int | None = None, high: int | None = None, *, nullable: bool = False) -> pa.Column:
    """A column of integers inside ``[low, high]``, ``Int64`` so that a missing one can stay missing."""
    checks = [] if low is None else [pa.Check.ge(low, error=f">= {low}")]
    if high is not None:
        checks.append(pa.Check.le(high, error=f"<= {high}"))
    return pa.Column("Int64", checks, nullable=nullable, coerce=True)


# ---- tables that verbs hand to one another ---------------------------------------------------

SEGMENTS = pa.DataFrameSchema(
    {
        "doc_id": text(),
        "segment_id": text(unique=True),
        "paragraph_id": text(),
        "kind": text(among=SEGMENT_KINDS),
        "start": whole(0),
        "end": whole(0),
        "heading": text(),
        "text": text(),
    },
    name="segments",
)
"""One row is one stretch of one document; the stretches of a document tile its text.

``paragraph_id`` is the segment id of the paragraph a sentence belongs to (its own id for every
other kind); ``heading`` is the path of headings above it, joined with ``" > "``, '' at the top.
"""

PRACTICES = pa.DataFrameSchema(
    {
        "practice_id": text(unique=True),
        "doc_id": text(),
        "segment_id": text(),
        "start": whole(0),
        "end": whole(0),
        "organisation": text(),
        "organisation_start": whole(0),
        "organisation_end": whole(0),
        "place": text(nullable=True),
        "region_code": text(nullable=True),
        "region_basis": text(nullable=True, among=("stated", "document")),
        "status": text(among=PRACTICE_STATUS),
        "status_start": whole(0, nullable=True),
        "status_end": whole(0, nullable=True),
        "text": text(),
    },
    name="practices",
)
"""One row is one reported, recommended or planned practice (做法) of one organisation.

``region_basis`` says whether the paragraph states the region or the document's metadata gives it;
NaN with ``region_code`` NaN where neither does. ``status_start`` is NaN where no cue of advice or
plan stands, so that 已实施 is the reading by default.
"""

CODINGS = pa.DataFrameSchema(
    {
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "code_id": text(),
        "coder": text(),
        "value": whole(0, 1),
        "status": text(among=CODING_STATUS),
        "evidence_start": whole(0, nullable=True),
        "evidence_end": whole(0, nullable=True),
        "rule": text(nullable=True),
        "text_digest": text(),
        "codebook_version": text(),
        "memo": text(nullable=True),
    },
    unique=["doc_id", "start", "end", "code_id", "coder"],
    name="codings",
)
"""One row is one judgement: stretch of text x code x coder; ``value`` 1 present, 0 absent.

``start``/``end`` bound the judged stretch, ``evidence_*`` the words it rests on (NaN: the whole
stretch). ``text_digest`` is `pbgov.corpus.document.digest_text` of the judged stretch.
Tables in memory also carry ``segment_id``.
"""

SCORES = pa.DataFrameSchema(
    {
        "unit": text(),
        "code_id": text(),
        "n_segments": whole(0),
        "n_coded": number(0, nullable=True),
        "share": number(0, 1, nullable=True),
    },
    unique=["unit", "code_id"],
    name="scores",
)
"""One row is unit x code; a unit nobody read has ``n_segments`` 0 and NaN beside it."""

# ---- data files -------------------------------------------------------------------------------

INDICATORS = pa.DataFrameSchema(
    {
        "region_code": text(),
        "period": text(),
        "indicator": text(),
        "value": number(),
        "unit": text(),
        "status": text(among=INDICATOR_STATUS),
        "source_tier": text(among=SOURCE_TIERS),
        "source_url": text(),
        "note": text(nullable=True),
    },
    unique=["region_code", "period", "indicator"],
    name="indicators",
)
"""One row is one figure: region x period x indicator."""

REGISTER = pa.DataFrameSchema(
    {
        "indicator": text(unique=True),
        "definition": text(),
        "kind": text(among=INDICATOR_KINDS),
        "unit": text(),
        "low": number(nullable=True),
        "high": number(nullable=True),
        "denominator": text(nullable=True),
        "limits": text(nullable=True),
    },
    name="register",
)
"""One row is the definition of one indicator; ``low``/``high`` bound its possible values."""

ASSESSMENT = pa.DataFrameSchema(
    {
        "region_code": text(),
        "period": text(),
        "peer_group": text(),
        "score_low": number(0, 1000),
        "score_high": number(0, 1000),
        "status": text(among=INDICATOR_STATUS),
        "source_url": text(),
    },
    unique=["region_code", "period"],
    name="assessment",
)
"""One row is one district-month of the urban-environment assessment: the score lies between the
bounds; where they are equal it was published exactly."""

REGIONS = pa.DataFrameSchema(
    {
        "region_code": text(unique=True),
        "name": text(),
        "level": text(among=("province", "city", "district", "street")),
        "kind": text(),
        "parent_code": text(nullable=True),
        "zone": text(nullable=True),
        "area_km2": number(0, nullable=True),
        "source": text(),
    },
    name="regions",
)
"""One row is one region, keyed by its GB/T 2260 code (streets: nine digits)."""

ADJACENCY = pa.DataFrameSchema(
    {
        "region_code_a": text(),
        "region_code_b": text(),
        "shared_border_km": number(0),
    },
    unique=["region_code_a", "region_code_b"],
    name="adjacency",
)
"""One row is one pair of districts that touch."""

TIMELINE = pa.DataFrameSchema(
    {
        "date": text(),
        "event": text(),
        "level": text(among=("市", "区", "街乡镇")),
        "place": text(),
        "role": text(among=("起源", "决定", "提出", "文件", "法规", "分批", "铺开")),
        "source_tier": text(among=("A", "B")),
        "source_url": text(),
        "note": text(nullable=True),
    },
    unique=["date", "event"],
    name="timeline",
)
"""One row is one dated event of policy; ``date`` is a year, a month or a day, as published."""

CONFLICTS = pa.DataFrameSchema(
    {
        "place": text(),
        "period": text(nullable=True),
        "indicator": text(),
        "value_a": text(),
        "value_b": text(nullable=True),
        "judgement": text(),
    },
    name="conflicts",
)
"""One row is one figure on which two sources disagree or only seem to, and what was decided."""

PRACTICE_RECORDS = pa.DataFrameSchema(
    {
        "practice_id": text(unique=True),
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "organisation": text(),
        "organisation_key": text(),
        "named": text(among=("是", "否")),
        "status": text(among=PRACTICE_STATUS),
        "place": text(nullable=True),
        "period": text(nullable=True),
        "region_code": text(nullable=True),
        "region_basis": text(nullable=True, among=("stated", "inferred")),
        "confidence": text(nullable=True, among=("high", "medium", "low")),
        "reason": text(nullable=True),
        "text_digest": text(),
    },
    name="practice records",
)
"""One row is one practice (做法) as one human reader recorded it; the stretch is one paragraph.

``region_code`` is the district where it is known, else the city; ``region_basis`` says whether the
text states it or the reader inferred it, and ``confidence`` and ``reason`` belong to the inference.
"""

QUANTITY_RECORDS = pa.DataFrameSchema(
    {
        "quantity_id": text(unique=True),
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "practice_id": text(nullable=True),
        "indicator": text(),
        "comparator": text(among=("=", ">", ">=", "≈", "≈<")),
        "value": text(),
        "from_value": text(nullable=True),
        "unit": text(nullable=True),
        "place": text(nullable=True),
        "period": text(nullable=True),
        "kind": text(among=("结构", "事件", "指标", "标准", "举例")),
        "note": text(nullable=True),
        "text_digest": text(),
    },
    name="quantity records",
)
"""One row is one quantity that a document states, as one human reader recorded it.

``value`` is text: a number, a date, or a formula such as 1+1+N.
"""

LEXICON = pa.DataFrameSchema(
    {"term": text(unique=True), "freq": whole(), "pos": text(), "source": text()},
    name="lexicon",
)
"""One row is one governance term, cut as one word; ``freq`` is in jieba's units, 1 or more."""

STOPWORDS = pa.DataFrameSchema(
    {"term": text(unique=True), "source": text()},
    name="stopwords",
)
"""One row is one function word that term counts leave out."""

FAMILIES = pa.DataFrameSchema(
    {
        "family": text(unique=True),
        "zh": text(),
        "en": text(),
        "exclusive": text(among=("single", "primary_plus_secondary", "multi")),
        "residual": text(nullable=True),
        "tie_rule": text(nullable=True),
        "source": text(),
    },
    name="families",
)
"""One row is one family of codes. ``residual`` is the code for units that fit no other one."""

CODES = pa.DataFrameSchema(
    {
        "code_id": text(unique=True),
        "family": text(),
        "parent_id": text(nullable=True),
        "zh": text(),
        "en": text(),
        "definition": text(),
        "include": text(nullable=True),
        "exclude": text(nullable=True),
        "indicators": text(nullable=True),
        "source": text(),
    },
    name="codes",
)
"""One row is one code: what it means, what counts and what does not.

``indicators`` names what could be measured to see the same thing in numbers, NaN for most codes.
"""

TERMS = pa.DataFrameSchema(
    {
        "code_id": text(),
        "term": text(),
        "role": text(among=("cue", "ambiguous", "veto")),
        "facet": text(nullable=True),
        "source": text(),
    },
    name="terms",
)
"""One row is one word that speaks for a code (``cue``), for it only beside a cue (``ambiguous``),
or a longer expression inside which a cue does not count (``veto``)."""

MASKS = pa.DataFrameSchema(
    {"term": text(unique=True), "reason": text(), "source": text()},
    name="masks",
)
"""One row is one expression, mostly the name of an institution, inside which no cue counts."""

EXAMPLES = pa.DataFrameSchema(
    {
        "code_id": text(),
        "expected": whole(0, 1),
        "text": text(),
        "correct_code": text(nullable=True),
        "by_rule": whole(0, 1),
        "why": text(nullable=True),
        "source": text(),
    },
    unique=["code_id", "text"],
    name="examples",
)
"""One row is one invented sentence and whether the code applies to it (``expected`` 1 or 0).

``by_rule`` 0 marks a sentence that words alone cannot decide; ``why`` gives the reason.
"""

# ---- what documents state: quantities, formulas, modality, claims ------------------------------

COMPARATORS = ("=", ">", ">=", "<", "<=", "≈", "≈<", "~")
QUANTITY_KINDS = (
    "数量",
    "占比",
    "变化",
    "倍数",
    "标准",
    "时长",
    "频次",
    "结构",
    "日期",
)
MODALITY_STATUS = ("已实施", "试点", "计划", "建议", "引述", "否定")
FORMULA_STATUS = ("full", "partial", "none")
FORMULA_FORMS = ("label", "count", "sum", "pair")
EVIDENCE = ("无数据", "单点数字", "前后对比", "有对照或来源")

QUANTITIES = pa.DataFrameSchema(
    {
        "quantity_id": text(unique=True),
        "doc_id": text(nullable=True),
        "segment_id": text(nullable=True),
        "start": whole(0),
        "end": whole(0),
        "text": text(),
        "kind": text(among=QUANTITY_KINDS),
        "comparator": text(among=COMPARATORS),
        "value": number(nullable=True),
        "from_value": number(nullable=True),
        "low": number(nullable=True),
        "high": number(nullable=True),
        "unit": text(nullable=True),
        "date": text(nullable=True),
        "per": text(nullable=True),
        "indicator": text(nullable=True),
        "indicator_start": whole(0, nullable=True),
        "indicator_end": whole(0, nullable=True),
        "period": text(nullable=True),
        "period_start": whole(0, nullable=True),
        "period_end": whole(0, nullable=True),
        "ambiguous": pa.Column(bool, coerce=True),
        "reason": text(nullable=True),
    },
    name="quantities",
)
"""One row is one quantity that a document states.

``value`` is the stated number, in ``unit`` (``%`` for every share; NaN for dates, for spans such as
3—5年 and for orders such as 数百); ``from_value`` is where a change starts. ``low`` and ``high`` bound
what the words allow, NaN where they leave a side open. ``comparator``: ``≈<`` is near and below,
``~`` between ``low`` and ``high``. ``date`` is ISO 8601, X for what is not said. ``indicator`` is the
noun phrase next to the quantity, ``period`` the words of time of its sentence. ``reason`` says why a
quantity is ``ambiguous``, with its readings.
"""

FORMULAS = pa.DataFrameSchema(
    {
        "formula_id": text(unique=True),
        "doc_id": text(nullable=True),
        "segment_id": text(nullable=True),
        "start": whole(0),
        "end": whole(0),
        "label": text(),
        "form": text(among=FORMULA_FORMS),
        "promised": whole(0, nullable=True),
        "listed": whole(0),
        "status": text(nullable=True, among=FORMULA_STATUS),
        "parts": text(nullable=True),
        "items": text(nullable=True),
        "item_spans": text(nullable=True),
        "mentions": whole(1),
        "homonym": pa.Column(bool, coerce=True),
    },
    name="formulas",
)
"""One row is one numbered slogan, counted list or X+Y formula of one document with its own items.

``form`` is label (“三微”工作法), count (等四个层面), sum (1+4+X) or pair (社区+楼宇); ``promised`` is the
number the label names (for a sum, its terms), NaN for a pair; ``listed`` how many items stand near it
and ``items`` what they say, joined by `` | ``, with ``item_spans`` their offsets (``12-15 18-22``).
``parts`` is the same part by part for a label of several (“三进两促”). ``mentions`` counts the places of
the document where the label stands for these items; ``homonym`` is True where the same label stands
for other items in another row.
"""

MODALITIES = pa.DataFrameSchema(
    {
        "doc_id": text(nullable=True),
        "segment_id": text(nullable=True),
        "start": whole(0),
        "end": whole(0),
        "status": text(nullable=True, among=MODALITY_STATUS),
        "cue": text(nullable=True),
        "cue_start": whole(0, nullable=True),
        "cue_end": whole(0, nullable=True),
        "text": text(),
    },
    name="modalities",
)
"""One row is one sentence; ``status`` is NaN where its words tell nothing of the kind."""

CLAIMS = pa.DataFrameSchema(
    {
        "claim_id": text(unique=True),
        "doc_id": text(nullable=True),
        "segment_id": text(nullable=True),
        "start": whole(0),
        "end": whole(0),
        "cue": text(),
        "cue_start": whole(0),
        "cue_end": whole(0),
        "level": whole(0, 3),
        "evidence": text(among=EVIDENCE),
        "quantity_id": text(nullable=True),
        "basis": text(nullable=True),
        "text": text(),
    },
    name="claims",
)
"""One row is one clause that claims an effect; ``level`` is that of META.CLAIM in the codebook.

0 no figure, 1 a figure, 2 a figure with what it was before, 3 a figure with a comparison or a source.
``quantity_id`` is the figure it rests on; ``basis`` the words of comparison or source.
"""

# ---- the section tree, and passages that documents share -----------------------------------------

OUTLINE = pa.DataFrameSchema(
    {
        "doc_id": text(),
        "segment_id": text(unique=True),
        "level": whole(0),
        "start": whole(0),
        "end": whole(0),
        "title": text(),
        "heading": text(),
        "n_paragraphs": whole(0),
        "n_below": whole(0),
    },
    name="outline",
)
"""One row is one heading; ``level`` is its depth, 1 at the top and 0 for the title of the document.

``heading`` is the path above it, as in `SEGMENTS`. ``n_paragraphs`` stand directly under it,
``n_below`` under it and the headings under it.
"""

REUSE_KINDS = ("near_duplicate", "quotation", "shared")
REUSE = pa.DataFrameSchema(
    {
        "doc_id_1": text(),
        "start_1": whole(0),
        "end_1": whole(0),
        "doc_id_2": text(),
        "start_2": whole(0),
        "end_2": whole(0),
        "n_chars": whole(1),
        "similarity": number(0, 1),
        "kind": text(among=REUSE_KINDS),
        "quoted_1": pa.Column(bool, coerce=True),
        "quoted_2": pa.Column(bool, coerce=True),
        "text": text(),
    },
    unique=["doc_id_1", "start_1", "end_1", "doc_id_2", "start_2", "end_2"],
    name="reuse",
)
"""One row is one passage that stands in two documents, ``doc_id_1`` being the earlier of the corpus.

``n_chars`` counts the letters, digits and Han characters that both have in the same order;
``similarity`` is their share of those of the longer of the two stretches. ``text`` is the passage
as the first document has it. ``quoted_1`` and ``quoted_2`` say whether it is quoted there.
"""
