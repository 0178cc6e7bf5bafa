"""The PDF as other programs read it: pypdf for its structure, poppler for its fonts and places."""

from __future__ import annotations

import datetime
import io
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pypdf
import pytest

from pbgov.errors import InputError
from pbgov.reporting.ledger import Ledger, Result
from pbgov.reporting.report import (
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.typeset import pdf as typeset
from pbgov.reporting.typeset.pdf import pdf_available, pdf_document

sys.path.insert(0, str(Path(__file__).parent))
from page_reports import HOSTILE, figure, hostile_report, quotation, report, table

needs_typst = pytest.mark.skipif(not pdf_available(), reason="typst is not installed")
needs_poppler = pytest.mark.skipif(
    shutil.which("pdffonts") is None, reason="poppler's programs are not in PATH"
)
MM = 72 / 25.4
LAYOUTS = ("journal", "official")


def read(made: Report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf_document(made)))


def bare(text: str) -> str:
    """Without spaces: a typesetter puts room between Han and Latin characters."""
    return re.sub(r"\s", "", text)


def printed(pdf: pypdf.PdfReader) -> str:
    return bare("".join(sheet.extract_text() for sheet in pdf.pages))


def poppler(made: Report, tmp_path: Path, *command: str) -> str:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf_document(made))
    call = [command[0], *command[1:], str(file), *(["-"] if command[0] == "pdftotext" else [])]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout


def links(pdf: pypdf.PdfReader) -> dict[int, set[tuple[int, float, float]]]:
    """Places (page, left, top) to which the links of each page lead."""
    numbers = {sheet.indirect_reference.idnum: n for n, sheet in enumerate(pdf.pages)}
    found: dict[int, set[tuple[int, float, float]]] = {}
    for n, sheet in enumerate(pdf.pages):
        for one in sheet.get("/Annots") or []:
            one = one.get_object()
            assert "/A" not in one or one["/A"]["/S"] == "/GoTo", "no link leaves the file"
            goal = one["/Dest"] if "/Dest" in one else one["/A"]["/D"]
            goal = (
                goal
                if isinstance(goal, pypdf.generic.ArrayObject)
                else pdf.named_destinations[goal].dest_array
            )
            place = (numbers[goal[0].idnum], float(goal[2]), float(goal[3]))
            found.setdefault(n, set()).add(place)
    return found


@pytest.fixture(scope="module", params=LAYOUTS)
def plain(request) -> pypdf.PdfReader:
    if not pdf_available():
        pytest.skip("typst is not installed")
    return read(report(layout=request.param))


def test_without_typst_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(typeset, "find_spec", lambda name: None)
    assert not pdf_available()
    with pytest.raises(InputError, match=r'pip install "pbgov\[pdf\]"'):
        pdf_document(report())


def test_title_language_tags_and_bookmarks(plain):
    assert plain.metadata.title == "北京城市基层治理"
    assert plain.trailer["/Root"]["/Lang"] == "zh-CN"
    assert plain.trailer["/Root"]["/MarkInfo"]["/Marked"].value

    def titles(outline):
        return [titles(one) if isinstance(one, list) else one.title for one in outline]

    assert titles(plain.outline) == [
        "一、材料",
        ["（一）模拟"],
        "二、来源",
        "附：依据（结果、引文与记录）",
        ["结果（4）", "引文（3）", "记录（1）"],
    ]
    assert "/JavaScript" not in (plain.trailer["/Root"].get("/Names") or {})


def test_everything_is_there_to_be_read_and_searched(plain):
    text = printed(plain)
    for told in (
        "共查出3条做法[1]，见表1；", "东城区占66.7%", "【真实】【把握：低】", "斜率为−0.123",
        "把握的依据：N只有3，见表1", "【局限】没有分区满意率", "表1各区占比", "图1【模拟】走势",
        "这些数据不能说明什么", "[1]李明.题名[J].刊名，2022(5).", "重复的做法只算一次", "框里的脚注",
        "本报告中的模拟图表：图1", "第59区", "模拟数据·https://example.org/a?b=1&c=2",
    ):  # fmt: skip
        assert bare(told) in text, told


def test_simulated_numbers_carry_their_mark_where_no_label_does(plain):
    text = printed(plain)
    assert "设定的效应0.50能够找回，见图1【模拟】" in text
    assert "不带标签的句子提到0.50【模拟】。" in text
    assert "0.50【模拟】模拟里设定的效应" in text


