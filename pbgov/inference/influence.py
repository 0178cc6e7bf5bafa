"""How much a fit rests on single rows or clusters, and how well it predicts what it has not seen.

At sixteen districts one of them can be the finding. Everything here follows from the one fit in
closed form; nothing is fitted again unless the closed form would lose its digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import dependent_columns, least_squares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.inference.linear import LeastSquares

_FEW_DIGITS = 1e-6  # under this share left to the others, the closed form loses ten digits
_NOTHING_LEFT = 1e-12
_NO_RESIDUAL = 1e-10
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Influence:
    """What a fit owes to each unit; one row is one unit, in the sorted order of their names.

    Attributes
    ----------
    coefficients : ndarray, shape (n_units, k)
        The coefficients without the unit; NaN where the design without it is singular.
    leverage : ndarray, shape (n_units,)
        Sum of the unit's diagonal of the hat matrix, between 0 and k.
    cooks_distance : ndarray, shape (n_units,)
        Squared shift of all coefficients, in standard errors, over k; 0 or more.
    dfbetas : ndarray, shape (n_units, k)
        Full coefficient minus the one without the unit, in standard errors whose
        residual spread is taken without the unit.
    studentised : ndarray, shape (n_units,)
        Externally studentised residual, t(n - k - 1) without outliers; NaN for a unit
        of several rows.
    dffits : ndarray, shape (n_units,)
        Shift of the unit's own fitted value, in standard errors; NaN for a unit of
        several rows.
    """

    coefficients: np.ndarray
    leverage: np.ndarray
    cooks_distance: np.ndarray
    dfbetas: np.ndarray
    studentised: np.ndarray
    dffits: np.ndarray


@dataclass(frozen=True)
class OutlierTest:
    """The row with the largest studentised residual, and whether chance would make one as large.

    Attributes
    ----------
    row : int
        Its position.
    statistic : float
        Externally studentised residual.
    df : int
        n - k - 1.
    p_value : float
        Two-sided, of this row alone.
    p_bonferroni : float
        The same times the number of rows that could have been the largest, at most 1.
    """

    row: int
    statistic: float
    df: int
    p_value: float
    p_bonferroni: float


@dataclass(frozen=True)
class Inflation:
    """How much the other terms inflate the variance of one term's coefficients.

    Attributes
    ----------
    term : str
    gvif : float
        Generalised variance inflation factor, 1 or more; for a term of one column the VIF.
    df : int
        Columns of the term.
    per_df : float
        ``gvif ** (1 / (2 * df))``: comparable between terms, on the scale of a standard error.
    """

    term: str
    gvif: float
    df: int
    per_df: float


@dataclass(frozen=True, eq=False)
class LeaveOneOutPrediction:
    """Predictions of each row by a fit that has not seen its unit.

    Attributes
    ----------
    errors : ndarray, shape (n,)
        Outcome minus prediction; NaN where the design without the unit is singular.
    press : float
        Sum of squared errors; NaN where an error is.
    rmse : float
        Root of their mean, in units of the outcome.
    rmse_of_mean : float
        The same for the intercept-only model: each row predicted by the mean of the others.
    """

    errors: np.ndarray
    press: float
    rmse: float
    rmse_of_mean: float


def influence(fit: LeastSquares, units: np.ndarray | None = None) -> Influence:
    """Leverage, Cook's distance, DFBETAS, DFFITS and studentised residuals of each unit.

    Parameters
    ----------
    fit : LeastSquares
    units : ndarray, shape (n,), optional
        The unit of each row, such as its district; without it each row is a unit.

    Returns
    -------
    Influence
        NaN wherever the fit, or the fit without the unit, leaves no residual to judge by.

    References
    ----------
    Belsley, D. A., Kuh, E., & Welsch, R. E. (1980). *Regression diagnostics*. Wiley.
    Cook, R. D., & Weisberg, S. (1982). *Residuals and influence in regression*.
    Chapman & Hall.
    """
    left_out = _left_out(fit, units)
    shift = fit.coefficients - left_out.coefficients
    unexplained = float(fit.residuals @ fit.residuals)
    outcome = _outcome(fit)
    rounding = max(_NO_RESIDUAL * np.ptp(outcome), _ROUNDING * np.abs(outcome).max())
    judged = bool(np.abs(fit.residuals).max() > rounding)
    spread = unexplained / (fit.n - fit.k) if judged else float("nan")
    left = unexplained - left_out.sums(fit.residuals * left_out.errors)
    df = fit.n - left_out.sizes - fit.k
    usable = judged & (df >= 1) & (left > _NOTHING_LEFT * unexplained)
    spread_without = np.divide(left, df, out=np.full(df.shape, np.nan), where=usable)
    # a unit of one row; its leverage is the sum of that row's
    single = usable & (left_out.sizes == 1)
    leverage, residuals = left_out.sums(fit.leverage), left_out.sums(fit.residuals)
    studentised, dffits = np.full((2, len(df)), np.nan)
    own = leverage[single]
    studentised[single] = residuals[single] / np.sqrt(spread_without[single] * (1 - own))
    dffits[single] = studentised[single] * np.sqrt(own / (1 - own))
    triangle = fit.basis.T @ fit.design  # design.T @ design is triangle.T @ triangle
    inverse = (fit.weights**2).sum(axis=0)
    return Influence(
        coefficients=left_out.coefficients,
        leverage=leverage,
        cooks_distance=((shift @ triangle.T) ** 2).sum(axis=1) / (fit.k * spread),
        dfbetas=shift / np.sqrt(spread_without[:, None] * inverse),
        studentised=studentised,
        dffits=dffits,
    )


def leave_one_out_coefficients(fit: LeastSquares, units: np.ndarray | None = None) -> np.ndarray:
    """The coefficients without each unit, from the one fit.

    Parameters
    ----------
    fit : LeastSquares
    units : ndarray, shape (n,), optional
        The unit of each row; without it each row is a unit.

    Returns
    -------
    ndarray, shape (n_units, k)
        In the sorted order of the units' names; NaN where the design without the unit is
        singular.

    Raises
    ------
    InputError
        Where there are fewer than two units.

    Notes
    -----
    Block deletion: ``b - W_g' (I - H_gg)^-1 e_g``, with ``W`` the rows of `fit.weights`.

    References
    ----------
    Cook, R. D., & Weisberg, S. (1982), as in `influence`.
    """
    return _left_out(fit, units).coefficients


def leave_one_out_prediction(
    fit: LeastSquares, units: np.ndarray | None = None
) -> LeaveOneOutPrediction:
    """How well the fit predicts units it has not seen, against the mean of the others.

    Parameters
    ----------
    fit : LeastSquares
    units : ndarray, shape (n,), optional
        The unit of each row; all rows of a unit are left out together.

    Returns
    -------
    LeaveOneOutPrediction

    References
    ----------
    Allen, D. M. (1974). The relationship between variable selection and data
    augmentation and a method for prediction. *Technometrics*, 16(1), 125-127.
    """
    left_out = _left_out(fit, units)
    outcome, errors = _outcome(fit), left_out.errors
    mean_of_others = (outcome.sum() - left_out.sums(outcome)) / (fit.n - left_out.sizes)
    of_mean = outcome - mean_of_others[left_out.codes]
    press = float(errors @ errors)
    return LeaveOneOutPrediction(
        errors=errors,
        press=press,
        rmse=float(np.sqrt(press / fit.n)),
        rmse_of_mean=float(np.sqrt(of_mean @ of_mean / fit.n)),
    )


def outlier_test(fit: LeastSquares) -> OutlierTest | None:
    """Bonferroni test of the row with the largest studentised residual.

    Parameters
    ----------
    fit : LeastSquares

    Returns
    -------
    OutlierTest or None
        None where no row has a studentised residual (no residual degree of freedom is left).

    References
    ----------
    Fox, J. (2016). *Applied regression analysis and generalized linear models*
    (3rd ed.), 273-274. Sage.
    """
    studentised = influence(fit).studentised
    judged = int(np.isfinite(studentised).sum())
    if not judged:
        return None
    row = int(np.nanargmax(np.abs(studentised)))
    df = fit.n - fit.k - 1
    p_value = float(2 * stats.t.sf(abs(studentised[row]), df))
    return OutlierTest(row, float(studentised[row]), df, p_value, min(1.0, p_value * judged))


def variance_inflation(fit: LeastSquares, terms: Sequence[str]) -> tuple[Inflation, ...]:
    """Generalised variance inflation of each term.

    Parameters
    ----------
    fit : LeastSquares
    terms : sequence of str, length k
        The term that each column of the design comes from; columns of one term share a name.
        Constant columns (the intercept) are left out.

    Returns
    -------
    tuple of Inflation
        In the order of the terms.

    Raises
    ------
    InputError
        Where there is not one name per column.

    References
    ----------
    Fox, J., & Monette, G. (1992). Generalized collinearity diagnostics. *Journal of
    the American Statistical Association*, 87(417), 178-183.
    """
    if len(terms) != fit.k:
        raise InputError(f"{len(terms)} terms for {fit.k} columns; name the term of each column")
    kept = np.flatnonzero(np.ptp(fit.design, axis=0) > 0)
    names = [terms[int(j)] for j in kept]
    directions = fit.weights[:, kept] / np.linalg.norm(fit.weights[:, kept], axis=0)
    correlation = directions.T @ directions
    whole = _log_determinant(correlation)
    found = []
    for term in dict.fromkeys(names):
        own = np.array([name == term for name in names])
        parts = _log_determinant(correlation[np.ix_(own, own)]) + _log_determinant(
            correlation[np.ix_(~own, ~own)]
        )
        df, gvif = int(own.sum()), float(np.exp(parts - whole))
        found.append(Inflation(term, gvif, df, gvif ** (1 / (2 * df))))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _LeftOut:
    """Every unit left out once: its coefficients without it, and the errors of predicting it."""

    codes: np.ndarray
    sizes: np.ndarray
    coefficients: np.ndarray
    errors: np.ndarray

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum of `values` over the rows of each unit."""
        return np.bincount(self.codes, values)


