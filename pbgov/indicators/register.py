"""Indicators: what each one is, the figures recorded for it, and the bounded assessment scores."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.datafiles import inspect_table, table_files
from pbgov.errors import InputError
from pbgov.findings import Finding
from pbgov.indicators.regions import raise_for, read_regions, unknown_regions
from pbgov.schemas import ASSESSMENT, INDICATORS, REGISTER

if TYPE_CHECKING:
    import pandera.pandas as pa

REGISTER_FILE = "register.csv"
_REWRITTEN = re.compile(  # 2024-05 as a spreadsheet gives it back: May-24, 2024/5/1, 45413, 2024.0
    r"[A-Z][a-z]{2}-\d{2}|\d{1,2}-[A-Z][a-z]{2}(-\d+)?|\d+/\d+(/\d+)?|\d{5}|\d{4}\.\d+"
)


def read_register(folder: str | Path) -> pd.DataFrame:
    """The definition of each indicator, from ``register.csv`` in `folder`.

    Parameters
    ----------
    folder : path
        For example ``data/indicators``.

    Returns
    -------
    DataFrame
        `pbgov.schemas.REGISTER`: one row is one indicator. ``kind`` keeps a rate (a share of
        something counted, its denominator named) apart from a score (points on a scale).

    Raises
    ------
    DataFileError
        Also where ``low`` exceeds ``high`` (E106), or where a rate has no bounds or no
        denominator (E110).
    """
    path = Path(folder) / REGISTER_FILE
    numbered, findings = inspect_table(path, REGISTER)
    row: Any
    for row in numbered.itertuples():
        if row.low > row.high:
            findings.append(
                Finding("E106", str(path), row.Index, "low", f"{row.low:g}", f"<= {row.high:g}")
            )
        needed = ("low", "high", "denominator") if row.kind == "rate" else ()
        findings += [
            Finding("E110", str(path), row.Index, column)
            for column in needed
            if pd.isna(getattr(row, column))
        ]
    raise_for(findings)
    return numbered.reset_index(drop=True)


def read_indicators(folder: str | Path, regions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every figure of every indicator table in `folder`, one below the other.

    All ``*.csv`` files of the folder are read, but for ``register.csv``, which says what each
    indicator is, in which unit and within which bounds.

    Parameters
    ----------
    folder : path
        For example ``data/indicators``.
    regions : DataFrame, optional
        From `read_regions`. Where not given, ``regions/regions.csv`` beside `folder` is read.

    Returns
    -------
    DataFrame
        `pbgov.schemas.INDICATORS`: one row is region x period x indicator, files in the order of
        their names.

    Raises
    ------
    DataFileError
        With all findings of all files together: what breaks the schema, periods that a
        spreadsheet rewrote (E121), regions (E105), indicators (E108), units (E109) and values
        (E106) that do not agree with the regions and the register, and a figure recorded twice,
        in one file or in two (E104).
    InputError
        Where `folder` holds no indicator table.
    """
    folder = Path(folder)
    files = [file for file in table_files(folder) if file.name != REGISTER_FILE]
    if not files:
        raise InputError(f"{folder} holds no indicator table (a *.csv besides {REGISTER_FILE}).")
    register = read_register(folder)
    tables, findings = _read_all(files, INDICATORS, _known_regions(folder, regions))
    for path, numbered in tables.items():
        findings += _against_register(numbered, register, path)
    raise_for([*findings, *_recorded_twice(tables, INDICATORS)])
    return pd.concat(tables.values(), ignore_index=True)


