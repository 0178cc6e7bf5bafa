"""The report as a Word document: A4, Chinese typesetting, three-line tables, real fields and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.reporting.report import (
    CONFIDENCES,
    REALITIES,
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.word.anchors import Anchors
from pbgov.reporting.word.annex import TITLE as ANNEX_TITLE
from pbgov.reporting.word.annex import Annex
from pbgov.reporting.word.contents import contents
from pbgov.reporting.word.exhibits import Exhibits
from pbgov.reporting.word.flow import Flow
from pbgov.reporting.word.layouts import LAYOUTS
from pbgov.reporting.word.ooxml import paragraph, text_run
from pbgov.reporting.word.package import Footnotes, empty_document, packed, set_properties
from pbgov.reporting.word.pictures import Pictures
from pbgov.reporting.word.prose import LABELS, Prose
from pbgov.reporting.word.styles import style_id
from pbgov.reporting.word.tables import frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.exhibits.exhibit import Exhibit

LEGEND = "怎样读这份报告"


def word_document(report: Report) -> bytes:
    """The report as the bytes of a .docx file, the same ones every time.

    `Report.layout` says how it looks (`pbgov.reporting.word.layouts`). Each number that names a
    result stands in a content control whose tag is ``result:<id>`` and leads to the annex, which
    lists what the stated results rest on; without such numbers there is no annex.

    Raises
    ------
    InputError
        For a layout that does not exist.
    """
    return _Writer(report).write()


def exhibit_document(exhibit: Exhibit) -> bytes:
    """One exhibit as the bytes of a .docx file: caption, table or picture and chart, note, source.

    Its caption is numbered by a field, so that it takes the next number of the document it is
    pasted into.
    """
    layout = LAYOUTS["journal"]
    document = empty_document(layout)
    flow = Flow(document, layout, header="")
    anchors = Anchors()
    Exhibits(flow, Pictures(document, layout), layout, anchors).write(exhibit, 1)
    flow.close()
    Footnotes().attach(document)
    set_properties(document, exhibit.caption_text, "", None)
    return packed(document)


class _Writer:
    """Writes one report into one document, from top to bottom."""

    def __init__(self, report: Report) -> None:
        if report.layout not in LAYOUTS:
            raise InputError(f"layout {report.layout!r} is unknown; use {' or '.join(LAYOUTS)}")
        self.report = report
        self.layout = LAYOUTS[report.layout]
        self.document = empty_document(self.layout)
        self.flow = Flow(self.document, self.layout, report.title)
        self.anchors = Anchors(report)
        self.footnotes = Footnotes()
        self.prose = Prose(report, self.layout, self.anchors, self.footnotes)
        pictures = Pictures(self.document, self.layout)
        self.exhibits = Exhibits(self.flow, pictures, self.layout, self.anchors)
        self.headings = 0

    def write(self) -> bytes:
        self._title_block()
        self._legend()
        annex = ANNEX_TITLE if self.anchors.stated else ""
        self._contents(annex)
        for block in self.report.blocks:
            if isinstance(block, ExhibitBlock):
                number = self.report.numbers[block.exhibit.exhibit_id]
                self.exhibits.write(block.exhibit, number)
                continue
            self.flow.turn(on_its_side=False)
            if isinstance(block, Heading):
                self._heading(block.level, block.text)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Claim):
                self._claim(block)
            elif isinstance(block, Box):
                lines = [self._line("box", block_text) for block_text in block.paragraphs]
                self._box(block.title, lines)
            else:
                self._references(block)
        self.flow.turn(on_its_side=False)
        if annex:
            self.flow.new_page()
            self._heading(1, annex)
            self.flow.append(*Annex(self.report.ledger, self.anchors, self.flow.room).parts())
        self.flow.close()
        self.footnotes.attach(self.document)
        set_properties(self.document, self.report.title, self.report.subtitle, self.report.dated)
        return packed(self.document)

    def _contents(self, annex: str) -> None:
        lists = contents(self.report, self.anchors, annex)
        if lists and self.layout.contents_apart:
            self.flow.new_page()
        self.flow.append(*lists)
        if lists and self.layout.contents_apart:
            self.flow.new_page()

    def _line(self, role: str, text: str) -> Any:
        return paragraph(style_id(role), *self.prose.runs(text, role))

    def _title_block(self) -> None:
        self.flow.append(paragraph(style_id("title"), text_run(self.report.title)))
        below = [self.report.subtitle] if self.report.subtitle else []
        if self.report.dated is not None:
            day = self.report.dated
            below.append(f"{day.year}年{day.month}月{day.day}日")
        for text in below:
            self.flow.append(paragraph(style_id("subtitle"), text_run(text)))

    def _heading(self, level: int, text: str) -> None:
        self.headings += 1
        name = Anchors.heading(self.headings)
        inside = self.anchors.mark(name, text_run(text))
        self.flow.append(paragraph(style_id(f"heading{level}"), *inside))

    def _legend(self) -> None:
        style = style_id("box")
        lines = [
            paragraph(style, self.prose.reality(word), text_run(f" {meaning}"))
            for word, meaning in REALITIES.items()
        ]
        lines += [
            paragraph(style, self.prose.confidence(word), text_run(f" {meaning}"))
            for word, meaning in CONFIDENCES.items()
        ]
        simulated = "、".join(self.report.simulated)
        last = f"本报告中的模拟图表：{simulated}。" if simulated else "本报告没有模拟图表。"
        self._box(LEGEND, [*lines, paragraph(style, text_run(last))])

    def _paragraph(self, block: Paragraph) -> None:
        label = []
        if block.reality is not None:
            label = [self.prose.reality(block.reality), text_run(" ")]
        runs = self.prose.runs(block.text, "body")
        self.flow.append(paragraph(style_id("body"), *label, *runs))

    def _claim(self, block: Claim) -> None:
        _, colour, _, _ = LABELS[block.reality]
        kind = "dashed" if block.reality == "模拟" else "single"
        rule = (kind, colour) if self.layout.framed else None
        labels = [
            self.prose.reality(block.reality),
            text_run(" "),
            self.prose.confidence(block.confidence),
            text_run(" "),
        ]
        runs = self.prose.runs(block.text, "claim")
        reason = [text_run("把握的依据："), *self.prose.runs(block.reason, "reason")]
        self.flow.append(
            paragraph(style_id("claim"), *labels, *runs, rule=rule),
            paragraph(style_id("reason"), *reason, rule=rule),
        )

    def _box(self, title: str, lines: Iterable[Any]) -> None:
        """A passage under its own title: in a frame where the layout has frames."""
        inside = [paragraph(style_id("box_title"), text_run(title)), *lines]
        if not self.layout.framed:
            self.flow.append(*inside)
            return
        self.flow.append(
            frame(inside, title=title, text_cm=self.flow.room), paragraph(style_id("note"))
        )

    def _references(self, block: References) -> None:
        if block.title:
            self._heading(1, block.title)
        marks = block.marks or tuple(f"[{n}]" for n in range(1, len(block.entries) + 1))
        for place, (entry, mark) in enumerate(zip(block.entries, marks, strict=True)):
            numbered = mark.startswith("[") and mark.endswith("]")
            runs = self.prose.runs(entry, "reference")
            inside = [text_run(f"{mark} "), *runs] if numbered else runs
            if block.keys and block.keys[place]:
                inside = self.anchors.mark(self.anchors.source(block.keys[place]), *inside)
            self.flow.append(paragraph(style_id("reference"), *inside))
