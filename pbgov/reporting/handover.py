"""A new report takes the place of the former one: whole, or not at all."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from pbgov.errors import StudyError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NEW = ".new"
_FORMER = ".former"


class Handover:
    """The files of a report while they are being written, beside those that stand.

    Parameters
    ----------
    output : Path
        The folder of the report.
    former : mapping of str to str
        The files of the former report with the digests they were left with, as provenance.json
        records them.

    Attributes
    ----------
    folder : Path
        An empty folder for the new files, on the disk of `output`; gone once the block is left.
    """

    def __init__(self, output: Path, former: Mapping[str, str]) -> None:
        self.output = output
        self.folder = output / _NEW
        self._former = former
        self._aside = output / _FORMER
        self._moved: list[tuple[Path, Path]] = []

    def __enter__(self) -> Handover:
        self._clear()
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *failure: object) -> None:
        self._clear()

    def finish(self) -> tuple[Path, ...]:
        """Put the new files where the former ones stand.

        What the former run wrote and nobody changed is gone afterwards; what somebody changed, and
        any other file that stands where a new one belongs, stays under another name.

        Returns
        -------
        tuple of Path
            The files that stayed, under the names they have now.

        Raises
        ------
        StudyError
            Where a file cannot be moved (E507), because Word has it open; everything is then as it
            was.
        """
        new = {file.relative_to(self.folder).as_posix() for file in self._files()}
        kept = []
        try:
            for name in sorted({*self._former, *new}):
                standing = self._standing(name)
                if standing is None:
                    continue
                if self._is_own(standing, name):
                    self._move(standing, self._aside / name)
                else:
                    kept.append(self._move(standing, _free_name(standing)))
            for name in sorted(new):
                self._move(self.folder / name, self.output / name)
        except BaseException:
            for here, before in reversed(self._moved):
                here.rename(before)
            raise
        return tuple(kept)

    def _files(self) -> list[Path]:
        return [file for file in self.folder.rglob("*") if file.is_file()]

    def _standing(self, name: str) -> Path | None:
        """The file of that name below the folder of the report, where there is one."""
        file = self.output / name
        inside = file.resolve().is_relative_to(self.output.resolve())
        return file if inside and file.is_file() else None

    def _is_own(self, file: Path, name: str) -> bool:
        """Whether a file is as the former run left it, or as the new one has it."""
        content, new = file.read_bytes(), self.folder / name
        same = new.is_file() and new.read_bytes() == content
        return same or hashlib.sha256(content).hexdigest() == self._former.get(name)

    def _move(self, file: Path, to: Path) -> Path:
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            file.rename(to)
        except PermissionError as error:
            held = to if file.is_relative_to(self.folder) else file
            raise StudyError(str(Finding("E507", str(held), seen=held.name))) from error
        self._moved.append((to, file))
        return to

    def _clear(self) -> None:
        for folder in (self.folder, self._aside):
            shutil.rmtree(folder, ignore_errors=True)


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}.改动{number}{path.suffix}")).exists():
        number += 1
    return free
