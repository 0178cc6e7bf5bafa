"""Every place of many words in many texts, in one pass over the texts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOGETHER = 150_000  # characters joined for one pass: passes are few, their arrays stay in the cache
N_CHARACTERS = 0x110000  # code points of Unicode; the number itself stands for the end of the texts
KEYS = N_CHARACTERS + 1  # an edge of the trie has the key: node x KEYS + character
LAST_KEY = np.iinfo(np.int64).max
SIEVE = 2**20  # most keys that are none are told by their remainder, before any search


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


def _batches(texts: list[str]) -> list[int]:
    """Where to cut a list of texts so that each batch has about `TOGETHER` characters, or one text."""
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    batch = ends // TOGETHER
    return [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(texts)]


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

    Notes
    -----
    The terms make a trie, which is walked at all places of the texts at once: at each step only
    the places go on where a term goes on.

    References
    ----------
    Fredkin, E. (1960). Trie memory. *Communications of the ACM*, 3(9), 490-499.

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
            if any("\ud800" <= char <= "\udfff" for char in term):
                raise InputError(f"term {place}, {term!r}, holds half of a surrogate pair.")
        self._build()

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
            self._find_together(texts[first:last], first)
            for first, last in itertools.pairwise(_batches(texts))
            if self.terms
        ]
        text, term, start, end = np.hstack(parts) if parts else np.zeros((4, 0), dtype=np.int64)
        return Hits(text, term, start, end, len(texts))

    def _build(self) -> None:
        """The trie: node 0 is the root; an edge leads from a node, by a character, to another."""
        below: dict[tuple[int, int], int] = {}
        owners: list[list[int]] = [[]]
        for number, term in enumerate(self.terms):
            node = 0
            for char in map(ord, term):
                if (node, char) not in below:
                    below[node, char] = len(owners)
                    owners.append([])
                node = below[node, char]
            owners[node].append(number)
        self._opens = np.zeros(N_CHARACTERS + 1, dtype=bool)
        self._first = np.zeros(N_CHARACTERS + 1, dtype=np.int64)
        for (node, char), reached in below.items():
            if node == 0:
                self._opens[char], self._first[char] = True, reached
        keys = {node * KEYS + char: reached for (node, char), reached in below.items() if node}
        self._edges = np.array([*sorted(keys), LAST_KEY])
        self._below = np.array([keys[key] for key in sorted(keys)] + [0])
        self._sieve = np.zeros(SIEVE, dtype=bool)
        self._sieve[self._edges % SIEVE] = True
        self._n_owners = np.array([len(each) for each in owners])
        self._ends_here = self._n_owners > 0
        self._owners = np.array([one for each in owners for one in each], dtype=np.int64)
        self._first_owner = np.cumsum(self._n_owners) - self._n_owners

    def _find_together(self, texts: list[str], first: int) -> np.ndarray:
        """Rows text, term, start, end; what stands across two texts is found and left out again."""
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        characters = np.append(np.frombuffer(joined, dtype="<u4"), np.uint32(N_CHARACTERS))
        node, start, end = self._walk(characters)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths)
        text = np.searchsorted(ends, start, side="right")
        inside = end <= ends[text]
        node, start, end, text = node[inside], start[inside], end[inside], text[inside]
        begins = (ends - lengths)[text]
        times = self._n_owners[node]
        each = np.repeat(np.arange(len(node)), times)
        order = np.arange(len(each)) - np.repeat(np.cumsum(times) - times, times)
        term = self._owners[self._first_owner[node][each] + order]
        return np.stack([(text + first)[each], term, (start - begins)[each], (end - begins)[each]])

    def _walk(self, characters: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Nodes at which a term ends, where it starts and where it ends, by end and by start."""
        start = np.flatnonzero(self._opens.take(characters))
        node = self._first.take(characters.take(start))
        length, found = 1, [(start[:0], start[:0], start[:0])]
        while len(start):
            whole = np.flatnonzero(self._ends_here.take(node))
            found.append((node[whole], start[whole], start[whole] + length))
            keys = node * KEYS + characters.take(start + length)
            likely = np.flatnonzero(self._sieve.take(keys % SIEVE))
            keys = keys[likely]
            at = np.searchsorted(self._edges, keys)
            goes_on = self._edges[at] == keys
            node, start = self._below[at[goes_on]], start[likely[goes_on]]
            length += 1
        nodes, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((starts, ends))
        return nodes[order], starts[order], ends[order]
