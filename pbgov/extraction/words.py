"""The words of a sentence as extraction reads them: short quotations are one word, long ones are closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pbgov.extraction.cues import Cues

# “两新”组织 and 社区（村） are parts of names; a quoted sentence or a title is another voice.
QUOTED = re.compile(r"“[^“”]*”|《[^《》]*》|「[^「」]*」|\"[^\"]*\"")
ASIDE = re.compile(r"[（(][^（()）]{1,8}[)）]")
OPAQUE = re.compile(rf"{QUOTED.pattern}|{ASIDE.pattern}")
LONGEST_NAME_PART = 8
STOPS = "，。；：！？,;:!?、…—"
COMMITTEE_OF = "省市区县"  # 云州市|委 is the committee of 云州市
ENDS_CLAUSE = "，。；：！？,;:!?…"


class Word(NamedTuple):
    """One word: offsets are code points into the text that was cut."""

    text: str
    start: int
    end: int
    pos: str  # jieba's tag; 'name' for a short quotation or aside, 'quote' for a long one


def words_of(text: str, cues: Cues) -> list[Word]:
    """The words of a text; together they are the text."""
    found: list[Word] = []
    at = 0
    for match in OPAQUE.finditer(text):
        found += _plain(text, at, match.start(), cues)
        inner = match.group()[1:-1]
        short = len(inner) <= LONGEST_NAME_PART and not any(mark in inner for mark in STOPS)
        pos = "name" if short and match.group()[0] != "《" else "quote"
        found.append(Word(match.group(), match.start(), match.end(), pos))
        at = match.end()
    return found + _plain(text, at, len(text), cues)


def clause_of(words: list[Word], place: int) -> range:
    """Places of the words between the two nearest commas or stops around one word."""
    first = place
    while first > 0 and words[first - 1].text not in ENDS_CLAUSE:
        first -= 1
    last = place
    while last < len(words) and words[last].text not in ENDS_CLAUSE:
        last += 1
    return range(first, last)


def _plain(text: str, start: int, end: int, cues: Cues) -> list[Word]:
    found: list[Word] = []
    at = start
    for token in cues.words.cut(text[start:end]):
        end = at + len(token)
        if token == "委" and found and found[-1].text[-1] in COMMITTEE_OF:
            found[-1] = Word(found[-1].text + token, found[-1].start, end, "nt")
        else:
            found.append(Word(token, at, end, cues.words.part_of_speech(token)))
        at = end
    return found
