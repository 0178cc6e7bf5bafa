"""Whether neighbours are alike: Moran's I of a variable or of residuals, and what it could show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.linear import LeastSquares, least_squares
from pbgov.inference.resampling.relabelings import as_large, check_draws, relabelings

_CHUNK = 2_000_000


@dataclass(frozen=True)
class MoranTest:
    """Moran's I with three judgements of its size, all two-sided.

    Attributes
    ----------
    statistic : float
        I; about -1/(n - 1) where neighbours are no more alike than others.
    expected : float
        Of I, without spatial association.
    variance_normality, z_normality, p_normality : float
        Under normal errors.
    variance_randomisation, z_randomisation, p_randomisation : float
        Over all orders of the values; NaN for residuals of regressors, whose orders are
        not alike.
    p_permutation : float
        Share of orders with |I - E(I)| as large as observed; never 0.
    n_permutations : int
    exact : bool
        True where every order was compared.
    """

    statistic: float
    expected: float
    variance_normality: float
    z_normality: float
    p_normality: float
    variance_randomisation: float
    z_randomisation: float
    p_randomisation: float
    p_permutation: float
    n_permutations: int
    exact: bool


@dataclass(frozen=True)
class GearyTest:
    """Geary's C: squared differences between neighbours over those between all.

    Attributes
    ----------
    statistic : float
        1 without spatial association, less where neighbours are alike.
    z : float
        ``(1 - C)`` over its standard deviation over all orders of the values.
    p_value : float
        Two-sided.
    """

    statistic: float
    z: float
    p_value: float


def row_standardised(neighbours: np.ndarray) -> np.ndarray:
    """Weights that add up to 1 in each row.

    Parameters
    ----------
    neighbours : ndarray, shape (n, n)
        0 or more; 0 on the diagonal; every row has a neighbour.

    Returns
    -------
    ndarray, shape (n, n)

    Raises
    ------
    InputError
        Where the matrix is not square, a weight is negative or not finite, a unit is its
        own neighbour, or a unit has none.
    """
    neighbours = np.asarray(neighbours, dtype=float)
    if neighbours.ndim != 2 or neighbours.shape[0] != neighbours.shape[1]:
        raise InputError(f"neighbours is {neighbours.shape}; want (n, n)")
    if not np.isfinite(neighbours).all() or (neighbours < 0).any():
        raise InputError("a weight is negative or not finite")
    if np.diag(neighbours).any():
        raise InputError(f"unit {int(np.flatnonzero(np.diag(neighbours))[0])} is its own neighbour")
    sums = neighbours.sum(axis=1)
    if (sums == 0).any():
        raise InputError(f"unit {int(np.flatnonzero(sums == 0)[0])} has no neighbour; leave it out")
    return np.asarray(neighbours / sums[:, None])


def moran_test(
    values: np.ndarray,
    weights: np.ndarray,
    regressors: np.ndarray | None = None,
    *,
    seed: int,
    draws: int,
) -> MoranTest:
    """Moran's I of a variable, or of what regressors leave of it.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Four or more; not constant.
    weights : ndarray, shape (n, n)
        Of each unit's neighbours, such as `row_standardised` gives.
    regressors : ndarray, shape (n, k), optional
        With the column of ones; I is then that of the residuals.
    seed, draws : int
        Of the permutations where there are more than 50,000 orders (n above 8).

    Returns
    -------
    MoranTest

    Raises
    ------
    InputError
        Where shapes differ, a value is not finite, nothing varies, or nobody has a neighbour.

    Notes
    -----
    Orders of residuals are freed of the regressors again before I is taken, so that they
    are as restricted as the residuals observed.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. *Biometrika*, 37, 17-23.
    Cliff, A. D., & Ord, J. K. (1981). *Spatial processes*, 42-46, 202-204. Pion.
    """
    fit = _fit(values, weights, regressors)
    weights = np.asarray(weights, dtype=float)
    n, df = fit.n, fit.n - fit.k
    total = weights.sum()
    observed = n / total * _alike(fit.residuals, weights)
    maker = np.eye(n) - fit.basis @ fit.basis.T
    shared = maker @ weights
    trace = np.trace(shared)
    expected = n / total * trace / df
    squares = np.trace(shared @ maker @ weights.T) + np.trace(shared @ shared) + trace**2
    normality = float((n / total) ** 2 * squares / (df * (df + 2)) - expected**2)
    randomisation = _randomisation(fit.residuals, weights) if regressors is None else np.nan
    orders = relabelings(np.arange(n), seed=seed, draws=draws)
    count = 0
    for chunk in orders.chunks():
        size = max(1, _CHUNK // n)
        for start in range(0, len(chunk), size):
            shuffled = fit.residuals[chunk[start : start + size]] @ maker
            values_of_i = n / total * _alike(shuffled, weights)
            count += int(as_large(values_of_i - expected, observed - expected).sum())
    return MoranTest(
        float(observed),
        float(expected),
        normality,
        *_judged(observed - expected, normality),
        float(randomisation),
        *_judged(observed - expected, float(randomisation)),
        orders.p_value(count),
        orders.number,
        orders.exact,
    )


def geary_test(values: np.ndarray, weights: np.ndarray) -> GearyTest:
    """Geary's C of a variable.

    Parameters and errors as `moran_test`.

    References
    ----------
    Geary, R. C. (1954). The contiguity ratio and statistical mapping. *The Incorporated
    Statistician*, 5(3), 115-145.
    Cliff and Ord (1981), as in `moran_test`, 21.
    """
    fit = _fit(values, weights, None)
    weights = np.asarray(weights, dtype=float)
    n, centred = fit.n, fit.residuals
    s0, s1, s2 = _sums(weights)
    apart = (weights * (centred[:, None] - centred[None, :]) ** 2).sum()
    statistic = (n - 1) * apart / (2 * s0 * (centred @ centred))
    k = n * (centred**4).sum() / (centred @ centred) ** 2
    variance = (
        (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * k)
        - (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * k) / 4
        + s0**2 * (n**2 - 3 - (n - 1) ** 2 * k)
    ) / (n * (n - 2) * (n - 3) * s0**2)
    return GearyTest(float(statistic), *_judged(1 - statistic, float(variance)))


def moran_power(
    weights: np.ndarray,
    strengths: tuple[float, ...],
    regressors: np.ndarray | None = None,
    *,
    seed: int,
    draws: int,
    two_sided: bool = True,
    alpha: float = 0.05,
) -> np.ndarray:
    """How often Moran's test would find errors that spill over to neighbours.

    Parameters
    ----------
    weights : ndarray, shape (n, n)
        Row-standardised.
    strengths : tuple of float
        Each lambda of ``u = lambda W u + e``, between -1 and 1, with normal e.
    regressors : ndarray, shape (n, k), optional
        With the column of ones; the test is then of residuals.
    seed, draws : int
        Tables drawn per strength, and for the critical value.
    two_sided : bool
        Of |I - E(I)|, as `moran_test` has it; else of large I only.
    alpha : float
        Level of the test.

    Returns
    -------
    ndarray, shape (n_strengths,)
        Shares of tables in which the test rejects, by a critical value from tables
        without spatial association.

    Raises
    ------
    InputError
        Where a strength is not between -1 and 1.

    References
    ----------
    Anselin, L. (1988). *Spatial econometrics: Methods and models*. Kluwer.
    """
    check_draws(draws, seed)
    if not all(-1 < strength < 1 for strength in strengths):
        raise InputError(f"strengths {strengths} must lie between -1 and 1")
    weights = np.asarray(weights, dtype=float)
    n = len(weights)
    fit = _fit(np.random.default_rng(seed).standard_normal(n), weights, regressors)
    maker = np.eye(n) - fit.basis @ fit.basis.T
    expected = np.trace(maker @ weights) / (n - fit.k)
    random = np.random.default_rng(seed)

    def sizes(strength: float) -> np.ndarray:
        spill = np.linalg.inv(np.eye(n) - strength * weights)
        left = random.standard_normal((draws, n)) @ spill.T @ maker
        found = _alike(left, weights) - expected
        return np.asarray(np.abs(found) if two_sided else found)

    critical = np.quantile(sizes(0.0), 1 - alpha)
    return np.array([(sizes(strength) > critical).mean() for strength in strengths])


def _fit(values: np.ndarray, weights: np.ndarray, regressors: np.ndarray | None) -> LeastSquares:
    values, weights = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    n = len(values)
    if weights.shape != (n, n) or not np.isfinite(weights).all():
        raise InputError(f"{n} values but weights of {weights.shape}; want finite ({n}, {n})")
    if n < 4:
        raise InputError(f"{n} values; spatial association needs four or more")
    if weights.sum() <= 0:
        raise InputError("nobody has a neighbour; there is no spatial association to test")
    fit = least_squares(np.ones((n, 1)) if regressors is None else regressors, values)
    if np.abs(fit.residuals).max() <= 1e-12 * np.abs(values).max():
        raise InputError("nothing varies, or the regressors leave no residual")
    return fit


def _alike(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Products of neighbours over squares, along the last axis."""
    return np.asarray(((values @ weights.T) * values).sum(axis=-1) / (values**2).sum(axis=-1))


def _sums(weights: np.ndarray) -> tuple[float, float, float]:
    s1 = ((weights + weights.T) ** 2).sum() / 2
    s2 = ((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum()
    return float(weights.sum()), float(s1), float(s2)


def _randomisation(centred: np.ndarray, weights: np.ndarray) -> float:
    n = len(centred)
    s0, s1, s2 = _sums(weights)
    k = n * (centred**4).sum() / (centred @ centred) ** 2
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = k * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return float((first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2)


def _judged(distance: float, variance: float) -> tuple[float, float]:
    """The z value and its two-sided p; NaN where there is no variance."""
    if not variance > 0:
        return float("nan"), float("nan")
    z = float(distance / np.sqrt(variance))
    return z, float(2 * stats.norm.sf(abs(z)))
