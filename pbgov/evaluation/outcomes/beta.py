"""Beta regression of a rate: a line of sensitivity beside the fractional logit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import (
    RESIDUAL_DF,
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
from pbgov.evaluation.outcomes.rates import refuse_rates_outside, sentences_on_rates
from pbgov.evaluation.outcomes.single_columns import influence_by_refitting, sentences_on_skipping
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.regression import (
    SEED,
    beside_table,
    table_of,
    terms_table,
    unit_permutations,
)
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.sensitivity import sentences_on_influence
from pbgov.inference.linear import coefficient_tests, dependent_columns
from pbgov.inference.outcomes.beta import BetaFit
from pbgov.inference.outcomes.beta import beta_regression as fit_beta_regression
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.inference.resampling.relabelings import DRAWS

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel


def beta_regression(
    data: pd.DataFrame | Panel,
    formula: str,
    precision: str | None = None,
    *,
    labels: str | None = None,
    unit_name: str = "行",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """Beta regression of rates strictly between 0 and 1; a sensitivity line, never the headline.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit.
    formula : str
        As in `fractional_logit`.
    precision : str, optional
        Right side for the log of the precision, such as ``"log(答卷人数)"``. Without it the
        precision is the same for all rows.
    labels, unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        ``terms`` has the coefficients of the mean in logits, then the precision: "(phi)" itself, or
        the coefficients of its logarithm, "(phi) name". Standard errors are those of the expected
        information with the normal table, as in R's betareg; the same with t beside. The
        permutation test is that of the linear model of the rate. NotEstimated as in
        `fractional_logit`, and where a rate is exactly 0 or 1.

    Raises
    ------
    InputError
        As `fractional_logit`.

    References
    ----------
    Ferrari and Cribari-Neto (2004), as in `pbgov.inference.outcomes.beta.beta_regression`.
    """
    table, simulated = table_of(data)
    design, columns_of_precision, precision_names = _designs(table, formula, precision, labels)
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'rate ~ regressors'")
    refuse_rates_outside(design)
    n, k = len(design.rows), design.matrix.shape[1]
    reason = refusal(design, None, unit_name, allow_regressors) or _beyond_beta(
        design, columns_of_precision
    )
    if reason is None:
        fit = fit_beta_regression(design.matrix, design.outcome, columns_of_precision)
        if isinstance(fit, NoMaximum):
            reason = "似然的最大值定不下来：精度没有上界", fit.message
    if reason is not None or isinstance(fit, NoMaximum):
        zh, en = reason or ("", "")
        return NotEstimated(formula, n, zh, en, simulated)

    columns = (*design.columns, *precision_names)
    values, covariance = _as_reported(fit)
    tests = coefficient_tests(values, covariance, np.inf)
    second = coefficient_tests(values, covariance, float(n - len(columns)))
    said = ("期望信息 + 正态", "expected information + normal")
    beside_said = (f"期望信息 + t(n−{len(columns)})", f"expected information + t(n−{len(columns)})")
    permuted, untested = unit_permutations(
        design.matrix, design.outcome, None, np.ones(n), seed, permutations
    )
    few, refusals = refused_p(
        design.matrix, design.columns, np.full(k, np.inf), np.arange(n), unit_name, permuted
    )
    refused = np.concatenate([few, np.zeros(len(precision_names), dtype=bool)])
    terms = terms_table(columns, values, tests, refused, permuted)
    terms.loc[terms["term"].isin(precision_names), "minimum_detectable"] = np.nan
    terms.loc[terms["term"].eq("(phi)"), ["statistic", "p_value"]] = np.nan  # phi is never 0
    influence = influence_by_refitting(
        design,
        columns,
        values,
        np.arange(n),
        design.labels,
        lambda kept: _values(design.matrix[kept], design.outcome[kept], columns_of_precision[kept]),
    )
    influence = influence[influence["term"].isin(design.columns)].reset_index(drop=True)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(n, n, unit_name, clustered=False, detectable=bool(permuted)),
        Remark(
            "tests",
            "贝塔回归只作敏感性对照，不作主要结果：16 个单位时，它在 5% 水平上把并不存在的关联判为"
            "显著的比例是 9% 到 10%。",
            "Beta regression is a line of sensitivity, never the headline: with 16 units it takes"
            " 9 to 10% of true nulls for significant at the 5% level.",
        ),
        *sentences_on_groups(design.matrix, design.columns, np.arange(n), unit_name),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_rates(design, None),
        *sentences_on_permutation(permuted, unit_name, seed),
        *sentences_on_untested([design.terms[j] for j in untested], unit_name),
        *sentences_on_agreement(terms),
        *sentences_on_influence(influence, unit_name, n // UNITS_PER_REGRESSOR),
        *sentences_on_skipping(n, unit_name),
        *sentences_on_second_opinion(*beside_said),
    ]
    return Estimate(
        formula=formula if precision is None else f"{formula} | {precision}",
        outcome=design.outcome_name,
        terms=terms,
        n=n,
        n_units=n,
        unit_name=unit_name,
        method="贝塔回归（最大似然）",
        method_en="beta regression (maximum likelihood)",
        covariance=said[0],
        covariance_en=said[1],
        beside=beside_table(columns, second, refused, *beside_said),
        fit={
            "log_likelihood": fit.log_likelihood,
            "pseudo_r2": fit.pseudo_r2,
            "iterations": float(fit.iterations),
        },
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        influence=influence,
    )


def _designs(
    table: pd.DataFrame, formula: str, precision: str | None, labels: str | None
) -> tuple[Design, np.ndarray, tuple[str, ...]]:
    """The design of the mean, the columns of the log precision in the same rows, and their names."""
    if precision is None:
        design = read_design(table, formula, labels=labels)
        return design, np.ones((len(design.rows), 1)), ("(phi)",)
    right = f"~ {precision}"
    of_precision = [str(name) for name in read_design(table, right).rows.columns]
    design = read_design(table, formula, of_precision, labels)  # the same columns for both:
    of_mean = [str(name) for name in design.rows.columns]
    beside = read_design(table, right, of_mean, labels)  # so the same rows in the same order
    return design, beside.matrix, tuple(f"(phi) {name}" for name in beside.columns)


def _beyond_beta(design: Design, precision: np.ndarray) -> tuple[str, str] | None:
    """Why a beta regression cannot be had where a linear one could."""
    ends = int(((design.outcome == 0) | (design.outcome == 1)).sum())
    if ends:
        return (
            f"有 {ends} 行的比率恰为 0 或 1，贝塔分布没有这样的取值；请用 fractional_logit",
            f"{ends} rates are exactly 0 or 1, which no beta distribution has; use fractional_logit",
        )
    n, parameters = len(design.matrix), design.matrix.shape[1] + precision.shape[1]
    if n < parameters + RESIDUAL_DF:
        need = parameters + RESIDUAL_DF
        return (
            f"{n} 行要估计 {parameters} 个系数（含精度）；至少需要 {need} 行",
            f"{n} rows for {parameters} coefficients, the precision among them; need {need}",
        )
    if not np.isfinite(precision).all():
        return "精度的解释变量在有些行上没有有限的数值", "a column of the precision is not finite"
    if dependent_columns(precision):
        return "精度的解释变量完全共线或没有变化", "columns of the precision depend on one another"
    return None


def _as_reported(fit: BetaFit) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and covariance; one precision for all is given as phi, not as its logarithm."""
    values = np.concatenate([fit.coefficients, fit.precision_coefficients])
    if len(fit.precision_coefficients) > 1:
        return values, fit.covariance
    values[-1] = fit.phi
    scale = np.ones(len(values))
    scale[-1] = fit.phi
    return values, fit.covariance * np.outer(scale, scale)


def _values(matrix: np.ndarray, outcome: np.ndarray, precision: np.ndarray) -> np.ndarray | None:
    if dependent_columns(precision):
        return None
    fit = fit_beta_regression(matrix, outcome, precision)
    return None if isinstance(fit, NoMaximum) else _as_reported(fit)[0]
