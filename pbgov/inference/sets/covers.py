"""All smallest covers of a chart: which sets of prime implicants together cover every row.

Prime implicants that cover the same rows are searched as one and told apart at the end. The least
size is found on the chart without its dominated rows and columns; all covers of that size are then
enumerated on the whole chart, each once, row by row, with a bound from rows that share no column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

MOST_MODELS = 10_000
MOST_LOOKS = 10_000_000
"""Rows looked at in both searches together, so that they end within seconds whatever the chart."""


@dataclass(frozen=True)
class Covers:
    """The smallest covers of a chart.

    Attributes
    ----------
    covers : tuple of tuple of int
        Each cover as ascending columns; the covers in ascending order.
    complete : bool
        False where the search was given up: more than 10,000 covers, or ten million looks at a
        row. The covers found until then are not handed out.
    """

    covers: tuple[tuple[int, ...], ...]
    complete: bool


def smallest_covers(chart: np.ndarray) -> Covers:
    """All covers of the rows by the least number of columns.

    Parameters
    ----------
    chart : ndarray of bool, shape (columns, rows)
        Which column covers which row; every row is covered by some column.

    Returns
    -------
    Covers
        One empty cover where the chart has no rows.

    References
    ----------
    Petrick, S. R. (1956). *A direct determination of the irredundant forms of a Boolean function
    from the set of prime implicants*. Air Force Cambridge Research Center, TR-56-110.

    Examples
    --------
    >>> smallest_covers(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)).covers
    ((0, 1), (0, 2), (1, 2))
    """
    kinds, members = _alike(chart)
    smaller = _without_dominated(kinds)
    least = _Search([_bits(row) for row in smaller.T], len(smaller), MOST_LOOKS)
    size = least.least_size()
    search = _Search([_bits(row) for row in kinds.T], len(kinds), least.looks_left)
    found = search.all_of_size(size) if size is not None else None
    if found is None:
        return Covers((), complete=False)
    covers: list[tuple[int, ...]] = []
    for of_kinds in found:
        if len(covers) + np.prod([len(members[kind]) for kind in of_kinds]) > MOST_MODELS:
            return Covers((), complete=False)
        covers += [tuple(sorted(cover)) for cover in product(*(members[k] for k in of_kinds))]
    return Covers(tuple(sorted(covers)), complete=True)


def _alike(chart: np.ndarray) -> tuple[np.ndarray, list[list[int]]]:
    """The distinct columns of the chart, and which columns each stands for."""
    if not chart.size:
        return chart, [[column] for column in range(len(chart))]
    kinds, place = np.unique(chart, axis=0, return_inverse=True)
    members: list[list[int]] = [[] for _ in kinds]
    for column, kind in enumerate(place.ravel()):
        members[kind].append(column)
    return kinds, members


def _without_dominated(chart: np.ndarray) -> np.ndarray:
    """The chart without rows and columns that cannot change the least size."""
    while True:
        before = chart.shape
        chart = chart[_not_within_another(chart)]
        chart = chart[:, _not_within_another(~chart.T)]
        if chart.shape == before:
            return chart


def _not_within_another(sets: np.ndarray) -> np.ndarray:
    """Which rows of a boolean array are within no other row; of equal ones, the first."""
    sizes = sets.sum(axis=1)
    numbers = sets.astype(np.float32)  # exact up to 16 million, and multiplied fast
    shared = numbers @ numbers.T
    within = shared == sizes[:, None]
    place = np.arange(len(sets))
    earlier = (sizes[None, :] > sizes[:, None]) | (place[None, :] < place[:, None])
    return np.asarray(~(within & earlier).any(axis=1))


def _bits(flags: np.ndarray) -> int:
    return int("".join("1" if flag else "0" for flag in flags[::-1]) or "0", 2)


def _places(bits: int) -> list[int]:
    return [place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]


@dataclass
class _Search:
    """Depth-first search for covers; sets of columns are bits of whole numbers."""

    columns_of: list[int]
    n_columns: int
    looks_left: int
    found: list[tuple[int, ...]] = field(default_factory=list)

    def least_size(self) -> int | None:
        """The least number of columns that cover all rows; None where the search was given up."""
        every = (1 << self.n_columns) - 1
        size = self._at_least(self.columns_of, every)
        while self.looks_left > 0:
            self._extend((), self.columns_of, every, size, first_only=True)
            if self.found:
                return size
            size += 1
        return None

    def all_of_size(self, size: int) -> list[tuple[int, ...]] | None:
        """All covers of this size; None where the search was given up."""
        self.found = []
        self._extend((), self.columns_of, (1 << self.n_columns) - 1, size, first_only=False)
        return self.found if self.looks_left > 0 and len(self.found) <= MOST_MODELS else None

    def _extend(
        self,
        chosen: tuple[int, ...],
        open_rows: list[int],
        allowed: int,
        left: int,
        first_only: bool,
    ) -> None:
        """Extend a partial cover by at most `left` of the allowed columns."""
        self.looks_left -= 1 + len(open_rows)
        if self.looks_left <= 0 or len(self.found) > MOST_MODELS or (first_only and self.found):
            return
        if not open_rows:
            self.found.append(chosen)
            return
        if left == 1:
            common = allowed
            for columns in open_rows:
                common &= columns
            self.found += [(*chosen, column) for column in _places(common)]
            return
        if left == 0 or self._at_least(open_rows, allowed) > left:
            return
        hardest = min(open_rows, key=lambda columns: (columns & allowed).bit_count())
        for column in _places(hardest & allowed):
            bit = 1 << column
            still = [columns for columns in open_rows if not columns & bit]
            self._extend((*chosen, column), still, allowed, left - 1, first_only)
            allowed &= ~bit

    @staticmethod
    def _at_least(open_rows: list[int], allowed: int) -> int:
        """Rows that share no allowed column: each needs a column of its own."""
        taken = bound = 0
        for columns in sorted(
            (columns & allowed for columns in open_rows), key=lambda bits: bits.bit_count()
        ):
            if not columns & taken:
                bound += 1
                taken |= columns
            if not columns:
                return len(open_rows) + bound + 1
        return bound
