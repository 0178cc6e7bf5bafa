"""Figures of codes: by document, and by region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import shares_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, WIDTH, balanced, text_width, with_count
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS = 5
X_TITLE = "编有该码的段落占已读段落的百分比（%）"
MOST_COLUMNS = 16
MOST_HEAD = 4  # lines above a column; longer names stand upright
NAMES_CM = 3.9  # taken by the names of the rows
_NO_NAMES: Mapping[str, str] = {}


def figure_codes_by_document(
    scores: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Share of coded segments in each document, one bar per code, with the number read.

    Parameters
    ----------
    scores : DataFrame
        Rows of `pbgov.schemas.SCORES` with documents as units and at most five codes.
    source : str
    labels, names : mapping, optional
        Printed name of each code and of each document.

    Returns
    -------
    Exhibit
        ``fig-codes-by-document``. Where a page cannot hold all documents, those with the most
        segments read are drawn, and the note says how many are not.

    Raises
    ------
    InputError
        For more than five codes.
    """
    from pbgov.exhibits.style import legend_layout

    require_columns("scores", scores, "unit", "code_id", "n_segments", "share")
    codes = list(dict.fromkeys(scores["code_id"]))
    units = list(dict.fromkeys(scores["unit"]))
    if len(codes) > MOST_BARS:
        raise InputError(
            f"scores hold {len(codes)} codes; five bars can be told apart."
            " Pass one family, or use figure_code_region_heatmap."
        )
    read = scores.groupby("unit")["n_segments"].max()
    printed = {
        unit: with_count(names.get(unit, unit), f"（读 {int(read[unit])} 段）", 26)
        for unit in units
    }
    row = max(0.5 + 0.36 * len(codes), 0.3 + LINE_HEIGHT * max(map(len, printed.values())))
    legend, columns, more = legend_layout([labels.get(code, code) for code in codes])
    shown = _that_fit(units, read, row, more)
    rows = [printed[unit] for unit in shown]
    shares = scores.pivot(index="unit", columns="code_id", values="share").loc[shown, codes]

    def draw() -> Figure:
        from pbgov.exhibits.style import (
            HATCHES,
            INK,
            LEAST_SIZE,
            MUTED,
            PALETTE,
            new_figure,
        )

        figure = new_figure(2.2 + more + len(shown) * row)
        axes = figure.add_subplot()
        thickness = 0.8 / len(codes)
        for place, code in enumerate(codes):
            at = np.arange(len(shown)) - 0.4 + thickness * (place + 0.5)
            values = 100 * shares[code].to_numpy(dtype=float)
            axes.barh(
                at,
                np.nan_to_num(values),
                thickness * 0.9,
                color=PALETTE[place],
                hatch=HATCHES[place],
                edgecolor="white",
                lw=0.3,
                label=legend[place],
            )
            for y, value in zip(at, values, strict=True):
                text = "未读" if np.isnan(value) else f" {value:.0f}"
                axes.text(
                    0 if np.isnan(value) else value,
                    y,
                    text,
                    va="center",
                    fontsize=LEAST_SIZE,
                    color=MUTED if np.isnan(value) else INK,
                )
        axes.set_yticks(range(len(shown)), ["\n".join(lines) for lines in rows], linespacing=1.3)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlim(0, max(10.0, 110 * float(shares.fillna(0).to_numpy(dtype=float).max())))
        axes.set_xlabel(X_TITLE)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=columns)
        return figure

    total = int(read.sum())
    return Exhibit(
        exhibit_id="fig-codes-by-document",
        title="各文档的编码占比",
        body=draw,
        note=f"N = {len(units)} 篇文档，{total} 段。{_left_out(units, shown)}分母是已读的全部段落，"
        "没有判出任何码的也在内，所以各码占比之和不一定是 100%。"
        "文档、地区、年份和作者在这里完全重叠，差别不能归因于其中任何一项。",
        source=source,
        data=scores,
        chart=shares_chart(
            shares,
            ["".join(lines) for lines in rows],
            [labels.get(code, code) for code in codes],
            X_TITLE,
        ),
        footer=f"N = {len(units)} 篇文档，{total} 段 · 来源：{short_source(source)}",
    )


