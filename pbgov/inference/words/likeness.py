"""How alike units are, and how alike they would be if their parts were dealt out at random."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, diags

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

EXACT_UNITS = 8  # 40,320 orders
_TIE = 1e-10


@dataclass(frozen=True)
class MantelResult:
    """One two-sided permutation test of the correlation of two tables of pairs.

    Attributes
    ----------
    slope : float
        Of the likeness on the other table, by least squares over pairs.
    correlation : float
        Pearson's r over pairs.
    p_value : float
        Never 0.
    n_permutations : int
    exact : bool
        True where every order of the units was compared.
    """

    slope: float
    correlation: float
    p_value: float
    n_permutations: int
    exact: bool


def inverse_frequency(counts: csr_matrix) -> np.ndarray:
    """The weight of each term: ln((1 + n) / (1 + n with the term)) + 1, as scikit-learn has it.

    Parameters
    ----------
    counts : csr_matrix, shape (n_segments, n_terms)

    Returns
    -------
    ndarray of float, shape (n_terms,)
        1 for a term in every segment, more for rarer ones.
    """
    held = counts.getnnz(axis=0)
    weights: np.ndarray = np.log((1 + counts.shape[0]) / (1 + held)) + 1
    return weights


def pair_cosines(units: csr_matrix) -> np.ndarray:
    """Cosine of every pair of rows, in the order of ``np.triu_indices(n, k=1)``.

    Parameters
    ----------
    units : csr_matrix, shape (n, n_features)
        Not negative.

    Returns
    -------
    ndarray of float, shape (n * (n - 1) / 2,)
        0 (nothing shared) to 1 (the same proportions); NaN where a row is all zeros.
    """
    lengths = np.sqrt(np.asarray(units.multiply(units).sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    unit_rows = diags(scale) @ units
    table = (unit_rows @ unit_rows.T).toarray()
    table[lengths == 0] = table[:, lengths == 0] = np.nan
    one, other = np.triu_indices(len(lengths), k=1)
    cosines: np.ndarray = np.minimum(table[one, other], 1.0)  # rounding may pass 1
    return cosines


def shuffled_cosines(
    blocks: csr_matrix, units: np.ndarray, strata: np.ndarray, *, draws: int, seed: int
) -> Iterator[np.ndarray]:
    """Cosines of every pair of units, with the blocks dealt out anew within strata.

    Each unit keeps the number of blocks it has in each stratum.

    Parameters
    ----------
    blocks : csr_matrix, shape (n_blocks, n_features)
        What each block adds to its unit.
    units, strata : ndarray of int, shape (n_blocks,)
        Unit and stratum of each block; units are numbered from 0.
    draws : int
    seed : int

    Yields
    ------
    ndarray of float, shape (n_pairs,)
        As in `pair_cosines`, once for each draw.
    """
    random = np.random.default_rng(seed)
    n_blocks, n_units = len(units), int(units.max()) + 1
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    ones, columns = np.ones(n_blocks), np.arange(n_blocks)
    for _ in range(draws):
        dealt = units.copy()
        for group in groups:
            dealt[group] = random.permutation(units[group])
        adding = csr_matrix((ones, (dealt, columns)), (n_units, n_blocks))
        yield pair_cosines(adding @ blocks)


def mantel_test(likeness: np.ndarray, other: np.ndarray, *, seed: int, draws: int) -> MantelResult:
    """Permutation test of the correlation of two symmetric tables of the same units.

    The units of one table are put in another order, rows and columns together: the pairs are not
    independent, the units are what can be exchanged.

    Parameters
    ----------
    likeness, other : ndarray of float, shape (n, n)
        Symmetric; the diagonals are not read.
    seed : int
        Without effect where the test is exact, with eight units or fewer.
    draws : int

    Returns
    -------
    MantelResult

    Raises
    ------
    InputError
        For fewer than four units, a value that is not finite, or a table that does not vary.

    References
    ----------
    Mantel, N. (1967). The detection of disease clustering and a generalized regression approach.
    *Cancer Research*, 27(2), 209-220.
    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero.
    *Statistical Applications in Genetics and Molecular Biology*, 9(1), 39.
    """
    n = len(likeness)
    if n < 4:
        raise InputError(f"{n} units; a test over pairs needs four or more")
    pairs = np.triu_indices(n, k=1)
    first, second = likeness[pairs], other[pairs]
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InputError("a value is not finite; leave out those units first")
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        raise InputError("one of the two tables does not vary; no correlation exists")
    centred, deviations = first - first.mean(), second - second.mean()
    product = float(centred @ deviations)
    exact = n <= EXACT_UNITS
    random = np.random.default_rng(seed)
    every = (np.array(order) for order in permutations(range(n)))
    drawn = (random.permutation(n) for _ in range(draws))
    as_large = total = 0
    for order in every if exact else drawn:
        shuffled = other[np.ix_(order, order)][pairs]
        value = float(centred @ shuffled)  # `centred` adds up to 0: the mean cancels
        as_large += abs(value) >= abs(product) * (1 - _TIE)
        total += 1
    p = as_large / total if exact else (as_large + 1) / (total + 1)
    return MantelResult(
        slope=product / float(deviations @ deviations),
        correlation=product / float(np.sqrt((centred @ centred) * (deviations @ deviations))),
        p_value=p,
        n_permutations=total,
        exact=exact,
    )
