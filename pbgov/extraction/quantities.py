"""Quantities that documents state: how many, what share, from what to what, by when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.extraction.cues import read_cues
from pbgov.extraction.dates import Stamp, dates
from pbgov.extraction.labels import labels
from pbgov.extraction.measured import Measured, Words, measured
from pbgov.extraction.numerals import PERCENT, read_numeral, tidy
from pbgov.extraction.passages import sentences
from pbgov.extraction.scales import Scales, read_scales
from pbgov.extraction.surroundings import counted_per, noun_after, noun_before, period_of
from pbgov.marks import carry_mark
from pbgov.schemas import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbgov.extraction.passages import Passage, Source

Span = tuple[int, int]
COLUMNS = list(QUANTITIES.columns)
MOST_PARTS = 30  # a whole that is said to have more parts is counted, not described
LINKS = frozenset(
    {
        "处",
        "并处",
        "覆盖",
        "为",
        "是",
        "有",
        "占",
        "达",
        "达到",
        "达成",
        "由",
        "从",
        "到",
        "至",
        "实现",
    }
)
_NOUN = re.compile(r"[\u3400-\u9fff]")
LEAD = re.compile(
    r"(?:由|从|(?<![来各独亲擅])自(?![己治身然我觉愿主行动筹费]))[^，,。；;：:]{0,14}\Z"
)
FOLDS = re.compile(r"翻(?:了)?(?P<times>[一二两三四五六七八九0-9]?)(?:番|倍)")
NO_DENOMINATOR = "“{}”是说法，没有写分母和数值"
MULTIPLE = "“增长{0}倍”可读作增加到原来的{1}倍（增加{2}%），也可读作增加到原来的{0}倍（增加{3}%）"
VAGUE = "“数”“几”“上”不是定数，只知道数量级"
NO_UNIT = "没有写单位"
NO_SENSE = "“减少{0}倍”没有通行的读法"


class Stated(NamedTuple):
    """One quantity of a sentence; offsets count from the start of the sentence."""

    start: int
    end: int
    kind: str
    comparator: str = "="
    value: float | None = None
    from_value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    date: str | None = None
    measure: str = ""
    said_before: int | None = None  # where 由 or 从 opens a change; its noun stands in front
    reason: str | None = None


def find_quantities(source: Source, *, lexicon: str | Path | None = None) -> pd.DataFrame:
    """The quantities that documents state, one to a row, with what they are said of.

    Read are numerals, Arabic or Chinese, with the measure that they count in; shares (81%,
    百分之八十一, 三成, 一半, 三分之二, 全覆盖); changes (由18%上升到81%, 增长16.7%, 提高5个百分点);
    multiples (五倍多, 翻一番); spans (3—5年, 五百元以上五千元以下); rates (每年不低于200元); and dates.
    No quantities are ordinals and numbering (第一, 一是, [3], 第十条, 十九大), numerals inside words
    (统一, 三农), 一 as an article, and the numbers of labels (“七站合一”, 1+4+X), which
    `find_formulas` reads. A counted part of a whole outside a label (四级网格, 6大领域) is a quantity of
    kind 结构; where it also opens or closes a list, `find_formulas` has a row for it too.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`; paragraphs, sentences, table rows and
        headings are read.
    lexicon : path, optional
        A folder with cues of one's own, see `pbgov.extraction.scales`.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.QUANTITIES`, in the order of the text. ``kind`` is told from the words
        alone: 数量, 占比, 变化 (from one value to another, or by how much), 倍数, 标准 (a requirement:
        不低于, 标准, 三十日内), 时长, 频次, 结构, 日期.

    Notes
    -----
    A change between two multiples of one unit is told in the unit it ends in, by ``conversions.csv``
    (由2小时缩短到15分钟 starts at 120 分钟); measures that do not compare (个月, 工作日) stay two rows.
    以上, 以下 and 内 include the number, 不满 and 超过 do not, as the Civil Code has it. 增长五倍 is marked
    ``ambiguous``: it is read as 6 times and as 5 times what was. Numbers without a measure (in cells of
    tables, in 12345热线) are not read, unless written with 万 or 亿. 几 and 数 before a measure (几个, 数次)
    give no number and no row.
    """
    cues, scales = read_cues(lexicon), read_scales(lexicon)
    rows: list[list[object]] = []
    counts: dict[str | None, int] = {}
    for passage in sentences(source, headings=True):
        words = Words(passage.text, cues)
        stamps = list(dates(passage.text))
        for one in _stated(passage.text, words, stamps, scales):
            counts[passage.doc_id] = counts.get(passage.doc_id, 0) + 1
            name = f"{passage.doc_id or ''}/q{counts[passage.doc_id]:04d}"
            rows.append(_cells(name, passage, one, words, stamps, scales))
    return carry_mark(QUANTITIES.validate(pd.DataFrame(rows, columns=COLUMNS)), source)


def _stated(text: str, words: Words, stamps: Sequence[Stamp], scales: Scales) -> list[Stated]:
    known = frozenset(word for word in words.tokens if len(word) > 3)
    coined = [(each.start, each.end) for each in labels(text, scales, known) if each.form != "pair"]
    folds = list(_folds(text))
    taken = [*coined, *((stamp.start, stamp.end) for stamp in stamps)]
    taken += [(each.start, each.end) for each in folds]
    numbers = list(measured(text, taken, words, scales))
    found = [*_whole(text, coined, scales), *_distributed(text, words), *folds]
    found += [Stated(stamp.start, stamp.end, "日期", date=stamp.iso) for stamp in stamps]
    found += _joined(text, numbers, scales)
    found.sort(key=lambda each: (each.start, each.end))
    kept: list[Stated] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _joined(text: str, numbers: Sequence[Measured], scales: Scales) -> list[Stated]:
    """Numbers one by one, but changes (由…上升到…) and spans (…以上…以下) as one."""
    found: list[Stated] = []
    place = 0
    while place < len(numbers):
        one = numbers[place]
        other = numbers[place + 1] if place + 1 < len(numbers) else None
        pair = None if other is None else _pair(text, one, other, scales)
        if pair is not None:
            found.append(pair)
            place += 2
        else:
            found.append(_single(text, one, scales))
            place += 1
    return found


def _pair(text: str, one: Measured, other: Measured, scales: Scales) -> Stated | None:
    if one.value is None or other.value is None:
        return None
    times = scales.times(one.unit, other.unit) if one.unit and other.unit else 1
    if times is None:
        return None
    between = text[one.end : other.start]
    unit, kind = other.unit or one.unit, other.kind or one.kind
    if not between.strip(" ，,、"):
        if (
            one.comparator in (">", ">=")
            and other.comparator in ("<", "<=")
            and one.value * times < other.value
        ):
            return Stated(
                one.start,
                other.end,
                "标准",
                "~",
                None,
                None,
                tidy(one.value * times),
                other.value,
                unit,
                measure=kind,
            )
        return None
    lead = LEAD.search(text[: one.start])
    verbs = "|".join(scales.any_of(role) for role in ("升", "降", "变为"))
    reached = rf"(?:{verbs})了?(?:到|至|为|成)|{scales.any_of('变到')}"
    rises = f"{scales.any_of('升')}|{scales.any_of('降')}"
    direct = re.fullmatch(rf"[ ]?(?:(?:{rises})了?(?:到|至|为)|{scales.any_of('变到')})", between)
    moved = re.fullmatch(
        rf"[^，,。；;0-9]{{0,4}}?(?:{verbs})(?:了)?(?:到|至|为|成)?[^，,。；;]{{0,9}}"
        rf"|[^，,。；;0-9]{{0,10}}?[，,]?[^，,。；;0-9]{{0,4}}?(?:{reached})[^，,。；;]{{0,9}}",
        between,
    )
    plain = re.fullmatch(r"[ ]?(?:到|至)[ ]?", between) and unit == PERCENT
    if direct or (lead and (moved or plain)):
        opened = lead is not None and len(lead.group()) == 1
        return Stated(
            one.start - opened,
            other.end,
            "变化",
            other.comparator,
            other.value,
            tidy(one.value * times),
            other.low,
            other.high,
            unit,
            measure=kind,
            said_before=lead.start() if lead else None,
        )
    spanned = re.fullmatch(r"[ ]?(?:—+|–|-|－|~|～|至|到)[ ]?", between)
    if spanned and one.value * times < other.value:
        kind_of = "标准" if other.required else _kind(text, other, scales)
        return Stated(
            one.start,
            other.end,
            kind_of,
            "~",
            None,
            None,
            tidy(one.value * times),
            other.value,
            unit,
            measure=kind,
        )
    return None


def _single(text: str, one: Measured, scales: Scales) -> Stated:
    kind, reason = _kind(text, one, scales), None
    if kind == "标准" and one.comparator == "=" and _reached(text, one, scales):
        one = one._replace(comparator=">=", high=None)
    if one.vague:
        reason = VAGUE
    elif not one.unit and not _NOUN.match(text, one.end):
        reason = NO_UNIT
    if one.kind == "倍" and one.value is not None:
        reason = _multiple(text, one, scales)
    return Stated(
        one.start,
        one.end,
        kind,
        one.comparator,
        one.value,
        None,
        one.low,
        one.high,
        one.unit,
        measure=one.kind,
        reason=reason,
    )


def _reached(text: str, one: Measured, scales: Scales) -> bool:
    """True for 达到350平方米的标准, which is no less than that."""
    before = re.compile(rf"{scales.any_of('达标')}了?\Z").search(text[: one.start])
    return before is not None and re.match(r"的?标准", text[one.end :]) is not None


def _kind(text: str, one: Measured, scales: Scales) -> str:
    before, after = text[max(0, one.start - 8) : one.start], text[one.end :]
    changed = re.compile(
        rf"(?:{scales.any_of('升')}|{scales.any_of('降')})了?\Z|[增涨降]幅[为达约]+到?\Z"
    ).search(before)
    asked = re.compile(rf"(?<![年时期上下权])(?:{scales.any_of('标准前')})\Z").search(before)
    measure_of = re.compile(rf"的?[\u3400-\u9fff]{{0,6}}?{scales.any_of('标准后')}").match(after)
    if one.kind == "倍":
        return "倍数"
    if one.kind == "百分点" or (changed and not one.required):
        return "变化"
    if one.required or asked or (measure_of and one.kind != "结构"):
        return "标准"
    if one.unit == PERCENT:
        return "占比"
    if one.kind == "时间":
        return "时长"
    if one.kind == "次数" and re.search(r"(?:每[^，,。；;]{1,6}|[年月周日天度])\Z", before):
        return "频次"
    few = one.value is not None and one.value <= MOST_PARTS and one.comparator == "="
    return "结构" if one.kind == "结构" and few else "数量"


def _multiple(text: str, one: Measured, scales: Scales) -> str | None:
    """The readings of 增长五倍; None where the multiple is of a base that is named (是…的三倍)."""
    before = text[max(0, one.start - 6) : one.start]
    times = one.value or 0
    if re.compile(rf"{scales.any_of('降')}了?\Z").search(before):
        return NO_SENSE.format(f"{times:g}")
    if times == 1 or not re.compile(rf"(?:{scales.any_of('升')}|翻)了?\Z").search(before):
        return None
    return MULTIPLE.format(
        f"{times:g}", f"{times + 1:g}", f"{100 * times:g}", f"{100 * (times - 1):g}"
    )


def _folds(text: str) -> list[Stated]:
    """翻一番 is twice, 翻两番 four times what was; 翻两倍 has two readings."""
    found = []
    for match in FOLDS.finditer(text):
        times = read_numeral(match.group("times") or "一") or 1
        doubled = match.group().endswith("番") or times == 1
        value = 2**times if doubled else times
        reason = (
            None
            if doubled
            else MULTIPLE.format(
                f"{times:g}", f"{times + 1:g}", f"{100 * times:g}", f"{100 * (times - 1):g}"
            )
        )
        found.append(
            Stated(*match.span(), "倍数", "=", value, None, value, value, "倍", reason=reason)
        )
    return found


def _whole(text: str, coined: Sequence[Span], scales: Scales) -> list[Stated]:
    """全覆盖 outside labels: all of it, of what is not said."""
    found = []
    for match in re.finditer(scales.any_of("全称"), text):
        if any(first < match.end() and match.start() < last for first, last in coined):
            continue
        reason = NO_DENOMINATOR.format(match.group())
        found.append(
            Stated(*match.span(), "占比", "=", 100, None, 100, 100, PERCENT, reason=reason)
        )
    return found


def _distributed(text: str, words: Words) -> list[Stated]:
    """一社区一律师: one to each; not 一心一意, which is one word."""
    found = []
    for match in re.finditer(
        r"一([\u3400-\u9fff]{1,4}?)一([\u3400-\u9fff]{1,4})(?=[”」、，,。；;等的制）)]|\Z)", text
    ):
        first, last, _ = words.around(match.start())
        each, what = match.groups()
        nouns = all(words.cues.words.part_of_speech(word).startswith("n") for word in (each, what))
        if last - first > 3 or each == what or not nouns:
            continue
        found.append(Stated(*match.span(), "结构", "=", 1, None, 1, 1, f"{what}/{each}"))
    return found


def _cells(
    name: str,
    passage: Passage,
    one: Stated,
    words: Words,
    stamps: Sequence[Stamp],
    scales: Scales,
) -> list[object]:
    """The cells of a row in the order of the schema."""
    text, at = passage.text, passage.start
    about = None if one.date else _about(text, one, words, scales)
    period = None if one.date else period_of(text, one.start, one.end, stamps, scales)
    return [
        name,
        passage.doc_id,
        passage.segment_id,
        at + one.start,
        at + one.end,
        text[one.start : one.end],
        one.kind,
        one.comparator,
        one.value,
        one.from_value,
        one.low,
        one.high,
        one.unit or None,
        one.date,
        None if one.date else counted_per(text, one.start, one.end),
        *_placed(text, about, at),
        *_placed(text, period, at),
        one.reason is not None,
        one.reason,
    ]


def _about(text: str, one: Stated, words: Words, scales: Scales) -> Span | None:
    counts = one.measure in ("个体", "结构", "名词", "次数", "") and one.from_value is None
    if counts or one.unit == PERCENT:
        after = noun_after(text, one.end, words)
        if after is not None:
            return after
    verbs = ("升", "降", "变为")
    linking = frozenset[str]().union(*(scales.roles[role] for role in verbs), LINKS)
    return noun_before(
        text, one.start if one.said_before is None else one.said_before, words, linking
    )


def _placed(text: str, span: Span | None, at: int) -> tuple[str | None, int | None, int | None]:
    if span is None:
        return None, None, None
    return text[span[0] : span[1]], at + span[0], at + span[1]
