"""Which columns of a design can change while all others stay, and what one unit does to a fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.remarks import Remark
from pbgov.evaluation.sensitivity import inflation_by_column, influence_of_units
from pbgov.inference.linear import dependent_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from pbgov.evaluation.design import Design

MOST_LEFT_OUT = 100
"""With more units than this none is left out in turn; a single one can hardly be the finding."""


def same_factor(design: Design) -> dict[int, tuple[int, ...]]:
    """The columns that can change alone, each with the other columns of its grouping.

    Parameters
    ----------
    design : Design

    Returns
    -------
    dict of int to tuple of int
        By the column's position. A column is left out where its variable stands in another term
        too (a square, an interaction), or where its grouping is not coded by one column of 0 and 1
        for each group but one.
    """
    by_term = {term: _columns_in(term, design) for term in design.terms}
    found = {}
    for j, term in enumerate(design.terms):
        if term == "Intercept":
            continue
        if any(by_term[term] & by_term[other] for other in by_term if other != term):
            continue
        group = [i for i, other in enumerate(design.terms) if other == term]
        cells = design.matrix[:, group]
        one_each = np.isin(cells, (0.0, 1.0)).all() and (cells.sum(axis=1) <= 1).all()
        if len(group) == 1 or one_each:
            found[j] = tuple(i for i in group if i != j)
    return found


def _columns_in(term: str, design: Design) -> set[str]:
    """The table's columns that a term names; the longest name first, for MODE.M1 holds M1."""
    found = set()
    for name in sorted((str(name) for name in design.rows.columns), key=len, reverse=True):
        term, times = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", " ", term)
        if times:
            found.add(name)
    return found


def sentences_on_skipping(n_units: int, unit_name: str) -> list[Remark]:
    """That no unit was left out in turn, where there are too many."""
    if n_units <= MOST_LEFT_OUT:
        return []
    return [
        Remark(
            "influence",
            f"{counted(n_units, unit_name)}多于 {MOST_LEFT_OUT}，没有逐一去掉重新估计。",
            f"{counted_en(n_units, unit_name)} are more than {MOST_LEFT_OUT}: none was left out in turn.",
        )
    ]


def influence_by_refitting(
    design: Design,
    columns: Sequence[str],
    estimates: np.ndarray,
    units: np.ndarray,
    names: Sequence[str],
    fit_again: Callable[[np.ndarray], np.ndarray | None],
) -> pd.DataFrame:
    """The ``influence`` of an `Estimate` whose fit has no closed form without a unit.

    Parameters
    ----------
    design : Design
    columns : sequence of str, length k
    estimates : ndarray, shape (k,)
    units : ndarray, shape (n,)
        The unit of each row.
    names : sequence of str
        What each unit is called, in the sorted order of `units`.
    fit_again : callable
        Estimates of the rows under a mask; None where there are none.

    Returns
    -------
    DataFrame
        Empty where there are more than `MOST_LEFT_OUT` units.
    """
    kinds = np.unique(units)
    without = np.full((len(kinds), len(columns)), np.nan)
    for position, kind in enumerate(kinds if len(kinds) <= MOST_LEFT_OUT else ()):
        kept = units != kind
        matrix = design.matrix[kept]
        if dependent_columns(matrix) or kept.sum() <= matrix.shape[1]:
            continue
        again = fit_again(kept)
        if again is not None:
            without[position] = again
    inflation = inflation_by_column(design.matrix, design.columns, design.terms)
    return influence_of_units(columns, estimates, without, names, inflation)
