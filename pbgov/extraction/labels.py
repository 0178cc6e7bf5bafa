"""Numbered labels as documents coin them: 三微, 七站合一, 一轴四网, 四个深化, 1+4+X, 社区+楼宇.

A label is read from its form alone: a numeral of two or more, perhaps a measure, and what it
counts, once or several times over; or terms joined by plus signs. Quotation marks (or a head noun of
``formulas.csv``, as in 五社联动机制) set a label off from plain counting (五个社区).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.numerals import read_numeral
from pbgov.extraction.scales import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.scales import Scales

COUNT = "[一二两三四五六七八九十多]|十[一二三四五六七八九]|[二三四五六七八九]?十|[1-9][0-9]?|N"
HAN = "[\u3400-\u9fff]"
NO_NUMERAL = "[^\\W\\d_一二两三四五六七八九十百千万亿多A-Za-z]"
QUOTED = re.compile('“([^“”]{2,24})”|"([^"]{2,24})"|「([^「」]{2,24})」|‘([^‘’]{2,24})’')
TERM = r"(?:[0-9０-９]{1,3}|[NnXxMmKＮＸ]|[一二两三四五六七八九十])"
PLUS = r"[ \u3000]?[+＋][ \u3000]?"
SUM = re.compile(rf"(?<![0-9０-９A-Za-z+＋.]){TERM}(?:{PLUS}{TERM})+(?![+＋0-9]|[ \u3000]?[=＝])")
WORD = r"(?:[\u3400-\u9fffA-Za-z]{1,8})"
PAIR = re.compile(rf"{WORD}(?:{PLUS}{WORD})+")
LONGEST_LABEL = 12


class Part(NamedTuple):
    """One numeral of a label and what it counts: 三 and 进. ``number`` is None for 多, N and X."""

    number: int | None
    what: str


class Label(NamedTuple):
    """A label: ``text[start:end]``, without its quotation marks, and its parts."""

    start: int
    end: int
    form: str
    parts: tuple[Part, ...]
    quoted: bool


def labels(text: str, scales: Scales, known: frozenset[str] = frozenset()) -> Iterator[Label]:
    """The labels of a text, from left to right.

    Parameters
    ----------
    text : str
    scales : Scales
    known : frozenset of str
        Words of the dictionary; those that read like labels (三心二意) are none unless quoted.
    """
    found = [*_sums(text), *_quoted(text, scales), *_pairs(text), *_plain(text, scales, known)]
    reached = 0
    for label in sorted(found, key=lambda each: (each.start, each.start - each.end)):
        if label.start >= reached:
            yield label
            reached = label.end


def label_parts(text: str, scales: Scales) -> tuple[Part, ...] | None:
    """The parts of a text that is a numbered label as a whole, else None.

    Examples
    --------
    >>> from pbgov.extraction.scales import read_scales
    >>> label_parts("三进两促", read_scales())
    (Part(number=3, what='进'), Part(number=2, what='促'))
    """
    pieces = re.split("[、，, ]", text)
    parts: list[Part] = []
    for piece in pieces:
        inside = _piece(piece, scales)
        if inside is None:
            return None
        parts += inside
    if not any(part.number is not None and part.number > 1 for part in parts):
        return None
    return tuple(parts)


def _piece(text: str, scales: Scales) -> list[Part] | None:
    tail = re.search(scales.any_of("标签尾") + r"\Z", text)
    if tail and tail.start() > 1:
        body = _counted(text[: tail.start()], scales)
        whole = "一" in tail.group()  # 三位一体, 七站合一
        if body and (whole or all(part.what not in scales.measures for part in body)):
            return body
    return _counted(text, scales)


def _counted(text: str, scales: Scales) -> list[Part] | None:
    measure = scales.any_of("量")
    lead = rf"(?:{NO_NUMERAL}{{2,8}}?(?=(?:{COUNT})(?:{measure}.|.\Z)))?"
    what = rf"(?:{NO_NUMERAL}{{1,8}}|(?<=个)一\Z)"
    part = rf"(?:{COUNT})(?:{measure}(?=.))?{what}"
    if len(text) > LONGEST_LABEL or not re.fullmatch(rf"{lead}(?:{part})+", text):
        return None
    each = re.finditer(rf"({COUNT})(?:{measure}(?=.))?({what})", text)
    return [Part(_count(match.group(1)), match.group(2)) for match in each]


def _count(text: str) -> int | None:
    value = read_numeral(text)
    return None if value is None else int(value)


def _quoted(text: str, scales: Scales) -> Iterator[Label]:
    for match in QUOTED.finditer(text):
        inner = next(group for group in match.groups() if group)
        parts = label_parts(inner, scales)
        if parts:
            yield Label(match.start() + 1, match.end() - 1, "label", parts, True)


def _plain(text: str, scales: Scales, known: frozenset[str]) -> Iterator[Label]:
    """Unquoted: 五社联动机制, 一轴四网; not 三年行动, which counts years, nor 三个平台."""
    tail, measure = scales.any_of("标签尾"), alternatives(tuple(scales.measures))
    counts = "[二两三四五六七八九十]"
    single = rf"(?<![第十百千万几数{counts[1:-1]}]){counts}(?!{measure}|是|要|则|来|者){NO_NUMERAL}{{1,2}}?(?:{tail})+"
    double = rf"[一{counts[1:-1]}]{HAN}{counts}{HAN}(?!{HAN}{{0,1}}分之)"
    for match in re.finditer(single, text):
        parts = label_parts(match.group(), scales)
        if parts and match.group() not in known:
            yield Label(match.start(), match.end(), "label", parts, False)
    for match in re.finditer(rf"(?<![第十百千万几数]){double}", text):
        parts = label_parts(match.group(), scales)
        sound = (
            parts and len(parts) == 2 and not any(each.what in scales.measures for each in parts)
        )
        if sound and parts and match.group() not in known:
            yield Label(match.start(), match.end(), "label", parts, False)


def _sums(text: str) -> Iterator[Label]:
    for match in SUM.finditer(text):
        terms = [term.strip() for term in re.split("[+＋]", match.group())]
        parts = tuple(Part(_count(term), term) for term in terms)
        quoted = text[match.start() - 1 : match.start()] == "“"
        yield Label(match.start(), match.end(), "sum", parts, quoted)


def _pairs(text: str) -> Iterator[Label]:
    for match in PAIR.finditer(text):
        words = re.split(PLUS, match.group())
        if any(re.fullmatch("[A-Za-z]", word) for word in words):
            continue
        opened = text.rfind("“", 0, match.start() + 1)
        inside = opened != -1 and "”" not in text[opened : match.start()]
        start = max(match.start(), opened + 1) if inside else match.start()
        parts = tuple(Part(None, word) for word in words)
        yield Label(start, match.end(), "pair", parts, text[start - 1 : start] == "“")
