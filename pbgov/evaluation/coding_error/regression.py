"""Regressions on machine codes, corrected by a hand-coded sample of known design."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.accuracy import accuracy_table, remarks_on_accuracy
from pbgov.evaluation.coding_error.correction import NO_GOLD, NO_GOLD_EN, Correction
from pbgov.evaluation.coding_error.differential import check_errors
from pbgov.evaluation.coding_error.fitted import Frame, estimate_of, not_estimated
from pbgov.evaluation.coding_error.material import read_material
from pbgov.evaluation.coding_error.sample import (
    UNCALIBRATED,
    UNKNOWN,
    calibrated,
    reason_against,
    remarks_on_naive,
    remarks_on_sample,
)
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import refusal, sentences_on_simulation
from pbgov.evaluation.regression import SEED, regress, table_of
from pbgov.evaluation.remarks import Remark
from pbgov.inference.coding_error.design_based import (
    design_based_equations,
    hand_coded_equations,
    naive_equations,
)
from pbgov.inference.coding_error.solving import solve
from pbgov.inference.linear import dependent_columns
from pbgov.inference.resampling.relabelings import DRAWS, check_draws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.checks import CheckResult
    from pbgov.evaluation.coding_error.material import Material
    from pbgov.indicators.panel import Panel
    from pbgov.inference.coding_error.design_based import Equations


def correct_coding_error(
    data: pd.DataFrame | Panel,
    formula: str,
    coded: str | Sequence[str],
    gold: str | Mapping[str, str] | None,
    probability: str | float | None,
    *,
    cluster: str | None = None,
    family: Literal["linear", "logit"] = "linear",
    unit_name: str | None = None,
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Correction | NotEstimated:
    """A regression on machine codes, naive and corrected by a hand-coded sample, side by side.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per stretch, document or street.
    formula : str
        As for `pbgov.regress`. Effects of districts and periods are written ``C(region_code)``.
    coded : str or sequence of str
        The machine-coded columns in it, outcome or regressors, as numbers (0 and 1, or a score).
    gold : str, mapping of coded column to gold column, or None
        What people coded in the rows drawn; NaN elsewhere. None where nobody coded by hand.
    probability : str, float or None
        With which the rows coded by hand were drawn: a column, or one number for all; as
        `pbgov.draw_gold` gives it. None where it is not known: then nothing is corrected.
    cluster : str, optional
        Column of the district; the jackknife leaves one out at a time. Without it, one row.
    family : {"linear", "logit"}
        "logit" for an outcome of 0 and 1, or a rate between.
    unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`, which gives the naive estimate of the linear family.

    Returns
    -------
    Correction or NotEstimated
        NotEstimated where even the naive estimate cannot be made. ``corrected`` is design-based
        supervised learning with the machine codes first calibrated on the hand codes of
        the other folds; standard errors are the delete-one-district jackknife with
        t(G - 1), the cluster sandwich CR1 beside (single rows: n - k, HC0). Machine codes are
        nowhere overwritten by hand codes: that corrects only the rows drawn. ``differential``
        asks of the first coded variable of 0 and 1 whether its errors go with the outcome (where
        the outcome is coded: with what the regressors say to expect of it) or the district.

    Raises
    ------
    InputError
        Where a column is missing or no number, a row drawn lacks a gold code for one of the coded
        columns, a probability is not above 0 and at most 1, or a rate lies outside 0 and 1.

    Notes
    -----
    Nothing is corrected with fewer than 30 rows coded by hand, fewer than five with or without the code,
    probabilities that do not add up to the number of rows, or where the corrected
    equations do not determine the coefficients. R's ``dsl`` prints one-sided p values
    in its summary; the two-sided ones here are twice those.

    References
    ----------
    Egami, Hinck, Stewart and Wei (2023, 2024), as in
    `pbgov.inference.coding_error.design_based`.
    """
    if family not in ("linear", "logit"):
        raise InputError(f"family is {family!r}; it is 'linear' or 'logit'")
    check_draws(permutations, seed)
    table, simulated = table_of(data)
    material = read_material(table, formula, coded, gold, probability, cluster)
    design = material.design
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    _refuse_rates(material, family)
    unit_name = unit_name or ("组" if cluster else "行")
    drawn = bool(len(material.hand))
    accuracy = _accuracy(material)
    said = [*_on_sample(material, table), *remarks_on_accuracy(accuracy)] if drawn else []
    frame = Frame(
        material=material,
        formula=formula,
        family=family,
        clusters=None if cluster is None else design.rows[cluster].to_numpy(),
        unit_name=unit_name,
        seed=seed,
        simulated=simulated,
        remarks=tuple(said),
    )
    if reason := refusal(design, cluster, unit_name, allow_regressors):
        return NotEstimated(formula, len(design.rows), *reason, simulated)
    naive = (
        regress(
            _with_numbers(table, material.coded), formula, cluster, unit_name=unit_name, seed=seed,
            permutations=permutations, allow_regressors=allow_regressors,
        )
        if family == "linear"
        else _naive(frame)
    )  # fmt: skip
    if isinstance(naive, NotEstimated):
        return naive
    return Correction(
        formula=formula,
        coded=material.coded,
        naive=naive.with_remarks(*said, *remarks_on_naive(drawn=drawn)),
        corrected=_corrected(frame),
        gold_only=_gold_only(frame) if drawn else not_estimated(frame, NO_GOLD, NO_GOLD_EN),
        per_unit=None,
        differential=_differential(frame),
        accuracy=accuracy,
        shares=pd.DataFrame(),
        remarks=(*sentences_on_simulation(simulated), *said, *remarks_on_naive(drawn=drawn)),
        simulated=simulated,
    )


def _with_numbers(table: pd.DataFrame, coded: Sequence[str]) -> pd.DataFrame:
    """The table with True and False of its coded columns as 1 and 0, as the other estimates have them."""
    yes_no = [name for name in coded if is_bool_dtype(table[name].dtype)]
    return table.assign(**{name: table[name].astype("Float64") for name in yes_no})


def _naive(frame: Frame) -> Estimate | NotEstimated:
    design = frame.material.design
    equations = naive_equations(design.matrix, design.outcome, frame.family)
    return estimate_of(frame, equations, "naive", ())


def _corrected(frame: Frame) -> Estimate | NotEstimated:
    if reason := _reason(frame.material):
        return not_estimated(frame, *reason)
    material = frame.material

    def equations_of(codes: np.ndarray) -> Equations:
        matrix, outcome = material.with_codes(codes)
        return design_based_equations(
            matrix, outcome, material.hand_rows, material.hand_matrix, material.hand_outcome,
            material.chance, frame.family,
        )  # fmt: skip

    def without(rows: np.ndarray) -> Equations:
        left_out = np.isin(material.hand_rows, rows)
        if not left_out.any():
            return equations
        return equations_of(calibrated(material, frame.seed, left_out)[0])

    codes, remark = calibrated(material, frame.seed)
    equations = equations_of(codes)
    if dependent_columns(equations.design):
        return estimate_of(frame, equations_of(material.machine), "corrected", (UNCALIBRATED,))
    return estimate_of(frame, equations, "corrected", (remark,), without)


def _gold_only(frame: Frame) -> Estimate | NotEstimated:
    material = frame.material
    if np.isnan(material.chance).any():
        return not_estimated(frame, *UNKNOWN)
    if dependent_columns(material.hand_matrix):
        return not_estimated(
            frame,
            "人工编码的行里，解释变量没有变化或完全共线",
            "among the hand-coded rows a regressor does not vary or depends on the others",
        )
    equations = hand_coded_equations(
        material.design.matrix, material.hand_rows, material.hand_matrix, material.hand_outcome,
        material.chance, frame.family,
    )  # fmt: skip
    return estimate_of(frame, equations, "gold_only", ())


def _reason(material: Material) -> tuple[str, str] | None:
    return reason_against(material.coded, material.hand, material.chance, len(material.machine))


def _on_sample(material: Material, table: pd.DataFrame) -> list[Remark]:
    design = str(table.attrs.get("gold_design", ""))
    return remarks_on_sample(len(material.hand), len(material.machine), material.chance, design)


def _accuracy(material: Material) -> pd.DataFrame:
    weight = np.where(np.isnan(material.chance), 1.0, 1 / material.chance)
    return accuracy_table(
        material.coded, material.machine[material.hand_rows], material.hand, weight
    )


def _differential(frame: Frame) -> CheckResult | None:
    """The check of the first coded variable that has codes of 0 and 1; the others are named."""
    material = frame.material
    if not len(material.hand) or np.isnan(material.chance).any():
        return None
    for number, name in enumerate(material.coded):
        said, true = material.machine[material.hand_rows, number], material.hand[:, number]
        if np.isin(np.append(said, true), (0, 1)).all():
            along = material.design.outcome
            if material.outcome_coded:  # errors of an outcome go with what is regressed on
                along = _index(frame)
            check = check_errors(
                name,
                said,
                true,
                material.chance,
                outcome=along[material.hand_rows],
                clusters=None if frame.clusters is None else frame.clusters[material.hand_rows],
                unit_name=frame.unit_name,
                along="regressors" if material.outcome_coded else "outcome",
                seed=frame.seed,
                simulated=frame.simulated,
            )
            others = [other for other in material.coded if other != name]
            return replace(check, remarks=(*check.remarks, *_unchecked(others)))
    return None


def _unchecked(others: list[str]) -> list[Remark]:
    if not others:
        return []
    return [
        Remark(
            "coding",
            f"{'、'.join(f'“{name}”' for name in others)}的错误没有做这项检查；请另用 differential_error。",
            f"The errors of {', '.join(map(repr, others))} were not checked; use differential_error.",
        )
    ]


def _index(frame: Frame) -> np.ndarray:
    """What the naive regressors say to expect of the outcome."""
    design = frame.material.design
    fit = solve(naive_equations(design.matrix, design.outcome, frame.family))
    if not fit.converged:
        return np.zeros(len(design.outcome))
    return np.asarray(design.matrix @ fit.coefficients)


def _refuse_rates(material: Material, family: str) -> None:
    if family == "linear":
        return
    values = np.append(material.design.outcome, material.hand_outcome)
    wrong = values[(values < 0) | (values > 1)]
    if len(wrong):
        raise InputError(
            f"the outcome {material.design.outcome_name!r} holds {wrong[0]:g}; with family='logit' it"
            " lies between 0 and 1 (divide percentages by 100)"
        )
