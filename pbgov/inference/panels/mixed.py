"""Linear mixed models: groups with levels, and perhaps slopes, of their own.

The variances are found by restricted maximum likelihood over the relative Cholesky factor, as lme4
does; statsmodels' search fails to converge in a quarter of the tables of 16 groups whose variance
is near 0. The coefficients then come from the regression whitened by the variances, so that the
cluster-robust second opinion is at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import LeastSquares, least_squares

_STARTS = (1.0, 0.1)
_RUNS_AWAY = 1e6
_TINY = 1e-300
_GONE = 1e-6  # of the residual variance, under which a variance between groups counts as 0


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A linear mixed model at the maximum of its restricted likelihood.

    Attributes
    ----------
    whitened : LeastSquares
        Of the outcome on the design, both divided by the square root of the estimated
        covariance of the rows; its coefficients are those of the model.
    covariance : ndarray, shape (k, k)
        Of the coefficients, the variances taken as known.
    between : ndarray, shape (q, q)
        Covariance of the groups' own levels and slopes, the level first.
    residual_variance : float
        Of the rows within groups.
    icc : float
        Share of the variance that lies between groups, at the average row.
    log_likelihood : float
        Restricted; comparable between models with the same fixed part only.
    at_boundary : bool
        True where a variance between groups, or a combination of them, is estimated as 0.
    """

    whitened: LeastSquares
    covariance: np.ndarray
    between: np.ndarray
    residual_variance: float
    icc: float
    log_likelihood: float
    at_boundary: bool


def fit_mixed(
    design: np.ndarray, outcome: np.ndarray, groups: np.ndarray, slopes: tuple[int, ...] = ()
) -> MixedFit | None:
    """A linear mixed model by restricted maximum likelihood.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its column of ones first.
    outcome : ndarray, shape (n,)
    groups : ndarray, shape (n,)
        Each group has a level of its own.
    slopes : tuple of int
        Columns of `design` on which each group has a slope of its own too; levels and
        slopes may be correlated.

    Returns
    -------
    MixedFit or None
        None where the search for the maximum fails.

    Raises
    ------
    InputError
        As `least_squares`; where there are fewer than two groups, or no group has two rows.

    Notes
    -----
    The model is the same whatever the units of outcome and columns, so it is fitted on
    orthonormal columns and a standardised outcome, where the search is well conditioned.

    References
    ----------
    Laird, N. M., & Ware, J. H. (1982). Random-effects models for longitudinal data.
    *Biometrics*, 38(4), 963-974.
    Bates, D., Maechler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects
    models using lme4. *Journal of Statistical Software*, 67(1).
    """
    pooled = least_squares(design, outcome)
    members = cluster_members(groups, pooled.n)
    if max(map(len, members)) == 1:
        raise InputError("no group has two rows; its variance cannot be told from that of rows")
    design, outcome = pooled.design, design @ pooled.coefficients + pooled.residuals
    own = design[:, [0, *slopes]]
    scale = float(np.sqrt(pooled.residuals @ pooled.residuals / pooled.n))
    if scale == 0:
        raise InputError("the fit leaves no residual, so no variance can be parted")
    basis, shape = np.linalg.qr(design)
    of_groups, own_shape = np.linalg.qr(own)
    size = np.sqrt(pooled.n)
    found = _maximum(basis, pooled.residuals / scale, members, of_groups * size)
    if found is None:
        return None
    variances, residual, log_likelihood = found
    back = linalg.solve_triangular(own_shape, np.eye(own.shape[1])) * size
    between = back @ variances @ back.T * scale**2
    whitened = _whitened(design, outcome, own, between / (residual * scale**2), members)
    drawn = np.einsum("ij,jk,ik->i", own, between, own).mean()
    k = design.shape[1]
    return MixedFit(
        whitened=whitened,
        covariance=np.asarray(whitened.weights.T @ whitened.weights * residual * scale**2),
        between=between,
        residual_variance=residual * scale**2,
        icc=float(drawn / (drawn + residual * scale**2)),
        log_likelihood=log_likelihood
        - (pooled.n - k) * np.log(scale)
        - float(np.log(np.abs(np.diag(shape))).sum()),
        at_boundary=bool(np.linalg.eigvalsh(variances)[0] <= _GONE * residual),
    )


def _maximum(
    design: np.ndarray, outcome: np.ndarray, members: list[np.ndarray], own: np.ndarray
) -> tuple[np.ndarray, float, float] | None:
    """Covariance between groups, residual variance and log-likelihood; None without a maximum."""
    n, k = design.shape
    q = own.shape[1]
    columns = np.column_stack([design, outcome])
    squares = np.array([own[rows].T @ own[rows] for rows in members])
    crossed = np.array([own[rows].T @ columns[rows] for rows in members])
    total = columns.T @ columns
    below = np.tril_indices(q)

    def criterion(values: np.ndarray) -> float:
        """Minus twice the restricted log-likelihood, the residual variance profiled out."""
        factor = np.zeros((q, q))
        factor[below] = values
        inner = np.eye(q) + factor.T @ squares @ factor
        seen = factor.T @ crossed
        moments = total - np.einsum("gqi,gqj->ij", seen, np.linalg.solve(inner, seen))
        of_design, with_outcome = moments[:k, :k], moments[:k, k]
        left = moments[k, k] - with_outcome @ np.linalg.solve(of_design, with_outcome)
        logs = np.linalg.slogdet(inner)[1].sum() + np.linalg.slogdet(of_design)[1]
        return float((n - k) * (1 + np.log(2 * np.pi * max(left, _TINY) / (n - k))) + logs)

    diagonal = below[0] == below[1]
    bounds = [(0.0, None) if on else (None, None) for on in diagonal]
    near = [
        optimize.minimize(
            criterion, np.where(diagonal, start, 0.0), method="L-BFGS-B", bounds=bounds
        )
        for start in _STARTS
    ]
    best = optimize.minimize(
        criterion,
        min(near, key=lambda found: found.fun).x,
        method="Nelder-Mead",
        bounds=bounds,
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4_000, "maxfev": 4_000},
    )
    if not best.success or np.abs(best.x).max() > _RUNS_AWAY:
        return None
    factor = np.zeros((q, q))
    factor[below] = best.x
    whitened = _whitened(design, outcome, own, factor @ factor.T, members)
    residual = float(whitened.residuals @ whitened.residuals) / (n - k)
    return factor @ factor.T * residual, residual, -best.fun / 2


def _whitened(
    design: np.ndarray,
    outcome: np.ndarray,
    own: np.ndarray,
    between: np.ndarray,
    members: list[np.ndarray],
) -> LeastSquares:
    """Least squares after multiplying each group by ``(I + Z B Z')`` to the power -1/2."""
    lengths, directions = np.linalg.eigh(between)
    root = directions * np.sqrt(np.maximum(lengths, 0))
    columns = np.column_stack([design, outcome])
    for rows in members:
        left, spread, _ = np.linalg.svd(own[rows] @ root, full_matrices=False)
        shrunk = 1 / np.sqrt(1 + spread**2) - 1
        columns[rows] += left @ (shrunk[:, None] * (left.T @ columns[rows]))
    return least_squares(columns[:, :-1], columns[:, -1])
