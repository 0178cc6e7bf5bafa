"""A table of units and periods becomes the arrays of a staggered adoption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.limits import sentences_on_gaps
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.timing.periods import (
    Calendar,
    period_numbers,
    plain_numbers,
    read_calendar,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 20
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class AdoptionPanel:
    """A balanced panel, in an order that does not depend on the table's.

    Attributes
    ----------
    outcome : ndarray, shape (n, t)
    periods : ndarray, shape (t,)
        As numbers of `calendar`, rising.
    adopted : ndarray, shape (n,)
        First period under treatment; inf where it does not come within the panel.
    covariates : ndarray, shape (n, t, q), or None
    units : ndarray of str, shape (n,)
    clusters : ndarray of str, shape (n,)
        The unit itself where no cluster was named.
    calendar : Calendar
    remarks : tuple of Remark
        What was left out.
    digest : str
        SHA-256 of the complete rows.
    """

    outcome: np.ndarray
    periods: np.ndarray
    adopted: np.ndarray
    covariates: np.ndarray | None
    units: np.ndarray
    clusters: np.ndarray
    calendar: Calendar
    remarks: tuple[Remark, ...]
    digest: str


@dataclass(frozen=True)
class Unusable:
    """Why a table gives no panel, in Chinese and English, and how many rows it had."""

    n: int
    zh: str
    en: str


def read_adoption_panel(
    table: pd.DataFrame,
    outcome: str,
    unit: str,
    period: str,
    adopted: str,
    covariates: Sequence[str],
    cluster: str | None,
) -> AdoptionPanel | Unusable:
    """The balanced panel of a table; see `pbgov.evaluation.timing.staggered.staggered_adoption`.

    Raises
    ------
    InputError
        Where a column is not there or cannot be meant, a unit has two rows in a period, adoption
        reverses or has two dates, or a unit lies in two clusters.
    """
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    keys = [unit, period, *([cluster] if cluster else [])]
    asked = [outcome, adopted, *keys]
    refuse_odd_names(asked)
    others = asked[1:]
    if len(set(asked) - {cluster}) < 4 or cluster in {outcome, adopted, period}:
        raise InputError(f"outcome, unit, period and adopted are {asked[:4]}; name four columns")
    left = outcome if outcome.isidentifier() else f"Q({outcome!r})"
    formula = f"{left} ~ {' + '.join(['1', *covariates])}"
    read_design(table, formula, others)  # refuses columns that are not there or cannot be meant
    calendar = read_calendar(table[period])
    numbered = table.assign(**{period: period_numbers(table[period], calendar)})
    dates = _adoption(numbered, unit, period, adopted, calendar)
    design = read_design(numbered.assign(**{adopted: dates}), formula, others)
    rows = design.rows
    remarks = list(sentences_on_gaps(design))
    if not len(rows):
        return Unusable(0, "没有一行数据是完整的", "no row is complete")
    matrix = design.matrix[:, 1:]
    values = design.outcome
    if not np.isfinite(values).all() or not np.isfinite(matrix).all():
        return Unusable(
            len(rows),
            f"“{outcome}”或协变量在有些行上没有有限的数值",
            f"{outcome!r} or a covariate is not finite in some rows",
        )
    _refuse_doubles(rows, unit, period, calendar)
    if cluster:
        _refuse_two(rows, unit, cluster, "belongs to")
    periods = np.unique(rows[period].to_numpy(dtype=float))
    counts = rows.groupby(unit, sort=True)[period].size()
    whole = counts.index[counts == len(periods)]
    broken = sorted(str(one) for one in counts.index[counts < len(periods)])
    if broken:
        remarks.append(_on_balance(broken, len(periods)))
    if not len(whole):
        return Unusable(
            len(rows),
            f"没有一个单位在全部 {len(periods)} 个时期都有数据",
            f"no unit has a row in each of the {len(periods)} periods",
        )
    kept = np.flatnonzero(rows[unit].isin(whole).to_numpy())
    order = kept[
        np.lexsort((rows[period].to_numpy()[kept], rows[unit].astype(str).to_numpy()[kept]))
    ]
    shape = (len(whole), len(periods))
    first = order[:: len(periods)]
    dated = rows[adopted].to_numpy(dtype=float)[first]
    names = rows[unit].astype(str).to_numpy()[first]
    _refuse_blurred(periods, dated, period)
    return AdoptionPanel(
        outcome=values[order].reshape(shape),
        periods=periods,
        adopted=np.where(dated > periods[-1], np.inf, dated),
        covariates=matrix[order].reshape(*shape, -1) if matrix.shape[1] else None,
        units=names,
        clusters=rows[cluster].astype(str).to_numpy()[first] if cluster else names,
        calendar=calendar,
        remarks=tuple(remarks),
        digest=design.digest,
    )


def refuse_odd_names(names: Sequence[object]) -> None:
    """Refuse names of columns that are not texts."""
    odd = [name for name in names if not isinstance(name, str)]
    if odd:
        raise InputError(f"{odd[0]!r} is no name of a column; write it as a text")


def _adoption(
    table: pd.DataFrame, unit: str, period: str, adopted: str, calendar: Calendar
) -> pd.Series[float]:
    """First period under treatment of each row's unit, inf where never, NaN where not known."""
    values = plain_numbers(table[adopted])
    marks = _as_marks(values)
    if marks is not None and (marks.groupby(table[unit]).nunique() > 1).any():
        return _from_status(table, marks, unit, period, calendar)
    periods = table[period].dropna()
    if is_numeric_dtype(values.dtype) and calendar.kind == "number":
        dates = _from_numbers(values, periods, marks is not None)
    else:
        dates = _from_texts(values, calendar).fillna(np.inf)
    checked = pd.DataFrame({unit: table[unit], adopted: dates})
    _refuse_two(checked, unit, adopted, "adopts in", calendar)
    return dates


