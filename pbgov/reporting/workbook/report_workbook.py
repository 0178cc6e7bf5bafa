"""The report as an Excel file: contents, a sheet for each exhibit, results and their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.marks import SIMULATED
from pbgov.reporting.report import REALITIES
from pbgov.reporting.workbook.book import Book
from pbgov.reporting.workbook.cells import Writer
from pbgov.reporting.workbook.evidence_sheets import write_ledger
from pbgov.reporting.workbook.exhibit_sheet import wanted_name, write_exhibit

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.report import Report

CONTENTS = "目录"


def report_workbook(report: Report) -> bytes:
    """The report's exhibits and ledger as the bytes of an .xlsx file, the same ones every time.

    The first sheet lists what follows, with links. Each exhibit has a sheet: as it is printed (a
    figure as a chart that can be edited, or as a picture), with note, source and its raw data. The
    last sheets hold every result of the ledger, the quotations and records it rests on, and the
    pairs of both. Text is never read as a formula or a link.
    """
    book = Book(report.title)
    contents = book.sheet(CONTENTS)
    rows: list[tuple[str, str, str, str]] = []
    numbers = report.numbers
    for exhibit in report.exhibits:
        number = numbers[exhibit.exhibit_id]
        caption = exhibit.caption(number)
        wanted = wanted_name(exhibit, number)
        sheet = write_exhibit(book, exhibit, caption, wanted, contents.get_name())
        which = f"{exhibit.label}{number}"
        reality = SIMULATED if exhibit.simulated else "真实"
        rows.append((which, exhibit.caption_text, reality, sheet.get_name()))
    for name in write_ledger(book, report.ledger):
        rows.append(("", name, "", name))
    _write_contents(book, contents, report, rows)
    return book.close()


def exhibit_workbook(exhibit: Exhibit) -> bytes:
    """One exhibit as the bytes of an .xlsx file."""
    book = Book(exhibit.caption_text)
    write_exhibit(book, exhibit, exhibit.caption_text, wanted_name(exhibit, None), "")
    return book.close()


def _write_contents(
    book: Book, sheet: Any, report: Report, rows: list[tuple[str, str, str, str]]
) -> None:
    writer = Writer(sheet)
    writer.text(0, 0, report.title, book.forms["caption"])
    sheet.set_row(0, 22)
    writer.text(1, 0, report.subtitle)
    simulated = "、".join(report.simulated)
    told = f"模拟图表：{simulated}。" if simulated else "本报告没有模拟图表。"
    writer.text(2, 0, f"{told}{REALITIES[SIMULATED]}" if simulated else told, book.forms["section"])
    for place, head in enumerate(("编号", "题目", "真实或模拟", "工作表")):
        writer.text(4, place, head, book.forms["head"])
    for down, (which, title, reality, name) in enumerate(rows, 5):
        writer.text(down, 0, which, book.forms["cell"])
        writer.text(down, 1, title, book.forms["cell"])
        writer.text(down, 2, reality, book.forms["cell"])
        writer.link(down, 3, name, 0, name, book.forms["link"])
    for place, width in enumerate((10, 70, 12, 36)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(5, 0)
    sheet.repeat_rows(4)
    sheet.activate()
