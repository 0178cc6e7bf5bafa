"""Whether neighbouring regions are alike, and whether so few regions could have shown it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import NotEstimated, counted, counted_en
from pbgov.evaluation.limits import refusal, sentences_on_gaps, sentences_on_simulation, shown_p
from pbgov.evaluation.regression import SEED, table_of
from pbgov.evaluation.remarks import Remark, in_order
from pbgov.inference.linear import least_squares
from pbgov.inference.panels.spatial import (
    MoranTest,
    geary_test,
    moran_power,
    moran_test,
    row_standardised,
)
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel

STRENGTHS = (0.3, 0.5, 0.7)
POWER_DRAWS = 4_000
_PAIR = ("region_code_a", "region_code_b")
_SHOWN = 20
_NO_RESIDUAL = 1e-10


def moran(
    data: pd.DataFrame | Panel,
    formula: str,
    adjacency: pd.DataFrame,
    *,
    region: str = "region_code",
    unit_name: str = "区",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> CheckResult | NotEstimated:
    """Moran's I of an outcome, or of what a regression leaves of it, with its power here.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per region.
    formula : str
        ``"满意率 ~ 1"`` for the outcome itself, ``"满意率 ~ 占比"`` for the residuals.
    adjacency : DataFrame
        One row per pair of neighbours, columns region_code_a and region_code_b, as
        `pbgov.read_adjacency` gives it; the order within a pair does not matter.
    region : str
        Column of `data` with the codes of the regions.
    unit_name : str
        What a region is called in sentences.
    seed : int
        Of the permutations and of the simulation of power.
    permutations : int
        Draws where not all orders are compared.
    allow_regressors : int, optional
        As in `pbgov.regress`.

    Returns
    -------
    CheckResult or NotEstimated
        ``statistic`` is I, ``p_value`` the share of orders with |I - E(I)| as large as
        observed: two-sided, where libraries often print one side only. ``table`` has one row per
        quantity: quantity, what, what_en, value: I, its expectation, variance, z and p by
        randomisation (NaN for residuals) and normality, Geary's C (of an outcome only), and the
        power to see spatial errors of strength 0.3, 0.5 and 0.7 among these regions. Weights
        are row-standardised. Regions without a neighbour here are left out and named.
        ``passed`` is None: not seen is not absent.

    Raises
    ------
    InputError
        Where a column is missing, a region stands in two rows, or a pair joins a region
        to itself.

    References
    ----------
    As in `pbgov.inference.panels.spatial.moran_test`.
    """
    table, simulated = table_of(data)
    simulated = simulated or is_simulated(adjacency)
    if not isinstance(adjacency, pd.DataFrame):
        raise InputError(f"adjacency is a {type(adjacency).__name__}; pass a table of pairs")
    pairs = _pairs(adjacency)
    design = read_design(table, formula, [region], region)
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ 1'")
    twice = pd.Series(design.labels).loc[lambda names: names.duplicated()]
    if len(twice):
        raise InputError(
            f"{region} {twice.iloc[0]!r} stands in several rows; pass one row per region, such as"
            " one period"
        )
    known = set(design.labels)
    linked = {code for pair in pairs if pair <= known for code in pair}
    alone = sorted(known - linked)
    listed = {str(code) for code in table[region]}
    elsewhere = sorted(set().union(*pairs) - listed)
    if linked and alone:
        keep = [str(code) not in alone for code in table[region]]
        design = read_design(table.loc[keep], formula, [region], region)
    reason = _no_links(alone, elsewhere) if alone and not linked else None
    reason = reason or refusal(design, None, unit_name, allow_regressors)
    if reason is None:
        fit = least_squares(design.matrix, design.outcome)
        if np.abs(fit.residuals).max() <= _NO_RESIDUAL * np.ptp(design.outcome):
            reason = "解释变量完全拟合了结果，没有残差可以检验", "the fit leaves no residual"
    if reason is not None:
        return NotEstimated(formula, len(design.rows), reason[0], reason[1], simulated)

    weights = _weights(design, pairs)
    if _all_alike(weights):
        return NotEstimated(
            formula,
            len(design.rows),
            f"这些{unit_name}两两相邻，Moran 指数不随数据变化",
            "all of these regions are neighbours of one another; Moran's I is the same for any data",
            simulated,
        )
    regressors = design.matrix if design.matrix.shape[1] > 1 else None
    test = moran_test(design.outcome, weights, regressors, seed=seed, draws=permutations)
    power = moran_power(weights, STRENGTHS, regressors, seed=seed, draws=POWER_DRAWS)
    remarks = [
        *sentences_on_simulation(simulated),
        *_on_test(test, design, regressors is not None, unit_name, seed),
        *_on_power(power, len(design.rows), unit_name),
        *_on_regions(alone, elsewhere, unit_name),
        *sentences_on_gaps(design),
    ]
    return CheckResult(
        name="空间自相关（Moran 指数）",
        name_en="spatial association (Moran's I)",
        statistic=test.statistic,
        p_value=test.p_permutation,
        passed=None,
        n=len(design.rows),
        unit_name=unit_name,
        table=_table(test, power, design.outcome if regressors is None else None, weights),
        remarks=in_order(remarks),
        seed=seed,
        simulated=simulated,
    )


def _pairs(adjacency: pd.DataFrame) -> set[frozenset[str]]:
    missing = [name for name in _PAIR if name not in adjacency.columns]
    if missing:
        raise InputError(f"adjacency has no column {missing[0]!r}; it needs {' and '.join(_PAIR)}")
    codes = adjacency[list(_PAIR)]
    if codes.isna().any(axis=None):
        raise InputError("adjacency has a pair with a code missing; complete it or delete the row")
    pairs = {frozenset((str(a), str(b))) for a, b in codes.itertuples(index=False, name=None)}
    own = sorted(code for pair in pairs if len(pair) == 1 for code in pair)
    if own:
        raise InputError(f"adjacency pairs {own[0]!r} with itself; delete that row")
    return pairs


def _weights(design: Design, pairs: set[frozenset[str]]) -> np.ndarray:
    places = {code: place for place, code in enumerate(design.labels)}
    neighbours = np.zeros((len(places), len(places)))
    for pair in pairs:
        if pair <= places.keys():
            first, second = (places[code] for code in pair)
            neighbours[first, second] = neighbours[second, first] = 1
    return row_standardised(neighbours)


def _all_alike(weights: np.ndarray) -> bool:
    """Whether everybody is everybody's neighbour."""
    return bool((weights > 0).sum() == len(weights) * (len(weights) - 1))


