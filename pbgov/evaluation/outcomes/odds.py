"""Whether one coefficient fits every step up a scale of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.limits import (
    LEVEL,
    sentences_on_gaps,
    sentences_on_simulation,
    shown_p,
)
from pbgov.evaluation.outcomes.answers import fit_answers, threshold_names
from pbgov.evaluation.regression import table_of
from pbgov.evaluation.remarks import Remark
from pbgov.inference.outcomes.proportional_odds import proportional_odds_test
from pbgov.inference.outcomes.separation import NoMaximum

if TYPE_CHECKING:
    from pbgov.indicators.panel import Panel
    from pbgov.inference.outcomes.ordered import OrderedFit


def proportional_odds(
    data: pd.DataFrame | Panel,
    formula: str,
    cluster: str | None = None,
    *,
    unit_name: str | None = None,
    allow_regressors: int | None = None,
) -> CheckResult | NotEstimated:
    """Whether one coefficient fits every step up the scale: a likelihood-ratio test of each term.

    Parameters
    ----------
    data, formula, cluster, unit_name, allow_regressors
        As in `ordered_logit`.

    Returns
    -------
    CheckResult or NotEstimated
        Statistic and p value free all terms at once; ``passed`` is False under 0.05. ``table`` has
        one row per column and threshold: term, threshold, estimate (slope at this threshold, infinite
        where no row holds it back), statistic, df and p_value of the term's own test. The test
        takes rows for independent; within clusters it finds fault too readily.

    Raises
    ------
    InputError
        As `ordered_logit`.
    """
    table, simulated = table_of(data)
    design = read_design(table, formula, [cluster] if cluster else [])
    unit_name = unit_name or ("组" if cluster else "行")
    fit = fit_answers(design, formula, cluster, unit_name, allow_regressors, simulated)
    if isinstance(fit, NotEstimated):
        return fit
    n = len(design.rows)
    if len(fit.thresholds) < 2:
        return NotEstimated(
            formula, n, "只有两种回答，没有可比的门槛", "only two answers occur", simulated
        )
    together = proportional_odds_test(fit, range(len(fit.coefficients)))
    if isinstance(together, NoMaximum):
        return NotEstimated(
            formula, n, "有的回答太少，分不清各门槛上的系数", together.message, simulated
        )
    rows, unclear = [], []
    for term in dict.fromkeys(design.terms[1:]):
        group = [j - 1 for j, other in enumerate(design.terms) if other == term]
        alone = proportional_odds_test(fit, group)
        if isinstance(alone, NoMaximum):
            unclear.append(term)
            continue
        for place, j in enumerate(group):
            for cut, name in enumerate(threshold_names(fit)):
                slope = alone.by_threshold[cut, place]
                row = design.columns[j + 1], name, slope, alone.statistic, alone.df, alone.p_value
                rows.append(row)
    return CheckResult(
        name="比例优势检验",
        name_en="test of proportional odds",
        statistic=together.statistic,
        p_value=together.p_value,
        passed=together.p_value >= LEVEL,
        n=n if cluster is None else int(design.rows[cluster].nunique()),
        unit_name=unit_name,
        table=pd.DataFrame(
            rows, columns=["term", "threshold", "estimate", "statistic", "df", "p_value"]
        ),
        remarks=(
            *sentences_on_simulation(simulated),
            *sentences_on_gaps(design),
            *_on_unclear(unclear),
            Remark(
                "tests",
                "似然比检验把各行当作独立；同一单位内的行彼此相近时，它过于容易判为不成比例。",
                "The likelihood-ratio test takes rows for independent; where rows of a unit are"
                " alike it finds fault too readily.",
            ),
        ),
        simulated=simulated,
    )


def _on_unclear(terms: list[str]) -> list[Remark]:
    """Which terms have no test of their own."""
    if not terms:
        return []
    return [
        Remark(
            "tests",
            f"{'、'.join(f'“{term}”' for term in terms)}没有单独的检验：有的回答太少，分不清各门槛上的系数。",
            f"No test of its own for {', '.join(map(repr, terms))}: some answers are too few to tell the"
            " slopes apart.",
        )
    ]


def sentences_on_odds(fit: OrderedFit, *, clustered: bool) -> list[Remark]:
    """Whether one coefficient fits every step up the scale."""
    if len(fit.thresholds) < 2:
        return []
    test = proportional_odds_test(fit, range(len(fit.coefficients)))
    if isinstance(test, NoMaximum):
        return [
            Remark(
                "tests",
                "有的回答太少，无法检查比例优势（每升一级系数相同）是否成立。",
                "Some answers are too few to check whether the odds are proportional.",
            )
        ]
    readily, readily_en = (
        (
            "（检验把各行当作独立，因此偏于判为不成立）",
            " (rows taken as independent, so it finds fault readily)",
        )
        if clustered
        else ("", "")
    )
    holds = test.p_value >= LEVEL
    verdict = "没有查出不成立" if holds else "不成立，一个系数概括不了每一级"
    verdict_en = (
        "no fault found" if holds else "they are not; one coefficient does not fit every step"
    )
    numbers = f"χ²({test.df}) = {test.statistic:.2f}, {shown_p(test.p_value)}"
    return [
        Remark(
            "tests",
            f"比例优势（每升一级系数相同）的似然比检验：{numbers}，{verdict}{readily}。",
            f"Likelihood-ratio test of proportional odds: {numbers}; {verdict_en}{readily_en}.",
        )
    ]
