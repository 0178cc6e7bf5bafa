"""Taking the means of units and periods out of a panel, exactly, balanced or not."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, hstack

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns

_NO_DIRECTION = 1e-10
_ROUNDING = 1e-12


def within(matrix: np.ndarray, *groups: np.ndarray) -> tuple[np.ndarray, int]:
    """The part of each column that the groupings do not explain (fixed effects taken out).

    Parameters
    ----------
    matrix : ndarray, shape (n, k) or (n,)
        The outcome, or the regressors without their column of ones.
    *groups : ndarray, shape (n,)
        One label per row and grouping: the unit, the period, ...; any number of ways,
        groups of any sizes.

    Returns
    -------
    demeaned : ndarray, of the shape of `matrix`
        Residuals of each column on the dummies of all groupings; rows in groups of
        their own are 0. A column that the groupings explain but for rounding is 0
        throughout, so that `least_squares` refuses it.
    absorbed : int
        Degrees of freedom the groupings use, the intercept among them: the rank of their
        dummies. The residual degrees of freedom are ``n - k - absorbed``.

    Raises
    ------
    InputError
        Where there is no grouping, lengths differ, or a value is not finite.

    Notes
    -----
    The finest grouping is taken out by its means, the others by a pseudo-inverse of the
    size of their number of groups; nothing is iterated to a tolerance.

    References
    ----------
    Wansbeek, T., & Kapteyn, A. (1989). Estimation of the error-components model with
    incomplete panels. *Journal of Econometrics*, 41(3), 341-361.

    Examples
    --------
    >>> within(np.array([1.0, 3, 5, 9]), np.array(["东城", "东城", "西城", "西城"]))
    (array([-1.,  1., -2.,  2.]), 2)
    """
    values = np.asarray(matrix, dtype=float)
    if not groups or any(np.shape(labels) != values.shape[:1] for labels in groups):
        shapes = [np.shape(labels) for labels in groups]
        raise InputError(f"matrix {values.shape}, groups {shapes}; want one label per row")
    if not np.isfinite(values).all():
        raise InputError("a value is not finite; drop those rows first")
    indicators = sorted((_indicator(labels) for labels in groups), key=lambda each: -each.shape[1])
    finest, others = indicators[0], indicators[1:]
    columns = values[:, None] if values.ndim == 1 else values
    demeaned = columns - columns.mean(axis=0)  # a large common level would cost digits
    for _ in range(2):  # once more, for the digits the first pass has lost
        demeaned = _without_means(demeaned, finest)
    absorbed = finest.shape[1]
    if others:
        rest = hstack(others).tocsr()
        counts = np.sqrt(np.asarray(rest.sum(axis=0)).ravel())
        crossed = (finest.T @ rest).toarray()
        sizes = np.asarray(finest.sum(axis=0)).ravel()
        normal = (rest.T @ rest).toarray() - crossed.T @ (crossed / sizes[:, None])
        lengths, directions = np.linalg.eigh(normal / np.outer(counts, counts))
        kept = lengths > _NO_DIRECTION * rest.shape[1]
        absorbed += int(kept.sum())
        half = (directions[:, kept] / np.sqrt(lengths[kept])) / counts[:, None]
        for _ in range(2):
            explained = half @ (half.T @ (rest.T @ demeaned))
            demeaned = demeaned - _without_means(rest @ explained, finest)
    demeaned[:, np.abs(demeaned).max(axis=0) <= _ROUNDING * np.abs(columns).max(axis=0)] = 0
    return demeaned.reshape(values.shape), absorbed


def group_means(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean of each column in each group.

    Parameters
    ----------
    matrix : ndarray, shape (n, k) or (n,)
    labels : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n_groups, k) or (n_groups,)
        In the sorted order of the labels.
    """
    values = np.asarray(matrix, dtype=float)
    indicator = _indicator(labels)
    sizes = np.asarray(indicator.sum(axis=0)).ravel()
    sums = np.asarray(indicator.T @ values)
    return np.asarray(sums / (sizes if values.ndim == 1 else sizes[:, None]))


def is_nested(labels: np.ndarray, clusters: np.ndarray) -> bool:
    """Whether each group lies in a single cluster, such as streets in districts."""
    pairs = np.unique(np.stack([_codes(labels), _codes(clusters)]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def absorbed_design(
    design: np.ndarray, outcome: np.ndarray, groups: tuple[np.ndarray, ...], clusters: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Design and outcome on which CR2 is that of the full design with all dummies.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        The regressors without the column of ones.
    outcome : ndarray, shape (n,)
    groups : tuple of ndarray, shape (n,)
        The fixed effects.
    clusters : ndarray, shape (n,)

    Returns
    -------
    design : ndarray, shape (n, k + extra)
        The k regressors first, demeaned; then dummies of the groupings that cut across
        clusters, demeaned, without those that depend on the columns before them.
    outcome : ndarray, shape (n,)
        Demeaned.
    absorbed : int
        Degrees of freedom taken out by demeaning; ``n - columns - absorbed`` are left.

    Raises
    ------
    InputError
        As in `within`.

    Notes
    -----
    Groupings that lie within clusters may be absorbed before CR2 without changing it;
    those that cut across them, such as periods, change the leverage of clusters and must
    stand in the design (Pustejovsky and Tipton, 2018, section 2.3).
    """
    n = len(outcome)
    inside = tuple(labels for labels in groups if is_nested(labels, clusters))
    across = [labels for labels in groups if not is_nested(labels, clusters)]
    if not inside:
        inside = (np.zeros(n, dtype=int),)
    extra = [_indicator(labels).toarray() for labels in across]
    wide = np.column_stack([design, *extra, outcome])
    demeaned, absorbed = within(wide, *inside)
    k = np.asarray(design).shape[1]
    columns = demeaned[:, :-1]
    dependent = [j for j in dependent_columns(columns) if j >= k]
    return np.delete(columns, dependent, axis=1), demeaned[:, -1], absorbed


def _indicator(labels: np.ndarray) -> csr_matrix:
    codes = _codes(labels)
    n = len(codes)
    shape = (n, int(codes.max()) + 1)
    return csr_matrix((np.ones(n), (np.arange(n), codes)), shape=shape)


def _codes(labels: np.ndarray) -> np.ndarray:
    return np.unique(np.asarray(labels), return_inverse=True)[1]


def _without_means(values: np.ndarray, indicator: csr_matrix) -> np.ndarray:
    sizes = np.asarray(indicator.sum(axis=0)).ravel()
    return np.asarray(values - indicator @ ((indicator.T @ values) / sizes[:, None]))
