"""A printed table as a grid: headings by level, cells, and which columns hold numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.exhibits.numerals import reads_as_number

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit

_REFUSED = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x84\x86-\x9f]"
)
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Grid:
    """What a table prints, as plain text.

    Attributes
    ----------
    headings : tuple of tuple of str
        One tuple per column: its name, or the levels of its name from the outer to the inner.
    rows : tuple of tuple of str
    numbers : tuple of bool
        Whether most of a column's filled cells are numbers, so that it is aligned as such.
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

    Characters that turn the direction of reading (U+202E and its like) stand as ``[U+202E]``: in a
    text file nobody would see what they do.

    Raises
    ------
    InputError
        For a figure; where a text holds a control character.
    """
    if exhibit.kind != "table":
        raise InputError(
            f"exhibit {exhibit.exhibit_id!r} is a figure; LaTeX and Markdown print tables."
            " Write the figure as .png, .svg or .pdf and include the picture"
        )
    body: Any = exhibit.body

    def shown(text: str) -> str:
        return _shown(text, exhibit.exhibit_id)

    names = [name if isinstance(name, tuple) else (name,) for name in body.columns]
    rows = tuple(tuple(map(shown, row)) for row in exhibit.rows())
    note, source = exhibit.notes()
    return Grid(
        headings=tuple(tuple(shown(str(level)) for level in name) for name in names),
        rows=rows,
        numbers=tuple(map(_mostly_numbers, zip(*rows, strict=True))) or (False,) * len(names),
        caption=shown(exhibit.caption_text),
        note=shown(note),
        source=shown(source),
    )


def _mostly_numbers(cells: tuple[str, ...]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return 2 * sum(reads_as_number(cell.rstrip("*")) for cell in filled) > len(filled)


def _shown(text: str, exhibit_id: str) -> str:
    found = _REFUSED.search(text)
    if found:
        raise InputError(
            f"exhibit {exhibit_id!r} holds the character U+{ord(found.group()):04X} at position"
            f" {found.start()} of {text[:40]!r}; no text file should hold it, remove it"
        )
    return _TURNING.sub(lambda turn: f"[U+{ord(turn.group()):04X}]", text)
