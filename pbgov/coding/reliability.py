"""Measures of how far two coders agree, as plain functions of arrays."""

from __future__ import annotations

import numpy as np

_Z = 1.959963984540054  # 97.5 % point of the normal distribution


def cohen_kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Cohen's kappa for two coders' judgements of the same segments.

    Parameters
    ----------
    a, b : ndarray, shape (n_segments,)
        Label the first and the second coder gave each segment, in the same order; any values.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN where both coders gave every segment the same
        single label, so that chance agreement is already 1, and where there is no segment.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    *Educational and Psychological Measurement*, 20(1), 37-46.

    Examples
    --------
    >>> round(cohen_kappa(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])), 3)
    0.5
    """
    return float(kappas_of_draws(a, b, np.ones((1, len(a))))[0])


def kappas_of_draws(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Cohen's kappa once for each row of `weights`, where a segment counts as often as it says.

    Parameters
    ----------
    a, b : ndarray, shape (n_segments,)
        As for `cohen_kappa`.
    weights : ndarray, shape (n_draws, n_segments)
        How often each segment stands in each draw.

    Returns
    -------
    ndarray of float, shape (n_draws,)
        NaN where a draw leaves both coders with the same single label.
    """
    labels, coded = np.unique(np.concatenate([a, b]), return_inverse=True)
    first, second = coded[: len(a)], coded[len(a) :]
    size = weights.sum(axis=1)
    observed = weights @ (first == second).astype(float)
    chance = np.zeros(len(weights))
    for label in range(len(labels)):
        chance += (weights @ (first == label)) * (weights @ (second == label))
    with np.errstate(divide="ignore", invalid="ignore"):
        kappas: np.ndarray = (size * observed - chance) / (size**2 - chance)
    return np.where(size**2 == chance, np.nan, kappas)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    Parameters
    ----------
    successes, n : int

    Returns
    -------
    low, high : float
        Between 0 and 1; NaN where `n` is 0. It takes the `n` cases as independent.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    *Journal of the American Statistical Association*, 22(158), 209-212.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_interval(23, 70)]
    [0.23, 0.445]
    """
    if n == 0:
        return float("nan"), float("nan")
    share, square = successes / n, _Z**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * np.sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def macro_f1(a: np.ndarray, b: np.ndarray) -> float:
    """The mean F1 of the codes that the first coder used.

    Parameters
    ----------
    a, b : ndarray of bool, shape (n_segments, n_codes)
        Whether the first, reference coder and the second coder gave each segment each code.

    Returns
    -------
    float
        Between 0 and 1; a code the second coder never hits counts 0. NaN where the first coder
        used no code.

    Examples
    --------
    >>> a = np.array([[1, 0], [1, 0], [0, 1]], dtype=bool)
    >>> b = np.array([[1, 0], [0, 0], [0, 1]], dtype=bool)
    >>> round(macro_f1(a, b), 3)
    0.833
    """
    used = a.any(axis=0)
    if not used.any():
        return float("nan")
    a, b = a[:, used], b[:, used]
    return float(np.mean(2 * (a & b).sum(axis=0) / (a.sum(axis=0) + b.sum(axis=0))))


def cluster_draws(clusters: np.ndarray, n_boot: int, seed: int) -> np.ndarray:
    """How often each segment stands in each bootstrap draw of whole clusters.

    Parameters
    ----------
    clusters : ndarray, shape (n_segments,)
        Cluster of each segment, any values.
    n_boot : int
    seed : int

    Returns
    -------
    ndarray of float, shape (n_boot, n_segments)
    """
    names, member_of = np.unique(clusters, return_inverse=True)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_boot)
    return drawn[:, member_of].astype(float)
