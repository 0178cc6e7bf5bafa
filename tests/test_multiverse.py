"""Coding choices crossed with specification choices: each row a regression of its own."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.errors import InputError
from pbgov.evaluation.doubts.coding_choices import FOCAL, coding_tables
from pbgov.evaluation.doubts.multiverse import multiverse
from pbgov.evaluation.doubts.multiverse_result import Multiverse
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.indicators.scores import score
from pbgov.marks import is_simulated, mark_simulated


def districts(seed=1, n=16, effect=6.0):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(n)],
            "占比": random.uniform(size=n),
            "密度": random.normal(size=n),
            "收入": random.normal(size=n),
        }
    )
    table["满意率"] = 80 + effect * table["占比"] + table["密度"] + random.normal(size=n)
    table["解决率"] = 0.8 + 0.05 * table["占比"] + 0.05 * random.normal(size=n)
    return table


def recoded(table, seed):
    random = np.random.default_rng(seed)
    return table.assign(占比=(table["占比"] + 0.1 * random.normal(size=len(table))).clip(0, 1))


def two_coders(**changed):
    table = districts()
    made = {"甲": table, "乙": recoded(table, 5)}
    usual = {
        "outcomes": ["满意率", "解决率"],
        "focal": ["占比"],
        "controls": ["密度", "收入"],
        "draws": 99,
    }
    return made, multiverse(made, **(usual | changed))


def terms(estimate, name):
    assert isinstance(estimate, Estimate), str(estimate)
    return estimate.terms.set_index("term").loc[name]


# ---- every row is the regression it says ------------------------------------------------------


def test_each_specification_is_what_regress_gives():
    made, many = two_coders(allow_regressors=3)
    assert isinstance(many, Multiverse)
    assert len(many.table) == 2 * 2 * 4
    for row in many.table.to_dict("records"):
        held = "" if row["controls"] == "无" else f" + {row['controls']}"
        alone = regress(
            made[row["编码"]], f"{row['outcome']} ~ 占比{held}", allow_regressors=3, permutations=9
        )
        for name in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
            assert row[name] == pytest.approx(terms(alone, "占比")[name], rel=1e-9), name
        assert (row["n"], row["n_units"], row["reason"]) == (16, 16, "")


def test_partial_correlations_are_without_units_and_their_intervals_say_the_same():
    made, many = two_coders()
    scaled = {name: each.assign(满意率=each["满意率"] * 1000) for name, each in made.items()}
    other = multiverse(
        scaled, outcomes=["满意率", "解决率"], focal=["占比"], controls=["密度", "收入"], draws=99
    )
    np.testing.assert_allclose(many.table["partial_r"], other.table["partial_r"], atol=1e-12)
    assert many.summary.median == pytest.approx(other.summary.median)
    known = many.table.dropna(subset=["conf_low"])
    plain = known[known["controls"].eq("无") & known["编码"].eq("甲")]
    correlations = [
        np.corrcoef(made["甲"]["占比"], made["甲"][name])[0, 1] for name in plain["outcome"]
    ]
    np.testing.assert_allclose(plain["partial_r"], correlations)
    holds = (known["conf_low"] > 0) | (known["conf_high"] < 0)
    apart = (known["partial_r_low"] > 0) | (known["partial_r_high"] < 0)
    pd.testing.assert_series_equal(holds, apart, check_names=False)
    pd.testing.assert_series_equal(holds, known["p_value"].lt(0.05), check_names=False)


def test_more_regressors_than_units_carry_stay_in_the_table_with_a_reason():
    _, many = two_coders()
    both = many.table["controls"].eq("密度 + 收入")
    assert many.table.loc[both, "reason"].str.contains("单位太少").all()
    assert many.table.loc[both, ["estimate", "p_value", "partial_r"]].isna().all(axis=None)
    assert many.table.loc[~both, "reason"].eq("").all()
    assert many.summary.n_specifications == 16
    assert many.summary.n_estimated == 12
    assert any(remark.rule == "gaps" and "4 个设定没有估计" in remark.zh for remark in many.remarks)


def test_streets_in_districts_get_cr2():
    random = np.random.default_rng(4)
    table = districts().loc[np.repeat(np.arange(16), 6)].reset_index(drop=True)
    table["满意率"] += random.normal(size=96)
    table["新旧"] = random.normal(size=96)
    many = multiverse(
        table,
        outcomes=["满意率"],
        focal=["占比"],
        controls=["新旧"],
        cluster="region_code",
        draws=49,
    )
    for row, formula in zip(
        many.table.to_dict("records"), ("满意率 ~ 占比", "满意率 ~ 占比 + 新旧"), strict=True
    ):
        alone = terms(regress(table, formula, "region_code", permutations=9), "占比")
        for name in ("estimate", "std_error", "df", "p_value"):
            assert row[name] == pytest.approx(alone[name], rel=1e-9)
        assert (row["n"], row["n_units"]) == (96, 16)
    assert "CR2" in many.covariance
    within = multiverse(table, outcomes=["满意率"], focal=["新旧"], cluster="region_code", draws=49)
    assert np.isnan(within.summary.p_median)
    assert any("没有置换检验" in remark.zh for remark in within.remarks)


def test_few_treated_districts_get_no_sandwich_p():
    table = districts().assign(试点=(np.arange(16) < 3).astype(float))
    many = multiverse(table, outcomes=["满意率"], focal=["试点"], draws=99)
    assert many.table["p_value"].isna().all()
    assert many.table["conf_low"].isna().all()
    assert many.table["estimate"].notna().all()
    assert many.summary.n_tested == 0
    assert many.summary.exact
    assert many.summary.n_permutations == 560
    assert "没有一个给出 p 值" in str(many)
    assert np.isnan(many.summary.p_significant)
    assert "p<0.05 的比例无从比较" in str(many)


def test_no_p_value_at_all_is_no_p_of_their_share_with_clusters_either():
    """Under permutation CR1S gives p values; the share among none has nothing to be compared with."""
    table = districts().loc[np.repeat(np.arange(16), 2)].reset_index(drop=True)
    table["满意率"] += np.random.default_rng(2).normal(size=32)
    table["试点"] = table["region_code"].isin(table["region_code"].unique()[:3]).astype(float)
    many = multiverse(table, outcomes=["满意率"], focal=["试点"], cluster="region_code", draws=49)
    assert many.summary.n_tested == 0
    assert np.isnan(many.summary.p_significant)
    assert np.isfinite(many.summary.p_median)


def test_a_choice_of_rows_that_holds_none_is_not_estimated():
    many = multiverse(
        districts(),
        outcomes=["满意率"],
        focal=["占比"],
        rows={"全部": None, "一个也没有": lambda table: table["密度"] > 1e9},
        draws=49,
    )
    why = many.table.set_index("rows")["reason"]
    assert why["全部"] == ""
    assert "不足 2 个单位" in why["一个也没有"]
    assert np.isfinite(many.summary.p_median)


# ---- missing, undefined, dependent ------------------------------------------------------------


def test_units_unread_by_one_coder_shrink_only_his_specifications():
    table = districts()
    unread = table.assign(占比=table["占比"].where(table.index != 3))
    table.loc[5, "解决率"] = np.nan
    many = multiverse(
        {"甲": table, "乙": unread}, outcomes=["满意率", "解决率"], focal=["占比"], draws=49
    )
    assert many.table["n"].tolist() == [16, 15, 16 - 1, 16 - 1]
    assert "15 至 16 个区" in str(many)
    alone = regress(unread, "满意率 ~ 占比", permutations=9)
    assert many.table["p_value"][2] == pytest.approx(terms(alone, "占比")["p_value"])


def test_what_cannot_be_estimated_says_why():
    table = districts().assign(倍=lambda t: 2 * t["密度"], 同=5.0, 空=np.nan)
    many = multiverse(
        table,
        outcomes=["满意率", "同", "空"],
        focal=["占比", "np.log(密度)"],
        control_sets={"无": [], "共线": ["密度", "倍"], "不变": ["同"]},
        allow_regressors=3,
        draws=9,
    )
    why = many.table.set_index(["outcome", "focal", "controls"])["reason"]
    assert why["满意率", "占比", "无"] == ""
    assert "共线" in why["满意率", "占比", "共线"]
    assert "没有变化" in why["满意率", "占比", "不变"]
    assert "被完全拟合" in why["同", "占比", "无"]
    assert "不足 2 个单位" in why["空", "占比", "无"]
    assert "不是有限数" in why["满意率", "np.log(密度)", "无"]
    assert len(why) == 18


def test_nothing_at_all_is_a_refusal_with_the_commonest_reason():
    made = multiverse(districts().assign(同=5.0), outcomes=["同"], focal=["占比"])
    assert isinstance(made, NotEstimated)
    assert "被完全拟合" in made.reason
    few = multiverse(districts(n=6), outcomes=["满意率"], focal=["占比"])
    assert isinstance(few, NotEstimated)
    assert "残差自由度不足 10" in few.reason
    twice = multiverse(pd.concat([districts(), districts()]), outcomes=["满意率"], focal=["占比"])
    assert isinstance(twice, NotEstimated)
    assert "cluster=" in twice.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcomes": ["没有"]}, "没有"),
        ({"outcomes": "满意率"}, "one text"),
        ({"outcomes": []}, "empty"),
        ({"focal": ["C(字)"]}, "15 columns"),
        ({"focal": ["占比", "占比"]}, "twice"),
        ({"control_sets": {"无": []}}, "one of them"),
        ({"controls": (), "control_sets": {"甲": "密度"}}, "one text"),
        ({"controls": (), "control_sets": {}}, "empty"),
        ({"rows": {}}, "rows is empty"),
        ({"rows": {"甲": lambda table: table["密度"]}}, "True or False"),
        ({"unit": "街道"}, "街道"),
        ({"coding": {"编码者": ["甲"]}}, "only one table"),
        ({"draws": 0}, "draws"),
        ({"allow_regressors": "3"}, "whole number"),
    ],
)
def test_misuse_is_refused(change, said):
    table = districts().assign(字=list("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"))
    usual = {"outcomes": ["满意率"], "focal": ["占比"], "controls": ["密度"]}
    with pytest.raises(InputError, match=said):
        multiverse(table, **(usual | change))


def test_numbers_written_as_text_and_odd_tables_are_refused():
    table = districts()
    usual = {"outcomes": ["满意率"], "focal": ["占比"]}
    with pytest.raises(InputError, match="numbers written as text"):
        multiverse(table.assign(占比=table["占比"].astype("str")), **usual)
    with pytest.raises(InputError, match="no combination"):
        multiverse({"丙": table}, coding={"编码者": ["甲", "乙"]}, **usual)
    with pytest.raises(InputError, match="name their axes"):
        multiverse({("甲", "句"): table}, **usual)
    with pytest.raises(InputError, match="as a column of the result is"):
        multiverse({"甲": table}, coding={"rows": ["甲"]}, **usual)
    with pytest.raises(InputError, match="fill it in"):
        multiverse(table.assign(region_code=pd.array([None] * 16, dtype="str")), **usual)


# ---- the curve --------------------------------------------------------------------------------


def test_permutation_is_that_of_refitting_everything_by_hand():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"region_code": list("甲乙丙丁戊"), "y": random.normal(size=5)})
    first, second = random.normal(size=5), random.normal(size=5)
    second[2] = np.nan
    tables = {"甲": table.assign(x=first), "乙": table.assign(x=second)}
    from pbgov.evaluation.doubts import crossing

    crossing_df, crossing.RESIDUAL_DF = crossing.RESIDUAL_DF, 0
    try:
        many = multiverse(tables, outcomes=["y"], focal=["x"])
    finally:
        crossing.RESIDUAL_DF = crossing_df

    def median(order):
        found = []
        for x in (first, second):
            moved = x[list(order)]
            known = ~np.isnan(moved)
            found.append(np.corrcoef(moved[known], table["y"][known])[0, 1])
        return np.median(found)

    every = np.array([median(order) for order in permutations(range(5))])
    assert many.summary.exact
    assert many.summary.n_permutations == 120
    assert many.summary.median == pytest.approx(every[0])
    expected = (np.abs(every) >= abs(every[0]) - 1e-12).mean()
    assert many.summary.p_median == pytest.approx(expected)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_order_of_rows_makes_no_difference(seed):
    made, many = two_coders()
    random = np.random.default_rng(seed)
    shuffled = {
        name: each.iloc[random.permutation(16)].reset_index(drop=True)
        for name, each in made.items()
    }
    other = multiverse(
        shuffled, outcomes=["满意率", "解决率"], focal=["占比"], controls=["密度", "收入"], draws=99
    )
    numbers = ["estimate", "std_error", "df", "p_value", "partial_r"]
    np.testing.assert_allclose(many.table[numbers], other.table[numbers], rtol=1e-9)
    assert many.summary.p_median == other.summary.p_median


def test_by_choice_says_how_far_each_choice_moves_the_median():
    _, many = two_coders(controls=())
    r = many.table["partial_r"]
    rows = many.by_choice.set_index(["axis", "choice"])
    assert set(many.by_choice["axis"]) == {"编码", "outcome"}
    for outcome in ("满意率", "解决率"):
        mine = r[many.table["outcome"].eq(outcome)]
        assert rows.loc[("outcome", outcome), "shift"] == pytest.approx(mine.median() - r.median())
    groups = many.table.groupby("outcome")["partial_r"]
    between = ((groups.transform("mean") - r.mean()) ** 2).sum() / ((r - r.mean()) ** 2).sum()
    assert rows.loc[("outcome", "满意率"), "variance_share"] == pytest.approx(between)
    assert rows["variance_share"].groupby("axis").first().sum() <= 1 + 1e-12


def test_the_median_and_the_shares_are_told_first():
    made, many = two_coders()
    lines = str(many).splitlines()
    r = many.table["partial_r"].dropna()
    assert f"中位数为 {r.median():.2f}（{r.min():.2f} 至 {r.max():.2f}）" in lines[1]
    assert "同号" in lines[1]
    assert "p<0.05 的占" in lines[1]
    assert "置换检验" in lines[2]
    assert len(many.limits("en")) == len(many.limits("zh")) == len(many.remarks)
    assert "median partial correlation" in " ".join(many.limits("en"))
    said = "".join((*many.limits("zh"), *many.limits("en")))
    assert not any(word in said for word in ("导致", "提升", "效应", "effect"))
    marked = multiverse(
        {name: mark_simulated(each) for name, each in made.items()},
        outcomes=["满意率"],
        focal=["占比"],
        draws=9,
    )
    assert marked.simulated
    assert is_simulated((marked.table, marked.by_choice))
    assert str(marked).startswith("【模拟】")
    assert not many.simulated


def test_planted_association_stands_and_progress_is_told():
    heard = []
    strong = multiverse(
        {"甲": districts(effect=12), "乙": recoded(districts(effect=12), 2)},
        outcomes=["满意率"],
        focal={"占比": "占比", "对数": "np.log1p(占比)"},
        controls=["密度"],
        rows={"全部": None, "去掉 110101": lambda table: table["region_code"].ne("110101")},
        draws=199,
        progress=lambda done, total: heard.append((done, total)),
    )
    assert strong.summary.share_same_sign == 1
    assert strong.summary.p_median == pytest.approx(1 / 200)
    assert strong.table["n"].unique().tolist() == [16, 15]
    assert strong.axes == ("编码", "focal", "with_密度", "rows")
    assert heard[-1] == (8, 8)
    assert heard == sorted(heard)
    assert len(strong.band) == strong.summary.n_estimated
    assert (strong.band["low"] <= strong.band["high"]).all()


def test_a_builder_is_called_once_for_each_combination():
    asked = []

    def build(choices):
        asked.append(tuple(choices.items()))
        return districts(seed=len(choices["编码者"]))

    many = multiverse(
        build,
        coding={"编码者": ["甲", "乙乙"], "计量": ["占比"]},
        outcomes=["满意率"],
        focal=["占比"],
        draws=9,
    )
    assert asked == [(("编码者", "甲"), ("计量", "占比")), (("编码者", "乙乙"), ("计量", "占比"))]
    assert many.table["编码者"].tolist() == ["甲", "乙乙"]
    assert many.axes == ("编码者",)


# ---- tables of coding choices -----------------------------------------------------------------


def coded():
    """Three districts' sentences and paragraphs, judged by two people and the rules."""
    texts = [("a", i, "110101" if i < 4 else "110102") for i in range(6)]
    texts += [("b", i, "110103") for i in range(2)]
    segments = pd.DataFrame(
        [
            (doc, f"{doc}{i}", 10 * i, 10 * i + 10, "sentence", "", "一句话。", unit)
            for doc, i, unit in texts
        ],
        columns=["doc_id", "segment_id", "start", "end", "kind", "heading", "text", "region_code"],
    )
    given_ = {
        "甲": [("a", 0), ("a", 1), ("a", 5), ("b", 0)],
        "乙": [("a", 0)],
        "rules": [("a", 0), ("a", 2), ("b", 1)],
    }
    codings = pd.DataFrame(
        [
            (doc, f"{doc}{i}", 10 * i, 10 * i + 10, "INNOV.ORG", coder, 1, np.nan)
            for coder, places in given_.items()
            for doc, i in places
        ],
        columns=["doc_id", "segment_id", "start", "end", "code_id", "coder", "value", "memo"],
    )
    data = pd.DataFrame({"region_code": ["110101", "110102", "110103", "110104"], "满意率": 1.0})
    return codings, segments, data


