"""What must be said beside a fragility: how few judgements, where, and what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.limits import sentences_on_gaps, sentences_on_simulation, shown_p
from pbgov.evaluation.remarks import Remark, in_order
from pbgov.inference.recodings import LEVEL

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from pbgov.evaluation.design import Design

_SHOWN = 6


def remarks_on_fragility(
    table: pd.DataFrame,
    units: pd.DataFrame,
    design: Design,
    estimate: float,
    p: float,
    unit_name: str,
    *,
    simulated: bool,
) -> tuple[Remark, ...]:
    """The remarks of a `Fragility`, in the order in which they are printed."""
    n = len(design.rows)
    p_zh, p_en = ("没有 p 值", "no p value") if np.isnan(p) else (shown_p(p), shown_p(p))
    said = [
        *sentences_on_simulation(simulated),
        Remark(
            "size",
            f"样本量：{counted(n, unit_name)}；系数 {estimate:.3g}，{p_zh}（HC2 + Bell–McCaffrey"
            " 自由度）。相关不等于因果。",
            f"N = {counted_en(n, unit_name)}; coefficient {estimate:.3g}, {p_en} (HC2,"
            " Bell-McCaffrey df). Associations, not causes.",
        ),
    ]
    for row in table.to_dict("records"):
        told = _on_recoding if row["by"] == "recoding" else _on_removal
        said.append(told(row, units, p, unit_name))
    said.append(
        Remark(
            "coding",
            "改判少数几条就变，不说明结论是错的；要改判很多条，也不说明它是对的。先重读列出的片段。",
            "That few recodings turn a finding does not make it false, nor many make it true: read"
            " the listed segments again first.",
        )
    )
    return in_order([*said, *sentences_on_gaps(design)])


def _what(question: str, p: float) -> tuple[str, str]:
    if question == "sign":
        return "系数变号", "turn the sign of the coefficient"
    if np.isnan(p):
        return " p 值越过 0.05", "move the p value across .05"
    up = p < LEVEL
    return (
        f" p 值从 0.05 {'以下升到以上' if up else '以上降到以下'}",
        f"move the p value from {'below to above' if up else 'above to below'} .05",
    )


def _on_recoding(
    row: Mapping[Hashable, object], units: pd.DataFrame, p: float, unit_name: str
) -> Remark:
    question = str(row["question"])
    zh, en = _what(question, p)
    if row["reason"]:
        return Remark("coding", f"使{zh}：{row['reason']}。", f"To {en}: {row['reason_en']}.")
    fewest, of = int(str(row["fewest"])), int(str(row["of"]))
    mine = units[units["question"].eq(question)]
    places = [f"{unit}（{count}）" for unit, count in _places(mine)]
    places_en = [f"{unit} ({count})" for unit, count in _places(mine)]
    more = f" 等 {len(mine)} 处" if len(mine) > _SHOWN else ""
    more_en = f" and {len(mine) - _SHOWN} more" if len(mine) > _SHOWN else ""
    how = "至少要" if row["exact"] else "至多只需"
    how_en = "at least" if row["exact"] else "at most"
    bound = "" if row["exact"] else "（逐条搜索所得的上界，可能更少）"
    bound_en = "" if row["exact"] else " (an upper bound, found by search; fewer may do)"
    return Remark(
        "coding",
        f"使{zh}，{how}改判 {of:,} 条片段中的 {fewest:,} 条（{fewest / of:.1%}）{bound}："
        f"{'、'.join(places)}{more}。",
        f"To {en} it takes {how_en} {fewest:,} recodings of {of:,} segments"
        f" ({fewest / of:.1%}){bound_en}: {', '.join(places_en)}{more_en}.",
    )


def _places(units: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(units["unit"][:_SHOWN], units["n_change"][:_SHOWN], strict=True))


def _on_removal(
    row: Mapping[Hashable, object], units: pd.DataFrame, p: float, unit_name: str
) -> Remark:
    zh, en = _what(str(row["question"]), p)
    if row["reason"]:
        return Remark("influence", f"使{zh}：{row['reason']}。", f"To {en}: {row['reason_en']}.")
    fewest = int(str(row["fewest"]))
    return Remark(
        "influence",
        f"去掉 {counted(fewest, unit_name)}就能使{zh}（没有更少的）。",
        f"Leaving out {counted_en(fewest, unit_name)} is enough to {en} (no fewer are).",
    )
