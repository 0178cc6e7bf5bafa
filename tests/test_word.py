"""The Word report: layouts, footnotes, contents, numbers that lead to their evidence and back."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import etree

from pbgov.reporting.ledger import Ledger
from pbgov.reporting.report import ExhibitBlock, Heading, Paragraph, References, Report
from pbgov.reporting.word.columns import column_groups, fits_upright
from pbgov.reporting.word.document import exhibit_document, word_document
from pbgov.reporting.word.evidence_numbers import MOST_PRINTED, number_evidence

sys.path.insert(0, str(Path(__file__).parent))

from word_package import faults, trees_of, w
from word_reports import figure, ledger, quotation, record, report, result, table

MM = 1440 / 25.4


def opened(made):
    return docx.Document(io.BytesIO(word_document(made)))


@pytest.fixture(scope="module")
def journal():
    return opened(report())


@pytest.fixture(scope="module")
def official():
    return opened(report(layout="official"))


def style(document, style_id):
    return next(
        one for one in document.styles.element.iter(w("style")) if one.get(w("styleId")) == style_id
    )


def fonts_and_size(document, style_id):
    look = style(document, style_id).find(w("rPr"))
    fonts = look.find(w("rFonts"))
    return (
        fonts.get(w("eastAsia")),
        fonts.get(w("ascii")),
        int(look.find(w("sz")).get(w("val"))) / 2,
    )


def text_of(part):
    return "".join(one.text or "" for one in part.iter(w("t")))


def controls(document):
    return {
        one.find(f"{w('sdtPr')}/{w('tag')}").get(w("val")): one
        for one in document.element.body.iter(w("sdt"))
        if one.find(f"{w('sdtPr')}/{w('tag')}") is not None
    }


def bookmarks(document):
    return {one.get(w("name")): one for one in document.element.body.iter(w("bookmarkStart"))}


def row_at(document, name):
    """Text of the table row in which a bookmark stands."""
    part = bookmarks(document)[name]
    while part.tag != w("tr"):
        part = part.getparent()
    return part


# ---- layouts ------------------------------------------------------------------------------------


def test_the_official_page_is_that_of_the_standard(official):
    """GB/T 9704-2012, 5.2.1: A4, head margin 37 mm, binding margin 28 mm, text 156 mm by 225 mm."""
    section = official.element.body.sectPr
    size, margins = section.find(w("pgSz")), section.find(w("pgMar"))

    def read(part, name):
        return int(part.get(w(name))) / MM

    assert (read(size, "w"), read(size, "h")) == pytest.approx((210, 297), abs=0.1)
    assert read(margins, "top") == pytest.approx(37, abs=0.1)
    assert read(margins, "left") == pytest.approx(28, abs=0.1)
    wide = read(size, "w") - read(margins, "left") - read(margins, "right")
    high = read(size, "h") - read(margins, "top") - read(margins, "bottom")
    assert (wide, high) == pytest.approx((156, 225), abs=0.1)


def test_official_type_is_that_of_the_standard(official):
    """5.2.2, 7.3.1, 7.3.3: 三号 is 16 pt, 二号 is 22 pt."""
    assert fonts_and_size(official, "BodyProse") == ("仿宋", "Times New Roman", 16)
    assert fonts_and_size(official, "Title")[::2] == ("方正小标宋简体", 22)
    assert fonts_and_size(official, "Heading1")[::2] == ("黑体", 16)
    assert fonts_and_size(official, "Heading2")[::2] == ("楷体", 16)
    assert fonts_and_size(official, "Heading3")[::2] == ("仿宋", 16)
    bold = {
        n: style(official, f"Heading{n}").find(f"{w('rPr')}/{w('b')}").get(w("val"))
        for n in (1, 2, 3)
    }
    assert bold == {1: "0", 2: "0", 3: "1"}
    assert style(official, "Title").find(f"{w('pPr')}/{w('jc')}").get(w("val")) == "center"
    spacing = style(official, "BodyProse").find(f"{w('pPr')}/{w('spacing')}")
    assert spacing.get(w("lineRule")) == "exact"
    pitch = int(spacing.get(w("line")))
    assert 22 * pitch <= 225 * MM < 22.1 * pitch, "22 lines fill the text area"
    for name in ("TableCell", "ExhibitNote", "Caption"):
        assert fonts_and_size(official, name)[2] < 16


def test_official_colours_are_black_and_nothing_is_framed(official):
    """5.2.4: characters are black."""
    for part in (official.element, official.styles.element):
        assert {one.get(w("val")) for one in part.iter(w("color"))} <= {"000000"}
        assert not list(part.iter(w("bdr")))
        assert not list(part.iter(w("pBdr")))
        assert not list(part.iter(w("shd")))


def test_official_page_numbers_stand_outside(official):
    """7.5: 四号 (14 pt) half-width 宋体 between dashes, odd pages right, even pages left, one in."""
    settings = official.settings.element
    assert settings.find(w("evenAndOddHeaders")) is not None
    assert settings.find(w("mirrorMargins")) is not None
    section = official.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (line,) = footer.paragraphs
        assert line.text == "— 1 —"
        assert [one.text.strip() for one in line._p.iter(w("instrText"))] == ["PAGE"]
        name = line.style.style_id
        assert fonts_and_size(official, name) == ("宋体", "宋体", 14)
        look = style(official, name).find(w("pPr"))
        assert look.find(w("jc")).get(w("val")) == side
        assert look.find(w("ind")).get(w(f"{side}Chars")) == "100"
    assert not section.header.paragraphs[0].text


def test_the_layouts_differ_and_hold_the_same_words(journal, official):
    def words(document):
        body = document.element.body
        return [text_of(one).replace("●", "").replace("○", "") for one in body.iter(w("p"))]

    told = set(words(journal))
    assert len(told) > 40
    assert {one for one in words(official) if one} == {one for one in told if one}
    assert fonts_and_size(journal, "BodyProse")[::2] == ("宋体", 12)


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_no_font_comes_from_a_theme_in_any_part(layout):
    trees = trees_of(word_document(report(layout=layout)))
    named = {
        fonts.get(w("eastAsia")) for tree in trees.values() for fonts in tree.iter(w("rFonts"))
    }
    assert named <= {"宋体", "黑体", "楷体", "仿宋", "方正小标宋简体"}
    for name in ("word/footnotes.xml", "word/footer1.xml"):
        for line in trees[name].iter(w("p")):
            used = line.find(f"{w('pPr')}/{w('pStyle')}").get(w("val"))
            told = trees["word/styles.xml"].xpath(
                f"//w:style[@w:styleId='{used}']/w:rPr/w:rFonts", namespaces={"w": w("")[1:-1]}
            )
            assert len(told) == 1


# ---- notes, contents, citations -----------------------------------------------------------------


def test_footnotes_are_real_and_stand_in_their_order():
    trees = trees_of(word_document(report()))
    notes = trees["word/footnotes.xml"]
    told = [text_of(one).strip() for one in notes.iter(w("footnote"))]
    assert told == [
        "", "", "做法是可以核对的举措。", "第二个脚注 & <b>。", "脚注也可以在依据里。", "方框里的脚注。",
    ]  # fmt: skip
    marks = [one.get(w("id")) for one in trees["word/document.xml"].iter(w("footnoteReference"))]
    assert marks == ["1", "2", "3", "4"]
    lines = [
        one
        for one in trees["word/document.xml"].iter(w("p"))
        if one.find(f".//{w('footnoteReference')}") is not None
    ]
    assert len(list(lines[0].iter(w("footnoteReference")))) == 2, "two in one paragraph"
    assert len(list(notes.iter(w("footnoteRef")))) == 4


def test_contents_and_lists_are_fields_that_are_already_filled(journal):
    body = journal.element.body
    codes = [one.text.strip() for one in body.iter(w("instrText"))]
    assert [one for one in codes if one.startswith("TOC")] == [
        'TOC \\o "1-3" \\h \\z', 'TOC \\h \\z \\c "表"', 'TOC \\h \\z \\c "图"',
    ]  # fmt: skip
    entries = {}
    for line in journal.element.body.iter(w("p")):
        used = line.find(f"{w('pPr')}/{w('pStyle')}")
        if used is not None and used.get(w("val")).startswith(("TOC", "TableofFigures")):
            entries.setdefault(used.get(w("val")), []).append(text_of(line))
    assert entries == {
        "TOC1": ["一、材料", "二、来源", "附录：数字的来路"],
        "TOC2": ["（一）模拟"],
        "TOC3": ["1. 长表"],
        "TableofFigures": [
            "表1  各区占比", "表2  各区占比", "表3  各区占比", "图1  【模拟】走势", "图2  走势",
        ],
    }  # fmt: skip
    assert journal.settings.element.find(w("updateFields")) is None


def test_each_entry_leads_to_what_it_names(journal):
    where = bookmarks(journal)
    checked = 0
    for line in journal.element.body.iter(w("p")):
        used = line.find(f"{w('pPr')}/{w('pStyle')}")
        if used is None or not used.get(w("val")).startswith(("TOC", "TableofFigures")):
            continue
        (link,) = line.iter(w("hyperlink"))
        target = where[link.get(w("anchor"))].getparent()
        assert text_of(target) == text_of(line)
        checked += 1
    assert checked == 10


def test_a_report_without_headings_and_exhibits_has_no_contents():
    made = Report(title="题", subtitle="", blocks=(Paragraph("只有一段。"),))
    assert "目录" not in "".join(one.text for one in opened(made).paragraphs)


def test_a_citation_leads_to_its_entry(journal):
    links = [one for one in journal.element.body.iter(w("hyperlink")) if text_of(one) == "[1]"]
    (link,) = links
    target = bookmarks(journal)[link.get(w("anchor"))].getparent()
    assert text_of(target) == "[1] 甲. 题名[J]. 刊名，2022(5)."
    assert link.find(f".//{w('vertAlign')}").get(w("val")) == "superscript"


def test_author_year_marks_do_not_number_the_entries():
    blocks = (
        Paragraph("见{{cite:li}}。"),
        References(("李. 题名[J].",), keys=("li",), marks=("（李，2022）",)),
    )
    document = opened(Report(title="题", subtitle="", blocks=blocks))
    texts = [one.text for one in document.paragraphs]
    assert "李. 题名[J]." in texts
    (link,) = document.element.body.iter(w("hyperlink"))
    assert text_of(link) == "（李，2022）"
    assert link.find(f".//{w('vertAlign')}") is None


# ---- numbers and their evidence -----------------------------------------------------------------


def test_each_number_is_a_control_that_can_be_read_back(journal):
    told = [
        (one.find(f"{w('sdtPr')}/{w('tag')}").get(w("val")), text_of(one))
        for one in journal.element.body.iter(w("sdt"))
        if one.find(f"{w('sdtPr')}/{w('tag')}") is not None
    ]
    assert told == [
        ("result:practices.n", "12"),
        ("result:practices.some", "4"),
        ("result:practices.n", "12"),
        ("result:density.mean", "−2,500"),
        ("result:simulate.n", "16"),
    ]
    aliases = {
        tag: one.find(f"{w('sdtPr')}/{w('alias')}").get(w("val"))
        for tag, one in controls(journal).items()
    }
    assert aliases["result:practices.n"] == "查出的做法条数"
    assert aliases["result:simulate.n"] == "【模拟】编造的区数"
    assert all(one.getparent().tag == w("p") for one in controls(journal).values())


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_the_trace_goes_from_number_to_quotation_and_back(layout):
    document = opened(report(layout=layout))
    where = bookmarks(document)
    (link,) = controls(document)["result:practices.some"].iter(w("hyperlink"))
    row = row_at(document, link.get(w("anchor")))
    assert "明说组织创新的条数" in text_of(row)
    assert "evidence/practices.csv" in text_of(row)
    anchors = {text_of(one): one.get(w("anchor")) for one in row.iter(w("hyperlink"))}
    assert set(anchors) == {"4", "Q2", "Q4", "Q9"}, "three neighbours and one apart"
    quoted = row_at(document, anchors["Q9"])
    assert "第3条：街道建立联席会议制度。" in text_of(quoted)
    back = {text_of(one): one.get(w("anchor")) for one in quoted.iter(w("hyperlink"))}
    assert back["N2"] == link.get(w("anchor"))
    prose = where[anchors["4"]].getparent()
    assert prose.find(f"{w('pPr')}/{w('pStyle')}").get(w("val")) == "BodyProse"


def test_a_quotation_stands_with_its_source(journal):
    text = text_of(row_at(journal, "_Quotation00000002"))
    for told in (
        "Q2", "“第2条：街道建立联席会议制度。”", "第 2 段", "文 200–215", "原 202–217",
        "甲编码者 给出 组织创新 INNOV.ORG（cue:联席会议）", "乙编码者 否认 活动创新 INNOV.ACT",
    ):  # fmt: skip
        assert told in text, told
    rows = [text_of(one) for one in journal.element.body.iter(w("tr"))]
    assert "《题名doc-a》  data/documents/doc-a.txt" in rows


def test_records_stand_with_unit_period_status_and_source(journal):
    row = row_at(journal, "_Record00000003")
    assert [text_of(one) for one in row.iter(w("tc"))] == [
        "R3",
        "第3区",
        "2020",
        "3,000",
        "实际",
        "N3",
    ]
    rows = [text_of(one) for one in journal.element.body.iter(w("tr"))]
    assert "人口密度（人/平方公里）  来源：第七次全国人口普查公报" in rows


def test_only_stated_results_are_in_the_annex(journal):
    text = text_of(journal.element.body)
    assert "没有写进正文的数" not in text
    assert "【模拟】16" in text


def test_a_report_that_states_no_result_has_no_annex():
    for kept in (Ledger(), ledger()):
        made = report(ledger=kept, blocks=(Paragraph("没有数字。"),))
        assert "附录" not in text_of(opened(made).element.body)


def test_many_scattered_quotations_are_cut_visibly():
    told = [quotation(n) for n in range(1, 201)]
    odd = [one.quotation_id for one in told[::2]]
    stated = result("a.n", odd)
    blocks = (Paragraph("{{result:a.n}}"),)
    made = Report(title="题", subtitle="", blocks=blocks, ledger=Ledger((stated,), tuple(told)))
    row = text_of(row_at(opened(made), "_Result00000001"))
    assert "Q1–Q100（100 条）" in row
    other = result("b.n", [one.quotation_id for one in told[1::2]])
    blocks = (Paragraph("{{result:a.n}}和{{result:b.n}}"),)
    both = Ledger((stated, other), tuple(told))
    row = text_of(row_at(opened(Report(title="题", subtitle="", blocks=blocks, ledger=both)),
                         "_Result00000001"))  # fmt: skip
    assert row.endswith("等 100 条，全部见 evidence/practices.csv")


def test_beyond_the_limit_every_result_keeps_its_first_evidence():
    told = [quotation(n) for n in range(1, 1001)]
    ids = [one.quotation_id for one in told]
    stated = (result("all.n", ids), result("last.n", ids[-3:]), result("none.n"))
    numbers = number_evidence(Ledger(stated, tuple(told)), stated)
    assert len(numbers.quotations) <= MOST_PRINTED
    assert len(numbers.quotations) > MOST_PRINTED - len(stated)
    assert set(ids[-3:]) <= set(numbers.quotations)
    assert numbers.all_quotations == 1000
    made = Report(
        title="题", subtitle="", ledger=Ledger(stated, tuple(told)),
        blocks=(Paragraph("{{result:all.n}}、{{result:last.n}}、{{result:none.n}}"),),
    )  # fmt: skip
    text = text_of(opened(made).element.body)
    assert "引文共 1,000 条" in text
    assert "等 1,000 条，全部见 evidence/practices.csv" in text


def test_a_long_quotation_is_cut_visibly():
    long = quotation(1, text="长" * 1000)
    stated = result("a.n", [long.quotation_id])
    made = Report(title="题", subtitle="", blocks=(Paragraph("{{result:a.n}}"),),
                  ledger=Ledger((stated,), (long,)))  # fmt: skip
    assert "……〔共 1,000 字〕”" in text_of(opened(made).element.body)


def test_simulated_records_and_results_carry_their_mark():
    made = record(1, status="模拟")
    stated = result("a.n", [made.record_id], simulated=True)
    document = opened(
        Report(title="题", subtitle="", blocks=(Paragraph("{{result:a.n}}"),),
               ledger=Ledger((stated,), (), (made,)))
    )  # fmt: skip
    assert "【模拟】12" in text_of(row_at(document, "_Result00000001"))
    assert "【模拟】1,000" in text_of(row_at(document, "_Record00000001"))


def test_five_hundred_quotations_are_quick():
    told = tuple(quotation(n, text="字" * 150) for n in range(1, 501))
    ids = [one.quotation_id for one in told]
    stated = tuple(result(f"a{n}.n", ids[n % 7 :: 2]) for n in range(60))
    text = "、".join(f"{{{{result:a{n}.n}}}}" for n in range(60))
    made = Report(title="题", subtitle="", blocks=(Paragraph(text),), ledger=Ledger(stated, told))
    began = time.perf_counter()
    written = word_document(made)
    assert time.perf_counter() - began < 10
    assert faults(written) == []


# ---- exhibits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bar", "column", "line", "scatter"])
def test_a_chart_stands_beside_its_picture_and_can_be_edited(kind):
    written = exhibit_document(figure(kind=kind, simulated=True))
    trees = trees_of(written)
    drawings = list(trees["word/document.xml"].iter(qn("wp:docPr")))
    assert len(drawings) == 2
    assert all("【模拟】走势" in one.get("descr") for one in drawings)
    chart = trees["word/charts/chart1.xml"]
    assert "【模拟】走势" in "".join(chart.itertext())
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        inside = package.read("word/embeddings/Microsoft_Excel_Sheet1.xlsx")
    cells = openpyxl.load_workbook(io.BytesIO(inside)).active
    values = {cell for row in cells.iter_rows(values_only=True) for cell in row}
    assert {0.1, 0.3} <= values if kind != "scatter" else {1, 2} <= values


def test_picture_and_chart_share_one_caption(journal):
    captions = [one.text for one in journal.paragraphs if one.style.name == "Caption"]
    assert captions == [
        "表1  各区占比", "图1  【模拟】走势", "表2  各区占比", "表3  各区占比", "图2  走势",
    ]  # fmt: skip
    notes = [one.text for one in journal.paragraphs if "可编辑图" in one.text]
    assert notes == ["图1的可编辑图：右击可改数据、样式。", "图2的可编辑图：右击可改数据、样式。"]


def test_one_exhibit_alone_has_its_caption_table_note_and_source():
    document = docx.Document(io.BytesIO(exhibit_document(table(simulated=True))))
    texts = [one.text for one in document.paragraphs]
    assert texts[0] == "表1  【模拟】各区占比"
    assert texts[-2].startswith("注：模拟数据")
    assert texts[-1] == "资料来源：本研究的文档"
    (made,) = document.tables
    assert len(made.rows) == 4
    assert made.cell(1, 0).text == "第0区"
    assert document.core_properties.language == "zh-CN"
    assert document.core_properties.title == "【模拟】各区占比"


def test_a_wide_table_lies_on_its_side_and_its_heading_goes_along():
    blocks = (
        Paragraph("前文。"), Heading(1, "一、宽表"), ExhibitBlock(table(columns=24)),
        Paragraph("后文。"),
    )  # fmt: skip
    document = opened(Report(title="题", subtitle="", blocks=blocks))
    ways = [
        ("landscape" if one.find(w("pgSz")).get(w("orient")) else "upright")
        for one in document.element.body.iter(w("sectPr"))
    ]
    assert ways == ["upright", "landscape", "upright"]
    ends = [
        text_of(one) for one in document.element.body.iter(w("p"))
        if one.find(f"{w('pPr')}/{w('sectPr')}") is not None
    ]  # fmt: skip
    assert ends[0] == "前文。"
    assert ends[1].startswith("资料来源")


def test_columns_that_have_no_room_stand_in_parts_with_the_first_column():
    header = ["区", *(f"列{n}" for n in range(200))]
    rows = [["东城区", *("−1,234.56",) * 200]]
    groups = column_groups(header, rows, 22.5, (10.5, 7.0))
    assert [n for group in groups for n in group if n] == list(range(1, 201))
    assert all(group[0] == 0 for group in groups)
    for group in groups:
        named = [header[n] for n in group]
        cells = [[row[n] for n in group] for row in rows]
        assert fits_upright(named, cells, 22.5, (10.5, 7.0))
    assert column_groups(["区", "值"], [["甲", "1"]], 15.4, (10.5,)) == [[0, 1]]


# ---- the file -----------------------------------------------------------------------------------


def test_two_processes_write_the_same_bytes():
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); from word_reports import report;"
        "from pbgov.reporting.word.document import word_document;"
        "print(hashlib.sha256(word_document(report())).hexdigest())"
    )
    here = str(Path(__file__).parent)
    told = [
        subprocess.run(
            [sys.executable, "-c", code, here],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(told[0].strip()) == 64


def test_no_part_of_the_template_is_left_that_the_report_does_not_need():
    with zipfile.ZipFile(io.BytesIO(word_document(report()))) as package:
        names = package.namelist()
        program = etree.fromstring(package.read("docProps/app.xml"))
    assert not [n for n in names if "stylesWithEffects" in n or "customXml" in n or "thumb" in n]
    assert [one.text for one in program] == ["pbgov"]
