"""An exhibit as HTML that needs nothing from outside: for notebooks and for the report page."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from pbgov.exhibits.numerals import mostly_numbers

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit

NUMBER_CELL = ' class="number" style="text-align:right"'
WORD_CELL = ' style="text-align:left"'


def exhibit_markup(exhibit: Exhibit, number: int | None = None) -> str:
    """The exhibit as an HTML ``<figure>``; every text in it is escaped.

    Parameters
    ----------
    exhibit : Exhibit
    number : int, optional
        Number of the caption; without it the title stands alone.

    Returns
    -------
    str
        A figure is embedded as an SVG data address.
    """
    caption = exhibit.caption_text if number is None else exhibit.caption(number)
    heading = f"<figcaption>{escape(caption)}</figcaption>"
    note, source = exhibit.notes()
    below = (
        f'<p class="exhibit-note">{escape(note)}</p><p class="exhibit-note">{escape(source)}</p>'
    )
    body = table_markup(exhibit) if exhibit.kind == "table" else image_markup(exhibit, caption)
    parts = [heading, body] if exhibit.kind == "table" else [body, heading]
    kind = f"exhibit {exhibit.kind}" + (" simulated" if exhibit.simulated else "")
    return f'<figure class="{kind}" id="{exhibit.exhibit_id}">{"".join(parts)}{below}</figure>'


def table_markup(exhibit: Exhibit) -> str:
    """The printed table, numbers aligned right and words left.

    The alignment stands in each cell: JupyterLab's own style would push every column to the right.
    """
    rows = exhibit.rows()
    header = exhibit.header()
    number = numeric_columns(header, rows)
    classes = [NUMBER_CELL if is_number else WORD_CELL for is_number in number]
    head = "".join(f"<th{c}>{escape(n)}</th>" for n, c in zip(header, classes, strict=True))
    lines = [
        "<tr>"
        + "".join(f"<td{c}>{escape(cell)}</td>" for cell, c in zip(row, classes, strict=True))
        + "</tr>"
        for row in rows
    ]
    return (
        '<div class="table-frame"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def image_markup(exhibit: Exhibit, caption: str) -> str:
    """The figure, with its caption and note as the text for those who cannot see it."""
    picture = base64.b64encode(exhibit.image("svg")).decode()
    spoken = escape(f"{caption}。{exhibit.notes()[0]}", quote=True)
    return f'<img alt="{spoken}" src="data:image/svg+xml;base64,{picture}">'


def numeric_columns(header: list[str], rows: list[list[str]]) -> list[bool]:
    """Whether each column of a printed table is one of numbers; without rows, none is."""
    if not rows:
        return [False] * len(header)
    return [mostly_numbers(column) for column in zip(*rows, strict=True)]
