"""How well the words of a topic go together, and how well two sets of topics match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Sequence


def npmi(together: np.ndarray, first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """Normalised pointwise mutual information of pairs of events.

    Parameters
    ----------
    together : ndarray of int
        Units in which both events occur.
    first, second : ndarray of int, same shape
        Units in which each occurs.
    n : int
        All units.

    Returns
    -------
    ndarray of float, same shape
        ``ln(p_ab / (p_a p_b)) / -ln p_ab``: 1 where the two occur only together, 0 where they are
        independent, -1 (the limit) where they never meet. NaN where an event never occurs, and
        where both occur in every unit.

    References
    ----------
    Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction.
    *Proceedings of GSCL*, 31-40.

    Examples
    --------
    >>> npmi(np.array([2, 1, 0]), np.array([2, 2, 2]), np.array([2, 2, 2]), 4)
    array([ 1.,  0., -1.])
    """
    together, first, second = (
        np.asarray(values, dtype=float) for values in (together, first, second)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value: np.ndarray = np.log(together * n / (first * second)) / -np.log(together / n)
    value = np.where(together == 0, -1.0, value)
    undefined = (first == 0) | (second == 0) | (together == n)
    return np.where(undefined, np.nan, value)


def npmi_coherence(presence: np.ndarray) -> float:
    """C_NPMI: the mean NPMI of all pairs of a topic's top terms.

    Parameters
    ----------
    presence : ndarray of bool, shape (n_segments, n_terms)
        Which segment holds which of the topic's top terms.

    Returns
    -------
    float
        Between -1 and 1; 0 is what unrelated terms have. NaN where no pair has an NPMI.

    References
    ----------
    Aletras, N., & Stevenson, M. (2013). Evaluating topic coherence using distributional
    semantics. *Proceedings of IWCS*, 13-22.
    Röder, M., Both, A., & Hinneburg, A. (2015). Exploring the space of topic coherence measures.
    *Proceedings of WSDM*, 399-408.
    """
    presence = np.asarray(presence, dtype=float)
    together = presence.T @ presence
    count = np.diag(together)
    first, second = np.triu_indices(len(count), k=1)
    pairs = npmi(together[first, second], count[first], count[second], len(presence))
    defined = pairs[~np.isnan(pairs)]
    return float(defined.mean()) if len(defined) else float("nan")


def umass_coherence(presence: np.ndarray) -> float:
    """U_Mass: the mean of ln((D(a, b) + 1) / D(b)) over pairs of top terms, b before a.

    Parameters
    ----------
    presence : ndarray of bool, shape (n_segments, n_terms)
        Which segment holds which of the topic's top terms, the heaviest term first; every term
        occurs.

    Returns
    -------
    float
        Closer to 0 (or above) is more coherent; no lower limit. NaN for fewer than two terms.

    Notes
    -----
    The mean over pairs, not the sum of the paper, so that topics with few terms compare.

    References
    ----------
    Mimno, D., Wallach, H., Talley, E., Leenders, M., & McCallum, A. (2011). Optimizing semantic
    coherence in topic models. *Proceedings of EMNLP*, 262-272.
    """
    presence = np.asarray(presence, dtype=float)
    together = presence.T @ presence
    heavier, lighter = np.triu_indices(len(together), k=1)
    if not len(heavier):
        return float("nan")
    pairs = np.log((together[heavier, lighter] + 1) / together[heavier, heavier])
    return float(pairs.mean())


def matched_overlap(
    one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Each set of terms paired with one of the other, so that the pairs overlap most in sum.

    Parameters
    ----------
    one, other : sequence of sequences of str, both of length k
        The top terms of each topic of two runs.

    Returns
    -------
    match : ndarray of int, shape (k,)
        Which topic of `other` each topic of `one` is paired with.
    jaccard : ndarray of float, shape (k,)
        Shared terms of each pair, divided by the terms that either has; 0 to 1.

    References
    ----------
    Greene, D., O'Callaghan, D., & Cunningham, P. (2014). How many topics? Stability analysis for
    topic models. *ECML PKDD*, 498-513.
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem.
    *Naval Research Logistics Quarterly*, 2, 83-97.

    Examples
    --------
    >>> match, jaccard = matched_overlap([["a", "b"], ["c", "d"]], [["c", "e"], ["a", "b"]])
    >>> match, jaccard.round(2)
    (array([1, 0]), array([1.  , 0.33]))
    """
    overlap = np.array([[_jaccard(set(a), set(b)) for b in other] for a in one])
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return columns, overlap[rows, columns]


def _jaccard(one: set[str], other: set[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0
