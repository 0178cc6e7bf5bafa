"""A check: one question put to an estimate or a table, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.evaluation.remarks import Remark, sentences
from pbgov.marks import SIMULATED, as_simulated, is_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.remarks import Lang

_SAID = {
    True: ("通过", "passed"),
    False: ("未通过", "not passed"),
    None: ("仅供参考", "informative only"),
}


@dataclass(frozen=True, eq=False)
class CheckResult:
    """What one check found.

    Attributes
    ----------
    name, name_en : str
        What was checked, in Chinese and English.
    statistic : float
        NaN where the check has none.
    p_value : float
        NaN where the check has none; never 0.
    passed : bool or None
        None: informative only.
    n : int
        Units at the level the check works on.
    unit_name : str
        What a unit is, such as 区.
    table : DataFrame
        The details, one row a term, unit, or specification; may be empty.
    remarks : tuple of Remark
        What must be said beside the result.
    seed : int or None
        Of the draws; None where nothing was drawn.
    simulated : bool
    """

    name: str
    name_en: str
    statistic: float
    p_value: float
    passed: bool | None
    n: int
    unit_name: str
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    remarks: tuple[Remark, ...] = ()
    seed: int | None = None
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.simulated or is_simulated(self.table):
            object.__setattr__(self, "simulated", True)
            object.__setattr__(self, "table", as_simulated(self.table))

    def limits(self, lang: Lang = "zh") -> tuple[str, ...]:
        """The remarks as sentences of one language."""
        return sentences(self.remarks, lang)

    def render(self, lang: Lang = "zh") -> str:
        """The result as text of one language, with everything that must be said beside it."""
        from pbgov.evaluation.estimate import counted, counted_en
        from pbgov.evaluation.limits import shown_p

        zh = lang == "zh"
        numbers = []
        if not pd.isna(self.statistic):
            numbers.append(f"{'统计量' if zh else 'statistic'} {self.statistic:.4g}")
        if not pd.isna(self.p_value):
            numbers.append(shown_p(self.p_value))
        numbers.append(_SAID[self.passed][0 if zh else 1])
        if zh:
            head = f"【{SIMULATED}】" if self.simulated else ""
            n = counted(self.n, self.unit_name)
            first = f"{head}{self.name}：{'，'.join(numbers)}（N = {n}）"
        else:
            head = "[simulated] " if self.simulated else ""
            n = counted_en(self.n, self.unit_name)
            first = f"{head}{self.name_en}: {', '.join(numbers)} (N = {n})"
        return "\n".join([first, *(f"· {sentence}" for sentence in self.limits(lang))])

    def __str__(self) -> str:
        return self.render("zh")
