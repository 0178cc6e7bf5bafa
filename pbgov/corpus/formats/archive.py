"""Reading .zip: each file in it as though it stood in a folder of its own."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pbgov.corpus.encodings import LEAST_SHARE, common_share
from pbgov.corpus.formats.container import ENCRYPTED, Container
from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.parts import Parts
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from zipfile import ZipInfo

UTF_8_NAME = 0x800
HIDDEN = (".", "~$", "Thumbs.db", "desktop.ini")
SYSTEM_FOLDER = "__MACOSX"


def read_archive(
    content: bytes, path: str, read: Callable[[str, Callable[[], bytes], int], Parts]
) -> Parts:
    """The documents of a .zip file, in the order of the names in it.

    Nothing is unpacked to the disk, so a name that points elsewhere is only a name. Hidden files
    and those of the system (``__MACOSX``) are passed over.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings.
    read : callable
        Reads one file: its path, what gives its content, and how large that will be.

    Returns
    -------
    Parts
        Each extract with the name of its file as ``place``. Problems: archives inside (E420),
        files with a password (E413), and whatever `read` finds wrong.

    Raises
    ------
    DataFileError
        Where the archive is damaged (E414), unpacks past the limits (E415), or holds no file
        (E421).
    """
    container = Container(content, path)
    members = sorted(
        (name_of(member), order)
        for order, member in enumerate(container.members)
        if not member.is_dir() and not _is_hidden(name_of(member))
    )
    if not members:
        raise container.refusal("E421")
    extracts: list[Extract] = []
    problems: list[Finding] = []
    for name, order in members:
        try:
            found = _member(container, container.members[order], f"{path}#{name}", read)
        except DataFileError as error:
            problems += error.findings
            continue
        problems += found.problems
        for each in found.extracts:
            place = f"{name}#{each.place}" if each.place else name
            extracts.append(
                Extract(
                    each.text,
                    each.encoding,
                    each.format,
                    each.metadata,
                    each.marks,
                    each.findings,
                    place,
                )
            )
    return Parts(extracts, problems)


def name_of(member: ZipInfo) -> str:
    """The name of a file in an archive, as it was written on the machine that made it.

    A name without the mark of UTF-8 is given as code page 437, which it hardly ever is: Chinese
    Windows writes GBK, others write UTF-8 all the same.
    """
    name = member.orig_filename.replace("\\", "/").split("\0")[0]
    if member.flag_bits & UTF_8_NAME:
        return name
    try:
        written = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            read = written.decode(encoding)
        except UnicodeDecodeError:
            continue
        if read.isascii() or common_share(read) >= LEAST_SHARE:
            return read
    return name


def _member(
    container: Container,
    member: ZipInfo,
    path: str,
    read: Callable[[str, Callable[[], bytes], int], Parts],
) -> Parts:
    if PurePosixPath(path).suffix.lower() == ".zip":
        raise DataFileError([Finding("E420", path)])
    if member.flag_bits & ENCRYPTED:
        raise DataFileError([Finding("E413", path, seen=".zip")])
    return read(path, lambda: container.read(member), member.file_size)


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or parts[0] == SYSTEM_FOLDER or parts[-1].startswith(HIDDEN)
