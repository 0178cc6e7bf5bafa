"""What an audit of shares cannot carry, and what must be said beside what it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.remarks import Remark
from pbgov.inference.coding_error.shares import (
    LEAST_DOCUMENTS,
    LEAST_INFORMEDNESS,
    LEAST_RELIABILITY,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from pbgov.evaluation.coding_error.counts import Counts
    from pbgov.inference.coding_error.shares import AuditedShares, SharesFit

LEAST_AUDITED = 5
"""Audited stretches of a unit under which it is not corrected by itself."""

ENOUGH_DOCUMENTS = 60
"""Documents a unit from which on the interval is of use (reliability about 0.7)."""

BIAS_OF_SHARES = (
    "编码错误把各处的占比压到一起，使系数偏大，占比里的偶然误差又使它偏小",
    "errors press the shares together, which makes the coefficient too large, chance error in the"
    " shares makes it too small",
)
"""What machine errors do to the coefficient of a share, unlike to that of a single code."""

_SHOWN = 20


def texts_per_unit(counts: Counts) -> np.ndarray:
    """How many documents, or stretches where these are independent, each unit has."""
    count = int(counts.units.max()) + 1
    if counts.documents is None:
        return np.bincount(counts.units, minlength=count)
    names = np.unique(counts.documents, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([counts.units, names]), axis=0)
    return np.bincount(pairs[:, 0], minlength=count)


def against_fit(
    counts: Counts, unit_name: str, fit: SharesFit | None = None
) -> tuple[str, str] | None:
    """Why the documents, or the fit made from them, do not carry a correction."""
    texts = texts_per_unit(counts)
    if counts.documents is not None and texts.min() < 2:
        few = int((texts < 2).sum())
        return (
            f"有 {counted(few, unit_name)}只有一篇文档，占比的抽样误差无从估计（各段确可视为独立时写"
            " document=None；这些文档就是全部而不是样本时写 all_read=True）",
            f"{counted_en(few, unit_name)} with a single document; the sampling error of a share"
            " cannot be known (say document=None where stretches are independent, all_read=True"
            " where these documents are all there is)",
        )
    mean = len(texts) / (1 / texts).sum()
    if mean < LEAST_DOCUMENTS:
        (one, several), several_en = _texts(counts)
        return (
            f"每个{unit_name}平均只有 {mean:.1f} {several}（调和平均），至少需要 {LEAST_DOCUMENTS} {one}",
            f"only {mean:.1f} {several_en} a unit (harmonic mean); need {LEAST_DOCUMENTS}",
        )
    if fit is None:
        return None
    if fit.reliability < LEAST_RELIABILITY:
        return (
            f"占比的信度只有 {max(fit.reliability, 0):.2f}（须达到 {LEAST_RELIABILITY}）："
            f"各{unit_name}之间的差别与抽样误差分不开",
            f"the reliability of the shares is {max(fit.reliability, 0):.2f} (need"
            f" {LEAST_RELIABILITY}): differences between units cannot be told from sampling error",
        )
    if np.isnan(fit.covariance).any():
        return (
            f"去掉某一个{unit_name}后无法再估计（人工抽查集中在一个{unit_name}，或一个变量只在那里变化）",
            "without one of the units nothing can be estimated: the audit lies in one unit, or a"
            " regressor varies in one alone",
        )
    return None


def _texts(counts: Counts) -> tuple[tuple[str, str], str]:
    """What is counted as one text: its measure word, the same with the noun, and its English plural."""
    return (
        (("段", "段文本"), "stretches")
        if counts.documents is None
        else (("篇", "篇文档"), "documents")
    )


def against_audit(shares: AuditedShares) -> tuple[str, str] | None:
    """Why sensitivity and specificity do not carry Rogan and Gladen's formula."""
    if shares.informedness >= LEAST_INFORMEDNESS:
        return None
    return (
        f"灵敏度与特异度之和减 1 只有 {shares.informedness:.2f}（须达到 {LEAST_INFORMEDNESS}）："
        "机器编码几乎不含信息",
        f"sensitivity + specificity - 1 is {shares.informedness:.2f} (need {LEAST_INFORMEDNESS}): the"
        " machine codes say next to nothing",
    )


def against_units(counts: Counts, unit_name: str) -> tuple[str, str] | None:
    """Why units cannot be corrected each by its own audit."""
    audited = np.bincount(counts.units[counts.hand_rows], minlength=int(counts.units.max()) + 1)
    if audited.min() >= LEAST_AUDITED:
        return None
    few = int((audited < LEAST_AUDITED).sum())
    return (
        f"有 {counted(few, unit_name)}的人工抽查不足 {LEAST_AUDITED} 段，不能各自校正",
        f"{counted_en(few, unit_name)} with fewer than {LEAST_AUDITED} audited stretches; they cannot"
        " be corrected each by its own audit",
    )


