"""Rates: average marginal associations in percentage points beside least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.outcomes.answers import ARROW
from pbgov.evaluation.remarks import sentences
from pbgov.exhibits.estimates import count_units, labelled, table_estimate
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_interval,
    format_number,
    format_p,
    is_missing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.evaluation.estimate import Estimate

Lang = Literal["zh", "en"]
_NO_NAMES: Mapping[str, str] = {}
_COLUMNS = {
    "zh": (
        "变量",
        "平均边际关联（百分点）",
        "标准误",
        "95% 区间",
        "p",
        "置换 p",
        "最小二乘（百分点）",
        "最小二乘 95% 区间",
    ),
    "en": (
        "Term",
        "Average marginal association (points)",
        "Std. error",
        "95% CI",
        "p",
        "Permutation p",
        "Least squares (points)",
        "Least squares 95% CI",
    ),
}
_MAY_BE_EMPTY = 3  # the last columns


def table_marginal_effects(
    estimate: Estimate | NotEstimated,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-marginal-effects",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """What each term goes with in percentage points, by the logit model and by least squares.

    Parameters
    ----------
    estimate : Estimate or NotEstimated
        Of `pbgov.fractional_logit` (or `pbgov.ordered_logit`, whose rows are a term and an answer
        and have no least squares beside them).
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        One row is one term; for a `NotEstimated` one row that gives the reason.

    Raises
    ------
    InputError
        Where the estimate has no marginal effects.
    """
    if isinstance(estimate, NotEstimated):
        return table_estimate(
            estimate, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    if not len(estimate.effects):
        raise InputError(
            f"{estimate.formula!r} has no effects in percentage points; fractional_logit and"
            " ordered_logit make them"
        )
    columns = _COLUMNS[lang]
    permuted = estimate.terms.set_index("term")[["p_permutation", "n_permutations"]]
    rows = []
    for row in estimate.effects.to_dict("records"):
        decimals = decimals_for(row["std_error"])
        beside = MISSING if is_missing(row["ols"]) else format_number(row["ols"], decimals)
        p_permutation, draws = permuted.loc[str(row["term"]).split(ARROW)[0]]
        cells = (
            _named(row["term"], labels),
            format_number(row["effect"], decimals),
            format_number(row["std_error"], decimals),
            format_interval(row["conf_low"], row["conf_high"], decimals),
            format_p(row["p_value"]),
            format_p(p_permutation, draws),
            beside,
            format_interval(row["ols_low"], row["ols_high"], decimals),
        )
        rows.append(dict(zip(columns, cells, strict=True)))
    body = pd.DataFrame(rows)
    empty = [name for name in columns[-_MAY_BE_EMPTY:] if body[name].eq(MISSING).all()]
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body.drop(columns=empty),
        note=_note(estimate, labels, lang, alone=columns[-2] in empty),
        source=source,
        data=estimate.effects,
        lang=lang,
        evidence=estimate,
    )


def _named(term: str, labels: Mapping[str, str]) -> str:
    """The printed name; of a term and an answer, the term's name and the answer."""
    term, arrow, answer = str(term).partition(ARROW)
    return str(labels.get(term, term)) + arrow + answer


def _note(estimate: Estimate, labels: Mapping[str, str], lang: Lang, *, alone: bool) -> str:
    """N, how the numbers were made, and every limit of the estimate."""
    how = {
        "zh": (
            f"N = {count_units(estimate)}。{estimate.method}；公式 {estimate.formula}；"
            f"标准误（德尔塔法）：{estimate.covariance}。"
            "0/1 变量为取 1 与取 0 之差，分组变量为与未列出的一组之差，其余为每增加一个单位；"
            "其他变量保持各行原值。"
        ),
        "en": (
            f"N = {count_units(estimate, 'en')}; {estimate.method_en or estimate.method};"
            f" {estimate.formula}; delta-method standard errors:"
            f" {estimate.covariance_en or estimate.covariance}. For a 0/1 variable 1 against 0, for"
            " groups against the group not listed, otherwise per unit; other variables stay as they"
            " are in each row."
        ),
    }[lang]
    beside = {
        "zh": "最小二乘直接以比率为结果。",
        "en": "Least squares has the rate itself as outcome.",
    }[lang]
    gap = "" if lang == "zh" else " "
    said = [labelled(sentence, labels) for sentence in sentences(estimate.remarks, lang)]
    parts = [how, *([] if alone else [beside]), *said]
    return gap.join(parts)
