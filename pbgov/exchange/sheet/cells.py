"""Cells of a workbook as coding sheets need them: strings, borders, locks, pages."""

from __future__ import annotations

from typing import Any, NamedTuple

from pbgov.exchange.sheet import layout

TALLEST = 409.0  # points; no spreadsheet shows a higher row
LINE_HEIGHT = 16.5


class Look(NamedTuple):
    """How the cells of one kind look: weight, colour of the words, colour behind them."""

    bold: bool = False
    color: str = "000000"
    fill: str = ""


PLAIN, STRONG, HEADER, BESIDE, GIVEN, SHUT = "文字", "编码名", "表头", "旁注", "待填", "不填"
STYLES = {
    PLAIN: Look(),
    STRONG: Look(bold=True),
    HEADER: Look(bold=True, fill="EEF0F2"),
    BESIDE: Look(color="5F6B76"),
    GIVEN: Look(fill="FFFBEA"),  # the only cells that are not locked
    SHUT: Look(fill="EEF0F2"),
}


def write_text(cell: Any, text: str) -> None:
    """Write a text as a string, whatever it looks like; an empty one leaves the cell empty."""
    if text:
        cell.value = layout.escaped(layout.shown(text))
        cell.data_type = "s"  # never a formula


def add_styles(book: Any) -> None:
    """Give a workbook the named styles of its cells; a name is quicker than fonts cell by cell."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

    thin = Side(style="thin", color="B0B7BF")
    for name, look in STYLES.items():
        style = NamedStyle(name, alignment=Alignment(wrap_text=True, vertical="top"))
        style.font = Font(name="宋体", bold=look.bold, color=look.color)
        style.border = Border(left=thin, right=thin, top=thin, bottom=thin)
        style.protection = Protection(locked=name != GIVEN)
        if look.fill:
            style.fill = PatternFill("solid", fgColor=look.fill)
        book.add_named_style(style)


def row_height(lines: int) -> float:
    """How high a row of so many lines is, in points."""
    return min(TALLEST, LINE_HEIGHT * max(lines, 1) + 4)


def protect(sheet: Any) -> None:
    """Lock a sheet without a password; widths and heights may still be changed."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: not locked


def print_wide(sheet: Any) -> None:
    """Print a sheet on A4, landscape, with all its columns on one page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
