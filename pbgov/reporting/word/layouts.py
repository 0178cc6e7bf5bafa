"""How a Word file looks, as data: page, fonts, sizes and line pitch of each layout.

``official`` follows GB/T 9704-2012 (格式 of official documents): 5.2.1 gives A4 with a head margin of
37 mm, a binding margin of 28 mm and a text area of 156 mm × 225 mm; 5.2.2 body in 三号 (16 pt) 仿宋;
5.2.3 22 lines of 28 characters a page; 5.2.4 black only; 7.3.1 the title in 二号 (22 pt) 小标宋, centred;
7.3.3 first-level headings in 黑体, second-level in 楷体, third-level in 仿宋, each indented by two
characters; 7.5 the page number in 四号 (14 pt) half-width 宋体 between dashes 7 mm below the text area,
on the outer side, one character in. The standard leaves tables, notes and annexes open: they are
set smaller here. ``journal`` is an article on A4 in 宋体 and 黑体.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

SONG, HEI, KAI, FANG, BIAOSONG = "宋体", "黑体", "楷体", "仿宋", "方正小标宋简体"
LATIN = "Times New Roman"

Alignment: TypeAlias = Literal["left", "both", "center", "right"]


@dataclass(frozen=True)
class TextStyle:
    """How one kind of paragraph is set; lengths in points unless they say otherwise.

    Attributes
    ----------
    east_asian, latin : str
        Names of the fonts.
    size : float
    line : float
        Line spacing as a multiple of the font's own.
    exact : float, optional
        Line pitch, the same whatever stands in the line; overrides `line`.
    before, after : float
        Room above and below.
    align : {"left", "both", "center", "right"}
    first_characters : int
        Indent of the first line, in characters.
    left, hanging : float
        Indent of the paragraph, and how far its first line stands out from it.
    right_characters, left_characters : int
        Indents in characters.
    bold : bool
    keep_next : bool
        Whether it stays on the page of what follows.
    spacing : float
        What each character is wider by.
    """

    east_asian: str = SONG
    size: float = 12.0
    line: float = 1.0
    exact: float | None = None
    before: float = 0.0
    after: float = 0.0
    align: Alignment = "left"
    first_characters: int = 0
    left: float = 0.0
    hanging: float = 0.0
    right_characters: int = 0
    left_characters: int = 0
    bold: bool = False
    keep_next: bool = False
    latin: str = LATIN
    spacing: float = 0.0


@dataclass(frozen=True)
class WordLayout:
    """The look of a Word file; lengths in millimetres.

    Attributes
    ----------
    top, bottom, left, right : float
        Margins of an A4 page; `left` is the binding side.
    footer : float
        From the lower edge of the paper to the lower edge of the page number.
    styles : dict of str to TextStyle
        By the role of the paragraph; the names are those of `pbgov.reporting.word.styles`.
    table_sizes : tuple of float
        Type sizes a table may take, the preferred first.
    figure_height : float
        What a page leaves for a figure with its caption and notes.
    framed : bool
        Whether labels and boxes are framed and coloured.
    both_sides : bool
        Whether the page is printed on both sides: mirrored margins, page number outside.
    contents_apart : bool
        Whether the table of contents and the lists have pages of their own.
    grid : tuple of int, optional
        Lines of a page and characters of a line.
    """

    top: float
    bottom: float
    left: float
    right: float
    footer: float
    styles: dict[str, TextStyle] = field(repr=False)
    table_sizes: tuple[float, ...]
    figure_height: float
    framed: bool
    both_sides: bool
    contents_apart: bool
    grid: tuple[int, int] | None = None

    width: float = 210.0
    height: float = 297.0

    @property
    def text_width(self) -> float:
        """Width of the text area."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        """Height of the text area: what a line has where the page lies on its side."""
        return self.height - self.top - self.bottom


ANNEX_SIZE = 7.5
_ANNEX = {
    "annex_note": TextStyle(SONG, 9, line=1.2, after=4),
    "annex_cell": TextStyle(SONG, ANNEX_SIZE, line=1.05),
    "annex_heading": TextStyle(HEI, 10.5, line=1.2, before=10, after=4, keep_next=True),
}

JOURNAL = WordLayout(
    top=25.4,
    bottom=25.4,
    left=28,
    right=28,
    footer=15,
    table_sizes=(10.5, 9.0, 8.0, 7.0),
    figure_height=210,
    framed=True,
    both_sides=False,
    contents_apart=False,
    styles={
        "normal": TextStyle(SONG, 12, line=1.5),
        "title": TextStyle(HEI, 20, line=1.25, before=12, after=6, align="center", keep_next=True),
        "subtitle": TextStyle(KAI, 14, line=1.25, after=8, align="center"),
        "heading1": TextStyle(HEI, 16, line=1.25, before=18, after=8, keep_next=True),
        "heading2": TextStyle(HEI, 14, line=1.25, before=12, after=6, keep_next=True),
        "heading3": TextStyle(HEI, 12, line=1.25, before=8, after=4, keep_next=True),
        "body": TextStyle(SONG, 12, line=1.5, align="both", first_characters=2),
        "claim": TextStyle(SONG, 12, line=1.5, before=6, align="both", left=12, keep_next=True),
        "reason": TextStyle(KAI, 10.5, line=1.35, after=8, left=12),
        "caption": TextStyle(
            HEI, 10.5, line=1.25, before=10, after=4, align="center", keep_next=True
        ),
        "cell": TextStyle(SONG, 10.5, line=1.1),
        "note": TextStyle(SONG, 9, line=1.2),
        "picture": TextStyle(SONG, 12, before=8, align="center", keep_next=True),
        "chart_note": TextStyle(KAI, 9, line=1.2, align="center", keep_next=True),
        "box_title": TextStyle(HEI, 12, line=1.35, keep_next=True),
        "box": TextStyle(SONG, 10.5, line=1.35),
        "reference": TextStyle(SONG, 10.5, line=1.25, left=21, hanging=21),
        "contents_title": TextStyle(
            HEI, 14, line=1.25, before=14, after=4, align="center", keep_next=True
        ),
        "contents1": TextStyle(SONG, 11, line=1.3, before=3),
        "contents2": TextStyle(SONG, 10.5, line=1.25, left=14),
        "contents3": TextStyle(SONG, 10.5, line=1.25, left=28),
        "exhibit_list": TextStyle(SONG, 10.5, line=1.25, left=32, hanging=32),
        "footnote": TextStyle(SONG, 9, line=1.15, left=13, hanging=13),
        "header": TextStyle(SONG, 9, align="center"),
        "footer": TextStyle(SONG, 9, align="center"),
        **_ANNEX,
    },
)

PITCH = 28.95
"""Line pitch in points: 225 mm hold 22 of them, in whole twentieths of a point."""

CONDENSED = -0.25
"""What 156 mm leave less for each of 28 characters of 16 points, in whole twentieths of a point.

