"""What stands behind a result of the report, or behind a formula that could not be estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.indicators.lineage import SHARE, lineage_of
from pbgov.reporting.tracing.columns import Said, TracedColumn, names_column
from pbgov.reporting.tracing.tables import Behind, behind_columns, behind_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.indicators.lineage import Lineage
    from pbgov.reporting.ledger import Quotation, Record
    from pbgov.reporting.tracing.material import Material


def behind_evidence(evidence: Iterable[str], material: Material) -> Behind:
    """The quotations and records of the ledger by their ids, as the tables of a trace."""
    practices: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for name in evidence:
        if name in material.ledger.quotations:
            quotation = material.ledger.quotations[name]
            practices.append(_stretch(quotation))
            sentences += [
                _stretch(quotation)
                | {
                    "code_id": one.code_id,
                    "coder": one.coder,
                    "rule": one.rule,
                    "value": one.value,
                }
                for one in quotation.judgements
            ]
        else:
            records.append(_figure(material.ledger.records[name], name))
    return behind_rows(practices, sentences, records, material)


def _stretch(quotation: Quotation) -> dict[str, Any]:
    return {
        "unit": quotation.region_code,
        "column": "",
        "doc_id": quotation.doc_id,
        "start": quotation.start,
        "end": quotation.end,
        "text": quotation.text,
    }


def _figure(record: Record, name: str) -> dict[str, Any]:
    return {
        "unit": name.split("/")[1] if name.count("/") == 2 else record.region,
        "column": record.indicator,
        "indicator": record.indicator,
        "period": record.period,
        "value": record.printed,
        "unit_of": record.unit,
        "status": record.status,
        "source": record.source,
        "url": record.url,
    }


def behind_formula(formula: str, material: Material) -> Behind:
    """Everything in the study that the columns of a formula could have come from."""
    panel = next(material.panels(formula), None)
    lineage = material.lineage() if panel is None else lineage_of(panel)
    if lineage is None:
        return Behind()
    named = columns_in(formula, lineage)
    columns = [TracedColumn(name, name, np.empty(0, dtype=bool)) for name in named]
    units = {str(unit) for unit in material.scores["regions"]["unit"]}
    behind = behind_columns(columns, units, lineage, material)
    if any(name.startswith(SHARE) for name in named):
        return behind
    nothing = Said(
        "公式里没有由句子算出的占比。", "The formula names no share that was made of sentences."
    )
    return Behind(behind.practices, behind.sentences, behind.records, behind.sources, (nothing,))


def columns_in(formula: str, lineage: Lineage) -> list[str]:
    """The columns of a lineage that a formula names."""
    return [name for name in lineage.columns if names_column(formula, name)]
