"""Notebooks compared by meaning: planted differences are told, looks are not."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from pbgov.cli import main
from pbgov.errors import InputError
from pbgov.replay.notebooks import compare_notebooks, replay_notebook

if TYPE_CHECKING:
    from pathlib import Path

TABLE = (
    "<style>td {width: 3px}</style><table><tr><th>区</th><th>占比</th></tr>"
    "<tr><td>东城</td><td>0.250</td></tr></table><img src='data:image/png;base64,AAA'>"
)
FRAME = "    区     占比\n---------------\n0  东城  0.2500\n1  西城 -1.5000"


def cell(*outputs: dict[str, Any], source: str | list[str] = "x", count: int = 1) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"c{count}",
        "execution_count": count,
        "metadata": {},
        "source": source,
        "outputs": list(outputs),
    }


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {
        "cells": [{"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# 1"}, *cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: Any) -> dict[str, Any]:
    kinds = {"plain": "text/plain", "html": "text/html", "png": "image/png"}
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {kinds[name]: value for name, value in data.items()},
    }


def told(stored: dict[str, Any], rerun: dict[str, Any], tolerance: float = 1e-6) -> list[list[Any]]:
    found = compare_notebooks(notebook(cell(stored)), notebook(cell(rerun)), tolerance)
    return [list(row) for row in found.itertuples(index=False)]


@pytest.mark.parametrize(
    ("stored", "rerun"),
    [
        (stream("共 18 段，0.1234567890"), stream("共 18  段，0.1234567891")),
        (stream("1,234.50 −0.5"), stream("1234.5 -0.50")),
        (stream(FRAME), stream(FRAME.replace("---------------", "-----").replace("     占", " 占"))),
        (stream("<object at 0x7f0011aa2233>"), stream("<object at 0x7f99bbccdd00>")),
        (shown(plain="<Figure size 640x480 with 1 Axes>", png="AAA"), shown(plain="<Figure size 320x200 with 1 Axes>", png="BBBB")),
        (shown(html=TABLE), shown(html=TABLE.replace("AAA", "BBB").replace("3px", "9px"))),
        (shown(html=TABLE), shown(html=TABLE.replace("<td>", "<td class='n'>\n"))),
        (shown(plain=["甲\n", "乙"]), shown(plain="甲\n乙")),
    ],
)  # fmt: skip
def test_looks_are_no_difference(stored: dict[str, Any], rerun: dict[str, Any]) -> None:
    assert told(stored, rerun) == []


@pytest.mark.parametrize(
    ("stored", "rerun", "row"),
    [
        (stream("共 18 段"), stream("共 19 段"), [1, 1, "number", "共", "18", "19"]),
        (stream("共 18 段"), stream("共 18 篇"), [1, 1, "words", "共 18", "段", "篇"]),
        (stream("r = 0.5"), stream("r = -0.5"), [1, 1, "number", "r =", "0.5", "-0.5"]),
        (stream("摘要 7bce13"), stream("摘要 7bce14"), [1, 1, "words", "摘要", "7bce13", "7bce14"]),
        (stream("版本 1.2.3"), stream("版本 1.2.4"), [1, 1, "words", "版本", "1.2.3", "1.2.4"]),
        (shown(html=TABLE), shown(html=TABLE.replace("0.250", "0.251")), [1, 1, "number", "区 占比 东城", "0.250", "0.251"]),
        (shown(html=TABLE, plain="a"), shown(html=TABLE, plain="b"), [1, 1, "words", "", "a", "b"]),
        (stream("p nan"), stream("p 0.5"), [1, 1, "words", "p", "nan", "0.5"]),
        (shown(plain="x", png="A"), shown(plain="x"), [1, 1, "type", "", "图：x", "值：x"]),
    ],
)  # fmt: skip
def test_what_is_said_differently_is_told(
    stored: dict[str, Any], rerun: dict[str, Any], row: list[Any]
) -> None:
    assert told(stored, rerun) == [row]


def test_the_tolerance_is_a_share_of_the_larger_number() -> None:
    a, b = stream("100.0"), stream("101.0")
    assert told(a, b, 0.0099)
    assert told(a, b, 0.01) == []
    assert told(stream("0"), stream("0.0000001"), 0.5)
    with pytest.raises(InputError, match="tolerance"):
        told(a, b, 1.5)


def test_outputs_in_pieces_counts_and_ids_do_not_matter() -> None:
    stored = notebook(cell(stream("a\nb\n"), count=3))
    rerun = notebook(cell(stream("a\n"), stream("b\n"), count=1))
    assert compare_notebooks(stored, rerun).empty


def test_missing_extra_failed_and_other_cells_are_told() -> None:
    stored = notebook(cell(stream("a")), cell(), cell(stream("c")), cell(stream("d"), source="y"))
    rerun = notebook(
        cell(),
        cell(stream("b")),
        cell({"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}),
        cell(stream("d"), source="z"),
    )
    found = compare_notebooks(stored, rerun)
    assert list(zip(found["cell"], found["kind"], strict=True)) == [
        (1, "missing"), (2, "extra"), (3, "error"), (4, "code"),
    ]  # fmt: skip
    assert found["rerun"].iloc[2] == "出错：KeyError: 'x'"


def test_a_cell_kept_without_a_run_or_set_aside_is_not_compared_unless_it_fails() -> None:
    failed = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": []}
    stripped = {**cell(), "execution_count": None}
    aside = {**cell(stream("1")), "metadata": {"tags": ["nbval-ignore-output"]}}
    stored = notebook(stripped, aside, stripped, cell())
    rerun = notebook(cell(stream("a")), cell(stream("2")), cell(failed), cell(stream("new")))
    found = compare_notebooks(stored, rerun)
    assert list(zip(found["cell"], found["kind"], strict=True)) == [(3, "error"), (4, "extra")]


def test_a_notebook_is_run_afresh_in_its_folder_and_left_alone(tmp_path: Path) -> None:
    """Cell 2 was stored with another number than it gives; cell 4 fails; the file stays as it is."""
    (tmp_path / "数.txt").write_text("7", encoding="utf-8")
    cells = [
        cell(stream("42\n"), source="print(6 * 7)"),
        cell(
            stream("8\n"),
            source=["x = open('数.txt', encoding='utf-8').read()\n", "print(x)"],
            count=2,
        ),
        cell(source="y = 1", count=3),
        cell(source="1 / 0", count=4),
    ]
    file = tmp_path / "课.ipynb"
    file.write_text(json.dumps(notebook(*cells), ensure_ascii=False), encoding="utf-8")
    before = file.read_bytes()
    seen: list[tuple[int, int]] = []
    replay = replay_notebook(file, on_cell=lambda number, total: seen.append((number, total)))
    assert file.read_bytes() == before
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    found = replay.differences
    assert list(zip(found["cell"], found["kind"], strict=True)) == [(2, "number"), (4, "error")]
    assert not replay.same
    assert "单元 2 的输出 1，数字不同：存下的是 “8”，这次是 “7”" in str(replay)
    assert "ZeroDivisionError" in str(replay)

    good = copy.deepcopy(cells[:1])
    file.write_text(json.dumps(notebook(*good), ensure_ascii=False), encoding="utf-8")
    assert str(replay_notebook(file)) == "课.ipynb：1 个代码单元重新运行；没有不同。"


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 1}', "not json"])
def test_what_is_no_notebook_is_refused_by_name(content: str, tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.ipynb"):
        replay_notebook(file)
    with pytest.raises(InputError, match=r"b\.ipynb"):
        replay_notebook(tmp_path / "b.ipynb")


def test_a_cell_that_ends_the_kernel_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the command, which counts the cells as they are run."""
    sources = ("1", "import os; os._exit(3)", "2")
    cells = [cell(source=source, count=n) for n, source in enumerate(sources, 1)]
    file = tmp_path / "课 一.ipynb"
    file.write_text(json.dumps(notebook(*cells), ensure_ascii=False), encoding="utf-8")
    assert main(["replay", str(file)]) == 1
    told = capsys.readouterr()
    assert "1/3 个代码单元" in told.err
    assert "第 2 个代码单元使内核退出" in told.err
    assert not told.out
