"""Wild cluster bootstrap-t: the second opinion beside CR2 for rows that come in clusters.

The sums of each cluster are taken once; every bootstrap t then follows from them, whatever the
number of rows. All vectors of weights are compared where they are few enough: for sixteen
districts the 65,536 vectors of signs, so that nothing is drawn and no seed matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import least_squares
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.resampling.weight_vectors import (
    ENUMERATE_UP_TO,
    Weights,
    WeightVectors,
    usual_weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

LEVEL = 0.05

_TIE = 1e-10
_ROUNDING = 1e-14  # of a huge t more digits are lost
_NO_VARIANCE = 1e-10
_FIRST_STEP, _GROWTH, _FARTHEST = 0.25, 1.25, 1e4  # in standard errors from the estimate
_HALVINGS = 45


@dataclass(frozen=True, eq=False)
class WildBootstrap:
    """A test of one coefficient by the wild cluster bootstrap-t.

    Attributes
    ----------
    estimate : float
        The coefficient, in units of the outcome per unit of the column.
    null : float
        The value tested.
    statistic : float
        (estimate - null) over the uncorrected cluster standard error (CR0); a constant
        correction would cancel in every p value. NaN where the errors leave no variance
        between clusters, and then so is every p value.
    p_value : float
        Two-sided share of vectors whose t is as large or larger; with draws the observed t
        is counted beside them. Never 0.
    p_strict : float
        Share whose t is larger: what other programs print. It can be 0.
    p_equal_tail : float
        Twice the smaller of the shares to either side of the observed t, strictly counted.
    n_ties : int
        Vectors whose t equals the observed one but for its sign.
    n_draws : int
        Vectors compared: all there are where `enumerated`. 0 where there is no test.
    enumerated : bool
    weights : {"rademacher", "webb"}
    n_clusters : int
    floor : float
        The smallest p value possible.
    t_star : ndarray, shape (n_draws,)
        The t of each vector. With all vectors, v and -v stand in both halves.
    """

    estimate: float
    null: float
    statistic: float
    p_value: float
    p_strict: float
    p_equal_tail: float
    n_ties: int
    n_draws: int
    enumerated: bool
    weights: Weights
    n_clusters: int
    floor: float
    t_star: np.ndarray


def wild_bootstrap(
    design: np.ndarray,
    outcome: np.ndarray,
    clusters: np.ndarray,
    column: int,
    *,
    seed: int,
    null: float = 0.0,
    weights: Weights | None = None,
    impose_null: bool = True,
    draws: int = DRAWS,
    enumerate_up_to: int = ENUMERATE_UP_TO,
) -> WildBootstrap:
    """Test that one coefficient equals `null`, by the wild cluster bootstrap-t.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its column of ones, where an intercept is wanted; n > k.
    outcome : ndarray, shape (n,)
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.
    column : int
        Position of the tested column.
    seed : int
        Of the draws; without effect where every vector is compared.
    null : float
        The value tested, in units of the coefficient.
    weights : {"rademacher", "webb"}, optional
        Signs, or Webb's six points, which give few clusters more vectors than 2^G. Webb for
        fewer than ten clusters where not given, else Rademacher.
    impose_null : bool
        False bootstraps around the estimate instead (WCU). It rejects a true null too often
        where the column is skewed or few clusters are treated; only for comparison.
    draws : int
        Vectors drawn where not all are compared.
    enumerate_up_to : int
        Compare every vector where they number as many or fewer.

    Returns
    -------
    WildBootstrap

    Raises
    ------
    InputError
        Where the arrays do not fit one another, a column depends on the others, there are
        fewer than two clusters, or `weights`, `draws` or `seed` cannot be meant.

    References
    ----------
    Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2008). Bootstrap-based improvements for
    inference with clustered errors. *Review of Economics and Statistics*, 90(3), 414-427.
    Webb, M. D. (2023). Reworking wild bootstrap-based inference for clustered errors.
    *Canadian Journal of Economics*, 56(3), 839-858.
    Roodman, D., Nielsen, M. O., MacKinnon, J. G., & Webb, M. D. (2019). Fast and wild:
    Bootstrap inference in Stata using boottest. *Stata Journal*, 19(1), 4-60.
    """
    with _threads().limit(limits=1, user_api="blas"):
        sums = _cluster_sums(design, outcome, clusters, column)
        kind = weights or usual_weights(sums.n_clusters)
        vectors = WeightVectors(kind, sums.n_clusters, draws, seed, enumerate_up_to)
        if not sums.testable:
            return _no_test(sums, null, vectors)
        distance = (sums.estimate - null) * sums.length
        observed = float(distance / np.sqrt(sums.variance))
        t_star = _every_t(sums, vectors, distance if impose_null else 0.0)
    n = len(t_star)
    tie = (_TIE + _ROUNDING * abs(observed)) * abs(observed)
    size = np.abs(t_star)
    n_larger = int((size > abs(observed) + tie).sum())
    n_as_large = int((size >= abs(observed) - tie).sum())
    tails = min((t_star > observed + tie).sum(), (t_star < observed - tie).sum())
    return WildBootstrap(
        estimate=sums.estimate,
        null=null,
        statistic=observed,
        p_value=vectors.p_value(n_as_large),
        p_strict=n_larger / n,
        p_equal_tail=2 * int(tails) / n,
        n_ties=n_as_large - n_larger,
        n_draws=n,
        enumerated=vectors.enumerated,
        weights=kind,
        n_clusters=sums.n_clusters,
        floor=vectors.floor,
        t_star=t_star,
    )


def wild_bootstrap_interval(
    design: np.ndarray,
    outcome: np.ndarray,
    clusters: np.ndarray,
    column: int,
    *,
    seed: int,
    weights: Weights | None = None,
    draws: int = DRAWS,
    enumerate_up_to: int = ENUMERATE_UP_TO,
) -> tuple[float, float]:
    """The 95 % interval: every value that the test with the null imposed does not reject.

    Parameters
    ----------
    design, outcome, clusters, column, seed, weights, draws, enumerate_up_to
        As in `wild_bootstrap`.

    Returns
    -------
    low, high : float
        The smallest and the largest value with p > .05. Infinite where values however far
        away are not rejected: so many vectors tie with the observed one that p cannot fall
        to .05. NaN where there is no test.

    Raises
    ------
    InputError
        As `wild_bootstrap`.

    Notes
    -----
    Values are tried from a quarter of a standard error to 10,000 of them on each side of the
    estimate, in steps that grow by a quarter; the outermost change is then narrowed down.

    References
    ----------
    Roodman and others (2019), as in `wild_bootstrap`, section 3.5.
    """
    with _threads().limit(limits=1, user_api="blas"):
        sums = _cluster_sums(design, outcome, clusters, column)
        kind = weights or usual_weights(sums.n_clusters)
        vectors = WeightVectors(kind, sums.n_clusters, draws, seed, enumerate_up_to)
        if not sums.testable:
            return float("nan"), float("nan")
        rejected = _rejection(sums, vectors)
    one = np.sqrt(sums.variance)
    low, high = (
        sums.estimate - side * _farthest(rejected, side * one) * one / sums.length
        for side in (1.0, -1.0)
    )
    return float(low), float(high)


@dataclass(frozen=True, eq=False)
class _ClusterSums:
    """What every bootstrap t is made of; q is the tested column given the others, of length 1.

    At a distance d from the null the restricted residuals are e + d q, with e those of the whole
    regression. A vector v of weights moves the coefficient by ``v @ (e + d w)`` and gives the
    clusters the scores ``(a_e + d a_x) @ v``.
    """

    estimate: float
    length: float
    e: np.ndarray
    w: np.ndarray
    a_e: np.ndarray
    a_x: np.ndarray
    testable: bool

    @property
    def n_clusters(self) -> int:
        return len(self.e)

    @property
    def variance(self) -> float:
        return float(self.e @ self.e)


def _cluster_sums(
    design: np.ndarray, outcome: np.ndarray, clusters: np.ndarray, column: int
) -> _ClusterSums:
    design, outcome = np.asarray(design, dtype=float), np.asarray(outcome, dtype=float)
    tested = design[:, column]
    last = np.column_stack([np.delete(design, column, axis=1), tested])
    fit = least_squares(last, outcome)
    members = cluster_members(clusters, fit.n)
    length = float(fit.basis[:, -1] @ tested)
    basis = fit.basis * np.append(np.ones(fit.k - 1), np.sign(length))
    # once more: what rounding left along the basis would tell ties apart
    residuals = fit.residuals - basis @ (basis.T @ fit.residuals)
    table = np.column_stack([basis, residuals])
    gram = np.array([table[rows].T @ table[rows] for rows in members])
    k = fit.k
    q_basis, e_basis = gram[:, :k, k - 1], gram[:, :k, k]
    e, w = gram[:, k - 1, k], gram[:, k - 1, k - 1]
    noise = np.linalg.norm(residuals)
    varies = float(np.ptp(outcome))
    return _ClusterSums(
        estimate=float(fit.coefficients[-1]),
        length=abs(length),
        e=e,
        w=w,
        a_e=np.diag(e) - q_basis @ e_basis.T,
        a_x=np.diag(w) - q_basis @ q_basis.T,
        testable=bool(noise > _NO_VARIANCE * varies and np.linalg.norm(e) > _NO_VARIANCE * noise),
    )


@cache
def _threads() -> ThreadpoolController:
    """The matrices are small: on a busy machine a second thread costs more than it brings."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _every_t(sums: _ClusterSums, vectors: WeightVectors, distance: float) -> np.ndarray:
    """The t of each vector, when residuals are taken at this distance from the estimate."""
    numerator, scores = sums.e + distance * sums.w, sums.a_e + distance * sums.a_x
    t = np.concatenate(
        [_ratio(top[0], _squares(top[1:])) for top in vectors.times(numerator, scores)]
    )
    return np.concatenate([t, -t]) if vectors.enumerated else t


