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

HEADER_ROW = 1
FIRST_ROW = 2  # a spreadsheet counts the header as line 1


def read_table(path: str | Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows of a UTF-8 CSV file, with the types of `schema`.

    Empty cells become NaN. A UTF-8 byte order mark, as WPS and Excel write it, is read over and
    remarked upon with a `DataFileWarning` (W151).

    Parameters
    ----------
    path : path
        The file; a column that the schema does not know is kept as text.
    schema : pandera.pandas.DataFrameSchema
        One of `pbgov.schemas`.

    Returns
    -------
    DataFrame
        In the order of the file.

    Raises
    ------
    DataFileError
        With every finding, each naming its row and column.
    """
    path = Path(path)
    rows = _rows(path)
    header = rows[0]
    missing = [name for name in schema.columns if name not in header]
    if missing:
        raise DataFileError(
            [Finding("E102", str(path), HEADER_ROW, name, seen=name) for name in missing]
        )
    if len(rows) == 1:
        raise DataFileError([Finding("E111", str(path))])
    table = pd.DataFrame(rows[1:], columns=header).replace("", float("nan"))
    return validate(table, schema, path=str(path))


def validate(table: pd.DataFrame, schema: pa.DataFrameSchema, *, path: str) -> pd.DataFrame:
    """`table` with the types of `schema`, or a `DataFileError` that lists every fault."""
    from pandera.errors import SchemaErrors

    try:
        return schema.validate(table, lazy=True)
    except SchemaErrors as failure:
        findings = list(_findings(failure.failure_cases, table, schema, path))
        raise DataFileError(findings) from None


def _rows(path: Path) -> list[list[str]]:
    content = _decode(path)
    try:
        rows = [row for row in csv.reader(io.StringIO(content, newline=""), strict=True) if row]
    except csv.Error as error:
        raise DataFileError([Finding("E112", str(path), seen=str(error))]) from error
    if not rows:
        raise DataFileError([Finding("E111", str(path))])
    width = len(rows[0])
    ragged = [
        Finding("E112", str(path), number, seen=f"{len(row)} cells, header has {width}")
        for number, row in enumerate(rows[1:], FIRST_ROW)
        if len(row) != width
    ]
    if ragged:
        raise DataFileError(ragged)
    return rows


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataFileError([Finding("E101", str(path), seen="UTF-16")])
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError([Finding("E101", str(path), seen=_likely_encoding(raw))]) from None
    if raw.startswith(b"\xef\xbb\xbf"):
        warnings.warn(str(Finding("W151", str(path))), DataFileWarning, stacklevel=4)
    return content


def _likely_encoding(raw: bytes) -> str:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "unknown"
    return "GBK/GB18030"


def _findings(
    failures: pd.DataFrame, table: pd.DataFrame, schema: pa.DataFrameSchema, path: str
) -> Iterable[Finding]:
    seen_keys = set()
    for failure in failures.sort_values("index", kind="stable").itertuples():
        check = str(failure.check)
        row = None if pd.isna(failure.index) else int(failure.index) + FIRST_ROW
        seen = str(failure.failure_case)
        if check == "multiple_fields_uniqueness" or check == "field_uniqueness":
            columns = schema.unique or [failure.column]
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