def _left_out(fit: LeastSquares, units: np.ndarray | None) -> _LeftOut:
    members = cluster_members(np.arange(fit.n) if units is None else units, fit.n)
    codes = np.empty(fit.n, dtype=np.intp)
    for position, rows in enumerate(members):
        codes[rows] = position
    sizes = np.bincount(codes)
    kept = 1 - fit.leverage
    errors = np.divide(fit.residuals, kept, out=np.zeros(fit.n), where=kept > _FEW_DIGITS)
    doubtful = []
    for position, rows in enumerate(members):
        if len(rows) > 1:
            found = _closed_form(fit, rows)
            errors[rows] = 0 if found is None else found
            if found is None:
                doubtful.append(position)
        elif kept[rows[0]] <= _FEW_DIGITS:
            doubtful.append(position)
    moved = [np.bincount(codes, column * errors) for column in fit.weights.T]
    coefficients = fit.coefficients - np.column_stack(moved)
    for position in doubtful:
        rows = members[position]
        coefficients[position] = _refitted(fit, rows)
        errors[rows] = _outcome(fit)[rows] - fit.design[rows] @ coefficients[position]
    return _LeftOut(codes, sizes, coefficients, errors)


def _outcome(fit: LeastSquares) -> np.ndarray:
    return np.asarray(fit.design @ fit.coefficients + fit.residuals)


def _closed_form(fit: LeastSquares, rows: np.ndarray) -> np.ndarray | None:
    """``(I - H_gg)^-1 e_g``; None where rows outside the unit hardly see some direction.

    ``H_gg`` has at most k directions, whatever the unit's size.
    """
    directions, lengths, _ = np.linalg.svd(fit.basis[rows], full_matrices=False)
    left = 1 - lengths**2
    if left[0] <= _FEW_DIGITS:
        return None
    own = fit.residuals[rows]
    return np.asarray(own + directions @ ((1 / left - 1) * (directions.T @ own)))


def _refitted(fit: LeastSquares, rows: np.ndarray) -> np.ndarray:
    design, outcome = np.delete(fit.design, rows, axis=0), np.delete(_outcome(fit), rows)
    if len(design) < fit.k or dependent_columns(design):
        return np.full(fit.k, np.nan)
    if len(design) == fit.k:
        return np.asarray(np.linalg.solve(design, outcome))
    return least_squares(design, outcome).coefficients


def _log_determinant(matrix: np.ndarray) -> float:
    return float(np.linalg.slogdet(matrix)[1]) if len(matrix) else 0.0
