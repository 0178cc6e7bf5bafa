"""ASCII punctuation beside Chinese, as a folding of widths leaves it, back to full width.

A mark is Chinese where a Han character, a Chinese quotation mark or bracket stands beside it.
Marks within numbers (1,234 10:30), addresses, formulas, Latin sentences and entries of reference
lists (GB/T 7714 writes them in ASCII) stay. Brackets change in pairs, and only around Chinese.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import CLOSING, HAN, LINE_BREAK, OPENING, Change
from pbgov.corpus.repairs.gbk_shift import unread_shifts

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = str.maketrans(",:;?!()", "，：；？！（）")
WIDE = f"{HAN}{re.escape(OPENING + CLOSING)}"
MARK = re.compile(rf"(?<=[{WIDE}])(?:[?!]+|[,:;])|(?:(?<![?!])[?!]++|[,:;])(?=[{WIDE}])")
IS_WIDE = re.compile(f"[{WIDE}]")
IS_HAN = re.compile(f"[{HAN}]")
BRACKET = re.compile(rf"[()]|[{LINE_BREAK}]")
# The type of a source in a reference list, GB/T 7714: [M] [J] [EB/OL]
REFERENCE = re.compile(r"\[(?:[MJNDRSPCGZA]|EB|DB|CP)(?:/(?:OL|CD|MT|DK))?\]")
LINE = re.compile(f"[^{LINE_BREAK}]+")
STOP = re.compile(rf"(?<=[{HAN}])\.(?=[{HAN}{re.escape(OPENING)}]|[”’]|\s*(?:\Z|[{LINE_BREAK}]))")
STOP_AT_END = re.compile(rf"(?<=[{HAN}])\.(?=[”’]?\s*(?:\Z|[{LINE_BREAK}]))")
FEWEST_STOPS = 3


def ascii_punctuation(text: str) -> Iterator[Change]:
    """The marks that become full width, but for brackets."""
    references = reference_lines(text)
    for match in MARK.finditer(text):
        start, end = match.span()
        if inside(start, references) or text.startswith("![", end - 1):
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        if match.group() == ":" and before.isdigit() and after.isdigit():
            continue
        both = bool(IS_WIDE.match(before or " ")) and bool(IS_WIDE.match(after or " "))
        certainty = "exact" if both else "likely"
        yield Change(start, end, match.group().translate(FULL), "punctuation", certainty)
    yield from _stops(text)


def ascii_brackets(text: str) -> Iterator[Change]:
    """Pairs of round brackets around Chinese words."""
    unread = [(change.start, change.end) for change in unread_shifts(text)]
    kept = sorted([*reference_lines(text), *unread])
    opened: list[int] = []
    han: list[int] = []  # how many of the stretches before each opened bracket hold Han characters
    count, at = 0, 0
    for match in BRACKET.finditer(text):
        place = match.start()
        count += IS_HAN.search(text, at, place) is not None
        at = match.end()
        if match.group() == "(":
            opened.append(place)
            han.append(count)
        elif match.group() != ")":
            opened, han = [], []
        elif opened:
            start, before = opened.pop(), han.pop()
            is_link = text[start - 1 : start] == "]"
            if count > before and not is_link and not (inside(start, kept) or inside(place, kept)):
                yield Change(start, start + 1, "（", "punctuation", "exact")
                yield Change(place, place + 1, "）", "punctuation", "exact")


def reference_lines(text: str) -> list[tuple[int, int]]:
    """Where the lines stand that are entries of a reference list."""
    if not REFERENCE.search(text):
        return []
    return [line.span() for line in LINE.finditer(text) if REFERENCE.search(line.group())]


def inside(place: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans, which stand in order."""
    nearest = bisect_right(spans, place, key=itemgetter(0)) - 1
    return nearest >= 0 and spans[nearest][0] <= place < spans[nearest][1]


def _stops(text: str) -> Iterator[Change]:
    """``.`` for 。 in a text that has no 。 at all but ends its lines so."""
    if "。" in text or len(STOP_AT_END.findall(text)) < FEWEST_STOPS:
        return
    for match in STOP.finditer(text):
        yield Change(*match.span(), "。", "punctuation", "likely")
