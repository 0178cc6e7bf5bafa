"""Necessary condition analysis: how much of the corner above the data is empty, and by how much more
than chance would leave empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import DRAWS, relabelings

Kind = Literal["ce_fdh", "cr_fdh"]
KINDS: tuple[Kind, ...] = ("ce_fdh", "cr_fdh")
_SAME = 1e-10
_LEAST_RANGE = 1e-100


@dataclass(frozen=True, eq=False)
class Ceiling:
    """A ceiling over a cloud of cases: how high the outcome goes at each level of the condition.

    Attributes
    ----------
    kind : {"ce_fdh", "cr_fdh"}
        The step function through the peers, or the regression line through them.
    peers : ndarray of int
        Cases at the corners of the step function, in the order of the condition.
    slope, intercept : float
        Of the line, in units of the outcome; NaN for the step function, and where all peers
        stand at one corner, so that there is no line.
    scope : float
        (max x - min x) × (max y - min y), in the units of both.
    zone : float
        Area of the scope above the ceiling; 0 where there is no line.
    effect_size : float
        d = zone / scope, 0-1: 0, the condition leaves the outcome free.
    accuracy : float
        Share of cases on or below the ceiling, 0-1; 1 for the step function.
    """

    kind: Kind
    peers: np.ndarray
    slope: float
    intercept: float
    scope: float
    zone: float
    effect_size: float
    accuracy: float


@dataclass(frozen=True)
class CeilingTest:
    """Permutation test of one effect size.

    Attributes
    ----------
    p_value : float
        Share of the permutations, the observed one included, with an effect size as large; never 0.
    n_permutations : int
        Permutations compared: all that differ where ``exact``, else the draws.
    exact : bool
    """

    p_value: float
    n_permutations: int
    exact: bool


class _Arranged(NamedTuple):
    """Cases in the order of the condition, with the last place of each value of it."""

    condition: np.ndarray
    order: np.ndarray
    ends: np.ndarray
    value_of: np.ndarray


def ceiling(condition: np.ndarray, outcome: np.ndarray, kind: Kind) -> Ceiling:
    """The ceiling in the upper left corner: a high outcome only with a high condition.

    Parameters
    ----------
    condition, outcome : ndarray, shape (n,)
        In any units; both vary.
    kind : {"ce_fdh", "cr_fdh"}
        Ceiling envelopment or ceiling regression with free disposal hull.

    Returns
    -------
    Ceiling

    Raises
    ------
    InputError
        Where a value is not finite, the two differ in length, or one of them does not vary, or
        over more or less than squares of numbers can hold.

    Notes
    -----
    The step function at x is the highest outcome of the cases at or below x. Its corners are the
    peers; each case that stands at a corner is one, so that cases that fall together count each.
    The regression is ordinary least squares through the peers; the part of its line outside the
    scope bounds the zone by the edges of the scope.

    References
    ----------
    Dul, J. (2016). Necessary condition analysis (NCA): Logic and methodology of "necessary but
    not sufficient" causality. *Organizational Research Methods*, 19(1), 10-52.

    Examples
    --------
    >>> made = ceiling(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]), "ce_fdh")
    >>> made.zone, made.scope, made.effect_size
    (7.0, 8.0, 0.875)
    """
    condition, outcome = _checked(condition, outcome)
    if kind not in KINDS:
        raise InputError(f"kind {kind!r}: want one of {', '.join(KINDS)}")
    arranged = _arranged(condition)
    ordered = outcome[arranged.order][None, :]
    at_corner = _at_corner(arranged, ordered)[0]
    slope, intercept = np.nan, np.nan
    accuracy = 1.0
    if kind == "cr_fdh":
        lines = _lines(arranged, ordered)
        slope, intercept = float(lines[0][0]), float(lines[1][0])
        height = outcome - (intercept + slope * condition)
        accuracy = 1.0 if np.isnan(slope) else float(np.mean(height <= _SAME * np.ptp(outcome)))
    scope = float(np.ptp(condition) * np.ptp(outcome))
    zone = float(_zones(arranged, ordered, kind)[0])
    return Ceiling(
        kind=kind,
        peers=arranged.order[at_corner],
        slope=slope,
        intercept=intercept,
        scope=scope,
        zone=zone,
        effect_size=zone / scope,
        accuracy=accuracy,
    )


def ceiling_test(
    condition: np.ndarray, outcome: np.ndarray, kind: Kind, *, seed: int, draws: int = DRAWS
) -> CeilingTest:
    """Permutation test of the effect size: outcomes dealt at random to the cases leave how much empty.

    Parameters
    ----------
    condition, outcome, kind
        As in `ceiling`.
    seed : int
        Of the draws; without effect where the test is exact.
    draws : int

    Returns
    -------
    CeilingTest

    Raises
    ------
    InputError
        As `ceiling`, and where draws or seed make no sense.

    References
    ----------
    Dul, J., van der Laan, E., & Kuik, R. (2020). A statistical significance test for necessary
    condition analysis. *Organizational Research Methods*, 23(2), 385-395.
    """
    condition, outcome = _checked(condition, outcome)
    if kind not in KINDS:
        raise InputError(f"kind {kind!r}: want one of {', '.join(KINDS)}")
    arranged = _arranged(condition)
    observed = _zones(arranged, outcome[arranged.order][None, :], kind)[0]
    least_zone = observed - _SAME * np.ptp(condition) * np.ptp(outcome)
    orders = relabelings(condition[arranged.order], seed=seed, draws=draws)
    count = sum(
        int((_zones(arranged, outcome[some], kind) >= least_zone).sum()) for some in orders.chunks()
    )
    return CeilingTest(orders.p_value(count), orders.number, orders.exact)


def required_condition(
    made: Ceiling, condition: np.ndarray, outcome: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """The least level of the condition under the ceiling that lets the outcome reach each level.

    Parameters
    ----------
    made : Ceiling
        As `ceiling` made it of these cases.
    condition, outcome : ndarray, shape (n,)
    levels : ndarray, shape (m,)
        Of the outcome, in its units.

    Returns
    -------
    ndarray, shape (m,)
        In units of the condition; -inf where the outcome goes that high at the lowest condition
        already (not necessary), NaN where the ceiling never goes that high.
    """
    condition, outcome = _checked(condition, outcome)
    slack = _SAME * float(np.ptp(outcome))
    low, high = float(condition.min()), float(condition.max())
    if made.kind == "ce_fdh":
        heights = outcome[made.peers]
        found = [np.flatnonzero(heights >= level - slack) for level in levels]
        needed = np.array([condition[made.peers[at[0]]] if len(at) else np.nan for at in found])
    elif np.isnan(made.slope):
        return np.full(len(levels), -np.inf)
    else:
        needed = (np.asarray(levels, dtype=float) - made.intercept) / made.slope
    width = _SAME * (high - low)
    needed[needed <= low + width] = -np.inf
    needed[needed > high + width] = np.nan
    return needed


def _arranged(condition: np.ndarray) -> _Arranged:
    order = np.argsort(condition, kind="stable")
    ordered = condition[order]
    ends = np.flatnonzero(np.append(np.diff(ordered) > 0, True))
    starts = np.append(0, ends[:-1] + 1)
    value_of = np.repeat(np.arange(len(ends)), ends - starts + 1)
    return _Arranged(ordered, order, ends, value_of)


def _steps(arranged: _Arranged, ordered: np.ndarray) -> np.ndarray:
    """Height of the step function at each value of the condition, shape (draws, values)."""
    return np.asarray(np.maximum.accumulate(ordered, axis=1)[:, arranged.ends])


def _at_corner(arranged: _Arranged, ordered: np.ndarray) -> np.ndarray:
    """Which cases stand at a corner of the step function, shape (draws, n)."""
    steps = _steps(arranged, ordered)
    rises = np.diff(steps, axis=1, prepend=-np.inf) > 0
    return np.asarray((ordered == steps[:, arranged.value_of]) & rises[:, arranged.value_of])


def _lines(arranged: _Arranged, ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and intercepts of the least-squares lines through the peers; NaN with one corner."""
    peers = _at_corner(arranged, ordered).astype(float)
    count = peers.sum(axis=1)
    mean_x = peers @ arranged.condition / count
    mean_y = (peers * ordered).sum(axis=1) / count
    away_x = (arranged.condition - mean_x[:, None]) * peers
    spread = (away_x**2).sum(axis=1)
    with_y = (away_x * (ordered - mean_y[:, None])).sum(axis=1)
    one_corner = spread <= _SAME * np.ptp(arranged.condition) ** 2
    slope = np.full(len(spread), np.nan)
    np.divide(with_y, spread, out=slope, where=~one_corner)
    return slope, mean_y - slope * mean_x


