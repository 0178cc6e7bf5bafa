"""What was read from a project or a codebook, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.exchange.refi.characters import guid
from pbgov.exchange.refi.codes import ReadCode, code_ids, codebook_tables, identify
from pbgov.exchange.refi.losses import Losses
from pbgov.exchange.refi.matching import Merge
from pbgov.exchange.refi.records import ADJUDICATION
from pbgov.exchange.refi.rows import (
    CODING_COLUMNS,
    DECISION,
    STATE_COLUMNS,
    adjudication_rows,
    table_of,
    table_with_more,
)
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.coding.codebook import Codebook
    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.reading import ReadCoding, ReadNote
    from pbgov.exchange.refi.rows import Row
    from pbgov.exchange.refi.sources import SourceText

HELD_COLUMNS = ("source", "start", "end", "name", "code_id", "coder", "reason", "zh")


@dataclass(frozen=True, eq=False)
class QdpxMatch:
    """The codings of a project as rows of a study.

    Attributes
    ----------
    codings : DataFrame
        The columns of ``CODINGS`` and ``made_at``, as `read_codings` gives them, and any that was
        written beside them; ``segment_id`` where segments were given. Ordered by document, place, code and coder.
    states : DataFrame
        As `pbgov.coding.codings.read_states` gives them; ``segment_id`` where segments were given.
    adjudications : DataFrame
        As they were given to `write_qdpx`; no row in projects of other programs.
    set_aside : DataFrame
        Judgements, with the columns of ``CODINGS`` and ``made_at``, whose text had changed, or was
        not in the corpus, when the project was written or now; states among them as a journal
        keeps them, with ``code_id`` ``*``.
    held_back : DataFrame
        Codings without a sure place: ``source``, ``start`` and ``end`` as the file has them,
        ``name`` of the selection, ``code_id``, ``coder``, ``reason`` (code of a finding) and ``zh``.
    findings : tuple of Finding
    losses : DataFrame
        As in `QdpxReading`.
    """

    codings: pd.DataFrame
    states: pd.DataFrame
    adjudications: pd.DataFrame
    set_aside: pd.DataFrame
    held_back: pd.DataFrame
    findings: tuple[Finding, ...]
    losses: pd.DataFrame

    def __str__(self) -> str:
        coders = "、".join(sorted(set(self.codings["coder"]))) or "—"
        what = f"编码记录 {len(self.codings)} 条（{coders}），状态 {len(self.states)} 条"
        rest = f"没有着落 {len(self.held_back)} 条，原文已变 {len(self.set_aside)} 条"
        return told(f"{what}；{rest}", self.losses, self.findings)


@dataclass(frozen=True, eq=False)
class QdpxReading:
    """A project as it was read; `match` makes rows of a study of it.

    Attributes
    ----------
    path, name, origin : str
        ``origin`` is the program that wrote it.
    description : str
    texts : dict
        The text of each source, by its GUID.
    sources : DataFrame
        One row is one source with a text: ``guid``, ``name``, ``kind``, ``n_chars``,
        ``n_selections``, ``n_verified`` (the words of the name stand there), ``counting`` (how
        positions were counted, see `read_qdpx`; NaN: not known), ``basis`` (why that is known:
        names, same, others, told, unknown).
    selections : DataFrame
        One row is one selection: ``source``, ``guid``, ``start``, ``end`` (into the text),
        ``written_start``, ``written_end`` (as the file has them), ``name``, ``standing``.
    users : DataFrame
        ``guid``, ``name``, ``id``, ``coder`` (the name under which codings are kept apart).
    codes : DataFrame
        ``guid``, ``code_id``, ``name``, ``parent``, ``is_codable``, ``color``, ``description``.
    families, code_table : DataFrame
        The same as the tables of a codebook, see ``FAMILIES`` and ``CODES`` of `pbgov.schemas`.
    variables, cases, values, links, sets, notes : DataFrame
        As the file has them; several GUIDs in one cell are parted by spaces.
    losses : DataFrame
        One row is one kind of loss: ``kind``, ``count``, ``zh``, ``en``.
    findings : tuple of Finding
        What is wrong or remarkable; ``row`` is the line of the XML.
    """

    path: str
    name: str
    origin: str
    description: str
    texts: dict[str, str]
    sources: pd.DataFrame
    selections: pd.DataFrame
    users: pd.DataFrame
    codes: pd.DataFrame
    families: pd.DataFrame
    code_table: pd.DataFrame
    variables: pd.DataFrame
    cases: pd.DataFrame
    values: pd.DataFrame
    links: pd.DataFrame
    sets: pd.DataFrame
    notes: pd.DataFrame
    losses: pd.DataFrame
    findings: tuple[Finding, ...]
    _parts: Parts = field(repr=False)

    def __str__(self) -> str:
        n_codings, n_places = len(self._parts.codings), len(self.selections)
        what = f"来源 {len(self.sources)} 个，选区 {n_places} 个，编码 {n_codings} 条"
        lines = [f"{self.path}（{self.origin or '未写明软件'}）：{what}"]
        for each in self.sources.to_dict("records"):
            counting = each["counting"] if isinstance(each["counting"], str) else "未知"
            verified = f"{each['n_verified']}/{each['n_selections']}"
            lines.append(f"  {each['name']}：数法 {counting}，引文核对上 {verified}")
        return told("\n".join(lines), self.losses, self.findings)

    def match(
        self,
        corpus: Sequence[Document] | None = None,
        codebook: Codebook | None = None,
        segments: pd.DataFrame | None = None,
    ) -> QdpxMatch:
        """The codings of the project as rows of a study.

        Parameters
        ----------
        corpus : Corpus or sequence of Document, optional
            A source is the document with the same text, or the same raw text, line ends aside.
            Where not given, the texts of the project itself stand for documents.
        codebook : Codebook, optional
            A code is the one with the same GUID, the id that its description states, or the same
            name. Its version goes with codings that other programs made.
        segments : DataFrame, optional
            As `pbgov.segment` makes it: a coding of another program then judges the segment that
            holds its words, which are its evidence; else it judges its words.

        Returns
        -------
        QdpxMatch
        """
        parts = self._parts
        codes = code_ids(parts.codes)
        if codebook is not None:
            codes |= identify(parts.codes, codebook)
        losses = Losses()
        merge = Merge(
            self.path,
            parts.sources,
            parts.notes,
            parts.owners,
            codes,
            parts.coders,
            corpus,
            _bounds(segments),
            codebook.version if codebook is not None else self.origin or "?",
            losses,
        )
        merge.run(parts.codings)
        findings = list(merge.findings)
        if codebook is not None:
            findings += _unknown_codes(merge, codebook, self.path)
        losses.add("links", int((~self.links["guid"].isin(parts.adjudication_links)).sum()))
        ours = {guid("set", code_id) for code_id in codes.values()}  # they only repeat the codings
        losses.add("sets", int((~self.sets["guid"].isin(ours)).sum()))
        ordered = sorted(merge.rows.values(), key=_order)
        codings = table_with_more(ordered, CODING_COLUMNS)
        states = table_with_more(sorted(merge.states, key=_order), STATE_COLUMNS)
        if segments is not None:
            codings, states = _with_ids(codings, segments), _with_ids(states, segments)
        return QdpxMatch(
            codings=codings,
            states=states,
            adjudications=_adjudications(parts.notes.values()),
            set_aside=table_with_more(sorted(merge.set_aside, key=_order), CODING_COLUMNS),
            held_back=_held(merge.held_back),
            findings=tuple(findings),
            losses=losses.table(),
        )


@dataclass(frozen=True, eq=False)
class Parts:
    """What `QdpxReading.match` works with."""

    sources: list[SourceText]
    notes: dict[str, ReadNote]
    owners: dict[str, set[str]]
    codes: list[ReadCode]
    coders: dict[str, str]
    codings: list[ReadCoding]
    adjudication_links: frozenset[str]


@dataclass(frozen=True, eq=False)
class QdcReading:
    """A codebook as it was read.

    Attributes
    ----------
    path, origin : str
    codes : DataFrame
        As in `QdpxReading`.
    families, code_table : DataFrame
        See ``FAMILIES`` and ``CODES`` of `pbgov.schemas`.
    sets : DataFrame
        ``guid``, ``name``, ``description``, ``codes``.
    losses : DataFrame
    findings : tuple of Finding
    """

    path: str
    origin: str
    codes: pd.DataFrame
    families: pd.DataFrame
    code_table: pd.DataFrame
    sets: pd.DataFrame
    losses: pd.DataFrame
    findings: tuple[Finding, ...]


def told(heading: str, losses: pd.DataFrame, findings: Sequence[Finding]) -> str:
    """What a person reads of an exchange: a heading, what was lost, what was found."""
    lines = [heading, *(f"  {zh}" for zh in losses["zh"])]
    return "\n".join([*lines, *(f"  {each.code} {each.zh}" for each in findings)])


def tables_of_codes(
    codes: list[ReadCode], origin: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Codes as they stand in a file, and as the families and codes of a codebook."""
    ids = code_ids(codes)
    rows = [
        (each.guid, ids[each.guid], each.name, each.parent, each.is_codable, each.color,
         each.description or None)
        for each in codes
    ]  # fmt: skip
    columns = ["guid", "code_id", "name", "parent", "is_codable", "color", "description"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype(dict.fromkeys(columns, "str") | {"is_codable": "bool"})
    return table, *codebook_tables(codes, origin or "REFI-QDA")


def tables_of_sources(sources: Sequence[SourceText]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sources that were read, and their selections."""
    rows, selections = [], []
    for each in sources:
        verdict = each.verdict
        counting = None if verdict.counting is None else verdict.counting.name
        n_selections = len(each.passages)
        rows.append((each.guid, each.name, each.kind, len(each.text), n_selections,
                     verdict.n_verified, counting, verdict.basis))  # fmt: skip
        selections += [
            (each.guid, passage.element.get("guid"), *passage[1:5], passage.name, passage.standing)
            for passage in each.passages
        ]
    columns = ["guid", "name", "kind", "n_chars", "n_selections", "n_verified", "counting", "basis"]
    numbers = ("n_chars", "n_selections", "n_verified")
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype(dict.fromkeys(columns, "str") | dict.fromkeys(numbers, "Int64"))
    places = ["start", "end", "written_start", "written_end"]
    columns = ["source", "guid", *places, "name", "standing"]
    listed = pd.DataFrame(selections, columns=columns)
    return table, listed.astype(dict.fromkeys(columns, "str") | dict.fromkeys(places, "Int64"))


def _bounds(segments: pd.DataFrame | None) -> dict[str, list[tuple[int, int]]] | None:
    if segments is None:
        return None
    missing = [name for name in ("doc_id", "start", "end", "segment_id") if name not in segments]
    if missing:
        raise InputError(f"segments has no column {', '.join(missing)}; make them with segment().")
    found: dict[str, list[tuple[int, int]]] = {}
    for doc_id, start, end in segments[["doc_id", "start", "end"]].itertuples(index=False):
        if start < end:
            found.setdefault(str(doc_id), []).append((int(start), int(end)))
    return found


def _with_ids(rows: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    bounds = ["doc_id", "start", "end"]
    ids = segments[segments["start"] < segments["end"]].drop_duplicates(bounds)
    return rows.merge(ids[[*bounds, "segment_id"]], on=bounds, how="left", validate="m:1")


def _unknown_codes(merge: Merge, codebook: Codebook, path: str) -> list[Finding]:
    used: dict[str, int] = {}
    for row in merge.rows.values():
        used[str(row["code_id"])] = used.get(str(row["code_id"]), 0) + 1
    known = set(codebook.codes["code_id"])
    return [
        Finding("W659", path, column="code_id", seen=code_id, wanted=str(used[code_id]))
        for code_id in sorted(set(used) - known)
    ]


def _adjudications(notes: Any) -> pd.DataFrame:
    rows = [dict(row) for note in notes for kind, row in note.records if kind == ADJUDICATION]
    from pbgov.schemas import ADJUDICATIONS

    columns = list(ADJUDICATIONS.columns)
    columns += sorted({name for row in rows for name in row} - set(columns))
    table = pd.DataFrame(rows, columns=columns).drop_duplicates(list(DECISION))
    return table_of(adjudication_rows(table), columns)


def _held(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(HELD_COLUMNS))
    kinds = dict.fromkeys(HELD_COLUMNS, "str") | {"start": "Int64", "end": "Int64"}
    return table.astype(kinds)


def _order(row: Row) -> tuple[object, ...]:
    return (row["doc_id"], row["start"], row["end"], row.get("code_id") or "", row["coder"])
