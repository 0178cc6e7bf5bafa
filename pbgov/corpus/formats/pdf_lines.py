"""From glyphs to lines in reading order: rows, columns, paragraphs.

A page is cut at a gutter where text stands in columns: a strip that next to no line crosses, with
lines on both sides that mostly fill the width of their column, as prose does and the cells of a
table do not. Lines across the gutter (a title, a wide figure) part the page into bands; in each
band the left column is read before the right one. This is the recursive cut of a page into
columns (Nagy and Seth 1984) with the vertical cut tried first.

References
----------
Nagy, G., & Seth, S. (1984). Hierarchical representation of optically scanned documents.
*Proceedings of the 7th International Conference on Pattern Recognition*, 347-349.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.structure.numbering import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbgov.corpus.formats.pdf_glyphs import Glyph

# Lengths are in em, the size of the type, unless stated.
SAME_ROW = 0.5  # of two baselines; raised figures of notes stay in their line
APART = 1.0  # a gap from which two stretches of a row are apart
WIDE_SPACE, NARROW_SPACE, TAB = 0.5, 0.2, 2.5  # gaps read as a space, beside Han or letters; a tab
OVERPRINT = 0.3  # the same glyph set twice this close is one, made bold by overprinting
LEAST_LINES, LEAST_LENGTH = 3, 8  # of a column: lines, and characters of its middling line
FILLED = 0.6  # of the width of a column, by its middling line
MOST_COLUMNS = 3  # that may stand together on one side of a gutter
NARROWEST = 0.5  # strip between two columns
MOST_STRIPS = 20  # looked at, those fewest lines cross first
SAME_EDGE = 1.0  # points
CROSSING = 0.5  # lines across a gutter, for each line of the shorter column
INDENT = 1.0
FARTHEST_INDENT = 4.0  # of the first line of a paragraph
PARAGRAPH_GAP = 1.4  # of the usual distance between lines
OTHER_SIZE = 0.1  # share by which the size of type differs from line to line
SENTENCE_FINAL = re.compile(r"[。！？!?…：:；;][”’」』）)》]*\Z")
NO_HEADING_END = re.compile(r"[。！？!?…：:；;，,、][”’」』）)》]*\Z")
LEADERS = re.compile(r"(?:[.·．…‥]\s?){3,}\s*[-—\d ]+\Z")  # of a table of contents
WORD = r"(?:[A-Za-z0-9./:%-]+|.)"
FIRST_WORD = re.compile(rf"{WORD}(?:[“”‘’]+{WORD}?|[，。、；：？！）》])*")  # kept on one line


class Line(NamedTuple):
    """One line of text: where it begins and ends, its baseline, and its size, all in points."""

    text: str
    start: float
    end: float
    down: float
    size: float
    glyphs: tuple[Glyph, ...]


class Column(NamedTuple):
    """Lines that follow one another, and the edges of the space they fill."""

    lines: list[Line]
    left: float
    right: float


def rows(glyphs: Iterable[Glyph]) -> list[Line]:
    """The rows of a page or column from top to bottom, whatever stands beside one another joined."""
    return [_line([glyph for piece in row for glyph in piece]) for row in _rows(_pieces(glyphs))]


def columns(glyphs: Iterable[Glyph]) -> list[Column]:
    """The columns of a page in the order of reading."""
    pieces = [_line(piece) for row in _rows(_pieces(glyphs)) for piece in row]
    return [_column(each) for each in _cut(pieces) if each]


def is_set_downwards(glyphs: Sequence[Glyph]) -> bool:
    """True where most glyphs were set right below the one before: writing from top to bottom."""
    below = sum(
        abs(glyph.along - before.along) < 0.5 * glyph.size
        and 0.5 * glyph.size < glyph.down - before.down < 2 * glyph.size
        for before, glyph in pairwise(glyphs)
    )
    return 2 * below > len(glyphs)


def turned(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """The same glyphs read from top to bottom, columns from right to left."""
    return [
        glyph._replace(along=glyph.down, down=-glyph.along, width=glyph.size) for glyph in glyphs
    ]


def begins_paragraph(line: Line, before: Line, column: Column, pitch: float) -> bool:
    """True where a line of a column begins a paragraph after the line before it.

    It does after a gap, in another size of type, with an indent its predecessor lacks, after a
    line that ended although the next word would have fitted, and among rows of cells and the
    lines of a table of contents. A line flush right that did not begin at the left went on nowhere,
    and a short numbered line without a mark at its end, under the end of a sentence, is a heading.
    """
    indent = line.start - column.left
    return (
        line.down - before.down > PARAGRAPH_GAP * pitch
        or abs(line.size - before.size) > OTHER_SIZE * before.size
        or (indent >= INDENT * line.size and line.start - before.start >= INDENT * line.size)
        or _ends_early(before, line, column)
        or _is_numbered_heading(before, line, column)
        or before.start - column.left > FARTHEST_INDENT * before.size
        or "\t" in line.text + before.text
        or bool(LEADERS.search(before.text))
    )


def goes_on(before: Line, over: Column, line: Line, column: Column, *, indents: bool) -> bool:
    """True where the first line of a column goes on with the last line of the column before it.

    `indents` tells whether the document indents the first lines of paragraphs.
    """
    if abs(line.size - before.size) > OTHER_SIZE * before.size:
        return False
    if line.start - column.left >= INDENT * line.size or _ends_early(before, line, over):
        return False
    return indents or not SENTENCE_FINAL.search(before.text)


def pitch(column: Column) -> float:
    """The usual distance between the lines of a column; infinite where there is one line."""
    steps = [line.down - before.down for before, line in pairwise(column.lines)]
    return median(steps) if steps else float("inf")


def _ends_early(before: Line, line: Line, column: Column) -> bool:
    word = FIRST_WORD.match(line.text)
    needed = sum(1.0 if _is_wide(char) else 0.6 for char in word[0]) if word else 1.0
    return column.right - before.end > (needed + 1) * before.size


def _is_numbered_heading(before: Line, line: Line, column: Column) -> bool:
    return (
        column.right - line.end > 2 * line.size
        and SENTENCE_FINAL.search(before.text) is not None
        and not NO_HEADING_END.search(line.text)
        and number_of(line.text) is not None
    )


def _column(pieces: list[Line]) -> Column:
    lines = rows(glyph for piece in pieces for glyph in piece.glyphs)
    return Column(lines, min(line.start for line in lines), max(line.end for line in lines))


def _pieces(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Stretches of glyphs set one after another on one baseline."""
    pieces: list[list[Glyph]] = []
    before: Glyph | None = None
    for glyph in glyphs:
        em = max(glyph.size, before.size) if before else 0.0
        if (
            before is None
            or abs(glyph.down - before.down) > SAME_ROW * em
            or not -em <= glyph.along - before.along - before.width <= APART * em
        ):
            pieces.append([])
        pieces[-1].append(glyph)
        before = glyph
    return pieces


