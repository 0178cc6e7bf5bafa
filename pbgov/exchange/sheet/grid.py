"""The cells of a sheet as texts, and what a stray or a merged cell does to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbgov.corpus.formats.container import Container

MOST_CELLS = 5_000_000  # rows times columns; more means a stray cell, far from the others
MOST_MERGED = 10_000  # cells in one merged range
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)")


def table_of(sheet: Any, path: Path) -> list[list[str]]:
    """The texts of a sheet, row by row, as far as there are any.

    Raises
    ------
    DataFileError
        E230 where the sheet is empty; E240 where a cell stands so far from the others that the
        table between them could not be held.
    """
    filled = {place: text for place, cell in sheet._cells.items() if (text := cell_text(cell))}
    if not filled:
        raise DataFileError([Finding("E230", str(path), seen=sheet.title)])
    height, width = (max(place[axis] for place in filled) for axis in (0, 1))
    if height * width > MOST_CELLS:
        row, column = max(filled, key=lambda place: place[0] * place[1])
        place = sheet.cell(row, column).coordinate
        raise DataFileError([Finding("E240", str(path), row, place, filled[row, column][:80])])
    table = [[""] * width for _ in range(height)]
    for (row, column), text in filled.items():
        table[row - 1][column - 1] = text
    return table


def cell_text(cell: Any) -> str:
    """What stands in a cell as text: whole numbers without a point, empty cells as ''."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def merged_cells(sheet: Any, path: Path) -> Iterator[Finding]:
    """E241 for each merged range: a spreadsheet keeps one judgement of it and drops the others."""
    for one in sorted(sheet.merged_cells.ranges, key=lambda one: one.bounds):
        yield Finding("E241", str(path), one.min_row, one.coord, seen=one.coord)


def refuse_wide_merges(parts: Container, path: Path) -> None:
    """Raise E241 where a merged range is so wide that opening it would fill the memory."""
    from openpyxl.utils import column_index_from_string as number

    for member in parts.members:
        if not member.filename.lower().startswith("xl/worksheets/"):
            continue
        for left, top, right, bottom in _MERGED.findall(parts.read(member)):
            wide = number(right.decode()) - number(left.decode()) + 1
            if wide * (int(bottom) - int(top) + 1) > MOST_MERGED:
                seen = f"{left.decode()}{int(top)}:{right.decode()}{int(bottom)}"
                raise DataFileError([Finding("E241", str(path), int(top), seen, seen=seen)])
