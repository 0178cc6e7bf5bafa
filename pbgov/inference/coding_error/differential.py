"""Whether the machine's errors go with the outcome, or with the district.

Among the stretches that people gave the code, and among those that they did not, machine codes that are
right and wrong are dealt out anew. Where the outcome belongs to districts, whole districts change
places: their stretches share whatever the machine finds hard about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.coding_error.design_based import checked_probability

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS = 4_999
THIRDS = 3
_TIE = 1e-10
_CELLS = 4_000_000
_POWER = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))


@dataclass(frozen=True, eq=False)
class ErrorTest:
    """Whether errors go with something, and what difference could have been seen.

    Attributes
    ----------
    statistic : float
        Summed over the two classes (with the code, without it); 0 where errors go with
        nothing. NaN where the machine made no error at all in the sample.
    p_value : float
        At least 1 / (draws + 1); NaN with the statistic.
    draws : int
    detectable : ndarray, shape (2,)
        Difference of sensitivity, and of specificity, between the highest and the lowest third
        that 80 % of such samples would show at 5 %; NaN where thirds mean nothing or a
        third has no stretch of the class.
    third : ndarray of int, shape (g,)
        The third of the outcome that each stretch lies in (0 the lowest); 0 where there is none.
    """

    statistic: float
    p_value: float
    draws: int
    detectable: np.ndarray
    third: np.ndarray


def thirds(values: np.ndarray) -> np.ndarray:
    """Which third of the values each lies in: 0, 1 or 2; equal values lie in the same one."""
    return np.asarray(np.minimum((_ranks(values) * THIRDS).astype(int), THIRDS - 1))


def errors_with_outcome(
    machine: np.ndarray,
    hand: np.ndarray,
    probability: np.ndarray,
    outcome: np.ndarray,
    groups: np.ndarray | None = None,
    *,
    seed: int,
    draws: int = DRAWS,
) -> ErrorTest:
    """Permutation test of whether the machine errs more where the outcome is higher or lower.

    Parameters
    ----------
    machine, hand : ndarray of {0, 1}, shape (g,)
        Codes of the stretches that people coded too.
    probability : ndarray, shape (g,)
        With which each was drawn for coding by hand.
    outcome : ndarray, shape (g,)
    groups : ndarray, shape (g,), optional
        The district of each. Where the outcome has one value in each district, the values
        change places between districts; otherwise they change places within district
        and class, or within the class where no district is given.
    seed : int
    draws : int

    Returns
    -------
    ErrorTest
        The statistic is the sum over both classes of the squared correlation between the
        rank of the outcome and being wrong, each stretch weighted by one over its probability.

    Raises
    ------
    InputError
        Where codes are not 0 and 1, a class is empty, shapes differ, or the outcome does not vary.
    """
    wrong, hand, weight = _read(machine, hand, probability)
    outcome = np.asarray(outcome, dtype=float)
    if outcome.shape != hand.shape or not np.isfinite(outcome).all():
        raise InputError(f"{len(hand)} codes but outcomes of shape {outcome.shape}, or not finite")
    if np.ptp(outcome) == 0:
        raise InputError("the outcome does not vary among the stretches coded by hand")
    owner, level = _levels(outcome, groups)
    count = int(owner.max()) + 1
    off, size, missed = (np.zeros((2, count)) for _ in range(3))
    for number, here in enumerate((hand == 1, hand == 0)):
        cells = np.zeros(len(hand), dtype=int) if level is None else level
        mean = _means(weight * here, wrong, cells)[cells]
        off[number] = np.bincount(owner, weight * here * (wrong - mean), minlength=count)
        size[number] = np.bincount(owner, weight * here, minlength=count)
        missed[number] = np.bincount(owner, weight * here * wrong, minlength=count)
    first = np.zeros(count, dtype=int)
    first[owner] = np.arange(len(owner))
    ranks = _ranks(outcome[first]) - 0.5
    cells = np.zeros(count, dtype=int) if level is None else _cells(level[first], hand[first])
    third = thirds(outcome[first])
    scale = (off**2).sum(axis=1) * (ranks @ ranks)

    def statistic(order: np.ndarray) -> np.ndarray:
        along = ranks[order] @ off.T
        shares = np.divide(along**2, scale, out=np.zeros_like(along), where=scale > 0)
        return np.asarray(shares.sum(axis=1))

    observed = float(statistic(np.arange(count)[None, :])[0])
    larger = 1
    gaps = []
    for order in _orders(cells, draws, seed):
        larger += int((statistic(order) >= observed * (1 - _TIE)).sum())
        gaps.append(_gaps(third[order], size, missed))
    none = not wrong.any()
    return ErrorTest(
        statistic=float("nan") if none else observed,
        p_value=float("nan") if none else larger / (draws + 1),
        draws=draws,
        detectable=_detectable(np.concatenate(gaps), third[owner], hand, wrong),
        third=third[owner],
    )


def errors_between_groups(
    machine: np.ndarray,
    hand: np.ndarray,
    probability: np.ndarray,
    groups: np.ndarray,
    *,
    seed: int,
    draws: int = DRAWS,
) -> ErrorTest:
    """Permutation test of whether the machine errs more in some districts than in others.

    Parameters
    ----------
    machine, hand, probability, seed, draws
        As in `errors_with_outcome`.
    groups : ndarray, shape (g,)

    Returns
    -------
    ErrorTest
        The statistic sums, over classes and districts, the squared excess of errors over
        what the class gives reason to expect, divided by its variance. Stretches of a
        class change places across districts. ``detectable`` is NaN.

    Raises
    ------
    InputError
        As `errors_with_outcome`; where there are fewer than two districts.
    """
    wrong, hand, weight = _read(machine, hand, probability)
    names, owner = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 2 or owner.shape != hand.shape:
        raise InputError(
            f"{len(names)} district among the stretches coded by hand; need two or more"
        )
    parts = []
    for here in (np.flatnonzero(hand == 1), np.flatnonzero(hand == 0)):
        off = weight[here] * (wrong[here] - np.average(wrong[here], weights=weight[here]))
        parts.append((off, owner[here], np.bincount(owner[here], minlength=len(names))))

    def statistic(orders: list[np.ndarray]) -> np.ndarray:
        total = np.zeros(len(orders[0]))
        for (off, where, size), order in zip(parts, orders, strict=True):
            variance = float(np.mean(off**2))
            if variance == 0:
                continue
            member = (where[:, None] == np.arange(len(names))).astype(float)
            sums = off[order] @ member
            present = size > 0
            total += (sums[:, present] ** 2 / (size[present] * variance)).sum(axis=1)
        return total

    observed = float(statistic([np.arange(len(off))[None, :] for off, _, _ in parts])[0])
    larger = 1
    streams = [
        _orders(np.zeros(len(off), dtype=int), draws, seed + number, width=len(hand))
        for number, (off, _, _) in enumerate(parts)
    ]
    for orders in zip(*streams, strict=True):
        larger += int((statistic(list(orders)) >= observed * (1 - _TIE)).sum())
    none = not wrong.any()
    return ErrorTest(
        statistic=float("nan") if none else observed,
        p_value=float("nan") if none else larger / (draws + 1),
        draws=draws,
        detectable=np.full(2, np.nan),
        third=np.zeros(len(hand), dtype=int),
    )


def _read(
    machine: np.ndarray, hand: np.ndarray, probability: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    machine, hand = np.asarray(machine, dtype=float), np.asarray(hand, dtype=float)
    if machine.shape != hand.shape or not np.isin(np.append(machine, hand), (0, 1)).all():
        raise InputError("machine and hand codes must be 0 and 1, one of each for every stretch")
    if not 0 < hand.sum() < len(hand):
        raise InputError("people gave the code to every stretch or to none; need some of each")
    return (machine != hand).astype(float), hand, 1 / checked_probability(probability, len(hand))


def _levels(outcome: np.ndarray, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Who owns each outcome that is dealt out, and the districts within which it stays, if any."""
    if groups is None:
        return np.arange(len(outcome)), np.zeros(len(outcome), dtype=int)
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    if codes.shape != outcome.shape:
        raise InputError(f"{len(outcome)} outcomes but districts of shape {codes.shape}")
    high = np.full(codes.max() + 1, -np.inf)
    low = np.full(codes.max() + 1, np.inf)
    np.maximum.at(high, codes, outcome)
    np.minimum.at(low, codes, outcome)
    if (high == low).all():
        return codes, None
    return np.arange(len(outcome)), codes


