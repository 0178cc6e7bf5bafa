"""The zip of a .qdpx file, written so that its bytes never vary and read without trusting it.

What an archive says about itself is checked before anything is unpacked, and the bytes are counted
while they are unpacked. Nothing is ever unpacked to the disk.
"""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING
from zlib import error as DeflateError  # noqa: N812

from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MEGABYTE = 1024 * 1024
MOST_OF_A_FILE = 2**31 - 1  # 8.5 of the standard
MOST_MEMBERS = 100_000
MOST_UNPACKED = 512 * MEGABYTE  # of what is read: films stay packed, and pack to what they are
MOST_RATIO = 200
RATIO_FROM = 8 * MEGABYTE
PROJECT_ENDING = ".qde"
SOURCES = "sources/"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_ENCRYPTED = 0x1
_BLOCK = 64 * 1024
_DAMAGE = (zipfile.BadZipFile, DeflateError, EOFError, NotImplementedError, OSError, ValueError)


def write_archive(path: Path, project: bytes, sources: Mapping[str, bytes]) -> None:
    """Write ``project.qde`` and the sources; the same content gives the same bytes.

    Raises
    ------
    DataFileError
        Where a file passes the limit of the standard (E626), or `path` cannot be written (E630).
    """
    contents = {"project.qde": project}
    contents |= {SOURCES + name: sources[name] for name in sorted(sources)}
    for name, content in contents.items():
        if len(content) > MOST_OF_A_FILE:
            seen, wanted = f"{name}: {len(content):,}", f"{MOST_OF_A_FILE:,}"
            raise DataFileError([Finding("E626", path.as_posix(), seen=seen, wanted=wanted)])
    half_done = path.with_name(path.name + ".unfinished")
    try:
        with zipfile.ZipFile(half_done, "w") as archive:
            for name, content in contents.items():
                member = zipfile.ZipInfo(name, _LONG_AGO)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = _UNIX
                member.external_attr = _PLAIN_FILE
                archive.writestr(member, content, compresslevel=9)
        half_done.replace(path)
    except OSError as error:
        half_done.unlink(missing_ok=True)
        raise DataFileError([Finding("E630", path.as_posix(), seen=_said(error))]) from error


class Archive:
    """A .qdpx file open for reading.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    project : str
        The name of the one .qde file at its root.
    unused : list of str
        The files that were not asked for; hidden ones are passed over.

    Raises
    ------
    InputError
        Where there is no such file.
    DataFileError
        Where it is no zip (E601), holds no .qde (E602) or several (E603), names that lead out of
        it (E604) or stand twice (E605), files with a password (E606), links (E607), or more than
        the limits allow (E608).
    """

    def __init__(self, path: Path) -> None:
        self.path = path.as_posix()
        if not path.is_file():
            raise InputError(f"{self.path}: no such file. 没有这个文件。")
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise self._refusal("E601", seen=_said(error)) from error
        try:
            members = self._zip.infolist()
            self._check(members, path.stat().st_size)
            named = {_slashed(member.filename): member for member in members}
            self._members = {name: one for name, one in named.items() if not name.endswith("/")}
            self._folded: dict[str, list[str]] = {}
            for name in self._members:
                self._folded.setdefault(name.casefold(), []).append(name)
            self.project = self._root_project()
        except BaseException:
            self._zip.close()
            raise
        self._used = {self.project}
        self._unpacked = 0

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    def find(self, name: str) -> str | None:
        """The member that an ``internal://`` path names, whatever the case of ``sources``."""
        if "/" in name or "\\" in name:
            return None
        wanted = SOURCES + name
        found = self._folded.get(wanted.casefold(), [])
        if wanted in found:
            return wanted
        return found[0] if len(found) == 1 else None

    def read(self, name: str) -> bytes:
        """The bytes of one member, counted while they are unpacked.

        Raises
        ------
        DataFileError
            Where it is larger than stated or than the limits allow (E608), or damaged (E609).
        """
        member = self._members[name]
        self._used.add(name)
        blocks, size = [], 0
        try:
            with self._zip.open(member) as stream:
                while block := stream.read(_BLOCK):
                    size += len(block)
                    if size > member.file_size or self._unpacked + size > MOST_UNPACKED:
                        raise self._too_much(name, size)
                    blocks.append(block)
        except _DAMAGE as error:
            raise self._refusal("E609", seen=f"{name}: {_said(error)}") from error
        if size != member.file_size:
            raise self._refusal("E609", seen=f"{name}: {size:,} ≠ {member.file_size:,}")
        self._unpacked += size
        return b"".join(blocks)

    def use(self, name: str) -> None:
        """Note that a member was named by the project, though nothing reads it."""
        self._used.add(name)

    @property
    def unused(self) -> list[str]:
        """Files that nothing in the project names."""
        return sorted(
            name for name in self._members if name not in self._used and not _hidden(name)
        )

    def _check(self, members: list[zipfile.ZipInfo], packed: int) -> None:
        if len(members) > MOST_MEMBERS:
            raise self._refusal("E608", seen=f"{len(members):,}", wanted=f"{MOST_MEMBERS:,}")
        seen: set[str] = set()
        for member in members:
            name = _slashed(member.orig_filename)
            if _leads_out(name):
                raise self._refusal("E604", seen=name[:120])
            if name in seen:
                raise self._refusal("E605", seen=name[:120])
            seen.add(name)
            if member.flag_bits & _ENCRYPTED:
                raise self._refusal("E606", seen=name[:120])
            if stat.S_ISLNK(member.external_attr >> 16):
                raise self._refusal("E607", seen=name[:120])
            if member.file_size > MOST_OF_A_FILE:
                raise self._too_much(name, member.file_size, MOST_OF_A_FILE)
            ratio = member.file_size / max(1, member.compress_size)
            if member.file_size > RATIO_FROM and ratio > MOST_RATIO:
                raise self._refusal("E608", seen=f"{name} × {ratio:.0f}", wanted=f"× {MOST_RATIO}")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._refusal("E609", seen=f"{name}: zip method {member.compress_type}")
        unpacked = sum(member.file_size for member in members)
        if unpacked > max(MOST_UNPACKED, 20 * packed):
            raise self._too_much(self.path, unpacked)

    def _root_project(self) -> str:
        roots = [
            name
            for name in self._members
            if "/" not in name and not _hidden(name) and name.casefold().endswith(PROJECT_ENDING)
        ]
        if not roots:
            raise self._refusal("E602", seen=", ".join(sorted(self._members)[:5]))
        if len(roots) > 1:
            raise self._refusal("E603", seen=", ".join(sorted(roots)))
        return roots[0]

    def _too_much(self, name: str, size: int, limit: int = MOST_UNPACKED) -> DataFileError:
        return self._refusal("E608", seen=f"{name}: {size:,}", wanted=f"{limit:,}")

    def _refusal(self, code: str, *, seen: str = "", wanted: str = "") -> DataFileError:
        return DataFileError([Finding(code, self.path, seen=seen, wanted=wanted)])


def _slashed(name: str) -> str:
    """A name as the standard of zip files has it; some programs of Windows write backslashes."""
    return name.replace("\\", "/")


def _leads_out(name: str) -> bool:
    parts = name.split("/")
    drive = len(name) > 1 and name[1] == ":"
    odd = any(ord(char) < 0x20 for char in name)
    return not name or name.startswith("/") or drive or odd or ".." in parts


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith((".", "~$"))


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
