"""Lists of references: their order, citations, and the sources of a study's own material."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pbgov.corpus.readers import read_corpus
from pbgov.errors import InputError
from pbgov.reporting.references import (
    Date,
    Name,
    Source,
    format_bibliography,
    format_citation,
    format_reference,
    source_of_document,
    sources_of_figures,
)
from pbgov.reporting.report import Paragraph, Report

if TYPE_CHECKING:
    from pathlib import Path


def by(author: str, year: int, title: str = "题", key: str = "") -> Source:
    family, comma, given = author.partition(", ")
    name = Name(family, given) if comma else Name(literal=author)
    return Source(
        key or f"{author}{year}{title}", "book", title, author=(name,), issued=Date((year,))
    )


STANDARD_LIST = (
    # GB/T 7714-2015, 10.2 (汉语拼音字顺): the order of its printed example
    ("尼葛洛庞帝", 1996),
    ("汪冰", 1997),
    ("杨宗英", 1996),
    ("Baker, S. K.", 1995),
    ("Chernik, B. E.", 1982),
    ("Dowler, L.", 1995),
)


def test_the_order_by_author_is_that_of_the_standards_example() -> None:
    sources = [by(*one, "题" if not one[0].isascii() else "On") for one in STANDARD_LIST]
    listed = format_bibliography(sources[::-1], "2025-author-year")
    assert listed.keys == tuple(source.key for source in sources)


def test_languages_stand_apart_and_years_in_order() -> None:
    sources = [
        by("Zhang, Wei", 2001, "On"),
        by("Иванов, И.", 1990, "О книге"),
        by("張三", 2005, "図書館の話"),
        by("王二", 2011),
        by("王二", 2009),
    ]
    listed = format_bibliography(sources, "2025-author-year")
    assert listed.keys == tuple(sources[at].key for at in (4, 3, 2, 0, 1))


def test_letters_tell_apart_what_one_author_published_in_a_year() -> None:
    titles = ("信息计量学（二）", "信息计量学（四）", "信息计量学（六）")
    sources = [by("邱均平", 2000, title) for title in titles] + [by("邱均平", 2001)]
    listed = format_bibliography(sources, "2025-author-year")
    assert sorted(listed.marks[:3]) == [f"（邱均平，2000{letter}）" for letter in "abc"]
    assert listed.marks[3] == "（邱均平，2001）"
    for mark, entry in zip(listed.marks[:3], listed.entries[:3], strict=True):
        assert entry.startswith(f"邱均平，{mark[5:-1]}. 信息计量学")
    many = [by("甲", 2000, f"题{number:02d}") for number in range(28)]
    assert format_bibliography(many, "2025-author-year").marks[26:] == (
        "（甲，2000aa）",
        "（甲，2000ab）",
    )


def test_citations_of_several_authors() -> None:
    # GB/T 7714-2025, 9.3.1.2: the first alone and et al. or 等, with a space
    foreign = Source(
        "f", "article-journal", "Demotivation: affective states and learning outcomes",
        author=(Name("Falout", "J."), Name("Elwood", "J."), Name("Hood", "M.")),
        issued=Date((2009,)),
    )  # fmt: skip
    chinese = Source(
        "c",
        "book",
        "论",
        author=(Name(literal="陈晋镳"), Name(literal="张惠民")),
        issued=Date((1980,)),
    )
    assert format_bibliography([foreign], "2025-author-year").marks == ("（Falout et al.，2009）",)
    assert format_bibliography([chinese], "2025-author-year").marks == ("（陈晋镳 等，1980）",)
    assert format_bibliography([foreign], "2015-author-year").marks == ("(FALOUT et al., 2009)",)
    assert format_bibliography([chinese], "2015-author-year").marks == ("(陈晋镳 等, 1980)",)


def test_numbers_go_by_first_citation_and_runs_are_drawn_together() -> None:
    sources = [by("甲", 2000 + number, key=f"k{number}") for number in range(1, 7)]
    listed = format_bibliography(sources, cited=["k6", "k2", "k6"])
    assert listed.keys == ("k6", "k2", "k1", "k3", "k4", "k5")
    assert listed.marks == ("[1]", "[2]", "[3]", "[4]", "[5]", "[6]")
    plain = format_bibliography(sources)
    assert format_citation(plain, "k1", "k2", "k3") == "[1-3]"
    assert format_citation(plain, "k1", "k3", "k4", "k5") == "[1，3-5]"
    assert format_citation(plain, "k2", "k3") == "[2-3]"  # 2015, 10.1.2: [55-56]
    assert format_citation(plain, "k6", "k2") == "[6，2]"  # the standard's [97，83] is not sorted
    assert format_citation(plain, "k2", page="260") == "[2]260"
    older = format_bibliography(sources, "2015-numeric")
    assert format_citation(older, "k1", "k3", "k4", "k5") == "[1,3-5]"


def test_citations_by_author_and_year_with_pages() -> None:
    sources = [by("张忠智", 1997, key="z"), by("Crane, D.", 1972, "Invisible college", key="c")]
    listed = format_bibliography(sources, "2025-author-year")
    assert format_citation(listed, "c") == "（Crane，1972）"
    assert format_citation(listed, "z", page="33-34") == "（张忠智，1997）33-34"
    assert format_citation(listed, "z", "c") == "（张忠智，1997；Crane，1972）"


def test_faulty_lists_and_citations_are_refused() -> None:
    sources = [by("甲", 2000, key="a"), by("乙", 2001, key="b")]
    with pytest.raises(InputError, match="twice"):
        format_bibliography([sources[0], sources[0]])
    with pytest.raises(InputError, match="'x' is cited"):
        format_bibliography(sources, cited=["x"])
    listed = format_bibliography(sources)
    with pytest.raises(InputError, match="'x' is not in the list"):
        format_citation(listed, "x")
    with pytest.raises(InputError, match="page"):
        format_citation(listed, "a", "b", page="3")


def test_the_block_of_a_report_and_hostile_titles_name_nothing() -> None:
    hostile = "{{result:x}} {tab-x} {{cite:a}} <script>"
    listed = format_bibliography([by("甲", 2000, hostile, key="a"), by("乙", 2001, key="b")])
    block = listed.references("参考文献")
    report = Report("题", "", (Paragraph("见{{cite:b}}。"), block))
    assert report.plain("见{{cite:b}}。") == "见[2]。"
    assert hostile in report.plain(block.entries[0])


def test_sources_of_the_studys_documents(root: Path) -> None:
    documents = read_corpus(root / "data" / "cases").documents
    entries = {
        row.doc_id: format_reference(source_of_document(row)) for row in documents.itertuples()
    }
    assert entries == {
        "grassroots-paths-nanjing-2020": (
            "刘玉东. 基层党组织引领社会治理的路径思考[J]. 金陵瞭望，2020（5）."
        ),
        "street-governance-shanghai-2024": (
            "[黄浦一个街道的党建引领治理：旧改、养老、商居协商与数字应用][Z]. （2024-01-12）."
        ),
        "two-new-beijing-2022": (
            "李明伟，王志伟. 北京市“两新”组织党组织参与超大城市社会治理模式探索[J]. "
            "北方工业大学学报，2022（5）."
        ),
        "two-wholes-chaoyang-2020": (
            "王灏. [朝阳区“两全治理”：纵向赋权与横向联动][J]. 前线，2020（4）."
        ),
        "urban-party-building-beijing-2017": (
            "宋贵伦. 全局谋划 分类指导——加强城市基层党的建设的北京探索[EB/OL]. "
            "北京社会建设网（2017-01-25）."
        ),
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"doc_id": "a"}, "a[Z]."),
        ({"doc_id": "a", "title": "题", "authors": float("nan")}, "题[Z]."),
        (
            {"doc_id": "a", "title": "题", "venue": "人民日报", "published": "2013-01-12"},
            "题[N]. 人民日报，2013-01-12.",
        ),
        (
            {"doc_id": "a", "title": "题", "venue": "某学报", "published": "2013-01-12"},
            "题[J]. 某学报，2013.",
        ),
        (
            {"doc_id": "a", "title": "题", "venue": "前线", "published": "2022年第34卷第5期"},
            "题[J]. 前线，2022，34（5）.",
        ),
        (
            {
                "doc_id": "a",
                "title": "关于某事的通知",
                "authors": "北京市人民政府办公厅",
                "number": "京政办发〔2005〕37号",
                "url": "http://a.b",
                "published": "2005-07-12",
            },
            "北京市人民政府办公厅. 关于某事的通知：京政办发〔2005〕37号[EB/OL]. （2005-07-12）. "
            "http://a.b.",
        ),
    ],
)
def test_documents_of_other_kinds(facts: dict[str, object], expected: str) -> None:
    assert format_reference(source_of_document(facts)) == expected


def test_sources_of_figures() -> None:
    table = pd.DataFrame(
        {
            "indicator": ["常住人口", "人口密度", "人口密度", "a", "b", "c", "d"],
            "source_url": [
                "http://a.b/1", "http://a.b/1", "某报转载（无网址）", *["https://x.y"] * 4,
            ],
        }
    )  # fmt: skip
    entries = [format_reference(one) for one in sources_of_figures(table)]
    assert entries == [
        "[人口密度、常住人口][EB/OL]. http://a.b/1.",
        "[a、b、c等 4 项指标][EB/OL]. https://x.y.",
        "[人口密度][Z]. 某报转载（无网址）.",
    ]
    scores = pd.DataFrame({"source_url": ["http://a.b/2"]})
    assert format_reference(sources_of_figures(scores, what="考核得分")[0]) == (
        "[考核得分][EB/OL]. http://a.b/2."
    )


def test_persons_of_one_family_name_are_told_apart_by_their_initials() -> None:
    # GB/T 7714-2025, 9.3.1.1: where the family name does not identify the person, the whole name
    sources = [
        by("Smith, John", 2000, "On", key="j"),
        by("Smith, Ann", 2000, "On", key="a"),
        by("Smith, John", 2000, "Zest", key="z"),
        by("Brown, Bo", 2000, "On", key="b"),
    ]
    listed = format_bibliography(sources, "2025-author-year")
    marks = dict(zip(listed.keys, listed.marks, strict=True))
    assert marks == {
        "a": "（Smith A，2000）",
        "j": "（Smith J，2000a）",
        "z": "（Smith J，2000b）",
        "b": "（Brown，2000）",
    }
