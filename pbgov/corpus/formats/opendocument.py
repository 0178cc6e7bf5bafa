"""Reading .odt: the words a reader of the printed page sees, notes at the end.

Left out and said so: text that tracked changes delete, comments, formulas and charts, numbers of
lists. An index (table of contents) is marked ``furniture``. Headers and footers are part of the
page style, not of the text, and stand in a remark.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pbgov.corpus.document import Mark
from pbgov.corpus.formats.container import Container
from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.lines import Line, Page, row_lines
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT, STYLES, META = "content.xml", "styles.xml", "meta.xml"
MANIFEST = "META-INF/manifest.xml"
PREFIXES = {
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "http://purl.org/dc/elements/1.1/": "dc",
}
PROPERTIES = {
    "dc:title": "title",
    "meta:initial-creator": "creator",
    "meta:creation-date": "created",
}
MARGINS = tuple(
    f"style:{side}{which}" for side in ("header", "footer") for which in ("", "-left", "-first")
)
NOT_TEXT = (
    *("office:forms", "office:event-listeners", "text:sequence-decls", "text:variable-decls"),
    *("text:ruby-text", "text:note-citation", "svg:title", "svg:desc"),
)
SPACE = re.compile(r"[ \t\r\n]+")  # counts as one space; more are written as elements
LEFT_OUT = {"pictures": "图片", "objects": "公式、图表和嵌入对象", "readings": "注音"}
MOST_REPEATED = 100  # cells that repeat the one before them; spreadsheets fill a row with 16,384
MOST_SPACES = 1000
MOST_SHOWN = 120


def read_odt(content: bytes, path: str) -> list[Extract]:
    """The text of one OpenDocument file.

    One paragraph or one row of a table to a line, as in `pbgov.corpus.formats.word.read_docx`.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings.

    Returns
    -------
    list of Extract
        One. Remarks: deletions (W460), hidden text (W461), comments (W462), headers and footers
        (W463), objects (W464), numbers of lists (W466).

    Raises
    ------
    DataFileError
        Where the file is damaged (E414), locked (E413), too large (E415), declares a DOCTYPE
        (E416), or holds pictures only (E417) or nothing (E402).
    """
    container = Container(content, path)
    if MANIFEST in container:
        for entry in container.blocks(MANIFEST, 1):
            if any(_named(each.tag) == "manifest:encryption-data" for each in entry):
                raise container.refusal("E413", seen="OpenDocument")
    story, page = _Story(), Page()
    for part in container.blocks(CONTENT, 1):
        if _named(part.tag) == "office:body":
            page.extend(story.block(part))
    for note in story.notes:
        start = page.length
        page.extend(note)
        if page.length > start:
            page.marks.append(Mark("note", start, page.length - 1))
    text = page.text()
    if not text.strip():
        pictures = story.counts["pictures"]
        raise container.refusal("E417" if pictures else "E402", seen=str(pictures or ""))
    stated = _properties(container)
    return [
        Extract(
            text=text,
            encoding="odt",
            format="odt",
            metadata={"properties": stated} if stated else {},
            marks=tuple(page.marks),
            findings=tuple(_remarks(path, story, container)),
        )
    ]


@lru_cache(maxsize=1024)
def _named(tag: str) -> str:
    namespace, _, local = tag.rpartition("}")
    return f"{PREFIXES.get(namespace[1:], '')}:{local}"


def _value(element: Any, name: str) -> str | None:
    return next((each for key, each in element.items() if _named(key) == name), None)


def _number(element: Any, name: str, usual: int, most: int) -> int:
    stated = _value(element, name) or ""
    return min(most, int(stated)) if stated.isascii() and stated.isdigit() else usual


class _Story:
    """Turns the blocks of a text into lines, and keeps count of what it leaves out."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.notes: list[list[Line]] = []
        self._frames: list[Line] = []
        self._in_index = False

    def block(self, element: Any) -> list[Line]:
        """The lines of a paragraph, a table, or whatever holds some of these."""
        name = _named(element.tag)
        if name in ("text:p", "text:h"):
            return self._paragraph(element, name)
        if name == "table:table":
            return [line for row in _rows(element) for line in self._row(row)]
        if name == "text:tracked-changes":
            for change in element:
                for each in change:
                    if _named(each.tag) == "text:deletion":
                        self.counts["deleted"] += len(_plain(each))
            return []
        if name in NOT_TEXT:
            return []
        if name == "text:list-item" and len(element):
            self.counts["listed"] += 1
        if name == "office:annotation":
            self.counts["comments"] += 1
            return []
        outer, self._in_index = self._in_index, self._in_index or name == "text:index-body"
        self._count(name)
        lines = [line for each in element for line in self.block(each)]
        self._in_index = outer
        return lines

    def _paragraph(self, element: Any, name: str) -> list[Line]:
        frames, self._frames = self._frames, []
        text = "".join(self._inline(element))
        own, self._frames = self._frames, frames
        if self._in_index:
            return [Line(text, "furniture"), *own]
        if name == "text:h" and text.strip():
            level = _number(element, "text:outline-level", 1, 9) or 1
            return [Line(text, "heading", level), *own]
        return [Line(text), *own]

    def _row(self, row: Any) -> list[Line]:
        cells: list[list[Line]] = []
        for cell in row:
            if _named(cell.tag) not in ("table:table-cell", "table:covered-table-cell"):
                continue
            lines = [line for each in cell for line in self.block(each)]
            repeated = _number(cell, "table:number-columns-repeated", 1, MOST_REPEATED)
            cells += [lines] * repeated
        return row_lines(cells) if cells else []

    def _inline(self, element: Any) -> Iterator[str]:
        yield SPACE.sub(" ", element.text or "")
        for each in element:
            name = _named(each.tag)
            if name == "text:s":
                yield " " * _number(each, "text:c", 1, MOST_SPACES)
            elif name == "text:tab":
                yield "\t"
            elif name == "text:line-break":
                yield "\n"
            elif name == "text:soft-hyphen":
                yield "\u00ad"
            elif name == "text:note":
                self._note(each)
            elif name == "office:annotation":
                self.counts["comments"] += 1
            elif name in ("text:hidden-text", "text:hidden-paragraph"):
                self.counts["hidden"] += len(_value(each, "text:string-value") or "")
            elif name in ("draw:frame", "draw:custom-shape", "draw:rect", "draw:g"):
                self._frames += self.block(each)
            elif name not in NOT_TEXT:
                self._count(name)
                yield from self._inline(each)
            else:
                self.counts["readings"] += name == "text:ruby-text"
            yield SPACE.sub(" ", each.tail or "")

    def _note(self, element: Any) -> None:
        for each in element:
            if _named(each.tag) == "text:note-body":
                lines = self.block(each)
                self.notes.append([Line(line.text) for line in lines if line.text.strip()])

    def _count(self, name: str) -> None:
        self.counts["pictures"] += name == "draw:image"
        self.counts["objects"] += name in ("draw:object", "draw:object-ole")


