"""Which lines of a document are headings, and at what level.

Two kinds are known: Markdown headings (``## 二、做法``) and numbered plain lines (第一章, 一、, （一）,
1.1, 1.) that are short and hold no sentence. Numbered lines that follow one another directly are
a list or a table of contents, not headings; a bare number (``1 引言``) heads a section only in a
document that also numbers ``1.1``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ATX = re.compile(r"(?P<marks>#{1,6})[ \t　]+(?P<title>.*?)(?:[ \t]+#+)?\Z", re.DOTALL)
DEEPEST_ATX = 6
LONGEST = 40  # characters; titles above this are sentences without their full stop
SENTENCE_MARK = re.compile(r"[。；;！!｡]|[：:，,、]\Z")

NUMERAL = "[一二三四五六七八九十百零〇0-9]{1,5}"
GAP = r"[ \t　]"
# Kind of numbering and its rank, from the widest: laws (编 章 节 条), then GB/T 9704-2012, 7.3.3
# (一、（一） 1.（1）), beside which the decimal numbers of papers (1  1.1  1.1.1) take their depth.
NUMBERINGS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("编", 1, re.compile(rf"第{NUMERAL}[编篇]{GAP}*\S")),
    ("章", 2, re.compile(rf"第{NUMERAL}章{GAP}*\S")),
    ("节", 3, re.compile(rf"第{NUMERAL}节{GAP}*\S")),
    ("条", 4, re.compile(rf"第{NUMERAL}条{GAP}*\S")),
    ("一、", 5, re.compile(r"[一二三四五六七八九十]{1,3}、\S")),
    ("（一）", 6, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)][ \t　、]*\S")),
    ("1.1.1", 7, re.compile(rf"\d{{1,2}}(?:\.\d{{1,2}}){{2,3}}\.?{GAP}*(?=\D)\S")),
    ("1.1", 6, re.compile(rf"\d{{1,2}}\.\d{{1,2}}\.?{GAP}*(?=[^\d%万亿千百元倍个]){GAP}*\S")),
    ("1.", 7, re.compile(rf"\d{{1,2}}[.、．]{GAP}*(?=\D)\S")),
    ("（1）", 8, re.compile(r"[（(]\d{1,2}[）)][ \t　、]*\S")),
    ("1", 5, re.compile(rf"\d{{1,2}}{GAP}+(?=[^\d%万亿千百元倍个年月日])\S")),
)


class Candidate(NamedTuple):
    """A line that may be a heading: its kind of numbering, its level and its words."""

    kind: str
    level: int
    title: str


class Headings:
    """The headings among the lines of one document, and the path of those above the present line.

    Parameters
    ----------
    lines : sequence of str
        The lines that are not blank, without the white space at their ends.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        candidates = [_candidate(line) for line in lines]
        depths = {candidate.kind for candidate in candidates if candidate}
        self._headings = [
            candidate
            if candidate
            and not _in_a_list(candidates, place)
            and (candidate.kind != "1" or depths & {"1.1", "1.1.1"})
            else None
            for place, candidate in enumerate(candidates)
        ]
        self._above: list[Candidate] = []

    @property
    def path(self) -> str:
        """Titles of the headings above, joined with ``" > "``."""
        return " > ".join(heading.title for heading in self._above)

    def level(self, line: int) -> int | None:
        """Level of the heading that a line is, or None where it is text."""
        heading = self._headings[line]
        return heading.level if heading else None

    def leave(self, level: int) -> None:
        """Close the headings that a new one of this level ends."""
        while self._above and self._above[-1].level >= level:
            self._above.pop()

    def enter(self, line: int) -> None:
        """Put the heading on this line above what follows."""
        heading = self._headings[line]
        if heading:
            self._above.append(heading)


def _candidate(line: str) -> Candidate | None:
    marked = ATX.match(line)
    if marked:
        return Candidate("#", len(marked["marks"]), marked["title"].strip())
    if len(line) > LONGEST or SENTENCE_MARK.search(line):
        return None
    for kind, rank, pattern in NUMBERINGS:
        if pattern.match(line):
            return Candidate(kind, DEEPEST_ATX + rank, line)
    return None


def _in_a_list(candidates: Sequence[Candidate | None], place: int) -> bool:
    here = candidates[place]
    beside = [*candidates[max(0, place - 1) : place], *candidates[place + 1 : place + 2]]
    return bool(here and here.kind != "#" and any(c and c.kind == here.kind for c in beside))