def _as_marks(values: pd.Series[Any]) -> pd.Series[float] | None:
    """The column as 0 and 1 where it holds nothing else; missing stays missing."""
    if not is_numeric_dtype(values.dtype):
        return None
    numbers = values.astype(float)
    return numbers if is_bool_dtype(values.dtype) or numbers.dropna().isin([0, 1]).all() else None


def _from_texts(values: pd.Series[Any], calendar: Calendar) -> pd.Series[float]:
    """Dates written as the periods are; missing where missing."""
    try:
        return period_numbers(values, calendar)
    except InputError as error:
        raise InputError(
            f"column {values.name!r}: {error}. A date of adoption is written as the periods are, and the cells of units that"
            " never adopt stay empty (missing, not a text)."
        ) from None


def _from_numbers(
    values: pd.Series[Any], periods: pd.Series[float], marks: bool
) -> pd.Series[float]:
    dates = values.astype(float)
    low, high = float(periods.min()), float(periods.max())
    if (dates == 0).any() and low <= 0 <= high:
        raise InputError(
            f"column {values.name!r} holds 0, which may mean never or the period 0; leave the cells"
            " of units that never adopt empty, and count periods from 1"
        )
    if marks and (dates == 1).any() and not low <= 1 <= high:
        raise InputError(
            f"column {values.name!r} holds 0 and 1 that never change within a unit: it marks who"
            " adopts, not when. Give the period of adoption, or 1 from that period on."
        )
    if (dates == -np.inf).any():
        raise InputError(f"column {values.name!r} holds a date of minus infinity; correct it")
    return dates.where(dates != 0, np.inf).fillna(np.inf)


def _from_status(
    table: pd.DataFrame, marks: pd.Series[float], unit: str, period: str, calendar: Calendar
) -> pd.Series[float]:
    seen = pd.DataFrame({"unit": table[unit], "period": table[period], "mark": marks})
    there = seen.dropna().sort_values(["unit", "period"], kind="stable")
    falls = there["mark"].diff().lt(0) & there["unit"].eq(there["unit"].shift())
    if falls.any():
        row = there[falls].iloc[0]
        raise InputError(
            f"adoption reverses: {row['unit']!r} is under the policy before"
            f" {calendar.label(row['period'])} and not in it. Where a policy may end, exposure is"
            " not a count of periods; cut the panel before the end, or leave the unit out."
        )
    starts = there[there["mark"] == 1].groupby("unit")["period"].min()
    dates = table[unit].map(starts).astype(float).fillna(np.inf)
    return dates.where(marks.notna(), np.nan)


def _refuse_blurred(periods: np.ndarray, dates: np.ndarray, column: str) -> None:
    """Refuse decimal periods of which equal distances differ by rounding (2019.1, 2019.2, …)."""
    exposures = np.unique(periods - np.unique(dates[np.isfinite(dates)])[:, None])
    apart = np.diff(exposures)
    if len(apart) and apart.min() <= _ROUNDING * np.ptp(periods):
        raise InputError(
            f"column {column!r} holds decimals whose equal distances differ by rounding; number the"
            " periods in whole steps"
        )


def _refuse_doubles(rows: pd.DataFrame, unit: str, period: str, calendar: Calendar) -> None:
    doubled = rows[rows.duplicated([unit, period], keep=False)]
    if len(doubled):
        first = doubled.sort_values([unit, period]).iloc[0]
        raise InputError(
            f"{unit} {first[unit]!r} has several rows in {calendar.label(first[period])}"
            f" ({len(doubled)} rows of this kind); keep one row per unit and period"
        )


def _refuse_two(
    rows: pd.DataFrame, unit: str, column: str, verb: str, calendar: Calendar | None = None
) -> None:
    """Refuse a unit with several values of a column that belongs to the unit."""
    kinds = rows.dropna(subset=[unit]).groupby(unit, sort=True)[column].unique()
    for name, found in kinds.items():
        if len(found) > 1:
            shown = ", ".join(
                (calendar.label(one) or "never") if calendar else repr(one) for one in found[:3]
            )
            raise InputError(
                f"{unit} {name!r} {verb} {shown} (column {column!r}); want one for all its rows"
            )


def _on_balance(broken: list[str], n_periods: int) -> Remark:
    shown = "、".join(broken[:_SHOWN]) + ("等" if len(broken) > _SHOWN else "")
    shown_en = ", ".join(broken[:_SHOWN]) + (" and others" if len(broken) > _SHOWN else "")
    return Remark(
        "gaps",
        f"面板不平衡：{len(broken)} 个单位不是在全部 {n_periods} 个时期都有完整的一行，已整个剔除（{shown}）。",
        f"Unbalanced panel: {len(broken)} units without a complete row in each of the {n_periods}"
        f" periods are left out altogether ({shown_en}).",
    )
