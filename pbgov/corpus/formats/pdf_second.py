"""A second reading of a PDF file, by pypdf, and how far two readings of a page are apart.

Two measures, both of Han characters after Unicode compatibility folding. Of the characters: the
share of one reading that the other lacks, as multisets. Of the order: of the triples of characters
that stand exactly once in both, the share that must be moved for the rest to stand in one order
(one minus the longest increasing subsequence). A page is remarked upon from one character in
fifty, about one in a line and a half, which is more than the two readings differ by where both
read the page well; and from one triple in ten out of order, which is a passage and not a header.
"""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from pbgov.corpus.document import count_han

FEWEST = 20  # Han characters, below which a share means nothing
LARGEST_LOSS = 0.02
LARGEST_DISORDER = 0.10
RUN = 3


class Apart(NamedTuple):
    """How far two readings of a page are apart: in their characters and in the order of these."""

    characters: float
    order: float

    @property
    def is_remarkable(self) -> bool:
        """True where a person should compare the page with the original."""
        return self.characters > LARGEST_LOSS or self.order > LARGEST_DISORDER


class SecondReading:
    """The pages of a file as pypdf reads them; '' for a page that it cannot read."""

    def __init__(self, content: bytes) -> None:
        self._reader: PdfReader | None
        try:
            self._reader = PdfReader(io.BytesIO(content), strict=False)
            if self._reader.is_encrypted:
                self._reader.decrypt("")
        except Exception:  # damaged files make it fail in any way; then there is one reading
            self._reader = None

    def page(self, number: int) -> str:
        """The text of one page, counted from 1."""
        if self._reader is None:
            return ""
        try:
            return self._reader.pages[number - 1].extract_text()
        except (PyPdfError, Exception):
            return ""


def apart(first: str, second: str) -> Apart:
    """How far two readings of one page are apart.

    Examples
    --------
    >>> left, right = "社区会客厅里商量大小事情", "街道干部每周三下午来坐班"
    >>> apart(left + right, right + left).order
    0.5
    """
    one, other = _han(first), _han(second)
    if max(len(one), len(other)) < FEWEST:
        return Apart(0.0, 0.0)
    shared = (Counter(one) & Counter(other)).total()
    characters = 1 - shared / max(len(one), len(other))
    places, once = _places(other), _places(one)
    order = [places[run] for run in sorted(once, key=once.__getitem__) if run in places]
    return Apart(characters, 1 - _longest_increasing(order) / len(order) if order else 0.0)


def _han(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if count_han(char))


def _places(text: str) -> dict[str, int]:
    """Where each run of characters that stands once in a text stands."""
    runs = [text[at : at + RUN] for at in range(len(text) - RUN + 1)]
    counts = Counter(runs)
    return {run: at for at, run in enumerate(runs) if counts[run] == 1}


def _longest_increasing(values: list[int]) -> int:
    ends: list[int] = []
    for value in values:
        at = bisect_left(ends, value)
        ends[at : at + 1] = [value]
    return len(ends)
