"""Estimating equations become an `Estimate`, with the jackknife over districts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.evaluation.estimate import Estimate, NotEstimated, counted, counted_en
from pbgov.evaluation.limits import (
    FEW_TREATED,
    LEAST_DF,
    fewer_units,
    sentences_on_gaps,
    sentences_on_second_opinion,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.regression import beside_table, terms_table
from pbgov.evaluation.remarks import Remark
from pbgov.inference.coding_error.solving import cluster_cr1, hc0, jackknife, solve
from pbgov.inference.linear import coefficient_tests

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.evaluation.coding_error.material import Material
    from pbgov.evaluation.design import Design
    from pbgov.inference.coding_error.design_based import Equations, Family


@dataclass(frozen=True)
class _Way:
    """How one of the estimates is made, as its table says."""

    method: str
    method_en: str


_METHODS: dict[str, dict[str, _Way]] = {
    "naive": {
        "logit": _Way("（分数）logit，把机器编码当作无误", "(fractional) logit, machine codes as if right"),
    },
    "corrected": {
        "linear": _Way("最小二乘，按人工样本校正（DSL）", "least squares corrected by hand codes (DSL)"),
        "logit": _Way("（分数）logit，按人工样本校正（DSL）", "(fractional) logit corrected by hand codes (DSL)"),
    },
    "gold_only": {
        "linear": _Way("最小二乘，只用人工编码的行", "least squares on hand-coded rows alone"),
        "logit": _Way("（分数）logit，只用人工编码的行", "(fractional) logit on hand-coded rows alone"),
    },
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Frame:
    """What the estimates of one call share."""

    material: Material
    formula: str
    family: Family
    clusters: np.ndarray | None
    unit_name: str
    seed: int
    simulated: bool
    remarks: tuple[Remark, ...]

    @property
    def units(self) -> np.ndarray:
        """The cluster of each row; row numbers where rows are the units."""
        return np.arange(len(self.material.machine)) if self.clusters is None else self.clusters


def estimate_of(
    frame: Frame,
    equations: Equations,
    way: Literal["naive", "corrected", "gold_only"],
    remarks: tuple[Remark, ...],
    remade: Callable[[np.ndarray], Equations] | None = None,
) -> Estimate | NotEstimated:
    """The estimate that solves the equations, or why there is none."""
    fit = solve(equations)
    design, units = frame.material.design, frame.units
    if not fit.converged:
        return not_estimated(
            frame,
            "方程没有唯一解：人工样本太小，或某个变量把 0 和 1 完全分开",
            f"{fit.message} (too few rows coded by hand, or perfect separation)",
        )
    n, k = design.matrix.shape
    rows = n if way != "gold_only" else len(frame.material.hand)
    present = units if way != "gold_only" else units[frame.material.hand_rows]
    n_units = len(np.unique(present))
    df = float(n_units - 1 if frame.clusters is not None else rows - k)
    if df < 1:
        return not_estimated(
            frame, f"只有 {counted(n_units, frame.unit_name)}", f"only {n_units} units"
        )
    spread = jackknife(equations, fit, frame.clusters, remade)
    if np.isnan(np.diag(spread)).all():
        return not_estimated(
            frame,
            f"去掉某一个{frame.unit_name}后方程就没有解，无法估计误差",
            "without one of the units the equations have no solution, so no error can be stated",
        )
    tests = coefficient_tests(fit.coefficients, spread, df)
    sandwich = hc0(fit) if frame.clusters is None else cluster_cr1(fit, units)
    second = coefficient_tests(fit.coefficients, sandwich, df)
    refused, refusals = told_apart_by_few(design, units, frame.unit_name)
    coded_in = len(np.unique(units[equations.hand_rows])) if len(equations.hand_rows) else n_units
    if frame.clusters is not None and min(coded_in, n_units) - 1 < LEAST_DF:
        refused[:] = True
        by_hand = way == "gold_only" or coded_in < n_units
        refusals = [_too_few(min(coded_in, n_units), frame.unit_name, by_hand=by_hand)]
    said, beside_said = _covariances(frame)
    method = _METHODS[way][frame.family]
    return Estimate(
        formula=frame.formula,
        outcome=design.outcome_name,
        terms=terms_table(design.columns, fit.coefficients, tests, refused, {}),
        n=rows,
        n_units=n_units,
        unit_name=frame.unit_name,
        method=method.method,
        method_en=method.method_en,
        covariance=said[0],
        covariance_en=said[1],
        beside=beside_table(design.columns, second, refused, *beside_said),
        fit={"n_gold": float(len(frame.material.hand)), "newton_steps": float(fit.steps)},
        remarks=(
            *sentences_on_simulation(frame.simulated),
            *sentences_on_size(
                rows,
                n_units,
                frame.unit_name,
                clustered=frame.clusters is not None,
                detectable=False,
            ),
            *sentences_on_gaps(design),
            *refusals,
            *frame.remarks,
            *remarks,
            *sentences_on_second_opinion(*beside_said),
        ),
        simulated=frame.simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=frame.seed,
    )


def not_estimated(frame: Frame, reason: str, reason_en: str) -> NotEstimated:
    """A refusal with the reason, in Chinese and in English."""
    n = len(frame.material.machine)
    return NotEstimated(frame.formula, n, reason, reason_en, frame.simulated)


def _too_few(n: int, unit_name: str, *, by_hand: bool) -> Remark:
    """No interval where the jackknife would rest on so few clusters."""
    zh, en = (
        ("人工编码只来自", "Hand codes come from only") if by_hand else ("只有", "There are only")
    )
    return Remark(
        "tests",
        f"{zh} {counted(n, unit_name)}，误差无从判断，不给出 p 值和区间。",
        f"{en} {counted_en(n, unit_name)}, so no p value or interval is given.",
    )


def _covariances(frame: Frame) -> tuple[tuple[str, str], tuple[str, str]]:
    name = frame.unit_name
    one = counted_en(1, name)[2:]
    if frame.clusters is None:
        jackknifed = "逐行删除的刀切法 + t(n−k)", "delete-one-row jackknife + t(n−k)"
        return jackknifed, ("HC0 + t(n−k)", "HC0 + t(n−k)")
    return (
        (f"每次去掉一个{name}的刀切法 + t(G−1)", f"delete-one-{one} jackknife + t(G−1)"),
        (f"CR1（按{name}聚类）+ t(G−1)", f"CR1 clustered by {one} + t(G−1)"),
    )


def told_apart_by_few(
    design: Design, units: np.ndarray, unit_name: str
) -> tuple[np.ndarray, list[Remark]]:
    """Coefficients of columns that three units or fewer tell apart: no p value, no interval."""
    refused = np.zeros(len(design.columns), dtype=bool)
    names = []
    for j, name in enumerate(design.columns[1:], start=1):
        few = fewer_units(design.matrix[:, j], units)
        if few is not None and few <= FEW_TREATED:
            refused[j] = True
            names.append(name)
    if not names:
        return refused, []
    most, most_en = counted(FEW_TREATED, unit_name), counted_en(FEW_TREATED, unit_name)
    listed = "、".join(f"“{name}”" for name in names)
    return refused, [
        Remark(
            "tests",
            f"{listed}的两组中较小的一组不多于 {most}，不给出 p 值和区间。",
            f"{', '.join(map(repr, names))}: the smaller of the two groups has {most_en} or fewer, so no"
            " p value or interval.",
        )
    ]
