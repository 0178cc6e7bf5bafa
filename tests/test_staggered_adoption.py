"""Staggered adoption: reference numbers, a panel whose truth is known, refusals, and the dealing of dates."""

from __future__ import annotations

import json
import warnings
from itertools import permutations
from math import factorial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from benchmarks.simulations.timing import growing_effects, sizes_of_dealing
from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.timing.adoption_tables import (
    EXPOSURE_COLUMNS,
    GROUP_TIME_COLUMNS,
    OVERALL_COLUMNS,
)
from pbgov.evaluation.timing.staggered import StaggeredAdoption, staggered_adoption
from pbgov.inference.timing.aggregation import KINDS, aggregate
from pbgov.inference.timing.group_time import (
    covariance,
    group_time_effects,
    pre_test,
    standard_errors,
)
from pbgov.inference.timing.imputation import impute
from pbgov.inference.timing.randomisation import randomise_adoption
from pbgov.inference.timing.two_periods import two_period_effect
from pbgov.inference.timing.two_way import two_way_effect
from pbgov.marks import is_simulated, mark_simulated

INF = np.inf


def planted(dates=(3, 3, 4, 4, None, None), n_periods=5, growth=1.0, noise=None, seed=1):
    """A long table whose outcome is unit level + period path + growth * months under the policy."""
    random = np.random.default_rng(seed)
    rows = []
    for unit, date in enumerate(dates):
        for period in range(1, n_periods + 1):
            exposure = 0 if date is None or period < date else period - date + 1
            value = 10 * unit + period**2 + growth * exposure
            rows.append((f"区{unit:02d}", period, np.nan if date is None else date, value))
    table = pd.DataFrame(rows, columns=["unit", "period", "since", "y"])
    if noise is not None:
        table["y"] += random.normal(scale=noise, size=len(table))
    return table


def run(table, **more):
    return staggered_adoption(table, "y", "unit", "period", "since", permutations=99, **more)


def arrays(dates, n_periods, seed=0):
    random = np.random.default_rng(seed)
    return (
        random.normal(size=(len(dates), n_periods)),
        np.arange(1.0, n_periods + 1),
        np.array(dates, dtype=float),
    )


# ---- against R's did 2.1.2 ----------------------------------------------------------------------

SETTINGS = {
    "no_covariates_nevertreated": {},
    "no_covariates_notyettreated": {"control": "not_yet"},
    "lpop_dr": {"covariates": ["lpop"], "method": "dr"},
    "lpop_ipw": {"covariates": ["lpop"], "method": "ipw"},
    "lpop_reg": {"covariates": ["lpop"], "method": "reg"},
    "no_covariates_universal_base": {"base": "universal"},
}


@pytest.fixture(scope="module")
def counties(shared):
    vector = json.loads((shared / "vectors/v24_did_mpdta.json").read_text("utf-8"))
    return pd.read_csv(shared / "vectors" / vector["input"]), vector


@pytest.mark.parametrize("name", SETTINGS)
def test_numbers_of_did(counties, name):
    table, vector = counties
    wanted, tolerance = vector["expected"][name], vector["tolerance"]
    near = {"atol": tolerance["att_abs"], "rtol": 0}
    result = staggered_adoption(
        table, "lemp", "countyreal", "year", "first.treat", permutations=9, **SETTINGS[name]
    )
    cells = result.group_time
    assert list(cells.cohort.astype(int)) == wanted["att_gt"]["group"]
    assert list(cells.period.astype(int)) == wanted["att_gt"]["t"]
    np.testing.assert_allclose(cells.estimate, wanted["att_gt"]["att"], **near)
    np.testing.assert_allclose(
        cells.std_error, wanted["att_gt"]["se"], rtol=tolerance["se_rel"], atol=1e-12
    )
    overall = result.overall.set_index("estimator")
    for kind in KINDS:
        assert overall.estimate[kind] == pytest.approx(
            wanted[kind]["overall_att"], abs=tolerance["att_abs"]
        )
        assert overall.std_error[kind] == pytest.approx(
            wanted[kind]["overall_se"], rel=tolerance["se_rel"]
        )
    shown = result.by_exposure[result.by_exposure.estimator == "callaway_santanna"]
    assert list(shown.exposure) == wanted["dynamic"]["egt"]
    np.testing.assert_allclose(shown.estimate, wanted["dynamic"]["att"], **near)
    np.testing.assert_allclose(
        shown.std_error,
        np.array(wanted["dynamic"]["se"], dtype=float),
        rtol=tolerance["se_rel"],
    )
    assert result.pre_test.statistic == pytest.approx(wanted["pretest_W"][0][0], rel=1e-5)
    assert result.pre_test.p_value == pytest.approx(wanted["pretest_p"][0][0], abs=1e-5)


