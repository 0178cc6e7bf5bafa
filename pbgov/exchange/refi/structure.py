"""Reading the XML without trusting it, and finding what is wrong with it.

The published schema knows no references: a code that is nowhere, two things with one GUID, an end
before its start all pass it. Here both are looked at, what the schema says and what it cannot say.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pbgov.errors import DataFileError
from pbgov.exchange.refi.characters import bare
from pbgov.exchange.refi.grammar import (
    ELEMENTS,
    ROOTS,
    VALUE_KINDS,
    attributes_of,
    has_zone,
    is_valid,
    order_of,
)
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ELEMENTS = 2_000_000
MOST_CHARACTERS_SHOWN = 80
SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
SELECTIONS = (
    "PlainTextSelection",
    "PDFSelection",
    "PictureSelection",
    "AudioSelection",
    "VideoSelection",
    "TranscriptSelection",
)
TEXTS = ("TextSource", "Note", "Representation", "TextDescription", "Transcript")
USERS = ("creatingUser", "modifyingUser", "creatingUserGUID", "modifyingUserGUID")
ANYTHING = ("originGUID", "targetGUID", "representedGUID")
_TARGETS: dict[str, tuple[str, ...]] = {
    "CodeRef": ("Code",),
    "MemberCode": ("Code",),
    "NoteRef": ("Note",),
    "MemberNote": ("Note",),
    "SourceRef": SOURCES,
    "MemberSource": SOURCES,
    "SelectionRef": SELECTIONS,
    "VariableRef": ("Variable",),
}
_ATTRIBUTE_TARGETS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(USERS, ("User",)),
    "sourceVertex": ("Vertex",),
    "targetVertex": ("Vertex",),
    "fromSyncPoint": ("SyncPoint",),
    "toSyncPoint": ("SyncPoint",),
}
_ALIKE = ("E613", "E614")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def parse(content: bytes, path: str) -> Any:
    """The root of an XML file that declares no DOCTYPE, and so no entities.

    Raises
    ------
    DataFileError
        Where it declares a DOCTYPE (E610), is not well formed (E611), too large (E608), or no
        project or codebook of the standard (E612).
    """
    from lxml import etree

    events = etree.iterparse(
        BytesIO(content),
        events=("start",),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for number, (_, element) in enumerate(events):
            if number == 0 and element.getroottree().docinfo.doctype:
                raise DataFileError([Finding("E610", path)])
            if number > MOST_ELEMENTS:
                limit = f"{MOST_ELEMENTS:,}"
                raise DataFileError([Finding("E608", path, seen=f"> {limit}", wanted=limit)])
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        said = " ".join(str(error).split())[:200]
        line = getattr(error, "lineno", None)
        raise DataFileError([Finding("E611", path, line, seen=said)]) from error
    root = events.root
    name = etree.QName(root)
    if ROOTS.get(name.namespace or "") != name.localname:
        raise DataFileError([Finding("E612", path, seen=str(root.tag)[:120])])
    return root


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def check_tree(root: Any, path: str) -> list[Finding]:
    """Everything that is wrong with a project or a codebook, as far as its XML shows.

    What is wrong in the same way at many elements (an attribute that the standard does not know,
    times without a zone) is one finding, at the first of them, with their number.
    Files, and whether selections lie inside their texts, are looked at where they are read. ``row``
    of a finding is the line of the XML.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in _Tree(root, path).findings():
        alike = (finding.seen, finding.wanted) if finding.code in _ALIKE else finding.row
        alike = None if finding.code == "W652" else alike
        groups.setdefault((finding.code, finding.column, alike), []).append(finding)
    told = []
    for found in groups.values():
        if found[0].code in (*_ALIKE, "W652") and len(found) > 1:
            told.append(replace(found[0], seen=f"{found[0].seen} ×{len(found)}"))
        else:
            told += found
    return told


