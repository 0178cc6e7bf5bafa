"""Passages that two strings share, found through fingerprints: winnowing, then seed and extend.

Strings are those of `Normal`: letters, digits and Han characters alone, so that punctuation, spaces,
width and case make no difference.

References
----------
Schleimer, S., Wilkerson, D. S., & Aiken, A. (2003). Winnowing: Local algorithms for document
fingerprinting. *Proceedings of SIGMOD 2003*, 76-85.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BASE = 1_000_003
MOST_PLACES = 8  # of one gram in one document that are followed
COMMON = 64  # places in the corpus above which a gram must be the start of a longer shared stretch


class Normal(NamedTuple):
    """What is compared of a text: its characters, and the place of each in the text."""

    words: str
    places: np.ndarray


class Block(NamedTuple):
    """``a[start_a:start_a + size] == b[start_b:start_b + size]``."""

    start_a: int
    start_b: int
    size: int


class Passage(NamedTuple):
    """A shared passage: its edges in both strings and how many characters of it are the same."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    same: int


def normal(text: str, stretches: Iterable[tuple[int, int]]) -> Normal:
    """The letters, digits and Han characters of some stretches, by NFKC and without case."""
    words: list[str] = []
    places: list[int] = []
    for start, end in stretches:
        for place, char in enumerate(text[start:end], start):
            for each in _compared(char):
                words.append(each)
                places.append(place)
    return Normal("".join(words), np.array(places, dtype=np.int64))


@lru_cache(maxsize=1 << 16)
def _compared(char: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", char).lower()))


def fingerprints(words: str, size: int, window: int) -> Iterator[tuple[int, int]]:
    """Hash and place of the grams that winnowing keeps: the rightmost least of each window.

    Every stretch of ``size + window - 1`` characters holds at least one of them.
    """
    hashes = gram_hashes(words, size)
    if not len(hashes):
        return
    if len(hashes) <= window:
        place = len(hashes) - 1 - int(np.argmin(hashes[::-1]))
        yield int(hashes[place]), place
        return
    windows = np.lib.stride_tricks.sliding_window_view(hashes, window)
    least = window - 1 - np.argmin(windows[:, ::-1], axis=1)
    for place in np.unique(np.arange(len(least)) + least):
        yield int(hashes[place]), int(place)


def gram_hashes(words: str, size: int) -> np.ndarray:
    """A 64-bit hash of every stretch of `size` characters, shape (len(words) - size + 1,)."""
    codes = np.array([ord(char) for char in words], dtype=np.uint64)
    n = len(codes) - size + 1
    if n <= 0:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(n, dtype=np.uint64)
    for offset in range(size):
        total = total * np.uint64(BASE) + codes[offset : offset + n]
    mixed = (total ^ (total >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)))


def seeds(
    texts: Sequence[str], size: int, window: int, least: int
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Places of equal grams, by pair of texts.

    A gram that stands at more than `COMMON` places of the corpus counts only where the `least`
    characters from it on are the same, so that set phrases do not pair every text with every other.
    """
    index: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, words in enumerate(texts):
        told: dict[int, int] = defaultdict(int)
        for gram, place in fingerprints(words, size, window):
            told[gram] += 1
            if told[gram] <= MOST_PLACES:
                index[gram].append((number, place))
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for entries in index.values():
        if len(entries) > COMMON:
            longer: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for number, place in entries:
                longer[texts[number][place : place + least]].append((number, place))
            groups = [group for words, group in longer.items() if len(words) == least]
        else:
            groups = [entries]
        for group in groups:
            for at, (one, place) in enumerate(group):
                for two, other in group[at + 1 :]:
                    if one != two:
                        found[one, two].append((place, other))
    return found


def passages(a: str, b: str, starts: Iterable[tuple[int, int]], gap: int) -> Iterator[Passage]:
    """The maximal passages that grow from seeds, over differences of at most `gap` characters."""
    rows: list[list[Block]] = []
    for block in _blocks(a, b, starts):
        for row in reversed(rows):
            last = row[-1]
            ahead_a = block.start_a - last.start_a - last.size
            ahead_b = block.start_b - last.start_b - last.size
            if -last.size < ahead_a <= gap and -last.size < ahead_b <= gap:
                lost = max(0, -ahead_a, -ahead_b)
                if lost < block.size:
                    row.append(Block(block.start_a + lost, block.start_b + lost, block.size - lost))
                break
        else:
            rows.append([block])
    for row in rows:
        same = sum(block.size for block in row)
        for before, after in pairwise(row):
            between_a = a[before.start_a + before.size : after.start_a]
            between_b = b[before.start_b + before.size : after.start_b]
            if between_a and between_b:
                matcher = SequenceMatcher(None, between_a, between_b, autojunk=False)
                same += sum(match.size for match in matcher.get_matching_blocks())
        first, last = row[0], row[-1]
        yield Passage(
            first.start_a, last.start_a + last.size, first.start_b, last.start_b + last.size, same
        )


def _blocks(a: str, b: str, starts: Iterable[tuple[int, int]]) -> list[Block]:
    """The longest equal stretches around seeds, in the order of the first text."""
    reached: dict[int, int] = {}
    found: list[Block] = []
    for place_a, place_b in sorted(set(starts)):
        if place_a < reached.get(place_b - place_a, -1):
            continue
        back = 0
        while back < min(place_a, place_b) and a[place_a - back - 1] == b[place_b - back - 1]:
            back += 1
        ahead = 0
        while (
            ahead < min(len(a) - place_a, len(b) - place_b)
            and a[place_a + ahead] == b[place_b + ahead]
        ):
            ahead += 1
        if ahead:
            reached[place_b - place_a] = place_a + ahead
            found.append(Block(place_a - back, place_b - back, back + ahead))
    return sorted(found)
