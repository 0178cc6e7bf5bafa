"""The Word report: footnotes, contents, citations, exhibits with charts, and the file itself."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import etree

from pbgov.reporting.report import ExhibitBlock, Heading, Paragraph, References, Report
from pbgov.reporting.word.columns import column_groups, column_widths, fit_on_a_line
from pbgov.reporting.word.document import exhibit_document, word_document

sys.path.insert(0, str(Path(__file__).parent))

from word_package import bookmarks, text_of, trees_of, w
from word_reports import figure, opened, report, table


@pytest.fixture(scope="module")
def journal():
    return opened(report())


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
        assert fit_on_a_line(named, cells, 22.5, (10.5, 7.0))
    assert max(map(len, groups)) - min(map(len, groups)) <= len(groups), "about equally large"
    assert column_groups(["区", "值"], [["甲", "1"]], 15.4, (10.5,)) == [[0, 1]]


@pytest.mark.parametrize("number", ["[844.29, 894.24]", "<0.001", "0.31***", "−1,234,567.5"])
def test_a_number_is_not_broken_even_in_a_column_of_words(number):
    header, rows = ["变量", "说明"], [["很长的一段说明文字" * 9, "词"], ["短", number], ["短", ""]]
    widths, size = column_widths(header, rows)
    assert len(number) * 0.636 * size * 2.54 / 72 <= widths[1] - 0.24


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
