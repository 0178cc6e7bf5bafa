"""Ratios of two rates, on the log scale, with their intervals.

Occurrences of a word are not independent draws: they come in documents. The Wald interval takes
them for independent and is a lower bound on the width; the bootstrap draws whole clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CONFIDENCE = 0.95
ZERO_AS = 0.5
"""What a count of 0 is taken as in a ratio (Hardie 2014)."""

_CELLS = 4_000_000


def log2_rate_ratio(
    count: np.ndarray,
    total: np.ndarray | float,
    other_count: np.ndarray,
    other_total: np.ndarray | float,
) -> np.ndarray:
    """The binary logarithm of the ratio of two rates; a count of 0 is taken as one half.

    Parameters
    ----------
    count, other_count : ndarray
        Occurrences on each side.
    total, other_total : float or ndarray
        All words on each side, above 0.

    Returns
    -------
    ndarray of float
        0 where the rates are equal; 1 where the first is twice the second, -1 where it is half.

    References
    ----------
    Hardie, A. (2014). Log ratio: an informal introduction. ESRC Centre for Corpus Approaches to
    Social Science, Lancaster.

    Examples
    --------
    >>> log2_rate_ratio(np.array([8, 0]), 100, np.array([2, 2]), 100)
    array([ 2., -2.])
    """
    rate = np.maximum(count, ZERO_AS) / total
    other_rate = np.maximum(other_count, ZERO_AS) / other_total
    ratio: np.ndarray = np.log2(rate / other_rate)
    return ratio


def wald_interval(
    count: np.ndarray,
    total: np.ndarray | float,
    other_count: np.ndarray,
    other_total: np.ndarray | float,
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % Wald interval of the log2 ratio of two binomial rates (Katz's interval).

    Parameters
    ----------
    count, total, other_count, other_total
        As in `log2_rate_ratio`.

    Returns
    -------
    low, high : ndarray of float
        NaN where a count is 0: the ratio then has no standard error.

    References
    ----------
    Katz, D., Baptista, J., Azen, S. P., & Pike, M. C. (1978). Obtaining confidence intervals for
    the risk ratio in cohort studies. *Biometrics*, 34(3), 469-474.

    Examples
    --------
    >>> low, high = wald_interval(np.array([20]), 1000, np.array([10]), 1000)
    >>> low.round(3), high.round(3)
    (array([-0.088]), array([2.088]))
    """
    from scipy.stats import norm

    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1 / count - 1 / total + 1 / other_count - 1 / other_total
        half = norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(variance) / np.log(2)
    ratio = log2_rate_ratio(count, total, other_count, other_total)
    undefined = (count == 0) | (other_count == 0)
    return np.where(undefined, np.nan, ratio - half), np.where(undefined, np.nan, ratio + half)


def resampled_interval(
    counts: csr_array,
    sizes: np.ndarray,
    other_counts: csr_array,
    other_sizes: np.ndarray,
    *,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % percentile interval of the log2 rate ratio when whole clusters are drawn.

    Parameters
    ----------
    counts, other_counts : sparse array, shape (n_clusters, n_terms)
        Occurrences of each term in each cluster, on the first and on the second side. A cluster
        may have words on both.
    sizes, other_sizes : ndarray, shape (n_clusters,)
        All words of each cluster on each side.
    draws, seed : int

    Returns
    -------
    low, high : ndarray of float, shape (n_terms,)

    Raises
    ------
    InputError
        Where a side has no words, or `draws` is below 1.

    Notes
    -----
    Clusters with words on the first side only, on the second only, and on both are three strata;
    each is drawn with replacement at its own size, so that a draw has the design of the data. In a
    draw without the term on one side its count is taken as one half, as in `log2_rate_ratio`.

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). *Bootstrap methods and their application*. Cambridge
    University Press, sections 3.2 and 3.8.
    """
    if draws < 1:
        raise InputError(f"draws is {draws}; give 1 or more.")
    if not (np.any(sizes > 0) and np.any(other_sizes > 0)):
        raise InputError("A ratio of rates needs words on both sides.")
    times = _stratified_draws(2 * (sizes > 0) + (other_sizes > 0), draws, seed)
    total, other_total = times @ sizes, times @ other_sizes
    n_terms = counts.shape[1]
    ends = np.empty((2, n_terms))
    at_once = max(1, _CELLS // draws)
    for first in range(0, n_terms, at_once):
        some = slice(first, min(first + at_once, n_terms))
        drawn = counts[:, some].T @ times.T
        other_drawn = other_counts[:, some].T @ times.T
        ratios = log2_rate_ratio(drawn, total, other_drawn, other_total)
        tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
        ends[:, some] = np.quantile(ratios, tails, axis=1)
    return ends[0], ends[1]


def _stratified_draws(strata: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """How often each cluster stands in each draw, shape (draws, n_clusters)."""
    generator = np.random.default_rng(seed)
    times = np.zeros((draws, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        even = np.full(len(members), 1 / len(members))
        times[:, members] = generator.multinomial(len(members), even, size=draws)
    return times
