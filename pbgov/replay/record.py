"""What a bundle says of itself: its list, what the run recorded, what study.toml declares."""

from __future__ import annotations

import json
import posixpath
import tomllib
from typing import TYPE_CHECKING, Any

from pbgov.findings import Finding
from pbgov.replay.bundle import FORMAT, MANIFEST, STUDY
from pbgov.replay.contents import is_safe_name

if TYPE_CHECKING:
    from pbgov.replay.contents import Contents

MOST_BYTES = 16 * 1024 * 1024


def manifest_of(contents: Contents) -> dict[str, Any]:
    """The list of a bundle.

    Raises
    ------
    DataFileError
        Where there is none (E810) or it cannot be understood (E815).
    """
    if MANIFEST not in contents.sizes:
        raise contents.refusal("E810", seen=contents.path.name)
    try:
        manifest = json.loads(contents.read(MANIFEST, MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise contents.refusal("E815", seen=str(error)[:80], wanted="JSON") from error
    if not isinstance(manifest, dict) or manifest.get("bundle") != FORMAT:
        seen = manifest.get("bundle") if isinstance(manifest, dict) else type(manifest).__name__
        raise contents.refusal("E815", seen=f"bundle = {seen!r}", wanted=f"bundle = {FORMAT}")
    entries, left_out = manifest.get("files"), manifest.get("left_out", {})
    sound = (
        isinstance(entries, list)
        and all(
            isinstance(one, dict)
            and isinstance(one.get("path"), str)
            and isinstance(one.get("sha256"), str)
            and is_safe_name(one["path"])
            for one in entries
        )
        and isinstance(left_out, dict)
        and all(map(is_safe_name, left_out))
        and isinstance(manifest.get("title"), str)
        and manifest.get("study") == STUDY
        and isinstance(manifest.get("output"), str)
        and is_safe_name(manifest["output"])
    )
    if not sound:
        raise contents.refusal("E815", seen="files, study, output", wanted="pbgov export")
    return manifest


def provenance_of(
    contents: Contents, manifest: dict[str, Any]
) -> tuple[dict[str, Any], list[Finding]]:
    """What the run recorded, or why that cannot be told."""
    name = f"{STUDY}/{manifest['output']}/provenance.json"
    where = str(contents.path)
    if name not in contents.sizes:
        return {}, [Finding("E828", where, seen=name)]
    try:
        recorded = json.loads(contents.read(name, MOST_BYTES))
    except (ValueError, RecursionError) as error:
        return {}, [Finding("E828", where, seen=str(error)[:80])]
    sound = isinstance(recorded, dict) and all(
        isinstance(recorded.get(key), dict) for key in ("inputs", "outputs", "versions", "steps")
    )
    return (recorded, []) if sound else ({}, [Finding("E828", where, seen="inputs, outputs …")])


def declared_in(contents: Contents) -> dict[str, Any]:
    """What study.toml declares, section by section; empty where it cannot be read."""
    name = f"{STUDY}/study.toml"
    if name not in contents.sizes:
        return {}
    try:
        declared = tomllib.loads(contents.read(name, MOST_BYTES).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: section for name, section in declared.items() if isinstance(section, dict)}


def paths_in(contents: Contents) -> dict[str, str]:
    """The paths that study.toml names, relative to it, by their key: ``[inputs] cases``.

    Raises
    ------
    DataFileError
        Where one leads outside the study (E816).
    """
    declared = declared_in(contents)
    named = {f"[inputs] {key}": value for key, value in declared.get("inputs", {}).items()}
    named["[study] output"] = declared.get("study", {}).get("output", "reports")
    report = declared.get("report", {})
    named |= {f"[report] {key}": report[key] for key in ("template", "references") if key in report}
    found = {}
    for key, value in named.items():
        plain = posixpath.normpath(value) if isinstance(value, str) else ""
        if not is_safe_name(plain):
            raise contents.refusal("E816", seen=f"{key} = {value!r}")
        found[key] = plain
    return found
