"""Permutation tests: R and scipy, brute force over every relabeling, and what the data cannot carry."""

from __future__ import annotations

import json
from itertools import combinations, permutations, product
from math import comb, factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pbgov.errors import InputError
from pbgov.evaluation.doubts.permutation import PERMUTATION_COLUMNS, permutation_test
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.inference.clusters import cr1
from pbgov.inference.linear import hc2, least_squares
from pbgov.inference.resampling.paths import randomisation_test
from pbgov.inference.resampling.permutation import (
    freedman_lane,
    mean_difference_test,
    unit_permutation,
    within_permutation,
)
from pbgov.inference.resampling.relabelings import chosen, relabelings, ways_to_deal
from pbgov.marks import mark_simulated


@pytest.fixture(scope="module")
def vector(root):
    return json.loads((root / "tests/vectors/v11_permutation_exact.json").read_text("utf-8"))


def least_squares_t(outcome, design, robust=False):
    """The t of the last column, by the textbook."""
    fit = least_squares(design, outcome)
    sigma2 = fit.residuals @ fit.residuals / (fit.n - fit.k)
    covariance = hc2(fit) if robust else sigma2 * np.linalg.inv(design.T @ design)
    return fit.coefficients[-1] / np.sqrt(covariance[-1, -1])


def by_refitting(outcome, regressor, covariates, orders, robust=False):
    """Freedman-Lane as it is defined: permute, add back, fit anew, count."""
    design = np.column_stack([covariates, regressor])
    fitted = covariates @ np.linalg.lstsq(covariates, outcome, rcond=None)[0]
    observed = least_squares_t(outcome, design, robust)
    every = [
        least_squares_t(fitted + (outcome - fitted)[list(order)], design, robust)
        for order in orders
    ]
    return observed, np.mean(np.abs(every) >= abs(observed) * (1 - 1e-9))


def test_two_groups_correlation_and_freedman_lane_match_r(root, vector):
    expected, data = vector["expected"], vector["input"]
    groups = pd.read_csv(root / "tests/vectors/data/perm14.csv")
    two = mean_difference_test(groups.x.to_numpy(), (groups.g == "A").to_numpy(), seed=1)
    assert (two.exact, two.n_permutations) == (True, 3432)
    assert two.statistic == pytest.approx(expected["two_group_mean_diff"]["diff"], abs=1e-9)
    assert two.p_value == pytest.approx(expected["two_group_mean_diff"]["p_coin_exact"], abs=1e-9)
    x, y, z = (np.array(data[name], dtype=float) for name in ("x8", "y8", "z8"))
    alone = freedman_lane(y, x, np.ones((8, 1)), seed=1)
    assert (alone.exact, alone.n_permutations) == (True, 40320)
    r = alone.statistic / np.sqrt(alone.statistic**2 + 6)  # t = r sqrt(df / (1 - r²))
    assert r == pytest.approx(expected["correlation"]["r"], abs=1e-9)
    assert alone.p_value == pytest.approx(expected["correlation"]["p_two_sided"], abs=1e-9)
    lane = freedman_lane(y, x, np.column_stack([np.ones(8), z]), seed=1)
    assert (lane.exact, lane.n_permutations) == (True, 40320)
    assert lane.statistic == pytest.approx(expected["freedman_lane"]["t"], abs=1e-9)
    assert lane.p_value == pytest.approx(expected["freedman_lane"]["p"], abs=1e-9)


@pytest.mark.parametrize("robust", [False, True])
def test_freedman_lane_by_hand_refitting(robust):
    random = np.random.default_rng(3)
    y, x, z = random.normal(size=(3, 6))
    covariates = np.column_stack([np.ones(6), z])
    statistic, p = by_refitting(y, x, covariates, permutations(range(6)), robust)
    result = freedman_lane(y, x, covariates, seed=1, robust=robust)
    assert result.statistic == pytest.approx(statistic)
    assert result.p_value == pytest.approx(p, abs=1e-12)


def test_robust_test_of_two_groups_is_welchs():
    random = np.random.default_rng(5)
    y, treated = random.normal(size=9), np.arange(9) < 3
    result = freedman_lane(y, treated.astype(float), np.ones((9, 1)), seed=1, robust=True)
    every = []
    for group in combinations(range(9), 3):
        inside = np.isin(np.arange(9), group)
        every.append(stats.ttest_ind(y[inside], y[~inside], equal_var=False).statistic)
    observed = stats.ttest_ind(y[treated], y[~treated], equal_var=False).statistic
    assert result.n_permutations == comb(9, 3)
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == np.mean(np.abs(every) >= abs(observed) * (1 - 1e-9))


