"""Repairing texts: nothing is lost, everything is listed, repairing twice is repairing once."""

from __future__ import annotations

import json
import runpy
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.corpus.document import CERTAINTIES, REPAIR_KINDS, Mark
from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.readers import read_corpus
from pbgov.corpus.repair import Repaired, repair_extract, repair_text

PLAIN = "党建引领基层治理，街道办事处（含地区办事处）推行“1+1+N”工作法。"


def replayed(raw: str, repaired: Repaired) -> str:
    """The raw text with the listed changes made by hand, from the last to the first."""
    text = raw
    for repair in sorted(repaired.listed, key=lambda each: each.raw_start, reverse=True):
        if repair.certainty != "unrepaired":
            text = text[: repair.raw_start] + repair.after + text[repair.raw_end :]
    return text


def assert_sound(raw: str) -> Repaired:
    repaired = repair_text(raw)
    assert replayed(raw, repaired) == repaired.text
    at = 0
    for repair in repaired.listed:
        assert at <= repair.raw_start < repair.raw_end <= len(raw)
        assert raw[repair.raw_start : repair.raw_end] == repair.before
        assert repair.kind in REPAIR_KINDS
        assert repair.certainty in CERTAINTIES
        assert (repair.after == repair.before) == (repair.certainty == "unrepaired")
        at = repair.raw_end
    last = (0, 0)
    for place in range(len(repaired.text)):
        span = repaired.to_raw(place, place + 1)
        assert 0 <= span[0] <= span[1] <= len(raw)
        assert span >= last
        last = span
    assert repair_text(repaired.text).text == repaired.text
    return repaired


# --- anything

CHARACTERS = (
    "党建引領區設府。，、“”‘’()（）?!？！,;:.\"' \n\t　0123456789aBN+*#|>-_=&<"
    "\ufeff\u200b\u200d\u00a0\ufffd\ue000\ud800"
)
PIECES = (
    *(
        "(qū)",
        "(dang)",
        "?!",
        "?!薄",
        "皟扇",
        "币虼?",
        "?dāng)?shù)",
        " ?",
        "”,1人人",
        "2000 万",
        "1 +1 +N",
    ),
    *(
        "&nbsp;",
        "&amp;",
        "<p>",
        "</p>",
        "<!--",
        "-->",
        "+++\n",
        "[M]",
        "http://a.cn/",
        "\r\n",
        "\x85",
    ),
    *("当前位置：首页 > ", "来源：", "猜你喜欢\n", "第一章 ", "总　　则", "⻓", "Ａ１", "𠀋", "😀"),
)
DAMAGED = st.lists(st.sampled_from([*CHARACTERS, *PIECES]), max_size=40).map("".join)


@given(DAMAGED)
@settings(max_examples=400, deadline=None)
def test_any_mixture_of_damage_is_repaired_soundly(raw: str) -> None:
    assert_sound(raw)


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_repaired_soundly(raw: str) -> None:
    assert_sound(raw)


@given(st.lists(st.integers(0xD800, 0xDFFF).map(chr) | st.sampled_from("党，, ("), max_size=20))
@settings(deadline=None)
def test_lone_surrogates_stand_as_they_are(chars: list[str]) -> None:
    raw = "".join(chars)
    repaired = assert_sound(raw)
    kept = [char for char in repaired.text if "\ud800" <= char <= "\udfff"]
    assert kept == [char for char in raw if "\ud800" <= char <= "\udfff"]
    n_listed = sum(len(each.before) for each in repaired.listed if each.kind == "replacement")
    assert n_listed == len(kept)


def test_an_undamaged_text_stays_as_it_is() -> None:
    assert repair_text(PLAIN) == Repaired(PLAIN)
    assert repair_text("") == Repaired("")


# --- one damage each: what a hand would write

KIND_CASES = [
    ("pinyin", "區(qū)領(lǐng)導(dǎo)協(xié)調(diào)(試行)", None),
    ("nbsp", "分类号 D6 ? ? ? 标识码", "分类号 D6    标识码"),
    ("nbsp", "治理；\u00a0共建", "治理；共建"),
    ("stray_digit", "要建设“共同体”，1人人都有责任。", "要建设“共同体”，人人都有责任。"),
    ("punctuation", "基层治理,要抓落实;怎么抓?先抓人!", "基层治理，要抓落实；怎么抓？先抓人！"),
    ("punctuation", "办法(试行)出台", "办法（试行）出台"),
    ("quote", '推行"接诉即办"改革。', "推行“接诉即办”改革。"),
    ("quote", "会议指出：要”抓好落实。”", "会议指出：要“抓好落实。”"),
    ("spacing", "抓好党建。 推进治理。", "抓好党建。推进治理。"),
    ("spacing", "## 第一章　总　　则\n", "## 第一章　总则\n"),
    ("spacing", "摘　要：本文讨论", "摘要：本文讨论"),
    ("spacing", "推行“1 +1 +N”做法。", "推行“1+1+N”做法。"),
    ("spacing", "人口超过2000 万的城市，治理更难。", "人口超过2000万的城市，治理更难。"),
    ("compatibility", "⺠主协商，３年后完成２０％", "民主协商，3年后完成20%"),
    ("compatibility", "不断⻓大", "不断长大"),
    ("control", "基层\u200b治理\ufeff与\u00ad服务", "基层治理与服务"),
    ("markup", "党建<!-- 注 -->引领&ldquo;治理&rdquo;<br>服务", "党建引领“治理”\n服务"),
    ("private_use", "\ue863一字", "\ue863一字"),
    ("replacement", "治\ufffd理", "治\ufffd理"),
]


