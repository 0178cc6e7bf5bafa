"""Every place where an expression stands, with the words around it (KWIC)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.document import Document
from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_segments, check_terms
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.mining.lexicon import Lexicon

ORDERS = ("text", "left", "right")
COLUMNS = dict.fromkeys(
    ("doc_id", "segment_id", "heading", "term", "left", "hit", "right"), "str"
) | dict.fromkeys(("start", "end", "paragraph_start", "paragraph_end"), "Int64")


class _Passage(NamedTuple):
    """A paragraph, or what is left of one, put together from its segments."""

    doc_id: str
    start: int
    text: str
    segments: list[tuple[int, str, str]]  # start, segment_id, heading


def concordance(
    segments: pd.DataFrame,
    terms: str | re.Pattern[str] | Sequence[str],
    *,
    width: int = 20,
    lexicon: Lexicon | None = None,
    documents: Document | Sequence[Document] | None = None,
    sort: str = "text",
) -> pd.DataFrame:
    """Every place where one of the terms stands, with the words to its left and right.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it; paragraphs, sentences and table rows are searched.
    terms : str, sequence of str, or compiled regular expression
        A string is searched as it stands, none of its characters being special. For a pattern use
        ``re.compile``.
    width : int, default 20
        Characters of context on either side at most.
    lexicon : Lexicon, optional
        Keeps only hits that begin and end where this lexicon cuts words, so that 印度 is not found
        inside 印度尼西亚.
    documents : Document or Corpus, optional
        The documents the segments were cut from: adds where each hit stands in the file.
    sort : {"text", "left", "right"}
        In the order of `segments`, by what stands before the hit (read backwards from it), or by
        what stands after it.

    Returns
    -------
    DataFrame
        One row is one hit: ``doc_id``, ``segment_id`` (where it begins), ``heading``, ``term`` (the
        string or pattern sought), ``left``, ``hit``, ``right``, ``start``, ``end`` (code points
        into the document's text), ``paragraph_start``, ``paragraph_end``; with `documents` also
        ``path``, ``raw_start``, ``raw_end`` (code points into ``Document.raw``). Overlapping hits
        are all listed; of a pattern, a match that lies inside an earlier match is not.

    Raises
    ------
    InputError
        For an empty term, a `width` below 0, an unknown `sort`, and where `documents` lack a
        document or have other words at the place of a hit.

    Notes
    -----
    Sentences of one paragraph are put together again as far as their rows are there, so that
    context goes past the end of a sentence and never past that of a paragraph.
    """
    check_segments(segments)
    if width < 0:
        raise InputError(f"width is {width}; give 0 or more characters.")
    if sort not in ORDERS:
        raise InputError(f"sort is {sort!r}; it is one of {', '.join(ORDERS)}.")
    patterns = _patterns(terms)
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for passage in _passages(segments):
        edges = _word_edges(passage.text, lexicon) if lexicon is not None else None
        for start, end, term in _hits(passage.text, patterns):
            if edges is not None and not {start, end} <= edges:
                continue
            hit = _row(passage, start, end, term, width)
            for cells, cell in zip(columns.values(), hit, strict=True):
                cells.append(cell)
    table = pd.DataFrame(columns).astype(COLUMNS)
    if documents is not None:
        table = _located(table, documents)
    if sort != "text":
        sides = {"left": table["left"].str[::-1], "right": table["right"]}
        order = pd.DataFrame(sides).sort_values([sort], kind="stable").index
        table = table.loc[order].reset_index(drop=True)
    return carry_mark(table, segments)


def _patterns(
    terms: str | re.Pattern[str] | Sequence[str],
) -> list[tuple[str, re.Pattern[str]]]:
    if isinstance(terms, re.Pattern):
        return [(terms.pattern, terms)]
    check_terms("terms", terms)
    wanted = [terms] if isinstance(terms, str) else list(dict.fromkeys(terms))
    if not wanted or not all(wanted):
        raise InputError("An empty term stands everywhere; give one character or more.")
    return [(term, re.compile(re.escape(term))) for term in wanted]


def _passages(segments: pd.DataFrame) -> Iterator[_Passage]:
    """Paragraphs in the order of `segments`; a row that is missing parts one in two."""
    kept = segments[segments["kind"].isin((*READABLE_KINDS, "blank"))]
    columns = ("doc_id", "segment_id", "paragraph_id", "kind", "start", "heading", "text")
    passage: _Passage | None = None
    paragraph, pending = "", ""
    for doc_id, segment_id, parent, kind, start, heading, text in zip(
        *(kept[name] for name in columns), strict=True
    ):
        here = (segment_id, heading)
        reached = passage.start + len(passage.text) + len(pending) if passage else -1
        goes_on = passage is not None and passage.doc_id == doc_id and reached == int(start)
        if kind == "blank":
            pending = pending + text if goes_on else ""
            continue
        if passage is not None and goes_on and parent == paragraph:
            passage.segments.append((int(start) - passage.start, *here))
            passage = passage._replace(text=passage.text + pending + text)
        else:
            if passage is not None:
                yield passage
            passage = _Passage(doc_id, int(start), text, [(0, *here)])
        paragraph, pending = parent, ""
    if passage is not None:
        yield passage


def _hits(text: str, patterns: list[tuple[str, re.Pattern[str]]]) -> list[tuple[int, int, str]]:
    found = []
    for name, pattern in patterns:
        position, reached = 0, -1
        while match := pattern.search(text, position):
            start, end = match.span()
            position = start + 1
            if start < end and end > reached:
                found.append((start, end, name))
                reached = end
    return sorted(found)


def _word_edges(text: str, lexicon: Lexicon) -> set[int]:
    edges, position = {0}, 0
    for token in lexicon.cut(text):
        position += len(token)
        edges.add(position)
    return edges


def _row(passage: _Passage, start: int, end: int, term: str, width: int) -> tuple[object, ...]:
    text = passage.text
    _, segment_id, heading = next(one for one in reversed(passage.segments) if one[0] <= start)
    return (
        *(passage.doc_id, segment_id, heading, term),
        *(text[max(0, start - width) : start], text[start:end], text[end : end + width]),
        *(passage.start + start, passage.start + end),
        *(passage.start, passage.start + len(text)),
    )


def _located(table: pd.DataFrame, documents: Document | Sequence[Document]) -> pd.DataFrame:
    listed = [documents] if isinstance(documents, Document) else list(documents)
    by_id = {document.doc_id: document for document in listed}
    paths, raw = [], []
    for doc_id, hit, start, end in zip(
        table["doc_id"], table["hit"], table["start"], table["end"], strict=True
    ):
        document = document_of(by_id, doc_id)
        if document.passage(int(start), int(end)) != hit:
            raise InputError(
                f"{doc_id}: other words stand at [{start}, {end}) than {hit!r}; the segments were"
                " cut from another version of the document. Cut them again."
            )
        paths.append(document.path)
        raw.append(document.to_raw(int(start), int(end)))
    table["path"] = pd.Series(paths, dtype="str")
    table["raw_start"] = pd.Series([first for first, _ in raw], dtype="Int64")
    table["raw_end"] = pd.Series([last for _, last in raw], dtype="Int64")
    return table


def document_of(by_id: dict[str, Document], doc_id: str) -> Document:
    """The document of that id.

    Raises
    ------
    InputError
        Where it is not among them.
    """
    if doc_id not in by_id:
        raise InputError(f"documents lack {doc_id!r}; they are {', '.join(map(repr, by_id))}.")
    return by_id[doc_id]
