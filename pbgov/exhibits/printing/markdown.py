"""A table as a Markdown pipe table that GitHub and pandoc read alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.exhibits.lines import text_width
from pbgov.exhibits.printing.grid import grid_of

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit

_MARKS = re.compile(
    r"""[\\`*_{}\[\]<>#|$~^@&!"']|:(?=//)|(?<=www)\.|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\."""
)
_BREAKS = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]\s*")


def markdown(exhibit: Exhibit) -> str:
    """The table with its caption above it, note and source below it.

    Parameters
    ----------
    exhibit : Exhibit
        A table.

    Returns
    -------
    str
        Every character that Markdown, or pandoc's extension of it, gives a meaning has a backslash
        before it; a line break inside a cell is a space, since a pipe table has no other.

    Raises
    ------
    InputError
        For a figure.
    """
    grid = grid_of(exhibit)
    header = [_escaped(" / ".join(filter(None, levels))) for levels in grid.headings]
    rows = [[_escaped(cell) for cell in row] for row in grid.rows]
    widths = [max(map(text_width, column)) for column in zip(header, *rows, strict=True)]
    rules = [
        f"{'-' * max(3, width - 1)}:" if number else f":{'-' * max(3, width - 1)}"
        for width, number in zip(widths, grid.numbers, strict=True)
    ]
    lines = [_line(header), _line(rules), *map(_line, rows)]
    return "\n\n".join(
        [
            f"**{_escaped(grid.caption)}**",
            "\n".join(lines),
            _escaped(grid.note),
            _escaped(grid.source),
        ]
    ) + "\n"  # fmt: skip


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """`text` on one line, such that it prints as it is."""
    line = _BREAKS.sub(" ", text.strip()).replace("\t", " ")
    return _MARKS.sub(r"\\\g<0>", line)
