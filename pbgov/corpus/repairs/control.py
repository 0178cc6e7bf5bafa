"""Characters that show nothing: control codes, zero-width spaces, direction marks, stray byte order marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

# Line ends (\t \n \v \f \r \x85) stay. Soft hyphens, zero-width spaces and byte order marks go.
ALWAYS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
)
JOINERS = "\u200c\u200d"  # part of emoji and of Indic and Arabic writing
DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # part of Hebrew and Arabic writing
HIDDEN = re.compile(f"[{ALWAYS}{JOINERS}{DIRECTIONS}]+")
PLAIN = re.compile(rf"[\x00-\x7f{HAN}\u3000-\u303f\uff00-\uffef‘’“”…—]\Z")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
SKIPPED = re.compile(f"[{ALWAYS}]+")
# What Windows-1252 prints at the places of C1 codes: text that was once decoded as Latin-1.
WINDOWS = {
    chr(code): bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}


def hidden_characters(text: str) -> Iterator[Change]:
    """Deletions of what shows nothing; C1 codes become the characters of Windows-1252."""
    mixed = None
    for match in HIDDEN.finditer(text):
        for place in range(match.start(), match.end()):
            char = text[place]
            if char in WINDOWS:
                yield Change(place, place + 1, WINDOWS[char], "control", "likely")
                continue
            if char in JOINERS and not _between_plain(text, match.start(), match.end()):
                continue
            if "\u200e" <= char <= "\u2069" and char not in "\u2060\u2061\u2062\u2063\u2064":
                if mixed is None:
                    mixed = bool(RIGHT_TO_LEFT.search(text))
                if mixed:
                    continue
            yield Change(place, place + 1, "", "control", "exact")


def _between_plain(text: str, start: int, end: int) -> bool:
    """Whether a joiner has nothing to join: Han, Latin letters or an edge stand on one side at least."""
    before = start == 0 or bool(PLAIN.match(text[start - 1]))
    after = end == len(text) or bool(PLAIN.match(text[end]))
    return before or after
