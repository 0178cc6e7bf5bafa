"""The stretches of text that extraction reads, from documents, from segments, or from one text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from pbgov.corpus.document import Corpus, Document
from pbgov.corpus.segments import segment
from pbgov.corpus.sentences import sentence_ends
from pbgov.mining.lexicon import READABLE_KINDS

Source = Document | Sequence[Document] | pd.DataFrame | str


class Passage(NamedTuple):
    """A stretch of a document: ``text`` begins at ``start``; no ids for a plain text."""

    doc_id: str | None
    segment_id: str | None
    start: int
    text: str
    heading: str = ""


def paragraphs(source: Source) -> list[Passage]:
    """The paragraphs and table rows to be read; sentences of a segments table are put together.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`; of a str every line is a paragraph.
    """
    if isinstance(source, str):
        return _lines(source)
    rows = _rows(source, "paragraph")
    found = []
    for _, each in groupby(rows, key=lambda row: (row[0], row[5])):
        parts = list(each)
        doc_id, segment_id, start, text, heading, paragraph = parts[0]
        for part in parts[1:]:
            gap = part[2] - start - len(text)
            text += " " * gap + part[3]
        found.append(
            Passage(doc_id, paragraph if len(parts) > 1 else segment_id, start, text, heading)
        )
    return found


def sentences(source: Source) -> list[Passage]:
    """The sentences to be read; each keeps the id of the segment that it is or lies in."""
    if isinstance(source, str):
        return [part for line in _lines(source) for part in cut(line)]
    whole = [Passage(*row[:5]) for row in _rows(source, "sentence")]
    return [part for passage in whole for part in cut(passage)]


def cut(passage: Passage) -> list[Passage]:
    """The sentences of one passage, without the white space around them."""
    found, at = [], 0
    for end in sentence_ends(passage.text):
        text = passage.text[at:end]
        visible = text.strip()
        if visible:
            start = passage.start + at + len(text) - len(text.lstrip())
            found.append(passage._replace(start=start, text=visible))
        at = end
    return found


def _lines(text: str) -> list[Passage]:
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        visible = line.strip()
        if visible:
            start = at + len(line) - len(line.lstrip())
            found.append(Passage(None, None, start, visible))
        at += len(line)
    return found


def _rows(
    source: Document | Sequence[Document] | pd.DataFrame, unit: str
) -> list[tuple[str, str, int, str, str, str]]:
    if not isinstance(source, pd.DataFrame):
        documents = [source] if isinstance(source, Document) else list(source)
        source = segment(Corpus(documents), unit)
    read = source[source.kind.isin(READABLE_KINDS)]
    names = ("doc_id", "segment_id", "start", "text", "heading", "paragraph_id")
    return list(zip(*(read[name] for name in names), strict=True))
