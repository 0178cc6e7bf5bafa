"""What so many units could show at all: to be read before any estimate."""

from __future__ import annotations

from math import comb
from numbers import Integral, Real

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.estimate import counted, counted_en
from pbgov.evaluation.limits import FEW_TREATED
from pbgov.evaluation.remarks import Remark
from pbgov.inference.detectable import minimum_detectable_f2
from pbgov.inference.power import (
    correlation_exaggeration,
    minimum_detectable_coefficient,
    minimum_detectable_r,
)

DETECTABLE_COLUMNS = ("quantity", "what", "what_en", "value", "after_holm")
ALPHA = 0.05


def minimum_detectable(
    n_units: int,
    *,
    regressors: int = 1,
    treated: int | None = None,
    outcome_sd: float | None = None,
    tests: int = 1,
    power: float = 0.8,
    plausible_r: float = 0.3,
    unit_name: str = "单位",
) -> CheckResult:
    """The smallest associations that so many units show, and what a plausible one would look like.

    Parameters
    ----------
    n_units : int
        Units at the level of the regressor: districts, not their streets or months.
    regressors : int
        Regressors of the model, the intercept not counted; one of them is tested.
    treated : int, optional
        Units that have what the others lack, where the regressor is yes or no.
    outcome_sd : float, optional
        Standard deviation of the outcome between units, in its own units.
    tests : int
        Size of the family of tests.
    power : float
        Wanted chance of p < 0.05.
    plausible_r : float
        A correlation that would be plausible from outside the data.
    unit_name : str
        What a unit is called in sentences.

    Returns
    -------
    CheckResult
        ``table`` has one row per quantity: quantity ("correlation", "partial_r2",
        "slope", "difference_sd", "difference", "power", "type_s", "exaggeration"), what and
        what_en, value for a single test at 5 %, after_holm for a single true association
        among `tests` that Holm's first step must let pass (5 % over `tests`; NaN for one
        test). Units are standard deviations, or those of the outcome. NaN where no
        residual degree of freedom is left. ``passed`` says whether the plausible
        correlation has the wanted power.

    Raises
    ------
    InputError
        Where a number is out of its range.

    References
    ----------
    As in `pbgov.inference.power` and `pbgov.inference.detectable`.

    Examples
    --------
    >>> result = minimum_detectable(16, treated=3)
    >>> result.table.set_index("quantity").value.round(2)[["correlation", "difference_sd"]].tolist()
    [0.64, 1.93]
    """
    _check(n_units, regressors, treated, outcome_sd, tests, power, plausible_r)
    levels = [ALPHA] + ([ALPHA / tests] if tests > 1 else [])
    found = [
        _quantities(n_units, regressors, treated, outcome_sd, power, plausible_r, alpha)
        for alpha in levels
    ]
    words = {name: _WORDS[name] for name in found[0]}
    table = pd.DataFrame(
        {
            "quantity": pd.Series(list(words), dtype="str"),
            "what": pd.Series([zh for zh, _ in words.values()], dtype="str"),
            "what_en": pd.Series([en for _, en in words.values()], dtype="str"),
            "value": [found[0][name] for name in words],
            "after_holm": [found[-1][name] if tests > 1 else np.nan for name in words],
        }
    )
    reached = found[-1]["power"]
    return CheckResult(
        name="最小可检出",
        name_en="minimum detectable",
        statistic=found[-1]["correlation"],
        p_value=float("nan"),
        passed=None if np.isnan(reached) else reached >= power,
        n=n_units,
        unit_name=unit_name,
        table=table,
        remarks=tuple(
            _remarks(n_units, unit_name, regressors, treated, tests, power, plausible_r, found)
        ),
    )


_WORDS = {
    "correlation": ("最小可检出的（偏）相关系数 |r|", "smallest detectable (partial) |r|"),
    "partial_r2": ("最小可检出的偏 R²", "smallest detectable partial R²"),
    "slope": (
        "解释变量每高一个标准差，结果最少相差（结果的单位）",
        "smallest detectable slope per SD of the regressor (units of the outcome)",
    ),
    "difference_sd": ("最小可检出的两组之差（标准差）", "smallest detectable difference (SD)"),
    "difference": (
        "最小可检出的两组之差（结果的单位）",
        "smallest detectable difference (units of the outcome)",
    ),
    "power": ("设想的相关被查出的机会", "power at the plausible correlation"),
    "type_s": ("“显著”者中方向错误的比例", "share of significant estimates of the wrong sign"),
    "exaggeration": ("“显著”者平均夸大的倍数", "exaggeration of significant estimates"),
}


def _quantities(
    n_units: int,
    regressors: int,
    treated: int | None,
    outcome_sd: float | None,
    power: float,
    plausible_r: float,
    alpha: float,
) -> dict[str, float]:
    nan = float("nan")
    df = n_units - regressors - 1
    like = n_units - (regressors - 1)  # a partial correlation has one unit fewer per covariate
    f2 = minimum_detectable_f2(n_units, regressors, power=power, alpha=alpha)
    r = minimum_detectable_r(like, power, alpha)
    found = {"correlation": r, "partial_r2": f2 / (1 + f2)}
    if outcome_sd is not None and treated is None:
        found["slope"] = r * outcome_sd
    if treated is not None:
        std_error = np.sqrt(1 / treated + 1 / (n_units - treated))
        difference = minimum_detectable_coefficient(std_error, df, power, alpha) if df > 0 else nan
        found["difference_sd"] = difference
        if outcome_sd is not None:
            found["difference"] = difference * outcome_sd
    if like < 4:
        return found | {"power": nan, "type_s": nan, "exaggeration": nan}
    plausible = correlation_exaggeration(plausible_r, like, alpha)
    return found | {
        "power": plausible.power,
        "type_s": plausible.type_s,
        "exaggeration": plausible.exaggeration,
    }