def _rows(table: Any) -> Iterator[Any]:
    for each in table:
        if _named(each.tag) == "table:table-row":
            yield each
        elif _named(each.tag) not in ("table:table", "office:forms"):
            yield from _rows(each)


def _plain(element: Any) -> str:
    paragraphs = (each for each in element.iter() if _named(each.tag) in ("text:p", "text:h"))
    return "".join("".join(each.itertext()) for each in paragraphs)


def _properties(container: Container) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in container.blocks(META, 2) if META in container else ():
        name, stated = PROPERTIES.get(_named(each.tag)), (each.text or "").strip()
        if name and stated:
            found[name] = stated
    return found


def _remarks(path: str, story: _Story, container: Container) -> Iterator[Finding]:
    counts = story.counts
    for code, name in (("W460", "deleted"), ("W461", "hidden"), ("W462", "comments")):
        if counts[name]:
            yield Finding(code, path, seen=str(counts[name]))
    margins = _margins(container)
    if margins:
        shown = " / ".join(margins)
        yield Finding("W463", path, seen=shown[:MOST_SHOWN] + "…" * (len(shown) > MOST_SHOWN))
    left = [f"{zh} {counts[name]}" for name, zh in LEFT_OUT.items() if counts[name]]
    if left:
        yield Finding("W464", path, seen="、".join(left))
    if counts["listed"]:
        yield Finding("W466", path, seen=str(counts["listed"]))


def _margins(container: Container) -> list[str]:
    """The words of headers and footers."""
    found: dict[str, None] = {}
    for part in container.blocks(STYLES, 1) if STYLES in container else ():
        for each in part.iter():
            if _named(each.tag) in MARGINS:
                words = _plain(each).strip()
                if any(map(str.isalpha, words)):
                    found[words] = None
    return list(found)