def _rows(pieces: list[list[Glyph]]) -> list[list[list[Glyph]]]:
    """Pieces on one baseline, from top to bottom; in each row those apart, from left to right."""
    found: list[list[list[Glyph]]] = []
    base: Glyph | None = None
    for piece in sorted(pieces, key=lambda each: median(glyph.down for glyph in each)):
        largest = max(piece, key=lambda glyph: glyph.size)
        em = max(largest.size, base.size) if base else 0.0
        if base is None or abs(largest.down - base.down) > SAME_ROW * em:
            found.append([])
            base = largest
        elif largest.size > base.size:
            base = largest
        found[-1].append(piece)
    return [_apart(row) for row in found]


def _apart(row: list[list[Glyph]]) -> list[list[Glyph]]:
    """The pieces of a row, those joined that touch."""
    joined: list[list[Glyph]] = []
    end = 0.0
    for piece in sorted(row, key=lambda each: min(glyph.along for glyph in each)):
        start = min(glyph.along for glyph in piece)
        em = max(glyph.size for glyph in piece)
        if joined and start - end <= APART * em:
            joined[-1].extend(piece)
        else:
            joined.append(list(piece))
        end = max(glyph.along + glyph.width for glyph in joined[-1])
    return joined


def _line(glyphs: Sequence[Glyph]) -> Line:
    kept: list[Glyph] = []
    text = ""
    for glyph in sorted(glyphs, key=lambda each: each.along):
        if any(_is_overprint(glyph, other) for other in kept[-2:]):
            continue
        text += (_space(kept[-1], glyph) if kept else "") + glyph.text
        kept.append(glyph)
    largest = max(kept, key=lambda glyph: glyph.size)
    end = max(glyph.along + glyph.width for glyph in kept)
    size = median(glyph.size for glyph in kept)
    return Line(text, kept[0].along, end, largest.down, size, tuple(kept))


