"""The words that make a numeral a quantity: measures, comparing words and fixed phrases.

Four files beside those of `pbgov.extraction.cues`, in the same folder:

``measures.csv``
    What a numeral counts in: term, kind (度量, 货币, 时间, 次数, 个体, 名词, 结构, 百分点, 倍), source.
``figures.csv``
    term, role, comparator, source. Roles: 数前 and 数后 (words that bound a number, with the
    comparator they mean; 无 for every other role), 升, 降 and 变为 (change), 变到 (those that
    say what comes next is where it ended), 标准前 and 标准后 (a requirement), 达标 (what
    comes next is a lower bound), 点数 (makes 一
    count), 全称 (全覆盖), 非数 (fixed phrases whose numerals count nothing), 时期 (time words).
``conversions.csv``
    term, unit, times, source: one `term` is `times` `unit` (1 小时 is 60 分钟); a change from hours to
    minutes is told in minutes.
``formulas.csv``
    term, role, source. Roles: 标签尾 (head nouns of slogans), 引列 (words that introduce a list),
    称 (words that name what was listed), 量 (measures inside slogans), 等.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.errors import InputError
from pbgov.extraction.cues import PACKAGED
from pbgov.schemas import COMPARATORS, number, text

NO_COMPARATOR = "无"
MEASURE_KINDS = ("度量", "货币", "时间", "次数", "个体", "名词", "结构", "百分点", "倍")
FIGURE_ROLES = (
    "数前",
    "数后",
    "升",
    "降",
    "变为",
    "标准前",
    "标准后",
    "点数",
    "全称",
    "非数",
    "达标",
    "时期",
    "变到",
)
FORMULA_ROLES = ("标签尾", "引列", "量", "等", "称")

MEASURES = pa.DataFrameSchema(
    {"term": text(unique=True), "kind": text(among=MEASURE_KINDS), "source": text()},
    name="measures",
)
FIGURES = pa.DataFrameSchema(
    {
        "term": text(),
        "role": text(among=FIGURE_ROLES),
        "comparator": text(among=(*COMPARATORS, NO_COMPARATOR)),
        "source": text(),
    },
    unique=["term", "role"],
    name="figure words",
)
CONVERSIONS = pa.DataFrameSchema(
    {"term": text(unique=True), "unit": text(), "times": number(0), "source": text()},
    name="conversions",
)
FORMULA_WORDS = pa.DataFrameSchema(
    {"term": text(), "role": text(among=FORMULA_ROLES), "source": text()},
    unique=["term", "role"],
    name="formula words",
)


@dataclass(frozen=True, eq=False)
class Scales:
    """Measures and their kinds, words of comparison by role, and patterns made of them.

    Attributes
    ----------
    measures : dict of str to str
        Measure to its kind.
    comparators : dict
        (role, term) to the comparator it means; '' where it means none.
    roles, formula_roles : dict of str to frozenset
        Role to its terms.
    conversions : dict of str to (str, float)
        Measure to the unit it is a multiple of, and how many of them it is.
    """

    measures: dict[str, str]
    comparators: dict[tuple[str, str], str]
    roles: dict[str, frozenset[str]]
    formula_roles: dict[str, frozenset[str]]
    conversions: dict[str, tuple[str, float]]

    def times(self, measure: str, other: str) -> float | None:
        """How many of the other measure one is: 60 for 小时 and 分钟; None where they do not compare."""
        base, count = self.conversions.get(measure, (measure, 1.0))
        other_base, other_count = self.conversions.get(other, (other, 1.0))
        return count / other_count if base == other_base else None

    def any_of(self, role: str) -> str:
        """A regular expression for the terms of a role, longest first."""
        return alternatives(self.roles.get(role) or self.formula_roles.get(role) or ())


@cache
def alternatives(terms: frozenset[str] | tuple[str, ...]) -> str:
    """A regular expression that matches the longest of some terms; nothing where there is none."""
    ordered = sorted(terms, key=lambda term: (-len(term), term))
    return "(?:" + "|".join(map(re.escape, ordered)) + ")" if ordered else "(?!)"


def read_scales(folder: str | Path | None = None) -> Scales:
    """The scales of a folder, or the packaged ones.

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file is missing or breaks its columns.
    """
    folder = PACKAGED if folder is None else Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; copy the packaged {PACKAGED} and change the copy."
        )
    measures = read_table(folder / "measures.csv", MEASURES)
    figures = read_table(folder / "figures.csv", FIGURES)
    formulas = read_table(folder / "formulas.csv", FORMULA_WORDS)
    multiples = read_table(folder / "conversions.csv", CONVERSIONS)
    keys = zip(figures.role, figures.term, strict=True)
    return Scales(
        dict(zip(measures.term, measures.kind, strict=True)),
        dict(zip(keys, figures.comparator.replace(NO_COMPARATOR, ""), strict=True)),
        {str(role): frozenset(group.term) for role, group in figures.groupby("role")},
        {str(role): frozenset(group.term) for role, group in formulas.groupby("role")},
        {
            term: (unit, float(times))
            for term, unit, times in zip(
                multiples.term, multiples.unit, multiples.times, strict=True
            )
        },
    )
