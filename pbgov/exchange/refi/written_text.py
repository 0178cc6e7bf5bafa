"""A text as the standard wants it in a file, and the way back to the text it was.

The standard counts code points and is silent about line ends and byte order marks, which is where
tools part. So a text is written with LF only and without a mark, and a record says what it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {"\r\n": "crlf", "\r": "cr", "\n": "lf"}
_ENDS = {kind: end for end, kind in _KINDS.items()}
MARK = "\ufeff"
MOST_MARKS = 1000


@dataclass(frozen=True)
class WrittenText:
    """A text and its form in the file.

    Attributes
    ----------
    text : str
        With LF only, no byte order mark, no lone surrogates.
    record : mapping
        What `restore` needs to make the original of it; empty where they are the same.
    """

    text: str
    record: Mapping[str, object]
    _left_out: tuple[int, ...]
    _length: int

    def to_written(self, offset: int) -> int:
        """The place in the file of an offset into the original."""
        return offset - bisect_left(self._left_out, offset)

    def to_original(self, offset: int) -> int:
        """The first offset into the original that stands at this place of the file."""
        low, high = offset, min(offset + len(self._left_out), self._length)
        while low < high:
            middle = (low + high) // 2
            if self.to_written(middle) < offset:
                low = middle + 1
            else:
                high = middle
        return low


def written(original: str) -> WrittenText:
    r"""The form a text takes in the file.

    Examples
    --------
    >>> form = written("甲\r\n乙")
    >>> form.text, form.to_written(3), form.to_original(2), dict(form.record)
    ('甲\n乙', 2, 3, {'line_ends': [['crlf', 1]]})
    """
    marks = len(original) - len(original.lstrip(MARK))
    ends = [match.group() for match in _LINE_END.finditer(original)]
    surrogates = [[match.start(), ord(match.group())] for match in _SURROGATE.finditer(original)]
    record: dict[str, object] = {}
    if marks:
        record["marks"] = marks
    if any(end != "\n" for end in ends):
        record["line_ends"] = [[_KINDS[end], len(list(run))] for end, run in groupby(ends)]
    if surrogates:
        record["surrogates"] = surrogates
    left_out = [*range(marks)]
    left_out += [m.start() for m in _LINE_END.finditer(original) if m.group() == "\r\n"]
    text = _LINE_END.sub("\n", original[marks:])
    text = _SURROGATE.sub("\ufffd", text)
    return WrittenText(text, record, tuple(left_out), len(original))


def restore(text: str, record: Mapping[str, object]) -> str | None:
    """The original of a text as it came out of a file; None where the record does not fit it."""
    try:
        runs, marks = record.get("line_ends"), record.get("marks", 0)
        surrogates = record.get("surrogates", [])
        if runs is not None:
            ends: list[str] = []
            for kind, n in runs:  # type: ignore[attr-defined]
                if not 0 < n <= len(text) - len(ends):
                    return None
                ends += [_ENDS[kind]] * n
            parts = text.split("\n")
            if len(ends) != len(parts) - 1:
                return None
            text = "".join(part + end for part, end in zip(parts, [*ends, ""], strict=True))
        text = MARK * min(int(marks), MOST_MARKS) + text  # type: ignore[call-overload]
        characters = list(text)
        for place, number in surrogates:  # type: ignore[attr-defined]
            characters[place] = chr(number)
        return "".join(characters)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
