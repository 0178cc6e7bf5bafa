"""Permutation tests: the only valid test where three districts or fewer are treated.

Exact while the relabellings number 50,000 or fewer, else seeded draws. A relabelling counts
where its statistic is as large as the one observed, the observed one included, so no p value is
ever 0. The tests are exact under exchangeable errors; they do not cure unequal variances.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from math import comb, factorial
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXACT_UP_TO = 50_000
DRAWS = 9_999
_TIE = 1e-10
_CELLS = 4_000_000


@dataclass(frozen=True)
class PermutationResult:
    """One two-sided permutation test.

    Attributes
    ----------
    statistic : float
        The statistic as observed.
    p_value : float
        Between 1 / (n_permutations + 1) and 1; never 0.
    n_permutations : int
        Relabellings compared: all of them where ``exact``, else the draws.
    exact : bool
        True where every relabelling was compared.
    """

    statistic: float
    p_value: float
    n_permutations: int
    exact: bool


def mean_difference_test(
    outcome: np.ndarray, treated: np.ndarray, *, seed: int, draws: int = DRAWS
) -> PermutationResult:
    """Permutation test of the difference between two groups' means.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    seed : int
        Seed of the draws; without effect where the test is exact.
    draws : int
        Relabellings drawn where there are more than 50,000.

    Returns
    -------
    PermutationResult
        The statistic is mean(treated) - mean(others), in units of the outcome.

    Raises
    ------
    InputError
        Where a group is empty or a value is not finite.

    References
    ----------
    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero.
    *Statistical Applications in Genetics and Molecular Biology*, 9(1), 39.
    """
    outcome = _finite(outcome)
    treated = np.asarray(treated, dtype=bool)
    n, n_treated = len(outcome), int(treated.sum())
    if treated.shape != outcome.shape or n_treated in (0, n):
        raise InputError(f"{n_treated} of {n} rows are treated; need some of each")
    centred = outcome - outcome.mean()
    centred -= centred.mean()  # once more: what rounding left would tell ties apart
    scale = 1 / n_treated + 1 / (n - n_treated)
    observed = centred[treated].sum() * scale

    def statistic(chosen: np.ndarray) -> np.ndarray:
        return np.asarray(centred[chosen[:, :n_treated]].sum(axis=1) * scale)

    if comb(n, n_treated) <= EXACT_UP_TO:
        return _enumerate(observed, statistic, combinations(range(n), n_treated))
    return _draw(observed, statistic, n, seed, draws)


def correlation_test(
    first: np.ndarray, second: np.ndarray, *, seed: int, draws: int = DRAWS
) -> PermutationResult:
    """Permutation test of Pearson's correlation.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
        Neither may be constant.
    seed, draws
        As in `mean_difference_test`; exact for n of 8 or fewer.

    Returns
    -------
    PermutationResult
        The statistic is r, between -1 and 1.

    Raises
    ------
    InputError
        Where a value is not finite, or one of the two does not vary.
    """
    first, second = _finite(first), _finite(second)
    if first.shape != second.shape:
        raise InputError(f"{len(first)} and {len(second)} values; need pairs")
    first, second = first - first.mean(), second - second.mean()
    length = np.sqrt((first @ first) * (second @ second))
    if length == 0:
        raise InputError("one of the two does not vary; no correlation exists")

    def statistic(order: np.ndarray) -> np.ndarray:
        return np.asarray(second[order] @ first / length)

    return _all_or_draws(first @ second / length, statistic, len(first), seed, draws)


def freedman_lane(
    outcome: np.ndarray,
    regressor: np.ndarray,
    covariates: np.ndarray,
    *,
    seed: int,
    draws: int = DRAWS,
) -> PermutationResult:
    """Permutation test of one regressor, given covariates.

    The residuals of the outcome on the covariates are permuted, added back to the
    fitted values, and the t statistic of the regressor is taken anew.

    Parameters
    ----------
    outcome, regressor : ndarray, shape (n,)
    covariates : ndarray, shape (n, q)
        With the column of ones.
    seed, draws
        As in `mean_difference_test`; exact for n of 8 or fewer.

    Returns
    -------
    PermutationResult
        The statistic is the classical t of the regressor.

    Raises
    ------
    InputError
        Where a value is not finite, the regressor is a linear combination of the
        covariates, or no residual degree of freedom is left.

    References
    ----------
    Freedman, D., & Lane, D. (1983). A nonstochastic interpretation of reported
    significance levels. *Journal of Business & Economic Statistics*, 1(4), 292-298.
    Winkler, A. M., et al. (2014). Permutation inference for the general linear model.
    *NeuroImage*, 92, 381-397.
    """
    outcome, regressor, covariates = _finite(outcome), _finite(regressor), _finite(covariates)
    n, q = covariates.shape
    if n - q - 1 < 1:
        raise InputError(f"{n} rows for {q + 1} coefficients; no residual is left to permute")
    if dependent_columns(np.column_stack([covariates, regressor])):
        raise InputError("the regressor is a linear combination of the covariates")
    basis = np.linalg.qr(covariates)[0]
    direction = regressor - basis @ (basis.T @ regressor)
    direction = direction / np.linalg.norm(direction)
    residuals = outcome - basis @ (basis.T @ outcome)

    def statistic(order: np.ndarray) -> np.ndarray:
        shuffled = residuals[order]
        along = shuffled @ direction
        left = residuals @ residuals - ((shuffled @ basis) ** 2).sum(axis=1) - along**2
        return np.asarray(along / np.sqrt(np.maximum(left, 0) / (n - q - 1)))

    with np.errstate(divide="ignore"):
        observed = float(statistic(np.arange(n)[None, :])[0])
        return _all_or_draws(observed, statistic, n, seed, draws)


def _finite(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        raise InputError("a value is not finite; drop those rows first")
    return values


def _all_or_draws(
    observed: float,
    statistic: Callable[[np.ndarray], np.ndarray],
    n: int,
    seed: int,
    draws: int,
) -> PermutationResult:
    if factorial(min(n, 20)) <= EXACT_UP_TO:
        return _enumerate(observed, statistic, permutations(range(n)))
    return _draw(observed, statistic, n, seed, draws)


def _as_large(values: np.ndarray, observed: float) -> int:
    return int((np.abs(values) >= abs(observed) * (1 - _TIE)).sum())


def _enumerate(
    observed: float,
    statistic: Callable[[np.ndarray], np.ndarray],
    orders: Iterator[tuple[int, ...]],
) -> PermutationResult:
    values = statistic(np.array(list(orders)))
    count = _as_large(values, observed)
    return PermutationResult(float(observed), count / len(values), len(values), exact=True)


def _draw(
    observed: float,
    statistic: Callable[[np.ndarray], np.ndarray],
    n: int,
    seed: int,
    draws: int,
) -> PermutationResult:
    if not (isinstance(draws, int) and draws > 0 and isinstance(seed, int) and seed >= 0):
        raise InputError(
            f"draws {draws!r}, seed {seed!r}: draws is a whole number above 0, seed one of 0 or more"
        )
    random = np.random.default_rng(seed)
    count, left = 0, draws
    while left:
        size = min(left, max(1, _CELLS // n))
        orders = random.permuted(np.tile(np.arange(n), (size, 1)), axis=1)
        count += _as_large(statistic(orders), observed)
        left -= size
    return PermutationResult(float(observed), (count + 1) / (draws + 1), draws, exact=False)
