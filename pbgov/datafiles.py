"""Reading a CSV against its schema: everything wrong is listed, nothing is changed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import DataFileError, DataFileWarning
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandera.pandas as pa

FIRST_ROW = 2  # a spreadsheet counts the header as line 1
SPREADSHEETS = (".xls", ".xlsx", ".et", ".ods")
_NUMERAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_NUMBERS = ("float64", "Int64")
_KINDS = {"float64": "半角数字 plain number", "Int64": "整数 whole number", "str": "文字 text"}
_SEPARATORS = (";", "\t", "，", "；", "|")


def table_files(folder: str | Path) -> list[Path]:
    """The ``*.csv`` files of a folder in the order of their names.

    Hidden files and the lock files of office programs are not data. A spreadsheet (.xlsx, .et …)
    in the folder is not read; a `DataFileWarning` (W152) says so.
    """
    files = sorted(file for file in Path(folder).glob("*") if not file.name.startswith((".", "~$")))
    for file in files:
        if file.suffix.lower() in SPREADSHEETS:
            warnings.warn(str(Finding("W152", str(file))), DataFileWarning, stacklevel=3)
    return [file for file in files if file.suffix.lower() == ".csv"]


def read_table(path: str | Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows of a UTF-8 CSV file, with the types of `schema`.

    Empty and blank cells become NaN; rows and columns without any filled cell, as spreadsheets
    leave them at the end, are passed over. Numbers are written in plain digits: ``1,234``, ``90%``
    and full-width digits are findings, not guesses. A UTF-8 byte order mark, as WPS and Excel
    write it, is read over and remarked upon with a `DataFileWarning` (W151).

    Parameters
    ----------
    path : path
        The file; a column that the schema does not know is kept as text.
    schema : pandera.pandas.DataFrameSchema
        One of `pbgov.schemas`.

    Returns
    -------
    DataFrame
        In the order of the file, numbered from 0.

    Raises
    ------
    DataFileError
        With every finding, each naming its row and column.
    """
    return read_numbered(path, schema).reset_index(drop=True)


def read_numbered(
    path: str | Path, schema: pa.DataFrameSchema, *, may_be_empty: bool = False
) -> pd.DataFrame:
    """As `read_table`, but the index holds each row's number in the file (the header is row 1).

    With `may_be_empty`, a file of nothing but its header is no fault: nothing was written yet.
    """
    table, findings = inspect_table(path, schema, may_be_empty=may_be_empty)
    if findings:
        raise DataFileError(findings)
    return table


