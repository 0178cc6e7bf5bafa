"""Cutting a document into segments that tile it: nothing is lost, nothing is changed.

A paragraph is one line, as Chinese documents are written. White space at the ends of lines and
between sentences forms rows of its own (kind ``blank``), so that a paragraph or a sentence starts
and ends with a visible character. What is a heading, a paragraph or a note: `pbgov.corpus.structure.headings`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.document import Document
from pbgov.corpus.structure.headings import TITLE, Reading, read_lines
from pbgov.corpus.structure.lines import LINE_KINDS, Line, lines_of, marked_headings, told_lines
from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.errors import InputError
from pbgov.schemas import OUTLINE, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNITS = ("sentence", "paragraph")
LETTER = {"paragraph": "p", "heading": "h", "table": "t", "note": "n", "blank": "b"}
COLUMNS = list(SEGMENTS.columns)


class Stretch(NamedTuple):
    """One stretch of text, before it has a name; ``reading`` is that of a heading."""

    kind: str
    start: int
    end: int
    reading: Reading | None = None


class Placed(NamedTuple):
    """A stretch under its headings: their titles, from the widest, and the depth of a heading."""

    stretch: Stretch
    path: tuple[str, ...]


def segment(document: Document | Sequence[Document], unit: str = "sentence") -> pd.DataFrame:
    """The segments of a document, or of all documents of a corpus, in the order of the text.

    Parameters
    ----------
    document : Document or Corpus
    unit : {"sentence", "paragraph"}
        Whether paragraphs are cut into sentences.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.SEGMENTS`. The texts of a document, joined, are its text: the rows of
        kind ``blank`` hold the white space between the others. A row of a table is one row, and so
        is a note or an entry of a reference list. A heading that a paragraph follows on its line is
        a row of its own (第十条; 1.统筹力量。). An empty document has no row.

    Raises
    ------
    InputError
        Where `unit` is neither.
    """
    if unit not in UNITS:
        raise InputError(f"unit is {unit!r}; it is one of {', '.join(UNITS)}.")
    rows = [row for each in _listed(document) for row in _rows(each, unit)]
    return SEGMENTS.validate(pd.DataFrame(rows, columns=COLUMNS))


def outline(document: Document | Sequence[Document]) -> pd.DataFrame:
    """The section tree of a document, or of all documents of a corpus: one row is one heading.

    Parameters
    ----------
    document : Document or Corpus

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.OUTLINE`, in the order of the text. ``level`` is the depth in the tree, 1 at
        the top and 0 for the title; ``heading`` the path above it; ``n_paragraphs`` counts the
        paragraphs that stand directly under it and ``n_below`` those under its own headings too.
    """
    rows = [row for each in _listed(document) for row in _outline_rows(each)]
    return OUTLINE.validate(pd.DataFrame(rows, columns=list(OUTLINE.columns)))


def _listed(document: Document | Sequence[Document]) -> list[Document]:
    return [document] if isinstance(document, Document) else list(document)


def _rows(document: Document, unit: str) -> Iterator[tuple[object, ...]]:
    text = document.text
    counts = dict.fromkeys(LETTER, 0)
    for stretch, titles in _placed(document):
        kind, start, end, _ = stretch
        path = " > ".join(titles)
        if kind == "front_matter":
            name = f"{document.doc_id}/f"
        else:
            counts[kind] += 1
            name = f"{document.doc_id}/{LETTER[kind]}{counts[kind]:04d}"
        if kind == "paragraph" and unit == "sentence":
            number = 0
            for part in _sentences(text, start, end):
                if part.kind == "blank":
                    counts["blank"] += 1
                    own = parent = f"{document.doc_id}/b{counts['blank']:04d}"
                else:
                    number += 1
                    own, parent = f"{name}s{number:02d}", name
                yield _row(document, own, parent, part, path)
        else:
            yield _row(document, name, name, stretch, path)


def _row(
    document: Document, name: str, paragraph: str, stretch: Stretch, path: str
) -> tuple[object, ...]:
    words = document.text[stretch.start : stretch.end]
    return document.doc_id, name, paragraph, stretch.kind, stretch.start, stretch.end, path, words


def _outline_rows(document: Document) -> Iterator[tuple[object, ...]]:
    found: list[Placed] = []
    directly: Counter[int] = Counter()
    below: Counter[int] = Counter()
    title: list[int] = []
    above: list[int] = []
    for each in _placed(document):
        del above[len(each.path) :]
        if each.stretch.reading:
            (title if each.stretch.reading.rank == TITLE else above).append(len(found))
            found.append(each)
        elif each.stretch.kind == "paragraph":
            directly.update(above[-1:] or title)
            below.update([*title, *above])
    for place, (stretch, path) in enumerate(found):
        words = stretch.reading.title if stretch.reading else ""
        level = 0 if place in title else len(path) + 1
        own = document.doc_id, f"{document.doc_id}/h{place + 1:04d}", level
        counts = directly[place], below[place]
        yield *own, stretch.start, stretch.end, words, " > ".join(path), *counts


def _placed(document: Document) -> Iterator[Placed]:
    """The stretches of a document with the titles of the headings above each."""
    above: list[Reading] = []
    for stretch in _read(document):
        reading = stretch.reading
        rank = (
            None
            if reading is None
            else reading.rank
            if stretch.kind == "heading"
            else reading.leave
        )
        if rank is not None and rank != TITLE:
            while above and above[-1].rank is not None and above[-1].rank >= rank:
                above.pop()
        own = reading if stretch.kind == "heading" else None
        yield Placed(stretch._replace(reading=own), tuple(each.title for each in above))
        if own and own.rank != TITLE:
            above.append(own)


def _read(document: Document) -> Iterator[Stretch]:
    """Every stretch, its kind known; a heading glued to a paragraph is cut off it."""
    text = document.text
    stretches = list(lines_of(document))
    at = [place for place, each in enumerate(stretches) if each.kind in LINE_KINDS]
    plain = [each for place in at if (each := stretches[place])]
    words = [text[each.start : each.end] if each.kind == "paragraph" else "" for each in plain]
    marked, title = marked_headings(document, plain)
    readings = dict(
        zip(at, read_lines(words, marked, title, told_lines(document, plain)), strict=True)
    )
    for place, stretch in enumerate(stretches):
        if stretch.kind == "paragraph":
            yield from _cut(text, stretch, readings[place])
        else:
            yield Stretch(*stretch)


def _cut(text: str, line: Line, reading: Reading) -> Iterator[Stretch]:
    if reading.kind != "heading" or reading.length >= line.end - line.start:
        yield Stretch(reading.kind, line.start, line.end, reading)
        return
    words = text[line.start : line.end]
    end = len(words[: reading.length].rstrip())
    rest = words[reading.length :].lstrip()
    start = len(words) - len(rest)
    yield Stretch("heading", line.start, line.start + end, reading)
    if end < start:
        yield Stretch("blank", line.start + end, line.start + start)
    yield Stretch("paragraph", line.start + start, line.end)


def _sentences(text: str, start: int, end: int) -> Iterator[Stretch]:
    paragraph = text[start:end]
    at = 0
    for stop in sentence_ends(paragraph):
        words = paragraph[at:stop]
        visible = len(words) - len(words.lstrip())
        if visible:
            yield Stretch("blank", start + at, start + at + visible)
        last = at + len(words.rstrip())
        yield Stretch("sentence", start + at + visible, start + last)
        if last < stop:
            yield Stretch("blank", start + last, start + stop)
        at = stop
