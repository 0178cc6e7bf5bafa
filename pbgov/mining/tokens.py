"""Cutting text into the words that jieba 0.42.1 gives, at the speed of rjieba.

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

Where rjieba cannot be used, jieba itself cuts, and `Tokenizer.engine_reason` says why.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, compress
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pbgov.errors import InputError
from pbgov.mining.dictionary import dictionary_digest, frequencies_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

# the three things that were held against each other (tests/test_tokens.py)
JIEBA = "0.42.1"
DICTIONARY = "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8"
RJIEBA = "0.2.2"
COUNTED_TWICE = 3  # the frequency of B超: the dictionary has its line twice, rjieba's copy once

PIECE = 24_000  # characters cut in one go: longer pieces leave the processor's cache
THREADS = 2

NEVER_IN_A_WORD = re.compile(r"[^\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]")  # jieba's own block boundary
_NUL = "\x00"  # outside every word, and never joined with a neighbour as \r\n is
_CUT_AS_NUL = re.compile(
    "[\u3400-\u4dbf\u9fd6-\u9fff\ud800-\udfff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_COMPOUND = re.compile(r"(?<=[a-zA-Z0-9])[._\-](?=[a-zA-Z0-9])")
_ALPHANUMERIC = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")  # re_skip of jieba.finalseg


class Cutter(Protocol):
    """What cuts one text; rjieba and jieba have it alike."""

    def cut(self, text: str, hmm: bool) -> list[str]:
        """The words of `text`; joined they are the text."""


@dataclass(frozen=True, eq=False)
class TokenRun:
    """The words of several texts, one after another.

    Attributes
    ----------
    tokens : list of str
    starts, ends : ndarray of int64, shape (n_tokens,)
        Code points, counted from the start of the token's own text.
    counts : ndarray of int64, shape (n_texts,)
        How many of the tokens belong to each text.
    """

    tokens: list[str]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    counts: NDArray[np.int64]


class Tokenizer:
    """Cuts text as jieba does with its packaged dictionary and words of one's own.

    Parameters
    ----------
    words : iterable of (str, int)
        Word and frequency, added in this order as by jieba's ``add_word``.

    Attributes
    ----------
    engine : {"rjieba", "jieba"}
        What cuts.
    engine_reason : tuple of str
        Why it is that one, in Chinese and in English.

    Raises
    ------
    InputError
        Where a frequency is below 1: jieba takes 0 as an order to split the word, for every
        tokenizer of the process.

    Notes
    -----
    Nothing is shared: neither jieba's global tokenizer nor its cache file is read or changed. A
    word deleted from jieba elsewhere in the process is split by jieba's ``HMM=True`` everywhere,
    and therefore also here where ``engine`` is jieba and ``hmm`` is true; rjieba knows no such
    list.
    """

    engine: Literal["rjieba", "jieba"]
    engine_reason: tuple[str, str]

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        added = [(word, int(frequency)) for word, frequency in words]
        for word, frequency in added:
            if frequency < 1:
                raise InputError(
                    f"{word!r} has frequency {frequency}; jieba takes 0 as an order to split the"
                    " word for every tokenizer of the process. Use 1 or more, or leave it out."
                )
        obstacle = _obstacle(added)
        self._cutter: Cutter
        if obstacle is None:
            self.engine = "rjieba"
            self.engine_reason = (
                f"rjieba {RJIEBA}，与 jieba {JIEBA} 的分词逐一核对相同",
                f"rjieba {RJIEBA}, checked to cut as jieba {JIEBA} does",
            )
            self._cutter = _CutByRjieba(added)
        else:
            self.engine, self.engine_reason = "jieba", obstacle
            self._cutter = _CutByJieba(added)

    def __repr__(self) -> str:
        return f"Tokenizer(engine={self.engine!r}, engine_reason={self.engine_reason!r})"

    def cut(self, text: str, hmm: bool = False) -> list[str]:
        """The words of `text`; joined they are the text.

        Parameters
        ----------
        text : str
        hmm : bool, default False
            True to guess words that no dictionary holds, as jieba's ``HMM=True`` does.
        """
        return self._cutter.cut(text, hmm)

    def tokenize(self, text: str, hmm: bool = False) -> list[tuple[str, int, int]]:
        """The words of `text` as (token, start, end), in code points."""
        tokens = self.cut(text, hmm)
        ends = list(accumulate(map(len, tokens)))
        return list(zip(tokens, chain((0,), ends), ends, strict=False))

    def cut_many(self, texts: Sequence[str], hmm: bool = False) -> TokenRun:
        """The words of many texts: the same as text by text, and faster.

        Parameters
        ----------
        texts : sequence of str
        hmm : bool, default False

        Notes
        -----
        Texts are joined with NUL, which is a word of its own wherever it stands, into pieces of
        some 24,000 characters; two threads cut them. The order is that of `texts`.
        """
        import numpy as np

        cut = self._cut_pieces([_NUL.join(piece) + _NUL for piece in _pieces(texts)], hmm)
        n_cut = sum(map(len, cut))
        lengths = np.fromiter(map(len, chain.from_iterable(cut)), dtype=np.int64, count=n_cut)
        ends = np.cumsum(lengths)
        sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        closed_at = np.cumsum(sizes + 1)  # the end of the NUL behind each text
        nul_at = np.searchsorted(ends, closed_at)
        counts = np.diff(nul_at, prepend=-1) - 1
        is_word = np.ones(n_cut, dtype=bool)
        is_word[nul_at] = False
        tokens = list(compress(chain.from_iterable(cut), is_word.tobytes()))
        ends = ends[is_word] - np.repeat(closed_at - sizes - 1, counts)
        return TokenRun(tokens, ends - lengths[is_word], ends, counts)

    def _cut_pieces(self, pieces: Sequence[str], hmm: bool) -> list[list[str]]:
        from concurrent.futures import ThreadPoolExecutor

        if self.engine == "jieba" or len(pieces) < THREADS:  # jieba gains nothing from threads
            return [self._cutter.cut(piece, hmm) for piece in pieces]
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(lambda piece: self._cutter.cut(piece, hmm), pieces))


class _CutByRjieba:
    def __init__(self, words: Sequence[tuple[str, int]]) -> None:
        self._jieba = _compiled_jieba()()
        for word, frequency in _as_rjieba_counts(words, self._jieba.has_word):
            self._jieba.add_word(word, frequency, None)
        self._compounds = frozenset(word for word, _ in words if _COMPOUND.search(word))

    def cut(self, text: str, hmm: bool) -> list[str]:
        unreadable = _CUT_AS_NUL.search(text) is not None
        readable = _CUT_AS_NUL.sub(_NUL, text) if unreadable else text
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


class _CutByJieba:
    def __init__(self, words: Sequence[tuple[str, int]]) -> None:
        import jieba

        self._jieba = jieba.Tokenizer()
        # jieba.initialize() would trust a jieba.cache in the shared temporary folder, unchecked
        frequencies, total = jieba.Tokenizer.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.FREQ, self._jieba.total = frequencies, total
        self._jieba.initialized = True
        for word, frequency in words:
            self._jieba.add_word(word, frequency)

    def cut(self, text: str, hmm: bool) -> list[str]:
        return list(self._jieba.cut(text, HMM=hmm))


def _obstacle(words: Sequence[tuple[str, int]]) -> tuple[str, str] | None:
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


def _as_rjieba_counts(words: Sequence[tuple[str, int]], packaged: Any) -> Iterator[tuple[str, int]]:
    """The words to add to rjieba so that every frequency, and their total, is jieba's.

    jieba's total grows by the frequency of each word added, rjieba's by that less the frequency the
    word had; the total decides between ways of cutting that are almost equally probable. What is
    missing goes to a NUL, which stands in no block of word characters and is therefore never looked
    up. So do words with a character that no such block holds.
    """
    possible = [word for word, _ in words if word and not NEVER_IN_A_WORD.search(word)]
    known = [word for word in possible if packaged(word)]
    current = frequencies_of(known) if known else {}
    missing = COUNTED_TWICE
    possible_words = set(possible)
    for word, frequency in words:
        if word in possible_words:
            missing += current.get(word, 0)
            current[word] = frequency
            yield word, frequency
        else:
            missing += frequency
    yield _NUL, missing


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


def _pieces(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    first, size = 0, 0
    for place, text in enumerate(texts):
        size += len(text) + 1
        if size >= PIECE:
            yield texts[first : place + 1]
            first, size = place + 1, 0
    if first < len(texts):
        yield texts[first:]
