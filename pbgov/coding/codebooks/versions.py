"""The versions of a codebook: what each one said, so that a change is noticed and can be traced.

``versions.csv`` beside the codebook holds, for each version, a digest of everything that can change
a judgement and a digest of the definition of every code. It is only ever added to.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.coding.codebook import Codebook

VERSIONS_FILE = "versions.csv"
CHANGES_FILE = "CHANGES.md"
WHOLE = "*"
TABLES = ("families", "codes", "terms", "masks", "examples", "rules", "retired")
BESIDE_THE_POINT = ("source", "note", "reason", "facet", "why", "indicators")
NO_DEFINITION = (
    "无，变的是词语、规则、例句或编码的位置 none, but terms, rules, examples or the tree"
)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)


def content_digest(tables: Mapping[str, pd.DataFrame]) -> str:
    """16 hex digits that change where something is said that can change a judgement.

    The order of rows, the line ends of files and the columns that only explain (source, note,
    reason, facet, why, indicators) do not count.

    Parameters
    ----------
    tables : mapping of DataFrame
        The tables of a codebook by their names; an absent one counts as empty.
    """
    hashed = hashlib.sha256()
    for name in TABLES:
        table = tables.get(name, pd.DataFrame())
        columns = sorted(column for column in table.columns if column not in BESIDE_THE_POINT)
        rows = [
            "\x1f".join("" if pd.isna(cell) else str(cell) for cell in row)
            for row in table[columns].itertuples(index=False, name=None)
        ]
        hashed.update("\x1d".join([name, *sorted(rows), ""]).encode())
    return hashed.hexdigest()[:16]


def definition_digests(codebook: Codebook) -> dict[str, str]:
    """16 hex digits a code, of what people go by when they judge it.

    That is its definition, what counts and what does not, and the choices its family leaves
    (``exclusive``, ``tie_rule``). Spaces and full or half width do not count.
    """
    choices = {
        family: (exclusive, tie_rule)
        for family, exclusive, tie_rule in zip(
            *(codebook.families[name] for name in ("family", "exclusive", "tie_rule")), strict=True
        )
    }
    codes = codebook.codes
    said = (codes[name] for name in ("code_id", "family", "definition", "include", "exclude"))
    return {
        code_id: _digest(*rest, *choices.get(family, ()))
        for code_id, family, *rest in zip(*said, strict=True)
    }


def changed_codes(codebook: Codebook, since: str) -> pd.DataFrame:
    """The codes whose definitions are not those of an earlier version.

    Parameters
    ----------
    codebook : Codebook
    since : str
        A version that ``versions.csv`` records; the version of `codebook` itself always counts
        as recorded.

    Returns
    -------
    DataFrame
        ``code_id`` and ``change``: changed, added (not there at the time) or removed. No row where
        every definition is the same. `definition_digests` says what a definition is.

    Raises
    ------
    InputError
        Where the version is not recorded: what it said is not known.
    """
    now = definition_digests(codebook)
    then = _recorded(codebook, since)
    if not then and since == codebook.version:
        then = now
    if not then:
        known = ", ".join(dict.fromkeys(codebook.versions["version"])) or "none"
        raise InputError(
            f"versions.csv does not record version {since!r} (recorded: {known});"
            " what its definitions were is not known."
        )
    rows = [
        (code, "added" if code not in then else "changed")
        for code, digest in now.items()
        if then.get(code) != digest
    ]
    rows += [(code, "removed") for code in then if code not in now]
    return pd.DataFrame(rows, columns=["code_id", "change"], dtype="str")


def rests_on_other_definition(codings: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Codings made on a version whose definition of their code was another one, or is not known.

    Returns
    -------
    Series of bool
        In the order of `codings`. False where the version is that of `codebook`, or the definition
        is word for word the same; True where it changed, or ``versions.csv`` does not say.
    """
    now = definition_digests(codebook)
    then = {
        version: _recorded(codebook, version)
        for version in dict.fromkeys(codings["codebook_version"])
    }
    return pd.Series(
        [
            version != codebook.version
            and (code not in now or then[version].get(code) != now[code])
            for version, code in zip(codings["codebook_version"], codings["code_id"], strict=True)
        ],
        index=codings.index,
        dtype="bool",
    )


