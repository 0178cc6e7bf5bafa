"""Design-based correction, prediction-powered inference and the check for differential error."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations.coding_error import coding_error
from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import NO_GOLD, Correction
from pbgov.evaluation.coding_error.differential import differential_error
from pbgov.evaluation.coding_error.regression import correct_coding_error
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.exhibits.coding_error import table_differential_error
from pbgov.inference.coding_error.calibration import columns_that_fit, cross_fitted
from pbgov.inference.coding_error.design_based import (
    design_based_equations,
    hand_coded_equations,
    naive_equations,
)
from pbgov.inference.coding_error.differential import (
    errors_between_groups,
    errors_with_outcome,
    thirds,
)
from pbgov.inference.coding_error.prediction_powered import prediction_powered
from pbgov.inference.coding_error.solving import cluster_cr1, hc0, jackknife, solve
from pbgov.inference.linear import dependent_columns
from pbgov.marks import as_simulated


def streets(seed=1, slope=0.0, shift=1.2, gold=100, n=340):
    """340 streets in 16 districts; the machine errs with the outcome where `shift` is not 0."""
    random = np.random.default_rng(seed)
    district = np.sort(random.integers(0, 16, n))
    true = (random.random(n) < 0.35).astype(float)
    error = random.normal(size=16)[district] * 0.3 + random.normal(size=n)
    outcome = 80 + 8 * (slope * true + error)
    lean = np.where(true == 1, 1, -1) * np.log(0.85 / 0.15) + shift * error
    machine = (random.random(n) < 1 / (1 + np.exp(-lean))).astype(float)
    drawn = random.choice(n, gold, replace=False)
    codes = np.full(n, np.nan)
    codes[drawn] = true[drawn]
    return pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in district],
            "年": random.choice(["2021", "2022", "2023"], n),
            "财力": random.normal(size=n),
            "满意率": outcome,
            "机器": machine,
            "人工": codes,
            "真": true,
            "概率": gold / n,
        }
    )


def corrected(table, formula="满意率 ~ 机器", **options):
    options = {"cluster": "region_code", "unit_name": "区", "permutations": 99} | options
    found = correct_coding_error(table, formula, "机器", "人工", "概率", **options)
    assert isinstance(found, Correction), str(found)
    return found


def arrays(table):
    rows = np.flatnonzero(table["人工"].notna())
    ones = np.ones(len(table))
    design = np.column_stack([ones, table["机器"], table["财力"]])
    hand = np.column_stack([ones, table["真"], table["财力"]])[rows]
    return design, table["满意率"].to_numpy(), rows, hand, table["概率"].to_numpy()[rows]


def equations_of(table, family="linear", outcome=None):
    design, y, rows, hand, chance = arrays(table)
    y = y if outcome is None else outcome
    return design_based_equations(design, y, rows, hand, y[rows], chance, family)


# ---- numbers from outside ----------------------------------------------------------------------


def dsl_data(shared):
    table = pd.read_csv(shared / "vectors/data/dsl_data_lm.csv")
    design = np.column_stack([np.ones(len(table)), table[[f"X{i}" for i in range(1, 6)]]])
    rows = np.flatnonzero(table["Y"].notna())
    return table, design, rows


def expected(shared, name):
    return json.loads((shared / f"vectors/{name}.json").read_text("utf-8"))["expected"]


def test_coded_outcome_matches_the_pseudo_outcome_of_r(shared):
    table, design, rows = dsl_data(shared)
    wanted = expected(shared, "v27_dsl_linear_outcome")["pseudo_outcome_hc0"]
    outcome = table["Y"].to_numpy()[rows]
    equations = design_based_equations(
        design, table["pred_Y"], rows, design[rows], outcome, np.full(len(rows), 0.049), "linear"
    )
    fit = solve(equations)
    np.testing.assert_allclose(fit.coefficients, list(wanted["coef"].values()), rtol=1e-8)
    np.testing.assert_allclose(
        np.sqrt(np.diag(hc0(fit))), list(wanted["se_hc0"].values()), rtol=1e-8
    )


def test_the_verb_is_near_the_r_package_on_a_coded_outcome(shared):
    table, _, _ = dsl_data(shared)
    wanted = expected(shared, "v27_dsl_linear_outcome")["package_default_grf_seed1234"]
    table = table.rename(columns={"Y": "gold", "pred_Y": "Y"})
    found = correct_coding_error(
        table, "Y ~ X1 + X2 + X3 + X4 + X5", "Y", "gold", 0.049, permutations=1
    )
    terms = found.corrected.terms
    assert np.abs(terms["estimate"] - list(wanted["coef"].values())).max() < 0.1  # se is about 0.06
    assert isinstance(found.gold_only, Estimate)


def test_prediction_powered_least_squares_matches_the_closed_form(shared):
    table, design, rows = dsl_data(shared)
    wanted = expected(shared, "v33_ppi_ols")["lambda1"]
    outcome = table["Y"].to_numpy()[rows]
    fully = prediction_powered(design, table["pred_Y"], rows, outcome, tuned=False)
    np.testing.assert_allclose(fully.coefficients, list(wanted["coef"].values()), rtol=1e-8)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fully.covariance)), list(wanted["se_hc0"].values()), rtol=1e-8
    )
    tuned = prediction_powered(design, table["pred_Y"], rows, outcome)
    assert (np.diag(tuned.covariance) <= np.diag(fully.covariance)).all()
    assert ((tuned.trust >= 0) & (tuned.trust <= 1)).all()
    by_row = prediction_powered(
        design, table["pred_Y"], rows, outcome, clusters=np.arange(len(design))
    )
    np.testing.assert_allclose(by_row.covariance, tuned.covariance * 5000 / 4999)


def pan_chen(shared):
    table = pd.read_csv(shared / "vectors/data/PanChen.csv")
    return table.rename(columns={"countyWrong": "gold", "pred_countyWrong": "countyWrong"})


PAN_CHEN = "SendOrNot ~ countyWrong + prefecWrong + connect2b + prevalence + regionj + groupIssue"


def test_coded_regressor_in_a_logit_is_near_the_r_package(shared):
    """R's dsl prints countyWrong -0.26 (0.22); the Python port dsl-kit -0.07 (METHODS)."""
    found = correct_coding_error(
        pan_chen(shared), PAN_CHEN, "countyWrong", "gold", 500 / 1412, family="logit"
    )
    row = found.corrected.terms.set_index("term").loc["countyWrong"]
    assert row["estimate"] == pytest.approx(-0.26, abs=0.03)
    assert row["std_error"] == pytest.approx(0.223, abs=0.01)
    naive = found.naive.terms.set_index("term").loc["countyWrong"]
    assert naive["estimate"] < -1.2  # the machine's errors go with the outcome
    assert found.differential.passed is False


