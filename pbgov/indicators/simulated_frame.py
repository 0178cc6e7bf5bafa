"""A table that knows it is simulated, whatever is renamed, dropped or averaged in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

if TYPE_CHECKING:
    from collections.abc import Callable


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
