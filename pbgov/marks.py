"""The mark that simulated data carry, so that they cannot pass as real.

A simulated table says so in several ways at once: its frame type, a ``status`` column of 模拟,
columns named 模拟…, and identifiers that begin with 模拟. Losing one of them (a dropped column, a
rename, a merge) leaves the others; every verb of pbgov asks `is_simulated` and hands the mark on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

if TYPE_CHECKING:
    from collections.abc import Callable

SIMULATED = "模拟"
SIMULATED_NOTE = "模拟数据：由程序生成，不是任何地区的真实测量。"
IDENTIFIERS = ("doc_id", "segment_id")


def is_simulated(thing: Any) -> bool:
    """True where a table, estimate, panel or exhibit rests on simulated values.

    Parameters
    ----------
    thing : DataFrame, Series, or any object with a ``simulated`` attribute
        A table is simulated where it is a `SimulatedFrame`, where a ``status`` column (also
        ``status_x``, ``status_y``, as a merge leaves them) holds 模拟 anywhere, where a column
        name begins with 模拟, or where a document or segment id does.

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
    if not isinstance(thing, pd.DataFrame):
        return str(getattr(thing, "name", "")).startswith(SIMULATED)
    names = [str(name) for name in thing.columns]
    if any(name.startswith(SIMULATED) for name in names):
        return True
    return any(
        (name.startswith("status") and thing[name].astype(str).eq(SIMULATED).any())
        or (name in IDENTIFIERS and thing[name].astype(str).str.startswith(SIMULATED).any())
        for name in names
        if names.count(name) == 1
    )


def mark_simulated(table: pd.DataFrame) -> SimulatedFrame:
    """A copy of `table` that carries the mark: by its type, its attributes and ``status``."""
    marked = SimulatedFrame(table.copy())
    marked["status"] = SIMULATED
    marked.attrs["simulated"] = True
    return marked


class SimulatedFrame(pd.DataFrame):
    """A DataFrame of simulated values; what pandas makes out of it is one again.

    Selecting, renaming, grouping, averaging, pivoting and merging into it keep the type, so
    `pbgov.marks.is_simulated` knows it even where the ``status`` column was dropped and the
    columns renamed. Merged into a table of another type, it is known by its ``status`` column
    or its column names. Its columns stay plain Series, which pandera's checks require.
    """

    simulated = True

    @property
    def _constructor(self) -> Callable[..., SimulatedFrame]:
        return SimulatedFrame

    def groupby(self, *args: Any, **kwargs: Any) -> Any:
        """Groups whose named aggregates are simulated too; arguments as in pandas."""
        groups = super().groupby(*args, **kwargs)
        groups.__class__ = _SimulatedGroups  # pandas builds named aggregates from plain columns
        return groups


class _SimulatedGroups(DataFrameGroupBy):  # type: ignore[type-arg]  # generic in stubs only
    def aggregate(self, *args: Any, **kwargs: Any) -> Any:
        result = super().aggregate(*args, **kwargs)
        return SimulatedFrame(result) if isinstance(result, pd.DataFrame) else result

    agg = aggregate
