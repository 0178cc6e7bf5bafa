"""Which units, periods and comparisons a staggered adoption had to leave out, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.remarks import Remark
from pbgov.inference.timing.group_time import usable

if TYPE_CHECKING:
    from pbgov.evaluation.timing.panels import AdoptionPanel
    from pbgov.inference.timing.group_time import GroupTime
    from pbgov.inference.timing.imputation import Imputation

_SHOWN = 20
MISSING = {
    "no overlap": ("采用与否可由协变量完全推出", "the covariates tell the groups apart"),
    "too few controls": ("对照单位不多于系数", "no more comparison units than coefficients"),
    "collinear covariates": ("协变量共线或不变", "covariates are collinear or constant"),
}


def sentences_on_left_out(
    panel: AdoptionPanel, imputed: Imputation, unit_name: str
) -> list[Remark]:
    """Units without a period before adoption, and periods without a comparison."""
    units, times = usable(panel.adopted, panel.periods)
    remarks = []
    early = sorted(set(panel.units[~units]))
    if early:
        shown = "、".join(early[:_SHOWN]) + ("等" if len(early) > _SHOWN else "")
        shown_en = ", ".join(early[:_SHOWN]) + (" and others" if len(early) > _SHOWN else "")
        remarks.append(
            Remark(
                "gaps",
                f"{len(early)} 个单位在第一个时期已经采用，没有采用之前的数据，不参与估计（{shown}）。",
                "Had adopted by the first period, and left out since nothing is known of them before:"
                f" {counted_en(len(early), '')} ({shown_en}).",
            )
        )
    if not times.all():
        label = panel.calendar.label(float(panel.periods[~times][0]))
        last = float(panel.adopted[units].max())
        left = len(np.unique(panel.clusters[panel.adopted == last]))
        remarks.append(
            Remark(
                "gaps",
                f"没有始终不采用的单位：自 {label} 起没有对照，那些时期不参与估计；"
                f"最后采用的 {counted(left, unit_name)}只作对照，没有自己的效应。",
                f"No unit stays untreated: from {label} on there is nothing to compare with, and those"
                f" periods are left out; the last adopters ({counted_en(left, unit_name)}) serve as"
                " the comparison and have no effect of their own.",
            )
        )
    if len(imputed.periods_left_out):
        labels = [panel.calendar.label(float(panel.periods[j])) for j in imputed.periods_left_out]
        span = labels[0] if len(labels) == 1 else f"{labels[0]} – {labels[-1]}"
        remarks.append(
            Remark(
                "gaps",
                f"{len(labels)} 个时期（{span}）所有单位都已采用，无法插补。",
                f"Not imputed, since all units are treated then: {span}"
                f" ({len(labels)} {'periods' if len(labels) > 1 else 'period'}).",
            )
        )
    return remarks


def sentences_on_missing_cells(effects: GroupTime, panel: AdoptionPanel) -> list[Remark]:
    """Cohorts and periods without an estimate, and why."""
    remarks = []
    for why, (zh, en) in MISSING.items():
        cells = [
            f"{panel.calendar.label(cell.group)}→{panel.calendar.label(cell.period)}"
            for cell, missing in zip(effects.cells, effects.missing, strict=True)
            if missing == why
        ]
        if cells:
            shown = "、".join(cells[:_SHOWN]) + ("等" if len(cells) > _SHOWN else "")
            shown_en = ", ".join(cells[:_SHOWN]) + (" and others" if len(cells) > _SHOWN else "")
            remarks.append(
                Remark(
                    "gaps",
                    f"{len(cells)} 个队列-时期没有估计：{zh}（{shown}）；用到它们的平均也没有估计。",
                    f"{len(cells)} cohorts and periods are not estimated: {en} ({shown_en}); nor is any"
                    " average that needs them.",
                )
            )
    return remarks
