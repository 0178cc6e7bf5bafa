"""The check for differential error: whether the machine errs more where the outcome is high."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.coding_error.accuracy import weighted_share
from pbgov.evaluation.coding_error.material import columns_of, read_hand_rows
from pbgov.evaluation.limits import sentences_on_simulation, shown_p
from pbgov.evaluation.regression import SEED, table_of
from pbgov.evaluation.remarks import Remark
from pbgov.inference.coding_error.differential import (
    DRAWS,
    errors_between_groups,
    errors_with_outcome,
)
from pbgov.inference.resampling.relabelings import check_draws

if TYPE_CHECKING:
    from pbgov.indicators.panel import Panel
    from pbgov.inference.coding_error.differential import ErrorTest

Along = Literal["outcome", "regressors"]

WARNING_LEVEL = 0.1
"""Above the usual 5 %: to miss a differential error costs more than to look again for nothing."""

NAME, NAME_EN = (
    "机器编码的错误是否随结果或单位而变",
    "does machine coding error go with outcome or unit",
)
_THIRDS = (("低", "lowest third"), ("中", "middle third"), ("高", "highest third"))
_COLUMNS = (
    "coded", "by", "group", "group_en", "low", "high", "n_gold", "n_with", "n_without",
    "sensitivity", "sensitivity_low", "sensitivity_high",
    "specificity", "specificity_low", "specificity_high",
    "p_value", "detectable_sensitivity", "detectable_specificity",
)  # fmt: skip


def differential_error(
    data: pd.DataFrame | Panel,
    coded: str,
    gold: str,
    probability: str | float,
    outcome: str | None = None,
    *,
    cluster: str | None = None,
    unit_name: str | None = None,
    seed: int = SEED,
    draws: int = DRAWS,
) -> CheckResult:
    """Whether a machine coder errs more where the outcome is high, or in some districts.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per stretch or street, with the columns below.
    coded, gold : str
        Machine and hand codes, 0 and 1; hand codes are NaN where not drawn.
    probability : str or float
        Column of the probabilities of being drawn for coding by hand, or one for all.
    outcome : str, optional
        Shown by thirds. Where it has one value in each `cluster`, whole clusters change places in
        the permutation test; otherwise it is dealt out anew within cluster and hand code.
    cluster : str, optional
        Column of the district; where given, errors are compared between districts too.
    unit_name : str, optional
        What a cluster is called; 行, or 组 with `cluster`.
    seed : int
    draws : int

    Returns
    -------
    CheckResult
        ``passed`` is False where p is under 10 % (of two questions the smaller p, doubled), None
        where there is no error in the sample or nothing to ask; a check that is passed says
        in its remarks what it could not have seen. ``table`` has one row per third and
        per district: number of rows, sensitivity and specificity with Wilson intervals,
        ``p_value`` of the question, and the difference between the thirds that would
        have been seen with 80 % power (``detectable_…``).

    Raises
    ------
    InputError
        Where a column is missing, codes are not 0 and 1, a probability is not above 0 and at most 1,
        no row is coded by hand, neither outcome nor cluster is named, or `outcome` is no number.
    """
    if outcome is None and cluster is None:
        raise InputError("name an outcome or a cluster; errors are compared along one of them")
    check_draws(draws, seed)
    table, simulated = table_of(data)
    rows = read_hand_rows(table, coded, gold, probability, columns_of(outcome), columns_of(cluster))
    return check_errors(
        coded,
        rows["machine"].to_numpy(),
        rows["hand"].to_numpy(),
        rows["chance"].to_numpy(),
        outcome=None if outcome is None else rows[outcome].to_numpy(dtype=float),
        clusters=None if cluster is None else rows[cluster].to_numpy(),
        unit_name=unit_name or ("组" if cluster else "行"),
        left_out=int(rows.attrs["left_out"]),
        seed=seed,
        draws=draws,
        simulated=simulated,
    )


def check_errors(
    coded: str,
    machine: np.ndarray,
    hand: np.ndarray,
    chance: np.ndarray,
    *,
    outcome: np.ndarray | None,
    clusters: np.ndarray | None,
    unit_name: str,
    left_out: int = 0,
    along: Along = "outcome",
    seed: int,
    draws: int = DRAWS,
    simulated: bool = False,
) -> CheckResult:
    """`differential_error` of arrays; each has one value per row coded by hand.

    Where the outcome itself is coded, `outcome` is what the regressors say to expect of it, and
    `along` says so.
    """
    tests: dict[str, ErrorTest] = {}
    rows: list[tuple[object, ...]] = []
    weight = 1 / chance
    both = 0 < hand.sum() < len(hand)
    if both and outcome is not None and np.ptp(outcome) > 0:
        test = errors_with_outcome(machine, hand, chance, outcome, clusters, seed=seed, draws=draws)
        tests[along] = test
        for third, (zh, en) in enumerate(_THIRDS):
            here = test.third == third
            if here.any():
                ends = float(outcome[here].min()), float(outcome[here].max())
                rows.append(_row(coded, along, zh, en, ends, here, machine, hand, weight, test))
    if both and clusters is not None and len(np.unique(clusters)) > 1:
        test = errors_between_groups(machine, hand, chance, clusters, seed=seed, draws=draws)
        tests["cluster"] = test
        for name in np.unique(clusters):
            here, ends = clusters == name, (float("nan"), float("nan"))
            said = str(name)
            rows.append(_row(coded, "cluster", said, said, ends, here, machine, hand, weight, test))
    p_values = [test.p_value for test in tests.values() if not np.isnan(test.p_value)]
    p_value = min(1.0, len(p_values) * min(p_values)) if p_values else float("nan")
    passed = None if not p_values else p_value >= WARNING_LEVEL
    known = pd.DataFrame(rows, columns=list(_COLUMNS))
    return CheckResult(
        name=NAME,
        name_en=NAME_EN,
        statistic=max((t.statistic for t in tests.values()), default=float("nan")),
        p_value=p_value,
        passed=passed,
        n=len(hand) if clusters is None else len(np.unique(clusters)),
        unit_name=unit_name,
        table=known.astype(dict.fromkeys(("coded", "by", "group", "group_en"), "str")),
        remarks=(
            *sentences_on_simulation(simulated),
            *_remarks(coded, tests, p_value, passed, unit_name, draws, seed),
            *_left_out(left_out),
        ),
        seed=seed,
        simulated=simulated,
    )


def _row(
    coded: str,
    by: str,
    zh: str,
    en: str,
    ends: tuple[float, float],
    here: np.ndarray,
    machine: np.ndarray,
    hand: np.ndarray,
    weight: np.ndarray,
    test: ErrorTest,
) -> tuple[object, ...]:
    shares = []
    for value in (1, 0):
        chosen = here & (hand == value)
        shares += [*weighted_share(machine[chosen] == value, weight[chosen])]
    n_with, n_without = int((here & (hand == 1)).sum()), int((here & (hand == 0)).sum())
    found = (float(test.detectable[0]), float(test.detectable[1]))
    counts = (n_with + n_without, n_with, n_without)
    return (coded, by, zh, en, *ends, *counts, *shares, test.p_value, *found)


def _remarks(
    coded: str,
    tests: dict[str, ErrorTest],
    p_value: float,
    passed: bool | None,
    unit_name: str,
    draws: int,
    seed: int,
) -> list[Remark]:
    if passed is None:
        return [
            Remark(
                "coding",
                f"“{coded}”：金标准样本里没有可比较的错误（没有错误，或编码、结果没有变化），"
                "无法检查错误是否随结果而变。",
                f"{coded!r}: the gold sample holds no errors to compare (none at all, or codes or"
                " outcome do not vary), so differential error cannot be checked.",
            )
        ]
    how = f"置换 {draws:,} 次，种子 {seed}，p 最小为 {1 / (draws + 1):.2g}"
    how_en = f"{draws:,} permutations, seed {seed}, least p {1 / (draws + 1):.2g}"
    asked = {
        "outcome": "随结果高低",
        "regressors": "随解释变量所推的结果高低",
        "cluster": f"随{unit_name}",
    }
    asked_en = {
        "outcome": "along the outcome",
        "regressors": "along what the regressors say of the outcome",
        "cluster": "between units",
    }
    each = "；".join(f"{asked[name]} {shown_p(test.p_value)}" for name, test in tests.items())
    each_en = "; ".join(f"{asked_en[name]} {shown_p(test.p_value)}" for name, test in tests.items())
    if passed:
        found, found_en = "没有查出机器编码的错误随之而变", "no differential error was found"
    else:
        found = "机器编码的错误可能随之而变（差异性误差），未校正的系数连方向都可能是假的"
        found_en = (
            "machine errors may be differential: without correction even the sign of a coefficient"
            " may be spurious"
        )
    remarks = [
        Remark(
            "coding",
            f"“{coded}”：{found}（{each}；合并 {shown_p(p_value)}；{how}）。",
            f"{coded!r}: {found_en} ({each_en}; combined {shown_p(p_value)}; {how_en}).",
        )
    ]
    in_thirds = [test for name, test in tests.items() if name != "cluster"]
    if in_thirds and passed:
        seen = in_thirds[0].detectable
        zh, en = (
            "、".join(_points(value, "样本里没有") for value in seen),
            ", ".join(_points(value, "none in the sample") for value in seen),
        )
        remarks.append(
            Remark(
                "coding",
                f"查不出不等于没有：高、低三分之一之间的灵敏度与特异度之差须分别达到 {zh}（百分点），"
                "才有八成把握查出。",
                "Not found is not absent: with 80% power only differences of sensitivity and"
                f" specificity between the highest and lowest third of {en} (points) would be seen.",
            )
        )
    return remarks


def _points(value: float, none: str) -> str:
    return none if np.isnan(value) else f"{100 * value:.0f}"


def _left_out(count: int) -> list[Remark]:
    if not count:
        return []
    return [
        Remark(
            "gaps",
            f"{count} 行人工编码的行缺机器编码、结果或单位，没有用于这项检查。",
            f"{count} hand-coded rows lack machine code, outcome or unit and are left out of this check.",
        )
    ]
