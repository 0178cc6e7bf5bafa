"""The workbook that is being written: its formats, its sheets, and its native charts."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import xlsxwriter

from pbgov.exhibits.visible_text import printable
from pbgov.reporting.native_charts.chart_workbook import EPOCH, TEXT_IS_TEXT
from pbgov.reporting.native_charts.drawing import EAST_ASIAN
from pbgov.reporting.workbook.cells import sheet_name

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
ROW_HEIGHT = 16.0
_FORMATS: dict[str, dict[str, Any]] = {
    "caption": {"bold": True, "font_size": 14},
    "simulated": {"bold": True, "font_size": 14, "font_color": "#8a1c1c"},
    "section": {"bold": True, "font_size": 11},
    "head": {"indent": 1, "bold": True, "top": 2, "bottom": 1, "text_wrap": True, "valign": "vcenter"},
    "head_number": {
        "bold": True, "top": 2, "bottom": 1, "text_wrap": True, "valign": "vcenter", "align": "right",
    },
    "cell": {"indent": 1, "text_wrap": True, "valign": "top"},
    "number": {"valign": "top", "align": "right"},
    "last": {"indent": 1, "text_wrap": True, "valign": "top", "bottom": 2},
    "last_number": {"valign": "top", "align": "right", "bottom": 2},
    "note": {"text_wrap": True, "valign": "top", "font_size": 9, "font_color": "#5f6b76"},
    "link": {"font_color": "#14345c", "underline": 1, "valign": "top"},
    "raw_head": {"bold": True, "bottom": 1, "bg_color": "#f1f3f5"},
}  # fmt: skip


class Book:
    """A workbook in memory; a chart placed in it is written as `chart_xml` writes it."""

    def __init__(self, title: str) -> None:
        self.written = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.written,
            {
                **TEXT_IS_TEXT,
                "default_format_properties": {"font_name": EAST_ASIAN, "font_size": 10},
            },
        )
        self.book.set_properties(
            {"title": printable(title)[:255], "author": "pbgov", "created": EPOCH, "comments": ""}
        )
        self.forms = {name: self.book.add_format(looks) for name, looks in _FORMATS.items()}
        self.taken: set[str] = set()
        self.charts: list[bytes] = []

    def sheet(self, wanted: str) -> Any:
        """A new sheet: A4 lying, as wide as a page, its first row repeated."""
        sheet = self.book.add_worksheet(sheet_name(wanted, self.taken))
        sheet.set_default_row(ROW_HEIGHT)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&C&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def place_chart(
        self, sheet: Any, row: int, written: bytes, *, width: int, height: int, spoken: str
    ) -> None:
        """Place a chart part at `row`, its size in pixels."""
        holder: Any = self.book.add_chart({"type": "column"})
        holder.add_series({"values": [sheet.get_name(), row, 0, row, 0]})
        holder.set_size({"width": width, "height": height})
        sheet.insert_chart(row, 0, holder, {"description": spoken, "object_position": 2})
        self.charts.append(written)

    def close(self) -> bytes:
        """The workbook as bytes that do not depend on the clock."""
        self.book.close()
        parts = {f"xl/charts/chart{n}.xml": part for n, part in enumerate(self.charts, 1)}
        target = io.BytesIO()
        with (
            zipfile.ZipFile(self.written) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for entry in source.infolist():
                member = zipfile.ZipInfo(entry.filename, ZIP_TIME)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = 0
                archive.writestr(member, parts.pop(entry.filename, source.read(entry)))
        if parts:
            raise RuntimeError(f"the workbook has no place for {sorted(parts)}")
        return target.getvalue()
