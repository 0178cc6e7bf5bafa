"""Notebooks run again and compared by meaning: what students should see, and what they do see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.replay.outputs import Said, code_cells, differences, outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TOLERANCE = 1e-6
"""Numbers that differ by no more than a millionth of the larger one are the same."""
LONGEST_RUN = 600
"""Seconds that one cell may take."""
IGNORED = "nbval-ignore-output"
COLUMNS = ("cell", "output", "kind", "before", "stored", "rerun")
KINDS = {
    "number": "数字不同",
    "words": "文字不同",
    "missing": "少了输出",
    "extra": "多了输出",
    "type": "输出的种类不同",
    "error": "运行出错",
    "code": "代码不同",
}
_KIND_NAMES = {"page": "表格或网页", "picture": "图", "value": "值", "error": "出错"}


@dataclass(frozen=True)
class NotebookReplay:
    """What came of running a notebook again.

    Attributes
    ----------
    path : Path
    n_cells : int
        Code cells that were run.
    n_compared : int
        Those of them that had been kept as they came out of a run, so that there was something to
        compare.
    differences : DataFrame
        As `compare_notebooks` gives it; empty where everything came out as stored.
    """

    path: Path
    n_cells: int
    n_compared: int
    differences: pd.DataFrame

    @property
    def same(self) -> bool:
        """Whether every output came out as it is stored."""
        return self.differences.empty

    def __str__(self) -> str:
        """In Chinese: which cell, what was stored, what came."""
        ran = f"{self.path.name}：{self.n_cells} 个代码单元重新运行"
        if self.n_compared < self.n_cells:
            ran += f"，其中 {self.n_compared} 个存有输出可以比较，其余只看有没有出错"
        if self.same:
            return f"{ran}；没有不同。"
        lines = [f"{ran}；有 {len(self.differences)} 处不同："]
        for row in self.differences.to_dict("records"):
            where = f"单元 {row['cell']}" + (f" 的输出 {row['output']}" if row["output"] else "")
            near = f"（“{row['before']}”之后）" if row["before"] else ""
            lines.append(
                f"- {where}，{KINDS[row['kind']]}{near}：存下的是 {_quoted(row['stored'])}，"
                f"这次是 {_quoted(row['rerun'])}"
            )
        return "\n".join(lines)


def compare_notebooks(
    stored: str | Path | Mapping[str, Any],
    rerun: str | Path | Mapping[str, Any],
    tolerance: float = TOLERANCE,
) -> pd.DataFrame:
    """Where the outputs of two runs of a notebook say different things.

    Numbers in text, tables of HTML and printed frames are compared as values, words exactly.
    Pictures, execution counts, ids and metadata are not compared; that a picture came at all is.
    Of a cell that was kept without having been run, or is tagged ``nbval-ignore-output``, nothing is
    compared; that it fails is told.

    Parameters
    ----------
    stored, rerun : path or mapping
        The notebook as it is kept, and as it came out of a new run.
    tolerance : float
        Two numbers are the same where they differ by no more than this part of the larger one.

    Returns
    -------
    DataFrame
        One row is one difference: ``cell`` (code cells counted from 1), ``output`` (from 1; 0 for
        the cell as a whole), ``kind`` (one of `KINDS`), ``before`` (the words in front of it),
        ``stored`` and ``rerun`` (what each says; '' for nothing).

    Raises
    ------
    InputError
        For a tolerance that is no share, or a file that is no notebook.
    """
    if not (0 <= tolerance < 1 and math.isfinite(tolerance)):
        raise InputError(
            f"tolerance is {tolerance!r}; give a share from 0 to below 1, such as 1e-6"
        )
    first, second = list(code_cells(_read(stored))), list(code_cells(_read(rerun)))
    rows: list[tuple[Any, ...]] = []
    for number in range(1, max(len(first), len(second)) + 1):
        one = first[number - 1] if number <= len(first) else None
        other = second[number - 1] if number <= len(second) else None
        rows += [(number, *row) for row in _of_cells(one, other, tolerance)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"cell": "int64", "output": "int64"})


def replay_notebook(
    path: str | Path,
    tolerance: float = TOLERANCE,
    on_cell: Callable[[int, int], None] | None = None,
) -> NotebookReplay:
    """Run a notebook in a fresh kernel, in its own folder, and compare with what it has stored.

    The file is not changed. Running a notebook runs its code: replay only what you would run.

    Parameters
    ----------
    path : path
    tolerance : float
        As for `compare_notebooks`.
    on_cell : callable, optional
        Told before each code cell its number and how many there are.

    Returns
    -------
    NotebookReplay
        A cell that fails is a difference; the cells after it are run all the same.

    Raises
    ------
    InputError
        For a file that is no notebook; where nbclient or the notebook's kernel is not installed;
        where a cell ends the kernel, or takes longer than `LONGEST_RUN`.
    """
    try:
        import nbformat
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient import NotebookClient
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
    except ImportError as error:
        raise InputError(
            "nbclient and nbformat run notebooks and are not installed; install jupyterlab"
        ) from error
    path = Path(path)
    stored = _read(path)
    total = len(list(code_cells(stored)))
    read: Any = nbformat.read  # untyped
    rerun = read(path, as_version=4)
    last = [0]

    def tell(cell: Any, cell_index: int) -> None:
        if cell["cell_type"] == "code":
            last[0] += 1
            if on_cell is not None:
                on_cell(last[0], total)

    client = NotebookClient(
        rerun,
        timeout=LONGEST_RUN,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=tell,
    )
    try:
        client.execute()
    except NoSuchKernel as error:
        raise InputError(f"{path}: its kernel {error.name!r} is not installed") from error
    except (CellTimeoutError, DeadKernelError) as error:
        at = last[0]
        raise InputError(
            f"{path}: code cell {at} ended the kernel or took longer than {LONGEST_RUN} s; run the"
            f" notebook cell by cell to see why. 第 {at} 个代码单元使内核退出，或超过了"
            f" {LONGEST_RUN} 秒；请逐格运行看看原因。"
        ) from error
    n_compared = sum(map(_has_been_run, code_cells(stored)))
    return NotebookReplay(path, total, n_compared, compare_notebooks(stored, rerun, tolerance))


def _read(notebook: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(notebook, (str, Path)):
        return notebook
    import json

    path = Path(notebook)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a notebook ({error})") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise InputError(f"{path}: is no notebook of format 4; it has no list of cells")
    return content


Row = tuple[int, str, str, str, str]


def _of_cells(
    stored: Mapping[str, Any] | None, rerun: Mapping[str, Any] | None, tolerance: float
) -> Iterator[Row]:
    source, now = _source(stored), _source(rerun)
    if source != now:
        yield 0, "code", "", source, now
        return
    first, second = outputs_of(stored or {}), outputs_of(rerun or {})
    if stored is not None and not _has_been_run(stored):
        for place, came in enumerate(second, 1):
            if came.kind == "error" and came not in first:
                yield place, "error", "", "", _told(came)
        return
    for place in range(1, max(len(first), len(second)) + 1):
        if place > len(second):
            yield place, "missing", "", _told(first[place - 1]), ""
        elif place > len(first):
            came = second[place - 1]
            yield place, "error" if came.kind == "error" else "extra", "", "", _told(came)
        else:
            yield from _of_outputs(place, first[place - 1], second[place - 1], tolerance)


def _has_been_run(cell: Mapping[str, Any]) -> bool:
    """Whether a kept cell's outputs, or that it has none, are to be compared."""
    kept = bool(cell.get("outputs")) or cell.get("execution_count") is not None
    return kept and IGNORED not in cell.get("metadata", {}).get("tags", ())


def _of_outputs(place: int, stored: Said, rerun: Said, tolerance: float) -> Iterator[Row]:
    if stored.kind != rerun.kind:
        kind = "error" if rerun.kind == "error" else "type"
        yield place, kind, "", _told(stored), _told(rerun)
        return
    found = differences(stored.text, rerun.text, tolerance) or differences(
        stored.beside, rerun.beside, tolerance
    )
    for one in found:
        yield place, one.what, one.before, one.stored, one.rerun


def _source(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return ""
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)


def _told(said: Said) -> str:
    name = _KIND_NAMES.get(said.kind, said.kind)
    return f"{name}：{said.text.strip()}" if said.text.strip() else name


def _quoted(text: str) -> str:
    short = " ".join(text.split())
    if not short:
        return "空"
    return f"“{short[:200]}…”" if len(short) > 200 else f"“{short}”"
