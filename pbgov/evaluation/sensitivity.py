"""What one unit does to an estimate: the rule that one district must not be the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.evaluation.estimate import INFLUENCE_COLUMNS
from pbgov.evaluation.remarks import Remark
from pbgov.inference.influence import variance_inflation
from pbgov.inference.linear import least_squares

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MUCH_INFLATED = 2.0  # GVIF^(1 / (2 df)); for one column a VIF of 4


def inflation_by_column(
    matrix: np.ndarray, columns: Sequence[str], terms: Sequence[str]
) -> dict[str, float]:
    """GVIF^(1 / (2 df)) of the term that each column comes from.

    Parameters
    ----------
    matrix : ndarray, shape (n, k)
        Of full column rank, n > k.
    columns, terms : sequence of str, length k

    Returns
    -------
    dict of str to float
        Empty where there is one regressor only. It is a fact of the design, whatever the
        outcome and the way it is fitted.
    """
    if len(set(terms) - {"Intercept"}) < 2:
        return {}
    found = variance_inflation(least_squares(matrix, np.zeros(len(matrix))), terms)
    by_term = {each.term: each.per_df for each in found}
    return {
        column: by_term[term]
        for column, term in zip(columns, terms, strict=True)
        if term in by_term
    }


def influence_of_units(
    columns: Sequence[str],
    estimates: np.ndarray,
    without: np.ndarray,
    units: Sequence[str],
    gvif: Mapping[str, float],
) -> pd.DataFrame:
    """The ``influence`` of an `Estimate`.

    Parameters
    ----------
    columns : sequence of str, length k
    estimates : ndarray, shape (k,)
    without : ndarray, shape (n_units, k)
        The estimates with each unit left out; NaN where there is none without it.
    units : sequence of str, length n_units
    gvif : mapping of str to float
        GVIF^(1 / (2 df)) of each column's term; a column that is not there has none.

    Returns
    -------
    DataFrame
        One row is one coefficient that is not the intercept.
    """
    rows = []
    for j, column in enumerate(columns):
        values = without[:, j]
        if column == "Intercept" or np.isnan(values).all():
            continue
        low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
        most = int(np.nanargmax(np.abs(values - estimates[j])))
        rows.append(
            (
                column,
                values[low],
                units[low],
                values[high],
                units[high],
                units[most],
                values[most],
                bool((np.sign(values[~np.isnan(values)]) != np.sign(estimates[j])).any()),
                gvif.get(column, float("nan")),
            )
        )
    table = pd.DataFrame(rows, columns=list(INFLUENCE_COLUMNS))
    texts = ["term", "unit_low", "unit_high", "most_influential"]
    kinds = dict.fromkeys(INFLUENCE_COLUMNS, "float") | dict.fromkeys(texts, "str")
    return table.astype(kinds | {"sign_changes": "bool"})


def sentences_on_influence(influence: pd.DataFrame, unit_name: str, names: int) -> list[Remark]:
    """The range of each coefficient when one unit is left out, and whose absence moves it most.

    Parameters
    ----------
    influence : DataFrame
        As `influence_of_units` gives it.
    unit_name : str
    names : int
        Coefficients named, those of groupings after the others; further ones stand in the
        table only, or beside the named ones where other regressors inflate their error much.
    """
    one = "一行" if unit_name == "行" else f"一个{unit_name}"
    remarks = []
    of_groups = influence["term"].str.contains("[", regex=False)
    first = pd.concat([influence[~of_groups], influence[of_groups]]).head(names)
    for row in first.to_dict("records"):
        low, high, without = (
            f"{row[name]:.4g}".replace("-", "−") for name in ("low", "high", "without_it")
        )
        changed = "，其中有去掉后变号的" if row["sign_changes"] else ""
        changed_en = "; without some the sign changes" if row["sign_changes"] else ""
        remarks.append(
            Remark(
                "influence",
                f"每次去掉{one}，“{row['term']}”的系数在 {low} 到 {high}"
                f" 之间{changed}；影响最大的是 {row['most_influential']}（去掉后为 {without}）。",
                f"Leaving out one unit at a time, the coefficient of {row['term']!r} lies between"
                f" {low} and {high}{changed_en}; most influential is"
                f" {row['most_influential']} (without it {without}).",
            )
        )
    inflated = influence[influence["gvif"].ge(_MUCH_INFLATED)]
    several = pd.concat([first[first["gvif"].notna()], inflated]).drop_duplicates("term")
    if len(several):
        pairs = list(zip(several["term"], several["gvif"], strict=True))
        each = "，".join(f"“{term}” {gvif:.1f}" for term, gvif in pairs)
        each_en = ", ".join(f"{term!r} {gvif:.1f}" for term, gvif in pairs)
        remarks.append(
            Remark(
                "influence",
                f"因与其他解释变量重叠，标准误扩大到几倍（GVIF^(1/2df)，1 为不重叠）：{each}。",
                "By how much overlap with the other regressors inflates standard errors"
                f" (GVIF^(1/2df), 1 is no overlap): {each_en}.",
            )
        )
    return remarks
