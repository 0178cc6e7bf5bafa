"""Reading and writing RIS, and reading what CNKI exports in the like of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.findings import Finding
from pbgov.reporting.references.bibtex import bare_doi
from pbgov.reporting.references.dates import read_date
from pbgov.reporting.references.entry import pages
from pbgov.reporting.references.source import HAN, Date, Name, Source
from pbgov.reporting.references.tagged import Record, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TYPES = {
    "BOOK": "book",
    "EBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "ENCYC": "entry-encyclopedia",
    "DICT": "entry-dictionary",
    "PAMP": "pamphlet",
    "EDBOOK": "compilation",
    "CONF": "proceedings",
    "CPAPER": "paper-conference",
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "JFULL": "periodical",
    "SER": "periodical",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "THES": "thesis",
    "RPRT": "report",
    "GOVDOC": "report",
    "STAND": "standard",
    "PAT": "patent",
    "ELEC": "webpage",
    "ICOMM": "webpage",
    "BLOG": "post-weblog",
    "DATA": "dataset",
    "DBASE": "database",
    "AGGR": "database",
    "COMP": "software",
    "MAP": "map",
    "MANSCPT": "manuscript",
    "UNPB": "article",
    "STAT": "legislation",
    "LAW": "legislation",
    "BILL": "bill",
    "CASE": "legal_case",
    "GEN": "document",
}
_WORDS = {
    "journal article": "JOUR",
    "newspaper article": "NEWS",
    "thesis": "THES",
    "dissertation": "THES",
    "dissertation/thesis": "THES",
    "conference proceedings": "CPAPER",
    "conference paper": "CPAPER",
    "book": "BOOK",
    "book section": "CHAP",
    "book chapter": "CHAP",
    "patent": "PAT",
    "report": "RPRT",
    "standard": "STAND",
    "web page": "ELEC",
    "electronic source": "ELEC",
    "generic": "GEN",
}
_TEXTS = {
    "title": ("TI", "T1", "CT"),
    "container_title": ("T2", "JO", "JF", "BT", "JA", "J2"),
    "event": ("C3",),
    "publisher": ("PB",),
    "place": ("CY", "PP"),
    "edition": ("ET",),
    "volume": ("VL",),
    "issue": ("IS",),
    "number": ("M1",),
    "doi": ("DO",),
    "url": ("UR", "LK"),
    "language": ("LA",),
    "genre": ("M3",),
    "archive": ("DP",),
    "abstract": ("AB", "N2"),
    "note": ("N1",),
    "version": ("NV",),
}
_PEOPLE = {
    "author": ("AU", "A1"),
    "editor": ("ED", "A2"),
    "container_author": ("A3",),
    "translator": ("A4",),
}
_SERIALS = ("article-journal", "article-newspaper", "article-magazine", "periodical")
_NUMBERED = ("patent", "standard")  # EndNote and CNKI state their number where a book has its ISBN
_DATES = ("PY", "Y1", "DA", "Y2")
_TAG = re.compile("[A-Z][A-Z0-9]")
_USED = {tag for tags in (*_TEXTS.values(), *_PEOPLE.values()) for tag in tags}
_USED |= {"TY", "ER", "ID", "KW", "SN", "SP", "EP", *_DATES}


def read_ris(text: str, path: Path) -> tuple[list[Source], list[Finding]]:
    """The sources of a RIS file, and what was found wrong (E) or worth a remark (W)."""
    found, findings = records(text, str(path))
    sources = []
    for number, record in enumerate(found, 1):
        try:
            sources.append(_source(record, f"{path.stem}-{number}", str(path), findings))
        except InputError as error:
            findings.append(Finding("E730", str(path), record.line, seen=str(error), wanted="RIS"))
    return sources, findings


def write_ris(sources: Sequence[Source], path: str) -> tuple[str, list[Finding]]:
    """A RIS file of the sources, and the fields that it has no place for (W737)."""
    losses: list[Finding] = []
    return "\n".join(_written(source, path, losses) for source in sources), losses


def _source(record: Record, fallback: str, path: str, findings: list[Finding]) -> Source:
    given: dict[str, list[str]] = {}
    for tag, value, _ in record.tags:
        if value:
            given.setdefault(tag, []).append(value)
    kind = _type(given.pop("TY", [""])[0], record, path, findings)
    known: dict[str, Any] = {}
    for role, tags in _PEOPLE.items():
        people = [name for tag in tags for value in given.pop(tag, []) for name in _names(value)]
        if people:
            known[role] = tuple(people)
    others: list[tuple[str, str]] = []
    for role, tags in _TEXTS.items():
        for tag in tags:
            values = given.pop(tag, [])
            if role in known or not values:
                others += [(tag, value) for value in values if value != known.get(role)]
                continue
            known[role], *more = values
            if role == "note":
                known[role] = "\n".join(values)
            else:
                others += [(tag, value) for value in more]
    known["doi"] = bare_doi(known.get("doi", ""))
    known["keywords"] = tuple(
        word.strip()
        for value in given.pop("KW", [])
        for word in re.split("[;；\n]+", value)
        if word.strip()
    )
    known |= _pages(given) | _dates(given) | _numbers(given, kind, known)
    key = given.pop("ID", [fallback])[0]
    others += [(tag, value) for tag, values in given.items() for value in values]
    return Source(key, kind, **known, others=tuple(others))


def _type(written: str, record: Record, path: str, findings: list[Finding]) -> str:
    tag = _WORDS.get(written.casefold(), written.upper())
    if tag not in TYPES:
        findings.append(Finding("W736", path, record.line, seen=written))
    return TYPES.get(tag, "document")


def _names(written: str) -> list[Name]:
    """One person a tag, or several with semicolons between, as CNKI writes them."""
    return [_name(part.strip()) for part in re.split("[;；\n]", written) if part.strip()]


def _name(written: str) -> Name:
    parts = [part.strip() for part in written.split(",")]
    if len(parts) == 1 or not parts[0]:
        return Name(literal=written.strip(", ") or written)
    given = parts[1]
    if HAN.search(written) and len(parts) == 2 and len(parts[0]) > 3 and given:
        return Name(literal=written)  # a body whose name has a comma
    return Name(parts[0], given, suffix=", ".join(parts[2:]))


def _pages(given: dict[str, list[str]]) -> dict[str, str]:
    first, last = (given.pop(tag, [""])[0] for tag in ("SP", "EP"))
    return {"page": pages("-".join(filter(None, (first, last if last != first else ""))))}


def _dates(given: dict[str, list[str]]) -> dict[str, Date | None]:
    """DA holds the whole date where there is one; years beside it say no more."""
    stated = [value for tag in ("DA", "PY", "Y1") for value in given.pop(tag, [])]
    dates = [date for date in map(_date, stated) if date is not None]
    plain = [date for date in dates if date.parts]
    issued = max(plain, key=lambda date: len(date.parts), default=dates[0] if dates else None)
    accessed = [date for value in given.pop("Y2", []) if (date := _date(value))]
    return {"issued": issued, "accessed": accessed[0] if accessed else None}


def _date(written: str) -> Date | None:
    """``2024/05/09/``, ``2024///``; what stands behind the third slash of a date without a year."""
    if written.startswith("///"):
        return Date(literal=written[3:])
    return read_date(re.sub(r"/{1,3}\Z", "", written.rstrip("/") if "/" in written else written))


