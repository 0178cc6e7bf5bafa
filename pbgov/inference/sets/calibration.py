"""Calibration: raw values become memberships in a set, by anchors that the researcher gives.

Three anchors say where a case is fully out (e), where it is neither in nor out (c), and where it
is fully in (i). They rise (e < c < i) where high values belong to the set and fall (e > c > i)
where low values do. A value at c gets the membership .5: it is in no set and in no truth row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from pbgov.errors import InputError
from pbgov.inference.outcomes.fractional import fractional_logit
from pbgov.inference.outcomes.separation import NoMaximum

if TYPE_CHECKING:
    from collections.abc import Sequence

INCLUSION_DEGREE = float(expit(3.0))
"""Membership at the anchor of full inclusion: log odds of 3, 0.9526; 0.05 short of it is .95."""

_DECIMALS = 6
_OUT, _IN = 0.0001, 0.9999


def calibrate_direct(
    values: np.ndarray, anchors: Sequence[float], *, idm: float = INCLUSION_DEGREE
) -> np.ndarray:
    """Direct calibration: the logistic curve whose log odds run from −3 at e over 0 at c to 3 at i.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Raw values; NaN stays NaN.
    anchors : three numbers
        Full exclusion, crossover, full inclusion: rising or falling.
    idm : float
        Membership at full inclusion, 1 less that at full exclusion; .95 where log odds are
        rounded as in fs/QCA's manual and in R's QCA.

    Returns
    -------
    ndarray, shape (n,)
        Above 0 and below 1: full membership is approached, never reached.

    Raises
    ------
    InputError
        Where the anchors neither rise nor fall, or the degree is not between .5 and 1.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press, chapter 5.

    Examples
    --------
    >>> calibrate_direct(np.array([400.0, 550.0, 900.0]), (400, 550, 900)).round(3).tolist()
    [0.047, 0.5, 0.953]
    """
    low, cross, high = _three(anchors)
    if not 0.5 < idm < 1:
        raise InputError(
            f"idm, the membership at full inclusion, is {idm}; it lies between .5 and 1"
        )
    log_odds = np.log(idm / (1 - idm))
    inward = (values >= cross) == (high > cross)
    inner = np.where(inward, high - cross, cross - low)
    return np.asarray(expit((values - cross) / inner * log_odds))


def calibrate_linear(
    values: np.ndarray, anchors: Sequence[float], *, below: float = 1, above: float = 1
) -> np.ndarray:
    """Calibration by a line, or a power curve, from 0 at e over .5 at c to 1 at i.

    Parameters
    ----------
    values : ndarray, shape (n,)
    anchors : three numbers
        Full exclusion, crossover, full inclusion: rising or falling.
    below, above : float
        Exponents between exclusion and crossover, and between crossover and inclusion; 1 is a
        line, more than 1 holds memberships longer near 0 and near 1.

    Returns
    -------
    ndarray, shape (n,)
        Exactly 0 beyond e and 1 beyond i.

    Raises
    ------
    InputError
        Where the anchors neither rise nor fall, or an exponent is not above 0.

    References
    ----------
    Thiem, A., & Dușa, A. (2013). *Qualitative Comparative Analysis with R*. Springer, chapter 4.
    """
    low, cross, high = _three(anchors)
    if not (below > 0 and above > 0):
        raise InputError(f"the exponents are {below} and {above}; both must be above 0")
    rising = np.clip((values - low) / (cross - low), 0, 1)
    falling = np.clip((high - values) / (high - cross), 0, 1)
    inner = (values - cross) * (high - cross) > 0
    return np.where(
        np.isnan(values), np.nan, np.where(inner, 1 - falling**above / 2, abs(rising) ** below / 2)
    )


def calibrate_bell(
    values: np.ndarray, anchors: Sequence[float], *, below: float = 1, above: float = 1
) -> np.ndarray:
    """Calibration where the middle belongs to the set and both ends do not, or the reverse.

    Parameters
    ----------
    values : ndarray, shape (n,)
    anchors : six numbers
        e1, c1, i1, i2, c2, e2 in this order: full exclusion, crossover, full inclusion on the
        left, and the same on the right. e1 < c1 < i1 ≤ i2 < c2 < e2 where the middle belongs to
        the set, i1 < c1 < e1 ≤ e2 < c2 < i2 where the ends do.
    below, above : float
        Exponents, as in `calibrate_linear`.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    InputError
        Where the six anchors are in no such order.
    """
    if len(anchors) != 6:
        raise InputError(f"{len(anchors)} anchors were given; a bell needs six: e1 c1 i1 i2 c2 e2")
    left, right = _three(anchors[:3]), _three(anchors[3:][::-1])
    middle = left[2] <= right[2] and left[0] < right[0]
    ends = left[0] <= right[0] and left[2] < right[2]
    bulging = left[0] < left[2] and right[2] < right[0] and middle
    hollow = left[0] > left[2] and right[2] > right[0] and ends
    if not (bulging or hollow):
        raise InputError(
            f"the anchors {list(anchors)} are in no order that makes a bell:"
            " e1 < c1 < i1 ≤ i2 < c2 < e2, or i1 < c1 < e1 ≤ e2 < c2 < i2"
        )
    sides = [calibrate_linear(values, side, below=below, above=above) for side in (left, right)]
    return np.asarray(np.minimum(*sides) if bulging else np.maximum(*sides))


def calibrate_crisp(values: np.ndarray, threshold: float) -> np.ndarray:
    """1 where a value reaches the threshold, else 0; NaN stays NaN."""
    return calibrate_multivalue(values, [threshold])


def calibrate_multivalue(values: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """How many thresholds a value reaches: 0, 1, 2, …; NaN stays NaN.

    Raises
    ------
    InputError
        Where the thresholds do not rise.
    """
    steps = _rising(thresholds)
    reached = (values[:, None] >= steps).sum(axis=1).astype(float)
    return np.where(np.isnan(values), np.nan, reached)


def calibrate_indirect(values: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """Indirect calibration: thresholds sort cases roughly, a fractional logit makes it fine.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Raw values above 0; NaN stays NaN.
    thresholds : sequence of float
        m of them sort the cases into m + 1 groups with the rough memberships 0, 1/m, …, 1, to
        three decimals; a case at a threshold belongs to the group below.

    Returns
    -------
    ndarray, shape (n,)
        Fitted values of a logit of the rough memberships on log x, √x, x and x², to six decimals;
        under .0001 they are 0 and over .9999 they are 1, as R's QCA gives them.

    Raises
    ------
    InputError
        Where thresholds do not rise, a value is not above 0, or the logit cannot be fitted.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press, chapter 5. Royston, P., & Altman, D. G. (1994). Regression using fractional
    polynomials of continuous covariates. *Applied Statistics*, 43(3), 429-467.
    """
    steps = _rising(thresholds)
    known = ~np.isnan(values)
    x = values[known]
    if (x <= 0).any():
        raise InputError(
            f"indirect calibration takes logarithms, and a value is {x.min():g}; shift the values"
            " above 0, or calibrate directly"
        )
    if len(np.unique(x)) < 6:
        raise InputError(
            f"indirect calibration fits five coefficients, and there are {len(np.unique(x))}"
            " different values; calibrate directly"
        )
    groups = (x[:, None] > steps).sum(axis=1)
    rough = np.round(groups / len(steps), 3)
    x = x / x.max()  # no power of it overflows, and the fit stays what it is
    powers = np.column_stack([np.log(x), np.sqrt(x), x, x**2])
    scaled = (powers - powers.mean(axis=0)) / powers.std(axis=0)
    fit = fractional_logit(np.column_stack([np.ones(len(x)), scaled]), rough)
    if isinstance(fit, NoMaximum):
        raise InputError(
            f"indirect calibration cannot be fitted here: {fit.message}; move the thresholds so"
            " that several groups hold cases, or calibrate directly"
        )
    fine = np.round(fit.fitted, _DECIMALS)
    fine[fine < _OUT], fine[fine > _IN] = 0, 1
    memberships = np.full(len(values), np.nan)
    memberships[known] = fine
    return memberships


def calibrate_ecdf(values: np.ndarray, anchors: Sequence[float]) -> np.ndarray:
    """Calibration by rank: the empirical distribution between the anchors takes the place of a line.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN stays NaN.
    anchors : three numbers
        Full exclusion, crossover, full inclusion: rising or falling.

    Returns
    -------
    ndarray, shape (n,)
        0 up to e and 1 from i; between e and c half the share F(x) / F(c), between c and i
        1 − (1 − F(x)) / (1 − F(c)) / 2, where F is the share of the cases between e and i that
        lie no further in than x.

    Raises
    ------
    InputError
        Where the anchors neither rise nor fall, or no case lies on one side of the crossover.

    Notes
    -----
    R's QCA ignores ``ecdf = TRUE`` unless ``logistic = FALSE`` stands beside it.
    """
    low, cross, high = _three(anchors)
    sign = 1 if high > low else -1
    x, low, cross, high = sign * values, sign * low, sign * cross, sign * high
    inside = np.sort(x[(x >= low) & (x <= high)])
    share = np.searchsorted(inside, x, side="right") / max(len(inside), 1)
    at_cross = np.searchsorted(inside, cross, side="right") / max(len(inside), 1)
    if not 0 < at_cross < 1:
        raise InputError(
            "calibration by rank needs cases between the anchors on both sides of the crossover"
            f" {sign * cross:g}; there are none on one side"
        )
    between = np.where(x <= cross, share / at_cross / 2, 1 - (1 - share) / (1 - at_cross) / 2)
    memberships = np.where(x <= low, 0.0, np.where(x >= high, 1.0, between))
    return np.where(np.isnan(values), np.nan, memberships)


def calibrate_tfr(values: np.ndarray, lowest: float | None = None) -> np.ndarray:
    """Totally fuzzy and relative calibration of grades: the share of cases below, from the lowest.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Grades, such as answers from 1 to 7; NaN stays NaN.
    lowest : float or None
        The grade with membership 0, where nobody may have chosen it; None: the least value.

    Returns
    -------
    ndarray, shape (n,)
        (F(x) − F(lowest)) / (1 − F(lowest)), at least 0.

    Raises
    ------
    InputError
        Where every case has the lowest grade.

    References
    ----------
    Cheli, B., & Lemmi, A. (1995). A "totally" fuzzy and relative approach to the multidimensional
    analysis of poverty. *Economic Notes*, 24, 115-134.
    """
    ranked = np.sort(values[~np.isnan(values)])
    if not len(ranked):
        raise InputError("every grade is missing; there is nothing to calibrate")
    base = float(ranked[0]) if lowest is None else lowest
    at_base = np.searchsorted(ranked, base, side="right") / len(ranked)
    if at_base == 1:
        raise InputError("every case has the lowest grade; there is nothing to calibrate")
    share = np.searchsorted(ranked, values, side="right") / len(ranked)
    memberships = np.maximum(0, (share - at_base) / (1 - at_base))
    return np.where(np.isnan(values), np.nan, memberships)


def _three(anchors: Sequence[float]) -> tuple[float, float, float]:
    if len(anchors) != 3:
        raise InputError(
            f"{len(anchors)} anchors were given; three are needed: full exclusion, crossover,"
            " full inclusion"
        )
    low, cross, high = (float(anchor) for anchor in anchors)
    if not (low < cross < high or low > cross > high):
        raise InputError(
            f"the anchors {low:g}, {cross:g}, {high:g} neither rise nor fall; give them as full"
            " exclusion, crossover, full inclusion"
        )
    return low, cross, high


def _rising(thresholds: Sequence[float]) -> np.ndarray:
    steps = np.asarray(thresholds, dtype=float)
    if not len(steps) or not np.isfinite(steps).all() or (np.diff(steps) <= 0).any():
        raise InputError(f"the thresholds {list(thresholds)} do not rise; give them in order")
    return steps
