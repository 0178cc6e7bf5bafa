"""What the values of a table came from: segments and judgements, rows of indicators.

A `Lineage` rides on a table (``attrs["lineage"]``), on a `Panel` and on the rows of an estimate. It
changes no number and is never stored; joining and merging by hand loses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

LINEAGE = "lineage"
SHARE = "share_"
STRETCH = ["doc_id", "start", "end"]
OF_SEGMENTS = ("segment_id", "practice_id", "status", "organisation", "text")
OF_CODINGS = ("coder", "rule", "evidence_start", "evidence_end", "memo")


class Lineage(str):
    """The segments, judgements and rows of indicators behind the values of a table.

    It is a text, so that whatever stores a table with its ``attrs`` can store it: the text then
    stands there, and what it held is gone. Copying a table does not copy it, and two are equal
    only where they are the same.

    Attributes
    ----------
    unit : str
        The column that names the units, such as region_code.
    read : DataFrame
        One row is one segment that was read about one unit: unit, doc_id, start, end, and what was
        known of it (`OF_SEGMENTS`); ``practice`` is there where shares count each practice once.
    codings : DataFrame
        One row is one judgement: doc_id, start, end, code_id, value, and `OF_CODINGS`.
    codes : tuple of str
        The codes that were counted.
    once : str
        The column that names the practice, where each counts once; else ''.
    records : DataFrame
        One row is one row of the indicators that a value was taken from, as it stood, with its
        unit in the column `unit`; where columns are not named as indicators are, or not on their
        scale, ``column`` and ``taken`` say which column has it and as what value.
    """

    unit: str
    read: pd.DataFrame
    codings: pd.DataFrame
    codes: tuple[str, ...]
    once: str
    records: pd.DataFrame

    def __new__(
        cls,
        unit: str,
        read: pd.DataFrame | None = None,
        codings: pd.DataFrame | None = None,
        codes: Iterable[str] = (),
        once: str = "",
        records: pd.DataFrame | None = None,
    ) -> Lineage:
        """Keep the tables as they stand now: later changes of the caller's do not reach them."""
        kept = {
            "read": pd.DataFrame() if read is None else _bare(read),
            "codings": pd.DataFrame() if codings is None else _bare(codings),
            "records": pd.DataFrame() if records is None else _bare(records),
        }
        made = super().__new__(cls, f"lineage of {unit} (not stored)")
        vars(made).update(unit=unit, codes=tuple(codes), once=once, **kept)
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a lineage does not change; {name} stays as it is")

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __copy__(self) -> Lineage:
        return self

    def __deepcopy__(self, memo: object) -> Lineage:
        return self

    def with_records(self, records: pd.DataFrame, unit: str) -> Lineage:
        """The same in a table whose units stand in `unit`, with the rows of indicators beside them."""
        return Lineage(unit, self.read, self.codings, self.codes, self.once, records)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a joined table whose values it knows: shares and indicators."""
        named = "column" if "column" in self.records else "indicator"
        names = self.records[named] if len(self.records) else ()
        return (*(f"{SHARE}{code}" for code in self.codes), *dict.fromkeys(map(str, names)))

    def segments(self, code: str) -> pd.DataFrame:
        """Every segment read about every unit, and whether it carries a code.

        Parameters
        ----------
        code : str

        Returns
        -------
        DataFrame
            As ``read``, with ``carries`` (bool). Units in the order of the text.
        """
        given = self.codings[(self.codings["code_id"] == code) & (self.codings["value"] == 1)]
        carrying = pd.MultiIndex.from_frame(given[STRETCH])
        return self.read.assign(carries=pd.MultiIndex.from_frame(self.read[STRETCH]).isin(carrying))

    def shares(self, code: str) -> pd.Series[float]:
        """The share of each unit, made anew from the segments; by unit, NaN where none tells a practice."""
        told = self.segments(code)
        told["carries"] = told["carries"].astype(float)
        if not self.once:
            return told.groupby("unit")["carries"].mean()
        told = told.dropna(subset=["practice"])
        practices = told.groupby(["unit", "practice"])["carries"].max()
        return practices.groupby("unit").mean()

    def judgements(self, code: str, value: int = 1) -> pd.DataFrame:
        """The judgements of a code on segments that were read about a unit: one row is unit x judgement."""
        given = self.codings[(self.codings["code_id"] == code) & (self.codings["value"] == value)]
        return self.read.merge(given, on=STRETCH, how="inner", suffixes=("", "_of_coding"))


def lineage_of(table: Any) -> Lineage | None:
    """The lineage that a table, a panel or the rows of an estimate carry; None where it was lost."""
    if isinstance(table, Lineage):
        return table
    found = getattr(table, "lineage", None)
    if not isinstance(table, pd.DataFrame) and isinstance(found, Lineage):
        return found
    kept = getattr(table, "attrs", {}).get(LINEAGE)
    return kept if isinstance(kept, Lineage) else None


def _bare(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it stands, without what rides on it."""
    bare = pd.DataFrame(table).copy(deep=False).reset_index(drop=True)
    bare.attrs = {}
    return bare
