"""Practices (做法): which paragraphs tell one, whose it is, where, and whether it was done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.document import Corpus, Document
from pbgov.corpus.segments import segment
from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.extraction.cues import Cues, read_cues
from pbgov.extraction.modality import (
    ADVISED,
    DONE,
    OPINION,
    PLANNED,
    SKIPPED,
    Reading,
    read_clause,
    read_heading,
    read_sentence,
    undone,
)
from pbgov.extraction.organisations import Name, organisations
from pbgov.extraction.places import Gazetteer
from pbgov.extraction.words import Word, words_of
from pbgov.schemas import PRACTICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COLUMNS = list(PRACTICES.columns)
ITSELF = re.compile(r"(?:党?委|[市区县]委|[市区县]?(?:人民)?政府|[、和与])*\Z")


class Sentence(NamedTuple):
    """One sentence of a paragraph, read."""

    words: list[Word]
    reading: Reading
    names: list[Name]
    undone: frozenset[int]


class Found(NamedTuple):
    """The organisation of a practice and the status of what it does, as offsets into the paragraph."""

    start: int
    end: int
    status: str
    cue: tuple[int, int] | None


def find_practices(
    documents: Document | Sequence[Document] | pd.DataFrame,
    regions: pd.DataFrame | None = None,
    *,
    lexicon: str | Path | None = None,
) -> pd.DataFrame:
    """The practices that documents report, advise or plan, one to a paragraph.

    A paragraph tells a practice where an organisation stands as the subject of a verb and a verb of
    doing follows, outside quotations and outside sentences that only give an opinion (作者认为…); or
    where someone advises or plans such doing and an organisation is named. What a sentence denies
    (尚未建立…) or gave up (原计划…) is not done. Paragraphs under headings such as 结语, 编者按 or
    存在的问题 tell none. Sentences without a subject, as briefings often are, name no organisation
    and tell none here.

    Parameters
    ----------
    documents : Document, Corpus, or DataFrame
        A DataFrame is a segments table of unit ``"paragraph"``; documents also bring the metadata
        that regions are looked up in.
    regions : DataFrame, optional
        Of `pbgov.schemas.REGIONS`; without it every ``region_code`` is NaN.
    lexicon : path, optional
        A folder with cues of one's own, see `pbgov.extraction.cues`; the packaged ones by default.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.PRACTICES`. ``region_code`` is the district that the organisation's name,
        else the paragraph, states (a street counts for its district), or the city where the
        organisation is the city itself; else the district of the document's metadata
        (``region_basis`` document); NaN where the paragraph states several or none is known.
        ``place`` is the name as stated. ``status_start`` bounds the cue; it is NaN where the
    status comes from a heading or from no cue at all.

    Notes
    -----
    Statutes and regulations say in hundreds of articles what organisations shall do. Those
    paragraphs come out as practices, those without 应当 even as 已实施; they are duties, and the
    text does not say that anybody has done them. Keep such texts out of a corpus of practices;
    ``Corpus.remarks`` points them out (W455).
    """
    gazetteer = Gazetteer(regions) if regions is not None else None
    names = [] if gazetteer is None else [each.name for each in gazetteer.regions.values()]
    cues = read_cues(lexicon, names)
    about: dict[str, Document] = {}
    if isinstance(documents, pd.DataFrame):
        segments = documents
    else:
        each = [documents] if isinstance(documents, Document) else list(documents)
        about = {document.doc_id: document for document in each}
        segments = segment(Corpus(each), unit="paragraph")
    paragraphs = segments[segments.kind == "paragraph"]
    rows = []
    for doc_id, segment_id, start, heading, text in zip(
        *(paragraphs[name] for name in ("doc_id", "segment_id", "start", "heading", "text")),
        strict=True,
    ):
        default = read_heading(heading, cues)
        found = None if default == SKIPPED else _find(text, default, cues, names)
        if found is not None:
            where = _region(text, found, gazetteer, about.get(doc_id))
            rows.append([f"{segment_id}#1", doc_id, segment_id, *_cells(text, start, found, where)])
    return PRACTICES.validate(pd.DataFrame(rows, columns=COLUMNS))


def _cells(
    text: str, start: int, found: Found, where: tuple[str | None, str | None, str | None]
) -> list[object]:
    """The cells of a row from its start to its text, in the order of the schema."""
    cue = [None, None] if found.cue is None else [start + edge for edge in found.cue]
    organisation = [text[found.start : found.end], start + found.start, start + found.end]
    return [start, start + len(text), *organisation, *where, found.status, *cue, text]


def _find(text: str, default: str, cues: Cues, regions: Sequence[str]) -> Found | None:
    """The first practice of a paragraph, or None."""
    agent: Found | None = None
    topic: tuple[Sentence, Name] | None = None
    ahead: tuple[Sentence, Reading] | None = None
    for sentence in _read(text, cues, frozenset(regions)):
        if sentence.reading.status in (ADVISED, PLANNED):
            ahead, topic = (sentence, sentence.reading), None
        for name in sentence.names:
            if not name.acts or name.end > _told(sentence):
                continue
            own = read_clause(sentence.words, name, cues)
            if own.status != DONE:
                ahead = sentence, own
            if not _does(sentence, name.end, cues):
                topic = topic or (sentence, name)
                continue
            found = _found(sentence, name, ahead, default)
            if not name.agent:
                return found
            agent = agent or found
        if ahead and topic is None and sentence.names:
            topic = sentence, sentence.names[0]
        if topic and (ahead or topic[0] is not sentence) and _does(sentence, 0, cues):
            return _found(*topic, ahead, default)
    return agent


def _read(text: str, cues: Cues, regions: frozenset[str]) -> Iterator[Sentence]:
    at = 0
    for end in sentence_ends(text):
        words = [
            word._replace(start=word.start + at, end=word.end + at)
            for word in words_of(text[at:end], cues)
        ]
        names = list(organisations(words, cues, regions))
        yield Sentence(words, read_sentence(words, cues), names, undone(words, cues))
        at = end


def _told(sentence: Sentence) -> int:
    """Place just after the last word that is not under an opinion."""
    opinion = sentence.reading.status == OPINION
    return sentence.reading.first if opinion else len(sentence.words)


def _does(sentence: Sentence, first: int, cues: Cues) -> bool:
    """True where a verb of doing stands from one word on that nothing denies."""
    return any(
        sentence.words[place].text in cues.actions
        for place in range(first, _told(sentence))
        if place not in sentence.undone
    )


def _found(
    sentence: Sentence, name: Name, ahead: tuple[Sentence, Reading] | None, default: str
) -> Found:
    start, end = sentence.words[name.first].start, sentence.words[name.end - 1].end
    if ahead:
        return Found(start, end, ahead[1].status, _cue(*ahead))
    return Found(start, end, default, None)


def _cue(sentence: Sentence, reading: Reading) -> tuple[int, int] | None:
    if reading.cue is None:
        return None
    return sentence.words[reading.cue].start, sentence.words[reading.cue].end


def _region(
    text: str, found: Found, gazetteer: Gazetteer | None, document: Document | None
) -> tuple[str | None, str | None, str | None]:
    """Place as stated, region code, and whether the paragraph or the document says so."""
    if gazetteer is None:
        return None, None, None
    mentions = [
        (mention, code)
        for mention, code in gazetteer.mentions(text)
        if code and not _elsewhere(text, code, gazetteer, document)
    ]
    inside = [(m, c) for m, c in mentions if found.start <= m.start and m.end <= found.end]
    for stated in (inside, mentions):
        districts = {district for _, code in stated if (district := gazetteer.district(code))}
        if len(districts) == 1:
            (district,) = districts
            named = next(m for m, code in stated if gazetteer.district(code) == district)
            return text[named.start : named.end], district, "stated"
        if districts:
            return None, None, None
        if stated and stated is inside and ITSELF.match(text, stated[-1][0].end, found.end):
            named, code = stated[-1]
            return text[named.start : named.end], code, "stated"
    known = _district_of(document, gazetteer)
    return None, known, None if known is None else "document"


def _elsewhere(text: str, code: str, gazetteer: Gazetteer, document: Document | None) -> bool:
    """True where the document is about a city in which the region does not lie."""
    city = document.metadata.get("city") if document else None
    above = [region.name for region in gazetteer.chain(code)]
    return bool(city and city not in above and not any(name in text for name in above[1:]))


def _district_of(document: Document | None, gazetteer: Gazetteer) -> str | None:
    if document is None:
        return None
    told = document.metadata.get("region_code")
    if told in gazetteer.regions:
        return gazetteer.district(str(told)) or None
    name, city = document.metadata.get("district"), document.metadata.get("city")
    fitting = [
        region.code
        for region in gazetteer.regions.values()
        if region.level == "district" and region.name == name
        if not city or city in [each.name for each in gazetteer.chain(region.code)]
    ]
    return fitting[0] if len(fitting) == 1 else None
