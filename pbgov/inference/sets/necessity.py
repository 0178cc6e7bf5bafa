"""Necessity: how far the outcome is a subset of a condition, and whether that says anything."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pbgov.inference.sets.rows import ratio_of_sums


class NecessityFit(NamedTuple):
    """How far X is necessary for Y; numbers, or one number per column of X.

    Attributes
    ----------
    inclusion : ndarray
        inclN: Σmin(x, y) / Σy, 0–1; NaN where Y is empty.
    relevance : ndarray
        RoN: Σ(1 − x) / Σ(1 − min(x, y)), 0–1; near 0 where X is so large that it holds any
        outcome; NaN where every case is fully in both.
    coverage : ndarray
        covN: Σmin(x, y) / Σx, 0–1; NaN where X is empty.
    """

    inclusion: np.ndarray
    relevance: np.ndarray
    coverage: np.ndarray


def necessity_fit(x: np.ndarray, y: np.ndarray) -> NecessityFit:
    """Inclusion, relevance and coverage of necessity.

    Parameters
    ----------
    x : ndarray, shape (n,) or (n, m)
        Memberships of n cases in one set, or in m sets.
    y : ndarray, shape (n,)
        Memberships in the outcome.

    Returns
    -------
    NecessityFit

    References
    ----------
    Schneider, C. Q., & Wagemann, C. (2012). *Set-Theoretic Methods for the Social Sciences*.
    Cambridge University Press, pp. 139-147, 235-237.

    Examples
    --------
    >>> fit = necessity_fit(np.array([0.9, 0.6, 0.7]), np.array([0.8, 0.2, 0.6]))
    >>> [round(float(number), 3) for number in fit]
    [1.0, 0.571, 0.727]
    """
    if y.ndim < x.ndim:
        y = y[:, None]
    shared = np.minimum(x, y)
    return NecessityFit(
        ratio_of_sums(shared, y), ratio_of_sums(1 - x, 1 - shared), ratio_of_sums(shared, x)
    )
