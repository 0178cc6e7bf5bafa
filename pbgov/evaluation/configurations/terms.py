"""Terms as they are written: DEV*~URB, and DEV[2]*URB[0] where a condition has three values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.sets.minimisation import FREE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LITERAL = re.compile(r"(?P<not>~?)(?P<name>[^~\[\]]+)(?:\[(?P<value>\d+)\])?")


def written(term: Iterable[int], conditions: Sequence[str], levels: Sequence[int]) -> str:
    """One term in letters; 1 where it is free everywhere.

    Parameters
    ----------
    term : iterable of int
        The value of each condition, or -1 where it is free.
    conditions : sequence of str
    levels : sequence of int
        Where any condition has three values or more, all are written with their value.
    """
    several = max(levels) > 2
    literals = [
        f"{name}[{value}]" if several else ("" if value else "~") + name
        for name, value in zip(conditions, term, strict=True)
        if value != FREE
    ]
    return "*".join(literals) or "1"


def expression(terms: Iterable[str]) -> str:
    """A model in letters: its terms with + between them."""
    return " + ".join(terms)


def read_expression(text: str, conditions: Sequence[str], levels: Sequence[int]) -> np.ndarray:
    """The terms of an expression such as ``DEV*~URB + LIT``.

    Returns
    -------
    ndarray of int, shape (terms, k)

    Raises
    ------
    InputError
        Where a name is no condition, a value does not exist, or a term names one condition twice.
    """
    terms = []
    for part in text.split("+"):
        term = np.full(len(conditions), FREE)
        for literal in part.split("*"):
            place, value = _read_literal(literal.strip(), text, conditions, levels)
            if term[place] != FREE:
                raise InputError(f"{text!r}: {part.strip()!r} names {conditions[place]!r} twice")
            term[place] = value
        terms.append(term)
    return np.array(terms)


def _read_literal(
    literal: str, text: str, conditions: Sequence[str], levels: Sequence[int]
) -> tuple[int, int]:
    found = _LITERAL.fullmatch(literal)
    name = found["name"].strip() if found else literal
    if not found or name not in conditions:
        raise InputError(
            f"{text!r}: {literal!r} is no condition; write names of conditions with ~ for absence,"
            " * for and, + for or"
        )
    place = list(conditions).index(name)
    if found["value"] is None and levels[place] > 2:
        raise InputError(f"{text!r}: {name!r} has {levels[place]} values; write {name}[0]")
    value = 1 if found["value"] is None else int(found["value"])
    if value >= levels[place] or (found["not"] and levels[place] > 2):
        raise InputError(
            f"{text!r}: {literal!r} is no value of {name!r}, which has 0 to {levels[place] - 1}"
        )
    return place, 1 - value if found["not"] else value
