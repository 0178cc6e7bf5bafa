"""Many specifications at once: each equal to a fit of its own; the curve against its permutations."""

from __future__ import annotations

from itertools import permutations
from math import comb

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations import multiverse as simulated
from pbgov.errors import InputError
from pbgov.inference.curves import (
    compare_curves,
    curve_statistics,
    curve_test,
    exchanges,
    handed_round,
)
from pbgov.inference.linear import bell_mccaffrey_df, hc2, least_squares
from pbgov.inference.resampling.permutation import mean_difference_test
from pbgov.inference.specifications import (
    DEPENDENT_CONTROLS,
    DEPENDENT_FOCAL,
    ESTIMATED,
    FEW_ROWS,
    FULL_LEVERAGE,
    NO_RESIDUAL,
    all_subsets,
    specifications,
)


def streets(seed=3, n=240, groups=12, controls=5):
    random = np.random.default_rng(seed)
    clusters = np.sort(random.integers(0, groups, n))
    shared = random.normal(size=(groups, controls))[clusters]
    held = shared + random.normal(size=(n, controls))
    focal = random.normal(size=(n, 2)) + held[:, :2]
    outcomes = focal @ random.normal(size=(2, 2)) + held @ random.normal(size=(controls, 2))
    return outcomes + random.normal(size=(n, 2)), focal, held, clusters


def design(held, subset, focal):
    return np.column_stack([np.ones(len(held)), held[:, subset], focal])


# ---- equal to one fit at a time ---------------------------------------------------------------


def test_clustered_specifications_are_those_of_statsmodels():
    outcomes, focal, held, clusters = streets()
    ours = specifications(outcomes, focal, held, clusters=clusters)
    assert ours.estimate.shape == (32, 2, 2)
    assert ours.covariance == "CR1S"
    assert (ours.reason == ESTIMATED).all()
    for s, f, o in np.ndindex(ours.estimate.shape):
        theirs = sm.OLS(outcomes[:, o], design(held, ours.subsets[s], focal[:, f])).fit(
            cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
        )
        assert ours.estimate[s, f, o] == pytest.approx(theirs.params[-1], abs=1e-10)
        assert ours.std_error[s, f, o] == pytest.approx(theirs.bse[-1], abs=1e-10)
        assert ours.p_value[s, f, o] == pytest.approx(theirs.pvalues[-1], abs=1e-8)


@pytest.mark.parametrize("kind", ["HC2", "HC3"])
def test_cross_sections_are_those_of_statsmodels(kind):
    outcomes, focal, held, _ = streets(n=24)
    ours = specifications(outcomes, focal, held, covariance=kind)
    for s, f, o in np.ndindex(ours.estimate.shape):
        theirs = sm.OLS(outcomes[:, o], design(held, ours.subsets[s], focal[:, f])).fit(
            cov_type=kind, use_t=True
        )
        assert ours.estimate[s, f, o] == pytest.approx(theirs.params[-1], rel=1e-10)
        assert ours.std_error[s, f, o] == pytest.approx(theirs.bse[-1], rel=1e-10)
        if kind == "HC3":
            assert ours.p_value[s, f, o] == pytest.approx(theirs.pvalues[-1], rel=1e-8)


def test_bell_mccaffrey_df_of_every_specification():
    outcomes, focal, held, _ = streets(n=16)
    focal[:, 1] = np.arange(16) < 5
    ours = specifications(outcomes, focal, held)
    for s, f in np.ndindex(ours.estimate.shape[:2]):
        alone = least_squares(design(held, ours.subsets[s], focal[:, f]), outcomes[:, 0])
        assert ours.df[s, f, 0] == pytest.approx(bell_mccaffrey_df(alone)[-1], rel=1e-9)
        assert ours.std_error[s, f, 0] == pytest.approx(np.sqrt(hc2(alone)[-1, -1]), rel=1e-10)


def test_partial_correlation_is_that_of_the_residuals():
    outcomes, focal, held, _ = streets(n=40)
    ours = specifications(outcomes, focal, held)
    for s in range(32):
        given_ = design(held, ours.subsets[s], focal[:, :0])
        left = [least_squares(given_, each).residuals for each in (focal[:, 0], outcomes[:, 1])]
        assert ours.partial_r[s, 0, 1] == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-12)


def test_columns_far_from_zero_and_close_to_another_keep_their_digits():
    random = np.random.default_rng(5)
    year = 1.7e9 + random.normal(size=40) * 1e6
    close = random.normal(size=40)
    held = np.column_stack([year, close, close + 1e-6 * random.normal(size=40)])
    focal = random.normal(size=(40, 1)) * 1e-7
    outcome = random.normal(size=(40, 1)) * 1e5
    ours = specifications(outcome, focal, held)
    alone = least_squares(design(held, [0, 1, 2], focal), outcome[:, 0])
    assert ours.estimate[-1, 0, 0] == pytest.approx(alone.coefficients[-1], rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([None, "clusters"]))
