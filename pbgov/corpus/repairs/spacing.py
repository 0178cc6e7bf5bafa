"""Spaces that typesetting left: after full-width marks, within spaced-out words, formulas, numbers.

A space may mean something: it parts two names, two phrases of a title, the items of a list, a
number from its heading. So it goes only where it cannot: beside a full-width mark within a sentence;
between single characters all spaced out (总　　则); on one side only of a plus sign or of a Latin
word or number within Chinese (北京CBD 党工委). Indents and tabs stay.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, LINE_BREAK, OPENING, Change, word_list
from pbgov.corpus.repairs.likelihood import is_word

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(f"[^{LINE_BREAK}]+")
SENTENCE = re.compile(
    "[。！？；，]"
)  # a line that holds one is prose, not a title or a list of names
AFTER_MARK = re.compile(
    rf"(?<=[，。、；：？！…—]) {{1,3}}(?=[{HAN}{OPENING}”’》）0-9A-Za-z])"
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
LONGEST_UNKNOWN = 3  # a longer row of characters is joined only where it is a word
INNER = re.compile(r"[ \u3000]+")
# 北京CBD 党工委, 超过2000 万: a style that sets such spaces would set one on the other side too
ONE_SIDED = re.compile(
    rf"(?<=[{HAN}])(?P<token>[A-Z]{{2,6}}|[0-9]+(?:\.[0-9]+)?%?)(?P<right> )(?=(?P<next>[{HAN}]))"
    rf"|(?<=[{HAN}]) (?=[A-Z]{{2,6}}[{HAN}])"
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
        for space in ONE_SIDED.finditer(words):
            token, following = space["token"], space["next"]
            if not token:
                yield _gone(start + space.start())
            elif token.isalpha() or following in measures():
                yield _gone(start + space.end() - 1)


def _spaced_out(text: str) -> Iterator[Change]:
    """The gaps within words whose characters are all set apart."""
    for match in SPACED_OUT.finditer(text):
        word = INNER.sub("", match["word"])
        alone = match.end() == len(text) or text[match.end()] not in " \u3000"
        if (alone and len(word) <= LONGEST_UNKNOWN) or is_word(word):
            for gap in INNER.finditer(text, *match.span("word")):
                yield Change(*gap.span(), "", "spacing", "likely")


@cache
def measures() -> frozenset[str]:
    """Measures and units: what follows a number belongs to it."""
    return frozenset(
        row["character"]
        for row in word_list("after_numerals")
        if row["role"] in ("数词", "量词", "度量")
    )


def _gone(place: int) -> Change:
    return Change(place, place + 1, "", "spacing", "likely")
