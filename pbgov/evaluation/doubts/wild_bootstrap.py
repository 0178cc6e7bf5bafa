"""The wild cluster bootstrap of one regressor: a second opinion where rows come in districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.design import other_columns, read_design
from pbgov.evaluation.doubts.tested import column_of
from pbgov.evaluation.estimate import NotEstimated, counted, counted_en
from pbgov.evaluation.limits import (
    FEW_TREATED,
    LEVEL,
    fewer_units,
    refusal,
    sentences_on_gaps,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.problem import Problem, as_fitted
from pbgov.evaluation.regression import SEED, table_of
from pbgov.evaluation.remarks import Remark, in_order
from pbgov.inference.resampling.permutation import varies_between_only
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.resampling.wild_bootstrap import wild_bootstrap, wild_bootstrap_interval

if TYPE_CHECKING:
    from pbgov.indicators.panel import Panel
    from pbgov.inference.resampling.weight_vectors import Weights
    from pbgov.inference.resampling.wild_bootstrap import WildBootstrap

WILD_COLUMNS = (
    "term",
    "estimate",
    "null",
    "t",
    "p",
    "conf_low",
    "conf_high",
    "n_draws",
    "enumerated",
    "floor",
    "weights",
)


def wild_cluster_bootstrap(
    data: pd.DataFrame | Panel,
    formula: str,
    term: str,
    cluster: str,
    *,
    null: float = 0.0,
    weights: Weights | None = None,
    fixed_effects: str | None = None,
    unit_name: str | None = None,
    seed: int = SEED,
    draws: int = DRAWS,
    allow_regressors: int | None = None,
) -> CheckResult | NotEstimated:
    """Test one term by the wild cluster bootstrap-t with the null imposed.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit and period, or per street of a unit.
    formula : str
        As in `pbgov.regress`.
    term : str
        The regressor tested, or one column of it.
    cluster : str
        Column of the unit that rows belong to: the district.
    null : float
        The coefficient tested, in units of the outcome per unit of the term.
    weights : {"rademacher", "webb"}, optional
        What residuals are multiplied by; signs for ten clusters or more, Webb's six points for
        fewer, where not given.
    fixed_effects : str, optional
        Column of the units whose own level is taken out; each lies in one cluster.
    unit_name, allow_regressors
        As in `pbgov.regress`.
    seed, draws : int
        Of the draws where there are more than two million vectors of weights: above 20
        clusters, or with Webb's weights above 8.

    Returns
    -------
    CheckResult or NotEstimated
        ``table`` has one row: term, estimate, null, t (with the uncorrected cluster standard
        error), p (never 0), conf_low, conf_high (95 %, every value the test does not reject;
        infinite where none however far is rejected), n_draws, enumerated, floor (the smallest
        p possible), weights. NotEstimated for the reasons of `pbgov.regress`, for two
        clusters, and where the errors leave no variance between clusters.

    Raises
    ------
    InputError
        Where the formula cannot be read, a column or the term is not there, or `null`,
        `weights`, `seed` or `draws` cannot be meant.

    References
    ----------
    As in `pbgov.inference.resampling.wild_bootstrap`.
    """
    if not isinstance(null, (int, float, np.integer, np.floating)) or not np.isfinite(null):
        raise InputError(
            f"null is {null!r}; give the number that the coefficient is tested against"
        )
    table, simulated = table_of(data)
    others = other_columns(cluster, fixed_effects)
    design = read_design(table, formula, others)
    column = column_of(design, term)
    unit_name = unit_name or "组"
    reason = refusal(design, cluster, unit_name, allow_regressors)
    problem = None
    if reason is None:
        problem = as_fitted(design, None, fixed_effects, cluster)
        reason = problem if isinstance(problem, tuple) else None
    if reason is not None or column is None or not isinstance(problem, Problem):
        zh, en = reason or ("", "")
        return NotEstimated(formula, len(design.rows), zh, en, simulated)
    place = problem.columns.index(design.columns[column])
    clusters = design.rows[cluster].to_numpy()
    arrays = (problem.matrix, problem.outcome, clusters, place)
    result = wild_bootstrap(*arrays, null=null, weights=weights, seed=seed, draws=draws)
    if not result.n_draws:
        return NotEstimated(
            formula,
            len(design.rows),
            f"回归在{unit_name}之间没有留下误差，“{term}”没有可以判断的标准误",
            f"the errors leave no variance between clusters to judge {term!r} by",
            simulated,
        )
    interval = wild_bootstrap_interval(*arrays, weights=weights, seed=seed, draws=draws)
    tested = problem.regressors[:, place]
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            len(design.rows),
            result.n_clusters,
            unit_name,
            clustered=True,
            detectable=varies_between_only(tested, clusters),
        ),
        *sentences_on_gaps(design),
        *_on_vectors(result, unit_name, seed),
        *_on_floor(result, unit_name),
        *_on_few_treated(fewer_units(tested, clusters), term, unit_name),
        *_on_endless_interval(interval, term),
    ]
    return CheckResult(
        name=f"野聚类自助法：{term}",
        name_en=f"wild cluster bootstrap: {term}",
        statistic=result.statistic,
        p_value=result.p_value,
        passed=None,
        n=result.n_clusters,
        unit_name=unit_name,
        table=_table(term, result, interval),
        remarks=in_order(remarks),
        seed=None if result.enumerated else seed,
        simulated=simulated,
    )


def _table(term: str, result: WildBootstrap, interval: tuple[float, float]) -> pd.DataFrame:
    row = (
        term,
        result.estimate,
        float(result.null),
        result.statistic,
        result.p_value,
        *interval,
        result.n_draws,
        result.enumerated,
        result.floor,
        result.weights,
    )
    return pd.DataFrame([row], columns=list(WILD_COLUMNS))


def _on_vectors(result: WildBootstrap, unit_name: str, seed: int) -> list[Remark]:
    """Which vectors of weights were compared."""
    kind = {"rademacher": ("符号", "signs"), "webb": ("Webb 六点权重", "Webb's weights")}
    zh, en = kind[result.weights]
    n = result.n_draws
    how = f"穷举全部 {n:,} 个向量" if result.enumerated else f"随机抽取 {n:,} 个向量，种子 {seed}"
    how_en = f"all {n:,} vectors" if result.enumerated else f"{n:,} draws, seed {seed}"
    return [
        Remark(
            "p_values",
            f"野聚类自助法在零假设下重新生成结果，按{unit_name}乘以{zh}（{how}，"
            f"p 最小为 {result.floor:.2g}）；不低于实测 t 值的都计入，p 不会是 0。",
            f"The wild cluster bootstrap makes outcomes anew under the null, with {en} by"
            f" {counted_en(1, unit_name)[2:]} ({how_en}, least p {result.floor:.2g}); every t as"
            " large as the observed one counts, so p is never 0.",
        )
    ]


def _on_floor(result: WildBootstrap, unit_name: str) -> list[Remark]:
    """Where there are so few clusters that signs alone could not reject."""
    signs = 2 / 2**result.n_clusters
    if result.floor >= LEVEL:
        return [
            Remark(
                "p_values",
                f"{counted(result.n_clusters, unit_name)}的符号向量太少，p 不可能小于"
                f" {result.floor:.2g}：无论数据如何都不会低于 5%。",
                f"With {counted_en(result.n_clusters, unit_name)} p cannot fall below"
                f" {result.floor:.2g}, whatever the data.",
            )
        ]
    if signs >= LEVEL:
        return [
            Remark(
                "p_values",
                f"只用符号时 p 不可能小于 {signs:.2g}，所以用 Webb 权重；"
                f"{counted(result.n_clusters, unit_name)}仍然太少，这个 p 值只能参考。",
                f"With signs alone p could not fall below {signs:.2g}, hence Webb's weights; still,"
                f" {counted_en(result.n_clusters, unit_name)} are few, and this p is a rough guide.",
            )
        ]
    return []


def _on_few_treated(few: int | None, term: str, unit_name: str) -> list[Remark]:
    """Where the bootstrap with the null imposed hardly ever rejects."""
    if few is None or few > FEW_TREATED:
        return []
    return [
        Remark(
            "tests",
            f"“{term}”两组中较小的一组只有 {counted(few, unit_name)}：野自助法这时几乎从不拒绝，"
            "不拒绝说明不了什么，请看置换检验。",
            f"The smaller group of {term!r} has only {counted_en(few, unit_name)}: the wild bootstrap"
            " then hardly ever rejects, so that a large p says nothing; see the permutation test.",
        )
    ]


def _on_endless_interval(interval: tuple[float, float], term: str) -> list[Remark]:
    if np.isfinite(interval).all():
        return []
    return [
        Remark(
            "p_values",
            f"“{term}”的区间没有端点：多远的值都不能在 5% 水平上拒绝。",
            f"The interval of {term!r} has no end: values however far away are not rejected at 5%.",
        )
    ]
