"""How wide the columns of a printed table are, and in what size it is set."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from pbgov.exhibits.lines import pieces, text_width
from pbgov.exhibits.markup import numeric_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT_CM = 15.4  # 21 cm less two margins of 2.8 cm
TABLE_SIZES = (10.5, 9.0, 8.0, 7.0)
CELL_PADDING_CM = 0.12

# widths in ems of the type size
LATIN_EMS = 0.64
TEXT_COLUMN_EMS = 6.0
HEADER_EMS = 3.0
WIDEST_COLUMN_EMS = 30.0
LONGEST_WORD_EMS = 12.0
SLACK_EMS = 0.3


def column_widths(header: list[str], rows: list[list[str]]) -> tuple[list[float], float]:
    """Column widths in cm that fill the text width, and the largest type size that allows them.

    Numbers are never broken; columns of words share what the numbers leave.
    """
    columns = list(zip(header, *rows, strict=True))
    number = numeric_columns(header, rows)
    room = TEXT_CM - 2 * CELL_PADDING_CM * len(columns)
    least, most = [], []
    for column, is_number in zip(columns, number, strict=True):
        low, high = _column_ems(column, is_number)
        least.append(low)
        most.append(high)
    size = next((size for size in TABLE_SIZES if sum(least) * _em(size) <= room), TABLE_SIZES[-1])
    room /= _em(size)
    if sum(least) > room:
        shares = least
    elif sum(most) <= room:
        shares = most
    else:
        spare = (room - sum(least)) / (sum(most) - sum(least))
        shares = [low + (high - low) * spare for low, high in zip(least, most, strict=True)]
    stretch = room / sum(shares) * _em(size)
    return [share * stretch + 2 * CELL_PADDING_CM for share in shares], size


def lines_needed(rows: list[list[str]], widths: list[float], size: float) -> int:
    """How many lines the rows take when printed in these columns, about."""
    return sum(
        max(ceil(_ems(cell) * _em(size) / width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def _column_ems(column: Sequence[str], is_number: bool) -> tuple[float, float]:
    """Least and greatest sensible width of a column, in ems of its type size."""
    header, *cells = column
    widest = max(map(_ems, column))
    unbroken = max(_ems(piece) for cell in column for piece in pieces(cell) or [""])
    if not is_number:
        unbroken = min(unbroken, LONGEST_WORD_EMS)  # a longer one, such as an address, is broken
    needed = max(map(_ems, cells), default=0.0) if is_number else min(TEXT_COLUMN_EMS, widest)
    low = max(needed, unbroken, min(HEADER_EMS, _ems(header))) + SLACK_EMS
    return low, max(low, min(WIDEST_COLUMN_EMS, widest + SLACK_EMS))


def _ems(text: str) -> float:
    """Width of `text` in ems; Latin letters and digits are taken as wide as any common font's."""
    wide = text_width(text) - len(text)
    return wide + LATIN_EMS * (len(text) - wide)


def _em(size: float) -> float:
    return size * 2.54 / 72
