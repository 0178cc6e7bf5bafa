"""The report as a Word document: A4, Chinese typesetting, three-line tables, real caption fields."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from pbgov.exhibits.lines import PAGE_HEIGHT, WIDTH
from pbgov.exhibits.markup import numeric_columns
from pbgov.reporting.report import (
    CONFIDENCE_DOTS,
    CONFIDENCES,
    REALITIES,
    Box,
    Citation,
    Claim,
    ExhibitBlock,
    Heading,
    Mention,
    Number,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.word import ooxml
from pbgov.reporting.word.columns import CELL_PADDING_CM, TEXT_CM, column_widths, lines_needed

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as WordParagraph

    from pbgov.exhibits.exhibit import Exhibit

SONG, HEI, KAI = "宋体", "黑体", "楷体"
BODY_SIZE = 12.0
NOTE_SIZE = 9.0
SHORT_TABLE_LINES = 16
EPOCH = datetime.datetime(1980, 1, 1)

# background, line and style of each label: all differ without colour
LABELS = {
    "真实": ("FFFFFF", "1B6E3C", "single", "1B6E3C"),
    "模拟": ("8A1C1C", "8A1C1C", "single", "FFFFFF"),
    "方法": ("FFFFFF", "4A5560", "dotted", "4A5560"),
    "局限": ("E4E7EA", "4A5560", "dashed", "222222"),
}


def word_document(report: Report) -> bytes:
    """The report as the bytes of a .docx file, the same ones every time."""
    return _Writer(report).write()


class _Writer:
    """Writes one report into one document, from top to bottom."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.document: Document = docx.Document()
        self.bookmarks = {
            exhibit.exhibit_id: (number, f"_Ref{number:08d}")
            for number, exhibit in enumerate(report.exhibits, 1)
        }

    def write(self) -> bytes:
        _set_up(self.document, self.report)
        self._title_block()
        self._legend()
        for block in self.report.blocks:
            if isinstance(block, Heading):
                self.document.add_heading(block.text, block.level)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Claim):
                self._claim(block)
            elif isinstance(block, ExhibitBlock):
                self._exhibit(block.exhibit)
            elif isinstance(block, Box):
                self._box(block.title, block.paragraphs)
            else:
                self._references(block)
        return ooxml.packed(self.document)

    def _title_block(self) -> None:
        self.document.add_paragraph(self.report.title, style="Title")
        if self.report.subtitle:
            self.document.add_paragraph(self.report.subtitle, style="Subtitle")
        if self.report.dated is not None:
            day = self.report.dated
            self.document.add_paragraph(f"{day.year}年{day.month}月{day.day}日", style="Subtitle")

    def _legend(self) -> None:
        cell = self._framed("怎样读这份报告", "标签的含义")
        for kind, meanings in (("", REALITIES), ("把握：", CONFIDENCES)):
            for word, meaning in meanings.items():
                line = cell.add_paragraph(style=BOX)
                if kind:
                    _confidence_label(line, word)
                else:
                    _reality_label(line, word)
                line.add_run(f" {meaning}")
        simulated = "、".join(self.report.simulated)
        last = f"本报告中的模拟图表：{simulated}。" if simulated else "本报告没有模拟图表。"
        cell.add_paragraph(last, style=BOX)
        self._after_frame()

    def _paragraph(self, block: Paragraph) -> None:
        paragraph = self.document.add_paragraph(style=BODY)
        if block.reality is not None:
            _reality_label(paragraph, block.reality)
            paragraph.add_run(" ")
        self._prose(paragraph, block.text)

    def _claim(self, block: Claim) -> None:
        paragraph = self.document.add_paragraph(style=CLAIM)
        _, line, _, _ = LABELS[block.reality]
        rule = "dashed" if block.reality == "模拟" else "single"
        ooxml.left_rule(paragraph, style=rule, colour=line)
        _reality_label(paragraph, block.reality)
        paragraph.add_run(" ")
        _confidence_label(paragraph, block.confidence)
        paragraph.add_run(" ")
        self._prose(paragraph, block.text)
        reason = self.document.add_paragraph(style=REASON)
        ooxml.left_rule(reason, style=rule, colour=line)
        self._prose(reason, f"把握的依据：{block.reason}")

    def _exhibit(self, exhibit: Exhibit) -> None:
        if exhibit.kind == "table":
            self._caption(exhibit).paragraph_format.keep_with_next = True
            self._table(exhibit)
        else:
            self._picture(exhibit)
            caption = self._caption(exhibit)
            caption.paragraph_format.keep_with_next = True
            caption.paragraph_format.space_before = Pt(2)
        note, source = exhibit.notes()
        first = self.document.add_paragraph(note, style=NOTE)
        first.paragraph_format.keep_with_next = True
        last = self.document.add_paragraph(source, style=NOTE)
        last.paragraph_format.space_after = Pt(12)

    def _caption(self, exhibit: Exhibit) -> WordParagraph:
        number, name = self.bookmarks[exhibit.exhibit_id]
        printed = str(self.report.numbers[exhibit.exhibit_id])
        paragraph = self.document.add_paragraph(style="Caption")
        ooxml.start_bookmark(paragraph, number, name)
        paragraph.add_run(exhibit.label)
        ooxml.add_field(paragraph, f"SEQ {exhibit.label.strip()} \\* ARABIC", printed)
        ooxml.end_bookmark(paragraph, number)
        paragraph.add_run(f"  {exhibit.caption_text}")
        return paragraph

    def _picture(self, exhibit: Exhibit) -> None:
        paragraph = self.document.add_paragraph(style=PICTURE)
        picture = paragraph.add_run().add_picture(io.BytesIO(exhibit.image("png")), width=Cm(WIDTH))
        if picture.height > Cm(PAGE_HEIGHT):
            picture.width = Emu(round(picture.width * Cm(PAGE_HEIGHT) / picture.height))
            picture.height = Cm(PAGE_HEIGHT)
        caption = exhibit.caption(self.report.numbers[exhibit.exhibit_id])
        described = picture._inline.docPr
        described.set("name", exhibit.file_stem)
        described.set("title", caption)
        described.set("descr", f"{caption}。{exhibit.notes()[0]}")

    def _table(self, exhibit: Exhibit) -> None:
        rows = exhibit.rows()
        header = exhibit.header()
        widths, size = column_widths(header, rows)
        table = self.document.add_table(len(rows) + 1, len(header))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        ooxml.set_table(
            table,
            title=exhibit.caption(self.report.numbers[exhibit.exhibit_id]),
            description=exhibit.notes()[0],
            padding=round(CELL_PADDING_CM * 567),
        )
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        number = numeric_columns(header, rows)
        last = len(rows)
        short = lines_needed(rows, widths, size) <= SHORT_TABLE_LINES
        for place, (row, printed) in enumerate(zip(table.rows, [header, *rows], strict=True)):
            ooxml.set_row(row, header=place == 0)
            borders = {"top": 12, "bottom": 6} if place == 0 else {}
            if place == last:
                borders["bottom"] = 12
            together = short or place in (0, 1, last - 1, last)
            for column, cell in enumerate(row.cells):
                cell.width = Cm(widths[column])
                if borders:
                    ooxml.set_cell(cell, borders=borders)
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = cell.paragraphs[0]
                paragraph.style = CELL
                paragraph.paragraph_format.keep_with_next = together
                if number[column]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                run = paragraph.add_run(printed[column])
                ooxml.set_fonts(run, HEI if place == 0 else SONG, size)

    def _box(self, title: str, paragraphs: tuple[str, ...]) -> None:
        cell = self._framed(title, title)
        for text in paragraphs:
            self._prose(cell.add_paragraph(style=BOX), text)
        self._after_frame()

    def _framed(self, title: str, description: str) -> Any:
        table = self.document.add_table(1, 1)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        ooxml.set_table(table, title=title, description=description, padding=170)
        table.columns[0].width = Cm(TEXT_CM)
        cell = table.cell(0, 0)
        cell.width = Cm(TEXT_CM)
        ooxml.set_cell(
            cell, borders=dict.fromkeys(("top", "left", "bottom", "right"), 6), fill="F4F5F6"
        )
        heading = cell.paragraphs[0]
        heading.style = BOX
        heading.paragraph_format.keep_with_next = True
        ooxml.set_fonts(heading.add_run(title), HEI, BODY_SIZE)
        return cell

    def _after_frame(self) -> None:
        gap = self.document.add_paragraph(style=NOTE)
        gap.paragraph_format.space_after = Pt(0)

    def _references(self, block: References) -> None:
        if block.title:
            self.document.add_heading(block.title, 1)
        for number, entry in enumerate(block.entries, 1):
            self._prose(self.document.add_paragraph(style=REFERENCE), f"[{number}] {entry}")

    def _prose(self, paragraph: WordParagraph, text: str) -> None:
        for piece in self.report.pieces(text):
            if isinstance(piece, Mention):
                _, name = self.bookmarks[piece.exhibit_id]
                ooxml.add_field(paragraph, f"REF {name} \\h", piece.printed)
            elif isinstance(piece, str):
                paragraph.add_run(piece)
            elif isinstance(piece, (Number, Citation)):
                paragraph.add_run(piece.printed)
            else:
                paragraph.add_run(f"（注：{piece.text}）")


