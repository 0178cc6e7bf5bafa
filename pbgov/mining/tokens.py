"""Cutting text into the words that jieba 0.42.1 gives, at the speed of rjieba.

`pbgov.mining.engines` tells how rjieba is held to jieba's tokens. Where rjieba cannot be used, jieba
itself cuts, and `Tokenizer.engine_reason` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain, compress
from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.mining.engines import NUL, start_cutter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pbgov.mining.engines import Engine

PIECE = 24_000  # characters cut in one go: longer pieces leave the processor's cache
THREADS = 2


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

    engine: Engine
    engine_reason: tuple[str, str]

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._words = [(word, int(frequency)) for word, frequency in words]
        for word, frequency in self._words:
            if frequency < 1:
                raise InputError(
                    f"{word!r} has frequency {frequency}; jieba takes 0 as an order to split the"
                    " word for every tokenizer of the process. Use 1 or more, or leave it out."
                )
        self._cutter, self.engine, self.engine_reason = start_cutter(self._words)

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

        cut = self._cut_pieces([NUL.join(piece) + NUL for piece in _pieces(texts)], hmm)
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


def leaving_out_each(words: Sequence[tuple[str, int]]) -> Iterator[Tokenizer]:
    """For each of `words`, in their order, a tokenizer with all the others.

    Each is to be used before the next is asked for, and without `hmm`: as far as it can be done, it
    is one and the same, whose words are exchanged, because a new one takes a tenth of a second.
    """
    tokenizer = Tokenizer(words)
    for word, _ in words:
        others = [(other, frequency) for other, frequency in words if other != word]
        if tokenizer._cutter.reduce_to(others):
            yield tokenizer
        else:
            yield Tokenizer(others)


def _pieces(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    first, size = 0, 0
    for place, text in enumerate(texts):
        size += len(text) + 1
        if size >= PIECE:
            yield texts[first : place + 1]
            first, size = place + 1, 0
    if first < len(texts):
        yield texts[first:]
