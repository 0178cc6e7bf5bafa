"""The XML of a project as tables."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from pbgov.coding.journal import GOLD, is_machine
from pbgov.exchange.refi.characters import bare, guid, unspell
from pbgov.exchange.refi.grammar import PROJECT, has_zone, is_valid
from pbgov.exchange.refi.records import DOCUMENT, Record, split_records
from pbgov.exchange.refi.sources import note_references
from pbgov.exchange.refi.structure import local
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbgov.exchange.refi.losses import Losses
    from pbgov.exchange.refi.sources import Reader, SourceText

UNSIGNED = "未署名"
TABLES: dict[str, tuple[str, ...]] = {
    "users": ("guid", "name", "id", "coder"),
    "variables": ("guid", "name", "kind", "description"),
    "cases": ("guid", "name", "description", "sources", "selections", "codes"),
    "values": ("owner", "variable", "value"),
    "links": ("guid", "name", "direction", "origin", "target", "notes"),
    "sets": ("guid", "name", "description", "codes", "sources", "notes"),
    "notes": ("guid", "name", "user", "made_at", "on", "text"),
}


class ReadNote(NamedTuple):
    """One note: its words, and the rows that a line of it holds."""

    guid: str
    name: str
    user: str | None
    made_at: str | None
    text: str
    words: str
    records: list[Record]


class ReadCoding(NamedTuple):
    """One coding, on the passage with this number of its source, or (None) on the whole source."""

    guid: str
    source: int
    passage: int | None
    code: str
    user: str | None
    made_at: str | None
    notes: list[str]


def read_users(root: Any, path: str) -> tuple[pd.DataFrame, dict[str, str], list[Finding]]:
    """The users, the coder each of them is, and remarks on names that two of them share."""
    rows, coders, findings = [], {}, []
    taken: dict[str, str] = {}
    for element in root.iterfind(f"{{{PROJECT}}}Users/{{{PROJECT}}}User"):
        own, name = (
            bare(element.get("guid", "")),
            " ".join(unspell(element.get("name") or "").split()),
        )
        if own in coders:
            continue  # said by the check of the structure
        name = name or element.get("id") or f"{UNSIGNED} {own[:8]}"
        coder = name
        reserved = name == GOLD or is_machine(name)
        if reserved and own != guid("user", name):
            coder = _free(name, taken)
            findings.append(Finding("W664", path, element.sourceline, "name", name, coder))
        elif _folded(name) in taken:
            coder = _free(name, taken)
            findings.append(Finding("W651", path, element.sourceline, "name", name, coder))
        taken[_folded(coder)] = coders[own] = coder
        rows.append((own, element.get("name"), element.get("id"), coder))
    return _table("users", rows), coders, findings


def read_notes(root: Any, reader: Reader) -> dict[str, ReadNote]:
    """The notes by their GUIDs."""
    found: dict[str, ReadNote] = {}
    for element in root.iterfind(f"{{{PROJECT}}}Notes/{{{PROJECT}}}Note"):
        own, name = bare(element.get("guid", "")), element.get("name", "")
        text = reader.text_of(element, name)
        if text is None:
            reader.losses.add("broken", name=name or "Note")
        words, records = split_records(text[0] if text else "")
        user = element.get("creatingUser")
        found.setdefault(
            own,
            ReadNote(own, name, bare(user) if user else None, utc(element.get("creationDateTime")),
                     text[0] if text else "", words, records),
        )  # fmt: skip
    return found


def document_records(notes: Iterable[ReadNote]) -> dict[str, dict[str, object]]:
    """What notes of pbgov say about documents, by the GUID of the note."""
    return {
        note.guid: record.fields
        for note in notes
        for record in note.records
        if record.kind == DOCUMENT
    }


def read_codings_of(
    root: Any, sources: Sequence[SourceText], codes: set[str], losses: Losses
) -> list[ReadCoding]:
    """The codings on the sources that were read; all others are left out and counted."""
    found = []
    n_seen = 0
    for number, source in enumerate(sources):
        places = [(i, passage.element) for i, passage in enumerate(source.passages)]
        whole = [(None, source.element)]
        representation = source.element.find(f"{{{PROJECT}}}Representation")
        if representation is not None:
            whole.append((None, representation))
        for place, element in (*whole, *places):
            for coding in element.findall(f"{{{PROJECT}}}Coding"):
                n_seen += 1
                reference = coding.find(f"{{{PROJECT}}}CodeRef")
                code = "" if reference is None else bare(reference.get("targetGUID", ""))
                if code not in codes:
                    losses.add("broken", name=f"Coding {coding.get('guid', '')}")
                    continue
                user = coding.get("creatingUser") or element.get("creatingUser")
                made_at = coding.get("creationDateTime") or element.get("creationDateTime")
                found.append(
                    ReadCoding(bare(coding.get("guid", "")), number, place, code,
                               bare(user) if user else None, utc(made_at),
                               note_references(coding))
                )  # fmt: skip
    losses.add("unread_codings", len([*root.iter(f"{{{PROJECT}}}Coding")]) - n_seen)
    n_read = sum(len(source.passages) for source in sources)
    selections = [each for each in map(local, root.iter()) if each.endswith("Selection")]
    n_on_pages = selections.count("PDFSelection")  # a loss of their own
    losses.add("unread_selections", len(selections) - n_on_pages - n_read)
    return found


def read_tables(root: Any, notes: dict[str, ReadNote], losses: Losses) -> dict[str, pd.DataFrame]:
    """What hangs on no coding: variables, cases, values, links, sets and notes."""
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
    for element in root.iter():
        kind, own = local(element), bare(element.get("guid", "") or "")
        if kind == "Variable":
            row = own, element.get("name"), element.get("typeOfVariable"), _description(element)
            found["variables"].append(row)
        elif kind == "Case":
            referred = [_targets(element, tag) for tag in ("SourceRef", "SelectionRef", "CodeRef")]
            found["cases"].append((own, element.get("name"), _description(element), *referred))
        elif kind == "VariableValue":
            owner = bare(element.getparent().get("guid", "") or "")
            value = next(
                (each.text or "" for each in element if local(each) != "VariableRef"), None
            )
            found["values"].append((owner, _targets(element, "VariableRef"), value))
        elif kind == "Link":
            ends = (bare(element.get(name) or "") for name in ("originGUID", "targetGUID"))
            row = (
                own,
                element.get("name"),
                element.get("direction"),
                *ends,
                _targets(element, "NoteRef"),
            )
            found["links"].append(row)
        elif kind == "Set":
            members = (_targets(element, f"Member{each}") for each in ("Code", "Source", "Note"))
            found["sets"].append((own, element.get("name"), _description(element), *members))
        elif kind == "Graph":
            losses.add("graphs", name=element.get("name") or own)
        losses.add("paths", sum(name in element.attrib for name in ("basePath", "currentPath")))
        losses.add("modified", sum(
            name in element.attrib
            for name in ("modifyingUser", "modifiedDateTime", "modifyingUserGUID")
        ))  # fmt: skip
        losses.add("colors", kind == "Code" and "color" in element.attrib)
    owners = note_owners(root)
    for note in notes.values():
        on = " ".join(sorted(owners.get(note.guid, ())))
        found["notes"].append((note.guid, note.name, note.user, note.made_at, on, note.text))
    return {name: _table(name, rows) for name, rows in found.items() if name != "users"}


def note_owners(root: Any) -> dict[str, set[str]]:
    """The kinds of element that each note hangs on."""
    owners: dict[str, set[str]] = {}
    for element in root.iter(f"{{{PROJECT}}}NoteRef"):
        note = bare(element.get("targetGUID", ""))
        owners.setdefault(note, set()).add(local(element.getparent()))
    return owners


def utc(value: str | None) -> str | None:
    """A moment in UTC, as 2026-11-22T08:15:00Z; as it stands where it names no zone.

    Examples
    --------
    >>> utc("2026-11-22T16:15:00+08:00")
    '2026-11-22T08:15:00Z'
    """
    if value is None or not is_valid(value, "datetime") or not has_zone(value):
        return value
    text = value.strip()
    if text.endswith("Z"):
        return text
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return text


def _targets(element: Any, tag: str) -> str:
    children = element.findall(f"{{{PROJECT}}}{tag}")
    return " ".join(bare(each.get("targetGUID") or each.get("guid") or "") for each in children)


def _description(element: Any) -> str | None:
    text: str | None = element.findtext(f"{{{PROJECT}}}Description")
    return text or None


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _free(name: str, taken: dict[str, str]) -> str:
    number = 2
    while _folded(f"{name} ({number})") in taken:
        number += 1
    return f"{name} ({number})"


def _table(name: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(TABLES[name])).astype("str")
