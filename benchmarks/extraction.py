"""How well quantities, formulas, practices and places are found: shipped documents, and articles.

The shipped documents (data/cases) are held against one human reader's records (data/reference). Where
../shared stands beside the project, three published articles are held against ../shared/gold too.
The word lists were written while looking at these texts, so all of this is in-sample. Records of
quantities are a choice, not all that the texts state: *listed* precision counts every find that no
record names as wrong, and is a floor. ``HAND_READ`` holds what reading every such find showed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import pbgov
from benchmarks import practice_detection
from pbgov.datafiles import read_table
from pbgov.extraction.formulas import find_formulas
from pbgov.extraction.quantities import find_quantities
from pbgov.schemas import QUANTITY_RECORDS

if TYPE_CHECKING:
    from pbgov.corpus.document import Document

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
KINDS = {
    "指标": "指标",
    "结构": "结构",
    "事件": "事件",
    "标准": "标准",
    "举例": "举例",
    "indicator": "指标",
    "structural": "结构",
    "event": "事件",
    "standard": "标准",
    "anecdote": "举例",
    "meta": "页面信息",
}
MAGNITUDE = {"万": 10**4, "亿": 10**8}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Every find without a record, read one by one and judged by what the sentence says:
# finds read, of which rightly read (number, unit, bounds and kind of thing).
HAND_READ: dict[str, tuple[int, int]] = {
    # wrong: 一年 of 大会一年一次, half of a rate
    "Quantities of the shipped documents against data/reference": (68, 67),
    "Quantities of the articles against ../shared/gold": (21, 21),
}
# 60 finds in the regulations of ../shared/regulations, drawn with seed 20240601 from 453 and read:
# number, unit, bounds and span right in 60; one lost the 不足 that stands before its noun.


def wanted_value(value: Any, unit: Any) -> float | None:
    """The number of a record in single units: 224 万人 is 2,240,000; None for dates and formulas."""
    if value is None or pd.isna(value) or not NUMBER.fullmatch(str(value)):
        return None
    scale = MAGNITUDE.get(str(unit)[:1], 1) if not pd.isna(unit) else 1
    return float(value) * scale


def compare(
    records: pd.DataFrame, quantities: pd.DataFrame, formulas: pd.DataFrame
) -> pd.DataFrame:
    """One row a record: whether a find overlaps it, and whether value, bounds and start agree.

    `records` has ``start``, ``end`` in the offsets of the finds, and ``words``. A record of a structure or of a
    formula is met by a row of either table, since labels belong to `find_formulas`.
    """
    rows = []
    for record in records.itertuples():
        value = wanted_value(record.value, record.unit)
        inside = quantities[(quantities.start < record.end) & (quantities.end > record.start)]
        overlaps = (formulas.start < record.end) & (formulas.end > record.start)
        said = formulas[
            overlaps | formulas.label.map(lambda label, words=record.words: label in words)
        ]
        kind = KINDS[str(record.kind)]
        if kind == "页面信息" or (str(record.value).startswith(("19", "20")) and kind == "事件"):
            iso = str(record.value).split(" ")[0]
            same = inside.date.eq(iso).fillna(False).any()
            rows.append([record.quantity_id, kind, len(inside) > 0, bool(same), None, None, None])
            continue
        promised = said.promised.dropna().astype(float).tolist()
        if value is None:  # a formula such as 1+4+X
            same = len(said) and said.label.str.replace("＋", "+").eq(str(record.value)).any()
            rows.append([record.quantity_id, kind, len(said) > 0, bool(same), None, None, None])
            continue
        right = inside[inside.value == value]
        met = len(right) > 0 or (
            kind in ("结构", "举例") and any(value <= each for each in promised)
        )
        found = len(inside) > 0 or (kind == "结构" and len(said) > 0)
        start = wanted_value(record.from_value, record.unit)
        origin = None if start is None else bool((right.from_value == start).any())
        bound = bool((right.comparator == record.comparator).any()) if len(right) else None
        span = bool(((inside.start == record.start) & (inside.end == record.end)).any())
        rows.append([record.quantity_id, kind, found, met, origin, bound, span])
    names = ["quantity_id", "kind", "found", "value", "from_value", "comparator", "same span"]
    return pd.DataFrame(rows, columns=names)


def figures(compared: pd.DataFrame) -> pd.DataFrame:
    """Shares by kind of record; the last row is all of them."""

    def shares(part: pd.DataFrame) -> dict[str, float]:
        counts: dict[str, float] = {"records": len(part)}
        for name in ("found", "value", "from_value", "comparator", "same span"):
            told = part[name].dropna().astype(bool)
            counts[name] = round(told.mean(), 2) if len(told) else float("nan")
        return counts

    parts = {str(kind): shares(part) for kind, part in compared.groupby("kind")}
    return pd.DataFrame({**parts, "all": shares(compared)}).T


def unlisted(records: pd.DataFrame, quantities: pd.DataFrame) -> pd.DataFrame:
    """The finds that no record overlaps."""
    hit = [
        any(find.start < record.end and find.end > record.start for record in records.itertuples())
        for find in quantities.itertuples()
    ]
    return quantities[[not each for each in hit]]


def placed(document: Document, records: pd.DataFrame) -> pd.DataFrame:
    """Records with their offsets in the repaired text, and the words that stand there."""
    ends = zip(records.start, records.end, strict=True)
    spans = [document.to_text(start, end) for start, end in ends]
    words = [document.text[start:end] for start, end in spans]
    return records.assign(
        start=[span[0] for span in spans], end=[span[1] for span in spans], words=words
    )


def shipped() -> dict[str, tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """Records, quantities and formulas of each shipped document."""
    records = read_table(ROOT / "data" / "reference" / "quantities.csv", QUANTITY_RECORDS)
    tables = {}
    for document in pbgov.read_corpus(ROOT / "data" / "cases"):
        own = placed(document, records[records.doc_id == document.doc_id])
        tables[document.doc_id] = own, find_quantities(document), find_formulas(document)
    return tables


def articles() -> dict[str, tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """The same for the published articles, through the repaired text; empty without ../shared."""
    gold = SHARED / "gold" / "quantities.jsonl"
    if not gold.is_file():
        return {}
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    records = pd.DataFrame(lines).rename(columns={"id": "quantity_id"})
    tables = {}
    for path in sorted((SHARED / "articles").glob("*.txt")):
        document = pbgov.read_document(path)
        own = placed(document, records[records.doc == path.stem[:3]])
        tables[path.stem] = own, find_quantities(document), find_formulas(document)
    return tables


def checked_formulas() -> pd.DataFrame:
    """Named concepts of the articles that are to be checked, and what `find_formulas` says of each."""
    gold = SHARED / "gold" / "concepts.jsonl"
    if not gold.is_file():
        return pd.DataFrame()
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    rows = []
    for path in sorted((SHARED / "articles").glob("*.txt")):
        document = pbgov.read_document(path)
        found = find_formulas(document)
        for concept in lines:
            if concept["doc"] != path.stem[:3] or concept["op_kind"] != "check":
                continue
            start, end = document.to_text(concept["start"], concept["end"])
            mine = found[(found.start < end + 2) & (found.end > start - 2)]
            row = mine.iloc[0] if len(mine) else None
            rows.append(
                [
                    concept["id"],
                    concept["name"],
                    EXPECTED.get(concept["id"], ""),
                    "" if row is None else row.status,
                    "" if row is None else f"{row.listed}/{row.promised}",
                ]
            )
    return pd.DataFrame(rows, columns=["concept", "name", "reader", "found", "listed/promised"])


# What the reader of the articles recorded of each (expansion passes, fails or is missing); '' where
# the concept is no numbered label; K001-01 is a chain of seven labels, each a row of its own.
EXPECTED = {
    "K000-07": "partial",
    "K000-09": "partial",
    "K000-14": "full",
    "K000-25": "none",
    "K001-04": "full",
    "K001-05": "none",
    "K001-06": "full",
    "K001-07": "full",
    "K001-13": "none",
    "K001-16": "full",
    "K001-18": "full",
    "K004-15": "full",
    "K004-16": "full",
    "K004-18": "partial",
}


def places() -> dict[str, float]:
    """Districts of the recorded practices whose paragraph states one, found by `find_places`."""
    records = practice_detection.read_table(
        ROOT / "data" / "reference" / "practices.csv", practice_detection.PRACTICE_RECORDS
    )
    regions = pbgov.read_regions(ROOT / "data" / "regions")
    stated = records[
        records.region_basis.eq("stated") & ~records.region_code.str.endswith("00", na=True)
    ]
    corpus = pbgov.read_corpus(ROOT / "data" / "cases")
    right = wrong = 0
    for record in stated.itertuples():
        start, end = corpus[record.doc_id].to_text(record.start, record.end)
        found = pbgov.find_places(corpus[record.doc_id].text[start:end], regions)
        named = set(found.district_code.dropna())
        right += record.region_code in named
        wrong += len(named - {record.region_code})
    return {"stated": len(stated), "found": right, "other districts named": wrong}


def report(title: str, tables: dict[str, tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]) -> None:
    if not tables:
        print(f"\n{title}: no ../shared beside the project, not measured")
        return
    compared = pd.concat([compare(*each) for each in tables.values()])
    extra = {name: unlisted(own, found) for name, (own, found, _) in tables.items()}
    found = sum(len(each[1]) for each in tables.values())
    beyond = sum(map(len, extra.values()))
    print(f"\n{title}\n")
    print(figures(compared).to_string())
    missed = compared[~compared.found | ~compared.value]
    print(f"\nnot found, or with another value: {', '.join(missed.quantity_id) or 'none'}")
    print(
        f"finds {found}, of which recorded {found - beyond}: listed precision {1 - beyond / found:.2f}"
    )
    if title in HAND_READ:
        read, right = HAND_READ[title]
        print(f"finds without a record, read by hand: {right} of {read} right;", end=" ")
        print(f"precision {(found - beyond + right * beyond / read) / found:.2f}")


def main() -> None:
    report("Quantities of the shipped documents against data/reference", shipped())
    report("Quantities of the articles against ../shared/gold", articles())
    checked = checked_formulas()
    if len(checked):
        told = checked[checked.reader != ""]
        print("\nFormulas of the articles: what the reader recorded, what is found\n")
        print(checked.to_string(index=False))
        print(f"\nsame status: {(told.reader == told.found).sum()} of {len(told)}")
    print("\nDistricts that recorded practices state, among the places of their paragraphs\n")
    print(places())
    print("\nPractices (organisation, status, region)\n")
    practice_detection.main()


if __name__ == "__main__":
    main()
