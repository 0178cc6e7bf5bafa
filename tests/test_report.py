"""The report: labelled statements, real Word fields, a page that asks nothing of the network."""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.style import new_figure
from pbgov.reporting.page.document import page
from pbgov.reporting.report import (
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Mention,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.word.columns import TEXT_CM, column_widths
from pbgov.reporting.word.document import word_document
from pbgov.reporting.writing import write_files

NASTY = "<script>alert('x')</script> & \"引号\""


def table(exhibit_id="tab-scores", rows=3, **changes):
    body = pd.DataFrame(
        {"区": [f"第{n}区" for n in range(rows)], "占比": ["12.5%", "—", "0.0%"] * (rows // 3)}
    )
    plain = {
        "exhibit_id": exhibit_id,
        "title": "各区占比",
        "body": body,
        "note": f"N = {rows} 个区。",
        "source": "https://example.org/a?b=1&c=2",
        "data": pd.DataFrame({"share": range(rows)}),
    }
    return Exhibit(**{**plain, **changes})


def figure(exhibit_id="fig-path", **changes):
    def draw():
        drawn = new_figure(4)
        drawn.add_subplot().plot([0, 1], [0, 1])
        return drawn

    return table(exhibit_id, body=draw, title="走势", **changes)


def report(**changes):
    plain = {
        "title": "北京城市基层治理",
        "subtitle": "示范报告",
        "blocks": (
            Heading(1, "一、材料"),
            Paragraph("材料的范围见{tab-scores}。"),
            Paragraph("全部数字由程序算出。", "方法"),
            Claim("各区占比不同，见{tab-scores}。", "真实", "中", "只有三个区"),
            ExhibitBlock(table()),
            Heading(2, "（一）模拟"),
            Claim("走势能够找回，见{fig-path}和{tab-long}。", "模拟", "高", "效应是自己设定的"),
            ExhibitBlock(figure(simulated=True)),
            ExhibitBlock(table("tab-long", rows=60)),
            Paragraph("没有分区满意率。", "局限"),
            Box("这些数据不能说明什么", ("不能说明因果。", NASTY)),
            References(
                ("甲. 题名[J]. 刊名，2022(5).", "见 https://example.org/x"), title="二、来源"
            ),
        ),
    }
    return Report(**{**plain, **changes})


@pytest.fixture(scope="module")
def word():
    return docx.Document(io.BytesIO(word_document(report())))


@pytest.fixture(scope="module")
def html():
    return page(report()).decode()


# ---- the value ----------------------------------------------------------------------------------


def test_tables_and_figures_are_numbered_apart():
    assert report().numbers == {"tab-scores": 1, "fig-path": 1, "tab-long": 2}
    assert report().simulated == ("图1",)
    assert report().pieces("见{tab-long}。") == ["见", Mention("tab-long", "表2"), "。"]
    assert report().pieces("集合{x}") == ["集合{x}"], "other braces are left alone"


def test_a_text_may_not_name_an_exhibit_that_is_not_there():
    with pytest.raises(InputError, match=r"tab-lost.*holds tab-scores"):
        report(blocks=(ExhibitBlock(table()), Paragraph("见{tab-lost}。")))


def test_an_exhibit_stands_once():
    with pytest.raises(InputError, match="twice"):
        report(blocks=(ExhibitBlock(table()), ExhibitBlock(table())))


@pytest.mark.parametrize(
    "statement",
    [
        Claim("见{fig-path}。", "真实", "低", "理由"),
        Claim("占比各不相同。", "真实", "低", "依据见{fig-path}"),
        Paragraph("见{fig-path}。", "真实"),
    ],
)
def test_what_rests_on_simulation_cannot_be_labelled_real(statement):
    with pytest.raises(InputError, match="simulated"):
        report(blocks=(statement, ExhibitBlock(figure(simulated=True))))


def test_a_mention_of_a_simulated_exhibit_carries_the_mark():
    made = report(blocks=(Paragraph("见{fig-path}。"), ExhibitBlock(figure(simulated=True))))
    assert made.pieces("见{fig-path}。") == ["见", Mention("fig-path", "图1"), "【模拟】", "。"]


@pytest.mark.parametrize(
    ("reality", "confidence", "reason"),
    [
        ("真", "高", "有理由"),
        ("方法", "高", "有理由"),
        ("真实", "很高", "有理由"),
        ("真实", "高", " "),
    ],
)
def test_a_claim_is_fully_labelled(reality, confidence, reason):
    with pytest.raises(InputError):
        Claim("某个发现。", reality, confidence, reason)


def test_headings_have_three_levels():
    with pytest.raises(InputError, match="level 4"):
        Heading(4, "太深")


# ---- Word ---------------------------------------------------------------------------------------


def fields(document):
    return [code.text.strip() for code in document.element.body.iter(qn("w:instrText"))]


def test_captions_are_sequence_fields_and_texts_point_at_them(word):
    codes = fields(word)
    assert [code for code in codes if code.startswith("SEQ")] == [
        "SEQ 表 \\* ARABIC",
        "SEQ 图 \\* ARABIC",
        "SEQ 表 \\* ARABIC",
    ]
    marks = {mark.get(qn("w:name")) for mark in word.element.body.iter(qn("w:bookmarkStart"))}
    pointed = {code.split()[1] for code in codes if code.startswith("REF")}
    assert len(pointed) == 3
    assert pointed <= marks
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    assert captions == ["表1  各区占比", "图1  【模拟】走势", "表2  各区占比"]


def test_table_captions_stand_above_and_figure_captions_below(word):
    kinds = []
    for part in word.element.body:
        style = part.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if part.tag == qn("w:tbl") and len(part.findall(qn("w:tr"))) > 1:
            kinds.append("table")
        elif next(part.iter(qn("w:drawing")), None) is not None:
            kinds.append("figure")
        elif style is not None and style.get(qn("w:val")) == "Caption":
            kinds.append("caption")
    assert kinds == ["caption", "table", "figure", "caption", "caption", "table"]


def test_every_font_is_named_and_none_comes_from_the_theme(word):
    for root in (word.element, word.styles.element):
        for fonts in root.iter(qn("w:rFonts")):
            assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体", "楷体")
            assert not [name for name in fonts.attrib if name.endswith("Theme")]
    normal = word.styles["Normal"]
    assert normal.font.size.pt == 12
    assert normal.paragraph_format.line_spacing == 1.5
    heading = word.styles["Heading 1"].element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    assert heading.get(qn("w:eastAsia")) == "黑体"
    indent = word.styles["正文段落"].element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_tables_are_three_lines_with_a_repeated_header_and_whole_rows(word):
    tables = [one for one in word.tables if len(one.rows) > 1]
    assert [len(one.rows) for one in tables] == [4, 61]
    for one in tables:
        rows = one._tbl.findall(qn("w:tr"))
        heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
        assert heads == [True] + [False] * (len(rows) - 1)
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        drawn = [
            {
                line.tag.split("}")[1]: line.get(qn("w:sz"))
                for line in row.find(f".//{qn('w:tcBorders')}")
            }
            if row.find(f".//{qn('w:tcBorders')}") is not None
            else {}
            for row in rows
        ]
        assert drawn[0] == {"top": "12", "bottom": "6"}
        assert drawn[-1] == {"bottom": "12"}
        assert not any(drawn[1:-1])
        widths = [int(column.get(qn("w:w"))) for column in one._tbl.tblGrid]
        assert sum(widths) / 567 <= TEXT_CM + 0.05


def test_every_picture_and_table_has_words_for_those_who_cannot_see(word):
    pictures = list(word.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 1
    assert pictures[0].get("descr").startswith("图1  【模拟】走势")
    for one in word.tables:
        assert one._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert one._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))


def test_labels_stand_before_what_they_label(word):
    texts = [p.text for p in word.paragraphs]
    assert "【真实】 【把握：中】●●○ 各区占比不同，见表1。" in texts
    assert "【模拟】 【把握：高】●●● 走势能够找回，见图1【模拟】和表2。" in texts
    assert "把握的依据：只有三个区" in texts
    assert "【局限】 没有分区满意率。" in texts
    legend = word.tables[0].cell(0, 0).text
    assert "本报告中的模拟图表：图1。" in legend
    for label in ("【真实】", "【模拟】", "【方法】", "【局限】", "【把握：低】"):
        assert label in legend
    frames = {
        (run.find(f"{qn('w:rPr')}/{qn('w:bdr')}").get(qn("w:val")),
         run.find(f"{qn('w:rPr')}/{qn('w:shd')}").get(qn("w:fill")))
        for run in word.element.body.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:bdr')}") is not None
    }  # fmt: skip
    assert len(frames) == 4, "the four labels differ in line or background, not in colour alone"


def test_notes_sources_and_user_text_are_there_as_written(word):
    texts = [p.text for p in word.paragraphs]
    assert "资料来源：https://example.org/a?b=1&c=2" in texts
    box = next(one for one in word.tables if one.cell(0, 0).text.startswith("这些"))
    assert NASTY in box.cell(0, 0).text
    assert "[2] 见 https://example.org/x" in texts


def test_page_numbers_and_properties(word):
    footer = word.sections[0].footer._element
    assert [code.text.strip() for code in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert word.sections[0].page_width.cm == pytest.approx(21, abs=0.01)
    properties = word.core_properties
    assert (properties.title, properties.language) == ("北京城市基层治理", "zh-CN")
    assert properties.created == properties.modified
    assert properties.comments == ""


def test_elements_stand_in_the_order_of_the_standard(word):
    """ECMA-376 gives the children of rPr, tcPr and tblPr as sequences; Word refuses others."""
    orders = {
        "rPr": ["rStyle", "rFonts", "b", "i", "color", "sz", "szCs", "bdr", "shd", "vertAlign"],
        "tcPr": ["tcW", "tcBorders", "shd", "vAlign"],
        "tblPr": ["tblStyle", "tblW", "jc", "tblLayout", "tblCellMar", "tblLook", "tblCaption",
                  "tblDescription"],
        "pPr": ["pStyle", "keepNext", "keepLines", "pBdr", "spacing", "ind", "jc", "outlineLvl"],
        "trPr": ["cantSplit", "tblHeader"],
    }  # fmt: skip
    for name, order in orders.items():
        for properties in word.element.body.iter(qn(f"w:{name}")):
            found = [child.tag.split("}")[1] for child in properties]
            assert set(found) <= set(order), name
            assert found == sorted(found, key=order.index), name


def test_a_dated_report_says_so():
    dated = report(dated=datetime.date(2026, 3, 1))
    document = docx.Document(io.BytesIO(word_document(dated)))
    assert "2026年3月1日" in [p.text for p in document.paragraphs]
    assert document.core_properties.created.date() == dated.dated
    assert "2026年3月1日" in page(dated).decode()


def test_the_package_holds_no_clock_and_no_foreign_thumbnail():
    with zipfile.ZipFile(io.BytesIO(word_document(report()))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in package.namelist() if "thumbnail" in name]
        assert package.testzip() is None


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["区", "值"], [["东城区", "1"]]),
        (["题名", "说明"], [["很长的题名" * 20, "很长的说明" * 30]]),
        ([f"列{n}" for n in range(12)], [["0.123", "[−1.23, 4.56]"] * 6]),
        (["网址"], [["https://example.org/" + "a" * 200]]),
    ],
)
def test_columns_fill_the_page_and_never_more(header, rows):
    widths, size = column_widths(header, rows)
    assert sum(widths) == pytest.approx(TEXT_CM)
    assert min(widths) > 0
    assert 7 <= size <= 10.5


