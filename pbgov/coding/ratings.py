"""Who gave which label to which unit, as numbers, and the sums that every coefficient is made of.

A coefficient of agreement depends on the units only through sums over them, so that 2,000 draws of
whole clusters cost one product of matrices: how often each cluster is drawn, times the sums of each
cluster. `totals` makes the sums; `pbgov.coding.chance_corrected` turns them into coefficients.
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
        Where `values` has not two axes, or mixes labels that have no common order, such as words
        and numbers.
    """
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
        words = {isinstance(label, str) for label in table[given]}
    except (TypeError, ValueError):
        words = {True, False}
    if len(words) > 1:
        raise InputError("values mixes words and numbers; write every label the same way.")
    coded[given] = places
    return coded, labels


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
    if clusters is None or drawn is None:
        clusters, drawn = np.zeros(len(coded), dtype=int), np.ones((1, 1))
    chosen = coded[:, :, None] == np.arange(n_labels)  # units x coders x labels
    counts = chosen.sum(axis=1).astype(float)
    judged = counts.sum(axis=1)
    several = (judged >= 2)[:, None]
    complete = (judged == coded.shape[1])[:, None] & several
    partners = np.where(several, judged[:, None] - 1, 1)
    equal = counts * (counts - 1)
    ordered_pairs = np.maximum(judged[:, None] * partners, 1)

    def total(column: np.ndarray) -> np.ndarray:
        rows = column.reshape(len(coded), int(np.prod(column.shape[1:])))
        of_clusters = np.zeros((drawn.shape[1], rows.shape[1]))
        np.add.at(of_clusters, clusters, rows)
        return (drawn @ of_clusters).reshape(len(drawn), *column.shape[1:])

    def one(column: np.ndarray) -> np.ndarray:
        return total(column)[:, 0]

    return Totals(
        n_coders=coded.shape[1],
        pairs=one(np.where(several, ordered_pairs, 0)),
        label_pairs=total(np.where(several, counts * partners, 0)),
        equal_pairs=total(equal),
        paired=total(np.where(several, counts, 0)),
        coincident=total(equal / partners),
        n_paired=one(several.astype(float)),
        unit_agreement=one(equal.sum(axis=1, keepdims=True) / ordered_pairs),
        n_rated=one((judged >= 1)[:, None].astype(float)),
        shares=total(counts / np.maximum(judged, 1)[:, None]),
        n_complete=one(complete.astype(float)),
        complete_equal=one(np.where(complete, equal.sum(axis=1, keepdims=True), 0)),
        unanimous=one((complete & (counts == coded.shape[1]).any(axis=1)[:, None]).astype(float)),
        marginals=total(np.where(complete[:, :, None], chosen, 0).astype(float)),
    )


def ratio(above: np.ndarray, below: np.ndarray) -> Any:
    """`above` / `below`, NaN where `below` is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / np.where(below == 0, 1, below))
