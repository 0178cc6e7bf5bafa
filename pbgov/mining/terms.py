"""How often each term stands in each unit, with what was read beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.marks import carry_mark
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
    if min_length < 1:
        raise InputError(f"min_length is {min_length}; give 1 or more.")
    units = pd.Index(segments[by].astype("str").unique(), name="unit")
    kept = tokens[_is_listed(tokens["token"], lexicon, min_length)]
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


def word_tokens(segments: pd.DataFrame, lexicon: Lexicon, *, by: str) -> pd.DataFrame:
    """The tokens of `segments` that hold a letter or a digit, with their unit in column ``unit``.

    Raises
    ------
    InputError
        Where `by` is no column of `segments`, or a row has no unit.
    """
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
    tokens = lexicon.tokenize_segments(segments)
    tokens = tokens[tokens["token"].str.contains(_WORD)]
    unit_of = segments.set_index("segment_id")[by].astype("str")
    return tokens.assign(unit=tokens["segment_id"].map(unit_of))


def _is_listed(tokens: pd.Series, lexicon: Lexicon, min_length: int) -> pd.Series:
    long_enough = tokens.str.len() >= min_length
    return long_enough & ~tokens.isin(lexicon.stopwords) & ~tokens.str.fullmatch(r"[\d.%]+")


def _read_units(segments: pd.DataFrame, by: str) -> set[str]:
    return set(segments.loc[segments["kind"].isin(READABLE_KINDS), by].astype("str"))
