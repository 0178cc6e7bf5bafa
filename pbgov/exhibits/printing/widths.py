"""How a table is made to fit a page of LaTeX: type size, columns that break, the page turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.exhibits.lines import text_width, wrap
from pbgov.exhibits.printing.alignment import padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.exhibits.printing.grid import Grid

LONGEST = 40
"""Lines that still fit one page; a longer table runs over several."""
LEAST_WORDS = 12
LEAST_NUMBER = 12
_NOTE_WIDTH = 100
_NOTE_HEIGHT = 0.75


@dataclass(frozen=True)
class Setting:
    """How a table is set.

    Attributes
    ----------
    size : str
        Command of the type size; '' is that of the text.
    room : int
        Half-width characters that a line holds: 15 cm upright, 24 cm on a turned page.
    gap : float
        How many of them each column leaves empty.
    turned : bool
        Whether the page lies on its side.
    """

    size: str
    room: int
    gap: float
    turned: bool = False

    @property
    def commands(self) -> list[str]:
        """What stands before the table."""
        tight = ["\\setlength{\\tabcolsep}{3pt}"] if self.gap < _WIDE_GAP else []
        return [self.size, *tight] if self.size else []


_WIDE_GAP = 2.3
_SETTINGS = (
    Setting("", 80, _WIDE_GAP),
    Setting("\\small", 92, _WIDE_GAP),
    Setting("\\footnotesize", 104, 1.2),
    Setting("\\small", 145, _WIDE_GAP, turned=True),
    Setting("\\footnotesize", 165, 1.2, turned=True),
    Setting("\\scriptsize", 190, 1.2, turned=True),
)


def setting_for(grid: Grid) -> tuple[Setting, str]:
    """The first setting whose line holds the table, and the specification of its columns."""
    natural = _natural_widths(grid)
    words = [not number for number in grid.numbers]
    least = [
        min(width, LEAST_WORDS) if word else width
        for width, word in zip(natural, words, strict=True)
    ]
    for setting in _SETTINGS:
        free = setting.room - setting.gap * len(natural)
        if sum(least) <= free:
            break
    return setting, _columns(natural, words, free, setting.room)


def over_pages(grid: Grid) -> bool:
    """Whether table and note are too high for one page."""
    note_lines = (text_width(grid.note) + text_width(grid.source)) / _NOTE_WIDTH
    return len(grid.rows) > LONGEST or len(grid.rows) + _NOTE_HEIGHT * note_lines > LONGEST + 5


def heading_lines(name: str, column: Sequence[str], number: bool) -> list[str]:
    """A heading in the lines it is printed in: one, or several above a narrow column of numbers."""
    if not number:
        return [name]
    return wrap(name, max(LEAST_NUMBER, *map(text_width, column)))


def columns_of(grid: Grid) -> list[tuple[str, ...]]:
    """The cells of each column."""
    return list(zip(*grid.rows, strict=True)) or [()] * len(grid.headings)


def _natural_widths(grid: Grid) -> list[int]:
    widths = []
    for levels, column, number in zip(grid.headings, columns_of(grid), grid.numbers, strict=True):
        beyond = padded(column) if number else [""] * len(column)
        printed = [cell + more for cell, more in zip(column, beyond, strict=True)]
        lines = heading_lines(levels[-1], column, number)
        widths.append(max(map(text_width, [*printed, *lines]), default=0))
    return widths


def _columns(natural: list[int], words: list[bool], free: float, room: int) -> str:
    """Columns of which the widest words break, each getting its part of the room that is left."""
    breaking = set()
    share = 0.0
    if sum(natural) > free:
        breaking = {n for n, word in enumerate(words) if word and natural[n] > LEAST_WORDS}
    while breaking:
        rest = free - sum(width for n, width in enumerate(natural) if n not in breaking)
        share = max(rest / len(breaking), LEAST_WORDS)
        narrow = {n for n in breaking if natural[n] <= share}
        if not narrow:
            break
        breaking -= narrow
    paragraph = f">{{\\raggedright\\arraybackslash}}p{{{share / room:.3f}\\linewidth}}"
    return "".join(
        paragraph if n in breaking else ("l" if word else "r") for n, word in enumerate(words)
    )
