"""What must be said beside a multiverse: the median and the shares first, then what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.limits import shown_p
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.doubts.curve import JudgedCurve
    from pbgov.evaluation.doubts.multiverse_result import MultiverseSummary


def remarks_on_multiverse(
    table: pd.DataFrame,
    summary: MultiverseSummary,
    judged: JudgedCurve,
    n_units: int,
    unit_name: str,
    seed: int,
    *,
    clustered: bool,
) -> list[Remark]:
    """The remarks of a `Multiverse`: curve, permutation, sample, what has no p value or no estimate."""
    said = [
        _on_curve(summary),
        _on_permutation(judged, summary, unit_name, seed, clustered=clustered),
        _on_size(table, n_units, unit_name),
        Remark(
            "multiverse",
            "曲线用偏相关系数，使单位不同的结果和计量可以排在一起；相关不等于因果。",
            "The curve is one of partial correlations, so that outcomes and measures with different"
            " units can be ordered; associations, not causes.",
        ),
    ]
    if summary.n_tested < summary.n_estimated:
        refused = summary.n_estimated - summary.n_tested
        said.append(
            Remark(
                "tests",
                f"{refused:,} 个设定的有效自由度不足 4，或两组中较小的一组不超过 3 个{unit_name}，"
                "不给出稳健标准误的 p 值和区间。",
                f"No sandwich p value or interval for {_number_en(refused)}: fewer than 4 degrees of"
                " freedom, or at most 3 units in the smaller group.",
            )
        )
    return said + _on_gaps(table)


def _number_en(n: int) -> str:
    return f"{n:,} specification{'' if n == 1 else 's'}"


def _on_curve(summary: MultiverseSummary) -> Remark:
    tested = summary.n_tested > 0
    zh = f"其中 p<0.05 的占 {summary.share_significant:.0%}" if tested else "没有一个给出 p 值"
    en = f"{summary.share_significant:.0%} have p < .05" if tested else "none has a p value"
    return Remark(
        "multiverse",
        f"{summary.n_estimated:,} 个设定的偏相关系数中位数为 {summary.median:.2f}"
        f"（{summary.low:.2f} 至 {summary.high:.2f}），{summary.share_same_sign:.0%} 与中位数同号，{zh}。",
        f"Across {_number_en(summary.n_estimated)} the median partial correlation is"
        f" {summary.median:.2f} ({summary.low:.2f} to {summary.high:.2f}),"
        f" {summary.share_same_sign:.0%} share its sign, {en}.",
    )


def _on_permutation(
    judged: JudgedCurve,
    summary: MultiverseSummary,
    unit_name: str,
    seed: int,
    *,
    clustered: bool,
) -> Remark:
    test = judged.test
    if test is None:
        return Remark(
            "multiverse",
            f"解释变量在{unit_name}内变化，无法在{unit_name}之间重排，整条曲线没有置换检验。",
            "The focal regressor varies within units, so units cannot exchange it: the curve has"
            " no permutation test.",
        )
    how = (
        f"穷举全部 {test.n_permutations:,} 种"
        if test.exact
        else f"抽取 {test.n_permutations:,} 种，种子 {seed}"
    )
    how_en = (
        f"all {test.n_permutations:,}"
        if test.exact
        else f"{test.n_permutations:,} draws, seed {seed}"
    )
    fast = fast_en = ""
    share, share_en = "无从比较", "cannot be compared"
    if np.isfinite(summary.p_significant):
        share_en = shown_p(summary.p_significant)
        share = f" {share_en}"
        if clustered:
            fast, fast_en = "（重排时用 CR1S 与 t(G−1) 快算）", " (permuted by CR1S and t(G-1))"
    return Remark(
        "multiverse",
        f"整条曲线的置换检验（{unit_name}之间重排解释变量，{how}）：中位数 {shown_p(test.p_median)}，"
        f"同号比例 {shown_p(test.p_same_sign)}，p<0.05 的比例{share}{fast}。",
        f"Permutation of the whole curve (units exchange the focal regressor, {how_en}): median"
        f" {shown_p(test.p_median)}, share of one sign {shown_p(test.p_same_sign)}, share with"
        f" p < .05 {share_en}{fast_en}.",
    )


def _on_size(table: pd.DataFrame, n_units: int, unit_name: str) -> Remark:
    used = table.loc[table["reason"].eq(""), "n_units"]
    low, high = int(used.min()), int(used.max())
    zh = counted(low, unit_name) if low == high else f"{low:,} 至 {counted(high, unit_name)}"
    en = counted_en(low, unit_name) if low == high else f"{low:,} to {counted_en(high, unit_name)}"
    return Remark(
        "size",
        f"各设定所用样本：{zh}（各表合计 {counted(n_units, unit_name)}）。",
        f"Specifications rest on {en} (of {n_units:,} in all tables).",
    )


def _on_gaps(table: pd.DataFrame) -> list[Remark]:
    missing = table.loc[table["reason"].ne(""), ["reason", "reason_en"]]
    if missing.empty:
        return []
    counts = missing.value_counts().sort_index().reset_index()
    zh = "；".join(f"{row.reason}（{row.count:,} 个）" for row in counts.itertuples())
    en = "; ".join(f"{row.reason_en} ({row.count:,})" for row in counts.itertuples())
    return [
        Remark(
            "gaps",
            f"{len(missing):,} 个设定没有估计，仍列在表中：{zh}。",
            f"Not estimated, but in the table: {_number_en(len(missing))}: {en}.",
        )
    ]
