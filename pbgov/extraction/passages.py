"""The stretches of text that extraction reads, from documents, from segments, or from one text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from pbgov.corpus.document import Corpus, Document
from pbgov.corpus.segments import segment
from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.errors import InputError
from pbgov.mining.lexicon import READABLE_KINDS

NEEDED = ("doc_id", "segment_id", "start", "text", "heading", "paragraph_id", "kind")
Source = Document | Sequence[Document] | pd.DataFrame | str


class Passage(NamedTuple):
    """A stretch of a document: ``text`` begins at ``start``; no ids for a plain text."""

    doc_id: str | None
    segment_id: str | None
    start: int
    text: str
    heading: str = ""
    is_heading: bool = False


def paragraphs(source: Source, *, headings: bool = False) -> list[Passage]:
    """The paragraphs and table rows to be read; sentences of a segments table are put together.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`; of a str every line is a paragraph.
    headings : bool
        Whether headings are read too, each as a paragraph of its own.
    """
    if isinstance(source, str):
        return _lines(source)
    rows = _rows(source, "paragraph", headings)
    found = []
    for _, each in groupby(rows, key=lambda row: (row[0], row[5])):
        parts = list(each)
        doc_id, segment_id, start, text, heading, paragraph, kind = parts[0]
        for part in parts[1:]:
            gap = part[2] - start - len(text)
            text += " " * gap + part[3]
        name = paragraph if len(parts) > 1 else segment_id
        found.append(Passage(doc_id, name, start, text, heading, kind == "heading"))
    return found


def sentences(source: Source, *, headings: bool = False) -> list[Passage]:
    """The sentences to be read; each keeps the id of the segment that it is or lies in."""
    if isinstance(source, str):
        return [part for line in _lines(source) for part in cut(line)]
    whole = [Passage(*row[:5]) for row in _rows(source, "sentence", headings)]
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
    source: Document | Sequence[Document] | pd.DataFrame, unit: str, headings: bool
) -> list[tuple[str, str, int, str, str, str, str]]:
    if not isinstance(source, pd.DataFrame):
        documents = [source] if isinstance(source, Document) else source
        if not isinstance(documents, Sequence) or not all(
            isinstance(each, Document) for each in documents
        ):
            raise InputError(
                f"source is a {type(source).__name__} that holds no documents; give a text, a document, a"
                " corpus, or the segments of pbgov.segment."
            )
        source = segment(Corpus(list(documents)), unit)
    absent = [name for name in NEEDED if name not in source.columns]
    if absent:
        raise InputError(
            f"source has no column {', '.join(map(repr, absent))}; pass what pbgov.segment makes."
        )
    kinds = (*READABLE_KINDS, "heading") if headings else READABLE_KINDS
    read = source[source.kind.isin(kinds)]
    order = pd.Series(pd.factorize(read.doc_id)[0], index=read.index)
    read = read.assign(doc=order).sort_values(["doc", "start"], kind="stable")
    return list(zip(*(read[name] for name in NEEDED), strict=True))
