"""Repairing a text without losing a character: every change is listed and leads back to the raw text.

Damage of one kind is found by one module of `pbgov.corpus.repairs`. They run in a fixed order, in
rounds, until a round finds nothing; so repairing a repaired text changes nothing. Front matter is
never touched. What cannot be repaired stands as it was and is listed as ``unrepaired``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.alignment import Alignment, Edit, apply_edits
from pbgov.corpus.document import LINE_END, Repair, front_matter_end
from pbgov.corpus.repairs.blanks import odd_spaces
from pbgov.corpus.repairs.change import Change, apart_from, without_overlaps
from pbgov.corpus.repairs.compatibility import compatibility_forms
from pbgov.corpus.repairs.control import hidden_characters
from pbgov.corpus.repairs.furniture import web_furniture
from pbgov.corpus.repairs.gbk_shift import byte_shifts, unread_shifts
from pbgov.corpus.repairs.line_break import joint_of, wrapped_lines
from pbgov.corpus.repairs.listing import Place, after_round, listed
from pbgov.corpus.repairs.markup import stray_markup
from pbgov.corpus.repairs.pinyin import readings_after_characters
from pbgov.corpus.repairs.punctuation import ascii_brackets, ascii_punctuation
from pbgov.corpus.repairs.quotes import quotation_marks, unbalanced_quotes
from pbgov.corpus.repairs.spacing import typesetting_spaces
from pbgov.corpus.repairs.stray_digit import footnote_numbers
from pbgov.corpus.repairs.traditional import traditional_characters
from pbgov.corpus.repairs.unreadable import known_private_use, unreadable_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pbgov.corpus.formats.extract import Extract

JOINED_FORMATS = ("txt", "md")  # of other formats the lines are what the file says they are
ADDRESS = re.compile(
    r"(?:(?:https?|ftp)://|www\.)[\w\-.~:/?#\[\]@!$&*+=%]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    re.ASCII,
)


class Pass(NamedTuple):
    """One kind of damage: what finds it, and whether it leaves addresses and unread runs alone."""

    find: Callable[[str], Iterable[Change]]
    spares: bool = False


PASSES = (
    Pass(hidden_characters),
    Pass(known_private_use),
    Pass(stray_markup),
    Pass(odd_spaces),
    Pass(byte_shifts),
    Pass(readings_after_characters),
    Pass(compatibility_forms, spares=True),
    Pass(web_furniture),
    Pass(wrapped_lines),
    Pass(footnote_numbers),
    Pass(ascii_brackets, spares=True),
    Pass(ascii_punctuation, spares=True),
    Pass(quotation_marks, spares=True),
    Pass(typesetting_spaces, spares=True),
    Pass(traditional_characters, spares=True),
)
MOST_ROUNDS = 24  # three are usual
LEFT = (unreadable_characters, unread_shifts, unbalanced_quotes)


@dataclass(frozen=True)
class Repaired:
    """A repaired text, and how it came from the raw one.

    Attributes
    ----------
    text : str
    alignment : Alignment
        The map between the raw text and `text`.
    listed : tuple of Repair
        Every change, and every damage that was left, in the order of the raw text. No two overlap;
        those that are not ``unrepaired``, applied to the raw text, give `text`.
    """

    text: str
    alignment: Alignment = field(default=Alignment(), repr=False)
    listed: tuple[Repair, ...] = field(default=(), repr=False)

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the raw text."""
        return self.alignment.to_source(start, end)

    @property
    def repairs(self) -> pd.DataFrame:
        """One row is one change or one damage left: kind, raw_start, raw_end, before, after, certainty."""
        kinds = dict.fromkeys(Repair._fields, "str") | {"raw_start": "Int64", "raw_end": "Int64"}
        return pd.DataFrame(list(self.listed), columns=list(Repair._fields)).astype(kinds)


def repair_text(raw: str) -> Repaired:
    """A text with its damage repaired, as far as it can be.

    Parameters
    ----------
    raw : str
        Any text; TOML front matter between ``+++`` lines at its top stays as it is.

    Returns
    -------
    Repaired
        Repairing its text again changes nothing.

    Notes
    -----
    Where several rounds change the same stretch, the listing has it once: `before` as it stands in
    the raw text, `after` as it stands in the end, the kind of the most extensive change, and the
    lowest certainty. ``exact``: the form alone proves it. ``likely``: the rule that was followed can
    be wrong. ``inferred``: characters were lost and filled in by sense. ``unrepaired``: left alone.

    Examples
    --------
    >>> repaired = repair_text("基层治理(试行),见效。")
    >>> repaired.text
    '基层治理（试行），见效。'
    >>> repaired.to_raw(4, 8)
    (4, 8)
    """
    return _repaired(raw, (), JOINED_FORMATS[0])


