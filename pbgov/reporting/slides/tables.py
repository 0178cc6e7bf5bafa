"""Tables on slides: three lines, headers repeated, split so that nothing runs off the slide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Cm, Pt

from pbgov.exhibits.lines import pieces, text_width
from pbgov.exhibits.markup import numeric_columns
from pbgov.exhibits.numerals import is_number_cell
from pbgov.reporting.native_charts.drawing import make, solid
from pbgov.reporting.slides.canvas import add_run, describe
from pbgov.reporting.slides.room import (
    LEADING,
    POINTS_PER_CM,
    SLACK,
    SMALLEST,
    Box,
    breadth,
    height_of,
    lines_in,
    lines_of,
    shortened,
)

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit

SIZES = (16.0, 14.0, SMALLEST)
MOST_ROWS = 12
MOST_PARTS = 30
"""Slides that one table takes at most; where it goes on is said at their foot."""

PADDING = 0.2
"""Room left and right of a cell's text, in cm."""

SPACE = 0.16
"""Room above and below a cell's text together, in cm."""

WIDEST = 14.0
"""Width in cm that one column may have where others need room too."""

LONGEST_WORD = 28.0
"""Width in half-width characters of the longest word that is not broken."""

LEAST_COLUMN = 8.0
"""Half-width characters that every column has room for, where it holds as many."""

NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
CUT = "……（全文见备注）"
THICK, THIN = 1.5, 0.75


@dataclass(frozen=True)
class Piece:
    """A part of a table that fits on one slide; `full` are cells that had to be cut."""

    header: list[str]
    rows: list[list[str]]
    widths: list[float]
    numeric: list[bool]
    size: float
    full: tuple[str, ...] = ()


def table_pieces(exhibit: Exhibit, box: Box) -> list[Piece]:
    """The printed table in parts that fit into `box`, in reading order.

    Columns that find no room side by side go to further slides, the first one repeated; rows go
    to further slides after twelve or where the room ends.
    """
    header, rows = exhibit.header(), exhibit.rows()
    numeric = numeric_columns(header, rows)
    found: list[Piece] = []
    size = _largest_size(header, rows, box)
    for chosen in _column_groups(header, rows, box.width, size):
        heads = [header[at] for at in chosen]
        body = [[row[at] for at in chosen] for row in rows]
        widths = _widths(heads, body, box.width, size)
        kinds = [numeric[at] for at in chosen]
        for part, full in _row_groups(heads, body, widths, box.height, size):
            found.append(Piece(heads, part, widths, kinds, size, full))
    return found


def _largest_size(header: list[str], rows: list[list[str]], box: Box) -> float:
    """The largest type at which the whole table stands on one slide; else the smallest."""
    for size in SIZES:
        if len(_column_groups(header, rows, box.width, size)) > 1 or len(rows) > MOST_ROWS:
            continue
        widths = _widths(header, rows, box.width, size)
        if sum(_row_height(row, widths, size) for row in [header, *rows]) <= box.height:
            return size
    return SIZES[-1]


def _cm(columns: float, size: float) -> float:
    """Width in cm of so many half-width characters, padding included."""
    return columns * size / 2 / POINTS_PER_CM / SLACK + 2 * PADDING


@lru_cache(maxsize=20_000)
def _unbroken(text: str) -> float:
    """Width of what may not be broken in a cell: a whole number or interval, else its longest word.

    A word longer than `LONGEST_WORD`, such as an address, is broken.
    """
    if is_number_cell(text):
        return _set_width(text)
    longest = max(_set_width(piece.rstrip()) for piece in [*pieces(text), ""])
    return min(longest, LONGEST_WORD)


@lru_cache(maxsize=20_000)
def _set_width(text: str) -> float:
    """Width of the longest line of `text` as it is set, in half-width characters."""
    return max(text_width(line) * breadth(line) + 0.5 for line in text.split("\n"))


def _least(header: list[str], rows: list[list[str]], size: float) -> list[float]:
    """The width each column needs so that no number is broken, and no word within reason."""
    return [
        _cm(max(*map(_unbroken, column), min(LEAST_COLUMN, max(map(_set_width, column)))), size)
        for column in zip(header, *rows, strict=True)
    ]


def _column_groups(
    header: list[str], rows: list[list[str]], width: float, size: float
) -> list[list[int]]:
    least = _least(header, rows, size)
    groups: list[list[int]] = [[0]]
    used = least[0]
    for at in range(1, len(header)):
        if used + least[at] > width and len(groups[-1]) > 1:
            groups.append([0])
            used = least[0]
        groups[-1].append(at)
        used += least[at]
    return groups


def _widths(header: list[str], rows: list[list[str]], width: float, size: float) -> list[float]:
    """Widths of the columns; what is over goes where the text is long."""
    least = _least(header, rows, size)
    wanted = [
        min(WIDEST, _cm(max(map(_set_width, column)), size))
        for column in zip(header, *rows, strict=True)
    ]
    wanted = [max(pair) for pair in zip(least, wanted, strict=True)]
    if sum(wanted) <= width:
        return wanted
    if sum(least) >= width:
        return [one * width / sum(least) for one in least]
    share = (width - sum(least)) / (sum(wanted) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, wanted, strict=True)]


