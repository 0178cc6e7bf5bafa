"""Scores: how much of what was read about a unit carries a code. Unread is not absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.datafiles import validate
from pbgov.errors import InputError
from pbgov.indicators.lineage import LINEAGE, OF_CODINGS, OF_SEGMENTS, STRETCH, Lineage
from pbgov.marks import carry_mark
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.schemas import SCORES

if TYPE_CHECKING:
    from collections.abc import Iterable


def score(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    by: str = "doc_id",
    *,
    units: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    coder: str | None = None,
    distinct_practices: str | None = None,
) -> pd.DataFrame:
    """The share of each unit's segments that carry each code.

    Parameters
    ----------
    codings : DataFrame
        `pbgov.schemas.CODINGS`. A segment carries a code where its ``value`` is 1; a judgement
        with value 0 says the same as no judgement: read, and absent.
    segments : DataFrame
        What was read: one row is one segment with doc_id, start, end and the column `by`. Where
        there is a column ``kind``, headings, blank lines and front matter do not count as read.
        A segment that speaks of two units stands in two rows.
    by : str
        The column of `segments` that names the unit: doc_id, region_code, organisation ….
        Segments whose unit is NaN belong to no unit; ``attrs["unplaced"]`` of the result says
        how many there were.
    units : iterable of str, optional
        Units one would like to know about; those nobody read about come out with 0 segments.
        Units that were read about are in the result in any case.
    codes : iterable of str, optional
        The codes to count; those of `codings` where not given.
    coder : str, optional
        Whose codings count; needed where `codings` holds those of several coders.
    distinct_practices : str, optional
        The column of `segments` that names the practice a segment tells, as
        `pbgov.extraction.distinct.distinct_practices` gives it, so that a pilot praised in five
        articles counts once in ``share``. NaN tells none.

    Returns
    -------
    DataFrame
        `pbgov.schemas.SCORES`: one row is unit x code, units in the order of `units`, then of
        the text. ``share`` is ``n_coded / n_segments``, in 0–1; both are NaN where
        ``n_segments`` is 0, and 0 where segments were read and none carries the code. With
        `distinct_practices`, ``n_practices`` counts the practices of the unit, each once,
        ``n_distinct`` those with a segment that carries the code, and ``share`` is
        ``n_distinct / n_practices``: NaN where the segments read tell none.
        Simulated codings or segments hand their mark on. ``attrs["lineage"]`` has the segments
        and judgements behind each share, for `pbgov.trace`.

    Raises
    ------
    InputError
        Where a column is missing, several coders are mixed, a coding lies outside what was
        read, has a value other than 0 and 1 or is given twice, a segment stands twice under the
        same unit, or units are numbers with decimals (110101.0).

    Examples
    --------
    >>> read = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 5], "end": [5, 9],
    ...                      "region_code": ["110101", "110101"]})
    >>> found = pd.DataFrame({"doc_id": ["a"], "start": [5], "end": [9], "code_id": ["DIM.LAW"],
    ...                       "coder": ["author"], "value": [1]})
    >>> score(found, read, by="region_code", units=["110101", "110102"])
         unit  code_id  n_segments  n_coded  share
    0  110101  DIM.LAW           2      1.0    0.5
    1  110102  DIM.LAW           0      NaN    NaN
    """
    need_columns(codings, [*STRETCH, "code_id", "coder", "value"], "codings")
    kept = [distinct_practices] if distinct_practices else []
    need_columns(segments, [*STRETCH, by, *kept], "segments")
    judged = _one_coder(codings, coder)
    wanted = sorted(judged.code_id.unique()) if codes is None else _as_list(codes, "codes")
    if not wanted:
        raise InputError("codings is empty, so there is no code to count; pass codes=[…].")
    read = _what_was_read(segments, by, distinct_practices)
    placed = read.dropna(subset=["unit"])
    n_segments = placed.groupby("unit", sort=False).size()
    asked = [] if units is None else _as_list(units, "units")
    n_segments = n_segments.reindex(list(dict.fromkeys([*asked, *n_segments.index])), fill_value=0)
    counted = placed[[*STRETCH, "unit", *(["practice"] if distinct_practices else [])]]
    carried = _carried(judged, read, wanted).merge(counted, on=STRETCH)
    n_coded = carried.groupby(["unit", "code_id"]).size()

    grid = pd.MultiIndex.from_product([n_segments.index, wanted], names=["unit", "code_id"])
    table = grid.to_frame(index=False)
    table["n_segments"] = n_segments.reindex(table.unit).to_numpy()
    unread = table.n_segments.eq(0)
    counts = n_coded.reindex(grid, fill_value=0).to_numpy(dtype=float)
    table["n_coded"] = pd.Series(counts, index=table.index).mask(unread)
    table["share"] = table.n_coded / table.n_segments.mask(unread)
    if distinct_practices:
        n_practices = placed.groupby("unit").practice.nunique()
        n_distinct = carried.groupby(["unit", "code_id"]).practice.nunique()
        table["n_practices"] = n_practices.reindex(table.unit, fill_value=0).to_numpy()
        counts = n_distinct.reindex(grid, fill_value=0).to_numpy(dtype=float)
        table["n_distinct"] = pd.Series(counts, index=table.index).mask(unread)
        table["share"] = table.n_distinct / table.n_practices.mask(table.n_practices.eq(0))
    table = validate(table, SCORES, path="scores")
    table.attrs = {
        "by": by,
        "unplaced": int(read.unit.isna().sum()),
        LINEAGE: Lineage(
            by,
            placed,
            judged[
                [*STRETCH, "code_id", "value", *(name for name in OF_CODINGS if name in judged)]
            ],
            wanted,
            distinct_practices or "",
        ),
    }
    return carry_mark(table, codings, segments)


def need_columns(table: pd.DataFrame, columns: list[str], name: str) -> None:
    """Refuse a table, called `name`, that lacks one of `columns`."""
    if absent := [column for column in columns if column not in table]:
        raise InputError(
            f"{name} has no column {', '.join(absent)}; it has {', '.join(map(str, table.columns))}."
        )


def unit_names(units: pd.Series, name: str) -> pd.Series[str]:
    """The column of a table, called `name`, that names units: text, NaN where there is none.

    Raises
    ------
    InputError
        Where it holds numbers with decimals: 110101.0 would never meet 110101.
    """
    if pd.api.types.is_float_dtype(units.dtype) and units.notna().any():
        raise InputError(
            f"column {units.name} of {name} holds numbers such as {units.dropna().iloc[0]};"
            " codes of units are text: read the table with dtype=str."
        )
    return units.astype("string").astype("str")


def _as_list(names: Iterable[str], parameter: str) -> list[str]:
    if isinstance(names, str):
        raise InputError(f"{parameter} is one text, {names!r}; write a list, [{names!r}].")
    listed = list(names)
    if missing := [name for name in listed if pd.isna(name)]:
        raise InputError(f"{parameter} holds {missing[0]!r}; leave out what is missing.")
    return list(dict.fromkeys(map(str, listed)))


def _one_coder(codings: pd.DataFrame, coder: str | None) -> pd.DataFrame:
    present = sorted(codings.coder.unique())
    if coder is None:
        if len(present) > 1:
            raise InputError(
                f"codings holds {len(present)} coders ({', '.join(present)}); "
                "name the one to count: coder=…"
            )
        return codings
    if coder not in present:
        raise InputError(f"codings holds nothing by {coder!r}; coders: {', '.join(present)}.")
    return codings[codings.coder == coder]


def _what_was_read(segments: pd.DataFrame, by: str, practice: str | None) -> pd.DataFrame:
    if "kind" in segments:
        segments = segments[segments.kind.isin(READABLE_KINDS)]
    known = [name for name in OF_SEGMENTS if name in segments]
    read = segments[[*STRETCH, *known]].assign(unit=unit_names(segments[by], "segments"))
    twice = read[read.duplicated([*STRETCH, "unit"], keep="first")]
    if len(twice):
        raise InputError(
            f"segments holds {_name(twice.iloc[0])} of {by} {twice.iloc[0].unit!r} "
            f"more than once ({len(twice)} such rows); drop the repeats."
        )
    return read.assign(practice=segments[practice]) if practice else read


def _carried(judged: pd.DataFrame, read: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Segment x code where the code was found; one sound judgement each, inside what was read."""
    inside = pd.MultiIndex.from_frame(judged[STRETCH]).isin(pd.MultiIndex.from_frame(read[STRETCH]))
    if not inside.all():
        first = judged[~inside].iloc[0]
        raise InputError(
            f"codings holds {_name(first)} ({first.code_id}), which is not among the segments "
            f"read ({(~inside).sum()} such codings). Codings and segments must be of the same unit: "
            "sentence with sentence, paragraph with paragraph."
        )
    odd = judged[~judged.value.isin([0, 1])]
    if len(odd):
        first = odd.iloc[0]
        raise InputError(
            f"codings holds the value {odd.value.tolist()[0]!r} for {_name(first)} ({first.code_id});"
            " a judgement is 1 or 0."
        )
    torn = judged[judged.duplicated([*STRETCH, "code_id"])]
    if len(torn):
        first = torn.iloc[0]
        raise InputError(
            f"codings judges {_name(first)} ({first.code_id}) more than once"
            f" ({len(torn)} such rows); keep one judgement of one coder."
        )
    found = judged[judged.value.eq(1) & judged.code_id.isin(codes)]
    return found[[*STRETCH, "code_id"]]


def _name(stretch: pd.Series) -> str:
    return f"{stretch.doc_id}[{stretch.start}:{stretch.end}]"
