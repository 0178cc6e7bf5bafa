"""Influence against R (car, stats), brute-force refits and statsmodels."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import patsy
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.doubts.detectable import minimum_detectable
from pbgov.evaluation.doubts.influence import LEAVE_ONE_OUT_COLUMNS, leave_one_out
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.exhibits.influence import (
    figure_leave_one_out,
    table_detectable,
    table_leave_one_out,
)
from pbgov.inference.influence import (
    influence,
    leave_one_out_coefficients,
    leave_one_out_prediction,
    outlier_test,
    variance_inflation,
)
from pbgov.inference.linear import least_squares
from pbgov.marks import is_simulated

NEAR = {"rtol": 1e-8, "atol": 1e-12}


@pytest.fixture(scope="module")
def duncan(root):
    return pd.read_csv(root / "tests/vectors/data/Duncan.csv")


@pytest.fixture(scope="module")
def expected(root):
    path = root / "tests/vectors/v09_influence_duncan.json"
    return json.loads(path.read_text("utf-8"))["expected"]


@pytest.fixture(scope="module")
def fit(duncan):
    design = np.column_stack([np.ones(len(duncan)), duncan.income, duncan.education])
    return least_squares(design, duncan.prestige.to_numpy())


def by_name(values, names):
    return np.array([values[name] for name in names])


def without(fit, rows):
    outcome = fit.design @ fit.coefficients + fit.residuals
    return np.linalg.lstsq(
        np.delete(fit.design, rows, axis=0), np.delete(outcome, rows), rcond=None
    )[0]


def test_each_measure_of_each_row_matches_r(fit, duncan, expected):
    found, names = influence(fit), duncan.occ
    np.testing.assert_allclose(found.leverage, by_name(expected["hat"], names), **NEAR)
    np.testing.assert_allclose(found.cooks_distance, by_name(expected["cooks"], names), **NEAR)
    np.testing.assert_allclose(found.studentised, by_name(expected["rstudent"], names), **NEAR)
    np.testing.assert_allclose(found.dffits, by_name(expected["dffits"], names), **NEAR)
    income = by_name(expected["dfbetas_income"], names)
    np.testing.assert_allclose(found.dfbetas[:, 1], income, **NEAR)
    top = np.argsort(found.cooks_distance)[::-1][:3]
    assert list(names.iloc[top]) == expected["top3_cooks"]


def test_the_outlier_test_matches_car(fit, duncan, expected):
    found = outlier_test(fit)
    published = expected["bonferroni_max_rstudent"]
    assert duncan.occ[found.row] == published["case"]
    np.testing.assert_allclose(
        [found.statistic, found.p_bonferroni], [published["t"], published["p_bonf"]], **NEAR
    )


def test_variance_inflation_matches_car_with_and_without_a_grouping(fit, duncan, expected):
    plain = variance_inflation(fit, ["Intercept", "income", "education"])
    assert {found.term: pytest.approx(found.gvif, rel=1e-8) for found in plain} == expected["vif"]
    design = patsy.dmatrix("income + education + type", duncan)
    info = design.design_info
    terms = [
        name for name in info.term_names for _ in range(*info.term_name_slices[name].indices(9))
    ]
    grouped = variance_inflation(least_squares(np.asarray(design), duncan.prestige), terms)
    by_term = {found.term: [found.gvif, found.df, found.per_df] for found in grouped}
    for term, row in zip(("income", "education", "type"), expected["gvif_with_type"], strict=True):
        np.testing.assert_allclose(by_term[term], row, **NEAR)


def test_prediction_of_unseen_rows_matches_r_and_the_mean_by_hand(fit, duncan, expected):
    found = leave_one_out_prediction(fit)
    np.testing.assert_allclose(
        [found.press, found.rmse], [expected["press"], expected["loo_rmse"]], **NEAR
    )
    y = duncan.prestige.to_numpy(dtype=float)
    by_hand = [y[i] - np.delete(y, i).mean() for i in range(len(y))]
    np.testing.assert_allclose(found.rmse_of_mean, np.sqrt(np.mean(np.square(by_hand))), **NEAR)


def test_coefficients_without_each_row_match_r_and_refits(fit, expected):
    found = leave_one_out_coefficients(fit)
    np.testing.assert_allclose(found.min(axis=0), list(expected["loo_coef_min"].values()), **NEAR)
    np.testing.assert_allclose(found.max(axis=0), list(expected["loo_coef_max"].values()), **NEAR)
    refits = np.array([without(fit, [i]) for i in range(fit.n)])
    np.testing.assert_allclose(found, refits, **NEAR)


def test_statsmodels_agrees_on_every_column(fit, duncan):
    import statsmodels.api as sm

    theirs = sm.OLS(duncan.prestige, fit.design).fit().get_influence()
    found = influence(fit)
    np.testing.assert_allclose(found.dfbetas, theirs.dfbetas, rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(found.dffits, theirs.dffits[0], rtol=1e-8, atol=1e-11)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), sizes=st.lists(st.integers(1, 6), min_size=5, max_size=9))
def test_clusters_are_left_out_as_if_refitted(seed, sizes):
    random = np.random.default_rng(seed)
    units = np.repeat([f"区{i}" for i in range(len(sizes))], sizes)
    units = units[random.permutation(len(units))]
    n = len(units)
    design = np.column_stack([np.ones(n), random.normal(50, 10, n), random.random(n)])
    if n - max(sizes) < 4:
        return
    made = least_squares(design, random.normal(0, 3, n))
    found = influence(made, units)
    prediction = leave_one_out_prediction(made, units)
    outcome = design @ made.coefficients + made.residuals
    spread = made.residuals @ made.residuals / (n - 3)
    for position, name in enumerate(np.unique(units)):
        rows = np.flatnonzero(units == name)
        refit = without(made, rows)
        np.testing.assert_allclose(found.coefficients[position], refit, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(
            prediction.errors[rows], outcome[rows] - design[rows] @ refit, rtol=1e-6, atol=1e-7
        )
        moved = design @ (made.coefficients - refit)
        np.testing.assert_allclose(
            found.cooks_distance[position], moved @ moved / (3 * spread), rtol=1e-6
        )


def test_order_of_rows_does_not_matter():
    random = np.random.default_rng(5)
    design = np.column_stack([np.ones(20), random.normal(size=20)])
    outcome, units = random.normal(size=20), np.repeat(np.arange(5), 4)
    order = random.permutation(20)
    first = influence(least_squares(design, outcome), units)
    second = influence(least_squares(design[order], outcome[order]), units[order])
    np.testing.assert_allclose(first.dfbetas, second.dfbetas, rtol=1e-9)


def test_a_row_that_alone_decides_a_coefficient_leaves_no_coefficients_without_it():
    random = np.random.default_rng(1)
    alone = np.zeros(12)
    alone[7] = 1
    design = np.column_stack([np.ones(12), random.normal(size=12), alone])
    found = influence(least_squares(design, random.normal(size=12)))
    assert np.isnan(found.coefficients[7]).all()
    assert np.isnan([found.cooks_distance[7], found.studentised[7], found.dffits[7]]).all()
    others = np.delete(found.coefficients, 7, axis=0)
    assert np.isfinite(others).all()


def test_a_row_that_almost_alone_decides_keeps_its_digits():
    random = np.random.default_rng(2)
    x = random.normal(size=30)
    x[4] = 1e7
    design = np.column_stack([np.ones(30), x])
    made = least_squares(design, random.normal(size=30))
    rows = np.delete(np.arange(30), 4)
    outcome = (made.design @ made.coefficients + made.residuals)[rows]
    refit = np.linalg.lstsq(design[rows], outcome, rcond=None)[0]
    np.testing.assert_allclose(leave_one_out_coefficients(made)[4], refit, rtol=1e-6)


def test_columns_far_from_zero_lose_no_measure():
    random = np.random.default_rng(0)
    near = random.normal(size=25)
    far, outcome = 1e6 + near / 1e3, random.normal(size=25) + near
    first = influence(least_squares(np.column_stack([np.ones(25), far]), outcome + 1e9))
    second = influence(least_squares(np.column_stack([np.ones(25), near]), outcome))
    np.testing.assert_allclose(first.studentised, second.studentised, rtol=1e-4)
    np.testing.assert_allclose(first.cooks_distance, second.cooks_distance, rtol=1e-4, atol=1e-8)


def test_a_perfect_fit_and_too_few_units():
    x = np.arange(6.0)
    made = least_squares(np.column_stack([np.ones(6), x]), 2 * x)
    found = influence(made)
    assert np.isnan(found.studentised).all()
    assert np.isnan(found.cooks_distance).all()
    np.testing.assert_allclose(found.coefficients[:, 1], 2)
    assert outlier_test(made) is None
    with pytest.raises(InputError, match="two or more"):
        influence(made, np.ones(6))
    with pytest.raises(InputError, match="name the term"):
        variance_inflation(made, ["Intercept"])


# ---- tables -----------------------------------------------------------------------------------


def districts(n=16, seed=1):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(n)],
            "name_zh": [f"第{i}区" for i in range(n)],
            "占比": random.uniform(0, 1, n),
            "密度": random.normal(size=n),
        }
    )
    table["满意率"] = 80 + 2 * table["密度"] + random.normal(size=n)
    return table


def test_one_district_that_is_the_finding_is_named(root):
    table = districts()
    table.loc[3, ["占比", "满意率"]] = [6.0, 120.0]
    result = leave_one_out(table, "满意率 ~ 占比", labels="name_zh", unit_name="区")
    assert isinstance(result, CheckResult), str(result)
    assert list(result.table.columns) == list(LEAVE_ONE_OUT_COLUMNS)
    assert len(result.table) == 16 * 2
    rows = result.table[result.table.term.eq("占比")].set_index("unit")
    top = rows.without_it.sub(rows.estimate).abs().idxmax()
    assert top == "第3区"
    theirs = smf.ols("满意率 ~ 占比", table.drop(index=3)).fit().params["占比"]
    assert rows.loc["第3区", "without_it"] == pytest.approx(theirs)
    assert rows.loc["第3区", "change"] == pytest.approx(theirs - rows.estimate.iloc[0])
    assert rows.cooks_distance.idxmax() == "第3区"
    for lang in ("zh", "en"):
        said = " ".join(result.limits(lang))
        assert "第3区" in said
        assert "Bonferroni" in said
    assert {remark.rule for remark in result.remarks} == {"size", "influence"}


def test_the_table_of_the_check_is_the_vector(root, duncan, expected):
    result = leave_one_out(
        duncan, "prestige ~ income + education", labels="occ", allow_regressors=2
    )
    rows = result.table[result.table.term.eq("income")].set_index("unit")
    assert rows.without_it.min() == pytest.approx(expected["loo_coef_min"]["income"], rel=1e-8)
    for name, column in (("dfbetas_income", "dfbetas"), ("cooks", "cooks_distance")):
        theirs = pd.Series(expected[name])
        np.testing.assert_allclose(rows[column].reindex(theirs.index), theirs, **NEAR)
    assert result.p_value == pytest.approx(0.142974078067407, rel=1e-8)
    assert any("minister" in sentence for sentence in result.limits())
    assert any("1.45" in sentence for sentence in result.limits())  # sqrt of the VIF 2.1049


def test_clusters_are_left_out_whole_and_named():
    random = np.random.default_rng(4)
    months = districts().loc[np.repeat(np.arange(16), 6)].reset_index(drop=True)
    months["满意率"] += random.normal(size=len(months))
    result = leave_one_out(months, "满意率 ~ 占比", "region_code", labels="name_zh", unit_name="区")
    assert result.n == 16
    rows = result.table[result.table.term.eq("占比")].set_index("unit")
    kept = months[months.name_zh != "第7区"]
    theirs = smf.ols("满意率 ~ 占比", kept).fit().params["占比"]
    assert rows.loc["第7区", "without_it"] == pytest.approx(theirs)
    assert rows.studentised.isna().all()
    assert np.isnan(result.p_value)
    shuffled = leave_one_out(
        months.sample(frac=1, random_state=1), "满意率 ~ 占比", "region_code", labels="name_zh"
    )
    pd.testing.assert_frame_equal(shuffled.table, result.table)


def test_a_useless_regressor_predicts_no_better_than_the_mean():
    random = np.random.default_rng(8)
    table = districts(n=20)
    table["满意率"] = random.normal(size=20)
    result = leave_one_out(table, "满意率 ~ 占比")
    assert any("预测不比平均数好" in sentence for sentence in result.limits())
    assert any("no better than" in sentence for sentence in result.limits("en"))
    table["满意率"] = 5 * table["占比"] + random.normal(size=20) / 10
    result = leave_one_out(table, "满意率 ~ 占比")
    assert any("预测比平均数好" in sentence for sentence in result.limits())


def test_units_whose_absence_leaves_nothing_are_named():
    table = districts()
    table["试点"] = [1.0] + [0.0] * 15
    result = leave_one_out(table, "满意率 ~ 试点", labels="name_zh")
    lost = result.table[result.table.without_it.isna()]
    assert set(lost.unit) == {"第0区"}
    assert not lost.sign_changes.any()
    assert any("第0区" in line and "定不下来" in line for line in result.limits())


def test_missing_rows_are_counted_and_simulated_data_stay_marked():
    table = districts(n=18)
    table.loc[2, "密度"] = np.nan
    table["status"] = "模拟"
    result = leave_one_out(table, "满意率 ~ 占比 + 密度")
    assert result.simulated
    assert is_simulated(result.table)
    assert {remark.rule for remark in result.remarks} == {"simulated", "size", "influence", "gaps"}
    assert result.n == 17


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"占比": 1.0}, "没有变化"),
        ({"满意率": 3.0}, "没有变化"),
        ({"占比": np.nan}, "0 行"),
        ({"占比": np.inf}, "没有有限的数值"),
    ],
)
def test_what_cannot_be_fitted_is_not(change, reason):
    result = leave_one_out(districts().assign(**change), "满意率 ~ 占比")
    assert isinstance(result, NotEstimated)
    assert reason in result.reason


def test_collinear_perfect_and_crowded_tables_are_refused_with_a_reason():
    table = districts().assign(再=lambda t: 2 * t["占比"], 正好=lambda t: 3 * t["占比"] + 1)
    assert "共线" in leave_one_out(table, "满意率 ~ 占比 + 再").reason
    assert "没有残差" in leave_one_out(table, "正好 ~ 占比").reason
    assert isinstance(leave_one_out(table.head(6), "满意率 ~ 占比"), NotEstimated)
    assert isinstance(
        leave_one_out(table.assign(组=["甲", "乙"] * 8), "满意率 ~ 占比 + C(组)", "组"),
        NotEstimated,
    )


def test_misuse_is_told_with_the_next_step():
    table = districts()
    twice = leave_one_out(pd.concat([table, table]), "满意率 ~ 占比")
    assert "cluster=" in twice.reason
    nameless = table.drop(columns="region_code").set_axis(["甲", *"乙" * 15])
    with pytest.raises(InputError, match="names 15 rows"):
        leave_one_out(nameless, "满意率 ~ 占比")
    doubled = pd.concat([table, table.assign(name_zh="甲")])
    with pytest.raises(InputError, match="one name"):
        leave_one_out(doubled, "满意率 ~ 占比", "region_code", labels="name_zh")
    with pytest.raises(InputError, match="numbers written as text"):
        leave_one_out(table.assign(占比=table["占比"].astype(str)), "满意率 ~ 占比")
    with pytest.raises(InputError, match="no outcome"):
        leave_one_out(table, "~ 占比")


# ---- exhibits ---------------------------------------------------------------------------------


def test_exhibits_show_every_district_and_carry_their_limits():
    table = districts()
    table["满意率"] += table["占比"]
    table.loc[5, ["占比", "满意率"]] = [0.5, 60.0]
    result = leave_one_out(table, "满意率 ~ 占比 + 密度", labels="name_zh", unit_name="区")
    estimate = regress(table, "满意率 ~ 占比 + 密度", permutations=99)
    for lang, word in (("zh", "Cook 距离"), ("en", "Cook's distance")):
        shown = table_leave_one_out(result, title="剔除", source="测试", lang=lang)
        assert word in shown.header()
        assert len(shown.rows()) == 32
        assert shown.rows()[0][0] == "第5区"  # the most influential first
        assert "第5区" in shown.notes()[0]
    drawn = figure_leave_one_out(
        result, "占比", title="剔除", source="测试", estimate=estimate, lang="zh"
    )
    axes = drawn.draw().axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == drawn.data.unit.tolist()
    assert drawn.data.without_it.is_monotonic_increasing
    assert "阴影" in drawn.notes()[0]
    with pytest.raises(InputError, match="no term"):
        figure_leave_one_out(result, "人口", title="剔除", source="测试")
    other = regress(table, "满意率 ~ 占比", permutations=99)
    with pytest.raises(InputError, match="same formula"):
        figure_leave_one_out(result, "占比", title="剔除", source="测试", estimate=other)


def test_exhibits_of_refusals_and_of_simulated_data():
    refused = leave_one_out(districts(n=5), "满意率 ~ 占比")
    shown = table_leave_one_out(refused, title="剔除", source="测试")
    assert refused.reason in shown.rows()[0]
    marked = leave_one_out(districts().assign(status="模拟"), "满意率 ~ 占比")
    assert table_leave_one_out(marked, title="剔除", source="测试").simulated
    assert figure_leave_one_out(marked, "占比", title="剔除", source="测试").simulated
    with pytest.raises(InputError, match="not a leave_one_out"):
        table_leave_one_out(minimum_detectable(16), title="x", source="测试")
    with pytest.raises(InputError, match="not a minimum_detectable"):
        table_detectable(marked, title="x", source="测试")


def test_of_many_units_the_most_influential_are_shown():
    result = leave_one_out(districts(n=99), "满意率 ~ 占比")
    drawn = figure_leave_one_out(result, "占比", title="剔除", source="测试")
    shown = [tick.get_text() for tick in drawn.draw().axes[0].get_yticklabels()]
    change = drawn.data.set_index("unit").change.abs()
    assert len(shown) == 40
    assert change[shown].min() >= change.drop(shown).max()
    assert "只列影响最大的 40 个" in drawn.notes()[0]
    table = table_leave_one_out(result, title="剔除", source="测试", lang="en")
    assert len(table.rows()) == 40
    assert len(table.data) == 2 * 99
    assert "40 most influential" in table.notes()[0]


def test_what_is_detectable_as_a_table():
    shown = table_detectable(minimum_detectable(16, tests=12), title="可检出", source="pwr")
    assert ["最小可检出的（偏）相关系数 |r|", "0.64", "0.77"] in shown.rows()
    english = table_detectable(minimum_detectable(16), title="x", source="pwr", lang="en")
    assert ["smallest detectable (partial) |r|", "0.64"] in english.rows()


def test_why_coefficients_are_not_determined_without_a_unit_is_true():
    random = np.random.default_rng(1)
    table = pd.DataFrame({"y": random.normal(size=18), "x": random.normal(size=18)})
    table["z"] = table.x + (table.index == 5)  # collinear without unit 5, though both vary
    result = leave_one_out(table, "y ~ x + z")
    (said,) = [one for one in result.remarks if "定不下来" in one.zh]
    assert "去掉 5，" in said.zh
    assert "共线" in said.zh
    assert "any one of" not in said.en


def test_a_figure_of_nothing_is_refused():
    table = pd.DataFrame({"y": np.ones(16), "x": np.arange(16.0)})
    with pytest.raises(InputError, match="nothing was estimated"):
        figure_leave_one_out(leave_one_out(table, "y ~ x"), "x", title="t", source="测试")


def test_one_row_is_called_one_row():
    table = pd.DataFrame({"y": np.random.default_rng(1).normal(size=16), "x": np.arange(16.0)})
    result = leave_one_out(table, "y ~ x")
    note = table_leave_one_out(result, title="t", source="测试").notes()[0]
    assert "剔除一行。" in note
    assert "一个行" not in note
