"""Reading a CSV against its schema: everything wrong is listed, nothing is changed."""

from __future__ import annotations

import csv
import io
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


def read_table(path: str | Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows of a UTF-8 CSV file, with the types of `schema`.

    Empty cells become NaN; rows without any filled cell, as spreadsheets leave them at the end,
    are passed over. A UTF-8 byte order mark, as WPS and Excel write it, is read over and remarked
    upon with a `DataFileWarning` (W151).

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


def read_numbered(path: str | Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """As `read_table`, but the index holds each row's number in the file (the header is row 1)."""
    path = Path(path)
    numbered = _rows(path)
    header_row = min(numbered)
    header = numbered.pop(header_row)
    missing = [name for name in schema.columns if name not in header]
    if missing:
        raise DataFileError(
            [Finding("E102", str(path), header_row, name, seen=name) for name in missing]
        )
    if not numbered:
        raise DataFileError([Finding("E111", str(path))])
    table = pd.DataFrame(list(numbered.values()), columns=header, dtype=str)
    return validate(
        table.replace("", float("nan")), schema, path=str(path), rows=list(numbered)
    ).set_axis(list(numbered))


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


def _rows(path: Path) -> dict[int, list[str]]:
    """The rows that hold something, by their number as a spreadsheet counts it."""
    content = _decode(path)
    try:
        numbered = dict(enumerate(csv.reader(io.StringIO(content, newline=""), strict=True), 1))
    except csv.Error as error:
        raise DataFileError([Finding("E112", str(path), seen=str(error))]) from error
    numbered = {number: row for number, row in numbered.items() if any(map(str.strip, row))}
    if not numbered:
        raise DataFileError([Finding("E111", str(path))])
    header = numbered[min(numbered)]
    repeated = {name for name in header if header.count(name) > 1}
    if repeated:
        seen = f"{', '.join(sorted(repeated))!r} heads two columns"
        raise DataFileError([Finding("E112", str(path), min(numbered), seen=seen)])
    ragged = [
        Finding("E112", str(path), number, seen=f"{len(row)} cells, header has {len(header)}")
        for number, row in numbered.items()
        if len(row) != len(header)
    ]
    if ragged:
        raise DataFileError(ragged)
    return numbered


def _decode(path: Path) -> str:
    if not path.is_file():
        raise DataFileError([Finding("E113", str(path))])
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataFileError([Finding("E101", str(path), seen="UTF-16")])
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError([Finding("E101", str(path), seen=_likely_encoding(raw))]) from None
    if raw.startswith(b"\xef\xbb\xbf"):
        warnings.warn(str(Finding("W151", str(path))), DataFileWarning, stacklevel=5)
    return content


def _likely_encoding(raw: bytes) -> str:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "unknown"
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
            wanted = str(schema.columns[failure.column].dtype)
            yield Finding("E103", path, row, failure.column, seen, wanted)
        elif not check.startswith("dtype"):  # dtype only repeats a failed coercion
            yield Finding("E103", path, row, failure.column, seen, check)


def _key(table: pd.DataFrame, index: Any, columns: Sequence[str]) -> str:
    return ", ".join(str(value) for value in table.loc[index, list(columns)])


def _repeats(table: pd.DataFrame, index: Any, columns: Sequence[str]) -> bool:
    return bool(table.duplicated(subset=list(columns), keep="first").loc[index])
