"""What a quantity is about: the noun phrase beside it, its period, and what it is counted per."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.extraction.dates import Stamp
    from pbgov.extraction.measured import Words
    from pbgov.extraction.scales import Scales

Span = tuple[int, int]

NOUNS = ("n", "vn", "an", "j", "l", "b", "s", "x", "eng")
CLAUSE = re.compile(r"[，,。；;：:！？!?（）()《》]")
JOINS = ("的", "了", "已", "已经", "就", "也", "均", "都", "还", "又", "则", "共", "总", "约", "近")
RATE = re.compile(
    r"((?:每[\u3400-\u9fff]{1,6}){1,2}|[\u3400-\u9fff]{0,2}?(?:年|月|日)?(?:人|户|村|社区|件)均)\Z"
)


def noun_before(text: str, start: int, words: Words, linking: frozenset[str]) -> Span | None:
    """The noun phrase that a quantity is said of, in front of it: 平均年龄|41岁, 社区|由18%.

    Verbs that link (达到, 为, 占 …), adverbs and the preposition of a change are passed over; the
    phrase may not leave the clause.
    """
    marks = [match.end() for match in CLAUSE.finditer(text, 0, start)]
    clause = max(marks, default=0)
    if not text[clause:start].strip("由从") and len(marks) and text[clause - 1] in "，,":
        start, clause = clause - 1, max(marks[:-1], default=0)  # 达标的社区，从18%升到81%
    place = _word_at(words, start - 1)
    while place >= 0 and words.starts[place] >= clause and _links(words, place, linking):
        place -= 1
    last = place
    while place >= 0 and words.starts[place] >= clause and _nounlike(words, place):
        place -= 1
    if place == last or last < 0:
        return None
    span = words.starts[place + 1], words.starts[last] + len(words.tokens[last])
    return span if text[span[0] : span[1]].strip() else None


def noun_after(text: str, end: int, words: Words) -> Span | None:
    """The noun phrase that a measure counts, behind it: 33家|企业, 13万|朝阳群众."""
    end += len(text[end:]) - len(text[end:].lstrip())
    if text[end : end + 1] in ("的", "以"):
        return None
    place = _word_at(words, end)
    if place >= len(words.tokens) or words.starts[place] != end:
        return None
    first = place
    while place < len(words.tokens) and _nounlike(words, place):
        place += 1
    if place == first:
        return None
    return end, words.starts[place - 1] + len(words.tokens[place - 1])


def period_of(
    text: str, start: int, end: int, stamps: Sequence[Stamp], scales: Scales
) -> Span | None:
    """The words of time nearest before a quantity in its sentence, else the nearest after it."""
    named = re.finditer(rf"{scales.any_of('时期')}|“[一二三四五六七八九十]+五”(?:期间|时期)?", text)
    spans = sorted({*((s.start, s.end) for s in stamps), *(match.span() for match in named)})
    spans = [span for span in spans if not (span[0] < end and start < span[1])]
    before = [span for span in spans if span[1] <= start]
    if before:
        return before[-1]
    return spans[0] if spans else None


def counted_per(text: str, start: int, end: int) -> str | None:
    """What a quantity is counted per, as the text says it: 每名党员每年, 人均, /年; None for nothing."""
    clause = re.split(r"[，,。；;：:]", text[:start])[-1]
    match = RATE.search(clause)
    if match:
        return match.group(1)
    after = re.match(r"[/／]([\u3400-\u9fff]{1,3}(?:[·・/／][\u3400-\u9fff]{1,3})?)", text[end:])
    return after.group(1) if after else None


def _word_at(words: Words, place: int) -> int:
    """Index of the word that covers a place; -1 before the text, the number of words after it."""
    if place < 0:
        return -1
    found = 0
    for index, start in enumerate(words.starts):
        if start > place:
            return found
        found = index
    last = words.starts[-1] + len(words.tokens[-1]) if words.tokens else 0
    return found if place < last else len(words.tokens)


def _links(words: Words, place: int, linking: frozenset[str]) -> bool:
    token = words.tokens[place]
    tag = words.cues.words.part_of_speech(token)
    return (
        token in linking or token in JOINS or token.isspace() or tag in ("d", "p", "ul", "uj", "c")
    )


def _nounlike(words: Words, place: int) -> bool:
    token = words.tokens[place]
    tag = words.cues.words.part_of_speech(token)
    if token in JOINS or not token[0].isalpha():
        return False
    return tag.startswith("n") or tag in NOUNS