@pytest.mark.parametrize(("kind", "raw", "text"), KIND_CASES)
def test_each_kind_of_damage(kind: str, raw: str, text: str | None) -> None:
    repaired = assert_sound(raw)
    if text is not None:
        assert repaired.text == text
    assert kind in {each.kind for each in repaired.listed}


def test_readings_go_and_brackets_stay() -> None:
    raw = "朝陽區(qū)的領(lǐng)導(dǎo)協(xié)調(diào)各村(居)，辦法(試行)見CBD(商務(wù)區(qū))。"
    repaired = assert_sound(raw)
    assert repaired.text == "朝阳区的领导协调各村（居），办法（试行）见CBD（商务区）。"
    assert {each.certainty for each in repaired.listed if each.kind == "pinyin"} == {"exact"}


def test_readings_without_tones_go_only_where_a_text_has_them_throughout() -> None:
    throughout = (
        "黨(dang)員、黨(dang)委、區(qu)裏、區(qu)外、設(she)立、設(she)施、黨(dang)建、區(qu)劃。"
    )
    assert repair_text(throughout).text == "党员、党委、区里、区外、设立、设施、党建、区划。"
    for genuine in ("加入世贸(wto)组织", "方案(an)与选项(a)", "亳(bó)州", "北京(beijing)市"):
        assert [each for each in repair_text(genuine).listed if each.kind == "pinyin"] == []


STANDING = [
    "第三条 为了规范管理，制定本条例。",
    "全局谋划 分类指导",
    "李明伟 王志伟",
    "关键词 基层党建 城市治理 北京",
    "1.1 理论基础",
    "采用1+4+X与1+1+N两种模式，占比1.5%，见3.2节。",
    "投入1,234.5万元，10:30开会，比例为3:2。",
    "[1]某某. 某书[M]. 北京:某某出版社,2017.",
    "见 https://www.example.cn/a?b=1,2 与 a.b@example.cn",
    "文章编号0529-1445(2020)04-0071",
    "f(x)=(a, b); he said: no!",
    "## 二、做法\n\n- 一是统筹\n- 二是协同\n\n| 区 | 数 |\n|:--|--:|\n| 甲 | 1 |\n",
    "参见[办法](https://example.cn)与![图](a.png)",
    "乾隆年间，萧乾、张藉都著书立说，成效显著。",
    "他说：“‘两新’组织要抓实。”《决定》（2019）提出“四个意识”。",
    "喆、堃、镕、赟四位同志",
    "家庭👨‍👩‍👧与国旗🇨🇳",
    "价格为“甲”，2个一组。",
    "一是“抓实”，2要抓细。",
    "正文里说“来源：群众”，上一篇报道写得好。",
    "党建　　　服务",
    "　　段首缩进，保留。",
    "项目 经费\t人数\n甲\t1\t2",
    "真的吗？！他们来了。",
]


@pytest.mark.parametrize("text", STANDING)
def test_what_is_meant_stays(text: str) -> None:
    assert repair_text(text).text == text


def test_front_matter_is_never_touched() -> None:
    front = '+++\nid = "a"\ntitle = "甲,乙(丙)?"\n+++\n'
    repaired = assert_sound(front + "正文,在此(试行)。")
    assert repaired.text == front + "正文，在此（试行）。"
    assert min(each.raw_start for each in repaired.listed) >= len(front)


def test_several_rounds_in_one_place_are_one_repair() -> None:
    raw = "合作社區(qū)&nbsp;&nbsp;,治理"
    repaired = assert_sound(raw)
    assert repaired.text.endswith("，治理")
    spans = [(each.raw_start, each.raw_end) for each in repaired.listed]
    assert len(spans) == len(set(spans))


# --- whole texts

