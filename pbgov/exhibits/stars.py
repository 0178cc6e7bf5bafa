"""Stars behind coefficients: where they are refused, and which p value they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.evaluation.estimate import Estimate, NotEstimated, counted, counted_en
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.exhibits.numerals import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.evaluation.remarks import Lang

LEAST_UNITS = 43
"""The fewest units of which a two-sided test at 5 % finds a correlation of 0.3 (medium by Cohen's
convention) more often than not: its power is 0.497 with 42 units and 0.507 with 43. Below, what
comes out significant overstates such a correlation by more than a third on average (twofold with 16
units)."""
STAR_LEVELS = (0.001, 0.01, 0.05)


def refusal_of_stars(fits: Sequence[Estimate | NotEstimated], lang: Lang) -> str:
    """Why a table of these estimates gets no stars, as a sentence; '' where it may have them.

    Refused for simulated data, and where any column rests on fewer than `LEAST_UNITS` units at the
    level of the regressor, whatever its number of rows: stars in some columns only would rank
    columns by their size.
    """
    zh = lang == "zh"
    if any(one.simulated for one in fits):
        return (
            "未标星号：数据是模拟的，效应由程序设定，“显著”不说明任何事。"
            if zh
            else "No stars: the data are simulated, their effects set by a program; “significant”"
            " would say nothing."
        )
    few = [one for one in fits if isinstance(one, Estimate) and one.n_units < LEAST_UNITS]
    if not few:
        return ""
    least = min(few, key=lambda one: one.n_units)
    if zh:
        return (
            f"未标星号：只有 {counted(least.n_units, least.unit_name)}，少于 {LEAST_UNITS} 个。单位再少，"
            "中等强度的关联（r=0.3）多半查不出来，查得出的平均夸大三分之一以上，星号标出的主要是运气。"
        )
    return (
        f"No stars: only {counted_en(least.n_units, least.unit_name)}, fewer than {LEAST_UNITS}. With"
        " fewer, an association of medium size (r = 0.3) is mostly missed and, where it is found,"
        " overstated by more than a third on average, so that stars would mark luck."
    )


def stars_of(coefficient: dict[str, Any]) -> str:
    """The stars of one coefficient: by the larger of its two p values, none without a sandwich p."""
    p = deciding_p(coefficient)
    if p is None or coefficient["term"] in INTERCEPT:
        return ""
    return "*" * sum(p < level for level in STAR_LEVELS)


def deciding_p(coefficient: dict[str, Any]) -> float | None:
    """The larger of the sandwich p and the permutation p; None where the sandwich was refused."""
    both = (coefficient["p_value"], coefficient.get("p_permutation"))
    if is_missing(both[0]):
        return None
    return max(float(p) for p in both if p is not None and not is_missing(p))


def sentence_on_stars(lang: Lang) -> str:
    """What the stars of a table follow."""
    if lang == "zh":
        return (
            "* p<0.05，** p<0.01，*** p<0.001：取稳健标准误的 p 与置换 p 中较大的一个；"
            "没有稳健标准误的 p 时不标。p 未按检验个数调整。"
        )
    return (
        "* p<0.05, ** p<0.01, *** p<0.001, by the larger of sandwich p and permutation p; none where"
        " there is no sandwich p. Not adjusted for the number of tests."
    )
