"""Regression of tables: planted effects, refusals, missing values, bounds, and what is printed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from pandas.testing import assert_frame_equal

import pbgov
from pbgov.errors import InputError
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import BESIDE_COLUMNS, TERM_COLUMNS, Estimate, NotEstimated
from pbgov.evaluation.outcomes.bounded import regress_bounded
from pbgov.evaluation.regression import regress
from pbgov.indicators.panel import Panel
from pbgov.indicators.register import read_assessment, read_indicators
from pbgov.inference.linear import bell_mccaffrey_df, coefficient_tests, hc2, least_squares
from pbgov.inference.resampling.permutation import freedman_lane


def districts(seed=1, effect=0.0, n=16):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(n)],
            "占比": random.uniform(0, 1, n),
            "密度": random.normal(size=n),
        }
    )
    table["满意率"] = 80 + effect * table["占比"] + 2 * table["密度"] + random.normal(size=n)
    return table


def term(estimate, name):
    assert isinstance(estimate, Estimate), str(estimate)
    return estimate.terms.set_index("term").loc[name]


# ---- numbers ----------------------------------------------------------------------------------


def test_coefficients_and_hc3_match_statsmodels():
    table = districts(effect=3)
    table["区域"] = pd.array(list("甲乙") * 8, dtype="str")
    formula = "满意率 ~ 占比 + C(区域)"
    ours = regress(table, formula)
    theirs = smf.ols(formula, table).fit(cov_type="HC3", use_t=True)
    assert list(ours.terms.term) == list(theirs.params.index)
    np.testing.assert_allclose(ours.terms.estimate, theirs.params, rtol=1e-10)
    np.testing.assert_allclose(ours.beside.std_error, theirs.bse, rtol=1e-10)
    np.testing.assert_allclose(ours.beside.p_value, theirs.pvalues, rtol=1e-8)
    assert ours.fit["r2"] == pytest.approx(theirs.rsquared)
    assert list(ours.terms.columns) == list(TERM_COLUMNS)
    assert list(ours.beside.columns) == list(BESIDE_COLUMNS)


def test_cluster_numbers_match_the_vector(root):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    wanted = json.loads((root / "tests/vectors/v03_cluster_cr_grunfeld.json").read_text("utf-8"))[
        "expected"
    ]["by_type"]
    ours = regress(table, "inv ~ value + capital", cluster="firm", unit_name="企业")
    np.testing.assert_allclose(ours.terms.std_error, list(wanted["CR2"]["se"].values()), rtol=1e-6)
    np.testing.assert_allclose(ours.beside.std_error, list(wanted["CR1"]["se"].values()), rtol=1e-6)
    assert (ours.n, ours.n_units, ours.unit_name) == (200, 10, "企业")
    # 2.3 and 2.9 degrees of freedom: the sandwich p is refused, with the reason
    assert ours.terms.p_value.iloc[1:].isna().all()
    assert ours.beside.p_value.iloc[1:].isna().all()
    assert any("有效自由度只有 2.3" in sentence for sentence in ours.limits)


def test_planted_effect_is_recovered_with_honest_coverage():
    truth, covered, estimates = 3.0, [], []
    for seed in range(200):
        row = term(regress(districts(seed, truth), "满意率 ~ 占比 + 密度", permutations=9), "占比")
        estimates.append(row.estimate)
        if not np.isnan(row.conf_low):  # refused in a few draws: under four degrees of freedom
            covered.append(row.conf_low <= truth <= row.conf_high)
    error = np.std(estimates) / np.sqrt(200)
    assert abs(np.mean(estimates) - truth) < 3 * error
    assert len(covered) > 190
    assert 0.90 <= np.mean(covered) <= 0.98


def test_null_effect_is_found_about_as_often_as_promised():
    random = np.random.default_rng(20260101)
    sandwich, permuted = [], []
    for draw in range(1000):
        x, z, y = random.normal(size=(3, 16))
        covariates = np.column_stack([np.ones(16), z])
        fit = least_squares(np.column_stack([covariates, x]), y)
        tests = coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit))
        sandwich.append(tests.p_value[2] < 0.05)
        permuted.append(freedman_lane(y, x, covariates, seed=draw, draws=199).p_value <= 0.05)
    assert 0.02 <= np.mean(sandwich) <= 0.07
    assert 0.02 <= np.mean(permuted) <= 0.07


def test_three_treated_districts_leave_only_the_permutation_test():
    table = districts(3)
    table["试点"] = (np.arange(16) < 3).astype(int)
    result = regress(table, "满意率 ~ 试点", unit_name="区")
    row = term(result, "试点")
    assert np.isnan([row.p_value, row.conf_low, row.conf_high]).all()
    assert np.isnan(result.beside.p_value.iloc[1])
    assert row.n_permutations == 560  # 16 over 3, all of them
    assert any("较小的一组只有 3 个区" in sentence for sentence in result.limits)


def test_exact_permutation_of_two_groups_by_hand():
    table = pd.DataFrame(
        {"y": [5.0, 7, 9, 11, 1, 2, 3, 4, 2.5, 3.5, 1.5, 0.5], "x": [1] * 4 + [0] * 8}
    )
    row = term(regress(table, "y ~ x"), "x")
    # the four treated hold the four largest values: one relabelling of 495 is as extreme,
    # since no other gives as large a difference in either direction
    assert row.n_permutations == 495
    assert row.p_permutation == pytest.approx(1 / 495)


def test_cluster_level_regressor_is_permuted_by_cluster():
    table = districts(2)
    months = table.loc[table.index.repeat(4)].reset_index(drop=True)
    months["月"] = np.tile(["1", "2", "3", "4"], 16)
    months["满意率"] += np.random.default_rng(1).normal(size=64)
    months["投诉"] = np.random.default_rng(2).normal(size=64)
    result = regress(months, "满意率 ~ 占比 + 投诉 + C(月)", cluster="region_code", unit_name="区")
    means = months.groupby("region_code")[["满意率", "占比", "投诉"]].mean()
    expected = freedman_lane(
        means["满意率"].to_numpy(),
        means["占比"].to_numpy(),
        np.column_stack([np.ones(16), means["投诉"]]),
        seed=result.seed,
    )
    assert term(result, "占比").p_permutation == pytest.approx(expected.p_value, abs=0.01)
    assert np.isnan(term(result, "投诉").p_permutation)
    assert any(
        "“投诉”" in sentence and "没有相应的置换检验" in sentence for sentence in result.limits
    )


# ---- refusals ----------------------------------------------------------------------------------


def refusals():
    table = districts()
    table["常数"] = 1.0
    table["两倍"] = 2 * table["占比"]
    table["零"] = np.arange(16.0)
    table["完全"] = 3 + table["占比"]
    table["同"] = "甲"
    table["独"] = ["甲"] + ["乙"] * 15
    for name in "abcdefg":
        table[name] = np.random.default_rng(ord(name)).normal(size=16)
    return table


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("满意率 ~ a + b + c + d + e + f + g", "16 units for 8 coefficients; need 18"),
        ("满意率 ~ a + b + c", "16 units carry 2 regressors, the formula has 3"),
        ("常数 ~ a", "outcome '常数' does not vary"),
        ("满意率 ~ 常数", "regressor '常数' does not vary"),
        ("满意率 ~ C(同)", "regressor 'C(同)' does not vary"),
        ("满意率 ~ 占比 + 两倍", "'两倍' is a linear combination"),
        ("满意率 ~ log(零)", "not finite"),
        ("完全 ~ 占比", "no residual"),
        ("满意率 ~ C(独)", "one row decides a coefficient alone"),
    ],
)
def test_what_the_data_cannot_carry_is_not_estimated(formula, reason):
    result = regress(refusals(), formula)
    assert isinstance(result, NotEstimated)
    assert reason in result.reason_en
    assert result.n == 16
    assert result.reason in str(result)


def test_more_regressors_only_by_name():
    assert isinstance(regress(refusals(), "满意率 ~ a + b + c", allow_regressors=3), Estimate)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("满意率 ~ 占比率", "no column '占比率'; near it: 占比"),
        ("满意率 ~ C(占比", "cannot be read"),
        ("满意率 ~ __import__('os').getcwd()", "not allowed"),
        ("满意率 ~ MODE.M1", 'Q\\("name"\\)'),
        ("满意率 ~ 占比 - 1", "intercept"),
        ("独 ~ 占比", "not a number"),
        ("~ 占比", "no outcome"),
    ],
)
def test_a_formula_that_cannot_be_meant_is_an_error(formula, message):
    with pytest.raises(InputError, match=message):
        regress(refusals(), formula)


def test_dotted_column_names_are_quoted():
    table = districts().rename(columns={"占比": "MODE.M1"})
    assert list(regress(table, 'np.log(满意率) ~ Q("MODE.M1")').terms.term) == [
        "Intercept",
        "MODE.M1",
    ]


# ---- missing values, order, marks --------------------------------------------------------------


def test_rows_with_gaps_are_left_out_and_named():
    table = districts(n=20)
    table.loc[[2, 5], "占比"] = np.nan
    table["无关"] = np.nan
    result = regress(table, "满意率 ~ 占比", unit_name="区")
    assert result.n == 18
    assert "丢弃 2 行：占比 缺失（110102、110105）。" in result.limits
    whole = regress(table.drop(index=[2, 5]), "满意率 ~ 占比", unit_name="区")
    assert_frame_equal(result.terms, whole.terms, check_exact=True)
    empty = regress(table.assign(占比=np.nan), "满意率 ~ 占比")
    assert isinstance(empty, NotEstimated)


def test_shuffled_rows_change_nothing():
    table = districts(8, effect=2)
    months = table.loc[table.index.repeat(4)].reset_index(drop=True)
    months["月"] = np.tile(["1", "2", "3", "4"], 16)
    months["满意率"] += np.random.default_rng(1).normal(size=64)
    for data, formula, cluster in (
        (table, "满意率 ~ 占比 + 密度", None),
        (months, "满意率 ~ 占比 + C(月)", "region_code"),
    ):
        first = regress(data, formula, cluster)
        again = regress(data.sample(frac=1, random_state=3), formula, cluster)
        assert first.to_json() == again.to_json()


def test_integers_nullable_numbers_and_booleans_are_read():
    table = districts(4)
    table["数"] = pd.array(range(16), dtype="Int64")
    table["是"] = table["密度"] > 0
    table.loc[3, "数"] = pd.NA
    assert list(regress(table, "满意率 ~ 数", unit_name="区").terms.term) == ["Intercept", "数"]
    assert list(regress(table, "满意率 ~ 是").terms.term) == ["Intercept", "是[T.True]"]
    table["年"] = [2019, 2020] * 8
    assert list(regress(table, "满意率 ~ C(年)").terms.term) == ["Intercept", "C(年)[T.2020]"]


def test_two_tests_that_disagree_are_called_not_robust():
    said = 0
    for seed in range(60):
        result = regress(districts(seed, 1.2), "满意率 ~ 占比 + 密度", permutations=999)
        row = term(result, "占比")
        both = not np.isnan(row.p_value)
        differ = both and (row.p_value < 0.05) != (row.p_permutation < 0.05)
        found = any("“占比”：两种检验结论不一致" in sentence for sentence in result.limits)
        assert differ == found
        said += found
    assert said


def test_limits_name_n_detectable_r_and_association():
    limits = " ".join(regress(districts(), "满意率 ~ 占比", unit_name="区").limits)
    assert "样本量：16 个区" in limits
    assert "|r|≥0.64" in limits
    assert "相关不等于因果" in limits


def test_json_round_trip_is_exact():
    table = districts(6)
    table["试点"] = (np.arange(16) < 3).astype(int)
    first = regress(table, "满意率 ~ 试点")
    again = Estimate.from_json(first.to_json())
    assert_frame_equal(again.terms, first.terms, check_exact=True)
    assert_frame_equal(again.beside, first.beside, check_exact=True)
    assert_frame_equal(again.influence, first.influence, check_exact=True)
    assert again.remarks == first.remarks
    assert again.beside.attrs == first.beside.attrs
    for name in ("formula", "outcome", "n", "n_units", "limits", "fit", "simulated", "seed"):
        assert getattr(again, name) == getattr(first, name)
    assert again.to_json() == first.to_json()
    assert str(again) == str(first)


def test_panel_and_simulated_mark_are_handed_on():
    table = districts()
    assert not regress(table, "满意率 ~ 占比").simulated
    assert regress(Panel(table, simulated=True), "满意率 ~ 占比").simulated
    assert not regress(Panel(table), "满意率 ~ 占比").simulated
    marked = regress(table.rename(columns={"满意率": "模拟满意率"}), "模拟满意率 ~ 占比")
    assert marked.simulated
    assert any("模拟数据" in sentence for sentence in marked.limits)
    assert str(marked).startswith("【模拟】")


# ---- bounds ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assessment(root):
    scores = read_assessment(root / "data/assessment")
    figures = read_indicators(root / "data/indicators")
    density = figures[(figures.indicator == "人口密度") & (figures.period == "2020-11-01")]
    return scores.merge(density[["region_code", "value"]].rename(columns={"value": "人口密度"}))


def test_the_real_assessment_gives_the_known_answer(assessment, root):
    result = regress_bounded(
        assessment,
        "score_low",
        "score_high",
        "log(人口密度) + C(period)",
        "region_code",
        unit_name="区",
    )
    wanted = json.loads((root / "tests/vectors/interval_regression.json").read_text("utf-8"))[
        "expected"
    ]["density"]
    row = term(result, "log(人口密度)")
    assert row.estimate == pytest.approx(wanted["coef"][1], rel=1e-8)  # -3.68
    assert row.std_error == pytest.approx(wanted["cr1_se"][1], rel=1e-6)
    assert result.fit["sigma"] == pytest.approx(wanted["sigma"], rel=1e-8)  # 13.2
    assert result.beside.std_error.iloc[-1] == pytest.approx(wanted["se"][1], rel=1e-7)
    assert (result.n, result.n_units, result.fit["n_exact"]) == (64, 16, 32)
    assert 0.02 < row.p_permutation < 0.06
    assert not result.simulated
    again = regress_bounded(
        assessment.sample(frac=1, random_state=1),
        "score_low",
        "score_high",
        "log(人口密度) + C(period)",
        "region_code",
        unit_name="区",
    )
    assert again.to_json() == result.to_json()


def test_bounds_that_say_nothing_are_not_estimated(assessment):
    wide = assessment.assign(score_low=-np.inf)
    result = regress_bounded(wide, "score_low", "score_high", "log(人口密度)", "region_code")
    assert isinstance(result, NotEstimated)
    assert "no maximum" in result.reason_en
    crossed = assessment.assign(score_low=assessment.score_high + 1.0)
    with pytest.raises(InputError, match="above the upper one"):
        regress_bounded(crossed, "score_low", "score_high", "log(人口密度)", "region_code")


# ---- families ----------------------------------------------------------------------------------


def test_adjusted_p_values_match_r(root):
    vector = json.loads(
        (root / "tests/vectors/v10_multiple_testing_bh1995.json").read_text("utf-8")
    )
    p, expected = vector["input"]["p"], vector["expected"]
    np.testing.assert_allclose(adjust_p(p, "holm"), expected["holm"], atol=1e-12)
    np.testing.assert_allclose(adjust_p(p, "bh"), expected["BH"], atol=1e-12)
    edge = vector["edge_case"]
    missing = np.array(edge["p"], dtype=float)
    for method, name in (("holm", "holm"), ("bh", "BH")):
        np.testing.assert_allclose(
            adjust_p(missing, method), np.array(edge[name], dtype=float), atol=1e-12
        )
    with pytest.raises(InputError, match="outside 0 to 1"):
        adjust_p([0.1, 1.2])


def small_table(**columns):
    random = np.random.default_rng(4)
    table = pd.DataFrame({"y": random.normal(size=18), "x": random.normal(size=18)})
    return table.assign(**columns)


@pytest.mark.parametrize("name", ["满意率", "share_MODE.M1", "占 比", "x'y", 'q"z', "PM2.5", "0"])
def test_any_name_of_a_column_can_be_asked_for(name):
    table = small_table(**{name: lambda t: t["x"]})
    named = pbgov.regress(table, f"y ~ Q({name!r})", permutations=9)
    plain = pbgov.regress(table, "y ~ x", permutations=9)
    assert list(named.terms["term"]) == ["Intercept", name]
    np.testing.assert_allclose(named.terms["std_error"], plain.terms["std_error"], rtol=1e-9)


def test_columns_named_by_numbers_are_found():
    table = small_table().rename(columns={"x": 0})
    assert list(pbgov.regress(table, "y ~ Q('0')", permutations=9).terms["term"])[1] == "0"


@pytest.mark.parametrize(
    ("formula", "columns", "message"),
    [
        ("y ~ 占 比", {}, "name with a dot or a blank"),
        ("y = x", {}, "one ~ between"),
        ("y ～ x", {}, "full-width sign ～"),
        (None, {}, "write a text"),
        ("y ~ when", {"when": pd.date_range("2020", periods=18)}, "make numbers or texts"),
        ("y ~ z", {"z": 1j}, "complex"),
        ("y ~ z", {"z": [[n] for n in range(18)]}, "list"),
        ("y ~ z", {"z": ["1", 2] * 9}, "holds texts and numbers"),
        ("y ~ z", {"z": [f"{n}.5" for n in range(18)]}, r"numbers written as text.*C\(z\)"),
        ("y ~ C(C)", {"C": ["a", "b"] * 9}, "a column is named 'C'"),
    ],
)
def test_a_table_that_cannot_be_meant_is_an_error(formula, columns, message):
    with pytest.raises(InputError, match=message):
        pbgov.regress(small_table(**columns), formula, permutations=9)


def test_codes_of_regions_may_still_name_groups_and_clusters():
    table = small_table(
        code=np.repeat(["110101", "110102"], 9), unit=[f"{n % 14}" for n in range(18)]
    )
    assert isinstance(pbgov.regress(table, "y ~ C(code)", permutations=9), pbgov.Estimate)
    assert pbgov.regress(table, "y ~ x", "unit", permutations=9).n_units == 14


def test_a_refused_intercept_has_its_reason_too():
    """Two rows at x = 0 and 16 at x = 10: the intercept rests on the two."""
    table = small_table(x=[0.0] * 2 + [10.0] * 16)
    estimate = pbgov.regress(table, "y ~ x", permutations=9)
    assert np.isnan(estimate.terms["p_value"][0])
    assert any(limit.startswith("截距的") for limit in estimate.limits)


def test_rows_are_counted_as_rows_and_units_as_units():
    assert pbgov.regress(small_table(), "y ~ x", permutations=9).size == "18 行"
    assert pbgov.regress(small_table(), "y ~ x", unit_name="区", permutations=9).size == "18 个区"
    panel = small_table(unit=[n % 14 for n in range(18)])
    assert pbgov.regress(panel, "y ~ x", "unit", permutations=9).size == "18 行（14 个组）"


def test_bounds_are_numbers_and_enclose_something():
    table = small_table(
        low=lambda t: t["y"], high=lambda t: t["y"] + 1, unit=[n % 14 for n in range(18)]
    )
    with pytest.raises(InputError, match="column 'low' holds text"):
        pbgov.regress_bounded(
            table.assign(low=table["low"].astype(str)), "low", "high", "x", "unit"
        )
    with pytest.raises(InputError, match="do not enclose"):
        pbgov.regress_bounded(table.assign(low=-np.inf, high=np.inf), "low", "high", "x", "unit")
    bounded = pbgov.regress_bounded(table, "low", "high", "x", "unit", permutations=9)
    assert any("“x”" in limit and "没有相应的置换检验" in limit for limit in bounded.limits)


@pytest.mark.parametrize(("stretch", "far"), [(1, 2020), (1, 1e8), (1e-8, 0), (1e8, 0)])
def test_interval_regression_keeps_its_digits_with_a_tiny_or_a_far_column(stretch, far):
    random = np.random.default_rng(3)
    table = pd.DataFrame({"unit": np.arange(96) % 16, "x": random.normal(size=96)})
    table["low"] = np.floor(table["x"] + random.normal(size=96))
    table["high"] = table["low"] + 1
    near = regress_bounded(table, "low", "high", "x", "unit").terms.loc[1]
    moved = table.assign(x=table["x"] * stretch + far)
    away = regress_bounded(moved, "low", "high", "x", "unit").terms.loc[1]
    ratios = away[["estimate", "std_error"]] * stretch / near[["estimate", "std_error"]]
    np.testing.assert_allclose(ratios.astype(float), 1, rtol=1e-6)
    assert away.p_value == pytest.approx(near.p_value, rel=1e-4)


def test_dummies_of_the_units_leave_nothing_to_permute_in_an_interval_regression():
    random = np.random.default_rng(3)
    table = pd.DataFrame({"unit": [f"u{i % 16}" for i in range(96)], "x": random.normal(size=96)})
    table["low"] = np.floor(2 * random.normal(size=96))
    table["high"] = table["low"] + 1
    ours = regress_bounded(table, "low", "high", "x + C(unit)", "unit")
    assert isinstance(ours, Estimate)
    assert ours.terms.n_permutations.eq(0).all()


@pytest.mark.parametrize("most", [0, -1, "3", 2.5, True])
def test_a_limit_of_regressors_is_a_whole_number(most):
    with pytest.raises(InputError, match="whole number above 0"):
        regress(small_table(), "y ~ x", allow_regressors=most)
    assert isinstance(regress(small_table(), "y ~ x", allow_regressors=np.int64(1)), Estimate)


def test_an_index_may_be_named_as_a_column_is():
    table = districts().set_index("region_code", drop=False)
    first = regress(table, "满意率 ~ 占比", permutations=9)
    again = regress(districts(), "满意率 ~ 占比", permutations=9)
    assert_frame_equal(first.terms, again.terms)