@pytest.mark.parametrize("kind", ["group", "calendar"])
def test_parts_of_did(counties, kind):
    table, vector = counties
    wanted = vector["expected"]["no_covariates_nevertreated"][kind]
    wide = table.pivot(index="countyreal", columns="year", values="lemp")
    dates = table.groupby("countyreal")["first.treat"].first().replace(0, INF).to_numpy(float)
    effects = group_time_effects(wide.to_numpy(), wide.columns.to_numpy(float), dates)
    made = aggregate(effects, kind)
    assert list(made.at) == wanted["egt"]
    np.testing.assert_allclose(made.att, wanted["att"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(standard_errors(made.influence), wanted["se"], rtol=1e-3)


def test_did_takes_the_wrong_cohorts_for_the_error_of_their_shares(counties):
    """The library's slip: its standard error of "group" changes with cells that do not concern it."""
    table, vector = counties
    wide = table.pivot(index="countyreal", columns="year", values="lemp")
    dates = table.groupby("countyreal")["first.treat"].first().replace(0, INF).to_numpy(float)
    effects = group_time_effects(wide.to_numpy(), wide.columns.to_numpy(float), dates)
    made, paper = (aggregate(effects, "group", as_did=one) for one in (True, False))
    theirs = vector["expected"]["no_covariates_nevertreated"]["group"]["overall_se"]
    ours = [standard_errors(one.overall_influence[:, None])[0] for one in (made, paper)]
    assert ours[0] == pytest.approx(theirs, rel=1e-10)
    assert abs(ours[1] / theirs - 1) > 1e-3
    assert made.overall == paper.overall
    # by the paper's formula the influence of a weighted mean has mean 0; did's has not
    assert abs(paper.overall_influence.mean()) < 1e-12
    assert abs(made.overall_influence.mean()) > 1e-6


# ---- against diff_diff, and by hand --------------------------------------------------------------


def long_of(outcome, periods, dates):
    n, t = outcome.shape
    return pd.DataFrame(
        {
            "u": np.repeat(np.arange(n), t),
            "t": np.tile(periods, n).astype(int),
            "g": np.repeat(np.where(np.isinf(dates), 0, dates), t).astype(int),
            "y": outcome.ravel(),
        }
    )


@pytest.mark.parametrize("leave_one_out", [False, True])
@pytest.mark.parametrize("dates", [[3] * 4 + [5] * 3 + [7] * 3 + [INF] * 5, [3] * 4 + [5] * 5])
def test_imputation_matches_diff_diff(dates, leave_one_out):
    diff_diff = pytest.importorskip("diff_diff")
    outcome, periods, adopted = arrays(dates, 8, seed=4)
    ours = impute(outcome, periods, adopted, leave_one_out=leave_one_out)
    with pytest.warns() if np.isfinite(adopted).all() else _quiet():
        theirs = diff_diff.ImputationDiD(leave_one_out=leave_one_out).fit(
            long_of(outcome, periods, adopted),
            outcome="y",
            unit="u",
            time="t",
            first_treat="g",
        )
    assert ours.overall == pytest.approx(theirs.overall_att, abs=1e-8)
    assert ours.std_error == pytest.approx(theirs.overall_se, rel=1e-6)


class _quiet:  # noqa: N801
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def test_imputation_by_least_squares_with_dummies():
    outcome, periods, adopted = arrays([2, 3, 3, 5, INF, INF], 5, seed=2)
    untreated = periods < adopted[:, None]
    unit, period = np.indices(outcome.shape)
    dummies = np.column_stack(
        [unit.ravel()[:, None] == np.arange(6), period.ravel()[:, None] == np.arange(1, 5)]
    ).astype(float)
    known = untreated.ravel()
    fit = sm.OLS(outcome.ravel()[known], dummies[known]).fit()
    wanted = (outcome.ravel() - dummies @ fit.params)[~known]
    made = impute(outcome, periods, adopted)
    np.testing.assert_allclose(made.effects[~untreated], wanted, atol=1e-10)
    assert np.isnan(made.effects[untreated]).all()
    assert made.alone == (2.0, 5.0)
    assert np.isnan(made.std_error)


def test_the_conservative_variance_by_brute_force_with_clusters():
    """Theorem 3 with every weight found by moving one outcome at a time."""
    outcome, periods, adopted = arrays([3] * 4 + [4] * 4 + [INF] * 4, 5, seed=3)
    clusters = np.repeat(np.arange(6), 2)
    made = impute(outcome, periods, adopted, clusters)
    weights = np.empty(outcome.shape)
    for i, t in np.ndindex(outcome.shape):
        moved = outcome.copy()
        moved[i, t] += 1
        weights[i, t] = impute(moved, periods, adopted, clusters).overall - made.overall
    treated = periods >= adopted[:, None]
    dummies = np.column_stack(
        [
            np.indices(outcome.shape)[0].ravel()[:, None] == np.arange(12),
            np.indices(outcome.shape)[1].ravel()[:, None] == np.arange(1, 5),
        ]
    ).astype(float)
    known = ~treated.ravel()
    fit = sm.OLS(outcome.ravel()[known], dummies[known]).fit()
    left = (outcome.ravel() - dummies @ fit.params).reshape(outcome.shape)
    for group in (3, 4):
        for t in np.flatnonzero(periods >= group):
            pairs = [np.flatnonzero((adopted == group) & (clusters == c)) for c in range(6)]
            pairs = [rows for rows in pairs if len(rows)]
            along = [(weights[rows, t].sum(), weights[rows, t] @ left[rows, t]) for rows in pairs]
            average = sum(v * b for v, b in along) / sum(v**2 for v, _ in along)
            left[adopted == group, t] -= average
    by_cluster = [(weights * left)[clusters == c].sum() for c in range(6)]
    assert made.std_error == pytest.approx(float(np.sqrt(np.square(by_cluster).sum())), rel=1e-8)


@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_influence_functions_are_derivatives(method):
    """Each influence value is what a little more weight on that unit does to the estimate."""
    random = np.random.default_rng(5)
    n = 60
    covariate = random.normal(size=(n, 2))
    treated = random.uniform(size=n) < 1 / (1 + np.exp(-covariate[:, 0]))
    change = covariate.sum(axis=1) + random.normal(size=n) + treated
    made = two_period_effect(change, treated, covariate, method)
    many = 400
    for unit in (0, 17, 42):
        copies = np.repeat(np.arange(n), many)
        more = np.append(copies, unit)
        moved = two_period_effect(change[more], treated[more], covariate[more], method)
        slope = (moved.att - made.att) * (n * many + 1)
        assert slope == pytest.approx(made.influence[unit], rel=0.02, abs=0.02)
    assert abs(made.influence.mean()) < 1e-8


@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_without_covariates_all_methods_are_the_difference_of_means(method):
    change, treated = np.array([4.0, 6, 1, 2, 3]), np.array([True, True, False, False, False])
    made = two_period_effect(change, treated, None, method)
    assert made.att == 3.0
    # variances of two means, each divided by its own n
    assert standard_errors(made.influence[:, None])[0] == pytest.approx(
        np.sqrt(1 / 2 + (2 / 3) / 3)
    )


def test_covariates_that_separate_or_crowd_are_told():
    change = np.array([1.0, 2, 3, 4, 5, 6, 7, 9])
    treated = np.arange(8) < 4
    perfect = np.where(treated, 1.0, 0.0)[:, None] + np.arange(8)[:, None] / 100
    assert two_period_effect(change, treated, perfect, "ipw").missing == "no overlap"
    assert two_period_effect(change, treated, np.ones((8, 1))).missing == "collinear covariates"
    crowded = np.random.default_rng(1).normal(size=(8, 4))
    assert two_period_effect(change, treated, crowded, "reg").missing == "too few controls"


def test_clusters_are_summed_before_they_are_squared():
    influence = np.array([[1.0], [2], [-3], [0]])
    assert covariance(influence)[0, 0] == pytest.approx((1 + 4 + 9) / 16)
    clustered = covariance(influence, np.array(["a", "a", "b", "b"]))
    assert clustered[0, 0] == pytest.approx((9 + 9) / 16)


def test_the_two_way_coefficient_is_that_of_dummies():
    outcome, periods, adopted = arrays([2, 3, 5, INF, INF], 6, seed=8)
    treated = periods >= adopted[:, None]
    unit, period = np.indices(outcome.shape)
    dummies = np.column_stack(
        [unit.ravel()[:, None] == np.arange(5), period.ravel()[:, None] == np.arange(1, 6)]
    )
    fit = sm.OLS(outcome.ravel(), np.column_stack([treated.ravel(), dummies]).astype(float)).fit()
    assert two_way_effect(outcome, treated).coefficient == pytest.approx(fit.params[0])


# ---- a truth known by construction ---------------------------------------------------------------


@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_planted_effects_are_found_exactly(control, base):
    result = run(planted(growth=1.0), control=control, base=base)
    after = result.group_time[result.group_time.exposure >= 0]
    np.testing.assert_allclose(after.estimate, after.exposure + 1, atol=1e-9)
    before = result.group_time[result.group_time.exposure < 0]
    np.testing.assert_allclose(before.estimate, 0, atol=1e-9)
    # 2 units at 3 (effects 1, 2, 3) and 2 at 4 (effects 1, 2): by hand
    wanted = {
        "simple": 9 / 5,
        "group": (2 + 1.5) / 2,
        "dynamic": 2.0,
        "calendar": (1 + 1.5 + 2.5) / 3,
    }
    overall = result.overall.set_index("estimator").estimate
    for kind, value in (wanted | {"imputation": 9 / 5}).items():
        assert overall[kind] == pytest.approx(value, abs=1e-9), kind
    assert result.refused.coefficient < 1.5  # and not 1.8
    assert (result.n_treated, result.n_cohorts, result.n_never) == (4, 2, 2)
    assert list(result.overall.columns) == list(OVERALL_COLUMNS)
    assert list(result.by_exposure.columns) == list(EXPOSURE_COLUMNS)
    assert list(result.group_time.columns) == list(GROUP_TIME_COLUMNS)


def test_two_way_fixed_effects_turn_growth_into_nothing_and_are_refused():
    table = planted([4] * 4 + [8] * 4 + [12] * 4 + [16] * 4, n_periods=20)
    result = run(table, control="not_yet")
    assert result.refused.coefficient < 0  # every single effect is 1 or more
    assert result.refused.negative > 0.1
    said = " ".join(result.limits)
    assert "双向固定效应" in said
    assert "不作为结论" in said
    assert not result.overall.estimator.str.contains("two").any()


def test_units_and_periods_that_cannot_be_used_are_named():
    table = planted([1, 3, 3, 4, 4, 5, 5], n_periods=6, noise=0.1)
    result = run(table, control="not_yet")
    said, said_en = " ".join(result.limits), " ".join(result.limits_en)
    assert "1 个单位在第一个时期已经采用" in said
    assert "区00" in said
    assert "自 5 起没有对照" in said
    assert "Not imputed, since all units are treated then: 5 – 6 (2 periods)" in said_en
    assert set(result.group_time.cohort) == {"3", "4"}
    assert result.group_time.period.astype(int).max() == 4


def test_dates_after_the_panel_count_as_never():
    table = planted(noise=0.3)
    later = table.assign(since=table.since.fillna(99))
    assert_frame_equal(run(table).overall, run(later).overall)


def test_a_status_and_a_date_are_the_same_design():
    table = planted(noise=0.3)
    status = table.assign(since=(table.period >= table.since).astype(int))
    assert_frame_equal(run(table).overall, run(status).overall)


def test_months_written_as_text_count_across_years():
    table = planted(noise=0.3)
    names = {1: "2019-11", 2: "2019-12", 3: "2020-01", 4: "2020-02", 5: "2020-03"}
    dated = table.assign(period=table.period.map(names), since=table.since.map(names))
    ours, theirs = run(table), run(dated)
    assert_frame_equal(ours.overall, theirs.overall)
    assert list(theirs.group_time.cohort.unique()) == ["2020-01", "2020-02"]
    assert_frame_equal(ours.by_exposure, theirs.by_exposure)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.01, 3.0, 1000.0]))
