"""What each column of a regression came from, unit by unit, and whether that still gives its values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from pbgov.indicators.lineage import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.evaluation.design import Design
    from pbgov.indicators.lineage import Lineage

_SAME = 1e-9


class Said(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, eq=False)
class TracedColumn:
    """One column of a regression and where its values came from.

    ``origin`` is the column of the lineage: ``share_<code>``, or an indicator; '' where it is not
    known, and ``reason`` says why. ``agrees`` says of each row whether what was traced gives its
    value (False where it does not).
    """

    name: str
    origin: str
    agrees: np.ndarray
    reason: Said | None = None

    @property
    def code(self) -> str:
        """The code whose share it is; '' for an indicator."""
        return self.origin.removeprefix(SHARE) if self.origin.startswith(SHARE) else ""


def traced_column(name: str, design: Design) -> TracedColumn:
    """Where the values of a column came from, or why that is not known."""
    lineage = design.lineage
    lost = np.zeros(len(design.rows), dtype=bool)
    if lineage is None or not design.units:
        return TracedColumn(name, "", lost, _lost(name, lineage))
    values = design.rows[name]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return TracedColumn(name, "", lost, _texts(name))
    held = values.to_numpy(dtype=float)
    if name in lineage.columns:
        agrees = _agrees(held, name, design.units, lineage)
        return TracedColumn(name, name, agrees, None if agrees.all() else _changed(name, ~agrees))
    same = [one for one in lineage.columns if _agrees(held, one, design.units, lineage).all()]
    if len(same) == 1 and len(np.unique(held)) > 1:
        return TracedColumn(name, same[0], ~lost, _renamed(name, same[0]))
    return TracedColumn(name, "", lost, _unknown(name, lineage))


def values_of(origin: str, lineage: Lineage) -> dict[str, list[float]]:
    """The values that a lineage gives a column, by unit; an indicator of several periods has several."""
    if origin.startswith(SHARE) and origin.removeprefix(SHARE) in lineage.codes:
        shares = lineage.shares(origin.removeprefix(SHARE))
        return {str(unit): [float(value)] for unit, value in shares.items()}
    records = records_of_column(origin, lineage)
    found: dict[str, list[float]] = {}
    if not len(records):
        return found
    taken = records["taken"] if "taken" in records else records["value"]
    for unit, value in zip(records[lineage.unit], taken, strict=True):
        found.setdefault(str(unit), []).append(float(value))
    return found


def records_of_column(origin: str, lineage: Lineage) -> pd.DataFrame:
    """The rows of indicators behind a column."""
    records = lineage.records
    if not len(records):
        return records
    named = records["column"] if "column" in records else records["indicator"]
    return records[named == origin]


def names_column(formula: str, column: str) -> bool:
    """Whether a formula, of any verb, names a column: in quotes, in a function, in a product.

    Examples
    --------
    >>> names_column("满意率 ~ np.log(人口密度) * Q('share_MODE.M1')", "人口密度")
    True
    >>> names_column("满意率 ~ 人口密度", "人口"), names_column("y ~ np.log(x)", "log")
    (False, False)
    """
    return re.search(rf"(?<![\w.]){re.escape(column)}(?![\w.])", formula) is not None


def _agrees(held: np.ndarray, origin: str, units: Iterable[str], lineage: Lineage) -> np.ndarray:
    """Whether the lineage gives each row its value."""
    known = values_of(origin, lineage)
    found = [
        any(abs(value - one) <= _SAME * max(1, abs(one)) for one in known.get(unit, []))
        for value, unit in zip(held, units, strict=True)
    ]
    return np.array(found, dtype=bool)


def _lost(name: str, lineage: Lineage | None) -> Said:
    if lineage is None:
        return Said(
            f"列“{name}”的来历查不到：表是手工合并或另外读入的，没有带上来源。请用 score 和 join_panel"
            " 得到的面板（或在它的 data 上用 assign 加列）再回归；运行过的研究请写 study=。",
            f"Nothing is known of where column {name!r} came from: the table was merged by hand or"
            " read from a file. Regress on what score and join_panel give (columns may be added to"
            " its data with assign), or name the study: study=…",
        )
    return Said(
        f"列“{name}”的来历查不到：表里没有列 {lineage.unit}，不知道每一行是哪个单位；请保留这一列。",
        f"Nothing is known of where column {name!r} came from: the table has no column"
        f" {lineage.unit!r}, which says whose each row is; keep it.",
    )


def _texts(name: str) -> Said:
    return Said(f"列“{name}”是分组，不是数值。", f"Column {name!r} names groups, not numbers.")


def _changed(name: str, rows: np.ndarray) -> Said:
    return Said(
        f"列“{name}”有 {int(rows.sum())} 行的数值与它所依据的句子或指标不符：计分之后改过。",
        f"{int(rows.sum())} values of column {name!r} are not what its sentences or figures give:"
        " it was changed after scoring.",
    )


def _renamed(name: str, origin: str) -> Said:
    return Said(
        f"列“{name}”每一行的数值都与“{origin}”相同，按“{origin}”追溯。",
        f"Column {name!r} has the values of {origin!r} in every row, and is traced as it.",
    )


def _unknown(name: str, lineage: Lineage) -> Said:
    known = "、".join(lineage.columns[:6]) + ("等" if len(lineage.columns) > 6 else "")
    return Said(
        f"列“{name}”不是 score 或 join_panel 给出的（它们给出 {known}）；换算请写进公式，如 np.log(列名)。",
        f"Column {name!r} is none that score or join_panel gave (they gave {known}); write a"
        " transformation into the formula, such as np.log(column).",
    )
