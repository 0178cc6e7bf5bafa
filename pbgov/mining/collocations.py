"""Which words keep company with which, inside one segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_terms, check_whole
from pbgov.mining.contrast import log_likelihood_ratio
from pbgov.mining.terms import is_listed, word_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.mining.lexicon import Lexicon

MEASURES = ("g2", "log_dice", "pmi", "t_score")
_TIE_DIGITS = 10


def pairs_within(segment_ids: pd.Series, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Every two positions at most `window` apart that lie in the same segment.

    Parameters
    ----------
    segment_ids : Series, shape (n_words,)
        The segment of each word, in the order of the text; the words of a segment stand together.
    window : int
        Greatest distance; 1 gives neighbours.

    Returns
    -------
    before, after : ndarray of int
        Positions of the earlier and of the later word of each pair; each pair stands once.

    Examples
    --------
    >>> before, after = pairs_within(pd.Series(["a", "a", "a", "b"]), 2)
    >>> list(zip(before.tolist(), after.tolist()))
    [(0, 1), (1, 2), (0, 2)]
    """
    codes = pd.factorize(segment_ids)[0]
    starts = []
    ends = []
    for distance in range(1, min(window, len(codes) - 1) + 1):
        together = np.flatnonzero(codes[:-distance] == codes[distance:])
        starts.append(together)
        ends.append(together + distance)
    none = np.zeros(0, dtype=int)
    return np.concatenate([none, *starts]), np.concatenate([none, *ends])


