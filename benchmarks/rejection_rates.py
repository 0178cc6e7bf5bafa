"""How often a true null is rejected at 5 %: our default tests at sixteen districts.

Run as ``python -m benchmarks.rejection_rates``. First the designs usual for sixteen districts (x and
one control; `hetero`: the spread of the errors grows with x), then 16 districts x 4 months, then the
interval regression of a score of which only each peer group's first and last are published, last
with the real log density of the districts as the regressor.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pbgov.inference.clusters import cr1, cr2
from pbgov.inference.linear import (
    bell_mccaffrey_df,
    coefficient_tests,
    hc2,
    hc3,
    least_squares,
)
from pbgov.inference.outcomes.bounded import (
    cluster_covariance,
    cluster_score_test,
    interval_regression,
)
from pbgov.inference.resampling.permutation import freedman_lane

DISTRICTS = 16
DRAWS = 2_000
BOUNDED_DRAWS = 1_000
DATA = Path(__file__).resolve().parents[1] / "data"
PERMUTATIONS = 499
SEED = 20260101
PEER_GROUPS = (3, 4, 4, 5)
MONTHS = 4

REGRESSORS = {
    "normal": lambda random: random.normal(size=DISTRICTS),
    "lognormal_score": lambda random: random.lognormal(sigma=0.8, size=DISTRICTS),
    "binary_8of16": lambda random: (np.arange(DISTRICTS) < 8).astype(float),
    "binary_3of16": lambda random: (np.arange(DISTRICTS) < 3).astype(float),
}


def cross_section(kind: str, hetero: bool, draws: int = DRAWS) -> dict[str, float]:
    """Rejection rates of one design of table A, as shares."""
    random = np.random.default_rng(SEED)
    p = []
    for draw in range(draws):
        x, control = REGRESSORS[kind](random), random.normal(size=DISTRICTS)
        errors = random.normal(size=DISTRICTS) * (1 + np.abs(x) if hetero else 1)
        covariates = np.column_stack([np.ones(DISTRICTS), control])
        fit = least_squares(np.column_stack([covariates, x]), errors)
        p.append(
            (
                coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit)).p_value[2],
                coefficient_tests(fit.coefficients, hc3(fit), DISTRICTS - 3).p_value[2],
                freedman_lane(errors, x, covariates, seed=draw, draws=PERMUTATIONS).p_value,
            )
        )
    return rates(("HC2 + BM", "HC3 t(n-k)", "Freedman-Lane"), p)


def district_months(draws: int = DRAWS) -> dict[str, float]:
    """Rejection rates of a district-level regressor in a panel with district shocks."""
    random = np.random.default_rng(SEED)
    codes = np.repeat(np.arange(DISTRICTS), MONTHS)
    months = np.tile(np.eye(MONTHS)[:, 1:], (DISTRICTS, 1))
    p = []
    for draw in range(draws):
        x = random.normal(size=DISTRICTS)
        outcome = random.normal(size=DISTRICTS)[codes] + random.normal(size=len(codes))
        fit = least_squares(np.column_stack([np.ones(len(codes)), x[codes], months]), outcome)
        means = outcome.reshape(DISTRICTS, MONTHS).mean(axis=1)
        p.append(
            (
                coefficient_tests(fit.coefficients, *cr2(fit, codes)).p_value[1],
                coefficient_tests(fit.coefficients, cr1(fit, codes), DISTRICTS - 1).p_value[1],
                freedman_lane(
                    means, x, np.ones((DISTRICTS, 1)), seed=draw, draws=PERMUTATIONS
                ).p_value,
            )
        )
    return rates(("CR2 + Satterthwaite", "CR1 t(G-1)", "district means, permuted"), p)


def published_ends(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the scores where each group publishes its first and its last only."""
    low, high = scores.copy(), scores.copy()
    start = 0
    for size in PEER_GROUPS:
        group = slice(start, start + size)
        first, last = scores[group].max(), scores[group].min()
        between = (scores[group] < first) & (scores[group] > last)
        low[group][between], high[group][between] = last, first
        start += size
    return low, high


