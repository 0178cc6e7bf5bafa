"""The pages that a text flows over: upright ones, and ones on their side for wide tables."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from pbgov.reporting.word.ooxml import element, field, millimetres, paragraph, text_run
from pbgov.reporting.word.styles import style_id

if TYPE_CHECKING:
    from docx.document import Document

    from pbgov.reporting.word.layouts import WordLayout

HEADER_DISTANCE = 15.0
LONGEST_HEADER = 44
"""Characters of the title that one line at the top of a page has room for."""

_STAYING = {style_id(role) for role in ("heading1", "heading2", "heading3", "annex_heading")}


class Flow:
    """Takes paragraphs and tables in reading order and ends a section where the page turns.

    Parameters
    ----------
    document : Document
        Without text.
    layout : WordLayout
    header : str
        Printed at the top of each page where the layout has a header, in one line; empty for none.
    """

    def __init__(self, document: Document, layout: WordLayout, header: str) -> None:
        self._body: Any = document.element.body
        self._layout = layout
        self._on_its_side = False
        self._new_page = False
        _write_margins(document, layout, header)
        self._last: Any = self._body.sectPr
        references = [
            part
            for part in self._last
            if part.tag in (qn("w:headerReference"), qn("w:footerReference"))
        ]
        for part in list(self._last):
            self._last.remove(part)
        self._upright = _section(layout, references, on_its_side=False)
        self._sideways = _section(layout, references, on_its_side=True)

    def append(self, *parts: Any) -> None:
        """Put paragraphs or tables at the end of the text."""
        for part in parts:
            if self._new_page:
                self._new_page = False
                self._begin_page(part)
            self._last.addprevious(part)

    def new_page(self) -> None:
        """Let what is appended next begin a page."""
        self._new_page = True

    def _begin_page(self, part: Any) -> None:
        if part.tag == qn("w:tbl"):
            first = paragraph(style_id("annex_cell"))
            self._last.addprevious(first)
        else:
            first = part if part.tag == qn("w:p") else next(part.iter(qn("w:p")))
        first.pPr.pageBreakBefore_val = True

    def turn(self, *, on_its_side: bool) -> None:
        """Begin a new page, upright or on its side; nothing where the page lies so already.

        Headings at the end of the text go along to the new page.
        """
        if on_its_side == self._on_its_side:
            return
        end = self._last.getprevious()
        while end is not None and _is_heading(end):
            end = end.getprevious()
        if end is not None:
            if end.tag != qn("w:p"):
                carrier = paragraph(style_id("annex_cell"))
                end.addnext(carrier)
                end = carrier
            end.get_or_add_pPr().append(deepcopy(self._section()))
        self._on_its_side = on_its_side

    def close(self) -> None:
        """Write the last section."""
        for part in deepcopy(self._section()):
            self._last.append(part)

    @property
    def room(self) -> float:
        """Width of a line on the present page, in cm."""
        layout = self._layout
        return (layout.text_height if self._on_its_side else layout.text_width) / 10

    def _section(self) -> Any:
        return self._sideways if self._on_its_side else self._upright


def _is_heading(part: Any) -> bool:
    style = part.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and style.get(qn("w:val")) in _STAYING


def _section(layout: WordLayout, references: list[Any], *, on_its_side: bool) -> Any:
    width, height = layout.width, layout.height
    top, right, bottom, left = layout.top, layout.right, layout.bottom, layout.left
    size = {}
    if on_its_side:
        width, height = height, width
        top, right, bottom, left = left, top, right, bottom
        size = {"orient": "landscape"}
    made = element("w:sectPr", *map(deepcopy, references))
    made.append(
        element(
            "w:footnotePr",
            element("w:numFmt", val="decimalEnclosedCircleChinese"),
            element("w:numRestart", val="eachPage"),
        )
    )
    made.append(element("w:type", val="nextPage"))
    made.append(element("w:pgSz", w=millimetres(width), h=millimetres(height), **size))
    sides = {"top": top, "right": right, "bottom": bottom, "left": left}
    margins = {side: millimetres(length) for side, length in sides.items()}
    made.append(
        element(
            "w:pgMar",
            **margins,
            header=millimetres(HEADER_DISTANCE),
            footer=millimetres(min(layout.footer, bottom - 8)),
            gutter=0,
        )
    )
    made.append(element("w:cols", space=425))
    if layout.grid and not on_its_side:
        lines, _ = layout.grid
        pitch = int(millimetres(layout.text_height) / lines)
        made.append(element("w:docGrid", type="lines", linePitch=pitch))
    return made


def _write_margins(document: Document, layout: WordLayout, header: str) -> None:
    """Header and footers: “— 1 —” on the outer side, or the page and the number of pages."""
    section = document.sections[0]
    if layout.both_sides:
        for footer, role in (
            (section.footer, "footer"),
            (section.even_page_footer, "even_footer"),
        ):
            _replace(footer, paragraph(style_id(role), text_run("— "), *field("PAGE", "1"),
                                       text_run(" —")))  # fmt: skip
        return
    if header:
        if len(header) > LONGEST_HEADER:
            header = f"{header[: LONGEST_HEADER - 1]}…"
        _replace(section.header, paragraph(style_id("header"), text_run(header)))
    _replace(
        section.footer,
        paragraph(
            style_id("footer"),
            text_run("第 "), *field("PAGE", "1"),
            text_run(" 页，共 "), *field("NUMPAGES", "1"), text_run(" 页"),
        ),
    )  # fmt: skip


def _replace(margin: Any, line: Any) -> None:
    """Let `line` be all that a header or footer holds."""
    margin.is_linked_to_previous = False
    root = margin._element
    for child in list(root):
        root.remove(child)
    root.append(line)
