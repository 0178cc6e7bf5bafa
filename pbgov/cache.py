"""Results of the steps, kept under the digest of what they were made from.

A step whose inputs, parameters and code have not changed is read back, not recomputed. Tables are
stored as CSV with a side file of types (no pickles: the folder may be opened, shared or deleted).
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.marks import as_simulated, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MISSING = "\\N"
COMPLETE = "complete"
LIBRARIES = (
    "jieba",
    "lxml",
    "matplotlib",
    "networkx",
    "numpy",
    "opencc",
    "openpyxl",
    "pandas",
    "pdfminer.six",
    "pypdf",
    "python-docx",
    "python-pptx",
    "rjieba",
    "scikit-learn",
    "scipy",
    "statsmodels",
    "xlsxwriter",
)


def digest_bytes(*parts: bytes) -> str:
    """SHA-256 of the parts, each with its length, as 64 hex digits."""
    total = hashlib.sha256()
    for part in parts:
        total.update(str(len(part)).encode() + b":" + part)
    return total.hexdigest()


def digest_json(value: Any) -> str:
    """SHA-256 of a value written as canonical JSON."""
    return digest_bytes(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())


def digest_files(paths: Iterable[Path], base: Path) -> dict[str, str]:
    """SHA-256 of each file below the paths, keyed by its path relative to `base`."""
    files: list[Path] = []
    for path in paths:
        files += [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return {
        relative_name(file, base): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(set(files))
        if not file.name.startswith((".", "~$"))
    }


def relative_name(path: Path, base: Path) -> str:
    """`path` as seen from `base`, with forward slashes on every system."""
    return Path(os.path.relpath(path, base)).as_posix()


def code_digest() -> str:
    """SHA-256 of pbgov's own source and cue files."""
    package = Path(__file__).parent
    suffixes = ("*.py", "*.csv", "*.html", "*.css", "*.js", "*.typ")
    files = [p for suffix in suffixes for p in package.rglob(suffix)]
    return digest_json(digest_files(files, package))


def library_versions() -> dict[str, str]:
    """Versions of the libraries that numbers and pictures depend on."""
    return {name: version(name) for name in LIBRARIES}


Results = dict[str, "pd.DataFrame | str"]
"""What a step makes: tables, and strings of JSON (estimates), by name."""


@dataclass(frozen=True)
class Cache:
    """A folder of step results; `base` (digest of code and library versions) enters every key.

    The states in `kept` (step to key, each of one finished run) stay beside a newer one, so that
    what changed can be told.
    """

    folder: Path
    base: str
    kept: Sequence[Mapping[str, str]] = ()

    def key(self, step: str, inputs: Any) -> str:
        """Name of the state that `inputs` (JSON-like: digests and parameters) put a step in."""
        return digest_json([self.base, step, inputs])[:24]

    def fetch(self, step: str, key: str, make: Callable[[], Results]) -> tuple[Results, bool]:
        """The results of a step in the state `key`, and whether they had to be made.

        The newest state of a step is kept, and those in `kept`.
        """
        folder = self.folder / step / key
        made = not (folder / COMPLETE).is_file()
        if made:
            kept = {state.get(step) for state in self.kept} - {key}
            for other in sorted((self.folder / step).glob("*")):
                if other.name not in kept:
                    shutil.rmtree(other, ignore_errors=True)
            _save(make(), folder)
        return _load(folder), made

    def load(self, step: str, key: str) -> Results | None:
        """The results of a step in the state `key`, or None where they are no longer kept."""
        folder = self.folder / step / key
        return _load(folder) if (folder / COMPLETE).is_file() else None


def save_table(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as CSV beside a ``.types`` file that lets `load_table` restore it exactly."""
    content = table.to_csv(
        index=False, na_rep=MISSING, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
    )
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    types = {
        "columns": {str(name): str(kind) for name, kind in table.dtypes.items()},
        "attrs": {name: value for name, value in table.attrs.items() if _storable(value)},
        "simulated": is_simulated(table),
    }
    path.with_suffix(".types").write_text(
        json.dumps(types, ensure_ascii=False), encoding="utf-8", newline="\n"
    )


def _storable(value: Any) -> bool:
    """True for what JSON holds; what a table rests on in memory (its lineage) is not stored."""
    return value is None or isinstance(value, (str, int, float, bool, list, dict))


def load_table(path: Path) -> pd.DataFrame:
    """The table that `save_table` wrote: same values, types, missing cells, attributes and mark."""
    types = json.loads(path.with_suffix(".types").read_text(encoding="utf-8"))
    table = pd.read_csv(
        path,
        dtype=types["columns"],
        keep_default_na=False,
        na_values=[MISSING],
        encoding="utf-8",
        encoding_errors="surrogatepass",
    )
    table.attrs.update(types["attrs"])
    return as_simulated(table) if types["simulated"] else table


def table_of(results: Mapping[str, Results], step: str, name: str) -> pd.DataFrame:
    """The table `name` that `step` made."""
    value = results[step][name]
    if isinstance(value, str):
        raise TypeError(f"{step}/{name} is JSON, not a table")
    return value


def _save(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, value in results.items():
        if isinstance(value, str):
            (folder / f"{name}.json").write_text(value, encoding="utf-8", newline="\n")
        else:
            save_table(value, folder / f"{name}.csv")
    (folder / COMPLETE).write_text("", encoding="utf-8")


def _load(folder: Path) -> Results:
    results: Results = {}
    for file in sorted(folder.iterdir()):
        if file.suffix == ".csv":
            results[file.stem] = load_table(file)
        elif file.suffix == ".json":
            results[file.stem] = file.read_text(encoding="utf-8")
    return results
