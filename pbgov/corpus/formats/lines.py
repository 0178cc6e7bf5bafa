"""The lines that a reader finds, put together into one text with its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.document import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANKS = str.maketrans("\t\n", "  ")  # within a cell: tabs part cells, line ends part rows
SENTENCE_ENDS = tuple("。！？；…”")


class Line(NamedTuple):
    """One paragraph or table row, and what the structure of the file says it is ('' if nothing)."""

    text: str
    kind: str = ""
    level: int = 0


class Page:
    """A text that grows line by line.

    Attributes
    ----------
    marks : list of Mark
    length : int
        Of the text so far.
    """

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.length = 0
        self._parts: list[str] = []

    def extend(self, lines: Iterable[Line]) -> None:
        """Add lines at the end, each closed by a line end."""
        for line in lines:
            end = self.length + len(line.text)
            if line.kind and line.text.strip():
                self.marks.append(Mark(line.kind, self.length, end, line.level))
            self._parts += [line.text, "\n"]
            self.length = end + 1

    def text(self) -> str:
        """All lines so far."""
        return "".join(self._parts)


def row_lines(cells: list[list[Line]]) -> list[Line]:
    """One row of a table: its cells parted by tabs, or its paragraphs where they are running text.

    A cell that holds several paragraphs, one of which ends a sentence, is running text, and so is
    what fills a row all by itself in more than one paragraph: tables also lay out pages.
    """
    written = [[line for line in cell if line.text.strip()] for cell in cells]
    running = any(
        len(cell) > 1 and any(line.text.rstrip().endswith(SENTENCE_ENDS) for line in cell)
        for cell in written
    )
    alone = len(cells) == 1 and len(written[0]) != 1
    if running or alone:
        return [line for cell in written for line in cell]
    words = ["\u3000".join(line.text.translate(BLANKS) for line in cell) for cell in written]
    return [Line("\t".join(words), "table")] if any(words) else []
