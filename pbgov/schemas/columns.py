"""The columns that schemas are made of."""

from __future__ import annotations

from math import isfinite

import pandera.pandas as pa


def text(
    *,
    nullable: bool = False,
    unique: bool = False,
    among: tuple[str, ...] = (),
    required: bool = True,
) -> pa.Column:
    """A column of strings; `among` lists the only allowed values."""
    checks = [pa.Check.isin(among, error=f"one of {' / '.join(among)}")] if among else []
    return pa.Column(str, checks, nullable=nullable, unique=unique, coerce=True, required=required)


def number(
    low: float | None = None, high: float | None = None, *, nullable: bool = False
) -> pa.Column:
    """A column of floats inside ``[low, high]``."""
    checks = [pa.Check(_is_finite, element_wise=True, error="有限的数 a finite number")]
    if low is not None:
        checks.append(pa.Check.ge(low, error=f">= {low:g}"))
    if high is not None:
        checks.append(pa.Check.le(high, error=f"<= {high:g}"))
    return pa.Column(float, checks, nullable=nullable, coerce=True)


def _is_finite(value: float) -> bool:
    return isfinite(value)


def whole(low: int | None = None, high: int | None = None, *, nullable: bool = False) -> pa.Column:
    """A column of integers inside ``[low, high]``, ``Int64`` so that a missing one can stay missing."""
    checks = [] if low is None else [pa.Check.ge(low, error=f">= {low}")]
    if high is not None:
        checks.append(pa.Check.le(high, error=f"<= {high}"))
    return pa.Column("Int64", checks, nullable=nullable, coerce=True)
