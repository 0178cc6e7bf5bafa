"""What must be said beside a model of rows in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    from pbgov.inference.panels.mixed import MixedFit


def sentences_on_variances(fit: MixedFit, unit_name: str) -> list[Remark]:
    """How much lies between groups, and whether a variance between them is estimated as 0."""
    remarks = [
        Remark(
            "design",
            f"组内相关 ICC = {fit.icc:.3f}：没有解释的差异中有这么多在{unit_name}之间。",
            f"ICC = {fit.icc:.3f}: so much of the unexplained variance lies between groups.",
        )
    ]
    if not fit.at_boundary:
        return remarks
    if len(fit.between) == 1:
        what = f"{unit_name}之间的方差估计为 0：模型在这里等同于不分组"
        what_en = "The variance between groups is estimated as 0: the model is that without groups"
    else:
        what = f"{unit_name}之间水平与斜率的方差中，有一个（或其组合）估计为 0：数据不支持这么多各自的项"
        what_en = (
            "Of the variances of groups' levels and slopes one, or a combination, is estimated as 0:"
            " the data do not support so many terms of their own"
        )
    remarks.append(
        Remark(
            "design",
            f"{what}；标准误请看并列的聚类稳健结果。",
            f"{what_en}; see the cluster-robust errors beside.",
        )
    )
    return remarks


def sentences_on_reference(unit_name: str) -> list[Remark]:
    """Which t distribution each term is referred to."""
    return [
        Remark(
            "tests",
            f"在{unit_name}内不变的项、各{unit_name}斜率不同的项按 t（{unit_name}数减去该层系数个数）检验，"
            "其余的项按行的自由度；没有作 Satterthwaite 近似。",
            "Terms constant in groups, and those whose slope differs between groups, are referred to"
            " t(groups − coefficients at their level), the others to the rows' degrees of freedom;"
            " no Satterthwaite approximation is made.",
        )
    ]


def sentences_on_means(means: list[str], unit_name: str) -> list[Remark]:
    """What a mean of units beside a term says."""
    names, names_en = "、".join(f"“{name}”" for name in means), ", ".join(map(repr, means))
    if not means:
        return []
    return [
        Remark(
            "design",
            f"{names} 是各{unit_name}的均值；同名而不带 mean 的项只比较同一{unit_name}的不同时期（等于固定效应的系数）。"
            "均值的系数明显不为 0，说明随机效应模型会有偏差。",
            f"{names_en}: means of units; the terms without mean( ) compare different periods of the"
            " same unit (the fixed-effects coefficient). A mean well away from 0 says that random"
            " effects would be biased.",
        )
    ]
