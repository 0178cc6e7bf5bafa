"""Which terms set one group of documents apart from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.words.rates import log2_rate_ratio, resampled_interval, wald_interval
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_whole
from pbgov.mining.terms import count_terms, name_of_segments, word_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from pbgov.mining.lexicon import Lexicon

CAUTION = "G² 和 z 把每个词都当作独立的一次抽取；同一篇文章里的词并不独立，篇数少时只能用来排序，不能当作检验。"
REST = "其余"
NO_BOUND = "有一边的次数为 0，比值没有界限"
DRAWS = 999
FEWEST_CLUSTERS = 10
"""Clusters each side needs for a resampled interval: with fewer it is too narrow to be called 95 %."""


def log_likelihood_ratio(
    count: np.ndarray,
    total: np.ndarray | int,
    other_count: np.ndarray,
    other_total: np.ndarray | int,
) -> np.ndarray:
    """Dunning's G² of each term's two-by-two table (term or not, one side or the other).

    Parameters
    ----------
    count, other_count : ndarray of int, shape (n_terms,)
        Occurrences on each side.
    total, other_total : int or ndarray of int
        All words on each side, the term's own included.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        0 where both sides have the same rate; unsigned, no upper limit. NaN where a side has
        no words.

    References
    ----------
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.
    *Computational Linguistics*, 19(1), 61-74.

    Examples
    --------
    >>> log_likelihood_ratio(np.array([10]), 100, np.array([5]), 100).round(4)
    array([1.8341])
    """
    observed = np.array(
        np.broadcast_arrays(count, total - count, other_count, other_total - other_count),
        dtype=float,
    )
    side = np.array([observed[0] + observed[1]] * 2 + [observed[2] + observed[3]] * 2)
    kind = np.array([observed[0] + observed[2], observed[1] + observed[3]] * 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = side * kind / observed.sum(axis=0)
        parts = np.where(observed > 0, observed * np.log(observed / expected), 0.0)
    g2: np.ndarray = 2 * parts.sum(axis=0)
    undefined = (side[0] == 0) | (side[2] == 0)
    return np.where(undefined, np.nan, np.maximum(g2, 0.0))


def log_odds_z(
    count: np.ndarray,
    total: int,
    other_count: np.ndarray,
    other_total: int,
    prior: np.ndarray,
    prior_total: float,
) -> np.ndarray:
    """The z of the log-odds ratio under an informative Dirichlet prior.

    Parameters
    ----------
    count, other_count : ndarray of int, shape (n_terms,)
        Occurrences on each side.
    total, other_total : int
        All words on each side.
    prior : ndarray of float, shape (n_terms,)
        Pseudo-counts of each term, above 0.
    prior_total : float
        Pseudo-counts of all words, so that ``prior / prior_total`` is the background rate.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        Positive where the first side uses the term more; a rare term stays near 0. NaN for a term
        that is every word of both sides, so that its odds have no limit.

    References
    ----------
    Monroe, B. L., Colaresi, M. P., & Quinn, K. M. (2008). Fightin' words. *Political Analysis*,
    16(4), 372-403.

    Examples
    --------
    >>> same = np.array([4])
    >>> log_odds_z(same, 50, same, 50, np.array([2.0]), 20.0)
    array([0.])
    """
    with_prior, without = count + prior, total + prior_total - count - prior
    other_with, other_without = other_count + prior, other_total + prior_total - other_count - prior
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.log(with_prior / without) - np.log(other_with / other_without)
    z: np.ndarray = difference / np.sqrt(1 / with_prior + 1 / other_with)
    return z


def contrast(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    by: str = "doc_id",
    group: str | Sequence[str] | None = None,
    against: str | Sequence[str] | None = None,
    min_length: int = 2,
    prior_words: float = 500.0,
    cluster: str = "doc_id",
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """The terms that one group of units uses more, or less, than another.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    lexicon : Lexicon
    by : str, default "doc_id"
        Column of `segments` that names the unit.
    group : str or sequence of str, optional
        The unit or units of interest; by default every unit in turn.
    against : str or sequence of str, optional
        The unit or units to compare with; by default all others that were read.
    min_length : int, default 2
        As in `count_terms`.
    prior_words : float, default 500
        Size of the Dirichlet prior in words: each term gets its share of these as pseudo-counts,
        the share it has in both sides together. More shrinks rare terms more.
    cluster : str, default "doc_id"
        Column of `segments` that names what is drawn as a whole for the resampled interval:
        documents, so that the interval speaks about further documents like these, or
        "paragraph_id" or "segment_id", so that it speaks about further passages of the same ones.
    draws : int, default 999
        Bootstrap draws for the resampled interval.
    seed : int, default 0
        Seed of the draws; the same seed gives the same interval.

    Returns
    -------
    DataFrame
        One row is one term of one comparison: ``group``, ``against``, ``term``, ``count_group``,
        ``count_against``, ``n_tokens_group``, ``n_tokens_against``, ``rate_group``,
        ``rate_against`` (per 1,000 words), ``log_ratio`` (base 2 of the ratio of the rates; a
        count of 0 is taken as one half, after Hardie 2014), ``g2``, ``z``, ``n_documents_group``
        and ``n_documents_against`` (documents that use the term); ``wald_low``, ``wald_high``
        (95 % interval of ``log_ratio`` as if words were independent), ``resampled_low``,
        ``resampled_high`` (95 % percentile interval when whole clusters are drawn), ``cluster``,
        ``n_clusters_group``, ``n_clusters_against`` (clusters with any word) and
        ``interval_reason`` (why an interval is NaN; NaN where both are given). Largest z first.
        ``attrs["caution"]`` is the sentence that belongs under any display of the table.

    Raises
    ------
    InputError
        Where a unit is not in `segments` or was not read, stands twice, the two sides overlap, or
        one is empty; where `cluster` is no column, or `draws` is below 1.

    Notes
    -----
    ``g2`` and ``z`` take every word for an independent draw. Words of one document are not
    independent, so no p-value is given: with few documents they rank terms, they test nothing.
    Look at ``n_documents_*`` before reading a large value as a difference between groups.

    A term that one side never uses has no interval: its ratio has no bound on that side. With
    fewer than ten clusters on a side no resampled interval is given. In simulations of equal rates
    with words in bursts, the resampled interval held 0 in 91 to 99 % of the cases with 10 to 100
    documents a side, the Wald interval of words in ten or more of them in 57 to 98 %. Each interval is one term's
    own: of many terms looked at, one in twenty misses by chance alone.
    """
    if prior_words <= 0:
        raise InputError(f"prior_words is {prior_words}; give a size above 0.")
    check_whole("draws", draws, 1)
    check_whole("seed", seed, 0)
    clusters = name_of_segments(segments, cluster)
    counts = count_terms(segments, lexicon, by=by, min_length=min_length)
    tokens = word_tokens(segments, lexicon, by=by)
    read = [str(unit) for unit in tokens["unit"].unique()]
    if not read:
        raise InputError("The segments hold no word to compare; give paragraphs or sentences.")
    wide = counts.pivot(index="term", columns="unit", values="count").reindex(columns=read)
    holders = tokens[["token", "unit", "doc_id"]].drop_duplicates()
    sizes = tokens.groupby("unit").size()
    places = _Places.of(tokens, clusters, wide.index)
    tables = []
    for name, one_side, other_name, other_side in _comparisons(read, group, against):
        table = _compare(wide, sizes, holders, one_side, other_side, prior_words)
        table = _with_intervals(table, places, one_side, other_side, draws, seed)
        table.insert(list(table.columns).index("n_clusters_group"), "cluster", cluster)
        table.insert(0, "against", other_name)
        table.insert(0, "group", name)
        tables.append(table)
    result = pd.concat(tables, ignore_index=True)
    result.attrs["caution"] = CAUTION
    return carry_mark(result, segments)


def _comparisons(
    read: list[str], group: str | Sequence[str] | None, against: str | Sequence[str] | None
) -> list[tuple[str, list[str], str, list[str]]]:
    wanted = [[unit] for unit in read] if group is None else [_as_list(group)]
    comparisons = []
    for one_side in wanted:
        if against is None:
            other_side, other_name = [unit for unit in read if unit not in one_side], REST
        else:
            other_side = _as_list(against)
            other_name = "+".join(other_side)
            if group is None and set(one_side) <= set(other_side):
                continue
        _check_sides(one_side, other_side, read)
        comparisons.append(("+".join(one_side), one_side, other_name, other_side))
    if not comparisons:
        raise InputError("against names every unit that was read; nothing is left to compare.")
    return comparisons


def _check_sides(one_side: list[str], other_side: list[str], read: list[str]) -> None:
    unread = [unit for unit in [*one_side, *other_side] if unit not in read]
    if unread:
        raise InputError(f"Nothing was read of {unread[0]!r}; units read: {', '.join(read)}.")
    twice = [unit for side in (one_side, other_side) for unit in side if side.count(unit) > 1]
    if twice:
        raise InputError(
            f"{twice[0]!r} stands twice on one side and would count double; name it once."
        )
    both = sorted(set(one_side) & set(other_side))
    if both:
        raise InputError(f"{both[0]!r} stands in group and in against; leave it in one of them.")
    if not one_side or not other_side:
        raise InputError("A contrast needs at least one unit read on each side.")


def _compare(
    wide: pd.DataFrame,
    sizes: pd.Series,
    holders: pd.DataFrame,
    one_side: list[str],
    other_side: list[str],
    prior_words: float,
) -> pd.DataFrame:
    count = wide[one_side].sum(axis=1).to_numpy(dtype=int)
    other_count = wide[other_side].sum(axis=1).to_numpy(dtype=int)
    used = (count + other_count) > 0
    terms, count, other_count = wide.index[used], count[used], other_count[used]
    total, other_total = int(sizes[one_side].sum()), int(sizes[other_side].sum())
    prior = prior_words * (count + other_count) / (total + other_total)
    rate, other_rate = 1000 * count / total, 1000 * other_count / other_total
    columns: dict[str, Any] = {
        "term": terms.astype("str"),
        "count_group": count,
        "count_against": other_count,
        "n_tokens_group": total,
        "n_tokens_against": other_total,
        "rate_group": rate,
        "rate_against": other_rate,
        "log_ratio": log2_rate_ratio(count, total, other_count, other_total),
        "g2": log_likelihood_ratio(count, total, other_count, other_total),
        "z": log_odds_z(count, total, other_count, other_total, prior, prior_words),
        "n_documents_group": _documents(holders, one_side, terms),
        "n_documents_against": _documents(holders, other_side, terms),
    }
    table = pd.DataFrame(columns)
    return table.sort_values(["z", "term"], ascending=[False, True]).reset_index(drop=True)


@dataclass(frozen=True)
class _Places:
    """Which unit, which cluster and which listed term (-1 for others) each word belongs to."""

    unit: np.ndarray
    cluster: np.ndarray
    term: np.ndarray
    terms: pd.Index

    @classmethod
    def of(cls, tokens: pd.DataFrame, clusters: pd.Series, terms: pd.Index) -> _Places:
        named = tokens["segment_id"].map(clusters)
        codes = pd.factorize(named, sort=True)[0]
        return cls(
            tokens["unit"].to_numpy(), codes, terms.get_indexer(pd.Index(tokens["token"])), terms
        )

    def side(self, units: list[str]) -> tuple[csr_array, np.ndarray]:
        """Clusters by terms, and the words of each cluster, on one side."""
        from scipy.sparse import csr_array

        n_clusters = int(self.cluster.max()) + 1
        on_side = np.isin(self.unit, units)
        sizes = np.bincount(self.cluster[on_side], minlength=n_clusters)
        listed = on_side & (self.term >= 0)
        cells = (np.ones(int(listed.sum())), (self.cluster[listed], self.term[listed]))
        return csr_array(cells, shape=(n_clusters, len(self.terms))), sizes


def _with_intervals(
    table: pd.DataFrame,
    places: _Places,
    one_side: list[str],
    other_side: list[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    count, other_count = table["count_group"].to_numpy(), table["count_against"].to_numpy()
    total, other_total = table["n_tokens_group"].to_numpy(), table["n_tokens_against"].to_numpy()
    table["wald_low"], table["wald_high"] = wald_interval(count, total, other_count, other_total)
    (counts, sizes), (other_counts, other_sizes) = places.side(one_side), places.side(other_side)
    n_clusters, n_other = int((sizes > 0).sum()), int((other_sizes > 0).sum())
    on_both = (count > 0) & (other_count > 0)
    ends = np.full((2, len(table)), np.nan)
    enough = min(n_clusters, n_other) >= FEWEST_CLUSTERS
    if enough and on_both.any():
        found = places.terms.get_indexer(pd.Index(table["term"]))[on_both]
        ends[:, on_both] = resampled_interval(
            counts[:, found], sizes, other_counts[:, found], other_sizes, draws=draws, seed=seed
        )
    table["resampled_low"], table["resampled_high"] = ends
    table["n_clusters_group"], table["n_clusters_against"] = n_clusters, n_other
    table["interval_reason"] = [
        None if both and enough else _few(n_clusters, n_other) if both else NO_BOUND
        for both in on_both
    ]
    return table.astype({"interval_reason": "str"})


def _few(n_clusters: int, n_other: int) -> str:
    return f"两边可抽的单位是 {n_clusters} 个和 {n_other} 个，少于各 {FEWEST_CLUSTERS} 个，不给重抽样区间"


def _documents(holders: pd.DataFrame, units: list[str], terms: pd.Index) -> np.ndarray:
    found = holders[holders["unit"].isin(units)].groupby("token")["doc_id"].nunique()
    return found.reindex(terms, fill_value=0).to_numpy(dtype=int)


def _as_list(units: str | Sequence[str]) -> list[str]:
    return [units] if isinstance(units, str) else [str(unit) for unit in units]
