"""Findings about data files: a fixed code, one Chinese and one English sentence.

Codes never change their meaning. E codes are faults: they stop the reading of a file or, where they
come from `Codebook.check`, forbid trust in what the codebook gives. W codes are remarks.
Ranges: 101-199 tables and indicators, 201-299 codebook and codings, 301-399 lexicon,
401-499 documents, 501-599 study.toml, 601-699 exchange with other QDA programs,
701-799 reports and their claims, 801-899 bundles and replay.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_suffix(".csv")


def _catalogue() -> dict[str, tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}


CATALOGUE = _catalogue()
"""The Chinese and the English sentence of each code, from findings.csv beside this module."""


@dataclass(frozen=True)
class Finding:
    """One fault or remark, at one place of one file.

    Attributes
    ----------
    code : str
        Fixed code, ``E…`` or ``W…``; see `CATALOGUE`.
    path : str
        The file, as the user would name it.
    row : int or None
        Line of the file as a spreadsheet counts it (the header is line 1);
        None where the finding concerns the whole file.
    column : str or None
        Column name, or None.
    seen, wanted : str
        What stood there, and what would be right; both enter the sentences.
    """

    code: str
    path: str
    row: int | None = None
    column: str | None = None
    seen: str = ""
    wanted: str = ""

    @property
    def zh(self) -> str:
        """The finding as one Chinese sentence."""
        return CATALOGUE[self.code][0].format(seen=self.seen, wanted=self.wanted)

    @property
    def en(self) -> str:
        """The finding as one English sentence."""
        return CATALOGUE[self.code][1].format(seen=self.seen, wanted=self.wanted)

    def __str__(self) -> str:
        place = self.path
        if self.row is not None:
            place += f":{self.row}"
        if self.column is not None:
            place += f" [{self.column}]"
        return f"{self.code} {place}\n  {self.zh}\n  {self.en}"
