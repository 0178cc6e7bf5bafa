"""One proposed change, and the classes of characters that every kind of damage speaks of."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LISTS = Path(__file__).parent
HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
OPENING = "“‘《〈「『【〔（［｛"
CLOSING = "”’》〉」』】〕）］｝"
WIDE_MARKS = "，。、；：？！"
LINE_BREAK = "\n\r\v\f\x85\u2028\u2029"
BLANK = " \t\u3000"


class Change(NamedTuple):
    """``text[start:end]`` becomes `after`; where certainty is ``unrepaired``, `after` is what stands there.

    ``kind`` and ``certainty`` are those of `pbgov.corpus.document.Repair`.
    """

    start: int
    end: int
    after: str
    kind: str
    certainty: str


def without_overlaps(changes: Iterable[Change]) -> list[Change]:
    """The changes in the order of the text; of two that overlap the one that starts first stays."""
    kept: list[Change] = []
    for change in sorted(changes, key=lambda each: (each.start, -each.end)):
        if not kept or change.start >= kept[-1].end:
            kept.append(change)
    return kept


def apart_from(changes: Iterable[Change], spans: list[tuple[int, int]]) -> Iterator[Change]:
    """Those of the ordered `changes` that touch none of the ordered `spans`."""
    place = 0
    for change in changes:
        while place < len(spans) and spans[place][1] <= change.start:
            place += 1
        if place == len(spans) or spans[place][0] >= change.end:
            yield change


@cache
def word_list(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one of the lists beside this module."""
    with (LISTS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as rows:
        return tuple(csv.DictReader(rows))
