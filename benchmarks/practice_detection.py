"""How well `find_practices` finds what one human reader recorded (data/reference/practices.csv).

The rules and cue lists were written while looking at these five documents, so these figures are
in-sample: they say what the rules can do, not how they will do on other documents.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

import pbgov
from pbgov.datafiles import read_table
from pbgov.schemas import PRACTICE_RECORDS

ROOT = Path(__file__).resolve().parents[1]
KEY = ["doc_id", "start", "end"]
ASIDE = re.compile(r"[（(].*?[)）]")
PARTS = re.compile(r"[/、—]|[与和及]|“两新”组织(?=党组织)")


def overlaps(recorded: str, found: str) -> bool:
    """True where one of the organisations a reader recorded is, or is part of, the one found."""
    parts = [part for part in PARTS.split(ASIDE.sub("", recorded)) if len(part) > 1]
    return any(part in found or found in part for part in [ASIDE.sub("", recorded), *parts])


def figures(records: pd.DataFrame, found: pd.DataFrame) -> dict[str, float]:
    """Counts and shares of one comparison; a share of nothing is NaN."""
    both = records.merge(found, on=KEY, suffixes=("_read", ""))
    exact = (both.organisation == both.organisation_read).sum()
    near = sum(map(overlaps, both.organisation_read, both.organisation))
    district = both.region_code_read.where(~both.region_code_read.str.endswith("00", na=True))
    stated = both[both.region_basis_read.eq("stated") & district.notna()]
    named = both.region_code.where(~both.region_code.str.endswith("00", na=True))
    wrong = (named.notna() & district.notna() & (named != district)).sum()
    return {
        "recorded": len(records),
        "found": len(found),
        "both": len(both),
        "precision": share(len(both), len(found)),
        "recall": share(len(both), len(records)),
        "organisation exact": share(exact, len(both)),
        "organisation overlapping": share(near, len(both)),
        "status": share((both.status == both.status_read).sum(), len(both)),
        "districts stated": len(stated),
        "of these right": share((stated.region_code == stated.region_code_read).sum(), len(stated)),
        "districts wrong": wrong,
        "districts where none recorded": (named.notna() & district.isna()).sum(),
    }


def share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def measure() -> pd.DataFrame:
    """One column a document, and one for all."""
    records = read_table(ROOT / "data" / "reference" / "practices.csv", PRACTICE_RECORDS)
    regions = pbgov.read_regions(ROOT / "data" / "regions")
    found = pbgov.find_practices(pbgov.read_corpus(ROOT / "data" / "cases"), regions)
    columns = {"all": figures(records, found)}
    for doc_id in sorted(records.doc_id.unique()):
        mine, ours = records[records.doc_id == doc_id], found[found.doc_id == doc_id]
        columns[doc_id] = figures(mine, ours)
    return pd.DataFrame(columns)


def main() -> None:
    print("find_practices against data/reference/practices.csv (in-sample)\n")
    print(measure().round(2).to_string())


if __name__ == "__main__":
    main()
