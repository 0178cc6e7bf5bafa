"""The report as slides: one message a slide, each finding beside what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exhibits.style import MUTED
from pbgov.marks import SIMULATED
from pbgov.reporting.report import (
    CONFIDENCE_DOTS,
    CONFIDENCES,
    REALITIES,
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Mention,
    Report,
)
from pbgov.reporting.slides.canvas import (
    ELSEWHERE,
    Canvas,
    add_notes,
    finish_notes,
    foot,
    picture,
    text_box,
    title_room,
)
from pbgov.reporting.slides.message import Part, message_of, write_parts
from pbgov.reporting.slides.room import (
    BODY,
    OPENING_SUBTITLE,
    PARAGRAPH_GAP,
    SMALLEST,
    STATEMENT,
    TITLE,
    below,
    height_of,
    lines_of,
    portions,
    shortened,
    size_for,
)
from pbgov.reporting.slides.room import Box as Room
from pbgov.reporting.slides.tables import MOST_PARTS, Piece, table_pieces, write_table
from pbgov.reporting.slides.template import OPENING, empty_presentation, packed

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit

REASON_SIZES = (16.0, 14.0, SMALLEST)
TEXT_SIZES = (20.0, 18.0, 16.0, 14.0, SMALLEST)
MESSAGE_COLUMN = 10.5
"""Width in cm of the column of labels and reasons beside an exhibit."""

LEAST_BESIDE = 9.0
"""Height in cm that a table beside a message has in any case."""

LEGEND = Room(2.4, 8.6, 29.0, 8.6)


def slide_deck(report: Report) -> bytes:
    """The report as the bytes of a .pptx file, 16:9, the same ones every time.

    A title slide with the meaning of the labels; a slide for each `Claim`, with the exhibit that
    it names; a slide for each exhibit not yet shown; the boxes; and where the evidence stands.
    Charts can be edited where the exhibit has `ChartData`. Note and source stand at the foot, and
    whole in the speaker notes.
    """
    return _Deck(report).write()


def exhibit_slides(exhibit: Exhibit) -> bytes:
    """One exhibit as the bytes of a .pptx file: one slide, or several where a table is long."""
    presentation = empty_presentation(exhibit.caption_text, "", None)
    canvas = Canvas(presentation)
    _exhibit_slides(canvas, exhibit, exhibit.caption_text, "")
    finish_notes(presentation)
    return packed(presentation)


class _Deck:
    """Writes one report into one presentation, from first slide to last."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.presentation = empty_presentation(report.title, report.subtitle, report.dated)
        self.canvas = Canvas(self.presentation)
        self.shown: set[str] = set()
        self.chapter = ""

    def write(self) -> bytes:
        self._opening()
        for block in self.report.blocks:
            if isinstance(block, Heading):
                self.chapter = block.text if block.level == 1 else self.chapter
            elif isinstance(block, Claim):
                self._claim(block)
            elif isinstance(block, ExhibitBlock):
                self._exhibit(block.exhibit)
            elif isinstance(block, Box):
                self._box(block)
        self._evidence()
        finish_notes(self.presentation)
        return packed(self.presentation)

    def _opening(self) -> None:
        report = self.report
        slide, _ = self.canvas.slide(report.title, layout=OPENING)
        subtitle = report.subtitle
        if report.dated is not None:
            day = report.dated
            subtitle = f"{subtitle}\n{day.year}年{day.month}月{day.day}日".strip()
        placeholder = slide.placeholders[1]
        placeholder.element.getparent().remove(placeholder.element)
        if subtitle:
            box = OPENING_SUBTITLE
            size = size_for(subtitle, box, (22.0, 20.0, 18.0, 16.0, 14.0))
            told = subtitle if size else shortened(subtitle, box.width, 14, 2, "……（见备注）")
            text_box(slide, "副标题", box, [told], size or 14.0, ink=MUTED)
            if size is None:
                add_notes(slide, subtitle)
        lines = [f"【{word}】{REALITIES[word]}" for word in ("真实", SIMULATED)]
        lines += [
            f"【把握：{word}】{CONFIDENCE_DOTS[word]} {meaning}"
            for word, meaning in CONFIDENCES.items()
        ]
        simulated = report.simulated
        told = "、".join(simulated)
        last = f"模拟图表 {len(simulated)} 个：{told}。" if simulated else "本报告没有模拟图表。"
        lines.append(shortened(last, LEGEND.width, 14, 4, "……（全部见备注）"))
        if lines[-1] != last:
            add_notes(slide, last)
        text_box(slide, "标签的含义", LEGEND, lines, 14.0)

    def _claim(self, claim: Claim) -> None:
        report = self.report
        mark = f"【{SIMULATED}】" if claim.reality == SIMULATED else ""
        exhibit = self._named(claim)
        title_at = TITLE if exhibit is not None else STATEMENT
        message, more = message_of(_marked(mark, report.plain(claim.text)), title_at)
        slide, room = self.canvas.slide(message, self.chapter, room=title_at)
        sizes = REASON_SIZES if exhibit is not None else TEXT_SIZES
        if exhibit is not None:
            gap = MESSAGE_COLUMN + 0.7
            beside = Room(room.left + gap, room.top, room.width - gap, room.height)
            self._beside(slide, exhibit, beside)
            room = Room(room.left, room.top, MESSAGE_COLUMN, room.height)
        labels = (
            f"【{claim.reality}】{REALITIES[claim.reality]}",
            f"【把握：{claim.confidence}】{CONFIDENCE_DOTS[claim.confidence]}",
        )
        reason = f"把握的依据：{report.plain(claim.reason)}"
        parts = [Part("标签", labels, labels=True), Part("把握的依据", (reason,))]
        if more:
            parts.insert(0, Part("论断的其余", (more,)))
        write_parts(slide, parts, room, sizes)

    def _named(self, claim: Claim) -> Exhibit | None:
        """The exhibit that the claim's text names: the first one not yet shown, else the first."""
        ids = [one.exhibit_id for one in self.report.pieces(claim.text) if isinstance(one, Mention)]
        named = {one.exhibit_id: one for one in self.report.exhibits if one.exhibit_id in ids}
        fresh = [one for one in ids if one not in self.shown]
        for exhibit_id in [*fresh, *ids]:
            exhibit = named[exhibit_id]
            if exhibit.kind == "figure" or self._small(exhibit) is not None:
                return exhibit
        return None

    def _small(self, exhibit: Exhibit) -> Piece | None:
        """The whole table, where it finds room beside a message."""
        width = BODY.width - MESSAGE_COLUMN - 0.7
        found = table_pieces(exhibit, Room(0, 0, width, LEAST_BESIDE))
        return found[0] if len(found) == 1 and not found[0].full else None

    def _beside(self, slide: Any, exhibit: Exhibit, room: Room) -> None:
        caption = exhibit.caption(self.report.numbers[exhibit.exhibit_id])
        self.shown.add(exhibit.exhibit_id)
        box = room
        if exhibit.chart is None:
            told = shortened(caption, room.width, 14, 2, ELSEWHERE)
            tall = height_of(len(lines_of(told, room.width, 14)), 14)
            above = Room(room.left, room.top, room.width, tall)
            text_box(slide, "图表题", above, [told], 14, bold=True)
            box = Room(room.left, room.top + tall + 0.2, room.width, room.height - tall - 0.2)
        piece = self._small(exhibit) if exhibit.kind == "table" else None
        notes = exhibit.notes()
        _show(self.canvas, slide, exhibit, box, caption, piece, caption, notes)
        add_notes(slide, caption)
        foot(slide, notes)

    def _exhibit(self, exhibit: Exhibit) -> None:
        if exhibit.exhibit_id in self.shown:
            return
        self.shown.add(exhibit.exhibit_id)
        caption = exhibit.caption(self.report.numbers[exhibit.exhibit_id])
        _exhibit_slides(self.canvas, exhibit, caption, self.chapter)

    def _box(self, block: Box) -> None:
        texts = tuple(map(self.report.plain, block.paragraphs))
        size = next((s for s in TEXT_SIZES if len(portions(texts, BODY, s)) == 1), 16.0)
        slides = portions(texts, BODY, size)
        for place, part in enumerate(slides, 1):
            part_of = f"（{place}/{len(slides)}）" if len(slides) > 1 else ""
            slide, _ = self.canvas.slide(f"{block.title}{part_of}", self.chapter)
            text_box(slide, "正文", BODY, part, size, gap=PARAGRAPH_GAP)

    def _evidence(self) -> None:
        ledger = self.report.ledger
        slide, _ = self.canvas.slide("证据在哪里")
        lines = [
            f"这份报告登记了 {len(ledger)} 个结果，它们依据原文 {len(ledger.quotations)} 处、"
            f"指标记录 {len(ledger.records)} 条。",
            "pbgov run 把结果逐个写进 results.json，把做法、判断和原文逐条写进 evidence 文件夹，都与报告放在一起。",
            "同一份报告如果也写成网页、Word 或 Excel，在那里可以由数字点到原文，由原文点回数字。",
            "每处原文都写明文档、段落、起止字符、编码者和规则，可以回到原件核对。",
        ]
        if simulated := self.report.simulated:
            told = f"模拟图表（{'、'.join(simulated)}）只用来检验方法，没有原文可查。"
            lines.append(shortened(told, BODY.width, 18, 3, "……"))
        text_box(slide, "正文", BODY, lines, 18.0, gap=PARAGRAPH_GAP)