def _row_height(row: list[str], widths: list[float], size: float) -> float:
    lines = max(
        len(lines_of(cell, width - 2 * PADDING, size))
        for cell, width in zip(row, widths, strict=True)
    )
    return height_of(lines, size) + SPACE


def _row_groups(
    header: list[str], rows: list[list[str]], widths: list[float], height: float, size: float
) -> list[tuple[list[list[str]], tuple[str, ...]]]:
    """Rows slide by slide, with the full text of cells that no slide can hold."""
    most = max(1, lines_in(0.4 * height, size))
    header = _short_row(header, widths, size, most)[0]
    room = height - _row_height(header, widths, size)
    longest = max(1, lines_in(room - SPACE, size))
    cut = [_short_row(row, widths, size, longest) for row in rows]
    heights = [_row_height(shown, widths, size) for shown, _ in cut]
    counts = _shared_out(heights, room)
    groups = []
    at = 0
    for count in counts:
        part = cut[at : at + count]
        groups.append(([shown for shown, _ in part], tuple(c for _, full in part for c in full)))
        at += count
    return groups


def _shared_out(heights: list[float], room: float) -> list[int]:
    """How many rows stand on each slide: about the same on every one of the fewest slides."""

    def counted(most: int) -> list[int]:
        counts, used = [0], 0.0
        for tall in heights:
            if counts[-1] and (used + tall > room or counts[-1] >= most):
                counts.append(0)
                used = 0.0
            counts[-1] += 1
            used += tall
        return counts

    fewest = counted(MOST_ROWS)
    even = counted(-(-len(heights) // len(fewest)) or 1)
    return even if len(even) == len(fewest) else fewest


def _short_row(
    row: list[str], widths: list[float], size: float, most: int
) -> tuple[list[str], tuple[str, ...]]:
    shown = [
        shortened(cell, width - 2 * PADDING, size, most, CUT)
        for cell, width in zip(row, widths, strict=True)
    ]
    return shown, tuple(cell for cell, one in zip(row, shown, strict=True) if cell != one)


def write_table(slide: Any, piece: Piece, box: Box, *, title: str, spoken: str) -> None:
    """One part of a table, in the middle of `box`, its header marked as one."""
    n_rows, n_columns = len(piece.rows) + 1, len(piece.header)
    width = sum(piece.widths)
    heights = [_row_height(row, piece.widths, piece.size) for row in [piece.header, *piece.rows]]
    left = box.left + (box.width - width) / 2
    frame = slide.shapes.add_table(
        n_rows, n_columns, Cm(left), Cm(box.top), Cm(width), Cm(sum(heights))
    )
    frame.name = "表格"
    describe(frame._element.nvGraphicFramePr.cNvPr, title, spoken)
    table: Any = frame.table
    properties = table._tbl.tblPr
    properties.set("firstRow", "1")
    properties.set("bandRow", "0")
    properties.find(qn("a:tableStyleId")).text = NO_STYLE
    for column, wide in zip(table.columns, piece.widths, strict=True):
        column.width = Cm(wide)
    for place, (cells, tall) in enumerate(zip([piece.header, *piece.rows], heights, strict=True)):
        table.rows[place].height = Cm(tall)
        for at, text in enumerate(cells):
            cell = table.cell(place, at)
            _write_cell(cell, text, piece.size, place == 0, piece.numeric[at])
            _rule(cell, top=place == 0, bottom=_bottom(place, n_rows))


def _bottom(place: int, n_rows: int) -> float | None:
    if place == n_rows - 1:
        return THICK
    return THIN if place == 0 else None


def _write_cell(cell: Any, text: str, size: float, head: bool, numeric: bool) -> None:
    cell.margin_left = cell.margin_right = Cm(PADDING)
    cell.margin_top = cell.margin_bottom = Cm(SPACE / 2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame = cell.text_frame
    frame.word_wrap = True
    for place, part in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if numeric else PP_ALIGN.LEFT
        paragraph.line_spacing = Pt(size * LEADING)
        add_run(paragraph, part, size, bold=head)


def _rule(cell: Any, *, top: bool, bottom: float | None) -> None:
    """The lines of a three-line table; every other border is none."""
    properties = cell._tc.get_or_add_tcPr()
    lines = []
    for side, width in (
        ("a:lnL", None),
        ("a:lnR", None),
        ("a:lnT", THICK if top else None),
        ("a:lnB", bottom),
    ):
        if width is None:
            lines.append(make(side, make("a:noFill"), w=0))
        else:
            lines.append(make(side, solid("#000000"), w=round(width * 12700), cmpd="sng"))
    for place, one in enumerate(lines):
        properties.insert(place, one)
    properties.append(make("a:noFill"))
