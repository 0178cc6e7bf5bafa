"""The lines of a document and what its own file says they are: table rows, notes, headings."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.document import front_matter_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.corpus.document import Document

LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x85\u2028\u2029]|\Z)")
LINE_KINDS = ("paragraph", "table", "note")
TABLE_ROW = re.compile(r"\|.*\|\Z", re.DOTALL)
TOLD = ("title", "authors", "venue", "published", "doc_number", "affiliation")
FEWEST_TABS = 2  # two cells a row are as often a word and its gloss


class Line(NamedTuple):
    """One stretch: front matter, a visible line (paragraph, table or note) or white space (blank)."""

    kind: str
    start: int
    end: int


def lines_of(document: Document) -> Iterator[Line]:
    """Front matter, lines and the white space between them; together they are the text.

    A line is a row of a table where the file marks it so, where it stands between bars as in
    Markdown, or where it and a line beside it have the same number, two or more, of tab stops.
    """
    text = document.text
    visible = list(_visible(text))
    tabbed = _tabbed([text[start:end] for start, end in visible])
    marked = _Marked(document)
    blank = front_matter_end(text)
    if blank:
        yield Line("front_matter", 0, blank)
    for place, (start, end) in enumerate(visible):
        if blank < start:
            yield Line("blank", blank, start)
        kind = marked.kind(start, end)
        if kind is None and (place in tabbed or TABLE_ROW.match(text, start, end)):
            kind = "table"
        yield Line(kind or "paragraph", start, end)
        blank = end
    if blank < len(text):
        yield Line("blank", blank, len(text))


def marked_headings(
    document: Document, lines: Sequence[Line]
) -> tuple[dict[int, tuple[int, int]], range]:
    """Place of each line to the level and length of the heading the file marks there; places of the title.

    A mark that ends inside a line it begins marks a heading glued to a paragraph.
    """
    starts = [line.start for line in lines]
    found: dict[int, tuple[int, int]] = {}
    for mark in document.marks:
        if mark.kind != "heading" or mark.level < 1:
            continue
        start, end = document.to_text(mark.start, mark.end)
        for place in range(max(0, bisect_right(starts, start) - 1), bisect_left(starts, end)):
            line = lines[place]
            begins = start <= line.start < min(end, line.end)
            if line.kind == "paragraph" and begins:
                found.setdefault(place, (mark.level, min(end, line.end) - line.start))
    return found, _title(document, lines, starts)


def _title(document: Document, lines: Sequence[Line], starts: Sequence[int]) -> range:
    """The lines that the metadata took the title from, where they hold little else."""
    field = next((each for each in document.fields if each.name == "title"), None)
    if field is None or field.basis != "text" or field.raw_start is None or field.raw_end is None:
        return range(0)
    start, end = document.to_text(field.raw_start, field.raw_end)
    place = bisect_right(starts, start) - 1
    if start == end or place < 0 or lines[place].kind != "paragraph":
        return range(0)
    last = max(place, bisect_left(starts, end) - 1)
    whole = lines[place].start == start and lines[last].end - end <= 1
    return range(place, last + 1) if whole else range(0)


def told_lines(document: Document, lines: Sequence[Line]) -> set[int]:
    """The places of the lines that metadata were taken from."""
    starts = [line.start for line in lines]
    found: set[int] = set()
    for field in document.fields:
        if field.name in TOLD and field.raw_start is not None and field.raw_end is not None:
            start, end = document.to_text(field.raw_start, field.raw_end)
            first = max(0, bisect_right(starts, start) - 1)
            found.update(
                place
                for place in range(first, bisect_left(starts, end))
                if start < lines[place].end
            )
    return found


class _Marked:
    """The table rows and notes that the marks of a file bound, in the order of the text."""

    def __init__(self, document: Document) -> None:
        bounds = sorted(
            (*document.to_text(mark.start, mark.end), mark.kind)
            for mark in document.marks
            if mark.kind in ("table", "note")
        )
        self._bounds = [(start, end, kind) for start, end, kind in bounds if start < end]
        self._starts = [start for start, _, _ in self._bounds]

    def kind(self, start: int, end: int) -> str | None:
        """Table or note for a line that begins inside such a mark."""
        place = bisect_right(self._starts, start) - 1
        if place < 0:
            place = 0 if self._starts and self._starts[0] < end else -1
        if place < 0:
            return None
        first, last, kind = self._bounds[place]
        inside = min(end, last) - max(start, first)
        return kind if inside * 2 > end - start else None


def _visible(text: str) -> Iterator[tuple[int, int]]:
    for match in LINE.finditer(text, front_matter_end(text)):
        words = match.group()
        visible = words.strip()
        if visible:
            start = match.start() + len(words) - len(words.lstrip())
            yield start, start + len(visible)


def _tabbed(lines: Sequence[str]) -> set[int]:
    tabs = [line.count("\t") for line in lines]
    found: set[int] = set()
    for place in range(1, len(lines)):
        if tabs[place] == tabs[place - 1] >= FEWEST_TABS:
            found |= {place - 1, place}
    return found
