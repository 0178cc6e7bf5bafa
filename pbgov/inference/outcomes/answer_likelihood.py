"""The likelihood of ordered answers, and its summit.

An answer is a stretch of the logistic line between two linear predictors: one below it, one above.
Both are linear in the thresholds and slopes, in which the log-likelihood is concave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns
from pbgov.inference.outcomes.separation import NoMaximum, separating_direction, surely_bounded

_STEPS = 100
_HALVINGS = 60
_SETTLED = 1e-12
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class AnswerSteps:
    """Each row's answer as a stretch of the logistic line: between its two linear predictors."""

    upper: np.ndarray  # (n, p); a row of zeros where the stretch is open above
    lower: np.ndarray
    open_above: np.ndarray
    open_below: np.ndarray


def checked_answers(
    design: np.ndarray, outcome: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The design, the answers that occur (rising), and the place of each row's answer in them."""
    design, outcome = np.asarray(design, dtype=float), np.asarray(outcome, dtype=float)
    if design.ndim != 2 or outcome.shape != design.shape[:1]:
        raise InputError(f"design is {design.shape}, outcome {outcome.shape}; want (n, k) and (n,)")
    if not (np.isfinite(design).all() and np.isfinite(outcome).all()):
        raise InputError("design or outcome holds a value that is not finite; drop those rows")
    answers, codes = np.unique(outcome, return_inverse=True)
    if len(answers) < 2:
        raise InputError(f"{len(answers)} answer occurs; an order needs two or more")
    n, k = design.shape
    if n < len(answers) + k:
        raise InputError(f"{n} rows for {len(answers) - 1 + k} parameters; need more rows")
    dependent = dependent_columns(np.column_stack([np.ones(n), design]))
    if dependent:
        raise InputError(
            f"column {dependent[0] - 1} is constant or a linear combination of columns before it;"
            " the thresholds stand for the intercept"
        )
    return design, answers, codes


def scaled_columns(design: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, standard deviations, and the columns with mean 0 and standard deviation 1."""
    means, spreads = design.mean(axis=0), design.std(axis=0)
    return means, spreads, (design - means) / spreads


def answer_steps(codes: np.ndarray, cuts: int, common: np.ndarray, free: np.ndarray) -> AnswerSteps:
    """Predictors above and below each answer: thresholds, common slopes, slopes by threshold."""

    def at(cut: np.ndarray, exists: np.ndarray) -> np.ndarray:
        here = np.eye(cuts)[np.where(exists, cut, 0)]
        own = -(here[:, :, None] * free[:, None, :]).reshape(len(cut), -1)
        return np.asarray(np.column_stack([here, -common, own]) * exists[:, None])

    open_above, open_below = codes == cuts, codes == 0
    return AnswerSteps(at(codes, ~open_above), at(codes - 1, ~open_below), open_above, open_below)


def flat_thresholds(codes: np.ndarray, cuts: int) -> np.ndarray:
    """The thresholds that fit where nothing is associated."""
    return np.asarray(logit(np.bincount(codes).cumsum()[:cuts] / len(codes)))


def separating_steps(steps: AnswerSteps) -> np.ndarray | NoMaximum | None:
    """A direction of parameters along which the likelihood only rises, None where there is none.

    NoMaximum where some parameters are not told apart by any row.
    """
    gains = np.vstack([steps.upper[~steps.open_above], -steps.lower[~steps.open_below]])
    gains = np.unique(gains, axis=0)
    if np.linalg.matrix_rank(gains) < gains.shape[1]:
        return NoMaximum("too few rows give some answer to tell the slopes apart", False)
    return separating_direction(gains, np.empty((0, gains.shape[1])))


def shows_a_summit(steps: AnswerSteps, parameters: np.ndarray) -> bool:
    """Whether the likelihood shows by itself, at these parameters, that no direction separates."""
    _, by_upper, by_lower, _ = log_likelihood_of_answers(steps, parameters)
    pulls = np.concatenate([by_upper[~steps.open_above], -by_lower[~steps.open_below]])
    return surely_bounded(pulls, steps.upper.T @ by_upper + steps.lower.T @ by_lower)


def climb(steps: AnswerSteps, start: np.ndarray) -> tuple[np.ndarray, int] | NoMaximum:
    """The parameters at the summit and the Newton steps taken; a step that loses is halved.

    Where there is a separating direction, the place from which the likelihood can rise no further
    than rounding.
    """
    parameters = start
    value, by_upper, by_lower, hessian = log_likelihood_of_answers(steps, parameters)
    for step_number in range(1, _STEPS + 1):
        gradient = steps.upper.T @ by_upper + steps.lower.T @ by_lower
        try:
            step = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            break
        gain = float(gradient @ step)
        for _ in range(_HALVINGS):
            trial, *parts = log_likelihood_of_answers(steps, parameters + step)
            if trial >= value - _ROUNDING * (1 + abs(value)):
                break
            step = step / 2
        else:
            break
        parameters, value, (by_upper, by_lower, hessian) = parameters + step, trial, parts
        if gain < _SETTLED:
            return parameters, step_number
    return NoMaximum(f"no maximum was found in {_STEPS} steps", False)


def log_likelihood_of_answers(
    steps: AnswerSteps, parameters: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Value, each row's derivatives by its upper and lower predictor, and the Hessian.

    The probability between b and a is F(a) F(-b) (1 - exp(b - a)), which keeps its digits in
    either tail. Where thresholds cross the value is minus infinity.
    """
    above = np.where(steps.open_above, np.inf, steps.upper @ parameters)
    below = np.where(steps.open_below, -np.inf, steps.lower @ parameters)
    gap = above - below
    if gap.min() <= 0:
        nothing = np.zeros(len(gap))
        return -np.inf, nothing, nothing, np.zeros((len(parameters), len(parameters)))
    value = -np.logaddexp(0, -above) - np.logaddexp(0, below) + np.log(-np.expm1(-gap))
    fall = np.exp(-gap)
    narrow = fall / -np.expm1(-gap)
    by_upper, by_lower = expit(-above) + narrow, -expit(below) - narrow
    bend = narrow / -np.expm1(-gap)
    upper_upper = -expit(above) * expit(-above) - bend
    lower_lower = -expit(below) * expit(-below) - bend
    mixed = (steps.upper * bend[:, None]).T @ steps.lower
    hessian = (
        (steps.upper * upper_upper[:, None]).T @ steps.upper
        + (steps.lower * lower_lower[:, None]).T @ steps.lower
        + mixed
        + mixed.T
    )
    return float(value.sum()), by_upper, by_lower, hessian
