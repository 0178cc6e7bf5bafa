"""What the standard has no place for, in words a person reads and a line a program reads.

A note of pbgov first says in Chinese what it holds and then, one thing a line,
``pbgov:<kind> {…}``: the kind is ``coding``, ``state``, ``document`` or ``adjudication``, what
follows is JSON with the columns of the table. Descriptions are fields, ``【定义】…``, one below the
other; the further lines of a field begin with one wide space.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.exchange.refi.characters import legal_json, spell, unspell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CODING, STATE, DOCUMENT, ADJUDICATION = "coding", "state", "document", "adjudication"
KINDS = (CODING, STATE, DOCUMENT, ADJUDICATION)
MORE = "more"
NUMBERS = ("start", "end", "value", "evidence_start", "evidence_end")
NEEDED = {
    CODING: ("doc_id", "start", "end", "code_id", "coder", "value", "status", "text_digest",
             "codebook_version"),
    STATE: ("doc_id", "start", "end", "coder", "state"),
    DOCUMENT: ("doc_id", "digest"),
    ADJUDICATION: ("doc_id", "start", "end", "family"),
}  # fmt: skip
_LINE = re.compile(rf"pbgov:({'|'.join(KINDS)}) (\{{.*\}})\s*")
_FIELD = re.compile(r"【([^【】\n]{1,12})】(.*)", re.DOTALL)
_WIDE = "\u3000"


class Record(NamedTuple):
    """One row of a table, as it was put into a note."""

    kind: str
    fields: dict[str, object]


def record_line(kind: str, fields: Mapping[str, object]) -> str:
    """One row as the line a program reads; what is missing in it is left out."""
    present = {name: value for name, value in fields.items() if value is not None}
    return f"pbgov:{kind} {legal_json(present)}"


def split_records(text: str) -> tuple[str, list[Record]]:
    """The words of a note, and the records below them; a line that is no sound record is words."""
    words, records = [], []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        match = _LINE.fullmatch(line)
        record = _record(match.group(1), match.group(2)) if match else None
        if record is None:
            words.append(line)
        else:
            records.append(record)
    return "\n".join(words).strip("\n"), records


def _record(kind: str, line: str) -> Record | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or any(name not in fields for name in NEEDED[kind]):
        return None
    for name, value in fields.items():
        if name in NUMBERS and not (type(value) is int and 0 <= value < 2**62):
            return None
        is_text = name in NEEDED[kind] or kind in (CODING, STATE)
        if is_text and name not in (*NUMBERS, MORE) and not isinstance(value, str):
            return None
    if not isinstance(fields.get(MORE, {}), dict):
        return None
    for start, end in (("start", "end"), ("evidence_start", "evidence_end")):
        if (start in fields) != (end in fields) or fields.get(start, 0) > fields.get(end, 0):
            return None
    return Record(kind, fields) if fields.get("value", 0) in (0, 1) else None


def described(fields: Iterable[tuple[str, object]]) -> str:
    r"""A description of labelled fields; empty ones are left out.

    Examples
    --------
    >>> described([("定义", "甲\n乙"), ("来源", None)])
    '【定义】甲\n\u3000乙'
    """
    lines = []
    for label, value in fields:
        if isinstance(value, str) and value:
            lines.append(f"【{label}】" + spell(value).replace("\n", "\n" + _WIDE))
    return "\n".join(lines)


def fields_of(description: str) -> tuple[dict[str, str], str]:
    r"""The fields of a description that `described` made, and what else stands in it.

    Examples
    --------
    >>> fields_of("【定义】甲\n\u3000乙\n别的话")
    ({'定义': '甲\n乙'}, '别的话')
    """
    fields: dict[str, str] = {}
    rest: list[str] = []
    label = ""
    for line in description.split("\n"):
        match = _FIELD.fullmatch(line)
        if match and match.group(1) not in fields:
            label = match.group(1)
            fields[label] = match.group(2)
        elif label and line.startswith(_WIDE):
            fields[label] += "\n" + line[1:]
        else:
            rest.append(line)
    return {name: unspell(value) for name, value in fields.items()}, "\n".join(rest).strip()
