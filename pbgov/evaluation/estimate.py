"""An estimate with all that must be said beside it, or the reason why there is none."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pbgov.marks import as_simulated, is_simulated

TERM_COLUMNS = (
    "term",
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "p_permutation",
    "n_permutations",
)
BESIDE_COLUMNS = ("term", "std_error", "df", "p_value", "conf_low", "conf_high")


def counted(n: int, unit_name: str) -> str:
    """A number of units in Chinese: 16 个区, but 16 行."""
    return f"{n:,} 行" if unit_name == "行" else f"{n:,} 个{unit_name}"


@dataclass(frozen=True, eq=False)
class Estimate:
    """A fitted regression: numbers, second opinion, and limits.

    Attributes
    ----------
    formula : str
        As the caller wrote it.
    outcome : str
        Name of the outcome.
    terms : DataFrame
        One row is one coefficient: term, estimate (units of the outcome per unit of
        the term), std_error, df, statistic, p_value, conf_low, conf_high (95 %),
        p_permutation, n_permutations. p_value and the interval are NaN where the
        sandwich was refused; p_permutation is NaN and n_permutations 0 where no
        permutation applies. `limits` has the reasons.
    n : int
        Rows used.
    n_units : int
        Units at the level of the regressor: the clusters, or the rows.
    unit_name : str
        What a unit is, such as 区.
    method, covariance : str
        In Chinese, as a table's note prints them.
    beside : DataFrame
        The second opinion, one row per coefficient: term, std_error, df, p_value,
        conf_low, conf_high; what it is stands in ``beside.attrs["covariance"]``
        and in `limits`.
    fit : dict of str to float
        r2, sigma, df_residual; or sigma, log_likelihood, n_exact.
    limits : tuple of str
        Chinese sentences that belong under every exhibit of this estimate.
    simulated : bool
        True where any input was simulated; ``terms`` and ``beside`` then carry the mark too.
    inputs_digest : str
        SHA-256 of the rows and columns used, whatever their order.
    seed : int
        Of the permutation draws.
    """

    formula: str
    outcome: str
    terms: pd.DataFrame
    n: int
    n_units: int
    unit_name: str
    method: str
    covariance: str
    beside: pd.DataFrame
    fit: dict[str, float]
    limits: tuple[str, ...]
    simulated: bool
    inputs_digest: str
    seed: int

    def __post_init__(self) -> None:
        if self.simulated or is_simulated((self.terms, self.beside)):
            object.__setattr__(self, "simulated", True)
            object.__setattr__(self, "terms", as_simulated(self.terms))
            object.__setattr__(self, "beside", as_simulated(self.beside))

    @property
    def size(self) -> str:
        """N in Chinese: 16 个区, or 64 行（16 个区） where rows come in units."""
        units = counted(self.n_units, self.unit_name)
        return units if self.n == self.n_units else f"{self.n:,} 行（{units}）"

    def to_json(self) -> str:
        """The estimate as JSON; every digit is kept, NaN is written as null."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields["terms"] = _table_to_lists(self.terms)
        fields["beside"] = _table_to_lists(self.beside)
        fields["fit"] = {name: _number_out(value) for name, value in self.fit.items()}
        fields["limits"] = list(self.limits)
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, indent=1)

    @staticmethod
    def from_json(text: str) -> Estimate:
        """The estimate that `to_json` wrote, exactly."""
        fields = json.loads(text)
        fields["terms"] = _table_from_lists(fields["terms"])
        fields["beside"] = _table_from_lists(fields["beside"])
        fields["fit"] = {name: _number_in(value) for name, value in fields["fit"].items()}
        fields["limits"] = tuple(fields["limits"])
        return Estimate(**fields)

    def __str__(self) -> str:
        shown = self.terms.drop(columns=["statistic", "n_permutations"])
        head = "【模拟】" if self.simulated else ""
        return "\n".join(
            [
                f"{head}{self.formula}",
                f"{self.method}，{self.covariance}，N = {self.size}",
                shown.to_string(index=False, float_format=lambda value: f"{value:.4g}"),
                *(f"· {sentence}" for sentence in self.limits),
            ]
        )


@dataclass(frozen=True)
class NotEstimated:
    """A regression that the data cannot carry, and why.

    Attributes
    ----------
    formula : str
    n : int
        Complete rows that were there.
    reason, reason_en : str
        One sentence, in Chinese and in English.
    simulated : bool
    """

    formula: str
    n: int
    reason: str
    reason_en: str
    simulated: bool

    def to_json(self) -> str:
        """The refusal as JSON; `read_estimate` gives it back."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(fields, ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        head = "【模拟】" if self.simulated else ""
        return f"{head}{self.formula}\n未估计（{self.n} 行）：{self.reason}\n{self.reason_en}"


def read_estimate(text: str) -> Estimate | NotEstimated:
    """What ``to_json`` of either kind wrote, exactly."""
    fields = json.loads(text)
    return NotEstimated(**fields) if "reason" in fields else Estimate.from_json(text)


def _number_out(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value)


def _number_in(value: float | str | None) -> float:
    return float("nan") if value is None else float(value)


def _table_to_lists(table: pd.DataFrame) -> dict[str, Any]:
    columns = []
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_float_dtype(values.dtype):
            kind, cells = "number", [_number_out(float(cell)) for cell in values]
        elif pd.api.types.is_integer_dtype(values.dtype):
            kind, cells = "whole", [int(cell) for cell in values]
        else:
            kind, cells = "text", [str(cell) for cell in values]
        columns.append({"name": str(name), "kind": kind, "cells": cells})
    return {"attrs": dict(table.attrs), "columns": columns}


def _table_from_lists(lists: dict[str, Any]) -> pd.DataFrame:
    made: dict[str, pd.Series[Any]] = {}
    for column in lists["columns"]:
        cells = column["cells"]
        if column["kind"] == "number":
            made[column["name"]] = pd.Series([_number_in(cell) for cell in cells], dtype=float)
        elif column["kind"] == "whole":
            made[column["name"]] = pd.Series(cells, dtype="int64")
        else:
            made[column["name"]] = pd.Series(cells, dtype="str")
    table = pd.DataFrame(made)
    table.attrs.update(lists["attrs"])
    return table
