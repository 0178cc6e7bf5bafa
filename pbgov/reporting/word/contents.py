"""Table of contents and lists of tables and figures: fields of Word, filled in before it opens them.

The entries are links and can be read at once. Page numbers depend on the fonts of the reader's
computer; Word and WPS fill them in when the field is updated, and no file asks for that on opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbgov.reporting.report import Heading, References
from pbgov.reporting.word.anchors import Anchors
from pbgov.reporting.word.ooxml import (
    element,
    field_begin,
    field_end,
    link,
    paragraph,
    text_run,
)
from pbgov.reporting.word.styles import style_id

if TYPE_CHECKING:
    from pbgov.reporting.report import Report

TITLE = "目录"
HINT = "（页码随各人电脑的字体而定：在目录上右击、选“更新域”，即按这台电脑的版面填上。）"
LIST_TITLES = {
    "表": "表目录",
    "图": "图目录",
    "Table": "List of Tables",
    "Figure": "List of Figures",
}
FEWEST_HEADINGS = 2


@dataclass(frozen=True)
class Entry:
    """A line of a list: the style it has, what it says, and the bookmark it leads to."""

    role: str
    text: str
    anchor: str


def headings(report: Report, annex: str) -> list[tuple[int, str]]:
    """Level and text of every heading, in reading order; `annex` is the last one, or empty."""
    found = []
    for block in report.blocks:
        if isinstance(block, Heading):
            found.append((block.level, block.text))
        elif isinstance(block, References) and block.title:
            found.append((1, block.title))
    return [*found, (1, annex)] if annex else found


def contents(report: Report, anchors: Anchors, annex: str) -> list[Any]:
    """The table of contents, then a list of tables and one of figures; each where it has entries."""
    made: list[Any] = []
    entries = [
        Entry(f"contents{level}", text, Anchors.heading(place))
        for place, (level, text) in enumerate(headings(report, annex), 1)
    ]
    if len(entries) >= FEWEST_HEADINGS:
        hint = paragraph(style_id("chart_note"), text_run(HINT))
        inside = [
            paragraph(style_id("contents_title"), text_run(TITLE)),
            hint,
            *_listed('TOC \\o "1-3" \\h \\z', entries),
        ]
        made.append(_gallery(anchors.next_control(), inside))
    numbers = report.numbers
    labels = {exhibit.label: exhibit.kind for exhibit in report.exhibits}
    for label in sorted(labels, key=lambda one: labels[one] == "figure"):
        name = label.strip()
        shown = [
            Entry(
                "exhibit_list",
                f"{label}{numbers[one.exhibit_id]}  {one.caption_text}",
                anchors.caption(one.exhibit_id),
            )
            for one in report.exhibits
            if one.label == label
        ]
        made.append(paragraph(style_id("contents_title"), text_run(LIST_TITLES[name])))
        made += _listed(f'TOC \\h \\z \\c "{name}"', shown)
    return made


def _listed(instruction: str, entries: list[Entry]) -> list[Any]:
    """The entries as the result of one field, each a link with its page number behind it."""
    made = []
    for place, entry in enumerate(entries):
        line = link(
            entry.anchor,
            text_run(entry.text),
            element("w:r", element("w:tab")),
            *field_begin(f"PAGEREF {entry.anchor} \\h"),
            field_end(),
        )
        begin = field_begin(instruction) if place == 0 else []
        end = [field_end()] if place == len(entries) - 1 else []
        made.append(paragraph(style_id(entry.role), *begin, line, *end))
    return made


def _gallery(number: int, inside: list[Any]) -> Any:
    """The control that gives a table of contents its button for updating."""
    return element(
        "w:sdt",
        element(
            "w:sdtPr",
            element("w:id", val=number),
            element(
                "w:docPartObj",
                element("w:docPartGallery", val="Table of Contents"),
                element("w:docPartUnique"),
            ),
        ),
        element("w:sdtContent", *inside),
    )
