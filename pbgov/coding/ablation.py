"""What each term of the codebook carries: the codings that go, or come, without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.rules import Rules, columns_given, refuse_unknown_codes
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
        As `code_by_rules`, where terms, codes or rules name what is not defined, or cannot be read.

    Warns
    -----
    DataFileWarning
        Where rules ask for a column that `segments` does not have (W263); they are not applied.

    Notes
    -----
    The result is that of coding everything anew with `code_by_rules` for each term left out. Only
    segments that hold the term are judged anew: cues, conditions, and conditions that name cues or
    codes read nothing of a row of ``terms.csv`` but the places where its term stands, so that the
    others cannot change. A judgement whose cues are all denied (value 0) is none here: a code given
    that becomes denied vanishes.
    """
    refuse_unknown_codes(codebook)
    read = segments[segments["kind"].isin(READABLE_KINDS)].reset_index(drop=True)
    texts = read["text"].tolist()
    rules = Rules(codebook)
    asked = list(columns_given(rules, read, codebook))
    judged = _judged(rules, read, asked)
    rows: list[tuple[str, str, str, str, str, str, str]] = []
    documents, ids = read["doc_id"].tolist(), read["segment_id"].tolist()
    terms = codebook.terms
    for place, (code_id, role, term) in enumerate(
        zip(terms["code_id"], terms["role"], terms["term"], strict=True)
    ):
        holding = [number for number, text in enumerate(texts) if term in text]
        if not holding:
            continue
        without = _judged(rules.without(place), read.iloc[holding], asked)
        rows += [
            (code_id, role, term, documents[number], ids[number], code, effect)
            for number, after in zip(holding, without, strict=True)
            for code, effect in _effects(judged[number], after)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def _judged(rules: Rules, read: pd.DataFrame, asked: list[str]) -> list[Judged]:
    """What is given to each segment; that a segment denies a code is no judgement here."""
    given: list[Judged] = [{} for _ in range(len(read))]
    columns = {name: read[name].tolist() for name in asked}
    for number, judgement in rules.judge_all(read["text"].tolist(), columns):
        if judgement.value:
            given[number][judgement.code_id] = judgement.secondary
    return given


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
