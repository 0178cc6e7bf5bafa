"""The files of a bundle, read without trusting what it says about itself.

A zip file can claim less than it unpacks to, name files outside itself, name one twice, or hold
links. Everything is refused by name before a byte is unpacked; no more than stated is ever read;
and only regular files with plain relative names are written to the disk.
"""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zlib import error as DeflateError  # noqa: N812

from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1024 * 1024
MOST_MEMBERS = 20_000
MOST_UNPACKED = 2_048 * MEGABYTE
MOST_RATIO = 200
RATIO_FROM = 8 * MEGABYTE
ENCRYPTED = 0x1
BLOCK = MEGABYTE
DAMAGE = (
    zipfile.BadZipFile,
    DeflateError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE
)
_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_FORBIDDEN = re.compile(f'[\x00-\x1f\x7f<>:"|?*\\\\\ud800-\udfff{_UNSEEN}]')
MOST_BYTES_OF_A_NAME = 255


def is_safe_name(name: str) -> bool:
    """Whether a name can stand for a file inside a bundle, on every system.

    Relative, with forward slashes, no ``..``, drive, control character, character that is not seen
    or turns the direction of writing, reserved name of Windows, or part that ends in a point or a
    space or has more than 255 bytes.
    """
    parts = name.split("/")
    return (
        bool(name)
        and len(name) <= 1_000
        and not _FORBIDDEN.search(name)
        and all(
            part not in ("", ".", "..")
            and not part.endswith((".", " "))
            and len(part.encode()) <= MOST_BYTES_OF_A_NAME
            and not _RESERVED.fullmatch(part)
            for part in parts
        )
    )


def same_on_some_system(name: str) -> str:
    """The name as systems see it that tell neither case nor composed letters apart."""
    return unicodedata.normalize("NFC", name).casefold()


def on_one_line(text: str) -> str:
    """Text out of a bundle as a terminal may print it: no line of its own, no control characters."""
    return "".join(
        "�" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in " ".join(text.split())
    )


def clashes(names: list[str]) -> list[str]:
    """Names that are one file on some system, or a file and a folder at once."""
    seen: dict[str, str] = {}
    found = []
    for name in names:
        folded = same_on_some_system(name)
        if folded in seen:
            found.append(name)
        seen.setdefault(folded, name)
    for folded, name in seen.items():
        parents = (str(parent) for parent in PurePosixPath(folded).parents if str(parent) != ".")
        if any(parent in seen for parent in parents):
            found.append(name)
    return found


class Contents:
    """The files of a bundle: a zip file, or a folder.

    Parameters
    ----------
    path : path

    Raises
    ------
    DataFileError
        Where it is neither (E810), a name is unsafe or a link (E811), two names clash (E812), it
        unpacks past the limits (E813), or it is damaged (E814).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._files: dict[str, tuple[zipfile.ZipInfo | Path, int]] = {}
        if path.is_dir():
            self._look_into_folder()
        elif path.is_file() and zipfile.is_zipfile(path):
            self._look_into_zip()
        else:
            raise self.refusal("E810", seen=path.name)
        if len(self._files) > MOST_MEMBERS:
            raise self.refusal("E813", f"{len(self._files):,} files", f"{MOST_MEMBERS:,}")
        total = sum(size for _, size in self._files.values())
        if total > MOST_UNPACKED:
            raise self.refusal("E813", _sized(total), _sized(MOST_UNPACKED))
        if twice := clashes(list(self._files)):
            raise self.refusal("E812", seen=twice[0])

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each file, by its name, in the order of the names."""
        return {name: self._files[name][1] for name in sorted(self._files)}

    def read(self, name: str, most: int) -> bytes:
        """The bytes of one file, refused where they are more than `most`."""
        if self._files[name][1] > most:
            raise self.refusal("E813", f"{name}: {_sized(self._files[name][1])}", _sized(most))
        return b"".join(self._blocks(name))

    def digest(self, name: str) -> str:
        """SHA-256 of one file."""
        total = hashlib.sha256()
        for block in self._blocks(name):
            total.update(block)
        return total.hexdigest()

    def unpack(self, name: str, target: Path) -> None:
        """Write one file as `target`, a regular file that nobody can run."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            for block in self._blocks(name):
                out.write(block)

    def close(self) -> None:
        """Close the zip file."""
        if self._zip is not None:
            self._zip.close()

    def refusal(self, code: str, seen: str = "", wanted: str = "") -> DataFileError:
        """The error that says why the bundle is not read."""
        return DataFileError([Finding(code, str(self.path), seen=on_one_line(seen), wanted=wanted)])

    def _look_into_folder(self) -> None:
        for file in sorted(self.path.rglob("*")):
            name = file.relative_to(self.path).as_posix()
            kind = file.lstat().st_mode
            if stat.S_ISDIR(kind):
                continue
            if not stat.S_ISREG(kind) or not is_safe_name(name):
                raise self.refusal("E811", seen=name)
            self._files[name] = (file, file.lstat().st_size)

    def _look_into_zip(self) -> None:
        try:
            self._zip = zipfile.ZipFile(self.path)
            members = self._zip.infolist()
        except DAMAGE as error:
            raise self.refusal("E814", seen=_said(error)) from error
        if len(members) > MOST_MEMBERS:
            raise self.refusal("E813", f"{len(members):,} files", f"{MOST_MEMBERS:,}")
        for member in members:
            self._add(member)

    def _add(self, member: zipfile.ZipInfo) -> None:
        written = member.orig_filename
        name = written.rstrip("/") if written.endswith("/") else written
        kind = member.external_attr >> 16
        plain = stat.S_IFMT(kind) in (0, stat.S_IFREG, stat.S_IFDIR)
        if not is_safe_name(name) or not plain:
            raise self.refusal("E811", seen=written)
        if member.flag_bits & ENCRYPTED:
            raise self.refusal("E814", seen=f"{written}: password")
        if written.endswith("/"):
            return
        if name in self._files:
            raise self.refusal("E812", seen=name)
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > RATIO_FROM and ratio > MOST_RATIO:
            raise self.refusal("E813", f"{name} × {ratio:.0f}", f"× {MOST_RATIO}")
        self._files[name] = (member, member.file_size)

    def _blocks(self, name: str) -> Iterator[bytes]:
        entry, size = self._files[name]
        read = 0
        try:
            with (
                entry.open("rb") if isinstance(entry, Path) else self._zip.open(entry)  # type: ignore[union-attr]
            ) as stream:
                while block := stream.read(BLOCK):
                    read += len(block)
                    if read > size:
                        raise self.refusal("E813", f"{name}: > {_sized(size)}", _sized(size))
                    yield block
        except DAMAGE as error:
            raise self.refusal("E814", seen=f"{name}: {_said(error)}") from error


def _sized(n_bytes: int) -> str:
    return f"{n_bytes / MEGABYTE:,.1f} MB"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
