"""The units of a traced coefficient: their values, and what each does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.inference.influence import influence
from pbgov.inference.linear import dependent_columns, least_squares
from pbgov.reporting.tracing.columns import Said, TracedColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.design import Design
    from pbgov.evaluation.estimate import Estimate

_SAME = 1e-6
NOT_AT_HAND = Said(
    "残差、杠杆值和逐一剔除只对不加权的普通最小二乘列出；这个估计不是。",
    "Residuals, leverages and leaving units out are listed for unweighted least squares only, which"
    " this estimate is not.",
)


def units_table(
    estimate: Estimate,
    term: str,
    design: Design | None,
    columns: Sequence[TracedColumn],
    names: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Said]]:
    """One row for each row of the regression, and what could not be said of it.

    Parameters
    ----------
    estimate : Estimate
    term : str
        The coefficient.
    design : Design or None
        The rows; without them the table is empty.
    columns : sequence of TracedColumn
        Those to show.
    names : mapping of str to str
        Names of units by their codes.

    Returns
    -------
    units : DataFrame
        See `Trace.units`.
    remarks : list of Said
    """
    if design is None:
        return pd.DataFrame({"unit": pd.Series(dtype="str")}), []
    labels = design.units or design.labels
    made = pd.DataFrame({"unit": pd.Series(labels, dtype="str")})
    made["name"] = made["unit"].map(lambda unit: names.get(unit, "")).astype("str")
    for one in columns:
        made[one.name] = design.rows[one.name].to_numpy()
    traced = [one.agrees for one in columns if one.origin]
    agrees = np.logical_and.reduce(traced) if traced else [pd.NA] * len(made)
    made["agrees"] = pd.array(agrees, dtype="boolean")
    found = _least_squares(estimate, design, term)
    if found is None:
        return made, [NOT_AT_HAND]
    for name, values in found.items():
        made[name] = values
    order = made["change"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order].reset_index(drop=True), []


def _least_squares(estimate: Estimate, design: Design, term: str) -> dict[str, np.ndarray] | None:
    """What each row does to the coefficient; None where this is not the fit of the estimate."""
    k = design.matrix.shape[1]
    given = estimate.terms["estimate"].to_numpy(dtype=float)
    if term not in design.columns or len(given) != k or len(design.rows) <= k:
        return None
    if dependent_columns(design.matrix) or not np.isfinite(design.matrix).all():
        return None
    fit = least_squares(design.matrix, design.outcome) if len(design.outcome) else None
    if fit is None or not np.allclose(fit.coefficients, given, rtol=_SAME, atol=_SAME):
        return None
    labels = np.array(design.units or design.labels)
    kinds = np.unique(labels)
    by_unit = len(kinds) < len(labels)
    found = influence(fit, labels if by_unit else None)
    row = np.searchsorted(kinds, labels) if by_unit else np.arange(len(labels))
    place = design.columns.index(term)
    without = found.coefficients[row, place]
    return {
        "residual": fit.residuals,
        "leverage": found.leverage[row],
        "dfbetas": found.dfbetas[row, place],
        "without_it": without,
        "change": without - fit.coefficients[place],
    }
