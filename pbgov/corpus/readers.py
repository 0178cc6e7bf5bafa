"""Reading .txt and .md files: every character kept, every file that fails listed."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from pathlib import Path

from pbgov.corpus.document import (
    FRONT_MATTER,
    METADATA_COLUMNS,
    Corpus,
    Document,
    front_matter_end,
)
from pbgov.corpus.encodings import BYTE_ORDER_MARKS, decode
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

READABLE = (".txt", ".md")
HIDDEN = (".", "~$")  # .DS_Store and its like; lock files of Word and WPS
FENCE = re.compile(r"\+\+\+[ \t]*(?:[\r\n]|\Z)")
LISTS = ("authors", "unverified")
WORDS = ("id", *(name for name in METADATA_COLUMNS if name not in (*LISTS, "published")))


def read_corpus(folder: str | Path) -> Corpus:
    """The documents of one folder, in the order of their file names.

    Every ``.txt`` and ``.md`` file directly in the folder is read. Hidden files (names that begin
    with ``.`` or ``~$``) are passed over. Everything else that was not read stands in
    ``Corpus.problems``: files of another type (E406), files that cannot be read (E401-E407), a
    second document with an id already taken (E405), subfolders (W451).

    Parameters
    ----------
    folder : path

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        Where the folder is missing.
    DataFileError
        Where it holds nothing but hidden files (E408).
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name the folder of the documents.")
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith(HIDDEN))
    if not entries:
        raise _refusal("E408", folder)
    documents: dict[str, Document] = {}
    findings: list[Finding] = []
    for entry in entries:
        if entry.is_dir():
            findings.append(Finding("W451", str(entry)))
            continue
        try:
            document = read_document(entry)
        except DataFileError as error:
            findings.extend(error.findings)
            continue
        earlier = documents.setdefault(document.doc_id, document)
        if earlier is not document:
            findings.append(
                Finding("E405", str(entry), seen=document.doc_id, wanted=Path(earlier.path).name)
            )
    return Corpus(list(documents.values()), findings)


def read_document(path: str | Path) -> Document:
    """One .txt or .md file, decoded and otherwise untouched.

    Line ends of every kind stay as they are. TOML front matter between two ``+++`` lines at the
    very top becomes the metadata, and remains part of the text.

    Parameters
    ----------
    path : path

    Returns
    -------
    Document

    Raises
    ------
    DataFileError
        With the finding: no encoding fits (E401), nothing in it (E402), NUL bytes (E403), front
        matter that is not TOML (E404), another file type (E406), not readable (E407).
    """
    file = Path(path)
    if file.suffix.lower() not in READABLE:
        raise _refusal("E406", path, seen=file.suffix or file.name)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _refusal("E407", path, seen=error.strerror or type(error).__name__) from error
    marked = any(content.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    if b"\0" in content and not marked:
        raise _refusal("E403", path, seen=str(content.index(b"\0")))
    try:
        text, encoding = decode(content)
    except UnicodeDecodeError as error:
        raise _refusal("E401", path, seen=str(error.start + 1)) from error
    if not text[front_matter_end(text) :].strip():
        raise _refusal("E402", path)
    metadata = _metadata(text, path)
    return Document(
        doc_id=str(metadata.get("id", file.stem)),
        path=str(path),
        text=text,
        raw=text,
        encoding=encoding,
        digest=sha256(content).hexdigest(),
        metadata=metadata,
    )


def _metadata(text: str, path: str | Path) -> dict[str, object]:
    front = FRONT_MATTER.match(text)
    if front is None:
        if FENCE.match(text):
            raise _refusal("E404", path, row=1, seen="+++ … (no closing +++)")
        return {}
    lines = re.sub(r"\r\n?", "\n", front.group(1) or "")
    try:
        metadata: dict[str, object] = tomllib.loads(f"\n{lines}\n")  # lines counted as in the file
    except tomllib.TOMLDecodeError as error:
        raise _refusal("E404", path, seen=str(error)) from error
    for name, value in metadata.items():
        words = isinstance(value, str)
        listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if (name in WORDS and not words) or (name in LISTS and not (words or listed)):
            raise _refusal("E404", path, seen=f"{name} = {value!r}")
    if metadata.get("id") == "":
        raise _refusal("E404", path, seen='id = ""')
    return metadata


def _refusal(
    code: str, path: str | Path, *, row: int | None = None, seen: str = ""
) -> DataFileError:
    return DataFileError([Finding(code, str(path), row, seen=seen)])
