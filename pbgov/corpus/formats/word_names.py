"""The names of WordprocessingML, in its transitional and its strict spelling, and where parts stand."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.corpus.formats.container import Container

PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "chart",
    "http://purl.oclc.org/ooxml/drawingml/chart": "chart",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "diagram",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "diagram",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "picture",
    "http://purl.oclc.org/ooxml/drawingml/picture": "picture",
    "urn:schemas-microsoft-com:vml": "vml",
    "urn:schemas-microsoft-com:office:office": "office",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
}
PROPERTIES = {"dc:title": "title", "dc:creator": "creator", "dcterms:created": "created"}


@lru_cache(maxsize=4096)
def named(tag: str) -> str:
    """The name of a tag or attribute under a short prefix; '' before the colon where none is known.

    Examples
    --------
    >>> named("{http://purl.oclc.org/ooxml/wordprocessingml/main}p")
    'w:p'
    """
    namespace, _, local = tag.rpartition("}")
    return f"{PREFIXES.get(namespace[1:], '')}:{local}"


def child(element: Any, name: str) -> Any | None:
    """The first child of that name, or None."""
    return next((each for each in element if named(each.tag) == name), None)


def value(element: Any | None, name: str = "w:val") -> str | None:
    """An attribute of an element, or None where either is missing."""
    if element is None:
        return None
    return next((each for key, each in element.items() if named(key) == name), None)


def switched_on(element: Any | None) -> bool | None:
    """What an on-off property says: None where it is not stated."""
    return None if element is None else value(element) not in ("0", "false", "off")


def whole(number: str | None) -> int | None:
    """A whole number as written in an attribute, or None."""
    try:
        return None if number is None else int(number)
    except ValueError:
        return None


def related(container: Container, part: str) -> list[tuple[str, str]]:
    """The parts that a part refers to: what each is to it, and its name in the container."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in container:
        return []
    found = []
    for each in container.root(listing):
        target = unquote(each.get("Target", ""))
        if each.get("TargetMode") != "External" and target:
            role = each.get("Type", "").rpartition("/")[2]
            found.append(
                (role, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
            )
    return found


def properties(container: Container) -> Mapping[str, str]:
    """Title, creator and date that the file's properties state, where they are not empty."""
    for role, part in related(container, ""):
        if role == "core-properties" and part in container:
            stated = {named(each.tag): (each.text or "").strip() for each in container.root(part)}
            return {ours: stated[name] for name, ours in PROPERTIES.items() if stated.get(name)}
    return {}