def _zones(arranged: _Arranged, ordered: np.ndarray, kind: Kind) -> np.ndarray:
    """Area of the scope above the ceiling, shape (draws,); 0 where the peers give no line."""
    lowest, highest = ordered[0].min(), ordered[0].max()
    values = arranged.condition[arranged.ends]
    if kind == "ce_fdh":
        steps = _steps(arranged, ordered)
        return np.asarray((highest - steps[:, :-1]) @ np.diff(values))
    slope, intercept = _lines(arranged, ordered)
    none = np.isnan(slope)
    slope, intercept = np.where(none, 1.0, slope), np.where(none, 0.0, intercept)
    left, right = values[0], values[-1]
    enters = np.clip((lowest - intercept) / slope, left, right)
    leaves = np.clip((highest - intercept) / slope, left, right)
    above = (highest - lowest) * (enters - left)
    at_enters, at_leaves = (highest - (intercept + slope * x) for x in (enters, leaves))
    above += (leaves - enters) * (at_enters + at_leaves) / 2
    return np.where(none, 0.0, above)


def _checked(condition: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    condition = np.asarray(condition, dtype=float)
    outcome = np.asarray(outcome, dtype=float)
    if condition.ndim != 1 or condition.shape != outcome.shape:
        raise InputError(f"{condition.shape} and {outcome.shape} values; need pairs")
    if not (np.isfinite(condition).all() and np.isfinite(outcome).all()):
        raise InputError("a value is not finite; drop those cases first")
    if len(condition) == 0 or np.ptp(condition) == 0 or np.ptp(outcome) == 0:
        raise InputError("condition or outcome does not vary; there is no scope to be empty")
    for values in (condition, outcome):
        if not _LEAST_RANGE < np.ptp(values) < 1 / _LEAST_RANGE:
            raise InputError(f"values run over {np.ptp(values):g}; give them in another unit")
    return condition, outcome