def test_measures_of_each_coder_are_those_of_score():
    codings, segments, data = coded()
    made = coding_tables(codings, segments, data, code="INNOV.ORG", cut_offs=[0.4])
    assert made.coding == {
        "编码者": ["rules", "乙", "甲"],
        "计量": ["有无", "次数", "占比", "占比≥0.4"],
    }
    by_hand = {
        ("甲", "有无"): [1, 1, 1, np.nan],
        ("甲", "次数"): [2, 1, 1, np.nan],
        ("甲", "占比"): [0.5, 0.5, 0.5, np.nan],
        ("甲", "占比≥0.4"): [1, 1, 1, np.nan],
        ("乙", "次数"): [1, 0, np.nan, np.nan],  # 乙 never opened document b
        ("乙", "占比≥0.4"): [0, 0, np.nan, np.nan],
        ("rules", "占比"): [0.5, 0, 0.5, np.nan],
    }
    for key, expected in by_hand.items():
        np.testing.assert_array_equal(made.tables[key][FOCAL], expected, err_msg=str(key))
    scores = score(codings, segments, "region_code", coder="甲").set_index("unit")["share"]
    shares = made.tables["甲", "占比"].set_index("region_code")[FOCAL].dropna()
    np.testing.assert_array_equal(shares, scores[shares.index])
    unread = made.unread.groupby("coder")["unit"].agg(list).to_dict()
    assert unread == {"甲": ["110104"], "乙": ["110103", "110104"], "rules": ["110104"]}
    assert made.unmatched == ()
    assert coding_tables(
        codings, segments, data[data["region_code"].ne("110102")], code="INNOV.ORG"
    ).unmatched == ("110102",)


