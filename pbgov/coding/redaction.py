"""Personal data masked before a text leaves the machine, and the way back to the text's own places."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pbgov.coding.personal.numbers import Found, find_numbers
from pbgov.coding.personal.persons import find_persons
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

PERSON = "人名"


@dataclass(frozen=True)
class Item:
    """One stretch that was masked.

    Attributes
    ----------
    kind : str
        人名, 电话, 证件号, 银行卡号, 邮箱, 微信号, QQ号, 车牌 or 地址.
    placeholder : str
        What stands in its place, as 〔人名1〕.
    start, end : int
        Code points in the original text.
    masked_start, masked_end : int
        Code points of the placeholder in the masked text.
    """

    kind: str
    placeholder: str
    start: int
    end: int
    masked_start: int
    masked_end: int


@dataclass(frozen=True)
class Masked:
    """A text without the personal data that was found in it.

    Attributes
    ----------
    text : str
        With a placeholder for each item.
    original : str
        Not shown when the value is printed.
    items : tuple of Item
        In the order of the text.
    """

    text: str
    original: str = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many stretches of each kind were masked, kinds sorted."""
        return dict(sorted(Counter(item.kind for item in self.items).items()))

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Places in the original of a span of the masked text.

        A span that takes in part of a placeholder takes in the whole of what it stands for.

        Parameters
        ----------
        start, end : int
            Code points into ``text``, ``start < end``.

        Raises
        ------
        InputError
            Where the span is empty or lies outside the masked text.
        """
        _refuse_span(start, end, len(self.text))
        first = self._item(start, masked=True)
        last = self._item(end - 1, masked=True)
        return (
            first.start if first else start + self._shift(start, masked=True),
            last.end if last else end + self._shift(end - 1, masked=True),
        )

    def to_masked(self, start: int, end: int) -> tuple[int, int]:
        """Places in the masked text of a span of the original; the way back from `to_original`.

        Raises
        ------
        InputError
            Where the span is empty or lies outside the original.
        """
        _refuse_span(start, end, len(self.original))
        first = self._item(start, masked=False)
        last = self._item(end - 1, masked=False)
        return (
            first.masked_start if first else start + self._shift(start, masked=False),
            last.masked_end if last else end + self._shift(end - 1, masked=False),
        )

    def _item(self, place: int, *, masked: bool) -> Item | None:
        """The item that holds one place."""
        before = self._before(place, masked=masked)
        if before is None:
            return None
        return before if place < (before.masked_end if masked else before.end) else None

    def _shift(self, place: int, *, masked: bool) -> int:
        """What is to be added to a place outside all items."""
        before = self._before(place, masked=masked)
        if before is None:
            return 0
        difference = before.end - before.masked_end
        return difference if masked else -difference

    def _before(self, place: int, *, masked: bool) -> Item | None:
        starts = [item.masked_start if masked else item.start for item in self.items]
        at = bisect_right(starts, place)
        return self.items[at - 1] if at else None


def mask_personal_data(text: str, persons: Iterable[str] = ()) -> Masked:
    """The text with a placeholder for each personal name, number and address found in it.

    Parameters
    ----------
    text : str
    persons : iterable of str, optional
        Names to be masked wherever they stand, beside those found by their form, as of a list of
        the people who were interviewed.

    Returns
    -------
    Masked
        The same words get the same placeholder, numbered in the order of the text. A placeholder
        that the text itself already holds is not used, so that none stands for two things.

    Raises
    ------
    InputError
        Where `persons` is one text, not a list of names, or a name of it is blank.

    Notes
    -----
    Names are told by their surroundings and numbers by their form; neither finds all of them.
    `pbgov.coding.personal` says by which signs, and ``docs/endpoint.md`` what is missed. Names of
    places and institutions stay: they are what governance research is about.

    Examples
    --------
    >>> masked = mask_personal_data("请联系王书记，电话13800138000。")
    >>> masked.text
    '请联系〔人名1〕书记，电话〔电话1〕。'
    >>> masked.to_original(3, 10)
    (3, 6)
    """
    names = checked_names(persons)
    found = find_numbers(text)
    for start, end in find_persons(text, names):
        if not any(start < item.end and item.start < end for item in found):
            found.append(Found(PERSON, start, end))
    return _mask(text, sorted(found, key=lambda item: item.start))


def checked_names(persons: Iterable[str]) -> list[str]:
    """The names as a list; an InputError where they are one text, or one is blank."""
    if isinstance(persons, str):
        raise InputError(
            f"persons is the text {persons!r}; pass a list of names, as [{persons!r}]."
        )
    names = list(persons)
    if any(not name.strip() for name in names):
        raise InputError("persons holds a blank name; leave it out.")
    return names


def _mask(text: str, found: list[Found]) -> Masked:
    given: dict[tuple[str, str], str] = {}
    used: Counter[str] = Counter()
    pieces: list[str] = []
    items: list[Item] = []
    at = length = 0
    for kind, start, end in found:
        words = text[start:end]
        if (kind, words) not in given:
            used[kind] += 1
            while f"〔{kind}{used[kind]}〕" in text:
                used[kind] += 1
            given[kind, words] = f"〔{kind}{used[kind]}〕"
        placeholder = given[kind, words]
        pieces += [text[at:start], placeholder]
        length += start - at + len(placeholder)
        items.append(Item(kind, placeholder, start, end, length - len(placeholder), length))
        at = end
    return Masked("".join([*pieces, text[at:]]), text, tuple(items))


def _refuse_span(start: int, end: int, length: int) -> None:
    if not 0 <= start < end <= length:
        raise InputError(
            f"The span {start}-{end} is empty or outside the text of {length} characters."
        )
