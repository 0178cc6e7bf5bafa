"""Boolean minimisation: prime implicants, all tied models, counterfactual rows.

A term is a row of whole numbers, one per condition: the value the condition must have, or `FREE`.
Rows of the truth table are entries 0, 1, 2, …, one below the number by which they are printed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.sets.covers import smallest_covers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

FREE = -1
MOST_TERMS = 50_000_000
MOST_MINIMA, MOST_TERMS_OF_MINIMA = 1_000, 200_000_000
"""Different minima, and possible terms of all of them, that an intermediate solution may take."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """The smallest expressions that cover all positive rows and no negative one.

    Attributes
    ----------
    levels : tuple of int
        Values of each condition.
    positive : ndarray of int, shape (r,)
        Entries covered.
    primes : ndarray of int, shape (m, k)
        Prime implicants that cover a positive row; short ones first.
    chart : ndarray of bool, shape (m, r)
        Which prime implicant covers which positive row.
    models : tuple of tuple of int
        All tied models of the least number of terms, as places in `primes`. None where no row is
        positive or the search was given up.
    complete : bool
        False where there are too many tied models to list.
    """

    levels: tuple[int, ...]
    positive: np.ndarray
    primes: np.ndarray
    chart: np.ndarray
    models: tuple[tuple[int, ...], ...]
    complete: bool

    @property
    def essential(self) -> tuple[int, ...]:
        """Places of the prime implicants that alone cover some row: part of every model."""
        alone = self.chart[:, self.chart.sum(axis=0) == 1]
        return tuple(int(place) for place in np.flatnonzero(alone.any(axis=1)))

    def terms(self, model: Sequence[int]) -> np.ndarray:
        """The terms of a model, shape (terms, k)."""
        return self.primes[list(model)]


@dataclass(frozen=True, eq=False)
class Counterfactuals:
    """What one pair of a conservative and a parsimonious model makes of the remainders.

    Attributes
    ----------
    conservative, parsimonious : int
        Places of the two models.
    easy, difficult : ndarray of int
        Entries of the remainders the parsimonious model assumes to be positive, split by whether
        the expectations support the assumption.
    minimum : Minimum
        The positive rows minimised with the easy counterfactuals as don't-cares.
    """

    conservative: int
    parsimonious: int
    easy: np.ndarray
    difficult: np.ndarray
    minimum: Minimum


def minimise(positive: np.ndarray, negative: np.ndarray | None, levels: Sequence[int]) -> Minimum:
    """All smallest expressions for the positive rows; other rows than the negative may be used.

    Parameters
    ----------
    positive : ndarray of int
        Entries that must be covered.
    negative : ndarray of int or None
        Entries that must not be: the insufficient rows, for the parsimonious solution. None:
        every row that is not positive, for the conservative solution.
    levels : sequence of int
        Values of each condition.

    Returns
    -------
    Minimum

    Raises
    ------
    InputError
        Where a row is both, or there are more than 50 million possible terms.
    """
    positive = np.unique(np.asarray(positive, dtype=int))
    if negative is None:
        negative = np.setdiff1d(np.arange(prod(levels)), positive)
    primes = prime_implicants(positive, negative, levels)
    chart = covered(primes, positive, levels)
    if not len(positive):
        return Minimum(tuple(levels), positive, primes, chart, (), complete=True)
    found = smallest_covers(chart)
    return Minimum(tuple(levels), positive, primes, chart, found.covers, found.complete)


def prime_implicants(
    positive: np.ndarray, negative: np.ndarray, levels: Sequence[int]
) -> np.ndarray:
    """Terms that cover a positive row and no negative one, and from which no literal can go.

    Parameters
    ----------
    positive, negative : ndarray of int
        Entries; the rows in neither are don't-cares.
    levels : sequence of int
        Values of each condition.

    Returns
    -------
    ndarray of int, shape (m, k)
        Short terms first, then in the order of conditions. One term that is free everywhere
        where there are positive rows and no negative one.

    Raises
    ------
    InputError
        Where a row is both, or there are more than 50 million possible terms.

    Notes
    -----
    For every possible term at once: an array with one axis per condition and, behind its values,
    one place for a free condition. Whether a term covers a negative row is an "or" along each axis.

    Examples
    --------
    >>> prime_implicants(np.array([2, 3]), np.array([0]), (2, 2)).tolist()
    [[1, -1], [-1, 1]]
    """
    if np.intersect1d(positive, negative).size:
        raise InputError("a row of the truth table is both positive and negative")
    if prod(level + 1 for level in levels) > MOST_TERMS:
        raise InputError(
            f"{len(levels)} conditions make more than {MOST_TERMS:,} possible terms;"
            " keep fewer conditions"
        )
    implicant = _touches(positive, levels) & ~_touches(negative, levels)
    prime = implicant.copy()
    for axis, level in enumerate(levels):
        shorter = np.take(implicant, [level], axis=axis)
        bound = [slice(None)] * len(levels)
        bound[axis] = slice(level)
        prime[tuple(bound)] &= ~shorter
    terms = np.argwhere(prime)
    terms[terms == np.asarray(levels)] = FREE
    literals = (terms != FREE).sum(axis=1)
    order = np.lexsort((*np.where(terms == FREE, max(levels, default=0), terms).T[::-1], literals))
    return np.asarray(terms[order])


def _touches(entries: np.ndarray, levels: Sequence[int]) -> np.ndarray:
    """For every possible term, whether it covers one of the entries."""
    flags = np.zeros(prod(levels), dtype=bool)
    flags[entries] = True
    cube = flags.reshape(tuple(levels))
    for axis in range(len(levels)):
        cube = np.concatenate([cube, cube.any(axis=axis, keepdims=True)], axis=axis)
    return cube


def covered(terms: np.ndarray, entries: np.ndarray, levels: Sequence[int]) -> np.ndarray:
    """Which term covers which entry, shape (terms, entries)."""
    fits = np.ones((len(terms), len(entries)), dtype=bool)
    for wanted, values in zip(terms.T, np.unravel_index(entries, tuple(levels)), strict=True):
        fits &= (wanted[:, None] == FREE) | (wanted[:, None] == values)
    return fits


def assumed_rows(minimum: Minimum) -> list[np.ndarray]:
    """The remainders each model assumes to be positive: rows it covers beside the positive ones.

    Returns
    -------
    list of ndarray of int
        Ascending entries, for each model: the simplifying assumptions of a parsimonious model.
    """
    every = np.setdiff1d(np.arange(prod(minimum.levels)), minimum.positive)
    used = sorted({place for model in minimum.models for place in model})
    reach = dict(zip(used, covered(minimum.primes[used], every, minimum.levels), strict=True))
    return [
        every[np.logical_or.reduce([reach[place] for place in model])] for model in minimum.models
    ]


def counterfactuals(
    conservative: Minimum, parsimonious: Minimum, expectations: Sequence[Collection[int]]
) -> list[Counterfactuals]:
    """The intermediate solutions of every pair of a conservative and a parsimonious model.

    Parameters
    ----------
    conservative, parsimonious : Minimum
        Of the same positive rows.
    expectations : sequence of collection of int
        For each condition the values that should go with the outcome; empty: none expected.

    Returns
    -------
    list of Counterfactuals
        One for each pair; pairs with the same easy counterfactuals share one minimum. The list
        ends with the first minimum that is not complete: its search was given up, or there would
        be more than a thousand different minima or 200 million possible terms in them.

    Notes
    -----
    Each conservative term within a parsimonious term keeps the literals of the latter. Another
    literal it keeps unless the expectations speak for the other values as well: dropping it would
    assume that the outcome comes without what is known or expected to go with it. A condition of
    three values or more keeps its own value and the expected ones. The easy counterfactuals are
    the assumed rows that the terms so shortened cover.

    References
    ----------
    Ragin, C. C., & Sonnett, J. (2005). Between complexity and parsimony: Limited diversity,
    counterfactual cases, and comparative analysis. In S. Kropp & M. Minkenberg (Eds.),
    *Vergleichen in der Politikwissenschaft* (pp. 180-197). VS Verlag.
    """
    levels = conservative.levels
    every = np.arange(prod(levels))
    values = np.stack(np.unravel_index(every, levels), axis=-1)
    supported = {
        (c, p): _supported(
            conservative.primes[c], parsimonious.primes[p], expectations, levels, values
        )
        for c in sorted({place for model in conservative.models for place in model})
        for p in sorted({place for model in parsimonious.models for place in model})
    }
    assumed = assumed_rows(parsimonious)
    minima: dict[bytes, Minimum] = {}
    most = min(MOST_MINIMA, MOST_TERMS_OF_MINIMA // prod(level + 1 for level in levels))
    pairs = []
    for c_place, c_model in enumerate(conservative.models):
        for p_place, p_model in enumerate(parsimonious.models):
            reached = np.zeros(len(every), dtype=bool)
            for c in c_model:
                for p in p_model:
                    reached |= supported[c, p]
            rows = assumed[p_place]
            easy, difficult = rows[reached[rows]], rows[~reached[rows]]
            key = easy.tobytes()
            if key not in minima:
                if len(minima) < most:
                    minima[key] = _with_easy(conservative.positive, easy, levels)
                else:
                    minima[key] = replace(conservative, models=(), complete=False)
            pairs.append(Counterfactuals(c_place, p_place, easy, difficult, minima[key]))
            if not minima[key].complete:
                return pairs
    return pairs


def _supported(
    long: np.ndarray,
    short: np.ndarray,
    expectations: Sequence[Collection[int]],
    levels: Sequence[int],
    values: np.ndarray,
) -> np.ndarray:
    """Rows of the long term as far as the expectations let it grow towards the short one."""
    if ((short != FREE) & (short != long)).any():
        return np.zeros(len(values), dtype=bool)
    inside = np.ones(len(values), dtype=bool)
    for place, value in enumerate(long):
        if value == FREE:
            continue
        kept = {int(value)} if short[place] != FREE else {int(value), *expectations[place]}
        if len(kept) < levels[place]:
            inside &= np.isin(values[:, place], sorted(kept))
    return inside


def _with_easy(positive: np.ndarray, easy: np.ndarray, levels: Sequence[int]) -> Minimum:
    usable = np.union1d(positive, easy)
    return minimise(positive, np.setdiff1d(np.arange(prod(levels)), usable), levels)
