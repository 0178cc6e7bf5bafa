"""Is a whole curve of specifications what chance makes of it? Units' focal rows are permuted.

Every specification of one data set is an answer to one question, so they are judged together: the
median estimate, the share of one sign and the share with p < .05 are taken again from all
specifications after the units have exchanged their focal values. No relabelling is singled out
because one specification looks well under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import DRAWS, relabelings
from pbgov.inference.specifications import Covariance, specifications

if TYPE_CHECKING:
    from pbgov.inference.resampling.relabelings import Relabelings

LEVEL = 0.05
_TIE = 1e-10
_CELLS = 2_000_000


@dataclass(frozen=True)
class CurveTest:
    """A curve of specifications against its own permutations.

    Attributes
    ----------
    median : float
        Of the partial correlations of all specifications.
    share_same_sign, share_significant : float
        Share of the specifications with the sign that most have; share with p < .05 of
        those that have a p value.
    p_median, p_same_sign, p_significant : float
        Two-sided, never 0. NaN where the observed statistic is.
    n_permutations : int
    exact : bool
    """

    median: float
    share_same_sign: float
    share_significant: float
    p_median: float
    p_same_sign: float
    p_significant: float
    n_permutations: int
    exact: bool


def exchanges(focal: np.ndarray, *, seed: int, draws: int = DRAWS) -> Relabelings:
    """All ways to hand the units' focal rows round, or draws of them.

    Parameters
    ----------
    focal : ndarray, shape (U, F)
        One row per unit; equal rows are interchangeable. NaN is a value like any other.
    seed, draws : int
        Of the draws; without effect where every exchange is compared.

    Returns
    -------
    Relabelings
        See `handed_round` for the focal rows that an order gives.
    """
    alike = np.unique(np.asarray(focal, dtype=float), axis=0, return_inverse=True)[1]
    return relabelings(alike.ravel(), seed=seed, draws=draws)


def handed_round(orders: np.ndarray) -> np.ndarray:
    """Whose focal row each unit is given.

    Parameters
    ----------
    orders : ndarray of int, shape (B, U)
        Of `exchanges`: unit ``o[i]`` is given the focal row of unit i.

    Returns
    -------
    ndarray of int, shape (B, U)
    """
    return np.argsort(orders, axis=1)


def curve_statistics(partial_r: np.ndarray, p_value: np.ndarray) -> np.ndarray:
    """Median, share of the commoner sign and share with p < .05 of each curve.

    Parameters
    ----------
    partial_r, p_value : ndarray, shape (..., N)
        One specification a column; NaN where there is none.

    Returns
    -------
    ndarray, shape (..., 3)
        NaN where no specification was estimated, or none has a p value.

    Examples
    --------
    >>> curve_statistics(np.array([0.1, 0.3, -0.2, np.nan]), np.array([0.2, 0.01, 0.5, np.nan]))
    array([0.1       , 0.66666667, 0.33333333])
    """
    known = np.isfinite(partial_r).sum(axis=-1)
    tested = np.isfinite(p_value).sum(axis=-1)
    ordered = np.sort(partial_r, axis=-1)  # NaN last
    middle = [np.maximum(place, 0)[..., None] for place in ((known - 1) // 2, known // 2)]
    middle = [np.minimum(place, partial_r.shape[-1] - 1) for place in middle]
    median = sum(np.take_along_axis(ordered, place, axis=-1)[..., 0] for place in middle) / 2
    signs = np.maximum((partial_r > 0).sum(axis=-1), (partial_r < 0).sum(axis=-1))
    return np.stack(
        [
            np.asarray(median),
            np.where(known, signs / np.maximum(known, 1), np.nan),
            np.where(tested, (p_value < LEVEL).sum(axis=-1) / np.maximum(tested, 1), np.nan),
        ],
        axis=-1,
    )


def compare_curves(observed: np.ndarray, null: np.ndarray, made: Relabelings) -> CurveTest:
    """The observed curve against those of the permutations.

    Parameters
    ----------
    observed : ndarray, shape (3,)
        As `curve_statistics` gives them.
    null : ndarray, shape (B, 3)
    made : Relabelings
        What the B rows were taken from.

    Returns
    -------
    CurveTest
        A permutation without a statistic counts as one as large as the observed.
    """
    bound = np.abs(observed) * (1 - _TIE)
    count = (~(np.abs(null) < bound)).sum(axis=0)
    p = [
        made.p_value(int(each)) if np.isfinite(value) else float("nan")
        for each, value in zip(count, observed, strict=True)
    ]
    return CurveTest(
        median=float(observed[0]),
        share_same_sign=float(observed[1]),
        share_significant=float(observed[2]),
        p_median=p[0],
        p_same_sign=p[1],
        p_significant=p[2],
        n_permutations=made.number,
        exact=made.exact,
    )


def curve_test(
    outcomes: np.ndarray,
    focal: np.ndarray,
    controls: np.ndarray,
    *,
    seed: int,
    subsets: np.ndarray | None = None,
    units: np.ndarray | None = None,
    covariance: Covariance | None = None,
    draws: int = DRAWS,
) -> CurveTest:
    """A permutation test of all specifications together.

    Parameters
    ----------
    outcomes, focal, controls, subsets, covariance
        As for `specifications`.
    seed, draws
        As for `exchanges`.
    units : ndarray, shape (n,), optional
        The unit of each row, also its cluster; the focal regressors have one value a unit.
        Each row is a unit where not given.

    Returns
    -------
    CurveTest

    Raises
    ------
    InputError
        As `specifications`; or where a focal regressor varies within a unit.

    Notes
    -----
    The focal regressors are permuted, all together, and not residuals of one model: there is no
    one model. Under the null of no association, given exchangeable units, the test is exact where
    the controls are unrelated to the focal regressors; else it is approximate.

    References
    ----------
    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis.
    *Nature Human Behaviour*, 4(11), 1208-1214.
    """
    focal = np.asarray(focal, dtype=float)
    rows = np.arange(len(focal)) if units is None else np.asarray(units)
    _, first, of_row = np.unique(rows, return_index=True, return_inverse=True)
    by_unit = focal[first]
    if not np.array_equal(by_unit[of_row], focal):
        raise InputError("a focal regressor varies within a unit; it cannot be permuted by unit")
    clusters = None if units is None else rows

    def curves(columns: np.ndarray) -> np.ndarray:
        """Statistics of as many curves as `columns` (rows, B, F) holds."""
        made = specifications(
            outcomes,
            columns.reshape(len(columns), -1),
            controls,
            subsets=subsets,
            clusters=clusters,
            covariance=covariance,
        )
        shape = (len(made.subsets), columns.shape[1], columns.shape[2], -1)
        r, p = (
            values.reshape(shape).transpose(1, 0, 2, 3).reshape(columns.shape[1], -1)
            for values in (made.partial_r, made.p_value)
        )
        return curve_statistics(r, p)

    made = exchanges(by_unit, seed=seed, draws=draws)
    step = max(1, _CELLS // focal.size)
    null = [
        curves(by_unit[handed_round(orders[at : at + step])][:, of_row].transpose(1, 0, 2))
        for orders in made.chunks()
        for at in range(0, len(orders), step)
    ]
    return compare_curves(curves(focal[:, None])[0], np.concatenate(null), made)
