"""Policy events on a line of time, and how often terms are used beside them."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import rates_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, wrap
from pbgov.exhibits.tables import require_columns, require_kind

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.mining.change import Change

MOST_EVENTS = 32
MOST_LEVEL_YEARS = 14  # of more years the labels are turned, so that they stay apart
MOST_TERMS = 5
FEW_DOCUMENTS = 5
"""With fewer documents in a year, Student's t makes the interval over documents wider than a page."""
LEVELS = ("市", "区", "街乡镇")
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")
LIST_WIDTH = 86  # half-width characters on a line of the list of events
CHARACTER = 0.1235  # cm of a half-width character of the list
ROW = 0.42  # cm between two rows of events
CLEAR = 0.038  # part of the axis that a number takes


class Event(NamedTuple):
    """One event: where it lies on the line of time, and where its number stands."""

    number: int
    start: float
    end: float
    level: str
    row: int
    sure: bool  # from a source of tier A


Y_TITLE = "每千词次数"


def figure_timeline(
    timeline: pd.DataFrame, *, source: str, change: Change | None = None
) -> Exhibit:
    """Dated events by level, numbered and listed, with rates of terms beneath.

    Parameters
    ----------
    timeline : DataFrame
        Rows of `pbgov.schemas.TIMELINE`, at most 32; choose by level or role where there are more.
    source : str
    change : Change, optional
        As `pbgov.change_over_years` gives it, with at most five terms; drawn on the same years.

    Returns
    -------
    Exhibit
        ``fig-timeline``. An event of which only the month or the year is published is a bar as
        long as that month or year.

    Raises
    ------
    InputError
        For a date that is none, or more events or terms than a page holds.
    """
    require_columns("timeline", timeline, "date", "event", "level", "place", "source_tier")
    if len(timeline) > MOST_EVENTS:
        raise InputError(
            f"{len(timeline)} events; a page holds {MOST_EVENTS}. Choose by level, role or date."
        )
    if timeline.empty:
        raise InputError("timeline holds no event.")
    _refuse_many_terms(change)
    table = timeline.sort_values(["date", "event"], kind="stable").reset_index(drop=True)
    low, high = _limits(table, change)

    def draw() -> Figure:
        from pbgov.exhibits.style import CM, is_wide, new_figure

        events = _events(table, low, high, CLEAR * (2 if is_wide() else 1))
        lanes = ROW * sum(1 + _rows(events, level) for level in _levels(events)) + 0.5
        text = LINE_HEIGHT * 0.92 * sum(map(len, _list(table))) + 0.2
        series = 4.2 if change is not None else 0.0
        figure = new_figure(min(PAGE_HEIGHT, lanes + text + series + 1.6))
        heights = [lanes, *([series] if change is not None else []), text]
        panels = _beside(figure, heights) if is_wide() else _below(figure, heights)
        half = int(figure.get_size_inches()[0] / CM / 2 / CHARACTER) - 2
        listed = _list(table, half if is_wide() else LIST_WIDTH)
        _draw_events(panels[0], events)
        if change is not None:
            _draw_rates(panels[1], change)
        for axes in panels[:-1]:
            axes.set_xlim(low, high)
        _draw_list(panels[-1], listed)
        return figure

    tiers = table["source_tier"].value_counts()
    counted = f"N = {len(table)} 个事件"
    rates = ""
    if change is not None:
        read = int(change.n_documents.sum())
        counted += f"，{read} 篇文档"
        rates = f"下图为每千词次数，{_bars(change)}{''.join(change.remarks)}事件与词频先后相随，不说明因果。"
    return Exhibit(
        exhibit_id="fig-timeline",
        title="政策事件时间线" + ("与词的使用" if change is not None else ""),
        body=draw,
        note=f"{counted}。实心为政府公开文件或统计机构（A，{tiers.get('A', 0)} 个），"
        f"空心为媒体或网站转载（B，{tiers.get('B', 0)} 个）。只知年份或月份的，画成那一年或那一月长的横条，"
        f"事件在其中某一天。没有列出的事件不等于没有发生。{rates}",
        source=source,
        data=table,
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=None if change is None else change.rates,
    )


