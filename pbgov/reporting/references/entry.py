"""One entry of a list of references as GB/T 7714 prints it.

The order of the elements is that of GB/T 7714-2025, clause 8, and of GB/T 7714-2015, clause 4. What
is not known of a source is left out; only of a printed book, and in 2015 of a printed report, is it
said, as both editions provide, that place or publisher are not known. The words of titles are printed
as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from pbgov.reporting.references.names import (
    ANONYMOUS,
    EDITED,
    TRANSLATED,
    name_list,
)
from pbgov.reporting.references.source import TYPE_MARKS, Date, Name, Source
from pbgov.reporting.references.style import Style, style_named

UNDATED = {"zh": "无日期", "ja": "無日付", "ko": "무일자", "ru": "б. г.", "en": "n.d."}
UNKNOWN_PLACE = {"zh": "出版地不详", "ja": "出版地不明"}
UNKNOWN_PUBLISHER = {"zh": "出版者不详", "ja": "出版者不明"}
TO = "—"  # the one-em line of GB/T 7714-2025 between the ends of a run; 2015 has a hyphen
IN_PRINT = ("M", "C", "G", "S")
ON_A_PLATFORM = ("DS", "PP")
DATED_APART = ("EB", "CP", "DB", "Z")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_HAN_DIGITS = "一二三四五六七八九"


def format_reference(source: Source, style: str = "2025-numeric", *, year_suffix: str = "") -> str:
    """The entry of a source, without its number.

    Parameters
    ----------
    source : Source
    style : {"2025-numeric", "2025-author-year", "2015-numeric", "2015-author-year"}
    year_suffix : str
        The letter behind the year that tells apart what one author published in one year.

    Returns
    -------
    str
        Plain text that ends in a point; no markup.

    Raises
    ------
    InputError
        For an unknown style.

    Notes
    -----
    GB/T 7714-2025 (in force since 2026-07-01) differs from 2015 in this: family names are not in
    capitals and given names in Pinyin stay whole (7.1.1); initials keep their hyphen and ``，等，译``
    its second comma (in the examples of 7.1.1 and 8.2.2); marks other than the point and square
    brackets are full-width (as printed throughout); a standard is ``编号 名称[S]`` (8.9.2); the day of
    access stands only with web pages, data and preprints (8.11, 8.14, 8.15) and, after them, programs
    and databases; reports, files and papers published online bear their whole date (7.5.4.2);
    preprints are [PP] (annex A).
    """
    return _Entry(source, style_named(style), year_suffix).text()


def mark_of(source: Source, edition: int = 2025) -> str:
    """The mark of the kind of source, such as M; of preprints EB in 2015, which has no PP."""
    mark = source.mark or TYPE_MARKS.get(source.type, "EB" if source.url else "Z")
    if source.type == "book" and source.event and not source.mark:
        mark = "C"
    if mark == "EB" and not source.mark and not source.online and _is_law(source):
        return "Z"
    if mark == "PP" and edition == 2015:
        return "EB" if source.online else "Z"
    return mark


def year_of(source: Source) -> str:
    """The year as an author-year entry states it, without a letter; 无日期 or n.d. without one."""
    date = source.issued
    if date is None:
        return UNDATED[source.written_in]
    if date.until is None:
        return date.year
    return f"{date.year}{TO}{Date.iso(date.until[:1])}"


@dataclass(frozen=True)
class _Entry:
    source: Source
    style: Style
    suffix: str

    @property
    def new(self) -> bool:
        return self.style.edition == 2025

    @property
    def language(self) -> str:
        return self.source.written_in

    @property
    def mark(self) -> str:
        return mark_of(self.source, self.style.edition)

    def text(self) -> str:
        title = self.title()
        sentences = [self.head(), title, *self.roles()]
        before = [one for one in sentences if one]
        container = [self.unpublished()] if self.is_unpublished() else self.container()
        if container:
            before = [*before[:-1], f"{before[-1]}//{container[0]}", *container[1:]]
        sentences = before if self.is_unpublished() else [*before, *self.publication()]
        sentences += [self.source.dimensions, self.source.url, *self.lasting()]
        return _sentences(sentences)

    def head(self) -> str:
        """The authors; by author and year their year too, and 佚名 for none."""
        source = self.source
        people = source.author or (() if self.is_part() else source.editor)
        printed = name_list(people, self.language, self.style)
        if self.style.by_number:
            return "" if self.mark == "S" and self.new else printed
        if not printed and self.mark == "S" and source.number:
            return ""
        year = year_of(source) + self.suffix
        return self.style.comma.join([printed or ANONYMOUS[self.language], year])

    def title(self) -> str:
        source, style = self.source, self.style
        title = style.titled(source.title or source.container_title)
        number = source.number if self.mark in ("R", "S", "P", "A", "EB", "Z") else ""
        if self.mark == "S" and self.new:
            title, number = f"{number} {title}".strip(), ""
        if self.mark in ("M", "C", "G", "CM") and not self.is_part():
            title = self.with_volume(title)
        if number:
            title += style.colon + number
        if source.scale:
            title += f". {source.scale}"
        medium = source.medium or ("OL" if source.online else "")
        return f"{title}[{'/'.join(filter(None, (self.mark, medium)))}]"

    def with_volume(self, title: str) -> str:
        volume = self.source.volume
        if not volume:
            return title
        if volume.isdecimal():
            volume = f"第{volume}卷" if self.language in ("zh", "ja") else f"v.{volume}"
        return title + self.style.colon + volume

    def roles(self) -> list[str]:
        """Translators, and editors beside authors: 徐超，译."""
        source, comma = self.source, self.style.comma
        sentences = []
        if source.editor and source.author and not self.is_part():
            word = EDITED[self.language]
            if word == "ed." and len(source.editor) > 1:
                word = "eds."
            sentences.append(self.with_role(source.editor, word, comma))
        if source.translator:
            sentences.append(self.with_role(source.translator, TRANSLATED[self.language], comma))
        return sentences

    def with_role(self, people: tuple[Name, ...], word: str, comma: str) -> str:
        printed = name_list(people, self.language, self.style)
        joined_2015 = not self.new and printed.endswith("等") and word in ("译", "编")
        return printed + ("" if joined_2015 else comma) + word

    def is_part(self) -> bool:
        """Whether it stands in a book or in proceedings."""
        source = self.source
        if self.mark in ("J", "N", "EB", "PP", "DS", "CP", "DB", "Z"):
            return False
        if source.type == "paper-conference" and source.event:
            return True
        return bool(source.container_title and source.title)

    def container(self) -> list[str]:
        """What a part stands in, from behind the two slashes."""
        source = self.source
        if not self.is_part():
            return []
        people = source.container_author or source.editor
        name = self.with_volume(self.style.titled(source.container_title or source.event))
        return [one for one in (name_list(people, self.language, self.style), name) if one]

    def publication(self) -> list[str]:
        source, mark = self.source, self.mark
        edition = edition_named(source.edition, self.language)
        version = source.version and f"V{source.version.lstrip('Vv')}"
        if source.type == "periodical":
            return [source.numbering or self.first_number(), self.imprint(self.span())]
        if mark == "J":
            return [self.in_journal()]
        if mark == "N":
            return [self.in_newspaper()]
        if mark == "P":
            return [self.on_day()]
        if mark == "S" and self.new:
            return []
        if mark in ON_A_PLATFORM and (self.new or source.online):
            return [version, self.platform(source.publisher or source.container_title)]
        if mark in DATED_APART and (source.online or not source.publisher):
            site = "" if source.url else source.container_title
            return [version, self.platform(site)]
        if mark in ("R", "A") and not (source.publisher or source.place):
            return [edition, self.on_day() if self.new else self.loose()]
        day = self.whole_date() if mark == "A" and self.new else self.year()
        return [edition, self.imprint(day)]

    def loose(self) -> str:
        """A report or file of 2015 without publisher: its day where it is online."""
        return self.platform("") if self.source.online else self.imprint(self.year())

    def is_unpublished(self) -> bool:
        """Whether 2025 prints it as a paper given at a conference: 8.6.3, ``//会议名称，年：页``."""
        published = self.source.publisher or self.source.place
        return self.new and self.mark == "C" and self.is_part() and not published

    def unpublished(self) -> str:
        source = self.source
        name = self.style.titled(source.container_title or source.event)
        where = self.style.comma.join(filter(None, (name, self.year())))
        return where + self.paged()

    def imprint(self, day: str) -> str:
        """``地：者，年：页``; in 2015 the day of access behind it."""
        source, style = self.source, self.style
        place, publisher = source.place, source.publisher
        in_print = IN_PRINT if self.new else (*IN_PRINT, "R")
        if self.mark in in_print and not source.online and source.type != "periodical":
            if not place and not publisher:
                place = f"[{self.unknown_place()}{style.colon}{self.unknown_publisher()}]"
            else:
                place = place or f"[{self.unknown_place()}]"
                publisher = publisher or f"[{self.unknown_publisher()}]"
        where = style.colon.join(filter(None, (place, publisher)))
        text = style.comma.join(filter(None, (where, day)))
        paged = self.paged()
        return (text + paged if text else _bare(paged)) + self.accessed()

    def unknown_place(self) -> str:
        return UNKNOWN_PLACE.get(self.language, "S.l.")

    def unknown_publisher(self) -> str:
        return UNKNOWN_PUBLISHER.get(self.language, "s.n.")

    def in_journal(self) -> str:
        source, style = self.source, self.style
        text = style.titled(source.container_title)
        page = pages(source.page) or source.number
        if self.is_online_first():
            if self.new:
                return style.comma.join(filter(None, (text, self.whole_date())))
            text = style.comma.join(filter(None, (text, self.year())))
            return text + style.round(self.whole_date()) + self.accessed()
        issue = style.round(source.issue) if source.issue else ""
        text = style.comma.join(filter(None, (text, self.year(), source.volume))) + issue
        return text + (style.colon + page if page else "") + self.accessed()

    def is_online_first(self) -> bool:
        source = self.source
        return (
            source.online
            and not (source.volume or source.issue)
            and source.issued is not None
            and len(source.issued.parts) == 3
        )

    def in_newspaper(self) -> str:
        source, style = self.source, self.style
        text = style.comma.join(
            filter(None, (style.titled(source.container_title), self.whole_date()))
        )
        sheet = pages(source.page) or source.issue
        return text + (style.round(sheet) if sheet else "") + self.accessed()

    def on_day(self) -> str:
        day = self.whole_date()
        paged = self.paged()
        return (day + paged if day else _bare(paged)) + self.accessed()

    def platform(self, name: str) -> str:
        """``平台（发布日期）[引用日期]``."""
        day = self.style.round(self.whole_date()) if self.source.issued else ""
        visited = f"[{self.source.accessed.full}]" if self.source.accessed else ""
        return name + day + visited

    def first_number(self) -> str:
        """Year, volume and number of a periodical, where its numbering is not stated whole."""
        source, style = self.source, self.style
        if not (source.volume or source.issue):
            return ""
        issue = style.round(source.issue) if source.issue else ""
        year = source.issued.year if source.issued else ""
        return style.comma.join(filter(None, (year, source.volume))) + issue

    def span(self) -> str:
        """The years of a periodical, whatever the style: 1957—1990, 1984—."""
        date = self.source.issued
        if date is None:
            return ""
        if date.until is None:
            return date.year
        return f"{date.year}{TO if self.new else '-'}{Date.iso(date.until[:1])}"

    def year(self) -> str:
        """The year; nothing where it stands with the authors."""
        date = self.source.issued
        return date.year if date is not None and self.style.by_number else ""

    def whole_date(self) -> str:
        return self.source.issued.full if self.source.issued else ""

    def paged(self) -> str:
        return self.style.colon + pages(self.source.page) if self.source.page else ""

    def accessed(self) -> str:
        """The day of access, which 2015 wants for everything online and 2025 no longer does."""
        source = self.source
        return (
            f"[{source.accessed.full}]"
            if source.accessed and not self.new and source.online
            else ""
        )

    def lasting(self) -> list[str]:
        """DOI and other lasting identifiers, unless the address holds them already."""
        source = self.source
        address = unquote(source.url).casefold()
        found = []
        if source.doi and source.doi.casefold() not in address:
            found.append(f"DOI:{source.doi}")
        scheme, _, value = source.identifier.partition(":")
        if source.identifier and (value or scheme).casefold() not in address:
            found.append(source.identifier)
        return found