def _numbers(given: dict[str, list[str]], kind: str, known: dict[str, Any]) -> dict[str, str]:
    values = given.pop("SN", [])
    if not values:
        return {}
    if len(values) > 1:
        given["SN"] = values[1:]
    if kind in _NUMBERED and "number" not in known:
        return {"number": values[0]}
    return {"issn" if kind in _SERIALS else "isbn": values[0]}


def _written(source: Source, path: str, losses: list[Finding]) -> str:
    tag = next((tag for tag, kind in TYPES.items() if kind == source.type), None)
    lost = [] if tag else ["type"]
    rows = [("TY", tag or "GEN"), ("ID", source.key)]
    for role, tags in _PEOPLE.items():
        for name in getattr(source, role):
            written, whole = _written_name(name)
            rows.append((tags[0], written))
            lost += [] if whole else [role]
    for role, tags in _TEXTS.items():
        if value := getattr(source, role):
            rows.append((tags[0], value))
    rows += [("KW", word) for word in source.keywords]
    rows += _written_pages(source.page)
    rows += _written_dates(source, lost)
    own, other = ("issn", "isbn") if source.type in _SERIALS else ("isbn", "issn")
    rows += [("SN", getattr(source, own))] if getattr(source, own) else []
    lost += [
        name
        for name in (other, "numbering", "scale", "dimensions", "identifier", "mark", "medium")
        if getattr(source, name)
    ]
    for name, value in source.others:
        if _TAG.fullmatch(name) and name not in _USED - {"SN"}:
            rows.append((name, value))
        else:
            lost.append(name)
    losses += [
        Finding("W737", path, None, source.key, seen=name, wanted=".ris")
        for name in dict.fromkeys(lost)
    ]
    body = "".join(f"{name}  - {_one_tag(value)}\n" for name, value in rows)
    return f"{body}ER  - \n"


def _one_tag(value: str) -> str:
    """A value over several lines, none of which can be taken for a tag."""
    return "\n".join(line if at == 0 else f" {line}" for at, line in enumerate(value.splitlines()))


def _written_name(name: Name) -> tuple[str, bool]:
    """The name, and whether reading gives it back."""
    if name.literal:
        return name.literal, not re.search("[,;；\n]", name.literal)
    parts = [name.family, name.given, *([name.suffix] if name.suffix else [])]
    return ", ".join(parts), not re.search("[,;；]", "".join(parts[:2]))


def _written_pages(page: str) -> list[tuple[str, str]]:
    found = re.fullmatch(r"([^-\s]+)-([^-\s]+)", page)
    if found and found[1] != found[2]:
        return [("SP", found[1]), ("EP", found[2])]
    return [("SP", page)] if page else []


def _written_dates(source: Source, lost: list[str]) -> list[tuple[str, str]]:
    rows = []
    for role, tag in (("issued", "DA"), ("accessed", "Y2")):
        date = getattr(source, role)
        if date is None:
            continue
        if date.until is not None:
            lost.append(role)
        if date.literal:
            rows.append((tag, f"///{date.literal}"))
            continue
        if role == "issued":
            rows.append(("PY", f"{date.parts[0]:04d}"))
        slashes = "/" * (3 - len(date.parts))
        rows.append((tag, Date.iso(date.parts).replace("-", "/") + slashes))
    return rows
