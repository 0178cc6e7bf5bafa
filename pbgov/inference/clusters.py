"""Standard errors for rows that come in clusters: streets of a district, months of a district.

CR2 with Satterthwaite degrees of freedom is the default, CR1 with t(G - 1) the second opinion.
Under three treated clusters no sandwich holds its size; `pbgov.evaluation` then prints the
permutation p value alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from pbgov.inference.linear import LeastSquares

_NO_INFORMATION = 1e-10


def cr1(fit: LeastSquares, clusters: np.ndarray) -> np.ndarray:
    """Cluster-robust covariance CR1: CR0 times G / (G - 1).

    Parameters
    ----------
    fit : LeastSquares
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to; any values that can be compared.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    InputError
        Where there are fewer than two clusters.
    """
    members = cluster_members(clusters, fit.n)
    scores = np.array([fit.weights[rows].T @ fit.residuals[rows] for rows in members])
    return np.asarray(scores.T @ scores * len(members) / (len(members) - 1))


def cr2(fit: LeastSquares, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bias-reduced cluster covariance CR2 and its degrees of freedom, identity working model.

    Parameters
    ----------
    fit : LeastSquares
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.

    Returns
    -------
    covariance : ndarray, shape (k, k)
    df : ndarray, shape (k,)
        Satterthwaite degrees of freedom of each coefficient's variance; NaN where
        the coefficient has no variance between clusters (a cluster's own dummy).

    Raises
    ------
    InputError
        Where there are fewer than two clusters.

    Notes
    -----
    A cluster's adjustment is the symmetric square root of the pseudo-inverse of
    ``I - H_gg``, so that clusters with dummies of their own are allowed. With one row
    per cluster this is HC2 with the Bell-McCaffrey degrees of freedom.

    References
    ----------
    Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
    variance estimation and hypothesis testing in fixed effects models. *Journal of
    Business & Economic Statistics*, 36(4), 672-683.
    """
    members = cluster_members(clusters, fit.n)
    k = fit.k
    scores = np.empty((len(members), k))  # what each cluster adds to each coefficient
    lengths = np.empty((len(members), k))
    shadows = np.empty((len(members), k, k))  # what the fit takes out of each cluster's weights
    for position, rows in enumerate(members):
        block = fit.basis[rows]
        weights = _adjusted(block, fit.weights[rows], -0.5)
        scores[position] = weights.T @ fit.residuals[rows]
        lengths[position] = (weights**2).sum(axis=0)
        shadows[position] = block.T @ weights
    df = np.full(k, np.nan)
    for j in range(k):
        shadow = shadows[:, :, j]
        overlap = np.diag(lengths[:, j]) - shadow @ shadow.T
        if np.trace(overlap) > _NO_INFORMATION * (fit.weights[:, j] ** 2).sum():
            df[j] = np.trace(overlap) ** 2 / (overlap**2).sum()
    return scores.T @ scores, df


def cr3(fit: LeastSquares, clusters: np.ndarray) -> np.ndarray:
    """Cluster covariance CR3: the jackknife that leaves out one cluster at a time.

    Parameters
    ----------
    fit : LeastSquares
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.

    Returns
    -------
    ndarray, shape (k, k)
        The sum of ``(b_g - b)(b_g - b)'`` over the clusters, where ``b_g`` is the fit
        without cluster g (without the factor (G - 1) / G, as clubSandwich has it). With
        one row per cluster this is HC3.

    Raises
    ------
    InputError
        Where there are fewer than two clusters.

    Notes
    -----
    The pseudo-inverse of ``I - H_gg`` stands for its inverse, so that clusters with dummies
    of their own are allowed.

    References
    ----------
    Bell and McCaffrey (2002), as in `pbgov.inference.linear`; Pustejovsky and Tipton (2018).
    """
    moves = []
    for rows in cluster_members(clusters, fit.n):
        weights = _adjusted(fit.basis[rows], fit.weights[rows], -1.0)
        moves.append(weights.T @ fit.residuals[rows])
    return np.asarray(np.array(moves).T @ np.array(moves))


def cluster_members(clusters: np.ndarray, n: int) -> list[np.ndarray]:
    """Row positions of each cluster, in the sorted order of the clusters' names.

    Raises
    ------
    InputError
        Where the lengths differ or there are fewer than two clusters.
    """
    clusters = np.asarray(clusters)
    if clusters.shape != (n,):
        raise InputError(f"{n} rows but cluster names of shape {clusters.shape}")
    names, codes = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        raise InputError(f"{len(names)} cluster; a cluster-robust standard error needs two or more")
    return [np.flatnonzero(codes == code) for code in range(len(names))]


def _adjusted(block: np.ndarray, weights: np.ndarray, power: float) -> np.ndarray:
    """``(I - H_gg)`` to the given power times `weights`; directions without residual become 0.

    ``H_gg`` has at most k directions, so a district of a thousand rows costs little.
    """
    directions, lengths, _ = np.linalg.svd(block, full_matrices=False)
    left = 1 - lengths**2
    stretch = np.full(left.shape, -1.0)
    kept = left > _NO_INFORMATION
    stretch[kept] = left[kept] ** power - 1
    return np.asarray(weights + directions @ (stretch[:, None] * (directions.T @ weights)))