def test_rows_that_are_alike_are_not_told_apart():
    """Twelve districts of which two have one programme, one another: 12! orders, 660 data sets."""
    random = np.random.default_rng(8)
    y, x = random.normal(size=12), np.array([0.0] * 9 + [1, 1, 3])
    result = freedman_lane(y, x, np.ones((12, 1)), seed=1)
    assert (result.exact, result.n_permutations) == (
        True,
        factorial(12) // factorial(9) // factorial(2),
    )
    every = []
    for pair in combinations(range(12), 2):
        for single in set(range(12)) - set(pair):
            column = np.zeros(12)
            column[list(pair)], column[single] = 1, 3
            every.append(stats.pearsonr(column, y).statistic)
    observed = stats.pearsonr(x, y).statistic
    assert result.p_value == np.mean(np.abs(every) >= abs(observed) * (1 - 1e-9))


def test_alike_means_alike_in_the_covariates_too():
    """Two values of the regressor and a covariate that differs in every row: no order repeats."""
    random = np.random.default_rng(2)
    y, z = random.normal(size=(2, 12))
    x = (np.arange(12) < 2).astype(float)
    assert freedman_lane(y, x, np.ones((12, 1)), seed=1).n_permutations == 66
    assert not freedman_lane(y, x, np.column_stack([np.ones(12), z]), seed=1, draws=99).exact
    grouped = np.column_stack([np.ones(12), np.arange(12) % 6 == 0])
    some = freedman_lane(y, x, grouped, seed=1)
    cells = np.unique(np.column_stack([x, grouped]), axis=0, return_counts=True)[1]
    assert some.n_permutations == factorial(12) // np.prod([factorial(size) for size in cells])
    assert some.exact


def test_choices_are_those_of_itertools():
    for n, k in [(5, 2), (6, 0), (6, 6), (7, 3), (9, 1)]:
        assert chosen(n, k).tolist() == [list(choice) for choice in combinations(range(n), k)]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_every_order_that_differs_is_there_once(kinds, n_blocks):
    blocks = np.arange(len(kinds)) % (n_blocks + 1)
    every = relabelings(np.array(kinds), seed=0, draws=1, blocks=blocks)
    found = {tuple(order) for some in every.chunks() for order in some}
    orders = [
        order for order in permutations(range(len(kinds))) if (blocks[list(order)] == blocks).all()
    ]

    def who_has_what(order):
        """Which outcomes the rows of one kind and block receive, whoever of them."""
        cells = {}
        for row, outcome in enumerate(order):
            cells.setdefault((kinds[row], blocks[row]), set()).add(outcome)
        return frozenset((cell, frozenset(outcomes)) for cell, outcomes in cells.items())

    assert every.exact
    assert found <= set(orders)
    assert {who_has_what(order) for order in found} == {who_has_what(order) for order in orders}
    assert every.number == len({who_has_what(order) for order in orders}) == len(found)


