"""Grades: by the table of rules, monotone in every fact, never above 中 for a few districts."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import NO_GOLD
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import Remark
from pbgov.exhibits.stars import LEAST_UNITS
from pbgov.reporting.claims.grade_rules import RULES, grade
from pbgov.reporting.claims.grades import ORDER, Agreement, Facts
from pbgov.reporting.claims.grading import (
    agreement_of,
    grade_agreement,
    grade_count,
    grade_estimate,
    grade_result,
    grade_share,
)
from pbgov.reporting.claims.numbers import unbound_numbers
from pbgov.reporting.claims.passages import passages_of
from pbgov.reporting.report import Claim, Report

BEST = Agreement(200, True, 0.9, 0.85, 0.94)
# each fact, from the best value to the worst
WORSE = {
    "n_units": [340, 64, LEAST_UNITS, 16, 12, 11, 0, None],
    "tests_agree": [True, None, False],
    "tested": [True, False],
    "specifications_agree": [True, None, False],
    "sign_without_one": [True, None, False],
    "same_sign": [1.0, 0.95, 0.94, 0.80, 0.5, 0.0],
    "declared": [True, False],
    "rests_on_codes": [False, True],
    "agreement": [BEST, replace(BEST, n=99), replace(BEST, n=29), replace(BEST, beats_guessing=False), None],
    "corrected": [True, False],
    "documents": [50, 5, 4, 2, 1, 0],
    "practices": [300, 30, 29, 10, 9, 0],
    "checked": [True, False],
    "unread": [0.0, 0.01, 0.5, 0.51, 1.0],
    "simulated": [False, True],
}  # fmt: skip


def test_every_fact_has_its_order():
    assert set(WORSE) == {one.name for one in fields(Facts)} - {"about", "unit_name"}


@given(st.data(), st.sampled_from(["count", "share", "agreement", "association"]))
@settings(max_examples=600, deadline=None)
def test_worsening_a_fact_never_raises_a_grade(data, about):
    places = {name: data.draw(st.integers(0, len(values) - 1)) for name, values in WORSE.items()}
    name = data.draw(
        st.sampled_from([one for one in WORSE if places[one] < len(WORSE[one]) - 1] or list(WORSE))
    )
    facts = Facts(about, **{one: WORSE[one][place] for one, place in places.items()})
    worse = replace(facts, **{name: WORSE[name][min(places[name] + 1, len(WORSE[name]) - 1)]})
    assert ORDER.index(grade(worse).level) <= ORDER.index(grade(facts).level), name
    graded = grade(facts)
    assert graded.level == min(
        (one.at_most for one in graded.reasons), key=ORDER.index, default="高"
    )


@given(st.integers(0, LEAST_UNITS - 1))
@settings(max_examples=60, deadline=None)
def test_an_association_among_few_units_is_never_above_the_middle(n):
    best = Facts(
        "association", n_units=n, tests_agree=True, specifications_agree=True,
        sign_without_one=True, same_sign=1.0, declared=True,
    )  # fmt: skip
    assert grade(best).level != "高"
    assert grade(replace(best, n_units=LEAST_UNITS)).level == "高"


def test_every_rule_can_hold_a_grade_down():
    held = set()
    for about in ("count", "share", "agreement", "association"):
        facts = Facts(about, **{name: values[-1] for name, values in WORSE.items()})
        held |= {reason.rule for reason in grade(facts).reasons if reason.at_most != "高"}
    assert held == {rule.__name__.lstrip("_") for rule in RULES}


def test_reasons_are_one_sentence_and_what_holds_down_stands_first():
    graded = grade(Facts("association", n_units=16, tests_agree=False, declared=True))
    assert graded.reasons[0].rule == "tests"
    assert graded.zh.endswith("。")
    assert graded.zh.count("。") == 1
    assert "只有 16 个区" in graded.zh
    assert "16 units" in graded.en
    assert graded.en[0].isupper()


@pytest.mark.parametrize("bad", [{"unread": 1.2}, {"same_sign": -0.1}, {"documents": -1}])
def test_impossible_facts_are_refused(bad):
    with pytest.raises(InputError):
        Facts("share", **bad)


# ---- estimates ----------------------------------------------------------------------------------


def estimate(slope=-3.0, p=0.01, p_permutation=0.02, **changes):
    terms = pd.DataFrame(
        {
            "term": ["Intercept", "x"], "estimate": [1.0, slope], "std_error": 1.0, "df": 8.0,
            "statistic": 1.0, "p_value": [0.5, p], "conf_low": -1.0, "conf_high": 1.0,
            "p_permutation": [np.nan, p_permutation], "n_permutations": 999,
        }
    )  # fmt: skip
    plain = {
        "formula": "y ~ x", "outcome": "y", "terms": terms, "n": 64, "n_units": 16,
        "unit_name": "区", "method": "区间回归", "covariance": "CR1", "beside": terms, "fit": {},
        "remarks": (), "simulated": False, "inputs_digest": "", "seed": 1,
    }  # fmt: skip
    return Estimate(**{**plain, **changes})


REFUSED = NotEstimated("y ~ x", 3, "只有 3 个区", "only 3 districts", simulated=False)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (estimate(-3, 0.01, 0.02), estimate(-4, 0.03, 0.01), "中"),
        (estimate(-3, 0.40, 0.30), estimate(-4, 0.20, 0.60), "中"),
        (estimate(-3, 0.067, 0.035), estimate(-4, 0.01, 0.01), "低"),  # the two tests disagree
        (estimate(-3, 0.01, 0.02), estimate(-4, 0.20, 0.30), "低"),  # the wider model disagrees
        (estimate(-3, 0.01, 0.02), estimate(+4, 0.01, 0.02), "低"),  # the sign turns
        (estimate(-3, np.nan, 0.02), REFUSED, "中"),  # a refused p neither agrees nor disagrees
        (estimate(-3, np.nan, 0.02), estimate(-3, 0.20, 0.30), "低"),
        (estimate(-3, np.nan, np.nan), None, "低"),
    ],
)
def test_an_estimate_is_graded_by_its_tests_and_the_other_models(first, second, expected):
    assert grade_estimate(first, [second, None]).level == expected


def test_with_all_facts_for_it_a_large_sample_is_graded_high():
    influence = pd.DataFrame({"term": ["x"], "sign_changes": [False]})
    sure = estimate(n_units=340, declared=True, influence=influence)
    assert grade_estimate(sure, [estimate(-2)], same_sign=0.99).level == "高"
    turning = replace(sure, influence=influence.assign(sign_changes=True))
    assert grade_estimate(turning, [estimate(-2)], same_sign=0.99).level == "低"
    assert (
        grade_estimate(replace(sure, declared=False), [estimate(-2)], same_sign=0.99).level == "中"
    )
    assert (
        grade_estimate(replace(sure, simulated=True), [estimate(-2)], same_sign=0.99).level == "中"
    )


def test_codes_count_by_their_agreement_and_correction():
    one, others = estimate(), [estimate(-2)]
    assert grade_estimate(one, others, agreement=BEST, corrected=True).level == "中"
    assert grade_estimate(one, others, agreement=BEST).level == "低"
    assert grade_estimate(one, others, rests_on_codes=True, corrected=True).level == "低"
    told = one.with_remarks(Remark("coding", f"{NO_GOLD}。", "No correction possible."))
    assert grade_estimate(told, others, agreement=BEST, corrected=True).level == "低"


def test_that_nothing_can_be_estimated_is_sure():
    graded = grade_estimate(REFUSED)
    assert graded.level == "高"
    assert "只有 3 个区" in graded.zh


def test_the_term_must_be_told_and_there():
    wide = estimate().terms.assign(term=["x", "z"])
    with pytest.raises(InputError, match="term="):
        grade_estimate(estimate(terms=wide))
    with pytest.raises(InputError, match="not in"):
        grade_estimate(estimate(), term="w")


# ---- counts, shares, agreement ------------------------------------------------------------------


def test_counts_shares_and_agreement():
    assert grade_count(documents=5, checked=True).level == "高"
    assert grade_count(documents=5).level == "中"
    assert grade_count(documents=1, checked=True).level == "低"
    assert grade_count(checked=True, simulated=True).level == "中"
    assert grade_share(agreement=None).level == "低"
    assert grade_share(agreement=BEST, documents=9, practices=90).level == "中"
    assert grade_share(agreement=BEST, documents=9, practices=90, unread=0.6).level == "低"
    assert grade_agreement(BEST).level == "高"
    assert grade_agreement(replace(BEST, upper_bound=True)).level == "低"


@pytest.mark.parametrize(
    ("wilson_low", "boot_low", "majority", "better"),
    [(0.60, 0.55, 0.40, True), (0.60, 0.35, 0.40, False), (0.35, 0.60, 0.40, False)],
)
def test_a_coder_beats_guessing_only_with_both_intervals(wilson_low, boot_low, majority, better):
    row = {
        "n": 25, "accuracy": 0.88, "wilson_low": wilson_low, "wilson_high": 0.95,
        "boot_low": boot_low, "majority_accuracy": majority,
    }  # fmt: skip
    told = agreement_of(pd.Series(row))
    assert told.beats_guessing is better
    assert "25 段" in grade_agreement(told).zh


def test_a_grade_is_a_result_and_its_reasons_need_no_binding():
    graded = grade_estimate(estimate())
    made = grade_result("assess.x", graded)
    assert (made.result_id, made.printed, made.meaning) == ("assess.x.grade", "中", graded.zh)
    report = Report("题", "", (Claim("有关。", "真实", graded.level, graded.prose),))
    reason = passages_of(report)[-1]
    assert reason.text == graded.zh
    assert unbound_numbers(reason) == []
