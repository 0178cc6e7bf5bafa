"""What cuts: rjieba held to jieba's very tokens, or jieba itself.

rjieba (the Rust writing of jieba) holds the same dictionary and the same arithmetic, to the last
bit; this module removes the four places where the two differ, so that every text gives the very
tokens of jieba:

1. jieba adds the frequency of a known word to the total without taking the old one off, and
   counts a line that its dictionary has twice; rjieba does neither. A filler that no text can
   hold brings the total back to jieba's.
2. rjieba takes Han characters outside U+4E00-9FD5 (extensions, compatibility characters) for parts
   of words; jieba cuts each of them off. They are cut as a NUL and put back.
3. rjieba cannot read lone surrogates. They go the same way.
4. With ``hmm`` rjieba keeps ``UTF-8`` or ``2-3`` whole. Such a token is cut again by the pattern
   of jieba's ``finalseg``, unless it is a word of the lexicon.

Neither jieba's global tokenizer nor its cache file is read or changed.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pbgov.mining.dictionary import dictionary_digest, frequencies_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Words = Sequence[tuple[str, int]]

Engine = Literal["rjieba", "jieba"]

# the three things that were held against each other (tests/test_tokens.py)
JIEBA = "0.42.1"
DICTIONARY = "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8"
RJIEBA = "0.2.2"
COUNTED_TWICE = 3  # the frequency of B超: the dictionary has its line twice, rjieba's copy once

NUL = "\x00"  # outside every word, and never joined with a neighbour as \r\n is
NEVER_IN_A_WORD = re.compile(r"[^\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]")  # jieba's own block boundary
_CUT_AS_NUL = re.compile(
    "[\u3400-\u4dbf\u9fd6-\u9fff\ud800-\udfff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_COMPOUND = re.compile(r"(?<=[a-zA-Z0-9])[._\-](?=[a-zA-Z0-9])")
_ALPHANUMERIC = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")  # re_skip of jieba.finalseg


class Cutter(Protocol):
    """What cuts one text; rjieba and jieba have it alike."""

    def cut(self, text: str, hmm: bool) -> list[str]:
        """The words of `text`; joined they are the text."""

    def reduce_to(self, words: Words) -> bool:
        """Cut from now on, without `hmm`, as if only `words`, some of the first ones, were added.

        False, and nothing is changed, where only a new cutter can do that.
        """


def start_cutter(words: Words) -> tuple[Cutter, Engine, tuple[str, str]]:
    """The faster cutter that gives jieba's tokens, its name, and why it is that one (zh, en)."""
    obstacle = _obstacle(words)
    if obstacle is not None:
        return _CutByJieba(words), "jieba", obstacle
    reason = (
        f"rjieba {RJIEBA}，与 jieba {JIEBA} 的分词逐一核对相同",
        f"rjieba {RJIEBA}, checked to cut as jieba {JIEBA} does",
    )
    return _CutByRjieba(words), "rjieba", reason


class _CutByRjieba:
    def __init__(self, words: Words) -> None:
        self._jieba = _compiled_jieba()()
        possible = {word for word, _ in words if word and not NEVER_IN_A_WORD.search(word)}
        known = {word for word in possible if self._jieba.has_word(word)}
        self._packaged = frequencies_of(known) if known else {}
        self._added = dict(_as_rjieba_counts(words, self._packaged))
        for word, frequency in self._added.items():
            self._jieba.add_word(word, frequency, None)
        self._compounds = frozenset(word for word in possible if _COMPOUND.search(word))

    def cut(self, text: str, hmm: bool) -> list[str]:
        unreadable = _CUT_AS_NUL.search(text) is not None
        readable = _CUT_AS_NUL.sub(NUL, text) if unreadable else text
        tokens: list[str] = self._jieba.cut(readable, hmm)
        if hmm:
            tokens = self._split_compounds(readable, tokens)
        if unreadable:
            ends = list(accumulate(map(len, tokens)))
            for found in _CUT_AS_NUL.finditer(text):
                tokens[bisect_right(ends, found.start())] = found.group()
        return tokens

    def _split_compounds(self, text: str, tokens: list[str]) -> list[str]:
        """Cut again what rjieba's guessing keeps whole (UTF-8, a_b, 2-3.5%) and jieba's does not."""
        joints = [found.start() for found in _COMPOUND.finditer(text)]
        if not joints:
            return tokens
        ends = list(accumulate(map(len, tokens)))
        split: list[str] = []
        done = 0
        whole: frozenset[tuple[int, str]] | None = None
        for joint in joints:
            at = bisect_right(ends, joint)
            token = tokens[at]
            if at < done or not token.isascii() or not _COMPOUND.search(token):
                continue  # cut already, or a word of the lexicon that ends in such a sign
            if token in self._compounds:
                # a word of the lexicon, or guessed from its letters: the way without guessing tells
                whole = self._with_ends(text) if whole is None else whole
                if (ends[at], token) in whole:
                    continue
            split += tokens[done:at]
            split += [part for part in _ALPHANUMERIC.split(token) if part]
            done = at + 1
        return split + tokens[done:]

    def _with_ends(self, text: str) -> frozenset[tuple[int, str]]:
        tokens = self._jieba.cut(text, False)
        return frozenset(zip(accumulate(map(len, tokens)), tokens, strict=True))

    def reduce_to(self, words: Words) -> bool:
        added = dict(_as_rjieba_counts(words, self._packaged))
        left_out = [word for word in self._added if word not in added]
        # frequency 0 is an edge of probability 0: never taken where another begins beside it
        if not all(self._has_shorter_word(word, added) for word in left_out):
            return False
        for word in left_out:
            self._jieba.add_word(word, self._packaged.get(word, 0), None)
        for word, frequency in added.items():
            self._jieba.add_word(word, frequency, None)
        return True

    def _has_shorter_word(self, word: str, added: Mapping[str, int]) -> bool:
        beginnings = [word[:length] for length in range(1, len(word))]
        return word in self._packaged or any(
            part in added
            or part in self._packaged
            or (part not in self._added and self._jieba.has_word(part))
            for part in beginnings
        )


