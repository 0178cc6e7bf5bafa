"""What the coding desk lays before a coder: documents, stretches to judge, codes, suggestions.

Nothing here changes while the desk is open, and nothing of a blind coder's desk holds what the
coder must not see.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.codings import is_secondary
from pbgov.coding.journal import Stretch
from pbgov.corpus.document import Corpus, Document, digest_text
from pbgov.corpus.segments import outline, segment
from pbgov.datafiles import is_invisible
from pbgov.errors import InputError
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from pbgov.coding.codebook import Codebook

Place = tuple[str, int, int]
BOUNDS = ["doc_id", "start", "end"]
ATTRIBUTES = {
    "title": "标题",
    "authors": "作者",
    "venue": "出处",
    "published": "日期",
    "city": "城市",
    "district": "区县",
    "genre": "体裁",
}


@dataclass(frozen=True)
class Suggestion:
    """One code that a machine coder proposes for a stretch.

    Attributes
    ----------
    code_id, coder : str
    rule : str
        What it rests on; the coder's name where it names none.
    evidence : tuple of int, or None
        Code points into ``Document.text``; None for the whole stretch.
    secondary : bool
    """

    code_id: str
    coder: str
    rule: str
    evidence: tuple[int, int] | None
    secondary: bool


@dataclass(frozen=True)
class Material:
    """The documents with something to judge, in the order of the corpus.

    Attributes
    ----------
    documents : list of Document
    stretches : list of list of Stretch
        What is judged in each document, in the order of the text.
    positions : dict
        Where each stretch stands in `stretches`, by its document and bounds.
    codebook : Codebook
    families : list of str
        The families that are coded, in the order of ``families.csv``.
    codes : dict
        The family of each code that can be given.
    suggestions : dict
        By the bounds of the stretch; empty on a blind desk.
    blind : bool
    remarks : list of str
        What was left aside, in Chinese.
    """

    documents: list[Document]
    stretches: list[list[Stretch]]
    positions: dict[Place, tuple[int, int]]
    codebook: Codebook
    families: list[str]
    codes: dict[str, str]
    suggestions: dict[Place, list[Suggestion]]
    blind: bool
    remarks: list[str] = field(default_factory=list)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of each document."""
        return {document.doc_id: document.text for document in self.documents}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The position of each document."""
        return {document.doc_id: number for number, document in enumerate(self.documents)}

    def told_asked(self, families: set[str]) -> str:
        """Families as a state of a stretch names them: in their order, '' for all of the codebook."""
        known = [str(family) for family in self.codebook.families["family"]]
        named = [family for family in known if family in families]
        coded = [family for family in known if self.codebook.codes_of(family)]
        return "" if set(coded) <= families else ";".join(named)

    def asked(self, told: str) -> set[str]:
        """The families that a state of a stretch names."""
        return set(told.split(";")) if told else set(map(str, self.codebook.families["family"]))

    @cached_property
    def known_codes(self) -> frozenset[str]:
        """Every code of the codebook, also of families that are not coded here."""
        return frozenset(map(str, self.codebook.codes["code_id"]))

    @cached_property
    def successors(self) -> dict[str, str]:
        """What took the place of each code that left the codebook; '' for nothing."""
        retired = self.codebook.retired
        after = map(_filled, retired["replaced_by"])
        return dict(zip(map(str, retired["code_id"]), after, strict=True))

    def stretch(self, document: int, number: int) -> Stretch:
        """One stretch by the position of its document and its own."""
        return self.stretches[document][number]

    def kind_of(self, family: str) -> str:
        """How many codes of a family a stretch can have, see ``FAMILIES``."""
        return self.codebook.exclusive(family)

    def attributes(self, document: int) -> list[tuple[str, str]]:
        """What the document states about itself, by Chinese labels; nothing on a blind desk."""
        if self.blind:
            return []
        stated = self.documents[document].metadata
        unverified = stated.get("unverified") or ()
        told = []
        for name, label in ATTRIBUTES.items():
            value = stated.get(name)
            words = "、".join(map(str, value)) if isinstance(value, list | tuple) else value
            if words not in (None, ""):
                doubt = name in unverified if isinstance(unverified, list | tuple) else False
                told.append((label, f"{words}（未核实）" if doubt else str(words)))
        return [*told, ("文档编号", self.documents[document].doc_id)]

    def blocks(self, document: int, *, headings: bool) -> list[dict[str, Any]]:
        """The document from top to bottom: headings, stretches to judge, and the words between.

        Each block has a ``kind``: ``segment`` with its ``number`` and text, ``heading`` with its
        ``level`` and text (only where asked for), or ``context``, which nobody judges.
        """
        text = self.documents[document].text
        own = self.stretches[document]
        found = [
            (one.start, one.end, {"kind": "segment", "number": number, "text": one.text})
            for number, one in enumerate(own)
        ]
        covered = _joined(own)
        for start, end, block in _surroundings(self.documents[document], headings=headings):
            for first, last in _uncovered(start, end, covered):
                words = text[first:last].strip()
                if block["kind"] == "heading" and (first, last) == (start, end):
                    found.append((start, end, block))
                elif block["kind"] == "context" and words:
                    found.append((first, last, {**block, "text": words}))
        return [block for *_, block in sorted(found, key=lambda each: each[:2])]

    def told_families(self) -> list[dict[str, Any]]:
        """The families and their codes, as the screen shows them."""
        families = self.codebook.families.set_index("family")
        codes = self.codebook.codes.set_index("code_id")
        fields = ("zh", "en", "definition", "include", "exclude")
        return [
            {
                "family": family,
                "zh": str(families.at[family, "zh"]),
                "exclusive": str(families.at[family, "exclusive"]),
                "tie_rule": _filled(families.at[family, "tie_rule"]),
                "codes": [
                    {"code_id": code_id}
                    | {name: _filled(codes.at[code_id, name]) for name in fields}
                    for code_id in self.codebook.codes_of(family)
                ],
            }
            for family in self.families
        ]


def gather(
    corpus: Corpus | Sequence[Document],
    codebook: Codebook,
    *,
    segments: pd.DataFrame | None = None,
    suggestions: pd.DataFrame | None = None,
    families: Sequence[str] | None = None,
    blind: bool = False,
) -> Material:
    """Put together what is judged, and refuse what cannot be meant.

    Raises
    ------
    InputError
        Where there is nothing to judge, a segment is not the text of its document, a family is
        unknown, a document's name could not be read back from a file, or `suggestions` holds
        judgements of people.
    """
    chosen = _families(codebook, families)
    codes = {code_id: family for family in chosen for code_id in codebook.codes_of(family)}
    if segments is None:
        segments = segment(corpus, unit="paragraph")
    by_document = _by_document(corpus, segments)
    documents = [document for document in corpus if document.doc_id in by_document]
    stretches = [by_document[document.doc_id] for document in documents]
    positions = {
        (one.doc_id, one.start, one.end): (document, number)
        for document, own in enumerate(stretches)
        for number, one in enumerate(own)
    }
    material = Material(documents, stretches, positions, codebook, chosen, codes, {}, blind)
    if suggestions is not None and not blind:
        _take_suggestions(material, suggestions)
    return material


def _families(codebook: Codebook, families: Sequence[str] | None) -> list[str]:
    known = [str(family) for family in codebook.families["family"]]
    if families is None:
        chosen = known
    else:
        asked = [families] if isinstance(families, str) else list(families)
        for family in asked:
            codebook.exclusive(family)
        chosen = [family for family in known if family in asked]
    chosen = [family for family in chosen if codebook.codes_of(family)]
    if not chosen:
        raise InputError("There is no code to give: families is empty, or its families have none.")
    return chosen


def _by_document(
    corpus: Corpus | Sequence[Document], segments: pd.DataFrame
) -> dict[str, list[Stretch]]:
    missing = [name for name in (*BOUNDS, "text") if name not in segments]
    if missing:
        raise InputError(f"segments lacks {', '.join(missing)}; pass what pbgov.segment makes.")
    judged = segments[segments["kind"].isin(READABLE_KINDS)] if "kind" in segments else segments
    texts = {document.doc_id: document.text for document in corpus}
    found: dict[str, dict[tuple[int, int], Stretch]] = {}
    for doc_id, start, end, text in zip(
        judged["doc_id"], judged["start"], judged["end"], judged["text"], strict=True
    ):
        if doc_id not in texts:
            raise InputError(f"segments names document {doc_id!r}, which the corpus does not hold.")
        if not start < end or texts[doc_id][start:end] != text:
            raise InputError(
                f"segments: {doc_id} [{start}, {end}) is not the text the corpus has there;"
                " make the segments anew from this corpus."
            )
        one = Stretch(str(doc_id), int(start), int(end), str(text))
        found.setdefault(one.doc_id, {})[one.start, one.end] = one
    if not found:
        raise InputError("There is nothing to judge: no paragraph, sentence or row in segments.")
    for doc_id in found:
        _refuse_unreadable_name(doc_id)
    return {doc_id: [own[key] for key in sorted(own)] for doc_id, own in found.items()}


def _refuse_unreadable_name(doc_id: str) -> None:
    surrogate = any("\ud800" <= char <= "\udfff" for char in doc_id)
    if surrogate or doc_id != doc_id.strip() or any(map(is_invisible, doc_id)):
        raise InputError(
            f"The doc_id {doc_id!r} has invisible characters or spaces around it, so codings of it"
            " could not be read back; give the document another id."
        )


def _take_suggestions(material: Material, suggestions: pd.DataFrame) -> None:
    missing = [name for name in (*BOUNDS, "code_id", "coder", "value") if name not in suggestions]
    if missing:
        raise InputError(f"suggestions lacks {', '.join(missing)}; pass codings of a coder.")
    if "status" in suggestions and (suggestions["status"] == "judged").any():
        people = sorted(set(suggestions.loc[suggestions["status"] == "judged", "coder"]))
        raise InputError(
            f"suggestions holds judgements of {', '.join(people)}; a coder sees only what machine"
            " coders suggest (status suggested)."
        )
    present = suggestions[suggestions["value"] == 1].reset_index(drop=True)
    memos = present if "memo" in present else present.assign(memo=pd.Series(dtype="str"))
    strange = 0
    for row, secondary in zip(present.to_dict("records"), is_secondary(memos), strict=True):
        place = str(row["doc_id"]), int(row["start"]), int(row["end"])
        if place not in material.positions or not _same_text(material, place, row):
            strange += 1
        elif row["code_id"] in material.codes:
            one = _suggestion(row, place, secondary=bool(secondary))
            material.suggestions.setdefault(place, []).append(one)
        elif row["code_id"] not in material.known_codes:
            strange += 1
    if strange:
        material.remarks.append(
            f"有 {strange} 条机器建议没有对上这里的片段、文字或编码，没有显示。"
        )


def _same_text(material: Material, place: Place, row: Mapping[Hashable, Any]) -> bool:
    stated = _filled(row.get("text_digest"))
    return not stated or stated == digest_text(material.stretch(*material.positions[place]).text)


def _suggestion(row: Mapping[Hashable, Any], place: Place, *, secondary: bool) -> Suggestion:
    first, last = row.get("evidence_start"), row.get("evidence_end")
    evidence = None
    if pd.notna(first) and pd.notna(last) and place[1] <= first < last <= place[2]:
        evidence = int(first), int(last)
    coder = str(row["coder"])
    return Suggestion(
        str(row["code_id"]), coder, _filled(row.get("rule")) or coder, evidence, secondary
    )


def _surroundings(
    document: Document, *, headings: bool
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    rows = segment(document, unit="paragraph")
    for kind, start, end in zip(rows["kind"], rows["start"], rows["end"], strict=True):
        if kind not in ("blank", "front_matter", "heading"):
            yield int(start), int(end), {"kind": "context"}
    if headings:
        tree = outline(document)
        for start, end, level, title in zip(
            tree["start"], tree["end"], tree["level"], tree["title"], strict=True
        ):
            block = {"kind": "heading", "level": int(level), "text": str(title)}
            yield int(start), int(end), block


def _joined(own: list[Stretch]) -> list[tuple[int, int]]:
    """What the stretches cover together: apart from one another, in the order of the text."""
    joined: list[tuple[int, int]] = []
    for one in own:
        if joined and one.start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], one.end)
        else:
            joined.append((one.start, one.end))
    return joined


def _uncovered(start: int, end: int, covered: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of ``[start, end)`` that are not covered."""
    for first, last in covered[bisect_right(covered, start, key=lambda span: span[1]) :]:
        if first >= end:
            break
        if first > start:
            yield start, first
        start = last
    if start < end:
        yield start, end


def _filled(value: Any) -> str:
    """The words of a cell; '' where it is empty."""
    return "" if value is None or pd.isna(value) else str(value)
