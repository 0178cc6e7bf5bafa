"""Results of the steps, kept under the digest of what they were made from.

A step whose inputs, parameters and code have not changed is read back, not recomputed. Tables are
stored as CSV with a side file of types (no pickles: the folder may be opened, shared or deleted).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MISSING = "\\N"
LIBRARIES = ("jieba", "matplotlib", "numpy", "pandas", "python-docx", "scipy", "statsmodels")


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
        file.relative_to(base).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(set(files))
        if not file.name.startswith((".", "~$"))
    }


def code_digest() -> str:
    """SHA-256 of pbgov's own source and cue files."""
    package = Path(__file__).parent
    files = [p for suffix in ("*.py", "*.csv", "*.html", "*.css") for p in package.rglob(suffix)]
    return digest_json(digest_files(files, package))


def library_versions() -> dict[str, str]:
    """Versions of the libraries that numbers and pictures depend on."""
    return {name: version(name) for name in LIBRARIES}


@dataclass(frozen=True)
class Cache:
    """A folder of step results; `base` is mixed into every key (code, library versions)."""

    folder: Path
    base: str

    def step(
        self,
        name: str,
        inputs: Any,
        make: Callable[[], Mapping[str, pd.DataFrame | str]],
    ) -> tuple[dict[str, pd.DataFrame | str], bool]:
        """The step's results, and whether they had to be made.

        Parameters
        ----------
        name : str
            Folder name of the step.
        inputs : JSON-like
            Everything the step depends on: digests and parameters.
        make : callable
            Computes the results: named tables, or strings of JSON.

        Returns
        -------
        results : dict
        made : bool
            False where they were read back.
        """
        key = digest_json([self.base, name, inputs])[:24]
        folder = self.folder / name / key
        if (folder / "complete").is_file():
            return _load(folder), False
        results = dict(make())
        shutil.rmtree(self.folder / name, ignore_errors=True)
        folder.mkdir(parents=True)
        for result, value in results.items():
            if isinstance(value, str):
                (folder / f"{result}.json").write_text(value, encoding="utf-8", newline="\n")
            else:
                save_table(value, folder / f"{result}.csv")
        (folder / "complete").write_text("", encoding="utf-8")
        return _load(folder), True


def save_table(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as CSV beside a ``.types`` file that lets `load_table` restore it exactly."""
    table.to_csv(path, index=False, na_rep=MISSING, encoding="utf-8", lineterminator="\n")
    types = {
        "columns": {str(name): str(kind) for name, kind in table.dtypes.items()},
        "attrs": table.attrs,
    }
    path.with_suffix(".types").write_text(
        json.dumps(types, ensure_ascii=False), encoding="utf-8", newline="\n"
    )


def load_table(path: Path) -> pd.DataFrame:
    """The table that `save_table` wrote: same values, types, missing cells and attributes."""
    types = json.loads(path.with_suffix(".types").read_text(encoding="utf-8"))
    table = pd.read_csv(
        path,
        dtype=types["columns"],
        keep_default_na=False,
        na_values=[MISSING],
        float_precision="round_trip",
        encoding="utf-8",
    )
    table.attrs.update(types["attrs"])
    return table


def _load(folder: Path) -> dict[str, pd.DataFrame | str]:
    results: dict[str, pd.DataFrame | str] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix == ".csv":
            results[file.stem] = load_table(file)
        elif file.suffix == ".json":
            results[file.stem] = file.read_text(encoding="utf-8")
    return results
