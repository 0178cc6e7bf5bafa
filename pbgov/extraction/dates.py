"""Dates as documents write them, and the day, month, year or span of years that each one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.numerals import HALF_WIDTH, read_numeral

if TYPE_CHECKING:
    from collections.abc import Iterator

_N = "[0-9０-９]"
_HAN_DIGITS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
_GAP = r"[ \u3000]?"
_YEAR = (
    rf"(?:(?<![0-9０-９.])(?:1[89]|20|１[８９]|２０){_N}{{2}}|[一二][{''.join(_HAN_DIGITS)}]{{3}})"
)
_DAY = rf"(?:{_N}{{1,2}}|[一二三]?十?[一二三四五六七八九十])"
_PART = "(?:上半年|下半年|第?[一二三四1-4]季度|年?[底末初中]|以来|度)"
_DATE = re.compile(
    rf"(?P<first>{_YEAR}){_GAP}(?:年{_GAP})?(?:至|到|—+|–|-|－|~|～)+{_GAP}(?P<last>{_YEAR}){_GAP}年(?!代)"
    rf"|(?:(?P<months_year>{_YEAR}){_GAP}年{_GAP})?(?<![0-9０-９第.])(?P<month_from>{_DAY}){_GAP}月?"
    rf"(?:至|到|—+|–|-|－|~|～){_GAP}(?P<month_to>{_DAY}){_GAP}月(?:份|底|末|初)?(?![龄0-9０-９一二三四五六七八九十])"
    rf"|(?P<century>{_N}{{2}}|[一二]?十[一二三四五六七八九]?|二十)世纪{_GAP}(?P<decade>{_N}0|[一二三四五六七八九]十)年代"
    rf"|(?P<year>{_YEAR}){_GAP}年(?!代)"
    rf"(?:{_GAP}(?P<month>{_DAY}){_GAP}月(?:{_GAP}(?P<day>{_DAY}){_GAP}[日号])?)?{_PART}?"
    rf"|(?<![0-9./-])(?P<iso>(?:19|20)[0-9]{{2}}(?P<mark>[-/.])(?:0?[1-9]|1[0-2])(?P=mark)"
    r"(?:0?[1-9]|[12][0-9]|3[01]))(?![0-9]|[./-][0-9])"
    rf"|(?<![0-9０-９个])(?P<month_only>{_DAY}){_GAP}月{_GAP}(?P<day_only>{_DAY}){_GAP}[日号]"
    rf"|(?<![0-9０-９个.])(?P<bare_month>{_N}{{1,2}}){_GAP}月(?:份|底|末|初|中旬|上旬|下旬)?(?!内|以内|以上|以下|龄)"
    r"|(?<![个0-9])(?P<named_month>十?[一二三四五六七八九十])月(?:份|底|末|初|中旬|上旬|下旬)"
    rf"|(?<![0-9０-９月第.])(?P<bare_day>{_N}{{1,2}}){_GAP}日(?=[，,上下早晚凌]|起)"
)


class Stamp(NamedTuple):
    """One date: ``text[start:end]``, and what it is in ISO 8601 (X for what it does not say)."""

    start: int
    end: int
    iso: str


def dates(text: str) -> Iterator[Stamp]:
    """The dates of a text, from left to right.

    Days, months and years are ISO 8601; parts that the text leaves out are written as X, a span
    with a solidus, as in the extended format of ISO 8601-2: 5月1日 is ``XXXX-05-01``, 20世纪80年代
    is ``198X``, 2018—2020年 is ``2018/2020``. Months are 1 to 12 and days 1 to 31; the length of a
    month is not checked.

    Examples
    --------
    >>> [stamp.iso for stamp in dates("自2014年2月26日至二〇一五年，3月5日又到了。")]
    ['2014-02-26', '2015', 'XXXX-03-05']
    """
    for match in _DATE.finditer(text):
        iso = _iso(match.groupdict())
        if iso:
            yield Stamp(match.start(), match.end(), iso)


def _iso(found: dict[str, str | None]) -> str:
    if found["first"]:
        return f"{_year(found['first'])}/{_year(found['last'])}"
    if found["month_from"]:
        year = _year(found["months_year"]) if found["months_year"] else "XXXX"
        first, last = _whole(found["month_from"]), _whole(found["month_to"])
        return f"{year}-{first:02}/{year}-{last:02}" if 0 < first < last <= 12 else ""
    if found["decade"]:
        century, decade = _whole(found["century"]), _whole(found["decade"])
        return f"{century - 1}{decade // 10}X"
    if found["iso"]:
        year, month, day = re.split(r"[-/.]", found["iso"])
        return f"{year}-{int(month):02}-{int(day):02}"
    year = _year(found["year"]) if found["year"] else "XXXX"
    month = _whole(
        found["month"] or found["month_only"] or found["bare_month"] or found["named_month"]
    )
    day = _whole(found["day"] or found["day_only"] or found["bare_day"])
    if month > 12 or day > 31:
        return year if found["year"] else ""
    if found["bare_day"]:
        return f"XXXX-XX-{day:02}"
    parts = [year, f"{month:02}" if month else "", f"{day:02}" if day else ""]
    return "-".join(part for part in parts if part)


def _year(text: str | None) -> str:
    plain = (text or "").translate(HALF_WIDTH)
    return "".join(_HAN_DIGITS.get(char, char) for char in plain)


def _whole(text: str | None) -> int:
    return int(read_numeral(text) or 0) if text else 0
