"""The stretches behind the shares of a score: machine codes, hand codes, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.indicators.scores import need_columns, unit_names

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Counts:
    """The stretches of the units of a regression, units numbered in its order.

    Attributes
    ----------
    machine : ndarray of {0, 1}, shape (m,)
    units : ndarray of int, shape (m,)
    documents : ndarray or None
    hand_rows : ndarray of int, shape (g,)
    hand : ndarray of {0, 1}, shape (g,)
    chance : ndarray, shape (g,)
        NaN where the probability is not known.
    """

    machine: np.ndarray
    units: np.ndarray
    documents: np.ndarray | None
    hand_rows: np.ndarray
    hand: np.ndarray
    chance: np.ndarray


def checked_audit(audit: pd.DataFrame, unit: str, document: str | None) -> pd.DataFrame:
    """The audit with its units as text, in an order that does not depend on the table's.

    Raises
    ------
    InputError
        Where a column is missing, a machine code is missing or not 0 or 1, a gold code is neither, a
        stretch with a unit names no document, or a stretch stands twice in a unit.
    """
    wanted = [unit, "machine", "gold", "inclusion_probability"]
    need_columns(audit, [*wanted, *([document] if document else [])], "the audit")
    table = pd.DataFrame(audit).reset_index(drop=True)
    table[unit] = unit_names(table[unit], "the audit")
    for name in wanted[1:]:
        if not pd.api.types.is_numeric_dtype(table[name].dtype):
            raise InputError(
                f"column {name!r} of the audit holds text; codes and chances are numbers"
            )
    for name in ("machine", "gold"):
        odd = ~table[name].isin([0, 1]) & ~(table[name].isna() & (name == "gold"))
        if odd.any():
            raise InputError(
                f"column {name!r} of the audit holds {table.loc[odd, name].iloc[0]} in row"
                f" {table.index[odd][0]}; codes are 0 and 1"
            )
    if document is not None:
        nowhere = table[document].isna() & table[unit].notna()
        if nowhere.any():
            raise InputError(
                f"row {table.index[nowhere][0]} of the audit has no {document} ({int(nowhere.sum())} such"
                " rows); fill it in, or say document=None where stretches are independent"
            )
        table[document] = table[document].astype("str")
    if "segment_id" in table and table.duplicated([unit, "segment_id"]).any():
        twice = table.loc[table.duplicated([unit, "segment_id"]), "segment_id"].iloc[0]
        raise InputError(f"the audit holds stretch {twice!r} twice; keep one")
    chance = table["inclusion_probability"]
    wrong = table["gold"].notna() & chance.notna() & ~((chance > 0) & (chance <= 1))
    if wrong.any():
        raise InputError(
            f"inclusion_probability is {chance[wrong].iloc[0]} in row {table.index[wrong][0]} of the"
            " audit; a known probability is above 0 and at most 1"
        )
    lost = table["gold"].notna() & chance.isna()
    if lost.any() and not lost[table["gold"].notna()].all():
        raise InputError(
            f"row {table.index[lost][0]} of the audit was coded by hand but has no"
            f" inclusion_probability ({int(lost.sum())} such rows); fill it in, or leave all empty"
        )
    return table.sort_values(
        [unit, *([document] if document else []), *wanted[1:]], kind="stable", ignore_index=True
    )


def with_counted(table: pd.DataFrame, score: str, unit: str, audit: pd.DataFrame) -> pd.DataFrame:
    """The district table with the share that the machine counted, checked against its own.

    Raises
    ------
    InputError
        Where a unit stands twice, no unit is in the audit, or the table has another share.
    """
    table = table.set_axis([str(name) for name in table.columns], axis=1).copy()
    need_columns(table, [unit], "the table")
    table[unit] = unit_names(table[unit], "the table")
    twice = table.loc[table[unit].duplicated() & table[unit].notna(), unit]
    if len(twice):
        raise InputError(f"the table has {unit} {twice.iloc[0]!r} more than once; one row per unit")
    counted = audit.groupby(unit)["machine"].mean()
    shares = table[unit].map(counted).astype("float64")
    if shares.isna().all():
        raise InputError(
            f"no {unit} of the table (such as {table[unit].iloc[0]!r}) is in the audit (such as"
            f" {audit[unit].iloc[0] if len(audit) else None!r})"
        )
    if score in table.columns:
        own = pd.to_numeric(table[score], errors="coerce")
        off = own.notna() & shares.notna() & ~((own - shares).abs() <= _ROUNDING)
        if off.any():
            raise InputError(
                f"{score} of {table.loc[off, unit].iloc[0]!r} is {own[off].iloc[0]:.6g} in the table, but"
                f" the audit counts {shares[off].iloc[0]:.6g}; make the audit from the stretches and codings"
                " that the score was made from"
            )
    table[score] = shares
    return table


def read_counts(
    audit: pd.DataFrame, units: Sequence[str], unit: str, document: str | None
) -> Counts:
    """The stretches of `units`, numbered in that order."""
    number = {name: place for place, name in enumerate(units)}
    own = audit[audit[unit].isin(number)].reset_index(drop=True)
    hand_rows = np.flatnonzero(own["gold"].notna().to_numpy())
    return Counts(
        machine=own["machine"].to_numpy(dtype=float),
        units=own[unit].map(number).to_numpy(dtype=int),
        documents=None if document is None else own[document].astype("str").to_numpy(dtype=object),
        hand_rows=hand_rows,
        hand=own["gold"].to_numpy(dtype=float)[hand_rows],
        chance=own["inclusion_probability"].to_numpy(dtype=float)[hand_rows],
    )
