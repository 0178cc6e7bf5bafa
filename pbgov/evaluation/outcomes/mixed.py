"""Rows in groups: mixed models, and the means of units beside what varies within them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted, counted_en
from pbgov.evaluation.limits import (
    UNITS_PER_REGRESSOR,
    constant_in_clusters,
    refusal,
    refused_p,
    sentences_on_agreement,
    sentences_on_gaps,
    sentences_on_groups,
    sentences_on_second_opinion,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.outcomes.group_remarks import (
    sentences_on_means,
    sentences_on_reference,
    sentences_on_variances,
)
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.problem import said_of_clusters
from pbgov.evaluation.regression import (
    SEED,
    beside_table,
    regress,
    table_of,
    terms_table,
    unit_permutations,
)
from pbgov.evaluation.sensitivity import influence_of_units, sentences_on_influence
from pbgov.inference.clusters import cr2
from pbgov.inference.influence import leave_one_out_coefficients
from pbgov.inference.linear import coefficient_tests, dependent_columns, least_squares
from pbgov.inference.panels.mixed import fit_mixed
from pbgov.inference.panels.within import group_means, within
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.marks import as_simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel
    from pbgov.inference.panels.mixed import MixedFit

LEAST_GROUPS = 5
"""Under five groups their variance cannot be estimated to any use (Gelman and Hill, 2007, 276)."""
_NO_RESIDUAL = 1e-10


def mixed_model(
    data: pd.DataFrame | Panel,
    formula: str,
    group: str,
    *,
    slopes: Sequence[str] = (),
    unit_name: str = "组",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """A linear mixed model: each group has a level, and perhaps slopes, of its own.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per member of a group, such as a street or a month of a district.
    formula : str
        The part common to all groups, as in `pbgov.regress`.
    group : str
        Column of the groups.
    slopes : sequence of str
        Terms of the formula whose coefficient differs between groups.
    unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        Restricted maximum likelihood. Terms that are constant in groups, and those with
        slopes of their own, are referred to t with as many degrees of freedom as groups
        less coefficients at their level; the others to t with the rows' (the rule of
        containment: Satterthwaite's approximation is not made). Beside: CR2 with
        Satterthwaite degrees of freedom, the model being its working covariance. Terms
        constant in groups get the permutation test among the groups' means. ``fit`` holds
        icc, sigma, sd_between, log_likelihood (restricted) and sd_slope of each term;
        ``influence`` the coefficients without each group, the variances held.

    Raises
    ------
    InputError
        As `pbgov.regress`; where a slope is no term of the formula.

    References
    ----------
    As in `pbgov.inference.panels.mixed.fit_mixed`.
    Pinheiro, J., & Bates, D. (2000). *Mixed-effects models in S and S-PLUS*, 91. Springer.
    """
    _require_name(group, "group")
    table, simulated = table_of(data)
    design = read_design(table, formula, [group])
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    n = len(design.rows)
    reason = refusal(design, group, unit_name, allow_regressors)
    if reason is None:
        reason = _too_few(design, group, unit_name)
    places = () if reason is not None else _places(design, slopes)
    groups = design.rows[group].to_numpy()
    fit = None
    if reason is None:
        fit = fit_mixed(design.matrix, design.outcome, groups, places)
    if fit is None:
        zh, en = reason or (
            f"方差的似然没有可靠的最大值，{unit_name}之间的方差定不下来",
            "the likelihood of the variances has no reliable maximum",
        )
        return NotEstimated(formula, n, zh, en, simulated)
    return _as_estimate(
        design, fit, groups, places, formula, unit_name, simulated, seed, permutations
    )


def _as_estimate(
    design: Design,
    fit: MixedFit,
    groups: np.ndarray,
    places: tuple[int, ...],
    formula: str,
    unit_name: str,
    simulated: bool,
    seed: int,
    permutations: int,
) -> Estimate:
    coefficients, names = fit.whitened.coefficients, design.columns
    df = _containment_df(design.matrix, groups, places)
    tests = coefficient_tests(coefficients, fit.covariance, df)
    second = coefficient_tests(coefficients, *cr2(fit.whitened, groups))
    said = said_of_clusters(unit_name)[0]
    weights = np.ones(fit.whitened.n)
    permuted, untested = unit_permutations(
        design.matrix, design.outcome, groups, weights, seed, permutations
    )
    refused, refusals = refused_p(design.matrix, names, df, groups, unit_name, permuted)
    terms = terms_table(names, coefficients, tests, refused, permuted)
    names_of_groups = [str(name) for name in np.unique(groups)]
    n_groups = len(names_of_groups)
    influence = influence_of_units(
        names,
        coefficients,
        leave_one_out_coefficients(fit.whitened, groups),
        names_of_groups,
        {},
    )
    spreads = np.sqrt(np.diag(fit.between))
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            len(groups), n_groups, unit_name, clustered=True, detectable=bool(permuted)
        ),
        *sentences_on_groups(design.matrix, design.columns, groups, unit_name),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_variances(fit, unit_name),
        *sentences_on_reference(unit_name),
        *sentences_on_permutation(permuted, unit_name, seed),
        *sentences_on_untested([design.terms[j] for j in untested], unit_name),
        *sentences_on_agreement(terms),
        *sentences_on_influence(influence, unit_name, max(1, n_groups // UNITS_PER_REGRESSOR)),
        *sentences_on_second_opinion(*said),
    ]
    return Estimate(
        formula=formula,
        outcome=design.outcome_name,
        terms=terms,
        n=len(groups),
        n_units=n_groups,
        unit_name=unit_name,
        method="线性混合模型（REML）",
        method_en="linear mixed model (REML)",
        covariance=f"模型方差 + t（{unit_name}数减系数个数）",
        covariance_en="model variance + t(groups − coefficients)",
        beside=beside_table(names, second, refused, *said),
        fit={
            "icc": fit.icc,
            "sigma": float(np.sqrt(fit.residual_variance)),
            "sd_between": float(spreads[0]),
            "log_likelihood": fit.log_likelihood,
        }
        | {f"sd_slope {names[j]}": float(spreads[1 + i]) for i, j in enumerate(places)},
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        influence=influence,
    )


def mundlak(
    data: pd.DataFrame | Panel,
    formula: str,
    unit: str,
    *,
    unit_name: str = "组",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """What varies within units, beside the units' means of it (correlated random effects).

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit and period.
    formula : str
        As in `pbgov.regress`.
    unit : str
        Column of the units.
    unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        Least squares with CR2 by unit. A term that varies within units has the coefficient
        of the within estimator; its mean(…) says how much more units that have more of it
        differ. A mean far from 0 means that random effects would be biased, which is what
        Hausman's test asks. Groupings that no unit has a value of twice count as periods;
        their means, which only say who was observed when, are not added.

    Raises
    ------
    InputError
        As `pbgov.regress`.

    References
    ----------
    Mundlak, Y. (1978). On the pooling of time series and cross section data.
    *Econometrica*, 46(1), 69-85.
    """
    _require_name(unit, "unit")
    table, simulated = table_of(data)
    design = read_design(table, formula, [unit])
    if not design.outcome_name:
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    reason = refusal(design, unit, unit_name, allow_regressors)
    units = design.rows[unit].to_numpy()
    means: dict[str, np.ndarray] = {}
    if reason is None:
        varies = (within(design.matrix, units)[0] != 0).any(axis=0)
        varying = np.flatnonzero(varies & ~_of_periods(design, units))
        if not len(varying):
            reason = (
                f"没有解释变量在{unit_name}内变化，没有均值可以并列",
                f"no regressor varies within {unit}",
            )
        means = _means(design, units, varying)
    if reason is not None:
        return NotEstimated(formula, len(design.rows), reason[0], reason[1], simulated)
    columns = dict(zip(design.columns[1:], design.matrix.T[1:], strict=True)) | means
    wide = pd.DataFrame({**columns, _OUTCOME: design.outcome, _UNIT: units})
    result = regress(
        as_simulated(wide) if simulated else wide,
        " + ".join([f"Q({_OUTCOME!r}) ~ 1", *(f"Q({name!r})" for name in columns)]),
        _UNIT,
        unit_name=unit_name,
        seed=seed,
        permutations=permutations,
        allow_regressors=allow_regressors,
    )
    if isinstance(result, NotEstimated):
        return replace(
            result,
            formula=formula,
            reason=f"加上各{unit_name}的均值之后：{result.reason}；只看{unit_name}之内的变化时，用 fixed_effects",
            reason_en=f"with the means of units beside: {result.reason_en}; for what varies within"
            " units alone, use fixed_effects",
        )
    result = replace(
        result,
        formula=formula,
        outcome=design.outcome_name,
        method="最小二乘，另加各单位的均值（Mundlak）",
        method_en="least squares with the means of units beside (Mundlak)",
        inputs_digest=design.digest,
        lineage=design,
    )
    return result.with_remarks(
        *sentences_on_gaps(design), *sentences_on_means(list(means), unit_name)
    )


_OUTCOME, _UNIT = "\0outcome", "\0unit"  # no column of a file can be named so


def _means(design: Design, units: np.ndarray, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Unit means of the columns that vary within units, without those that add nothing."""
    codes = np.unique(units, return_inverse=True)[1]
    values = group_means(design.matrix[:, chosen], units)[codes]
    largest = np.abs(values).max(axis=0)
    values = np.round(values / largest, 13) * largest  # rounding would hide a dependence
    dependent = dependent_columns(np.column_stack([design.matrix, values]))
    return {
        f"mean({design.columns[j]})": values[:, place]
        for place, j in enumerate(chosen)
        if place + design.matrix.shape[1] not in dependent
    }


