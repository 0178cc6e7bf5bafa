"""Which lines are notes: foot- and endnotes, and the entries of a reference list."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.labels import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKDOWN = re.compile(r"\[\^[^\]\s]{1,20}\][:：]")
ENTRY = re.compile(
    r"(?:[\[［〔【]\d{1,3}[\]］〕】]|[①-⑳]|\d{1,3}[.．、 \t](?!\d)|[（(]\d{1,3}[）)]|\[\^)"
)
# The marks of GB/T 7714-2015, appendix B ([M], [J/OL] …), or what a note in words names: 出版社, 第5页
CITES = re.compile(
    r"\[(?:[MCNJDRSPAZG]|DB|CP|EB|CM|DS)(?:/(?:OL|MT|DK|CD))?\]|出版社|年版|第\s*\d+\s*[页頁期版]"
)
SIGN_BEHIND = re.compile(
    r"(?<=[^\s：:；;，,、])[①-⑳](?=[\s。，；：、！？”）》]|\Z|(?<=[。！？”].))"
)
LONGEST_TITLE = 20  # characters, with brackets and spaces
BRACKETS = "[]［］【】〔〕〖〗：: \t\u00a0\u3000"


def section_title(line: str) -> str:
    """What a heading such as [参考文献] or 摘　要 says, without brackets, colon and inner spaces."""
    return "".join(char for char in line if char not in BRACKETS)


def holds(line: str) -> str | None:
    """What a section such as 结语 or 参考文献 holds: text, abstract or notes; None where a line is no such title."""
    return _sections().get(section_title(line)) if len(line) <= LONGEST_TITLE else None


def note_lines(lines: Sequence[str]) -> tuple[set[int], set[int]]:
    """The lines that are notes, and those that come after a list of notes and leave its section.

    A note is a Markdown footnote ([^1]: …), an entry ([1], ① or 1.) under a heading such as 参考文献,
    and elsewhere an entry in brackets or a circle that names a publication, or entries in circles
    that count on from ① and each have their sign inside a line above.

    Parameters
    ----------
    lines : sequence of str
        '' for a line that is not to be looked at.
    """
    notes = _referred_to(lines)
    leave: set[int] = set()
    listing = False
    for place, line in enumerate(lines):
        if holds(line) == "notes":
            listing = True
            continue
        entry = ENTRY.match(line) if line else None
        numbered = entry is not None and (
            listing or (line[0] in "[［〔【①②③④⑤⑥⑦⑧⑨⑩" and CITES.search(line))
        )
        if MARKDOWN.match(line) or numbered or (listing and CITES.search(line)):
            notes.add(place)
        elif line and listing:
            listing = False
            leave.add(place)
    return notes, leave


def _referred_to(lines: Sequence[str]) -> set[int]:
    """Lines that begin with ①, ②, … in a row, whose signs all stand behind words of the lines above."""
    notes: set[int] = set()
    run: list[int] = []
    seen: set[str] = set()
    for place, line in enumerate([*lines, ""]):
        if line[:1] == chr(ord("①") + len(run)) and line[0] in seen:
            run.append(place)
            continue
        notes.update(run)
        run = []
        seen.update(SIGN_BEHIND.findall(line))
    return notes


@cache
def _sections() -> dict[str, str]:
    return {row["title"]: row["holds"] for row in rows("sections.csv")}
