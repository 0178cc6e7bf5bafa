"""Cases with their memberships, as set-theoretic analysis reads them from a table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.regression import table_of
from pbgov.indicators.panel import Panel
from pbgov.inference.sets.rows import TIE

_OF_TERMS = re.compile(r"[*+~\[\]\t\r\n]|^\s|\s$|^$")
_OWN = ("row", "OUT", "n", "incl", "PRI", "both", "cases")


@dataclass(frozen=True, eq=False)
class Cases:
    """The complete cases of a table.

    Attributes
    ----------
    names : tuple of str
        One a case, in the order of the table.
    conditions : tuple of str
    memberships : ndarray, shape (n, k)
        In [0, 1]; whole numbers for conditions of three values or more.
    levels : tuple of int
        Values of each condition; 2 for a crisp or fuzzy one.
    outcome_name : str
        With ~ before it where it is negated.
    outcome : ndarray, shape (n,)
        In [0, 1].
    left_out : tuple of str
        Cases left out because a membership is missing.
    gaps : tuple of str
        The columns in which they are missing.
    simulated : bool
    """

    names: tuple[str, ...]
    conditions: tuple[str, ...]
    memberships: np.ndarray
    levels: tuple[int, ...]
    outcome_name: str
    outcome: np.ndarray
    left_out: tuple[str, ...]
    gaps: tuple[str, ...]
    simulated: bool

    def __len__(self) -> int:
        return len(self.names)

    @property
    def formula(self) -> str:
        """Conditions and outcome in one line: DEV, URB → SURV."""
        return f"{', '.join(self.conditions)} → {self.outcome_name}"

    @property
    def at_half(self) -> dict[str, tuple[str, ...]]:
        """Cases with a membership of exactly .5, and the columns it stands in."""
        columns = np.column_stack([self.memberships, self.outcome])
        named = (*self.conditions, self.outcome_name)
        return {
            name: tuple(named[place] for place in np.flatnonzero(row == 0.5))
            for name, row in zip(self.names, columns, strict=True)
            if (row == 0.5).any()
        }

    def negated(self) -> Cases:
        """The same cases with the outcome's negation as their outcome."""
        name = self.outcome_name
        name = name[1:] if name.startswith("~") else f"~{name}"
        return replace(self, outcome=1 - self.outcome, outcome_name=name)


def read_cases(
    data: pd.DataFrame | Panel,
    outcome: str,
    conditions: Sequence[str],
    cases: str | None,
    levels: Mapping[str, int] | None = None,
) -> Cases:
    """The complete cases of a table of memberships.

    Parameters
    ----------
    data : DataFrame or Panel
        One row is one case.
    outcome : str
        Column of the memberships in the outcome.
    conditions : sequence of str
        Columns of the conditions, at least one.
    cases : str or None
        Column that names the cases; None: a panel's unit, else the index.
    levels : mapping of str to int or None
        Conditions of three values or more, and how many values each has.

    Raises
    ------
    InputError
        Where a column is not there or not of numbers, a membership is outside its range, or a
        case is named twice or not at all.
    """
    if not isinstance(data, (pd.DataFrame, Panel)):
        raise InputError(f"cases are read from a DataFrame or a Panel, not a {type(data).__name__}")
    table, simulated = table_of(data)
    ordered = isinstance(conditions, (Sequence, pd.Index, np.ndarray))
    if isinstance(conditions, str) or not ordered or not len(conditions):
        raise InputError(f"conditions is {conditions!r}; pass a list of column names, in order")
    conditions = tuple(conditions)
    wanted = (*conditions, outcome)
    for name in wanted:
        _check_name(name, table)
    if len(set(wanted)) < len(wanted):
        twice = sorted({name for name in wanted if wanted.count(name) > 1})
        raise InputError(f"named twice among outcome and conditions: {', '.join(twice)}")
    if not isinstance(levels, (Mapping, type(None))):
        raise InputError(
            f"levels is {levels!r}; pass a condition's name and how many values it has"
        )
    sizes = _sizes(conditions, levels or {})
    names = _names(data, table, cases)
    values = np.column_stack([_numbers(table[name], names) for name in wanted])
    for place, name in enumerate(wanted):
        _check_range(values[:, place], name, names, (*sizes, 2)[place])
    missing = np.isnan(values)
    kept = ~missing.any(axis=1)
    return Cases(
        names=tuple(name for name, keep in zip(names, kept, strict=True) if keep),
        conditions=conditions,
        memberships=values[kept, :-1],
        levels=sizes,
        outcome_name=outcome,
        outcome=values[kept, -1],
        left_out=tuple(name for name, keep in zip(names, kept, strict=True) if not keep),
        gaps=tuple(name for name, gap in zip(wanted, missing.any(axis=0), strict=True) if gap),
        simulated=simulated,
    )