def test_judgements_of_another_family_elsewhere_do_not_count_as_reading():
    """丙 was asked about innovation in document a, and about modes in document b."""
    codings, segments, data = coded()
    other = codings.iloc[[0, 3]].assign(coder="丙", code_id=["INNOV.ORG", "MODE.M1"])
    states = segments[segments["doc_id"].eq("a")].assign(coder="丙", state="read", families="INNOV")
    made = coding_tables(
        pd.concat([codings, other], ignore_index=True),
        segments,
        data,
        code="INNOV.ORG",
        measures=["share"],
        states=states,
    )
    mine = made.tables["丙", "占比"].set_index("region_code")
    read = segments[segments["doc_id"].eq("a")].groupby("region_code").size()
    assert mine["n_segments"].replace(0, np.nan).dropna().astype(int).to_dict() == read.to_dict()
    assert mine[FOCAL].count() == len(read)
    nothing = codings.iloc[[3]].assign(coder="丁", code_id="MODE.M1")
    silent = coding_tables(
        pd.concat([codings, nothing], ignore_index=True),
        segments,
        data,
        code="INNOV.ORG",
        states=states.assign(coder="丁", families="MODE"),
    )
    assert ("丁", "占比") not in silent.tables
    assert silent.unread["coder"].eq("丁").sum() == len(data)


