"""What stands under a table of several regressions: every limit once, with the columns it is said of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import in_order
from pbgov.exhibits.estimates import labelled, says_what_it_is
from pbgov.exhibits.lines import text_width
from pbgov.exhibits.numerals import is_missing
from pbgov.exhibits.stars import sentence_on_stars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbgov.evaluation.remarks import Lang
    from pbgov.exhibits.regression_table import Specification

LONGEST_CELL = 14
"""Half-width characters of a method or standard error that still stands in a cell of its own."""


def regression_note(
    columns: Sequence[Specification],
    grouped: Mapping[str, set[str]],
    labels: Mapping[str, str],
    lang: Lang,
    *,
    marked: bool,
    refused: str,
) -> str:
    """How to read the table, what was estimated and what was not, then every limit.

    Parameters
    ----------
    columns : sequence of Specification
    grouped : mapping of str to set of str
        Categorical variables told in one row.
    labels : mapping of str to str
    lang : {"zh", "en"}
    marked : bool
        Whether the table has stars.
    refused : str
        Why stars that were asked for are not there, or ''.
    """
    fitted = [one for one in columns if isinstance(one.fit, Estimate)]
    parts = [
        *_reading(columns, lang),
        *_aside(grouped, labels, lang),
        sentence_on_stars(lang) if marked else refused,
        *_keys(columns, lang),
        *_formulas(columns, lang),
        *_not_estimated(columns, lang),
        *merged_limits(fitted, labels, lang),
    ]
    if fitted and not all(says_what_it_is(one.fit) for one in fitted):  # type: ignore[arg-type]
        parts.append("系数表示相关，不表示因果。" if lang == "zh" else "Associations, not effects.")
    return ("" if lang == "zh" else " ").join(part for part in parts if part)


def _reading(columns: Sequence[Specification], lang: Lang) -> list[str]:
    fits = [one.fit for one in columns if isinstance(one.fit, Estimate)]
    if not fits:
        return []
    permuted = any(not is_missing(p) for fit in fits for p in fit.terms["p_permutation"])
    blank = len({frozenset(fit.terms["term"]) for fit in fits}) > 1
    if lang == "zh":
        return [
            f"圆括号内为标准误{'，方括号内为置换检验的 p' if permuted else ''}。",
            "空格：该列没有这一项。" if blank else "",
            "“—”：没有估计，或没有相应的检验。",
        ]
    return [
        f"Standard errors in parentheses{', permutation p in brackets' if permuted else ''}.",
        "Empty cell: the term is not in that column." if blank else "",
        "“—”: not estimated, or no such test.",
    ]


def _aside(grouped: Mapping[str, set[str]], labels: Mapping[str, str], lang: Lang) -> list[str]:
    if not grouped:
        return []
    names = [labels.get(name, labels.get(name[2:-1], name)) for name in grouped]
    if lang == "zh":
        return [f"{'、'.join(names)}的各项系数未列出，见本表的数据。"]
    return [f"Coefficients of {', '.join(names)} are in the data of this table, not printed."]


def keyed(said: Sequence[str]) -> dict[str, str]:
    """Letter of each text, a, b, c … in order; empty where all are short enough for a cell."""
    texts = dict.fromkeys(filter(None, said))
    if all(text_width(text) <= LONGEST_CELL for text in texts):
        return {}
    return {text: chr(ord("a") + place) for place, text in enumerate(texts)}


def _keys(columns: Sequence[Specification], lang: Lang) -> list[str]:
    """What the letters in the rows of standard errors and methods stand for."""
    said = []
    for name, texts in (
        ("标准误" if lang == "zh" else "Standard errors", errors_of(columns, lang)),
        ("方法" if lang == "zh" else "Method", methods_of(columns, lang)),
    ):
        if keys := keyed(texts):
            told = [f"{letter} {text}" for text, letter in keys.items()]
            said.append(
                f"{name}：{'；'.join(told)}。" if lang == "zh" else f"{name}: {'; '.join(told)}."
            )
    return said


def errors_of(columns: Sequence[Specification], lang: Lang) -> list[str]:
    """What the standard errors of each column are; '' where nothing was estimated."""
    return _told(columns, lambda one: (one.covariance, one.covariance_en), lang)


def methods_of(columns: Sequence[Specification], lang: Lang) -> list[str]:
    """The method of each column; '' where nothing was estimated."""
    return _told(columns, lambda one: (one.method, one.method_en), lang)


def _told(
    columns: Sequence[Specification], both: Callable[[Estimate], tuple[str, str]], lang: Lang
) -> list[str]:
    said = []
    for one in columns:
        zh, en = both(one.fit) if isinstance(one.fit, Estimate) else ("", "")
        said.append(en or zh if lang == "en" else zh)
    return said


def _formulas(columns: Sequence[Specification], lang: Lang) -> list[str]:
    told = [f"{one.number} {one.fit.formula}" for one in columns]
    return [f"公式：{'；'.join(told)}。" if lang == "zh" else f"Formulas: {'; '.join(told)}."]


def _not_estimated(columns: Sequence[Specification], lang: Lang) -> list[str]:
    said = []
    for one in columns:
        if isinstance(one.fit, NotEstimated):
            if lang == "zh":
                said.append(f"{one.number}没有估计：{one.fit.reason.rstrip('。')}。")
            else:
                said.append(f"{one.number} not estimated: {one.fit.reason_en.rstrip('.')}.")
    return said


def merged_limits(
    fitted: Sequence[Specification], labels: Mapping[str, str], lang: Lang
) -> list[str]:
    """Every remark of every column once, in the order of the rules.

    What is said of some columns only begins with their numbers.
    """
    by_column = {
        one.number: set(one.fit.remarks) for one in fitted if isinstance(one.fit, Estimate)
    }
    every = in_order(
        remark for one in fitted if isinstance(one.fit, Estimate) for remark in one.fit.remarks
    )
    said = []
    for remark in every:
        of = [number for number, remarks in by_column.items() if remark in remarks]
        sentence = labelled(remark.zh if lang == "zh" else remark.en, labels)
        if len(of) < len(by_column):
            sentence = (
                f"{''.join(of)}：{sentence}" if lang == "zh" else f"{''.join(of)}: {sentence}"
            )
        said.append(sentence)
    return said
