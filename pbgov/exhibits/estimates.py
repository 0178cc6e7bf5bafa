"""Estimates as tables: value, interval, every p value beside it, and what N is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_count,
    format_interval,
    format_number,
    format_p,
    is_missing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang = Literal["zh", "en"]
INTERCEPT = ("Intercept", "const")
LEVEL = 0.05
_NO_NAMES: Mapping[str, str] = {}


def table_estimate(
    estimate: Estimate | NotEstimated,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-estimate",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Every term of an estimate with its interval and p values, or the reason there is none.

    Parameters
    ----------
    estimate : Estimate or NotEstimated
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term, and of the codes of regions that the remarks name.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Columns: term, estimate, standard error, 95 % interval, degrees of freedom, p, permutation
        p with its number of permutations, and the p value of the second opinion. For a
        `NotEstimated` one row that gives the reason.
    """
    words = _WORDS[lang]
    if isinstance(estimate, NotEstimated):
        return _refused(estimate, title, source, exhibit_id, lang)
    beside = estimate.beside.set_index("term") if len(estimate.beside) else pd.DataFrame()
    rows = []
    for term in estimate.terms.to_dict("records"):
        decimals = decimals_for(term["std_error"])
        draws = term.get("n_permutations")
        second = beside["p_value"].get(term["term"]) if "p_value" in beside else None
        row = (
            labels.get(term["term"], term["term"]),
            format_number(term.get("minimum_detectable"), decimals),
            format_number(term["estimate"], decimals),
            format_number(term["std_error"], decimals),
            format_interval(term["conf_low"], term["conf_high"], decimals),
            format_number(term["df"], 1),
            format_p(term["p_value"]),
            format_p(term.get("p_permutation"), draws),
            format_p(second),
        )
        rows.append(dict(zip(words["columns"], row, strict=True)))
    body = pd.DataFrame(rows)
    optional = [words["columns"][1], *words["columns"][-2:]]
    body = body.drop(columns=[name for name in optional if body[name].eq(MISSING).all()])
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=_note(estimate, labels, lang),
        source=source,
        data=_raw(estimate),
        lang=lang,
        evidence=estimate,
    )


