"""How well `find_practices` finds what one human reader recorded (data/reference/practices.csv).

The rules and cue lists were written while looking at these five documents, so these figures are
in-sample: they say what the rules can do, not how they will do on other documents. Where ../shared
stands beside the project, three published articles, whose paragraphs tell several practices each, are
held against ../shared/gold: also in-sample, and some records of 001 and 004 are loosely bounded (several
clauses of one sentence, or halves of it, are records of their own). Paragraphs written before the rules
for them (tests/data/practices_in_paragraphs.csv) follow; `FIRST_MEASURED` is what they gave at first.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

import pbgov
from pbgov.corpus.document import Document
from pbgov.datafiles import read_table
from pbgov.schemas import PRACTICE_RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Spans = Sequence[tuple[int, int]]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
WRITTEN = ROOT / "tests" / "data" / "practices_in_paragraphs.csv"
# Before any rule was changed with them in view: paragraphs, practices planted, found, found rightly,
# organisation exact.
FIRST_MEASURED = {
    "h01–h13": (13, 27, 22, 22, 22),
    "h14–h23": (10, 21, 13, 13, 7),
    "h24–h29": (6, 14, 10, 10, 7),  # no rule was changed for these
}
# Of the articles before a paragraph could tell several: recorded, found, matched, organisation exact,
# overlapping.
ONE_TO_A_PARAGRAPH = {"000": (39, 25, 17, 2, 4), "001": (21, 9, 4, 0, 2), "004": (24, 9, 8, 6, 7)}
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


def matched(cases: Sequence[Spans], finds: Spans) -> list[tuple[int, int]]:
    """Pairs of a case and the find that tells it, one to one, with the most pairs and then the most overlap.

    A find may tell a case where they overlap by at least half of the shorter of the two; `cases` are
    lists of spans, since the evidence of one case may stand in several places.
    """
    if not len(cases) or not len(finds):
        return []
    common = np.array(
        [[max(_common(span, find) for span in case) for find in finds] for case in cases]
    )
    gain = np.where(common > 0, common + common.sum(), 0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if common[row, column] > 0]


def _common(one: tuple[int, int], two: tuple[int, int]) -> int:
    length = min(one[1], two[1]) - max(one[0], two[0])
    return length if length > 0 and 2 * length >= min(one[1] - one[0], two[1] - two[0]) else 0


def told(
    cases: Sequence[Spans], organisations: Sequence[str], found: pd.DataFrame
) -> dict[str, float]:
    """Counts and shares of one comparison of cases with finds, stretch by stretch."""
    pairs = matched(cases, list(zip(found.start, found.end, strict=True)))
    named = [(organisations[case], found.organisation.iloc[find]) for case, find in pairs]
    return {
        "recorded": len(cases),
        "found": len(found),
        "both": len(pairs),
        "recall": share(len(pairs), len(cases)),
        "precision": share(len(pairs), len(found)),
        "organisation exact": sum(one == two for one, two in named),
        "organisation overlapping": sum(overlaps(one, two) for one, two in named),
        "carried": found.organisation_basis.eq("carried").sum(),
    }


def articles() -> pd.DataFrame:
    """One column a published article, and one for all; empty without ../shared."""
    gold = SHARED / "gold" / "cases.jsonl"
    if not gold.is_file():
        return pd.DataFrame()
    records = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    columns: dict[str, dict[str, float]] = {}
    for path in sorted((SHARED / "articles").glob("*.txt")):
        document = pbgov.read_document(path)
        own = [record for record in records if record["doc"] == path.stem[:3]]
        cases = [
            [document.to_text(each["start"], each["end"]) for each in record["evidence"]]
            for record in own
        ]
        names = [record["org"] for record in own]
        columns[path.stem[:3]] = told(cases, names, pbgov.find_practices(document))
    return _with_total(pd.DataFrame(columns))


def written() -> pd.DataFrame:
    """One column a paragraph written for the purpose, and one for all."""
    planted = pd.read_csv(WRITTEN, dtype="str").fillna("")
    columns = {}
    for name, parts in planted.groupby("paragraph", sort=False):
        document, cases = composed(parts)
        names = parts.organisation[parts.organisation != ""].tolist()
        columns[str(name)] = told(cases, names, pbgov.find_practices(document))
    return _with_total(pd.DataFrame(columns))


def composed(parts: pd.DataFrame) -> tuple[Document, list[list[tuple[int, int]]]]:
    """The document of one written paragraph under its headings, and the spans planted in it."""
    titles = [title for title in parts.heading.iloc[0].split(" > ") if title]
    text = "".join(f"{'#' * depth} {title}\n\n" for depth, title in enumerate(titles, 1))
    cases = []
    for part, organisation in zip(parts.text, parts.organisation, strict=True):
        if organisation:
            cases.append([(len(text), len(text) + len(part))])
        text += part
    return Document("d", "d.md", text, text, "utf-8", "0", {}), cases


def _with_total(columns: pd.DataFrame) -> pd.DataFrame:
    total = columns.sum(axis=1)
    total["recall"] = share(total["both"], total["recorded"])
    total["precision"] = share(total["both"], total["found"])
    return columns.assign(all=total)


def main() -> None:
    print("find_practices against data/reference/practices.csv (in-sample)\n")
    print(measure().round(2).to_string())
    print(
        "\nSeveral practices in a paragraph: published articles against ../shared/gold (in-sample)\n"
    )
    read = articles()
    print(
        read.round(2).to_string() if len(read) else "no ../shared beside the project, not measured"
    )
    if len(read):
        print("\nbefore, one practice to a paragraph (recorded, found, both, exact, overlapping):")
        print(ONE_TO_A_PARAGRAPH)
    print("\nSeveral practices in a paragraph: paragraphs written before the rules\n")
    print(written()["all"].round(2).to_string())
    print("\nas first measured (paragraphs, planted, found, both, organisation exact):")
    print(FIRST_MEASURED)


if __name__ == "__main__":
    main()
