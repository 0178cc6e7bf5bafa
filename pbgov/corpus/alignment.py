"""Where each stretch of a repaired text stands in the text it was made from, and back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Edit(NamedTuple):
    """``source[start:end]`` was replaced by `after`; an empty `after` deletes, an empty stretch inserts."""

    start: int
    end: int
    after: str


class Pass(NamedTuple):
    """The stretches that one round of edits changed, in its source and in its result."""

    source_starts: tuple[int, ...]
    source_ends: tuple[int, ...]
    result_starts: tuple[int, ...]
    result_ends: tuple[int, ...]


@dataclass(frozen=True)
class Alignment:
    """The map between a raw text and what rounds of edits made of it.

    Attributes
    ----------
    passes : tuple of Pass
        One for each round, in the order they were applied. None: the texts are the same.

    Notes
    -----
    A stretch maps to the smallest stretch that holds everything its characters came from. What was
    deleted just before or just after it is left out. A character inside a replacement stands for
    the whole replacement.
    """

    passes: tuple[Pass, ...] = field(default=())

    def then(self, edits: Sequence[Edit]) -> Alignment:
        """The map after one more round of edits of the present result.

        Parameters
        ----------
        edits : sequence of Edit
            In the order of the text, none overlapping another.

        Raises
        ------
        InputError
            Where they overlap or stand out of order.
        """
        return Alignment((*self.passes, _pass(edits))) if edits else self

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Where ``result[start:end]`` stands in the source."""
        for each in reversed(self.passes):
            start, end = _across(
                each.result_starts,
                each.result_ends,
                each.source_starts,
                each.source_ends,
                start,
                end,
            )
        return start, end

    def to_result(self, start: int, end: int) -> tuple[int, int]:
        """Where ``source[start:end]`` stands in the result; an empty stretch where it was deleted."""
        for each in self.passes:
            start, end = _across(
                each.source_starts,
                each.source_ends,
                each.result_starts,
                each.result_ends,
                start,
                end,
            )
        return start, end


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after one round of edits, which stand in order and do not overlap.

    Examples
    --------
    >>> apply_edits("基层(cénɡ)治理", [Edit(2, 8, "")])
    '基层治理'
    """
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.after]
        at = edit.end
    return "".join([*parts, text[at:]])


def _pass(edits: Sequence[Edit]) -> Pass:
    starts, ends, result_starts, result_ends = [], [], [], []
    at, shift = 0, 0
    for edit in edits:
        if not at <= edit.start <= edit.end:
            raise InputError(f"{edit} overlaps the edit before it or stands out of order.")
        starts.append(edit.start)
        ends.append(edit.end)
        result_starts.append(edit.start + shift)
        result_ends.append(edit.start + shift + len(edit.after))
        shift += len(edit.after) - (edit.end - edit.start)
        at = edit.end
    return Pass(tuple(starts), tuple(ends), tuple(result_starts), tuple(result_ends))


def _across(
    from_starts: tuple[int, ...],
    from_ends: tuple[int, ...],
    to_starts: tuple[int, ...],
    to_ends: tuple[int, ...],
    start: int,
    end: int,
) -> tuple[int, int]:
    """A stretch of one side on the other: of its first character, to the end of its last."""

    def edges(place: int) -> tuple[int, int]:
        nearest = bisect_right(from_starts, place) - 1
        if nearest < 0:
            return place, place + 1
        if place < from_ends[nearest]:
            return to_starts[nearest], to_ends[nearest]
        there = to_ends[nearest] + place - from_ends[nearest]
        return there, there + 1

    first = edges(start)[0]
    return (first, max(first, edges(end - 1)[1])) if end > start else (first, first)
