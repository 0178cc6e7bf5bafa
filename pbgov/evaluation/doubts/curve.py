"""The whole curve of a multiverse under permutations of the units' focal values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.doubts.crossing import Columns, cross
from pbgov.inference.curves import compare_curves, curve_statistics, exchanges, handed_round

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbgov.evaluation.doubts.crossing import Block
    from pbgov.inference.curves import CurveTest

OUTSIDE = np.nan
"""The focal value of a unit that a coding did not read about."""
_CELLS = 400_000
_KEPT = 6_000_000
_BAND = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Crossing:
    """A block, and the focal value of every unit of its table.

    Attributes
    ----------
    block : Block
        ``block.units`` are positions among the units of all tables.
    by_unit : ndarray, shape (U, number of focal regressors)
        NaN where the table has none, infinite where the term has no finite value.
    constant : bool
        Whether each focal regressor has one value per unit; only then can units exchange it.
    """

    block: Block
    by_unit: np.ndarray
    constant: bool


@dataclass(frozen=True, eq=False)
class JudgedCurve:
    """What permutations make of the curve.

    Attributes
    ----------
    test : CurveTest or None
        None where a focal regressor varies within units, so that they cannot exchange it.
    band : ndarray, shape (N, 2)
        From the lowest specification to the highest, between which values 95 % of the
        permutations have the specification of that rank; N are those estimated, 0 without a test.
    n_band : int
        Permutations that the band rests on: all of them, or the first where memory is short.
    """

    test: CurveTest | None
    band: np.ndarray
    n_band: int


def judge_curve(
    crossings: Sequence[Crossing], seed: int, draws: int, told: Callable[[float], None]
) -> JudgedCurve:
    """All specifications of all blocks, again under each permutation.

    Parameters
    ----------
    crossings : sequence of Crossing
    seed, draws : int
    told : callable
        Is told which share of the work is done.
    """
    if not all(crossing.constant for crossing in crossings):
        return JudgedCurve(None, np.empty((0, 2)), 0)
    coded = np.hstack([crossing.by_unit for crossing in crossings])
    made = exchanges(coded, seed=seed, draws=draws)
    observed_r, observed_p = _curves(crossings, np.arange(len(coded))[None, :])
    n_estimated = int(np.isfinite(observed_r).sum())
    step = max(1, _CELLS // observed_r.size)
    statistics: list[np.ndarray] = []
    kept: list[np.ndarray] = []
    n_done = 0
    for orders in made.chunks():
        for at in range(0, len(orders), step):
            r, p = _curves(crossings, handed_round(orders[at : at + step]))
            statistics.append(curve_statistics(r, p))
            if n_done * n_estimated < _KEPT:
                kept.append(_ranked(r, n_estimated))
            n_done += len(r)
            told(n_done / made.number)
    test = compare_curves(
        curve_statistics(observed_r, observed_p)[0], np.concatenate(statistics), made
    )
    ranked = np.concatenate(kept)
    band = np.quantile(ranked, _BAND, axis=0).T if len(ranked) else np.empty((0, 2))
    return JudgedCurve(test, band, len(ranked))


def _curves(crossings: Sequence[Crossing], whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Partial correlations and p values, shape (permutations, specifications)."""
    r: list[np.ndarray] = []
    p: list[np.ndarray] = []
    for crossing in crossings:
        block, n_focal = crossing.block, crossing.by_unit.shape[1]
        shape = (len(block.subsets), len(whose), n_focal, len(block.outcomes))
        handed = crossing.by_unit[whose][:, block.units]  # permutations, rows, focal
        handed = handed.transpose(1, 0, 2).reshape(len(block.units), len(whose) * n_focal)
        finite = np.isfinite(handed)
        made = cross(
            block, Columns(np.where(finite, handed, 0), np.isnan(handed), np.isinf(handed))
        )
        for store, values in ((r, made.partial_r), (p, made.p_value)):
            store.append(values.reshape(shape).transpose(1, 0, 2, 3).reshape(len(whose), -1))
    return np.hstack(r), np.hstack(p)


def _ranked(partial_r: np.ndarray, n_estimated: int) -> np.ndarray:
    """Each curve from low to high, at as many ranks as the observed one has."""
    ordered = np.sort(partial_r, axis=1)  # NaN last
    known = np.isfinite(ordered).sum(axis=1)
    if (known == n_estimated).all():
        return np.asarray(ordered[:, :n_estimated])
    places = np.linspace(0, 1, n_estimated)
    return np.array(
        [
            np.interp(places, np.linspace(0, 1, n), row[:n])
            for row, n in zip(ordered, known, strict=True)
            if n
        ]
    ).reshape(-1, n_estimated)
