"""Results, quotations and records as sheets that link to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.marks import SIMULATED
from pbgov.reporting.workbook.cells import MOST_ROWS, Writer, column_width

if TYPE_CHECKING:
    from pbgov.reporting.ledger import Judgement, Ledger
    from pbgov.reporting.workbook.book import Book

RESULTS, QUOTATIONS, RECORDS, PAIRS = "结果", "证据", "指标记录", "结果与证据"
_HEADS: dict[str, tuple[tuple[str, float], ...]] = {
    RESULTS: (
        ("结果编号", 34), ("印作", 16), ("数值", 16), ("含义", 46), ("性质", 12), ("出处文件", 28),
        ("真实或模拟", 12), ("证据数", 10),
    ),
    QUOTATIONS: (
        ("证据编号", 44), ("原文", 60), ("文档", 30), ("文件", 30), ("段落", 8), ("起", 8), ("止", 8),
        ("原件起", 8), ("原件止", 8), ("地区代码", 12), ("地区", 12), ("状态", 10), ("编码", 46),
        ("支持的结果数", 14), ("支持的结果", 46),
    ),
    RECORDS: (
        ("记录编号", 36), ("地区", 14), ("指标", 24), ("时期", 14), ("值", 14), ("单位", 12),
        ("状态", 10), ("来源", 40), ("网址", 40), ("支持的结果数", 14), ("支持的结果", 46),
    ),
    PAIRS: (("结果编号", 44), ("印作", 16), ("证据编号", 44), ("证据", 70)),
}  # fmt: skip
_NATURES = {
    "count": "计数",
    "description": "描述",
    "agreement": "一致性",
    "association": "相关",
    "effect": "效应",
    "method": "方法",
}
MOST_NAMED = 20


def write_ledger(book: Book, ledger: Ledger) -> tuple[str, ...]:
    """Write the four sheets of a ledger; gives their names.

    A result links to its pairs, a pair to its result and its evidence, and evidence to the first
    result that rests on it.
    """
    sheets = {name: _listing(book, name) for name in _HEADS}
    names = {name: sheet.get_name() for name, sheet in sheets.items()}
    result_rows = {one: row for row, one in enumerate(ledger, 1)}
    evidence_rows = {one: (QUOTATIONS, row) for row, one in enumerate(ledger.quotations, 1)}
    evidence_rows |= {one: (RECORDS, row) for row, one in enumerate(ledger.records, 1)}
    supported: dict[str, list[str]] = {}
    for result in ledger.values():
        for evidence in dict.fromkeys(result.rests_on):
            supported.setdefault(evidence, []).append(result.result_id)
    first_pair = _pairs(book, sheets[PAIRS], ledger, names, result_rows, evidence_rows)
    writer = Writer(sheets[RESULTS])
    link = book.forms["link"]
    for row, result in enumerate(ledger.values(), 1):
        writer.text(row, 0, result.result_id)
        writer.text(row, 1, result.printed)
        writer.value(row, 2, result.value)
        writer.text(row, 3, result.meaning, book.forms["cell"])
        writer.text(row, 4, _NATURES[result.nature])
        writer.text(row, 5, result.origin)
        writer.text(row, 6, SIMULATED if result.simulated else "真实")
        if result.result_id in first_pair:
            at = first_pair[result.result_id]
            writer.link(row, 7, names[PAIRS], at, str(len(set(result.rests_on))), link)
        else:
            writer.value(row, 7, 0)
    _told(writer, RESULTS)
    _quotations(book, sheets[QUOTATIONS], ledger, names, result_rows, supported)
    _records(book, sheets[RECORDS], ledger, names, result_rows, supported)
    for name, sheet in sheets.items():  # a text that runs on past its column is not printed
        sheet.print_area(0, 0, max(1, sheet.dim_rowmax), len(_HEADS[name]) - 1)
    return tuple(names.values())


def _listing(book: Book, name: str) -> Any:
    sheet = book.sheet(name)
    for place, (head, width) in enumerate(_HEADS[name]):
        sheet.set_column(place, place, max(width, column_width([head])))
        sheet.write_string(0, place, head, book.forms["head"])
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    return sheet


def _pairs(
    book: Book,
    sheet: Any,
    ledger: Ledger,
    names: dict[str, str],
    result_rows: dict[str, int],
    evidence_rows: dict[str, tuple[str, int]],
) -> dict[str, int]:
    """One row for each result and what it rests on; gives each result's first row."""
    writer, link = Writer(sheet), book.forms["link"]
    first: dict[str, int] = {}
    row = 1
    for result in ledger.values():
        for evidence in dict.fromkeys(result.rests_on):
            if row >= MOST_ROWS:
                writer.losses.rows += 1
                continue
            first.setdefault(result.result_id, row)
            writer.link(
                row, 0, names[RESULTS], result_rows[result.result_id], result.result_id, link
            )
            writer.text(row, 1, result.printed)
            which, at = evidence_rows[evidence]
            writer.link(row, 2, names[which], at, evidence, link)
            if which == QUOTATIONS:
                told = ledger.quotations[evidence].text
            else:
                record = ledger.records[evidence]
                told = f"{record.region} {record.indicator} {record.period}：{record.printed}"
            writer.text(row, 3, told)
            row += 1
    _told(writer, PAIRS)
    return first


