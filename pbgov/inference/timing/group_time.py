"""Group-time average treatment effects: each cohort against units that are not treated.

A cohort is all units that adopt in the same period. Each cohort is compared, period by period,
with units that never adopt or have not adopted yet, so that no unit under treatment serves as a
comparison; `pbgov.inference.timing.aggregation` puts the effects together. Balanced panels only;
repeated cross sections are not dealt with. Nobody is taken to act before adoption (no anticipation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.timing.two_periods import Method, two_period_effect

Control = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]
CONTROLS: tuple[Control, ...] = ("never", "not_yet")
BASES: tuple[Base, ...] = ("varying", "universal")
_SINGULAR = 1e-10


@dataclass(frozen=True)
class Cell:
    """One comparison: a cohort in a period, against its base period.

    Attributes
    ----------
    group, period, base : float
        Adoption of the cohort, the period compared, and the period it is compared with.
    """

    group: float
    period: float
    base: float

    @property
    def after(self) -> bool:
        """Whether the cohort has adopted in `period`."""
        return self.group <= self.period

    @property
    def later(self) -> float:
        """The later of the two periods: comparison units adopt after it."""
        return max(self.period, self.base)


@dataclass(frozen=True, eq=False)
class GroupTime:
    """Effects of every cohort in every period.

    Attributes
    ----------
    cells : tuple of Cell
        By cohort, then by period.
    att : ndarray, shape (m,)
        One effect per cell, in units of the outcome; NaN where `missing` says why; exactly 0
        where a period is its own base.
    influence : ndarray, shape (n, m)
        What each unit adds to the error of each effect.
    missing : tuple of str
        As in `TwoPeriods`, one per cell.
    n_treated, n_controls : ndarray of int, shape (m,)
        Units compared in each cell.
    adopted : ndarray, shape (n,)
        First period under treatment of each unit that is used; inf where it never adopts.
    units : ndarray of int, shape (n,)
        Positions of those units in the input.
    groups : ndarray, shape (g,)
        The cohorts that have an effect, in order.
    periods : ndarray, shape (t,)
        The periods used.
    control : {"never", "not_yet"}
    """

    cells: tuple[Cell, ...]
    att: np.ndarray
    influence: np.ndarray
    missing: tuple[str, ...]
    n_treated: np.ndarray
    n_controls: np.ndarray
    adopted: np.ndarray
    units: np.ndarray
    groups: np.ndarray
    periods: np.ndarray
    control: Control

    @property
    def n(self) -> int:
        """Number of units used."""
        return len(self.units)


@dataclass(frozen=True)
class PreTest:
    """Joint Wald test that all effects before adoption are 0.

    Attributes
    ----------
    statistic : float
    df : int
        Number of effects before adoption.
    p_value : float
        From the chi-squared distribution. NaN, as the statistic, where there is no such effect or
        their covariance is singular.
    """

    statistic: float
    df: int
    p_value: float


def usable(adopted: np.ndarray, periods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which units and periods can be compared at all.

    Parameters
    ----------
    adopted : ndarray, shape (n,)
        First period under treatment, inf where never.
    periods : ndarray, shape (t,)
        In order.

    Returns
    -------
    units : ndarray of bool, shape (n,)
        False for units treated in the first period or before: nothing is known of them untreated.
    periods : ndarray of bool, shape (t,)
        Where no unit stays untreated to the end, False from the last adoption on: the last cohort
        is then the comparison, and has no effect of its own.
    """
    units = adopted > periods[0]
    left = adopted[units]
    last = np.inf if len(left) == 0 or (left > periods[-1]).any() else left.max()
    return units, periods < last


