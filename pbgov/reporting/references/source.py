"""A source: what is known of something cited, in the terms of CSL, whatever file it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from pbgov.errors import InputError

TYPE_MARKS = {
    "book": "M",
    "chapter": "M",
    "entry-dictionary": "M",
    "entry-encyclopedia": "M",
    "pamphlet": "M",
    "classic": "M",
    "compilation": "G",
    "proceedings": "C",
    "paper-conference": "C",
    "article-newspaper": "N",
    "article-journal": "J",
    "article-magazine": "J",
    "review": "J",
    "review-book": "J",
    "periodical": "J",
    "thesis": "D",
    "report": "R",
    "standard": "S",
    "patent": "P",
    "database": "DB",
    "software": "CP",
    "webpage": "EB",
    "post": "EB",
    "post-weblog": "EB",
    "legislation": "EB",
    "regulation": "EB",
    "bill": "EB",
    "legal_case": "EB",
    "manuscript": "A",
    "collection": "A",
    "map": "CM",
    "dataset": "DS",
    "article": "PP",
    "document": "Z",
}
"""The mark of GB/T 7714-2025, annex A, for each CSL type; a type not listed is other, Z.

``compilation``, ``proceedings`` and ``database`` are types of ours: CSL has none, and its
``collection`` is one of archives. A law that is
not on the web is Z.
"""
MARKS = tuple(dict.fromkeys(TYPE_MARKS.values()))
CARRIERS = ("MT", "DK", "CD", "OL", "MM")
LANGUAGES = ("zh", "ja", "ko", "ru", "en")

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN = re.compile(f"[{_HAN}]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True)
class Name:
    """A person (`family`, `given`, `suffix`) or a body of persons (`literal`)."""

    family: str = ""
    given: str = ""
    literal: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        if not (self.family or self.literal):
            raise InputError(f"a name needs a family name or a literal; this has neither: {self!r}")


@dataclass(frozen=True)
class Date:
    """A date as far as it is known.

    Attributes
    ----------
    parts : tuple of int
        Year; year and month; or year, month and day.
    until : tuple of int or None
        The end of a span; ``()`` where it has not ended ("1984—").
    literal : str
        What stands in the source where it is no plain date: "1865（清同治四年）", "c1988",
        "[1936]"; printed as it is.
    """

    parts: tuple[int, ...] = ()
    until: tuple[int, ...] | None = None
    literal: str = ""

    def __post_init__(self) -> None:
        for given in (self.parts, self.until or ()):
            if len(given) > 3 or not all(
                low <= part <= high
                for part, (low, high) in zip(given, ((-9999, 9999), (1, 12), (1, 31)), strict=False)
            ):
                raise InputError(f"{given!r} is no date; give year, month and day as numbers")
        if not (self.parts or self.literal):
            raise InputError("a date needs its year or its literal; give one, or no date at all")

    @property
    def year(self) -> str:
        """The year, or the literal where there is one."""
        return self.literal or str(self.parts[0])

    @property
    def full(self) -> str:
        """YYYY-MM-DD as far as it is known, or the literal."""
        return self.literal or self.iso(self.parts)

    @staticmethod
    def iso(parts: tuple[int, ...]) -> str:
        """YYYY, YYYY-MM or YYYY-MM-DD."""
        return "-".join(f"{part:0{4 if place == 0 else 2}d}" for place, part in enumerate(parts))


@dataclass(frozen=True)
class Source:
    """Something cited: what is known of it, and nothing else.

    An empty field is not known; it is left out of the printed entry, never made up.

    Attributes
    ----------
    key : str
        What ``{{cite:key}}`` names it by.
    type : str
        A CSL type, such as those of `TYPE_MARKS`.
    title, container_title, event : str
        Title with its subtitle after a colon; the book, journal, newspaper or site it stands in;
        the conference of an unpublished paper.
    author, editor, translator, container_author : tuple of Name
    publisher, place : str
        For a thesis the university, for an archive its holder, for data and preprints the platform.
    edition, version : str
        "2", "修订版"; "1.0".
    volume, issue, page, number : str
        ``number`` is that of a standard, patent, report, file or document (京政办发〔2005〕37号), or
        of an article without pages.
    numbering : str
        Of a whole periodical: "1984，1（1）—".
    scale, dimensions : str
        Of a map.
    issued, accessed : Date or None
    url, doi, identifier : str
        ``identifier`` is another lasting one with its scheme: "CSTR:32012.36.…".
    isbn, issn, language, genre, archive, abstract, note : str
        ``language`` is a tag such as zh-CN, or a name; where it is empty the script decides.
    mark, medium : str
        One of `MARKS` and of `CARRIERS` where the type and the address do not tell them.
    keywords : tuple of str
    others : tuple of (str, str)
        Fields of the file that have no place here, kept to be written again.

    Raises
    ------
    InputError
        For a source without key, type or title, an unknown mark or carrier.
    """

    key: str
    type: str
    title: str = ""
    author: tuple[Name, ...] = ()
    editor: tuple[Name, ...] = ()
    translator: tuple[Name, ...] = ()
    container_author: tuple[Name, ...] = ()
    container_title: str = ""
    event: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    version: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    number: str = ""
    numbering: str = ""
    scale: str = ""
    dimensions: str = ""
    issued: Date | None = None
    accessed: Date | None = None
    url: str = ""
    doi: str = ""
    identifier: str = ""
    isbn: str = ""
    issn: str = ""
    language: str = ""
    genre: str = ""
    archive: str = ""
    abstract: str = ""
    note: str = ""
    mark: str = ""
    medium: str = ""
    keywords: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name in ("key", "type"):
            if not getattr(self, name).strip():
                raise InputError(f"a source has no {name}: {self.title[:40]!r}; give it one")
        for name, allowed in (("mark", MARKS), ("medium", CARRIERS)):
            if getattr(self, name) and getattr(self, name) not in allowed:
                raise InputError(
                    f"source {self.key!r}: {name} {getattr(self, name)!r} is unknown;"
                    f" use one of {' '.join(allowed)}"
                )

    @property
    def written_in(self) -> str:
        """One of `LANGUAGES`: what `language` says, else the script of the title, else of the names."""
        return _of_tag(self.language) or _of_script(
            self.title or self.container_title, "".join(map(_whole, self.author))
        )

    @property
    def online(self) -> bool:
        """Whether it is a source on the network."""
        return self.medium == "OL" or (not self.medium and bool(self.url or self.doi))


STRING_FIELDS = tuple(one.name for one in fields(Source) if one.type == "str")
NAME_FIELDS = ("author", "editor", "translator", "container_author")
DATE_FIELDS = ("issued", "accessed")


def _of_tag(tag: str) -> str:
    spelled = tag.strip().casefold()
    for language, beginnings in {
        "zh": ("zh", "chinese", "中文", "汉语", "chi", "zho", "cn"),
        "ja": ("ja", "日文", "日本", "jp"),
        "ko": ("ko", "韩", "朝鲜"),
        "ru": ("ru", "俄"),
    }.items():
        if spelled.startswith(beginnings):
            return language
    return "en" if spelled else ""


def _of_script(title: str, names: str) -> str:
    """Kana and hangul tell their language; Han alone is Chinese, unless Latin words outweigh it."""
    for text in (title, names):
        if _KANA.search(text):
            return "ja"
        if _HANGUL.search(text):
            return "ko"
        if HAN.search(text):
            han, latin = len(HAN.findall(text)), len(_LATIN.findall(text))
            return "zh" if han * 4 >= latin else "en"
        if _CYRILLIC.search(text):
            return "ru"
        if _LATIN.search(text):
            return "en"
    return "en"


def _whole(name: Name) -> str:
    return name.literal + name.family + name.given


def as_json(source: Source) -> dict[str, Any]:
    """What is known of a source, as plain values; for comparing two of them field by field."""
    return {
        one.name: getattr(source, one.name)
        for one in fields(source)
        if getattr(source, one.name) not in ("", (), None)
    }
