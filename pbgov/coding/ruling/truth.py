"""Where conditions hold: over many texts at once, on arrays of the places of their words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pbgov.coding.ruling.conditions import (
    And,
    Attribute,
    CodeGiven,
    Count,
    Heading,
    Near,
    Not,
    Or,
    Sequence,
    Term,
    TermsOf,
    is_place,
)
from pbgov.coding.ruling.negation import is_denial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.coding.ruling.conditions import Node

APART = 2**32  # more than any position and any gap: no place of one text is near one of the next
NOWHERE = -1
OPPOSITE = {"=": "!=", "!=": "=", ">=": "<", "<": ">=", ">": "<=", "<=": ">"}


@dataclass(frozen=True, eq=False)
class Places:
    """Stretches of many texts, in the order of text, start and end; none stands twice."""

    text: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.text)


class Scene(Protocol):
    """What conditions are held against: some texts, and what is known of them.

    ``affirmed`` asks for what is said and not denied; else what is denied counts too.
    """

    @property
    def n_texts(self) -> int:
        """How many texts there are."""

    def term_places(self, term: str, affirmed: bool) -> Places:
        """Where a word stands, outside masks."""

    def cue_places(self, code_id: str, affirmed: bool) -> Places:
        """Where the cues of a code stand, outside masks and its vetoes."""

    def code_truth(self, code_id: str, affirmed: bool) -> np.ndarray:
        """In which texts the terms or the rules of a code are met."""

    def code_evidence(self, code_id: str, rows: np.ndarray, affirmed: bool) -> Evidence:
        """Where, in some texts."""

    def under_heading(self, words: tuple[str, ...]) -> np.ndarray:
        """Which texts stand under a heading with one of some words."""

    def has_value(self, name: str, value: str, equal: bool) -> np.ndarray:
        """Which texts have a value, or another one, in a column; never where it is missing."""


Evidence = tuple[np.ndarray, np.ndarray]


def truth(node: Node, scene: Scene, affirmed: bool = True, opposite: bool = False) -> np.ndarray:
    """In which texts a condition holds, or with `opposite` does not: an array of bool, one a text.

    With `affirmed`, words that are denied (没有组建) do not count, but where the condition holds by
    their absence: under ``not``, and in counts held to an upper bound. There every occurrence
    counts. Conditions that say the same by logic are true of the same texts.
    """
    match node:
        case And(parts) | Or(parts) if not (isinstance(node, Or) and is_place(node)):
            every = isinstance(node, And) is not opposite
            joined = np.logical_and if every else np.logical_or
            holds = np.full(scene.n_texts, every)
            for part in parts:
                joined(holds, truth(part, scene, affirmed, opposite), out=holds)
            return holds
        case Not(part):
            return truth(part, scene, affirmed, not opposite)
        case Count(items, sign, number):
            sign = OPPOSITE[sign] if opposite else sign
            counted = places_of(Or(items), scene, affirmed and _asks_for_some(sign, number))
            return _held_against(np.bincount(counted.text, minlength=scene.n_texts), sign, number)
    holds = _said(node, scene, affirmed and not opposite)
    return ~holds if opposite else holds


def _said(node: Node, scene: Scene, affirmed: bool) -> np.ndarray:
    match node:
        case Heading(words):
            return scene.under_heading(words)
        case Attribute(name, equal, value):
            return scene.has_value(name, value, equal)
        case CodeGiven(code_id):
            return scene.code_truth(code_id, affirmed)
    holds = np.zeros(scene.n_texts, dtype=bool)
    for part in node.parts if isinstance(node, Or) else (node,):
        holds[places_of(part, scene, affirmed).text] = True
    return holds


def _asks_for_some(sign: str, number: int) -> bool:
    """True where a count must reach a number: ``>= 2``, ``= 2``, ``!= 0``; not ``< 2``, ``= 0``."""
    if sign in ("=", "!="):
        return (sign == "=") is (number > 0)
    return sign in (">", ">=")


def places_of(node: Node, scene: Scene, affirmed: bool = True) -> Places:
    """Where words, or words beside words, stand; the node is one of which `is_place` is true.

    ``seq[4](没有, 考核)`` asks for the denied 考核: beside a word of denial every occurrence counts.
    """
    match node:
        case Term(term):
            return scene.term_places(term, affirmed)
        case TermsOf(code_id):
            return scene.cue_places(code_id, affirmed)
        case Or(parts):
            return together(places_of(part, scene, affirmed) for part in parts)
        case Sequence(gap, items) | Near(gap, items):
            affirmed = affirmed and not any(map(_denies, items))
            placed = [places_of(item, scene, affirmed) for item in items]
            orders = itertools.permutations(placed) if isinstance(node, Near) else [placed]
            return together(_in_order(list(order), gap) for order in orders)
    raise TypeError(f"{node} stands nowhere")


def evidence(node: Node, scene: Scene, rows: np.ndarray, affirmed: bool = True) -> Evidence:
    """The stretch that makes a condition true in each of some texts, where it holds.

    Of a place the first one, of ``or`` the part that begins first, of ``and`` the stretch from its
    first part to its last, of a count the stretch up to the occurrence that reaches the number; of
    what is true without words (not, heading, attribute, an upper bound) nothing.

    Parameters
    ----------
    rows : ndarray of int
        Numbers of texts in which the condition holds, ascending.

    Returns
    -------
    start, end : ndarray of int
        -1 where nothing can be pointed at.
    """
    match node:
        case And(parts):
            return _hull([evidence(part, scene, rows, affirmed) for part in parts])
        case Or(parts) if len(parts):
            return _first([_where_true(part, scene, rows, affirmed) for part in parts])
        case Count(items, sign, number):
            counted = places_of(Or(items), scene, affirmed)
            reached = {">=": number, "=": number, ">": number + 1}.get(sign, 0)
            return _up_to(counted, rows, reached)
        case CodeGiven(code_id):
            return scene.code_evidence(code_id, rows, affirmed)
        case Not(_) | Heading(_) | Attribute(_, _, _):
            return _nothing(len(rows))
    return _up_to(places_of(node, scene, affirmed), rows, 1)


def together(parts: Iterable[Places]) -> Places:
    """All places of some, each once."""
    listed = [part for part in parts if len(part)]
    if not listed:
        none = np.zeros(0, dtype=np.int64)
        return Places(none, none, none)
    if len(listed) == 1:
        return listed[0]
    return ordered(
        np.concatenate([part.text for part in listed]),
        np.concatenate([part.start for part in listed]),
        np.concatenate([part.end for part in listed]),
    )


def ordered(text: np.ndarray, start: np.ndarray, end: np.ndarray) -> Places:
    """Places in their order, each once."""
    begins = text * APART + start
    if (begins[1:] > begins[:-1]).all():  # as those of a single word are
        return Places(text, start, end)
    order = np.lexsort((end, begins))
    text, start, end = text[order], start[order], end[order]
    new = np.ones(len(text), dtype=bool)
    new[1:] = (text[1:] != text[:-1]) | (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    return Places(text[new], start[new], end[new])


def _in_order(items: list[Places], gap: int) -> Places:
    """Stretches from a place of the first item to one of the last, by way of one of each other."""
    rest = items[-1]
    for item in reversed(items[:-1]):
        starts = rest.text * APART + rest.start
        ends = item.text * APART + item.end
        nearest = np.searchsorted(starts, ends, side="left")
        n_reached = np.searchsorted(starts, ends + gap, side="right") - nearest
        at = np.repeat(np.arange(len(item)), n_reached)
        steps = np.arange(len(at)) - np.repeat(np.cumsum(n_reached) - n_reached, n_reached)
        reached = np.repeat(nearest, n_reached) + steps
        rest = ordered(item.text[at], item.start[at], rest.end[reached])
    return rest


def _denies(item: Node) -> bool:
    if isinstance(item, Or):
        return all(map(_denies, item.parts))
    return isinstance(item, Term) and is_denial(item.text)


def _held_against(counts: np.ndarray, sign: str, number: int) -> np.ndarray:
    compared = {
        "=": np.equal,
        "!=": np.not_equal,
        ">=": np.greater_equal,
        ">": np.greater,
        "<=": np.less_equal,
        "<": np.less,
    }[sign]
    return np.asarray(compared(counts, number))


def _up_to(places: Places, rows: np.ndarray, number: int) -> Evidence:
    """From the first place of each text to the `number`-th; nothing where there are fewer, or for 0."""
    first = np.searchsorted(places.text, rows)
    last = first + number - 1
    found = (number > 0) & (last < len(places))
    found[found] = places.text[last[found]] == rows[found]
    start, end = _nothing(len(rows))
    start[found] = places.start[first[found]]
    ends = [places.end[first[found] + step] for step in range(number)] if found.any() else []
    if ends:
        end[found] = np.maximum.reduce(ends)
    return start, end


def _where_true(node: Node, scene: Scene, rows: np.ndarray, affirmed: bool) -> Evidence:
    start, end = _nothing(len(rows))
    holds = truth(node, scene, affirmed)[rows]
    start[holds], end[holds] = evidence(node, scene, rows[holds], affirmed)
    return start, end


def _hull(parts: list[Evidence]) -> Evidence:
    starts, ends = np.array([start for start, _ in parts]), np.array([end for _, end in parts])
    far = np.where(starts == NOWHERE, np.iinfo(starts.dtype).max, starts).min(axis=0)
    return np.where(ends.max(axis=0) == NOWHERE, NOWHERE, far), ends.max(axis=0)


def _first(parts: list[Evidence]) -> Evidence:
    starts, ends = np.array([start for start, _ in parts]), np.array([end for _, end in parts])
    chosen = np.where(starts == NOWHERE, np.iinfo(starts.dtype).max, starts).argmin(axis=0)
    columns = np.arange(starts.shape[1])
    return starts[chosen, columns], ends[chosen, columns]


def _nothing(size: int) -> Evidence:
    return np.full(size, NOWHERE, dtype=np.int64), np.full(size, NOWHERE, dtype=np.int64)