def test_order_of_rows_and_units_of_the_outcome_do_not_matter(seed, scale):
    table = planted([3, 3, 4, 4, None, None, None, None], noise=1.0, seed=2)
    moved = table.sample(frac=1, random_state=seed).assign(y=lambda t: t.y * scale)
    ours, theirs = run(table), run(moved)
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(
            ours.overall[column] * scale, theirs.overall[column], rtol=1e-6, equal_nan=True
        )
    assert list(ours.overall.p_permutation) == list(theirs.overall.p_permutation)


# ---- dealing the dates anew ----------------------------------------------------------------------


def test_every_dealing_by_brute_force():
    outcome, periods, adopted = arrays([2, 2, 3, INF, INF, INF], 4, seed=6)
    dealt = randomise_adoption(outcome, periods, adopted, seed=1)
    orders = [adopted[list(order)] for order in set(permutations(range(6)))]
    names = [*KINDS, "imputation"]

    def statistics(dates):
        effects = group_time_effects(outcome, periods, dates)
        found = [aggregate(effects, kind).overall for kind in KINDS]
        return [*found, impute(outcome, periods, dates).overall]

    seen = np.array(statistics(adopted))
    different = {tuple(order) for order in orders}
    values = np.array([statistics(np.array(order)) for order in sorted(different)])
    wanted = (np.abs(values) >= np.abs(seen) - 1e-12).mean(axis=0)
    ours = {name: p for (name, at), p in zip(dealt.names, dealt.p_value, strict=True) if at != at}
    assert len(different) == factorial(6) // (2 * 1 * 6)
    assert dealt.exact
    for name, p in zip(names, wanted, strict=True):
        assert ours[name] == pytest.approx(p), name


