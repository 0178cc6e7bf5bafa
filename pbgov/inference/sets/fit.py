"""How well terms and models fit: inclusion, PRI, raw and unique coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.inference.sets.minimisation import FREE
from pbgov.inference.sets.rows import SetFit, literal_memberships, set_fit

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False)
class ModelFit:
    """Fit of a model, which is the union of its terms.

    Attributes
    ----------
    terms : SetFit
        inclusion, pri and coverage of each term, arrays of shape (terms,).
    unique_coverage : ndarray, shape (terms,)
        Coverage of the model less its coverage without the term; NaN where the model has one
        term, which shares its coverage with nothing.
    whole : SetFit
        Of the model.
    """

    terms: SetFit
    unique_coverage: np.ndarray
    whole: SetFit


def term_memberships(
    memberships: np.ndarray, terms: np.ndarray, levels: Sequence[int]
) -> np.ndarray:
    """Membership of each case in each term: the least of its literals'.

    Parameters
    ----------
    memberships : ndarray, shape (n, k)
        As `row_memberships` takes them.
    terms : ndarray of int, shape (m, k)
        The value each condition must have, or -1 where it is free.
    levels : sequence of int
        Values of each condition.

    Returns
    -------
    ndarray, shape (n, m)
        1 throughout for a term that is free everywhere.
    """
    belongs = np.ones((len(memberships), len(terms)))
    for place, level in enumerate(levels):
        literals = literal_memberships(memberships[:, place], level)
        bound = terms[:, place] != FREE
        belongs[:, bound] = np.minimum(belongs[:, bound], literals[:, terms[bound, place]])
    return belongs


def model_fit(belongs: np.ndarray, outcome: np.ndarray) -> ModelFit:
    """Fit of a model from the memberships in its terms.

    Parameters
    ----------
    belongs : ndarray, shape (n, m)
        From `term_memberships`, at least one term.
    outcome : ndarray, shape (n,)

    Returns
    -------
    ModelFit

    References
    ----------
    Ragin, C. C. (2006). Set relations in social research: Evaluating their consistency and
    coverage. *Political Analysis*, 14(3), 291-310.
    """
    whole = set_fit(belongs.max(axis=1), outcome)
    if belongs.shape[1] == 1:
        return ModelFit(set_fit(belongs, outcome), np.full(1, np.nan), whole)
    unique = whole.coverage - set_fit(_largest_of_the_others(belongs), outcome).coverage
    return ModelFit(set_fit(belongs, outcome), unique, whole)


def _largest_of_the_others(belongs: np.ndarray) -> np.ndarray:
    """For each term, each case's membership in the union of the other terms."""
    second, largest = np.partition(belongs, -2, axis=1)[:, -2:].T
    is_largest = np.arange(belongs.shape[1]) == belongs.argmax(axis=1)[:, None]
    return np.asarray(np.where(is_largest, second[:, None], largest[:, None]))
