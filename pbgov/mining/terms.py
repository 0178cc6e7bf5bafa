"""How often each term stands in each unit, and how evenly it is spread over them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_lexicon, check_segments, check_whole
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from pbgov.mining.lexicon import Lexicon

_WORD = re.compile(r"[^\W_]")


def count_terms(
    segments: pd.DataFrame, lexicon: Lexicon, *, by: str = "doc_id", min_length: int = 2
) -> pd.DataFrame:
    """The count of every term in every unit; unread is missing, read and absent is 0.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it; only paragraphs, sentences and table rows are read. A unit
        that has rows but none of these kinds was not read.
    lexicon : Lexicon
    by : str, default "doc_id"
        Column of `segments` that names the unit; rows without a unit are an error.
    min_length : int, default 2
        Terms of fewer characters are not listed, nor are stop words and bare numbers; they
        still count in ``n_tokens``.

    Returns
    -------
    DataFrame
        One row is unit x term, for every term found in any unit: ``unit``, ``term``, ``count``
        (NA where the unit was not read), ``n_tokens`` (words read in the unit: tokens with a
        letter or digit), ``per_thousand`` (count per 1,000 words, NaN where no word was read),
        ``n_segments`` (segments of the unit that hold the term, NA where not read). Units in
        the order of `segments`; within a unit frequent terms first, then by term.

    Raises
    ------
    InputError
        Where `by` is no column, a row has no unit, or `min_length` is below 1.

    Notes
    -----
    The words are those of `Lexicon.tokenize`. Counting is exact; whether a count means anything is
    another question: words of one document are not independent draws.
    """
    tokens = word_tokens(segments, lexicon, by=by)
    _check_length(min_length)
    units = pd.Index(segments[by].astype("str").unique(), name="unit")
    kept = tokens[is_listed(tokens["token"], lexicon, min_length)]
    counts = kept.groupby(["unit", "token"]).agg(
        count=("token", "size"), n_segments=("segment_id", "nunique")
    )
    grid = pd.MultiIndex.from_product([units, sorted(kept["token"].unique())])
    table = counts.reindex(grid.set_names(["unit", "token"]), fill_value=0).reset_index()
    table = table.rename(columns={"token": "term"})
    n_tokens = tokens.groupby("unit").size().reindex(units, fill_value=0)
    table["n_tokens"] = table["unit"].map(n_tokens).astype("Int64")
    read = table["unit"].isin(_read_units(segments, by))
    for column in ("count", "n_segments"):
        table[column] = table[column].astype("Int64").where(read)
    table["per_thousand"] = (1000 * table["count"] / table["n_tokens"].replace(0, pd.NA)).astype(
        float
    )
    place = {unit: position for position, unit in enumerate(units)}
    order = pd.DataFrame(
        {
            "unit": table["unit"].map(place),
            "count": -table["count"].fillna(0),
            "term": table["term"],
        }
    ).sort_values(["unit", "count", "term"])
    columns = ["unit", "term", "count", "n_tokens", "per_thousand", "n_segments"]
    return carry_mark(table.loc[order.index, columns].reset_index(drop=True), segments)


def deviation_of_proportions(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Gries' DP of each term: how far its spread over the parts is from that of all words.

    Parameters
    ----------
    counts : ndarray of int, shape (n_parts, n_terms)
        Occurrences of each term in each part.
    sizes : ndarray of int, shape (n_parts,)
        All words of each part, each above 0.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        0 where a term is spread exactly as the words are, near 1 where it stands in one small
        part. Divided by ``1 - min(sizes) / sum(sizes)``, its largest possible value, it is the
        normalised DP. NaN for a term without occurrences, and with fewer than two parts.

    References
    ----------
    Gries, S. Th. (2008). Dispersions and adjusted frequencies in corpora. *International Journal
    of Corpus Linguistics*, 13(4), 403-437.
    Lijffijt, J., & Gries, S. Th. (2012). Correction to the above. *International Journal of Corpus
    Linguistics*, 17(1), 147-149 (the normalised form).

    Examples
    --------
    >>> a_in_five_parts = np.array([[1], [2], [3], [4], [5]])  # the example of Gries (2008)
    >>> deviation_of_proportions(a_in_five_parts, np.array([9, 10, 10, 10, 11])).round(2)
    array([0.18])
    """
    if len(sizes) < 2:
        return np.full(counts.shape[1], np.nan)
    expected = (sizes / sizes.sum())[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = counts / counts.sum(axis=0)
    deviation: np.ndarray = np.abs(observed - expected).sum(axis=0) / 2
    return deviation


def juilland_d(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Juilland's D of each term: 1 less the variation of its rates over the parts.

    Parameters
    ----------
    counts : ndarray of int, shape (n_parts, n_terms)
        Occurrences of each term in each part.
    sizes : ndarray of int, shape (n_parts,)
        All words of each part, each above 0. Rates, not counts, are compared, so that the parts
        need not be of one size.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        1 where every part has the same rate, 0 where one part holds every occurrence. NaN for a
        term without occurrences, and with fewer than two parts.

    References
    ----------
    Juilland, A., & Chang-Rodriguez, E. (1964). *Frequency dictionary of Spanish words*. Mouton.
    Gries, S. Th. (2020). Analyzing dispersion. In M. Paquot & S. Th. Gries (Eds.), *A practical
    handbook of corpus linguistics* (pp. 99-118). Springer (the form for parts of unequal size).

    Examples
    --------
    >>> a_in_five_parts = np.array([[1], [2], [3], [4], [5]])
    >>> juilland_d(a_in_five_parts, np.array([9, 10, 10, 10, 11])).round(3)
    array([0.785])
    """
    if len(sizes) < 2:
        return np.full(counts.shape[1], np.nan)
    rates = counts / sizes[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        variation = rates.std(axis=0) / rates.mean(axis=0)
    evenness: np.ndarray = 1 - variation / np.sqrt(len(sizes) - 1)
    return evenness


def dispersion(
    segments: pd.DataFrame, lexicon: Lexicon, *, by: str = "doc_id", min_length: int = 2
) -> pd.DataFrame:
    """How evenly each term is spread over the units: a frequent term may be one document's own.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    lexicon : Lexicon
    by : str, default "doc_id"
        Column of `segments` that names the unit: the part over which terms are spread.
    min_length : int, default 2
        As in `count_terms`.

    Returns
    -------
    DataFrame
        One row is one term: ``term``, ``count`` and ``per_thousand`` (in all units together),
        ``range`` (units that hold it), ``n_units`` (units that hold any word), ``dp`` (0 even, 1
        in one small unit), ``dp_norm`` (the same, stretched to reach 1) and ``juilland_d`` (1 even,
        0 in one unit). The last three are NaN where fewer than two units hold words. Frequent
        terms first, then by term.

    Raises
    ------
    InputError
        As in `count_terms`.

    See Also
    --------
    deviation_of_proportions, juilland_d : The measures, with their sources.

    Notes
    -----
    Both measures lean on the count: a term with fewer occurrences than there are units cannot be
    spread evenly. Compare terms of like ``count``.
    """
    tokens = word_tokens(segments, lexicon, by=by)
    _check_length(min_length)
    sizes = tokens.groupby("unit").size()
    kept = tokens[is_listed(tokens["token"], lexicon, min_length)]
    wide = kept.groupby(["unit", "token"]).size().unstack(fill_value=0)
    wide = wide.reindex(sizes.index, fill_value=0)
    counts, words = wide.to_numpy(dtype=int), sizes.to_numpy(dtype=int)
    dp = deviation_of_proportions(counts, words)
    largest = 1 - words.min() / words.sum() if len(words) > 1 else np.nan
    table = pd.DataFrame(
        {
            "term": pd.Series(wide.columns, dtype="str"),
            "count": counts.sum(axis=0),
            "per_thousand": 1000 * counts.sum(axis=0) / max(1, words.sum()),
            "range": (counts > 0).sum(axis=0),
            "n_units": len(words),
            "dp": dp,
            "dp_norm": dp / largest,
            "juilland_d": juilland_d(counts, words),
        }
    )
    order = table.assign(count=-table["count"]).sort_values(["count", "term"]).index
    return carry_mark(table.loc[order].reset_index(drop=True), segments)


def word_tokens(segments: pd.DataFrame, lexicon: Lexicon, *, by: str) -> pd.DataFrame:
    """The tokens of `segments` that hold a letter or a digit, with their unit in column ``unit``.

    Raises
    ------
    InputError
        Where `by` is no column of `segments`, or a row has no unit.
    """
    check_lexicon(lexicon)
    units = name_of_segments(segments, by)
    tokens = lexicon.tokenize_segments(segments)
    tokens = tokens[tokens["token"].str.contains(_WORD)]
    return tokens.assign(unit=tokens["segment_id"].map(units))


def name_of_segments(segments: pd.DataFrame, by: str) -> pd.Series:
    """What column `by` says of each segment, as text, indexed by ``segment_id``.

    Raises
    ------
    InputError
        Where `by` is no column of `segments`, or a row has no value in it.
    """
    check_segments(segments)
    if by not in segments.columns:
        raise InputError(
            f"segments has no column {by!r}; it has {', '.join(map(repr, segments.columns))}."
        )
    missing = segments[by].isna()
    if missing.any():
        first = segments.loc[missing, "segment_id"].iloc[0]
        raise InputError(
            f"{int(missing.sum())} segments have no {by!r} (first: {first!r}); give them one, or"
            " leave them out before counting."
        )
    return segments.set_index("segment_id", drop=False)[by].astype("str")


def is_listed(tokens: pd.Series, lexicon: Lexicon, min_length: int) -> pd.Series:
    """Whether each token is a term that tables list: long enough, no stop word, no bare number."""
    long_enough = tokens.str.len() >= min_length
    return long_enough & ~tokens.isin(lexicon.stopwords) & ~tokens.str.fullmatch(r"[\d.%]+")


def _read_units(segments: pd.DataFrame, by: str) -> set[str]:
    return set(segments.loc[segments["kind"].isin(READABLE_KINDS), by].astype("str"))


def _check_length(min_length: int) -> None:
    check_whole("min_length", min_length, 1)