def _cells(level: np.ndarray, hand: np.ndarray) -> np.ndarray:
    return np.asarray(2 * level + (hand == 1))


def _means(weight: np.ndarray, wrong: np.ndarray, cells: np.ndarray) -> np.ndarray:
    total = np.bincount(cells, weight)
    return np.divide(
        np.bincount(cells, weight * wrong), total, out=np.zeros_like(total), where=total > 0
    )


def _ranks(values: np.ndarray) -> np.ndarray:
    """Mid-ranks between 0 and 1, centred on one half."""
    return np.asarray((stats.rankdata(values) - 0.5) / len(values))


def _orders(
    cells: np.ndarray, draws: int, seed: int, width: int | None = None
) -> Iterator[np.ndarray]:
    """Random orders in which places change within cells only, shape (some, n)."""
    random = np.random.default_rng(seed)
    n = len(cells)
    home = np.argsort(cells, kind="stable")
    at_once = max(1, _CELLS // (width or n))
    for start in range(0, draws, at_once):
        keys = random.random((min(at_once, draws - start), n)) + cells[home]
        order = np.empty(keys.shape, dtype=int)
        order[:, home] = home[np.argsort(keys, axis=1)]
        yield order


def _gaps(third: np.ndarray, size: np.ndarray, missed: np.ndarray) -> np.ndarray:
    """Accuracy of the highest third less that of the lowest, by class, shape (draws, 2)."""
    rates = []
    for wanted in (THIRDS - 1, 0):
        here = (third == wanted).astype(float)
        total = here @ size.T
        rates.append(
            np.divide(here @ missed.T, total, out=np.full(total.shape, np.nan), where=total > 0)
        )
    return np.asarray(rates[1] - rates[0])


def _detectable(
    gaps: np.ndarray, third: np.ndarray, hand: np.ndarray, wrong: np.ndarray
) -> np.ndarray:
    found = np.full(2, np.nan)
    for number, here in enumerate((hand == 1, hand == 0)):
        high, low = (int((here & (third == wanted)).sum()) for wanted in (THIRDS - 1, 0))
        known = gaps[:, number][np.isfinite(gaps[:, number])]
        if not high or not low or not len(known):
            continue
        rate = (wrong[here].sum() + 1) / (here.sum() + 2)
        least = np.sqrt(rate * (1 - rate) * (1 / high + 1 / low))
        found[number] = min(1.0, _POWER * max(float(known.std()), float(least)))
    return found
