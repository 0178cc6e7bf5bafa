"""Lines that were broken at a fixed width, joined again.

A text is judged wrapped where the lines that stop without ending a sentence are nearly all as long
as the longest ones: an author breaks lines where a paragraph ends, a program where the line is full.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(r"([^\n\r]*)(\r\n|\n|\r|\Z)")
SENTENCE_END = re.compile(r"[。！？!?：:；;][”’」』）)]?\s*\Z")
STARTS_ANEW = re.compile(
    r"[ \t\u3000]|[#>|*+-]|\[|第[一二三四五六七八九十百零〇0-9]{1,5}[编章节篇条]|[一二三四五六七八九十]{1,3}、"
    r"|[（(][一二三四五六七八九十0-9]{1,3}[）)]|[0-9]{1,2}[.、．)）]|[0-9]+(?:\.[0-9]+)+"
)
LATIN_ENDS, LATIN_STARTS = re.compile(r"[A-Za-z0-9,.;]\Z"), re.compile(r"[A-Za-z0-9]")
SLACK = 5  # columns: a mark or a word that would not fit moves to the next line
WIDEST = 160
FEWEST = 8
FULL_SHARE = 0.9


def wrapped_lines(text: str) -> Iterator[Change]:
    """Line ends within paragraphs go; a space joins Latin words."""
    lines = [match for match in LINE.finditer(text) if match.group()]
    widths = [_width(match[1]) for match in lines]
    limit = _limit(lines, widths)
    if limit is None:
        return
    for line, following, width in zip(lines, lines[1:], widths, strict=False):
        if width < limit - SLACK or not following[1].strip() or STARTS_ANEW.match(following[1]):
            continue
        if SENTENCE_END.search(line[1]) and not _shows_paragraphs(text):
            continue
        yield Change(*line.span(2), joint_of(line[1], following[1]), "line_break", "likely")


def joint_of(before: str, after: str) -> str:
    """What stands for a line end that is taken away: a space between Latin words, else nothing."""
    return " " if LATIN_ENDS.search(before) and LATIN_STARTS.match(after) else ""


def _limit(lines: list[re.Match[str]], widths: list[int]) -> int | None:
    """The width at which the lines of a text were broken; None where they were not."""
    open_ends = [
        width
        for line, following, width in zip(lines, lines[1:], widths, strict=False)
        if width
        and following[1].strip()
        and not SENTENCE_END.search(line[1])
        and not STARTS_ANEW.match(following[1])
    ]
    if len(open_ends) < FEWEST:
        return None
    limit = sorted(open_ends)[-1 - len(open_ends) // 50]
    full = sum(limit - SLACK <= width <= limit + SLACK for width in open_ends)
    too_wide = sum(width > limit + SLACK for width in widths)
    if limit > WIDEST or full < FULL_SHARE * len(open_ends) or too_wide > len(open_ends) // 50:
        return None
    return limit


def _width(line: str) -> int:
    """Columns of a line: GBK gives Chinese characters two bytes and the others one."""
    return len(line.encode("gbk", "replace"))


def _shows_paragraphs(text: str) -> bool:
    """Whether indents or blank lines mark where paragraphs begin."""
    return "\n\n" in text or "\n\u3000" in text or "\n  " in text
