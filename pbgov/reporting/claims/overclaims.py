"""Prose that says more than its results: 显著 without a test, 证明, 没有关系, 全国, 最有效.

The words stand in ``overclaim_words.csv``; what the tests say stands in the ledger.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.exhibits.stars import LEAST_UNITS
from pbgov.reporting.claims.context import (
    crosses_words,
    is_asserted,
    own_words,
    without_fixed_words,
)
from pbgov.reporting.claims.fault import Fault
from pbgov.reporting.claims.tested import (
    bounds_of,
    is_significant,
    is_size,
    units_of,
)
from pbgov.schemas import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.claims.passages import Passage, Sentence
    from pbgov.reporting.ledger import Ledger, Result

FILE = Path(__file__).with_name("overclaim_words.csv")
CODES = {"显著": "E707", "证明": "E708", "无关": "E709", "推广": "E710", "高下": "E711"}
OVERCLAIM_WORDS = pa.DataFrameSchema(
    {
        "term": text(),
        "pattern": text(),
        "kind": text(among=tuple(CODES)),
        "suggestion": text(),
        "caught": text(),
        "allowed": text(),
        "source": text(),
    },
    unique=["term"],
    name="overclaim words",
)
_TOLD_SIZE = re.compile(
    r"(?<![A-Za-z])[Nn] ?[=＝为] ?|共 ?▢|▢ ?个?(?:区|街道|社区|单位|案例|行|段|篇|份)"
)
_DENIAL = re.compile(
    r"(?:(?:没有|并?不|未)(?:能|有)?(?:达到?|具有|呈现?|表现出?)?(?:统计(?:学|上)?的?)?|无)\Z"
)


class Overclaim(NamedTuple):
    """One row of the list; where a pattern names the words around a claim, `said` is the claim."""

    pattern: re.Pattern[str]
    kind: str
    suggestion: str


@lru_cache(maxsize=1)
def overclaim_words() -> tuple[Overclaim, ...]:
    """The list, in the order of its file."""
    table = read_table(FILE, OVERCLAIM_WORDS)
    return tuple(
        Overclaim(re.compile(pattern, re.IGNORECASE), kind, suggestion)
        for pattern, kind, suggestion in zip(
            table["pattern"], table["kind"], table["suggestion"], strict=True
        )
    )


def overclaims_in(passage: Passage, ledger: Ledger) -> Iterator[Fault]:
    """E707-E712 for what a passage says beyond its results, W701 for percentages without a base.

    Parameters
    ----------
    passage : Passage
    ledger : Ledger
        Tests, units and intervals of the results that the passage states.

    Yields
    ------
    Fault
    """
    if passage.kind == "title":
        return  # names and states nothing
    results = [ledger[one.result_id] for one in passage.bound if one.result_id in ledger]
    told_size = any(map(is_size, results)) or _TOLD_SIZE.search(passage.bare) is not None
    for sentence in passage.sentences():
        own = [
            ledger[one.result_id] for one in sentence.bound if one.result_id in ledger
        ] or results
        stretch = without_fixed_words(own_words(sentence, ledger))
        last = 0
        for start, end, word in _words(stretch):
            if start < last or crosses_words(stretch, start, end):
                continue
            last = end
            fault = _fault(sentence, start, end, word, stretch, own, ledger)
            if fault is not None:
                yield fault
            if word.kind == "显著" and not told_size and not _asked(stretch, start, end):
                yield _at(
                    sentence,
                    start,
                    end,
                    "E712",
                    "同一段里写明 N（单位数）",
                    "补上 N = {{result:….n_units}}",
                )
    yield from _without_base(passage, ledger, told_size)


def _words(stretch: str) -> list[tuple[int, int, Overclaim]]:
    return sorted(
        (
            (*found.span("said" if "said" in word.pattern.groupindex else 0), word)
            for word in overclaim_words()
            for found in word.pattern.finditer(stretch)
        ),
        key=lambda one: (one[0], -one[1]),
    )


def _asked(stretch: str, start: int, end: int) -> bool:
    """Whether a word of significance is no statement; a denied one (不显著) is one and needs N."""
    before = _DENIAL.sub("", stretch[:start])
    return not is_asserted(before + stretch[start:], len(before), len(before) + end - start)


def _fault(
    sentence: Sentence,
    start: int,
    end: int,
    word: Overclaim,
    stretch: str,
    own: list[Result],
    ledger: Ledger,
) -> Fault | None:
    if word.kind == "无关":
        # 没有 is part of the word; what would take it back stands before it
        denied = not is_asserted(f"{stretch[:start]}无关，{stretch[end:]}", start, start + 2)
        found = None if denied else "没有发现不等于没有：写明 N 和查得出多大的相关"
    elif not is_asserted(stretch, start, end):
        return None
    elif word.kind == "显著":
        found = _untested(own, ledger)
    elif word.kind == "高下":
        found = _tied(own, ledger)
    elif word.kind == "证明":
        found = "数据支持到哪一步就写到哪一步"
    else:
        found = "所读的文档不是随机抽取的，不能推及别处"
    return (
        None
        if found is None
        else _at(sentence, start, end, CODES[word.kind], found, word.suggestion)
    )


def _at(sentence: Sentence, start: int, end: int, code: str, wanted: str, suggestion: str) -> Fault:
    return Fault(
        code,
        sentence.passage,
        sentence.start + start,
        sentence.start + end,
        sentence.text[start:end],
        wanted,
        suggestion,
    )


def _untested(own: list[Result], ledger: Ledger) -> str | None:
    """Why the results of a sentence do not bear 显著; None where they do."""
    tested = [one for one in own if is_significant(one, ledger) is not None]
    if not tested:
        return "绑定检验的结果（估计、p、N）；账目里没有这句话的检验"
    above = [one for one in tested if not is_significant(one, ledger)]
    if above:
        return f"校正后的 p 或其中一种检验的 p 不小于 0.05（{above[0].result_id}）"
    sizes = [size for one in tested if (size := units_of(one, ledger)) is not None]
    if not sizes:
        return "账目里没有单位数，不能说显著"
    if min(sizes) < LEAST_UNITS:
        return f"只有 {min(sizes):g} 个单位，少于 {LEAST_UNITS} 个，不用“显著”"
    return None


def _tied(own: list[Result], ledger: Ledger) -> str | None:
    """Why one of several results may not be called the best; None where all intervals are apart."""
    bounds = {}
    for one in own:
        found = bounds_of(one, ledger)
        if found is not None:
            bounds[one.result_id.rpartition(".")[0]] = found
    if len(bounds) < 2:
        return "分高下要把各项的估计和区间都绑定出来"
    ordered = sorted(bounds.values())
    apart = all(first[1] < second[0] for first, second in pairwise(ordered))
    return None if apart else "各项的 95% 区间重叠，分不出高下"


def _without_base(passage: Passage, ledger: Ledger, told_size: bool) -> Iterator[Fault]:
    if told_size:
        return
    for one in passage.bound:
        result = ledger.get(one.result_id)
        printed = passage.text[one.start : one.end]
        if result is not None and printed.endswith(("%", "％")) and result.nature != "method":
            yield Fault(
                "W701",
                passage,
                one.start,
                one.end,
                printed,
                "同一段里写明分母",
                "补上 N = {{result:…}} 或“共 … 条”",
            )
