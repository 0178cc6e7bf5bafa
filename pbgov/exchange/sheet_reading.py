"""A coding sheet read back: every fault named, nothing half taken, what is new told apart."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.journal import Journal
from pbgov.coding.merging import CHANGES, changes, standing_of, with_earlier_families
from pbgov.corpus.document import digest_text
from pbgov.corpus.formats.container import Container
from pbgov.corpus.formats.signature import check_kind
from pbgov.errors import DataFileError, InputError
from pbgov.exchange.sheet import layout
from pbgov.exchange.sheet.grid import merged_cells, refuse_wide_merges, table_of
from pbgov.exchange.sheet.judgements import RowReader
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pbgov.coding.codebook import Codebook
    from pbgov.exchange.sheet.layout import Item, SheetKey

EXCERPT = 12
Place = tuple[str, int, int]


@dataclass(frozen=True, eq=False)
class SheetReading:
    """What a colleague's coding sheet says, before any of it is on record.

    Attributes
    ----------
    path : str
    coder : str
    families : tuple of str
        The families of codes the sheet asks about.
    codings : DataFrame
        Of ``CODINGS`` (`pbgov.schemas`), with ``segment_id``. In a row marked 看完, a code left
        blank was judged absent (``value`` 0), unless another code of its exclusive family was given.
    states : DataFrame
        ``doc_id``, ``start``, ``end``, ``segment_id``, ``coder``, ``state`` (read, doubtful) and
        ``memo``, one row per stretch marked 看完 or 存疑; as far as the families of the sheet go.
    merge : DataFrame
        What would change against the codings given to `pbgov.read_sheet`: where and which code,
        ``change`` (new, changed, withdrawn, same), ``before`` and ``after``.
    n : int
        Stretches on the sheet.
    remarks : tuple of Finding
        W270 to W273.
    """

    path: str
    coder: str
    families: tuple[str, ...]
    codings: pd.DataFrame = field(repr=False)
    states: pd.DataFrame = field(repr=False)
    merge: pd.DataFrame = field(repr=False)
    n: int
    remarks: tuple[Finding, ...]
    _wanted: tuple[Mapping[str, str], ...] = field(repr=False)
    _replaced: tuple[Mapping[str, str], ...] = field(repr=False)
    _states: tuple[Mapping[str, str], ...] = field(repr=False)
    _silent: tuple[tuple[int, Place, list[str]], ...] = field(repr=False)
    _version: str = field(repr=False)

    def __str__(self) -> str:
        found = Counter(self.merge["change"])
        counted = "，".join(f"{zh} {found[name]} 条" for name, zh in CHANGES.items())
        states = Counter(self.states["state"])
        judged = self.codings[["doc_id", "start", "end"]].drop_duplicates()
        lines = [
            f"{self.path}：编码者 {self.coder}，编码族 {'、'.join(self.families)}，共 {self.n} 段",
            f"  看完 {states['read']} 段，存疑 {states['doubtful']} 段，有判断的 {len(judged)} 段",
            f"  与已有记录相比：{counted}",
        ]
        return "\n".join([*lines, *(f"  {one.code} {one.zh}" for one in self.remarks)])

    def save(self, folder: str | Path, *, clock: Callable[[], str] | None = None) -> SheetReading:
        """Add to the coder's journal what it does not say already.

        Parameters
        ----------
        folder : path
            The folder of codings.
        clock : callable, optional
            As for `pbgov.coding.journal.Journal`.

        Returns
        -------
        SheetReading
            The same, with ``merge`` against what stood in the journal. A sheet that was taken in
            before adds no row, and says so.

        Raises
        ------
        InputError, DataFileError
            As `pbgov.coding.journal.Journal`.

        Notes
        -----
        All rows go to disk in one write. Where the sheet asks about some families of the codebook
        only, ``rule`` of each state names them: the coder was not asked about the others.
        """
        with Journal(folder, self.coder, self._version, clock=clock) as journal:
            standing = journal.standing()
            merge, rows = changes(self._wanted, standing, self._replaced)
            _, states = changes(with_earlier_families(self._states, standing), standing)
            journal.add([*rows, *states])
        others = [one for one in self.remarks if one.code != "W272"]
        remarks = (*others, *_blank_but_judged(self._silent, standing, self.path))
        return replace(self, merge=merge, remarks=remarks)


def read_sheet(
    path: str | Path,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    codings: pd.DataFrame | None = None,
) -> SheetReading:
    """What a coding sheet says, after it was held against its key, the texts and the codebook.

    Parameters
    ----------
    path : path
        A sheet of `pbgov.write_sheet`, as Excel, WPS or LibreOffice saved it.
    segments : DataFrame
        The segments it was written from, others among them or not.
    codebook : Codebook
        Of the version it was written with.
    codings : DataFrame, optional
        What the coder has judged already (`pbgov.read_codings`); `SheetReading.merge` compares
        with it.

    Returns
    -------
    SheetReading
        Nothing is on record until its `save`.

    Raises
    ------
    InputError
        Where there is no such file.
    DataFileError
        With every fault: no coding sheet, or a column of it is missing (E230), the hidden key was
        touched (E231), another version of the codebook (E232), a stretch that `segments` does not
        hold with this text (E233), words of the sheet edited (E234), rows deleted, repeated or added
        (E235), what is no code of the column (E236), judgements that contradict each other (E237),
        and whatever is wrong with the file itself (E411 to E416).

    Notes
    -----
    An empty cell is a judgement only in a row marked 看完. Line ends, white space around a text and
    the escapes of other programs are no edits.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; it should be a coding sheet, filled in.")
    book = _open(path)
    key = _key(book, path)
    findings = _codebook_faults(key, codebook, path)
    found, faults = _segments_of(key, segments, path)
    findings += faults
    if unknown := [one for one in key.families if one not in set(codebook.families["family"])]:
        raise DataFileError([*findings, Finding("E232", str(path), seen=", ".join(unknown))])
    reader = RowReader(path, key, codebook, table_of(book[layout.CODING], path))
    findings += [*reader.faults, *merged_cells(book[layout.CODING], path)]
    findings += [fault for item in key.items for fault in _edits(reader, item, found, path)]
    rows = [reader.judgements(item) for item in key.items if item.blind_id in reader.rows_of]
    findings += [fault for row in rows for fault in row.faults]
    if findings:
        raise DataFileError(sorted(findings, key=lambda finding: finding.row or 0))
    remarks = [*_other_files(key, codebook, path), *reader.remarks]
    remarks += [remark for row in rows for remark in row.remarks]
    wanted = [one for row in rows for one in row.wanted]
    replaced = [one for row in rows for one in row.replaced]
    states = [row.state for row in rows if row.state]
    standing = {} if codings is None else standing_of(codings, key.coder)
    merge, _ = changes(wanted, standing, replaced)
    silent = tuple((row.number, row.place, row.silent) for row in rows)
    remarks += _blank_but_judged(silent, standing, str(path))
    names = {place: str(row["segment_id"]) for place, row in found.items()}
    whole = set(key.families) == set(codebook.families["family"])
    return SheetReading(
        path=str(path),
        coder=key.coder,
        families=key.families,
        codings=_codings(wanted, names, key.coder),
        states=_states(states, names, key.coder),
        merge=merge,
        n=len(key.items),
        remarks=tuple(remarks),
        _wanted=tuple(wanted),
        _replaced=tuple(replaced),
        _states=tuple(one | {"rule": "" if whole else ";".join(key.families)} for one in states),
        _silent=silent,
        _version=codebook.version,
    )


