"""When a likelihood of shares or answers has no maximum, because a coefficient runs to infinity.

Whether it does is a question about signs, answered exactly by a linear programme before any step
is taken, and not by watching numbers grow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

_NO_LENGTH = 1e-10
_CANCELLED = 1e-6


@dataclass(frozen=True)
class NoMaximum:
    """A likelihood without a maximum, or one whose maximum was not found.

    Attributes
    ----------
    message : str
        Why, in one English clause.
    separated : bool
        True where the regressors separate outcomes, so that a coefficient has no finite value.
    """

    message: str
    separated: bool


def surely_bounded(pulls: np.ndarray, gradient: np.ndarray) -> bool:
    """Whether a place on a concave likelihood shows by itself that there is a maximum.

    Parameters
    ----------
    pulls : ndarray, shape (m,)
        How hard each row of `separating_direction` still pulls in its own direction; above 0.
    gradient : ndarray, shape (p,)
        Their sum, each times its row (and the fixed rows with any weight).

    Returns
    -------
    bool
        True where the pulls cancel though none of them is negligible: a direction along which
        every row only gains would have to keep their sum above the least of them. False where
        that cannot be told; ask `separating_direction` then.
    """
    least = float(pulls.min(initial=np.inf))
    return bool(np.linalg.norm(gradient) < _CANCELLED * least)


def separating_direction(rising: np.ndarray, fixed: np.ndarray) -> np.ndarray | None:
    """A direction along which every row of a likelihood only gains.

    Parameters
    ----------
    rising : ndarray, shape (m, p)
        Rows whose product with the direction must not be negative: they gain, or stay.
    fixed : ndarray, shape (f, p)
        Rows whose product with the direction must be 0: they would lose both ways.

    Returns
    -------
    ndarray, shape (p,), or None
        None where every direction loses somewhere, so that a concave likelihood has a maximum.
        Otherwise a direction with at least one gaining row, the largest gain scaled to 1.

    References
    ----------
    Albert, A., & Anderson, J. A. (1984). On the existence of maximum likelihood estimates in
    logistic regression models. *Biometrika*, 71(1), 1-10.
    Konis, K. (2007). *Linear programming algorithms for detecting separated data in binary
    logistic regression models*. DPhil thesis, University of Oxford.

    Examples
    --------
    >>> x = np.array([[1.0, 1], [1, 2], [1, 3], [1, 4]])
    >>> signs = np.array([-1.0, -1, 1, 1])  # outcomes 0, 0, 1, 1
    >>> separating_direction(x * signs[:, None], np.empty((0, 2))) is not None
    True
    >>> signs = np.array([-1.0, 1, -1, 1])
    >>> separating_direction(x * signs[:, None], np.empty((0, 2))) is None
    True
    """
    free = np.eye(rising.shape[1])
    if len(fixed):
        free = linalg.null_space(np.linalg.qr(fixed, mode="r"))
    moved = rising @ free
    length = np.linalg.norm(moved, axis=1)
    moving = length > _NO_LENGTH * max(1.0, float(np.abs(rising).max(initial=0)))
    if not moving.any():
        return None
    moved = moved[moving] / length[moving, None]
    # a direction that gains anywhere can be stretched until one row gains 1: the best is 0, or >= 1
    best = optimize.linprog(
        -moved.sum(axis=0),
        A_ub=np.vstack([moved, -moved]),
        b_ub=np.concatenate([np.ones(len(moved)), np.zeros(len(moved))]),
        bounds=(None, None),
        method="highs",
    )
    if best.x is None or -best.fun < 0.5:
        return None
    direction = free @ best.x
    return np.asarray(direction / (rising @ direction).max())
