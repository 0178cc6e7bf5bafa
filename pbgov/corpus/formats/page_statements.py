"""What a web page states about itself in its head: title, authors, venue, date, rights.

Only stated values are taken, as they stand; the names are those of ``names/statements.csv``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.formats.page_names import statements
from pbgov.corpus.formats.page_text import collapse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement

HEADING_RANK = 3  # of the page's one first-level heading among the statements of its title
TITLE_RANK = 9  # of <title>, which often ends in the name of the site
NAMING = ("name", "property", "itemprop")
NAME = re.compile(r"[^\W\d_]")  # some sites state the number of an account as the author
PARTED = re.compile(r"\s*[-_|–—｜]+\s*")


def stated(root: HtmlElement) -> dict[str, tuple[int, list[str]]]:
    """The fields of the metadata a page states: the rank of the best statement, and its values."""
    found: dict[str, tuple[int, list[str]]] = {}
    for meta in root.iter("meta", "time"):
        value = _visible(meta.get("datetime" if meta.tag == "time" else "content"))
        for name in (meta.get(attribute, "").strip().lower() for attribute in NAMING):
            field, rank = statements().get(name, ("", 0))
            if not field or not value or (field == "authors" and not NAME.search(value)):
                continue
            best, values = found.get(field, (rank, []))
            if rank == best:
                found[field] = (rank, [*values, value] if value not in values else values)
            elif rank < best:
                found[field] = (rank, [value])
    title = _visible(root.findtext(".//title"))
    if title and "title" not in found:
        found["title"] = (TITLE_RANK, [title])
    return found


def titles(root: HtmlElement) -> frozenset[str]:
    """The readings of the title of a page: as stated, and without the name of the site."""
    whole = [*stated(root).get("title", (0, []))[1], _visible(root.findtext(".//title"))]
    parts = [PARTED.split(title)[0] for title in whole]
    return frozenset(title for title in (*whole, *parts) if title)


def metadata(
    root: HtmlElement, headings: Sequence[str], lines: Sequence[str] = ()
) -> Mapping[str, object]:
    """The stated metadata under the names of `pbgov.corpus.document.METADATA_COLUMNS`.

    Parameters
    ----------
    root : HtmlElement
    headings : sequence of str
        The first-level headings of the article. Where there is one, it is the title unless the
        page names another outright.
    lines : sequence of str
        The lines of the page. Where the beginning of <title>, up to a mark such as _ or -, is one of
        them, the rest is the name of the site.
    """
    found = stated(root)
    rank, titled = found.get("title", (TITLE_RANK, []))
    if rank == TITLE_RANK and titled:
        begun = [titled[0][: mark.start()] for mark in PARTED.finditer(titled[0])]
        own = [title for title in begun if title and title in lines]
        found["title"] = (TITLE_RANK, [max(own, key=len, default=titled[0])])
    if len(headings) == 1 and rank > HEADING_RANK:
        found["title"] = (HEADING_RANK, list(headings))
    return {
        field: values if field == "authors" else values[0]
        for field, (_, values) in sorted(found.items())
    }


def _visible(value: str | None) -> str:
    return collapse(value or "").strip()
