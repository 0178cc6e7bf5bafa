"""What a chart shows, apart from how it is drawn: for charts that Word, PowerPoint and Excel can edit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pbgov.errors import InputError


@dataclass(frozen=True)
class Series:
    """One series of a chart.

    Attributes
    ----------
    name : str
        As the legend prints it.
    values : tuple of float or None
        One for each category, or the y of each point; None is a gap.
    x : tuple of float
        Of a scatter chart only: the x of each point.
    low, high : tuple of float or None
        Ends of an interval around each value, or empty.
    point_names : tuple of str
        Of a scatter chart only: what each point is, or empty.
    joined : bool, optional
        Whether a line joins the points; None does as the kind does: a line chart joins, a scatter
        chart does not.
    marked : bool
        Whether the points have markers; without them a joined series is a bare line.
    """

    name: str
    values: tuple[float | None, ...]
    x: tuple[float, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    point_names: tuple[str, ...] = ()
    joined: bool | None = None
    marked: bool = True


@dataclass(frozen=True)
class ChartData:
    """The content of a bar, column, line or scatter chart.

    Attributes
    ----------
    kind : {"bar", "column", "line", "scatter"}
        ``bar`` lies, ``column`` stands.
    series : tuple of Series
    categories : tuple of str
        In reading order; empty for a scatter chart.
    x_title, y_title : str
        Of the axes as drawn: x runs to the right, y upwards.
    stacked : bool
        Of bars and columns.
    number_format : str
        An Excel number format, such as ``0.0%``.

    Raises
    ------
    InputError
        Where a series has another length than the categories, its x or its intervals; where a
        number is infinite.
    """

    kind: Literal["bar", "column", "line", "scatter"]
    series: tuple[Series, ...]
    categories: tuple[str, ...] = ()
    x_title: str = ""
    y_title: str = ""
    stacked: bool = False
    number_format: str = "General"

    def __post_init__(self) -> None:
        if not self.series:
            raise InputError("a chart needs at least one series")
        for one in self.series:
            points = len(one.values)
            against = one.x if self.kind == "scatter" else self.categories
            sides = [side for side in (one.low, one.high, one.point_names) if side]
            if len(against) != points or any(len(side) != points for side in sides):
                raise InputError(
                    f"series {one.name!r} has {points} values beside {len(against)}"
                    f" {'x values' if self.kind == 'scatter' else 'categories'}"
                    f" and {[len(side) for side in sides]} at its sides; give one of each a value"
                )
            numbers = [*one.values, *one.x, *one.low, *one.high]
            if any(number is not None and not math.isfinite(number) for number in numbers):
                raise InputError(f"series {one.name!r} holds a number that is not finite; use None")
