"""A chart that Word, PowerPoint and Excel can edit, as the XML of its part.

The order of elements is that of ECMA-376 Part 1 (5th edition), 21.2.2, where every part of a chart
is a sequence: a program that finds them in another order asks whether to repair the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from pbgov.reporting.native_charts.axes import AXIS_ID, axes
from pbgov.reporting.native_charts.chart_cells import SHEET, Place, chart_columns
from pbgov.reporting.native_charts.drawing import (
    LANGUAGES,
    Look,
    line,
    make,
    qualified,
    rich_text,
    shape,
    solid,
    text_properties,
)
from pbgov.reporting.native_charts.series import series_element

if TYPE_CHECKING:
    from pbgov.exhibits.charts import ChartData

TEXT_SIZE = 9.0
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_GROUPS = {
    "bar": "c:barChart",
    "column": "c:barChart",
    "line": "c:lineChart",
    "scatter": "c:scatterChart",
}


def chart_xml(
    chart: ChartData,
    *,
    title: str = "",
    lang: str = "zh",
    workbook_relation: str | None = None,
    place: Place | None = None,
    text_size: float = TEXT_SIZE,
) -> bytes:
    """The whole chart part (``c:chartSpace``).

    Parameters
    ----------
    chart : ChartData
    title : str
        Inside the chart; a simulated exhibit's carries its mark. Empty for none.
    lang : {"zh", "en"}
    workbook_relation : str, optional
        Relationship id of the embedded workbook (`chart_workbook` with the same `lang`).
    place : Place, optional
        Where the cells stand; by default on the first sheet of `chart_workbook`.
    text_size : float
        Of the axes and the legend, in points; the title is two points larger.

    Returns
    -------
    bytes
        UTF-8 with its XML declaration; the same ones every time.
    """
    place = place or Place(SHEET[lang])
    look = Look(lang, text_size)
    outside = None
    if workbook_relation is not None:
        outside = make("c:externalData", make("c:autoUpdate", val=0))
        outside.set(qualified("r:id"), workbook_relation)
    space = make(
        "c:chartSpace",
        make("c:date1904", val=0),
        make("c:lang", val=LANGUAGES[lang]),
        make("c:roundedCorners", val=0),
        make(
            "c:chart",
            _title(title, look),
            make("c:autoTitleDeleted", val=int(not title)),
            make("c:plotArea", make("c:layout"), _group(chart, look, place), *axes(chart, look)),
            _legend(chart, look),
            make("c:plotVisOnly", val=1),
            make("c:dispBlanksAs", val="gap"),
        ),
        shape(solid("#ffffff"), line(None)),
        text_properties(look),
        outside,
    )
    written: bytes = etree.tostring(space, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _title(title: str, look: Look) -> Any:
    if not title:
        return None
    text = rich_text(title, Look(look.lang, look.size + 2), bold=True)
    return make("c:title", text, make("c:overlay", val=0))


def _legend(chart: ChartData, look: Look) -> Any:
    if len(chart.series) < 2:
        return None
    return make(
        "c:legend",
        make("c:legendPos", val="b"),
        make("c:overlay", val=0),
        text_properties(look),
    )


def _group(chart: ChartData, look: Look, place: Place) -> Any:
    """The element of the chart's kind, with its series."""
    columns = chart_columns(chart, look.lang)
    series = [
        series_element(chart, number, columns, place, look) for number in range(len(chart.series))
    ]
    axis_ids = [make("c:axId", val=AXIS_ID), make("c:axId", val=AXIS_ID + 1)]
    group = _GROUPS[chart.kind]
    if chart.kind == "scatter":
        style = make("c:scatterStyle", val="lineMarker")
        return make(group, style, make("c:varyColors", val=0), *series, *axis_ids)
    if chart.kind == "line":
        grouping = make("c:grouping", val="standard")
        marker = make("c:marker", val=1)
        return make(group, grouping, make("c:varyColors", val=0), *series, marker, *axis_ids)
    return make(
        group,
        make("c:barDir", val="bar" if chart.kind == "bar" else "col"),
        make("c:grouping", val="stacked" if chart.stacked else "clustered"),
        make("c:varyColors", val=0),
        *series,
        make("c:gapWidth", val=60),
        make("c:overlap", val=100 if chart.stacked else 0),
        *axis_ids,
    )
