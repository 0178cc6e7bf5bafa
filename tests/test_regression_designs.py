"""Weights, fixed effects and influence in a regression, held against other programs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.outcomes.ordered import ordered_logit
from pbgov.evaluation.outcomes.rates import fractional_logit
from pbgov.evaluation.regression import regress
from pbgov.indicators.panel import Panel
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import coefficient_tests, least_squares


@pytest.fixture(scope="module")
def grunfeld(root):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    vector = json.loads((root / "tests/vectors/v03_cluster_cr_grunfeld.json").read_text("utf-8"))
    return table, vector["expected"]


def streets(seed=5):
    """Forty streets of sixteen districts over six months."""
    random = np.random.default_rng(seed)
    street = np.repeat(np.arange(40), 6)
    table = pd.DataFrame(
        {
            "street": street,
            "district": street % 16,
            "month": np.tile(list("abcdef"), 40),
            "x": random.normal(size=240),
            "people": random.integers(20, 200, size=240),
        }
    )
    table["fixed"] = random.normal(size=40)[street]
    level = random.normal(size=40)[street] * 3
    table["y"] = 2 * table["x"] + level + random.normal(size=240)
    return table


def numbers(estimate):
    assert isinstance(estimate, Estimate), str(estimate)
    return estimate.terms.set_index("term")


# ---- fixed effects ------------------------------------------------------------------------------


def test_fixed_effects_give_the_cr2_of_the_vector(grunfeld):
    table, expected = grunfeld
    wanted = expected["firm_fixed_effects_CR2"]
    ours = numbers(regress(table, "inv ~ value + capital", fixed_effects="firm"))
    for name in ("value", "capital"):
        assert ours.estimate[name] == pytest.approx(wanted["coef"][name], rel=1e-6)
        assert ours.std_error[name] == pytest.approx(wanted["se"][name], rel=1e-6)
        assert ours.df[name] == pytest.approx(wanted["df"][name], rel=1e-6)
    assert list(ours.index) == ["value", "capital"]


def test_absorbed_effects_equal_dummies_with_effects_of_periods():
    table = streets()
    ours = regress(table, "y ~ x + C(month)", "district", fixed_effects="street", unit_name="区")
    dummies = pd.get_dummies(table[["street", "month"]].astype(str), drop_first=True, dtype=float)
    design = np.column_stack([np.ones(240), table["x"], dummies])
    fit = least_squares(design, table["y"].to_numpy())
    tests = coefficient_tests(fit.coefficients, *cr2(fit, table["district"].to_numpy()))
    row = numbers(ours).loc["x"]
    assert row.estimate == pytest.approx(tests.statistic[1] * tests.std_error[1], rel=1e-9)
    assert row.std_error == pytest.approx(tests.std_error[1], rel=1e-9)
    assert row.df == pytest.approx(tests.df[1], rel=1e-7)
    assert ours.fit["df_residual"] == 240 - 40 - 6
    theirs = sm.OLS(table["y"], design).fit()
    assert ours.fit["sigma"] == pytest.approx(np.sqrt(theirs.scale), rel=1e-9)
    assert ours.fit["r2"] < theirs.rsquared  # within units, not of the dummies
    assert (ours.n, ours.n_units) == (240, 16)
    assert any("自身的水平已经扣除" in sentence for sentence in ours.limits)


def test_what_does_not_vary_within_units_is_absorbed():
    result = regress(streets(), "y ~ x + fixed", "district", fixed_effects="street")
    assert isinstance(result, NotEstimated)
    assert "'fixed' does not vary within street" in result.reason_en
    still = streets().assign(y=lambda t: t["street"] * 1.0)
    result = regress(still, "y ~ x", "district", fixed_effects="street")
    assert isinstance(result, NotEstimated)
    assert "outcome does not vary within street" in result.reason_en
    twice = streets().assign(shifted=lambda t: t["x"] + t["fixed"])
    result = regress(twice, "y ~ x + shifted", "district", fixed_effects="street")
    assert isinstance(result, NotEstimated)
    assert "linear combination" in result.reason_en


def test_units_that_lie_in_two_clusters_are_refused():
    table = streets()
    table.loc[0, "district"] = 9
    with pytest.raises(InputError, match="street '0' lies in 2 clusters"):
        regress(table, "y ~ x", "district", fixed_effects="street")


# ---- weights ------------------------------------------------------------------------------------


def test_weighted_numbers_match_statsmodels():
    table = streets().groupby("street", as_index=False).first().iloc[:20]
    ours = regress(table, "y ~ x + fixed", weights="people")
    theirs = smf.wls("y ~ x + fixed", table, weights=table["people"]).fit(
        cov_type="HC3", use_t=True
    )
    hc2 = smf.wls("y ~ x + fixed", table, weights=table["people"]).fit(cov_type="HC2", use_t=True)
    np.testing.assert_allclose(ours.terms.estimate, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(ours.terms.std_error, hc2.bse, rtol=1e-9)
    np.testing.assert_allclose(ours.beside.std_error, theirs.bse, rtol=1e-9)
    assert ours.fit["r2"] == pytest.approx(theirs.rsquared, rel=1e-9)
    assert any("按“people”加权" in sentence for sentence in ours.limits)
    equal = regress(table.assign(people=7), "y ~ x + fixed", weights="people")
    plain = regress(table, "y ~ x + fixed")
    np.testing.assert_allclose(
        equal.terms.drop(columns="term"), plain.terms.drop(columns="term"), rtol=1e-9
    )


@pytest.mark.parametrize("wrong", [0, -1, np.inf, "5"])
def test_weights_are_positive_numbers(wrong):
    table = streets().astype({"people": object})
    table.loc[3, "people"] = wrong
    if wrong != "5":
        table["people"] = table["people"].astype(float)
    else:
        table["people"] = table["people"].astype(str)
    with pytest.raises(InputError, match="positive, finite numbers"):
        regress(table, "y ~ x", "district", weights="people")


def test_weighted_clusters_are_permuted_by_their_weighted_means():
    table = streets()
    table["district_x"] = np.random.default_rng(2).normal(size=16)[table["district"]]
    ours = regress(table, "y ~ district_x", "district", weights="people", permutations=1999)
    weighted = table.assign(weighted=table["y"] * table["people"]).groupby("district")
    means = pd.DataFrame(
        {
            "y": weighted["weighted"].sum() / weighted["people"].sum(),
            "district_x": weighted["district_x"].first(),
        }
    )
    plain = regress(means, "y ~ district_x", permutations=1999)
    p = numbers(ours).p_permutation["district_x"]
    assert p == pytest.approx(numbers(plain).p_permutation["district_x"], abs=0.03)


# ---- what one unit does -------------------------------------------------------------------------


def test_influence_is_what_refits_give():
    table = streets()
    ours = regress(table, "y ~ x + fixed", "district", unit_name="区", permutations=9)
    refits = {
        str(unit): regress(
            table[table["district"] != unit], "y ~ x + fixed", "district", permutations=9
        )
        for unit in range(16)
    }
    for name in ("x", "fixed"):
        values = pd.Series({unit: numbers(one).estimate[name] for unit, one in refits.items()})
        row = ours.influence.set_index("term").loc[name]
        assert row.low == pytest.approx(values.min(), rel=1e-9)
        assert row.high == pytest.approx(values.max(), rel=1e-9)
        assert row.unit_low == values.idxmin()
        assert row.unit_high == values.idxmax()
        moved = (values - numbers(ours).estimate[name]).abs()
        assert row.most_influential == moved.idxmax()
    assert any("影响最大的是" in sentence for sentence in ours.limits)


def test_one_district_that_is_the_finding_is_named():
    random = np.random.default_rng(8)
    table = pd.DataFrame({"x": random.normal(size=16), "name": [f"区{i}" for i in range(16)]})
    table["y"] = 0.1 * random.normal(size=16) - 0.3 * table["x"]
    table.loc[4, ["x", "y"]] = [8.0, 9.0]
    ours = regress(table, "y ~ x", labels="name", unit_name="区")
    row = ours.influence.iloc[0]
    assert row.most_influential == "区4"
    assert row.sign_changes
    assert any("其中有去掉后变号的；影响最大的是 区4" in sentence for sentence in ours.limits)


def test_overlapping_regressors_are_told_by_their_vif():
    random = np.random.default_rng(9)
    x = random.normal(size=24)
    table = pd.DataFrame({"x": x, "z": x + 0.2 * random.normal(size=24)})
    table["y"] = random.normal(size=24)
    ours = regress(table, "y ~ x + z")
    r2 = np.corrcoef(table["x"], table["z"])[0, 1] ** 2
    np.testing.assert_allclose(ours.influence.gvif, np.sqrt(1 / (1 - r2)), rtol=1e-9)
    assert any("GVIF" in sentence for sentence in ours.limits)


# ---- a unit in several rows ----------------------------------------------------------------------


def test_units_in_several_rows_are_not_taken_for_independent_rows():
    table = streets().rename(columns={"district": "region_code"})
    result = regress(table, "y ~ x")
    assert isinstance(result, NotEstimated)
    assert "cluster='region_code'" in result.reason_en
    assert isinstance(regress(table, "y ~ x", "region_code"), Estimate)
    assert isinstance(regress(table.drop(columns="region_code"), "y ~ x"), Estimate)


# ---- within units the first column is no intercept -----------------------------------------------


def test_few_treated_districts_are_refused_within_units_too():
    table = streets().assign(y=lambda t: t["y"] + t["x"])
    treated = table["district"].isin([0, 1])
    table["piloted"] = (treated & table["month"].isin(list("def"))).astype(int)
    ours = regress(table, "y ~ piloted", "district", fixed_effects="street", unit_name="区")
    row = numbers(ours).loc["piloted"]
    assert row[["p_value", "conf_low", "conf_high", "minimum_detectable"]].isna().all()
    said = "“piloted”的两组中较小的一组只有 2 个区，不给出稳健标准误的 p 值和区间。"
    assert said in ours.limits  # nothing is permuted, so no permutation test is pointed to
    assert not any("截距" in one for one in ours.limits)
    assert not any("permutation test alone" in one for one in ours.limits_en)


def test_levels_taken_out_count_as_coefficients():
    pairs = pd.DataFrame({"street": np.arange(20) // 2, "x": np.arange(20.0) ** 1.5})
    pairs["y"] = np.random.default_rng(1).normal(size=20)
    refused = regress(pairs, "y ~ x", fixed_effects="street")  # 20 - 10 - 1 = 9
    assert isinstance(refused, NotEstimated)
    assert refused.reason_en == "20 rows for 1 coefficient and the levels of 10 street; need 21"
    more = pd.concat([pairs, pairs.iloc[-1:].assign(x=3.0, y=0.5)])
    assert regress(more, "y ~ x", fixed_effects="street").fit["df_residual"] == 10


def test_rows_of_one_period_are_not_called_periods():
    ours = regress(streets().query("month == 'a'"), "y ~ x", fixed_effects="district")
    assert isinstance(ours, Estimate)
    assert "每个“district”自身的水平已经扣除，系数只比较同一个“district”之内的各行。" in ours.limits


# ---- what clusters are called --------------------------------------------------------------------


def test_whole_codes_stay_whole_where_one_is_missing():
    table = streets().assign(
        code=lambda t: t["district"] + 110101.0, z=lambda t: t["district"] ** 2
    )
    table.loc[:2, "code"] = np.nan
    ours = regress(table, "y ~ z", "code", unit_name="区")
    assert set(ours.influence.most_influential) < {str(110101 + i) for i in range(16)}


@pytest.mark.parametrize("cluster", [3, ["district"]])
def test_a_cluster_is_named_by_a_text(cluster):
    with pytest.raises(InputError, match="is no name of a column"):
        regress(streets(), "y ~ x", cluster)


def test_own_dummies_of_clusters_share_one_remark():
    ours = regress(streets(), "y ~ x + C(district)", "district", unit_name="区")
    few = [one for one in ours.limits if "较小的一组只有 1 个区" in one]
    assert len(few) == 1
    assert few[0].count("C(district)") == 15


def test_periods_of_a_panel_and_units_that_its_join_left_out_are_named():
    table = pd.DataFrame({"region_code": [f"1101{i:02d}" for i in range(16)]})
    table[["x", "y"]] = np.random.default_rng(4).normal(size=(16, 2))
    periods = {"x": "2020-11-01", "y": "2024", "z": "2023"}
    panel = Panel(table, "region_code", periods, ("110118",), ("110119",))
    ours = regress(panel, "y ~ x", unit_name="区")
    assert "指标的时期：“x”2020-11-01，“y”2024。" in ours.limits
    assert "合并得分与指标时有 2 个单位只在一边，不在其中（110118、110119）。" in ours.limits
    assert not any("只在一边" in one for one in regress(table, "y ~ x").limits)
    assert not table.attrs


@pytest.mark.parametrize("size", [1e-150, 1e-8, 1e8, 1e150])
def test_the_size_of_a_column_changes_no_test(size):
    random = np.random.default_rng(8)
    table = pd.DataFrame(random.normal(size=(16, 2)), columns=["x", "y"])
    ours, same = (
        numbers(regress(one, "y ~ x")).loc["x"] for one in (table.assign(x=table.x * size), table)
    )
    assert ours.estimate * size == pytest.approx(same.estimate, rel=1e-12)
    assert (ours.df, ours.p_value) == pytest.approx((same.df, same.p_value), rel=1e-12)


def test_overlap_is_told_whatever_the_outcome_is():
    random = np.random.default_rng(9)
    x = random.normal(size=40)
    table = pd.DataFrame({"x": x, "z": x + 0.5 * random.normal(size=40)})
    table["rate"] = 1 / (1 + np.exp(-random.normal(size=40)))
    table["answer"] = np.digitize(table["rate"], [0.35, 0.65]) + 1.0
    r2 = np.corrcoef(table["x"], table["z"])[0, 1] ** 2
    wanted = np.sqrt(1 / (1 - r2))
    for made in (
        fractional_logit(table, "rate ~ x + z", permutations=9),
        ordered_logit(table, "answer ~ x + z", permutations=9),
    ):
        rows = made.influence.set_index("term").loc[["x", "z"]]
        np.testing.assert_allclose(rows["gvif"], wanted, rtol=1e-9)
