"""The stretches of documents that a run judged or cited, each once, with all that was said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.cache import table_of
from pbgov.reporting.ledger import Judgement, Quotation
from pbgov.reporting.tracing.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.cache import Results
    from pbgov.study import Study

CITED = ("quantities", "formulas", "claims")
"""The tables of the step ``extract``, whose rows are stretches of documents."""
BETWEEN = "、"


def quotations_of(results: Mapping[str, Results], study: Study) -> dict[str, Quotation]:
    """Every stretch that a run found, judged or cited: practices, codings, quantities, slogans, claims.

    Parameters
    ----------
    results : mapping of str to Results
        Of `pbgov.run.compute`.
    study : Study
        Its folder is where ``Quotation.path`` starts.

    Returns
    -------
    dict of str to Quotation
        By `pbgov.reporting.ledger.quotation_id`, documents in the order of the corpus and stretches
        in that of the text. A stretch that several tables point at stands once, with all its
        judgements (those of the rules on practices that are parts of a paragraph are among them);
        where practices place it in several regions, or tell it of several statuses,
        these are joined by 、. ``paragraph`` counts every visible line of the document, headings
        too, front matter and blank lines not. Codings of documents that the corpus does not hold
        have nothing to quote and are left out, as `pbgov check` remarks (W253).
    """
    documents = Documents(results)
    found: dict[tuple[str, int, int], dict[str, Any]] = {}
    for doc_id, start, end in _stretches(results):
        if doc_id in documents:
            found.setdefault((doc_id, start, end), {"places": [], "statuses": [], "judged": []})
    for row in _rows(table_of(results, "practices", "practices")):
        told = found[row["doc_id"], int(row["start"]), int(row["end"])]
        told["places"] += [] if pd.isna(row["region_code"]) else [str(row["region_code"])]
        told["statuses"] += [] if pd.isna(row["status"]) else [str(row["status"])]
    codings = table_of(results, "code", "codings")
    names = _names_of_codes(results)
    for row in [*_rows(codings), *_on_parts_of_paragraphs(results, study)]:
        place = (row["doc_id"], int(row["start"]), int(row["end"]))
        if place in found:
            found[place]["judged"].append(_judgement(row, names, documents))
    regions = table_of(results, "practices", "regions").set_index("region_code")["name"]
    order = {doc_id: number for number, doc_id in enumerate(documents)}
    made = {}
    for doc_id, start, end in sorted(found, key=lambda place: (order[place[0]], *place[1:])):
        told = found[doc_id, start, end]
        codes = list(dict.fromkeys(told["places"]))
        quotation = documents.quotation(
            doc_id,
            start,
            end,
            region_code=BETWEEN.join(codes),
            region=BETWEEN.join(str(regions.get(code, code)) for code in codes),
            status=BETWEEN.join(dict.fromkeys(told["statuses"])),
            judgements=tuple(told["judged"]),
        )
        made[quotation.quotation_id] = quotation
    return made


def _stretches(results: Mapping[str, Results]) -> Iterable[tuple[str, int, int]]:
    tables = [
        table_of(results, "practices", "practices"),
        table_of(results, "code", "codings"),
        *(table_of(results, "extract", name) for name in CITED),
    ]
    for table in tables:
        for doc_id, start, end in zip(table["doc_id"], table["start"], table["end"], strict=True):
            yield str(doc_id), int(start), int(end)


def _on_parts_of_paragraphs(results: Mapping[str, Results], study: Study) -> list[dict[str, Any]]:
    """The judgements of the rules on practices that are not whole paragraphs, by which shares count them.

    They are made anew, as the step that counts the shares makes them; the codings of paragraphs
    already have those on practices that are whole ones.
    """
    from pbgov.indicators.lineage import lineage_of
    from pbgov.steps.coding import score

    practices = table_of(results, "practices", "practices")
    bounds = ["doc_id", "start", "end"]
    whole = pd.MultiIndex.from_frame(table_of(results, "read", "paragraphs")[bounds])
    parts = practices[~pd.MultiIndex.from_frame(practices[bounds]).isin(whole)]
    if parts.empty:
        return []
    lineage = lineage_of(score(study, results)["documents"])
    if lineage is None:
        return []
    codings = lineage.codings
    own = pd.MultiIndex.from_frame(codings[bounds]).isin(pd.MultiIndex.from_frame(parts[bounds]))
    return _rows(codings[own])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _names_of_codes(results: Mapping[str, Results]) -> dict[str, str]:
    codes = table_of(results, "code", "codes")
    return dict(zip(map(str, codes["code_id"]), map(str, codes["zh"]), strict=True))


def _judgement(row: dict[str, Any], names: Mapping[str, str], documents: Documents) -> Judgement:
    code = str(row["code_id"])
    return Judgement(
        code_id=code,
        code=names.get(code, code),
        coder=str(row["coder"]),
        rule=_grounds(row, documents),
        value=int(row["value"]),
    )


def _grounds(row: dict[str, Any], documents: Documents) -> str:
    """The rule that gave a code; where a person cited words instead, these."""
    if not pd.isna(row["rule"]):
        return str(row["rule"])
    if pd.isna(row["evidence_start"]) or pd.isna(row["evidence_end"]):
        return ""
    words = documents.words(row["doc_id"], int(row["evidence_start"]), int(row["evidence_end"]))
    return f"依据：{words}"
