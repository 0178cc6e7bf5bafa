"""Projects of REFI-QDA written by hand, as other programs write them."""

from __future__ import annotations

import uuid
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAMESPACE = "urn:QDA-XML:project:1.0"


def gid(*key: object) -> str:
    """A GUID that pbgov would not make."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "|".join(map(str, key))))


USER, CODE, SOURCE = gid("user"), gid("code"), gid("source")
USERS = f'<Users><User guid="{USER}" name="王编码"/></Users>'
CODES = (
    f'<CodeBook><Codes><Code guid="{CODE}" name="议事协商" isCodable="true"/></Codes></CodeBook>'
)


def selection(start: int, end: int, name: str | None, code: str = CODE, user: str = USER) -> str:
    """One selection with one coding."""
    own = gid("selection", start, end, name, code, user)
    named = "" if name is None else f" name={quoteattr(name, {chr(10): '&#10;', chr(13): '&#13;'})}"
    return (
        f'<PlainTextSelection guid="{own}"{named} startPosition="{start}" endPosition="{end}">'
        f'<Coding guid="{gid("coding", own, code, user)}" creatingUser="{user}"'
        f' creationDateTime="2026-05-01T08:00:00Z"><CodeRef targetGUID="{code}"/></Coding>'
        "</PlainTextSelection>"
    )


def text_source(selections: Iterable[str], name: str = "访谈一", own: str = SOURCE) -> str:
    """One text source whose file is named after it."""
    return (
        f'<TextSource guid="{own}" name="{name}" plainTextPath="internal://{own}.txt">'
        f"{''.join(selections)}</TextSource>"
    )


def project(
    sources: str = "",
    users: str = USERS,
    codes: str = CODES,
    before_sources: str = "",
    after_sources: str = "",
    attributes: str = 'name="别的软件的项目" origin="AnotherQDA 1.0"',
) -> str:
    """The XML of a project."""
    held = f"<Sources>{sources}</Sources>" if sources else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Project xmlns="{NAMESPACE}" {attributes}>\n{users}{codes}\n{before_sources}{held}\n'
        f"{after_sources}</Project>"
    )


def qdpx(
    path: Path,
    xml: str | bytes,
    files: Mapping[str, bytes] | None = None,
    *,
    project_name: str = "project.qde",
    folder: str = "sources/",
) -> Path:
    """The archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(project_name, xml if isinstance(xml, bytes) else xml.encode())
        for name, content in (files or {}).items():
            archive.writestr(folder + name, content)
    return path
