"""How right the machine codes are, judged by the hand codes of a sample with known probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.measures.reliability import wilson_interval
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURES = ("agreement", "sensitivity", "specificity", "precision")
_ZH = dict(zip(MEASURES, ("一致率", "召回率（灵敏度）", "特异度", "精确率"), strict=True))
_EN = dict(
    zip(MEASURES, ("agreement", "recall (sensitivity)", "specificity", "precision"), strict=True)
)


def weighted_share(right: np.ndarray, weight: np.ndarray) -> tuple[float, float, float]:
    """A share with Wilson's 95 % interval, at the number of equal weights it is worth.

    Parameters
    ----------
    right : ndarray of bool, shape (n,)
    weight : ndarray, shape (n,)
        One over the probability of being drawn.

    Returns
    -------
    share, low, high : float
        NaN where there is nothing.

    References
    ----------
    Kish, L. (1965). *Survey Sampling*, section 11.7 (the effective size). Wiley.
    """
    if not len(right):
        return float("nan"), float("nan"), float("nan")
    share = float(np.average(right, weights=weight))
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    low, high = wilson_interval(share * worth, worth)  # type: ignore[arg-type]
    return share, low, high


def accuracy_table(
    names: Sequence[str], machine: np.ndarray, hand: np.ndarray, weight: np.ndarray
) -> pd.DataFrame:
    """Agreement, sensitivity, specificity and precision of each machine-coded variable.

    Parameters
    ----------
    names : sequence of str
    machine, hand : ndarray, shape (g, len(names))
        Of the rows coded by hand.
    weight : ndarray, shape (g,)

    Returns
    -------
    DataFrame
        One row per variable and measure: ``coded``, ``measure``, ``n`` (rows it rests on), ``value``,
        ``low`` and ``high`` (Wilson, 95 %). Of codes other than 0 and 1 the agreement alone.
    """
    rows = []
    for number, name in enumerate(names):
        said, true = machine[:, number], hand[:, number]
        alike = said == true
        binary = bool(np.isin(np.append(said, true), (0, 1)).all())
        everything = np.ones(len(true), dtype=bool)
        among = {
            "agreement": everything,
            "sensitivity": true == 1,
            "specificity": true == 0,
            "precision": said == 1,
        }
        for measure, here in among.items():
            if binary or measure == "agreement":
                share, low, high = weighted_share(alike[here], weight[here])
                rows.append((name, measure, int(here.sum()), share, low, high))
    table = pd.DataFrame(rows, columns=["coded", "measure", "n", "value", "low", "high"])
    return table.astype({"coded": "str", "measure": "str", "n": "int64"})


def remarks_on_accuracy(table: pd.DataFrame) -> list[Remark]:
    """One remark for each coded variable: its measures with intervals."""
    remarks = []
    for name, own in table.groupby("coded", sort=False):
        parts = [
            (str(row["measure"]), _shown(row["value"], row["low"], row["high"], int(row["n"])))
            for row in own.to_dict("records")
        ]
        zh = "，".join(f"{_ZH[measure]} {said}" for measure, said in parts)
        en = ", ".join(f"{_EN[measure]} {said}" for measure, said in parts)
        remarks.append(
            Remark(
                "coding",
                f"“{name}”的机器编码与人工编码相比：{zh}（Wilson 95% 区间，按入样概率加权）。",
                f"Machine codes of {name!r} against hand codes: {en} (Wilson 95% intervals, weighted"
                " by the probability of being drawn).",
            )
        )
    return remarks


def _shown(value: float, low: float, high: float, n: int) -> str:
    if not n:
        return "— (n = 0)"
    return f"{value:.3f} [{low:.3f}, {high:.3f}] (n = {n})"
