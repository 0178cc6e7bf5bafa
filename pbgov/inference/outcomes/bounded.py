"""Interval regression: outcomes of which only bounds were published.

The linear model with normal errors by maximum likelihood. In Olsen's parameters (coefficients
and one, each divided by sigma) the log-likelihood has a single summit, so Newton's steps find it
or run off to infinity, and the second case is reported, never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import log_ndtr

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import dependent_columns
from pbgov.inference.resampling.permutation import NO_TEST, PermutationResult, freedman_lane
from pbgov.inference.resampling.relabelings import DRAWS

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)
_STEPS = 100
_SETTLED = 1e-12
_ROUNDING = 1e-8
_FLAT = 1e-7
_SIGMA_GONE = 1e7
_NO_SUMMIT = "the likelihood is flat; the bounds do not determine the coefficients"


@dataclass(frozen=True, eq=False)
class IntervalFit:
    """An interval regression at the maximum of its likelihood.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
        In units of the outcome per unit of the column.
    sigma : float
        Standard deviation of the errors, in units of the outcome.
    log_likelihood : float
        Densities of exact rows, probabilities of the others.
    covariance : ndarray, shape (k, k)
        Of the coefficients, from the observed information.
    information_inverse : ndarray, shape (k + 1, k + 1)
        The same with log sigma as its last row and column.
    moves : ndarray, shape (n, k + 1)
        Each row's derivative of the log-likelihood by the coefficients and log sigma, times
        `information_inverse`: how far the row moves them. Reckoned so that a column far from
        zero leaves the digits of their squares.
    generalised_residuals : ndarray, shape (n,)
        Each row's expected error given its bounds, divided by sigma squared: the
        derivative of its log-likelihood by its mean.
    converged : bool
    message : str
        Why the search ended, empty where it converged.
    """

    coefficients: np.ndarray
    sigma: float
    log_likelihood: float
    covariance: np.ndarray
    information_inverse: np.ndarray
    moves: np.ndarray
    generalised_residuals: np.ndarray
    converged: bool
    message: str


def interval_regression(design: np.ndarray, low: np.ndarray, high: np.ndarray) -> IntervalFit:
    """Maximum-likelihood regression where each outcome lies between two bounds.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its column of ones, where an intercept is wanted; n > k.
    low, high : ndarray, shape (n,)
        Bounds of each outcome, low <= high. Equal bounds are an exact outcome;
        -inf or inf leaves a side open.

    Returns
    -------
    IntervalFit
        With ``converged`` False and NaN numbers where the likelihood has no maximum
        (every bound can be met without error, or all rows are open on one side).

    Raises
    ------
    InputError
        Where bounds are missing or crossed, a row is open on both sides, there are
        no more rows than columns, or columns depend on one another.

    References
    ----------
    Stewart, M. B. (1983). On least squares estimation when the dependent variable
    is grouped. *Review of Economic Studies*, 50(4), 737-753.
    Olsen, R. J. (1978). Note on the uniqueness of the maximum likelihood estimator
    for the tobit model. *Econometrica*, 46(5), 1211-1215.
    """
    design, low, high = _checked(design, low, high)
    n, k = design.shape
    start = _midpoints(low, high)
    shift, scale = start.mean(), start.std() or 1.0
    q, r = np.linalg.qr(design)
    basis = q * np.sqrt(n)
    below, above = (low - shift) / scale, (high - shift) / scale
    # the shift is a column of the model only where the ones are; else nothing is shifted
    if not np.allclose(basis @ (basis.T @ np.ones(n)) / n, 1, atol=1e-9):
        below, above, shift = low / scale, high / scale, 0.0
    parameters, message = _climb(basis, below, above)
    if message:
        return _failed(n, k, message)
    value, gradient_rows, hessian = _log_likelihood(basis, below, above, parameters)
    tau = parameters[-1]
    to_design = linalg.solve_triangular(r, np.eye(k)) * np.sqrt(n)
    coefficients = to_design @ parameters[:-1] / tau * scale
    if shift:
        coefficients = coefficients + linalg.solve_triangular(r, q.T @ np.full(n, shift))
    # from (gamma, tau) to (beta, log sigma): beta = scale * T gamma / tau, log sigma = -log tau
    back = np.zeros((k + 1, k + 1))  # d(beta, log sigma) / d(gamma, tau)
    back[:k, :k] = to_design * scale / tau
    back[:k, k] = -back[:k, :k] @ parameters[:-1] / tau
    back[k, k] = -1 / tau
    half = np.linalg.inv(np.linalg.cholesky(-hessian)).T
    information_inverse = back @ half @ (back @ half).T
    exact = low == high
    return IntervalFit(
        coefficients=coefficients,
        sigma=float(scale / tau),
        log_likelihood=float(value - exact.sum() * np.log(scale)),
        covariance=information_inverse[:k, :k],
        information_inverse=information_inverse,
        moves=gradient_rows @ half @ (back @ half).T,
        generalised_residuals=_by_mean(basis, below, above, parameters) * tau / scale,
        converged=True,
        message="",
    )


def cluster_covariance(fit: IntervalFit, clusters: np.ndarray) -> np.ndarray:
    """Cluster sandwich of the coefficients, with the CR1 factor G / (G - 1).

    Parameters
    ----------
    fit : IntervalFit
        A converged one.
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.

    Returns
    -------
    ndarray, shape (k, k)
        Sigma is estimated beside the coefficients and taken into account.

    References
    ----------
    White, H. (1982). Maximum likelihood estimation of misspecified models.
    *Econometrica*, 50(1), 1-25.
    """
    members = cluster_members(clusters, len(fit.moves))
    moves = np.array([fit.moves[rows, :-1].sum(axis=0) for rows in members])
    return np.asarray(moves.T @ moves * len(members) / (len(members) - 1))


def cluster_score_test(
    design: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    clusters: np.ndarray,
    column: int,
    *,
    seed: int,
    draws: int = DRAWS,
) -> PermutationResult:
    """Permutation test of one cluster-level column of an interval regression.

    The regression is fitted without the column. What it leaves unexplained, the
    generalised residuals, is summed by cluster and tested against the column among the
    clusters (Freedman-Lane), given the other columns that are constant in clusters.

    Parameters
    ----------
    design, low, high
        As in `interval_regression`.
    clusters : ndarray, shape (n,)
    column : int
        Position of the tested column; constant within every cluster.
    seed, draws
        As in `pbgov.inference.resampling.permutation.freedman_lane`.

    Returns
    -------
    PermutationResult
        The statistic is a t among the clusters; `NO_TEST` where the regression without the
        column does not converge, or the column cannot be told from the others among clusters.

    Raises
    ------
    InputError
        Where the column varies within a cluster.

    Notes
    -----
    The clusters must be exchangeable where the column has no effect: about as many rows
    each, and bounds that came about in the same way.

    References
    ----------
    Gourieroux, C., Monfort, A., Renault, E., & Trognon, A. (1987). Generalised
    residuals. *Journal of Econometrics*, 34(1-2), 5-32.
    Freedman, D., & Lane, D. (1983), as in `pbgov.inference.resampling.permutation.freedman_lane`.
    """
    design = np.asarray(design, dtype=float)
    members = cluster_members(clusters, len(design))
    constant = [
        j for j, values in enumerate(design.T) if all(np.ptp(values[rows]) == 0 for rows in members)
    ]
    if column not in constant:
        raise InputError(
            f"column {column} varies within a cluster; it cannot be permuted by cluster"
        )
    without = interval_regression(np.delete(design, column, axis=1), low, high)
    if not without.converged:
        return NO_TEST
    first_rows = [rows[0] for rows in members]
    others = design[np.ix_(first_rows, [j for j in constant if j != column])]
    covariates = np.column_stack([np.ones(len(members)), others])
    covariates = np.delete(covariates, dependent_columns(covariates), axis=1)
    regressor = design[first_rows, column]
    enough = len(members) - covariates.shape[1] - 1 >= 1
    if not enough or dependent_columns(np.column_stack([covariates, regressor])):
        return NO_TEST
    return freedman_lane(
        np.array([without.generalised_residuals[rows].sum() for rows in members]),
        regressor,
        covariates,
        seed=seed,
        draws=draws,
    )


def _checked(
    design: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    design = np.asarray(design, dtype=float)
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    n, k = design.shape
    if low.shape != (n,) or high.shape != (n,):
        raise InputError(f"design has {n} rows, the bounds {low.shape} and {high.shape}")
    if n <= k:
        raise InputError(f"{n} rows for {k} coefficients; need more rows than coefficients")
    if not np.isfinite(design).all() or np.isnan(low).any() or np.isnan(high).any():
        raise InputError("a value is missing; drop those rows first, or open the bound with inf")
    wrong = np.flatnonzero((low > high) | (np.isinf(low) & (np.isinf(high) | (low == high))))
    if len(wrong):
        row = wrong[0]
        raise InputError(f"row {row}: bounds {low[row]} and {high[row]} do not enclose an outcome")
    dependent = dependent_columns(design)
    if dependent:
        raise InputError(f"column {dependent[0]} is a linear combination of the columns before it")
    return design, low, high


def _midpoints(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    low, high = np.where(np.isinf(low), high, low), np.where(np.isinf(high), low, high)
    return np.asarray((low + high) / 2)


def _failed(n: int, k: int, message: str) -> IntervalFit:
    nan = float("nan")
    return IntervalFit(
        coefficients=np.full(k, nan),
        sigma=nan,
        log_likelihood=nan,
        covariance=np.full((k, k), nan),
        information_inverse=np.full((k + 1, k + 1), nan),
        moves=np.full((n, k + 1), nan),
        generalised_residuals=np.full(n, nan),
        converged=False,
        message=message,
    )


def _climb(basis: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, str]:
    middle = _midpoints(low, high)
    slope = basis.T @ middle / len(basis)
    tau = 1 / max(np.sqrt(np.mean((middle - basis @ slope) ** 2)), 0.1)
    parameters = np.append(slope * tau, tau)
    value, rows, hessian = _log_likelihood(basis, low, high, parameters)
    for _ in range(_STEPS):
        gradient = rows.sum(axis=0)
        try:
            step = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            return parameters, _NO_SUMMIT
        gain = float(gradient @ step)
        length = 1.0
        while True:
            trial = parameters + length * step
            if trial[-1] > 0:
                trial_value, trial_rows, trial_hessian = _log_likelihood(basis, low, high, trial)
                if trial_value >= value:
                    break
            length /= 2
            if length < 1e-10:
                trial, trial_value, trial_rows, trial_hessian = parameters, value, rows, hessian
                break
        parameters, value, rows, hessian = trial, trial_value, trial_rows, trial_hessian
        if parameters[-1] > _SIGMA_GONE:
            return parameters, "sigma runs to 0; every bound can be met without error"
        if abs(gain) < _SETTLED:
            break
        if length < 1e-10:
            break
    if abs(gain) > _ROUNDING:
        return parameters, "no maximum was found; the bounds may not determine the coefficients"
    if np.linalg.eigvalsh(-hessian)[0] < _FLAT:
        return parameters, _NO_SUMMIT
    return parameters, ""


def _by_mean(
    basis: np.ndarray, low: np.ndarray, high: np.ndarray, parameters: np.ndarray
) -> np.ndarray:
    """Derivative of each row's log-likelihood by its standardised mean."""
    eta, tau = basis @ parameters[:-1], parameters[-1]
    exact = low == high
    result = np.empty(len(eta))
    result[exact] = tau * low[exact] - eta[exact]
    at_low, at_high = _edge_ratios(
        tau * low[~exact] - eta[~exact], tau * high[~exact] - eta[~exact]
    )[1:]
    result[~exact] = at_low - at_high
    return result


