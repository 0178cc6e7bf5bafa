"""What must be said beside a truth table and a solution, in Chinese and in English."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.limits import sentences_on_simulation, shown_p
from pbgov.evaluation.remarks import Remark
from pbgov.inference.sets.noise import FIGURE_DRAWS, NoiseFigure, mostly_high, noise_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.evaluation.configurations.cases import Cases
    from pbgov.evaluation.configurations.solutions import Solution
    from pbgov.inference.sets.noise import NoiseBenchmark
    from pbgov.inference.sets.rows import TruthRows

_SHOWN = 20
_MANY, _MOST = 8, 12
FEWER_DRAWS = 200
LEVEL = 0.05


def remarks_on_table(
    cases: Cases, truth: TruthRows, incl_cut: float, pri_cut: float, n_cut: int
) -> list[Remark]:
    """Size and diversity, cut-offs, rows sufficient for both, cases in no row, cases left out."""
    return [
        *sentences_on_simulation(cases.simulated),
        *_on_diversity(cases, truth),
        *_on_cuts(truth, incl_cut, pri_cut, n_cut),
        *_on_both(cases, truth, pri_cut),
        *_on_half(cases),
        *_on_likeness(cases),
        *on_gaps(cases),
    ]


def _on_diversity(cases: Cases, truth: TruthRows) -> list[Remark]:
    n, k, total = len(cases), len(cases.conditions), len(truth.n)
    seen, remainders = int((truth.n > 0).sum()), int((truth.output == -1).sum())
    return [
        Remark(
            "size",
            f"{n} 个案例、{k} 个条件：{total:,} 种组合中有案例的 {seen} 种，"
            f"余项 {remainders:,} 种（{remainders / total:.0%}，有限多样性）。",
            f"{n} cases, {k} conditions: {seen} of {total:,} combinations have cases,"
            f" {remainders:,} are remainders ({remainders / total:.0%}, limited diversity).",
        )
    ]


def _on_cuts(truth: TruthRows, incl_cut: float, pri_cut: float, n_cut: int) -> list[Remark]:
    sufficient, not_so = len(truth.positive), len(truth.negative)
    return [
        Remark(
            "sets",
            f"门槛：一致性 ≥ {incl_cut:g}，PRI ≥ {pri_cut:g}，每行案例 ≥ {n_cut}；"
            f"充分 {sufficient} 行，不充分 {not_so} 行。门槛是研究者的选择。",
            f"Cut-offs: inclusion ≥ {incl_cut:g}, PRI ≥ {pri_cut:g}, cases in a row ≥ {n_cut};"
            f" {sufficient} rows sufficient, {not_so} not. They are the researcher's choice.",
        )
    ]


def _on_both(cases: Cases, truth: TruthRows, pri_cut: float) -> list[Remark]:
    rows = np.flatnonzero(truth.both) + 1
    if not len(rows):
        return []
    name = cases.outcome_name
    return [
        Remark(
            "sets",
            f"第 {_some(rows, '、')} 行按同一门槛既是“{name}”又是其否定的子集，"
            f"不能当作证据（PRI 门槛现为 {pri_cut:g}，0.5 以上可排除）。",
            f"Rows {_some(rows, ', ')} are subsets of {name!r} and of its negation alike by these"
            f" cut-offs, and no evidence (the PRI cut is {pri_cut:g}; above .5 excludes them).",
        )
    ]


def _on_half(cases: Cases) -> list[Remark]:
    if not cases.at_half:
        return []
    listed = [f"{name}（{'、'.join(at)}）" for name, at in cases.at_half.items()]
    listed_en = [f"{name} ({', '.join(at)})" for name, at in cases.at_half.items()]
    return [
        Remark(
            "sets",
            f"隶属度恰为 0.5：{_some(listed, '、')}；条件上如此的案例不属于任何一行。",
            f"Memberships of exactly .5: {_some(listed_en, ', ')}; a case with one in a condition"
            " belongs to no row.",
        )
    ]


def _on_likeness(cases: Cases) -> list[Remark]:
    alike = []
    for later, name in enumerate(cases.conditions):
        for earlier in range(later):
            one, other = cases.memberships[:, earlier], cases.memberships[:, later]
            crisp = cases.levels[earlier] == cases.levels[later] == 2
            if (one == other).all() or (crisp and np.allclose(one, 1 - other, rtol=0, atol=1e-12)):
                alike.append((cases.conditions[earlier], name))
    return [
        Remark(
            "sets",
            f"“{one}”与“{other}”在每个案例中都相同或恰好相反，数据分不开二者。",
            f"{one!r} and {other!r} are the same, or each other's negation, in every case: the"
            " data cannot tell them apart.",
        )
        for one, other in alike
    ]


def on_gaps(cases: Cases) -> list[Remark]:
    """Which cases were left out, because of which columns."""
    if not cases.left_out:
        return []
    gaps = cases.gaps
    return [
        Remark(
            "gaps",
            f"未计入 {len(cases.left_out)} 个案例：{'、'.join(gaps)} 缺失"
            f"（{_some(cases.left_out, '、')}）。",
            f"{len(cases.left_out)} cases left out: {', '.join(gaps)} missing"
            f" ({_some(cases.left_out, ', ')}).",
        )
    ]


def on_models(n: int, n_essential: int) -> list[Remark]:
    """How many tied models there are, and what they share."""
    if n == 1:
        return [Remark("sets", "只有 1 个模型。", "There is 1 model.")]
    return [
        Remark(
            "sets",
            f"有 {n:,} 个并列的模型（M1–M{n}），数据分不出哪一个；每个模型都含有的必要质蕴含项有 {n_essential} 个。"
            "只报告其中一个会掩盖这种模糊。",
            f"There are {n:,} tied models (M1–M{n}) that the data cannot choose between;"
            f" {n_essential} prime implicants are essential. Reporting one of them hides the"
            " ambiguity.",
        )
    ]


def on_remainders(include: str, n: int) -> list[Remark]:
    """What a solution assumes of combinations without cases."""
    if include == "conservative":
        return [
            Remark(
                "sets",
                "保守解不使用没有案例的组合。",
                "The conservative solution uses no combination without cases.",
            )
        ]
    if include == "parsimonious":
        return [
            Remark(
                "sets",
                f"简约解把 {n:,} 个没有足够案例的组合假定为充分，不论是否说得通（见 assumptions）。",
                f"Combinations without enough cases that the parsimonious solution takes for"
                f" sufficient, plausible or not: {n:,} (see assumptions).",
            )
        ]
    return [
        Remark(
            "sets",
            f"中间解只假定与研究者预期一致的 {n:,} 个没有足够案例的组合为充分（见 assumptions）。",
            f"Combinations without enough cases that the intermediate solution takes for"
            f" sufficient, as the researcher's expectations have it: {n:,} (see assumptions).",
        )
    ]


def on_contradictions(entries: Sequence[int]) -> list[Remark]:
    """Remainders assumed for the outcome and for its negation."""
    if not entries:
        return []
    rows = [entry + 1 for entry in entries]
    return [
        Remark(
            "sets",
            f"有 {len(rows):,} 个组合既被假定为结果又被假定为其否定（矛盾的简化假设）："
            f"第 {_some(rows, '、')} 行。",
            f"Combinations assumed for the outcome and for its negation (contradictory"
            f" simplifying assumptions): {len(rows):,}, rows {_some(rows, ', ')}.",
        )
    ]


def on_negation(negated: Solution | NotEstimated, include: str) -> list[Remark]:
    """The same kind of solution for the outcome's negation."""
    reversed_zh, reversed_en = ("（预期取反）", " (expectations reversed)")
    if include != "intermediate":
        reversed_zh = reversed_en = ""
    if isinstance(negated, NotEstimated):
        return [
            Remark(
                "sets",
                f"对结果的否定{reversed_zh}没有解：{negated.reason}。",
                f"There is no solution for the outcome's negation{reversed_en}:"
                f" {negated.reason_en}.",
            )
        ]
    first = negated.models.iloc[0]
    fit = f"{first.inclS:.3f}", f"{first.PRI:.3f}", f"{first.covS:.3f}"
    p = shown_p(negated.benchmark.p_value)
    return [
        Remark(
            "sets",
            f"对结果的否定{reversed_zh}有 {len(negated.models):,} 个模型；M1：{first.expression} →"
            f" {negated.outcome}（一致性 {fit[0]}，PRI {fit[1]}，覆盖度 {fit[2]}；随机基准 {p}）。",
            f"Models for the outcome's negation{reversed_en}: {len(negated.models):,};"
            f" M1: {first.expression} → {negated.outcome} (inclusion {fit[0]}, PRI {fit[1]},"
            f" coverage {fit[2]}; noise benchmark {p}).",
        )
    ]