def table_recovery(
    recovery: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    label_names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Planted against estimated effects; always simulated.

    Parameters
    ----------
    recovery : DataFrame
        As `pbgov.evaluation.recovery.recovery_table` makes it; one row per mode, way of labelling
        and level.
    source : str
    labels : mapping, optional
        Printed name of each mode.
    label_names : mapping, optional
        Printed name of each value of the column ``labels``.

    Returns
    -------
    Exhibit
        ``tab-recovery``
    """
    rows = []
    for row in recovery.to_dict("records"):
        covers = row["covers_truth"]
        printed = {
            "模式": labels.get(row["mode"], row["mode"]),
            "标签来自": label_names.get(row["labels"], row["labels"]),
            "层次": row["level"],
            "设定的效应": format_number(row["truth"], 2),
            "估计值": format_number(row["estimate"], 2),
            "95% 区间": format_interval(row["conf_low"], row["conf_high"], 2),
            "p": format_p(row["p_value"]),
            "置换 p": format_p(row["p_permutation"]),
            "Holm p": format_p(row["p_holm"]),
            "区间含设定值": MISSING if is_missing(covers) else ("是" if covers else "否"),
        }
        rows.append(printed)
    body = pd.DataFrame(rows)
    alike = ["层次"] if body["层次"].nunique() == 1 else []
    return Exhibit(
        exhibit_id="tab-recovery",
        title="设定的效应与估计出的效应",
        body=body.drop(columns=alike),
        note=f"{count_recovered(recovery)}。效应是程序设定的，单位是满意率的 logit（占比每增加 1）；"
        "本表只检验这条链能否把它找回来，不说明任何地区的实际情况。",
        source=source,
        data=recovery,
        simulated=True,
    )


_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "columns": (
            "变量", "可查出的最小值", "估计值", "标准误", "95% 区间", "自由度", "p", "置换 p", "第二算法的 p",
        ),
        "refused": ("结果", "没有估计"),
        "reason": "原因",
    },
    "en": {
        "columns": (
            "Term", "Detectable (80%)", "Estimate", "Std. error", "95% CI", "df", "p", "Permutation p", "p (second opinion)",
        ),
        "refused": ("Result", "Not estimated"),
        "reason": "Reason",
    },
}  # fmt: skip


def _note(estimate: Estimate, labels: Mapping[str, str], lang: Lang) -> str:
    """N, method and limits; the remarks of an estimate speak of tests and size themselves."""
    torn = [labels.get(term, term) for term in _torn_by_second_opinion(estimate)]
    if lang == "en":
        return _note_in_english(estimate, torn, labels)
    associations = says_what_it_is(estimate)
    parts = [
        f"N = {count_units(estimate, lang)}。{estimate.method}；公式 {estimate.formula}；"
        f"标准误与自由度：{estimate.covariance}。",
        _fit(estimate),
        *(labelled(sentence, labels) for sentence in estimate.limits),
        f"{'、'.join(torn)}：p 与第二算法的 p 落在 0.05 的两侧，不稳健。" if torn else "",
        "" if associations else "相关不等于因果。",
    ]
    return "".join(part for part in parts if part)


def _note_in_english(estimate: Estimate, torn: list[str], labels: Mapping[str, str]) -> str:
    associations = says_what_it_is(estimate)
    method = f"{estimate.method_en}; " if estimate.method_en else ""
    parts = [
        f"N = {count_units(estimate, 'en')}; {method}{estimate.formula};"
        f" {estimate.covariance_en or estimate.covariance}.",
        *(labelled(sentence, labels) for sentence in estimate.limits_en),
        f"Not robust: the two p values of {', '.join(torn)} fall on both sides of 0.05."
        if torn
        else "",
        "" if associations else "Associations, not effects.",
    ]
    return " ".join(part for part in parts if part)


def says_what_it_is(estimate: Estimate) -> bool:
    """True where a remark says association, or names the design under which it is an effect."""
    return any(
        "因果" in remark.zh or (remark.rule == "design" and "平行趋势" in remark.zh)
        for remark in estimate.remarks
    )


def labelled(sentence: str, labels: Mapping[str, str]) -> str:
    """A remark with printed names in the place of terms (in quotes) and of codes of regions."""
    names = sorted(labels, key=len, reverse=True)
    if not names:
        return sentence
    quoted = "|".join(re.escape(name) for name in names)
    codes = "|".join(name for name in names if name.isdecimal()) or "(?!)"
    pattern = rf"“(?P<zh>{quoted})”|'(?P<en>{quoted})'|(?<![\w.])(?P<code>{codes})(?!\w|\.\d)"

    def printed(found: re.Match[str]) -> str:
        label = labels[found[found.lastgroup or 0]]
        return {"zh": f"“{label}”", "en": repr(label)}.get(found.lastgroup or "", label)

    return re.sub(pattern, printed, sentence)


def _fit(estimate: Estimate) -> str:
    r2 = estimate.fit.get("r2")
    return "" if is_missing(r2) else f"R² = {format_number(r2, 2)}。"


def count_recovered(recovery: pd.DataFrame) -> str:
    """How many estimates a recovery table holds, on how many units, and why others are missing."""
    units = recovery["n_units"][recovery["n_units"].gt(0)]
    said = f"N = {format_count(units.max())} 个区" if len(units) else "N = 0"
    said += f"，{int(recovery['estimate'].notna().sum())} 个估计"
    missing = dict.fromkeys(recovery["reason"].dropna())
    return said + (
        f"（没有估计的：{'；'.join(one.rstrip('。') for one in missing)}）" if missing else ""
    )


def count_units(estimate: Estimate, lang: Lang = "zh") -> str:
    """N as it is printed: rows, and the units at the level of the regressor where they differ."""
    if lang == "zh":
        return estimate.size
    return estimate.size_en


def _torn_by_second_opinion(estimate: Estimate) -> list[str]:
    """Terms whose two p values fall on both sides of 0.05, the intercept aside."""
    if not len(estimate.beside):
        return []
    second = dict(zip(estimate.beside["term"], estimate.beside["p_value"], strict=True))
    torn = []
    for term, p in zip(estimate.terms["term"], estimate.terms["p_value"], strict=True):
        other = second.get(term, float("nan"))
        known = not (is_missing(p) or is_missing(other) or term in INTERCEPT)
        if known and (p < LEVEL) != (other < LEVEL):
            torn.append(str(term))
    return torn


def _raw(estimate: Estimate) -> pd.DataFrame:
    """All terms, with the second opinion's columns beside them as ``beside_…``."""
    terms: pd.DataFrame = estimate.terms
    if not len(estimate.beside):
        return terms
    second = estimate.beside.rename(columns=lambda c: c if c == "term" else f"beside_{c}")
    return terms.merge(second, on="term", how="left", validate="one_to_one")


def _refused(
    refusal: NotEstimated, title: str, source: str, exhibit_id: str, lang: Lang
) -> Exhibit:
    words = _WORDS[lang]
    reason = refusal.reason if lang == "zh" else refusal.reason_en
    result, no = words["refused"]
    n = format_count(refusal.n)
    note = (
        f"N = {n}；公式 {refusal.formula}。没有估计是一个结果，不是缺漏。"
        if lang == "zh"
        else f"N = {n}; {refusal.formula}. That there is no estimate is a result, not a gap."
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame({result: [no], words["reason"]: [reason]}),
        note=note,
        source=source,
        data=pd.DataFrame({"formula": [refusal.formula], "n": [refusal.n], "reason": [reason]}),
        lang=lang,
        evidence=refusal,
    )
