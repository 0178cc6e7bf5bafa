"""Which reader takes which file, and how large each kind may be."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple, cast

from pbgov.corpus.formats.container import MEGABYTE
from pbgov.corpus.formats.parts import Parts
from pbgov.corpus.formats.signature import WHAT_TO_SAVE_AS, check_kind
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.corpus.formats.extract import Extract

ARCHIVE = ".zip"


class Reader(NamedTuple):
    """A reader: where it stands, its name, how large a file may be, whether it recognises pictures."""

    module: str
    name: str
    most_bytes: int
    recognises: bool = False


PLAIN = Reader("plain", "read_plain", 16 * MEGABYTE)  # in UTF-8, five million Chinese characters
PAGE = Reader("page", "read_page", 64 * MEGABYTE)  # with its pictures
READERS = {
    ".txt": PLAIN,
    ".md": PLAIN,
    **dict.fromkeys((".html", ".htm", ".shtml", ".mhtml", ".mht"), PAGE),
    ".docx": Reader("word", "read_docx", 256 * MEGABYTE),
    ".odt": Reader("opendocument", "read_odt", 256 * MEGABYTE),
    ".pdf": Reader("pdf", "read_pdf", 256 * MEGABYTE, recognises=True),
    ".xlsx": Reader("spreadsheet", "read_xlsx", 256 * MEGABYTE),
    ".csv": Reader("tables", "read_csv", 64 * MEGABYTE),
}
MOST_BYTES_OF_ARCHIVE = 512 * MEGABYTE


def most_bytes(path: str) -> int:
    """How many bytes a file of this name may have.

    Raises
    ------
    DataFileError
        Where nothing reads a file of this kind (E406, E412).
    """
    ending = PurePath(path).suffix.lower()
    if ending == ARCHIVE:
        return MOST_BYTES_OF_ARCHIVE
    if ending in READERS:
        return READERS[ending].most_bytes
    if ending.lstrip(".") in WHAT_TO_SAVE_AS:
        wanted = WHAT_TO_SAVE_AS[ending.lstrip(".")]
        raise DataFileError([Finding("E412", path, seen=ending, wanted=wanted)])
    raise DataFileError([Finding("E406", path, seen=ending or PurePath(path).name)])


def read_content(
    path: str, content: Callable[[], bytes], n_bytes: int, *, ocr: bool = False
) -> Parts:
    """The documents of one file, by the reader of its kind.

    Parameters
    ----------
    path : str
    content : callable
        Gives the bytes; not called where the file is too large or of a kind that nothing reads.
    n_bytes : int
        How many there are.
    ocr : bool
        Whether pages that hold only pictures are read by text recognition.

    Returns
    -------
    Parts

    Raises
    ------
    DataFileError
        Where the file is too large (E410), of a kind that nothing reads (E406, E412), of another
        kind than its name says (E411), or whatever its reader finds wrong.
    """
    limit = most_bytes(path)
    if n_bytes > limit:
        seen, wanted = (f"{n / MEGABYTE:,.0f} MB" for n in (n_bytes, limit))
        raise DataFileError([Finding("E410", path, seen=seen, wanted=wanted)])
    found = content()
    ending = PurePath(path).suffix.lower()
    if not found:
        raise DataFileError([Finding("E402", path)])
    check_kind(found, ending, path)
    if ending == ARCHIVE:
        from pbgov.corpus.formats.archive import read_archive

        return read_archive(found, path, partial(read_content, ocr=ocr))
    reader = READERS[ending]
    module = import_module(f"pbgov.corpus.formats.{reader.module}")
    read = cast("Callable[..., Parts | list[Extract]]", getattr(module, reader.name))
    result = read(found, path, **({"ocr": True} if ocr and reader.recognises else {}))
    return result if isinstance(result, Parts) else Parts(result, [])
