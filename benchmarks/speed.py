"""How long the things a user waits for take on this machine, beside something known.

Wall-clock seconds, medians of a few runs; read the ratios, not the seconds.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".nox", ".ci", "derived", "reports", "*.pyc")


def seconds(command: list[str], cwd: Path, runs: int = 1) -> float:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, cwd=cwd, check=True, capture_output=True)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def measure() -> list[tuple[str, float, str, float]]:
    """Rows of: what, its seconds, the yardstick, the yardstick's seconds."""
    bare = seconds(python("pass"), ROOT, runs=7)
    numpy = seconds(python("import numpy"), ROOT, runs=7)
    rows = [("import pbgov", seconds(python("import pbgov"), ROOT, runs=7), "import numpy", numpy)]
    rows.append(("import pbgov", rows[0][1], "python -c pass", bare))
    stack = "import pandas, statsmodels.api, seaborn, jieba, docx; jieba.initialize()"
    heavy = seconds(python(stack), ROOT, runs=3)
    yardstick = "import pandas, statsmodels, seaborn, docx and load jieba"
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        shutil.copytree(ROOT, study, ignore=LEFT_OUT)
        (study / "reports").mkdir()
        run = [sys.executable, "-m", "pbgov.cli", "run"]
        rows.append(("pbgov run, cold", seconds(run, study), yardstick, heavy))
        rows.append(("pbgov run, nothing changed", seconds(run, study, runs=3), yardstick, heavy))
    notebooks = [sys.executable, "-m", "pytest", "-q", "notebooks"]
    kernels = len(list((ROOT / "notebooks").glob("*.ipynb")))
    kernel_and_stack = f"{kernels} x (the same imports)"
    rows.append(("all notebooks", seconds(notebooks, ROOT), kernel_and_stack, kernels * heavy))
    return rows


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    print(f"{'what':<28}{'seconds':>9}   {'yardstick':<58}{'seconds':>9}{'ratio':>8}")
    for what, taken, yardstick, known in measure():
        print(f"{what:<28}{taken:>9.2f}   {yardstick:<58}{known:>9.2f}{taken / known:>8.2f}")


if __name__ == "__main__":
    main()
