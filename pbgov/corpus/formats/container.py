"""Opening a zip container (.docx, .odt, .xlsx, .zip) without trusting what it says about itself.

A few kilobytes can claim, or unpack to, gigabytes. So the sizes it states are added up before
anything is read, no more than stated is ever unpacked, and XML is read a block at a time and given
up when one block grows past all measure. XML that declares a DOCTYPE is refused: no office program
writes one, and entities defined there can pull in other files or multiply without end.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zlib import error as DeflateError  # noqa: N812

from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1024 * 1024
MOST_MEMBERS = 10_000
MOST_UNPACKED = 512 * MEGABYTE
MOST_PART = 64 * MEGABYTE  # of one XML part: thirty novels
MOST_RATIO = 200  # Word's XML packs to a tenth, the dullest tables to a hundredth
RATIO_FROM = 8 * MEGABYTE  # what is smaller does no harm
MOST_ELEMENTS = 1_000_000  # of one block: a table of 25,000 cells with every format has as many
ENCRYPTED = 0x1
DAMAGE = (zipfile.BadZipFile, DeflateError, EOFError, NotImplementedError, OSError, ValueError)


class Container:
    """A zip file held in memory.

    Parameters
    ----------
    content : bytes
    path : str
        How findings name the file.

    Raises
    ------
    DataFileError
        Where it is damaged (E414), has a password (E413), or unpacks past the limits (E415).
    """

    def __init__(self, content: bytes, path: str) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            self.members = self._zip.infolist()
        except DAMAGE as error:
            raise self.refusal("E414", seen=_said(error)) from error
        self._check_sizes()

    def __contains__(self, name: object) -> bool:
        return name in self._zip.NameToInfo

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """The bytes of one member, no more than the container states.

        Raises
        ------
        DataFileError
            Where it is damaged (E414) or has a password (E413).
        """
        info = self._info(member)
        try:
            return self._zip.read(info)
        except DAMAGE as error:
            raise self.refusal("E414", seen=f"{info.filename}: {_said(error)}") from error

    def blocks(self, name: str, depth: int) -> Iterator[Any]:
        """The elements of one XML part that stand `depth` below its root, each freed after use.

        The root itself, at depth 0, is kept.

        Raises
        ------
        DataFileError
            Where the part is damaged (E414), declares a DOCTYPE (E416) or is too large (E415).
        """
        from lxml import etree

        with self._opened(name) as stream:
            events = etree.iterparse(
                stream,
                events=("start", "end"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            level, held, before = 0, 0, 0
            try:
                for event, element in events:
                    if event == "start":
                        if level == 0 and element.getroottree().docinfo.doctype:
                            raise self.refusal("E416", seen=name)
                        if level == depth:
                            before = held
                        level += 1
                        held += 1
                        if held > MOST_ELEMENTS:
                            wanted = f"{MOST_ELEMENTS:,}"
                            raise self.refusal("E415", seen=f"{name}: {held:,}", wanted=wanted)
                        continue
                    level -= 1
                    if level == depth:
                        yield element
                        held = before
                        if depth:
                            _free(element)
            except (etree.XMLSyntaxError, *DAMAGE) as error:
                raise self.refusal("E414", seen=f"{name}: {_said(error)}") from error

    def root(self, name: str) -> Any:
        """The whole of one XML part."""
        (root,) = self.blocks(name, 0)
        return root

    def check_xml(self) -> None:
        """Read every XML part once, for readers that open the container themselves.

        Raises
        ------
        DataFileError
            As `blocks` does.
        """
        for member in self.members:
            if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                for _ in self.blocks(member.filename, 2):
                    pass

    def refusal(self, code: str, *, seen: str = "", wanted: str = "") -> DataFileError:
        """The error that says why this file is not read."""
        return DataFileError([Finding(code, self.path, seen=seen, wanted=wanted)])

    def _opened(self, name: str) -> Any:
        info = self._info(name)
        if info.file_size > MOST_PART:
            raise self.refusal("E415", seen=_sized(info.file_size), wanted=_sized(MOST_PART))
        try:
            return self._zip.open(info)
        except DAMAGE as error:
            raise self.refusal("E414", seen=f"{name}: {_said(error)}") from error

    def _info(self, member: str | zipfile.ZipInfo) -> zipfile.ZipInfo:
        try:
            info = self._zip.getinfo(member) if isinstance(member, str) else member
        except KeyError as error:
            raise self.refusal("E414", seen=f"{member}?") from error
        if info.flag_bits & ENCRYPTED:
            raise self.refusal("E413", seen=info.filename)
        return info

    def _check_sizes(self) -> None:
        if len(self.members) > MOST_MEMBERS:
            seen = f"{len(self.members):,} files"
            raise self.refusal("E415", seen=seen, wanted=f"{MOST_MEMBERS:,}")
        unpacked = sum(member.file_size for member in self.members)
        if unpacked > MOST_UNPACKED:
            raise self.refusal("E415", seen=_sized(unpacked), wanted=_sized(MOST_UNPACKED))
        for member in self.members:
            ratio = member.file_size / max(1, member.compress_size)
            if member.file_size > RATIO_FROM and ratio > MOST_RATIO:
                seen = f"{member.filename} × {ratio:.0f}"
                raise self.refusal("E415", seen=seen, wanted=f"× {MOST_RATIO}")


def _free(element: Any) -> None:
    """Empty an element that was used, and drop what stood before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _sized(n_bytes: int) -> str:
    return f"{n_bytes / MEGABYTE:,.0f} MB"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
