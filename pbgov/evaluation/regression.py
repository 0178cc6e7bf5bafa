"""Linear regression of a district table, with the tests that hold at sixteen districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import PERIODS, UNMATCHED, names_of, other_columns, read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import (
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
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.problem import (
    SAID_OF_ROWS,
    Problem,
    as_fitted,
    said_of_clusters,
    said_of_levered_rows,
    sentences_on_fit,
)
from pbgov.evaluation.sensitivity import (
    inflation_by_column,
    influence_of_units,
    sentences_on_influence,
)
from pbgov.inference.clusters import cr1, cr2
from pbgov.inference.influence import leave_one_out_coefficients
from pbgov.inference.linear import (
    CoefficientTests,
    LeastSquares,
    bell_mccaffrey_df,
    coefficient_tests,
    fully_levered_rows,
    hc2,
    hc3,
    least_squares,
)
from pbgov.inference.power import minimum_detectable_coefficient
from pbgov.inference.resampling.permutation import NO_TEST, PermutationResult, unit_permutation
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from pbgov.indicators.panel import Panel

SEED = 20260101
_NO_RESIDUAL = 1e-10


def regress(
    data: pd.DataFrame | Panel,
    formula: str,
    cluster: str | None = None,
    *,
    fixed_effects: str | None = None,
    weights: str | None = None,
    labels: str | None = None,
    unit_name: str | None = None,
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """Least squares with small-sample standard errors and a permutation test of each term.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit, or per unit and period with `cluster`.
    formula : str
        Such as ``"满意率 ~ 占比 + 对数人口密度"``; patsy's language, with the intercept.
        A column name with a dot is written ``Q("MODE.M1")``.
    cluster : str, optional
        Column of the unit that rows belong to. Without it each row is a unit.
    fixed_effects : str, optional
        Column of the units whose own level is taken out (the within estimator), such as
        the street; each must lie in one cluster. Where no cluster is named it is the
        cluster. Effects of periods are written into the formula, ``+ C(period)``.
    weights : str, optional
        Column of positive weights, taken as proportional to the inverse variance of the
        row's error, such as the number of people asked.
    labels : str, optional
        Column that names single units in sentences; region_code, or the index, if not given.
    unit_name : str, optional
        What a unit is called in sentences; 行, or 组 with `cluster`.
    seed : int
        Of the permutation draws.
    permutations : int
        Draws where not all relabellings are compared.
    allow_regressors : int, optional
        More regressors than one per eight units, taken on by name.

    Returns
    -------
    Estimate or NotEstimated
        Standard errors: HC2 with Bell-McCaffrey degrees of freedom, HC3 with t(n - k)
        beside; with `cluster` CR2 with Satterthwaite degrees of freedom, CR1 with
        t(G - 1) beside. NotEstimated where fewer than ten residual degrees of freedom
        are left, regressors are too many, constant or dependent, or the outcome is
        constant or fitted without residual. Rows with a missing value are left out and
        listed in ``remarks``. With `fixed_effects` there is no intercept, r2 is that of the
        within regression, and nothing is permuted: the regressors vary within units.

    Raises
    ------
    InputError
        Where the formula cannot be read or names a column that is not there, a weight is not
        a positive number, or a unit of `fixed_effects` lies in two clusters.

    References
    ----------
    Bell and McCaffrey (2002), Pustejovsky and Tipton (2018; their theorem 2 on absorbed
    effects that are nested in clusters), Freedman and Lane (1983), as in `pbgov.inference`.
    """
    table, simulated = table_of(data)
    cluster = cluster or fixed_effects
    others = other_columns(cluster, fixed_effects, weights)
    design = read_design(table, formula, others, labels)
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    unit_name = unit_name or ("组" if cluster else "行")
    n = len(design.rows)
    reason = refusal(design, cluster, unit_name, allow_regressors)
    problem = None
    if reason is None:
        problem = as_fitted(design, weights, fixed_effects, cluster)
        reason = problem if isinstance(problem, tuple) else None
    if reason is None and isinstance(problem, Problem):
        fit = least_squares(problem.matrix, problem.outcome)
        reason = _unusable(fit, problem.outcome, cluster)
    if reason is not None or not isinstance(problem, Problem):
        zh, en = reason or ("", "")
        return NotEstimated(formula, n, zh, en, simulated)

    units = np.arange(n) if cluster is None else design.rows[cluster].to_numpy()
    n_units = len(np.unique(units))
    if cluster is None:
        tests = coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit))
        second = coefficient_tests(fit.coefficients, hc3(fit), n - fit.k)
        said, beside_said = SAID_OF_ROWS
    else:
        tests = coefficient_tests(fit.coefficients, *cr2(fit, units))
        second = coefficient_tests(fit.coefficients, cr1(fit, units), n_units - 1)
        said, beside_said = said_of_clusters(unit_name)
    permuted: dict[int, PermutationResult] = {}
    untested = list(range(len(problem.columns)))
    if fixed_effects is None:
        permuted, untested = unit_permutations(
            problem.regressors,
            design.outcome,
            units if cluster else None,
            problem.weights,
            seed,
            permutations,
        )
    refused, refusals = refused_p(
        problem.regressors, problem.columns, tests.df, units, unit_name, permuted
    )
    terms = terms_table(problem.columns, fit.coefficients, tests, refused, permuted)
    influence = _influence(fit, problem, units if cluster else None, design.labels)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            n, n_units, unit_name, clustered=cluster is not None, detectable=bool(permuted)
        ),
        *sentences_on_groups(problem.regressors, problem.columns, units, unit_name),
        *sentences_on_gaps(design),
        *sentences_on_fit(fixed_effects, weights),
        *refusals,
        *sentences_on_permutation(permuted, unit_name, seed),
        *sentences_on_untested([problem.terms[j] for j in untested], unit_name),
        *sentences_on_agreement(terms),
        *sentences_on_influence(influence, unit_name, n_units // UNITS_PER_REGRESSOR),
        *sentences_on_second_opinion(*beside_said),
    ]
    return Estimate(
        formula=formula,
        outcome=design.outcome_name,
        terms=terms,
        n=n,
        n_units=n_units,
        unit_name=unit_name,
        method="普通最小二乘" if fixed_effects is None else "组内最小二乘（固定效应）",
        method_en="ordinary least squares" if fixed_effects is None else "within (fixed effects)",
        covariance=said[0],
        covariance_en=said[1],
        beside=beside_table(problem.columns, second, refused, *beside_said),
        fit=_fit_numbers(fit, problem),
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        influence=influence,
    )


def table_of(data: pd.DataFrame | Panel) -> tuple[pd.DataFrame, bool]:
    """The table of a panel or the table itself, and whether any of it is simulated.

    What a panel knows of its join (periods of the indicators, units left out) stands in the
    table's ``attrs`` for `read_design`.
    """
    table = data if isinstance(data, pd.DataFrame) else getattr(data, "data", None)
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"cannot regress a {type(data).__name__}; pass a DataFrame or a Panel")
    if table is not data:
        table = table.copy(deep=False)
        unmatched = (*getattr(data, "only_scores", ()), *getattr(data, "only_indicators", ()))
        table.attrs[UNMATCHED] = tuple(sorted(map(str, unmatched)))
        table.attrs[PERIODS] = dict(getattr(data, "periods", {}))
    return table, is_simulated((data, table))


def terms_table(
    columns: tuple[str, ...],
    coefficients: np.ndarray,
    tests: CoefficientTests,
    refused: np.ndarray,
    permuted: dict[int, PermutationResult],
) -> pd.DataFrame:
    """The ``terms`` of an `Estimate`; p values and intervals are NaN where refused."""
    results = [permuted.get(j, NO_TEST) for j in range(len(columns))]
    detectable = [
        float("nan") if refused[j] or name == "Intercept" else _detectable(tests, j)
        for j, name in enumerate(columns)
    ]
    return pd.DataFrame(
        {
            "term": pd.Series(columns, dtype="str"),
            "estimate": coefficients,
            "std_error": tests.std_error,
            "df": tests.df,
            "statistic": tests.statistic,
            "p_value": np.where(refused, np.nan, tests.p_value),
            "conf_low": np.where(refused, np.nan, tests.conf_low),
            "conf_high": np.where(refused, np.nan, tests.conf_high),
            "p_permutation": [result.p_value for result in results],
            "n_permutations": [result.n_permutations for result in results],
            "minimum_detectable": detectable,
        }
    )


def _detectable(tests: CoefficientTests, j: int) -> float:
    return minimum_detectable_coefficient(float(tests.std_error[j]), float(tests.df[j]))


def beside_table(
    columns: tuple[str, ...],
    tests: CoefficientTests,
    refused: np.ndarray,
    covariance: str,
    covariance_en: str,
) -> pd.DataFrame:
    """The ``beside`` of an `Estimate`; what is refused in ``terms`` is refused here too."""
    table = pd.DataFrame(
        {
            "term": pd.Series(columns, dtype="str"),
            "std_error": tests.std_error,
            "df": tests.df,
            "p_value": np.where(refused, np.nan, tests.p_value),
            "conf_low": np.where(refused, np.nan, tests.conf_low),
            "conf_high": np.where(refused, np.nan, tests.conf_high),
        }
    )
    table.attrs["covariance"] = covariance
    table.attrs["covariance_en"] = covariance_en
    return table


def _unusable(
    fit: LeastSquares, outcome: np.ndarray, cluster: str | None
) -> tuple[str, str] | None:
    if np.abs(fit.residuals).max() <= _NO_RESIDUAL * np.ptp(outcome):
        return "解释变量完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    if cluster is None and fully_levered_rows(fit):
        return said_of_levered_rows(len(fully_levered_rows(fit)))
    return None


def unit_permutations(
    matrix: np.ndarray,
    outcome: np.ndarray,
    clusters: np.ndarray | None,
    weights: np.ndarray,
    seed: int,
    draws: int,
) -> tuple[dict[int, PermutationResult], list[int]]:
    """A permutation test of each column that is constant in units, and the columns that are not.

    Parameters
    ----------
    matrix : ndarray, shape (n, k)
        The intercept first.
    outcome : ndarray, shape (n,)
    clusters : ndarray, shape (n,), or None
        None: each row is a unit. Else units are compared by their (weighted) means.
    weights : ndarray, shape (n,)
        Of the rows; ones where there are none.
    seed, draws : int

    Returns
    -------
    tests : dict of int to PermutationResult
        By the column's position.
    untested : list of int
        Positions of columns that vary within units or cannot be told apart from others.
    """
    tests = {
        j: unit_permutation(matrix, outcome, clusters, j, weights=weights, seed=seed, draws=draws)
        for j in range(1, matrix.shape[1])
    }
    made = {j: test for j, test in tests.items() if test.n_permutations}
    return made, [j for j in tests if j not in made]


def _influence(
    fit: LeastSquares, problem: Problem, units: np.ndarray | None, labels: tuple[str, ...]
) -> pd.DataFrame:
    return influence_of_units(
        problem.columns,
        fit.coefficients,
        leave_one_out_coefficients(fit, units),
        labels if units is None else names_of(np.unique(units)),
        inflation_by_column(problem.matrix, problem.columns, problem.terms),
    )


def _fit_numbers(fit: LeastSquares, problem: Problem) -> dict[str, float]:
    unexplained = float(fit.residuals @ fit.residuals)
    df = fit.n - fit.k - problem.absorbed
    return {
        "r2": 1 - unexplained / problem.total,
        "sigma": float(np.sqrt(unexplained / df)),
        "df_residual": float(df),
    }