def _open(path: Path) -> Any:
    import openpyxl

    content = path.read_bytes()
    check_kind(content, ".xlsx", str(path))
    parts = Container(content, str(path))
    parts.check_xml()
    refuse_wide_merges(parts, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that other programs add to the file
            return openpyxl.load_workbook(BytesIO(content))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        raise DataFileError([Finding("E230", str(path), seen=str(error)[:80])]) from error


def _key(book: Any, path: Path) -> SheetKey:
    for name in (layout.CODING, layout.KEY):
        if name not in book.sheetnames:
            raise DataFileError([Finding("E230", str(path), seen=name)])
    rows = table_of(book[layout.KEY], path)
    try:
        key = layout.read_key([[layout.comparable(cell) for cell in row] for row in rows])
    except ValueError:
        key = None
    if key is None:
        raise DataFileError([Finding("E231", str(path), seen=layout.KEY)])
    return key


def _codebook_faults(key: SheetKey, codebook: Codebook, path: Path) -> list[Finding]:
    if key.codebook_version == codebook.version:
        return []
    seen, wanted = key.codebook_version, codebook.version
    return [Finding("E232", str(path), seen=seen, wanted=wanted)]


def _other_files(key: SheetKey, codebook: Codebook, path: Path) -> list[Finding]:
    if key.codebook_digest == (codebook.digest or "-"):
        return []
    return [Finding("W270", str(path), seen=key.codebook_digest, wanted=codebook.digest)]


def _segments_of(
    key: SheetKey, segments: pd.DataFrame, path: Path
) -> tuple[dict[Place, Any], list[Finding]]:
    """The segment of each stretch of the key, and the stretches that the study does not hold."""
    bounds = zip(segments["doc_id"], segments["start"], segments["end"], strict=True)
    places = [(str(doc_id), int(start), int(end)) for doc_id, start, end in bounds]
    known = dict(zip(places, segments.to_dict("records"), strict=True))
    found, faults = {}, []
    for item in key.items:
        place = item.doc_id, item.start, item.end
        row = known.get(place)
        if row is not None and digest_text(str(row["text"])) == item.text_digest:
            found[place] = row
        else:
            seen = f"{item.doc_id} {item.start}–{item.end}"
            faults.append(Finding("E233", str(path), column=layout.KEY, seen=seen))
    if faults and not found:  # none of them: one finding says it
        seen = f"{faults[0].seen} … × {len(faults)}"
        faults = [Finding("E233", str(path), column=layout.KEY, seen=seen)]
    return found, faults


def _edits(
    reader: RowReader, item: Item, found: Mapping[Place, Any], path: Path
) -> Iterator[Finding]:
    """E234 for each row of a stretch whose words are not those of its document."""
    place = item.doc_id, item.start, item.end
    if place not in found:
        return
    texts = item.shown_parts(str(found[place]["text"]))
    for row_id, text in zip(item.row_ids(), texts, strict=True):
        for row in reader.rows_of.get(row_id, []):
            cell, wanted = reader.cell(row, layout.TEXT), text.strip()
            seen = layout.comparable(cell)
            if wanted not in (seen, layout.shown(cell).strip()):  # LibreOffice undoes escapes
                seen, wanted = _difference(seen, wanted)
                yield Finding("E234", str(path), row, f"{layout.TEXT} {row_id}", seen, wanted)


def _difference(seen: str, wanted: str) -> tuple[str, str]:
    """Both texts around the first place where they differ, up to the last."""
    shorter = min(len(seen), len(wanted))
    first = next((i for i in range(shorter) if seen[i] != wanted[i]), shorter)
    rest = shorter - first
    tail = next((i for i in range(rest) if seen[-1 - i] != wanted[-1 - i]), rest)
    return _excerpt(seen, first, len(seen) - tail), _excerpt(wanted, first, len(wanted) - tail)


def _excerpt(text: str, first: int, last: int) -> str:
    start, end = max(0, first - EXCERPT), min(len(text), last + EXCERPT, first + 5 * EXCERPT)
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"


def _blank_but_judged(
    silent: Sequence[tuple[int, Place, list[str]]],
    standing: Mapping[Any, Mapping[str, str]],
    path: str,
) -> list[Finding]:
    """W272: what the coder judged before, in a row that says nothing about it now; it stands."""
    found = []
    for number, place, codes in silent:
        kept = [one for one in codes if standing.get((*place, one), {}).get("value") == "1"]
        if kept:
            found.append(Finding("W272", path, number, layout.STATUS, seen=", ".join(kept)))
    return found


def _codings(
    wanted: Sequence[Mapping[str, str]], names: Mapping[Place, str], coder: str
) -> pd.DataFrame:
    from pbgov.schemas import CODINGS

    table = pd.DataFrame(list(wanted), columns=list(CODINGS.columns)).assign(coder=coder)
    table = table.replace("", float("nan"))
    table = table.astype({"evidence_start": "float", "evidence_end": "float"})
    for name in ("start", "end", "value"):
        table[name] = pd.to_numeric(table[name])
    table = CODINGS.validate(table)
    return table.assign(segment_id=_ids(table, names))


def _states(
    states: Sequence[Mapping[str, str]], names: Mapping[Place, str], coder: str
) -> pd.DataFrame:
    columns = ["doc_id", "start", "end", "coder", "status", "memo"]
    table = pd.DataFrame(list(states), columns=columns).assign(coder=coder)
    table = table.rename(columns={"status": "state"}).replace("", float("nan"))
    table = table.astype({"doc_id": "str", "state": "str", "memo": "str"})
    for name in ("start", "end"):
        table[name] = pd.to_numeric(table[name]).astype("Int64")
    return table.assign(segment_id=_ids(table, names))


def _ids(table: pd.DataFrame, names: Mapping[Place, str]) -> pd.Series:
    bounds = zip(table["doc_id"], table["start"], table["end"], strict=True)
    ids = [names[str(doc_id), int(start), int(end)] for doc_id, start, end in bounds]
    return pd.Series(ids, table.index, dtype="str")