def association(
    together: np.ndarray, pairs_term: np.ndarray, pairs_collocate: np.ndarray, pairs_total: int
) -> pd.DataFrame:
    """How much more often two words stand together than their own frequencies lead one to expect.

    Parameters
    ----------
    together : ndarray of int, shape (n,)
        Pairs that hold both words.
    pairs_term, pairs_collocate : ndarray of int, shape (n,)
        Pairs whose first word is the term, and whose second word is the collocate.
    pairs_total : int
        All pairs.

    Returns
    -------
    DataFrame, n rows
        ``expected``; ``g2`` (log-likelihood ratio, negative where fewer were found than expected),
        ``pmi`` (binary logarithm of found over expected, -inf where none was found) and
        ``t_score`` ((found - expected) / sqrt(found), NaN where none was found).

    References
    ----------
    Evert, S. (2008). Corpora and collocations. In A. Lüdeling & M. Kytö (Eds.), *Corpus
    linguistics: An international handbook* (pp. 1212-1248). De Gruyter.
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.
    *Computational Linguistics*, 19(1), 61-74.
    Church, K. W., & Hanks, P. (1990). Word association norms, mutual information, and
    lexicography. *Computational Linguistics*, 16(1), 22-29.

    Examples
    --------
    >>> the_swiss = [np.array([n]) for n in (110, 2552, 221)]  # Dunning (1993), table 1
    >>> association(*the_swiss, 31777)["g2"].round(2).tolist()
    [270.72]
    """
    expected = pairs_term * pairs_collocate / pairs_total
    g2 = log_likelihood_ratio(
        together, pairs_term, pairs_collocate - together, pairs_total - pairs_term
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log2(together / expected)
        t_score = (together - expected) / np.sqrt(together)
    return pd.DataFrame(
        {
            "expected": expected,
            "g2": np.where(together < expected, -g2, g2),
            "pmi": pmi,
            "t_score": np.where(together == 0, np.nan, t_score),
        }
    )


def log_dice(
    together: np.ndarray, count_term: np.ndarray, count_collocate: np.ndarray
) -> np.ndarray:
    """Rychlý's logDice: ``14 + log2(2 * together / (count_term + count_collocate))``.

    Parameters
    ----------
    together : ndarray of int, shape (n,)
        Times the two words stand together.
    count_term, count_collocate : ndarray of int, shape (n,)
        Occurrences of each word.

    Returns
    -------
    ndarray of float, shape (n,)
        14 where the words stand only together; one more means twice as often. It does not depend
        on the size of the corpus. -inf where they never stand together. In a wide window a word
        can meet several occurrences of the other at once, so that values above 14 are possible.

    References
    ----------
    Rychlý, P. (2008). A lexicographer-friendly association score. *Proceedings of RASLAN*, 6-9.

    Examples
    --------
    >>> log_dice(np.array([300, 3]), np.array([300, 3000]), np.array([300, 3000])).round(2)
    array([14.  ,  4.03])
    """
    with np.errstate(divide="ignore"):
        score: np.ndarray = 14 + np.log2(2 * together / (count_term + count_collocate))
    return score


def collocations(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    node: str | Sequence[str] | None = None,
    window: int = 5,
    measure: str = "g2",
    min_count: int = 3,
    min_length: int = 2,
) -> pd.DataFrame:
    """The terms that stand near one another more often than their frequencies explain.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it. Nothing is counted across the end of a segment: pass sentences
        to look inside sentences.
    lexicon : Lexicon
    node : str or sequence of str, optional
        The term or terms whose company is sought; by default every pair of terms is.
    window : int, default 5
        Greatest distance in words, on either side; 1 gives neighbouring words (bigrams).
    measure : {"g2", "log_dice", "pmi", "t_score"}
        What the rows are ordered by; all of them are given.
    min_count : int, default 3
        Pairs found less often are not listed: `pmi` above all is wild for rare ones.
    min_length : int, default 2
        As in `count_terms`, for collocates.

    Returns
    -------
    DataFrame
        One row is one pair: ``term`` (the node, or else the word that stands first more often),
        ``collocate``, ``count`` (times together), ``n_before`` and ``n_after`` (of these, the
        collocate before and after the term), ``n_segments`` and ``n_documents`` that hold the
        pair, ``count_term`` and ``count_collocate`` (occurrences), ``pairs_term``,
        ``pairs_collocate`` and ``pairs_total`` (word pairs within the window), ``expected``,
        ``log_dice``, ``g2``, ``pmi``, ``t_score`` and ``window``. The largest measure first, then
        by term.

    Raises
    ------
    InputError
        For an unknown measure, a node that is not a word of the segments, `window` or `min_count`
        below 1, and as in `count_terms`.

    See Also
    --------
    association, log_dice : The measures, with their sources.

    Notes
    -----
    Each two words of a segment at most `window` apart are two ordered pairs, one seen from each
    of them. ``pairs_term`` is how many begin with the term, that is, how many words stand in the
    windows around it; ``pairs_collocate`` the same of the collocate. So the windows cut short by
    the ends of a segment are counted as they are, and ``count`` out of these three makes the
    two-by-two table exactly. All words count for the distance, stop words too; a term is not its
    own collocate. G² takes pairs for independent draws, which words of one document are not.
    """
    if measure not in MEASURES:
        raise InputError(f"measure is {measure!r}; it is one of {', '.join(MEASURES)}.")
    for name, value in (("window", window), ("min_count", min_count), ("min_length", min_length)):
        check_whole(name, value, 1)
    if node is not None:
        check_terms("node", node)
    tokens = word_tokens(segments, lexicon, by="doc_id").reset_index(drop=True)
    words, terms = pd.factorize(tokens["token"], sort=True)
    listed = is_listed(pd.Series(terms, dtype="str"), lexicon, min_length).to_numpy(dtype=bool)
    nodes = _nodes(node, terms)
    before, after = pairs_within(tokens["segment_id"], window)
    found = _pairs(words, before, after, listed, nodes)
    table = _counted(found, tokens, before, after)
    table = table[table["count"] >= min_count].reset_index(drop=True)
    counts = np.bincount(words, minlength=len(terms))
    margins = np.bincount(np.r_[words[before], words[after]], minlength=len(terms))
    one, other = table.pop("one").to_numpy(dtype=int), table.pop("other").to_numpy(dtype=int)
    table.insert(0, "collocate", pd.Series(terms[other], dtype="str"))
    table.insert(0, "term", pd.Series(terms[one], dtype="str"))
    table["count_term"], table["count_collocate"] = counts[one], counts[other]
    table["pairs_term"], table["pairs_collocate"] = margins[one], margins[other]
    table["pairs_total"] = 2 * len(before)
    together = table["count"].to_numpy(dtype=int)
    table["log_dice"] = log_dice(together, counts[one], counts[other])
    measured = association(together, margins[one], margins[other], max(1, 2 * len(before)))
    table = pd.concat([table, measured], axis=1).assign(window=window)
    order = table.assign(by=-table[measure].round(_TIE_DIGITS)).sort_values(
        ["by", "term", "collocate"]
    )
    return carry_mark(table.loc[order.index, COLUMNS].reset_index(drop=True), segments)


COLUMNS = [
    *("term", "collocate", "count", "n_before", "n_after", "n_segments", "n_documents"),
    *("count_term", "count_collocate", "pairs_term", "pairs_collocate", "pairs_total"),
    *("expected", "log_dice", "g2", "pmi", "t_score", "window"),
]


def _nodes(node: str | Sequence[str] | None, terms: pd.Index) -> np.ndarray | None:
    if node is None:
        return None
    wanted = [node] if isinstance(node, str) else list(node)
    unknown = [term for term in wanted if term not in terms]
    if unknown or not wanted:
        raise InputError(
            f"{unknown[0]!r} is not a word that the lexicon cuts out of these segments; to find it"
            " inside words use concordance, or add it to the lexicon."
            if wanted
            else "node names no term; leave it out to get every pair."
        )
    return terms.get_indexer(pd.Index(wanted))


def _pairs(
    words: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    listed: np.ndarray,
    nodes: np.ndarray | None,
) -> pd.DataFrame:
    """One row is one pair found: term ``one``, collocate ``other``, which is first, and where."""
    first, second = words[before], words[after]
    at = np.arange(len(before))
    different = first != second
    if nodes is None:
        keep = different & listed[first] & listed[second]
        low, high = np.minimum(first, second)[keep], np.maximum(first, second)[keep]
        table = pd.DataFrame({"one": low, "other": high, "at": at[keep]})
        table["one_first"] = (first < second)[keep]
        ahead = table.groupby(["one", "other"])["one_first"].transform("mean") >= 0.5
        turned = table.rename(columns={"one": "other", "other": "one"})
        turned["one_first"] = ~turned["one_first"]
        return table.where(ahead, turned[table.columns]).astype({"one_first": bool})
    ahead = different & np.isin(first, nodes) & listed[second]
    behind = different & np.isin(second, nodes) & listed[first]
    return pd.DataFrame(
        {
            "one": np.r_[first[ahead], second[behind]],
            "other": np.r_[second[ahead], first[behind]],
            "at": np.r_[at[ahead], at[behind]],
            "one_first": np.r_[np.ones(ahead.sum(), bool), np.zeros(behind.sum(), bool)],
        }
    )


def _counted(
    found: pd.DataFrame, tokens: pd.DataFrame, before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    position = before[found["at"].to_numpy(dtype=int)]
    found = found.assign(
        segment=tokens["segment_id"].to_numpy()[position],
        document=tokens["doc_id"].to_numpy()[position],
    )
    return (
        found.groupby(["one", "other"])
        .agg(
            count=("at", "size"),
            n_after=("one_first", "sum"),
            n_segments=("segment", "nunique"),
            n_documents=("document", "nunique"),
        )
        .reset_index()
        .assign(n_before=lambda table: table["count"] - table["n_after"])
    )
