"""The rule coder: words of the codebook found in the text, and what follows from them.

It reads words, not meaning. A code it does not give is not a judgement that the code is absent,
and what it gives is a suggestion (``status`` suggested) for a person to confirm.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.coding.codebook import Codebook

CODER = "rules"
SECONDARY = "次要"

Span = tuple[int, int]


@dataclass(frozen=True)
class Judgement:
    """One code given to one text.

    Attributes
    ----------
    code_id : str
    cues : tuple of str
        The distinct terms found, in the order of the text.
    start, end : int
        The first cue in the text, the longest where several begin there.
    secondary : bool
        True where another code of the family is the primary one.
    """

    code_id: str
    cues: tuple[str, ...]
    start: int
    end: int
    secondary: bool = False


class Rules:
    """The terms of a codebook, ready to judge many texts.

    Parameters
    ----------
    codebook : Codebook
    """

    def __init__(self, codebook: Codebook) -> None:
        terms = codebook.terms
        self._masks = frozenset(codebook.masks["term"])
        self._terms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for code_id, role, term in zip(terms["code_id"], terms["role"], terms["term"], strict=True):
            self._terms[code_id][role].append(term)
        self._vocabulary = self._masks | frozenset(terms["term"])
        families = codebook.families.set_index("family")
        self._families = [
            (str(families.at[family, "exclusive"]), families.at[family, "residual"], list(codes))
            for family, codes in codebook.codes.groupby("family", sort=False)["code_id"]
        ]

    def judge(self, text: str) -> list[Judgement]:
        """The codes that the words of `text` speak for, family by family.

        Parameters
        ----------
        text : str
            One sentence or paragraph, without its heading.

        Returns
        -------
        list of Judgement
            In the order of ``codes.csv``, the primary code of a family before secondary ones.

        Notes
        -----
        Every occurrence of a term counts, also inside a longer term, unless it overlaps a mask or
        a veto of its code; an ambiguous term counts only beside a cue of the same code. In a
        ``multi`` family each code with a cue is given. In the other families the code with most
        distinct terms is given, and nothing at all where two codes share the first place; under
        ``primary_plus_secondary`` the codes behind it are given as secondary. The residual code
        of a family is given only by its own cue and where no other code has one: finding no words
        is no judgement.
        """
        spans = {term: _occurrences(term, text) for term in self._vocabulary if term in text}
        masked = [span for term in self._masks for span in spans.get(term, ())]
        given = []
        for exclusive, residual, codes in self._families:
            found = [
                judgement
                for code in codes
                if (judgement := self._judge_code(code, spans, masked)) is not None
            ]
            if len(found) > 1:
                found = [judgement for judgement in found if judgement.code_id != residual]
            given += found if exclusive == "multi" else _ranked(found, exclusive)
        return given

    def _judge_code(
        self, code: str, spans: dict[str, list[Span]], masked: list[Span]
    ) -> Judgement | None:
        roles = self._terms[code]
        hidden = masked + [span for term in roles["veto"] for span in spans.get(term, ())]
        hits = _visible(roles["cue"], spans, hidden)
        if not hits:
            return None
        hits = sorted(hits + _visible(roles["ambiguous"], spans, hidden))
        start, minus_end, _ = hits[0]
        return Judgement(code, tuple(dict.fromkeys(term for *_, term in hits)), start, -minus_end)


def code_by_rules(segments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The rule coder's suggestions for every paragraph, sentence and table row.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it. Only the text of the segment is judged; headings are never
        shown to the coder.
    codebook : Codebook

    Returns
    -------
    DataFrame
        The columns of ``CODINGS`` (`pbgov.schemas`) and ``segment_id``; one row is one code given
        to one segment, in the order of `segments`. ``coder`` is rules, ``status`` suggested,
        ``value`` always 1: a code without a row was not given, which is no judgement of absence.
        ``evidence_*`` is the first cue, ``rule`` names all of them (``cue:联合支部+组建``) and
        ``memo`` is 次要 where the code is secondary. `Rules.judge` tells how codes are chosen.

    Raises
    ------
    DataFileError
        Where a term names a code, or a code a family, that is not defined (E206, E207).

    Notes
    -----
    The terms of the shipped codebook were written by somebody who had read the five articles of
    the shipped corpus. Agreement with the authors of those articles is therefore an upper bound
    of what these rules reach on new texts, not an estimate of it.
    """
    refuse_unknown_codes(codebook)
    rules = Rules(codebook)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    rows: list[dict[str, Any]] = []
    for doc_id, segment_id, start, end, text in zip(
        read["doc_id"], read["segment_id"], read["start"], read["end"], read["text"], strict=True
    ):
        judgements = rules.judge(text)
        digest = digest_text(text) if judgements else ""
        rows += [
            {
                "doc_id": doc_id,
                "start": int(start),
                "end": int(end),
                "code_id": judgement.code_id,
                "coder": CODER,
                "value": 1,
                "status": "suggested",
                "evidence_start": int(start) + judgement.start,
                "evidence_end": int(start) + judgement.end,
                "rule": "cue:" + "+".join(judgement.cues),
                "text_digest": digest,
                "codebook_version": codebook.version,
                "memo": SECONDARY if judgement.secondary else None,
                "segment_id": segment_id,
            }
            for judgement in judgements
        ]
    from pbgov.schemas import CODINGS

    table = pd.DataFrame(rows, columns=[*CODINGS.columns, "segment_id"])
    return CODINGS.validate(table.astype({"segment_id": "str"}))


def refuse_unknown_codes(codebook: Codebook) -> None:
    """Raise a DataFileError where a term names a code, or a code a family, that is not defined."""
    from pbgov.coding.checks import unknown_code_of_a_term, unknown_family

    undefined = [*unknown_family(codebook), *unknown_code_of_a_term(codebook)]
    if undefined:
        raise DataFileError(undefined)


def _occurrences(term: str, text: str) -> list[Span]:
    spans, start = [], text.find(term)
    while start >= 0:
        spans.append((start, start + len(term)))
        start = text.find(term, start + 1)
    return spans


def _visible(
    terms: Iterable[str], spans: dict[str, list[Span]], hidden: list[Span]
) -> list[tuple[int, int, str]]:
    """Occurrences outside hidden stretches, as (start, -end, term): sorted, the longest is first."""
    return [
        (start, -end, term)
        for term in terms
        for start, end in spans.get(term, ())
        if not any(start < hidden_end and hidden_start < end for hidden_start, hidden_end in hidden)
    ]


def _ranked(found: list[Judgement], exclusive: str) -> list[Judgement]:
    """The primary code, then the secondary ones where the family has them; nothing on a tie."""
    if not found:
        return []
    ranked = sorted(found, key=lambda judgement: -len(judgement.cues))
    primary, others = ranked[0], ranked[1:]
    if others and len(others[0].cues) == len(primary.cues):
        return []
    if exclusive == "single":
        return [primary]
    return [primary, *(_as_secondary(judgement) for judgement in others)]


def _as_secondary(judgement: Judgement) -> Judgement:
    return Judgement(judgement.code_id, judgement.cues, judgement.start, judgement.end, True)
