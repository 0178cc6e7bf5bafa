"""Regression of a rate between 0 and 1, such as the share of people who are satisfied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import names_of, other_columns, read_design
from pbgov.evaluation.estimate import EFFECT_COLUMNS, Estimate, NotEstimated, counted_en
from pbgov.evaluation.limits import (
    LEAST_DF,
    UNITS_PER_REGRESSOR,
    refusal,
    refused_p,
    sentences_on_agreement,
    sentences_on_gaps,
    sentences_on_groups,
    sentences_on_second_opinion,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.outcomes.single_columns import (
    influence_by_refitting,
    same_factor,
    sentences_on_skipping,
)
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.problem import said_of_levered_rows
from pbgov.evaluation.regression import (
    SEED,
    beside_table,
    table_of,
    terms_table,
    unit_permutations,
)
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.sensitivity import sentences_on_influence
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import (
    bell_mccaffrey_df,
    coefficient_tests,
    fully_levered_rows,
    hc2,
    least_squares,
)
from pbgov.inference.outcomes.fractional import (
    FractionalFit,
    average_marginal_effect,
    cluster_covariance,
    robust_covariance,
)
from pbgov.inference.outcomes.fractional import fractional_logit as fit_fractional_logit
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.inference.resampling.relabelings import DRAWS

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel

POINTS = 100.0
_NEAR_THE_CEILING = 0.95
_SHOWN = 5
_NO_RESIDUAL = 1e-10


def fractional_logit(
    data: pd.DataFrame | Panel,
    formula: str,
    cluster: str | None = None,
    *,
    denominators: str | None = None,
    labels: str | None = None,
    unit_name: str | None = None,
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """Fractional logit of a rate, with average marginal associations in percentage points.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit, or per unit and period with `cluster`.
    formula : str
        Such as ``"满意率 ~ 占比"``, with rates between 0 and 1; of counts,
        ``"I(满意人数 / 答卷人数) ~ 占比"``. See `pbgov.regress`.
    cluster : str, optional
        Column of the unit that rows belong to. Without it each row is a unit.
    denominators : str, optional
        Column with the number of people behind each rate. Rows then count by it, so that each
        person counts once; the rows are still what is independent. Without it rows count alike.
    labels, unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        ``terms`` are in logits: HC3 with the leverage of the weighted design and t(n - k), the
        quasi-binomial standard errors with t(n - k) beside; with `cluster` the jackknife over
        clusters (CR3), CR1 beside, both with t(G - 1). p values are refused as in
        `pbgov.regress`, by the Satterthwaite degrees of freedom of the weighted design. The
        permutation test is that of the linear model of the rate. ``effects`` has the average
        marginal association of each column in percentage points with its delta-method standard
        error (0/1 columns: the difference 1 makes to 0; groups: to the group left out; others:
        per unit), beside least squares on the rate (HC2 + Bell-McCaffrey, or CR2). NotEstimated
        as in `pbgov.regress`, and where the regressors separate rates of 0 from rates of 1.

    Raises
    ------
    InputError
        As `pbgov.regress`; and where a rate lies outside 0 and 1, or a denominator is not a
        positive number.

    References
    ----------
    Papke and Wooldridge (1996), as in `pbgov.inference.outcomes.fractional.fractional_logit`.
    """
    table, simulated = table_of(data)
    others = other_columns(cluster, denominators)
    design = read_design(table, formula, others, labels)
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'rate ~ regressors'")
    refuse_rates_outside(design)
    weights = _people(design, denominators)
    unit_name = unit_name or ("组" if cluster else "行")
    n = len(design.rows)
    reason = refusal(design, cluster, unit_name, allow_regressors)
    if reason is None:
        fit = fit_fractional_logit(design.matrix, design.outcome, weights)
        reason = _unusable(fit, cluster)
    if reason is not None or isinstance(fit, NoMaximum):
        zh, en = reason or ("", "")
        return NotEstimated(formula, n, zh, en, simulated)

    units = np.arange(n) if cluster is None else design.rows[cluster].to_numpy()
    n_units = len(np.unique(units))
    if cluster is None:
        covariance, df = robust_covariance(fit, "HC3"), float(n - design.matrix.shape[1])
        second = coefficient_tests(fit.coefficients, robust_covariance(fit, "quasi"), df)
        informative = bell_mccaffrey_df(fit.working)
    else:
        covariance, df = cluster_covariance(fit, units, "CR3"), float(n_units - 1)
        second = coefficient_tests(fit.coefficients, cluster_covariance(fit, units, "CR1"), df)
        informative = cr2(fit.working, units)[1]
    said, beside_said = _said(cluster, unit_name)
    tests = coefficient_tests(fit.coefficients, covariance, df)
    permuted, untested = unit_permutations(
        design.matrix, design.outcome, units if cluster else None, weights, seed, permutations
    )
    refused, refusals = refused_p(
        design.matrix, design.columns, informative, units, unit_name, permuted
    )
    terms = terms_table(design.columns, fit.coefficients, tests, refused, permuted)
    alone = same_factor(design)
    influence = influence_by_refitting(
        design,
        design.columns,
        fit.coefficients,
        units,
        list(design.labels) if cluster is None else names_of(np.unique(units)),
        lambda kept: _coefficients(design.matrix[kept], design.outcome[kept], weights[kept]),
    )
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            n, n_units, unit_name, clustered=cluster is not None, detectable=bool(permuted)
        ),
        *sentences_on_groups(design.matrix, design.columns, units, unit_name),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_rates(design, denominators),
        *_sentences_on_effects(design, alone),
        *sentences_on_permutation(permuted, unit_name, seed),
        *_sentences_on_what_is_permuted(bool(permuted)),
        *sentences_on_untested([design.terms[j] for j in untested], unit_name),
        *sentences_on_agreement(terms),
        *sentences_on_influence(
            influence[influence["term"].isin([design.columns[j] for j in permuted])],
            unit_name,
            n_units // UNITS_PER_REGRESSOR,
        ),
        *sentences_on_skipping(n_units, unit_name),
        *sentences_on_second_opinion(*beside_said),
    ]
    return Estimate(
        formula=formula,
        outcome=design.outcome_name,
        terms=terms,
        n=n,
        n_units=n_units,
        unit_name=unit_name,
        method="分数 logit（准似然）",
        method_en="fractional logit (quasi-likelihood)",
        covariance=said[0],
        covariance_en=said[1],
        beside=beside_table(design.columns, second, refused, *beside_said),
        fit={
            "r2": fit.r2,
            "deviance": fit.deviance,
            "dispersion": fit.dispersion,
            "df_residual": float(n - design.matrix.shape[1]),
            "iterations": float(fit.iterations),
        },
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        effects=_effects(design, fit, covariance, df, alone, refused, units if cluster else None),
        influence=influence,
    )


def refuse_rates_outside(design: Design) -> None:
    """Refuse an outcome that is no rate: below 0, above 1, or a percentage.

    Raises
    ------
    InputError
        Naming the rows and the first value.
    """
    values = design.outcome
    wrong = np.flatnonzero(np.isfinite(values) & ((values < 0) | (values > 1)))
    if not len(wrong):
        return
    wrong = np.array(sorted(wrong, key=lambda row: design.labels[row]))
    shown = ", ".join(design.labels[row] for row in wrong[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    first, outside = float(values[wrong[0]]), values[wrong]
    percent = outside.min() > 1 and 2 < outside.max() <= POINTS
    hint = "; divide percentages by 100" if percent else "; correct them"
    raise InputError(
        f"{design.outcome_name!r} is {first!r} in row {design.labels[wrong[0]]}; rates lie between"
        f" 0 and 1. Rows: {shown}{more}{hint}"
    )


def sentences_on_rates(design: Design, denominators: str | None) -> list[Remark]:
    """How many people stand behind the rates, and how near the ceiling they are."""
    rates = design.outcome
    near = int((rates >= _NEAR_THE_CEILING).sum())
    ones, zeros = int((rates == 1).sum()), int((rates == 0).sum())
    low, mean, high = (f"{value:.1%}" for value in (rates.min(), rates.mean(), rates.max()))
    if denominators is None:
        behind = "分母（每个比率背后的人数）未知，各行同等看待。"
        behind_en = "Denominators (people behind each rate) unknown: rows count alike."
    else:
        people = design.rows[denominators].to_numpy(dtype=float)
        least, most, all_of_them = (
            f"{value:,.10g}" for value in (people.min(), people.max(), people.sum())
        )
        behind = f"分母是“{denominators}”，每行 {least} 到 {most} 人，共 {all_of_them} 人；各行按它加权。"
        behind_en = (
            f"Denominators: {denominators}, {least} to {most} people a row, {all_of_them} in all;"
            " rows count by them."
        )
    return [
        Remark("rates", behind, behind_en),
        Remark(
            "rates",
            f"比率在 {low} 到 {high} 之间，平均 {mean}；{near} 行达到 95%，其中 {ones} 行恰为 100%"
            f"；{zeros} 行恰为 0。离上限越近，同样的 logit 差别折合的百分点越少。",
            f"Rates lie between {low} and {high}, mean {mean}; {near} rows reach 95%, {ones} of them"
            f" exactly 100%; {zeros} are exactly 0. The nearer the ceiling, the fewer points a given"
            " difference in logits makes.",
        ),
    ]


def _people(design: Design, denominators: str | None) -> np.ndarray:
    if denominators is None:
        return np.ones(len(design.rows))
    values = design.rows[denominators]
    if values.dtype.kind not in "iuf":
        raise InputError(f"column {denominators!r} holds no numbers; denominators count people")
    people = values.to_numpy(dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(people) & (people > 0)))
    if len(wrong):
        raise InputError(
            f"{denominators!r} is {people[wrong[0]]:g} in row {design.labels[wrong[0]]}; a rate"
            " needs a positive number of people behind it. Leave that row out or correct it."
        )
    return people


def _coefficients(
    matrix: np.ndarray, outcome: np.ndarray, weights: np.ndarray
) -> np.ndarray | None:
    fit = fit_fractional_logit(matrix, outcome, weights)
    return None if isinstance(fit, NoMaximum) else fit.coefficients


def _unusable(fit: FractionalFit | NoMaximum, cluster: str | None) -> tuple[str, str] | None:
    if isinstance(fit, NoMaximum):
        if fit.separated:
            return (
                "解释变量把比率为 0 的行与比率为 1 的行完全（或除并列外完全）分开，系数没有有限的估计值",
                f"{fit.message}; a coefficient has no finite estimate",
            )
        return "准似然的最大值定不下来：拟合值贴近 0 或 1", fit.message
    if np.abs(fit.outcome - fit.fitted).max() <= _NO_RESIDUAL * np.ptp(fit.outcome):
        return "解释变量完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    lonely = fully_levered_rows(fit.working)
    if cluster is None and lonely:
        return said_of_levered_rows(len(lonely))
    return None


def _said(cluster: str | None, unit_name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The two covariances, each in Chinese and in English."""
    if cluster is None:
        return (
            ("HC3（按加权设计的杠杆值）+ t(n−k)", "HC3 (leverage of the weighted design) + t(n−k)"),
            ("准二项方差 + t(n−k)", "quasi-binomial variance + t(n−k)"),
        )
    name = counted_en(1, unit_name)[2:]
    return (
        (f"逐{unit_name}刀切（CR3）+ t(G−1)", f"jackknife by {name} (CR3) + t(G−1)"),
        (f"CR1（按{unit_name}聚类）+ t(G−1)", f"CR1 clustered by {name} + t(G−1)"),
    )