def test_scipy_agrees_on_correlation_and_differs_by_its_own_two_sidedness():
    """scipy doubles the smaller tail; we count absolute differences, as R's coin does."""
    random = np.random.default_rng(12)
    y, treated = random.exponential(size=16), np.arange(16) < 5
    ours = mean_difference_test(y, treated, seed=1)
    theirs = stats.permutation_test(
        (y[treated], y[~treated]),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        vectorized=True,
        n_resamples=np.inf,
    )
    null = theirs.null_distribution
    assert len(null) == ours.n_permutations == 4368
    assert ours.p_value == np.mean(np.abs(null) >= abs(theirs.statistic) * (1 - 1e-9))
    x = random.normal(size=7)
    paired = stats.permutation_test(
        (x,),
        lambda first: abs(stats.pearsonr(first, y[:7]).statistic),
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert freedman_lane(y[:7], x, np.ones((7, 1)), seed=1).p_value == pytest.approx(paired.pvalue)


def test_drawn_permutations_are_seeded_and_never_zero():
    x = np.arange(30.0)
    drawn = freedman_lane(x, x, np.ones((30, 1)), seed=7, draws=999)
    assert (drawn.exact, drawn.n_permutations, drawn.p_value) == (False, 999, 1 / 1000)
    assert drawn.floor == 1 / 1000
    y = np.random.default_rng(1).normal(size=30)
    once, again = (freedman_lane(y, x, np.ones((30, 1)), seed=7, draws=99) for _ in range(2))
    assert once == again
    every = mean_difference_test(y[:14], x[:14] < 7, seed=1)
    some = mean_difference_test(np.append(y[:14], y[14:]), x < 15, seed=1, draws=500)
    assert every.exact
    assert every.floor == 2 / 3432  # the two groups of seven may change places
    assert not some.exact


def test_draws_come_near_all_relabelings():
    y, x = np.random.default_rng(6).normal(size=(2, 9))
    orders = np.array(list(permutations(range(9))))
    every = np.abs(stats.zscore(y)[orders] @ stats.zscore(x))
    p = np.mean(every >= every[0] * (1 - 1e-9))
    drawn = freedman_lane(y, x, np.ones((9, 1)), seed=3, draws=20_000)
    assert not drawn.exact
    assert drawn.p_value == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 20_000))


def test_ties_far_from_zero_are_still_ties():
    """Of the ten pairs out of 1..5, only {4, 5} and {1, 2} lie this far from the rest: 2 in 10."""
    values = np.array([1.0, 2, 3, 4, 5])
    treated = np.array([False, False, False, True, True])
    near = mean_difference_test(values, treated, seed=1)
    far = mean_difference_test(1e12 + values / 3, treated, seed=1)
    assert near.p_value == far.p_value == 2 / 10


def test_no_difference_at_all_is_as_small_as_any():
    values, treated = np.array([0.1, 0.2, 0.3, 0.3, 0.2, 0.1]), np.arange(6) < 3
    assert mean_difference_test(values, treated, seed=1).p_value == 1
    assert mean_difference_test(np.full(6, 0.1), treated, seed=1).p_value == 1
    x = np.array([1.0, 2, 3, 1, 2, 3])
    flat = np.array([0.1, 0.7, 0.1, 0.3, 0.5, 0.3])
    assert freedman_lane(flat, x, np.ones((6, 1)), seed=1).p_value == 1


def test_a_perfect_fit_ties_with_every_perfect_fit():
    """y = x over 1..6: only the identity and the reversal reach |r| = 1, 2 in 720."""
    x = np.arange(6.0) * 0.1
    result = freedman_lane(x, x, np.ones((6, 1)), seed=1)
    assert result.p_value == 2 / 720
    assert np.isinf(result.statistic)


def test_what_covariates_explain_fully_is_not_tested():
    z = np.random.default_rng(1).normal(size=9)
    x = np.arange(9.0)
    covariates = np.column_stack([np.ones(9), z])
    result = freedman_lane(0.1 + 3 * z, x, covariates, seed=1)
    assert np.isnan(result.p_value)
    assert np.isnan(result.statistic)
    assert np.isnan(result.floor)
    assert result.n_permutations == 0


@pytest.mark.parametrize("asked", [{"draws": 0}, {"draws": -5}, {"draws": 9.5}, {"seed": -1}])
def test_draws_and_seed_are_whole_numbers(asked):
    y, x = np.random.default_rng(0).normal(size=(2, 16))
    with pytest.raises(InputError, match="draws is a whole number above 0"):
        freedman_lane(y, x, np.ones((16, 1)), **{"seed": 1, **asked})


def test_misuse_is_an_error():
    y = np.random.default_rng(0).normal(size=8)
    with pytest.raises(InputError, match="need some of each"):
        mean_difference_test(y, np.ones(8, dtype=bool), seed=1)
    with pytest.raises(InputError, match="not finite"):
        mean_difference_test(np.append(y, np.inf), np.arange(9) < 3, seed=1)
    with pytest.raises(InputError, match="linear combination"):
        freedman_lane(y, np.full(8, 2.0), np.ones((8, 1)), seed=1)
    with pytest.raises(InputError, match="no residual"):
        freedman_lane(y[:2], y[:2], np.ones((2, 1)), seed=1)


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_row_order_scale_and_origin_change_nothing(seed, scale, shift):
    random = np.random.default_rng(seed)
    y, x, z = random.normal(size=(3, 6))
    covariates = np.column_stack([np.ones(6), z])
    once = freedman_lane(y, x, covariates, seed=1)
    order = random.permutation(6)
    again = freedman_lane((shift + scale * y)[order], -x[order], covariates[order], seed=1)
    assert again.p_value == once.p_value
    assert again.statistic == pytest.approx(-once.statistic, rel=1e-6)


