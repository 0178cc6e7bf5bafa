"""A table as LaTeX: three lines, note and source under them, ready for a Chinese or English paper."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from pbgov.exhibits.printing.alignment import padded
from pbgov.exhibits.printing.grid import grid_of
from pbgov.exhibits.printing.widths import columns_of, heading_lines, over_pages, setting_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.exhibits.printing.grid import Grid

NEEDS = "% \\usepackage{{{}}}; Chinese text: \\documentclass{{ctexart}}, XeLaTeX or LuaLaTeX"

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
        minus. What is too high for a page is a ``longtable``; words too wide for the line stand in
        columns that break; a table that is too wide all the same is set smaller, then on a page
        that lies on its side.

    Raises
    ------
    InputError
        For a figure.
    """
    grid = grid_of(exhibit)
    setting, columns = setting_for(grid)
    top = [*_headings(grid), "\\midrule"]
    long = over_pages(grid)
    build = _over_pages if long else _on_one_page
    lines = build(exhibit.exhibit_id, grid, setting.commands, columns, top)
    packages = ["array", "booktabs", "longtable" if long else "threeparttable"]
    if setting.turned:
        packages.append("pdflscape")
        lines = ["\\begin{landscape}", *lines, "\\end{landscape}"]
    return "\n".join([NEEDS.format(",".join(packages)), *lines]) + "\n"


def _on_one_page(
    exhibit_id: str, grid: Grid, size: list[str], columns: str, top: list[str]
) -> list[str]:
    return [
        "\\begin{table}[htbp]",
        "\\centering",
        *size,
        "\\begin{threeparttable}",
        f"\\caption{{{escaped(grid.caption)}}}",
        f"\\label{{{exhibit_id}}}",
        f"\\begin{{tabular*}}{{\\linewidth}}{{@{{\\extracolsep{{\\fill}}}}{columns}}}",
        "\\toprule",
        *top,
        *_rows(grid),
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


def _over_pages(
    exhibit_id: str, grid: Grid, size: list[str], columns: str, top: list[str]
) -> list[str]:
    return [
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
        *_rows(grid),
        "\\end{longtable}",
        "\\footnotesize",
        f"\\noindent {escaped(grid.note)}\\par",
        f"\\noindent {escaped(grid.source)}\\par",
        "\\endgroup",
    ]


def escaped(text: str) -> str:
    """`text` such that LaTeX prints it and carries nothing of it out; a line break is a space."""
    line = _BREAKS.sub(" ", text.strip()).replace("\t", " ")
    return _SPECIAL.sub(_printed, line)


def _printed(found: re.Match[str]) -> str:
    sign = found.group()
    return _ESCAPED.get(sign) or "{}".join([*sign, ""])


def _headings(grid: Grid) -> list[str]:
    lines = []
    depth = max(map(len, grid.headings))
    for level in range(depth - 1):
        lines += _group_lines(grid, level)
    lowest = []
    for levels, column, number in zip(grid.headings, columns_of(grid), grid.numbers, strict=True):
        printed = [escaped(line) for line in heading_lines(levels[-1], column, number)]
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
