"""A codebook as a tree of codes, and a tree of codes as the tables of a codebook.

A family is a folder (``isCodable="false"``, 11 of the standard); a code stands below its parent, or
below its family where it has none. What the standard has no attribute for stands in labelled fields
of the description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from pbgov.exchange.refi.characters import bare, guid, unspell
from pbgov.exchange.refi.elements import add
from pbgov.exchange.refi.records import described, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.coding.codebook import Codebook

CODE_LABELS = {
    "编号": "code_id",
    "英文名": "en",
    "定义": "definition",
    "纳入": "include",
    "排除": "exclude",
    "可测指标": "indicators",
    "上级": "parent_id",
    "来源": "source",
}
FAMILY_LABELS = {
    "编码族": "family",
    "英文名": "en",
    "单选或多选": "exclusive",
    "兜底编码": "residual",
    "判别规则": "tie_rule",
    "来源": "source",
}
RETIRED_LABELS = {
    "编号": "code_id",
    "退出于": "retired_in",
    "由它接替": "replaced_by",
    "退出原因": "reason",
    "来源": "source",
}
UNKNOWN = "不在编码手册里的编码"
IMPORTED = "导入"


class ReadCode(NamedTuple):
    """One code or folder of a file, as it stands there."""

    guid: str
    name: str
    parent: str | None
    is_codable: bool
    color: str | None
    description: str


def write_codes(
    parent: Any, codebook: Codebook, others: Iterable[str], namespace: str
) -> dict[str, str]:
    """Put the codes of a codebook, and codes that it does not know, below an element.

    Returns
    -------
    dict
        The GUID of each code.
    """
    codes = _rows(codebook.codes)
    known = {str(row["code_id"]) for row in codes}
    below = _parents(codes)
    elements: dict[str, Any] = {}
    for row in _rows(codebook.families):
        name = str(row["family"])
        elements[name] = _code(
            parent, namespace, guid("family", name), row["zh"], False, _labelled(FAMILY_LABELS, row)
        )
    places: dict[str, Any] = {}
    waiting = codes
    while waiting:  # parents before their children, each in the order of codes.csv
        left = []
        for row in waiting:
            code_id, over = str(row["code_id"]), below[str(row["code_id"])]
            if over is not None and over not in places:
                left.append(row)
                continue
            told = row | {"parent_id": None} if over is not None else row
            place = places[over] if over is not None else elements.get(str(row["family"]), parent)
            places[code_id] = _code(
                place, namespace, guid("code", code_id), row["zh"], True,
                _labelled(CODE_LABELS, told),
            )  # fmt: skip
        waiting = left
    unknown = sorted(set(others) - known)
    retired = {str(row["code_id"]): row for row in _rows(codebook.retired)}
    if unknown:
        folder = _code(parent, namespace, guid("family", UNKNOWN), UNKNOWN, False, "")
        for code_id in unknown:
            row = retired.get(code_id, {"code_id": code_id})
            description = _labelled(RETIRED_LABELS, row)
            places[code_id] = _code(
                folder, namespace, guid("code", code_id), code_id, True, description
            )
    for element in (*elements.values(), *places.values()):
        _description_first(element)
    return {code_id: guid("code", code_id) for code_id in places}


def read_codes(codes_element: Any, namespace: str, ours: bool) -> list[ReadCode]:
    """The codes below an element, parents before their children, in the order of the file."""
    found: list[ReadCode] = []
    waiting: list[tuple[Any, str | None]] = [
        (element, None) for element in reversed(list(codes_element))
    ]
    while waiting:
        element, parent = waiting.pop()
        if str(element.tag) != f"{{{namespace}}}Code" or element.get("guid") is None:
            continue
        name, description = element.get("name", ""), _text_of(element, namespace)
        code = ReadCode(
            bare(element.get("guid")),
            unspell(name) if ours else name,
            parent,
            element.get("isCodable") not in ("false", "0"),
            element.get("color"),
            description,
        )
        found.append(code)
        waiting += [(child, code.guid) for child in reversed(list(element))]
    return found


def code_ids(codes: Iterable[ReadCode]) -> dict[str, str]:
    """An id for each code of a file: the one its description states, else its names from the top."""
    paths: dict[str, str] = {}
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        above = f"{paths[code.parent]}/" if code.parent in paths else ""
        paths.setdefault(code.guid, above + code.name)
        fields, _ = fields_of(code.description)
        own = fields.get("编号") or fields.get("编码族") or paths[code.guid] or code.guid
        if code.guid not in ids:
            ids[code.guid] = own if own not in taken else f"{own}#{code.guid[:8]}"
            taken.add(ids[code.guid])
    return ids


def identify(codes: Iterable[ReadCode], codebook: Codebook) -> dict[str, str]:
    """Which code of a codebook each code of a file is, by GUID, stated id, or name if it is the only one."""
    known = list(codebook.codes["code_id"])
    by_guid = {guid("code", code_id): code_id for code_id in (*known, *codebook.retired["code_id"])}
    names = codebook.codes.groupby("zh")["code_id"].agg(list).to_dict()
    found = {}
    for code in codes:
        stated = fields_of(code.description)[0].get("编号")
        named = names.get(code.name, [])
        if code.guid in by_guid:
            found[code.guid] = by_guid[code.guid]
        elif stated in by_guid.values():
            found[code.guid] = str(stated)
        elif len(named) == 1:
            found[code.guid] = str(named[0])
    return found


def codebook_tables(codes: list[ReadCode], source: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``families`` and ``codes`` of a codebook, with what a file says about its codes.

    A folder at the top is a family; a code at the top that is no folder goes into the family
    ``导入``, and so does what lies below it. A folder further down is a code.
    """
    from pbgov.schemas import CODES, FAMILIES

    ids, by_guid = code_ids(codes), {code.guid: code for code in codes}
    families, rows = [], []
    family_of: dict[str, str] = {}
    for code in by_guid.values():
        fields, rest = fields_of(code.description)
        if code.parent is None and not code.is_codable and fields.get("编号") is None:
            family_of[code.guid] = ids[code.guid]
            if code.name != UNKNOWN:
                families.append(_family(ids[code.guid], code, fields, source))
            continue
        above = family_of.get(code.parent or "", IMPORTED)
        family_of[code.guid] = above
        if above != UNKNOWN:
            parent = by_guid.get(code.parent or "")
            over = None if parent is None or ids[parent.guid] == above else ids[parent.guid]
            rows.append(_row(ids[code.guid], code, above, over, fields, rest, source))
    if any(row["family"] == IMPORTED for row in rows):
        imported = ReadCode("", IMPORTED, None, False, None, "")
        families.append(_family(IMPORTED, imported, {}, source))
    return (
        FAMILIES.validate(pd.DataFrame(families, columns=list(FAMILIES.columns))),
        CODES.validate(pd.DataFrame(rows, columns=list(CODES.columns))),
    )


