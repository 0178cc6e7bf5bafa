"""Scores and panel on tables small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.marks import is_simulated, mark_simulated

CEDAR, ELM, OAK = "110101", "110102", "110105"


@pytest.fixture
def read():
    """Six sentences: three on one district, two on another, one that names none."""
    return pd.DataFrame(
        {
            "doc_id": ["a", "a", "a", "a", "b", "b"],
            "start": [0, 10, 20, 30, 0, 10],
            "end": [10, 20, 30, 40, 10, 20],
            "region_code": [CEDAR, CEDAR, ELM, np.nan, CEDAR, ELM],
        }
    )


def judge(*rows, coder="author"):
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "code_id", "value"])
    return table.assign(coder=coder)


@pytest.fixture
def found():
    return judge(
        ("a", 0, 10, "DIM.LAW", 1),
        ("a", 10, 20, "DIM.LAW", 1),
        ("a", 20, 30, "DIM.LAW", 0),  # looked at, and not found
        ("a", 30, 40, "DIM.LAW", 1),  # belongs to no district
        ("b", 0, 10, "DIM.FINE", 1),
    )


def test_share_is_coded_over_read(found, read):
    result = pbgov.score(found, read, by="region_code")
    expected = pd.DataFrame(
        {
            "unit": [CEDAR, CEDAR, ELM, ELM],
            "code_id": ["DIM.FINE", "DIM.LAW", "DIM.FINE", "DIM.LAW"],
            "n_segments": [3, 3, 2, 2],
            "n_coded": [1.0, 2.0, 0.0, 0.0],
            "share": [1 / 3, 2 / 3, 0.0, 0.0],
        }
    )
    pd.testing.assert_frame_equal(result, expected, check_dtype=False)
    assert result.attrs["unplaced"] == 1


def test_unread_is_not_absent(found, read):
    result = pbgov.score(found, read, by="region_code", units=[OAK, ELM], codes=["DIM.LAW"])
    assert list(result.unit) == [OAK, ELM, CEDAR]  # what was read about stays in
    assert list(result.n_segments) == [0, 2, 3]
    assert np.isnan(result.share[0])
    assert np.isnan(result.n_coded[0])
    assert list(result.share[1:]) == [0.0, pytest.approx(2 / 3)]


def test_a_code_nobody_used_is_absent_where_read(found, read):
    result = pbgov.score(found, read, codes=["PROB.MISM"])
    assert list(result.unit) == ["a", "b"]
    assert list(result.n_coded) == [0, 0]


def test_value_zero_says_no_more_than_no_judgement(found, read):
    pd.testing.assert_frame_equal(
        pbgov.score(found, read), pbgov.score(found[found.value.eq(1)], read)
    )


def test_order_of_rows_changes_no_number(found, read):
    shuffled = pbgov.score(
        found.sample(frac=1, random_state=3), read.sample(frac=1, random_state=4)
    )
    ordered = pbgov.score(found, read)
    keys = ["unit", "code_id"]
    pd.testing.assert_frame_equal(
        shuffled.sort_values(keys, ignore_index=True), ordered.sort_values(keys, ignore_index=True)
    )


def test_a_segment_on_two_units_counts_for_each(found, read):
    also = read.iloc[[0]].assign(region_code=ELM)
    result = pbgov.score(found, pd.concat([read, also]), by="region_code", codes=["DIM.LAW"])
    assert list(result.n_segments) == [3, 3]
    assert list(result.n_coded) == [2, 1]


def test_headings_are_not_reading(found, read):
    heading = pd.DataFrame({"doc_id": ["a"], "start": [90], "end": [95], "region_code": [CEDAR]})
    with_kind = pd.concat([read.assign(kind="sentence"), heading.assign(kind="heading")])
    pd.testing.assert_frame_equal(pbgov.score(found, with_kind), pbgov.score(found, read))


def test_a_coding_outside_what_was_read_is_a_mistake(found, read):
    stray = judge(("a", 0, 40, "DIM.LAW", 1))
    with pytest.raises(InputError, match=r"a\[0:40\] \(DIM\.LAW\).*not among the segments read"):
        pbgov.score(pd.concat([found, stray]), read)


def test_coders_are_not_mixed(found, read):
    two = pd.concat([found, judge(("b", 10, 20, "DIM.LAW", 1), coder="rules")])
    with pytest.raises(InputError, match="2 coders \\(author, rules\\)"):
        pbgov.score(two, read)
    assert pbgov.score(two, read, coder="rules").n_coded.sum() == 1
    with pytest.raises(InputError, match="nothing by 'draft'"):
        pbgov.score(two, read, coder="draft")


def test_score_refuses_what_cannot_be_meant(found, read):
    with pytest.raises(InputError, match="more than once"):
        pbgov.score(found, pd.concat([read, read.iloc[[0]]]))
    with pytest.raises(InputError, match="segments has no column region"):
        pbgov.score(found, read, by="region")
    with pytest.raises(InputError, match="no code to count"):
        pbgov.score(found.iloc[:0], read)


def test_nothing_coded_is_still_something_read(found, read):
    result = pbgov.score(found.iloc[:0], read, codes=["DIM.LAW"])
    assert list(result.share) == [0.0, 0.0]


def test_score_leaves_its_arguments_alone(found, read):
    before = found.copy(), read.copy()
    pbgov.score(found, read, by="region_code")
    pd.testing.assert_frame_equal(found, before[0])
    pd.testing.assert_frame_equal(read, before[1])


def test_score_hands_the_mark_on(found, read):
    assert not is_simulated(pbgov.score(found, read))
    assert is_simulated(pbgov.score(mark_simulated(found), read))


# ---- panel ------------------------------------------------------------------------------------


@pytest.fixture
def scores(found, read):
    return pbgov.score(found, read, by="region_code", units=["110118"])


def figures(*rows, status="实际"):
    table = pd.DataFrame(rows, columns=["region_code", "period", "indicator", "value"])
    return table.assign(status=status)


@pytest.fixture
def recorded():
    return figures(
        (CEDAR, "2020", "人口", 70.0),
        (ELM, "2020", "人口", 110.0),
        ("110119", "2020", "人口", 34.0),
        (CEDAR, "2010", "人口", 91.0),
        (ELM, "2024", "满意率", 98.0),
    )


def test_panel_is_wide_and_lists_what_it_lost(scores, recorded):
    panel = pbgov.join_panel(scores, recorded, periods={"满意率": "2024", "人口": "2020"})
    expected = pd.DataFrame(
        {
            "region_code": [CEDAR, ELM],
            "n_segments": [3, 2],
            "share_DIM.FINE": [1 / 3, 0.0],
            "share_DIM.LAW": [2 / 3, 0.0],
            "满意率": [np.nan, 98.0],
            "人口": [70.0, 110.0],
        }
    )
    pd.testing.assert_frame_equal(panel.data, expected, check_dtype=False)
    assert panel.only_scores == ("110118",)
    assert panel.only_indicators == ("110119",)
    assert panel.periods == {"满意率": "2024", "人口": "2020"}
    assert not panel.simulated
    assert str(panel) == (
        "Panel: 2 joined; scores only: ['110118']; indicators only: ['110119']; "
        "figures missing: 满意率 1"
    )


def test_an_unread_unit_joins_as_unread(scores, recorded):
    more = pd.concat([recorded, figures(("110118", "2020", "人口", 50.0))])
    panel = pbgov.join_panel(scores, more, periods="2020")
    unread = panel.data.set_index("region_code").loc["110118"]
    assert unread.n_segments == 0
    assert pd.isna(unread["share_DIM.LAW"])
    assert panel.only_scores == ()


def test_many_lost_units_are_counted_in_print_and_kept_in_full(scores, recorded):
    streets = figures(*((f"110101{i:03}", "2020", "人口", 1.0) for i in range(20)))
    panel = pbgov.join_panel(scores, pd.concat([recorded, streets]), periods="2020")
    assert len(panel.only_indicators) == 21
    assert "and 13 more" in str(panel)


def test_periods_are_chosen_by_the_caller(scores, recorded):
    with pytest.raises(InputError, match="人口 has 2 periods \\(2010, 2020\\)"):
        pbgov.join_panel(scores, recorded)
    with pytest.raises(InputError, match="no period '2021'; it has 2010, 2020"):
        pbgov.join_panel(scores, recorded, periods={"人口": "2021"})
    with pytest.raises(InputError, match="holds no '收入'"):
        pbgov.join_panel(scores, recorded, periods={"收入": "2020"})
    with pytest.raises(InputError, match="nothing for period '1999'"):
        pbgov.join_panel(scores, recorded, periods="1999")
    filtered = recorded[recorded.period.ne("2010")]
    assert pbgov.join_panel(scores, filtered).periods == {"人口": "2020", "满意率": "2024"}


def test_panel_refuses_duplicates(scores, recorded):
    again = figures((CEDAR, "2020", "人口", 71.0))
    with pytest.raises(InputError, match="人口 of 110101 more than once"):
        pbgov.join_panel(scores, pd.concat([recorded, again]), periods={"人口": "2020"})
    with pytest.raises(InputError, match=r"DIM\.FINE of 110118 more than once"):
        pbgov.join_panel(pd.concat([scores, scores]), recorded, periods={"人口": "2020"})


def test_panel_refuses_scores_from_different_reading(scores, recorded):
    other = scores.copy()
    other.loc[other.code_id.eq("DIM.LAW") & other.unit.eq(CEDAR), "n_segments"] = 9
    with pytest.raises(InputError, match="110101 rest on different numbers"):
        pbgov.join_panel(other, recorded, periods={"人口": "2020"})


def test_a_join_of_nothing_is_a_mistake(found, read, recorded):
    by_document = pbgov.score(found, read)
    with pytest.raises(InputError, match="No unit is both in scores"):
        pbgov.join_panel(by_document, recorded, periods={"人口": "2020"})


def test_panel_hands_the_mark_on(scores, recorded):
    made_up = figures((CEDAR, "2024", "模拟满意率", 90.0), status="模拟")
    both = pd.concat([recorded, made_up])
    real = pbgov.join_panel(scores, both, periods={"人口": "2020"})
    assert not real.simulated
    panel = pbgov.join_panel(scores, both, periods={"人口": "2020", "模拟满意率": "2024"})
    assert panel.simulated
    assert is_simulated(panel)
    assert is_simulated(panel.data)
    assert str(panel).startswith("【模拟】")


def test_shipped_indicators_join(root):
    indicators = pbgov.read_indicators(root / "data" / "indicators")
    read = pd.DataFrame({"doc_id": "a", "start": [0], "end": [5], "region_code": ["110105"]})
    scores = pbgov.score(judge(("a", 0, 5, "DIM.LAW", 1)), read, by="region_code", units=["110101"])
    panel = pbgov.join_panel(scores, indicators, periods={"人口密度": "2020-11-01"})
    assert len(panel.data) == 2
    assert len(panel.only_indicators) == 14
    density = panel.data.set_index("region_code")["人口密度"]
    assert density["110105"] == pytest.approx(3_452_460 / 463.29, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 2}, "value 2 for a"),
        ({"value": np.nan}, "value nan for a"),
        ({"value": "1"}, "value '1' for a"),
    ],
)
def test_a_judgement_is_one_or_zero(found, read, change, message):
    with pytest.raises(InputError, match=message):
        pbgov.score(found.assign(**change), read, by="region_code")


def test_two_judgements_of_one_stretch_are_refused_not_chosen_between(found, read):
    torn = pd.concat([found, found.iloc[:1].assign(value=0)])
    with pytest.raises(InputError, match=r"judges a\[0:10\] \(DIM\.LAW\) more than once"):
        pbgov.score(torn, read, by="region_code")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"units": "110101"}, r"write a list, \['110101'\]"),
        ({"codes": "DIM.LAW"}, r"write a list, \['DIM.LAW'\]"),
        ({"units": ["110101", None]}, "units holds None"),
    ],
)
def test_lists_of_names_are_lists_of_names(found, read, asked, message):
    with pytest.raises(InputError, match=message):
        pbgov.score(found, read, by="region_code", **asked)


def test_codes_that_became_numbers_meet_or_are_refused(found, read):
    placed = read.dropna(subset=["region_code"])
    inside = found.drop(index=3)
    whole = pbgov.score(
        inside, placed.assign(region_code=placed.region_code.astype(int)), "region_code"
    )
    pd.testing.assert_frame_equal(whole, pbgov.score(inside, placed, "region_code"))
    with pytest.raises(InputError, match=r"110101\.0; codes of units are text"):
        pbgov.score(found, read.assign(region_code=read.region_code.astype(float)), "region_code")
    figures = pd.DataFrame(
        {"region_code": [110101, 110102], "period": 2020, "indicator": "人口", "value": [1.0, 2.0]}
    )
    assert list(pbgov.join_panel(whole, figures, periods="2020").data["人口"]) == [1.0, 2.0]


@pytest.mark.parametrize("name", ["share_DIM.LAW", "region_code", "n_segments", "status"])
def test_an_indicator_does_not_displace_a_column_of_the_panel(found, read, name):
    figures = pd.DataFrame(
        {"region_code": [CEDAR, ELM], "period": "2020", "indicator": name, "value": [1.0, 2.0]}
    )
    with pytest.raises(InputError, match=f"named '{name}'"):
        pbgov.join_panel(pbgov.score(found, read, by="region_code"), figures)


def test_a_panel_says_what_is_wrong_with_its_tables(found, read):
    scores = pbgov.score(found, read, by="region_code")
    figures = pd.DataFrame(
        {"region_code": [CEDAR, ELM], "period": "2020", "indicator": "人口", "value": [1.0, 2.0]}
    )
    with pytest.raises(InputError, match="indicators has no column period"):
        pbgov.join_panel(scores, figures.drop(columns="period"))
    with pytest.raises(InputError, match="scores has no column share"):
        pbgov.join_panel(scores.drop(columns="share"), figures)
    with pytest.raises(InputError, match="1 rows without region_code"):
        pbgov.join_panel(scores, figures.assign(region_code=[CEDAR, None]))
    with pytest.raises(InputError, match=r"write one period as text"):
        pbgov.join_panel(scores, figures, periods=["2020"])
