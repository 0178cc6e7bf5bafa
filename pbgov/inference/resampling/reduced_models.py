"""A regression without one of its columns, and the t of that column for permuted residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns

_PERFECT = 1e-12
_NOTHING_LEFT = 1e-12
_LEVERAGE_ONE = 1e-9


@dataclass(frozen=True, eq=False)
class ReducedModel:
    """The regression without the tested column, ready for permuted residuals.

    Attributes
    ----------
    residuals : ndarray, shape (n,)
    basis : ndarray, shape (n, q)
        Orthonormal columns that span the covariates.
    direction : ndarray, shape (n,)
        The tested column given the covariates, of length 1.
    df : int
        Residual degrees of freedom of the whole regression.
    room : ndarray, shape (n,), or None
        Each row's 1 - leverage in the whole regression, where the t statistic is HC2's.
    """

    residuals: np.ndarray
    basis: np.ndarray
    direction: np.ndarray
    df: int
    room: np.ndarray | None

    @property
    def testable(self) -> bool:
        """Whether there is a residual, and for HC2 in every row."""
        rows = self.room is None or bool((self.room > _LEVERAGE_ONE).all())
        return rows and bool(self.residuals.any())

    def t(self, orders: np.ndarray) -> np.ndarray:
        """The tested column's t when residuals fall to rows in these orders, shape (some,).

        Infinite where no variance is left: the columns then fit them exactly.
        """
        shuffled = self.residuals[orders]
        along = shuffled @ self.direction
        fitted = shuffled @ self.basis
        total = self.residuals @ self.residuals - (fitted**2).sum(axis=1)
        left = total - along**2
        if self.room is None:
            variance = left / self.df
        else:
            errors = shuffled - fitted @ self.basis.T - along[:, None] * self.direction
            variance = errors**2 @ (self.direction**2 / self.room)
        none = variance <= _PERFECT / self.df * np.maximum(total, 0)
        divisor = np.sqrt(np.where(none, 1, variance))
        return np.asarray(np.where(none, np.copysign(np.inf, along), along / divisor))


def reduced_model(
    outcome: np.ndarray,
    regressor: np.ndarray,
    covariates: np.ndarray,
    *,
    df: int | None = None,
    robust: bool = False,
) -> ReducedModel:
    """The regression of the outcome on the covariates alone; arguments as in `freedman_lane`."""
    n, q = covariates.shape
    if n - q - 1 < 1:
        raise InputError(f"{n} rows for {q + 1} coefficients; no residual is left to permute")
    if dependent_columns(np.column_stack([covariates, regressor])):
        raise InputError("the regressor is a linear combination of the covariates")
    basis = np.linalg.qr(covariates)[0]
    direction = regressor - basis @ (basis.T @ regressor)
    direction = direction / np.linalg.norm(direction)
    residuals = outcome - basis @ (basis.T @ outcome)
    residuals -= basis @ (basis.T @ residuals)  # once more: rounding would tell ties apart
    if np.linalg.norm(residuals) <= _NOTHING_LEFT * np.linalg.norm(outcome):
        residuals = np.zeros(n)
    room = 1 - (basis**2).sum(axis=1) - direction**2 if robust else None
    return ReducedModel(residuals, basis, direction, n - q - 1 if df is None else df, room)


def rows_alike(*columns: np.ndarray) -> np.ndarray:
    """A number for each row, the same for rows that are equal in all columns."""
    return np.asarray(np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1]).ravel()


def rounded(matrix: np.ndarray) -> np.ndarray:
    """A matrix without the last rounding error of its cells, which would hide a dependence."""
    largest = np.maximum(np.abs(matrix).max(axis=0), np.finfo(float).tiny)
    return np.asarray(np.round(matrix / largest, 13))


def finite(values: np.ndarray) -> np.ndarray:
    """The values as an array of floats; an `InputError` where one is missing or infinite."""
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        raise InputError("a value is not finite; drop those rows first")
    return values
