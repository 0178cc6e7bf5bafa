"""The cells behind a chart: which column holds what, and how the chart refers to it.

The chart and its workbook are written from the same columns, so that no reference can point at
another cell than the one that holds the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from xlsxwriter.utility import xl_range_abs

from pbgov.exhibits.visible_text import visible_text

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData, Series

Role: TypeAlias = Literal["category", "name", "x", "value", "below", "above"]
Cell: TypeAlias = str | float | None

SHEET = {"zh": "数据", "en": "Data"}
_HEADERS = {
    "zh": {"category": "类别", "name": "名称", "below": "向下的误差", "above": "向上的误差"},
    "en": {"category": "Category", "name": "Name", "below": "Error below", "above": "Error above"},
}


@dataclass(frozen=True)
class Column:
    """One column of a chart's cells; `series` is None for the categories all series share."""

    role: Role
    series: int | None
    header: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Place:
    """Where the chart's cells begin: a sheet, and the row and column (from 0) of the first header."""

    sheet: str
    row: int = 0
    column: int = 0

    def cells(self, column: int, n_cells: int) -> str:
        """Reference to the cells of a column, its header left out."""
        first, across = self.row + 1, self.column + column
        return self._named(xl_range_abs(first, across, first + max(n_cells, 1) - 1, across))

    def header(self, column: int) -> str:
        """Reference to the header of a column."""
        across = self.column + column
        return self._named(xl_range_abs(self.row, across, self.row, across))

    def _named(self, cells: str) -> str:
        sheet = self.sheet.replace("'", "''")
        return f"'{sheet}'!{cells}"


def chart_columns(chart: ChartData, lang: str = "zh") -> tuple[Column, ...]:
    """Every column of a chart's cells, in the order in which they stand side by side.

    Categories stand first where there are any; then for each series its point names and x (of a
    scatter chart), its values, and how far its interval reaches below and above them.
    """
    words = _HEADERS[lang]
    columns: list[Column] = []
    if chart.kind != "scatter":
        cells = tuple(map(visible_text, chart.categories))
        columns.append(Column("category", None, words["category"], cells))
    for number, series in enumerate(chart.series):
        if chart.kind == "scatter":
            if series.point_names:
                cells = tuple(map(visible_text, series.point_names))
                columns.append(Column("name", number, words["name"], cells))
            columns.append(Column("x", number, visible_text(chart.x_title) or "x", series.x))
        columns.append(Column("value", number, visible_text(series.name), series.values))
        for role in ("below", "above"):
            if errors := reach(series, role):
                columns.append(Column(role, number, words[role], errors))
    return tuple(columns)


def reach(series: Series, role: Literal["below", "above"]) -> tuple[float | None, ...]:
    """How far the interval reaches below or above each value; None where an end is missing."""
    ends = series.low if role == "below" else series.high
    return tuple(
        None if value is None or end is None else (value - end if role == "below" else end - value)
        for value, end in zip(series.values, ends, strict=False)
    )
