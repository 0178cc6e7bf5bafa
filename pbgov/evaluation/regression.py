"""Linear regression of a district table, with the tests that hold at sixteen districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import (
    constant_in_clusters,
    refusal,
    refused_p,
    sentences_on_agreement,
    sentences_on_gaps,
    sentences_on_permutation,
    sentences_on_simulation,
    sentences_on_size,
    sentences_on_untested,
)
from pbgov.inference.clusters import cr1, cr2
from pbgov.inference.linear import (
    CoefficientTests,
    LeastSquares,
    bell_mccaffrey_df,
    coefficient_tests,
    dependent_columns,
    fully_levered_rows,
    hc2,
    hc3,
    least_squares,
)
from pbgov.inference.permutation import (
    DRAWS,
    PermutationResult,
    freedman_lane,
    mean_difference_test,
)
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
        listed in ``limits``.

    Raises
    ------
    InputError
        Where the formula cannot be read or names a column that is not there.

    References
    ----------
    Bell and McCaffrey (2002), Pustejovsky and Tipton (2018), Freedman and Lane (1983),
    as in `pbgov.inference`.
    """
    table, simulated = table_of(data)
    design = read_design(table, formula, [cluster] if cluster else [])
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    unit_name = unit_name or ("组" if cluster else "行")
    n = len(design.rows)
    reason = refusal(design, cluster, unit_name, allow_regressors)
    if reason is None:
        fit = least_squares(design.matrix, design.outcome)
        reason = _unusable(fit, design.outcome, cluster)
    if reason is not None:
        return NotEstimated(formula, n, reason[0], reason[1], simulated)

    units = np.arange(n) if cluster is None else design.rows[cluster].to_numpy()
    n_units = len(np.unique(units))
    if cluster is None:
        tests = coefficient_tests(fit.coefficients, hc2(fit), bell_mccaffrey_df(fit))
        second = coefficient_tests(fit.coefficients, hc3(fit), n - fit.k)
        covariance, beside_covariance = "HC2 + Bell–McCaffrey 自由度", "HC3 + t(n−k)"
    else:
        tests = coefficient_tests(fit.coefficients, *cr2(fit, units))
        second = coefficient_tests(fit.coefficients, cr1(fit, units), n_units - 1)
        covariance = f"CR2（按{unit_name}聚类）+ Satterthwaite 自由度"
        beside_covariance = f"CR1（按{unit_name}聚类）+ t(G−1)"
    refused, refusals = refused_p(design.matrix, design.columns, tests.df, units, unit_name)
    permuted, untested = _permutation_tests(
        design.matrix, design.outcome, units if cluster else None, seed, permutations
    )
    terms = terms_table(design.columns, fit.coefficients, tests, refused, permuted)
    limits = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            n, n_units, unit_name, clustered=cluster is not None, detectable=bool(permuted)
        ),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_permutation(permuted, unit_name, seed),
        *sentences_on_untested([design.terms[j] for j in untested], unit_name),
        *sentences_on_agreement(terms),
        f"并列的第二种标准误：{beside_covariance}。",
    ]
    return Estimate(
        formula=formula,
        outcome=design.outcome_name,
        terms=terms,
        n=n,
        n_units=n_units,
        unit_name=unit_name,
        method="普通最小二乘",
        covariance=covariance,
        beside=beside_table(design.columns, second, refused, beside_covariance),
        fit=_fit_numbers(fit, design.outcome),
        limits=tuple(limits),
        simulated=simulated,
        inputs_digest=design.digest,
        seed=seed,
    )


def table_of(data: pd.DataFrame | Panel) -> tuple[pd.DataFrame, bool]:
    """The table of a panel or the table itself, and whether any of it is simulated."""
    table = data if isinstance(data, pd.DataFrame) else getattr(data, "data", None)
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"cannot regress a {type(data).__name__}; pass a DataFrame or a Panel")
    return table, is_simulated((data, table))


def terms_table(
    columns: tuple[str, ...],
    coefficients: np.ndarray,
    tests: CoefficientTests,
    refused: np.ndarray,
    permuted: dict[int, PermutationResult],
) -> pd.DataFrame:
    """The ``terms`` of an `Estimate`; p values and intervals are NaN where refused."""
    blank = PermutationResult(float("nan"), float("nan"), 0, exact=False)
    results = [permuted.get(j, blank) for j in range(len(columns))]
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
        }
    )


def beside_table(
    columns: tuple[str, ...], tests: CoefficientTests, refused: np.ndarray, covariance: str
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
    return table


def _unusable(
    fit: LeastSquares, outcome: np.ndarray, cluster: str | None
) -> tuple[str, str] | None:
    if np.abs(fit.residuals).max() <= _NO_RESIDUAL * np.ptp(outcome):
        return "解释变量完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    if cluster is None and fully_levered_rows(fit):
        rows = len(fully_levered_rows(fit))
        return (
            f"有 {rows} 行各自独自决定一个系数，没有残差可以判断它们",
            f"{rows} rows each decide a coefficient alone",
        )
    return None


def _permutation_tests(
    matrix: np.ndarray,
    outcome: np.ndarray,
    clusters: np.ndarray | None,
    seed: int,
    draws: int,
) -> tuple[dict[int, PermutationResult], list[int]]:
    """A test of each column that is constant in units, and the columns that are not."""
    untested: list[int] = []
    if clusters is not None:
        between = constant_in_clusters(matrix, clusters)
        codes = np.unique(clusters, return_inverse=True)[1]
        counts = np.bincount(codes)
        mean = [np.bincount(codes, column) / counts for column in (*matrix.T, outcome)]
        untested = [j for j in range(1, matrix.shape[1]) if not between[j]]
        matrix, outcome = np.column_stack(mean[:-1]), mean[-1]
    results: dict[int, PermutationResult] = {}
    for j in range(1, matrix.shape[1]):
        if j in untested:
            continue
        others = np.delete(matrix, j, axis=1)
        others = np.delete(others, dependent_columns(_rounded(others)), axis=1)
        enough = len(outcome) - others.shape[1] - 1 >= 1
        if not enough or dependent_columns(np.column_stack([others, matrix[:, j]])):
            untested.append(j)
            continue
        results[j] = _permute(outcome, matrix[:, j], others, seed, draws)
    return results, untested


def _rounded(matrix: np.ndarray) -> np.ndarray:
    """Cluster means without their last rounding error, which would hide a dependence."""
    largest = np.maximum(np.abs(matrix).max(axis=0), np.finfo(float).tiny)
    return np.asarray(np.round(matrix / largest, 13))


def _permute(
    outcome: np.ndarray, column: np.ndarray, others: np.ndarray, seed: int, draws: int
) -> PermutationResult:
    kinds = np.unique(column)
    if others.shape[1] == 1 and len(kinds) == 2:
        return mean_difference_test(outcome, column == kinds[1], seed=seed, draws=draws)
    return freedman_lane(outcome, column, others, seed=seed, draws=draws)


def _fit_numbers(fit: LeastSquares, outcome: np.ndarray) -> dict[str, float]:
    unexplained = float(fit.residuals @ fit.residuals)
    total = float(((outcome - outcome.mean()) ** 2).sum())
    df = fit.n - fit.k
    return {
        "r2": 1 - unexplained / total,
        "sigma": float(np.sqrt(unexplained / df)),
        "df_residual": float(df),
    }
