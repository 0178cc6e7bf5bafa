"""Beta regression against R's betareg, statsmodels and derivatives; never the headline."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import beta as beta_distribution
from statsmodels.othermod.betareg import BetaModel

from pbgov.errors import InputError
from pbgov.evaluation.estimate import TERM_COLUMNS, Estimate, NotEstimated
from pbgov.evaluation.outcomes.beta import beta_regression
from pbgov.evaluation.regression import regress
from pbgov.inference.outcomes.beta import beta_regression as fit_beta_regression
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.marks import mark_simulated

CASES = {
    "gasoline_const_phi": ("GasolineYield", None),
    "gasoline_phi_temp": ("GasolineYield", "temp"),
    "food_const_phi": ("FoodExpenditure", None),
    "food_phi_persons": ("FoodExpenditure", "persons"),
}


def arrays(seed=1, n=60):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    mean = expit(1.0 + 0.5 * x)
    return np.column_stack([np.ones(n), x]), random.beta(30 * mean, 30 * (1 - mean))


def districts(seed=1, n=20):
    design, rates = arrays(seed, n)
    return pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(n)],
            "占比": design[:, 1],
            "人数": np.random.default_rng(seed).integers(50, 500, n),
            "满意率": rates,
        }
    )


@pytest.mark.parametrize("case", list(CASES))
def test_gasoline_and_food_match_betareg(shared, case):
    name, precision = CASES[case]
    path = shared / "vectors/v05_beta_regression.json"
    expected = json.loads(path.read_text("utf-8"))["models"][case]["expected"]
    table = pd.read_csv(shared / f"vectors/data/{name}.csv")
    if name == "GasolineYield":
        table = table.rename(columns={"yield": "gasoline"})
        formula = "gasoline ~ C(batch, Treatment(10)) + temp"
    else:
        formula = "I(food / income) ~ income + persons"
    result = beta_regression(table, formula, precision, allow_regressors=10, permutations=9)
    assert isinstance(result, Estimate), str(result)
    wanted, wanted_errors = (np.array(list(expected[one].values())) for one in ("coef", "se"))
    np.testing.assert_allclose(result.terms.estimate, wanted, rtol=1e-4)
    np.testing.assert_allclose(result.terms.std_error, wanted_errors, rtol=5e-3)
    assert result.fit["log_likelihood"] == pytest.approx(expected["loglik"], abs=1e-6)
    assert result.fit["pseudo_r2"] == pytest.approx(expected["pseudo_r2"], rel=1e-4)
    tail = ["(phi)"] if precision is None else ["(phi) Intercept", f"(phi) {precision}"]
    assert list(result.terms.term[-len(tail) :]) == tail


def test_coefficients_match_statsmodels_whose_errors_are_of_the_observed_information():
    design, rates = arrays(n=200)
    ours = fit_beta_regression(design, rates)
    theirs = BetaModel(rates, design).fit(method="newton", maxiter=200, disp=0)
    np.testing.assert_allclose(ours.coefficients, theirs.params[:2], rtol=1e-5)
    assert np.log(ours.phi) == pytest.approx(theirs.params[2], rel=1e-5)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-9)


def test_the_likelihood_is_the_beta_density_and_its_summit_is_flat():
    design, rates = arrays()
    precision = np.column_stack([np.ones(60), np.linspace(-1, 1, 60)])
    fit = fit_beta_regression(design, rates, precision)

    def value(parameters):
        mean = expit(design @ parameters[:2])
        phi = np.exp(precision @ parameters[2:])
        return beta_distribution.logpdf(rates, mean * phi, (1 - mean) * phi).sum()

    at = np.concatenate([fit.coefficients, fit.precision_coefficients])
    assert fit.log_likelihood == pytest.approx(value(at), rel=1e-12)
    step = 1e-5 * np.eye(4)
    slopes = [(value(at + one) - value(at - one)) / 2e-5 for one in step]
    np.testing.assert_allclose(slopes, 0, atol=1e-4)


def test_the_expected_information_is_the_mean_of_the_observed_one():
    design, rates = arrays(n=400)
    fit = fit_beta_regression(design, rates)
    random = np.random.default_rng(0)
    at = np.append(fit.coefficients, np.log(fit.phi))
    a, b = fit.fitted * fit.phi, (1 - fit.fitted) * fit.phi
    step, scores = 1e-4 * np.eye(3), []
    for _ in range(2_000):  # the information is the variance of the score where the model is true
        drawn = random.beta(a, b)

        def value(parameters, drawn=drawn):
            mean, phi = expit(design @ parameters[:2]), np.exp(parameters[2])
            return beta_distribution.logpdf(drawn, mean * phi, (1 - mean) * phi).sum()

        scores.append([(value(at + one) - value(at - one)) / 2e-4 for one in step])
    spread = np.std(scores, axis=0)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(np.linalg.inv(fit.covariance))), rtol=0.08)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), stretch=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_scale_order_and_direction_change_nothing(seed, stretch, shift):
    design, rates = arrays(seed)
    fit = fit_beta_regression(design, rates)
    order = np.random.default_rng(seed).permutation(len(rates))
    other = fit_beta_regression((design * [1, stretch] + [0, shift])[order], rates[order])
    assert other.coefficients[1] * stretch == pytest.approx(fit.coefficients[1], rel=1e-5)
    assert other.phi == pytest.approx(fit.phi, rel=1e-5)
    mirrored = fit_beta_regression(design, 1 - rates)
    assert mirrored.coefficients == pytest.approx(-fit.coefficients, rel=1e-5, abs=1e-7)


def test_the_verb_says_that_it_is_no_headline():
    table = districts()
    result = beta_regression(table, "满意率 ~ 占比", unit_name="区")
    assert list(result.terms.columns) == list(TERM_COLUMNS)
    assert any("敏感性" in zh and "9% 到 10%" in zh for zh in result.limits)
    assert any("never the headline" in en for en in result.limits_en)
    linear = regress(table, "满意率 ~ 占比", unit_name="区")
    assert result.terms.p_permutation.iloc[1] == linear.terms.p_permutation.iloc[1]
    assert np.isinf(result.terms.df).all()
    assert (result.beside.df == 17).all()
    assert (result.beside.p_value[:2] > result.terms.p_value[:2]).all()
    assert result.terms.loc[2, ["p_value", "minimum_detectable"]].isna().all()
    again = beta_regression(table.sample(frac=1, random_state=1), "满意率 ~ 占比", unit_name="区")
    assert again.to_json() == result.to_json()
    assert beta_regression(mark_simulated(table), "满意率 ~ 占比").simulated


def test_the_precision_has_the_rows_of_the_mean():
    table = districts()
    table.loc[4, "人数"] = np.nan
    result = beta_regression(table, "满意率 ~ 占比", "log(人数)", unit_name="区")
    kept = table.dropna()
    by_hand = fit_beta_regression(
        np.column_stack([np.ones(19), kept["占比"]]),
        kept["满意率"].to_numpy(),
        np.column_stack([np.ones(19), np.log(kept["人数"])]),
    )
    ours = result.terms.estimate.to_numpy()
    np.testing.assert_allclose(ours[:2], by_hand.coefficients, rtol=1e-5)
    np.testing.assert_allclose(ours[2:], by_hand.precision_coefficients, rtol=1e-4)
    assert any("110104" in sentence for sentence in result.limits)
    assert result.formula == "满意率 ~ 占比 | log(人数)"


@pytest.mark.parametrize(
    ("change", "precision", "reason"),
    [
        (lambda t: t.assign(满意率=[1.0, *t["满意率"][1:]]), None, "有 1 行的比率恰为 0 或 1"),
        (lambda t: t.assign(满意率=[0.0, *t["满意率"][1:]]), None, "fractional_logit"),
        (lambda t: t.assign(满意率=0.8), None, "没有变化"),
        (lambda t: t.assign(满意率=expit(t["占比"])), None, "没有上界"),
        (lambda t: t.assign(占比=np.inf), None, "有限的数值"),
        (lambda t: t.head(12), None, "含精度"),
        (lambda t: t.assign(人数=7), "人数", "没有变化"),
        (lambda t: t.assign(人数=0), "log(人数)", "有限的数值"),
    ],
)
def test_what_the_data_cannot_carry_is_not_estimated(change, precision, reason):
    result = beta_regression(change(districts()), "满意率 ~ 占比", precision)
    assert isinstance(result, NotEstimated)
    assert reason in result.reason
    assert result.reason_en


def test_misuse_is_an_error():
    design, rates = arrays()
    with pytest.raises(InputError, match="a beta distribution has no 1"):
        fit_beta_regression(design, np.append(rates[:-1], 1.0))
    with pytest.raises(InputError, match="linear combination"):
        fit_beta_regression(np.column_stack([design, design[:, 1]]), rates)
    with pytest.raises(InputError, match="divide percentages"):
        beta_regression(districts().assign(满意率=lambda t: 100 * t["满意率"]), "满意率 ~ 占比")
    exact = expit(design @ [0.3, 0.4])
    assert isinstance(fit_beta_regression(design, exact), NoMaximum)


@pytest.mark.parametrize(
    ("stretch", "far"), [(1, 2020), (1, 1e8), (1e-8, 0), (1e-150, 0), (1e8, 0)]
)
def test_a_tiny_or_a_far_column_keeps_its_coefficient(stretch, far):
    design, rates = arrays()
    near = fit_beta_regression(design, rates)
    moved = np.column_stack([design[:, 0], design[:, 1] * stretch + far])
    away = fit_beta_regression(moved, rates)
    assert away.coefficients[1] * stretch == pytest.approx(near.coefficients[1], rel=1e-6)
    errors = [np.sqrt(fit.covariance[1, 1]) for fit in (away, near)]
    assert errors[0] * stretch == pytest.approx(errors[1], rel=1e-6)
    assert away.log_likelihood == pytest.approx(near.log_likelihood, rel=1e-7)