def test_p_values_are_two_sided_where_r_prints_half(shared):
    found = correct_coding_error(
        pan_chen(shared), PAN_CHEN, "countyWrong", "gold", 500 / 1412, family="logit"
    )
    row = found.corrected.terms.set_index("term").loc["countyWrong"]
    from scipy import stats

    one_sided = stats.norm.sf(abs(row["estimate"] / row["std_error"]))
    assert row["p_value"] == pytest.approx(2 * one_sided, abs=0.002)


@pytest.mark.parametrize("family", ["linear", "logit"])
def test_naive_equations_are_the_regression_of_statsmodels(family):
    table = streets()
    design, y, *_ = arrays(table)
    y = y if family == "linear" else (y > 80).astype(float)
    fit = solve(naive_equations(design, y, family))
    binomial = sm.families.Binomial() if family == "logit" else sm.families.Gaussian()
    theirs = sm.GLM(y, design, family=binomial).fit(cov_type="HC0")
    np.testing.assert_allclose(fit.coefficients, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(hc0(fit))), theirs.bse, rtol=1e-6)


def test_gold_rows_alone_are_weighted_least_squares_of_statsmodels():
    table = streets()
    design, y, rows, hand, _ = arrays(table)
    chance = np.where(np.arange(len(rows)) % 2, 0.2, 0.5)
    fit = solve(hand_coded_equations(design, rows, hand, y[rows], chance, "linear"))
    theirs = sm.WLS(y[rows], hand, weights=1 / chance).fit()
    np.testing.assert_allclose(fit.coefficients, theirs.params, rtol=1e-9)


