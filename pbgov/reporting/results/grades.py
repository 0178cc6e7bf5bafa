"""How sure each claim of the report is, as results: a level, and the facts it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import Estimate
from pbgov.reporting.claims.grades import ORDER, Agreement, Grade
from pbgov.reporting.claims.grading import (
    agreement_of,
    grade_agreement,
    grade_count,
    grade_estimate,
    grade_result,
)
from pbgov.reporting.results.coding import overall
from pbgov.reporting.results.estimates import share_term
from pbgov.reporting.results.naming import stem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.ledger import Result


def on_grades(found: Findings) -> Iterator[Result]:
    """The grade of every claim that the report makes."""
    documents = len(found.need("read", "documents"))
    yield grade_result("practices", grade_count(documents=documents))
    yield grade_result("practices.districts", grade_count(documents=documents))
    yield from _of_agreement(found)
    yield from _of_satisfaction(found)
    yield from _of_assessment(found)
    if found.table("simulate", "recovery") is not None:
        yield grade_result("simulate", grade_count(checked=True, simulated=True), simulated=True)


def _of_agreement(found: Findings) -> Iterator[Result]:
    agreement = found.table("agree", "agreement")
    if agreement is None:
        return
    for _, row in overall(agreement).iterrows():
        graded = grade_agreement(agreement_of(dict(row), upper_bound=found.study.seen_text))
        at = stem_of("agreement", str(row["family"]), str(row["coder_a"]))
        yield grade_result(at, graded)


def _of_satisfaction(found: Findings) -> Iterator[Result]:
    plan, answers = found.study.satisfaction, found.satisfaction_answers
    if plan is None or not answers:
        return
    known = _agreement_on(found, plan.family)
    graded: list[Grade] = []
    for code, one in answers.items():
        term = share_term(code) if isinstance(one, Estimate) else None
        graded.append(grade_estimate(one, term=term, agreement=known, rests_on_codes=True))
    estimated = [
        grade
        for grade, one in zip(graded, answers.values(), strict=True)
        if isinstance(one, Estimate)
    ]
    lowest = min(estimated or graded, key=lambda grade: ORDER.index(grade.level))
    yield grade_result("satisfaction", lowest)


def _agreement_on(found: Findings, family: str) -> Agreement | None:
    """Of the rules with the most trusted coder who judged this family."""
    agreement = found.table("agree", "agreement")
    if agreement is None:
        return None
    rows = overall(agreement).query("family == @family")
    if rows.empty:
        return None
    return agreement_of(dict(rows.iloc[0]), upper_bound=found.study.seen_text)


def _of_assessment(found: Findings) -> Iterator[Result]:
    plan, focal = found.study.assessment, found.estimate("assess", "focal")
    if plan is None or focal is None:
        return
    others = [found.estimate("assess", name) for name in ("all", "grouped")]
    term = plan.focal if isinstance(focal, Estimate) else None
    yield grade_result("assess.focal", grade_estimate(focal, others, term=term))
