"""The Word report as LibreOffice sets it: an outside reader that knows nothing of how it was written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pypdf
import pytest

from pbgov.exhibits.style import FAMILY, FONTS
from pbgov.reporting.report import Number, Paragraph, Report
from pbgov.reporting.word.document import exhibit_document, word_document

sys.path.insert(0, str(Path(__file__).parent))

from word_reports import figure, report

MISSING = [name for name in ("soffice", "pdftotext", "pdffonts") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

MM = 72 / 25.4
CHINESE = ("宋体", "黑体", "楷体", "仿宋", "方正小标宋简体")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Gives the PDF that LibreOffice makes of a Word file, with the shipped font for all others."""
    folder = tmp_path_factory.mktemp("rendered")
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{FAMILY}</family></prefer>'
        "</alias>"
        for name in CHINESE
    )
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{FONTS}</dir><cachedir>{folder / 'cache'}</cachedir>{aliases}</fontconfig>",
        encoding="utf-8",
    )

    def render(name, written):
        made = folder / f"{name}.pdf"
        if made.is_file():
            return made
        (folder / f"{name}.docx").write_bytes(written)
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/office",
             "--convert-to", "pdf", "--outdir", str(folder), str(folder / f"{name}.docx")],
            check=True, capture_output=True, timeout=180,
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )  # fmt: skip
        assert made.is_file(), "LibreOffice made nothing"
        return made

    return render


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pages(pdf, *options):
    return told("pdftotext", *options, str(pdf), "-").split("\f")[:-1]


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_every_kind_of_block_is_on_the_pages(rendered, layout):
    pdf = rendered(layout, word_document(report(layout=layout)))
    made = pages(pdf)
    assert len(made) > 5
    text = squeezed("".join(made))
    for words in (
        "北京城市基层治理", "目录", "表1各区占比", "图1【模拟】走势", "第二个脚注&<b>。",
        "这些数据不能说明什么", "附录：数字的来路", "“第2条：街道建立联席会议制度。”", "可编辑图",
        "第七次全国人口普查公报", "−2,500", "脚注也可以在依据里。",
    ):  # fmt: skip
        assert words in text, words
    fonts = told("pdffonts", str(pdf)).splitlines()[2:]
    assert any("PBGovSansSC" in line for line in fonts)
    assert all(" yes " in line for line in fonts), "every font is embedded"


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_links_lead_from_the_text_to_the_annex_and_back(rendered, layout):
    pdf = rendered(layout, word_document(report(layout=layout)))
    read = pypdf.PdfReader(pdf)
    texts = [squeezed(page) for page in pages(pdf)]
    annex = next(n for n, text in enumerate(texts) if "（一）正文里的数字" in text)
    ways = Counter()
    for n, page in enumerate(read.pages):
        for one in page.get("/Annots", ()):
            link = one.get_object()
            aim = link.get("/Dest") or link.get("/A", {}).get("/D")
            if aim is not None:
                there = read.get_page_number(aim[0].get_object())
                ways[n >= annex, there >= annex] += 1
    stated = sum(isinstance(piece, Number) for _, text in report().texts()
                 for piece in report().pieces(text))  # fmt: skip
    assert ways[False, True] >= stated
    assert ways[True, False] == len({"practices.n", "practices.some", "density.mean", "simulate.n"})
    assert ways[True, True] > 2 * 9, "to the evidence, and from it"


def test_pages_that_lie_on_their_side_hold_the_wide_table(rendered):
    pdf = rendered("journal", word_document(report(layout="journal")))
    sizes = re.findall(
        r"Page +\d+ size: +([\d.]+) x ([\d.]+)", told("pdfinfo", "-l", "99", str(pdf))
    )
    ways = [float(width) > float(height) for width, height in sizes]
    assert any(ways)
    assert not all(ways)
    made = pages(pdf)
    assert all("第23列" in squeezed(page) for page, lying in zip(made, ways, strict=True) if lying)


def test_an_official_page_holds_22_lines_of_28_characters(rendered):
    """GB/T 9704-2012, 5.2.3."""
    made = Report(title="题", subtitle="", blocks=(Paragraph("国" * 28 * 80),), layout="official")
    full = pages(rendered("grid", word_document(made)), "-layout")[1:-1]
    assert len(full) >= 2
    for page in full:
        lines = [line.strip() for line in page.splitlines() if "国" in line]
        assert [len(line) for line in lines] == [28] * 22


def test_official_page_numbers_stand_where_the_standard_has_them(rendered):
    """7.5: 7 mm below the text area (262 mm from the top), one 四号 character in from its outer edge."""
    made = Report(title="题", subtitle="", blocks=(Paragraph("国" * 28 * 80),), layout="official")
    layout = told("pdftotext", "-bbox", str(rendered("numbers", word_document(made))), "-")
    numbers = []
    for page in layout.split("<page ")[1:]:
        words = re.findall(
            r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<', page
        )
        dashes = [tuple(float(n) / MM for n in one[:4]) for one in words if one[4] == "—"]
        assert len(dashes) == 2
        numbers.append(dashes)
    for place, (left, right) in enumerate(numbers, 1):
        middle = (left[1] + left[3]) / 2
        assert middle == pytest.approx(262 + 7, abs=2)
        one_character = 14 / 72 * 25.4
        if place % 2:
            assert right[2] == pytest.approx(210 - 26 - one_character, abs=1)
        else:
            assert left[0] == pytest.approx(26 + one_character, abs=1)


def test_a_native_chart_is_drawn(rendered):
    made = figure(kind="bar", simulated=True)
    text = squeezed("".join(pages(rendered("chart", exhibit_document(made)))))
    assert all(word in text for word in ("甲", "乙", "丙"))
    assert text.count("【模拟】走势") == 2, "in the caption, and as the chart's own title"
