"""How the figures of timing designs are drawn, axes by axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.evaluation.timing.adoption_tables import CALLAWAY_SANTANNA, IMPUTATION
from pbgov.exhibits.lines import text_width, wrap
from pbgov.exhibits.numerals import format_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from pbgov.evaluation.timing.series import SeriesTable

MOST_TICKS = 12
LINES = 1.35  # from line to line, in sizes of the letters: Han characters need more than Latin ones
_LEGEND_WIDTH = 24  # half-width characters of a name, of three beside each other
_LABELS_WIDTH = 72  # of all labels along the axis
_SHIFT = 0.14  # of a period, between the marks of two estimators


def draw_exposures(axes: Axes, table: pd.DataFrame, words: dict[str, Any], unit: str) -> None:
    """Points and intervals of both estimators over the periods since adoption."""
    from pbgov.exhibits.style import INK, MARKERS, MUTED, PALETTE

    for place, estimator in enumerate((CALLAWAY_SANTANNA, IMPUTATION)):
        mine = table[table["estimator"] == estimator]
        at = mine["exposure"].to_numpy(dtype=float)
        shift = _SHIFT * (1 if place else -1) * np.where(at >= 0, 1, 0)
        colour, width = PALETTE[place], 2.0 if place == 0 else 1.1
        known = mine["conf_low"].notna().to_numpy()
        low, high = (mine[name].to_numpy()[known] for name in ("conf_low", "conf_high"))
        axes.vlines((at + shift)[known], low, high, color=colour, lw=width, zorder=2)
        values = mine["estimate"].to_numpy(dtype=float)
        for after in (True, False):
            part = (at >= 0) == after
            name = words["estimators"][estimator] if after else words["before"]
            if part.any():
                axes.plot(
                    (at + shift)[part],
                    values[part],
                    marker=MARKERS[place],
                    ls="",
                    ms=5,
                    color=colour,
                    mfc=colour if after else "white",
                    mew=1.0,
                    label=name,
                    zorder=3,
                )
    axes.axhline(0, color=INK, lw=0.6, zorder=1)
    axes.axvline(-0.5, color=MUTED, lw=0.9, ls=(0, (4, 3)), zorder=1)
    axes.annotate(
        words["adoption"],
        (-0.5, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, 2),
        textcoords="offset points",
        fontsize=7.5,
    )
    axes.grid(axis="y")
    there = np.unique(table["exposure"].to_numpy(dtype=float))
    every = int(np.ceil(len(there) / MOST_TICKS))
    nearest = int(np.abs(there).argmin())  # exposures need not be multiples of anything
    ticks = there[nearest % every :: every]
    axes.set_xticks(ticks, [format_number(one) for one in ticks])
    axes.set_xlabel(words["exposure"])
    axes.set_ylabel("\n".join(wrap(words["effect"].format(unit=unit), 34)), linespacing=LINES)


def draw_series(
    axes: Axes, read: SeriesTable, drawn: pd.DataFrame, name: str | None, words: dict[str, Any]
) -> None:
    """What is explained, what was fitted, and the line before the date prolonged."""
    from pbgov.exhibits.style import MUTED, PALETTE

    size = 3.2 if len(read.time) <= 60 else 2.0
    axes.plot(
        read.time,
        read.explained,
        ls="",
        marker="o",
        ms=size,
        color=MUTED if name is not None else PALETTE[2],
        label=_in_legend(name or words["difference"]),
    )
    after = read.time >= read.start
    for at, part in enumerate((~after, after)):
        axes.plot(
            read.time[part],
            drawn["fitted"].to_numpy()[part],
            color=PALETTE[0],
            lw=1.6,
            label=None if at else words["fitted"],
        )
    axes.plot(
        read.time[after],
        drawn["without_change"].to_numpy()[after],
        color=PALETTE[1],
        lw=1.3,
        ls=(0, (4, 2)),
        label=words["without"],
    )
    axes.grid(axis="y")


def draw_both(
    axes: Axes, read: SeriesTable, name: str, comparison: str, words: dict[str, Any]
) -> None:
    """The series and the one it is compared with."""
    from pbgov.exhibits.style import MUTED, PALETTE

    axes.plot(read.time, read.outcome, color=PALETTE[0], lw=1.2, label=_in_legend(name))
    axes.plot(
        read.time,
        read.comparison if read.comparison is not None else [],
        color=MUTED,
        lw=1.2,
        ls=(0, (1, 1)),
        label=_in_legend(words["comparison"].format(name=comparison)),
    )
    axes.grid(axis="y")


def _in_legend(name: str) -> str:
    return "\n".join(wrap(name, _LEGEND_WIDTH))


def mark_date(axes: Axes, read: SeriesTable, said: str = "") -> None:
    """A dashed line before the date, with what is said of it above the axes."""
    from pbgov.exhibits.style import INK

    axes.axvline(read.start - 0.5, color=INK, lw=0.9, ls=(0, (4, 3)))
    late = read.start > read.time[-1] / 2
    axes.annotate(
        said,
        (read.start - 0.5, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-3 if late else 3, 2),
        textcoords="offset points",
        ha="right" if late else "left",
        fontsize=7.5,
    )


def label_time(axes: Axes, read: SeriesTable) -> None:
    """Names of as many periods along the axis as there is room for."""
    room = _LABELS_WIDTH // (max(text_width(one) for one in read.labels) + 2)
    apart = (read.time[-1] - read.time[0]) / max(room - 1, 1)
    shown = [0]
    for j in range(1, len(read.time)):
        if read.time[j] - read.time[shown[-1]] >= apart:
            shown.append(j)
    axes.set_xticks([read.time[j] for j in shown], [read.labels[j] for j in shown])
