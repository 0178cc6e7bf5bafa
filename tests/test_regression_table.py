"""Regressions side by side: every printed number against the estimate, stars against their rules."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import Correction
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.evaluation.remarks import Remark
from pbgov.exhibits.regression_table import table_regressions
from pbgov.exhibits.stars import LEAST_UNITS, stars_of


def estimate(coefficients: dict[str, dict[str, float]], n_units: int = 60, **told: Any) -> Estimate:
    """An estimate with hand-made numbers."""
    blank = {"df": 20.0, "statistic": 1.0, "conf_low": 0.0, "conf_high": 1.0}
    rest = {"p_value": 0.5, "p_permutation": math.nan, "n_permutations": 0, "minimum_detectable": 1}
    terms = pd.DataFrame(
        [{"term": term, **blank, **rest, **given} for term, given in coefficients.items()]
    )
    given = {
        "formula": "y ~ x",
        "outcome": "y",
        "n": n_units,
        "n_units": n_units,
        "unit_name": "区",
        "method": "普通最小二乘",
        "covariance": "HC2",
        "beside": pd.DataFrame(),
        "fit": {"r2": 0.25},
        "remarks": (Remark("size", "相关不等于因果。", "Association, not effect."),),
        "simulated": False,
        "inputs_digest": "0",
        "seed": 1,
        **told,
    }
    return Estimate(terms=terms, **given)


SHORT = estimate(
    {
        "Intercept": {"estimate": 10.0, "std_error": 1.5},
        "x": {"estimate": -0.5, "std_error": 0.25, "p_permutation": 0.04, "n_permutations": 999},
    },
    declared=True,
)
LONG = estimate(
    {
        "Intercept": {"estimate": 9.0, "std_error": 1.0},
        "x": {"estimate": -0.4, "std_error": 0.2, "p_permutation": 0.2, "n_permutations": 999},
        "z": {"estimate": 0.0123, "std_error": 0.0045},
    },
    declared=False,
    fit={"log_likelihood": -12.34},
)
REFUSED = NotEstimated("y ~ q", 7, "7 个区要估计 2 个系数", "7 units for 2 coefficients", False)


def table(**given: Any) -> list[list[str]]:
    shown = table_regressions(given, title="t", source="s")
    return [shown.header(), *shown.rows()]


def test_a_journal_table_by_hand() -> None:
    assert table(甲=SHORT, 乙=LONG, 丙=REFUSED) == [
        ["变量", "（1） 甲", "（2） 乙", "（3） 丙"],
        ["x", "−0.50", "−0.40", "—"],
        ["", "(0.25)", "(0.20)", "—"],
        ["", "[0.040]", "[0.200]", "—"],
        ["z", "", "0.0123", "—"],
        ["", "", "(0.0045)", "—"],
        ["截距", "10.00", "9.00", "—"],
        ["", "(1.50)", "(1.00)", "—"],
        ["N（区）", "60", "60", "7"],
        ["R²", "0.250", "—", "—"],
        ["对数似然", "—", "−12.3", "—"],
        ["标准误", "HC2", "HC2", "—"],
        ["方法", "普通最小二乘", "普通最小二乘", "—"],
        ["检验的来历", "事先声明", "探索性", "—"],
        ["结果", "已估计", "已估计", "没有估计"],
    ]


def test_rows_and_units_are_told_apart_where_rows_come_in_units() -> None:
    clustered = replace(SHORT, n=240, n_units=60)
    rows = {row[0]: row[1] for row in table(甲=clustered)[1:]}
    assert (rows["N（行）"], rows["N（区）"]) == ("240", "60")


def test_what_was_not_estimated_stands_with_its_reason() -> None:
    alone = table_regressions({"丙": REFUSED}, title="t", source="s")
    assert "（1）没有估计：7 个区要估计 2 个系数。" in alone.note
    assert ["结果", "没有估计"] in alone.rows()
    english = table_regressions({"c": REFUSED}, title="t", source="s", lang="en")
    assert "(1) not estimated: 7 units for 2 coefficients." in english.note


def test_each_limit_is_said_once_with_the_columns_it_is_said_of() -> None:
    common = Remark("size", "大家的界限，相关不等于因果。", "Of all.")
    own = Remark("influence", "只有“x”的界限。", "Of 'x' only.")
    shown = table_regressions(
        {"甲": replace(SHORT, remarks=(own, common)), "乙": replace(LONG, remarks=(common,))},
        title="t",
        source="s",
        labels={"x": "密度"},
    )
    assert shown.note.count(common.zh) == 1
    assert f"（1）：{common.zh}" not in shown.note
    assert shown.note.endswith("（1）：只有“密度”的界限。")


def test_many_levels_of_a_category_are_one_row_and_stay_in_the_data() -> None:
    levels = {f"C(月)[T.{n}]": {"estimate": float(n), "std_error": 1.0} for n in (1, 2, 3)}
    two = {"C(类)[T.乙]": {"estimate": 5.0, "std_error": 1.0}}
    with_months = estimate({"x": {"estimate": 1.0, "std_error": 0.5}, **levels, **two})
    shown = table_regressions({"甲": with_months, "乙": SHORT}, title="t", source="s")
    names = [row[0] for row in shown.rows()]
    assert ["C(月)", "有", "无"] in shown.rows()
    assert "C(类)[T.乙]" in names
    assert not any("C(月)[" in name for name in names)
    assert set(levels) <= set(shown.data["term"])
    assert "C(月)的各项系数未列出" in shown.note


def test_different_outcomes_and_long_methods_are_told() -> None:
    long_method = replace(LONG, outcome="满意率", method="区间回归（最大似然，按区聚类）")
    shown = table_regressions({"甲": SHORT, "乙": long_method}, title="t", source="s")
    assert shown.rows()[0] == ["结果变量", "y", "满意率"]
    assert ["方法", "a", "b"] in shown.rows()
    assert "方法：a 普通最小二乘；b 区间回归（最大似然，按区聚类）。" in shown.note


def test_a_correction_is_two_columns_naive_beside_corrected() -> None:
    correction = Correction(
        formula="y ~ x",
        coded=("x",),
        naive=SHORT,
        corrected=replace(SHORT, terms=SHORT.terms.assign(estimate=[9.0, -0.9])),
        gold_only=None,
        per_unit=None,
        differential=None,
        accuracy=pd.DataFrame(),
        shares=pd.DataFrame(),
        remarks=(),
    )
    shown = table_regressions({"模式": correction}, title="t", source="s")
    assert shown.header()[1:] == ["（1） 模式：机器编码当作无误", "（2） 模式：按人工样本校正"]
    assert shown.rows()[0] == ["x", "−0.50", "−0.90"]
    refused = replace(correction, corrected=REFUSED)
    assert "（2）没有估计" in table_regressions({"模式": refused}, title="t", source="s").note


def test_the_raw_numbers_are_all_there() -> None:
    data = table_regressions({"甲": SHORT, "丙": REFUSED}, title="t", source="s").data
    assert list(data["term"].dropna()) == ["Intercept", "x"]
    assert data["estimate"].iloc[1] == -0.5
    assert data["reason"].iloc[-1] == REFUSED.reason


def test_no_estimate_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(InputError, match="no estimate"):
        table_regressions({}, title="t", source="s")


# ---- stars ----------------------------------------------------------------------------------------


def power_of_correlation(r: float, n: int) -> float:
    """Power of the two-sided test at 5 % by Fisher's z, as a textbook has it."""
    shift = math.atanh(r) * math.sqrt(n - 3)
    return float(stats.norm.sf(1.96 - shift) + stats.norm.cdf(-1.96 - shift))


