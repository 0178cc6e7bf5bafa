"""The prose of a report as the checks read it: what is printed, and what is bound to what.

A passage is one text: a paragraph, the reason of a claim, a footnote, a heading. Whether it comes
from a `Report` or was read back from a written file makes no difference to the checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from pbgov.marks import SIMULATED
from pbgov.reporting.prose import ExhibitName, GivenText, NoteText, ResultName, parsed
from pbgov.reporting.report import Box, Claim, ExhibitBlock, Heading, Paragraph, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["prose", "claim", "heading", "title"]
HIDDEN = "▢"
"""Stands, in `Passage.bare`, for every character that is bound, quoted or named."""
QUOTED = re.compile(r"“[^“”]*”|‘[^‘’]*’|《[^《》]*》|「[^「」]*」|『[^『』]*』|\"[^\"\n]*\"")
_SENTENCE = re.compile(r"(?:[^。！？!?\n.]|\.(?!\s+[A-Z]))+(?:[。！？!?.]+[”’」』）)]*|\n|\Z)")

_CITED = re.compile(r"[0-9０-９.,，．]+ ?[%％‰]?[ \u3000]?[\u4e00-\u9fff]{0,3}\Z")


@dataclass(frozen=True)
class Bound:
    """A stretch of a passage that states a result: ``text[start:end]`` is what stands there."""

    start: int
    end: int
    result_id: str
    expected: str | None = None


@dataclass(frozen=True)
class Named:
    """A stretch of a passage that names an exhibit."""

    start: int
    end: int
    exhibit_id: str
    simulated: bool


@dataclass(frozen=True)
class Passage:
    """One text of a report.

    Attributes
    ----------
    place : int
        Order in the report.
    where : str
        In Chinese, as findings name it: 第3块（论断），依据.
    kind : {"prose", "claim", "heading", "title"}
    text : str
        As it is printed; offsets count its code points.
    bound : tuple of Bound
    named : tuple of Named
    exempt : tuple of (int, int)
        Stretches that need no result: numbers given with their origin, numbers right before a
        citation, marks of citations.
    reality : str or None
        真实, 模拟, 方法 or 局限, where the passage is labelled.
    """

    place: int
    where: str
    kind: Kind
    text: str
    bound: tuple[Bound, ...] = ()
    named: tuple[Named, ...] = ()
    exempt: tuple[tuple[int, int], ...] = ()
    reality: str | None = None

    @cached_property
    def bare(self) -> str:
        """The text with all that is bound, exempt, quoted or named replaced by `HIDDEN`."""
        return hidden(self.with_given, list(self.exempt))

    @cached_property
    def with_given(self) -> str:
        """As `bare`, but what is exempt is left to be read."""
        bound = [(one.start, one.end) for one in self.bound]
        return hidden(self.unquoted, bound + [(one.start, one.end) for one in self.named])

    @cached_property
    def unquoted(self) -> str:
        """The text with what stands in quotation marks replaced by `HIDDEN`, marks and all."""
        return hidden(self.text, [found.span() for found in QUOTED.finditer(self.text)])

    def sentences(self) -> Iterator[Sentence]:
        """The sentences, ended by 。！？ or a line; a full stop inside quotation marks ends none."""
        for found in _SENTENCE.finditer(self.unquoted):
            start, end = found.span()
            if self.text[start:end].strip():
                yield Sentence(self, start, end)


@dataclass(frozen=True)
class Sentence:
    """``passage.text[start:end]``."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """As it is printed."""
        return self.passage.text[self.start : self.end]

    @property
    def unquoted(self) -> str:
        """Without what stands in quotation marks; offsets are those of `text`."""
        return self.passage.unquoted[self.start : self.end]

    @property
    def bound(self) -> tuple[Bound, ...]:
        """The results stated in it."""
        return tuple(one for one in self.passage.bound if self.start <= one.start < self.end)

    @property
    def named(self) -> tuple[Named, ...]:
        """The exhibits named in it."""
        return tuple(one for one in self.passage.named if self.start <= one.start < self.end)


def hidden(text: str, spans: list[tuple[int, int]]) -> str:
    """`text`, of the same length, with some stretches replaced by `HIDDEN`."""
    chars = list(text)
    for start, end in spans:
        chars[start:end] = HIDDEN * (end - start)
    return "".join(chars)


def passages_of(report: Report) -> list[Passage]:
    """Every text of a report, in order: titles, headings, prose, footnotes; no table, no reference."""
    found = [
        Passage(0, where, "title", text)
        for where, text in (("报告题名", report.title), ("副题", report.subtitle))
        if text
    ]
    for place, block in enumerate(report.blocks, 1):
        if isinstance(block, Heading):
            found.append(Passage(place, f"第{place}块（标题）", "heading", block.text))
        elif isinstance(block, Paragraph):
            where = f"第{place}块（段落）"
            found += _read(report, place, where, "prose", block.text, block.reality)
        elif isinstance(block, Claim):
            where = f"第{place}块（论断）"
            found += _read(report, place, where, "claim", block.text, block.reality)
            found += _read(report, place, f"{where}，依据", "prose", block.reason, block.reality)
        elif isinstance(block, Box):
            where = f"第{place}块（方框）"
            found.append(Passage(place, f"{where}，题", "heading", block.title))
            for number, text in enumerate(block.paragraphs, 1):
                found += _read(report, place, f"{where}，第{number}段", "prose", text, None)
        elif isinstance(block, ExhibitBlock):
            title = block.exhibit.caption_text
            found.append(Passage(place, f"第{place}块（图表题）", "title", title))
    return found


def _read(
    report: Report, place: int, where: str, kind: Kind, text: str, reality: str | None
) -> Iterator[Passage]:
    """One text, and its footnotes after it."""
    exhibits = {one.exhibit_id: one for one in report.exhibits}
    printed = ""
    bound: list[Bound] = []
    named: list[Named] = []
    exempt: list[tuple[int, int]] = []
    notes: list[str] = []
    for name in parsed(text):
        at = len(printed)
        if isinstance(name, NoteText):
            notes.append(name.text)
        elif isinstance(name, str):
            printed += name
        elif isinstance(name, GivenText):
            printed += name.printed
            exempt.append((at, len(printed)))
        elif isinstance(name, ResultName):
            printed += report.ledger[name.result_id].printed
            bound.append(Bound(at, len(printed), name.result_id, name.expected))
        elif isinstance(name, ExhibitName):
            exhibit = exhibits[name.exhibit_id]
            printed += f"{exhibit.label}{report.numbers[name.exhibit_id]}"
            named.append(Named(at, len(printed), name.exhibit_id, exhibit.simulated))
            printed += f"【{SIMULATED}】" if exhibit.simulated else ""
        else:
            printed += report.citations[name.key]
            exempt += [(at, len(printed)), *cited(printed[:at])]
    stretches = (tuple(bound), tuple(named), tuple(exempt))
    yield Passage(place, where, kind, printed, *stretches, reality)
    for number, note in enumerate(notes, 1):
        yield Passage(place, f"{where}，脚注{number}", "prose", note, reality=reality)


def cited(before: str) -> list[tuple[int, int]]:
    """The number and its unit that stand right before a citation: 满分 1000 分[1]."""
    found = _CITED.search(before)
    return [found.span()] if found else []
