"""Regression of an outcome of which only bounds were published, such as a ranked score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pandas.api.types import is_numeric_dtype

from pbgov.errors import InputError
from pbgov.evaluation.design import names_of, read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted_en
from pbgov.evaluation.limits import (
    UNITS_PER_REGRESSOR,
    constant_in_clusters,
    refusal,
    refused_p,
    sentences_on_agreement,
    sentences_on_gaps,
    sentences_on_groups,
    sentences_on_second_opinion,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.regression import SEED, beside_table, table_of, terms_table
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.sensitivity import (
    inflation_by_column,
    influence_of_units,
    sentences_on_influence,
)
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import coefficient_tests, dependent_columns, least_squares
from pbgov.inference.outcomes.bounded import (
    cluster_covariance,
    cluster_score_test,
    interval_regression,
)
from pbgov.inference.resampling.relabelings import DRAWS

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel
    from pbgov.inference.outcomes.bounded import IntervalFit


def regress_bounded(
    data: pd.DataFrame | Panel,
    low: str,
    high: str,
    right_side: str,
    cluster: str,
    *,
    unit_name: str = "组",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """Interval regression by maximum likelihood, with errors clustered by unit.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit and period.
    low, high : str
        Columns with the bounds of the outcome; equal bounds are an exact outcome,
        -inf or inf leaves a side open.
    right_side : str
        Such as ``"log(人口密度) + C(period)"``; see `pbgov.regress`.
    cluster : str
        Column of the unit that rows belong to.
    unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        Standard errors are the cluster sandwich (CR1 factor) with the Satterthwaite
        degrees of freedom of the same design in a linear regression: with t(G - 1) a
        true null is rejected up to 10 times in a hundred at 16 units, with these 5 to 6,
        by the permutation test 5 (benchmarks/rejection_rates.py). Beside them those of the
        observed information, which take rows for independent. The permutation test of each
        term that is constant in units permutes units. p values are refused under four
        degrees of freedom, or with three treated units or fewer.

    Raises
    ------
    InputError
        Where a column is missing, or bounds are crossed, not numbers or open on both sides.

    References
    ----------
    Stewart, M. B. (1983), as in `pbgov.inference.outcomes.bounded.interval_regression`.
    """
    table, simulated = table_of(data)
    formula = f"[{low}, {high}] ~ {right_side}"
    design = read_design(table, f"~ {right_side}", [low, high, cluster])
    for name in (low, high):
        if not is_numeric_dtype(design.rows[name].dtype):
            raise InputError(f"column {name!r} holds text; make numbers of it, and inf where open")
    n = len(design.rows)
    lows, highs = (design.rows[name].to_numpy(dtype=float) for name in (low, high))
    crossed = np.flatnonzero(lows > highs)
    if len(crossed):
        seen = design.rows.loc[crossed[0], [cluster, low, high]].to_dict()
        raise InputError(f"the lower bound is above the upper one in {seen}; correct that row")
    reason = refusal(design, cluster, unit_name, allow_regressors)
    if reason is None and np.array_equal(lows, highs) and len(set(lows)) == 1:
        reason = f"结果变量“{low}”没有变化", f"the outcome {low!r} does not vary"
    if reason is None:
        fit = interval_regression(design.matrix, lows, highs)
        if not fit.converged:
            reason = (
                "似然函数没有最大值：界限太宽，或可以毫无误差地满足，系数定不下来",
                f"the likelihood has no maximum: {fit.message}",
            )
    if reason is not None:
        return NotEstimated(formula, n, reason[0], reason[1], simulated)

    units = design.rows[cluster].to_numpy()
    n_units = len(np.unique(units))
    df = cr2(least_squares(design.matrix, fit.generalised_residuals), units)[1]
    tests = coefficient_tests(fit.coefficients, cluster_covariance(fit, units), df)
    second = coefficient_tests(fit.coefficients, fit.covariance, np.inf)
    between = constant_in_clusters(design.matrix, units)
    tests_of_units = {
        j: cluster_score_test(design.matrix, lows, highs, units, j, seed=seed, draws=permutations)
        for j in range(1, len(design.columns))
        if between[j]
    }
    permuted = {j: test for j, test in tests_of_units.items() if test.n_permutations}
    beside_said = "观测信息（把各行当作独立）", "observed information (rows as independent)"
    refused, refusals = refused_p(design.matrix, design.columns, df, units, unit_name, permuted)
    terms = terms_table(design.columns, fit.coefficients, tests, refused, permuted)
    n_exact = int((lows == highs).sum())
    influence = _influence(design, fit, lows, highs, units)
    name_en = counted_en(2, unit_name)[2:]
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(n, n_units, unit_name, clustered=True, detectable=bool(permuted)),
        Remark(
            "gaps",
            f"结果只有 {n_exact} 行公布了确切数值，其余 {n - n_exact} 行只知道上下界；假定误差服从正态分布。",
            f"Only {n_exact} rows have an exact outcome, {n - n_exact} have bounds; errors are"
            " taken for normal.",
        ),
        *sentences_on_groups(design.matrix, design.columns, units, unit_name),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_permutation(permuted, unit_name, seed),
        *sentences_on_untested(
            [design.terms[j] for j in range(1, len(between)) if j not in permuted], unit_name
        ),
        *sentences_on_agreement(terms),
        *sentences_on_influence(
            influence[influence["term"].isin([design.columns[j] for j in permuted])],
            unit_name,
            n_units // UNITS_PER_REGRESSOR,
        ),
        *sentences_on_second_opinion(*beside_said),
    ]
    return Estimate(
        formula=formula,
        outcome=f"[{low}, {high}]",
        terms=terms,
        n=n,
        n_units=n_units,
        unit_name=unit_name,
        method="区间回归（最大似然）",
        method_en="interval regression (maximum likelihood)",
        covariance=f"按{unit_name}聚类的夹心估计（CR1）+ Satterthwaite 自由度",
        covariance_en=f"sandwich clustered by {name_en} (CR1) + Satterthwaite df",
        beside=beside_table(design.columns, second, refused, *beside_said),
        fit={
            "sigma": fit.sigma,
            "log_likelihood": fit.log_likelihood,
            "n_exact": float(n_exact),
        },
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        influence=influence,
    )


def _influence(
    design: Design,
    fit: IntervalFit,
    lows: np.ndarray,
    highs: np.ndarray,
    units: np.ndarray,
) -> pd.DataFrame:
    """The estimates without each unit, by fitting anew; NaN where the rest decides nothing."""
    names = np.unique(units)
    without = np.full((len(names), len(design.columns)), np.nan)
    for position, name in enumerate(names):
        kept = units != name
        matrix = design.matrix[kept]
        if dependent_columns(matrix) or kept.sum() <= matrix.shape[1]:
            continue
        refit = interval_regression(matrix, lows[kept], highs[kept])
        if refit.converged:
            without[position] = refit.coefficients
    inflation = inflation_by_column(design.matrix, design.columns, design.terms)
    return influence_of_units(design.columns, fit.coefficients, without, names_of(names), inflation)
