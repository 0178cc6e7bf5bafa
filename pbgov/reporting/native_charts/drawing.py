"""Pieces of DrawingML that charts and slides share: elements, fills, lines and fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from pbgov.exhibits.style import GRID, HATCHES, INK, MUTED, PALETTE
from pbgov.exhibits.visible_text import visible_text

NAMESPACES = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
LATIN = "Arial"
EAST_ASIAN = "微软雅黑"
"""Unlike 黑体 and 宋体 it has a true minus sign, and Office brings it on Windows and macOS."""

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
LINE_COLOURS = (*PALETTE[:4], MUTED)
"""The palette's lightest colour fills an area; as a line it would vanish on white."""

PATTERNS = {"///": "wdUpDiag", "...": "pct30", "xxx": "openDmnd"}
DASHES = ("solid", "dash", "sysDot", "lgDash", "dashDot")
POINT = 12700


@dataclass(frozen=True)
class Look:
    """Language of a chart's texts and the size of its tick labels in points."""

    lang: str = "zh"
    size: float = 9.0


def make(tag: str, *children: Any, **attributes: object) -> Any:
    """An element such as ``c:ser``; children that are None are left out, a str becomes its text."""
    made = etree.Element(qualified(tag), nsmap=NAMESPACES)
    for name, value in attributes.items():
        made.set(name, str(value))
    for child in children:
        if isinstance(child, str):
            made.text = visible_text(child)
        elif child is not None:
            made.append(child)
    return made


def qualified(tag: str) -> str:
    """``c:ser`` with its namespace written out."""
    prefix, name = tag.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def solid(colour: str) -> Any:
    """A plain fill."""
    return make("a:solidFill", rgb(colour))


def rgb(colour: str) -> Any:
    """A colour such as ``#14345c`` as an element."""
    return make("a:srgbClr", val=colour.lstrip("#").upper())


def line_colour(number: int) -> str:
    """Colour of the line and markers of a series."""
    return LINE_COLOURS[number % len(LINE_COLOURS)]


def series_fill(number: int, light: bool = False) -> Any:
    """The fill of a bar: colour and pattern differ, so that series differ in greyscale too.

    `light` takes the palette from its light end, where an interval drawn over the bar is seen.
    """
    colours = PALETTE[::-1] if light else PALETTE
    colour = colours[number % len(colours)]
    turn = number // len(PALETTE)  # the sixth series has the first colour with another pattern
    pattern = PATTERNS.get(HATCHES[(number + turn) % len(HATCHES)])
    if pattern is None:
        return solid(colour)
    return make(
        "a:pattFill",
        make("a:fgClr", rgb("#ffffff")),
        make("a:bgClr", rgb(colour)),
        prst=pattern,
    )


def line(colour: str | None, width: float = 0.75, dash: str = "solid") -> Any:
    """An outline `width` points wide; None draws none."""
    if colour is None:
        return make("a:ln", make("a:noFill"))
    return make(
        "a:ln", solid(colour), make("a:prstDash", val=dash), make("a:round"), w=int(width * POINT)
    )


def shape(fill: Any, outline: Any) -> Any:
    """Fill and outline of a part of a chart; None leaves one to the program."""
    return make("c:spPr", fill, outline)


def axis_line() -> Any:
    """The line of an axis."""
    return shape(None, line(MUTED))


def grid_line() -> Any:
    """The line of a grid."""
    return shape(None, line(GRID, 0.5))


def run_properties(tag: str, size: float, lang: str, bold: bool = False, ink: str = INK) -> Any:
    """Size in points, language, colour and both fonts of a text: ``a:rPr`` or ``a:defRPr``."""
    return make(
        tag,
        solid(ink),
        make("a:latin", typeface=LATIN),
        make("a:ea", typeface=EAST_ASIAN),
        make("a:cs", typeface=LATIN),
        lang=LANGUAGES[lang],
        sz=round(size * 100),
        b=int(bold),
    )


def text_properties(look: Look, turned: bool = False) -> Any:
    """How the labels of a part are set: ``c:txPr``."""
    return make(
        "c:txPr",
        body_properties(turned),
        make("a:lstStyle"),
        make(
            "a:p",
            make("a:pPr", run_properties("a:defRPr", look.size, look.lang)),
            make("a:endParaRPr", lang=LANGUAGES[look.lang]),
        ),
    )


def rich_text(text: str, look: Look, *, bold: bool = False, turned: bool = False) -> Any:
    """A text of its own, such as a title: ``c:tx``."""
    size, lang = look.size, look.lang
    return make(
        "c:tx",
        make(
            "c:rich",
            body_properties(turned),
            make("a:lstStyle"),
            make(
                "a:p",
                make("a:pPr", run_properties("a:defRPr", size, lang, bold)),
                make("a:r", run_properties("a:rPr", size, lang, bold), make("a:t", text)),
            ),
        ),
    )


def body_properties(turned: bool) -> Any:
    """Level text, or text that reads upwards."""
    return make("a:bodyPr", rot=-5400000, vert="horz") if turned else make("a:bodyPr")
