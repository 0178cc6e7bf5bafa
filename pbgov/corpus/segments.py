"""Cutting a document into segments that tile it: nothing is lost, nothing is changed.

A paragraph is one line, as Chinese documents are written. White space at the ends of lines and
between sentences forms rows of its own (kind ``blank``), so that a paragraph or a sentence starts
and ends with a visible character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.document import Document, front_matter_end
from pbgov.corpus.headings import Headings
from pbgov.corpus.sentences import sentence_ends
from pbgov.errors import InputError
from pbgov.schemas import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNITS = ("sentence", "paragraph")
LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x85\u2028\u2029]|\Z)")
TABLE_ROW = re.compile(r"\|.*\|\Z", re.DOTALL)
LETTER = {"paragraph": "p", "heading": "h", "table": "t", "blank": "b"}
COLUMNS = list(SEGMENTS.columns)


class Stretch(NamedTuple):
    """One stretch of text, before it has a name."""

    kind: str
    start: int
    end: int


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
        kind ``blank`` hold the white space between the others. A Markdown table is one row per
        line. An empty document has no row.

    Raises
    ------
    InputError
        Where `unit` is neither.
    """
    if unit not in UNITS:
        raise InputError(f"unit is {unit!r}; it is one of {', '.join(UNITS)}.")
    documents = [document] if isinstance(document, Document) else list(document)
    rows = [row for each in documents for row in _rows(each, unit)]
    return SEGMENTS.validate(pd.DataFrame(rows, columns=COLUMNS))


def _rows(document: Document, unit: str) -> Iterator[tuple[object, ...]]:
    text = document.text
    stretches = list(_stretches(text))
    lines = [text[start:end] for kind, start, end in stretches if kind == "paragraph"]
    headings = Headings(lines)
    counts = dict.fromkeys(LETTER, 0)
    line = -1
    for kind, start, end in stretches:
        level = None
        if kind == "paragraph":
            line += 1
            level = headings.level(line)
            if level is not None:
                kind = "heading"
                headings.leave(level)
        if kind == "front_matter":
            name = f"{document.doc_id}/f"
        else:
            counts[kind] += 1
            name = f"{document.doc_id}/{LETTER[kind]}{counts[kind]:04d}"
        path = headings.path
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
            yield _row(document, name, name, Stretch(kind, start, end), path)
        if level is not None:
            headings.enter(line)


def _row(
    document: Document, name: str, paragraph: str, stretch: Stretch, path: str
) -> tuple[object, ...]:
    kind, start, end = stretch
    words = document.text[start:end]
    return document.doc_id, name, paragraph, kind, start, end, path, words


def _stretches(text: str) -> Iterator[Stretch]:
    """Front matter, lines (as paragraphs), table rows and the white space between them."""
    blank = front_matter_end(text)
    if blank:
        yield Stretch("front_matter", 0, blank)
    for match in LINE.finditer(text, blank):
        words = match.group()
        visible = words.strip()
        if not visible:
            continue
        start = match.start() + len(words) - len(words.lstrip())
        end = start + len(visible)
        if blank < start:
            yield Stretch("blank", blank, start)
        yield Stretch("table" if TABLE_ROW.match(visible) else "paragraph", start, end)
        blank = end
    if blank < len(text):
        yield Stretch("blank", blank, len(text))


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
