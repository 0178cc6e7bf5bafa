"""The numbers that Word puts before paragraphs, made from the definition of their lists.

“一、” before a heading is often no character of the file: the paragraph names a list, and the list
says how to count. What is counted here follows ISO/IEC 29500-1, 17.9 (numbering) and 17.18.59
(formats of numbers). Formats not listed in `FORMATS` are not guessed: such a number is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.corpus.formats.word_names import child, named, switched_on, value, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLACE = re.compile(r"%([1-9])")
CLOSED = "、，。．：；）】〕》」』章节条款项部分编篇"  # after these Chinese print puts no space
DIGITS, UNITS = "零一二三四五六七八九", ("", "十", "百", "千")
LEGAL_DIGITS, LEGAL_UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
LEGAL_DIGITS_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


class Level(NamedTuple):
    """How one level of a list counts."""

    start: int
    number_format: str
    template: str
    suffix: str
    restart: int | None
    decimal_only: bool
    style: str | None


class Number(NamedTuple):
    """The number of one paragraph; `text` is None where its format is not known here."""

    text: str | None


def in_units(number: int, digits: str = DIGITS, units: Sequence[str] = UNITS) -> str:
    """A number below 10,000 spelled with units.

    Examples
    --------
    >>> [in_units(n) for n in (7, 10, 12, 20, 105, 110, 2024)]
    ['七', '十', '十二', '二十', '一百零五', '一百一十', '二千零二十四']
    """
    spelled, skipped = "", False
    for power in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**power % 10
        if digit:
            gap = digits[0] if skipped and spelled else ""
            spelled += gap + digits[digit] + units[power]
        skipped = digit == 0
    one_ten = digits[1] + units[1]
    return spelled[1:] if spelled.startswith(one_ten) and digits is DIGITS else spelled


def roman(number: int) -> str:
    """A number in Roman numerals.

    Examples
    --------
    >>> roman(1994)
    'MCMXCIV'
    """
    spelled = ""
    for worth, letters in ROMAN:
        spelled += letters * (number // worth)
        number %= worth
    return spelled


def _counted(number: int) -> str:
    """Tens up to 99, digit by digit from 100 on."""
    return in_units(number) if number < 100 else _digits(number, "○一二三四五六七八九")


def _digits(number: int, digits: str) -> str:
    return "".join(digits[int(digit)] for digit in str(number))


def _letters(number: int, first: str) -> str:
    return chr(ord(first) + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _cycle(number: int, signs: str) -> str:
    return signs[number - 1] if number <= len(signs) else str(number)


def _from(first: str, most: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if number <= most else str(number)


def _circled(number: int) -> str:
    if number <= 20:
        return chr(0x2460 + number - 1)
    if number <= 35:
        return chr(0x3251 + number - 21)
    return chr(0x32B1 + number - 36) if number <= 50 else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: _digits(number, "０１２３４５６７８９"),
    "decimalFullWidth2": lambda number: _digits(number, "０１２３４５６７８９"),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _from("⒈", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": lambda number: _letters(number, "A"),
    "lowerLetter": lambda number: _letters(number, "a"),
    "chineseCounting": _counted,
    "taiwaneseCounting": _counted,
    "chineseCountingThousand": in_units,
    "taiwaneseCountingThousand": in_units,
    "japaneseCounting": in_units,
    "ideographDigital": lambda number: _digits(number, "〇一二三四五六七八九"),
    "taiwaneseDigital": lambda number: _digits(number, "○一二三四五六七八九"),
    "japaneseDigitalTenThousand": lambda number: _digits(number, "〇一二三四五六七八九"),
    "chineseLegalSimplified": lambda number: in_units(number, LEGAL_DIGITS, LEGAL_UNITS),
    "ideographLegalTraditional": lambda number: in_units(
        number, LEGAL_DIGITS_TRADITIONAL, LEGAL_UNITS
    ),
    "ideographTraditional": lambda number: _cycle(number, "甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": lambda number: _cycle(number, "子丑寅卯辰巳午未申酉戌亥"),
    "ideographEnclosedCircle": _from("㊀", 10),
    "none": lambda number: "",
}


class Numbering:
    """Counts the paragraphs of the lists of one file, in the order of the text.

    Parameters
    ----------
    root : lxml element or None
        Of the part that defines the lists.
    """

    def __init__(self, root: Any | None) -> None:
        self._shared: dict[int, dict[int, Level]] = {}
        self._lists: dict[int, tuple[int, dict[int, Level], dict[int, int]]] = {}
        self._counts: dict[int, dict[int, int]] = {}
        self._started: set[tuple[int, int]] = set()
        borrowed: dict[int, str | None] = {}
        lent: dict[str | None, dict[int, Level]] = {}
        for each in () if root is None else root:
            if named(each.tag) == "w:abstractNum":
                name = whole(value(each, "w:abstractNumId")) or 0
                self._shared[name] = _levels(each)
                lent[value(child(each, "w:styleLink"))] = self._shared[name]
                borrowed[name] = value(child(each, "w:numStyleLink"))
        for name, style in borrowed.items():
            if style in lent and style is not None:
                self._shared[name] = lent[style]
        for each in () if root is None else root:
            if named(each.tag) == "w:num":
                self._lists[whole(value(each, "w:numId")) or 0] = self._list(each)

    def level_of_style(self, list_id: int, lineage: Sequence[str]) -> int | None:
        """The level of a list that belongs to a paragraph style, or to one it is based on."""
        levels = self._lists[list_id][1] if list_id in self._lists else {}
        places = {level.style: place for place, level in levels.items() if level.style}
        return next((places[style] for style in lineage if style in places), None)

    def number(self, list_id: int, place: int) -> Number | None:
        """The number of the next paragraph at one level of a list; None where it has none."""
        if list_id not in self._lists or place not in self._lists[list_id][1]:
            return None
        shared, levels, starts = self._lists[list_id]
        counts = self._counts.setdefault(shared, {})
        if place in starts and (list_id, place) not in self._started:
            counts[place] = starts[place]
        else:
            counts[place] = counts.get(place, levels[place].start - 1) + 1
        self._started.add((list_id, place))
        for deeper in [each for each in counts if each > place]:
            since = levels[deeper].restart if deeper in levels else None
            if since is None or place < since:
                del counts[deeper]
        return _spelled(place, levels, counts)

    def _list(self, element: Any) -> tuple[int, dict[int, Level], dict[int, int]]:
        shared = whole(value(child(element, "w:abstractNumId"))) or 0
        levels, starts = dict(self._shared.get(shared, {})), {}
        for each in element:
            if named(each.tag) != "w:lvlOverride":
                continue
            place = whole(value(each, "w:ilvl")) or 0
            start = whole(value(child(each, "w:startOverride")))
            levels |= _levels(each)
            if start is not None:
                starts[place] = start
            if start is not None and place in levels:
                levels[place] = levels[place]._replace(start=start)
        return shared, levels, starts


def _levels(element: Any) -> dict[int, Level]:
    found = {}
    for each in element:
        if named(each.tag) == "w:lvl":
            start, restart = (
                whole(value(child(each, f"w:{name}"))) for name in ("start", "lvlRestart")
            )
            found[whole(value(each, "w:ilvl")) or 0] = Level(
                start=0 if start is None else start,
                number_format=_format(each),
                template=value(child(each, "w:lvlText")) or "",
                suffix=value(child(each, "w:suff")) or "tab",
                restart=restart,
                decimal_only=bool(switched_on(child(each, "w:isLgl"))),
                style=value(child(each, "w:pStyle")),
            )
    return found


def _format(level: Any) -> str:
    """The format itself, or the newest of two ways to write it that stand side by side."""
    for each in level:
        if named(each.tag) == "w:numFmt":
            return value(each) or ""
        if named(each.tag) == "mc:AlternateContent":
            for branch in each:
                return value(child(branch, "w:numFmt")) or ""
    return "decimal"


def _spelled(place: int, levels: dict[int, Level], counts: dict[int, int]) -> Number | None:
    level = levels[place]
    if level.number_format == "bullet" or not level.template.strip():
        return None
    parts = {}
    for name in PLACE.findall(level.template):
        at = int(name) - 1
        if at not in levels:
            return Number(None)
        form = "decimal" if level.decimal_only else levels[at].number_format
        number = counts.get(at, levels[at].start)
        if form not in FORMATS or not 0 <= number < 10_000:
            return Number(None)
        parts[name] = FORMATS[form](number) if number else "0"
    text = PLACE.sub(lambda match: parts[match.group(1)], level.template)
    apart = level.suffix != "nothing" and not text.endswith(tuple(CLOSED)) and text.strip() != ""
    return Number(f"{text.rstrip()} " if apart else text)
