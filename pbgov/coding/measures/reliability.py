"""Measures of how far coders agree, and the resampling of clusters, as plain functions of arrays.

Coefficients for more than two coders stand in `pbgov.coding.measures.chance_corrected`, those for spans in
`pbgov.coding.measures.unitizing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pbgov.coding.measures.ratings import as_numbers, encode, ratio, totals
from pbgov.errors import InputError
from pbgov.mining.asked import check_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import ArrayLike

_Z = 1.959963984540054  # 97.5 % point of the normal distribution


def cohen_kappa(
    a: np.ndarray,
    b: np.ndarray,
    weights: Literal["linear", "quadratic"] | None = None,
    labels: Sequence[Any] | None = None,
) -> float:
    """Cohen's kappa for two coders' judgements of the same segments.

    Parameters
    ----------
    a, b : ndarray, shape (n_segments,)
        Label the first and the second coder gave each segment, in the same order; any values. A
        segment that one of them left out (None, NaN) does not count.
    weights : {"linear", "quadratic"}, optional
        How much worse a disagreement is the further apart the two labels stand in their order:
        by the number of steps between them, or by its square. Without it every one counts alike.
    labels : sequence, optional
        All labels in their order, where some were never given or their order is not the sorted one.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN where both coders gave every segment the same
        single label, so that chance agreement is already 1, and where there is no segment.

    Raises
    ------
    InputError
        Where `weights` is none of these, a label given is not among `labels` or stands twice in them,
        or `a` and `b` are of unequal length.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    *Educational and Psychological Measurement*, 20(1), 37-46.
    Cohen, J. (1968). Weighted kappa: nominal scale agreement with provision for scaled
    disagreement or partial credit. *Psychological Bulletin*, 70(4), 213-220.

    Examples
    --------
    >>> round(cohen_kappa(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])), 3)
    0.5
    """
    if len(a) != len(b):
        raise InputError(f"a has {len(a)} labels and b {len(b)}; give one a segment.")
    if weights not in (None, "linear", "quadratic"):
        raise InputError(f"weights is {weights!r}; use 'linear', 'quadratic' or None.")
    pair = np.empty((len(a), 2), dtype=object)
    pair[:, 0], pair[:, 1] = a, b
    coded, found = encode(pair)
    coded = coded[(coded >= 0).all(axis=1)]
    if labels is not None:
        places = {label: place for place, label in enumerate(labels)}
        if len(places) < len(labels):
            raise InputError(f"labels names one twice: {list(labels)}; give each label once.")
        if strange := [label for label in found.tolist() if label not in places]:
            raise InputError(f"labels lacks {strange[0]!r}, which was given.")
        coded = np.array([places[label] for label in found.tolist()], dtype=int)[coded]
    first, second = coded[:, 0], coded[:, 1]
    if weights is None:
        return float(kappas_of_draws(first, second, np.ones((1, len(first))))[0])
    place = np.arange(coded.max(initial=0) + 1)
    steps = np.abs(place[:, None] - place).astype(float) ** (1 if weights == "linear" else 2)
    times = [np.bincount(side, minlength=len(place)) for side in (first, second)]
    return float(1 - ratio(steps[first, second].sum() * len(first), times[0] @ steps @ times[1]))


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


def percent_agreement(values: ArrayLike | pd.DataFrame) -> float:
    """The share of equal judgements among all pairs of judgements of one unit.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        One row a unit, one column a coder; None or NaN where the coder did not judge the unit.

    Returns
    -------
    float
        Between 0 and 1; NaN where no unit has two judgements. It takes no account of chance.

    Examples
    --------
    >>> percent_agreement([[1, 1, 0], [0, 0, None]])
    0.5
    """
    coded, labels = encode(values)
    sums = totals(coded, len(labels))
    return float(ratio(sums.equal_pairs.sum(axis=1), sums.pairs)[0])


def specific_agreement(values: ArrayLike | pd.DataFrame, label: object) -> float:
    """Where one coder gives a label, how often another one gives it too.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `percent_agreement`.
    label : object
        With 1 it is positive agreement, with 0 negative agreement. Units to which nobody gave it
        have no part in it, so that a long stretch without codes cannot raise positive agreement.

    Returns
    -------
    float
        Between 0 and 1; NaN where nobody gave the label. With two coders it is Dice's coefficient.

    References
    ----------
    Spitzer, R. L. and Fleiss, J. L. (1974). A re-analysis of the reliability of psychiatric
    diagnosis. *British Journal of Psychiatry*, 125(587), 341-347.
    Dice, L. R. (1945). Measures of the amount of ecologic association between species.
    *Ecology*, 26(3), 297-302.

    Examples
    --------
    >>> round(specific_agreement([[1, 1], [1, 0], [0, 0], [0, 0]], 1), 3)
    0.667
    """
    coded, labels = encode(values)
    places = np.flatnonzero(labels == label)
    if not len(places):
        return float("nan")
    sums = totals(coded, len(labels))
    return float(ratio(sums.equal_pairs, sums.label_pairs)[0, places[0]])


def intraclass_correlations(values: ArrayLike | pd.DataFrame) -> dict[str, float]:
    """The six intraclass correlations of Shrout and Fleiss, for judgements that are measurements.

    Parameters
    ----------
    values : array-like of float, shape (n_units, n_coders)
        One row a unit, one column a coder. Units that a coder left out do not count.

    Returns
    -------
    dict of float
        ``ICC1`` (each unit has its own coders), ``ICC2`` (the coders are a sample), ``ICC3`` (they
        are all there are), and ``ICC1k``, ``ICC2k``, ``ICC3k`` of the mean of the coders; 1 is
        perfect. NaN with fewer than two units or coders, or where nothing varies.

    Raises
    ------
    InputError
        Where `values` has not two axes, or a judgement is no finite number.

    References
    ----------
    Shrout, P. E. and Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater
    reliability. *Psychological Bulletin*, 86(2), 420-428.
    """
    coded, labels = encode(values)
    table = as_numbers(labels, "intraclass correlation")[coded[(coded >= 0).all(axis=1)]]
    n, k = table.shape
    names = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
    if n < 2 or k < 2 or (table == table.flat[0]).all():
        return dict.fromkeys(names, float("nan"))
    centre, units, coders = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((units - centre) ** 2).sum() / (n - 1)
    within = ((table - units[:, None]) ** 2).sum() / (n * (k - 1))
    of_coders = n * ((coders - centre) ** 2).sum() / (k - 1)
    rest = ((table - units[:, None] - coders + centre) ** 2).sum() / ((n - 1) * (k - 1))
    bias = k * (of_coders - rest) / n
    found = (
        (between - within, between + (k - 1) * within),
        (between - rest, between + (k - 1) * rest + bias),
        (between - rest, between + (k - 1) * rest),
        (between - within, between),
        (between - rest, between + bias / k),
        (between - rest, between),
    )
    return {
        name: float(ratio(np.array(above), np.array(below)))
        for name, (above, below) in zip(names, found, strict=True)
    }


def bootstrap_interval(
    statistic: Callable[[np.ndarray], float],
    values: ArrayLike | pd.DataFrame,
    clusters: np.ndarray,
    *,
    seed: int = 0,
    n_boot: int = 2000,
) -> tuple[float, float, int]:
    """Percentile 95 % interval of any coefficient, from draws of whole clusters of units.

    Parameters
    ----------
    statistic : callable
        Takes rows of `values` and gives a number, such as ``krippendorff_alpha``.
    values : array-like, shape (n_units, n_coders)
    clusters : ndarray, shape (n_units,)
        Cluster of each unit: its document, or its paragraph.
    seed : int, default 0
    n_boot : int, default 2000

    Returns
    -------
    low, high : float
        NaN where no draw defines the coefficient. With few clusters the interval is too short.
    n_undefined : int
        Draws in which the coefficient is undefined; the interval leaves them out.
    """
    check_whole("n_boot", n_boot, 1)
    check_whole("seed", seed, 0)
    table = np.asarray(values, dtype=object)
    if len(clusters) != len(table):
        raise InputError(
            f"clusters has {len(clusters)} values for {len(table)} units; give one each."
        )
    draws = cluster_draws(np.asarray(clusters), n_boot, seed).astype(int)
    found = np.array([statistic(np.repeat(table, times, axis=0)) for times in draws], dtype=float)
    low, high = percentile_interval(found)
    return low, high, int(np.isnan(found).sum())


def percentile_interval(found: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of the draws that are defined; NaN where none is."""
    defined = found[~np.isnan(found)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def draw_clusters(clusters: np.ndarray, n_boot: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each cluster is drawn, and which cluster each segment belongs to.

    Parameters
    ----------
    clusters : ndarray, shape (n_segments,)
        Cluster of each segment, any values.
    n_boot : int
    seed : int

    Returns
    -------
    drawn : ndarray of float, shape (n_boot, n_clusters)
    member_of : ndarray of int, shape (n_segments,)
        Number of the cluster of each segment.
    """
    names, member_of = np.unique(clusters, return_inverse=True)
    if not len(names):
        return np.zeros((n_boot, 0)), member_of
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_boot)
    return drawn.astype(float), member_of


def cluster_draws(clusters: np.ndarray, n_boot: int, seed: int) -> np.ndarray:
    """How often each segment stands in each bootstrap draw of whole clusters.

    Parameters
    ----------
    clusters, n_boot, seed
        As for `draw_clusters`.

    Returns
    -------
    ndarray of float, shape (n_boot, n_segments)
    """
    drawn, member_of = draw_clusters(clusters, n_boot, seed)
    return drawn[:, member_of]
