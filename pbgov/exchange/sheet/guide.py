"""The first sheet of a coding workbook: how to fill it in, and what each code means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exchange.sheet import cells, layout
from pbgov.exchange.sheet.cells import print_wide, protect, row_height, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.coding.codebook import Codebook

STEPS = (
    f"在“{layout.CODING}”表里逐行阅读“{layout.TEXT}”，只根据这段文字判断；黄色的格子由您填，其余已锁定。",
    "编码从下拉列表里选。一段文字可以在每个编码族里各有判断。",
    f"判断完一行，在“{layout.STATUS}”里选“看完”：空着的编码就算“看过，没有”。拿不准的选“存疑”。",
    f"“{layout.STATUS}”空着的行算没有看过：填了的编码照记，空着的格子不算判断。",
    "请一个人独立填写，不要与别的编码者商量，也不要查这段文字出自哪里。",
    "请不要改动原文，不要删除、复制、添加或移动行和列；改动过的表会被退回，并指出是哪一行。",
    f"编号带“·2”“·3”的行是上一行原文的续文，判断填在第一行。理由写在“{layout.MEMO}”里。",
    "填好后保存为 .xlsx（Excel、WPS 都可以），发回给课题负责人。",
)
KINDS = {
    "single": "只选一个编码",
    "primary_plus_secondary": "选一个主要编码，另有的选在“次要”里",
    "multi": f"每个编码分别选“{layout.YES}”或“{layout.NO}”",
}
COLUMNS = {"编码": 24, "定义": 52, "算（纳入）": 52, "不算（排除）": 52}


def write_guide(
    sheet: Any, codebook: Codebook, families: Sequence[str], coder: str, *, n: int
) -> None:
    """Fill the first sheet: who codes what, the steps, and the codes with their definitions."""
    from openpyxl.styles import Font

    sheet.title = layout.GUIDE
    for place, width in enumerate(COLUMNS.values(), 1):
        sheet.column_dimensions["ABCD"[place - 1]].width = width
    _line(sheet, 1, "编码表填写说明", Font(name="黑体", bold=True, size=16), height=28)
    facts = f"编码者：{coder}　　共 {n} 段文字　　编码手册 {codebook.version} 版"
    _line(sheet, 2, facts, Font(name="宋体"))
    row = 3
    for number, step in enumerate(STEPS, 1):
        row += 1
        _line(sheet, row, f"{number}. {step}", Font(name="宋体"))
    named = codebook.families.set_index("family")
    codes = codebook.codes.set_index("code_id")
    for family in families:
        row += 2
        about = f"{named.at[family, 'zh']!s}（{family}）：{KINDS[codebook.exclusive(family)]}"
        _line(sheet, row, about, Font(name="黑体", bold=True, size=12), height=22)
        if isinstance(rule := named.at[family, "tie_rule"], str):
            row += 1
            _line(sheet, row, f"拿不准时：{rule}", Font(name="宋体"))
        row += 1
        _cells(sheet, row, list(COLUMNS), header=True)
        for code_id, label in layout.code_labels(codebook, family).items():
            row += 1
            said = [codes.at[code_id, name] for name in ("definition", "include", "exclude")]
            _cells(sheet, row, [label, *(one if isinstance(one, str) else "" for one in said)])
    protect(sheet)
    print_wide(sheet)


def _line(sheet: Any, row: int, text: str, font: Any, height: float | None = None) -> None:
    from openpyxl.styles import Alignment

    cell = sheet.cell(row, 1)
    write_text(cell, text)
    cell.font = font
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(COLUMNS))
    lines = layout.units(text) // (sum(COLUMNS.values()) - 4) + 1
    sheet.row_dimensions[row].height = height or row_height(lines)


def _cells(sheet: Any, row: int, texts: Sequence[str], *, header: bool = False) -> None:
    lines = 1
    for place, (text, width) in enumerate(zip(texts, COLUMNS.values(), strict=True), 1):
        cell = sheet.cell(row, place)
        write_text(cell, text)
        cell.style = cells.HEADER if header else cells.STRONG if place == 1 else cells.PLAIN
        lines = max(lines, layout.units(text) // (width - 3) + 1)
    sheet.row_dimensions[row].height = row_height(lines)
