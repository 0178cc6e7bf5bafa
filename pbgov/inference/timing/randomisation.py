"""What the overall effects would look like had the dates of adoption fallen on other units.

The dates stay as they are and are dealt anew among districts. Everything that Callaway-Sant'Anna
without covariates and imputation compute depends on sums of cohorts alone, so that ten thousand
dealings are a few matrix products. The test is exact where the dates could have fallen on any
district alike; it takes no standard error, and so is the only one with two or three districts
treated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import DRAWS, as_large, check_draws, relabelings
from pbgov.inference.timing.aggregation import KINDS, averages, plan
from pbgov.inference.timing.group_time import comparisons, is_control, usable
from pbgov.inference.timing.imputation import period_effects

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.inference.resampling.relabelings import Relabelings
    from pbgov.inference.timing.group_time import Base, Control

_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Dealt:
    """Statistics as observed, and how they fall when dates of adoption are dealt anew.

    Attributes
    ----------
    names : tuple of (str, float)
        "simple", "group", "dynamic", "calendar" and "imputation" with NaN for the overall effects,
        "exposure" and "imputed" with the exposure (periods since adoption) for those of one.
    observed : ndarray, shape (s,)
    p_value : ndarray, shape (s,)
        Two-sided; the share of dealings with a statistic at least as large. Never 0.
    spread : ndarray, shape (s,)
        Standard deviation over the dealings, in units of the outcome.
    n_dealings : int
        All of them where `exact`, else those drawn.
    exact : bool
    p_before : float
        Joint test of all exposures below 0: of the largest effect before adoption, each divided by
        its spread. NaN where there is none. It holds its level with few districts, where the Wald
        test does not.
    """

    names: tuple[tuple[str, float], ...]
    observed: np.ndarray
    p_value: np.ndarray
    spread: np.ndarray
    n_dealings: int
    exact: bool
    p_before: float


def randomise_adoption(
    outcome: np.ndarray,
    periods: np.ndarray,
    adopted: np.ndarray,
    clusters: np.ndarray | None = None,
    *,
    control: Control = "never",
    base: Base = "varying",
    seed: int,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> Dealt:
    """Randomisation test of every overall effect and every exposure, without covariates.

    Parameters
    ----------
    outcome : ndarray, shape (n, t)
    periods : ndarray, shape (t,)
    adopted : ndarray, shape (n,)
    clusters : ndarray, shape (n,), optional
        The districts that the dates fall on; each has one date. Without it each unit is one.
    control, base
        As in `group_time_effects`.
    seed : int
    draws : int
        Dealings drawn where there are more than 50,000.
    progress : callable, optional
        Called with the dealings done and their number.

    Returns
    -------
    Dealt
        Of the units and periods that `usable` leaves.

    Raises
    ------
    InputError
        Where a cluster has two dates, or draws or seed are not whole numbers above 0 and of 0 or
        more.

    References
    ----------
    Phipson and Smyth (2010), as in `mean_difference_test`.
    """
    check_draws(draws, seed)
    adopted = np.where(adopted > periods[-1], np.inf, adopted)
    units, times = usable(adopted, periods)
    labels = np.arange(len(adopted)) if clusters is None else np.asarray(clusters)
    _, first, codes = np.unique(labels[units], return_index=True, return_inverse=True)
    dates = adopted[units][first]
    if not np.array_equal(dates[codes], adopted[units]):
        raise InputError(
            "a cluster has units with different dates of adoption; take the level at which it was"
            " adopted as the cluster"
        )
    kept = outcome[units] - outcome[units].mean()
    scale = float(np.abs(kept).max())
    sums = np.zeros((len(dates), len(periods)))
    np.add.at(sums, codes, kept)
    dealing = _Dealing(sums, np.bincount(codes), periods, times, dates, control, base)
    observed = dealing.statistics(dealing.cohorts[None])[0]
    ways = relabelings(dealing.cohorts, seed=seed, draws=draws)
    size = max(1, _CELLS // (len(dealing.dates) * max(len(dates), len(periods) ** 2)))
    count, added, squared = (np.zeros(len(observed)) for _ in range(3))
    before = [j for j, (name, at) in enumerate(dealing.names) if name == "exposure" and at < 0]
    early: list[np.ndarray] = []
    done = 0
    for orders in ways.chunks():
        for start in range(0, len(orders), size):
            values = dealing.statistics(_dealt(dealing.cohorts, orders[start : start + size]))
            count += [
                as_large(column, float(seen), scale).sum()
                for column, seen in zip(values.T, observed, strict=True)
            ]
            added += values.sum(axis=0)
            squared += (values**2).sum(axis=0)
            early.append(values[:, before])
            done += len(values)
            if progress is not None:
                progress(done, ways.number)
    spread = np.sqrt(np.maximum(squared / done - (added / done) ** 2, 0))
    return Dealt(
        names=dealing.names,
        observed=observed,
        p_value=np.array([ways.p_value(int(many)) for many in count]),
        spread=spread,
        n_dealings=ways.number,
        exact=ways.exact,
        p_before=_joint(observed[before], np.concatenate(early), spread[before], ways),
    )


def _joint(
    observed: np.ndarray, values: np.ndarray, spread: np.ndarray, ways: Relabelings
) -> float:
    """P of the largest of several statistics, each in units of its own spread."""
    varying = spread > 0  # a period that is its own base is always 0
    if not varying.any():
        return float("nan")
    largest = (np.abs(values[:, varying]) / spread[varying]).max(axis=1)
    seen = float((np.abs(observed[varying]) / spread[varying]).max())
    return ways.p_value(int(as_large(largest, seen).sum()))


def _dealt(cohorts: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """The cohort each cluster falls into where row i receives the outcome of row ``orders[i]``."""
    dealt = np.empty(orders.shape, dtype=np.intp)
    np.put_along_axis(dealt, orders, np.broadcast_to(cohorts, orders.shape), axis=1)
    return dealt


class _Dealing:
    """The statistics of many dealings at once, from the sums of clusters."""

    def __init__(
        self,
        sums: np.ndarray,
        sizes: np.ndarray,
        periods: np.ndarray,
        times: np.ndarray,
        dates: np.ndarray,
        control: Control,
        base: Base,
    ) -> None:
        self.sums, self.sizes, self.periods = sums, sizes.astype(float), periods
        self.used = periods[times]
        self.dates, self.cohorts = np.unique(dates, return_inverse=True)
        self.cells = comparisons(self.dates, self.used, base)[1]
        self.controls = [is_control(self.dates, c, self.used[-1], control) for c in self.cells]
        self.plans = [plan(self.cells, kind) for kind in KINDS]
        self.at = np.searchsorted(periods, [[c.period, c.base] for c in self.cells])
        self.own = np.searchsorted(self.dates, [c.group for c in self.cells])
        untreated = periods < self.dates[:, None]
        self.imputable = untreated.any(axis=0)
        self.untreated = untreated[:, self.imputable]
        gap = periods[self.imputable] - np.where(np.isfinite(self.dates), self.dates, 0)[:, None]
        self.gap = np.where(self.untreated, np.nan, gap)
        self.horizons = np.unique(self.gap[~self.untreated])
        exposures = next(p.at for p in self.plans if p.kind == "dynamic")
        self.names = (
            *((kind, float("nan")) for kind in KINDS),
            *(("exposure", float(e)) for e in exposures),
            ("imputation", float("nan")),
            *(("imputed", float(h)) for h in self.horizons),
        )

    def statistics(self, dealt: np.ndarray) -> np.ndarray:
        """All statistics of each dealing; `dealt` has the cohort of each cluster, shape (b, c)."""
        member = (dealt[:, None, :] == np.arange(len(self.dates))[:, None]).astype(float)
        sums, sizes = member @ self.sums, member @ self.sizes
        att = np.stack([self._effect(j, sums, sizes) for j in range(len(self.cells))], axis=-1)
        weight = sizes[:, self.own]
        found = []
        exposures = np.empty((len(dealt), 0))
        for wanted in self.plans:
            parts, overall = averages(att, weight, wanted)
            found.append(overall[:, None])
            if wanted.kind == "dynamic":
                exposures = parts
        return np.concatenate([*found, exposures, self._imputed(sums, sizes)], axis=1)

    def _effect(self, j: int, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        now, then = self.at[j]
        change = sums[..., now] - sums[..., then]
        own, others = self.own[j], self.controls[j]
        compared = change[:, others].sum(-1) / sizes[:, others].sum(-1)
        return np.asarray(change[:, own] / sizes[:, own] - compared)

    def _imputed(self, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The overall imputed effect, then that of each exposure."""
        sums = sums[..., self.imputable]
        period, unit = period_effects(sums, sizes, self.untreated)
        effect = sums / sizes[..., None] - unit[..., None] - period[:, None, :]
        found = []
        for chosen in (~self.untreated, *(self.gap == horizon for horizon in self.horizons)):
            weight = sizes[..., None] * chosen
            found.append((effect * weight).sum((-1, -2)) / weight.sum((-1, -2)))
        return np.stack(found, axis=1)
