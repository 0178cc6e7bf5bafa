"""Spaces that typesetting left: after full-width marks, within spaced-out words, formulas, numbers.

A space may mean something: it parts two names, two phrases of a title, the items of a list, a
number from its heading. So it goes only where it cannot: beside a full-width mark within a sentence;
between single characters all spaced out (总　　则); on one side only of a plus sign or of a Latin
word or number within Chinese (北京CBD 党工委). Indents and tabs stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, LINE_BREAK, OPENING, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(f"[^{LINE_BREAK}]+")
SENTENCE = re.compile(
    "[。！？；，]"
)  # a line that holds one is prose, not a title or a list of names
AFTER_MARK = re.compile(
    rf"(?<=[，。、；：？！…—]) {{1,3}}(?=[{HAN}{OPENING}0-9A-Za-z])"
    rf"|(?<=[。？！；，][”’）》]) {{1,3}}(?=[{HAN}{OPENING}])"
    rf"|(?<=[“‘《（【]) (?=\S)|(?<=[{HAN}0-9A-Za-z”’》）]) (?=[，。、；：？！”’》）】])"
)
BESIDE_QUOTE = re.compile(rf"(?<=[”》]) (?=[{HAN}])|(?<=[{HAN}]) (?=[“《])")
LISTED = re.compile(rf"[{HAN}] [{HAN}]")  # the spaces of this line may part the items of a list
PLUS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{1,3}(?: ?[+＋] ?[0-9A-Z]{1,3})+(?![0-9A-Za-z])")
UNEVEN = re.compile(r"\S [+＋]\S|\S[+＋] \S")
SPACE = re.compile(" ")
GAP = r"[ \u3000]{1,12}"
NUMERALS = "一二三四五六七八九十"
NUMBERED = rf"第[一二三四五六七八九十百零〇0-9]{{1,5}}[编章节篇条]{GAP}"
SINGLES = rf"[{HAN}](?:{GAP}[{HAN}])+"
# 摘 要 近年来…, 目　　录, 第一章　总　　则; after # of Markdown too
SPACED_OUT = re.compile(
    rf"^[ \t\u3000#]{{0,12}}(?:{NUMBERED})?(?P<word>(?![{NUMERALS}]){SINGLES})(?=[:：\]】]|{GAP}|[ \t\u3000]*$)",
    re.MULTILINE,
)
INNER = re.compile(r"[ \u3000]+")
# 北京CBD 党工委: a style that sets such spaces would set one on the other side too
ONE_SIDED = re.compile(
    rf"(?<=[{HAN}])[0-9A-Za-z][0-9A-Za-z.%]{{0,15}}(?P<right> )(?=[{HAN}])"
    rf"|(?<=[{HAN}]) (?=[A-Za-z]{{1,15}}[{HAN}])"
)
LETTERS_APART = re.compile(rf"(?:[{HAN}，。、；：] ){{8,}}")


def typesetting_spaces(text: str) -> Iterator[Change]:
    """Deletions of the spaces that mean nothing."""
    yield from _spaced_out(text)
    for line in LINE.finditer(text):
        words = line.group()
        if " " not in words:
            continue
        start = line.start()
        for formula in PLUS.finditer(words):
            if UNEVEN.search(formula.group()):
                for space in SPACE.finditer(formula.group()):
                    yield _gone(start + formula.start() + space.start())
        if not SENTENCE.search(words):
            continue
        for space in AFTER_MARK.finditer(words):
            yield Change(start + space.start(), start + space.end(), "", "spacing", "exact")
        for run in LETTERS_APART.finditer(words):
            for space in SPACE.finditer(run.group()):
                yield _gone(start + run.start() + space.start())
        if LISTED.search(words):
            continue
        for space in BESIDE_QUOTE.finditer(words):
            yield _gone(start + space.start())
        for token in ONE_SIDED.finditer(words):
            yield _gone(start + token.end() - 1 if token["right"] else start + token.start())


def _spaced_out(text: str) -> Iterator[Change]:
    """The gaps within words whose characters are all set apart."""
    for match in SPACED_OUT.finditer(text):
        for gap in INNER.finditer(text, *match.span("word")):
            yield Change(*gap.span(), "", "spacing", "likely")


def _gone(place: int) -> Change:
    return Change(place, place + 1, "", "spacing", "likely")
