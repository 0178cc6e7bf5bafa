"""Figures of the districts over time: the bounded assessment and the simulated panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import path_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, WIDTH, balanced
from pbgov.exhibits.numerals import format_number
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_ACROSS = (4, 5, 6)
ROW, LEAST_ROW = 0.46, 0.32  # cm of a district
_HEAD = 1.6  # cm of the title and the axis of a panel
_NO_NAMES: Mapping[str, str] = {}


def figure_assessment(
    assessment: pd.DataFrame,
    density: Mapping[str, float],
    *,
    source: str,
    names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Bounded assessment scores, a panel per month, districts from dense to sparse.

    Parameters
    ----------
    assessment : DataFrame
        Rows of `pbgov.schemas.ASSESSMENT`.
    density : mapping
        Population density of each ``region_code``, persons per square kilometre; it orders the
        districts.
    source : str
    names : mapping, optional
        Name of each ``region_code``.

    Returns
    -------
    Exhibit
        ``fig-assessment``; exactly published scores are filled points, the others bars between
        bounds with a hollow point at each; the shape of the points is that of the peer group.

    Raises
    ------
    InputError
        Where a district has no density, or a page does not hold all panels.
    """
    from pbgov.exhibits.style import legend_layout

    require_columns("assessment", assessment, "region_code", "period", "peer_group", "score_low")
    regions = set(assessment["region_code"])
    without = sorted(regions - set(density))
    if without:
        raise InputError(f"no density for region {', '.join(without)}; the order needs all of them")
    order = sorted(regions, key=lambda code: (-density[code], code))
    periods = sorted(set(assessment["period"]))
    groups = list(dict.fromkeys(assessment["peer_group"]))
    exact = int(assessment["score_low"].eq(assessment["score_high"]).sum())

    wrapped, columns, more = legend_layout(groups)
    printed = [balanced(names.get(code, code), 18) for code in order]
    room = PAGE_HEIGHT - 1.2 - more
    across, row = _panels(len(periods), len(order), room, max(map(len, printed)))
    down = -(-len(periods) // across)

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(1.2 + more + down * (_HEAD + row * len(order)))
        panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
        for axes in panels[len(periods) :]:
            axes.set_visible(False)
        for axes, period in zip(panels, periods, strict=False):
            _draw_month(axes, assessment[assessment["period"].eq(period)], order, groups)
            axes.set_title(period)
            axes.set_xlabel("得分")
        panels[0].set_yticks(
            range(len(order)), ["\n".join(lines) for lines in printed], linespacing=1.2
        )
        panels[0].set_ylim(len(order) - 0.4, -0.6)
        handles, _ = panels[0].get_legend_handles_labels()
        figure.legend(handles, wrapped, loc="outside upper left", ncols=columns, handletextpad=0.4)
        return figure

    counted = f"N = {len(assessment)} 个区·月（{len(order)} 个区，{len(periods)} 个月）"
    return Exhibit(
        exhibit_id="fig-assessment",
        title="各区月度考核得分：公布的数值与只知上下界的区间",
        body=draw,
        note=f"{counted}。实心点为公布的准确得分（{exact} 个）；两端空心的横线为只知上下界的得分"
        f"（{len(assessment) - exact} 个），真值在线上某处。各区自上而下按人口密度从高到低排列。"
        "考核按组进行，各月题目和分布不同，不同组、不同月的得分不宜直接相比。",
        source=source,
        data=assessment,
        footer=f"{counted} · 各月横轴不同 · 来源：{short_source(source)}",
        evidence=density,
    )


def _panels(periods: int, districts: int, room: float, lines: int) -> tuple[int, float]:
    """How many panels stand side by side in `room` cm of height, and the height of a row in cm."""
    for across in PANELS_ACROSS:
        down = -(-periods // across)
        row = min(max(ROW, LINE_HEIGHT * lines), (room / down - _HEAD) / districts)
        if row >= LEAST_ROW * lines:
            break
    else:
        raise InputError(
            f"{districts} districts in {periods} periods; a page does not hold them."
            " Choose districts or periods."
        )
    return min(across, periods), row


def figure_simulated_path(
    panel: pd.DataFrame, *, source: str, names: Mapping[str, str] = _NO_NAMES
) -> Exhibit:
    """The simulated city path with the spread of the districts; always simulated.

    Parameters
    ----------
    panel : DataFrame
        region_code, period, 模拟满意率 (percent); one row per district and period.
    source : str
    names : mapping, optional
        Name of each ``region_code``; names the highest and lowest district at the end.

    Returns
    -------
    Exhibit
        ``fig-simulated-path``
    """
    require_columns("panel", panel, "region_code", "period", "模拟满意率")
    wide = panel.pivot(index="period", columns="region_code", values="模拟满意率").sort_index()

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, MUTED, PALETTE, SMALL_SIZE, new_figure, printed_cm

        figure = new_figure(7.5)
        axes = figure.add_subplot()
        x = np.arange(len(wide))
        axes.fill_between(
            x, wide.min(axis=1), wide.max(axis=1), color=PALETTE[4], lw=0, label="各区最低到最高"
        )
        axes.plot(x, wide.to_numpy(), color=MUTED, lw=0.4, alpha=0.7)
        axes.plot([], [], color=MUTED, lw=0.6, label="每条细线为一个区")
        axes.plot(
            x, wide.mean(axis=1), color=PALETTE[0], lw=2, marker="o", ms=3.5, label="各区简单平均"
        )
        last = wide.iloc[-1].dropna().sort_values()
        ends = ((0, "top"), (-1, "bottom")) if len(last) > 1 else ((0, "center"),)
        beside = 0.0
        for place, upright in ends:
            code, value = str(last.index[place]), float(last.iloc[place])
            said = balanced(f"{names.get(code, code)} {format_number(value, 1)}", 22)
            beside = max(beside, printed_cm(said, SMALL_SIZE))
            axes.annotate(
                "\n".join(said),
                (x[-1], value),
                xytext=(4, 0),
                textcoords="offset points",
                va=upright,
                fontsize=SMALL_SIZE,
                color=INK,
            )
        room = WIDTH - beside - 2
        step = int(np.ceil(len(wide) * (printed_cm(list(wide.index), SMALL_SIZE) + 0.3) / room))
        axes.set_xticks(x[::step], list(wide.index[::step]))
        axes.set_ylabel("模拟满意率（%）")
        axes.grid(axis="y")
        figure.legend(loc="outside upper left", ncols=3)
        return figure

    counted = f"N = {wide.shape[1]} 个区，{wide.shape[0]} 个时期"
    return Exhibit(
        exhibit_id="fig-simulated-path",
        title="模拟满意率的走势与各区离散程度",
        body=draw,
        note=f"{counted}。由程序按设定的走势和离散程度生成，用来检验方法。",
        source=source,
        data=panel,
        chart=path_chart(wide, "模拟满意率（%）"),
        simulated=True,
        footer=f"{counted} · 来源：{short_source(source)}",
    )


def _draw_month(axes: Axes, month: pd.DataFrame, order: list[str], groups: list[str]) -> None:
    from pbgov.exhibits.style import MARKERS, PALETTE

    place = {code: y for y, code in enumerate(order)}
    for number, group in enumerate(groups):
        mine = month[month["peer_group"].eq(group)]
        colour = PALETTE[number % 4]
        known = mine["score_low"].eq(mine["score_high"])
        bounded, exact = mine[~known], mine[known]
        y = bounded["region_code"].map(place)
        axes.hlines(y, bounded["score_low"], bounded["score_high"], color=colour, lw=1.8)
        for bound in ("score_low", "score_high"):
            axes.plot(bounded[bound], y, MARKERS[number % 5], mfc="white", mec=colour, ms=3.5)
        axes.plot(
            exact["score_low"],
            exact["region_code"].map(place),
            MARKERS[number % 5],
            color=colour,
            ms=4.5,
            label=group,
        )
    axes.grid(axis="both")
    axes.margins(x=0.12)
    axes.locator_params(axis="x", nbins=3)
    axes.tick_params(axis="y", length=0)
