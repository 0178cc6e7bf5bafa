"""What a caller may ask of the verbs of mining: refused in words before anything is counted."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.mining.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

SEGMENT_COLUMNS = ("doc_id", "segment_id", "kind", "start", "end", "text")


def check_table(name: str, table: object, columns: Sequence[str], made_by: str) -> None:
    """Refuse what is no table, or lacks columns, naming the verb that makes such a table.

    Raises
    ------
    InputError
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"{name} is a {type(table).__name__}; give the DataFrame that {made_by} makes."
        )
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise InputError(
            f"{name} has no column {', '.join(map(repr, absent))}; it has"
            f" {', '.join(map(repr, table.columns))}. {made_by} makes a whole one."
        )


def check_segments(segments: object) -> None:
    """Refuse what is no table of segments.

    Raises
    ------
    InputError
    """
    check_table("segments", segments, SEGMENT_COLUMNS, "pbgov.segment")


def check_lexicon(lexicon: object) -> None:
    """Refuse what is no lexicon, such as the path of one.

    Raises
    ------
    InputError
    """
    if not isinstance(lexicon, Lexicon):
        raise InputError(
            f"lexicon is a {type(lexicon).__name__}; give what pbgov.read_lexicon(folder) returns."
        )


def check_whole(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number, or one below the least.

    Raises
    ------
    InputError
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least:  # type: ignore[operator]
        raise InputError(f"{name} is {value!r}; give a whole number, {least} or more.")


def check_terms(name: str, terms: object) -> None:
    """Refuse what is neither one term nor a sequence of terms.

    Raises
    ------
    InputError
    """
    several = isinstance(terms, list | tuple | set | frozenset | pd.Series | pd.Index)
    if isinstance(terms, str) or (several and all(isinstance(each, str) for each in terms)):  # type: ignore[attr-defined]
        return
    raise InputError(
        f"{name} is {terms!r}; give a term or a list of terms, such as ['网格', '协商']."
    )