def repair_extract(extract: Extract) -> tuple[str, Alignment, tuple[Repair, ...]]:
    """What a reader took out of a file, repaired: the text, its map to the raw text, the repairs.

    Parameters
    ----------
    extract : Extract
        Stretches marked ``furniture`` are removed; line ends marked ``wrap`` are joined. Other line
        ends are judged in plain text only.
    """
    repaired = _repaired(extract.text, tuple(_marked(extract)), extract.format)
    return repaired.text, repaired.alignment, repaired.listed


def _repaired(raw: str, first: tuple[Change, ...], format_: str) -> Repaired:
    head = _after_front_matter(raw)
    body = raw[head:]
    passes = [
        each for each in PASSES if each.find is not wrapped_lines or format_ in JOINED_FORMATS
    ]
    first = tuple(each._replace(start=each.start - head, end=each.end - head) for each in first)
    text, places, restless = _settled(body, first, passes)
    while restless:
        passes = [each for each in passes if each not in restless]
        text, places, restless = _settled(body, first, passes)
    found = listed(places, body, text)
    alignment = Alignment().then([Edit(each.raw_start, each.raw_end, each.after) for each in found])
    found += _left(text, alignment, found)
    moved = [
        each._replace(raw_start=each.raw_start + head, raw_end=each.raw_end + head)
        for each in sorted(found, key=lambda each: (each.raw_start, each.raw_end))
    ]
    made = [each for each in moved if each.certainty != "unrepaired"]
    edits = [Edit(each.raw_start, each.raw_end, each.after) for each in made]
    return Repaired(raw[:head] + text, Alignment().then(edits), tuple(moved))


def _after_front_matter(raw: str) -> int:
    """Where the front matter and its line end are over; 0 where there is none."""
    head = front_matter_end(raw)
    line_end = re.compile(LINE_END).match(raw, head) if head else None
    return line_end.end() if line_end else head


def _settled(
    text: str, first: Sequence[Change], passes: Sequence[Pass]
) -> tuple[str, list[Place], set[Pass]]:
    """The text after as many rounds as find something, its changes, and the passes that never rest.

    Texts made on purpose can give a pass something new in every round; such a pass is left out.
    """
    places: list[Place] = []
    changes = without_overlaps(first)
    if changes:
        text, places = apply_edits(text, _edits(changes)), after_round(places, changes)
    version, clean = 0, dict[Pass, int]()  # which version of the text each pass found nothing in
    for _ in range(MOST_ROUNDS):
        changed: set[Pass] = set()
        for each in passes:
            if clean.get(each) == version:
                continue
            changes = _found(each, text)
            if changes:
                text, places = apply_edits(text, _edits(changes)), after_round(places, changes)
                version += 1
                changed.add(each)
            else:
                clean[each] = version
        if not changed:
            return text, places, set()
    return text, places, changed


def _found(each: Pass, text: str) -> list[Change]:
    changes = [
        change
        for change in without_overlaps(each.find(text))
        if text[change.start : change.end] != change.after
    ]
    if changes and each.spares:
        spared = [match.span() for match in ADDRESS.finditer(text)]
        spared += [(change.start, change.end) for change in unread_shifts(text)]
        return list(apart_from(changes, sorted(spared)))
    return changes


def _left(text: str, alignment: Alignment, found: Sequence[Repair]) -> list[Repair]:
    """What stays damaged, on the raw text; within a repair it is part of that."""
    marks = without_overlaps(mark for find in LEFT for mark in find(text))
    raw = [_on_raw(alignment, mark) for mark in marks]
    changed = [(each.raw_start, each.raw_end) for each in found]
    return [
        Repair(mark.kind, mark.start, mark.end, mark.after, mark.after, mark.certainty)
        for mark in apart_from(raw, changed)
    ]


def _on_raw(alignment: Alignment, mark: Change) -> Change:
    start, end = alignment.to_source(mark.start, mark.end)
    return mark._replace(start=start, end=end)


def _marked(extract: Extract) -> Iterator[Change]:
    for mark in extract.marks:
        if mark.kind == "furniture":
            end = mark.end + (extract.text[mark.end : mark.end + 1] == "\n")
            yield Change(mark.start, end, "", "web_furniture", "exact")
        elif mark.kind == "wrap":
            joint = joint_of(
                extract.text[max(mark.start - 1, 0) : mark.start],
                extract.text[mark.end : mark.end + 1],
            )
            yield Change(mark.start, mark.end, joint, "line_break", "likely")


def _edits(changes: Sequence[Change]) -> list[Edit]:
    return [Edit(change.start, change.end, change.after) for change in changes]
