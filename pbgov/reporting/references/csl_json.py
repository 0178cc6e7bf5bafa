"""Reading and writing CSL-JSON, the form that Zotero, pandoc and citeproc exchange."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.findings import Finding
from pbgov.reporting.references.bibtex import bare_doi
from pbgov.reporting.references.dates import read_date, written_date
from pbgov.reporting.references.source import CARRIERS, MARKS, TYPE_MARKS, Date, Name, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXTS = {
    "title": "title",
    "container-title": "container_title",
    "event-title": "event",
    "event": "event",
    "publisher": "publisher",
    "publisher-place": "place",
    "edition": "edition",
    "version": "version",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "number": "number",
    "scale": "scale",
    "dimensions": "dimensions",
    "URL": "url",
    "DOI": "doi",
    "ISBN": "isbn",
    "ISSN": "issn",
    "language": "language",
    "genre": "genre",
    "archive": "archive",
    "abstract": "abstract",
    "note": "note",
    "medium": "medium",
}
_NAMES = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "container-author": "container_author",
}
_OWN = ("numbering", "identifier", "mark")
_OWN_TYPES = {"compilation": "book", "proceedings": "book", "database": "dataset"}
_NOT_TEXT = "json:"
_MARKUP = re.compile(r"</?(?:i|b|su[bp]|sc)>|<span(?: (?:class|style)=\"[^\"<>]*\")?>|</span>")
_STATED = re.compile(r"([A-Za-z-]+):[ \t]*(\S.*?)[ \t]*")


def read_csl_json(text: str, path: str) -> tuple[list[Source], list[Finding]]:
    """The sources of a CSL-JSON file, and what was found wrong (E) or worth a remark (W)."""
    try:
        items = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        seen = str(getattr(error, "msg", "nested too deeply"))
        return [], [Finding("E730", path, line, seen=seen, wanted="CSL-JSON")]
    if isinstance(items, dict) and isinstance(items.get("items"), list):
        items = items["items"]
    if not isinstance(items, list):
        return [], [Finding("E730", path, seen=type(items).__name__, wanted="[{…}, …]")]
    sources, findings = [], []
    for number, item in enumerate(items, 1):
        where = str(item.get("id", f"#{number}")) if isinstance(item, dict) else f"#{number}"
        try:
            if not isinstance(item, dict):
                raise InputError(f"{str(item)[:40]!r} is no object")
            sources.append(_source(item, number))
        except (InputError, TypeError, ValueError, AttributeError) as error:
            findings.append(Finding("E730", path, column=where, seen=str(error), wanted="CSL-JSON"))
            continue
        if sources[-1].type not in TYPE_MARKS:
            seen = sources[-1].type
            findings.append(Finding("W736", path, column=where, seen=seen))
    return sources, findings


def write_csl_json(sources: Sequence[Source], path: str) -> tuple[str, list[Finding]]:
    """A CSL-JSON file of the sources; it can hold all that they know."""
    items = [_item(source) for source in sources]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n", []


def _source(item: dict[str, Any], number: int) -> Source:
    rest = _with_stated(dict(item))
    key = str(rest.pop("id", "") or f"item-{number}")
    kind = str(rest.pop("type", "") or "document")
    custom = rest.pop("custom", {})
    own = dict(custom) if isinstance(custom, dict) else {}
    if own.get("type") in _OWN_TYPES:
        kind = str(own.pop("type"))
    known: dict[str, Any] = {}
    for name in _OWN:
        if isinstance(own.get(name), str):
            known[name] = own.pop(name)
    for name, role in _TEXTS.items():
        if role not in known and isinstance(rest.get(name), (str, int, float)):
            known[role] = str(rest.pop(name))
    for role in ("title", "container_title"):
        if role in known:
            known[role] = _MARKUP.sub("", known[role])
    for name, role in _NAMES.items():
        if name in rest:
            known[role] = tuple(_name(one) for one in rest.pop(name) or () if any(one.values()))
    for role in ("issued", "accessed"):
        if role in rest:
            known[role] = _date(rest.pop(role))
    if isinstance(rest.get("keyword"), str):
        words = rest.pop("keyword").split(", ")
        known["keywords"] = tuple(word for word in words if word)
    others = [(name, _kept(value)) for name, value in rest.items()]
    for name, allowed in (("mark", MARKS), ("medium", CARRIERS)):
        if known.get(name, allowed[0]) not in allowed:
            others.append((name, known.pop(name)))
    if own:
        others.append(("custom", _kept(own)))
    known["doi"] = bare_doi(known.get("doi", ""))
    return Source(key, kind, **known, others=tuple(others))


def _with_stated(rest: dict[str, Any]) -> dict[str, Any]:
    """The item with what its note states in lines such as ``page: 29``, as Zotero's Extra does.

    Such a line fills a variable that is empty; ``type`` replaces the item's. Other lines stay.
    """
    note = rest.get("note")
    if not isinstance(note, str):
        return rest
    known = {*_TEXTS, "type", "issued", "accessed"} - {"note", "title", "abstract"}
    stated: dict[str, Any] = {}
    lines = []
    for line in note.split("\n"):
        found = _STATED.fullmatch(line)
        if found and found[1] in known and (found[1] == "type" or found[1] not in rest):
            stated.setdefault(found[1], found[2])
        else:
            lines.append(line)
    return rest | {"note": "\n".join(lines)} | stated


def _kept(value: object) -> str:
    if isinstance(value, str) and not value.startswith(_NOT_TEXT):
        return value
    return _NOT_TEXT + json.dumps(value, ensure_ascii=False)


def _name(given: dict[str, Any]) -> Name:
    particles = (given.get("dropping-particle"), given.get("non-dropping-particle"))
    family = " ".join(str(part) for part in (*particles, given.get("family")) if part)
    literal = str(given.get("literal") or "")
    if not family and not literal:
        literal = str(given.get("given") or "")
        return Name(literal=literal)
    return Name(
        family,
        str(given.get("given") or ""),
        literal=literal,
        suffix=str(given.get("suffix") or ""),
    )


def _date(given: Any) -> Date | None:
    if given is None:
        return None
    if isinstance(given, (str, int)):
        return read_date(str(given))
    for name in ("edtf", "raw"):
        if given.get(name):
            return read_date(str(given[name]))
    if given.get("literal"):
        return Date(literal=str(given["literal"]))
    ends = [
        tuple(int(part) for part in end if part is not None) for end in given.get("date-parts", [])
    ]
    if not ends or not ends[0]:
        return None
    return Date(ends[0], ends[1] if len(ends) > 1 else None)


def _item(source: Source) -> dict[str, Any]:
    item: dict[str, Any] = {"id": source.key, "type": _OWN_TYPES.get(source.type, source.type)}
    custom: dict[str, Any] = {}
    if source.type in _OWN_TYPES:
        custom["type"] = source.type
    for name, role in _TEXTS.items():
        if name != "event" and getattr(source, role):
            item[name] = getattr(source, role)
    for name, role in _NAMES.items():
        if people := getattr(source, role):
            item[name] = [_written_name(one) for one in people]
    for role in ("issued", "accessed"):
        date = getattr(source, role)
        if date:
            item[role] = _written_date(date)
    if source.keywords:
        item["keyword"] = ", ".join(source.keywords)
    custom |= {name: getattr(source, name) for name in _OWN if getattr(source, name)}
    for name, value in source.others:
        kept = json.loads(value[len(_NOT_TEXT) :]) if value.startswith(_NOT_TEXT) else value
        if name == "custom" and isinstance(kept, dict):
            custom |= kept
        else:
            item.setdefault(name, kept)
    return item | ({"custom": custom} if custom else {})


def _written_name(name: Name) -> dict[str, str]:
    parts = {
        "family": name.family,
        "given": name.given,
        "suffix": name.suffix,
        "literal": name.literal,
    }
    return {part: value for part, value in parts.items() if value}


def _written_date(date: Date) -> dict[str, Any]:
    if date.literal:
        return {"literal": date.literal}
    parts = [list(date.parts)]
    if date.until:
        parts.append(list(date.until))
    return {"date-parts": parts} | ({"edtf": written_date(date)} if date.until == () else {})