def _family(
    name: str, code: ReadCode, fields: Mapping[str, str], source: str
) -> dict[str, str | None]:
    told = {column: fields.get(label) for label, column in FAMILY_LABELS.items()}
    if told["exclusive"] not in ("single", "primary_plus_secondary", "multi"):
        told["exclusive"] = "multi"
    told |= {"family": name, "zh": code.name or name, "en": told["en"] or code.name or name}
    return told | {"source": told["source"] or source}


def _row(
    code_id: str,
    code: ReadCode,
    family: str,
    over: str | None,
    fields: Mapping[str, str],
    rest: str,
    source: str,
) -> dict[str, str | None]:
    told = {column: fields.get(label) for label, column in CODE_LABELS.items()}
    definition = "\n".join(part for part in (told["definition"], rest) if part)
    told |= {"code_id": code_id, "family": family, "parent_id": over or told["parent_id"]}
    told |= {"zh": code.name or code_id, "en": told["en"] or code.name or code_id}
    return told | {"definition": definition or code.name, "source": told["source"] or source}


def _parents(codes: list[dict[str, object]]) -> dict[str, str | None]:
    """The code each code stands below; None where that would be another family, itself or a circle."""
    family = {str(row["code_id"]): row["family"] for row in codes}
    stated = {str(row["code_id"]): row["parent_id"] for row in codes}
    below: dict[str, str | None] = {}
    for code_id in family:
        over = stated[code_id]
        fits = isinstance(over, str) and family.get(over) == family[code_id]
        below[code_id] = str(over) if fits else None
    for code_id in family:
        seen, at = {code_id}, below[code_id]
        while at is not None and at not in seen:
            seen.add(at)
            at = below[at]
        if at is not None:
            below[code_id] = None
    return below


def _code(
    parent: Any, namespace: str, name: str, label: object, codable: bool, description: str
) -> Any:
    kind = "true" if codable else "false"
    element = add(parent, "Code", namespace, guid=name, name=str(label), isCodable=kind)
    if description:
        add(element, "Description", namespace).text = description
    return element


def _description_first(element: Any) -> None:
    for child in element:
        if str(child.tag).endswith("}Description"):
            element.insert(0, child)
            return


def _labelled(labels: Mapping[str, str], row: Mapping[str, object]) -> str:
    return described((label, row.get(column)) for label, column in labels.items())


def _text_of(element: Any, namespace: str) -> str:
    return element.findtext(f"{{{namespace}}}Description") or ""


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
