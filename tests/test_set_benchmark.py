"""The noise benchmark of set-theoretic solutions against brute force, noise and planted paths."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations.sets import NOISE_CELLS, planted, rows
from pbgov.errors import InputError
from pbgov.inference.sets.noise import mostly_high, noise_benchmark, noise_figure

CUTS = {"incl_cut": 0.8, "pri_cut": 0.5, "n_cut": 1}
FIVE = np.array([[0.9, 0.2], [0.7, 0.8], [0.1, 0.6], [0.3, 0.1], [0.8, 0.9]])
FIVE_OUTCOME = np.array([0.3, 0.8, 0.4, 0.2, 0.9])


def strength_by_hand(conditions, outcome, incl_cut, pri_cut, n_cut, levels=None):
    """Inclusion × PRI × coverage of the union of sufficient rows, case by case as defined."""
    levels = levels or [2] * len(conditions[0])
    union = [0.0] * len(outcome)
    for row in product(*(range(level) for level in levels)):
        belongs = []
        for case in conditions:
            parts = []
            for value, wanted, level in zip(case, row, levels, strict=True):
                if level > 2:
                    parts.append(1.0 if value == wanted else 0.0)
                else:
                    parts.append(value if wanted else 1 - value)
            belongs.append(min(parts))
        if sum(x > 0.5 for x in belongs) < n_cut:
            continue
        inclusion, pri, _ = fit_by_hand(belongs, outcome)
        if inclusion >= incl_cut - 1e-9 and pri >= pri_cut - 1e-9:
            union = [max(pair) for pair in zip(union, belongs, strict=True)]
    if not any(union):
        return 0.0
    inclusion, pri, coverage = fit_by_hand(union, outcome)
    return inclusion * pri * coverage


def fit_by_hand(x, y):
    pairs = list(zip(x, y, strict=True))
    both = sum(min(a, b) for a, b in pairs)
    torn = sum(min(a, b, 1 - b) for a, b in pairs)
    pri = (both - torn) / (sum(x) - torn) if sum(x) > torn else 0.0
    return both / sum(x), pri, both / sum(y)


def p_by_hand(conditions, outcome, levels=None, **cuts):
    observed = strength_by_hand(conditions, outcome, levels=levels, **cuts)
    dealt = [
        strength_by_hand(conditions, order, levels=levels, **cuts)
        for order in permutations(outcome)
    ]
    return (
        observed,
        sum(value >= observed - 1e-12 for value in dealt) / len(dealt),
        sum(value > 0 for value in dealt) / len(dealt),
    )


@pytest.mark.parametrize(
    "cuts", [CUTS, {**CUTS, "pri_cut": 0.0}, {**CUTS, "n_cut": 2}, {**CUTS, "incl_cut": 0.95}]
)
def test_the_benchmark_is_the_enumeration_of_all_permutations(cuts):
    statistic, p, with_solution = p_by_hand(FIVE.tolist(), FIVE_OUTCOME.tolist(), **cuts)
    found = noise_benchmark(FIVE, FIVE_OUTCOME, seed=1, draws=99, **cuts)
    assert found.exact
    assert found.n_permutations == 120
    assert found.statistic == pytest.approx(statistic, abs=1e-12)
    assert found.p_value == pytest.approx(p, abs=1e-12)
    assert found.share_with_solution == pytest.approx(with_solution, abs=1e-12)


def test_random_tables_agree_with_the_definition():
    random = np.random.default_rng(7)
    for _ in range(4):
        conditions, outcome = random.random((6, 3)).round(2), random.random(6).round(1)
        expected = p_by_hand(conditions.tolist(), outcome.tolist(), **CUTS)
        found = noise_benchmark(conditions, outcome, seed=1, draws=9, **CUTS)
        got = (found.statistic, found.p_value, found.share_with_solution)
        assert got == pytest.approx(expected, abs=1e-12)


def test_conditions_with_three_values():
    conditions = np.array([[0, 1], [1, 1], [2, 0], [2, 1], [1, 0], [0, 0]], dtype=float)
    outcome = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    expected = p_by_hand(conditions.tolist(), outcome.tolist(), levels=[3, 2], **CUTS)
    found = noise_benchmark(conditions, outcome, seed=1, draws=9, **CUTS)
    assert (found.statistic, found.p_value) == pytest.approx(expected[:2], abs=1e-12)


def test_a_crisp_outcome_is_enumerated_although_sixteen_cases_have_too_many_orders():
    conditions = np.random.default_rng(3).random((16, 3)).round()
    outcome = np.repeat([0.0, 1.0], 8)
    found = noise_benchmark(conditions, outcome, seed=1, draws=9, **CUTS)
    assert found.exact
    assert found.n_permutations == 12_870  # 16 over 8


def test_draws_are_seeded_and_p_is_never_zero():
    conditions, outcome = planted(np.random.default_rng(5), 0.0)
    first, second = (
        noise_benchmark(conditions, outcome, seed=11, draws=199, **CUTS) for _ in range(2)
    )
    assert first == second
    assert not first.exact
    assert first.p_value >= 1 / 200
    many = noise_benchmark(conditions, outcome, seed=11, draws=1_999, **CUTS)
    assert many.p_value <= 0.01  # two clean paths


def test_without_a_sufficient_row_there_is_nothing_to_find():
    found = noise_benchmark(FIVE, np.full(5, 0.1) + FIVE_OUTCOME / 100, seed=1, draws=9, **CUTS)
    assert (found.statistic, found.p_value) == (0.0, 1.0)
    torn = noise_benchmark(np.full((4, 2), 0.5), np.array([0.1, 0.9, 0.4, 0.6]), seed=1, **CUTS)
    assert (torn.statistic, torn.p_value, torn.share_with_solution) == (0.0, 1.0, 0.0)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 2), st.integers(0, 10_000))
def test_order_of_cases_and_negation_of_a_condition_change_nothing(order, negated, seed):
    random = np.random.default_rng(seed)
    conditions, outcome = random.random((6, 3)), random.random(6)
    turned = conditions.copy()
    turned[:, negated] = 1 - turned[:, negated]
    first = noise_benchmark(conditions, outcome, seed=1, draws=9, **CUTS)
    second = noise_benchmark(turned[list(order)], outcome[list(order)], seed=1, draws=9, **CUTS)
    assert (second.statistic, second.p_value) == pytest.approx((first.statistic, first.p_value))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memberships": np.array([[0.1], [np.nan]])}, "not finite"),
        ({"memberships": np.array([[0.1], [np.inf]])}, "not finite"),
        ({"memberships": np.array([[0.1], [1.5]])}, "calibrate"),
        ({"memberships": np.array([[0.1], [-0.5]])}, "calibrate"),
        ({"outcome": np.array([0.2, 1.2])}, "calibrate"),
        ({"outcome": np.array([0.2])}, "want"),
        ({"n_cut": 0}, "n_cut"),
        ({"draws": 0}, "draws"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    call = {
        "memberships": np.array([[0.1], [0.9]]),
        "outcome": np.array([0.2, 0.7]),
        "seed": 1,
        "draws": 9,
        **CUTS,
        **change,
    }
    with pytest.raises(InputError, match=said):
        noise_benchmark(**call)


def test_the_noise_figure_matches_the_published_table():
    for k, inclusion, pri, n_cut, skewed, with_row, with_solution in NOISE_CELLS[:6]:
        figure = noise_figure(16, k, inclusion, pri, n_cut, skewed, seed=2, draws=2_000)
        # two Monte-Carlo studies of 2,000 data sets: 3.5 standard errors are .055
        assert figure.with_row == pytest.approx(with_row, abs=0.055)
        assert figure.with_solution == pytest.approx(with_solution, abs=0.055)


def test_a_noise_figure_of_one_case_and_one_condition_can_be_said_by_hand():
    # the row of the one case has inclusion min(x, y) / x, which is 1 where y >= x > .5
    figure = noise_figure(1, 1, 1.0, 0.0, 1, False, seed=3, draws=20_000)
    random = np.random.default_rng(4)
    x, y = random.beta(0.8, 0.8, (2, 200_000))
    assert figure.with_row == pytest.approx(np.mean(y >= np.maximum(x, 1 - x)), abs=0.015)
    with pytest.raises(InputError, match="need a case"):
        noise_figure(0, 3, 0.8, 0.5, 1, False, seed=1)


def test_an_outcome_is_skewed_where_six_in_ten_are_high():
    assert mostly_high(np.array([0.9] * 6 + [0.1] * 4))
    assert not mostly_high(np.array([0.9] * 5 + [0.1] * 5))


def test_the_small_study_of_size_and_power():
    study = {row.check: row for row in rows(scale=0.1)}
    sizes = [row for name, row in study.items() if "size" in name]
    assert len(sizes) == 2
    for row in sizes:
        assert row.value <= 0.06 + 3 * (0.06 * 0.94 / row.replications) ** 0.5
    powers = [row for name, row in study.items() if "power" in name]
    assert len(powers) == 3
    for row in powers:
        assert row.value >= row.low - 3 * (row.low * (1 - row.low) / row.replications) ** 0.5