def record_version(folder: str | Path, note: str = "") -> pd.DataFrame:
    """Write down what the present version of a codebook says, at the end of ``versions.csv``.

    Call it when a version is ready, before anybody codes with it. Recording the same version twice
    changes nothing.

    Parameters
    ----------
    folder : path
        The codebook.
    note : str
        A few words on the version, such as a date.

    Returns
    -------
    DataFrame
        The rows that were added, see `pbgov.schemas.VERSIONS`; none where they were there already.

    Raises
    ------
    InputError
        Where CHANGES.md has no section for the version, or the version is recorded with other
        content: give the codebook a new version first.
    DataFileError
        As `pbgov.read_codebook`.
    """
    from pbgov.coding.codebook import read_codebook
    from pbgov.schemas import VERSIONS

    codebook = read_codebook(folder)
    if any(version_without_a_section(codebook)):
        raise InputError(
            f"{CHANGES_FILE} has no section for version {codebook.version!r}; write a heading"
            f" '## {codebook.version}' and what changed, then record the version."
        )
    if any(content_changed_under_its_version(codebook)):
        raise InputError(
            f"versions.csv holds version {codebook.version!r} with other content; write a new"
            " version into codebook.toml and its section into CHANGES.md, then record it."
        )
    digests = {WHOLE: codebook.content, **definition_digests(codebook)}
    rows = [
        (codebook.version, code, digest, note or float("nan"))
        for code, digest in digests.items()
        if not _recorded(codebook, codebook.version)
    ]
    added = VERSIONS.validate(pd.DataFrame(rows, columns=list(VERSIONS.columns)))
    if len(added):
        _append(Path(folder) / VERSIONS_FILE, added)
    return added


def version_without_a_section(codebook: Codebook) -> Iterator[Finding]:
    """W266: CHANGES.md has no section for the version that codebook.toml names."""
    named = rf"(?<![0-9A-Za-z.])[vV]?{re.escape(codebook.version)}(?![0-9A-Za-z]|\.[0-9])"
    if not any(re.search(named, heading) for heading in _HEADING.findall(codebook.changes)):
        path = f"{codebook.folder}/{CHANGES_FILE}"
        yield Finding("W266", path, seen=codebook.version)


def content_changed_under_its_version(codebook: Codebook) -> Iterator[Finding]:
    """E245: the codebook is not what versions.csv recorded under the same version."""
    rows = _rows_of(codebook, codebook.version)
    whole = rows[rows["code_id"] == WHOLE]
    if len(whole) and codebook.content and codebook.content not in set(whole["digest"]):
        path = f"{codebook.folder}/{VERSIONS_FILE}"
        now = definition_digests(codebook)
        then = _recorded(codebook, codebook.version)
        changed = [code for code in now if then.get(code) != now[code]]
        wanted = "、".join(changed) or NO_DEFINITION
        yield Finding("E245", path, int(whole.index[0]), "digest", codebook.version, wanted)


def version_not_recorded(codebook: Codebook) -> Iterator[Finding]:
    """W288: versions.csv does not record the version that codebook.toml names."""
    if len(codebook.versions) and _rows_of(codebook, codebook.version).empty:
        path = f"{codebook.folder}/{VERSIONS_FILE}"
        yield Finding("W288", path, column="version", seen=codebook.version)


def code_gone_without_a_word(codebook: Codebook) -> Iterator[Finding]:
    """E250: a code of a recorded version stands neither in codes.csv nor in retired.csv."""
    known = {WHOLE, *codebook.codes["code_id"], *codebook.retired["code_id"]}
    gone = codebook.versions[~codebook.versions["code_id"].isin(known)]
    last = gone.drop_duplicates("code_id", keep="last")
    for row, code_id, version in zip(last.index, last["code_id"], last["version"], strict=True):
        path = f"{codebook.folder}/{VERSIONS_FILE}"
        yield Finding("E250", path, int(row), "code_id", seen=code_id, wanted=version)


VERSION_CHECKS = (
    code_gone_without_a_word,
    version_without_a_section,
    content_changed_under_its_version,
    version_not_recorded,
)


def _rows_of(codebook: Codebook, version: str) -> pd.DataFrame:
    return codebook.versions[codebook.versions["version"] == version]


def _recorded(codebook: Codebook, version: str) -> dict[str, str]:
    """The digest of each code's definition in a version; empty where it is not recorded."""
    rows = _rows_of(codebook, version)
    recorded = dict(zip(rows["code_id"], rows["digest"], strict=True))
    recorded.pop(WHOLE, None)
    return recorded


def _digest(*cells: object) -> str:
    said = ("" if pd.isna(cell) else str(cell) for cell in cells)  # type: ignore[call-overload]
    plain = ["".join(unicodedata.normalize("NFKC", cell).split()) for cell in said]
    return hashlib.sha256("\x1f".join(plain).encode()).hexdigest()[:16]


def _append(file: Path, rows: pd.DataFrame) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    old = file.read_bytes() if file.is_file() else b""
    if not old:
        writer.writerow(rows.columns)
    elif not old.endswith(b"\n"):
        buffer.write("\n")
    writer.writerows(rows.fillna("").itertuples(index=False, name=None))
    with file.open("ab") as stream:
        stream.write(buffer.getvalue().encode())
