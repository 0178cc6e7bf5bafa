"""What the words of a codebook say of some texts: where they stand, are hidden, are denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.coding.ruling.matching import Hits, Matcher
from pbgov.coding.ruling.negation import denied_stretches, may_deny
from pbgov.coding.ruling.truth import APART, Places, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Vocabulary:
    """All words that a codebook looks for, and the matcher that finds them.

    Parameters
    ----------
    terms : iterable of str
    masks : iterable of str
        Expressions inside which no word counts.
    """

    def __init__(self, terms: Iterable[str], masks: Iterable[str]) -> None:
        self.masks = sorted(set(masks))
        self.words = sorted({*terms, *self.masks})
        self.number = {word: number for number, word in enumerate(self.words)}
        self.matcher = Matcher(self.words)


class Sightings:
    """Where the words of a vocabulary stand in some texts.

    Parameters
    ----------
    vocabulary : Vocabulary
    texts : sequence of str
    """

    def __init__(self, vocabulary: Vocabulary, texts: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._texts = texts
        self.n_texts = len(texts)
        hits = vocabulary.matcher.find(texts)
        self._hits = hits.where(np.argsort(hits.term.astype(np.uint32), kind="stable"))
        first = np.searchsorted(self._hits.term, np.arange(len(vocabulary.words) + 1))
        self._first: list[int] = first.tolist()
        masked = self._concerning(vocabulary.masks)
        self._visible = ~overlapping(self._hits, masked)
        self._denied = self._find_denied()
        self.denies = bool(self._denied.any())

    def of(self, terms: Iterable[str], vetoes: Iterable[str] = ()) -> tuple[Hits, np.ndarray]:
        """The visible hits of some terms, outside some vetoes, and which of them are denied."""
        at = self._places(terms)
        at = at[self._visible[at]]
        hidden = self._concerning(vetoes)
        if len(hidden):
            at = at[~overlapping(self._hits.where(at), hidden)]
        return self._hits.where(at), self._denied[at]

    def places(self, terms: Iterable[str], vetoes: Iterable[str] = (), *, affirmed: bool) -> Places:
        """The same as places; with `affirmed` without what is denied."""
        hits, denied = self.of(terms, vetoes)
        if affirmed:
            hits = hits.where(~denied)
        return ordered(hits.text, hits.start, hits.end)

    def _places(self, terms: Iterable[str]) -> np.ndarray:
        ranges = [
            np.arange(self._first[number], self._first[number + 1])
            for number in map(self._vocabulary.number.__getitem__, terms)
            if self._first[number] < self._first[number + 1]
        ]
        return np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.int64)

    def holds(self, terms: Iterable[str]) -> bool:
        """True where one of some terms stands in one of the texts."""
        numbers = map(self._vocabulary.number.__getitem__, terms)
        return any(self._first[number] < self._first[number + 1] for number in numbers)

    def _concerning(self, terms: Iterable[str]) -> Hits:
        return self._hits.where(self._places(terms))

    def _find_denied(self) -> np.ndarray:
        """Which hits lie in a stretch that their text denies."""
        hits, denied = self._hits, np.zeros(len(self._hits), dtype=bool)
        concerned = hits.where(may_deny(self._texts)[hits.text]) if len(hits) else hits
        if not len(concerned):
            return denied
        seen = concerned.where(np.lexsort((concerned.start, concerned.text)))
        spans = list(zip(seen.start.tolist(), seen.end.tolist(), strict=True))
        numbers, first = np.unique(seen.text, return_index=True)
        last = [*first[1:].tolist(), len(spans)]
        stretches = [
            (number, start, end)
            for number, begin, stop in zip(numbers.tolist(), first.tolist(), last, strict=True)
            for start, end in denied_stretches(self._texts[number], spans[begin:stop])
        ]
        if not stretches:
            return denied
        text, start, end = np.array(stretches, dtype=np.int64).T
        begins = text * APART + start
        before = np.searchsorted(begins, hits.text * APART + hits.start, side="right") - 1
        denied = (before >= 0) & (text[before] == hits.text) & (hits.end <= end[before])
        return np.asarray(denied)


def overlapping(hits: Hits, others: Hits) -> np.ndarray:
    """Which hits share a character with one of the others: an array of bool."""
    if not len(others):
        return np.zeros(len(hits), dtype=bool)
    begins = others.text * APART + others.start
    order = np.argsort(begins, kind="stable")
    furthest = np.maximum.accumulate((others.text * APART + others.end)[order])
    before = np.searchsorted(begins[order], hits.text * APART + hits.end, side="left")
    touched = furthest[np.maximum(before - 1, 0)] > hits.text * APART + hits.start
    return np.asarray((before > 0) & touched)
