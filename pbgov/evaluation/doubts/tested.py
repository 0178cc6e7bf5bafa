"""The one column of a design that a test asks about, and whether the data allow the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.estimate import counted

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design


def column_of(design: Design, term: str) -> int | None:
    """The position of the tested column.

    Returns
    -------
    int or None
        None where the term has no column: it has a single value, or no row is complete.

    Raises
    ------
    InputError
        Where the formula has no such term, or the term has several columns.
    """
    if not design.outcome_name:
        raise InputError(f"formula {design.formula!r} has no outcome; write 'outcome ~ regressors'")
    if term in design.columns[1:]:
        return design.columns.index(term)
    places = [place for place, name in enumerate(design.terms) if name == term and place]
    if len(places) == 1:
        return places[0]
    if places:
        names = ", ".join(design.columns[place] for place in places)
        raise InputError(f"term {term!r} has {len(places)} columns; name one of them: {names}")
    if term in design.vanished or not len(design.rows):
        return None
    names = ", ".join([*design.columns[1:], *design.vanished])
    raise InputError(f"formula {design.formula!r} has no term {term!r}; it has {names}")


def untestable(
    design: Design, term: str, column: int | None, unit_name: str, *, rows_are_units: bool
) -> tuple[str, str] | None:
    """Why a permutation test cannot be made, in Chinese and in English; None where it can.

    No number of regressors is refused: the test holds its size whatever their number, as long
    as a residual is left.
    """
    n = len(design.rows)
    if rows_are_units and design.labelled_by and len(set(design.labels)) < n:
        return (
            f"“{design.labelled_by}”里有的单位有多行，重排各行会把它们当作互相独立；"
            f"请写 cluster={design.labelled_by!r}，或先合并成一行",
            f"some units of {design.labelled_by!r} have several rows, which a permutation of rows"
            f" would take for independent; say cluster={design.labelled_by!r}, or make one row of"
            " each",
        )
    if n < 3:
        there = counted(n, unit_name if rows_are_units else "行")
        return f"只有 {there}的数据是完整的", f"only {n} complete rows"
    regressors = zip(design.columns, design.matrix.T, strict=True)
    for name, values in ((design.outcome_name, design.outcome), *regressors):
        if not np.isfinite(values).all():
            return (
                f"“{name}”在有些行上没有有限的数值（例如对 0 取对数）",
                f"{name!r} is not finite in some rows (such as the logarithm of 0)",
            )
    if np.ptp(design.outcome) == 0:
        return (
            f"结果变量“{design.outcome_name}”没有变化",
            f"the outcome {design.outcome_name!r} does not vary",
        )
    if column is None or np.ptp(design.matrix[:, column]) == 0:
        return f"解释变量“{term}”没有变化", f"the regressor {term!r} does not vary"
    return None
