"""What must be said beside the robustness of a solution, in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.configurations.anchors import Calibration
    from pbgov.evaluation.configurations.solutions import Solution

_NEAR = 0.05
_SHOWN = 20


def on_ranges(ranges: pd.DataFrame) -> list[Remark]:
    """What a range means, and which cut-offs stand close to another solution."""
    narrow, narrow_en = [], []
    for row in ranges.to_dict("records"):
        if row["parameter"] not in ("incl_cut", "pri_cut"):
            continue
        near = [
            end
            for end, ends in ((row["low"], row["ends_below"]), (row["high"], row["ends_above"]))
            if ends and abs(end - row["value"]) <= _NEAR
        ]
        name = {"incl_cut": ("一致性门槛", "inclusion cut"), "pri_cut": ("PRI 门槛", "PRI cut")}
        if near:
            ends_at = "、".join(f"{end:.3f}" for end in near)
            narrow.append(f"{name[row['parameter']][0]}（现为 {row['value']:g}，界在 {ends_at}）")
            narrow_en.append(
                f"{name[row['parameter']][1]} ({row['value']:g}, it changes at"
                f" {ends_at.replace('、', ', ')})"
            )
    remarks = [
        Remark(
            "sets",
            "稳健性范围：每次只移动一个锚点或门槛，其余不动，全部并列模型都不变的范围；"
            "几个一起移动时范围会更窄。",
            "Ranges: one anchor or cut-off is moved at a time, and all tied models stay the same"
            " within its range; moved together they bear less.",
        )
    ]
    if narrow:
        remarks.append(
            Remark(
                "sets",
                f"门槛移动不到 {_NEAR:g} 解就改变：{'、'.join(narrow)}。",
                f"Less than {_NEAR:g} away from another solution: {', '.join(narrow_en)}.",
            )
        )
    return remarks


def on_unmoved(solution: Solution, calibrated: list[Calibration]) -> list[Remark]:
    """Which sets kept their anchors, because their raw values were not given."""
    cases = solution.table.cases
    moved = {one.name for one in calibrated if one.anchors}
    outcome = cases.outcome_name.removeprefix("~")
    unmoved = [name for name in (*cases.conditions, outcome) if name not in moved]
    if not unmoved:
        return []
    return [
        Remark(
            "sets",
            f"没有移动 {'、'.join(unmoved)} 的锚点：没有给出它们的原始值和锚点。",
            f"No anchor of {', '.join(unmoved)} was moved: their raw values and anchors were not"
            " given.",
        )
    ]


def on_cases(left_out: pd.DataFrame, unit_name: str) -> list[Remark]:
    """Without which single cases the solution changes."""
    hinges = list(left_out.loc[left_out["changed"], "case"])
    n, many = len(left_out), len(hinges)
    shown = hinges[:_SHOWN]
    more, more_en = ("等", " and others") if many > _SHOWN else ("", "")
    if not hinges:
        return [
            Remark(
                "influence",
                f"逐一去掉 {counted(n, unit_name)}，解都不变。",
                f"The solution stays the same without any one of the {counted_en(n, unit_name)}.",
            )
        ]
    return [
        Remark(
            "influence",
            f"逐一去掉 {counted(n, unit_name)}，去掉其中 {counted(many, unit_name)}解就改变："
            f"{'、'.join(shown)}{more}。",
            f"The solution changes without {many} of the {counted_en(n, unit_name)}, one at a"
            f" time: {', '.join(shown)}{more_en}.",
        )
    ]
