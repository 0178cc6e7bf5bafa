"""Answers on a scale of steps: what they must be, and how many gave each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.limits import refusal
from pbgov.evaluation.remarks import Remark
from pbgov.inference.outcomes.ordered import OrderedFit, ordered_logit, predicted_shares

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design

MOST_ANSWERS = 11  # 0 to 10
ARROW = " → "
"""Between a term and the answer whose share it goes with."""


def fit_answers(
    design: Design,
    formula: str,
    cluster: str | None,
    unit_name: str,
    allow_regressors: int | None,
    simulated: bool,
) -> OrderedFit | NotEstimated:
    """The ordered logit that a design asks for, or why there is none.

    Raises
    ------
    InputError
        Where the answers are not whole numbers, or more than eleven.
    """
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'answer ~ regressors'")
    _refuse_other_than_answers(design)
    reason = refusal(design, cluster, unit_name, allow_regressors)
    if reason is None and design.matrix.shape[1] == 1:
        reason = "式中没有解释变量", "the formula has no regressor"
    if reason is None:
        fit = ordered_logit(design.matrix[:, 1:], design.outcome)
        if isinstance(fit, OrderedFit):
            return fit
        reason = (
            "解释变量把各种回答完全（或除并列外完全）排开，系数没有有限的估计值"
            if fit.separated
            else "似然的最大值定不下来：有的回答太少",
            f"{fit.message}; a coefficient has no finite estimate"
            if fit.separated
            else fit.message,
        )
    return NotEstimated(formula, len(design.rows), reason[0], reason[1], simulated)


def _refuse_other_than_answers(design: Design) -> None:
    values = design.outcome[np.isfinite(design.outcome)]
    broken = np.flatnonzero(
        np.isfinite(design.outcome) & (np.floor(design.outcome) != design.outcome)
    )
    if len(broken):
        row = broken[0]
        raise InputError(
            f"{design.outcome_name!r} is {design.outcome[row]:g} in row {design.labels[row]}; answers"
            " are whole numbers. For a measured outcome use regress, for a rate fractional_logit."
        )
    kinds = len(np.unique(values))
    if kinds > MOST_ANSWERS:
        raise InputError(
            f"{design.outcome_name!r} has {kinds} different values; a scale of answers has"
            f" {MOST_ANSWERS} at most. For a count or a measured outcome use regress."
        )


def threshold_names(fit: OrderedFit) -> tuple[str, ...]:
    """What lies between two answers, such as 1|2."""
    shown = [f"{answer:g}" for answer in fit.answers]
    return tuple(f"{low}|{high}" for low, high in pairwise(shown))


def sentences_on_shares(fit: OrderedFit, outcome: str) -> list[Remark]:
    """The share of each answer as observed and as predicted."""
    observed = np.bincount(fit.codes) / len(fit.codes)
    predicted = predicted_shares(fit).mean(axis=0)
    shares = list(zip(fit.answers, observed, predicted, strict=True))
    zh = "，".join(f"{answer:g}：{seen:.1%}（{said:.1%}）" for answer, seen, said in shares)
    en = ", ".join(f"{answer:g}: {seen:.1%} ({said:.1%})" for answer, seen, said in shares)
    return [
        Remark(
            "rates",
            f"“{outcome}”各回答的占比，括号内为模型预测的平均：{zh}。没有人选的回答不在其中。",
            f"Share of each answer of {outcome}, predicted on average in brackets: {en}. Answers that"
            " nobody gave are not among them.",
        )
    ]
