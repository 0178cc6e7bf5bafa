"""Whether a name written in Latin letters is a Chinese one: GB/T 7714-2025 does not shorten those.

The syllables (pinyin.csv: what may follow each initial) are those of Hanyu Pinyin without tones; the
surnames are the common ones. A foreign name that happens to be made of the same letters (Long, Dan)
cannot be told from them.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".csv")


def is_pinyin(family: str, given: str) -> bool:
    """Whether a person's name is a Chinese one in Hanyu Pinyin, given name in full.

    Parameters
    ----------
    family, given : str
        "Li" and "Jiangning" is one; "Li" and "J." is not, because nothing is left to shorten.
    """
    family, given = family.casefold().replace(" ", ""), given.casefold().strip()
    return family in _surnames() and len(given) > 1 and bool(_given_name().fullmatch(given))


def _rows(kind: str) -> list[tuple[str, list[str]]]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return [
            (row["initial"], row["letters"].split())
            for row in csv.DictReader(lines)
            if row["kind"] == kind
        ]


@cache
def _surnames() -> frozenset[str]:
    return frozenset(name for _, names in _rows("surnames") for name in names)


@cache
def _given_name() -> re.Pattern[str]:
    """One or two syllables."""
    syllables = {initial + final for initial, finals in _rows("finals") for final in finals}
    listed = "|".join(sorted(syllables, key=lambda one: (-len(one), one)))
    return re.compile(f"(?:{listed})(?:['’ -]?(?:{listed}))?")
