"""What a sample could have shown: against pwr (R), Gelman and Carlin (2014) and simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.simulations.groups_and_neighbours import groups_and_neighbours
from pbgov.errors import InputError
from pbgov.evaluation.doubts.detectable import DETECTABLE_COLUMNS, minimum_detectable
from pbgov.inference.detectable import (
    design_effect,
    minimum_detectable_difference,
    minimum_detectable_difference_of_clusters,
    minimum_detectable_f2,
)
from pbgov.inference.power import (
    correlation_exaggeration,
    correlation_power,
    exaggeration,
    minimum_detectable_coefficient,
    minimum_detectable_r,
    t_test_power,
    units_for_correlation,
)


@pytest.fixture(scope="module")
def expected(root):
    path = root / "tests/vectors/v13_power_mde.json"
    return json.loads(path.read_text("utf-8"))["expected"]


def test_everything_detectable_matches_pwr(expected):
    f2 = minimum_detectable_f2(16)
    found = {
        "corr_N16_r_for_80pct": minimum_detectable_r(16),
        "corr_N16_power_r0.5": correlation_power(0.5, 16),
        "f2_N16_k1_mde": f2,
        "f2_N16_k3_mde_one_coef": minimum_detectable_f2(16, regressors=3),
        "two_sample_8v8_d": minimum_detectable_difference(8, 8),
        "two_sample_5v11_d": minimum_detectable_difference(11, 5),
        "two_sample_3v13_d": minimum_detectable_difference(3, 13),
        "N_for_r0.3": units_for_correlation(0.3),
        "partial_r2_mde_k1": f2 / (1 + f2),
    }
    assert found == {name: pytest.approx(value, rel=1e-4) for name, value in expected.items()}


def test_published_design_analyses():
    # Gelman and Carlin (2014): beauty and sex ratio, an effect of .1 and of 2 with
    # standard errors of 3.28 and 8.1
    small, large = exaggeration(0.1, 3.28, np.inf), exaggeration(-2, 8.1, np.inf)
    assert (round(small.power, 2), round(small.type_s, 2)) == (0.05, 0.46)
    assert round(small.exaggeration) == 77
    assert (round(large.power, 2), round(large.type_s, 2)) == (0.06, 0.24)


@pytest.mark.parametrize(("effect", "df"), [(0.3, 14), (1.0, 5), (2.5, 2.4), (3.0, np.inf)])
def test_exaggeration_is_what_replication_gives(effect, df):
    random = np.random.default_rng(20260101)
    scatter = random.standard_normal(400_000) if np.isinf(df) else random.standard_t(df, 400_000)
    estimates = effect + scatter
    significant = np.abs(estimates) > stats.t.isf(0.025, df)
    found = exaggeration(effect, 1, df)
    assert found.power == pytest.approx(significant.mean(), abs=0.004)
    assert found.type_s == pytest.approx((estimates[significant] < 0).mean(), abs=0.006)
    size = np.abs(estimates[significant]).mean() / effect
    assert found.exaggeration == pytest.approx(size, rel=0.02)


# r, power, exaggeration and power after Holm over twelve, simulated outside at n = 16
TABLE_G = [
    (0.3, 0.205, 2.0, 0.035),
    (0.4, 0.347, 1.55, 0.085),
    (0.5, 0.526, 1.27, 0.175),
    (0.6, 0.733, 1.11, 0.342),
    (0.64, 0.819, 1.08, 0.445),
    (0.7, 0.891, 1.03, 0.604),
]


@pytest.mark.parametrize(("r", "power", "size", "after_holm"), TABLE_G)
def test_correlations_at_sixteen_match_the_simulated_table(r, power, size, after_holm):
    found = correlation_exaggeration(-r, 16)
    assert found.power == pytest.approx(power, abs=0.02)
    assert found.exaggeration == pytest.approx(size, abs=0.02)
    first_step = correlation_exaggeration(r, 16, alpha=0.05 / 12).power
    assert first_step == pytest.approx(after_holm, abs=0.02)
    assert correlation_power(r, 16) == pytest.approx(found.power, abs=0.01)


def test_holm_is_little_more_than_its_first_step():
    random = np.random.default_rng(20260101)
    n, r, m, draws = 16, 0.5, 12, 20_000
    x = random.standard_normal((draws, n))
    y = r * x + np.sqrt(1 - r**2) * random.standard_normal((draws, n))
    x, y = x - x.mean(axis=1)[:, None], y - y.mean(axis=1)[:, None]
    seen = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    p = 2 * stats.t.sf(np.abs(seen) * np.sqrt((n - 2) / (1 - seen**2)), n - 2)
    null = np.sort(random.random((draws, m - 1)), axis=1)
    passed = np.logical_and.accumulate(null <= 0.05 / (m - np.arange(m - 1)), axis=1)
    smaller = (null < p[:, None]).sum(axis=1)
    reached = (smaller == 0) | passed[np.arange(draws), np.maximum(smaller, 1) - 1]
    holm = (reached & (p <= 0.05 / (m - smaller))).mean()
    first_step = correlation_exaggeration(r, n, alpha=0.05 / m).power
    assert first_step == pytest.approx(holm, abs=0.012)


@pytest.mark.parametrize("df", [1.0, 2.3, 14.0, 200.0])
@pytest.mark.parametrize("noncentrality", [0.5, 2.0, 4.0])
def test_power_of_t_is_that_of_the_noncentral_t(noncentrality, df):
    critical = stats.t.isf(0.025, df)
    there = stats.nct.sf(critical, df, noncentrality) + stats.nct.cdf(-critical, df, noncentrality)
    assert t_test_power(noncentrality, df) == pytest.approx(there, rel=1e-9)


def test_no_effect_is_found_at_the_level_though_scipy_says_otherwise():
    assert stats.ncf.sf(stats.f.isf(0.05, 1, 14), 1, 14, 0) != pytest.approx(0.05)
    assert t_test_power(0, 14) == 0.05
    assert t_test_power(0, np.inf) == pytest.approx(0.05)


@given(
    std_error=st.floats(1e-6, 1e6),
    df=st.floats(1, 500),
    power=st.floats(0.1, 0.99),
)
def test_the_detectable_coefficient_has_the_wanted_power(std_error, df, power):
    smallest = minimum_detectable_coefficient(std_error, df, power)
    assert t_test_power(smallest / std_error, df) == pytest.approx(power, abs=1e-6)


def test_few_degrees_of_freedom_cost_more_than_the_normal_shortcut_says():
    assert minimum_detectable_coefficient(1, np.inf) == pytest.approx(2.8016, abs=1e-4)
    assert minimum_detectable_coefficient(1, 2.3) > 5
    # the two-group form is the coefficient of a dummy with its classical standard error
    assert minimum_detectable_difference(5, 11) == pytest.approx(
        minimum_detectable_coefficient(np.sqrt(1 / 5 + 1 / 11), 14)
    )


def test_rows_of_a_cluster_do_not_replace_clusters():
    assert design_effect(20, 0.2) == pytest.approx(4.8)
    of_units = minimum_detectable_difference(8, 8)
    # no likeness within: as if each mean of 20 had its variance over 20; full likeness: 16 rows
    assert minimum_detectable_difference_of_clusters(8, 8, 20, 0) == pytest.approx(
        of_units / np.sqrt(20)
    )
    assert minimum_detectable_difference_of_clusters(8, 8, 1e6, 1) == pytest.approx(of_units)
    half = minimum_detectable_difference_of_clusters(8, 8, 1e9, 0.25)
    assert half == pytest.approx(of_units / 2, rel=1e-6)


def test_what_cannot_be_shown_and_what_cannot_be_asked():
    assert np.isnan(minimum_detectable_coefficient(np.nan, 14))
    assert np.isnan(minimum_detectable_coefficient(1, np.nan))
    assert np.isnan(minimum_detectable_f2(4, regressors=3))
    assert np.isnan(exaggeration(1, 1, 1).exaggeration)
    assert units_for_correlation(0.9999) == 4
    for wrong in (
        lambda: minimum_detectable_coefficient(-1, 14),
        lambda: minimum_detectable_coefficient(1, 0),
        lambda: minimum_detectable_coefficient(1, 14, power=0.01),
        lambda: minimum_detectable_difference(0, 16),
        lambda: minimum_detectable_f2(16, regressors=1, tested=2),
        lambda: minimum_detectable_difference_of_clusters(8, 8, 0.5, 0.1),
        lambda: design_effect(20, 1.2),
        lambda: exaggeration(0, 1, 14),
        lambda: correlation_exaggeration(1, 16),
        lambda: units_for_correlation(0),
        lambda: units_for_correlation(1e-9),
        lambda: t_test_power(1, -1),
    ):
        with pytest.raises(InputError):
            wrong()


def test_a_small_run_of_the_simulations_lies_near_its_goals():
    rows = groups_and_neighbours(scale=0.04)
    assert len(rows) == 6
    for row in rows:
        slack = 3 * max(row.standard_error, (0.05 * 0.95 / row.replications) ** 0.5)
        assert row.low - slack <= row.value <= row.high + slack, row


# ---- the check --------------------------------------------------------------------------------


def values(result, column="value"):
    return result.table.set_index("quantity")[column]


def test_what_sixteen_districts_can_show(expected):
    result = minimum_detectable(16, treated=3, outcome_sd=5.0, tests=12)
    assert list(result.table.columns) == list(DETECTABLE_COLUMNS)
    one, family = values(result), values(result, "after_holm")
    assert one["correlation"] == pytest.approx(expected["corr_N16_r_for_80pct"], rel=1e-4)
    assert one["partial_r2"] == pytest.approx(expected["partial_r2_mde_k1"], rel=1e-4)
    assert one["difference_sd"] == pytest.approx(expected["two_sample_3v13_d"], rel=1e-4)
    assert one["difference"] == pytest.approx(5 * one["difference_sd"])
    assert one["power"] == pytest.approx(0.205, abs=0.01)
    assert one["exaggeration"] == pytest.approx(2.0, abs=0.02)
    assert family["power"] == pytest.approx(0.035, abs=0.01)
    assert (family[["correlation", "partial_r2", "difference_sd"]] > one[:3]).all()
    assert result.passed is False
    assert {remark.rule for remark in result.remarks} == {"detectable"}
    for lang in ("zh", "en"):
        said = " ".join(result.limits(lang))
        assert "0.64" in said
        assert "1.93" in said
        assert "0.0018" in said  # 1 of 560 splits


def test_covariates_cost_and_a_single_pilot_can_never_be_significant():
    three = minimum_detectable(16, regressors=3)
    f2 = values(three)["partial_r2"] / (1 - values(three)["partial_r2"])
    assert f2 == pytest.approx(0.665633758758283, rel=1e-4)
    assert values(three)["correlation"] == pytest.approx(minimum_detectable_r(14))
    assert values(three, "after_holm").isna().all()
    pilot = " ".join(minimum_detectable(16, treated=1, unit_name="区").limits())
    assert "永远不会显著" in pilot
    assert "永远不会显著" not in " ".join(minimum_detectable(21, treated=1).limits())
    slope = minimum_detectable(340, outcome_sd=2.0)
    assert values(slope)["slope"] == pytest.approx(2 * minimum_detectable_r(340))
    assert minimum_detectable(400, plausible_r=0.3).passed is True


def test_too_few_units_show_nothing_and_say_so():
    for units in (1, 2, 3):
        result = minimum_detectable(units)
        assert np.isnan(values(result)["correlation"])
        assert result.passed is None
        assert "谈不上查出" in result.limits()[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_units": 0},
        {"n_units": 16, "treated": 16},
        {"n_units": 16, "treated": 0},
        {"n_units": 16, "outcome_sd": 0.0},
        {"n_units": 16, "tests": 0},
        {"n_units": 16, "power": 1.0},
        {"n_units": 16, "plausible_r": 1.0},
    ],
)
def test_impossible_questions_are_refused(wrong):
    with pytest.raises(InputError):
        minimum_detectable(**wrong)


def test_tiny_levels_and_four_units_have_an_answer():
    exact = correlation_exaggeration(0.3, 4, 1e-12)
    tinier = correlation_exaggeration(0.3, 4, 1e-300)
    assert tinier.power == pytest.approx(exact.power * 1e-288, rel=1e-4)
    assert tinier.exaggeration == pytest.approx(1 / 0.3)
    assert correlation_power(0.3, 4, 1e-300) == 0
    assert minimum_detectable_r(4, 0.8, 1e-12) == 1
    assert minimum_detectable_r(4, 0.06) == 0
    assert np.isnan(minimum_detectable_coefficient(1, 1, 0.8, 1e-10))
    assert minimum_detectable(4, tests=10**9, treated=1).table.after_holm.notna().sum() == 4
    with pytest.raises(InputError, match="too small"):
        exaggeration(1, 1, 5, 1e-300)


@pytest.mark.parametrize("alpha", [0, 1, 2, -0.1, float("nan")])
def test_levels_outside_their_range_are_refused(alpha):
    calls = [
        lambda: correlation_power(0.3, 16, alpha),
        lambda: correlation_exaggeration(0.3, 16, alpha),
        lambda: units_for_correlation(0.3, 0.8, alpha),
        lambda: t_test_power(1, 5, alpha),
        lambda: exaggeration(1, 1, 5, alpha),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused(bad):
    calls = [
        lambda: correlation_power(0.3, bad),
        lambda: correlation_exaggeration(0.3, bad),
        lambda: t_test_power(bad, 5),
        lambda: exaggeration(bad, 1, 5),
        lambda: exaggeration(1, bad, 5),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize(
    "bad",
    [
        {"n_units": 16.5},
        {"n_units": "16"},
        {"n_units": None},
        {"n_units": True},
        {"n_units": float("inf")},
        {"n_units": 16, "treated": 2.5},
        {"n_units": 16, "tests": 1.5},
        {"n_units": 16, "outcome_sd": "2"},
        {"n_units": 16, "power": "0.8"},
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(bad):
    with pytest.raises(InputError):
        minimum_detectable(**bad)


def test_three_units_are_not_said_to_have_no_degree_of_freedom():
    (said,) = minimum_detectable(3).remarks
    assert "不到 2" in said.zh
    assert "3 units with 1 regressor leave" in said.en