PAGE = """当前位置：首页 > 新闻 > 正文
基层治理的探索
发布时间：2021-03-04 10:20 来源：本站 浏览次数：12
近年来，某街道坚持党建引领，把服务送到居民身边，群众的获得感不断增强，办事也比过去方便得多。
有居民说，上一篇报道写的就是这里，来源：社区公众号。
一年下来，街道把各类事项压减了三成，形成了可以推广的经验，得到了上级部门和居民的一致认可。
责任编辑：张三
【打印本页】 【关闭窗口】
相关链接
某区推进垃圾分类
某镇开展走访
"""


def test_what_a_web_page_puts_around_an_article_goes() -> None:
    repaired = assert_sound(PAGE)
    lines = PAGE.splitlines(keepends=True)
    assert repaired.text == "".join([lines[1], *lines[3:6]])
    assert {each.kind for each in repaired.listed} == {"web_furniture"}


def test_the_head_of_minutes_and_a_heading_are_no_furniture() -> None:
    raw = (
        "某街道工作例会纪要\n时间：2021年3月4日 9:30\n地点：二楼会议室\n来源多样的资料\n"
        "会议听取了各社区的汇报，研究了停车、养老、绿化三件事，决定由街道牵头，各部门按职责分别落实到位。\n"
        "数据来源：各社区上报\n作者：某某，某街道党工委书记\n"
    )
    assert repair_text(raw).text == raw


def test_hard_wrapped_lines_are_joined() -> None:
    paragraph = (
        "".join(
            f"第{'一二三四五六七八九'[n % 9]}次走访之后社区干部又同居民商量了几件事情"
            for n in range(20)
        )
        + "。"
    )
    wrapped = "\n".join(paragraph[at : at + 30] for at in range(0, len(paragraph), 30))
    raw = f"某街道的做法\n\n{wrapped}\n\n{wrapped}\n"
    repaired = assert_sound(raw)
    assert repaired.text == f"某街道的做法\n\n{paragraph}\n\n{paragraph}\n"
    assert {each.certainty for each in repaired.listed} == {"likely"}


def test_lines_that_end_where_their_author_ended_them_stay() -> None:
    raw = "\n".join("议程" + "甲" * (3 + n * 5 % 17) for n in range(40)) + "\n"
    assert repair_text(raw).text == raw


def test_a_traditional_passage_in_a_simplified_text() -> None:
    quoted = (
        "各級黨組織應當聯繫羣眾，認真聽取意見，及時解決問題，並將辦理結果告訴當事人，不得拖延推諉。"
    )
    simplified = "本文讨论的做法成效显著，各地都有介绍，这里引用旧文如下，供读者对照。" * 8
    repaired = assert_sound(f"{simplified}\n{quoted}\n見上文。")
    assert repaired.text == (
        f"{simplified}\n各级党组织应当联系群众，认真听取意见，及时解决问题，"
        "并将办理结果告诉当事人，不得拖延推诿。\n見上文。"
    )


def test_marks_of_a_reader_are_followed() -> None:
    raw = "页眉\n党建引领基\n层治理 party\nbuilding\n第 1 页\n"
    starts = {word: raw.index(word) for word in ("页眉", "第 1 页")}
    marks = [Mark("furniture", at, at + len(word)) for word, at in starts.items()]
    marks += [Mark("wrap", at, at + 1) for at in (raw.index("基") + 1, raw.index("party") + 5)]
    text, alignment, repairs = repair_extract(Extract(raw, "pdf", "pdf", marks=tuple(marks)))
    assert text == "党建引领基层治理 party building\n"
    assert Counter(each.kind for each in repairs) == {"web_furniture": 2, "line_break": 2}
    at = text.index("层")
    assert raw[slice(*alignment.to_source(at, at + 1))] == "层"


def test_the_table_of_repairs() -> None:
    table = repair_text("党,建\ufffd").repairs
    assert list(table.columns) == ["kind", "raw_start", "raw_end", "before", "after", "certainty"]
    assert table.values.tolist() == [
        ["punctuation", 1, 2, ",", "，", "exact"],
        ["replacement", 3, 4, "\ufffd", "\ufffd", "unrepaired"],
    ]


@pytest.mark.parametrize(
    "piece", ["(", "()", "?!", '"', "“", "&amp;", "<!--", "<p", "1 +", "党 ", "[M]"]
)
def test_hostile_repeats_end(piece: str) -> None:
    raw = piece * 20_000
    repaired = repair_text(raw)
    assert replayed(raw, repaired) == repaired.text


@pytest.mark.parametrize(
    "raw", ["<b" * 200 + ">" * 200, "&#38;" * 200, "&" + "#38;" * 200 + "lt;p>"]
)
def test_a_pass_that_would_never_rest_is_left_out(raw: str) -> None:
    assert_sound(raw)


# --- the project's own documents and the shared ones


