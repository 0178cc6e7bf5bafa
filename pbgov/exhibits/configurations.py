"""Truth tables and solutions as tables, in the notation that journals of the field expect.

● and ⊗ stand for a core condition, present or absent; • and × for a peripheral one (Fiss 2011
draws these as smaller circles, which a table of text cannot). An empty cell: it makes no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.solutions import Solution
from pbgov.evaluation.configurations.terms import read_expression
from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.configuration_notes import (
    anchors_said,
    cases_in_words,
    check_labels,
    kind_in_words,
    note_of,
    outcome_in_words,
    refused_exhibit,
    term_in_words,
)
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count, format_number
from pbgov.inference.sets.fit import term_memberships
from pbgov.inference.sets.minimisation import FREE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.evaluation.configurations.truth import TruthTable

Lang = Literal["zh", "en"]
MOST_COLUMNS = 6
"""Paths that stand side by side, as journals print them; more become one row each."""

MOST_MODELS = 20
CORE = {1: "●", 0: "⊗"}
PERIPHERAL = {1: "•", 0: "×"}
_NO_NAMES: Mapping[str, str] = {}
_TRUTH_WORDS = {
    "zh": ("行", "结果", "案例数", "一致性", "PRI", "与否定同真", "案例"),
    "en": ("Row", "Outcome", "n", "Inclusion", "PRI", "Both", "Cases"),
}
_SOLUTION_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "path": "路径",
        "condition": "条件",
        "numbers": ("一致性", "PRI", "原始覆盖度", "唯一覆盖度"),
        "cases": "案例",
        "deviant": "其中不属于结果",
        "whole": ("模型一致性", "模型 PRI", "模型覆盖度"),
    },
    "en": {
        "path": "Path",
        "condition": "Condition",
        "numbers": ("Inclusion", "PRI", "Raw coverage", "Unique coverage"),
        "cases": "Cases",
        "deviant": "of these not in the outcome",
        "whole": ("Model inclusion", "Model PRI", "Model coverage"),
    },
}


def table_truth_table(
    table: TruthTable | Solution | NotEstimated,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    exhibit_id: str = "tab-truth-table",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Every combination with cases: its outcome, inclusion, PRI and cases.

    Parameters
    ----------
    table : TruthTable, Solution or NotEstimated
        Of a solution its truth table is shown, and the note has the benchmark as well.
    title, source : str
    calibrations : mapping of str to mapping
        What `calibrate` was told for each set, for the note; {} where the data are memberships.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Sufficient rows first, then by inclusion; for a refusal one row that gives the reason.
    """
    if isinstance(table, NotEstimated):
        return refused_exhibit(table, title=title, source=source, exhibit_id=exhibit_id, lang=lang)
    truth = table.table if isinstance(table, Solution) else table
    rows = truth.rows.sort_values(
        ["OUT", "incl", "row"], ascending=[False, False, True], kind="stable"
    )
    order = rows["OUT"].map({"1": 0, "0": 1, "?": 2}).argsort(kind="stable")
    row, out, n, incl, pri, both, cases = _TRUTH_WORDS[lang]
    outcome = outcome_in_words(truth.cases, labels)
    yes, no = ("是", "否") if lang == "zh" else ("yes", "no")
    check_labels((*truth.conditions, truth.outcome), labels, _TRUTH_WORDS[lang])
    printed = [
        {
            row: format_count(one["row"]),
            **{labels.get(name, name): str(int(one[name])) for name in truth.conditions},
            f"{out}（{outcome}）" if lang == "zh" else f"{out} ({outcome})": one["OUT"],
            n: format_count(one["n"]),
            incl: format_number(one["incl"], 3),
            pri: format_number(one["PRI"], 3),
            both: yes if one["both"] else no,
            cases: cases_in_words(
                (
                    name
                    for name, place in zip(truth.cases.names, truth.truth.row_of_case, strict=True)
                    if place == one["row"] - 1
                ),
                lang,
            ),
        }
        for one in rows.iloc[order].to_dict("records")
    ]
    body = pd.DataFrame(printed)
    if not truth.rows["both"].any():
        body = body.drop(columns=both)
    remainder = (
        "“?”为余项（案例数低于门槛）。"
        if lang == "zh"
        else "? is a remainder (fewer cases than the cut-off)."
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=note_of(
            table.remarks,
            labels,
            lang,
            remainder if truth.rows["OUT"].eq("?").any() else "",
            anchors_said(calibrations, (*truth.conditions, truth.outcome), labels, lang),
        ),
        source=source,
        data=truth.rows,
        lang=lang,
        evidence=table,
    )


