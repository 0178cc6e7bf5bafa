"""Tests of district-level questions on true nulls: streets, street panels, families of innovations.

Sizes of the districts are plausible, not official. Whoever treated districts are is drawn anew in
every data set, but for the dates of the panels, which stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

from benchmarks.simulations import SEED, Row
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.limits import refused_p
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import bell_mccaffrey_df, coefficient_tests, hc2, least_squares
from pbgov.inference.resampling.paths import deal_paths
from pbgov.inference.resampling.permutation import unit_permutation
from pbgov.inference.resampling.step_down import step_down_max_t
from pbgov.inference.resampling.wild_bootstrap import wild_bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable

LEVEL = 0.05
STREETS = (17, 15, 24, 43, 22, 9, 13, 19, 28, 24, 22, 20, 22, 18, 26, 18)
DISTRICTS = len(STREETS)
DRAWS = 999
INTRACLASS = (0.05, 0.2)
MONTHS = 36
PERSISTENCE = 0.8
INNOVATIONS = 12
BETWEEN_INNOVATIONS = 0.3


def rows(scale: float = 1.0) -> list[Row]:
    """All rows; `scale` multiplies the number of data sets."""
    with threadpool_limits(1):  # the matrices are small: a second thread would only wait
        return [
            *spread_out(replications=_many(3_000, scale)),
            *few_treated(replications=_many(4_000, scale)),
            *street_panels(replications=_many(1_500, scale)),
            *innovation_scan(replications=_many(2_000, scale)),
        ]


def spread_out(replications: int) -> list[Row]:
    """Streets in districts, a regressor with five districts to either side or many values."""
    codes = np.repeat(np.arange(DISTRICTS), STREETS)

    def of_streets(random: np.random.Generator) -> np.ndarray:
        return np.asarray(_with_districts(random, codes, 0.3))

    designs: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
        "8 of 16 districts treated": lambda random: _treated(random, 8)[codes],
        "5 of 16 districts treated": lambda random: _treated(random, 5)[codes],
        "score of streets": of_streets,
    }
    found = []
    for name, regressor in designs.items():
        for intraclass in INTRACLASS:
            random = np.random.default_rng(SEED)
            sandwich = wild = 0
            for _ in range(replications):
                design = np.column_stack([np.ones(len(codes)), regressor(random)])
                outcome = _with_districts(random, codes, intraclass)
                fit = least_squares(design, outcome)
                p = coefficient_tests(fit.coefficients, *cr2(fit, codes)).p_value[1]
                sandwich += p <= LEVEL
                drawn = wild_bootstrap(
                    design, outcome, codes, 1, seed=SEED, draws=DRAWS, enumerate_up_to=1
                )
                wild += drawn.p_value <= LEVEL
            where = f"{name}, intraclass {intraclass}"
            found += [
                _row(f"CR2 + Satterthwaite, {where}", 0.04, 0.07, sandwich, replications),
                _row(f"wild cluster bootstrap, {where}", 0.04, 0.07, wild, replications),
            ]
    return found


def few_treated(replications: int) -> list[Row]:
    """Two or three treated districts: the district permutation, and that no sandwich is shown."""
    codes = np.repeat(np.arange(DISTRICTS), STREETS)
    found = []
    for treated in (2, 3):
        for intraclass in INTRACLASS:
            random = np.random.default_rng(SEED)
            rejected = refused = 0
            for _ in range(replications):
                design = np.column_stack([np.ones(len(codes)), _treated(random, treated)[codes]])
                outcome = _with_districts(random, codes, intraclass)
                test = unit_permutation(design, outcome, codes, 1, seed=SEED)
                rejected += test.p_value <= LEVEL
                df = np.full(2, float(DISTRICTS))  # whatever the degrees of freedom
                refused += bool(refused_p(design, ("Intercept", "x"), df, codes, "区")[0][1])
            where = f"{treated} of 16 districts treated, intraclass {intraclass}"
            found += [
                _row(f"district permutation, {where}", 0.035, 0.06, rejected, replications),
                Row(
                    f"sandwich refused, {where}",
                    "100 %",
                    1,
                    1,
                    refused / replications,
                    replications,
                ),
            ]
    return found


def street_panels(replications: int) -> list[Row]:
    """340 streets in 36 months with lasting district shocks; streets and months taken out."""
    streets = np.repeat(np.arange(DISTRICTS), STREETS)
    codes, periods = np.repeat(streets, MONTHS), np.tile(np.arange(MONTHS), len(streets))
    names = np.repeat(np.arange(len(streets)), MONTHS)
    months = np.eye(MONTHS)[periods]
    never = MONTHS
    order = np.random.default_rng(SEED).permutation(DISTRICTS)
    dates = {
        "staggered, none never treated": np.linspace(4, 32, DISTRICTS).round(),
        "staggered, 4 never treated": np.append(np.linspace(4, 32, 12).round(), [never] * 4),
        "one date, 8 of 16": np.repeat([MONTHS // 2, never], [8, 8]),
        "one date, 3 of 16": np.repeat([MONTHS // 2, never], [3, 13]),
    }
    found = []
    for name, adopted in dates.items():
        policy = (periods >= adopted[order][codes]).astype(float)
        dealings = deal_paths(policy, months, codes, periods, absorb=names, seed=SEED, draws=DRAWS)
        random = np.random.default_rng(SEED)
        sandwich = dealt = 0
        for _ in range(replications):
            shocks = _persistent(random)[codes, periods]
            test = dealings.test(shocks + random.normal(size=len(codes)))
            dealt += test.p_value <= LEVEL
            sandwich += 2 * stats.t.sf(abs(test.statistic), DISTRICTS - 1) <= LEVEL
        if name != "one date, 3 of 16":  # there the sandwich is refused
            found.append(_row(f"CR1 t(15), panel, {name}", 0, 0.08, sandwich, replications))
        found.append(
            _row(f"randomisation inference, panel, {name}", 0.03, 0.065, dealt, replications)
        )
    return found


def innovation_scan(replications: int) -> list[Row]:
    """Twelve innovations of sixteen districts, none associated, of which none should be found."""
    random = np.random.default_rng(SEED)
    ones = np.ones((DISTRICTS, 1))
    stepped = holm = holm_of_t = 0
    for draw in range(replications):
        common = np.sqrt(BETWEEN_INNOVATIONS) * random.normal(size=DISTRICTS)
        own = np.sqrt(1 - BETWEEN_INNOVATIONS) * random.normal(size=(INNOVATIONS, DISTRICTS))
        scores, outcome = common + own, random.normal(size=DISTRICTS)
        family = step_down_max_t(
            [outcome] * INNOVATIONS, list(scores), [ones] * INNOVATIONS, seed=draw, draws=DRAWS
        )
        stepped += family.p_max_t.min() <= LEVEL
        holm += adjust_p(family.p_raw).min() <= LEVEL
        fits = [least_squares(np.column_stack([ones, score]), outcome) for score in scores]
        p = [
            coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit)).p_value[1]
            for fit in fits
        ]
        holm_of_t += adjust_p(p).min() <= LEVEL
    what = "12 innovations, any found:"
    return [
        _row(f"{what} step-down maxT", 0, 0.06, stepped, replications),
        _row(f"{what} Holm, permutation p", 0, 0.06, holm, replications),
        _row(f"{what} Holm, HC2 + BM p", 0, 0.06, holm_of_t, replications),
    ]


def _treated(random: np.random.Generator, n_treated: int) -> np.ndarray:
    return (random.permutation(DISTRICTS) < n_treated).astype(float)


def _with_districts(
    random: np.random.Generator, codes: np.ndarray, intraclass: float
) -> np.ndarray:
    """A variable of variance 1, the share `intraclass` of it between districts."""
    between = random.normal(size=DISTRICTS)[codes]
    inside = random.normal(size=len(codes))
    return np.asarray(np.sqrt(intraclass) * between + np.sqrt(1 - intraclass) * inside)


def _persistent(random: np.random.Generator) -> np.ndarray:
    """District shocks of standard deviation .5 that carry over from month to month."""
    fresh = np.sqrt(1 - PERSISTENCE**2) * random.normal(size=(DISTRICTS, MONTHS))
    shocks = np.empty((DISTRICTS, MONTHS))
    shocks[:, 0] = random.normal(size=DISTRICTS)
    for month in range(1, MONTHS):
        shocks[:, month] = PERSISTENCE * shocks[:, month - 1] + fresh[:, month]
    return 0.5 * shocks


def _many(replications: int, scale: float) -> int:
    return max(2, round(replications * scale))


def _row(check: str, low: float, high: float, count: int, replications: int) -> Row:
    goal = f"{100 * low:g}-{100 * high:g} %" if low else f"<= {100 * high:g} %"
    return Row(check, goal, low, high, count / replications, replications)