def test_row_order_scale_and_names_of_clusters_make_no_difference(seed, kind):
    outcomes, focal, held, clusters = streets(seed=seed, n=60, controls=3)
    random = np.random.default_rng(seed)
    order = random.permutation(60)
    factor = 10.0 ** random.uniform(-4, 4)
    named = np.array([f"区{number}" for number in clusters])
    groups = (None, None) if kind is None else (clusters, named[order])
    first = specifications(outcomes, focal, held, clusters=groups[0])
    other = specifications(
        outcomes[order], factor * focal[order] + 3, -held[order], clusters=groups[1]
    )
    np.testing.assert_allclose(first.estimate, factor * other.estimate, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(first.std_error, factor * other.std_error, rtol=1e-8)
    np.testing.assert_allclose(first.partial_r, other.partial_r, atol=1e-10)


def test_a_given_list_of_subsets_is_a_part_of_all():
    outcomes, focal, held, clusters = streets()
    every = specifications(outcomes, focal, held, clusters=clusters)
    some = specifications(
        outcomes, focal, held, clusters=clusters, subsets=all_subsets(5)[[7, 0, 31]]
    )
    np.testing.assert_allclose(some.estimate, every.estimate[[7, 0, 31]], rtol=1e-13)
    np.testing.assert_allclose(some.std_error, every.std_error[[7, 0, 31]], rtol=1e-12)


# ---- what cannot be estimated stays in its place ----------------------------------------------


def test_dependent_columns_are_nan_with_a_reason():
    outcomes, focal, held, _ = streets(n=30, controls=3)
    held = np.column_stack([held, held[:, 0] - 2 * held[:, 1], np.full(30, 7.0)])
    focal = np.column_stack([focal[:, 0], held[:, 2], np.zeros(30)])
    made = specifications(outcomes, focal, held)
    subsets = made.subsets
    torn = (subsets[:, 0] & subsets[:, 1] & subsets[:, 3]) | subsets[:, 4]
    np.testing.assert_array_equal(made.reason[:, 0, 0] == DEPENDENT_CONTROLS, torn)
    np.testing.assert_array_equal(
        made.reason[:, 1, 0],
        np.where(torn, DEPENDENT_CONTROLS, np.where(subsets[:, 2], DEPENDENT_FOCAL, ESTIMATED)),
    )
    assert (made.reason[~torn, 2] == DEPENDENT_FOCAL).all()
    for values in (made.estimate, made.std_error, made.df, made.p_value, made.partial_r):
        np.testing.assert_array_equal(np.isnan(values), made.reason != ESTIMATED)


def test_too_few_rows_no_residual_and_full_leverage_are_nan_with_a_reason():
    outcomes, focal, held, _ = streets(n=6, controls=5)
    outcomes[:, 1] = 4.0
    made = specifications(outcomes, focal, held)
    few = made.subsets.sum(axis=1) >= 4
    assert (made.reason[few] == FEW_ROWS).all()
    assert (made.reason[~few, :, 1] == NO_RESIDUAL).all()
    assert (made.reason[~few, :, 0] == ESTIMATED).all()
    dummy = np.eye(12)[:, :1]
    alone = specifications(np.arange(12.0)[:, None] ** 2, np.arange(12.0)[:, None], dummy)
    assert alone.reason.ravel().tolist() == [ESTIMATED, FULL_LEVERAGE]
    exact = specifications(3 * np.arange(12.0)[:, None], np.arange(12.0)[:, None], dummy)
    assert exact.reason[0, 0, 0] == NO_RESIDUAL


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"focal": np.zeros((3, 1))}, "rows"),
        ({"outcomes": np.full((8, 1), np.inf)}, "not finite"),
        ({"controls": np.zeros(8)}, "rows by columns"),
        ({"subsets": np.ones((2, 5), dtype=bool)}, "subsets"),
        ({"covariance": "HC1"}, "HC1"),
        ({"covariance": "CR1S"}, "clusters"),
        ({"clusters": np.zeros(8)}, "1 cluster"),
        ({"clusters": np.arange(8), "covariance": "HC3"}, "without clusters"),
    ],
)
def test_misuse_is_refused(change, said):
    usual = {
        "outcomes": np.arange(8.0)[:, None] ** 2,
        "focal": np.arange(8.0)[:, None],
        "controls": np.eye(8)[:, :2],
    }
    with pytest.raises(InputError, match=said):
        specifications(**(usual | change))


