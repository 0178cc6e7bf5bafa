"""Regression and configurations read side by side: every branch of the rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.configurations.joint import read_jointly
from pbgov.evaluation.configurations.solutions import minimize_sets
from pbgov.evaluation.configurations.truth import truth_table
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.inference.sets.noise import NoiseBenchmark
from pbgov.marks import mark_simulated

CLEAR = NoiseBenchmark(0.9, 0.01, 999, exact=False, share_with_solution=0.9)
NO_MATTER = NotEstimated("Y ~ A", 3, "只有 3 行。", "3 rows.", simulated=False)


def table_of(rule, n_copies=2):
    """All combinations of three conditions, each twice, with the outcome the rule gives."""
    rows = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)] * n_copies
    table = pd.DataFrame(rows, columns=list("ABC"), dtype=float)
    table["Y"] = [float(rule(*row)) for row in rows]
    return table


def solve(table, include="conservative", conditions="ABC", benchmark=CLEAR, **settings):
    made = minimize_sets(
        truth_table(table, "Y", list(conditions), allow_conditions=5, **settings),
        include=include,
        draws=9,
    )
    return replace(made, benchmark=benchmark)


@pytest.fixture(scope="module")
def estimate():
    """A regression on sixteen rows, whose one term is set as the test needs it."""
    random = np.random.default_rng(3)
    table = pd.DataFrame({"A": random.random(16), "Y": random.random(16)})
    return regress(table, "Y ~ A")


def with_term(estimate, coefficient, p, p_permutation, term="A"):
    terms = estimate.terms.copy()
    row = terms["term"] == "A"
    terms.loc[row, ["estimate", "p_value", "p_permutation"]] = [coefficient, p, p_permutation]
    terms.loc[row, "term"] = term
    return replace(estimate, terms=terms)


def verdict(estimates, solution, **settings):
    made = read_jointly(estimates, solution, **settings)
    row = made.table.iloc[0]
    assert row["reason"]
    assert row["reason_en"]
    return row


AND = table_of(lambda a, b, c: a and b)


@pytest.mark.parametrize(
    ("coefficient", "rule", "expected", "sign"),
    [
        (0.5, lambda a, b, c: a and b, "agree", "+"),
        (-0.5, lambda a, b, c: a and b, "disagree", "+"),
        (-0.5, lambda a, b, c: not a and b, "agree", "-"),
        (0.5, lambda a, b, c: not a and b, "disagree", "-"),
        (0.5, lambda a, b, c: b and c, "disagree", "not in it"),
    ],
)
def test_signs_that_both_show(estimate, coefficient, rule, expected, sign):
    found = verdict({"A": with_term(estimate, coefficient, 0.01, 0.02)}, solve(table_of(rule)))
    assert (found["verdict"], found["configurations"]) == (expected, sign)
    assert found["regression"] == ("+" if coefficient > 0 else "-")
    assert (found["n_models_with"], found["n_models"]) == (int(sign != "not in it"), 1)


@pytest.mark.parametrize(
    ("p", "p_permutation", "said"),
    [
        (0.3, 0.4, "cannot be told from zero"),
        (0.05, 0.05, "cannot be told from zero"),
        (0.01, 0.06, "the two tests of the regression differ"),
        (0.2, 0.04, "the two tests of the regression differ"),
        (np.nan, 0.3, "cannot be told from zero"),
        (np.nan, np.nan, "no p value"),
    ],
)
def test_a_coefficient_that_cannot_be_told_from_zero_says_nothing(estimate, p, p_permutation, said):
    for rule in (lambda a, b, c: a and b, lambda a, b, c: b and c):
        found = verdict({"A": with_term(estimate, 0.5, p, p_permutation)}, solve(table_of(rule)))
        assert found["verdict"] == "cannot tell"
        assert said in found["reason_en"]


def test_a_permutation_p_alone_is_enough_where_the_sandwich_was_refused(estimate):
    found = verdict({"A": with_term(estimate, 0.5, np.nan, 0.03)}, solve(AND))
    assert found["verdict"] == "agree"


def test_a_solution_that_noise_gives_too_says_nothing(estimate):
    noisy = replace(CLEAR, p_value=0.0501)
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, solve(AND, benchmark=noisy))
    assert found["verdict"] == "cannot tell"
    assert "cannot be told from noise" in found["reason_en"]
    edge = replace(CLEAR, p_value=0.05)
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, solve(AND, benchmark=edge))
    assert found["verdict"] == "agree"


def test_a_condition_with_both_signs(estimate):
    both = solve(table_of(lambda a, b, c: (a and b) or (not a and c)))
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, both)
    assert (found["verdict"], found["configurations"]) == ("cannot tell", "both")
    assert "present in some terms and absent in others" in found["reason_en"]


def test_both_signs_across_tied_models_count_as_well(estimate):
    # rows 101 and 010 have the outcome, 000 and 111 have it not, the others were not seen: the
    # parsimonious models differ, A*~B or A*~C or ~B*C for the first and so on
    rows = pd.DataFrame(
        [(1, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 0), (1, 1, 1, 0)] * 4,
        columns=[*"ABC", "Y"],
        dtype=float,
    )
    tied = solve(rows, include="parsimonious")
    assert len(tied.models) > 1
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, tied)
    assert (found["verdict"], found["configurations"]) == ("cannot tell", "both")


def test_tied_models_that_differ_on_a_condition(estimate):
    # 11 has the outcome, 00 has it not: A or B, which the data cannot tell
    rows = pd.DataFrame([(1, 1, 1), (0, 0, 0)] * 8, columns=[*"AB", "Y"], dtype=float)
    rows.loc[0, "A"], rows.loc[1, "A"] = 0.9, 0.1  # so that the two are not the same column
    tied = solve(rows, include="parsimonious", conditions="AB")
    assert len(tied.models) == 2
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, tied)
    assert (found["verdict"], found["configurations"]) == ("cannot tell", "some models")
    assert (found["n_models_with"], found["n_models"]) == (1, 2)


def test_a_negated_outcome_and_falling_anchors_turn_the_sign(estimate):
    negated = solve(AND, negate=True)  # ~A + ~B: absence goes with absence
    positive = with_term(estimate, 0.5, 0.01, 0.01)
    assert verdict({"A": positive}, negated)["verdict"] == "agree"
    found = verdict({"A": positive}, solve(AND), falling=["A"])
    assert (found["verdict"], found["regression"]) == ("disagree", "-")
    assert "turned" in found["reason_en"]


def test_different_numbers_of_cases_are_no_common_table(estimate):
    other = replace(with_term(estimate, 0.5, 0.01, 0.01), n=15, n_units=15)
    found = verdict({"A": other}, solve(AND))
    assert found["verdict"] == "cannot tell"
    assert "15 cases in the regression and 16" in found["reason_en"]


def test_what_was_not_estimated_is_handed_on(estimate):
    found = verdict({"A": NO_MATTER}, solve(AND))
    assert (found["verdict"], found["regression"]) == ("cannot tell", "none")
    assert "3 rows" in found["reason_en"]
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, NO_MATTER)
    assert (found["verdict"], found["configurations"]) == ("cannot tell", "none")
    assert "no solution: 3 rows" in found["reason_en"]


def test_a_condition_of_three_values_has_no_sign(estimate):
    rows = pd.DataFrame({"A": [0.0, 1, 2, 2] * 4, "B": [0.0, 0, 1, 1] * 4})
    rows["Y"] = (rows["A"] == 2).astype(float)
    several = solve(rows, conditions="AB", levels={"A": 3})
    found = verdict({"A": with_term(estimate, 0.5, 0.01, 0.01)}, several)
    assert (found["verdict"], found["configurations"]) == ("cannot tell", "several values")


def test_the_family_is_counted_and_corrected(estimate):
    one, two = with_term(estimate, 0.5, 0.04, 0.01), with_term(estimate, 0.5, 0.03, 0.045)
    made = read_jointly({"A": one, "B": two, "C": NO_MATTER}, solve(AND))
    # the larger p of each is .04 and .045; Holm: 2 × .04 and max(.08, .045)
    assert made.table["p_holm"].tolist() == pytest.approx([0.08, 0.08, np.nan], nan_ok=True)
    remark = next(one for one in made.remarks if one.rule == "family")
    assert "2 coefficients" in remark.en
    assert "A, B no longer" in remark.en


def test_a_planted_path_is_read_from_the_data_themselves():
    random = np.random.default_rng(20)
    table = pd.DataFrame(random.random((16, 3)), columns=list("ABC"))
    table["Y"] = np.clip(0.9 * table["A"] + random.normal(0, 0.04, 16), 0, 1)
    solution = minimize_sets(truth_table(table, "Y", list("ABC"), pri_cut=0.5), draws=999)
    estimates = {name: regress(table, f"Y ~ {name}") for name in "ABC"}
    made = read_jointly(estimates, solution).table.set_index("condition")
    assert made.loc["A", "verdict"] == "agree"
    assert made.loc["A", "regression"] == "+"
    assert set(made["verdict"]) <= {"agree", "cannot tell", "disagree"}
    assert not (made.loc[["B", "C"], "verdict"] == "agree").any()


def test_terms_and_conditions_are_matched_by_name(estimate):
    other = with_term(estimate, 0.5, 0.01, 0.01, term="mode_a")
    assert verdict({"A": other}, solve(AND))["verdict"] == "agree"
    two = replace(other, terms=pd.concat([other.terms, other.terms.assign(term="mode_b")]))
    with pytest.raises(InputError, match="mode_a, mode_b"):
        read_jointly({"A": two}, solve(AND))
    with pytest.raises(InputError, match="no condition"):
        read_jointly({"Z": other}, solve(AND))
    with pytest.raises(InputError, match="falling names"):
        read_jointly({"A": other}, solve(AND), falling=["B"])
    with pytest.raises(InputError, match="empty"):
        read_jointly({}, solve(AND))
    with pytest.raises(InputError, match="takes a solution"):
        read_jointly({"A": other}, AND)
    with pytest.raises(InputError, match="is a float"):
        read_jointly({"A": 0.5}, solve(AND))


def test_both_languages_and_the_mark(estimate):
    made = read_jointly({"A": with_term(estimate, 0.5, 0.01, 0.02)}, solve(AND))
    assert "一致" in made.render("zh")
    assert "agree" in made.render("en")
    assert len(made.limits) == len(made.limits_en) == len(made.remarks)
    assert not made.simulated
    marked = read_jointly({"A": with_term(estimate, 0.5, 0.01, 0.02)}, solve(mark_simulated(AND)))
    assert marked.simulated
    assert marked.remarks[0].rule == "simulated"
