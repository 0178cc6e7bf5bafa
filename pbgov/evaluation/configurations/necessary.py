"""Necessity: whether the outcome comes without a condition, and whether that says anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.cases import read_cases
from pbgov.evaluation.configurations.sayings import on_gaps
from pbgov.evaluation.configurations.terms import read_expression, written
from pbgov.evaluation.configurations.truth import refusal
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.limits import sentences_on_simulation
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.sets.fit import term_memberships
from pbgov.inference.sets.minimisation import FREE
from pbgov.inference.sets.necessity import necessity_fit
from pbgov.marks import SIMULATED, as_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.evaluation.remarks import Lang
    from pbgov.indicators.panel import Panel

HIGH_INCLUSION = 0.9
LOW_RELEVANCE = 0.5


@dataclass(frozen=True, eq=False)
class Necessity:
    """How far the outcome is a subset of each condition.

    Attributes
    ----------
    table : DataFrame
        One row is one condition, its negation, or a combination asked for: term, inclN (0–1:
        share of the outcome that lies within it), RoN (0–1: relevance; near 0 where the condition
        is so common that any outcome lies within it), covN (0–1).
    formula : str
    sets : tuple of str
        Conditions, then the outcome, with ~ before it where it is negated.
    n : int
        Cases.
    remarks : tuple of Remark
    simulated : bool
    """

    table: pd.DataFrame
    formula: str
    sets: tuple[str, ...]
    n: int
    remarks: tuple[Remark, ...]
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            object.__setattr__(self, "table", as_simulated(self.table))

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks in Chinese."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """The table as text, with what must be said beside it."""
        mark = "" if not self.simulated else f"【{SIMULATED}】" if lang == "zh" else "[simulated] "
        title = "必要性" if lang == "zh" else "Necessity"
        return "\n".join(
            [
                f"{mark}{title}: {self.formula}",
                self.table.to_string(index=False, float_format=lambda value: f"{value:.3f}"),
                *(f"· {sentence}" for sentence in sentences(self.remarks, lang)),
            ]
        )

    def __str__(self) -> str:
        return self.render()


def necessity(
    data: pd.DataFrame | Panel,
    outcome: str,
    conditions: Sequence[str],
    *,
    combinations: Sequence[str] = (),
    negate: bool = False,
    cases: str | None = None,
    levels: Mapping[str, int] | None = None,
) -> Necessity | NotEstimated:
    """Inclusion, relevance and coverage of necessity for conditions and their negations.

    Parameters
    ----------
    data : DataFrame or Panel
        One row is one case; memberships in [0, 1].
    outcome : str
    conditions : sequence of str
    combinations : sequence of str
        Further expressions: "DEV + URB" (or), "DEV*~STB" (and), and sums of such products.
    negate : bool
        True for the negation of the outcome.
    cases : str, optional
        Column that names the cases; a panel's unit or the index, if not given.
    levels : mapping of str to int, optional
        Conditions of three values or more; each value is a row of the table.

    Returns
    -------
    Necessity or NotEstimated
        NotEstimated where a condition or the outcome does not vary.

    Raises
    ------
    InputError
        As `truth_table`, and where an expression cannot be read.

    References
    ----------
    Schneider, C. Q., & Wagemann, C. (2012). *Set-Theoretic Methods for the Social Sciences*.
    Cambridge University Press, pp. 139-147, 235-237.
    """
    found = read_cases(data, outcome, conditions, cases, levels)
    if negate:
        found = found.negated()
    if isinstance(combinations, str):
        raise InputError(f"combinations is {combinations!r}; pass a list of expressions")
    asked = [read_expression(text, found.conditions, found.levels) for text in combinations]
    reason = refusal(found, allow_conditions=len(found.conditions))
    if reason is not None:
        return NotEstimated(found.formula, len(found), *reason, found.simulated)
    single = _literals(found)
    names = [written(term, found.conditions, found.levels) for term in single]
    belongs = np.column_stack(
        [
            term_memberships(found.memberships, single, found.levels),
            *(
                term_memberships(found.memberships, terms, found.levels).max(axis=1)
                for terms in asked
            ),
        ]
    )
    fit = necessity_fit(belongs, found.outcome)
    table = pd.DataFrame(
        {
            "term": pd.Series([*names, *combinations], dtype="str"),
            "inclN": fit.inclusion,
            "RoN": fit.relevance,
            "covN": fit.coverage,
        }
    )
    remarks = [
        *sentences_on_simulation(found.simulated),
        *_on_reading(found),
        *_on_trivial(table),
        *on_gaps(found),
    ]
    return Necessity(
        table=table,
        formula=found.formula,
        sets=(*found.conditions, found.outcome_name),
        n=len(found),
        remarks=in_order(remarks),
        simulated=found.simulated,
    )


def _literals(cases: Cases) -> np.ndarray:
    """Each value of each condition as a term: present before absent, or 0, 1, 2, …."""
    terms = []
    for place, size in enumerate(cases.levels):
        for value in (1, 0) if max(cases.levels) == 2 else range(size):
            term = np.full(len(cases.levels), FREE)
            term[place] = value
            terms.append(term)
    return np.array(terms)


def _on_reading(cases: Cases) -> list[Remark]:
    return [
        Remark(
            "size",
            f"{len(cases)} 个案例。“必要”指结果集合包含在条件集合之内；这是相关，不是因果。",
            f"{len(cases)} cases. Necessary means that the outcome is included in the condition:"
            " an association.",
        )
    ]


def _on_trivial(table: pd.DataFrame) -> list[Remark]:
    """Which terms hold the outcome, and which of those only because they hold almost anything."""
    high = table[table.inclN >= HIGH_INCLUSION]
    if not len(high):
        return [
            Remark(
                "sets",
                f"没有一项的 inclN 达到 {HIGH_INCLUSION:g}（惯例），没有可称必要的条件。",
                f"No term reaches inclN {HIGH_INCLUSION:g} (a convention): none can be called"
                " necessary.",
            )
        ]
    trivial = high.term[~(high.RoN >= LOW_RELEVANCE)]
    said = [
        Remark(
            "sets",
            f"inclN ≥ {HIGH_INCLUSION:g}（惯例）：{'、'.join(high.term)}。",
            f"inclN ≥ {HIGH_INCLUSION:g} (a convention): {', '.join(high.term)}.",
        )
    ]
    if len(trivial):
        said.append(
            Remark(
                "sets",
                f"其中 {'、'.join(trivial)} 的 RoN < {LOW_RELEVANCE:g}：几乎所有案例都在其中，"
                "任何结果都会显得以它为必要（平凡必要）。",
                f"Of these, {', '.join(trivial)} has RoN < {LOW_RELEVANCE:g}: almost every case"
                " lies within it, and any outcome would seem to need it (trivialness).",
            )
        )
    return said
