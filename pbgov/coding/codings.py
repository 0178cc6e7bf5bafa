"""Codings made by people, read back from their files and held against the text they judged.

A file is a journal (`pbgov.coding.journal`) or a table written by hand; what stands is read here.
"""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.appending import cut_off_unfinished, unfinished_line
from pbgov.coding.codebooks.versions import rests_on_other_definition
from pbgov.coding.journal import WHOLE
from pbgov.coding.rules import CODER, SECONDARY
from pbgov.corpus.document import digest_text
from pbgov.datafiles import inspect_table, table_files
from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.coding.codebook import Codebook


def read_codings(
    folder: str | Path,
    segments: pd.DataFrame | None = None,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Every coding of a folder that stands, file after file.

    In a journal, a later judgement of the same stretch, code and coder stands in the place of the
    earlier one, and what was taken back does not stand.

    Parameters
    ----------
    folder : path
        Every ``*.csv`` in it is read, in the order of the file names.
    segments : DataFrame, optional
        As `pbgov.segment` makes it. Where given, each coding is held against the text it judged,
        and gets the id of the segment with exactly its ``start`` and ``end``.
    codebook : Codebook, optional
        Where given, a code it does not know is an error.

    Returns
    -------
    DataFrame
        The columns of ``CODINGS`` (`pbgov.schemas`), ``made_at`` (NaN where no time was noted) and
        ``segment_id``: NaN where `segments` is not given, or has no segment with just these bounds.
        No row where nobody has coded yet.

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file breaks its schema, two rows judge the same thing (E104), the text judged has
        changed since (E211), a code is unknown (E212), offsets lie outside the document (E213), the
        evidence lies outside the text judged (E215), or a file is signed with the name of the rule
        coder (E216).

    Warns
    -----
    DataFileWarning
        Where codings belong to a document that `segments` does not hold (W253), a crash cut off the
        last line of a journal (W257), one coder's codings stand in several files (W258), or a code
        has left the codebook (W259).
    """
    tables, remarks, findings = _read(_existing(folder), segments, codebook)
    if findings:
        raise DataFileError(findings)
    for remark in remarks:
        warnings.warn(str(remark), DataFileWarning, stacklevel=2)
    judgements = pd.concat([_judgements(table) for table in tables.values()] or [_nothing()])
    if segments is not None:
        _warn_of_absent_documents(judgements, segments, Path(folder))
    return _with_segment_ids(judgements.reset_index(drop=True), segments)


def read_states(folder: str | Path, segments: pd.DataFrame | None = None) -> pd.DataFrame:
    """How far each coder is with each stretch, as the journals of a folder say.

    Parameters
    ----------
    folder, segments
        As for `read_codings`.

    Returns
    -------
    DataFrame
        One row is coder x stretch: ``doc_id``, ``start``, ``end``, ``coder``, ``state`` (``read``:
        to the end, so that a code not given was not seen; ``doubtful``), ``families`` (those the
        coder was asked about, joined by ``;``; NaN: all of the codebook), ``memo``, ``made_at`` and
        ``segment_id``. A stretch that is open, or was never looked at, has no row.

    Raises
    ------
    InputError, DataFileError
        As `read_codings`.
    """
    tables, _, findings = _read(_existing(folder), segments, None)
    if findings:
        raise DataFileError(findings)
    columns = ["doc_id", "start", "end", "coder", "status", "rule", "memo", "made_at"]
    acts = pd.concat(list(tables.values()) or [_nothing()])
    states = acts[(acts["code_id"] == WHOLE) & (acts["status"] != "open")][columns]
    states = states.rename(columns={"status": "state", "rule": "families"})
    return _with_segment_ids(states.reset_index(drop=True), segments)


def states_in_family(states: pd.DataFrame, coder: str, family: str) -> pd.DataFrame:
    """The states of one coder that say something about a family: he was asked about it."""
    own = states[states["coder"] == coder]
    if "families" not in own:
        return own
    whole = family.split(".")[0]  # who was asked about a family was asked about its branches
    asked = own["families"].fillna(whole).str.split(";")
    return own[asked.map(lambda names: whole in names or family in names).astype(bool)]


def check_codings(folder: str | Path, segments: pd.DataFrame, codebook: Codebook) -> list[Finding]:
    """What is wrong or remarkable about every coding of a folder.

    Parameters
    ----------
    folder, segments, codebook
        As for `read_codings`; the segments are those that the study compares coders on.

    Returns
    -------
    list of Finding
        The faults that `read_codings` refuses; where there are none, its remarks, and codings that
        match no segment (W254) or no document (W253), rest on another definition of their code
        (W255), give a segment two primary codes of an exclusive family (W256), or the residual code
        of a family beside another one (W260).
    """
    tables, remarks, findings = _read(Path(folder), segments, codebook)
    if findings:
        return findings
    for path, acts in tables.items():
        table = _judgements(acts)
        remarks += _unmatched(table, segments, path)
        other = table[rests_on_other_definition(table, codebook)]
        if len(other):
            seen, row = str(len(other)), int(other.index[0])
            column = "codebook_version"
            remarks.append(Finding("W255", path, row, column, seen, codebook.version))
        remarks += _two_primary_codes(table, codebook, path)
        remarks += _residual_beside_others(table, codebook, path)
    return remarks


def is_secondary(codings: pd.DataFrame) -> pd.Series:
    """Codings whose memo has a part, between semicolons, that just says 次要 or secondary."""
    mark = rf"(?:^|[;；])\s*(?:{SECONDARY}|secondary)\s*(?:$|[;；])"
    return codings["memo"].fillna("").str.contains(mark)


def _existing(folder: str | Path) -> Path:
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; it should hold one CSV file per coder.")
    return folder


def _read(
    folder: Path, segments: pd.DataFrame | None, codebook: Codebook | None
) -> tuple[dict[str, pd.DataFrame], list[Finding], list[Finding]]:
    """The standing rows of every file by its path, the remarks, and what forbids using them."""
    from pbgov.schemas import CODINGS, JOURNAL

    tables: dict[str, pd.DataFrame] = {}
    remarks: list[Finding] = []
    findings: list[Finding] = []
    for file in table_files(folder):
        path = file.as_posix()
        content = file.read_bytes() if file.is_file() else b""
        whole, rest = cut_off_unfinished(content)
        if rest:
            remarks.append(unfinished_line(file, whole, rest))
        tables[path], faults = inspect_table(file, JOURNAL, may_be_empty=True, content=whole)
        findings += faults
    if findings:
        return tables, remarks, findings
    key = list(CODINGS.unique or [])
    findings += _repeated({path: table[table["act"].isna()] for path, table in tables.items()}, key)
    tables = {path: _standing(table, key) for path, table in tables.items()}
    texts = {} if segments is None else texts_of(segments)
    for path, table in tables.items():
        if codebook is not None:
            gone, unknown = _unknown_codes(table, codebook, path)
            remarks += gone
            findings += unknown
        findings += _changed_text(table, texts, path)
        findings += _misplaced_evidence(table, path)
        for row in table.index[table["coder"] == CODER]:
            findings.append(Finding("E216", path, int(row), "coder", seen=CODER))
    remarks += _coders_in_several_files(tables)
    if not findings:
        findings += _repeated(tables, key)
    return tables, remarks, findings


def _standing(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The last row of each stretch, code and coder, unless it takes the judgement back."""
    last = table.drop_duplicates(key, keep="last")
    return last[last["act"] != "withdraw"]


def _judgements(table: pd.DataFrame) -> pd.DataFrame:
    """The judgements among the standing rows, without the states of whole stretches."""
    from pbgov.schemas import CODINGS

    columns = [*CODINGS.columns, "made_at"]
    return CODINGS.validate(table.loc[table["code_id"] != WHOLE, columns])


def _nothing() -> pd.DataFrame:
    from pbgov.schemas import JOURNAL

    return JOURNAL.validate(pd.DataFrame(columns=list(JOURNAL.columns)))


def _with_segment_ids(rows: pd.DataFrame, segments: pd.DataFrame | None) -> pd.DataFrame:
    if segments is None:
        return rows.assign(segment_id=pd.Series(float("nan"), rows.index, dtype="str"))
    bounds = ["doc_id", "start", "end"]
    ids = segments[segments["start"] < segments["end"]].drop_duplicates(bounds)
    return rows.merge(ids[[*bounds, "segment_id"]], on=bounds, how="left", validate="m:1")


def _coders_in_several_files(tables: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    """W258: two files with one coder's name, or with names that differ only in how they are typed."""
    first: dict[str, tuple[str, str]] = {}
    for path, table in tables.items():
        for coder, rows in table.groupby("coder", sort=False):
            folded = " ".join(unicodedata.normalize("NFKC", str(coder)).casefold().split())
            known, file = first.setdefault(folded, (str(coder), path))
            if (known, file) != (coder, path):
                yield Finding("W258", path, int(rows.index[0]), "coder", str(coder), file)


def _repeated(tables: dict[str, pd.DataFrame], key: list[str]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for path, table in tables.items():
        for row, *values in zip(table.index, *(table[name] for name in key), strict=True):
            judged = tuple(map(str, values))
            if judged in seen:
                yield Finding("E104", path, int(row), "+".join(key), seen=", ".join(judged))
            seen.add(judged)


def texts_of(segments: pd.DataFrame) -> dict[str, str]:
    """The text of each document; its segments tile it."""
    ordered = segments.sort_values(["doc_id", "start", "end"])
    return {str(doc): "".join(rows["text"]) for doc, rows in ordered.groupby("doc_id")}


def _changed_text(table: pd.DataFrame, texts: dict[str, str], path: str) -> Iterator[Finding]:
    for row, doc_id, start, end, digest in zip(
        table.index,
        table["doc_id"],
        table["start"],
        table["end"],
        table["text_digest"],
        strict=True,
    ):
        if doc_id not in texts:
            continue
        text = texts[doc_id]
        if not start < end <= len(text):
            seen, wanted = f"{start}–{end}", str(len(text))
            yield Finding("E213", path, int(row), "start", seen=seen, wanted=wanted)
        elif digest_text(text[start:end]) != digest:
            now = digest_text(text[start:end])
            yield Finding("E211", path, int(row), "text_digest", seen=digest, wanted=now)


def _misplaced_evidence(table: pd.DataFrame, path: str) -> Iterator[Finding]:
    bounds = ["start", "end", "evidence_start", "evidence_end"]
    for row, start, end, first, last in table[bounds].dropna(how="all").itertuples():
        if pd.isna(first) and pd.isna(last):
            continue
        if pd.isna(first) or pd.isna(last) or not start <= first < last <= end:
            seen, wanted = f"{first}–{last}", f"{start}–{end}"
            yield Finding("E215", path, int(row), "evidence_start", seen=seen, wanted=wanted)


def _unmatched(table: pd.DataFrame, segments: pd.DataFrame, path: str) -> Iterator[Finding]:
    known = set(zip(segments["doc_id"], segments["start"], segments["end"], strict=True))
    documents = set(segments["doc_id"])
    for doc_id in sorted(set(table["doc_id"]) - documents):
        row = int(table.index[table["doc_id"] == doc_id][0])
        yield Finding("W253", path, row, "doc_id", seen=doc_id)
    keys = zip(table["doc_id"], table["start"], table["end"], strict=True)
    rows = [
        int(row)
        for row, key in zip(table.index, keys, strict=True)
        if key[0] in documents and key not in known
    ]
    if rows:
        yield Finding("W254", path, rows[0], "start", seen=str(len(rows)))


def _two_primary_codes(table: pd.DataFrame, codebook: Codebook, path: str) -> Iterator[Finding]:
    family_of = dict(zip(codebook.codes["code_id"], codebook.codes["family"], strict=True))
    kinds = codebook.families.set_index("family")["exclusive"]
    present = table[table["value"] == 1]
    primary = present[~is_secondary(present)]
    seen = set()
    for row, doc_id, start, end, coder, code_id in zip(
        primary.index,
        *(primary[name] for name in ("doc_id", "start", "end", "coder", "code_id")),
        strict=True,
    ):
        family = family_of.get(code_id)
        if family is None:
            continue  # a code that left the codebook, said by W259
        key = doc_id, start, end, coder, family
        if key in seen and kinds[family] != "multi":
            yield Finding("W256", path, int(row), "code_id", seen=code_id, wanted=family)
        seen.add(key)


def _residual_beside_others(
    table: pd.DataFrame, codebook: Codebook, path: str
) -> Iterator[Finding]:
    family_of = dict(zip(codebook.codes["code_id"], codebook.codes["family"], strict=True))
    residual_of = codebook.families.set_index("family")["residual"].dropna().to_dict()
    present = table[(table["value"] == 1) & table["code_id"].isin(list(family_of))]
    families = present["code_id"].map(family_of)
    for _, rows in present.groupby(["doc_id", "start", "end", "coder", families], sort=False):
        residual = residual_of.get(family_of[rows["code_id"].iloc[0]])
        others = [code_id for code_id in rows["code_id"] if code_id != residual]
        for row in rows.index[rows["code_id"] == residual]:
            if others:
                yield Finding("W260", path, int(row), "code_id", str(residual), ", ".join(others))


def _unknown_codes(
    table: pd.DataFrame, codebook: Codebook, path: str
) -> tuple[list[Finding], list[Finding]]:
    """Remarks on codes that left the codebook (one a code), and faults where it never had them."""
    known = {*codebook.codes["code_id"], WHOLE}
    retired = codebook.retired.set_index("code_id")["replaced_by"].dropna().to_dict()
    left = set(codebook.retired["code_id"])
    gone: dict[str, Finding] = {}
    unknown = []
    for row, code_id in zip(table.index, table["code_id"], strict=True):
        if code_id in known:
            continue
        if code_id in left:
            wanted = retired.get(code_id, "—")
            gone.setdefault(code_id, Finding("W259", path, int(row), "code_id", code_id, wanted))
        else:
            unknown.append(Finding("E212", path, int(row), "code_id", seen=code_id))
    return list(gone.values()), unknown


def _warn_of_absent_documents(codings: pd.DataFrame, segments: pd.DataFrame, folder: Path) -> None:
    for doc_id in sorted(set(codings["doc_id"]) - set(segments["doc_id"])):
        finding = Finding("W253", folder.as_posix(), column="doc_id", seen=doc_id)
        warnings.warn(str(finding), DataFileWarning, stacklevel=3)
