"""An estimate as text, in the order in which an honest report says things.

First how many units there are and what they could have shown at all, then the numbers, then every
other limit. An estimate that is printed without its limits is not printed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.evaluation.remarks import sentences
from pbgov.marks import SIMULATED

if TYPE_CHECKING:
    from pbgov.evaluation.estimate import Estimate
    from pbgov.evaluation.remarks import Lang

BEFORE = ("simulated", "size", "detectable")
LEAST_P = 0.001
_TERMS = {
    "term": ("变量", "term"),
    "estimate": ("估计", "estimate"),
    "std_error": ("标准误", "std. error"),
    "conf_low": ("区间下限", "conf. low"),
    "conf_high": ("区间上限", "conf. high"),
    "df": ("自由度", "df"),
    "p_value": ("p", "p"),
    "p_permutation": ("置换 p", "permutation p"),
    "p_beside": ("第二算法的 p", "p (second opinion)"),
    "minimum_detectable": ("八成把握查得出", "detectable (80%)"),
}
_EFFECTS = {
    "term": ("变量", "term"),
    "effect": ("平均边际关联（百分点）", "average marginal association (points)"),
    "conf_low": ("区间下限", "conf. low"),
    "conf_high": ("区间上限", "conf. high"),
    "ols": ("最小二乘（百分点）", "least squares (points)"),
    "ols_low": ("区间下限", "conf. low"),
    "ols_high": ("区间上限", "conf. high"),
}
_P_COLUMNS = ("p_value", "p_permutation", "p_beside")
_BESIDE = ("p_beside", "ols", "ols_low", "ols_high")
"""Columns of a second opinion, not printed where there is none."""


def rendered(estimate: Estimate, lang: Lang) -> str:
    """See `pbgov.Estimate.render`."""
    zh = lang == "zh"
    head = (f"【{SIMULATED}】" if zh else "[simulated] ") if estimate.simulated else ""
    method = estimate.method if zh else estimate.method_en or estimate.method
    covariance = estimate.covariance if zh else estimate.covariance_en or estimate.covariance
    said = f"{method}，{covariance}，N = {estimate.size}"
    said_en = f"{method}; {covariance}; N = {estimate.size_en}"
    before = [one for one in estimate.remarks if one.rule in BEFORE]
    after = [one for one in estimate.remarks if one.rule not in BEFORE]
    effects = [_shown(estimate.effects, _EFFECTS, lang)] if len(estimate.effects) else []
    return "\n".join(
        [
            f"{head}{estimate.formula}",
            said if zh else said_en,
            *(f"· {sentence}" for sentence in sentences(before, lang)),
            _shown(_with_second_opinion(estimate), _TERMS, lang),
            *effects,
            *(f"· {sentence}" for sentence in sentences(after, lang)),
        ]
    )


def _with_second_opinion(estimate: Estimate) -> pd.DataFrame:
    """The terms, with the p value of the other standard error of each."""
    if not len(estimate.beside):
        return estimate.terms
    beside = estimate.beside.set_index("term")["p_value"]
    return estimate.terms.assign(p_beside=beside.reindex(estimate.terms["term"]).to_numpy())


def _shown(table: pd.DataFrame, columns: dict[str, tuple[str, str]], lang: Lang) -> str:
    """The table as text; p values are never printed as 0, what was refused as a dash."""
    there = [
        name
        for name in columns
        if name in table.columns and not (name in _BESIDE and table[name].isna().all())
    ]
    rows = [
        [_cell(value, name) for value, name in zip(row, there, strict=True)]
        for row in table[there].itertuples(index=False)
    ]
    shown = pd.DataFrame(rows, columns=[columns[name][lang == "en"] for name in there])
    with pd.option_context("display.unicode.east_asian_width", True):
        return shown.to_string(index=False)


def _cell(value: float | str, column: str) -> str:
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return "—"
    if column in _P_COLUMNS:
        return f"<{LEAST_P}" if number < LEAST_P else f"{number:.3f}"
    return f"{number:.4g}"
