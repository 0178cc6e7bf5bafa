"""The grammar of a report's prose: text with results, exhibits, sources and footnotes named in it.

| written | printed |
|---|---|
| ``{{result:practices.n}}`` | the value of that result, bound to it |
| ``{{result:practices.n=108}}`` | the same; the report is refused unless the result prints as 108 |
| ``{tab-practices}`` | the number of that exhibit, with a link |
| ``{{cite:key}}`` | the mark of that source |
| ``{{note:…}}`` | a footnote |
| ``{{given:1000|考核办法规定的满分}}`` | 1000, a number that is no result: what stands behind the bar says whence it is |

Nothing else in a text has a meaning, and nothing is carried out. Words that come from documents or
data files pass through `literal` first, so that a title such as ``{{result:x}}`` stays a title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from pbgov.errors import InputError

_BRACE = "{{brace}}"
_OF_A_NAME = re.compile(r"([{}|])")
_PIECE = re.compile(
    r"\{\{(?P<kind>result|cite|note|given):(?P<name>[^{}]*)\}\}"
    r"|\{(?P<exhibit>(?:tab|fig)-[a-z0-9-]+)\}"
    r"|(?P<brace>\{\{brace\}\})"
)


@dataclass(frozen=True)
class ExhibitName:
    """An exhibit named in a text."""

    exhibit_id: str


@dataclass(frozen=True)
class ResultName:
    """A result named in a text; `expected` is what the writer saw, or None."""

    result_id: str
    expected: str | None = None


@dataclass(frozen=True)
class SourceName:
    """A source cited in a text."""

    key: str


@dataclass(frozen=True)
class NoteText:
    """The text of a footnote."""

    text: str


@dataclass(frozen=True)
class GivenText:
    """Words or a number stated in a text that are no result, and whence they are."""

    printed: str
    whence: str


Name: TypeAlias = ExhibitName | ResultName | SourceName | NoteText | GivenText


def result(result_id: str) -> str:
    """What names a result in prose: ``{{result:…}}``."""
    return f"{{{{result:{result_id}}}}}"


def given(text: str, whence: str) -> str:
    """Words or numbers that are no result: a study's own names and remarks, a fact from elsewhere.

    Whatever stands in `text` is printed as it is and names nothing.

    Raises
    ------
    InputError
        Where `whence` is empty.
    """
    origin = _OF_A_NAME.sub(" ", whence).strip()
    if not origin:
        raise InputError(f"{text!r} is given without its origin; say whence it is")
    parts = (
        _BRACE
        if part == "{"
        else part
        if part in ("}", "|") or not part.strip()
        else f"{{{{given:{part}|{origin}}}}}"
        for part in _OF_A_NAME.split(text)
    )
    return "".join(parts)


def literal(text: str) -> str:
    """`text` such that no part of it names anything when it stands in a report's prose."""
    return text.replace("{", _BRACE)


def parsed(text: str) -> list[str | Name]:
    """`text` cut into plain stretches and the names between them, in reading order."""
    pieces: list[str | Name] = []
    plain = ""
    last = 0
    for found in _PIECE.finditer(text):
        plain += text[last : found.start()]
        last = found.end()
        if found["brace"]:
            plain += "{"
            continue
        if plain:
            pieces.append(plain)
            plain = ""
        pieces.append(_name(found))
    plain += text[last:]
    return [*pieces, plain] if plain else pieces


def _name(found: re.Match[str]) -> Name:
    if found["exhibit"]:
        return ExhibitName(found["exhibit"])
    if found["kind"] == "cite":
        return SourceName(found["name"].strip())
    if found["kind"] == "note":
        return NoteText(found["name"])
    if found["kind"] == "given":
        printed, _, whence = found["name"].partition("|")
        return GivenText(printed, whence.strip())
    result_id, equals, expected = found["name"].partition("=")
    return ResultName(result_id.strip(), expected.strip() if equals else None)
