"""One exhibit on one sheet: as it is printed, its note and source, and the raw data below."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_range

from pbgov.exhibits.markup import numeric_columns
from pbgov.exhibits.numerals import is_missing
from pbgov.exhibits.visible_text import visible_text
from pbgov.marks import SIMULATED
from pbgov.reporting.native_charts.chart_cells import Place, chart_columns
from pbgov.reporting.native_charts.chart_workbook import write_columns
from pbgov.reporting.native_charts.chart_xml import chart_xml
from pbgov.reporting.workbook.book import ROW_HEIGHT, Book
from pbgov.reporting.workbook.cells import MOST_ROWS, Writer, column_width, row_height

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.exhibits.exhibit import Exhibit

CHART_WIDTH, CHART_HEIGHT = 720, 400
TALLEST_CHART = 1000
MEASURED = 200
"""Rows of raw data that column widths are measured on."""

RAW_WIDTH = 22.0
NOTE_WIDTH = 100.0
PIXEL = 0.75
_WORDS = {
    "zh": {"chart": "图中的数", "raw": "原始数据（没有舍入）", "back": "← 目录"},
    "en": {"chart": "Numbers of the chart", "raw": "Raw data (not rounded)", "back": "← Contents"},
}


def wanted_name(exhibit: Exhibit, number: int | None) -> str:
    """What the exhibit's sheet would like to be called; 模拟 first where it is simulated."""
    mark = f"{SIMULATED} " if exhibit.simulated else ""
    which = "" if number is None else f"{exhibit.label}{number} "
    return f"{mark}{which}{exhibit.title}"


def write_exhibit(book: Book, exhibit: Exhibit, caption: str, wanted: str, contents: str) -> Any:
    """Write one exhibit on a sheet of its own, and give the sheet.

    The caption stays in view when the sheet is scrolled, so that a simulated exhibit keeps its
    mark. `contents` is the sheet to link back to, or empty. What is printed on paper is the exhibit
    with note and source; raw data of many columns would make it too small to read.
    """
    sheet = book.sheet(wanted)
    writer = Writer(sheet)
    words = _WORDS[exhibit.lang]
    widths = _set_widths(sheet, exhibit)
    writer.text(0, 0, caption, book.forms["simulated" if exhibit.simulated else "caption"])
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    if contents:
        writer.link(1, 0, contents, 0, words["back"], book.forms["link"])
    row, chart_at = 2, 2
    if exhibit.kind == "table":
        row = _printed(book, writer, exhibit, row)
    elif exhibit.chart is not None:
        row += _chart_rows(exhibit)
    else:
        row = _picture(sheet, exhibit, row, caption)
    row, across = _notes(book, writer, exhibit, row + 1, widths)
    sheet.print_area(0, 0, row - 1, max(across, len(exhibit.header()) - 1))
    if exhibit.kind == "figure":
        sheet.fit_to_pages(1, 1)  # a figure is not cut in two
    if exhibit.chart is not None:
        row = _chart(book, writer, exhibit, row + 1, chart_at)
    _raw(book, writer, exhibit.data, row + 1, words["raw"])
    return sheet


def _set_widths(sheet: Any, exhibit: Exhibit) -> list[float]:
    """As wide as the printed table needs, and no wider than `RAW_WIDTH` for what stands below it."""
    widths: list[float] = []
    if exhibit.kind == "table":
        printed = zip(exhibit.header(), *exhibit.rows(), strict=True)
        widths = [column_width(list(cells)) for cells in printed]
    below: list[list[str]] = []
    raw = exhibit.data.head(MEASURED)
    for place, name in enumerate(raw.columns):
        below.append([str(name), *(v for v in raw.iloc[:, place] if isinstance(v, str))])
    if exhibit.chart is not None:
        for one in chart_columns(exhibit.chart, exhibit.lang):
            below.append([one.header, *(cell for cell in one.cells if isinstance(cell, str))])
        spare = len(raw.columns)
        beside = below[spare:]
        below = [
            [*(below[at] if at < spare else []), *(beside[at] if at < len(beside) else [])]
            for at in range(max(spare, len(beside)))
        ]
    for place, cells in enumerate(below):
        width = min(RAW_WIDTH, column_width([visible_text(text[:60]) for text in cells]))
        if place < len(widths):
            widths[place] = max(widths[place], width)
        else:
            widths.append(width)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    return widths