# -- districts of a street panel --


def street_table(seed, n_units=9):
    random = np.random.default_rng(seed)
    sizes = random.integers(2, 7, size=n_units)
    units = np.repeat([f"区{i}" for i in range(n_units)], sizes)
    codes = np.repeat(np.arange(n_units), sizes)
    x, z = random.normal(size=(2, n_units))
    y = random.normal(size=n_units)[codes] + random.normal(size=len(codes))
    return units, codes, x, z, y, random.normal(size=len(codes))


def test_unit_permutation_is_freedman_lane_on_district_means():
    units, codes, x, z, y, w = street_table(1)
    matrix = np.column_stack([np.ones(len(y)), x[codes], z[codes]])
    means = pd.Series(y).groupby(units).mean().to_numpy()
    result = unit_permutation(matrix, y, units, 1, seed=4, draws=99)
    expected = freedman_lane(means, x, np.column_stack([np.ones(9), z]), seed=4, draws=99)
    assert result == expected
    varying = np.column_stack([matrix, w])
    assert unit_permutation(varying, y, units, 3, seed=4).n_permutations == 0
    w_means = pd.Series(w).groupby(units).mean().to_numpy()
    given_w = unit_permutation(varying, y, units, 1, seed=4, draws=99)
    covariates = np.column_stack([np.ones(9), z, w_means])
    given_means = freedman_lane(means, x, covariates, seed=4, draws=99)
    assert given_w.p_value == given_means.p_value
    assert given_w.statistic == pytest.approx(given_means.statistic)


def test_unit_permutation_of_two_groups_counts_districts_not_streets():
    units, codes, x, _, y, _ = street_table(2)
    treated = (x > np.sort(x)[-4]).astype(float) * 0.1
    result = unit_permutation(
        np.column_stack([np.ones(len(y)), treated[codes]]), y, units, 1, seed=1
    )
    means = pd.Series(y).groupby(units).mean().to_numpy()
    every = [
        means[list(group)].mean() - np.delete(means, group).mean()
        for group in combinations(range(9), 3)
    ]
    observed = means[treated > 0].mean() - means[treated == 0].mean()
    assert result.n_permutations == comb(9, 3)
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == np.mean(np.abs(every) >= abs(observed) - 1e-12)


def test_month_dummies_of_a_balanced_panel_leave_the_district_test_alone():
    random = np.random.default_rng(7)
    codes, months = np.repeat(np.arange(10), 3), np.tile(np.arange(3), 10)
    x, y = random.normal(size=10), random.normal(size=30)
    dummies = np.eye(3)[months][:, 1:]
    with_months = np.column_stack([np.ones(30), x[codes], dummies])
    plain = unit_permutation(np.column_stack([np.ones(30), x[codes]]), y, codes, 1, seed=1)
    assert unit_permutation(with_months, y, codes, 1, seed=1).p_value == plain.p_value


def test_columns_that_districts_cannot_tell_apart_are_not_tested():
    units, codes, x, _, y, _ = street_table(3)
    matrix = np.column_stack([np.ones(len(y)), x[codes], np.eye(9)[codes][:, 1:]])
    assert unit_permutation(matrix, y, units, 1, seed=1).n_permutations == 0
    matrix = np.column_stack([np.ones(len(y)), x[codes], 2 * x[codes]])
    assert unit_permutation(matrix, y, units, 1, seed=1).n_permutations == 0


# -- rows of one district --


def test_within_permutation_is_every_exchange_within_clusters():
    random = np.random.default_rng(4)
    clusters = np.repeat([0, 1, 2], [3, 2, 3])
    x, y = random.normal(size=(2, 8))
    result = within_permutation(y, x, np.ones((8, 1)), clusters, seed=1)
    dummies = np.eye(3)[clusters]
    design = np.column_stack([dummies, x])
    every = [
        least_squares_t(y[list(a) + [3 + i for i in b] + [5 + i for i in c]], design)
        for a, b, c in product(
            permutations(range(3)), permutations(range(2)), permutations(range(3))
        )
    ]
    observed = least_squares_t(y, design)
    assert (result.exact, result.n_permutations) == (True, 72)
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == np.mean(np.abs(every) >= abs(observed) * (1 - 1e-9))


