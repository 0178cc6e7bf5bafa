"""Reading and writing .bib files: the entries, and what their fields mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.findings import Finding
from pbgov.reporting.references.bib_syntax import MONTHS, Entry, parse
from pbgov.reporting.references.dates import read_date, written_date
from pbgov.reporting.references.latex import decoded, encoded
from pbgov.reporting.references.source import HAN, Name, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TYPES = {
    "article": "article-journal",
    "newspaper": "article-newspaper",
    "magazine": "article-magazine",
    "book": "book",
    "mvbook": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "proceedings": "proceedings",
    "collection": "compilation",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "standard": "standard",
    "patent": "patent",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
    "webpage": "webpage",
    "dataset": "dataset",
    "database": "database",
    "software": "software",
    "map": "map",
    "archive": "manuscript",
    "unpublished": "manuscript",
    "preprint": "article",
    "booklet": "pamphlet",
    "manual": "document",
    "misc": "document",
    "periodical": "periodical",
    "legislation": "legislation",
    "legal": "legislation",
    "jurisdiction": "legal_case",
}
_ENTRY_OF = {
    "article-journal": "article",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "thesis": "thesis",
    "report": "techreport",
    "webpage": "online",
    "manuscript": "archive",
    "document": "misc",
    "legislation": "legislation",
}
_ENTRY_OF |= {csl: entry for entry, csl in reversed(TYPES.items()) if csl not in _ENTRY_OF}
_NAMES = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "bookauthor": "container_author",
}
_TEXTS = {
    "title": "title",
    "journal": "container_title",
    "journaltitle": "container_title",
    "booktitle": "container_title",
    "eventtitle": "event",
    "publisher": "publisher",
    "school": "publisher",
    "institution": "publisher",
    "organization": "publisher",
    "address": "place",
    "location": "place",
    "edition": "edition",
    "version": "version",
    "volume": "volume",
    "issue": "issue",
    "pages": "page",
    "numbering": "numbering",
    "scale": "scale",
    "dimensions": "dimensions",
    "url": "url",
    "doi": "doi",
    "identifier": "identifier",
    "isbn": "isbn",
    "issn": "issn",
    "language": "language",
    "langid": "language",
    "type": "genre",
    "library": "archive",
    "abstract": "abstract",
    "note": "note",
    "mark": "mark",
    "medium": "medium",
}
_VERBATIM = ("url", "doi")
_IN_ISSUES = ("article-journal", "article-magazine", "article-newspaper", "periodical")
_FIELD = re.compile(r"[A-Za-z][\w:.+-]*", re.ASCII)


def read_bibtex(text: str, path: str) -> tuple[list[Source], list[Finding]]:
    """The sources of a .bib file, and what was found wrong (E) or worth a remark (W)."""
    entries, findings = parse(text, path)
    sources = []
    for entry in entries:
        try:
            sources.append(_source(entry, path, findings))
        except InputError as error:
            findings.append(Finding("E730", path, entry.line, entry.key, seen=str(error)))
    return sources, findings


def write_bibtex(sources: Sequence[Source], path: str) -> tuple[str, list[Finding]]:
    """A .bib file of the sources, and what could not be written (W737)."""
    losses: list[Finding] = []
    return "\n".join(_written(source, path, losses) for source in sources), losses


def _source(entry: Entry, path: str, findings: list[Finding]) -> Source:
    fields = dict(entry.fields)
    kind = fields.pop("csltype", "") or TYPES.get(entry.kind, "")
    if not kind:
        findings.append(Finding("W736", path, entry.line, entry.key, seen=f"@{entry.kind}"))
        kind = "document"
    if entry.kind == "misc" and kind == "document":
        kind = _misc(fields)
    if "newspaper" in fields.get("entrysubtype", "").casefold():
        fields.pop("entrysubtype")
        kind = "article-newspaper"
    known: dict[str, object] = {}
    others = []
    for name, role in _NAMES.items():
        if name in fields:
            known[role] = tuple(names_in(fields.pop(name)))
    for name in ("number", "eid"):
        if name in fields:
            role = "issue" if name == "number" and kind in _IN_ISSUES else "number"
            if role not in known:
                known[role] = decoded(fields.pop(name))
    for name, value in fields.items():
        role = _TEXTS.get(name, "")
        if role and role not in known and (name in _VERBATIM or decoded(value)):
            known[role] = _unescaped(value) if name in _VERBATIM else decoded(value)
        elif name not in ("year", "month", "day", "date", "urldate", "keywords", "subtitle"):
            others.append((name, decoded(value)))
    if fields.get("subtitle"):
        known["title"] = f"{known.get('title', '')}: {decoded(fields['subtitle'])}".lstrip(": ")
    if "keywords" in fields:
        words = re.split("[;；,，]", decoded(fields["keywords"]))
        known["keywords"] = tuple(word.strip() for word in words if word.strip())
    others += _date(fields, known)
    if kind == "article" and "publisher" not in known:
        platform = fields.get("archiveprefix") or fields.get("eprinttype") or ""
        known["publisher"] = decoded(platform)
    return Source(entry.key, kind, **_cleaned(known), others=tuple(others))  # type: ignore[arg-type]


def _cleaned(known: dict[str, object]) -> dict[str, object]:
    """Fields in one shape: a DOI bare, pages with one hyphen, marks only where they are marks."""
    from pbgov.reporting.references.entry import pages
    from pbgov.reporting.references.source import CARRIERS, MARKS

    if isinstance(known.get("doi"), str):
        known["doi"] = bare_doi(str(known["doi"]))
    if isinstance(known.get("page"), str):
        known["page"] = pages(str(known["page"]))
    for name, allowed in (("mark", MARKS), ("medium", CARRIERS)):
        if known.get(name) not in (None, *allowed):
            known["note"] = "; ".join(filter(None, (str(known.get("note", "")), str(known[name]))))
            del known[name]
    return known


def bare_doi(doi: str) -> str:
    """A DOI without its scheme or resolver."""
    return re.sub(r"\A(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", doi.strip(), flags=re.I)


def _misc(fields: dict[str, str]) -> str:
    if fields.get("archiveprefix") or fields.get("eprinttype") or fields.get("eprint"):
        return "article"
    return "webpage" if fields.get("url") else "document"


def _date(fields: dict[str, str], known: dict[str, object]) -> list[tuple[str, str]]:
    """Fill in the dates; what is told of the month and cannot be read is given back."""
    stated = _unbraced(fields.get("date", ""))
    year, month = _unbraced(fields.get("year", "")), _unbraced(fields.get("month", ""))
    parts = _month_and_day(month, fields.get("day", ""))
    if stated or year:
        known["issued"] = read_date(stated or "-".join((year, *parts)))
    if fields.get("urldate"):
        known["accessed"] = read_date(_unbraced(fields["urldate"]))
    return [("month", month)] if month and not parts else []


def _month_and_day(month: str, day: str) -> tuple[str, ...]:
    """``mar``, ``March``, ``3``, ``03~10`` and ``10 March`` as two digits each; nothing for Spring."""
    words = re.findall(r"[A-Za-z]+|\d+", month)
    named = [MONTHS.index(word[:3].casefold()) + 1 for word in words
             if word[:3].casefold() in MONTHS]  # fmt: skip
    numbers = [int(word) for word in (*words, day.strip()) if word.isdecimal()]
    if not named and numbers:
        named = [numbers.pop(0)]
    if len(named) != 1 or not 1 <= named[0] <= 12:
        return ()
    return tuple(f"{part:02d}" for part in (named[0], *numbers[:1]))


def _unbraced(stated: str) -> str:
    """A date as written in a .bib file, without braces."""
    return re.sub(r"[{}]", "", stated).strip()


def _unescaped(value: str) -> str:
    return re.sub(r"\\([%&#_~])", r"\1", re.sub(r"\\url\{(.*)\}", r"\1", value)).strip("{} ")


def names_in(text: str) -> Iterable[Name]:
    """The persons of an author field: parted by ``and`` outside braces."""
    for part in _parted(text, r"\s+and\s+"):
        part = part.strip()
        if part:
            yield _name(part)


def _name(written: str) -> Name:
    if written.casefold() == "others":
        return Name(literal="others")
    if written.startswith("{") and _closes_at(written, 0) == len(written) - 1:
        return Name(literal=decoded(written).strip())
    parts = [decoded(part).strip() for part in _parted(written, r"\s*,\s*")]
    if len(parts) == 1:
        return _unparted(parts[0], written)
    if not parts[0]:
        return Name(literal=", ".join(filter(None, parts[1:])))
    if len(parts) == 2:
        return Name(parts[0], parts[1])
    return Name(parts[0], " ".join(parts[2:]), suffix=parts[1])


def _unparted(plain: str, written: str) -> Name:
    """A name without comma: Han whole; else the last word and what is small before it are the family."""
    if HAN.search(plain):
        return Name(literal=plain)
    words = [decoded(word) for word in _parted(written, r"\s+")]
    first_small = next((at for at, word in enumerate(words[:-1]) if word[:1].islower()), None)
    cut = len(words) - 1 if first_small is None else first_small
    return Name(" ".join(words[cut:]), " ".join(words[:cut]))


def _parted(text: str, separator: str) -> list[str]:
    parts, last, depth = [], 0, 0
    for found in re.finditer(rf"[{{}}]|{separator}", text):
        if found.group() in "{}":
            depth += 1 if found.group() == "{" else -1
        elif depth == 0:
            parts.append(text[last : found.start()])
            last = found.end()
    return [*parts, text[last:]]


def _closes_at(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return -1


def _written(source: Source, path: str, losses: list[Finding]) -> str:
    kind = _ENTRY_OF.get(source.type, "misc")
    rows: list[tuple[str, str]] = []
    if TYPES[kind] != source.type or kind == "misc":
        rows.append(("csltype", source.type))
    for name, role in _NAMES.items():
        if people := getattr(source, role):
            rows.append((name, " and ".join(map(_written_name, people))))
    roles: dict[str, str] = {}
    for name, role in _TEXTS.items():
        roles.setdefault(role, name)
    roles["container_title"] = "journal" if source.type in _IN_ISSUES else "booktitle"
    roles |= {"issue": "issue", "number": "eid" if source.type in _IN_ISSUES else "number"}
    roles["publisher"] = {"thesis": "school", "report": "institution"}.get(source.type, "publisher")
    if source.type in _IN_ISSUES:
        roles["issue"] = "number"
    for role, name in roles.items():
        if value := getattr(source, role):
            plain = value.replace("{", "%7B").replace("}", "%7D")
            rows.append((name, plain if name in _VERBATIM else encoded(value)))
    for name, date in (("date", source.issued), ("urldate", source.accessed)):
        if date:
            rows.append((name, written_date(date)))
    if source.keywords:
        rows.append(("keywords", encoded(", ".join(source.keywords))))
    taken = {name for name, _ in rows} | set(_TEXTS) | set(_NAMES)
    for name, value in source.others:
        if _FIELD.fullmatch(name) and name.islower() and name not in taken:
            rows.append((name, encoded(value)))
        else:
            losses.append(Finding("W737", path, None, source.key, seen=name, wanted=".bib"))
    key = re.sub(r"[\s,{}()\"#%'=\\~]", "_", source.key)
    if key != source.key:
        losses.append(Finding("W737", path, None, source.key, seen="key", wanted=".bib"))
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in rows)
    return f"@{kind}{{{key},\n{body}}}\n"


def _written_name(name: Name) -> str:
    if name.literal:
        bare = name.literal == "others" or (
            HAN.search(name.literal)
            and not re.search(r"[,\s]|[{}\\]", name.literal)
            and encoded(name.literal) == name.literal
        )
        return name.literal if bare else f"{{{encoded(name.literal)}}}"
    parts = [name.family, *([name.suffix] if name.suffix else []), name.given]
    return ", ".join(_guarded(encoded(part)) for part in parts).rstrip() or name.family


def _guarded(part: str) -> str:
    return f"{{{part}}}" if re.search(r",|\band\b", part) else part
