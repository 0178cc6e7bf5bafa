"""Reading and writing files of references: .bib, .ris and CSL-JSON."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.corpus.encodings import MixedEncodingError, decode
from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.findings import Finding
from pbgov.reporting.references.bibtex import read_bibtex, write_bibtex
from pbgov.reporting.references.csl_json import read_csl_json, write_csl_json
from pbgov.reporting.references.ris import read_ris, write_ris

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.reporting.references.source import Source

ENDINGS = (".bib", ".ris", ".json")
_LINE_FORMS = (".ris", ".enw", ".net", ".txt")


def read_references(path: str | Path) -> tuple[Source, ...]:
    """The sources of a file of references, in its order.

    Parameters
    ----------
    path : path
        ``.bib``, CSL-JSON (``.json``) or RIS (``.ris``). What CNKI exports for EndNote (``.enw``),
        NoteExpress (``.net``) and RefWorks (``.txt``) is read as well. UTF-8, with or without a
        byte order mark, or GB18030.

    Returns
    -------
    tuple of Source
        Fields without a place in `Source` are kept in its ``others``.

    Raises
    ------
    DataFileError
        With every fault and its line: what cannot be read (E730), a key that stands twice (E731),
        an unknown ending (E732) or encoding (E733). Remarks (W736-W739) are given as
        `DataFileWarning`.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (*ENDINGS, *_LINE_FORMS):
        wanted = " ".join(ENDINGS)
        raise DataFileError([Finding("E732", str(path), seen=ending or "–", wanted=wanted)])
    text = _text(path)
    if ending == ".bib":
        sources, findings = read_bibtex(text, str(path))
    elif ending == ".json":
        sources, findings = read_csl_json(text, str(path))
    else:
        sources, findings = read_ris(text, path)
    keys = Counter(source.key for source in sources)
    findings += [
        Finding("E731", str(path), column=key, seen=key) for key, n in keys.items() if n > 1
    ]
    findings += [
        Finding("W738", str(path), column=source.key, seen=source.key)
        for source in sources
        if not source.title and not source.container_title
    ]
    if faults := [one for one in findings if one.code.startswith("E")]:
        raise DataFileError(sorted(faults, key=lambda one: one.row or 0))
    for remark in findings:
        warnings.warn(str(remark), DataFileWarning, stacklevel=2)
    return tuple(sources)


def write_references(sources: Sequence[Source], path: str | Path) -> tuple[Finding, ...]:
    """Write sources as .bib, .ris or CSL-JSON and tell what the form has no place for.

    Returns
    -------
    tuple of Finding
        A W737 for each field of each source that was not written whole: its key and the field.

    Raises
    ------
    InputError
        For another ending, or keys that stand twice.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path}: references are written as {', '.join(ENDINGS)}; choose one")
    keys = [source.key for source in sources]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the key {twice!r} stands twice among the sources; give each its own")
    write = {".bib": write_bibtex, ".ris": write_ris, ".json": write_csl_json}[ending]
    text, losses = write(sources, str(path))
    path.write_text(text, encoding="utf-8", newline="\n")
    return tuple(losses)


def _text(path: Path) -> str:
    try:
        text, _ = decode(path.read_bytes())
    except (UnicodeDecodeError, MixedEncodingError) as error:
        raise DataFileError([Finding("E733", str(path), seen=str(error)[:80])]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
