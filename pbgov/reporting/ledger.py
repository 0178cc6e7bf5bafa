"""The ledger of a report: every number that its prose may state, and what each rests on.

A result stands in the ledger before any sentence is written; prose names it as ``{{result:…}}`` and
cannot state another value. What it rests on are quotations (stretches of documents) and records
(rows of indicators), by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pbgov.errors import InputError

Nature: TypeAlias = Literal["count", "description", "agreement", "association", "effect", "method"]

_RESULT_ID = re.compile(r"[\w()\[\]+%:−-]+(\.[\w()\[\]+%:−-]+)*")
LONGEST_ID = 56
"""Characters of a result id: Word keeps 64 of the tag ``result:<id>``."""


@dataclass(frozen=True)
class Result:
    """One number, or one printed value, that prose may state.

    Attributes
    ----------
    result_id : str
        Parts joined by dots, from the whole to the part: ``practices.n``,
        ``assess.focal.人口密度对数.estimate``.
    value : float or str
        Unrounded; a word where the result is one ("未估计").
    printed : str
        What prose prints for it.
    meaning : str
        What it is, in Chinese, such as 查出的做法条数.
    nature : {"count", "description", "agreement", "association", "effect", "method"}
        What may be said of it: an ``association`` is never worded as an effect.
    origin : str
        The file that holds it, such as ``evidence/practices.csv``.
    simulated : bool
    rests_on : tuple of str
        Ids of quotations and records, each once.

    Raises
    ------
    InputError
        For an id that cannot be one, or nothing to print.
    """

    result_id: str
    value: float | str
    printed: str
    meaning: str
    nature: Nature
    origin: str = ""
    simulated: bool = False
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.result_id) > LONGEST_ID or not _RESULT_ID.fullmatch(self.result_id):
            raise InputError(
                f"result id {self.result_id!r} cannot name a result; use letters, digits and"
                f" hyphens in parts joined by dots, {LONGEST_ID} characters at most"
            )
        if not self.printed.strip():
            raise InputError(f"result {self.result_id!r} prints nothing; give what prose shows")


@dataclass(frozen=True)
class Judgement:
    """One coding of a quotation: which code, by whom, by which rule, given or denied."""

    code_id: str
    code: str
    coder: str
    rule: str
    value: int


@dataclass(frozen=True)
class Quotation:
    """A stretch of a document that results rest on.

    Attributes
    ----------
    quotation_id : str
        As `quotation_id` makes it.
    doc_id, title, path : str
        The document, and its file as the study names it.
    paragraph : int
        Which paragraph of the document it stands in (or begins in), counted from 1.
    start, end : int
        Code points into the repaired text; ``text`` is what stands there.
    raw_start, raw_end : int
        The same words in the raw text of the file.
    region_code, region : str
        The district it was placed in, or empty.
    status : str
        已实施, 建议, 计划 … where it is a practice; else empty.
    judgements : tuple of Judgement
    """

    quotation_id: str
    doc_id: str
    title: str
    path: str
    paragraph: int
    start: int
    end: int
    raw_start: int
    raw_end: int
    text: str
    region_code: str = ""
    region: str = ""
    status: str = ""
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True)
class Record:
    """One row of an indicator that results rest on.

    Attributes
    ----------
    record_id : str
        As `record_id` makes it.
    region, indicator, period, printed, unit, status, source, url : str
        ``printed`` is the value as it is printed; ``status`` 实际 / 预计 / 推算 / 模拟.
    """

    record_id: str
    region: str
    indicator: str
    period: str
    printed: str
    unit: str
    status: str
    source: str
    url: str = ""


def quotation_id(doc_id: str, start: int, end: int) -> str:
    """Id of the stretch ``start``–``end`` of a document: ``doc:12-40``."""
    return f"{doc_id}:{start}-{end}"


def record_id(indicator: str, region_code: str, period: str) -> str:
    """Id of one row of an indicator: ``人口密度/110101/2020-11-01``."""
    return f"{indicator}/{region_code}/{period}"


class Ledger(Mapping[str, Result]):
    """Results by id, with the quotations and records they rest on; nothing in it changes.

    Parameters
    ----------
    results : iterable of Result
    quotations : iterable of Quotation
    records : iterable of Record

    Raises
    ------
    InputError
        Where an id stands twice, or a result rests on something that is not here.
    """

    def __init__(
        self,
        results: tuple[Result, ...] = (),
        quotations: tuple[Quotation, ...] = (),
        records: tuple[Record, ...] = (),
    ) -> None:
        self._results = {one.result_id: one for one in results}
        self.quotations = {one.quotation_id: one for one in quotations}
        self.records = {one.record_id: one for one in records}
        for what, given, kept in (
            ("result", results, self._results),
            ("quotation", quotations, self.quotations),
            ("record", records, self.records),
        ):
            if len(given) != len(kept):
                raise InputError(f"a {what} stands twice in the ledger; give each id once")
        for one in results:
            for evidence in one.rests_on:
                if evidence not in self.quotations and evidence not in self.records:
                    raise InputError(
                        f"result {one.result_id!r} rests on {evidence!r}, which is neither a"
                        " quotation nor a record of the ledger"
                    )

    def __getitem__(self, result_id: str) -> Result:
        return self._results[result_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def resting_on(self, evidence: str) -> tuple[Result, ...]:
        """The results that rest on a quotation or record, in the order of the ledger."""
        return tuple(one for one in self._results.values() if evidence in one.rests_on)
