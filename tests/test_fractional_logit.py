"""Fractional logit against R, statsmodels, brute force and planted truths; and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm

from benchmarks.simulations.outcomes import default_district_test, rates_near_the_ceiling
from pbgov.errors import InputError
from pbgov.evaluation.estimate import EFFECT_COLUMNS, TERM_COLUMNS, Estimate, NotEstimated
from pbgov.evaluation.outcomes.rates import fractional_logit
from pbgov.evaluation.regression import regress
from pbgov.exhibits.rates import table_marginal_effects
from pbgov.inference.clusters import cr3
from pbgov.inference.linear import hc3, least_squares
from pbgov.inference.outcomes.fractional import (
    average_derivative,
    average_marginal_effect,
    cluster_covariance,
    robust_covariance,
)
from pbgov.inference.outcomes.fractional import fractional_logit as fit_fractional_logit
from pbgov.inference.outcomes.separation import NoMaximum, separating_direction
from pbgov.inference.resampling.permutation import mean_difference_test
from pbgov.marks import is_simulated, mark_simulated


def districts(seed=1, effect=0.8, n=16):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(n)],
            "占比": random.uniform(0, 1, n),
            "密度": random.normal(size=n),
            "试点": np.arange(n) % 2,
            "人数": random.integers(80, 900, n),
        }
    )
    table["满意率"] = expit(1.5 + effect * table["占比"] + 0.3 * random.normal(size=n))
    return table


def arrays(seed=3, n=40):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    treated = (random.uniform(size=n) < 0.4).astype(float)
    design = np.column_stack([np.ones(n), x, treated])
    outcome = random.beta(8 * expit(design @ [1, 0.5, -0.4]), 8 * expit(-design @ [1, 0.5, -0.4]))
    return design, outcome


def errors(covariance):
    return np.sqrt(np.diag(covariance))


# ---- numbers made elsewhere -------------------------------------------------------------------


@pytest.fixture(scope="module")
def plans(root):
    table = pd.read_csv(root / "tests/vectors/data/401k.csv")
    return table.assign(
        y=table.prate / 100,
        mrate2=table.mrate**2,
        ltotemp2=table.ltotemp**2,
        age2=table.age**2,
    )


@pytest.mark.parametrize("case", ["full_sample", "mrate_le_1", "with_square"])
def test_the_pension_plans_match_r(root, plans, case):
    path = root / "tests/vectors/v01_fractional_logit_401k.json"
    expected = json.loads(path.read_text("utf-8"))["models"][case]["expected"]
    table = plans[plans.mrate <= 1] if case == "mrate_le_1" else plans
    names = [name for name in expected["coef"] if name != "(Intercept)"]
    design = np.column_stack([np.ones(len(table)), table[names]])
    fit = fit_fractional_logit(design, table.y.to_numpy())

    def wanted(what):
        return np.array([expected[what][name] for name in ["(Intercept)", *names]])

    assert len(table) == expected["n"]
    np.testing.assert_allclose(fit.coefficients, wanted("coef"), rtol=1e-6)
    for kind, what in (
        ("HC0", "se_robust_hc0"),
        ("HC1", "se_robust_dfcorr_n_over_n_minus_k"),
        ("quasi", "se_quasi_glm"),
    ):
        np.testing.assert_allclose(errors(robust_covariance(fit, kind)), wanted(what), rtol=1e-5)
    assert fit.dispersion == pytest.approx(expected["pearson_dispersion"], rel=1e-6)
    assert fit.deviance == pytest.approx(expected["deviance"], rel=1e-9)
    assert fit.r2 == pytest.approx(expected["r2_1_minus_ssr_sst"], rel=1e-9)
    assert fit.r2_correlation == pytest.approx(expected["r2_sq_corr_y_yhat"], rel=1e-9)
    moved = np.zeros_like(design)  # the match rate stands in two columns where its square does
    moved[:, 1] = 1
    if "mrate2" in names:
        moved[:, names.index("mrate2") + 1] = 2 * table.mrate
    assert average_derivative(fit, moved)[0] == pytest.approx(expected["ape_mrate"], rel=1e-6)
    by_least_squares = least_squares(design, table.y.to_numpy()).coefficients
    np.testing.assert_allclose(by_least_squares, wanted("ols"), rtol=1e-6)


def test_the_verb_gives_the_pension_plans_of_r(root, plans):
    path = root / "tests/vectors/v01_fractional_logit_401k.json"
    expected = json.loads(path.read_text("utf-8"))["models"]["full_sample"]["expected"]
    names = [name for name in expected["coef"] if name != "(Intercept)"]
    result = fractional_logit(plans, f"y ~ {' + '.join(names)}", permutations=9)
    assert isinstance(result, Estimate)
    np.testing.assert_allclose(result.terms.estimate, list(expected["coef"].values()), rtol=1e-6)
    np.testing.assert_allclose(
        result.beside.std_error, list(expected["se_quasi_glm"].values()), rtol=1e-5
    )
    effects = result.effects.set_index("term")
    assert effects.effect["mrate"] == pytest.approx(100 * expected["ape_mrate"], rel=1e-6)
    assert effects.ols["mrate"] == pytest.approx(100 * expected["ols"]["mrate"], rel=1e-6)


def test_hc2_and_hc3_by_their_definition_in_full_matrices():
    design, outcome = arrays()
    fit = fit_fractional_logit(design, outcome)
    theirs = sm.GLM(outcome, design, family=sm.families.Binomial()).fit(tol=1e-14)
    np.testing.assert_allclose(fit.coefficients, theirs.params, rtol=1e-9)
    variance = theirs.mu * (1 - theirs.mu)
    bread = np.linalg.inv(design.T @ np.diag(variance) @ design)
    hat = np.diag(np.diag(variance**0.5) @ design @ bread @ design.T @ np.diag(variance**0.5))
    np.testing.assert_allclose(fit.working.leverage, hat, rtol=1e-8)
    np.testing.assert_allclose(hat, theirs.get_influence().hat_matrix_diag, rtol=1e-8)
    for kind, power in (("HC0", 0), ("HC2", 1), ("HC3", 2)):
        meat = np.diag((outcome - theirs.mu) ** 2 / (1 - hat) ** power)
        covariance = bread @ design.T @ meat @ design @ bread
        np.testing.assert_allclose(robust_covariance(fit, kind), covariance, rtol=1e-7)


def test_the_jackknife_over_clusters_matches_r_and_refits(root):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    path = root / "tests/vectors/v03_cluster_cr_grunfeld.json"
    expected = json.loads(path.read_text("utf-8"))["expected"]["by_type"]["CR3"]["se"]
    design = np.column_stack([np.ones(len(table)), table.value, table.capital])
    firms, outcome = table.firm.to_numpy(), table.inv.to_numpy()
    fit = least_squares(design, outcome)
    np.testing.assert_allclose(errors(cr3(fit, firms)), list(expected.values()), rtol=1e-6)
    moves = [
        least_squares(design[firms != firm], outcome[firms != firm]).coefficients - fit.coefficients
        for firm in np.unique(firms)
    ]
    np.testing.assert_allclose(cr3(fit, firms), np.array(moves).T @ np.array(moves), rtol=1e-8)
    np.testing.assert_allclose(cr3(fit, np.arange(len(table))), hc3(fit), rtol=1e-10)


def test_one_newton_step_is_near_the_refits_of_the_jackknife():
    design, outcome = arrays(n=160)
    clusters = np.repeat(np.arange(16), 10)
    fit = fit_fractional_logit(design, outcome)
    moves = [
        fit_fractional_logit(design[clusters != one], outcome[clusters != one]).coefficients
        - fit.coefficients
        for one in range(16)
    ]
    exact = errors(np.array(moves).T @ np.array(moves))
    np.testing.assert_allclose(errors(cluster_covariance(fit, clusters, "CR3")), exact, rtol=0.02)
    theirs = sm.GLM(outcome, design, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}
    )
    # statsmodels multiplies by G / (G - 1) * (n - 1) / (n - k), ours is CR1 without the second
    scale = np.sqrt(159 / 157)
    np.testing.assert_allclose(
        errors(cluster_covariance(fit, clusters, "CR1")) * scale, theirs.bse, rtol=1e-6
    )


def test_marginal_effects_match_statsmodels_for_ones_and_zeros():
    design, _ = arrays(n=200)
    random = np.random.default_rng(8)
    outcome = (random.uniform(size=200) < expit(design @ [0.5, 0.7, -0.6])).astype(float)
    fit = fit_fractional_logit(design, outcome)
    theirs = sm.Logit(outcome, design).fit(disp=0).get_margeff(dummy=True)
    information = robust_covariance(fit, "quasi") / fit.dispersion
    for column, effect, error in zip((1, 2), theirs.margeff, theirs.margeff_se, strict=True):
        ours, gradient = average_marginal_effect(fit, column)
        assert ours == pytest.approx(effect, rel=1e-6)
        assert np.sqrt(gradient @ information @ gradient) == pytest.approx(error, rel=1e-6)


def test_a_group_is_compared_with_the_one_left_out():
    table = districts(n=48).assign(区域=list("甲乙丙") * 16)
    result = fractional_logit(table, "满意率 ~ 占比 + C(区域)", permutations=9)
    coefficients = result.terms.set_index("term").estimate
    base = coefficients["Intercept"] + coefficients["占比"] * table["占比"]
    for term in ("C(区域)[T.乙]", "C(区域)[T.甲]"):
        by_hand = (expit(base + coefficients[term]) - expit(base)).mean()
        row = result.effects.set_index("term").loc[term]
        assert row.effect == pytest.approx(100 * by_hand, rel=1e-10)


def test_a_square_cannot_change_alone():
    result = fractional_logit(districts(n=40), "满意率 ~ 密度 + I(密度**2) + 占比", permutations=9)
    assert list(result.effects.term) == ["占比"]
    assert any("“密度”、“I(密度 ** 2)”不能单独变动" in sentence for sentence in result.limits)
    summed = fractional_logit(
        districts(n=48).assign(区域=list("甲乙丙") * 16), "满意率 ~ C(区域, Sum)", permutations=9
    )
    assert not len(summed.effects)


def test_counts_of_people_are_the_logit_of_single_people():
    random = np.random.default_rng(4)
    asked = random.integers(5, 30, 24)
    x = random.normal(size=24)
    satisfied = random.binomial(asked, expit(1 + 0.5 * x))
    design = np.column_stack([np.ones(24), x])
    ours = fit_fractional_logit(design, satisfied / asked, asked)
    people = np.repeat(np.arange(24), asked)
    answers = np.concatenate(
        [np.arange(n) < yes for n, yes in zip(asked, satisfied, strict=True)]
    ).astype(float)
    theirs = sm.Logit(answers, design[people]).fit(disp=0)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6)
    ours_effect = average_marginal_effect(ours, 1)[0]
    assert ours_effect == pytest.approx(theirs.get_margeff().margeff[0], rel=1e-6)


def test_counts_and_denominators_are_read_from_the_table():
    table = districts()
    table["满意人数"] = (table["满意率"] * table["人数"]).round()
    table["比率"] = table["满意人数"] / table["人数"]
    counts = fractional_logit(table, "I(满意人数 / 人数) ~ 占比", denominators="人数")
    rates = fractional_logit(table, "比率 ~ 占比", denominators="人数")
    np.testing.assert_allclose(counts.terms.estimate, rates.terms.estimate, rtol=1e-12)
    total = f"{table['人数'].sum():,}"
    assert any("分母是“人数”" in one and total in one for one in counts.limits)
    unknown = fractional_logit(table, "比率 ~ 占比")
    assert any("分母（每个比率背后的人数）未知" in sentence for sentence in unknown.limits)
    assert not np.allclose(unknown.terms.estimate, rates.terms.estimate)


# ---- properties -------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    stretch=st.floats(0.01, 100),
    shift=st.floats(-1000, 1000),
    weight=st.floats(0.01, 1000),
)
def test_units_of_measurement_rows_and_labels_change_nothing(seed, stretch, shift, weight):
    design, outcome = arrays(seed)
    fit = fit_fractional_logit(design, outcome)
    order = np.random.default_rng(seed).permutation(len(outcome))
    moved = design[order] * [1, stretch, 1] + [0, shift, 0]
    other = fit_fractional_logit(moved, outcome[order], np.full(len(outcome), weight))
    scale = np.array([stretch, 1])
    assert other.coefficients[1:] * scale == pytest.approx(fit.coefficients[1:], rel=1e-6, abs=1e-8)
    assert errors(robust_covariance(other, "HC3"))[1:] * scale == pytest.approx(
        errors(robust_covariance(fit, "HC3"))[1:], rel=1e-6
    )
    mirrored = fit_fractional_logit(design, 1 - outcome)
    assert mirrored.coefficients == pytest.approx(-fit.coefficients, rel=1e-7, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(5, 12))
def test_separation_on_one_line_is_found_exactly_where_it_is(seed, n):
    random = np.random.default_rng(seed)
    x = random.integers(0, 5, n).astype(float)
    y = random.integers(0, 2, n).astype(float)
    if len(set(x)) < 2 or len(set(y)) < 2:
        return
    zeros, ones = x[y == 0], x[y == 1]
    by_eye = zeros.max() <= ones.min() or ones.max() <= zeros.min()
    fit = fit_fractional_logit(np.column_stack([np.ones(n), x]), y)
    assert isinstance(fit, NoMaximum) == by_eye


def test_one_row_strictly_inside_may_end_a_separation():
    x = np.array([1.0, 2, 3, 4, 5, 6])
    design = np.column_stack([np.ones(6), x])
    outcome = np.array([0.0, 0, 0, 1, 1, 1])
    assert isinstance(fit_fractional_logit(design, outcome), NoMaximum)
    # .5 at 3.5 lies on the line that separates: still no finite slope
    on_the_line = np.vstack([design, [1, 3.5]]), np.append(outcome, 0.5)
    assert isinstance(fit_fractional_logit(*on_the_line), NoMaximum)
    beyond = np.vstack([design, [1, 5.0]]), np.append(outcome, 0.5)
    fit = fit_fractional_logit(*beyond)
    score = beyond[0].T @ (beyond[1] - fit.fitted)
    np.testing.assert_allclose(score, 0, atol=1e-7)


def test_a_separating_direction_separates():
    random = np.random.default_rng(2)
    x = random.normal(size=(30, 3))
    signs = np.sign(x @ [1.0, -2, 0.5])
    direction = separating_direction(x * signs[:, None], np.empty((0, 3)))
    assert ((x * signs[:, None]) @ direction >= -1e-7).all()
    assert ((x * signs[:, None]) @ direction).max() == pytest.approx(1)


def test_rates_of_exactly_nought_and_one_are_used():
    design, outcome = arrays()
    outcome[:5], outcome[5:8] = 1, 0
    fit = fit_fractional_logit(design, outcome)
    np.testing.assert_allclose(design.T @ (outcome - fit.fitted), 0, atol=1e-8)


def test_a_planted_association_is_recovered_in_points():
    truth, estimates, covered = 0.8, [], []
    for seed in range(100):
        table = districts(seed, truth)
        result = fractional_logit(table, "满意率 ~ 占比", permutations=9)
        row = result.terms.set_index("term").loc["占比"]
        estimates.append(row.estimate)
        if not np.isnan(row.conf_low):
            covered.append(row.conf_low <= truth <= row.conf_high)
    assert abs(np.mean(estimates) - truth) < 3 * np.std(estimates) / np.sqrt(100) + 0.02
    assert 0.90 <= np.mean(covered) <= 0.99


def test_true_nulls_are_rejected_about_as_often_as_promised():
    rows = [*rates_near_the_ceiling(0.95, 300), default_district_test("normal", 300, hetero=False)]
    for row in rows:
        margin = norm.ppf(0.999) * np.sqrt(0.05 * 0.95 / row.replications)
        assert row.low - margin <= row.value <= row.high + margin, row


# ---- the verb ---------------------------------------------------------------------------------


def test_columns_tests_and_second_opinions():
    table = districts()
    result = fractional_logit(table, "满意率 ~ 试点", unit_name="区")
    assert list(result.terms.columns) == list(TERM_COLUMNS)
    assert list(result.effects.columns) == list(EFFECT_COLUMNS)
    assert (result.terms.df == 14).all()
    fit = fit_fractional_logit(
        np.column_stack([np.ones(16), table["试点"]]), table["满意率"].to_numpy()
    )
    np.testing.assert_allclose(
        result.terms.std_error, errors(robust_covariance(fit, "HC3")), rtol=1e-10
    )
    exact = mean_difference_test(table["满意率"].to_numpy(), table["试点"].to_numpy() == 1, seed=1)
    assert exact.exact
    assert result.terms.p_permutation.iloc[1] == exact.p_value
    linear = regress(table, "满意率 ~ 试点").terms.iloc[1]
    row = result.effects.iloc[0]
    ours = [row.ols, row.ols_low, row.ols_high]
    theirs = [linear.estimate, linear.conf_low, linear.conf_high]
    np.testing.assert_allclose(ours, 100 * np.array(theirs), rtol=1e-10)
    # with one dummy the model is saturated: the marginal association is the difference of means
    assert row.effect == pytest.approx(row.ols, rel=1e-9)
    rules = {remark.rule for remark in result.remarks}
    assert {"size", "detectable", "tests", "rates", "p_values", "influence"} <= rules


def test_months_of_districts_are_clustered_and_jackknifed():
    random = np.random.default_rng(5)
    months = districts().loc[lambda table: table.index.repeat(4)].reset_index(drop=True)
    months["月"] = np.tile(list("abcd"), 16)
    months["满意率"] = expit(logit(months["满意率"]) + 0.1 * random.normal(size=64))
    result = fractional_logit(
        months, "满意率 ~ 占比 + C(月)", "region_code", unit_name="区", allow_regressors=4
    )
    assert (result.n, result.n_units) == (64, 16)
    assert (result.terms.df == 15).all()
    linear = regress(
        months, "满意率 ~ 占比 + C(月)", "region_code", unit_name="区", allow_regressors=4
    )
    ours, theirs = (one.terms.set_index("term").p_permutation for one in (result, linear))
    pd.testing.assert_series_equal(ours, theirs)
    beside = result.effects.set_index("term").ols
    assert beside["占比"] == pytest.approx(
        100 * linear.terms.set_index("term").estimate["占比"], rel=1e-9
    )


def test_three_treated_districts_leave_only_the_permutation_test():
    table = districts().assign(试点=lambda t: (np.arange(len(t)) < 3).astype(int))
    result = fractional_logit(table, "满意率 ~ 试点", unit_name="区")
    assert np.isnan(result.terms.p_value.iloc[1])
    assert result.effects[["p_value", "conf_low", "conf_high", "ols_low"]].isna().all(axis=None)
    assert result.terms.n_permutations.iloc[1] == 560
    assert any("较小的一组只有 3 个区" in sentence for sentence in result.limits)


@pytest.mark.parametrize(
    ("change", "formula", "reason"),
    [
        (lambda t: t.assign(满意率=1.0), "满意率 ~ 占比", "没有变化"),
        (lambda t: t.assign(满意率=0.0), "满意率 ~ 占比", "没有变化"),
        (lambda t: t.assign(满意率=(t["占比"] > 0.5) * 1.0), "满意率 ~ 占比", "完全"),
        (lambda t: t.assign(占比=1.0), "满意率 ~ 占比", "“占比”没有变化"),
        (lambda t: t.assign(密度=2 * t["占比"] + 1), "满意率 ~ 占比 + 密度", "完全共线"),
        (lambda t: t.assign(占比=np.nan), "满意率 ~ 占比", "0 行"),
        (lambda t: t.assign(占比=[np.inf, *t["占比"][1:]]), "满意率 ~ 占比", "有限的数值"),
        (lambda t: t.assign(满意率=[np.inf, *t["满意率"][1:]]), "满意率 ~ 占比", "有限的数值"),
        (lambda t: t.head(9), "满意率 ~ 占比", "至少需要"),
        (lambda t: pd.concat([t, t]), "满意率 ~ 占比", "有多行"),
        (lambda t: t.assign(满意率=expit(t["占比"])), "满意率 ~ 占比", "没有残差"),
    ],
)
def test_what_the_data_cannot_carry_is_not_estimated(change, formula, reason):
    assert isinstance(fractional_logit(districts(), formula), Estimate)
    result = fractional_logit(change(districts()), formula)
    assert isinstance(result, NotEstimated)
    assert reason in result.reason
    assert result.reason_en
    shown = table_marginal_effects(result, title="满意率", source="测试").rows()
    assert shown[0][1] == result.reason


def test_two_clusters_are_too_few():
    table = districts(n=40).assign(市=list("甲乙") * 20)
    table["全市"] = (table["市"] == "甲").astype(int)
    result = fractional_logit(table, "满意率 ~ 全市", cluster="市")
    assert isinstance(result, NotEstimated)
    table = table.drop(columns="region_code")
    within = fractional_logit(table, "满意率 ~ 密度", cluster="市")
    assert isinstance(within, NotEstimated)
    assert within.reason_en == "only 2 clusters, by which no error can be judged"
    three = fractional_logit(table.assign(市=list("甲乙丙丁") * 10), "满意率 ~ 密度", cluster="市")
    assert three.terms.p_value.isna().all()
    assert three.effects[["p_value", "conf_low", "ols_low"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t.assign(满意率=100 * t["满意率"]), {}, "110100.*divide percentages by 100"),
        (lambda t: t.assign(满意率=t["满意率"] - 0.9), {}, "rates lie between 0 and 1"),
        (lambda t: t.assign(满意率=t["满意率"].astype(str)), {}, "numbers written as text"),
        (lambda t: t.assign(人数=0), {"denominators": "人数"}, "'人数' is 0 in row"),
        (lambda t: t.assign(人数="很多"), {"denominators": "人数"}, "holds no numbers"),
        (lambda t: t, {"denominators": "总人数"}, "no column '总人数'"),
        (lambda t: t, {"cluster": "区名"}, "no column '区名'"),
    ],
)
def test_what_cannot_be_meant_is_an_error(change, options, message):
    with pytest.raises(InputError, match=message):
        fractional_logit(change(districts()), "满意率 ~ 占比", **options)


def test_gaps_are_named_and_shuffled_rows_change_nothing():
    table = districts()
    table.loc[3, "占比"] = np.nan
    table.loc[5, "人数"] = np.nan
    result = fractional_logit(table, "满意率 ~ 占比", denominators="人数", unit_name="区")
    assert result.n == 14
    assert any("丢弃 2 行" in one and "110103" in one for one in result.limits)
    shuffled = table.sample(frac=1, random_state=1)
    again = fractional_logit(shuffled, "满意率 ~ 占比", denominators="人数", unit_name="区")
    assert again.to_json() == result.to_json()
    assert Estimate.from_json(result.to_json()).to_json() == result.to_json()


def test_the_simulated_mark_is_handed_on_to_effects_and_their_table():
    result = fractional_logit(mark_simulated(districts()), "满意率 ~ 占比")
    assert result.simulated
    assert is_simulated(result.effects)
    exhibit = table_marginal_effects(result, title="满意率", source="模拟")
    assert exhibit.simulated
    assert exhibit.caption_text.startswith("【模拟】")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_has_points_beside_least_squares_and_every_limit(lang):
    result = fractional_logit(districts(), "满意率 ~ 占比 + 试点", unit_name="区")
    exhibit = table_marginal_effects(
        result, title="t", source="s", labels={"占比": "组织创新占比"}, lang=lang
    )
    first, second = exhibit.rows()
    assert first[0] == "组织创新占比"
    row = result.effects.iloc[0]
    assert first[1] == f"{row.effect:.2f}".replace("-", "−")
    assert first[6] == f"{row.ols:.2f}".replace("-", "−")
    assert second[0] == "试点"
    for remark in result.remarks:
        sentence = remark.zh if lang == "zh" else remark.en
        assert sentence.split("占比")[0] in exhibit.notes()[0]
    with pytest.raises(InputError, match="no effects"):
        table_marginal_effects(regress(districts(), "满意率 ~ 占比"), title="t", source="s")


def test_wording_is_of_association():
    result = fractional_logit(districts(), "满意率 ~ 占比", unit_name="区")
    said = "".join(result.limits)
    assert "相关不等于因果" in said
    assert not any(word in said for word in ("影响了", "导致", "提升", "有效地"))


def test_a_rate_a_hair_above_one_is_shown_as_it_is_and_no_percentage():
    table = districts()
    table.loc[0, "满意率"] = 1 + 2**-40
    with pytest.raises(InputError, match=r"is 1\.0000000000009095 in row .*; correct them"):
        fractional_logit(table, "满意率 ~ 密度")
    with pytest.raises(InputError, match="divide percentages by 100"):
        fractional_logit(districts().assign(满意率=lambda t: t["满意率"] * 100), "满意率 ~ 密度")