def test_progress_ends_with_all():
    units, _, _, _, y, w = street_table(5)
    said = []
    options = {
        "seed": 2,
        "draws": 199,
        "progress": lambda done, number: said.append((done, number)),
    }
    within_permutation(y, w, np.ones((len(y), 1)), units, **options)
    assert said[-1] == (199, 199)


def test_within_permutation_ignores_the_level_of_districts():
    units, codes, x, _, y, w = street_table(5)
    ones = np.ones((len(y), 1))
    once = within_permutation(y, w, ones, units, seed=2, draws=199)
    moved = within_permutation(y + 100 * x[codes], w, ones, units, seed=2, draws=199)
    assert moved.p_value == once.p_value
    assert within_permutation(y, x[codes], ones, units, seed=2, draws=199).n_permutations == 0
    assert within_permutation(x[codes], w, ones, units, seed=2, draws=199).n_permutations == 0


# -- paths of districts in a panel --

DATES = (2, 3, 3, 9, 9, 2)  # the period of adoption of six districts; 9 is never


def panel(seed, n_periods=4):
    """Streets in six unequal districts, with a policy that districts take up at their dates."""
    random = np.random.default_rng(seed)
    streets = np.repeat(np.arange(6), [2, 3, 2, 4, 2, 3])
    units = np.repeat(streets, n_periods)
    periods = np.tile(np.arange(n_periods), len(streets))
    names = np.repeat(np.arange(len(streets)), n_periods)
    policy = (periods >= np.array(DATES)[units]).astype(float)
    shocks = random.normal(size=(6, n_periods))[units, periods]
    return units, periods, names, policy, shocks + random.normal(size=len(units))


def refitted_paths(outcome, others, units, periods):
    """The t (CR1) of the policy for every assignment of the six dates to the six districts."""
    every = {}
    for order in permutations(range(6)):
        dates = tuple(DATES[i] for i in order)
        if dates not in every:
            policy = (periods >= np.array(dates)[units]).astype(float)
            fit = least_squares(np.column_stack([others, policy]), outcome)
            every[dates] = fit.coefficients[-1] / np.sqrt(cr1(fit, units)[-1, -1])
    return every


@pytest.mark.parametrize("absorb", [False, True])
def test_paths_are_dealt_and_refitted(absorb):
    units, periods, names, policy, y = panel(3)
    z = np.random.default_rng(9).normal(size=len(y))
    others = np.column_stack([np.ones(len(y)), np.eye(4)[periods][:, 1:], z])
    levels = np.eye(names.max() + 1)[names][:, 1:]
    every = refitted_paths(y, np.column_stack([others, levels]), units, periods)
    result = randomisation_test(
        y,
        policy,
        others if absorb else np.column_stack([others, levels]),
        units,
        periods,
        absorb=names if absorb else None,
        seed=1,
    )
    observed = every[DATES]
    assert (result.exact, result.n_permutations) == (True, len(every))
    assert len(every) == factorial(6) // (2 * 2 * 2)
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == np.mean(np.abs(list(every.values())) >= abs(observed) * (1 - 1e-9))


def test_paths_of_a_constant_regressor_are_districts():
    """One date before the panel and no levels taken out: the paths are the districts' groups."""
    units, periods, _, _, y = panel(4)
    treated = np.isin(units, [1, 4]).astype(float)
    result = randomisation_test(y, treated, np.ones((len(y), 1)), units, periods, seed=1)
    every = []
    for group in combinations(range(6), 2):
        x = np.isin(units, group).astype(float)
        fit = least_squares(np.column_stack([np.ones(len(y)), x]), y)
        every.append(fit.coefficients[1] / np.sqrt(cr1(fit, units)[1, 1]))
    observed = every[list(combinations(range(6), 2)).index((1, 4))]
    assert result.n_permutations == comb(6, 2)
    assert result.p_value == np.mean(np.abs(every) >= abs(observed) * (1 - 1e-9))


