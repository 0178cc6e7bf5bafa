"""Numbers in prose that no result binds: 108, １２.5%, 三个区, 六成以上, 一半, three districts.

A number is found from its characters; a Chinese numeral is one where it counts something (量词) or
is a share. What is a number and yet no finding (a year, an article, the level of an interval)
stands in ``number_rules.csv``, a rule a row, each with its reason, a text it lets pass and one that
is caught all the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.extraction.numerals import numerals
from pbgov.reporting.claims.passages import HIDDEN
from pbgov.schemas import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.claims.passages import Passage

FILE = Path(__file__).with_name("number_rules.csv")
KINDS = ("measure", "allow", "english")
SHARE = "%"

RULES = pa.DataFrameSchema(
    {
        "kind": text(among=KINDS),
        "pattern": text(),
        "reason": text(),
        "allowed": text(),
        "caught": text(),
    },
    unique=["kind", "pattern"],
    name="number rules",
)

_ARABIC = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*(?: ?[%％‰])?")
_SIMPLE = str.maketrans("兩萬億個區條項處種類組級層參拾佰仟", "两万亿个区条项处种类组级层参十百千")
_RARE = re.compile(r"[俩仨]|[廿卅][一二三四五六七八九]?")
_VAGUE = re.compile(r"[多余来几]?[ \u3000]?(?:以上|以下|左右|上下)?")


class Rules(NamedTuple):
    """The patterns of each kind; those that allow are asked one by one, since they overlap."""

    measure: re.Pattern[str]
    allow: tuple[re.Pattern[str], ...]
    english: re.Pattern[str]


def unbound_numbers(passage: Passage) -> list[tuple[int, int]]:
    """The stretches of a passage that state a number and are bound to no result.

    Parameters
    ----------
    passage : Passage

    Returns
    -------
    list of (start, end)
        Code points into the passage's text, ascending; without a number a passage gives none.
    """
    rules = _rules()
    bare = passage.bare.translate(_SIMPLE)
    allowed = [
        found.span()
        for read in (bare, passage.with_given.translate(_SIMPLE))
        for rule in rules.allow
        for found in rule.finditer(read)
    ]
    numeral_ends = {numeral.start: numeral.end for numeral in numerals(bare)}
    return [
        (start, end)
        for start, end in _numbers(bare, rules)
        if not any(
            first <= start and numeral_ends.get(start, end) <= last for first, last in allowed
        )
    ]


@lru_cache(maxsize=1)
def _rules() -> Rules:
    table = read_table(FILE, RULES)
    of_kind = {kind: list(table.loc[table["kind"] == kind, "pattern"]) for kind in KINDS}
    measure, english = (
        "|".join(f"(?:{one})" for one in of_kind[k]) for k in ("measure", "english")
    )
    return Rules(
        re.compile(measure),
        tuple(re.compile(one, re.IGNORECASE) for one in of_kind["allow"]),
        re.compile(english, re.IGNORECASE),
    )


def _numbers(bare: str, rules: Rules) -> Iterator[tuple[int, int]]:
    """Everything that reads as a number, from left to right, each stretch once."""
    found = {match.span() for match in _ARABIC.finditer(bare)}
    found |= {match.span() for match in rules.english.finditer(bare)}
    found |= {match.span() for match in _RARE.finditer(bare)}
    found |= {
        (place, place + 1)
        for place, char in enumerate(bare)
        if not char.isascii()
        and char not in "０１２３４５６７８９"
        and char.isdecimal()
        and unicodedata.category(char) == "Nd"
    }
    for numeral in numerals(bare):
        if not re.search("[0-9０-９]", bare[numeral.start : numeral.end]):
            end = _counts(bare, numeral.start, numeral.end, numeral.reading.unit, rules)
            if end is not None:
                found.add((numeral.start, end))
        elif numeral.reading.unit == SHARE:
            found.add((numeral.start, numeral.end))
    last = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield start, end
            last = end


def _counts(bare: str, start: int, end: int, unit: str, rules: Rules) -> int | None:
    """Where the count ends that a Chinese numeral makes; None where it counts nothing."""
    words = bare[start:end]
    if unit or words in ("一半", "半数", "过半", "过半数"):
        return _after_vague(bare, end)
    after = _after_vague(bare, end)
    if measured := rules.measure.match(bare, after):
        return measured.end()
    large = len(words) > 1 and re.search("[十百千万亿]", words) and words[0] not in "百千万亿"
    return end if large and HIDDEN not in words else None


def _after_vague(bare: str, end: int) -> int:
    """Where 多, 余, 以上 and their like end behind a numeral."""
    loose = _VAGUE.match(bare, end)
    return loose.end() if loose else end
