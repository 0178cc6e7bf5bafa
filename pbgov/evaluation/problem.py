"""A design as it is fitted: weighted, or with the level of each unit taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.limits import RESIDUAL_DF
from pbgov.evaluation.remarks import Remark
from pbgov.inference.linear import dependent_columns

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design

_LEFT = 1e-10  # of a column's length, when the levels of units are taken out

SAID_OF_ROWS = (
    ("HC2 + Bell–McCaffrey 自由度", "HC2 + Bell–McCaffrey df"),
    ("HC3 + t(n−k)", "HC3 + t(n−k)"),
)


@dataclass(frozen=True, eq=False)
class Problem:
    """The arrays of one least-squares fit.

    Attributes
    ----------
    matrix : ndarray, shape (n, k)
        As fitted: weighted, or within units.
    outcome : ndarray, shape (n,)
        Likewise.
    regressors : ndarray, shape (n, k)
        The same columns as they stand in the table.
    columns, terms : tuple of str
    weights : ndarray, shape (n,)
        Of the rows; ones where there are none.
    absorbed : int
        Degrees of freedom taken by the levels of units.
    total : float
        Sum of squares of the outcome around its (weighted) mean, or within units.
    """

    matrix: np.ndarray
    outcome: np.ndarray
    regressors: np.ndarray
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    weights: np.ndarray
    absorbed: int
    total: float


def as_fitted(
    design: Design, weights: str | None, fixed_effects: str | None, cluster: str | None
) -> Problem | tuple[str, str]:
    """The fit that was asked for, or why there is none, in Chinese and in English.

    Raises
    ------
    InputError
        Where a weight is not a positive number, or a unit lies in two clusters.
    """
    scale = np.ones(len(design.rows)) if weights is None else np.sqrt(_weights(design, weights))
    if fixed_effects is None:
        mean = np.average(design.outcome, weights=scale**2)
        return Problem(
            matrix=design.matrix * scale[:, None],
            outcome=design.outcome * scale,
            regressors=design.matrix,
            columns=design.columns,
            terms=design.terms,
            weights=scale**2,
            absorbed=0,
            total=float((((design.outcome - mean) * scale) ** 2).sum()),
        )
    if weights is not None:
        raise InputError("weights with fixed_effects are not offered; leave one of them out")
    return _within_units(design, fixed_effects, cluster)


def _within_units(
    design: Design, fixed_effects: str, cluster: str | None
) -> Problem | tuple[str, str]:
    from pbgov.inference.panels.within import within

    levels = design.rows[fixed_effects].to_numpy()
    if cluster is not None:
        clusters = design.rows.groupby(fixed_effects)[cluster].nunique()
        torn = clusters[clusters > 1]
        if len(torn):
            raise InputError(
                f"{fixed_effects} {str(torn.index[0])!r} lies in {torn.iloc[0]} clusters of {cluster};"
                " its level can only be taken out where it lies in one"
            )
    regressors = design.matrix[:, 1:]
    (n, k) = regressors.shape
    n_levels = len(np.unique(levels))
    if n - n_levels - k < RESIDUAL_DF:
        return (
            f"扣除 {n_levels} 个“{fixed_effects}”各自的水平以后，{n} 行要估计 {k} 个系数；"
            f"至少需要 {n_levels + k + RESIDUAL_DF} 行",
            f"{n} rows for {k} coefficient{'' if k == 1 else 's'} and the levels of {n_levels}"
            f" {fixed_effects}; need {n_levels + k + RESIDUAL_DF}",
        )
    demeaned, absorbed = within(np.column_stack([regressors, design.outcome]), levels)
    matrix, outcome = demeaned[:, :-1], demeaned[:, -1]
    length = np.linalg.norm(regressors - regressors.mean(axis=0), axis=0)
    for name, column, whole in zip(design.columns[1:], matrix.T, length, strict=True):
        if np.linalg.norm(column) <= _LEFT * whole:
            return (
                f"“{name}”在每个“{fixed_effects}”之内没有变化，被固定效应完全吸收",
                f"{name!r} does not vary within {fixed_effects}; the fixed effects absorb it",
            )
    if np.linalg.norm(outcome) <= _LEFT * np.linalg.norm(design.outcome - design.outcome.mean()):
        return (
            f"结果变量在每个“{fixed_effects}”之内没有变化",
            f"the outcome does not vary within {fixed_effects}",
        )
    dependent = dependent_columns(matrix)
    if dependent:
        name = design.columns[1 + dependent[0]]
        return (
            f"“{name}”在“{fixed_effects}”之内可由前面的解释变量完全推出（完全共线）",
            f"within {fixed_effects} {name!r} is a linear combination of the regressors before it",
        )
    return Problem(
        matrix=matrix,
        outcome=outcome,
        regressors=regressors,
        columns=design.columns[1:],
        terms=design.terms[1:],
        weights=np.ones(len(outcome)),
        absorbed=absorbed,
        total=float(outcome @ outcome),
    )


def _weights(design: Design, weights: str) -> np.ndarray:
    values = design.rows[weights]
    numbers = np.asarray(values, dtype=float) if values.dtype.kind in "iufb" else None
    if numbers is None or not (np.isfinite(numbers).all() and (numbers > 0).all()):
        raise InputError(f"column {weights!r} must hold positive, finite numbers to be weights")
    return numbers


def said_of_levered_rows(rows: int) -> tuple[str, str]:
    """Why rows that decide a coefficient alone allow no estimate, in Chinese and in English."""
    if rows == 1:
        return (
            "有一行独自决定一个系数，没有残差可以判断它",
            "one row decides a coefficient alone, so that no residual is left to judge it by",
        )
    return (
        f"有 {rows} 行各自独自决定一个系数，没有残差可以判断它们",
        f"{rows} rows each decide a coefficient alone, so that no residual is left to judge them by",
    )


def said_of_clusters(unit_name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What the two cluster covariances are called, each in Chinese and in English."""
    from pbgov.evaluation.estimate import counted_en

    name = counted_en(1, unit_name)[2:]
    return (
        (
            f"CR2（按{unit_name}聚类）+ Satterthwaite 自由度",
            f"CR2 clustered by {name} + Satterthwaite df",
        ),
        (f"CR1（按{unit_name}聚类）+ t(G−1)", f"CR1 clustered by {name} + t(G−1)"),
    )


def sentences_on_fit(fixed_effects: str | None, weights: str | None) -> list[Remark]:
    """What was taken out, and what rows were weighted by."""
    remarks = []
    if fixed_effects is not None:
        remarks.append(
            Remark(
                "design",
                f"每个“{fixed_effects}”自身的水平已经扣除，系数只比较同一个“{fixed_effects}”之内的各行。",
                f"The level of each {fixed_effects} is taken out; coefficients compare rows of the"
                f" same {fixed_effects}.",
            )
        )
    if weights is not None:
        remarks.append(
            Remark(
                "gaps",
                f"各行按“{weights}”加权（视为与误差方差成反比）。",
                f"Rows are weighted by {weights} (taken as inverse to the variance of errors).",
            )
        )
    return remarks
