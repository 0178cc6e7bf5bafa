"""Who gave which label to which unit, as numbers, and the sums that every coefficient is made of.

A coefficient of agreement depends on the units only through sums over them, so that 2,000 draws of
whole clusters cost one product of matrices: how often each cluster is drawn, times the sums of each
cluster. `totals` makes the sums; `pbgov.coding.measures.chance_corrected` turns them into coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MISSING = -1


def encode(values: ArrayLike | pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Labels as whole numbers, in their sorted order.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        One row a unit, one column a coder; None and NaN where the coder did not judge the unit.

    Returns
    -------
    coded : ndarray of int, shape (n_units, n_coders)
        Place of each label among `labels`, -1 where it is missing.
    labels : ndarray, shape (n_labels,)

    Raises
    ------
    InputError
        Where `values` has not two axes, mixes labels that have no common order, such as words and
        numbers, or its labels are sets.
    """
    if isinstance(values, pd.DataFrame):  # numpy would turn the gaps of categories into numbers
        values = values.astype(object)
    table = np.asarray(values, dtype=object)
    if table.ndim != 2:
        raise InputError(
            f"values has shape {table.shape}; give one row a unit and one column a coder."
        )
    given = ~np.asarray(pd.isna(table), dtype=bool)
    coded = np.full(table.shape, MISSING)
    if not given.any():
        return coded, np.empty(0)
    try:
        labels, places = np.unique(np.array(table[given].tolist()), return_inverse=True)
        kinds = {isinstance(label, str) for label in table[given]}
        told_apart = len(labels) == len(set(table[given]))
    except (TypeError, ValueError):
        kinds, told_apart = {True, False}, True
    if len(kinds) > 1:
        raise InputError("values mixes words and numbers; write every label the same way.")
    if not told_apart:
        raise InputError(
            f"The labels, such as {table[given][0]!r}, have no order of their own, or lose digits as"
            " numbers; write them as words."
        )
    coded[given] = places
    return coded, labels


def as_numbers(labels: np.ndarray, what: str) -> np.ndarray:
    """The labels of `encode` as numbers, for a measure called `what` that calculates with them.

    Raises
    ------
    InputError
        Where they are no numbers, or one is infinite.
    """
    if labels.dtype.kind not in "biuf":
        raise InputError(
            f"The {what} needs numbers; the labels begin with {labels.tolist()[0]!r}."
            " Number them in their order."
        )
    numbers = labels.astype(float)
    if not np.isfinite(numbers).all():
        raise InputError(f"The {what} needs finite numbers; leave infinite ones out as missing.")
    return numbers


@dataclass(frozen=True)
class Totals:
    """Sums over the units, once for each draw (first axis) and label (last axis).

    ``pairs`` counts ordered pairs of judgements of one unit, ``label_pairs`` those whose first has
    the label, ``equal_pairs`` those that both have it. ``paired`` and ``coincident`` are values and
    diagonal of Krippendorff's coincidences; ``n_paired`` counts units with two judgements or more,
    ``unit_agreement`` sums their shares of equal pairs; ``n_rated`` counts units with any judgement
    and ``shares`` sums the share of each label in them. ``n_complete``, ``complete_equal``,
    ``unanimous`` and ``marginals`` (draws x coders x labels) are over the units that every coder
    judged.
    """

    n_coders: int
    pairs: np.ndarray
    label_pairs: np.ndarray
    equal_pairs: np.ndarray
    paired: np.ndarray
    coincident: np.ndarray
    n_paired: np.ndarray
    unit_agreement: np.ndarray
    n_rated: np.ndarray
    shares: np.ndarray
    n_complete: np.ndarray
    complete_equal: np.ndarray
    unanimous: np.ndarray
    marginals: np.ndarray


def totals(
    coded: np.ndarray,
    n_labels: int,
    clusters: np.ndarray | None = None,
    drawn: np.ndarray | None = None,
) -> Totals:
    """The sums over the units as they are, or once for each draw of whole clusters.

    Parameters
    ----------
    coded : ndarray of int, shape (n_units, n_coders)
        As `encode` makes it.
    n_labels : int
    clusters : ndarray of int, shape (n_units,), optional
        Number of the cluster of each unit.
    drawn : ndarray, shape (n_draws, n_clusters), optional
        How often each cluster is drawn; without it there is one draw, of everything once.

    Returns
    -------
    Totals
    """
    chosen = coded[:, :, None] == np.arange(n_labels)  # units x coders x labels
    counts = chosen.sum(axis=1).astype(float)
    judged = counts.sum(axis=1, keepdims=True)
    several = judged >= 2
    complete = several & (judged == coded.shape[1])
    partners = np.where(several, judged - 1, 1)
    pairs = np.maximum(judged * partners, 1)
    equal = counts * (counts - 1)
    equal_pairs = equal.sum(axis=1, keepdims=True)
    columns = {
        "pairs": np.where(several, pairs, 0),
        "label_pairs": np.where(several, counts * partners, 0),
        "equal_pairs": equal,
        "paired": np.where(several, counts, 0),
        "coincident": equal / partners,
        "n_paired": several,
        "unit_agreement": equal_pairs / pairs,
        "n_rated": judged >= 1,
        "shares": counts / np.maximum(judged, 1),
        "n_complete": complete,
        "complete_equal": np.where(complete, equal_pairs, 0),
        "unanimous": complete & (counts == coded.shape[1]).any(axis=1, keepdims=True),
        "marginals": np.where(complete, chosen.reshape(len(coded), coded.shape[1] * n_labels), 0),
    }
    table = np.hstack([column.astype(float) for column in columns.values()])
    if clusters is None:
        clusters, drawn = np.zeros(len(coded), dtype=int), np.ones((1, min(len(coded), 1)))
    summed = drawn @ _of_clusters(table, clusters)
    bounds = np.cumsum([column.shape[1] for column in columns.values()])[:-1]
    sums = dict(zip(columns, np.hsplit(summed, bounds), strict=True))
    for name in _PLAIN:
        sums[name] = sums[name][:, 0]
    sums["marginals"] = sums["marginals"].reshape(len(summed), coded.shape[1], n_labels)
    return Totals(n_coders=coded.shape[1], **sums)


_PLAIN = (
    "pairs",
    "n_paired",
    "unit_agreement",
    "n_rated",
    "n_complete",
    "complete_equal",
    "unanimous",
)


def _of_clusters(table: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """The sums of the rows of each cluster, in the order of their numbers."""
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    if not len(starts):
        return table
    summed: np.ndarray = np.add.reduceat(table[order], starts, axis=0)
    return summed


def ratio(above: np.ndarray, below: np.ndarray) -> Any:
    """`above` / `below`, NaN where `below` is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / np.where(below == 0, 1, below))