def figure_change(change: Change, *, source: str) -> Exhibit:
    """Rates of terms by year, with intervals and the number of documents of each year.

    Parameters
    ----------
    change : Change
        As `pbgov.change_over_years` gives it, with at most five terms.
    source : str

    Returns
    -------
    Exhibit
        ``fig-change``; points are joined only where every year has two documents or more.

    Raises
    ------
    InputError
        For more than five terms.
    """
    require_kind("change", change, "Change", "change_over_years")
    _refuse_many_terms(change)

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(7.5)
        axes = figure.add_subplot()
        _draw_rates(axes, change)
        years = change.n_documents.index
        axes.set_xlim(years.min() - 0.1, years.max() + 1.1)
        return figure

    counted = f"N = {int(change.n_documents.sum())} 篇文档，{len(change.n_documents)} 个年份"
    return Exhibit(
        exhibit_id="fig-change",
        title="词的使用：逐年每千词次数",
        body=draw,
        note=f"{counted}。{_bars(change)}{''.join(change.remarks)}",
        source=source,
        data=change.rates,
        chart=rates_chart(
            change.rates, list(change.terms["term"]), change.n_documents, FEW_DOCUMENTS, Y_TITLE
        ),
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=change.documents,
    )


def _below(figure: Figure, heights: list[float]) -> list[Axes]:
    """Panels one below the other, the list last."""
    grid = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)
    return list(grid.ravel())


def _beside(figure: Figure, heights: list[float]) -> list[Axes]:
    """The panels on the left, the list beside them on the right."""
    grid = figure.add_gridspec(len(heights) - 1, 2, height_ratios=heights[:-1])
    panels = [figure.add_subplot(grid[row, 0]) for row in range(len(heights) - 1)]
    return [*panels, figure.add_subplot(grid[:, 1])]


def _refuse_many_terms(change: Change | None) -> None:
    if change is not None and len(change.terms) > MOST_TERMS:
        raise InputError(f"{len(change.terms)} terms; {MOST_TERMS} can be told apart.")


def _bars(change: Change) -> str:
    told = (
        f"竖线为 95% 区间：一年有 {FEW_DOCUMENTS} 篇以上、且至少一篇用到该词的，按文档计（粗线）；"
        "其余按泊松计（细线），只反映篇内的偶然，明显偏窄。"
    )
    return told + ("每年都有两篇以上，点连成线。" if change.n_documents.min() > 1 else "")


def _span(date: str) -> tuple[float, float]:
    """A year, month or day as a stretch of decimal years."""
    match = DATE.match(date)
    if match is None:
        raise InputError(f"date {date!r} is none; write 2018, 2018-12 or 2018-12-01.")
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not month:
        return float(year), float(year + 1)
    if not 1 <= month <= 12 or day > calendar.monthrange(year, month)[1]:
        raise InputError(f"date {date!r} is none; it has no such month or day.")
    days = 366 if calendar.isleap(year) else 365
    before = sum(calendar.monthrange(year, each)[1] for each in range(1, month))
    first, last = (day - 1, day) if day else (0, calendar.monthrange(year, month)[1])
    return year + (before + first) / days, year + (before + last) / days


def _limits(table: pd.DataFrame, change: Change | None) -> tuple[float, float]:
    spans = [_span(str(date)) for date in table["date"]]
    low, high = min(start for start, _ in spans), max(end for _, end in spans)
    if change is not None:
        years = change.n_documents.index
        low, high = min(low, float(years.min())), max(high, float(years.max() + 1))
    room = 0.02 * (high - low)
    return low - room, high + room


def _events(table: pd.DataFrame, low: float, high: float, part: float) -> list[Event]:
    """Events with the row that keeps their numbers clear, each of which takes a part of the axis."""
    clear = part * (high - low)
    taken: dict[str, list[float]] = {level: [] for level in LEVELS}
    events = []
    for number, row in enumerate(table.to_dict("records"), start=1):
        start, end = _span(str(row["date"]))
        level = str(row["level"])
        reached = taken[level]
        left, right = min(start, (start + end - clear) / 2), max(end, (start + end + clear) / 2)
        place = next((place for place, until in enumerate(reached) if until <= left), len(reached))
        reached[place : place + 1] = [right]
        events.append(Event(number, start, end, level, place, row["source_tier"] == "A"))
    return events


