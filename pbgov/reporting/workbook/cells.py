"""What may stand in a cell: text stays text, numbers stay whole, and nothing vanishes silently."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pbgov.exhibits.lines import text_width
from pbgov.exhibits.visible_text import visible_text

LONGEST = 32_000
"""UTF-16 units of a text in one cell; Excel holds 32,767."""

EXACT = 2**53
"""Whole numbers up to here are exact in a cell; longer ones are written as text."""

MOST_ROWS = 1_000_000
MOST_LINKS = 60_000
"""Links of one sheet; Excel holds 65,530."""

WIDEST = 46.0
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "·"))


@dataclass
class Losses:
    """What a sheet could not show as it was: counted, so that the sheet can say so."""

    characters: int = 0
    cut: int = 0
    rows: int = 0
    unlinked: int = 0

    def told(self, whole: str = "同名 CSV 文件") -> str:
        """A sentence on each kind of loss, `whole` being where all of it stands; else empty."""
        said = ""
        if self.characters:
            said += f"有 {self.characters} 格含表格装不下的控制字符，写作〔U+编号〕。"
        if self.cut:
            said += f"有 {self.cut} 格太长，只写开头 {LONGEST // 2:,} 个字，全文见{whole}。"
        if self.rows:
            said += f"最后 {self.rows} 行装不下，见{whole}。"
        if self.unlinked:
            said += f"一张工作表至多 {MOST_LINKS:,} 个链接，有 {self.unlinked:,} 格没有链接，请按编号查找。"
        return said


@dataclass
class Writer:
    """Writes single values into one sheet and counts what it could not show."""

    sheet: Any
    losses: Losses = field(default_factory=Losses)
    n_links: int = 0

    def text(self, row: int, column: int, text: str, form: Any = None) -> None:
        """A text, never a formula and never a link."""
        self.sheet.write_string(row, column, self.shown(text), form)

    def shown(self, text: str) -> str:
        """`text` as a cell can hold it."""
        shown = visible_text(text)
        self.losses.characters += shown != text
        if utf16_length(shown) > LONGEST:
            self.losses.cut += 1
            shown = shown[: LONGEST // 2] + f"……〔共 {len(text)} 字〕"
        return shown

    def link(self, row: int, column: int, sheet: str, at: int, text: str, form: Any) -> None:
        """A link to a row of another sheet, counted from 0; text alone where the sheet is full."""
        if self.n_links >= MOST_LINKS:
            self.losses.unlinked += 1
            self.text(row, column, text)
            return
        self.n_links += 1
        quoted = sheet.replace("'", "''")
        shown = self.shown(text)
        self.sheet.write_url(row, column, f"internal:'{quoted}'!A{at + 1}", form, shown)

    def value(self, row: int, column: int, value: Any) -> None:
        """Whatever stands in a table: numbers as numbers, missing as empty, all else as text."""
        if isinstance(value, str):
            self.text(row, column, value)
        elif value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
            return
        elif pd.api.types.is_bool(value):
            self.sheet.write_boolean(row, column, bool(value))
        elif pd.api.types.is_integer(value) and abs(int(value)) <= EXACT:
            self.sheet.write_number(row, column, int(value))
        elif pd.api.types.is_float(value) and math.isfinite(value):
            self.sheet.write_number(row, column, float(value))
        else:
            self.text(row, column, str(value))


def utf16_length(text: str) -> int:
    """Length as Excel counts it: 𠮷 counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have: 31 characters, no mark that is forbidden, unlike every other."""
    cleaned = " ".join(visible_text(wanted).translate(_FORBIDDEN_IN_NAMES).split()).strip("'")
    name, number = _cut(cleaned or "表", 31), 1
    while name.lower() in taken or name.lower() == "history":
        number += 1
        name = f"{_cut(cleaned, 31 - len(f' {number}'))} {number}"
    taken.add(name.lower())
    return name


def _cut(text: str, most: int) -> str:
    while utf16_length(text) > most:
        text = text[:-1]
    return text.strip().strip("'")


def column_width(texts: list[str], least: float = 9.0) -> float:
    """Width of a column in Excel's characters, for the longest of its printed lines."""
    lines = [line for text in texts for line in text.split("\n")]
    return min(WIDEST, max([least, *(1.1 * text_width(line) + 2 for line in lines)]))


def row_height(text: str, width: float, line: float = 15.0) -> float:
    """Height in points that `text` takes in a merged cell `width` characters wide."""
    lines = sum(max(1, math.ceil(text_width(part) * 1.12 / width)) for part in text.split("\n"))
    return min(400.0, line * lines + 3)