def read_assessment(folder: str | Path, regions: pd.DataFrame | None = None) -> pd.DataFrame:
    """The bounded assessment scores of every ``*.csv`` file in `folder`.

    Of each peer group only the first and the last score were published; the others are known
    to lie between them. They stand apart from the indicators because they are not one value.

    Parameters
    ----------
    folder : path
        For example ``data/assessment``.
    regions : DataFrame, optional
        As for `read_indicators`.

    Returns
    -------
    DataFrame
        `pbgov.schemas.ASSESSMENT`: one row is one district-month. Scores are points of 1000;
        ``score_low == score_high`` where the score was published exactly.

    Raises
    ------
    DataFileError
        Also where ``score_low`` exceeds ``score_high`` (E106), a region is unknown (E105), a
        spreadsheet rewrote a period (E121), or a district-month stands in two files (E104).
    InputError
        Where `folder` holds no CSV file.
    """
    folder = Path(folder)
    files = table_files(folder)
    if not files:
        raise InputError(f"{folder} holds no assessment table (*.csv).")
    tables, findings = _read_all(files, ASSESSMENT, _known_regions(folder, regions))
    for path, numbered in tables.items():
        findings += _crossed_bounds(numbered, path)
    raise_for([*findings, *_recorded_twice(tables, ASSESSMENT)])
    return pd.concat(tables.values(), ignore_index=True)


def _known_regions(folder: Path, regions: pd.DataFrame | None) -> set[str]:
    if regions is None:
        regions = read_regions(folder.resolve().parent / "regions")
    elif "region_code" not in regions:
        raise InputError("regions has no column region_code; pass what read_regions returns.")
    return set(regions.region_code)


def _read_all(
    files: list[Path], schema: pa.DataFrameSchema, known: set[str]
) -> tuple[dict[Path, pd.DataFrame], list[Finding]]:
    """Each file as far as it can be read, indexed by file row, and what is wrong with any of them."""
    tables: dict[Path, pd.DataFrame] = {}
    findings: list[Finding] = []
    for path in files:
        tables[path], wrong = inspect_table(path, schema)
        findings += wrong
        findings += unknown_regions(tables[path].region_code.dropna(), known, path)
        periods = tables[path].period.dropna()
        findings += [
            Finding("E121", str(path), row, "period", period)
            for row, period in zip(periods.index, periods, strict=True)
            if _REWRITTEN.fullmatch(period)
        ]
    return tables, findings


def _against_register(table: pd.DataFrame, register: pd.DataFrame, path: Path) -> list[Finding]:
    entries: dict[str, Any] = {str(entry.indicator): entry for entry in register.itertuples()}
    findings = []
    row: Any
    for row in table.itertuples():
        if pd.isna(row.indicator):
            continue
        entry = entries.get(row.indicator)
        if entry is None:
            findings.append(Finding("E108", str(path), row.Index, "indicator", row.indicator))
        elif not pd.isna(row.unit) and row.unit != entry.unit:
            findings.append(Finding("E109", str(path), row.Index, "unit", row.unit, entry.unit))
        elif row.value < entry.low or row.value > entry.high:
            wanted = f"{entry.low:g} – {entry.high:g} {entry.unit}"
            findings.append(
                Finding("E106", str(path), row.Index, "value", f"{row.value:g}", wanted)
            )
    return findings


def _crossed_bounds(table: pd.DataFrame, path: Path) -> list[Finding]:
    findings = []
    row: Any
    for row in table[table.score_low > table.score_high].itertuples():
        seen, wanted = f"{row.score_low:g}", f"<= {row.score_high:g}"
        findings.append(Finding("E106", str(path), row.Index, "score_low", seen, wanted))
    return findings


def _recorded_twice(tables: dict[Path, pd.DataFrame], schema: pa.DataFrameSchema) -> list[Finding]:
    """A finding (E104) for each key that another file has recorded already."""
    key = list(schema.unique or ())
    first: dict[tuple[str, ...], tuple[Path, int]] = {}
    findings = []
    for path, table in tables.items():
        complete = table[key].dropna()
        for row, values in zip(complete.index, complete.itertuples(index=False), strict=True):
            elsewhere, line = first.setdefault(tuple(map(str, values)), (path, row))
            if elsewhere != path:  # within one file, the schema's own check has said it
                seen = f"{', '.join(map(str, values))} ← {elsewhere.name}:{line}"
                findings.append(Finding("E104", str(path), row, "+".join(key), seen))
    return findings