def test_all_rows_drawn_with_certainty_is_the_regression_on_the_truth():
    table = streets(gold=340)
    design, y, rows, hand, _ = arrays(table)
    fit = solve(
        design_based_equations(design, y, rows, hand, y[rows], np.ones(len(rows)), "linear")
    )
    truth = np.linalg.lstsq(hand, y[rows], rcond=None)[0]
    np.testing.assert_allclose(fit.coefficients, truth, rtol=1e-9)


@pytest.mark.parametrize("family", ["linear", "logit"])
def test_jackknife_is_what_solving_anew_without_each_district_gives(family):
    table = streets()
    y = (table["满意率"] > 80).to_numpy(dtype=float)
    equations = equations_of(table, family, y)
    fit = solve(equations)
    clusters = table["region_code"].to_numpy()
    each = []
    for name in np.unique(clusters):
        left = table[clusters != name].reset_index(drop=True)
        each.append(solve(equations_of(left, family, y[clusters != name])).coefficients)
    moves = np.array(each) - fit.coefficients
    wanted = 15 / 16 * moves.T @ moves
    np.testing.assert_allclose(jackknife(equations, fit, clusters), wanted, rtol=1e-6, atol=1e-12)


def test_jackknife_over_single_rows_is_near_the_sandwich_and_longer():
    table = streets()
    fit = solve(equations_of(table))
    by_row = np.sqrt(np.diag(jackknife(equations_of(table), fit)))
    sandwich = np.sqrt(np.diag(hc0(fit)))
    assert (by_row > sandwich).all()
    np.testing.assert_allclose(by_row, sandwich, rtol=0.2)


def test_district_dummies_give_the_within_estimate():
    """Dummies of the districts, taken out by hand: the Schur complement of the normal equations."""
    table = streets()
    design, y, rows, hand, chance = arrays(table)
    names = np.unique(table["region_code"])
    dummies = (table["region_code"].to_numpy()[:, None] == names).astype(float)
    machine = np.column_stack([dummies, design[:, 1]])
    by_hand = np.column_stack([dummies[rows], hand[:, 1]])
    equations = design_based_equations(machine, y, rows, by_hand, y[rows], chance, "linear")
    fit = solve(equations)
    weight = np.zeros(len(y))
    weight[rows] = 1 / chance
    true = table["真"].to_numpy()
    pseudo = design[:, 1] + weight * (true - design[:, 1])
    square = design[:, 1] ** 2 + weight * (true**2 - design[:, 1] ** 2)
    product = pseudo * y
    inside = sum(
        pseudo[d].sum() * np.array([pseudo[d].sum(), y[d].sum()]) / d.sum()
        for d in (table["region_code"].to_numpy() == name for name in names)
    )
    slope = (product.sum() - inside[1]) / (square.sum() - inside[0])
    assert fit.coefficients[-1] == pytest.approx(slope, rel=1e-9)
    spread = jackknife(equations, fit, table["region_code"].to_numpy())
    assert np.isfinite(spread[-1, -1])
    assert np.isnan(np.diag(spread)[:-1]).all()  # without a district its own dummy has no value


def test_two_way_effects_and_interactions_are_estimated():
    table = streets(slope=1.0)
    found = corrected(table, "满意率 ~ 机器 + C(region_code) + C(年)")
    row = found.corrected.terms.set_index("term").loc["机器"]
    assert row["conf_low"] < 8 < row["conf_high"]
    crossed = corrected(table, "满意率 ~ 机器 * 财力").corrected.terms.set_index("term")
    assert crossed.loc["机器:财力", "conf_low"] < 0 < crossed.loc["机器:财力", "conf_high"]


def test_two_coded_regressors_are_corrected_together():
    table = streets(slope=1.0, gold=170)
    random = np.random.default_rng(5)
    true = (random.random(340) < 0.5).astype(float)
    table["满意率"] += 16 * true
    table["机器二"] = np.where(random.random(340) < 0.8, true, 1 - true)
    table["人工二"] = np.where(table["人工"].notna(), true, np.nan)
    found = correct_coding_error(
        table,
        "满意率 ~ 机器 + 机器二",
        ["机器", "机器二"],
        {"机器": "人工", "机器二": "人工二"},
        0.5,
        cluster="region_code",
        permutations=99,
    )
    terms = found.corrected.terms.set_index("term")
    assert terms.loc["机器二", "conf_low"] < 16 < terms.loc["机器二", "conf_high"]
    assert found.naive.terms.set_index("term").loc["机器二", "conf_high"] < 16
    assert set(found.accuracy["coded"]) == {"机器", "机器二"}


