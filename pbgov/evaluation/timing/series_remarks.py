"""What must be said beside an interrupted series, in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.limits import LEAST_DF, LEVEL, shown_p
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.timing.series import SeriesTable

HIGH_CORRELATION = 0.6
"""From this correlation of neighbours on it is said that the tests are somewhat liberal."""
_CHANGES = {
    "level_change": ("水平变化", "the level change"),
    "slope_change": ("斜率变化", "the slope change"),
}


def series_remarks(
    read: SeriesTable,
    terms: pd.DataFrame,
    beside: pd.DataFrame,
    rho: float,
    comparison: str | None,
    date: str,
    lag: int,
    usual: bool,
) -> list[Remark]:
    """Every remark on one interrupted series, in no particular order."""
    n = len(read.time)
    changes = terms.set_index("term").loc[list(_CHANGES)]
    least = [float(one) for one in changes["minimum_detectable"]]
    return [
        Remark(
            "size",
            f"样本量：一个序列的 {n} 个时期，{date} 之前 {read.n_before} 个，之后 {n - read.n_before} 个。",
            f"Sample: {n} periods of one series, {read.n_before} before {date} and"
            f" {n - read.n_before} from then on.",
        ),
        Remark(
            "detectable",
            f"要有八成把握在 5% 水平上查出，水平变化须达到 {least[0]:.3g}，"
            f"每期斜率变化须达到 {least[1]:.3g}（结果的单位）。",
            f"With 80% power at the 5% level a level change is found from {least[0]:.3g} on, a change"
            f" of the slope per period from {least[1]:.3g} on, in units of the outcome.",
        ),
        _on_comparison(comparison),
        Remark(
            "design",
            "水平变化是两条线在该日期前一期的落差；该日期当期的变化为水平变化加斜率变化。"
            "日期须在看数据之前定下，挑出来的日期总能找到断点。",
            "The level change is the gap between the two lines in the last period before the date;"
            " the change in the period of the date is level plus slope change. The date must be"
            " fixed before the data are seen: a date that was searched for always shows a break.",
        ),
        *_on_agreement(changes, beside),
        _on_errors(rho, lag, usual),
        *_on_few_degrees(changes),
        Remark(
            "p_values",
            "只有一个序列，没有可以置换的单位，因此没有置换检验。",
            "There is one series and nothing to permute, so there is no permutation test.",
        ),
    ]


def _on_comparison(comparison: str | None) -> Remark:
    if comparison is None:
        return Remark(
            "design",
            "没有对照序列：无从区分这项政策与同一时间发生的其他事情，只能说断点与该日期同时出现。",
            "Without a comparison series nothing tells the break from other events of that time: it"
            " coincides with the date, no more can be said.",
        )
    return Remark(
        "design",
        f"平行趋势下的效应：解释的是结果与对照序列“{comparison}”之差，假定若没有这项政策，"
        "两者之差会沿原来的直线继续，且对照序列不受政策影响。这些假定不能由数据证实。",
        f"An effect under parallel trends: what is explained is the outcome less {comparison!r}. Without"
        " the policy this difference is taken to have gone on along its line, and the comparison"
        " series to be untouched by the policy. Data cannot prove either.",
    )


def _on_errors(rho: float, lag: int, usual: bool) -> Remark:
    found, found_en = "", ""
    if usual:  # the figure is of the customary lag
        found = "：24–48 期、相邻时期相关 0.4、没有变化的模拟序列中约有五分之一误报"
        found_en = (
            ": with no change it found one in about a fifth of simulated series of 24 to 48 periods"
            " whose neighbours correlate at 0.4"
        )
    high, high_en = "", ""
    if rho > HIGH_CORRELATION:
        high = "（相关高时仍偏松：相关 0.8–0.95、40–100 期、没有变化的模拟序列中误报 4%–10%）"
        high_en = (
            " (where it is high not wholly: of simulated series of 40 to 100 periods with correlations"
            " of 0.8 to 0.95 and no change 4 to 10 in 100 showed one)"
        )
    return Remark(
        "tests",
        f"相邻时期误差的相关估计为 {rho:.2f}，标准误和自由度已计入{high}；并列的 Newey–West（滞后 {lag} 期）"
        f"在短序列上过松{found}。",
        f"Errors of neighbouring periods correlate at {rho:.2f}, which the standard errors and"
        f" degrees of freedom allow for{high_en}; Newey-West (lag {lag}), beside it, is too liberal in short"
        f" series{found_en}.",
    )


def _on_agreement(changes: pd.DataFrame, beside: pd.DataFrame) -> list[Remark]:
    first, second = changes["p_value"], beside.set_index("term")["p_value"]
    remarks = []
    for term, (zh, en) in _CHANGES.items():
        ours, theirs = float(first[term]), float(second[term])
        if (ours < LEVEL) != (theirs < LEVEL):
            remarks.append(
                Remark(
                    "tests",
                    f"{zh}：两种标准误结论不一致（AR(1) {shown_p(ours)}，Newey–West {shown_p(theirs)}），不稳健。",
                    f"{en}: the two kinds of standard errors disagree (AR(1) {shown_p(ours)}, Newey-West"
                    f" {shown_p(theirs)}); not robust.",
                )
            )
    return remarks


def _on_few_degrees(changes: pd.DataFrame) -> list[Remark]:
    weak = [term for term in _CHANGES if float(changes["df"][term]) < LEAST_DF]
    if not weak:
        return []
    names = "、".join(_CHANGES[term][0] for term in weak)
    names_en = " and ".join(_CHANGES[term][1] for term in weak)
    return [
        Remark(
            "tests",
            f"{names}的自由度不足 {LEAST_DF:g}：序列太短，相邻时期的相关定不准，区间因此很宽。",
            f"{names_en}: fewer than {LEAST_DF:g} degrees of freedom; the series hardly tells how its"
            " errors correlate, which makes the interval wide.",
        )
    ]
