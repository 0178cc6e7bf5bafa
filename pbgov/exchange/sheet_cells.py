"""Cells of a workbook as coding sheets need them: strings, borders, locks, pages."""

from __future__ import annotations

from typing import Any

from pbgov.exchange import sheet_layout as layout

TALLEST = 409.0  # points; no spreadsheet shows a higher row
LINE_HEIGHT = 16.5


def write_text(cell: Any, text: str) -> None:
    """Write a text as a string, whatever it looks like; an empty one leaves the cell empty."""
    if text:
        cell.value = layout.escaped(layout.shown(text))
        cell.data_type = "s"  # never a formula


def dress(cell: Any, *, bold: bool = False, color: str = "000000", fill: str = "") -> None:
    """Give a cell its font, a thin border and, where named, its fill; its text wraps."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    thin = Side(style="thin", color="B0B7BF")
    cell.font = Font(name="宋体", bold=bold, color=color)
    cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)


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
