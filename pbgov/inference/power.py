"""What a sample of this size could have shown at all, and what its significant results are worth.

The noncentral t and F distributions are used as they are, not their normal shortcuts: at
sixteen units the shortcut promises a smaller detectable effect than there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy import integrate, optimize, special, stats

from pbgov.errors import InputError

_MANY = 1e12
_LARGEST_R = 1 - 1e-12
_LARGEST_F = 1e8  # beyond it the series of the noncentral distribution does not converge


@dataclass(frozen=True)
class DesignAnalysis:
    """What comes of testing one true effect over and over.

    Attributes
    ----------
    power : float
        Share of replications with p < alpha.
    type_s : float
        Share of the significant estimates that have the wrong sign.
    exaggeration : float
        Mean absolute size of the significant estimates over the true size (type M); 1
        where every estimate is significant, a little less for large correlations, whose
        sample values lean towards 0.

    References
    ----------
    Gelman, A., & Carlin, J. (2014). Beyond power calculations: Assessing type S (sign)
    and type M (magnitude) errors. *Perspectives on Psychological Science*, 9(6), 641-651.
    """

    power: float
    type_s: float
    exaggeration: float


def correlation_power(r: float, n: float, alpha: float = 0.05) -> float:
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
    if not 4 <= n < np.inf or not -1 < r < 1:
        raise InputError(f"r = {r}, n = {n}; need -1 < r < 1 and four units or more")
    critical_z = _critical_z(n, alpha)
    z = np.arctanh(abs(r)) + abs(r) / (2 * (n - 1))
    spread = np.sqrt(n - 3)
    return float(
        stats.norm.cdf((z - critical_z) * spread) + stats.norm.cdf((-z - critical_z) * spread)
    )


@cache
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
        An absolute correlation between 0 and 1; NaN for fewer than four units. 1 where only
        correlations that differ from 1 by rounding would do.

    References
    ----------
    As `correlation_power`.

    Examples
    --------
    >>> round(minimum_detectable_r(16), 2)
    0.64
    """
    check_levels(power, alpha)
    if n < 4:
        return float("nan")
    if correlation_power(0, n, alpha) >= power:  # the approximation's, at a handful of units
        return 0.0
    if correlation_power(_LARGEST_R, n, alpha) < power:
        return 1.0
    return float(
        optimize.brentq(lambda r: correlation_power(r, n, alpha) - power, 0, _LARGEST_R, xtol=1e-10)
    )


