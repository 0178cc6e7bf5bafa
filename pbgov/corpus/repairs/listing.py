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
    n_places, n_changes = len(places), len(changes)
    while at_place < n_places or at_change < n_changes:
        first_place, first_change, end = at_place, at_change, -1
        while True:
            alone = at_place == first_place and at_change == first_change
            place = places[at_place] if at_place < n_places else None
            change = changes[at_change] if at_change < n_changes else None
            if place and (alone or place.start < end) and _comes_first(place, change):
                end = max(end, place.end)
                at_place += 1
            elif change and (alone or change.start < end):
                end = max(end, change.end)
                at_change += 1
            else:
                break
        group, made = places[first_place:at_place], changes[first_change:at_change]
        merged.append(_merged(group, made, end, raw_shift, shift))
        raw_shift = merged[-1].raw_end - end
        shift = merged[-1].end - end
    return merged


def _merged(
    group: Sequence[Place], made: Sequence[Change], end: int, raw_shift: int, shift: int
) -> Place:
    """One stretch of the stretches in `group` and the changes in `made`, which overlap up to `end`."""
    if not made:
        (place,) = group
        return place._replace(start=place.start + shift, end=place.end + shift)
    start = made[0].start
    raw_start, raw_end = start + raw_shift, end + raw_shift
    if group:
        start = min(start, group[0].start)
        raw_start = group[0].raw_start - group[0].start + start
        raw_end = group[-1].raw_end - group[-1].end + end
    grown = sum(len(each.after) - (each.end - each.start) for each in made)
    named = [(each.extent, each.kind) for each in group]
    named += [(each.end - each.start, each.kind) for each in made]
    extent, kind = max(named, key=lambda each: each[0])
    certainties = [each.certainty for each in group] + [each.certainty for each in made]
    certainty = max(certainties, key=CERTAINTIES.index)
    return Place(raw_start, raw_end, start + shift, end + shift + grown, kind, extent, certainty)


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
