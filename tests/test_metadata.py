"""Metadata is what stands in the document, with its place; what is masked or missing stays empty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.corpus.document import Mark
from pbgov.corpus.labels import is_name, names_in
from pbgov.corpus.metadata import read_metadata

PROSE = "社区党委每月召开一次联席会议，听取驻区单位和居民代表的意见，会后把议定的事项张贴在公告栏里，逐条销账。\n"


def fields(raw, stated=None, marks=()):
    metadata, found = read_metadata(raw, stated or {}, marks)
    return metadata, {each.name: each for each in found}


def stands(raw, field):
    return raw[field.raw_start : field.raw_end]


def test_a_journal_page_gives_title_names_issue_and_place():
    raw = (
        "宁波市楼宇党建的三种做法*\n2021-07-02 08:15陈立军周敏\n东海学刊 2021年3期\n"
        "陈立军 周 敏\n(海曙研究院,315000,宁波)\n" + PROSE
    )
    metadata, found = fields(raw)
    assert metadata == {
        "title": "宁波市楼宇党建的三种做法",
        "authors": ["陈立军", "周敏"],
        "venue": "东海学刊",
        "published": "2021年第3期",
        "city": "宁波市",
    }
    assert stands(raw, found["authors"]) == "陈立军 周 敏"
    assert stands(raw, found["published"]) == "2021年3期"
    assert "2021-07-02" in found["published"].reason_zh
    assert "2021-07-02" in found["published"].reason_en
    assert found["district"].basis == "missing"
    assert found["district"].reason_zh
    assert found["affiliation"].value == "海曙研究院,315000,宁波"


def test_names_run_together_are_not_parted():
    metadata, found = fields("做法三则\n作者：陈立军周敏\n" + PROSE)
    assert "authors" not in metadata
    assert found["authors"].basis == "missing"
    assert "陈立军周敏" in found["authors"].reason_zh


def test_a_government_page_gives_labelled_values():
    raw = (
        "当前位置:首页 >工作动态\n把服务送到楼里\n发布时间：2019年06月03日 09:20 来源： 某地党建网\n"
        + PROSE
        + "(作者:钱文华,江东区委组织部干部)\n责任编辑：孙立\n"
    )
    metadata, found = fields(raw)
    assert metadata["title"] == "把服务送到楼里"
    assert metadata["authors"] == ["钱文华"]
    assert metadata["published"] == "2019-06-03"
    assert stands(raw, found["published"]) == "2019年06月03日"
    assert found["editor"].value == "孙立"
    assert "孙立" not in metadata["authors"]


def test_an_article_number_gives_year_issue_issn_and_pages():
    raw = (
        "[摘要] 本文讨论苏州市姑苏区的楼道自治。\n[關鍵詞] 自治; ?樓道\n"
        "[中圖分類號] D630 ? ? [文章編號] 1234-567X(2018)11-0005-12\n"
    ) + PROSE
    metadata, found = fields(raw)
    assert metadata["published"] == "2018年第11期"
    assert stands(raw, found["published"]) == "(2018)11"
    assert found["issn"].value == "1234-567X"
    assert found["pages"].value == "5–16"
    assert found["clc"].value == "D630"
    assert (metadata["city"], metadata["district"]) == ("苏州市", "姑苏区")
    assert found["title"].basis == found["venue"].basis == "missing"


def test_a_traditional_document_gives_simplified_values_and_shows_what_stands():
    raw = (
        "[摘要] 武漢市江漢區(qū)黨委結(jié)合實(shí)際推進樓宇黨建。\n"
        "社區(qū)黨組織發(fā)動居民參與議事協(xié)商，把問題解決在樓門院里，群眾滿意度不斷提高，經(jīng)驗得到推廣。\n"
        "(作者簡介:劉東風,中共江漢區(qū)委書記)\n"
    )
    metadata, found = fields(raw)
    assert metadata["authors"] == ["刘东风"]
    assert stands(raw, found["authors"]) == "劉東風"
    assert "劉東風" in found["authors"].reason_zh
    assert (metadata["city"], metadata["district"]) == ("武汉市", "江汉区")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("XX市老旧小区改造的经验\n" + PROSE, "city"),
        ("老旧小区改造的经验\n" + PROSE + "这一年，××区改造了三个小区。\n", "district"),
        ("老旧小区改造的经验\n佚名\n" + PROSE, "authors"),
        ("老旧小区改造的经验\n作者：×××\n" + PROSE, "authors"),
        ("老旧小区改造的经验\n发布日期：20XX年X月X日\n" + PROSE, "published"),
        ("老旧小区改造的经验\n来源：＊＊＊网\n" + PROSE, "venue"),
    ],
)
def test_what_is_masked_stays_empty_and_says_so(raw, name):
    metadata, found = fields(raw)
    assert name not in metadata
    assert found[name].value is None
    assert found[name].basis == "masked"
    assert found[name].reason_zh
    assert found[name].reason_en
    assert stands(raw, found[name])


def test_a_statute_gives_its_dates_and_the_organ():
    raw = (
        "# 某某条例\n\n2001年5月6日 江州市第十届人民代表大会常务委员会第三次会议通过\n\n"
        "2012年8月9日 江州市第十二届人民代表大会常务委员会第七次会议通过的"
        "《关于修改部分地方性法规的决定》修正\n\n第一条 " + PROSE
    )
    _, found = fields(raw)
    assert found["adopted"].value == "2001-05-06"
    assert found["amended"].value == ["2012-08-09"]
    assert found["issuer"].value == "江州市第十届人民代表大会常务委员会"
    assert found["published"].value == "2012-08-09"
    assert "修正" in found["published"].reason_zh
    assert "2001-05-06" in found["published"].reason_zh


def test_what_the_container_states_comes_first_and_stays_as_it_is():
    stated = {"title": "甲", "district": "", "kept": "as it is", "id": "x", "published": 2021}
    metadata, found = fields("另一个题目\n来源：乙报\n" + PROSE, stated)
    assert metadata == {**stated, "venue": "乙报"}
    assert found["title"].basis == "container"
    assert found["district"].value is None
    assert "空着" in found["district"].reason_zh
    assert "id" not in found


def test_file_properties_are_used_last_and_never_for_the_date():
    properties = {"title": "无标题", "creator": "admin", "created": "2015-01-01"}
    metadata, found = fields(PROSE, {"properties": properties})
    assert metadata == {"title": "无标题"}
    assert "admin" in found["authors"].reason_zh
    assert fields(PROSE, {"properties": {"creator": "陈立军"}})[0] == {"authors": ["陈立军"]}
    assert found["title"].basis == "container"
    assert "文件属性" in found["title"].reason_zh
    assert found["published"].basis == "missing"
    metadata, _ = fields("楼门长的一天\n作者：陈立军\n" + PROSE, {"properties": properties})
    assert metadata == {"title": "楼门长的一天", "authors": ["陈立军"]}


def test_the_only_heading_of_the_first_level_is_the_title():
    raw = "网站名\n楼门长的一天\n" + PROSE
    marks = [Mark("heading", 4, 10, 1), Mark("heading", 11, 15, 2)]
    assert fields(raw, marks=marks)[0]["title"] == "楼门长的一天"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("二〇二一年三月五日", "2021-03-05"),
        ("2021年12月31日", "2021-12-31"),
        ("二○一九年十一月二十日", "2019-11-20"),
    ],
)
def test_a_signed_document_is_dated_at_its_foot(line, date):
    raw = f"关于做好楼门长工作的意见\n{PROSE}江东街道党工委\n{line}\n"
    _, found = fields(raw)
    assert found["published"].value == date
    assert stands(raw, found["published"]) == line
    assert "落款" in found["published"].reason_zh


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "甲\r\n乙\r丙\u2028丁\x85戊",
        PROSE,
        "一、先办\n" + PROSE,
        "据说，来源：不详的消息很多，作者：没有一个肯承认。\n" + PROSE,
        PROSE + "[1]陈立军. 楼门长[J]. 东海学刊,2021(3):5-9.\n[2]周敏. 来源：某书[M]. 2017.\n",
    ],
)
def test_nothing_is_invented(raw):
    metadata, found = fields(raw)
    assert metadata == {}
    assert all(each.value is None and each.reason_zh and each.reason_en for each in found.values())
    assert list(found) == ["title", "authors", "venue", "published", "city", "district"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("李　明　王小红*", ["李明", "王小红"]),
        ("欧阳文 诸葛小亮", ["欧阳文", "诸葛小亮"]),
        ("文/张三、李四", ["张三", "李四"]),
        ("本报记者 赵大川", ["赵大川"]),
        ("阿依古丽·买买提 张三", ["阿依古丽·买买提", "张三"]),
        ("北京市 社会", []),
        ("李明伟王志伟", []),
        ("高质量发展", []),
    ],
)
def test_lines_of_names(line, names):
    assert [name for name, _, _ in names_in(line)] == names


def test_a_name_needs_a_surname():
    assert is_name("司徒南")
    assert not is_name("市委")
    assert not is_name("王")


def test_an_official_document_is_titled_below_its_letterhead():
    raw = (
        "中共江东区委文件\n江东委发〔2021〕12号\n关于加强楼宇党建工作的意见\n各街道党工委：\n"
        f"{PROSE}中共江东区委\n2021年3月5日\n"
    )
    metadata, found = fields(raw)
    assert metadata == {"title": "关于加强楼宇党建工作的意见", "published": "2021-03-05"}
    assert found["doc_number"].value == "江东委发〔2021〕12号"


def test_names_at_the_head_and_all_of_those_at_the_foot():
    foot = "作者简介：张三（1980—），男，江东大学教授；李四（1990—），女，讲师。\n"
    assert fields(f"楼门研究\n张三1，李四2\n{PROSE}{foot}")[0]["authors"] == ["张三", "李四"]
    metadata, found = fields(f"楼门研究\n{PROSE}{foot}")
    assert metadata["authors"] == ["张三", "李四"]
    assert "责任编辑" not in found


def test_a_line_of_the_source_holds_several_values():
    raw = (
        "楼门里的会\n2020-05-06 09:30:12　来源：江东日报　作者：本报记者 赵大川 通讯员 孙小梅\n"
        + PROSE
    )
    metadata, found = fields(raw)
    assert metadata["venue"] == "江东日报"
    assert metadata["authors"] == ["赵大川", "孙小梅"]
    assert metadata["published"] == "2020-05-06"
    assert "来源" in found["published"].reason_zh


def test_rules_of_a_government_are_dated_by_their_promulgation():
    raw = (
        "江东市物业管理办法\n（2010年3月5日江东市人民政府令第20号公布 根据2018年6月1日"
        "江东市人民政府令第45号修订）\n第一条 " + PROSE
    )
    _, found = fields(raw)
    assert found["adopted"].value == "2010-03-05"
    assert found["amended"].value == ["2018-06-01"]
    assert found["issuer"].value == "江东市人民政府"


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        (
            "000_two-new-beijing.txt",
            {"authors": ["李明伟", "王志伟"], "venue": "北方工业大学学报", "published": "2022年第5期", "city": "北京市"},
        ),
        (
            "001_urban-party-building-beijing.txt",
            {"authors": ["宋贵伦"], "venue": "北京社会建设网", "published": "2017-01-25", "city": "北京市"},
        ),
        (
            "004_two-wholes-chaoyang.txt",
            {"authors": ["王灏"], "published": "2020年第4期", "city": "北京市", "district": "朝阳区"},
        ),
    ],
)  # fmt: skip
def test_the_articles_as_a_reader_described_them(shared, name, stated):
    raw = (shared / "articles" / name).read_text(encoding="utf-8")
    metadata, found = fields(raw)
    assert {key: value for key, value in metadata.items() if key != "title"} == stated
    assert ("title" in metadata) == (name != "004_two-wholes-chaoyang.txt")
    for key in ("title", "venue", "district"):
        if key not in metadata:
            assert found[key].basis == "missing"
            assert found[key].reason_zh


def test_every_regulation_states_its_title_dates_and_organ(shared):
    for path in sorted((shared / "regulations").rglob("*.md")):
        raw = path.read_text(encoding="utf-8")
        metadata, found = fields(raw)
        assert metadata["title"] == raw.splitlines()[0].removeprefix("# "), path.name
        assert metadata["city"] == "北京市"
        dated = [line for line in raw.split("第一条")[0].splitlines() if line[:2] in ("19", "20")]
        year, month, day = dated[-1].split("日")[0].replace("月", "年").split("年")
        assert metadata["published"] == f"{year}-{int(month):02d}-{int(day):02d}", path.name
        assert found["issuer"].value in dated[0]


def test_a_title_of_two_lines_names_organ_matter_and_kind():
    head = "江东区人民政府办公室关于印发\n《江东区楼门长管理规定》的通知\n各街道办事处：\n"
    title = "江东区人民政府办公室关于印发《江东区楼门长管理规定》的通知"
    metadata, found = fields(head + PROSE)
    assert metadata["title"] == title
    assert stands(head, found["title"]).replace("\n", "") == title
    head = "中共江东区委办公室\n关于做好楼门长工作的意见（试行）\n"
    assert fields(head + PROSE)[0]["title"] == "中共江东区委办公室关于做好楼门长工作的意见（试行）"
    assert fields("关于楼门长的意见\n关于网格员的通知\n" + PROSE)[0]["title"] == "关于楼门长的意见"


def test_the_name_of_a_bulletin_and_the_issue_of_a_journal_are_venues_and_no_titles():
    metadata, _ = fields(
        "楼门动态\n第 12 期\n江东区委办公室编　2021年3月5日\n楼门长进社区\n" + PROSE
    )
    assert (metadata["venue"], metadata["title"]) == ("楼门动态", "楼门长进社区")
    metadata, _ = fields("东海学刊 2021年第3期\n楼门研究\n" + PROSE)
    assert (metadata["venue"], metadata["title"]) == ("东海学刊", "楼门研究")


def test_the_time_of_a_meeting_dates_no_publication():
    head = "江东镇会议纪要\n时间：2023年4月6日上午9:00\n"
    assert fields(head + "地点：三楼会议室\n主持：陈立军\n" + PROSE)[0] == {
        "title": "江东镇会议纪要"
    }
    assert fields(head + PROSE)[0]["published"] == "2023-04-06"


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("作者：江东区委书记 陈立军  《东海学刊》2021年第3期", ["陈立军"]),
        ("记者：周敏\n记者：楼门长都做什么？", ["周敏"]),
        ("记者：楼门长都做什么？", None),
        ("文/图 陈立军", ["陈立军"]),
    ],
)
def test_names_stand_behind_posts_and_questions_are_no_names(line, authors):
    assert fields(f"楼门里的事\n{line}\n{PROSE}")[0].get("authors") == authors


def test_a_reporter_behind_the_source_is_no_part_of_it():
    for rest in ("记者 周敏", "2009-12-03", "点击：233"):
        raw = f"楼门里的事\n2009年12月3日 来源:江东日报 {rest}\n{PROSE}"
        assert fields(raw)[0]["venue"] == "江东日报"


@pytest.mark.parametrize(
    "above", ["附件2", "编号：A-12", "机密★一年", "内部资料 注意保存", "密级：秘密\n特急"]
)
def test_what_stands_over_a_title_is_none(above):
    assert fields(f"{above}\n楼门里的事\n{PROSE}")[0] == {"title": "楼门里的事"}
    assert "title" not in fields(f"{above}\n摘要\n{PROSE}")[0]


def test_the_author_beside_the_source_counts_though_the_page_sets_it_apart():
    raw = "楼门里的事\n发布时间：2021-03-04　作者：周敏\n作者：陈立军\n" + PROSE
    marks = [Mark("furniture", 6, 34)]
    assert fields(raw, marks=marks)[0]["authors"] == ["周敏"]


def test_the_page_of_a_newspaper_is_no_title_and_a_bare_time_says_so():
    raw = "《江东日报》2020年4月3日第2版\n楼门里的事\n时间：2020年4月5日\n" + PROSE
    metadata, found = fields(raw)
    assert (metadata["title"], metadata["published"]) == ("楼门里的事", "2020-04-05")
    assert "来源" not in found["published"].reason_zh


PIECES = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Co"]), max_size=5),
    st.sampled_from(
        ["作者：", "来源:", "[摘要]", "关键词 ", "2020年13月40日", "2020年第99期", "第一条", "XX市", "李明 王芳", "通过",
         "(作者：", "文章编号", "1234-5678(2020)04-0001-02", "。", "\n", "\r", "《", "》", "北京市", "\ud800", PROSE, "＊"]
    ),
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_file_every_field_has_a_place_or_a_reason(raw):
    metadata, found = fields(raw)
    for name, each in found.items():
        assert (each.value is None) == (each.basis in ("masked", "missing"))
        assert each.value is not None or (each.reason_zh and each.reason_en)
        if each.basis in ("text", "masked"):
            assert 0 <= each.raw_start < each.raw_end <= len(raw)
        assert metadata.get(name, each.value) == each.value
    assert None not in metadata.values()


def test_a_title_that_a_pdf_breaks_over_two_lines_is_whole():
    raw = "东海市街道议事协商制度的比较研\n究\n\n" + PROSE
    wrapped = raw.index("\n")
    _, found = fields(raw, marks=[Mark("wrap", wrapped, wrapped + 1)])
    assert found["title"].value == "东海市街道议事协商制度的比较研究"
    assert stands(raw, found["title"]) == "东海市街道议事协商制度的比较研\n究"
