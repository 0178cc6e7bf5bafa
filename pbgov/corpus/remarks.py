"""What a reader of a corpus should know about documents that were read without a fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.document import METADATA_COLUMNS, Document, count_han, front_matter_end
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
NOTED = ("columns", "properties")  # what readers keep of tables and office files, told once a file
MOST_TRADITIONAL = 0.15  # share of Han characters: traditional texts have a third, names far less


def remarks_on(documents: Sequence[Document]) -> list[Finding]:
    """W findings about documents that were read, in their order.

    Parameters
    ----------
    documents : sequence of Document

    Returns
    -------
    list of Finding
        What the reader of its file said of it; metadata written in another way and so read as text
        (W452), names of metadata that nothing uses (W453), a text that stands twice in the corpus (W454), statutes (W455), texts in
        traditional characters (W457), damage that repair was not sure of (W480).
    """
    found: list[Finding] = []
    first_with: dict[str, Document] = {}
    for document in documents:
        found += document.findings
        for remark in REMARKS:
            found += remark(document)
        body = "".join(document.text[front_matter_end(document.text) :].split())
        earlier = first_with.setdefault(body, document)
        if earlier is not document:
            found.append(Finding("W454", document.path, seen=earlier.doc_id))
    return found


def metadata_read_as_text(document: Document) -> Iterator[Finding]:
    """W452: lines that look like metadata were read as text."""
    fenced = None if front_matter_end(document.raw) else FENCED.match(document.raw)
    if fenced and NAMED.search(fenced["lines"]):
        yield Finding("W452", document.path, 1, seen=fenced["fence"])


def unused_metadata(document: Document) -> Iterator[Finding]:
    """W453: a name in the metadata that nothing uses."""
    known = ("id", *METADATA_COLUMNS)
    for name in document.metadata:
        if name not in (*known, *NOTED):
            yield Finding("W453", document.path, seen=name, wanted=", ".join(known))


def statute(document: Document) -> Iterator[Finding]:
    """W455: a document in numbered articles, whose duties are no practices."""
    articles = len(ARTICLE.findall(document.text))
    if articles >= FEWEST_ARTICLES:
        yield Finding("W455", document.path, seen=str(articles))


def traditional(document: Document) -> Iterator[Finding]:
    """W457: a document in traditional characters, which simplified words do not find."""
    body = document.text[front_matter_end(document.text) :]
    n_han = count_han(body)
    share = sum(map(_only_traditional, body)) / n_han if n_han else 0.0
    if share > MOST_TRADITIONAL:
        yield Finding("W457", document.path, seen=f"{share:.0%}")


def still_damaged(document: Document) -> Iterator[Finding]:
    """W480: places that repair left as they were or filled in by sense."""
    open_places = sum(each.certainty in ("unrepaired", "inferred") for each in document.repairs)
    if open_places:
        yield Finding("W480", document.path, seen=str(open_places))


def _only_traditional(char: str) -> bool:
    """True for what Big5 writes and GB 2312, the set of the simplified script, does not."""
    return count_han(char) == 1 and _writes("big5", char) and not _writes("gb2312", char)


def _writes(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


REMARKS: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    metadata_read_as_text,
    unused_metadata,
    statute,
    traditional,
    still_damaged,
)