def _printed(book: Book, writer: Writer, exhibit: Exhibit, row: int) -> int:
    """The three-line table as it is printed; gives the row after it."""
    header, rows = exhibit.header(), exhibit.rows()
    numeric = numeric_columns(header, rows)
    forms = book.forms
    for place, name in enumerate(header):
        writer.text(row, place, name, forms["head_number" if numeric[place] else "head"])
    for down, cells in enumerate(rows, 1):
        last = "last" if down == len(rows) else ""
        for place, cell in enumerate(cells):
            kind = "number" if numeric[place] else ("" if last else "cell")
            writer.text(row + down, place, cell, forms["_".join(filter(None, (last, kind)))])
    if rows:
        writer.sheet.ignore_errors(
            {"number_stored_as_text": xl_range(row, 0, row + len(rows), len(header) - 1)}
        )
    return row + len(rows) + 1


def _picture(sheet: Any, exhibit: Exhibit, row: int, caption: str) -> int:
    from PIL import Image

    drawn = exhibit.image("png")
    with Image.open(io.BytesIO(drawn)) as image:
        per_inch = float(image.info.get("dpi", (300, 300))[1])
        tall = image.height / per_inch * 72
    spoken = visible_text(f"{caption}。{exhibit.notes()[0]}")[:2000]
    sheet.insert_image(
        row,
        0,
        f"{exhibit.file_stem}.png",
        {"image_data": io.BytesIO(drawn), "description": spoken, "object_position": 2},
    )
    return row + math.ceil(tall / ROW_HEIGHT) + 1


def _notes(
    book: Book, writer: Writer, exhibit: Exhibit, row: int, widths: list[float]
) -> tuple[int, int]:
    """Note and source, each over the width of a page; gives the row after them and their last column."""
    last = 0
    while sum(widths[: last + 1]) < NOTE_WIDTH:
        last += 1
        widths = [*widths, 9.0] if last >= len(widths) else widths
    for text in exhibit.notes():
        shown = writer.shown(text)
        writer.sheet.merge_range(row, 0, row, last, "", book.forms["note"])
        writer.sheet.write_string(row, 0, shown, book.forms["note"])
        writer.sheet.set_row(row, row_height(shown, sum(widths[: last + 1])))
        row += 1
    return row, last


def _chart_height(exhibit: Exhibit) -> int:
    chart = exhibit.chart
    if chart is None or chart.kind != "bar":
        return CHART_HEIGHT
    bars = len(chart.categories) * (1 if chart.stacked else len(chart.series))
    return min(TALLEST_CHART, max(CHART_HEIGHT, 140 + 24 * bars))


def _chart_rows(exhibit: Exhibit) -> int:
    return math.ceil(_chart_height(exhibit) * PIXEL / ROW_HEIGHT) + 1


def _chart(book: Book, writer: Writer, exhibit: Exhibit, row: int, at: int) -> int:
    """The cells behind the chart, and the chart over them at row `at`; gives the row after them."""
    chart = exhibit.chart
    if chart is None:
        raise ValueError(f"exhibit {exhibit.exhibit_id!r} has no chart")
    writer.text(row, 0, _WORDS[exhibit.lang]["chart"], book.forms["section"])
    sheet = writer.sheet
    place = Place(sheet.get_name(), row + 1, 0)
    tall = write_columns(sheet, chart, exhibit.lang, row + 1, 0, None)
    drawn = chart_xml(chart, title=exhibit.caption_text, lang=exhibit.lang, place=place)
    spoken = visible_text(f"{exhibit.caption_text}。{exhibit.notes()[0]}")[:2000]
    book.place_chart(
        sheet, at, drawn, width=CHART_WIDTH, height=_chart_height(exhibit), spoken=spoken
    )
    return row + 1 + tall


def _raw(book: Book, writer: Writer, data: pd.DataFrame, row: int, title: str) -> None:
    """Every row of the raw data with full precision; what could not be shown is said."""
    writer.text(row, 0, title, book.forms["section"])
    told_at = row + 1
    first = row + 2
    heads: list[Any] = list(data.columns)
    names = [" / ".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in heads]
    for place, name in enumerate(names):
        writer.text(first, place, name, book.forms["raw_head"])
    fits = data.head(MOST_ROWS - first)
    writer.losses.rows = len(data) - len(fits)
    for down, cells in enumerate(fits.itertuples(index=False, name=None), first + 1):
        for place, value in enumerate(cells):
            if not is_missing(value):
                writer.value(down, place, value)
    if told := writer.losses.told():
        writer.sheet.write_string(told_at, 0, told, book.forms["note"])
