"""The labels of points: values or names where the points are few, and how numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.reporting.native_charts.drawing import Look, make, rich_text, text_properties

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData, Series

LABELLED_BARS = 24
LABELLED_POINTS = 8
NAMED_POINTS = 24
DIGITS = 3


def signed(number_format: str) -> str:
    """An Excel number format that writes negative numbers with U+2212; a format with sections as it is.

    Examples
    --------
    >>> signed("0.0%")
    '0.0%;"−"0.0%'
    """
    return number_format if ";" in number_format else f'{number_format};"−"{number_format}'


def label_format(chart: ChartData) -> str:
    """The format of value labels: the chart's own, or the decimals that show three digits."""
    if chart.number_format != "General":
        return signed(chart.number_format)
    numbers = [abs(v) for one in chart.series for v in one.values if v is not None]
    largest = max(numbers, default=0.0)
    if all(number == int(number) for number in numbers):
        return signed("#,##0")
    before = len(str(int(largest))) if largest >= 1 else 1
    return signed("#,##0." + "0" * max(1, DIGITS - before + (largest < 1)))


def labels(chart: ChartData, number: int, look: Look) -> Any:
    """``c:dLbls`` of a series, or None where labels would cover one another.

    Points of a scatter chart show their names; bars and the points of short lines their values,
    but not where an interval runs through the place of the label.
    """
    series = chart.series[number]
    if chart.kind == "scatter":
        return _names(series, look) if _few_names(chart) and series.point_names else None
    n_points = sum(len(one.values) for one in chart.series)
    most = LABELLED_POINTS if chart.kind == "line" else LABELLED_BARS
    if n_points > most or chart.stacked or has_intervals(chart):
        return None
    return make(
        "c:dLbls",
        make("c:numFmt", formatCode=label_format(chart), sourceLinked=0),
        make("c:spPr", make("a:noFill"), make("a:ln", make("a:noFill"))),
        text_properties(Look(look.lang, look.size - 1)),
        make("c:dLblPos", val="t" if chart.kind == "line" else "outEnd"),
        *_shown(value=True),
    )


def has_intervals(chart: ChartData) -> bool:
    """Whether any series has an interval around its values."""
    return any(one.low or one.high for one in chart.series)


def _few_names(chart: ChartData) -> bool:
    return sum(len(one.point_names) for one in chart.series) <= NAMED_POINTS


def _names(series: Series, look: Look) -> Any:
    named = [
        make(
            "c:dLbl",
            make("c:idx", val=place),
            rich_text(name, Look(look.lang, look.size - 1)),
            make("c:dLblPos", val="r"),
            *_shown(value=True),
        )
        for place, name in enumerate(series.point_names)
        if name
    ]
    return make("c:dLbls", *named, *_shown(value=False))


def _shown(value: bool) -> list[Any]:
    return [
        make("c:showLegendKey", val=0),
        make("c:showVal", val=int(value)),
        make("c:showCatName", val=0),
        make("c:showSerName", val=0),
        make("c:showPercent", val=0),
        make("c:showBubbleSize", val=0),
    ]
