"""The form on which disagreements are decided: written, kept when it is written anew, read back."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.commands.material import write_table
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from pbgov.commands.material import Material

KEY = ("segment_id", "family")
DECISION = ("codes", "secondary", "decided_by", "reason", "rule_change")
NO_CODE = "无"


class Decision(NamedTuple):
    """One filled-in row of the form, with its number as a spreadsheet counts it."""

    row: int
    said: dict[str, str]


def write_form(disagreements: pd.DataFrame, decided: pd.DataFrame, path: Path) -> int:
    """Write the form, filled in where somebody has decided already, and give the number left open.

    Parameters
    ----------
    disagreements : DataFrame
        As `pbgov.disagreements` gives them.
    decided : DataFrame
        As `pbgov.read_adjudications` gives them; what stands filled in at `path` goes before it,
        since it may not be on record yet. Where that has such rows which are no disagreement this
        time, the whole of it is kept under another name.
    path : Path
    """
    known = {key: _cells(row) for key, row in _by_key(decided.dropna(subset=["segment_id"]))}
    for cells in known.values():
        cells["codes"] = cells["codes"] or NO_CODE
    if path.exists():
        rows = [(key, _cells(row)) for key, row in _by_key(_read(path))]
        filled = {key: cells for key, cells in rows if any(cells.values())}
        new = {key for key, cells in filled.items() if cells != known.get(key)}
        known |= filled
        if new - {key for key, _ in _by_key(disagreements)}:
            print(f"  填过而没有记入的行里有的不在这次的分歧里，旧表另存为 {_put_aside(path)}")
    nothing = dict.fromkeys(DECISION, "")
    told = [known.get(key, nothing) for key, _ in _by_key(disagreements)]
    columns = {name: [cells[name] for cells in told] for name in DECISION}
    write_table(disagreements.assign(**columns), path)
    return sum(not any(cells.values()) for cells in told)


def read_form(path: Path) -> tuple[list[Decision], int]:
    """The filled-in rows of a form, and the number of rows left open.

    Raises
    ------
    DataFileError
        Where it is no such table.
    """
    table = _read(path)
    decisions = []
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        said = _cells(row) | {name: str(row[name]) for name in KEY}
        if any(said[name] for name in DECISION):
            decisions.append(Decision(int(number), said))
    return decisions, len(table) - len(decisions)


def record(decisions: list[Decision], material: Material, path: Path) -> int:
    """Put every decision on record, or, where one of them cannot be meant, none.

    Returns
    -------
    int
        How many were not on record already.

    Raises
    ------
    InputError
        Naming each row that cannot be meant.
    """
    faults = []
    with tempfile.TemporaryDirectory() as elsewhere:
        for decision in decisions:
            try:
                _adjudicate(elsewhere, decision, material)
            except InputError as error:
                faults.append(f"{path}:{decision.row}: {error}")
    if faults:
        faults.append("Nothing was recorded. 一条也没有记入，改好后再运行。")
        raise InputError("\n".join(faults))
    before = _standing(material.folder)
    rows = [_adjudicate(material.folder, decision, material) for decision in decisions]
    return sum(tuple(row.values()) not in before for row in rows)


def _standing(folder: Path) -> set[tuple[str, ...]]:
    from pbgov.coding.adjudication import read_adjudications
    from pbgov.schemas import ADJUDICATIONS

    table = read_adjudications(folder)[list(ADJUDICATIONS.columns)].astype("str").fillna("")
    return set(table.itertuples(index=False, name=None))


def _adjudicate(folder: str | Path, decision: Decision, material: Material) -> dict[str, str]:
    from pbgov.coding.adjudication import adjudicate

    said = decision.said
    if not said["codes"]:
        raise InputError(
            f"codes is blank; name the codes, or write {NO_CODE} where none applies."
            f" codes 空着：请写编码，没有合适的就写“{NO_CODE}”。"
        )
    return adjudicate(
        folder,
        material.paragraphs,
        material.codebook,
        segment_id=said["segment_id"],
        family=said["family"],
        codes=_several(said["codes"]),
        secondary=_several(said["secondary"]),
        decided_by=said["decided_by"],
        reason=said["reason"],
        rule_change=said["rule_change"],
    )


def _read(path: Path) -> pd.DataFrame:
    import pandera.pandas as pa

    from pbgov.datafiles import read_numbered
    from pbgov.schemas.columns import text

    columns = {name: text() for name in KEY} | {name: text(nullable=True) for name in DECISION}
    return read_numbered(path, pa.DataFrameSchema(columns, name="form"), may_be_empty=True)


def _by_key(table: pd.DataFrame) -> list[tuple[tuple[str, str], dict[str, object]]]:
    rows = [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]
    return [((str(row["segment_id"]), str(row["family"])), row) for row in rows]


def _cells(row: Mapping[Any, object]) -> dict[str, str]:
    cells = {name: row[name] for name in DECISION}
    return {name: cell.strip() if isinstance(cell, str) else "" for name, cell in cells.items()}


def _several(cell: str) -> list[str]:
    names = [name.strip() for name in cell.replace("；", ";").split(";") if name.strip()]
    return [] if names == [NO_CODE] else names


def _put_aside(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.stem}.旧{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept
