"""Whose voice a sentence is in and how far what it tells has got: done, tried, planned, advised, quoted.

The words stand in ``voices.csv`` beside the files of `pbgov.extraction.cues`: term, role, source. Roles:
试点 (still being tried), 引述 and 引述者 (verbs that bring in another's words, and those who say
them), 可能 (may or can), 已然 (is done).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.extraction.cues import PACKAGED, Cues, read_cues
from pbgov.extraction.dates import dates
from pbgov.extraction.modality import (
    ADVISED,
    DONE,
    PLANNED,
    disposes,
    read_clause,
    read_heading,
    read_sentence,
    undone,
)
from pbgov.extraction.organisations import Name, organisations
from pbgov.extraction.passages import sentences
from pbgov.extraction.scales import alternatives
from pbgov.extraction.words import STOPS, Word, clause_of, leads_to_verb, words_of
from pbgov.marks import carry_mark
from pbgov.schemas import MODALITIES, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.passages import Source

TRIED, QUOTED, DENIED = "试点", "引述", "否定"
ROLES = ("试点", "引述", "引述者", "可能", "已然")
COLUMNS = list(MODALITIES.columns)
MOSTLY = 0.6  # share of a sentence from which a quotation is the sentence
NEAR = 3  # words from a verb of saying to the quotation it brings in

VOICES = pa.DataFrameSchema(
    {"term": text(), "role": text(among=ROLES), "source": text()},
    unique=["term", "role"],
    name="voices",
)


class Told(NamedTuple):
    """The status of a sentence and the place of the word that says so."""

    status: str | None
    cue: int | None


def find_modality(source: Source, *, lexicon: str | Path | None = None) -> pd.DataFrame:
    """How far what each sentence tells has got, and whether it is said in another's voice.

    The first of these that holds: 引述, where a leader, a meeting or a document is brought in
    with a verb of saying (总书记强调：“…”, 《…》指出), or the sentence is a quotation; 计划 and 建议, as
    `pbgov.extraction.modality` reads them, without a subject too (要建立…) and from the heading
    above, or by a year to come (到2025年，…, where nothing is said to be done); 否定, where all
    that would be done is denied (尚未建立…); 试点, where it is being tried; 已实施, where a verb of
    doing is said to be done (了, 已), has an organisation as its subject, or begins a clause as in
    briefings. Else nothing can be told, and the status is NaN.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`.
    lexicon : path, optional
        A folder with cues of one's own.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.MODALITIES`, one row a sentence. ``cue`` is the word that the reading rests
        on; NaN where it comes from the heading or from the verb alone.
    """
    cues = read_cues(lexicon)
    folder = PACKAGED if lexicon is None else Path(lexicon)
    table = read_table(folder / "voices.csv", VOICES)
    voices = {str(role): frozenset(group.term) for role, group in table.groupby("role")}
    rows = []
    for passage in sentences(source):
        words = words_of(passage.text, cues)
        told = _read(words, read_heading(passage.heading, cues), cues, voices)
        cue = None if told.cue is None else words[told.cue]
        rows.append(
            [
                passage.doc_id,
                passage.segment_id,
                passage.start,
                passage.start + len(passage.text),
                told.status,
                None if cue is None else cue.text,
                None if cue is None else passage.start + cue.start,
                None if cue is None else passage.start + cue.end,
                passage.text,
            ]
        )
    return carry_mark(MODALITIES.validate(pd.DataFrame(rows, columns=COLUMNS)), source)


def _read(words: list[Word], heading: str, cues: Cues, voices: dict[str, frozenset[str]]) -> Told:
    quoted = _quoted(words, cues, voices)
    if quoted is not None:
        return Told(QUOTED, quoted)
    names = list(organisations(words, cues))
    if _by_then(words, voices):
        return Told(PLANNED, 0)
    ahead = _ahead(words, names, cues)
    if ahead is not None:
        return ahead
    denied = undone(words, cues)
    doing = [place for place, word in enumerate(words) if word.text in cues.actions]
    real = [place for place in doing if place not in denied]
    if doing and not real:
        return Told(DENIED, _denying(words, cues))
    if heading in (PLANNED, ADVISED) and real:
        return Told(heading, None)
    tried = next((place for place in _trying(words, voices) if place not in denied), None)
    if tried is not None:
        return Told(TRIED, tried)
    return _done(words, names, real, cues, voices)


def _quoted(words: list[Word], cues: Cues, voices: dict[str, frozenset[str]]) -> int | None:
    """Place of the verb that brings in another's words, or of a quotation that is the sentence."""
    for place, word in enumerate(words):
        if word.text not in voices["引述"] or word.pos == "quote":
            continue
        clause = clause_of(words, place)
        before = words[clause.start : place]
        followed = any(cues.plays(each.text, "引出宾语", "引出谓语") for each in before)
        speaker = not followed and any(
            each.text.startswith("《") or each.text.endswith(tuple(voices["引述者"]))
            for each in before
        )
        opens = any(
            each.pos == "quote" and not each.text.startswith("《")
            for each in words[place + 1 : place + 1 + NEAR]
        )
        own = bool(before) and before[-1].text in ("要", "应", "应当", "未", "没有", "不")
        if (speaker or opens) and not own:
            return place
    whole = sum(len(word.text) for word in words)
    first = words[0]
    speech = first.pos == "quote" and first.text[0] != "《" and len(first.text) >= MOSTLY * whole
    return 0 if speech else None


def _trying(words: list[Word], voices: dict[str, frozenset[str]]) -> Iterator[int]:
    """Places of the words in which a term of trying begins, outside quotations."""
    plain = "".join(
        " " * len(word.text) if word.pos in ("quote", "name") else word.text for word in words
    )
    for match in re.finditer(alternatives(voices["试点"]), plain):
        yield next(place for place, word in enumerate(words) if word.end > match.start())


def _by_then(words: list[Word], voices: dict[str, frozenset[str]]) -> bool:
    """True for 到2025年，… and 到“十四五”末，… where nothing is said to be done."""
    if words[0].text != "到" or any(word.text in voices["已然"] for word in words):
        return False
    opening = "".join(word.text for word in words[1:])
    term = re.match(r"“?[一二三四五六七八九十]+五”?(?:规划)?(?:期?末|时期)", opening)
    stamp = next(dates(opening), None)
    end = term.end() if term else stamp.end if stamp and not stamp.start else 0
    return bool(end) and opening[end : end + 1] in ("，", ",")


def _ahead(words: list[Word], names: list[Name], cues: Cues) -> Told | None:
    """Advice or a plan, from the opening, from an acting organisation's clause, or without a subject."""
    opening = read_sentence(words, cues)
    if opening.status in (ADVISED, PLANNED):
        return Told(opening.status, opening.cue)
    for name in names:
        reading = read_clause(words, name, cues) if name.acts else None
        if reading is not None and reading.status != DONE:
            return Told(reading.status, reading.cue)
    for place in _modals(words, cues):
        planned = words[place].text in cues.terms(PLANNED, "情态")
        if planned and cues.plays(words[place].text, "引出宾语") and disposes(words, place, cues):
            continue
        return Told(PLANNED if planned else ADVISED, place)
    return None


def _modals(words: list[Word], cues: Cues) -> Iterator[int]:
    """Modal words that govern a verb at the head of a clause or after its noun."""
    strong, weak = (
        cues.terms(ADVISED, "情态") | cues.terms(PLANNED, "情态"),
        cues.terms(ADVISED, "弱情态"),
    )
    for place, word in enumerate(words):
        if word.text not in strong | weak or word.pos == "quote":
            continue
        before = words[clause_of(words, place).start : place]
        if before and cues.plays(before[-1].text, "否定", "未然", "往昔"):
            continue
        heads = all(
            cues.plays(each.text, "起句", "方式") or each.pos[0] in "dcmx" for each in before
        )
        follows = bool(before) and before[-1].pos[0] in "nrj"
        if (heads or follows) and leads_to_verb(words, place, cues):
            yield place


def _denying(words: list[Word], cues: Cues) -> int | None:
    return next(
        (
            place
            for place, word in enumerate(words)
            if cues.plays(word.text, "未然", "否定", "往昔")
        ),
        None,
    )


def _done(
    words: list[Word],
    names: list[Name],
    real: list[int],
    cues: Cues,
    voices: dict[str, frozenset[str]],
) -> Told:
    for place in real:
        clause = clause_of(words, place)
        before = [words[at].text for at in range(clause.start, place)]
        if any(each in voices["可能"] for each in before):
            continue
        done = next((at for at in clause if words[at].text in voices["已然"]), None)
        if done is not None:
            return Told(DONE, done)
        acts = any(name.acts and name.end <= place for name in names)
        begins = all(
            cues.plays(words[at].text, "起句", "方式")
            or words[at].pos[0] in "dcmxw"
            or words[at].text in STOPS
            for at in range(clause.start, place)
        )
        if acts or begins:
            return Told(DONE, None)
    return Told(None, None)