def figure_code_region_heatmap(
    scores: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Share of coded segments, code by region; regions nobody read about are hatched, not zero.

    Parameters
    ----------
    scores : DataFrame
        Rows of `pbgov.schemas.SCORES` with region codes as units.
    source : str
    labels, names : mapping, optional
        Printed name of each code and of each ``region_code``.

    Returns
    -------
    Exhibit
        ``fig-code-region``; of more regions than a page holds, as in `figure_codes_by_document`.

    Raises
    ------
    InputError
        For more than sixteen codes.
    """
    require_columns("scores", scores, "unit", "code_id", "n_segments", "share")
    codes = list(dict.fromkeys(scores["code_id"]))
    units = list(dict.fromkeys(scores["unit"]))
    if len(codes) > MOST_COLUMNS:
        raise InputError(
            f"scores hold {len(codes)} codes; a page holds {MOST_COLUMNS}. Pass one code family."
        )
    read = scores.groupby("unit")["n_segments"].max()
    unread = int(read.eq(0).sum())
    printed = {
        unit: with_count(names.get(unit, unit), f"（{int(read[unit])}）", 24) for unit in units
    }
    heads, upright, above = _heads([labels.get(code, code) for code in codes])
    row = 0.09 + LINE_HEIGHT * max(map(len, printed.values()))
    shown = _that_fit(units, read, row, above)
    shares = scores.pivot(index="unit", columns="code_id", values="share").loc[shown, codes]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(3.4 + above + row * len(shown))
        axes = figure.add_subplot()
        _draw_cells(axes, 100 * shares.to_numpy(dtype=float), len(codes) <= 8)
        axes.set_yticks(
            range(len(shown)), ["\n".join(printed[unit]) for unit in shown], linespacing=1.3
        )
        axes.set_xticks(
            range(len(codes)),
            ["\n".join(head) for head in heads],
            rotation=90 if upright else 0,
            linespacing=1.3,
        )
        return figure

    return Exhibit(
        exhibit_id="fig-code-region",
        title="各地区的编码占比（斜线为没有读到材料）",
        body=draw,
        note=f"N = {len(units)} 个地区，{int(read.sum())} 段；{unread} 个地区没有可计的段落"
        f"（没有读到，或读到的不计入），画斜线，不等于 0。{_left_out(units, shown)}"
        "括号内为已读段数；段数少的地区，占比很不稳定。",
        source=source,
        data=scores,
        footer=f"N = {len(units)} 个地区，{int(read.sum())} 段 · 来源：{short_source(source)}",
    )


def _heads(names: list[str]) -> tuple[list[list[str]], bool, float]:
    """Names of columns in lines, whether they stand upright, and the cm above a single line."""
    from pbgov.exhibits.style import SMALL_SIZE, printed_cm

    room = (WIDTH - NAMES_CM) / len(names)
    heads = [balanced(name, max(4, 72 // len(names))) for name in names]
    if max(map(len, heads)) <= MOST_HEAD and all(printed_cm(h, SMALL_SIZE) < room for h in heads):
        return heads, False, LINE_HEIGHT * (max(map(len, heads)) - 1)
    lines = max(1, int(room / LINE_HEIGHT))
    longest = max(map(text_width, names))
    heads = [balanced(name, longest if lines == 1 else longest // lines + 8) for name in names]
    return heads, True, max(printed_cm(head, SMALL_SIZE) for head in heads)


def _that_fit(units: list[str], read: pd.Series, row: float, above: float = 0.0) -> list[str]:
    """The units a page holds at `row` cm each: those read most, in the order given."""
    most = max(1, int((PAGE_HEIGHT - 3.4 - above) / row))
    kept = set(read.loc[units].sort_values(ascending=False, kind="stable").index[:most])
    return [unit for unit in units if unit in kept]


def _left_out(units: list[str], shown: list[str]) -> str:
    left = len(units) - len(shown)
    return f"图中只画已读段数最多的 {len(shown)} 个，其余 {left} 个见数据表。" if left else ""


def _draw_cells(axes: Axes, values: Any, written: bool) -> None:
    """Coloured cells with a colour bar; missing cells hatched."""
    from matplotlib.patches import Patch, Rectangle

    from pbgov.exhibits.style import GRID, MUTED, SMALL_SIZE, UNREAD_HATCH, ink_on, sequential

    colours = sequential()
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    image = axes.imshow(values, cmap=colours, vmin=0, vmax=top or 1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            box = Rectangle(
                (column - 0.5, row - 0.5), 1, 1, fc="white", ec=MUTED, lw=0, hatch=UNREAD_HATCH
            )
            axes.add_patch(box)
        elif written:
            ink = ink_on(image.to_rgba(value)[:3])
            axes.text(
                column,
                row,
                f"{value:.0f}",
                ha="center",
                va="center",
                color=ink,
                fontsize=SMALL_SIZE,
            )
    rows, columns = values.shape
    axes.vlines(np.arange(columns + 1) - 0.5, -0.5, rows - 0.5, color=GRID, lw=0.6)
    axes.hlines(np.arange(rows + 1) - 0.5, -0.5, columns - 0.5, color=GRID, lw=0.6)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for side in axes.spines.values():
        side.set_visible(False)
    bar = axes.figure.colorbar(image, ax=axes, location="bottom", shrink=0.5, aspect=35, pad=0.02)
    bar.set_label("编有该码的段落占已读段落的百分比（%）")
    bar.outline.set_visible(False)
    unread = Patch(fc="white", ec=MUTED, hatch=UNREAD_HATCH, lw=0.5, label="没有读到材料")
    axes.legend(handles=[unread], loc="upper left", bbox_to_anchor=(0, -0.03), borderaxespad=0)