def _table(
    test: MoranTest, power: np.ndarray, outcome: np.ndarray | None, weights: np.ndarray
) -> pd.DataFrame:
    rows = [
        ("moran", "Moran 指数 I", "Moran's I", test.statistic),
        ("expected", "没有空间自相关时的期望", "expected without association", test.expected),
    ]
    for name, zh, en in (
        ("randomisation", "随机化", "randomisation"),
        ("normality", "正态", "normality"),
    ):
        rows += [
            (
                f"variance_{name}",
                f"方差（{zh}）",
                f"variance ({en})",
                getattr(test, f"variance_{name}"),
            ),
            (f"z_{name}", f"z（{zh}）", f"z ({en})", getattr(test, f"z_{name}")),
            (f"p_{name}", f"双侧 p（{zh}）", f"two-sided p ({en})", getattr(test, f"p_{name}")),
        ]
    rows.append(
        ("p_permutation", "双侧 p（置换）", "two-sided p (permutation)", test.p_permutation)
    )
    if outcome is not None:
        geary = geary_test(outcome, weights)
        rows += [
            ("geary", "Geary 指数 C", "Geary's C", geary.statistic),
            (
                "p_geary",
                "Geary 双侧 p（随机化）",
                "two-sided p of C (randomisation)",
                geary.p_value,
            ),
        ]
    for strength, share in zip(STRENGTHS, power, strict=True):
        rows.append(
            (
                f"power_{strength:g}",
                f"误差空间相关 λ={strength:g} 时查出的机会",
                f"power against spatial errors of {strength:g}",
                float(share),
            )
        )
    return pd.DataFrame(rows, columns=["quantity", "what", "what_en", "value"])


