"""An estimate as it is printed: the twelve rules, both languages, and tables of other programs."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pbgov.evaluation.doubts.permutation import permutation_test
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.outcomes.ordered import ordered_logit
from pbgov.evaluation.outcomes.rates import fractional_logit
from pbgov.evaluation.regression import regress
from pbgov.evaluation.remarks import RULES, Remark, in_order
from pbgov.exhibits.estimates import table_estimate

HAN = re.compile(r"[\u4e00-\u9fff]")


def table(n=16, seed=4):
    random = np.random.default_rng(seed)
    made = pd.DataFrame({"share": random.uniform(size=n), "density": random.normal(size=n)})
    made["rate"] = 80 + 4 * made["share"] + random.normal(size=n)
    made["treated"] = (np.arange(n) < 3).astype(int)
    return made


@pytest.fixture(scope="module")
def estimate():
    made = regress(table(), "rate ~ share + density", unit_name="区", permutations=999)
    assert isinstance(made, Estimate)
    return made


def test_remarks_come_in_the_order_of_the_rules_and_once(estimate):
    order = [RULES.index(remark.rule) for remark in estimate.remarks]
    assert order == sorted(order)
    twice = estimate.with_remarks(estimate.remarks[-1], Remark("size", "甲。", "A."))
    assert len(twice.remarks) == len(estimate.remarks) + 1
    assert twice.remarks[1] == Remark("size", "甲。", "A.")
    with pytest.raises(ValueError, match="rule 'mood' is none of"):
        Remark("mood", "", "")
    assert in_order([]) == ()


def test_what_could_be_found_is_said_before_what_was(estimate):
    for lang, detectable in (("zh", "八成把握在 5% 水平上查出"), ("en", "with 80% power")):
        printed = estimate.render(lang)
        line = next(one for one in printed.split("\n") if one.strip().startswith("share"))
        head, numbers = printed.index(detectable), printed.index(line)
        assert head < numbers
        assert printed.index("16 个区" if lang == "zh" else "16 districts") < numbers
    assert "显著" in estimate.render("zh").split("估计 ")[0]  # exaggeration, before the table


def test_every_remark_is_printed_in_both_languages(estimate):
    for remark in estimate.remarks:
        assert remark.zh.endswith("。")
        assert remark.en.endswith(".")
        assert remark.zh in estimate.render("zh")
        assert remark.en in estimate.render("en")
    assert not HAN.search(estimate.render("en"))
    assert str(estimate) == estimate.render("zh")


def test_the_words_are_those_of_association(estimate):
    for word in ("导致", "促进", "提升", "有效", "影响了"):
        assert word not in estimate.render("zh").replace("有效自由度", "")
    assert not re.search(r"\b(cause|impact|effect of)\w*", estimate.render("en"))
    assert "相关不等于因果" in estimate.render("zh")
    assert "associations, not effects" in estimate.render("en")


def test_no_p_value_is_printed_as_zero():
    strong = table()
    strong["rate"] = strong["share"] + 1e-4 * strong["density"]
    made = regress(strong, "rate ~ share", unit_name="区", permutations=999)
    assert isinstance(made, Estimate)
    assert made.terms.p_value[1] < 1e-10
    for lang in ("zh", "en"):
        assert "0.000 " not in made.render(lang)
        assert "<0.001" in made.render(lang)
    assert "p 最小为 0.001" in made.render("zh")
    assert "least p 0.001" in made.render("en")


def test_three_treated_districts_print_a_dash_and_the_reason():
    made = regress(table(), "rate ~ treated", unit_name="区")
    line = next(
        line for line in made.render("en").split("\n") if line.strip().startswith("treated")
    )
    assert line.count("—") == 5  # interval, p, and what could be detected
    assert "only 3 districts" in made.render("en")
    assert "两组中较小的一组只有 3 个区" in made.render("zh")


def test_the_smallest_detectable_coefficient_is_found_in_four_of_five_samples():
    """Planted at the printed size, the default test finds it in about 80 of 100 samples."""
    random = np.random.default_rng(12)
    x = random.normal(size=16)
    design = pd.DataFrame({"x": x})
    sizes = [
        regress(
            design.assign(y=random.normal(size=16)), "y ~ x", permutations=9
        ).terms.minimum_detectable[1]
        for _ in range(30)
    ]
    planted = float(np.median(sizes))
    found = []
    for _ in range(150):
        made = regress(
            design.assign(y=planted * x + random.normal(size=16)), "y ~ x", permutations=9
        )
        found.append(made.terms.p_value[1] < 0.05)
    assert 0.68 < np.mean(found) < 0.92


def test_the_table_of_an_estimate_holds_the_same_remarks(estimate):
    english = table_estimate(estimate, title="t", source="s", lang="en")
    assert all(remark.en in english.notes()[0] for remark in estimate.remarks)
    assert not HAN.search("".join(english.notes()) + english.body.to_csv())
    assert list(english.body.columns)[1] == "Detectable (80%)"
    chinese = table_estimate(estimate, title="题", source="源")
    assert all(remark.zh in chinese.notes()[0] for remark in estimate.remarks)


def test_a_refusal_reads_in_both_languages():
    refused = regress(table(8), "rate ~ share")
    assert isinstance(refused, NotEstimated)
    assert refused.render("en").startswith("rate ~ share\nNot estimated (8 rows): ")
    assert "未估计（8 行）" in refused.render("zh")


def test_simulated_estimates_say_so_first():
    marked = table().rename(columns={"rate": "模拟满意率"})
    made = regress(marked, "模拟满意率 ~ share", permutations=9)
    assert made.render("en").startswith("[simulated]")
    assert made.remarks[0].rule == "simulated"
    assert made.__maketables_depvar__.startswith("模拟")


# ---- the plug-in attributes of maketables ---------------------------------------------------------


def test_other_programs_can_tabulate_an_estimate(estimate):
    coefficients = estimate.__maketables_coef_table__
    assert coefficients.index.name == "Coefficient"
    assert list(coefficients.index) == ["Intercept", "share", "density"]
    np.testing.assert_array_equal(coefficients["b"], estimate.terms["estimate"])
    np.testing.assert_array_equal(coefficients["se"], estimate.terms["std_error"])
    np.testing.assert_array_equal(coefficients["t"], estimate.terms["statistic"])
    np.testing.assert_array_equal(coefficients["p"], estimate.terms["p_value"])
    assert estimate.__maketables_depvar__ == "rate"
    assert estimate.__maketables_stat__("N") == 16
    assert estimate.__maketables_stat__("r2") == estimate.fit["r2"]
    assert estimate.__maketables_stat__("aic") is None  # AIC is not compared across programs
    assert "associations, not effects" in estimate.__maketables_stat__("limits")


def test_maketables_makes_a_table_of_it(estimate):
    maketables = pytest.importorskip("maketables")
    made = maketables.ETable([estimate]).make(type="tex")
    assert f"{estimate.terms.estimate[1]:.3f}" in made
    assert "HC2 + Bell" in made
    assert "N (districts)" in made


@pytest.mark.parametrize("formula", ["rate ~ 1", "rate ~ share", "rate ~ share + density"])
@pytest.mark.parametrize("cluster", [None, "area"])
def test_every_table_comes_back_from_json_as_it_was(formula, cluster):
    rows = pd.concat([table(), table(seed=5)]).assign(area=lambda t: [f"区{i}" for i in t.index])
    made = regress(rows if cluster else table(), formula, cluster, permutations=99)
    assert isinstance(made, Estimate)
    for one in (made, replace(made, simulated=True, declared=True)):
        again = Estimate.from_json(one.to_json())
        assert again.to_json() == one.to_json()
        for name in ("terms", "beside", "effects", "influence"):
            pd.testing.assert_frame_equal(getattr(again, name), getattr(one, name))


def test_overlap_is_told_beside_more_than_one_regressor(estimate):
    r2 = np.corrcoef(table()["share"], table()["density"])[0, 1] ** 2
    told = f"“share” {np.sqrt(1 / (1 - r2)):.1f}，“density” {np.sqrt(1 / (1 - r2)):.1f}。"
    assert any("GVIF" in one and one.endswith(told) for one in estimate.limits)
    alone = regress(table(), "rate ~ share", permutations=99)
    assert not any("GVIF" in one for one in alone.limits)


def test_one_row_is_not_called_rows():
    gap = table().assign(share=lambda t: t["share"].where(t.index != 3))
    made = regress(gap, "rate ~ share", permutations=99)
    assert any(one.startswith("1 row left out: share missing") for one in made.limits_en)
    none = regress(gap.assign(share=np.nan), "rate ~ share")
    assert none.reason == "只有 0 行的数据是完整的：share 有缺失"
    assert none.reason_en == "only 0 rows are complete: share missing"


def test_the_second_opinion_is_printed_with_its_p(estimate):
    second = estimate.beside.set_index("term").p_value["density"]
    (line,) = (
        one for one in estimate.render("en").split("\n") if one.strip().startswith("density")
    )
    assert f"{second:.3f}" in line
    assert "All p values are two-sided." in estimate.render("en")
    answers = table(60).assign(answer=lambda t: t["share"].mul(5).round().clip(1, 4))
    answers["other"] = np.random.default_rng(1).normal(size=60)
    printed = ordered_logit(answers, "answer ~ other", permutations=99).render("zh")
    assert "平均边际关联" in printed
    assert "最小二乘（百分点）" not in printed


def test_where_no_unit_was_left_out_it_is_said():
    many = table(101).assign(rate=lambda t: t["rate"] / 100)
    told = "101 行多于 100，没有逐一去掉重新估计。"
    assert told in fractional_logit(many, "rate ~ share", permutations=99).limits
    assert told not in fractional_logit(many[:100], "rate ~ share", permutations=99).limits


def test_whole_numbers_and_truths_with_gaps_come_back_from_json(estimate):
    beside = pd.DataFrame(
        {
            "term": ["a", None],
            "n": pd.array([1, None], dtype="Int64"),
            "seen": pd.array([None, True], dtype="boolean"),
            "far": [np.inf, np.nan],
        }
    )
    again = Estimate.from_json(replace(estimate, beside=beside).to_json())
    pd.testing.assert_frame_equal(again.beside, beside)


def test_the_number_of_treated_districts_is_said_first(estimate):
    treated = regress(table(), "rate ~ treated", unit_name="区", permutations=99)
    assert "取值为 1 和为 0 的区数：“treated”3 和 13。" in treated.limits
    printed = treated.render("en")
    told = "How many districts have a 1 and how many a 0: 'treated' 3 and 13."
    assert 0 < printed.index(told) < printed.index("permutation p")
    assert not any("取值为 1" in one for one in estimate.limits)
    rows = pd.concat([table().assign(period=p, area=lambda t: t.index) for p in ("a", "b")])
    months = regress(
        rows.assign(rate=lambda t: t["rate"] ** 2), "rate ~ C(period) + treated", "area"
    )
    assert "取值为 1 和为 0 的组数：“treated”3 和 13。" in months.limits  # not those of periods


def test_a_check_reads_in_both_languages():
    check = permutation_test(table(), "rate ~ treated", "treated", unit_name="区")
    assert check.render("zh") == str(check)
    first = check.render("en").split("\n")[0]
    assert re.fullmatch(
        r"permutation test: treated: statistic [\d.-]+, p=0\.\d{3}, informative only \(N = 16 districts\)",
        first,
    )
    assert not HAN.search(check.render("en"))
    assert replace(check, simulated=True).render("en").startswith("[simulated] permutation test")