def comparisons(
    adopted: np.ndarray, periods: np.ndarray, base: Base
) -> tuple[np.ndarray, list[Cell]]:
    """The cohorts that have an effect, and every cell of each.

    Parameters
    ----------
    adopted : ndarray, shape (n,)
    periods : ndarray, shape (t,)
        In order; usable ones only.
    base : {"varying", "universal"}

    Returns
    -------
    groups : ndarray
    cells : list of Cell
    """
    groups = np.unique(adopted[adopted <= periods[-1]])
    cells = []
    for group in groups:
        last_before = periods[periods < group][-1]
        for at, period in enumerate(periods):
            if base == "universal" or group <= period:
                cells.append(Cell(float(group), float(period), float(last_before)))
            elif at > 0:
                cells.append(Cell(float(group), float(period), float(periods[at - 1])))
    return groups, cells


def is_control(adopted: np.ndarray, cell: Cell, last: float, control: Control) -> np.ndarray:
    """Which units a cell compares its cohort with.

    Parameters
    ----------
    adopted : ndarray
        Of units or of cohorts.
    cell : Cell
    last : float
        The last period of the panel.
    control : {"never", "not_yet"}
        Units untreated to the end, or all that adopt after both periods of the cell.
    """
    beyond = cell.later if control == "not_yet" else last
    return np.asarray((adopted > beyond) & (adopted != cell.group))


def group_time_effects(
    outcome: np.ndarray,
    periods: np.ndarray,
    adopted: np.ndarray,
    covariates: np.ndarray | None = None,
    *,
    control: Control = "never",
    method: Method = "dr",
    base: Base = "varying",
) -> GroupTime:
    """The effect on each cohort in each period.

    Parameters
    ----------
    outcome : ndarray, shape (n, t)
        One row per unit, one column per period; no gaps.
    periods : ndarray, shape (t,)
        Numbers, rising.
    adopted : ndarray, shape (n,)
        First period under treatment; inf, or any period after the last, where never. It need not
        be a period of the panel.
    covariates : ndarray, shape (n, t, q), optional
        Taken from the earlier of the two periods that are compared.
    control : {"never", "not_yet"}
        Compare with units untreated to the end of the panel, or with all that have adopted in
        neither of the two periods.
    method : {"dr", "reg", "ipw"}
        As in `two_period_effect`.
    base : {"varying", "universal"}
        Before adoption compare each period with the one before it, or with the last period before
        adoption; after adoption always with the latter.

    Returns
    -------
    GroupTime
        Without the units treated from the first period on; where no unit stays untreated to the
        end, without the periods from the last adoption on. A cell has NaN where its comparison
        cannot be made.

    Raises
    ------
    InputError
        Where shapes differ, a value is not finite, periods do not rise, no cohort has an effect,
        or there is nothing to compare with.

    References
    ----------
    Callaway, B., & Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time
    periods. *Journal of Econometrics*, 225(2), 200-230.
    """
    outcome, periods, adopted = _checked(outcome, periods, adopted, control, base)
    if covariates is not None and covariates.shape[:2] != outcome.shape:
        raise InputError(f"covariates are {covariates.shape}; want {(*outcome.shape, 'q')}")
    units, times = usable(adopted, periods)
    if control == "never" and not (adopted[units] > periods[-1]).any():
        raise InputError(
            "no unit stays untreated to the last period; compare with 'not_yet' treated units"
        )
    left = adopted[units]
    if not times.any() or not (left <= periods[times][-1]).any():
        raise InputError("no cohort adopts after the first period while others are untreated")
    outcome, periods = outcome[units][:, times], periods[times]
    given = None if covariates is None else covariates[units][:, times]
    groups, cells = comparisons(left, periods, base)
    n = len(left)
    att, missing = np.zeros(len(cells)), []
    influence = np.zeros((n, len(cells)))
    sizes = np.zeros((2, len(cells)), dtype=int)
    for j, cell in enumerate(cells):
        treated, controls = left == cell.group, is_control(left, cell, periods[-1], control)
        sizes[:, j] = treated.sum(), controls.sum()
        missing.append("")
        if cell.period == cell.base:
            continue
        now, then = np.searchsorted(periods, [cell.period, cell.base])
        rows = np.flatnonzero(treated | controls)
        compared = two_period_effect(
            outcome[rows, now] - outcome[rows, then],
            treated[rows],
            None if given is None else given[rows, min(now, then)],
            method,
        )
        att[j], missing[j] = compared.att, compared.missing
        influence[rows, j] = compared.influence * n / len(rows)
    return GroupTime(
        cells=tuple(cells),
        att=att,
        influence=influence,
        missing=tuple(missing),
        n_treated=sizes[0],
        n_controls=sizes[1],
        adopted=left,
        units=np.flatnonzero(units),
        groups=groups,
        periods=periods,
        control=control,
    )


