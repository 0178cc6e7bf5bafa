"""Set-theoretic verbs on tables: calibrate, truth table, solutions, necessity; and bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.configurations.calibrating import calibrate
from pbgov.evaluation.configurations.necessary import Necessity, necessity
from pbgov.evaluation.configurations.solutions import Solution, minimize_sets
from pbgov.evaluation.configurations.terms import read_expression, written
from pbgov.evaluation.configurations.truth import TruthTable, most_conditions, truth_table
from pbgov.evaluation.estimate import NotEstimated
from pbgov.indicators.panel import Panel
from pbgov.marks import is_simulated, mark_simulated

FIVE = ["DEV", "URB", "LIT", "IND", "STB"]
SOME = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"]
CORPUS = Path(__file__).parent / "vectors" / "v23a_qca_random_corpus_dev.json"


def lipset(shared: Path, name: str = "lipset_fuzzy") -> pd.DataFrame:
    return pd.read_csv(shared / "vectors" / "data" / f"{name}.csv")


def eight() -> pd.DataFrame:
    """Crisp: the outcome comes with A where B is absent, and with B and C together."""
    cells = [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    data = pd.DataFrame(cells, columns=["A", "B", "C"], dtype=float)
    data["Y"] = ((data.A == 1) & (data.B == 0) | (data.B == 1) & (data.C == 1)).astype(float)
    return data.assign(district=SOME)


def tabled(data: pd.DataFrame, *args: Any, **settings: Any) -> TruthTable:
    found = truth_table(data, *args, **settings)
    assert isinstance(found, TruthTable), found
    return found


def solved(table: TruthTable | NotEstimated, **settings: Any) -> Solution:
    found = minimize_sets(table, **{"draws": 199, **settings})
    assert isinstance(found, Solution), found
    return found


def models_of(solution: Solution) -> set[frozenset[str]]:
    return {frozenset(terms.term) for _, terms in solution.terms.groupby("model")}


# --- what the verbs say of published data ----------------------------------------------------


@pytest.mark.parametrize(
    ("part", "cuts"),
    [
        ("incl0.8", {}),
        ("incl0.7", {"incl_cut": 0.7}),
        ("negated_outcome_incl0.8", {"negate": True}),
        ("incl0.8_pricut0.8", {"pri_cut": 0.8}),
        ("ncut2_incl0.8", {"n_cut": 2}),
    ],
)
def test_lipset_as_published(shared: Path, part: str, cuts: dict[str, Any]) -> None:
    path = shared / "vectors" / "v17_fsqca_lipset.json"
    wanted = json.loads(path.read_text(encoding="utf-8"))["expected"][part]
    table = tabled(lipset(shared), "SURV", FIVE, cases="case", **cuts)
    listed = table.rows[table.rows.OUT != "?"].reset_index(drop=True)
    expected = pd.DataFrame(wanted["truth_table"])
    for name in ("row", *FIVE, "OUT", "n", "cases"):
        assert listed[name].tolist() == expected[name].tolist()
    for name in ("incl", "PRI"):
        assert listed[name].tolist() == pytest.approx(expected[name].tolist(), abs=1e-9)
    for include in ("conservative", "parsimonious", "intermediate"):
        solution = solved(table, include=include, expectations=dict.fromkeys(FIVE, 1))
        if include == "intermediate":
            pairs = wanted[include].values()
            published = [model for pair in pairs for model in pair["models"]]
            easy = [",".join(map(str, pair["easy_counterfactual_rows"])) for pair in pairs]
            assert solution.assumptions.easy.tolist() == easy
        else:
            published = wanted[include]["models"]
        assert models_of(solution) == {frozenset(model["terms"]) for model in published}
        fits = sorted(solution.models[["inclS", "PRI", "covS"]].to_numpy().tolist())
        unique = {
            frozenset(model["terms"]): [model["solution"][key] for key in ("inclS", "PRI", "covS")]
            for model in published
        }
        assert np.array(fits) == pytest.approx(np.array(sorted(unique.values())), abs=1e-9)
        assert isinstance(solution.negated, (Solution, NotEstimated))


def test_the_negation_beside_is_the_negation_asked_for(shared: Path) -> None:
    data = lipset(shared)
    beside = solved(tabled(data, "SURV", FIVE, cases="case"), include="parsimonious").negated
    asked = solved(tabled(data, "SURV", FIVE, cases="case", negate=True), include="parsimonious")
    assert isinstance(beside, Solution)
    pd.testing.assert_frame_equal(beside.terms, asked.terms)
    assert beside.outcome == asked.outcome == "~SURV"
    assert beside.benchmark == asked.benchmark
    assert beside.negated is None


def test_random_data_sets_through_the_verbs() -> None:
    for entry in json.loads(CORPUS.read_text(encoding="utf-8"))["expected"][:6]:
        names = entry["conditions"]
        data = pd.DataFrame(entry["data"], columns=[*names, "Y"])
        table = tabled(data, "Y", names, incl_cut=entry["incl_cut"], allow_conditions=len(names))
        for include in ("conservative", "parsimonious", "intermediate"):
            expectations = dict(zip(names, entry["dir_exp"], strict=True))
            solution = solved(table, include=include, expectations=expectations, draws=19)
            assert models_of(solution) == set(map(frozenset, entry[include]))
        assert table.rows.row.tolist() == [row["row"] for row in entry["truth_table"]]


# --- a small example, by hand ----------------------------------------------------------------


def test_a_truth_table_by_hand() -> None:
    table = tabled(eight(), "Y", ["A", "B", "C"], cases="district")
    assert table.rows.row.tolist() == list(range(1, 9))
    assert table.rows.OUT.tolist() == list("00011101")
    assert table.rows.cases.tolist() == SOME
    solution = solved(table, include="conservative")
    assert models_of(solution) == {frozenset({"A*~B", "B*C"})}
    assert solution.models.expression.tolist() == ["A*~B + B*C"]
    assert solution.models.inclS.tolist() == solution.models.covS.tolist() == [1]
    assert solution.terms.covU.tolist() == [0.5, 0.5]
    assert solution.terms.cases.tolist() == ["戊,己", "丁,辛"]
    assert solution.terms.deviant.tolist() == ["", ""]
    assert solution.essential == ("A*~B", "B*C")
    chart = solution.chart.set_index("term")
    assert chart.loc["A*C", ["4", "5", "6", "8"]].tolist() == [False, False, True, True]
    assert not chart.loc["A*C", "essential"]


def test_deviant_cases_are_named() -> None:
    data = pd.concat([eight(), pd.DataFrame([[1, 0, 0, 0.4, "壬"]], columns=eight().columns)])
    table = tabled(data, "Y", ["A", "B", "C"], cases="district", incl_cut=0.65)
    solution = solved(table)
    of_a = solution.terms[solution.terms.term == "A*~B"]
    assert of_a.cases.tolist() == ["戊,己,壬"]
    assert of_a.deviant.tolist() == ["壬"]


def test_all_tied_models_are_shown() -> None:
    """XOR-like with remainders: rows 2 and 3 of three conditions, none of the rest but row 1."""
    data = pd.DataFrame(
        {"A": [0, 0, 1, 1], "B": [0, 1, 0, 1], "C": [0, 1, 0, 1], "Y": [0, 1, 1, 1]}, dtype=float
    )
    solution = solved(
        tabled(data, "Y", ["A", "B", "C"], allow_conditions=3), include="parsimonious"
    )
    assert models_of(solution) == {frozenset({"A", "B"}), frozenset({"A", "C"})}
    assert solution.models.model.tolist() == ["M1", "M2"]
    assert any("2 个并列的模型" in sentence for sentence in solution.limits)
    assert any("2 tied models" in sentence for sentence in solution.limits_en)
    assert any("相同或恰好相反" in sentence for sentence in solution.limits)


def test_remainders_are_listed_when_asked_for(shared: Path) -> None:
    seen = tabled(lipset(shared), "SURV", FIVE, cases="case")
    every = tabled(lipset(shared), "SURV", FIVE, cases="case", complete=True)
    assert len(seen.rows) == 9
    assert len(every.rows) == 32
    empty = every.rows[every.rows.n == 0]
    assert set(empty.OUT) == {"?"}
    assert empty.incl.isna().all()
    assert seen.remainder_share == every.remainder_share == 23 / 32


def test_rows_with_too_few_cases_are_shown_as_remainders(shared: Path) -> None:
    rows = tabled(lipset(shared), "SURV", FIVE, cases="case", n_cut=2).rows
    assert rows[rows.OUT == "?"].cases.tolist() == ["EE", "AU", "DE"]


def test_multivalue_conditions(shared: Path) -> None:
    data = lipset(shared, "lipset_multivalue")
    table = tabled(data, "SURV", ["DEV", "LIT", "STB"], incl_cut=1, cases="case", levels={"DEV": 3})
    assert set(table.rows.DEV) == {0, 1, 2}
    solution = solved(table, include="parsimonious")
    assert models_of(solution) == {frozenset({"DEV[1]*STB[1]", "DEV[2]"})}
    assert solution.models.covS.tolist() == [1]
    with pytest.raises(InputError, match=r"'BE': 2; memberships lie between 0 and 1"):
        truth_table(data, "SURV", ["DEV", "LIT", "STB"], cases="case")


def test_the_order_of_cases_makes_no_difference(shared: Path) -> None:
    data = lipset(shared)
    one = solved(tabled(data, "SURV", FIVE, cases="case"), include="parsimonious")
    turned = solved(tabled(data[::-1], "SURV", FIVE, cases="case"), include="parsimonious")
    columns = ["model", "term", "inclS", "PRI", "covS", "covU"]
    pd.testing.assert_frame_equal(one.terms[columns], turned.terms[columns])
    assert one.benchmark == turned.benchmark


# --- what is said beside ---------------------------------------------------------------------


def test_no_solution_without_its_benchmark(shared: Path) -> None:
    solution = solved(tabled(lipset(shared), "SURV", FIVE, cases="case"))
    assert 0 < solution.benchmark.p_value <= 1
    for text, said in (
        (str(solution), ["随机基准", "纯噪声", "结果的否定", "余项", "不是因果", "种子"]),
        (
            solution.render("en"),
            ["Noise benchmark", "pure noise", "negation", "remainders", "seed"],
        ),
    ):
        for words in said:
            assert words in text
    assert not any("导致" in line or "effect" in line for line in str(solution).splitlines())


def test_noise_is_told_from_a_finding() -> None:
    random = np.random.default_rng(7)
    data = pd.DataFrame(random.random((16, 3)).round(2), columns=["A", "B", "C"])
    noise = data.assign(Y=random.random(16).round(2))
    real = data.assign(Y=data[["A", "B"]].min(axis=1))
    at_chance = solved(tabled(noise, "Y", ["A", "B", "C"], incl_cut=0.7), draws=999)
    found = solved(tabled(real, "Y", ["A", "B", "C"]), draws=999)
    assert at_chance.benchmark.p_value > 0.05
    assert found.benchmark.p_value < 0.01


def test_rows_sufficient_for_both_are_flagged() -> None:
    data = pd.DataFrame(
        {"A": [0.6, 0.6, 0.1, 0.2], "Y": [0.5, 0.55, 0.1, 0.2]}, index=["a", "b", "c", "d"]
    )
    table = tabled(data, "Y", ["A"])
    assert table.rows.both.tolist() == [False, True]
    assert any("不能当作证据" in sentence for sentence in table.limits)
    with_cut = tabled(data, "Y", ["A"], pri_cut=0.9)
    assert not with_cut.rows.both.any()


def test_a_case_at_one_half_and_one_left_out_are_named() -> None:
    data = eight()
    data.loc[0, "A"] = 0.5
    data.loc[7, "C"] = np.nan
    table = tabled(data, "Y", ["A", "B", "C"], cases="district", allow_conditions=3)
    assert "甲" not in ",".join(table.rows.cases)
    assert any("甲（A）" in sentence for sentence in table.limits)
    gaps = [remark for remark in table.remarks if remark.rule == "gaps"]
    assert "辛" in gaps[0].zh
    assert "C missing" in gaps[0].en
    assert len(table.cases) == 7


def test_assumptions_for_both_sides_are_named(shared: Path) -> None:
    table = tabled(lipset(shared), "SURV", FIVE, cases="case", n_cut=2)
    solution = solved(table, include="parsimonious")
    (said,) = [line for line in solution.limits_en if "contradictory" in line]
    mine = {int(row) for rows in solution.assumptions.assumed for row in rows.split(",")}
    assert isinstance(solution.negated, Solution)
    theirs = {int(r) for rows in solution.negated.assumptions.assumed for r in rows.split(",")}
    assert f"{len(mine & theirs)}, rows" in said


def test_the_mark_of_simulated_data_is_carried() -> None:
    data = mark_simulated(eight())
    table = tabled(data, "Y", ["A", "B", "C"], cases="district")
    solution = solved(table)
    for result in (table, solution, solution.negated, necessity(data, "Y", ["A"])):
        assert is_simulated(result)
        assert "模拟" in str(result)
    assert is_simulated(table.rows)
    assert is_simulated(solution.terms)
    refused = truth_table(data, "Y", ["A", "B", "C"], allow_conditions=2)
    assert is_simulated(refused)
    raw = pd.Series([1.0, 2, 3], name="模拟满意度")
    assert is_simulated(calibrate(raw, anchors=(1, 2, 3)))


def test_a_panel_is_read_by_its_unit() -> None:
    panel = Panel(eight().drop(columns="C"), unit="district")
    table = tabled(panel, "Y", ["A", "B"], incl_cut=0.5)
    assert set(",".join(table.rows.cases).split(",")) == set(SOME)


# --- refusals --------------------------------------------------------------------------------


def noise_table(n: int, k: int) -> pd.DataFrame:
    values = np.random.default_rng(3).random((n, k + 1)).round(2)
    return pd.DataFrame(values, columns=[*[f"C{place}" for place in range(k)], "Y"])


def test_five_conditions_at_sixteen_cases_only_by_name() -> None:
    data = noise_table(16, 5)
    names = list(data.columns[:-1])
    refused = truth_table(data, "Y", names)
    assert isinstance(refused, NotEstimated)
    assert "allow_conditions=5" in refused.reason
    assert isinstance(truth_table(data, "Y", names[:4]), TruthTable)
    assert isinstance(truth_table(data, "Y", names, allow_conditions=5), TruthTable)
    assert isinstance(truth_table(data, "Y", names, allow_conditions=4), NotEstimated)
    assert minimize_sets(refused) is refused


@pytest.mark.parametrize("n", range(1, 70))
def test_half_of_the_combinations_are_fewer_than_the_cases(n: int) -> None:
    most = most_conditions(n)
    assert most == max((k for k in range(12) if 2 ** (k - 1) < n), default=0)


def test_nothing_sufficient_and_nothing_insufficient() -> None:
    data = eight()
    none = minimize_sets(tabled(data.assign(Y=data.Y * 0.3), "Y", ["A", "B", "C"]))
    assert isinstance(none, NotEstimated)
    assert "没有一行达到充分性门槛" in none.reason
    table = tabled(data.assign(Y=0.9 + data.Y / 10), "Y", ["A", "B", "C"])
    for include in ("conservative", "parsimonious"):
        every = minimize_sets(table, include=include)
        assert isinstance(every, NotEstimated)
        assert "没有一行不充分" in every.reason
    half = data[data.Y == 1].assign(Y=[0.9, 0.95, 1, 1])
    seen = tabled(half, "Y", ["A", "B", "C"], allow_conditions=3)
    assert isinstance(minimize_sets(seen, include="parsimonious"), NotEstimated)
    assert isinstance(minimize_sets(seen, draws=19), Solution)


def test_too_many_models_are_a_reason() -> None:
    data = noise_table(60, 12)
    names = list(data.columns[:-1])
    table = tabled(data, "Y", names, pri_cut=0.5, allow_conditions=12)
    found = minimize_sets(table, include="parsimonious", draws=19)
    assert isinstance(found, NotEstimated)
    assert "10,000" in found.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"A": 1.0}, "A.*没有变化"),
        ({"Y": 0.0}, "Y.*没有变化"),
        ({"A": np.nan}, "没有隶属度完整的案例"),
    ],
)
def test_constant_and_missing_columns_are_reasons(change: dict[str, float], said: str) -> None:
    data = eight().assign(**change)
    for found in (
        truth_table(data, "Y", ["A", "B", "C"]),
        necessity(data, "Y", ["A", "B", "C"]),
    ):
        assert isinstance(found, NotEstimated)
        assert pd.Series([found.reason]).str.contains(said).all()


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ({"A": [0, 0, 1.2, 1, 0, 0, 0, 0]}, {}, r"'A', case '丙': 1.2"),
        ({"A": [0, -0.1, 1, 1, 0, 0, 0, 0]}, {}, r"'A', case '乙': -0.1"),
        ({"A": [0, np.inf, 1, 1, 0, 0, 0, 0]}, {}, r"'A', case '乙': inf"),
        ({"A": list("01010101")}, {}, "is no number"),
        ({"district": ["甲", *SOME[:7]]}, {}, "named twice"),
        ({"district": [None, *SOME[1:]]}, {}, "has no name"),
        ({}, {"cases": "区"}, "no single column '区'"),
        ({}, {"outcome": "Z"}, "no column 'Z'"),
        ({}, {"conditions": ["A", "A"]}, "named twice"),
        ({}, {"conditions": ["A", "Y"]}, "named twice"),
        ({}, {"conditions": []}, "pass a list"),
        ({}, {"conditions": "ABC"}, "pass a list"),
        ({}, {"incl_cut": 80}, "between 0 and 1"),
        ({}, {"pri_cut": np.nan}, "between 0 and 1"),
        ({}, {"n_cut": 0}, "1 or more"),
        ({}, {"levels": {"A": 1}}, "2 or more"),
        ({}, {"levels": {"Q": 3}}, "no condition"),
        ({"A": [0, 3, 1, 1, 0, 0, 0, 0]}, {"levels": {"A": 3}}, "values are 0 to 2"),
    ],
)
def test_a_callers_mistakes(change: dict[str, Any], settings: dict[str, Any], said: str) -> None:
    data = eight().assign(**change)
    call = {"outcome": "Y", "conditions": ["A", "B", "C"], "cases": "district", **settings}
    with pytest.raises(InputError, match=said):
        truth_table(data, **call)


def test_names_that_terms_could_not_be_written_with() -> None:
    data = eight()
    for name in ("A*B", "~A", "n", "A[1]"):
        with pytest.raises(InputError, match="cannot be a set"):
            truth_table(data.rename(columns={"A": name}), "Y", [name, "B"])
    with pytest.raises(InputError, match="2 columns named 'A'"):
        truth_table(pd.concat([data, data[["A"]]], axis=1), "Y", ["A"])
    with pytest.raises(InputError, match="from a DataFrame or a Panel"):
        truth_table([1, 2], "Y", ["A"])  # type: ignore[arg-type]


def test_solutions_ask_for_what_they_need() -> None:
    table = tabled(eight(), "Y", ["A", "B", "C"])
    for settings, said in (
        ({"include": "intermediate"}, "needs expectations"),
        ({"include": "complex"}, "is none of"),
        ({"include": "intermediate", "expectations": {"Q": 1}}, "no condition"),
        ({"include": "intermediate", "expectations": {"A": 2}}, "0 to 1"),
        ({"include": "intermediate", "expectations": {"A": "1"}}, "0 to 1"),
    ):
        with pytest.raises(InputError, match=said):
            minimize_sets(table, **settings)
    with pytest.raises(InputError, match="takes a truth table"):
        minimize_sets(table.rows)  # type: ignore[arg-type]


# --- calibrate and necessity -----------------------------------------------------------------


def test_calibrate_keeps_the_column_and_its_anchors() -> None:
    raw = pd.Series([10, 20, 30, None], index=["甲", "乙", "丙", "丁"], name="满意度")
    ours = calibrate(raw, anchors={"i": 30, "c": 20, "e": 10})
    assert ours.name == "满意度"
    assert ours.index.equals(raw.index)
    assert ours.tolist()[:3] == pytest.approx([1 / (1 + np.e**3), 0.5, 1 / (1 + np.e**-3)])
    assert np.isnan(ours["丁"])
    kept = ours.attrs["calibration"]
    assert kept["anchors"] == [10, 20, 30]
    assert kept["at_half"] == ["乙"]
    assert kept["missing"] == ["丁"]
    assert calibrate(raw.astype("Float64"), anchors=(10, 20, 30)).equals(ours)


def test_calibrate_by_every_method() -> None:
    raw = pd.Series(np.arange(1.0, 13.0), name="x")
    for method, anchors in (
        ("direct", (2, 6, 11)),
        ("linear", (2, 6, 11)),
        ("ecdf", (2, 6, 11)),
        ("bell", (1, 2, 4, 6, 8, 11)),
        ("indirect", (3, 6, 9)),
        ("crisp", 6),
        ("multivalue", (4, 8)),
        ("tfr", None),
    ):
        ours = calibrate(raw, method, anchors=anchors)
        assert ours.between(0, 2 if method == "multivalue" else 1).all()
        assert ours.nunique() > 1
    assert set(calibrate(raw, "crisp", anchors=6)) == {0, 1}


@pytest.mark.parametrize(
    ("values", "settings", "said"),
    [
        (["1", "2"], {"anchors": (1, 2, 3)}, "not of numbers"),
        ([True, False], {"anchors": (1, 2, 3)}, "not of numbers"),
        ([1, np.inf], {"anchors": (1, 2, 3)}, "infinite"),
        ([np.nan, np.nan], {"anchors": (1, 2, 3)}, "no value"),
        ([5.0, 5.0], {"anchors": (1, 2, 3)}, "5 throughout"),
        ([1.0, 2.0], {}, "needs anchors"),
        ([1.0, 2.0], {"anchors": (1, 3, 2)}, "neither rise nor fall"),
        ([1.0, 2.0], {"anchors": (1, np.nan, 2)}, "not all finite"),
        ([1.0, 2.0], {"anchors": {"e": 1, "c": 2}}, "need e, c, i"),
        ([1.0, 2.0], {"anchors": (1, 2), "method": "crisp"}, "one threshold"),
        ([1.0, 2.0], {"anchors": (1, 2, 3), "method": "fuzzy"}, "is none of"),
        ([1.0, 2.0], {"anchors": 1, "method": "crisp", "idm": 0.95}, "idm belongs"),
        ([1.0, 2.0], {"anchors": (1, 2, 3), "below": 2}, "below and above belong"),
    ],
)
def test_calibrate_refuses(values: list[Any], settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        calibrate(pd.Series(values, name="x"), **settings)


def test_calibrate_takes_a_column() -> None:
    with pytest.raises(InputError, match="takes a column"):
        calibrate([1, 2, 3], anchors=(1, 2, 3))  # type: ignore[arg-type]


def test_necessity_as_published(shared: Path) -> None:
    path = shared / "vectors" / "v17_fsqca_lipset.json"
    vector = json.loads(path.read_text(encoding="utf-8"))
    for part, negate in (("necessity", False), ("necessity_negated_outcome", True)):
        found = necessity(lipset(shared), "SURV", FIVE, cases="case", negate=negate)
        assert isinstance(found, Necessity)
        wanted = pd.DataFrame(vector[part])
        assert found.table.term.tolist() == wanted.term.tolist()
        for name in ("inclN", "RoN", "covN"):
            assert found.table[name].tolist() == pytest.approx(wanted[name].tolist(), abs=1e-9)


def test_necessity_of_combinations(shared: Path) -> None:
    data = lipset(shared)
    found = necessity(data, "SURV", FIVE, combinations=["DEV + URB", "LIT*STB", "~DEV*URB + IND"])
    assert isinstance(found, Necessity)
    either = data[["DEV", "URB"]].max(axis=1)
    both = data[["LIT", "STB"]].min(axis=1)
    rows = found.table.set_index("term")
    for term, values in (("DEV + URB", either), ("LIT*STB", both)):
        shared_part = np.minimum(values, data.SURV)
        assert rows.loc[term, "inclN"] == pytest.approx(shared_part.sum() / data.SURV.sum())
        assert rows.loc[term, "covN"] == pytest.approx(shared_part.sum() / values.sum())
        assert rows.loc[term, "RoN"] == pytest.approx((1 - values).sum() / (1 - shared_part).sum())


def test_a_trivial_necessity_is_said_to_be_one() -> None:
    data = pd.DataFrame(
        {"A": [1, 1, 1, 1, 0.9], "B": [1, 0, 0, 0.1, 0], "Y": [1, 0, 0.1, 0, 0.1]}, dtype=float
    )
    found = necessity(data, "Y", ["A", "B"])
    assert isinstance(found, Necessity)
    assert any("平凡必要" in sentence and "A" in sentence for sentence in found.limits)
    assert any("trivialness" in sentence for sentence in found.limits_en)
    assert "必要性" in str(found)


def test_expressions_are_read_as_they_are_written() -> None:
    names, levels = ("A", "B", "学历"), (2, 2, 2)
    for term in ([1, 0, -1], [-1, -1, 1], [0, 0, 0]):
        assert read_expression(written(term, names, levels), names, levels).tolist() == [term]
    several = (2, 3, 2)
    assert written([0, 2, -1], names, several) == "A[0]*B[2]"
    assert read_expression("A[0]*B[2] + ~学历", names, several).tolist() == [
        [0, 2, -1],
        [-1, -1, 0],
    ]
    for wrong in ("A*D", "A*~A", "B", "B[3]", "~B[1]", "", "A+"):
        with pytest.raises(InputError):
            read_expression(wrong, names, several)
