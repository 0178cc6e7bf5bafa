"""What a table can carry: when to refuse an estimate, when a p value, and what to print.

The rules are the project's: ten residual degrees of freedom, three clusters, one regressor per
eight units, no sandwich p value under four degrees of freedom or with three treated units or fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.remarks import Remark
from pbgov.inference.linear import dependent_columns
from pbgov.inference.power import correlation_exaggeration, minimum_detectable_r
from pbgov.marks import SIMULATED_NOTE, SIMULATED_NOTE_EN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

    from pbgov.evaluation.design import Design

RESIDUAL_DF = 10
LEAST_CLUSTERS = 3
UNITS_PER_REGRESSOR = 8
LEAST_DF = 4.0
FEW_TREATED = 3
LEVEL = 0.05
PLAUSIBLE_R = 0.3
"""A correlation of medium size by Cohen's convention; what is said of power rests on it."""
LOW_POWER = 0.5
_SHOWN = 20


def constant_in_clusters(matrix: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Which columns have one value per cluster.

    Parameters
    ----------
    matrix : ndarray, shape (n, k)
    clusters : ndarray, shape (n,)

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    _, first, codes = np.unique(clusters, return_index=True, return_inverse=True)
    return np.asarray((matrix == matrix[first][codes]).all(axis=0))


def refusal(
    design: Design, cluster: str | None, unit_name: str, allow_regressors: int | None
) -> tuple[str, str] | None:
    """Why this regression is not estimated, in Chinese and in English; None where it can be.

    Parameters
    ----------
    design : Design
    cluster : str or None
        Column of the clusters.
    unit_name : str
    allow_regressors : int or None
        The caller's own limit in place of one regressor per eight units.

    Raises
    ------
    InputError
        Where `allow_regressors` is no whole number above 0.
    """
    whole = isinstance(allow_regressors, (int, np.integer)) and allow_regressors is not True
    if allow_regressors is not None and not (whole and allow_regressors > 0):
        raise InputError(
            f"allow_regressors is {allow_regressors!r}; give a whole number above 0, or leave it out"
        )
    unusable = unusable_values(design, unit_name, rows_are_units=cluster is None)
    if unusable:
        return unusable
    constant = [
        name
        for name, values in zip(design.columns[1:], design.matrix.T[1:], strict=True)
        if np.ptp(values) == 0
    ]
    for name in (*design.vanished, *constant):
        return f"解释变量“{name}”没有变化", f"the regressor {name!r} does not vary"
    crowded = _crowding(design, cluster, unit_name, allow_regressors)
    if crowded:
        return crowded
    dependent = dependent_columns(design.matrix)
    if dependent:
        name = design.columns[dependent[0]]
        return (
            f"“{name}”可由前面的解释变量完全推出（完全共线）",
            f"{name!r} is a linear combination of the regressors before it",
        )
    return None


def unusable_values(
    design: Design, unit_name: str, *, rows_are_units: bool
) -> tuple[str, str] | None:
    """Why no test at all can be made of these rows, in Chinese and in English; None where one can.

    Parameters
    ----------
    design : Design
    unit_name : str
    rows_are_units : bool
        Whether each row counts as a unit of its own.
    """
    n = len(design.matrix)
    if rows_are_units and design.labelled_by and len(set(design.labels)) < n:
        twice = next(name for name in design.labels if design.labels.count(name) > 1)
        return (
            f"“{design.labelled_by}”里 {twice} 等单位有多行，按行检验会把同一单位的各行当作互相独立；"
            f"请写 cluster={design.labelled_by!r}，或先合并成一行",
            f"units such as {twice} have several rows, which a test of rows would take for"
            f" independent; say cluster={design.labelled_by!r}, or make one row of each",
        )
    if n < 2:
        return too_few_complete(design, unit_name if rows_are_units else "行")
    undefined = [
        name
        for name, values in zip(design.columns, design.matrix.T, strict=True)
        if not np.isfinite(values).all()
    ]
    if len(design.outcome) and not np.isfinite(design.outcome).all():
        undefined.insert(0, design.outcome_name)
    if undefined:
        return (
            f"“{undefined[0]}”在有些行上没有有限的数值（例如对 0 取对数）",
            f"{undefined[0]!r} is not finite in some rows (such as the logarithm of 0)",
        )
    if len(design.outcome) and np.ptp(design.outcome) == 0:
        return (
            f"结果变量“{design.outcome_name}”没有变化",
            f"the outcome {design.outcome_name!r} does not vary",
        )
    return None


def too_few_complete(design: Design, unit_name: str) -> tuple[str, str]:
    """That hardly a row is complete, and in which columns values are missing."""
    n = len(design.rows)
    zh = f"只有 {counted(n, unit_name)}的数据是完整的"
    en = f"only {counted_en(n, '行')} {'is' if n == 1 else 'are'} complete"
    if not design.gaps:
        return zh, en
    return f"{zh}：{'、'.join(design.gaps)} 有缺失", f"{en}: {', '.join(design.gaps)} missing"


def _crowding(
    design: Design, cluster: str | None, unit_name: str, allow_regressors: int | None
) -> tuple[str, str] | None:
    n, k = design.matrix.shape
    own = {cluster, f"C({cluster})"} if cluster else set()
    asked_for = np.array([term not in {"Intercept", *own} for term in design.terms])
    levels = [("行" if cluster else unit_name, "rows" if cluster else "units", n, k, asked_for)]
    if cluster:
        clusters = design.rows[cluster].to_numpy()
        n_clusters = len(np.unique(clusters))
        if n_clusters < LEAST_CLUSTERS:
            few, few_en = counted(n_clusters, unit_name), counted_en(n_clusters, unit_name)
            return f"只有 {few}，误差无从判断", f"only {few_en}, by which no error can be judged"
        between = asked_for & constant_in_clusters(design.matrix, clusters)
        if between.any():
            levels.insert(0, (unit_name, "units", n_clusters, int(between.sum()) + 1, between))
    for name, name_en, units, coefficients, regressors in levels:
        if units < coefficients + RESIDUAL_DF:
            need = coefficients + RESIDUAL_DF
            return (
                f"{counted(units, name)}要估计 {coefficients} 个系数；至少需要 {counted(need, name)}",
                f"{units} {name_en} for {coefficients} coefficients; need {need}",
            )
        most = max(1, units // UNITS_PER_REGRESSOR)
        asked = int(regressors.sum())
        if asked > most and (allow_regressors is None or asked > allow_regressors):
            return (
                f"{counted(units, name)}最多支持 {most} 个解释变量，式中有 {asked} 个；"
                f"确有理由时写 allow_regressors={asked}",
                f"{units} {name_en} carry {most} regressor{'' if most == 1 else 's'}, the formula has"
                f" {asked};"
                f" with good reason say allow_regressors={asked}",
            )
    return None


def refused_p(
    matrix: np.ndarray,
    names: tuple[str, ...],
    df: np.ndarray,
    clusters: np.ndarray,
    unit_name: str,
    permuted: Collection[int] = (),
) -> tuple[np.ndarray, tuple[Remark, ...]]:
    """Which coefficients get no sandwich p value, with one remark for each reason.

    Parameters
    ----------
    matrix : ndarray, shape (n, k)
    names : tuple of str
        "Intercept" for the column of ones; within units there is none.
    df : ndarray, shape (k,)
        Satterthwaite degrees of freedom.
    clusters : ndarray, shape (n,)
        The unit of each row; row numbers where rows are the units.
    unit_name : str
    permuted : collection of int
        Positions of the columns that have a permutation test to look at instead.

    Returns
    -------
    refused : ndarray of bool, shape (k,)
    remarks : tuple of Remark
    """
    refused = np.zeros(len(names), dtype=bool)
    alike: dict[tuple[str, str, bool], list[str]] = {}
    for j, name in enumerate(names):
        few = fewer_units(matrix[:, j], clusters)
        if name != "Intercept" and few is not None and few <= FEW_TREATED:
            zh = f"两组中较小的一组只有 {counted(few, unit_name)}"
            en = f"the smaller of two groups has only {counted_en(few, unit_name)}"
        elif np.isnan(df[j]):
            zh, en = "误差无从判断（没有有效自由度）", "no effective degrees of freedom"
        elif df[j] < LEAST_DF:
            zh = f"有效自由度只有 {df[j]:.1f}"
            en = f"only {df[j]:.1f} effective degrees of freedom"
        else:
            continue
        refused[j] = True
        alike.setdefault((zh, en, j in permuted), []).append(name)
    return refused, tuple(_on_refusal(group, *why) for why, group in alike.items())


def _on_refusal(names: list[str], zh: str, en: str, instead: bool) -> Remark:
    whose = "、".join("截距" if name == "Intercept" else f"“{name}”" for name in names)
    whose_en = ", ".join("the intercept" if name == "Intercept" else repr(name) for name in names)
    return Remark(
        "tests",
        f"{whose}的{zh}，不给出稳健标准误的 p 值和区间{'，只看置换检验' if instead else ''}。",
        f"{whose_en[0].upper()}{whose_en[1:]}: {en}, so no p value or interval from a sandwich"
        f"{'; see the permutation test alone' if instead else ''}.",
    )


def fewer_units(values: np.ndarray, clusters: np.ndarray) -> int | None:
    """Units of the smaller group of a column with two values; None for any other column."""
    kinds = np.unique(values)
    if len(kinds) != 2:
        return None
    return min(len(np.unique(clusters[values == kind])) for kind in kinds)


def sentences_on_size(
    n: int, n_units: int, unit_name: str, *, clustered: bool, detectable: bool
) -> list[Remark]:
    """How many units there are and, for terms that differ between units, what they could show."""
    units, units_en = counted(n_units, unit_name), counted_en(n_units, unit_name)
    rows, rows_en = (f"（{n} 行）", f" ({n} rows)") if clustered else ("", "")
    remarks = [
        Remark(
            "size",
            f"样本量：{units}{rows}。系数表示相关，相关不等于因果。",
            f"Sample: {units_en}{rows_en}. Coefficients are associations, not effects.",
        )
    ]
    if not detectable:
        return remarks
    least = minimum_detectable_r(n_units)
    remarks.append(
        Remark(
            "detectable",
            f"{units}要有八成把握在 5% 水平上查出关联，相关系数须达到"
            f" |r|≥{least:.2f}；更弱的关联多半查不出来，查不出不等于没有。",
            f"{units_en} show an association at the 5% level with 80% power only where |r| is"
            f" {least:.2f} or more; a weaker one is mostly missed, and missed is not absent.",
        )
    )
    if n_units < 4:
        return remarks
    found = correlation_exaggeration(PLAUSIBLE_R, n_units)
    if found.power < LOW_POWER:
        remarks.append(
            Remark(
                "detectable",
                f"若真实相关只有 {PLAUSIBLE_R}，查得出的机会为 {found.power:.0%}，"
                f"而“显著”的估计平均夸大到 {found.exaggeration:.1f} 倍。",
                f"If the true correlation is {PLAUSIBLE_R}, power is {found.power:.0%} and estimates"
                f" that come out significant are exaggerated {found.exaggeration:.1f} times on average.",
            )
        )
    return remarks


def sentences_on_groups(
    matrix: np.ndarray, names: Sequence[str], units: np.ndarray, unit_name: str
) -> list[Remark]:
    """How many units have a 1 and how many a 0, of each column of zeros and ones.

    A column that is 1 in some row and 0 in another of every unit, such as that of a period, says
    nothing of units and is passed over.
    """
    n_units = len(np.unique(units))
    counts = []
    for name, values in zip(names, matrix.T, strict=True):
        if set(np.unique(values)) == {0.0, 1.0}:
            ones, zeros = (len(np.unique(units[values == value])) for value in (1, 0))
            if ones + zeros < 2 * n_units:
                counts.append((name, ones, zeros))
    if not counts:
        return []
    shown = _listed([f"“{name}”{ones} 和 {zeros}" for name, ones, zeros in counts])[0]
    shown_en = _listed([f"{name!r} {ones} and {zeros}" for name, ones, zeros in counts])[1]
    return [
        Remark(
            "size",
            f"取值为 1 和为 0 的{unit_name}数：{shown}。",
            f"How many {counted_en(2, unit_name)[2:]} have a 1 and how many a 0: {shown_en}.",
        )
    ]


def sentences_on_gaps(design: Design) -> list[Remark]:
    """Periods of indicators, units that a panel's join left out, and rows that are not complete."""
    remarks = []
    if design.periods:
        of_each = "，".join(f"“{name}”{period}" for name, period in design.periods.items())
        of_each_en = ", ".join(f"{name} {period}" for name, period in design.periods.items())
        remarks.append(
            Remark("gaps", f"指标的时期：{of_each}。", f"Periods of indicators: {of_each_en}.")
        )
    if design.unmatched:
        shown, shown_en = _listed(design.unmatched)
        remarks.append(
            Remark(
                "gaps",
                f"合并得分与指标时有 {len(design.unmatched)} 个单位只在一边，不在其中（{shown}）。",
                f"The join of scores and indicators left out {counted_en(len(design.unmatched), '单位')}"
                f" found on one side only ({shown_en}).",
            )
        )
    if not design.dropped:
        return remarks
    shown, shown_en = _listed(sorted(set(design.dropped)))
    gaps, gaps_en = "、".join(design.gaps), ", ".join(design.gaps)
    return [
        *remarks,
        Remark(
            "gaps",
            f"丢弃 {len(design.dropped)} 行：{gaps} 缺失（{shown}）。",
            f"{counted_en(len(design.dropped), '行')} left out: {gaps_en} missing ({shown_en}).",
        ),
    ]


def _listed(labels: Sequence[str]) -> tuple[str, str]:
    more, more_en = ("等", " and others") if len(labels) > _SHOWN else ("", "")
    return "、".join(labels[:_SHOWN]) + more, ", ".join(labels[:_SHOWN]) + more_en


def sentences_on_agreement(terms: pd.DataFrame) -> list[Remark]:
    """Which terms look different to the sandwich and to the permutation test."""
    found = []
    for row in terms.to_dict("records"):
        both = np.array([row["p_value"], row["p_permutation"]], dtype=float)
        if not np.isnan(both).any() and (both[0] < LEVEL) != (both[1] < LEVEL):
            ours, theirs = shown_p(both[0]), shown_p(both[1])
            found.append(
                Remark(
                    "tests",
                    f"“{row['term']}”：两种检验结论不一致（{ours}，置换 {theirs}），不稳健。",
                    f"{row['term']!r}: the two tests disagree ({ours}, permutation {theirs});"
                    " not robust.",
                )
            )
    return found


def sentences_on_second_opinion(covariance: str, covariance_en: str) -> list[Remark]:
    """What the second set of standard errors is, and that no p value is one-sided."""
    return [
        Remark(
            "tests",
            f"并列的第二种标准误：{covariance}。各 p 值都是双侧的。",
            f"Second opinion on the standard errors: {covariance_en}. All p values are two-sided.",
        )
    ]


def sentences_on_simulation(simulated: bool) -> list[Remark]:
    """The note every simulated estimate carries."""
    return [Remark("simulated", SIMULATED_NOTE, SIMULATED_NOTE_EN)] if simulated else []


def shown_p(p: float) -> str:
    """A p value as it is printed: never as 0."""
    return "p<0.001" if p < 0.001 else f"p={p:.3f}"
