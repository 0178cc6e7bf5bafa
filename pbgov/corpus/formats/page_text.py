"""The visible lines of a web page, as a browser breaks and spaces them.

Every block element begins a line, and so does ``br``; white space inside a line is collapsed as in
CSS Text Module Level 3, section 4.1, where a line end between two wide characters leaves no space.
A row of a data table is one line, its cells parted by tabs. What a browser adds (the numbers of a
list) is no text of the page, and neither are values of forms nor descriptions of pictures.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from pbgov.corpus.document import count_han
from pbgov.corpus.formats.page_names import tags

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCKS = tags("block")
NEVER_SHOWN = tags("unshown")
ANNOTATIONS = tags("annotation")
KEEPING_SPACE = tags("spaced")
CELLS = frozenset(("td", "th"))
NOT_DISPLAYED = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)
SPACE_KEPT = re.compile(r"(?:^|;)\s*white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
COLLAPSIBLE = re.compile(r"[ \t\n\r\f]+")
HEADING = re.compile(r"h([1-6])\Z")
IN_PAGE = re.compile(r"\s*#.")
FILE_LINK = re.compile(
    r"\.(?:docx?|wps|pdf|xlsx?|et|pptx?|zip|rar|ofd|txt)\s*(?:[?#]|\Z)", re.IGNORECASE
)
DRAWN_BORDER = re.compile(
    r"border[^;:]*:[^;]*(?:solid|double|dashed|dotted|ridge|groove|inset)", re.IGNORECASE
)


class Line(NamedTuple):
    """One visible line.

    ``element`` is the innermost block it stands in (the row of a data table); ``linked`` counts
    the visible characters of it that are links; ``level`` is that of a heading, else 0.
    """

    text: str
    element: HtmlElement
    linked: int
    level: int
    row: bool


class VisibleText(NamedTuple):
    """The lines of a page, and what stands in it without being shown as text."""

    lines: list[Line]
    hidden: int
    annotations: list[str]


def visible_text(root: HtmlElement, *, reveal: bool = False) -> VisibleText:
    """The visible lines of a page in the order of the document.

    Parameters
    ----------
    root : HtmlElement
    reveal : bool
        Whether what is set as not displayed is read like the rest.

    Returns
    -------
    VisibleText
        ``hidden`` counts the Han characters left out as not displayed; ``annotations`` are the
        pronunciations set above the text. Invisible by ``visibility`` or ``opacity`` is read:
        saved pages keep in this state what a script was still to fade in.
    """
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    lines = _Lines()
    annotations: list[str] = []
    hidden = 0
    skipped = None
    for event, element in walk:
        if event == "start":
            withheld = not reveal and is_withheld(element)
            if withheld or element.tag in NEVER_SHOWN or element.tag in ANNOTATIONS:
                hidden += _n_han(element) if withheld else 0
                annotations += [_inside(element)] if element.tag == "rt" else []
                skipped = element
                walk.skip_subtree()
            else:
                lines.enter(element)
            continue
        if event == "end" and element is not skipped:
            lines.leave(element)
        lines.add(element.tail)
    return VisibleText(lines.done(), hidden, annotations)


def is_withheld(element: HtmlElement) -> bool:
    """True for an element set as not displayed; a whole page so set is shown by its script."""
    if element.tag in ("html", "body"):
        return False
    closed = element.tag == "dialog" and element.get("open") is None
    style = element.get("style") or ""
    return closed or element.get("hidden") is not None or bool(NOT_DISPLAYED.search(style))


def is_data_table(table: HtmlElement) -> bool:
    """True where a table holds data, False where it only lays out the page.

    As browsers tell them apart for screen readers: a caption, a header cell or a drawn border
    makes a data table; a table inside, a single row or a single column a layout. Where none
    decides, a cell of several paragraphs makes a layout.
    """
    rows = [list(row.iterchildren(*CELLS)) for row in table.iter("tr")]
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    cells = [cell for row in rows for cell in row]
    return (
        table.get("border", "0").strip() not in ("", "0")
        or any(each is not None for each in map(table.find, ("caption", "thead", ".//th")))
        or any(DRAWN_BORDER.search(each.get("style") or "") for each in (table, *cells))
        or not any(len(list(cell.iter("p", "br", "div", "li"))) > 1 for cell in cells)
    )


def collapse(text: str) -> str:
    r"""White space collapsed as a browser shows it.

    Examples
    --------
    >>> collapse("基层\n  治理 two\n words")
    '基层治理 two words'
    """
    return COLLAPSIBLE.sub(lambda space: _shown(space, text), text)


def _shown(space: re.Match[str], text: str) -> str:
    before, after = text[max(space.start() - 1, 0) : space.start()], text[space.end() :][:1]
    breaks = "\n" in space[0] or "\r" in space[0]
    return "" if breaks and before and after and _is_wide(before) and _is_wide(after) else " "


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "FWH"


def _inside(element: HtmlElement) -> str:
    return "".join(element.itertext()).strip()


def _n_han(element: HtmlElement) -> int:
    own = sum(count_han(each.text or "") for each in element.iter(etree.Element) if _shows(each))
    return own + sum(count_han(each.tail or "") for each in element.iterdescendants())


def _shows(element: HtmlElement) -> bool:
    return element.tag not in NEVER_SHOWN


def leads_away(element: HtmlElement) -> bool:
    """True for a link to another page: not to a note of this one, nor to an attached file."""
    target = element.get("href")
    return target is not None and not IN_PAGE.match(target) and not FILE_LINK.search(target)


def _keeps_space(element: HtmlElement) -> bool:
    return element.tag in KEEPING_SPACE or bool(SPACE_KEPT.search(element.get("style") or ""))


def _level(element: HtmlElement) -> int:
    numbered = HEADING.match(element.tag)
    if numbered:
        return int(numbered[1])
    stated = element.get("aria-level", "2") if element.get("role") == "heading" else ""
    return int(stated) if stated.isascii() and stated.isdigit() and 0 < int(stated[:3]) < 10 else 0


class _Lines:
    """Puts the pieces of text that a walk meets together into lines."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._pieces: list[tuple[str, bool]] = []  # text, and whether its white space stays
        self._linked = self._links = self._kept = self._level = 0
        self._blocks: list[HtmlElement] = []
        self._cells: list[str] | None = None  # of the data row that is being read
        self._data: HtmlElement | None = None  # the data table that is being read

    def enter(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCKS or not self._blocks:
            self._end_line()
            self._blocks.append(element)
            self._level = _level(element) or self._level
            if tag == "table" and is_data_table(element):
                self._data = element
            elif tag == "tr" and self._data is not None:
                self._cells = []
        elif tag == "br":
            self._end_line()
        self._links += tag == "a" and leads_away(element)
        self._kept += _keeps_space(element)
        self.add(element.text)

    def leave(self, element: HtmlElement) -> None:
        if self._blocks[-1] is element:
            if element.tag in CELLS and self._cells is not None:
                self._cells.append(self._taken())
            elif element.tag == "tr" and self._cells is not None:
                self._end_row()
            else:
                self._end_line()
            self._blocks.pop()
            self._level = 0 if _level(element) else self._level
            self._data = None if self._data is element else self._data
        self._links -= element.tag == "a" and leads_away(element)
        self._kept -= _keeps_space(element)

    def add(self, text: str | None) -> None:
        if not text:
            return
        self._linked += n_visible(text) if self._links else 0
        if not self._kept:
            self._pieces.append((text, False))
            return
        first, *others = text.splitlines() or [text]
        self._pieces.append((first, True))
        for other in others:
            self._end_line()
            self._pieces.append((other, True))

    def done(self) -> list[Line]:
        return self._lines

    def _end_line(self) -> None:
        if self._cells is not None:
            self._pieces.append((" ", False))
        elif self._pieces:
            self._emit(self._taken(), row=False)

    def _end_row(self) -> None:
        cells, self._cells = [*(self._cells or ()), self._taken()], None
        self._emit("\t".join(cells[:-1] if not cells[-1] else cells), row=True)

    def _emit(self, text: str, *, row: bool) -> None:
        if text.strip():
            block = self._blocks[-1]
            self._lines.append(Line(text, block, self._linked, self._level, row))
        self._linked = 0

    def _taken(self) -> str:
        """The pieces so far as one stretch, white space collapsed where it is not kept."""
        stretches = groupby(self._pieces, key=lambda piece: piece[1])
        texts = [(kept, "".join(text for text, _ in group)) for kept, group in stretches]
        self._pieces = []
        return "".join(text if kept else collapse(text) for kept, text in texts).strip(" \t\n\r\f")


def n_visible(text: str) -> int:
    """How many characters of a text are not white space."""
    return len("".join(text.split()))