def _marked(mark: str, text: str) -> str:
    return text if not mark or text.startswith(mark) else mark + text


def _exhibit_slides(canvas: Canvas, exhibit: Exhibit, caption: str, chapter: str) -> None:
    """The exhibit alone: on one slide, or on several where its table is long."""
    notes = exhibit.notes()
    parts: list[Piece | None] = [None]
    if exhibit.kind == "table":
        found = table_pieces(exhibit, _room_under(caption))
        if len(found) > MOST_PARTS:
            said = (
                f"全表 {len(exhibit.rows())} 行、{len(exhibit.header())} 列，这里只放前"
                f" {MOST_PARTS} 页，其余见同名的 CSV 或 Excel 文件。"
            )
            notes = (said + notes[0], notes[1])
        parts = list(found[:MOST_PARTS])
    for place, piece in enumerate(parts, 1):
        part_of = f"（{place}/{len(parts)}）" if len(parts) > 1 else ""
        slide, room = canvas.slide(f"{caption}{part_of}", chapter)
        inside = exhibit.caption_text if exhibit.simulated else ""
        _show(canvas, slide, exhibit, room, caption, piece, inside, notes)
        foot(slide, notes)


def _room_under(caption: str) -> Room:
    """What a caption leaves of a slide, once it says which part of the table is shown."""
    return below(BODY, title_room(f"{caption}（100/100）", TITLE)[0])


def _show(
    canvas: Canvas,
    slide: Any,
    exhibit: Exhibit,
    box: Room,
    caption: str,
    piece: Piece | None,
    chart_title: str,
    notes: tuple[str, str],
) -> None:
    """The table, the chart or the picture of an exhibit."""
    spoken = f"{caption}。{notes[0]}"
    if piece is not None:
        write_table(slide, piece, box, title=caption, spoken=spoken)
        for cell in piece.full:
            add_notes(slide, cell)
    elif exhibit.chart is not None:
        canvas.chart(slide, exhibit.chart, box, title=chart_title, lang=exhibit.lang, spoken=spoken)
    else:
        picture(slide, exhibit.image("png", "slide"), box, title=caption, spoken=spoken)