def test_drawn_dealings_are_seeded():
    random = np.random.default_rng(5)
    units, periods = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
    x, y = random.normal(size=(2, 60))
    others = np.column_stack([np.ones(60), np.eye(5)[periods][:, 1:]])
    asked = {"absorb": units, "draws": 199}
    once = randomisation_test(y, x, others, units, periods, seed=2, **asked)
    order = random.permutation(60)
    again = randomisation_test(
        3 * y[order] - 7, x[order], others[order], units[order], periods[order],
        seed=2, absorb=units[order], draws=199,
    )  # fmt: skip
    assert (once.exact, once.n_permutations, once.floor) == (False, 199, 1 / 200)
    assert again.p_value == once.p_value
    assert again.statistic == pytest.approx(once.statistic)


def test_paths_that_cannot_be_dealt_are_errors():
    units, periods, names, policy, y = panel(6)
    ones = np.ones((len(y), 1))
    kept = ~((units == 3) & (periods == 2))
    with pytest.raises(InputError, match="no row in period 2"):
        randomisation_test(y[kept], policy[kept], ones[kept], units[kept], periods[kept], seed=1)
    with pytest.raises(InputError, match="two values of the regressor"):
        randomisation_test(y, policy + (names == 4), ones, units, periods, seed=1)
    with pytest.raises(InputError, match="lies in two units"):
        randomisation_test(y, policy, ones, units, periods, absorb=periods, seed=1)
    treated = (units == 2).astype(float)
    with pytest.raises(InputError, match="linear combination"):
        randomisation_test(y, treated, ones, units, periods, absorb=units, seed=1)
    constant = randomisation_test(2 * ones[:, 0], policy, ones, units, periods, seed=1)
    assert constant.n_permutations == 0


# -- the verb: a table and a formula --


def districts(seed=0, n=16):
    random = np.random.default_rng(seed)
    names = [f"区{i:02d}" for i in range(n)]
    values = random.normal(size=(3, n))
    return pd.DataFrame(
        {
            "region_code": names,
            "满意率": values[0],
            "占比": values[1],
            "密度": values[2],
            "试点": np.arange(n) < 3,
        }
    )


def streets(seed=0, n_periods=4):
    units, periods, names, policy, y = panel(seed, n_periods)
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "区": [f"区{unit}" for unit in units],
            "月": periods,
            "街道": [f"街{name:02d}" for name in names],
            "政策": policy,
            "满意率": y,
            "占比": random.normal(size=6)[units],
            "投诉": random.normal(size=len(y)),
        }
    )


def test_verb_of_two_groups_is_exact_and_says_its_floor():
    table = districts()
    result = permutation_test(table, "满意率 ~ 试点", "试点", unit_name="区")
    row = result.table.iloc[0]
    y, treated = table.满意率.to_numpy(), table.试点.to_numpy()
    expected = mean_difference_test(y, treated, seed=1)
    assert tuple(result.table.columns) == PERMUTATION_COLUMNS
    assert (row.measure, row.n_permutations, row.floor) == ("difference of means", 560, 1 / 560)
    assert result.p_value == row.p_value == expected.p_value
    assert (result.n, result.unit_name, result.seed, result.passed) == (16, "区", None, None)
    assert any("穷举全部 560 种" in sentence for sentence in result.limits())
    assert any("all 560" in sentence for sentence in result.limits("en"))
    welch = permutation_test(table, "满意率 ~ 试点", "试点", robust=True)
    t = stats.ttest_ind(y[treated], y[~treated], equal_var=False).statistic
    assert welch.statistic == pytest.approx(t)


def test_verb_with_covariates_is_freedman_lane_with_its_seed():
    table = districts(1)
    result = permutation_test(table, "满意率 ~ 占比 + 密度", "占比", seed=5, permutations=499)
    ordered = table.sort_values(["占比", "密度", "满意率"])
    covariates = np.column_stack([np.ones(16), ordered.密度])
    expected = freedman_lane(
        ordered.满意率.to_numpy(), ordered.占比.to_numpy(), covariates, seed=5, draws=499
    )
    assert result.p_value == expected.p_value
    assert result.statistic == pytest.approx(expected.statistic)
    assert (result.seed, result.table.n_permutations[0], result.table.floor[0]) == (5, 499, 1 / 500)
    shuffled = table.sample(frac=1, random_state=3)
    again = permutation_test(shuffled, "满意率 ~ 占比 + 密度", "占比", seed=5, permutations=499)
    assert again.p_value == result.p_value


