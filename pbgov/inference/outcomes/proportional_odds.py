"""Whether one slope fits every step up a scale of answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pbgov.errors import InputError
from pbgov.inference.outcomes.answer_likelihood import (
    answer_steps,
    climb,
    log_likelihood_of_answers,
    scaled_columns,
    separating_steps,
)
from pbgov.inference.outcomes.separation import NoMaximum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.inference.outcomes.ordered import OrderedFit

_MOVES = 1e-6


@dataclass(frozen=True, eq=False)
class ProportionalOddsTest:
    """What slopes of their own at each threshold gain over one slope for all.

    Attributes
    ----------
    statistic : float
        Twice what the log-likelihood gains where each threshold has slopes of its own.
    df : int
        Slopes added.
    p_value : float
        Of chi-squared with `df`; it takes the rows for independent.
    by_threshold : ndarray, shape (m - 1, number of columns)
        Slope of each tested column at each threshold; infinite where no row beyond a threshold has
        the value that would hold it back. The statistic is then the limit.
    """

    statistic: float
    df: int
    p_value: float
    by_threshold: np.ndarray


def proportional_odds_test(
    fit: OrderedFit, columns: Sequence[int]
) -> ProportionalOddsTest | NoMaximum:
    """Likelihood-ratio test of one slope for all thresholds against a slope for each.

    Parameters
    ----------
    fit : OrderedFit
        The model with one slope for all; at least three answers occur.
    columns : sequence of int
        Columns whose slopes are set free at each threshold, all together.

    Returns
    -------
    ProportionalOddsTest or NoMaximum
        NoMaximum where too few rows give some answer to tell the slopes apart.

    Raises
    ------
    InputError
        Where only two answers occur: there is one threshold and nothing to compare.

    References
    ----------
    Peterson, B., & Harrell, F. E. (1990). Partial proportional odds models for ordinal response
    variables. *Applied Statistics*, 39(2), 205-217.
    """
    cuts = len(fit.thresholds)
    if cuts < 2:
        raise InputError("only two answers occur; one threshold leaves no slopes to compare")
    tested = list(columns)
    others = [j for j in range(len(fit.coefficients)) if j not in tested]
    means, spreads, scaled = scaled_columns(fit.design)
    steps = answer_steps(fit.codes, cuts, scaled[:, others], scaled[:, tested])
    direction = separating_steps(steps)
    slopes = fit.coefficients * spreads
    start = [
        fit.thresholds - means @ fit.coefficients,
        slopes[others],
        np.tile(slopes[tested], cuts),
    ]
    found = direction if isinstance(direction, NoMaximum) else climb(steps, np.concatenate(start))
    if isinstance(found, NoMaximum):
        return found
    free = found[0]
    if isinstance(direction, np.ndarray):
        moving = np.abs(direction) > _MOVES
        free = np.where(moving, np.copysign(np.inf, direction), free)
    gain = log_likelihood_of_answers(steps, found[0])[0] - fit.log_likelihood
    statistic, df = max(0.0, 2 * gain), len(tested) * (cuts - 1)
    return ProportionalOddsTest(
        statistic=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        by_threshold=free[cuts + len(others) :].reshape(cuts, len(tested)) / spreads[tested],
    )
