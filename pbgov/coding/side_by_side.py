"""What each coder said of each stretch and family of codes, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.codings import is_secondary, states_in_family
from pbgov.coding.frames import in_family, judges_by_row, readable, reads_all, refuse_coders
from pbgov.coding.rules import SECONDARY
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NONE_GIVEN = "无"
_SEEN = ("read", "doubtful")
_PLACE = ["segment_id", "doc_id", "start", "end"]


@dataclass(frozen=True)
class Said:
    """The codes that somebody gave to a stretch in one family, sorted; none of them: seen without."""

    primary: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()

    def __str__(self) -> str:
        secondary = [f"{code_id}（{SECONDARY}）" for code_id in self.secondary]
        return "; ".join([*self.primary, *secondary]) or NONE_GIVEN


def disagreements(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    *,
    family: str | None = None,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Where coders gave different codes to the same stretch, side by side.

    Parameters
    ----------
    codings : DataFrame
        Judgements with ``segment_id``, as `pbgov.read_codings` gives them.
    coders : sequence of str
        Two or more.
    segments : DataFrame
        ``segment_id``, ``doc_id``, ``start``, ``end``, ``text`` and ``heading``; rows of a ``kind``
        that coders do not judge are passed over.
    family : str, optional
        Only this family of codes; all that the coders use where not given.
    states : DataFrame, optional
        As `pbgov.coding.codings.read_states` gives them. For a coder with states, a stretch that he
        neither marked nor coded in the family is missing. Who judged what without them is as for
        `pbgov.agreement`.

    Returns
    -------
    DataFrame
        One row per stretch and family on which two coders or more differ, in the order of the text:
        ``segment_id``, ``doc_id``, ``start``, ``end``, ``family``, ``heading``, ``text``, and for
        each coder ``codes_<coder>`` (无: seen and none given; missing: not judged),
        ``evidence_<coder>`` (the words he marked) and ``memo_<coder>`` (all he noted on the stretch).

    Raises
    ------
    InputError
        Where fewer than two coders are named, one twice, or one who neither coded nor read anything;
        where a table lacks a column, or one coder both gave and denied a code.
    """
    refuse_coders(codings, coders, states)
    check_table(
        "codings", codings, ("doc_id", "evidence_start", "evidence_end"), "pbgov.read_codings"
    )
    check_table("segments", segments, [*_PLACE, "heading", "text"], "pbgov.segment")
    known = segments[readable(segments)]
    texts = dict(zip(known["segment_id"], known["text"], strict=True))
    starts = dict(zip(known["segment_id"], known["start"], strict=True))
    families = [family] if family else families_of(codings, coders)
    memos = {coder: _memos(codings, coder, states) for coder in coders}
    places = known[[*_PLACE, "heading", "text"]]
    rows: list[dict[str, Any]] = []
    for name in families:
        said = {one: said_by(codings, one, known, name, states) for one in coders}
        words = {one: _evidence(in_family(codings, name), one, texts, starts) for one in coders}
        for place in places.to_dict("records"):
            segment_id = str(place["segment_id"])
            judged = {said[coder][segment_id] for coder in coders if segment_id in said[coder]}
            if len(judged) < 2:
                continue
            row = {str(column): value for column, value in place.items()} | {"family": name}
            for coder in coders:
                given = said[coder].get(segment_id)
                row[f"codes_{coder}"] = float("nan") if given is None else str(given)
                row[f"evidence_{coder}"] = words[coder].get(segment_id, float("nan"))
                row[f"memo_{coder}"] = memos[coder].get(segment_id, float("nan"))
            rows.append(row)
    own = [f"{what}_{coder}" for coder in coders for what in ("codes", "evidence", "memo")]
    columns = [*_PLACE, "family", "heading", "text", *own]
    table = pd.DataFrame(rows, columns=columns)
    texts_of = ["segment_id", "doc_id", "family", "heading", "text", *own]
    table = table.astype(dict.fromkeys(texts_of, "str") | {"start": "Int64", "end": "Int64"})
    table = table.sort_values(["doc_id", "start", "end", "family"], kind="stable")
    return carry_mark(table.reset_index(drop=True), codings, segments)


