"""Robustness of a solution: anchors, cut-offs and cases moved one at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.configurations.calibrating import calibrate
from pbgov.evaluation.configurations.robustness import solution_robustness
from pbgov.evaluation.configurations.solutions import minimize_sets
from pbgov.evaluation.configurations.truth import truth_table
from pbgov.marks import mark_simulated

# up to 3 a case is out of A, from 4 it is in; Y goes with A whatever B is
RAW = pd.DataFrame(
    {"A": [1.0, 2, 3, 4, 5, 6], "B": [1.0, 0, 1, 0, 1, 0], "Y": [0.0, 0, 0, 1, 1, 1]},
    index=list("uvwxyz"),
)
CRISP = {
    "A": {"method": "crisp", "anchors": 3.5},
    "B": {"method": "crisp", "anchors": 0.5},
    "Y": {"method": "crisp", "anchors": 0.5},
}
FUZZY = {
    "A": {"anchors": (1.5, 3.4, 5.5)},
    "B": {"anchors": (0.1, 0.4, 0.8)},
    "Y": {"anchors": (0.1, 0.5, 0.8)},
}


def solve(raw, calibrations, include="conservative", expectations=None, **settings):
    sets = pd.DataFrame({name: calibrate(raw[name], **told) for name, told in calibrations.items()})
    outcome = list(calibrations)[-1]
    table = truth_table(sets, outcome, list(calibrations)[:-1], allow_conditions=5, **settings)
    return minimize_sets(table, include=include, expectations=expectations, draws=9)


def test_thresholds_of_a_crisp_table_can_be_read_off():
    found = solution_robustness(solve(RAW, CRISP), RAW, CRISP).ranges.set_index("parameter")
    a = found.loc["A t"]
    # at 3, w joins y in A*B and breaks it; above 5, y leaves A*B and nobody is left there. In
    # between only x changes sides, into a row that was not sufficient and still is not
    assert a["low"] == pytest.approx(3, abs=1e-5)
    assert a["low"] > 3
    assert a["high"] == pytest.approx(5, abs=1e-5)
    assert a["high"] <= 5
    assert (a["value"], a["ends_below"], a["ends_above"]) == (3.5, True, True)
    # every row is all or nothing, so that no cut-off on inclusion or PRI matters
    for cut in ("incl_cut", "pri_cut"):
        assert (found.loc[cut, "low"], found.loc[cut, "high"]) == (0.0, 1.0)
        assert not found.loc[cut, ["ends_below", "ends_above"]].any()
    # each of the four rows has one or two cases; with two asked for, two rows vanish
    assert (found.loc["n_cut", "low"], found.loc["n_cut", "high"]) == (1, 1)
    assert found.loc["n_cut", "ends_above"]


def test_a_fuzzy_solution_changes_just_beyond_its_ranges():
    solution = solve(RAW, FUZZY)
    base = set(solution.models["expression"])
    found = solution_robustness(solution, RAW, FUZZY).ranges
    anchors = found[found["set"] != ""]
    assert len(anchors) == 9
    for row in anchors.to_dict("records"):
        place = "eci".index(row["anchor"])
        for end, ends, outwards in (
            (row["low"], row["ends_below"], -1),
            (row["high"], row["ends_above"], 1),
        ):
            if not ends:
                continue
            inside, outside = (end - outwards * 1e-6, end + outwards * 1e-4)
            for value, same in ((inside, True), (outside, False)):
                moved = list(FUZZY[row["set"]]["anchors"])
                moved[place] = value
                changed = {**FUZZY, row["set"]: {"anchors": tuple(moved)}}
                there = solve(RAW, changed)
                models = set(getattr(there, "models", pd.DataFrame({"expression": []})).expression)
                assert (models == base) is same, (row["parameter"], value)


def test_every_case_is_left_out_once():
    table = pd.concat([RAW, pd.DataFrame({"A": [1.5], "B": [0.0], "Y": [1.0]}, index=["o"])])
    solution = solve(table, CRISP)
    # o shares the row ~A*~B with v, and breaks it: inclusion 1/2
    found = solution_robustness(solution, table, CRISP)
    expected = {}
    for case in table.index:
        without = solve(table.drop(case), CRISP)
        expected[case] = set(without.models["expression"]) != set(solution.models["expression"])
    assert dict(zip(found.cases["case"], found.cases["changed"], strict=True)) == expected
    assert expected["v"]  # without v the row ~A*~B is sufficient
    assert not expected["o"]
    remark = next(one for one in found.remarks if one.rule == "influence")
    assert "v" in remark.en
    assert "v" in remark.zh


def test_intermediate_solutions_need_their_expectations():
    raw = RAW.assign(B=[1.0, 0, 1, 1, 1, 1])
    expectations = {"A": 1, "B": 1}
    solution = solve(raw, CRISP, "intermediate", expectations)
    found = solution_robustness(solution, raw, CRISP, expectations=expectations)
    assert found.solution is solution
    assert not found.cases["changed"].all()
    with pytest.raises(InputError, match="needs expectations"):
        solution_robustness(solution, raw, CRISP)
    with pytest.raises(InputError, match="do not give the models"):
        solution_robustness(solution, raw, CRISP, expectations={"A": 1, "B": 0})


def test_a_negated_outcome_keeps_its_calibration():
    solution = solve(RAW, CRISP, negate=True)
    assert solution.outcome == "~Y"
    found = solution_robustness(solution, RAW, CRISP).ranges.set_index("parameter")
    # above 4, x joins v in ~A*~B and breaks it
    assert found.loc["A t", "high"] == pytest.approx(4, abs=1e-5)
    assert found.loc["Y t", "low"] == pytest.approx(0, abs=1e-5)
    assert found.loc["Y t", "high"] == pytest.approx(1, abs=1e-5)


def test_without_raw_values_no_anchor_moves_and_that_is_said():
    found = solution_robustness(solve(RAW, CRISP))
    assert list(found.ranges["parameter"]) == ["incl_cut", "pri_cut", "n_cut"]
    assert any("A, B, Y" in remark.en for remark in found.remarks)
    partly = solution_robustness(solve(RAW, CRISP), RAW, {"A": CRISP["A"]})
    assert any("anchor of B, Y" in remark.en for remark in partly.remarks)


def test_what_calibrate_says_of_itself_can_be_passed_on():
    told = {name: calibrate(RAW[name], **how).attrs["calibration"] for name, how in FUZZY.items()}
    first, second = (solution_robustness(solve(RAW, FUZZY), RAW, one) for one in (told, FUZZY))
    pd.testing.assert_frame_equal(first.ranges, second.ranges)


def test_order_of_the_raw_table_makes_no_difference_and_progress_is_told():
    done: list[tuple[int, int]] = []
    shuffled = RAW.iloc[::-1].rename_axis("case").reset_index()
    first = solution_robustness(solve(RAW, FUZZY), RAW, FUZZY)
    second = solution_robustness(
        solve(RAW, FUZZY), shuffled, FUZZY, cases="case", progress=lambda *at: done.append(at)
    )
    pd.testing.assert_frame_equal(first.ranges, second.ranges)
    assert done[-1][0] == done[-1][1] == 11  # nine anchors, the cut-offs, the cases


def test_the_mark_of_simulated_data_is_handed_on():
    found = solution_robustness(solve(RAW, CRISP), mark_simulated(RAW), CRISP)
    assert found.simulated
    assert found.remarks[0].rule == "simulated"


@pytest.mark.parametrize(
    ("raw", "calibrations", "said"),
    [
        (RAW, None, "go together"),
        (None, CRISP, "go together"),
        (RAW, {"C": {"anchors": 1}}, "no set of the solution"),
        (RAW.drop(columns="B"), CRISP, "no column 'B'"),
        (RAW.drop(index="x"), CRISP, "no case 'x'"),
        (pd.concat([RAW, RAW.loc[["x"]]]), CRISP, "two rows"),
        (RAW, {"A": {"method": "crisp", "anchors": 4.5}}, "does not give the memberships"),
        (RAW, {"A": {"method": "crisp", "anchor": 3.5}}, "no setting of calibrate"),
        (RAW.astype({"A": str}), CRISP, "not of numbers"),
        (RAW.assign(A=np.inf), CRISP, "infinite"),
    ],
)
def test_raw_values_that_do_not_belong_to_the_solution_are_refused(raw, calibrations, said):
    with pytest.raises(InputError, match=said):
        solution_robustness(solve(RAW, CRISP), raw, calibrations)


def test_a_published_analysis_keeps_its_ranges_under_a_plain_scan(shared):
    raw = pd.read_csv(shared / "vectors" / "data" / "lipset_raw.csv").set_index("case")
    told = {
        "DEV": {"anchors": (400, 550, 900)},
        "LIT": {"anchors": (50, 75, 90)},
        "STB": {"anchors": (15, 9.5, 5)},  # falling: fewer cabinets are more stable
        "SURV": {"anchors": (-9, 0, 10)},
    }
    solution = solve(raw, told)
    found = solution_robustness(solution, raw, told).ranges.set_index("parameter")
    base = set(solution.models["expression"])
    for parameter in ("DEV c", "STB c", "STB e", "SURV i"):
        row = found.loc[parameter]
        place = "eci".index(row["anchor"])
        for value in np.linspace(row["low"], row["high"], 27)[1:-1]:
            moved = list(told[row["set"]]["anchors"])
            moved[place] = value
            there = solve(raw, {**told, row["set"]: {"anchors": tuple(moved)}})
            assert set(there.models["expression"]) == base


def test_a_refusal_is_handed_on_and_anything_else_refused():
    refused = solve(RAW.assign(Y=[0.0, 1, 0, 1, 0, 1], B=0.0), {"A": CRISP["A"], "Y": CRISP["Y"]})
    assert solution_robustness(refused) is refused
    with pytest.raises(InputError, match="takes a solution"):
        solution_robustness(RAW)
