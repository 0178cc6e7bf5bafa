"""Whether a learned coder may code on its own: conditions that are stated, each with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.learning.figures import CONSTANT, LEARNED, MAJORITY, OVERALL

if TYPE_CHECKING:
    from pbgov.coding.learning.calibration import Calibration

LEAST_KAPPA = 0.6
FEWEST_GROUPS = 10


def conditions_of_trust(figures: pd.DataFrame, calibration: Calibration) -> pd.DataFrame:
    """One row is one condition: ``condition``, ``zh``, ``en``, ``observed``, ``needed``, ``passed``.

    Parameters
    ----------
    figures : DataFrame
        See `pbgov.coding.learned.LearnedCoder.figures`.
    calibration : Calibration

    Notes
    -----
    Held to more than the interval of accuracy alone: the difference to the majority is looked at in
    the same draws; the interval must also leave out 0 for kappa; and with few groups the percentile
    interval is too narrow to stand on. Of the bootstrap interval and Wilson's, the lower end counts
    that is lower, because the bootstrap has no width where every answer is right.
    """
    overall = _overall(figures)
    learned, constant = overall[LEARNED], overall[CONSTANT]
    fold = overall[MAJORITY]
    majority = float(max(constant["accuracy"], fold["accuracy"]))
    lowest = float(min(learned["boot_low"], learned["wilson_low"]))
    gain = float(min(constant["gain_low"], fold["gain_low"]))
    kappa, kappa_low = float(learned["kappa"]), float(learned["kappa_low"])
    n_groups = int(learned["n_groups"])
    rows: list[tuple[Any, ...]] = [
        _groups_row(n_groups),
        (
            "accuracy_low",
            f"正确率区间下端 {lowest:.3f}，多数类 {majority:.3f}",
            f"lower end of accuracy {lowest:.3f}, majority {majority:.3f}",
            lowest,
            majority,
            lowest > majority,
        ),
        (
            "gain_low",
            f"比多数类多对的份额，区间下端 {gain:.3f}，须大于 0",
            f"lower end of the gain over the majority {gain:.3f}, to be above 0",
            gain,
            0.0,
            gain > 0,
        ),
        (
            "kappa_low",
            f"κ 区间下端 {kappa_low:.3f}，须大于 0",
            f"lower end of kappa {kappa_low:.3f}, to be above 0",
            kappa_low,
            0.0,
            kappa_low > 0,
        ),
        (
            "kappa",
            f"κ = {kappa:.3f}，须达到 {LEAST_KAPPA}",
            f"kappa {kappa:.3f}, to be {LEAST_KAPPA} or more",
            kappa,
            LEAST_KAPPA,
            kappa >= LEAST_KAPPA,
        ),
        (
            "calibration",
            f"概率经 {calibration.n} 个答案核对"
            if calibration.reason is None
            else f"概率无从核对：{calibration.reason[0]}",
            f"probabilities checked on {calibration.n} answers"
            if calibration.reason is None
            else f"probabilities cannot be checked: {calibration.reason[1]}",
            calibration.expected_error,
            float("nan"),
            calibration.reason is None,
        ),
    ]
    names = ["condition", "zh", "en", "observed", "needed", "passed"]
    return pd.DataFrame(rows, columns=names)


def _groups_row(n_groups: int) -> tuple[Any, ...]:
    return (
        "groups",
        f"{n_groups} 组，须有 {FEWEST_GROUPS} 组",
        f"{n_groups} groups, to be {FEWEST_GROUPS} or more",
        float(n_groups),
        float(FEWEST_GROUPS),
        n_groups >= FEWEST_GROUPS,
    )


def verdict_of(figures: pd.DataFrame, conditions: pd.DataFrame, coder: str) -> tuple[str, str]:
    """One sentence in Chinese and one in English: the numbers, what follows, and why."""
    overall = _overall(figures)
    learned, constant = overall[LEARNED], overall[CONSTANT]
    collapsed = learned["boot_low"] == learned["boot_high"]  # every draw gives the same share
    name, kind = ("Wilson ", "wilson") if collapsed else ("", "boot")
    low, high = learned[f"{kind}_low"], learned[f"{kind}_high"]
    zh = (
        f"照 {coder} 的编码学，整组留出后答对 {_share(learned)}"
        f"（{name}95% 区间 {low:.3f}–{high:.3f}），"
        f"一律猜多数类答对 {_share(constant)}，κ = {learned['kappa']:.3f}"
        f"（{learned['kappa_low']:.3f}–{learned['kappa_high']:.3f}），共 {learned['n_groups']} 组"
    )
    en = (
        f"Taught by {coder}, it is right on {_share(learned)} held-out texts ({name}95% interval"
        f" {low:.3f} to {high:.3f}), always answering the majority"
        f" on {_share(constant)}; kappa {learned['kappa']:.3f} ({learned['kappa_low']:.3f} to"
        f" {learned['kappa_high']:.3f}), {learned['n_groups']} groups"
    )
    failed = conditions[~conditions["passed"].astype(bool)]
    if failed.empty:
        return (
            f"{zh}；各项条件都满足，可以作为一个编码者使用，仍须抽样复核。",
            f"{en}; every condition holds: it may be used as a coder, with samples checked.",
        )
    return (
        f"{zh}；不能当编码者用，结果仅供参考：{'；'.join(failed['zh'])}。",
        f"{en}; it may not be used as a coder, its codes are suggestions: {'; '.join(failed['en'])}.",
    )


def _overall(figures: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    """The figures over all codes, method by method."""
    rows = figures[figures["code_id"] == OVERALL].to_dict("records")
    return {row["method"]: row for row in rows}


def _share(row: dict[Any, Any]) -> str:
    return f"{round(row['accuracy'] * row['n'])}/{row['n']} = {row['accuracy']:.3f}"
