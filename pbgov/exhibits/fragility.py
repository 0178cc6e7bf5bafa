"""Sentences that a finding hangs on, as a list to read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.estimates import table_estimate
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.evaluation.doubts.fragility import Fragility

Lang = Literal["zh", "en"]
_NO_NAMES: Mapping[str, str] = {}


def table_fragility(
    fragility: Fragility | NotEstimated,
    *,
    source: str,
    title: str = "",
    exhibit_id: str = "tab-fragility",
    labels: Mapping[str, str] = _NO_NAMES,
    titles: Mapping[str, str] = _NO_NAMES,
    top: int = 5,
    lang: Lang = "zh",
) -> Exhibit:
    """The sentences to read again, the most doubtful first, with how many would have to change.

    Parameters
    ----------
    fragility : Fragility or NotEstimated
    source : str
    title, exhibit_id : str
    labels : mapping, optional
        Printed name of each unit.
    titles : mapping, optional
        Short title of each ``doc_id``.
    top : int
        Sentences printed for each unit of each question; the raw data have all of them.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Where no recoding turns anything, the reasons.

    Raises
    ------
    InputError
        Where `top` is below 1.
    """
    if top < 1:
        raise InputError(f"top is {top}; give 1 or more.")
    words = _WORDS[lang]
    title = title or words["title"]
    if isinstance(fragility, NotEstimated):
        return table_estimate(
            fragility, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    gap = " " if lang == "en" else ""
    found = fragility.sentences
    rows = [
        dict(zip(words["sentences"], _sentence(row, labels, titles, lang), strict=True))
        for _, part in found.groupby("question", sort=False)
        for row in part[part["order"].le(top)].to_dict("records")
    ]
    cut = words["cut"].format(top, format_count(len(found))) if len(rows) < len(found) else ""
    if not rows:
        reason = "reason" if lang == "zh" else "reason_en"
        rows = [
            dict(zip(words["nothing"], (words[row["question"]], row[reason]), strict=True))
            for row in fragility.table.to_dict("records")
            if row[reason]
        ]
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows),
        note=gap.join(fragility.limits(lang)) + gap + words["order"] + cut,
        source=source,
        data=found if len(found) else fragility.table,
        lang=lang,
        evidence=fragility,
    )


def _sentence(
    row: Mapping[Any, Any], labels: Mapping[str, str], titles: Mapping[str, str], lang: Lang
) -> tuple[str, ...]:
    words = _WORDS[lang]
    units = "、".join(labels.get(unit, unit) for unit in str(row["unit"]).split("+"))
    doubt = row["doubt" if lang == "zh" else "doubt_en"]
    now = int(row["judged"])
    return (
        words[row["question"]],
        words["change"].format(units, row["n_change"]),
        titles.get(str(row["doc_id"]), str(row["doc_id"])),
        str(row["text"]).strip(),
        f"{now} → {1 - now}",
        str(doubt) or words["no_doubt"],
    )


_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "使结果改变所需改判的片段：先重读",
        "sentences": ("问题", "单位（须改条数）", "文档", "片段", "改判", "疑点"),
        "nothing": ("问题", "原因"),
        "sign": "系数变号",
        "p": "p 值越过 0.05",
        "change": "{}（{}）",
        "no_doubt": "无（按原文次序）",
        "order": "每个单位里最可疑的排在前面：编码者不一致、机器概率接近 0.5、只凭一个词，再按原文次序。",
        "cut": "每个单位列出前 {} 条，全部 {} 条见数据。",
    },
    "en": {
        "title": "Segments to read again: recodings that turn the finding",
        "sentences": ("Question", "Unit (to change)", "Document", "Segment", "Recode", "Doubt"),
        "nothing": ("Question", "Reason"),
        "sign": "Sign turns",
        "p": "p crosses .05",
        "change": "{} ({})",
        "no_doubt": "none (text order)",
        "order": "The most doubtful of each unit first: coders differ, machine probability near .5, a"
        " single term, then the order of the text.",
        "cut": " The first {} of each unit are listed; the data have all {}.",
    },
}  # fmt: skip
