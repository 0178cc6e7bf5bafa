"""Tables of what the lexicon and the terms of the codebook do: seen by leaving each of them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count
from pbgov.exhibits.tables import require_columns, require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.mining.lexicon_report import LexiconReport

EFFECTS = {
    "changes": "改变切分",
    "none": "切分不变",
    "hidden": "文中有这些字，但没有切成这个词",
    "absent": "文中没有",
}
KINDS = {"splits": "切断", "swallows": "并入", "covers": "遮住"}
CODING_EFFECTS = {
    "vanishes": "不再给出",
    "appears": "新给出",
    "becomes secondary": "变为次要",
    "becomes primary": "变为主要",
}
ROLES = {"cue": "线索", "ambiguous": "多义线索", "veto": "排除"}
_NO_NAMES: Mapping[str, str] = {}


def table_lexicon(report: LexiconReport, *, source: str, top: int = 20) -> Exhibit:
    """The entries of the lexicon that change most places, each with its first change.

    Parameters
    ----------
    report : LexiconReport
    source : str
    top : int, default 20
        Entries printed; all of them are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-lexicon``; the note counts the entries of each effect.
    """
    require_kind("report", report, "LexiconReport", "lexicon_report")
    entries = report.entries
    changing = entries[entries["effect"] == "changes"]
    shown = changing.sort_values(["n_changes", "term"], ascending=[False, True]).head(top)
    body = pd.DataFrame(
        {
            "词条": shown["term"],
            "词频": shown["freq"].map(format_count),
            "切成此词": shown["n_tokens"].map(format_count),
            "改变处数": shown["n_changes"].map(format_count),
            "片段数": shown["n_segments"].map(format_count),
            "例：没有它 → 有它": shown["example"],
        }
    )
    numbers = entries["effect"].value_counts()
    effects = "；".join(
        f"{printed} {format_count(numbers[effect])} 条"
        for effect, printed in EFFECTS.items()
        if effect in numbers
    )
    return Exhibit(
        exhibit_id="tab-lexicon",
        title="词典的每个词条改变了哪些切分",
        body=body,
        note=f"N = {format_count(len(entries))} 个词条：{effects}。"
        f"{_first(len(shown), len(changing), '个改变切分的词条')}"
        "每次去掉一个词条，把全部片段重新切分一遍，再与完整词典的切分逐处比较；"
        "“｜”分开相邻的词。只说明这批文本，换一批文本结果就会变；改变多不等于改得对。",
        source=source,
        data=entries,
    )


def table_lexicon_conflicts(report: LexiconReport, *, source: str, top: int = 20) -> Exhibit:
    """The words that entries of the lexicon cut in two, and entries hidden inside longer ones.

    Parameters
    ----------
    report : LexiconReport
    source : str
    top : int, default 20
        Pairs printed; all of them, with the words that are merely taken in, are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-lexicon-conflicts``

    Raises
    ------
    InputError
        Where no entry touches another word.
    """
    require_kind("report", report, "LexiconReport", "lexicon_report")
    conflicts = report.conflicts
    if conflicts.empty:
        raise InputError("no entry of the lexicon touches another word; there is nothing to show")
    doubtful = conflicts[conflicts["kind"] != "swallows"]
    shown = doubtful.sort_values(
        ["kind", "n", "term", "other"], ascending=[False, False, True, True]
    ).head(top)
    body = pd.DataFrame(
        {
            "词条": shown["term"],
            "怎样": shown["kind"].map(KINDS),
            "另一个词": shown["other"],
            "也是词条": shown["listed"].map({True: "是", False: "否"}),
            "处数": shown["n"].map(format_count),
        }
    )
    taken_in = int((conflicts["kind"] == "swallows").sum())
    return Exhibit(
        exhibit_id="tab-lexicon-conflicts",
        title="词条切断或遮住的其他词",
        body=body,
        note=f"N = {format_count(len(doubtful))} 对。{_first(len(shown), len(doubtful), '对')}"
        "切断：有了这个词条，另一个词被切成两半，应当逐条核对；"
        "遮住：另一个词条在这个词条里面，在那里不再单独成词。"
        f"另有 {format_count(taken_in)} 对是词典里的短词并入更长的词条，本来就是设词条的目的，只列在原始数据里。",
        source=source,
        data=conflicts,
    )


def table_codebook_terms(
    report: LexiconReport, *, source: str, names: Mapping[str, str] = _NO_NAMES, top: int = 20
) -> Exhibit:
    """The terms of the codebook on which most codings rest: what changes without each of them.

    Parameters
    ----------
    report : LexiconReport
        Made with a codebook.
    source : str
    names : mapping, optional
        Printed name of each code.
    top : int, default 20
        Terms printed; every single change is in the raw data.

    Returns
    -------
    Exhibit
        ``tab-codebook-terms``

    Raises
    ------
    InputError
        Where the report was made without a codebook, or no coding rests on a single term.
    """
    require_kind("report", report, "LexiconReport", "lexicon_report")
    codings = report.codings
    if codings is None:
        raise InputError("this report has no codings; give lexicon_report a codebook")
    if codings.empty:
        raise InputError("no coding rests on a single term; there is nothing to show")
    require_columns("codings", codings, "code_id", "role", "term", "judged", "effect")
    counts = codings.groupby(["code_id", "role", "term"])["effect"].value_counts().unstack()
    counts = counts.reindex(columns=list(CODING_EFFECTS)).fillna(0).astype("Int64")
    order = counts.assign(all=counts.sum(axis=1)).reset_index()
    order = order.sort_values(
        ["all", "code_id", "term", "role"], ascending=[False, True, True, True]
    )
    shown = order.head(top)
    body = pd.DataFrame(
        {
            "编码": [names.get(code, code) for code in shown["code_id"]],
            "词": shown["term"],
            "作用": [ROLES.get(role, role) for role in shown["role"]],
            **{
                printed: shown[effect].map(format_count)
                for effect, printed in CODING_EFFECTS.items()
            },
        }
    )
    return Exhibit(
        exhibit_id="tab-codebook-terms",
        title="去掉编码手册的一个词，规则编码怎样变",
        body=body,
        note=f"N = {format_count(len(codings))} 条变化，来自 {format_count(len(order))} 个词。"
        f"{_first(len(shown), len(order), '个词')}"
        "每次从 terms.csv 去掉一行，重新按规则编码；“新给出”是因为不再被排除，或并列被打破。"
        "编码只靠一个词的，换一种说法就会漏掉。规则读的是字，不是切分，词典的词条不影响编码。",
        source=source,
        data=codings,
    )


def _first(shown: int, everything: int, what: str) -> str:
    return "" if shown == everything else f"表中是前 {format_count(shown)} {what}。"