def test_verb_permutes_districts_paths_or_rows_as_the_term_demands():
    table = streets()
    units = table.区.to_numpy()
    by_district = permutation_test(table, "满意率 ~ 占比", "占比", cluster="区", unit_name="区")
    means = table.groupby("区").满意率.mean().to_numpy()
    x = table.groupby("区").占比.first().to_numpy()
    expected = freedman_lane(means, x, np.ones((6, 1)), seed=1)
    assert by_district.table.permuted[0] == "units"
    assert by_district.p_value == expected.p_value
    assert by_district.n == 6
    dealt = permutation_test(
        table, "满意率 ~ 政策 + C(月)", "政策", cluster="区", period="月", fixed_effects="街道"
    )
    months = np.eye(4)[table.月.to_numpy()][:, 1:]
    others = np.column_stack([np.ones(len(table)), months])
    paths = randomisation_test(
        table.满意率.to_numpy(),
        table.政策.to_numpy(),
        others,
        units,
        table.月.to_numpy(),
        absorb=table.街道.to_numpy(),
        seed=1,
    )
    assert dealt.table.permuted[0] == "paths"
    assert (dealt.p_value, dealt.table.n_permutations[0]) == (paths.p_value, 90)
    within = permutation_test(
        table, "满意率 ~ 投诉", "投诉", cluster="区", unit_name="区", permutations=99
    )
    assert within.table.permuted[0] == "rows within units"
    assert any("没有精确的置换检验" in sentence for sentence in within.limits())


@pytest.mark.parametrize(
    ("changed", "formula", "reason"),
    [
        ({"占比": np.ones(16)}, "满意率 ~ 占比", "没有变化"),
        ({"满意率": np.ones(16)}, "满意率 ~ 占比", "没有变化"),
        ({"占比": np.full(16, np.nan)}, "满意率 ~ 占比", "0 行"),
        ({"占比": np.append(np.inf, np.arange(15.0))}, "满意率 ~ 占比", "有限"),
        ({"密度": np.arange(16.0), "占比": 2 * np.arange(16.0)}, "满意率 ~ 占比 + 密度", "分开"),
        ({"region_code": ["区1"] * 16}, "满意率 ~ 占比", "多行"),
        ({"满意率": np.arange(16.0), "密度": np.arange(16.0)}, "满意率 ~ 占比 + 密度", "剩余"),
    ],
)
def test_what_the_data_cannot_carry_is_not_tested(changed, formula, reason):
    result = permutation_test(districts().assign(**changed), formula, "占比")
    assert isinstance(result, NotEstimated)
    assert reason in result.reason


def test_units_and_paths_that_cannot_be_permuted_are_not_tested():
    table = streets()
    asked = {"cluster": "区", "period": "月"}
    torn = table.assign(政策=table.政策 + (table.街道 == "街04"))
    result = permutation_test(torn, "满意率 ~ 政策", "政策", **asked)
    assert "不止一个值" in result.reason
    short = table[(table.区 != "区3") | (table.月 != 2)]
    assert "缺少若干时期" in permutation_test(short, "满意率 ~ 政策", "政策", **asked).reason
    two = table[table.区.isin(["区0", "区1"])]
    assert "2 个" in permutation_test(two, "满意率 ~ 占比", "占比", cluster="区").reason
    explained = permutation_test(table, "满意率 ~ 占比", "占比", cluster="区", fixed_effects="区")
    assert isinstance(explained, NotEstimated)
    same = table.assign(政策=table.月 >= 2)
    result = permutation_test(same, "满意率 ~ 政策 + C(月)", "政策", **asked)
    assert "分开" in result.reason


@pytest.mark.parametrize(
    ("formula", "term", "options", "message"),
    [
        ("满意率 ~ 占比", "密度", {}, "no term"),
        ("满意率 ~ 占比", "占比", {"period": "密度"}, "period needs cluster"),
        ("满意率 ~ 占比", "占比", {"cluster": "没有"}, "no column"),
        ("~ 占比", "占比", {}, "no outcome"),
        ("满意率 ~ C(组)", "C(组)", {}, "has 2 columns"),
        ("满意率 ~ 文本数", "文本数", {}, "numbers written as text"),
        ("满意率 ~ 占比", "占比", {"permutations": 0}, "draws is a whole number"),
        ("满意率 ~ 占比", "占比", {"cluster": "组", "robust": True}, "robust is offered where"),
    ],
)
def test_what_cannot_be_meant_is_an_error(formula, term, options, message):
    table = districts().assign(组=list("abc") * 5 + ["a"], 文本数=[str(i) for i in range(16)])
    with pytest.raises(InputError, match=message):
        permutation_test(table, formula, term, **options)