def test_streets_are_dealt_with_their_district():
    """Rows are streets, dates fall on districts: 16 over 3 dealings, never the street's own."""
    random = np.random.default_rng(3)
    district = np.repeat(np.arange(16), random.integers(2, 5, 16))
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "unit": f"街道{street}",
                    "district": f"区{own:02d}",
                    "period": range(1, 7),
                    "since": 4 if own < 3 else np.nan,
                    "y": random.normal(size=6) + random.normal(),
                }
            )
            for street, own in enumerate(district)
        ]
    )
    result = run(table, cluster="district", unit_name="区")
    assert (result.n_permutations, result.exact) == (560, True)
    assert (result.n_clusters, result.n_treated) == (16, 3)
    overall = result.overall
    assert overall.p_value.isna().all()
    assert overall.conf_low.isna().all()
    assert overall.p_permutation.between(1 / 560, 1).all()
    assert overall.minimum_detectable.gt(0).all()  # what could have been found is told all the same
    assert any("3 个或更少" in sentence for sentence in result.limits)
    assert any("three districts or fewer" in sentence for sentence in result.limits_en)
    alone = run(table.drop(columns="district"))
    assert alone.n_clusters == len(district)


def test_pre_trends_come_with_what_they_could_show():
    table = planted([6] * 5 + [8] * 5 + [None] * 6, n_periods=10, noise=1.0)
    result = run(table)
    before = result.by_exposure.query("estimator == 'callaway_santanna' and exposure < 0")
    assert len(before) == 6  # cohort 8 has exposures -6 to -1; its own period 1 has no base
    assert before.minimum_detectable.gt(before.std_error * 2.8).all()
    assert any("八成把握查出，小于此的趋势差异看不见" in sentence for sentence in result.limits)


