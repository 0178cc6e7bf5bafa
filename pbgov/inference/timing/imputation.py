"""The imputation estimator: what the treated would have had, from all that is untreated.

Unit and period effects are estimated on the untreated observations alone; an effect is what was
observed minus what they predict. Balanced panels, without covariates. Everything depends on the
panel only through the sums of each cohort, since all units of a cohort are untreated in the same
periods; that makes thousands of relabellings cheap (`pbgov.inference.timing.randomisation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError


@dataclass(frozen=True, eq=False)
class Imputation:
    """Effects imputed for every treated observation that can be.

    Attributes
    ----------
    effects : ndarray, shape (n, t)
        Observed minus imputed, in units of the outcome; NaN where untreated or not imputed.
    overall : float
        Mean of all effects.
    std_error : float
        NaN where `alone` is not empty.
    horizons : ndarray, shape (h,)
        Exposures (period minus adoption) with an effect.
    by_horizon, std_errors : ndarray, shape (h,)
        Mean effect at each exposure. The error is NaN where a cohort with one cluster has a part.
    n_treated : ndarray of int, shape (h,)
        Units behind each exposure.
    units_left_out : ndarray of int
        Positions of units treated from the first period on: nothing is known of them untreated.
    periods_left_out : ndarray of int
        Positions of periods in which every unit is treated: they have no untreated outcome.
    alone : tuple of float
        Cohorts of one cluster: the conservative variance takes the spread of effects within a
        cohort, and theirs is unknown.
    """

    effects: np.ndarray
    overall: float
    std_error: float
    horizons: np.ndarray
    by_horizon: np.ndarray
    std_errors: np.ndarray
    n_treated: np.ndarray
    units_left_out: np.ndarray
    periods_left_out: np.ndarray
    alone: tuple[float, ...]


def impute(
    outcome: np.ndarray,
    periods: np.ndarray,
    adopted: np.ndarray,
    clusters: np.ndarray | None = None,
    *,
    leave_one_out: bool = False,
) -> Imputation:
    """Effects on the treated, where trends without treatment are parallel in all periods.

    Parameters
    ----------
    outcome : ndarray, shape (n, t)
    periods : ndarray, shape (t,)
        Numbers, rising.
    adopted : ndarray, shape (n,)
        First period under treatment, inf where never.
    clusters : ndarray, shape (n,), optional
        Units within one cluster may depend on each other. Without it units are independent.
    leave_one_out : bool
        Compare each cluster's effect with the average of its cohort without that cluster, which
        takes out the downward bias of the variance where cohorts are small.

    Returns
    -------
    Imputation
        The standard error is the conservative one of theorem 3 with averages by cohort and
        exposure: it is too large where effects differ within a cohort.

    Raises
    ------
    InputError
        Where shapes differ, a value is not finite, or nothing can be imputed.

    References
    ----------
    Borusyak, K., Jaravel, X., & Spiess, J. (2024). Revisiting event-study designs: Robust and
    efficient estimation. *Review of Economic Studies*, 91(6), 3253-3285; equation (8) and, for the
    averages that leave one out, appendix A.9.
    """
    outcome, periods, adopted = (
        np.asarray(values, dtype=float) for values in (outcome, periods, adopted)
    )
    if (len(adopted), len(periods)) != outcome.shape or not np.isfinite(outcome).all():
        raise InputError(
            f"outcome is {outcome.shape} with {len(adopted)} dates of adoption and {len(periods)}"
            " periods; want (n, t), n and t, and only finite values"
        )
    kept = adopted > periods[0]
    untreated = periods < adopted[kept][:, None]
    times = untreated.any(axis=0)
    treated = ~untreated & times
    if not treated.any():
        raise InputError(
            "no treated outcome can be imputed: none adopts while others are untreated"
        )
    labels = np.arange(len(outcome)) if clusters is None else np.asarray(clusters)
    codes = np.unique(labels[kept], return_inverse=True)[1]
    y, known = outcome[kept][:, times], untreated[:, times]
    effects = y - _predicted(y, known)
    gap = np.where(treated[:, times], periods[times] - adopted[kept][:, None], np.nan)
    horizons = np.unique(gap[treated[:, times]])
    cohort = adopted[kept]
    groups = np.unique(cohort[treated.any(axis=1)])
    alone = tuple(float(g) for g in groups if len(np.unique(codes[cohort == g])) == 1)
    spread = _Spread(effects, known, cohort, codes, leave_one_out=leave_one_out)
    everything = treated[:, times].astype(float)
    parts = [everything * (gap == horizon) for horizon in horizons]
    errors = [
        spread.error(part / part.sum())
        if not np.isin(cohort[part.any(axis=1)], alone).any()
        else float("nan")
        for part in (everything, *parts)
    ]
    full = np.full(outcome.shape, np.nan)
    full[np.ix_(kept, times)] = np.where(treated[:, times], effects, np.nan)
    return Imputation(
        effects=full,
        overall=float((effects * everything).sum() / everything.sum()),
        std_error=errors[0],
        horizons=horizons,
        by_horizon=np.array([(effects * part).sum() / part.sum() for part in parts]),
        std_errors=np.array(errors[1:]),
        n_treated=np.array([int(part.sum()) for part in parts]),
        units_left_out=np.flatnonzero(~kept),
        periods_left_out=np.flatnonzero(~times),
        alone=alone,
    )


def period_effects(
    sums: np.ndarray, sizes: np.ndarray, untreated: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Period effects, and the unit effect of each cohort's mean, from untreated observations.

    Parameters
    ----------
    sums : ndarray, shape (..., g, t)
        Sum of the outcome over the units of each cohort.
    sizes : ndarray, shape (..., g)
        Units of each cohort.
    untreated : ndarray of bool, shape (g, t)
        Periods in which the cohort is untreated, the first one always; no period without any.

    Returns
    -------
    period : ndarray, shape (..., t)
        The first is 0.
    unit : ndarray, shape (..., g)
    """
    known = untreated.astype(float)
    length = known.sum(axis=1)
    share = known / length[:, None]
    matrix = _normal_matrix(sizes, known, share)
    within = sums - (sums * share).sum(-1)[..., None]
    right = (known * within).sum(-2)
    period = np.zeros(right.shape)
    solved = np.linalg.solve(matrix[..., 1:, 1:], right[..., 1:, None])
    period[..., 1:] = solved[..., 0]
    means = sums / sizes[..., None]
    unit = ((means - period[..., None, :]) * share).sum(-1)
    return period, unit


