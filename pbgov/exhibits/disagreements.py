"""Where coders differ, as sentences side by side, and how the differences were settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.agreement_rows import coder_name
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count, format_percent, is_missing
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_JUDGED = "未判"
OVERALL = "*"
_PREFIX = "codes_"
_NO_NAMES: Mapping[str, str] = {}


def table_disagreements(
    disagreements: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: Mapping[str, str] = _NO_NAMES,
    titles: Mapping[str, str] = _NO_NAMES,
    top: int = 20,
) -> Exhibit:
    """The stretches that coders judged differently, with what each of them said.

    Parameters
    ----------
    disagreements : DataFrame
        As `pbgov.disagreements` makes it, with one row or more.
    source : str
    labels : mapping, optional
        Printed name of each code and family.
    coders : mapping, optional
        Printed name of each coder; machine coders have one without it.
    titles : mapping, optional
        Short title of each ``doc_id``.
    top : int, default 20
        Rows printed, from the first; the raw data have all of them, the note says how many.

    Returns
    -------
    Exhibit
        ``tab-disagreements``; under the codes of a coder stand the words he marked, in 「」, and
        what he noted, in （）.

    Raises
    ------
    InputError
        Where there is no row, or `top` is below 1.
    """
    require_columns("disagreements", disagreements, "doc_id", "family", "heading", "text")
    if top < 1:
        raise InputError(f"top is {top}; give 1 or more.")
    who = [
        str(name).removeprefix(_PREFIX) for name in disagreements if str(name).startswith(_PREFIX)
    ]
    rows = []
    for number, row in enumerate(disagreements.head(top).to_dict("records"), 1):
        family = str(row["family"])
        printed = {
            "序": str(number),
            "文档": titles.get(str(row["doc_id"]), str(row["doc_id"])),
            "编码族": labels.get(family, family),
            "原文": str(row["text"]).strip(),
            "所在标题": str(row["heading"]) or "—",
        }
        for coder in who:
            printed[coders.get(coder, coder_name(coder))] = _judgement(row, coder, labels)
        rows.append(printed)
    n = len(disagreements)
    cut = f"，这里列出前 {top} 处" if n > top else ""
    return Exhibit(
        exhibit_id="tab-disagreements",
        title=f"{len(who)} 位编码者判断不同的片段",
        body=pd.DataFrame(rows),
        note=f"N = {n} 处（片段×编码族）判断不同{cut}；主要、次要编码不同也算不同。"
        f"“无”为看过、没有给编码，“{NOT_JUDGED}”为没有判；「」里是他选作依据的词句，（）里是他的备注。"
        "这里只列不同之处，一致与不同各占多少见一致性表。",
        source=source,
        data=disagreements,
    )


def table_adjudication(
    share: pd.DataFrame, *, source: str, labels: Mapping[str, str] = _NO_NAMES
) -> Exhibit:
    """How many stretches were settled by unanimity, how many by decision, and how many are open.

    Parameters
    ----------
    share : DataFrame
        As `pbgov.adjudicated_share` makes it.
    source : str
    labels : mapping, optional
        Printed name of each family.

    Returns
    -------
    Exhibit
        ``tab-adjudication``
    """
    counts = ("n", "n_unanimous", "n_adjudicated", "n_disputed", "n_unjudged")
    require_columns("share", share, "family", *counts, "adjudicated_share", "open_share")
    table = share if share["family"].nunique() > 2 else share[share["family"] != OVERALL]
    rows = [
        {
            "编码族": "全部"
            if row["family"] == OVERALL
            else labels.get(row["family"], row["family"]),
            "片段数": format_count(row["n"]),
            "各人一致": format_count(row["n_unanimous"]),
            "经裁定": format_count(row["n_adjudicated"]),
            "经裁定的比例": format_percent(row["adjudicated_share"]),
            "意见不同、未裁定": format_count(row["n_disputed"]),
            "不足两人判过": format_count(row["n_unjudged"]),
            "未定的比例": format_percent(row["open_share"]),
        }
        for row in table.to_dict("records")
    ]
    return Exhibit(
        exhibit_id="tab-adjudication",
        title="金标准编码的来历",
        body=pd.DataFrame(rows),
        note=f"N = {format_count(share.loc[share['family'] == OVERALL, 'n'].iloc[0])} 项"
        "（片段×编码族）。各人一致指至少两人判过、判过的人给出同样的编码；裁定由人作出，写明理由和改动的规则。"
        "未定的没有编码，不作推测；一致也可能是一同判错。",
        source=source,
        data=share,
    )


def _judgement(row: Mapping[Any, Any], coder: str, labels: Mapping[str, str]) -> str:
    codes = row[f"{_PREFIX}{coder}"]
    if is_missing(codes):
        return NOT_JUDGED
    said = "；".join(_named(code, labels) for code in str(codes).split("; "))
    evidence, memo = row[f"evidence_{coder}"], row[f"memo_{coder}"]
    said += "" if is_missing(evidence) else f"「{evidence}」"
    return said + ("" if is_missing(memo) else f"（{memo}）")


def _named(code: str, labels: Mapping[str, str]) -> str:
    """The printed name of a code, with its mark of being secondary."""
    code_id, mark, rest = code.partition("（")
    return labels.get(code_id, code_id) + mark + rest
