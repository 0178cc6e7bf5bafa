"""A place in the documents of a run, however it is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.cache import table_of
from pbgov.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.reporting.tracing.material import Material

_OFFSETS = re.compile(r"(?P<doc>.+):(?P<start>\d+)[-–](?P<end>\d+)", re.DOTALL)
_SHOWN = 5


class Place(NamedTuple):
    """``text[start:end]`` of one document."""

    doc_id: str
    start: int
    end: int

    def meets(self, table: pd.DataFrame) -> pd.Series[bool]:
        """Which rows (doc_id, start, end) share a character with it."""
        inside = (table["start"] < self.end) & (table["end"] > self.start)
        return (inside & (table["doc_id"] == self.doc_id)).astype(bool)


def place_of(named: str | tuple[str, int, int], material: Material) -> Place:
    """The place that is named by offsets, by the id of a segment or practice, or by its words.

    Parameters
    ----------
    named : str or tuple
        ``"doc:12-40"``, ``("doc", 12, 40)``, ``"doc/p0004"``, or words that stand in the documents
        once.
    material : Material

    Raises
    ------
    InputError
        Where the document or the offsets are not there, or the words stand nowhere or twice.
    """
    if not isinstance(named, str):
        return _checked(Place(*named), material)
    offsets = _OFFSETS.fullmatch(named)
    if offsets and offsets["doc"] in material.documents:
        return _checked(Place(offsets["doc"], int(offsets["start"]), int(offsets["end"])), material)
    for table, column in (
        (table_of(material.results, "read", "sentences"), "segment_id"),
        (table_of(material.results, "read", "paragraphs"), "segment_id"),
        (table_of(material.results, "practices", "practices"), "practice_id"),
    ):
        own = table[table[column] == named]
        if len(own):
            row = own.iloc[0]
            return Place(str(row["doc_id"]), int(row["start"]), int(row["end"]))
    found = material.documents.holding(named) if named.strip() else []
    if len(found) == 1:
        doc_id, start = found[0]
        return Place(doc_id, start, start + len(named))
    if found:
        listed = ", ".join(
            f"{doc_id}:{start}-{start + len(named)}" for doc_id, start in found[:_SHOWN]
        )
        raise InputError(
            f"these words stand in {len(found)} places ({listed}{' …' * (len(found) > _SHOWN)});"
            " name one of them. 这些字不止出现一处，请写明位置。"
        )
    raise InputError(
        f"{named[:60]!r} is no place: neither doc:start-end, nor the id of a segment, nor words of the"
        " documents. 不是位置、片段编号，也不是材料里的原文。"
    )


def _checked(place: Place, material: Material) -> Place:
    if place.doc_id not in material.documents:
        raise InputError(
            f"no document {place.doc_id!r}; there are {', '.join(material.documents)}."
        )
    length = material.documents.length(place.doc_id)
    if not 0 <= place.start < place.end <= length:
        raise InputError(
            f"{place.doc_id}: {place.start}-{place.end} is no stretch of its {length} characters."
        )
    return place
