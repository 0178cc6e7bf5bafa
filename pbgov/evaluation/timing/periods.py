"""Periods as numbers that can be subtracted, and back to what the table calls them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

PeriodKind = Literal["number", "year", "quarter", "month", "day"]
_FORMS: dict[PeriodKind, re.Pattern[str]] = {
    "year": re.compile(r"(\d{4})"),
    "quarter": re.compile(r"(\d{4})-?Q([1-4])"),
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
}


@dataclass(frozen=True)
class Calendar:
    """How a table writes its periods.

    Attributes
    ----------
    kind : {"number", "year", "quarter", "month", "day"}
        Texts count in their own unit: 2019-12 and 2020-01 are one apart, 2019 and 2020 too.
    column : str
        For messages.
    """

    kind: PeriodKind
    column: str

    def number(self, value: Any) -> float:
        """One period as a number.

        Raises
        ------
        InputError
            Where it is written otherwise than the others.
        """
        value = value.item() if isinstance(value, np.generic) else value
        if self.kind == "number":
            if isinstance(value, str) or not np.isscalar(value):
                raise InputError(
                    f"column {self.column!r} holds numbers, but {value!r} stands where one of its"
                    " periods is wanted"
                )
            return float(value)  # type: ignore[arg-type]
        found = _FORMS[self.kind].fullmatch(str(value))
        if found is None or not isinstance(value, str):
            raise InputError(
                f"{value!r} is not written as the periods of column {self.column!r}, such as"
                f" {self.label(self.number(_EXAMPLE[self.kind]))!r}"
            )
        parts = [int(part) for part in found.groups()]
        if self.kind == "day":
            try:
                return float(datetime.date(*parts).toordinal())
            except ValueError:
                raise InputError(f"{value!r} is no day of the calendar") from None
        per_year = {"year": 1, "quarter": 4, "month": 12}[self.kind]
        return float(parts[0] * per_year + (parts[1] - 1 if len(parts) > 1 else 0))

    def label(self, number: float) -> str:
        """A period as the table writes it; "" for one that never comes."""
        if not np.isfinite(number):
            return ""
        if self.kind == "number":
            return f"{number:g}" if number != int(number) else str(int(number))
        whole = int(number)
        if self.kind == "year":
            return f"{whole:04d}"
        if self.kind == "day":
            return datetime.date.fromordinal(whole).isoformat()
        if self.kind == "quarter":
            return f"{whole // 4:04d}-Q{whole % 4 + 1}"
        return f"{whole // 12:04d}-{whole % 12 + 1:02d}"


_EXAMPLE: dict[PeriodKind, str] = {
    "year": "2019",
    "quarter": "2019-Q1",
    "month": "2019-01",
    "day": "2019-01-01",
}


def read_calendar(values: pd.Series[Any]) -> Calendar:
    """How a column writes its periods.

    Parameters
    ----------
    values : Series
        Numbers, or texts that are all written 2019, 2019-Q1, 2019-01 or 2019-01-31. Missing ones
        are passed over.

    Returns
    -------
    Calendar

    Raises
    ------
    InputError
        For any other texts, whose alphabetical order is not that of time (2019年10月 sorts
        before 2019年2月), for a mixture, for infinite numbers, and for months or days written as
        one number (201912), whose distances are not those of time.
    """
    column = str(values.name)
    there = plain_numbers(values).dropna()
    if not len(there):
        raise InputError(f"column {column!r} has no period")
    if is_bool_dtype(there.dtype):
        raise InputError(f"column {column!r} holds True and False; give the period of each row")
    if is_numeric_dtype(there.dtype):
        numbers = there.to_numpy(dtype=float)
        if not np.isfinite(numbers).all():
            raise InputError(f"column {column!r} holds an infinite period; correct that row")
        _refuse_run_together(numbers, column)
        return Calendar("number", column)
    for kind, form in _FORMS.items():
        if all(isinstance(one, str) and form.fullmatch(one) for one in _unique(there)):
            return Calendar(kind, column)
    odd = next(
        (
            one
            for one in _unique(there)
            if not isinstance(one, str) or not any(f.fullmatch(one) for f in _FORMS.values())
        ),
        None,
    )
    seen = "several forms of periods" if odd is None else f"{odd!r}"
    raise InputError(
        f"column {column!r} holds {seen}; texts must all be written 2019, 2019-Q1, 2019-01 or"
        " 2019-01-31, since others need not sort in the order of time. Rewrite them, or make"
        " numbers of them."
    )


def period_numbers(values: pd.Series[Any], calendar: Calendar) -> pd.Series[float]:
    """Each period as a number, NaN where missing."""
    known = {one: calendar.number(one) for one in _unique(values.dropna())}
    numbers = [np.nan if pd.isna(one) else known[one] for one in values]
    return pd.Series(numbers, index=values.index, dtype=float)


def plain_numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    """The column, with its own dtype where numbers or truth values stand as objects or categories."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype if values.notna().all() else object)
    if values.dtype != object:
        return values
    kinds = {type(one) for one in values.dropna()}
    if kinds and all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return values.astype("boolean")
    if kinds and all(issubclass(kind, (int, float, np.integer, np.floating)) for kind in kinds):
        return values.astype(float)
    return values


def _refuse_run_together(numbers: np.ndarray, column: str) -> None:
    """Refuse months written 201912 and days written 20191231: the next month is 89 later."""
    if not np.array_equal(numbers, np.round(numbers)):
        return
    whole = numbers.astype(np.int64)
    for form, example, head in (("%Y%m", "2019-12", 6), ("%Y%m%d", "2019-12-31", 8)):
        if ((whole >= 19 * 10 ** (head - 2)) & (whole < 21 * 10 ** (head - 2))).all():
            read = pd.to_datetime(pd.Series(whole.astype(str)), format=form, errors="coerce")
            if read.notna().all():
                raise InputError(
                    f"column {column!r} holds {whole[0]}, a date written as one number, so that"
                    f" distances between periods are not those of time; write texts like {example!r}"
                )


def _unique(values: pd.Series[Any]) -> Iterable[Any]:
    return list(pd.unique(values))
