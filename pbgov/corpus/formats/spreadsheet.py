"""Reading .xlsx: every sheet as rows of words, as its cells show them.

Merged cells say their words for each cell they cover. A formula counts with the result that the
file holds; where it holds none (written by a program that does not calculate), that is said.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

from pbgov.corpus.formats.container import Container
from pbgov.corpus.formats.tables import UNCALCULATED, Sheet, read_sheets
from pbgov.corpus.formats.word_names import related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.corpus.formats.parts import Parts

REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
DECIMALS = re.compile(r"0\.(0+)")
ESCAPED = re.compile(r"_x(?!0000|[Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
# The formats 27 to 58 are those of Chinese Excel (ISO/IEC 29500-1, 18.8.30).
CHINESE_FORMATS = dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月")
CHINESE_FORMATS |= dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日") | {
    30: "m-d-yy",
    31: "y年m月d日",
}
CHINESE_FORMATS |= dict.fromkeys((32, 33, 34, 35, 55, 56), "h时mm分")
MOST_COLUMNS = 16_384
MOST_CELLS = 5_000_000  # of a sheet, counted up to the last one filled in each row
MOST_FILLED = 100_000  # cells that merged ones may stand for
GENERAL_DIGITS = 15  # that a spreadsheet keeps


def read_xlsx(content: bytes, path: str) -> Parts:
    """The documents of an .xlsx file, one a row, of every sheet that has a column of text.

    Parameters
    ----------
    content : bytes
    path : str
        For the findings.

    Returns
    -------
    Parts
        As `pbgov.corpus.formats.tables.read_sheets` gives them.

    Raises
    ------
    DataFileError
        Where the file is damaged (E414), locked (E413), too large (E415), declares a DOCTYPE
        (E416), is empty (E402), or no column holds the text (E418).
    """
    container = Container(content, path)
    main = next((part for role, part in related(container, "") if role == "officeDocument"), "")
    if main not in container:
        main = "xl/workbook.xml"
    book = _Book(container, main)
    return read_sheets(list(book.sheets()), "xlsx", "xlsx", path)


def shown(number: str, number_format: str, *, since_1904: bool = False) -> str:
    """A number of a cell as a reader sees it: dates as ISO 8601, as far as the format gives them.

    Examples
    --------
    >>> shown("0.815", "0.0%"), shown("110105", "General"), shown("7", "000")
    ('81.5%', '110105', '007')
    >>> shown("45000", "yyyy/m/d"), shown("45000", 'yyyy"年"m"月"')
    ('2023-03-15', '2023-03')
    """
    try:
        amount = float(number)
    except ValueError:
        return number
    if not isfinite(amount):
        return number
    section = QUOTED.sub("", number_format.split(";")[0])
    letters = {char for char in section.lower() if char in "ymdhs"}
    if letters and section.lower() != "general":
        return _date(amount, letters, since_1904=since_1904)
    if "%" in section:
        decimals = DECIMALS.search(section)
        return f"{amount * 100:.{len(decimals.group(1)) if decimals else 0}f}%"
    if amount == int(amount) and abs(amount) < 10**GENERAL_DIGITS:
        zeros = len(section) if section and set(section) == {"0"} else 1
        return f"{int(amount):0{zeros}d}"
    return format(amount, f".{GENERAL_DIGITS}g")


def _date(amount: float, letters: set[str], *, since_1904: bool) -> str:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(amount, epoch)
    except (OverflowError, ValueError):
        return format(amount, f".{GENERAL_DIGITS}g")
    if not hasattr(moment, "year"):  # a time of day
        return str(moment)
    pattern = "%Y-%m-%d" if "d" in letters else "%Y-%m" if "m" in letters else "%Y"
    if "y" not in letters and "d" not in letters:
        return f"{moment:%H:%M}"
    return str(moment.strftime(f"{pattern} %H:%M" if "h" in letters else pattern))


class _Book:
    """What the cells of all sheets refer to: shared words and formats of numbers."""

    def __init__(self, container: Container, main: str) -> None:
        self.container, self.main = container, main
        parts = {role: part for role, part in related(container, main) if part in container}
        self.words = [_words(each) for each in self._blocks(parts.get("sharedStrings"))]
        self.formats = self._formats(parts.get("styles"))
        self.since_1904 = any(
            _local(each) == "workbookPr" and each.get("date1904") in ("1", "true")
            for each in container.blocks(main, 1)
        )

    def sheets(self) -> Iterator[Sheet]:
        parts = self._targets()
        for each in self.container.blocks(self.main, 2):
            if _local(each) == "sheet":
                key = next((value for name, value in each.items() if name.endswith("}id")), "")
                if parts.get(key) in self.container:
                    yield Sheet(each.get("name", ""), self._rows(parts[key]))

    def _blocks(self, part: str | None) -> Iterator[Any]:
        return self.container.blocks(part, 1) if part else iter(())

    def _targets(self) -> dict[str, str]:
        """The parts of the sheets, by the names that the workbook gives them."""
        listing = self.main.rpartition("/")
        names = [
            each.get("Id", "")
            for each in self.container.root(f"{listing[0]}/_rels/{listing[2]}.rels")
            if each.get("TargetMode") != "External" and each.get("Target")
        ]
        parts = [part for _, part in related(self.container, self.main)]
        return dict(zip(names, parts, strict=True))

    def _formats(self, part: str | None) -> list[str]:
        """The format of numbers for each style of cells."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        codes: dict[int, str] = {**CHINESE_FORMATS, **BUILTIN_FORMATS}
        styles: list[str] = []
        for block in self._blocks(part):
            for each in block:
                if _local(each) == "numFmt":
                    codes[_count(each.get("numFmtId"))] = each.get("formatCode", "")
                elif _local(block) == "cellXfs":
                    styles.append(codes.get(_count(each.get("numFmtId")), "General"))
        return styles

    def _rows(self, part: str) -> list[tuple[int, list[str]]]:
        rows: dict[int, dict[int, str]] = {}
        merged: list[str] = []
        at = 0
        for each in self.container.blocks(part, 2):
            if _local(each) == "mergeCell":
                merged.append(each.get("ref", ""))
            elif _local(each) == "row":
                at = _count(each.get("r")) or at + 1
                cells = rows.setdefault(at, {})
                column = 0
                for cell in each:
                    column = _place(cell.get("r", ""))[1] or column + 1
                    words = self._cell(cell)
                    if words and column <= MOST_COLUMNS:
                        cells[column] = words
        _fill(rows, merged)
        n_cells = sum(max(cells, default=0) for cells in rows.values())
        if n_cells > MOST_CELLS:
            wanted = f"{MOST_CELLS:,}"
            raise self.container.refusal("E415", seen=f"{part}: {n_cells:,}", wanted=wanted)
        return [
            (number, [cells.get(column, "") for column in range(1, max(cells) + 1)])
            for number, cells in sorted(rows.items())
            if any(words.strip() for words in cells.values())
        ]

    def _cell(self, cell: Any) -> str:
        parts = {_local(each): each for each in cell}
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _words(parts["is"]) if "is" in parts else ""
        value = (parts["v"].text or "") if "v" in parts else ""
        if not value:
            return UNCALCULATED if "f" in parts and kind != "str" else ""
        if kind == "s":
            at = _count(value)
            return self.words[at] if at < len(self.words) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "n":
            style = _count(cell.get("s"))
            code = self.formats[style] if style < len(self.formats) else "General"
            return shown(value, code, since_1904=self.since_1904)
        return _unescaped(value)


