"""One district, one date: an interrupted series, with or without a series to compare it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import RESIDUAL_DF, sentences_on_gaps, sentences_on_simulation
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.timing.panels import refuse_odd_names
from pbgov.evaluation.timing.periods import Calendar, period_numbers, read_calendar
from pbgov.evaluation.timing.series_remarks import series_remarks
from pbgov.inference.linear import coefficient_tests, dependent_columns, least_squares
from pbgov.inference.timing.series import (
    SERIES_TERMS,
    durbin_watson,
    newey_west,
    newey_west_lag,
    prais_winsten,
    segmented_design,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel

LEAST_PER_SIDE = 8
"""Periods needed before and after the date. Each line takes two, and the correlation of neighbours
has to be told from what they leave: at eight on a side its uncertainty already brings the twelve
residual degrees of freedom down to two to seven, and with fewer no interval is of any use."""
_NO_RESIDUAL = 1e-10


@dataclass(frozen=True, eq=False)
class SeriesTable:
    """The rows of one series in the order of time.

    Attributes
    ----------
    time : ndarray, shape (n,)
        Periods since the first one, in steps of the series (12 to a year of months).
    start : float
        The first period at or after the date, counted in the same way.
    labels : tuple of str
        The periods as the table writes them.
    outcome : ndarray, shape (n,)
    comparison : ndarray, shape (n,), or None
    design : ndarray, shape (n, k)
        The columns of `SERIES_TERMS`, then the covariates.
    columns : tuple of str
    formula : str
    remarks : tuple of Remark
        What was left out.
    digest : str
    rows : Design
        The complete rows, as the table had them.
    """

    time: np.ndarray
    start: float
    labels: tuple[str, ...]
    outcome: np.ndarray
    comparison: np.ndarray | None
    design: np.ndarray
    columns: tuple[str, ...]
    formula: str
    remarks: tuple[Remark, ...]
    digest: str
    rows: Design

    @property
    def explained(self) -> np.ndarray:
        """The series that is explained: the outcome, or what it has over the comparison series."""
        return self.outcome if self.comparison is None else self.outcome - self.comparison

    @property
    def n_before(self) -> int:
        """Periods before the date."""
        return int((self.time < self.start).sum())


def interrupted_series(
    data: pd.DataFrame | Panel,
    outcome: str,
    period: str,
    date: Any,
    comparison: str | None = None,
    *,
    covariates: Sequence[str] = (),
    lag: int | None = None,
    unit_name: str = "时期",
    seed: int = 20260101,
) -> Estimate | NotEstimated:
    """The change of a series' level and slope at a date.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per period.
    outcome, period : str
        Columns. Periods are numbers, or texts all written 2019, 2019-Q1, 2019-01 or 2019-01-31.
    date
        First period under the new rule, written as the periods are.
    comparison : str, optional
        Column of a series that the rule did not reach but that other events would. The difference
        between the two series is then explained, so that the terms are differences in level and
        slope change.
    covariates : sequence of str
        Terms of a formula, such as "C(月份)" for the seasons of a monthly series.
    lag : int, optional
        Of the Newey-West errors beside; ``floor(4 (n / 100)^(2/9))`` without it.
    unit_name : str
        What a row is called in sentences.
    seed : int
        Recorded only; nothing is drawn.

    Returns
    -------
    Estimate or NotEstimated
        Terms: Intercept, time (the slope before), level_change (the gap between the two lines in
        the last period before `date`), slope_change, then covariates. Errors are AR(1),
        estimated by restricted likelihood and generalised least squares, with Satterthwaite
        degrees of freedom. In ``beside``, with its own column ``estimate``: least squares with
        Newey-West errors and t(n - k), which rejects a true null far too often in short series.
        NotEstimated with fewer than eight periods on a side or ten residual degrees of freedom, a
        constant or perfectly fitted outcome, dependent covariates, values that are not finite,
        errors that wander, or a series with holes over more than half of its length.

    Raises
    ------
    InputError
        Where a column is missing or cannot be meant, a period has two rows, or `date` is written
        otherwise than the periods.

    References
    ----------
    Wagner et al. (2002), Newey and West (1987), Prais and Winsten (1954), Turner et al. (2021), as
    in `pbgov.inference.timing.series`.
    """
    from pbgov.evaluation.regression import beside_table, table_of, terms_table

    if lag is not None and (
        isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or lag < 0
    ):
        raise InputError(f"lag {lag!r}; want a whole number of periods, 0 or more")
    table, simulated = table_of(data)
    read = read_series(table, outcome, period, date, comparison, covariates)
    if isinstance(read, NotEstimated):
        return NotEstimated(read.formula, read.n, read.reason, read.reason_en, simulated)
    n = len(read.time)
    reason = _refusal(read, outcome, unit_name)
    if reason is not None:
        return NotEstimated(read.formula, n, *reason, simulated)
    plain = least_squares(read.design, read.explained)
    fitted = prais_winsten(read.design, read.explained, read.time)
    if fitted.at_the_edge:
        return NotEstimated(
            read.formula,
            n,
            *_at_the_edge(fitted.rho),
            simulated,
        )
    lags = newey_west_lag(n) if lag is None else lag
    tests = coefficient_tests(fitted.fit.coefficients, fitted.covariance, fitted.df)
    second = coefficient_tests(plain.coefficients, newey_west(plain, lags, read.time), n - plain.k)
    nothing = np.zeros(plain.k, dtype=bool)
    terms = terms_table(read.columns, fitted.fit.coefficients, tests, nothing, {})
    beside = beside_table(
        read.columns,
        second,
        nothing,
        f"最小二乘 + Newey–West（滞后 {lags} 期，乘以 n/(n−k)）+ t(n−k)",
        f"least squares, Newey-West (lag {lags}, times n/(n-k)), t(n-k)",
    )
    beside.insert(1, "estimate", plain.coefficients)
    return Estimate(
        formula=read.formula,
        outcome=outcome,
        terms=terms,
        n=n,
        n_units=n,
        unit_name=unit_name,
        method="中断时间序列，AR(1) 广义最小二乘",
        method_en="interrupted time series, generalised least squares with AR(1) errors",
        covariance="受限似然估计相关 + Satterthwaite 自由度",
        covariance_en="restricted likelihood, Satterthwaite degrees of freedom",
        beside=beside,
        fit={
            "rho": fitted.rho,
            "sigma": float(np.sqrt(fitted.fit.residuals @ fitted.fit.residuals / (n - plain.k))),
            "durbin_watson": durbin_watson(plain.residuals),
            "lag": float(lags),
            "n_before": float(read.n_before),
            "n_after": float(n - read.n_before),
            "df_residual": float(n - plain.k),
        },
        remarks=(
            *sentences_on_simulation(simulated),
            *read.remarks,
            *series_remarks(
                read, terms, beside, fitted.rho, comparison, str(date), lags, lag is None
            ),
        ),
        simulated=simulated,
        inputs_digest=read.digest,
        lineage=read.rows,
        seed=seed,
    )


def read_series(
    table: pd.DataFrame,
    outcome: str,
    period: str,
    date: Any,
    comparison: str | None,
    covariates: Sequence[str],
) -> SeriesTable | NotEstimated:
    """The rows of a series in the order of time; parameters as in `interrupted_series`."""
    covariates = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    named = [outcome, period, *([comparison] if comparison else [])]
    refuse_odd_names(named)
    if len(set(named)) < len(named):
        raise InputError(f"outcome, period and comparison are {named}; name different columns")
    sides = [name if name.isidentifier() else f"Q({name!r})" for name in named]
    left = sides[0] if comparison is None else f"I({sides[0]} - {sides[2]})"
    formula = f"{left} ~ {' + '.join(['1', *covariates])}"
    shown = f"{outcome} ~ {' + '.join([*SERIES_TERMS[1:], *covariates])}"
    shown = shown if comparison is None else shown.replace(outcome, f"{outcome} − {comparison}", 1)
    read_design(table, formula, [period])
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    calendar = read_calendar(table[period])
    begin = Calendar(calendar.kind, period).number(date)
    if not np.isfinite(begin):
        raise InputError(f"date {date!r}; want a period of column {period!r}")
    numbers = period_numbers(table[period], calendar)
    design = read_design(table.assign(**{period: numbers}), formula, [period])
    n = len(design.rows)
    if n < 2:
        return NotEstimated(
            shown, n, f"只有 {n} 个时期的数据是完整的", f"only {n} complete rows", False
        )
    order = np.argsort(design.rows[period].to_numpy(), kind="stable")
    at = design.rows[period].to_numpy(dtype=float)[order]
    doubled = at[1:][np.diff(at) == 0]
    if len(doubled):
        raise InputError(
            f"column {period!r} has several rows in {calendar.label(doubled[0])}; a series has one"
            " row per period"
        )
    step = _step(at)
    time = (at - at[0]) / step
    start = float(np.ceil((begin - at[0]) / step - 1e-9))
    holes = round(float(time[-1])) + 1 - n
    if holes > n:
        return NotEstimated(
            shown,
            n,
            f"从头到尾有 {holes + n} 期，只有 {n} 期有数据，相邻时期的相关无从估计",
            f"{holes + n} periods from first to last but only {n} with data",
            False,
        )
    return SeriesTable(
        time=np.round(time),
        start=start,
        labels=tuple(calendar.label(one) for one in at),
        outcome=design.rows[outcome].to_numpy(dtype=float)[order],
        comparison=design.rows[comparison].to_numpy(dtype=float)[order] if comparison else None,
        design=np.column_stack([segmented_design(time, start), design.matrix[order][:, 1:]]),
        columns=(*SERIES_TERMS, *design.columns[1:]),
        formula=shown,
        remarks=(*sentences_on_gaps(design), *_on_holes(holes, n)),
        digest=design.digest,
        rows=design,
    )


def _step(at: np.ndarray) -> float:
    """What all distances between periods are multiples of, where they are whole; else the least."""
    gaps = np.diff(at)
    if np.array_equal(gaps, np.round(gaps)):
        return float(np.gcd.reduce(gaps.astype(int)))
    step = float(gaps.min())
    if not np.allclose(gaps / step, np.round(gaps / step)):
        raise InputError("periods are not evenly spaced; number them in whole steps")
    return step


def _refusal(read: SeriesTable, outcome: str, unit_name: str) -> tuple[str, str] | None:
    n, k = read.design.shape
    before = read.n_before
    if min(before, n - before) < LEAST_PER_SIDE:
        return (
            f"该日期之前 {before} 个{unit_name}、之后 {n - before} 个；两边各至少需要 {LEAST_PER_SIDE} 个",
            f"{before} periods before the date and {n - before} after; need {LEAST_PER_SIDE} on each"
            " side",
        )
    parts = [read.outcome, read.design, *([] if read.comparison is None else [read.comparison])]
    if not all(np.isfinite(part).all() for part in parts):
        return (
            f"“{outcome}”、对照序列或协变量在有些行上没有有限的数值",
            f"{outcome!r}, the comparison series or a covariate is not finite in some rows",
        )
    if np.ptp(read.explained) == 0:
        return f"结果变量“{outcome}”没有变化", f"the outcome {outcome!r} does not vary"
    dependent = dependent_columns(read.design)
    if dependent:
        name = read.columns[dependent[0]]
        return (
            f"“{name}”没有变化或可由前面的列完全推出",
            f"{name!r} does not vary or is a linear combination of the columns before it",
        )
    if n < k + RESIDUAL_DF:
        return (
            f"{n} 个{unit_name}要估计 {k} 个系数；至少需要 {k + RESIDUAL_DF} 个",
            f"{n} periods for {k} coefficients; need {k + RESIDUAL_DF}",
        )
    left = least_squares(read.design, read.explained).residuals
    if np.abs(left).max() <= _NO_RESIDUAL * np.ptp(read.explained):
        return "各项完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    return None


def _at_the_edge(rho: float) -> tuple[str, str]:
    if rho < 0:
        return (
            f"误差逐期正负交替（相邻时期的相关为 {rho:.3f}），相关定不准，断点无从检验",
            f"errors alternate in sign (correlation of neighbours {rho:.3f}), too near -1 to be told;"
            " no break can be tested",
        )
    return (
        f"误差近于随机游走（相邻时期的相关为 {rho:.3f}），分不出断点",
        f"errors wander (correlation of neighbours {rho:.3f}); no break can be told",
    )


def _on_holes(holes: int, n: int) -> tuple[Remark, ...]:
    if not holes:
        return ()
    return (
        Remark(
            "gaps",
            f"序列中间缺 {holes} 期（有数据的 {n} 期）；相关按实际间隔计算，没有补值。",
            f"{holes} periods within the series have no data ({n} have); correlations use the real"
            " distances, and nothing is filled in.",
        ),
    )
