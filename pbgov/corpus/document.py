"""A document as it was read, and a corpus of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, overload

import pandas as pd

from pbgov.corpus.alignment import Alignment, Pass
from pbgov.errors import InputError

if TYPE_CHECKING:
    from pbgov.findings import Finding

METADATA_COLUMNS = (
    "title",
    "original_title",
    "authors",
    "venue",
    "published",
    "city",
    "district",
    "region_code",
    "genre",
    "unverified",
    "rights",
)
REPAIR_KINDS = (
    "pinyin",
    "gbk_shift",
    "nbsp",
    "stray_digit",
    "punctuation",
    "spacing",
    "line_break",
    "traditional",
    "compatibility",
    "control",
    "replacement",
    "private_use",
    "quote",
    "markup",
    "web_furniture",
)
CERTAINTIES = ("exact", "likely", "inferred", "unrepaired")
LINE_END = r"(?:\r\n|\r|\n)"
FRONT_MATTER = re.compile(
    rf"\+\+\+[ \t]*{LINE_END}(?:(.*?){LINE_END})?\+\+\+[ \t]*(?=[\r\n]|\Z)", re.DOTALL
)
HAN_RANGES = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2FA1F),
    (0x30000, 0x323AF),
)


class Repair(NamedTuple):
    """One change from the raw text to the text that is read, or one damage that was left.

    ``kind`` is one of `REPAIR_KINDS`, ``certainty`` one of `CERTAINTIES`. Where the certainty is
    ``unrepaired`` the words stand as they were, so that ``after`` is ``before``.
    """

    kind: str
    raw_start: int
    raw_end: int
    before: str
    after: str
    certainty: str


class Mark(NamedTuple):
    """What the structure of a file says about a stretch of its raw text.

    ``kind`` is ``heading`` (``level`` 1 to 9), ``table`` (one row), ``note`` (a foot- or endnote),
    ``furniture`` (what the layout of a page puts beside the article) or ``wrap`` (a line end that
    only the width of the page made); ``level`` is 0 but for headings.
    """

    kind: str
    start: int
    end: int
    level: int = 0


class MetadataField(NamedTuple):
    """One field of the metadata: its value and where that stands, or why there is none.

    ``basis`` is ``container`` (front matter, file properties, columns), ``text`` (it stands in the
    document, at ``raw_start``), ``masked`` (it stands there made unreadable) or ``missing``; the
    reasons say why a value is None, and are '' where there is one.
    """

    name: str
    value: object
    basis: str
    raw_start: int | None = None
    raw_end: int | None = None
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class Document:
    """One document, every character of it.

    Attributes
    ----------
    doc_id : str
        The ``id`` its metadata state, else the file name without its ending.
    path : str
        The file, as it was given; the part of a file that holds several stands after ``#``.
    text : str
        The repaired text. Later steps read it; offsets are code points into it.
    raw : str
        Every character the reader took from the file; of a plain text file the decoded file: front
        matter, line ends and all, only a byte order mark is left out.
    encoding : str
        The encoding the file was decoded from.
    digest : str
        SHA-256 of the file's bytes, hexadecimal.
    metadata : mapping
        What the file states about the document; empty where it states nothing.
    format : str
        The kind of file: ``txt``, ``md``, ``html``, ``docx``, ``odt``, ``pdf``, ``xlsx``, ``csv``.
    repairs : tuple of Repair
        Every change from `raw` to `text`, and every damage that was left, in the order of `raw`.
    alignment : Alignment
        The map between `raw` and `text`.
    marks : tuple of Mark
        What the structure of the file says about stretches of `raw`.
    fields : tuple of MetadataField
        Where each field of the metadata stands, or why it is empty.
    findings : tuple of Finding
        Remarks of the reader.
    """

    doc_id: str
    path: str
    text: str
    raw: str
    encoding: str
    digest: str
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)
    format: str = "txt"
    repairs: tuple[Repair, ...] = field(default=(), repr=False)
    alignment: Alignment = field(default=Alignment(), repr=False)
    marks: tuple[Mark, ...] = field(default=(), repr=False)
    fields: tuple[MetadataField, ...] = field(default=(), repr=False, hash=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in `raw`."""
        self._check(start, end, self.text)
        return self.alignment.to_source(start, end)

    def to_text(self, raw_start: int, raw_end: int) -> tuple[int, int]:
        """Where ``raw[raw_start:raw_end]`` stands in `text`; an empty stretch where it was removed."""
        self._check(raw_start, raw_end, self.raw)
        return self.alignment.to_result(raw_start, raw_end)

    def passage(self, start: int, end: int) -> str:
        """``text[start:end]``; offsets outside the text are refused, not cut off."""
        self._check(start, end, self.text)
        return self.text[start:end]

    def _check(self, start: int, end: int, text: str) -> None:
        if not 0 <= start <= end <= len(text):
            raise InputError(
                f"{self.doc_id}: [{start}, {end}) is not a stretch of its"
                f" {len(text)} characters; was it counted in another version of the file?"
            )


