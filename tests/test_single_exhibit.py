"""One exhibit as one file of each kind, read back by readers that are not ours."""

from __future__ import annotations

import csv
import io
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
