"""The tables that go into a project, held to what their rows must be, in one fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.journal import COLUMNS
from pbgov.errors import InputError
from pbgov.exchange.refi.records import MORE, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, object]

CODING_COLUMNS = tuple(name for name in COLUMNS if name != "act")
STATE_COLUMNS = ("doc_id", "start", "end", "coder", "state", "families", "memo", "made_at")
DERIVED = ("segment_id",)
DECISION = ("doc_id", "start", "end", "family")
KEY = ("doc_id", "start", "end", "code_id", "coder")


def coding_rows(codings: pd.DataFrame) -> list[Row]:
    """The rows of a table of codings, ordered; columns beyond those of ``CODINGS`` in ``more``.

    Raises
    ------
    InputError
        Where a column is missing or two rows judge the same thing.
    """
    needed = [name for name in CODING_COLUMNS if name != "made_at"]
    rows = _rows(codings, needed, CODING_COLUMNS, "codings")
    repeated = _repeated(rows, KEY)
    if repeated:
        raise InputError(
            f"codings: {repeated} stands twice; one coder judges one code of one stretch once."
            " 同一编码者对同一段、同一编码有两条记录，请先去掉一条。"
        )
    _keep_more(rows, codings, CODING_COLUMNS)
    return sorted(rows, key=lambda row: _ordered(row, KEY))


def state_rows(states: pd.DataFrame | None) -> list[Row]:
    """The rows of a table of states, ordered; columns beyond those of `STATE_COLUMNS` in ``more``.

    Raises
    ------
    InputError
        Where a column is missing or a coder has two states on one stretch.
    """
    if states is None:
        return []
    rows = _rows(states, STATE_COLUMNS[:5], STATE_COLUMNS, "states")
    _keep_more(rows, states, STATE_COLUMNS)
    key = ("doc_id", "start", "end", "coder")
    repeated = _repeated(rows, key)
    if repeated:
        raise InputError(f"states: {repeated} stands twice; a stretch has one state for a coder.")
    return sorted(rows, key=lambda row: _ordered(row, key))


def adjudication_rows(adjudications: pd.DataFrame | None) -> list[Row]:
    """The rows of a table of adjudications, ordered; every column of it is kept.

    Raises
    ------
    InputError
        Where one of ``doc_id``, ``start``, ``end``, ``family`` is missing, or two decisions stand
        on the same stretch and family.
    """
    if adjudications is None:
        return []
    columns = [name for name in map(str, adjudications.columns) if name not in DERIVED]
    rows = _rows(adjudications, DECISION, columns, "adjudications")
    repeated = _repeated(rows, DECISION)
    if repeated:
        raise InputError(f"adjudications: {repeated} stands twice; give the decisions that stand.")
    return sorted(rows, key=lambda row: _ordered(row, DECISION))


def table_of(rows: Sequence[Row], columns: Iterable[str]) -> pd.DataFrame:
    """Rows as a table: whole numbers as ``Int64``, everything else as text."""
    names = list(columns)
    table = pd.DataFrame(list(rows), columns=names)
    kinds = {name: "Int64" if name in NUMBERS else "str" for name in names}
    return table.astype(kinds)


def _rows(
    table: pd.DataFrame, needed: Sequence[str], columns: Sequence[str], name: str
) -> list[Row]:
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise InputError(
            f"{name} has no column {', '.join(missing)}; it has {list(table.columns)}."
        )
    present = [column for column in columns if column in table.columns]
    rows = []
    for row in _plain(table[present]):
        told: Row = dict.fromkeys(columns)
        for column, value in row.items():
            told[str(column)] = _value(value, str(column), name)
        rows.append(told)
    return rows


def table_with_more(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table, with the further columns that at least one of them has."""
    table = table_of(rows, columns)
    more = [each if isinstance(each := row.get(MORE), dict) else {} for row in rows]
    for name in sorted({name for told in more for name in told} - {*columns, *DERIVED}):
        table[name] = pd.Series([told.get(name) for told in more], table.index)
    return table


def _keep_more(rows: Sequence[Row], table: pd.DataFrame, columns: Sequence[str]) -> None:
    extra = [name for name in table.columns if name not in (*columns, *DERIVED)]
    for row, values in zip(rows, _plain(table[extra]), strict=True):
        told = {name: _scalar(value) for name, value in values.items() if value is not None}
        row[MORE] = told or None


def _plain(table: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a table, None where nothing stands; as many as it has even without a column."""
    if not len(table.columns):
        return [{} for _ in range(len(table))]
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _scalar(value: object) -> object:
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, str | int | float) else str(value)


def _value(value: object, column: str, name: str) -> object:
    if value is None:
        return None
    if column in NUMBERS:
        number = int(value)  # type: ignore[call-overload]
        if number != value or number < 0:
            raise InputError(
                f"{name}.{column} holds {value!r}; it should be a whole number from 0."
            )
        return number
    return value if isinstance(value, str) else str(value)


def _repeated(rows: Sequence[Row], key: Sequence[str]) -> str:
    seen = set()
    for row in rows:
        judged = tuple(row[name] for name in key)
        if judged in seen:
            return ", ".join(map(str, judged))
        seen.add(judged)
    return ""


def _ordered(row: Row, key: Sequence[str]) -> tuple[tuple[bool, object], ...]:
    return tuple((row[name] is not None, row[name]) for name in key)
