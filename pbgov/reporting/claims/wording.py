"""Associations worded as effects: 导致, 促进, 提升了, 有效 …, and what could be written instead.

The words stand in ``causal_words.csv``: pattern, kind, reach, suggestion, a sentence that is caught
and one that is not. A word that only ever names a cause (导致, 取决于) or tells of something brought
about (激发了) is an assertion wherever it stands (reach 处处). The words of everyday work (推动, 促进)
are one where a sentence states a result, names an exhibit, speaks of an outcome (满意率 …), or belongs
to a claim (reach 结果); a paragraph stays under scrutiny from there on. What is denied, asked, aimed
at, supposed, quoted or said by others is no assertion (`pbgov.reporting.claims.context`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.reporting.claims.context import (
    crosses_words,
    has,
    is_asserted,
    is_of_method,
    names_design,
    own_words,
    shown,
    without_fixed_words,
    words,
)
from pbgov.reporting.claims.fault import Fault
from pbgov.schemas import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.claims.passages import Passage, Sentence
    from pbgov.reporting.ledger import Ledger

FILE = Path(__file__).with_name("causal_words.csv")
CAUSAL_WORDS = pa.DataFrameSchema(
    {
        "term": text(),
        "pattern": text(),
        "kind": text(among=("因果", "英文")),
        "reach": text(among=("处处", "结果")),
        "suggestion": text(),
        "caught": text(),
        "allowed": text(),
        "source": text(),
    },
    unique=["term"],
    name="causal words",
)
_END = r"(?P<rest>[，。；、！,;(（]|\Z)"
_WORDED = (
    re.compile(
        r"(?P<a>[^，。；：]{1,30}?)对(?P<b>[^，。；：]{1,24}?)"
        r"(?:有|具有|产生|起|发挥|的)[^，。；：]{0,8}?(?:影响|作用|效应|效果|贡献)"
    ),
    re.compile(
        r"(?P<a>[^，。；：]{1,30}?)(?:的(?:差别|提高|上升|高低|变化))?[是]?"
        r"(?:主要|大多|都)?(?:得益于|受益于|归因于|归功于|取决于|源于|缘于)(?P<b>[^，。；：]{1,24}?)"
        + _END
    ),
    re.compile(
        r"(?P<a>[^，。；：]{1,30}?)(?:能够|可以|能|将|已经|已|显著|明显|大幅|有效|有力|切实|进一步|持续|极大)*地?"
        r"(?:导致|引起|造成|促进|推动|带动|带来|驱动|助推|助力|催生|拉动|激发|影响|决定|有助于|有利于|赋能|抑制|阻碍|削弱"
        r"|使得?|让|(?:提升|提高|增强|改善|优化|改进|降低|减少|缓解|增进|拉高|拉低|提振))了?"
        r"(?P<b>[^，。；：]{1,24}?)" + _END
    ),
)
_TAIL = re.compile(
    r"(?:的?(?:提升|提高|上升|下降|走高|走低|变化|改善|增加|减少|好转|偏低|偏高|变好|变差|高低|升高|降低))+\Z"
)
_HEAD = re.compile(
    r"\A(?:从而|进而|由此|其中|因此|可见|结果表明|数据显示|我们发现|研究发现|这说明|说明|表明|并|也|更高的|了)+"
)


class CausalWord(NamedTuple):
    """One row of the list."""

    pattern: re.Pattern[str]
    everywhere: bool
    suggestion: str


@lru_cache(maxsize=1)
def causal_words() -> tuple[CausalWord, ...]:
    """The list, in the order of its file."""
    table = read_table(FILE, CAUSAL_WORDS)
    return tuple(
        CausalWord(
            re.compile(pattern, re.IGNORECASE if kind == "英文" else 0), reach == "处处", suggestion
        )
        for pattern, kind, reach, suggestion in zip(
            table["pattern"], table["kind"], table["reach"], table["suggestion"], strict=True
        )
    )


def effects_in(passage: Passage, ledger: Ledger) -> Iterator[Fault]:
    """E706 for every assertion of an effect in a passage that states what only goes together.

    In a title, which names and states nothing, it is a remark (W702).

    Parameters
    ----------
    passage : Passage
    ledger : Ledger
        Natures of the results that the passage states.

    Yields
    ------
    Fault
        One for each stretch, the longest where several words of the list overlap.
    """
    states = passage.kind == "claim"
    for sentence in passage.sentences():
        natures = {
            ledger[one.result_id].nature for one in sentence.bound if one.result_id in ledger
        }
        states = states or bool(natures - {"method"}) or bool(sentence.named)
        about_results = states or has("结果变量", own_words(sentence, ledger))
        if natures - {"count", "description", "method"} == {"effect"} and names_design(passage):
            continue  # a declared design bears the word within itself
        for start, end, word in _asserted(sentence, ledger, about_results):
            yield Fault(
                "W702" if passage.kind == "title" else "E706",
                passage,
                sentence.start + start,
                sentence.start + end,
                sentence.text[start:end],
                word.suggestion
                if "effect" not in natures
                else "同一段里写明声明过的时点设计（双重差分、中断时间序列……）",
                as_association(sentence.text, start) or word.suggestion,
            )


def _asserted(
    sentence: Sentence, ledger: Ledger, about_results: bool
) -> Iterator[tuple[int, int, CausalWord]]:
    """Words of the list that a sentence asserts; of overlapping ones the first and longest."""
    stretch = without_fixed_words(own_words(sentence, ledger))
    simulated = sentence.passage.reality == "模拟" or any(
        ledger[one.result_id].simulated for one in sentence.bound if one.result_id in ledger
    )
    found = sorted(
        (
            (match.start(), match.end(), word)
            for word in causal_words()
            for match in word.pattern.finditer(stretch)
            if match.group()
            and (about_results or word.everywhere or _is_done(stretch, match.start(), match.end()))
        ),
        key=lambda one: (one[0], -one[1]),
    )
    last = 0
    for start, end, word in found:
        if start < last or crosses_words(stretch, start, end):
            continue
        planted = simulated and has("设定", stretch[:end])
        if not planted and not is_of_method(stretch, start) and is_asserted(stretch, start, end):
            yield start, end, word
            last = end


def _is_done(stretch: str, start: int, end: int) -> bool:
    """Whether what a verb says is told as done: 激发了, 推动了."""
    return "了" in stretch[start : end + 1]


def as_association(said: str, at: int) -> str | None:
    """A wording with 与……相关 made of the clause of `said` around `at`; None where none can be made.

    Examples
    --------
    >>> as_association("组织创新提升了居民满意率。", 4)
    '“组织创新”与“居民满意率”相关（不是因果）'
    """
    first = max((said.rfind(mark, 0, at) for mark in "，。；：:"), default=-1) + 1
    clause = said[first:]
    for pattern in _WORDED:
        found = pattern.match(clause)
        if found and first + found.end() > at:
            parts = [_noun(shown(found[name])) for name in ("a", "b")]
            if all(parts):
                return f"“{parts[0]}”与“{parts[1]}”相关（不是因果）"
    return None


def _noun(stretch: str) -> str:
    """What stands before or behind a verb without what belongs to the verb: 议事会会 is 议事会."""
    noun = _HEAD.sub("", _TAIL.sub("", stretch))
    *before, last = words(noun) or ("",)
    return noun[:-1] if before and last == "会" and before[-1] != "议事" else noun
