"""The tree of a codebook: which code stands under which, and codings counted at a higher level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.findings import Finding
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.coding.codebook import Codebook

JUDGED_ALIKE = ["doc_id", "start", "end", "coder"]


def parents_of(codebook: Codebook) -> dict[str, str]:
    """The parent of each code that has one among the codes of the codebook."""
    codes = codebook.codes
    known = set(codes["code_id"])
    pairs = zip(codes["code_id"], codes["parent_id"], strict=True)
    return {code: parent for code, parent in pairs if parent in known}


def ancestors(codebook: Codebook, code_id: str) -> list[str]:
    """The codes above one code, its parent first; empty for a code at the top.

    Raises
    ------
    InputError
        Where the codebook has no such code, or its parents lead back to it.
    """
    if code_id not in set(codebook.codes["code_id"]):
        raise InputError(f"The codebook has no code {code_id!r}.")
    return _line(parents_of(codebook), code_id)


def with_those_below(codebook: Codebook) -> dict[str, set[str]]:
    """Each code with all codes under it."""
    below = {code: {code} for code in codebook.codes["code_id"]}
    parents = parents_of(codebook)
    for code in parents:
        for above in _line(parents, code):
            below[above].add(code)
    return below


def tree(codebook: Codebook) -> pd.DataFrame:
    """Every code at its place in the tree, each family from the top down.

    Returns
    -------
    DataFrame
        One row is one code, a parent before its children, siblings in the order of ``codes.csv``:
        ``family``, ``code_id``, ``zh``, ``level`` (0 at the top), ``parent_id`` (NaN at the top),
        ``path`` (the Chinese names from the top, joined by `` > ``) and ``n_children``.

    Raises
    ------
    InputError
        Where parents lead back to their own code (E225).
    """
    parents = parents_of(codebook)
    lines = {code: _line(parents, code) for code in codebook.codes["code_id"]}
    names = dict(zip(codebook.codes["code_id"], codebook.codes["zh"], strict=True))
    place = {code: number for number, code in enumerate(lines)}
    children = pd.Series(list(parents.values()), dtype="str").value_counts()
    table = pd.DataFrame(
        {
            "family": codebook.codes["family"].to_list(),
            "code_id": list(lines),
            "zh": list(names.values()),
            "level": [len(line) for line in lines.values()],
            "parent_id": pd.Series([parents.get(code) for code in lines], dtype="str"),
            "path": [
                " > ".join(names[one] for one in _from_the_top(lines, code)) for code in lines
            ],
            "n_children": [int(children.get(code, 0)) for code in lines],
        }
    )
    families = {family: number for number, family in enumerate(codebook.families["family"])}
    ids = list(lines)
    order = sorted(
        range(len(table)),
        key=lambda row: (
            families.get(table.at[row, "family"], len(families)),
            [place[one] for one in _from_the_top(lines, ids[row])],
        ),
    )
    return table.loc[order].reset_index(drop=True)


def roll_up(codings: pd.DataFrame, codebook: Codebook, level: int = 0) -> pd.DataFrame:
    """Codings with every code below `level` counted as its ancestor at that level.

    Parameters
    ----------
    codings : DataFrame
        `pbgov.schemas.CODINGS`, of one or several coders.
    codebook : Codebook
    level : int
        0 is the top of the tree; codes at this level or above it stay as they are.

    Returns
    -------
    DataFrame
        The columns of `codings` and ``rolled_from``: the codes behind the row, joined by ``+``.
        One row is stretch x coder x code. A code is present (1) where it or one below it was
        judged present; such a row is the first of them, a primary one before secondary ones. It is
        absent (0) where it was itself judged absent, or each of its children was; where only some
        of its children were judged absent nothing follows, and there is no row.
        ``attrs["undecided"]`` counts these, ``attrs["contradicted"]`` the rows present by a code
        below one that the same coder judged absent.

    Raises
    ------
    InputError
        Where `level` is negative, a coding names a code that the codebook lacks, or parents lead
        back to their own code.
    """
    if level < 0:
        raise InputError(f"level is {level}; 0 is the top of the tree.")
    unknown = sorted(set(codings["code_id"]) - set(codebook.codes["code_id"]))
    if unknown:
        raise InputError(f"The codebook has no code {unknown[0]!r}; codings name {len(unknown)}.")
    from pbgov.coding.codings import is_secondary

    parents = parents_of(codebook)
    target = {code: _at_level(parents, code, level) for code in codebook.codes["code_id"]}
    rows = codings.reset_index(drop=True)
    rows = rows.assign(rolled_from=rows["code_id"], code_id=rows["code_id"].map(target))
    rows = rows.assign(_row=range(len(rows)), _secondary=is_secondary(rows))
    key = [*JUDGED_ALIKE, "code_id"]
    present = rows[rows["value"] == 1].sort_values(["_secondary", "_row"], kind="stable")
    absent = {
        (*judged,): set(codes)
        for judged, codes in rows[rows["value"] == 0].groupby(key)["rolled_from"]
    }
    contradicted = sum(
        bool(absent.get(judged, set()) & {one for code in codes for one in _line(parents, code)})
        for judged, codes in present.groupby(key)["rolled_from"]
    )
    for judged in present[key].itertuples(index=False, name=None):
        absent.pop(judged, None)
    follows = {
        judged for judged, codes in absent.items() if _all_absent(str(judged[-1]), codes, parents)
    }
    keys = rows[key].itertuples(index=False, name=None)
    shown = pd.concat([present, rows[[judged in follows for judged in keys]]])
    behind = shown.groupby(key)["rolled_from"].agg("+".join)
    table = shown.drop_duplicates(key).sort_values("_row")
    told = [behind[judged] for judged in table[key].itertuples(index=False, name=None)]
    table = table.assign(rolled_from=pd.Series(told, table.index, dtype="str"))
    table = table.drop(columns=["_row", "_secondary"]).reset_index(drop=True)
    undecided = len(absent) - len(follows)
    table.attrs |= {"level": level, "undecided": undecided, "contradicted": contradicted}
    return carry_mark(table, codings)


def parents_that_turn_back(codebook: Codebook) -> Iterator[Finding]:
    """E225: the parents of a code lead back to itself; a tree has a top."""
    parents = parents_of(codebook)
    for row, code_id in zip(codebook.codes.index, codebook.codes["code_id"], strict=True):
        line = _round_trip(parents, code_id)
        if line:
            path = f"{codebook.folder}/codes.csv"
            yield Finding("E225", path, int(row), "parent_id", code_id, " → ".join(line))


def parent_of_another_family(codebook: Codebook) -> Iterator[Finding]:
    """E226: the parent of a code belongs to another family; a family has its own tree."""
    codes = codebook.codes
    family_of = dict(zip(codes["code_id"], codes["family"], strict=True))
    for row, family, parent in zip(codes.index, codes["family"], codes["parent_id"], strict=True):
        if parent in family_of and family_of[parent] != family:
            path = f"{codebook.folder}/codes.csv"
            yield Finding("E226", path, int(row), "parent_id", seen=parent, wanted=family)


HIERARCHY_CHECKS = (parents_that_turn_back, parent_of_another_family)


def _line(parents: Mapping[str, str], code: str) -> list[str]:
    line: list[str] = []
    while code in parents:
        code = parents[code]
        if code in line:
            raise InputError(
                f"The parents of {line[0]!r} lead round in a circle; Codebook.check says where."
            )
        line.append(code)
    return line


def _from_the_top(lines: Mapping[str, list[str]], code: str) -> list[str]:
    return [*reversed(lines[code]), code]


def _round_trip(parents: Mapping[str, str], code: str) -> list[str]:
    """The way from a code back to itself, or nothing where there is none."""
    line, above = [code], parents.get(code)
    while above is not None and above not in line:
        line.append(above)
        above = parents.get(above)
    return [*line, code] if above == code else []


def _at_level(parents: Mapping[str, str], code: str, level: int) -> str:
    line = [code, *_line(parents, code)]
    return line[max(0, len(line) - 1 - level)]


def _all_absent(code: str, absent: set[str], parents: Mapping[str, str]) -> bool:
    """Whether a code was judged absent, itself or by way of every one of its children."""
    if code in absent:
        return True
    children = [child for child, parent in parents.items() if parent == code]
    return bool(children) and all(_all_absent(child, absent, parents) for child in children)
