"""Paragraphs of a PDF file, across columns and pages, with notes and page furniture beside them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.document import Mark
from pbgov.corpus.formats.pdf_lines import (
    INDENT,
    Column,
    Line,
    begins_paragraph,
    goes_on,
    pitch,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AMPLE = 4  # lines from which a column shows where its edges are
SMALL = 0.92  # of the size of the body: notes are set smaller
NOTE_SIGN = re.compile(
    r"[\[［【〔(（]\d{1,3}[\]］】〕)）]|[①-⑳*＊†‡]|\d{1,3}(?:[.．、]\D|\s|(?=[A-Z\u4e00-\u9fff]))"
)


class Paragraph(NamedTuple):
    """Lines that belong together; ``kind`` is '' for the text, ``note`` or ``furniture``."""

    lines: list[Line]
    kind: str = ""


class PageParts(NamedTuple):
    """One page: its furniture, and its columns in the order of reading."""

    furniture: list[Line]
    columns: list[Column]


def paragraphs(pages: Sequence[PageParts]) -> list[Paragraph]:
    """The paragraphs of a document.

    A paragraph goes on over the end of a column or page where its last line is full and the next
    begins without an indent. The furniture and the notes of the pages it covers come after it.
    """
    ample = [column for page in pages for column in page.columns if len(column.lines) >= AMPLE]
    body = _body_size(pages)
    cut = [
        (page.furniture, [(_framed(each, ample), list(_cut(each, ample))) for each in page.columns])
        for page in pages
    ]
    indents = _indents([each for _, columns in cut for each in columns])
    found: list[Paragraph] = []
    beside: list[Paragraph] = []
    over: Column | None = None
    for furniture, columns in cut:
        beside += [Paragraph([line], "furniture") for line in furniture]
        for column, groups in columns:
            n_notes = _n_notes(groups, body)
            text = groups[: len(groups) - n_notes]
            if (
                text
                and found
                and over
                and goes_on(found[-1].lines[-1], over, text[0][0], column, indents=indents)
            ):
                found[-1].lines.extend(text.pop(0))
            if text:
                found += beside
                beside = []
                found += [Paragraph(group) for group in text]
            over = column if groups[: len(groups) - n_notes] else over
            beside += [Paragraph(group, "note") for group in groups[len(groups) - n_notes :]]
    return [*found, *beside]


def written(found: Sequence[Paragraph]) -> tuple[str, tuple[Mark, ...]]:
    """The text of paragraphs, and the marks of notes, furniture and the line ends inside them."""
    parts: list[str] = []
    marks: list[Mark] = []
    at = 0
    for paragraph in found:
        text = "\n".join(line.text for line in paragraph.lines)
        if paragraph.kind:
            marks.append(Mark(paragraph.kind, at, at + len(text)))
        marks += [
            Mark("wrap", at + place, at + place + 1)
            for place, char in enumerate(text)
            if char == "\n"
        ]
        parts.append(text)
        at += len(text) + 2
    return "\n\n".join(parts) + "\n", tuple(marks)


def _cut(column: Column, ample: Sequence[Column]) -> Iterator[list[Line]]:
    """The paragraphs of one column."""
    framed, step = _framed(column, ample), pitch(column)
    group = column.lines[:1]
    for before, line in pairwise(column.lines):
        if begins_paragraph(line, before, framed, step):
            yield group
            group = []
        group.append(line)
    yield group


def _framed(column: Column, ample: Sequence[Column]) -> Column:
    """A column of few lines with the edges of a fuller one around it, where there is one."""
    if len(column.lines) >= AMPLE:
        return column
    slack = column.lines[0].size
    around = [
        each
        for each in ample
        if each.left - slack <= column.left and column.right <= each.right + slack
    ]
    if not around:
        return column
    nearest = min(around, key=lambda each: each.right - each.left)
    return column._replace(left=nearest.left, right=nearest.right)


def _body_size(pages: Sequence[PageParts]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for column in page.columns:
            for line in column.lines:
                sizes[round(line.size, 1)] += len(line.glyphs)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _indents(columns: Sequence[tuple[Column, list[list[Line]]]]) -> bool:
    """True where most paragraphs of several lines begin with an indent."""
    firsts = [
        group[0].start - column.left >= INDENT * group[0].size
        for column, groups in columns
        for group in groups[1:]
        if len(group) > 1
    ]
    return 2 * sum(firsts) > len(firsts)


def _n_notes(groups: Sequence[list[Line]], body: float) -> int:
    """How many paragraphs at the foot of a column are notes: set small, the first with its sign."""
    small = 0
    while small < len(groups) and groups[-1 - small][0].size <= SMALL * body:
        small += 1
    foot = groups[len(groups) - small :]
    signed = (place for place, group in enumerate(foot) if NOTE_SIGN.match(group[0].text))
    return small - next(signed, small)