def _normal_matrix(sizes: np.ndarray, known: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The normal equations of the period effects once the unit effects are taken out."""
    observed = (sizes[..., None] * known).sum(-2)
    crossed = np.einsum("...g,gs,gt->...st", sizes, known, share)
    return np.asarray(observed[..., None] * np.eye(known.shape[1]) - crossed)


def _predicted(outcome: np.ndarray, untreated: np.ndarray) -> np.ndarray:
    """Unit effect plus period effect of every observation."""
    patterns, codes = np.unique(untreated, axis=0, return_inverse=True)
    sizes = np.bincount(codes).astype(float)
    sums = np.zeros(patterns.shape)
    np.add.at(sums, codes, outcome)
    period, _ = period_effects(sums, sizes, patterns)
    unit = ((outcome - period) * untreated).sum(axis=1) / untreated.sum(axis=1)
    return np.asarray(unit[:, None] + period)


class _Spread:
    """The conservative variance of any weighted mean of the effects."""

    def __init__(
        self,
        effects: np.ndarray,
        untreated: np.ndarray,
        cohort: np.ndarray,
        clusters: np.ndarray,
        *,
        leave_one_out: bool,
    ) -> None:
        self.effects = effects  # of untreated observations: their residuals
        self.untreated = untreated
        self.cohort = cohort
        self.clusters = clusters
        self.leave_one_out = leave_one_out

    def error(self, weights: np.ndarray) -> float:
        """Standard error of the mean with these weights, shape (n, t), 0 where untreated."""
        moved = self._weights_of_untreated(weights) * self.effects
        for group in np.unique(self.cohort[weights.any(axis=1)]):
            rows = np.flatnonzero(self.cohort == group)
            moved[rows] += self._apart(weights[rows], rows)
        by_cluster = np.bincount(self.clusters, weights=moved.sum(axis=1))
        return float(np.sqrt((by_cluster**2).sum()))

    def _apart(self, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Weighted effects of one cohort minus the averages of each period, shape (rows, t)."""
        names, codes = np.unique(self.clusters[rows], return_inverse=True)
        weight = np.zeros((len(names), weights.shape[1]))
        along = np.zeros(weight.shape)
        np.add.at(weight, codes, weights)
        np.add.at(along, codes, weights * self.effects[rows])
        squared = (weight**2).sum(axis=0)
        heavy = squared > 0
        average = np.zeros(len(squared))
        average[heavy] = (weight * along).sum(axis=0)[heavy] / squared[heavy]
        apart = weights * (self.effects[rows] - average)
        if not self.leave_one_out:
            return np.asarray(apart)
        share = np.zeros(weight.shape)
        share[:, heavy] = weight[:, heavy] ** 2 / squared[heavy]
        left = 1 - share[codes]
        return np.asarray(np.divide(apart, left, out=np.zeros(apart.shape), where=left > 0))

    def _weights_of_untreated(self, weights: np.ndarray) -> np.ndarray:
        """How each untreated outcome moves the mean: minus what the prediction takes from it."""
        known = self.untreated.astype(float)
        length = known.sum(axis=1)
        total = weights.sum(axis=1)
        matrix = _normal_matrix(np.ones(len(known)), known, known / length[:, None])
        right = weights.sum(axis=0) - known.T @ (total / length)
        period = np.zeros(len(right))
        period[1:] = np.linalg.solve(matrix[1:, 1:], right[1:])
        unit = (total - known @ period) / length
        return np.asarray(-known * (unit[:, None] + period))
