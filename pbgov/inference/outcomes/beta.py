"""Beta regression: shares strictly between 0 and 1, by maximum likelihood.

A sensitivity line, never the headline: it stakes the mean on the whole distribution being right,
cannot take a 0 or a 1, and rejects a true null 9 to 10 times in a hundred at sixteen districts.
Standard errors are those of the expected information, as in R's betareg (statsmodels takes the
observed information, up to 28 % larger for the precision at n = 38).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import digamma, expit, gammaln, logit, polygamma

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns, least_squares
from pbgov.inference.outcomes.separation import NoMaximum

_STEPS = 500
_HALVINGS = 60
_SETTLED = 1e-12
_ROUNDING = 1e-13
_FAR_LOGIT = 30.0
_FAR_LOG_PRECISION = 50.0


@dataclass(frozen=True, eq=False)
class BetaFit:
    """A beta regression at the maximum of its likelihood.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
        Of the logit of the mean.
    precision_coefficients : ndarray, shape (q,)
        Of the log of the precision phi; with the column of ones alone, log phi itself.
    covariance : ndarray, shape (k + q, k + q)
        Of both, in this order: inverse of the expected information.
    fitted : ndarray, shape (n,)
        Fitted means.
    precision : ndarray, shape (n,)
        Fitted phi; the variance of a share is mu (1 - mu) / (1 + phi).
    log_likelihood : float
    pseudo_r2 : float
        Squared correlation of the linear predictor with the logit of the shares; NaN where the
        predictor does not vary.
    iterations : int
        Scoring steps taken.
    """

    coefficients: np.ndarray
    precision_coefficients: np.ndarray
    covariance: np.ndarray
    fitted: np.ndarray
    precision: np.ndarray
    log_likelihood: float
    pseudo_r2: float
    iterations: int

    @property
    def phi(self) -> float:
        """The precision, where it is the same for all rows (one precision coefficient)."""
        return float(np.exp(self.precision_coefficients[0]))

    @property
    def phi_std_error(self) -> float:
        """Standard error of `phi`; the expected information carries over from log phi exactly."""
        return self.phi * float(np.sqrt(self.covariance[-1, -1]))


def beta_regression(
    design: np.ndarray, outcome: np.ndarray, precision_design: np.ndarray | None = None
) -> BetaFit | NoMaximum:
    """Beta regression with logit mean and log precision, by Fisher scoring.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its column of ones, where an intercept is wanted.
    outcome : ndarray, shape (n,)
        Shares, strictly between 0 and 1.
    precision_design : ndarray, shape (n, q), optional
        Columns of the log precision; a column of ones where not given (one precision for all).

    Returns
    -------
    BetaFit or NoMaximum
        NoMaximum where the precision runs to infinity (the columns fit every share exactly), or
        no maximum was found.

    Raises
    ------
    InputError
        Where a share is 0 or 1 or beyond, a value is not finite, there are no more rows than
        coefficients, or columns depend on one another.

    References
    ----------
    Ferrari, S., & Cribari-Neto, F. (2004). Beta regression for modelling rates and proportions.
    *Journal of Applied Statistics*, 31(7), 799-815.
    Simas, A. B., Barreto-Souza, W., & Rocha, A. V. (2010). Improved estimators for a general class
    of beta regression models. *Computational Statistics & Data Analysis*, 54(2), 348-366.
    Cribari-Neto, F., & Zeileis, A. (2010). Beta regression in R. *Journal of Statistical Software*,
    34(2).
    """
    design, outcome, precision_design = _checked(design, outcome, precision_design)
    k = design.shape[1]
    linear = least_squares(design, logit(outcome))
    if np.abs(linear.residuals).max() <= 1e-10 * max(1.0, np.ptp(logit(outcome))):
        return NoMaximum("the columns fit every share exactly; the precision has no bound", False)
    mean_basis, back_to_mean = _basis(design)
    precision_basis, back_to_precision = _basis(precision_design)
    found = _climb(
        mean_basis,
        precision_basis,
        outcome,
        _start(mean_basis, precision_basis, outcome, linear.design @ linear.coefficients),
    )
    if isinstance(found, NoMaximum):
        return found
    parameters, iterations = found
    eta, log_phi = mean_basis @ parameters[:k], precision_basis @ parameters[k:]
    value, _, information = _log_likelihood(mean_basis, precision_basis, outcome, parameters)
    back = np.zeros((len(parameters), len(parameters)))
    back[:k, :k], back[k:, k:] = back_to_mean, back_to_precision
    both = back @ parameters
    spread = float(np.std(eta) * np.std(logit(outcome)))
    varies = np.ptp(eta) > 1e-10 * max(1.0, float(np.abs(eta).max()))
    together = float(np.mean((eta - eta.mean()) * (logit(outcome) - logit(outcome).mean())))
    return BetaFit(
        coefficients=both[:k],
        precision_coefficients=both[k:],
        covariance=back @ np.linalg.inv(information) @ back.T,
        fitted=expit(eta),
        precision=np.exp(log_phi),
        log_likelihood=value,
        pseudo_r2=(together / spread) ** 2 if varies else float("nan"),
        iterations=iterations,
    )


def _basis(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthogonal columns that span the design, and what turns their coefficients into its own."""
    basis, upper = np.linalg.qr(design)
    length = np.sqrt(len(design))
    return basis * length, linalg.solve_triangular(upper, length * np.eye(len(upper)))


