"""Which lines of a web page are its article, and which stand beside it.

Certain furniture is what the page itself names so: navigation, footers, sidebars and their like, by
tag or role. Beyond that, the article is the smallest element that holds nearly all running text of
the page: lines that hold a sentence mark, or are rows of data, and are not links. Running text in
parts with a name of furniture (``class="sidebar"``) does not count, unless nearly all of it stands
in such parts. Lines inside the article are furniture where they belong to a list of links or to a
part so named that holds no running text; lines outside it unless they run on as prose does, as a
lead or a second half may. Where a page has no running text, only the certain is marked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from pbgov.corpus.formats.page_names import furniture
from pbgov.corpus.formats.page_text import leads_away, n_visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lxml.html import HtmlElement

    from pbgov.corpus.formats.page_text import Line

NEARLY_ALL = 0.8  # of the running text: what a second column may hold besides the article
SENTENCE_MARK = re.compile(r"[。！？；]|[.!?](?:\s|\Z)")
WHOLE_SENTENCE = re.compile(r"[。！？]\s*\Z")
LABEL = re.compile(r"[:：]\s*\Z")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NAME_PART = re.compile(r"[a-z]+")
OUTERMOST = ("html", "body")
SECTIONING = ("article", "aside", "main", "nav", "section", "blockquote")


class Parts(NamedTuple):
    """What each line of a page is, and whether its article could be told from the rest."""

    furniture: list[bool]
    notes: list[bool]
    is_told: bool


def tell_apart(root: HtmlElement, lines: Sequence[Line], titles: frozenset[str]) -> Parts:
    """The furniture and the notes among the lines of a page.

    Parameters
    ----------
    root : HtmlElement
    lines : sequence of Line
        Of this root.
    titles : frozenset of str
        What the page states as its title; a line that reads so belongs to the article.
    """
    page = _Page(root, lines, titles)
    beside = [page.is_certain(line) for line in lines]
    if all(beside):
        beside = [False] * len(lines)  # a page is not furniture as a whole
    notes = [page.is_note(line) for line in lines]
    article = page.article(beside)
    if article is not None:
        beside = [sure or idle for sure, idle in zip(beside, page.beside(article), strict=True)]
        for place in range(len(lines) - 1, 0, -1):
            if beside[place] and lines[place].linked and page.is_label(lines[place - 1]):
                beside[place - 1] = True
    marked = [each and not note for each, note in zip(beside, notes, strict=True)]
    return Parts(marked, notes, article is not None)


def is_running(line: Line) -> bool:
    """True for a line of prose or data: a sentence, or a row, that is not mostly a link."""
    own = 2 * line.linked <= n_visible(line.text)
    return bool(
        WHOLE_SENTENCE.search(line.text) or (own and (line.row or SENTENCE_MARK.search(line.text)))
    )


class _Weight(NamedTuple):
    """What stands inside an element: visible and linked characters, running text, and counts."""

    visible: int = 0
    linked: int = 0
    running: int = 0
    sentences: int = 0
    links: int = 0
    titles: int = 0

    def plus(self, other: _Weight) -> _Weight:
        return _Weight(*map(sum, zip(self, other, strict=True)))


class _Page:
    """The elements of a page, what stands in each, and what each is called."""

    def __init__(self, root: HtmlElement, lines: Sequence[Line], titles: frozenset[str]) -> None:
        self._lines = lines
        self._titles = titles
        self._elements = list(root.iter(etree.Element))  # held, so that each stays one object
        self._classes, self._tags, self._roles = map(furniture, ("class", "tag", "role"))
        self._notes = furniture("note")
        own: dict[HtmlElement, _Weight] = {}
        for line in lines:
            own[line.element] = own.get(line.element, _Weight()).plus(self._weight(line))
        for element in root.iter("a"):
            own[element] = own.get(element, _Weight()).plus(_Weight(links=leads_away(element)))
        self._weights = self._summed(own)
        self._certain = self._inherited(self._is_called_furniture)
        self._noted = self._inherited(self._is_called_note)
        self._named = self._inherited(self._is_named)

    def is_certain(self, line: Line) -> bool:
        return line.element in self._certain

    def is_note(self, line: Line) -> bool:
        return line.element in self._noted

    def article(self, certain: Sequence[bool]) -> HtmlElement | None:
        """The smallest element that holds nearly all running text, or None where there is none."""
        running = [
            line
            for line, sure in zip(self._lines, certain, strict=True)
            if not sure and is_running(line)
        ]
        own = [line for line in running if line.element not in self._named]
        if _length(own) >= (1 - NEARLY_ALL) * _length(running):
            running = own
        texts: dict[HtmlElement, _Weight] = {}
        for line in running:
            weight = _Weight(running=n_visible(line.text))
            texts[line.element] = texts.get(line.element, _Weight()).plus(weight)
        wanted = NEARLY_ALL * _length(running)
        holding = [
            element for element, weight in self._summed(texts).items() if weight.running >= wanted
        ]
        return max(holding, key=_depth) if holding else None

    def beside(self, article: HtmlElement) -> Iterator[bool]:
        """Whether each line does not belong to the article."""
        above = {article, *article.iterancestors()}
        inside = self._inherited(lambda element: element is article)
        idle = self._inherited(
            lambda element: element in inside and element is not article and self._is_idle(element)
        )
        regions: dict[HtmlElement, HtmlElement] = {}  # the outermost part beside the article
        for element in self._elements:
            if element not in above:
                regions[element] = regions.get(element.getparent(), element)
        for line in self._lines:
            if line.text in self._titles:
                yield False
            elif line.element in inside:
                links = 2 * line.linked > n_visible(line.text) and not is_running(line)
                yield links or line.element in idle
            else:
                yield self._is_outside(line, regions.get(line.element))

    def _is_outside(self, line: Line, region: HtmlElement | None) -> bool:
        """True for a line beside the article that does not run on as the article does."""
        weight = self._weights[region] if region is not None else self._weight(line)
        if line.element in self._named:
            return True
        if line.level and not line.linked and (line.level == 1 or weight.titles):
            return False
        return not is_running(line) or weight.links >= weight.sentences

    def is_label(self, line: Line) -> bool:
        """True for a line that only announces what follows, such as 相关链接：."""
        labels = line.level or LABEL.search(line.text)
        return bool(labels) and not is_running(line) and line.text not in self._titles

    def _weight(self, line: Line) -> _Weight:
        visible, running = n_visible(line.text), is_running(line)
        sentences = max(len(SENTENCE_MARK.findall(line.text)), 1) if running else 0
        heads = line.level == 1 or line.text in self._titles
        return _Weight(visible, line.linked, visible * running, sentences, 0, int(heads))

    def _is_idle(self, element: HtmlElement) -> bool:
        """True for a part of the article without running text that is links, or named furniture."""
        weight = self._weights.get(element, _Weight())
        return not weight.running and (
            2 * weight.linked > weight.visible or self._is_named(element)
        )

    def _is_called_furniture(self, element: HtmlElement) -> bool:
        """A header or footer inside an article is the article's own (HTML-AAM 1.0)."""
        if element.tag in OUTERMOST:
            return False
        own = element.tag in ("header", "footer") and any(
            each.tag in SECTIONING for each in element.iterancestors()
        )
        return (element.tag in self._tags and not own) or _stated(element, "role") in self._roles

    def _is_called_note(self, element: HtmlElement) -> bool:
        called = {_stated(element, "role"), _stated(element, "epub:type"), *_class_names(element)}
        return element.tag not in OUTERMOST and bool(called & self._notes)

    def _is_named(self, element: HtmlElement) -> bool:
        called = {str(element.tag), *_class_names(element)}
        return element.tag not in OUTERMOST and bool(called & self._classes)

    def _inherited(self, holds: Callable[[HtmlElement], bool]) -> set[HtmlElement]:
        """The elements for which something holds, and all inside them."""
        found: set[HtmlElement] = set()
        for element in self._elements:
            if element.getparent() in found or holds(element):
                found.add(element)
        return found

    def _summed(self, own: dict[HtmlElement, _Weight]) -> dict[HtmlElement, _Weight]:
        """The weight of each element with all inside it."""
        sums = dict(own)
        for element in reversed(self._elements):
            parent = element.getparent()
            if element in sums and parent is not None:
                sums[parent] = sums.get(parent, _Weight()).plus(sums[element])
        return sums


def _length(lines: Sequence[Line]) -> int:
    return sum(n_visible(line.text) for line in lines)


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def _stated(element: HtmlElement, attribute: str) -> str:
    return str(element.get(attribute, "")).strip().lower()


def _class_names(element: HtmlElement) -> set[str]:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return set(NAME_PART.findall(CAMEL.sub(" ", names).lower()))
