"""The document-term matrix: which unit holds which term how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from pbgov.errors import InputError
from pbgov.mining.asked import check_lexicon, check_segments, check_table, check_whole
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.mining.terms import is_listed, name_of_segments, word_tokens

if TYPE_CHECKING:
    from pbgov.mining.lexicon import Lexicon

SPAN = ("doc_id", "start", "end")


@dataclass(frozen=True, eq=False)
class TermMatrix:
    """Counts of terms in units.

    Attributes
    ----------
    units : Index of str
        Every unit with something readable, in the order of the segments.
    documents : ndarray of str, shape (n_units,)
        The document of each unit; '' where a unit spans several.
    terms : Index of str
        Sorted.
    counts : csr_matrix of int, shape (n_units, n_terms)
    n_words : ndarray of int, shape (n_units,)
        Words read in each unit, those that are no listed term included.
    n_documents : int
        Documents that were read.
    """

    units: pd.Index
    documents: np.ndarray
    terms: pd.Index
    counts: csr_matrix
    n_words: np.ndarray
    n_documents: int


def term_matrix(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    by: str,
    min_units: int = 1,
    min_length: int = 2,
    names: pd.DataFrame | None = None,
) -> TermMatrix:
    """How often each listed term stands in each unit; the terms are those of `count_terms`.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    lexicon : Lexicon
    by : str
        Column of `segments` that names the unit.
    min_units : int, default 1
        Terms that stand in fewer units are left out.
    min_length : int, default 2
        Terms of fewer characters are left out, as are stop words and bare numbers.
    names : DataFrame, optional
        Spans (``doc_id``, ``start``, ``end``) whose words are left out, such as
        `pbgov.find_names` gives; a word that only overlaps a span is left out too.

    Returns
    -------
    TermMatrix

    Raises
    ------
    InputError
        Where `by` is no column, a row has no unit, a segment stands twice, or `names` lacks a
        column.
    """
    check_segments(segments)
    check_lexicon(lexicon)
    check_whole("min_units", min_units, 1)
    check_whole("min_length", min_length, 1)
    twice = segments["segment_id"].duplicated()
    if twice.any():
        first = segments.loc[twice, "segment_id"].iloc[0]
        raise InputError(
            f"segments holds {first!r} more than once ({int(twice.sum())} such rows), and its words"
            " would count double; drop the repeats."
        )
    tokens = word_tokens(segments, lexicon, by=by)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    units = pd.Index(read[by].astype("str").unique(), name="unit")
    n_words = tokens.groupby("unit").size().reindex(units, fill_value=0).to_numpy(dtype=int)
    if names is not None:
        tokens = tokens[~_inside(tokens, names)]
    kept = tokens[is_listed(tokens["token"], lexicon, min_length)]
    holders = kept[["token", "unit"]].drop_duplicates().groupby("token").size()
    terms = pd.Index(sorted(holders.index[holders >= min_units]), name="term")
    kept = kept[kept["token"].isin(terms)]
    rows, columns = units.get_indexer(kept["unit"]), terms.get_indexer(kept["token"])
    counts = csr_matrix(
        (np.ones(len(kept), dtype=int), (rows, columns)), shape=(len(units), len(terms))
    )
    counts.sum_duplicates()
    documents, n_documents = documents_of(read, by, units), read["doc_id"].nunique()
    return TermMatrix(units, documents, terms, counts, n_words, n_documents)


def units_of(segments: pd.DataFrame, segment_ids: pd.Index, by: str) -> tuple[pd.Index, np.ndarray]:
    """The unit of each segment.

    Parameters
    ----------
    segments : DataFrame
    segment_ids : Index of str, length n
    by : str
        Column of `segments` that names the unit.

    Returns
    -------
    units : Index of str
        In the order of `segment_ids`.
    codes : ndarray of int, shape (n,)
        Position of each segment's unit in `units`.

    Raises
    ------
    InputError
        Where `by` is no column, or a segment has no unit.
    """
    names = name_of_segments(segments, by).reindex(segment_ids)
    codes, units = pd.factorize(names)
    return pd.Index(units, name="unit"), codes


def documents_of(segments: pd.DataFrame, by: str, units: pd.Index) -> np.ndarray:
    """The document of each unit, '' where a unit spans several."""
    pairs = segments[[by, "doc_id"]].astype("str").drop_duplicates()
    pairs.columns = ["unit", "document"]
    whole = pairs.groupby("unit")["document"].agg(lambda ids: ids.iloc[0] if len(ids) == 1 else "")
    return whole.reindex(units).to_numpy(dtype=str)


def _inside(tokens: pd.DataFrame, names: pd.DataFrame) -> np.ndarray:
    """Which tokens overlap a span of `names`."""
    absent = [column for column in SPAN if column not in names.columns]
    if absent:
        raise InputError(
            f"names has no column {', '.join(absent)}; it needs {', '.join(SPAN)}, as"
            " find_places and find_names give them."
        )
    spans = {
        str(doc_id): _sorted_spans(
            rows["start"].to_numpy(dtype=int), rows["end"].to_numpy(dtype=int)
        )
        for doc_id, rows in names.groupby("doc_id")
    }
    starts, ends = tokens["start"].to_numpy(dtype=int), tokens["end"].to_numpy(dtype=int)
    hidden = np.zeros(len(tokens), dtype=bool)
    for doc_id, places in tokens.reset_index(drop=True).groupby("doc_id").indices.items():
        if str(doc_id) in spans:
            first, last = spans[str(doc_id)]
            before = np.searchsorted(first, ends[places], side="left") - 1  # last span that begins
            hidden[places] = (before >= 0) & (last[before] > starts[places])
    return hidden


def _sorted_spans(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spans sorted by their start, each end the largest so far, so that a bisection finds overlaps."""
    order = np.lexsort((ends, starts))
    return starts[order], np.maximum.accumulate(ends[order])


