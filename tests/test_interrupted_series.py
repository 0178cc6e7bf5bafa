"""Interrupted series: Newey-West and AR(1) against other implementations, planted breaks, refusals."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from statsmodels.stats.stattools import durbin_watson as their_durbin_watson

from benchmarks.simulations.timing import sizes_of_series
from pbgov.errors import InputError
from pbgov.evaluation.estimate import TERM_COLUMNS, Estimate, NotEstimated, read_estimate
from pbgov.evaluation.timing.series import interrupted_series
from pbgov.inference.linear import coefficient_tests, least_squares
from pbgov.inference.timing.series import (
    SERIES_TERMS,
    durbin_watson,
    newey_west,
    newey_west_lag,
    prais_winsten,
    segmented_design,
)
from pbgov.marks import mark_simulated

HOLES = np.array([0, 1, 2, 4, 5, 8, *range(9, 33)], dtype=float)


def example(n=30, seed=1, rho=0.6):
    random = np.random.default_rng(seed)
    errors = random.normal(size=n)
    for at in range(1, n):
        errors[at] += rho * errors[at - 1]
    return segmented_design(np.arange(n), n // 2), errors


def months(n=60, level=0.0, slope=0.0, noise=1.0, at=36, seed=1):
    random = np.random.default_rng(seed)
    time = np.arange(n)
    after = time >= at
    return pd.DataFrame(
        {
            "month": [f"{2018 + t // 12}-{t % 12 + 1:02d}" for t in time],
            "y": 20
            + 0.1 * time
            + after * (level + slope * (time - at + 1))
            + random.normal(scale=noise, size=n),
            "other": 20 + 0.1 * time + random.normal(scale=noise, size=n),
        }
    )


def run(table, **more):
    return interrupted_series(table, "y", "month", "2021-01", **more)


# ---- the numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("correction", [True, False])
@pytest.mark.parametrize("lag", [0, 1, 3, 7])
def test_newey_west_matches_statsmodels(lag, correction):
    design, outcome = example()
    theirs = sm.OLS(outcome, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": correction}
    )
    ours = newey_west(least_squares(design, outcome), lag, correction=correction)
    np.testing.assert_allclose(ours, theirs.cov_params(), rtol=1e-8)


def test_newey_west_counts_distances_and_not_rows():
    design, outcome = example()
    fit = least_squares(design, outcome)
    scores = fit.weights * fit.residuals[:, None]
    wanted = np.zeros((4, 4))
    for i in range(30):
        for j in range(30):
            distance = abs(HOLES[i] - HOLES[j])
            if distance <= 3:
                wanted += (1 - distance / 4) * np.outer(scores[i], scores[j])
    np.testing.assert_allclose(newey_west(fit, 3, HOLES, correction=False), wanted, atol=1e-12)


@pytest.mark.parametrize("time", [np.arange(30.0), HOLES])
@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.7])
def test_known_correlation_is_generalised_least_squares(time, rho):
    design, outcome = example()
    sigma = rho ** np.abs(time[:, None] - time) if rho else np.eye(30)
    theirs = sm.GLS(outcome, design, sigma=sigma).fit()
    ours = prais_winsten(design, outcome, time, rho=rho)
    np.testing.assert_allclose(ours.fit.coefficients, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-8)
    assert (ours.df == 26).all()


def test_all_rows_but_the_first_are_those_of_statsmodels_glsar():
    design, outcome = example()
    theirs = sm.GLSAR(outcome, design, rho=0.5)
    ours = prais_winsten(design, outcome, rho=0.5).fit
    np.testing.assert_allclose(ours.design[1:], theirs.wexog, atol=1e-12)
    # Prais-Winsten keeps the first row, which Cochrane-Orcutt and GLSAR drop
    np.testing.assert_allclose(ours.design[0], design[0] * np.sqrt(1 - 0.25), atol=1e-12)


def minus_twice_restricted(design, outcome, time, rho):
    n, k = design.shape
    sigma = rho ** np.abs(time[:, None] - time)
    inverse = np.linalg.inv(sigma)
    inner = design.T @ inverse @ design
    left = outcome - design @ np.linalg.solve(inner, design.T @ inverse @ outcome)
    return (
        (n - k) * np.log(left @ inverse @ left)
        + np.linalg.slogdet(sigma)[1]
        + np.linalg.slogdet(inner)[1]
    )


@pytest.mark.parametrize("time", [np.arange(30.0), HOLES])
def test_the_correlation_is_that_of_the_largest_restricted_likelihood(time):
    design, outcome = example(seed=3)
    ours = prais_winsten(design, outcome, time)
    best = optimize.minimize_scalar(
        lambda rho: minus_twice_restricted(design, outcome, time, rho),
        bounds=(0.01, 0.99),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert ours.rho == pytest.approx(best.x, abs=1e-5)
    assert not ours.at_the_edge


def test_degrees_of_freedom_fall_where_the_correlation_is_uncertain():
    design, outcome = example(n=200, rho=0.5)
    long = prais_winsten(design, outcome)
    short = prais_winsten(*example(n=24, rho=0.5))
    assert (short.df <= 20).all()
    assert (short.df >= 1).all()
    assert long.df[2] > short.df[2]


def test_satterthwaite_by_the_curvature_of_the_full_likelihood():
    """Degrees of freedom from a numerical Hessian in (log variance, correlation), nothing shared."""
    design, outcome = example(n=40, seed=6)
    time = np.arange(40.0)
    n, k = design.shape
    ours = prais_winsten(design, outcome)

    def parts(rho):
        sigma = rho ** np.abs(time[:, None] - time) / (1 - rho**2)
        inverse = np.linalg.inv(sigma)
        inner = design.T @ inverse @ design
        left = outcome - design @ np.linalg.solve(inner, design.T @ inverse @ outcome)
        constant = np.linalg.slogdet(sigma)[1] + np.linalg.slogdet(inner)[1]
        return left @ inverse @ left, constant, np.diag(np.linalg.inv(inner))

    def deviance(log_variance, rho):
        left, constant, _ = parts(rho)
        return (n - k) * log_variance + constant + left / np.exp(log_variance)

    at = np.array([np.log(parts(ours.rho)[0] / (n - k)), ours.rho])
    h = 1e-4
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.eye(2)[i] * h, np.eye(2)[j] * h
            hessian[i, j] = (
                deviance(*(at + a + b))
                - deviance(*(at + a - b))
                - deviance(*(at - a + b))
                + deviance(*(at - a - b))
            ) / (4 * h * h)
    spread = 2 * np.linalg.inv(hessian)
    variance = np.exp(at[0])
    value = variance * parts(at[1])[2]
    slope = variance * (parts(at[1] + h)[2] - parts(at[1] - h)[2]) / (2 * h)
    gradient = np.stack([value, slope])
    wanted = 2 * value**2 / np.einsum("ij,il,lj->j", gradient, spread, gradient)
    np.testing.assert_allclose(ours.df, np.clip(wanted, 1, n - k), rtol=1e-2)


def test_durbin_watson_matches_statsmodels():
    residuals = np.random.default_rng(1).normal(size=20)
    assert durbin_watson(residuals) == pytest.approx(their_durbin_watson(residuals))
    assert np.isnan(durbin_watson(np.zeros(3)))


def test_customary_lags():
    assert [newey_west_lag(n) for n in (16, 48, 100, 192)] == [2, 3, 4, 4]


def test_seatbelts_against_statsmodels(shared):
    table = pd.read_csv(shared / "vectors/data/seatbelts.csv")
    result = interrupted_series(table, "lk", "t", 170, covariates=["C(month)", "PetrolPrice"])
    theirs = smf.ols("lk ~ t + law + tpost + C(month) + PetrolPrice", table).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}
    )
    beside = result.beside.set_index("term")
    for ours, name in (("time", "t"), ("level_change", "law"), ("slope_change", "tpost")):
        assert beside.estimate[ours] == pytest.approx(theirs.params[name], rel=1e-8)
        assert beside.std_error[ours] == pytest.approx(theirs.bse[name], rel=1e-8)
    assert result.fit["lag"] == 4
    assert (result.fit["n_before"], result.fit["n_after"]) == (169, 23)
    design = np.column_stack([theirs.model.exog[:, 0], theirs.model.exog[:, 1:]])
    gls = sm.GLS(
        table.lk.to_numpy(),
        design,
        sigma=result.fit["rho"] ** np.abs(np.subtract.outer(np.arange(192), np.arange(192))),
    ).fit()
    at = theirs.model.exog_names.index("law")
    row = result.terms.set_index("term").loc["level_change"]
    assert row.estimate == pytest.approx(gls.params[at], rel=1e-8)
    assert row.std_error == pytest.approx(gls.bse[at], rel=1e-8)


# ---- planted breaks ------------------------------------------------------------------------------


def test_planted_level_and_slope_are_recovered():
    terms = run(months(level=8, slope=0.5, noise=0.5)).terms.set_index("term")
    assert list(terms.index) == list(SERIES_TERMS)
    for term, truth in (("time", 0.1), ("level_change", 8), ("slope_change", 0.5)):
        assert terms.conf_low[term] < truth < terms.conf_high[term]
    assert terms.p_value["level_change"] < 0.001


def test_without_noise_the_planted_numbers_come_back():
    table = months(level=3, slope=-0.25, noise=0)
    table["y"] += 1e-6 * np.random.default_rng(1).normal(size=60)
    terms = run(table).terms.set_index("term").estimate
    np.testing.assert_allclose(terms, [19.9, 0.1, 3, -0.25], atol=1e-5)


def test_a_shock_that_both_series_share_is_not_taken_for_the_policy():
    table = months(noise=0.5)
    shock = 6.0 * (np.arange(60) >= 36)
    table = table.assign(y=table.y + shock, other=table.other + shock)
    alone = run(table).terms.set_index("term")
    beside = run(table, comparison="other")
    compared = beside.terms.set_index("term")
    assert alone.conf_low["level_change"] > 0
    assert compared.conf_low["level_change"] < 0 < compared.conf_high["level_change"]
    # the difference of the series is what is explained: plain least squares on it, by hand
    fit = least_squares(
        segmented_design(np.arange(60), 36), (table.y - table.other).to_numpy(float)
    )
    np.testing.assert_allclose(beside.beside.estimate, fit.coefficients, rtol=1e-9)
    assert "y − other ~ time" in beside.formula


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.01, 1000.0]))
def test_order_of_rows_and_unit_of_the_outcome_do_not_matter(seed, scale):
    table = months(level=2)
    moved = table.sample(frac=1, random_state=seed).assign(y=lambda t: t.y * scale)
    ours, theirs = run(table).terms, run(moved).terms
    np.testing.assert_allclose(ours.estimate * scale, theirs.estimate, rtol=1e-6)
    np.testing.assert_allclose(ours.std_error * scale, theirs.std_error, rtol=1e-5)
    np.testing.assert_allclose(ours.p_value, theirs.p_value, rtol=1e-3, atol=1e-9)


def test_months_and_running_numbers_are_the_same_series():
    table = months(level=2)
    numbered = table.assign(month=np.arange(100, 160))
    ours = run(table)
    theirs = interrupted_series(numbered, "y", "month", 136)
    np.testing.assert_allclose(ours.terms.estimate, theirs.terms.estimate, rtol=1e-12)


def test_left_out_periods_are_told_and_keep_their_distance():
    table = months(level=2)
    holed = table.assign(y=table.y.where(~table.index.isin([5, 6, 50])))
    result = run(holed)
    said = " ".join(one.zh for one in result.remarks if one.rule == "gaps")
    assert "丢弃 3 行：y 缺失" in said
    assert "缺 3 期" in said
    time = np.delete(np.arange(60.0), [5, 6, 50])
    wanted = prais_winsten(segmented_design(time, 36), holed.y.dropna().to_numpy(), time)
    np.testing.assert_allclose(result.terms.estimate, wanted.fit.coefficients, rtol=1e-10)


# ---- what is said --------------------------------------------------------------------------------


def test_what_is_printed_beside():
    result = run(months())
    assert isinstance(result, Estimate)
    assert list(result.terms.columns) == list(TERM_COLUMNS)
    assert any("没有对照序列：无从区分" in sentence for sentence in result.limits)
    assert any("Without a comparison series" in sentence for sentence in result.limits_en)
    compared = run(months(), comparison="other")
    assert any("平行趋势下的效应" in sentence for sentence in compared.limits)
    assert not any("没有对照序列" in sentence for sentence in compared.limits)
    assert read_estimate(result.to_json()).to_json() == result.to_json()
    assert {"size", "detectable", "design", "tests", "p_values"} <= {
        one.rule for one in result.remarks
    }


def test_a_chosen_lag_is_used_and_recorded():
    result = run(months(), lag=6)
    assert result.fit["lag"] == 6
    assert "滞后 6 期" in result.beside.attrs["covariance"]


def test_simulated_input_is_marked():
    result = run(mark_simulated(months()))
    assert result.simulated
    assert result.limits[0].startswith("模拟数据")


# ---- what cannot be estimated, and what cannot be meant ------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.iloc[29:], "之前 7 个"),
        (lambda t: t.iloc[:43], "之后 7 个"),
        (lambda t: t.assign(y=5.0), "没有变化"),
        (lambda t: t.assign(y=np.arange(60.0)), "完全拟合"),
        (lambda t: t.assign(y=t.y.where(t.index != 3, np.inf)), "没有有限的数值"),
        (lambda t: t.assign(y=np.nan), "只有 0 个时期"),
        (lambda t: t.iloc[:1], "只有 1 个时期"),
        (lambda t: t.iloc[::3], "只有 20 期有数据"),
    ],
)
def test_facts_about_the_data_are_reasons(change, reason):
    table = change(months())
    if (
        reason == "只有 20 期有数据"
    ):  # 20 of 60 months: first two together, so that steps stay months
        table = pd.concat([table, months().iloc[[1]]]).drop(index=3)
    result = run(table)
    assert isinstance(result, NotEstimated), str(result)
    assert reason in result.reason
    assert result.reason_en


def test_covariates_that_do_not_vary_or_are_infinite_are_reasons():
    table = months().assign(x=1.0, z=np.arange(60) * 2.0, w=0.0)
    for covariate, reason in (("x", "没有变化"), ("z", "推出"), ("log(w)", "有限")):
        result = run(table, covariates=[covariate])
        assert isinstance(result, NotEstimated)
        assert reason in result.reason


def test_a_comparison_of_two_infinite_series_is_a_reason():
    table = months()
    table.loc[3, ["y", "other"]] = np.inf
    assert isinstance(run(table, comparison="other"), NotEstimated)


def test_a_series_that_wanders_is_refused():
    table = months(n=60, noise=0)
    steps = np.random.default_rng(0).normal(size=60).cumsum().cumsum()
    result = run(table.assign(y=steps * 100))
    assert isinstance(result, NotEstimated)
    assert "随机游走" in result.reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[[7]]]), "several rows in 2018-08"),
        (lambda t: t.assign(month=[f"{m[:4]}年{int(m[5:])}月" for m in t.month]), "年1月"),
        (lambda t: t.assign(month=np.arange(60)), "'2021-01'"),
        (lambda t: t.assign(y=t.y.astype(str)), "numbers written as text"),
        (lambda t: t.drop(columns="month"), "no column 'month'"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        run(change(months()))


def test_arguments_are_checked():
    with pytest.raises(InputError, match="lag"):
        run(months(), lag=-1)
    with pytest.raises(InputError, match="written as the periods"):
        interrupted_series(months(), "y", "month", "2021年1月")
    with pytest.raises(InputError, match="different columns"):
        run(months(), comparison="y")
    fit = least_squares(*example())
    with pytest.raises(InputError, match="lag"):
        newey_west(fit, -1)
    with pytest.raises(InputError, match="later than"):
        newey_west(fit, 1, np.zeros(30))
    with pytest.raises(InputError, match="rho"):
        prais_winsten(*example(), rho=1.0)
    with pytest.raises(InputError, match="whole"):
        prais_winsten(*example(), np.arange(30) / 3)


# ---- the traps -----------------------------------------------------------------------------------


def test_least_squares_and_newey_west_find_breaks_in_nothing():
    """The fact: with errors that follow each other, and 24 periods, both find breaks in noise."""
    random = np.random.default_rng(20260101)
    found = np.zeros(3)
    for _ in range(200):
        errors = random.normal(size=24)
        for at in range(1, 24):
            errors[at] += 0.5 * errors[at - 1]
        design = segmented_design(np.arange(24), 12)
        fit = least_squares(design, errors)
        naive = sm.OLS(errors, design).fit()
        robust = coefficient_tests(fit.coefficients, newey_west(fit, 2), 20)
        ours = prais_winsten(design, errors)
        tested = coefficient_tests(ours.fit.coefficients, ours.covariance, ours.df)
        found += [naive.pvalues[3] < 0.05, robust.p_value[3] < 0.05, tested.p_value[3] < 0.05]
    share = found / 200
    assert share[0] > 0.15
    assert share[1] > 0.15
    assert share[2] < 0.10


def test_statsmodels_reads_a_normal_table_where_we_read_t():
    design, outcome = example(n=20)
    theirs = sm.OLS(outcome, design).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
    fit = least_squares(design, outcome)
    ours = coefficient_tests(fit.coefficients, newey_west(fit, 2), 16)
    assert not theirs.use_t
    assert (ours.p_value > theirs.pvalues).all()


def test_the_small_simulation_runs_and_ranks_the_two():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = sizes_of_series(60)
    values = {row.check: row.value for row in rows}
    assert len(values) == 4
    for n in (24, 48):
        ours = values[f"series of {n}, level change, AR(1) by restricted likelihood"]
        assert ours <= values[f"series of {n}, level change, Newey-West (beside only)"]
        assert ours < 0.15


def test_a_common_level_changes_neither_correlation_nor_degrees_of_freedom():
    design, outcome = example()
    plain = prais_winsten(design, outcome)
    for level in (1e6, 1e8):
        moved = prais_winsten(design, outcome + level)
        assert moved.rho == pytest.approx(plain.rho, abs=1e-5)
        np.testing.assert_allclose(moved.df, plain.df, rtol=1e-3)


def test_what_is_said_of_newey_west_rests_on_its_customary_lag():
    table = months()
    usual = interrupted_series(table, "y", "month", "2021-01")
    chosen = interrupted_series(table, "y", "month", "2021-01", lag=np.int64(12))
    assert any("五分之一" in one for one in usual.limits)
    assert not any("五分之一" in one for one in chosen.limits)
    assert any("滞后 12 期" in one for one in chosen.limits)
    with pytest.raises(InputError, match="lag"):
        interrupted_series(table, "y", "month", "2021-01", lag=True)


def test_errors_that_alternate_are_not_said_to_wander():
    random = np.random.default_rng(1)
    time = np.arange(40)
    table = pd.DataFrame({"t": time, "y": (-1.0) ** time + random.normal(scale=0.01, size=40)})
    result = interrupted_series(table, "y", "t", 20)
    assert isinstance(result, NotEstimated)
    assert "正负交替" in result.reason
    assert "alternate" in result.reason_en


def test_months_written_as_one_number_are_refused():
    table = months().assign(month=lambda t: t.month.str.replace("-", "").astype(int))
    with pytest.raises(InputError, match="2019-12"):
        interrupted_series(table, "y", "month", 202101)


def test_a_high_correlation_is_said_to_leave_the_tests_liberal():
    random = np.random.default_rng(4)
    errors = random.normal(size=80)
    for at in range(1, 80):
        errors[at] += 0.8 * errors[at - 1]
    table = pd.DataFrame({"t": np.arange(80), "y": errors, "calm": random.normal(size=80)})
    high = interrupted_series(table, "y", "t", 40)
    calm = interrupted_series(table, "calm", "t", 40)
    assert high.fit["rho"] > 0.6
    assert any("仍偏松" in one for one in high.limits)
    assert any("not wholly" in one for one in high.limits_en)
    assert not any("仍偏松" in one for one in calm.limits)


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(InputError, match="name of a column"):
        interrupted_series(months(), "y", ["month"], "2021-01")
