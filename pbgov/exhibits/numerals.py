"""How numbers are written in exhibits: fixed decimals, a true minus sign, no p value of zero."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSING = "—"
MINUS = "−"
SMALLEST_P = 0.001
MOST_DECIMALS = 6


def format_number(value: Any, decimals: int = 0) -> str:
    """`value` with `decimals` places, U+2212 as minus and thousands grouped.

    Missing values give "—". A number that is not zero but would be printed as zero is given with
    the places its first digit needs, in scientific notation below a millionth.

    Examples
    --------
    >>> format_number(-1234.5, 1), format_number(float("nan"), 2), format_number(-0.001, 2)
    ('−1,234.5', '—', '−0.001')
    """
    if is_missing(value):
        return MISSING
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else MINUS + "∞"
    printed = f"{number:,.{decimals}f}"
    if float(printed.replace(",", "")) == 0:
        printed = f"{0:.{decimals}f}" if number == 0 else _first_digit(number)
    return printed.replace("-", MINUS)


def _first_digit(number: float) -> str:
    size = abs(number)
    if size < 1e-6:
        return f"{number:.1e}"
    return f"{number:.{math.ceil(-math.log10(size))}f}"


def format_count(value: Any) -> str:
    """A whole number with thousands grouped; "—" where missing.

    Raises
    ------
    InputError
        Where `value` is not whole: rounding a count would hide a mistake.
    """
    if is_missing(value):
        return MISSING
    if float(value) != int(value):
        raise InputError(f"{value!r} was to be printed as a count; a count is a whole number")
    return f"{int(value):,}".replace("-", MINUS)


def format_percent(share: Any, decimals: int = 1) -> str:
    """A share (0 to 1) as a percentage; "—" where missing.

    Examples
    --------
    >>> format_percent(0.125), format_percent(float("nan"))
    ('12.5%', '—')
    """
    return MISSING if is_missing(share) else f"{100 * float(share):.{decimals}f}%"


def format_p(value: Any, draws: Any = None) -> str:
    """A p value with three decimals, never as zero and never as one unless it is one.

    Parameters
    ----------
    value : float
        In [0, 1]; missing gives "—".
    draws : int, optional
        Number of permutations behind it; nothing below ``1 / (draws + 1)`` can be claimed.

    Examples
    --------
    >>> format_p(0.0004), format_p(0.0314), format_p(0.9999), format_p(0.0, draws=99)
    ('<0.001', '0.031', '>0.999', '<0.010')
    """
    if is_missing(value):
        return MISSING
    p = float(value)
    if not 0 <= p <= 1:
        raise InputError(f"{value!r} is not a p value; p values lie between 0 and 1")
    lowest = SMALLEST_P if is_missing(draws) else max(SMALLEST_P, 1 / (int(draws) + 1))
    if p < lowest:
        return f"<{lowest:.3f}"
    if 0.9995 <= p < 1:
        return ">0.999"
    return f"{p:.3f}"


def format_interval(low: Any, high: Any, decimals: int) -> str:
    """An interval "[low, high]"; "—" where both ends are missing."""
    if is_missing(low) and is_missing(high):
        return MISSING
    return f"[{format_number(low, decimals)}, {format_number(high, decimals)}]"


def decimals_for(std_error: Any) -> int:
    """Decimals that show two significant digits of a standard error, from 2 to 6.

    Examples
    --------
    >>> decimals_for(1.7), decimals_for(0.0123), decimals_for(float("nan"))
    (2, 3, 2)
    """
    if is_missing(std_error) or not math.isfinite(std_error) or std_error <= 0:
        return 2
    return min(MOST_DECIMALS, max(2, 1 - math.floor(math.log10(std_error))))


def format_cell(value: Any) -> str:
    """Whatever stands in a table's cell: text as it is, floats with three decimals."""
    if isinstance(value, str):
        return value
    if is_missing(value):
        return MISSING
    if pd.api.types.is_bool(value):
        return "是" if value else "否"
    if pd.api.types.is_integer(value):
        return format_count(value)
    if pd.api.types.is_float(value):
        return format_number(value, 3)
    return str(value)


def reads_as_number(cell: str) -> bool:
    """True for a printed cell that belongs right-aligned in a column of numbers."""
    return cell == MISSING or (
        any(char.isdigit() for char in cell)
        and all(char.isdigit() or char in " .,%<>≤[]()+-−–—e/×∞±" for char in cell)
    )


def mostly_numbers(cells: Iterable[str]) -> bool:
    """Whether a printed column is one of numbers: it holds more of them than of words.

    Empty cells and "—" belong to either; a column of nothing but "—" is one of numbers. Stars
    behind a number do not make it a word.

    Examples
    --------
    >>> mostly_numbers(["0.31***", "(0.05)", "16", "是"]), mostly_numbers(["—", "—", "东城区"])
    (True, False)
    """
    filled = [cell for cell in cells if cell.strip()]
    told = [cell for cell in filled if cell.strip() != MISSING]
    numbers = sum(map(is_number_cell, told))
    return numbers > len(told) - numbers if told else bool(filled)


def is_number_cell(cell: str) -> bool:
    """Whether a printed cell is a number or an interval, with stars or without: it may not break."""
    return reads_as_number(cell.rstrip("*"))


def is_missing(value: Any) -> bool:
    """True for None, NaN and pandas' NA."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))