def test_segmentations_are_an_axis_and_what_nobody_coded_is_not_estimated():
    random = np.random.default_rng(3)
    units = [f"1101{i:02d}" for i in range(16)]
    places = [(unit, i) for unit in units for i in range(5)]
    segments = pd.DataFrame(
        {
            "doc_id": [unit for unit, _ in places],
            "segment_id": [f"{unit}-{i}" for unit, i in places],
            "start": [10 * i for _, i in places],
            "end": [10 * i + 10 for _, i in places],
            "heading": "",
            "text": "一句话。",
            "region_code": [unit for unit, _ in places],
        }
    )
    parts = []
    for coder in ("甲", "rules"):
        part = segments.assign(code_id="INNOV.ORG", coder=coder, value=1, memo=np.nan)
        parts.append(part[random.uniform(size=80) < np.repeat(random.uniform(size=16), 5)])
    codings = pd.concat(parts, ignore_index=True)
    data = pd.DataFrame({"region_code": units, "满意率": random.normal(size=16)})
    made = coding_tables(
        {"句": codings, "段": codings[codings["coder"].eq("rules")]},
        {"句": segments, "段": segments},
        data,
        code="INNOV.ORG",
        measures=["share", "count"],
    )
    assert list(made.coding) == ["编码者", "分析单位", "计量"]
    many = multiverse(made, outcomes=["满意率"], focal=[made.focal], draws=19)
    assert len(many.table) == 2 * 2 * 2
    nobody = many.table["编码者"].eq("甲") & many.table["分析单位"].eq("段")
    assert many.table.loc[nobody, "reason"].str.contains("没有按这一组编码选择").all()
    assert many.table.loc[~nobody, "reason"].eq("").all()
    shares, counts = (
        many.table.loc[~nobody & many.table["计量"].eq(name), "partial_r"].to_numpy()
        for name in ("占比", "次数")
    )
    # people are taken to have read the documents in which they coded, so 甲 may lack districts
    np.testing.assert_allclose(shares, counts)  # five segments each: the same up to a factor


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"measures": ["mean"]}, "mean"),
        ({"measures": "share"}, "share"),
        ({"measures": [], "cut_offs": []}, "nothing to count"),
        ({"cut_offs": [1.5]}, "1.5"),
        ({"coders": ["丙"]}, "丙"),
        ({"coders": []}, "each coder once"),
        ({"coders": ["甲", "甲"]}, "each coder once"),
        ({"coders": "甲"}, "one text"),
        ({"cut_offs": ["0.5"]}, "0.5"),
        ({"codings": coded()[0].iloc[:0]}, "codings is empty"),
        ({"by": "街道"}, "街道"),
        ({"segments": {"句": None}}, "both"),
    ],
)
def test_coding_choices_that_cannot_be_meant_are_refused(change, said):
    codings, segments, data = coded()
    usual = {"codings": codings, "segments": segments, "data": data, "code": "INNOV.ORG"}
    with pytest.raises(InputError, match=said):
        coding_tables(**(usual | change))


def test_regions_that_do_not_match_are_refused():
    codings, segments, data = coded()
    with pytest.raises(InputError, match="compare their names"):
        coding_tables(
            codings, segments, data.assign(region_code=list("甲乙丙丁")), code="INNOV.ORG"
        )


def test_simulated_codings_hand_their_mark_on():
    codings, segments, data = coded()
    made = coding_tables(codings, segments, mark_simulated(data), code="INNOV.ORG")
    assert all(map(pbgov.is_simulated, made.tables.values()))
