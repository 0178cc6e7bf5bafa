"""The tables of a staggered adoption, and which of their p values are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from pbgov.evaluation.limits import FEW_TREATED
from pbgov.inference.power import minimum_detectable_coefficient
from pbgov.inference.timing.aggregation import KINDS, aggregate, plan
from pbgov.inference.timing.group_time import is_control, standard_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.timing.panels import AdoptionPanel
    from pbgov.inference.timing.aggregation import Aggregate, Kind
    from pbgov.inference.timing.group_time import GroupTime
    from pbgov.inference.timing.imputation import Imputation
    from pbgov.inference.timing.randomisation import Dealt

OVERALL_COLUMNS = (
    "estimator",
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "p_permutation",
    "n_permutations",
    "minimum_detectable",
    "n_treated",
)
EXPOSURE_COLUMNS = (
    "estimator",
    "exposure",
    "estimate",
    "std_error",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
    "p_permutation",
    "minimum_detectable",
    "n_treated",
    "n_cohorts",
)
GROUP_TIME_COLUMNS = (
    "cohort",
    "period",
    "base",
    "exposure",
    "estimate",
    "std_error",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
    "n_treated",
    "n_controls",
    "missing",
)
"""minimum_detectable is the smallest effect found with 80 % power at 5 %, in units of the outcome:
from the standard error, or from the spread over dealings of the dates where that is refused.
std_error of "group" is that of R's did 2.1.2; its p value, interval and minimum_detectable rest on
the paper's formula, since did's standard error is too small with few districts: its intervals cover
87 to 93 in a hundred at 16 districts, those of the paper's formula 93 to 96."""
CALLAWAY_SANTANNA = "callaway_santanna"
_NO_ERROR = 1e-10  # of the outcome's range: what rounding leaves where an effect has no error
IMPUTATION = "imputation"


