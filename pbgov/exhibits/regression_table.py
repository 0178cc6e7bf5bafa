"""Several regressions side by side, as journals print them, and what stars would need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import Correction
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted_en
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_count,
    format_number,
    format_p,
    is_missing,
)
from pbgov.exhibits.regression_notes import errors_of, keyed, methods_of, regression_note
from pbgov.exhibits.stars import refusal_of_stars, stars_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbgov.evaluation.remarks import Lang

Fit: TypeAlias = "Estimate | NotEstimated"

MANY_LEVELS = 3
"""A categorical variable with so many coefficients or more is one row: it is in, or it is not."""
LOG_LIKELIHOOD, R2 = "log_likelihood", "r2"
_LEVEL = re.compile(r"(?P<name>C\(.+\))\[T\..*\]")
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Specification:
    """One column of a regression table: its number, its name and what was estimated."""

    number: str
    name: str
    fit: Fit

    @property
    def heading(self) -> str:
        """What stands above the column."""
        return f"{self.number} {self.name}"


def table_regressions(
    estimates: Mapping[str, Estimate | NotEstimated | Correction],
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-regressions",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
    stars: bool = False,
) -> Exhibit:
    """Terms as rows, specifications as columns: estimate, (standard error), [permutation p].

    Parameters
    ----------
    estimates : mapping of str to Estimate, NotEstimated or Correction
        The key names the column. A `Correction` becomes two columns, naive and corrected.
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term, outcome, and of the codes of regions that the remarks name.
    lang : {"zh", "en"}
    stars : bool
        Ask for stars. They follow the larger of the two p values of a term, so that a term on
        which sandwich and permutation disagree gets none, and nothing where the sandwich gives
        none. They are refused, with the reason in the note, for simulated data (effects that a
        program set say nothing by being significant) and below `pbgov.exhibits.stars.LEAST_UNITS`
        units at the level of the regressor: with fewer, an association of medium size
        (r = 0.3) comes out significant less often than not, and where it does, it is
        exaggerated by more than a third on average, so that a star would mark luck.

    Returns
    -------
    Exhibit
        A table. An empty cell: the term is not in that specification; "—": not estimated, or no
        such test. Below the terms: fixed effects, rows, units, R² or log likelihood, standard
        errors, method, and whether the test was declared beforehand. Its note holds every
        limit of every column, each said once with the columns it is said of, and the reason for
        each column that was not estimated. `data` has every coefficient unrounded.

    Raises
    ------
    InputError
        Without any estimate.
    """
    if not estimates:
        raise InputError("there is no estimate to tabulate; give at least one, by its name")
    columns = _specifications(estimates, lang)
    refused = refusal_of_stars([one.fit for one in columns], lang) if stars else ""
    marked = stars and not refused
    words = WORDS[lang]
    grouped = _grouped_terms(columns)
    rows = [
        *_outcomes(columns, labels, words),
        *_term_rows(columns, grouped, labels, words, marked),
        *_group_rows(columns, grouped, labels, words),
        *_foot(columns, words, lang),
    ]
    headings = [words["term"], *(one.heading for one in columns)]
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows, columns=headings),
        note=regression_note(columns, grouped, labels, lang, marked=marked, refused=refused),
        source=source,
        data=_raw(columns),
        lang=lang,
        evidence=tuple(estimates.values()),
    )


def _specifications(
    estimates: Mapping[str, Estimate | NotEstimated | Correction], lang: Lang
) -> list[Specification]:
    fits: list[tuple[str, Fit]] = []
    for name, one in estimates.items():
        if isinstance(one, Correction):
            naive, corrected = WORDS[lang]["correction"]
            fits += [(f"{name}{naive}", one.naive), (f"{name}{corrected}", one.corrected)]
        else:
            fits.append((name, one))
    return [
        Specification(WORDS[lang]["number"].format(place), name, fit)
        for place, (name, fit) in enumerate(fits, 1)
    ]


def _grouped_terms(columns: Sequence[Specification]) -> dict[str, set[str]]:
    """The coefficients of each categorical variable that is told in one row, by its name."""
    levels: dict[str, set[str]] = {}
    for one in columns:
        for term in _terms(one):
            if found := _LEVEL.fullmatch(term):
                levels.setdefault(found["name"], set()).add(term)
    return {name: terms for name, terms in levels.items() if len(terms) >= MANY_LEVELS}


def _terms(column: Specification) -> list[str]:
    return [str(t) for t in column.fit.terms["term"]] if isinstance(column.fit, Estimate) else []


def _outcomes(
    columns: Sequence[Specification], labels: Mapping[str, str], words: dict[str, Any]
) -> list[list[str]]:
    """A row of outcomes where columns have different ones."""
    outcomes = [one.fit.outcome if isinstance(one.fit, Estimate) else None for one in columns]
    if len({one for one in outcomes if one}) < 2:
        return []
    return [[words["outcome"], *(labels.get(one, one) if one else MISSING for one in outcomes)]]


def _term_rows(
    columns: Sequence[Specification],
    grouped: Mapping[str, set[str]],
    labels: Mapping[str, str],
    words: dict[str, Any],
    marked: bool,
) -> list[list[str]]:
    """Two or three lines for each term, the intercept last."""
    aside = set().union(*grouped.values()) if grouped else set()
    terms = list(dict.fromkeys(t for one in columns for t in _terms(one) if t not in aside))
    terms.sort(key=lambda term: term in INTERCEPT)
    rows = []
    for term in terms:
        found = [_coefficient(one, term) for one in columns]
        decimals = max(decimals_for(one["std_error"]) for one in found if one)
        lines = [
            _line(columns, found, partial(_estimate, decimals=decimals, marked=marked)),
            _line(columns, found, partial(_error, decimals=decimals)),
            _line(columns, found, _permuted),
        ]
        if all(cell in ("", MISSING) for cell in lines[-1]):
            lines.pop()
        name = labels.get(term, words["intercept"] if term in INTERCEPT else term)
        rows += [[name if place == 0 else "", *line] for place, line in enumerate(lines)]
    return rows


def _coefficient(column: Specification, term: str) -> dict[str, Any] | None:
    if not isinstance(column.fit, Estimate):
        return None
    terms = column.fit.terms
    found = terms.loc[terms["term"] == term].to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else None


def _line(
    columns: Sequence[Specification],
    found: Sequence[dict[str, Any] | None],
    printed: Callable[[dict[str, Any]], str],
) -> list[str]:
    return [
        printed(one) if one else ("" if isinstance(column.fit, Estimate) else MISSING)
        for column, one in zip(columns, found, strict=True)
    ]


def _estimate(coefficient: dict[str, Any], decimals: int, marked: bool) -> str:
    return format_number(coefficient["estimate"], decimals) + (
        stars_of(coefficient) if marked else ""
    )


def _error(coefficient: dict[str, Any], decimals: int) -> str:
    return _bracketed("()", format_number(coefficient["std_error"], decimals))


def _permuted(coefficient: dict[str, Any]) -> str:
    p, draws = coefficient.get("p_permutation"), coefficient.get("n_permutations")
    return _bracketed("[]", format_p(p, draws))


def _bracketed(brackets: str, printed: str) -> str:
    return printed if printed == MISSING else brackets[0] + printed + brackets[1]


def _group_rows(
    columns: Sequence[Specification],
    grouped: Mapping[str, set[str]],
    labels: Mapping[str, str],
    words: dict[str, Any],
) -> list[list[str]]:
    """One row for each categorical variable of many levels: whether it is in."""
    return [
        [
            labels.get(name, labels.get(name[2:-1], name)),
            *(
                words["in"] if levels & set(_terms(one)) else words["out"]
                if isinstance(one.fit, Estimate)
                else MISSING
                for one in columns
            ),
        ]
        for name, levels in grouped.items()
    ]  # fmt: skip


def _foot(columns: Sequence[Specification], words: dict[str, Any], lang: Lang) -> list[list[str]]:
    """Size, fit, standard errors, method and declaration of each column."""

    def row(name: str, told: Callable[[Estimate], str]) -> list[str]:
        fits = (one.fit for one in columns)
        return [name, *(told(fit) if isinstance(fit, Estimate) else MISSING for fit in fits)]

    fitted = [one.fit for one in columns if isinstance(one.fit, Estimate)]
    n = [words["n"], *(format_count(one.fit.n) for one in columns)]
    rows = [n]
    units = list(dict.fromkeys(one.unit_name for one in fitted))
    if any(one.n != one.n_units for one in fitted) or len(units) > 1:
        rows.append(row(_units(units, lang), lambda one: format_count(one.n_units)))
    elif units:
        n[0] = _units(units, lang)
    for key, name in ((R2, "R²"), (LOG_LIKELIHOOD, words["likelihood"])):
        if any(not is_missing(one.fit.get(key)) for one in fitted):
            rows.append(row(name, _fitted_to(key)))
    if fitted:
        rows += [
            _words_row(words["errors"], errors_of(columns, lang)),
            _words_row(words["method"], methods_of(columns, lang)),
            row(words["declared"], lambda one: words["declaration"][one.declared]),
        ]
    if len(fitted) < len(columns):
        done, refused = words["result"]
        whether = [isinstance(one.fit, Estimate) for one in columns]
        rows.append([words["outcome_of_fit"], *(done if fit else refused for fit in whether)])
    return rows


def _fitted_to(key: str) -> Callable[[Estimate], str]:
    return lambda one: format_number(one.fit.get(key), 3 if key == R2 else 1)


def _units(units: Sequence[str], lang: Lang) -> str:
    if lang == "en":
        return f"N ({' / '.join(counted_en(2, unit)[2:] for unit in units)})"
    return f"N（{'／'.join(units)}）"


def _words_row(name: str, said: Sequence[str]) -> list[str]:
    """Words in their cells, or the letters that the note explains where they are long."""
    keys = keyed(said)
    return [name, *(keys.get(one, one) or MISSING for one in said)]


def _raw(columns: Sequence[Specification]) -> pd.DataFrame:
    """Every coefficient unrounded; one row with the reason for what was not estimated."""
    parts = []
    for one in columns:
        head = {"column": one.number, "specification": one.name}
        if isinstance(one.fit, Estimate):
            fit = one.fit
            told = {"n": fit.n, "n_units": fit.n_units, R2: fit.fit.get(R2, float("nan"))}
            told[LOG_LIKELIHOOD] = fit.fit.get(LOG_LIKELIHOOD, float("nan"))
            part = pd.DataFrame(fit.terms).assign(**told, formula=fit.formula, reason="")
        else:
            row = {"n": one.fit.n, "formula": one.fit.formula, "reason": one.fit.reason}
            part = pd.DataFrame([row])
        for place, (name, value) in enumerate(head.items()):
            part.insert(place, name, value)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "number": "（{}）",
        "term": "变量",
        "outcome": "结果变量",
        "intercept": "截距",
        "correction": ("：机器编码当作无误", "：按人工样本校正"),
        "in": "有",
        "out": "无",
        "n": "N（行）",
        "likelihood": "对数似然",
        "errors": "标准误",
        "method": "方法",
        "declared": "检验的来历",
        "declaration": {True: "事先声明", False: "探索性", None: "未说明"},
        "outcome_of_fit": "结果",
        "result": ("已估计", "没有估计"),
    },
    "en": {
        "number": "({})",
        "term": "Term",
        "outcome": "Outcome",
        "intercept": "Intercept",
        "correction": (": machine codes as if right", ": corrected by the hand-coded sample"),
        "in": "yes",
        "out": "no",
        "n": "N (rows)",
        "likelihood": "Log likelihood",
        "errors": "Standard errors",
        "method": "Method",
        "declared": "Origin of the test",
        "declaration": {True: "declared", False: "exploratory", None: "not stated"},
        "outcome_of_fit": "Result",
        "result": ("estimated", "not estimated"),
    },
}
