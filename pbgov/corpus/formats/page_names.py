"""What web pages call things: kinds of tags, furniture, notes, metadata; lists in ``names/``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

NAMES = Path(__file__).parent / "names"


def tags(kind: str) -> frozenset[str]:
    """The tags of one kind: ``block``, ``unshown``, ``annotation`` or ``spaced``."""
    return frozenset(row["name"] for row in _rows("tags.csv") if row["kind"] == kind)


def furniture(kind: str) -> frozenset[str]:
    """The names of what is not the article: a ``tag``, ``role``, ``class``, or that of a ``note``."""
    return frozenset(row["name"] for row in _rows("furniture.csv") if row["kind"] == kind)


@cache
def statements() -> dict[str, tuple[str, int]]:
    """Names of metadata in small letters, to the field each fills and its rank."""
    return {
        row["name"].lower(): (row["field"], int(row["rank"])) for row in _rows("statements.csv")
    }


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (NAMES / name).open(encoding="utf-8-sig", newline="") as lines:
        return tuple(csv.DictReader(lines))
