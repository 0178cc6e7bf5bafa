"""What a likeness is worth: the cosines of units beside those of their shuffled parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pbgov.inference.words.likeness import mantel_test

BOUNDS = ("null_low", "null_high")
TAILS = ("p_above", "p_below")
ROUNDING = 1e-6  # shuffles are kept in single precision
EMPTY = "其中一个单位没有可比的词或编码"
FIXED = "同一层里没有别的单位，片段无从调换"
OVERALL_COLUMNS = (
    *("measure", "question", "value", "null_mean", *BOUNDS, "p_value"),
    *("n_units", "n_pairs", "n_permutations", "exact", "reason"),
)


def against(observed: np.ndarray, shuffled: np.ndarray) -> pd.DataFrame:
    """Each cosine beside its shuffles.

    Parameters
    ----------
    observed : ndarray of float, shape (n_pairs,)
    shuffled : ndarray of float, shape (draws, n_pairs)

    Returns
    -------
    DataFrame
        One row is one pair: ``cosine``, ``null_mean``, ``null_low``, ``null_high``, ``p_above``,
        ``p_below``, ``relative`` (cosine / null_mean), ``n_draws``; NaN where the cosine or all of
        its shuffles are undefined.

    References
    ----------
    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero.
    *Statistical Applications in Genetics and Molecular Biology*, 9(1), 39.
    """
    defined = ~np.isnan(shuffled)
    n_draws = defined.sum(axis=0)
    known = ~np.isnan(observed) & (n_draws > 0)
    columns = {name: np.full(len(observed), np.nan) for name in ("null_mean", *BOUNDS, *TAILS)}
    if known.any():
        kept = shuffled[:, known]
        columns["null_mean"][known] = np.nanmean(kept, axis=0)
        for name, level in zip(BOUNDS, (0.025, 0.975), strict=True):
            columns[name][known] = np.nanquantile(kept, level, axis=0)
        for name, tail in zip(TAILS, _tails(observed[known], kept), strict=True):
            columns[name][known] = tail
    table = pd.DataFrame({"cosine": observed, **columns})
    table["relative"] = table["cosine"] / table["null_mean"].where(table["null_mean"] > 0)
    table["n_draws"] = n_draws
    return table


def _tails(observed: np.ndarray, shuffled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of shuffles as large or larger, and as small or smaller, the observed one included."""
    total = (~np.isnan(shuffled)).sum(axis=0) + 1
    above = (shuffled >= observed - ROUNDING).sum(axis=0) + 1
    below = (shuffled <= observed + ROUNDING).sum(axis=0) + 1
    return above / total, below / total


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with q and the side of the band on which each cosine lies."""
    from scipy.stats import false_discovery_control

    tested = table["p_above"].notna().to_numpy()
    q = np.full(len(table), np.nan)
    if tested.any():
        two_sided = 2 * table.loc[tested, list(TAILS)].min(axis=1)
        q[tested] = false_discovery_control(np.minimum(two_sided, 1))
    side = np.where(table["cosine"] > table["null_high"] + ROUNDING, "高于", "之内")
    side = np.where(table["cosine"] < table["null_low"] - ROUNDING, "低于", side)
    outside = pd.Series(side, dtype="str").where(tested)
    return table.assign(q=q, outside=outside)


def overall_questions(
    measure: str,
    pairs: pd.DataFrame,
    shuffled: np.ndarray,
    units: pd.DataFrame,
    draws: int,
    seed: int,
) -> list[dict[str, Any]]:
    """The three questions about all pairs of one measure.

    Parameters
    ----------
    measure : str
    pairs : DataFrame
        As `against` gives it.
    shuffled : ndarray of float, shape (draws, n_pairs)
    units : DataFrame
        ``group`` and ``year`` of the units compared, in the order of the pairs.
    draws, seed : int

    Returns
    -------
    list of dict
        Rows of `pbgov.mining.similarity.Similarity.overall`.
    """
    rows = [{"question": "all pairs", **_mean_of_pairs(pairs, shuffled, len(units))}]
    likeness = np.full((len(units), len(units)), np.nan)
    likeness[np.triu_indices(len(units), k=1)] = pairs["relative"]
    likeness = np.where(np.isnan(likeness), likeness.T, likeness)
    groups, years = units["group"].to_numpy(), units["year"].to_numpy()
    same, middle = groups[:, None] == groups, (years[:, None] + years) / 2
    for question, other, given in (
        ("within minus between", same.astype(float), units["group"].notna().to_numpy()),
        ("change per year", middle, ~np.isnan(years)),
    ):
        if given.any():
            rows.append({"question": question, **_mantel(likeness, other, given, draws, seed)})
    return [
        {name: {"measure": measure, **row}.get(name, float("nan")) for name in OVERALL_COLUMNS}
        for row in rows
    ]


def _mean_of_pairs(pairs: pd.DataFrame, shuffled: np.ndarray, n_units: int) -> dict[str, Any]:
    """The mean cosine of the pairs that have a baseline, beside its shuffles."""
    known = pairs["null_mean"].notna().to_numpy()
    row: dict[str, Any] = {"n_units": n_units, "n_pairs": int(known.sum())}
    if not known.any():
        return row | {"reason": EMPTY if pairs["cosine"].isna().all() else FIXED}
    means = against(
        np.array([pairs["cosine"][known].mean()]),
        np.array([[draw[known & ~np.isnan(draw)].mean()] for draw in shuffled]),
    ).iloc[0]
    return row | {
        "value": means["cosine"],
        "p_value": min(1.0, 2 * min(means[name] for name in TAILS)),
        "n_permutations": len(shuffled),
        "exact": False,
        **{name: means[name] for name in ("null_mean", *BOUNDS)},
    }


def _mantel(
    likeness: np.ndarray, other: np.ndarray, given: np.ndarray, draws: int, seed: int
) -> dict[str, Any]:
    """One Mantel test over the units that have both a likeness and a group or year."""
    silent = np.isnan(likeness).sum(axis=1) == len(likeness)  # with every other unit
    kept = np.flatnonzero(given & ~silent)
    n_pairs = len(kept) * (len(kept) - 1) // 2
    row: dict[str, Any] = {"n_units": len(kept), "n_pairs": n_pairs}
    likeness, other = likeness[np.ix_(kept, kept)], other[np.ix_(kept, kept)]
    if len(kept) < 4:
        return row | {"reason": f"只有 {len(kept)} 个单位可比，至少要 4 个"}
    pairs = np.triu_indices(len(kept), k=1)
    if np.isnan(likeness[pairs]).any():
        return row | {"reason": "有的单位之间没有可比的基准"}
    if np.ptp(other[pairs]) == 0:
        return row | {"reason": "各对单位的组别或年份没有差别，无从比较"}
    if np.ptp(likeness[pairs]) == 0:
        return row | {"reason": "各对单位的相似度没有差别，无从比较"}
    test = mantel_test(likeness, other, seed=seed, draws=draws)
    return row | {
        "value": test.slope,
        "p_value": test.p_value,
        "n_permutations": test.n_permutations,
        "exact": test.exact,
    }
