"""The bytes of slid GBK text: where a run may stand, what it decodes to, what a slide makes of words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.encodings import common_characters
from pbgov.corpus.repairs.change import HAN
from pbgov.corpus.repairs.pinyin import READING

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = "“”‘’《》〈〉「」『』【】〔〕—…、。"
HEAD = re.compile("[?？][!！]")
BEGINS = re.compile(f"[{HAN}“《]")
LONGEST_RUN = 60
CONTEXT = 4  # characters on either side by which a reading is judged
ADDED = b" "


class Debris(NamedTuple):
    """One run of slid bytes: where it stands, its bytes, the ASCII character that ended it, what is seen."""

    start: int
    end: int
    slid: bytes
    tail: str
    left: str
    right: str
    seen: str


def runs_of_debris(text: str) -> Iterator[list[Debris]]:
    """For each ``?!`` the runs it may begin, from the shortest."""
    for match in HEAD.finditer(text):
        left: str | None = None
        found = []
        for end, slid, tail in _runs(text, match.end()):
            if not slid and not BEGINS.match(text, end):
                continue
            if left is None:
                left = READING.sub("", text[max(0, match.start() - 40) : match.start()])[-CONTEXT:]
            right = READING.sub("", text[end : end + 60])[: 3 * CONTEXT]
            found.append(
                Debris(match.start(), end, slid, tail, left, right, text[match.start() : end])
            )
        if found:
            yield found


def _runs(text: str, start: int) -> Iterator[tuple[int, bytes, str]]:
    """Where a run of slid bytes may end: its bytes up to there, and the character that ended it.

    An ASCII character in it may be the full-width one of row A3, folded since.
    """
    slid = b""
    for place in range(start, min(start + LONGEST_RUN, len(text))):
        char = text[place]
        if char in "?？":
            yield place + 1, slid, "?"
            return
        if "@" <= char <= "~":
            yield place + 1, slid, char
        pair = bytes([0xA3, ord(char) + 0x80]) if "!" <= char <= "~" else pair_of(char)
        if len(pair) != 2 or char in MARKS or READING.match(text, place):
            return
        slid += pair


def slide(words: str) -> str:
    """What the damage makes of words that begin with a character ending in A3 and a mark of row A1.

    Examples
    --------
    >>> slide("。”因此")
    '?!币虼?'
    """
    content = words.encode("gb18030", "replace")
    place = content.find(b"\xa3\xa1")
    content = content[:place] + ADDED + content[place:] + ADDED
    result, at = [], 0
    while at < len(content):
        if content[at] < 0x80:
            result.append(content[at : at + 1].decode("ascii"))
            at += 1
            continue
        try:
            char = content[at : at + 2].decode("gb18030")
        except UnicodeDecodeError:
            char = "?"
        result.append("" if "\ue000" <= char <= "\uf8ff" else char)
        at += 2
    return "".join(result).replace("！", "!").removesuffix(" ")


@lru_cache(maxsize=4096)
def dropped_between(lead: int, trail: int) -> tuple[tuple[str, str], ...]:
    """Pairs of common characters, of one lead and one second byte, whose inner bytes were dropped."""
    firsts = [char for char in characters_with_lead(lead) if char in common_characters()]
    seconds = [decoded(bytes([byte, trail])) for byte in range(0x81, 0xFF)]
    return tuple(
        (first, second)
        for first in firsts
        for second in seconds
        if second in common_characters() and is_dropped(pair_of(first)[1:] + pair_of(second)[:1])
    )


@lru_cache(maxsize=128)
def characters_with_lead(lead: int) -> tuple[str, ...]:
    """The Han characters whose first byte is `lead`."""
    found = (decoded(bytes([lead, trail])) for trail in range(0x40, 0xFF))
    return tuple(char for char in found if char and re.match(f"[{HAN}]", char))


def is_dropped(pair: bytes) -> bool:
    """Whether GBK has a user-defined character there, which was dropped."""
    try:
        char = pair.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return "\ue000" <= char <= "\uf8ff"


def decoded(content: bytes) -> str:
    """Pairs of GBK as text; '' where they are none."""
    try:
        return content.decode("gbk")
    except UnicodeDecodeError:
        return ""


def pair_of(char: str) -> bytes:
    """The two bytes of a character; none where it has another number of them."""
    try:
        pair = char.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return pair if len(pair) == 2 else b""
