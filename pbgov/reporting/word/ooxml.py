"""The pieces of WordprocessingML that a report is made of.

Children stand in the order of ECMA-376 Part 1, 17: Word asks whether to repair a file in which they
stand otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from pbgov.exhibits.visible_text import printable
from pbgov.reporting.word.layouts import LATIN

LONGEST_LABEL = 64
"""Characters that Word keeps of the title and of the tag of a content control."""

_BREAKS = re.compile("(\r\n|[\n\r\t\u2028\u2029])")


@dataclass(frozen=True)
class Look:
    """What sets a run apart from its paragraph; None and False leave it as the style has it.

    Attributes
    ----------
    east_asian, latin : str, optional
        Fonts; both are written where one is given.
    size : float, optional
        In points.
    colour, fill : str, optional
        Hexadecimal, of the letters and behind them.
    frame : tuple of (str, str), optional
        Line style and colour of a border around the run.
    style : str, optional
        Id of a character style.
    raised : bool
        Superscript.
    numeral : bool
        Signs that two scripts share, such as −, are taken from the Latin font.
    """

    east_asian: str | None = None
    latin: str = LATIN
    size: float | None = None
    bold: bool = False
    colour: str | None = None
    fill: str | None = None
    frame: tuple[str, str] | None = None
    style: str | None = None
    raised: bool = False
    numeral: bool = False


PLAIN = Look()


def element(tag: str, *children: Any, **attributes: object) -> Any:
    """An element such as ``w:top`` with its children; attribute ``val`` becomes ``w:val``."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(child for child in children if child is not None)
    return made


def twips(points: float) -> int:
    """Points in twentieths of a point."""
    return round(20 * points)


def millimetres(length: float) -> int:
    """Millimetres in twentieths of a point."""
    return round(length * 1440 / 25.4)


def fonts(east_asian: str, latin: str = LATIN, *, numeral: bool = False) -> Any:
    """Fonts by name for every script; theme fonts, which Word would prefer, are not mentioned."""
    return element(
        "w:rFonts",
        ascii=latin,
        hAnsi=latin,
        eastAsia=east_asian,
        cs=LATIN,
        hint="default" if numeral else "eastAsia",
    )


def run_properties(look: Look) -> Any:
    """The ``w:rPr`` of a look, or None where it changes nothing."""
    if look == PLAIN:
        return None
    made = element("w:rPr")
    if look.style is not None:
        made.append(element("w:rStyle", val=look.style))
    if look.east_asian is not None:
        made.append(fonts(look.east_asian, look.latin, numeral=look.numeral))
    if look.bold:
        made.append(element("w:b"))
    if look.colour is not None:
        made.append(element("w:color", val=look.colour))
    if look.size is not None:
        half_points = round(2 * look.size)
        made.extend([element("w:sz", val=half_points), element("w:szCs", val=half_points)])
    if look.frame is not None:
        style, colour = look.frame
        made.append(element("w:bdr", val=style, sz=6, space=0, color=colour))
    if look.fill is not None:
        made.append(element("w:shd", val="clear", color="auto", fill=look.fill))
    if look.raised:
        made.append(element("w:vertAlign", val="superscript"))
    return made


def text_run(text: str, look: Look = PLAIN) -> Any:
    """A run of text; line ends and tabs become Word's own."""
    made = element("w:r", run_properties(look))
    for part in _BREAKS.split(printable(text)):
        if part == "\t":
            made.append(element("w:tab"))
        elif part and _BREAKS.fullmatch(part):
            made.append(element("w:br"))
        elif part:
            piece = element("w:t")
            piece.set(qn("xml:space"), "preserve")
            piece.text = part
            made.append(piece)
    return made


def field(instruction: str, shown: str, look: Look = PLAIN) -> list[Any]:
    """A field such as ``PAGE`` or ``SEQ 表``, showing `shown` until Word updates it."""
    return [
        *field_begin(instruction, look),
        text_run(shown, look),
        element("w:r", run_properties(look), element("w:fldChar", fldCharType="end")),
    ]


def field_begin(instruction: str, look: Look = PLAIN) -> list[Any]:
    """The runs of a field before what it shows."""
    code = element("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    return [
        element("w:r", run_properties(look), inside)
        for inside in (
            element("w:fldChar", fldCharType="begin"),
            code,
            element("w:fldChar", fldCharType="separate"),
        )
    ]


def field_end() -> Any:
    """The run that closes a field."""
    return element("w:r", element("w:fldChar", fldCharType="end"))


def bookmarked(number: int, name: str, *inside: Any) -> list[Any]:
    """What stands `inside` with a bookmark around it."""
    return [
        element("w:bookmarkStart", id=number, name=name),
        *inside,
        element("w:bookmarkEnd", id=number),
    ]


def link(anchor: str, *runs: Any) -> Any:
    """A link to a bookmark of the same file."""
    return element("w:hyperlink", *runs, anchor=anchor, history=1)


def control(number: int, alias: str, tag: str, *inside: Any) -> Any:
    """A content control inside a line: what stands in it can be edited, and found again by its tag."""
    return element(
        "w:sdt",
        element(
            "w:sdtPr",
            element("w:alias", val=shortened(printable(alias))),
            element("w:tag", val=tag),
            element("w:id", val=number),
        ),
        element("w:sdtContent", *inside),
    )


def shortened(text: str) -> str:
    """`text` in the length that Word keeps of a control's title, the cut shown as …."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_LABEL else f"{flat[: LONGEST_LABEL - 1]}…"


def paragraph(style: str, *inside: Any, keep_next: bool | None = None, align: str = "",
              rule: tuple[str, str] | None = None, before: float | None = None,
              after: float | None = None) -> Any:  # fmt: skip
    """A paragraph of a style.

    Parameters
    ----------
    style : str
        Id of the style.
    inside : elements
        Runs, links, controls, bookmarks.
    keep_next : bool, optional
        Whether it stays with the next one, where the style says otherwise.
    align : str, optional
        left, center, right, both.
    rule : tuple of (str, str), optional
        Line style and colour of a rule along the left side.
    before, after : float, optional
        Room above and below in points.
    """
    properties = element("w:pPr", element("w:pStyle", val=style))
    if keep_next is not None:
        properties.append(element("w:keepNext", val=int(keep_next)))
    if rule is not None:
        kind, colour = rule
        side = element("w:left", val=kind, sz=18, space=6, color=colour)
        properties.append(element("w:pBdr", side))
    room = {"before": before, "after": after}
    given = {name: twips(points) for name, points in room.items() if points is not None}
    if given:
        properties.append(element("w:spacing", **given))
    if align:
        properties.append(element("w:jc", val=align))
    return element("w:p", properties, *inside)
