"""Reading documents: every character kept, every file that fails listed.

The reader of each kind of file stands in `pbgov.corpus.formats`; here its extract is repaired, its
metadata are gathered, and the document is put together.
"""

from __future__ import annotations

import os
import re
import stat
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pbgov.corpus.document import Corpus, Document
from pbgov.corpus.formats.dispatch import most_bytes, read_content
from pbgov.corpus.metadata import read_metadata
from pbgov.corpus.repair import repair_extract
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbgov.corpus.formats.extract import Extract

# .DS_Store and its like; lock files of Word and WPS; what Windows hides in its folders
HIDDEN = (".", "~$", "Thumbs.db", "desktop.ini")
MOST_CHARACTERS = 5_000_000  # of one document: seven long novels
ROW = re.compile(r"(?:(?P<sheet>.*)!)?row (?P<row>\d+)", re.DOTALL)
IRREGULAR = (
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
    (stat.S_ISDIR, "folder"),
)


def read_corpus(
    folder: str | Path, *, ocr: bool = False, progress: Callable[[str], None] | None = None
) -> Corpus:
    """The documents of one folder, in the order of their file names.

    Every file directly in the folder is read: ``.txt .md .html .htm .mhtml .docx .odt .pdf``, the
    rows of ``.xlsx`` and ``.csv``, and a ``.zip`` of these. Hidden files (names that begin with
    ``.`` or ``~$``; ``Thumbs.db`` and ``desktop.ini`` of Windows) are passed over. Everything else that was not read stands in
    ``Corpus.problems``, each with a sentence that says why and what to do: files of another type
    (E406, E412), files that cannot be read (E401-E439), a second document with an id already taken
    (E405), subfolders (W451).

    Parameters
    ----------
    folder : path
    ocr : bool
        Whether scanned pages are read by text recognition; needs ``pbgov[ocr]``.
    progress : callable, optional
        Called with the name of each file before it is read.

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        Where the folder is missing.
    DataFileError
        Where it holds nothing but hidden files (E408) or may not be opened (E407).
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name the folder of the documents.")
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith(HIDDEN))
    except OSError as error:
        raise _refusal("E407", folder, seen=error.strerror or type(error).__name__) from error
    if not entries:
        raise _refusal("E408", folder)
    documents: list[Document] = []
    findings: list[Finding] = []
    for entry in entries:
        if entry.is_dir():
            findings.append(Finding("W451", _shown(entry)))
            continue
        if progress is not None:
            progress(_shown(entry.name))
        try:
            found, problems = _read(entry, ocr)
        except DataFileError as error:
            findings += error.findings
        else:
            documents += found
            findings += problems
    return _without_repeated_ids(documents, findings)


def read_documents(path: str | Path, *, ocr: bool = False) -> Corpus:
    """The documents of one file: the rows of a table, the files of an archive, or just one.

    Parameters
    ----------
    path : path
    ocr : bool
        As in `read_corpus`.

    Returns
    -------
    Corpus
        Rows and files that could not be read stand in its ``problems``.

    Raises
    ------
    DataFileError
        Where nothing could be read, with the findings.
    """
    documents, problems = _read(Path(path), ocr)
    if not documents:
        raise DataFileError(problems)
    return _without_repeated_ids(documents, problems)


def read_document(path: str | Path, *, ocr: bool = False) -> Document:
    """The one document of a file.

    Parameters
    ----------
    path : path
    ocr : bool
        As in `read_corpus`.

    Returns
    -------
    Document
        ``raw`` is what stands in the file, ``text`` the same repaired.

    Raises
    ------
    DataFileError
        Where it cannot be read, with the finding that says why.
    InputError
        Where the file holds several documents.
    """
    documents, problems = _read(Path(path), ocr)
    if len(documents) + len(problems) > 1 and documents:
        raise InputError(
            f"{path} holds {len(documents)} documents; read it with read_documents, or its folder"
            " with read_corpus."
        )
    if not documents:
        raise DataFileError(problems)
    return documents[0]


def _read(file: Path, ocr: bool) -> tuple[list[Document], list[Finding]]:
    path = _shown(file)
    try:
        status = file.stat()
        kind = next((name for is_kind, name in IRREGULAR if is_kind(status.st_mode)), None)
        if kind:
            raise _refusal("E422", file, seen=kind)
        limit = most_bytes(path)
        with file.open("rb") as stream:
            content = stream.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        raise _refusal("E407", file, seen=error.strerror or type(error).__name__) from error
    parts = read_content(path, lambda: content, max(status.st_size, len(content)), ocr=ocr)
    digest = sha256(content).hexdigest()
    problems = list(parts.problems)
    documents = []
    for each in parts.extracts:
        if len(each.text) > MOST_CHARACTERS:
            seen, wanted = f"{len(each.text):,} 字", f"{MOST_CHARACTERS:,} 字"
            problems.append(Finding("E410", _place(path, each), seen=seen, wanted=wanted))
        else:
            documents.append(_document(file, each, digest))
    return documents, problems


def _place(path: str, extract: Extract) -> str:
    return f"{path}#{extract.place}" if extract.place else path


def _document(file: Path, extract: Extract, digest: str) -> Document:
    text, alignment, repairs = repair_extract(extract)
    metadata, fields = read_metadata(extract.text, extract.metadata, extract.marks)
    return Document(
        doc_id=str(extract.metadata.get("id") or _name(file, extract.place)),
        path=_place(_shown(file), extract),
        text=text,
        raw=extract.text,
        encoding=extract.encoding,
        digest=digest,
        metadata=metadata,
        format=extract.format,
        repairs=repairs,
        alignment=alignment,
        marks=extract.marks,
        fields=fields,
        findings=extract.findings,
    )


def _name(file: Path, place: str) -> str:
    """An id for what states none: the file's name, and the part of it where it holds several."""
    names = [_shown(file.stem)]
    member, _, rest = place.partition("#")
    row = ROW.fullmatch(rest or member)
    if member and not (row and not rest):
        parts = PurePosixPath(member).with_suffix("").parts
        names += parts[1:] if parts[0] == names[0] else parts
    if row:
        names += [row["sheet"]] if row["sheet"] else []
        names.append(f"{int(row['row']):04d}")
    return "-".join(names)


def _without_repeated_ids(documents: Iterable[Document], findings: list[Finding]) -> Corpus:
    """The corpus of all but those whose id an earlier one has, which become problems (E405)."""
    first: dict[str, Document] = {}
    repeated: list[Finding] = []
    for document in documents:
        earlier = first.setdefault(document.doc_id, document)
        if earlier is not document:
            wanted = Path(earlier.path).name
            repeated.append(Finding("E405", document.path, seen=document.doc_id, wanted=wanted))
    return Corpus(list(first.values()), [*findings, *repeated])


def _shown(path: str | Path) -> str:
    """A path that can be printed: names that are not UTF-8 as GB18030, else with their bytes."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        written = os.fsencode(path)
        try:
            return written.decode("gb18030")
        except UnicodeDecodeError:
            return written.decode("utf-8", errors="backslashreplace")
    return str(path)


def _refusal(code: str, path: str | Path, *, seen: str = "") -> DataFileError:
    return DataFileError([Finding(code, _shown(path), seen=seen)])
