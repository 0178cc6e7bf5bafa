"""What takes an assertion back: denials, questions, aims, suppositions, the words of others.

The words stand in ``context_words.csv``, a pattern a row, each with its reason and an example.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandera.pandas as pa

from pbgov.coding.ruling.negation import denied_stretches
from pbgov.datafiles import read_table
from pbgov.extraction.cues import read_cues
from pbgov.reporting.claims.passages import HIDDEN, hidden
from pbgov.schemas import text

if TYPE_CHECKING:
    from pbgov.extraction.cues import Cues
    from pbgov.reporting.claims.passages import Passage, Sentence
    from pbgov.reporting.ledger import Ledger

FILE = Path(__file__).with_name("context_words.csv")
ROLES = (
    *("固定词", "否定", "双重否定", "转折", "疑问", "目的", "建议", "假设"),
    *("转述", "自述", "方法", "结果变量", "设计", "设定"),
)
CONTEXT = pa.DataFrameSchema(
    {"role": text(among=ROLES), "pattern": text(), "reason": text(), "example": text()},
    unique=["role", "pattern"],
    name="context words",
)
_CLAUSE_ENDS = "，；：,;:（）()"
_REACH_OF_METHOD = 18
_STATEMENT = re.compile(
    r"[，。；！？]|了|导致|使得|造成|归因于|得益于|\b(?:is|are|was|were|lead\w*|cause\w*|improve\w*)\b"
)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    table = read_table(FILE, CONTEXT)
    return {
        str(role): re.compile("|".join(f"(?:{one})" for one in rows["pattern"]), re.IGNORECASE)
        for role, rows in table.groupby("role")
    }


def has(role: str, stretch: str) -> bool:
    """True where a text holds a word of some role."""
    return _patterns()[role].search(stretch) is not None


def without_fixed_words(stretch: str) -> str:
    """The text, of the same length, with compounds such as 促进会 and 影响因素 hidden."""
    return hidden(stretch, [one.span() for one in _patterns()["固定词"].finditer(stretch)])


def own_words(sentence: Sentence, ledger: Ledger) -> str:
    """A sentence without quotations, printed results, and what is given with its origin.

    In a claim only names may be given: a whole statement is the report's own, whoever it names. What
    the study itself calls something (a code, an indicator: it stands in what a result means) is a name.
    """
    passage = sentence.passage
    foreign = [(one.start, one.end) for one in passage.bound]
    foreign += [
        (start, end)
        for start, end in passage.exempt
        if passage.kind != "claim" or _is_name(passage.text[start:end], ledger)
    ]
    inside = [
        (start - sentence.start, end - sentence.start)
        for start, end in foreign
        if sentence.start <= start and end <= sentence.end
    ]
    return hidden(sentence.unquoted, inside)


def _is_name(given: str, ledger: Ledger) -> bool:
    return not _STATEMENT.search(given) or any(given in one.meaning for one in ledger.values())


@lru_cache(maxsize=4096)
def words(stretch: str) -> tuple[str, ...]:
    """The words of a text; together they are the text."""
    return tuple(_cues().words.cut(stretch))


@lru_cache(maxsize=1)
def _cues() -> Cues:
    return read_cues()


def crosses_words(stretch: str, start: int, end: int) -> bool:
    """True where ``stretch[start:end]`` begins or ends inside a word: 有效 in 没有|效果."""
    at = 0
    for word in words(stretch):
        last = at + len(word)
        begins_inside = at < start < last < end
        ends_inside = start < at < end < last
        if begins_inside or ends_inside:
            return True
        at = last
    return False


def is_asserted(stretch: str, start: int, end: int) -> bool:
    """Whether a sentence asserts in its own voice what ``stretch[start:end]`` says.

    Parameters
    ----------
    stretch : str
        One sentence, quotations hidden.
    start, end : int
        The word in question.

    Returns
    -------
    bool
        False where it is denied, asked, aimed at, supposed, or said by others. Two denials of the
        same thing assert it.
    """
    patterns = _patterns()
    before = stretch[:start]
    clause = _clause_before(stretch, start)
    if patterns["双重否定"].search(clause):
        return True
    if stretch.rstrip().endswith(("？", "?")) or patterns["疑问"].search(clause):
        return False
    done = "了" in stretch[start : end + 1]
    aimed_at = patterns["目的"].search(clause) or patterns["建议"].search(before)
    if patterns["假设"].search(before) or (not done and aimed_at):
        return False
    if patterns["转述"].search(before) and not patterns["自述"].search(before):
        return False
    if _denied_by_frame(clause):
        return False
    return not any(
        first < end and start < last for first, last in denied_stretches(stretch, [(start, end)])
    )


def _clause_before(stretch: str, start: int) -> str:
    """What stands before a word in its clause."""
    first = max((stretch.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1)
    return stretch[first + 1 : start]


def _denied_by_frame(clause: str) -> bool:
    """Whether a denial reaches to the end of what stands before a word: no turn stands between."""
    patterns = _patterns()
    denials = list(patterns["否定"].finditer(clause))
    return bool(denials) and not patterns["转折"].search(clause, denials[-1].end())


def is_of_method(stretch: str, start: int) -> bool:
    """Whether what does something is a fault of data or method: 编码误差会使系数偏离真值."""
    return has("方法", _clause_before(stretch, start)[-_REACH_OF_METHOD:])


def names_design(passage: Passage) -> bool:
    """Whether a passage names the design within which an effect may be spoken of."""
    return has("设计", passage.text)


def shown(stretch: str) -> str:
    """A stretch as findings show it, hidden characters left out."""
    return stretch.replace(HIDDEN, "").strip()
