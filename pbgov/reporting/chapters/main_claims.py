"""The statements at the head of the report: what was found, real or simulated, and how sure.

How sure a statement is follows from facts about the data, by the rules of `pbgov.reporting.claims`;
no statement about an association among so few districts is ever graded above 中.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.recovery import CORRECTED, TRUE_LABELS
from pbgov.reporting.claims.grades import given_numbers
from pbgov.reporting.claims.grading import GRADE, agreement_of
from pbgov.reporting.prose import given, result
from pbgov.reporting.report import CONFIDENCES, Claim
from pbgov.reporting.results.coding import overall
from pbgov.reporting.results.estimates import LEVEL, focal_row
from pbgov.reporting.results.naming import name_of, stem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from pbgov.reporting.composition import Findings


def main_claims(found: Findings) -> list[Claim]:
    """The statements a reader in a hurry reads, in the order of the report."""
    claims = (
        _on_satisfaction(found),
        _on_assessment(found),
        *_on_recovery(found),
        _on_practices(found),
        _on_regions(found),
        *_on_coding(found),
    )
    return [claim for claim in claims if claim is not None]


def _on_practices(found: Findings) -> Claim:
    counts = found.need("practices", "practices")["status"].value_counts()
    kinds = "、".join(
        f"{given(str(status), 'evidence/practices.csv')} {result(name_of('practices.status', str(status)))} 条"
        for status in counts.index
    )
    stated = f"在 {result('documents.n')} 篇文档中查出 {result('practices.n')} 条做法"
    return graded(found, "practices", f"{stated}（{kinds}）。" if kinds else f"{stated}。")


def graded(found: Findings, of: str, text: str, more: str = "") -> Claim:
    """A claim with the grade that the ledger holds for what it is about, and the facts behind it."""
    grade = found.ledger[f"{of}.{GRADE}"]
    level = next(level for level in CONFIDENCES if level == grade.value)
    return Claim(
        text,
        "模拟" if grade.simulated else "真实",
        level,
        given_numbers(grade.meaning) + more,
    )


def _on_regions(found: Findings) -> Claim:
    return graded(
        found,
        "practices.districts",
        f"{result('practices.n')} 条做法中有 {result('practices.placed')} 条能确定所在的区，"
        f"分布在 {result('practices.districts')} 个区（含其他城市的区）；"
        f"地区表里其余 {result('practices.districts_unread')} 个区没有读到任何做法。没有读到，不等于没有做。",
    )


def _on_coding(found: Findings) -> list[Claim]:
    agreement = found.table("agree", "agreement")
    if agreement is None:
        return [
            Claim(
                "没有人工编码可供比较，规则编码的可信程度不明，各项占比只能当作线索。",
                "真实",
                "低",
                "一致性必须由人工编码来检验。",
            )
        ]
    return [_on_family(row, found) for _, row in overall(agreement).iterrows()]


def _on_family(row: pd.Series, found: Findings) -> Claim:
    name = given(found.family_names.get(str(row["family"]), str(row["family"])), "data/codebook")

    def number(part: str) -> str:
        return result(name_of("agreement", str(row["family"]), str(row["coder_a"]), part))

    better = agreement_of(dict(row)).beats_guessing
    verdict = "高于" if better else "不能说高于"
    return graded(
        found,
        stem_of("agreement", str(row["family"]), str(row["coder_a"])),
        f"“{name}”：遮住标题后，规则编码与{given(found.coder_name(row['coder_a']), 'data/codings')}的一致率为"
        f" {number('accuracy')}（95% 区间 {number('interval')}，N = {number('n')} 段），"
        f"{verdict}一律猜最多一类的 {number('majority')}。",
        "换一批没有见过的材料再检验之前，规则编码只作建议。" if better else "规则编码只作建议。",
    )


def _on_satisfaction(found: Findings) -> Claim | None:
    answers, plan = found.satisfaction_answers, found.study.satisfaction
    if not answers or plan is None:
        return None
    refused = [code for code, one in answers.items() if isinstance(one, NotEstimated)]
    if len(refused) == len(answers):
        reason = result(name_of("satisfaction", refused[0], "reason"))
        return graded(
            found,
            "satisfaction",
            f"各区的做法与满意率有没有关系，手头的真实数据无法估计：{reason}。",
            given(plan.remark, "study.toml [satisfaction] remark") if plan.remark else "",
        )
    return graded(
        found,
        "satisfaction",
        f"{result('satisfaction.n_codes')} 个编码中有 {result('satisfaction.n_estimated')} 个可以与满意率作回归，"
        f"其中有 {result('satisfaction.n_clear')} 个的 95% 区间不含零，而且按 Holm 法校正后的置换 p 小于"
        f" {given(f'{LEVEL:g}', '通行的检验水平')}（{{tab-satisfaction}}）。这是相关，不是因果。",
        "满意率接近上限时，差别本来就小。",
    )


def _on_assessment(found: Findings) -> Claim | None:
    plan = found.study.assessment
    estimate = found.estimate("assess", "focal")
    if plan is None or estimate is None:
        return None
    if isinstance(estimate, NotEstimated):
        reason = result("assess.focal.reason")
        return graded(found, "assess.focal", f"考核得分的回归没有作出：{reason}。")

    def number(part: str) -> str:
        return result(name_of("assess", "focal", plan.focal, part))

    row = focal_row(estimate, plan.focal)
    direction = "低" if row["estimate"] < 0 else "高"
    logged = any(one.name == plan.focal and one.transform == "log" for one in plan.covariates)
    step = f"{given(plan.focal, 'study.toml')}每高 1" + (
        f"（数值约为 {given('2.7', '自然对数的底')} 倍）" if logged else ""
    )
    groups = group_confounding(found)
    return graded(
        found,
        "assess.focal",
        f"在 {result('assess.focal.n_units')}、{result('assess.focal.n')} 个区·月里，{step}，"
        f"扣除月份差别后，月度考核得分（满分 {given('1000', '考核办法')} 分）平均{direction}"
        f" {number('size')} 分（系数的 95% 区间 {number('interval')}{_tests(row, number)}）。"
        "这是相关，不是因果，考核得分也不是满意率" + (f"；{groups}" if groups else "") + "。",
        f"{result('assess.focal.n_bounded')} 个得分只知上下界。",
    )


def _tests(row: pd.Series, number: Callable[[str], str]) -> str:
    """The p values that there are, each named."""
    named = (("p_value", "聚类 p"), ("p_permutation", "置换 p"))
    return "".join(f"，{name} {number(part)}" for part, name in named if row[part] == row[part])


def group_confounding(found: Findings) -> str:
    """How much of the focal covariate differs only between peer groups, and what that does."""
    plan = found.study.assessment
    estimate, grouped = found.estimate("assess", "focal"), found.estimate("assess", "grouped")
    if (
        plan is None
        or not isinstance(estimate, Estimate)
        or "assess.between_groups" not in found.ledger
    ):
        return ""
    said = (
        f"{result('assess.focal.n_units')}之间{given(plan.focal, 'study.toml')}的差别有 {result('assess.between_groups')} 在考核分组之间，"
        "各组的考核内容和分布不同，这个差别也可能只是分组的差别"
    )
    if isinstance(grouped, Estimate):
        pair = [focal_row(one, plan.focal)["estimate"] for one in (estimate, grouped)]
        kept = "系数变号" if pair[0] * pair[1] < 0 else "系数方向不变"
        said += f"（加入分组后{kept}，见{{tab-assessment-grouped}}）"
    return said


def _on_recovery(found: Findings) -> list[Claim]:
    recovery = found.table("simulate", "recovery")
    if recovery is None:
        return []
    districts = recovery[recovery["level"] == recovery["level"].iloc[0]]
    told = []
    for place, labels in enumerate(districts["labels"].unique()):
        at = ("truth", "coded", "corrected")[place] if place < 3 else str(place)

        def number(part: str, at: str = at) -> str:
            return result(f"simulate.{at}.{part}")

        if labels == TRUE_LABELS:
            text = (
                f"用真实标签时，设定的 {number('n_modes')} 个模式效应有 {number('n_covered')} 个"
                "落在估计的 95% 区间内"
            )
        else:
            way = (
                "按人工核对的样本校正以后"
                if labels == CORRECTED
                else f"改用{given(labels, 'data/codings')}编码时"
            )
            text = f"{way}，{number('n_given')} 个给出区间的估计中有 {number('n_covered')} 个包含设定值"
            if found.ledger[f"simulate.{at}.n_refused"].value:
                text += f"，另有 {number('n_refused')} 个自由度不足、不给区间"
        told.append(f"{text}（{{fig-recovery}}）。")
    return [
        graded(
            found,
            "simulate",
            f"给 {result('simulate.n_districts')} 个真实的区编造已知的模式效应和满意率，再走完"
            "“文本→编码→占比→回归”："
            + "".join(told)
            + "编码误差会使系数偏离真值，方向不定：随机误判把它拉向零，漏判使占比变小、系数变大。",
            f"这只是种子 {result('study.seed')} 的一次抽取，换一个种子个别结果会变。",
        )
    ]
