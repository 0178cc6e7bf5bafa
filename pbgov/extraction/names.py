"""Names that tell which place or body a text is about, so that a comparison can look past them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.extraction.cues import Cues, read_cues
from pbgov.extraction.organisations import AREA, organisations
from pbgov.extraction.places import ENDING, Gazetteer
from pbgov.extraction.words import Word, words_of
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

COLUMNS = ("doc_id", "segment_id", "start", "end", "text", "kind")
PROPER = (
    "ns",
    "nr",
    "nz",
    "zg",
)  # jieba's tags of places, persons, other proper names, rare characters

Span = tuple[int, int]


def find_names(
    segments: pd.DataFrame, regions: pd.DataFrame, *, lexicon: str | Path | None = None
) -> pd.DataFrame:
    """Names of places and of particular organisations in segments.

    Parameters
    ----------
    segments : DataFrame
        Of `pbgov.schemas.SEGMENTS`; paragraphs, sentences and table rows are read.
    regions : DataFrame
        Of `pbgov.schemas.REGIONS`; every full name in it is found, a short one (朝阳) where
        `pbgov.find_places` takes it for a place.
    lexicon : path, optional
        Folder of cues as in `pbgov.find_practices`; the packaged ones by default.

    Returns
    -------
    DataFrame
        One row is one name, in the order of the text: ``doc_id``, ``segment_id``, ``start``,
        ``end`` (code points into the document's text), ``text`` and ``kind``: 地名 for a region of
        the table, for a place of the dictionary that ends as one (…省, …市, …区 …), and for the same
        name without its ending wherever the document names it in full; 机构 for an organisation
        whose name holds a proper name or a word of no dictionary. Organisations of every place
        (居委会, 街道工委) are no names: they say who acts, not where. Names may overlap.
    """
    cues, gazetteer = read_cues(lexicon), Gazetteer(regions)
    known = frozenset(region.name for region in gazetteer.regions.values())
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    rows: list[tuple[object, ...]] = []
    for doc_id, document in read.groupby("doc_id", sort=False):
        found = [_names(text, cues, gazetteer, known) for text in document["text"]]
        short = _short_names(document["text"], found)
        for segment_id, first, text, names in zip(
            document["segment_id"], document["start"], document["text"], found, strict=True
        ):
            names |= {match.span(): "地名" for match in short.finditer(text)}
            rows += [
                (doc_id, segment_id, int(first) + start, int(first) + end, text[start:end], kind)
                for (start, end), kind in sorted(names.items())
            ]
    kinds = dict.fromkeys(COLUMNS, "str") | {"start": "Int64", "end": "Int64"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


def _names(text: str, cues: Cues, gazetteer: Gazetteer, regions: frozenset[str]) -> dict[Span, str]:
    found: dict[Span, str] = {}
    for words in _sentences(text, cues):
        for name in organisations(words, cues, regions):
            parts = words[name.first : name.end]
            if any(_is_proper(part, regions) for part in parts):
                found[parts[0].start, parts[-1].end] = "机构"
        places = [word for word in words if word.pos == "ns" and AREA.match(word.text)]
        found |= {(word.start, word.end): "地名" for word in places}
    mentions = gazetteer.mentions(text)
    return found | {(mention.start, mention.end): "地名" for mention, _ in mentions}


def _short_names(texts: Iterable[str], found: list[dict[Span, str]]) -> re.Pattern[str]:
    """The places of a document without their ending (朝阳区: 朝阳); of one character, none."""
    full = {
        text[start:end]
        for text, names in zip(texts, found, strict=True)
        for (start, end), kind in names.items()
        if kind == "地名"
    }
    short = {ENDING.sub("", name) for name in full}
    longest_first = sorted((name for name in short if len(name) > 1), key=lambda n: (-len(n), n))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _sentences(text: str, cues: Cues) -> Iterator[list[Word]]:
    at = 0
    for end in sentence_ends(text):
        words = words_of(text[at:end], cues)
        yield [word._replace(start=word.start + at, end=word.end + at) for word in words]
        at = end


def _is_proper(word: Word, regions: frozenset[str]) -> bool:
    unknown = word.pos == "x" and word.text.isalnum()
    return unknown or word.pos in PROPER or word.text in regions