def _remarks(
    n_units: int,
    unit_name: str,
    regressors: int,
    treated: int | None,
    tests: int,
    power: float,
    plausible_r: float,
    found: list[dict[str, float]],
) -> list[Remark]:
    one, family = found[0], found[-1]
    units, units_en = counted(n_units, unit_name), counted_en(n_units, unit_name)
    if np.isnan(one["correlation"]):
        return [
            Remark(
                "detectable",
                f"{units}、{regressors} 个解释变量，剩余的自由度不到 2，谈不上查出相关。",
                f"{units_en} with {regressors} regressor{'s' if regressors > 1 else ''} leave fewer than"
                " two residual degrees of freedom; no correlation can be found with them.",
            )
        ]
    with_holm, with_holm_en = ("（Holm 校正后）", " after Holm") if tests > 1 else ("", "")
    holm = f"；在 {tests} 个检验中作 Holm 校正后须达到 {family['correlation']:.2f}"
    holm_en = f"; after Holm over {tests} tests {family['correlation']:.2f}"
    remarks = [
        Remark(
            "detectable",
            f"{units}要有 {power:.0%} 的把握在 5% 水平上查出关联，相关系数须达到"
            f" |r|≥{one['correlation']:.2f}{holm if tests > 1 else ''}；查不出不等于没有。",
            f"{units_en} show an association at the 5% level with {power:.0%} power only where"
            f" |r| is {one['correlation']:.2f} or more{holm_en if tests > 1 else ''}; missed is not"
            " absent.",
        ),
        Remark(
            "detectable",
            f"设想真实相关为 {plausible_r:g}：查出的机会{with_holm}为 {family['power']:.0%}，而“显著”的估计平均夸大到"
            f" {family['exaggeration']:.1f} 倍，其中 {family['type_s']:.1%} 方向错误。",
            f"If the true correlation is {plausible_r:g}, power{with_holm_en} is"
            f" {family['power']:.0%}; estimates"
            f" that come out significant are exaggerated {family['exaggeration']:.1f} times on"
            f" average, and {family['type_s']:.1%} of them have the wrong sign.",
        ),
    ]
    return remarks + (_on_treated(n_units, unit_name, treated, one) if treated is not None else [])


def _on_treated(n_units: int, unit_name: str, treated: int, one: dict[str, float]) -> list[Remark]:
    split = f"{treated} 对 {counted(n_units - treated, unit_name)}"
    split_en = f"{treated} against {counted_en(n_units - treated, unit_name)}"
    remarks = [
        Remark(
            "detectable",
            f"比较 {split}时，差距须达到 {one['difference_sd']:.2f} 个标准差。",
            f"Comparing {split_en}, the difference must be"
            f" {one['difference_sd']:.2f} standard deviations.",
        )
    ]
    fewer = min(treated, n_units - treated)
    if fewer <= FEW_TREATED:
        # a split into halves and its mirror image are as extreme as each other
        least = (2 if 2 * treated == n_units else 1) / comb(n_units, treated)
        never, never_en = ("，在 5% 水平上永远不会显著", "; it never falls below 5%")
        remarks.append(
            Remark(
                "detectable",
                f"较小的一组只有 {counted(fewer, unit_name)}，只能作置换检验，其 p 最小为 {least:.2g}"
                f"{never if least >= ALPHA else ''}。",
                f"The smaller group has only {fewer}: a permutation test is the only valid one, and"
                f" its least p is {least:.2g}{never_en if least >= ALPHA else ''}.",
            )
        )
    return remarks


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _check(
    n_units: int,
    regressors: int,
    treated: int | None,
    outcome_sd: float | None,
    tests: int,
    power: float,
    plausible_r: float,
) -> None:
    for name, value in (("n_units", n_units), ("regressors", regressors), ("tests", tests)):
        if not _is_whole(value) or value < 1:
            raise InputError(f"{name} is {value!r}; need a whole number, 1 or more")
    if treated is not None and not _is_whole(treated):
        raise InputError(f"treated is {treated!r}; need a whole number of units")
    for name, size in (
        ("outcome_sd", outcome_sd),
        ("power", power),
        ("plausible_r", plausible_r),
    ):
        if size is not None and not _is_number(size):
            raise InputError(f"{name} is {size!r}; need a number")
    if treated is not None and not 0 < treated < n_units:
        raise InputError(f"{treated} of {n_units} units are treated; need some of each")
    if outcome_sd is not None and not (outcome_sd > 0 and np.isfinite(outcome_sd)):
        raise InputError(f"outcome_sd is {outcome_sd}; need a standard deviation above 0")
    if not ALPHA < power < 1 or not 0 < abs(plausible_r) < 1:
        raise InputError(
            f"power {power}, plausible_r {plausible_r}; need a power between 0.05 and 1 and a"
            " correlation that is neither 0 nor 1"
        )
