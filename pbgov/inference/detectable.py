"""The smallest effects that groups, clusters and one regressor among several can show."""

from __future__ import annotations

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.power import (
    check_levels,
    minimum_detectable_coefficient,
    noncentrality_for,
)


def minimum_detectable_difference(
    n_first: int, n_second: int, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Smallest difference between two groups' means that a t test shows with the given power.

    Parameters
    ----------
    n_first, n_second : int
        Units in each group, one or more in each and three or more together.
    power, alpha
        As in `pbgov.inference.power.minimum_detectable_r`.

    Returns
    -------
    float
        In standard deviations within groups (Cohen's d).

    Examples
    --------
    >>> round(minimum_detectable_difference(8, 8), 2), round(minimum_detectable_difference(3, 13), 2)
    (1.51, 1.93)
    """
    if n_first < 1 or n_second < 1 or n_first + n_second < 3:
        raise InputError(f"{n_first} and {n_second} units; need some of each and three together")
    std_error = np.sqrt(1 / n_first + 1 / n_second)
    return minimum_detectable_coefficient(std_error, n_first + n_second - 2, power, alpha)


def minimum_detectable_f2(
    n: int, regressors: int = 1, tested: int = 1, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Smallest effect size f2 of some of the regressors that n units show.

    Parameters
    ----------
    n : int
        Number of units.
    regressors : int
        All regressors of the model, the intercept not counted.
    tested : int
        How many of them are tested together.
    power, alpha
        As in `pbgov.inference.power.minimum_detectable_r`.

    Returns
    -------
    float
        Explained over unexplained variance, given the other regressors; the partial R2
        is ``f2 / (1 + f2)``. NaN where no residual degree of freedom is left.

    Notes
    -----
    The noncentrality is Cohen's, ``f2 * (tested + residual df + 1)``.

    References
    ----------
    Cohen, J. (1988). *Statistical power analysis for the behavioral sciences*
    (2nd ed.), 407-414. Lawrence Erlbaum.

    Examples
    --------
    >>> f2 = minimum_detectable_f2(16)
    >>> round(f2 / (1 + f2), 2)
    0.36
    """
    check_levels(power, alpha)
    if not 1 <= tested <= regressors:
        raise InputError(f"{tested} of {regressors} regressors tested; need one or more of them")
    df = n - regressors - 1
    if df < 1:
        return float("nan")
    return noncentrality_for(tested, df, power, alpha) / (tested + df + 1)


def design_effect(size: float, icc: float) -> float:
    """How much more the mean of clustered rows varies than that of independent ones.

    Parameters
    ----------
    size : float
        Rows per cluster, 1 or more; the harmonic mean where clusters differ in size and
        each counts once.
    icc : float
        Share of the variance that lies between clusters, 0 to 1.

    Returns
    -------
    float
        ``1 + (size - 1) * icc``; rows over this are the rows' worth in independent ones.

    References
    ----------
    Kish, L. (1965). *Survey sampling*, 161-164. Wiley.
    """
    if not (size >= 1 and 0 <= icc <= 1):
        raise InputError(f"size {size}, icc {icc}; need a size of 1 or more and an icc of 0 to 1")
    return 1 + (size - 1) * icc


def minimum_detectable_difference_of_clusters(
    n_first: int,
    n_second: int,
    size: float,
    icc: float,
    power: float = 0.8,
    alpha: float = 0.05,
) -> float:
    """Smallest difference that a cluster-level treatment shows, in standard deviations of rows.

    Parameters
    ----------
    n_first, n_second : int
        Clusters in each group: the unit of N is the cluster, whatever the number of rows.
    size, icc
        As in `design_effect`.
    power, alpha
        As in `pbgov.inference.power.minimum_detectable_r`.

    Returns
    -------
    float
        In standard deviations of single rows within a group; t with
        ``n_first + n_second - 2`` degrees of freedom.

    References
    ----------
    Donner, A., & Klar, N. (2000). *Design and analysis of cluster randomization trials
    in health research*. Arnold.
    """
    of_means = np.sqrt(design_effect(size, icc) / size)
    return minimum_detectable_difference(n_first, n_second, power, alpha) * float(of_means)