def test_the_shipped_cases_need_no_repair(root) -> None:
    for path in sorted((root / "data" / "cases").glob("*.md")):
        raw = path.read_text(encoding="utf-8")
        assert repair_text(raw) == Repaired(raw), path.name


def test_the_regulations_are_changed_only_where_they_are_damaged(shared) -> None:
    kinds: Counter[str] = Counter()
    paths = sorted((shared / "regulations").rglob("*.md"))
    assert len(paths) == 23
    for path in paths:
        repaired = assert_sound(path.read_text(encoding="utf-8"))
        assert repaired.listed, path.name
        kinds.update(each.kind for each in repaired.listed)
        for each in repaired.listed:
            if each.kind == "spacing":
                assert not each.before.strip()
    # 35 zero-width spaces, 23 comments and 4 full-width per cent signs were counted in the files
    assert (kinds["control"], kinds["markup"], kinds["compatibility"]) == (35, 23, 4)


@pytest.fixture(scope="module")
def article(shared) -> tuple[str, Repaired]:
    raw = (shared / "articles" / "004_two-wholes-chaoyang.txt").read_text(encoding="utf-8")
    return raw, assert_sound(raw)


def test_article_004_agrees_with_the_reference_reading(article, shared) -> None:
    _, repaired = article
    gold = (shared / "gold" / "004_repaired_simplified.txt").read_text(encoding="utf-8")
    offsets = json.loads((shared / "gold" / "004_repaired_offsets.json").read_text())
    furniture = {
        place
        for each in repaired.listed
        if each.kind == "web_furniture"
        for place in range(each.raw_start, each.raw_end)
    }

    def plain(text: str) -> str:
        return "".join(unicodedata.normalize("NFKC", text).split())

    wanted = plain(
        "".join(char for char, place in zip(gold, offsets, strict=True) if place not in furniture)
    )
    found = plain(repaired.text)
    differing = [
        (ours, theirs) for ours, theirs in zip(found, wanted, strict=True) if ours != theirs
    ]
    # OpenCC's tw2s writes 着力 where the reference, made with t2s, kept 著力.
    assert set(differing) == {("着", "著")}


def test_article_004_lists_its_damage(article) -> None:
    _, repaired = article
    counts = Counter(each.kind for each in repaired.listed)
    assert counts["nbsp"] == 10  # DOMAIN, classes D, G and C, B
    assert counts["stray_digit"] == 1
    assert counts["gbk_shift"] == 5
    shifts = [each for each in repaired.listed if each.kind == "gbk_shift"]
    assert Counter(each.certainty for each in shifts) == {"exact": 2, "likely": 2, "inferred": 1}
    assert [each.after for each in shifts if each.certainty == "inferred"] == ["。“着力固根基"]
    assert not [each for each in repaired.listed if each.certainty == "unrepaired"]
    # 437 well-formed readings; the one of the editor's line went with the line
    assert counts["pinyin"] == 436


def test_article_000_and_001(shared) -> None:
    raw = (shared / "articles" / "000_two-new-beijing.txt").read_text(encoding="utf-8")
    repaired = assert_sound(raw)
    counts = Counter((each.kind, each.certainty) for each in repaired.listed)
    spaces = counts["spacing", "exact"] + counts["spacing", "likely"]
    assert spaces == 103 + 9  # 。 + space, and the nine stray ones that DOMAIN counts
    assert counts["quote", "likely"] == 1
    # DOMAIN counts 228 “ and 230 ”; one of the latter was turned, some went with the related links
    gone = "".join(each.before for each in repaired.listed if each.kind == "web_furniture")
    assert (raw.count("“"), raw.count("”")) == (228, 230)
    assert repaired.text.count("“") == repaired.text.count("”") == 229 - gone.count("“")
    assert "1+1+N" in repaired.text
    assert "李明伟 王志伟" in repaired.text
    assert "猜你喜欢" not in repaired.text
    raw = (shared / "articles" / "001_urban-party-building-beijing.txt").read_text(encoding="utf-8")
    repaired = assert_sound(raw)
    assert repaired.text.strip().startswith("全局谋划 分类指导")
    assert repaired.text.rstrip().endswith("市社会办主任）")
    assert "," not in repaired.text


def test_the_page_on_article_004_says_what_the_repair_does(root, shared) -> None:
    made = runpy.run_path(str(root / "docs" / "make_repair_page.py"))["page"](shared)
    assert (root / "docs" / "repair-004.md").read_text(encoding="utf-8") == made


def test_a_document_with_open_damage_is_remarked_upon(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("街道把\ufffd层治理抓\ue123实，群众满意。\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("街道把基层治理抓实,群众满意。\n", encoding="utf-8")
    remarks = read_corpus(tmp_path).remarks
    assert remarks["code"].tolist() == ["W480"]
    assert "2 处" in remarks["zh"][0]
