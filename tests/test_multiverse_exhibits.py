"""The specification curve, its table, and the list of sentences to read again, as exhibits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from pbgov.errors import InputError
from pbgov.evaluation.doubts.fragility import fragility
from pbgov.evaluation.doubts.multiverse import multiverse
from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.fragility import table_fragility
from pbgov.exhibits.multiverse import figure_specification_curve, table_multiverse
from pbgov.marks import mark_simulated

CODE = "INNOV.ORG"
FORMULA = '满意率 ~ Q("share_INNOV.ORG")'


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


def study(seed=3, n=14, effect=8.0, coders=("rules", "甲")):
    random = np.random.default_rng(seed)
    units = [f"1101{i:02d}" for i in range(n)]
    places = [(unit, i) for unit in units for i in range(int(random.integers(15, 40)))]
    segments = pd.DataFrame(
        {
            "doc_id": [unit for unit, _ in places],
            "segment_id": [f"{unit}-{i}" for unit, i in places],
            "start": [10 * i for _, i in places],
            "end": [10 * i + 10 for _, i in places],
            "kind": "sentence",
            "heading": "",
            "text": [f"{unit} 的第 {i} 句。" for unit, i in places],
            "region_code": [unit for unit, _ in places],
        }
    )
    share = dict(zip(units, random.uniform(0.1, 0.6, n), strict=True))
    parts = []
    for coder in coders:
        hit = random.uniform(size=len(segments)) < segments["region_code"].map(share)
        parts.append(
            segments.loc[hit, ["doc_id", "start", "end", "segment_id"]].assign(
                code_id=CODE, coder=coder, value=1, memo=np.nan, rule=np.nan
            )
        )
    codings = pd.concat(parts, ignore_index=True)
    data = pd.DataFrame(
        {
            "region_code": units,
            "满意率": [80 + effect * share[unit] + random.normal() for unit in units],
            "密度": random.normal(size=n),
        }
    )
    return codings, segments, data


def many(coders=3, mark=lambda table: table, **changed):
    made = {f"词典{number}": mark(recoded(districts(), number)) for number in range(coders)}
    usual = {
        "outcomes": ["满意率", "解决率"],
        "focal": {"占比": "占比", "占比的对数": "np.log1p(占比)"},
        "controls": ["密度", "收入"],
        "draws": 99,
    }
    return multiverse(made, **(usual | changed))


def drawn(exhibit):
    """The two panels of a specification curve."""
    upper, lower = exhibit.draw().axes
    return upper, lower


def test_every_estimated_specification_is_drawn_in_order_with_its_choices():
    made = many()
    exhibit = figure_specification_curve(made, source="模拟的表")
    upper, lower = drawn(exhibit)
    points = {
        float(x): float(y)
        for line in upper.lines
        if line.get_marker() in ("o", "x")
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    estimated = made.table["partial_r"].dropna().sort_values().tolist()
    assert [points[rank] for rank in sorted(points)] == pytest.approx(estimated)
    assert sorted(points) == list(range(1, len(estimated) + 1))
    rows = [label.get_text() for label in lower.get_yticklabels()]
    assert rows[:4] == ["编码", "词典0", "词典1", "词典2"]
    assert rows[-3:] == ["控制变量", "密度", "收入"]
    ordered = made.table.dropna(subset=["partial_r"]).sort_values("partial_r", kind="stable")
    marks = dict(zip([row for row in rows if row not in _HEADS], lower.collections, strict=True))
    for row, column in (("词典1", "编码"), ("满意率", "outcome"), ("占比的对数", "focal")):
        at = [segment[0][0] for segment in marks[row].get_segments()]
        expected = np.flatnonzero(ordered[column].eq(row).to_numpy()) + 1
        np.testing.assert_array_equal(at, expected)
    at = [segment[0][0] for segment in marks["密度"].get_segments()]
    np.testing.assert_array_equal(at, np.flatnonzero(ordered["with_密度"].eq("纳入")) + 1)


_HEADS = ("编码", "结果", "解释变量", "控制变量", "样本")


def test_the_median_line_and_the_band_are_those_of_the_multiverse():
    made = many()
    upper, _ = drawn(figure_specification_curve(made, source="模拟的表"))
    dashed = next(line for line in upper.lines if line.get_linestyle() == "--")
    assert dashed.get_ydata()[0] == pytest.approx(made.summary.median)
    path = upper.collections[0].get_paths()[0].vertices
    assert path[:, 1].min() == pytest.approx(made.band["low"].min())
    assert path[:, 1].max() == pytest.approx(made.band["high"].max())


def test_that_the_band_rests_on_some_permutations_is_said_only_where_it_does():
    made = many()
    assert made.n_band == made.summary.n_permutations == 99
    assert "灰带只用了" not in figure_specification_curve(made, source="模拟的表").notes()[0]
    part = replace(made, n_band=40)
    assert "灰带只用了前 40 种重排" in figure_specification_curve(part, source="表").notes()[0]
    english = figure_specification_curve(part, source="a table", lang="en").notes()[0]
    assert "rests on the first 40 permutations" in english


def test_the_note_tells_the_median_and_the_data_hold_what_was_not_estimated():
    made = many()
    exhibit = figure_specification_curve(made, source="模拟的表")
    note, _ = exhibit.notes()
    assert f"中位数为 {made.summary.median:.2f}" in note
    assert "置换检验" in note
    assert "没有估计" in note
    assert len(exhibit.data) == made.summary.n_specifications
    assert exhibit.footer.startswith("36/48 个设定")
    english = figure_specification_curve(made, source="a table", lang="en")
    note, _ = english.notes()
    assert "median partial correlation" in note
    assert not any("\u4e00" <= char <= "\u9fff" for char in english.title + english.footer)


def test_many_specifications_long_labels_and_too_many_choices_fit_the_page():
    made = many(coders=40, draws=9)
    exhibit = figure_specification_curve(
        made, source="模拟的表", labels={"密度": "常住人口密度（" + "很长的名字" * 5 + "）"}
    )
    figure = exhibit.draw()
    assert figure.get_size_inches()[1] * 2.54 < 23
    assert "下半图未画：编码" in exhibit.notes()[0]
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.canvas.draw()
    boxes = [
        label.get_window_extent(renderer)
        for label in figure.axes[1].get_yticklabels()
        if label.get_text()
    ]
    assert min(box.x0 for box in boxes) >= 0
    ordered = sorted(boxes, key=lambda box: box.y0)
    for below, above in pairwise(ordered):
        assert below.y1 <= above.y0 + 2


def test_the_image_is_the_same_twice_and_marked_where_simulated():
    made = many(mark=mark_simulated, draws=9)
    first = figure_specification_curve(made, source="程序")
    assert first.image("png") == figure_specification_curve(made, source="程序").image("png")
    assert first.caption_text.startswith("【模拟】")
    assert table_multiverse(made, source="程序").simulated


def test_a_curve_without_permutations_has_no_band():
    table = districts().loc[np.repeat(np.arange(16), 4)].reset_index(drop=True)
    table["新旧"] = np.random.default_rng(1).normal(size=64)
    made = multiverse(
        table,
        outcomes=["满意率"],
        focal=["新旧"],
        controls=["密度"],
        cluster="region_code",
    )
    exhibit = figure_specification_curve(made, source="模拟的表")
    upper, _ = drawn(exhibit)
    assert not any("曲线" in str(each.get_label()) for each in upper.collections)
    assert "没有置换检验" in exhibit.notes()[0]


def test_one_specification_alone_can_be_drawn():
    made = many(coders=1, controls=(), outcomes=["满意率"], focal=["占比"], draws=9)
    assert made.axes == ()
    figure_specification_curve(made, source="模拟的表").draw()
    assert table_multiverse(made, source="模拟的表").rows()[0][2] == "1/1"


def test_the_table_has_all_first_and_then_each_choice():
    made = many()
    exhibit = table_multiverse(made, source="模拟的表", labels={"词典1": "第一版"})
    rows = exhibit.rows()
    assert rows[0][0] == "全部设定"
    assert rows[0][3] == f"{made.summary.median:.2f}"
    assert rows[0][2] == "36/48"
    assert len(rows) == 1 + len(made.by_choice)
    assert rows[2][1] == "第一版"
    shares = [row[7] for row in rows if row[0] and row[0] != "全部设定"]
    assert len(shares) == len(made.axes)
    assert all(share.endswith("%") for share in shares)
    english = table_multiverse(made, source="a table", lang="en")
    assert english.header()[0] == "Choice"
    assert english.rows()[0][0] == "All specifications"
    assert [row[1] for row in english.rows()[-2:]] == ["left out", "included"]


def test_sentences_to_read_again_are_printed_with_how_many_would_change():
    codings, segments, data = study()
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    unit = made.units["unit"].iloc[0]
    exhibit = table_fragility(made, source="编码记录", labels={unit: "某区"}, top=4)
    rows = exhibit.rows()
    printed = made.sentences[made.sentences["order"].le(4)]
    assert [row[3] for row in rows] == printed["text"].tolist()
    assert rows[0][1] == f"某区（{made.units['n_change'].iloc[0]}）"
    assert {row[4] for row in rows} <= {"0 → 1", "1 → 0"}
    assert f"全部 {len(made.sentences)} 条见数据" in exhibit.notes()[0]
    assert len(exhibit.data) == len(made.sentences)
    english = table_fragility(made, source="codings", lang="en")
    assert english.header()[0] == "Question"
    assert "read the listed segments again" in english.notes()[0]
    with pytest.raises(InputError, match="top"):
        table_fragility(made, source="编码记录", top=0)


def test_where_nothing_turns_the_reasons_are_printed():
    codings, segments, data = study(effect=400)
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    if len(made.sentences):
        blank = made.sentences.iloc[:0]
        object.__setattr__(made, "sentences", blank)
        table = made.table.assign(reason="全部改判也不变号", reason_en="not even all")
        object.__setattr__(made, "table", table)
    exhibit = table_fragility(made, source="编码记录")
    assert exhibit.header() == ["问题", "原因"]
    assert exhibit.rows()[0][1]


def test_what_was_not_estimated_is_a_table_with_its_reason_and_no_figure():
    refused = multiverse(districts().assign(同=5.0), outcomes=["同"], focal=["占比"])
    assert isinstance(refused, NotEstimated)
    assert "没有估计" in str(table_multiverse(refused, source="表").rows())
    assert "没有估计" in str(table_fragility(refused, source="表").rows())
    with pytest.raises(InputError, match="no curve"):
        figure_specification_curve(refused, source="表")


def test_the_data_of_an_exhibit_are_written_raw(tmp_path):
    made = many(draws=9)
    figure_specification_curve(made, source="表").save(tmp_path)
    written = pd.read_csv(tmp_path / "figures" / "fig-specification-curve.csv")
    np.testing.assert_allclose(written["partial_r"], made.table["partial_r"])
