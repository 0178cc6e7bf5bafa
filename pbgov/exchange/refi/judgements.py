"""Codings and states as selections, codings, notes and links of a project.

A code that is present is a ``Coding`` on the words it rests on. A code judged absent is none, since
other programs would read it as present: it goes into a note on the stretch, with the states.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.coding.journal import GOLD
from pbgov.corpus.document import digest_text
from pbgov.exchange.refi.characters import guid, spell
from pbgov.exchange.refi.grammar import has_zone, is_valid
from pbgov.exchange.refi.records import ADJUDICATION, CODING, MORE, STATE, record_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.rows import Row
    from pbgov.exchange.refi.written_text import WrittenText

STATES = {"read": "已读完", "doubtful": "存疑"}
_SPACES = re.compile(r"\s+")

Judged = tuple[str, int, int, str]


class Note(NamedTuple):
    """One note: its GUID, name, text, coder and time."""

    guid: str
    name: str
    text: str
    coder: str | None
    made_at: str | None


class Selected(NamedTuple):
    """One selection of a document, with the codings and the notes that hang on it."""

    guid: str
    start: int
    end: int
    name: str
    codings: list[tuple[str, Row, str]]  # GUID of the coding, its row, GUID of its note
    notes: list[str]


class Judgements(NamedTuple):
    """Everything that the rows become.

    ``selections`` by document; ``set_aside`` the notes of rows without words to stand on, by
    document ('' where the corpus has no such document); ``places`` the GUID of what says that a
    coder judged a code of a stretch.
    """

    selections: dict[str, dict[tuple[int, int], Selected]]
    notes: list[Note]
    set_aside: dict[str, list[str]]
    places: dict[tuple[Judged, str], str]
    n_set_aside: int


def arrange(
    codings: Iterable[Row],
    states: Iterable[Row],
    documents: Mapping[str, Document],
    texts: Mapping[str, WrittenText],
    names: Mapping[str, str],
) -> Judgements:
    """Give every row its selection, its coding and its note."""
    selections: dict[str, dict[tuple[int, int], Selected]] = defaultdict(dict)
    notes: list[Note] = []
    set_aside: dict[str, list[str]] = defaultdict(list)
    places: dict[tuple[Judged, str], str] = {}
    silent: dict[tuple[str, int, int, str], list[tuple[str, Row]]] = defaultdict(list)
    n_set_aside = 0

    def select(doc_id: str, start: int, end: int) -> Selected:
        place = start, end
        if place not in selections[doc_id]:
            form = texts[doc_id]
            selections[doc_id][place] = Selected(
                guid("selection", doc_id, start, end),
                form.to_written(start),
                form.to_written(end),
                form.text[form.to_written(start) : form.to_written(end)],
                [],
                [],
            )
        return selections[doc_id][place]

    for row in codings:
        stretch = _stretch(row)
        if row["value"] == 0:
            silent[stretch].append((CODING, row))
            continue
        judged = *stretch[:3], str(row["code_id"])
        key = (*judged, stretch[3])
        note = Note(guid("coding note", *key), f"编码依据 {names.get(judged[3], judged[3])}",
                    coding_note(row), stretch[3], _time(row))  # fmt: skip
        notes.append(note)
        words = words_of(row, documents, texts)
        if words is None:
            set_aside[judged[0] if judged[0] in documents else ""].append(note.guid)
            places[judged, stretch[3]] = note.guid
            n_set_aside += 1
            continue
        coding = guid("coding", *key)
        select(judged[0], *words).codings.append((coding, row, note.guid))
        places[judged, stretch[3]] = coding
    for row in states:
        silent[_stretch(row)].append((STATE, _with_digest(row, documents)))
    for stretch, rows in sorted(silent.items()):
        text = silence_note(rows, names)
        note = Note(guid("silence note", *stretch), "判断情况", text, stretch[3], None)
        notes.append(note)
        for kind, row in rows:
            if kind == CODING:
                places[(*stretch[:3], str(row["code_id"])), stretch[3]] = note.guid
        stands = {words_of(row, documents, texts, whole=True) for _, row in rows} - {None}
        if stands:
            select(*stretch[:3]).notes.append(note.guid)
        else:
            set_aside[stretch[0] if stretch[0] in documents else ""].append(note.guid)
            n_set_aside += len(rows)
    return Judgements(dict(selections), notes, dict(set_aside), places, n_set_aside)


def words_of(
    row: Row,
    documents: Mapping[str, Document],
    texts: Mapping[str, WrittenText],
    *,
    whole: bool = False,
) -> tuple[int, int] | None:
    """The words a row rests on; None where they are not there any more."""
    doc_id, start, end = str(row["doc_id"]), _number(row["start"]), _number(row["end"])
    if doc_id not in documents or not start < end <= len(documents[doc_id].text):
        return None
    digest = row.get("text_digest")
    if digest is not None and digest_text(documents[doc_id].text[start:end]) != digest:
        return None
    if not whole and row.get("evidence_start") is not None:
        first, last = _number(row["evidence_start"]), _number(row["evidence_end"])
        if not start <= first < last <= end:
            return None
        start, end = first, last
    form = texts[doc_id]
    return (start, end) if form.to_written(start) < form.to_written(end) else None


def _with_digest(row: Row, documents: Mapping[str, Document]) -> Row:
    """A state with the digest of its words, so that it is not read back onto others."""
    start, end = _number(row["start"]), _number(row["end"])
    document = documents.get(str(row["doc_id"]))
    if document is None or not start < end <= len(document.text):
        return row
    return row | {"text_digest": digest_text(document.text[start:end])}


def coding_note(row: Row) -> str:
    """The note of a coding: memo, rule and status for people, the row for programs."""
    return _joined(coding_words(row), [record_line(CODING, row)])


def coding_words(row: Mapping[str, object]) -> str:
    """What the note of a coding says to people."""
    lines = [spell(str(row["memo"]))] if row.get("memo") else []
    if row.get("rule"):
        lines.append(f"依据规则：{spell(str(row['rule']))}")
    if row.get("status") == "suggested":
        lines.append("这是建议，未经人判定")
    if row.get("evidence_start") is not None:
        lines.append(f"所判断的段落：第 {row['start']}–{row['end']} 字")
    more = row.get(MORE)
    if isinstance(more, dict):
        lines += [
            f"{spell(str(name))}：{spell(str(value))}" for name, value in sorted(more.items())
        ]
    return "\n".join(lines)


def silence_note(rows: Iterable[tuple[str, Row]], names: Mapping[str, str]) -> str:
    """The note of what a coder did not see in a stretch, and how far he is with it."""
    lines, records = [], []
    for kind, row in rows:
        if kind == STATE:
            state = str(row["state"])
            asked = f"（编码族 {spell(str(row['families']))}）" if row.get("families") else ""
            lines.append(f"状态：{STATES.get(state, state)}{asked}")
        else:
            code_id = str(row["code_id"])
            lines.append(f"判为没有：{spell(names.get(code_id, code_id))}")
        if row.get("memo"):
            lines.append(f"　备忘：{spell(str(row['memo']))}")
        records.append(record_line(kind, row))
    return _joined("\n".join(lines), records)


def link_adjudications(
    codings: Iterable[Row],
    adjudications: Iterable[Row],
    places: Mapping[tuple[Judged, str], str],
    families: Mapping[str, str],
) -> tuple[list[tuple[str, str, str, list[str]]], list[Note], list[str]]:
    """A link from each judgement to the adjudicated one of the same stretch and code.

    `families` says of which family a code is, since a decision is on all codes of a family.

    Returns
    -------
    list of tuple
        GUID, origin, target and the notes of each link.
    list of Note
        What was decided and why, one for each row of `adjudications`.
    list of str
        The GUIDs of notes that no link carries, since no coding of ``gold`` stands there.
    """
    why: dict[Judged, str] = {}
    notes = []
    for row in adjudications:
        judged = *_stretch(row)[:3], str(row["family"])
        words = "\n".join(
            f"{name}：{spell(str(value))}" for name, value in row.items() if value is not None
        )
        name = guid("adjudication note", *judged)
        text = _joined(words, [record_line(ADJUDICATION, row)])
        notes.append(Note(name, "裁定", text, None, None))
        why[judged] = name
    links, carried = [], set()
    for row in codings:
        judged, coder = (*_stretch(row)[:3], str(row["code_id"])), str(row["coder"])
        if coder == GOLD or (judged, GOLD) not in places:
            continue
        ends = places[judged, coder], places[judged, GOLD]
        decided = *judged[:3], families.get(judged[3], "")
        reasons = [why[decided]] if decided in why else []
        links.append((guid("adjudication", *judged, coder), *ends, reasons))
        carried.add(decided)
    loose = [name for decided, name in why.items() if decided not in carried]
    return links, notes, loose


def moment(value: object) -> str | None:
    """A time as the standard writes it; None where it is none or has no zone."""
    text = str(value) if value is not None else ""
    return text if is_valid(text, "datetime") and has_zone(text) and text == text.strip() else None


def _time(row: Mapping[str, Any]) -> str | None:
    return moment(row.get("made_at"))


def _joined(words: str, records: list[str]) -> str:
    return "\n".join([words, "", *records] if words else records)


def _stretch(row: Mapping[str, object]) -> tuple[str, int, int, str]:
    numbers = _number(row["start"]), _number(row["end"])
    return str(row["doc_id"]), *numbers, str(row.get("coder"))


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
