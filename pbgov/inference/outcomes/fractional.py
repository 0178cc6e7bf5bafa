"""Fractional logit: shares between 0 and 1, their ends included, by quasi-likelihood.

Only the mean needs to be right, not the distribution. The last step of the fit is a weighted least
squares whose residuals are Pearson's and whose leverage is that of the generalised linear model, so
every covariance of `pbgov.inference.linear` and `clusters` holds for it as it stands. At sixteen
districts HC3 with t(n - k) keeps its size; statsmodels' GLM gives HC0 under the name of HC3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit, logit, xlogy

from pbgov.errors import InputError
from pbgov.inference.clusters import cr1, cr3
from pbgov.inference.linear import LeastSquares, dependent_columns, hc2, hc3, least_squares
from pbgov.inference.outcomes.separation import NoMaximum, separating_direction, surely_bounded

if TYPE_CHECKING:
    from collections.abc import Sequence

Covariance = Literal["HC0", "HC1", "HC2", "HC3", "quasi"]

_STEPS = 100
_HALVINGS = 60
_SETTLED = 1e-12
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class FractionalFit:
    """A fractional logit at the maximum of its quasi-likelihood.

    Attributes
    ----------
    design : ndarray, shape (n, k)
    outcome : ndarray, shape (n,)
        Shares, between 0 and 1.
    weights : ndarray, shape (n,)
    coefficients : ndarray, shape (k,)
        In logits per unit of the column.
    fitted : ndarray, shape (n,)
        Fitted shares.
    working : LeastSquares
        The last weighted least-squares step: rows times the root of their working weight.
        Its residuals are Pearson residuals, its leverage that of the weighted design.
    deviance : float
        Twice the log of the saturated quasi-likelihood over this one; never negative.
    dispersion : float
        Sum of squared Pearson residuals over n - k.
    r2, r2_correlation : float
        One minus the residual over the total sum of squares of the shares, and the squared
        correlation of shares with fitted shares; both weighted.
    iterations : int
        Newton steps taken.
    """

    design: np.ndarray
    outcome: np.ndarray
    weights: np.ndarray
    coefficients: np.ndarray
    fitted: np.ndarray
    working: LeastSquares
    deviance: float
    dispersion: float
    r2: float
    r2_correlation: float
    iterations: int


def fractional_logit(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray | None = None
) -> FractionalFit | NoMaximum:
    """The fractional logit of a share on the columns of a design, by Newton's steps.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its column of ones, where an intercept is wanted; n > k.
    outcome : ndarray, shape (n,)
        Shares between 0 and 1; 0 and 1 themselves are allowed.
    weights : ndarray, shape (n,), optional
        By how much each row counts, above 0: the number of respondents behind a share makes each
        respondent count once. Only their proportions matter; the rows stay n, since the
        respondents of one row are not independent of one another.

    Returns
    -------
    FractionalFit or NoMaximum
        NoMaximum where the columns separate rows with 0 from rows with 1 (wholly, or but for
        ties), among them an outcome that is 0 or 1 throughout; or where fitted shares lie so near
        0 and 1 that the rows no longer tell the coefficients apart.

    Raises
    ------
    InputError
        Where a value is not finite, a share lies outside 0 and 1, a weight is not above 0,
        there are no more rows than columns, or columns depend on one another.

    References
    ----------
    Papke, L. E., & Wooldridge, J. M. (1996). Econometric methods for fractional response
    variables with an application to 401(k) plan participation rates. *Journal of Applied
    Econometrics*, 11(6), 619-632.
    """
    design, outcome, weights = _checked(design, outcome, weights)
    basis = np.linalg.qr(design)[0] * np.sqrt(len(design))
    linear, iterations, settled = _climb(basis, outcome, weights)
    inside = (outcome > 0) & (outcome < 1)
    pulls = weights * (outcome - expit(linear))
    if not settled or not surely_bounded(np.abs(pulls[~inside]), basis.T @ pulls):
        ends = basis[~inside] * np.where(outcome[~inside] == 1, 1.0, -1.0)[:, None]
        if separating_direction(ends, basis[inside]) is not None:
            return NoMaximum("the regressors separate the rows with 0 from the rows with 1", True)
    if not settled:
        return NoMaximum(f"no maximum was found in {_STEPS} steps", False)
    fitted = expit(linear)
    spread = weights * fitted * expit(-linear)
    root = np.sqrt(spread)
    if dependent_columns(design * root[:, None]):
        return NoMaximum("fitted shares lie too near 0 and 1 to tell the coefficients apart", False)
    missed = weights * (outcome - fitted)
    pearson = np.divide(missed, root, out=np.zeros_like(root), where=root > 0)
    working = least_squares(design * root[:, None], linear * root + pearson)
    return FractionalFit(
        design=design,
        outcome=outcome,
        weights=weights,
        coefficients=working.coefficients,
        fitted=fitted,
        working=working,
        deviance=_deviance(outcome, linear, weights),
        dispersion=float(working.residuals @ working.residuals) / (working.n - working.k),
        r2=_r2(outcome, fitted, weights),
        r2_correlation=_r2_correlation(outcome, fitted, weights),
        iterations=iterations,
    )


def robust_covariance(fit: FractionalFit, kind: Covariance) -> np.ndarray:
    """Covariance of the coefficients of a fractional logit, of independent rows.

    Parameters
    ----------
    fit : FractionalFit
    kind : {"HC0", "HC1", "HC2", "HC3", "quasi"}
        HC1 is HC0 times n / (n - k). HC2 and HC3 divide squared residuals by one minus the hat
        value of the weighted design, or by its square. "quasi" takes the variance for
        ``dispersion * mu * (1 - mu)``, as a quasi-binomial generalised linear model does.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    InputError
        For HC2 and HC3 where a row alone decides a coefficient.

    References
    ----------
    Papke and Wooldridge (1996), as in `fractional_logit`.
    Cribari-Neto, F., & Zarkos, S. G. (2001), Heteroskedasticity-consistent covariance matrix
    estimation: White's estimator and the bootstrap. *Journal of Statistical Computation and
    Simulation*, 68(4), 391-411.
    """
    working = fit.working
    if kind == "HC2":
        return hc2(working)
    if kind == "HC3":
        return hc3(working)
    if kind == "quasi":
        return np.asarray(fit.dispersion * working.weights.T @ working.weights)
    moved = working.weights * working.residuals[:, None]
    scale = working.n / (working.n - working.k) if kind == "HC1" else 1.0
    return np.asarray(scale * moved.T @ moved)


def cluster_covariance(
    fit: FractionalFit, clusters: np.ndarray, kind: Literal["CR1", "CR3"]
) -> np.ndarray:
    """Covariance of the coefficients of a fractional logit whose rows come in clusters.

    Parameters
    ----------
    fit : FractionalFit
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.
    kind : {"CR1", "CR3"}
        The cluster sandwich times G / (G - 1), or the jackknife over clusters, each of whose
        refits is one Newton step from the whole fit. Both go with t(G - 1).

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    InputError
        Where there are fewer than two clusters.
    """
    return cr1(fit.working, clusters) if kind == "CR1" else cr3(fit.working, clusters)


def average_marginal_effect(
    fit: FractionalFit, column: int, same_factor: Sequence[int] = ()
) -> tuple[float, np.ndarray]:
    """What one column goes with in the mean share, all other columns held as they are.

    Parameters
    ----------
    fit : FractionalFit
    column : int
        Where it holds nothing but 0 and 1: the mean share with 1 minus the mean share with 0.
        Otherwise the mean derivative of the share, per unit of the column.
    same_factor : sequence of int
        Other columns of 0 and 1 of the same grouping, set to 0 in both: the comparison is then
        with the group left out.

    Returns
    -------
    effect : float
        In shares (0.01 is a percentage point); rows count by their weights.
    gradient : ndarray, shape (k,)
        Derivative of the effect by the coefficients; with the covariance V of the coefficients the
        variance of the effect is ``gradient @ V @ gradient`` (delta method, rows held fixed).
    """
    values = fit.design[:, column]
    if not np.isin(values, (0.0, 1.0)).all():
        moved = np.zeros_like(fit.design)
        moved[:, column] = 1
        return average_derivative(fit, moved)
    without = fit.design.copy()
    without[:, [column, *same_factor]] = 0
    with_it = without.copy()
    with_it[:, column] = 1
    share = fit.weights / fit.weights.sum()
    high, low = expit(with_it @ fit.coefficients), expit(without @ fit.coefficients)
    gradient = (share * high * (1 - high)) @ with_it - (share * low * (1 - low)) @ without
    return float(share @ (high - low)), np.asarray(gradient)


def average_derivative(fit: FractionalFit, moved: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean derivative of the share by a quantity that may stand in several columns.

    Parameters
    ----------
    fit : FractionalFit
    moved : ndarray, shape (n, k)
        Derivative of each cell of the design by that quantity: for x beside its square, 1 in the
        column of x, 2 x in that of the square, 0 elsewhere.

    Returns
    -------
    effect, gradient
        As in `average_marginal_effect`.
    """
    spread = fit.weights / fit.weights.sum() * fit.fitted * (1 - fit.fitted)
    slope = moved @ fit.coefficients
    gradient = (slope * spread * (1 - 2 * fit.fitted)) @ fit.design + spread @ moved
    return float(slope @ spread), np.asarray(gradient)


