"""The main job's report, put together from the results of a run.

`pbgov.reporting.chapters` has a function per chapter; a chapter for which the study declares
nothing is left out. Every number in the prose is taken from a result, none is typed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.evaluation.estimate import Estimate, NotEstimated, read_estimate
from pbgov.reporting.prose import SourceName, parsed
from pbgov.reporting.report import (
    Block,
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pbgov.cache import Results
    from pbgov.reporting.ledger import Ledger
    from pbgov.reporting.methods_paragraph import MethodsText
    from pbgov.study import Study

NUMERALS = (
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
)

TITLE_CHARACTERS = 12
CODER_NAMES = {"author": "原作者归类", "draft": "一位读者的建议编码（未盲审）"}


@dataclass(frozen=True)
class Findings:
    """The results of a run, as the chapters ask for them."""

    study: Study
    results: Mapping[str, Results]

    def table(self, step: str, name: str) -> pd.DataFrame | None:
        """A table, or None where the step did not make it."""
        value = self.results[step].get(name)
        return value if isinstance(value, pd.DataFrame) else None

    def need(self, step: str, name: str) -> pd.DataFrame:
        """A table that every run makes."""
        table = self.table(step, name)
        if table is None:
            raise KeyError(f"step {step!r} made no table {name!r}")
        return table

    def estimate(self, step: str, name: str) -> Estimate | NotEstimated | None:
        """An estimate, or None where the step did not make it."""
        value = self.results[step].get(name)
        return read_estimate(value) if isinstance(value, str) else None

    @cached_property
    def code_names(self) -> dict[str, str]:
        """Chinese name of each code."""
        return dict(
            self.need("code", "codes")[["code_id", "zh"]].itertuples(index=False, name=None)
        )

    @cached_property
    def region_names(self) -> dict[str, str]:
        """Name of each region code."""
        regions = self.need("practices", "regions")
        return dict(regions[["region_code", "name"]].itertuples(index=False, name=None))

    @cached_property
    def short_titles(self) -> dict[str, str]:
        """Author and year of each document, or the beginning of its title."""
        return short_titles(self.need("read", "documents"))

    @cached_property
    def ledger(self) -> Ledger:
        """Every number that prose may state, with what it rests on."""
        from pbgov.reporting.results.collecting import ledger_of

        return ledger_of(self)

    @cached_property
    def methods(self) -> MethodsText:
        """The methods section from the study's own record, in Chinese."""
        from pbgov.reporting.methods_paragraph import methods_paragraph

        return methods_paragraph(self.study, self.results)

    @cached_property
    def indicators_used(self) -> frozenset[str]:
        """The indicators that the declared analyses use."""
        study = self.study
        used = set()
        if study.assessment is not None:
            used |= {covariate.indicator for covariate in study.assessment.covariates}
        if study.satisfaction is not None:
            used.add(study.satisfaction.indicator)
        if study.simulation is not None:
            used |= {study.simulation.city_path, study.simulation.density.indicator}
        return frozenset(used)

    @cached_property
    def satisfaction_answers(self) -> dict[str, Estimate | NotEstimated]:
        """What came of regressing the real rate on each code of the declared family."""
        answers = {}
        for name in self.results["satisfaction"]:
            answer = self.estimate("satisfaction", name)
            if answer is not None:
                answers[name] = answer
        return answers

    def coder_name(self, coder: str) -> str:
        """What the report calls a coder: 原作者的归类, or the coder's own name."""
        return CODER_NAMES.get(coder, f"编码者 {coder} 的编码")

    @property
    def family_names(self) -> dict[str, str]:
        """Chinese name of each family."""
        families = self.need("code", "families")
        return dict(families[["family", "zh"]].itertuples(index=False, name=None))


def cases(found: Findings) -> str:
    """The documents, as a source line names them."""
    return f"本研究的 {len(found.need('read', 'documents'))} 篇文档"


