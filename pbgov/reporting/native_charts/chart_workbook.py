"""The small workbook inside a Word or PowerPoint chart: what opens on “edit data”."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pbgov.reporting.native_charts.chart_cells import SHEET, chart_columns

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData

EPOCH = datetime.datetime(1980, 1, 1)
TEXT_IS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def chart_workbook(chart: ChartData, lang: str = "zh") -> bytes:
    """The cells behind `chart` as a workbook of one sheet, the same bytes every time.

    Parameters
    ----------
    chart : ChartData
    lang : {"zh", "en"}
        Of the sheet's name and its headers; the one given to `chart_xml`.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_IS_TEXT)
    book.set_properties({"author": "pbgov", "created": EPOCH})
    sheet = book.add_worksheet(SHEET[lang])
    number = book.add_format({"num_format": chart.number_format})
    write_columns(sheet, chart, lang, 0, 0, number)
    book.close()
    return written.getvalue()


def write_columns(
    sheet: Any, chart: ChartData, lang: str, row: int, column: int, number: Any
) -> int:
    """Write the chart's cells with their headers at `row` and `column`; gives the rows they take."""
    tallest = 0
    for across, one in enumerate(chart_columns(chart, lang), column):
        sheet.write_string(row, across, one.header)
        for down, cell in enumerate(one.cells, row + 1):
            if isinstance(cell, str):
                sheet.write_string(down, across, cell)
            elif cell is not None:
                sheet.write_number(down, across, cell, number)
        tallest = max(tallest, len(one.cells))
    return tallest + 1
