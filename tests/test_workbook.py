"""The workbook: text stays text, numbers stay numbers, links lead there and back, a sound package."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pbgov.exhibits.exhibit import Exhibit
from pbgov.reporting.ledger import (
    Judgement,
    Ledger,
    Quotation,
    Record,
    Result,
    quotation_id,
    record_id,
)
from pbgov.reporting.prose import literal
from pbgov.reporting.report import ExhibitBlock, Paragraph, Report
from pbgov.reporting.workbook.cells import sheet_name, utf16_length
from pbgov.reporting.workbook.report_workbook import exhibit_workbook, report_workbook

sys.path.insert(0, str(Path(__file__).parent))
from office_exhibits import HOSTILE, REL, chart_exhibit, picture_exhibit, sound, table_exhibit

NAN = float("nan")


def quotation(start=0, text="党建引领", **given):
    made = {"title": "文章", "path": "d.md", "paragraph": 2, "end": start + 4} | given
    one = quotation_id("d", start, made["end"])
    return Quotation(one, "d", made["title"], made["path"], made["paragraph"], start, made["end"],
                     start + 9, made["end"] + 9, text,
                     judgements=(Judgement("M1", "引领", "rules", "r3", 1),))  # fmt: skip


RECORD = Record(
    record_id("人口密度", "110101", "2020"), "东城区", "人口密度", "2020", "16,000", "人/平方公里",
    "实际", "普查公报", "=http://x",
)  # fmt: skip


def ledger() -> Ledger:
    first, second = quotation(), quotation(20, "共建共治")
    return Ledger(
        (
            Result("practices.n", 108, "108", "做法条数", "count", "evidence/practices.csv", False,
                   (first.quotation_id, second.quotation_id)),
            Result("slope.estimate", -3.681234567890123, "−3.68", "系数", "association",
                   simulated=True, rests_on=(second.quotation_id, RECORD.record_id)),
            Result("verdict", "未估计", "未估计", "没有结果", "method"),
        ),
        (first, second),
        (RECORD,),
    )  # fmt: skip


def report(*exhibits, **changes) -> Report:
    given = {"title": "报告", "subtitle": "副题", "ledger": ledger()} | changes
    blocks = (Paragraph("文字。"), *map(ExhibitBlock, exhibits))
    return Report(blocks=blocks, **given)


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def column(sheet, letter: str) -> list:
    return [cell.value for cell in sheet[letter]]


@pytest.fixture(scope="module")
def content() -> bytes:
    simulated = chart_exhibit(exhibit_id="fig-sim", simulated=True, title="模拟的占比")
    return report_workbook(
        report(table_exhibit(3, 2), chart_exhibit(), simulated, picture_exhibit())
    )


def test_the_sheets_and_the_contents_that_lead_to_them(content):
    book = opened(content)
    assert book.sheetnames == [
        "目录", "表1 一张表", "图1 各区占比", "模拟 图2 模拟的占比", "图3 热图", "结果", "证据", "指标记录",
        "结果与证据",
    ]  # fmt: skip
    contents = book["目录"]
    assert "模拟图表：图2。" in contents["A3"].value
    rows = list(contents.iter_rows(min_row=6, max_row=9))
    assert [[cell.value for cell in row[:3]] for row in rows] == [
        ["表1", "一张表", "真实"],
        ["图1", "各区占比", "真实"],
        ["图2", "【模拟】模拟的占比", "模拟"],
        ["图3", "热图", "真实"],
    ]
    for row in rows:
        assert row[3].hyperlink.location == f"'{row[3].value}'!A1"
        assert row[3].value in book.sheetnames


def test_a_sheet_holds_caption_table_note_source_and_raw_data(content):
    cells = column(opened(content)["表1 一张表"], "A")
    places = [
        cells.index(text)
        for text in ("表1  一张表", "← 目录", "列0", "值0", "注：N = 3。", "资料来源：试例", "原始数据（没有舍入）", "x", 0)
    ]  # fmt: skip
    assert places == sorted(places)


def test_a_simulated_sheet_keeps_its_mark_in_view(content):
    sheet = opened(content)["模拟 图2 模拟的占比"]
    assert sheet["A1"].value == "图2  【模拟】模拟的占比"
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"


def test_native_charts_stand_over_the_cells_they_show(content):
    from lxml import etree

    chart = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    book = opened(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        assert len(parts) == 2
        for part, name in zip(parts, ["图1 各区占比", "模拟 图2 模拟的占比"], strict=True):
            space = etree.fromstring(archive.read(part))
            (values,) = space.iter(f"{chart}val")
            where, cells = values.findtext(f".//{chart}f").split("!")
            assert where == f"'{name}'"
            held = [row[0].value for row in book[name][cells.replace("$", "")]]
            assert held == [0.4, 0.25]
            title = "".join(space.find(f".//{chart}title").itertext())
            assert ("【模拟】" in title) == ("模拟" in name)
    assert len(book["图1 各区占比"]._charts) == 1
    assert len(book["图3 热图"]._images) == 1


def test_raw_values_keep_their_kind_and_their_digits():
    data = pd.DataFrame(
        {
            "number": [0.1234567890123, NAN, 1e-300],
            "whole": pd.array([7, None, 2**52], dtype="Int64"),
            "long": [10**17 + 1, 2, 3],
            "yes": [True, False, True],
            "text": ["0123", None, "2020-01-02"],
            "endless": [float("inf"), -1.5, 0.0],
        }
    )
    made = Exhibit("tab-x", "题", pd.DataFrame({"a": ["b"]}), "N = 3。", "试例", data)
    sheet = opened(exhibit_workbook(made)).active
    heads = next(row for row in sheet.iter_rows() if row[0].value == "number")
    first = heads[0].row + 1
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(first, first + 2, 1, 6)]
    assert rows[0] == [0.1234567890123, 7, "100000000000000001", True, "0123", "inf"]
    assert rows[1] == [None, None, 2, False, None, -1.5]
    assert rows[2] == [1e-300, 2**52, 3, True, "2020-01-02", 0]
    assert sheet.cell(first, 5).data_type == "s"


def test_text_is_never_a_formula_or_a_link():
    text = '=HYPERLINK("http://x","点")'
    data = pd.DataFrame({"=1+1": [*HOSTILE, "+1", "-1", "http://example.invalid", "mailto:a@b"]})
    body = pd.DataFrame({"=A1": [text, "@SUM(1)", "−1", "-cmd"]})
    made = Exhibit("tab-x", text, body, "=1+1，N = 1。", "=2", data)
    whole = report_workbook(report(made, title=text, subtitle="@x", ledger=hostile_ledger(text)))
    for content in (whole, exhibit_workbook(made)):
        book = opened(content)
        seen = set()
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (sheet.title, cell.coordinate)
                    seen.add(cell.value)
                    if cell.hyperlink is not None:
                        assert cell.hyperlink.target is None  # inside this file only
        assert {*data.iloc[:, 0], *body.iloc[:, 0], "=A1", "=1+1", text} <= seen
        sound(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                assert b'TargetMode="External"' not in archive.read(name)


def hostile_ledger(text: str) -> Ledger:
    one = quotation(0, text, title=text)
    return Ledger((Result("a", text, text, text, "count", rests_on=(one.quotation_id,)),), (one,))


def test_characters_a_sheet_cannot_hold_are_named_and_counted():
    data = pd.DataFrame({"x": ["控\x01制", "正常", "长" * 40_000]})
    made = Exhibit("tab-x", "题", pd.DataFrame({"a": ["b"]}), "N = 3。", "试例", data)
    cells = column(opened(exhibit_workbook(made)).active, "A")
    assert "控〔U+0001〕制" in cells
    (told,) = [cell for cell in cells if isinstance(cell, str) and "控制字符" in cell]
    assert told.startswith("有 1 格含")
    assert "有 1 格太长" in told
    (long,) = [cell for cell in cells if isinstance(cell, str) and cell.startswith("长长")]
    assert long.endswith("……〔共 40000 字〕")


def test_results_and_evidence_lead_to_one_another(content):
    book = opened(content)
    results, quotations, records, pairs = (
        book[name] for name in ("结果", "证据", "指标记录", "结果与证据")
    )
    assert column(results, "A") == ["结果编号", "practices.n", "slope.estimate", "verdict"]
    assert column(results, "B")[1:] == ["108", "−3.68", "未估计"]
    assert column(results, "C")[1:] == [108, pytest.approx(-3.681234567890123, rel=1e-15), "未估计"]
    assert column(results, "G")[1:] == ["真实", "模拟", "真实"]
    assert column(results, "H")[1:] == ["2", "2", 0]
    assert results["H3"].hyperlink.location == "'结果与证据'!A4"
    assert [pairs["A4"].value, pairs["C4"].value] == ["slope.estimate", "d:20-24"]
    assert pairs["A4"].hyperlink.location == "'结果'!A3"
    assert pairs["C4"].hyperlink.location == "'证据'!A3"
    assert pairs["C5"].hyperlink.location == "'指标记录'!A2"
    assert [quotations["A3"].value, quotations["B3"].value] == ["d:20-24", "共建共治"]
    assert quotations["M2"].value == "引领，rules，r3"
    assert [quotations[f"{c}2"].value for c in "EFGHI"] == [2, 0, 4, 9, 13]
    assert [quotations["N3"].value, quotations["O3"].value] == [2, "practices.n、slope.estimate"]
    assert quotations["O3"].hyperlink.location == "'结果'!A2"
    assert records["A2"].value == "人口密度/110101/2020"
    assert records["K2"].hyperlink.location == "'结果'!A3"
    assert records["I2"].value == "=http://x"
    for sheet in (results, quotations, records, pairs):
        assert sheet.freeze_panes == "B2"


def test_every_sheet_prints_on_a4_lying(content):
    for sheet in opened(content).worksheets:
        setup = sheet.page_setup
        assert setup.paperSize == 9, sheet.title
        assert setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert setup.fitToWidth in (None, 1)  # one page is what the standard takes unsaid
        is_figure = sheet.title.split(" ")[-2:][0].startswith("图")
        assert setup.fitToHeight in ((None, 1) if is_figure else (0,)), sheet.title
        assert sheet.print_title_rows


def test_sheet_names_fit_and_differ():
    taken: set[str] = set()
    wanted = [
        "甲" * 50,
        "甲" * 50,
        "a[b]:c*?/\\d",
        "HISTORY",
        "'引号'",
        "",
        "𠮷" * 31,
        "表1",
        "表１",
    ]
    names = [sheet_name(one, taken) for one in wanted]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 0 < utf16_length(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.lower() != "history"
        assert not name.startswith("'")
    made = report_workbook(
        report(
            *(
                table_exhibit(1, exhibit_id=f"tab-{n}", title="长" * 60, simulated=True)
                for n in range(12)
            )
        )
    )
    names = opened(made).sheetnames
    assert len(set(names)) == len(names)
    assert all(name.startswith("模拟 表") for name in names[1:13])


def test_the_package_is_sound_and_the_bytes_stay(content):
    sound(content)
    again = report_workbook(
        report(
            table_exhibit(3, 2), chart_exhibit(),
            chart_exhibit(exhibit_id="fig-sim", simulated=True, title="模拟的占比"), picture_exhibit(),
        )
    )  # fmt: skip
    assert again == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert any(REL.strip("{}").encode() in archive.read(n) for n in archive.namelist())


def test_streets_and_much_evidence_are_written_whole():
    streets = pd.DataFrame({f"指标{n}": np.linspace(0, 1, 340) for n in range(60)})
    made = Exhibit("tab-x", "街道", streets.head(3), "N = 340。", "试例", streets)
    sheet = opened(exhibit_workbook(made)).active
    assert sheet.max_column == 60
    assert sum(isinstance(cell, (int, float)) for cell in column(sheet, "BH")) == 340 + 0
    many = tuple(quotation(9 * n) for n in range(3000))
    result = Result("n", 1, "1", "数", "count", rests_on=tuple(o.quotation_id for o in many))
    book = opened(report_workbook(report(ledger=Ledger((result,), many))))
    assert book["证据"].max_row == 3001
    assert book["结果与证据"].max_row == 3001


def test_more_links_than_a_sheet_holds_become_text(monkeypatch):
    monkeypatch.setattr("pbgov.reporting.workbook.cells.MOST_LINKS", 4)
    many = tuple(quotation(9 * n) for n in range(9))
    result = Result("n", 1, "1", "数", "count", rests_on=tuple(o.quotation_id for o in many))
    pairs = opened(report_workbook(report(ledger=Ledger((result,), many))))["结果与证据"]
    assert column(pairs, "C")[1:] == [one.quotation_id for one in many]
    assert sum(cell.hyperlink is not None for row in pairs.iter_rows() for cell in row) == 4
    assert "有 14 格没有链接" in pairs["E1"].value


def test_pairs_that_find_no_row_are_counted(monkeypatch):
    monkeypatch.setattr("pbgov.reporting.workbook.evidence_sheets.MOST_ROWS", 6)
    many = tuple(quotation(9 * n) for n in range(9))
    result = Result("n", 1, "1", "数", "count", rests_on=tuple(o.quotation_id for o in many))
    pairs = opened(report_workbook(report(ledger=Ledger((result,), many))))["结果与证据"]
    assert column(pairs, "C")[1:] == [one.quotation_id for one in many[:5]]
    assert pairs["E1"].value == "最后 4 行装不下，见 results.json 和 evidence 文件夹。"


def test_what_runs_past_the_last_column_is_not_printed(content):
    book = opened(content)
    areas = {name: book[name].print_area for name in ("结果", "证据", "指标记录", "结果与证据")}
    assert areas == {
        "结果": "'结果'!$A$1:$H$4",
        "证据": "'证据'!$A$1:$O$3",
        "指标记录": "'指标记录'!$A$1:$K$2",
        "结果与证据": "'结果与证据'!$A$1:$D$5",
    }


def test_a_link_is_as_long_as_what_it_says():
    one = quotation()
    results = [Result(f"a.very.long.name.of.a.result.{n}", 1, "1", "数", "count",
                      rests_on=(one.quotation_id,)) for n in range(20)]  # fmt: skip
    sheet = opened(report_workbook(report(ledger=Ledger(tuple(results), (one,)))))["证据"]
    assert sheet["O2"].value == "、".join(result.result_id for result in results)


def test_a_report_without_exhibits_and_without_results():
    book = opened(report_workbook(Report("题", "", (Paragraph(literal("{x}")),))))
    assert book.sheetnames == ["目录", "结果", "证据", "指标记录", "结果与证据"]
    assert book["目录"]["A3"].value == "本报告没有模拟图表。"
