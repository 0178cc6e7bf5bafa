"""Dates that documents state: of publication, of an issue of a journal, of the editions of a statute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.labels import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.corpus.labels import Labelled, Line

DIGITS = {char: digit for digit, char in enumerate("〇一二三四五六七八九")} | {
    "○": 0,
    "零": 0,
    "Ｏ": 0,
}
HAN_YEAR = r"[二一][〇○零Ｏ一二三四五六七八九]{3}"
HAN_DAY = r"[一二三四五六七八九十]{1,3}"
DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*(?:年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
    r"|(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2})(?!\d))"
    rf"|(?P<hy>{HAN_YEAR})年(?P<hm>{HAN_DAY})月(?P<hd>{HAN_DAY})日"
)
MONTH = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*(?:年\s*(?P<m>\d{1,2})\s*月|-(?P<m2>\d{1,2}))(?![\d-])"
)
ISSUE = re.compile(
    r"(?:《(?P<quoted>[^《》]{2,30})》|(?P<plain>[^\s\d《》。，,：:;；()（）\[\]]{2,30}))?[\s,，·]*"
    r"(?P<issue>(?P<year>(?:19|20)\d{2})\s*(?:年|[,，]\s*\d+\s*[(（]|年\s*[,，]?\s*第?\s*\d+\s*卷)\s*第?\s*"
    r"(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:期|[)）]))"
)
CITED = re.compile(r"\s*[\[［〔【]?\d{1,3}[\]］〕】]|.*\[[A-Z](?:/OL)?\]")
DEEDS = {
    "通过": "adoption",
    "修订": "revision",
    "修正": "amendment",
    "批准": "approval",
    "公布": "promulgation",
    "发布": "promulgation",
}
DEED = re.compile("|".join(DEEDS))
TITLES = re.compile(r"《[^《》]*(?:〈[^〈〉]*〉[^《》]*)*》")
MEETING = re.compile(r"第[一二三四五六七八九十百\d]+次(?:全体)?会议|令第?\d*|(?=通过|公布|发布)")

ARTICLE_NUMBER = re.compile(
    r"(?P<issn>\d{4}-\d{3}[\dXx])\s*[(（](?P<year>\d{4})[)）]\s*(?P<issue>\d{1,2})\s*-\s*(?P<page>\d{3,5})\s*-\s*(?P<pages>\d{1,3})"
)
CLOCK = re.compile(r"\s*\d{1,2}[:：]\d{2}")
# Minutes and interviews: 时间 beside these is when it was held, which dates no publication
HELD = re.compile(
    r"(?:会议|访谈|活动|调研)?(?:地点|主持人?|出席人?员?|参加人?员?|列席|记录人?|受访者?)\s*[:：]"
)
BESIDE = (
    "日期与来源同在一行，没有另写是什么日期",
    "the date stands beside the source without a label of its own",
)
LABELLED = (
    "只写“时间”或“日期”，没有写明是什么日期",
    "labelled as a date or time, without what it dates",
)
UNDER = (
    "题目下的日期，没有写明是什么日期",
    "a date under the title that does not say what it dates",
)
LAST_LINES = 6  # of a document, among which it is signed


class Dated(NamedTuple):
    """A date or an issue, where it stands and what it is the date of."""

    value: str
    start: int
    end: int
    what_zh: str
    what_en: str
    note_zh: str = ""
    note_en: str = ""
    counts: bool = True
    issuer: tuple[int, int] | None = None


class Issue(NamedTuple):
    """An issue of a journal, and where the journal's name stands."""

    value: str
    start: int
    end: int
    venue: tuple[int, int] | None


def dates_told(
    raw: str, head: Sequence[Line], foot: Sequence[Line], named: Sequence[Labelled]
) -> Iterator[Dated]:
    """Every date or issue that a document states at its head or foot, the plainest first."""
    for each in named:
        if each.field == "published":
            yield from dates_in(raw, each.start, each.end, "发表日期", "date of publication")
    for issue in issues([*head, *foot]):
        yield Dated(issue.value, issue.start, issue.end, "刊期", "issue")
    for each in named:
        number = ARTICLE_NUMBER.search(raw[each.start : each.end])
        if each.field == "article_number" and number:
            value = f"{number['year']}年第{int(number['issue'])}期"
            start = each.start + number.start("year") - 1
            yield Dated(
                value, start, each.start + number.end("issue"), "文章编号", "article number"
            )
    yield from reversed(list(editions(head)))
    held = any(HELD.match(line.text) for line in head)
    told = ("venue", "editor") if held else ("venue", "editor", "stamp")
    sourced = [each for each in named if each.field in told]
    for line in head:
        here = {each.field for each in sourced if line.start <= each.start < line.end}
        if not (held and any(each.field == "stamp" for each in labelled([line]))):
            yield from _stamps(raw, line, beside=here)
    for line in foot[-LAST_LINES:]:
        yield from _signature(raw, line)