def test_an_address_leaves_its_neighbour_room_for_words():
    """Fifteen Han characters at 10.5 pt need 5.6 cm on one line; a third of that is the least."""
    widths, _ = column_widths(["来源", "说明"], [["https://example.org/" + "a" * 200, "字" * 15]])
    assert widths[1] > 5.6 / 3
    assert sum(widths) == pytest.approx(TEXT_CM)


def test_a_tall_figure_is_printed_whole():
    def tall():
        made = new_figure(60)
        made.add_subplot().plot([0, 1])
        return made

    data = pd.DataFrame({"x": [1]})
    exhibit = Exhibit("fig-tall", "高图", tall, "N = 1。", "无", data)
    made = report(blocks=(ExhibitBlock(exhibit),))
    (shape,) = docx.Document(io.BytesIO(word_document(made))).inline_shapes
    assert shape.height.cm == pytest.approx(21, abs=0.01)
    assert shape.width.cm / shape.height.cm == pytest.approx(14 / 60, rel=0.02)


def test_numbers_get_the_width_they_need():
    header = ["变量", "估计值", "95% 区间", "说明"]
    rows = [["人口密度对数", "−1,234.56", "[−10.12, 10.44]", "很长的说明" * 20]]
    widths, size = column_widths(header, rows)
    narrow_digit = 0.5 * size * 2.54 / 72
    assert widths[2] >= len(rows[0][2]) * narrow_digit
    assert widths[1] >= len(rows[0][1]) * narrow_digit


