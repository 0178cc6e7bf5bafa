"""What one row is of the tables that texts are read, cut and searched into."""

from __future__ import annotations

import pandera.pandas as pa

from pbgov.schemas.columns import number, text, whole

SEGMENT_KINDS = ("front_matter", "heading", "paragraph", "sentence", "table", "note", "blank")

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

PRACTICE_STATUS = ("已实施", "建议", "计划")

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
        "organisation_basis": text(among=("stated", "carried")),
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

``start`` to ``end`` are the sentences of the paragraph ``segment_id`` that tell it; a paragraph may tell
several, each with a ``practice_id`` of its own. ``organisation_basis`` is carried where these sentences
do not name the organisation, which then stands elsewhere in the document, at its offsets.
``region_basis`` says whether the sentences state the region or the document's metadata gives it;
NaN with ``region_code`` NaN where neither does. ``status_start`` is NaN where no cue of advice or
plan stands, so that 已实施 is the reading by default.
"""

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

0 (无数据) an assertion without a figure, 1 (单点数字) a figure, 2 (前后对比) a figure with its base, what it
was before, 3 (有对照或来源) a figure with a comparison to others or a source. No claim is no row.
``quantity_id`` is the figure it rests on; ``basis`` the words of comparison or source.
"""