def remarks_on_units(
    audit: pd.DataFrame, names: Sequence[str], unit: str, unit_name: str
) -> Iterator[Remark]:
    """Which stretches belong to no unit of the regression."""
    outside = audit[~audit[unit].isin(names)]
    lost = [*outside[unit].dropna().unique(), *(["—"] if outside[unit].isna().any() else [])]
    unplaced = int(audit.attrs.get("unplaced", 0))
    if len(outside):
        shown = "、".join(map(str, lost[:_SHOWN])) + ("等" if len(lost) > _SHOWN else "")
        yield Remark(
            "gaps",
            f"{len(outside)} 段文本的{unit_name}不在回归中（{shown}），没有使用。",
            f"{len(outside)} stretches of units that are not in the regression ({shown}) are not used.",
        )
    if unplaced:
        yield Remark(
            "gaps",
            f"{unplaced} 段文本不知属于哪个{unit_name}，没有使用。",
            f"{unplaced} stretches belong to no known unit and are not used.",
        )


_REST = {
    (False, False): ("只读到部分文本的抽样误差", "sampling of documents"),
    (True, False): (
        "只读到部分文本、又只抽查其中一部分的抽样误差",
        "sampling of documents and of the audit",
    ),
    (False, True): ("校正后剩下的判错误差", "error that the correction leaves"),
    (True, True): ("只抽查一部分的抽样误差", "sampling of the audit"),
}
"""What is subtracted: corrected each by its own audit or not, everything read or not."""


def remarks_on_shares(
    counts: Counts,
    shares: AuditedShares,
    fit: SharesFit,
    unit_name: str,
    *,
    by_unit: bool,
    doubted: bool,
    all_read: bool,
) -> list[Remark]:
    """Reliability, what the correction takes for granted, and whether that is in doubt."""
    texts = texts_per_unit(counts)
    several, several_en = _texts(counts)[0][1], _texts(counts)[1]
    few = 0 if all_read else int((texts < ENOUGH_DOCUMENTS).sum())
    which, which_en = (
        ("各自抽查校正后的占比", "the shares corrected by each unit's own audit")
        if by_unit
        else ("占比", "the shares")
    )
    least, most = int(texts.min()), int(texts.max())
    span, span_en = (
        (f"{least}", f"{least}") if least == most else (f"{least}–{most}", f"{least} to {most}")
    )
    rest, rest_en = _REST[by_unit, all_read]
    remarks = [
        Remark(
            "coding",
            f"{which}的信度为 {fit.reliability:.2f}（其余是{rest}，已经扣除）；"
            f"每个{unit_name} {span} {several}。",
            f"Reliability of {which_en}: {fit.reliability:.2f} (the rest is {rest_en} and"
            f" is subtracted); {span_en} {several_en} a unit.",
        )
    ]
    if all_read:
        remarks.append(
            Remark(
                "coding",
                "占比指读到的这些段落的占比（视为全部，不是样本）；若只是样本，区间会更宽。",
                "The share meant is that of the stretches read (taken for all there is, not a sample);"
                " for a sample the interval would be wider.",
            )
        )
    if few:
        remarks.append(
            Remark(
                "coding",
                f"{counted(few, unit_name)}不足 {ENOUGH_DOCUMENTS} {several}，区间很宽。",
                f"{counted_en(few, unit_name)} with fewer than {ENOUGH_DOCUMENTS} {several_en}; the"
                " interval is very wide.",
            )
        )
    if fit.least_reliability < LEAST_RELIABILITY:
        remarks.append(
            Remark(
                "coding",
                f"去掉某一个{unit_name}后信度只剩 {max(fit.least_reliability, 0):.2f}，"
                "区间因此极宽，等于说这份材料分辨不出。",
                f"Without one unit the reliability is {max(fit.least_reliability, 0):.2f}, which makes"
                " the interval very wide: these documents cannot tell.",
            )
        )
    if by_unit:
        return remarks
    remarks.append(
        Remark(
            "coding",
            f"校正假定机器编码在每个{unit_name}错得一样多（灵敏度 {shares.sensitivity:.2f}，"
            f"特异度 {shares.specificity:.2f}）。",
            "The correction takes the machine to err alike in every unit (sensitivity"
            f" {shares.sensitivity:.2f}, specificity {shares.specificity:.2f}).",
        )
    )
    if doubted:
        remarks.append(
            Remark(
                "coding",
                f"警告：检查表明错误可能随{unit_name}或结果而变，这一假定不成立，区间偏窄；"
                f"请看各{unit_name}按自己的抽查校正的估计，抽查不够的{unit_name}请补编。",
                "Warning: errors may differ between units or go with the outcome, so this does not hold"
                " and the interval is too narrow; see the estimate corrected by each unit's own"
                " audit, and audit more where a unit has too little.",
            )
        )
    return remarks