def _no_links(alone: list[str], elsewhere: list[str]) -> tuple[str, str]:
    here, there = "、".join(alone[:3]), "、".join(elsewhere[:3]) or "（空）"
    here_en, there_en = ", ".join(alone[:3]), ", ".join(elsewhere[:3]) or "nothing"
    return (
        f"数据中的地区（{here}……）彼此没有一对相邻；相邻表里是 {there}……，请核对代码",
        f"no two regions of the data ({here_en}, …) are neighbours; the pairs hold {there_en}, …;"
        " compare the codes",
    )


def _on_test(
    test: MoranTest, design: Design, residuals: bool, unit_name: str, seed: int
) -> list[Remark]:
    units, units_en = (
        counted(len(design.rows), unit_name),
        counted_en(len(design.rows), unit_name),
    )
    what, what_en = ("残差", " residuals") if residuals else ("", "")
    n = test.n_permutations
    how = f"穷举全部 {n:,} 种排列" if test.exact else f"随机排列 {n:,} 次，种子 {seed}"
    how_en = f"all {n:,} orders" if test.exact else f"{n:,} orders drawn, seed {seed}"
    least = 1 / n if test.exact else 1 / (n + 1)
    return [
        Remark(
            "size",
            f"样本量：{units}。“{design.outcome_name}”{what}的 Moran 指数 I = {test.statistic:.3f}"
            f"（没有空间自相关时的期望为 {test.expected:.3f}），双侧置换检验"
            f" {shown_p(test.p_permutation)}。",
            f"Sample: {units_en}. Moran's I of {design.outcome_name!r}{what_en} is"
            f" {test.statistic:.3f} (expected without association {test.expected:.3f}), two-sided"
            f" permutation {shown_p(test.p_permutation)}.",
        ),
        Remark(
            "p_values",
            f"双侧：{how}，数 |I−E(I)| 不小于实际值的份额，p 最小为 {least:.2g}。",
            f"Two-sided: {how_en}, the share with |I−E(I)| as large as observed; least p"
            f" {least:.2g}.",
        ),
    ]


def _on_power(power: np.ndarray, n: int, unit_name: str) -> list[Remark]:
    units, units_en = counted(n, unit_name), counted_en(n, unit_name)
    shares = [f"{100 * share:.0f}" for share in power]
    listed = "、".join(
        f"λ={strength:g} 时 100 次中查出 {share} 次"
        for strength, share in zip(STRENGTHS, shares, strict=True)
    )
    listed_en = ", ".join(
        f"of strength {strength:g} in {share} of 100 tables"
        for strength, share in zip(STRENGTHS, shares, strict=True)
    )
    return [
        Remark(
            "design",
            f"在这 {units}的相邻关系上，误差的空间相关{listed}（正态误差模拟，5% 水平）；"
            "没有查出不等于没有。",
            f"Among these {units_en} the test sees spatial errors {listed_en} (simulated normal"
            " errors, 5% level); not seen is not absent.",
        )
    ]


def _on_regions(alone: list[str], elsewhere: list[str], unit_name: str) -> list[Remark]:
    remarks = []
    if alone:
        remarks.append(
            Remark(
                "gaps",
                f"{_listed(alone, '、')} 在有数据的{unit_name}中没有相邻的，未参与检验。",
                "Without a neighbour among those with data and left out of the test:"
                f" {_listed(alone, ', ')}.",
            )
        )
    if elsewhere:
        remarks.append(
            Remark(
                "gaps",
                f"相邻表里的 {_listed(elsewhere, '、')} 不在数据中。",
                f"In the pairs but not in the data: {_listed(elsewhere, ', ')}.",
            )
        )
    return remarks


def _listed(codes: list[str], separator: str) -> str:
    return separator.join(codes[:_SHOWN]) + ("…" if len(codes) > _SHOWN else "")
