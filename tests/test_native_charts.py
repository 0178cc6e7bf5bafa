"""Native charts: the parts in the standard's order, the cells they name, the numbers that are drawn."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from lxml import etree
from pptx.chart.chart import Chart
from pptx.oxml import parse_xml

from pbgov.evaluation.timing.adoption_tables import CALLAWAY_SANTANNA, IMPUTATION
from pbgov.exhibits import chart_contents
from pbgov.exhibits.agreement import figure_agreement
from pbgov.exhibits.charts import ChartData, Series
from pbgov.exhibits.coefficients import figure_recovery
from pbgov.exhibits.districts import figure_simulated_path
from pbgov.exhibits.figures import figure_codes_by_document
from pbgov.exhibits.formulas import figure_formula_status
from pbgov.exhibits.learned import figure_learning_curve
from pbgov.exhibits.quantities import figure_quantities
from pbgov.exhibits.term_figures import figure_keyness
from pbgov.exhibits.topics import figure_topic_choice
from pbgov.exhibits.visible_text import visible_text
from pbgov.reporting.native_charts.axes import interval_range
from pbgov.reporting.native_charts.chart_workbook import chart_workbook
from pbgov.reporting.native_charts.chart_xml import chart_xml
from pbgov.reporting.native_charts.labels import label_format, signed

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
NAN = float("nan")

# The sequences of ECMA-376 Part 1, 21.2.2 and the schema dml-chart.xsd of its annex A.
AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark"
    " minorTickMark tickLblPos spPr txPr crossAx crosses crossesAt"
)
LABEL_FLAGS = (
    "numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent"
    " showBubbleSize separator"
)
ORDER = {
    "chartSpace": "date1904 lang roundedCorners style clrMapOvr pivotSource protection chart spPr"
    " txPr externalData printSettings userShapes extLst",
    "chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend"
    " plotVisOnly dispBlanksAs extLst",
    "title": "tx layout overlay spPr txPr",
    "legend": "legendPos legendEntry layout overlay spPr txPr",
    "plotArea": "layout barChart lineChart scatterChart catAx valAx dTable spPr",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "lineChart": "grouping varyColors ser dLbls dropLines hiLowLines upDownBars marker smooth axId",
    "scatterChart": "scatterStyle varyColors ser dLbls axId",
    "ser/barChart": "idx order tx spPr invertIfNegative pictureOptions dPt dLbls trendline errBars"
    " cat val shape",
    "ser/lineChart": "idx order tx spPr marker dPt dLbls trendline errBars cat val smooth",
    "ser/scatterChart": "idx order tx spPr marker dPt dLbls trendline errBars xVal yVal smooth",
    "errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "catAx": f"{AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": f"{AXIS} crossBetween majorUnit minorUnit dispUnits",
    "scaling": "logBase orientation max min",
    "dLbls": f"dLbl delete {LABEL_FLAGS} showLeaderLines",
    "dLbl": f"idx delete layout tx {LABEL_FLAGS}",
    "marker": "symbol size spPr",
    "numRef": "f numCache",
    "strRef": "f strCache",
    "numCache": "formatCode ptCount pt",
    "strCache": "ptCount pt",
    "externalData": "autoUpdate",
}
DISTRICTS = ("朝阳区", "东城区", "西城区")
CHARTS = {
    "bars with intervals": ChartData(
        "bar",
        (
            Series("估计", (0.4, None, -0.2), low=(0.1, None, -0.4), high=(0.6, None, 0.1)),
            Series("设定", (0.5, 0.1, 0.0)),
        ),
        DISTRICTS,
        "系数",
        "变量",
    ),
    "columns": ChartData(
        "column", (Series("占比", (0.1, -0.2, None)),), DISTRICTS, number_format="0.0%"
    ),
    "stacked": ChartData(
        "column",
        tuple(Series(f"系{n}", (1.0, 2.0, 3.0)) for n in range(7)),
        DISTRICTS,
        stacked=True,
    ),
    "lines": ChartData(
        "line",
        (
            Series("甲", (1.0, None, 3.0), low=(0.5, None, None), high=(1.5, None, 3.5)),
            Series("乙", (2.0, 2.5, 2.0), joined=False),
        ),
        ("2020", "2021", "2022"),
        y_title="次数",
    ),
    "points": ChartData(
        "scatter",
        (
            Series("区", (1.5, -2.0), x=(0.25, -0.5), point_names=("朝阳区", "")),
            Series("线", (-2.0, 2.0), x=(-0.5, 0.5), joined=True, marked=False),
        ),
        x_title="密度",
        y_title="满意率",
    ),
}


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("title", ["", "【模拟】题目"])
def test_the_parts_stand_in_the_order_of_the_standard(name, title):
    space = etree.fromstring(chart_xml(CHARTS[name], title=title, workbook_relation="rId7"))
    checked = 0
    for element in space.iter():
        if etree.QName(element).namespace != C.strip("{}"):
            continue
        key = local(element)
        if key == "ser":
            key = f"ser/{local(element.getparent())}"
        if key == "marker" and element.get("val"):
            continue
        if key not in ORDER:
            continue
        allowed = ORDER[key].split()
        places = [allowed.index(local(child)) for child in element]  # fails for an unknown child
        assert places == sorted(places), (key, [local(child) for child in element])
        checked += 1
    assert checked > 15


@pytest.mark.parametrize("name", CHARTS)
def test_every_reference_names_cells_that_hold_what_the_chart_shows(name):
    chart = CHARTS[name]
    space = etree.fromstring(chart_xml(chart))
    sheet = openpyxl.load_workbook(io.BytesIO(chart_workbook(chart)))["数据"]
    seen = 0
    for reference in space.iter(f"{C}strRef", f"{C}numRef"):
        named = reference.findtext(f"{C}f")
        found = re.fullmatch(r"'数据'!\$([A-Z]+)\$(\d+)(?::\$\1\$(\d+))?", named)
        assert found, named
        column, first, last = found[1], int(found[2]), int(found[3] or found[2])
        held = [sheet[f"{column}{row}"].value for row in range(first, last + 1)]
        cache = reference[1]
        assert int(cache.find(f"{C}ptCount").get("val")) == len(held)
        shown = dict.fromkeys(range(len(held)))
        for point in cache.findall(f"{C}pt"):
            text = point.findtext(f"{C}v")
            shown[int(point.get("idx"))] = text if local(cache) == "strCache" else float(text)
        if local(cache) == "strCache":
            assert list(shown.values()) == held
        else:  # a workbook keeps 16 digits
            told, held = (np.array(one, dtype=float) for one in (list(shown.values()), held))
            np.testing.assert_allclose(told, held, rtol=1e-15, atol=0)
        seen += 1
    assert seen >= 2 * len(chart.series)


def test_error_bars_reach_from_the_value_to_the_ends_of_the_interval():
    space = etree.fromstring(chart_xml(CHARTS["bars with intervals"]))
    (bars,) = space.iter(f"{C}errBars")
    sides = {
        side: [float(v.text) for v in bars.find(f"{C}{side}").iter(f"{C}v")]
        for side in ("plus", "minus")
    }
    np.testing.assert_allclose(sides["plus"], [0.2, 0.3])
    np.testing.assert_allclose(sides["minus"], [0.3, 0.2])
    assert bars.find(f"{C}errBarType").get("val") == "both"
    one_sided = ChartData("column", (Series("甲", (1.0,), high=(2.0,)),), ("一",))
    (bars,) = etree.fromstring(chart_xml(one_sided)).iter(f"{C}errBars")
    assert bars.find(f"{C}errBarType").get("val") == "plus"
    assert bars.find(f"{C}minus") is None


def test_python_pptx_reads_the_same_values_back():
    for chart in CHARTS.values():
        read = Chart(parse_xml(chart_xml(chart)), None)
        (plot,) = read.plots
        assert [one.name for one in plot.series] == [one.name for one in chart.series]
        for one, given in zip(plot.series, chart.series, strict=True):
            assert tuple(one.values) == given.values
        if chart.categories:
            assert tuple(plot.categories) == chart.categories


def test_a_gap_stays_a_gap_and_a_lying_chart_reads_downwards():
    space = etree.fromstring(chart_xml(CHARTS["bars with intervals"]))
    assert space.find(f".//{C}dispBlanksAs").get("val") == "gap"
    categories, numbers = space.find(f".//{C}catAx"), space.find(f".//{C}valAx")
    assert categories.find(f"{C}scaling/{C}orientation").get("val") == "maxMin"
    assert numbers.find(f"{C}crosses").get("val") == "max"  # numbers below the last category
    assert categories.find(f"{C}tickLblPos").get("val") == "low"


def test_the_title_the_legend_and_the_language_are_said():
    marked = etree.fromstring(chart_xml(CHARTS["columns"], title="【模拟】占比"))
    assert "".join(marked.find(f".//{C}title").itertext()) == "【模拟】占比"
    assert marked.find(f".//{C}autoTitleDeleted").get("val") == "0"
    assert marked.find(f".//{C}legend") is None  # one series needs none
    assert marked.find(f"{C}lang").get("val") == "zh-CN"
    plain = etree.fromstring(chart_xml(CHARTS["stacked"], lang="en"))
    assert plain.find(f".//{C}autoTitleDeleted").get("val") == "1"
    assert plain.find(f".//{C}legend") is not None
    assert plain.find(f"{C}lang").get("val") == "en-US"


def test_every_text_names_both_fonts():
    space = etree.fromstring(chart_xml(CHARTS["points"], title="题目"))
    texts = [*space.iter(f"{A}defRPr"), *space.iter(f"{A}rPr")]
    assert len(texts) > 5
    for text in texts:
        assert text.find(f"{A}latin").get("typeface")
        assert text.find(f"{A}ea").get("typeface")


def test_series_differ_without_colour():
    """In greyscale too: no two series have the same pattern or marker and dash with one colour."""
    space = etree.fromstring(chart_xml(CHARTS["stacked"]))
    looks = set()
    for series in space.iter(f"{C}ser"):
        pattern = series.find(f"{C}spPr/{A}pattFill")
        colour = series.find(f"{C}spPr").find(f".//{A}bgClr/{A}srgbClr")
        if colour is None:
            colour = series.find(f"{C}spPr/{A}solidFill/{A}srgbClr")
        looks.add((None if pattern is None else pattern.get("prst"), colour.get("val")))
    assert len(looks) == 7
    lines = ChartData("line", tuple(Series(f"线{n}", (1.0, 2.0)) for n in range(5)), ("一", "二"))
    series = list(etree.fromstring(chart_xml(lines)).iter(f"{C}ser"))
    assert len({one.find(f"{C}marker/{C}symbol").get("val") for one in series}) == 5
    assert len({one.find(f".//{A}prstDash").get("val") for one in series}) == 5


def test_the_minus_is_a_minus():
    assert signed("0.0%") == '0.0%;"−"0.0%'
    assert signed('0;"负"0') == '0;"负"0'
    codes = [
        one.get("formatCode")
        for one in etree.fromstring(chart_xml(CHARTS["columns"])).iter(f"{C}numFmt")
    ]
    assert '0.0%;"−"0.0%' in codes


@pytest.mark.parametrize(
    ("numbers", "code"),
    [((1.0, 20.0), "#,##0"), ((0.123, 0.5), "#,##0.000"), ((12.34, 1.0), "#,##0.0")],
)
def test_labels_show_three_digits(numbers, code):
    chart = ChartData("column", (Series("甲", numbers),), ("一", "二"))
    assert label_format(chart).split(";")[0] == code


def test_the_axis_holds_the_intervals_and_the_foot_of_the_bars():
    low, high = interval_range(CHARTS["bars with intervals"])
    assert low <= -0.4
    assert high >= 0.6
    assert interval_range(CHARTS["columns"]) is None
    far = ChartData("bar", (Series("甲", (50.0,), low=(40.0,), high=(60.0,)),), ("一",))
    assert interval_range(far)[0] == 0
    points = ChartData("scatter", (Series("甲", (50.0,), (1.0,), (40.0,), (60.0,)),))
    assert interval_range(points)[0] > 0


HOSTILE = (
    "<script>alert(1)</script>", "</script><!--", '=HYPERLINK("x")', "@SUM(A1)", "\\input{/etc}",
    "#eval(1)", "{{result:x}}", "{tab-x}", "]]>", "\u202e倒序", "𠮷", "控\x01制", "a & b \"c\" 'd'",
)  # fmt: skip


def test_hostile_names_are_text():
    chart = ChartData(
        "bar",
        (Series(HOSTILE[0], tuple(map(float, range(len(HOSTILE))))), Series("=1+1", (None,) * 13)),
        HOSTILE,
        x_title=HOSTILE[8],
    )
    space = etree.fromstring(chart_xml(chart, title=HOSTILE[11]))
    shown = [v.text for v in space.find(f".//{C}cat").iter(f"{C}v")]
    assert shown == [visible_text(text) for text in HOSTILE]
    assert "控〔U+0001〕制" in shown
    book = openpyxl.load_workbook(io.BytesIO(chart_workbook(chart)))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    assert book.active["A4"].value == HOSTILE[2]
    assert book.active["C1"].value == "=1+1"


def test_a_sheet_name_with_an_apostrophe_is_quoted():
    from pbgov.reporting.native_charts.chart_cells import Place

    assert Place("甲's", 4, 2).cells(1, 3) == "'甲''s'!$D$6:$D$8"
    assert Place("甲's", 4, 2).header(0) == "'甲''s'!$C$5"


def test_the_same_chart_gives_the_same_bytes():
    chart = CHARTS["lines"]
    assert chart_workbook(chart) == chart_workbook(chart)
    assert chart_xml(chart, title="题") == chart_xml(chart, title="题")
    with zipfile.ZipFile(io.BytesIO(chart_workbook(chart))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_the_workbook_relation_is_named():
    space = etree.fromstring(chart_xml(CHARTS["columns"], workbook_relation="rId3"))
    assert space.find(f"{C}externalData").get(f"{R}id") == "rId3"
    assert etree.fromstring(chart_xml(CHARTS["columns"])).find(f"{C}externalData") is None


# ---- the numbers of the charts are the numbers drawn ---------------------------------------------------------


def drawn_numbers(figure) -> np.ndarray:
    """Every coordinate that the artists of a figure hold, and the widths and heights of its bars."""
    found: list[float] = []
    for axes in figure.axes:
        for one in axes.lines:
            found += [*map(float, one.get_xdata()), *map(float, one.get_ydata())]
        for one in axes.collections:
            for path in one.get_paths():
                found += list(path.vertices.ravel())
            found += list(np.ma.filled(one.get_offsets(), NAN).ravel())
        for one in axes.patches:
            if hasattr(one, "get_width"):
                found += [one.get_width(), one.get_height()]
    numbers = np.array(found, dtype=float)
    return np.unique(numbers[np.isfinite(numbers)])


def assert_drawn(exhibit) -> None:
    """Every number of the chart is drawn, and no series of it is empty."""
    chart = exhibit.chart
    assert chart is not None
    drawn = drawn_numbers(exhibit.draw())
    for series in chart.series:
        told = [*series.values, *series.low, *series.high, *series.x]
        told = [number for number in told if number is not None]
        assert told, series.name
        for number in told:
            assert np.isclose(drawn, number, rtol=1e-9, atol=1e-9).any(), (series.name, number)


@pytest.mark.parametrize(
    "name",
    ["agreement_coefficients", "calibration", "coefficients", "naive_corrected", "leave_one_out"],
)
def test_charts_of_the_set_of_figures(name, root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "docs"))
    from figure_set import FIGURES

    made = FIGURES[name]()
    assert_drawn(made)
    axes = [one for one in made.draw().axes if one.get_visible()]
    if made.chart.kind == "bar":
        shown = ["".join(tick.get_text().split()) for tick in axes[0].get_yticklabels()]
        assert shown == ["".join(one.split()) for one in made.chart.categories]
    assert made.chart.x_title in {"", *("".join(one.get_xlabel().split("\n")) for one in axes)}


SCORES = pd.DataFrame(
    {
        "unit": ["甲", "甲", "乙", "乙"],
        "code_id": ["a", "b", "a", "b"],
        "n_segments": [7, 7, 3, 3],
        "share": [1 / 7, 3 / 7, NAN, 2 / 3],
    }
)


def test_codes_by_document():
    made = figure_codes_by_document(SCORES, source="试例", labels={"a": "码一"})
    assert_drawn(made)
    assert [one.name for one in made.chart.series] == ["码一", "b"]
    assert made.chart.series[0].values == (pytest.approx(100 / 7), None)  # unread is a gap, not 0
    assert made.chart.categories == ("甲（读 7 段）", "乙（读 3 段）")
    assert made.chart.x_title == made.draw().axes[0].get_xlabel()


def agreement() -> pd.DataFrame:
    row = {
        "n": 20, "accuracy": 0.85, "wilson_low": 0.64, "wilson_high": 0.95, "boot_low": 0.6,
        "boot_high": 0.97, "kappa": 0.6, "kappa_low": 0.3, "kappa_high": 0.9,
        "majority_accuracy": 0.55, "macro_f1": 0.8, "coverage": 1.0, "accuracy_on_covered": 0.85,
        "resampled": "文档", "n_clusters": 5, "remark": None,
    }  # fmt: skip
    return pd.DataFrame([{"code_id": "a", **row}, {"code_id": "*", **row, "accuracy": 0.75}])


def test_agreement():
    made = figure_agreement(agreement(), source="试例")
    assert_drawn(made)
    share, majority = made.chart.series
    assert share.values == (pytest.approx(75), pytest.approx(85))  # all codes together first
    assert share.low == (pytest.approx(60),) * 2
    assert majority.values == (pytest.approx(55),) * 2


def test_recovery_and_its_planted_effects():
    table = pd.DataFrame(
        {
            "mode": ["x", "z", "x", "z"], "labels": ["真值", "真值", "规则", "规则"], "level": ["区"] * 4,
            "truth": [0.5, -1.0, 0.5, -1.0], "estimate": [0.4, -0.7, 0.2, NAN],
            "conf_low": [0.1, -1.2, -0.3, NAN], "conf_high": [0.7, -0.2, 0.7, NAN],
            "n_units": [16] * 4,
            "reason": [None] * 4,
        }
    )  # fmt: skip
    made = figure_recovery(table, source="程序", labels={"x": "模式"})
    assert made.simulated
    assert_drawn(made)
    assert [one.name for one in made.chart.series] == ["真值", "规则", "设定的效应"]
    assert made.chart.series[1].values == (0.2, None)
    assert made.chart.series[2].values == (0.5, -1.0)
    assert made.chart.categories == ("模式", "z")


def test_quantities_before_and_after():
    table = pd.DataFrame(
        {
            "doc_id": ["d", "d"], "indicator": ["覆盖率", "满意率"], "from_value": [18.0, 26.5],
            "value": [81.0, 80.0], "unit": ["%", "%"], "period": [None, "2019年至2020年"],
        }
    )  # fmt: skip
    made = figure_quantities(table, source="试例")
    assert_drawn(made)
    assert [one.values for one in made.chart.series] == [(18.0, 26.5), (81.0, 80.0)]


def test_formula_status_is_stacked():
    table = pd.DataFrame(
        {
            "doc_id": ["d", "d", "e"], "form": ["label"] * 3, "promised": [2, 3, 4],
            "status": ["full", "none", "none"], "listed": [2, 0, 0], "label": ["两新", "三融合", "四个"],
        }
    )  # fmt: skip
    made = figure_formula_status(table, source="试例")
    assert_drawn(made)
    assert made.chart.stacked
    assert [one.values for one in made.chart.series] == [(1.0, 0.0), (0.0, 0.0), (1.0, 1.0)]


def test_simulated_path():
    panel = pd.DataFrame(
        {
            "region_code": ["110101", "110102"] * 2, "period": ["2019"] * 2 + ["2020"] * 2,
            "模拟满意率": [60.0, 71.0, 80.0, 82.5],
        }
    )  # fmt: skip
    made = figure_simulated_path(panel, source="程序")
    assert_drawn(made)
    assert [one.values for one in made.chart.series] == [(65.5, 81.25), (60.0, 80.0), (71.0, 82.5)]


def test_keyness_shows_the_resampled_interval_or_walds():
    row = {"group": "甲", "against": "其余", "count_group": 5, "count_against": 1, "cluster": "doc_id",
           "n_clusters_group": 3, "n_clusters_against": 4, "n_tokens_group": 100,
           "n_tokens_against": 200, "interval_reason": None}  # fmt: skip
    table = pd.DataFrame(
        [
            {**row, "term": "党建", "z": 3.0, "log_ratio": 2.5, "wald_low": 1.0, "wald_high": 4.0,
             "resampled_low": 0.7, "resampled_high": 4.4},
            {**row, "term": "网格", "z": -2.0, "log_ratio": -1.5, "wald_low": -2.0, "wald_high": -1.0,
             "resampled_low": NAN, "resampled_high": NAN},
        ]
    )  # fmt: skip
    made = figure_keyness(table, source="试例")
    assert_drawn(made)
    assert made.chart.series[0].low == (0.7, -2.0)


def test_learning_curve_and_its_majority():
    curve = pd.DataFrame(
        {
            "n_groups": [8, 2], "accuracy": [0.7, 0.5], "low": [0.6, 0.3], "high": [0.8, 0.7],
            "draw_low": [0.65, 0.4], "draw_high": [0.75, 0.6], "n_draws": [1, 5],
            "majority": [0.4, 0.4], "n": [50, 50],
        }
    )  # fmt: skip
    made = figure_learning_curve(curve, source="试例")
    assert_drawn_but_for_the_ends(made, ends=(2.0, 8.0))
    assert made.chart.series[0].x == (2.0, 8.0)


def assert_drawn_but_for_the_ends(exhibit, ends) -> None:
    """As `assert_drawn`; a line across the whole panel has the ends of the data instead."""
    drawn = drawn_numbers(exhibit.draw())
    for series in exhibit.chart.series:
        for number in [*series.values, *series.low, *series.high]:
            assert np.isclose(drawn, number).any(), (series.name, number)
        assert set(series.x) <= set(ends)


def test_topic_choice():
    table = pd.DataFrame(
        {
            "k": [3, 2], "npmi": [0.1, 0.2], "npmi_shuffled": [0.0, -0.1], "seeds": [0.9, 0.8],
            "seeds_shuffled": [0.7, 0.6], "sampled": [0.5, 0.4], "sampled_shuffled": [0.3, 0.25],
            "n_converged": [2, 2], "n_runs": [2, 2], "n_units": [9, 9], "n_documents": [3, 3],
            "n_terms": [30, 30],
        }
    )  # fmt: skip
    made = figure_topic_choice(table, source="试例")
    assert_drawn(made)
    assert made.chart.categories == ("2", "3")
    assert made.chart.series[1].values == (-0.1, 0.0)


def test_event_study_keeps_periods_apart_that_one_estimator_lacks():
    table = pd.DataFrame(
        {
            "estimator": [CALLAWAY_SANTANNA] * 2 + [IMPUTATION],
            "exposure": [-1, 0, 0],
            "estimate": [0.1, 2.0, 1.5],
            "conf_low": [-0.5, 1.0, NAN],
            "conf_high": [0.7, 3.0, NAN],
        }
    )
    names = {CALLAWAY_SANTANNA: "甲法", IMPUTATION: "乙法"}
    chart = chart_contents.exposures_chart(table, names, "期", "效应")
    assert chart.categories == ("−1", "0")
    assert [one.values for one in chart.series] == [(0.1, 2.0), (None, 1.5)]
    assert chart.series[1].low == (None, None)
    assert not any(one.joined for one in chart.series)


def test_the_fit_of_an_interrupted_series_breaks_at_its_date():
    drawn = pd.DataFrame(
        {
            "period": [2018, 2019, 2020], "outcome": [1.0, 2.0, 5.0], "fitted": [1.1, 1.9, 5.0],
            "without_change": [NAN, NAN, 2.7],
        }
    )  # fmt: skip
    chart = chart_contents.interrupted_chart(
        drawn, [False, False, True], ("满意率", "拟合", "若无变化"), "满意率"
    )
    assert chart.series[1].values == (1.1, 1.9, None)
    assert chart.series[2].values == (None, None, 5.0)
    assert chart.series[3].values == (None, None, 2.7)
    assert chart.series[0].joined is False


def test_cases_of_a_solution_stand_by_kind_with_the_diagonal():
    table = pd.DataFrame(
        {"case": ["甲", "乙"], "x": [0.2, 0.9], "y": [0.6, 0.8], "kind": ["uncovered", "typical"],
         "label": ["甲", "乙"]}
    )  # fmt: skip
    kinds = {"typical": "典型", "deviant": "偏离", "uncovered": "未覆盖"}
    chart = chart_contents.memberships_chart(table, kinds, pd.Series([False, True]), "X", "Y")
    assert [one.name for one in chart.series] == ["典型", "未覆盖", "y = x"]
    assert chart.series[0].point_names == ("乙",)
    assert chart.series[1].point_names == ("",)


def test_specifications_are_parted_by_their_p_value():
    table = pd.DataFrame(
        {"partial_r": [-0.2, 0.1, 0.3], "partial_r_low": [-0.5, -0.1, 0.1],
         "partial_r_high": [0.1, 0.3, 0.5], "p_value": [0.2, NAN, 0.01]}
    )  # fmt: skip
    chart = chart_contents.specifications_chart(
        table, 0.1, ("小", "大", "无", "中位数"), 0.05, ("设定", "r")
    )
    assert [(one.name, one.x, one.values) for one in chart.series] == [
        ("小", (3.0,), (0.3,)),
        ("大", (1.0,), (-0.2,)),
        ("无", (2.0,), (0.1,)),
        ("中位数", (1.0, 3.0), (0.1, 0.1)),
    ]


def test_rates_take_the_interval_of_documents_where_there_are_enough():
    rates = pd.DataFrame(
        {
            "term": ["养老"] * 2, "year": [2019, 2021], "per_thousand": [1.0, 2.0],
            "n_documents": [12, 1], "documents_low": [0.5, NAN], "documents_high": [1.5, NAN],
            "poisson_low": [0.8, 1.2], "poisson_high": [1.2, 2.8],
        }
    )  # fmt: skip
    documents = pd.Series([12, 1], index=[2019, 2021])
    chart = chart_contents.rates_chart(rates, ["养老"], documents, 3, "每千词次数")
    assert chart.series[0].low == (0.5, 1.2)
    assert chart.series[0].high == (1.5, 2.8)
    assert chart.series[0].joined is False
    assert chart.categories == ("2019（12 篇）", "2021（1 篇）")


@pytest.mark.parametrize(("n_bars", "outlined"), [(16, True), (340, False)])
def test_bars_too_thin_for_an_outline_have_none(n_bars, outlined):
    series = Series("占比", (0.5,) * n_bars, low=(0.4,) * n_bars)
    chart = ChartData("bar", (series,), tuple(map(str, range(n_bars))))
    (bars,) = etree.fromstring(chart_xml(chart)).iter(f"{C}ser")
    assert (bars.find(f"{C}errBars/{C}noEndCap").get("val") == "0") == outlined
    outline = bars.find(f"{C}spPr/{A}ln")
    assert (outline.find(f"{A}noFill") is None) == outlined


@pytest.mark.parametrize(
    ("given", "largest", "ticks"),
    [
        ("0.0", 60.0, "General"),
        ("0", 60.0, "General"),
        ("0.0%", 0.6, "0%"),
        ("0.0%", 0.02, "0.0%"),
        ("#,##0", 60.0, "#,##0"),
    ],
)
def test_ticks_have_no_decimals_they_do_not_need(given, largest, ticks):
    chart = ChartData("bar", (Series("占比", (0.0, largest)),), ("甲", "乙"), number_format=given)
    axis = etree.fromstring(chart_xml(chart)).find(f".//{C}valAx/{C}numFmt")
    assert axis.get("formatCode") == f'{ticks};"−"{ticks}'


@pytest.mark.parametrize(
    ("kind", "n", "every"),
    [
        ("bar", 40, "1"),
        ("bar", 41, None),
        ("line", 16, None),
        ("line", 30, "2"),
        ("column", 30, None),
    ],
)
def test_labels_of_many_periods_are_thinned_out(kind, n, every):
    chart = ChartData(kind, (Series("占比", (0.5,) * n),), tuple(map(str, range(n))))
    skip = etree.fromstring(chart_xml(chart)).find(f".//{C}catAx/{C}tickLblSkip")
    assert (None if skip is None else skip.get("val")) == every
