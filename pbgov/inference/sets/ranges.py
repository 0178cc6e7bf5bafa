"""How far a decision of the researcher can be moved before the solution is another one.

Solutions are compared whole: all tied models, each as the set of its terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.inference.sets.minimisation import Minimum, counterfactuals, minimise
from pbgov.inference.sets.rows import TIE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pbgov.inference.sets.rows import TruthRows

Kind = Literal["conservative", "parsimonious", "intermediate"]
Models = frozenset[frozenset[tuple[int, ...]]]

_STEPS = 100
_HALVINGS = 30


@dataclass(frozen=True)
class Range:
    """Values of one decision over which the solution stays the same.

    Attributes
    ----------
    low, high : float
        The ends. Where a change was found, the last value without it to within a
        millionth of the way, or, for a cut-off, the value of the row that joins or leaves.
    ends_below, ends_above : bool
        Whether the solution changes beyond that end; False where the search came to the
        end of the values that make sense.
    """

    low: float
    high: float
    ends_below: bool
    ends_above: bool


def models_of(
    rows: TruthRows, kind: Kind, expectations: Sequence[Collection[int]]
) -> Models | None:
    """All tied models of a truth table.

    Parameters
    ----------
    rows : TruthRows
    kind : {"conservative", "parsimonious", "intermediate"}
    expectations : sequence of collection of int
        For each condition the values that should go with the outcome; of use to the
        intermediate solution only, whose models are those of every pair of the other two.

    Returns
    -------
    frozenset of frozenset of tuple, or None
        Empty where no row is sufficient; None where there are too many models to list.
    """
    return _models(
        tuple(rows.positive.tolist()),
        tuple(rows.negative.tolist()),
        tuple(rows.levels),
        kind,
        tuple(tuple(sorted(expected)) for expected in expectations),
    )


@lru_cache(maxsize=4096)
def _models(
    positive: tuple[int, ...],
    negative: tuple[int, ...],
    levels: tuple[int, ...],
    kind: Kind,
    expectations: tuple[tuple[int, ...], ...],
) -> Models | None:
    if not positive:
        return frozenset()
    sufficient, insufficient = np.array(positive), np.array(negative, dtype=int)
    if kind != "parsimonious":
        conservative = minimise(sufficient, None, levels)
    if kind == "conservative":
        return _terms([conservative])
    parsimonious = minimise(sufficient, insufficient, levels)
    if kind == "parsimonious":
        return _terms([parsimonious])
    if not (conservative.complete and parsimonious.complete):
        return None
    pairs = counterfactuals(conservative, parsimonious, expectations)
    return _terms([pair.minimum for pair in pairs])


def _terms(minima: Sequence[Minimum]) -> Models | None:
    if not all(minimum.complete for minimum in minima):
        return None
    return frozenset(
        frozenset(tuple(int(value) for value in term) for term in minimum.terms(model))
        for minimum in minima
        for model in minimum.models
    )


def cut_range(values: np.ndarray, current: float, unchanged: Callable[[float], bool]) -> Range:
    """Cut-offs between 0 and 1 with the same solution: low < cut-off <= high.

    Parameters
    ----------
    values : ndarray
        What the cut-off is held against: the inclusion, or PRI, of the rows. Between
        two neighbouring values every cut-off gives the same truth table.
    current : float
        The cut-off in use.
    unchanged : callable
        Whether the solution at a cut-off is the one at the cut-off in use.

    Returns
    -------
    Range
    """
    known = np.asarray(values, dtype=float)
    steps = np.unique(known[(known > 0) & (known < 1 - TIE)])
    steps = np.append(steps, 1.0)
    here = int(np.searchsorted(steps, current - TIE))
    high = here
    while high + 1 < len(steps) and unchanged(float(steps[high + 1])):
        high += 1
    low = here
    while low > 0 and unchanged(float(steps[low - 1])):
        low -= 1
    below = float(steps[low - 1]) if low > 0 else 0.0
    return Range(below, float(steps[high]), low > 0, high + 1 < len(steps))


def count_range(most: int, current: int, unchanged: Callable[[int], bool]) -> Range:
    """Frequency cut-offs from 1 to `most` with the same solution; both ends belong to the range."""
    low = high = current
    while low > 1 and unchanged(low - 1):
        low -= 1
    while high < most and unchanged(high + 1):
        high += 1
    return Range(low, high, low > 1, high < most)


def range_towards(
    start: float, limit: float, marks: np.ndarray, unchanged: Callable[[float], bool]
) -> tuple[float, bool]:
    """How far a number can be moved from `start` towards `limit` before the solution changes.

    Parameters
    ----------
    start, limit : float
        `limit` itself is not tried.
    marks : ndarray
        Places where a change is to be looked for beside a hundred equal steps, such as the
        raw values of the cases.
    unchanged : callable
        Whether the solution is still the same at a place.

    Returns
    -------
    end : float
        The last place without a change, or `limit`.
    ends : bool
        Whether a change was found.

    Notes
    -----
    Places are tried outwards from the start, so that the range ends at the first change; a
    change that is undone within one step can be missed.
    """
    between = marks[(marks - start) * (marks - limit) < 0]
    tried = np.unique(np.concatenate([np.linspace(start, limit, _STEPS + 1)[1:-1], between]))
    last = start
    for place in tried if limit > start else tried[::-1]:
        if not unchanged(float(place)):
            return _last_before(last, float(place), unchanged), True
        last = float(place)
    return limit, False


def _last_before(same: float, changed: float, unchanged: Callable[[float], bool]) -> float:
    for _ in range(_HALVINGS):
        middle = (same + changed) / 2
        if unchanged(middle):
            same = middle
        else:
            changed = middle
    return same
