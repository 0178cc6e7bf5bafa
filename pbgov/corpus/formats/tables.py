"""Reading tables in which one row is one document: which column holds the text, what the others say."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.formats.extract import Extract
from pbgov.corpus.formats.parts import Parts
from pbgov.corpus.formats.plain import decoded
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAMES = Path(__file__).parent / "names" / "columns.csv"
TEXT = "text"
DELIMITERS = (",", "\t", ";")
ROWS_BEFORE_HEADER = 10  # titles and notes that stand above a table
UNCALCULATED = "\0"  # stands for the missing result of a formula; no cell can hold it
MOST_SHOWN = 20


class Sheet(NamedTuple):
    """One table of a file: its name, and its rows as a spreadsheet counts them, from 1."""

    name: str
    rows: list[tuple[int, list[str]]]


class Header(NamedTuple):
    """Which columns of a table hold what, by position; ``others`` have names of their own."""

    row: int
    width: int
    text: int
    fields: dict[int, str]
    others: dict[int, str]


def read_csv(content: bytes, path: str) -> Parts:
    """The documents of a .csv file, one a row.

    Parameters
    ----------
    content : bytes
        In any encoding that `pbgov.corpus.encodings.decode` knows; cells parted by commas, tabs or
        semicolons.
    path : str
        For the findings.

    Returns
    -------
    Parts
        As `read_sheets` gives them.

    Raises
    ------
    DataFileError
        Where it cannot be decoded (E401, E403, E423) or cut into cells (E424), or no column holds
        the text (E418).
    """
    text, encoding = decoded(content, path)
    rows = _cut(text, path)
    return read_sheets([Sheet("", rows)], encoding, "csv", path)


def read_sheets(sheets: Iterable[Sheet], encoding: str, format_: str, path: str) -> Parts:
    """The documents of some tables, one a row.

    The header is the first row that names a column of text, as listed in ``names/columns.csv``;
    where several do, the one listed first is the text. Columns with known names become the
    metadata, the others stand under ``columns`` in it.

    Parameters
    ----------
    sheets : iterable of Sheet
    encoding, format_ : str
    path : str

    Returns
    -------
    Parts
        Problems: rows with something in them but no text (E419), or only an uncalculated formula
        for it (E425), or more cells than the header (E426).

    Raises
    ------
    DataFileError
        Where no column of any table holds the text (E418), or there is nothing at all (E402).
    """
    sheets = list(sheets)
    if not any(sheet.rows for sheet in sheets):
        raise DataFileError([Finding("E402", path)])
    with_text = [(sheet, header) for sheet in sheets if (header := find_header(sheet.rows))]
    if not with_text:
        raise DataFileError([Finding("E418", path, seen=_first_names(sheets))])
    extracts: list[Extract] = []
    problems: list[Finding] = []
    for sheet, header in with_text:
        prefix = f"{sheet.name}!" if len(with_text) > 1 else ""
        found, faults = _documents(sheet, header, prefix, encoding, format_, path)
        extracts += found
        problems += faults
    left = [sheet.name for sheet in sheets if sheet.rows and not find_header(sheet.rows)]
    remarks = _remarks(with_text, left, path)
    if extracts and remarks:
        first = extracts[0]
        extracts[0] = Extract(
            first.text,
            first.encoding,
            first.format,
            first.metadata,
            findings=tuple(remarks),
            place=first.place,
        )
    if not extracts and not problems:
        problems.append(Finding("E402", path))
    return Parts(extracts, problems)


def find_header(rows: Sequence[tuple[int, list[str]]]) -> Header | None:
    """The row that names the columns; None where none of the first rows names a column of text."""
    ranks = {name: rank for rank, name in enumerate(known_columns())}
    for number, cells in rows[:ROWS_BEFORE_HEADER]:
        names = [normal(cell) for cell in cells]
        texts = [at for at, name in enumerate(names) if known_columns().get(name) == TEXT]
        if not texts:
            continue
        text = min(texts, key=lambda at: ranks[names[at]])
        fields: dict[int, str] = {}
        others: dict[int, str] = {}
        for at, name in enumerate(names):
            field = known_columns().get(name, TEXT)
            if at == text:
                continue
            if field != TEXT and field not in fields.values():
                fields[at] = field
            else:
                others[at] = _own_name(cells[at].strip(), at, others)
        return Header(number, len(cells), text, fields, others)
    return None


@cache
def known_columns() -> dict[str, str]:
    """Names of columns, in their order of preference, and what each holds."""
    with NAMES.open(encoding="utf-8", newline="") as lines:
        return {normal(row["name"]): row["field"] for row in csv.DictReader(lines)}


def normal(name: str) -> str:
    """A name of a column without what does not tell it from others.

    Examples
    --------
    >>> normal(" Full_Text "), normal("区（县）")
    ('fulltext', '区(县)')
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if not char.isspace() and char not in "_-*:")


