"""The mark that simulated data carry, so that they cannot pass as real.

A simulated table says so in several ways at once: its frame type, a ``status`` column of 模拟,
columns named 模拟…, and identifiers that begin with 模拟. Losing one of them (a dropped column, a
rename, a merge) leaves the others; every verb of pbgov asks `is_simulated` and hands the mark on.

Where the mark ends: numbers taken out of a table that has lost its status column and its names
(``to_numpy``, ``to_dict``, ``pd.DataFrame(…)``, merged or assigned into a table of real data) are
numbers like any other. Nothing can follow them: whoever does that takes the mark off by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIMULATED = "模拟"
SIMULATED_NOTE = "模拟数据：由程序生成，不是任何地区的真实测量。"
SIMULATED_NOTE_EN = "Simulated data: made by a program, no real measurement of any place."
TELLING = ("status", "source_tier", "状态", "doc_id", "segment_id", "unit", "indicator")


def is_simulated(thing: Any) -> bool:
    """True where a table, estimate, panel or exhibit rests on simulated values.

    Parameters
    ----------
    thing : DataFrame, Series, any object with a ``simulated`` attribute, or a collection of them
        A table is simulated where it is a `SimulatedFrame`, where the name of a column or of an
        index level begins with 模拟, or where a cell does in a column that tells it: a status or
        source tier, an indicator, or the id of a document, segment or unit. The suffixes that a
        merge leaves (``status_x``) make no difference.

    Returns
    -------
    bool
    """
    if isinstance(thing, (list, tuple, set)):
        return any(map(is_simulated, thing))
    if isinstance(thing, Mapping):
        return any(map(is_simulated, thing.values()))
    declared = getattr(thing, "simulated", None)
    if isinstance(declared, bool):
        return declared
    if not isinstance(thing, (pd.DataFrame, pd.Series)):
        return False
    return thing.attrs.get("simulated") is True or any(
        _tells(name, values) for name, values in _named_values(thing)
    )


def _named_values(table: pd.DataFrame | pd.Series) -> Iterator[tuple[Any, Any]]:
    """Every column and index level with its name; each level of a name by itself."""
    columns: list[tuple[Any, Any]]
    if isinstance(table, pd.DataFrame):
        columns = [(name, table.iloc[:, place]) for place, name in enumerate(table.columns)]
        columns += [(name, ()) for name in table.columns.names]
    else:
        columns = [(table.name, table)]
    columns += [
        (name, table.index.get_level_values(level)) for level, name in enumerate(table.index.names)
    ]
    for name, values in columns:
        for part in name if isinstance(name, tuple) else (name,):
            yield part, values


def _tells(name: Any, values: Any) -> bool:
    if str(name).startswith(SIMULATED):
        return True
    return str(name).startswith(TELLING) and any(
        isinstance(value, str) and value.strip().startswith(SIMULATED)
        for value in pd.unique(pd.Series(values))
    )


def mark_simulated(table: pd.DataFrame) -> SimulatedFrame:
    """A copy of `table` that carries the mark: by its type, its attributes and ``status``."""
    marked = as_simulated(table)
    marked["status"] = SIMULATED
    return marked


def as_simulated(table: pd.DataFrame) -> SimulatedFrame:
    """A copy of `table` with the same columns that carries the mark by its type and attributes."""
    marked = SimulatedFrame(table.copy())
    marked.attrs = {**table.attrs, "simulated": True}
    return marked


def carry_mark(table: pd.DataFrame, *sources: Any) -> pd.DataFrame:
    """`table` as it is, or marked as simulated where any of the `sources` it was made from is.

    A ``status`` column that `table` has already, with a meaning of its own, is left alone.
    """
    if not is_simulated(sources):
        return table
    return as_simulated(table) if "status" in table.columns else mark_simulated(table)


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

    def pivot(self, **kwargs: Any) -> SimulatedFrame:
        """As in pandas, which builds the pivoted table from a plain column."""
        return SimulatedFrame(super().pivot(**kwargs))


class _SimulatedGroups(DataFrameGroupBy):  # type: ignore[type-arg]  # generic in stubs only
    def aggregate(self, *args: Any, **kwargs: Any) -> Any:
        result = super().aggregate(*args, **kwargs)
        return SimulatedFrame(result) if isinstance(result, pd.DataFrame) else result

    agg = aggregate

    def size(self) -> Any:
        result: Any = super().size()
        result.attrs["simulated"] = True
        return result
