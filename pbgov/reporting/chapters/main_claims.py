"""The statements at the head of the report: what was found, real or simulated, and how sure.

How sure a statement is follows from facts about the data, by the rules written here; no statement
about an association among so few districts is ever graded above 中.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.recovery import CORRECTED, TRUE_LABELS
from pbgov.exhibits.numerals import (
    decimals_for,
    format_interval,
    format_number,
    format_p,
    format_percent,
)
from pbgov.reporting.report import Claim, Confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pbgov.reporting.composition import Findings

LEVEL = 0.05


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
    documents = found.need("read", "documents")
    practices = found.need("practices", "practices")
    counts = practices["status"].value_counts()
    kinds = "、".join(f"{status} {n} 条" for status, n in counts.items())
    return Claim(
        f"在 {len(documents)} 篇文档中查出 {len(practices)} 条做法（{kinds}）。",
        "真实",
        "中",
        "每条都能回到原文段落；但由规则查找，没有逐条人工核对，会有遗漏和误收。",
    )


def _on_regions(found: Findings) -> Claim:
    practices = found.need("practices", "practices")
    regions = found.need("practices", "regions")
    districts = regions.loc[regions["level"] == "district", "region_code"]
    placed = practices.loc[practices["region_code"].isin(districts), "region_code"]
    read = placed.nunique()
    return Claim(
        f"{len(practices)} 条做法中有 {len(placed)} 条能确定所在的区，分布在 {read} 个区"
        f"（含其他城市的区）；地区表里其余 {len(districts) - read} 个区没有读到任何做法。没有读到，不等于没有做。",
        "真实",
        "高",
        "按原文写明的地名或文档的元数据逐条登记，没有写明的不推测。",
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


def overall(agreement: pd.DataFrame) -> pd.DataFrame:
    """The row of each family as a whole."""
    return agreement[agreement["code_id"] == "*"]


def beats_guessing(row: pd.Series) -> bool:
    """True where both intervals of the accuracy lie above always guessing the majority."""
    low = min(float(row["wilson_low"]), float(row["boot_low"]))
    return low > float(row["majority_accuracy"])


def _on_family(row: pd.Series, found: Findings) -> Claim:
    name = found.family_names.get(str(row["family"]), str(row["family"]))
    interval = f"{format_percent(row['wilson_low'])}–{format_percent(row['wilson_high'])}"
    better = beats_guessing(row)
    verdict = "高于" if better else "不能说高于"
    return Claim(
        f"“{name}”：遮住标题后，规则编码与{found.coder_name(row['coder_a'])}的一致率为"
        f" {format_percent(row['accuracy'])}（95% 区间 {interval}，N = {int(row['n'])} 段），"
        f"{verdict}一律猜最多一类的 {format_percent(row['majority_accuracy'])}。",
        "真实",
        "低",
        f"只有 {int(row['n'])} 个段落；"
        + ("线索词拟定时已读过原文，这个数字很可能偏高；" if found.study.seen_text else "")
        + (
            "换一批没有见过的材料再检验之前，规则编码只作建议。" if better else "规则编码只作建议。"
        ),
    )


def _on_satisfaction(found: Findings) -> Claim | None:
    answers = satisfaction_answers(found)
    if not answers:
        return None
    refused = [answer for answer in answers.values() if isinstance(answer, NotEstimated)]
    if len(refused) == len(answers):
        return Claim(
            f"各区的做法与满意率有没有关系，手头的真实数据无法估计：{refused[0].reason}。",
            "真实",
            "高",
            found.study.satisfaction.remark
            if found.study.satisfaction is not None and found.study.satisfaction.remark
            else "这是对数据本身的判断：做法占比和满意率都有数字的区太少。",
        )
    estimates = {code: one for code, one in answers.items() if isinstance(one, Estimate)}
    return Claim(
        f"{len(answers)} 个编码中有 {len(estimates)} 个可以与满意率作回归，其中{_clear_of_zero(estimates)}"
        "（{tab-satisfaction}）。这是相关，不是因果。",
        "真实",
        "低",
        "区数少，占比带着没有校正的编码误差，满意率接近上限时差别本来就小。",
    )


def _clear_of_zero(estimates: dict[str, Estimate]) -> str:
    rows = [focal_row(one, share_term(code)) for code, one in estimates.items()]
    adjusted = adjust_p([float(row["p_permutation"]) for row in rows])
    clear = sum(
        bool(row["conf_low"] * row["conf_high"] > 0) and bool(p < LEVEL)
        for row, p in zip(rows, adjusted, strict=True)
    )
    return f"有 {clear} 个的 95% 区间不含零，而且按 Holm 法校正后的置换 p 小于 {LEVEL:g}"


def share_term(code: str) -> str:
    """Name of the term that is the share of a code, in an estimate from a panel."""
    return f"share_{code}"


def satisfaction_answers(found: Findings) -> dict[str, Estimate | NotEstimated]:
    """What came of regressing the real rate on each code of the declared family."""
    answers = {}
    for name in found.results["satisfaction"]:
        answer = found.estimate("satisfaction", name)
        if answer is not None:
            answers[name] = answer
    return answers


def _on_assessment(found: Findings) -> Claim | None:
    plan = found.study.assessment
    estimate = found.estimate("assess", "focal")
    others = [found.estimate("assess", name) for name in ("all", "grouped")]
    if plan is None or estimate is None:
        return None
    if isinstance(estimate, NotEstimated):
        return Claim(f"考核得分的回归没有作出：{estimate.reason}。", "真实", "高", "数据不够。")
    row = focal_row(estimate, plan.focal)
    places = decimals_for(row["std_error"])
    direction = "低" if row["estimate"] < 0 else "高"
    logged = any(one.name == plan.focal and one.transform == "log" for one in plan.covariates)
    step = f"{plan.focal}每高 1" + ("（数值约为 2.7 倍）" if logged else "")
    return Claim(
        f"在 {estimate.n_units} 个{estimate.unit_name}、{estimate.n} 个区·月里，{step}，"
        f"扣除月份差别后，月度考核得分（满分 1000 分）平均{direction}"
        f" {format_number(abs(row['estimate']), places)} 分"
        f"（系数的 95% 区间 {format_interval(row['conf_low'], row['conf_high'], places)}，"
        f"聚类 p {printed_p(row['p_value'])}，"
        f"置换 p {printed_p(row['p_permutation'], row['n_permutations'])}）。"
        "这是相关，不是因果，考核得分也不是满意率"
        + (f"；{groups}" if (groups := group_confounding(found)) else "")
        + "。",
        "真实",
        *grade(estimate, others, plan.focal),
    )


def printed_p(value: float, draws: float | None = None) -> str:
    """A p value with its sign: = 0.032, or < 0.001."""
    printed = format_p(value, draws)
    return printed if printed[:1] in "<>" else f"= {printed}"


def focal_row(estimate: Estimate, term: str) -> pd.Series:
    """The row of the declared term."""
    return estimate.terms[estimate.terms["term"] == term].iloc[0]


def grade(
    estimate: Estimate, others: Sequence[Estimate | NotEstimated | None], term: str
) -> tuple[Confidence, str]:
    """中 where both tests in every specification say the same and the sign holds, else 低."""
    rows = [focal_row(one, term) for one in (estimate, *others) if isinstance(one, Estimate)]
    below = {
        bool(row[p] < LEVEL)
        for row in rows
        for p in ("p_value", "p_permutation")
        if row[p] == row[p]
    }
    signs = {bool(row["estimate"] > 0) for row in rows}
    if len(below) == 1 and len(signs) == 1:
        said = "都小于 0.05" if below == {True} else "都不小于 0.05"
        return "中", (
            f"两种检验（聚类、置换）和 {len(rows)} 种设定的 p 值{said}，方向一致；"
            f"但只有 {estimate.n_units} 个{estimate.unit_name}，{_bounded(estimate)}。"
        )
    return "低", (
        "换一种检验、加一个协变量或考虑分组，结论就会变；"
        f"只有 {estimate.n_units} 个{estimate.unit_name}，{_bounded(estimate)}。"
    )


def _bounded(estimate: Estimate) -> str:
    return f"{estimate.n - int(estimate.fit['n_exact'])} 个得分只知上下界"


def group_confounding(found: Findings) -> str:
    """How much of the focal covariate differs only between peer groups, and what that does."""
    plan, data = found.study.assessment, found.table("assess", "data")
    estimate, grouped = found.estimate("assess", "focal"), found.estimate("assess", "grouped")
    if plan is None or data is None or not isinstance(estimate, Estimate):
        return ""
    districts = data.drop_duplicates("region_code")
    values = districts[plan.focal]
    means = values.groupby(districts["peer_group"]).transform("mean")
    share = ((means - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    said = (
        f"{plan.focal}的差别有 {format_percent(share, 0)} 在考核分组之间，各组的考核内容和分布不同，"
        "这个差别也可能只是分组的差别"
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
    claims = []
    for labels, rows in districts.groupby("labels", sort=False):
        covered = int(rows["covers_truth"].eq(True).sum())
        if labels == TRUE_LABELS:
            text = (
                f"用真实标签时，设定的 {len(rows)} 个模式效应有 {covered} 个落在估计的 95% 区间内"
            )
        else:
            given = int(rows["conf_low"].notna().sum())
            way = "按人工核对的样本校正以后" if labels == CORRECTED else f"改用{labels}编码时"
            text = f"{way}，{given} 个给出区间的估计中有 {covered} 个包含设定值"
            if given < len(rows):
                text += f"，另有 {len(rows) - given} 个自由度不足、不给区间"
        claims.append(f"{text}（{{fig-recovery}}）。")
    return [
        Claim(
            f"给 {int(districts['n_units'].max())} 个真实的区编造已知的模式效应和满意率，再走完"
            "“文本→编码→占比→回归”："
            + "".join(claims)
            + "编码误差会使系数偏离真值，方向不定：随机误判把它拉向零，漏判使占比变小、系数变大。",
            "模拟",
            "中",
            "真值是自己设定的，可以直接核对；但这只是"
            f"种子 {found.study.seed} 的一次抽取，换一个种子个别结果会变。"
            "它只检验分析链，不说明任何区的实际情况。",
        )
    ]
