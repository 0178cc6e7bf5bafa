"""The page as text: escaped, linked both ways, and allowed to run nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import html as lxml_html

from pbgov.reporting.ledger import Ledger, Result
from pbgov.reporting.page.annex import annex
from pbgov.reporting.page.document import exhibit_page, page
from pbgov.reporting.report import Heading, Paragraph, References, Report

sys.path.insert(0, str(Path(__file__).parent))
from page_reports import HOSTILE, SHOWN, figure, hostile_report, ledger, quotation, report, table

VOID = {"meta", "img", "input", "br", "link"}


class Balance(HTMLParser):
    """Checks that every element is closed where it should be, and keeps what was read."""

    def __init__(self, markup: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def tree(markup: bytes):
    return lxml_html.document_fromstring(markup.decode(), parser=lxml_html.HTMLParser())


def words(element) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


@pytest.fixture(scope="module")
def plain():
    return tree(page(report()))


def one(found):
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("made", [report, hostile_report], ids=["plain", "hostile"])
def test_elements_are_balanced_and_ids_stand_once(made):
    read = Balance(page(made()))
    assert (read.open, read.wrong) == ([], [])
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) > 20
    links = {a["href"] for tag, a in read.tags if tag == "a"}
    assert {link[1:] for link in links} <= set(ids)
    named = {a[n] for _, a in read.tags for n in ("aria-labelledby", "for") if n in a}
    assert named <= set(ids)


@pytest.mark.parametrize("made", [report, hostile_report], ids=["plain", "hostile"])
def test_the_policy_allows_the_own_style_and_script_and_nothing_else(made):
    written = page(made())
    root = tree(written)
    policy = one(root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content"))
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    assert allowed["img-src"] == "data:"
    assert "unsafe" not in policy
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        content = one(re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", written.decode(), re.S))
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert allowed[name] == f"'sha256-{digest}'"
    attributes = {name for element in root.iter() for name in element.attrib}
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on")]
    assert not root.xpath("//iframe | //object | //link | //base | //embed | //form[@action]")


def test_the_same_report_gives_the_same_bytes():
    assert page(report()) == page(report())


def test_every_number_is_a_link_to_its_result_and_back(plain):
    numbers = plain.xpath("//main//a[starts-with(@class, 'number')]")
    assert [number.text for number in numbers] == ["3", "66.7%", "−0.123", "3", "0.50", "0.50"]
    for number in numbers:
        result = plain.get_element_by_id(number.get("href")[1:])
        assert one(result.xpath(".//bdi[@class='printed']")).text == number.text
        assert one(result.xpath(".//bdi[@class='meaning']")).text == number.get("title")
        assert f"#{number.get('id')}" in result.xpath(".//a/@href")


def test_the_chain_goes_from_result_to_quotation_and_back(plain):
    results = plain.xpath("//li[@data-kind='result']")
    evidence = plain.xpath("//li[@data-kind='quotation' or @data-kind='record']")
    assert (len(results), len(evidence)) == (5, 5)
    down = {
        (result.get("id"), link[1:])
        for result in results
        for link in result.xpath(".//ul[@class='grounds']//a/@href")
    }
    up = {
        (link[1:], one_piece.get("id"))
        for one_piece in evidence
        for link in one_piece.xpath(".//p[contains(@class, 'rests')]//a/@href")
    }
    assert down == up
    assert len(down) == 8  # 3 + 2 + 1 + 0 + 2 in the hand-made ledger


def test_a_result_says_what_it_is_and_where_it_stands(plain):
    slope = words(plain.xpath("//li[@data-kind='result']")[2])
    for told in (
        "−0.123 ",
        "−0.1234567",
        "相关，不是因果",
        "真实数据",
        "tables/x.csv",
        "assess.slope",
    ):
        assert told in slope, told
    toy = words(plain.xpath("//li[@data-kind='result']")[3])
    assert "【模拟】" in toy
    assert "模拟数据" in toy
    assert "没有单列的引文或记录" in toy


def test_a_quotation_says_where_its_words_stand_and_who_judged_them(plain):
    first, _, third = plain.xpath("//li[@data-kind='quotation']")
    assert (
        one(first.xpath(".//blockquote")).text_content() == ledger().quotations["doc-a:10-43"].text
    )
    for told in ("东城区", "doc-a 的题名", "已实施", "组织创新（INNOV.ORG）", "编码者：author",
                 "规则：组织.联合", "第 2 段", "校订文本 10–43", "原文 17–50", "data/documents/doc-a.txt"):  # fmt: skip
        assert told in words(first), told
    assert "没有归到哪个区" in words(third)
    assert "判为没有：管理创新" in words(third)
    assert "判为有：形式主义" in words(third)
    assert "http" in words(one(plain.xpath("//li[@id='record_1']")))
    assert not plain.xpath("//a[not(starts-with(@href, '#'))]"), "addresses stay text"


def test_evidence_is_grouped_by_district_in_the_order_of_their_codes():
    later = quotation("doc-z", 1, "乙区的话。", region="乙区", region_code="110102")
    nowhere = quotation("doc-y", 1, "哪里都不是。", region="", region_code="")
    first = quotation("doc-x", 1, "甲区的话。", region="甲区", region_code="110101")
    second = quotation("doc-x", 50, "甲区的又一句话。", region="甲区", region_code="110101")
    told = (nowhere, later, first, second)
    result = Result("n", 4, "4", "条数", "count", rests_on=tuple(q.quotation_id for q in told))
    made = annex(Report("题", "", (Heading(1, "一"),), ledger=Ledger((result,), told)))
    assert [
        (ground.heading, ground.document, [link.printed for link in ground.links])
        for ground in made.results[0].grounds
    ] == [
        ("甲区", "doc-x 的题名", ["Q3", "Q4"]),
        ("乙区", "doc-z 的题名", ["Q2"]),
        ("没有归到哪个区", "doc-y 的题名", ["Q1"]),
    ]


def test_only_what_is_stated_can_be_asked_for():
    made = annex(report(), only_stated=True)
    assert [entry.result.result_id for entry in made.results] == [
        "practices.n", "share.110101", "assess.slope", "toy.effect",
    ]  # fmt: skip
    assert made.unstated == 1
    assert [entry.record.indicator for entry in made.records] == ["人口密度"]
    assert [link.printed for link in made.quotations[2].results] == ["V1"]


def test_a_simulated_number_is_marked_unless_its_label_says_so(plain):
    claim = next(words(p) for p in plain.xpath("//main//p") if "能够找回" in words(p))
    assert claim == "【模拟】 【把握：高】●●● 设定的效应0.50能够找回，见图1【模拟】。"
    paragraph = next(words(p) for p in plain.xpath("//main//p") if "不带标签" in words(p))
    assert paragraph == "不带标签的句子提到0.50【模拟】。"


def test_footnotes_are_numbered_in_reading_order_and_linked_both_ways(plain):
    notes = plain.xpath("//ol[@class='footnotes']/li")
    assert [words(note).split("↩")[0].strip() for note in notes] == [
        "注1 重复的做法只算一次。", "注2 第二条脚注。", "注3 框里的脚注。",
    ]  # fmt: skip
    for n, note in enumerate(notes, 1):
        called = plain.get_element_by_id(one(note.xpath(".//a/@href"))[1:])
        assert called.get("href") == f"#{note.get('id')}"
        assert called.text == f"注{n}"


def test_citations_lead_to_their_entries(plain):
    cited = one(plain.xpath("//a[contains(@class, 'citation')]"))
    assert cited.text == "[1]"
    assert words(plain.get_element_by_id(cited.get("href")[1:])).startswith("[1] 李明. 题名[J]")


def test_author_and_year_entries_have_no_numbers():
    sources = References(
        ("李明. 题名", "Ragin C. Title"),
        keys=("li", "ragin"),
        marks=("（李明，2022）", "(Ragin, 2008)"),
    )
    made = Report("题", "", (Paragraph("见{{cite:ragin}}。"), sources))
    root = tree(page(made))
    assert [words(entry) for entry in root.xpath("//ol[@class='references']/li")] == [
        "李明. 题名", "Ragin C. Title",
    ]  # fmt: skip
    cited = one(root.xpath("//a[contains(@class, 'citation')]"))
    assert (cited.text, cited.get("class").split()) == ("(Ragin, 2008)", ["citation"])
    assert words(root.get_element_by_id(cited.get("href")[1:])) == "Ragin C. Title"


def test_a_report_without_a_ledger_has_no_evidence_and_no_search():
    root = tree(page(report(ledger=Ledger(), blocks=(Heading(1, "一"), Paragraph("没有数字。")))))
    assert not root.xpath("//*[@id='evidence_' or @id='search_' or @id='panel_']")
    assert "点线" not in words(root.body)


def test_landmarks_and_tables_are_named_for_those_who_listen(plain):
    assert plain.get("lang") == "zh-CN"
    for landmark in ("header", "nav", "main"):
        assert plain.xpath(f"/html/body/{landmark}"), landmark
    assert all(plain.xpath("//nav/@aria-label"))
    assert {cell.get("scope") for cell in plain.xpath("//thead//th")} == {"col"}
    picture = one(plain.xpath("//img"))
    assert picture.get("alt").startswith("图1  【模拟】走势")
    levels = [int(h.tag[1]) for h in plain.xpath("//main//*[self::h2 or self::h3 or self::h4]")]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_hostile_texts_stay_texts():
    made = hostile_report()
    root = tree(page(made))
    assert one(root.xpath("//title")).text == made.title
    assert one(root.xpath("//h1")).text_content() == made.title
    assert len(root.xpath("//script")) == len(root.xpath("//style")) == 1
    assert not root.xpath("//main//svg | //*[@onerror] | //*[@onload]")
    assert len(root.xpath("//img")) == 1
    quoted = [element.text_content() for element in root.xpath("//blockquote")]
    assert quoted == SHOWN
    headings = [element.text_content() for element in root.xpath("//main/h3")]
    assert headings == SHOWN
    cells = root.xpath("//figure[@id='tab-hostile']//tbody/tr/td[1]")
    assert [cell.text_content() for cell in cells] == SHOWN
    paths = [
        e.text_content()
        for e in root.xpath("//li[@data-kind='quotation']/p[@class='place'][1]/bdi")
    ]
    assert paths == [f"{text}.txt" for text in SHOWN]


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800", "\u202e"])
def test_a_character_that_no_page_can_show_is_named_in_its_place(bad):
    shown = f"坏〔U+{ord(bad):04X}〕字"
    held = quotation("doc-a", 1, f"坏{bad}字")
    made = Report(
        f"坏{bad}字", "", (Paragraph(f"坏{bad}字"),), ledger=Ledger((result_on(held),), (held,))
    )
    root = tree(page(made))
    assert one(root.xpath("//h1")).text == shown
    assert one(root.xpath("//p[@class='prose']")).text == shown
    assert one(root.xpath("//blockquote/bdi")).text == shown
    told = tree(exhibit_page(table(note=f"坏{bad}字")))
    assert shown in told.xpath("//p[@class='exhibit-note']")[0].text


def result_on(held):
    return Result("n", 1, "1", "条数", "count", rests_on=(held.quotation_id,))


@pytest.mark.parametrize(
    ("exhibit", "told"),
    [
        (figure(simulated=True), "【模拟】走势"),
        (table(), "各区占比"),
        (table("tab-hostile", title=HOSTILE[1], note=HOSTILE[0], source=HOSTILE[13]), HOSTILE[1]),
    ],
    ids=["figure", "table", "hostile"],
)
def test_one_exhibit_is_a_page_of_its_own(exhibit, told):
    written = exhibit_page(exhibit)
    read = Balance(written)
    assert (read.open, read.wrong) == ([], [])
    root = tree(written)
    assert one(root.xpath("//title")).text == told
    assert one(root.xpath("//figcaption")).text_content() == told
    notes = [p.text_content() for p in root.xpath("//p[@class='exhibit-note']")]
    assert notes == list(exhibit.notes())
    assert len(root.xpath("//tbody/tr")) == len(exhibit.rows())
    assert not root.xpath("//nav | //dialog")


def test_an_english_exhibit_says_so_to_a_reader_of_screens():
    root = tree(exhibit_page(table(lang="en", title="Shares")))
    assert one(root.xpath("//figure")).get("lang") == "en"
