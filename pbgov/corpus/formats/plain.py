"""Reading .txt and .md: decoded and otherwise untouched."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePath

from pbgov.corpus.document import FRONT_MATTER, METADATA_COLUMNS, front_matter_end
from pbgov.corpus.encodings import BYTE_ORDER_MARKS, MixedEncodingError, decode
from pbgov.corpus.formats.extract import Extract
from pbgov.errors import DataFileError
from pbgov.findings import Finding

FENCE = re.compile(r"\+\+\+[ \t]*(?:[\r\n]|\Z)")
LISTS = ("authors", "unverified")
WORDS = ("id", *(name for name in METADATA_COLUMNS if name not in (*LISTS, "published")))


def read_plain(content: bytes, path: str) -> list[Extract]:
    """The text of one .txt or .md file.

    Line ends of every kind stay as they are. TOML front matter between two ``+++`` lines at the
    very top becomes the metadata, and remains part of the text.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings, and for the ending.

    Returns
    -------
    list of Extract
        One.

    Raises
    ------
    DataFileError
        No encoding fits (E401), nothing in it (E402), NUL bytes (E403), front matter that is not
        TOML (E404), two encodings (E423).
    """
    text, encoding = decoded(content, path)
    if not text[front_matter_end(text) :].strip():
        raise _refusal("E402", path)
    format_ = PurePath(path).suffix.lower().lstrip(".")
    return [Extract(text, encoding, format_, metadata=_metadata(text, path))]


def decoded(content: bytes, path: str) -> tuple[str, str]:
    """The text of a file and its encoding.

    Raises
    ------
    DataFileError
        No encoding fits (E401), NUL bytes (E403), two encodings (E423).
    """
    try:
        text, encoding = decode(content)
    except MixedEncodingError as error:
        seen, wanted = str(error.start + 1), error.encoding.upper()
        raise _refusal("E423", path, seen=seen, wanted=wanted) from error
    except UnicodeDecodeError as error:
        if b"\0" in content and not _marked(content):
            raise _refusal("E403", path, seen=str(content.index(b"\0"))) from error
        raise _refusal("E401", path, seen=str(error.start + 1)) from error
    if "\0" in text:
        raise _refusal("E403", path, seen=str(content.index(b"\0")))
    return text, encoding


def _marked(content: bytes) -> bool:
    return any(content.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)


def _metadata(text: str, path: str) -> dict[str, object]:
    front = FRONT_MATTER.match(text)
    if front is None:
        if FENCE.match(text):
            raise _refusal("E404", path, row=1, seen="+++ … (no closing +++)")
        return {}
    lines = re.sub(r"\r\n?", "\n", front.group(1) or "")
    try:
        metadata: dict[str, object] = tomllib.loads(f"\n{lines}\n")  # lines counted as in the file
    except (tomllib.TOMLDecodeError, RecursionError) as error:
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
    code: str, path: str, *, row: int | None = None, seen: str = "", wanted: str = ""
) -> DataFileError:
    return DataFileError([Finding(code, path, row, seen=seen, wanted=wanted)])
