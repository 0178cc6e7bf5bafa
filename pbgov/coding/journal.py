"""Codings made by people, read back from their files and held against the text they judged."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.corpus.document import digest_text
from pbgov.datafiles import read_numbered
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
    """Every coding of a folder, file after file.

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
        The columns of ``CODINGS`` (`pbgov.schemas`) and ``segment_id``: NaN where `segments` is
        not given, or has no segment with just these bounds. No row where the folder has no file.

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file breaks its schema, two rows judge the same thing (E104), the text judged has
        changed since (E211), a code is unknown (E212) or offsets lie outside the document (E213).

    Warns
    -----
    DataFileWarning
        Where codings belong to a document that `segments` does not hold (W253).
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; it should hold one CSV file per coder.")
    from pbgov.schemas import CODINGS

    files = sorted(folder.glob("*.csv"))
    if not files:
        empty = CODINGS.validate(pd.DataFrame(columns=list(CODINGS.columns)))
        return empty.assign(segment_id=pd.Series(dtype="str"))
    tables = {file.as_posix(): read_numbered(file, CODINGS) for file in files}
    findings: list[Finding] = []
    for path, table in tables.items():
        if codebook is not None:
            findings += _unknown_codes(table, codebook, path)
        if segments is not None:
            findings += _changed_text(table, _texts(segments), path)
    findings += _repeated_across_files(tables, CODINGS.unique or [])
    if findings:
        raise DataFileError(findings)
    codings = pd.concat(tables.values(), ignore_index=True)
    if segments is None:
        return codings.assign(segment_id=pd.Series(float("nan"), codings.index, dtype="str"))
    _warn_of_absent_documents(codings, segments, folder)
    bounds = ["doc_id", "start", "end"]
    ids = segments[segments["start"] < segments["end"]].drop_duplicates(bounds)
    return codings.merge(ids[[*bounds, "segment_id"]], on=bounds, how="left", validate="m:1")


def _repeated_across_files(tables: dict[str, pd.DataFrame], key: list[str]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for path, table in tables.items():
        for row, *values in zip(table.index, *(table[name] for name in key), strict=True):
            judged = tuple(map(str, values))
            if judged in seen:
                yield Finding("E104", path, int(row), "+".join(key), seen=", ".join(judged))
            seen.add(judged)


def _texts(segments: pd.DataFrame) -> dict[str, str]:
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


def _unknown_codes(table: pd.DataFrame, codebook: Codebook, path: str) -> Iterator[Finding]:
    known = set(codebook.codes["code_id"])
    for row, code_id in zip(table.index, table["code_id"], strict=True):
        if code_id not in known:
            yield Finding("E212", path, int(row), "code_id", seen=code_id)


def _warn_of_absent_documents(codings: pd.DataFrame, segments: pd.DataFrame, folder: Path) -> None:
    for doc_id in sorted(set(codings["doc_id"]) - set(segments["doc_id"])):
        finding = Finding("W253", folder.as_posix(), column="doc_id", seen=doc_id)
        warnings.warn(str(finding), DataFileWarning, stacklevel=3)