def test_a_diverging_trend_before_adoption_is_seen():
    table = planted([6] * 5 + [8] * 5 + [None] * 6, n_periods=10, noise=0.2)
    drift = table.since.notna() * table.period * 1.0
    found = run(table.assign(y=table.y + drift))
    assert found.p_before <= 0.02
    assert run(table).p_before > 0.05
    assert any("联合置换检验 p=0.0" in sentence for sentence in found.limits)


def test_the_wald_test_with_few_districts_rejects_nearly_always_and_is_not_told():
    random = np.random.default_rng(9)
    adopted = np.array([8.0] * 5 + [11] * 5 + [INF] * 6)
    rejected, dealt = 0, 0
    for _ in range(40):
        outcome = random.normal(size=(16, 12))
        effects = group_time_effects(outcome, np.arange(1.0, 13), adopted)
        rejected += not pre_test(effects).p_value > 0.05  # NaN: singular
        dealt += (
            randomise_adoption(outcome, np.arange(1.0, 13), adopted, seed=1, draws=99).p_before
            <= 0.05
        )
    assert rejected > 30
    assert dealt < 8
    said = run(planted([6] * 5 + [8] * 5 + [None] * 6, n_periods=10, noise=1.0)).limits
    assert not any("Wald" in sentence for sentence in said)


# ---- what cannot be estimated, and what cannot be meant ------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t[t.period == 1], "只有一个时期"),
        (lambda t: t.assign(y=1.0), "没有变化"),
        (lambda t: t.assign(since=np.nan), "没有单位采用"),
        (lambda t: t.assign(since=t.since.where(t.since.isna(), 1)), "第一个时期就已经采用"),
        (lambda t: t.assign(y=t.y.where(t.index != 3, np.inf)), "没有有限的数值"),
        (lambda t: t[t.since.notna()], "没有始终不采用的单位"),
        (lambda t: t.assign(y=np.nan), "没有一行"),
        (lambda t: t.assign(y=t.unit.str[-2:].astype(float)), "从不变化"),
    ],
)
def test_facts_about_the_data_are_reasons(change, reason):
    result = run(change(planted(noise=0.1)))
    assert isinstance(result, NotEstimated), str(result)
    assert reason in result.reason
    assert result.reason_en