# ---- it is a correction, and overwriting is not -------------------------------------------------


def test_corrected_is_unbiased_where_naive_and_overwritten_are_not():
    """True zero, error that goes with the outcome (METHODS fact 7 and 8)."""
    ours, naive, overwritten = [], [], []
    for seed in range(100):
        table = streets(seed)
        design, y, rows, hand, chance = arrays(table)
        ours.append(solve(design_based_equations(design, y, rows, hand, y[rows], chance, "linear")))
        naive.append(solve(naive_equations(design, y, "linear")))
        mixed = design.copy()
        mixed[rows] = hand
        overwritten.append(solve(naive_equations(mixed, y, "linear")))
    slopes = {
        name: np.array([fit.coefficients[1] for fit in fits])
        for name, fits in (("ours", ours), ("naive", naive), ("overwritten", overwritten))
    }
    error = slopes["ours"].std() / np.sqrt(100)
    assert abs(slopes["ours"].mean()) < 3 * error
    assert slopes["naive"].mean() > 3
    assert slopes["overwritten"].mean() > 2


def test_simulated_coverage_keeps_its_goals_at_a_small_scale():
    rows = coding_error(0.05)
    for row in rows:
        slack = 3.5 * max(row.standard_error, 0.15 / row.replications**0.5)
        assert row.low - slack <= row.value <= row.high + slack, row
    naive = [row.value for row in rows if "taken for right: differential" in row.check]
    assert min(naive) < 0.6


def test_misclassified_regressor_of_r_simex_is_corrected(shared):
    """The true code stands in the file: its regression is what a hand-coded sample must find."""
    table = pd.read_csv(shared / "vectors/data/misclass.csv")
    truth = np.polyfit(table["xtrue"], table["y"], 1)[0]
    covered = []
    for seed in range(20):
        drawn = np.random.default_rng(seed).choice(len(table), 300, replace=False)
        table["gold"] = table["xtrue"].where(table.index.isin(drawn))
        found = correct_coding_error(table, "y ~ x", "x", "gold", 300 / len(table), permutations=1)
        row = found.side_by_side.set_index("term").loc["x"]
        covered.append(row["corrected_low"] <= truth <= row["corrected_high"])
        assert abs(row["naive"]) < abs(truth)
    assert not row["naive_low"] <= truth <= row["naive_high"]
    assert np.mean(covered) >= 0.8


# ---- invariance -----------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_scale_shift_and_order_of_rows_change_nothing_but_the_units(seed, factor, shift):
    table = streets(3)
    plain = solve(equations_of(table))
    order = np.random.default_rng(seed).permutation(len(table))
    moved = table.iloc[order].reset_index(drop=True)
    moved["财力"] = factor * moved["财力"] + shift
    again = solve(equations_of(moved))
    np.testing.assert_allclose(again.coefficients[1], plain.coefficients[1], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        again.coefficients[2] * factor, plain.coefficients[2], rtol=1e-6, atol=1e-8
    )


def test_the_verb_does_not_depend_on_the_order_of_rows():
    table = streets(4)
    first = corrected(table)
    again = corrected(table.sample(frac=1, random_state=2))
    assert first.corrected.to_json() == again.corrected.to_json()
    pd.testing.assert_frame_equal(first.side_by_side, again.side_by_side)
    assert first.differential.p_value == again.differential.p_value


def test_calibration_never_sees_a_rows_own_hand_code():
    table = streets(6)
    _, _, rows, hand, chance = arrays(table)
    machine = table[["机器"]].to_numpy()
    before = cross_fitted(machine, rows, hand[:, 1], chance, seed=1)
    for place in (0, 17, 50):
        other = hand[:, 1].copy()
        other[place] = 1 - other[place]
        after = cross_fitted(machine, rows, other, chance, seed=1)
        assert after[rows[place]] == before[rows[place]]
        assert (after != before).any()
    assert columns_that_fit(30, 1) == 1
    assert columns_that_fit(20, 1) == 0


# ---- what is said, and what is refused -------------------------------------------------------------


