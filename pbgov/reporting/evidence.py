"""The evidence beside the report: every practice and every judgement, with its place and words."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.cache import table_of
from pbgov.corpus.alignment import Alignment
from pbgov.corpus.document import alignments_of
from pbgov.exhibits.exhibit import guard_formulas
from pbgov.reporting.ledger import Judgement, Quotation, Record, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results
    from pbgov.reporting.ledger import Ledger

FOLDER = "evidence"


def write_evidence(
    results: Mapping[str, Results], output: Path, ledger: Ledger | None = None
) -> list[Path]:
    """Write practices, judgements and scores below ``output/evidence`` as CSV.

    ``start`` and ``end`` are code points into the repaired text, so that ``text[start:end]`` gives
    the words that stand beside them; ``raw_start`` and ``raw_end`` bound the same words in the raw
    text, and repairs.csv lists every difference between the two.

    Parameters
    ----------
    results : mapping of str to Results
        Of `pbgov.run.compute`.
    output : Path
        Folder of the report.
    ledger : Ledger, optional
        The results of the report with what they rest on: written as results.csv, quotations.csv,
        records.csv and trace.csv, whose rows are result x quotation or record.

    Returns
    -------
    list of Path
        practices.csv, judgements.csv, shares_by_document.csv, shares_by_region.csv,
        quantities.csv, formulas.csv, claims.csv, reuse.csv, repairs.csv, metadata.csv,
        problems.csv, remarks.csv, and those of the ledger where it is given.
    """
    raw = alignments_of(table_of(results, "read", "alignments"))
    tables = {
        "practices": _with_raw(table_of(results, "practices", "practices"), raw),
        "judgements": _with_raw(judgements(results), raw),
        "shares_by_document": table_of(results, "score", "documents"),
        "shares_by_region": table_of(results, "score", "regions"),
        **{
            name: _with_raw(table_of(results, "extract", name), raw)
            for name in ("quantities", "formulas", "claims")
        },
        "reuse": table_of(results, "practices", "reuse"),
        "repairs": table_of(results, "read", "repairs"),
        "metadata": table_of(results, "read", "metadata"),
        "problems": table_of(results, "read", "problems"),
        "remarks": table_of(results, "read", "remarks"),
        **({} if ledger is None else ledger_tables(ledger)),
    }
    folder = Path(output) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        content = guard_formulas(table).to_csv(index=False, lineterminator="\n")
        (folder / f"{name}.csv").write_bytes(content.encode("utf-8-sig"))
    return [folder / f"{name}.csv" for name in tables]


def ledger_tables(ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The results of a ledger, the quotations and records they rest on, and which on which.

    Returns
    -------
    dict of str to DataFrame
        ``results``, ``quotations`` (one row is one judgement of a quotation, or the quotation where
        nobody judged it), ``records``, and ``trace``: one row is result x evidence, ``kind`` is
        quotation or record.
    """
    told = [_plain(one, without=("rests_on",)) for one in ledger.values()]
    quoted = [
        _plain(one, without=("judgements",)) | judged
        for one in ledger.quotations.values()
        for judged in [asdict(each) for each in one.judgements] or [{}]
    ]
    figures = [_plain(one) for one in ledger.records.values()]
    trace = [
        {
            "result_id": one.result_id,
            "kind": "quotation" if evidence in ledger.quotations else "record",
            "evidence_id": evidence,
        }
        for one in ledger.values()
        for evidence in one.rests_on
    ]
    columns = {
        "results": (told, _names(Result, "rests_on")),
        "quotations": (quoted, [*_names(Quotation, "judgements"), *_names(Judgement)]),
        "records": (figures, _names(Record)),
        "trace": (trace, ["result_id", "kind", "evidence_id"]),
    }
    return {name: pd.DataFrame(rows, columns=own) for name, (rows, own) in columns.items()}


def _names(kind: type[Any], *without: str) -> list[str]:
    return [each.name for each in fields(kind) if each.name not in without]


def _plain(one: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _names(type(one), *without)}


def _with_raw(table: pd.DataFrame, alignments: Mapping[str, Alignment]) -> pd.DataFrame:
    """The table with the places of its stretches in the raw text."""
    places = [
        alignments.get(doc_id, Alignment()).to_source(int(start), int(end))
        for doc_id, start, end in zip(table["doc_id"], table["start"], table["end"], strict=True)
    ]
    raw = pd.DataFrame(places, columns=["raw_start", "raw_end"], index=table.index, dtype="Int64")
    return table.assign(raw_start=raw["raw_start"], raw_end=raw["raw_end"])


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