def test_gaps_marks_and_floors_are_said():
    table = districts()
    table.loc[3, "占比"] = np.nan
    result = permutation_test(mark_simulated(table), "满意率 ~ 占比", "占比", permutations=99)
    assert result.simulated
    assert result.remarks[0].rule == "simulated"
    assert any("丢弃 1 行" in sentence and "区03" in sentence for sentence in result.limits())
    few = permutation_test(districts(2, 4), "满意率 ~ 试点", "试点")
    assert few.p_value >= few.table.floor[0] == 1 / 4
    assert any("不会低于 5%" in sentence for sentence in few.limits())


# ---- mirror images -------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 2), (3, 3), (2, 3), (4, 4), (1, 5)]))
@settings(max_examples=25, deadline=None)
def test_no_outcome_undercuts_the_floor_and_one_reaches_it(seed, sizes):
    n, treated = sum(sizes), np.arange(sum(sizes)) < sizes[0]
    far = np.where(treated, 10.0, 0.0) + np.random.default_rng(seed).uniform(size=n)
    result = mean_difference_test(far, treated, seed=1)
    assert result.p_value == result.floor  # two groups of one size may change places
    robust = freedman_lane(far, treated * 1.0, np.ones((n, 1)), seed=1, robust=min(sizes) > 1)
    assert robust.p_value >= robust.floor == result.floor


def test_a_regressor_that_can_be_turned_around_doubles_the_floor():
    x = np.arange(6.0)
    assert freedman_lane(x, x, np.ones((6, 1)), seed=1).p_value == 2 / 720  # x and its reverse
    assert freedman_lane(x, x, np.ones((6, 1)), seed=1).floor == 2 / 720
    skewed = x**2
    assert freedman_lane(skewed, skewed, np.ones((6, 1)), seed=1).floor == 1 / 720
    covariate = np.column_stack([np.ones(6), [1.0, 0, 0, 1, 0, 1]])
    assert freedman_lane(skewed, x, covariate, seed=1).floor == 1 / 720


def test_a_regression_says_where_no_p_could_be_small():
    table = pd.DataFrame({"区": [f"区{i}" for i in range(16)], "y": np.arange(16.0) ** 2})
    table["唯一"] = (table["区"] == "区15").astype(int)
    rows = pd.concat([table, table.assign(y=table["y"] + 1)])
    ours = regress(rows, "y ~ 唯一", "区", unit_name="区")
    assert ours.terms.p_permutation[1] == 1 / 16
    assert "重排方式太少，p 不可能小于 0.062：无论数据如何都不会低于 5%。" in ours.limits


@pytest.mark.parametrize("seed", ["a", 1.5, -1, True])
def test_a_seed_that_cannot_be_meant_is_refused_also_where_nothing_is_drawn(seed):
    table = pd.DataFrame({"y": np.arange(16.0) ** 2, "d": [0, 1] * 8})
    with pytest.raises(InputError, match="seed one of 0 or more"):
        regress(table, "y ~ d", seed=seed)
    again = regress(table, "y ~ d", seed=np.int64(3))
    assert Estimate.from_json(again.to_json()).seed == 3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_the_ways_to_deal_are_those_of_the_multinomial(sizes):
    exact = factorial(sum(sizes))
    for size in sizes:
        exact //= factorial(size)
    assert ways_to_deal(sizes) in (exact, np.inf)
    assert (ways_to_deal(sizes) == exact) or exact > 10**40


def test_ways_beyond_counting_cost_nothing():
    assert ways_to_deal([10**9, 10**9]) == np.inf
    assert ways_to_deal([1, 49_999]) == 50_000


def test_very_many_blocks_are_drawn_from():
    blocks = np.repeat(np.arange(60), 30)
    every = relabelings(np.arange(1800), seed=1, draws=2, blocks=blocks)
    assert (every.number, every.exact) == (2, False)
    (orders,) = every.chunks()
    assert (blocks[orders] == blocks).all()
