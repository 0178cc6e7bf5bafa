"""The exhibits of two frameworks say what was counted, and what it is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import pbgov
from pbgov.coding.codebooks.crosswalk import Crosswalk, read_crosswalk
from pbgov.coding.frameworks import FrameworkChange, compare_frameworks
from pbgov.errors import InputError
from pbgov.exhibits.frameworks import (
    figure_framework_heatmap,
    table_crosswalk,
    table_framework_change,
    table_framework_ranks,
)

DATA = Path(__file__).resolve().parents[1] / "data"
SOURCE = "虚构的段落"
TEXTS = [
    "甲镇组建联席会，几家商户议事。",  # 组织创新 and 治理创新, which the crosswalk links
    "甲镇推行限期办结和派单。",  # 管理创新 and 行政过程创新
    "乙镇考核时用小程序。",  # 管理创新 and 活动创新 tie; 行政 and 技术 tie
    "乙镇发放责任清单。",
    "乙镇天晴。",
    "丙镇签责任书，双报到，共建。",  # 管理创新, but 治理创新 before 行政过程创新
]


@pytest.fixture(scope="module")
def walk() -> Crosswalk:
    first, second = pbgov.read_codebook(DATA / "codebook"), pbgov.read_codebook(DATA / "rival")
    return read_crosswalk(DATA / "rival" / "crosswalk.csv", first.framework("INNOV"), second)


@pytest.fixture(scope="module")
def read() -> pd.DataFrame:
    starts = [sum(map(len, TEXTS[:number])) for number in range(len(TEXTS))]
    return pd.DataFrame(
        {
            "doc_id": "虚构",
            "start": starts,
            "end": [start + len(text) for start, text in zip(starts, TEXTS, strict=True)],
            "segment_id": [f"s{number}" for number in range(len(TEXTS))],
            "text": TEXTS,
            "kind": "paragraph",
            "unit": [text[:2] for text in TEXTS],
        }
    )


@pytest.fixture(scope="module")
def change(walk: Crosswalk, read: pd.DataFrame) -> FrameworkChange:
    return compare_frameworks(read, walk, by="unit")


def test_the_crosswalk_is_printed_row_by_row(walk: Crosswalk) -> None:
    exhibit = table_crosswalk(walk, source=SOURCE)
    rows = exhibit.rows()
    assert len(rows) == len(walk.table)
    assert rows[2][:3] == ["管理创新（INNOV.MGT）", "前者较窄", "行政过程创新（TYPE.ADMIN）"]
    assert rows[-1][:3] == ["—", "没有对应", "理念创新（TYPE.CONC）"]
    assert "1 行" in exhibit.note


def test_two_frameworks_with_one_id_and_a_retired_code_are_told_apart(
    tmp_path: Path, walk: Crosswalk, read: pd.DataFrame
) -> None:
    codes = walk.first.codes
    renamed = dataclasses.replace(walk.first, codes=codes.assign(zh="新" + codes["zh"]))
    gone = pd.DataFrame({"code_id": ["INNOV.OLD"], "replaced_by": ["INNOV.MGT"]})
    first = dataclasses.replace(walk.first, retired=gone.assign(retired_in="0.2"))
    path = tmp_path / "crosswalk.csv"
    path.write_text(
        "from_code,to_code,relation,reason,source\nINNOV.MGT,INNOV.MGT,same,理由,试\n"
        "INNOV.OLD,INNOV.ACT,narrower,理由,试\n",
        encoding="utf-8",
    )
    table = read_crosswalk(path, first, renamed)
    rows = table_crosswalk(table, source=SOURCE).rows()
    assert rows[1][0] == "INNOV.OLD（已撤下）"
    change = compare_frameworks(read, table, by="unit")
    body = table_framework_change(change, source=SOURCE).rows()
    assert [row[1] for row in body] == ["管理创新", "新管理创新"]
    assert [row[3] for row in body] == ["新管理创新", "管理创新"]
    ranks = table_framework_ranks(change, source=SOURCE).rows()
    assert {(row[0], row[2]) for row in ranks} == {("管理创新", "新管理创新")}


def test_what_a_crosswalk_does_not_speak_of_is_said_in_the_note(tmp_path: Path) -> None:
    path = tmp_path / "crosswalk.csv"
    path.write_text(
        "from_code,to_code,relation,reason,source\nINNOV.MGT,TYPE.ADMIN,narrower,理由,试\n",
        encoding="utf-8",
    )
    books = [pbgov.read_codebook(DATA / name) for name in ("codebook", "rival")]
    note = table_crosswalk(read_crosswalk(path, *books), source=SOURCE).note
    assert "INNOV.ORG、INNOV.ACT、INNOV.NONE" in note
    assert "TYPE.TECH" in note


def test_expectations_are_counted_with_their_interval(change: FrameworkChange) -> None:
    exhibit = table_framework_change(change, source=SOURCE)
    printed = {(row[0], row[1]): row for row in exhibit.rows()}
    # 管理创新 stands alone or first in three paragraphs, 行政过程创新 is found in all of them
    management = printed["一→二", "管理创新"]
    assert management[2:4] == ["前者较窄", "行政过程创新"]
    given = pbgov.code_by_rules(_segments(change), change.crosswalk.first)
    assert management[4] == str(int(given["code_id"].eq("INNOV.MGT").sum()))
    assert printed["二→一", "行政过程创新"][2] == "部分重合、前者较宽"
    assert printed["二→一", "无创新类型/其他"][8:10] == ["—", "—"]
    assert f"N = {len(TEXTS)} 段" in exhibit.note
    for row in exhibit.rows():
        assert int(row[5]) + int(row[6]) + int(row[7]) == int(row[4])


def _segments(change: FrameworkChange) -> pd.DataFrame:
    columns = ["doc_id", "start", "end", "segment_id", "text"]
    return change.expectations[columns].drop_duplicates().assign(kind="paragraph")


def test_units_keep_their_ranks_and_names(change: FrameworkChange) -> None:
    exhibit = table_framework_ranks(change, source=SOURCE, names={"甲镇": "甲"})
    assert {row[3] for row in exhibit.rows()} == {"甲", "乙镇", "丙镇"}
    assert "3 个单位，各有 1–3 段" in exhibit.note
    assert len(exhibit.rows()) == 7 * 3


def test_the_figure_holds_every_segment(change: FrameworkChange) -> None:
    exhibit = figure_framework_heatmap(change, source=SOURCE)
    figure = exhibit.draw()
    axes = figure.axes[0]
    written = [int(text.get_text()) for text in axes.texts]
    assert sum(written) == len(TEXTS)
    assert [label.get_text().replace("\n", "") for label in axes.get_yticklabels()] == [
        "组织创新", "管理创新", "活动创新", "无创新类别/其他", "未判出",
    ]  # fmt: skip
    frames = [patch for patch in axes.patches if not patch.get_fill()]
    assert len(frames) == 7
    assert exhibit.image("png") == figure_framework_heatmap(change, source=SOURCE).image("png")


def test_simulated_results_are_marked(walk: Crosswalk, read: pd.DataFrame) -> None:
    simulated = compare_frameworks(pbgov.mark_simulated(read), walk, by="unit")
    for make in (table_framework_change, table_framework_ranks, figure_framework_heatmap):
        assert make(simulated, source=SOURCE).simulated
    assert not table_framework_ranks(compare_frameworks(read, walk), source=SOURCE).simulated


def test_what_cannot_be_shown_is_named(walk: Crosswalk, read: pd.DataFrame) -> None:
    silent = compare_frameworks(read.iloc[4:5], walk)
    with pytest.raises(InputError, match="lets anything follow"):
        table_framework_change(silent, source=SOURCE)
    with pytest.raises(InputError, match="give the FrameworkChange"):
        figure_framework_heatmap(walk, source=SOURCE)  # type: ignore[arg-type]
    nowhere = compare_frameworks(read.assign(unit=float("nan")), walk, by="unit")
    with pytest.raises(InputError, match="no segment has a unit"):
        table_framework_ranks(nowhere, source=SOURCE)