def units_for_correlation(r: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Units needed to show a correlation with the given power.

    Parameters
    ----------
    r : float
        True correlation, not 0, strictly between -1 and 1.
    power, alpha
        As in `minimum_detectable_r`.

    Returns
    -------
    float
        Not rounded; take the next whole number. 4 where four units are enough.

    Examples
    --------
    >>> round(units_for_correlation(0.3), 2)
    84.07
    """
    check_levels(power, alpha)
    if not 0 < abs(r) < 1:
        raise InputError(f"r = {r}; need a correlation between -1 and 1 that is not 0")
    if correlation_power(r, 4, alpha) >= power:
        return 4.0
    if correlation_power(r, _MANY, alpha) < power:
        raise InputError(f"r = {r}: more than {_MANY:.0e} units would be needed")
    return float(
        optimize.brentq(lambda n: correlation_power(r, n, alpha) - power, 4, _MANY, xtol=1e-9)
    )


@cache
def correlation_exaggeration(r: float, n: int, alpha: float = 0.05) -> DesignAnalysis:
    """Power, sign and size errors of the significant correlations of `n` units.

    Parameters
    ----------
    r : float
        True correlation, not 0.
    n : int
        Number of units, four or more.
    alpha : float
        Level of the two-sided t test of the correlation; ``alpha / m`` is the first step of
        Holm over m tests, which a single true correlation among null ones must pass.

    Returns
    -------
    DesignAnalysis
        Exact for two normal variables, by integration of the distribution of the
        sample correlation.

    References
    ----------
    Hotelling, H. (1953). New light on the correlation coefficient and its transforms.
    *Journal of the Royal Statistical Society B*, 15(2), 193-232.

    Examples
    --------
    >>> round(correlation_exaggeration(0.3, 16).exaggeration, 1)
    2.0
    """
    if not 4 <= n < np.inf or not 0 < abs(r) < 1:
        raise InputError(f"r = {r}, n = {n}; need 0 < |r| < 1 and four units or more")
    true, edge = abs(r), _critical_z(n, alpha)
    constant = (
        np.log(n - 2) + special.gammaln(n - 1) - special.gammaln(n - 0.5) - np.log(2 * np.pi) / 2
    )
    centre, spread = np.arctanh(true), 1 / np.sqrt(n - 3)

    def density(z: float) -> float:  # of Fisher's z, where the sample correlation is tanh(z)
        size = np.tanh(z)
        log_density = (
            constant
            + (n - 1) / 2 * np.log1p(-(true**2))
            - (n - 2) * np.logaddexp(z, -z)
            + (n - 2) * np.log(2)
            - (n - 1.5) * np.log1p(-true * size)
        )
        return float(np.exp(log_density) * special.hyp2f1(0.5, 0.5, n - 0.5, (1 + true * size) / 2))

    def beyond(power_of_size: int, sign: int) -> float:
        middle = max(edge, sign * centre)
        parts = [edge, middle, middle + 10 * spread, middle + 60 * spread]
        return sum(
            float(
                integrate.quad(
                    lambda z: np.tanh(z) ** power_of_size * density(sign * z), low, high, limit=200
                )[0]
            )
            for low, high in pairwise(parts)
        )

    right, wrong = beyond(0, 1), beyond(0, -1)
    power = right + wrong
    return DesignAnalysis(
        min(power, 1.0), wrong / power, (beyond(1, 1) + beyond(1, -1)) / power / true
    )


def t_test_power(noncentrality: float, df: float, alpha: float = 0.05) -> float:
    """Power of a two-sided t test.

    Parameters
    ----------
    noncentrality : float
        True effect over its standard error.
    df : float
        Degrees of freedom, above 0; inf for a normal test.
    alpha : float
        Level of the test.

    Returns
    -------
    float
        Between alpha and 1, by the noncentral F distribution of the squared statistic.

    Examples
    --------
    >>> round(t_test_power(2.8, np.inf), 3)
    0.8
    """
    if not df > 0 or not 0 < alpha < 1 or not np.isfinite(noncentrality):
        raise InputError(
            f"noncentrality {noncentrality}, df {df}, alpha {alpha}; need a finite noncentrality, df"
            " above 0 and alpha between 0 and 1"
        )
    return _f_power(noncentrality**2, 1, df, alpha)


def minimum_detectable_coefficient(
    std_error: float, df: float, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Smallest coefficient that a two-sided t test shows with the given power.

    Parameters
    ----------
    std_error : float
        Of the coefficient, in units of the outcome per unit of the term.
    df : float
        Degrees of freedom of the standard error; inf for a normal test.
    power, alpha
        As in `minimum_detectable_r`.

    Returns
    -------
    float
        In the units of `std_error`; NaN where the standard error or its degrees of freedom are
        NaN, or where the level is so small that the noncentral F distribution cannot be
        computed.

    Examples
    --------
    >>> round(minimum_detectable_coefficient(1.0, np.inf), 3)
    2.802
    """
    check_levels(power, alpha)
    if np.isnan(std_error) or np.isnan(df):
        return float("nan")
    if std_error < 0 or df <= 0:
        raise InputError(f"standard error {std_error}, df {df}; neither may be negative, df not 0")
    return float(std_error * np.sqrt(noncentrality_for(1, df, power, alpha)))


def exaggeration(
    true_effect: float, std_error: float, df: float, alpha: float = 0.05
) -> DesignAnalysis:
    """Power, sign and size errors of significant estimates, given a plausible true effect.

    Parameters
    ----------
    true_effect : float
        Plausible size from outside the data, not the estimate itself; not 0.
    std_error : float
        Of the estimate, above 0.
    df : float
        Its degrees of freedom, above 0; inf for a normal test.
    alpha : float
        Level of the two-sided test.

    Returns
    -------
    DesignAnalysis
        Estimates scatter about the true effect as ``std_error`` times t(df), as in the
        source, in closed form. The exaggeration is NaN for one degree of freedom or
        fewer, where t has no mean.

    References
    ----------
    Gelman and Carlin (2014), as in `DesignAnalysis`.
    Lu, J., Qiu, Y., & Deng, A. (2019). A note on Type S/M errors in hypothesis testing.
    *British Journal of Mathematical and Statistical Psychology*, 72(1), 1-17.

    Examples
    --------
    >>> found = exaggeration(2, 8.1, np.inf)
    >>> round(found.power, 2), round(found.type_s, 2), round(found.exaggeration, 1)
    (0.06, 0.24, 9.5)
    """
    known = np.isfinite(true_effect) and 0 < std_error < np.inf
    if not known or true_effect == 0 or not df > 0 or not 0 < alpha < 1:
        raise InputError(
            f"true effect {true_effect}, standard error {std_error}, df {df}, alpha {alpha};"
            " need an effect that is not 0, the others above 0"
        )
    shift, critical = abs(true_effect) / std_error, float(stats.t.isf(alpha / 2, df))
    if np.isinf(critical):
        raise InputError(f"alpha {alpha} is too small to be computed at {df} degrees of freedom")
    above, below = critical - shift, critical + shift  # of the scatter, on either side
    right, wrong = stats.t.sf(above, df), stats.t.sf(below, df)
    size = shift * (right - wrong) + _mean_beyond(above, df) + _mean_beyond(below, df)
    power = right + wrong
    return DesignAnalysis(float(power), float(wrong / power), float(size / power / shift))


@cache
def noncentrality_for(tested: int, df: float, power: float, alpha: float) -> float:
    """Noncentrality at which an F test of `tested` and `df` degrees of freedom has the power.

    NaN for levels so small that the noncentral distribution cannot be computed.
    """
    if not np.isinf(df) and stats.f.isf(alpha, tested, df) > _LARGEST_F:
        return float("nan")
    high = 1.0
    while _f_power(high, tested, df, alpha) < power:
        high *= 2
    return float(
        optimize.brentq(
            lambda value: _f_power(value, tested, df, alpha) - power, 0, high, xtol=1e-12
        )
    )


def check_levels(power: float, alpha: float) -> None:
    """Raise InputError unless ``0 < alpha < power < 1``."""
    if not 0 < alpha < power < 1:
        raise InputError(f"power {power} must lie between alpha {alpha} and 1")


def _mean_beyond(point: float, df: float) -> float:
    """Integral of u times the density of t(df) from `point` to infinity."""
    if np.isinf(df):
        return float(stats.norm.pdf(point))
    if df <= 1:
        return float("nan")
    # density times point**2 by logarithms: at tiny levels one overflows where the other is 0
    return float(np.exp(stats.t.logpdf(point, df) + np.log(df + point**2)) / (df - 1))


def _critical_z(n: float, alpha: float) -> float:
    """Fisher's z of the smallest significant correlation, also where that is 1 but for rounding."""
    if not 0 < alpha < 1:
        raise InputError(f"alpha {alpha}; a level lies between 0 and 1")
    return float(np.arcsinh(stats.t.isf(alpha / 2, n - 2) / np.sqrt(n - 2)))


def _f_power(noncentrality: float, tested: int, df: float, alpha: float) -> float:
    if noncentrality == 0:  # scipy's noncentral F gives alpha - 1 there
        return alpha
    if np.isinf(df):
        return float(stats.ncx2.sf(stats.chi2.isf(alpha, tested), tested, noncentrality))
    return float(stats.ncf.sf(stats.f.isf(alpha, tested, df), tested, df, noncentrality))