def table_solutions(
    solution: Solution | NotEstimated,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    parsimonious: Solution | None = None,
    exhibit_id: str = "tab-solutions",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """All tied models of a solution, path by path, with fit and cases.

    Parameters
    ----------
    solution : Solution or NotEstimated
    title, source : str
    calibrations : mapping of str to mapping
        As for `table_truth_table`.
    parsimonious : Solution, optional
        The parsimonious solution of the same truth table, which tells core from peripheral
        conditions. A condition of a path is core where every tied parsimonious model has it in
        a term that includes the path. Without it all are printed as core would be, and the note
        says that nothing was told apart.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Up to six paths stand side by side; more become one row each. Of more than twenty models
        the first twenty are printed and the raw data have all.

    Raises
    ------
    InputError
        Where `parsimonious` is another kind of solution, or of another truth table.
    """
    if isinstance(solution, NotEstimated):
        return refused_exhibit(
            solution, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    cases = solution.table.cases
    _check_parsimonious(solution, parsimonious)
    words = _SOLUTION_WORDS[lang]
    fixed = [words[key] for key in ("path", "condition", "cases", "deviant")]
    check_labels(
        (*cases.conditions, cases.outcome_name),
        labels,
        [*fixed, *words["numbers"], *words["whole"]],
    )
    models = list(solution.models["model"])
    shown = solution.terms[solution.terms["model"].isin(models[:MOST_MODELS])]
    whole = solution.models.set_index("model")
    paths, some_only = [], 0
    for number, one in zip(
        shown.groupby("model", sort=False).cumcount() + 1, shown.to_dict("records"), strict=True
    ):
        marks, unsettled = _marks(one["term"], cases, parsimonious)
        some_only += unsettled
        of_model = whole.loc[one["model"]]
        members, deviant = _members(one["term"], cases)
        paths.append(
            {
                words["path"]: f"{one['model']}-{number}",
                **{
                    labels.get(name, name): mark
                    for name, mark in zip(cases.conditions, marks, strict=True)
                },
                **_numbers(words["numbers"], one, ("inclS", "PRI", "covS", "covU")),
                words["cases"]: cases_in_words(members, lang),
                words["deviant"]: cases_in_words(deviant, lang),
                **_numbers(words["whole"], of_model.to_dict(), ("inclS", "PRI", "covS")),
            }
        )
    body = pd.DataFrame(paths)
    if len(body) <= MOST_COLUMNS:
        body = body.set_index(words["path"]).T
        body.columns.name = None
        body.insert(0, words["condition"], body.index)
        body = body.reset_index(drop=True)
    expressions = "；".join(
        f"{one['model']}：{term_in_words(one['expression'], cases, labels)}"
        f" → {outcome_in_words(cases, labels)}"
        for one in solution.models.head(MOST_MODELS).to_dict("records")
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=note_of(
            solution.remarks,
            labels,
            lang,
            _signs_said(solution, parsimonious, some_only, lang),
            _models_said(solution, expressions, lang),
            anchors_said(calibrations, (*cases.conditions, cases.outcome_name), labels, lang),
        ),
        source=source,
        data=solution.terms.merge(
            solution.models.drop(columns="n_terms"),
            on="model",
            suffixes=("", "_model"),
            validate="many_to_one",
        ),
        lang=lang,
        evidence=(solution, parsimonious),
    )


def _members(term: str, cases: Cases) -> tuple[list[str], list[str]]:
    """Cases in a path, and those of them that are not in the outcome."""
    path = read_expression(term, cases.conditions, cases.levels)
    inside = term_memberships(cases.memberships, path, cases.levels)[:, 0] > 0.5
    named = np.array(cases.names, dtype=object)
    return list(named[inside]), list(named[inside & (cases.outcome <= 0.5)])


def _check_parsimonious(solution: Solution, parsimonious: Solution | None) -> None:
    if parsimonious is None:
        return
    if not isinstance(parsimonious, Solution) or parsimonious.include != "parsimonious":
        raise InputError("parsimonious is not a parsimonious solution; minimise the same table")
    one, other = solution.table, parsimonious.table
    same = one.cases.formula == other.cases.formula and np.array_equal(
        one.truth.output, other.truth.output
    )
    if not same:
        raise InputError("the parsimonious solution is of another truth table")


def _marks(term: str, cases: Cases, parsimonious: Solution | None) -> tuple[list[str], int]:
    """The sign of each condition in a path, and how many are core in some tied models only."""
    path = read_expression(term, cases.conditions, cases.levels)[0]
    core = np.ones(len(path), dtype=bool)
    unsettled = 0
    if parsimonious is not None:
        in_models = np.array(
            [
                _in_short_terms(path, read_expression(text, cases.conditions, cases.levels))
                for text in parsimonious.models["expression"]
            ]
        )
        core = np.asarray(in_models.all(axis=0))
        unsettled = int((in_models.any(axis=0) & ~core & (path != FREE)).sum())
    marks = []
    for value, is_core, size in zip(path, core, cases.levels, strict=True):
        if value == FREE:
            marks.append("")
        elif size > 2:
            marks.append(f"{(CORE if is_core else PERIPHERAL)[1]}[{value}]")
        else:
            marks.append((CORE if is_core else PERIPHERAL)[int(value)])
    return marks, unsettled


def _in_short_terms(path: np.ndarray, short: np.ndarray) -> np.ndarray:
    """Which conditions of a path stand in a parsimonious term that includes the path."""
    includes = np.all((short == FREE) | (short == path), axis=1)
    return np.asarray(np.any((short != FREE) & includes[:, None], axis=0))


def _numbers(
    words: tuple[str, ...], row: Mapping[Any, Any], columns: tuple[str, ...]
) -> dict[str, str]:
    return {
        word: format_number(row[column], 3) for word, column in zip(words, columns, strict=True)
    }


def _signs_said(
    solution: Solution, parsimonious: Solution | None, some_only: int, lang: Lang
) -> str:
    kind = kind_in_words(solution, lang)
    if parsimonious is None:
        return (
            f"{kind}；● 表示条件存在，⊗ 表示条件缺失，空格表示有无均可；没有给出简约解，未区分核心与边缘条件。"
            if lang == "zh"
            else f"{kind.capitalize()}; ● present, ⊗ absent, empty: either; core and peripheral"
            " conditions are not told apart, since no parsimonious solution was given."
        )
    if lang == "zh":
        said = (
            f"{kind}；● 与 ⊗ 为核心条件存在、缺失（也在简约解中），• 与 × 为边缘条件存在、缺失（简约解中没有），"
            "空格表示有无均可。"
        )
        more = f"有 {some_only} 处只在部分并列的简约模型中是核心，按边缘条件列出。"
        return said + (more if some_only else "")
    said = (
        f"{kind.capitalize()}; ● and ⊗: core condition present, absent (in the parsimonious"
        " solution too); • and ×: peripheral condition present, absent; empty: either."
    )
    more = f" {some_only} are core in some tied parsimonious models only and listed as peripheral."
    return said + (more if some_only else "")


def _models_said(solution: Solution, expressions: str, lang: Lang) -> str:
    left = len(solution.models) - MOST_MODELS
    if lang == "zh":
        more = f"；另有 {left} 个模型见原始数据" if left > 0 else ""
        return f"{expressions}{more}。"
    more = f"; {left} more models in the raw data" if left > 0 else ""
    return f"{expressions.replace('；', '; ').replace('：', ': ')}{more}."