def edition_named(edition: str, language: str) -> str:
    """An edition as an entry states it: 2版, 2nd ed., 修订版; nothing for the first."""
    text = edition.strip()
    number = _edition_number(text)
    if number is None:
        return text
    if number == 1:
        return ""
    if language in ("zh", "ja", "ko"):
        return f"{number}版"
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} ed."


def _edition_number(text: str) -> int | None:
    found = re.fullmatch(
        r"第?\s*(\d{1,3})\s*版?|(\d{1,3})(?:st|nd|rd|th)?(?:\s*(?:ed|edn|edition)\.?)?", text, re.I
    )
    if found:
        return int(found[1] or found[2])
    word = re.sub(r"\s*(?:ed|edn|edition)\.?\Z", "", text.casefold())
    if word in _ORDINALS:
        return _ORDINALS.index(word) + 1
    han = re.fullmatch(f"第?([{_HAN_DIGITS}])?(十)?([{_HAN_DIGITS}])?版", text)
    if not han or not any(han.groups()) or (han[1] and han[3] and not han[2]):
        return None
    tens = (_HAN_DIGITS.index(han[1]) + 1 if han[1] else 1) * 10 if han[2] else 0
    ones = han[3] if han[2] else han[1]
    return tens + (_HAN_DIGITS.index(ones) + 1 if ones else 0)


def pages(text: str) -> str:
    """Pages with one hyphen between first and last."""
    return re.sub(r"(?<=\w)\s*(?:--?|–|—|~|～)\s*(?=\w)", "-", text.strip())


def _is_law(source: Source) -> bool:
    return source.type in ("legislation", "regulation", "bill", "legal_case")


def _bare(paged: str) -> str:
    return paged.lstrip("：: ")


def _sentences(parts: list[str]) -> str:
    text = ""
    for part in filter(None, (one.strip() for one in parts)):
        if not text:
            text = part
        else:
            text += (" " if text.endswith(".") else ". ") + part
    return text if text.endswith(".") else text + "."