def bounded_scores(
    covariate: bool, district_sd: float, x: np.ndarray | None = None, draws: int = BOUNDED_DRAWS
) -> dict[str, float]:
    """Rejection rates of a district-level regressor in the interval regression."""
    random = np.random.default_rng(SEED)
    codes = np.tile(np.arange(DISTRICTS), MONTHS)
    months = np.repeat(np.eye(MONTHS)[:, 1:], DISTRICTS, axis=0)
    p = []
    for draw in range(draws):
        regressor = random.normal(size=DISTRICTS) if x is None else x
        shocks = district_sd * random.normal(size=DISTRICTS)
        scores = shocks + random.normal(size=(MONTHS, DISTRICTS))
        low, high = np.hstack([published_ends(month) for month in scores])
        others = [random.normal(size=DISTRICTS)[codes]] if covariate else []
        design = np.column_stack([np.ones(len(codes)), regressor[codes], *others, months])
        fit = interval_regression(design, low, high)
        satterthwaite = cr2(least_squares(design, fit.generalised_residuals), codes)[1]
        clustered = cluster_covariance(fit, codes)
        p.append(
            (
                coefficient_tests(fit.coefficients, fit.covariance, np.inf).p_value[1],
                coefficient_tests(fit.coefficients, clustered, DISTRICTS - 1).p_value[1],
                coefficient_tests(fit.coefficients, clustered, satterthwaite).p_value[1],
                cluster_score_test(
                    design, low, high, codes, 1, seed=draw, draws=PERMUTATIONS
                ).p_value,
            )
        )
    return rates(("information z", "CR1 t(G-1)", "CR1 t(Satt)", "district permutation"), p)


def real_log_density() -> np.ndarray:
    """Log density of the 16 districts, standardised, one peer group after another."""
    scores = pd.read_csv(DATA / "assessment" / "assessment_scores.csv")
    figures = pd.read_csv(DATA / "indicators" / "population.csv")
    density = figures[figures.indicator == "人口密度"].set_index("region_code").value
    first = scores[scores.period == scores.period.min()]
    groups = first.groupby("peer_group").region_code.apply(list)
    ordered = [
        code for _, codes in sorted((len(codes), codes) for codes in groups) for code in codes
    ]
    log_density = np.log(density.loc[ordered].to_numpy(dtype=float))
    return np.asarray((log_density - log_density.mean()) / log_density.std())


def rates(names: tuple[str, ...], p: list[tuple[float, ...]]) -> dict[str, float]:
    return dict(zip(names, (np.array(p) < 0.05).mean(axis=0).tolist(), strict=True))


def print_row(design: str, shares: dict[str, float]) -> None:
    print(
        f"{design:42s}" + "".join(f"{name} {100 * share:5.1f}   " for name, share in shares.items())
    )


def main() -> None:
    print(f"rejected in % at nominal 5 %, {DRAWS} draws (s.e. 0.5)")
    for kind in REGRESSORS:
        for hetero in (False, True):
            print_row(f"{kind}, {'hetero' if hetero else 'homo'}", cross_section(kind, hetero))
    print_row("16 districts x 4 months", district_months())
    print(f"\nbounded scores, {BOUNDED_DRAWS} draws (s.e. 0.7)")
    for district_sd in (0.0, 1.0):
        print_row(f"normal x, district sd {district_sd}", bounded_scores(False, district_sd))
    print_row("normal x and covariate, district sd 1.0", bounded_scores(True, 1.0))
    for district_sd in (0.0, 1.0):
        shares = bounded_scores(False, district_sd, real_log_density())
        print_row(f"real log density, district sd {district_sd}", shares)


if __name__ == "__main__":
    main()
