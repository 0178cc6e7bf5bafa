"""Regions, which of them touch, and their outlines; everything is keyed by region_code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding
from pbgov.schemas import ADJACENCY, REGIONS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

REGIONS_FILE = "regions.csv"
ADJACENCY_FILE = "adjacency.csv"


def read_regions(folder: str | Path) -> pd.DataFrame:
    """The regions that ``regions.csv`` in `folder` declares.

    Parameters
    ----------
    folder : path
        For example ``data/regions``.

    Returns
    -------
    DataFrame
        `pbgov.schemas.REGIONS`: one row is one province, city, district or street. ``zone`` and
        ``area_km2`` (square kilometres) are NaN where they are not known.

    Raises
    ------
    DataFileError
        Also where a ``parent_code`` is not itself a region of the file (E105).
    """
    path = Path(folder) / REGIONS_FILE
    numbered, findings = inspect_table(path, REGIONS)
    parents = numbered.parent_code.dropna()
    raise_for([*findings, *unknown_regions(parents, set(numbered.region_code), path)])
    return numbered.reset_index(drop=True)


def read_adjacency(folder: str | Path) -> pd.DataFrame:
    """The pairs of regions that touch, from ``adjacency.csv`` in `folder`.

    Parameters
    ----------
    folder : path
        It also holds ``regions.csv``, against which both codes are checked.

    Returns
    -------
    DataFrame
        `pbgov.schemas.ADJACENCY`: one row is one pair, listed once; the length of the
        shared border is in kilometres.

    Raises
    ------
    DataFileError
        Also where a pair stands twice, in either order (E104), where a region is paired with
        itself (E107), or where a code is unknown (E105).
    """
    path = Path(folder) / ADJACENCY_FILE
    numbered, findings = inspect_table(path, ADJACENCY)
    known = set(read_regions(folder).region_code)
    for name in ("region_code_a", "region_code_b"):
        findings += unknown_regions(numbered[name].dropna(), known, path)
    seen: set[frozenset[str]] = set()
    for row, a, b in zip(
        numbered.index, numbered.region_code_a, numbered.region_code_b, strict=True
    ):
        if pd.isna(a) or pd.isna(b):
            continue
        if a == b:
            findings.append(Finding("E107", str(path), row, "region_code_b", b, f"≠ {a}"))
        elif frozenset((a, b)) in seen:
            findings.append(Finding("E104", str(path), row, None, f"{a}, {b}"))
        seen.add(frozenset((a, b)))
    raise_for(findings)
    return numbered.reset_index(drop=True)


def read_boundaries(folder: str | Path) -> dict[str, Any]:
    """The outlines of the regions, from the one ``*.geojson`` file in `folder`.

    Parameters
    ----------
    folder : path
        It also holds ``regions.csv``; each feature's property ``region_code`` is checked
        against it.

    Returns
    -------
    dict
        A GeoJSON FeatureCollection. Outlines are for maps of shares and rates; they
        are simplified, and no reference for where a border runs.

    Raises
    ------
    InputError
        Where `folder` holds no GeoJSON file, or more than one.
    DataFileError
        Where the file is not a FeatureCollection (E114), or a code is unknown (E105).
    """
    files = sorted(Path(folder).glob("*.geojson"))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise InputError(f"{folder} should hold exactly one *.geojson file; it holds: {names}.")
    (path,) = files
    try:
        boundaries: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        codes = [feature["properties"]["region_code"] for feature in boundaries["features"]]
    except (ValueError, KeyError, TypeError) as error:
        seen = f"{type(error).__name__}: {error}"
        raise DataFileError([Finding("E114", str(path), seen=seen)]) from error
    known = set(read_regions(folder).region_code)
    unknown = [code for code in codes if code not in known]
    raise_for([Finding("E105", str(path), None, "region_code", str(code)) for code in unknown])
    return boundaries


def unknown_regions(codes: pd.Series[str], known: Container[str], path: Path) -> list[Finding]:
    """A finding (E105) for each of `codes`, indexed by file row, that is not a `known` region."""
    return [
        Finding("E105", str(path), row, str(codes.name), code)
        for row, code in zip(codes.index, codes, strict=True)
        if code not in known
    ]


def raise_for(findings: Iterable[Finding]) -> None:
    """Raise `DataFileError`, in the order of files and rows, where there is any finding."""
    if found := sorted(findings, key=lambda finding: (finding.path, finding.row or 0)):
        raise DataFileError(found)
