"""What a hand-coded sample makes of an estimate on machine codes: both, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import in_order, sentences
from pbgov.marks import as_simulated, is_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.checks import CheckResult
    from pbgov.evaluation.remarks import Lang, Remark

NO_GOLD = "没有人工金标准样本，无法校正"
NO_GOLD_EN = "no correction possible: there is no hand-coded gold sample"
_WAYS = ("naive", "corrected", "gold_only", "per_unit")
_SHOWN = {"estimate": "", "conf_low": "_low", "conf_high": "_high", "p_value": "_p"}


@dataclass(frozen=True, eq=False)
class Correction:
    """An estimate on machine codes, and the same freed of their error.

    Attributes
    ----------
    formula : str
        As the caller wrote it.
    coded : tuple of str
        The machine-coded variables in it.
    naive : Estimate
        As if every machine code were right.
    corrected : Estimate or NotEstimated
        With the error of the codes carried into estimate and interval; NotEstimated, with the
        reason, where that cannot be done.
    gold_only : Estimate, NotEstimated or None
        From the rows coded by hand alone; None for shares.
    per_unit : Estimate, NotEstimated or None
        For shares: each unit's share corrected by the unit's own audit, which holds where
        the machine errs more in some units than in others; else None.
    differential : CheckResult or None
        Whether the machine's errors go with the outcome or the unit; None without gold codes of
        which that could be asked.
    accuracy : DataFrame
        One row per coded variable and measure (`pbgov.evaluation.coding_error.accuracy`); empty
        without gold codes.
    shares : DataFrame
        For shares, one row per unit: ``unit``, ``n_segments``, ``n_gold``, ``counted``, ``corrected``
        and its ``sampling_sd``; else empty.
    remarks : tuple of Remark
        On gold sample, codes and correction; each estimate carries them too.
    simulated : bool
    """

    formula: str
    coded: tuple[str, ...]
    naive: Estimate
    corrected: Estimate | NotEstimated
    gold_only: Estimate | NotEstimated | None
    per_unit: Estimate | NotEstimated | None
    differential: CheckResult | None
    accuracy: pd.DataFrame
    shares: pd.DataFrame
    remarks: tuple[Remark, ...]
    simulated: bool = field(default=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", in_order(self.remarks))
        parts = (self.naive, self.corrected, self.differential, self.accuracy, self.shares)
        if self.simulated or is_simulated([part for part in parts if part is not None]):
            object.__setattr__(self, "simulated", True)
            for name in ("accuracy", "shares"):
                object.__setattr__(self, name, as_simulated(getattr(self, name)))

    @property
    def side_by_side(self) -> pd.DataFrame:
        """One row per coefficient: what it is naively, corrected, and from gold codes alone.

        Columns ``term``; ``naive``, ``naive_low``, ``naive_high`` (95 %), ``naive_p``; the same for
        ``corrected``, ``gold_only`` and ``per_unit``, NaN where not estimated; ``ratio``, corrected
        over naive; ``note`` and ``note_en``, why there is no correction ('' where there is one).
        """
        table = pd.DataFrame({"term": self.naive.terms["term"]})
        for way in _WAYS:
            one = getattr(self, way)
            for name, suffix in _SHOWN.items():
                table[way + suffix] = float("nan")
                if isinstance(one, Estimate):
                    table[way + suffix] = table["term"].map(one.terms.set_index("term")[name])
        table["ratio"] = table["corrected"] / table["naive"].where(table["naive"] != 0)
        refused = isinstance(self.corrected, NotEstimated)
        table["note"] = self.corrected.reason if refused else ""  # type: ignore[union-attr]
        table["note_en"] = self.corrected.reason_en if refused else ""  # type: ignore[union-attr]
        return as_simulated(table) if self.simulated else pd.DataFrame(table)

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks as Chinese sentences."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks as English sentences."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """Naive, corrected and gold-only estimates one after the other, as text."""
        heads = _HEADS[lang]
        parts = [
            f"{heads[way]}\n{one.render(lang)}"
            for way in _WAYS
            if (one := getattr(self, way)) is not None
        ]
        if self.differential is not None:
            parts.append("\n".join(f"· {said}" for said in self.differential.limits(lang)))
        return "\n\n".join(parts)

    def __str__(self) -> str:
        return self.render("zh")


_HEADS = {
    "zh": {
        "naive": "一、把机器编码当作无误",
        "corrected": "二、按人工金标准校正",
        "gold_only": "三、只用人工编码的行",
        "per_unit": "三、各单位用自己的抽查校正",
    },
    "en": {
        "naive": "1. As if every machine code were right",
        "corrected": "2. Corrected by the hand-coded sample",
        "gold_only": "3. From the hand-coded rows alone",
        "per_unit": "3. Each unit corrected by its own audit",
    },
}
