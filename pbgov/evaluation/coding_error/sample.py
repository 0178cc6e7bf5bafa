"""The hand-coded sample: whether it can correct anything, and what must be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.coding_error.correction import NO_GOLD, NO_GOLD_EN
from pbgov.evaluation.remarks import Remark
from pbgov.inference.coding_error.calibration import FOLDS, columns_that_fit, cross_fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.evaluation.coding_error.material import Material

LEAST_GOLD = 30
"""Rows coded by hand under which nothing is corrected."""

LEAST_OF_A_CODE = 5
"""Rows coded by hand with a code, and without it, under which nothing is corrected."""

_ODD = 5.0  # standard errors by which the sum of 1/probability may miss the number of rows
UNKNOWN = (
    "人工样本的入样概率未知，不能据此校正；请用 draw_gold 抽样，或给出每行的入样概率",
    "the hand-coded rows were not drawn with known probabilities, so nothing can be corrected by"
    " them; draw them with draw_gold, or give each row's probability",
)
UNCALIBRATED = Remark(
    "coding",
    "人工样本太小或机器编码在其中没有变化，机器编码未先校准；估计仍无偏，只是区间较宽。",
    "The hand-coded sample is too small, or machine codes do not vary in it, to calibrate them first;"
    " the estimate is unbiased all the same, its interval wider.",
)


def reason_against(
    names: Sequence[str], hand: np.ndarray, chance: np.ndarray, n: int
) -> tuple[str, str] | None:
    """Why nothing is corrected, in Chinese and in English; None where it can be."""
    g = len(hand)
    if not g:
        return NO_GOLD, NO_GOLD_EN
    if np.isnan(chance).any():
        return UNKNOWN
    if g < LEAST_GOLD:
        return (
            f"人工编码只有 {g} 行，至少需要 {LEAST_GOLD} 行",
            f"only {g} rows are coded by hand; need {LEAST_GOLD}",
        )
    for name, values in zip(names, hand.T, strict=True):
        kinds, counts = np.unique(values, return_counts=True)
        if len(kinds) == 1:
            return (
                f"“{name}”的人工编码全是 {kinds[0]:g}，没有变化",
                f"all hand codes of {name!r} are {kinds[0]:g}; they do not vary",
            )
        if len(kinds) == 2 and counts.min() < LEAST_OF_A_CODE:
            return (
                f"“{name}”的人工编码里较少的一类只有 {counts.min()} 行，至少需要 {LEAST_OF_A_CODE} 行",
                f"only {counts.min()} hand codes of {name!r} are of the rarer kind; need {LEAST_OF_A_CODE}",
            )
    total = float((1 / chance).sum())
    spread = float(np.sqrt(((1 - chance) / chance**2).sum()))
    if abs(total - n) > max(_ODD * spread, 1e-6 * n):
        return (
            f"入样概率与样本不符：概率的倒数之和是 {total:.0f}，数据有 {n} 行；"
            "样本可能只编了一部分，或概率写错了",
            f"the probabilities do not fit the sample: one over them sums to {total:.0f}, the data"
            f" have {n} rows; was the sample coded in part, or the probability mistaken?",
        )
    return None


def calibrated(
    material: Material, seed: int, left_out: np.ndarray | None = None
) -> tuple[np.ndarray, Remark]:
    """Machine codes as the hand codes of other folds correct them, and what to say of it.

    Nothing is learned from the hand-coded rows that `left_out` marks.
    """
    count = columns_that_fit(len(material.hand), len(material.coded))
    if not count:
        return material.machine, UNCALIBRATED
    codes = np.empty(material.machine.shape)
    for number in range(len(material.coded)):
        known = material.machine if count == len(material.coded) else material.machine[:, [number]]
        codes[:, number] = cross_fitted(
            known, material.hand_rows, material.hand[:, number], material.chance,
            seed=seed, left_out=left_out,
        )  # fmt: skip
    return codes, Remark(
        "coding",
        f"机器编码先按其余各折的人工编码校准（{FOLDS} 折，种子 {seed}），再按入样概率校正；"
        "人工编码没有直接覆盖机器编码。",
        f"Machine codes are first calibrated on the hand codes of the other folds ({FOLDS} folds, seed"
        f" {seed}), then corrected by the probabilities; hand codes do not overwrite machine codes.",
    )


def remarks_on_sample(g: int, n: int, chance: np.ndarray, design: str) -> list[Remark]:
    """How many rows were coded by hand, and how they were drawn."""
    if np.isnan(chance).any():
        zh, en = "入样概率未知", "drawn with unknown probabilities"
    else:
        low, high = float(chance.min()), float(chance.max())
        span = f"{low:.3g}" if low == high else f"{low:.3g}–{high:.3g}"
        zh, en = f"入样概率 {span}", f"drawn with probability {span}"
    return [
        Remark(
            "coding",
            f"人工金标准样本：{n} 行里的 {g} 行，{zh}。{design}",
            f"Hand-coded gold sample: {g} of {n} rows, {en}.",
        )
    ]


def remarks_on_naive(
    *, drawn: bool, bias: tuple[str, str] = ("编码错误会使系数偏小", "errors shrink coefficients")
) -> list[Remark]:
    """What an estimate that takes machine codes for right leaves out; `bias` is what errors do to it."""
    if drawn:
        return [
            Remark(
                "coding",
                f"未校正的估计把机器编码当作无误；{bias[0]}，错误随结果而变时会无中生有。",
                f"The naive estimate takes machine codes for right; {bias[1]}, and errors that go with the"
                " outcome make them up.",
            )
        ]
    return [Remark("coding", f"{NO_GOLD}。", f"{NO_GOLD_EN[0].upper()}{NO_GOLD_EN[1:]}.")]