def _own_name(name: str, at: int, taken: dict[int, str]) -> str:
    """The name of a column nothing uses; its position where it has none, or one given before."""
    return name if name and name not in taken.values() else f"{name}[{at + 1}]"


def _documents(
    sheet: Sheet, header: Header, prefix: str, encoding: str, format_: str, path: str
) -> tuple[list[Extract], list[Finding]]:
    found: list[Extract] = []
    empty: list[str] = []
    uncalculated: list[str] = []
    wider: list[str] = []
    for number, cells in sheet.rows:
        if number <= header.row or not any(cell.strip() for cell in cells):
            continue
        text = cells[header.text] if header.text < len(cells) else ""
        if any(cell.strip() for cell in cells[header.width :]):
            wider.append(f"{prefix}{number}")
        elif text == UNCALCULATED:
            uncalculated.append(f"{prefix}{number}")
        elif not text.strip():
            empty.append(f"{prefix}{number}")
        else:
            place = f"{prefix}row {number}"
            found.append(Extract(text, encoding, format_, _stated(cells, header), place=place))
    faults = (("E419", empty), ("E425", uncalculated), ("E426", wider))
    return found, [Finding(code, path, seen=_listed(rows)) for code, rows in faults if rows]


def _stated(cells: list[str], header: Header) -> dict[str, object]:
    def told(columns: dict[int, str]) -> dict[str, object]:
        cell = {at: cells[at].strip() for at in columns if at < len(cells)}
        return {columns[at]: words for at, words in cell.items() if words.strip(UNCALCULATED)}

    metadata = told(header.fields)
    others = told(header.others)
    return metadata | ({"columns": others} if others else {})


def _remarks(tables: list[tuple[Sheet, Header]], left: list[str], path: str) -> list[Finding]:
    found = []
    for sheet, header in tables:
        if header.others:
            names = next(cells for number, cells in sheet.rows if number == header.row)
            wanted = _listed(list(header.others.values()))
            found.append(Finding("W467", path, seen=names[header.text].strip(), wanted=wanted))
        waiting = sum(cells.count(UNCALCULATED) for _, cells in sheet.rows)
        if waiting:
            found.append(Finding("W469", path, seen=str(waiting)))
    if left:
        found.append(Finding("W468", path, seen=_listed(left)))
    return found


def _first_names(sheets: Sequence[Sheet]) -> str:
    rows = (sheet.rows[0][1] for sheet in sheets if sheet.rows)
    return _listed([cell.strip()[:MOST_SHOWN] for row in rows for cell in row if cell.strip()])


def _listed(names: list[str]) -> str:
    return "、".join(names[:MOST_SHOWN]) + "…" * (len(names) > MOST_SHOWN)


def _cut(text: str, path: str) -> list[tuple[int, list[str]]]:
    """The rows of a CSV text that hold anything, cut where that gives most columns with a header."""
    cuts: list[list[tuple[int, list[str]]]] = []
    fault = ""
    for delimiter in DELIMITERS:
        try:
            cuts.append(list(_rows(text, delimiter)))
        except csv.Error as error:
            fault = fault or str(error)
    best = max(cuts, key=_n_columns, default=[])
    if fault and not _n_columns(best):
        raise DataFileError([Finding("E424", path, seen=fault)])
    return best


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    before = csv.field_size_limit(len(text) + 1)  # the limit belongs to the process: put it back
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: {error}") from error
    finally:
        csv.field_size_limit(before)


def _n_columns(rows: list[tuple[int, list[str]]]) -> int:
    header = find_header(rows)
    return len(header.fields) + len(header.others) + 1 if header else 0
