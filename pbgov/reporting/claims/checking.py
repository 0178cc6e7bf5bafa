"""The check of a report's prose: every number bound, nothing said that its results do not bear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import ReportError
from pbgov.findings import Finding
from pbgov.reporting.claims.bindings import misstated, unbound, unmarked
from pbgov.reporting.claims.overclaims import overclaims_in
from pbgov.reporting.claims.passages import passages_of
from pbgov.reporting.claims.reading_back import passages_in
from pbgov.reporting.claims.results_file import read_account
from pbgov.reporting.claims.wording import effects_in
from pbgov.reporting.report import Box, Claim, Heading, Paragraph, Report
from pbgov.reporting.template_text import read_template

if TYPE_CHECKING:
    from pbgov.reporting.claims.fault import Fault
    from pbgov.reporting.claims.passages import Passage
    from pbgov.reporting.ledger import Ledger

COLUMNS = ("code", "where", "start", "end", "seen", "wanted", "suggestion", "sentence")
CHECKS = (misstated, unbound, unmarked, effects_in, overclaims_in)
LONGEST = 120


def check_claims(report: Report | str | Path) -> pd.DataFrame:
    """What a report's prose says that its results do not bear.

    Parameters
    ----------
    report : Report or path
        A report before it is written, or its ``report.docx`` or ``report.html`` with
        ``results.json`` beside it, as a colleague may have edited it.

    Returns
    -------
    DataFrame
        One row is one finding, in the order of the report; no row where all is sound. Columns:
        code (E701-E712, W701, W702), where (block or paragraph, in Chinese), start and end (code points
        into that text as it is printed), seen, wanted, suggestion (Chinese), sentence.

    Raises
    ------
    DataFileError
        Where a file cannot be read, or is no report of a run (E713).

    Notes
    -----
    A denial, a question, an aim, a supposition, a quotation and what others say are no statements
    of the report. The lists of words are data files beside this module.
    """
    passages, ledger, _ = _read(report)
    rows = [
        (
            fault.code, fault.passage.where, fault.start, fault.end, fault.seen, fault.wanted,
            fault.suggestion, _sentence(fault),
        )
        for fault in _faults(passages, ledger)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"start": "int64", "end": "int64"})


def require_sound(report: Report | str | Path, template: Path | None = None) -> None:
    """Refuse a report whose prose says what its results do not bear.

    Parameters
    ----------
    report : Report or path
    template : Path, optional
        The file in which the report's author wrote: findings name it and the line.

    Raises
    ------
    ReportError
        With every finding at once. Remarks (W701, W702) do not refuse a report.
    """
    passages, ledger, name = _read(report)
    lines = _lines(report, template) if template and isinstance(report, Report) else {}
    findings = [
        Finding(
            fault.code,
            str(template) if fault.passage.place in lines else name,
            lines.get(fault.passage.place),
            column=fault.passage.where,
            seen=fault.seen,
            wanted=f"{fault.wanted}；{fault.suggestion}"
            if fault.code not in ("E701", "E702")
            else fault.wanted,
        )
        for fault in _faults(passages, ledger)
        if fault.code.startswith("E")
    ]
    if findings:
        raise ReportError(findings)


def _lines(report: Report, template: Path) -> dict[int, int]:
    """The line of the template on which each block of its report begins, by the block's place."""
    first: dict[str, int] = {}
    for one in read_template(template):
        first.setdefault(one.text, one.line)
    texts = {
        place: block.title if isinstance(block, Box) else block.text
        for place, block in enumerate(report.blocks, 1)
        if isinstance(block, (Box, Claim, Heading, Paragraph))
    }
    return {place: first[text] for place, text in texts.items() if text in first}


def _read(report: Report | str | Path) -> tuple[list[Passage], Ledger, str]:
    if isinstance(report, Report):
        return passages_of(report), report.ledger, "report"
    path = Path(report)
    account = read_account(path.parent)
    return passages_in(path, account), account.ledger, str(path)


def _faults(passages: list[Passage], ledger: Ledger) -> list[Fault]:
    """Every fault, sorted by where it stands; titles are asked for their wording and marks only."""
    return [
        fault
        for passage in passages
        for fault in sorted(
            (fault for check in CHECKS for fault in check(passage, ledger)),
            key=lambda fault: (fault.start, fault.end, fault.code),
        )
    ]


def _sentence(fault: Fault) -> str:
    """The sentence in which a fault stands, shortened around it."""
    passage = fault.passage
    for sentence in passage.sentences():
        if sentence.start <= fault.start < sentence.end:
            if len(sentence.text) <= LONGEST:
                return sentence.text.strip()
            first = max(sentence.start, fault.start - LONGEST // 2)
            last = min(sentence.end, first + LONGEST)
            cut = passage.text[first:last].strip()
            return (
                f"{'…' if first > sentence.start else ''}{cut}{'…' if last < sentence.end else ''}"
            )
    return passage.text[:LONGEST]