def test_the_annex_has_the_chain_of_every_stated_number(plain):
    text = printed(plain)
    annex = text[text.rindex("附：依据") :]
    for told in (
        "V13查出的做法条数", "未取整：0.6666666666666666", "相关，不是因果", "文件：evidence/practices.csv",
        "编号：assess.slope", "东城区·doc-a的题名：Q1、Q2", "没有归到哪个区·doc-b的题名：Q3",
        "柳河街道组建联合党支部", "判为有：组织创新（INNOV.ORG）·编码者：author·规则：组织.联合",
        "判为没有：管理创新", "第2段·校订文本10–43·原文17–50·data/documents/doc-a.txt",
        "用到它的结果：V1、V2", "R1东城区·人口密度·2020-11-01：16,931人/平方千米", "用到它的结果：V3",
    ):  # fmt: skip
        assert bare(told) in annex, told
    assert "never.stated" not in annex
    assert "正文没有写到的结果还有1个" in annex


def test_numbers_lead_to_the_annex_and_the_annex_leads_back(plain):
    found = links(plain)
    annex = next(n for n, sheet in enumerate(plain.pages) if "V1 3" in sheet.extract_text())
    down = {goal for n, goals in found.items() if n < annex for goal in goals if goal[0] >= annex}
    assert len(down) == 4 + 4, "four results, and the headings of the annex from the contents"
    up = {goal for n, goals in found.items() if n >= annex for goal in goals if goal[0] < annex}
    assert len(up) == 6, "each number of the prose once"


def test_a_run_of_numbers_is_given_by_its_ends():
    held = [quotation("doc-a", 100 * n, f"第{n}句。") for n in range(8)]
    ids = [one.quotation_id for one in held]
    results = (
        Result("all", 8, "8", "条数", "count", rests_on=tuple(ids)),
        Result("some", 6, "6", "条数", "count", rests_on=tuple(ids[n] for n in (0, 1, 3, 4, 5, 7))),
    )
    made = Report(
        "题", "", (Paragraph("{{result:all}}和{{result:some}}"),), Ledger(results, tuple(held))
    )
    shown = printed(read(made))
    assert "题名：Q1–Q8" in shown
    assert "题名：Q1、Q2、Q4–Q6、Q8" in shown


# ---- page and type ------------------------------------------------------------------------------


@needs_typst
@needs_poppler
@pytest.mark.parametrize("made", [report, hostile_report], ids=["plain", "hostile"])
def test_every_font_is_shipped_embedded_and_subset(made, tmp_path):
    lines = poppler(made(), tmp_path, "pdffonts").splitlines()[2:]
    assert lines
    for line in lines:
        name, *_, embedded, subset, unicode, _, _ = line.split()
        assert re.fullmatch(r"[A-Z]{6}\+(PBGovSansSC-(Regular|Bold)|DejaVuSans(-Bold)?)", name)
        assert (embedded, subset, unicode) == ("yes", "yes", "yes")


def words_of(made: Report, tmp_path: Path) -> list[tuple[int, float, float, float, float, str]]:
    """Page, left, top, right, bottom (mm) and text of every line that poppler finds."""
    found, sheet = [], 0
    for line in poppler(made, tmp_path, "pdftotext", "-bbox-layout").splitlines():
        sheet += "<page " in line
        told = re.search(
            r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line
        )
        if told:
            found.append((sheet, *(float(told[n]) / MM for n in range(1, 5)), told[5]))
    return found


@needs_typst
@needs_poppler
def test_an_official_page_is_that_of_the_standard(tmp_path):
    """GB/T 9704-2012, 5.2 and 6: A4, head margin 37 mm, binding margin 28 mm, text 156 by 225 mm,
    22 lines of 28 characters, 三号; the page number at the outer side."""
    made = Report(
        "题", "", (Heading(1, "一、题"), *[Paragraph("统" * 200)] * 12), layout="official"
    )
    pdf = read(made)
    assert [round(float(side) / MM) for side in pdf.pages[0].mediabox[2:]] == [210, 297]
    lines = [w for w in words_of(made, tmp_path) if w[0] == 3 and set(w[5]) == {"统"}]
    full = [w for w in lines if len(w[5]) == 28]
    assert len(lines) == 22
    assert len(full) >= 15, "two of eight lines begin or end a paragraph"
    for _, left, _, right, _, _ in full:
        assert left == pytest.approx(28, abs=0.3)
        assert right == pytest.approx(28 + 156, abs=0.6)
    tops = sorted(w[2] for w in lines)
    pitches = [round(b - a, 1) for a, b in itertools.pairwise(tops)]
    assert set(pitches) == {round(225 / 22, 1)}
    signs = {w[0]: w[1] for w in words_of(made, tmp_path) if w[5] in ("2", "3")}
    assert signs[2] < 105 < signs[3], "even left, odd right"