def _levels(events: list[Event]) -> list[str]:
    return [level for level in LEVELS if any(event.level == level for event in events)]


def _rows(events: list[Event], level: str) -> int:
    return max(event.row + 1 for event in events if event.level == level)


def _draw_events(axes: Axes, events: list[Event]) -> None:
    from matplotlib.ticker import MaxNLocator

    from pbgov.exhibits.style import GRID, LEAST_SIZE, PALETTE

    base, ticks, levels = 0.0, [], _levels(events)
    for level in levels:
        ticks.append(base)
        for event in (event for event in events if event.level == level):
            y, middle = base + event.row, (event.start + event.end) / 2
            axes.plot(
                (event.start, event.end), (y, y), color=PALETTE[2], lw=3, solid_capstyle="butt"
            )
            axes.text(
                middle,
                y,
                str(event.number),
                ha="center",
                va="center",
                fontsize=LEAST_SIZE,
                color="white" if event.sure else PALETTE[0],
                bbox={
                    "boxstyle": "circle,pad=0.18",
                    "fc": PALETTE[0] if event.sure else "white",
                    "ec": PALETTE[0],
                    "lw": 0.7,
                },
            )
        base += _rows(events, level) + 0.6
        axes.axhline(base - 0.8, color=GRID, lw=0.6)
    axes.set_ylim(base - 0.8, -0.8)
    axes.set_yticks(ticks, levels)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="x")


def _draw_rates(axes: Axes, change: Change) -> None:
    from pbgov.exhibits.style import MARKERS, PALETTE

    terms = list(change.terms["term"])
    joined = change.n_documents.min() > 1
    for place, term in enumerate(terms):
        rates = change.rates[change.rates["term"].eq(term)]
        x = rates["year"].to_numpy(dtype=float) + 0.5 + 0.13 * (place - (len(terms) - 1) / 2)
        y = rates["per_thousand"].to_numpy(dtype=float)
        colour: dict[str, Any] = {"color": PALETTE[place]}
        for name, width in (("poisson", 0.8), ("documents", 1.8)):
            low, high = (rates[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
            of_documents = rates["n_documents"].ge(FEW_DOCUMENTS) & rates["documents_low"].notna()
            kept = (of_documents if name == "documents" else ~of_documents).to_numpy()
            axes.vlines(x[kept], low[kept], high[kept], lw=width, **colour)
        axes.plot(
            x,
            y,
            ls="-" if joined else "",
            lw=0.8,
            marker=MARKERS[place],
            ms=5,
            mec="#222222",
            mew=0.4,
            label=term,
            **colour,
        )
    counts = change.n_documents
    upright = max(counts.index) - min(counts.index) < MOST_LEVEL_YEARS
    axes.set_xticks(
        [year + 0.5 for year in counts.index],
        [f"{year}\n{n} 篇" if upright else f"{year}（{n} 篇）" for year, n in counts.items()],
        rotation=0 if upright else 90,
    )
    axes.set_ylabel(Y_TITLE)
    top = axes.get_ylim()[1]
    axes.set_ylim(-0.04 * top, top)
    axes.grid(axis="y")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=MOST_TERMS, borderaxespad=0.2)


def _list(table: pd.DataFrame, columns: int = LIST_WIDTH) -> list[list[str]]:
    """Each event as the lines it takes in the list."""
    return [
        wrap(f"{number}  {row['date']}  {row['event']}", columns)
        for number, row in enumerate(table.to_dict("records"), start=1)
    ]


def _draw_list(axes: Axes, listed: list[list[str]]) -> None:
    from pbgov.exhibits.style import INK, LEAST_SIZE

    total = sum(map(len, listed))
    line = 0
    for lines in listed:
        for place, text in enumerate(lines):
            y = 1 - (line + 0.5) / total
            inset = 0.0 if place == 0 else 0.03
            axes.text(inset, y, text, fontsize=LEAST_SIZE, color=INK, va="center")
            line += 1
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
