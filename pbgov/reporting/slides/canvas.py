"""Writing on slides: text in both fonts, pictures and charts with text for those who cannot see."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.oxml.shapes.graphfrm import CT_GraphicalObjectFrame
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.util import Cm, Emu, Pt

from pbgov.exhibits.style import INK, MUTED
from pbgov.exhibits.visible_text import visible_text
from pbgov.reporting.native_charts.chart_workbook import chart_workbook
from pbgov.reporting.native_charts.chart_xml import CONTENT_TYPE, chart_xml
from pbgov.reporting.native_charts.drawing import run_properties
from pbgov.reporting.slides.room import (
    BODY,
    FOOT,
    KICKER,
    LEADING,
    OPENING_TITLE,
    SLIDE,
    SMALLEST,
    TITLE,
    Box,
    below,
    lines_in,
    shortened,
    size_for,
)
from pbgov.reporting.slides.template import PLAIN, name_fonts, name_theme_fonts

if TYPE_CHECKING:
    from pptx.presentation import Presentation

    from pbgov.exhibits.charts import ChartData

TITLE_SIZES = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
STATEMENT_SIZES = (36.0, 32.0, 28.0, 24.0, 20.0)
TITLE_HEIGHTS = (1.0, 1.4, 1.75)
FOOT_SIZE = 9.0
FOOT_LINES = 4
ELSEWHERE = "……（全文见备注）"


class Canvas:
    """A presentation that is being written, slide after slide."""

    def __init__(self, presentation: Presentation) -> None:
        self.presentation = presentation
        self.titles: set[str] = set()
        self.n_charts = 0

    def slide(
        self, title: str, kicker: str = "", layout: str = PLAIN, room: Box = TITLE
    ) -> tuple[Any, Box]:
        """A new slide whose title no other has, and the room that the title leaves below it.

        A long title takes a second and third measure of room; what finds none goes to the notes.
        """
        title = visible_text(title).replace("\n", " ")
        chosen = self.presentation.slide_layouts.get_by_name(layout)
        slide = self.presentation.slides.add_slide(chosen)
        box, size, shown = self._unlike_others(title, OPENING_TITLE if layout != PLAIN else room)
        if not shown.startswith(title):
            add_notes(slide, title)
        holder = slide.shapes.title
        holder.left, holder.top = Cm(box.left), Cm(box.top)
        holder.width, holder.height = Cm(box.width), Cm(box.height)
        write(holder.text_frame, [shown], size, bold=True, middle=True)
        holder.name = "标题"
        if layout == PLAIN:
            self._number(slide)
        if kicker:
            told = shortened(kicker, KICKER.width, SMALLEST, 1, "……")
            text_box(slide, "章节", KICKER, [told], SMALLEST, ink=MUTED)
        return slide, below(BODY, box)

    def _unlike_others(self, title: str, room: Box) -> tuple[Box, float, str]:
        """Box, size and words of a title, numbered where another slide has the same."""
        found = title_room(title, room)
        number = 1
        while found[2] in self.titles:
            number += 1
            found = title_room(title, room, f"（{number}）")
        self.titles.add(found[2])
        return found

    def _number(self, slide: Any) -> None:
        """The number of the slide, which stays right when slides are moved."""
        box = Box(SLIDE.width - 3.3, FOOT.bottom - 0.7, 2.0, 0.7)
        frame = text_box(slide, "页码", box, [""], FOOT_SIZE, ink=MUTED, right=True)
        paragraph = frame.paragraphs[0]._p
        for run in paragraph.findall(qn("a:r")):
            paragraph.remove(run)
        field = paragraph.makeelement(
            qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}
        )
        field.append(run_properties("a:rPr", FOOT_SIZE, "zh", ink=MUTED))
        text = field.makeelement(qn("a:t"), {})
        text.text = str(len(self.presentation.slides))
        field.append(text)
        paragraph.insert(0, field)

    def chart(
        self, slide: Any, chart: ChartData, box: Box, *, title: str, lang: str, spoken: str
    ) -> None:
        """A chart that can be edited, with its own workbook."""
        self.n_charts += 1
        package = self.presentation.part.package
        blob = chart_xml(
            chart, title=title, lang=lang, workbook_relation="rId1", text_size=SMALLEST
        )
        part = ChartPart.load(
            PackURI(f"/ppt/charts/chart{self.n_charts}.xml"), CONTENT_TYPE, package, blob
        )
        workbook = EmbeddedXlsxPart.new(chart_workbook(chart, lang), package)
        if part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE) != "rId1":
            raise RuntimeError("the first relationship of a new chart is not rId1")
        relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        number = max(int(one.shape_id) for one in slide.shapes) + 1
        frame = CT_GraphicalObjectFrame.new_chart_graphicFrame(
            number, "图表", relation, Cm(box.left), Cm(box.top), Cm(box.width), Cm(box.height)
        )
        slide.shapes._spTree.append(frame)
        describe(frame.nvGraphicFramePr.cNvPr, title or "图表", spoken)


def title_room(title: str, room: Box, number: str = "") -> tuple[Box, float, str]:
    """Box and size of a title, and what of it is shown; `number` stands behind it."""
    sizes = TITLE_SIZES if room is TITLE else STATEMENT_SIZES
    for times in TITLE_HEIGHTS:
        box = Box(room.left, room.top, room.width, room.height * times)
        size = size_for(title + number, box, sizes)
        if size is not None:
            return box, size, title + number
    size = sizes[-1]
    most = lines_in(box.height, size)
    return box, size, shortened(title, box.width, size, most, ELSEWHERE + number)


def picture(slide: Any, image: bytes, box: Box, *, title: str, spoken: str) -> None:
    """A picture as large as `box` allows, in its middle."""
    shape = slide.shapes.add_picture(io.BytesIO(image), Cm(box.left), Cm(box.top))
    scale = min(Cm(box.width) / shape.width, Cm(box.height) / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape.left = Emu(Cm(box.left) + (Cm(box.width) - shape.width) // 2)
    shape.top = Emu(Cm(box.top) + (Cm(box.height) - shape.height) // 2)
    shape.name = "图片"
    describe(shape._element.nvPicPr.cNvPr, title, spoken)


def describe(properties: Any, title: str, spoken: str) -> None:
    """The text for those who cannot see a shape."""
    properties.set("title", visible_text(title))
    properties.set("descr", visible_text(spoken))


def text_box(
    slide: Any,
    name: str,
    box: Box,
    texts: list[str],
    size: float,
    *,
    ink: str = INK,
    bold: bool = False,
    right: bool = False,
    gap: float = 0.0,
) -> Any:
    """A box of paragraphs at `size` points, `gap` lines between them."""
    shape = slide.shapes.add_textbox(Cm(box.left), Cm(box.top), Cm(box.width), Cm(box.height))
    shape.name = name
    write(shape.text_frame, texts, size, ink=ink, bold=bold, right=right, gap=gap)
    return shape.text_frame


def write(
    frame: Any,
    texts: list[str],
    size: float,
    *,
    ink: str = INK,
    bold: bool = False,
    right: bool = False,
    middle: bool = False,
    gap: float = 0.0,
) -> None:
    """Fill a text frame: no margins, fixed line height, both fonts named in every run."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for place, text in enumerate("\n".join(texts).split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.line_spacing = Pt(size * LEADING)
        paragraph.space_before = Pt(0)
        paragraph.space_after = Pt(gap * size * LEADING)
        add_run(paragraph, text, size, ink=ink, bold=bold)