BODY, CLAIM, REASON, NOTE, PICTURE, CELL, BOX, REFERENCE = (
    "正文段落", "论断", "把握的依据", "图表注", "图片", "表格文字", "方框文字", "文献条目",
)  # fmt: skip


def _set_up(document: Document, report: Report) -> None:
    """Page, styles, footer and properties."""
    ooxml.drop_thumbnail(document)
    ooxml.set_defaults(document, SONG)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2.54)
    section.left_margin = section.right_margin = Cm(2.8)
    _set_styles(document)
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    ooxml.set_fonts(header.add_run(report.title), SONG, NOTE_SIZE)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
        footer.add_run(text)
        if field:
            ooxml.add_field(footer, field, "1")
    for run in footer.runs:
        ooxml.set_fonts(run, SONG, NOTE_SIZE)
    properties = document.core_properties
    properties.title = report.title
    properties.subject = report.subtitle
    properties.author = properties.last_modified_by = "pbgov"
    properties.language = "zh-CN"
    properties.comments = properties.keywords = properties.category = ""
    properties.revision = 1
    dated = report.dated
    moment = EPOCH if dated is None else datetime.datetime(dated.year, dated.month, dated.day)
    properties.created = properties.modified = moment


def _set_styles(document: Document) -> None:
    styles = document.styles
    normal = styles["Normal"]
    ooxml.set_fonts(normal, SONG, BODY_SIZE)
    normal.paragraph_format.line_spacing = 1.5
    normal.paragraph_format.space_after = Pt(0)
    for name, font, size, before, after in (
        ("Title", HEI, 20, 12, 6),
        ("Subtitle", KAI, 14, 0, 6),
        ("Heading 1", HEI, 16, 18, 8),
        ("Heading 2", HEI, 14, 12, 6),
        ("Heading 3", HEI, 12, 8, 4),
        ("Caption", HEI, 10.5, 10, 4),
    ):
        style = styles[name]
        ooxml.set_fonts(style, font, size)
        style.font.bold = style.font.italic = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = (
            Pt(before),
            Pt(after),
        )
        style.paragraph_format.line_spacing = 1.25
        style.paragraph_format.keep_with_next = name.startswith("Heading")
        for border in style.element.pPr.findall(qn("w:pBdr")):
            style.element.pPr.remove(border)
    for name in ("Title", "Subtitle", "Caption"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    justify, left = WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT
    for name, font, size, spacing, alignment in (
        (BODY, SONG, BODY_SIZE, 1.5, justify),
        (CLAIM, SONG, BODY_SIZE, 1.5, justify),
        (REASON, KAI, 10.5, 1.35, left),
        (NOTE, SONG, NOTE_SIZE, 1.2, left),
        (PICTURE, SONG, BODY_SIZE, 1.0, WD_ALIGN_PARAGRAPH.CENTER),
        (CELL, SONG, 10.5, 1.1, left),
        (BOX, SONG, 10.5, 1.35, left),
        (REFERENCE, SONG, 10.5, 1.25, left),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        ooxml.set_fonts(style, font, size)
        style.paragraph_format.line_spacing = spacing
        style.paragraph_format.alignment = alignment
    ooxml.indent_characters(styles[BODY].paragraph_format, 2, BODY_SIZE)
    for name in (CLAIM, REASON):
        styles[name].paragraph_format.left_indent = Pt(12)
    styles[CLAIM].paragraph_format.space_before = Pt(6)
    styles[CLAIM].paragraph_format.keep_with_next = True
    styles[REASON].paragraph_format.space_after = Pt(8)
    styles[PICTURE].paragraph_format.keep_with_next = True
    styles[PICTURE].paragraph_format.space_before = Pt(8)
    styles[REFERENCE].paragraph_format.left_indent = Pt(21)
    styles[REFERENCE].paragraph_format.first_line_indent = Pt(-21)


def _reality_label(paragraph: WordParagraph, word: str) -> None:
    fill, line, style, ink = LABELS[word]
    run = paragraph.add_run(f"【{word}】")
    ooxml.set_fonts(run, HEI, 10.5)
    ooxml.colour_run(run, ink)
    ooxml.frame_run(run, fill=fill, line=line, style=style)


def _confidence_label(paragraph: WordParagraph, word: str) -> None:
    run = paragraph.add_run(f"【把握：{word}】{CONFIDENCE_DOTS[word]}")
    ooxml.set_fonts(run, HEI, 10.5)
    ooxml.colour_run(run, "222222")
