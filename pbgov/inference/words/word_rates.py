"""Intervals of a rate: words counted in text that was read."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2
from scipy.stats import t as student

from pbgov.errors import InputError


def poisson_interval(count: int, size: float, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a rate whose occurrences are independent of one another.

    Parameters
    ----------
    count : int
    size : float
        What was read, above 0.
    level : float

    Returns
    -------
    low, high : float
        Occurrences per unit of `size`; low is 0 where the count is 0.

    Notes
    -----
    Words of one document come in clusters, so that the interval is too narrow for any statement
    about texts that were not read.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. *Biometrika*, 28, 437-442.

    Examples
    --------
    >>> low, high = poisson_interval(3, 1000)
    >>> round(1000 * low, 3), round(1000 * high, 3)
    (0.619, 8.767)
    """
    if count < 0 or size <= 0:
        raise InputError(f"count {count} in {size}; a count is 0 or more, a size above 0")
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return float(low / size), float(chi2.isf(tail, 2 * count + 2) / 2 / size)


def ratio_interval(
    counts: np.ndarray, sizes: np.ndarray, *, level: float = 0.95
) -> tuple[float, float]:
    """Interval of a rate over documents, each of which is one independent draw.

    Parameters
    ----------
    counts, sizes : ndarray, shape (n_documents,)
        Occurrences in each document, and what was read of it, above 0.
    level : float

    Returns
    -------
    low, high : float
        From the linearised variance of the log rate and Student's t with n - 1 degrees of
        freedom. NaN for one document, and where no document holds the word.

    Notes
    -----
    With fewer than about ten documents the interval is a rough guide.

    References
    ----------
    Cochran, W. G. (1977). *Sampling techniques* (3rd ed.), section 6.4. Wiley.
    """
    counts, sizes = np.asarray(counts, dtype=float), np.asarray(sizes, dtype=float)
    n = len(counts)
    if (sizes <= 0).any() or (counts < 0).any():
        raise InputError("a document has no words, or a count below 0; leave it out first")
    if n < 2 or counts.sum() == 0:
        return float("nan"), float("nan")
    rate = counts.sum() / sizes.sum()
    residuals = (counts - rate * sizes) / counts.sum()
    std_error = np.sqrt(n / (n - 1) * (residuals**2).sum())
    reach = float(student.isf((1 - level) / 2, n - 1)) * std_error
    return float(rate * np.exp(-reach)), float(rate * np.exp(reach))
