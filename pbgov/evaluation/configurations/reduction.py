"""From a truth table to models: which rows may be used, and what the three kinds of solution make of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.sets.minimisation import assumed_rows, counterfactuals, minimise

if TYPE_CHECKING:
    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.inference.sets.minimisation import Counterfactuals, Minimum
    from pbgov.inference.sets.rows import TruthRows

Include = Literal["conservative", "parsimonious", "intermediate"]
Expectations = Mapping[str, int | Collection[int] | None]
Term = tuple[int, ...]

MOST_PAIRS = 100_000
_TOO_MANY = (
    "并列的模型超过 10,000 个或搜索过长，数据决定不了任何一个；请减少条件或改变门槛",
    "there are more than 10,000 tied models, or too many to search: the data determine none;"
    " use fewer conditions or other cut-offs",
)


@dataclass(frozen=True, eq=False)
class Reduction:
    """The models of one solution.

    Attributes
    ----------
    models : tuple of tuple of Term
        All tied models; a term has the value of each condition, or -1 where it is free.
    primes : tuple of Term
        Prime implicants; of the intermediate solution, those of every pair.
    essential : frozenset of Term
        Prime implicants that alone cover some row.
    chart : DataFrame
        One row a prime implicant, one column a sufficient row (by its number): covered or not.
    assumptions : DataFrame
        Rows without cases that models take for sufficient; see `Solution`.
    assumed : frozenset of int
        All of them, as entries.
    """

    models: tuple[tuple[Term, ...], ...]
    primes: tuple[Term, ...]
    essential: frozenset[Term]
    chart: pd.DataFrame
    assumptions: pd.DataFrame
    assumed: frozenset[int]


def reduce_rows(
    truth: TruthRows, include: Include, expectations: list[frozenset[int]]
) -> Reduction | tuple[str, str]:
    """The models of a truth table, or why there are none, in Chinese and in English."""
    positive, negative = truth.positive, truth.negative
    if not len(positive):
        return (
            "没有一行达到充分性门槛，没有可以化简的行",
            "no row reaches the cut-offs; there is nothing to minimise",
        )
    if not len(negative) and (include != "conservative" or len(positive) == len(truth.n)):
        return (
            "所有有案例的行都充分，没有一行不充分：任何组合都会被当作充分，无从化简",
            "every row with cases is sufficient and none is not: any combination would do",
        )
    if include == "conservative":
        return _single(minimise(positive, None, truth.levels), assuming=False)
    parsimonious = minimise(positive, negative, truth.levels)
    if include == "parsimonious":
        return _single(parsimonious, assuming=True)
    conservative = minimise(positive, None, truth.levels)
    n_pairs = len(conservative.models) * len(parsimonious.models)
    if not (conservative.complete and parsimonious.complete) or n_pairs > MOST_PAIRS:
        return _TOO_MANY
    return _paired(counterfactuals(conservative, parsimonious, expectations))


def _single(minimum: Minimum, *, assuming: bool) -> Reduction | tuple[str, str]:
    if not minimum.complete:
        return _TOO_MANY
    assumed = assumed_rows(minimum) if assuming else []
    assumptions = pd.DataFrame(
        {
            "model": pd.Series([f"M{place + 1}" for place in range(len(assumed))], dtype="str"),
            "assumed": pd.Series([_numbers(rows) for rows in assumed], dtype="str"),
        }
    )
    return Reduction(
        models=tuple(_terms(minimum.terms(model)) for model in minimum.models),
        primes=_terms(minimum.primes),
        essential=frozenset(_terms(minimum.terms(minimum.essential))),
        chart=pd.DataFrame(minimum.chart, columns=[str(row + 1) for row in minimum.positive]),
        assumptions=assumptions,
        assumed=frozenset(int(row) for rows in assumed for row in rows),
    )


def _paired(pairs: list[Counterfactuals]) -> Reduction | tuple[str, str]:
    minima = {id(pair.minimum): pair.minimum for pair in pairs}
    if not all(minimum.complete for minimum in minima.values()):
        return _TOO_MANY
    models: dict[frozenset[Term], tuple[Term, ...]] = {}
    chart: dict[Term, np.ndarray] = {}
    of_minimum: dict[int, list[frozenset[Term]]] = {}
    essential: set[Term] | None = None
    for key, minimum in minima.items():
        listed = [_terms(minimum.terms(model)) for model in minimum.models]
        of_minimum[key] = [frozenset(model) for model in listed]
        for model in listed:
            models.setdefault(frozenset(model), model)
        chart.update(zip(_terms(minimum.primes), minimum.chart, strict=True))
        here = set(_terms(minimum.terms(minimum.essential)))
        essential = here if essential is None else essential & here
    named = {model: f"M{place + 1}" for place, model in enumerate(models)}
    said = {key: ",".join(named[model] for model in listed) for key, listed in of_minimum.items()}
    assumptions = pd.DataFrame(
        {
            "pair": [f"C{pair.conservative + 1}P{pair.parsimonious + 1}" for pair in pairs],
            "models": [said[id(pair.minimum)] for pair in pairs],
            "easy": [_numbers(pair.easy) for pair in pairs],
            "difficult": [_numbers(pair.difficult) for pair in pairs],
        }
    ).astype("str")
    return Reduction(
        models=tuple(models.values()),
        primes=tuple(chart),
        essential=frozenset(essential or ()),
        chart=pd.DataFrame(
            np.array(list(chart.values())),
            columns=[str(row + 1) for row in pairs[0].minimum.positive],
        ),
        assumptions=assumptions,
        assumed=frozenset(int(row) for pair in pairs for row in pair.easy),
    )


def read_expectations(
    expectations: Expectations | None, include: Include, cases: Cases
) -> list[frozenset[int]]:
    """For each condition, the values expected to go with the outcome; none where nothing is."""
    if expectations is None and include == "intermediate":
        raise InputError(
            "the intermediate solution needs expectations: for each condition 1 (its presence"
            " should go with the outcome), 0 (its absence) or None"
        )
    if not isinstance(expectations, (Mapping, type(None))):
        raise InputError(
            f"expectations is a {type(expectations).__name__}; pass names of conditions with what"
            " is expected of each, such as {'DEV': 1}"
        )
    given = dict(expectations or {})
    unknown = [name for name in given if name not in cases.conditions]
    if unknown:
        raise InputError(f"expectations name {unknown[0]!r}, which is no condition")
    read = []
    for name, size in zip(cases.conditions, cases.levels, strict=True):
        value = given.get(name)
        values = [] if value is None else list(value) if isinstance(value, Collection) else [value]
        if any(wanted not in range(size) for wanted in values):
            raise InputError(
                f"the expectation of {name!r} is {value!r}; its values are 0 to {size - 1}, or None"
            )
        read.append(frozenset(int(wanted) for wanted in values))
    return read


def of_the_negation(
    expectations: list[frozenset[int]], levels: tuple[int, ...]
) -> list[frozenset[int]]:
    """What then should go with the outcome's negation: the other values, where any was expected."""
    return [
        frozenset(range(size)) - expected if expected else expected
        for expected, size in zip(expectations, levels, strict=True)
    ]


def _terms(terms: np.ndarray) -> tuple[Term, ...]:
    return tuple(tuple(int(value) for value in term) for term in terms)


def _numbers(entries: np.ndarray) -> str:
    return ",".join(str(int(entry) + 1) for entry in entries)
