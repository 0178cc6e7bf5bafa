"""One comparison of two groups over two periods: the building block of staggered adoption.

Outcome regression, inverse probability weighting and the doubly robust combination, each with the
influence function that standard errors are made of. Without covariates the three are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns, least_squares
from pbgov.inference.outcomes.fractional import fractional_logit
from pbgov.inference.outcomes.separation import NoMaximum

Method = Literal["dr", "reg", "ipw"]
METHODS: tuple[Method, ...] = ("dr", "reg", "ipw")

NO_OVERLAP = 0.999
_LARGEST_SHARE = 1 - 1e-6


@dataclass(frozen=True, eq=False)
class TwoPeriods:
    """The effect on the treated in one comparison of two groups over two periods.

    Attributes
    ----------
    att : float
        In units of the outcome; NaN where `missing` says why.
    influence : ndarray, shape (n,)
        What each unit adds to the error of `att`; its mean is 0. NaN where `att` is.
    missing : {"", "no overlap", "too few controls", "collinear covariates"}
    """

    att: float
    influence: np.ndarray
    missing: str = ""


def two_period_effect(
    change: np.ndarray,
    treated: np.ndarray,
    covariates: np.ndarray | None = None,
    method: Method = "dr",
) -> TwoPeriods:
    """The average effect on the treated, where trends are parallel given the covariates.

    Parameters
    ----------
    change : ndarray, shape (n,)
        Outcome of each unit in the later period minus the earlier one.
    treated : ndarray of bool, shape (n,)
        Some of each.
    covariates : ndarray, shape (n, q), optional
        Without a column of ones.
    method : {"dr", "reg", "ipw"}
        Doubly robust (logit and least squares), outcome regression of the comparison units, or
        inverse probability weights that add up to one. Without covariates all three are
        the difference of two means.

    Returns
    -------
    TwoPeriods
        Not estimated where a unit's probability of treatment reaches 0.999 ("dr", "ipw"), where
        there are no more comparison units than coefficients, or where the covariates are
        linear combinations of one another.

    Raises
    ------
    InputError
        Where a group is empty, shapes differ, or a value is not finite.

    References
    ----------
    Sant'Anna, P. H. C., & Zhao, J. (2020). Doubly robust difference-in-differences estimators.
    *Journal of Econometrics*, 219(1), 101-122.
    Heckman, J. J., Ichimura, H., & Todd, P. E. (1997), Abadie, A. (2005), as cited there.

    Examples
    --------
    >>> two_period_effect(np.array([3.0, 5, 1, 2]), np.array([True, True, False, False])).att
    2.5
    """
    change = np.asarray(change, dtype=float)
    treated = np.asarray(treated, dtype=bool)
    if method not in METHODS:
        raise InputError(f"method {method!r} is none of {', '.join(METHODS)}")
    if treated.shape != change.shape or treated.all() or not treated.any():
        raise InputError(
            f"{int(treated.sum())} of {len(change)} units are treated; need some of each"
        )
    if not np.isfinite(change).all():
        raise InputError("a change of the outcome is not finite; leave those units out first")
    if covariates is None or covariates.shape[1] == 0:
        return _difference_of_means(change, treated)
    design = _design(covariates, len(change))
    if dependent_columns(design):
        return _missing(len(change), "collinear covariates")
    n_controls = int((~treated).sum())
    if len(change) <= design.shape[1]:
        return _missing(len(change), "too few controls")
    if method != "ipw" and (n_controls <= design.shape[1] or dependent_columns(design[~treated])):
        return _missing(len(change), "too few controls")
    share, spread = np.zeros(len(change)), np.zeros((design.shape[1],) * 2)
    if method != "reg":
        share, spread = _propensity(design, treated)
        if share.max() >= NO_OVERLAP:
            return _missing(len(change), "no overlap")
    predicted, errors = np.zeros(len(change)), np.zeros(design.shape)
    if method != "ipw":
        predicted, errors = _regression(design, change, treated)
    if method == "reg":
        return _by_regression(design, change, treated, predicted, errors)
    scores = (treated - share)[:, None] * design @ spread
    return _by_weights(design, change - predicted, treated, share, scores, errors)


def _difference_of_means(change: np.ndarray, treated: np.ndarray) -> TwoPeriods:
    n = len(change)
    first, second = change[treated].mean(), change[~treated].mean()
    influence = np.where(
        treated,
        (change - first) * n / treated.sum(),
        -(change - second) * n / (~treated).sum(),
    )
    return TwoPeriods(float(first - second), influence)


def _by_regression(
    design: np.ndarray,
    change: np.ndarray,
    treated: np.ndarray,
    predicted: np.ndarray,
    errors: np.ndarray,
) -> TwoPeriods:
    """Mean change of the treated minus what the comparison units' regression predicts for them."""
    share = treated.mean()
    observed, expected = change[treated].mean(), predicted[treated].mean()
    of_treated = treated * (change - observed)
    of_prediction = treated * (predicted - expected) + errors @ (treated[:, None] * design).mean(0)
    return TwoPeriods(float(observed - expected), (of_treated - of_prediction) / share)


def _by_weights(
    design: np.ndarray,
    left: np.ndarray,
    treated: np.ndarray,
    share: np.ndarray,
    scores: np.ndarray,
    errors: np.ndarray,
) -> TwoPeriods:
    """Weighted difference of what the regression leaves; `errors` are 0 without a regression."""
    odds = np.where(treated, 0.0, share / (1 - share))
    first = left[treated].mean()
    second = (odds * left).sum() / odds.sum()
    of_treated = treated * (left - first) - errors @ (treated[:, None] * design).mean(0)
    by_odds = odds[:, None] * design
    of_controls = (
        odds * (left - second)
        + scores @ ((left - second)[:, None] * by_odds).mean(0)
        - errors @ by_odds.mean(0)
    )
    influence = of_treated / treated.mean() - of_controls / odds.mean()
    return TwoPeriods(float(first - second), influence)


def _regression(
    design: np.ndarray, change: np.ndarray, treated: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Predictions of the comparison units' regression, and each unit's part in its coefficients."""
    fit = least_squares(design[~treated], change[~treated])
    predicted = design @ fit.coefficients
    errors = np.zeros(design.shape)
    errors[~treated] = fit.residuals[:, None] * fit.weights * len(change)
    return predicted, errors


def _propensity(design: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of treatment by a logit, and n times the inverse of its information.

    Where the covariates tell the groups apart without error, the treated have probability 1.
    """
    fit = fractional_logit(design, treated.astype(float))
    if isinstance(fit, NoMaximum):
        return treated.astype(float), np.eye(design.shape[1])
    spread = len(design) * fit.working.weights.T @ fit.working.weights
    return np.minimum(fit.fitted, _LARGEST_SHARE), spread


def _design(covariates: np.ndarray, n: int) -> np.ndarray:
    """Ones and the covariates, each centred and scaled: no result depends on their units."""
    covariates = np.asarray(covariates, dtype=float)
    if covariates.ndim != 2 or len(covariates) != n:
        raise InputError(f"covariates are {covariates.shape}; want ({n}, q)")
    if not np.isfinite(covariates).all():
        raise InputError("a covariate is not finite; leave those units out first")
    centred = covariates - covariates.mean(axis=0)
    length = np.abs(centred).max(axis=0)
    return np.column_stack([np.ones(n), centred / np.where(length > 0, length, 1)])


def _missing(n: int, reason: str) -> TwoPeriods:
    return TwoPeriods(float("nan"), np.full(n, np.nan), reason)
