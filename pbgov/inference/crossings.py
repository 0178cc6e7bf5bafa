"""Two families of codes crossed: counts, what independence would give, and residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import DRAWS, as_large, relabelings


@dataclass(frozen=True, eq=False)
class Crossing:
    """Codes of a first family (rows) by codes of a second (columns).

    Attributes
    ----------
    counts : ndarray of int, shape (a, b)
        Units that carry both codes; a unit with several codes of a family counts in several cells.
    expected : ndarray of float, shape (a, b)
        Mean of the counts over all ways in which the second family's codes can fall to the units:
        units with the one code times units with the other, over all units.
    residuals : ndarray of float, shape (a, b)
        Pearson residuals, ``(counts - expected) / sqrt(expected)``, unitless.
    statistic : float
        Sum of the squared residuals: Pearson's chi-squared where every unit has one code of each
        family.
    p_value : float
        Permutation p value of independence, never 0; NaN where a family has one code pattern only.
    n_permutations : int
        0 where there is no test.
    exact : bool
        True where every order of the units was compared.
    """

    counts: np.ndarray
    expected: np.ndarray
    residuals: np.ndarray
    statistic: float
    p_value: float
    n_permutations: int
    exact: bool


def crossing(
    first: np.ndarray, second: np.ndarray, *, draws: int = DRAWS, seed: int = 0
) -> Crossing:
    """How two families of codes meet, and whether more unevenly than by chance.

    Units are shuffled, not cells: the codes of the second family that a unit carries move together
    from unit to unit, so that several codes of one unit are not taken for several units.

    Parameters
    ----------
    first, second : ndarray of bool, shapes (n, a) and (n, b)
        Which unit carries which code; every unit at least one of each family, and every code at
        least one unit.
    draws, seed : int
        Of the permutations, where the orders are too many to compare them all.

    Returns
    -------
    Crossing

    Raises
    ------
    InputError
        Where there is no unit, or a unit or a code without the other.

    References
    ----------
    Meyer, D., Zeileis, A. & Hornik, K. (2006). The strucplot framework. *Journal of Statistical
    Software*, 17(3).

    Examples
    --------
    >>> both = crossing(np.array([[1, 0], [1, 0], [0, 1]]), np.array([[1, 0], [1, 0], [0, 1]]))
    >>> both.counts.tolist(), round(both.statistic, 3), round(both.p_value, 3)
    ([[2, 0], [0, 1]], 3.0, 0.333)
    """
    one, other = (np.asarray(side, dtype=bool).astype(np.int64) for side in (first, second))
    for side in (one, other):
        if not side.size or not side.any(axis=1).all() or not side.any(axis=0).all():
            raise InputError(
                "a crossing needs units that carry at least one code of each family,"
                " and codes that at least one unit carries"
            )
    if len(one) != len(other):
        raise InputError(f"the families are of {len(one)} and {len(other)} units; pass the same")
    expected = np.outer(one.sum(axis=0), other.sum(axis=0)) / len(one)
    counts = one.T @ other
    residuals = (counts - expected) / np.sqrt(expected)
    statistic = float((residuals**2).sum())
    kinds = [np.unique(side, axis=0, return_inverse=True)[1].ravel() for side in (one, other)]
    if min(kind.max() for kind in kinds) == 0:
        return Crossing(counts, expected, residuals, statistic, float("nan"), 0, False)
    every = relabelings(kinds[0], seed=seed, draws=draws)
    as_uneven = 0
    for orders in every.chunks():
        for order in orders:
            shuffled = (one.T @ other[order] - expected) ** 2 / expected
            as_uneven += int(as_large(shuffled.sum(), statistic))
    return Crossing(
        counts,
        expected,
        residuals,
        statistic,
        every.p_value(as_uneven),
        every.number,
        every.exact,
    )
