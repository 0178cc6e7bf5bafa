"""What must be said beside a staggered adoption, in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.limits import LEVEL, sentences_on_simulation, shown_p
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.timing.adoption_gaps import (
    sentences_on_left_out,
    sentences_on_missing_cells,
)
from pbgov.evaluation.timing.adoption_tables import CALLAWAY_SANTANNA, paper_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pbgov.evaluation.timing.panels import AdoptionPanel
    from pbgov.inference.timing.group_time import GroupTime, PreTest
    from pbgov.inference.timing.imputation import Imputation
    from pbgov.inference.timing.randomisation import Dealt
    from pbgov.inference.timing.two_way import TwoWay

SMALL_COHORT = 5
UNITS_PER_RESTRICTION = 10
"""The Wald test of effects before adoption is told only with ten clusters or more for each of them:
with 16 districts and 11 effects it rejects nearly always."""
_APART = 1e-3
_NOTHING = 1e-10
_NAMES = {
    "simple": ("总体", "the overall effect"),
    "group": ("按队列平均", "the mean over cohorts"),
    "dynamic": ("按采用时长平均", "the mean over exposures"),
    "calendar": ("按时期平均", "the mean over periods"),
    "imputation": ("插补估计", "imputation"),
}
_WEAK = {
    "treated": (
        "采用的{unit}只有 3 个或更少",
        "three {units} or fewer are treated",
    ),
    "controls": (
        "作对照的{unit}只有 3 个或更少",
        "three {units} or fewer are compared with",
    ),
    "alone": (
        "有的队列只有一个{unit}，队列内部的离散程度无从知道",
        "a cohort has a single one of the {units}, so that its spread is unknown",
    ),
}


def adoption_remarks(
    panel: AdoptionPanel,
    effects: GroupTime,
    *,
    imputed: Imputation,
    dealt: Dealt,
    refused: TwoWay,
    tested: PreTest,
    overall: pd.DataFrame,
    refusals: Sequence[str],
    by_exposure: pd.DataFrame,
    covariates: Sequence[str],
    clustered: bool,
    control: str,
    base: str,
    unit_name: str,
    seed: int,
    simulated: bool,
) -> list[Remark]:
    """Every remark on one staggered adoption, in no particular order."""
    headline = overall.iloc[0]
    return [
        *sentences_on_simulation(simulated),
        *panel.remarks,
        _on_size(panel, clustered, unit_name),
        *_on_detectable(headline),
        _on_assumption(covariates, control),
        _on_two_way(refused, float(headline["estimate"]), panel, covariates),
        *_on_trends(by_exposure, tested, dealt, base, len(set(panel.clusters))),
        *_on_refusals(overall, refusals, unit_name),
        *_on_agreement(overall),
        *_on_errors(effects, panel, overall, unit_name),
        _on_dealings(dealt, unit_name, seed, covariates),
        *sentences_on_left_out(panel, imputed, unit_name),
        *sentences_on_missing_cells(effects, panel),
    ]


def _on_size(panel: AdoptionPanel, clustered: bool, unit_name: str) -> Remark:
    inside = np.isfinite(panel.adopted) & (panel.adopted > panel.periods[0])
    n, adopting, never = (
        len(np.unique(panel.clusters[rows]))
        for rows in (np.full(len(panel.units), True), inside, np.isinf(panel.adopted))
    )
    cohorts = len(np.unique(panel.adopted[inside]))
    within = f"，其中 {len(panel.units)} 个下级单位" if clustered else ""
    within_en = f" with {len(panel.units)} units in them" if clustered else ""
    return Remark(
        "size",
        f"样本量：{counted(n, unit_name)}{within} × {len(panel.periods)} 期；"
        f"{adopting} 个在 {cohorts} 个时点先后采用，{never} 个始终没有采用。",
        f"Sample: {counted_en(n, unit_name)}{within_en} over {len(panel.periods)} periods;"
        f" {adopting} adopt at {cohorts} {'dates' if cohorts > 1 else 'date'}, {never} never.",
    )


def _on_detectable(headline: pd.Series[float]) -> list[Remark]:
    least = float(headline["minimum_detectable"])
    if np.isnan(headline["estimate"]):
        return []  # the cells without an estimate are told with the gaps
    if np.isnan(least):
        return [
            Remark(
                "tests",
                "同一队列（或对照）的各单位变化完全相同，标准误为 0，没有可信的 p 值和区间，只看置换 p。",
                "Units of one cohort, or of the comparison, all change alike: the standard error is 0,"
                " and no p value or interval can rest on it; the permutation p alone is left.",
            )
        ]
    return [
        Remark(
            "detectable",
            f"总体效应要有八成把握在 5% 水平上查出，须达到 {least:.3g}（结果的单位）；查不出不等于没有。",
            f"The overall effect is found at the 5% level with 80% power only where it is {least:.3g}"
            " or more, in units of the outcome; missed is not absent.",
        )
    ]


def _on_assumption(covariates: Sequence[str], control: str) -> Remark:
    given, given_en = "", ""
    if covariates:
        given = f"协变量（{'、'.join(covariates)}）相同的"
        given_en = f" among units with the same {', '.join(covariates)}"
    against = "始终没有采用的" if control == "never" else "尚未采用的"
    against_en = "never adopt" if control == "never" else "have not adopted yet"
    return Remark(
        "design",
        f"平行趋势下的效应：假定若没有采用，{given}采用单位的结果会与{against}单位同步变化，"
        "采用前没有提前反应，单位之间互不影响。这些假定不能由数据证实；不成立时只是相关。",
        f"An effect under parallel trends: without adoption, adopters would have moved{given_en} as"
        f" units that {against_en}, nobody acts ahead of adoption, and units do not affect one"
        " another. Data cannot prove these; where they fail the numbers are associations.",
    )


def _on_two_way(
    refused: TwoWay, headline: float, panel: AdoptionPanel, covariates: Sequence[str]
) -> Remark:
    if np.isnan(headline):
        return Remark(
            "design",
            f"双向固定效应系数为 {refused.coefficient:.4g}，不作为结论：它不用协变量，"
            "也可能把已经采用的单位当作对照。",
            f"The two-way fixed effects coefficient, {refused.coefficient:.4g}, is no headline: it does"
            " without the covariates and may compare with units already treated.",
        )
    if np.isnan(refused.coefficient):
        return Remark(
            "design",
            "双向固定效应在这里没有定义。",
            "Two-way fixed effects are not defined here.",
        )
    apart, nothing = refused.coefficient - headline, _NOTHING * float(np.ptp(panel.outcome))
    if abs(apart) <= nothing:
        return Remark(
            "design",
            f"双向固定效应系数在这里与总体效应相同（{headline:.4g}）；时点一多、效应随时间变化时它就会偏，"
            "不作为结论。",
            "The two-way fixed effects coefficient equals the overall effect here"
            f" ({headline:.4g}); with several dates and effects that change with exposure it is biased,"
            " so that it is no headline.",
        )
    share, share_en = "", ""
    if abs(headline) > nothing:
        share = f"，即总体效应的 {apart / abs(headline):+.0%}"
        share_en = f", {apart / abs(headline):+.0%} of the overall effect"
    why = "它把已经采用的单位也当作对照，效应随时间变化时会偏"
    why_en = "it also compares with units already treated, and is biased where effects change with exposure"
    if refused.negative:
        why += f"，甚至变号（{refused.negative:.0%} 的采用后观测以负权重计入）"
        why_en += (
            f", even in sign ({refused.negative:.0%} of the treated observations count negatively)"
        )
    one_date = len(np.unique(panel.adopted)) == 2 and np.isinf(panel.adopted).any()
    if one_date and covariates:
        why = "它不用协变量，并以采用前各期的平均为基准；时点一多它还会偏"
        why_en = (
            "it does without the covariates and compares with the mean of all periods before; with"
            " several dates it is biased as well"
        )
    elif one_date:
        why = "只有一个采用时点，两者只差在以采用前各期的平均还是最后一期为基准；时点一多它就会偏"
        why_en = (
            "with a single date it differs only in comparing with the mean of all periods before"
            " rather than the last, but with several dates it is biased"
        )
    return Remark(
        "design",
        f"双向固定效应系数为 {refused.coefficient:.4g}，与总体效应 {headline:.4g} 相差 {apart:+.4g}"
        f"{share}，不作为结论：{why}。",
        f"The two-way fixed effects coefficient, {refused.coefficient:.4g}, lies {apart:+.4g} from the"
        f" overall effect of {headline:.4g}{share_en}, and is no headline: {why_en}.",
    )


def _on_trends(
    by_exposure: pd.DataFrame, tested: PreTest, dealt: Dealt, base: str, n_clusters: int
) -> list[Remark]:
    before = by_exposure[
        by_exposure["estimator"].eq(CALLAWAY_SANTANNA)
        & by_exposure["exposure"].lt(0)
        & by_exposure["p_permutation"].notna()
        & by_exposure["estimate"].notna()
    ]
    if before.empty:
        return [
            Remark(
                "design",
                "没有采用前的对比，平行趋势无从检视。",
                "There is no comparison before adoption; parallel trends cannot be looked at.",
            )
        ]
    largest = before.iloc[int(before["estimate"].abs().to_numpy().argmax())]
    least = before["minimum_detectable"].dropna()
    joint = f"联合置换检验 {shown_p(dealt.p_before)}"
    joint_en = f"joint permutation test {shown_p(dealt.p_before)}"
    if not np.isnan(tested.p_value) and n_clusters >= UNITS_PER_RESTRICTION * tested.df:
        joint += f"，Wald 检验 {shown_p(tested.p_value)}（χ²，{tested.df} 个）"
        joint_en += f", Wald test {shown_p(tested.p_value)} (chi-squared, {tested.df} of them)"
    seen, seen_en = "", ""
    if len(least):
        span = f"{least.min():.3g}–{least.max():.3g}" if len(least) > 1 else f"{least.max():.3g}"
        seen = f"；它们各自要到 {span} 才有八成把握查出，小于此的趋势差异看不见"
        seen_en = (
            f". Each is found with 80% power only from {span} on; smaller departures from parallel"
            " trends stay unseen"
        )
    against = "上一期" if base == "varying" else "采用前最后一期"
    against_en = "the period before" if base == "varying" else "the last period before adoption"
    return [
        Remark(
            "design",
            f"采用前的对比（与{against}比）共 {len(before)} 个，绝对值最大 {largest['estimate']:.3g}"
            f"（采用前第 {-largest['exposure']:g} 期，置换 {shown_p(largest['p_permutation'])}），{joint}"
            f"{seen}。",
            f"{len(before)} {'comparisons' if len(before) > 1 else 'comparison'} before adoption (with {against_en}): the largest is"
            f" {largest['estimate']:.3g} ({-largest['exposure']:g} before adoption, permutation"
            f" {shown_p(largest['p_permutation'])}); {joint_en}{seen_en}.",
        )
    ]


def _on_refusals(overall: pd.DataFrame, refusals: Sequence[str], unit_name: str) -> list[Remark]:
    remarks = []
    units = counted_en(2, unit_name)[2:]
    for why in sorted(set(refusals) - {""}):
        rows = [
            _NAMES[name]
            for name, one in zip(overall["estimator"], refusals, strict=True)
            if one == why
        ]
        zh, en = (text.format(unit=unit_name, units=units) for text in _WEAK[why])
        remarks.append(
            Remark(
                "tests",
                f"{'、'.join(name for name, _ in rows)}：{zh}，不给出标准误的 p 值和区间，只看置换 p。",
                f"{', '.join(name for _, name in rows)}: {en}, so no p value or interval from a standard"
                " error; the permutation p alone is left.",
            )
        )
    return remarks


def _on_agreement(overall: pd.DataFrame) -> list[Remark]:
    remarks = []
    for row in overall.to_dict("records"):
        both = float(row["p_value"]), float(row["p_permutation"])
        if not np.isnan(both).any() and (both[0] < LEVEL) != (both[1] < LEVEL):
            zh, en = _NAMES[row["estimator"]]
            remarks.append(
                Remark(
                    "tests",
                    f"{zh}：两种检验结论不一致（{shown_p(both[0])}，置换 {shown_p(both[1])}），不稳健。",
                    f"{en}: the two tests disagree ({shown_p(both[0])}, permutation"
                    f" {shown_p(both[1])}); not robust.",
                )
            )
    return remarks


def _on_errors(
    effects: GroupTime, panel: AdoptionPanel, overall: pd.DataFrame, unit_name: str
) -> list[Remark]:
    clusters = panel.clusters[effects.units]
    sizes = [len(np.unique(clusters[effects.adopted == one])) for one in np.unique(effects.adopted)]
    remarks = []
    if min(sizes) < SMALL_COHORT:
        remarks.append(
            Remark(
                "tests",
                f"最小的一组（队列或对照）只有 {counted(min(sizes), unit_name)}，而标准误靠大样本成立；"
                "16 个区、每队列 2–5 个区的模拟中，95% 区间覆盖真值的比例为 89%–96%。以置换 p 为主要依据。",
                f"The smallest cohort or comparison group has {counted_en(min(sizes), unit_name)}, while"
                " the standard errors rest on large samples: simulated with 16 districts in cohorts of"
                " 2 to 5, 95% intervals cover the truth in 89 to 96% of data sets. Go by the permutation"
                " p first.",
            )
        )
    paper = paper_error(effects, clusters)
    row = overall[overall["estimator"] == "group"].iloc[0]
    ours = float(row["std_error"])
    if not np.isnan(row["p_value"]) and abs(paper - ours) > _APART * ours:
        remarks.append(
            Remark(
                "tests",
                f"按队列平均：标准误一列（{ours:.4g}）按 R 包 did 2.1.2 的算法，以便对照，但它取错了队列"
                f"份额的误差；因此区间、p 和可查出值用论文公式的标准误（{paper:.4g}），不用这一列。",
                f"The mean over cohorts: the standard error shown ({ours:.4g}) is computed as R's did"
                " 2.1.2 does, for comparison, which takes the error of the cohorts' shares from the"
                " wrong cohorts; interval, p value and what is detectable rest on the paper's formula"
                f" ({paper:.4g}) instead.",
            )
        )
    return remarks


def _on_dealings(dealt: Dealt, unit_name: str, seed: int, covariates: Sequence[str]) -> Remark:
    n = dealt.n_dealings
    floor = 1 / n if dealt.exact else 1 / (n + 1)
    how = f"穷举全部 {n:,} 种" if dealt.exact else f"随机抽取 {n:,} 种，种子 {seed}"
    how_en = f"all {n:,}" if dealt.exact else f"{n:,} draws, seed {seed}"
    without = "；置换检验与插补估计都不用协变量" if covariates else ""
    without_en = "; it and imputation do without the covariates" if covariates else ""
    return Remark(
        "p_values",
        f"置换检验在{unit_name}之间重新分配采用时点（{how}，p 最小为 {floor:.2g}），"
        f"假定时点落在哪个{unit_name}都同样可能{without}。",
        f"The permutation test deals the dates of adoption anew among {counted_en(2, unit_name)[2:]}"
        f" ({how_en}, least p {floor:.2g}); it takes each to be as likely to get any date{without_en}.",
    )