def families_of(codings: pd.DataFrame, coders: Iterable[str]) -> list[str]:
    """The families in which any of these coders gave or denied a code, sorted."""
    code_ids = codings.loc[codings["coder"].isin(list(coders)), "code_id"]
    return sorted(set(code_ids.str.split(".").str[0]))


def said_by(
    codings: pd.DataFrame,
    coder: str,
    segments: pd.DataFrame,
    family: str,
    states: pd.DataFrame | None,
) -> dict[str, Said]:
    """What one coder said of each stretch that he judged in a family, by ``segment_id``."""
    own = codings[codings["coder"] == coder]
    mine = in_family(own, family)
    given = mine[mine["value"].eq(1) & mine["segment_id"].notna()]
    found: dict[str, Said] = dict.fromkeys(
        _seen(own, mine, coder, segments, family, states), Said()
    )
    codes: dict[str, tuple[set[str], set[str]]] = {}
    columns = given["segment_id"], given["code_id"], is_secondary(given)
    for segment_id, code_id, secondary in zip(*columns, strict=True):
        codes.setdefault(str(segment_id), (set(), set()))[int(secondary)].add(str(code_id))
    for segment_id, (primary, others) in codes.items():
        found[segment_id] = Said(tuple(sorted(primary)), tuple(sorted(others)))
    return found


def _seen(
    own: pd.DataFrame,
    mine: pd.DataFrame,
    coder: str,
    segments: pd.DataFrame,
    family: str,
    states: pd.DataFrame | None,
) -> list[str]:
    ids = segments["segment_id"]
    if reads_all(coder):
        return list(ids)
    opened = set(mine["segment_id"].dropna())
    if states is not None and coder in set(states["coder"]):
        marked = states_in_family(states, coder, family)
        opened |= set(marked.loc[marked["state"].isin(_SEEN), "segment_id"].dropna())
    elif len(mine) and not judges_by_row(coder):
        return list(ids[segments["doc_id"].isin(set(own["doc_id"]))])
    return [segment_id for segment_id in ids if segment_id in opened]


def _evidence(
    codings: pd.DataFrame, coder: str, texts: dict[str, str], starts: dict[str, int]
) -> dict[str, str]:
    """The words a coder marked in each stretch, those of several codes joined with /."""
    rows = codings[(codings["coder"] == coder) & (codings["value"] == 1)]
    rows = rows.dropna(subset=["evidence_start", "evidence_end", "segment_id"])
    words: dict[str, list[str]] = {}
    columns = ("segment_id", "evidence_start", "evidence_end")
    for segment_id, first, last in zip(*(rows[name] for name in columns), strict=True):
        if segment_id in texts:
            start = int(starts[segment_id])
            piece = texts[segment_id][int(first) - start : int(last) - start]
            words.setdefault(str(segment_id), []).append(piece)
    return {segment_id: " / ".join(dict.fromkeys(found)) for segment_id, found in words.items()}


def _memos(codings: pd.DataFrame, coder: str, states: pd.DataFrame | None) -> dict[str, str]:
    """Everything a coder noted on each stretch, but for the mark of secondary codes."""
    tables = [codings] if states is None else [codings, states]
    notes: dict[str, list[str]] = {}
    for table in tables:
        rows = table[(table["coder"] == coder)].dropna(subset=["memo", "segment_id"])
        for segment_id, memo in zip(rows["segment_id"], rows["memo"], strict=True):
            parts = [part.strip() for part in str(memo).replace("；", ";").split(";")]
            said = "；".join(part for part in parts if part not in ("", SECONDARY, "secondary"))
            if said:
                notes.setdefault(str(segment_id), []).append(said)
    return {segment_id: " / ".join(dict.fromkeys(found)) for segment_id, found in notes.items()}
