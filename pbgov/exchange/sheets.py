"""Coding sheets: an Excel workbook per coder, for a colleague who has only Excel or WPS.

The stretches stand under blind ids, in an order of the coder's own, in locked cells; the judgements
are given in drop-downs. `pbgov.read_sheet` takes them back.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbgov.coding.journal import refuse_coder_name
from pbgov.errors import InputError
from pbgov.exchange.sheet import cells, layout
from pbgov.exchange.sheet.cells import print_wide, protect, row_height, write_text
from pbgov.exchange.sheet.guide import write_guide
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from pbgov.coding.codebook import Codebook
    from pbgov.exchange.sheet.layout import Column, Item

EPOCH = datetime(2000, 1, 1)
ZIP_TIME = (2000, 1, 1, 0, 0, 0)
WIDTHS = {
    layout.NUMBER: 6,
    layout.ID: 11,
    layout.HEADING: 26,
    layout.BEFORE: 30,
    layout.TEXT: layout.LINE_UNITS + 2,
    layout.AFTER: 30,
    layout.MEMO: 28,
    layout.STATUS: 8,
}
BESIDE = (layout.HEADING, layout.BEFORE, layout.AFTER)
CODE_WIDTH = 17
AROUND = 120  # characters of the context on each side


def write_sheet(
    segments: pd.DataFrame,
    codebook: Codebook,
    path: str | Path,
    *,
    families: Sequence[str],
    coder: str,
    seed: int,
    show_headings: bool = False,
    context: pd.DataFrame | None = None,
) -> Path:
    """Write the coding sheet of one coder and give its path.

    Parameters
    ----------
    segments : DataFrame
        The stretches to be judged: ``doc_id``, ``start``, ``end``, ``text`` and, for
        `show_headings`, ``heading``. Where they have a ``kind``, headings, notes, front matter and
        blank stretches are passed over, as the rule coder does.
    codebook : Codebook
    path : path
        Ends in ``.xlsx``. A sheet that is there already is not overwritten: it may hold work.
    families : sequence of str
        The families of codes to be judged.
    coder : str
        Whose sheet it is.
    seed : int
        Of the blind ids and of the order of the rows. Every coder gets another order and other ids
        from the same seed, so that neither neighbourhood nor tiredness is shared between coders.
    show_headings : bool, default False
        Whether the headings above a stretch are shown; they often name the code.
    context : DataFrame, optional
        The segments among which these stand, as `pbgov.segment` makes them. Where given, the end of
        the stretch before and the beginning of the one after, headings left out, are shown grey.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        Where nothing is to be judged, two rows are of one stretch or one has no visible character,
        a family is not in the codebook, the name cannot be a coder's, or the path is taken.

    Notes
    -----
    The same arguments give the same bytes. Texts are written as strings, so that none is run as a
    formula. A text that is too long for one row of a spreadsheet runs on in the rows below, under
    ids that end with ``·2``; judgements stand in its first row. Control characters are shown by
    their pictures (␀); the digests of the key are those of the text itself. The hidden sheet
    ``_key`` is locked without a password: it keeps honest coders blind, not curious ones.
    """
    path = Path(path)
    refuse_coder_name(coder)
    _refuse_path(path)
    judged = _judged(segments, families)
    items = layout.make_items(judged, coder=coder, seed=seed)
    columns = layout.sheet_columns(codebook, _known(families, codebook))
    key = layout.SheetKey(
        coder, seed, codebook.version, codebook.digest, tuple(families), tuple(items)
    )
    import openpyxl

    book = openpyxl.Workbook()
    cells.add_styles(book)
    write_guide(book.active, codebook, families, coder, n=len(items))
    options = _write_options(book, codebook, families)
    rows = _Rows(judged, context, show_headings=show_headings)
    _write_coding(book, rows, items, columns, options)
    hidden = book.create_sheet(layout.KEY)
    for number, row in enumerate(key.rows(), 1):
        for place, cell in enumerate(row, 1):
            write_text(hidden.cell(number, place), cell)
    hidden.sheet_state = "veryHidden"
    protect(hidden)
    path.write_bytes(_packed(book))
    return path


def _refuse_path(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path}: a coding sheet is an .xlsx file; let the name end in .xlsx.")
    if path.exists():
        raise InputError(
            f"{path} is there already and may hold a colleague's work; move it or choose another"
            " name. 这个文件已经存在，里面可能有别人填好的判断：请移走它，或换一个文件名。"
        )


def _judged(segments: pd.DataFrame, families: Sequence[str]) -> pd.DataFrame:
    if "kind" in segments:
        segments = segments[segments["kind"].isin(READABLE_KINDS)]
    if segments.empty or not families:
        what = "segments" if segments.empty else "families"
        raise InputError(f"No {what} to be judged; give at least one.")
    twice = segments[segments.duplicated(["doc_id", "start", "end"])]
    if len(twice):
        first = twice.iloc[0]
        place = f"{first['doc_id']} {first['start']}–{first['end']}"
        raise InputError(f"The stretch {place} stands twice in the segments; keep one row.")
    for doc_id in segments["doc_id"].unique():
        if layout.comparable(str(doc_id)) != doc_id:
            raise InputError(f"The document id {doc_id!r} has characters that no cell can hold.")
    blank = segments[[not layout.comparable(str(text)) for text in segments["text"]]]
    if len(blank):
        first = blank.iloc[0]
        place = f"{first['doc_id']} {first['start']}–{first['end']}"
        raise InputError(f"The stretch {place} has no visible character; leave it out.")
    return segments


def _known(families: Sequence[str], codebook: Codebook) -> Sequence[str]:
    if len(set(families)) < len(families):
        raise InputError(f"A family is named twice: {', '.join(families)}; name each once.")
    for family in families:
        codebook.exclusive(family)  # raises where the codebook has no such family
    return families


class _Rows:
    """What the locked cells of each stretch show."""

    def __init__(
        self, judged: pd.DataFrame, context: pd.DataFrame | None, *, show_headings: bool
    ) -> None:
        places = zip(judged["doc_id"], judged["start"], judged["end"], strict=True)
        keys = [(str(doc_id), int(start), int(end)) for doc_id, start, end in places]
        self._texts = dict(zip(keys, judged["text"], strict=True))
        self._headings = dict(zip(keys, judged["heading"], strict=True)) if show_headings else {}
        self._around = {} if context is None else _around(keys, context)
        self.places = [layout.NUMBER, layout.ID, layout.TEXT]
        if show_headings:
            self.places.insert(2, layout.HEADING)
        if context is not None:
            self.places.insert(self.places.index(layout.TEXT), layout.BEFORE)
            self.places.append(layout.AFTER)

    def of(self, number: int, item: Item) -> list[dict[str, str]]:
        key = item.doc_id, item.start, item.end
        before, after = self._around.get(key, ("", ""))
        rows = [
            {layout.ID: row_id, layout.TEXT: part}
            for row_id, part in zip(
                item.row_ids(), item.shown_parts(str(self._texts[key])), strict=True
            )
        ]
        rows[0] |= {layout.NUMBER: str(number), layout.HEADING: str(self._headings.get(key, ""))}
        rows[0] |= {layout.BEFORE: before, layout.AFTER: after}
        return rows


def _around(
    keys: Sequence[tuple[str, int, int]], context: pd.DataFrame
) -> dict[tuple[str, int, int], tuple[str, str]]:
    """The words before and after each stretch, from the stretches of `context` that people read."""
    if "kind" in context:
        context = context[context["kind"].isin(READABLE_KINDS)]
    ordered = context.sort_values(["doc_id", "start", "end"])
    by_document = {str(doc_id): rows for doc_id, rows in ordered.groupby("doc_id")}
    found = {}
    for doc_id, start, end in keys:
        rows = by_document.get(doc_id, context.iloc[:0])
        before = rows.loc[rows["end"] <= start, "text"]
        after = rows.loc[rows["start"] >= end, "text"]
        found[doc_id, start, end] = (
            _last(str(before.iloc[-1])) if len(before) else "",
            _first(str(after.iloc[0])) if len(after) else "",
        )
    return found


def _last(text: str) -> str:
    return text if len(text) <= AROUND else "…" + text[-AROUND:]


def _first(text: str) -> str:
    return text if len(text) <= AROUND else text[:AROUND] + "…"


def _write_options(book: Any, codebook: Codebook, families: Sequence[str]) -> dict[str, str]:
    """The hidden lists behind the drop-downs; where each family's, yes/no and states stand."""
    from openpyxl.utils import get_column_letter

    lists = {family: list(layout.code_labels(codebook, family).values()) for family in families}
    lists |= {layout.YES: [layout.YES, layout.NO], layout.STATUS: list(layout.STATES)}
    sheet = book.create_sheet(layout.OPTIONS)
    references = {}
    for column, (name, values) in enumerate(lists.items(), 1):
        for row, value in enumerate(values, 1):
            write_text(sheet.cell(row, column), value)
        letter = get_column_letter(column)
        references[name] = f"'{layout.OPTIONS}'!${letter}$1:${letter}${len(values)}"
    sheet.sheet_state = "hidden"
    protect(sheet)
    return references


