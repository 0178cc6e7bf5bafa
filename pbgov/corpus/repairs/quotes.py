"""Quotation marks that lost their direction, and those that cannot be balanced.

In a paragraph “ and ” take turns. A straight quote takes the direction its turn asks for; one curly
quote that stands the wrong way round is turned where that, and nothing else, sets the balance right.
A quotation over several paragraphs (each opens, only the last closes) is in order. What stays
unbalanced is marked ``unrepaired``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, LINE_BREAK, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

QUOTE = re.compile('[“”"]')
LINE = re.compile(f"[^{LINE_BREAK}]+")
CHINESE = re.compile(f"[{HAN}，。、；：？！]")
NO_OPENING_BEFORE = re.compile(r"[\s，。、；：？！”’》）)\],.;:?!]")
NO_CLOSING_AFTER = re.compile(r"[\s，、；：“‘《（(\[,;:]")
DEEPEST = 2


def quotation_marks(text: str) -> Iterator[Change]:
    """Straight quotes around Chinese become curly ones; a quote turned the wrong way is turned."""
    for start, quotes in _lines(text):
        if len(quotes) % 2 or not quotes:
            continue
        wanted = "“”" * (len(quotes) // 2)
        wrong = [
            place
            for place, (quote, turn) in enumerate(zip(quotes, wanted, strict=True))
            if quote.group() not in (turn, '"')
        ]
        straight = [place for place, quote in enumerate(quotes) if quote.group() == '"']
        if not wrong:
            for place in straight:
                pair = quotes[place - place % 2 : place - place % 2 + 2]
                if _around_chinese(text, start, pair):
                    at = start + quotes[place].start()
                    yield Change(at, at + 1, wanted[place], "quote", "likely")
        elif not straight and (len(wrong) == 1 or len({quote.group() for quote in quotes}) == 1):
            turned = [(start + quotes[place].start(), wanted[place]) for place in wrong]
            if all(_can_stand(text, at, quote) for at, quote in turned):
                for at, quote in turned:
                    yield Change(at, at + 1, quote, "quote", "likely")


def unbalanced_quotes(text: str) -> Iterator[Change]:
    """The quotes that have no partner, marked ``unrepaired``."""
    left_open: int | None = None  # where an earlier line opened a quotation that still goes on
    for start, quotes in _lines(text):
        places = [start + quote.start() for quote in quotes]
        marks = [quote.group() for quote in quotes]
        if left_open is not None and marks:
            if marks[0] == "”":
                left_open, places, marks = None, places[1:], marks[1:]
            elif marks[0] == "“" and not text[start : places[0]].strip():
                left_open = None
            else:
                yield _unrepaired(text, left_open)
                left_open = None
        opened: list[int] = []
        for place, mark in zip(places, marks, strict=True):
            if mark == "“":
                if len(opened) == DEEPEST:
                    yield _unrepaired(text, opened.pop(0))
                opened.append(place)
            elif mark == "”" and opened:
                opened.pop()
            elif mark == "”" or (len(marks) % 2 and CHINESE.search(text, start, places[-1] + 2)):
                yield _unrepaired(text, place)
        for place in opened[:-1]:
            yield _unrepaired(text, place)
        if opened:
            left_open = opened[-1]
    if left_open is not None:
        yield _unrepaired(text, left_open)


def _lines(text: str) -> Iterator[tuple[int, list[re.Match[str]]]]:
    """Where each line that holds a quote starts, and its quotes."""
    for line in LINE.finditer(text):
        if quotes := list(QUOTE.finditer(line.group())):
            yield line.start(), quotes


def _around_chinese(text: str, start: int, pair: list[re.Match[str]]) -> bool:
    first, last = start + pair[0].start(), start + pair[1].start()
    outside = text[first - 1 : first] + text[last + 1 : last + 2]
    return bool(CHINESE.search(text, first, last) or CHINESE.search(outside))


def _can_stand(text: str, place: int, quote: str) -> bool:
    """Whether the characters beside a place allow this quote there."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if quote == "“":
        return bool(after) and not NO_OPENING_BEFORE.match(after)
    return bool(before) and not NO_CLOSING_AFTER.match(before)


def _unrepaired(text: str, place: int) -> Change:
    return Change(place, place + 1, text[place], "quote", "unrepaired")