def on_benchmark(benchmark: NoiseBenchmark, name: str, seed: int) -> list[Remark]:
    """The permutation benchmark: its p value, how it was made, and what noise finds."""
    how = (
        f"全部 {benchmark.n_permutations:,} 种排列"
        if benchmark.exact
        else f"{benchmark.n_permutations:,} 次随机排列，种子 {seed}，p 最小 "
        f"{1 / (benchmark.n_permutations + 1):.2g}"
    )
    how_en = (
        f"all {benchmark.n_permutations:,} arrangements"
        if benchmark.exact
        else f"{benchmark.n_permutations:,} random arrangements, seed {seed}, p at least"
        f" {1 / (benchmark.n_permutations + 1):.2g}"
    )
    apart = benchmark.p_value <= LEVEL
    return [
        Remark(
            "sets",
            f"随机基准：把“{name}”在案例间重新排列，{benchmark.share_with_solution:.0%} 的排列也有"
            f"充分的行；{shown_p(benchmark.p_value)}，"
            + ("这样强的解在随机排列中少见。" if apart else "这样强的解随机排列也常给出。"),
            f"Noise benchmark: with {name!r} dealt anew to the cases,"
            f" {benchmark.share_with_solution:.0%} of the arrangements have a sufficient row too;"
            f" {shown_p(benchmark.p_value)}: a solution as strong is "
            + ("rare among them." if apart else "common among them."),
        ),
        Remark("p_values", f"随机基准：{how}。", f"Noise benchmark: {how_en}."),
    ]


