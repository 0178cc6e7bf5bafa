"""The words of a sentence as extraction reads them: short quotations are one word, long ones are closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.cues import Cues

# “两新”组织 and 社区（村） are parts of names; a quoted sentence or a title is another voice.
QUOTED = re.compile(r"“[^“”]*”|《[^《》]*》|「[^「」]*」|\"[^\"]*\"")
ASIDE = re.compile(r"[（(][^（()）]{1,8}[)）]")
OPAQUE = re.compile(rf"{QUOTED.pattern}|{ASIDE.pattern}")
LONGEST_NAME_PART = 8
LENGTH_OF_PHRASE = 4
STOPS = "，。；：！？,;:!?、…—"
PREDICATE_GOES_ON = "dtfai"  # adverbs, times, directions, adjectives and idioms before a verb
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


def leads_to_verb(words: list[Word], place: int, cues: Cues) -> bool:
    """True where a verb follows one word, with nothing between but when and how."""
    for at in range(place + 1, len(words)):
        word = words[at]
        if cues.plays(word.text, "引出谓语"):
            return True
        if cues.actions.get(word.text, word.pos == "vn"):
            return word.pos == "v" or takes_object(words, at)
        if word.text in cues.actions or word.pos[0] == "v":
            return True
        if not (word.pos[0] in PREDICATE_GOES_ON or cues.plays(word.text, "方式")):
            return False
    return False


def takes_object(words: list[Word], place: int) -> bool:
    """True where what follows reads like an object, or a suffix of verbs (了, 着, 过)."""
    following = words[place + 1] if place + 1 < len(words) else None
    return following is not None and (
        following.pos in ("ul", "uz", "ug", "name", "quote") or following.pos[0] in "nmrj"
    )


def _plain(text: str, start: int, end: int, cues: Cues) -> list[Word]:
    found: list[Word] = []
    at = start
    for token in _tokens(text[start:end], cues):
        end = at + len(token)
        if found and _ends_the_name_before(token, found[-1], cues):
            found[-1] = Word(found[-1].text + token, found[-1].start, end, "nt")
        else:
            found.append(Word(token, at, end, cues.words.part_of_speech(token)))
        at = end
    return found


def _tokens(text: str, cues: Cues) -> Iterator[str]:
    """The tokens of a text, phrases of the dictionary (建立健全, 充分发挥, 结合实际) in their halves."""
    for token in cues.words.cut(text):
        first, second = token[:2], token[2:]
        verb_first = cues.actions.get(first) is False or cues.plays(first, "引出谓语")
        kind, governed = cues.words.part_of_speech(first)[0], cues.words.part_of_speech(second)[0]
        how_first = (
            governed == "v" or cues.plays(second, "引出谓语")
            if cues.plays(first, "方式")
            else kind in "adv" and cues.actions.get(second) is False
        )
        if len(token) == LENGTH_OF_PHRASE and (verb_first or how_first):
            yield from (first, second)
        else:
            yield token


def _ends_the_name_before(token: str, before: Word, cues: Cues) -> bool:
    """云州市|委, 卫生健康|委, 柳荫街|道 and 新城管委|会, which the dictionary cuts in two."""
    committee = token == "委" and before.pos[0] in "nvaj"
    whole = token == "会" and before.text[-1] == "委" and cues.ending(before.text + token)
    return bool(committee or whole) or (token == "道" and before.text[-1] == "街")
