"""Whether the finding would be there without any one of the districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import NotEstimated, counted_en
from pbgov.evaluation.limits import (
    UNITS_PER_REGRESSOR,
    refusal,
    sentences_on_gaps,
    sentences_on_simulation,
    sentences_on_size,
    shown_p,
)
from pbgov.evaluation.regression import table_of
from pbgov.evaluation.remarks import Remark, in_order
from pbgov.evaluation.sensitivity import influence_of_units, sentences_on_influence
from pbgov.inference.influence import (
    influence,
    leave_one_out_prediction,
    outlier_test,
    variance_inflation,
)
from pbgov.inference.linear import least_squares

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel
    from pbgov.inference.influence import Influence, LeaveOneOutPrediction, OutlierTest
    from pbgov.inference.linear import LeastSquares

LEAVE_ONE_OUT_COLUMNS = (
    "unit",
    "term",
    "estimate",
    "without_it",
    "change",
    "sign_changes",
    "cooks_distance",
    "dfbetas",
    "hat",
    "studentised",
)
_NO_RESIDUAL = 1e-10
_SHOWN = 20


def leave_one_out(
    data: pd.DataFrame | Panel,
    formula: str,
    cluster: str | None = None,
    *,
    labels: str | None = None,
    unit_name: str | None = None,
    allow_regressors: int | None = None,
) -> CheckResult | NotEstimated:
    """Every coefficient of a least-squares regression without each of the units in turn.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit, or per unit and period with `cluster`.
    formula : str
        As in `pbgov.regress`.
    cluster : str, optional
        Column of the unit that rows belong to; all its rows are left out together.
    labels : str, optional
        Column that names units; the cluster, region_code or the index, if not given.
    unit_name, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    CheckResult or NotEstimated
        ``table`` has one row per unit and term: unit, term, estimate (of all units),
        without_it, change (without it minus with it), sign_changes, cooks_distance,
        dfbetas (standard errors by which the unit moves the coefficient), hat (leverage,
        summed over the unit's rows) and studentised (externally; NaN for a unit of several
        rows). ``statistic`` and ``p_value`` are the largest studentised residual and its
        Bonferroni p, NaN with `cluster`. NotEstimated for the reasons of `pbgov.regress`.

    Raises
    ------
    InputError
        Where the formula cannot be read or names a column that is not there, or a name
        stands for two units.

    References
    ----------
    As in `pbgov.inference.influence`.
    """
    table, simulated = table_of(data)
    design = read_design(table, formula, [cluster] if cluster else [], labels)
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    unit_name = unit_name or ("组" if cluster else "行")
    reason = refusal(design, cluster, unit_name, allow_regressors)
    if reason is None:
        fit = least_squares(design.matrix, design.outcome)
        if np.abs(fit.residuals).max() <= _NO_RESIDUAL * np.ptp(design.outcome):
            reason = "解释变量完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    units = None if cluster is None else design.rows[cluster].to_numpy()
    if reason is None:
        names = _unit_names(design, units, labels)
        found = influence(fit, units)
        if np.isnan(found.coefficients).all():
            reason = (
                f"无论去掉哪一个{unit_name}，系数都定不下来",
                "without any one unit the coefficients are not determined",
            )
    if reason is not None:
        return NotEstimated(formula, len(design.rows), reason[0], reason[1], simulated)
    outlier = outlier_test(fit) if units is None else None
    ranges = influence_of_units(design.columns, fit.coefficients, found.coefficients, names, {})
    n_units = len(names)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            fit.n, n_units, unit_name, clustered=cluster is not None, detectable=False
        ),
        *sentences_on_gaps(design),
        *sentences_on_influence(ranges, unit_name, max(1, n_units // UNITS_PER_REGRESSOR)),
        *_on_undetermined(found, names, unit_name),
        *_on_largest_distance(found, names),
        *_on_outlier(outlier, design.labels),
        *_on_inflation(fit, design.terms),
        *_on_prediction(leave_one_out_prediction(fit, units), design.outcome_name, unit_name),
    ]
    return CheckResult(
        name="逐一剔除",
        name_en="leave one out",
        statistic=outlier.statistic if outlier else float("nan"),
        p_value=outlier.p_bonferroni if outlier else float("nan"),
        passed=None,
        n=n_units,
        unit_name=unit_name,
        table=_table(found, fit, design.columns, names),
        remarks=in_order(remarks),
        simulated=simulated,
    )


def _unit_names(design: Design, units: np.ndarray | None, labels: str | None) -> list[str]:
    """The name of each unit in the sorted order of the units; no name stands for two."""
    if units is None:
        names = pd.Series(design.labels, dtype="str")
        twice = names[names.duplicated()]
        if len(twice):
            raise InputError(
                f"{twice.iloc[0]!r} names {int(names.eq(twice.iloc[0]).sum())} rows; pass one row"
                " per unit, name the units with cluster=…, or other names with labels=…"
            )
        return names.tolist()
    if labels is None:
        return [str(unit) for unit in np.unique(units)]
    pairs = pd.DataFrame({"unit": units, "name": design.labels}).drop_duplicates()
    for own, other in (("unit", "name"), ("name", "unit")):
        twice = pairs.loc[pairs[own].duplicated(), own]
        if len(twice):
            both = sorted(str(each) for each in pairs.loc[pairs[own].eq(twice.iloc[0]), other])
            raise InputError(
                f"{str(twice.iloc[0])!r} goes with {', '.join(both)}; each unit needs one name"
                " of its own"
            )
    return [str(name) for name in pairs.sort_values("unit")["name"]]


def _table(
    found: Influence, fit: LeastSquares, columns: tuple[str, ...], names: list[str]
) -> pd.DataFrame:
    n_units, k = found.coefficients.shape
    without, full = found.coefficients.ravel(), np.tile(fit.coefficients, n_units)
    table = pd.DataFrame(
        {
            "unit": pd.Series(np.repeat(names, k), dtype="str"),
            "term": pd.Series(list(columns) * n_units, dtype="str"),
            "estimate": full,
            "without_it": without,
            "change": without - full,
            "sign_changes": ~np.isnan(without) & (np.sign(without) != np.sign(full)),
            "cooks_distance": np.repeat(found.cooks_distance, k),
            "dfbetas": found.dfbetas.ravel(),
            "hat": np.repeat(found.leverage, k),
            "studentised": np.repeat(found.studentised, k),
        }
    )
    places = {name: place for place, name in enumerate(columns)}
    return table.sort_values(
        ["unit", "term"],
        key=lambda values: values.map(places) if values.name == "term" else values,
        ignore_index=True,
    )


def _on_undetermined(found: Influence, names: list[str], unit_name: str) -> list[Remark]:
    lost = [
        name for name, row in zip(names, found.coefficients, strict=True) if np.isnan(row).any()
    ]
    if not lost:
        return []
    many = len(lost) > 1
    return [
        Remark(
            "influence",
            f"去掉 {_listed(lost, '、', ' 等')}{f'这 {len(lost)} 个中的任何一个' if many else ''}，"
            f"系数就定不下来：其余{unit_name}的解释变量没有变化，或完全共线。",
            f"Without {'any one of ' if many else ''}{_listed(lost, ', ', ' and others')} the"
            " coefficients are not determined: among the others a regressor does not vary, or is a"
            " linear combination of the rest.",
        )
    ]


def _listed(names: list[str], separator: str, more: str) -> str:
    return separator.join(names[:_SHOWN]) + (more if len(names) > _SHOWN else "")


def _on_largest_distance(found: Influence, names: list[str]) -> list[Remark]:
    if np.isnan(found.cooks_distance).all():
        return []
    most = int(np.nanargmax(found.cooks_distance))
    distance = found.cooks_distance[most]
    return [
        Remark(
            "influence",
            f"Cook 距离最大的是 {names[most]}（{distance:.2f}）。",
            f"The largest Cook's distance is that of {names[most]} ({distance:.2f}).",
        )
    ]


def _on_outlier(outlier: OutlierTest | None, names: tuple[str, ...]) -> list[Remark]:
    if outlier is None:
        return []
    name, p = names[outlier.row], shown_p(outlier.p_bonferroni)
    return [
        Remark(
            "influence",
            f"残差最大的是 {name}（学生化残差 {outlier.statistic:.2f}，Bonferroni 校正 {p}）。",
            f"The largest residual is that of {name} (studentised {outlier.statistic:.2f},"
            f" Bonferroni {p}).",
        )
    ]


def _on_inflation(fit: LeastSquares, terms: tuple[str, ...]) -> list[Remark]:
    if len(set(terms) - {"Intercept"}) < 2:
        return []
    found = variance_inflation(fit, terms)
    listed = "，".join(f"“{each.term}” {each.per_df:.2f}" for each in found)
    listed_en = ", ".join(f"{each.term!r} {each.per_df:.2f}" for each in found)
    return [
        Remark(
            "influence",
            f"解释变量之间的重叠使标准误扩大的倍数 GVIF^(1/2df)：{listed}。",
            f"Overlap between regressors multiplies standard errors, GVIF^(1/2df): {listed_en}.",
        )
    ]


def _on_prediction(prediction: LeaveOneOutPrediction, outcome: str, unit_name: str) -> list[Remark]:
    if np.isnan(prediction.rmse):
        return []
    better = prediction.rmse < prediction.rmse_of_mean
    verdict = "比平均数好" if better else "不比平均数好"
    verdict_en = "better than" if better else "no better than"
    others_en = counted_en(2, unit_name)[2:]
    return [
        Remark(
            "influence",
            f"用其余{unit_name}预测被剔除者的“{outcome}”，均方根误差"
            f" {prediction.rmse:.4g}；只用其余{unit_name}的平均数为 {prediction.rmse_of_mean:.4g}："
            f"预测{verdict}。",
            f"Predicting {outcome!r} of the one left out from the other {others_en}: root mean"
            f" squared error {prediction.rmse:.4g}, with their mean alone"
            f" {prediction.rmse_of_mean:.4g}; the prediction is {verdict_en} the mean.",
        )
    ]
