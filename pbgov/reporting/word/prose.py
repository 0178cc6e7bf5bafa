"""Running text: what is named in it becomes a field, a link, a content control or a footnote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbgov.marks import SIMULATED
from pbgov.reporting.report import CONFIDENCE_DOTS, Citation, Footnote, Mention, Number
from pbgov.reporting.word.layouts import HEI
from pbgov.reporting.word.ooxml import Look, control, field, link, text_run
from pbgov.reporting.word.styles import NUMBER

if TYPE_CHECKING:
    from pbgov.reporting.report import Report
    from pbgov.reporting.word.anchors import Anchors
    from pbgov.reporting.word.layouts import WordLayout
    from pbgov.reporting.word.package import Footnotes

TAG = "result:"
LABEL_SIZE = 10.5

# background, line and style of each label: all differ without colour
LABELS = {
    "真实": ("FFFFFF", "1B6E3C", "single", "1B6E3C"),
    "模拟": ("8A1C1C", "8A1C1C", "single", "FFFFFF"),
    "方法": ("FFFFFF", "4A5560", "dotted", "4A5560"),
    "局限": ("E4E7EA", "4A5560", "dashed", "222222"),
}
_NUMERIC_MARK = re.compile(r"\[[\d,，\-–— ]+\]")


@dataclass(frozen=True)
class Prose:
    """Writes the texts of one report."""

    report: Report
    layout: WordLayout
    anchors: Anchors
    footnotes: Footnotes

    def runs(self, text: str, role: str) -> list[Any]:
        """What stands in a paragraph of the style `role` for `text`."""
        made: list[Any] = []
        for piece in self.report.pieces(text):
            if isinstance(piece, str):
                made.append(text_run(piece))
            elif isinstance(piece, Mention):
                name = self.anchors.exhibit(piece.exhibit_id)
                made += field(f"REF {name} \\h", piece.printed)
            elif isinstance(piece, Number):
                made += self._number(piece, role)
            elif isinstance(piece, Citation):
                raised = bool(_NUMERIC_MARK.fullmatch(piece.printed))
                mark = text_run(piece.printed, Look(raised=raised))
                made.append(link(self.anchors.source(piece.key), mark))
            elif isinstance(piece, Footnote):
                made.append(self.footnotes.mark(piece.text))
        return made

    def reality(self, word: str) -> Any:
        """The label 【真实】, 【模拟】 …, which can be told apart without colour."""
        if not self.layout.framed:
            return text_run(f"【{word}】", Look(east_asian=HEI))
        fill, line, style, ink = LABELS[word]
        look = Look(east_asian=HEI, size=LABEL_SIZE, colour=ink, fill=fill, frame=(style, line))
        return text_run(f"【{word}】", look)

    def confidence(self, word: str) -> Any:
        """The label 【把握：中】, with its dots where labels are framed."""
        if not self.layout.framed:
            return text_run(f"【把握：{word}】", Look(east_asian=HEI))
        look = Look(east_asian=HEI, size=LABEL_SIZE, colour="222222")
        return text_run(f"【把握：{word}】{CONFIDENCE_DOTS[word]}", look)

    def _number(self, piece: Number, role: str) -> list[Any]:
        """A content control that holds a link to the annex; its tag names the result."""
        result = piece.result
        fonts = self.layout.styles[role]
        look = Look(east_asian=fonts.east_asian, latin=fonts.latin, style=NUMBER, numeral=True)
        shown = self.anchors.to_result(result.result_id, text_run(piece.printed, look))
        mark = f"【{SIMULATED}】" if result.simulated else ""
        held = control(
            self.anchors.next_control(), mark + result.meaning, TAG + result.result_id, shown
        )
        return self.anchors.mark(self.anchors.place(result.result_id), held)
