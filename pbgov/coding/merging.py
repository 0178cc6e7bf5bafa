"""Judgements that come from elsewhere held against those that a coder has already.

A sheet that is read twice, or a decision that is recorded twice, adds nothing the second time: only
what differs from what stands becomes a row of the journal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.codings import is_secondary
from pbgov.coding.rules import SECONDARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pbgov.coding.journal import Key

    Row = Mapping[str, str]

CHANGES = {"new": "新增", "changed": "改变", "withdrawn": "撤回", "same": "相同"}
MERGE_COLUMNS = ("doc_id", "start", "end", "code_id", "change", "before", "after")


def changes(
    wanted: Iterable[Row], standing: Mapping[Key, Row], replaced: Iterable[Row] = ()
) -> tuple[pd.DataFrame, list[Row]]:
    """What judgements would change, and the rows that a journal needs for it.

    Parameters
    ----------
    wanted : iterable of mapping
        Rows as a journal keeps them, all cells text, ``act`` judge or state.
    standing : mapping
        What stands already, as `pbgov.coding.journal.Journal.standing` gives it.
    replaced : iterable of mapping
        Rows with ``act`` withdraw for codes that another code of their family replaces; one that
        does not stand as present needs no row.

    Returns
    -------
    report : DataFrame
        One row per judgement: where and which code, ``change`` (new, changed, withdrawn, same),
        and what stood ``before`` and stands ``after``, as `said` writes it.
    rows : list of mapping
        The rows to be added: those that are not the same.
    """
    report, rows = [], []
    for row in wanted:
        known = standing.get(key_of(row))
        change = "new" if known is None else "same" if _alike(row, known) else "changed"
        report.append((*key_of(row), change, "" if known is None else said(known), said(row)))
        if change != "same":
            rows.append(row)
    for row in replaced:
        known = standing.get(key_of(row))
        if known is not None and known["value"] == "1":
            report.append((*key_of(row), "withdrawn", said(known), ""))
            rows.append(row)
    table = pd.DataFrame(report, columns=list(MERGE_COLUMNS))
    return table.astype({"start": "Int64", "end": "Int64"}), rows


def with_earlier_families(rows: Iterable[Row], standing: Mapping[Key, Row]) -> Iterator[Row]:
    """The rows, states among them naming the families that the coder was asked about before too."""
    for row in rows:
        known = standing.get(key_of(row))
        if row["act"] != "state" or known is None or known["status"] != row["status"]:
            yield row
        elif not row.get("rule") or not known["rule"]:  # asked about the whole codebook
            yield {**row, "rule": ""}
        else:
            asked = dict.fromkeys([*known["rule"].split(";"), *row["rule"].split(";")])
            yield {**row, "rule": ";".join(asked)}


def key_of(row: Row) -> Key:
    """Which stretch and code a row of a journal is about."""
    return row["doc_id"], int(row["start"]), int(row["end"]), row["code_id"]


def said(row: Row) -> str:
    """What a row says: its state, or 有, 无 or 次要 of its code."""
    if row["act"] == "state":
        return row["status"]
    if row["value"] != "1":
        return "无"
    return SECONDARY if marks_secondary(row["memo"]) else "有"


def marks_secondary(memo: str) -> bool:
    """True where a memo says that its code is a secondary one."""
    if SECONDARY not in memo and "secondary" not in memo:
        return False  # the question in full is slow
    return bool(is_secondary(pd.DataFrame({"memo": [memo]}, dtype="str")).iloc[0])


def standing_of(codings: pd.DataFrame, coder: str) -> dict[Key, dict[str, str]]:
    """The codings of one coder as `Journal.standing` would give them.

    Parameters
    ----------
    codings : DataFrame
        Of ``CODINGS`` (`pbgov.schemas`), as `pbgov.read_codings` gives them.
    coder : str
    """
    columns = ["doc_id", "start", "end", "code_id", "value", "status", "memo"]
    columns += ["text_digest", "codebook_version"]
    own = codings.loc[codings["coder"] == coder, columns]
    texts = own.astype("str").fillna("").assign(act="judge")
    names = list(map(str, texts.columns))
    rows = [dict(zip(names, row, strict=True)) for row in texts.itertuples(index=False, name=None)]
    return {key_of(row): row for row in rows}


def _alike(row: Row, known: Row) -> bool:
    same = ("value", "status", "text_digest", "codebook_version")
    if any(row[name] != known[name] for name in same) or said(row) != said(known):
        return False
    if row["act"] == "state" and row.get("rule", "") != known.get("rule", ""):
        return False
    words = ("evidence_start", "evidence_end")
    if row.get(words[0]) and any(row[name] != known.get(name, "") for name in words):
        return False  # a sheet knows no evidence, and a blank takes nothing back
    return row["memo"] in ("", SECONDARY, known["memo"])
