"""The numbers that Chinese headings, articles and list items begin with.

The order of the kinds, from the widest to the narrowest, is that of statutes (编 章 节 条) and of
official documents (GB/T 9704-2012, 7.3.3: 一、（一） 1.（1）), beside which the decimal numbers of
papers (1  1.1  1.1.1) take their depth.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMERAL = "[一二三四五六七八九十百千零〇两0-9０-９]{1,9}"
SMALL = "[一二三四五六七八九十]{1,3}"
GAP = r"[ \t\u00a0\u3000]"
NO_UNIT = r"[^\d%％万亿千百元倍个]"
KINDS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("编", 1, re.compile(rf"第(?P<n>{NUMERAL})(?:分?编|篇){GAP}*(?=\S)")),
    ("章", 2, re.compile(rf"第(?P<n>{NUMERAL})章{GAP}*(?=\S)")),
    ("节", 3, re.compile(rf"第(?P<n>{NUMERAL})节{GAP}*(?=\S)")),
    ("条", 4, re.compile(rf"第(?P<n>{NUMERAL})条{GAP}*(?=\S)")),
    ("一、", 5, re.compile(rf"(?P<n>{SMALL}){GAP}?[、.．]{GAP}*(?=\S)")),
    ("（一）", 6, re.compile(rf"[（(](?P<n>{SMALL})[）)][ \t\u3000、]*(?=\S)")),
    (
        "1.1.1",
        7,
        re.compile(rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,2}}\.(?P<n>\d{{1,2}})\.?{GAP}*(?=\D)(?=\S)"),
    ),
    (
        "1.1",
        6,
        re.compile(rf"\d{{1,2}}\.(?P<n>\d{{1,2}})\.?{GAP}*(?={NO_UNIT}){GAP}*(?=\S)"),
    ),
    ("1.", 7, re.compile(rf"(?P<n>\d{{1,2}})[.、．]{GAP}*(?=\D)(?=\S)")),
    ("（1）", 8, re.compile(r"[（(](?P<n>\d{1,2})[）)][ \t\u3000、]*(?=\S)")),
    ("1", 5, re.compile(rf"(?P<n>\d{{1,2}}){GAP}+(?=[^\d%万亿千百元倍个年月日])(?=\S)")),
)
# 第十条规定的…, 第十条第二款…: a sentence about an article, not the article
ARTICLE = re.compile(
    rf"第(?P<n>{NUMERAL})条(?:之(?P<of>{SMALL}))?(?!{GAP}*(?:第|规定|所列|所称|[、和与及至到的]))"
    rf"(?P<caption>{GAP}*[（(【〔][^（()）【】〔〕\d一二三四五六七八九十][^（()）【】〔〕]{{0,40}}[）)】〕])?"
)
FEWEST_ARTICLES = 5
UNITS = {"十": 10, "百": 100, "千": 1000}
DIGITS = {char: digit for digit, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


class Numbered(NamedTuple):
    """The number a line begins with: its kind, the rank of the kind, its value and where its words start."""

    kind: str
    rank: int
    value: int
    end: int


def number_of(line: str) -> Numbered | None:
    """The number a line begins with, or None.

    Examples
    --------
    >>> number_of("（十二）网格长")
    Numbered(kind='（一）', rank=6, value=12, end=4)
    >>> number_of("12 月底") is None
    True
    """
    for kind, rank, pattern in KINDS:
        match = pattern.match(line)
        if match:
            return Numbered(kind, rank, numeral(match["n"]), match.end())
    return None


def numeral(words: str) -> int:
    """The value of a numeral in Arabic digits or in Chinese ones below ten thousand.

    Examples
    --------
    >>> numeral("一百零四"), numeral("二十"), numeral("37")
    (104, 20, 37)
    """
    if words.isdecimal():
        return int(words)
    total, digit = 0, 0
    for char in words:
        if char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            digit = 10 * digit + DIGITS[char] if char in DIGITS else 10 * digit + int(char)
    return total + digit


def articles(lines: Sequence[str]) -> dict[int, int]:
    """The lines that begin an article of a statute, each with the length of its number and caption.

    A document is a statute where at least five lines begin with 第…条 in rising order. A line that
    breaks the order is a sentence about an article. 第一条 begins the count anew, for files that
    hold several statutes.
    """
    found: dict[int, int] = {}
    run: list[tuple[int, tuple[int, int], int]] = []
    for place, line in enumerate(lines):
        match = ARTICLE.match(line)
        if match is None:
            continue
        order = (numeral(match["n"]), numeral(match["of"]) if match["of"] else 0)
        if order == (1, 0) and run:
            found |= _in_order(run)
            run = []
        run.append((place, order, match.end()))
    return found | _in_order(run)


def _in_order(run: Sequence[tuple[int, tuple[int, int], int]]) -> dict[int, int]:
    """The longest part of a run whose numbers rise, where it is long enough."""
    tops: list[tuple[int, int]] = []
    ends: list[int] = []
    before: list[int | None] = []
    for here, (_, order, _) in enumerate(run):
        place = bisect_left(tops, order)
        before.append(ends[place - 1] if place else None)
        tops[place : place + 1] = [order]
        ends[place : place + 1] = [here]
    if len(tops) < FEWEST_ARTICLES:
        return {}
    found: dict[int, int] = {}
    at: int | None = ends[-1]
    while at is not None:
        found[run[at][0]] = run[at][2]
        at = before[at]
    return found
