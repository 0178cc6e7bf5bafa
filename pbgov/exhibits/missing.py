"""Which figures there are and which are missing: units by indicators and periods."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, WIDTH, balanced, text_width, wrap
from pbgov.exhibits.missing_words import STATES, WORDS
from pbgov.exhibits.numerals import format_count, format_percent
from pbgov.exhibits.point_labels import apart
from pbgov.exhibits.tables import require_columns
from pbgov.indicators.scores import unit_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lang = Literal["zh", "en"]
MOST_INDICATORS = 24
MOST_HEIGHT = 15.0  # cm of all rows
ROW = LINE_HEIGHT  # cm of a row with its name
COLUMN = 0.36  # cm that a line of upright words takes along the axis
HEAD = 26  # half-width characters of an upright line
CHARACTER = 0.134  # cm of a half-width character
_NO_NAMES: Mapping[str, str] = {}
_BETWEEN = "\x1f"  # stands in no name of an indicator
_KEY = ["region_code", "indicator", "period"]


class Grid(NamedTuple):
    """The states of all cells, in the order in which they are drawn."""

    states: np.ndarray  # of places in STATES, shape (units, columns)
    units: list[str]
    columns: list[tuple[str, str]]  # indicator and period
    groups: list[tuple[str, int, int]]  # name, first and last row but one; [] without groups


def figure_missing(
    indicators: pd.DataFrame,
    *,
    source: str,
    units: Iterable[str] | None = None,
    not_applicable: pd.DataFrame | None = None,
    names: Mapping[str, str] = _NO_NAMES,
    groups: Mapping[str, str] = _NO_NAMES,
    title: str = "",
    exhibit_id: str = "fig-missing",
    lang: Lang = "zh",
) -> Exhibit:
    """What is there and what is missing, one cell per unit, indicator and period.

    Parameters
    ----------
    indicators : DataFrame
        Rows of `pbgov.schemas.INDICATORS`; only region_code, indicator, period, value and status
        are read. A NaN value is missing.
    source : str
    units : iterable of str, optional
        The units that should be there; those without any figure are drawn too. Those of
        `indicators` where not given.
    not_applicable : DataFrame, optional
        region_code, indicator and, where it holds for some periods only, period: what cannot
        exist, and so is not missing.
    names : mapping, optional
        Printed name of each ``region_code``.
    groups : mapping, optional
        Name of the group of each ``region_code``, such as the district of a street; units of a
        group stand together.
    title, exhibit_id : str
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Units (within their groups) and indicators run from complete to empty, periods from early
        to late. An indicator has the periods of which `indicators` holds a row.

    Raises
    ------
    InputError
        For a figure given twice, a status that is none, a unit without group where there are
        groups, figures of units that `units` leaves out, or more indicators than a page holds.
    """
    require_columns("indicators", indicators, *_KEY, "value", "status")
    words = WORDS[lang]
    table = _cells(indicators, units, not_applicable)
    grid = _grid(table, groups)
    n_units, n_columns = grid.states.shape

    def draw() -> Figure:
        return _drawn(grid, names, words)

    counts = np.bincount(grid.states.ravel(), minlength=len(STATES))
    said = words["between"].join(
        words["state"].format(name, format_count(n), format_percent(n / counts.sum()))
        for name, n in zip(words["states"], counts, strict=True)
        if n or name == words["states"][-2]
    )
    counted = words["counted"].format(
        format_count(n_units), len({indicator for indicator, _ in grid.columns}), n_columns
    )
    note = words["note"].format(counted=counted, cells=format_count(grid.states.size), said=said)
    empty = int((grid.states == STATES.index("缺")).all(axis=1).sum())
    if empty:
        note += words["empty"].format(format_count(empty))
    if ROW * n_units > MOST_HEIGHT:
        note += words["thin"]
    if _cut_names(grid):
        note += words["in full"].format(words["between"].join(_cut_names(grid)))
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title or words["title"],
        body=draw,
        note=note,
        source=source,
        data=table,
        footer=f"{counted} · {words['source']}{short_source(source)}",
        lang=lang,
        evidence=indicators,
    )


def _cells(
    indicators: pd.DataFrame, units: Iterable[str] | None, not_applicable: pd.DataFrame | None
) -> pd.DataFrame:
    """region_code, indicator, period and status of every cell, also of what is missing."""
    given = indicators[[*_KEY, "value", "status"]].assign(
        region_code=unit_names(indicators["region_code"], "indicators")
    )
    if given.empty:
        raise InputError("indicators holds no row; there is nothing to draw")
    if (twice := given.duplicated(_KEY)).any():
        row = given[twice].iloc[0]
        raise InputError(
            f"indicators gives {row['indicator']} of {row['region_code']} for {row['period']} twice"
        )
    there = given["value"].notna()
    if strange := sorted(set(given.loc[there, "status"]) - set(STATES[:4])):
        raise InputError(f"status {strange[0]!r} is none; write one of {', '.join(STATES[:4])}")
    wanted = list(dict.fromkeys(given["region_code"] if units is None else map(str, units)))
    if left := sorted(set(given["region_code"]) - set(wanted)):
        raise InputError(f"units leaves out {left[0]!r}, of which indicators holds figures")
    if given["indicator"].nunique() > MOST_INDICATORS:
        raise InputError(
            f"{given['indicator'].nunique()} indicators; a page holds {MOST_INDICATORS}. Pass fewer."
        )
    columns = given[["indicator", "period"]].drop_duplicates()
    table = pd.DataFrame({"region_code": wanted}).merge(columns, how="cross")
    table = table.merge(given.loc[there, [*_KEY, "status"]], on=_KEY, how="left")
    if not_applicable is not None:
        require_columns("not_applicable", not_applicable, "region_code", "indicator")
        key = [name for name in _KEY if name in not_applicable]
        none = pd.MultiIndex.from_frame(table[key]).isin(
            pd.MultiIndex.from_frame(not_applicable[key].astype({"region_code": "str"}))
        )
        if (torn := none & table["status"].notna().to_numpy()).any():
            row = table[torn].iloc[0]
            raise InputError(
                f"{row['indicator']} of {row['region_code']} is called not applicable,"
                " but indicators holds a figure"
            )
        table.loc[none, "status"] = "不适用"
    table["status"] = table["status"].fillna("缺")
    table.attrs = dict(indicators.attrs)
    return table


def _grid(table: pd.DataFrame, groups: Mapping[str, str]) -> Grid:
    places = table.assign(
        state=table["status"].map(STATES.index),
        lacking=table["status"].eq("缺"),
        column=table["indicator"].str.cat(table["period"], sep=_BETWEEN),
    )
    by_unit = places.groupby("region_code", sort=False)["lacking"].mean()
    if groups and (without := [unit for unit in by_unit.index if unit not in groups]):
        raise InputError(f"groups has no group for {without[0]!r}")
    group_of = {unit: groups[unit] for unit in by_unit.index} if groups else {}
    order_of_groups = list(dict.fromkeys(group_of.values()))
    units = sorted(
        by_unit.index,
        key=lambda unit: (
            order_of_groups.index(group_of[unit]) if groups else 0,
            by_unit[unit],
        ),
    )
    by_indicator = places.groupby("indicator", sort=False)["lacking"].mean()
    order = by_indicator.sort_values(kind="stable").index
    columns = [
        (str(indicator), str(period))
        for indicator in order
        for period in sorted(set(places.loc[places["indicator"].eq(indicator), "period"]))
    ]
    wide = places.pivot(index="region_code", columns="column", values="state")
    bounds = []
    for group in order_of_groups:
        rows = [at for at, unit in enumerate(units) if group_of[unit] == group]
        bounds.append((group, rows[0], rows[-1] + 1))
    states = wide.loc[units, [_BETWEEN.join(column) for column in columns]]
    return Grid(states.to_numpy(dtype=int), [str(unit) for unit in units], columns, bounds)


def _drawn(grid: Grid, names: Mapping[str, str], words: Mapping[str, Any]) -> Figure:
    from pbgov.exhibits.style import GRID, INK, LEAST_SIZE, legend_layout, new_figure

    n_units, n_columns = grid.states.shape
    printed = [balanced(names.get(unit, unit), 22) for unit in grid.units]
    row = ROW * max(map(len, printed))
    thin = row * n_units > MOST_HEIGHT
    tall = min(MOST_HEIGHT, max(1.6, row * n_units))
    heads, upright = _heads(grid)
    above = max(
        max(map(text_width, head)) * CHARACTER if upright else LINE_HEIGHT * len(head)
        for head in heads
    )
    periods = _column_cm(grid) >= COLUMN
    below = 0.2 + max(text_width(period) for _, period in grid.columns) * CHARACTER * periods
    said, columns, more = legend_layout(
        [words["states"][at] for at in sorted(set(grid.states.flat))]
    )
    figure = new_figure(1.3 + more + above + below + tall)
    axes = figure.add_subplot()
    handles = _draw_states(axes, grid, said)
    axes.set_xlim(0, n_columns)
    axes.set_ylim(n_units, 0)
    starts = _starts(grid)
    axes.vlines(starts[1:-1], 0, n_units, color=INK, lw=0.7)
    if thin:
        _name_groups(axes, grid, tall, words)
    else:
        axes.set_yticks(
            np.arange(n_units) + 0.5, ["\n".join(one) for one in printed], linespacing=1.2
        )
        axes.hlines(np.arange(1, n_units), 0, n_columns, color=GRID, lw=0.4)
    axes.hlines([first for _, first, _ in grid.groups[1:]], 0, n_columns, color=INK, lw=0.7)
    middles = (np.array(starts[:-1]) + np.array(starts[1:])) / 2
    top = axes.secondary_xaxis("top")
    top.set_xticks(
        middles,
        ["\n".join(head) for head in heads],
        rotation=90 if upright else 0,
        linespacing=1.15,
        fontsize=LEAST_SIZE,
    )
    top.tick_params(length=0)
    axes.set_xticks(
        np.arange(n_columns) + 0.5 if periods else [],
        [period for _, period in grid.columns] if periods else [],
        rotation=90,
        fontsize=LEAST_SIZE,
    )
    axes.tick_params(length=0)
    for side in (*axes.spines.values(), *top.spines.values()):
        side.set_visible(False)
    figure.legend(handles=handles, loc="outside upper left", ncols=columns, handletextpad=0.5)
    return figure


def _column_cm(grid: Grid) -> float:
    return (WIDTH - 3.6) / len(grid.columns)


def _starts(grid: Grid) -> list[int]:
    """Where each indicator's columns begin, and the end of the last."""
    names = [indicator for indicator, _ in grid.columns]
    starts = [at for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
    return [*starts, len(names)]


def _heads(grid: Grid) -> tuple[list[list[str]], bool]:
    """The indicators' names as lines, and whether they stand upright."""
    starts = _starts(grid)
    found = [(grid.columns[at][0], until - at) for at, until in pairwise(starts)]
    room = [span * _column_cm(grid) for _, span in found]
    if any(cm < COLUMN for cm in room):
        room = [max(cm, COLUMN) for cm in room]
    flat = [
        balanced(name, max(4, int(cm / CHARACTER) - 1))
        for (name, _), cm in zip(found, room, strict=True)
    ]
    if max(map(len, flat)) <= 4 and all(
        max(map(text_width, head)) * CHARACTER < cm for head, cm in zip(flat, room, strict=True)
    ):
        return flat, False
    return [
        _cut(wrap(name, HEAD), max(1, int(cm / COLUMN)))
        for (name, _), cm in zip(found, room, strict=True)
    ], True


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + "…"]


