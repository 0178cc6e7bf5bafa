"""How sure a statement of the report is graded: by rules, never above 中 for an association."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.reporting.chapters.main_claims import beats_guessing, grade, printed_p


def estimate(slope: float, p: float, p_permutation: float) -> Estimate:
    terms = pd.DataFrame(
        {
            "term": ["Intercept", "x"],
            "estimate": [1.0, slope],
            "std_error": 1.0,
            "df": 8.0,
            "statistic": 1.0,
            "p_value": [0.5, p],
            "conf_low": -1.0,
            "conf_high": 1.0,
            "p_permutation": [np.nan, p_permutation],
            "n_permutations": 999,
        }
    )
    return Estimate(
        formula="y ~ x",
        outcome="y",
        terms=terms,
        n=64,
        n_units=16,
        unit_name="区",
        method="区间回归",
        covariance="CR1",
        beside=terms,
        fit={"n_exact": 32.0},
        remarks=(),
        simulated=False,
        inputs_digest="",
        seed=1,
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (estimate(-3, 0.01, 0.02), estimate(-4, 0.03, 0.01), "中"),
        (estimate(-3, 0.40, 0.30), estimate(-4, 0.20, 0.60), "中"),
        (estimate(-3, 0.067, 0.035), estimate(-4, 0.01, 0.01), "低"),  # the two tests disagree
        (estimate(-3, 0.01, 0.02), estimate(-4, 0.20, 0.30), "低"),  # the wider model disagrees
        (estimate(-3, 0.01, 0.02), estimate(+4, 0.01, 0.02), "低"),  # the sign turns
    ],
)
def test_an_association_is_graded_by_whether_tests_and_models_agree(first, second, expected):
    confidence, reason = grade(first, [second, None], "x")
    assert confidence == expected
    assert "16 个区" in reason


def test_a_refused_p_does_not_count_as_agreement_or_disagreement():
    refused = estimate(-3, np.nan, 0.02)
    assert grade(refused, [NotEstimated("", 0, "", "", simulated=False)], "x")[0] == "中"
    assert grade(replace(refused), [estimate(-3, 0.20, 0.30)], "x")[0] == "低"


@pytest.mark.parametrize(
    ("wilson_low", "boot_low", "majority", "better"),
    [(0.60, 0.55, 0.40, True), (0.60, 0.35, 0.40, False), (0.35, 0.60, 0.40, False)],
)
def test_a_coder_beats_guessing_only_with_both_intervals(wilson_low, boot_low, majority, better):
    row = pd.Series({"wilson_low": wilson_low, "boot_low": boot_low, "majority_accuracy": majority})
    assert beats_guessing(row) is better


def test_p_is_printed_with_its_sign_and_never_as_zero():
    assert printed_p(0.0314) == "= 0.031"
    assert printed_p(0.0) == "<0.001"
    assert printed_p(0.0, 99) == "<0.010"
    assert printed_p(0.9999) == ">0.999"
