"""Headings that stand on the first line of their paragraph and end at its first full stop.

Official texts are written so: “1.统筹各方力量。街道每年…”, “提升组织力。把支部建在…”. Such a phrase is a
heading where its siblings are written in the same way, not where one sentence happens to be short:

numbered
    at least two numbers of one kind that follow each other from 1, no other heading of a higher rank
    between them, each with a phrase of at most `LONGEST` characters and a longer text behind it;
unnumbered
    at least two paragraphs, one directly after the other, whose phrase begins with a verb of
    ``wording/topic_verbs.csv`` and does not tell what happened (了, 是 …), each with a text behind it
    that is at least twice as long. Only in documents that mark no headings themselves.

In both, 一是 and 第一 are no numbers: they count inside prose.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.labels import rows
from pbgov.corpus.structure.numbering import Numbered, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 40  # characters; titles above this are sentences
PHRASE = re.compile(
    rf"(?P<words>[^。！？!?；;：:｡]{{2,{LONGEST}}})[。｡](?![”’」』）)\]］】])(?=.)", re.DOTALL
)
TELLS = re.compile(r"[了是曾]|已经|正在|我们|本文|笔者|因此|所以|但是|一[方是]")
TWICE = 2  # times as long as the phrase, at the least, is the text behind an unnumbered one
NOT_GLUED = ("编", "章", "节", "条", "1")


class Glued(NamedTuple):
    """A heading at the start of a line: its length with its full stop, and its number where it has one."""

    length: int
    number: Numbered | None


def glued_headings(
    lines: Sequence[str], barriers: Sequence[float | None], *, unnumbered: bool
) -> dict[int, Glued]:
    """The lines that begin with a heading of their own.

    Parameters
    ----------
    lines : sequence of str
        '' for a line that is no paragraph.
    barriers : sequence of float or None
        The rank of the heading that a whole line is.
    unnumbered : bool
        Whether phrases without a number are looked for.
    """
    found = _numbered(lines, barriers)
    if unnumbered:
        found |= {
            place: glued
            for place, glued in _unnumbered(lines, barriers).items()
            if place not in found
        }
    return found


def _numbered(lines: Sequence[str], barriers: Sequence[float | None]) -> dict[int, Glued]:
    open_runs: dict[str, list[tuple[int, Glued | None]]] = {}
    closed: list[list[tuple[int, Glued | None]]] = []
    ranks: dict[str, int] = {}
    for place, line in enumerate(lines):
        number = number_of(line) if line else None
        barrier = barriers[place]
        over = min((rank for rank in (barrier, number and number.rank) if rank), default=None)
        if over is not None:
            closed += [open_runs.pop(kind) for kind in list(open_runs) if ranks[kind] > over]
        if number is None or number.kind in NOT_GLUED:
            continue
        run = open_runs.get(number.kind, [])
        if number.value != len(run) + 1:
            closed.append(open_runs.pop(number.kind, []))
            run = []
        if number.value == len(run) + 1:
            glued = _phrase(line, number) if barrier is None else None
            whole = barrier is not None
            run.append((place, glued if glued or not whole else Glued(0, number)))
            open_runs[number.kind] = run
            ranks[number.kind] = number.rank
    found: dict[int, Glued] = {}
    for run in [*closed, *open_runs.values()]:
        if len(run) > 1 and all(glued for _, glued in run):
            found |= {place: glued for place, glued in run if glued and glued.length}
    return found


def _phrase(line: str, number: Numbered) -> Glued | None:
    match = PHRASE.match(line, number.end)
    if match and len(line) - match.end() > len(match["words"]) and "了" not in match["words"]:
        return Glued(match.end(), number)
    return None


def _unnumbered(lines: Sequence[str], barriers: Sequence[float | None]) -> dict[int, Glued]:
    shaped = {
        place: glued
        for place, line in enumerate(lines)
        if line and barriers[place] is None and (glued := _topic(line))
    }
    return {place: glued for place, glued in shaped.items() if {place - 1, place + 1} & set(shaped)}


def _topic(line: str) -> Glued | None:
    match = PHRASE.match(line)
    if (
        match
        and number_of(line) is None
        and line.startswith(_verbs())
        and not TELLS.search(match["words"])
        and len(line) - match.end() >= TWICE * len(match["words"])
    ):
        return Glued(match.end(), None)
    return None


@cache
def _verbs() -> tuple[str, ...]:
    return tuple(row["term"] for row in rows("topic_verbs.csv"))
