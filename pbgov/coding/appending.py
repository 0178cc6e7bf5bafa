"""Adding to a file so that what was confirmed is on the disk, and what was cut off is seen."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pbgov.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

UNFINISHED = ".unfinished"
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\r?")


def append_durably(path: Path, content: bytes) -> None:
    """Add bytes to a file; when it returns they are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab", buffering=0) as file:
        written = 0
        while written < len(content):
            written += file.write(content[written:]) or 0
        os.fsync(file.fileno())
    if is_new and hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def take_back(path: Path, size: int, content: bytes) -> None:
    """Cut a file back to its size before `content` was to be added, where nothing else was."""
    with path.open("rb") as file:
        file.seek(size)
        ours = content.startswith(file.read())
    if ours:
        cut_back(path, size)


def cut_back(path: Path, size: int) -> None:
    """Cut a file off behind so many bytes; when it returns the disk knows."""
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def cut_off_unfinished(content: bytes) -> tuple[bytes, bytes]:
    """The whole lines of a journal, and the one that was being written when the writer died.

    Only a file that ends with the column ``made_at``, as a journal writes it, is looked at: its
    last line is whole where it ends in a line break or in a full time.
    """
    header = content.split(b"\n", 1)[0].rstrip(b"\r")
    within_quotes = content.count(b'"') % 2 == 1
    if not header.endswith(b",made_at") or (content.endswith(b"\n") and not within_quotes):
        return content, b""
    end, quoted = 0, False
    for place, byte in enumerate(content):
        if byte == 0x22:
            quoted = not quoted
        elif byte == 0x0A and not quoted:
            end = place + 1
    last = content[end:]
    if not quoted and _TIME.fullmatch(last.rsplit(b",", 1)[-1]):
        return content, b""
    return content[:end], last


def unfinished_line(path: Path, whole: bytes, rest: bytes) -> Finding:
    """W257: the last line was cut off by a crash."""
    seen = rest.decode("utf-8", "replace")[:60]
    return Finding("W257", path.as_posix(), whole.count(b"\n") + 1, seen=seen)
