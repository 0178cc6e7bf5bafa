"""Many least-squares specifications at once: one focal regressor, every subset of controls.

The columns are brought to coordinates of their common space once; each subset of controls is then
taken out of the focal regressors and outcomes by Gram-Schmidt, for all subsets side by side. What is
left of a focal regressor and an outcome gives coefficient, residuals and standard error
(Frisch, Waugh and Lovell), so that no specification is fitted by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members

Covariance = Literal["HC2", "HC3", "CR1S"]

REASONS = (
    "",
    "too few rows",
    "dependent controls",
    "dependent focal",
    "no residual",
    "full leverage",
)
"""Why a specification has no estimate; the first is that it has one."""
ESTIMATED, FEW_ROWS, DEPENDENT_CONTROLS, DEPENDENT_FOCAL, NO_RESIDUAL, FULL_LEVERAGE = range(6)

_DEPENDENT = 1e-10
_LEVERAGE_ONE = 1e-9
_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Specifications:
    """The focal coefficient of every specification.

    Attributes
    ----------
    subsets : ndarray of bool, shape (S, C)
        Which controls each subset holds.
    estimate, std_error : ndarray, shape (S, F, O)
        Subsets by focal regressors by outcomes; in units of the outcome per unit of the
        focal regressor. NaN where `reason` is not 0.
    df : ndarray, shape (S, F, O)
        Degrees of freedom of the t test: Bell-McCaffrey for HC2, n - k for HC3, G - 1 for CR1S.
    partial_r : ndarray, shape (S, F, O)
        Partial correlation of focal regressor and outcome given the controls, between -1 and 1,
        without units: the estimate times the length of what the controls leave of the focal
        regressor, by that of what they leave of the outcome.
    reason : ndarray of int, shape (S, F, O)
        Position in `REASONS`.
    n : int
        Rows.
    covariance : str
        HC2, HC3 or CR1S.
    """

    subsets: np.ndarray
    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    partial_r: np.ndarray
    reason: np.ndarray
    n: int
    covariance: Covariance

    @property
    def p_value(self) -> np.ndarray:
        """Two-sided p of each estimate, t with `df`; NaN where there is none."""
        return np.asarray(2 * stats.t.sf(np.abs(self.estimate / self.std_error), self.df))


def all_subsets(n_controls: int) -> np.ndarray:
    """Every subset of the controls, the empty one first.

    Returns
    -------
    ndarray of bool, shape (2 ** n_controls, n_controls)

    Examples
    --------
    >>> all_subsets(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if not 0 <= n_controls <= 16:
        raise InputError(f"{n_controls} controls have 2**{n_controls} subsets; give at most 16")
    numbers = np.arange(2**n_controls)[:, None]
    return np.asarray((numbers >> np.arange(n_controls)) & 1, dtype=bool)


def specifications(
    outcomes: np.ndarray,
    focal: np.ndarray,
    controls: np.ndarray,
    *,
    subsets: np.ndarray | None = None,
    clusters: np.ndarray | None = None,
    covariance: Covariance | None = None,
) -> Specifications:
    """The coefficient of each focal regressor on each outcome, given each subset of the controls.

    Parameters
    ----------
    outcomes : ndarray, shape (n, O)
    focal : ndarray, shape (n, F)
    controls : ndarray, shape (n, C)
        Without the column of ones, which every specification holds.
    subsets : ndarray of bool, shape (S, C), optional
        The subsets wanted; all 2**C of them where not given.
    clusters : ndarray, shape (n,), optional
        Which cluster each row belongs to.
    covariance : {"HC2", "HC3", "CR1S"}, optional
        HC2 without clusters and CR1S with them where not given. CR1S is CR0 times
        G / (G - 1) * (n - 1) / (n - k), as Stata and statsmodels have it.

    Returns
    -------
    Specifications
        A specification that cannot be estimated stays in its place as NaN with its reason:
        no more rows than coefficients, a control that is a linear combination of the ones
        before it (a constant one among them), a focal regressor that is one of the controls,
        an outcome that is fitted without residual, a row with leverage 1.

    Raises
    ------
    InputError
        Where shapes do not fit, a value is not finite, or the covariance wants clusters or
        none.

    References
    ----------
    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis.
    *Nature Human Behaviour*, 4(11), 1208-1214.
    Lovell, M. C. (1963). Seasonal adjustment of economic time series and multiple regression
    analysis. *Journal of the American Statistical Association*, 58(304), 993-1010.
    """
    outcomes, focal, controls = (_matrix(each) for each in (outcomes, focal, controls))
    n, n_controls = controls.shape
    if not len(outcomes) == len(focal) == n:
        raise InputError(
            f"outcomes, focal and controls have {len(outcomes)}, {len(focal)} and {n} rows"
        )
    subsets = all_subsets(n_controls) if subsets is None else np.asarray(subsets)
    if subsets.dtype != bool or subsets.ndim != 2 or subsets.shape[1] != n_controls:
        raise InputError(
            f"subsets is {subsets.shape} of {subsets.dtype}; want bool, (S, {n_controls})"
        )
    covariance = covariance or ("HC2" if clusters is None else "CR1S")
    if covariance not in ("HC2", "HC3", "CR1S"):
        raise InputError(f"covariance is {covariance!r}; use HC2, HC3 or CR1S")
    if (covariance == "CR1S") is not (clusters is not None):
        raise InputError("CR1S needs clusters, HC2 and HC3 are for rows without clusters")

    space = _Space(outcomes, focal, controls, clusters, covariance)
    shape = (len(subsets), focal.shape[1], outcomes.shape[1])
    made = {name: np.full(shape, np.nan) for name in ("estimate", "std_error", "df", "partial_r")}
    reason = np.zeros(shape, dtype=np.int8)
    step = max(1, _CELLS // space.cells_a_subset)
    for first in range(0, len(subsets), step):
        part = slice(first, first + step)
        numbers, reason[part] = space.fit(subsets[part])
        for name, values in numbers.items():
            made[name][part] = np.where(reason[part] == ESTIMATED, values, np.nan)
    return Specifications(subsets=subsets, reason=reason, n=n, covariance=covariance, **made)


class _Space:
    """Controls, focal regressors and outcomes as rows of coordinates in their common space."""

    def __init__(
        self,
        outcomes: np.ndarray,
        focal: np.ndarray,
        controls: np.ndarray,
        clusters: np.ndarray | None,
        covariance: Covariance,
    ) -> None:
        self.covariance = covariance
        self.n, self.n_controls = controls.shape
        self.n_focal, self.n_outcomes = focal.shape[1], outcomes.shape[1]
        columns = np.column_stack([controls, focal, outcomes])
        self.scale = np.linalg.norm(columns, axis=0)
        self.scale[self.scale == 0] = 1.0
        columns = columns - columns.mean(axis=0)
        columns = (columns - columns.mean(axis=0)) / self.scale
        if clusters is None:
            self.columns = np.ascontiguousarray(columns.T)
            wide = max(self.n_outcomes, self.n_controls + 1)
        else:
            basis, coordinates = np.linalg.qr(columns)
            self.columns = np.ascontiguousarray(coordinates.T)
            members = cluster_members(clusters, self.n)
            blocks = [basis[rows].T @ basis[rows] for rows in members]
            self.within = np.stack(blocks, axis=1)  # (coordinates, clusters, coordinates)
            wide = max(self.n_outcomes, len(members))
        length = self.columns.shape[1]
        self.cells_a_subset = length * (len(self.columns) + self.n_focal * wide)

    def fit(self, subsets: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The numbers of these subsets, and the reason where they are not to be used."""
        left, basis, dependent = self._without_controls(subsets)
        x = left[:, self.n_controls : self.n_controls + self.n_focal]
        y = left[:, self.n_controls + self.n_focal :]
        k = subsets.sum(axis=1) + 2
        with np.errstate(divide="ignore", invalid="ignore"):
            xx = (x**2).sum(axis=2)
            yy = (y**2).sum(axis=2)
            slope = x @ y.transpose(0, 2, 1) / xx[:, :, None]
            residuals = y[:, None] - slope[..., None] * x[:, :, None]
            unexplained = np.sqrt((residuals**2).sum(axis=3))
            if self.covariance == "CR1S":
                variance, df, levered = self._clustered(x, xx, residuals, k)
            else:
                variance, df, levered = self._leveraged(x, xx, residuals, basis, k)
            std_error = np.sqrt(variance)
            partial_r = slope * np.sqrt(xx)[:, :, None] / np.sqrt(yy)[:, None]
        focal_scale = self.scale[self.n_controls : self.n_controls + self.n_focal]
        unit = self.scale[self.n_controls + self.n_focal :] / focal_scale[:, None]
        numbers = {
            "estimate": slope * unit,
            "std_error": std_error * unit,
            "df": np.broadcast_to(df, slope.shape),
            "partial_r": partial_r,
        }
        reason = np.zeros(slope.shape, dtype=np.int8)
        total = np.sqrt((self.columns[self.n_controls + self.n_focal :] ** 2).sum(axis=1))
        reason[levered] = FULL_LEVERAGE
        reason[unexplained <= _DEPENDENT * total] = NO_RESIDUAL
        reason[np.sqrt(xx) <= _DEPENDENT] = DEPENDENT_FOCAL
        reason[dependent] = DEPENDENT_CONTROLS
        reason[self.n <= k] = FEW_ROWS
        return numbers, reason

    def _without_controls(self, subsets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What each subset leaves of all columns, its orthonormal basis, and where it has none."""
        left = np.broadcast_to(self.columns, (len(subsets), *self.columns.shape)).copy()
        basis = np.zeros((len(subsets), self.n_controls, self.columns.shape[1]))
        dependent = np.zeros(len(subsets), dtype=bool)
        for control in range(self.n_controls):
            held = np.flatnonzero(subsets[:, control])
            direction = left[held, control]
            length = np.sqrt((direction**2).sum(axis=1))
            usable = length > _DEPENDENT
            dependent[held] |= ~usable
            direction = np.where(usable, 1 / np.where(usable, length, 1), 0)[:, None] * direction
            rest = left[held, control + 1 :]
            left[held, control + 1 :] = rest - (rest @ direction[:, :, None]) * direction[:, None]
            basis[held, control] = direction
        return left, basis, dependent

    def _clustered(
        self, x: np.ndarray, xx: np.ndarray, residuals: np.ndarray, k: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        length, n_clusters, _ = self.within.shape
        spread = (x.reshape(-1, length) @ self.within.reshape(length, -1)).reshape(
            *x.shape[:2], n_clusters, length
        )
        scores = spread @ residuals.transpose(0, 1, 3, 2)
        correction = n_clusters / (n_clusters - 1) * (self.n - 1) / np.maximum(self.n - k, 1)
        variance = correction[:, None, None] * (scores**2).sum(axis=2) / xx[:, :, None] ** 2
        return variance, np.array(n_clusters - 1.0), np.zeros(variance.shape, dtype=bool)

    def _leveraged(
        self,
        x: np.ndarray,
        xx: np.ndarray,
        residuals: np.ndarray,
        basis: np.ndarray,
        k: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        direction = x / np.sqrt(xx)[:, :, None]
        leverage = 1 / self.n + (basis**2).sum(axis=1)[:, None] + direction**2
        free = 1 - leverage
        levered = np.broadcast_to(
            (free < _LEVERAGE_ONE).any(axis=2)[:, :, None], residuals.shape[:3]
        )
        power = 1 if self.covariance == "HC2" else 2
        weights = direction**2 / free**power
        variance = (weights[:, :, None] * residuals**2).sum(axis=3) / xx[:, :, None]
        if self.covariance == "HC3":
            return variance, np.asarray(self.n - k, dtype=float)[:, None, None], levered
        # Sum over rows i, l of a_i (I - H)_il^2 a_l, with H = P P' for the columns P of the basis:
        # no matrix of rows by rows is needed.
        ones = np.full((len(x), 1, self.n), 1 / np.sqrt(self.n))
        fixed = np.concatenate([ones, basis], axis=1)
        between = (weights[:, :, None] * fixed[:, None]) @ fixed.transpose(0, 2, 1)[:, None]
        across = (weights * direction) @ fixed.transpose(0, 2, 1)
        along = (weights * direction**2).sum(axis=2)
        spread = (weights**2 * (1 - 2 * leverage)).sum(axis=2) + along**2
        spread += (between**2).sum(axis=(2, 3)) + 2 * (across**2).sum(axis=2)
        return variance, (1 / spread)[:, :, None], levered


def _matrix(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 2:
        raise InputError(f"a table of shape {values.shape} was given; want rows by columns")
    if not np.isfinite(values).all():
        raise InputError("a value is not finite; drop those rows first")
    return values