def _cut_names(grid: Grid) -> list[str]:
    """Names that the figure shows in part only."""
    heads, _ = _heads(grid)
    starts = _starts(grid)
    return [
        grid.columns[at][0]
        for at, head in zip(starts, heads, strict=False)
        if head[-1].endswith("…")
    ]


def _draw_states(axes: Axes, grid: Grid, said: list[str]) -> list[Any]:
    """The cells, joined down each column; gives the entries of the legend."""
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for text, state in zip(said, sorted(set(grid.states.flat)), strict=True):
        look = _look(STATES[state])
        boxes = []
        for column, states in enumerate(grid.states.T):
            edges = np.flatnonzero(np.diff(np.r_[0, states == state, 0]))
            for top, bottom in edges.reshape(-1, 2):
                left, right = column, column + 1
                boxes.append([(left, top), (right, top), (right, bottom), (left, bottom)])
        axes.add_collection(PolyCollection(boxes, lw=0.2, **look), autolim=False)
        handles.append(Patch(lw=0.4, label=text, **look))
    return handles


def _look(state: str) -> dict[str, Any]:
    from pbgov.exhibits.style import MUTED, PALETTE, UNREAD_HATCH

    return {
        "实际": {"fc": PALETTE[0], "ec": "white"},
        "推算": {"fc": PALETTE[2], "ec": "white"},
        "预计": {"fc": "#8fc3d8", "ec": "white"},
        "模拟": {"fc": PALETTE[3], "ec": "white", "hatch": "...."},
        "缺": {"fc": "white", "ec": MUTED, "hatch": UNREAD_HATCH},
        "不适用": {"fc": "#e7eaed", "ec": "white"},
    }[state]


def _name_groups(axes: Axes, grid: Grid, tall: float, words: Mapping[str, Any]) -> None:
    """Names of the groups beside thin rows, each joined to the middle of its rows."""
    from pbgov.exhibits.style import MUTED

    printed = [balanced(name, 18) for name, _, _ in grid.groups]
    n_units = len(grid.units)
    least = LINE_HEIGHT * max(map(len, printed), default=1) / tall * n_units
    if not grid.groups or least * len(grid.groups) > n_units:
        axes.set_yticks([])
        axes.set_ylabel(words["rows"].format(format_count(n_units)))
        return
    middles = np.array([(first + last) / 2 for _, first, last in grid.groups])
    places = apart(middles, least, n_units)
    axes.set_yticks(places, ["\n".join(one) for one in printed], linespacing=1.2)
    axes.tick_params(axis="y", pad=9)
    for middle, place in zip(middles, places, strict=True):
        axes.plot(
            [-0.005, -0.025],
            [middle, place],
            transform=axes.get_yaxis_transform(),
            color=MUTED,
            lw=0.5,
            clip_on=False,
        )
