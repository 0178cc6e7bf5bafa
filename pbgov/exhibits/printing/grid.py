"""A printed table as a grid: headings by level, cells, and which columns hold numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.exhibits.numerals import mostly_numbers
from pbgov.exhibits.visible_text import printable

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit


@dataclass(frozen=True)
class Grid:
    """What a table prints, as plain text.

    Attributes
    ----------
    headings : tuple of tuple of str
        One tuple per column: its name, or the levels of its name from the outer to the inner.
    rows : tuple of tuple of str
    numbers : tuple of bool
        Whether a column is one of numbers (`pbgov.exhibits.numerals.mostly_numbers`).
    caption, note, source : str
    """

    headings: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    caption: str
    note: str
    source: str


def grid_of(exhibit: Exhibit) -> Grid:
    """The printed content of a table.

    Control characters and those that turn the direction of reading stand as ``〔U+202E〕``: in a
    text file nobody would see what they do.

    Raises
    ------
    InputError
        For a figure.
    """
    if exhibit.kind != "table":
        raise InputError(
            f"exhibit {exhibit.exhibit_id!r} is a figure; LaTeX and Markdown print tables."
            " Write the figure as .png, .svg or .pdf and include the picture"
        )
    body: Any = exhibit.body
    names = [name if isinstance(name, tuple) else (name,) for name in body.columns]
    rows = tuple(tuple(map(printable, row)) for row in exhibit.rows())
    note, source = exhibit.notes()
    return Grid(
        headings=tuple(tuple(printable(str(level)) for level in name) for name in names),
        rows=rows,
        numbers=tuple(map(mostly_numbers, zip(*rows, strict=True))) or (False,) * len(names),
        caption=printable(exhibit.caption_text),
        note=printable(note),
        source=printable(source),
    )
