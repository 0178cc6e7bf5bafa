"""Numbers as Chinese prose writes them: 81, ２０００ 万, 1.2亿, 百分之八十一, 三成五, 三四十, 数百.

A numeral is found from its characters alone; whether it counts anything (三级网格) or is part of
a word (统一, 三农) is for `pbgov.extraction.quantities` to tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
DIGITS |= {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
SMALL = {"千": 1000, "仟": 1000, "百": 100, "佰": 100, "十": 10, "拾": 10}
LARGE = {"亿": 10**8, "万": 10**4}
HALF_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")
PERCENT = "%"

_D, _M = "".join(DIGITS), "".join({**SMALL, **LARGE})
_A = "[0-9０-９]"
# 3千瓦, 5百姓 and 2百分点 hold no thousand and no hundred
_SCALE = r"(?:十(?![分字])|百(?![姓货科分])|千(?![克米瓦卡焦方])|万(?![物里])|亿)"
_ARABIC = rf"{_A}{{1,3}}(?:[,，]{_A}{{3}})+(?!{_A})(?:[.．]{_A}+)?|{_A}+(?:[.．]{_A}+)?"
_HAN = rf"[数几]?[{_D}{_M}]+(?:几[十百千万亿]*)?(?:[多余来][万亿]+)?(?:点[{_D}]+(?![十分]))?"
_NUMERAL = re.compile(
    rf"(?P<parts>(?P<whole>{_A}+|[{_D}{_M}]+)分之(?P<part>{_ARABIC}|{_HAN})"
    rf"(?:(?:到|至|—+|～|~)(?P<part_to>{_ARABIC}|{_HAN})(?=[，,。；;的左以之]|\Z))?)"
    rf"|(?P<slash>(?<![0-9/])(?P<over>[0-9]{{1,2}})/(?P<under>[0-9]{{1,3}})(?![0-9/]))"
    rf"|(?P<tenths>[{_D}]|{_A}(?:[.．]{_A})?)成(?P<more_tenths>[{_D}半])?(?![员立为果功效长本绩套])"
    rf"|(?P<arabic>{_ARABIC})[ \u3000]?(?P<sign>[%％‰])"
    rf"|(?P<scaled>{_ARABIC})(?:[ \u3000]?(?P<loose>[多余来几])?[ \u3000]?(?P<scale>{_SCALE}+)"
    rf"(?P<rest>(?:(?:{_ARABIC}){_SCALE}+)*))?"
    rf"|(?P<half>一半|半数|过半数?)"
    rf"|(?P<han>{_HAN})"
)
_SHARES = {"百": 100, "千": 1000, "万": 10000}


class Reading(NamedTuple):
    """What a numeral says.

    ``low`` and ``high`` bound it and are equal for a definite number; ``more`` is set where it
    says 多, 余 or 几 itself (2400多万), ``vague`` where it gives no more than an order (数百).
    ``bare`` numerals begin with a magnitude (百, 千万), as many words that count nothing do.
    """

    low: float
    high: float
    unit: str = ""
    more: bool = False
    vague: bool = False
    bare: bool = False


class Numeral(NamedTuple):
    """A numeral in a text: ``text[start:end]`` and what it says."""

    start: int
    end: int
    reading: Reading


def numerals(text: str) -> Iterator[Numeral]:
    """The numerals of a text, from left to right; they do not overlap.

    Parameters
    ----------
    text : str

    Yields
    ------
    Numeral
        Series of digits such as 二〇二一 are no numerals here: they are years, see
        `pbgov.extraction.dates`.
    """
    for match in _NUMERAL.finditer(text):
        reading = _read(match)
        if reading is not None:
            yield Numeral(match.start(), match.end(), reading)


def read_numeral(text: str) -> float | None:
    """The number that one numeral writes, or None where it writes no definite one.

    Percentages, tenths and fractions are given in percent.

    Examples
    --------
    >>> read_numeral("一亿二千万零三")
    120000003
    >>> read_numeral("百分之八十一"), read_numeral("2000 万"), read_numeral("两千三")
    (81, 20000000, 2300)
    >>> read_numeral("三四十") is None
    True
    """
    match = _NUMERAL.fullmatch(text)
    reading = _read(match) if match else None
    if reading is None or reading.low != reading.high or reading.more:
        return None
    return reading.low


def _read(match: re.Match[str]) -> Reading | None:
    found = match.groupdict()
    if found["parts"]:
        return _parts(found["whole"], found["part"], found["part_to"])
    if found["slash"]:
        over, under = int(found["over"]), int(found["under"])
        share = tidy(100 * over / under) if 0 < over < under else None
        return None if share is None else Reading(share, share, PERCENT)
    if found["tenths"]:
        return _tenths(found["tenths"], found["more_tenths"])
    if found["half"]:
        more = found["half"].startswith("过")
        return Reading(50, 50, PERCENT, more=more)
    if found["arabic"]:
        share = _arabic(found["arabic"]) / (10 if found["sign"] == "‰" else 1)
        return Reading(tidy(share), tidy(share), PERCENT)
    if found["scaled"]:
        return _scaled(found["scaled"], found["loose"], found["scale"], found["rest"])
    return _han(found["han"])


def _parts(whole: str, part: str, part_to: str | None) -> Reading | None:
    """百分之五, 三分之二, and 百分之三十至四十, which says 百分之 once for both ends."""
    if part_to is not None:
        first, last = _parts(whole, part, None), _parts(whole, part_to, None)
        ordered = first is not None and last is not None and first.high < last.low
        return first._replace(high=last.high) if ordered and first and last else None
    under = _SHARES.get(whole) or _integer(whole) or _digits(whole)
    reading = Reading(_arabic(part), _arabic(part)) if _digits(part) else _han(part)
    if not under or reading is None:
        return None
    low, high = (tidy(100 * value / under) for value in (reading.low, reading.high))
    return reading._replace(low=low, high=high, unit=PERCENT)


def _tenths(first: str, second: str | None) -> Reading:
    value = 10 * (DIGITS.get(first) or _arabic(first))
    if second:
        value += 5 if second == "半" else DIGITS[second]
    return Reading(tidy(value), tidy(value), PERCENT)


def _scaled(number: str, loose: str | None, scale: str | None, rest: str | None) -> Reading:
    value = _arabic(number) * _product(scale or "")
    for more in re.finditer(rf"({_ARABIC})([{_M}]+)", rest or ""):
        value += _arabic(more.group(1)) * _product(more.group(2))
    return Reading(tidy(value), tidy(value), more=loose is not None)


def _han(text: str) -> Reading | None:
    vague = text[0] in "数几"
    body, point, decimals = text.lstrip("数几").partition("点")
    bare = body[0] in _M and body[0] not in "十拾"
    if vague and (body[0] not in _M or not _product(body)):
        return None
    if vague:
        return Reading(_product(body), 10 * _product(body), vague=True)
    scale = re.search(r"[多余来]([万亿]+)\Z", body)
    more, times = scale is not None, _product(scale.group(1)) if scale else 1
    body = body[: scale.start()] if scale else body
    if "几" in body:
        return _some_over(body, times)
    between = _between(body)
    if between:
        return Reading(between[0] * times, between[1] * times, more=more)
    value: float | None = _integer(body)
    if value is None:
        return None
    if point:
        value += float("0." + "".join(str(DIGITS[digit]) for digit in decimals))
    return Reading(tidy(value * times), tidy(value * times), more=more, bare=bare)


def _some_over(body: str, times: int) -> Reading | None:
    """十几 is 11 to 19, 二十几万 210,000 to 290,000."""
    first, _, scale = body.partition("几")
    base = _integer(first)
    if base is None or first[-1] not in SMALL:
        return None
    times *= _product(scale)
    step = SMALL[first[-1]] // 10
    return Reading((base + step) * times, (base + 9 * step) * times)


def _between(body: str) -> tuple[int, int] | None:
    """三四十 is 30 to 40, 十七八 17 to 18, 三五 3 to 5."""
    for place in range(len(body) - 1):
        first, second = DIGITS.get(body[place]), DIGITS.get(body[place + 1])
        if not first or not second:
            continue
        if second - first != 1 and (first, second) != (3, 5):
            return None
        low = _integer(body[: place + 1] + body[place + 2 :])
        high = _integer(body[:place] + body[place + 1 :])
        return None if low is None or high is None else (low, high)
    return None


def _integer(text: str) -> int | None:
    """The whole number that Han numerals write with their magnitudes; None for anything else."""
    for sign, scale in LARGE.items():
        left, found, right = text.rpartition(sign)
        if found:
            above = _integer(left) if left else 1
            if above is None or (right and not left):
                return None
            if not right:
                return above * scale
            if len(right) == 1 and DIGITS.get(right):
                return above * scale + DIGITS[right] * scale // 10  # 三万五
            below = _integer(right.lstrip("零〇"))
            return None if below is None or below >= scale else above * scale + below
    return _below_ten_thousand(text)


def _below_ten_thousand(text: str) -> int | None:
    total, last, digit = 0, 10**4, None
    for place, char in enumerate(text):
        if char in SMALL:
            scale = SMALL[char]
            if scale >= last or (digit is None and place and text[place - 1] not in "零〇"):
                return None
            total += (1 if digit is None else digit) * scale
            last, digit = scale, None
        elif digit is None and char in DIGITS:
            digit = None if DIGITS[char] == 0 and len(text) > 1 else DIGITS[char]
        else:
            return None
    if digit is None:
        return total if text and text[-1] not in "零〇" else None
    colloquial = len(text) > 1 and text[-2] in SMALL and last > 10
    return total + digit * (last // 10 if colloquial else 1)


def _product(scale: str) -> int:
    value = 1
    for char in scale:
        value *= {**SMALL, **LARGE}.get(char, 0)
    return value


def _arabic(text: str) -> float:
    return float(text.translate(HALF_WIDTH).replace(",", ""))


def _digits(text: str) -> int:
    """The number of a text of digits; 0 where it is none."""
    plain = text.translate(HALF_WIDTH).replace(",", "")
    return int(float(plain)) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain) else 0


def tidy(value: float) -> float:
    """Whole numbers as such, and no trace of binary fractions in 0.1 + 0.2."""
    if isinstance(value, int):
        return value
    value = float(f"{value:.15g}")
    return int(value) if value.is_integer() else value
