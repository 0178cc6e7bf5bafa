"""Numbered slogans and formulas: sentences with planted lists, counted by hand."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import pbgov
from pbgov.corpus.document import Document
from pbgov.extraction.formulas import find_formulas
from pbgov.extraction.labels import label_parts
from pbgov.extraction.quantities import find_quantities
from pbgov.extraction.scales import read_scales
from pbgov.schemas import FORMULAS


def one(text: str, label: str) -> pd.Series:
    found = find_formulas(text)
    (row,) = (row for _, row in found.iterrows() if row.label == label)
    return row


@pytest.mark.parametrize(
    ("text", "label", "promised", "listed", "status"),
    [
        # the list stands before the label
        ("形成自治、法治、德治“三治融合”格局。", "三治融合", 3, 3, "full"),
        ("依靠街道和商会“两个骨干”，推进共建。", "两个骨干", 2, 2, "full"),
        ("开展工会、共青团、妇联、统战、法律和社会等工作“七站合一”。", "七站合一", 7, 6, "partial"),
        ("以甲管统筹、乙管领域、丙管区域、丁管落地的“四管”机制推进。", "四管", 4, 4, "full"),
        ("居委会、业委会、物业公司，合称“三驾马车”。", "三驾马车", 3, 3, "full"),
        (
            "围绕政务服务、金融服务、法律服务、人才服务、融资服务“五大品牌”发力。",
            "五大品牌",
            5,
            5,
            "full",
        ),
        # the list stands after it
        ("推行“三微”工作法，即“建微平台，议微话题，办微活动”。", "三微", 3, 3, "full"),
        ("建立“四联”机制：组织联建、活动联办、资源联享、难题联解。", "四联", 4, 4, "full"),
        (
            "落实“五个一”，包括一张清单、一本台账、一支队伍、一套制度、一个平台。",
            "五个一",
            5,
            5,
            "full",
        ),
        ("推行“三到位”，包括责任到位和人员到位。", "三到位", 3, 2, "partial"),
        (
            "坚持“三个精准”。首先，精准定位；其次，精准发现；最后，精准服务。",
            "三个精准",
            3,
            3,
            "full",
        ),
        (
            "做实“三项清单”。一是需求清单，逐户摸排；二是资源清单；三是项目清单。",
            "三项清单",
            3,
            3,
            "full",
        ),
        ("推行“三进两促”：进农村、进社区、进企业，促发展、促和谐。", "三进两促", 5, 5, "full"),
        # taken up again
        (
            "推行“一轴四网”。“一轴”即党组织领导轴；“四网”即组织网、工作网、服务网、保障网。",
            "一轴四网",
            5,
            5,
            "full",
        ),
        ("深入推进“五社联动”，社区面貌改观。", "五社联动", 5, 0, "none"),
        ("健全五社联动机制，提升服务。", "五社联动机制", 5, 0, "none"),
        # sums
        ("构建“1+2+3”机制：建好一个中心，完善两项职能，健全三项制度。", "1+2+3", 3, 3, "full"),
        ("推行“1+1+X”：“1”是一份清单，“1”是一个平台，“X”是多项活动。", "1+1+X", 3, 3, "full"),
        ("发起“1 +1 +N”共建，办主题党日。", "1+1+N", 3, 0, "none"),
        ("形成１＋４＋X政策体系。", "１＋４＋X", 3, 0, "none"),
    ],
)
def test_the_number_promised_is_held_against_the_items_listed(
    text, label, promised, listed, status
):
    row = one(text, label)
    assert (row.promised, row.listed, row.status) == (promised, listed, status)
    assert text[row.start : row.end].replace(" ", "") == label
    if listed:
        spans = [tuple(map(int, span.split("-"))) for span in row.item_spans.split()]
        assert [text[start:end] for start, end in spans] == row["items"].split(" | ")
    else:
        assert pd.isna(row["items"])


def test_the_items_are_those_of_the_text():
    row = one("形成自治、法治、德治“三治融合”格局。", "三治融合")
    assert row["items"] == "自治 | 法治 | 德治"
    row = one("依靠街道和商会“两个骨干”，推进共建。", "两个骨干")
    assert row["items"] == "街道 | 商会"


def test_a_compound_label_is_told_part_by_part():
    row = one("推行“三进两促”：进农村、进社区、进企业，促发展、促和谐。", "三进两促")
    assert row.parts == "进 3/3、促 2/2"
    row = one("建立“五委两会”共建模式。", "五委两会")
    assert (row.status, row.parts) == ("none", "委 0/5、会 0/2")


def test_the_list_may_stand_in_the_next_paragraphs():
    text = "坚持“三个聚焦”，压实责任。\n一是聚焦组织，建强支部。\n二是聚焦队伍。\n三是聚焦服务。\n"
    row = one(text, "三个聚焦")
    assert (row.listed, row.status) == (3, "full")


def test_pairs_are_their_own_items():
    row = one("探索社区+村党建模式。", "社区+村")
    assert (row.form, row["items"]) == ("pair", "社区 | 村")
    assert pd.isna(row.promised)
    assert pd.isna(row.status)
    assert one("开启“党建+公益扶贫”新模式。", "党建+公益扶贫").form == "pair"


def test_plain_counts_are_rows_where_they_open_or_close_a_list():
    text = "完善区、街道、社区三级平台，建立5个工作站。"
    found = find_formulas(text)
    assert found.form.tolist() == ["count"]
    assert (found.promised[0], found.listed[0]) == (3, 3)
    assert find_quantities(text).text.tolist() == ["三级", "5个"]


def test_one_label_with_two_lists_is_two_rows():
    text = (
        "构建产权方、物业、党组织“三位一体”管理模式。推行“三位一体”。\n"
        "打造党务、政务、社务“三位一体”服务模式。\n"
    )
    found = find_formulas(text)
    assert found.label.tolist() == ["三位一体", "三位一体"]
    assert found.homonym.all()
    assert found["items"].tolist() == ["产权方 | 物业 | 党组织", "党务 | 政务 | 社务"]
    assert found.mentions.tolist() == [2, 1]


def test_homonyms_are_told_across_documents():
    texts = ["建立需求、资源、项目“三张清单”。", "建立服务、任务、责任“三张清单”。"]
    documents = [
        Document(name, name, text, text, "utf-8", name)
        for name, text in zip("ab", texts, strict=True)
    ]
    found = find_formulas(documents)
    assert found.formula_id.tolist() == ["a/f0001", "b/f0001"]
    assert found.homonym.all()
    assert not find_formulas(documents[:1]).homonym.any()


def test_a_label_said_often_is_one_row():
    text = "推行“三微”工作法。“三微”很好。“三微”即微平台、微讨论、微活动。"
    row = one(text, "三微")
    assert (row.mentions, row.status) == (3, "full")


@pytest.mark.parametrize(
    "text",
    [
        "推行“一网通办”和“一门式”服务。",
        "“十四五”时期落实“七五”普法。",
        "打通“最后一公里”。",
        "三年行动计划印发。",
        "开展“双报到”。",
        "1+2=3。",
        "违反本条例第二十六条规定，有下列情形之一的：（一）扰民；（二）占道。",
        "委员会由主任、副主任和委员五至九人组成。",
        "有的人三心二意，有的人五湖四海。",
        "党的二十大报告提出要求。",
        "",
    ],
)
def test_what_promises_no_number_of_things_is_no_formula(text):
    assert find_formulas(text).empty


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("七站合一", [7]),
        ("三位一体", [3]),
        ("一轴四网", [1, 4]),
        ("两个全覆盖", [2]),
        ("一核多元、两全三体", [1, None, 2, 3]),
        ("宝兴十法", [10]),
        ("四议两公开", [4, 2]),
    ],
)
def test_labels_are_read_part_by_part(label, numbers):
    parts = label_parts(label, read_scales())
    assert parts is not None
    assert [part.number for part in parts] == numbers


def test_offsets_hold_for_any_unit_and_labels_are_no_quantities():
    text = "# 题\n\n引言。形成自治、法治、德治“三治融合”。它有效。\n"
    document = Document("d", "d.md", text, text, "utf-8", "0")
    for unit in ("paragraph", "sentence"):
        found = find_formulas(pbgov.segment(document, unit))
        assert text[found.start[0] : found.end[0]] == "三治融合"
    assert find_quantities(document).empty


def test_any_text_can_be_read():
    pieces = [
        *"一二三四五十多，。；：“”（）、和与的即是为+1N",
        "个",
        "合一",
        "首先",
        "其次",
        "最后",
        "一是",
        "二是",
        "治",
        "清单",
    ]
    draw = random.Random(3)
    for _ in range(100):
        text = "".join(draw.choices(pieces, k=draw.randrange(40)))
        for row in find_formulas(text).itertuples():
            assert text[row.start : row.end].replace(" ", "") == row.label


def test_nothing_found_is_an_empty_table_of_the_same_columns():
    assert list(find_formulas("").columns) == list(FORMULAS.columns)