class Corpus(Sequence[Document]):
    """Documents in a fixed order, looked up by position or by ``doc_id``.

    Parameters
    ----------
    documents : sequence of Document
    findings : sequence of Finding, optional
        What could not be read, and why.

    Raises
    ------
    InputError
        Where two documents have the same ``doc_id``.
    """

    def __init__(self, documents: Sequence[Document], findings: Sequence[Finding] = ()) -> None:
        self._documents = tuple(documents)
        self.findings = tuple(findings)
        self._by_id = {document.doc_id: document for document in self._documents}
        if len(self._by_id) < len(self._documents):
            ids = [document.doc_id for document in self._documents]
            repeated = sorted({doc_id for doc_id in ids if ids.count(doc_id) > 1})
            raise InputError(f"doc_id {repeated} stands twice in the corpus; give each its own.")

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, key: int | str) -> Document: ...
    @overload
    def __getitem__(self, key: slice) -> Corpus: ...
    def __getitem__(self, key: int | str | slice) -> Document | Corpus:
        if isinstance(key, slice):
            return Corpus(self._documents[key], self.findings)
        if isinstance(key, int):
            return self._documents[key]
        if key not in self._by_id:
            raise InputError(f"no document {key!r}; the corpus holds {sorted(self._by_id)}.")
        return self._by_id[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_id if isinstance(key, str) else key in self._documents

    def __repr__(self) -> str:
        return f"Corpus({len(self)} documents, {len(self.findings)} problems)"

    def text_of(self, doc_id: str, start: int, end: int) -> str:
        """The words at ``[start, end)`` of one document."""
        return self[doc_id].passage(start, end)

    @property
    def documents(self) -> pd.DataFrame:
        """One row is one document; what its metadata leaves open is NaN, lists are joined by 、.

        ``n_chars`` counts the whole text, ``n_han`` the Han characters after the front matter;
        ``n_repairs`` the changes from the raw text, ``n_unrepaired`` the damage left as it was.
        """
        rows = [
            {
                "doc_id": document.doc_id,
                **{name: _told(document.metadata.get(name)) for name in METADATA_COLUMNS},
                "format": document.format,
                "encoding": document.encoding,
                "n_chars": len(document.text),
                "n_han": count_han(document.text[front_matter_end(document.text) :]),
                "n_repairs": sum(each.certainty != "unrepaired" for each in document.repairs),
                "n_unrepaired": sum(each.certainty == "unrepaired" for each in document.repairs),
                "path": document.path,
                "digest": document.digest,
            }
            for document in self
        ]
        counts = ["n_chars", "n_han", "n_repairs", "n_unrepaired"]
        columns = ["doc_id", *METADATA_COLUMNS, "format", "encoding", *counts, "path", "digest"]
        kinds = dict.fromkeys(columns, "str") | dict.fromkeys(counts, "Int64")
        return pd.DataFrame(rows, columns=columns).astype(kinds)

    @property
    def repairs(self) -> pd.DataFrame:
        """One row is one repair, or one damage left, of one document; ``start``/``end`` bound it in the text."""
        rows = [
            (document.doc_id, *repair, *document.to_text(repair.raw_start, repair.raw_end))
            for document in self
            for repair in document.repairs
        ]
        columns = ["doc_id", *Repair._fields, "start", "end"]
        offsets = ("raw_start", "raw_end", "start", "end")
        kinds = dict.fromkeys(columns, "str") | dict.fromkeys(offsets, "Int64")
        return pd.DataFrame(rows, columns=columns).astype(kinds)

    @property
    def alignments(self) -> pd.DataFrame:
        """One row is one stretch that one round of repairs changed; `alignments_of` reads it back."""
        rows = [
            (document.doc_id, number, *stretch)
            for document in self
            for number, each in enumerate(document.alignment.passes)
            for stretch in zip(*each, strict=True)
        ]
        columns = ["doc_id", "round", *Pass._fields]
        kinds = dict.fromkeys(columns, "Int64") | {"doc_id": "str"}
        return pd.DataFrame(rows, columns=columns).astype(kinds)

    @property
    def metadata(self) -> pd.DataFrame:
        """One row is one field of one document's metadata, with where it stands or why it is empty."""
        rows = [
            (document.doc_id, *each._replace(value=_told(each.value)))
            for document in self
            for each in document.fields
        ]
        columns = ["doc_id", *MetadataField._fields]
        kinds = dict.fromkeys(columns, "str") | {"raw_start": "Int64", "raw_end": "Int64"}
        return pd.DataFrame(rows, columns=columns).astype(kinds)

    @property
    def problems(self) -> pd.DataFrame:
        """One row is one file or folder that was not read as a document, and why."""
        return _listed(self.findings)

    @property
    def remarks(self) -> pd.DataFrame:
        """One row is one remark on a document that was read, as `pbgov.corpus.remarks` makes them."""
        from pbgov.corpus.remarks import remarks_on

        return _listed(remarks_on(self))


def alignments_of(table: pd.DataFrame) -> dict[str, Alignment]:
    """The maps that `Corpus.alignments` lists, by document; a document without a change has none."""
    found: dict[str, list[Pass]] = {}
    for (doc_id, _), stretches in table.groupby(["doc_id", "round"], sort=True):
        changed = Pass(*(tuple(map(int, stretches[name])) for name in Pass._fields))
        found.setdefault(str(doc_id), []).append(changed)
    return {doc_id: Alignment(tuple(passes)) for doc_id, passes in found.items()}


def digest_text(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a text in UTF-8.

    Examples
    --------
    >>> digest_text("")
    'e3b0c44298fc1c14'
    """
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def front_matter_end(text: str) -> int:
    """Where the front matter of a text ends, just after its second ``+++``; 0 where it has none."""
    front = FRONT_MATTER.match(text)
    return front.end() if front else 0


def count_han(text: str) -> int:
    """How many characters of a text are Han characters, compatibility ideographs included.

    Examples
    --------
    >>> count_han("党建 CBD，〇")
    2
    """
    return sum(any(low <= ord(char) <= high for low, high in HAN_RANGES) for char in text)


def _listed(findings: Sequence[Finding]) -> pd.DataFrame:
    rows = [(found.path, found.code, found.zh, found.en) for found in findings]
    return pd.DataFrame(rows, columns=["path", "code", "zh", "en"]).astype("str")


def _told(value: object) -> object:
    if isinstance(value, list | tuple):
        value = "、".join(str(item) for item in value)
    return float("nan") if value is None or value == "" else str(value)
