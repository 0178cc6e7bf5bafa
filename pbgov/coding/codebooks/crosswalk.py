"""A crosswalk between two frameworks, and codings carried over along it.

What the crosswalk does not settle is listed with its reason, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.codebooks.hierarchy import with_those_below
from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbgov.coding.codebook import Codebook

CROSSWALK_FILE = "crosswalk.csv"
STRETCH = ["doc_id", "start", "end", "coder"]
CARRIES_PRESENCE = ("same", "narrower")
CARRIES_ABSENCE = ("same", "broader")
UNSETTLED = {
    "overlaps": "两个编码只是部分重合",
    "none": "对照表说没有对应的编码",
    "narrower": "不属于较窄的编码，不等于不属于较宽的编码",
    "broader": "属于较宽的编码，不等于属于较窄的编码",
}
NOT_IN_CROSSWALK = "对照表没有说到这个编码"
SAME_AS_SEVERAL = "对照表说它与几个编码相同，分不清是哪一个"
CONTRADICTED = "同一段的两条记录推出一有一无"
RIVALS = "同一段推出互斥编码族的两个主要编码"
TOLD_BELOW = "同一段另推出它的下级编码，由下级代表"


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """How the codes of one framework stand to those of another.

    Attributes
    ----------
    path : str
        The file it was read from.
    table : DataFrame
        `pbgov.schemas.CROSSWALK`, indexed by the row number of its file.
    first, second : Codebook
        The frameworks of ``from_code`` and ``to_code``.
    remarks : list of Finding
        Codes it does not speak of (W286), and codes said to be the same as several (W287).
    """

    path: str
    table: pd.DataFrame
    first: Codebook
    second: Codebook
    remarks: list[Finding]


@dataclass(frozen=True, eq=False)
class Translation:
    """Codings of one framework as far as a crosswalk carries them over into another.

    Attributes
    ----------
    codings : DataFrame
        `pbgov.schemas.CODINGS` and ``translated_from``, the codes behind the row. ``status`` is
        suggested, whoever judged first: that the crosswalk holds is an assumption. ``rule`` names
        the relation.
    left : DataFrame
        What could not be carried over: one row is coding x code it might lead to, the columns of
        the coding with ``to_code`` (NaN where there is none), ``relation`` and ``reason``.
    """

    codings: pd.DataFrame
    left: pd.DataFrame


def read_crosswalk(path: str | Path, first: Codebook, second: Codebook) -> Crosswalk:
    """A crosswalk from `first` to `second`.

    Parameters
    ----------
    path : path
        A CSV file, see `pbgov.schemas.CROSSWALK`.
    first, second : Codebook
        The crosswalk should speak of every code of the families that it names at all. It may lead
        from codes that `first` has retired, also into the same codebook.

    Returns
    -------
    Crosswalk

    Raises
    ------
    DataFileError
        Where the file breaks its schema, repeats a pair (E104), names an unknown code (E229), or
        a row does not go together with its relation (E249).
    """
    from pbgov.schemas import CROSSWALK

    table, findings = inspect_table(path, CROSSWALK)
    if not findings:
        findings = [
            *_unknown_codes(table, first, "from_code", path),
            *_unknown_codes(table, second, "to_code", path),
            *_rows_out_of_shape(table, path),
        ]
    if findings:
        raise DataFileError(sorted(findings, key=lambda finding: finding.row or 0))
    remarks = [
        *_not_covered(table, first, "from_code", path),
        *_not_covered(table, second, "to_code", path),
        *_same_as_several(table, "from_code", "to_code", path),
        *_same_as_several(table, "to_code", "from_code", path),
    ]
    return Crosswalk(str(path), table, first, second, remarks)


def translate(codings: pd.DataFrame, crosswalk: Crosswalk) -> Translation:
    """Codings of the first framework carried over into the second, where the crosswalk permits.

    Parameters
    ----------
    codings : DataFrame
        `pbgov.schemas.CODINGS`, of one or several coders.
    crosswalk : Crosswalk

    Returns
    -------
    Translation

    Raises
    ------
    InputError
        Where a column of ``CODINGS`` is missing.

    Notes
    -----
    A presence follows along ``same`` and ``narrower`` (a case of the narrower code is one of the
    wider), an absence along ``same`` and ``broader`` (what is no case of the wider code is none of
    the narrower); ``overlaps`` carries neither. A code said to be the same as several is not
    carried. Where codings of one stretch and coder lead to one code they become one, primary where
    one of them is. Where they say both present and absent (of a code, or of one below it and of
    itself), or give an exclusive family two primary codes, none of them is carried; of two primary
    codes one above the other the lower one is.
    """
    from pbgov.schemas import CODINGS

    missing = [name for name in CODINGS.columns if name not in codings]
    if missing:
        raise InputError(f"codings have no column {missing[0]!r}; see pbgov.schemas.CODINGS.")
    led = _where_each_leads(codings, crosswalk)
    led["reason"] = led["reason"].mask(_contradicted(led, crosswalk.second), CONTRADICTED)
    led["reason"] = led["reason"].mask(_told_below(led, crosswalk.second), TOLD_BELOW)
    led["reason"] = led["reason"].mask(_rivals(led, crosswalk.second), RIVALS)
    carried = led[led["reason"].eq("")].sort_values(["_secondary", "_row"], kind="stable")
    target = [*STRETCH, "to_code"]
    behind = carried.groupby(target)["from_code"].agg(lambda codes: "+".join(dict.fromkeys(codes)))
    first = carried.drop_duplicates(target).sort_values("_row", kind="stable")
    keys = first[target].itertuples(index=False, name=None)
    made = first.assign(
        translated_from=pd.Series([behind[key] for key in keys], first.index, dtype="str"),
        rule="crosswalk:" + first["from_code"] + " " + first["relation"] + " " + first["to_code"],
        code_id=first["to_code"],
        status="suggested",
        codebook_version=crosswalk.second.version,
    )
    made = made[[*codings.columns, "translated_from"]].reset_index(drop=True)
    left = led.loc[led["reason"].ne(""), [*codings.columns, "to_code", "relation", "reason"]]
    tables = (CODINGS.validate(made), left.reset_index(drop=True))
    return Translation(*(carry_mark(table, codings) for table in tables))


def _where_each_leads(codings: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    """One row is coding x row of the crosswalk, with the reason why it is not carried, or ''."""
    from pbgov.coding.codings import is_secondary

    rows = codings.reset_index(drop=True)
    rows = rows.assign(_row=range(len(rows)), _secondary=is_secondary(rows))
    links = crosswalk.table.dropna(subset=["from_code"])[["from_code", "to_code", "relation"]]
    led = rows.merge(links, left_on="code_id", right_on="from_code", how="left")
    same = links[links["relation"] == "same"]["from_code"]
    doubly = set(same[same.duplicated()])
    led["reason"] = [
        _why_not(value, relation, ambiguous=code in doubly)
        for code, value, relation in zip(led["code_id"], led["value"], led["relation"], strict=True)
    ]
    return led.astype({"reason": "str"})


def _why_not(value: int, relation: object, *, ambiguous: bool) -> str:
    if not isinstance(relation, str):
        return NOT_IN_CROSSWALK
    if relation == "same" and ambiguous:
        return SAME_AS_SEVERAL
    carries = CARRIES_PRESENCE if value == 1 else CARRIES_ABSENCE
    return "" if relation in carries else UNSETTLED[relation]


def _contradicted(led: pd.DataFrame, second: Codebook) -> pd.Series:
    """Rows that would give a stretch a code, or one below it, as present and itself as absent."""
    carried = led[led["reason"].eq("")]
    below = with_those_below(second)
    clashing: list[int] = []
    for _, rows in carried.groupby(STRETCH):
        for absent in rows.index[rows["value"].eq(0)]:
            meant = below[str(rows.at[absent, "to_code"])]
            against = rows.index[rows["value"].eq(1) & rows["to_code"].isin(meant)]
            clashing += [absent, *against] if len(against) else []
    return pd.Series(led.index.isin(clashing), index=led.index)


def _told_below(led: pd.DataFrame, second: Codebook) -> pd.Series:
    """Presences of an exclusive family beside that of a code below: the family gives one code."""
    carried = _primary_of_exclusive_families(led, second)
    below = with_those_below(second)
    told: list[int] = []
    for _, rows in carried.groupby(STRETCH):
        given = set(rows["to_code"])
        above = [bool(below[code] & given - {code}) for code in rows["to_code"]]
        told += rows.index[above].tolist()
    return pd.Series(led.index.isin(told), index=led.index)


def _rivals(led: pd.DataFrame, second: Codebook) -> pd.Series:
    """Rows that would give a stretch several primary codes of one exclusive family."""
    carried = _primary_of_exclusive_families(led, second)
    codes = carried.groupby([*STRETCH, "_family"])["to_code"].transform("nunique")
    return codes.gt(1).reindex(led.index, fill_value=False)


def _primary_of_exclusive_families(led: pd.DataFrame, second: Codebook) -> pd.DataFrame:
    exclusive = second.families.loc[second.families["exclusive"] != "multi", "family"]
    family_of = dict(zip(second.codes["code_id"], second.codes["family"], strict=True))
    carried = led[led["reason"].eq("") & led["value"].eq(1) & ~led["_secondary"]]
    carried = carried.assign(_family=carried["to_code"].map(family_of))
    return carried[carried["_family"].isin(exclusive)]


def _unknown_codes(
    table: pd.DataFrame, codebook: Codebook, column: str, path: str | Path
) -> Iterator[Finding]:
    known = set(codebook.codes["code_id"])
    if column == "from_code":
        known |= set(codebook.retired["code_id"])
    for row, code in table[column].dropna().items():
        if code not in known:
            yield Finding("E229", str(path), _line(row), column, code, codebook.folder)


def _rows_out_of_shape(table: pd.DataFrame, path: str | Path) -> Iterator[Finding]:
    """E249 for a pair that is not whole, ``none`` beside a pair, or ``none`` beside another row."""
    for row, first, second, relation in table[["from_code", "to_code", "relation"]].itertuples():
        whole = isinstance(first, str) and isinstance(second, str)
        if relation != "none" and not whole:
            wanted = "from_code 和 to_code 都要填 both cells are to be filled"
            yield Finding("E249", str(path), int(row), "relation", relation, wanted)
        elif relation == "none" and isinstance(first, str) == isinstance(second, str):
            wanted = "none 只填没有对应的那个编码 fill only the code that has no counterpart"
            yield Finding("E249", str(path), int(row), "relation", relation, wanted)
    for column in ("from_code", "to_code"):
        alone = table[table["relation"].eq("none") & table[column].notna()]
        paired = set(table.loc[table["relation"].ne("none"), column].dropna())
        for row, code in alone[column].items():
            if code in paired:
                wanted = "另有一行写了它的对应 another row names its counterpart"
                yield Finding("E249", str(path), _line(row), column, f"none: {code}", wanted)


def _not_covered(
    table: pd.DataFrame, codebook: Codebook, column: str, path: str | Path
) -> Iterator[Finding]:
    """W286 once, for the codes of the families spoken of; a code below speaks for those above."""
    named = set(table[column].dropna()) & set(codebook.codes["code_id"])
    spoken = named | {above for code in named for above in codebook.ancestors(code)}
    codes = codebook.codes
    families = set(codes.loc[codes["code_id"].isin(spoken), "family"])
    absent = codes.loc[codes["family"].isin(families) & ~codes["code_id"].isin(spoken), "code_id"]
    if len(absent):
        yield Finding("W286", str(path), None, column, "、".join(absent), codebook.folder)


def _same_as_several(
    table: pd.DataFrame, column: str, other: str, path: str | Path
) -> Iterator[Finding]:
    same = table[table["relation"] == "same"]
    for code, rows in same.groupby(column, sort=False):
        if len(rows) > 1:
            row, wanted = _line(rows.index[1]), "、".join(rows[other])
            yield Finding("W287", str(path), row, column, str(code), wanted)


def _line(row: object) -> int:
    return int(str(row))
