"""The tables of a trace: units, what was read about them, judgements, figures, files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.indicators.lineage import OF_CODINGS
from pbgov.reporting.ledger import Quotation, quotation_id
from pbgov.reporting.tracing.columns import Said, TracedColumn, records_of_column
from pbgov.reporting.tracing.rechecking import recheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbgov.indicators.lineage import Lineage
    from pbgov.reporting.tracing.material import Material

TABLES = ("units", "practices", "sentences", "records", "sources")
OF_PRACTICES = {
    "unit": "str",
    "column": "str",
    "code_id": "str",
    "doc_id": "str",
    "segment_id": "str",
    "practice": "str",
    "start": "Int64",
    "end": "Int64",
    "raw_start": "Int64",
    "raw_end": "Int64",
    "carries": "boolean",
    "text": "str",
}
OF_SENTENCES = {name: kind for name, kind in OF_PRACTICES.items() if name != "carries"} | {
    "value": "Int64",
    "coder": "str",
    "rule": "str",
    "evidence_start": "Int64",
    "evidence_end": "Int64",
    "evidence": "str",
}
OF_RECORDS = {
    "unit": "str",
    "column": "str",
    "indicator": "str",
    "period": "str",
    "value": "str",
    "unit_of": "str",
    "status": "str",
    "source": "str",
    "url": "str",
}
OF_SOURCES = {
    "doc_id": "str",
    "title": "str",
    "path": "str",
    "digest": "str",
    "n": "Int64",
    "found": "boolean",
    "reason": "str",
}


def table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    """Rows as a table of fixed columns; what a row does not have is missing."""
    return pd.DataFrame(list(rows), columns=list(columns)).astype(columns)


@dataclass(frozen=True, eq=False)
class Behind:
    """What stands behind columns or results."""

    practices: pd.DataFrame = field(default_factory=lambda: table([], OF_PRACTICES))
    sentences: pd.DataFrame = field(default_factory=lambda: table([], OF_SENTENCES))
    records: pd.DataFrame = field(default_factory=lambda: table([], OF_RECORDS))
    sources: pd.DataFrame = field(default_factory=lambda: table([], OF_SOURCES))
    remarks: tuple[Said, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their names in a `Trace`."""
        return {name: getattr(self, name) for name in TABLES if name != "units"}


def behind_columns(
    columns: Iterable[TracedColumn],
    units: Iterable[str],
    lineage: Lineage | None,
    material: Material | None,
) -> Behind:
    """The segments, judgements and figures behind columns of a regression.

    Parameters
    ----------
    columns : iterable of TracedColumn
    units : iterable of str
        The units in the regression; what belongs to others is left out.
    lineage : Lineage or None
    material : Material or None
        Gives places in raw texts, titles and files.
    """
    known = [one for one in columns if one.origin]
    if lineage is None or not known:
        return Behind()
    wanted = set(units)
    practices: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for one in known:
        if one.code:
            read = lineage.segments(one.code)
            practices += _of_units(read, wanted, one)
            sentences += _of_units(lineage.judgements(one.code), wanted, one)
        else:
            records += _figures(records_of_column(one.origin, lineage), lineage.unit, wanted, one)
    return behind_rows(practices, sentences, records, material)


def behind_rows(
    practices: list[dict[str, Any]],
    sentences: list[dict[str, Any]],
    records: list[dict[str, Any]],
    material: Material | None,
) -> Behind:
    """Rows with their places in the raw texts, the words they rest on, and their files."""
    for row in [*practices, *sentences]:
        _place(row, material)
    for row in sentences:
        row["evidence"] = _evidence(row)
    sources, said = _sources(practices or sentences, material)
    return Behind(
        table(practices, OF_PRACTICES),
        table(sentences, OF_SENTENCES),
        table(records, OF_RECORDS),
        sources,
        said,
    )


