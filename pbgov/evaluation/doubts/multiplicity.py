"""P values of a family of tests, corrected for their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def adjust_p(p: ArrayLike, method: Literal["holm", "bh"] = "holm") -> np.ndarray:
    """P values adjusted for the size of their family.

    Parameters
    ----------
    p : array_like, shape (m,)
        P values between 0 and 1. NaN is a test that was not made: it stays NaN and
        does not count into the size of the family.
    method : {"holm", "bh"}
        "holm" bounds the chance of any false finding (the primary choice), "bh" the
        expected share of false findings.

    Returns
    -------
    ndarray, shape (m,)
        In the order given.

    Raises
    ------
    InputError
        Where a value is no number or lies outside 0 to 1, or the method is unknown.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    *Scandinavian Journal of Statistics*, 6(2), 65-70.
    Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate.
    *Journal of the Royal Statistical Society B*, 57(1), 289-300.

    Examples
    --------
    >>> adjust_p([0.01, float("nan"), 0.04])
    array([0.02,  nan, 0.04])
    """
    try:
        values = np.asarray(p, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"p values are numbers, with NaN for a test not made; seen: {p!r}"
        ) from None
    made = values[~np.isnan(values)]
    if ((made < 0) | (made > 1)).any():
        raise InputError(f"p value {made[(made < 0) | (made > 1)][0]} lies outside 0 to 1")
    if method not in ("holm", "bh"):
        raise InputError(f"method {method!r} is unknown; use 'holm' or 'bh'")
    m = len(made)
    order = np.argsort(made, kind="stable")
    if method == "holm":
        ascending = np.maximum.accumulate(made[order] * (m - np.arange(m)))
    else:
        descending = np.minimum.accumulate((made[order] * m / np.arange(1, m + 1))[::-1])
        ascending = descending[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(ascending, 1)
    result = np.full(values.shape, np.nan)
    result[~np.isnan(values)] = adjusted
    return result
