"""Which evidence the annex prints, and under which numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbgov.reporting.ledger import Ledger, Quotation, Result

MOST_PRINTED = 500
"""Quotations, and records, that an annex prints; where there are more, each result keeps its first."""

MOST_RUNS = 20
"""Numbers or runs of numbers (Q3–Q9) that are listed for one result."""


@dataclass(frozen=True)
class Numbers:
    """Numbers of the results and of the evidence that an annex prints.

    Attributes
    ----------
    results, quotations, records : dict of str to int
        Numbers from 1, by id, in printing order.
    all_quotations, all_records : int
        How many the stated results rest on, printed or not.
    """

    results: dict[str, int]
    quotations: dict[str, int]
    records: dict[str, int]
    all_quotations: int
    all_records: int


def number_evidence(ledger: Ledger, stated: Sequence[Result]) -> Numbers:
    """Numbers for the stated results and for what is printed of their evidence.

    Quotations are numbered document by document, in the order of their places; records in the order
    of the ledger. Up to `MOST_PRINTED` all are printed. Beyond that each result keeps its first
    ones, as many for each as have room together.
    """
    in_order = {
        "Q": [one.quotation_id for one in _by_document(ledger)],
        "R": list(ledger.records),
    }
    printed = {}
    needed = {}
    for kind, ids in in_order.items():
        place = {name: n for n, name in enumerate(ids)}
        lists = [sorted((e for e in one.rests_on if e in place), key=place.__getitem__)
                 for one in stated]  # fmt: skip
        needed[kind] = len(set().union(*lists)) if lists else 0
        chosen = _shared_out(lists, MOST_PRINTED)
        printed[kind] = {name: n for n, name in enumerate((one for one in ids if one in chosen), 1)}
    return Numbers(
        results={one.result_id: n for n, one in enumerate(stated, 1)},
        quotations=printed["Q"],
        records=printed["R"],
        all_quotations=needed["Q"],
        all_records=needed["R"],
    )


def _by_document(ledger: Ledger) -> list[Quotation]:
    documents: dict[str, int] = {}
    for one in ledger.quotations.values():
        documents.setdefault(one.doc_id, len(documents))
    return sorted(
        ledger.quotations.values(), key=lambda one: (documents[one.doc_id], one.start, one.end)
    )


def _shared_out(lists: Sequence[Sequence[str]], most: int) -> set[str]:
    """The first of each list, the second of each … while they are `most` at most together."""
    chosen: set[str] = set()
    for depth in range(max(map(len, lists), default=0)):
        layer = {one[depth] for one in lists if depth < len(one)} | chosen
        if depth and len(layer) > most:
            break
        chosen = layer
    return chosen


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as runs of neighbours, first and last of each.

    Examples
    --------
    >>> runs_of([4, 1, 2, 3, 9])
    [(1, 4), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
