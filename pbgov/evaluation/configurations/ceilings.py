"""Necessary condition analysis of a case table: the empty corner, its test, and the bottleneck table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import Design, read_design
from pbgov.evaluation.estimate import NotEstimated, counted, counted_en
from pbgov.evaluation.limits import (
    sentences_on_gaps,
    sentences_on_simulation,
    shown_p,
)
from pbgov.evaluation.regression import SEED, table_of
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.indicators.panel import Panel
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.sets.ceilings import (
    KINDS,
    Ceiling,
    CeilingTest,
    ceiling,
    ceiling_test,
    required_condition,
)
from pbgov.marks import SIMULATED, as_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.remarks import Lang

LEAST_CASES = 4
STEPS = 11
NAMES = {"ce_fdh": "CE-FDH", "cr_fdh": "CR-FDH"}


@dataclass(frozen=True, eq=False)
class NecessityCeiling:
    """How much a condition bounds an outcome from above.

    Attributes
    ----------
    outcome, condition : str
        Names of the columns.
    n : int
        Complete cases.
    unit_name : str
    ceilings : DataFrame
        One row is one ceiling: kind, effect_size (d, 0-1), zone and scope (in the units of both),
        accuracy (share of cases on or below), slope, intercept (NaN for the step function),
        n_peers, peers (cases the ceiling rests on), p_value, n_permutations, exact.
    bottleneck : DataFrame
        One row is one level of the outcome under one ceiling: kind, outcome_percent (of its
        range), outcome_level, needed_level (of the condition; NaN where none is needed or none is
        enough), needed_percent (of its range), reading: "not necessary", "necessary" or
        "not reached" (the ceiling never goes that high).
    remarks : tuple of Remark
    seed : int
    simulated : bool
    """

    outcome: str
    condition: str
    n: int
    unit_name: str
    ceilings: pd.DataFrame
    bottleneck: pd.DataFrame
    remarks: tuple[Remark, ...]
    seed: int
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            object.__setattr__(self, "ceilings", as_simulated(self.ceilings))
            object.__setattr__(self, "bottleneck", as_simulated(self.bottleneck))

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks in Chinese."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """The tables as text, with what must be said beside them."""
        mark = "" if not self.simulated else f"【{SIMULATED}】" if lang == "zh" else "[simulated] "
        title = "必要条件分析" if lang == "zh" else "Necessary condition analysis"
        return "\n".join(
            [
                f"{mark}{title}: {self.condition} → {self.outcome}",
                self.ceilings.drop(columns="peers").to_string(
                    index=False, na_rep="–", float_format=lambda value: f"{value:.3f}"
                ),
                *(f"· {sentence}" for sentence in sentences(self.remarks, lang)),
            ]
        )

    def __str__(self) -> str:
        return self.render()


def necessity_ceiling(
    data: pd.DataFrame | Panel,
    outcome: str,
    condition: str,
    *,
    cases: str | None = None,
    unit_name: str = "区",
    seed: int = SEED,
    draws: int = DRAWS,
) -> NecessityCeiling | NotEstimated:
    """How far high values of the outcome occur only with high values of the condition.

    Parameters
    ----------
    data : DataFrame or Panel
        One row a case.
    outcome, condition : str
        Columns of numbers, in any units; raw values or memberships.
    cases : str, optional
        Column that names the cases; a panel's unit, region_code, or the index, if not given.
    unit_name : str
        What a case is, in Chinese.
    seed : int
        Of the draws where the cases have more than 50,000 orders.
    draws : int

    Returns
    -------
    NecessityCeiling or NotEstimated
        Not estimated with fewer than four complete cases, where one of the two does not vary, or
        where a value is infinite.

    Raises
    ------
    InputError
        Where a column is not there or holds no numbers, or a case stands in two rows.

    References
    ----------
    Dul, J. (2016). Necessary condition analysis (NCA). *Organizational Research Methods*, 19(1),
    10-52. Dul, J., van der Laan, E., & Kuik, R. (2020). A statistical significance test for
    necessary condition analysis. *Organizational Research Methods*, 23(2), 385-395.
    """
    if outcome == condition:
        raise InputError(f"{outcome!r} is both outcome and condition; name two columns")
    table, simulated = table_of(data)
    if cases is None and isinstance(data, Panel) and data.unit in table.columns:
        cases = data.unit
    design = read_design(table, f"Q({outcome!r}) ~ Q({condition!r})", labels=cases)
    _refuse_texts_and_repeats(design, condition)
    refused = _refusal(design, condition, unit_name)
    if refused:
        formula = f"{outcome} ~ {condition}"
        return NotEstimated(formula, len(design.rows), *refused, simulated)
    x, y = design.matrix[:, 1], design.outcome
    made = [ceiling(x, y, kind) for kind in KINDS]
    tests = [ceiling_test(x, y, kind, seed=seed, draws=draws) for kind in KINDS]
    ceilings = _ceilings(made, tests, design.labels)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_gaps(design),
        _size(len(y), unit_name),
        *_readings(ceilings, outcome, condition, unit_name),
        _counting(tests, seed),
    ]
    return NecessityCeiling(
        outcome=outcome,
        condition=condition,
        n=len(y),
        unit_name=unit_name,
        ceilings=ceilings,
        bottleneck=_bottleneck(made, x, y),
        remarks=in_order(remarks),
        seed=seed,
        simulated=simulated,
    )


def _refuse_texts_and_repeats(design: Design, condition: str) -> None:
    if len(design.rows) and (design.matrix.shape[1] != 2 or condition not in design.columns):
        raise InputError(
            f"column {condition!r} holds texts or truth values; a ceiling needs numbers"
        )
    names = pd.Series([*design.labels, *design.dropped], dtype="str")
    repeated = sorted(set(names[names.duplicated()]))
    if repeated:
        raise InputError(f"case {repeated[0]!r} stands in two rows; keep one row a case")


def _refusal(design: Design, condition: str, unit_name: str) -> tuple[str, str] | None:
    n = len(design.rows)
    if n < LEAST_CASES:
        return (
            f"只有 {counted(n, unit_name)}的数据是完整的，至少需要 {LEAST_CASES} 个",
            f"only {n} complete cases; need {LEAST_CASES}",
        )
    for name, values in ((design.outcome_name, design.outcome), (condition, design.matrix[:, 1])):
        if not np.isfinite(values).all():
            return f"“{name}”里有无穷大的数值", f"{name!r} holds an infinite value"
        if np.ptp(values) == 0:
            return f"“{name}”没有变化", f"{name!r} does not vary"
    return None


def _ceilings(
    made: list[Ceiling], tests: list[CeilingTest], labels: tuple[str, ...]
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "kind": one.kind,
                "effect_size": one.effect_size,
                "zone": one.zone,
                "scope": one.scope,
                "accuracy": one.accuracy,
                "slope": one.slope,
                "intercept": one.intercept,
                "n_peers": len(one.peers),
                "peers": "、".join(labels[peer] for peer in one.peers),
                "p_value": test.p_value,
                "n_permutations": test.n_permutations,
                "exact": test.exact,
            }
            for one, test in zip(made, tests, strict=True)
        ]
    )


def _bottleneck(made: list[Ceiling], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    percents = np.linspace(0, 100, STEPS)
    levels = y.min() + percents / 100 * np.ptp(y)
    parts = []
    for one in made:
        needed = required_condition(one, x, y, levels)
        reading = np.where(
            np.isnan(needed),
            "not reached",
            np.where(np.isinf(needed), "not necessary", "necessary"),
        )
        needed = np.where(np.isinf(needed), np.nan, needed)
        parts.append(
            pd.DataFrame(
                {
                    "kind": one.kind,
                    "outcome_percent": percents,
                    "outcome_level": levels,
                    "needed_level": needed,
                    "needed_percent": 100 * (needed - x.min()) / np.ptp(x),
                    "reading": reading,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _size(n: int, unit_name: str) -> Remark:
    return Remark(
        "size",
        f"样本量：{counted(n, unit_name)}。必要条件分析只描述数据左上角的空白，相关不等于因果。",
        f"{counted_en(n, unit_name)}. The empty corner describes these data; association is not"
        " causation.",
    )


def _readings(ceilings: pd.DataFrame, outcome: str, condition: str, unit_name: str) -> list[Remark]:
    remarks = []
    for row in ceilings.to_dict("records"):
        name, d, p = NAMES[row["kind"]], row["effect_size"], shown_p(row["p_value"])
        line, line_en = "", ""
        if row["kind"] == "cr_fdh":
            share = f"{row['accuracy']:.0%}"
            line, line_en = (
                f"，{share} 的{unit_name}在线上或线下",
                f"; {share} of the units on or below it",
            )
        if row["kind"] == "cr_fdh" and np.isnan(row["slope"]):
            line, line_en = "（上界只有一个角点，画不出回归线）", " (one corner only, no line)"
        remarks.append(
            Remark(
                "sets",
                f"{name}：“{condition}”对“{outcome}”的上界留出的空白占 d={d:.3f}（{p}）{line}；"
                f"上界由 {counted(row['n_peers'], unit_name)}撑起：{row['peers']}。",
                f"{name}: the ceiling of {outcome} over {condition} leaves d = {d:.3f} of the scope"
                f" empty ({p}){line_en}; it rests on {counted_en(row['n_peers'], unit_name)}:"
                f" {row['peers'].replace('、', ', ')}.",
            )
        )
    return remarks


def _counting(tests: list[CeilingTest], seed: int) -> Remark:
    number, exact = tests[0].n_permutations, tests[0].exact
    floor = 1 / number if exact else 1 / (number + 1)
    how = f"穷举全部 {number:,} 种" if exact else f"随机抽取 {number:,} 种，种子 {seed}"
    how_en = f"all {number:,}" if exact else f"{number:,} draws, seed {seed}"
    return Remark(
        "p_values",
        f"p 值来自打乱结果的置换检验（{how}），单侧：空白至少这样大的排列所占的比例，最小 {floor:.2g}。",
        f"p by permuting the outcome ({how_en}), one-sided: the share of orders that leave as much"
        f" empty; at least {floor:.2g}.",
    )
