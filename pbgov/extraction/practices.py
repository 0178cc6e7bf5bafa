"""Practices (做法): where documents tell one, whose it is, where, and whether it was done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.document import Corpus, Document
from pbgov.corpus.segments import segment
from pbgov.extraction.cues import Cues, read_cues
from pbgov.extraction.modality import SKIPPED, read_heading
from pbgov.extraction.places import Gazetteer
from pbgov.extraction.telling import Found, Practice, named_in, practices_of
from pbgov.marks import carry_mark
from pbgov.schemas import PRACTICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COLUMNS = list(PRACTICES.columns)
ITSELF = re.compile(r"(?:党?委|[市区县]委|[市区县]?(?:人民)?政府|[、和与])*\Z")


Where = tuple[str | None, str | None, str | None]
NOWHERE: Where = (None, None, None)


class Named(NamedTuple):
    """An organisation that a section or the lead of a document is about; offsets into the document."""

    found: Found
    where: Where


def find_practices(
    documents: Document | Sequence[Document] | pd.DataFrame,
    regions: pd.DataFrame | None = None,
    *,
    lexicon: str | Path | None = None,
) -> pd.DataFrame:
    """The practices that documents report, advise or plan; a paragraph may tell several.

    A paragraph tells a practice where an organisation stands as the subject of a verb and a verb of
    doing follows, outside quotations and outside sentences that only give an opinion (作者认为…); or
    where someone advises or plans such doing and an organisation is named. What a sentence denies
    (尚未建立…) or gave up (原计划…) is not done. Paragraphs under headings such as 结语, 编者按 or
    存在的问题 tell none.

    The next practice of a paragraph begins where another organisation with a name of its own or a word
    of quantity (各社区) does something, at the next point of a list (一是…二是…; 在社区层面), and where a
    plan follows what was done; other sentences go on with the practice before. An opening sentence that
    only sums up what the practices after it show is none. Measures without a subject are those of the
    organisation named before, in the paragraph, or where the paragraph is a list of measures or begins
    with one, under the same heading or in the title or lead.

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
        Of `pbgov.schemas.PRACTICES`, in the order of the text. ``start``, ``end`` and ``text`` are the
        sentences that tell the practice: the whole paragraph ``segment_id`` where it tells one only.
        ``organisation_basis`` is carried where those sentences do not name the organisation; its
        offsets are where it stands. ``region_code`` is the district that the organisation's name,
        else the sentences, state (a street counts for its district), or the city where the
        organisation is the city itself; else the district of the document's metadata
        (``region_basis`` document); NaN where the sentences state several or none is known.
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
    cues = read_cues(
        lexicon, [] if gazetteer is None else [each.name for each in gazetteer.regions.values()]
    )
    about: dict[str, Document] = {}
    if isinstance(documents, pd.DataFrame):
        segments = documents
    else:
        each = [documents] if isinstance(documents, Document) else list(documents)
        about = {document.doc_id: document for document in each}
        segments = segment(Corpus(each), unit="paragraph")
    rows: list[list[object]] = []
    for doc_id, read in segments.groupby("doc_id", sort=False):
        rows += _rows(str(doc_id), read, about.get(str(doc_id)), gazetteer, cues)
    return carry_mark(PRACTICES.validate(pd.DataFrame(rows, columns=COLUMNS)), segments)


def _rows(
    doc_id: str,
    segments: pd.DataFrame,
    document: Document | None,
    gazetteer: Gazetteer | None,
    cues: Cues,
) -> Iterator[list[object]]:
    """The rows of one document."""
    names = [] if gazetteer is None else [each.name for each in gazetteer.regions.values()]
    lead: Named | None = None
    section: dict[str, Named] = {}
    title: Named | None = None
    columns = ("segment_id", "kind", "start", "heading", "text")
    for segment_id, kind, start, heading, text in zip(
        *(segments[name] for name in columns), strict=True
    ):
        if kind == "heading":
            named = named_in(text, cues, names)
            if named is not None:
                title = Named(_moved(named, start), _region(text, named, None, gazetteer, document))
        if kind != "paragraph":
            continue
        top = heading.split(" > ")[0]
        if title is not None:
            section[top], title = title, None
        default = read_heading(heading, cues)
        if default == SKIPPED:
            continue
        before = section.get(top) or lead
        known = None if before is None else _moved(before.found, -start)
        for number, practice in enumerate(practices_of(text, default, known, cues, names), 1):
            found = practice.found
            if before is not None and found.start < 0:
                where = before.where
            else:
                where = _region(text, found, practice, gazetteer, document)
                section[top] = Named(_moved(found, start), where)
                lead = lead or section[top]
            yield [
                f"{segment_id}#{number}",
                doc_id,
                segment_id,
                *_cells(start, practice, text, where),
            ]


def _moved(found: Found, by: int) -> Found:
    return found._replace(start=found.start + by, end=found.end + by)


def _cells(start: int, practice: Practice, text: str, where: Where) -> list[object]:
    """The cells of a row from its start to its text, in the order of the schema."""
    found = practice.found
    cue = [None, None] if found.cue is None else [start + edge for edge in found.cue]
    return [
        start + practice.start,
        start + practice.end,
        *(found.organisation, start + found.start, start + found.end, found.basis),
        *where,
        found.status,
        *cue,
        text[practice.start : practice.end],
    ]


def _region(
    text: str,
    found: Found,
    practice: Practice | None,
    gazetteer: Gazetteer | None,
    document: Document | None,
) -> Where:
    """Place as stated, region code, and whether the text or the document says so."""
    if gazetteer is None:
        return NOWHERE
    mentions = [
        (mention, code)
        for mention, code in gazetteer.mentions(text)
        if code and not _elsewhere(text, code, gazetteer, document)
    ]
    inside = [(m, c) for m, c in mentions if found.start <= m.start and m.end <= found.end]
    if practice is not None:
        mentions = [(m, c) for m, c in mentions if practice.start <= m.start < practice.end]
    for stated in (inside, mentions):
        districts = {district for _, code in stated if (district := gazetteer.district(code))}
        if len(districts) == 1:
            (district,) = districts
            named = next(m for m, code in stated if gazetteer.district(code) == district)
            return text[named.start : named.end], district, "stated"
        if districts:
            return NOWHERE
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
