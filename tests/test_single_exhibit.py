"""One exhibit as one file of each kind, read back by readers that are not ours."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.reporting.single import write_exhibit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure


def table(**told: bool) -> Exhibit:
    return Exhibit(
        "tab-example",
        "各区得分",
        pd.DataFrame({"区": ["东城", "=1+1"], "得分": ["1.50", "−2.00"]}),
        "N = 2 个区。",
        "手工编的例子。",
        pd.DataFrame({"区": ["东城", "=1+1"], "得分": [1.5, -2.0]}),
        **told,
    )


def figure(**told: bool) -> Exhibit:
    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        canvas = new_figure(5)
        canvas.add_subplot().plot([1, 2], [1, 2])
        return canvas

    return Exhibit(
        "fig-example",
        "一条线",
        draw,
        "N = 2。",
        "手工编的例子。",
        pd.DataFrame({"x": [1, 2]}),
        **told,
    )


BEGINNINGS = {
    ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".pptx": b"PK\x03\x04",
    ".html": b"<!DOCTYPE html>",
    ".csv": b"\xef\xbb\xbf",
    ".md": "**各区得分**".encode(),
    ".tex": b"% \\usepackage",
    ".png": b"\x89PNG",
    ".svg": b"<?xml",
    ".pdf": b"%PDF",
}
OF_TABLES = (".docx", ".xlsx", ".pptx", ".html", ".csv", ".md", ".tex")
OF_FIGURES = (".docx", ".xlsx", ".pptx", ".html", ".csv", ".png", ".svg", ".pdf")


@pytest.mark.parametrize(
    ("exhibit", "ending"),
    [*((table, one) for one in OF_TABLES), *((figure, one) for one in OF_FIGURES)],
)
def test_the_ending_makes_the_kind_of_file(
    exhibit: Callable[[], Exhibit], ending: str, tmp_path: Path
) -> None:
    written = write_exhibit(exhibit(), tmp_path / "新" / f"结果{ending.upper()}")
    assert written == tmp_path / "新" / f"结果{ending.upper()}"
    assert written.read_bytes().lower().startswith(BEGINNINGS[ending].lower())


def cells_in(path: Path) -> list[list[str]]:
    """Header and rows of the table in a file, as readers that are not ours see them."""
    import docx
    import mistune
    import openpyxl
    import pptx
    from lxml import html

    if path.suffix == ".docx":
        return [[cell.text for cell in row.cells] for row in docx.Document(path).tables[0].rows]
    if path.suffix == ".pptx":
        shapes = [shape for slide in pptx.Presentation(path).slides for shape in slide.shapes]
        found = next(shape.table for shape in shapes if shape.has_table)
        return [[cell.text for cell in row.cells] for row in found.rows]
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        lines = [[str(cell or "") for cell in row] for row in sheet.values]
        first = next(at for at, row in enumerate(lines) if row[0] == "变量")
        return [row[:3] for row in lines[first : first + 6]]
    if path.suffix == ".tex":
        rows = path.read_text("utf-8").split("\\toprule")[1].split("\\bottomrule")[0]
        for printed, char in (("$-$", "−"), ("\\textless{}", "<"), ("{[}", "["), ("{]}", "]")):
            rows = rows.replace(printed, char)
        rows = re.sub(r"\\phantom\{[^}]*\}|\\midrule", "", rows)
        lines = [line for line in rows.split("\\\\\n") if line.strip()]
        return [
            [re.sub(r"\\([%&_])", r"\1", cell).strip() for cell in re.split(r"(?<!\\)&", line)]
            for line in lines
        ]
    text = path.read_text("utf-8")
    page = mistune.create_markdown(plugins=["table"])(text) if path.suffix == ".md" else text
    rows = html.fromstring(page).xpath("//table//tr")
    return [[cell.text_content().strip() for cell in row.xpath("./th|./td")] for row in rows]


@pytest.mark.parametrize("ending", [one for one in OF_TABLES if one != ".csv"])
def test_one_table_has_the_same_cells_in_every_format(ending: str, tmp_path: Path) -> None:
    printed = pd.DataFrame(
        {
            "变量": ["a_1*b", "截距 & 50%", "", "对数(人口)", "N"],
            "（1） 甲": ["−0.123**", "(0.045)", "[<0.001]", "", "1,234"],
            "（2） 乙": ["12,345.60", "—", "[0.010]", "0.5", "8"],
        }
    )
    made = Exhibit("tab-same", "题", printed, "注。", "试例", pd.DataFrame({"a": [1]}))
    given = [list(printed.columns), *printed.to_numpy().tolist()]
    assert cells_in(write_exhibit(made, tmp_path / f"same{ending}")) == given


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "须先取得审图号"), ("en", "map approval number")]
)
@pytest.mark.parametrize("ending", [".docx", ".pptx", ".html", ".xlsx"])
def test_what_publication_needs_is_told_once_in_every_format(
    ending: str, lang: str, said: str, tmp_path: Path
) -> None:
    notice = f"a map {said} notice."
    made = replace(figure(), export_notice=notice, lang=lang)  # type: ignore[arg-type]
    path = write_exhibit(made, tmp_path / f"map{ending}")
    if ending == ".html":
        shown = re.sub(
            r"<img[^>]*>|<script.*?</script>|<style.*?</style>",
            "",
            path.read_text("utf-8"),
            flags=re.S,
        )
        assert shown.count(notice) == 1
        return
    with zipfile.ZipFile(path) as parts:
        shown = [
            re.sub("<[^>]+>", "", parts.read(name).decode())
            for name in parts.namelist()
            if re.match(r"(word/document|ppt/slides/slide\d+|xl/sharedStrings)\.xml", name)
        ]
    assert "".join(shown).count(notice) == 1


def test_csv_holds_the_raw_numbers_and_no_formula(tmp_path: Path) -> None:
    written = write_exhibit(table(), tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO(written.read_text(encoding="utf-8-sig"))))
    assert rows == [["区", "得分"], ["东城", "1.5"], ["'=1+1", "-2.0"]]


@pytest.mark.parametrize("ending", [".md", ".csv", ".html"])
def test_a_simulated_exhibit_carries_its_mark_in_name_and_content(
    ending: str, tmp_path: Path
) -> None:
    written = write_exhibit(table(simulated=True), str(tmp_path / f"得分{ending}"))
    assert written == tmp_path / f"模拟_得分{ending}"
    assert written.is_file()
    assert not (tmp_path / f"得分{ending}").exists()
    assert "模拟" in written.read_text(encoding="utf-8")


def test_a_mark_that_is_there_is_not_doubled(tmp_path: Path) -> None:
    assert (
        write_exhibit(table(simulated=True), tmp_path / "得分（模拟）.md").name == "得分（模拟）.md"
    )


def test_a_folder_named_after_simulation_is_no_mark(tmp_path: Path) -> None:
    written = write_exhibit(table(simulated=True), tmp_path / "模拟" / "得分.md")
    assert written.name == "模拟_得分.md"


@pytest.mark.parametrize(
    ("exhibit", "name", "said"),
    [
        (table, "a.png", "is a table; a table can be written as .csv, .docx, .html"),
        (table, "a.pdf", "is a table"),
        (figure, "a.md", "is a figure; a figure can be written as .csv"),
        (figure, "a.tex", "is a figure"),
        (table, "a.jpg", "no exhibit is written as '.jpg'"),
        (table, "a", "no exhibit is written as ''"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_can(
    exhibit: Callable[[], Exhibit], name: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        write_exhibit(exhibit(), tmp_path / name)
    assert not list(tmp_path.iterdir())