def overstated(r: float, n: int) -> float:
    """How many times too large |r| is on average where its Fisher z test comes out at 5 %."""
    centre, sd = math.atanh(r), 1 / math.sqrt(n - 3)
    critical = 1.96 * sd

    def weight(z: float) -> float:
        return float(stats.norm.pdf(z, centre, sd))

    above = integrate.quad(lambda z: math.tanh(z) * weight(z), critical, 5)[0]
    below = integrate.quad(lambda z: -math.tanh(z) * weight(z), -5, -critical)[0]
    share = integrate.quad(weight, critical, 5)[0] + integrate.quad(weight, -5, -critical)[0]
    return float((above + below) / share / r)


def test_the_floor_is_where_a_medium_association_is_found_as_often_as_not() -> None:
    assert (
        power_of_correlation(0.3, LEAST_UNITS - 2)
        < 0.5
        < power_of_correlation(0.3, LEAST_UNITS + 2)
    )
    assert overstated(0.3, LEAST_UNITS) == pytest.approx(4 / 3, abs=0.06)
    assert overstated(0.3, 16) == pytest.approx(2.0, abs=0.1)


STRONG = {"estimate": 1.0, "std_error": 0.1, "p_value": 0.0004, "p_permutation": 0.002}


def shown_stars(fit: Estimate | NotEstimated, **more: Any) -> tuple[str, str]:
    shown = table_regressions({"甲": fit, **more}, title="t", source="s", stars=True)
    cell = next(row[1] for row in shown.rows() if row[0] == "x")
    return cell.lstrip("−0123456789."), shown.note


