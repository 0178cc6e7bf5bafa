"""Dates as files of references write them: 2024-05-09, 2024/5, 2024年5月9日, 1984/.., 2022年第5期."""

from __future__ import annotations

import re

from pbgov.errors import InputError
from pbgov.reporting.references.source import Date

_PLAIN = re.compile(
    r"(-?\d{1,4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?/*"
    r"(?:[T ]\d{1,2}:\d{2}.*)?",
)


def read_date(written: str) -> Date | None:
    """The date that is written; one that is no plain date is kept word for word.

    Returns
    -------
    Date or None
        None for nothing at all.
    """
    text = written.strip()
    if not text:
        return None
    begin, _, end = text.partition("/")
    if end == ".." or re.fullmatch(r"-?\d{4}(-\d{2}){0,2}", end):
        first, last = _parts(begin), () if end == ".." else _parts(end)
        if first and last is not None:
            return _date(first, text, last)
    parts = _parts(text)
    return _date(parts, text, None) if parts else Date(literal=text)


def written_date(date: Date) -> str:
    """A date that `read_date` gives back: 2024-05-09, 1957/1990, 1984/.."""
    if date.literal:
        return date.literal
    if date.until is None:
        return Date.iso(date.parts)
    return f"{Date.iso(date.parts)}/{Date.iso(date.until) if date.until else '..'}"


def _parts(text: str) -> tuple[int, ...] | None:
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    return tuple(int(part) for part in found.groups() if part is not None)


def _date(parts: tuple[int, ...], text: str, until: tuple[int, ...] | None) -> Date:
    try:
        return Date(parts, until)
    except InputError:
        return Date(literal=text)
