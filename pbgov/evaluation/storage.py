"""Tables and numbers as JSON and back, every digit kept: how an `Estimate` is put by."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def number_out(value: float) -> float | str | None:
    """A number as JSON can hold it: NaN as null, infinity as text."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value)


def number_in(value: float | str | None) -> float:
    """The number that `number_out` wrote."""
    return float("nan") if value is None else float(value)


def table_to_lists(table: pd.DataFrame) -> dict[str, Any]:
    """A table as JSON can hold it: its attrs, and each column with its kind."""
    columns = []
    for name in table.columns:
        values = table[name]
        cells: list[Any]
        if pd.api.types.is_bool_dtype(values.dtype):
            kind, cells = "truth", [None if pd.isna(cell) else bool(cell) for cell in values]
        elif pd.api.types.is_float_dtype(values.dtype):
            cells = [None if pd.isna(cell) else number_out(float(cell)) for cell in values]
            kind = "number"
        elif pd.api.types.is_integer_dtype(values.dtype):
            kind, cells = "whole", [None if pd.isna(cell) else int(cell) for cell in values]
        else:
            kind, cells = "text", [None if pd.isna(cell) else str(cell) for cell in values]
        columns.append({"name": str(name), "kind": kind, "cells": cells})
    return {"attrs": dict(table.attrs), "columns": columns}


def table_from_lists(lists: dict[str, Any]) -> pd.DataFrame:
    """The table that `table_to_lists` wrote."""
    made: dict[str, pd.Series[Any]] = {}
    for column in lists["columns"]:
        cells = column["cells"]
        gaps = None in cells
        if column["kind"] == "number":
            made[column["name"]] = pd.Series([number_in(cell) for cell in cells], dtype=float)
        elif column["kind"] == "whole":
            made[column["name"]] = pd.Series(cells, dtype="Int64" if gaps else "int64")
        elif column["kind"] == "truth":
            made[column["name"]] = pd.Series(cells, dtype="boolean" if gaps else "bool")
        else:
            made[column["name"]] = pd.Series(cells, dtype="str")
    table = pd.DataFrame(made)
    table.attrs.update(lists["attrs"])
    return table
