"""What each term of the codebook carries: the codings that go, or come, without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.rules import Rules, refuse_unknown_codes
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from pbgov.coding.codebook import Codebook

COLUMNS = ("code_id", "role", "term", "doc_id", "segment_id", "judged", "effect")

Judged = dict[str, bool]  # code -> whether it is secondary


def codings_without_each_term(segments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The judgements of the rule coder that change where one row of ``terms.csv`` is left out.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    codebook : Codebook

    Returns
    -------
    DataFrame
        One row is term x judgement: ``code_id``, ``role``, ``term`` (the row of ``terms.csv`` that
        is left out), ``doc_id``, ``segment_id``, ``judged`` (the code whose judgement changes) and
        ``effect``: ``vanishes``, ``appears`` (a veto no longer hides it, or a tie is broken),
        ``becomes secondary`` or ``becomes primary``. In the order of ``terms.csv``, then of
        `segments`, then of the code. A term without a row carries nothing alone in these texts.

    Raises
    ------
    DataFileError
        Where a term names a code, or a code a family, that is not defined (E206, E207).

    Notes
    -----
    The result is that of coding everything anew with `code_by_rules` for each term left out. Only
    segments that hold the term are judged anew: the rules read nothing but the places where a term
    stands, so that the others cannot change.
    """
    refuse_unknown_codes(codebook)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    texts = read["text"].tolist()
    rules = Rules(codebook)
    judged = [_judged(rules, text) for text in texts]
    rows: list[tuple[str, str, str, str, str, str, str]] = []
    documents, ids = read["doc_id"].tolist(), read["segment_id"].tolist()
    terms = codebook.terms
    for place, (code_id, role, term) in enumerate(
        zip(terms["code_id"], terms["role"], terms["term"], strict=True)
    ):
        holding = [number for number, text in enumerate(texts) if term in text]
        if not holding:
            continue
        others = terms.iloc[[other for other in range(len(terms)) if other != place]]
        without = Rules(replace(codebook, terms=others))
        rows += [
            (code_id, role, term, documents[number], ids[number], code, effect)
            for number in holding
            for code, effect in _effects(judged[number], _judged(without, texts[number]))
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def _judged(rules: Rules, text: str) -> Judged:
    return {judgement.code_id: judgement.secondary for judgement in rules.judge(text)}


def _effects(before: Judged, after: Judged) -> list[tuple[str, str]]:
    effects = []
    for code in sorted(before.keys() | after.keys()):
        if code not in after:
            effects.append((code, "vanishes"))
        elif code not in before:
            effects.append((code, "appears"))
        elif before[code] != after[code]:
            effects.append((code, "becomes secondary" if after[code] else "becomes primary"))
    return effects
