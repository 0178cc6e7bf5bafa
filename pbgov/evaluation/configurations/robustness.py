"""How much of a solution hangs on one anchor, one cut-off or one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.anchors import (
    Calibration,
    anchor_names,
    outer_limits,
    read_calibrations,
    recalibrated,
)
from pbgov.evaluation.configurations.reduction import read_expectations
from pbgov.evaluation.configurations.robustness_remarks import on_cases, on_ranges, on_unmoved
from pbgov.evaluation.configurations.solutions import KINDS, Solution
from pbgov.evaluation.configurations.terms import expression, written
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.limits import sentences_on_simulation
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.sets.ranges import (
    Kind,
    Range,
    count_range,
    cut_range,
    models_of,
    range_towards,
)
from pbgov.inference.sets.rows import truth_rows
from pbgov.marks import SIMULATED, as_simulated, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbgov.evaluation.configurations.reduction import Expectations
    from pbgov.evaluation.remarks import Lang
    from pbgov.indicators.panel import Panel
    from pbgov.inference.sets.ranges import Models
    from pbgov.inference.sets.rows import TruthRows


@dataclass(frozen=True, eq=False)
class Robustness:
    """Over which decisions, and without which cases, a solution stays the same.

    Attributes
    ----------
    solution : Solution
    ranges : DataFrame
        One row is one decision, moved alone while all others stay: parameter (incl_cut, pri_cut,
        n_cut, or a set and its anchor, such as "DEV c"), set and anchor ("" for a cut-off), low,
        value (the one in use), high, ends_below, ends_above (whether the solution, all its tied
        models, changes beyond that end). Between low and high it stays the same; of the cut-offs
        of inclusion and PRI low itself is outside.
    cases : DataFrame
        One row is one case: case, changed (whether the solution changes without it), n_models,
        models (the solution without it; "" where no row is sufficient any more).
    remarks : tuple of Remark
    simulated : bool
    """

    solution: Solution
    ranges: pd.DataFrame
    cases: pd.DataFrame
    remarks: tuple[Remark, ...]
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            object.__setattr__(self, "ranges", as_simulated(self.ranges))
            object.__setattr__(self, "cases", as_simulated(self.cases))

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
        title = "解的稳健性" if lang == "zh" else "Robustness of the solution"
        shown = self.ranges.drop(columns=["set", "anchor"])
        return "\n".join(
            [
                f"{mark}{title}: {KINDS[self.solution.include][lang != 'zh']} → {self.solution.outcome}",
                shown.to_string(index=False, float_format=lambda value: f"{value:.4g}"),
                *(f"· {sentence}" for sentence in sentences(self.remarks, lang)),
            ]
        )

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, eq=False)
class _Setting:
    """All that a solution is made from."""

    memberships: np.ndarray
    outcome: np.ndarray
    incl_cut: float
    pri_cut: float
    n_cut: int
    levels: tuple[int, ...]
    include: Kind
    expectations: list[frozenset[int]]

    def rows(self, **changed: Any) -> TruthRows:
        """The truth table, with memberships, outcome or cut-offs changed."""
        settings = {
            "memberships": self.memberships,
            "outcome": self.outcome,
            "incl_cut": self.incl_cut,
            "pri_cut": self.pri_cut,
            "n_cut": self.n_cut,
            **changed,
        }
        return truth_rows(**settings, levels=self.levels)

    def models(self, **changed: Any) -> Models | None:
        """The models of that truth table."""
        return models_of(self.rows(**changed), self.include, self.expectations)


def solution_robustness(
    solution: Solution | NotEstimated,
    raw: pd.DataFrame | Panel | None = None,
    calibrations: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    expectations: Expectations | None = None,
    cases: str | None = None,
    unit_name: str = "区",
    progress: Callable[[int, int], None] | None = None,
) -> Robustness | NotEstimated:
    """Ranges of anchors and cut-offs with the same solution, and the cases it hangs on.

    Parameters
    ----------
    solution : Solution or NotEstimated
        A refusal is handed on.
    raw : DataFrame or Panel, optional
        The raw values that were calibrated, one row a case, in columns of the same names as the
        sets. Without it no anchor is moved.
    calibrations : mapping of str to mapping, optional
        For each calibrated set what `calibrate` was told: {"anchors": (400, 550, 900)}, with
        "method" where it was not the direct one; or the ``attrs["calibration"]`` of its result.
        Sets that are not named keep their memberships.
    expectations : mapping, optional
        Those of the intermediate solution, as `minimize_sets` took them.
    cases : str, optional
        Column of `raw` that names the cases; a panel's unit or the index, if not given.
    unit_name : str
        What a case is, in Chinese.
    progress : callable, optional
        Called with the number of decisions done and the number of all.

    Returns
    -------
    Robustness or NotEstimated

    Raises
    ------
    InputError
        Where `raw` lacks a case or a column, or the calibrations do not give the memberships the
        solution was made from, or the expectations do not give its models.

    Notes
    -----
    An anchor is moved outwards from where it stands in hundredths of its way, and onto and
    between the raw values, until the solution changes; halving then finds the place to a
    millionth. It stops at its neighbouring anchor, or one range of the raw values beyond them.

    References
    ----------
    Oana, I.-E., & Schneider, C. Q. (2024). A robustness test protocol for applied QCA: Theory and
    R software application. *Sociological Methods & Research*, 53(1), 57-88.
    """
    if isinstance(solution, NotEstimated):
        return solution
    if not isinstance(solution, Solution):
        raise InputError(f"robustness takes a solution, not a {type(solution).__name__}")
    setting = _setting(solution, expectations)
    base = setting.models()
    written_models = {expression_key(solution, model) for model in base or ()}
    if written_models != {frozenset(text.split(" + ")) for text in solution.models["expression"]}:
        raise InputError(
            "these expectations do not give the models of the solution; pass those that"
            " minimize_sets was given"
        )
    calibrated = read_calibrations(solution.table.cases, raw, calibrations, cases)
    every = [(one, place) for one in calibrated for place in range(len(one.anchors))]
    rows = _cut_rows(setting, base)
    steps = len(every) + 2
    for number, (one, place) in enumerate(every):
        rows.append(_anchor_row(setting, base, one, place))
        if progress is not None:
            progress(number + 1, steps)
    left_out = _without_each(solution, setting, base, calibrated)
    if progress is not None:
        progress(steps, steps)
    ranges = pd.DataFrame(rows)
    simulated = solution.simulated or is_simulated(raw)
    remarks = [
        *sentences_on_simulation(simulated),
        *on_ranges(ranges),
        *on_unmoved(solution, calibrated),
        *on_cases(left_out, unit_name),
    ]
    return Robustness(
        solution=solution,
        ranges=ranges,
        cases=left_out,
        remarks=in_order(remarks),
        simulated=simulated,
    )


def expression_key(solution: Solution, model: frozenset[tuple[int, ...]]) -> frozenset[str]:
    """The terms of a model as the solution writes them."""
    cases = solution.table.cases
    return frozenset(written(term, cases.conditions, cases.levels) for term in model)


def _setting(solution: Solution, expectations: Expectations | None) -> _Setting:
    table = solution.table
    return _Setting(
        memberships=table.cases.memberships,
        outcome=table.cases.outcome,
        incl_cut=table.incl_cut,
        pri_cut=table.pri_cut,
        n_cut=table.n_cut,
        levels=table.cases.levels,
        include=solution.include,
        expectations=read_expectations(expectations, solution.include, table.cases),
    )


def _cut_rows(setting: _Setting, base: Models | None) -> list[dict[str, Any]]:
    truth = setting.rows()
    seen = truth.n >= setting.n_cut
    inclusion = cut_range(
        truth.inclusion[seen], setting.incl_cut, lambda cut: setting.models(incl_cut=cut) == base
    )
    pri = cut_range(
        truth.pri[seen], setting.pri_cut, lambda cut: setting.models(pri_cut=cut) == base
    )
    count = count_range(
        int(truth.n.max()), setting.n_cut, lambda cut: setting.models(n_cut=cut) == base
    )
    return [
        _row("incl_cut", "", "", setting.incl_cut, inclusion),
        _row("pri_cut", "", "", setting.pri_cut, pri),
        _row("n_cut", "", "", setting.n_cut, count),
    ]


def _anchor_row(
    setting: _Setting, base: Models | None, one: Calibration, place: int
) -> dict[str, Any]:
    marks = np.unique(one.raw)
    marks = np.concatenate([marks, (marks[1:] + marks[:-1]) / 2])
    value = one.anchors[place]

    def unchanged(moved: float) -> bool:
        memberships = recalibrated(one, place, moved)
        if memberships is None:
            return False
        if one.column is None:
            return setting.models(outcome=memberships) == base
        columns = setting.memberships.copy()
        columns[:, one.column] = memberships
        return setting.models(memberships=columns) == base

    below, above = outer_limits(one, place)
    low, ends_below = range_towards(value, below, marks, unchanged)
    high, ends_above = range_towards(value, above, marks, unchanged)
    name = anchor_names(one.method, len(one.anchors))[place]
    found = Range(low, high, ends_below, ends_above)
    return _row(f"{one.name} {name}", one.name, name, value, found)


def _row(parameter: str, of_set: str, anchor: str, value: float, found: Range) -> dict[str, Any]:
    return {
        "parameter": parameter,
        "set": of_set,
        "anchor": anchor,
        "low": float(found.low),
        "value": float(value),
        "high": float(found.high),
        "ends_below": found.ends_below,
        "ends_above": found.ends_above,
    }


def _without_each(
    solution: Solution, setting: _Setting, base: Models | None, calibrated: list[Calibration]
) -> pd.DataFrame:
    rows = []
    for number, name in enumerate(solution.table.cases.names):
        kept = np.arange(setting.memberships.shape[0]) != number
        columns, outcome = setting.memberships[kept].copy(), setting.outcome[kept]
        possible = True
        for one in calibrated:
            memberships = recalibrated(one, 0, one.anchors[0] if one.anchors else 0.0, kept)
            if memberships is None:
                possible = False
            elif one.column is None:
                outcome = memberships
            else:
                columns[:, one.column] = memberships
        models = setting.models(memberships=columns, outcome=outcome) if possible else None
        texts = sorted(
            expression(sorted(expression_key(solution, model))) for model in models or ()
        )
        rows.append(
            {
                "case": name,
                "changed": models != base,
                "n_models": len(texts),
                "models": "; ".join(texts),
            }
        )
    return pd.DataFrame(rows)
