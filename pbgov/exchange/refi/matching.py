"""A project that was read, brought home: its codings as rows of a study.

Where a note of pbgov says what a coding was, and place and code are still so, the row comes back
whole. Everything else was coded, or changed, in another program and becomes a row by what the
project says.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pbgov.coding.journal import WHOLE, is_machine
from pbgov.corpus.document import digest_text
from pbgov.exchange.refi.characters import unspell
from pbgov.exchange.refi.grammar import PROJECT
from pbgov.exchange.refi.home import Home, find_homes
from pbgov.exchange.refi.judgements import coding_words
from pbgov.exchange.refi.reading import UNSIGNED, ReadCoding, ReadNote
from pbgov.exchange.refi.records import CODING, MORE, STATE
from pbgov.exchange.refi.rows import CODING_COLUMNS, KEY, STATE_COLUMNS
from pbgov.exchange.refi.sources import note_references
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.losses import Losses
    from pbgov.exchange.refi.rows import Row
    from pbgov.exchange.refi.sources import Passage, SourceText

WHY = {"moved": "E624", "unknown": "E625", "outside": "E618", "empty": "E627"}
_SPAN = ("start", "end")
_EVIDENCE = ("evidence_start", "evidence_end")

Placed = tuple[str, str, int, int, str]  # document, code, words, coder


class Coded(NamedTuple):
    """One coding with everything that says what it is."""

    coding: ReadCoding
    source: SourceText
    passage: Passage | None
    home: Home | None
    code_id: str
    coder: str


class Merge:
    """Makes rows of the codings of one project.

    Parameters
    ----------
    path : str
    sources : sequence of SourceText
    notes : dict of ReadNote
    owners : dict
        The kinds of element that each note hangs on.
    codes, coders : dict
        The code id of each code, the coder of each user.
    documents : sequence of Document, optional
        The study's; the project's own texts stand for them where not given.
    segments : dict, optional
        The bounds of the segments of each document, ordered.
    version : str
        The version of the codebook that codings of other programs are put under.
    losses : Losses
    """

    def __init__(
        self,
        path: str,
        sources: Sequence[SourceText],
        notes: Mapping[str, ReadNote],
        owners: Mapping[str, set[str]],
        codes: Mapping[str, str],
        coders: Mapping[str, str],
        documents: Sequence[Document] | None,
        segments: Mapping[str, list[tuple[int, int]]] | None,
        version: str,
        losses: Losses,
    ) -> None:
        self.path, self.sources, self.notes, self.owners = path, sources, notes, owners
        self.codes, self.coders, self.losses = codes, coders, losses
        self.segments, self.version = segments, version
        self.findings: list[Finding] = []
        self.homes, said = find_homes(sources, documents, path)
        self.findings += said
        texts = {home.doc_id: home.text for home in self.homes if home is not None}
        if documents is not None:
            texts |= {each.doc_id: each.text for each in documents}
        self.texts = texts
        self._renamed = {
            str(source.record["doc_id"]): home.doc_id
            for source, home in zip(sources, self.homes, strict=True)
            if home is not None and "doc_id" in source.record
        }
        self.rows: dict[tuple[object, ...], Row] = {}
        self.states: list[Row] = []
        self.set_aside: list[Row] = []
        self.held_back: list[tuple[object, ...]] = []
        self._said: dict[str, list[str]] = defaultdict(list)
        self._came: dict[int, Row] = {}  # records by identity, as they are used up

    def run(self, codings: Sequence[ReadCoding]) -> None:
        """Fill `rows`, `states`, `set_aside` and `held_back`."""
        by_place = self._records_by_place()
        foreign: list[Coded] = []
        for coding in codings:
            coded = self._coded(coding)
            why = self._why_held(coded)
            if why is not None:
                self._hold(coded, why)
                continue
            record = self._record_of(coded, by_place)
            if record is None:
                foreign.append(coded)
            else:
                self._keep(record, coded)
        for coded in sorted(foreign, key=self._at):
            self._add(self._foreign_row(coded), coded)
        self._take_silence()
        self._overlaps()
        self._tell()

    def _coded(self, coding: ReadCoding) -> Coded:
        source = self.sources[coding.source]
        passage = None if coding.passage is None else source.passages[coding.passage]
        coder = self.coders.get(coding.user or "", "")
        if not coder:
            coder = UNSIGNED if coding.user is None else f"{UNSIGNED} {coding.user[:8]}"
            self._said["W653"].append(coder)
        home = self.homes[coding.source]
        return Coded(coding, source, passage, home, self.codes[coding.code], coder)

    def _why_held(self, coded: Coded) -> str | None:
        if coded.home is None:
            return "W658"
        why = None if coded.passage is None else WHY.get(coded.passage.standing)
        if why is None and len(set(self._words(coded))) == 1:
            return "E627"
        return why

    def _hold(self, coded: Coded, why: str) -> None:
        name, passage = coded.source.name, coded.passage
        bounds = (None, None) if passage is None else passage[3:5]
        zh = Finding(why, self.path, seen=name, wanted="—").zh
        label = None if passage is None else passage.name
        self.held_back.append((name, *bounds, label, coded.code_id, coded.coder, why, zh))

    def _words(self, coded: Coded) -> tuple[int, int]:
        """The words of a coding in the document it belongs to."""
        assert coded.home is not None
        if coded.passage is None or coded.passage.start is None or coded.passage.end is None:
            return 0, len(coded.home.text)
        return coded.home.span(coded.passage.start, coded.passage.end)

    def _at(self, coded: Coded) -> tuple[str, int, int, str]:
        return coded.home.doc_id if coded.home else "", *self._words(coded), coded.coding.guid

    def _records_by_place(self) -> dict[Placed, Row]:
        found: dict[Placed, Row] = {}
        for note in self.notes.values():
            for kind, row in note.records:
                if kind == CODING and row["value"] == 1:
                    found.setdefault((*_place(row), str(row["coder"])), row)
        return found

    def _record_of(self, coded: Coded, by_place: Mapping[Placed, Row]) -> Row | None:
        """The record of a coding that is still what it was written as; None for any other."""
        assert coded.home is not None
        words = self._words(coded)
        here = coded.home.doc_id, coded.code_id, *words
        own = [
            row
            for name in coded.coding.notes
            for kind, row in (self.notes[name].records if name in self.notes else ())
            if kind == CODING and row["value"] == 1
        ]
        found = by_place.get((*here, coded.coder))
        candidates = [*own, found] if found is not None else own
        for row in candidates:
            doc_id, code_id, first, last = _place(row)
            of_this = doc_id in (coded.home.doc_id, coded.source.record.get("doc_id"))
            same = code_id == coded.code_id and coded.home.same((first, last), words)
            if of_this and same and self._digest_holds(coded.home.doc_id, row):
                return row
        if own:
            self._said["W656"].append(f"{coded.home.doc_id} {words[0]}–{words[1]}")
            for row in own:
                self._came[id(row)] = row  # its coding is here, only changed
        return None

    def _digest_holds(self, doc_id: str, row: Row) -> bool:
        start, end = (int(str(row[name])) for name in _SPAN)
        text = self.texts.get(doc_id, "")
        if not start < end <= len(text):
            return False
        return row.get("text_digest") in (None, digest_text(text[start:end]))

    def _keep(self, record: Row, coded: Coded) -> None:
        assert coded.home is not None
        self._came[id(record)] = record
        row: Row = {name: record.get(name) for name in (*CODING_COLUMNS, MORE)}
        row["doc_id"] = coded.home.doc_id
        for name in coded.coding.notes:
            note = self.notes.get(name)
            told = coding_words(record)
            if note is None or record not in [each.fields for each in note.records]:
                continue
            if " ".join(note.words.split()) != " ".join(told.split()):
                row["memo"] = unspell(note.words) or None
                words = self._words(coded)
                self._said["W656"].append(f"{row['doc_id']} {words[0]}–{words[1]}")
        self._add(row, coded)

    def _foreign_row(self, coded: Coded) -> Row:
        assert coded.home is not None
        first, last = self._words(coded)
        doc_id = coded.home.doc_id
        start, end = self._stretch(doc_id, first, last)
        row: Row = dict.fromkeys((*CODING_COLUMNS, MORE))
        row |= {"doc_id": doc_id, "start": start, "end": end, "code_id": coded.code_id}
        row |= {"coder": coded.coder, "value": 1, "status": _status(coded.coder)}
        if (first, last) != (start, end):
            row |= {"evidence_start": first, "evidence_end": last}
        row |= {"text_digest": digest_text(self.texts[doc_id][start:end])}
        row |= {"codebook_version": self.version, "made_at": coded.coding.made_at}
        return row | {"memo": self._memo(coded)}

    def _memo(self, coded: Coded) -> str | None:
        """Everything that is said beside a coding: its notes, and the words on its selection."""
        names = list(coded.coding.notes)
        parts = []
        if coded.passage is not None:
            names += note_references(coded.passage.element)
            parts.append(coded.passage.element.findtext(f"{{{PROJECT}}}Description") or "")
        for name in dict.fromkeys(names):
            note = self.notes.get(name)
            if note is not None and not any(kind == STATE for kind, _ in note.records):
                silent = any(row.get("value") == 0 for _, row in note.records)
                parts.append("" if silent else note.words)
        return "\n".join(part.strip() for part in parts if part.strip()) or None

    def _stretch(self, doc_id: str, first: int, last: int) -> tuple[int, int]:
        """The segment that holds the words; the words themselves where none does."""
        if self.segments is None or doc_id not in self.segments:
            return first, last
        holding = [each for each in self.segments[doc_id] if each[0] <= first and last <= each[1]]
        if holding:
            return min(holding, key=lambda each: each[1] - each[0])
        self._said["W666"].append(f"{doc_id} {first}–{last}")
        return first, last

    def _add(self, row: Row, coded: Coded) -> None:
        key = tuple(row[name] for name in KEY)
        if key not in self.rows:
            self.rows[key] = row
            return
        first, last = self._words(coded)
        kept = self.rows[key]
        where = f"又见 {first}–{last}"
        if (first, last) != tuple(_place(kept)[2:]):
            kept["memo"] = "；".join(str(part) for part in (kept["memo"], where) if part)
        if row["memo"] and str(row["memo"]) not in str(kept["memo"]):
            kept["memo"] = "；".join(str(part) for part in (kept["memo"], row["memo"]) if part)
        self._said["W654"].append(f"{row['doc_id']} {first}–{last}")

    def _take_silence(self) -> None:
        """Codes judged absent, states, and judgements that stood nowhere when they were written."""
        for note in self.notes.values():
            owners = self.owners.get(note.guid, set())
            for kind, record in note.records:
                if kind == STATE:
                    self._take_state(record)
                elif kind == CODING:
                    self._take_silent(record, owners)

    def _take_state(self, record: Row) -> None:
        """A state where its words are still there; aside, as a journal keeps it, where not."""
        row: Row = {name: record.get(name) for name in (*STATE_COLUMNS, MORE)}
        row["doc_id"] = self._doc_id(record)
        if self._digest_holds(str(row["doc_id"]), record):
            self.states.append(row)
            return
        aside: Row = {name: record.get(name) for name in (*CODING_COLUMNS, MORE)}
        aside |= {"code_id": WHOLE, "value": 0, "status": record["state"]}
        self.set_aside.append(aside | {"rule": record.get("families")})

    def _doc_id(self, record: Row) -> str:
        """The document of the study that a record is about, which may have got another name."""
        doc_id = str(record["doc_id"])
        return self._renamed.get(doc_id, doc_id)

    def _take_silent(self, record: Row, owners: set[str]) -> None:
        row: Row = {name: record.get(name) for name in (*CODING_COLUMNS, MORE)}
        doc_id = self._doc_id(record)
        key = tuple(row[name] for name in KEY)
        place = f"{row['doc_id']} {row['start']}–{row['end']}"
        if record["value"] == 0:
            row["doc_id"], key = doc_id, (doc_id, *key[1:])
            if not self._digest_holds(doc_id, record):
                self.set_aside.append(row)
            elif key in self.rows:
                self._said["W656"].append(place)  # judged absent here, coded elsewhere since
            else:
                self.rows[key] = row
        elif id(record) in self._came or key in self.rows or self._was_held(record):
            return
        elif owners & {"TextSource", "Project"}:
            self.set_aside.append(row)
        else:
            self._said["W665"].append(place)

    def _was_held(self, record: Row) -> bool:
        """Whether the coding is among those without a sure place."""
        return any(
            held[4:6] == (record["code_id"], record["coder"])
            and self._source_id(str(held[0])) == record["doc_id"]
            for held in self.held_back
        )

    def _source_id(self, name: str) -> str:
        for source in self.sources:
            if source.name == name:
                return str(source.record.get("doc_id", name))
        return name

    def _overlaps(self) -> None:
        """W655: codings of one coder with one code that share words, without being the same."""
        groups: dict[tuple[object, ...], list[tuple[int, int]]] = defaultdict(list)
        for row in self.rows.values():
            if row["value"] == 1:
                doc_id, code_id, first, last = _place(row)
                groups[doc_id, code_id, row["coder"]].append((first, last))
        for group, spans in groups.items():
            reach = -1
            for first, last in sorted(spans):
                if first < reach:
                    self._said["W655"].append(f"{group[0]} {first}–{last}")
                reach = max(reach, last)

    def _tell(self) -> None:
        for code in ("W654", "W655", "W656", "W665", "W666"):
            places = self._said.get(code, [])
            if places:
                self.findings.append(
                    Finding(code, self.path, seen=str(len(places)), wanted=min(places))
                )
        for coder in sorted(set(self._said.get("W653", []))):
            count = str(self._said["W653"].count(coder))
            self.findings.append(
                Finding("W653", self.path, column="creatingUser", seen=count, wanted=coder)
            )
        self.losses.add("merged", len(self._said.get("W654", [])))
        self.losses.add("held_back", len(self.held_back))
        shared = [
            note
            for note in self.notes.values()
            if not note.records
            and note.words
            and not self.owners.get(note.guid, set()) & {"Coding", "PlainTextSelection"}
        ]
        self.losses.add("shared_notes", len(shared))


def _place(row: Row) -> tuple[str, str, int, int]:
    """Document, code, and the words a row rests on."""
    names = _SPAN if row.get("evidence_start") is None else _EVIDENCE
    first, last = (int(str(row[name])) for name in names)
    return str(row["doc_id"]), str(row["code_id"]), first, last


def _status(coder: str) -> str:
    return "suggested" if is_machine(coder) else "judged"
