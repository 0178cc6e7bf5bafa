"""Ceilings of necessary condition analysis against their definition and the published example."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.configurations.ceilings import NecessityCeiling, necessity_ceiling
from pbgov.evaluation.estimate import NotEstimated
from pbgov.inference.sets.ceilings import KINDS, ceiling, ceiling_test, required_condition
from pbgov.marks import mark_simulated

OUTCOME = "Innovation performance"
CRISP = {"x": [0, 0, 1, 1, 1], "y": [0, 0, 0, 1, 1]}


@pytest.fixture(scope="module")
def countries(shared):
    return pd.read_csv(shared / "vectors" / "data" / "nca_example.csv")


def corners_by_hand(x, y):
    """Cases that no case at the same or a lower x exceeds, and none at a lower x equals."""
    return [
        i
        for i in range(len(x))
        if not any(
            (x[j] <= x[i] and y[j] > y[i]) or (x[j] < x[i] and y[j] == y[i]) for j in range(len(x))
        )
    ]


def effect_by_hand(x, y, kind, points=40_001):
    """Share of the scope above the ceiling, by the midpoint rule."""
    width = (max(x) - min(x)) / points
    grid = min(x) + width * (np.arange(points) + 0.5)
    if kind == "ce_fdh":
        height = np.array([max(b for a, b in zip(x, y, strict=True) if a <= g) for g in grid])
    else:
        peers = corners_by_hand(x, y)
        if len({x[peer] for peer in peers}) < 2:
            return 0.0
        slope, intercept = np.polyfit(np.array(x)[peers], np.array(y)[peers], 1)
        height = np.clip(intercept + slope * grid, min(y), None)
    return np.clip(max(y) - height, 0, None).mean() / (max(y) - min(y))


@pytest.mark.parametrize(
    ("condition", "kind", "published"),
    [("Individualism", "ce_fdh", 0.42), ("Individualism", "cr_fdh", 0.31)],
)
def test_the_published_effect_sizes(countries, condition, kind, published):
    # Dul (2016) and the package's quick start print two decimals
    made = ceiling(countries[condition].to_numpy(), countries[OUTCOME].to_numpy(), kind)
    assert round(made.effect_size, 2) == published


@pytest.mark.parametrize("condition", ["Individualism", "Risk taking"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_example_agrees_with_the_definition(countries, condition, kind):
    x, y = countries[condition].to_numpy(float), countries[OUTCOME].to_numpy(float)
    made = ceiling(x, y, kind)
    assert made.peers.tolist() == sorted(corners_by_hand(x, y), key=lambda i: x[i])
    assert made.effect_size == pytest.approx(effect_by_hand(x, y, kind), abs=2e-4)
    assert made.zone == pytest.approx(made.effect_size * np.ptp(x) * np.ptp(y))


@pytest.mark.parametrize(
    ("slope", "intercept", "zone"),
    # expected areas are those of the test suite of the R package NCA, in the scope 1-6 by 2-6
    [(2 / 3, 4, 4 / 3), (4 / 3, 0, 8), (2 / 3, 0, 17)],
)
def test_the_zone_above_a_line(slope, intercept, zone):
    from pbgov.inference.sets import ceilings

    x = np.array([1.0, 6.0])
    arranged = ceilings._arranged(x)
    line = (np.array([slope]), np.array([intercept]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceilings, "_lines", lambda *_: line)
        assert ceilings._zones(arranged, np.array([[2.0, 6.0]]), "cr_fdh") == pytest.approx(zone)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 9), st.sampled_from(KINDS))
def test_tables_full_of_ties_agree_with_the_definition(seed, n, kind):
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 5, n).astype(float), random.integers(0, 4, n).astype(float)
    x[:2], y[:2] = [0, 4], [0, 3]
    made = ceiling(x, y, kind)
    assert set(made.peers.tolist()) == set(corners_by_hand(x, y))
    assert made.effect_size == pytest.approx(effect_by_hand(x, y, kind), abs=2e-4)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.01, 100),
    st.floats(-50, 50),
    st.permutations(range(7)),
    st.sampled_from(KINDS),
)
def test_order_and_units_change_no_effect_size(seed, scale, shift, order, kind):
    random = np.random.default_rng(seed)
    x, y = random.random(7), random.random(7)
    first = ceiling(x, y, kind)
    second = ceiling(scale * x[list(order)] + shift, scale * y[list(order)] - shift, kind)
    assert second.effect_size == pytest.approx(first.effect_size, abs=1e-8)
    assert second.accuracy == pytest.approx(first.accuracy)


def test_a_necessary_condition_in_a_crisp_table():
    # no case is up on the left, so that half of nothing stands above: the whole strip is empty
    made = ceiling(np.array(CRISP["x"]), np.array(CRISP["y"]), "ce_fdh")
    assert (made.effect_size, made.accuracy) == (1.0, 1.0)
    line = ceiling(np.array(CRISP["x"]), np.array(CRISP["y"]), "cr_fdh")
    assert line.effect_size == pytest.approx(0.5)  # the diagonal halves the scope
    assert (line.slope, line.intercept) == pytest.approx((1.0, 0.0))


def test_cases_on_one_corner_give_a_step_but_no_line():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([5.0, 1.0, 3.0])
    assert ceiling(x, y, "ce_fdh").effect_size == 0.0
    line = ceiling(x, y, "cr_fdh")
    assert np.isnan(line.slope)
    assert (line.zone, line.accuracy) == (0.0, 1.0)
    assert np.isneginf(required_condition(line, x, y, np.array([4.0]))).all()


def test_accuracy_counts_the_cases_above_the_line():
    x = np.array([0.0, 1.0, 2.0, 3.0, 3.0])
    y = np.array([0.0, 3.0, 4.0, 5.0, 0.0])
    slope, intercept = np.polyfit(x[:4], y[:4], 1)  # all four are corners
    expected = np.mean(y <= intercept + slope * x)
    assert ceiling(x, y, "cr_fdh").accuracy == pytest.approx(expected)
    assert expected == 0.6


@pytest.mark.parametrize("kind", KINDS)
def test_p_is_the_share_of_all_orders(kind):
    random = np.random.default_rng(8)
    x, y = random.random(5), random.random(5)
    observed = effect_by_hand(x, y, kind, 4_001)
    dealt = [effect_by_hand(x, list(order), kind, 4_001) for order in permutations(y)]
    test = ceiling_test(x, y, kind, seed=1, draws=9)
    assert test.exact
    assert test.p_value == pytest.approx(np.mean(np.array(dealt) >= observed - 1e-9))


def test_drawn_p_is_seeded_and_never_zero():
    x = np.linspace(0, 1, 20)
    first, second = (ceiling_test(x, x, "ce_fdh", seed=3, draws=199) for _ in range(2))
    assert first == second
    assert (first.p_value, first.n_permutations, first.exact) == (1 / 200, 199, False)


def test_a_true_null_is_rejected_as_often_as_promised():
    random = np.random.default_rng(12)
    for kind in KINDS:
        rejected = [
            ceiling_test(*random.random((2, 16)), kind, seed=number, draws=99).p_value <= 0.05
            for number in range(400)
        ]
        assert 0.02 <= np.mean(rejected) <= 0.083  # .05 within three standard errors


def test_the_bottleneck_table_of_the_example(countries):
    made = necessity_ceiling(countries, OUTCOME, "Individualism", cases="country", draws=99)
    table = made.bottleneck.set_index(["kind", "outcome_percent"])
    # half of the range of the outcome is 107.8; the first case as high is Japan, with 46
    half = table.loc[("ce_fdh", 50.0)]
    assert (half["outcome_level"], half["needed_level"]) == pytest.approx((107.8, 46.0))
    assert half["needed_percent"] == pytest.approx(100 * (46 - 18) / (91 - 18))
    assert table.loc[("ce_fdh", 0.0), "reading"] == "not necessary"
    assert table.loc[("ce_fdh", 100.0), "needed_level"] == 91.0
    line = made.ceilings.set_index("kind").loc["cr_fdh"]
    at_half = (107.8 - line["intercept"]) / line["slope"]
    assert table.loc[("cr_fdh", 50.0), "needed_level"] == pytest.approx(at_half)
    assert made.ceilings["peers"].str.startswith("South Korea、Japan").all()


def test_a_line_that_never_reaches_the_top_says_so():
    x = np.array([0.0, 1.0, 2.0])
    y = np.array([0.0, 8.0, 9.0])  # the line ends below the highest case
    table = pd.DataFrame({"x": [*x, 2.0], "y": [*y, 0.0]})
    made = necessity_ceiling(table, "y", "x", draws=9)
    slope, intercept = np.polyfit(x, y, 1)
    top = made.bottleneck.query("kind == 'cr_fdh' and outcome_percent == 100").iloc[0]
    assert intercept + slope * 2 > 9  # so the top is reached within the scope
    assert top["needed_level"] == pytest.approx((9 - intercept) / slope)
    low = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 9.0])
    line = ceiling(*low, "cr_fdh")
    assert line.intercept + line.slope * 2 < 9
    assert np.isnan(required_condition(line, *low, np.array([9.0]))).all()


def test_a_case_table_is_read_and_its_gaps_are_named(countries):
    gappy = countries.copy()
    gappy.loc[3, "Individualism"] = np.nan
    made = necessity_ceiling(gappy, OUTCOME, "Individualism", cases="country", draws=99)
    assert isinstance(made, NecessityCeiling)
    assert made.n == 27
    assert any("Canada" in remark.zh and remark.rule == "gaps" for remark in made.remarks)
    shuffled = gappy.sample(frac=1, random_state=1)
    again = necessity_ceiling(shuffled, OUTCOME, "Individualism", cases="country", draws=99)
    pd.testing.assert_frame_equal(again.ceilings, made.ceilings)
    assert len(made.limits) == len(made.limits_en) == len(made.remarks)
    for lang in ("zh", "en"):
        assert "ce_fdh" in made.render(lang)
        assert "p=0.000" not in made.render(lang)


def test_the_mark_of_simulated_data_is_handed_on():
    random = np.random.default_rng(1)
    table = mark_simulated(pd.DataFrame({"x": random.random(12), "y": random.random(12)}))
    made = necessity_ceiling(table, "y", "x", draws=9)
    assert made.simulated
    assert made.remarks[0].rule == "simulated"


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([1.0] * 6, "does not vary"),
        ([1, 2, 3, 4, 5, np.inf], "infinite"),
        ([1, 2, 3, np.nan, np.nan, np.nan], "3 complete cases"),
        ([np.nan] * 6, "0 complete cases"),
    ],
)
def test_what_the_data_cannot_carry_is_said(column, reason):
    table = pd.DataFrame({"x": column, "y": [3.0, 1, 4, 1, 5, 9]})
    made = necessity_ceiling(table, "y", "x")
    assert isinstance(made, NotEstimated)
    assert reason in made.reason_en
    assert made.reason


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"x": list("abcdef"), "y": range(6)}), "texts"),
        (pd.DataFrame({"x": list("123456"), "y": range(6)}), "numbers written as text"),
        (pd.DataFrame({"z": range(6), "y": range(6)}), "no column 'x'"),
        (pd.DataFrame({"x": range(4), "y": range(4)}, index=list("abca")), "two rows"),
    ],
)
def test_a_mistake_of_the_caller_is_named(table, said):
    with pytest.raises(InputError, match=said):
        necessity_ceiling(table, "y", "x")


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1, 2, np.nan], [1, 2, 3], "not finite"),
        ([1, 1, 1], [1, 2, 3], "does not vary"),
        ([1, 2], [1, 2, 3], "pairs"),
    ],
)
def test_arrays_that_make_no_scope_are_refused(x, y, said):
    with pytest.raises(InputError, match=said):
        ceiling(np.array(x, dtype=float), np.array(y, dtype=float), "ce_fdh")
