"""What a table can carry: when to refuse an estimate, when a p value, and what to print.

The rules are the project's: ten residual degrees of freedom, one regressor per eight units,
no sandwich p value under four degrees of freedom or with three treated units or fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted
from pbgov.inference.linear import dependent_columns
from pbgov.inference.power import minimum_detectable_r
from pbgov.marks import SIMULATED_NOTE

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.design import Design
    from pbgov.inference.permutation import PermutationResult

RESIDUAL_DF = 10
UNITS_PER_REGRESSOR = 8
LEAST_DF = 4.0
FEW_TREATED = 3
LEVEL = 0.05
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
    """
    n = len(design.matrix)
    if n < 2:
        there = counted(n, "行" if cluster else unit_name)
        return f"只有 {there}的数据是完整的", f"only {n} complete rows"
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
        if n_clusters < 2:
            return f"只有 {counted(n_clusters, unit_name)}", f"only {n_clusters} cluster"
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
                f"{units} {name_en} carry {most} regressors, the formula has {asked};"
                f" with good reason say allow_regressors={asked}",
            )
    return None


def refused_p(
    matrix: np.ndarray, names: tuple[str, ...], df: np.ndarray, clusters: np.ndarray, unit_name: str
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Which coefficients get no sandwich p value, with one sentence for each.

    Parameters
    ----------
    matrix : ndarray, shape (n, k)
    names : tuple of str
    df : ndarray, shape (k,)
        Satterthwaite degrees of freedom.
    clusters : ndarray, shape (n,)
        The unit of each row; row numbers where rows are the units.
    unit_name : str

    Returns
    -------
    refused : ndarray of bool, shape (k,)
    sentences : tuple of str
    """
    refused = np.zeros(len(names), dtype=bool)
    sentences = []
    for j, name in enumerate(names):
        few = _fewer_units(matrix[:, j], clusters)
        if j and few is not None and few <= FEW_TREATED:
            reason = f"两组中较小的一组只有 {counted(few, unit_name)}"
        elif not df[j] >= LEAST_DF:
            reason = f"有效自由度只有 {df[j]:.1f}"
        else:
            continue
        refused[j] = True
        whose, instead = (f"“{name}”", "，只看置换检验") if j else ("截距", "")
        sentences.append(f"{whose}的{reason}，不给出稳健标准误的 p 值和区间{instead}。")
    return refused, tuple(sentences)


def _fewer_units(values: np.ndarray, clusters: np.ndarray) -> int | None:
    """Units of the smaller group of a column with two values; None for any other column."""
    kinds = np.unique(values)
    if len(kinds) != 2:
        return None
    return min(len(np.unique(clusters[values == kind])) for kind in kinds)


def sentences_on_size(
    n: int, n_units: int, unit_name: str, *, clustered: bool, detectable: bool
) -> list[str]:
    """How many units there are and, for terms that differ between units, what they could show."""
    rows = f"（{n} 行）" if clustered else ""
    sentences = [f"样本量：{counted(n_units, unit_name)}{rows}。"]
    if detectable:
        sentences.append(
            f"{counted(n_units, unit_name)}要有八成把握在 5% 水平上查出关联，相关系数须达到"
            f" |r|≥{minimum_detectable_r(n_units):.2f}；更弱的关联多半查不出来，查不出不等于没有。"
        )
    return [*sentences, "相关不等于因果。"]


def sentences_on_gaps(design: Design) -> list[str]:
    """Which rows were left out for missing values."""
    if not design.dropped:
        return []
    labels = sorted(set(design.dropped))
    shown = "、".join(labels[:_SHOWN]) + ("等" if len(labels) > _SHOWN else "")
    return [f"丢弃 {len(design.dropped)} 行：{'、'.join(design.gaps)} 缺失（{shown}）。"]


def sentences_on_permutation(
    permuted: dict[int, PermutationResult], unit_name: str, seed: int
) -> list[str]:
    """How the permutation tests were made, and what they assume."""
    made = [result for result in permuted.values() if result.n_permutations]
    if not made:
        return []
    how = {
        f"穷举全部 {result.n_permutations:,} 种"
        if result.exact
        else f"随机抽取 {result.n_permutations:,} 种，种子 {seed}"
        for result in made
    }
    return [
        f"置换检验在{unit_name}之间重排未解释的部分（{'；'.join(sorted(how))}），"
        f"假定没有关联时各{unit_name}可以互换；误差大小随解释变量而变时，它会偏松。"
    ]


def sentences_on_untested(untested: list[str], unit_name: str) -> list[str]:
    """Which terms have no permutation test, because units cannot be shuffled for them."""
    if not untested:
        return []
    names = "、".join(f"“{name}”" for name in dict.fromkeys(untested))
    return [f"{names}在{unit_name}内变化，或无法与其他变量分开，没有相应的置换检验。"]


def sentences_on_agreement(terms: pd.DataFrame) -> list[str]:
    """Which terms look different to the sandwich and to the permutation test."""
    found = []
    for row in terms.to_dict("records"):
        both = np.array([row["p_value"], row["p_permutation"]], dtype=float)
        if not np.isnan(both).any() and (both[0] < LEVEL) != (both[1] < LEVEL):
            found.append(
                f"“{row['term']}”：两种检验结论不一致（{shown_p(both[0])}，置换 {shown_p(both[1])}），"
                "不稳健。"
            )
    return found


def sentences_on_simulation(simulated: bool) -> list[str]:
    """The note every simulated estimate carries."""
    return [SIMULATED_NOTE] if simulated else []


def shown_p(p: float) -> str:
    """A p value as it is printed: never as 0."""
    return "p<0.001" if p < 0.001 else f"p={p:.3f}"
