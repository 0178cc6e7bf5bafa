"""Practices, organisations, places and modality on planted paragraphs with invented names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from benchmarks.practice_detection import figures, overlaps
from pbgov.corpus.document import Document
from pbgov.extraction.cues import PACKAGED, read_cues
from pbgov.schemas import PRACTICES

if TYPE_CHECKING:
    from pathlib import Path


def table(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    regions = pd.DataFrame(rows, columns=["region_code", "name", "level", "parent_code"])
    return regions.assign(kind="试例", zone=None, area_km2=None, source="本测试").astype(
        {"zone": "str"}
    )


REGIONS = table(
    ("900000", "云州市", "province", None),
    ("900101", "朝阳区", "district", "900000"),
    ("900102", "青石区", "district", "900000"),
    ("900101001", "柳荫街道", "street", "900101"),
    ("900101002", "团结街道", "street", "900101"),
    ("900102001", "团结街道", "street", "900102"),
    ("900102002", "四海镇", "street", "900102"),
)


def document(text: str, **metadata: object) -> Document:
    return Document("d", "d.md", text, text, "utf-8", "0", metadata)


def find(text: str, **metadata: object) -> pd.DataFrame:
    return pbgov.find_practices(document(text, **metadata), REGIONS)


def only(text: str, **metadata: object) -> pd.Series:
    found = find(text, **metadata)
    assert len(found) == 1, found
    return found.iloc[0]


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("柳荫街道党工委建立楼门长例会制度，每月议事一次。", "柳荫街道党工委"),
        (
            "云州晨帆电子有限公司党支部把党员活动室开放给居民，开展义诊。",
            "云州晨帆电子有限公司党支部",
        ),
        ("去年以来，云州启明建设集团党委组建应急队，值守桥梁。", "云州启明建设集团党委"),
        ("青石区推行“一码议事”，居民扫码提议题。", "青石区"),
        ("在楼宇治理上，北桥社区设立议事厅。", "北桥社区"),
        ("槐树社区“两新”组织组建志愿服务队，上门理发。", "槐树社区“两新”组织"),
        ("各街道和社区党组织制定共建清单。", "各街道和社区党组织"),
        ("青石区的党群服务中心开设夜校。", "青石区的党群服务中心"),
        ("（四）青石区民政部门制定清单。", "青石区民政部门"),
        ("和平里社区组建合唱队。", "和平里社区"),
        ("大石桥镇建立夜访制度。", "大石桥镇"),
        ("云州新城管委会设立专项资金。", "云州新城管委会"),
    ],
)
def test_the_organisation_that_acts_is_found_whole(text, organisation):
    row = only(text)
    assert row.organisation == organisation
    assert text[row.organisation_start : row.organisation_end] == organisation
    assert row.status == "已实施"
    assert pd.isna(row.status_start)


def test_the_object_of_a_preposition_does_not_act():
    text = "在市委指导下，北桥居委会与柳荫街道签订责任书，把楼道堆物清理干净。"
    assert only(text).organisation == "北桥居委会"


def test_an_agent_gives_way_to_a_subject():
    assert only("由青石区委牵头，北桥社区搭建调解平台。").organisation == "北桥社区"


@pytest.mark.parametrize(
    ("text", "status", "cue"),
    [
        ("作者建议，街道应设立议事厅，每月开放。", "建议", "应"),
        ("街道应当建立走访制度。", "建议", "应当"),
        ("笔者主张放权。街道制定事项清单，社区组建服务队。", "建议", "主张"),
        ("下一步，青石区建设智慧平台。", "计划", "下一步"),
        ("青石区计划建立三级网格。", "计划", "计划"),
        ("青石区拟出台物业办法。", "计划", "拟"),
        ("青石区按计划推进改造。", "已实施", None),
        ("青石区落实代表建议，建立健身步道。", "已实施", None),
        ("北桥社区开展“应设尽设”排查，建立党支部。", "已实施", None),
        ("北桥社区实施“社区成长计划”，培育队伍。", "已实施", None),
        ("青石区响应居民诉求，设立热线。", "已实施", None),
    ],
)
def test_the_status_follows_what_the_cue_governs(text, status, cue):
    row = only(text)
    assert row.status == status
    if cue is None:
        assert pd.isna(row.status_start)
    else:
        assert text[row.status_start : row.status_end] == cue


def test_a_heading_gives_its_status():
    text = "## 二、下一步打算\n\n北桥社区建立夜间值守队。\n"
    assert find(text).status.tolist() == ["计划"]


@pytest.mark.parametrize(
    "text",
    [
        "超大城市人口密集，风险潜伏深，旧办法已经不够用。",
        "作者认为，青石区建立议事厅是基层治理的关键。",
        "会议报告指出，街道要建立议事平台。",
        "实践证明，社区开展议事能化解矛盾。",
        "有的社区建立了议事厅，半年不开一次会。",
        "## 摘编说明\n\n青石区建立议事厅一事，原文没有写时间。",
        "## 存在的问题\n\n青石区建立了议事厅，但没有人来。",
        "青石区建立议事厅。".join(["《", "》是一本小册子。"]),
        "青石区是云州市的工业大区。",
        "",
    ],
)
def test_background_opinion_and_notes_are_no_practices(text):
    assert find(text).empty


def test_a_heading_about_overcoming_problems_is_not_a_list_of_problems():
    assert len(find("## 破解停车难的问题\n\n北桥社区建立错时停车制度。")) == 1


def test_a_report_before_an_opinion_stands():
    row = only("北桥社区建立夜校，教老人用手机。作者认为，这一做法应当推广。")
    assert (row.organisation, row.status) == ("北桥社区", "已实施")


@pytest.mark.parametrize(
    ("text", "metadata", "code", "basis", "place"),
    [
        ("青石区建立议事厅。", {}, "900102", "stated", "青石区"),
        ("柳荫街道建立议事厅。", {}, "900101", "stated", "柳荫街道"),
        ("北桥社区建立议事厅，地点在青石区。", {}, "900102", "stated", "青石区"),
        ("云州市建立议事厅。", {}, "900000", "stated", "云州市"),
        ("云州市委、市政府推行议事制度。", {}, "900000", "stated", "云州市"),
        ("云州市各社区建立议事厅。", {"city": "云州市"}, None, None, None),
        (
            "北桥社区建立议事厅。",
            {"city": "云州市", "district": "青石区"},
            "900102",
            "document",
            None,
        ),
        ("北桥社区建立议事厅。", {"region_code": "900102"}, "900102", "document", None),
        ("北桥社区建立议事厅。", {"city": "他州市", "district": "青石区"}, None, None, None),
        ("青石区建立议事厅。", {"city": "他州市"}, None, None, None),
        ("北桥社区建立议事厅，联系青石区和朝阳区。", {"district": "青石区"}, None, None, None),
    ],
)
def test_regions_are_stated_or_from_the_document_or_open(text, metadata, code, basis, place):
    row = only(text, **metadata)
    for seen, wanted in [(row.region_code, code), (row.region_basis, basis), (row.place, place)]:
        assert pd.isna(seen) if wanted is None else seen == wanted


def test_practices_carry_their_evidence_and_keep_the_order_of_the_text():
    text = "引言没有做法。\n\n青石区建立议事厅。\n\n北桥社区组建服务队。\n"
    found = find(text)
    assert list(found.columns) == list(PRACTICES.columns)
    assert found.practice_id.tolist() == ["d/p0002#1", "d/p0003#1"]
    for row in found.itertuples():
        assert text[row.start : row.end] == row.text
        assert text[row.organisation_start : row.organisation_end] == row.organisation
    segments = pbgov.segment(document(text), "paragraph")
    pd.testing.assert_frame_equal(pbgov.find_practices(segments, REGIONS), found)


def test_without_regions_every_code_is_open():
    found = pbgov.find_practices(document("北桥社区建立议事厅。"))
    assert found.organisation.tolist() == ["北桥社区"]
    assert found.region_code.isna().all()


def test_nothing_found_is_an_empty_table_of_the_same_columns():
    assert list(find("").columns) == list(PRACTICES.columns)


def test_any_text_can_be_searched():
    pieces = [
        *"，。：、“”《》（）的由与应拟",
        "街道",
        "党委",
        "公司",
        "建立",
        "作者建议",
        "下一步",
        "云州市",
    ]
    draw = random.Random(7)
    for _ in range(150):
        text = "".join(draw.choices(pieces, k=draw.randrange(40)))
        for row in find(text + "\n青石区建立议事厅。").itertuples():
            assert row.organisation


# ---- places -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("朝阳区和青石区", ["900101", "900102"]),
        ("云州市朝阳区柳荫街道", ["900000", "900101", "900101001"]),
        ("云州朝阳的经验", ["900000", "900101"]),
        ("朝阳、青石两区", ["900101", "900102"]),
        ("青石法院", ["900102"]),
        ("位于青石的厂区", ["900102"]),
        ("朝阳群众与向阳坡", []),
        ("平安朝阳", []),
        ("云州路步行街", []),
        ("青石区团结街道", ["900102", "900102001"]),
        ("朝阳区的团结街道", ["900101", "900101002"]),
        ("团结街道", [None]),
        ("朝阳区、青石区各有团结街道", ["900101", "900102", None]),
        ("长安市朝阳区", [None]),
        ("全市朝阳区最大", ["900101"]),
        ("云州四海归来公司", ["900000"]),
        ("青石四海敬老院", ["900102", "900102002"]),
    ],
)
def test_places_are_named_only_where_certain(text, places):
    found = pbgov.find_places(text, REGIONS)
    assert [None if pd.isna(code) else code for code in found.region_code] == places
    assert [text[row.start : row.end] for row in found.itertuples()] == found.text.tolist()
    assert (found.candidates.notna() == found.region_code.isna()).all()


def test_open_names_list_their_candidates():
    row = pbgov.find_places("团结街道", REGIONS).iloc[0]
    assert row.candidates == "900101002 900102001"
    assert pd.isna(row["name"])


def test_places_of_segments_have_offsets_into_the_document():
    text = "# 朝阳区\n\n柳荫街道在此。\n青石区在彼。"
    found = pbgov.find_places(pbgov.segment(document(text)), REGIONS)
    assert found.text.tolist() == ["柳荫街道", "青石区"]
    assert [text[row.start : row.end] for row in found.itertuples()] == found.text.tolist()
    assert found.segment_id.tolist() == ["d/p0001s01", "d/p0002s01"]


def test_a_paragraph_with_many_places_is_read_in_passing_time():
    """Looking back from each place to the start of the text took minutes here."""
    assert len(pbgov.find_places("青石区团结街道建立责任清单，" * 20_000, REGIONS)) == 40_000


def test_a_frame_without_regions_finds_nothing():
    assert pbgov.find_places("朝阳区", REGIONS.iloc[:0]).empty


# ---- cues -------------------------------------------------------------------------------------


def test_every_packaged_cue_has_a_source():
    for path in PACKAGED.glob("*.csv"):
        rows = pd.read_csv(path, dtype="str")
        assert rows.notna().all().all(), path.name
    assert read_cues().organisations["公司"] is False


def test_a_study_may_bring_its_own_cues(tmp_path: Path):
    for path in PACKAGED.glob("*.csv"):
        content = path.read_text(encoding="utf-8")
        if path.name == "organisations.csv":
            content += "书院,社会组织,否,本测试\n"
        (tmp_path / path.name).write_text(content, encoding="utf-8")
    text = "明伦书院开设夜校。"
    assert pbgov.find_practices(document(text)).empty
    found = pbgov.find_practices(document(text), lexicon=tmp_path)
    assert found.organisation.tolist() == ["明伦书院"]


def test_a_missing_cue_folder_is_refused(tmp_path):
    with pytest.raises(pbgov.InputError, match="no such folder"):
        pbgov.find_practices(document("甲。"), lexicon=tmp_path / "none")


# ---- against the reader's records -------------------------------------------------------------


def test_the_shipped_documents_are_read_as_their_reader_read_them(root):
    """In-sample floors, below what the benchmark prints; a fall under them is a regression."""
    from benchmarks.practice_detection import measure

    seen = measure()["all"]
    assert seen["precision"] > 0.85
    assert seen["recall"] > 0.85
    assert seen["status"] > 0.95
    assert seen["of these right"] == 1
    assert seen["districts wrong"] == 0


def test_the_figures_of_the_benchmark_by_hand():
    assert overlaps("甲街道与乙街道", "乙街道")
    assert not overlaps("甲街道", "丙公司")
    records = pd.DataFrame(
        {
            "doc_id": ["a", "a"],
            "start": [0, 9],
            "end": [5, 12],
            "organisation": ["甲街道", "乙社区"],
            "status": ["建议", "建议"],
            "region_code": ["110105", "110000"],
            "region_basis": ["stated", "stated"],
        }
    )
    found = records.iloc[:1].assign(status="计划")
    seen = figures(records, found)
    assert (seen["recall"], seen["precision"], seen["status"]) == (0.5, 1.0, 0.0)
    assert (seen["organisation exact"], seen["districts stated"], seen["of these right"]) == (
        1,
        1,
        1,
    )