def _of_units(rows: pd.DataFrame, wanted: set[str], column: TracedColumn) -> list[dict[str, Any]]:
    kept = rows[rows["unit"].isin(wanted)].sort_values(["unit", "doc_id", "start"], kind="stable")
    told = kept.assign(column=column.name, code_id=column.code)
    return [_plain(row) for row in told.to_dict("records")]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): cell for name, cell in row.items()}


def _figures(
    rows: pd.DataFrame, unit: str, wanted: set[str], column: TracedColumn
) -> list[dict[str, Any]]:
    from pbgov.reporting.tracing.records import indicator_record

    made = []
    for row in map(_plain, rows.to_dict("records")):
        if str(row[unit]) in wanted:
            one = indicator_record({"region_code": row[unit], **row}, {})
            made.append(
                {
                    "unit": str(row[unit]),
                    "column": column.name,
                    "indicator": one.indicator,
                    "period": one.period,
                    "value": one.printed,
                    "unit_of": one.unit,
                    "status": one.status,
                    "source": one.source,
                    "url": one.url,
                }
            )
    return sorted(made, key=lambda one: (one["unit"], one["column"], one["period"]))


def _place(row: dict[str, Any], material: Material | None) -> None:
    """Put in the words of a stretch and where it stands in the raw text, as far as that is known."""
    if material is None or row["doc_id"] not in material.documents:
        return
    bounds = str(row["doc_id"]), int(row["start"]), int(row["end"])
    row["raw_start"], row["raw_end"] = material.documents.raw(*bounds)
    if pd.isna(row.get("text", float("nan"))):
        row["text"] = material.documents.words(*bounds)


def _evidence(row: dict[str, Any]) -> str | float:
    """The words a judgement cites; all words of the stretch where it cites none."""
    text = row.get("text", float("nan"))
    first, last = (row.get(name, float("nan")) for name in OF_CODINGS[2:4])
    if pd.isna(text) or pd.isna(first) or pd.isna(last):
        return str(text) if isinstance(text, str) else float("nan")
    return str(text)[int(first) - int(row["start"]) : int(last) - int(row["start"])]


def _sources(
    rows: list[dict[str, Any]], material: Material | None
) -> tuple[pd.DataFrame, tuple[Said, ...]]:
    """The documents of the rows; with a study, whether each row is found again in its file."""
    counts = Counter(str(row["doc_id"]) for row in rows)
    if material is None:
        said = Said(
            "没有给出研究（study=），所以没有标题、文件和原始文本里的位置，也没有回原始文件核对。",
            "No study was named (study=…): there are no titles, files or places in raw texts, and"
            " nothing was held against the files.",
        )
        made = [{"doc_id": name, "n": n} for name, n in sorted(counts.items())]
        return table(made, OF_SOURCES), (said,) if made else ()
    known = [row for row in rows if row["doc_id"] in material.documents]
    wrong = _wrong(known, material)
    made = []
    for name, n in sorted(counts.items()):
        if name not in material.documents:
            reason = "这份研究的语料里没有这篇文档 no such document in the study"
            made.append({"doc_id": name, "n": n, "found": False, "reason": reason})
            continue
        about = material.documents.about(name)
        reason = wrong.get(about["path"], "")
        made.append({"doc_id": name, **about, "n": n, "found": not reason, "reason": reason})
    return table(made, OF_SOURCES), ()


def _wrong(rows: list[dict[str, Any]], material: Material) -> dict[str, str]:
    """The first reason why rows are not found again, by the file."""
    quoted: dict[str, Quotation] = {}
    for row in rows:
        doc_id, start, end = str(row["doc_id"]), int(row["start"]), int(row["end"])
        raw = int(row["raw_start"]), int(row["raw_end"])
        path = material.documents.about(doc_id)["path"]
        quoted[quotation_id(doc_id, start, end)] = Quotation(
            quotation_id(doc_id, start, end),
            doc_id,
            "",
            path,
            1,
            start,
            end,
            *raw,
            str(row["text"]),
        )
    found: dict[str, str] = {}
    for finding in recheck(quoted, material.study):
        found.setdefault(finding.path, f"{finding.code} {finding.zh}")
    return found
