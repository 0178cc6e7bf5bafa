"""Make docs/images/report-*.png: what a run of the shipped study writes, as its readers see it.

Needs playwright with a Chromium of the system, LibreOffice with Writer, Calc and Impress, and poppler.
Run from the project's root: ``python docs/make_report_images.py``. The study is run in a folder that
is thrown away; glyphs come from the project's own font.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from pbgov.run import run_study
from pbgov.study import read_study

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = Path("docs/images")
FONTS = Path("pbgov/exhibits/fonts").resolve()
SIZE = {"width": 1200, "height": 860}
NUMBER = "a.number[data-result='practices.placed']"
RESOLUTION = 70
COLOURS = 128
PAGES = {  # words that only the page to be shown has
    "journal.docx": ("report-journal.png", "扣除月份差别后"),
    "official.docx": ("report-official.png", "扣除月份差别后"),
    "journal.pdf": ("report-pdf.png", "扣除月份差别后"),
    "journal.pptx": ("report-slide.png", "给16个真实的区编造"),
    "journal.xlsx": ("report-workbook.png", "图2文档自报的前后变化←目录"),
}
FONT_CONFIGURATION = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{fonts}</dir>
<cachedir>{cache}</cachedir>
{faces}
</fontconfig>
"""
FACE = (
    '<alias binding="same"><family>{}</family>'
    "<prefer><family>PBGov Sans SC</family></prefer></alias>"
)
FACES = ("sans-serif", "仿宋", "宋体", "黑体", "楷体", "方正小标宋简体", "微软雅黑", "等线")


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fonts = folder / "fonts.conf"
        faces = "\n".join(map(FACE.format, FACES))
        fonts.write_text(
            FONT_CONFIGURATION.format(fonts=FONTS, cache=folder / "fonts", faces=faces),
            encoding="utf-8",
        )
        os.environ["FONTCONFIG_FILE"] = str(fonts)
        write_reports(folder)
        photograph(folder / "journal.html")
        for written, (picture, words) in PAGES.items():
            print_page(folder / written, PICTURES / picture, words)


def write_reports(folder: Path) -> None:
    """The shipped study's report in both layouts, as journal.docx, official.docx and so on."""
    shutil.copytree("data", folder / "data", ignore=shutil.ignore_patterns("derived"))
    shutil.copy("study.toml", folder)
    study = read_study(folder)
    for layout in ("journal", "official"):
        shutil.rmtree(study.output, ignore_errors=True)  # the files do not tell the layouts apart
        asked = replace(study.report, layout=layout)
        for file in run_study(replace(study, report=asked)).reports:
            shutil.copy(file, folder / f"{layout}{file.suffix}")


def photograph(file: Path) -> None:
    """The page with the evidence of a number open, light and dark."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme, name in (("light", "report-page.png"), ("dark", "report-page-dark.png")):
            page = browser.new_page(viewport=SIZE, locale="zh-CN", color_scheme=scheme)
            page.goto(file.as_uri())
            open_evidence(page)
            page.screenshot(path=PICTURES / name)
            shrink(PICTURES / name)
        browser.close()


def open_evidence(page: Page) -> None:
    """Open what the number of placed practices rests on, the number in the middle of the screen."""
    number = page.locator(NUMBER).first
    number.evaluate("link => link.scrollIntoView({block: 'center'})")
    number.click()
    page.wait_for_selector("dialog[open] blockquote")


def print_page(file: Path, picture: Path, words: str) -> None:
    """The first page of `file` that holds `words`, as a picture."""
    printed = file if file.suffix == ".pdf" else converted(file)
    texts = run("pdftotext", str(printed), "-").split("\f")
    bare = ["".join(text.split()) for text in texts]
    number = next(n for n, text in enumerate(bare, 1) if words in text)
    at = ["-f", str(number), "-l", str(number), "-r", str(RESOLUTION), "-png", "-singlefile"]
    run("pdftoppm", *at, str(printed), str(picture.with_suffix("")))
    shrink(picture)


def converted(file: Path) -> Path:
    """The file as LibreOffice prints it."""
    folder = file.parent / f"{file.stem}-{file.suffix[1:]}"
    home = f"-env:UserInstallation={(file.parent / 'office').as_uri()}"
    run("soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file))
    return folder / f"{file.stem}.pdf"


def run(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def shrink(picture: Path) -> None:
    """The picture in a palette of its own, a third of the bytes."""
    with Image.open(picture) as drawn:
        kept = drawn.convert("RGB").quantize(COLOURS)
    kept.save(picture, optimize=True)


if __name__ == "__main__":
    main()
