"""Exhibits of corrections: what is printed, what is marked, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.differential import differential_error
from pbgov.evaluation.coding_error.regression import correct_coding_error
from pbgov.exhibits.coding_error import (
    figure_naive_corrected,
    table_differential_error,
    table_naive_corrected,
)
from pbgov.marks import as_simulated


def streets():
    random = np.random.default_rng(1)
    district = np.sort(random.integers(0, 16, 340))
    true = (random.random(340) < 0.35).astype(float)
    error = random.normal(size=340)
    lean = np.where(true == 1, 1, -1) * 1.7 + 1.2 * error
    codes = np.full(340, np.nan)
    drawn = random.choice(340, 100, replace=False)
    codes[drawn] = true[drawn]
    return pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in district],
            "满意率": 80 + 8 * error,
            "财力": random.normal(size=340),
            "机器": (random.random(340) < 1 / (1 + np.exp(-lean))).astype(float),
            "人工": codes,
        }
    )


def corrected(table, gold="人工", probability=100 / 340):
    return correct_coding_error(
        table, "满意率 ~ 机器 + 财力", "机器", gold, probability,
        cluster="region_code", unit_name="区", permutations=99,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return corrected(as_simulated(streets()))


@pytest.mark.parametrize(
    ("lang", "heads", "said"),
    [
        ("zh", ["变量", "未校正", "校正后", "只用人工", "校正后/未校正"], "340 行里的 100 行"),
        ("en", ["Term", "Naive", "Corrected", "Gold only", "Corrected / naive"], "100 of 340 rows"),
    ],
)
def test_table_prints_all_three_with_intervals(found, lang, heads, said):
    table = table_naive_corrected(found, title="两种估计", source="程序生成", lang=lang)
    assert set(heads) <= set(table.header())
    note, _ = table.notes()
    assert said in note
    assert "t(G−1)" in note
    assert ("相关" in note) if lang == "zh" else ("not effects" in note)
    row = next(row for row in table.rows() if row[0] == "机器")
    naive = found.naive.terms.set_index("term").loc["机器", "estimate"]
    assert row[1] == f"{naive:.2f}"
    assert table.simulated
    assert table.file_stem.startswith("模拟_")


def test_no_correction_is_printed_in_the_table():
    none = corrected(streets(), None, None)
    table = table_naive_corrected(none, title="两种估计", source="来源")
    assert all("没有人工金标准样本，无法校正" in row for row in table.rows())
    english = table_naive_corrected(none, title="Two", source="source", lang="en")
    assert any("no correction possible" in cell for cell in english.rows()[1])
    assert english.notes()[0].lower().count("no correction possible") == 1
    drawn = figure_naive_corrected(none, title="两种估计", source="来源", unit="百分点").draw()
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert texts == ["没有校正，原因见注"] * 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_figure_draws_each_way_and_the_truth(found, lang):
    figure = figure_naive_corrected(
        found, title="两种估计", source="程序生成", unit="百分点", truth={"机器": 0.0}, lang=lang
    )
    axes = figure.draw().axes[0]
    names = axes.get_legend_handles_labels()[1]
    assert len(names) == 4
    assert len(set(names)) == 4
    hollow = [line for line in axes.lines if line.get_marker() == "o"]
    filled = [line for line in axes.lines if line.get_marker() == "s"]
    assert all(line.get_markerfacecolor() == "white" for line in hollow)
    assert all(line.get_markerfacecolor() != "white" for line in filled)
    assert len(hollow) == len(filled) == 2
    assert "〓" not in figure.notes()[0]
    assert figure.image("png") == figure_naive_corrected(
        found, title="两种估计", source="程序生成", unit="百分点", truth={"机器": 0.0}, lang=lang
    ).image("png")


def test_truth_is_for_simulated_data_only(found):
    real = corrected(streets())
    with pytest.raises(InputError, match="not simulated"):
        figure_naive_corrected(real, title="t", source="s", unit="u", truth={"机器": 0.0})
    with pytest.raises(InputError, match="no term"):
        figure_naive_corrected(found, title="t", source="s", unit="u", truth={"x": 0.0})


def test_table_of_differential_error(found):
    check = differential_error(
        streets(), "机器", "人工", 100 / 340, "满意率", cluster="region_code", unit_name="区"
    )
    table = table_differential_error(check, title="差异性误差", source="来源")
    thirds = [row for row in table.rows() if row[0] == "结果"]
    assert [row[1][0] for row in thirds] == ["低", "中", "高"]
    assert sum(int(row[2]) for row in thirds) == 100
    assert len({row[-1] for row in thirds}) == 1
    assert "随结果高低 p" in table.notes()[0]
    english = table_differential_error(found.differential, title="t", source="s", lang="en")
    assert english.simulated
    assert english.rows()[0][0] == "outcome"
    empty = differential_error(streets().assign(人工=1.0), "机器", "人工", 1.0, "满意率")
    with pytest.raises(InputError, match="nothing to compare"):
        table_differential_error(empty, title="t", source="s")
