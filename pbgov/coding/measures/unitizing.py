"""How far coders agree on which words of a text to mark, and as what.

Here the units are not given: each coder cuts his own out of the continuum of the text. Two coders
who mark nearly the same words agree nearly, and what neither marked counts as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pbgov.coding.measures.ratings import ratio
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    Unit = tuple[int, int, Hashable]
    Spans = dict[str, list[tuple[int, int]]]


def unitizing_alpha(units: Sequence[Iterable[Unit]], length: int) -> float:
    """Krippendorff's alpha for unitizing, of any number of coders on one text.

    Parameters
    ----------
    units : sequence of iterables of (start, end, value)
        For each coder the stretches that he marked, ``start <= position < end``, and as what. Those
        of one coder do not overlap; what he did not mark is blank.
    length : int
        Characters of the text.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN with fewer than two coders, and where everybody
        left everything blank or marked all of it as the same.

    Raises
    ------
    InputError
        Where a unit is empty, lies outside the text, or overlaps another of the same coder.

    Notes
    -----
    The coefficient is uα with the nominal metric of Krippendorff et al. (2016), equations 1 to 5,
    which replaces αU of Krippendorff (1995; 2004), the one that INCEpTION and DKPro Statistics
    give: that one misbehaves with more than two coders. Of m coders, ``l[c, k]`` sums the length of
    the intersections of what one coder marked c with what another marked k, over m - 1; blank is a
    value too. With ``l[c]`` its margins and ``l`` its sum, m times the length of the text, ::

        observed   = l - sum over c of l[c, c]
        expected   = l - sum over c of e[c, c]
        e[c, c]    = l * (l[c]**2 - s[c]) / (l**2 - sum over k of s[k])
        uα         = 1 - observed / expected

    where ``s[c]`` sums the squared lengths of the units marked c, since no unit meets itself by
    chance, and, for blank, the length of the gaps, which have no units. Where every unit is one
    character long, uα is Krippendorff's nominal alpha of the characters.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S. and Widlöcher, A. (2016). On the reliability of
    unitizing textual continua: Further developments. *Quality & Quantity*, 50(6), 2347-2364.
    Krippendorff, K. (1995). On the reliability of unitizing continuous data. *Sociological
    Methodology*, 25, 47-76.

    Examples
    --------
    >>> first, second = [(0, 4, "A")], [(0, 4, "A")]
    >>> unitizing_alpha([first, second], 10)
    1.0
    >>> round(unitizing_alpha([first, [(2, 6, "A")]], 10), 3)
    0.258
    """
    marked = [list(of_coder) for of_coder in units]
    values = list(dict.fromkeys(value for of_coder in marked for *_, value in of_coder))
    sums = continuum_sums(marked, length, values)
    return float(unitizing_alpha_of(sums.coincidences[None], sums.squares[None])[0])


@dataclass(frozen=True)
class ContinuumSums:
    """``l`` (values x values) and ``s`` (values) of one text, blank first; they add up over texts."""

    coincidences: np.ndarray
    squares: np.ndarray


def continuum_sums(
    units: Sequence[Iterable[Unit]], length: int, values: Sequence[Hashable]
) -> ContinuumSums:
    """The sums that alpha for unitizing is made of; those of several texts add up.

    Parameters
    ----------
    units, length
        As for `unitizing_alpha`.
    values : sequence
        All values that count; blank is not among them.

    Returns
    -------
    ContinuumSums
    """
    place = {value: number for number, value in enumerate(values, 1)}
    ordered = [sorted(of_coder, key=lambda unit: unit[:2]) for of_coder in units]
    for of_coder in ordered:
        _refuse_overlap(of_coder, length)
    bounds = {0, length}.union(*({start, end} for of in ordered for start, end, _ in of))
    cuts = np.array(sorted(bounds))
    marked = np.zeros((len(cuts) - 1, len(ordered)), dtype=int)  # atomic stretches x coders
    squares = np.zeros(len(values) + 1)
    for coder, of_coder in enumerate(ordered):
        for start, end, value in of_coder:
            first, last = np.searchsorted(cuts, (start, end))
            marked[first:last, coder] = place[value]
            squares[place[value]] += (end - start) ** 2
        squares[0] += length - sum(end - start for start, end, _ in of_coder)
    counts = (marked[:, :, None] == np.arange(len(values) + 1)).sum(axis=1).astype(float)
    weights = np.diff(cuts) / max(len(ordered) - 1, 1)
    coincidences = (counts.T * weights) @ counts - np.diag(weights @ counts)
    return ContinuumSums(coincidences, squares)


def unitizing_alpha_of(coincidences: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Alpha for unitizing from sums over texts, once for each draw.

    Parameters
    ----------
    coincidences : ndarray, shape (n_draws, n_values, n_values)
    squares : ndarray, shape (n_draws, n_values)

    Returns
    -------
    ndarray of float, shape (n_draws,)
    """
    margins = coincidences.sum(axis=2)
    whole = margins.sum(axis=1)
    agreed = np.trace(coincidences, axis1=1, axis2=2)
    varied = whole**2 - (margins**2).sum(axis=1)
    by_chance = ratio(whole * varied, whole**2 - squares.sum(axis=1))
    alphas: np.ndarray = 1 - ratio(whole - agreed, by_chance)
    return alphas


def merge_overlapping(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made into one; spans that only touch stay apart."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def cut_by_values(spans: Spans) -> list[tuple[int, int, frozenset[str]]]:
    """Stretches with the set of values that cover them, where units of several values overlap.

    Units that overlap no unit of another value stay whole. Those of one value do not overlap.
    """
    opened: dict[int, set[str]] = {}
    closed: dict[int, set[str]] = {}
    for value, of_value in spans.items():
        for start, end in of_value:
            opened.setdefault(start, set()).add(value)
            closed.setdefault(end, set()).add(value)
    units = []
    over: set[str] = set()
    for start, end in pairwise(sorted({*opened, *closed})):
        over = (over - closed.get(start, set())) | opened.get(start, set())
        if over:
            units.append((start, end, frozenset(over)))
    return units


def _refuse_overlap(units: Iterable[Unit], length: int) -> None:
    before = 0
    for start, end, value in units:
        if not 0 <= start < end <= length:
            raise InputError(
                f"The unit {start}–{end} ({value!r}) is empty or lies outside a text of {length}"
                " characters."
            )
        if start < before:
            raise InputError(
                f"The unit {start}–{end} ({value!r}) overlaps another one of the same coder; give"
                " the values by themselves, or the stretch they share as a value of its own."
            )
        before = end
