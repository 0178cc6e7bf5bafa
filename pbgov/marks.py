"""The mark that simulated data carry, so that they cannot pass as real.

A simulated table says so in three ways at once: its frame type, a `status` column of 模拟, and
outcome columns named 模拟…. Losing one of them (a dropped column, a rename, a merge) leaves
the others; every verb of pbgov asks `is_simulated` and hands the mark on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SIMULATED = "模拟"
SIMULATED_NOTE = "模拟数据：由程序生成，不是任何地区的真实测量。"


def is_simulated(thing: Any) -> bool:
    """True where a table, estimate, panel or exhibit rests on simulated values.

    Parameters
    ----------
    thing : DataFrame, Series, or any object with a ``simulated`` attribute
        For a table: a frame marked by `mark_simulated`, a ``status`` column that
        holds 模拟 anywhere, or a column whose name begins with 模拟.

    Returns
    -------
    bool
    """
    declared = getattr(thing, "simulated", None)
    if isinstance(declared, bool):
        return declared
    attrs = getattr(thing, "attrs", None)
    if isinstance(attrs, dict) and attrs.get("simulated") is True:
        return True
    columns = getattr(thing, "columns", None)
    if columns is None:
        return str(getattr(thing, "name", "")).startswith(SIMULATED)
    if any(str(name).startswith(SIMULATED) for name in columns):
        return True
    return "status" in columns and bool(thing["status"].astype(str).eq(SIMULATED).any())


def mark_simulated(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of `table` that carries the mark in its attributes and in a `status` column."""
    marked = table.copy()
    marked["status"] = SIMULATED
    marked.attrs["simulated"] = True
    return marked
