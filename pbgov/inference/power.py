"""What a sample of this size could have shown at all."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats

from pbgov.errors import InputError


def correlation_power(r: float, n: int, alpha: float = 0.05) -> float:
    """Power of the two-sided test of a correlation.

    Parameters
    ----------
    r : float
        True correlation, strictly between -1 and 1.
    n : int
        Number of units, four or more.
    alpha : float
        Level of the test.

    Returns
    -------
    float
        Probability of p < alpha, by Fisher's z with its bias term.

    References
    ----------
    Cohen, J. (1988). *Statistical power analysis for the behavioral sciences*
    (2nd ed.), 546. Lawrence Erlbaum.

    Examples
    --------
    >>> round(correlation_power(0.5, 16), 3)
    0.529
    """
    if n < 4 or not -1 < r < 1:
        raise InputError(f"r = {r}, n = {n}; need -1 < r < 1 and four units or more")
    critical_t = stats.t.isf(alpha / 2, n - 2)
    critical_z = np.arctanh(np.sqrt(critical_t**2 / (critical_t**2 + n - 2)))
    z = np.arctanh(abs(r)) + abs(r) / (2 * (n - 1))
    spread = np.sqrt(n - 3)
    return float(
        stats.norm.cdf((z - critical_z) * spread) + stats.norm.cdf((-z - critical_z) * spread)
    )


def minimum_detectable_r(n: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest correlation that `n` units show with the given power.

    Parameters
    ----------
    n : int
        Number of units at the level of the regressor (districts, not streets).
    power, alpha : float
        Wanted power, level of the two-sided test; ``alpha < power < 1``.

    Returns
    -------
    float
        An absolute correlation between 0 and 1; NaN for fewer than four units.

    References
    ----------
    As `correlation_power`.

    Examples
    --------
    >>> round(minimum_detectable_r(16), 2)
    0.64
    """
    if not alpha < power < 1:
        raise InputError(f"power {power} must lie between alpha {alpha} and 1")
    if n < 4:
        return float("nan")
    return float(
        optimize.brentq(
            lambda r: correlation_power(r, n, alpha) - power, 1e-9, 1 - 1e-12, xtol=1e-10
        )
    )
