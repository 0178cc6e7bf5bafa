"""The room on a slide, and how large a text may be set so that it stays inside its box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pbgov.exhibits.lines import text_width, wrap

POINTS_PER_CM = 72 / 2.54
LEADING = 1.3
"""Height of a line, in sizes of its type."""

SLACK = 0.96
"""Share of a line that is filled at most: Latin capitals are wider than half a Han character."""

SMALLEST = 12.0
"""Points below which no message is set; only the foot of a slide is smaller."""

PARAGRAPH_GAP = 0.4
"""Empty lines between two paragraphs."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide, in cm from its left upper corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


SLIDE = Box(0, 0, 33.867, 19.05)
KICKER = Box(1.3, 0.55, 31.2, 0.75)
TITLE = Box(1.3, 1.35, 31.2, 2.25)
BODY = Box(1.3, 3.75, 31.2, 12.75)
STATEMENT = Box(1.3, 2.2, 31.2, 5.4)
"""Of a message that stands alone, without an exhibit."""

OPENING_TITLE = Box(2.4, 2.2, 29.0, 4.0)
OPENING_SUBTITLE = Box(2.4, 6.5, 29.0, 1.6)
FOOT = Box(1.3, 16.75, 28.6, 2.0)


def columns_in(width: float, size: float, text: str) -> int:
    """Half-width characters of `text` that a line of `width` cm holds at `size` points."""
    return max(2, int(width * POINTS_PER_CM * SLACK / (size / 2) / breadth(text) + 1e-6))


def breadth(text: str) -> float:
    """How much wider `text` is set than `text_width` counts it: Latin type is no half of a Han one.

    From the advance widths of DejaVu Sans, which stands in where Arial is missing and is wider:
    digits 0.636 of the size, small letters 0.59 and capitals 0.72 on average, a per cent sign 0.95;
    never below 1.
    """
    told = text_width(text)
    if not told:
        return 1.0
    more = sum(
        0.9 if char == "%" else 0.44 if char.isupper() else 0.28 if char.isdigit() else 0.18
        for char in text
        if "!" <= char <= "~"
    )
    return 1.0 + more / told


@lru_cache(maxsize=20_000)
def lines_of(text: str, width: float, size: float) -> tuple[str, ...]:
    """The lines that `text` takes in `width` cm at `size` points; its own breaks are kept."""
    lines: list[str] = []
    for part in text.split("\n"):
        lines += wrap(part, columns_in(width, size, part)) or [""]
    return tuple(lines)


def height_of(n_lines: int, size: float) -> float:
    """Height in cm of so many lines."""
    return n_lines * size * LEADING / POINTS_PER_CM


def lines_in(height: float, size: float) -> int:
    """Lines that fit into `height` cm."""
    return int(height / height_of(1, size) + 1e-9)


def below(box: Box, title: Box) -> Box:
    """What is left of `box` under a title."""
    top = max(box.top, title.bottom + 0.3)
    return Box(box.left, top, box.width, box.bottom - top)


def size_for(text: str, box: Box, sizes: tuple[float, ...]) -> float | None:
    """The first of `sizes` at which `text` stays inside `box`; None where none does."""
    for size in sizes:
        if height_of(len(lines_of(text, box.width, size)), size) <= box.height:
            return size
    return None


def portions(texts: tuple[str, ...], box: Box, size: float) -> list[list[str]]:
    """Paragraphs cut into slides: each holds what fits into `box`, long paragraphs are split.

    Between two paragraphs `PARAGRAPH_GAP` lines are left empty.
    """
    room = lines_in(box.height, size)
    slides: list[list[str]] = [[]]
    used = 0.0
    for text in texts:
        lines = lines_of(text, box.width, size)
        while lines:
            free = int(room - used)
            if free <= 0 or (len(lines) > free and len(lines) <= room and slides[-1]):
                slides.append([])
                used, free = 0.0, room
            slides[-1].append("".join(_with_gap(lines[:free])))
            used += min(len(lines), free) + PARAGRAPH_GAP
            lines = lines[free:]
    return slides


def _with_gap(lines: tuple[str, ...]) -> list[str]:
    """Lines such that they can be joined: a space between Latin words that a line break parted."""
    joined = list(lines[:1])
    for before, line in pairwise(lines):
        gap = before and line and text_width(before[-1]) == text_width(line[0]) == 1
        joined.append((" " if gap and before[-1] not in "-_/" else "") + line)
    return joined


def shortened(text: str, width: float, size: float, most: int, told: str) -> str:
    """`text` where it fits into `most` lines; else its beginning, and `told` after it."""
    lines = lines_of(text, width, size)
    if len(lines) <= most:
        return text
    room = columns_in(width, size, text) * most - text_width(told)
    kept = ""
    for char in text:
        if text_width(kept + char) > room:
            break
        kept += char
    while len(lines_of(kept + told, width, size)) > most and kept:
        kept = kept[:-1]
    return kept + told
