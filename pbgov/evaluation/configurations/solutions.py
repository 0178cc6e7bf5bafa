"""Solutions: all tied models with their fit, the noise benchmark, and the negated outcome beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.reduction import (
    Expectations,
    Include,
    of_the_negation,
    read_expectations,
    reduce_rows,
)
from pbgov.evaluation.configurations.sayings import (
    on_benchmark,
    on_contradictions,
    on_models,
    on_negation,
    on_noise,
    on_relation,
    on_remainders,
)
from pbgov.evaluation.configurations.terms import expression, written
from pbgov.evaluation.configurations.truth import TruthTable, tabulate
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import SEED
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.sets.fit import model_fit, term_memberships
from pbgov.inference.sets.noise import NoiseBenchmark, noise_benchmark
from pbgov.marks import SIMULATED, as_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.evaluation.configurations.reduction import Reduction, Term
    from pbgov.evaluation.remarks import Lang

KINDS = {
    "conservative": ("保守解", "conservative solution"),
    "parsimonious": ("简约解", "parsimonious solution"),
    "intermediate": ("中间解", "intermediate solution"),
}
_PRINTED = 10


@dataclass(frozen=True, eq=False)
class Solution:
    """All models of one solution.

    Attributes
    ----------
    include : str
        "conservative", "parsimonious" or "intermediate".
    table : TruthTable
    models : DataFrame
        One row is one tied model: model (M1, M2, …), expression, n_terms, inclS, PRI, covS.
    terms : DataFrame
        One row is one term of one model: model, term, essential, inclS, PRI, covS (raw
        coverage), covU (unique; NaN in a model of one term), cases (membership over .5), deviant
        (those of them whose membership in the outcome is .5 or less).
    chart : DataFrame
        The prime implicant chart: term, essential, and one column of booleans for each
        sufficient row, named by its number.
    assumptions : DataFrame
        Row numbers of remainders taken for sufficient. Of the parsimonious solution: model,
        assumed. Of the intermediate: pair of a conservative and a parsimonious model, models it
        leads to, easy and difficult counterfactuals. Of the conservative: no row.
    benchmark : NoiseBenchmark
        The same outcomes dealt at random.
    negated : Solution, NotEstimated or None
        The same kind of solution for the outcome's negation; None in that solution itself.
    remarks : tuple of Remark
    seed : int
    simulated : bool
    """

    include: Include
    table: TruthTable
    models: pd.DataFrame
    terms: pd.DataFrame
    chart: pd.DataFrame
    assumptions: pd.DataFrame
    benchmark: NoiseBenchmark
    negated: Solution | NotEstimated | None
    remarks: tuple[Remark, ...]
    seed: int
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            for name in ("models", "terms", "chart", "assumptions"):
                object.__setattr__(self, name, as_simulated(getattr(self, name)))

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.table.cases)

    @property
    def outcome(self) -> str:
        """Name of the outcome, with ~ before it where it is negated."""
        return self.table.outcome

    @property
    def essential(self) -> tuple[str, ...]:
        """Prime implicants that alone cover some row."""
        return tuple(str(term) for term in self.chart.term[self.chart.essential])

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks in Chinese."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """The solution as text, with what must be said beside it."""
        chinese = lang == "zh"
        mark = "" if not self.simulated else f"【{SIMULATED}】" if chinese else "[simulated] "
        shown = self.models.head(_PRINTED)
        left = len(self.models) - len(shown)
        more = f"…… 另有 {left} 个模型，见 models" if chinese else f"… {left} more, see models"
        terms = self.terms[self.terms.model.isin(shown.model)].drop(columns="essential")
        return "\n".join(
            [
                f"{mark}{KINDS[self.include][not chinese]}: {self.table.cases.formula}",
                *(_line(model, self.outcome, lang) for _, model in shown.iterrows()),
                *([more] if left else []),
                terms.to_string(index=False, na_rep="–", float_format=lambda value: f"{value:.3f}"),
                *(f"· {sentence}" for sentence in sentences(self.remarks, lang)),
            ]
        )

    def __str__(self) -> str:
        return self.render()


def minimize_sets(
    table: TruthTable | NotEstimated,
    *,
    include: Include = "conservative",
    expectations: Expectations | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Solution | NotEstimated:
    """All tied models of a truth table, beside what noise would give.

    Parameters
    ----------
    table : TruthTable or NotEstimated
        From `truth_table`; a refusal is handed on.
    include : str
        "conservative" uses no remainder, "parsimonious" any that shortens the models,
        "intermediate" those of the latter that the expectations support.
    expectations : mapping of str to int, None or collection of int, optional
        For the intermediate solution: 1 where the presence of a condition should go with the
        outcome, 0 where its absence should, None (or no entry) where nothing is expected; for a
        condition of three values or more the value or values.
    draws : int
        Permutations of the benchmark.
    seed : int

    Returns
    -------
    Solution or NotEstimated
        NotEstimated where no row is sufficient, none is insufficient, or there are more than
        10,000 tied models or so many ways to search that the data determine none.

    Raises
    ------
    InputError
        Where `table` is no truth table, or expectations are missing or name no condition.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press, chapters 8-9. Baumgartner, M., & Thiem, A. (2017). Model ambiguities in
    configurational comparative research. *Sociological Methods & Research*, 46(4), 954-987.
    """
    if isinstance(table, NotEstimated):
        return table
    if not isinstance(table, TruthTable):
        raise InputError(f"minimize_sets takes a truth table, not a {type(table).__name__}")
    if include not in get_args(Include):
        raise InputError(f"include {include!r} is none of {', '.join(get_args(Include))}")
    cases = table.cases
    expected = read_expectations(expectations, include, cases)
    found = reduce_rows(table.truth, include, expected)
    if isinstance(found, tuple):
        return NotEstimated(cases.formula, len(cases), *found, cases.simulated)
    reverse = tabulate(cases.negated(), table.incl_cut, table.pri_cut, table.n_cut)
    contrary = reduce_rows(reverse.truth, include, of_the_negation(expected, cases.levels))
    negated: Solution | NotEstimated
    if isinstance(contrary, tuple):
        negated = NotEstimated(reverse.cases.formula, len(cases), *contrary, cases.simulated)
    else:
        negated = _solution(reverse, include, contrary, draws, seed)
    solution = _solution(table, include, found, draws, seed)
    both = frozenset() if isinstance(contrary, tuple) else found.assumed & contrary.assumed
    remarks = [*solution.remarks, *on_contradictions(sorted(both)), *on_negation(negated, include)]
    return replace(solution, negated=negated, remarks=in_order(remarks))


def _solution(
    table: TruthTable, include: Include, found: Reduction, draws: int, seed: int
) -> Solution:
    cases = table.cases
    incl_cut, pri_cut, n_cut = table.incl_cut, table.pri_cut, table.n_cut
    by_name = np.argsort(np.array(cases.names), kind="stable")  # draws do not depend on the rows
    benchmark = noise_benchmark(
        cases.memberships[by_name],
        cases.outcome[by_name],
        incl_cut=incl_cut,
        pri_cut=pri_cut,
        n_cut=n_cut,
        seed=seed,
        draws=draws,
    )
    names = {term: written(term, cases.conditions, cases.levels) for term in found.primes}
    models, terms = _fitted(found, names, cases)
    chart = found.chart.copy()
    chart.insert(0, "term", pd.Series([names[term] for term in found.primes], dtype="str"))
    chart.insert(1, "essential", [term in found.essential for term in found.primes])
    remarks = [
        *table.remarks,
        *on_relation(),
        *on_models(len(models), len(found.essential)),
        *on_remainders(include, len(found.assumed)),
        *on_benchmark(benchmark, table.outcome, seed),
        *on_noise(cases, incl_cut, pri_cut, n_cut, seed),
    ]
    return Solution(
        include=include,
        table=table,
        models=models,
        terms=terms,
        chart=chart,
        assumptions=found.assumptions,
        benchmark=benchmark,
        negated=None,
        remarks=in_order(remarks),
        seed=seed,
        simulated=table.simulated,
    )


def _fitted(
    found: Reduction, names: dict[Term, str], cases: Cases
) -> tuple[pd.DataFrame, pd.DataFrame]:
    place = {term: column for column, term in enumerate(found.primes)}
    belongs = term_memberships(cases.memberships, np.array(found.primes), cases.levels)
    members = [_members(belongs[:, column], cases) for column in range(len(found.primes))]
    models, terms = [], []
    for number, model in enumerate(found.models, start=1):
        columns = [place[term] for term in model]
        fit = model_fit(belongs[:, columns], cases.outcome)
        models.append(
            {
                "model": f"M{number}",
                "expression": expression(names[term] for term in model),
                "n_terms": len(model),
                "inclS": float(fit.whole.inclusion),
                "PRI": float(fit.whole.pri),
                "covS": float(fit.whole.coverage),
            }
        )
        terms += [
            {
                "model": f"M{number}",
                "term": names[term],
                "essential": term in found.essential,
                "inclS": fit.terms.inclusion[entry],
                "PRI": fit.terms.pri[entry],
                "covS": fit.terms.coverage[entry],
                "covU": fit.unique_coverage[entry],
                "cases": members[columns[entry]][0],
                "deviant": members[columns[entry]][1],
            }
            for entry, term in enumerate(model)
        ]
    return pd.DataFrame(models), pd.DataFrame(terms)


def _members(belongs: np.ndarray, cases: Cases) -> tuple[str, str]:
    """Cases in a term, and those of them that are not in the outcome."""
    inside = np.flatnonzero(belongs > 0.5)
    outside = inside[cases.outcome[inside] <= 0.5]
    return ",".join(cases.names[case] for case in inside), ",".join(
        cases.names[case] for case in outside
    )


def _line(model: pd.Series, outcome: str, lang: Lang) -> str:
    words = ("一致性", "PRI", "覆盖度") if lang == "zh" else ("inclusion", "PRI", "coverage")
    numbers = ", ".join(
        f"{word} {model[column]:.3f}"
        for word, column in zip(words, ("inclS", "PRI", "covS"), strict=True)
    )
    return f"{model['model']}: {model['expression']} → {outcome}  ({numbers})"
