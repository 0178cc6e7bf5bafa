"""Regression of answers on a scale of steps, such as 1 (very dissatisfied) to 5 (very satisfied)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.evaluation.design import names_of, read_design
from pbgov.evaluation.estimate import EFFECT_COLUMNS, Estimate, NotEstimated, counted_en
from pbgov.evaluation.limits import (
    UNITS_PER_REGRESSOR,
    constant_in_clusters,
    refused_p,
    sentences_on_agreement,
    sentences_on_gaps,
    sentences_on_groups,
    sentences_on_second_opinion,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.outcomes.answers import (
    ARROW,
    fit_answers,
    sentences_on_shares,
    threshold_names,
)
from pbgov.evaluation.outcomes.odds import sentences_on_odds
from pbgov.evaluation.outcomes.single_columns import (
    influence_by_refitting,
    same_factor,
    sentences_on_skipping,
)
from pbgov.evaluation.permutation_remarks import sentences_on_permutation, sentences_on_untested
from pbgov.evaluation.regression import SEED, beside_table, table_of, terms_table
from pbgov.evaluation.sensitivity import sentences_on_influence
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import coefficient_tests, least_squares
from pbgov.inference.outcomes.ordered import (
    OrderedFit,
    average_share_changes,
    cluster_covariance,
    cluster_moves,
    score_test_between_units,
)
from pbgov.inference.outcomes.ordered import ordered_logit as fit_ordered_logit
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.inference.resampling.relabelings import DRAWS

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel

POINTS = 100.0


def ordered_logit(
    data: pd.DataFrame | Panel,
    formula: str,
    cluster: str | None = None,
    *,
    labels: str | None = None,
    unit_name: str | None = None,
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Estimate | NotEstimated:
    """Ordered logit (proportional odds) of answers on a scale, one row per person.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per person or unit.
    formula : str
        Such as ``"满意度 ~ 占比 + 年龄"``; the answers are whole numbers, the better the higher.
    cluster : str, optional
        Column of the unit that rows belong to, such as the district of the people asked.
    labels, unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`.

    Returns
    -------
    Estimate or NotEstimated
        ``terms`` has the coefficients (logits of a higher answer), then the thresholds, named
        "1|2". Standard errors are those of the observed information with the normal table, the
        sandwich of independent rows with t(n - k) beside; with `cluster` the jackknife over
        clusters (CR3), the cluster sandwich (CR1) beside, both with t(G - 1). p values are
        refused as in `pbgov.regress`, by the Satterthwaite degrees of freedom of a linear
        regression with the same columns. The permutation test shuffles between units what the
        model without the term leaves unexplained. ``effects`` has, for each column and answer
        ("占比 → 5"), the average change of the answer's share in percentage points; nothing
        stands beside it. The remarks give the observed and predicted share of each answer and
        whether the odds are proportional.
        NotEstimated as in `pbgov.regress`, and where the regressors put the answers in order.

    Raises
    ------
    InputError
        As `pbgov.regress`; and where the answers are not whole numbers, or more than eleven.

    References
    ----------
    McCullagh (1980), as in `pbgov.inference.outcomes.ordered.ordered_logit`.
    """
    table, simulated = table_of(data)
    design = read_design(table, formula, [cluster] if cluster else [], labels)
    unit_name = unit_name or ("组" if cluster else "行")
    n = len(design.rows)
    fit = fit_answers(design, formula, cluster, unit_name, allow_regressors, simulated)
    if isinstance(fit, NotEstimated):
        return fit

    names = threshold_names(fit)
    columns = (*design.columns[1:], *names)  # the coefficients first, then the thresholds
    place = np.roll(np.arange(len(columns)), -len(names))
    values = np.concatenate([fit.coefficients, fit.thresholds])
    units = np.arange(n) if cluster is None else design.rows[cluster].to_numpy()
    n_units = len(np.unique(units))
    sandwich = cluster_covariance(fit, units, "CR1")
    name_en = counted_en(1, unit_name)[2:]
    informative = np.full(design.matrix.shape[1], np.inf)
    if cluster is None:
        moves, df = fit.root.T, float("inf")
        beside, beside_df = sandwich, float(n - len(columns))
        said = ("观测信息 + 正态", "observed information + normal")
        beside_said = ("夹心估计（各行独立）+ t(n−k)", "sandwich (independent rows) + t(n−k)")
    else:
        moves, df = cluster_moves(fit, units, "CR3"), float(n_units - 1)
        beside, beside_df = sandwich, df
        said = (f"逐{unit_name}刀切（CR3）+ t(G−1)", f"jackknife by {name_en} (CR3) + t(G−1)")
        beside_said = (f"CR1（按{unit_name}聚类）+ t(G−1)", f"CR1 clustered by {name_en} + t(G−1)")
        linear = least_squares(design.matrix, fit.generalised_residuals)
        informative[1:] = cr2(linear, units)[1][1:]  # thresholds stand for the intercept
    tests = coefficient_tests(values, (moves.T @ moves)[np.ix_(place, place)], df)
    second = coefficient_tests(values, beside[np.ix_(place, place)], beside_df)
    between = constant_in_clusters(design.matrix, units)[1:]
    permuted = {
        j: score_test_between_units(
            design.matrix[:, 1:], design.outcome, units, j, seed=seed, draws=permutations
        )
        for j in range(len(between))
        if between[j]
    }
    tested = {j: test for j, test in permuted.items() if test.n_permutations}
    untested = [design.terms[j + 1] for j in range(len(between)) if j not in tested]
    by_column, refusals = refused_p(
        design.matrix, design.columns, informative, units, unit_name, [j + 1 for j in tested]
    )
    refused = np.concatenate([by_column[1:], np.zeros(len(names), dtype=bool)])
    terms = terms_table(columns, values, tests, refused, tested)
    thresholds = terms["term"].isin(names)
    terms.loc[thresholds, ["statistic", "p_value", "minimum_detectable"]] = np.nan
    alone = same_factor(design)
    influence = influence_by_refitting(
        design,
        columns,
        values,
        units,
        list(design.labels) if cluster is None else names_of(np.unique(units)),
        lambda kept: _values(design.matrix[kept, 1:], design.outcome[kept], fit.answers),
    )
    influence = influence[~influence["term"].isin(names)].reset_index(drop=True)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            n, n_units, unit_name, clustered=cluster is not None, detectable=bool(tested)
        ),
        *sentences_on_groups(design.matrix, design.columns, units, unit_name),
        *sentences_on_gaps(design),
        *refusals,
        *sentences_on_shares(fit, design.outcome_name),
        *sentences_on_odds(fit, clustered=cluster is not None),
        *sentences_on_permutation(tested, unit_name, seed),
        *sentences_on_untested(untested, unit_name),
        *sentences_on_agreement(terms),
        *sentences_on_influence(
            influence[influence["term"].isin([columns[j] for j in tested])],
            unit_name,
            n_units // UNITS_PER_REGRESSOR,
        ),
        *sentences_on_skipping(n_units, unit_name),
        *sentences_on_second_opinion(*beside_said),
    ]
    return Estimate(
        formula=formula,
        outcome=design.outcome_name,
        terms=terms,
        n=n,
        n_units=n_units,
        unit_name=unit_name,
        method="有序 logit（比例优势）",
        method_en="ordered logit (proportional odds)",
        covariance=said[0],
        covariance_en=said[1],
        beside=beside_table(columns, second, refused, *beside_said),
        fit={"log_likelihood": fit.log_likelihood, "iterations": float(fit.iterations)},
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=seed,
        effects=_effects(design, fit, moves, df, alone, refused),
        influence=influence,
    )


def _values(matrix: np.ndarray, outcome: np.ndarray, answers: np.ndarray) -> np.ndarray | None:
    """Coefficients, then thresholds; None where an answer is gone or there is no maximum."""
    if len(np.unique(outcome)) < len(answers) or len(outcome) < len(answers) + matrix.shape[1]:
        return None
    fit = fit_ordered_logit(matrix, outcome)
    if isinstance(fit, NoMaximum):
        return None
    return np.concatenate([fit.coefficients, fit.thresholds])


def _effects(
    design: Design,
    fit: OrderedFit,
    moves: np.ndarray,
    df: float,
    alone: dict[int, tuple[int, ...]],
    refused: np.ndarray,
) -> pd.DataFrame:
    """Average change of each answer's share, in percentage points."""
    parts = []
    for j, group in alone.items():
        changes, gradients = average_share_changes(fit, j - 1, [i - 1 for i in group])
        moved = POINTS * moves @ gradients.T
        tests = coefficient_tests(POINTS * changes, moved.T @ moved, df)
        hidden = refused[j - 1]
        nothing = np.full(len(changes), np.nan)
        parts.append(
            pd.DataFrame(
                dict(
                    zip(
                        EFFECT_COLUMNS,
                        (
                            pd.Series(
                                [f"{design.columns[j]}{ARROW}{answer:g}" for answer in fit.answers],
                                dtype="str",
                            ),
                            POINTS * changes,
                            tests.std_error,
                            tests.df,
                            nothing if hidden else tests.p_value,
                            nothing if hidden else tests.conf_low,
                            nothing if hidden else tests.conf_high,
                            nothing,
                            nothing,
                            nothing,
                        ),
                        strict=True,
                    )
                )
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
