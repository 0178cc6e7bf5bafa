"""What one row is of codings, and of the files of a codebook and a lexicon."""

from __future__ import annotations

import pandera.pandas as pa

from pbgov.schemas.columns import number, text, whole

CODING_STATUS = ("judged", "suggested")
READ_STATES = ("read", "doubtful", "open")
ACTS = ("judge", "withdraw", "state")
RELATIONS = ("same", "narrower", "broader", "overlaps", "none")

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

JOURNAL = pa.DataFrameSchema(
    {
        **CODINGS.columns,
        "status": text(among=(*CODING_STATUS, *READ_STATES)),
        "act": text(nullable=True, among=ACTS, required=False),
        "made_at": text(nullable=True, required=False),
    },
    metadata={"key": CODINGS.unique},
    name="journal",
)
"""One row is one act of a coder, in the order in which it was done; rows are only ever added.

``act`` judge (or nothing, as in files written by hand) is a judgement as in ``CODINGS``; a later
one of the same stretch, code and coder stands in the place of the earlier. ``withdraw`` takes it
back. ``state`` says how far the coder is with the whole stretch: code_id is ``*`` and status
``read`` (read to the end: what was not given was not seen), ``doubtful`` or ``open`` (not done).
``made_at`` is the time, UTC, as 2026-11-22T08:15:00Z.
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

RULES = pa.DataFrameSchema(
    {
        "rule_id": text(unique=True),
        "code_id": text(),
        "condition": text(),
        "note": text(nullable=True),
        "source": text(),
    },
    name="rules",
)
"""One row is one condition under which the rule coder gives a code, in the language of
`pbgov.coding.ruling.conditions`; it works beside the cues of ``terms.csv``."""

RETIRED = pa.DataFrameSchema(
    {
        "code_id": text(unique=True),
        "retired_in": text(),
        "replaced_by": text(nullable=True),
        "reason": text(),
        "source": text(),
    },
    name="retired",
)
"""One row is one code that left the codebook, in which version, and which code took its place
(NaN: none). Codings that name it are kept and remarked upon (W259)."""

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

VERSIONS = pa.DataFrameSchema(
    {
        "version": text(),
        "code_id": text(),
        "digest": text(),
        "note": text(nullable=True),
    },
    unique=["version", "code_id"],
    name="versions",
)
"""One row is what one version of a codebook said of one code: a digest of its definition.

``code_id`` ``*`` is the whole codebook, see `pbgov.coding.codebooks.versions.content_digest`. Rows are only
ever added, by `pbgov.coding.codebooks.versions.record_version`.
"""

CROSSWALK = pa.DataFrameSchema(
    {
        "from_code": text(nullable=True),
        "to_code": text(nullable=True),
        "relation": text(among=RELATIONS),
        "reason": text(),
        "source": text(),
    },
    unique=["from_code", "to_code"],
    name="crosswalk",
)
"""One row is how a code of one framework stands to a code of another.

``same``: each case of the one is a case of the other; ``narrower``: each case of ``from_code`` is
one of ``to_code``, not the other way round; ``broader``: the reverse; ``overlaps``: some cases are
shared; ``none``: nothing corresponds to the code, and the other cell is empty.
"""

GOLD_FRAME = pa.DataFrameSchema(
    {
        "segment_id": text(unique=True),
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "text_digest": text(),
        "stratum": text(),
        "inclusion_probability": number(0, 1),
        "drawn_order": whole(1, nullable=True),
    },
    name="gold_frame",
)
"""One row is one stretch that a gold sample could have drawn, with its stratum and its chance.

``drawn_order`` is its place among those drawn, in which they are coded; missing: not drawn.
"""

GOLD_DESIGN = pa.DataFrameSchema(
    {"item": text(unique=True), "value": text()},
    name="gold_design",
)
"""One row is one fact about how a gold sample was drawn: seed, n, digest of the frame, design."""

ADJUDICATIONS = pa.DataFrameSchema(
    {
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "family": text(),
        "codes": text(nullable=True),
        "secondary": text(nullable=True),
        "decided_by": text(),
        "reason": text(),
        "rule_change": text(),
        "text_digest": text(),
        "codebook_version": text(),
        "made_at": text(),
    },
    metadata={"key": ["doc_id", "start", "end", "family"]},
    name="adjudications",
)
"""One row is one decision on a stretch and a family of codes; rows are only ever added.

``codes`` are the (primary) codes decided upon and ``secondary`` the secondary ones, joined by
semicolons; both empty where no code of the family applies. ``rule_change`` says which rule of the
codebook changed with the decision, or 无. A later decision on the same stretch and family stands in
the place of the earlier.
"""
