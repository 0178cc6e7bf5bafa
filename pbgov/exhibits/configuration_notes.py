"""What stands under every exhibit of set-theoretic analysis, and how its terms are printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.anchors import anchor_names
from pbgov.evaluation.configurations.solutions import KINDS, Solution
from pbgov.evaluation.configurations.terms import expression, read_expression, written
from pbgov.evaluation.remarks import sentences
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import MINUS, format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.evaluation.estimate import NotEstimated
    from pbgov.evaluation.remarks import Remark

Lang = Literal["zh", "en"]

MOST_CASES = 30
_METHODS = {
    "direct": ("直接校准", "direct"),
    "indirect": ("间接校准", "indirect"),
    "linear": ("线性校准", "linear"),
    "bell": ("钟形校准", "bell-shaped"),
    "crisp": ("二分", "crisp"),
    "multivalue": ("多值", "multi-value"),
    "ecdf": ("按经验分布", "empirical distribution"),
    "tfr": ("按相对排序", "totally fuzzy and relative"),
}


def note_of(remarks: Iterable[Remark], labels: Mapping[str, str], lang: Lang, *further: str) -> str:
    """All remarks with printed names in the place of columns, then further sentences."""
    said = [labelled(sentence, labels) for sentence in sentences(tuple(remarks), lang)]
    return ("" if lang == "zh" else " ").join([*said, *(one for one in further if one)])


def labelled(sentence: str, labels: Mapping[str, str]) -> str:
    """A sentence with the printed name wherever a set is named as a word of its own.

    A name of one letter is a word of English too: it is replaced within quotes and terms only.
    What has been replaced is not read again, so that a label may be the name of another set.
    """
    alone = []
    for name in sorted(labels, key=len, reverse=True):
        word = re.escape(name)
        if len(name) == 1:
            alone += [rf"(?<=[~*'“]){word}(?!\w)", rf"(?<!\w){word}(?=[*'”]| [+→])"]
            alone.append(rf"(?<=[+→] ){word}(?!\w)")
        else:
            alone.append(rf"(?<![\w.]){word}(?!\w|\.\w)")
    if not alone:
        return sentence
    return re.sub("|".join(alone), lambda found: labels[found[0]], sentence)


def check_labels(
    sets: Iterable[str], labels: Mapping[str, str], columns: Iterable[str] = ()
) -> None:
    """Refuse labels under which two sets, or a set and another column, would look the same."""
    seen = {column: f"the column {column!r}" for column in columns}
    for name in sets:
        name = name.removeprefix("~")
        printed = labels.get(name, name)
        if printed in seen:
            raise InputError(
                f"{name!r} would be printed as {printed!r}, as {seen[printed]} is; give it another"
                " label"
            )
        seen[printed] = repr(name)


def anchors_said(
    calibrations: Mapping[str, Mapping[str, Any]],
    sets: Iterable[str],
    labels: Mapping[str, str],
    lang: Lang,
) -> str:
    """The anchors of every set that has some, and which sets were taken as memberships.

    Raises
    ------
    InputError
        Where a calibration names no set.
    """
    names = [name.removeprefix("~") for name in sets]
    unknown = [name for name in calibrations if name not in names]
    if unknown:
        raise InputError(f"calibrations name {unknown[0]!r}; the sets are {', '.join(names)}")
    told, given = [], []
    for name in names:
        if name not in calibrations:
            given.append(labels.get(name, name))
            continue
        how = calibrations[name]
        method = str(how.get("method", "direct"))
        anchors = how.get("anchors")
        listed = [] if anchors is None else anchors
        listed = list(listed.values()) if isinstance(listed, dict) else listed
        listed = list(listed) if hasattr(listed, "__len__") else [listed]
        at = "/".join(anchor_names(method, len(listed)))
        numbers = "/".join(f"{value:g}".replace("-", MINUS) for value in listed)
        kind = _METHODS[method][lang == "en"]
        told.append(
            f"{labels.get(name, name)} {kind} {at} = {numbers}"
            if listed
            else f"{labels.get(name, name)} {kind}"
        )
    if lang == "zh":
        parts = [f"校准锚点：{'；'.join(told)}。"] if told else []
        return "".join([*parts, f"{'、'.join(given)}：隶属度由数据直接给出。" if given else ""])
    parts = [f"Anchors: {'; '.join(told)}."] if told else []
    return " ".join([*parts, *([f"{', '.join(given)}: memberships as given."] if given else [])])


def term_in_words(text: str, cases: Cases, labels: Mapping[str, str]) -> str:
    """An expression with the printed names of its conditions."""
    terms = read_expression(text, cases.conditions, cases.levels)
    names = [labels.get(name, name) for name in cases.conditions]
    return expression(written(term, names, cases.levels) for term in terms)


def sets_in_words(text: str, labels: Mapping[str, str]) -> str:
    """An expression of any sets, with their printed names; for one whose conditions are not at hand."""
    parts = re.split(r"(\s*[*+]\s*|~\s*|\[\d+\])", text)
    return "".join(labels.get(part, part) for part in parts)


def outcome_in_words(cases: Cases, labels: Mapping[str, str]) -> str:
    """The outcome as it is printed, with ~ where it is negated."""
    name = cases.outcome_name.removeprefix("~")
    return ("~" if cases.outcome_name.startswith("~") else "") + labels.get(name, name)


def cases_in_words(names: Iterable[str], lang: Lang) -> str:
    """Cases of one cell: at most thirty by name, and how many there are where they are more."""
    listed = list(names)
    if not listed:
        return "无" if lang == "zh" else "none"
    between = "、" if lang == "zh" else ", "
    if len(listed) <= MOST_CASES:
        return between.join(listed)
    shown = between.join(listed[:MOST_CASES])
    count = format_count(len(listed))
    return f"{shown} 等 {count} 个" if lang == "zh" else f"{shown} and others ({count})"


def kind_in_words(solution: Solution, lang: Lang) -> str:
    """The kind of solution as it is printed."""
    return KINDS[solution.include][lang == "en"]


def refused_exhibit(
    refusal: NotEstimated, *, title: str, source: str, exhibit_id: str, lang: Lang
) -> Exhibit:
    """The reason why there is no result, as a table of one row."""
    reason = refusal.reason if lang == "zh" else refusal.reason_en
    n = format_count(refusal.n)
    columns, result = (
        (("结果", "原因"), "没有给出") if lang == "zh" else (("Result", "Reason"), "None")
    )
    note = (
        f"N = {n}；{refusal.formula}。没有结果也是一个结果，不是缺漏。"
        if lang == "zh"
        else f"N = {n}; {refusal.formula}. That there is none is a result, not a gap."
    )
    data = pd.DataFrame({"formula": [refusal.formula], "n": [refusal.n], "reason": [reason]})
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame([[result, reason]], columns=list(columns)),
        note=note,
        source=source,
        data=data,
        lang=lang,
        evidence=refusal,
    )
