"""Panels against plm and clubSandwich (R), and against dummies written out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.inference.clusters import cr1, cr2
from pbgov.inference.linear import least_squares
from pbgov.inference.panels.components import (
    ClassicalFit,
    driscoll_kraay,
    fit_between,
    fit_first_differences,
    fit_random_effects,
    fit_within,
    hausman_test,
    unit_effects_test,
    unit_variance_test,
)
from pbgov.inference.panels.within import absorbed_design, group_means, is_nested, within

NEAR = {"rtol": 1e-6}


@pytest.fixture(scope="module")
def vector(root):
    return lambda name: json.loads((root / "tests/vectors" / f"{name}.json").read_text("utf-8"))[
        "expected"
    ]


@pytest.fixture(scope="module")
def grunfeld(root):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    return (
        table[["value", "capital"]].to_numpy(dtype=float),
        table.inv.to_numpy(dtype=float),
        table.firm.to_numpy(),
        table.year.to_numpy(),
    )


def by_name(values):
    return np.array(list(values.values()))


def classical(fit, absorbed=0):
    spread = fit.residuals @ fit.residuals / (fit.n - fit.k - absorbed)
    return np.sqrt(spread * (fit.weights**2).sum(axis=0))


def dummies(*groups):
    return np.column_stack([pd.get_dummies(labels).to_numpy(dtype=float) for labels in groups])


@pytest.mark.parametrize(("name", "ways"), [("within", 1), ("twoways", 2)])
def test_within_matches_plm(grunfeld, vector, name, ways):
    x, y, firm, year = grunfeld
    demeaned, absorbed = within(np.column_stack([x, y]), *(firm, year)[:ways])
    fit = least_squares(demeaned[:, :2], demeaned[:, 2])
    expected = vector("v06_panel_grunfeld")[name]
    np.testing.assert_allclose(fit.coefficients, by_name(expected["coef"]), **NEAR)
    np.testing.assert_allclose(classical(fit, absorbed), by_name(expected["se"]), **NEAR)


def test_cr2_on_the_within_design_matches_clubsandwich(grunfeld, vector):
    x, y, firm, _ = grunfeld
    design, outcome, _ = absorbed_design(x, y, (firm,), firm)
    fit = least_squares(design, outcome)
    covariance, df = cr2(fit, firm)
    expected = vector("v03_cluster_cr_grunfeld")["firm_fixed_effects_CR2"]
    np.testing.assert_allclose(fit.coefficients, by_name(expected["coef"]), **NEAR)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), by_name(expected["se"]), **NEAR)
    np.testing.assert_allclose(df, by_name(expected["df"]), **NEAR)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(30, 120), ways=st.integers(1, 3))
def test_within_is_the_residual_on_all_dummies(seed, rows, ways):
    random = np.random.default_rng(seed)
    groups = [random.integers(0, size, rows) for size in (15, 9, 4)[:ways]]
    matrix = random.normal(5, 2, (rows, 2))
    demeaned, absorbed = within(matrix, *groups)
    full = dummies(*groups)
    assert absorbed == np.linalg.matrix_rank(full)
    there = matrix - full @ np.linalg.lstsq(full, matrix, rcond=None)[0]
    np.testing.assert_allclose(demeaned, there, atol=1e-10)
    order = random.permutation(rows)
    again, _ = within(matrix[order], *(labels[order] for labels in groups))
    np.testing.assert_allclose(again, demeaned[order], atol=1e-10)


def test_ways_that_fall_into_unconnected_parts_absorb_one_degree_fewer_each():
    street = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    month = np.array([0, 1, 0, 1, 2, 3, 2, 3])  # no month joins streets 0, 1 to streets 2, 3
    assert within(np.arange(8.0), street, month)[1] == 4 + 4 - 2


def test_what_the_groups_explain_becomes_exactly_nothing():
    unit = np.repeat(np.arange(8), 5)
    density = np.repeat(np.linspace(1e6, 2e6, 8) / 3, 5)
    demeaned, _ = within(np.column_stack([density, np.arange(40.0)]), unit)
    assert (demeaned[:, 0] == 0).all()
    with pytest.raises(InputError, match="linear combination"):
        least_squares(demeaned, np.arange(40.0) ** 2)


def test_periods_that_cut_across_clusters_stay_in_the_design():
    random = np.random.default_rng(3)
    district = np.repeat(np.arange(6), 16)
    street = np.repeat(np.arange(24), 4)
    month = np.tile(np.arange(4), 24)
    keep = random.random(96) > 0.15
    district, street, month = district[keep], street[keep], month[keep]
    x = random.normal(size=(len(street), 2)) + month[:, None]
    y = x[:, 0] + street / 5 + random.normal(size=len(street))
    assert is_nested(street, district)
    assert not is_nested(month, district)
    design, outcome, absorbed = absorbed_design(x, y, (street, month), district)
    covariance, df = cr2(least_squares(design, outcome), district)
    full = np.column_stack([x, dummies(street), dummies(month)[:, 1:]])
    there, df_there = cr2(least_squares(full, y), district)
    np.testing.assert_allclose(covariance[:2, :2], there[:2, :2], rtol=1e-8)
    np.testing.assert_allclose(df[:2], df_there[:2], rtol=1e-8)
    assert design.shape[1] + absorbed == full.shape[1]


def test_means_of_groups_and_misuse():
    values = np.array([1.0, 2, 6])
    np.testing.assert_array_equal(group_means(values, np.array(["b", "a", "a"])), [4, 1])
    with pytest.raises(InputError, match="one label per row"):
        within(values)
    with pytest.raises(InputError, match="one label per row"):
        within(values, np.array([1, 2]))
    with pytest.raises(InputError, match="not finite"):
        within(np.array([1.0, np.nan, 2]), np.array([1, 1, 2]))


# ---- components -------------------------------------------------------------------------------


def test_between_first_differences_and_random_effects_match_plm(grunfeld, vector):
    x, y, firm, year = grunfeld
    expected = vector("v06_panel_grunfeld")
    for fit, name in (
        (fit_between(x, y, firm), "between"),
        (fit_first_differences(x, y, firm, year), "first_difference_with_intercept"),
        (fit_random_effects(x, y, firm), "random_swamy_arora"),
        (fit_within(x, y, firm), "within"),
        (fit_within(x, y, firm, year), "twoways"),
    ):
        np.testing.assert_allclose(fit.coefficients, by_name(expected[name]["coef"]), **NEAR)
        np.testing.assert_allclose(fit.std_error, by_name(expected[name]["se"]), **NEAR)
    random = fit_random_effects(x, y, firm)
    there = expected["random_swamy_arora"]
    np.testing.assert_allclose(random.theta, there["theta"], **NEAR)
    np.testing.assert_allclose(
        [random.variance_within, random.variance_units],
        [there["sigma2_idios"], there["sigma2_indiv"]],
        **NEAR,
    )


def test_tests_of_the_panel_match_plm(grunfeld, vector):
    x, y, firm, _ = grunfeld
    expected = vector("v06_panel_grunfeld")
    hausman = hausman_test(fit_within(x, y, firm), fit_random_effects(x, y, firm))
    there = expected["hausman"]
    assert hausman.df == (there["df"],)
    np.testing.assert_allclose(
        [hausman.statistic, hausman.p_value], [there["chisq"], there["p"]], **NEAR
    )
    for found, name in (
        (unit_effects_test(x, y, firm), "F_individual"),
        (unit_variance_test(x, y, firm), "bp_lm"),
    ):
        there = expected[name]
        np.testing.assert_allclose(
            [found.statistic, found.p_value], [there["stat"], there["p"]], **NEAR
        )


def test_arellano_and_driscoll_kraay_match_plm_by_its_definitions(grunfeld, vector):
    x, y, firm, year = grunfeld
    expected = vector("v06_panel_grunfeld")
    demeaned, _ = within(np.column_stack([x, y]), firm)
    fit = least_squares(demeaned[:, :2], demeaned[:, 2])
    # plm's HC0 has no factor G / (G - 1), CR1 has
    arellano = np.sqrt(np.diag(cr1(fit, firm)) * 9 / 10)
    np.testing.assert_allclose(arellano, by_name(expected["within_arellano_HC0_group"]), **NEAR)
    ours = np.sqrt(np.diag(driscoll_kraay(fit, year, 3)))
    np.testing.assert_allclose(ours, by_name(expected["within_driscoll_kraay_maxlag3_HC0"]), **NEAR)


def unbalanced(seed=11, units=60):
    random = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), random.integers(1, 9, units))
    x = np.column_stack([random.normal(size=len(unit)), random.normal(size=units)[unit]])
    level = random.normal(0, 2, units)[unit]
    y = 1 + x @ [0.5, -0.3] + level + random.normal(0, 1, len(unit))
    return unit, x, y


def test_unbalanced_variance_components_follow_baltagi_and_chang_written_with_matrices():
    unit, x, y = unbalanced()
    found = fit_random_effects(x, y, unit)
    z = np.column_stack([np.ones(len(y)), x])
    of_units = dummies(unit)
    average = of_units @ np.linalg.inv(of_units.T @ of_units) @ of_units.T
    inverse = np.linalg.inv(z.T @ average @ z)
    left = average @ (y - z @ (inverse @ z.T @ average @ y))
    trace = np.trace(inverse @ z.T @ of_units @ of_units.T @ z)
    units = of_units.shape[1]
    share = (left @ left - (units - 3) * found.variance_within) / (len(y) - trace)
    assert found.variance_units == pytest.approx(share)
    omega = found.variance_within * np.eye(len(y)) + share * of_units @ of_units.T
    gls = np.linalg.solve(z.T @ np.linalg.solve(omega, z), z.T @ np.linalg.solve(omega, y))
    np.testing.assert_allclose(found.coefficients, gls, rtol=1e-8)
    demeaned, absorbed = within(np.column_stack([x[:, 0], y]), unit)
    own = least_squares(demeaned[:, :1], demeaned[:, 1])
    df = len(y) - 1 - absorbed
    assert found.variance_within == pytest.approx(own.residuals @ own.residuals / df)


def test_planted_variances_come_back():
    found = [fit_random_effects(x, y, unit) for unit, x, y in map(unbalanced, range(40))]
    assert np.mean([fit.variance_units for fit in found]) == pytest.approx(4, rel=0.1)
    assert np.mean([fit.variance_within for fit in found]) == pytest.approx(1, rel=0.05)


def test_changes_skip_no_row_and_no_period_twice():
    unit, period = np.repeat([1, 2, 3], 4), np.tile([1, 2, 3, 4], 3)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(12, 1)), random.normal(size=12)
    order = random.permutation(12)
    first = fit_first_differences(x, y, unit, period)
    again = fit_first_differences(x[order], y[order], unit[order], period[order])
    np.testing.assert_allclose(first.coefficients, again.coefficients)
    assert first.df == 9 - 2
    with pytest.raises(InputError, match="same period"):
        fit_first_differences(x, y, unit, np.ones(12))


def test_what_the_classical_tests_cannot_say():
    random = np.random.default_rng(2)
    unit, x, y = np.repeat(np.arange(4), 4), random.normal(size=(16, 1)), random.normal(size=16)
    flat = y - group_means(y, unit)[unit]  # units have no level at all
    assert fit_random_effects(x, flat, unit).variance_units == 0
    pooled = fit_random_effects(x, flat, unit)
    assert (pooled.theta == 0).all()
    with pytest.raises(InputError, match="varies within"):
        fit_random_effects(np.repeat(random.normal(size=(4, 1)), 4, axis=0), y, unit)
    with pytest.raises(InputError, match="two rows"):
        unit_variance_test(x, y, np.arange(16))
    with pytest.raises(InputError, match="need the same"):
        hausman_test(fit_within(x, y, unit), fit_random_effects(np.c_[x, x**2], y, unit))
    opposed = ClassicalFit(np.array([1.0]), np.array([[1e-6]]), 1.0, 10)
    assert np.isnan(hausman_test(opposed, fit_random_effects(x, y, unit)).p_value)