def on_noise(cases: Cases, incl_cut: float, pri_cut: float, n_cut: int, seed: int) -> list[Remark]:
    """How often pure noise of this size looks like a solution: for sets, up to 12 conditions."""
    if max(cases.levels) > 2 or len(cases.conditions) > _MOST:
        return []
    figure = _noise_figure(
        len(cases),
        len(cases.conditions),
        incl_cut,
        pri_cut,
        n_cut,
        mostly_high(cases.outcome),
        seed,
    )
    skewed, skewed_en = ("、结果多数偏高", ", most outcomes high") if figure.skewed else ("", "")
    return [
        Remark(
            "sets",
            f"纯噪声（N={figure.n}，{figure.k} 个条件{skewed}，模拟 {figure.draws:,} 次）中，"
            f"{figure.with_row:.0%} 有充分的行，{figure.with_solution:.0%} 的解达到一致性门槛且"
            "覆盖度 ≥ 0.5。",
            f"In pure noise (N={figure.n}, {figure.k} conditions{skewed_en}, {figure.draws:,}"
            f" simulated), {figure.with_row:.0%} have a sufficient row and"
            f" {figure.with_solution:.0%} a solution that reaches the inclusion cut with coverage"
            " ≥ 0.5.",
        )
    ]


@lru_cache(maxsize=64)
def _noise_figure(
    n: int, k: int, incl_cut: float, pri_cut: float, n_cut: int, skewed: bool, seed: int
) -> NoiseFigure:
    draws = FIGURE_DRAWS if k <= _MANY else FEWER_DRAWS
    return noise_figure(n, k, incl_cut, pri_cut, n_cut, skewed, seed, draws)


def on_relation() -> list[Remark]:
    """What sufficiency says and what it does not."""
    return [
        Remark(
            "size",
            "“充分”指集合上的包含关系：属于该组合的案例大多也属于结果；这是相关，不是因果。",
            "Sufficient means inclusion of sets: most cases of the combination belong to the"
            " outcome as well. It is an association.",
        )
    ]


def _some(things: Sequence[object] | np.ndarray, between: str) -> str:
    listed = [str(thing) for thing in things]
    more = [] if len(listed) <= _SHOWN else ["…"]
    return between.join([*listed[:_SHOWN], *more])
