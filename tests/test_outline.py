"""Section trees: written down by a reader for the articles, counted apart for the statutes, made by hand."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest

import pbgov
from pbgov.corpus.document import Document, Mark, MetadataField
from pbgov.corpus.segments import outline, segment
from pbgov.corpus.structure.numbering import numeral
from pbgov.schemas import OUTLINE

PROSE = "社区党委每月召开一次联席会议，听取驻区单位和居民代表的意见，会后张榜公布，逐条销账。"


def document(text, marks=(), fields=(), doc_id="d"):
    return Document(doc_id, "d.txt", text, text, "utf-8", "0", marks=marks, fields=fields)


def tree(text, **told):
    rows = outline(document(text, **told))
    return list(zip(rows.level, rows.title, strict=True))


def paths(text, **told):
    segments = segment(document(text, **told), "paragraph")
    return segments[segments.kind == "paragraph"].heading.tolist()


def kinds(text, **told):
    segments = segment(document(text, **told), "paragraph")
    visible = segments[segments.kind != "blank"]
    return list(zip(visible.kind, visible.text, strict=True))


# ---- the articles: (level, where the heading starts in the raw text), as a careful reader set down

TREE_000 = [
    (1, 630, "1 "), (2, 643, "1.1 "), (3, 795, "1.1.1 "), (3, 1722, "1.1.2 "), (2, 2351, "1.2 "),
    (1, 3187, "2 "), (2, 3439, "2.1 "), (2, 4441, "2.2 "), (2, 5606, "2.3 "), (2, 7287, "2.4 "),
    (1, 8406, "3 "), (2, 8661, "3.1 "), (2, 9669, "3.2 "), (2, 10579, "3.3 "), (1, 11633, "4 结语"),
]  # fmt: skip
TREE_001 = [
    (1, 317, "一、"), (2, 520, "1."), (2, 834, "2."), (2, 986, "3."),
    (1, 1157, "二、"), (2, 1231, "1."), (2, 1406, "2."), (2, 2031, "3."),
    (1, 2354, "三、"), (2, 2633, "1."), (2, 3315, "2."), (2, 3744, "3."),
]  # fmt: skip
TREE_004 = [
    (1, 755, "围绕"), (2, 781, "理顺"), (2, 1178, "创新"), (2, 1562, "发挥"),
    (1, 2087, "强化"), (2, 2250, "强化"), (2, 2772, "坚持"), (2, 3456, "搭建"), (2, 3998, "实施"),
    (1, 4411, "紧扣"), (2, 4576, "提升"), (2, 5364, "提升"), (2, 6133, "提升"), (1, 7323, "参考文献"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("000_two-new-beijing.txt", TREE_000),
        ("001_urban-party-building-beijing.txt", TREE_001),
        ("004_two-wholes-chaoyang.txt", TREE_004),
    ],
)
def test_the_trees_of_the_articles(shared, name, expected):
    doc = pbgov.read_document(shared / "articles" / name)
    rows = outline(doc)
    rows = rows[rows.level > 0]
    found = list(zip(rows.level, rows.start, strict=True))
    assert found == [(level, doc.to_text(start, start + 1)[0]) for level, start, _ in expected]
    for title, (_, _, begins) in zip(rows.title, expected, strict=True):
        assert title.startswith(begins)


def test_the_tree_of_the_repaired_article(shared):
    text = (shared / "gold" / "004_repaired_simplified.txt").read_text(encoding="utf-8")
    raw = json.loads((shared / "gold" / "004_repaired_offsets.json").read_text(encoding="utf-8"))
    rows = outline(document(text))
    found = [(level, raw[start]) for level, start in zip(rows.level, rows.start, strict=True)]
    assert found == [(level, start) for level, start, _ in TREE_004]
    for title, (_, _, begins) in zip(rows.title, TREE_004, strict=True):
        assert title.startswith(begins)
    segments = segment(document(text), "paragraph")
    assert (segments.kind == "note").sum() == 4
    body = [(2250, 2771), (2772, 3455), (3456, 3997), (3998, 4410), (4576, 5363), (5364, 6132)]
    for start, end in body:  # a paragraph that the heading was cut off ends where the whole one did
        inside = segments[
            (segments.kind == "paragraph") & segments.start.between(raw.index(start), len(text))
        ]
        assert raw[inside.end.iloc[0] - 1] + 1 == end


def test_the_trees_of_the_regulations(shared):
    paths = sorted((shared / "regulations").rglob("*.md"))
    assert len(paths) == 23
    for path in paths:
        titles = outline(pbgov.read_document(path)).title
        lines = path.read_text(encoding="utf-8").splitlines()
        for unit in "章节条":
            number = re.compile(rf"#* ?第([一二三四五六七八九十百零]+){unit}")
            told = [numeral(match[1]) for line in lines if (match := number.match(line))]
            found = [numeral(match[1]) for title in titles if (match := number.match(title))]
            if unit == "节":
                assert found == told, path.name
            else:  # complete and in order up to the last number that stands at the start of a line
                assert found == list(range(1, max(told, default=0) + 1)), path.name


def test_headings_are_found_again_where_their_marks_are_taken_away(root):
    marked = found = 0
    for doc in pbgov.read_corpus(root / "data" / "cases"):
        lines = doc.text.split("+++", 2)[2].splitlines()
        headings = [line.lstrip("# ") for line in lines if line.startswith("#")]
        rows = outline(document("\n".join(line.lstrip("# ") for line in lines)))
        told = {line.lstrip("# "): line.count("#") - 1 for line in lines if line.startswith("#")}
        assert {title: told.get(title) for title in rows.title} == dict(
            zip(rows.title, rows.level, strict=True)
        )
        marked += len(headings)
        found += len(rows)
    assert marked == 64
    assert found >= 62  # the first line of a text may as well be its title


# ---- made by hand


def test_articles_of_a_statute_head_their_paragraphs():
    text = (
        "云州市议事办法\n第一章　总　则\n第一条 为了议事，制定本办法。\n第二条　议事公开。\n第二款也公开。\n"
        "第二章　程　序\n第三条 议事分三步：\n（一）提议；\n（二）讨论。讨论应当记录；\n（三）表决。\n"
        "第十条规定的会议除外。\n第四条（附议）附议不少于三人。\n第五条之一 附议可以撤回。\n第六条 自公布之日起施行。\n"
    )
    assert tree(text) == [
        (1, "第一章 总则"), (2, "第一条"), (2, "第二条"), (1, "第二章 程序"), (2, "第三条"),
        (2, "第四条（附议）"), (2, "第五条之一"), (2, "第六条"),
    ]  # fmt: skip
    found = kinds(text)
    assert ("heading", "第一条") in found
    assert ("paragraph", "为了议事，制定本办法。") in found
    assert ("paragraph", "（二）讨论。讨论应当记录；") in found
    assert ("paragraph", "第十条规定的会议除外。") in found
    assert paths(text)[-4:] == [
        "第二章 程序 > 第三条",
        *[f"第二章 程序 > {n}" for n in ("第四条（附议）", "第五条之一", "第六条")],
    ]


def test_a_file_of_two_statutes_counts_twice():
    text = "".join(f"第{n}条 甲乙丙。\n" for n in "一二三四五六" + "一二三四五")
    assert [title for _, title in tree(text)] == [f"第{n}条" for n in "一二三四五六" + "一二三四五"]


def test_four_articles_are_no_statute():
    assert tree("".join(f"第{n}条 甲乙丙。\n" for n in "一二三四")) == []


def test_the_contents_of_a_statute_are_no_headings():
    text = "# 某条例\n\n## 第一章 总则\n\n## 第二章 附则\n\n## 第一章 总则\n\n甲。\n\n## 第二章 附则\n\n乙。\n"
    assert tree(text) == [(1, "某条例"), (2, "第一章 总则"), (2, "第二章 附则")]
    assert paths(text)[-2:] == ["某条例 > 第一章 总则", "某条例 > 第二章 附则"]


def test_numbered_headings_glued_to_paragraphs():
    text = (
        f"一、抓组织\n总的来说要抓组织。\n1.抓设置。{PROSE}\n2.抓班子，选好带头人。{PROSE}\n第一，{PROSE}\n\n"
        f"二、抓服务\n（一）摸清需求。{PROSE}\n{PROSE}\n（二）对接资源。{PROSE}\n当前，{PROSE}\n"
    )
    assert tree(text) == [
        (1, "一、抓组织"), (2, "1.抓设置"), (2, "2.抓班子，选好带头人"),
        (1, "二、抓服务"), (2, "（一）摸清需求"), (2, "（二）对接资源"),
    ]  # fmt: skip
    assert ("heading", "1.抓设置。") in kinds(text)
    assert ("paragraph", PROSE) in kinds(text)
    # 1 and 2 hold one paragraph each, so what follows is the section's; （一） holds two
    assert paths(text)[3] == "一、抓组织"
    assert paths(text)[-1] == "二、抓服务 > （二）对接资源"


@pytest.mark.parametrize(
    "text",
    [
        f"1.抓设置。{PROSE}\n" + PROSE,  # one number alone
        f"1.抓设置。{PROSE}\n2.街道党工委每季度听取一次汇报，研究解决遇到的困难和问题；\n",  # a list
        "1.社区建了议事厅。好。\n2.街道建了服务站。好。\n",  # what happened, with little behind it
        f"一是抓设置。{PROSE}\n二是抓班子。{PROSE}\n",
        f"第一，抓设置。{PROSE}\n第二，抓班子。{PROSE}\n",
        f"3.抓设置。{PROSE}\n5.抓班子。{PROSE}\n",
    ],
)
def test_numbered_sentences_stay_whole(text):
    assert tree(text) == []


def test_phrases_without_a_number_are_headings_beside_their_like():
    text = (
        f"{PROSE}\n健全三项机制，凝聚治理合力\n近年来，{PROSE}\n健全议事机制。{PROSE}{PROSE}\n完善评价机制。{PROSE}\n下一步，{PROSE}\n"
        f"结语\n{PROSE}\n"
    )
    assert tree(text) == [
        (1, "健全三项机制，凝聚治理合力"), (2, "健全议事机制"), (2, "完善评价机制"), (1, "结语"),
    ]  # fmt: skip
    assert paths(text)[1:] == [
        "健全三项机制，凝聚治理合力",
        "健全三项机制，凝聚治理合力 > 健全议事机制",
        "健全三项机制，凝聚治理合力 > 完善评价机制",
        "健全三项机制，凝聚治理合力",
        "结语",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"健全议事机制。{PROSE}\n{PROSE}\n",  # no sibling
        f"朝霞社区建立了议事厅。{PROSE}\n晚晴社区建立了服务站。{PROSE}\n",  # what happened
        f"建立了议事厅。{PROSE}\n完善了评价机制。{PROSE}\n",
        f"摸底靠走访。{PROSE}\n联系靠清单。{PROSE}\n",
        f"## 一、做法\n健全议事机制。{PROSE}\n完善评价机制。{PROSE}\n## 二、打算\n{PROSE}",  # marked
    ],
)
def test_short_sentences_stay_in_their_paragraphs(text):
    assert [title for _, title in tree(text) if "、" not in title] == []


@pytest.mark.parametrize(
    "line",
    [
        "（作者：陈立军）", "作者：陈立军", "陈立军 周敏", "本报记者 陈立军 周敏", "图1 议事流程", "表2 经费", "2021年3月5日", "问：谁来办",
        "江东街道党工委 2021年3月", "这件事谁来办？", "一是摸底，", "*", "2019-2021", "1.5万人参加",
    ],
)  # fmt: skip
def test_short_lines_that_are_no_headings(line):
    assert tree(f"{PROSE}\n{line}\n{PROSE}\n") == []


def test_a_line_between_paragraphs_is_a_heading_below_the_numbers():
    text = f"一、做法\n{PROSE}\n楼门里的议事会\n{PROSE}\n二、体会\n{PROSE}\n楼门外的难处\n{PROSE}\n"
    assert tree(text) == [
        (1, "一、做法"),
        (2, "楼门里的议事会"),
        (1, "二、体会"),
        (2, "楼门外的难处"),
    ]


def test_marks_of_the_file_come_first():
    text = f"做法\n{PROSE}\n1.建组织 每月例会\n甲\t乙\n注：见前。\n体会\n{PROSE}"
    at = {line: text.index(line) for line in ("做法", "1.建组织", "甲", "注", "体会")}
    marks = (
        Mark("heading", at["做法"], at["做法"] + 2, 1),
        Mark("heading", at["1.建组织"], at["1.建组织"] + 5, 2),
        Mark("table", at["甲"], at["甲"] + 3),
        Mark("note", at["注"], at["注"] + 5),
        Mark("heading", at["体会"], at["体会"] + 2, 1),
    )
    assert tree(text, marks=marks) == [(1, "做法"), (2, "1.建组织"), (1, "体会")]
    assert kinds(text, marks=marks) == [
        ("heading", "做法"), ("paragraph", PROSE), ("heading", "1.建组织"), ("paragraph", "每月例会"),
        ("table", "甲\t乙"), ("note", "注：见前。"), ("heading", "体会"), ("paragraph", PROSE),
    ]  # fmt: skip


def test_a_title_from_the_text_is_a_heading_of_no_section():
    text = f"楼门长的一天\n{PROSE}\n一、清早\n{PROSE}\n"
    fields = (MetadataField("title", "楼门长的一天", "text", 0, 6),)
    assert tree(text, fields=fields) == [(0, "楼门长的一天"), (1, "一、清早")]
    assert paths(text, fields=fields) == ["", "一、清早"]
    assert outline(document(text, fields=fields)).n_below.tolist() == [2, 1]


def test_a_title_of_two_lines_is_no_section_and_no_paragraph():
    text = f"江东区关于印发\n楼门长规定的通知\n{PROSE}\n"
    field = MetadataField("title", "江东区关于印发楼门长规定的通知", "text", 0, 16)
    assert tree(text, fields=(field,)) == [(0, "江东区关于印发"), (0, "楼门长规定的通知")]
    assert paths(text, fields=(field,)) == [""]


def test_notes_and_reference_lists():
    entry = "[1]陈立军. 楼门长手记[M]. 云州:云州出版社,2017."
    foot = "①周敏：《议事》，云州出版社2019年版，第5页。"
    text = f"{PROSE}①\n{foot}\n{PROSE}[^a]\n\n[^a]: 见附表。\n\n[参考文献]\n{entry}\n[2]《议事规则》,内部资料.\n（作者：周敏）\n"
    assert [words for kind, words in kinds(text) if kind == "note"] == [
        foot, "[^a]: 见附表。", entry, "[2]《议事规则》,内部资料.",
    ]  # fmt: skip
    assert tree(text) == [(1, "参考文献")]
    assert paths(text)[-1] == ""
    assert kinds("①摸底；\n②上门；\n[1]号楼先办。\n") == [
        ("paragraph", "①摸底；"), ("paragraph", "②上门；"), ("paragraph", "[1]号楼先办。"),
    ]  # fmt: skip


def test_contents_of_any_depth_stand_again_below():
    entries = ["第一章　做法", "第一节　摸底", "第二章　体会"]
    listed = "\n".join(
        ["楼门研究报告", "目　录", *(f"{each} ……{n}" for n, each in enumerate(entries, 3))]
    )
    body = "\n".join(f"{each}\n{PROSE}" for each in entries)
    assert tree(f"{listed}\n{body}\n") == [
        (1, "第一章 做法"),
        (2, "第一节 摸底"),
        (1, "第二章 体会"),
    ]


def test_the_list_of_annexes_heads_nothing():
    assert tree(f"{PROSE}\n附件：1.任务分工表\n2.联络名单\n3.经费表\n江东街道办事处\n") == []


def test_lines_that_state_the_authors_are_no_headings():
    text = f"楼门研究\n陈立军\n{PROSE}\n"
    title, authors = MetadataField("title", "楼门研究", "text", 0, 4), "陈立军"
    named = MetadataField("authors", [authors], "text", 5, 8)
    assert tree(text, fields=(title, named)) == [(0, "楼门研究")]


def test_a_line_under_the_title_needs_others_of_its_kind():
    title = MetadataField("title", "楼门研究", "text", 0, 4)
    head = f"楼门研究\n朝霞社区\n{PROSE}\n"
    assert tree(head, fields=(title,)) == [(0, "楼门研究")]
    more = f"晚晴社区\n{PROSE}\n"
    assert tree(head + more, fields=(title,)) == [(0, "楼门研究"), (1, "朝霞社区"), (1, "晚晴社区")]


def test_brackets_and_other_marks_behind_numbers():
    assert tree(f"【做法】\n{PROSE}\n【体会】\n{PROSE}\n【体会】{PROSE}") == [(1, "【体会】")]
    text = f"一.做法\n（一）摸底\n{PROSE}\n二 、体会\n{PROSE}\n三．打算\n{PROSE}"
    assert [level for level, _ in tree(text)] == [1, 2, 1, 1]


def test_notes_in_circles_are_referred_to_above():
    text = f"楼门研究①\n{PROSE[:-1]}②。\n① 阶段性成果。\n② 内部资料。\n"
    assert [words for kind, words in kinds(text) if kind == "note"] == [
        "① 阶段性成果。",
        "② 内部资料。",
    ]
    listed = f"办法有二：①摸底，②上门。\n① 摸底要细。\n② 上门要勤。\n{PROSE}"
    assert "note" not in dict(kinds(listed))


def test_rows_with_tabs_are_tables():
    text = f"{PROSE}\n项目\t次数\t单位\n议事\t12\t次\n1.\t先办\n2.\t再办\n"
    assert [words for kind, words in kinds(text) if kind == "table"] == [
        "项目\t次数\t单位",
        "议事\t12\t次",
    ]


def test_an_outline_counts_paragraphs_and_every_document_has_its_own():
    text = "一、做法\n甲。\n乙。\n（一）先办\n丙。\n二、体会\n丁。\n"
    rows = outline(
        [document(text, doc_id="a"), document("甲。", doc_id="b"), document(text, doc_id="c")]
    )
    assert rows.columns.tolist() == list(OUTLINE.columns)
    own = rows[rows.doc_id == "c"]
    assert own.segment_id.tolist() == ["c/h0001", "c/h0002", "c/h0003"]
    assert own.n_paragraphs.tolist() == [2, 1, 1]
    assert own.n_below.tolist() == [3, 1, 1]
    assert own.heading.tolist() == ["", "一、做法", ""]
    segments = segment(document(text, doc_id="c"))
    headings = segments[segments.kind == "heading"]
    assert headings.segment_id.tolist() == own.segment_id.tolist()
    assert headings.start.tolist() == own.start.tolist()
    assert all(a < b for a, b in pairwise(own.start))
    assert outline(document("")).empty


@pytest.mark.parametrize(
    ("words", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("一百零四", 104), ("一千二百六十", 1260),
     ("一〇三", 103), ("９", 9), ("37", 37)],
)  # fmt: skip
def test_numerals(words, value):
    assert numeral(words) == value
