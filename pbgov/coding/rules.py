"""The rule coder: words of the codebook found in the text, and what follows from them.

It reads words, not meaning. A code it does not give is not a judgement that the code is absent,
and what it gives is a suggestion (``status`` suggested) for a person to confirm. Only where a text
denies what a code looks for (没有组建联席会) does it say that the code is absent.
"""

from __future__ import annotations

import copy
import warnings
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from pbgov.coding.ruling.condition_tokens import ConditionError
from pbgov.coding.ruling.conditions import Attribute, Heading, Term, parse_condition, walk
from pbgov.coding.ruling.judging import HEADING, Condition, Found, Judging
from pbgov.coding.ruling.sightings import Sightings, Vocabulary
from pbgov.coding.ruling.truth import NOWHERE
from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError, DataFileWarning
from pbgov.findings import Finding
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbgov.coding.codebook import Codebook

CODER = "rules"
SECONDARY = "次要"


class Judgement(NamedTuple):
    """One code given to one text, or said by the text to be absent.

    Attributes
    ----------
    code_id : str
    cues : tuple of str
        The distinct terms found, in the order of the text.
    start, end : int or None
        The first of them in the text, the longest where several begin there; without one, what makes
        the condition true; None where nothing can be pointed at.
    secondary : bool
        True where another code of the family is the primary one.
    rules : tuple of str
        The conditions of ``rules.csv`` that hold, in the order of that file.
    value : int
        1 present, 0 where everything that speaks for the code is denied.
    """

    code_id: str
    cues: tuple[str, ...]
    start: int | None
    end: int | None
    secondary: bool = False
    rules: tuple[str, ...] = ()
    value: int = 1

    @property
    def named(self) -> str:
        """What it rests on, as the column ``rule`` has it: cue:组建+联席会; rule:R1, denied:组建."""
        parts = ["cue:" * self.value + "+".join(self.cues)] if self.cues else []
        parts += ["rule:" + "+".join(self.rules)] if self.rules else []
        return ("" if self.value else "denied:") + "; ".join(parts)


class Rules:
    """The terms and conditions of a codebook, ready to judge many texts.

    A condition that cannot be read is passed over; `code_by_rules` refuses it, and
    `Codebook.check` tells of it.

    Parameters
    ----------
    codebook : Codebook
    """

    def __init__(self, codebook: Codebook) -> None:
        terms, rules = codebook.terms, codebook.rules
        self._rows = list(zip(terms["code_id"], terms["role"], terms["term"], strict=True))
        self._conditions: dict[str, list[Condition]] = defaultdict(list)
        for rule_id, code_id, node in _readable(rules):
            self._conditions[code_id].append(Condition(rule_id, node))
        self._vocabulary = Vocabulary(
            [term for *_, term in self._rows] + list(self._words_of_conditions()),
            codebook.masks["term"],
        )
        families = codebook.families.set_index("family")
        self._families = [
            (str(families.at[family, "exclusive"]), families.at[family, "residual"], list(codes))
            for family, codes in codebook.codes.groupby("family", sort=False)["code_id"]
        ]

    def without(self, place: int) -> Rules:
        """The same rules with one row of ``terms.csv`` left out; `place` counts the rows from 0."""
        changed = copy.copy(self)
        changed._rows = self._rows[:place] + self._rows[place + 1 :]
        return changed

    def columns(self) -> dict[str, list[str]]:
        """The columns of a segments table that conditions ask for, each with the rules that do."""
        asked: dict[str, list[str]] = defaultdict(list)
        for conditions in self._conditions.values():
            for rule_id, node in conditions:
                for name in _columns_of(node):
                    asked[name].append(rule_id)
        return dict(asked)

    def judge(self, text: str, columns: Mapping[str, Any] | None = None) -> list[Judgement]:
        """The codes that the words of `text` speak for, family by family.

        Parameters
        ----------
        text : str
            One sentence or paragraph, without its heading.
        columns : mapping, optional
            What ``heading(…)`` and ``attribute(…)`` ask for. A condition that asks for what is not
            given here is passed over.

        Returns
        -------
        list of Judgement
            In the order of ``codes.csv``, the primary code of a family before secondary ones, codes
            that the text denies behind them.

        Notes
        -----
        Every occurrence of a term counts, also inside a longer term, unless it overlaps a mask or
        a veto of its code; an ambiguous term counts only beside a cue of the same code. What the
        text denies (`pbgov.coding.ruling.negation`) does not count; where a cue or a condition is met and
        all of it is denied, the code is given with value 0. A condition that holds counts like one
        more distinct term. In a ``multi`` family each code with a cue or a condition is given. In
        the other families the code with most distinct terms is given, and nothing at all where two
        codes share the first place; under ``primary_plus_secondary`` the codes behind it are given
        as secondary. The residual code of a family is given only by its own cue and where no other
        code has one: finding no words is no judgement.
        """
        given = {name: [value] for name, value in (columns or {}).items()}
        return [judgement for _, judgement in self.judge_all([text], given)]

    def judge_all(
        self, texts: Sequence[str], columns: Mapping[str, Sequence[Any]]
    ) -> list[tuple[int, Judgement]]:
        """`judge` for many texts at once: the number of the text with each judgement.

        Parameters
        ----------
        texts : sequence of str
        columns : mapping
            Name of a column to its values, one a text.
        """
        terms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for code_id, role, term in self._rows:
            terms[code_id][role].append(term)
        conditions = {
            code_id: [each for each in listed if _columns_of(each.node) <= columns.keys()]
            for code_id, listed in self._conditions.items()
        }
        judging = Judging(terms, conditions, Sightings(self._vocabulary, texts), columns)
        words = self._vocabulary.words
        given = [
            judged
            for number, (exclusive, residual, codes) in enumerate(self._families)
            for judged in _judge_family(judging, codes, exclusive, residual, words, number)
        ]
        return [(text, judgement) for text, *_, judgement in sorted(given, key=itemgetter(0, 1, 2))]

    def _words_of_conditions(self) -> Iterator[str]:
        for conditions in self._conditions.values():
            for condition in conditions:
                yield from (each.text for each in walk(condition.node) if isinstance(each, Term))


