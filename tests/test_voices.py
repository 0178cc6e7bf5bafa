"""Modality and claims of sentences that a reader of Chinese judged before the rules were run."""

from __future__ import annotations

import pandas as pd
import pytest

from pbgov.corpus.document import Document
from pbgov.extraction.claims import find_claims
from pbgov.extraction.quantities import find_quantities
from pbgov.extraction.voices import find_modality
from pbgov.schemas import CLAIMS, MODALITIES

SENTENCES = {
    "引述": [
        "习近平总书记强调：“城市管理要像绣花一样精细。”",
        "《关于加强基层治理的意见》指出，要健全网格体系。",
        "会议要求各地压实责任。",
        "“社区是国家与社会连接的区域。”",
        "文章认为，社区是治理的起点。",
    ],
    "试点": [
        "白榆街道先行先试，建立议事厅。",
        "北桥社区开展积分制试点。",
        "近年来，各地积极探索多元共治。",
        "试点推广“街乡吹哨、部门报到”改革。",
    ],
    "计划": [
        "白榆街道将成立物业党委。",
        "下一步，要扩大覆盖面。",
        "明年新建两个服务站。",
        "到2025年，实现社区食堂全覆盖。",
        "到“十四五”末，建立覆盖全区的议事协商体系。",
    ],
    "建议": [
        "要健全责任清单，压实各方责任。",
        "街道应建立例会制度。",
        "作者建议增设充电桩。",
        "必须坚持党建引领，完善工作体系。",
    ],
    "否定": ["目前尚未建立统一的责任清单。", "白榆街道没有成立物管会。", "不设专职网格员。"],
    "已实施": [
        "建立网格长例会制度，每周会商一次。",
        "白榆街道建立责任清单。",
        "搭建了三级平台。",
        "全区已建成服务站40个。",
        "去年，区民政局启动了社区赋能行动。",
        "到2020年底，全区已建立服务站40个。",
        "白榆街道将居民诉求逐项派到科室，并建立台账。",
        "按照《意见》要求，白榆街道设立议事厅。",
        "组织党员120人次，开展环境整治6次。",
    ],
    None: [
        "超大城市人口密集，风险潜伏深。",
        "社区自治能够激发居民活力。",
        "基层治理是国家治理的基石。",
    ],
}


@pytest.mark.parametrize(
    ("text", "status"), [(text, status) for status, each in SENTENCES.items() for text in each]
)
def test_sentences_have_the_status_their_reader_gave_them(text, status):
    (row,) = find_modality(text).itertuples()
    assert (None if pd.isna(row.status) else row.status) == status
    assert text[row.start : row.end] == row.text
    if not pd.isna(row.cue):
        assert text[row.cue_start : row.cue_end] == row.cue


def test_the_heading_gives_a_status_to_what_stands_under_it():
    text = "## 二、下一步打算\n\n建立夜间值守队。\n\n## 三、现有做法\n\n建立夜间值守队。\n"
    found = find_modality(Document("d", "d.md", text, text, "utf-8", "0"))
    assert found.status.tolist() == ["计划", "已实施"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("这一做法增强了居民的归属感。", 0),
        ("治理效能得到明显提升。", 0),
        ("改造取得明显成效。", 0),
        ("商务楼宇实现了全覆盖。", 0),
        ("有效破解了停车难题，新增车位320个。", 1),
        ("投诉量下降了三成。", 1),
        ("达标社区由18%上升到81%。", 2),
        ("整治后投诉从每月四十件下降到十二件。", 2),
        ("投诉量同比下降35%。", 2),
        ("据统计，居民满意率提高了12个百分点。", 3),
        ("解决率提高到95%，高于全市平均水平，有效提升了满意度。", 3),
        ("社区面貌焕然一新。", 0),
        ("改造后的广场受到周边居民好评。", 0),
        ("极大地方便了居民出行。", 0),
        ("成功调解纠纷43件。", 1),
        ("盘活闲置空间1.2万平方米。", 1),
        ("解决率达到94.3%，群众满意度大幅提升。", 1),
        ("第三方评估显示，居民满意度由72%提高到89%。", 3),
    ],
)
def test_claims_have_the_level_of_what_stands_beside_them(text, level):
    """Levels as META.CLAIM of the codebook defines them, given by hand."""
    found = find_claims(text)
    assert len(found), text
    assert found.level.max() == level
    figures = set(find_quantities(text).quantity_id)
    for row in found.itertuples():
        assert text[row.start : row.end] == row.text
        assert text[row.cue_start : row.cue_end] == row.cue
        assert (row.quantity_id in figures) == (row.level > 0)


@pytest.mark.parametrize(
    "text",
    [
        "下一步，要有效提升服务水平。",
        "明年要把投诉降一半。",
        "街道每周统计投诉件数。",
        "为了有效解决停车难题，街道建立议事厅。",
        "尚未解决停车难题。",
        "习近平总书记指出：“治理水平得到明显提升。”",
        "三家企业各出一人轮值护学岗。",
        "力争全年解决率提高到95%。",
        "居民参与度没有明显提高。",
        "要解决的问题还有12个。",
        "到2025年，设施达标率提高到90%。",
    ],
)
def test_aims_plans_denials_and_quotations_claim_nothing(text):
    assert find_claims(text).empty


def test_nothing_found_is_an_empty_table_of_the_same_columns():
    assert list(find_claims("").columns) == list(CLAIMS.columns)
    assert list(find_modality("").columns) == list(MODALITIES.columns)
