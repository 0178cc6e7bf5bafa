"""The map between a raw and a repaired text, against the definition followed character by character."""

from __future__ import annotations

import random

import pytest

from pbgov.corpus.alignment import Alignment, Edit, apply_edits
from pbgov.errors import InputError


def random_edits(text: str, rng: random.Random) -> list[Edit]:
    places = sorted(rng.sample(range(len(text) + 1), min(len(text) + 1, 2 * rng.randint(0, 3))))
    pairs = zip(places[::2], places[1::2], strict=False)
    return [
        Edit(a, b, "".join(rng.choice("甲乙𠮷") for _ in range(rng.randint(0, 3))))
        for a, b in pairs
    ]


@pytest.mark.parametrize("seed", range(200))
def test_every_stretch_maps_to_what_its_characters_came_from(seed):
    rng = random.Random(seed)
    raw = text = "".join(rng.choice("社区治理𠀀。") for _ in range(rng.randint(0, 20)))
    origins: list[tuple[int, int] | None] = [(place, place + 1) for place in range(len(raw))]
    alignment = Alignment()
    for _ in range(rng.randint(0, 3)):
        edits = random_edits(text, rng)
        followed, at = [], 0
        for edit in edits:
            source = (
                (origins[edit.start][0], origins[edit.end - 1][1])
                if origins[edit.start : edit.end] and None not in origins[edit.start : edit.end]
                else None
            )
            followed += origins[at : edit.start] + [source] * len(edit.after)
            at = edit.end
        origins = followed + origins[at:]
        text, alignment = apply_edits(text, edits), alignment.then(edits)
    assert len(text) == len(origins)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            mapped = alignment.to_source(start, end)
            assert 0 <= mapped[0] <= mapped[1] <= len(raw)
            if origins[start] and origins[end - 1]:
                assert mapped == (origins[start][0], origins[end - 1][1])


@pytest.mark.parametrize("seed", range(50))
def test_unchanged_characters_map_back_and_forth(seed):
    rng = random.Random(seed)
    raw = "".join(rng.choice("社区治理𠀀。") for _ in range(15))
    edits = random_edits(raw, rng)
    alignment = Alignment().then(edits)
    text = apply_edits(raw, edits)
    changed = {place for edit in edits for place in range(edit.start, edit.end)}
    for place in set(range(len(raw))) - changed:
        start, end = alignment.to_result(place, place + 1)
        assert text[start:end] == raw[place]
        assert alignment.to_source(start, end) == (place, place + 1)


def test_deleted_stretches_are_empty_and_stay_outside():
    alignment = Alignment().then([Edit(0, 3, ""), Edit(5, 7, "")])
    assert alignment.to_source(0, 2) == (3, 5)
    assert alignment.to_source(0, 3) == (3, 8)
    assert alignment.to_result(0, 3) == (0, 0)
    assert alignment.to_result(4, 8) == (1, 3)


def test_edits_out_of_order_are_refused():
    with pytest.raises(InputError, match="overlaps"):
        Alignment().then([Edit(3, 5, ""), Edit(4, 6, "")])