class _Tree:
    """The elements of one file and what they are called."""

    def __init__(self, root: Any, path: str) -> None:
        self.root, self.path = root, path
        self.namespace = str(root.tag).rpartition("}")[0].strip("{")
        self.known = ELEMENTS[self.namespace]
        self.named: dict[str, list[Any]] = {}
        for element in root.iter():
            name = element.get("guid")
            if name is not None and not self._is_member_of_codebook(element):
                self.named.setdefault(bare(name), []).append(element)
        self.codable = {
            name: elements[0].get("isCodable") in ("true", "1")
            for name, elements in self.named.items()
            if local(elements[0]) == "Code"
        }

    def findings(self) -> Iterator[Finding]:
        for name, elements in self.named.items():
            if len(elements) > 1:
                kinds = " / ".join(sorted({local(element) for element in elements}))
                yield self._finding("E617", elements[1], "guid", name, kinds)
        for element in self.root.iter():
            tag = str(element.tag)
            if not tag.startswith(f"{{{self.namespace}}}") or local(element) not in self.known:
                yield self._finding("E613", element, seen=local(element), wanted="—")
                continue
            yield from self._order(element)
            yield from self._attributes(element)
            yield from self._references(element)
            yield from self._meaning(element)

    def _order(self, element: Any) -> Iterator[Finding]:
        children = [local(child) for child in element]
        if any(child not in self.known for child in children):
            return  # said of the child itself
        if order_of(self.namespace, local(element)).fullmatch("".join(f"{c} " for c in children)):
            return
        wanted = self.known[local(element)][1] or "—"
        runs = [c for i, c in enumerate(children) if i == 0 or c != children[i - 1]]
        seen = f"{local(element)}: {' '.join(runs) or '—'}"[:MOST_CHARACTERS_SHOWN]
        yield self._finding("E613", element, seen=seen, wanted=wanted)

    def _attributes(self, element: Any) -> Iterator[Finding]:
        wanted = attributes_of(self.namespace, local(element))
        for name, value in element.attrib.items():
            if name.startswith(f"{{{_XSI}}}"):
                continue
            if name not in wanted:
                yield self._finding("E614", element, name, f"{local(element)}/@{name}", "—")
            elif not is_valid(value, wanted[name].kind):
                yield self._bad_value(element, name, value, wanted[name].kind)
            elif wanted[name].kind == "datetime" and not has_zone(value):
                yield self._finding("W652", element, name, value)
        for each in wanted.values():
            if each.required and each.name not in element.attrib:
                seen = f"{local(element)}/@{each.name}"
                yield self._finding("E614", element, each.name, "—", seen)

    def _references(self, element: Any) -> Iterator[Finding]:
        tag = local(element)
        if tag in _TARGETS:
            name = "guid" if self._is_member_of_codebook(element) else "targetGUID"
            yield from self._reference(element, name, _TARGETS[tag])
        for name, kinds in _ATTRIBUTE_TARGETS.items():
            yield from self._reference(element, name, kinds)
        if tag in ("Link", "Vertex", "Edge"):
            for name in ANYTHING:
                yield from self._reference(element, name, ())

    def _reference(self, element: Any, name: str, kinds: tuple[str, ...]) -> Iterator[Finding]:
        value = element.get(name)
        if value is None or not is_valid(value, "guid"):
            return
        found = [local(each) for each in self.named.get(bare(value), [])]
        if not found or (kinds and not set(found) & set(kinds)):
            wanted = " / ".join(kinds) or "—"
            yield self._finding("E616", element, name, f"{local(element)} {value}", wanted)

    def _meaning(self, element: Any) -> Iterator[Finding]:
        tag = local(element)
        if tag in VALUE_KINDS and not is_valid(element.text or "", VALUE_KINDS[tag]):
            yield self._bad_value(element, None, element.text or "", VALUE_KINDS[tag])
        if tag == "VariableValue":
            yield from self._kind_of_value(element)
        if tag in TEXTS and tag != "Transcript":
            inline = element.find(f"{{{self.namespace}}}PlainTextContent") is not None
            if inline and element.get("plainTextPath") is not None:
                yield self._finding("E619", element, seen="PlainTextContent + plainTextPath")
            elif not inline and element.get("plainTextPath") is None:
                yield self._finding("E619", element, seen=f"{tag}: —")
        if tag == "Coding":
            code = element.find(f"{{{self.namespace}}}CodeRef")
            target = bare(code.get("targetGUID", "")) if code is not None else ""
            if self.codable.get(target) is False:
                yield self._finding("E620", element, seen=self.named[target][0].get("name", ""))
        if tag == "PlainTextSelection":
            start, end = (_integer(element.get(n)) for n in ("startPosition", "endPosition"))
            if start is not None and end is not None and not 0 <= start <= end:
                yield self._finding("E618", element, "startPosition", f"{start}–{end}", "0 ≤ ≤")

    def _kind_of_value(self, element: Any) -> Iterator[Finding]:
        reference = element.find(f"{{{self.namespace}}}VariableRef")
        target = "" if reference is None else bare(reference.get("targetGUID", ""))
        for variable in self.named.get(target, [])[:1]:
            wanted = f"{variable.get('typeOfVariable')}Value"
            for value in element:
                if local(value) not in ("VariableRef", wanted):
                    yield self._finding("E615", value, seen=local(value), wanted=wanted)

    def _bad_value(self, element: Any, name: str | None, value: str, kind: str) -> Finding:
        return self._finding("E615", element, name, value[:MOST_CHARACTERS_SHOWN], kind)

    def _is_member_of_codebook(self, element: Any) -> bool:
        return local(element) == "MemberCode" and element.get("targetGUID") is None

    def _finding(
        self, code: str, element: Any, column: str | None = None, seen: str = "", wanted: str = ""
    ) -> Finding:
        return Finding(code, self.path, element.sourceline, column, seen, wanted)


def _integer(value: str | None) -> int | None:
    if value is None or not is_valid(value, "integer") or len(value) > 18:
        return None
    return int(value)
