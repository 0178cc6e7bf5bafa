"""The strata that a gold sample is drawn within, and how many are drawn from each."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.codings import is_secondary
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCORE_CLASSES = 4
NONE_GIVEN, NOT_GIVEN, UNKNOWN, NO_SCORE = "无", "未判", "不明", "没有分数"


def column_labels(segments: pd.DataFrame, frame: pd.DataFrame, name: str) -> list[str]:
    """The value of one column of the segments for each stretch of the frame; 不明 where missing."""
    if name not in segments:
        known = ", ".join(map(str, segments.columns))
        raise InputError(f"The segments have no column {name!r} to stratify by; they have {known}.")
    values = dict(zip(segments["segment_id"].astype("str"), segments[name], strict=True))
    found = [values[segment_id] for segment_id in frame["segment_id"]]
    return [UNKNOWN if pd.isna(value) else str(value) for value in found]


def code_labels(codings: pd.DataFrame, frame: pd.DataFrame) -> list[str]:
    """The primary codes that one coder gave each stretch; 无 where he denied all, 未判 without one."""
    coders = sorted(set(codings["coder"]))
    if len(coders) > 1:
        raise InputError(f"The codings are of {', '.join(coders)}; give those of one coder.")
    ids = codings["segment_id"].astype("str")
    strange = ids[~ids.isin(frame["segment_id"])]
    if len(strange):
        raise InputError(
            f"{len(strange)} codings belong to no segment of the frame"
            f" ({_shown(strange.dropna()) or 'they have no segment_id'}); keep those of these segments."
        )
    given = codings[(codings["value"] == 1) & ~is_secondary(codings)]
    codes = given.groupby(ids)["code_id"].agg(lambda found: "+".join(sorted(set(found))))
    denied = set(ids) - set(ids[codings["value"] == 1])
    return [
        str(codes.get(one, NONE_GIVEN if one in denied else NOT_GIVEN))
        for one in frame["segment_id"]
    ]


def score_labels(score: Mapping[str, float] | pd.Series, frame: pd.DataFrame) -> list[str]:
    """The class of each stretch's score; equal scores share a class."""
    try:
        given = pd.Series(score, dtype="object")
        scores = given.where(given.notna(), np.nan).astype("float64")
    except (ValueError, TypeError) as error:
        raise InputError(f"The scores are not numbers ({error}); give one number each.") from None
    if scores.index.has_duplicates:
        raise InputError("A segment has two scores; give one for each segment_id.")
    if np.isinf(scores).any():
        raise InputError("A score is infinite; give numbers, or NaN where there is no score.")
    strange = set(scores.index) - set(frame["segment_id"])
    if strange:
        raise InputError(
            f"{len(strange)} scores belong to no segment of the frame ({_shown(strange)}); index the"
            " scores by the segment_id of these segments."
        )
    ordered = scores.reindex(frame["segment_id"]).to_numpy()
    known = ordered[~np.isnan(ordered)]
    if not len(known):
        return [NO_SCORE] * len(ordered)
    cuts = np.quantile(known, np.arange(1, SCORE_CLASSES) / SCORE_CLASSES, method="lower")
    cuts = np.unique(cuts[cuts < known.max()])
    bounds = [float(known.min()), *map(float, cuts), float(known.max())]
    classes = np.searchsorted(cuts, ordered, side="left")  # equal scores share a class
    return [
        NO_SCORE
        if np.isnan(value)
        else f"分数 {bounds[place]:.3g}–{bounds[place + 1]:.3g}（第 {place + 1} 档）"
        for value, place in zip(ordered, classes, strict=True)
    ]


def _shown(ids: Iterable[object]) -> str:
    return ", ".join(sorted({str(each) for each in ids})[:3])


def allocate(sizes: np.ndarray, n: int) -> np.ndarray:
    """How many to draw from each stratum: two where possible, the rest by the root of its size.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata,)
        N_h, each 1 or more.
    n : int
        From the number of strata to the sum of `sizes`.

    Returns
    -------
    ndarray of int, shape (n_strata,)
        n_h, from 1 to N_h, with sum `n`.

    Examples
    --------
    >>> allocate(np.array([400, 100, 1]), 31)
    array([20, 10,  1])
    """
    allotted = np.minimum(sizes, 2)
    if allotted.sum() > n:
        allotted = np.ones_like(sizes)
    roots = np.sqrt(sizes)
    turns = [(-root / (allotted[place] + 0.5), place) for place, root in enumerate(roots)]
    heapq.heapify(turns)  # highest averages, by the rule of Webster
    left = n - int(allotted.sum())
    while left:
        _, place = heapq.heappop(turns)
        if allotted[place] < sizes[place]:
            allotted[place] += 1
            left -= 1
            heapq.heappush(turns, (-roots[place] / (allotted[place] + 0.5), place))
    return np.asarray(allotted)