def _quotations(
    book: Book,
    sheet: Any,
    ledger: Ledger,
    names: dict[str, str],
    result_rows: dict[str, int],
    supported: dict[str, list[str]],
) -> None:
    writer = Writer(sheet)
    for row, (evidence, one) in enumerate(ledger.quotations.items(), 1):
        writer.text(row, 0, evidence)
        writer.text(row, 1, one.text, book.forms["cell"])
        cells = (
            one.title, one.path, one.paragraph, one.start, one.end, one.raw_start, one.raw_end,
            one.region_code, one.region, one.status, "；".join(map(_judged, one.judgements)),
        )  # fmt: skip
        for place, cell in enumerate(cells, 2):
            writer.value(row, place, cell)
        _link_results(book, writer, row, 13, supported.get(evidence, []), names, result_rows)
    _told(writer, QUOTATIONS)


def _judged(one: Judgement) -> str:
    return f"{one.code}{'' if one.value else '（否）'}，{one.coder}，{one.rule}"


def _records(
    book: Book,
    sheet: Any,
    ledger: Ledger,
    names: dict[str, str],
    result_rows: dict[str, int],
    supported: dict[str, list[str]],
) -> None:
    writer = Writer(sheet)
    for row, (evidence, one) in enumerate(ledger.records.items(), 1):
        cells = (
            evidence, one.region, one.indicator, one.period, one.printed, one.unit, one.status,
            one.source, one.url,
        )  # fmt: skip
        for place, cell in enumerate(cells):
            writer.text(row, place, cell)
        _link_results(book, writer, row, 9, supported.get(evidence, []), names, result_rows)
    _told(writer, RECORDS)


def _link_results(
    book: Book,
    writer: Writer,
    row: int,
    column: int,
    results: list[str],
    names: dict[str, str],
    result_rows: dict[str, int],
) -> None:
    """How many results rest on a piece of evidence, and which; a link to the first."""
    writer.value(row, column, len(results))
    if results:
        told = "、".join(results[:MOST_NAMED])
        told += f" 等 {len(results)} 个" if len(results) > MOST_NAMED else ""
        at = result_rows[results[0]]
        writer.link(row, column + 1, names[RESULTS], at, told, book.forms["link"])


def _told(writer: Writer, name: str) -> None:
    """Say on a sheet's first row, behind the heads, what could not be shown."""
    if told := writer.losses.told(" results.json 和 evidence 文件夹"):
        writer.sheet.write_string(0, len(_HEADS[name]), told)