def _is_overprint(glyph: Glyph, other: Glyph) -> bool:
    near = OVERPRINT * glyph.size
    return (
        glyph.text == other.text
        and abs(glyph.along - other.along) < near
        and abs(glyph.down - other.down) < near
    )


def _space(before: Glyph, glyph: Glyph) -> str:
    gap = (glyph.along - before.along - before.width) / max(glyph.size, before.size, 0.1)
    if gap > TAB:
        return "\t"
    wide = _is_wide(before.text[-1]) or _is_wide(glyph.text[0])
    return glyph.space or (" " if gap > (WIDE_SPACE if wide else NARROW_SPACE) else "")


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "FW"


def _cut(pieces: list[Line]) -> list[list[Line]]:
    """The pieces of a page as columns in the order of reading."""
    gutter = _gutter(pieces)
    if gutter is None:
        return [pieces]
    found: list[list[Line]] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    across: list[Line] = []
    firsts = [piece.start for piece in pieces if piece.start >= gutter]
    for piece in (part for each in pieces for part in _parted(each, gutter, firsts)):
        crosses = piece.start < gutter <= piece.glyphs[-1].along  # a last mark may hang into it
        if crosses and any(sides):
            found += [each for side in sides for each in _cut(side)]
            sides = ([], [])
        elif not crosses and across:
            found.append(across)
            across = []
        if crosses:
            across.append(piece)
        else:
            sides[piece.start >= gutter].append(piece)
    return [*found, *(each for side in sides for each in _cut(side)), across]


def _parted(piece: Line, gutter: float, firsts: Sequence[float]) -> list[Line]:
    """A row that a mark hanging into the gutter joined, as its two lines.

    It leaves the gutter free, and what stands beyond begins where the lines of that column begin.
    """
    left = [glyph for glyph in piece.glyphs if glyph.along < gutter]
    right = [glyph for glyph in piece.glyphs if glyph.along >= gutter]
    if not left or not right:
        return [piece]
    end, start = max(glyph.along + glyph.width for glyph in left), right[0].along
    aligned = sum(abs(first - start) <= SAME_EDGE for first in firsts)
    apart = start - end >= NARROWEST * min(left[-1].size, right[0].size)
    if not apart or aligned < LEAST_LINES:
        return [piece]
    return [_line(left), _line(right)]


def _gutter(pieces: list[Line]) -> float | None:
    """The middle of the strip between two columns of prose, or None where there is none."""
    if len(pieces) < 2 * LEAST_LINES:
        return None
    em = median(piece.size for piece in pieces)
    edges = sorted([(piece.start, 1) for piece in pieces] + [(piece.end, -1) for piece in pieces])
    starts, ends = sorted(each.start for each in pieces), sorted(each.end for each in pieces)
    strips = []
    crossing = 0
    for (place, step), (after, _) in pairwise(edges):
        crossing += step
        middle = (place + after) / 2
        shorter = min(bisect_right(ends, middle), len(starts) - bisect_left(starts, middle))
        if after - place >= NARROWEST * em and crossing <= CROSSING * shorter:
            strips.append((crossing, place - after, middle))
    for _, _, middle in sorted(strips)[:MOST_STRIPS]:
        left = [piece for piece in pieces if piece.end <= middle]
        right = [piece for piece in pieces if piece.start >= middle]
        narrower, fuller = sorted((_filled(left), _filled(right)))
        if fuller >= FILLED and narrower >= FILLED / MOST_COLUMNS:
            return middle
    return None


def _filled(side: list[Line]) -> float:
    """The share of the width of some lines that the middling one fills; 0 where they are no prose."""
    if len(side) < LEAST_LINES or median(len(piece.glyphs) for piece in side) < LEAST_LENGTH:
        return 0.0
    width = max(piece.end for piece in side) - min(piece.start for piece in side)
    return median(piece.end - piece.start for piece in side) / width if width else 0.0
