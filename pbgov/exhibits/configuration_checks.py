"""What was asked of a solution as tables: necessity, ceilings, robustness, and regression beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.ceilings import NAMES
from pbgov.evaluation.configurations.joint import VERDICTS
from pbgov.evaluation.configurations.solutions import Solution
from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.configuration_notes import (
    anchors_said,
    check_labels,
    kind_in_words,
    labelled,
    note_of,
    outcome_in_words,
    refused_exhibit,
    sets_in_words,
)
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_number,
    format_p,
    format_percent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.configurations.ceilings import NecessityCeiling
    from pbgov.evaluation.configurations.joint import JointReading
    from pbgov.evaluation.configurations.necessary import Necessity
    from pbgov.evaluation.configurations.robustness import Robustness

Lang = Literal["zh", "en"]
_NO_NAMES: Mapping[str, str] = {}
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "necessity": ("条件", "必要一致性 inclN", "相关性 RoN", "覆盖度 covN"),
        "ceilings": ("条件", "上界", "d", "p", "准确度", "撑起上界的案例"),
        "robustness": ("锚点或门槛", "下限", "现值", "上限"),
        "cuts": {"incl_cut": "一致性门槛", "pri_cut": "PRI 门槛", "n_cut": "案例数门槛"},
        "joint": ("条件", "回归系数", "p", "置换 p", "Holm p", "回归", "组态", "合读", "理由"),
        "signs": {
            "+": "正",
            "-": "负",
            "0": "与零分不开",
            "none": "没有结果",
            "both": "正负都有",
            "some models": "部分模型",
            "not in it": "不在解中",
            "several values": "多值",
        },
    },
    "en": {
        "necessity": ("Condition", "inclN", "RoN", "covN"),
        "ceilings": ("Condition", "Ceiling", "d", "p", "Accuracy", "Cases at the ceiling"),
        "robustness": ("Anchor or cut-off", "Low", "In use", "High"),
        "cuts": {"incl_cut": "inclusion", "pri_cut": "PRI", "n_cut": "cases in a row"},
        "joint": (
            "Condition", "Coefficient", "p", "Permutation p", "Holm p", "Regression",
            "Configurations", "Together", "Reason",
        ),
        "signs": {
            "+": "+",
            "-": "−",
            "0": "not told from 0",
            "none": "none",
            "both": "both signs",
            "some models": "some models",
            "not in it": "not in it",
            "several values": "several values",
        },
    },
}  # fmt: skip


def table_necessity(
    necessity: Necessity | NotEstimated,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    exhibit_id: str = "tab-necessity",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Every condition and its negation: how far the outcome needs it, and whether that says much.

    Parameters
    ----------
    necessity : Necessity or NotEstimated
    title, source : str
    calibrations : mapping of str to mapping
        What `calibrate` was told for each set, for the note; {} where the data are memberships.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        By inclusion, the highest first.
    """
    if isinstance(necessity, NotEstimated):
        return refused_exhibit(
            necessity, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    check_labels(necessity.sets, labels)
    ordered = necessity.table.sort_values("inclN", ascending=False, kind="stable")
    body = pd.DataFrame(
        [
            (
                sets_in_words(row["term"], labels),
                *(format_number(row[column], 3) for column in ("inclN", "RoN", "covN")),
            )
            for row in ordered.to_dict("records")
        ],
        columns=list(_WORDS[lang]["necessity"]),
    )
    explained = (
        "inclN 为结果集合落在该条件之内的份额；RoN 接近 0 说明该条件几乎人人都有，“必要”没有内容。"
        if lang == "zh"
        else "inclN is the share of the outcome within the condition; where RoN is near 0 almost"
        " every case has the condition and its necessity says nothing."
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=note_of(
            necessity.remarks,
            labels,
            lang,
            explained,
            anchors_said(calibrations, necessity.sets, labels, lang),
        ),
        source=source,
        data=necessity.table,
        lang=lang,
        evidence=necessity,
    )


def table_ceilings(
    ceilings: Sequence[NecessityCeiling],
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-ceilings",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Effect size, permutation p and accuracy of the ceilings of several conditions.

    Parameters
    ----------
    ceilings : sequence of NecessityCeiling
        Of one outcome.
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit

    Raises
    ------
    InputError
        Where there are none, or they are of several outcomes.
    """
    if not ceilings:
        raise InputError("there is no ceiling to show")
    check_labels(dict.fromkeys(one.condition for one in ceilings), labels)
    outcomes = sorted({one.outcome for one in ceilings})
    if len(outcomes) > 1:
        raise InputError(f"the ceilings are of several outcomes: {', '.join(outcomes)}")
    between = "、" if lang == "zh" else ", "
    rows = [
        (
            labels.get(one.condition, one.condition),
            NAMES[row["kind"]],
            format_number(row["effect_size"], 3),
            format_p(row["p_value"], None if row["exact"] else row["n_permutations"]),
            format_percent(row["accuracy"], 0),
            row["peers"].replace("、", between),
        )
        for one in ceilings
        for row in one.ceilings.to_dict("records")
    ]
    told = dict.fromkeys(
        remark for one in ceilings for remark in one.remarks if remark.rule != "sets"
    )
    family = (
        f"共检验 {len(ceilings)} 个条件，p 未作多重校正。d 是空白所占的份额，不是因果效应的大小。"
        if lang == "zh"
        else f"{len(ceilings)} conditions are tested, p is not corrected for their number. d is a"
        " share of empty space, not the size of a causal effect."
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows, columns=list(_WORDS[lang]["ceilings"])),
        note=note_of(told, labels, lang, family),
        source=source,
        data=pd.concat(
            [one.ceilings.assign(condition=one.condition, outcome=one.outcome) for one in ceilings],
            ignore_index=True,
        ),
        lang=lang,
        evidence=tuple(ceilings),
    )


def table_robustness(
    robustness: Robustness | NotEstimated,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    exhibit_id: str = "tab-robustness",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Ranges of each anchor and cut-off over which the solution stays the same.

    Parameters
    ----------
    robustness : Robustness or NotEstimated
    title, source : str
    calibrations : mapping of str to mapping
        As for `table_necessity`.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        An end printed with a bracket is as far as the search went: no change was found there.
    """
    if isinstance(robustness, NotEstimated):
        return refused_exhibit(
            robustness, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    words = _WORDS[lang]
    solution = robustness.solution
    cases = solution.table.cases
    check_labels((*cases.conditions, cases.outcome_name), labels)
    rows = []
    for row in robustness.ranges.to_dict("records"):
        name = words["cuts"].get(
            row["parameter"], f"{labels.get(row['set'], row['set'])} {row['anchor']}"
        )
        decimals = _decimals(row)
        low, high = (format_number(row[end], decimals) for end in ("low", "high"))
        rows.append(
            (
                name,
                low if row["ends_below"] else f"[{low}",
                format_number(row["value"], decimals),
                high if row["ends_above"] else f"{high}]",
            )
        )
    kind, outcome = kind_in_words(solution, lang), outcome_in_words(cases, labels)
    explained = (
        f"{kind}（结果：{outcome}）。在下限与上限之间单独移动，解不变；带方括号的一端已搜到头，没有发现改变。"
        if lang == "zh"
        else f"{kind.capitalize()} (outcome: {outcome}). The solution is the same between low and"
        " high; an end with a bracket is as far as the search went."
    )
    remarks = dict.fromkeys([*robustness.remarks, *solution.remarks])
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows, columns=list(words["robustness"])),
        note=note_of(
            remarks,
            labels,
            lang,
            explained,
            anchors_said(calibrations, (*cases.conditions, cases.outcome_name), labels, lang),
        ),
        source=source,
        data=robustness.ranges,
        lang=lang,
        evidence=robustness,
    )


def table_joint_reading(
    joint: JointReading,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    exhibit_id: str = "tab-joint-reading",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Regression and configurations side by side: agree, disagree or cannot tell, with the reason.

    Parameters
    ----------
    joint : JointReading
    title, source : str
    calibrations : mapping of str to mapping
        As for `table_necessity`.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
    """
    words = _WORDS[lang]
    reason = "reason" if lang == "zh" else "reason_en"
    check_labels(joint.table["condition"], labels)
    body = pd.DataFrame(
        [
            (
                labels.get(row["condition"], row["condition"]),
                format_number(row["estimate"], decimals_for(row["estimate"])),
                format_p(row["p_value"]),
                format_p(row["p_permutation"]),
                format_p(row["p_holm"]),
                words["signs"][row["regression"]],
                words["signs"][row["configurations"]],
                VERDICTS[row["verdict"]][lang == "en"],
                labelled(row[reason], labels),
            )
            for row in joint.table.to_dict("records")
        ],
        columns=list(words["joint"]),
    )
    solution = joint.solution
    remarks = list(joint.remarks)
    anchors = ""
    if isinstance(solution, Solution):
        remarks += list(solution.remarks)
        cases = solution.table.cases
        anchors = anchors_said(calibrations, (*cases.conditions, cases.outcome_name), labels, lang)
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body.drop(columns=[name for name in body.columns if body[name].eq(MISSING).all()]),
        note=note_of(dict.fromkeys(remarks), labels, lang, anchors),
        source=source,
        data=joint.table,
        lang=lang,
        evidence=joint,
    )


def _decimals(row: Mapping[Any, Any]) -> int:
    """Decimals that tell the ends of a range from the value in use."""
    if row["parameter"] == "n_cut":
        return 0
    width = max(abs(row["high"] - row["value"]), abs(row["value"] - row["low"]))
    return decimals_for(width / 100) if width < 10 else 1
