"""Pictures, and the charts beside them that Word can edit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Emu

from pbgov.exhibits.lines import WIDTH
from pbgov.exhibits.visible_text import printable
from pbgov.reporting.native_charts.chart_workbook import chart_workbook
from pbgov.reporting.native_charts.chart_xml import chart_xml

if TYPE_CHECKING:
    from docx.document import Document

    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.word.layouts import WordLayout

CHART_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"
CHART_HEIGHT = 7.5
BAR_HEIGHT = 0.55
SMALLEST_GAP = 2.5


class Pictures:
    """Puts pictures and charts into a package, each with a number of its own."""

    def __init__(self, document: Document, layout: WordLayout) -> None:
        self._document = document
        self._tallest = layout.figure_height / 10
        self._drawings = 0
        self._charts = 0

    def picture(self, exhibit: Exhibit, caption: str) -> Any:
        """The run with the exhibit's picture, at the width it was drawn for or less."""
        inline = self._document.part.new_pic_inline(
            io.BytesIO(exhibit.image("png")), width=Cm(WIDTH)
        )
        width, height = inline.extent.cx, inline.extent.cy
        if height > Cm(self._tallest):
            width = Emu(round(width * Cm(self._tallest) / height))
            height = Cm(self._tallest)
        for extent in (inline.extent, inline.graphic.graphicData.pic.spPr):
            extent.cx, extent.cy = width, height
        self._describe(inline.docPr, exhibit, caption, "")
        named: Any = inline.graphic.graphicData.pic.nvPicPr.cNvPr
        named.set("name", exhibit.file_stem)
        return _run(inline)

    def chart(self, exhibit: Exhibit, caption: str) -> Any:
        """The run with the exhibit's chart, its numbers in a workbook inside the file."""
        if exhibit.chart is None:
            raise AssertionError(f"exhibit {exhibit.exhibit_id!r} has no chart")
        self._charts += 1
        package = self._document.part.package
        book = Part(
            PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{self._charts}.xlsx"),
            CONTENT_TYPE.SML_SHEET,
            chart_workbook(exhibit.chart, exhibit.lang),
            package,
        )
        part = Part(
            PackURI(f"/word/charts/chart{self._charts}.xml"), CONTENT_TYPE.DML_CHART, b"", package
        )
        relation = part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
        part._blob = chart_xml(
            exhibit.chart,
            title=printable(caption),
            lang=exhibit.lang,
            workbook_relation=relation,
        )
        inline = parse_xml(
            f'<wp:inline {nsdecls("wp", "a", "r")} distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{Cm(WIDTH)}" cy="{Cm(self._chart_height(exhibit))}"/>'
            '<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="0" name=""/>'
            f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{CHART_NAMESPACE}">'
            f'<c:chart xmlns:c="{CHART_NAMESPACE}" '
            f'r:id="{self._document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)}"/>'
            "</a:graphicData></a:graphic></wp:inline>"
        )
        self._describe(inline.docPr, exhibit, caption, "（可编辑图）")
        return _run(inline)

    def _chart_height(self, exhibit: Exhibit) -> float:
        """In cm: bars lie one below the other and need room for each."""
        chart = exhibit.chart
        if chart is None or chart.kind != "bar":
            return CHART_HEIGHT
        each = 1 if chart.stacked else len(chart.series)
        needed = SMALLEST_GAP + BAR_HEIGHT * len(chart.categories) * max(1.0, 0.7 * each)
        return min(self._tallest, max(CHART_HEIGHT, needed))

    def _describe(self, properties: Any, exhibit: Exhibit, caption: str, kind: str) -> None:
        """Number, name, and the words for those who cannot see."""
        self._drawings += 1
        caption = printable(caption)
        properties.set("id", str(self._drawings))
        properties.set("name", f"{exhibit.file_stem}{kind}")
        properties.set("descr", f"{caption}{kind}。{printable(exhibit.notes()[0])}")
        properties.set("title", f"{caption}{kind}")


def _run(inline: Any) -> Any:
    run = parse_xml(f"<w:r {nsdecls('w')}><w:drawing/></w:r>")
    run[0].append(inline)
    return run
