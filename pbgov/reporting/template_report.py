"""A report made of a user's template and the results of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.errors import DataFileError
from pbgov.findings import Finding
from pbgov.reporting.claims.grades import given_numbers
from pbgov.reporting.claims.grading import GRADE
from pbgov.reporting.claims.tested import relatives
from pbgov.reporting.prose import ExhibitName, ResultName, SourceName, parsed
from pbgov.reporting.report import (
    CONFIDENCES,
    Block,
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.template_text import template_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.ledger import Ledger, Result
    from pbgov.reporting.report import Layout
    from pbgov.reporting.template_text import TemplateBlock

MOST_NAMED = 5


def report_from_template(
    text: str,
    *,
    title: str,
    subtitle: str,
    exhibits: Mapping[str, Exhibit],
    ledger: Ledger,
    references: References | None = None,
    layout: Layout = "journal",
    path: str = "模板",
) -> Report:
    """The report that a template asks for.

    Parameters
    ----------
    text : str
        In the form of `pbgov.reporting.template_text`.
    title, subtitle : str
    exhibits : mapping of str to Exhibit
        Those that the template may place, by their ids; what is not placed does not stand in the
        report.
    ledger : Ledger
        The results that the template may state. A claim has the grade that the ledger holds of
        its result: the result ``….grade`` of the same term, or of what the term is part of.
    references : References, optional
        Put where the template says ``{{references}}``, else at the end.
    layout : {"journal", "official"}
    path : str
        How findings name the template.

    Returns
    -------
    Report

    Raises
    ------
    DataFileError
        With every fault at once, each with its line: what `template_blocks` finds, E705 (simulated
        stated as real), E716 (a name that this run does not have), E717 (an exhibit placed twice).
    """
    blocks = template_blocks(text, path)
    findings = list(_unknown(blocks, exhibits, ledger, references, path))
    if findings:
        raise DataFileError(sorted(findings, key=lambda one: one.row or 0))
    made = [_made(block, exhibits, ledger, references) for block in blocks]
    if references is not None and all(block.kind != "references" for block in blocks):
        made.append(references)
    return Report(
        title=title,
        subtitle=subtitle,
        blocks=tuple(block for block in made if block is not None),
        ledger=ledger,
        layout=layout,
    )


def _unknown(
    blocks: tuple[TemplateBlock, ...],
    exhibits: Mapping[str, Exhibit],
    ledger: Ledger,
    references: References | None,
    path: str,
) -> Iterator[Finding]:
    """Names that the run does not have, exhibits placed twice, simulated ones stated as real."""
    placed: list[str] = []
    for block in blocks:
        if block.kind == "exhibit":
            if block.text not in exhibits:
                yield _missing(block, block.text, list(exhibits), path)
            elif block.text in placed:
                wanted = f"放一次，别处写在句子里：见{{{block.text}}}"
                yield Finding("E717", path, block.line, seen=block.text, wanted=wanted)
            placed.append(block.text)
    if sum(block.kind == "references" for block in blocks) > 1:
        line = [block.line for block in blocks if block.kind == "references"][1]
        yield Finding("E717", path, line, seen="{{references}}", wanted="放一次")
    known = {
        ExhibitName: [name for name in placed if name in exhibits],
        ResultName: list(ledger),
        SourceName: list(references.keys) if references is not None else [],
    }
    for block in blocks:
        if block.kind in ("exhibit", "references", "heading"):
            continue
        if block.kind == "claim" and grade_in(ledger, block.graded_by) is None:
            graded = [name for name in ledger if name.endswith(f".{GRADE}")]
            yield _missing(block, f"{block.graded_by} 的把握", graded, path)
        for part in (part for text in block.texts() for part in parsed(text)):
            if isinstance(part, (ExhibitName, ResultName, SourceName)):
                name = _name(part)
                if name not in known[type(part)]:
                    yield _missing(block, name, known[type(part)], path)
                elif block.label == "真实" and _is_simulated(part, exhibits, ledger):
                    wanted = "标作 模拟"
                    yield Finding("E705", path, block.line, seen=name, wanted=wanted)


def _name(part: ExhibitName | ResultName | SourceName) -> str:
    if isinstance(part, ExhibitName):
        return part.exhibit_id
    return part.result_id if isinstance(part, ResultName) else part.key


def _is_simulated(
    part: ExhibitName | ResultName | SourceName, exhibits: Mapping[str, Exhibit], ledger: Ledger
) -> bool:
    if isinstance(part, ExhibitName):
        return exhibits[part.exhibit_id].simulated
    return isinstance(part, ResultName) and ledger[part.result_id].simulated


def _missing(block: TemplateBlock, name: str, there: list[str], path: str) -> Finding:
    shown = "、".join(there[:MOST_NAMED]) + (" …" if len(there) > MOST_NAMED else "")
    return Finding("E716", path, block.line, seen=name, wanted=shown or "（没有）")


def grade_in(ledger: Ledger, result_id: str) -> Result | None:
    """The grade of a result: ``….grade`` of the same term, or of what it is part of; None for none."""
    own = ledger.get(f"{result_id}.{GRADE}")
    if own is None and result_id in ledger:
        found = relatives(ledger[result_id], ledger, (GRADE,))
        own = found[0] if found else None
    return own if own is not None and str(own.value) in CONFIDENCES else None


def _made(
    block: TemplateBlock,
    exhibits: Mapping[str, Exhibit],
    ledger: Ledger,
    references: References | None,
) -> Block | None:
    if block.kind == "heading":
        return Heading(block.level, block.text)
    if block.kind == "exhibit":
        return ExhibitBlock(exhibits[block.text])
    if block.kind == "references":
        return references
    if block.kind == "box":
        return Box(block.text, block.paragraphs)
    if block.kind == "paragraph":
        return Paragraph(block.text, block.label or None)  # type: ignore[arg-type]
    grade = grade_in(ledger, block.graded_by)
    if grade is None:
        raise AssertionError(f"{block.graded_by!r} was checked to have a grade")
    return Claim(block.text, block.label, str(grade.value), given_numbers(grade.meaning))  # type: ignore[arg-type]
