"""Reading a saved web page: every visible line, its furniture marked, nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree, html

from pbgov.corpus.document import Mark, count_han
from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.page_article import tell_apart
from pbgov.corpus.formats.page_source import open_page
from pbgov.corpus.formats.page_statements import metadata, titles
from pbgov.corpus.formats.page_text import visible_text
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from pbgov.corpus.formats.page_text import Line


def read_page(content: bytes, path: str) -> list[Extract]:
    """The text of one web page, .html, .htm or the archive .mhtml.

    Every visible line is read in the order of the document. Headings, rows of data tables and
    notes are marked; what is not the article (navigation, breadcrumbs, lists of links, footers)
    stays and is marked ``furniture``. What the page states about itself in its head becomes the
    metadata. Nothing is fetched, no script is run.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings, and to know an archive by its ending.

    Returns
    -------
    list of Extract
        One. Remarks: bytes that fit no encoding (W470), an article that could not be told from
        the rest (W471), text the page hides (W472), pronunciations left out (W474).

    Raises
    ------
    DataFileError
        Where the page is too large (E410), in no known encoding (E401, E403, E423), an archive
        without a page (E432), broken (E431), or without visible text (E402).
    """
    source = open_page(content, path)
    root = _parsed(source.markup, path)
    text = visible_text(root) if root is not None else None
    frames = [_parsed(markup, path) for markup in source.frames]
    framed = [line for each in frames if each is not None for line in visible_text(each).lines]
    findings = list(source.findings)
    if root is not None and text is not None and text.hidden:
        shown = sum(count_han(line.text) for line in text.lines)
        reveal = text.hidden > shown  # an article that a script was still to show
        findings.append(_remark("W472", path, text.hidden, text.hidden if reveal else 0))
        text = visible_text(root, reveal=True) if reveal else text
    if root is None or text is None or not text.lines:
        raise DataFileError([Finding("E402", path)])
    if text.annotations:
        findings.append(_remark("W474", path, len(text.annotations), text.annotations[0]))
    parts = tell_apart(root, text.lines, titles(root))
    if not parts.is_told:
        findings.append(_remark("W471", path, len(text.lines), sum(parts.furniture)))
    furniture = [*parts.furniture, *(True for _ in framed)]
    notes = [*parts.notes, *(False for _ in framed)]
    lines = [*text.lines, *framed]
    headings = [
        line.text
        for line, beside in zip(lines, furniture, strict=True)
        if line.level == 1 and not beside
    ]
    return [
        Extract(
            text="".join(f"{line.text}\n" for line in lines),
            encoding=source.encoding,
            format="html",
            metadata=metadata(root, headings, [line.text for line in lines]),
            marks=_marks(lines, furniture, notes),
            findings=tuple(findings),
        )
    ]


def _parsed(markup: str, path: str) -> HtmlElement | None:
    """The elements of a page; None where there are none."""
    if not markup.strip():
        return None
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None
    except etree.LxmlError as error:
        raise _broken(path, str(error)) from error
    fatal = [entry.message for entry in parser.error_log if entry.level == etree.ErrorLevels.FATAL]
    if fatal:
        raise _broken(path, fatal[0])
    return root


def _marks(
    lines: Sequence[Line], furniture: Sequence[bool], notes: Sequence[bool]
) -> tuple[Mark, ...]:
    marks = []
    at = 0
    for line, beside, note in zip(lines, furniture, notes, strict=True):
        end = at + len(line.text)
        if beside:
            marks.append(Mark("furniture", at, end))
        elif note:
            marks.append(Mark("note", at, end))
        elif line.row:
            marks.append(Mark("table", at, end))
        elif line.level:
            marks.append(Mark("heading", at, end, line.level))
        at = end + 1
    return tuple(marks)


def _remark(code: str, path: str, seen: object, wanted: object) -> Finding:
    return Finding(code, path, seen=str(seen), wanted=str(wanted))


def _broken(path: str, seen: str) -> DataFileError:
    return DataFileError([Finding("E431", path, seen=seen)])
