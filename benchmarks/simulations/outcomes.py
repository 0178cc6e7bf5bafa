"""Rejection of true nulls at 5 %: the default district test, and rates near their ceiling.

Sixteen districts, one regressor and one control that have nothing to do with the outcome. The
designs are those usual for districts (`REGRESSORS`); where errors are heteroskedastic their standard
deviation is 0.5 plus the standardised regressor's distance from 0, or twice as large in treated
districts. Every test counts, those too for which the verbs would refuse a p value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from benchmarks.simulations import SEED, Row
from pbgov.inference.linear import (
    bell_mccaffrey_df,
    coefficient_tests,
    hc2,
    least_squares,
)
from pbgov.inference.outcomes.fractional import (
    cluster_covariance,
    fractional_logit,
    robust_covariance,
)
from pbgov.inference.outcomes.ordered import cluster_covariance as ordered_covariance
from pbgov.inference.outcomes.ordered import ordered_logit
from pbgov.inference.outcomes.separation import NoMaximum

if TYPE_CHECKING:
    from collections.abc import Callable

DISTRICTS = 16
LEVEL = 0.05
DRAWS = 3_000
MONTHS = 4
PEOPLE = 30
PRECISION = 40  # of the beta-distributed rates: at mean .85 their standard deviation is .056

REGRESSORS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "normal": lambda random: random.normal(size=DISTRICTS),
    "lognormal score": lambda random: random.lognormal(sigma=0.9, size=DISTRICTS),
    "Poisson count": lambda random: random.poisson(3, size=DISTRICTS).astype(float),
    "8 of 16 treated": lambda random: (np.arange(DISTRICTS) < 8).astype(float),
    "3 of 16 treated": lambda random: (np.arange(DISTRICTS) < 3).astype(float),
}


def simulate(scale: float = 1.0) -> list[Row]:
    """All rows of this part; `scale` multiplies the data sets drawn."""
    draws = max(20, round(DRAWS * scale))
    return [
        *(
            default_district_test(name, draws, hetero=hetero)
            for name in REGRESSORS
            for hetero in (False, True)
        ),
        *rates_near_the_ceiling(0.85, draws),
        *rates_near_the_ceiling(0.95, draws),
        district_months_of_rates(max(20, draws // 3)),
        answers_in_districts(max(20, draws // 3)),
    ]


def default_district_test(name: str, draws: int, *, hetero: bool) -> Row:
    """HC2 + Bell-McCaffrey in a cross-section of districts."""
    random = np.random.default_rng(SEED)
    rejected = 0
    for _ in range(draws):
        x = REGRESSORS[name](random)
        control, errors = random.normal(size=(2, DISTRICTS))
        if hetero:
            errors = errors * spread(x)
        fit = least_squares(np.column_stack([np.ones(DISTRICTS), x, control]), errors)
        tests = coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit))
        rejected += bool(tests.p_value[1] < LEVEL)
    kind = "heteroskedastic" if hetero else "homoskedastic"
    goal, low, high = ("<= 8 %", 0.0, 0.08) if hetero else ("2-7 %", 0.02, 0.07)
    return Row(f"HC2 + BM, {name}, {kind}", goal, low, high, rejected / draws, draws)


def spread(x: np.ndarray) -> np.ndarray:
    """Standard deviation of each district's error."""
    if np.isin(x, (0.0, 1.0)).all():
        return 1 + x
    return np.asarray(0.5 + np.abs(x - x.mean()) / x.std())


def rates_near_the_ceiling(mean: float, draws: int) -> list[Row]:
    """Fractional logit, HC3 and quasi-binomial variance, of beta-distributed rates on a skewed x."""
    random = np.random.default_rng(SEED)
    rejected = np.zeros(2)
    for _ in range(draws):
        x = REGRESSORS["lognormal score"](random)
        rates = random.beta(mean * PRECISION, (1 - mean) * PRECISION, size=DISTRICTS)
        fit = fractional_logit(np.column_stack([np.ones(DISTRICTS), x]), rates)
        if isinstance(fit, NoMaximum):  # no p value, so no rejection
            continue
        covariances = robust_covariance(fit, "HC3"), robust_covariance(fit, "quasi")
        tests = [coefficient_tests(fit.coefficients, one, DISTRICTS - 2) for one in covariances]
        rejected += [test.p_value[1] < LEVEL for test in tests]
    return [
        Row(f"fractional logit, mean {mean:g}, {name}", "3-7 %", 0.03, 0.07, share, draws)
        for name, share in zip(("HC3 t(n-k)", "quasi t(n-k)"), rejected / draws, strict=True)
    ]


def district_months_of_rates(draws: int) -> Row:
    """Fractional logit of a district-level regressor in months of districts, jackknife t(G - 1)."""
    random = np.random.default_rng(SEED)
    districts = np.repeat(np.arange(DISTRICTS), MONTHS)
    months = np.tile(np.eye(MONTHS)[:, 1:], (DISTRICTS, 1))
    rejected = 0
    for _ in range(draws):
        x, shock = random.normal(size=(2, DISTRICTS))
        mean = expit(1.7 + 0.3 * shock[districts])
        rates = random.beta(mean * PRECISION, (1 - mean) * PRECISION)
        design = np.column_stack([np.ones(len(rates)), x[districts], months])
        fit = fractional_logit(design, rates)
        if isinstance(fit, NoMaximum):
            continue
        covariance = cluster_covariance(fit, districts, "CR3")
        tests = coefficient_tests(fit.coefficients, covariance, DISTRICTS - 1)
        rejected += bool(tests.p_value[1] < LEVEL)
    check = "fractional logit, 16 districts x 4 months, jackknife t(G-1)"
    return Row(check, "<= 8 %", 0.0, 0.08, rejected / draws, draws)


def answers_in_districts(draws: int) -> Row:
    """Ordered logit of a district-level regressor, people in districts, jackknife t(G - 1)."""
    random = np.random.default_rng(SEED)
    districts = np.repeat(np.arange(DISTRICTS), PEOPLE)
    rejected = 0
    for _ in range(draws):
        x, shock = random.normal(size=(2, DISTRICTS))
        felt = 0.5 * shock[districts] + random.logistic(size=len(districts))
        fit = ordered_logit(x[districts, None], np.searchsorted([-3.0, -2.0, -0.5, 1.0], felt))
        if isinstance(fit, NoMaximum):
            continue
        values = np.concatenate([fit.thresholds, fit.coefficients])
        tests = coefficient_tests(values, ordered_covariance(fit, districts, "CR3"), DISTRICTS - 1)
        rejected += bool(tests.p_value[-1] < LEVEL)
    check = "ordered logit, 16 districts x 30 people, jackknife t(G-1)"
    return Row(check, "<= 8 %", 0.0, 0.08, rejected / draws, draws)
