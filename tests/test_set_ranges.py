"""Ranges over which a solution stays the same, against a plain search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.inference.sets.ranges import count_range, cut_range, models_of, range_towards
from pbgov.inference.sets.rows import truth_rows


def models_at(conditions, outcome, kind="conservative", **changed):
    cuts = {"incl_cut": 0.8, "pri_cut": 0.5, "n_cut": 1, **changed}
    rows = truth_rows(conditions, outcome, **cuts)
    return models_of(rows, kind, [{1}] * conditions.shape[1]), rows


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["incl_cut", "pri_cut"]), st.floats(0.3, 0.95))
def test_a_range_of_cuts_is_what_a_fine_search_finds(seed, which, current):
    random = np.random.default_rng(seed)
    conditions, outcome = random.random((12, 3)), random.random(12)
    base, rows = models_at(conditions, outcome, **{which: current})
    values = rows.inclusion if which == "incl_cut" else rows.pri
    found = cut_range(
        values[rows.n > 0],
        current,
        lambda cut: models_at(conditions, outcome, **{which: cut})[0] == base,
    )
    grid = np.linspace(0, 1, 1_001)
    same = np.array([models_at(conditions, outcome, **{which: cut})[0] == base for cut in grid])
    inside = (grid > found.low + 1e-6) & (grid <= found.high - 1e-6)
    assert same[inside].all()
    assert found.low < current + 1e-9
    assert current <= found.high + 1e-9
    just_above = grid[(grid > found.high + 1e-6)][:1]
    if found.ends_above and len(just_above) and not _a_row_between(values, found.high, just_above):
        assert not same[grid == just_above[0]][0]
    if not found.ends_above:
        assert found.high == 1.0
    if found.ends_below:
        assert found.low in values
    else:
        assert found.low == 0.0


def _a_row_between(values, low, high):
    return ((values > low + 1e-9) & (values < high)).any()


def test_cuts_of_a_table_that_can_be_read_off():
    # two crisp rows: three of four, and one of two cases with the outcome
    conditions = np.array([[1.0]] * 4 + [[0.0]] * 2)
    outcome = np.array([1.0, 1, 1, 0, 1, 0])
    base, rows = models_at(conditions, outcome, incl_cut=0.7, pri_cut=0.0)
    assert base == frozenset({frozenset({(1,)})})
    found = cut_range(
        rows.inclusion,
        0.7,
        lambda cut: models_at(conditions, outcome, incl_cut=cut, pri_cut=0.0)[0] == base,
    )
    assert (found.low, found.high) == (0.5, 0.75)  # above half, up to three quarters
    assert (found.ends_below, found.ends_above) == (True, True)
    counted = count_range(
        4,
        1,
        lambda n: models_at(conditions, outcome, incl_cut=0.7, pri_cut=0.0, n_cut=n)[0] == base,
    )
    assert (counted.low, counted.high, counted.ends_below, counted.ends_above) == (
        1,
        4,
        False,
        False,
    )


def test_kinds_of_solution_and_their_ties():
    # rows 11 and 10 positive, 00 negative, 01 unseen: a conservatively, and a again with 01 free
    conditions = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    outcome = np.array([1.0, 1.0, 0.0])
    a = frozenset({frozenset({(1, -1)})})
    for kind in ("conservative", "parsimonious", "intermediate"):
        assert models_at(conditions, outcome, kind)[0] == a
    # only 11 positive and only 00 negative: a or b will do, which the data cannot tell
    conditions, outcome = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0])
    either = frozenset({frozenset({(1, -1)}), frozenset({(-1, 1)})})
    assert models_at(conditions, outcome, "parsimonious")[0] == either
    assert models_at(conditions, outcome, "conservative")[0] == frozenset({frozenset({(1, 1)})})
    assert models_at(conditions, outcome, incl_cut=1.0, n_cut=2)[0] == frozenset()


@pytest.mark.parametrize(("start", "limit"), [(0.0, 10.0), (10.0, -5.0)])
def test_the_first_change_is_found_to_a_millionth(start, limit):
    change = start + 0.61803 * (limit - start)
    sign = np.sign(limit - start)
    end, ends = range_towards(start, limit, np.array([]), lambda place: sign * (place - change) < 0)
    assert ends
    assert end == pytest.approx(change, abs=1e-5)
    assert sign * (end - change) < 0
    assert range_towards(start, limit, np.array([]), lambda place: True) == (limit, False)


def test_a_change_at_a_case_is_not_stepped_over():
    narrow = (4.999, 5.001)
    seen = range_towards(
        0.0, 10.03, np.array([5.0]), lambda place: not narrow[0] < place < narrow[1]
    )
    assert seen[1]
    assert seen[0] == pytest.approx(4.999, abs=1e-5)
