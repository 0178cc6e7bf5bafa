"""A study whose every text is hostile, run whole: every format comes out, nothing is carried out, nothing lost."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pptx
import pypdf
import pytest
from lxml import etree, html

sys.path.insert(0, str(Path(__file__).parent))
import hostile_study as hostile

from pbgov.cli import main
from pbgov.errors import DataFileError
from pbgov.reporting.page.document import page
from pbgov.reporting.single import write_exhibit
from pbgov.reporting.typeset.pdf import pdf_available
from pbgov.run import compute, sound_report, state_of
from pbgov.study import read_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.reporting.report import Report

FORMATS = ("docx", "pptx", "xlsx", "html", *(("pdf",) if pdf_available() else ()))
NAMED = {ord(char): f"〔U+{ord(char):04X}〕" for char in "\u0001\ufffe\u202e\u202c"}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
TEMPLATE = """# 一、<script>alert("x")</script> ]]> 𠮷

查出{{result:practices.n}}条做法<script>alert()</script> =HYPERLINK("http://x") ]]> #eval("x") 𠮷。

见文献{{cite:hostile1}}。

> 框 ${a*b}
> {% include "/etc/passwd" %} \\input{/etc/passwd} @SUM(A)
"""


@pytest.fixture(scope="module")
def ran(root, tmp_path_factory) -> Path:
    folder = hostile.lay_out(tmp_path_factory.mktemp("hostile") / "study", root)
    assert main(["run", str(folder)]) == 0
    return folder / "reports"


@pytest.fixture(scope="module")
def report(ran) -> Report:
    study = read_study(ran.parent)
    results, _ = compute(study, state_of(study), lambda title, made: None)
    return sound_report(study, results)


def shown(text: str) -> str:
    """A planted text as cells print it: what no XML can hold is named."""
    return bare(text.replace("\u0001", "〔U+0001〕").replace("\ufffe", "〔U+FFFE〕"))


def turned(text: str) -> str:
    """A planted text as running text prints it: what turns a line round is named too."""
    return bare(text.translate(NAMED))


def bare(text: str) -> str:
    return "".join(text.split())


def of_word(content: bytes) -> str:
    docx.Document(io.BytesIO(content))
    parts = zipfile.ZipFile(io.BytesIO(content))
    roots = [etree.fromstring(parts.read(name)) for name in parts.namelist() if name[-4:] == ".xml"]
    return "".join(one.text or "" for root in roots for one in root.iter(WORD))


def of_slides(content: bytes) -> str:
    texts = []
    for slide in pptx.Presentation(io.BytesIO(content)).slides:
        texts.append(slide.notes_slide.notes_text_frame.text)
        for shape in slide.shapes:
            texts += [shape.text_frame.text] if shape.has_text_frame else []
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(texts)


def of_workbook(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


def of_page(content: bytes) -> str:
    return html.fromstring(content.decode()).find("body").text_content()


def of_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


READERS: dict[str, Callable[[bytes], str]] = {
    "docx": of_word,
    "pptx": of_slides,
    "xlsx": of_workbook,
    "html": of_page,
    "pdf": of_pdf,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_planted_text_is_there_to_be_read(ran, kind):
    read = READERS[kind]((ran / f"report.{kind}").read_bytes())
    form = shown if kind in ("pptx", "xlsx") else turned
    regions = list(hostile.REGIONS.values())[: len(hostile.DOCUMENTS)]
    planted = [hostile.TITLE, hostile.SUBTITLE, hostile.INDICATOR, hostile.CODER, *regions]
    if kind != "pptx":  # a slide has no annex
        planted += [hostile.CODE_NAME, *hostile.DOCUMENTS, *hostile.DOCUMENTS.values()]
    if kind != "xlsx":  # a workbook has no prose
        planted.append(hostile.REMARK)
    found = bare(read)
    printed = [form(text).replace("𠮷", "〓" if kind == "pdf" else "𠮷") for text in planted]
    assert [text for text in printed if text not in found] == []
    assert "root:x:" not in read  # /etc/passwd


def test_nothing_that_opens_or_runs_stands_in_any_file(ran):
    for kind in ("docx", "pptx", "xlsx"):
        with zipfile.ZipFile(ran / f"report.{kind}") as parts:
            for name in parts.namelist():
                assert not name.lower().endswith((".bin", ".vba", ".js"))
                if name.endswith((".xml", ".rels")):
                    root = etree.fromstring(parts.read(name))
                    assert not root.xpath("//@TargetMode[. = 'External']"), name
                    assert not root.xpath("//*[local-name() = 'f' and contains(., 'HYPERLINK')]")
    page = html.fromstring((ran / "report.html").read_text(encoding="utf-8"))
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//iframe | //object | //embed | //*[@onerror] | //*[@onload]")
    assert {link[:1] for link in page.xpath("//@href")} == {"#"}
    assert {link.split(",")[0] for link in page.xpath("//@src")} <= {"data:image/svg+xml;base64"}
    if "pdf" in FORMATS:
        pdf = pypdf.PdfReader(ran / "report.pdf")
        assert pdf.metadata.title == hostile.TITLE.translate(NAMED)
        kinds = {
            str(one.get_object().get("/A", {}).get("/S", "/GoTo"))
            for sheet in pdf.pages
            for one in sheet.get("/Annots", ())
        }
        assert kinds == {"/GoTo"}
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(pdf.root_object.get("/Names", {}))


def test_no_cell_of_a_csv_is_a_formula_and_the_words_are_exact(ran):
    files = sorted(ran.rglob("*.csv"))
    assert len(files) > 15
    cells = set()
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            cells |= {cell for row in csv.reader(opened) for cell in row}
    assert [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.])", cell)] == []
    for text in (*hostile.DOCUMENTS.values(), *hostile.DOCUMENTS, hostile.CODE_NAME):
        guarded = f"'{text}" if text[0] in "=+-@" else text
        assert guarded in cells, text
    told = json.loads((ran / "results.json").read_text(encoding="utf-8"))
    assert any(hostile.BAD in words for words in told["given"])


def test_what_a_repair_took_out_of_a_text_is_listed(ran):
    with (ran / "evidence" / "repairs.csv").open(encoding="utf-8-sig", newline="") as opened:
        taken = [row["before"] for row in csv.DictReader(opened)]
    assert "<script>" in "".join(taken)


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_the_claims_of_the_written_report_hold(ran, kind, capsys):
    assert main(["claims", str(ran / f"report.{kind}")]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("kind", ["md", "tex"])
def test_every_table_is_a_text_file_too(report, tmp_path, kind):
    tables = [one for one in report.exhibits if one.kind == "table"]
    assert len(tables) > 4
    for table in tables:
        written = write_exhibit(table, tmp_path / f"{table.exhibit_id}.{kind}").read_text("utf-8")
        live = (
            r"\\input|(?<!\\)[#$&]eval"
            if kind == "tex"
            else r"(?<!\\)<script|(?<!\\)\|  *\|  *'? */C"
        )
        assert not re.search(live, written), table.exhibit_id
        assert not re.search("[\u0001\ufffe\u202e]", written)


def test_chromium_shows_the_report_and_runs_nothing_of_it(ran):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browsers = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    path = next((one for one in browsers if starts(one)), None)
    if path is None:
        pytest.skip("no Chromium is in PATH and starts")
    wrong: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        screen = browser.new_page()
        screen.on("dialog", lambda it: (wrong.append(it.message), it.dismiss()))
        screen.on("pageerror", lambda it: wrong.append(str(it)))
        screen.on("console", lambda it: wrong.append(it.text))
        screen.goto((ran / "report.html").as_uri())
        screen.locator("a.number[data-result='practices.n']").first.click()
        screen.wait_for_selector("dialog[open] blockquote")
        assert "{{result:x}}" in screen.locator("dialog blockquote").first.inner_text()
        assert screen.locator("h1").inner_text() == " ".join(hostile.TITLE.translate(NAMED).split())
        browser.close()
    assert wrong == []


def starts(program: str) -> bool:
    return subprocess.run([program, "--version"], check=False, capture_output=True).returncode == 0


# ---- a user's own template ----------------------------------------------------------------------


def test_a_hostile_template_is_printed_and_what_it_names_wrongly_is_told_by_line(ran, report):
    study = read_study(ran.parent)
    results, _ = compute(study, state_of(study), lambda title, made: None)
    template = ran.parent / "report.md"
    own = replace(study, report=replace(study.report, template=template))
    template.write_text(TEMPLATE, encoding="utf-8")
    made = sound_report(own, results)
    printed = html.fromstring(page(made).decode())
    told = bare(printed.find("body").text_content())
    entry = bare(printed.xpath("//ol[@class='references']/li")[0].text_content())
    for part in ("<script>alert(1)</script>", "{{result:x}}", "{tab-x}", "=HYPERLINK", "]]>"):
        assert part in entry
    for line in TEMPLATE.replace("见文献{{cite:hostile1}}。", "见文献[1]。").splitlines():
        assert bare(line.split("条做法")[-1].lstrip("#> ")) in told, line
    assert len(printed.xpath("//script")) == 1
    assert printed.find(".//h1").text == hostile.TITLE.translate(NAMED)
    wrong = {"见{tab-x}。": 10, "{{result:x}}条。": 12, "见{{cite:z}}。": 14}
    template.write_text("\n\n".join([TEMPLATE.strip(), *wrong]), encoding="utf-8")
    with pytest.raises(DataFileError) as refused:
        sound_report(own, results)
    assert re.findall(r"E716 .*report\.md:(\d+)", str(refused.value)) == ["10", "12", "14"]
    template.write_text(f"{TEMPLATE}\n坏\u0001字\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"report\.md:10\n.*U\+0001"):
        sound_report(own, results)