class _CutByJieba:
    def __init__(self, words: Words) -> None:
        import jieba

        self._jieba = jieba.Tokenizer()
        # jieba.initialize() would trust a jieba.cache in the shared temporary folder, unchecked
        frequencies, self._packaged_total = jieba.Tokenizer.gen_pfdict(self._jieba.get_dict_file())
        self._packaged = {word: frequencies.get(word, 0) for word, _ in words}
        self._jieba.FREQ, self._jieba.total = frequencies, self._packaged_total
        self._jieba.initialized = True
        for word, frequency in words:
            self._jieba.add_word(word, frequency)

    def cut(self, text: str, hmm: bool) -> list[str]:
        return list(self._jieba.cut(text, HMM=hmm))

    def reduce_to(self, words: Words) -> bool:
        self._jieba.FREQ.update(self._packaged)
        self._jieba.total = self._packaged_total
        for word, frequency in words:
            self._jieba.add_word(word, frequency)
        return True


def _obstacle(words: Words) -> tuple[str, str] | None:
    """Why rjieba cannot stand for jieba here, in Chinese and English; None where it can."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        rjieba, jieba = version("rjieba"), version("jieba")
        _compiled_jieba()
    except (PackageNotFoundError, ImportError) as error:
        return f"不能使用 rjieba（{error}）", f"rjieba cannot be used ({error})"
    if (rjieba, jieba, dictionary_digest()) != (RJIEBA, JIEBA, DICTIONARY):
        return (
            f"rjieba {rjieba} 与 jieba {jieba} 及其词典没有核对过",
            f"rjieba {rjieba} and jieba {jieba} with its dictionary were not checked together",
        )
    if sum(frequency for _, frequency in words) > sys.maxsize // 2:
        return "词频之和太大，rjieba 存不下", "the frequencies add up to more than rjieba can hold"
    return None


def _as_rjieba_counts(words: Words, packaged: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """The words to add to rjieba so that every frequency, and their total, is jieba's.

    jieba's total grows by the frequency of each word added, rjieba's by that less the frequency the
    word had; the total decides between ways of cutting that are almost equally probable. What is
    missing goes to a NUL, which stands in no block of word characters and is therefore never looked
    up. So do words with a character that no such block holds.
    """
    missing = COUNTED_TWICE
    current: dict[str, int] = {}
    for word, frequency in words:
        if not word or NEVER_IN_A_WORD.search(word):
            missing += frequency
        else:
            missing += current.get(word, packaged.get(word, 0))
            current[word] = frequency
    yield from current.items()
    yield NUL, missing


@cache
def _compiled_jieba() -> Any:
    """The class of rjieba's compiled module.

    ``import rjieba`` would build a tokenizer for the whole process besides: 0.1 s and 33 MB for
    something that nobody here may use.
    """
    if "rjieba" in sys.modules:
        return sys.modules["rjieba"].Jieba
    from importlib.machinery import PathFinder
    from importlib.util import find_spec, module_from_spec

    package = find_spec("rjieba")
    locations = package.submodule_search_locations if package else None
    compiled = PathFinder.find_spec("rjieba.rjieba", locations) if locations else None
    if compiled is None or compiled.loader is None:
        raise ImportError("rjieba has no compiled module here")
    module = module_from_spec(compiled)
    compiled.loader.exec_module(module)
    return module.Jieba
