"""Three-line tables and frames: fixed columns, a header that is repeated, rows that are never split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbgov.exhibits.markup import numeric_columns
from pbgov.exhibits.visible_text import printable
from pbgov.reporting.word.columns import column_widths, lines_needed, padding
from pbgov.reporting.word.layouts import HEI, SONG
from pbgov.reporting.word.ooxml import Look, element, paragraph, text_run
from pbgov.reporting.word.styles import style_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.reporting.word.layouts import WordLayout

SHORT_TABLE_LINES = 16
THICK, THIN = 12, 6
"""Widths of the three lines, in eighths of a point."""

FRAME_PADDING = 170
CELL_ROOM = 30
FRAME_FILL = "F4F5F6"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its paragraphs, and how many columns it spans."""

    paragraphs: tuple[Any, ...]
    span: int = 1


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple of Cell
    header : bool
        Whether it is repeated on each page.
    middle : bool
        Whether what it holds is centred between its upper and lower edge.
    """

    cells: tuple[Cell, ...]
    header: bool = False
    middle: bool = False


def three_line_table(
    widths: Sequence[float], rows: Sequence[Row], *, title: str, description: str, room: float
) -> Any:
    """A table with a thick line above and below it and a thin one under its first row.

    Parameters
    ----------
    widths : sequence of float
        Of the columns, in cm.
    rows : sequence of Row
    title, description : str
        For those who cannot see the table.
    room : float
        At either side of a cell, in cm.
    """
    table = _table(widths, title, description, _twips(room))
    grid = [_twips(width) for width in widths]
    last = len(rows) - 1
    for place, row in enumerate(rows):
        lines = {"top": THICK, "bottom": THIN} if place == 0 else {}
        if place == last:
            lines["bottom"] = THICK
        table.append(_row(row, grid, lines))
    return table


def printed_table(
    header: list[str],
    rows: list[list[str]],
    *,
    title: str,
    description: str,
    layout: WordLayout,
    text_cm: float,
) -> Any:
    """A printed table on a line of `text_cm`: numbers to the right, words to the left.

    A short table stays on one page; of a longer one the first two rows stay together, and the last.
    """
    widths, size = column_widths(header, rows, text_cm, layout.table_sizes)
    align = ["right" if number else "" for number in numeric_columns(header, rows)]
    short = lines_needed(rows, widths, size) <= SHORT_TABLE_LINES
    last = len(rows)
    made = []
    for place, printed in enumerate([header, *rows]):
        look = Look(east_asian=SONG if place else HEI, size=size)
        together = short or place in (0, 1, last - 1, last)
        cells = [
            Cell((_cell_paragraph(text, look, side, together),))
            for text, side in zip(printed, align, strict=True)
        ]
        made.append(Row(tuple(cells), header=place == 0, middle=True))
    room = padding(len(header), text_cm)
    return three_line_table(widths, made, title=title, description=description, room=room)


def frame(inside: Sequence[Any], *, title: str, text_cm: float) -> Any:
    """Paragraphs in a frame across the line."""
    table = _table([text_cm], title, title, FRAME_PADDING)
    lines = dict.fromkeys(("top", "left", "bottom", "right"), THIN)
    row = Row((Cell(tuple(inside)),))
    table.append(_row(row, [_twips(text_cm)], lines, fill=FRAME_FILL, whole=False))
    return table


def _table(widths: Sequence[float], title: str, description: str, room: int) -> Any:
    margins = element("w:tblCellMar")
    for side, width in (("top", CELL_ROOM), ("left", room), ("bottom", CELL_ROOM), ("right", room)):
        margins.append(element(f"w:{side}", w=width, type="dxa"))
    grid = [_twips(width) for width in widths]
    return element(
        "w:tbl",
        element(
            "w:tblPr",
            element("w:tblStyle", val="TableNormal"),
            element("w:tblW", w=sum(grid), type="dxa"),
            element("w:jc", val="center"),
            element("w:tblLayout", type="fixed"),
            margins,
            element("w:tblLook", val="04A0", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0,
                    noHBand=1, noVBand=1),
            element("w:tblCaption", val=printable(title)),
            element("w:tblDescription", val=printable(description)),
        ),
        element("w:tblGrid", *[element("w:gridCol", w=width) for width in grid]),
    )  # fmt: skip


def _row(
    row: Row, grid: list[int], lines: dict[str, int], fill: str | None = None, *, whole: bool = True
) -> Any:
    properties = element("w:trPr")
    if whole:
        properties.append(element("w:cantSplit"))
    if row.header:
        properties.append(element("w:tblHeader"))
    made = element("w:tr", properties if len(properties) else None)
    column = 0
    for cell in row.cells:
        width = sum(grid[column : column + cell.span])
        column += cell.span
        shape = element("w:tcPr", element("w:tcW", w=width, type="dxa"))
        if cell.span > 1:
            shape.append(element("w:gridSpan", val=cell.span))
        if lines:
            shape.append(element("w:tcBorders", *_borders(lines)))
        if fill is not None:
            shape.append(element("w:shd", val="clear", color="auto", fill=fill))
        shape.append(element("w:vAlign", val="center" if row.header or row.middle else "top"))
        made.append(element("w:tc", shape, *cell.paragraphs))
    return made


def _borders(lines: dict[str, int]) -> list[Any]:
    return [
        element(f"w:{side}", val="single", sz=lines[side], space=0, color="000000")
        for side in ("top", "left", "bottom", "right")
        if side in lines
    ]


def _cell_paragraph(text: str, look: Look, side: str, together: bool) -> Any:
    return paragraph(
        style_id("cell"),
        text_run(text, look),
        keep_next=True if together else None,
        align=side,
    )


def _twips(centimetres: float) -> int:
    return round(centimetres * 1440 / 2.54)
