"""Exhibits of timing designs: what is drawn, what is printed, and that nothing is cut or unmarked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.timing.series import interrupted_series
from pbgov.evaluation.timing.staggered import staggered_adoption
from pbgov.exhibits.style import figure_style
from pbgov.exhibits.timing import figure_event_study, figure_interrupted_series, table_adoption
from pbgov.marks import mark_simulated

SOURCE = "手工构造的面板"


def panel(dates=(6,) * 5 + (8,) * 5 + (None,) * 6):
    random = np.random.default_rng(1)
    rows = [
        (
            f"区{unit:02d}",
            t,
            date,
            unit + t + random.normal() + 3 * (date is not None and t >= date),
        )
        for unit, date in enumerate(dates)
        for t in range(1, 13)
    ]
    return pd.DataFrame(rows, columns=["unit", "t", "since", "y"])


def adoption(table=None, **more):
    table = panel() if table is None else table
    return staggered_adoption(
        table, "y", "unit", "t", "since", permutations=99, unit_name="区", **more
    )


def series():
    random = np.random.default_rng(2)
    time = np.arange(40)
    return pd.DataFrame(
        {
            "t": time + 1,
            "y": 50 + 0.2 * time + 5 * (time >= 20) + random.normal(size=40),
            "other": 40 + 0.2 * time + random.normal(size=40),
        }
    )


def inside(figure):
    """Every text of a figure lies on its canvas."""
    with figure_style():
        figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for text in figure.findobj(lambda one: hasattr(one, "get_text") and one.get_text().strip()):
        box = text.get_window_extent()
        if text.get_visible() and box.width:
            assert box.x0 >= -1, text.get_text()
            assert box.y0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
            assert box.y1 <= height + 1, text.get_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_event_study_draws_every_estimate(lang):
    result = adoption()
    made = figure_event_study(result, title="推广前后", source=SOURCE, unit="百分点", lang=lang)
    figure = made.draw()
    inside(figure)
    (axes,) = figure.axes
    marks = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    drawn = np.sort(np.concatenate([line.get_ydata() for line in marks]))
    np.testing.assert_allclose(drawn, np.sort(result.by_exposure.estimate))
    hollow = [line for line in marks if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 1
    assert (hollow[0].get_xdata() < 0).all()
    assert any(line.get_xdata()[0] == -0.5 for line in axes.lines if len(line.get_xdata()) == 2)
    assert {line.get_marker() for line in marks} == {"o", "s"}  # told apart without colour
    note = made.notes()[0]
    assert ("平行趋势" in note) if lang == "zh" else ("parallel trends" in note)
    assert result.size in note if lang == "zh" else result.size_en in note


def test_intervals_are_missing_where_they_are_refused():
    result = adoption(panel((6, 6, 8, None, None, None, None, None)))
    made = figure_event_study(result, title="t", source=SOURCE, unit="分")
    (axes,) = made.draw().axes
    bars = [part for one in axes.collections for part in one.get_segments()]
    assert not bars
    assert "只看置换 p" in made.notes()[0]


def test_many_exposures_keep_their_labels_apart():
    rows = panel((20,) * 5 + (30,) * 5 + (None,) * 6)
    long = pd.concat([rows.assign(t=rows.t + 12 * k) for k in range(4)], ignore_index=True)
    figure = figure_event_study(adoption(long), title="t", source=SOURCE, unit="分").draw()
    inside(figure)
    boxes = [tick.get_window_extent() for tick in figure.axes[0].get_xticklabels()]
    assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))


def test_table_prints_what_was_estimated():
    result = adoption()
    made = table_adoption(result, title="总体", source=SOURCE)
    assert made.body.iloc[0, 0].startswith("总体")
    assert len(made.body) == 5
    first = result.overall.iloc[0]
    assert float(made.body["估计"].iloc[0]) == pytest.approx(first.estimate, abs=0.01)
    assert made.body["采用的区"].iloc[0] == "10"
    note = made.notes()[0]
    assert "双向固定效应系数" in note
    assert "不列入本表" in note
    english = table_adoption(result, title="Overall", source="made by hand", lang="en")
    assert not any("\u4e00" <= char <= "\u9fff" for char in english.notes()[0])
    assert not any(
        "\u4e00" <= char <= "\u9fff" for cell in english.rows() for char in "".join(cell)
    )


def test_refused_numbers_are_dashes():
    result = adoption(panel((6, 6, 8, None, None, None, None, None)))
    body = table_adoption(result, title="总体", source=SOURCE).body
    assert (body["p"] == "—").all()
    assert (body["95% 区间"] == "—").all()
    assert (body["置换 p"] != "—").all()


def test_a_refusal_is_a_table_with_its_reason():
    refused = adoption(panel().assign(y=1.0))
    assert isinstance(refused, NotEstimated)
    made = table_adoption(refused, title="总体", source=SOURCE)
    assert "没有变化" in made.body["原因"].iloc[0]
    assert len(made.data) == 1


def test_series_is_drawn_with_its_fit_and_the_line_without_a_change():
    table = series()
    estimate = interrupted_series(table, "y", "t", 21)
    made = figure_interrupted_series(
        estimate, table, "t", 21, title="序列", source=SOURCE, unit="分", outcome="满意度得分"
    )
    figure = made.draw()
    inside(figure)
    slopes = estimate.terms.set_index("term").estimate
    after = made.data[made.data.without_change.notna()]
    gap = (after.fitted - after.without_change).to_numpy()
    # the gap is the level change plus the slope change for every period since
    np.testing.assert_allclose(
        gap, slopes["level_change"] + slopes["slope_change"] * np.arange(1, 21), rtol=1e-9
    )
    np.testing.assert_array_equal(made.data.outcome, table.y)
    assert len(after) == 20
    assert "水平变化" in made.notes()[0]
    assert "没有对照序列" in made.notes()[0]


def test_two_panels_with_a_comparison_series():
    table = series()
    estimate = interrupted_series(table, "y", "t", 21, "other")
    made = figure_interrupted_series(
        estimate, table, "t", 21, "other", title="s", source="by hand", unit="points", lang="en"
    )
    figure = made.draw()
    inside(figure)
    assert len(figure.axes) == 2
    np.testing.assert_allclose(made.data.difference, table.y - table.other)
    assert "comparison series other" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_an_estimate_of_other_rows_is_refused():
    table = series()
    estimate = interrupted_series(table, "y", "t", 21)
    with pytest.raises(InputError, match="other rows"):
        figure_interrupted_series(
            estimate, table.iloc[:-1], "t", 21, title="s", source=SOURCE, unit="分"
        )
    nothing = interrupted_series(table.iloc[:22], "y", "t", 21)
    with pytest.raises(InputError, match="nothing was estimated"):
        figure_interrupted_series(nothing, table, "t", 21, title="s", source=SOURCE, unit="分")


def test_simulated_exhibits_are_marked():
    result = adoption(mark_simulated(panel()))
    for made in (
        figure_event_study(result, title="t", source=SOURCE, unit="分"),
        table_adoption(result, title="t", source=SOURCE),
    ):
        assert made.simulated
        assert made.caption(1).count("【模拟】") == 1


def test_odd_exposures_have_their_ticks():
    rows = panel((5,) * 5 + (9,) * 5 + (None,) * 6)
    long = pd.concat([rows.assign(t=rows.t + 12 * k) for k in range(4)], ignore_index=True)
    figure = figure_event_study(
        adoption(long[long.t % 2 == 0]), title="t", source=SOURCE, unit="分"
    ).draw()
    inside(figure)
    assert len(figure.axes[0].get_xticks()) >= 6


def test_an_event_study_of_nothing_is_refused():
    nothing = adoption(panel((None,) * 6))
    assert isinstance(nothing, NotEstimated)
    with pytest.raises(InputError, match="nothing was estimated"):
        figure_event_study(nothing, title="t", source=SOURCE, unit="分")


@pytest.mark.parametrize("n", [16, 23, 200])
@pytest.mark.parametrize("comparison", [None, "other"])
def test_long_names_and_days_stay_inside_and_apart(n, comparison):
    name = "全市十二个区按户籍人口加权的居民诉求办结满意率（百分制，三个月滚动）"
    random = np.random.default_rng(2)
    days = pd.date_range("2023-01-01", periods=n).strftime("%Y-%m-%d")
    table = pd.DataFrame(
        {"日期": days, name: random.normal(size=n), "other": random.normal(size=n)}
    )
    result = interrupted_series(table, name, "日期", days[n // 2], comparison)
    made = figure_interrupted_series(
        result, table, "日期", days[n // 2], comparison, title="t", source=SOURCE, unit="百分点"
    )
    figure = made.draw()
    inside(figure)
    boxes = [tick.get_window_extent() for tick in figure.axes[-1].get_xticklabels()]
    assert len(boxes) >= 4
    assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))