def _stamps(raw: str, line: Line, *, beside: set[str]) -> Iterator[Dated]:
    """Dates without a label: beside the source, alone under the title, or the stamp of a page."""
    told = {each.field for each in labelled([line])}
    if "published" in told or next(editions([line]), None) or next(issues([line]), None):
        return
    for date in dates_in(raw, line.start, line.end, "页面时间", "time stamp of the page"):
        rest = line.text.replace(raw[date.start : date.end], "").strip("（）() \t\u3000")
        if beside:
            yield date._replace(
                what_zh="来源行的日期",
                what_en="line of the source",
                note_zh=(LABELLED if beside == {"stamp"} else BESIDE)[0],
                note_en=(LABELLED if beside == {"stamp"} else BESIDE)[1],
            )
        elif not rest:
            yield date._replace(
                what_zh="题下日期",
                what_en="line under the title",
                note_zh=UNDER[0],
                note_en=UNDER[1],
            )
        elif CLOCK.match(raw, date.end, line.end):
            yield date._replace(counts=False)


def _signature(raw: str, line: Line) -> Iterator[Dated]:
    for date in dates_in(raw, line.start, line.end, "落款日期", "date of signature"):
        if line.start == date.start and line.end == date.end:
            yield date._replace(note_zh="据落款（成文日期）", note_en="the date at the foot")


def dates_in(raw: str, start: int, end: int, what_zh: str, what_en: str) -> Iterator[Dated]:
    """The days, or else months, that a stretch of a text states, as 2017-01-25 or 2017-01."""
    found = list(DATE.finditer(raw, start, end)) or list(MONTH.finditer(raw, start, end))
    for match in found:
        value = _written(match)
        if value:
            yield Dated(value, match.start(), match.end(), what_zh, what_en)


def issues(lines: Sequence[Line]) -> Iterator[Issue]:
    """The issues of journals that lines name; lines of a reference list name those of other texts."""
    for line in lines:
        if CITED.match(line.text) or "。" in line.text:
            continue
        for match in ISSUE.finditer(line.text):
            number = match["number"]
            count = int(number) if number.isdigit() else _counted(number)
            group = "quoted" if match["quoted"] else "plain"
            named = match.start(group) >= 0 and match[group]
            venue = (
                (line.start + match.start(group), line.start + match.end(group)) if named else None
            )
            start, end = match.span("issue")
            yield Issue(
                f"{match['year']}年第{count}期", line.start + start, line.start + end, venue
            )


def editions(lines: Sequence[Line]) -> Iterator[Dated]:
    """When a statute was passed and amended, as the lines under its title say, in their order."""
    for line in lines:
        dates = list(DATE.finditer(line.text))
        for place, match in enumerate(dates):
            until = dates[place + 1].start() if place + 1 < len(dates) else len(line.text)
            told = TITLES.sub(
                lambda m: "《" + " " * (len(m.group()) - 2) + "》", line.text[match.end() : until]
            )
            deeds = list(DEED.finditer(told))
            value = _written(match)
            if not deeds or "。" in told or not value:
                continue
            deed = deeds[-1].group()
            organ = MEETING.search(told)
            skipped = len(told) - len(told.lstrip())
            first = line.start + match.end() + skipped
            last = line.start + match.end() + (organ.start() if organ else deeds[0].start())
            yield Dated(
                value,
                line.start + match.start(),
                line.start + match.end(),
                f"{deed}日期",
                f"date of {DEEDS[deed]}",
                *_caution(deed),
                issuer=(first, last) if first < last else None,
            )


def _caution(deed: str) -> tuple[str, str]:
    if DEEDS[deed] == "promulgation":
        return "", ""
    return f"写明的是{deed}日期，不是公布日期", f"the date of {DEEDS[deed]}, not of promulgation"


def _written(match: re.Match[str]) -> str | None:
    """A date in ISO 8601; None where there is no such day."""
    parts = match.groupdict()
    if parts.get("hy"):
        year = int("".join(str(DIGITS[char]) for char in parts["hy"]))
        month, day = _counted(parts["hm"]), _counted(parts["hd"])
    else:
        year = int(parts["y"])
        month = int(parts["m"] or parts["m2"])
        last = parts.get("d") or parts.get("d2")
        day = int(last) if last else 0
    if not (1 <= month <= 12 and 0 <= day <= 31):
        return None
    return f"{year}-{month:02d}-{day:02d}" if day else f"{year}-{month:02d}"


def _counted(numeral: str) -> int:
    """A Chinese numeral below one hundred."""
    tens, ten, units = numeral.rpartition("十")
    value = DIGITS[units] if units else 0
    return value + (10 * (DIGITS[tens] if tens else 1) if ten else 0)
