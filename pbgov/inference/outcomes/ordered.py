"""Ordered logit: answers on a scale of steps, such as 1 (very dissatisfied) to 5 (very satisfied).

One slope for every step up the scale (proportional odds), with a threshold between any two
answers. In thresholds and slopes themselves the likelihood is concave, so Newton's steps find its
one summit, or a linear programme has said beforehand that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import dependent_columns
from pbgov.inference.outcomes.answer_likelihood import (
    answer_steps,
    checked_answers,
    climb,
    flat_thresholds,
    log_likelihood_of_answers,
    scaled_columns,
    separating_steps,
    shows_a_summit,
)
from pbgov.inference.outcomes.separation import NoMaximum
from pbgov.inference.resampling.permutation import (
    NO_TEST,
    PermutationResult,
    freedman_lane,
    mean_difference_test,
)
from pbgov.inference.resampling.relabelings import DRAWS

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_INFORMATION = 1e-8


@dataclass(frozen=True, eq=False)
class OrderedFit:
    """An ordered logit at the maximum of its likelihood.

    Attributes
    ----------
    design : ndarray, shape (n, k)
        Without a column of ones.
    answers : ndarray, shape (m,)
        The answers that occur, rising.
    codes : ndarray of int, shape (n,)
        Place of each row's answer in `answers`.
    thresholds : ndarray, shape (m - 1,)
        Logit of giving this answer or a lower one, where every regressor is 0.
    coefficients : ndarray, shape (k,)
        In logits of a higher answer per unit of the column.
    covariance : ndarray, shape (m - 1 + k, m - 1 + k)
        Of thresholds and coefficients, in this order, from the observed information.
    scores : ndarray, shape (n, m - 1 + k)
        Each row's derivative of the log-likelihood by thresholds and coefficients.
    generalised_residuals : ndarray, shape (n,)
        Each row's derivative of the log-likelihood by its linear predictor; their sum is 0.
    log_likelihood : float
    iterations : int
        Newton steps taken.
    back : ndarray, shape (m - 1 + k, m - 1 + k)
        From thresholds and slopes of the columns with mean 0 and standard deviation 1, in which
        everything is reckoned, to those of the columns as they are.
    half : ndarray, shape (m - 1 + k, m - 1 + k)
        Root of the covariance of the former: a column far from zero leaves it its digits.
    """

    design: np.ndarray
    answers: np.ndarray
    codes: np.ndarray
    thresholds: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    scores: np.ndarray
    generalised_residuals: np.ndarray
    log_likelihood: float
    iterations: int
    back: np.ndarray
    half: np.ndarray

    @property
    def root(self) -> np.ndarray:
        """A root of the covariance: ``root @ root.T`` is the covariance."""
        return np.asarray(self.back @ self.half)


def ordered_logit(design: np.ndarray, outcome: np.ndarray) -> OrderedFit | NoMaximum:
    """The proportional-odds model of ordered answers, by Newton's steps.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Without a column of ones: the thresholds stand in its place. k may be 0.
    outcome : ndarray, shape (n,)
        Answers; only their order counts.

    Returns
    -------
    OrderedFit or NoMaximum
        NoMaximum where the columns put the answers in order, wholly or but for ties, so that a
        coefficient has no finite value.

    Raises
    ------
    InputError
        Where a value is not finite, fewer than two answers occur, there are no more rows than
        parameters, or columns depend on one another (or on the thresholds).

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. *Journal of the Royal Statistical
    Society B*, 42(2), 109-142.
    Pratt, J. W. (1981). Concavity of the log likelihood. *Journal of the American Statistical
    Association*, 76(373), 103-106.
    """
    design, answers, codes = checked_answers(design, outcome)
    cuts, k = len(answers) - 1, design.shape[1]
    means, spreads, scaled = scaled_columns(design)
    steps = answer_steps(codes, cuts, scaled, scaled[:, :0])
    found = climb(steps, np.concatenate([flat_thresholds(codes, cuts), np.zeros(k)]))
    if isinstance(found, NoMaximum) or not shows_a_summit(steps, found[0]):
        direction = separating_steps(steps)
        if direction is not None:
            separated = NoMaximum("the regressors put the answers in order", True)
            return direction if isinstance(direction, NoMaximum) else separated
    if isinstance(found, NoMaximum):
        return found
    parameters, iterations = found
    value, by_upper, by_lower, hessian = log_likelihood_of_answers(steps, parameters)
    back = np.eye(cuts + k)  # from slopes of the scaled columns to those of the columns themselves
    back[cuts:, cuts:] = np.diag(1 / spreads)
    back[:cuts, cuts:] = means / spreads
    rows = steps.upper * by_upper[:, None] + steps.lower * by_lower[:, None]
    both = back @ parameters
    try:
        half = np.linalg.inv(np.linalg.cholesky(-hessian)).T
    except np.linalg.LinAlgError:
        return NoMaximum("some answers are too few to tell the coefficients apart", False)
    root = back @ half
    return OrderedFit(
        design=design,
        answers=answers,
        codes=codes,
        thresholds=both[:cuts],
        coefficients=both[cuts:],
        covariance=root @ root.T,
        scores=np.linalg.solve(back.T, rows.T).T,
        generalised_residuals=-(by_upper + by_lower),
        log_likelihood=value,
        iterations=iterations,
        back=back,
        half=half,
    )


def cluster_covariance(
    fit: OrderedFit, clusters: np.ndarray, kind: Literal["CR1", "CR3"]
) -> np.ndarray:
    """Covariance of thresholds and coefficients where rows come in clusters.

    Parameters
    ----------
    fit : OrderedFit
    clusters : ndarray, shape (n,)
        Which cluster each row belongs to.
    kind : {"CR1", "CR3"}
        The cluster sandwich times G / (G - 1), or the jackknife over clusters, each of whose
        refits is one Newton step from the whole fit. Both go with t(G - 1). With one row per
        cluster CR1 is the sandwich of independent rows times n / (n - 1).

    Returns
    -------
    ndarray, shape (m - 1 + k, m - 1 + k)

    Raises
    ------
    InputError
        Where there are fewer than two clusters.

    Notes
    -----
    At sixteen clusters CR1 rejects a true null 7 to 16 times in a hundred, the jackknife about 5
    (benchmarks/simulations/outcomes.py). A direction of parameters that one cluster alone
    decides, such as a threshold below an answer given nowhere else, is left out of that cluster's
    refit.

    References
    ----------
    White, H. (1982). Maximum likelihood estimation of misspecified models. *Econometrica*,
    50(1), 1-25.
    Bell and McCaffrey (2002), as in `pbgov.inference.linear`, for the jackknife.
    """
    moves = cluster_moves(fit, clusters, kind)
    return np.asarray(moves.T @ moves)


def cluster_moves(fit: OrderedFit, clusters: np.ndarray, kind: Literal["CR1", "CR3"]) -> np.ndarray:
    """How far each cluster moves thresholds and coefficients; arguments as `cluster_covariance`.

    Returns
    -------
    ndarray, shape (G, m - 1 + k)
        Times its transpose it is the covariance. What follows from the parameters is better
        reckoned from the moves: a column far from zero takes the digits of the covariance.
    """
    members = cluster_members(clusters, len(fit.scores))
    if kind == "CR1":
        pushed = np.array([fit.root.T @ fit.scores[rows].sum(axis=0) for rows in members])
        return np.asarray(np.sqrt(len(members) / (len(members) - 1)) * pushed @ fit.root.T)
    scaled = scaled_columns(fit.design)[2]
    return np.array([_without(fit, rows, scaled[rows]) for rows in members])


def predicted_shares(fit: OrderedFit) -> np.ndarray:
    """Each row's probability of each answer.

    Returns
    -------
    ndarray, shape (n, m)
        Rows add up to 1.
    """
    return np.diff(_below(fit, fit.design), prepend=0.0, append=1.0, axis=1)


def average_share_changes(
    fit: OrderedFit, column: int, same_factor: Sequence[int] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """What one column goes with in the mean share of each answer, other columns held as they are.

    Parameters
    ----------
    fit : OrderedFit
    column : int
        Where it holds nothing but 0 and 1: shares with 1 minus shares with 0. Otherwise the mean
        derivative, per unit of the column.
    same_factor : sequence of int
        Other columns of 0 and 1 of the same grouping, set to 0 in both.

    Returns
    -------
    changes : ndarray, shape (m,)
        In shares (0.01 is a percentage point); they add up to 0.
    gradient : ndarray, shape (m, m - 1 + k)
        Derivative of the changes by thresholds and coefficients (delta method).
    """
    cuts = len(fit.thresholds)
    values = fit.design[:, column]
    gradient = np.zeros((cuts, cuts + len(fit.coefficients)))
    diagonal = np.arange(cuts)
    if np.isin(values, (0.0, 1.0)).all():
        change = np.zeros(cuts)
        for value, sign in ((1.0, 1.0), (0.0, -1.0)):
            moved = fit.design.copy()
            moved[:, list(same_factor)] = 0
            moved[:, column] = value
            below = _below(fit, moved)
            density = below * (1 - below)
            change += sign * below.mean(axis=0)
            gradient[diagonal, diagonal] += sign * density.mean(axis=0)
            gradient[:, cuts:] -= sign * density.T @ moved / len(moved)
    else:
        below = _below(fit, fit.design)
        density = below * (1 - below)
        bend = density * (1 - 2 * below)
        slope = fit.coefficients[column]
        change = -slope * density.mean(axis=0)
        gradient[diagonal, diagonal] = -slope * bend.mean(axis=0)
        gradient[:, cuts:] = slope * bend.T @ fit.design / len(fit.design)
        gradient[:, cuts + column] -= density.mean(axis=0)
    return (
        np.diff(change, prepend=0.0, append=0.0),
        np.diff(gradient, prepend=0.0, append=0.0, axis=0),
    )


def score_test_between_units(
    design: np.ndarray,
    outcome: np.ndarray,
    units: np.ndarray,
    column: int,
    *,
    seed: int,
    draws: int = DRAWS,
) -> PermutationResult:
    """Permutation test of one column of an ordered logit that is constant within units.

    The model is fitted without the column. What it leaves unexplained, the generalised residuals,
    is averaged by unit and tested against the column among the units: as a difference of two
    groups where the column has two values and no other column is constant within units, else by
    Freedman and Lane given those columns.

    Parameters
    ----------
    design, outcome
        As in `ordered_logit`.
    units : ndarray, shape (n,)
        The unit of each row; a number for each row where the rows are the units.
    column : int
    seed, draws
        As in `pbgov.inference.resampling.permutation.freedman_lane`.

    Returns
    -------
    PermutationResult
        `NO_TEST` where the model without the column has no maximum, or the column cannot be told
        from the others among the units.

    Raises
    ------
    InputError
        Where the column varies within a unit.

    Notes
    -----
    Units must be exchangeable where the column has no association: the mean of a unit with few
    rows varies more than that of a unit with many.

    References
    ----------
    Gourieroux, Monfort, Renault and Trognon (1987), Freedman and Lane (1983), as in
    `pbgov.inference.outcomes.bounded.cluster_score_test`.
    """
    design = np.asarray(design, dtype=float)
    _, first, codes = np.unique(units, return_index=True, return_inverse=True)
    constant = (design == design[first][codes]).all(axis=0)
    if not constant[column]:
        raise InputError(f"column {column} varies within a unit; it cannot be permuted by unit")
    without = ordered_logit(np.delete(design, column, axis=1), outcome)
    if isinstance(without, NoMaximum):
        return NO_TEST
    unexplained = np.bincount(codes, without.generalised_residuals) / np.bincount(codes)
    regressor = design[first, column]
    others = [j for j in np.flatnonzero(constant) if j != column]
    kinds = np.unique(regressor)
    if not others and len(kinds) == 2:
        return mean_difference_test(unexplained, regressor == kinds[1], seed=seed, draws=draws)
    covariates = np.column_stack([np.ones(len(first)), design[np.ix_(first, others)]])
    covariates = np.delete(covariates, dependent_columns(covariates), axis=1)
    enough = len(first) - covariates.shape[1] - 1 >= 1
    if not enough or dependent_columns(np.column_stack([covariates, regressor])):
        return NO_TEST
    return freedman_lane(unexplained, regressor, covariates, seed=seed, draws=draws)


def _without(fit: OrderedFit, rows: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """How far leaving out some rows, with these scaled columns, moves the parameters in one step.

    ``half.T @ information @ half`` is the share of the information that the rows hold: between 0
    and 1 in every direction.
    """
    steps = answer_steps(fit.codes[rows], len(fit.thresholds), scaled, scaled[:, :0])
    parameters = np.linalg.solve(fit.back, np.concatenate([fit.thresholds, fit.coefficients]))
    hessian = log_likelihood_of_answers(steps, parameters)[3]
    held, directions = np.linalg.eigh(fit.half.T @ -hessian @ fit.half)
    left = 1 - held
    scale = np.divide(1, left, out=np.zeros_like(left), where=left > _NO_INFORMATION)
    pushed = directions * scale @ (directions.T @ (fit.root.T @ fit.scores[rows].sum(axis=0)))
    return np.asarray(-fit.root @ pushed)


def _below(fit: OrderedFit, design: np.ndarray) -> np.ndarray:
    """Each row's probability of each answer but the last, or a lower one; shape (n, m - 1)."""
    return np.asarray(expit(fit.thresholds - (design @ fit.coefficients)[:, None]))
