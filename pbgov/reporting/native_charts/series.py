"""One series of a native chart: its look, its error bars, and its numbers with their references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exhibits.style import INK, MARKERS, MUTED
from pbgov.reporting.native_charts.drawing import (
    DASHES,
    Look,
    line,
    line_colour,
    make,
    series_fill,
    shape,
    solid,
)
from pbgov.reporting.native_charts.labels import has_intervals, labels

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData
    from pbgov.reporting.native_charts.chart_cells import Column, Place

MARKER_SIGNS = {"o": "circle", "s": "square", "D": "diamond", "^": "triangle", "v": "star"}
MARKER_SIZE = 6
OUTLINED = 120
"""Bars or points up to which outlines and the ends of intervals can be told apart."""


def series_element(
    chart: ChartData, number: int, columns: tuple[Column, ...], place: Place, look: Look
) -> Any:
    """``c:ser`` of the series `number`, its cells found among `columns`."""
    series = chart.series[number]
    own = {one.role: at for at, one in enumerate(columns) if one.series in (number, None)}
    value = columns[own["value"]]
    name = make("c:tx", _text_reference(place.header(own["value"]), (value.header,)))
    head = [make("c:idx", val=number), make("c:order", val=number), name]
    errors = _error_bars(chart, own, columns, place)
    if chart.kind in ("bar", "column"):
        return make(
            "c:ser",
            *head,
            shape(series_fill(number, light=has_intervals(chart)), _outline(chart)),
            make("c:invertIfNegative", val=0),
            labels(chart, number, look),
            errors,
            make("c:cat", _texts(own["category"], columns, place)),
            make("c:val", _numbers(own["value"], columns, place, chart)),
        )
    joined = chart.kind == "line" if series.joined is None else series.joined
    shown = [
        shape(None, _joining_line(number) if joined else line(None)),
        _marker(number, series.marked),
        labels(chart, number, look),
        errors,
    ]
    if chart.kind == "line":
        numbers = [
            make("c:cat", _texts(own["category"], columns, place)),
            make("c:val", _numbers(own["value"], columns, place, chart)),
        ]
    else:
        numbers = [
            make("c:xVal", _numbers(own["x"], columns, place, chart)),
            make("c:yVal", _numbers(own["value"], columns, place, chart)),
        ]
    return make("c:ser", *head, *shown, *numbers, make("c:smooth", val=0))


def _outline(chart: ChartData) -> Any:
    """Around each bar; around bars thinner than their outlines none, which would blacken them."""
    return line(None) if _crowded(chart) else line(INK, 0.5)


def _crowded(chart: ChartData) -> bool:
    beside = chart.series[:1] if chart.stacked else chart.series
    return sum(len(one.values) for one in beside) > OUTLINED


def _joining_line(number: int) -> Any:
    return line(line_colour(number), 1.75, DASHES[number % len(DASHES)])


def _marker(number: int, marked: bool) -> Any:
    if not marked:
        return make("c:marker", make("c:symbol", val="none"))
    sign = MARKER_SIGNS[MARKERS[number % len(MARKERS)]]
    return make(
        "c:marker",
        make("c:symbol", val=sign),
        make("c:size", val=MARKER_SIZE),
        shape(solid(line_colour(number)), line(INK, 0.5)),
    )


def _error_bars(
    chart: ChartData, own: dict[Any, int], columns: tuple[Column, ...], place: Place
) -> Any:
    """The interval around each value; None where the series has none."""
    sides = [role for role in ("above", "below") if role in own]
    if not sides:
        return None
    kind = "both" if len(sides) == 2 else {"above": "plus", "below": "minus"}[sides[0]]
    lying = chart.kind in ("bar", "column")  # bars have one direction only, and name none
    crowded = _crowded(chart)
    return make(
        "c:errBars",
        None if lying else make("c:errDir", val="y"),
        make("c:errBarType", val=kind),
        make("c:errValType", val="cust"),
        make("c:noEndCap", val=int(crowded)),
        *(
            make(
                {"above": "c:plus", "below": "c:minus"}[role],
                _numbers(own[role], columns, place, chart),
            )
            for role in sides
        ),
        shape(None, line(MUTED, 0.25) if crowded else line(INK, 1.0)),
    )


def _texts(at: int, columns: tuple[Column, ...], place: Place) -> Any:
    cells = columns[at].cells
    return _text_reference(place.cells(at, len(cells)), tuple(map(str, cells)))


def _text_reference(reference: str, texts: tuple[str, ...]) -> Any:
    points = [
        make("c:pt", make("c:v", text), idx=place) for place, text in enumerate(texts) if text
    ]
    return make(
        "c:strRef",
        make("c:f", reference),
        make("c:strCache", make("c:ptCount", val=len(texts)), *points),
    )


def _numbers(at: int, columns: tuple[Column, ...], place: Place, chart: ChartData) -> Any:
    cells = columns[at].cells
    points = [
        make("c:pt", make("c:v", repr(float(cell))), idx=down)
        for down, cell in enumerate(cells)
        if cell is not None
    ]
    code = "General" if columns[at].role == "x" else chart.number_format
    return make(
        "c:numRef",
        make("c:f", place.cells(at, len(cells))),
        make(
            "c:numCache",
            make("c:formatCode", code),
            make("c:ptCount", val=len(cells)),
            *points,
        ),
    )
