"""Pronunciations that were put after characters: 區(qū), and the half-destroyed ones among them.

A web tool once wrote the reading of certain traditional characters after each of them. A reading
with its tone is one by its form. One without (黨(dang)) looks like any word in brackets, so that it
counts only where a text does so throughout: always the same reading after the same characters, and
these characters hardly ever without. A single reading after a rare character (亳(bó)州) was written
by the author, for the reader's sake, and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
LETTERS = f"a-zɡɑüê{TONED}"
READING = re.compile(rf"(?<=(?P<char>[{HAN}]))[(（](?P<reading>[{LETTERS}]{{1,6}})[)）]")
BRACKETED = re.compile(rf"(?<=[{HAN}])[(（][a-z][a-z ]*[)）]")
TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
FEWEST_TONED = 3  # more than an author explains in one article
FEWEST_TONELESS, FEWEST_CHARACTERS = 8, 3
LAST_COMMON_ROW = 0xD7
ALWAYS = 0.8  # of the places where an annotated character stands


def readings_after_characters(text: str) -> Iterator[Change]:
    """Deletions of the readings in brackets that stand after their characters."""
    found = [match for match in READING.finditer(text) if is_syllable(match["reading"])]
    toned = [match for match in found if has_tone(match["reading"])]
    n_common = sum(_is_common(match["char"]) for match in toned)
    for match in toned:
        # the tool's own table was of traditional characters
        of_the_tool = match["reading"] in readings_of().get(match["char"], ())
        if of_the_tool or n_common >= FEWEST_TONED:
            yield Change(*match.span(), "", "pinyin", "exact")
    toneless = [match for match in found if not has_tone(match["reading"])]
    if toneless and _is_system(text, toneless):
        for match in toneless:
            yield Change(*match.span(), "", "pinyin", "likely")


def is_syllable(reading: str) -> bool:
    """Whether a word is a syllable of Hanyu Pinyin, its tone aside."""
    return bare(reading) in _syllables()


def has_tone(reading: str) -> bool:
    """Whether a tone mark stands on one of its vowels."""
    return any(char in TONED for char in reading)


def bare(reading: str) -> str:
    """A syllable without its tone.

    Examples
    --------
    >>> bare("lǜ")
    'lü'
    """
    parts = unicodedata.normalize("NFD", reading.replace("ɡ", "g").replace("ɑ", "a"))
    return unicodedata.normalize("NFC", parts.translate(TONES))


@cache
def readings_of() -> dict[str, frozenset[str]]:
    """The readings of the common traditional characters, with their tones."""
    return {row["character"]: frozenset(row["readings"].split()) for row in word_list("readings")}


def _is_common(char: str) -> bool:
    """Whether no reader needs the reading of a character: the first level of GB 2312."""
    try:
        return char.encode("gb2312")[0] <= LAST_COMMON_ROW
    except UnicodeEncodeError:
        return char in readings_of()


def _is_system(text: str, toneless: list[re.Match[str]]) -> bool:
    """Whether readings without tone stand after their characters throughout a text."""
    readings: dict[str, set[str]] = defaultdict(set)
    for match in toneless:
        readings[match["char"]].add(match["reading"])
    if len(toneless) < FEWEST_TONELESS or len(readings) < FEWEST_CHARACTERS:
        return False
    if sum(map(len, readings.values())) > len(readings) or not all(
        map(_fits, *zip(*readings.items(), strict=True))
    ):
        return False
    counts = Counter(text)
    standing = sum(counts[char] for char in readings)
    others = sum(1 for _ in BRACKETED.finditer(text)) - len(toneless)
    return len(toneless) >= ALWAYS * standing and others <= (1 - ALWAYS) * len(toneless)


def _fits(char: str, readings: set[str]) -> bool:
    known = readings_of().get(char)
    return known is None or readings <= {bare(reading) for reading in known}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(row["syllable"] for row in word_list("syllables"))
