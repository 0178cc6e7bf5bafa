"""Mixed models against lme4 (R) and statsmodels; means of units against the within estimator."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.outcomes.group_remarks import sentences_on_variances
from pbgov.evaluation.outcomes.mixed import mixed_model, mundlak
from pbgov.evaluation.regression import regress
from pbgov.inference.clusters import cr2
from pbgov.inference.panels.components import fit_within
from pbgov.inference.panels.mixed import fit_mixed

NEAR = {"rtol": 1e-3}


@pytest.fixture(scope="module")
def sleep(root):
    return pd.read_csv(root / "tests/vectors/data/sleepstudy.csv")


@pytest.fixture(scope="module")
def expected(root):
    path = root / "tests/vectors/v07_mixed_sleepstudy.json"
    return json.loads(path.read_text("utf-8"))["expected"]


def by_name(values):
    return np.array(list(values.values()))


def streets(seed=1, spread=2.0, districts=16, each=12, effect=0.5):
    random = np.random.default_rng(seed)
    district = np.repeat(np.arange(districts), each)
    level = random.normal(0, 1, districts)
    table = pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in district],
            "月": [f"m{i:02d}" for i in np.tile(np.arange(each), districts)],
            "占比": random.normal(size=len(district)) + level[district],
            "试点": (district < districts // 2).astype(float),
        }
    )
    noise = random.normal(size=len(district)) + spread * level[district]
    table["满意"] = effect * table["占比"] + noise
    return table


def test_random_intercepts_and_slopes_match_lme4(sleep, expected):
    found = mixed_model(sleep, "Reaction ~ Days", "Subject", slopes=("Days",), unit_name="人")
    there = expected["reml"]
    np.testing.assert_allclose(found.terms.estimate, by_name(there["fixef"]), **NEAR)
    np.testing.assert_allclose(found.terms.std_error, by_name(there["se"]), **NEAR)
    # containment gives the 17 that Satterthwaite and Kenward-Roger give here
    np.testing.assert_allclose(found.terms.df, by_name(there["df_satterthwaite"]), **NEAR)
    np.testing.assert_allclose(
        [found.fit[name] for name in ("sd_between", "sd_slope Days", "sigma")],
        [there["sd_intercept"], there["sd_slope"], there["sigma"]],
        **NEAR,
    )
    assert -2 * found.fit["log_likelihood"] == pytest.approx(there["reml_criterion"], abs=1e-6)
    design = np.column_stack([np.ones(len(sleep)), sleep.Days])
    fit = fit_mixed(design, sleep.Reaction.to_numpy(), sleep.Subject.to_numpy(), (1,))
    spreads = np.sqrt(np.diag(fit.between))
    assert fit.between[0, 1] / spreads.prod() == pytest.approx(there["corr"], rel=3e-3)


def test_random_intercepts_match_lme4(sleep, expected):
    found = mixed_model(sleep, "Reaction ~ Days", "Subject")
    there = expected["random_intercept_reml"]
    np.testing.assert_allclose(found.terms.estimate, by_name(there["fixef"]), **NEAR)
    np.testing.assert_allclose(found.terms.std_error, by_name(there["se"]), **NEAR)
    assert found.fit["icc"] == pytest.approx(there["icc"], rel=1e-4)
    assert found.terms.df.tolist() == [17, 180 - 18 - 1]


def test_units_of_measurement_change_nothing_but_units():
    table = streets()
    plain = mixed_model(table, "满意 ~ 占比", "region_code", slopes=("占比",), permutations=9)
    scaled = table.assign(占比=table["占比"] * 1e4 + 5e6, 满意=table["满意"] * 1e-3)
    other = mixed_model(scaled, "满意 ~ 占比", "region_code", slopes=("占比",), permutations=9)
    assert other.terms.estimate[1] == pytest.approx(plain.terms.estimate[1] * 1e-7, rel=1e-4)
    assert other.terms.statistic[1] == pytest.approx(plain.terms.statistic[1], rel=1e-4)


def test_statsmodels_agrees_where_it_converges_and_often_does_not_at_the_boundary():
    from statsmodels.regression.mixed_linear_model import MixedLM

    lost = 0
    for seed in range(12):
        table = streets(seed, spread=2.0 if seed % 2 else 0.0)
        design = np.column_stack([np.ones(len(table)), table["占比"]])
        groups = np.unique(table["region_code"], return_inverse=True)[1]
        ours = fit_mixed(design, table["满意"].to_numpy(), groups)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = MixedLM(table["满意"].to_numpy(), design, groups).fit(reml=True)
        if not theirs.converged:
            lost += 1
            continue
        assert ours.log_likelihood >= theirs.llf - 1e-6
        np.testing.assert_allclose(
            ours.whitened.coefficients, theirs.fe_params, rtol=2e-3, atol=1e-3
        )
        if seed % 2 == 0:  # near a variance of 0 its search ends early, with less likelihood
            continue
        # its own standard errors mix in the variances' information (2 % off lme4's here):
        # ours are those of generalised least squares, written out with its variances
        of_groups = groups[:, None] == np.arange(16)
        rows = theirs.scale * np.eye(len(table)) + theirs.cov_re[0, 0] * of_groups @ of_groups.T
        there = np.linalg.inv(design.T @ np.linalg.solve(rows, design))
        np.testing.assert_allclose(ours.covariance, there, rtol=5e-3, atol=1e-5)
    assert lost > 0  # the reason why the search is our own


def test_no_variance_between_groups_is_told_and_gives_the_pooled_coefficients():
    table = streets(spread=0.0)
    flat = table["满意"] - table.groupby("region_code")["满意"].transform("mean")
    found = mixed_model(table.assign(满意=flat), "满意 ~ 占比", "region_code", permutations=9)
    assert isinstance(found, Estimate)
    assert found.fit["icc"] == pytest.approx(0, abs=1e-6)
    assert any("估计为 0" in sentence for sentence in found.limits)
    assert any("estimated as 0" in sentence for sentence in found.limits_en)
    pooled = regress(table.assign(满意=flat), "满意 ~ 占比", "region_code", permutations=9)
    np.testing.assert_allclose(found.terms.estimate, pooled.terms.estimate, rtol=1e-5, atol=1e-8)


def test_district_terms_have_the_districts_degrees_of_freedom():
    found = mixed_model(
        streets(), "满意 ~ 占比 + 试点", "region_code", unit_name="区", permutations=99
    )
    terms = found.terms.set_index("term")
    assert terms.loc["试点", "df"] == 16 - 2
    assert terms.loc["占比", "df"] == 192 - 16 - 1
    assert terms.loc["试点", "p_permutation"] > 0
    assert np.isnan(terms.loc["占比", "p_permutation"])
    assert found.size == "192 行（16 个区）"
    assert {"size", "detectable", "tests", "design", "p_values"} <= {r.rule for r in found.remarks}
    few = mixed_model(
        streets().assign(试点=lambda t: (t.region_code < "110103").astype(float)),
        "满意 ~ 试点",
        "region_code",
        permutations=99,
    )
    assert few.terms.p_value.isna()[1]  # three treated: the permutation test alone


def test_the_second_opinion_is_cr2_of_the_whitened_regression(sleep):
    found = mixed_model(sleep, "Reaction ~ Days", "Subject")
    # in a balanced design with one level per group, GLS is least squares and CR2 is the same
    design = np.column_stack([np.ones(len(sleep)), sleep.Days])
    fit = fit_mixed(design, sleep.Reaction.to_numpy(), sleep.Subject.to_numpy())
    covariance = cr2(fit.whitened, sleep.Subject.to_numpy())[0]
    np.testing.assert_allclose(found.beside.std_error, np.sqrt(np.diag(covariance)))
    pooled = regress(sleep, "Reaction ~ Days", "Subject", permutations=9)
    np.testing.assert_allclose(found.beside.std_error, pooled.terms.std_error, rtol=1e-6)
    np.testing.assert_allclose(found.beside.df, pooled.terms.df, rtol=1e-6)


def test_a_district_term_of_a_balanced_table_is_the_t_test_of_district_means():
    for seed in range(4):
        table = streets(seed)
        found = mixed_model(table, "满意 ~ 试点", "region_code", permutations=9)
        means = table.groupby("region_code")[["满意", "试点"]].mean()
        there = stats.ttest_ind(
            means.loc[means["试点"] == 1, "满意"], means.loc[means["试点"] == 0, "满意"]
        )
        assert found.terms.p_value[1] == pytest.approx(there.pvalue, rel=1e-3)


def test_the_group_that_moves_a_coefficient_most_is_named():
    table = streets(spread=0.0)
    table.loc[table.region_code == "110104", ["占比", "满意"]] *= [4.0, -8.0]
    found = mixed_model(table, "满意 ~ 占比", "region_code", unit_name="区", permutations=9)
    row = found.influence.set_index("term").loc["占比"]
    assert row.most_influential == "110104"
    rest = mixed_model(
        table[table.region_code != "110104"], "满意 ~ 占比", "region_code", permutations=9
    )
    assert row.without_it == pytest.approx(rest.terms.estimate[1], rel=0.2)
    assert any(remark.rule == "influence" for remark in found.remarks)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"占比": 1.0}, "没有变化"),
        ({"满意": 3.0}, "没有变化"),
        ({"占比": np.nan}, "0 行"),
        ({"占比": np.inf}, "没有有限的数值"),
        ({"region_code": ["甲", "乙", "丙"] * 64}, "至少需要 5 个"),
        ({"region_code": [f"r{i}" for i in range(192)]}, "只有一行"),
        ({"满意": lambda t: 2 * t["占比"]}, "没有残差"),
    ],
)
def test_what_cannot_be_fitted_is_not(change, reason):
    found = mixed_model(streets().assign(**change), "满意 ~ 占比", "region_code")
    assert isinstance(found, NotEstimated)
    assert reason in found.reason


def test_misuse_is_told():
    table = streets()
    with pytest.raises(InputError, match="is no term"):
        mixed_model(table, "满意 ~ 占比", "region_code", slopes=("试点",))
    with pytest.raises(InputError, match="write a tuple"):
        mixed_model(table, "满意 ~ 占比", "region_code", slopes="占比")
    with pytest.raises(InputError, match="no column"):
        mixed_model(table, "满意 ~ 占比", "区县")
    with pytest.raises(InputError, match="numbers written as text"):
        mundlak(table.assign(占比=table["占比"].astype(str)), "满意 ~ 占比", "region_code")
    with pytest.raises(InputError, match="no outcome"):
        mundlak(table, "~ 占比", "region_code")


# ---- means of units ---------------------------------------------------------------------------


@pytest.mark.parametrize("dropped", [(), (3, 50, 51, 120)])
def test_the_coefficient_within_units_is_that_of_fixed_effects(dropped):
    table = streets().drop(index=list(dropped))
    found = mundlak(table, "满意 ~ 占比 + 试点", "region_code", allow_regressors=3, permutations=9)
    assert isinstance(found, Estimate), str(found)
    own = fit_within(
        table[["占比"]].to_numpy(), table["满意"].to_numpy(), table["region_code"].to_numpy()
    )
    terms = found.terms.set_index("term")
    assert terms.loc["占比", "estimate"] == pytest.approx(own.coefficients[0], rel=1e-9)
    assert list(terms.index) == ["Intercept", "占比", "试点", "mean(占比)"]
    assert terms.loc["mean(占比)", "p_value"] < 0.001  # levels go with the share: 2.0 was planted
    assert found.formula == "满意 ~ 占比 + 试点"


def test_periods_have_no_means():
    table = streets().drop(index=[7])
    found = mundlak(
        table, "满意 ~ 占比 + C(月)", "region_code", allow_regressors=12, permutations=9
    )
    assert [name for name in found.terms.term if name.startswith("mean")] == ["mean(占比)"]


def test_gaps_marks_and_refusals_of_means():
    table = streets()
    table.loc[5, "占比"] = np.nan
    found = mundlak(table.assign(status="模拟"), "满意 ~ 占比", "region_code", permutations=9)
    assert found.simulated
    assert found.n == 191
    assert any("丢弃 1 行" in sentence for sentence in found.limits)
    fixed = mundlak(table, "满意 ~ 试点", "region_code")
    assert "没有解释变量在组内变化" in fixed.reason
    crowded = mundlak(table[table.region_code < "110111"], "满意 ~ 占比", "region_code")
    assert "fixed_effects" in crowded.reason
    assert crowded.formula == "满意 ~ 占比"


def test_what_is_said_of_a_variance_of_zero_is_true_with_and_without_slopes():
    random = np.random.default_rng(1)
    groups, x = np.repeat(np.arange(8), 10), random.normal(size=80)
    design = np.column_stack([np.ones(80), x])
    outcome = random.normal(size=8)[groups] + random.normal(size=80)
    sloped = replace(fit_mixed(design, outcome, groups, (1,)), at_boundary=True)
    said = sentences_on_variances(sloped, "区")[-1]
    assert "估计为 0" in said.zh
    assert "不分组" not in said.zh  # the levels differ all the same
    assert "without groups" not in said.en
    alike = np.tile(np.linspace(-1, 1, 10), 8) + 0.1 * random.normal(size=80)
    flat = fit_mixed(design, alike, groups)
    assert flat.at_boundary
    said = sentences_on_variances(flat, "区")[-1]
    assert "等同于不分组" in said.zh
    assert "without groups" in said.en


def test_rows_that_leave_nothing_within_groups_are_refused():
    random = np.random.default_rng(1)
    table = pd.DataFrame({"g": [*range(11), 10], "x": random.normal(size=12)})
    result = mixed_model(table.assign(y=random.normal(size=12)), "y ~ x", "g")
    assert isinstance(result, NotEstimated)
    assert "分不开" in result.reason


def test_a_bracket_in_a_name_makes_no_grouping_of_a_number():
    random = np.random.default_rng(2)
    table = pd.DataFrame(
        {"g": np.repeat(np.arange(16), 10), "占比[%]": random.normal(size=160)}
    ).assign(y=lambda t: t["占比[%]"] + random.normal(size=160))
    result = mundlak(table, "y ~ Q('占比[%]')", "g", permutations=99)
    plain = mundlak(table.rename(columns={"占比[%]": "x"}), "y ~ x", "g", permutations=99)
    np.testing.assert_allclose(result.terms.estimate, plain.terms.estimate)


@pytest.mark.parametrize("name", [None, "", ["region_code"], 3])
def test_groups_want_the_name_of_a_column(name):
    table = streets()
    for verb in (mixed_model, mundlak):
        with pytest.raises(InputError, match="name of a column"):
            verb(table, "y ~ 1", name)
