"""In words: why nothing was learned, how it was tried, and what the figures leave out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pbgov.coding.learning.decision import FEWEST_GROUPS
from pbgov.coding.learning.material import GROUP_NAMES, NO_CODE

if TYPE_CHECKING:
    from pbgov.coding.learning.material import Material
    from pbgov.coding.learning.training import Training


@dataclass(frozen=True)
class NotTrained:
    """Why nothing could be learned from what was coded.

    Attributes
    ----------
    family, coder : str
    n, n_groups : int
        Judged stretches, and the groups they stand in.
    reason, reason_en : str
        In Chinese and in English.
    """

    family: str
    coder: str
    n: int
    n_groups: int
    reason: str
    reason_en: str
    trusted: bool = field(default=False, init=False)
    simulated: bool = False

    @property
    def verdict(self) -> tuple[str, str]:
        """One sentence in Chinese and one in English."""
        return (
            f"{self.family} 没有学成：{self.reason}。",
            f"{self.family} was not learned: {self.reason_en}.",
        )

    def __str__(self) -> str:
        return self.verdict[0]


def not_trained(material: Material, group: str) -> tuple[str, str] | None:
    """Why this cannot be learned and tried, in Chinese and English; None where it can."""
    name = GROUP_NAMES.get(group, group)
    labels, groups = material.labels, material.groups
    n, n_groups = len(labels), len(np.unique(groups))
    found = sorted(set(labels.tolist()))
    if len(found) == 1:
        return (
            f"{n} 条编码只有一类（{_said(found[0])}），没有可分辨的",
            f"all {n} judgements say {found[0]}; there is nothing to tell apart",
        )
    if n_groups < 2:
        return (
            f"全部 {n} 条出自一个{name}，没有别的{name}可供检验",
            f"all {n} judgements stand in one group ({group}); there is no other to try it on",
        )
    if all(len(np.unique(groups[labels == label])) == 1 for label in found):
        return (
            f"{len(found)} 类各只出现在一个{name}里，留出后就没有可学的",
            f"each of the {len(found)} classes stands in one group ({group}) only; held out, nothing"
            " is left to learn it from",
        )
    return None


def folds_told(training: Training, group: str) -> tuple[str, str]:
    """How it was tried, in Chinese and English."""
    name = GROUP_NAMES.get(group, group)
    n_groups, n_folds = len(np.unique(training.material.groups)), len(training.folds.numbers)
    if training.folds.one_by_one:
        return (
            f"逐个留出{name}（{n_groups} 个）",
            f"leave one group out ({group}, {n_groups} groups)",
        )
    return (
        f"{n_groups} 个{name}分成 {n_folds} 折，同一{name}不拆开",
        f"{n_folds} folds that keep groups together ({group}, {n_groups} groups)",
    )


def remarks_of(training: Training, group: str, with_lexicon: bool) -> tuple[str, ...]:
    """What the figures leave out, in Chinese."""
    material = training.material
    name = GROUP_NAMES.get(group, group)
    groups, labels = material.groups, material.labels
    said = list(material.remarks)
    alone = [
        _said(label)
        for label in sorted(set(labels.tolist()))
        if len(np.unique(groups[labels == label])) == 1
    ]
    if alone:
        said.append(f"{'、'.join(alone)}只出现在一个{name}里，留出时无从学到，必错")
    if len(training.repeats):
        places = set(training.repeats["first"]) | set(training.repeats["second"])
        said.append(
            f"{len(places)} 条与别的{name}里的文字相同、几乎相同或重叠（{len(training.repeats)} 对），"
            "检验时互不作教材"
        )
    n_groups = len(np.unique(groups))
    if n_groups < FEWEST_GROUPS:
        said.append(f"只有 {n_groups} 个{name}可供重抽，区间往往偏窄")
    if len(set(material.stretches["doc_id"])) == 1:
        said.append("全部出自一篇文档，区间不含文档之间的差别")
    if material.several is False and NO_CODE in labels:
        said.append(f"{int((labels == NO_CODE).sum())} 条读过而没有编码，按“{_said(NO_CODE)}”学")
    if not with_lexicon:
        said.append("没有给词典，词按通用词典切分")
    return tuple(said)


def _said(label: str) -> str:
    return "无此类编码" if label == NO_CODE else label
