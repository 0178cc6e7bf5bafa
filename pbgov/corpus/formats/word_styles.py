"""What the styles of a Word file say about its paragraphs: headings, numbering, hidden text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pbgov.corpus.formats.word_names import child, named, switched_on, value, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
TITLE = re.compile(r"title|标题|標題", re.IGNORECASE)
CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*(?:[1-9]|heading|标题)?", re.IGNORECASE)
BODY_TEXT = 9  # the outline level that is none

T = TypeVar("T")


class Style(NamedTuple):
    """One style, before what it inherits; None where it says nothing."""

    name: str
    based_on: str | None
    outline: int | None
    list_id: int | None
    list_level: int | None
    hidden: bool | None


class Styles:
    """The styles of a file, each asked together with those it is based on.

    Parameters
    ----------
    root : lxml element or None
        Of the part that holds them.
    """

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default: str | None = None
        for each in () if root is None else root:
            if named(each.tag) != "w:style":
                continue
            name = value(each, "w:styleId") or ""
            self._styles[name] = _style(each)
            usual = value(each, "w:default") in ("1", "true", "on")
            if usual and value(each, "w:type") == "paragraph":
                self.default = name

    def heading_level(self, style: str | None, direct: int | None) -> int | None:
        """1 to 9 where the paragraph is a heading: by its own outline level, its style's, its name.

        The style Title counts as a heading of level 1.
        """
        outline = direct if direct is not None else self._first(style, lambda each: each.outline)
        if outline is not None:
            return outline + 1 if outline < BODY_TEXT else None
        for each in self._chain(style):
            if match := HEADING.fullmatch(each.name):
                return int(match.group(1))
            if TITLE.fullmatch(each.name):
                return 1
        return None

    def is_contents(self, style: str | None) -> bool:
        """True for the lines of a table of contents."""
        return any(CONTENTS.fullmatch(each.name) for each in self._chain(style))

    def numbering(self, style: str | None) -> tuple[int | None, int | None]:
        """The list that a style belongs to, and its level in it."""
        return (
            self._first(style, lambda each: each.list_id),
            self._first(style, lambda each: each.list_level),
        )

    def hidden(self, style: str | None) -> bool | None:
        """True where the style hides its text."""
        return self._first(style, lambda each: each.hidden)

    def lineage(self, style: str | None) -> list[str]:
        """The style and those it is based on, nearest first."""
        found: list[str] = []
        while style in self._styles and style not in found:
            found.append(style)
            style = self._styles[style].based_on
        return found

    def _chain(self, style: str | None) -> Iterator[Style]:
        return (self._styles[name] for name in self.lineage(style))

    def _first(self, style: str | None, ask: Callable[[Style], T | None]) -> T | None:
        said = (ask(each) for each in self._chain(style))
        return next((each for each in said if each is not None), None)


def _style(element: Any) -> Style:
    paragraph, run = child(element, "w:pPr"), child(element, "w:rPr")
    listed = None if paragraph is None else child(paragraph, "w:numPr")
    return Style(
        name=(value(child(element, "w:name")) or "").strip(),
        based_on=value(child(element, "w:basedOn")),
        outline=None if paragraph is None else whole(value(child(paragraph, "w:outlineLvl"))),
        list_id=None if listed is None else whole(value(child(listed, "w:numId"))),
        list_level=None if listed is None else whole(value(child(listed, "w:ilvl"))),
        hidden=None if run is None else switched_on(child(run, "w:vanish")),
    )