def _log_likelihood(
    basis: np.ndarray, low: np.ndarray, high: np.ndarray, parameters: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Value, each row's score and the Hessian, in (gamma, tau)."""
    eta, tau = basis @ parameters[:-1], parameters[-1]
    exact = low == high
    z_low, z_high = tau * low[~exact] - eta[~exact], tau * high[~exact] - eta[~exact]
    log_probability, at_low, at_high = _edge_ratios(z_low, z_high)
    by_eta, by_tau, eta_eta, eta_tau, tau_tau = (np.empty(len(eta)) for _ in range(5))

    y = low[exact]
    z = tau * y - eta[exact]
    by_eta[exact], by_tau[exact] = z, 1 / tau - z * y
    eta_eta[exact], eta_tau[exact], tau_tau[exact] = -1.0, y, -1 / tau**2 - y**2

    def times(bound: np.ndarray, ratio: np.ndarray) -> np.ndarray:
        return np.asarray(
            np.multiply(bound, ratio, out=np.zeros_like(ratio), where=np.isfinite(bound))
        )

    slope = at_high - at_low
    reach = times(high[~exact], at_high) - times(low[~exact], at_low)
    bend_low, bend_high = times(z_low, at_low), times(z_high, at_high)
    mixed = times(high[~exact], bend_high) - times(low[~exact], bend_low)
    square = times(high[~exact] ** 2, bend_high) - times(low[~exact] ** 2, bend_low)
    by_eta[~exact], by_tau[~exact] = -slope, reach
    eta_eta[~exact] = bend_low - bend_high - slope**2
    eta_tau[~exact] = mixed + slope * reach
    tau_tau[~exact] = -square - reach**2

    value = float(
        log_probability.sum() + exact.sum() * (np.log(tau) - _LOG_ROOT_TWO_PI) - 0.5 * z @ z
    )
    k = basis.shape[1]
    hessian = np.empty((k + 1, k + 1))
    hessian[:k, :k] = basis.T @ (basis * eta_eta[:, None])
    hessian[:k, k] = hessian[k, :k] = basis.T @ eta_tau
    hessian[k, k] = tau_tau.sum()
    return value, np.column_stack([basis * by_eta[:, None], by_tau]), hessian


def _edge_ratios(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log of the normal probability between two points, and the density at each over it.

    Taken in the lower tail, where logarithms of probabilities keep their digits.
    """
    mirrored = low > 0
    near = np.where(mirrored, -low, high)
    far = np.where(mirrored, -high, low)
    with np.errstate(over="ignore", invalid="ignore"):  # a step too far; it will be halved
        log_near, log_far = log_ndtr(near), log_ndtr(far)
        log_probability = log_near + np.log(-np.expm1(np.minimum(log_far - log_near, -1e-300)))
        at_low = np.exp(-0.5 * low**2 - _LOG_ROOT_TWO_PI - log_probability)
        at_high = np.exp(-0.5 * high**2 - _LOG_ROOT_TWO_PI - log_probability)
    return log_probability, at_low, at_high