def test_naive_and_corrected_stand_side_by_side_with_what_must_be_said():
    found = corrected(streets())
    table = found.side_by_side.set_index("term")
    assert table.loc["机器", "naive_p"] < 0.001
    assert table.loc["机器", "corrected_low"] < 0 < table.loc["机器", "corrected_high"]
    assert table.loc["机器", "ratio"] == pytest.approx(
        table.loc["机器", "corrected"] / table.loc["机器", "naive"]
    )
    said = [remark.zh for remark in found.corrected.remarks if remark.rule == "coding"]
    assert any("340 行里的 100 行" in sentence for sentence in said)
    assert any("召回率" in sentence and "精确率" in sentence for sentence in said)
    english = " ".join(found.corrected.limits_en)
    assert "100 of 340 rows" in english
    assert "precision" in english
    assert (found.corrected.n_units, found.corrected.terms["df"].iloc[1]) == (16, 15)
    recall = found.accuracy.set_index("measure").loc["sensitivity"]
    gold = streets().dropna(subset=["人工"])
    assert recall["value"] == pytest.approx(gold.loc[gold["人工"] == 1, "机器"].mean())
    assert "一、把机器编码当作无误" in str(found)
    assert "2. Corrected" in found.render("en")


def test_without_gold_the_naive_estimate_says_that_nothing_was_corrected():
    found = correct_coding_error(
        streets(), "满意率 ~ 机器", "机器", None, None, cluster="region_code", permutations=9
    )
    assert isinstance(found.corrected, NotEstimated)
    assert found.corrected.reason == NO_GOLD
    assert isinstance(found.gold_only, NotEstimated)
    assert f"{NO_GOLD}。" in found.naive.limits
    assert set(found.side_by_side["note"]) == {NO_GOLD}
    assert "no correction possible" in found.side_by_side["note_en"][0]
    assert found.differential is None


def reasons():
    table = streets(gold=100)
    few = streets(gold=20)
    constant = table.assign(人工=table["人工"] * 0)
    rare = table.copy()
    rare.loc[rare.index[rare["人工"] == 1][3:], "人工"] = 0.0
    part = table.copy()
    part.loc[part["人工"].notna() & (part.index > 200), "人工"] = np.nan
    return {
        "unknown probability": (table, None, "not drawn with known probabilities"),
        "few gold": (few, "概率", "only 20 rows are coded by hand"),
        "gold does not vary": (constant, "概率", "they do not vary"),
        "code is rare": (rare, "概率", "only 3 hand codes"),
        "coded in part": (part, "概率", "do not fit the sample"),
        "certain, yet not all drawn": (table, 1.0, "do not fit the sample"),
    }


@pytest.mark.parametrize("case", list(reasons()))
def test_what_a_gold_sample_cannot_carry_is_refused_beside_the_naive_estimate(case):
    table, probability, reason = reasons()[case]
    found = correct_coding_error(
        table, "满意率 ~ 机器", "机器", "人工", probability, cluster="region_code", permutations=9
    )
    assert isinstance(found.naive, Estimate)
    assert isinstance(found.corrected, NotEstimated)
    assert reason in found.corrected.reason_en
    assert found.side_by_side["corrected"].isna().all()


def test_what_even_a_naive_estimate_cannot_carry_is_not_estimated():
    table = streets()

    def made(changed, formula="满意率 ~ 机器"):
        return correct_coding_error(
            changed, formula, "机器", "人工", "概率", cluster="region_code", permutations=9
        )

    constant = made(table.assign(机器=1.0))
    assert isinstance(constant, NotEstimated)
    assert "does not vary" in constant.reason_en
    collinear = made(table.assign(两倍=2 * table["机器"]), "满意率 ~ 两倍 + 机器")
    assert isinstance(collinear, NotEstimated)
    assert "linear combination" in collinear.reason_en
    assert isinstance(made(table.assign(满意率=np.nan)), NotEstimated)
    two = made(table.assign(region_code=np.where(table.index < 170, "a", "b")))
    assert isinstance(two, NotEstimated) or two.corrected.terms["p_value"].isna().all()
    four = made(table.assign(region_code=[f"区{number % 4}" for number in table.index]))
    assert four.corrected.terms["df"].eq(3).all()
    assert four.corrected.terms[["p_value", "conf_low"]].isna().all(axis=None)
    assert four.corrected.beside[["p_value", "conf_low"]].isna().all(axis=None)


