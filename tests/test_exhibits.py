"""Exhibits: nothing simulated unmarked, nothing rounded in the raw data, nothing unreadable."""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import Remark
from pbgov.exhibits.agreement import figure_agreement, table_agreement
from pbgov.exhibits.coefficients import figure_coefficients, figure_recovery
from pbgov.exhibits.districts import figure_assessment, figure_simulated_path
from pbgov.exhibits.estimates import table_estimate, table_recovery
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.figures import figure_code_region_heatmap, figure_codes_by_document
from pbgov.exhibits.lines import text_width, wrap
from pbgov.exhibits.maps import MAP_WARNING, figure_districts
from pbgov.exhibits.numerals import (
    decimals_for,
    format_count,
    format_interval,
    format_number,
    format_p,
    format_percent,
    reads_as_number,
)
from pbgov.exhibits.style import FAMILY, FONTS, PALETTE, figure_style, new_figure, sequential
from pbgov.exhibits.tables import (
    table_corpus,
    table_data_coverage,
    table_indicators,
    table_practices,
    table_scores,
    table_terms,
)
from pbgov.marks import is_simulated, mark_simulated

NAN = float("nan")
SOURCE = "data/cases 五篇文章摘编"
DATA = pd.DataFrame({"unit": ["110101", "110102"], "value": [0.1234567890123456, -2 / 3]})
BODY = pd.DataFrame({"区": ["东城区", "西城区"], "值": ["0.12", "−0.67"]})


def exhibit(**changes):
    plain = {
        "exhibit_id": "tab-plain",
        "title": "两个区的值",
        "body": BODY,
        "note": "N = 2 个区。",
        "source": SOURCE,
        "data": DATA,
    }
    return Exhibit(**{**plain, **changes})


def figure_body(text="中文 −1.5 ℃ ≥ ① κ ±"):
    def draw():
        figure = new_figure(5)
        axes = figure.add_subplot()
        axes.plot([-1, 0, 1], [1, 2, 3])
        axes.set_xlabel(text)
        return figure

    return draw


# ---- fonts and style --------------------------------------------------------------------------


def test_shipped_font_is_registered_and_drawn_with(recwarn):
    drawn = exhibit(exhibit_id="fig-plain", body=figure_body())
    assert drawn.image("png").startswith(b"\x89PNG")
    assert not recwarn.list
    assert font_manager.findfont(FAMILY).startswith(str(FONTS))
    with figure_style():
        bold = font_manager.FontProperties(family=FAMILY, weight="bold")
        assert "Bold" in font_manager.findfont(bold)