def add_run(paragraph: Any, text: str, size: float, *, ink: str = INK, bold: bool = False) -> Any:
    """A run of text in both fonts."""
    run = paragraph.add_run()
    run.text = visible_text(text)
    old = run._r.find(qn("a:rPr"))
    if old is not None:
        run._r.remove(old)
    run._r.insert(0, run_properties("a:rPr", size, "zh", bold, ink))
    return run


def foot(slide: Any, texts: tuple[str, ...]) -> None:
    """Note and source small at the foot, both whole in the speaker notes.

    The last line is kept for the source; what finds no room says where it stands.
    """
    *first, last = texts
    shown = [
        shortened(" ".join(first), FOOT.width, FOOT_SIZE, FOOT_LINES - 1, ELSEWHERE),
        shortened(last, FOOT.width, FOOT_SIZE, 1, ELSEWHERE),
    ]
    text_box(slide, "注与来源", FOOT, [one for one in shown if one], FOOT_SIZE, ink=MUTED)
    add_notes(slide, "\n".join(texts))


def add_notes(slide: Any, text: str) -> None:
    """Add a paragraph to the speaker notes."""
    frame = slide.notes_slide.notes_text_frame
    told = frame.text
    frame.text = f"{told}\n{visible_text(text)}" if told else visible_text(text)
    name_fonts(slide.notes_slide._element)


def finish_notes(presentation: Presentation) -> None:
    """Name the fonts in the notes master, which exists once a slide has notes."""
    master = presentation.notes_master
    name_fonts(master._element)
    name_theme_fonts(master.part)
