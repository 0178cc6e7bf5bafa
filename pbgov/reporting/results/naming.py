"""How results are named and which stretches of documents a table's rows are."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from pbgov.exhibits.numerals import format_count
from pbgov.reporting.ledger import LONGEST_ID, Nature, Result, quotation_id

if TYPE_CHECKING:
    import pandas as pd

_UNNAMEABLE = re.compile(r"[^\w()\[\]+%:.−-]+")
_DOTS = re.compile(r"\.{2,}")
LONGEST_STEM = LONGEST_ID - 12


def name_of(*parts: str) -> str:
    """A result id of these parts: what it is about, then which of its numbers ("estimate", "n").

    Where something cannot stand in an id, or there is too much of it, the rest is kept and a digest
    tells it from other names. Numbers about the same thing keep the same `stem_of`.
    """
    *about, last = parts
    if not about:
        return _nameable(parts, LONGEST_ID)
    stem = stem_of(*about)
    return f"{stem}.{_nameable((last,), LONGEST_ID - len(stem) - 1)}"


def stem_of(*parts: str) -> str:
    """What the ids of all results about one thing begin with, short enough for one part more."""
    return _nameable(parts, LONGEST_STEM)


def _nameable(parts: tuple[str, ...], most: int) -> str:
    whole = ".".join(parts)
    named = _DOTS.sub(".", _UNNAMEABLE.sub("", whole)).strip(".")
    if named and named == whole and len(named) <= most:
        return named
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = named[: most - len(digest) - 1].rstrip(".")
    return f"{kept}-{digest}"


def stretches(table: pd.DataFrame) -> tuple[str, ...]:
    """Ids of the stretches that the rows of a table with doc_id, start and end are, each once."""
    ids = [
        quotation_id(str(doc_id), int(start), int(end))
        for doc_id, start, end in zip(table["doc_id"], table["start"], table["end"], strict=True)
    ]
    return tuple(dict.fromkeys(ids))


def count(
    result_id: str,
    value: Any,
    meaning: str,
    *,
    origin: str,
    rests_on: tuple[str, ...] = (),
    nature: Nature = "count",
    simulated: bool = False,
) -> Result:
    """A whole number as a result."""
    return Result(
        result_id,
        int(value),
        format_count(value),
        meaning,
        nature,
        origin=origin,
        simulated=simulated,
        rests_on=rests_on,
    )
