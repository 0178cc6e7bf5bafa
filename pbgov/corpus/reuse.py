"""Passages that documents share: reposts, quotations of policy text, and the same case told twice."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from pbgov.corpus.fingerprints import Normal, Passage, normal, passages, seeds
from pbgov.corpus.segments import segment
from pbgov.corpus.structure.numbering import articles
from pbgov.errors import InputError
from pbgov.schemas import REUSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.corpus.document import Document

SHORTEST = 12  # characters: below, set phrases of four or five words are found everywhere
MOST = 0.5  # of the shorter document, above which one is a copy of the other
QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|『[^『』]*』|\"[^\"\n]*\"")
ATTRIBUTED = re.compile(
    r"《[^《》]{2,60}》[^。！？!?\n“”]{0,20}(?:提出|指出|强调|明确|规定|要求|部署|写道)[^。！？!?\n]*[。！？!?]?"
)
COLUMNS = list(REUSE.columns)


class Compared(NamedTuple):
    """A document as it is compared: its characters, where its quotations stand, and whether it is a statute."""

    doc_id: str
    text: str
    words: Normal
    quoted: list[tuple[int, int]]
    statute: bool


def find_reuse(corpus: Sequence[Document], min_length: int = 30) -> pd.DataFrame:
    """The passages that two documents of a corpus share, each as long as it goes.

    Only letters, digits and Han characters are compared: punctuation, spaces, line ends, width and
    case make no difference. Small changes inside a passage, up to a third of `min_length` at one
    place, do not end it. Headings, notes and reference lists are not compared, and passages that a
    document repeats within itself are not reported.

    Parameters
    ----------
    corpus : Corpus or sequence of Document
    min_length : int
        The least number of characters that a passage has in common, 12 or more. At the default of 30
        a set phrase (党的二十大报告指出) or a slogan alone is none.

    Returns
    -------
    DataFrame
        `pbgov.schemas.REUSE`, in the order of the corpus and of the text. ``kind`` is
        ``near_duplicate`` where the two documents share more than half of the shorter one, so that one
        is a copy or a version of the other; else ``quotation`` where most of the passage stands in
        quotation marks or under an attribution (《…》提出) in one of them (``quoted_1``, ``quoted_2``), or
        where one of them is a statute; else ``shared``.

    Raises
    ------
    InputError
        Where `min_length` is less than 12, or two documents have the same id.

    Notes
    -----
    Passages grow from equal grams of a third of `min_length` characters, chosen by winnowing; any
    identical stretch of two thirds is seen, and what has `min_length` in common is kept. A gram that
    stands at more than 64 places in the corpus counts only with the `min_length` characters from
    it on, and one that a document repeats is followed at its first eight places. Identical
    passages of 4/3 of `min_length` are therefore always found.

    References
    ----------
    Schleimer, S., Wilkerson, D. S., & Aiken, A. (2003). Winnowing: Local algorithms for document
    fingerprinting. *Proceedings of SIGMOD 2003*, 76-85.
    """
    if min_length < SHORTEST:
        raise InputError(
            f"min_length is {min_length}; set phrases alone have {SHORTEST}, so give that or more."
        )
    documents = list(corpus)
    ids = [document.doc_id for document in documents]
    if len(set(ids)) < len(ids):
        raise InputError(f"two documents have the same id among {sorted(ids)}; give each its own.")
    compared = list(_compared(documents))
    size = min_length // 3
    found = seeds([each.words.words for each in compared], size, size, min_length)
    rows: list[tuple[object, ...]] = []
    for (one, two), starts in sorted(found.items()):
        a, b = compared[one], compared[two]
        shared = [
            each
            for each in passages(a.words.words, b.words.words, starts, size)
            if each.same >= min_length
        ]
        rows += _rows(a, b, shared)
    return REUSE.validate(pd.DataFrame(rows, columns=COLUMNS))


def _compared(documents: Sequence[Document]) -> Iterator[Compared]:
    segments = segment(documents, "paragraph")
    by_id = dict(list(segments[segments.kind.ne("blank")].groupby("doc_id", sort=False)))
    nothing = segments.iloc[:0]
    for document in documents:
        lines = by_id.get(document.doc_id, nothing)
        read = lines[lines.kind.isin(["paragraph", "table"])]
        quoted = [
            (start + match.start(), start + match.end())
            for start, text in zip(read.start, read.text, strict=True)
            for pattern in (QUOTED, ATTRIBUTED)
            for match in pattern.finditer(text)
        ]
        yield Compared(
            document.doc_id,
            document.text,
            normal(document.text, zip(read.start, read.end, strict=True)),
            _merged(quoted),
            bool(articles(lines.text.tolist())),
        )


def _merged(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _rows(a: Compared, b: Compared, shared: Sequence[Passage]) -> Iterator[tuple[object, ...]]:
    copies = _is_copy(a, b, shared)
    for each in shared:
        start_1, end_1 = _edges(a, each.start_a, each.end_a)
        start_2, end_2 = _edges(b, each.start_b, each.end_b)
        quoted = _is_quoted(a, start_1, end_1), _is_quoted(b, start_2, end_2)
        kind = "quotation" if any(quoted) or a.statute != b.statute else "shared"
        longer = max(each.end_a - each.start_a, each.end_b - each.start_b)
        yield (
            *(a.doc_id, start_1, end_1, b.doc_id, start_2, end_2, each.same, each.same / longer),
            "near_duplicate" if copies else kind,
            *quoted,
            a.text[start_1:end_1],
        )


def _edges(document: Compared, start: int, end: int) -> tuple[int, int]:
    places = document.words.places
    return int(places[start]), int(places[end - 1]) + 1


def _is_copy(a: Compared, b: Compared, shared: Sequence[Passage]) -> bool:
    """True where the passages cover more than half of the shorter document, in both."""
    if not shared:
        return False
    in_a = np.zeros(len(a.words.words), dtype=bool)
    in_b = np.zeros(len(b.words.words), dtype=bool)
    for each in shared:
        in_a[each.start_a : each.end_a] = True
        in_b[each.start_b : each.end_b] = True
    shorter = min(len(in_a), len(in_b))
    return bool(min(in_a.sum(), in_b.sum()) > MOST * shorter)


def _is_quoted(document: Compared, start: int, end: int) -> bool:
    """True where more than half of a passage stands in quotations."""
    first = max(0, bisect_right(document.quoted, (start, start)) - 1)
    inside = 0
    for begin, stop in document.quoted[first:]:
        if begin >= end:
            break
        inside += max(0, min(end, stop) - max(start, begin))
    return inside * 2 > end - start
