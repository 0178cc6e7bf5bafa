"""Slides: one message each, nothing outside its box, every simulated one marked, a sound package."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Pt

from pbgov.exhibits.charts import ChartData, Series
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.style import new_figure
from pbgov.exhibits.visible_text import visible_text
from pbgov.reporting.ledger import Ledger, Quotation, Result, quotation_id
from pbgov.reporting.prose import literal
from pbgov.reporting.report import Box, Claim, ExhibitBlock, Heading, Paragraph, Report
from pbgov.reporting.slides.deck import exhibit_slides, slide_deck
from pbgov.reporting.slides.room import Box as Room
from pbgov.reporting.slides.room import lines_of, portions, shortened, size_for
from pbgov.reporting.slides.tables import MOST_PARTS, MOST_ROWS, table_pieces

sys.path.insert(0, str(Path(__file__).parent))
from office_exhibits import HOSTILE, chart_exhibit, picture_exhibit, sound, table_exhibit

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WIDTH, HEIGHT = 12192120, 6858000  # 33.867 cm by 19.05 cm, in EMU


LEDGER = Ledger(
    (Result("practices.n", 108, "108", "做法条数", "count", rests_on=(quotation_id("d", 0, 4),)),),
    (Quotation(quotation_id("d", 0, 4), "d", "文章", "d.md", 1, 0, 4, 0, 4, "党建引领"),),
)


def whole_report(**changes):
    blocks = (
        Heading(1, "一、结论"),
        Claim("共有 {{result:practices.n}} 条做法。", "真实", "中", "由规则查找，见 {tab-plain}。"),
        Claim("两个区的占比不同（{fig-bars}）。", "真实", "低", "只有两个区。"),
        Claim("方法能找回设定值（{fig-sim}）。", "模拟", "中", "一次抽取。"),
        Heading(1, "二、材料"),
        Paragraph("说明。"),
        ExhibitBlock(table_exhibit()),
        ExhibitBlock(chart_exhibit()),
        ExhibitBlock(chart_exhibit(exhibit_id="fig-sim", simulated=True, title="模拟的占比")),
        ExhibitBlock(picture_exhibit()),
        ExhibitBlock(table_exhibit(30, exhibit_id="tab-long", simulated=True, title="长表")),
        Box("这些数据不能说明什么", ("不能说明因果。", "不能推及别处。")),
    )
    given = {"title": "报告", "subtitle": "副题", "blocks": blocks, "ledger": LEDGER} | changes
    return Report(**given)


@pytest.fixture(scope="module")
def deck() -> bytes:
    return slide_deck(whole_report())


def opened(content: bytes):
    return Presentation(io.BytesIO(content))


def titles(content: bytes) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in opened(content).slides]


def test_one_message_a_slide_in_the_order_of_the_report(deck):
    assert titles(deck) == [
        "报告",
        "共有 108 条做法。",
        "两个区的占比不同（图1）。",
        "【模拟】方法能找回设定值（图2【模拟】）。",
        "表1  一张表",
        "图3  热图",
        "表2  【模拟】长表（1/3）",
        "表2  【模拟】长表（2/3）",
        "表2  【模拟】长表（3/3）",
        "这些数据不能说明什么",
        "证据在哪里",
    ]


def test_titles_are_unique_even_where_the_report_repeats_itself():
    twice = Claim("同一句话。", "真实", "中", "依据。")
    given = titles(slide_deck(whole_report(blocks=(twice, twice, Box("同一句话。", ("甲",))))))
    assert given[1:4] == ["同一句话。", "同一句话。（2）", "同一句话。（3）"]


def test_a_claim_shows_labels_reason_and_its_exhibit(deck):
    slide = opened(deck).slides[2]
    texts = "\n".join(one.text_frame.text for one in slide.shapes if one.has_text_frame)
    assert "【真实】" in texts
    assert "【把握：低】●○○" in texts
    assert "把握的依据：只有两个区。" in texts
    (chart,) = [one.chart for one in slide.shapes if one.has_chart]
    assert tuple(chart.plots[0].series[0].values) == (0.4, 0.25)
    assert chart.chart_title.text_frame.text == "图1  各区占比"


def test_charts_are_native_and_their_workbooks_open(deck):
    import openpyxl

    charts = [one.chart for slide in opened(deck).slides for one in slide.shapes if one.has_chart]
    assert len(charts) == 2
    for chart in charts:
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert [cell.value for cell in book.active["B"]] == ["占比", 0.4, 0.25]


def test_every_simulated_slide_and_chart_carries_the_mark(deck):
    given = opened(deck)
    marked = [slide for slide in given.slides if "【模拟】" in slide.shapes.title.text_frame.text]
    assert len(marked) == 4
    (chart,) = [one for slide in marked for one in slide.shapes if one.has_chart]
    assert "【模拟】" in chart.chart.chart_title.text_frame.text
    assert "【模拟】" in chart._element.nvGraphicFramePr.cNvPr.get("descr")
    single = opened(exhibit_slides(chart_exhibit(simulated=True))).slides[0]
    assert single.shapes.title.text_frame.text == "【模拟】各区占比"


def test_note_and_source_stand_at_the_foot_and_whole_in_the_notes():
    long = "N = 3。" + "这是一条很长的注，" * 120
    (slide,) = opened(exhibit_slides(table_exhibit(note=long))).slides
    (foot,) = [one for one in slide.shapes if one.name == "注与来源"]
    assert "（全文见备注）" in foot.text_frame.text
    assert foot.text_frame.text.endswith("资料来源：试例")
    notes = slide.notes_slide.notes_text_frame.text
    assert f"注：{long}" in notes
    assert "资料来源：试例" in notes


def test_long_tables_repeat_their_header_and_lose_no_row(deck):
    tables = [one.table for s in opened(deck).slides for one in s.shapes if one.has_table][1:]
    assert len(tables) == 3
    rows = []
    for table in tables:
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells[0] == ["列0", "列1"]
        assert len(cells) - 1 <= MOST_ROWS
        rows += cells[1:]
    assert rows == [[f"值{row}"] * 2 for row in range(30)]


def test_three_lines_and_no_other(deck):
    (table,) = [
        one.table for s in list(opened(deck).slides)[4:5] for one in s.shapes if one.has_table
    ]

    def drawn(cell):
        sides = {}
        for side in ("lnL", "lnR", "lnT", "lnB"):
            line = cell._tc.tcPr.find(f"{A}{side}")
            sides[side] = 0 if line.find(f"{A}noFill") is not None else int(line.get("w"))
        return sides

    rows = [drawn(row.cells[0]) for row in table.rows]
    assert [row["lnT"] for row in rows] == [19050, 0, 0, 0]
    assert [row["lnB"] for row in rows] == [9525, 0, 0, 19050]
    assert not any(row[side] for row in rows for side in ("lnL", "lnR"))


@pytest.mark.parametrize(("rows", "columns"), [(60, 3), (4, 12), (100, 30), (1, 1)])
def test_no_table_runs_off_its_box(rows, columns):
    room = Room(1.3, 3.75, 31.2, 12.75)
    exhibit = table_exhibit(rows, columns, cell="一段不算短的文字，有 12.5% 和 Latin words ")
    pieces = table_pieces(exhibit, room)
    for piece in pieces:
        assert sum(piece.widths) <= room.width + 1e-6
        height = 0.0
        for row in [piece.header, *piece.rows]:
            lines = max(
                len(lines_of(cell, width - 0.4, piece.size))
                for cell, width in zip(row, piece.widths, strict=True)
            )
            height += lines * piece.size * 1.3 / 72 * 2.54 + 0.16
        assert height <= room.height + 1e-6
    shown = [cell for piece in pieces for row in piece.rows for cell in row]
    assert set(shown) == {cell for row in exhibit.rows() for cell in row}
    heads = {name for piece in pieces for name in piece.header}
    assert heads == set(exhibit.header())


def test_numbers_are_never_broken():
    numbers = ["[844.29, 894.24]", "<0.001", "0.31***", "−1,234.5", "100.0%"]
    body = pd.DataFrame(
        {"变量": ["2022-12 月（对 2022-06）的一个很长的名字"] * 5, "只有一个数": ["词", "", "是", "否", "[−7.70, 0.33]"]}
        | {f"列{n}": numbers for n in range(6)}
    )  # fmt: skip
    made = Exhibit("tab-x", "题", body, "N = 3。", "试例", pd.DataFrame({"x": [1]}))
    seen = set()
    for piece in table_pieces(made, Room(1.3, 3.75, 31.2, 12.75)):
        digit = 0.636 * piece.size / 72 * 2.54  # of DejaVu Sans, the widest that stands in
        assert piece.numeric == [name.startswith("列") for name in piece.header]
        for row in piece.rows:
            for cell, width in zip(row[1:], piece.widths[1:], strict=True):
                if any(char.isdigit() for char in cell):
                    assert len(cell) * digit <= width - 0.4, cell
                    seen.add(cell)
    assert seen == {*numbers, "[−7.70, 0.33]"}


def test_a_long_claim_has_its_first_sentence_as_title_and_the_rest_below():
    first = "十六个区里人口密度每高一倍，月度考核得分平均低 3.68 分（95% 区间 [−7.70, 0.33]），置换 p = 0.035。"
    rest = "这是相关，不是因果。" * 8
    exhibits = whole_report().blocks[7:8]
    for named in ("", "见 {fig-bars}。"):
        claim = Claim(first + rest + named, "模拟", "低", "只有十六个区。")
        slide = opened(slide_deck(whole_report(blocks=(claim, *exhibits)))).slides[1]
        assert slide.shapes.title.text_frame.text == f"【模拟】{first}"
        (below,) = [one for one in slide.shapes if one.name == "论断的其余"]
        assert below.text_frame.text.startswith(rest)
        sizes = [run.font.size.pt for run in below.text_frame.paragraphs[0].runs]
        assert min(sizes) >= 12
        assert rest in slide.notes_slide.notes_text_frame.text
        inside(slide)


def test_the_last_slide_promises_no_format_that_may_not_exist(deck):
    (text,) = [one.text_frame.text for one in opened(deck).slides[-1].shapes if one.name == "正文"]
    (told,) = [line for line in text.split("\n") if "Excel" in line]
    assert told.startswith("同一份报告如果也写成")


def test_a_table_of_too_many_slides_says_where_it_goes_on():
    given = opened(exhibit_slides(table_exhibit(700, 2)))
    assert len(given.slides) == MOST_PARTS
    (foot,) = [one for one in given.slides[29].shapes if one.name == "注与来源"]
    assert foot.text_frame.text.startswith(
        "全表 700 行、2 列，这里只放前 30 页，其余见同名的 CSV 或 Excel 文件。"
    )


def test_a_cell_too_long_for_a_slide_is_whole_in_the_notes():
    long = "很长的单元格，" * 800
    slides = opened(exhibit_slides(table_exhibit(2, 2, cell=long))).slides
    notes = "".join(slide.notes_slide.notes_text_frame.text for slide in slides)
    assert f"{long}0" in notes
    assert f"{long}1" in notes


def inside(slide) -> None:
    for shape in slide.shapes:
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= WIDTH
        assert shape.top + shape.height <= HEIGHT
        if not shape.has_text_frame or not shape.text_frame.text:
            continue
        height = 0.0
        for paragraph in shape.text_frame.paragraphs:
            sizes = [run.font.size.pt for run in paragraph.runs]
            if sizes:
                smallest = 9 if shape.name in ("注与来源", "页码") else 12
                assert min(sizes) >= smallest, shape.name
                lines = len(lines_of(paragraph.text, shape.width / 360000, sizes[0]))
                height += lines * paragraph.line_spacing.pt
        assert height <= Pt(1) / 12700 + shape.height / 12700, (shape.name, shape.text_frame.text)


def test_nothing_overflows(deck):
    for slide in opened(deck).slides:
        inside(slide)


@pytest.mark.parametrize(
    "text", ["很长的论断，" * 60, "Long English words in a claim " * 30, "ＷW%" * 200]
)
def test_nothing_overflows_where_everything_is_long(text):
    exhibit = chart_exhibit(title=text)
    blocks = (
        Heading(1, text),
        Claim(f"{text}{{fig-bars}}", "真实", "中", text * 3),
        Claim(text, "模拟", "高", text * 3),
        ExhibitBlock(exhibit),
        ExhibitBlock(table_exhibit(title=text, note=text)),
        Box(text, (text,) * 9),
    )
    content = slide_deck(whole_report(title=text, subtitle=text * 2, blocks=blocks))
    given = opened(content)
    for slide in given.slides:
        inside(slide)
    assert len(set(titles(content))) == len(given.slides)
    notes = "\n".join(
        s.notes_slide.notes_text_frame.text for s in given.slides if s.has_notes_slide
    )
    assert text in notes  # what a title had to cut


def test_boxes_of_many_lines_go_on_further_slides_without_loss():
    texts = tuple(f"第{n}条限制，" * 30 for n in range(12))
    pages = portions(texts, Room(0, 0, 31.2, 12.75), 16.0)
    assert len(pages) > 1
    assert "".join(part for page in pages for part in page) == "".join(texts)


def test_shortened_keeps_what_fits():
    assert shortened("短", 10, 12, 1, "……") == "短"
    cut = shortened("长" * 500, 10, 12, 2, "……")
    assert cut.endswith("……")
    assert len(lines_of(cut, 10, 12)) <= 2
    assert len(cut) > 30
    assert size_for("长" * 500, Room(0, 0, 5, 2), (20.0, 12.0)) is None


def test_hostile_texts_are_shown_as_they_are():
    text = "".join(HOSTILE)
    blocks = (
        Heading(1, text),
        Claim(literal(text), "真实", "中", literal(text)),
        ExhibitBlock(table_exhibit(1, 1, cell=text, title=text, note=text)),
        Box(text, (literal(text),)),
    )
    content = slide_deck(whole_report(title=text, subtitle=text, blocks=blocks))
    given = opened(content)
    shown = "\n".join(
        shape.text_frame.text
        for slide in given.slides
        for shape in slide.shapes
        if shape.has_text_frame
    )
    for part in HOSTILE:
        assert part in shown, part
    (table,) = [one.table for s in given.slides for one in s.shapes if one.has_table]
    assert table.cell(1, 0).text == f"{text}0"
    sound(content)


def test_a_control_character_in_a_chart_is_named():
    chart = ChartData("bar", (Series("甲\x02", (1.0,)),), ("区\x01",))
    exhibit = Exhibit(
        "fig-x",
        "题",
        lambda: new_figure(3),
        "N = 1。",
        "试例",
        pd.DataFrame({"x": [1]}),
        chart=chart,
    )
    content = exhibit_slides(exhibit)
    (drawn,) = [one.chart for one in opened(content).slides[0].shapes if one.has_chart]
    assert tuple(drawn.plots[0].categories) == (visible_text("区\x01"),)
    sound(content)


# ---- the package ---------------------------------------------------------------------------------------------


def test_the_package_is_sound(deck):
    sound(deck)


def test_the_same_report_gives_the_same_bytes(deck):
    assert slide_deck(whole_report()) == deck
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"docProps/thumbnail" not in archive.read("[Content_Types].xml")


def test_both_fonts_are_named_everywhere(deck):
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml") or not name.startswith("ppt/"):
                continue
            root = etree.fromstring(archive.read(name))
            if "/theme/" in name:
                for font in (*root.iter(f"{A}majorFont"), *root.iter(f"{A}minorFont")):
                    assert font.find(f"{A}ea").get("typeface") == "微软雅黑", name
            if name.startswith(("ppt/slides/", "ppt/slideMasters/", "ppt/notesSlides/")):
                for run in (*root.iter(f"{A}rPr"), *root.iter(f"{A}defRPr")):
                    assert run.find(f"{A}ea") is not None, name
                    assert run.get("lang") == "zh-CN", name


def test_pictures_charts_and_tables_have_a_text(deck):
    told = 0
    for slide in opened(deck).slides:
        for shape in slide.shapes:
            if shape.shape_type is not None and (
                shape.has_chart or shape.has_table or shape.name == "图片"
            ):
                properties = shape._element.xpath(".//p:cNvPr")[0]
                assert "N = " in properties.get("descr")
                told += 1
    assert told == 7


def test_a_report_with_almost_nothing_and_one_in_english():
    bare = Report("题", "", (Paragraph("只有一段。"),))
    assert titles(slide_deck(bare)) == ["题", "证据在哪里"]
    english = table_exhibit(lang="en", title="A table", simulated=True)
    assert titles(exhibit_slides(english)) == ["[SIMULATED] A table"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_every_slide(deck, tmp_path):
    import pypdf

    (tmp_path / "deck.pptx").write_bytes(deck)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run(
        [*command, str(tmp_path / "deck.pptx")], check=False, capture_output=True, timeout=180,
        env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    made = tmp_path / "deck.pdf"
    if not made.exists():
        pytest.skip("this LibreOffice has no Impress")
    assert len(pypdf.PdfReader(made).pages) == 11
