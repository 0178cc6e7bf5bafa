"""The annex “附录：数字的来路”: from each number to the sentences and records it rests on, and back."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pbgov.marks import SIMULATED
from pbgov.reporting.word.columns import unbroken
from pbgov.reporting.word.evidence_numbers import (
    MOST_PRINTED,
    MOST_RUNS,
    Numbers,
    number_evidence,
    runs_of,
)
from pbgov.reporting.word.layouts import ANNEX_SIZE, HEI, KAI
from pbgov.reporting.word.ooxml import Look, link, paragraph, text_run
from pbgov.reporting.word.styles import LINK, style_id
from pbgov.reporting.word.tables import Cell, Row, three_line_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbgov.reporting.ledger import Ledger, Quotation, Record, Result
    from pbgov.reporting.word.anchors import Anchors

TITLE = "附录：数字的来路"
EVIDENCE_FOLDER = "evidence/"
LONGEST_QUOTATION = 400
ROOM = 0.09

WIDEST_NUMBER = 3.4
"""Width in cm that the column of printed results may take from that of their evidence."""

RESULT_SHARES = (1.1, 1.9, 3.9, 3.5, 0.9, 4.1)
QUOTATION_SHARES = (1.1, 11.8, 2.5)
RECORD_SHARES = (1.1, 3.4, 2.6, 3.0, 2.4, 3.1)
_HEAD = Look(east_asian=HEI)
_LINK = Look(style=LINK)
_PLACE = Look(east_asian=KAI)
_GIVEN = {0: "否认", 1: "给出"}


class Annex:
    """Writes the annex of one report.

    Parameters
    ----------
    ledger : Ledger
    anchors : Anchors
        With the results that the prose states; evidence of others is left out.
    text_cm : float
        Width of a line.
    """

    def __init__(self, ledger: Ledger, anchors: Anchors, text_cm: float) -> None:
        self._ledger = ledger
        self._anchors = anchors
        self._text_cm = text_cm
        self._numbers: Numbers = number_evidence(ledger, anchors.stated)
        self._first_with: dict[frozenset[str], Result] = {}
        self._resting: dict[str, list[Result]] = defaultdict(list)
        for result in anchors.stated:
            for evidence in result.rests_on:
                self._resting[evidence].append(result)

    def parts(self) -> list[Any]:
        """Paragraphs and tables in reading order, without the heading of the annex."""
        made = [self._note(text) for text in self._explanations()]
        made += [self._title("（一）正文里的数字"), self._results()]
        if self._numbers.quotations:
            made += [self._title("（二）引文和出处"), self._quotations()]
        if self._numbers.records:
            number = "三" if self._numbers.quotations else "二"
            made += [self._title(f"（{number}）指标记录"), self._records()]
        return [*made, self._note("")]

    def _explanations(self) -> list[str]:
        told = [
            "正文里由程序算出的数字都可以点：点一下到下表的那一行（N），“依据”一栏再通到引文（Q）和"
            "指标记录（R）；引文和记录末栏的 N 又通回数字，下表“数字”一栏通回正文。",
        ]
        numbers = self._numbers
        if numbers.quotations:
            told.append(
                "位置按字数计（从 0 起，含起不含止）：“文”指修复后的文本，“原”指原始文件里的文本。"
                f"引文超过 {LONGEST_QUOTATION} 字的，只印开头并写明全长。"
            )
        told.append(
            f"依据与前面某个数字完全相同的，写“同 N…”；连号合写（Q3–Q9）；超过 {MOST_RUNS} 段的只列前 {MOST_RUNS} 段，"
            "并写明总数和全部所在的文件。"
        )
        for what, printed, needed in (
            ("引文", len(numbers.quotations), numbers.all_quotations),
            ("指标记录", len(numbers.records), numbers.all_records),
        ):
            if printed < needed:
                told.append(
                    f"{what}共 {needed:,} 条，超过 {MOST_PRINTED} 条；这里每个数字各印排在前面的几条，"
                    f"合计 {printed:,} 条，全部见 {EVIDENCE_FOLDER}。"
                )
        return told

    def _results(self) -> Any:
        rows = [_header("编号", "数字", "是什么", "所在文件", "性质", "依据")]
        widest = RESULT_SHARES[1]
        for result in self._anchors.stated:
            mark = f"【{SIMULATED}】" if result.simulated else ""
            number = self._numbers.results[result.result_id]
            row = text_run(f"N{number}")
            place = self._anchors.place(result.result_id)
            widest = max(widest, _number_width(result.printed))
            cells = [
                self._anchors.mark(self._anchors.result(result.result_id), row),
                [link(place, text_run(mark + result.printed, _LINK))],
                [text_run(result.meaning)],
                [text_run(result.origin or "—")],
                [text_run(SIMULATED if result.simulated else "真实")],
                self._evidence_of(result),
            ]
            rows.append(_row(cells))
        first, narrow, *middle, last = RESULT_SHARES
        widest = min(widest, WIDEST_NUMBER)
        return self._table((first, widest, *middle, last + narrow - widest), rows, "正文里的数字")

    def _evidence_of(self, result: Result) -> list[Any]:
        """Links to the evidence of a result; where not all is listed, how much and where it is.

        Results that rest on the same evidence list it once.
        """
        first = self._first_with.setdefault(frozenset(result.rests_on), result)
        if first is not result and len(result.rests_on) > 1:
            return [text_run("同 "), self._link("N", self._numbers.results[first.result_id])]
        made: list[Any] = []
        for kind, numbers, there in (
            ("Q", self._numbers.quotations, self._ledger.quotations),
            ("R", self._numbers.records, self._ledger.records),
        ):
            given = {one for one in result.rests_on if one in there}
            if not given:
                continue
            runs = runs_of(numbers[one] for one in given if one in numbers)
            made += [text_run("； ")] if made else []
            made += self._links(kind, runs[:MOST_RUNS])
            listed = sum(last - first + 1 for first, last in runs[:MOST_RUNS])
            if listed < len(given):
                where = _whole_list(kind, result)
                made.append(text_run(f" 等 {len(given):,} 条，全部见 {where}"))
            elif len(given) > 3:
                made.append(text_run(f"（{len(given):,} 条）"))
        return made or [text_run(_unrested(result))]

    def _links(self, kind: str, runs: Iterable[tuple[int, int]]) -> list[Any]:
        made: list[Any] = []
        for first, last in runs:
            made += [text_run(" ")] if made else []
            made.append(self._link(kind, first))
            if last > first:
                made += [text_run("–" if last > first + 1 else " "), self._link(kind, last)]
        return made

    def _link(self, kind: str, number: int) -> Any:
        if kind == "N":
            result = self._anchors.stated[number - 1]
            return self._anchors.to_result(result.result_id, text_run(f"N{number}", _LINK))
        return link(self._anchors.evidence(kind, number), text_run(f"{kind}{number}", _LINK))

    def _quotations(self) -> Any:
        rows = [_header("编号", "引文〔位置〕；编码者给出或否认的编码（规则）", "数字")]
        columns = len(QUOTATION_SHARES)
        document = None
        for identity, number in self._numbers.quotations.items():
            quotation = self._ledger.quotations[identity]
            if quotation.doc_id != document:
                document = quotation.doc_id
                rows.append(_group(f"{_document(quotation)}", columns))
            cells = [
                self._numbered("Q", number),
                [text_run(_words(quotation)), text_run(_place(quotation), _PLACE)],
                self._results_resting_on(identity),
            ]
            row = _row(cells)
            if quotation.judgements:
                judged = paragraph(style_id("annex_cell"), text_run(_judged(quotation), _PLACE))
                told = Cell((*row.cells[1].paragraphs, judged))
                row = Row((row.cells[0], told, row.cells[2]))
            rows.append(row)
        return self._table(QUOTATION_SHARES, rows, "引文和出处")

    def _records(self) -> Any:
        rows = [_header("编号", "地区", "时期", "值", "性质", "数字")]
        group = None
        for identity, number in self._numbers.records.items():
            record = self._ledger.records[identity]
            if _indicator(record) != group:
                group = _indicator(record)
                rows.append(_group(group, len(RECORD_SHARES)))
            simulated = SIMULATED in record.status
            value = f"【{SIMULATED}】{record.printed}" if simulated else record.printed
            cells = [
                self._numbered("R", number),
                [text_run(record.region or "—")],
                [text_run(record.period or "—")],
                [text_run(value)],
                [text_run(record.status or "—")],
                self._results_resting_on(identity),
            ]
            rows.append(_row(cells))
        return self._table(RECORD_SHARES, rows, "指标记录")

    def _numbered(self, kind: str, number: int) -> list[Any]:
        name = self._anchors.evidence(kind, number)
        return self._anchors.mark(name, text_run(f"{kind}{number}"))

    def _results_resting_on(self, evidence: str) -> list[Any]:
        numbers = [self._numbers.results[one.result_id] for one in self._resting[evidence]]
        return self._links("N", runs_of(numbers))

    def _table(self, shares: Sequence[float], rows: list[Row], title: str) -> Any:
        widths = [share / sum(shares) * self._text_cm for share in shares]
        return three_line_table(widths, rows, title=title, description=TITLE, room=ROOM)

    @staticmethod
    def _title(text: str) -> Any:
        return paragraph(style_id("annex_heading"), text_run(text))

    @staticmethod
    def _note(text: str) -> Any:
        return paragraph(style_id("annex_note"), *([text_run(text)] if text else []))


def _header(*names: str) -> Row:
    return _row([[text_run(name, _HEAD)] for name in names], header=True)


def _row(cells: Sequence[Sequence[Any]], *, header: bool = False) -> Row:
    style = style_id("annex_cell")
    keep = True if header else None
    made = [Cell((paragraph(style, *runs, keep_next=keep),)) for runs in cells]
    return Row(tuple(made), header=header)


def _group(text: str, columns: int) -> Row:
    """A row across the table that says what the rows below it have in common."""
    line = paragraph(style_id("annex_cell"), text_run(text, _HEAD), keep_next=True, before=2)
    return Row((Cell((line,), span=columns),))


def _document(quotation: Quotation) -> str:
    title = f"《{quotation.title}》" if quotation.title else quotation.doc_id
    return f"{title}  {quotation.path}".strip()


def _words(quotation: Quotation) -> str:
    text = quotation.text
    if len(text) > LONGEST_QUOTATION:
        text = f"{text[:LONGEST_QUOTATION]}……〔共 {len(quotation.text):,} 字〕"
    told = "，".join(part for part in (quotation.region, quotation.status) if part)
    return f"“{text}”" + (f"（{told}）" if told else "")


def _place(quotation: Quotation) -> str:
    return (
        f"〔第 {quotation.paragraph} 段，文 {quotation.start}–{quotation.end}，"
        f"原 {quotation.raw_start}–{quotation.raw_end}〕"
    )


def _judged(quotation: Quotation) -> str:
    """The codes of a quotation, each coder's together."""
    by_coder: dict[tuple[str, int], list[str]] = {}
    for one in quotation.judgements:
        named = one.code or one.code_id
        code = named if named == one.code_id else f"{named} {one.code_id}"
        rule = f"（{one.rule}）" if one.rule else ""
        by_coder.setdefault((one.coder, one.value), []).append(code + rule)
    told = [
        f"{coder} {_GIVEN.get(value, value)} {'、'.join(codes)}"
        for (coder, value), codes in by_coder.items()
    ]
    return "；".join(told)


def _number_width(printed: str) -> float:
    """Width in cm of what may not be broken in a printed result."""
    return unbroken(printed) * ANNEX_SIZE * 2.54 / 72 + 2 * ROOM


def _unrested(result: Result) -> str:
    """Where a result without quotations and records comes from."""
    made = "由程序生成" if result.simulated else "没有单条依据"
    return f"{made}，见所在文件" if result.origin else made


def _whole_list(kind: str, result: Result) -> str:
    """The file that holds all the evidence of a result."""
    if kind == "R" and result.origin:
        return result.origin
    return result.origin if result.origin.startswith(EVIDENCE_FOLDER) else EVIDENCE_FOLDER


def _indicator(record: Record) -> str:
    unit = f"（{record.unit}）" if record.unit else ""
    link_text = f"，{record.url}" if record.url else ""
    return f"{record.indicator}{unit}  来源：{record.source or '—'}{link_text}"
