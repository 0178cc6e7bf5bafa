"""Reading a PDF file: two readings, page furniture and lost glyphs told, nothing left out silently."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.pdf_furniture import repeated
from pbgov.corpus.formats.pdf_glyphs import MOST_PAGES, LockedError, TooLargeError, read_pages
from pbgov.corpus.formats.pdf_lines import columns, is_set_downwards, rows, turned
from pbgov.corpus.formats.pdf_paragraphs import PageParts, paragraphs, written
from pbgov.corpus.formats.pdf_second import Apart, SecondReading, apart
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.corpus.formats.pdf_glyphs import Glyph, Page, PdfPages


def read_pdf(content: bytes, path: str, *, ocr: bool = False) -> list[Extract]:
    """The text of one PDF file in reading order, left column before right.

    Paragraphs are parted by an empty line; a line end inside a paragraph is one of the page's and
    carries a mark ``wrap``. Headers, footers and page numbers are marked ``furniture`` and stand
    behind the paragraph they would cut in two, footnotes (marked ``note``) likewise. Ligatures and
    compatibility forms stay as they are.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings.
    ocr : bool
        Whether pages without text are read by text recognition, for which ``pbgov[ocr]`` must be
        installed.

    Returns
    -------
    list of Extract
        One; its metadata hold the document information under ``properties``. Remarks: pages that
        were recognised (W473), scanned and not read (W477), read differently by a second reader
        (W476), with lost glyphs (W478), or not read (W479); a mended file (W475).

    Raises
    ------
    InputError
        Where `ocr` is asked for and not installed.
    DataFileError
        Where the file is locked by a password (E413), damaged (E414), unpacks beyond measure
        (E415), is a scan (E430) or holds no text (E402).
    """
    with _quiet("pdfminer", "pypdf"):
        found = _pages(content, path)
        scanned = [page.number for page in found.pages if page.is_scanned]
        recognised, findings = _recognised(content, path, scanned) if ocr else ({}, [])
        pages = [
            page._replace(glyphs={0: recognised[page.number]})
            if page.number in recognised
            else page
            for page in found.pages
        ]
        parts = _laid(pages)
        findings += _remarks(content, path, found, parts)
    left = [number for number in scanned if number not in recognised]
    if all(page.number in left or not page.glyphs for page in pages):
        code, seen = ("E430", str(len(left))) if left else ("E402", "")
        raise DataFileError([Finding(code, path, seen=seen), *_unread(path, found)])
    if left:
        findings.append(Finding("W477", path, seen=spans(left)))
    text, marks = written(paragraphs(parts))
    return [
        Extract(
            text=text,
            encoding="pdf",
            format="pdf",
            metadata={"properties": found.properties} if found.properties else {},
            marks=marks,
            findings=tuple(findings),
        )
    ]


def _recognised(
    content: bytes, path: str, scanned: Sequence[int]
) -> tuple[dict[int, list[Glyph]], list[Finding]]:
    """The glyphs recognised on scanned pages, and how sure they are."""
    from pbgov.corpus.formats.ocr import recognise

    return recognise(content, scanned, path)


def spans(numbers: Sequence[int]) -> str:
    """Page numbers as people write them.

    Examples
    --------
    >>> spans([1, 3, 4, 5, 9])
    '1, 3-5, 9'
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, span)) for span in found)


def _pages(content: bytes, path: str) -> PdfPages:
    try:
        return read_pages(content)
    except LockedError as error:
        raise _refusal("E413", path, seen="PDF") from error
    except TooLargeError as error:
        raise _refusal("E415", path, seen=str(error), wanted=str(error).strip("> ")) from error
    except Exception as error:  # damaged files make pdfminer.six fail in any way
        raise _refusal("E414", path, seen=f"PDF, {type(error).__name__}") from error


def _laid(pages: Sequence[Page]) -> list[PageParts]:
    """The pages with their furniture taken out and the rest in columns.

    Text in another direction than most of its page comes after the rest of the page, slanted text
    last.
    """
    parts = [PageParts([], []) for _ in pages]
    turns = {turn for page in pages for turn in page.glyphs}
    layers = {
        turn: [rows(_in_reading(page.glyphs.get(turn, []))) for page in pages] for turn in turns
    }
    furniture = {turn: repeated(found) for turn, found in layers.items()}
    for place, (page, part) in enumerate(zip(pages, parts, strict=True)):
        for turn in sorted(page.glyphs, key=lambda each: (each is None, -len(page.glyphs[each]))):
            lines, beside = layers[turn][place], furniture[turn][place]
            part.furniture.extend(line for at, line in enumerate(lines) if at in beside)
            kept = [line for at, line in enumerate(lines) if at not in beside]
            part.columns.extend(columns(glyph for line in kept for glyph in line.glyphs))
    return parts


def _in_reading(glyphs: list[Glyph]) -> list[Glyph]:
    return turned(glyphs) if is_set_downwards(glyphs) else glyphs


def _remarks(
    content: bytes, path: str, found: PdfPages, parts: Sequence[PageParts]
) -> Iterator[Finding]:
    """What a reader should know of the pages that have a text of their own."""
    if found.is_mended:
        yield Finding("W475", path, seen=str(found.n_pages))
    laid_under = [page.number for page in found.pages if 2 * page.invisible > page.n_glyphs]
    if laid_under:
        yield Finding("W473", path, seen=spans(laid_under), wanted="PDF")
    lost = [page for page in found.pages if page.lost]
    if lost:
        pages, count = spans([page.number for page in lost]), sum(page.lost for page in lost)
        yield Finding("W478", path, seen=pages, wanted=str(count))
    second = SecondReading(content)
    unlike: dict[int, Apart] = {}
    for page, part in zip(found.pages, parts, strict=True):
        if page.glyphs and not page.is_scanned:
            distance = apart(_text(part), second.page(page.number))
            if distance.is_remarkable:
                unlike[page.number] = distance
    if unlike:
        most = [max(values) for values in zip(*unlike.values(), strict=True)]
        shares = " / ".join(f"{share:.0%}" for share in most)
        yield Finding("W476", path, seen=spans(list(unlike)), wanted=shares)
    yield from _unread(path, found)


def _unread(path: str, found: PdfPages) -> Iterator[Finding]:
    faulty = [page for page in found.pages if page.fault]
    if faulty:
        faults = ", ".join(sorted({page.fault for page in faulty}))
        yield Finding("W479", path, seen=spans([page.number for page in faulty]), wanted=faults)
    if found.n_pages > MOST_PAGES:
        rest = f"{MOST_PAGES + 1}-{found.n_pages}"
        yield Finding("W479", path, seen=rest, wanted=f"> {MOST_PAGES}")


def _text(part: PageParts) -> str:
    lines = [line for column in part.columns for line in column.lines]
    return "\n".join(line.text for line in (*part.furniture, *lines))


def _refusal(code: str, path: str, *, seen: str = "", wanted: str = "") -> DataFileError:
    return DataFileError([Finding(code, path, seen=seen, wanted=wanted)])


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep loggers from writing over a notebook; what matters of it comes back as a finding."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
