"""The axes of a native chart: tick labels below, a true minus, titles, light grid lines."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from pbgov.reporting.native_charts.drawing import (
    Look,
    axis_line,
    grid_line,
    make,
    rich_text,
    text_properties,
)
from pbgov.reporting.native_charts.labels import signed

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData

AXIS_ID = 50010001
FEW = 16
STEPS = 8
CLOSE_PERCENT = 0.08
ALL_LABELS = 40
"""Categories of a lying bar chart up to which each has its label; above, the program leaves some out."""


def axes(chart: ChartData, look: Look) -> list[Any]:
    """Both axes of the chart, in the order of their ids.

    The labels of one axis stand at the low end of the other, where negative values cannot cover
    them. A lying chart reads downwards, with its numbers below.
    """
    if chart.kind == "scatter":
        return [
            _value_axis(chart, look, AXIS_ID, "b", chart.x_title),
            _value_axis(chart, look, AXIS_ID + 1, "l", chart.y_title),
        ]
    lying = chart.kind == "bar"
    names, numbers = ("l", "b") if lying else ("b", "l")
    name_title, number_title = (
        (chart.y_title, chart.x_title) if lying else (chart.x_title, chart.y_title)
    )
    return [
        _category_axis(chart, look, names, name_title),
        _value_axis(chart, look, AXIS_ID + 1, numbers, number_title),
    ]


def _category_axis(chart: ChartData, look: Look, position: str, title: str) -> Any:
    lying = chart.kind == "bar"
    many = len(chart.categories)
    every = _labels_left_out(chart)
    return make(
        "c:catAx",
        make("c:axId", val=AXIS_ID),
        make("c:scaling", make("c:orientation", val="maxMin" if lying else "minMax")),
        make("c:delete", val=0),
        make("c:axPos", val=position),
        _title(title, look, turned=lying),
        make("c:numFmt", formatCode="General", sourceLinked=0),
        make("c:majorTickMark", val="none"),
        make("c:minorTickMark", val="none"),
        make("c:tickLblPos", val="low"),
        axis_line(),
        text_properties(look if many <= FEW else Look(look.lang, look.size - 1)),
        make("c:crossAx", val=AXIS_ID + 1),
        make("c:crosses", val="autoZero"),
        make("c:auto", val=0),
        make("c:lblAlgn", val="ctr"),
        make("c:lblOffset", val=100),
        make("c:tickLblSkip", val=every) if every is not None else None,
        make("c:noMultiLvlLbl", val=1),
    )


def _value_axis(chart: ChartData, look: Look, axis_id: int, position: str, title: str) -> Any:
    scatter = chart.kind == "scatter"
    own, other = axis_id, AXIS_ID if axis_id != AXIS_ID else AXIS_ID + 1
    return make(
        "c:valAx",
        make("c:axId", val=own),
        _scaling(chart, axis_id),
        make("c:delete", val=0),
        make("c:axPos", val=position),
        make("c:majorGridlines", grid_line()),
        _title(title, look, turned=position == "l"),
        make("c:numFmt", formatCode=signed(_tick_format(chart)), sourceLinked=0),
        make("c:majorTickMark", val="out" if scatter else "none"),
        make("c:minorTickMark", val="none"),
        make("c:tickLblPos", val="low" if scatter else "nextTo"),
        axis_line(),
        text_properties(look),
        make("c:crossAx", val=other),
        # the first category of a lying chart is at the top, so its numbers cross at the last one
        make("c:crosses", val="max" if chart.kind == "bar" else "autoZero"),
        make("c:crossBetween", val="midCat" if scatter else "between"),
    )


def _tick_format(chart: ChartData) -> str:
    """The chart's own format without decimals: “0.0, 10.0, 20.0” run into one another.

    Percentages keep theirs where the ticks lie closer than one per cent.
    """
    numbers = [value for one in chart.series for value in one.values if value is not None]
    close = max([*numbers, 0.0]) - min([*numbers, 0.0]) < CLOSE_PERCENT
    if chart.number_format.endswith("%"):
        return chart.number_format if close else "0%"
    return re.sub(r"^0(\.0+)?$", "General", chart.number_format)


def _labels_left_out(chart: ChartData) -> int | None:
    """Every how many categories have a label; None leaves that to the program."""
    many = len(chart.categories)
    if chart.kind == "bar":
        return 1 if many <= ALL_LABELS else None
    return math.ceil(many / FEW) if chart.kind == "line" and many > FEW else None


def _scaling(chart: ChartData, axis_id: int) -> Any:
    """Upwards; from end to end of the intervals, of which programs take no account themselves."""
    upwards = make("c:orientation", val="minMax")
    ends = interval_range(chart) if axis_id != AXIS_ID else None
    if ends is None:
        return make("c:scaling", upwards)
    low, high = ends
    return make("c:scaling", upwards, make("c:max", val=high), make("c:min", val=low))


def interval_range(chart: ChartData) -> tuple[float, float] | None:
    """Round numbers that hold every value and interval; None where no value has an interval."""
    ends = [end for one in chart.series for end in (*one.low, *one.high) if end is not None]
    if not ends:
        return None
    ends += [value for one in chart.series for value in one.values if value is not None]
    if chart.kind in ("bar", "column"):
        ends.append(0.0)  # a bar begins at zero
    low, high = min(ends), max(ends)
    if low == high:
        return None
    power = 10.0 ** math.floor(math.log10((high - low) / STEPS))
    step = next(power * times for times in (1, 2, 5, 10) if power * times * STEPS >= high - low)
    return (_rounded(math.floor(low / step) * step), _rounded(math.ceil(high / step) * step))


def _rounded(number: float) -> float:
    return float(f"{number:.10g}")


def _title(title: str, look: Look, turned: bool) -> Any:
    if not title:
        return None
    text = rich_text(title, look, turned=turned)
    return make("c:title", text, make("c:overlay", val=0))
