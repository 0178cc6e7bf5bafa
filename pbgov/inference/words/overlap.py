"""How often two things meet by chance, exactly, when each stays in its own stratum."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.stats import hypergeom

from pbgov.errors import InputError


class Overlap(NamedTuple):
    """How often two things met, beside how often they meet by chance.

    Attributes
    ----------
    together : int
        Units that hold both.
    expected : float
        Mean under chance.
    low, high : int
        2.5 % and 97.5 % points of chance.
    p_above, p_below : float
        Probability under chance of as many or more, of as few or fewer; neither is ever 0.
    """

    together: int
    expected: float
    low: int
    high: int
    p_above: float
    p_below: float


def overlap_test(
    together: int, sizes: np.ndarray, first: np.ndarray, second: np.ndarray
) -> Overlap:
    """Exact test of how often two things meet, with the strata (documents) held fixed.

    Chance puts each of the two anywhere inside each stratum, as often as it was there. This is
    what endlessly shuffling within strata would give: a hypergeometric count for each stratum,
    and their sum.

    Parameters
    ----------
    together : int
        Units that hold both, over all strata.
    sizes, first, second : ndarray of int, shape (n_strata,)
        Units of each stratum, those that hold the first thing, those that hold the second.

    Returns
    -------
    Overlap

    Raises
    ------
    InputError
        For a count that its stratum cannot hold.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. *Journal of the Royal Statistical
    Society*, 98(1), 39-82.
    Mehta, C. R., Patel, N. R., & Gray, R. (1985). Computing an exact confidence interval for the
    common odds ratio in several 2 x 2 contingency tables. *Journal of the American Statistical
    Association*, 80(392), 969-973.

    Examples
    --------
    >>> test = overlap_test(2, np.array([4]), np.array([2]), np.array([2]))
    >>> test.expected, test.low, test.high, round(test.p_above, 4)
    (1.0, 0, 2, 0.1667)
    """
    sizes, first, second = (np.asarray(counts, dtype=int) for counts in (sizes, first, second))
    if (np.minimum(first, second) < 0).any() or (np.maximum(first, second) > sizes).any():
        raise InputError("a stratum holds more, or less than none, of a thing than it has units")
    least = least_overlap(sizes, first, second)
    most = int(np.minimum(first, second).sum())
    if not least <= together <= most:
        raise InputError(f"they meet {together} times; the counts allow {least} to {most}")
    mass = np.ones(1)
    for size, one, other in zip(sizes.tolist(), first.tolist(), second.tolist(), strict=True):
        mass = np.convolve(mass, _masses(size, *sorted((one, other))))
    counts = least + np.arange(len(mass))
    cumulated = np.cumsum(mass)
    place = together - least
    filled = sizes > 0
    return Overlap(
        together=together,
        expected=float((first[filled] * second[filled] / sizes[filled]).sum()),
        low=int(counts[int(np.searchsorted(cumulated, 0.025))]),
        high=int(counts[min(int(np.searchsorted(cumulated, 0.975)), len(counts) - 1)]),
        p_above=float(min(1.0, mass[place:].sum())),
        p_below=float(min(1.0, cumulated[place])),
    )


def least_overlap(sizes: np.ndarray, first: np.ndarray, second: np.ndarray) -> int:
    """How often two things must meet, however they lie inside their strata."""
    return int(np.maximum(0, first + second - sizes).sum())


@lru_cache(maxsize=100_000)
def _masses(size: int, fewer: int, more: int) -> np.ndarray:
    """Probabilities of each possible overlap in one stratum, the smallest overlap first."""
    possible = np.arange(max(0, fewer + more - size), fewer + 1)
    masses: np.ndarray = hypergeom.pmf(possible, size, fewer, more)
    return masses