def _of_periods(design: Design, units: np.ndarray) -> np.ndarray:
    """Which columns come from a grouping of which no unit has a value twice."""
    result = np.zeros(len(design.columns), dtype=bool)
    for term in dict.fromkeys(design.terms):
        own = [j for j, other in enumerate(design.terms) if other == term]
        if all(design.columns[j] != term for j in own):  # so patsy names columns of a grouping
            values = pd.DataFrame(design.matrix[:, own]).assign(unit=units)
            result[own] = not values.duplicated().any()
    return result


def _require_name(name: object, meant: str) -> None:
    if not (isinstance(name, str) and name):
        raise InputError(f"{meant} is {name!r}; give the name of a column as a text")


def _too_few(design: Design, group: str, unit_name: str) -> tuple[str, str] | None:
    sizes = design.rows[group].value_counts()
    if len(sizes) < LEAST_GROUPS:
        there, there_en = counted(len(sizes), unit_name), counted_en(len(sizes), unit_name)
        return (
            f"只有 {there}，估计不出它们之间的方差；至少需要 {LEAST_GROUPS} 个",
            f"only {there_en}, from which no variance between them can be estimated;"
            f" need {LEAST_GROUPS}",
        )
    if sizes.max() == 1:
        return (
            f"每个{unit_name}只有一行，{unit_name}之间与之内的方差分不开",
            "each group has a single row; variance between and within cannot be parted",
        )
    within_groups = ~constant_in_clusters(design.matrix, design.rows[group].to_numpy())
    if len(design.rows) <= len(sizes) + int(within_groups.sum()):
        return (
            f"{unit_name}之内没有剩余的自由度，{unit_name}之间与之内的方差分不开",
            "no degree of freedom is left within groups; variance between and within cannot be parted",
        )
    fit = least_squares(design.matrix, design.outcome)
    if np.abs(fit.residuals).max() <= _NO_RESIDUAL * np.ptp(design.outcome):
        return "解释变量完全拟合了结果，没有残差可以判断误差", "the fit leaves no residual"
    return None


def _places(design: Design, slopes: Sequence[str]) -> tuple[int, ...]:
    if isinstance(slopes, str):
        raise InputError(f"slopes is {slopes!r}; write a tuple of terms, ({slopes!r},)")
    for name in slopes:
        if name == "Intercept" or name not in design.terms:
            raise InputError(
                f"{name!r} is no term of {design.formula!r}; a slope that differs between groups"
                f" must have a common one too. Terms: {', '.join(dict.fromkeys(design.terms[1:]))}"
            )
    return tuple(j for j, term in enumerate(design.terms) if term in slopes)


def _containment_df(matrix: np.ndarray, groups: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
    n_groups = len(np.unique(groups))
    between = constant_in_clusters(matrix, groups)
    of_groups = between.copy()
    of_groups[list(places)] = True
    rows = len(matrix) - n_groups - int((~between).sum())
    return np.where(of_groups, n_groups - int(between.sum()), rows).astype(float)