@needs_typst
@needs_poppler
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("columns", [2, 12, 30])
def test_nothing_stands_outside_the_page(layout, columns, tmp_path):
    header = [f"很长的列名{n}" for n in range(columns)]
    body = pd.DataFrame([["−0.123", *["[−1.23, 4.56]"] * (columns - 1)]] * 6, columns=header)
    address = "https://example.org/" + "a" * 200
    made = report(
        layout=layout,
        blocks=(
            Heading(1, "很长的标题" * 12),
            Paragraph(f"见{address}，{{tab-wide}}。"),
            Claim(address, "真实", "低", address),
            ExhibitBlock(table("tab-wide", body=body, note=address)),
            ExhibitBlock(figure("fig-tall", simulated=True)),
            References((address,)),
        ),
    )
    pdf = read(made)
    sizes = [[float(side) / MM for side in sheet.mediabox[2:]] for sheet in pdf.pages]
    for sheet, left, top, right, bottom, text in words_of(made, tmp_path):
        width, height = sizes[sheet - 1]
        assert 24 <= left <= right <= width - 24, (sheet, text)
        assert 0 <= top <= bottom <= height, (sheet, text)
    shown = printed(pdf)
    for name in header:
        assert name in shown, name


@needs_typst
def test_the_head_of_a_long_table_is_repeated():
    body = pd.DataFrame({"街道名称": [f"街道{n}" for n in range(340)], "占比": ["12.5%"] * 340})
    pdf = read(report(blocks=(ExhibitBlock(table("tab-streets", body=body)),)))
    sheets = [sheet.extract_text() for sheet in pdf.pages if "街道" in sheet.extract_text()]
    holding = [text for text in sheets if re.search(r"街道 ?\d", text)]
    assert len(holding) > 5
    assert all("街道名称" in text for text in holding)
    shown = printed(pdf)
    assert all(bare(f"街道{n}12.5%") in shown for n in range(340))


@needs_typst
@pytest.mark.parametrize("length", [60, 9000])
def test_a_text_longer_than_a_page_is_not_cut(length):
    words = "".join(f"第{n}句。" for n in range(length))
    made = report(blocks=(Claim(words, "真实", "低", "理由"), ExhibitBlock(table(note=words))))
    shown = printed(read(made))
    for n in (0, length // 2, length - 1):
        assert shown.count(f"第{n}句。") == 2, n


@needs_typst
def test_pictures_have_words_for_those_who_cannot_see():
    pdf = read(report())
    spoken = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, pypdf.generic.DictionaryObject):
            if "/Alt" in node:
                spoken.append(node["/Alt"])
            kids = node.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                if not isinstance(kid.get_object(), int):
                    walk(kid)

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    assert any(words.startswith("图1  【模拟】走势。注：模拟数据") for words in spoken), spoken


# ---- bytes, dates, hostile and rare characters --------------------------------------------------


@needs_typst
def test_the_same_report_gives_the_same_bytes():
    assert pdf_document(report()) == pdf_document(report())


@needs_typst
def test_no_clock_but_the_date_of_the_report():
    assert "/CreationDate" not in read(report()).metadata
    dated = read(report(dated=datetime.date(2026, 3, 1)))
    assert dated.metadata.creation_date.date() == datetime.date(2026, 3, 1)
    assert "2026年3月1日" in printed(dated)


@pytest.fixture(scope="module")
def hostile() -> tuple[pypdf.PdfReader, str]:
    if not pdf_available():
        pytest.skip("typst is not installed")
    pdf = read(hostile_report())
    return pdf, printed(pdf)


def test_hostile_texts_are_printed_and_nothing_is_carried_out(hostile):
    pdf, shown = hostile
    assert pdf.metadata.title == HOSTILE[0] + HOSTILE[13]
    for text in HOSTILE:
        if "\u202e" in text or "𠮷" in text:
            continue
        assert bare(text) in shown, text
    assert "root:" not in shown
    assert links(pdf)


def test_characters_that_cannot_be_drawn_are_named(hostile):
    _, shown = hostile
    assert "甲〔U+202E〕乙丙" in shown
    assert "〓街道" in shown
    assert "印作“〓”：U+20BB7。" in shown
    assert "𠮷" not in shown


def test_nothing_is_named_where_everything_can_be_drawn(plain):
    assert "印作" not in printed(plain)


@needs_typst
def test_a_control_character_is_named_in_its_place():
    shown = printed(read(Report("题\x07", "", (Paragraph("坏\x00字\ufffe符"),))))
    assert "题〔U+0007〕" in shown
    assert "坏〔U+0000〕字〔U+FFFE〕符" in shown


@needs_typst
def test_a_report_of_one_sentence_is_a_pdf():
    shown = printed(read(Report("Only a title", "", (Paragraph("One sentence."),))))
    assert "Onesentence." in shown
    assert "附：依据" not in shown
    assert "目录" not in shown
