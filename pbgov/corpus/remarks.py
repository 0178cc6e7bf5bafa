"""What a reader of a corpus should know about documents that were read without a fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.document import METADATA_COLUMNS, Document, front_matter_end
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LINE_END = r"(?:\r\n|\r|\n)"
# --- lines around "name: value", as YAML writes metadata, or +++ lines that do not open the file
FENCED = re.compile(
    rf"\s*(?P<fence>---|\+\+\+)[ \t]*{LINE_END}(?P<lines>.*?){LINE_END}(?P=fence)[ \t]*(?:{LINE_END}|\Z)",
    re.DOTALL,
)
NAMED = re.compile(rf"(?:\A|{LINE_END})[\w-]+[ \t]*[:：=]")
ARTICLE = re.compile(rf"(?:\A|{LINE_END})\W*第[一二三四五六七八九十百零〇0-9]+条(?![款的])")
FEWEST_ARTICLES = 5


def remarks_on(documents: Sequence[Document]) -> list[Finding]:
    """W findings about documents that were read, in their order.

    Parameters
    ----------
    documents : sequence of Document

    Returns
    -------
    list of Finding
        Metadata written in another way and so read as text (W452), names of metadata that nothing
        uses (W453), a text that stands twice in the corpus (W454), statutes (W455).
    """
    found: list[Finding] = []
    first_with: dict[str, Document] = {}
    for document in documents:
        for remark in REMARKS:
            found += remark(document)
        body = "".join(document.text[front_matter_end(document.text) :].split())
        earlier = first_with.setdefault(body, document)
        if earlier is not document:
            found.append(Finding("W454", document.path, seen=earlier.doc_id))
    return found


def metadata_read_as_text(document: Document) -> Iterator[Finding]:
    """W452: lines that look like metadata were read as text."""
    fenced = None if front_matter_end(document.text) else FENCED.match(document.text)
    if fenced and NAMED.search(fenced["lines"]):
        yield Finding("W452", document.path, 1, seen=fenced["fence"])


def unused_metadata(document: Document) -> Iterator[Finding]:
    """W453: a name in the metadata that nothing uses."""
    known = ("id", *METADATA_COLUMNS)
    for name in document.metadata:
        if name not in known:
            yield Finding("W453", document.path, seen=name, wanted=", ".join(known))


def statute(document: Document) -> Iterator[Finding]:
    """W455: a document in numbered articles, whose duties are no practices."""
    articles = len(ARTICLE.findall(document.text))
    if articles >= FEWEST_ARTICLES:
        yield Finding("W455", document.path, seen=str(articles))


REMARKS: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    metadata_read_as_text,
    unused_metadata,
    statute,
)