def _checked(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    design, outcome = np.asarray(design, dtype=float), np.asarray(outcome, dtype=float)
    if design.ndim != 2 or outcome.shape != design.shape[:1]:
        raise InputError(f"design is {design.shape}, outcome {outcome.shape}; want (n, k) and (n,)")
    weights = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float)
    if weights.shape != outcome.shape:
        raise InputError(f"{len(outcome)} rows but weights of shape {weights.shape}")
    if not (np.isfinite(design).all() and np.isfinite(outcome).all()):
        raise InputError("design or outcome holds a value that is not finite; drop those rows")
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise InputError("a weight is not a finite number above 0; drop those rows first")
    outside = np.flatnonzero((outcome < 0) | (outcome > 1))
    if len(outside):
        row = outside[0]
        raise InputError(f"row {row}: {outcome[row]:g} is no share; shares lie between 0 and 1")
    n, k = design.shape
    if n <= k:
        raise InputError(f"{n} rows for {k} coefficients; need more rows than coefficients")
    dependent = dependent_columns(design)
    if dependent:
        raise InputError(f"column {dependent[0]} is a linear combination of the columns before it")
    return design, outcome, weights / weights.mean()


def _climb(
    basis: np.ndarray, outcome: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, int, bool]:
    """The linear predictor at the summit, the steps taken, and whether it was reached.

    The quasi-likelihood is concave; a step that loses is halved.
    """
    parameters = basis.T @ logit((outcome + 0.5) / 2) / len(basis)
    linear = basis @ parameters
    value = _height(linear, outcome, weights)
    for step_number in range(1, _STEPS + 1):
        fitted = expit(linear)
        gradient = basis.T @ (weights * (outcome - fitted))
        bend = (basis * (weights * fitted * expit(-linear))[:, None]).T @ basis
        try:
            step = np.linalg.solve(bend, gradient)
        except np.linalg.LinAlgError:
            return linear, step_number, False
        gain = float(gradient @ step)
        for _ in range(_HALVINGS):
            trial = basis @ (parameters + step)
            trial_value = _height(trial, outcome, weights)
            if trial_value >= value - _ROUNDING * (1 + abs(value)):
                break
            step = step / 2
        else:
            return linear, step_number, False
        parameters, linear, value = parameters + step, trial, trial_value
        if gain < _SETTLED:
            return linear, step_number, True
    return linear, _STEPS, False


def _height(linear: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> float:
    return float(weights @ (outcome * linear - np.logaddexp(0, linear)))


def _deviance(outcome: np.ndarray, linear: np.ndarray, weights: np.ndarray) -> float:
    saturated = float(weights @ (xlogy(outcome, outcome) + xlogy(1 - outcome, 1 - outcome)))
    return max(0.0, 2 * (saturated - _height(linear, outcome, weights)))


def _r2(outcome: np.ndarray, fitted: np.ndarray, weights: np.ndarray) -> float:
    total = float(weights @ (outcome - np.average(outcome, weights=weights)) ** 2)
    return 1 - float(weights @ (outcome - fitted) ** 2) / total if total > 0 else float("nan")


def _r2_correlation(outcome: np.ndarray, fitted: np.ndarray, weights: np.ndarray) -> float:
    both = np.cov(outcome, fitted, aweights=weights, ddof=0)
    spread = both[0, 0] * both[1, 1]
    return float(both[0, 1] ** 2 / spread) if spread > 0 else float("nan")