def overall_table(
    panel: AdoptionPanel,
    effects: GroupTime,
    aggregates: Mapping[Kind, Aggregate],
    imputed: Imputation,
    dealt: Dealt,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The overall effects, and for each why its standard error is not used ("" where it is)."""
    clusters = panel.clusters[effects.units]
    after = plan(effects.cells, "simple").members[0]
    rows, refusals = [], []
    for kind in KINDS:
        made = aggregates[kind]
        error = standard_errors(made.overall_influence[:, None], clusters)[0]
        weak = _weakness(effects, clusters, after)
        tested = paper_error(effects, clusters) if kind == "group" else error
        row = _row(made.overall, tested, panel, weak, kind) | {"std_error": float(error)}
        rows.append(row | _dealings(dealt, kind, weak))
        refusals.append(weak)
    weak = _weakness_of_imputation(panel, imputed, None)
    row = _row(imputed.overall, imputed.std_error, panel, weak, IMPUTATION)
    rows.append(row | _dealings(dealt, IMPUTATION, weak))
    refusals.append(weak)
    treated = np.isfinite(effects.adopted) & (effects.adopted <= effects.periods[-1])
    n_treated = [len(np.unique(clusters[treated]))] * len(KINDS)
    n_treated.append(_treated_clusters(panel, np.isfinite(imputed.effects)))
    table = pd.DataFrame(rows)
    table["n_permutations"] = dealt.n_dealings
    table["n_treated"] = n_treated
    return table[list(OVERALL_COLUMNS)], tuple(refusals)


def paper_error(effects: GroupTime, clusters: np.ndarray) -> float:
    """Standard error of the overall effect of "group" by the paper's formula; see `aggregate`."""
    made = aggregate(effects, "group", as_did=False)
    return float(standard_errors(made.overall_influence[:, None], clusters)[0])


def by_exposure_table(
    panel: AdoptionPanel,
    effects: GroupTime,
    dynamic: Aggregate,
    imputed: Imputation,
    dealt: Dealt,
) -> pd.DataFrame:
    """Effects by periods since adoption, of both estimators; see `EXPOSURE_COLUMNS`."""
    clusters = panel.clusters[effects.units]
    errors = standard_errors(dynamic.influence, clusters)
    rows = []
    for at, members, value, error in zip(
        dynamic.at, plan(effects.cells, "dynamic").members, dynamic.att, errors, strict=True
    ):
        own = all(effects.cells[j].period == effects.cells[j].base for j in members)
        weak = "own base" if own else _weakness(effects, clusters, members)
        row = _row(value, float("nan") if own else error, panel, weak, CALLAWAY_SANTANNA)
        groups = {effects.cells[j].group for j in members}
        row |= _dealings(dealt, "exposure", weak, float(at)) | {
            "exposure": at,
            "n_treated": len(np.unique(clusters[np.isin(effects.adopted, list(groups))])),
            "n_cohorts": len(groups),
        }
        rows.append(row)
    gap = panel.periods - np.where(np.isfinite(panel.adopted), panel.adopted, np.nan)[:, None]
    there = np.isfinite(imputed.effects)
    for at, value, error in zip(
        imputed.horizons, imputed.by_horizon, imputed.std_errors, strict=True
    ):
        weak = _weakness_of_imputation(panel, imputed, float(at))
        row = _row(value, error, panel, weak, IMPUTATION)
        here = there & (gap == at)
        row |= _dealings(dealt, "imputed", weak, float(at)) | {
            "exposure": at,
            "n_treated": _treated_clusters(panel, here),
            "n_cohorts": len(np.unique(panel.adopted[here.any(axis=1)])),
        }
        rows.append(row)
    return pd.DataFrame(rows)[list(EXPOSURE_COLUMNS)]


def table_of_cells(panel: AdoptionPanel, effects: GroupTime) -> pd.DataFrame:
    """Every cohort in every period; see `GROUP_TIME_COLUMNS`. Sizes are in units, not clusters."""
    clusters = panel.clusters[effects.units]
    errors = standard_errors(effects.influence, clusters)
    rows = []
    for j, cell in enumerate(effects.cells):
        own = cell.period == cell.base
        weak = "own base" if own else _weakness(effects, clusters, [j])
        rows.append(
            _row(effects.att[j], errors[j], panel, weak, "")
            | {
                "cohort": panel.calendar.label(cell.group),
                "period": panel.calendar.label(cell.period),
                "base": panel.calendar.label(cell.base),
                "exposure": cell.period - cell.group,
                "n_treated": int(effects.n_treated[j]),
                "n_controls": int(effects.n_controls[j]),
                "missing": effects.missing[j],
            }
        )
    return pd.DataFrame(rows)[list(GROUP_TIME_COLUMNS)]


def _row(
    estimate: float, error: float, panel: AdoptionPanel, weak: str, estimator: str
) -> dict[str, float | str]:
    """Estimate, error and what a t test with one degree of freedom per cluster, less one, says."""
    nan = float("nan")
    df = len(np.unique(panel.clusters[panel.adopted > panel.periods[0]])) - 1
    used = not weak and np.isfinite(error) and error > _NO_ERROR * np.ptp(panel.outcome)
    statistic = estimate / error if used else nan
    half = float(stats.t.ppf(0.975, df)) * error if used else nan
    return {
        "estimator": estimator,
        "estimate": float(estimate),
        "std_error": float(error),
        "df": float(df) if used else nan,
        "statistic": float(statistic),
        "p_value": float(2 * stats.t.sf(abs(statistic), df)) if used else nan,
        "conf_low": float(estimate - half),
        "conf_high": float(estimate + half),
        "minimum_detectable": minimum_detectable_coefficient(error, df) if used else nan,
    }


def _weakness(effects: GroupTime, clusters: np.ndarray, members: Sequence[int] | np.ndarray) -> str:
    """Why the standard error of an average of these cells cannot be trusted; "" where it can."""
    groups = {effects.cells[j].group for j in members}
    sizes = [len(np.unique(clusters[effects.adopted == group])) for group in groups]
    if sum(sizes) <= FEW_TREATED:
        return "treated"
    if min(sizes) == 1:
        return "alone"
    fewest = min(_n_controls(effects, clusters, j) for j in members)
    return "controls" if fewest <= FEW_TREATED else ""


def _n_controls(effects: GroupTime, clusters: np.ndarray, j: int) -> int:
    """Clusters that a cell compares with: those whose units have a part in its influence."""
    cell = effects.cells[j]
    beyond = is_control(effects.adopted, cell, effects.periods[-1], effects.control)
    return len(np.unique(clusters[beyond]))


def _weakness_of_imputation(
    panel: AdoptionPanel, imputed: Imputation, horizon: float | None
) -> str:
    there = np.isfinite(imputed.effects)
    if horizon is not None:
        gap = panel.periods - np.where(np.isfinite(panel.adopted), panel.adopted, np.nan)[:, None]
        there = there & (gap == horizon)
    if _treated_clusters(panel, there) <= FEW_TREATED:
        return "treated"
    if np.isin(panel.adopted[there.any(axis=1)], imputed.alone).any():
        return "alone"
    untreated = (panel.periods < panel.adopted[:, None])[:, there.any(axis=0)]
    fewest = min(len(np.unique(panel.clusters[column])) for column in untreated.T)
    return "controls" if fewest <= FEW_TREATED else ""


def _treated_clusters(panel: AdoptionPanel, there: np.ndarray) -> int:
    return len(np.unique(panel.clusters[there.any(axis=1)]))


def _dealings(
    dealt: Dealt, name: str, weak: str, exposure: float | None = None
) -> dict[str, float | str]:
    """The randomisation p of one statistic and, where its error is refused, what it could show."""
    if weak == "own base":
        return {"p_permutation": float("nan")}
    at = next(
        j
        for j, (one, value) in enumerate(dealt.names)
        if one == name and (exposure is None or value == exposure)
    )
    found: dict[str, float | str] = {"p_permutation": float(dealt.p_value[at])}
    if weak:
        found["minimum_detectable"] = minimum_detectable_coefficient(
            float(dealt.spread[at]), float("inf")
        )
    return found
