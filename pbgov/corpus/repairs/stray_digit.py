"""Footnote numbers that lost their raised place: “…治理共同体”，1人人参与.

A digit after a quotation and its mark is a footnote number where no quantity can begin: what
follows is no measure, unit or numeral. A doubled measure (人人, 家家) means “every” and takes no number.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = re.compile(rf"(?<=[”》][，,。；;])(?P<digits>[1-9][0-9]?)(?=(?P<next>[{HAN}]{{2}}))")
SENTENCE_FIRST = re.compile(rf"(?<=[。！？]”)(?P<digits>[1-9][0-9]?)(?=(?P<next>[{HAN}]{{2}}))")


def footnote_numbers(text: str) -> Iterator[Change]:
    """Deletions of such numbers."""
    for pattern in (NUMBER, SENTENCE_FIRST):
        for match in pattern.finditer(text):
            following = match["next"]
            if following[0] == following[1] or following[0] not in counted():
                yield Change(*match.span("digits"), "", "stray_digit", "likely")


@cache
def counted() -> frozenset[str]:
    """Characters that may follow a numeral: measures, units, numerals, and what numbers a list."""
    return frozenset(row["character"] for row in word_list("after_numerals"))
