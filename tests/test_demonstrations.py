"""The demonstrations of notebook 06: what they plant is there, and they are marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import pbgov
from pbgov.errors import InputError
from pbgov.evaluation.demonstrations import (
    false_findings,
    scan_of_nothing,
    simulate_coded_streets,
)


def test_default_errors_reject_as_often_as_statsmodels_does():
    random = np.random.default_rng(5)
    rejected = 0
    for _ in range(200):
        score = random.lognormal(sigma=0.8, size=16)
        outcome = random.normal(size=16) * (1 + score)
        fit = sm.OLS(outcome, sm.add_constant(score)).fit(cov_type="HC1")
        rejected += fit.pvalues[1] < 0.05
    table = false_findings(draws=200, seed=5).set_index("way")
    assert table.rejected["默认"] == rejected / 200
    assert table.rejected["默认"] > 0.2
    assert table.rejected["本工作台"] < 0.1
    assert pbgov.is_simulated(table)


def test_a_scan_of_nothing_finds_something_as_often_as_independent_tests_do():
    found = scan_of_nothing(draws=4_000, seed=3)
    assert found.any_found == pytest.approx(1 - 0.95**12, abs=0.04)
    p = [sm.OLS(found.table["模拟结果"], sm.add_constant(found.table[name])).fit().pvalues.iloc[1]
         for name in found.terms]  # fmt: skip
    assert min(p) < 0.05
    assert len(found.formulas) == 12
    assert pbgov.is_simulated(found.table)


def test_errors_of_the_machine_go_with_the_rate_and_nothing_else_does():
    tables = [simulate_coded_streets(n_streets=3_000, hand_coded=3_000, seed=s) for s in range(4)]
    streets = pd.concat(tables)
    truth, machine, rate = (
        streets[name] for name in ("模拟人工编码", "模拟机器编码", "模拟满意率")
    )
    assert abs(np.corrcoef(truth, rate)[0, 1]) < 0.05
    assert (truth == machine).mean() == pytest.approx(0.85, abs=0.02)
    wrongly_yes = (machine == 1) & (truth == 0)
    assert rate[wrongly_yes].mean() > rate[(machine == 0) & (truth == 0)].mean() + 0.01
    few = simulate_coded_streets(seed=1)
    assert few["模拟人工编码"].notna().sum() == 100
    assert few["inclusion_probability"].unique() == pytest.approx([100 / 340])
    assert pbgov.is_simulated(few)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="need four units"):
        false_findings(n_units=3, seed=1)
    with pytest.raises(InputError, match="need four units and one"):
        scan_of_nothing(regressors=0, seed=1)
    with pytest.raises(InputError, match="no more hand codes than streets"):
        simulate_coded_streets(hand_coded=500, seed=1)