def test_a_character_without_a_glyph_becomes_a_geta_mark_that_the_note_explains(recwarn):
    """U+20BB7 and U+3402 stand outside GB 2312 and the shipped font; 党 stands in both."""
    scores = SCORES.assign(unit=SCORES["unit"].map({"110101": "𠮷党", "110102": "党"}))
    made = figure_codes_by_document(scores, source="㐂", names={"𠮷党": "𠮷党"}, labels={})
    note = made.notes()[0]
    assert "图中“〓”代替字体里没有的字：𠮷（U+20BB7）、㐂（U+3402）。" in note
    with figure_style():
        drawn = made.draw()
        printed = [text.get_text() for text in drawn.findobj(Text)]
        printed += [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert any("〓党" in text for text in printed)
    assert not any("𠮷" in text or "㐂" in text for text in printed)
    assert made.image("png")
    assert not [one for one in recwarn if "Glyph" in str(one.message)]
    plain = figure_codes_by_document(SCORES, source=SOURCE)
    assert "〓" not in plain.notes()[0]
    assert (
        "（U+1F3D9）"
        in exhibit(exhibit_id="fig-plain", body=figure_body("🏙"), lang="en").notes()[0]
    )


def test_style_does_not_outlive_its_block():
    before = dict(mpl.rcParams)
    with figure_style():
        assert mpl.rcParams["font.family"][0] == FAMILY
        assert mpl.rcParams["axes.unicode_minus"] is True
        assert mpl.rcParams["pdf.fonttype"] == 42
    assert dict(mpl.rcParams) == before


def test_dollar_signs_in_labels_are_plain_text():
    drawn = exhibit(exhibit_id="fig-plain", body=figure_body("预算 $1 与 $2"))
    assert drawn.image("svg")


def lightness(colour):
    """CIE L*, from the definition of sRGB."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def test_palette_can_be_told_apart_in_greyscale():
    steps = np.diff([lightness(colour) for colour in PALETTE])
    assert (steps >= 10).all()


def test_map_colours_grow_darker_all_the_way():
    steps = np.diff([lightness(colour[:3]) for colour in sequential()(np.linspace(0, 1, 50))])
    assert (steps < 0).all()
    assert lightness(sequential()(0.0)[:3]) < 96, "the lowest value must not look unread"


# ---- what an exhibit refuses --------------------------------------------------------------------


@pytest.mark.parametrize("field", ["title", "note", "source"])
@pytest.mark.parametrize("empty", ["", "  \n"])
def test_an_exhibit_says_what_it_is(field, empty):
    with pytest.raises(InputError, match=field):
        exhibit(**{field: empty})


@pytest.mark.parametrize("name", ["../up", "Tab 1", "表一", "", "a--b", "tab/x"])
def test_an_exhibit_id_names_a_file(name):
    with pytest.raises(InputError, match="exhibit id"):
        exhibit(exhibit_id=name)


def test_an_exhibit_without_data_is_refused():
    with pytest.raises(InputError, match="no data"):
        exhibit(data=DATA.iloc[:0])


def test_a_table_has_no_figure():
    with pytest.raises(InputError, match="is a table"):
        exhibit().draw()


def test_later_changes_of_the_callers_table_do_not_reach_the_exhibit():
    mine = DATA.copy()
    made = exhibit(data=mine)
    mine.loc[0, "value"] = 99.0
    assert made.data.loc[0, "value"] == DATA.loc[0, "value"]


# ---- simulated ----------------------------------------------------------------------------------

PANEL = pd.DataFrame({"region_code": ["110101"], "period": ["2022-01"], "模拟满意率": [81.2]})
SIMULATED = {
    "column name": {"data": PANEL},
    "status": {"data": DATA.assign(status=["实际", "模拟"])},
    "status in Chinese": {"data": DATA.assign(状态="模拟")},
    "attributes": {"data": mark_simulated(DATA).drop(columns="status")},
    "header of two rows": {
        "data": PANEL.pivot(index="period", columns="region_code", values=["模拟满意率"])
    },
    "body": {"body": BODY.rename(columns={"值": "模拟值"})},
    "evidence": {"evidence": NotEstimated("y ~ x", 1, "太少", "too few", simulated=True)},
    "one of several": {"evidence": (DATA, PANEL)},
    "declared": {"simulated": True},
}


@pytest.mark.parametrize("changes", SIMULATED.values(), ids=SIMULATED)
def test_simulated_data_cannot_pass_unmarked(changes, tmp_path):
    made = exhibit(**{"simulated": False, **changes})
    assert made.simulated is True
    assert "【模拟】" in made.caption(3)
    assert "模拟数据" in made.notes()[0]
    for kept in (replace(made, title="别的标题"), replace(made, simulated=False)):
        assert kept.simulated is True
    files = made.save(tmp_path)
    assert all(path.name.startswith("模拟_") for path in files)
    written = next(path for path in files if path.suffix == ".csv").read_text("utf-8-sig")
    assert "模拟" in written
    assert is_simulated(made.data)


def test_the_footer_of_a_simulated_figure_carries_the_mark_on_the_canvas():
    made = exhibit(exhibit_id="fig-s", body=figure_body(), data=PANEL, footer="N = 1 个区")
    figure = made.draw()
    footer = next(text for text in figure.texts if text.get_gid() == "footer")
    assert footer.get_text().startswith("模拟数据 · N = 1 个区")
    assert footer in figure.texts, "on the canvas, in no axes"


def test_real_data_is_not_marked(tmp_path):
    made = exhibit()
    assert made.caption(2) == "表2  两个区的值"
    assert sorted(path.relative_to(tmp_path).as_posix() for path in made.save(tmp_path)) == [
        "captions/tab-plain.json",
        "tables/tab-plain.csv",
    ]


def test_english_exhibits_are_marked_too():
    made = exhibit(lang="en", title="Two districts", note="N = 2.", simulated=True)
    assert made.caption(1) == "Table 1  [SIMULATED] Two districts"
    assert made.notes()[0].startswith("Note: Simulated data")


# ---- files --------------------------------------------------------------------------------------


def test_saved_data_are_raw(tmp_path):
    exhibit().save(tmp_path)
    with (tmp_path / "tables/tab-plain.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows] == DATA["value"].tolist()


def test_cells_that_a_spreadsheet_would_run_are_guarded(tmp_path):
    data = pd.DataFrame({"term": ['=HYPERLINK("x")', "@a", "党建"], "n": [-1.5, 2.0, 3.0]})
    exhibit(data=data).save(tmp_path)
    with (tmp_path / "tables/tab-plain.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [['\'=HYPERLINK("x")', "-1.5"], ["'@a", "2.0"], ["党建", "3.0"]]


def test_caption_file(tmp_path):
    made = exhibit(exhibit_id="fig-plain", body=figure_body(), data=PANEL)
    made.save(tmp_path)
    caption = json.loads((tmp_path / "captions/模拟_fig-plain.json").read_text("utf-8"))
    assert caption["simulated"] is True
    assert caption["caption"] == "【模拟】两个区的值"
    assert caption["kind"] == "figure"
    assert SOURCE in caption["source"]


def test_same_exhibit_same_bytes(tmp_path):
    for folder in ("one", "two"):
        exhibit(exhibit_id="fig-plain", body=figure_body()).save(tmp_path / folder)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in ("one", "two")
    )
    assert sorted(first) == [f"fig-plain.{kind}" for kind in ("csv", "json", "pdf", "png", "svg")]
    assert first == second
    assert b"Software" not in first["fig-plain.png"]
    assert b"<dc:date>" not in first["fig-plain.svg"]
    assert b"<text" not in first["fig-plain.svg"], "letters are outlines: no font needed to read it"


def test_notebook_view_escapes_and_needs_no_network():
    shown = exhibit(title="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in shown
    drawn = exhibit(exhibit_id="fig-plain", body=figure_body())._repr_html_()
    assert 'src="data:image/svg+xml;base64,' in drawn
    assert "http" not in drawn.split("base64,")[0]


# ---- how numbers are written --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "draws", "printed"),
    [
        (0.0, None, "<0.001"),
        (1e-300, None, "<0.001"),
        (0.0009999, None, "<0.001"),
        (0.001, None, "0.001"),
        (0.0494, None, "0.049"),
        (0.5, None, "0.500"),
        (0.9996, None, ">0.999"),
        (1.0, None, "1.000"),
        (NAN, None, "—"),
        (0.0005, 1999, "<0.001"),
        (0.01, 99, "0.010"),
        (0.0, 99, "<0.010"),
    ],
)
def test_p_values(value, draws, printed):
    assert format_p(value, draws) == printed


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_what_is_not_a_p_value_is_refused(value):
    with pytest.raises(InputError, match="p value"):
        format_p(value)


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (-0.5, 2, "−0.50"),
        (-1e-9, 2, "−1.0e−09"),
        (0.0, 2, "0.00"),
        (-0.0, 1, "0.0"),
        (1234567.0, 0, "1,234,567"),
        (NAN, 2, "—"),
        (None, 2, "—"),
        (pd.NA, 2, "—"),
        (float("-inf"), 1, "−∞"),
        (np.float64(2.345), 1, "2.3"),
    ],
)
def test_numbers(value, decimals, printed):
    assert format_number(value, decimals) == printed


def test_counts_percentages_and_intervals():
    assert format_count(3452460) == "3,452,460"
    assert format_count(NAN) == "—"
    assert format_percent(1 / 3) == "33.3%"
    assert format_interval(-1.25, 0.5, 1) == "[−1.2, 0.5]"
    assert format_interval(NAN, NAN, 1) == "—"
    with pytest.raises(InputError, match="whole"):
        format_count(2.5)


@pytest.mark.parametrize(("error", "decimals"), [(25.0, 2), (0.5, 2), (0.012, 3), (1e-9, 6)])
def test_decimals_follow_the_standard_error(error, decimals):
    assert decimals_for(error) == decimals


@pytest.mark.parametrize("cell", ["—", "−1,234.5", "<0.001", "[−0.1, 0.2]", "85.0%–99.0%"])
def test_numbers_read_as_numbers(cell):
    assert reads_as_number(cell)


@pytest.mark.parametrize("cell", ["实际 7", "", "M1", "a"])
def test_words_do_not(cell):
    assert not reads_as_number(cell)


def test_lines_break_where_chinese_allows():
    text = "接诉即办满意率（2019-01 至 2019-10），数据来自 street-governance-shanghai。"
    lines = wrap(text, 14)
    assert all(text_width(line) <= 14 for line in lines)
    assert not any(line[0] in "，。）、" for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert text_width("党建 ab") == 7


def test_missing_cells_are_a_dash_with_a_note():
    made = exhibit(
        body=pd.DataFrame({"区": ["东城区"], "值": [NAN], "个数": [1200], "均值": [0.5]})
    )
    assert made.rows() == [["东城区", "—", "1,200", "0.500"]]
    assert "不是 0" in made.notes()[0]
    assert "不是 0" not in exhibit().notes()[0]


# ---- tables from hand-made inputs ---------------------------------------------------------------

SCORES = pd.DataFrame(
    [
        ("110101", "MODE.M1", 8, 2.0, 0.25),
        ("110101", "MODE.M2", 8, 0.0, 0.0),
        ("110102", "MODE.M1", 0, NAN, NAN),
        ("110102", "MODE.M2", 0, NAN, NAN),
    ],
    columns=["unit", "code_id", "n_segments", "n_coded", "share"],
)
MODES = {"MODE.M1": "区域统筹型", "MODE.M2": "社会动员型"}
NAMES = {"110101": "东城区", "110102": "西城区"}


def test_unread_is_a_dash_and_absent_is_zero():
    made = table_scores(SCORES, source=SOURCE, labels=MODES, names=NAMES)
    assert made.header() == ["单位", "已读片段", "区域统筹型", "社会动员型"]
    assert made.rows() == [["东城区", "8", "25.0%", "0.0%"], ["西城区", "0", "—", "—"]]
    assert "其中 1 个没有读到" in made.notes()[0]
    english = table_scores(SCORES, source=SOURCE, lang="en")
    assert english.header()[:2] == ["Unit", "Segments read"]


def test_too_many_codes_for_a_page_are_refused():
    many = pd.concat([SCORES.assign(code_id=f"C{n}") for n in range(9)])
    with pytest.raises(InputError, match="9 codes"):
        table_scores(many, source=SOURCE)


def test_practices_are_counted_by_status():
    practices = pd.DataFrame(
        {
            "doc_id": ["a", "a", "a", "b"],
            "status": ["已实施", "已实施", "建议", "已实施"],
            "region_code": ["110101", "110102", NAN, "110101"],
        }
    )
    made = table_practices(practices, source=SOURCE, names=NAMES, titles={"a": "甲文"})
    assert made.header() == ["文档", "已实施", "建议", "计划", "合计", "涉及地区", "地区不明"]
    assert made.rows() == [
        ["甲文", "2", "1", "0", "3", "东城区、西城区", "1"],
        ["b", "1", "0", "0", "1", "东城区", "0"],
        ["合计", "3", "1", "0", "4", "2 个地区", "1"],
    ]
    assert made.data["n_practices"].sum() == 4


def test_corpus_table():
    documents = pd.DataFrame(
        {
            "doc_id": ["a"],
            "title": ["题"],
            "authors": ["甲、乙"],
            "venue": [NAN],
            "published": ["2020"],
            "city": ["北京市"],
            "genre": ["论文"],
            "n_han": [4592],
            "digest": ["0f"],
        }
    )
    made = table_corpus(documents, source=SOURCE)
    assert made.rows() == [["a", "题", "甲、乙", "—", "2020", "北京市", "论文", "4,592"]]
    assert made.data["digest"].tolist() == ["0f"]


def test_terms_table_prints_only_what_a_group_uses_more():
    contrast = pd.DataFrame(
        {
            "group": ["a", "a", "a"],
            "term": ["网格", "楼宇", "街道"],
            "count_group": [5, 9, 1],
            "count_against": [1, 2, 30],
            "rate_group": [5.0, 9.0, 1.0],
            "rate_against": [0.5, 1.0, 15.0],
            "log_ratio": [3.32, 3.17, -3.9],
            "z": [1.5, 2.5, -4.0],
        }
    )
    contrast.attrs["caution"] = "只能用来排序。"
    made = table_terms(contrast, source=SOURCE)
    assert [row[:4] for row in made.rows()] == [["a", "楼宇", "9", "2"], ["a", "网格", "5", "1"]]
    assert "只能用来排序。" in made.notes()[0]
    assert len(made.data) == 3


def test_coverage_and_register_tables():
    indicators = pd.DataFrame(
        {
            "indicator": ["满意率", "满意率", "人口"],
            "region_code": ["110000", "110000", "110101"],
            "period": ["2019-10", "2019-01", "2020"],
            "status": ["实际", "推算", "实际"],
            "source_tier": ["B", "A", "A"],
        }
    )
    made = table_data_coverage(indicators, source=SOURCE)
    assert made.rows() == [
        ["人口", "1", "2020", "1", "1", "实际 1", "A"],
        ["满意率", "1", "2019-01 至 2019-10", "2", "2", "实际 1、推算 1", "A、B"],
    ]
    register = pd.DataFrame(
        {
            "indicator": ["满意率"],
            "definition": ["满意的回访占回访"],
            "unit": ["%"],
            "denominator": [NAN],
            "limits": ["只含回访"],
        }
    )
    assert table_indicators(register, source=SOURCE).rows()[0][3] == "—"
    with pytest.raises(InputError, match=r"no column period"):
        table_data_coverage(indicators.drop(columns="period"), source=SOURCE)


AGREEMENT = pd.DataFrame(
    [
        ("MODE.M1", 40, 0.9, 0.7, 0.97, 0.72, 0.98, 0.62, 0.39, 0.85, 0.8, NAN, NAN, NAN),
        ("*", 40, 0.75, 0.6, 0.86, 0.55, 0.9, 0.5, 0.3, 0.7, 0.4, 0.71, 0.9, 0.8),
    ],
    columns=["code_id", "n", "accuracy", "wilson_low", "wilson_high", "boot_low", "boot_high",
             "kappa", "kappa_low", "kappa_high", "majority_accuracy", "macro_f1", "coverage",
             "accuracy_on_covered"],
).assign(
    resampled="段落", n_clusters=9, remark=["只有 9 个段落可供重抽；全部一致", "只有 9 个段落可供重抽"]
)  # fmt: skip


def test_agreement_table_stands_beside_the_majority():
    made = table_agreement(AGREEMENT, source=SOURCE, labels=MODES)
    assert made.header() == [
        "编码", "段数", "一致率", "Wilson 95% 区间", "自助法 95% 区间", "多数类", "κ", "κ 的 95% 区间",
        "宏 F1", "判出率", "判出者一致率",
    ]  # fmt: skip
    assert made.rows()[1] == [
        "全部", "40", "75.0%", "60.0%–86.0%", "55.0%–90.0%", "40.0%", "0.50", "[0.30, 0.70]",
        "0.71", "90.0%", "80.0%",
    ]  # fmt: skip
    note = made.notes()[0]
    assert note.startswith("注：N = 40 段")
    assert "整体重抽段落（9 个）。只有 9 个段落可供重抽。区域统筹型：全部一致。" in note
    assert table_agreement(AGREEMENT, source=SOURCE, lang="en").header()[0] == "Code"


def estimate(simulated=False, p_permutation=0.07):
    terms = pd.DataFrame(
        {
            "term": ["Intercept", "density"],
            "estimate": [880.0, -4.8123],
            "std_error": [9.1, 2.345],
            "df": [10.2, 9.7],
            "statistic": [96.7, -2.05],
            "p_value": [1e-20, 0.0312],
            "conf_low": [860.0, -10.1],
            "conf_high": [900.0, 0.44],
            "p_permutation": [NAN, p_permutation],
            "n_permutations": pd.array([pd.NA, 1999], dtype="Int64"),
        }
    )
    beside = terms[["term", "std_error"]].assign(
        df=60.0, p_value=[0.0, 0.045], conf_low=[859.0, -9.5], conf_high=[901.0, -0.1]
    )
    beside.attrs["covariance"] = "HC3，t(n−k)"
    return Estimate(
        formula="得分 ~ density", outcome="得分", terms=terms, n=64, n_units=16, unit_name="区",
        method="区间回归", covariance="HC2", beside=beside, fit={"r2": 0.3},
        remarks=(Remark("size", "只有 16 个区。", "Only 16 districts."),), simulated=simulated, inputs_digest="", seed=1,
    )  # fmt: skip


def test_estimate_table():
    made = table_estimate(
        estimate(), title="得分与密度", source=SOURCE, labels={"density": "人口密度对数"}
    )
    assert made.rows()[1] == [
        "人口密度对数", "−4.81", "2.35", "[−10.10, 0.44]", "9.7", "0.031", "0.070", "0.045",
    ]  # fmt: skip
    assert made.rows()[0][5:] == ["<0.001", "—", "<0.001"]
    note = made.notes()[0]
    for said in ("64 行（16 个区）", "R² = 0.30", "只有 16 个区。", "相关不等于因果。"):
        assert said in note
    assert "两侧" not in note
    assert made.data["beside_p_value"].tolist() == [0.0, 0.045]
    assert made.simulated is False


def test_a_second_opinion_on_the_other_side_is_told():
    fitted = estimate()
    fitted.beside["p_value"] = [0.0, 0.06]
    made = table_estimate(fitted, title="得分与密度", source=SOURCE)
    assert "density：p 与第二算法的 p 落在 0.05 的两侧，不稳健。" in made.notes()[0]
    english = table_estimate(fitted, title="Score", source=SOURCE, lang="en").notes()[0]
    assert "Only 16 districts." in english
    assert "Not robust" in english


def test_no_estimate_is_a_row_with_its_reason():
    refusal = NotEstimated("满意率 ~ MODE", 1, "只有 1 个区有满意率。", "One district.", False)
    made = table_estimate(refusal, title="模式与满意率", source=SOURCE)
    assert made.rows() == [["没有估计", "只有 1 个区有满意率。"]]
    assert "N = 1" in made.notes()[0]
    english = table_estimate(refusal, title="Modes", source=SOURCE, lang="en")
    assert english.rows() == [["Not estimated", "One district."]]


def test_an_estimate_from_simulated_data_marks_its_table():
    made = table_estimate(estimate(simulated=True), title="得分与密度", source=SOURCE)
    assert made.caption(1).startswith("表1  【模拟】")


RECOVERY = pd.DataFrame(
    {
        "mode": ["MODE.M1", "MODE.M2"],
        "labels": ["rules", "rules"],
        "truth": [0.0, 2.0],
        "estimate": [0.1, 1.1],
        "conf_low": [-0.8, 0.2],
        "conf_high": [1.0, 1.9],
        "p_value": [0.8, 0.0],
        "p_permutation": [0.81, 0.001],
        "p_holm": [0.81, 0.002],
        "covers_truth": pd.array([True, False], dtype="boolean"),
        "level": "区均值",
        "n_units": 16,
        "reason": pd.array([NAN, NAN], dtype="str"),
    }
)


def test_recovery_is_always_simulated():
    made = table_recovery(RECOVERY, source="程序", labels=MODES, label_names={"rules": "规则编码"})
    assert made.simulated is True
    assert made.rows()[1] == [
        "社会动员型", "规则编码", "2.00", "1.10", "[0.20, 1.90]", "<0.001", "0.001", "0.002", "否",
    ]  # fmt: skip
    assert "N = 16 个区，2 个估计" in made.notes()[0]
    assert figure_recovery(RECOVERY, source="程序").simulated is True


def test_recovery_says_what_could_not_be_estimated():
    nothing = dict.fromkeys(["estimate", "conf_low", "conf_high", "p_value", "p_permutation"], NAN)
    refused = RECOVERY.assign(
        **nothing, p_holm=NAN, covers_truth=pd.NA, n_units=0, reason="区太少。"
    )
    both = pd.concat([RECOVERY, refused.assign(level="区×期")], ignore_index=True)
    made = table_recovery(both, source="程序")
    assert made.header()[2] == "层次"
    assert made.rows()[3][3:] == ["2.00", "—", "—", "—", "—", "—", "—"]
    assert "N = 16 个区，2 个估计（没有估计的：区太少）" in made.notes()[0]
    drawn = figure_recovery(both, source="程序")
    assert drawn.image("png")


def test_the_saved_table_is_marked_even_where_only_its_type_knew():
    class Known(pd.DataFrame):
        simulated = True

    assert "status" in exhibit(data=Known(DATA)).data.columns


# ---- figures ------------------------------------------------------------------------------------

ASSESSMENT = pd.DataFrame(
    [
        ("110101", "2022-06", "核心区", 861.0, 861.0),
        ("110102", "2022-06", "核心区", 833.0, 861.0),
        ("110101", "2022-12", "核心区", 941.0, 963.0),
        ("110102", "2022-12", "核心区", 963.0, 963.0),
    ],
    columns=["region_code", "period", "peer_group", "score_low", "score_high"],
)


def square(code, name, left, bottom, size):
    right, top = left + size, bottom + size
    ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    return {
        "type": "Feature",
        "properties": {"region_code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


BOUNDARIES = {
    "type": "FeatureCollection",
    "features": [
        square("110101", "东城区", 116.40, 39.90, 0.06),
        square("110102", "西城区", 116.34, 39.90, 0.06),
        square("110107", "石景山区", 115.95, 39.90, 0.06),
        square("110111", "房山区", 115.50, 39.50, 0.70),
        square("110118", "密云区", 116.60, 40.20, 0.70),
    ],
}


def simulated_panel():
    months = [f"2022-{month:02d}" for month in range(1, 13)]
    return pd.DataFrame(
        [
            {"region_code": code, "period": period, "模拟满意率": 70 + shift + place}
            for code, shift in (("110101", 0.0), ("110102", 0.4))
            for place, period in enumerate(months)
        ]
    )


FIGURES = {
    "codes": lambda: figure_codes_by_document(SCORES, source=SOURCE, labels=MODES, names=NAMES),
    "heat map": lambda: figure_code_region_heatmap(
        SCORES, source=SOURCE, labels=MODES, names=NAMES
    ),
    "agreement": lambda: figure_agreement(AGREEMENT, source=SOURCE, labels=MODES),
    "assessment": lambda: figure_assessment(
        ASSESSMENT, {"110101": 16877.0, "110102": 21892.0}, source=SOURCE, names=NAMES
    ),
    "coefficients": lambda: figure_coefficients(
        {"区间回归": estimate(), "只用准确值": estimate()},
        title="得分与密度",
        source=SOURCE,
        unit="分",
        labels={"density": "人口密度的自然对数（2020 年普查常住人口）"},
    ),
    "long labels": lambda: figure_codes_by_document(
        SCORES[SCORES["code_id"].eq("MODE.M1")],
        source=SOURCE,
        names={"110101": "一个名字特别长的文档" * 3, "110102": "另一个名字特别长的文档" * 3},
    ),
    "long codes": lambda: figure_agreement(
        AGREEMENT,
        source=SOURCE,
        labels={"MODE.M1": "创新类别，对照一位读者的建议编码（未盲审）" * 2},
    ),
    "one long term": lambda: figure_coefficients(
        {"回归": estimate()},
        title="a",
        source=SOURCE,
        unit="分",
        labels={"density": "很长的变量" * 12},
    ),
    "recovery": lambda: figure_recovery(RECOVERY, source="程序", labels=MODES),
    "path": lambda: figure_simulated_path(simulated_panel(), source="程序", names=NAMES),
    "map": lambda: figure_districts(
        {"110101": 8.0, "110107": 12345.0, "110111": -3.0, "110118": 0.0},
        BOUNDARIES,
        title="某值",
        unit="某单位",
        note="说明。",
        source=SOURCE,
    ),
}


def printed_texts(figure):
    """Every text that will be printed, tick labels outside the axes' limits left out."""
    texts = list(figure.texts)
    for legend in figure.legends:
        texts += legend.get_texts()
    for axes in figure.axes:
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        if axes.get_legend() is not None:
            texts += axes.get_legend().get_texts()
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            shown = axis.get_visible() and axes.axison
            texts += [
                tick.label1 if tick.label1.get_visible() else tick.label2
                for tick in axis.get_major_ticks()
                if shown and low <= tick.get_loc() <= high
            ]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_no_text_is_cut_or_overprinted(make):
    made = make()
    assert made.image("png")
    figure = made.draw()
    with figure_style():
        figure.draw_without_rendering()
    boxes = {}
    for text in printed_texts(figure):
        box = text.get_window_extent()
        assert box.x0 >= -0.5, text.get_text()
        assert box.y0 >= -0.5, text.get_text()
        assert box.x1 <= figure.bbox.x1 + 0.5, text.get_text()
        assert box.y1 <= figure.bbox.y1 + 0.5, text.get_text()
        boxes[text] = box
    texts = list(boxes)
    for place, first in enumerate(texts):
        for second in texts[place + 1 :]:
            one, other = boxes[first], boxes[second]
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            along = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert not (across > 1 and along > 1), (first.get_text(), second.get_text())


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_every_figure_tells_n_and_source_on_the_canvas(make):
    made = make()
    footer = next(text for text in made.draw().texts if text.get_gid() == "footer")
    said = footer.get_text().replace("\n", "")
    assert "N = " in said
    assert "来源：" in said
    assert said.startswith("模拟数据") is made.simulated


def hatched(figure, kind):
    return [patch for patch in figure.findobj(kind) if patch.get_hatch()]


def test_unread_cells_are_hatched():
    figure = FIGURES["heat map"]().draw()
    cells = [box for box in hatched(figure.axes[0], Rectangle) if box.get_width() == 1]
    assert len(cells) == 2
    words = {text.get_text() for text in figure.axes[0].findobj(Text)}
    assert {"25", "0", "西城区（0）", "没有读到材料"} <= words


def test_districts_without_a_value_are_hatched_and_the_map_warns():
    made = FIGURES["map"]()
    figure = made.draw()
    assert len(hatched(figure.axes[0], PathPatch)) == 1
    assert MAP_WARNING in made.notes()[0]
    footer = next(text for text in figure.texts if text.get_gid() == "footer")
    assert "审图号" in footer.get_text().replace("\n", "")
    names = [text.get_text().split("\n")[0] for axes in figure.axes for text in axes.texts]
    assert sorted(names) == sorted(["东城区", "西城区", "石景山区", "房山区", "密云区"]), (
        "each named once"
    )


def test_a_value_off_the_map_is_refused():
    with pytest.raises(InputError, match="310101"):
        figure_districts({"310101": 1.0}, BOUNDARIES, title="a", unit="b", note="c", source="d")
    with pytest.raises(InputError, match="no district has a value"):
        figure_districts({"110101": NAN}, BOUNDARIES, title="a", unit="b", note="c", source="d")


def test_simulated_values_mark_the_map():
    values = pd.Series({"110101": 1.0}, name="模拟满意率")
    made = figure_districts(values, BOUNDARIES, title="a", unit="b", note="c", source="d")
    assert made.simulated is True


def test_exact_scores_are_points_and_bounded_ones_lines():
    made = FIGURES["assessment"]()
    figure = made.draw()
    lines = [line for axes in figure.axes for line in axes.lines]
    hollow = [line for line in lines if line.get_markerfacecolor() == "white"]
    assert sum(len(line.get_xdata()) for line in lines if line not in hollow) == 2
    assert sum(len(line.get_xdata()) for line in hollow) == 4, "both bounds of two scores"
    spans = [
        tuple(segment[:, 0])
        for axes in figure.axes
        for lines in axes.collections
        for segment in lines.get_segments()
    ]
    assert sorted(spans) == [(833.0, 861.0), (941.0, 963.0)]
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert labels == ["西城区", "东城区"], "from dense to sparse"
    with pytest.raises(InputError, match="110102"):
        figure_assessment(ASSESSMENT, {"110101": 1.0}, source=SOURCE)


def test_coefficient_figures_name_what_was_not_estimated():
    refusal = NotEstimated("满意率 ~ MODE", 1, "只有 1 个区。", "One district.", False)
    made = figure_coefficients(
        {"得分": estimate(), "满意率": refusal}, title="a", source=SOURCE, unit="分"
    )
    assert "没有估计：满意率（只有 1 个区）" in made.notes()[0]
    assert set(made.data["term"]) == {"density"}
    with pytest.raises(InputError, match="nothing was estimated"):
        figure_coefficients({"满意率": refusal}, title="a", source=SOURCE, unit="分")


def test_one_simulated_estimate_marks_the_whole_figure():
    made = figure_coefficients(
        {"真": estimate(), "拟": estimate(simulated=True)}, title="a", source=SOURCE, unit="分"
    )
    assert made.simulated is True


# ---- figures and tables of any size ----------------------------------------------------------------


def scores_of(n, codes=("A", "B"), read=lambda unit: 10):
    return pd.DataFrame(
        [
            {
                "unit": f"{u:02d}",
                "code_id": code,
                "n_segments": read(u),
                "n_coded": read(u) / 2,
                "share": 0.5,
            }
            for u in range(n)
            for code in codes
        ]
    )


LONG = "党建引领基层治理共建共治共享的社会治理共同体建设之街道社区与两新组织联动机制创新"


@pytest.mark.parametrize("make", [figure_codes_by_document, figure_code_region_heatmap])
@pytest.mark.parametrize("n", [1, 5, 60])
def test_a_figure_of_any_number_of_units_fits_a_page(make, n):
    made = make(scores_of(n, read=lambda unit: unit + 1), source=SOURCE)
    height = made.draw().get_size_inches()[1] * 2.54
    assert height <= 22.5
    drawn = [label.get_text() for label in made.draw().axes[0].get_yticklabels()]
    left = n - len(drawn)
    assert (f"其余 {left} 个见数据表" in made.notes()[0]) == (left > 0)
    assert len(made.data) == 2 * n
    if left:
        assert not any(label.startswith("00") for label in drawn), "the least read is left out"


@pytest.mark.parametrize(
    "make",
    [
        lambda: figure_codes_by_document(scores_of(3), source=SOURCE, labels={"A": LONG, "B": LONG + "二"}, names={"00": LONG}),
        lambda: figure_code_region_heatmap(scores_of(3), source=SOURCE, labels={"A": LONG}, names={"00": LONG}),
        lambda: figure_coefficients({LONG: estimate(), LONG + "二": estimate()}, title=LONG, source=LONG * 4, unit=LONG),
    ],
)  # fmt: skip
def test_long_names_neither_leave_the_figure_nor_meet_one_another(make):
    with figure_style():
        figure = make().draw()
        figure.draw_without_rendering()
        width, height = figure.bbox.width, figure.bbox.height
        boxes = []
        for axes in figure.axes:
            boxes += [t.get_window_extent() for t in axes.get_yticklabels() if t.get_text()]
        named = [text for text in figure.findobj(Text) if LONG[:4] in text.get_text()]
    assert named
    for text in named:
        box = text.get_window_extent()
        assert min(box.x0, box.y0) >= -1, text.get_text()
        assert box.x1 <= width + 1, text.get_text()
        assert box.y1 <= height + 1, text.get_text()
    for one, other in itertools.combinations(boxes, 2):
        assert not (
            one.y0 + 1 < other.y1
            and other.y0 + 1 < one.y1
            and one.x0 < other.x1
            and other.x0 < one.x1
        )


def test_more_codes_than_a_heat_map_can_name_are_refused():
    with pytest.raises(InputError, match="17 codes"):
        figure_code_region_heatmap(scores_of(2, [f"X{n}" for n in range(17)]), source=SOURCE)


def test_a_table_without_rows_prints_its_header_and_one_without_columns_is_refused():
    contrast = pd.DataFrame(
        [("a", "党建", -1.0, -0.5, 1.0, 2.0)],
        columns=["group", "term", "z", "log_ratio", "rate_group", "rate_against"],
    )
    made = table_terms(contrast, source=SOURCE)
    assert made.rows() == []
    assert "<th" in made._repr_html_()
    with pytest.raises(InputError, match="without columns"):
        exhibit(body=pd.DataFrame(index=[1]))


def test_two_codes_of_one_name_stay_two_columns():
    made = table_scores(scores_of(1), source=SOURCE, labels={"A": "党建", "B": "党建"})
    assert made.header()[2:] == ["党建（A）", "党建（B）"]
    assert made.rows()[0][2:] == ["50.0%", "50.0%"]


def test_names_of_several_levels_are_joined():
    levels = pd.MultiIndex.from_tuples([("估计", "下限"), ("估计", "上限")])
    made = exhibit(body=pd.DataFrame([[1, 2]], columns=levels))
    assert made.header() == ["估计 / 下限", "估计 / 上限"]


def test_remarks_are_printed_with_names_in_the_place_of_terms_and_codes():
    fitted = estimate().with_remarks(
        Remark("influence", "“density”影响最大的是 110101（去掉后为 1）。", "'density': 110101.")
    )
    labels = {"density": "人口密度", "110101": "东城区"}
    made = table_estimate(fitted, title="得分与密度", source=SOURCE, labels=labels)
    assert "“人口密度”影响最大的是 东城区（去掉后为 1）。" in made.notes()[0]
    swapped = fitted.with_remarks(Remark("influence", "“a”与“b”。", "'a' and 'b'."))
    exchanged = table_estimate(swapped, title="得分", source=SOURCE, labels={"a": "b", "b": "a"})
    assert "“b”与“a”。" in exchanged.notes()[0]
    english = table_estimate(
        fitted,
        title="Score",
        source=SOURCE,
        labels={"density": "Density", "110101": "Dongcheng"},
        lang="en",
    )
    assert "'Density': Dongcheng." in english.notes()[0]