def code_by_rules(
    segments: pd.DataFrame, codebook: Codebook, *, modality: bool = True
) -> pd.DataFrame:
    """The rule coder's suggestions for every paragraph, sentence and table row.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it. Only the text of the segment is judged; its headings and other
        columns are shown to no rule but one that asks for them (``heading(…)``, ``attribute(…)``).
    codebook : Codebook
    modality : bool, default True
        Whether the column ``modality`` is made, which takes far longer than everything else.

    Returns
    -------
    DataFrame
        The columns of ``CODINGS`` (`pbgov.schemas`), ``modality`` and ``segment_id``; one row is one
        code given to one segment, in the order of `segments`. ``coder`` is rules, ``status``
        suggested. ``value`` is 1, or 0 where the segment denies all that speaks for the code
        (尚未组建联席会); a code without a row was not given, which is no judgement of absence.
        ``evidence_*`` is the first cue, or the stretch that makes a condition true, NaN where
        nothing can be pointed at. ``rule`` names all cues and rules (``cue:联合支部+组建; rule:R1``,
        ``denied:组建``) and ``memo`` is 次要 where the code is secondary. ``modality`` is the status
        of the sentence in which the evidence begins, as `pbgov.find_modality` reads it: 已实施, 计划,
        建议, 引述, 试点 or 否定, NaN where it cannot be told. `Rules.judge` tells how codes are chosen.

    Raises
    ------
    DataFileError
        Where a term names a code, or a code a family, that is not defined (E206, E207), or a
        condition of ``rules.csv`` cannot be read (E221), names an unknown or retired code (E222,
        E248) or leads back to its own code (E223).

    Warns
    -----
    DataFileWarning
        Where rules ask for a column that `segments` does not have (W263); they are not applied.

    Notes
    -----
    The terms of the shipped codebook were written by somebody who had read the five articles of
    the shipped corpus. Agreement with the authors of those articles is therefore an upper bound
    of what these rules reach on new texts, not an estimate of it.
    """
    refuse_unknown_codes(codebook)
    rules = Rules(codebook)
    read = segments[segments["kind"].isin(READABLE_KINDS)].reset_index(drop=True)
    texts = read["text"].tolist()
    judged = rules.judge_all(texts, columns_given(rules, read, codebook))
    table = _table(judged, read, texts, codebook.version)
    if modality:
        from pbgov.coding.ruling.evidence_status import modality_of_evidence

        places = np.array([text for text, _ in judged], dtype=np.int64)
        table.insert(len(table.columns) - 1, "modality", modality_of_evidence(table, read, places))
    return table


def refuse_unknown_codes(codebook: Codebook) -> None:
    """Raise a DataFileError where terms or rules name what is not defined, or rules cannot be read."""
    from pbgov.coding.codebooks.checks import unknown_code_of_a_term, unknown_family
    from pbgov.coding.ruling.rule_checks import FAULTS

    undefined = [*unknown_family(codebook), *unknown_code_of_a_term(codebook)]
    undefined += [finding for fault in FAULTS for finding in fault(codebook)]
    if undefined:
        raise DataFileError(undefined)