def test_too_many_controls_are_refused():
    with pytest.raises(InputError, match="at most 16"):
        all_subsets(17)


# ---- permutations of the whole curve ----------------------------------------------------------


def test_five_of_sixteen_are_enumerated_and_sixteen_values_drawn():
    treated = (np.arange(16) < 5).astype(float)[:, None]
    every = exchanges(treated, seed=0)
    found = {
        tuple(row)
        for orders in every.chunks()
        for row in treated[handed_round(orders)][:, :, 0].tolist()
    }
    assert every.exact
    assert every.number == len(found) == comb(16, 5)
    drawn = exchanges(np.arange(32.0).reshape(16, 2), seed=4, draws=50)
    assert (drawn.exact, drawn.number) == (False, 50)
    with pytest.raises(InputError, match="draws"):
        exchanges(np.arange(16.0)[:, None], seed=0, draws=0)


def test_one_specification_gives_the_permutation_test_of_two_groups():
    random = np.random.default_rng(8)
    outcome, treated = random.normal(size=14), np.arange(14) < 5
    curve = curve_test(outcome[:, None], treated[:, None], np.empty((14, 0)), seed=1)
    groups = mean_difference_test(outcome, treated, seed=1)
    assert curve.exact
    assert curve.n_permutations == groups.n_permutations == comb(14, 5)
    assert curve.p_median == pytest.approx(groups.p_value)
    assert curve.median == pytest.approx(np.corrcoef(treated, outcome)[0, 1])


def test_the_curve_is_that_of_refitting_every_specification_under_every_permutation():
    random = np.random.default_rng(2)
    outcomes, held = random.normal(size=(6, 2)), random.normal(size=(6, 1))
    focal = random.normal(size=(6, 2))

    def refitted(order):
        made = [
            sm.OLS(outcomes[:, o], design(held, subset, focal[list(order)][:, f])).fit()
            for subset in ([], [0])
            for f in range(2)
            for o in range(2)
        ]
        t = np.array([each.tvalues[-1] for each in made])
        return t / np.sqrt(t**2 + np.array([each.df_resid for each in made]))

    every = np.array([refitted(order) for order in permutations(range(6))])
    medians = np.abs(np.median(every, axis=1))
    shares = np.maximum((every > 0).mean(axis=1), (every < 0).mean(axis=1))
    ours = curve_test(outcomes, focal, held, seed=1)
    assert ours.exact
    assert ours.n_permutations == 720
    assert ours.median == pytest.approx(np.median(every[0]))
    assert ours.p_median == pytest.approx((medians >= medians[0] - 1e-12).mean())
    assert ours.p_same_sign == pytest.approx((shares >= shares[0] - 1e-12).mean())


def test_units_exchange_all_their_rows():
    outcomes, _, held, clusters = streets(n=60, groups=5, controls=1)
    score = np.array([[3.0], [1], [1], [0], [9]])
    curve = curve_test(outcomes, score[clusters], held, seed=0, units=clusters)
    assert curve.exact
    assert curve.n_permutations == 60  # 5! / 2!, for two scores are equal
    with pytest.raises(InputError, match="varies within a unit"):
        curve_test(outcomes, held, held, seed=0, units=clusters)


def test_statistics_without_anything_estimated_are_missing_and_count_against_the_curve():
    nothing = np.full((2, 3), np.nan)
    nothing[1] = [0.4, -0.1, np.nan]
    stats = curve_statistics(nothing, np.full((2, 3), np.nan))
    np.testing.assert_allclose(stats[1], [0.15, 0.5, np.nan])
    assert np.isnan(stats[0]).all()
    test = compare_curves(stats[1], stats, exchanges(np.array([[0.0], [1.0]]), seed=0))
    assert test.p_median == 1.0
    assert np.isnan(test.p_significant)


def test_planted_association_is_found_and_none_is_not_found_too_often():
    random = np.random.default_rng(11)
    focal, held = random.normal(size=(16, 1)), random.normal(size=(16, 2))
    outcome = 2 * focal + held @ [[1.0], [1.0]] + random.normal(size=(16, 1)) * 0.5
    assert curve_test(outcome, focal, held, seed=1, draws=499).p_median == pytest.approx(1 / 500)
    rows = simulated.multiverse_rows(scale=0.1)
    assert all(row.value <= row.high + 3 * row.standard_error for row in rows)
    size, somewhere = rows[0], rows[1]
    assert somewhere.value > 3 * size.value  # METHODS fact: 37.9 % somewhere
