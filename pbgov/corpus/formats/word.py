"""Reading .docx: the words a reader of the printed page sees, and what was left beside them.

Kept: insertions and moved text at its new place, links, content controls, text boxes, results of
fields, formulas in one line, notes (at the end, one after the other). Left out and said so: text
that tracked changes delete, hidden text, comments, headers and footers, objects without text.
Numbers of lists are no characters of the file; they are made as `word_numbers` says. Lines of a
table of contents are marked ``furniture``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.corpus.document import Mark
from pbgov.corpus.formats.container import Container
from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.lines import Page
from pbgov.corpus.formats.word_names import properties, related
from pbgov.corpus.formats.word_numbers import Numbering
from pbgov.corpus.formats.word_story import Story
from pbgov.corpus.formats.word_styles import Styles
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCUMENT = "word/document.xml"
NOTES = (("footnotes", "footnote"), ("endnotes", "endnote"))
MOST_SHOWN = 120  # characters of headers and footers in a remark


def read_docx(content: bytes, path: str) -> list[Extract]:
    """The text of one Word file.

    One paragraph or one row of a table to a line, the cells of a row parted by tabs. Where a cell
    holds running text in several paragraphs, its row is read paragraph by paragraph.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings.

    Returns
    -------
    list of Extract
        One. Remarks: deletions (W460), hidden text (W461), comments (W462), headers and footers
        (W463), objects and signs that are no text (W464), numbers made for lists (W465).

    Raises
    ------
    DataFileError
        Where the file is damaged (E414), locked (E413), too large (E415), declares a DOCTYPE
        (E416), or holds pictures only (E417) or nothing (E402).
    """
    container = Container(content, path)
    main = next((part for role, part in related(container, "") if role == "officeDocument"), "")
    if main not in container:
        main = DOCUMENT
    parts = {role: part for role, part in related(container, main) if part in container}
    story = Story(Styles(_root(container, parts, "styles")), _numbering(container, parts))
    page = Page()
    for block in container.blocks(main, 2):
        page.extend(story.block(block))
    page.extend(story.ending())
    for role, kind in NOTES:
        if role in parts:
            _add_notes(page, story, container, parts[role], kind)
    text = page.text()
    if not text.strip():
        pictures = story.counts["pictures"]
        raise container.refusal("E417" if pictures else "E402", seen=str(pictures or ""))
    stated = properties(container)
    return [
        Extract(
            text=text,
            encoding="docx",
            format="docx",
            metadata={"properties": dict(stated)} if stated else {},
            marks=tuple(page.marks),
            findings=tuple(_remarks(path, story, container, main)),
        )
    ]


def _root(container: Container, parts: Mapping[str, str], role: str) -> Any | None:
    return container.root(parts[role]) if role in parts else None


def _numbering(container: Container, parts: Mapping[str, str]) -> Numbering:
    return Numbering(_root(container, parts, "numbering"))


def _add_notes(page: Page, story: Story, container: Container, part: str, kind: str) -> None:
    """The notes that the text refers to, in the order in which it does."""
    wanted = {name: order for order, name in enumerate(story.notes[kind])}
    found = {}
    for note in container.blocks(part, 1):
        name = story.note_name(note)
        if name in wanted:
            found[wanted[name]] = story.note(note)
    for order in sorted(found):
        start = page.length
        page.extend(found[order])
        if page.length > start:
            page.marks.append(Mark("note", start, page.length - 1))


def _remarks(path: str, story: Story, container: Container, main: str) -> Iterator[Finding]:
    counts = story.counts
    for code, name in (("W460", "deleted"), ("W461", "hidden")):
        if counts[name]:
            yield Finding(code, path, seen=str(counts[name]))
    margins, comments = _beside(container, main, story)
    if comments:
        yield Finding("W462", path, seen=str(comments))
    if margins:
        shown = " / ".join(dict.fromkeys(margins))
        yield Finding("W463", path, seen=shown[:MOST_SHOWN] + "…" * (len(shown) > MOST_SHOWN))
    left = [f"{zh} {counts[name]}" for name, zh in story.NOT_TEXT.items() if counts[name]]
    if left:
        yield Finding("W464", path, seen="、".join(left))
    if counts["numbered"]:
        yield Finding("W465", path, seen=str(counts["numbered"]), wanted=story.first_number)
    if counts["not_numbered"]:
        yield Finding("W466", path, seen=str(counts["not_numbered"]))


def _beside(container: Container, main: str, story: Story) -> tuple[list[str], int]:
    """The words of headers and footers, and how many comments there are."""
    margins, comments = [], 0
    for role, part in related(container, main):
        if part in container and role in ("header", "footer"):
            beside = Story(story.styles, Numbering(None))
            lines = [line.text for each in container.blocks(part, 1) for line in beside.block(each)]
            margins += [line.strip() for line in lines if any(map(str.isalpha, line))]
        elif part in container and role == "comments":
            comments += sum(1 for _ in container.blocks(part, 1))
    return margins, comments
