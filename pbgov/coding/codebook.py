"""The codebook: what each code means, the words that speak for it, and sentences that test it."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

FIELDS_FILE = "codebook.toml"
TABLES = ("families", "codes", "terms", "masks", "examples")
MAY_BE_EMPTY = ("terms", "masks", "examples")  # a study coded by people alone needs none
MAY_BE_ABSENT = ("rules", "retired")


def _no_versions() -> pd.DataFrame:
    from pbgov.schemas import VERSIONS

    return VERSIONS.validate(pd.DataFrame(columns=list(VERSIONS.columns)))


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
    rules, retired : DataFrame
        See ``RULES`` and ``RETIRED``; no row where the folder has no such file.
    digest : str
        First 16 hex digits of the SHA-256 of its files.
    versions : DataFrame
        See ``VERSIONS``: what each version said; no row where the folder has no ``versions.csv``.
    content : str
        As `pbgov.coding.codebooks.versions.content_digest` gave it when the files were read.
    changes : str
        The text of ``CHANGES.md``, empty where there is none.
    """

    folder: str
    version: str
    families: pd.DataFrame
    codes: pd.DataFrame
    terms: pd.DataFrame
    masks: pd.DataFrame
    examples: pd.DataFrame
    rules: pd.DataFrame
    retired: pd.DataFrame
    digest: str
    versions: pd.DataFrame = field(default_factory=_no_versions)
    content: str = ""
    changes: str = ""

    def check(self) -> list[Finding]:
        """Everything that is wrong or remarkable about the codebook, in the order of its files.

        Returns
        -------
        list of Finding
            E findings make a judgement wrong or impossible, W findings are remarks; empty where
            there is nothing to say. `pbgov.coding.codebooks.checks` holds one function per finding.
        """
        from pbgov.coding.codebooks.checks import CHECKS

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

    def tree(self) -> pd.DataFrame:
        """Every code at its place under its parent, see `pbgov.coding.codebooks.hierarchy.tree`."""
        from pbgov.coding.codebooks.hierarchy import tree

        return tree(self)

    def ancestors(self, code_id: str) -> list[str]:
        """The codes above one code, its parent first; see `pbgov.coding.codebooks.hierarchy.ancestors`."""
        from pbgov.coding.codebooks.hierarchy import ancestors

        return ancestors(self, code_id)

    def framework(self, *families: str) -> Codebook:
        """The codebook of these families alone, see `pbgov.coding.frameworks.select_families`."""
        from pbgov.coding.frameworks import select_families

        return select_families(self, families)


def read_codebook(folder: str | Path) -> Codebook:
    """The codebook of a folder: five CSV files and ``codebook.toml``.

    ``rules.csv`` (conditions beyond single words), ``retired.csv`` (codes that left),
    ``versions.csv`` (what each version said) and ``CHANGES.md`` may stand beside them. The files
    are held to their schemas; whether the codebook makes sense is asked by `Codebook.check`.

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
        Where files break their schemas, or ``codebook.toml`` is not UTF-8 (E217), not TOML (E218)
        or names no version (E210).
    """
    folder = Path(folder)
    if not folder.is_dir():
        files = ", ".join(f"{name}.csv" for name in TABLES)
        raise InputError(f"{folder}: no such folder; it should hold {files} and {FIELDS_FILE}.")
    from pbgov import schemas
    from pbgov.coding.codebooks.versions import content_digest

    tables: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    for name in TABLES:
        schema = getattr(schemas, name.upper())
        tables[name], faults = inspect_table(
            folder / f"{name}.csv", schema, may_be_empty=name in MAY_BE_EMPTY
        )
        findings += faults
    for name in MAY_BE_ABSENT:
        file, schema = folder / f"{name}.csv", getattr(schemas, name.upper())
        if file.is_file():
            tables[name], faults = inspect_table(file, schema, may_be_empty=True)
            findings += faults
        else:
            tables[name] = schema.validate(pd.DataFrame(columns=list(schema.columns)))
    version, faults = _version(folder / FIELDS_FILE)
    versions, more_faults = _versions(folder)
    changes, yet_more = _changes(folder)
    if faults := [*findings, *faults, *more_faults, *yet_more]:
        raise DataFileError(faults)
    sources = [folder / f"{name}.csv" for name in (*TABLES, *MAY_BE_ABSENT)]
    content = b"".join(file.read_bytes() for file in sources if file.is_file())
    content += (folder / FIELDS_FILE).read_bytes()
    return Codebook(
        folder=folder.as_posix(),
        version=version,
        digest=hashlib.sha256(content).hexdigest()[:16],
        versions=versions,
        content=content_digest(tables),
        changes=changes,
        **tables,
    )


def _version(path: Path) -> tuple[str, list[Finding]]:
    if not path.is_file():
        return "", [Finding("E113", str(path))]
    try:
        version = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("version")
    except UnicodeDecodeError:
        return "", [Finding("E217", str(path))]
    except tomllib.TOMLDecodeError as error:
        return "", [Finding("E218", str(path), seen=str(error))]
    if not isinstance(version, str) or not version.strip():
        return "", [Finding("E210", str(path), seen="version")]
    return version, []


def _versions(folder: Path) -> tuple[pd.DataFrame, list[Finding]]:
    from pbgov.coding.codebooks.versions import VERSIONS_FILE
    from pbgov.schemas import VERSIONS

    file = folder / VERSIONS_FILE
    if not file.is_file():
        return _no_versions(), []
    return inspect_table(file, VERSIONS, may_be_empty=True)


def _changes(folder: Path) -> tuple[str, list[Finding]]:
    from pbgov.coding.codebooks.versions import CHANGES_FILE

    file = folder / CHANGES_FILE
    if not file.is_file():
        return "", []
    try:
        return file.read_text(encoding="utf-8-sig"), []
    except UnicodeDecodeError:
        return "", [Finding("E217", str(file))]