def _rejection(sums: _ClusterSums, vectors: WeightVectors) -> Callable[[float], bool]:
    """Whether the value at a distance from the estimate is rejected, as a function of it.

    Numerator and root of the variance of each vector are linear in the distance.
    """
    parts = []
    for still, moving in zip(
        vectors.times(sums.e, sums.a_e), vectors.times(sums.w, sums.a_x), strict=True
    ):
        products = np.einsum("ij,ij->j", still[1:], moving[1:])
        parts.append([still[0], moving[0], _squares(still[1:]), 2 * products, _squares(moving[1:])])
    fixed, slope, first, second, third = np.concatenate(parts, axis=1)

    def rejected(distance: float) -> bool:
        variance = first + distance * (second + distance * third)
        bound = (distance**2 / sums.variance) * variance * (1 - 2 * _TIE)
        count = int(((fixed + distance * slope) ** 2 >= bound).sum())
        return vectors.p_value(count * (2 if vectors.enumerated else 1)) <= LEVEL

    return rejected


def _squares(scores: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("ij,ij->j", scores, scores))


def _ratio(numerator: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The t from its parts; infinite where the bootstrap sample leaves no variance."""
    none = variance <= _NO_VARIANCE**2 * numerator**2
    divisor = np.sqrt(np.where(none, 1, variance))
    return np.asarray(np.where(none, np.copysign(np.inf, numerator), numerator / divisor))


def _no_test(sums: _ClusterSums, null: float, vectors: WeightVectors) -> WildBootstrap:
    nan = float("nan")
    return WildBootstrap(
        estimate=sums.estimate,
        null=null,
        statistic=nan,
        p_value=nan,
        p_strict=nan,
        p_equal_tail=nan,
        n_ties=0,
        n_draws=0,
        enumerated=vectors.enumerated,
        weights=vectors.kind,
        n_clusters=sums.n_clusters,
        floor=nan,
        t_star=np.empty(0),
    )


def _farthest(rejected: Callable[[float], bool], one: float) -> float:
    """How many standard errors away the last value lies that is not rejected."""
    steps = [_FIRST_STEP]
    while steps[-1] < _FARTHEST:
        steps.append(steps[-1] * _GROWTH)
    kept = [step for step in steps if not rejected(step * one)]
    inside = max(kept, default=0.0)
    if inside == steps[-1]:
        return float("inf")
    outside = next(step for step in steps if step > inside)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if rejected(middle * one) else (middle, outside)
    return inside
