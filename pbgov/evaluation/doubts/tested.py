"""The one column of a design that a test asks about, and whether the data allow the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.limits import too_few_complete, unusable_values

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
    unusable = unusable_values(design, unit_name, rows_are_units=rows_are_units)
    if unusable:
        return unusable
    if len(design.rows) < 3:
        return too_few_complete(design, unit_name if rows_are_units else "行")
    if column is None or np.ptp(design.matrix[:, column]) == 0:
        return f"解释变量“{term}”没有变化", f"the regressor {term!r} does not vary"
    return None
