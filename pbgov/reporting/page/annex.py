"""The annex of evidence: results, quotations and records numbered, each naming the others.

Results are V1, V2 …, those that the prose states first; quotations are Q1, Q2 …, records R1, R2 ….
The same letters stand in the page, the PDF and, for quotations and records, in Word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.exhibits.numerals import MINUS
from pbgov.reporting.report import Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbgov.reporting.ledger import Ledger, Nature, Quotation, Record, Result
    from pbgov.reporting.report import Report

NATURES: dict[Nature, str] = {
    "count": "计数",
    "description": "描述，不作推断",
    "agreement": "编码者之间的一致程度",
    "association": "相关，不是因果",
    "effect": "效应，依事先声明的时点设计",
    "method": "方法的设定",
}
NO_DISTRICT = "没有归到哪个区"


@dataclass(frozen=True)
class Link:
    """A place in the annex: its anchor ("quote_3") and what is printed for it ("Q3")."""

    anchor: str
    printed: str


@dataclass(frozen=True)
class Ground:
    """What one result rests on in one document and district, or in one indicator."""

    heading: str
    document: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ResultEntry:
    """A result with its unrounded value, and its evidence by district and document."""

    link: Link
    result: Result
    exact: str
    nature: str
    stated: int
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class QuotationEntry:
    """A quotation and the results that rest on it."""

    link: Link
    quotation: Quotation
    results: tuple[Link, ...]


@dataclass(frozen=True)
class RecordEntry:
    """A record and the results that rest on it."""

    link: Link
    record: Record
    results: tuple[Link, ...]


@dataclass(frozen=True)
class Annex:
    """All evidence of a report.

    Attributes
    ----------
    results, quotations, records : tuple
        In the order of their numbers.
    unstated : int
        Results of the ledger that are left out because no text states them.
    """

    results: tuple[ResultEntry, ...]
    quotations: tuple[QuotationEntry, ...]
    records: tuple[RecordEntry, ...]
    unstated: int = 0

    @property
    def anchors(self) -> dict[str, str]:
        """Anchor of each result id."""
        return {entry.result.result_id: entry.link.anchor for entry in self.results}


def annex(report: Report, *, only_stated: bool = False) -> Annex:
    """The annex of a report.

    Parameters
    ----------
    report : Report
    only_stated : bool
        Leave out results that no text states, and evidence that only they rest on.
    """
    ledger = report.ledger
    stated = _times_stated(report)
    ids = [*stated, *(() if only_stated else (name for name in ledger if name not in stated))]
    results = {name: Link(f"result_{n}", f"V{n}") for n, name in enumerate(ids, 1)}
    resting: dict[str, list[Link]] = {}
    for name, link in results.items():
        for evidence in ledger[name].rests_on:
            resting.setdefault(evidence, []).append(link)
    shown = resting if only_stated else {**ledger.quotations, **ledger.records}
    quotations = _numbered("quote", "Q", (one for one in ledger.quotations if one in shown))
    records = _numbered("record", "R", (one for one in ledger.records if one in shown))
    return Annex(
        results=tuple(
            ResultEntry(
                link,
                ledger[name],
                exact_value(ledger[name].value),
                NATURES[ledger[name].nature],
                stated.get(name, 0),
                tuple(_grounds(ledger, ledger[name], quotations, records)),
            )
            for name, link in results.items()
        ),
        quotations=tuple(
            QuotationEntry(link, ledger.quotations[name], tuple(resting.get(name, ())))
            for name, link in quotations.items()
        ),
        records=tuple(
            RecordEntry(link, ledger.records[name], tuple(resting.get(name, ())))
            for name, link in records.items()
        ),
        unstated=len(ledger) - len(results),
    )


def exact_value(value: float | str) -> str:
    """A value as it is, unrounded, with a true minus.

    Examples
    --------
    >>> exact_value(108.0), exact_value(-0.12345678901), exact_value("未估计")
    ('108', '−0.12345678901', '未估计')
    """
    if isinstance(value, str):
        return value
    number = float(value)
    return (str(int(number)) if number.is_integer() else repr(number)).replace("-", MINUS)


def _times_stated(report: Report) -> dict[str, int]:
    """How often each result is stated in the prose, in the order of first statement."""
    times: dict[str, int] = {}
    for _, text in report.texts():
        for piece in report.pieces(text):
            if isinstance(piece, Number):
                name = piece.result.result_id
                times[name] = times.get(name, 0) + 1
    return times


def _numbered(anchor: str, letter: str, ids: Iterable[str]) -> dict[str, Link]:
    return {name: Link(f"{anchor}_{n}", f"{letter}{n}") for n, name in enumerate(ids, 1)}


def _grounds(
    ledger: Ledger, result: Result, quotations: dict[str, Link], records: dict[str, Link]
) -> Iterator[Ground]:
    """Quotations by district and document, districts in the order of their codes; then records."""
    places: dict[tuple[bool, str, str, str], list[Link]] = {}
    titles: dict[str, str] = {}
    indicators: dict[str, list[Link]] = {}
    for name in result.rests_on:
        if name in ledger.quotations:
            one = ledger.quotations[name]
            place = (not one.region, one.region_code, one.region, one.doc_id)
            places.setdefault(place, []).append(quotations[name])
            titles[one.doc_id] = one.title
        else:
            indicators.setdefault(ledger.records[name].indicator, []).append(records[name])
    for place in sorted(places):
        *_, region, doc_id = place
        yield Ground(region or NO_DISTRICT, titles[doc_id], tuple(places[place]))
    for indicator, links in indicators.items():
        yield Ground(indicator, "", tuple(links))
