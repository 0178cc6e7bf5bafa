"""Running text as markup: numbers that open their evidence, links, citations and footnotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from pbgov.marks import SIMULATED
from pbgov.reporting.report import Citation, Footnote, Mention, Number, References

if TYPE_CHECKING:
    from pbgov.reporting.report import Piece, Report


class RunningText:
    """Turns the prose of one report into markup, in reading order, and counts as it goes.

    Attributes
    ----------
    footnotes : list of str
        Texts of the footnotes met so far; the first is number 1.
    mentions : dict of str to list of str
        Anchors of the places where each result is stated.
    """

    def __init__(self, report: Report, anchors: dict[str, str]) -> None:
        self._report = report
        self._anchors = anchors
        self._sources = _source_anchors(report)
        self.footnotes: list[str] = []
        self.mentions: dict[str, list[str]] = {}

    def markup(self, text: str, reality: str | None = None) -> Markup:
        """`text` escaped, with links; `reality` is the label that stands before it."""
        return Markup("").join(self._piece(piece, reality) for piece in self._report.pieces(text))

    def _piece(self, piece: Piece, reality: str | None) -> Markup:
        if isinstance(piece, str):
            return escape(piece)
        if isinstance(piece, Mention):
            return Markup('<a href="#{}">{}</a>').format(piece.exhibit_id, piece.printed)
        if isinstance(piece, Number):
            return self._number(piece, reality)
        if isinstance(piece, Citation):
            numbered = " numbered" if piece.printed.startswith("[") else ""
            return Markup('<a class="citation{}" href="#{}" role="doc-biblioref">{}</a>').format(
                numbered, self._sources[piece.key], piece.printed
            )
        return self._footnote(piece)

    def _number(self, number: Number, reality: str | None) -> Markup:
        """A result; a simulated one carries its mark where no label before it says so."""
        result = number.result
        places = self.mentions.setdefault(result.result_id, [])
        anchor = f"{self._anchors[result.result_id].replace('result', 'number')}_{len(places) + 1}"
        places.append(anchor)
        linked = Markup(
            '<a class="number{}" id="{}" href="#{}" data-result="{}" title="{}">{}</a>'
        ).format(
            " simulated" if result.simulated else "",
            anchor,
            self._anchors[result.result_id],
            result.result_id,
            result.meaning,
            number.printed,
        )
        unmarked = result.simulated and reality != SIMULATED
        return (
            linked + Markup('<span class="mark">【{}】</span>').format(SIMULATED)
            if unmarked
            else linked
        )

    def _footnote(self, note: Footnote) -> Markup:
        self.footnotes.append(note.text)
        n = len(self.footnotes)
        return Markup(
            '<sup class="noteref"><a id="noteref_{0}" href="#note_{0}" role="doc-noteref"'
            ' aria-label="脚注 {0}">注{0}</a></sup>'
        ).format(n)


def _source_anchors(report: Report) -> dict[str, str]:
    """The anchor of each cited key's entry."""
    return {
        key: f"source_{place}_{n}"
        for place, block in enumerate(report.blocks, 1)
        if isinstance(block, References)
        for n, key in enumerate(block.keys, 1)
    }
