"""Segments tile the text; sentences end where a reader says they end."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.corpus.document import Document, Mark
from pbgov.corpus.segments import outline
from pbgov.datafiles import read_table
from pbgov.schemas import PRACTICE_RECORDS, SEGMENTS

UNITS = ["sentence", "paragraph"]


def document(text: str, doc_id: str = "d") -> Document:
    return Document(doc_id, "d.txt", text, text, "utf-8", "0")


def cut(text: str, kind: str = "sentence", unit: str = "sentence") -> list[str]:
    segments = pbgov.segment(document(text), unit)
    return segments.text[segments.kind == kind].tolist()


def assert_tiles(doc: Document, unit: str) -> None:
    segments = pbgov.segment(doc, unit)
    assert "".join(segments.text) == doc.text
    edges = [0, *segments.end]
    assert segments.start.tolist() == edges[:-1]
    assert (segments.end > segments.start).all()
    visible = segments[segments.kind != "blank"].text
    assert (visible.str.strip() == visible).all()
    blank = segments[segments.kind == "blank"].text
    assert blank.str.strip().eq("").all()


POOLS = [
    list("。！？!?…；：，、“”‘’（）()[]《》\"'的这甲乙丙丁0123456789.％ "),
    [
        "\r\n",
        "\r",
        "\n",
        "\x85",
        "\u2028",
        "\u2029",
        "\v",
        "\f",
        "\u00a0",
        "\u3000",
        "\t",
        "甲。",
        "乙",
    ],
    [
        "+++",
        "\n",
        "\r\n",
        "#",
        "## 题",
        "一、",
        "（一）",
        "1.1 ",
        "|",
        "|甲|乙|",
        "第三条 ",
        "𠀀",
        "🧭",
        "\u200b",
        "\ufeff",
    ],
    ["[1]", "①", "……", "。”", "？”", "！”", "的", "http://a.b/c?d=1!", "3.5%", "。", " ", "\n"],
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("pool", range(len(POOLS) + 1))
def test_segments_tile_anything(pool, unit):
    draw = random.Random(pool)
    pieces = POOLS[pool] if pool < len(POOLS) else [piece for each in POOLS for piece in each]
    for _ in range(60):
        text = "".join(draw.choices(pieces, k=draw.randrange(200)))
        assert_tiles(document(text), unit)


LINES = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=30),
        st.text(st.characters(categories=["Cs", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"]), max_size=9),
        st.sampled_from(
            ["第一条 ", "第二条", "第三条　", "第四条", "第五条", "1.抓设置。", "2.抓班子。", "（一）", "一、",
             "结语", "参考文献", "[1]甲[M].", "①", "甲\t乙\t丙", "|甲|乙|", "## 题", "完善机制。", "建立机制。",
             "社区每月开一次会，听取居民的意见，会后把议定的事项公布。", "\ud800", "𠀀", "\u2028", "\x1c", "+++"]
        ),
    ),
    max_size=40,
)  # fmt: skip


@given(LINES, st.sampled_from(["", "\n", "\r\n", "\r", "\u2029", "\v", "\f"]), st.data())
@settings(max_examples=150, deadline=None)
def test_segments_tile_whatever_stands_in_a_file_and_whatever_it_marks(pieces, end, data):
    text = end.join(pieces)
    bounds = st.integers(0, len(text))
    drawn = st.tuples(st.sampled_from(["heading", "table", "note", "furniture"]), bounds, bounds)
    marks = tuple(
        Mark(kind, min(edges), max(edges), 1 if kind == "heading" else 0)
        for kind, *edges in data.draw(st.lists(drawn, max_size=4))
    )
    doc = Document("d", "d.txt", text, text, "utf-8", "0", marks=marks)
    for unit in UNITS:
        assert_tiles(doc, unit)
    segments = pbgov.segment(doc, "paragraph")
    headings = segments[segments.kind == "heading"]
    rows = outline(doc)
    assert rows.segment_id.tolist() == headings.segment_id.tolist()
    assert rows.start.tolist() == headings.start.tolist()
    assert rows[rows.level == 1].n_below.sum() <= (segments.kind == "paragraph").sum()


@pytest.mark.parametrize("unit", UNITS)
def test_segments_tile_every_shipped_and_reference_document(root, unit):
    for doc in pbgov.read_corpus(root / "data" / "cases"):
        assert_tiles(doc, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_segments_tile_articles_and_regulations(shared, unit):
    paths = [*(shared / "articles").glob("*.txt"), *(shared / "regulations").rglob("*.md")]
    assert len(paths) > 3
    for path in paths:
        assert_tiles(pbgov.read_document(path), unit)


def test_sentences_are_those_cut_by_hand(shared):
    doc = pbgov.read_document(shared / "articles" / "000_two-new-beijing.txt")
    segments = pbgov.segment(doc)
    ours = set(zip(segments.start, segments.end, strict=True))
    lines = (shared / "gold" / "gold_sentences_000.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [doc.to_text(row["start"], row["end"]) for row in map(json.loads, lines)]
    assert len(gold) == 106
    assert [stretch for stretch in gold if stretch not in ours] == []


def test_every_recorded_practice_is_one_whole_paragraph(root):
    records = read_table(root / "data" / "reference" / "practices.csv", PRACTICE_RECORDS)
    paragraphs = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"), "paragraph")
    key = ["doc_id", "start", "end"]
    assert len(records.merge(paragraphs[paragraphs.kind == "paragraph"], on=key)) == len(records)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲办。乙办！丙办？丁办", ["甲办。", "乙办！", "丙办？", "丁办"]),
        ("甲办；乙办。丙。", ["甲办；乙办。", "丙。"]),
        ("他说：“明天办。”大家走了。", ["他说：“明天办。”", "大家走了。"]),
        ("他说:“明天办.”大家走了。", ["他说:“明天办.”大家走了。"]),
        ("“谁来办？”的问题解决了。", ["“谁来办？”的问题解决了。"]),
        ("“谁来办？”这一问没人答。", ["“谁来办？”这一问没人答。"]),
        ("“谁来办？”“怎么办？”，两问都好。", ["“谁来办？”", "“怎么办？”，两问都好。"]),
        ("“谁来办？”、“怎么办？”都好。", ["“谁来办？”、“怎么办？”都好。"]),
        ("“谁来办？”会上没有答案。", ["“谁来办？”", "会上没有答案。"]),
        (
            "增长3.5%，网址http://a.cn/b?c=1!d已停用。见1.1节。",
            ["增长3.5%，网址http://a.cn/b?c=1!d已停用。", "见1.1节。"],
        ),
        ("“开头没有结尾。第二句。第三句。", ["“开头没有结尾。", "第二句。", "第三句。"]),
        ("没有开头”。第二句。", ["没有开头”。", "第二句。"]),
        ("（全文完。）下文。", ["（全文完。）", "下文。"]),
        ("办成了。[3]又办了一件。", ["办成了。[3]", "又办了一件。"]),
        ("办成了。”[3-5]又办了一件。", ["办成了。”[3-5]", "又办了一件。"]),
        ("办成了。 又办了一件。", ["办成了。", "又办了一件。"]),
        ("谁来办?办不成怎么办!会上议了。", ["谁来办?", "办不成怎么办!", "会上议了。"]),
        ("试点、示范……都有了。后来……推广了。", ["试点、示范……都有了。", "后来……", "推广了。"]),
        ("真的吗？！真的。", ["真的吗？！", "真的。"]),
        ('他说"明天办。"大家走了。"后天"再说。', ['他说"明天办。"', "大家走了。", '"后天"再说。']),
        ("甲办．乙办．增长３．５倍．", ["甲办．", "乙办．", "增长３．５倍．"]),
        ("《谁来办？》一书写到这里。后面没写。", ["《谁来办？》一书写到这里。", "后面没写。"]),
        ("甲读《谁来办？》。乙不读。", ["甲读《谁来办？》。", "乙不读。"]),
        (
            "办成了。[1]（P52）又办了一件。[2](P5-6)",
            ["办成了。[1]（P52）", "又办了一件。[2](P5-6)"],
        ),
        ("“民为邦本。”（《尚书》）可见要紧。", ["“民为邦本。”（《尚书》）", "可见要紧。"]),
        (
            "办成了。（《日报》曾报道此事。）下文。",
            ["办成了。", "（《日报》曾报道此事。）", "下文。"],
        ),
        ("的确办了。地方也办了。", ["的确办了。", "地方也办了。"]),
    ],
)
def test_sentence_ends(text, sentences):
    assert cut(text) == sentences


def test_paragraphs_are_lines_whatever_ends_them():
    text = "\u3000\u3000甲。\r\n乙。\r丙。\u2028丁。\x85\n\n戊。"
    assert cut(text, "paragraph", "paragraph") == ["甲。", "乙。", "丙。", "丁。", "戊。"]


def test_headings_of_markdown_and_of_plain_numbers():
    text = "# 题\n引。\n## 一、做法\n### （一）先办\n甲。\n### （二）再办\n乙。\n## 二、结语\n丙。"
    segments = pbgov.segment(document(text), "paragraph")
    above = segments[segments.kind == "paragraph"].heading.tolist()
    assert above == [
        "题",
        "题 > 一、做法 > （一）先办",
        "题 > 一、做法 > （二）再办",
        "题 > 二、结语",
    ]
    plain = "第一章 总则\n第一条 为了办事，制定本条例。\n第二章 办法\n一、先办\n（一）摸底\n甲。\n1.2 再办\n乙。"
    segments = pbgov.segment(document(plain), "paragraph")
    assert segments[segments.kind == "heading"].text.tolist() == [
        "第一章 总则", "第二章 办法", "一、先办", "（一）摸底", "1.2 再办",
    ]  # fmt: skip
    assert segments[segments.kind == "paragraph"].heading.tolist() == [
        "第一章 总则", "第二章 办法 > 一、先办 > （一）摸底", "第二章 办法 > 一、先办 > 1.2 再办",
    ]  # fmt: skip


def test_decimal_headings_and_bare_numbers_belong_together():
    text = "1 引言\n甲。\n2 做法\n2.1 先办\n乙。\n12 月底\n丙。"
    assert cut(text, "heading") == ["1 引言", "2 做法", "2.1 先办"]
    assert cut("1 引言\n甲。\n2 做法\n乙。", "heading") == []


def test_numbered_sentences_lists_and_contents_are_no_headings():
    contents = "目录\n一、做法\n二、体会\n三、打算\n正文。\n"
    text = (
        contents
        + "（一）先办这件事；\n（二）再办那件事。\n1.5万人参加\n甲。\n第三条 居民应当分类。\n乙。"
    )
    assert cut(text, "heading") == []


def test_table_rows_and_front_matter_are_kept_apart(tmp_path):
    text = "+++\nid = 'd'\n+++\n\n|甲|乙|\n|---|---|\n|1|2|\n丙。"
    segments = pbgov.segment(document(text))
    kinds = segments[segments.kind != "blank"].kind.tolist()
    assert kinds == ["front_matter", "table", "table", "table", "sentence"]
    assert segments.segment_id.iloc[0] == "d/f"


def test_names_count_in_the_order_of_the_text():
    segments = pbgov.segment(document("题目\n甲。 乙。\n\n丙。"))
    sentences = segments[segments.kind == "sentence"]
    assert sentences.segment_id.tolist() == ["d/p0001s01", "d/p0002s01", "d/p0002s02", "d/p0003s01"]
    assert sentences.paragraph_id.tolist() == ["d/p0001", "d/p0002", "d/p0002", "d/p0003"]
    paragraphs = pbgov.segment(document("题目\n甲。 乙。\n\n丙。"), "paragraph")
    assert set(sentences.paragraph_id) <= set(paragraphs.segment_id)


def test_a_corpus_is_cut_document_by_document():
    corpus = pbgov.Corpus([document("甲。", "b"), document("", "empty"), document("乙。", "a")])
    assert pbgov.segment(corpus).segment_id.tolist() == ["b/p0001s01", "a/p0001s01"]
    assert list(pbgov.segment(document("")).columns) == list(SEGMENTS.columns)


def test_an_unknown_unit_is_refused():
    with pytest.raises(pbgov.InputError, match="'word'"):
        pbgov.segment(document("甲。"), "word")