def columns_given(rules: Rules, read: pd.DataFrame, codebook: Codebook) -> dict[str, Sequence[Any]]:
    """The columns that rules ask for, and a remark for each that is not there."""
    asked = rules.columns()
    rows = dict(zip(codebook.rules["rule_id"], codebook.rules.index, strict=True))
    path = f"{codebook.folder}/rules.csv"
    for name in sorted(asked.keys() - set(read.columns)):
        for rule_id in asked[name]:
            remark = Finding("W263", path, int(rows[rule_id]), "condition", rule_id, name)
            warnings.warn(str(remark), DataFileWarning, stacklevel=3)
    return {name: read[name].tolist() for name in asked if name in read}


def _table(
    judged: list[tuple[int, Judgement]], read: pd.DataFrame, texts: list[str], version: str
) -> pd.DataFrame:
    from pbgov.schemas import CODINGS

    at = np.array([text for text, _ in judged], dtype=np.int64)
    given = [judgement for _, judgement in judged]
    offsets = read["start"].astype("int64").to_numpy()[at]
    digests = {text: digest_text(texts[text]) for text in dict.fromkeys(at.tolist())}
    found = pd.DataFrame(
        {
            "doc_id": read["doc_id"].array[at],
            "start": offsets,
            "end": read["end"].astype("int64").to_numpy()[at],
            "code_id": [each.code_id for each in given],
            "coder": CODER,
            "value": [each.value for each in given],
            "status": "suggested",
            "evidence_start": pd.array([each.start for each in given], dtype="Int64") + offsets,
            "evidence_end": pd.array([each.end for each in given], dtype="Int64") + offsets,
            "rule": [each.named for each in given],
            "text_digest": [digests[text] for text in at.tolist()],
            "codebook_version": version,
            "memo": [SECONDARY if each.secondary else None for each in given],
            "segment_id": read["segment_id"].array[at],
        }
    )
    return CODINGS.validate(found.astype({"segment_id": "str"}))


def _readable(rules: pd.DataFrame) -> Iterator[tuple[str, str, Any]]:
    for rule_id, code_id, condition in zip(
        rules["rule_id"], rules["code_id"], rules["condition"], strict=True
    ):
        try:
            yield rule_id, code_id, parse_condition(condition)
        except ConditionError:
            continue


def _columns_of(node: Any) -> set[str]:
    """The columns of a segments table that a condition asks for."""
    asked = {each.name for each in walk(node) if isinstance(each, Attribute)}
    return asked | ({HEADING} if any(isinstance(each, Heading) for each in walk(node)) else set())


Judged = tuple[int, int, int, Judgement]  # text, family, rank in it


def _judge_family(
    judging: Judging, codes: list[str], exclusive: str, residual: Any, words: list[str], family: int
) -> Iterator[Judged]:
    affirmed = [judging.found(code, affirmed=True) for code in codes]
    entries = [
        (text, -weight if exclusive != "multi" else 0, place, row)
        for place, found in enumerate(affirmed)
        for row, (text, weight) in enumerate(
            zip(found.text.tolist(), found.weight.tolist(), strict=True)
        )
    ]
    for text, group in groupby(sorted(entries), key=itemgetter(0)):
        chosen = list(group)
        if len(chosen) > 1:
            chosen = [each for each in chosen if codes[each[2]] != residual]
        if exclusive != "multi":
            tied = len(chosen) > 1 and chosen[0][1] == chosen[1][1]
            chosen = [] if tied else chosen[: 1 if exclusive == "single" else None]
        for rank, (_, _, place, row) in enumerate(chosen):
            judgement = _judgement(affirmed[place], codes[place], row, words)
            secondary = exclusive != "multi" and rank > 0
            yield text, family, rank, judgement._replace(secondary=secondary)
    for place, code in enumerate(codes):
        stated = judging.found(code, affirmed=False)
        for row in np.flatnonzero(~np.isin(stated.text, affirmed[place].text)).tolist():
            judgement = _judgement(stated, code, row, words)
            yield stated.listed[row][0], family, len(codes) + place, judgement._replace(value=0)


def _judgement(found: Found, code: str, row: int, words: list[str]) -> Judgement:
    _, start, end, first, last = found.listed[row]
    cues = tuple(words[number] for number in found.terms[first:last])
    rules = tuple(rule_id for rule_id, holds in found.conditions if holds[row])
    if start == NOWHERE:
        return Judgement(code, cues, None, None, rules=rules)
    return Judgement(code, cues, start, end, rules=rules)