# ---- HTML ---------------------------------------------------------------------------------------


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.links, self.resources, self.images = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given:
            self.resources.append(given["href"])
        self.resources += [given[name] for name in ("src", "srcset", "poster") if name in given]
        if tag == "img":
            self.images.append(given)


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def test_the_page_asks_nothing_of_the_network(html):
    reader = read(html)
    assert reader.resources
    assert all(one.startswith("data:image/") for one in reader.resources)
    assert "url(" not in html
    assert "@import" not in html
    assert not {"link", "iframe", "object"} & set(reader.tags)


def test_user_text_is_escaped(html):
    assert "<script>" not in html
    assert "&lt;script&gt;alert(" in html
    assert "https://example.org/a?b=1&amp;c=2" in html


def test_every_link_has_its_target_once(html):
    reader = read(html)
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert "#tab-long" in reader.links
    assert html.count('<li class="level2">') == 1


def test_the_page_carries_the_same_captions_labels_and_notes(html):
    for text in (
        "表1  各区占比",
        "图1  【模拟】走势",
        "表2  各区占比",
        "【真实】",
        "【把握：中】",
        "把握的依据：只有三个区",
        "模拟数据：由程序生成",
        "这些数据不能说明什么",
        "怎样读这份报告",
        "本报告中的模拟图表：图1。",
    ):
        assert text in html, text
    image = read(html).images[0]
    assert image["alt"].startswith("图1  【模拟】走势")
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_a_report_without_simulation_says_so():
    real = report(blocks=(ExhibitBlock(table()),), subtitle="")
    assert "本报告没有模拟图表。" in page(real).decode()
    assert 'class="subtitle"' not in page(real).decode()


# ---- writing ------------------------------------------------------------------------------------


def test_write_files_gives_the_same_files_with_the_same_bytes(tmp_path):
    formats = ("docx", "html", "pptx", "xlsx", "pdf")
    reports, saved = write_files(report(), tmp_path / "one", formats)
    fresh = report()
    again = tuple(
        ExhibitBlock(replace(block.exhibit)) if isinstance(block, ExhibitBlock) else block
        for block in fresh.blocks
    )
    second = write_files(replace(fresh, blocks=again), tmp_path / "two", formats)
    first = (*reports, *saved)
    names = [path.relative_to(tmp_path / "one").as_posix() for path in first]
    assert names[: len(formats)] == [f"report.{kind}" for kind in formats]
    assert {"tables/tab-scores.csv", "figures/模拟_fig-path.png", "captions/tab-long.json"} <= set(
        names
    )
    for one, two in zip(first, (*second[0], *second[1]), strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name
