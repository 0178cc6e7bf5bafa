"""What may stand where in the XML of REFI-QDA 1.5, set down from the standard (5.2 and 5.3).

One entry is one element: its attributes (``!`` required, ``:`` the kind of value, text where none
is given) and its children, in the order in which they must stand (``?`` at most one, ``*`` any
number, ``+`` at least one; ``|`` between those of which the order is free).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"

_MADE = "creatingUser:guid creationDateTime:datetime"
_DATED = f"{_MADE} modifyingUser:guid modifiedDateTime:datetime"
_NAMED = "guid!:guid name"
_CORNERS = "firstX!:integer firstY!:integer secondX!:integer secondY!:integer"
_CODED = "Coding* NoteRef*"
_TEXT = (f"{_NAMED} richTextPath plainTextPath {_DATED}",
         f"Description? PlainTextContent? PlainTextSelection* {_CODED} VariableValue*")  # fmt: skip
_MEDIUM = f"{_NAMED} path currentPath {_DATED}"
_REFERENCE = ("targetGUID!:guid", "")
_VALUES = "TextValue|BooleanValue|IntegerValue|FloatValue|DateValue|DateTimeValue"

_PROJECT_ELEMENTS = {
    "Project": (
        "name! origin creatingUserGUID:guid creationDateTime:datetime modifyingUserGUID:guid"
        " modifiedDateTime:datetime basePath",
        "Users? CodeBook? Variables? Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*",
    ),
    "Users": ("", "User+"),
    "User": ("guid!:guid name id", ""),
    "CodeBook": ("", "Codes"),
    "Codes": ("", "Code+"),
    "Code": ("guid!:guid name! isCodable!:boolean color:color", "Description? NoteRef* Code*"),
    "Variables": ("", "Variable+"),
    "Variable": ("guid!:guid name! typeOfVariable!:variable", "Description?"),
    "Cases": ("", "Case+"),
    "Case": (_NAMED, "Description? CodeRef* VariableValue* SourceRef* SelectionRef*"),
    "VariableValue": ("", f"VariableRef {_VALUES}?"),
    "Sources": ("", "TextSource|PictureSource|PDFSource|AudioSource|VideoSource+"),
    "TextSource": _TEXT,
    "Note": _TEXT,
    "Representation": _TEXT,
    "TextDescription": _TEXT,
    "PlainTextSelection": (
        f"{_NAMED} startPosition!:integer endPosition!:integer {_DATED}",
        f"Description? {_CODED}",
    ),
    "Coding": (f"guid!:guid {_MADE}", "CodeRef NoteRef*"),
    "PictureSource": (_MEDIUM, f"Description? TextDescription? PictureSelection* {_CODED} VariableValue*"),
    "PictureSelection": (f"{_NAMED} {_CORNERS} {_DATED}", f"Description? {_CODED}"),
    "PDFSource": (_MEDIUM, f"Description? PDFSelection* Representation? {_CODED} VariableValue*"),
    "PDFSelection": (
        f"{_NAMED} page!:integer {_CORNERS} {_DATED}",
        f"Description? Representation? {_CODED}",
    ),
    "AudioSource": (_MEDIUM, f"Description? Transcript* AudioSelection* {_CODED} VariableValue*"),
    "AudioSelection": (f"{_NAMED} begin!:integer end!:integer {_DATED}", f"Description? {_CODED}"),
    "VideoSource": (_MEDIUM, f"Description? Transcript* VideoSelection* {_CODED} VariableValue*"),
    "VideoSelection": (f"{_NAMED} begin!:integer end!:integer {_DATED}", f"Description? {_CODED}"),
    "Transcript": (_TEXT[0], "Description? PlainTextContent? SyncPoint* TranscriptSelection* NoteRef*"),
    "TranscriptSelection": (
        f"{_NAMED} fromSyncPoint:guid toSyncPoint:guid {_DATED}",
        f"Description? {_CODED}",
    ),
    "SyncPoint": ("guid!:guid timeStamp:integer position:integer", ""),
    "Notes": ("", "Note+"),
    "Links": ("", "Link+"),
    "Link": (f"{_NAMED} direction:direction color:color originGUID:guid targetGUID:guid", "NoteRef*"),
    "Sets": ("", "Set+"),
    "Set": ("guid!:guid name!", "Description? MemberCode* MemberSource* MemberNote*"),
    "Graphs": ("", "Graph+"),
    "Graph": (_NAMED, "Vertex* Edge*"),
    "Vertex": (
        f"{_NAMED} representedGUID:guid firstX!:integer firstY!:integer secondX:integer"
        " secondY:integer shape:shape color:color",
        "",
    ),
    "Edge": (
        f"{_NAMED} representedGUID:guid sourceVertex!:guid targetVertex!:guid color:color"
        " direction:direction lineStyle:line",
        "",
    ),
    **dict.fromkeys(
        ("CodeRef", "NoteRef", "SourceRef", "SelectionRef", "VariableRef", "MemberCode",
         "MemberSource", "MemberNote"),
        _REFERENCE,
    ),
    **dict.fromkeys(("Description", "PlainTextContent", *_VALUES.split("|")), ("", "")),
}  # fmt: skip
_CODEBOOK_ELEMENTS = {
    "CodeBook": ("origin", "Codes Sets?"),
    "Codes": ("", "Code+"),
    "Code": ("guid!:guid name! isCodable!:boolean color:color", "Description? Code*"),
    "Sets": ("", "Set+"),
    "Set": ("guid!:guid name!", "Description? MemberCode*"),
    "MemberCode": ("guid!:guid", ""),
    "Description": ("", ""),
}
ELEMENTS = {PROJECT: _PROJECT_ELEMENTS, CODEBOOK: _CODEBOOK_ELEMENTS}
ROOTS = {PROJECT: "Project", CODEBOOK: "CodeBook"}
VALUE_KINDS = {
    "BooleanValue": "boolean",
    "IntegerValue": "integer",
    "FloatValue": "decimal",
    "DateValue": "date",
    "DateTimeValue": "datetime",
}

_HEX = "[0-9a-fA-F]"
_GUID = rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_ZONE = r"(?:Z|[+-]\d\d:\d\d)"
_DAY = r"(-?\d{4,})-(\d\d)-(\d\d)"
_FORMS = {
    "guid": re.compile(rf"{_GUID}|\{{{_GUID}\}}"),
    "integer": re.compile(r"[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    "boolean": re.compile(r"true|false|0|1"),
    "color": re.compile(rf"#(?:{_HEX}{{6}}|{_HEX}{{3}})"),
    "direction": re.compile(r"Associative|OneWay|Bidirectional"),
    "variable": re.compile(r"Text|Boolean|Integer|Float|Date|DateTime"),
    "shape": re.compile(
        r"Person|Oval|Rectangle|RoundedRectangle|Star|(?:Left|Right|Up|Down)Triangle|Note"
    ),
    "line": re.compile(r"dotted|dashed|solid"),
    "date": re.compile(rf"{_DAY}{_ZONE}?"),
    "datetime": re.compile(rf"{_DAY}T(\d\d):(\d\d):(\d\d)(?:\.\d+)?{_ZONE}?"),
}
_ZONED = re.compile(rf".*{_ZONE}")


class Attribute(NamedTuple):
    """One attribute of an element."""

    name: str
    required: bool
    kind: str


@cache
def attributes_of(namespace: str, tag: str) -> dict[str, Attribute]:
    """The attributes an element may have, by name."""
    found = {}
    for entry in ELEMENTS[namespace][tag][0].split():
        name, _, kind = entry.partition(":")
        plain = name.rstrip("!")
        found[plain] = Attribute(plain, name.endswith("!"), kind or "text")
    return found


@cache
def order_of(namespace: str, tag: str) -> re.Pattern[str]:
    """The children of an element, each with a space behind it, as an expression to be matched."""
    parts = []
    for entry in ELEMENTS[namespace][tag][1].split():
        names = entry.rstrip("?*+")
        parts.append(f"(?:(?:{names}) ){entry[len(names) :]}")
    return re.compile("".join(parts))


def is_valid(value: str, kind: str) -> bool:
    """Whether a value has the form of its kind."""
    if kind == "text":
        return True
    match = _FORMS[kind].fullmatch(" ".join(value.split()))
    if match is None:
        return False
    if kind in ("date", "datetime"):
        return _is_moment(match)
    return True


def has_zone(value: str) -> bool:
    """Whether a moment says in which time zone it is."""
    return _ZONED.fullmatch(value.strip()) is not None


def _is_moment(match: re.Match[str]) -> bool:
    year, month, day, *time = (int(part) for part in match.groups())
    if not 1 <= year <= 9999:
        return year != 0  # far from any research, but the schema knows such years
    try:
        date(year, month, day)
    except ValueError:
        return False
    if not time or time == [24, 0, 0]:
        return True
    hour, minute, second = time
    return hour < 24 and minute < 60 and second < 60