def test_a_separated_logit_is_refused_with_the_reason():
    table = streets()
    table["好"] = (table["财力"] > 0).astype(float)
    found = correct_coding_error(
        table, "好 ~ 机器 + 财力", "机器", "人工", "概率", family="logit", cluster="region_code"
    )
    assert isinstance(found, NotEstimated)
    assert "separation" in found.reason_en


def wrong_calls():
    table = streets()
    drawn = table["人工"].notna()
    text = table.assign(机器=table["机器"].astype(int).astype(str))
    infinite = table.assign(财力=table["财力"].where(table.index > 0, np.inf))
    nines = table.assign(人工=table["人工"].replace(1.0, 9.0))
    coded_infinite = table.assign(机器=table["机器"].where(table.index > 0, np.inf))
    return {
        "0": (table.assign(概率=0.0), {}, "is 0.0 in row"),
        "above 1": (table.assign(概率=1.2), {}, "is 1.2 in row"),
        "missing": (table.assign(概率=table["概率"].where(~drawn)), {}, "is nan in row"),
        "not a probability": (table, {"probability": "三成"}, "0 columns named '三成'"),
        "text codes": (text, {}, "codes are numbers"),
        "infinite code": (coded_infinite, {}, "infinite"),
        "no such column": (table, {"gold": "金"}, "0 columns named '金'"),
        "its own gold": (table, {"gold": "机器", "probability": 1.0}, "two columns"),
        "not in the formula": (table, {"formula": "满意率 ~ 财力"}, "does not use"),
        "as a factor": (table, {"formula": "满意率 ~ C(机器)"}, "use it as a number"),
        "rates": (table, {"family": "logit"}, "between 0 and 1"),
        "family": (table, {"family": "probit"}, "'linear' or 'logit'"),
        "column twice": (pd.concat([table, table[["机器"]]], axis=1), {}, "2 columns"),
        "infinite": (infinite, {}, None),
        "9 for what nobody could tell": (nines, {}, "holds 9 in row"),
        "seed": (table, {"seed": -1}, "seed one of 0 or more"),
    }


@pytest.mark.parametrize("case", list(wrong_calls()))
def test_bad_input_is_an_error_or_a_reason_never_a_number(case):
    table, options, message = wrong_calls()[case]
    options = {"formula": "满意率 ~ 机器 + 财力", "gold": "人工", "probability": "概率"} | options

    def call():
        return correct_coding_error(
            table, coded="机器", cluster="region_code", permutations=9, **options
        )

    if message is None:
        assert isinstance(call(), NotEstimated)
    else:
        with pytest.raises(InputError, match=message):
            call()


def test_gold_codes_of_some_columns_only_are_refused():
    table = streets().assign(机器二=1.0, 人工二=1.0)
    table.loc[::2, "机器二"] = 0.0
    with pytest.raises(InputError, match="some gold codes and not others"):
        correct_coding_error(
            table,
            "满意率 ~ 机器 + 机器二",
            ["机器", "机器二"],
            {"机器": "人工", "机器二": "人工二"},
            "概率",
        )


def test_missing_rows_are_counted_and_named():
    table = streets()
    table.loc[[3, 5], "财力"] = np.nan
    found = corrected(table, "满意率 ~ 机器 + 财力")
    assert found.corrected.n == 338
    assert any("2 rows left out" in sentence for sentence in found.corrected.limits_en)


def test_three_districts_that_differ_give_no_p_value():
    table = streets()
    table["试点"] = table["region_code"].isin(["110100", "110101", "110102"]).astype(float)
    found = corrected(table, "满意率 ~ 机器 + 试点")
    terms = found.corrected.terms.set_index("term")
    assert np.isnan(terms.loc["试点", ["p_value", "conf_low"]].astype(float)).all()
    assert np.isfinite(terms.loc["机器", "p_value"])


def test_gold_codes_of_one_district_only_give_no_interval():
    table = streets(gold=340)
    here = table["region_code"].isin(sorted(table["region_code"].unique())[:1])
    here |= table.index.isin(table.index[~here][:20])
    table["region_code"] = np.where(here, "一区", table["region_code"])
    table["人工"] = table["人工"].where(here)
    found = corrected(table.assign(概率=here.mean()))
    assert isinstance(found.corrected, NotEstimated)
    assert "without one of the units" in found.corrected.reason_en