def test_nobody_left_to_compare_with():
    result = run(planted([3, 3, 3, 3], noise=0.1), control="not_yet")
    assert isinstance(result, NotEstimated)
    assert "没有尚未采用的单位" in result.reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[[7]]]), "several rows in 3"),
        (lambda t: t.assign(since=t.since.where(t.index != 2, 5)), "adopts in 3, 5"),
        (lambda t: t.assign(period=t.period.map("2019年{}月".format)), "2019年1月"),
        (lambda t: t.assign(period=t.period.astype(str)), "'1'"),
        (lambda t: t.assign(since=t.since.notna().astype(int) * 1 + 0), None),
        (lambda t: t.assign(y=t.y.astype(str)), "numbers written as text"),
        (lambda t: t.drop(columns="period"), "no column 'period'"),
        (lambda t: t.assign(period=t.period - 2, since=t.since.fillna(0)), "never or the period 0"),
        (lambda t: t.assign(period=t.period + 2000, since=t.since.notna() * 1), "marks who"),
        (lambda t: t.assign(period=t.period.replace(2, np.inf)), "infinite"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    table = change(planted(noise=0.1))
    if message is None:  # 1 from the first period on: a date that is the first period
        assert isinstance(run(table), NotEstimated)
        return
    with pytest.raises(InputError, match=message):
        run(table)


def test_adoption_that_reverses_is_refused():
    table = planted(noise=0.1)
    status = table.assign(since=((table.period >= table.since) & (table.period < 5)).astype(int))
    with pytest.raises(InputError, match=r"adoption reverses: '区00'.*before 5"):
        run(status)


def test_districts_with_two_dates_are_refused_as_clusters():
    table = planted(noise=0.1).assign(district="甲")
    with pytest.raises(InputError, match="adopt at different dates"):
        run(table, cluster="district")


def test_options_are_checked():
    for wrong in ({"control": "late"}, {"method": "ols"}, {"base": "long"}):
        with pytest.raises(InputError, match="control is one of"):
            run(planted(), **wrong)
    with pytest.raises(InputError, match="draws"):
        staggered_adoption(
            planted([3] * 8 + [None] * 12, noise=1), "y", "unit", "period", "since", permutations=0
        )


def test_units_with_gaps_are_left_out_whole_and_counted():
    table = planted([3, 3, 3, 4, 4, None, None, None], noise=0.1)
    holed = table.drop(index=7).assign(y=lambda t: t.y.where(t.index != 12))
    result = run(holed)
    assert result.n_units == 6
    said = [one for one in result.remarks if one.rule == "gaps"]
    assert any("1 行" in one.zh and "y" in one.zh for one in said)
    assert any("2 个单位不是在全部 5 个时期" in one.zh and "区01、区02" in one.zh for one in said)
    assert_frame_equal(result.overall, run(table[~table.unit.isin(["区01", "区02"])]).overall)


def test_cells_without_overlap_are_told_and_their_averages_missing():
    table = planted([3] * 6 + [None] * 8, noise=0.5)
    table["size"] = np.where(table.since.notna(), 5.0, 1.0) + table.groupby("unit").ngroup() / 100
    result = run(table, covariates=["size"], method="ipw")
    assert isinstance(result, NotEstimated)
    assert "协变量" in result.reason


def test_simulated_input_is_marked():
    result = run(mark_simulated(planted(noise=0.3)))
    assert result.simulated
    assert is_simulated(result.overall)
    assert "【模拟】" in str(result)
    assert result.limits[0].startswith("模拟数据")


def test_both_languages_say_the_same_rules():
    result = run(planted([3] * 5 + [4] * 5 + [None] * 6, noise=0.3), unit_name="区")
    assert isinstance(result, StaggeredAdoption)
    assert len(result.limits) == len(result.limits_en)
    assert {"size", "detectable", "design", "p_values"} <= {one.rule for one in result.remarks}
    assert "parallel trends" in result.render("en")
    assert not any("\u4e00" <= char <= "\u9fff" for char in " ".join(result.limits_en))


def test_progress_is_told():
    seen = []
    run(planted([3] * 8 + [None] * 12, noise=0.3), progress=lambda *at: seen.append(at))
    assert seen[-1] == (99, 99)


# ---- the simulation, small -----------------------------------------------------------------------


def test_growing_effects_in_the_small_simulation():
    rows = {row.check: row for row in growing_effects(60)}
    assert len(rows) == 6
    assert all(row.holds for row in rows.values()), rows


def test_dealing_keeps_its_size_in_the_small_simulation():
    rows = sizes_of_dealing(60)
    assert len(rows) == 8
    assert all(row.value < 0.15 for row in rows), rows


# ---- what a referee would ask ----------------------------------------------------------------------


def test_the_interval_over_cohorts_rests_on_the_papers_formula():
    table = planted([6] * 5 + [8] * 5 + [None] * 6, n_periods=12, noise=1.0, seed=3)
    result = run(table)
    wide = table.pivot(index="unit", columns="period", values="y")
    dates = table.groupby("unit").since.first().fillna(INF).to_numpy()
    effects = group_time_effects(wide.to_numpy(), wide.columns.to_numpy(float), dates)
    by = {
        one: standard_errors(aggregate(effects, "group", as_did=one).overall_influence[:, None])[0]
        for one in (True, False)
    }
    row = result.overall.set_index("estimator").loc["group"]
    assert row.std_error == pytest.approx(by[True])
    assert row.estimate / row.statistic == pytest.approx(by[False])
    assert (row.conf_high - row.conf_low) / 2 == pytest.approx(stats.t.ppf(0.975, 15) * by[False])
    assert any("论文公式" in sentence for sentence in result.limits)


def test_an_effect_without_error_has_no_p_value():
    result = run(planted([3, 3, 3, 3, 4, 4, 4, 4, None, None, None, None]))
    chances = result.overall.set_index("estimator").p_value
    # every district of an exposure has the same effect; what is left of the error is rounding
    assert chances[["dynamic", "imputation"]].isna().all()
    assert chances[["simple", "calendar"]].gt(0).all()  # cohort shares are drawn with the districts
    assert result.overall.p_permutation.gt(0).all()


def test_a_single_date_is_not_blamed_on_negative_weights():
    result = run(planted([3] * 5 + [None] * 6, noise=0.3))
    said = next(one.zh for one in result.remarks if "双向固定效应" in one.zh)
    assert "只有一个采用时点" in said
    assert "负权重" not in said


@pytest.mark.parametrize("never", [True, False])
@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("method", ["reg", "ipw"])
def test_covariates_and_not_yet_treated_match_diff_diff(method, base, never):
    """Its doubly robust estimator divides by the number of treated, DRDID's by the sum of weights."""
    diff_diff = pytest.importorskip("diff_diff")
    random = np.random.default_rng(2)
    dates = random.choice([3.0, 5, 6, *([INF] if never else [])], 120)
    given = random.normal(size=(120, 2))
    outcome = random.normal(size=(120, 7)) + given[:, :1] * np.arange(7)
    periods = np.arange(1.0, 8)
    table = long_of(outcome, periods, dates).assign(
        a=np.repeat(given[:, 0], 7), b=np.repeat(given[:, 1], 7)
    )
    theirs = diff_diff.CallawaySantAnna(
        control_group="not_yet_treated", estimation_method=method, base_period=base
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of deprecations of its own
        fitted = theirs.fit(
            table, outcome="y", unit="u", time="t", first_treat="g", covariates=["a", "b"]
        )
    ours = group_time_effects(
        outcome,
        periods,
        dates,
        np.repeat(given[:, None, :], 7, axis=1),
        control="not_yet",
        method=method,
        base=base,
    )
    errors = standard_errors(ours.influence)
    compared = 0
    for cell, att, error in zip(ours.cells, ours.att, errors, strict=True):
        other = fitted.group_time_effects.get((int(cell.group), int(cell.period)))
        if other is None or error == 0:
            continue
        compared += 1
        assert att == pytest.approx(other["effect"], abs=1e-9)
        assert error == pytest.approx(other["se"], rel=1e-8)
    assert compared == (18 if never else 8)
    simple = aggregate(ours, "simple")
    assert simple.overall == pytest.approx(fitted.overall_att, abs=1e-9)
    assert standard_errors(simple.overall_influence[:, None])[0] == pytest.approx(
        fitted.overall_se, rel=1e-8
    )


def test_doubly_robust_by_its_formula():
    """Regression of the comparison units, then odds weights on what it leaves (Sant'Anna and Zhao)."""
    random = np.random.default_rng(11)
    given = random.normal(size=(80, 2))
    treated = random.uniform(size=80) < 1 / (1 + np.exp(-given[:, 0]))
    change = given @ [1.0, -2] + random.normal(size=80) + 2 * treated
    design = sm.add_constant(given)
    share = sm.Logit(treated.astype(float), design).fit(disp=0).predict(design)
    left = change - sm.OLS(change[~treated], design[~treated]).fit().predict(design)
    odds = (share / (1 - share))[~treated]
    wanted = left[treated].mean() - (odds @ left[~treated]) / odds.sum()
    made = two_period_effect(change, treated, given, "dr")
    assert made.att == pytest.approx(wanted, abs=1e-8)
    # units of the covariates do not matter, nor where they lie
    moved = two_period_effect(change, treated, given * [1e6, 1e-3] + 2019, "dr")
    assert moved.att == pytest.approx(wanted, abs=1e-6)
    np.testing.assert_allclose(moved.influence, made.influence, atol=1e-5)


@pytest.mark.parametrize("kind", ["object", "category"])
def test_never_is_never_whatever_holds_the_dates(kind):
    table = planted(noise=0.5)
    plain = run(table)
    zeros = table.assign(since=table.since.fillna(0).astype(kind))
    assert_frame_equal(run(zeros).overall, plain.overall)
    assert run(zeros).n_never == 2
    status = (table.period >= table.since).astype(object)
    status[0] = None
    assert run(table.assign(since=status)).n_units == 5
    categories = table.assign(period=table.period.astype("category"))
    assert_frame_equal(run(categories).overall, plain.overall)


def test_months_written_as_one_number_are_refused():
    table = planted(noise=0.5)
    for start in (201910, 20191030):
        with pytest.raises(InputError, match="one number"):
            run(table.assign(period=start - 1 + table.period.clip(upper=2), since=start))
    years = table.assign(period=table.period + 2018, since=table.since + 2018)
    assert run(years).n_units == 6


def test_decimal_periods_that_blur_are_refused_and_half_years_are_not():
    table = planted(dates=(3, 3, 4, 4, 5, 5, None, None), n_periods=12, noise=0.5)
    with pytest.raises(InputError, match="whole steps"):
        run(table.assign(period=table.period / 10, since=table.since / 10))
    halves = run(table.assign(period=table.period / 2, since=table.since / 2))
    np.testing.assert_allclose(halves.overall.estimate, run(table).overall.estimate)


def test_a_cell_that_is_no_date_says_how_never_is_written():
    table = planted(noise=0.5)
    texts = table.assign(
        period=(table.period + 2018).astype(str),
        since=[("" if np.isnan(one) else str(int(one) + 2018)) for one in table.since],
    )
    with pytest.raises(InputError, match="stay empty"):
        run(texts)


def test_one_date_for_all_is_refused_without_a_step_that_would_not_help():
    result = run(planted((3,) * 6, noise=0.5))
    assert "not_yet" not in result.reason
    assert "同一时点" in result.reason
    assert "not_yet" in run(planted((3, 3, 3, 4, 4, 4), noise=0.5)).reason


def test_units_that_change_alike_are_refused_and_an_error_of_zero_is_told():
    table = planted(growth=0.0)
    assert "完全相同" in run(table).reason
    exact = run(planted((3,) * 4 + (None,) * 4))
    assert exact.overall.p_value.isna().all()
    for said in (exact.limits, exact.limits_en):
        assert not any("nan" in one for one in said)
    assert any("标准误为 0" in one for one in exact.limits)


def test_reasons_tell_what_was_left_out_before():
    table = planted((3, 3, 4, 4, None, None), noise=0.5)
    broken = table[(table.unit < "区03") | (table.period != 2)]
    result = run(broken)
    assert isinstance(result, NotEstimated)
    assert "区03" in result.reason
    assert "区03" in result.reason_en


def test_remarks_on_two_way_effects_are_true_for_the_design():
    one = run(planted((3,) * 5 + (None,) * 5, noise=0.5))
    assert any("只有一个采用时点" in each for each in one.limits)
    late = run(planted((3,) * 5 + (5,) * 5, noise=0.5), control="not_yet")  # the last compares only
    assert not any("只有一个采用时点" in each for each in late.limits)
    table = planted((3,) * 8 + (None,) * 8, noise=0.5)
    given_x = table.assign(x=np.random.default_rng(3).normal(size=len(table)))
    given_x = run(given_x, covariates=["x"])
    assert not any("两者只差在" in each for each in given_x.limits)
    early = run(planted((1,) + (4,) * 5 + (None,) * 5, noise=0.5))
    assert not any("只有一个采用时点" in each for each in early.limits)
    assert not any("0% 的采用后观测" in each for each in one.limits + late.limits)


def test_the_size_of_a_last_cohort_that_only_compares_is_told():
    result = run(planted((3,) * 6 + (5,) * 4, noise=0.5), control="not_yet")
    assert any("最小的一组" in one and "4 个" in one for one in result.limits)


def test_rounding_is_no_distance_between_two_estimates():
    result = run(planted((2,) * 5 + (None,) * 5, noise=0.5))  # one period before: both are the same
    said = next(one for one in result.limits if one.startswith("双向"))
    assert "相同" in said
    assert "e-1" not in said


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(InputError, match="name of a column"):
        staggered_adoption(planted(), "y", ["unit"], "period", "since")