def _checked(
    design: np.ndarray, outcome: np.ndarray, precision_design: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    design, outcome = np.asarray(design, dtype=float), np.asarray(outcome, dtype=float)
    if precision_design is None:
        precision_design = np.ones((len(outcome), 1))
    precision_design = np.asarray(precision_design, dtype=float)
    shapes = design.shape, outcome.shape, precision_design.shape
    if design.ndim != 2 or precision_design.ndim != 2 or len({shape[0] for shape in shapes}) != 1:
        raise InputError(f"designs and outcome have shapes {shapes}; want (n, k), (n,), (n, q)")
    if not all(np.isfinite(values).all() for values in (design, outcome, precision_design)):
        raise InputError("a value is not finite; drop those rows first")
    ends = np.flatnonzero((outcome <= 0) | (outcome >= 1))
    if len(ends):
        raise InputError(
            f"row {ends[0]}: a beta distribution has no {outcome[ends[0]]:g}; shares lie strictly"
            " between 0 and 1. The fractional logit takes 0 and 1."
        )
    n, parameters = len(outcome), design.shape[1] + precision_design.shape[1]
    if n <= parameters:
        raise InputError(f"{n} rows for {parameters} coefficients; need more rows")
    for columns in (design, precision_design):
        dependent = dependent_columns(columns)
        if dependent:
            raise InputError(
                f"column {dependent[0]} is a linear combination of the columns before it"
            )
    return design, outcome, precision_design


def _start(
    mean_basis: np.ndarray, precision_basis: np.ndarray, outcome: np.ndarray, linear: np.ndarray
) -> np.ndarray:
    """Least squares on the logit, and the precision that its residual variance implies.

    From nought where least squares lies beyond every share that can be told from 0 and 1.
    """
    n = len(outcome)
    observed = logit(outcome)
    if np.abs(linear).max() >= _FAR_LOGIT:
        linear = np.zeros(n)
    fitted = expit(np.clip(linear, observed.min(), observed.max()))
    variance = np.sum((observed - linear) ** 2) / (n - mean_basis.shape[1])
    precision = float(np.mean(1 / (variance * fitted * (1 - fitted)))) - 1
    ones = np.full(n, np.log(max(precision, 0.1)))
    return np.concatenate([mean_basis.T @ linear, precision_basis.T @ ones]) / n


def _climb(
    mean_basis: np.ndarray, precision_basis: np.ndarray, outcome: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, int] | NoMaximum:
    """Fisher scoring; a step that loses is halved."""
    parameters = start
    value, gradient, information = _log_likelihood(mean_basis, precision_basis, outcome, start)
    if not np.isfinite(value):
        return NoMaximum("shares lie too near 0 or 1 for a start of the search", False)
    for step_number in range(1, _STEPS + 1):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            break
        gain = float(gradient @ step)
        for _ in range(_HALVINGS):
            trial, *parts = _log_likelihood(mean_basis, precision_basis, outcome, parameters + step)
            if trial >= value - _ROUNDING * (1 + abs(value)):
                break
            step = step / 2
        else:
            break
        parameters, value, (gradient, information) = parameters + step, trial, parts
        if abs(gain) < _SETTLED:
            return parameters, step_number
    return NoMaximum("no maximum was found; the precision may have no bound", False)


def _log_likelihood(
    mean_basis: np.ndarray,
    precision_basis: np.ndarray,
    outcome: np.ndarray,
    parameters: np.ndarray,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Value, gradient and expected information; minus infinity where a step went out of range."""
    k = mean_basis.shape[1]
    eta = mean_basis @ parameters[:k]
    mean, log_phi = expit(eta), precision_basis @ parameters[k:]
    size = len(parameters)
    if np.abs(log_phi).max() > _FAR_LOG_PRECISION or np.abs(eta).max() > _FAR_LOGIT:
        return -np.inf, np.zeros(size), np.eye(size)
    phi = np.exp(log_phi)
    first, second = mean * phi, (1 - mean) * phi
    value = gammaln(phi) - gammaln(first) - gammaln(second)
    value += (first - 1) * np.log(outcome) + (second - 1) * np.log1p(-outcome)
    surprise = logit(outcome) - digamma(first) + digamma(second)
    slope = mean * (1 - mean)
    by_mean = phi * surprise * slope
    by_precision = phi * (mean * surprise + np.log1p(-outcome) - digamma(second) + digamma(phi))
    bend_first, bend_second = polygamma(1, first), polygamma(1, second)
    mean_mean = (phi * slope) ** 2 * (bend_first + bend_second)
    crossed = phi**2 * slope * (bend_first * mean - bend_second * (1 - mean))
    both = phi**2 * (bend_first * mean**2 + bend_second * (1 - mean) ** 2 - polygamma(1, phi))
    corner = (mean_basis * crossed[:, None]).T @ precision_basis
    information = np.block(
        [
            [(mean_basis * mean_mean[:, None]).T @ mean_basis, corner],
            [corner.T, (precision_basis * both[:, None]).T @ precision_basis],
        ]
    )
    gradient = np.concatenate([mean_basis.T @ by_mean, precision_basis.T @ by_precision])
    return float(value.sum()), gradient, information
