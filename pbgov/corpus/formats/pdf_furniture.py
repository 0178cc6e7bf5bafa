"""The page furniture of a PDF file: what stands at one place on page after page.

A header or footer is a row at the top or bottom of its page, or next to such a row (up to four on
either side), that stands at the same height with the same words, digits aside, on at least three
pages. So does a watermark. The first or last row of a single page is one where it
is nothing but a page number between dashes (GB/T 9704-2012, 7.5) or in words (第1页, 共3页), and where
a browser printed the page: its address and page number at the foot, a stamp of date and time at the head.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.corpus.formats.pdf_lines import Line

LEAST_PAGES = 3
MOST_ROWS = 4
SAME_HEIGHT = 4.0  # points
PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–―~·]+\s*\d{1,4}\s*[-—–―~·]+|第\s*\d{1,4}\s*[页頁](?:[\s,，/／]*共\s*\d{1,4}\s*[页頁])?)\s*"
)
ADDRESS = re.compile(r"\s*[a-z]+://\S*\s+\d{1,4}/\d{1,4}\s*")
STAMP = re.compile(
    r"\s*\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?[,，]?\s*(?:上午|下午)?\d{1,2}:\d\d(?!\d)"
)
NUMERAL = re.compile(r"\d+|[〇零一二三四五六七八九十百]+(?=页)|\A[ivxlcIVXLC]+\Z")


def repeated(pages: Sequence[Sequence[Line]]) -> list[set[int]]:
    """For each page, the places of its rows that are furniture.

    Parameters
    ----------
    pages : sequence of sequence of Line
        The rows of each page from top to bottom.
    """
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for number, rows in enumerate(pages):
        for row in rows:
            seen[_words(row), _height(row)].add(number)

    def is_repeated(row: Line) -> bool:
        heights = range(_height(row) - 1, _height(row) + 2)
        near = (seen.get((_words(row), height), set()) for height in heights)
        return len(set().union(*near)) >= LEAST_PAGES

    found = []
    for rows in pages:
        places: set[int] = set()
        for order in (range(len(rows)), reversed(range(len(rows)))):
            for place in islice(order, MOST_ROWS):
                if not is_repeated(rows[place]):
                    break
                places.add(place)
        found.append(places | _alone(rows))
    return found


def _alone(rows: Sequence[Line]) -> set[int]:
    """The first or last row of one page where it shows by itself that it is furniture."""
    if not rows:
        return set()
    ends = {0, len(rows) - 1}
    numbers = {place for place in ends if PAGE_NUMBER.fullmatch(rows[place].text)}
    if not ADDRESS.fullmatch(rows[-1].text):
        return numbers
    return numbers | {place for place in ends if place or STAMP.match(rows[place].text)}


def _height(row: Line) -> int:
    return round(row.down / SAME_HEIGHT)


def _words(row: Line) -> str:
    return NUMERAL.sub("#", "".join(row.text.split()))