def _check_name(name: str, table: pd.DataFrame) -> None:
    columns = list(table.columns)
    if columns.count(name) > 1:
        raise InputError(f"the table has {columns.count(name)} columns named {name!r}; keep one")
    if name in columns and not isinstance(name, str):
        raise InputError(f"column {name!r} has no text for a name; rename it")
    if name not in columns:
        near = difflib.get_close_matches(str(name), list(map(str, columns)), n=3, cutoff=0.3)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise InputError(f"the table has no column {name!r}{hint}")
    if name in _OWN or _OF_TERMS.search(name):
        raise InputError(
            f"column {name!r} cannot be a set: terms are written with * + ~ [ ] in one line, no"
            f" name begins or ends with a blank, and a truth table has columns {', '.join(_OWN)} of its own; rename it"
        )


def _sizes(conditions: tuple[str, ...], levels: Mapping[str, int]) -> tuple[int, ...]:
    unknown = [name for name in levels if name not in conditions]
    if unknown:
        raise InputError(f"levels names {unknown[0]!r}, which is no condition")
    sizes = tuple(levels.get(name, 2) for name in conditions)
    for name, size in zip(conditions, sizes, strict=True):
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 2:
            raise InputError(f"levels of {name!r} is {size!r}; give a whole number of 2 or more")
    return sizes


def _names(data: pd.DataFrame | Panel, table: pd.DataFrame, cases: str | None) -> tuple[str, ...]:
    if cases is None and isinstance(data, Panel) and data.unit in table.columns:
        cases = data.unit
    if cases is not None and list(table.columns).count(cases) != 1:
        raise InputError(f"cases: the table has no single column {cases!r}")
    labels = list(table.index if cases is None else table[cases])
    for place, label in enumerate(labels):
        if pd.isna(label):
            raise InputError(f"row {place + 1}: the case has no name in {cases or 'the index'!r}")
    names = tuple(str(label) for label in labels)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"{len(twice)} cases are named twice, such as {twice[0]!r}; one row is one case"
        )
    return names


def _numbers(column: pd.Series[Any], names: tuple[str, ...]) -> np.ndarray:
    numeric = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    if numeric and column.dtype.kind != "c":
        return column.to_numpy(dtype=float, na_value=np.nan)
    seen = [(name, value) for name, value in zip(names, column, strict=True) if pd.notna(value)]
    if not seen:
        return np.full(len(column), np.nan)
    for name, value in seen:
        if not isinstance(value, (int, float, np.integer, np.floating, np.bool_)):
            raise InputError(
                f"column {column.name!r}, case {name!r}: {value!r} is no number; make numbers of"
                " the column"
            )
    raise InputError(
        f"column {column.name!r} holds numbers as values of type {column.dtype}; make numbers of"
        " the column (pd.to_numeric)"
    )


def _check_range(values: np.ndarray, name: str, names: tuple[str, ...], size: int) -> None:
    if size == 2:
        wrong = (values < 0) | (values > 1)
        wanted = "memberships lie between 0 and 1; calibrate the column first"
        if not ((values < -TIE) | (values > 1 + TIE)).any():
            wanted = "it misses the ends of 0 and 1 by rounding only; round the column"
    else:
        wrong = ~np.isin(values, np.arange(size)) & ~np.isnan(values)
        wanted = f"its values are 0 to {size - 1}"
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        seen = repr(float(values[place])).removesuffix(".0")
        raise InputError(f"column {name!r}, case {names[place]!r}: {seen}; {wanted}")
