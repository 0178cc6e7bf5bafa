"""Two-way fixed effects under staggered adoption: computed only to show why it is not used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import least_squares

_TINY = 1e-10


@dataclass(frozen=True)
class TwoWay:
    """The coefficient of treatment beside unit and period effects.

    Attributes
    ----------
    coefficient : float
        In units of the outcome.
    negative : float
        Share of the treated observations that count with a negative weight, 0 to 1: where effects
        grow with exposure, these turn growth into a decline.
    """

    coefficient: float
    negative: float


def two_way_effect(outcome: np.ndarray, treated: np.ndarray) -> TwoWay:
    """The two-way fixed effects coefficient of a balanced panel.

    Parameters
    ----------
    outcome : ndarray, shape (n, t)
    treated : ndarray of bool, shape (n, t)

    Returns
    -------
    TwoWay
        NaN where treatment does not vary beyond unit and period.

    References
    ----------
    Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing. *Journal
    of Econometrics*, 225(2), 254-277.
    de Chaisemartin, C., & D'Haultfoeuille, X. (2020). Two-way fixed effects estimators with
    heterogeneous treatment effects. *American Economic Review*, 110(9), 2964-2996.
    """
    outcome, treated = np.asarray(outcome, dtype=float), np.asarray(treated, dtype=bool)
    if outcome.shape != treated.shape or outcome.ndim != 2:
        raise InputError(f"outcome is {outcome.shape}, treated {treated.shape}; want (n, t) twice")
    left = _within(treated.astype(float))
    if np.abs(left).max() <= _TINY:
        return TwoWay(float("nan"), float("nan"))
    fit = least_squares(left.reshape(-1, 1), _within(outcome).reshape(-1))
    return TwoWay(float(fit.coefficients[0]), float((left[treated] < -_TINY).mean()))


def _within(values: np.ndarray) -> np.ndarray:
    """What unit and period means leave over."""
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0)
    return np.asarray(values - rows - columns + values.mean())