def _write_coding(
    book: Any,
    rows: _Rows,
    items: Sequence[Item],
    columns: Sequence[Column],
    options: Mapping[str, str],
) -> None:
    from openpyxl.styles import Alignment

    sheet = book.create_sheet(layout.CODING, 1)
    headers = [*rows.places, *(one.header for one in columns), layout.MEMO, layout.STATUS]
    for place, header in enumerate(headers, 1):
        cell = sheet.cell(1, place)
        write_text(cell, header)
        cell.style = cells.HEADER
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[cell.column_letter].width = WIDTHS.get(header, CODE_WIDTH)
    sheet.row_dimensions[1].height = 66
    last = 1
    for number, item in enumerate(items, 1):
        for row in rows.of(number, item):
            last += 1
            sheet.row_dimensions[last].height = _height(row, rows.places)
            for place, header in enumerate(headers, 1):
                cell = sheet.cell(last, place)
                write_text(cell, row.get(header, ""))
                if header in rows.places:
                    cell.style = cells.BESIDE if header in BESIDE else cells.PLAIN
                else:  # judgements are given in the first row of a stretch
                    cell.style = cells.GIVEN if layout.NUMBER in row else cells.SHUT
    _add_drop_downs(sheet, headers, columns, options, last)
    sheet.freeze_panes = f"{_letter(len(rows.places) + 1)}2"
    sheet.print_title_rows = "1:1"
    print_wide(sheet)
    protect(sheet)


