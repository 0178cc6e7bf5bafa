"""The changes of all rounds as one listing on the raw text, in which no two places overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.document import CERTAINTIES, Repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.corpus.repairs.change import Change


class Place(NamedTuple):
    """A stretch that changed: where it stands in the raw text and in the present one.

    ``extent`` is the length of the change that gave the stretch its kind, when it was made.
    """

    raw_start: int
    raw_end: int
    start: int
    end: int
    kind: str
    extent: int
    certainty: str


def after_round(places: Sequence[Place], changes: Sequence[Change]) -> list[Place]:
    """The listing after one more round of changes of the present text.

    Stretches that a later change overlaps become one, of the kind of the most extensive change
    (of the earliest, if two are equal) and of the lowest certainty among them.
    """
    merged: list[Place] = []
    raw_shift = shift = 0  # from the present text to the raw one, and to the one after this round
    at_place = at_change = 0
    while at_place < len(places) or at_change < len(changes):
        group: list[Place] = []
        made: list[Change] = []
        end = -1
        while True:
            place = places[at_place] if at_place < len(places) else None
            change = changes[at_change] if at_change < len(changes) else None
            first = not group and not made
            if place and (first or place.start < end) and _comes_first(place, change):
                group.append(place)
                end = max(end, place.end)
                at_place += 1
            elif change and (first or change.start < end):
                made.append(change)
                end = max(end, change.end)
                at_change += 1
            else:
                break
        start = min([*(each.start for each in group[:1]), *(each.start for each in made[:1])])
        raw_start = group[0].raw_start - group[0].start + start if group else start + raw_shift
        if group:
            raw_shift = group[-1].raw_end - group[-1].end
        grown = sum(len(each.after) - (each.end - each.start) for each in made)
        named = [(each.extent, each.kind) for each in group]
        named += [(each.end - each.start, each.kind) for each in made]
        extent, kind = max(named, key=lambda each: each[0])
        certainties = [each.certainty for each in group] + [each.certainty for each in made]
        certainty = max(certainties, key=CERTAINTIES.index)
        merged.append(
            Place(
                raw_start,
                end + raw_shift,
                start + shift,
                end + shift + grown,
                kind,
                extent,
                certainty,
            )
        )
        shift += grown
    return merged


def listed(places: Sequence[Place], raw: str, text: str) -> list[Repair]:
    """The repairs, without those that a later round undid."""
    found = []
    for place in places:
        before, after = raw[place.raw_start : place.raw_end], text[place.start : place.end]
        if before != after:
            found.append(
                Repair(place.kind, place.raw_start, place.raw_end, before, after, place.certainty)
            )
    return found


def _comes_first(place: Place, change: Change | None) -> bool:
    """Whether a stretch begins before a change, or is an empty one at its beginning."""
    return change is None or place.start <= change.start
