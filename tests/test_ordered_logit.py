"""Ordered logit against published numbers, statsmodels, brute force; and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from benchmarks.simulations.outcomes import answers_in_districts
from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.estimate import EFFECT_COLUMNS, TERM_COLUMNS, Estimate, NotEstimated
from pbgov.evaluation.outcomes.odds import _on_unclear, proportional_odds
from pbgov.evaluation.outcomes.ordered import ordered_logit
from pbgov.exhibits.rates import table_marginal_effects
from pbgov.inference.outcomes.ordered import (
    average_share_changes,
    cluster_covariance,
    predicted_shares,
    score_test_between_units,
)
from pbgov.inference.outcomes.ordered import ordered_logit as fit_ordered_logit
from pbgov.inference.outcomes.proportional_odds import proportional_odds_test
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.inference.resampling.permutation import mean_difference_test
from pbgov.marks import mark_simulated


def people(seed=1, n_districts=16, each=25, slope=0.6, shock=0.3):
    random = np.random.default_rng(seed)
    district = np.repeat(np.arange(n_districts), each)
    share, age = random.normal(size=n_districts), random.normal(size=len(district))
    felt = slope * share[district] + 0.3 * age + shock * random.normal(size=n_districts)[district]
    felt = felt + random.logistic(size=len(district))
    return pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in district],
            "占比": share[district],
            "试点": (district < n_districts // 2).astype(int),
            "年龄": age,
            "满意度": 1 + np.searchsorted([-3.0, -1.5, 0.0, 1.5], felt),
        }
    )


def errors(covariance):
    return np.sqrt(np.diag(covariance))


@pytest.fixture(scope="module")
def wine(shared):
    return pd.read_csv(shared / "vectors/data/wine.csv")


# ---- numbers made elsewhere -------------------------------------------------------------------


def test_the_wine_is_as_published(wine):
    # Christensen, R. H. B., vignette of the R package ordinal: clm(rating ~ temp + contact)
    result = ordered_logit(wine, "rating ~ temp + contact")
    terms = result.terms.set_index("term")
    names = ["temp[T.warm]", "contact[T.yes]", "1|2", "2|3", "3|4", "4|5"]
    assert list(terms.index) == names
    published = [2.503, 1.528, -1.344, 1.251, 3.467, 5.006]
    np.testing.assert_allclose(terms.estimate, published, atol=5e-4)
    published = [0.5287, 0.4766, 0.5171, 0.4379, 0.5978, 0.7309]
    np.testing.assert_allclose(terms.std_error, published, atol=5e-5)
    assert result.fit["log_likelihood"] == pytest.approx(-86.49, abs=5e-3)
    np.testing.assert_allclose(terms.statistic[:2], [4.735, 3.205], atol=5e-4)


def test_the_nominal_effects_of_the_wine_are_as_published(wine):
    # the same vignette: nominal_test(); the slope of temp runs to infinity at two thresholds
    design = np.column_stack([wine.temp == "warm", wine.contact == "yes"]).astype(float)
    fit = fit_ordered_logit(design, wine.rating.to_numpy())
    temp, contact = (proportional_odds_test(fit, [column]) for column in (0, 1))
    assert (temp.statistic, temp.p_value) == (
        pytest.approx(3.1750, abs=5e-5),
        pytest.approx(0.3654, abs=5e-5),
    )
    assert (contact.statistic, contact.p_value) == (
        pytest.approx(0.5667, abs=5e-5),
        pytest.approx(0.9040, abs=5e-5),
    )
    assert temp.df == contact.df == 3
    assert list(np.isinf(temp.by_threshold[:, 0])) == [True, False, False, True]
    # no warm wine was rated 1, no cold wine 5
    assert not ((wine.temp == "warm") & (wine.rating == 1)).any()
    assert not ((wine.temp == "cold") & (wine.rating == 5)).any()


def test_coefficients_thresholds_and_errors_match_statsmodels():
    table = people(seed=4)
    design = table[["占比", "年龄"]].to_numpy()
    ours = fit_ordered_logit(design, table["满意度"].to_numpy())
    model = OrderedModel(table["满意度"].to_numpy(), design, distr="logit")
    theirs = model.fit(method="bfgs", gtol=1e-8, maxiter=500, disp=0)
    np.testing.assert_allclose(ours.coefficients, theirs.params[:2], rtol=1e-5)
    increments = theirs.params[2:]
    thresholds = np.cumsum(np.concatenate([increments[:1], np.exp(increments[1:])]))
    np.testing.assert_allclose(ours.thresholds, thresholds, rtol=1e-5)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-9)
    # the delta method turns their errors of log-increments into errors of thresholds
    jacobian = np.tril(np.ones((4, 4))) * np.concatenate([[1], np.exp(increments[1:])])
    turned = jacobian @ theirs.cov_params()[2:, 2:] @ jacobian.T
    np.testing.assert_allclose(errors(ours.covariance)[:4], errors(turned), rtol=1e-4)
    np.testing.assert_allclose(errors(ours.covariance)[4:], theirs.bse[:2], rtol=1e-4)
    assert not np.allclose(errors(turned)[1:], theirs.bse[3:], rtol=0.05)
    np.testing.assert_allclose(predicted_shares(ours), theirs.predict(), rtol=1e-4)


def test_two_answers_are_the_logit():
    from statsmodels.api import Logit

    table = people()
    outcome = (table["满意度"] > 3).astype(int).to_numpy()
    design = table[["占比", "年龄"]].to_numpy()
    ours = fit_ordered_logit(design, outcome)
    theirs = Logit(outcome, np.column_stack([np.ones(len(design)), design])).fit(disp=0)
    np.testing.assert_allclose(ours.coefficients, theirs.params[1:], rtol=1e-7)
    assert ours.thresholds[0] == pytest.approx(-theirs.params[0], rel=1e-7)
    np.testing.assert_allclose(errors(ours.covariance)[1:], theirs.bse[1:], rtol=1e-7)


def test_scores_and_information_are_the_derivatives_of_the_likelihood():
    table = people(n_districts=8, each=10)
    design, answers = table[["占比", "年龄"]].to_numpy(), table["满意度"].to_numpy()
    fit = fit_ordered_logit(design, answers)
    at = np.concatenate([fit.thresholds, fit.coefficients])

    def rows(parameters):
        below = expit(parameters[:4] - (design @ parameters[4:])[:, None])
        shares = np.diff(below, prepend=0, append=1, axis=1)
        return np.log(shares[np.arange(len(answers)), answers - 1])

    assert rows(at).sum() == pytest.approx(fit.log_likelihood, rel=1e-10)
    step = 1e-4 * np.eye(6)
    slopes = np.column_stack([(rows(at + one) - rows(at - one)) / 2e-4 for one in step])
    np.testing.assert_allclose(fit.scores, slopes, atol=1e-6)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-8)
    bend = np.array(
        [
            [
                (rows(at + a + b) - rows(at + a - b) - rows(at - a + b) + rows(at - a - b)).sum()
                / 4e-8
                for b in step
            ]
            for a in step
        ]
    )
    np.testing.assert_allclose(np.linalg.inv(-bend), fit.covariance, rtol=1e-3, atol=1e-6)


def test_changes_of_shares_by_moving_every_row():
    table = people()
    design = table[["占比", "试点"]].to_numpy(dtype=float)
    fit = fit_ordered_logit(design, table["满意度"].to_numpy())

    def mean_shares(moved, parameters=None):
        other = replace(fit, design=moved)
        if parameters is not None:
            other = replace(other, thresholds=parameters[:4], coefficients=parameters[4:])
        return predicted_shares(other).mean(axis=0)

    step = np.array([1e-5, 0])
    slope, _ = average_share_changes(fit, 0)
    by_hand = (mean_shares(design + step) - mean_shares(design - step)) / 2e-5
    np.testing.assert_allclose(slope, by_hand, atol=1e-8)
    ones, noughts = design.copy(), design.copy()
    ones[:, 1], noughts[:, 1] = 1, 0
    change, gradient = average_share_changes(fit, 1)
    np.testing.assert_allclose(change, mean_shares(ones) - mean_shares(noughts), atol=1e-12)
    assert change.sum() == pytest.approx(0, abs=1e-12)
    at = np.concatenate([fit.thresholds, fit.coefficients])
    for j, one in enumerate(1e-5 * np.eye(6)):
        up, down = (
            mean_shares(ones, at + sign * one) - mean_shares(noughts, at + sign * one)
            for sign in (1, -1)
        )
        np.testing.assert_allclose(gradient[:, j], (up - down) / 2e-5, atol=1e-7)


def test_the_jackknife_over_clusters_is_near_the_refits():
    table = people(each=40)
    design, answers = table[["占比", "年龄"]].to_numpy(), table["满意度"].to_numpy()
    clusters = table.region_code.to_numpy()
    fit = fit_ordered_logit(design, answers)
    moves = []
    for one in np.unique(clusters):
        other = fit_ordered_logit(design[clusters != one], answers[clusters != one])
        both = np.concatenate([other.thresholds, other.coefficients])
        moves.append(both - np.concatenate([fit.thresholds, fit.coefficients]))
    exact = errors(np.array(moves).T @ np.array(moves))
    np.testing.assert_allclose(errors(cluster_covariance(fit, clusters, "CR3")), exact, rtol=0.05)
    sums = np.array([fit.scores[clusters == one].sum(axis=0) for one in np.unique(clusters)])
    sandwich = fit.covariance @ sums.T @ sums @ fit.covariance * 16 / 15
    np.testing.assert_allclose(cluster_covariance(fit, clusters, "CR1"), sandwich, rtol=1e-8)


# ---- properties -------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), stretch=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_scale_rows_and_names_of_answers_change_nothing(seed, stretch, shift):
    table = people(seed, n_districts=6, each=12)
    design, answers = table[["占比", "年龄"]].to_numpy(), table["满意度"].to_numpy()
    fit = fit_ordered_logit(design, answers)
    order = np.random.default_rng(seed).permutation(len(answers))
    moved = design * [stretch, 1] + [shift, 0]
    other = fit_ordered_logit(moved[order], 10 * answers[order] ** 3)
    assert other.coefficients * [stretch, 1] == pytest.approx(fit.coefficients, rel=1e-6, abs=1e-8)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-9)
    upside_down = fit_ordered_logit(design, -answers)
    assert upside_down.coefficients == pytest.approx(-fit.coefficients, rel=1e-6, abs=1e-8)
    assert upside_down.thresholds == pytest.approx(-fit.thresholds[::-1], rel=1e-6, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(6, 12))
def test_separation_on_one_line_is_found_exactly_where_it_is(seed, n):
    random = np.random.default_rng(seed)
    x = random.integers(0, 6, n).astype(float)
    y = random.integers(0, 3, n)
    if len(set(x)) < 2 or len(set(y)) < 3:
        return
    apart = []
    for sign in (1, -1):
        groups = [sign * x[y == answer] for answer in range(3)]
        apart.append(all(low.max() <= high.min() for low, high in pairwise(groups)))
    fit = fit_ordered_logit(x[:, None], y)
    assert isinstance(fit, NoMaximum) == any(apart)


def test_far_tails_keep_their_digits():
    random = np.random.default_rng(0)
    x = np.concatenate([random.normal(size=50), [60.0]])
    y = np.concatenate([np.searchsorted([-0.5, 0.5], x[:50] + random.logistic(size=50)), [0]])
    fit = fit_ordered_logit(x[:, None], y)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-6)
    assert np.isfinite(fit.log_likelihood)


def test_units_are_permuted_by_their_means():
    table = people(seed=3, n_districts=10)
    design = table[["试点"]].to_numpy(dtype=float)
    answers, units = table["满意度"].to_numpy(), table.region_code.to_numpy()
    test = score_test_between_units(design, answers, units, 0, seed=1)
    assert (test.n_permutations, test.exact) == (252, True)
    # without any column the residual of an answer is a function of the answer alone
    shares = np.bincount(answers)[1:] / len(answers)
    below = np.concatenate([[0], shares.cumsum()])
    residual = (below[answers - 1] + below[answers]) - 1
    means = pd.Series(residual).groupby(units).mean().to_numpy()
    treated = table.groupby("region_code")["试点"].first().to_numpy() == 1
    by_hand = mean_difference_test(means, treated, seed=1)
    assert test.statistic == pytest.approx(by_hand.statistic, rel=1e-8)
    assert test.p_value == by_hand.p_value


def test_one_slope_for_all_is_kept_and_another_found():
    random = np.random.default_rng(6)
    p_values = []
    for _ in range(200):
        x = random.normal(size=150)
        answers = np.searchsorted([-1.0, 0.0, 1.0], 0.5 * x + random.logistic(size=150))
        fit = fit_ordered_logit(x[:, None], answers)
        p_values.append(proportional_odds_test(fit, [0]).p_value)
    assert 0.01 <= np.mean(np.array(p_values) < 0.05) <= 0.10
    x = random.normal(size=400)
    first = random.uniform(size=400) < expit(2 * x)
    second = random.uniform(size=400) < 0.5
    fit = fit_ordered_logit(x[:, None], first.astype(int) * (1 + second))
    test = proportional_odds_test(fit, [0])
    assert test.p_value < 0.001
    assert test.by_threshold[0, 0] > test.by_threshold[1, 0] + 0.5


def test_true_nulls_are_rejected_about_as_often_as_promised():
    row = answers_in_districts(150)
    assert row.value <= row.high + 3 * np.sqrt(0.05 * 0.95 / 150)


# ---- the verb ---------------------------------------------------------------------------------


def test_people_in_districts():
    table = people()
    result = ordered_logit(table, "满意度 ~ 占比 + 年龄", "region_code", unit_name="区")
    assert isinstance(result, Estimate)
    assert list(result.terms.columns) == list(TERM_COLUMNS)
    assert list(result.effects.columns) == list(EFFECT_COLUMNS)
    assert (result.n, result.n_units) == (400, 16)
    assert (result.terms.df == 15).all()
    terms = result.terms.set_index("term")
    assert terms.loc["1|2":, ["p_value", "statistic", "minimum_detectable"]].isna().all(axis=None)
    assert terms.loc["占比", "n_permutations"] == 9_999
    assert terms.loc["年龄", "n_permutations"] == 0
    assert len(result.effects) == 10
    shares = result.effects[result.effects.term.str.startswith("占比")]
    assert shares.effect.sum() == pytest.approx(0, abs=1e-9)
    observed = f"5：{(table['满意度'] == 5).mean():.1%}"
    assert any(observed in sentence for sentence in result.limits)
    assert any("比例优势" in sentence for sentence in result.limits)
    assert "aic" not in result.fit
    shuffled = table.sample(frac=1, random_state=2)
    again = ordered_logit(shuffled, "满意度 ~ 占比 + 年龄", "region_code", unit_name="区")
    assert again.to_json() == result.to_json()
    assert Estimate.from_json(result.to_json()).to_json() == result.to_json()


def test_the_table_of_shares_has_no_least_squares():
    result = ordered_logit(people(), "满意度 ~ 占比", "region_code", unit_name="区")
    exhibit = table_marginal_effects(
        result, title="满意度", source="测试", labels={"占比": "组织创新占比"}
    )
    assert exhibit.rows()[0][0] == "组织创新占比 → 1"
    assert not any("最小二乘" in name for name in exhibit.header())
    assert "最小二乘直接" not in exhibit.notes()[0]


def test_the_check_of_proportional_odds_is_a_value():
    table = mark_simulated(people())
    check = proportional_odds(table, "满意度 ~ 占比 + 年龄", "region_code", unit_name="区")
    assert isinstance(check, CheckResult)
    assert check.simulated
    assert list(check.table.threshold[:4]) == ["1|2", "2|3", "3|4", "4|5"]
    assert list(check.table.term.unique()) == ["占比", "年龄"]
    assert check.passed == (check.p_value >= 0.05)
    alone = proportional_odds(table, "满意度 ~ 占比")
    assert isinstance(alone, NotEstimated)
    assert "region_code" in alone.reason
    only_two = people().assign(满意度=lambda table: (table["满意度"] > 3).astype(int))
    assert isinstance(proportional_odds(only_two, "满意度 ~ 占比", "region_code"), NotEstimated)


@pytest.mark.parametrize(
    ("change", "formula", "reason"),
    [
        (lambda t: t.assign(满意度=3), "满意度 ~ 占比", "没有变化"),
        (lambda t: t.assign(满意度=t["占比"].rank(method="dense") // 4), "满意度 ~ 占比", "排开"),
        (lambda t: t.assign(占比=1.0), "满意度 ~ 占比", "“占比”没有变化"),
        (lambda t: t.assign(年龄=2 * t["占比"]), "满意度 ~ 占比 + 年龄", "完全共线"),
        (lambda t: t.assign(占比=np.nan), "满意度 ~ 占比", "0 行"),
        (lambda t: t.assign(年龄=[np.inf, *t["年龄"][1:]]), "满意度 ~ 年龄", "有限的数值"),
        (lambda t: t.head(8), "满意度 ~ 年龄", "至少需要"),
        (lambda t: t, "满意度 ~ 1", "没有解释变量"),
    ],
)
def test_what_the_data_cannot_carry_is_not_estimated(change, formula, reason):
    result = ordered_logit(change(people()).rename(columns={"region_code": "区"}), formula)
    assert isinstance(result, NotEstimated)
    assert reason in result.reason
    assert result.reason_en


def test_few_clusters_are_refused_or_said():
    few = people(n_districts=3, each=20)
    result = ordered_logit(few, "满意度 ~ 占比", "region_code", unit_name="区")
    assert isinstance(result, NotEstimated)
    few = people(n_districts=16).assign(试点=lambda t: (t.region_code < "110103").astype(int))
    result = ordered_logit(few, "满意度 ~ 试点", "region_code", unit_name="区")
    assert np.isnan(result.terms.p_value.iloc[0])
    assert result.effects.p_value.isna().all()
    assert any("较小的一组只有 3 个区" in sentence for sentence in result.limits)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(满意度=t["满意度"] + 0.5), "answers are whole numbers"),
        (lambda t: t.assign(满意度=np.arange(len(t))), "400 different values"),
        (lambda t: t.assign(满意度=t["满意度"].astype(str)), "numbers written as text"),
        (lambda t: t.assign(满意度=["满意", "不满"] * 200), "must be one"),
    ],
)
def test_what_cannot_be_meant_is_an_error(change, message):
    with pytest.raises(InputError, match=message):
        ordered_logit(change(people()), "满意度 ~ 占比")


# ---- at the edge ---------------------------------------------------------------------------------


def test_infinite_answers_are_a_reason():
    table = people()
    table["满意度"] = table["满意度"].astype(float)
    table.loc[3, "满意度"] = np.inf
    result = ordered_logit(table, "满意度 ~ 占比", "region_code")
    assert isinstance(result, NotEstimated)
    assert "没有有限的数值" in result.reason


def test_dummies_of_the_districts_leave_nothing_to_permute():
    result = ordered_logit(
        people(each=40), "满意度 ~ 年龄 + C(region_code)", "region_code", unit_name="区"
    )
    assert isinstance(result, Estimate)
    assert result.terms.n_permutations.eq(0).all()
    assert any("没有相应的置换检验" in one for one in result.limits)


@pytest.mark.parametrize("cluster", [None, "region_code"])
@pytest.mark.parametrize("far", [2020.0, 1e8, -1e8])
def test_a_column_far_from_zero_keeps_its_digits(far, cluster):
    table = people() if cluster else people().drop(columns="region_code")
    near = ordered_logit(table, "满意度 ~ 年龄", cluster)
    away = ordered_logit(table.assign(年龄=table["年龄"] + far), "满意度 ~ 年龄", cluster)
    for column in ("estimate", "std_error", "p_value"):
        assert away.terms[column][0] == pytest.approx(near.terms[column][0], rel=1e-5)
    for column in ("effect", "std_error", "p_value"):
        np.testing.assert_allclose(away.effects[column], near.effects[column], rtol=1e-4, atol=1e-7)


def test_a_term_without_a_test_of_its_own_is_named():
    assert _on_unclear([]) == []
    (remark,) = _on_unclear(["占比", "C(组)"])
    assert remark.zh.startswith("“占比”、“C(组)”没有单独的检验")
    assert remark.en.startswith("No test of its own for '占比', 'C(组)'")
