"""How wide the columns of a printed table are, and in what size it is set."""

from __future__ import annotations

from math import ceil

from pbgov.exhibits.lines import pieces, text_width
from pbgov.exhibits.markup import numeric_columns
from pbgov.exhibits.numerals import is_number_cell

TEXT_CM = 15.4  # 21 cm less two margins of 2.8 cm
TABLE_SIZES = (10.5, 9.0, 8.0, 7.0)
CELL_PADDING_CM = 0.12
MOST_COLUMNS = 60
"""Word opens no table of more than 63 columns."""

# widths in ems of the type size
LATIN_EMS = 0.64
TEXT_COLUMN_EMS = 6.0
HEADER_EMS = 3.0
WIDEST_COLUMN_EMS = 30.0
LONGEST_WORD_EMS = 12.0
SLACK_EMS = 0.3


def column_widths(
    header: list[str],
    rows: list[list[str]],
    text_cm: float = TEXT_CM,
    sizes: tuple[float, ...] = TABLE_SIZES,
) -> tuple[list[float], float]:
    """Column widths in cm that fill the text width, and the largest type size that allows them.

    Numbers are never broken where `fit_on_a_line` is true; columns of words share what the numbers
    leave.

    Parameters
    ----------
    header, rows : lists of str
        The printed table.
    text_cm : float
        Width of a line.
    sizes : tuple of float
        Type sizes in points, the preferred first.
    """
    room = _room(len(header), text_cm)
    least, most = _least_and_most(header, rows)
    size = next((size for size in sizes if sum(least) * _em(size) <= room), sizes[-1])
    room /= _em(size)
    if sum(least) > room:
        shares = least
    elif sum(most) <= room:
        shares = most
    else:
        spare = (room - sum(least)) / (sum(most) - sum(least))
        shares = [low + (high - low) * spare for low, high in zip(least, most, strict=True)]
    stretch = room / sum(shares) * _em(size)
    return [share * stretch + 2 * padding(len(header), text_cm) for share in shares], size


def fit_on_a_line(
    header: list[str], rows: list[list[str]], text_cm: float, sizes: tuple[float, ...]
) -> bool:
    """Whether the columns have room on a line in one of these sizes, no number and no word broken."""
    least, _ = _least_and_most(header, rows)
    return sum(least) * _em(sizes[-1]) <= _room(len(header), text_cm)


def column_groups(
    header: list[str], rows: list[list[str]], text_cm: float, sizes: tuple[float, ...]
) -> list[list[int]]:
    """The columns in groups that have room on a line, the first column at the head of each group.

    A table with room for all its columns is one group; otherwise the groups are about equally
    large. A group holds `MOST_COLUMNS` at most.
    """

    def has_room(group: list[int]) -> bool:
        named = [header[n] for n in group]
        cells = [[row[n] for n in group] for row in rows]
        return len(group) <= MOST_COLUMNS and fit_on_a_line(named, cells, text_cm, sizes)

    groups: list[list[int]] = []
    group = [0] if header else []
    for column in range(1, len(header)):
        wider = [*group, column]
        if not has_room(wider) and len(group) > 1:
            groups.append(group)
            wider = [0, column]
        group = wider
    groups.append(group)
    each = ceil((len(header) - 1) / len(groups)) or 1
    even = [[0, *range(n, min(n + each, len(header)))] for n in range(1, len(header), each)]
    return even if len(groups) > 1 and all(map(has_room, even)) else groups


def padding(columns: int, text_cm: float) -> float:
    """Room at either side of a cell in cm: less where there are very many columns."""
    return min(CELL_PADDING_CM, text_cm / (4 * columns))


def lines_needed(rows: list[list[str]], widths: list[float], size: float) -> int:
    """How many lines the rows take when printed in these columns, about."""
    return sum(
        max(ceil(_ems(cell) * _em(size) / width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def unbroken(cell: str) -> float:
    """Width in ems of what may not be broken: a whole number or interval, else the longest word.

    A longer word, such as an address, is broken.
    """
    if is_number_cell(cell):
        return _ems(cell)
    return min(max(map(_ems, pieces(cell)), default=0.0), LONGEST_WORD_EMS)


def _room(columns: int, text_cm: float) -> float:
    return text_cm - 2 * padding(columns, text_cm) * columns


def _least_and_most(header: list[str], rows: list[list[str]]) -> tuple[list[float], list[float]]:
    both = [_column_ems(*column) for column in zip(header, *rows, strict=True)]
    return [low for low, _ in both], [high for _, high in both]


def _column_ems(header: str, *cells: str) -> tuple[float, float]:
    """Least and greatest sensible width of a column, in ems of its type size."""
    widest = max(map(_ems, (header, *cells)))
    number = numeric_columns([header], [[cell] for cell in cells])[0]
    room = HEADER_EMS if number else TEXT_COLUMN_EMS
    low = max(*map(unbroken, (header, *cells)), min(room, widest)) + SLACK_EMS
    return low, max(low, min(WIDEST_COLUMN_EMS, widest + SLACK_EMS))


def _ems(text: str) -> float:
    """Width of `text` in ems; Latin letters and digits are taken as wide as any common font's."""
    wide = text_width(text) - len(text)
    return wide + LATIN_EMS * (len(text) - wide)


def _em(size: float) -> float:
    return size * 2.54 / 72
