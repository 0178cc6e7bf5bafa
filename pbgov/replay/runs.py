"""The results of a run as rows, and when two values are the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from pbgov.cache import Results

Run: TypeAlias = Mapping[str, Results]
"""The results of each step of one run."""

ALWAYS = (("read", "paragraphs"), ("code", "codings"))
"""Tables that every run makes: where one is not there, another version kept it otherwise."""
NOISE = 1e-9
"""Numbers closer than this part of the larger one are the same."""


CONDITIONS = ("what", "before", "after")
SEED, CODE = "seed", "pbgov"
_SHOWN = 8


def conditions_of(record: Mapping[str, Any]) -> dict[str, str]:
    """What a run was made with, as provenance.json records it: seed, pbgov's own code, versions."""
    own = {SEED: str(record.get("seed", "")), CODE: str(record.get("code", ""))[:_SHOWN]}
    return own | {str(name): str(one) for name, one in record.get("versions", {}).items()}


def rows_of(run: Run, step: str, name: str) -> list[dict[str, Any]]:
    """The rows of a table; none where the step did not make it.

    Raises
    ------
    LookupError
        Where the step makes it always (`ALWAYS`) and did not.
    """
    table = run.get(step, {}).get(name)
    if table is None and step in run and (step, name) in ALWAYS:
        raise LookupError(f"the results of {step} hold no {name}")
    if not isinstance(table, pd.DataFrame):
        return []
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def number_of(value: Any) -> float:
    """A number; NaN where missing."""
    return math.nan if value is None or pd.isna(value) else float(value)


def text_of(value: Any) -> str:
    """Words; '' where missing."""
    return "" if value is None or pd.isna(value) else str(value)


def same(one: float, other: float) -> bool:
    """Whether two numbers differ by noise at most; missing is the same as missing."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= NOISE * max(abs(one), abs(other))