def _words(element: Any) -> str:
    """The words of a shared or inline string, without its phonetic guide."""
    parts = []
    for each in element:
        runs = each if _local(each) == "r" else [each] if _local(each) == "t" else []
        parts += [run.text or "" for run in runs if _local(run) == "t"]
    return _unescaped("".join(parts))


def _unescaped(words: str) -> str:
    """Characters that XML cannot hold are written as _x000D_."""
    return ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), words)


def _fill(rows: dict[int, dict[int, str]], merged: list[str]) -> None:
    """Give the words of each merged cell to every cell that it covers."""
    left = MOST_FILLED
    for reference in merged:
        first, _, last = reference.partition(":")
        (top, start), (bottom, end) = _place(first), _place(last or first)
        words = rows.get(top, {}).get(start, "")
        left -= (bottom - top + 1) * (end - start + 1)
        if not words or left < 0:
            continue
        for number in range(top, bottom + 1):
            for column in range(start, end + 1) if number in rows else ():
                rows[number].setdefault(column, words)


def _place(reference: str) -> tuple[int, int]:
    match = REFERENCE.fullmatch(reference)
    if not match:
        return 0, 0
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match.group(2)), column


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _count(number: str | None) -> int:
    return int(number) if number and number.isascii() and number.isdigit() else 0
