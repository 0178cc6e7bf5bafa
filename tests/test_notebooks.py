"""The notebooks stay thin: a question, calls, exhibits, one sentence on each.

They are executed from top to bottom by nbval (``notebooks`` is a test path of pyproject.toml);
here is what they may not hold.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
NAMES = [
    "00_start_here",
    "01_corpus",
    "02_mining",
    "03_coding",
    "04_agreement",
    "05_indicators",
    "06_regression",
    "07_configurations",
    "08_report",
]
ALLOWED_IMPORTS = {"pbgov"}
RESULT = re.compile(r"\d+\.\d+|\d+\s*%|[pPrR]\s*[=<>≤≥]\s*0?\.?\d|N\s*=\s*\d")
HAN = re.compile(r"[\u4e00-\u9fff]")


def cells(notebook: Path, kind: str) -> list[str]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == kind]


def problems(code: str) -> list[str]:
    """What a code cell may not hold."""
    magic = [line for line in code.splitlines() if line.lstrip().startswith(("%", "!"))]
    if magic:
        return [f"magic or shell line: {magic[0]}"]
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            found.append("defines something")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            roots = {(getattr(node, "module", None) or name).split(".")[0] for name in names}
            found += [f"imports {name}" for name in roots - ALLOWED_IMPORTS]
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, float):
                found.append(f"typed-in number {value}")
            if isinstance(value, str) and re.match(r"(/|~|[A-Za-z]:[\\/])", value):
                found.append(f"absolute path {value}")
            if isinstance(value, str) and re.search(r"\\[dwsb]|\[\^|\(\?", value):
                found.append(f"regular expression {value}")
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "summary":
            found.append("summary() prints today's date")
        if isinstance(node, ast.Try):
            found.append("hides a failure")
    return found


@pytest.mark.parametrize(
    "code",
    [
        "%matplotlib inline",
        "!pip install x",
        "def f(): pass",
        "g = lambda x: x",
        "import re",
        "import statsmodels.api as sm",
        "from jieba import lcut",
        "accuracy = 0.86",
        "open('/home/me/data.csv')",
        r"table.text.str.contains('\\d+')",
        "open('C:/data.csv')",
        "fit.summary()",
        "try:\n    x\nexcept Exception:\n    y",
    ],
)
def test_the_check_itself_finds_what_is_forbidden(code):
    assert problems(code)


def test_all_nine_are_there():
    assert [notebook.stem for notebook in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_code_cells_are_calls_not_programs(notebook):
    code = cells(notebook, "code")
    assert code
    assert [(cell, problems(cell)) for cell in code if problems(cell)] == []
    lengths = sorted(len(cell.splitlines()) for cell in code)
    assert lengths[len(lengths) // 2] <= 3
    assert max(lengths) <= 8


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_is_chinese_and_types_in_no_result(notebook):
    prose = cells(notebook, "markdown")
    assert prose[0].startswith("# ")
    assert all(HAN.search(cell) for cell in prose)
    assert [match.group() for cell in prose for match in RESULT.finditer(cell)] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_asks_a_question_and_says_what_the_data_cannot_say(notebook):
    prose = "\n".join(cells(notebook, "markdown"))
    assert "？" in prose
    assert "不能说明" in prose


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_is_named_so_that_no_dialog_blocks_the_run(notebook):
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"


def test_a_magic_that_does_not_exist_fails_the_notebook(tmp_path):
    guard = NOTEBOOKS[0].parent / "conftest.py"
    (tmp_path / "conftest.py").write_text(guard.read_text(encoding="utf-8"), encoding="utf-8")
    metadata = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))["metadata"]
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": ["%no_such_magic"],
        "outputs": [],
        "execution_count": None,
    }
    notebook = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "bad.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    assert "no_such_magic" in done.stdout
