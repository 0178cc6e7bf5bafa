"""The evidence beside the report: every practice and every judgement, with its place and words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.cache import table_of
from pbgov.exhibits.exhibit import guard_formulas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results

FOLDER = "evidence"


def write_evidence(results: Mapping[str, Results], output: Path) -> list[Path]:
    """Write practices, judgements and scores below ``output/evidence`` as CSV.

    Offsets are code points into the decoded document, so that ``text[start:end]`` gives the words
    that stand beside them.

    Parameters
    ----------
    results : mapping of str to Results
        Of `pbgov.run.compute`.
    output : Path
        Folder of the report.

    Returns
    -------
    list of Path
        practices.csv, judgements.csv, shares_by_document.csv, shares_by_region.csv.
    """
    tables = {
        "practices": table_of(results, "practices", "practices"),
        "judgements": judgements(results),
        "shares_by_document": table_of(results, "score", "documents"),
        "shares_by_region": table_of(results, "score", "regions"),
    }
    folder = Path(output) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        content = guard_formulas(table).to_csv(index=False, lineterminator="\n")
        (folder / f"{name}.csv").write_bytes(content.encode("utf-8-sig"))
    return [folder / f"{name}.csv" for name in tables]


def judgements(results: Mapping[str, Results]) -> pd.DataFrame:
    """Every coding with the judged paragraph and the words it rests on."""
    codings = table_of(results, "code", "codings")
    paragraphs = table_of(results, "read", "paragraphs")[["segment_id", "text", "start"]]
    paragraphs = paragraphs.rename(columns={"start": "paragraph_start"})
    told = codings.merge(paragraphs, on="segment_id", how="left")
    told["evidence"] = [
        _words(row.text, row.evidence_start, row.evidence_end, row.paragraph_start)
        for row in told.itertuples()
    ]
    return told.drop(columns="paragraph_start")


def _words(text: Any, start: Any, end: Any, paragraph_start: Any) -> str | float:
    """The cited words of a paragraph; NaN where the whole paragraph is the evidence."""
    if pd.isna(text) or pd.isna(start) or pd.isna(end):
        return float("nan")
    return str(text)[int(start) - int(paragraph_start) : int(end) - int(paragraph_start)]