@pytest.mark.parametrize(("where", "said"), [(3, "只来自 3 个区"), (4, "只来自 4 个区")])
def test_hand_codes_of_few_districts_give_no_interval(where, said):
    table = streets(gold=340)
    here = table["region_code"].isin(sorted(table["region_code"].unique())[:where])
    found = corrected(table.assign(人工=table["人工"].where(here), 概率=here.mean()))
    for estimate in (found.corrected, found.gold_only):
        assert estimate.terms[["p_value", "conf_low", "conf_high"]].isna().all(axis=None)
        assert estimate.terms["estimate"].notna().all()
    assert any(said in sentence for sentence in found.corrected.limits)
    assert any(f"from only {where} districts" in each for each in found.corrected.limits_en)
    assert any(f"from only {where} districts" in each for each in found.gold_only.limits_en)
    assert found.naive.terms["p_value"].notna().all()


def test_true_and_false_are_1_and_0_in_every_estimate():
    table = streets()
    found = corrected(table.assign(机器=table["机器"].astype(bool)))
    pd.testing.assert_frame_equal(found.side_by_side, corrected(table).side_by_side)


def test_a_regressor_far_from_zero_changes_nothing_but_the_intercept():
    table = streets()
    columns = ["estimate", "std_error", "p_value"]
    near = corrected(table, "满意率 ~ 机器 + 财力").corrected.terms.set_index("term")
    far = corrected(table.assign(财力=table["财力"] + 1e8), "满意率 ~ 机器 + 财力")
    far = far.corrected.terms.set_index("term")
    np.testing.assert_allclose(far.loc["机器", columns].astype(float),
                               near.loc["机器", columns].astype(float), rtol=1e-6)  # fmt: skip


def test_simulated_data_stay_marked():
    found = corrected(as_simulated(streets()))
    assert found.simulated
    assert found.corrected.simulated
    assert found.naive.simulated
    assert found.differential.simulated
    assert "模拟数据" in found.corrected.limits[0]


def test_array_functions_refuse_what_cannot_be_meant():
    design, y, rows, hand, chance = arrays(streets())
    with pytest.raises(InputError, match="different rows"):
        design_based_equations(design, y, np.zeros_like(rows), hand, y[rows], chance, "linear")
    with pytest.raises(InputError, match="not finite"):
        naive_equations(design, y * np.nan, "linear")
    with pytest.raises(InputError, match="linear combination"):
        solve(naive_equations(np.column_stack([design, design[:, 1]]), y, "linear"))
    none = np.empty(0, dtype=int)
    with pytest.raises(InputError, match="no row is coded"):
        design_based_equations(design, y, none, hand[none], y[none], np.empty(0), "linear")
    with pytest.raises(InputError, match="needs two or more"):
        cluster_cr1(solve(naive_equations(design, y, "linear")), np.zeros(len(y)))
    assert not dependent_columns(design)
    for odd in (rows + len(y), rows - len(y), np.zeros_like(rows), rows[1:]):
        with pytest.raises(InputError, match="different rows"):
            prediction_powered(design, y, odd, y[rows])


# ---- differential error ----------------------------------------------------------------------------


def test_differential_error_is_found_and_its_absence_is_not():
    found = [
        differential_error(
            streets(seed, shift=shift, gold=150), "机器", "人工", "概率", "满意率"
        ).passed
        for shift in (2.0, 0.0)
        for seed in range(12)
    ]
    assert sum(passed is False for passed in found[:12]) >= 10
    assert sum(passed is False for passed in found[12:]) <= 4