def test_stars_are_off_unless_asked_for() -> None:
    strong = estimate({"x": STRONG})
    assert not any("*" in cell for row in table(甲=strong) for cell in row)


def test_stars_follow_the_larger_p_and_the_note_says_so() -> None:
    stars, note = shown_stars(estimate({"x": STRONG}))
    assert stars == "**"
    assert "取稳健标准误的 p 与置换 p 中较大的一个" in note
    assert shown_stars(estimate({"x": {**STRONG, "p_permutation": math.nan}}))[0] == "***"
    assert shown_stars(estimate({"x": {**STRONG, "p_value": 0.06}}))[0] == ""


def test_no_star_where_the_sandwich_gives_no_p_nor_for_an_intercept() -> None:
    assert shown_stars(estimate({"x": {**STRONG, "p_value": math.nan}}))[0] == ""
    assert stars_of({"term": "Intercept", "p_value": 0.0001, "p_permutation": None}) == ""


@pytest.mark.parametrize(("units", "allowed"), [(16, False), (42, False), (43, True), (340, True)])
def test_stars_are_refused_below_the_floor_with_the_reason(units: int, allowed: bool) -> None:
    stars, note = shown_stars(estimate({"x": STRONG}, n_units=units))
    assert bool(stars) == allowed
    assert (f"未标星号：只有 {units} 个区，少于 43 个。" in note) != allowed


def test_rows_are_not_units_and_one_small_column_refuses_all() -> None:
    streets = replace(estimate({"x": STRONG}, n_units=16), n=340)
    assert shown_stars(streets)[0] == ""
    assert shown_stars(estimate({"x": STRONG}), 乙=streets)[0] == ""


def test_simulated_data_get_no_stars() -> None:
    stars, note = shown_stars(estimate({"x": STRONG}, simulated=True))
    assert stars == ""
    assert "未标星号：数据是模拟的" in note


def test_a_fitted_regression_goes_through_and_its_numbers_are_numpys() -> None:
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"unit": [f"u{n}" for n in range(50)], "x": rng.normal(size=50)})
    data["y"] = 2 + 0.7 * data["x"] + rng.normal(size=50)
    slope = float(np.polyfit(data["x"], data["y"], 1)[0])
    shown = table_regressions(
        {"a": regress(data, "y ~ x", permutations=199)}, title="t", source="s", lang="en"
    )
    cell = next(row[1] for row in shown.rows() if row[0] == "x")
    assert float(cell.replace("−", "-")) == pytest.approx(slope, abs=0.006)
    assert "中" not in "".join(cell for row in shown.rows() for cell in row)


def test_many_columns_with_and_without_an_estimate_print_true_minus_and_no_p_of_zero() -> None:
    rng = np.random.default_rng(6)
    data = pd.DataFrame(rng.normal(size=(60, 6)), columns=[f"x{n}" for n in range(6)])
    data["y"] = -2 * data["x0"] + rng.normal(size=60)
    formulas = {f"m{n}": "y ~ " + " + ".join(f"x{k}" for k in range(n)) for n in range(1, 7)}
    formulas["both"] = "y ~ x0 * x1"
    fits = {name: regress(data, one, permutations=99, seed=1) for name, one in formulas.items()}
    fits["few"] = regress(data.head(5), "y ~ x0 + x1 + x2", permutations=99)
    made = table_regressions(fits, title="t", source="s")
    assert len(made.header()) == 9
    cells = [cell for row in made.rows() for cell in row]
    assert "[0.010]" in cells, "one in 99 + 1 is the least a permutation can claim"
    assert not [cell for cell in cells if re.fullmatch(r"\[0\.0+\]", cell)]
    told = " ".join([*cells, *made.notes()])
    assert not re.search(r"(?<![\w–])-\d", told), "an ASCII hyphen as a minus"
    assert "（8）没有估计" in told