Spacing is given to the type and not as a grid of characters, which programs read differently.
"""


def _official(east_asian: str, **changes: object) -> TextStyle:
    """A paragraph of 三号 type on the line pitch, its first line indented by two characters."""
    given = {"size": 16.0, "exact": PITCH, "first_characters": 2, "spacing": CONDENSED, **changes}
    return TextStyle(east_asian, **given)  # type: ignore[arg-type]


OFFICIAL = WordLayout(
    top=37,
    bottom=35,
    left=28,
    right=26,
    footer=25,
    table_sizes=(12.0, 10.5, 9.0, 8.0, 7.0),
    figure_height=180,
    framed=False,
    both_sides=True,
    contents_apart=True,
    grid=(22, 28),
    styles={
        "normal": TextStyle(FANG, 16, exact=PITCH),
        "title": TextStyle(BIAOSONG, 22, exact=36, after=PITCH, align="center", keep_next=True),
        "subtitle": TextStyle(KAI, 16, exact=PITCH, after=PITCH, align="center"),
        "heading1": _official(HEI, keep_next=True),
        "heading2": _official(KAI, keep_next=True),
        "heading3": _official(FANG, bold=True, keep_next=True),
        "body": _official(FANG, align="both"),
        "claim": _official(FANG, align="both"),
        "reason": _official(KAI, align="both"),
        "caption": TextStyle(
            HEI, 12, line=1.25, before=10, after=4, align="center", keep_next=True
        ),
        "cell": TextStyle(SONG, 12, line=1.1),
        "note": TextStyle(SONG, 10.5, line=1.2),
        "picture": TextStyle(FANG, 16, before=8, align="center", keep_next=True),
        "chart_note": TextStyle(KAI, 10.5, line=1.2, align="center", keep_next=True),
        "box_title": _official(HEI, keep_next=True),
        "box": _official(FANG, align="both"),
        "reference": TextStyle(FANG, 14, exact=24, left=28, hanging=28),
        "contents_title": TextStyle(
            HEI, 16, exact=PITCH, before=14, after=6, align="center", keep_next=True
        ),
        "contents1": TextStyle(FANG, 14, exact=24),
        "contents2": TextStyle(FANG, 14, exact=24, left=28),
        "contents3": TextStyle(FANG, 14, exact=24, left=56),
        "exhibit_list": TextStyle(FANG, 12, exact=20, left=36, hanging=36),
        "footnote": TextStyle(SONG, 10.5, line=1.15, left=15, hanging=15),
        "header": TextStyle(SONG, 9, align="center"),
        "footer": TextStyle(SONG, 14, exact=16, align="right", right_characters=1, latin=SONG),
        "even_footer": TextStyle(SONG, 14, exact=16, left_characters=1, latin=SONG),
        **_ANNEX,
    },
)

LAYOUTS: dict[str, WordLayout] = {"journal": JOURNAL, "official": OFFICIAL}
