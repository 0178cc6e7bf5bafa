"""A list of references: its order, and what a text prints where it cites one of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.reporting.references.entry import format_reference, mark_of, year_of
from pbgov.reporting.references.names import one_name, one_surname, short_name
from pbgov.reporting.references.style import Style, style_named

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pbgov.reporting.references.source import Source
    from pbgov.reporting.report import References

_ORDER_OF_LANGUAGES = ("zh", "ja", "en", "ru", "ko")


@dataclass(frozen=True)
class Bibliography:
    """A list of references, ready to print.

    Attributes
    ----------
    style : str
    keys : tuple of str
        The sources, in the order of the list.
    entries : tuple of str
        Their entries, without numbers; plain text, not the grammar of prose.
    marks : tuple of str
        What a text prints where it cites each alone: ``[1]``, or ``（李明伟 等，2022）``.
    """

    style: str
    keys: tuple[str, ...]
    entries: tuple[str, ...]
    marks: tuple[str, ...]

    def references(self, title: str = "") -> References:
        """The list as a block of a report; no word of an entry names anything in its prose."""
        from pbgov.reporting.prose import literal
        from pbgov.reporting.report import References

        return References(tuple(map(literal, self.entries)), title, self.keys, self.marks)


def format_bibliography(
    sources: Sequence[Source], style: str = "2025-numeric", *, cited: Sequence[str] = ()
) -> Bibliography:
    """The list of references of some sources.

    Parameters
    ----------
    sources : sequence of Source
        Each key once.
    style : {"2025-numeric", "2025-author-year", "2015-numeric", "2015-author-year"}
    cited : sequence of str
        Keys in the order in which the text first cites them; by number, these come first and in
        this order. What is not cited follows in the order given.

    Returns
    -------
    Bibliography

    Raises
    ------
    InputError
        For a key that stands twice, an unknown key or style.

    Notes
    -----
    By author and year a citation names the first author's family name; where two persons of the list
    share it, the whole name, as clause 9.3.1.1 allows. The list is grouped as clause 9.3.2 says: Chinese, Japanese, Western, Russian,
    others. Within Chinese it goes by the Pinyin of the author, taken from the place of each character
    in the first level of GB 2312-1980, which is ordered by Pinyin (3,755 characters); rarer
    characters, which that standard orders by radical, follow behind. A character with several
    readings stands at the one that GB 2312 gives it.
    """
    chosen = style_named(style)
    by_key = {source.key: source for source in sources}
    if len(by_key) != len(sources):
        keys = [source.key for source in sources]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the key {twice!r} stands twice among the sources; give each its own")
    if chosen.by_number:
        first = list(dict.fromkeys(cited))
        if unknown := [key for key in first if key not in by_key]:
            known = ", ".join(by_key) or "none"
            raise InputError(f"{unknown[0]!r} is cited but not among the sources ({known})")
        ordered = [by_key[key] for key in dict.fromkeys((*first, *by_key))]
        entries = [format_reference(source, style) for source in ordered]
        marks = [f"[{number}]" for number in range(1, len(ordered) + 1)]
    else:
        ordered = sorted(sources, key=lambda source: _sorting(source, chosen))
        labels = _labels(ordered, chosen)
        letters = _letters(ordered, labels)
        entries = [
            format_reference(source, style, year_suffix=letters[source.key]) for source in ordered
        ]
        marks = [
            chosen.round(chosen.comma.join([labels[one.key], year_of(one) + letters[one.key]]))
            for one in ordered
        ]
    return Bibliography(
        style, tuple(source.key for source in ordered), tuple(entries), tuple(marks)
    )


def format_citation(bibliography: Bibliography, *keys: str, page: str = "") -> str:
    """What a text prints where it cites one or more sources at one place.

    Parameters
    ----------
    bibliography : Bibliography
    *keys : str
        In the order in which they are cited; runs of numbers are drawn together.
    page : str
        Of a single source: printed behind the brackets, where the standard sets it raised.

    Returns
    -------
    str
        ``[1]``, ``[2]260``, ``[1，3-5]``; ``（Crane，1972）``, ``（张忠智，1997）33``.

    Raises
    ------
    InputError
        For no key, an unknown one, or pages of several sources.
    """
    if not keys or (page and len(keys) > 1):
        raise InputError("cite one source or several, and give a page only where it is one")
    place = {key: number for number, key in enumerate(bibliography.keys)}
    if unknown := [key for key in keys if key not in place]:
        raise InputError(f"{unknown[0]!r} is not in the list ({', '.join(place) or 'it is empty'})")
    style = style_named(bibliography.style)
    if style.by_number:
        comma = "，" if style.edition == 2025 else ","
        return f"[{comma.join(_runs([place[key] + 1 for key in keys]))}]{page}"
    inside = [bibliography.marks[place[key]][1:-1] for key in keys]
    return style.round(style.semicolon.join(inside)) + page


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers in the order given, those that follow one another drawn together: 1, 3-5."""
    runs = []
    for _, pairs in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return runs


def _label(source: Source, style: Style, shared: Collection[str] = ()) -> str:
    people = source.author or source.editor
    if not people and mark_of(source) == "S" and source.number:
        return source.number
    return short_name(people, source.written_in, style, shared)


def _labels(ordered: Sequence[Source], style: Style) -> dict[str, str]:
    """What a citation calls the authors of each; with initials where two share a family name."""
    bearers: dict[str, set[str]] = {}
    for source in ordered:
        for name in (source.author or source.editor)[:1]:
            bearers.setdefault(one_surname(name, style), set()).add(one_name(name, style))
    shared = {surname for surname, names in bearers.items() if len(names) > 1}
    return {source.key: _label(source, style, shared) for source in ordered}


def _letters(ordered: Sequence[Source], labels: dict[str, str]) -> dict[str, str]:
    """a, b, c … behind the year of sources that a citation could not tell apart."""
    alike: dict[tuple[str, str], list[str]] = {}
    for source in ordered:
        alike.setdefault((labels[source.key], year_of(source)), []).append(source.key)
    return {
        key: _letter(place) if len(keys) > 1 else ""
        for keys in alike.values()
        for place, key in enumerate(keys)
    }


def _letter(place: int) -> str:
    rest, letter = divmod(place, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("a") + letter)


def _sorting(source: Source, style: Style) -> tuple[object, ...]:
    year = source.issued.parts[0] if source.issued and source.issued.parts else 9999
    language = _ORDER_OF_LANGUAGES.index(source.written_in)
    people = source.author or source.editor
    names = " ".join(one.literal or f"{one.family} {one.given}" for one in people)
    label = names or _label(source, style)
    return language, _by_sound(label), year, year_of(source), _by_sound(source.title), source.key


def _by_sound(text: str) -> list[tuple[int, str]]:
    return [_place(char) for char in text.casefold()]


def _place(char: str) -> tuple[int, str]:
    """Latin letters first, then the first level of GB 2312 (by Pinyin), then all the rest."""
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        code = b""
    if len(code) == 2 and b"\xb0\xa1" <= code <= b"\xd7\xf9":
        return 1, code.hex()
    return (0, char) if char.isascii() else (2, f"{ord(char):06x}")