def test_size_of_the_check_at_small_gold_samples():
    """Random error, outcome of the district going with the share of the code: 60 gold stretches."""
    random = np.random.default_rng(20260101)
    rejected = {"outcome": 0, "between": 0, "rows": 0}
    draws = 200
    for seed in range(draws):
        share = random.beta(2.7, 6.3, 16)
        where = random.integers(0, 16, 60)
        hand = (random.random(60) < share[where]).astype(float)
        if not 0 < hand.sum() < 60:
            continue
        machine = np.where(random.random(60) < 0.85, hand, 1 - hand)
        chance = np.full(60, 0.1)
        outcome = (share + random.normal(size=16) * 0.02)[where]
        own = outcome + random.normal(size=60)
        made = {
            "outcome": errors_with_outcome(
                machine, hand, chance, outcome, where, seed=seed, draws=99
            ),
            "between": errors_between_groups(machine, hand, chance, where, seed=seed, draws=99),
            "rows": errors_with_outcome(machine, hand, chance, own, where, seed=seed, draws=99),
        }
        for name, test in made.items():
            rejected[name] += test.p_value <= 0.05
    for name, count in rejected.items():
        assert count / draws <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws), name


def test_check_by_hand_on_a_tiny_sample():
    """Eight rows, all orders within the two classes: wrong exactly where the outcome is highest."""
    hand = np.array([1, 1, 1, 1, 0, 0, 0, 0.0])
    machine = np.array([1, 1, 1, 0, 0, 0, 0, 1.0])
    outcome = np.array([1, 2, 3, 9, 1, 2, 3, 9.0])
    test = errors_with_outcome(machine, hand, np.ones(8), outcome, seed=1, draws=20_000)
    # the wrong one takes each of four ranks: the extreme ones in both classes tie (2/4)^2
    assert test.p_value == pytest.approx(0.25, abs=0.01)
    assert thirds(np.array([5.0, 1, 3])).tolist() == [2, 0, 1]
    assert thirds(np.array([1.0, 1, 1])).tolist() == [1, 1, 1]


def test_check_tells_thirds_districts_and_what_it_could_not_see():
    found = differential_error(
        streets(shift=0.0),
        "机器",
        "人工",
        "概率",
        "满意率",
        cluster="region_code",
        unit_name="区",
    )
    by = found.table.groupby("by").size()
    assert by["outcome"] == 3
    assert by["cluster"] <= 16
    assert found.table[found.table["by"] == "outcome"]["n_gold"].sum() == 100
    assert found.passed is True
    assert "查不出不等于没有" in found.limits()[-1]
    assert "80% power" in found.limits("en")[-1]
    assert 0 < found.table["detectable_sensitivity"].iloc[0] <= 1


def test_errors_of_a_coded_outcome_are_sought_along_the_regressors():
    table = streets()
    found = corrected(table, "机器 ~ 财力")
    groups = set(found.differential.table["by"])
    assert groups == {"regressors", "cluster"}
    assert "所推的结果高低" in found.differential.limits("zh")[0]
    assert "what the regressors say" in found.differential.limits("en")[0]
    shown = table_differential_error(found.differential, title="误差", source="模拟的表")
    assert shown.rows()[0][0] == "所推的结果"
    assert "随结果高低" in corrected(table).differential.limits("zh")[0]


def test_coded_variables_that_were_not_checked_are_named():
    table = streets()
    table["机器二"], table["人工二"] = 1 - table["机器"] * table["真"], table["人工"]
    found = correct_coding_error(
        table, "满意率 ~ 机器 + 机器二", ["机器", "机器二"], {"机器": "人工", "机器二": "人工二"},
        "概率", cluster="region_code", permutations=9,
    )  # fmt: skip
    assert "“机器二”的错误没有做这项检查" in found.differential.limits("zh")[-1]
    assert "'机器二' were not checked" in found.differential.limits("en")[-1]


def test_a_perfect_machine_gives_nothing_to_check():
    table = streets()
    table["机器"] = table["真"]
    found = differential_error(table, "机器", "人工", "概率", "满意率")
    assert found.passed is None
    assert np.isnan(found.p_value)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"人工": np.nan}, {}, "no gold code"),
        ({"机器": 0.5}, {}, "codes here are 0 and 1"),
        ({"概率": 0.0}, {}, "is 0.0 in row"),
        ({}, {"outcome": None}, "name an outcome or a cluster"),
        ({}, {"outcome": "年"}, "codes are numbers"),
        ({"区": [1, "a"] * 170}, {"cluster": "区"}, "texts and numbers"),
    ],
)
def test_bad_input_of_the_check(change, options, message):
    options = {"outcome": "满意率"} | options
    with pytest.raises(InputError, match=message):
        differential_error(streets().assign(**change), "机器", "人工", "概率", **options)
