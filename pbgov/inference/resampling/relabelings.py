"""All the ways in which outcomes could have fallen to rows, or seeded draws from them."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, inf, lgamma, prod
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

EXACT_UP_TO = 50_000
DRAWS = 9_999
_CELLS = 4_000_000
_MOST_CELLS = 40_000_000
_TIE = 1e-10
_ZERO = 1e-13
_BEYOND = 100.0  # logarithm of a number of orders that no whole number need be made of


@dataclass(frozen=True, eq=False)
class Relabelings:
    """Orders of the rows that a permutation test compares.

    Attributes
    ----------
    number : int
        How many.
    exact : bool
        True where every one that makes a difference is among them, the observed one included.
    pieces : callable
        Gives the orders piece by piece, as `chunks` does.
    """

    number: int
    exact: bool
    pieces: Callable[[], Iterator[np.ndarray]]

    def chunks(self, progress: Callable[[int, int], None] | None = None) -> Iterator[np.ndarray]:
        """The orders piece by piece, each an ndarray of shape (some, n).

        In an order ``o``, row i receives the outcome of row ``o[i]``. After each piece
        `progress` is called with the orders done and their number.
        """
        done = 0
        for orders in self.pieces():
            yield orders
            done += len(orders)
            if progress is not None:
                progress(done, self.number)

    def p_value(self, count: int) -> float:
        """The share of relabelings that are as large as observed, given their count.

        Never 0: the observed labelling is one of all, or is counted beside the draws.
        """
        if self.exact:
            return count / self.number
        return (count + 1) / (self.number + 1)


def relabelings(
    alike: np.ndarray, *, seed: int, draws: int, blocks: np.ndarray | None = None
) -> Relabelings:
    """Every order of the rows where they are few enough, else seeded draws.

    Parameters
    ----------
    alike : ndarray, shape (n,)
        Rows with the same value cannot be told apart by the test: exchanging them changes
        no statistic.
    seed, draws : int
        Of the draws; without effect where every order is compared.
    blocks : ndarray, shape (n,), optional
        Rows are exchanged within a block only. Without it, among all rows.

    Returns
    -------
    Relabelings
        All orders that differ in more than an exchange of rows that are alike, where there
        are 50,000 or fewer (each stands for the same number of orders, so the p value is
        that of all orders); else draws.

    Raises
    ------
    InputError
        Where draws or seed is not a whole number, above 0 and at least 0.
    """
    check_draws(draws, seed)
    n = len(alike)
    blocks = np.zeros(n, dtype=int) if blocks is None else np.unique(blocks, return_inverse=True)[1]
    kinds = np.unique(np.asarray(alike), return_inverse=True)[1]
    number = prod(  # of floats, which overflow to infinity
        float(ways_to_deal(np.bincount(kinds[blocks == block]).tolist()))
        for block in range(blocks.max() + 1)
    )
    if number <= EXACT_UP_TO and number * n <= _MOST_CELLS:
        return Relabelings(int(number), True, lambda: iter([_every(kinds, blocks)]))
    return Relabelings(draws, False, lambda: _drawn(blocks, draws, seed))


def check_draws(draws: int, seed: int) -> None:
    """Refuse a number of draws or a seed that cannot be meant."""
    whole = all(
        isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        for value in (draws, seed)
    )
    if not whole or draws < 1 or seed < 0:
        raise InputError(
            f"draws {draws!r}, seed {seed!r}: draws is a whole number above 0, seed one of 0 or more"
        )


def chosen(n: int, k: int) -> np.ndarray:
    """Every choice of k out of n positions, each ascending, in lexical order.

    Returns
    -------
    ndarray of int, shape (n over k, k)

    Examples
    --------
    >>> chosen(3, 2).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    found = np.empty((1, 0), dtype=np.intp)
    last = np.array([-1])
    for position in range(k):
        further = n - k + position - last  # how many values this position can still take
        rows = np.repeat(np.arange(len(found)), further)
        step = np.arange(len(rows)) - np.repeat(np.cumsum(further) - further, further)
        last = last[rows] + 1 + step
        found = np.column_stack([found[rows], last])
    return found


def as_large(values: np.ndarray, observed: float, scale: float = 1.0) -> np.ndarray:
    """Which values are as large as the one observed, regardless of sign and rounding.

    Parameters
    ----------
    values : ndarray
    observed : float
    scale : float
        A usual size of the statistic, against which rounding near 0 is judged.

    Returns
    -------
    ndarray of bool
        Ties count: those within 1e-10 of the observed one, relatively.
    """
    return np.asarray(np.abs(values) >= abs(observed) * (1 - _TIE) - _ZERO * scale)


def ways_to_deal(sizes: Sequence[int]) -> float:
    """In how many orders kinds of so many rows can stand; infinite where far beyond counting out."""
    if lgamma(sum(sizes) + 1) - sum(lgamma(size + 1) for size in sizes) > _BEYOND:
        return inf
    return factorial(sum(sizes)) // prod(factorial(size) for size in sizes)


def _every(alike: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    orders = np.empty((1, len(alike)), dtype=np.intp)
    for block in range(blocks.max() + 1):
        rows = np.flatnonzero(blocks == block)
        within = rows[_every_in_block(alike[rows])]
        first = np.repeat(np.arange(len(orders)), len(within))
        second = np.tile(np.arange(len(within)), len(orders))
        orders = orders[first]
        orders[:, rows] = within[second]
    return orders


def _every_in_block(alike: np.ndarray) -> np.ndarray:
    """Each kind of row chooses its outcomes out of those that are left."""
    n = len(alike)
    orders = np.empty((1, n), dtype=np.intp)
    left = np.arange(n)[None, :]
    for kind in np.unique(alike):
        rows = np.flatnonzero(alike == kind)
        choices = chosen(left.shape[1], len(rows))
        others = np.ones((len(choices), left.shape[1]), dtype=bool)
        np.put_along_axis(others, choices, False, axis=1)
        rest = np.nonzero(others)[1].reshape(len(choices), -1)
        orders = np.repeat(orders, len(choices), axis=0)
        orders[:, rows] = left[:, choices].reshape(-1, len(rows))
        left = left[:, rest].reshape(len(orders), -1)
    return orders


def _drawn(blocks: np.ndarray, draws: int, seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    n, left = len(blocks), draws
    while left:
        size = min(left, max(1, _CELLS // n))
        orders = np.empty((size, n), dtype=np.intp)
        for block in range(blocks.max() + 1):
            rows = np.flatnonzero(blocks == block)
            orders[:, rows] = random.permuted(np.tile(rows, (size, 1)), axis=1)
        yield orders
        left -= size
