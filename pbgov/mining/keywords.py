"""The words that say most about each unit: by TF-IDF, or by their place in a graph of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_whole
from pbgov.mining.collocations import pairs_within
from pbgov.mining.terms import is_listed, word_tokens

if TYPE_CHECKING:
    from pbgov.mining.lexicon import Lexicon

METHODS = ("tfidf", "textrank")
DAMPING = 0.85
_CONVERGED = 1e-13
_TIE_DIGITS = 10


def inverse_document_frequency(n_holding: np.ndarray, n_units: int) -> np.ndarray:
    """The smoothed inverse document frequency: ``ln((1 + n_units) / (1 + n_holding)) + 1``.

    Parameters
    ----------
    n_holding : ndarray of int, shape (n_terms,)
        Units that hold each term.
    n_units : int
        Units in all.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        1 for a term that every unit holds, more for rarer ones; never 0, so that a term common to
        all units still counts.

    References
    ----------
    Sparck Jones, K. (1972). A statistical interpretation of term specificity and its application
    in retrieval. *Journal of Documentation*, 28(1), 11-21; smoothed as scikit-learn does it.

    Examples
    --------
    >>> inverse_document_frequency(np.array([3, 1]), 3).round(4)
    array([1.    , 1.6931])
    """
    weights: np.ndarray = np.log((1 + n_units) / (1 + n_holding)) + 1
    return weights


def page_rank(first: np.ndarray, second: np.ndarray, weight: np.ndarray, n: int) -> np.ndarray:
    """PageRank of the nodes of an undirected weighted graph, damping 0.85.

    Parameters
    ----------
    first, second : ndarray of int, shape (n_edges,)
        The two ends of each edge, numbered from 0; each edge stands once.
    weight : ndarray of float, shape (n_edges,)
        Above 0.
    n : int
        Nodes in all, those without an edge included.

    Returns
    -------
    ndarray of float, shape (n,)
        Sums to 1. A node without an edge gets its share of the random jumps only.

    References
    ----------
    Page, L., Brin, S., Motwani, R., & Winograd, T. (1999). *The PageRank citation ranking*.
    Stanford InfoLab.

    Examples
    --------
    >>> page_rank(np.array([0, 0]), np.array([1, 2]), np.array([1.0, 1.0]), 3).round(4)
    array([0.4865, 0.2568, 0.2568])
    """
    source, target = np.r_[first, second], np.r_[second, first]
    both = np.r_[weight, weight].astype(float)
    degree = np.bincount(source, both, minlength=n)
    share = both / degree[source]
    rank = np.full(n, 1 / n)
    change = 1.0
    while change > _CONVERGED:
        lost = rank[degree == 0].sum()
        passed = np.bincount(target, share * rank[source], minlength=n)
        after = DAMPING * (passed + lost / n) + (1 - DAMPING) / n
        change, rank = float(np.abs(after - rank).sum()), after
    return rank


def keywords(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    method: str = "tfidf",
    by: str = "doc_id",
    top: int = 10,
    window: int = 4,
    min_length: int = 2,
) -> pd.DataFrame:
    """The terms that say most about each unit, the weightiest first.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    lexicon : Lexicon
    method : {"tfidf", "textrank"}
        ``tfidf``: frequent here and rare in the other units of `segments`. ``textrank``: standing
        beside many terms that are themselves so placed; the other units play no part.
    by : str, default "doc_id"
        Column of `segments` that names the unit.
    top : int, default 10
        Terms listed for each unit.
    window : int, default 4
        For ``textrank``: two terms are linked where they stand in one segment at most so many
        words apart.
    min_length : int, default 2
        As in `count_terms`.

    Returns
    -------
    DataFrame
        One row is one keyword of one unit: ``unit``, ``rank`` (1 is the weightiest), ``term``,
        ``weight``, ``count`` (in the unit), ``n_units`` (units that hold the term),
        ``n_documents`` (documents that hold it) and ``method``. Units in the order of `segments`; a unit without
        listed terms has no row.

    Raises
    ------
    InputError
        For an unknown method, `top` or `window` below 1, and as in `count_terms`.

    Notes
    -----
    TF-IDF is ``count * (ln((1 + N) / (1 + n_units)) + 1)``, N the units that hold words, divided
    by the Euclidean length of the unit's vector, so that a long unit has no larger weights. N and
    ``n_units`` are those of `segments`: the weights change with the corpus, and with one unit they
    are mere frequencies. No packaged table of frequencies is used.

    TextRank weights an edge by how often its two terms stand within the window, and gives each
    term its PageRank (damping 0.85). All words count for the distance, only listed terms for the
    graph; a term is not linked with itself.

    Terms of equal weight are put in the order of their characters.

    References
    ----------
    Mihalcea, R., & Tarau, P. (2004). TextRank: bringing order into texts. *Proceedings of EMNLP*,
    404-411.
    """
    if method not in METHODS:
        raise InputError(f"method is {method!r}; it is one of {', '.join(METHODS)}.")
    for name, value in (("top", top), ("window", window), ("min_length", min_length)):
        check_whole(name, value, 1)
    tokens = word_tokens(segments, lexicon, by=by)
    tokens = tokens.assign(listed=is_listed(tokens["token"], lexicon, min_length))
    kept = tokens[tokens["listed"]]
    table = kept.groupby(["unit", "token"], sort=True).size().rename("count").reset_index()
    holding = kept.groupby("token").agg(
        n_units=("unit", "nunique"), n_documents=("doc_id", "nunique")
    )
    table = table.join(holding, on="token").rename(columns={"token": "term"})
    if method == "tfidf":
        table["weight"] = _tf_idf(table, tokens["unit"].nunique())
    else:
        table["weight"] = _text_rank(table, tokens, window)
    table["method"] = pd.Series(method, index=table.index, dtype="str")
    return carry_mark(_ranked(table, segments[by].astype("str").unique(), top), segments)


def _tf_idf(table: pd.DataFrame, n_units: int) -> pd.Series:
    idf = inverse_document_frequency(table["n_units"].to_numpy(), n_units)
    raw = table["count"] * idf
    weights: pd.Series = raw / (raw**2).groupby(table["unit"]).transform("sum") ** 0.5
    return weights


def _text_rank(table: pd.DataFrame, tokens: pd.DataFrame, window: int) -> pd.Series:
    weights = pd.Series(np.nan, index=table.index)
    for unit, words in tokens.groupby("unit", sort=False):
        rows = table.index[table["unit"] == unit]
        terms = pd.Index(table.loc[rows, "term"])
        numbers = terms.get_indexer(pd.Index(words["token"].where(words["listed"])))
        before, after = pairs_within(words["segment_id"], window)
        ends = np.sort(np.c_[numbers[before], numbers[after]], axis=1)
        ends = ends[(ends[:, 0] >= 0) & (ends[:, 0] != ends[:, 1])]
        edges, times = np.unique(ends, axis=0, return_counts=True)
        if len(terms):
            weights[rows] = page_rank(edges[:, 0], edges[:, 1], times, len(terms))
    return weights


def _ranked(table: pd.DataFrame, units: np.ndarray, top: int) -> pd.DataFrame:
    place = {unit: position for position, unit in enumerate(units)}
    order = pd.DataFrame(
        {
            "unit": table["unit"].map(place),
            "weight": -table["weight"].round(_TIE_DIGITS),
            "term": table["term"],
        }
    ).sort_values(["unit", "weight", "term"])
    table = table.loc[order.index]
    table["rank"] = table.groupby("unit").cumcount() + 1
    columns = ["unit", "rank", "term", "weight", "count", "n_units", "n_documents", "method"]
    return table.loc[table["rank"] <= top, columns].reset_index(drop=True)
