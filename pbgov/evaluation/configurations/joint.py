"""Regression and configurations read side by side: where they agree, disagree, or cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.solutions import KINDS, Solution
from pbgov.evaluation.configurations.terms import read_expression
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import sentences_on_simulation, shown_p
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.sets.minimisation import FREE
from pbgov.marks import SIMULATED, as_simulated

if TYPE_CHECKING:
    from collections.abc import Collection

    from pbgov.evaluation.remarks import Lang

LEVEL = 0.05
VERDICTS = {
    "agree": ("一致", "agree"),
    "disagree": ("不一致", "disagree"),
    "cannot tell": ("无法判断", "cannot tell"),
}


@dataclass(frozen=True, eq=False)
class JointReading:
    """What a regression and a solution say of the same conditions.

    Attributes
    ----------
    table : DataFrame
        One row is one condition: condition; estimate, p_value, p_permutation and p_holm (the
        larger of the two, corrected for all conditions read) of the regression; regression ("+",
        "-", "0" where it cannot be told from zero, "none" without an estimate or a p value);
        configurations ("+" where terms have it present, "-" where they have it absent, "both",
        "some models" where tied models differ on whether they need it, "not in it", "several
        values", "none"); n_models_with and n_models; verdict ("agree", "disagree", "cannot
        tell"); reason and reason_en.
    solution : Solution or NotEstimated
    remarks : tuple of Remark
    simulated : bool
    """

    table: pd.DataFrame
    solution: Solution | NotEstimated
    remarks: tuple[Remark, ...]
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            object.__setattr__(self, "table", as_simulated(self.table))

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks in Chinese."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """One line for each condition, with what must be said beside them."""
        mark = "" if not self.simulated else f"【{SIMULATED}】" if lang == "zh" else "[simulated] "
        title = "回归与组态的合读" if lang == "zh" else "Regression and configurations together"
        column = "reason" if lang == "zh" else "reason_en"
        lines = [
            f"{row['condition']}: {VERDICTS[row['verdict']][lang != 'zh']} ({row[column]})"
            for row in self.table.to_dict("records")
        ]
        said = (f"· {sentence}" for sentence in sentences(self.remarks, lang))
        return "\n".join([f"{mark}{title}", *lines, *said])

    def __str__(self) -> str:
        return self.render()


class _Regression(NamedTuple):
    sign: str
    numbers: dict[str, float]
    reason: str
    reason_en: str
    n: int


class _Configurations(NamedTuple):
    sign: str
    n_with: int
    n_models: int
    reason: str
    reason_en: str


def read_jointly(
    estimates: Mapping[str, Estimate | NotEstimated],
    solution: Solution | NotEstimated,
    *,
    falling: Collection[str] = (),
) -> JointReading:
    """Regression and solution of one case table, condition by condition.

    Parameters
    ----------
    estimates : mapping of str to Estimate or NotEstimated
        For each condition of the solution that is to be read, the regression of the outcome on
        it: on its raw values or on its memberships. The term is the one named as the condition
        is, else the only one beside the intercept.
    solution : Solution or NotEstimated
        Where the outcome is negated, signs are turned round before they are compared.
    falling : collection of str
        Conditions whose anchors fall while the regression takes the raw values: there a high raw
        value means a low membership.

    Returns
    -------
    JointReading

    Raises
    ------
    InputError
        Where what is passed is no estimate or no solution, a key is no condition of the solution,
        or an estimate has several terms of which none is named as the condition is.

    Notes
    -----
    The rule, in this order. Cannot tell: the regression or the solution was not estimated; they
    rest on different numbers of cases; the benchmark of the solution has p > .05; the condition
    has three values or more; a p value of the regression (robust and permutation, as far as there
    are any) is .05 or more, or there is none; the condition is present in some terms and absent in
    others; tied models differ on whether they need it. Otherwise agree where the sign of the
    coefficient is that of the terms, and disagree where it is the other one or where no model
    has the condition. That a coefficient cannot be told from zero is never read as its absence.
    """
    if not isinstance(solution, (Solution, NotEstimated)):
        raise InputError(f"read_jointly takes a solution, not a {type(solution).__name__}")
    if not isinstance(estimates, Mapping):
        raise InputError(f"estimates is a {type(estimates).__name__}; pass one by condition's name")
    if isinstance(falling, str):
        raise InputError(f"falling is {falling!r}; pass a list of conditions")
    for name, one in estimates.items():
        if not isinstance(one, (Estimate, NotEstimated)):
            raise InputError(f"{name!r} is a {type(one).__name__}; pass what `regress` gives")
    if isinstance(solution, Solution):
        unknown = [name for name in estimates if name not in solution.table.conditions]
        if unknown:
            raise InputError(
                f"{unknown[0]!r} is no condition of the solution; it has"
                f" {', '.join(solution.table.conditions)}"
            )
    for name in falling:
        if name not in estimates:
            raise InputError(f"falling names {name!r}, for which there is no estimate")
    if not estimates:
        raise InputError("estimates is empty; pass a regression for each condition to be read")
    table = pd.DataFrame(
        [
            _row(
                name,
                _regression(name, one, name in falling),
                _configurations(name, solution),
                solution,
            )
            for name, one in estimates.items()
        ]
    )
    worse = table[["p_value", "p_permutation"]].max(axis=1)
    table.insert(4, "p_holm", adjust_p(worse.to_numpy(dtype=float)))
    simulated = solution.simulated or any(one.simulated for one in estimates.values())
    return JointReading(
        table=table,
        solution=solution,
        remarks=in_order(
            [*sentences_on_simulation(simulated), *_on_rule(), *_on_family(table), *_on(solution)]
        ),
        simulated=simulated,
    )


def _row(
    name: str, one: _Regression, other: _Configurations, solution: Solution | NotEstimated
) -> dict[str, Any]:
    barrier = _barrier(one, other, solution)
    verdict = "agree" if one.sign == other.sign else "disagree"
    said = (f"{one.reason}；{other.reason}", f"{one.reason_en}; {other.reason_en}")
    reason, reason_en = barrier or said
    return {
        "condition": name,
        **one.numbers,
        "regression": one.sign,
        "configurations": other.sign,
        "n_models_with": other.n_with,
        "n_models": other.n_models,
        "verdict": "cannot tell" if barrier else verdict,
        "reason": reason,
        "reason_en": reason_en,
    }


def _barrier(
    one: _Regression, other: _Configurations, solution: Solution | NotEstimated
) -> tuple[str, str] | None:
    """Why the two cannot be compared, in Chinese and in English; None where they can."""
    if one.sign == "none" and one.n == 0:
        return one.reason, one.reason_en
    if isinstance(solution, NotEstimated):
        return other.reason, other.reason_en
    if one.n != solution.n:
        return (
            f"回归有 {one.n} 个案例，组态分析有 {solution.n} 个，不是同一张案例表",
            f"{one.n} cases in the regression and {solution.n} in the solution: not one case table",
        )
    p = solution.benchmark.p_value
    if p > LEVEL:
        return (
            f"组态解与噪声分不开（随机基准 {shown_p(p)}）",
            f"the solution cannot be told from noise (benchmark {shown_p(p)})",
        )
    if other.sign == "several values":
        return other.reason, other.reason_en
    if one.sign in ("0", "none"):
        return one.reason, one.reason_en
    if other.sign in ("both", "some models"):
        return other.reason, other.reason_en
    return None


def _regression(name: str, estimate: Estimate | NotEstimated, falls: bool) -> _Regression:
    """The sign of the coefficient in terms of membership, as far as it can be told from zero."""
    if isinstance(estimate, NotEstimated):
        numbers = dict.fromkeys(("estimate", "p_value", "p_permutation"), np.nan)
        reason, reason_en = estimate.reason.rstrip("。"), estimate.reason_en.rstrip(".")
        return _Regression(
            "none", numbers, f"回归没有估计：{reason}", f"no regression: {reason_en}", 0
        )
    term = _term(name, estimate)
    numbers = {key: float(term[key]) for key in ("estimate", "p_value", "p_permutation")}
    ps = [p for p in (numbers["p_value"], numbers["p_permutation"]) if not np.isnan(p)]
    n = estimate.n_units
    if not ps:
        return _Regression("none", numbers, "回归没有 p 值", "the regression has no p value", n)
    shown = shown_p(max(ps))
    if max(ps) >= LEVEL or numbers["estimate"] == 0:
        torn = min(ps) < LEVEL
        return _Regression(
            "0",
            numbers,
            f"回归的两种检验结论不一致（较大的 {shown}）"
            if torn
            else f"回归系数与零分不开（{shown}）",
            f"the two tests of the regression differ (the larger {shown})"
            if torn
            else f"the coefficient cannot be told from zero ({shown})",
            n,
        )
    positive = (numbers["estimate"] > 0) != falls
    turned, turned_en = (
        ("（锚点下降，已换向）", " (falling anchors, turned)") if falls else ("", "")
    )
    return _Regression(
        "+" if positive else "-",
        numbers,
        f"回归为{'正' if positive else '负'}相关（{shown}）{turned}",
        f"{'positive' if positive else 'negative'} in the regression ({shown}){turned_en}",
        n,
    )


def _term(name: str, estimate: Estimate) -> dict[str, Any]:
    terms = estimate.terms[estimate.terms["term"] != "Intercept"]
    named = terms[terms["term"] == name]
    chosen = named if len(named) else terms
    if len(chosen) != 1:
        raise InputError(
            f"the estimate of {name!r} has the terms {', '.join(terms['term'])}; name one of them"
            " as the condition is, or regress on it alone"
        )
    return dict(chosen.iloc[0])


def _configurations(name: str, solution: Solution | NotEstimated) -> _Configurations:
    """The sign with which the models have the condition; turned where the outcome is negated."""
    if isinstance(solution, NotEstimated):
        reason, reason_en = solution.reason.rstrip("。"), solution.reason_en.rstrip(".")
        return _Configurations(
            "none", 0, 0, f"组态分析没有解：{reason}", f"no solution: {reason_en}"
        )
    cases = solution.table.cases
    place = cases.conditions.index(name)
    values = [
        set(read_expression(text, cases.conditions, cases.levels)[:, place].tolist()) - {FREE}
        for text in solution.models["expression"]
    ]
    n_with, n_models = sum(map(bool, values)), len(values)
    found = set().union(*values)
    in_models = f"{n_with}/{n_models} 个模型"
    if cases.levels[place] > 2:
        sign, said = (
            "several values",
            ("该条件有三个以上取值，没有正负", "no sign: three values or more"),
        )
    elif not found:
        sign, said = "not in it", ("没有一个模型需要它", "no model needs it")
    elif len(found) == 2:
        sign = "both"
        said = ("在解中既以存在、又以缺失出现", "present in some terms and absent in others")
    elif n_with < n_models:
        sign = "some models"
        said = (
            f"并列模型对它有无作用说法不一（{in_models}）",
            f"tied models differ on whether they need it ({n_with} of {n_models})",
        )
    else:
        present = found == {1}
        turned = cases.outcome_name.startswith("~")
        sign = "+" if present != turned else "-"
        said = (
            f"组态以其{'存在' if present else '缺失'}通向“{cases.outcome_name}”",
            f"{'present' if present else 'absent'} in the terms for {cases.outcome_name}",
        )
    return _Configurations(sign, n_with, n_models, *said)


def _on_rule() -> list[Remark]:
    return [
        Remark(
            "sets",
            "合读的规则：回归的各个 p 都小于 0.05、随机基准 p 不大于 0.05、所有并列模型说法一致时才作判断；"
            "系数与零分不开不等于没有关联。回归问平均的关联，组态问组合的包含，二者不一致未必有一方错。",
            "The two are compared only where every p value of the regression is below .05, the"
            " benchmark p is at most .05 and all tied models agree; a coefficient that cannot be"
            " told from zero is not read as zero. A regression asks for association on average, a"
            " solution for inclusion of combinations: where they disagree, neither need be wrong.",
        ),
        Remark("size", "相关不等于因果。", "Association is not causation."),
    ]


def _on_family(table: pd.DataFrame) -> list[Remark]:
    m = int(table["p_holm"].notna().sum())
    if m < 2:
        return []
    told = table[table["verdict"] != "cannot tell"]
    lost = list(told.loc[told["p_holm"] >= LEVEL, "condition"])
    gone = f"；校正后 {'、'.join(lost)} 不再低于 0.05" if lost else ""
    gone_en = f"; with Holm's correction {', '.join(lost)} no longer below .05" if lost else ""
    return [
        Remark(
            "family",
            f"共读 {m} 个系数，表中 p 未校正，Holm 校正见 p_holm{gone}。",
            f"{m} coefficients are read; p as printed is not corrected, p_holm is{gone_en}.",
        )
    ]


def _on(solution: Solution | NotEstimated) -> list[Remark]:
    if isinstance(solution, NotEstimated):
        return []
    p, n_models = solution.benchmark.p_value, len(solution.models)
    kind, kind_en = KINDS[solution.include]
    return [
        Remark(
            "sets",
            f"{kind}：{solution.n} 个案例，{n_models} 个并列模型，随机基准 {shown_p(p)}。",
            f"{kind_en.capitalize()}: {solution.n} cases, {n_models} tied"
            f" model{'s' if n_models > 1 else ''}, benchmark {shown_p(p)}.",
        )
    ]
