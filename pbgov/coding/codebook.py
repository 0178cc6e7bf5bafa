"""The codebook: what each code means, the words that speak for it, and sentences that test it."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.datafiles import read_numbered
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    import pandas as pd

FIELDS_FILE = "codebook.toml"
TABLES = ("families", "codes", "terms", "masks", "examples")


@dataclass(frozen=True, eq=False)
class Codebook:
    """Codes in families, with the words and the sentences that belong to them.

    The tables have the columns of `pbgov.schemas`; each is indexed by the row number of its file.

    Attributes
    ----------
    folder : str
        Where it was read, as given.
    version : str
    families, codes, terms, masks, examples : DataFrame
        See ``FAMILIES``, ``CODES``, ``TERMS``, ``MASKS`` and ``EXAMPLES`` of `pbgov.schemas`.
    digest : str
        First 16 hex digits of the SHA-256 of its files.
    """

    folder: str
    version: str
    families: pd.DataFrame
    codes: pd.DataFrame
    terms: pd.DataFrame
    masks: pd.DataFrame
    examples: pd.DataFrame
    digest: str

    def check(self) -> list[Finding]:
        """Everything that is wrong or remarkable about the codebook, in the order of its files.

        Returns
        -------
        list of Finding
            E findings make a judgement wrong or impossible, W findings are remarks; empty where
            there is nothing to say. `pbgov.coding.checks` holds one function per finding.
        """
        from pbgov.coding.checks import CHECKS

        return [finding for check in CHECKS for finding in check(self)]

    def codes_of(self, family: str) -> list[str]:
        """The code ids of one family, in the order of ``codes.csv``.

        Raises
        ------
        InputError
            Where the codebook has no such family.
        """
        self.exclusive(family)
        return list(self.codes.loc[self.codes["family"] == family, "code_id"])

    def exclusive(self, family: str) -> str:
        """How many codes of one family a segment can have: ``single`` and so on, see ``FAMILIES``.

        Raises
        ------
        InputError
            Where the codebook has no such family.
        """
        rows = self.families.loc[self.families["family"] == family, "exclusive"]
        if rows.empty:
            known = ", ".join(self.families["family"])
            raise InputError(f"The codebook has no family {family!r}; it has {known}.")
        return str(rows.iloc[0])


def read_codebook(folder: str | Path) -> Codebook:
    """The codebook of a folder: five CSV files and ``codebook.toml``.

    The files are held to their schemas; whether the codebook makes sense is asked by
    `Codebook.check`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Codebook

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file breaks its schema or ``codebook.toml`` names no version (E210).
    """
    folder = Path(folder)
    if not folder.is_dir():
        files = ", ".join(f"{name}.csv" for name in TABLES)
        raise InputError(f"{folder}: no such folder; it should hold {files} and {FIELDS_FILE}.")
    from pbgov import schemas

    tables = {
        name: read_numbered(folder / f"{name}.csv", getattr(schemas, name.upper()))
        for name in TABLES
    }
    version = _version(folder / FIELDS_FILE)
    content = b"".join((folder / f"{name}.csv").read_bytes() for name in TABLES)
    content += (folder / FIELDS_FILE).read_bytes()
    return Codebook(
        folder=folder.as_posix(),
        version=version,
        digest=hashlib.sha256(content).hexdigest()[:16],
        **tables,
    )


def _version(path: Path) -> str:
    if not path.is_file():
        raise DataFileError([Finding("E113", str(path))])
    try:
        version = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("version")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        version = None
    if not isinstance(version, str) or not version.strip():
        raise DataFileError([Finding("E210", str(path), seen="version")])
    return version
