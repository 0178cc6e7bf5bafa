"""What a web page puts around an article: the way to the page, counters, buttons, related links.

Whole lines only, and only where a line cannot be part of the article: it consists of the page's own
words (打印本页 | 关闭窗口), shows the way to the page (当前位置：首页 > …), or is a short labelled
line (来源：…, 责任编辑：…) before the first paragraph of prose or after the last. A heading such as
猜你喜欢 takes with it the short lines that follow. Author and affiliation lines stay. The words are
in ``furniture.csv``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.repairs.change import LINE_BREAK, Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE = re.compile(f"([^{LINE_BREAK}]*)(\r\n|[{LINE_BREAK}]|\\Z)")
PROSE = re.compile(r"[。！？!?；;][”’」』）)\]\d［\[］]*\s*\Z")
SHORTEST_PROSE = 40
LONGEST_LABELLED, LONGEST_NOTICE, LONGEST_LINK = 80, 120, 60
EDGES = " \t\u3000\u00a0[]【】()（）|｜/／·•-—_>»"
WAY = re.compile(r"[>＞»›→]")
AFTER_LABEL = r"\s*(?:[:：/／]|\s\d)"
# 2022-04-16 21:46 opens what a collector's page puts above an article
STAMP = re.compile(r"\s*(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ \u3000]*\d{1,2}[:：]\d\d")
ISSUE = re.compile(r"\s*\S{2,20}\s*(?:19|20)\d\d年(?:第?\d{1,2}期|\d{1,2}月)\s*\Z")
KEYWORDS = re.compile(r"\s*(?:关键词|关键字)\s*[:：]\s*\S+\s*\Z")
SENTENCE = re.compile("[。！？]")


class Line(NamedTuple):
    """A line with its line end, and its words."""

    start: int
    end: int
    words: str


def web_furniture(text: str) -> Iterator[Change]:
    """Deletions of such lines, their line ends with them."""
    if not _anything().search(text):
        return
    lines = [Line(m.start(), m.end(), m[1].strip()) for m in LINE.finditer(text) if m.group()]
    visible = [line for line in lines if line.words]
    prose = [place for place, line in enumerate(visible) if _is_prose(line.words)]
    first, last = (prose[0], prose[-1]) if prose else (len(visible), -1)
    place = 0
    while place < len(visible):
        outside = bool(prose) and not first <= place <= last
        n_lines, certainty = _furniture_at(visible, place, outside)
        for line in visible[place : place + n_lines]:
            yield Change(line.start, line.end, "", "web_furniture", certainty)
        place += n_lines or 1


def _furniture_at(lines: Sequence[Line], place: int, outside: bool) -> tuple[int, str]:
    """How many lines of furniture start here, and how certain that is."""
    words = lines[place].words
    pattern = _patterns()
    if pattern["breadcrumb"].match(words) and WAY.search(words) and not SENTENCE.search(words):
        return 1, "exact"
    if _only_buttons(words):
        return 1, "exact"
    if pattern["related"].fullmatch(words.strip(EDGES + ":：")):
        return 1 + _links_after(lines, place + 1), "likely"
    if not outside:
        return 0, ""
    labelled = len(words) <= LONGEST_LABELLED and not PROSE.search(words)
    if labelled and pattern["label"].match(words.lstrip(EDGES)):
        return 1, "likely"
    if len(words) <= LONGEST_NOTICE and pattern["notice"].match(words.lstrip(EDGES)):
        return 1, "likely"
    if labelled and STAMP.match(words):
        return 1 + _header_after(lines, place + 1), "likely"
    return 0, ""


def _links_after(lines: Sequence[Line], place: int) -> int:
    """How many lines without a sentence follow."""
    number = 0
    for line in lines[place:]:
        if len(line.words) > LONGEST_LINK or PROSE.search(line.words):
            break
        number += 1
    return number


def _header_after(lines: Sequence[Line], place: int) -> int:
    """How many of the two lines that follow a stamp, the issue and the run-together keywords, are there."""
    number = 0
    for pattern in (ISSUE, KEYWORDS):
        if place + number < len(lines) and pattern.match(lines[place + number].words):
            number += 1
    return number


def _only_buttons(words: str) -> bool:
    parts = [part for part in re.split(f"[{re.escape(EDGES)}]+", words) if part]
    return bool(parts) and all(part in _wordings("button") for part in parts) and len(words) > 1


def _is_prose(words: str) -> bool:
    return len(words) >= SHORTEST_PROSE and bool(PROSE.search(words))


@cache
def _wordings(manner: str) -> frozenset[str]:
    return frozenset(row["wording"] for row in word_list("furniture") if row["manner"] == manner)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    def any_of(manner: str) -> str:
        longest_first = sorted(_wordings(manner), key=lambda word: (-len(word), word))
        return f"(?:{'|'.join(map(re.escape, longest_first))})"

    return {
        "breadcrumb": re.compile(rf"[{re.escape(EDGES)}]*{any_of('breadcrumb')}\s*[:：]?"),
        "related": re.compile(any_of("related")),
        "label": re.compile(rf"{any_of('label')}{AFTER_LABEL}"),
        "notice": re.compile(rf"{any_of('notice')}"),
    }


@cache
def _anything() -> re.Pattern[str]:
    """What a text must hold for there to be furniture in it at all."""
    words = sorted({row["wording"] for row in word_list("furniture")})
    return re.compile("|".join([*map(re.escape, words), r"\d:\d\d"]))