def inspect_table(
    path: str | Path,
    schema: pa.DataFrameSchema,
    *,
    may_be_empty: bool = False,
    content: bytes | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """A file as far as it can be read, and everything that is wrong with it.

    For a reader that has more to check than the schema: with the findings of both, the user
    corrects a file once. A column that the schema does not require, and the file does not have,
    comes out empty. With `content`, these bytes are read in the place of the file's.

    Returns
    -------
    table : DataFrame
        As `read_numbered` gives it, with NaN in every cell that a finding concerns; no row at all
        where the file cannot be cut into the columns of `schema`.
    findings : list of Finding
        In the order of the rows; empty where all is well.
    """
    path = Path(path)
    try:
        texts = _texts(path, schema, may_be_empty=may_be_empty, content=content)
    except DataFileError as error:
        return pd.DataFrame(columns=list(schema.columns)), list(error.findings)
    findings = [*_untidy_keys(texts, schema, path), *_not_numerals(texts, schema, path)]
    for finding in findings:
        texts.loc[finding.row, finding.column] = float("nan")
    found_already = {(finding.row, finding.column) for finding in findings}
    try:
        return validate(texts, schema, path=str(path), rows=list(texts.index)), findings
    except DataFileError as error:
        others = [one for one in error.findings if (one.row, one.column) not in found_already]
    for finding in others:
        if finding.row is not None and finding.column in texts:
            texts.loc[finding.row, finding.column] = float("nan")
    findings = sorted([*findings, *others], key=lambda finding: finding.row or 0)
    numbers = [name for name, column in schema.columns.items() if str(column.dtype) in _NUMBERS]
    return texts.assign(**{name: pd.to_numeric(texts[name]) for name in numbers}), findings


def _texts(
    path: Path, schema: pa.DataFrameSchema, *, may_be_empty: bool, content: bytes | None
) -> pd.DataFrame:
    """The cells as they stand, indexed by their row in the file; blank ones are NaN."""
    numbered = _rows(path, _decode(path, content), alone=len(schema.columns) == 1)
    header_row = min(numbered)
    header = numbered.pop(header_row)
    absent = [name for name in schema.columns if name not in header]
    missing = [name for name in absent if schema.columns[name].required]
    if missing:
        padded = {name.strip(): name for name in header}
        raise DataFileError(
            [
                Finding("E115", str(path), header_row, name, seen=padded[name])
                if name in padded
                else Finding("E102", str(path), header_row, name, seen=name)
                for name in missing
            ]
        )
    if not numbered and not may_be_empty:
        raise DataFileError([Finding("E111", str(path))])
    table = pd.DataFrame(list(numbered.values()), columns=header, dtype=str, index=list(numbered))
    table = table.reindex(columns=[*header, *absent])
    return table.replace(r"^\s*$", float("nan"), regex=True)


def _untidy_keys(table: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> list[Finding]:
    """E115 for each cell of a key that would not be found again as it looks: “2024 ” is not 2024."""
    keys = [name for name, column in schema.columns.items() if column.unique]
    keys += (schema.metadata or {}).get("key", [])  # where later rows may repeat it
    return [
        Finding("E115", str(path), row, name, seen=str(cell))
        for name in dict.fromkeys([*(schema.unique or ()), *keys])
        for row, cell in table[name].dropna().items()
        if str(cell) != str(cell).strip() or any(map(is_invisible, str(cell)))
    ]


def is_invisible(char: str) -> bool:
    """True for control and format characters: line breaks, zero-width spaces and their like."""
    return unicodedata.category(char) in ("Cc", "Cf")


def _not_numerals(table: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> list[Finding]:
    """E103 for each cell of a column of numbers that Python, but no reader, takes for a number."""
    kinds = {name: str(column.dtype) for name, column in schema.columns.items()}
    return [
        Finding("E103", str(path), row, name, seen=str(cell), wanted=_KINDS[kind])
        for name, kind in kinds.items()
        if kind in _NUMBERS
        for row, cell in table[name].dropna().items()
        if not _NUMERAL.fullmatch(str(cell))
    ]


def validate(
    table: pd.DataFrame,
    schema: pa.DataFrameSchema,
    *,
    path: str,
    rows: Sequence[int] | None = None,
) -> pd.DataFrame:
    """`table` with the types of `schema`, or a `DataFileError` that lists every fault.

    Parameters
    ----------
    table : DataFrame
    schema : pandera.pandas.DataFrameSchema
    path : str
        What the findings call the table.
    rows : sequence of int, optional
        The number of each row in its file; counted from 2 where not given.
    """
    from pandera.errors import SchemaErrors

    positioned = table.reset_index(drop=True)
    try:
        checked: pd.DataFrame = schema.validate(positioned, lazy=True)
    except SchemaErrors as failure:
        cases = _all_cases(failure.failure_cases, positioned, schema)
        numbers = rows or range(FIRST_ROW, FIRST_ROW + len(table))
        raise DataFileError(list(_findings(cases, positioned, schema, path, numbers))) from None
    return checked.set_axis(table.index)


def _all_cases(
    cases: pd.DataFrame, table: pd.DataFrame, schema: pa.DataFrameSchema
) -> pd.DataFrame:
    """Every failure, also those that a cell of the wrong type hid from the checks of its column."""
    from pandera.errors import SchemaErrors

    mistyped = cases[cases.check.astype(str).str.startswith("coerce_dtype")]
    if mistyped.empty:
        return cases
    emptied = table.copy()
    for case in mistyped.itertuples():
        emptied.loc[case.index, case.column] = float("nan")
    try:
        schema.validate(emptied, lazy=True)
    except SchemaErrors as failure:
        cells = pd.MultiIndex.from_frame(mistyped[["index", "column"]])
        others: pd.DataFrame = failure.failure_cases
        hidden = ~pd.MultiIndex.from_frame(others[["index", "column"]]).isin(cells)
        return pd.concat([mistyped, others[hidden]], ignore_index=True)
    return mistyped


def _rows(path: Path, content: str, *, alone: bool) -> dict[int, list[str]]:
    """The rows that hold something, by their number as a spreadsheet counts it.

    `alone` says that one column is wanted, so that a header of one cell is no sign of a wrong
    separator.
    """
    numbered: dict[int, list[str]] = {}
    try:
        for row in csv.reader(io.StringIO(content, newline=""), strict=True):
            numbered[len(numbered) + 1] = row
    except csv.Error as error:
        row_of_fault = len(numbered) + 1
        raise DataFileError([Finding("E112", str(path), row_of_fault, seen=str(error))]) from error
    numbered = {number: row for number, row in numbered.items() if any(map(str.strip, row))}
    if not numbered:
        raise DataFileError([Finding("E111", str(path))])
    first = min(numbered)
    header = numbered[first]
    if len(header) == 1 and not alone:
        for separator in _SEPARATORS:
            if separator in header[0]:
                raise DataFileError([Finding("E119", str(path), first, seen=separator)])
    faults = [
        Finding("E116", str(path), first, name, seen=name)
        for name in dict.fromkeys(filter(str.strip, header))
        if header.count(name) > 1
    ]
    width = len(header)
    for number, row in numbered.items():
        beyond = [place for place in range(width, len(row)) if row[place].strip()]
        if len(row) < width or beyond:
            faults.append(Finding("E118", str(path), number, seen=str(len(row)), wanted=str(width)))
    if faults:
        raise DataFileError(faults)
    unnamed = [place for place in range(width) if not header[place].strip()]
    filled = [place for place in unnamed if any(row[place].strip() for row in numbered.values())]
    if filled:
        raise DataFileError(
            [Finding("E117", str(path), first, seen=str(place + 1)) for place in filled]
        )
    named = [place for place in range(width) if place not in unnamed]
    return {number: [row[place] for place in named] for number, row in numbered.items()}


def _decode(path: Path, content: bytes | None) -> str:
    if not path.is_file():
        raise DataFileError([Finding("E120" if path.is_dir() else "E113", str(path))])
    raw = path.read_bytes() if content is None else content
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataFileError([Finding("E101", str(path), seen="UTF-16")])
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError([Finding("E101", str(path), seen=_likely_encoding(raw))]) from None
    if raw.startswith(b"\xef\xbb\xbf"):
        warnings.warn(str(Finding("W151", str(path))), DataFileWarning, stacklevel=7)
    return decoded


def _likely_encoding(raw: bytes) -> str:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "不明 unknown"
    return "GBK/GB18030"


def _findings(
    failures: pd.DataFrame,
    table: pd.DataFrame,
    schema: pa.DataFrameSchema,
    path: str,
    rows: Sequence[int],
) -> Iterable[Finding]:
    seen_keys = set()
    failure: Any
    for failure in failures.sort_values("index", kind="stable").itertuples():
        check = str(failure.check)
        row = None if pd.isna(failure.index) else rows[int(failure.index)]
        seen = str(failure.failure_case)
        if check == "multiple_fields_uniqueness" or check == "field_uniqueness":
            columns = [failure.column] if check == "field_uniqueness" else schema.unique
            if table.loc[failure.index, list(columns)].isna().any():
                continue  # what is missing or wrong is a finding of its own
            key = _key(table, failure.index, columns)
            if (row, key) not in seen_keys and _repeats(table, failure.index, columns):
                seen_keys.add((row, key))
                yield Finding("E104", path, row, "+".join(columns), seen=key)
        elif check == "not_nullable":
            yield Finding("E110", path, row, failure.column)
        elif check.startswith(("one of ", "isin")):
            yield Finding("E107", path, row, failure.column, seen, check.removeprefix("one of "))
        elif check.startswith((">=", "<=")):
            yield Finding("E106", path, row, failure.column, seen, check)
        elif check.startswith("coerce_dtype"):
            wanted = _KINDS[str(schema.columns[failure.column].dtype)]
            yield Finding("E103", path, row, failure.column, seen, wanted)
        elif not check.startswith("dtype"):  # dtype only repeats a failed coercion
            yield Finding("E103", path, row, failure.column, seen, check)


def _key(table: pd.DataFrame, index: Any, columns: Sequence[str]) -> str:
    return ", ".join(str(value) for value in table.loc[index, list(columns)])


def _repeats(table: pd.DataFrame, index: Any, columns: Sequence[str]) -> bool:
    return bool(table.duplicated(subset=list(columns), keep="first").loc[index])
