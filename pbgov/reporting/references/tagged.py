"""The line forms that databases export: RIS, EndNote (%A), NoteExpress ({Author}:) and RefWorks (A1).

CNKI offers all of them. Whatever the form, a record becomes RIS tags with their lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pbgov.findings import Finding

_RIS = re.compile(r"([A-Z][A-Z0-9])(?:  ?- ?|  -$)(.*)")
_ENDNOTE = re.compile(r"%([0-9A-Z@+#$&!^~*>?\[\]()<])\s(.*)")
_NOTE_EXPRESS = re.compile(r"\{([A-Z][A-Za-z/ ]*)\}: ?(.*)")
_REFWORKS = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?")
_TO_RIS = {
    "endnote": {
        "0": "TY", "A": "AU", "T": "TI", "J": "T2", "B": "T2", "D": "PY", "8": "DA", "V": "VL",
        "N": "IS", "P": "SP", "I": "PB", "C": "CY", "E": "A2", "Y": "A3", "?": "A4", "7": "ET",
        "U": "UR", "R": "DO", "K": "KW", "X": "AB", "@": "SN", "G": "LA", "Z": "N1", "F": "ID",
        "9": "M3", "6": "NV", "L": "CN", "W": "DP", "+": "AD",
    },
    "noteexpress": {
        "Reference Type": "TY", "Author": "AU", "Title": "TI", "Journal": "T2",
        "Newspaper": "T2", "Tertiary Title": "T2", "Secondary Title": "T2", "Year": "PY",
        "Date": "DA", "Volume": "VL", "Issue": "IS", "Pages": "SP", "Publisher": "PB",
        "Place Published": "CY", "Secondary Author": "A2", "Translator": "A4", "Edition": "ET",
        "URL": "UR", "DOI": "DO", "Keywords": "KW", "Abstract": "AB", "ISBN/ISSN": "SN",
        "Language": "LA", "Notes": "N1", "Type of Work": "M3", "Database Provider": "DP",
        "Author Address": "AD",
    },
    "refworks": {
        "RT": "TY", "A1": "AU", "T1": "TI", "JF": "T2", "T2": "T2", "YR": "PY", "FD": "DA",
        "VO": "VL", "IS": "IS", "OP": "SP", "PB": "PB", "PP": "CY", "A2": "A2", "ED": "ET",
        "UL": "UR", "LK": "UR", "DO": "DO", "K1": "KW", "AB": "AB", "SN": "SN", "LA": "LA",
        "NO": "N1", "ID": "ID", "DS": "DP", "SR": "", "AD": "AD", "CN": "CN",
    },
}  # fmt: skip


@dataclass
class Record:
    """The tags of one record, in their order, with what they say and their lines."""

    line: int
    tags: list[tuple[str, str, int]] = field(default_factory=list)


def records(text: str, path: str) -> tuple[list[Record], list[Finding]]:
    """The records of an export, and the lines that belong to none (E730)."""
    lines = text.splitlines()
    form = _form(lines)
    found: list[Record] = []
    faults: list[Finding] = []
    current: Record | None = None
    for number, line in enumerate(lines, 1):
        split = _split(line.rstrip(), form)
        if split is None:
            current = _continued(line.strip(), number, current, path, faults, form)
            continue
        tag, value = split
        if tag == "TY":
            current = Record(number)
            found.append(current)
        if tag == "ER":
            current = None
        elif current is None:
            seen = f"{tag} {value}"[:40]
            faults.append(Finding("E730", path, number, seen=seen, wanted="TY  - …"))
        elif tag:
            current.tags.append((tag, value.strip(), number))
    if not found and not faults:
        faults.append(Finding("E730", path, seen="–", wanted="TY  - JOUR … ER  -"))
    return found, faults


def _continued(
    words: str,
    number: int,
    current: Record | None,
    path: str,
    faults: list[Finding],
    form: str,
) -> Record | None:
    """A line without a tag goes on with the one before; an empty one ends a record of RefWorks."""
    if not words:
        return None if form in ("refworks",) else current
    if current is None or not current.tags:
        faults.append(Finding("E730", path, number, seen=words[:40], wanted="TY  - …"))
    else:
        tag, value, line = current.tags[-1]
        current.tags[-1] = (tag, f"{value}\n{words}".strip(), line)
    return current


def _form(lines: list[str]) -> str:
    for line in lines:
        if line.startswith("{Reference Type}:"):
            return "noteexpress"
        if line.startswith("%0"):
            return "endnote"
        if re.match(r"RT [A-Z]", line):
            return "refworks"
        if _RIS.match(line):
            return "ris"
    return "ris"


def _split(line: str, form: str) -> tuple[str, str] | None:
    """The RIS tag and value of a line; a tag of another form that RIS lacks keeps its name."""
    if form == "ris":
        found = _RIS.fullmatch(line)
        return (found[1], found[2]) if found else None
    pattern = {"endnote": _ENDNOTE, "noteexpress": _NOTE_EXPRESS, "refworks": _REFWORKS}[form]
    found = pattern.fullmatch(line)
    if not found:
        return None
    if form == "refworks" and found[1] not in _TO_RIS[form]:
        return None if not re.fullmatch("[A-Z][A-Z0-9]", found[1]) else (found[1], found[2] or "")
    return _TO_RIS[form].get(found[1], found[1]), found[2] or ""
