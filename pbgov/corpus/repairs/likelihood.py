"""How likely a few words of Chinese are: which of two readings of damaged bytes is the text.

The frequencies are those of jieba's dictionary; traditional characters are looked up simplified.
It is read only where damage asks for it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path

from pbgov.corpus.repairs.change import HAN
from pbgov.corpus.repairs.traditional import to_simplified

RUN = re.compile(rf"[{HAN}]+")
LONGEST = 8  # characters of a word
UNKNOWN = 0.01  # occurrences taken for a character that the dictionary does not have
EVERYDAY = 5e-4  # share of all words from which a single character stands for itself (的, 在, 和)


def log_likelihood(words: str) -> float:
    """The natural logarithm of the probability of the likeliest cutting of the Chinese in `words`."""
    return sum(_best(to_simplified(run))[0] for run in RUN.findall(words))


def is_made_of_words(words: str) -> bool:
    """Whether all Chinese in `words` falls into dictionary words of two characters or everyday ones."""
    for run in RUN.findall(words):
        for word in _best(to_simplified(run))[1]:
            if len(word) == 1 and _share(word) < EVERYDAY:
                return False
    return True


def in_a_word(words: str, place: int) -> bool:
    """Whether the character at a place in a run of Chinese falls into a word of two or more."""
    for run in RUN.finditer(words):
        end = run.start()
        for word in _best(to_simplified(run.group()))[1]:
            end += len(word)
            if place < end:
                return len(word) > 1
    return False


def is_word(word: str) -> bool:
    """Whether a word stands in the dictionary, simplified."""
    return to_simplified(word) in _frequencies()[0]


def _best(run: str) -> tuple[float, list[str]]:
    """The likeliest cutting of a run of Han characters, with its log-probability."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        best.append(
            max(
                (best[start][0] + log(_share(run[start:end])), start)
                for start in range(max(0, end - LONGEST), end)
                if end - start == 1 or run[start:end] in _frequencies()[0]
            )
        )
    words, end = [], len(run)
    while end:
        start = best[end][1]
        words.append(run[start:end])
        end = start
    return best[-1][0], words[::-1]


def _share(word: str) -> float:
    frequencies, total = _frequencies()
    return frequencies.get(word, UNKNOWN) / total


@cache
def _frequencies() -> tuple[dict[str, float], float]:
    spec = find_spec("jieba")
    assert spec is not None  # jieba is a dependency of pbgov
    assert spec.origin is not None
    frequencies: dict[str, float] = {}
    with (Path(spec.origin).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, *_ = line.split(" ")
            if len(word) <= LONGEST:
                frequencies[word] = max(float(frequency), UNKNOWN)
    return frequencies, sum(frequencies.values())
