"""A table as LaTeX: three lines, note and source under them, ready for a Chinese or English paper."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from pbgov.exhibits.lines import text_width, wrap
from pbgov.exhibits.printing.alignment import padded
from pbgov.exhibits.printing.grid import grid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.exhibits.printing.grid import Grid

NEEDS = (
    "% \\usepackage{array,booktabs,longtable,threeparttable}"
    "; Chinese text: \\documentclass{ctexart}, XeLaTeX or LuaLaTeX"
)
LONGEST = 40
"""Rows that still fit one page; a longer table runs over several."""

_SIZES = (
    ("", 80, 2.3),
    ("\\small", 89, 2.3),
    ("\\footnotesize", 102, 1.2),
    ("\\scriptsize", 118, 1.0),
)
"""Type size, half-width characters that a 15 cm line then holds, and what the gap of a column takes."""
_LEAST_WORDS = 12
_LEAST_NUMBER = 8
_BREAKS = re.compile(r"[ \t]*[\r\n\v\f\x85\u2028\u2029][ \t\r\n\v\f\x85\u2028\u2029]*")
_ESCAPED = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "#": "\\#",
    "%": "\\%",
    "_": "\\_",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    '"': "\\textquotedbl{}",
    "`": "\\textasciigrave{}",
    "'": "\\textquotesingle{}",
    "[": "{[}",
    "]": "{]}",
    "\u00a0": "~",
    "−": "$-$",
    "×": "$\\times$",
    "±": "$\\pm$",
    "≤": "$\\leq$",
    "≥": "$\\geq$",
    "≠": "$\\neq$",
    "≈": "$\\approx$",
    "∞": "$\\infty$",
    "∩": "$\\cap$",
    "√": "$\\surd$",
    "→": "$\\rightarrow$",
    "←": "$\\leftarrow$",
    "⇒": "$\\Rightarrow$",
    "¬": "$\\neg$",
    "○": "$\\circ$",
    "●": "$\\bullet$",
    "²": "\\textsuperscript{2}",
    "³": "\\textsuperscript{3}",
    **{
        letter: f"${name}$"
        for letter, name in zip(
            "αβγδεζηθικλμνξπρστυφχψωΔΣΩ",
            (
                "\\alpha", "\\beta", "\\gamma", "\\delta", "\\varepsilon", "\\zeta", "\\eta",
                "\\theta", "\\iota", "\\kappa", "\\lambda", "\\mu", "\\nu", "\\xi", "\\pi",
                "\\rho", "\\sigma", "\\tau", "\\upsilon", "\\varphi", "\\chi", "\\psi", "\\omega",
                "\\Delta", "\\Sigma", "\\Omega",
            ),
            strict=True,
        )
    },
}  # fmt: skip
_SPECIAL = re.compile("|".join(map(re.escape, _ESCAPED)) + "|--+")


def latex(exhibit: Exhibit) -> str:
    r"""The table as a float of booktabs lines, with caption, label, note and source.

    Parameters
    ----------
    exhibit : Exhibit
        A table. Levels of column names become grouped headings.

    Returns
    -------
    str
        To be read by ``\input``; the first line names the packages it needs. The label is the
        exhibit's id. Numbers stand with their decimal points one below the other, with a true
        minus. More than `LONGEST` rows make a ``longtable``. Words too wide for the line are set in columns
        that break, wide tables in smaller type.

    Raises
    ------
    InputError
        For a figure, or a control character in the table.
    """
    grid = grid_of(exhibit)
    size, columns = _measured(grid)
    top = [*_headings(grid), "\\midrule"]
    rows = _rows(grid)
    if len(rows) > LONGEST:
        return _over_pages(exhibit.exhibit_id, grid, size, columns, top, rows)
    lines = [
        NEEDS,
        "\\begin{table}[htbp]",
        "\\centering",
        *size,
        "\\begin{threeparttable}",
        f"\\caption{{{escaped(grid.caption)}}}",
        f"\\label{{{exhibit.exhibit_id}}}",
        f"\\begin{{tabular*}}{{\\linewidth}}{{@{{\\extracolsep{{\\fill}}}}{columns}}}",
        "\\toprule",
        *top,
        *rows,
        "\\bottomrule",
        "\\end{tabular*}",
        "\\begin{tablenotes}[flushleft]",
        "\\footnotesize",
        f"\\item {escaped(grid.note)}",
        f"\\item {escaped(grid.source)}",
        "\\end{tablenotes}",
        "\\end{threeparttable}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _over_pages(
    exhibit_id: str, grid: Grid, size: list[str], columns: str, top: list[str], rows: list[str]
) -> str:
    lines = [
        NEEDS,
        "\\begingroup",
        *size,
        f"\\begin{{longtable}}{{{columns}}}",
        f"\\caption{{{escaped(grid.caption)}}}\\label{{{exhibit_id}}}\\\\",
        "\\toprule",
        *top,
        "\\endfirsthead",
        "\\toprule",
        *top,
        "\\endhead",
        "\\bottomrule",
        "\\endfoot",
        *rows,
        "\\end{longtable}",
        "\\noindent\\begin{minipage}{\\linewidth}",
        "\\footnotesize",
        f"{escaped(grid.note)}\\par",
        f"{escaped(grid.source)}",
        "\\end{minipage}",
        "\\endgroup",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """`text` such that LaTeX prints it and carries nothing of it out; a line break is a space."""
    line = _BREAKS.sub(" ", text.strip()).replace("\t", " ")
    return _SPECIAL.sub(_printed, line)


def _printed(found: re.Match[str]) -> str:
    sign = found.group()
    return _ESCAPED.get(sign) or "{}".join([*sign, ""])


def _measured(grid: Grid) -> tuple[list[str], str]:
    """Commands of type size and the column specification that let the table fit the line."""
    cells = list(zip(*grid.rows, strict=True)) or [()] * len(grid.headings)
    natural = [
        max(map(text_width, (*column, *_lines(levels[-1], column, number))), default=0)
        for levels, column, number in zip(grid.headings, cells, grid.numbers, strict=True)
    ]
    words = [not number for number in grid.numbers]
    for size, room, gap in _SIZES:
        free = room - gap * len(natural)
        if sum(natural) <= free:
            return _sized(size), "".join("l" if word else "r" for word in words)
        least = sum(
            min(w, _LEAST_WORDS) if word else w for w, word in zip(natural, words, strict=True)
        )
        if least <= free:
            break
    return _sized(size), _breaking(natural, words, free)


def _sized(size: str) -> list[str]:
    tight = ["\\setlength{\\tabcolsep}{3pt}"] if size in ("\\footnotesize", "\\scriptsize") else []
    return [size, *tight] if size else []


def _breaking(natural: list[int], words: list[bool], free: float) -> str:
    """Columns of which the widest words break, each getting its part of the room that is left."""
    widths: list[float] = list(map(float, natural))
    breaking = {place for place, word in enumerate(words) if word and natural[place] > _LEAST_WORDS}
    while breaking:
        room = free - sum(w for place, w in enumerate(widths) if place not in breaking)
        share = max(room / len(breaking), _LEAST_WORDS)
        narrow = {place for place in breaking if natural[place] <= share}
        if not narrow:
            break
        breaking -= narrow
    said = []
    for place, word in enumerate(words):
        if place in breaking:
            part = max(0.05, share / free * 0.97)
            said.append(f">{{\\raggedright\\arraybackslash}}p{{{part:.3f}\\linewidth}}")
        else:
            said.append("l" if word else "r")
    return "".join(said)


def _lines(name: str, column: Sequence[str], number: bool) -> list[str]:
    """A heading in the lines it is printed in: one, or several above a narrow column of numbers."""
    if not number:
        return [name]
    return wrap(name, max(_LEAST_NUMBER, *map(text_width, column)))


def _headings(grid: Grid) -> list[str]:
    cells = list(zip(*grid.rows, strict=True)) or [()] * len(grid.headings)
    lines = []
    depth = max(map(len, grid.headings))
    for level in range(depth - 1):
        lines += _group_lines(grid, level)
    lowest = []
    for levels, column, number in zip(grid.headings, cells, grid.numbers, strict=True):
        printed = [escaped(line) for line in _lines(levels[-1], column, number)]
        stack = "\\\\".join(printed)
        lowest.append(printed[0] if len(printed) == 1 else f"\\shortstack[r]{{{stack}}}")
    return [*lines, _row(lowest)]


def _group_lines(grid: Grid, level: int) -> list[str]:
    """One line of grouped headings and the rule under each group that has a name."""
    row, rules = [], []
    first = 1
    for outer, members in groupby(grid.headings, key=lambda levels: levels[: level + 1]):
        span = len(list(members))
        name = outer[-1] if len(outer) > level else ""
        row.append(f"\\multicolumn{{{span}}}{{c}}{{{escaped(name)}}}")
        if name.strip():
            rules.append(f"\\cmidrule(lr){{{first}-{first + span - 1}}}")
        first += span
    return [_row(row), "".join(rules)] if rules else []


def _rows(grid: Grid) -> list[str]:
    columns = []
    for cells, number in zip(zip(*grid.rows, strict=True), grid.numbers, strict=True):
        beyond = padded(cells) if number else [""] * len(cells)
        columns.append(
            [
                escaped(cell) + (f"\\phantom{{{escaped(more)}}}" if more else "")
                for cell, more in zip(cells, beyond, strict=True)
            ]
        )
    return [_row(row) for row in zip(*columns, strict=True)]


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + " \\\\"
