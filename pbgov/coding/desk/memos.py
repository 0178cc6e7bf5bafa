"""The memo of a coding, which also says whether the coding is a secondary one."""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from pbgov.coding.codings import is_secondary
from pbgov.coding.rules import SECONDARY

_RANK = re.compile(rf"(?:^|[;；])\s*(?:{SECONDARY}|secondary)\s*(?=$|[;；])")


@lru_cache(maxsize=4096)
def names_rank(memo: str) -> bool:
    """True where `pbgov.coding.codings.is_secondary` takes a coding with this memo for secondary."""
    return bool(is_secondary(pd.DataFrame({"memo": [memo]})).iloc[0])


def words_of(memo: str) -> str:
    """The memo as its writer typed it, without the mark of a secondary coding.

    Examples
    --------
    >>> words_of("次要；先立规则，后建队伍")
    '先立规则，后建队伍'
    """
    return _RANK.sub("", memo).lstrip(";； ").strip() if names_rank(memo) else memo


def with_rank(words: str, *, secondary: bool) -> str:
    """The memo to be written: the words, and before them the mark of a secondary coding.

    Examples
    --------
    >>> with_rank("先立规则", secondary=True), with_rank("", secondary=True)
    ('次要；先立规则', '次要')
    """
    if not secondary:
        return words
    return f"{SECONDARY}；{words}" if words else SECONDARY
