"""What is missing behind numbers of one column, so that their decimal points stand in line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"[(\[<>≤]*[+−-]?[\d,]+(?P<behind>(?:\.\d+)?%?[)\]]*\**)")


def padded(cells: Sequence[str]) -> list[str]:
    """For each cell, the signs that would have to stand behind it to be as long as the longest.

    Only single numbers take part, in brackets or with stars or not; intervals and words keep their
    place at the right.

    Examples
    --------
    >>> padded(["0.12", "(0.05)", "3", "—"])
    [')', '', '.12)', '']
    """
    behind = [found["behind"] if (found := _NUMBER.fullmatch(cell)) else None for cell in cells]
    parts = [("", "") if one is None else _parts(one) for one in behind]
    digits = max((one for one, _ in parts), key=len, default="")
    signs = max((one for _, one in parts), key=len, default="")
    return [
        "" if one is None else digits[len(mine) :] + signs[len(my_signs) :]
        for one, (mine, my_signs) in zip(behind, parts, strict=True)
    ]


def _parts(behind: str) -> tuple[str, str]:
    """What stands behind a whole number: the point with its digits, then signs."""
    digits = re.match(r"[.\d]*", behind)
    end = digits.end() if digits else 0
    return behind[:end], behind[end:]
