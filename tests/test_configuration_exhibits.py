"""Exhibits of set-theoretic analysis: what they print, what they carry, and what they refuse."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.configurations.ceilings import necessity_ceiling
from pbgov.evaluation.configurations.joint import read_jointly
from pbgov.evaluation.configurations.necessary import necessity
from pbgov.evaluation.configurations.robustness import solution_robustness
from pbgov.evaluation.configurations.solutions import minimize_sets
from pbgov.evaluation.configurations.truth import truth_table
from pbgov.evaluation.regression import regress
from pbgov.exhibits.configuration_checks import (
    table_ceilings,
    table_joint_reading,
    table_necessity,
    table_robustness,
)
from pbgov.exhibits.configuration_notes import anchors_said, labelled
from pbgov.exhibits.configurations import table_solutions, table_truth_table
from pbgov.exhibits.point_labels import label_halves, place_labels, together
from pbgov.exhibits.set_plots import figure_xy
from pbgov.marks import mark_simulated

CONDITIONS = ["DEV", "URB", "LIT", "IND", "STB"]
SAID = {"title": "标题", "source": "一本书", "calibrations": {}}
ANCHORS = {"A": {"method": "crisp", "anchors": 3.5}, "Y": {"anchors": (-1, 0.5, 2.25)}}
LABELS = {"A": "组织创新", "B": "数字治理", "Y": "满意度"}
# up to 3 a case is out of A, from 4 it is in; Y goes with A whatever B is
RAW = pd.DataFrame(
    {"A": [1.0, 2, 3, 4, 5, 6], "B": [1.0, 0, 1, 0, 1, 0], "Y": [0.0, 0, 0, 1, 1, 1]},
    index=list("uvwxyz"),
)
SETS = RAW.assign(A=(RAW["A"] > 3.5).astype(float))


def solve(table=SETS, outcome="Y", conditions=("A", "B"), include="conservative", **cuts):
    made = truth_table(table, outcome, list(conditions), allow_conditions=5, **cuts)
    return minimize_sets(made, include=include, draws=99)


@pytest.fixture(scope="module")
def lipset(shared):
    path = shared / "vectors" / "data" / "lipset_fuzzy.csv"
    return pd.read_csv(path).set_index("case")


@pytest.fixture(scope="module")
def tied():
    """Three conditions of which the data cannot tell which two are needed."""
    rows = [(1, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 0), (1, 1, 1, 0)] * 4
    table = pd.DataFrame(rows, columns=[*"ABC", "Y"], dtype=float)
    return solve(table, conditions="ABC", include="parsimonious")


def test_core_and_peripheral_conditions_of_a_published_analysis(shared, lipset):
    vector = json.loads((shared / "vectors" / "v17_fsqca_lipset.json").read_text())["expected"]
    short = vector["incl0.8"]["parsimonious"]["models"][0]["terms"]
    assert short == ["DEV*~IND", "URB*STB"]  # so DEV and ~IND, URB and STB are core
    intermediate = minimize_sets(
        truth_table(lipset, "SURV", CONDITIONS),
        include="intermediate",
        expectations=dict.fromkeys(CONDITIONS, 1),
        draws=99,
    )
    parsimonious = solve(lipset, "SURV", CONDITIONS, "parsimonious")
    body = table_solutions(intermediate, parsimonious=parsimonious, **SAID).body.set_index("条件")
    paths = {tuple(body.loc[CONDITIONS, column]): column for column in body.columns}
    urban = paths["•", "●", "•", "", "●"]  # DEV*URB*LIT*STB
    rural = paths["●", "", "•", "⊗", "•"]  # DEV*LIT*~IND*STB
    fits = {
        one["term"]: one
        for one in vector["incl0.8"]["intermediate"]["C1P1"]["models"][0]["term_fit"]
    }
    for column, term in ((urban, "DEV*URB*LIT*STB"), (rural, "DEV*LIT*~IND*STB")):
        numbers = body.loc[["一致性", "PRI", "原始覆盖度", "唯一覆盖度"], column].astype(float)
        expected = [fits[term][key] for key in ("inclS", "PRI", "covS", "covU")]
        assert numbers.tolist() == pytest.approx(expected, abs=5e-4)


def test_the_truth_table_of_a_published_analysis(shared, lipset):
    vector = json.loads((shared / "vectors" / "v17_fsqca_lipset.json").read_text())["expected"]
    expected = {row["row"]: row for row in vector["incl0.8"]["truth_table"]}
    made = table_truth_table(solve(lipset, "SURV", CONDITIONS), **SAID, lang="en")
    body = made.body
    assert {int(row) for row in body["Row"]} == set(expected)
    for row in body.to_dict("records"):
        wanted = expected[int(row["Row"])]
        assert row["Outcome (SURV)"] == wanted["OUT"]
        assert int(row["n"]) == wanted["n"]
        assert float(row["Inclusion"]) == pytest.approx(wanted["incl"], abs=5e-4)
        assert set(row["Cases"].split(", ")) == set(wanted["cases"].split(","))
    assert list(body["Outcome (SURV)"]) == sorted(body["Outcome (SURV)"], reverse=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_exhibit_of_a_solution_carries_its_honesty(lang):
    solution = solve()
    calibrations = {"A": ANCHORS["A"]}
    said = {**SAID, "calibrations": calibrations, "lang": lang}
    robust = solution_robustness(solution, RAW, calibrations)
    joint = read_jointly({"A": regress(SETS.iloc[[*range(6)] * 3], "Y ~ A")}, solution)
    for exhibit in (
        table_truth_table(solution, **said),
        table_solutions(solution, **said),
        table_robustness(robust, **said),
        table_joint_reading(joint, **said),
        figure_xy(solution, **said),
    ):
        note, source = exhibit.notes()
        wanted = (
            (
                "6 个案例",
                "门槛",
                "模型",
                "随机基准",
                "纯噪声",
                "t = 3.5",
                "B、Y：隶属度由数据直接给出",
            )
            if lang == "zh"
            else ("6 cases", "Cut-offs", "model", "Noise benchmark", "pure noise", "t = 3.5")
        )
        for part in wanted:
            assert part in note, (exhibit.exhibit_id, part)
        assert "一本书" in source
        assert "p=0.000" not in note
        for claim in ("导致", "提升", "有效地", "leads to", "improves"):
            assert claim not in note


def test_all_tied_models_are_printed_and_many_paths_become_rows(tied):
    assert len(tied.models) > 1
    exhibit = table_solutions(tied, **SAID)
    body = exhibit.body
    assert len(tied.terms) > 6
    assert list(body["路径"].str.split("-").str[0].unique()) == list(tied.models["model"])
    assert len(body) == len(tied.terms)
    assert f"{len(tied.models)} 个并列" in exhibit.note
    for model in tied.models.to_dict("records"):
        assert f"{model['model']}：{model['expression']}" in exhibit.note


def test_a_condition_core_in_some_tied_models_only_is_peripheral_and_said():
    # 11 has the outcome, 00 has not: parsimoniously A or B, conservatively A*B
    rows = pd.DataFrame([(1, 1, 1), (0, 0, 0)] * 8, columns=list("ABY"), dtype=float)
    rows.loc[0, "A"], rows.loc[1, "A"] = 0.9, 0.1
    exhibit = table_solutions(solve(rows), parsimonious=solve(rows, include="parsimonious"), **SAID)
    assert list(exhibit.body.set_index("条件").loc[["A", "B"], "M1-1"]) == ["•", "•"]
    assert "有 2 处只在部分并列的简约模型中是核心" in exhibit.note
    alone = table_solutions(solve(rows), **SAID)
    assert list(alone.body.set_index("条件").loc[["A", "B"], "M1-1"]) == ["●", "●"]
    assert "未区分核心与边缘条件" in alone.note


def test_absent_conditions_and_those_that_do_not_matter():
    table = SETS.assign(Y=1 - SETS["Y"])
    body = table_solutions(solve(table), **SAID).body.set_index("条件")
    assert list(body.loc[["A", "B"], "M1-1"]) == ["⊗", ""]
    several = pd.DataFrame(
        {"A": [0.0, 1, 2, 2] * 3, "B": [0.0, 0, 1, 1] * 3, "Y": [0.0, 0, 1, 1] * 3}
    )
    made = minimize_sets(truth_table(several, "Y", list("AB"), levels={"A": 3}), draws=9)
    assert table_solutions(made, **SAID).body.set_index("条件").loc["A", "M1-1"] == "●[2]"


def test_parsimonious_solutions_of_other_tables_are_refused(tied):
    with pytest.raises(InputError, match="not a parsimonious"):
        table_solutions(solve(), parsimonious=solve(), **SAID)
    with pytest.raises(InputError, match="another truth table"):
        table_solutions(solve(), parsimonious=tied, **SAID)


def test_where_there_is_no_solution_the_reason_is_shown_and_nothing_is_drawn():
    torn = pd.DataFrame({"A": [0.0, 1] * 6, "Y": [0.0, 0, 1, 1] * 3})
    refused = solve(torn, conditions=["A"])
    for lang, reason in (("zh", refused.reason), ("en", refused.reason_en)):
        exhibit = table_solutions(refused, **SAID, lang=lang)
        assert exhibit.rows()[0][1] == reason
        assert "N = 12" in exhibit.note
    constant = truth_table(torn.assign(A=1.0), "Y", ["A"])
    assert constant.reason in table_truth_table(constant, **SAID).rows()[0]
    assert necessity(torn.assign(A=1.0), "Y", ["A"]).reason in str(
        table_necessity(necessity(torn.assign(A=1.0), "Y", ["A"]), **SAID).rows()
    )
    with pytest.raises(InputError, match="nothing to draw"):
        figure_xy(refused, **SAID)


def test_rows_sufficient_for_both_are_flagged():
    table = pd.DataFrame({"A": [0.95, 0.9, 0.1], "B": [0.1, 0.3, 0.8], "Y": [0.6, 0.2, 0.9]})
    made = table_truth_table(truth_table(table, "Y", ["A", "B"], incl_cut=0.4), **SAID)
    assert "是" in set(made.body["与否定同真"])
    assert "与否定同真" not in table_truth_table(solve(), **SAID).body.columns


def test_necessity_is_printed_by_inclusion_with_labels():
    made = table_necessity(
        necessity(SETS, "Y", ["A", "B"]), **{**SAID, "calibrations": ANCHORS}, labels=LABELS
    )
    # Y is A: inclN 1 and 1/3, 2/3 by counting the three cases of Y in B and ~B
    assert made.rows()[0][:2] == ["组织创新", "1.000"]
    printed = dict(zip(made.body.iloc[:, 0], made.body.iloc[:, 1], strict=True))
    assert printed == {
        "组织创新": "1.000",
        "~数字治理": "0.667",
        "数字治理": "0.333",
        "~组织创新": "0.000",
    }
    assert "满意度 直接校准 e/c/i = −1/0.5/2.25" in made.note
    assert "数字治理：隶属度由数据直接给出" in made.note


def test_ends_of_a_range_that_were_not_reached_are_in_brackets():
    solution = solve()
    made = table_robustness(
        solution_robustness(solution, RAW, {"A": ANCHORS["A"]}),
        **{**SAID, "calibrations": {"A": ANCHORS["A"]}},
        labels=LABELS,
    )
    rows = {row[0]: row[1:] for row in made.rows()}
    assert rows["一致性门槛"][0] == "[0.0000"
    assert rows["一致性门槛"][2].endswith("]")
    low, value, high = rows["组织创新 t"]
    assert not low.startswith("[")
    assert not high.endswith("]")
    assert [float(low), float(value), float(high)] == pytest.approx([3, 3.5, 5], abs=1e-3)


def test_ceilings_are_listed_with_the_cases_they_rest_on():
    ceilings = [necessity_ceiling(RAW, "Y", name, draws=99) for name in ("A", "B")]
    made = table_ceilings(ceilings, title="上界", source="一本书", labels=LABELS)
    first = made.rows()[0]
    # step from 0 to 1 at A = 4, of a range from 1 to 6
    assert first[:3] == ["组织创新", "CE-FDH", "0.600"]
    assert first[5] == "u、x"
    assert len(made.body) == 4
    with pytest.raises(InputError, match="several outcomes"):
        table_ceilings(
            [*ceilings, necessity_ceiling(RAW, "A", "Y", draws=9)], title="t", source="s"
        )
    with pytest.raises(InputError, match="no ceiling"):
        table_ceilings([], title="t", source="s")


def test_a_joint_reading_prints_verdict_and_reason():
    table = SETS.iloc[[*range(6)] * 3].reset_index(drop=True)
    table["Y"] = np.clip(table["Y"] + np.linspace(-0.1, 0.1, 18), 0, 1)
    joint = read_jointly({"A": regress(table, "Y ~ A")}, solve(table))
    for lang, verdict in (("zh", "一致"), ("en", "agree")):
        made = table_joint_reading(joint, **SAID, labels=LABELS, lang=lang)
        row = dict(zip(made.header(), made.rows()[0], strict=True))
        assert verdict in row.values()
        assert "组织创新" in row.values()
        assert row["p"].startswith("<")


def test_the_mark_of_simulated_data_stands_on_every_exhibit():
    solution = solve(mark_simulated(SETS))
    for exhibit in (
        table_truth_table(solution, **SAID),
        table_solutions(solution, **SAID),
        figure_xy(solution, **SAID),
        table_robustness(solution_robustness(solution), **SAID),
        table_necessity(necessity(mark_simulated(SETS), "Y", ["A", "B"]), **SAID),
    ):
        assert exhibit.simulated
        assert exhibit.caption_text.startswith("【模拟】")


def crowded(n, seed, grid):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.random((n, 2)), columns=list("AB"))
    table["Y"] = np.clip(table["A"] + random.normal(0, 0.15, n), 0, 1)
    table = (table * grid).round() / grid if grid else table
    table.index = [f"第{number}区" for number in range(n)]
    return table


@pytest.mark.parametrize(("n", "seed", "grid"), [(16, 1, 0), (30, 2, 0), (40, 3, 5)])
def test_no_label_of_an_xy_plot_covers_another_or_is_cut_off(n, seed, grid):
    table = crowded(n, seed, grid).clip(0.02, 0.98)
    exhibit = figure_xy(solve(table, incl_cut=0.7), **SAID, labels=LABELS)
    figure = exhibit.draw()
    figure.draw_without_rendering()
    axes = figure.axes[0]
    texts = [text for text in axes.texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    for one, other in itertools.combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert not (across > 1 and along > 1)
    frame = figure.bbox
    for box in boxes:
        assert box.x0 >= frame.x0
        assert box.x1 <= frame.x1
        assert box.y1 <= frame.y1
    named = "".join(text.get_text() for text in texts)
    shown = sum(f"第{number}区" in named for number in range(n))
    assert shown >= 0.8 * n or "等" in named
    assert "〓" not in exhibit.notes()[0]


def test_the_raw_data_of_an_xy_plot_are_the_memberships():
    exhibit = figure_xy(solve(), **SAID, x="A*~B")
    data = exhibit.data.set_index("case")
    assert data["x"].to_dict() == {"u": 0, "v": 0, "w": 0, "x": 1, "y": 0, "z": 1}
    assert data["kind"].to_dict() == {
        "u": "irrelevant",
        "v": "irrelevant",
        "w": "irrelevant",
        "x": "typical",
        "y": "uncovered",
        "z": "typical",
    }
    # A*~B holds two of the three cases of Y and no other
    assert "一致性 1.000，PRI 1.000，覆盖度 0.667" in exhibit.note
    with pytest.raises(InputError, match="no condition"):
        figure_xy(solve(), **SAID, x="Z")


def test_of_very_many_cases_only_those_that_speak_against_are_named():
    table = crowded(80, 5, 0)
    exhibit = figure_xy(solve(table, incl_cut=0.85), **SAID)
    named = [text.get_text() for text in exhibit.draw().axes[0].texts]
    data = exhibit.data
    against = data[(data["x"] > 0.5) & ((data["y"] <= 0.5) | (data["x"] > data["y"]))]
    assert f"未标名 {80 - len(against)} 个" in exhibit.note
    assert sum(name.count("第") for name in named) <= len(against)


def test_figures_are_the_same_bytes_every_time_and_in_two_languages():
    first, second = (figure_xy(solve(), **SAID, labels=LABELS).image("png") for _ in range(2))
    assert first == second
    english = figure_xy(solve(), **SAID, lang="en").draw()
    words = [text.get_text() for text in english.legends[0].get_texts()]
    assert words == ["typical", "irrelevant"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_placed_labels_keep_apart_and_stay_inside(seed, n):
    random = np.random.default_rng(seed)
    points = random.random((n, 2)) * [9.0, 9.0]
    halves = label_halves(["一二三" * int(k) for k in random.integers(1, 4, n)])
    centres = place_labels(points, halves, (9.0, 9.0))
    placed = np.flatnonzero(~np.isnan(centres[:, 0]))
    for one, other in itertools.combinations(placed, 2):
        apart = np.abs(centres[one] - centres[other]) - halves[one] - halves[other]
        assert (apart > 0).any()
    for one in placed:
        assert (centres[one] - halves[one] >= 0).all()
        assert (centres[one] + halves[one] <= 9.0).all()
        assert not (np.abs(points - centres[one]) < halves[one]).all(axis=1).any()


def test_points_on_one_another_share_a_label():
    assert together(np.array([[0.0, 0.0], [5.0, 5.0], [0.02, 0.0]])) == [[0, 2], [1]]


def test_labels_replace_names_of_sets_and_no_other_words():
    labels = {"A": "组织创新", "DEV": "发展", "DEVX": "别的"}
    assert labelled("A solution ~A*DEV + DEVX, 'A' DEV.", labels) == (
        "A solution ~组织创新*发展 + 别的, '组织创新' 发展."
    )
    with pytest.raises(InputError, match="name 'Z'"):
        anchors_said({"Z": {"anchors": 1}}, ["A", "~Y"], {}, "zh")
