"""What each entry of the lexicon does to the words of a corpus, seen by leaving it out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from pbgov.marks import carry_mark
from pbgov.mining.asked import check_lexicon, check_segments
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.mining.terms import is_listed
from pbgov.mining.tokens import Tokenizer, leaving_out_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.coding.codebook import Codebook
    from pbgov.mining.lexicon import Lexicon
    from pbgov.mining.tokens import TokenRun

BETWEEN = "｜"  # between the tokens of a cell
MIN_LENGTH = 2  # of the terms that are counted, as in `pbgov.count_terms`

_WORD = re.compile(r"[^\W_]")

_ENTRIES = {
    "term": "str",
    "freq": "Int64",
    "source": "str",
    "n_places": "Int64",
    "n_tokens": "Int64",
    "n_changes": "Int64",
    "n_segments": "Int64",
    "effect": "str",
    "example": "str",
}
_CHANGES = {
    "term": "str",
    "doc_id": "str",
    "segment_id": "str",
    "start": "Int64",
    "end": "Int64",
    "without": "str",
    "with": "str",
}
_CONFLICTS = {"term": "str", "other": "str", "kind": "str", "listed": "boolean", "n": "Int64"}
_COUNTS = {"entry": "str", "term": "str", "count": "Int64", "count_without": "Int64"}


@dataclass(frozen=True, eq=False)
class LexiconReport:
    """What the entries of a lexicon do to one corpus.

    Attributes
    ----------
    entries : DataFrame
        One row is one entry, in the order of the lexicon: ``term``, ``freq``, ``source``;
        ``n_places`` (how often its characters stand in the texts), ``n_tokens`` (how often it is
        cut as a word), ``n_changes`` and ``n_segments`` (places, and segments, that are cut
        otherwise without it), ``effect`` and ``example`` (the first change: the words without the
        entry → the words with it; missing where there is none). ``effect`` is ``changes``;
        ``none`` (it is cut as a word, and would be without being listed); ``hidden`` (it stands in
        the texts but other words always win); or ``absent``.
    changes : DataFrame
        One row is one place cut otherwise without the entry: ``term`` (the entry), ``doc_id``,
        ``segment_id``, ``start``, ``end`` (code points into the document's text), ``without`` and
        ``with``: the words there, ``｜`` between them.
    conflicts : DataFrame
        One row is entry x other word, with ``n``, the number of places. ``kind`` is ``splits``
        (the entry's presence cuts the other word in two), ``swallows`` (the other word becomes
        part of a longer one) or ``covers`` (the other entry stands inside this one and is no word
        of its own there). ``listed`` is True where the other word is an entry as well.
    term_counts : DataFrame
        One row is entry x term whose count (as `pbgov.count_terms` lists terms by default) is
        another without the entry: ``entry``, ``term``, ``count``, ``count_without``.
    codings : DataFrame or None
        As `pbgov.coding.ablation.codings_without_each_term` makes it; None without a codebook.
    """

    entries: pd.DataFrame
    changes: pd.DataFrame
    conflicts: pd.DataFrame
    term_counts: pd.DataFrame
    codings: pd.DataFrame | None


def lexicon_report(
    lexicon: Lexicon, segments: pd.DataFrame, codebook: Codebook | None = None
) -> LexiconReport:
    """What changes in the words of `segments` where one entry of the lexicon is left out.

    Parameters
    ----------
    lexicon : Lexicon
    segments : DataFrame
        As `pbgov.segment` makes it; only paragraphs, sentences and table rows are read.
    codebook : Codebook, optional
        Where given, ``codings`` tells which judgements of the rule coder change without each term
        of the codebook. The rules read characters, not words: no entry of the lexicon changes a
        coding.

    Returns
    -------
    LexiconReport

    Notes
    -----
    Every segment is cut anew without each entry in turn, so that also changes elsewhere are seen:
    an entry adds its frequency to the total of all words, which decides between ways of cutting
    that are almost equally probable.
    """
    check_lexicon(lexicon)
    check_segments(segments)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    texts = read["text"].tolist()
    words = [
        (str(term), int(freq))
        for term, freq in zip(lexicon.terms["term"], lexicon.terms["freq"], strict=True)
    ]
    run = Tokenizer(words).cut_many(texts)
    base = _Cut.of(run, texts)
    listed = frozenset(word for word, _ in words)
    n_tokens = Counter(run.tokens)
    documents, ids, firsts = (read[name].tolist() for name in ("doc_id", "segment_id", "start"))
    changes: list[tuple[object, ...]] = []
    conflicts: list[tuple[object, ...]] = []
    counts: list[tuple[object, ...]] = []
    for (word, _), tokenizer in zip(words, leaving_out_each(words), strict=True):
        places = list(_differences(_Cut.of(tokenizer.cut_many(texts), texts), base))
        changes += [(word, *_row(place, documents, ids, firsts)) for place in places]
        broken = Counter(pair for place in places for pair in _broken(place))
        conflicts += [
            (word, other, kind, other in listed, n) for (other, kind), n in broken.items()
        ]
        counts += [(word, *row) for row in _changed_counts(places, n_tokens, lexicon)]
    conflicts += [(outer, inner, "covers", True, n) for (outer, inner), n in _covered(run, listed)]
    by_change = _table(changes, _CHANGES)
    by_conflict = _table(conflicts, _CONFLICTS)
    by_conflict = by_conflict.sort_values(["term", "kind", "other"], ignore_index=True)
    entries = _entries(lexicon, texts, n_tokens, by_change)
    codings = _codings(segments, codebook)
    return LexiconReport(
        carry_mark(entries, segments),
        carry_mark(by_change, segments),
        carry_mark(by_conflict, segments),
        carry_mark(_table(counts, _COUNTS), segments),
        None if codings is None else carry_mark(codings, segments),
    )


class _Cut(NamedTuple):
    """Texts laid end to end, one character apart, and where their words begin and end."""

    tokens: list[str]
    starts: np.ndarray
    ends: np.ndarray
    firsts: np.ndarray
    is_end: np.ndarray

    @classmethod
    def of(cls, run: TokenRun, texts: Sequence[str]) -> _Cut:
        sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
        firsts = np.cumsum(sizes) - sizes
        shift = np.repeat(firsts, run.counts)
        is_end = np.zeros(int(sizes.sum()), dtype=bool)
        is_end[run.ends + shift] = True
        return cls(run.tokens, run.starts + shift, run.ends + shift, firsts, is_end)


class _Place(NamedTuple):
    """A stretch of one text between two ends of words that both ways of cutting share."""

    text: int
    start: int
    end: int
    without: list[str]
    given: list[str]


def _differences(without: _Cut, given: _Cut) -> Iterator[_Place]:
    differing = np.flatnonzero(without.is_end != given.is_end)
    if not len(differing):
        return
    both = without.is_end & given.is_end
    both[given.firsts] = True
    shared = np.flatnonzero(both)
    after = np.unique(np.searchsorted(shared, differing))
    for start, end in zip(shared[after - 1].tolist(), shared[after].tolist(), strict=True):
        text = int(np.searchsorted(given.firsts, start, side="right")) - 1
        first = int(given.firsts[text])
        words = [
            cut.tokens[np.searchsorted(cut.starts, start) : np.searchsorted(cut.ends, end) + 1]
            for cut in (without, given)
        ]
        yield _Place(text, start - first, end - first, *words)


def _row(
    place: _Place, documents: list[str], ids: list[str], firsts: list[int]
) -> tuple[object, ...]:
    first = firsts[place.text]
    return (
        documents[place.text],
        ids[place.text],
        first + place.start,
        first + place.end,
        BETWEEN.join(place.without),
        BETWEEN.join(place.given),
    )


def _broken(place: _Place) -> Iterator[tuple[str, str]]:
    """Words of the cut without the entry that the cut with it takes apart or takes in."""
    spans = _spans(place.given)
    for start, end, word in _spans(place.without):
        if len(word) == 1 or (start, end, word) in spans:
            continue
        inside = any(first <= start and end <= last for first, last, _ in spans)
        yield word, "swallows" if inside else "splits"


def _spans(tokens: Sequence[str]) -> list[tuple[int, int, str]]:
    ends = np.cumsum([len(token) for token in tokens]).tolist()
    return [(end - len(token), end, token) for end, token in zip(ends, tokens, strict=True)]


def _covered(run: TokenRun, listed: frozenset[str]) -> list[tuple[tuple[str, str], int]]:
    """(entry, entry inside it) and at how many places the longer one is the word."""
    found = {token: n for token, n in Counter(run.tokens).items() if token in listed}
    return [
        ((outer, inner), n * _times(inner, outer))
        for outer, n in found.items()
        for inner in sorted(listed)
        if inner != outer and inner in outer
    ]


def _changed_counts(
    places: Sequence[_Place], n_tokens: Counter[str], lexicon: Lexicon
) -> list[tuple[str, int, int]]:
    change: Counter[str] = Counter()
    for place in places:
        change.update(place.without)
        change.subtract(place.given)
    terms = pd.Series(sorted(term for term, n in change.items() if n), dtype="str")
    kept = terms[terms.str.contains(_WORD) & is_listed(terms, lexicon, MIN_LENGTH)]
    return [(term, n_tokens[term], n_tokens[term] + change[term]) for term in kept]


def _entries(
    lexicon: Lexicon, texts: Sequence[str], n_tokens: Counter[str], changes: pd.DataFrame
) -> pd.DataFrame:
    by_term = changes.groupby("term", sort=False)
    n_changes, n_segments = by_term.size(), by_term["segment_id"].nunique()
    first = changes.drop_duplicates("term")
    examples = dict(zip(first["term"], first["without"] + " → " + first["with"], strict=True))
    rows = []
    for term, freq, source in zip(
        lexicon.terms["term"], lexicon.terms["freq"], lexicon.terms["source"], strict=True
    ):
        n_places = sum(_times(term, text) for text in texts)
        changed = int(n_changes.get(term, 0))
        rows.append(
            (
                term,
                freq,
                source,
                n_places,
                n_tokens[term],
                changed,
                int(n_segments.get(term, 0)),
                _effect(changed, n_tokens[term], n_places),
                examples.get(term),
            )
        )
    return _table(rows, _ENTRIES)


def _effect(n_changes: int, n_tokens: int, n_places: int) -> str:
    if n_changes:
        return "changes"
    if n_tokens:
        return "none"
    return "hidden" if n_places else "absent"


def _times(word: str, text: str) -> int:
    """How often `word` stands in `text`; places may overlap."""
    times, place = 0, text.find(word)
    while place >= 0:
        times += 1
        place = text.find(word, place + 1)
    return times


def _codings(segments: pd.DataFrame, codebook: Codebook | None) -> pd.DataFrame | None:
    if codebook is None:
        return None
    from pbgov.coding.ablation import codings_without_each_term  # coding rests on mining

    return codings_without_each_term(segments, codebook)


def _table(rows: Sequence[tuple[object, ...]], columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