def place_codings(codings: pd.DataFrame, segments: pd.DataFrame, units: np.ndarray) -> pd.DataFrame:
    """The codes found (value 1), each with the unit that the judged stretch lies in.

    Parameters
    ----------
    codings : DataFrame
        Of `pbgov.schemas.CODINGS`, of one coder.
    segments : DataFrame
    units : ndarray of int, shape (n_segments,)
        Number of the unit of each segment.

    Returns
    -------
    DataFrame
        Rows of `codings` with ``place``, the number of the unit.

    Raises
    ------
    InputError
        For several coders, and for a stretch that begins outside the segments or ends in another
        unit.
    """
    check_table(
        "codings", codings, ("doc_id", "start", "end", "coder", "code_id", "value"), "pbgov.code"
    )
    coders = sorted(codings["coder"].unique())
    if len(coders) > 1:
        raise InputError(
            f"codings holds {len(coders)} coders ({', '.join(coders)}); keep one of them:"
            " codings[codings.coder == …]."
        )
    found = codings[codings["value"].eq(1)].reset_index(drop=True)
    starts, ends = found["start"].to_numpy(dtype=int), found["end"].to_numpy(dtype=int)
    first = _unit_at(found["doc_id"], starts, segments, units)
    last = _unit_at(found["doc_id"], ends - 1, segments, units)
    lost = (first < 0) | (first != last)
    if lost.any():
        stretch = found[lost].iloc[0]
        raise InputError(
            f"codings holds {stretch['doc_id']}[{stretch['start']}:{stretch['end']}]"
            f" ({stretch['code_id']}), which lies in no unit ({int(lost.sum())} such codings); give"
            " the segments that were coded, and units no smaller than them."
        )
    return found.assign(place=first)


def _unit_at(
    doc_ids: pd.Series, places: np.ndarray, segments: pd.DataFrame, units: np.ndarray
) -> np.ndarray:
    """The unit that holds one character of a document; -1 where no segment holds it."""
    at_place = np.full(len(places), -1)
    homes = segments["doc_id"].to_numpy(dtype=str)
    starts, ends = segments["start"].to_numpy(dtype=int), segments["end"].to_numpy(dtype=int)
    for doc_id in doc_ids.unique():
        rows, own = np.flatnonzero(doc_ids == doc_id), np.flatnonzero(homes == doc_id)
        if not len(own):
            continue
        own = own[np.argsort(starts[own], kind="stable")]
        before = own[np.maximum(np.searchsorted(starts[own], places[rows], side="right") - 1, 0)]
        inside = (starts[before] <= places[rows]) & (places[rows] < ends[before])
        at_place[rows] = np.where(inside, units[before], -1)
    return at_place