def _height(row: Mapping[str, str], places: Sequence[str]) -> float:
    lines = max(2, layout.count_lines(row[layout.TEXT]))
    for header in BESIDE:
        if header in places:
            lines = max(lines, layout.units(row.get(header, "")) // (WIDTHS[header] - 2) + 1)
    return row_height(lines)


def _add_drop_downs(
    sheet: Any,
    headers: Sequence[str],
    columns: Sequence[Column],
    options: Mapping[str, str],
    last: int,
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = {one.header: layout.YES if one.role == "code" else one.family for one in columns}
    lists[layout.STATUS] = layout.STATUS
    for place, header in enumerate(headers, 1):
        if header not in lists:
            continue
        rule = DataValidation("list", formula1=options[lists[header]], allow_blank=True)
        rule.errorStyle, rule.showErrorMessage = "stop", True
        rule.errorTitle, rule.error = "请从下拉列表里选", "这一格只能从下拉列表里选，或者留空。"
        rule.add(f"{_letter(place)}2:{_letter(place)}{last}")
        sheet.add_data_validation(rule)


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place))


def _packed(book: Any) -> bytes:
    """The workbook as bytes that do not depend on the clock."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.creator = "pbgov"
    book.properties.created = book.properties.modified = EPOCH
    written, packed = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w")).save()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            member = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(member, source.read(entry))
    return packed.getvalue()
