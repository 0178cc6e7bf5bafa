"""Numerals that count something: with their unit, and with the words that bound them."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.numerals import DIGITS, Numeral, Reading, numerals
from pbgov.extraction.scales import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.extraction.cues import Cues
    from pbgov.extraction.scales import Scales

Span = tuple[int, int]

GAP = r"[ \u3000]?"
RANGE = re.compile(rf"{GAP}(?:—+|–|-|－|~|～|至|到){GAP}")
NOT_COUNTS = re.compile(  # ordinals, numbering, document numbers, citations, clock times, codes
    r"第[ ]?[0-9０-９零〇一二两三四五六七八九十百千]+(?:[条款项届章节次个批期届类种级点位季卷版页]|方面|部分)?"
    r"|[〔\[【(（][0-9０-９]{1,4}[〕\]】)）]"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]"
    r"|[0-9０-９一二三四五六七八九十]+(?:[届号版]|中全会)"
    r"|(?:^|(?<=[。；;\s]))[0-9０-９一二三四五六七八九十]{1,3}[、.．](?![0-9])"
    r"|[一二三四五六七八九十](?:是|要|则)(?=[\u3400-\u9fff])|其[一二三四五六七八九十]"
    r"|[0-9]{1,2}[:：][0-9]{2}|[0-9]+(?:\.[0-9]+){2,}|[0-9]{3,4}-[0-9]{3,}|[A-Za-z]+-?[0-9]+"
    r"|一([\u3400-\u9fff])(?:\1|[\u3400-\u9fff]{0,3}一\1)|每一(?=个|名|位|家|户|项|件|条)"
    r"|[一二三四五六七八九]五(?=规划|期间|时期|普法|[”」]|末|以来)|十[一二三四五六]五"
)
HALF = re.compile(
    r"(?<![一二两三四五六七八九十几0-9大过上下多后前夜])半(?=个?(?:年|天|小时|月|学期)(?!报))"
)
LOOSE = "多余来几"
UNIT_SPLITS = re.compile(r"[/／每][\u3400-\u9fff]{1,4}(?:[·・/][\u3400-\u9fff]{1,3})?")


class Measured(NamedTuple):
    """A stated number: ``text[start:end]`` with its bounds; ``number`` is where its digits begin."""

    start: int
    end: int
    number: int
    unit: str
    kind: str  # of the measure; '%' for shares, '' where no unit stands
    comparator: str
    low: float | None
    high: float | None
    value: float | None
    vague: bool = False
    required: bool = False


class Words:
    """Where the words of a text begin and end, to tell 两|支|队伍 from 统一|项目."""

    def __init__(self, text: str, cues: Cues) -> None:
        self.cues = cues
        self.starts: list[int] = []
        self.tokens: list[str] = []
        at = 0
        for token in cues.words.cut(text):
            self.starts.append(at)
            self.tokens.append(token)
            at += len(token)

    def around(self, place: int) -> tuple[int, int, str]:
        """Start, end and tag of the word that covers one place."""
        at = bisect_right(self.starts, place) - 1
        token = self.tokens[at]
        return self.starts[at], self.starts[at] + len(token), self.cues.words.part_of_speech(token)


def measured(text: str, taken: Sequence[Span], words: Words, scales: Scales) -> Iterator[Measured]:
    """The stated numbers of a text, outside the stretches already taken, from left to right.

    A numeral counts where a measure follows it (33家, 350平方米), where it is a share, or where it
    is written with 万 or 亿 (13万). 一 before a measure is an article (一个平台) unless a counting word
    stands before it (只有一个, 每月一次). Numerals inside other words (统一) do not count.
    """
    reader = _Reader(text, taken, words, scales)
    found = [*numerals(text), *_halves(text)]
    reached, pending = 0, None
    for numeral in sorted(found):
        if numeral.start < reached or reader.is_taken(numeral.start, numeral.end):
            continue
        one = reader.read(numeral, pending)
        pending = None
        if one is not None:
            yield one
            reached = one.end
        elif RANGE.match(text, numeral.end) and not numeral.reading.bare:
            pending = numeral


def _halves(text: str) -> Iterator[Numeral]:
    for match in HALF.finditer(text):
        yield Numeral(match.start(), match.end(), Reading(0.5, 0.5))


class _Reader:
    """What stands around one numeral of a text."""

    def __init__(self, text: str, taken: Sequence[Span], words: Words, scales: Scales) -> None:
        self.text, self.words, self.scales = text, words, scales
        fixed = re.finditer(scales.any_of("非数"), text)
        self.taken = [*taken, *(m.span() for m in NOT_COUNTS.finditer(text))]
        self.taken += [match.span() for match in fixed if self._whole_words(*match.span())]
        measures = alternatives(frozenset(scales.measures))
        self.unit = re.compile(rf"{GAP}(?P<more>[{LOOSE}])?{GAP}(?P<unit>{measures})")
        self.before = re.compile(rf"({scales.any_of('数前')})(?:了|有|为)?{GAP}\Z")
        self.after = re.compile(rf"(?P<loose>[多余来])?(?P<bound>{scales.any_of('数后')})?")

    def is_taken(self, start: int, end: int) -> bool:
        return any(first < end and start < last for first, last in self.taken)

    def read(self, numeral: Numeral, pending: Numeral | None) -> Measured | None:
        """The numeral with its unit and bounds; None where it counts nothing."""
        start, end, reading = numeral
        match = self._unit(numeral)
        if match and self.is_taken(*match.span("unit")):
            return None
        unit = match.group("unit") if match else reading.unit
        kind = self.scales.measures.get(unit, reading.unit) if unit else ""
        before = self.before.search(self.text[max(0, start - 8) : start])
        more = reading.more or bool(match and match.group("more"))
        if not unit and not (
            self.text[end - 1] in "万亿"
            and (more or before or reading.low > 10**4 or self._digit(start))
        ):
            return None
        if self._part_of_word(numeral, match.end() if match else end, before is not None):
            return None
        if reading.bare and not before and not more:
            return None
        if before and before.group(1) == "上" and not reading.bare:
            before = None
        if reading.low == reading.high == 1 and not self._counts_one(
            numeral, kind, before is not None
        ):
            return None
        if match:
            end = match.end()
        value: float | None = reading.low
        if self.text[end : end + 1] == "半" and kind in ("时间", "倍"):
            value, end = reading.low + 0.5, end + 1
        after = self.after.match(self.text, end)
        bound = after.group("bound") if after else None
        if bound == "内" and kind not in ("时间", "度量"):
            bound = None
        if kind == "结构" and bound in ("上下", "左右"):
            bound = None  # 四级上下联动
        if kind == "结构" and bound:
            return None  # 三级以上医院 is a grade
        said_loosely = after.group("loose") if after else None
        since = said_loosely == "来" and kind == "时间"  # 半年来
        loose = bool(said_loosely) and kind != "个体" and not since
        said = before.group(1) if before else self._said_before_verb(start)
        comparator = self._comparator(said, bound, more or loose)
        if after and (bound or loose):
            end = after.end() if bound else after.end("loose")
        first = start - len(before.group()) if before else start
        low, high = reading.low, reading.high
        if pending is not None and RANGE.fullmatch(self.text, pending.end, start):
            first = min(first, pending.start)
            low, value, comparator = pending.reading.low * self._scale(pending, numeral), None, "~"
        elif low != high:
            value, comparator = None, "~"
        if value is not None:
            low, high = value, value
        bounds = _bounds(comparator, low, high)
        required = bool(before and before.group(1) in self.scales.roles["标准前"])
        required = required or (kind == "时间" and bound in ("内", "以内", "之内"))
        return Measured(
            first, end, start, unit, kind, comparator, *bounds, value, reading.vague, required
        )

    def _unit(self, numeral: Numeral) -> re.Match[str] | None:
        """The measure after a numeral, unless its first character begins a longer word."""
        if numeral.reading.unit:
            return None
        match = self.unit.match(self.text, numeral.end)
        if match is None:
            return None
        start, end = match.span("unit")
        if self.scales.measures[match.group("unit")] == "名词" and not self._digit(numeral.start):
            return None
        first, last, _ = self.words.around(start)
        begins = first == start and last > end
        overlapped = any(
            len(self.text[end:stop]) > last - end
            and self.words.cues.words.part_of_speech(self.text[end:stop]) != "x"
            for stop in range(last + 1, last + 3)
        )
        return None if begins and not overlapped and self.text[end:last].strip() else match

    def _part_of_word(self, numeral: Numeral, end: int, bounded: bool) -> bool:
        """True for 统一, 万一, 四处: the numeral is no word of its own."""
        if self._digit(numeral.start):
            return (
                self.text[max(0, numeral.start - 1) : numeral.start].isascii()
                and self.text[max(0, numeral.start - 1) : numeral.start].isalpha()
            )
        first, last, tag = self.words.around(numeral.start)
        if first < numeral.start:
            return not bounded and self.text[first : numeral.start] not in (
                "每",
                "各",
                "这",
                "那",
                "共",
                "仅",
                "至少",
            )
        if last > max(end, numeral.end):
            return True
        large = numeral.end - numeral.start > 1 and last == end  # 十万人 is in the dictionary
        return not large and tag in ("d", "r", "i", "nr", "ns", "a", "c") and last > numeral.end

    def _counts_one(self, numeral: Numeral, kind: str, bounded: bool) -> bool:
        if kind not in ("个体", "结构", "次数", "名词") or bounded or self._digit(numeral.start):
            return True
        clause = re.split(r"[，,。；;：:、]", self.text[: numeral.start])[-1]
        counting = re.compile(rf"{self.scales.any_of('点数')}\Z")
        return (
            bool(counting.search(clause))
            or "每" in clause[-8:]
            or (kind == "次数" and re.search(r"[年月周日天度]\Z", clause) is not None)
        )

    def _comparator(self, before: str, bound: str | None, more: bool) -> str:
        if before and self.scales.comparators[("数前", before)]:
            return self.scales.comparators[("数前", before)]
        if bound:
            return self.scales.comparators[("数后", bound)]
        return ">" if more else "="

    def _said_before_verb(self, start: int) -> str:
        """至少 of 至少召开一次, 最多 of 最多设三个; '' where no such word stands near."""
        match = re.compile(r"(至少|最少|最多|至多)(?![时的])[\u3400-\u9fff]{1,3}\Z").search(
            self.text[:start]
        )
        return match.group(1) if match else ""

    def _scale(self, first: Numeral, second: Numeral) -> int:
        """3—5万 is 30,000 to 50,000, 三至五百 300 to 500."""
        scale = re.search(r"[百千万亿]+\Z", self.text[second.start : second.end])
        if not scale or re.search(r"[十百千万亿]", self.text[first.start : first.end]):
            return 1
        value = 1
        for char in scale.group():
            value *= {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[char]
        return value

    def _whole_words(self, start: int, end: int) -> bool:
        """True where a fixed phrase does not end inside a longer numeral: 十一 of 十一个."""
        numeral = f"[{''.join(DIGITS)}十百千万亿]"
        inside = re.match(numeral, self.text[start]) and re.match(
            numeral, self.text[start - 1 : start]
        )
        return not inside and not re.match(r"[个名家项所条件次]", self.text[end : end + 1])

    def _digit(self, place: int) -> bool:
        return self.text[place].isdigit() and self.text[place] not in "零〇一二三四五六七八九"


def _bounds(comparator: str, low: float, high: float) -> tuple[float | None, float | None]:
    if comparator in (">", ">="):
        return low, None
    if comparator in ("<", "<=", "≈<"):
        return None, high
    return (None, None) if comparator == "≈" else (low, high)
