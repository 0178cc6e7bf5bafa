"""The judgements of a coding sheet, row by row, as rows of a journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.coding.journal import WHOLE
from pbgov.coding.merging import marks_secondary
from pbgov.coding.rules import SECONDARY
from pbgov.exchange.sheet import layout
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbgov.coding.codebook import Codebook
    from pbgov.exchange.sheet.layout import Column, Item, SheetKey


@dataclass(frozen=True)
class RowJudgements:
    """What the row of one stretch says.

    ``wanted`` are rows of a journal, one per code judged; ``replaced`` rows that take back the codes
    which another of their exclusive family replaces; ``state`` that of the whole stretch, or None;
    ``silent`` the codes about which the row says nothing.
    """

    number: int
    place: tuple[str, int, int]
    wanted: list[dict[str, str]]
    replaced: list[dict[str, str]]
    state: dict[str, str] | None
    silent: list[str]
    faults: list[Finding]
    remarks: list[Finding]


class RowReader:
    """The rows of a coding sheet by their ids.

    Attributes
    ----------
    rows_of : dict
        Row numbers, as the spreadsheet counts them, by the id of the row.
    faults, remarks : list of Finding
        Columns that are missing (E230), rows that are not what they were (E235); columns that were
        added (W273).
    """

    def __init__(
        self, path: Path, key: SheetKey, codebook: Codebook, table: Sequence[Sequence[str]]
    ) -> None:
        self._path, self._key, self._codebook, self._table = str(path), key, codebook, table
        self._columns = layout.sheet_columns(codebook, key.families)
        self._labels = {
            family: {
                **{code_id: code_id for code_id in codebook.codes_of(family)},
                **{
                    layout.tidy(label): code_id
                    for code_id, label in layout.code_labels(codebook, family).items()
                },
            }
            for family in key.families
        }
        self._codes = {family: codebook.codes_of(family) for family in key.families}
        self._kinds = {family: codebook.exclusive(family) for family in key.families}
        headers = [layout.comparable(cell) for cell in table[0]]
        self._at = {header: place for place, header in reversed(list(enumerate(headers)))}
        self.faults = [
            Finding("E230", self._path, 1, header, seen=header)
            for header in self._wanted_headers()
            if header not in self._at
        ]
        self.remarks = list(self._added_columns(headers))
        self.rows_of: dict[str, list[int]] = {}
        for number in range(2, len(table) + 1):
            if any(layout.comparable(cell) for cell in table[number - 1]):
                row_id = layout.comparable(self.cell(number, layout.ID))
                self.rows_of.setdefault(row_id, []).append(number)
        self.faults += self._row_faults()

    def cell(self, number: int, header: str) -> str:
        """The text of one cell; '' where its column is missing."""
        place = self._at.get(header)
        return "" if place is None else self._table[number - 1][place]

    def judgements(self, item: Item) -> RowJudgements:
        """What the (first) row of a stretch says, and what in it cannot be meant."""
        number = self.rows_of[item.blind_id][0]
        faults: list[Finding] = self._beside_the_first_row(item)
        status = layout.tidy(self.cell(number, layout.STATUS))
        if status and status not in layout.STATES:
            wanted = " / ".join(layout.STATES)
            faults.append(Finding("E236", self._path, number, layout.STATUS, status, wanted))
        memo = layout.comparable(self.cell(number, layout.MEMO))
        if marks_secondary(memo):
            faults.append(Finding("E237", self._path, number, layout.MEMO, seen=memo))
        given, absent, silent, replaced = [], [], [], []
        for family in self._key.families:
            primary, secondary, refused = self._given(number, family, faults)
            given += [(code_id, "") for code_id in primary]
            given += [(code_id, SECONDARY) for code_id in secondary]
            others = [
                code_id
                for code_id in self._codes[family]
                if code_id not in {*primary, *secondary, *refused}
            ]
            absent += refused
            if self._kinds[family] != "multi" and primary:
                replaced += others
            elif layout.STATES.get(status) == "read":
                absent += others
            else:
                silent += others
        notes = [mark for _, mark in given]
        if given and memo:
            notes[0] = f"{notes[0]}；{memo}".lstrip("；")
        judged = [
            self._row(item, code_id, "1", note)
            for (code_id, _), note in zip(given, notes, strict=True)
        ]
        judged += [self._row(item, code_id, "0") for code_id in absent]
        state = None
        if status in layout.STATES:
            state = self._row(item, WHOLE, "0", "" if given else memo)
            state |= {"status": layout.STATES[status], "act": "state"}
        lost = memo and not given and not status
        return RowJudgements(
            number=number,
            place=(item.doc_id, item.start, item.end),
            wanted=judged,
            replaced=[self._row(item, one, "0") | {"act": "withdraw"} for one in replaced],
            state=state,
            silent=silent,
            faults=faults,
            remarks=[Finding("W271", self._path, number, layout.MEMO, seen=memo)] if lost else [],
        )

    def _given(
        self, number: int, family: str, faults: list[Finding]
    ) -> tuple[list[str], list[str], list[str]]:
        """The primary and the secondary codes given, and those said to be absent."""
        primary: list[str] = []
        secondary: list[str] = []
        refused: list[str] = []
        for column in self._columns:
            typed = layout.tidy(self.cell(number, column.header))
            if column.family != family or not typed:
                continue
            if column.role == "code" and typed in (layout.YES, layout.NO):
                (primary if typed == layout.YES else refused).append(column.code_id)
            elif column.role != "code" and typed in self._labels[family]:
                code_id = self._labels[family][typed]
                if code_id in primary or code_id in secondary:
                    faults.append(Finding("E237", self._path, number, column.header, seen=typed))
                (primary if column.role == "primary" else secondary).append(code_id)
            else:
                wanted = self._choices(column)
                faults.append(Finding("E236", self._path, number, column.header, typed, wanted))
        if secondary and not primary:
            faults.append(Finding("E237", self._path, number, family, seen=", ".join(secondary)))
        return primary, secondary, refused

    def _choices(self, column: Column) -> str:
        if column.role == "code":
            return f"{layout.YES} / {layout.NO}"
        return " / ".join(layout.code_labels(self._codebook, column.family).values())

    def _beside_the_first_row(self, item: Item) -> list[Finding]:
        """E237 for each judgement that stands in a row which only carries on a text."""
        headers = [*(column.header for column in self._columns), layout.MEMO, layout.STATUS]
        return [
            Finding("E237", self._path, number, header, seen=typed)
            for row_id in item.row_ids()[1:]
            for number in self.rows_of.get(row_id, [])
            for header in headers
            if (typed := layout.tidy(self.cell(number, header)))
        ]

    def _row(self, item: Item, code_id: str, value: str, memo: str = "") -> dict[str, str]:
        return {
            "doc_id": item.doc_id,
            "start": str(item.start),
            "end": str(item.end),
            "code_id": code_id,
            "value": value,
            "status": "judged",
            "text_digest": item.text_digest,
            "codebook_version": self._key.codebook_version,
            "memo": memo,
            "act": "judge",
        }

    def _wanted_headers(self) -> list[str]:
        judged = [column.header for column in self._columns]
        return [layout.ID, layout.TEXT, *judged, layout.MEMO, layout.STATUS]

    def _added_columns(self, headers: Sequence[str]) -> list[Finding]:
        known = {*layout.PLACES, *self._wanted_headers()}
        found = []
        for place, header in enumerate(headers):
            if header in known and self._at[header] == place:
                continue
            filled = [row for row in self._table if layout.comparable(row[place])]
            if filled:
                seen = header or layout.comparable(filled[0][place])
                found.append(Finding("W273", self._path, 1, str(place + 1), seen=seen))
        return found

    def _row_faults(self) -> list[Finding]:
        wanted = {row_id for item in self._key.items for row_id in item.row_ids()}
        faults = []
        for row_id in [row_id for item in self._key.items for row_id in item.row_ids()]:
            numbers = self.rows_of.get(row_id, [])
            if len(numbers) != 1:
                row = numbers[1] if numbers else None
                seen = f"{row_id} × {len(numbers)}"
                faults.append(Finding("E235", self._path, row, layout.ID, seen, "1"))
        for row_id, numbers in self.rows_of.items():
            if row_id not in wanted:
                faults += [
                    Finding("E235", self._path, row, layout.ID, f"{row_id or '—'} × 1", "0")
                    for row in numbers
                ]
        return faults