def short_titles(documents: pd.DataFrame) -> dict[str, str]:
    """A label of a few characters for each document, no two the same.

    The first author and the year (李明伟等 2022); without an author the beginning of the title;
    without a title the document's id. Equal labels get a, b, c … in the order of the table.
    """
    labels = {str(row["doc_id"]): _short_title(row) for _, row in documents.iterrows()}
    taken = list(labels.values())
    seen: dict[str, int] = {}
    for doc_id, label in labels.items():
        if taken.count(label) > 1:
            seen[label] = seen.get(label, 0) + 1
            labels[doc_id] = f"{label}{_letters(seen[label])}"
    return labels


def _short_title(document: pd.Series[Any]) -> str:
    told = {name: str(value) for name, value in document.items() if pd.notna(value)}
    authors = [name for name in re.split("[、,，;；]", told.get("authors", "")) if name]
    title = re.split("[：:，—（(]", told.get("title", ""))[0]
    if len(title) > TITLE_CHARACTERS:
        title = f"{title[:TITLE_CHARACTERS]}…"
    if not authors and not title:
        return told["doc_id"]
    who = authors[0] + ("等" if len(authors) > 1 else "") if authors else title
    year = re.search(r"\d{4}", told.get("published", ""))
    return f"{who} {year.group()}" if year else who


def _letters(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    rest, last = divmod(number - 1, 26)
    return (_letters(rest) if rest else "") + chr(ord("a") + last)


def compose(study: Study, results: Mapping[str, Results]) -> Report:
    """The report of one run.

    Parameters
    ----------
    study : Study
    results : mapping of str to Results
        What `pbgov.run.compute` gives: the results of each step.

    Returns
    -------
    Report
    """
    from pbgov.reporting.chapters import CHAPTERS
    from pbgov.reporting.chapters.sources import references

    found = Findings(study, results)
    chapters = [(title, chapter(found)) for title, chapter in CHAPTERS]
    cited = [
        part.key
        for _, content in chapters
        for text in texts_of(content)
        for part in parsed(text)
        if isinstance(part, SourceName)
    ]
    if study.report.template is not None:
        return _from_template(found, chapters, study.report.template)
    chapters.append(("资料来源", [references(found, cited)]))
    blocks: list[Block] = []
    numerals = iter(NUMERALS)
    for title, content in chapters:
        if content:
            blocks += [Heading(1, f"{next(numerals)}、{title}"), *content]
    return Report(
        title=study.title,
        subtitle=study.subtitle,
        blocks=tuple(blocks),
        ledger=found.ledger,
        layout=study.report.layout,
    )


def _from_template(
    found: Findings, chapters: list[tuple[str, list[Block]]], template: Path
) -> Report:
    """The report of the study's own template, with the exhibits of the built-in chapters."""
    from pbgov.reporting.chapters.frame import limits_box
    from pbgov.reporting.chapters.sources import references
    from pbgov.reporting.template_report import report_from_template
    from pbgov.reporting.template_text import read_template

    study = found.study
    read_template(template)  # names what is wrong with the file itself
    text = template.read_text(encoding="utf-8-sig")
    exhibits = {
        block.exhibit.exhibit_id: block.exhibit
        for _, content in chapters
        for block in content
        if isinstance(block, ExhibitBlock)
    }
    cited = [part.key for part in parsed(text) if isinstance(part, SourceName)]
    report = report_from_template(
        text,
        title=study.title,
        subtitle=study.subtitle,
        exhibits=exhibits,
        ledger=found.ledger,
        references=references(found, cited),
        layout=study.report.layout,
        path=str(template),
    )
    return _with_limits(report, limits_box(found))


def _with_limits(report: Report, box: Box) -> Report:
    """The report with the box of what the data cannot say, before its sources where it has none."""
    if any(isinstance(block, Box) and block.title == box.title for block in report.blocks):
        return report
    blocks = list(report.blocks)
    ends = [place for place, block in enumerate(blocks) if isinstance(block, References)]
    blocks.insert(ends[0] if ends else len(blocks), box)
    return replace(report, blocks=tuple(blocks))


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """The texts of blocks that are written in the grammar of prose."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Claim):
            yield from (block.text, block.reason)
        elif isinstance(block, Box):
            yield from block.paragraphs
