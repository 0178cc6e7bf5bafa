"""One table for each choice of coder, segment and measure: the same code, counted in every way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.side_by_side import said_by
from pbgov.errors import InputError
from pbgov.evaluation.regression import table_of
from pbgov.indicators.scores import need_columns, score, unit_names
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.indicators.panel import Panel

MEASURES = ("presence", "count", "share")
SHOWN = {"presence": "有无", "count": "次数", "share": "占比"}
FOCAL = "编码量"


@dataclass(frozen=True, eq=False)
class CodingTables:
    """A table for each combination of coding choices.

    Attributes
    ----------
    tables : dict of tuple of str to DataFrame
        The caller's table with the columns 编码量 and n_segments; 编码量 is NaN for units of
        which the coder read nothing.
    coding : dict of str to list of str
        编码者, 分析单位 (where there are several) and 计量 with their choices.
    focal : str
        编码量
    unread : DataFrame
        coder, segmentation, unit: units of the table of which the coder read nothing.
    unmatched : tuple of str
        Units that were read about and are not in the table.
    """

    tables: dict[tuple[str, ...], pd.DataFrame]
    coding: dict[str, list[str]]
    focal: str
    unread: pd.DataFrame
    unmatched: tuple[str, ...]


def coding_tables(
    codings: pd.DataFrame | Mapping[str, pd.DataFrame],
    segments: pd.DataFrame | Mapping[str, pd.DataFrame],
    data: pd.DataFrame | Panel,
    *,
    code: str,
    by: str = "region_code",
    coders: Sequence[str] | None = None,
    measures: Sequence[str] = MEASURES,
    cut_offs: Sequence[float] = (),
    states: pd.DataFrame | None = None,
) -> CodingTables:
    """The tables that coders, segmentations and measures of one code make.

    Parameters
    ----------
    codings : DataFrame or mapping of str to DataFrame
        Judgements with ``segment_id``; by the name of the segmentation (句, 段) where the texts
        were coded in several. Versions of a lexicon are coders by their own names.
    segments : DataFrame or mapping of str to DataFrame
        As for `score`, with ``segment_id``; by the same names as `codings`.
    data : DataFrame or Panel
        Outcomes and controls, with the column `by`.
    code : str
        The code that is counted.
    by : str
        The column of `segments` and `data` that names the units.
    coders : sequence of str, optional
        Those compared; all of `codings` where not given.
    measures : sequence of str
        presence (1 where any segment carries the code), count (segments that do), share (of
        those read).
    cut_offs : sequence of float
        Anchors of the share, 0 to 1: each makes a measure that is 1 from there on.
    states : DataFrame, optional
        What human coders marked as read, as `pbgov.read_states` gives it.

    Returns
    -------
    CodingTables
        A combination that nobody coded has no table; `multiverse` lists it as not estimated.

    Raises
    ------
    InputError
        Where a column, a coder or a measure is not there, names of segmentations differ, or no
        unit of `data` was read about; otherwise as `score`.

    Notes
    -----
    What a coder read is told as for `pbgov.disagreements`: machines read all they are given, people
    what they marked as read, else the documents in which they coded.
    """
    by_unit = _by_segmentation(codings, segments)
    table, _ = table_of(data)
    need_columns(table, [by], "data")
    units = unit_names(table[by], "data")
    named = _measures(measures, cut_offs)
    present = sorted({str(each) for own, _ in by_unit.values() for each in own["coder"].unique()})
    chosen = _coders(coders, present)
    tables: dict[tuple[str, ...], pd.DataFrame] = {}
    unread, met, read_about = [], False, set()
    for (segmentation, (own, read)), coder in product(by_unit.items(), chosen):
        if coder not in set(own["coder"]):
            continue
        seen = said_by(own, coder, read, code.split(".")[0], states)
        if not seen:
            unread += [(coder, segmentation, unit) for unit in units.dropna().unique()]
            continue
        mine = own[own["coder"].eq(coder)]
        elsewhere = mine["segment_id"].isin(set(read["segment_id"]) - set(seen))
        scores = score(
            mine[~elsewhere],  # elsewhere he judged other families
            read[read["segment_id"].isin(list(seen))],
            by,
            units=units.dropna().unique(),
            codes=[code],
        ).set_index("unit")
        placed = scores[scores["n_segments"].gt(0)].index
        met |= bool(units.isin(placed).any())
        read_about |= set(placed)
        missed = [unit for unit in units.dropna().unique() if unit not in placed]
        unread += [(coder, segmentation, unit) for unit in missed]
        for name, (measure, cut_off) in named.items():
            focal = _measured(scores, measure, cut_off)
            made = table.assign(
                **{
                    FOCAL: units.map(focal).astype(float),
                    "n_segments": units.map(scores["n_segments"]),
                }
            )
            key = (coder, segmentation, name) if len(by_unit) > 1 else (coder, name)
            tables[key] = carry_mark(made, data, own, read)
    if not met:
        raise InputError(f"no unit in column {by} of data was read about; compare their names.")
    coding = {"编码者": chosen, "分析单位": list(by_unit), "计量": list(named)}
    if len(by_unit) == 1:
        del coding["分析单位"]
    return CodingTables(
        tables=tables,
        coding=coding,
        focal=FOCAL,
        unread=pd.DataFrame(unread, columns=["coder", "segmentation", "unit"]).astype("str"),
        unmatched=tuple(sorted(read_about - set(units.dropna()))),
    )


def _coders(coders: Sequence[str] | None, present: list[str]) -> list[str]:
    if not present:
        raise InputError("codings is empty; there is nothing to count.")
    if isinstance(coders, str):
        raise InputError(f"coders is one text, {coders!r}; write a list, [{coders!r}].")
    chosen = list(present if coders is None else coders)
    if not chosen or len(set(chosen)) < len(chosen):
        raise InputError(f"coders is {chosen!r}; name each coder once.")
    if absent := [each for each in chosen if each not in present]:
        raise InputError(f"codings holds nothing by {absent[0]!r}; coders: {', '.join(present)}.")
    return chosen


def _by_segmentation(
    codings: pd.DataFrame | Mapping[str, pd.DataFrame],
    segments: pd.DataFrame | Mapping[str, pd.DataFrame],
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    if isinstance(codings, pd.DataFrame) and isinstance(segments, pd.DataFrame):
        pairs = {"": (codings, segments)}
    elif isinstance(codings, Mapping) and isinstance(segments, Mapping):
        if not codings or set(codings) != set(segments):
            raise InputError(
                f"codings is of {sorted(codings)} and segments of {sorted(segments)}; give both of"
                " each segmentation."
            )
        pairs = {str(name): (codings[name], segments[name]) for name in codings}
    else:
        raise InputError("codings and segments must both be tables, or both mappings by unit.")
    for own, read in pairs.values():
        need_columns(own, ["segment_id", "coder", "code_id", "value"], "codings")
        need_columns(read, ["segment_id"], "segments")
    return {name: (_with_memo(own), read) for name, (own, read) in pairs.items()}


def _with_memo(codings: pd.DataFrame) -> pd.DataFrame:
    """The codings with their memos as text, also where nobody wrote one."""
    memo = codings["memo"] if "memo" in codings else pd.Series(None, index=codings.index)
    return codings.assign(memo=memo.astype("string").astype("str"))


def _measures(
    measures: Sequence[str], cut_offs: Sequence[float]
) -> dict[str, tuple[str, float | None]]:
    """Printed name of each measure, and what it is."""
    if isinstance(measures, str) or [each for each in measures if each not in MEASURES]:
        raise InputError(f"measures is {measures!r}; choose from {', '.join(MEASURES)}.")
    if outside := [each for each in cut_offs if not _reachable(each)]:
        raise InputError(f"cut_offs holds {outside[0]!r}; a share to reach lies above 0, up to 1.")
    named: dict[str, tuple[str, float | None]] = {SHOWN[each]: (each, None) for each in measures}
    named |= {f"占比≥{each:g}": ("share", float(each)) for each in cut_offs}
    if not named:
        raise InputError("measures and cut_offs are empty; there is nothing to count.")
    return named


def _reachable(share: object) -> bool:
    return isinstance(share, (int, float)) and not isinstance(share, bool) and 0 < share <= 1


def _measured(scores: pd.DataFrame, measure: str, cut_off: float | None) -> pd.Series[float]:
    """The measure of each unit; NaN where nothing was read."""
    if cut_off is not None:
        return scores["share"].ge(cut_off).astype(float).where(scores["share"].notna())
    if measure == "presence":
        return scores["n_coded"].gt(0).astype(float).where(scores["n_coded"].notna())
    return scores["n_coded" if measure == "count" else "share"]
