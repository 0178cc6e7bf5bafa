"""Staggered roll-outs and interrupted series: what each estimator makes of a known truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from benchmarks.simulations import SEED, Row
from pbgov.inference.linear import coefficient_tests, least_squares
from pbgov.inference.timing.aggregation import aggregate
from pbgov.inference.timing.group_time import Control, group_time_effects, standard_errors
from pbgov.inference.timing.imputation import impute
from pbgov.inference.timing.randomisation import randomise_adoption
from pbgov.inference.timing.series import (
    newey_west,
    newey_west_lag,
    prais_winsten,
    segmented_design,
)
from pbgov.inference.timing.two_way import two_way_effect

if TYPE_CHECKING:
    from collections.abc import Sequence

DISTRICTS = 16
PERIODS = np.arange(1.0, 25.0)
GROWTH = 0.25  # of the effect, in outcome units per month of exposure
YEAR = 12  # months of the panels whose dates are dealt
DEALINGS = 199  # for each data set of the randomisation test: p <= .05 in 10 of 200 ranks
SERIES_RHO = 0.4


def rows(scale: float = 1.0) -> list[Row]:
    """All rows of the timing designs.

    Parameters
    ----------
    scale : float
        Multiplies the replications.
    """
    return [
        *growing_effects(_many(400, scale)),
        *sizes_of_dealing(_many(1000, scale)),
        *coverage_of_errors(_many(300, scale)),
        *sizes_of_series(_many(400, scale)),
    ]


def growing_effects(replications: int) -> list[Row]:
    """How far each estimator is off its target, as a share of the effect (table I)."""
    random = np.random.default_rng(SEED)
    rows = []
    for never, low, high in ((4, 0.4, 0.8), (0, 0.8, 1.2)):
        off = np.zeros((replications, 3))
        control: Control = "never" if never else "not_yet"
        for draw in range(replications):
            dates = _dates(random, np.linspace(5, 21, 4), never)
            exposure = PERIODS - np.where(np.isfinite(dates), dates, 0)[:, None] + 1
            treated = dates[:, None] <= PERIODS
            effect = np.where(treated, GROWTH * exposure, 0.0)
            outcome = 0.5 * _shocks(random) + effect
            off[draw, 0] = two_way_effect(outcome, treated).coefficient / effect[treated].mean()
            made = group_time_effects(outcome, PERIODS, dates, control=control)
            target = group_time_effects(effect, PERIODS, dates, control=control)
            off[draw, 1] = aggregate(made, "simple").overall / aggregate(target, "simple").overall
            imputed = impute(outcome, PERIODS, dates)
            there = np.isfinite(imputed.effects)
            off[draw, 2] = imputed.overall / effect[there].mean()
        bias = off.mean(axis=0) - 1
        said = f"{never} never treated, growing effects"
        rows += [
            Row(f"two-way FE (refused), {said}: effect lost", f"{100 * low:.0f}-{100 * high:.0f} %",
                low, high, float(-bias[0]), replications),
            Row(f"Callaway-Sant'Anna, {said}: |bias| / effect", "<= 5 %",
                0.0, 0.05, float(abs(bias[1])), replications),
            Row(f"imputation, {said}: |bias| / effect", "<= 5 %",
                0.0, 0.05, float(abs(bias[2])), replications),
        ]  # fmt: skip
    return rows


def sizes_of_dealing(replications: int) -> list[Row]:
    """Rejection of a true null by randomisation inference over 16 districts."""
    random = np.random.default_rng(SEED + 1)
    designs: tuple[tuple[str, Sequence[float], int], ...] = (
        ("staggered, none never treated", (4, 6, 8, 10), 0),
        ("staggered, 4 never treated", (4, 6, 8, 10), 4),
        ("one date, 3 of 16", (7,), 13),
        ("one date, 2 of 16", (7,), 14),
    )
    rows = []
    for name, starts, never in designs:
        rejected = np.zeros(2)
        for draw in range(replications):
            dates = _dates(random, np.array(starts, dtype=float), never)
            dealt = randomise_adoption(
                _shocks(random)[:, :YEAR],
                PERIODS[:YEAR],
                dates,
                control="never" if never else "not_yet",
                seed=draw,
                draws=DEALINGS,
            )
            chances = dict(zip((one for one, _ in dealt.names), dealt.p_value, strict=False))
            rejected += [chances["simple"] <= 0.05, chances["imputation"] <= 0.05]
        for estimator, count in zip(("CS", "imputation"), rejected, strict=True):
            rows.append(
                Row(f"RI over districts, {estimator}, {name}", "3-6.5 %", 0.03, 0.065,
                    float(count / replications), replications)
            )  # fmt: skip
    return rows


def coverage_of_errors(replications: int) -> list[Row]:
    """Coverage of the intervals with t(G - 1) at 16 districts, cohorts of three and more."""
    random = np.random.default_rng(SEED + 2)
    critical = stats.t.ppf(0.975, DISTRICTS - 1)
    covered = np.zeros(4)
    for _ in range(replications):
        dates = _dates(random, np.array([5.0, 10, 15, 20]), 4)
        outcome = _shocks(random)
        effects = group_time_effects(outcome, PERIODS, dates)
        made, by_group = aggregate(effects, "simple"), aggregate(effects, "group", as_did=False)
        error, group_error = (
            standard_errors(one.overall_influence[:, None])[0] for one in (made, by_group)
        )
        plain, left_out = (
            impute(outcome, PERIODS, dates, leave_one_out=one) for one in (False, True)
        )
        covered += [
            abs(made.overall) <= critical * error,
            abs(by_group.overall) <= critical * group_error,
            abs(left_out.overall) <= critical * left_out.std_error,
            abs(plain.overall) <= critical * plain.std_error,
        ]
    names = (
        ("CS influence function, t(15)", "92-98 %", 0.92, 0.98),
        ("CS mean over cohorts, paper's formula, t(15)", "92-98 %", 0.92, 0.98),
        ("imputation, leaving one out, t(15)", "92-98 %", 0.92, 0.98),
        ("imputation as published (not used), t(15)", "80-95 %", 0.80, 0.95),
    )
    return [
        Row(f"coverage, {name}", goal, low, high, float(count / replications), replications)
        for (name, goal, low, high), count in zip(names, covered, strict=True)
    ]


def sizes_of_series(replications: int) -> list[Row]:
    """Rejection of no level change in a single series whose errors follow each other."""
    random = np.random.default_rng(SEED + 3)
    rows = []
    for n in (24, 48):
        design = segmented_design(np.arange(n), n / 2)
        rejected = np.zeros(2)
        for _ in range(replications):
            series = _follow(random.normal(size=(1, n)), SERIES_RHO)[0]
            fitted = prais_winsten(design, series)
            ours = coefficient_tests(fitted.fit.coefficients, fitted.covariance, fitted.df)
            plain = least_squares(design, series)
            spread = newey_west(plain, newey_west_lag(n))
            theirs = coefficient_tests(plain.coefficients, spread, n - plain.k)
            rejected += [one.p_value[2] < 0.05 for one in (ours, theirs)]
        rows += [
            Row(f"series of {n}, level change, AR(1) by restricted likelihood", "2-9 %", 0.02, 0.09,
                float(rejected[0] / replications), replications),
            Row(f"series of {n}, level change, Newey-West (beside only)", "8-50 %", 0.08, 0.5,
                float(rejected[1] / replications), replications),
        ]  # fmt: skip
    return rows


def _many(replications: int, scale: float) -> int:
    return max(2, round(replications * scale))


def _dates(random: np.random.Generator, starts: np.ndarray, never: int) -> np.ndarray:
    """Dates dealt to the districts at random, each start as often as the others."""
    dates = np.concatenate([np.resize(starts, DISTRICTS - never), np.full(never, np.inf)])
    return random.permutation(dates)


def _shocks(random: np.random.Generator) -> np.ndarray:
    """District levels, a common path, and errors that follow the month before, shape (16, 24)."""
    shape = DISTRICTS, len(PERIODS)
    levels = random.normal(size=(DISTRICTS, 1))
    return levels + random.normal(size=shape[1]) + _follow(random.normal(size=shape), 0.6)


def _follow(steps: np.ndarray, rho: float) -> np.ndarray:
    """Stationary AR(1) series made of independent steps, one per row."""
    made = steps.copy()
    made[:, 0] /= np.sqrt(1 - rho**2)
    for at in range(1, steps.shape[1]):
        made[:, at] += rho * made[:, at - 1]
    return made