def covariance(influence: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
    """Covariance of estimates from their influence functions.

    Parameters
    ----------
    influence : ndarray, shape (n, m)
    clusters : ndarray, shape (n,), optional
        Units of one cluster are added up first. Without it units are independent.

    Returns
    -------
    ndarray, shape (m, m)
        No small-sample factor, as the method's source has it; too small with few units.
    """
    n = len(influence)
    if clusters is not None:
        names, codes = np.unique(np.asarray(clusters), return_inverse=True)
        summed = np.zeros((len(names), influence.shape[1]))
        np.add.at(summed, codes, influence)
        influence = summed
    return np.asarray(influence.T @ influence / n**2)


def standard_errors(influence: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
    """Standard errors of estimates; parameters as in `covariance`; shape (m,)."""
    return np.asarray(np.sqrt(np.diag(covariance(influence, clusters))))


def pre_test(effects: GroupTime, clusters: np.ndarray | None = None) -> PreTest:
    """Joint test that no cohort differs before it adopts.

    Parameters
    ----------
    effects : GroupTime
    clusters : ndarray, shape (n,), optional
        Of the units in ``effects.units``.

    Returns
    -------
    PreTest
    """
    spread = covariance(effects.influence, clusters)
    before = [
        j
        for j, cell in enumerate(effects.cells)
        if not cell.after and cell.period != cell.base and spread[j, j] != 0
    ]
    if not before:
        return PreTest(float("nan"), 0, float("nan"))
    values, part = effects.att[before], spread[np.ix_(before, before)]
    scale = np.sqrt(np.diag(part))
    correlation = part / np.outer(scale, scale)
    if not np.isfinite(correlation).all() or 1 / np.linalg.cond(correlation) < _SINGULAR:
        return PreTest(float("nan"), len(before), float("nan"))
    scaled = values / scale
    statistic = float(scaled @ np.linalg.solve(correlation, scaled))
    return PreTest(statistic, len(before), float(stats.chi2.sf(statistic, len(before))))


def _checked(
    outcome: np.ndarray, periods: np.ndarray, adopted: np.ndarray, control: str, base: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    outcome = np.asarray(outcome, dtype=float)
    periods = np.asarray(periods, dtype=float)
    adopted = np.asarray(adopted, dtype=float)
    if control not in CONTROLS or base not in BASES:
        raise InputError(
            f"control {control!r}, base {base!r}: control is one of {', '.join(CONTROLS)},"
            f" base one of {', '.join(BASES)}"
        )
    if outcome.ndim != 2 or (len(adopted), len(periods)) != outcome.shape:
        raise InputError(
            f"outcome is {outcome.shape}, with {len(adopted)} dates of adoption and"
            f" {len(periods)} periods; want (n, t), n and t"
        )
    if len(periods) < 2 or not (np.diff(periods) > 0).all():
        raise InputError("want two periods or more, each later than the one before")
    if not np.isfinite(outcome).all() or not np.isfinite(periods).all():
        raise InputError("an outcome or a period is not finite; drop those units first")
    if np.isnan(adopted).any():
        raise InputError("a date of adoption is missing; write inf for units that never adopt")
    return outcome, periods, adopted
