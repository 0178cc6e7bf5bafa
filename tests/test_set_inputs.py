"""Set-theoretic verbs with inputs nobody plans for: odd numbers, names, labels, and searches too long."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.configurations.calibrating import calibrate
from pbgov.evaluation.configurations.ceilings import necessity_ceiling
from pbgov.evaluation.configurations.joint import read_jointly
from pbgov.evaluation.configurations.necessary import necessity
from pbgov.evaluation.configurations.robustness import Robustness, solution_robustness
from pbgov.evaluation.configurations.sayings import on_benchmark
from pbgov.evaluation.configurations.solutions import Solution, minimize_sets
from pbgov.evaluation.configurations.truth import truth_table
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.exhibits.configuration_checks import table_necessity
from pbgov.exhibits.configuration_notes import labelled
from pbgov.exhibits.configurations import table_solutions, table_truth_table
from pbgov.exhibits.point_labels import label_halves, place_labels
from pbgov.exhibits.set_plots import figure_xy
from pbgov.inference.sets import covers, minimisation
from pbgov.inference.sets.calibration import calibrate_direct, calibrate_linear
from pbgov.inference.sets.ceilings import ceiling
from pbgov.inference.sets.covers import smallest_covers
from pbgov.inference.sets.noise import NoiseBenchmark, noise_benchmark

SAID: dict[str, Any] = {"title": "标题", "source": "一本书", "calibrations": {}}
GRADES = pd.Series([1.0, 2, 3, 4, 5, 6, 7], name="x")


def cases(**columns: Any) -> pd.DataFrame:
    """Y is A and not B, but for one case; the names of the cases have a comma in them."""
    a, b = [1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1, 1, 0]
    y = [1, 1, 0, 0, 0, 0, 0, 0]
    data = pd.DataFrame({"A": a, "B": b, "Y": y}, dtype=float)
    return data.assign(**columns).set_axis([f"县, {place}" for place in range(8)])


def solve(
    data: pd.DataFrame, conditions: tuple[str, ...] = ("A", "B"), **settings: Any
) -> Solution:
    found = minimize_sets(truth_table(data, "Y", list(conditions)), **{"draws": 99, **settings})
    assert isinstance(found, Solution), found
    return found


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (np.array([1.0000000000000002, *[0.0] * 7]), "1.0000000000000002; it misses"),
        (np.array([-1e-17, *[1.0] * 7]), "rounding only"),
        (np.array([1.2, *[0.0] * 7]), "1.2; memberships lie between 0 and 1"),
        (np.array([0.5 + 0j, *[0.0] * 7]), "is no number"),
        (pd.Series([0.5, None, *["0.1"] * 6], dtype=object).to_numpy(), "'0.1' is no number"),
        (pd.Series([0.5, None, *[0.1] * 6], dtype=object).to_numpy(), "values of type object"),
    ],
)
def test_what_is_wrong_with_a_membership_is_said_as_it_is(column: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=said):
        truth_table(cases(A=column), "Y", ["A", "B"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"incl_cut": "0.8"},
        {"pri_cut": None},
        {"levels": [2, 2]},
        {"conditions": None},
        {"conditions": {"A", "B"}},
        {"conditions": ["A\nB"]},
        {"conditions": ["1"]},
        {"conditions": [1]},
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    data = cases().assign(**{"A\nB": 0.3})
    data[1] = 0.3
    with pytest.raises(InputError):
        truth_table(data, "Y", **{"conditions": ["A", "B"], **wrong})


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    table = truth_table(cases(), "Y", ["A", "B"], n_cut=np.int64(1))
    assert isinstance(minimize_sets(table, draws=99), Solution)


@pytest.mark.parametrize("wrong", [[1, 0], pd.Series({"A": 1, "B": 0}), "A"])
def test_expectations_are_given_by_name(wrong: Any) -> None:
    with pytest.raises(InputError, match="pass names of conditions"):
        solve(cases(), include="intermediate", expectations=wrong)


def test_combinations_are_a_list() -> None:
    with pytest.raises(InputError, match="pass a list of expressions"):
        necessity(cases(), "Y", ["A", "B"], combinations="A + B")


# --- calibration -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"anchors": (1, None, 3)},
        {"anchors": [[1, 2, 3]]},
        {"anchors": (1, 2, 3), "idm": "0.95"},
        {"anchors": (1, 2, 3), "method": "linear", "below": "2"},
        {"anchors": {"t": 3}, "method": "crisp"},
    ],
)
def test_anchors_and_settings_that_are_no_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        calibrate(GRADES, **wrong)


def test_complex_values_are_no_numbers_to_calibrate() -> None:
    with pytest.raises(InputError, match="not of numbers"):
        calibrate(GRADES.astype(complex), anchors=(1, 2, 3))


def test_anchors_may_come_as_a_series() -> None:
    listed = calibrate(GRADES, anchors=(1, 3, 6))
    assert calibrate(GRADES, anchors=pd.Series([1, 3, 6])).tolist() == listed.tolist()


@pytest.mark.parametrize("scale", [1e-8, 1e8, 1e200])
def test_calibration_does_not_depend_on_the_unit(scale: float) -> None:
    raw = pd.Series(np.arange(1.0, 25))
    rough = np.array([4.5, 10.5, 18.5])
    for method, anchors in (("direct", np.array([2.0, 4.0, 9.0])), ("indirect", rough)):
        wanted = calibrate(raw, method, anchors=anchors)  # type: ignore[arg-type]
        found = calibrate(raw * scale, method, anchors=anchors * scale)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, wanted, atol=2e-6)


def test_values_near_the_largest_number_overflow_nowhere() -> None:
    found = calibrate_direct(np.array([1e307, 9e307]), (-8e307, 2e307, 9e307))
    assert found[1] == pytest.approx(1 / (1 + np.exp(-3)))


def test_no_membership_is_minus_zero() -> None:
    found = calibrate_linear(np.array([6.0, 7.0]), (6, 5, 3))
    assert not np.signbit(found).any()


# --- names, labels, cases ----------------------------------------------------------------------


def test_labels_may_change_places() -> None:
    swapped = {"A": "B", "B": "A", "DEV": "URB 城", "URB": "DEV"}
    assert labelled("M1: A*~B + B → ~Y", swapped) == "M1: B*~A + A → ~Y"
    assert labelled("DEV and URB", swapped) == "URB 城 and DEV"
    assert labelled("A case of ~A", swapped) == "A case of ~B"
    note = table_solutions(solve(cases()), **SAID, labels={"A": "B", "B": "A"}).note
    assert "M1：B*~A → Y" in note


@pytest.mark.parametrize("labels", [{"A": "同", "B": "同"}, {"A": "B"}, {"A": "案例"}, {"B": "Y"}])
def test_no_set_hides_another_in_an_exhibit(labels: dict[str, str]) -> None:
    made = solve(cases())
    for table in (table_truth_table, table_solutions):
        with pytest.raises(InputError, match="another label"):
            table(made, **SAID, labels=labels)


def test_names_of_cases_may_have_commas_in_them() -> None:
    made = solve(cases())
    body = table_truth_table(made, **SAID, lang="en").body
    assert isinstance(body, pd.DataFrame)
    assert body.iloc[0]["Cases"] == "县, 0, 县, 1"
    chinese = table_solutions(made, **SAID).body
    assert isinstance(chinese, pd.DataFrame)
    assert chinese.set_index("条件").loc["案例", "M1-1"] == "县, 0、县, 1"


@pytest.mark.parametrize("name", ["A, B", "A → B", "经济 发展"])
def test_a_set_may_have_a_name_with_marks_in_it(name: str) -> None:
    data = cases().rename(columns={"A": name})
    found = necessity(data, "Y", [name, "B"])
    calibrations = {name: {"anchors": (1, 2, 3)}}
    note = table_necessity(found, title="标题", source="书", calibrations=calibrations).note
    assert f"{name} 直接校准 e/c/i = 1/2/3" in note
    assert "B、Y：隶属度由数据直接给出" in note


def test_a_combination_with_blanks_is_printed_with_its_labels() -> None:
    found = necessity(cases(), "Y", ["A", "B"], combinations=["A * ~ B"])
    body = table_necessity(found, **SAID, labels={"A": "甲", "B": "乙"}).body
    assert isinstance(body, pd.DataFrame)
    assert "甲 * ~ 乙" in set(body["条件"])


def test_a_condition_named_as_a_model_is_not_taken_for_it() -> None:
    made = solve(cases().rename(columns={"A": "M1"}), ("M1", "B"))
    with pytest.raises(InputError, match="a model and a condition"):
        figure_xy(made, x="M1", **SAID)


def test_a_ceiling_of_a_column_over_itself_says_nothing() -> None:
    data = pd.DataFrame({"Y": [1.0, 2, 3, 4, 5]})
    with pytest.raises(InputError, match="both outcome and condition"):
        necessity_ceiling(data, "Y", "Y")


@pytest.mark.parametrize("unit", [1e-300, 1e160, 1e300])
def test_a_ceiling_in_a_unit_beyond_numbers_is_refused(unit: float) -> None:
    values = np.array([1.0, 2, 3, 2.5])
    with pytest.raises(InputError, match="another unit"):
        ceiling(values * unit, values, "cr_fdh")


# --- searches that would take too long ----------------------------------------------------------


def test_a_search_is_given_up_by_the_rows_it_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    chart = random.random((40, 40)) < 0.15
    chart[np.arange(40), np.arange(40)] = True
    whole = smallest_covers(chart)
    assert whole.complete
    assert all(chart[list(cover)].any(axis=0).all() for cover in whole.covers)
    monkeypatch.setattr(covers, "MOST_LOOKS", 40)
    assert smallest_covers(chart) == covers.Covers((), complete=False)


def test_too_many_intermediate_minima_are_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    data = pd.DataFrame((random.random((14, 5)) > 0.5).astype(float), columns=list("ABCDE"))
    data["Y"] = (random.random(14) > 0.5).astype(float)
    table = truth_table(data, "Y", list("ABCDE"), allow_conditions=5)
    expected = dict.fromkeys("ABCDE", 1)
    made = minimize_sets(table, include="intermediate", expectations=expected, draws=99)
    assert isinstance(made, Solution)
    assert made.assumptions["easy"].nunique() > 1
    monkeypatch.setattr(minimisation, "MOST_MINIMA", 1)
    refused = minimize_sets(table, include="intermediate", expectations=expected, draws=99)
    assert isinstance(refused, NotEstimated)
    assert "too many to search" in refused.reason_en


def test_no_name_covers_a_point_that_has_none() -> None:
    random = np.random.default_rng(5)
    points, unnamed = random.random((20, 2)) * 10, random.random((60, 2)) * 10
    halves = label_halves(["街道一"] * 20)
    centres = place_labels(points, halves, (10, 10), unnamed)
    placed = ~np.isnan(centres[:, 0])
    assert placed.sum() > 10
    away = np.abs(unnamed[None, :, :] - centres[placed][:, None, :]) - halves[placed][:, None, :]
    assert (away > 0).any(axis=2).all()


# --- what stands beside a solution --------------------------------------------------------------


def test_raw_values_that_are_missing_are_other_values() -> None:
    raw = pd.DataFrame({"A": [6.0, 7, 8, 1, 2, 3, 9, 4]}, index=cases().index)
    solution = solve(cases(A=(raw["A"] > 5).astype(float).to_numpy()))
    told = {"A": {"method": "crisp", "anchors": 5.5}}
    assert isinstance(solution_robustness(solution, raw, told), Robustness)
    raw.iloc[0, 0] = np.nan
    with pytest.raises(InputError, match="does not give the memberships"):
        solution_robustness(solution, raw, told)
    with pytest.raises(InputError, match="calibration of 'A' is 5"):
        solution_robustness(solution, raw, {"A": 5.5})  # type: ignore[dict-item]


def test_estimates_are_read_by_the_names_of_conditions() -> None:
    solution = solve(cases())
    estimate = regress(cases(), "Y ~ A")
    with pytest.raises(InputError, match="pass one by condition's name"):
        read_jointly([estimate], solution)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="pass a list of conditions"):
        read_jointly({"A": estimate}, solution, falling="A")


def test_the_crisp_benchmark_is_that_of_memberships_a_hair_from_crisp() -> None:
    random = np.random.default_rng(8)
    for pri_cut in (0.0, 0.5):
        crisp = (random.random((24, 3)) > 0.5).astype(float)
        outcome = random.random(24).round(1)
        cuts: dict[str, Any] = {"incl_cut": 0.62, "pri_cut": pri_cut, "n_cut": 1, "seed": 1}
        one = noise_benchmark(crisp, outcome, **cuts)
        hair = crisp.copy()
        hair[0, 0] = abs(hair[0, 0] - 1e-15)
        other = noise_benchmark(hair, outcome, **cuts)
        assert one.statistic == pytest.approx(other.statistic, abs=1e-12)
        assert (one.p_value, one.share_with_solution) == (other.p_value, other.share_with_solution)


def test_a_benchmark_at_the_level_reads_the_same_everywhere() -> None:
    at_level = NoiseBenchmark(0.5, 0.05, 99, exact=False, share_with_solution=0.9)
    said = on_benchmark(at_level, "Y", 1)[0]
    assert "少见" in said.zh
    assert "rare" in said.en
