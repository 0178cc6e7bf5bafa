"""Exhibits in a Word file: numbered caption, table or picture, note and source, editable chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.reporting.word.columns import column_groups, fit_on_a_line
from pbgov.reporting.word.ooxml import field, paragraph, text_run
from pbgov.reporting.word.styles import style_id
from pbgov.reporting.word.tables import printed_table

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.word.anchors import Anchors
    from pbgov.reporting.word.flow import Flow
    from pbgov.reporting.word.layouts import WordLayout
    from pbgov.reporting.word.pictures import Pictures

SHORT_NOTE = 200
"""Characters of a note that stays on the page of the source below it."""

_CHART_NOTES = {
    "zh": "{}的可编辑图：右击可改数据、样式。",
    "en": "{}, editable chart: right-click to change its data or style.",
}
_CONTINUED = {"zh": "（续{}）", "en": "({}, continued)"}


class Exhibits:
    """Writes exhibits at the end of a text.

    A table that has no room on an upright page stands on one that lies on its side; one that has no
    room there either is printed in parts, each with the first column.
    """

    def __init__(
        self, flow: Flow, pictures: Pictures, layout: WordLayout, anchors: Anchors
    ) -> None:
        self._flow = flow
        self._pictures = pictures
        self._layout = layout
        self._anchors = anchors

    def write(self, exhibit: Exhibit, number: int) -> None:
        """Write one exhibit under its number."""
        if exhibit.kind == "table":
            self._table(exhibit, number)
            self._below(exhibit)
        else:
            self._flow.turn(on_its_side=False)
            drawn = self._pictures.picture(exhibit, exhibit.caption(number))
            self._flow.append(
                paragraph(style_id("picture"), drawn), self._caption(exhibit, number, before=2)
            )
            self._below(exhibit)
            self._chart(exhibit, number)

    def _caption(self, exhibit: Exhibit, number: int, before: float | None = None) -> Any:
        anchors = self._anchors
        label = [
            text_run(exhibit.label),
            *field(f"SEQ {exhibit.label.strip()} \\* ARABIC", str(number)),
        ]
        numbered = anchors.mark(anchors.exhibit(exhibit.exhibit_id), *label)
        inside = anchors.mark(
            anchors.caption(exhibit.exhibit_id), *numbered, text_run(f"  {exhibit.caption_text}")
        )
        return paragraph(style_id("caption"), *inside, before=before)

    def _table(self, exhibit: Exhibit, number: int) -> None:
        header, rows = exhibit.header(), exhibit.rows()
        sizes = self._layout.table_sizes
        upright = self._layout.text_width / 10
        self._flow.turn(on_its_side=not fit_on_a_line(header, rows, upright, sizes))
        caption = exhibit.caption(number)
        self._flow.append(self._caption(exhibit, number))
        groups = column_groups(header, rows, self._flow.room, sizes)
        for place, group in enumerate(groups):
            if place:
                name = f"{exhibit.label}{number}"
                note = _CONTINUED[exhibit.lang].format(name)
                self._flow.append(
                    paragraph(style_id("note"), text_run(note), keep_next=True, before=8)
                )
            table = printed_table(
                [header[n] for n in group],
                [[row[n] for n in group] for row in rows],
                title=caption,
                description=exhibit.notes()[0],
                layout=self._layout,
                text_cm=self._flow.room,
            )
            self._flow.append(table)

    def _below(self, exhibit: Exhibit) -> None:
        note, source = exhibit.notes()
        self._flow.append(
            paragraph(style_id("note"), text_run(note), keep_next=len(note) <= SHORT_NOTE),
            paragraph(style_id("note"), text_run(source), after=12),
        )

    def _chart(self, exhibit: Exhibit, number: int) -> None:
        """The same figure as a chart that can be edited, under the number of its picture."""
        if exhibit.chart is None:
            return
        name = f"{exhibit.label}{number}"
        note = _CHART_NOTES[exhibit.lang].format(name)
        drawn = self._pictures.chart(exhibit, exhibit.caption(number))
        self._flow.append(
            paragraph(style_id("chart_note"), text_run(note), keep_next=True),
            paragraph(style_id("picture"), drawn, keep_next=False, before=2, after=12),
        )
