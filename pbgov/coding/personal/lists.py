"""The word lists by which personal names are told, open to a researcher's eye.

``surnames.csv``
    term; frequent (是: borne by a large share of the population); everyday (是: the character is
    also a common word, so that it says little by itself); source.
``names.csv``
    Words by what they tell about the name beside them: term, role, source. 职务 and 身份 stand before
    a name, 职务, 称谓 and 亲称 behind it, 前称 before a surname; 言说, 任职 and 任事 are what persons do, 引入
    what leads to a name; 名字 are characters of given names, 非名 characters that are none, 地尾 those that
    names of places and things end in; 译音 are
    the characters foreign names are written with, 民族名 parts of names without a surname.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.schemas import text

FOLDER = Path(__file__).parent
ROLES = (
    "职务",
    "身份",
    "称谓",
    "亲称",
    "前称",
    "言说",
    "任职",
    "任事",
    "引入",
    "非名",
    "地尾",
    "名字",
    "译音",
    "民族名",
)
YES_NO = ("是", "否")

SURNAMES = pa.DataFrameSchema(
    {
        "term": text(unique=True),
        "frequent": text(among=YES_NO),
        "everyday": text(among=YES_NO),
        "source": text(),
    },
    name="surnames",
)
NAME_WORDS = pa.DataFrameSchema(
    {"term": text(), "role": text(among=ROLES), "source": text()},
    unique=["term", "role"],
    name="words beside names",
)


@dataclass(frozen=True, eq=False)
class NameLists:
    """The two lists.

    Attributes
    ----------
    surnames : frozenset of str
        Of one character or two.
    frequent, everyday : frozenset of str
        Some of them.
    roles : dict
        Role to its terms, the longest first.
    """

    surnames: frozenset[str]
    frequent: frozenset[str]
    everyday: frozenset[str]
    roles: dict[str, tuple[str, ...]]

    def ends(self, text: str, *roles: str) -> bool:
        """True where a text ends in a word of some roles."""
        return any(text.endswith(self.roles[role]) for role in roles)

    def begins(self, text: str, *roles: str) -> bool:
        """True where a text begins with a word of some roles."""
        return any(text.startswith(self.roles[role]) for role in roles)

    def is_written_with(self, text: str, role: str) -> bool:
        """True where every character of a text is one of a role."""
        return all(character in self.roles[role] for character in text)


@lru_cache(maxsize=1)
def read_name_lists() -> NameLists:
    """The packaged lists."""
    surnames = read_table(FOLDER / "surnames.csv", SURNAMES)
    words = read_table(FOLDER / "names.csv", NAME_WORDS)
    return NameLists(
        frozenset(surnames["term"]),
        frozenset(surnames.loc[surnames["frequent"] == "是", "term"]),
        frozenset(surnames.loc[surnames["everyday"] == "是", "term"]),
        {
            role: tuple(
                sorted(words.loc[words["role"] == role, "term"], key=lambda t: (-len(t), t))
            )
            for role in ROLES
        },
    )