def _effects(
    design: Design,
    fit: FractionalFit,
    covariance: np.ndarray,
    df: float,
    alone: dict[int, tuple[int, ...]],
    refused: np.ndarray,
    clusters: np.ndarray | None,
) -> pd.DataFrame:
    """Average marginal associations and least squares on the rate, in percentage points."""
    columns = list(alone)
    averages = [average_marginal_effect(fit, j, alone[j]) for j in columns]
    effects = POINTS * np.array([effect for effect, _ in averages])
    gradients = POINTS * np.array([gradient for _, gradient in averages]).reshape(
        len(columns), len(fit.coefficients)
    )
    tests = coefficient_tests(effects, gradients @ covariance @ gradients.T, df)
    root = np.sqrt(fit.weights)
    linear = least_squares(design.matrix * root[:, None], design.outcome * root)
    by_least_squares = (
        (hc2(linear), bell_mccaffrey_df(linear)) if clusters is None else cr2(linear, clusters)
    )
    beside = coefficient_tests(linear.coefficients, *by_least_squares)
    hidden, hidden_beside = refused[columns], (refused | ~(beside.df >= LEAST_DF))[columns]
    return pd.DataFrame(
        dict(
            zip(
                EFFECT_COLUMNS,
                (
                    pd.Series([design.columns[j] for j in columns], dtype="str"),
                    effects,
                    tests.std_error,
                    tests.df,
                    np.where(hidden, np.nan, tests.p_value),
                    np.where(hidden, np.nan, tests.conf_low),
                    np.where(hidden, np.nan, tests.conf_high),
                    POINTS * linear.coefficients[columns],
                    np.where(hidden_beside, np.nan, POINTS * beside.conf_low[columns]),
                    np.where(hidden_beside, np.nan, POINTS * beside.conf_high[columns]),
                ),
                strict=True,
            )
        )
    )


def _sentences_on_effects(design: Design, alone: dict[int, tuple[int, ...]]) -> list[Remark]:
    """Which columns have no average marginal association of their own."""
    tied = [name for j, name in enumerate(design.columns) if j and j not in alone]
    if not tied:
        return []
    names, names_en = "、".join(f"“{name}”" for name in tied), ", ".join(map(repr, tied))
    return [
        Remark(
            "rates",
            f"{names}不能单独变动（与其他项含有同一变量，如平方、交互；或分组不是以 0/1 编码），"
            "因此不给出平均边际关联。",
            f"No average marginal association for {names_en}: it cannot change alone (another term"
            " holds the same variable, or its groups are not coded by 0 and 1).",
        )
    ]


def _sentences_on_what_is_permuted(permuted: bool) -> list[Remark]:
    if not permuted:
        return []
    return [
        Remark(
            "p_values",
            "置换 p 出自比率本身的线性模型，不是 logit 模型。",
            "Permutation p values are those of the linear model of the rate itself, not of its"
            " logit.",
        )
    ]
