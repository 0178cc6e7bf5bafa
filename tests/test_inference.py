"""Inference against reference numbers made outside pbgov (tests/vectors)."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from pbgov.errors import InputError
from pbgov.inference.clusters import cr1, cr2
from pbgov.inference.linear import (
    bell_mccaffrey_df,
    coefficient_tests,
    dependent_columns,
    fully_levered_rows,
    hc2,
    hc3,
    least_squares,
)
from pbgov.inference.outcomes.bounded import (
    cluster_covariance,
    cluster_score_test,
    interval_regression,
)
from pbgov.inference.power import correlation_power, minimum_detectable_r
from pbgov.inference.resampling.permutation import freedman_lane

TERMS = ["(Intercept)", "value", "capital"]


@pytest.fixture(scope="module")
def vector(root):
    return lambda name: json.loads((root / "tests/vectors" / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def schools(root):
    table = pd.read_csv(root / "tests/vectors/data/PublicSchools.csv").dropna()
    income = table.Income.to_numpy() * 1e-4
    design = np.column_stack([np.ones(len(table)), income, income**2])
    return least_squares(design, table.Expenditure.to_numpy())


def grunfeld(root, rule=lambda table: table):
    table = rule(pd.read_csv(root / "tests/vectors/data/Grunfeld.csv"))
    design = np.column_stack([np.ones(len(table)), table.value, table.capital])
    return table, design


def by_name(values):
    return np.array(list(values.values()))


def test_hc2_hc3_bell_mccaffrey_match_r(schools, vector):
    expected = vector("v02_ols_hc_publicschools")["expected"]
    near = {"rtol": 1e-8}
    np.testing.assert_allclose(schools.coefficients, by_name(expected["coef"]), **near)
    np.testing.assert_allclose(
        np.sqrt(np.diag(hc3(schools))), by_name(expected["se"]["HC3"]), **near
    )
    tests = coefficient_tests(schools.coefficients, hc2(schools), bell_mccaffrey_df(schools))
    wanted = expected["hc2_bell_mccaffrey"]
    np.testing.assert_allclose(tests.std_error, by_name(wanted["se"]), **near)
    np.testing.assert_allclose(tests.df, by_name(wanted["df_satt"]), **near)
    np.testing.assert_allclose(tests.p_value, by_name(wanted["p"]), **near)
    beside = coefficient_tests(schools.coefficients, hc3(schools), 50 - 3)
    np.testing.assert_allclose(
        beside.p_value, by_name(expected["t_p_HC3_with_t_df_n_minus_k"]), **near
    )


def test_cr1_cr2_satterthwaite_match_r(root, vector):
    expected = vector("v03_cluster_cr_grunfeld")["expected"]
    table, design = grunfeld(root)
    fit = least_squares(design, table.inv.to_numpy())
    firms = table.firm.to_numpy()
    near = {"rtol": 1e-6}
    np.testing.assert_allclose(fit.coefficients, by_name(expected["coef"]), **near)
    beside = coefficient_tests(fit.coefficients, cr1(fit, firms), 9)
    wanted = expected["by_type"]["CR1"]
    np.testing.assert_allclose(beside.std_error, by_name(wanted["se"]), **near)
    np.testing.assert_allclose(beside.p_value, by_name(wanted["p_naive_t_Gm1"]), **near)
    covariance, df = cr2(fit, firms)
    tests = coefficient_tests(fit.coefficients, covariance, df)
    wanted = expected["by_type"]["CR2"]
    np.testing.assert_allclose(tests.std_error, by_name(wanted["se"]), **near)
    np.testing.assert_allclose(tests.df, by_name(wanted["df_satt"]), **near)
    np.testing.assert_allclose(tests.p_value, by_name(wanted["p_satt"]), **near)


def test_cr2_with_firm_dummies_matches_r(root, vector):
    wanted = vector("v03_cluster_cr_grunfeld")["expected"]["firm_fixed_effects_CR2"]
    table, design = grunfeld(root)
    dummies = pd.get_dummies(table.firm).to_numpy(dtype=float)
    fit = least_squares(np.column_stack([design[:, 1:], dummies]), table.inv.to_numpy())
    covariance, df = cr2(fit, table.firm.to_numpy())
    tests = coefficient_tests(fit.coefficients, covariance, df)
    near = {"rtol": 1e-6}
    np.testing.assert_allclose(fit.coefficients[:2], by_name(wanted["coef"]), **near)
    np.testing.assert_allclose(tests.std_error[:2], by_name(wanted["se"]), **near)
    np.testing.assert_allclose(tests.df[:2], by_name(wanted["df"]), **near)
    np.testing.assert_allclose(tests.p_value[:2], by_name(wanted["p"]), **near)


def test_cr2_with_clusters_of_unequal_size_matches_r(root, vector):
    wanted = vector("v03_cluster_cr_grunfeld")["expected"]["unbalanced"]

    def rule(table):
        late = table.firm.isin([2, 3]) & (table.year > 1940)
        early = (table.firm == 7) & (table.year < 1950)
        return table[~late & ~early]

    table, design = grunfeld(root, rule)
    assert len(table) == wanted["n"]
    covariance, df = cr2(least_squares(design, table.inv.to_numpy()), table.firm.to_numpy())
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), by_name(wanted["CR2_se"]), rtol=1e-6)
    np.testing.assert_allclose(df, by_name(wanted["CR2_df"]), rtol=1e-6)


def test_one_row_per_cluster_is_hc2(schools):
    covariance, df = cr2(schools, np.arange(schools.n))
    np.testing.assert_allclose(covariance, hc2(schools), rtol=1e-8)
    np.testing.assert_allclose(df, bell_mccaffrey_df(schools), rtol=1e-8)


def test_dependent_columns_and_lonely_rows_are_refused():
    design = np.column_stack([np.ones(6), np.arange(6.0), 3 - 2 * np.arange(6.0)])
    assert dependent_columns(design) == (2,)
    with pytest.raises(InputError, match="linear combination"):
        least_squares(design, np.arange(6.0))
    lonely = np.column_stack([np.ones(6), np.arange(6) == 2])
    fit = least_squares(lonely, np.arange(6.0) ** 2)
    assert fully_levered_rows(fit) == (2,)
    with pytest.raises(InputError, match="row 2 alone"):
        hc2(fit)
    with pytest.raises(InputError, match="more rows"):
        least_squares(design[:3], np.arange(3.0))


def test_a_large_scale_is_not_taken_for_dependence():
    population = 3_000_000 + np.array([1.0, 5, 2, 8, 3, 9])
    assert dependent_columns(np.column_stack([np.ones(6), population])) == ()


def test_power_matches_r(vector):
    expected = vector("v13_power_mde")["expected"]
    assert minimum_detectable_r(16) == pytest.approx(expected["corr_N16_r_for_80pct"], rel=1e-4)
    assert correlation_power(0.5, 16) == pytest.approx(expected["corr_N16_power_r0.5"], rel=1e-4)
    needed = expected["N_for_r0.3"]
    assert correlation_power(0.3, int(needed)) < 0.8 < correlation_power(0.3, int(needed) + 1)
    assert np.isnan(minimum_detectable_r(3))


@pytest.fixture(scope="module")
def assessment(root):
    table = pd.read_csv(root / "tests/vectors/interval_regression.csv")
    dummies = pd.get_dummies(table.period, drop_first=True).to_numpy(dtype=float)
    return table, np.log(table.density.to_numpy()), dummies


@pytest.mark.parametrize("case", ["density", "density_growth", "density_hukou", "open"])
def test_interval_regression_matches_r(assessment, vector, case):
    table, log_density, dummies = assessment
    wanted = vector("interval_regression")["expected"][case]
    more = {"density_growth": ["growth"], "density_hukou": ["hukou_ratio"]}.get(case, [])
    design = np.column_stack([np.ones(64), log_density, table[more].to_numpy(), dummies])
    low, high = table.score_low.to_numpy(dtype=float), table.score_high.to_numpy(dtype=float)
    if case == "open":
        low[table.region_code.isin([110105, 110118])] = -np.inf
        high[table.region_code == 110101] = np.inf
    fit = interval_regression(design, low, high)
    assert fit.converged
    np.testing.assert_allclose(fit.coefficients, wanted["coef"], rtol=1e-8)
    assert fit.sigma == pytest.approx(wanted["sigma"], rel=1e-8)
    assert fit.log_likelihood == pytest.approx(wanted["log_likelihood"], rel=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), wanted["se"], rtol=1e-7)
    clustered = np.sqrt(np.diag(cluster_covariance(fit, table.region_code.to_numpy())))
    np.testing.assert_allclose(clustered, wanted["cr1_se"], rtol=1e-6)


def test_exact_outcomes_give_least_squares(assessment):
    _, log_density, dummies = assessment
    design = np.column_stack([np.ones(64), log_density, dummies])
    y = np.random.default_rng(5).normal(900, 15, 64)
    fit, least = interval_regression(design, y, y), least_squares(design, y)
    np.testing.assert_allclose(fit.coefficients, least.coefficients, rtol=1e-9)
    sigma = np.sqrt(np.mean(least.residuals**2))
    assert fit.sigma == pytest.approx(sigma, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(norm.logpdf(least.residuals, 0, sigma).sum())
    np.testing.assert_allclose(
        fit.covariance,
        sigma**2 * np.linalg.inv(least.design.T @ least.design),
        rtol=1e-7,
        atol=1e-12,
    )


def test_intervals_far_in_the_tail_keep_their_digits():
    # forty exact rows near 0 and one narrow interval thirty standard deviations away
    y = np.append(np.random.default_rng(2).normal(size=40), 0.0)
    low, high = y.copy(), y.copy()
    low[-1], high[-1] = 30.0, 30.01
    fit = interval_regression(np.ones((41, 1)), low, high)
    exact = np.append(y[:-1], 30.005)
    assert fit.converged
    assert fit.coefficients[0] == pytest.approx(exact.mean(), rel=1e-5)
    assert fit.sigma == pytest.approx(exact.std(), rel=1e-5)


def test_no_maximum_is_reported(assessment):
    _, log_density, dummies = assessment
    design = np.column_stack([np.ones(64), log_density, dummies])
    line = design @ np.arange(1.0, 6.0)
    wide = interval_regression(design, line - 1, line + 1)
    assert not wide.converged
    assert "without error" in wide.message or "flat" in wide.message
    assert np.isnan(wide.coefficients).all()
    noise = np.random.default_rng(1).normal(size=64)
    assert not interval_regression(design, np.full(64, -np.inf), line + noise).converged
    with pytest.raises(InputError, match="row 3"):
        interval_regression(design, line + 2 * (np.arange(64) == 3), line + (np.arange(64) == 3))


def test_cluster_score_test_finds_the_real_column_only_between_clusters(assessment):
    table, log_density, dummies = assessment
    design = np.column_stack([np.ones(64), log_density, dummies])
    codes = table.region_code.to_numpy()
    low, high = table.score_low.to_numpy(), table.score_high.to_numpy()
    result = cluster_score_test(design, low, high, codes, 1, seed=20260101, draws=1999)
    assert 0.01 < result.p_value < 0.1
    assert result.statistic < 0
    with pytest.raises(InputError, match="varies within a cluster"):
        cluster_score_test(design, low, high, codes, 2, seed=1)


def test_cluster_score_test_of_exact_data_is_freedman_lane_on_cluster_sums():
    random = np.random.default_rng(4)
    codes = np.repeat(np.arange(12), 3)
    x = random.normal(size=12)
    y = random.normal(size=36) + x[codes]
    design = np.column_stack([np.ones(36), x[codes]])
    result = cluster_score_test(design, y, y, codes, 1, seed=9)
    means = y.reshape(12, 3).mean(axis=1)
    expected = freedman_lane(means, x, np.ones((12, 1)), seed=9)
    assert result.statistic == pytest.approx(expected.statistic)
    assert result.p_value == expected.p_value


@pytest.mark.parametrize("shift", [0.0, 2024.0, 1.7e9])
@pytest.mark.parametrize("clustered", [False, True])
def test_where_a_regressor_begins_to_count_changes_nothing_about_its_slope(shift, clustered):
    """Moving a regressor (a year, seconds since 1970) moves the intercept only: textbook algebra."""
    random = np.random.default_rng(8)
    x, y = random.normal(size=18), random.normal(size=18)
    units = np.repeat(np.arange(9), 2)

    def slope(column):
        fit = least_squares(np.column_stack([np.ones(18), column]), y)
        if clustered:
            covariance, df = cr2(fit, units)
            return fit.coefficients[1], covariance[1, 1], df[1], cr1(fit, units)[1, 1]
        return fit.coefficients[1], hc2(fit)[1, 1], bell_mccaffrey_df(fit)[1], hc3(fit)[1, 1]

    np.testing.assert_allclose(slope(shift + x), slope(x), rtol=1e-5)
