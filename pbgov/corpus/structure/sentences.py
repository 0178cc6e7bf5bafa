"""Where the sentences of a Chinese paragraph end.

A sentence ends at 。！？…… (and at the ASCII ! ? and the half-width ｡ or full-width ． that stand
for them), together with the closing quotes, brackets and citation marks ([5]) that follow. Then
what comes next decides: “谁来办？”的问题 goes on, “谁来办？”会上没有答案。 does not. Quotes are never
counted, so a lost one cannot swallow the rest of a paragraph. A semicolon ends no sentence
(GB/T 15834-2011, 4.7: it parts clauses). An ASCII full stop ends none either: it stands in
numerals, addresses, initials and reference lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
CLOSING = "”’」』）)》〉】〗〕］]｝}"
WIDE_MARK = r"[。！？｡]|(?:…{2,}|⋯{2,}|。{3,})"
FULL_STOP = rf"(?<=[{HAN}”’）》])．(?!\d)"
ASCII_MARK = rf"[!?](?:(?=[{HAN}])|(?![\w=&%/#.:]))"  # not inside an address such as a?b=1
PAGES = r"[（(]\s*[Pp]{1,2}\.?\s*\d+(?:\s*[-–—~～,，、]\s*\d+)*\s*[)）]"
CITATION = rf"\s?(?:[\[［〔]\d{{1,3}}(?:[-,–，、]\d{{1,3}})*[\]］〕](?:{PAGES})?|[①-⑳])"
SOURCE = r"(?<=[”’」』])[（(]《[^（）()]{1,60}[)）]"  # （《孟子》） behind the words quoted
END = re.compile(
    rf"(?P<mark>(?:{WIDE_MARK}|{FULL_STOP}|{ASCII_MARK})+)"
    rf"(?P<closing>(?:[{re.escape(CLOSING)}\"]|{CITATION}|{SOURCE})*)"
)

# What cannot begin a sentence: marks that belong to what went before, ...
BOUND = re.compile(r"\s?[，,、；;：:。．！？!?…⋯—～)）》〉”’」』】〕\]]")
# ... after a closing quote a structural particle, ...
PARTICLE = re.compile(r"\s?(?:的(?!确)|之(?!所以|后|前))")
# ... and after a quoted question or exclamation, or an ellipsis, a word that takes it up again.
TAKES_UP = re.compile(r"\s?(?:这|那|此|等|之类|诸如|式|是|为|成为|成了|变成|以及|和|与|及|或|都)")
WHITE = re.compile(r"\s+")
OPEN_TO_GO_ON = re.compile(r"[！？!?…⋯]")


def sentence_ends(paragraph: str) -> Iterator[int]:
    """Offsets just after each sentence of one paragraph, the last being its length.

    White space after a sentence belongs to it here. Nothing comes from an empty paragraph.

    Examples
    --------
    >>> list(sentence_ends("他问：“谁来办？”没人答。第二年就办成了。"))
    [9, 13, 21]
    """
    visible = len(paragraph.rstrip())
    at = quotes = counted = 0
    while (match := END.search(paragraph, at)) and match.end() < visible:
        quotes += paragraph.count('"', counted, match.end("mark"))
        counted = match.end("mark")
        stop = _without_opening_quote(paragraph, match, quotes)
        blank = WHITE.match(paragraph, stop)
        at = blank.end() if blank else stop
        if not _goes_on(paragraph, match, stop):
            yield at
    if paragraph:
        yield len(paragraph)


def _without_opening_quote(paragraph: str, match: re.Match[str], quotes: int) -> int:
    """An ASCII quote closes only where it is an even one; an opening one starts what follows."""
    for place in range(match.end("mark"), match.end()):
        if paragraph[place] == '"':
            if quotes % 2 == 0:
                return place
            quotes += 1
    return match.end()


def _goes_on(paragraph: str, match: re.Match[str], stop: int) -> bool:
    if BOUND.match(paragraph, stop):
        return True
    if match["closing"][:1] in ("》", "〉"):
        return True  # a title keeps its marks to itself (GB/T 15834-2011, 4.15)
    mark, quoted = match["mark"], bool(match["closing"])
    if quoted and PARTICLE.match(paragraph, stop):
        return True
    taken_up = quoted or mark[0] in "…⋯"
    return bool(taken_up and OPEN_TO_GO_ON.search(mark) and TAKES_UP.match(paragraph, stop))
