"""Every place of many words in many texts, in one pass over the texts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOGETHER = 2000  # texts joined for one call: calls are few, and the automaton stays in the cache
DENSE = (
    50_000  # bytes of terms up to which the fastest automaton is built: some 1 KB for each of them
)


@dataclass(frozen=True, eq=False)
class Hits:
    """Where terms stand in texts: arrays of one length, one entry is one occurrence.

    Attributes
    ----------
    text, term : ndarray of int64
        Numbers of the text and of the term, in the order in which they were given.
    start, end : ndarray of int64
        Code points into the text: ``text[start:end]`` is the term.
    n_texts : int
    """

    text: np.ndarray
    term: np.ndarray
    start: np.ndarray
    end: np.ndarray
    n_texts: int

    def __len__(self) -> int:
        return len(self.text)

    def where(self, kept: np.ndarray) -> Hits:
        """The hits that a mask, or an array of places, names."""
        return Hits(
            self.text[kept], self.term[kept], self.start[kept], self.end[kept], self.n_texts
        )

    def and_also(self, others: Hits) -> Hits:
        """These hits and, behind them, others in the same texts."""
        return Hits(
            np.concatenate([self.text, others.text]),
            np.concatenate([self.term, others.term]),
            np.concatenate([self.start, others.start]),
            np.concatenate([self.end, others.end]),
            self.n_texts,
        )


class Matcher:
    """Terms, ready to be looked for in many texts at once.

    Parameters
    ----------
    terms : iterable of str
        Looked for as they stand, character by character. One that is given twice is found twice,
        under either number.

    Raises
    ------
    InputError
        Where a term is empty, no text, or half of a surrogate pair.

    References
    ----------
    Aho, A. V., & Corasick, M. J. (1975). Efficient string matching: an aid to bibliographic search.
    *Communications of the ACM*, 18(6), 333-340. The automaton is that of ahocorasick_rs.

    Examples
    --------
    >>> hits = Matcher(["组织", "党组织"]).find(["党组织", "组织组织"])
    >>> list(zip(hits.text.tolist(), hits.term.tolist(), hits.start.tolist(), strict=True))
    [(0, 1, 0), (0, 0, 1), (1, 0, 0), (1, 0, 2)]
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = list(terms)
        for place, term in enumerate(self.terms):
            if not isinstance(term, str) or not term:
                raise InputError(
                    f"term {place} is {term!r}; a term is a text of one character or more."
                )
            if not _is_unicode(term):
                raise InputError(f"term {place}, {term!r}, holds half of a surrogate pair.")

    def find(self, texts: Sequence[str]) -> Hits:
        """All occurrences of all terms, also inside and across one another.

        Parameters
        ----------
        texts : sequence of str
            May be empty, may hold empty texts.

        Returns
        -------
        Hits
            In the order of the texts, within a text of the end of the occurrence, of its start, and
            of the terms. The occurrences of a term are those that ``text.find`` finds when it is
            called again from one character after each.
        """
        texts = list(texts)
        parts = [
            self._find_together(texts[first : first + TOGETHER], first)
            for first in range(0, len(texts), TOGETHER)
            if self.terms
        ]
        text, term, start, end = np.hstack(parts) if parts else np.zeros((4, 0), dtype=np.int64)
        return Hits(text, term, start, end, len(texts))

    @cached_property
    def _automaton(self) -> Any:
        from ahocorasick_rs import AhoCorasick, Implementation

        if sum(len(term.encode()) for term in self.terms) <= DENSE:
            return AhoCorasick(self.terms, implementation=Implementation.DFA)
        return AhoCorasick(self.terms)

    def _find_together(self, texts: list[str], first: int) -> np.ndarray:
        """Rows text, term, start, end; what stands across two texts is found and left out again."""
        joined = "".join(texts)
        if not _is_unicode(joined):
            return self._find_slowly(texts, first)
        found = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        flat = np.fromiter(
            itertools.chain.from_iterable(found), dtype=np.int64, count=3 * len(found)
        )
        term, start, end = flat.reshape(-1, 3).T
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths)
        text = np.searchsorted(ends, start, side="right")
        inside = end <= ends[text]
        begins = (ends - lengths)[text]
        return np.stack([text + first, term, start - begins, end - begins])[:, inside]

    def _find_slowly(self, texts: list[str], first: int) -> np.ndarray:
        """The same for texts with half a surrogate pair, which the automaton cannot take."""
        found = sorted(
            (number, at + len(term), at, place)
            for number, text in enumerate(texts)
            for place, term in enumerate(self.terms)
            for at in _occurrences(term, text)
        )
        table = np.array(found, dtype=np.int64).reshape(-1, 4)
        return np.stack([table[:, 0] + first, table[:, 3], table[:, 2], table[:, 1]])


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _occurrences(term: str, text: str) -> Iterable[int]:
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)
