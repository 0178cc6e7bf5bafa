"""The ledger of a run: every number its prose may state, with the evidence behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.reporting.ledger import Ledger
from pbgov.reporting.results.coding import on_agreement, on_rival, on_settlement, on_shares
from pbgov.reporting.results.estimates import (
    on_assessment,
    on_indicators,
    on_method,
    on_satisfaction,
    on_simulation,
)
from pbgov.reporting.results.grades import on_grades
from pbgov.reporting.results.texts import on_documents, on_practices, on_statements

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings

COLLECTORS = (
    on_documents,
    on_practices,
    on_statements,
    on_agreement,
    on_settlement,
    on_shares,
    on_rival,
    on_indicators,
    on_satisfaction,
    on_assessment,
    on_simulation,
    on_method,
    on_grades,
)


def ledger_of(found: Findings) -> Ledger:
    """Every result of a run, and the quotations and records that they rest on."""
    from pbgov.reporting.tracing.quotations import quotations_of
    from pbgov.reporting.tracing.records import records_of

    results = tuple(result for collect in COLLECTORS for result in collect(found))
    results += found.methods.results
    needed = dict.fromkeys(evidence for one in results for evidence in one.rests_on)
    quotations = quotations_of(found.results, found.study)
    records = records_of(found.results)
    return Ledger(
        results,
        tuple(quotations[name] for name in needed if name in quotations),
        tuple(records[name] for name in needed if name in records),
    )
