"""Which codes the words and the conditions of a codebook speak for, text by text, code by code."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from pbgov.coding.ruling.matching import Hits
from pbgov.coding.ruling.truth import NOWHERE, evidence, truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.coding.ruling.conditions import Node
    from pbgov.coding.ruling.sightings import Sightings
    from pbgov.coding.ruling.truth import Evidence, Places

HEADING = "heading"  # the column that heading(…) asks


class Condition(NamedTuple):
    """One row of ``rules.csv``, read."""

    rule_id: str
    node: Node


@dataclass(frozen=True, eq=False)
class Found:
    """One code: the texts that speak for it, ascending, and what in them does.

    ``weight`` counts distinct terms and conditions; ``start`` is -1 where nothing can be pointed at.
    ``hits`` are the terms, each once a text, in the order of the text; ``conditions`` tells of each
    condition in which of the texts it holds.
    """

    text: np.ndarray
    weight: np.ndarray
    start: np.ndarray
    end: np.ndarray
    hits: Hits
    conditions: tuple[tuple[str, np.ndarray], ...]

    @cached_property
    def listed(self) -> list[tuple[int, int, int, int, int]]:
        """For each text its number, start, end, and where its hits begin and end among `hits`."""
        first = np.searchsorted(self.hits.text, self.text, side="left")
        last = np.searchsorted(self.hits.text, self.text, side="right")
        columns = (self.text, self.start, self.end, first, last)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    @cached_property
    def terms(self) -> list[int]:
        """The numbers of the terms of `hits`."""
        listed: list[int] = self.hits.term.tolist()
        return listed


_NONE = np.zeros(0, dtype=np.int64)
_NOTHING = Found(_NONE, _NONE, _NONE, _NONE, Hits(_NONE, _NONE, _NONE, _NONE, 0), ())


class Judging:
    """The codes that some texts are judged by; a `pbgov.coding.ruling.truth.Scene`.

    Parameters
    ----------
    terms : mapping
        Code to role to terms.
    conditions : mapping
        Code to its conditions.
    sightings : Sightings
        Of the texts.
    columns : mapping
        What is known of each text beside its words, by the name of the column. Conditions that ask
        for others are passed over.
    """

    def __init__(
        self,
        terms: Mapping[str, Mapping[str, Sequence[str]]],
        conditions: Mapping[str, Sequence[Condition]],
        sightings: Sightings,
        columns: Mapping[str, Sequence[Any]],
    ) -> None:
        self._terms = terms
        self._conditions = conditions
        self._sightings = sightings
        self._columns = columns
        self._found: dict[tuple[str, bool], Found] = {}
        self._places: dict[tuple[str, str, bool], Places] = {}
        self.n_texts = sightings.n_texts

    def found(self, code_id: str, *, affirmed: bool) -> Found:
        """The texts that speak for a code; none while it is being asked for."""
        key = (code_id, affirmed or not self._sightings.denies)
        if key not in self._found:
            self._found[key] = _NOTHING  # a code that names itself through others finds nothing
            self._found[key] = self._find(code_id, key[1])
        return self._found[key]

    def term_places(self, term: str, affirmed: bool) -> Places:
        """Where a word stands, outside masks."""
        key = ("", term, affirmed)
        if key not in self._places:
            self._places[key] = self._sightings.places([term], affirmed=affirmed)
        return self._places[key]

    def cue_places(self, code_id: str, affirmed: bool) -> Places:
        """Where the cues of a code stand, outside masks and its vetoes."""
        key = (code_id, "", affirmed)
        if key not in self._places:
            self._places[key] = self._sightings.places(
                self._of_role(code_id, "cue"), self._of_role(code_id, "veto"), affirmed=affirmed
            )
        return self._places[key]

    def code_truth(self, code_id: str, affirmed: bool) -> np.ndarray:
        """In which texts the terms or the conditions of a code are met."""
        holds = np.zeros(self.n_texts, dtype=bool)
        holds[self.found(code_id, affirmed=affirmed).text] = True
        return holds

    def code_evidence(self, code_id: str, rows: np.ndarray, affirmed: bool) -> Evidence:
        """Where, in texts that speak for the code."""
        found = self.found(code_id, affirmed=affirmed)
        at = np.searchsorted(found.text, rows)
        return found.start[at], found.end[at]

    def under_heading(self, words: tuple[str, ...]) -> np.ndarray:
        """Which texts stand under a heading with one of some words."""
        numbers, headings = pd.factorize(pd.Series(list(self._columns[HEADING])).fillna(""))
        holds = [any(word in str(heading) for word in words) for heading in headings]
        return np.array(holds, dtype=bool)[numbers] if holds else np.zeros(0, dtype=bool)

    def has_value(self, name: str, value: str, equal: bool) -> np.ndarray:
        """Which texts have a value, or another one, in a column; never where it is missing."""
        numbers, values = pd.factorize(pd.Series(list(self._columns[name]), dtype="object"))
        wanted = _as_written(value)
        holds = [(_as_written(each) == wanted) is equal for each in values]
        return np.array([*holds, False], dtype=bool)[numbers]  # a missing value is number -1

    def _of_role(self, code_id: str, role: str) -> Sequence[str]:
        return self._terms.get(code_id, {}).get(role, ())

    def _find(self, code_id: str, affirmed: bool) -> Found:
        conditions = self._conditions.get(code_id, ())
        if not conditions and not self._sightings.holds(self._of_role(code_id, "cue")):
            return _NOTHING
        hits = self._hits(code_id, affirmed)
        fired = [
            (each.rule_id, each.node, np.flatnonzero(truth(each.node, self, affirmed)))
            for each in conditions
        ]
        fired = [each for each in fired if len(each[2])]
        text = np.unique(np.concatenate([hits.text, *(rows for *_, rows in fired)]))
        weight = np.zeros(len(text), dtype=np.int64)
        np.add.at(weight, np.searchsorted(text, hits.text), 1)
        start, end = np.full(len(text), NOWHERE), np.full(len(text), NOWHERE)
        new = np.ones(len(hits), dtype=bool)
        new[1:] = hits.text[1:] != hits.text[:-1]
        with_terms = np.searchsorted(text, hits.text[new])
        start[with_terms], end[with_terms] = hits.start[new], hits.end[new]
        without_terms = np.ones(len(text), dtype=bool)
        without_terms[with_terms] = False
        for _, node, rows in fired:
            at = np.searchsorted(text, rows)
            weight[at] += 1
            wanted = without_terms[at]
            first, last = evidence(node, self, rows[wanted], affirmed)
            at = at[wanted]
            sooner = (first != NOWHERE) & ((start[at] == NOWHERE) | (first < start[at]))
            start[at[sooner]], end[at[sooner]] = first[sooner], last[sooner]
        named = tuple((rule_id, np.isin(text, rows)) for rule_id, _, rows in fired)
        return Found(text, weight, start, end, hits, named)

    def _hits(self, code_id: str, affirmed: bool) -> Hits:
        """Cues, and ambiguous terms beside one: each once a text, in the order of the text."""
        vetoes = self._of_role(code_id, "veto")
        cues, denied = self._sightings.of(self._of_role(code_id, "cue"), vetoes)
        cues = cues.where(~denied) if affirmed else cues
        ambiguous, denied = self._sightings.of(self._of_role(code_id, "ambiguous"), vetoes)
        if affirmed and len(ambiguous):
            ambiguous = ambiguous.where(~denied & np.isin(ambiguous.text, cues.text))
            cues = cues.and_also(ambiguous)
        hits = cues.where(np.lexsort((-cues.end, cues.start, cues.text)))
        pairs = hits.text * (hits.term.max(initial=0) + 1) + hits.term
        _, once = np.unique(pairs, return_index=True)
        return hits.where(np.sort(once))


def _as_written(value: Any) -> str:
    """A value as a table shows it: 110105 in a column of decimals, 2024-05-01 in one of dates.

    Full-width digits, letters and punctuation are those of half width.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date() if value.time() == time.min else value
    return unicodedata.normalize("NFKC", str(value)).strip()
