"""A family of tests, corrected for their number and for how they hang together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import dependent_columns
from pbgov.inference.resampling.reduced_models import finite, reduced_model, rows_alike
from pbgov.inference.resampling.relabelings import DRAWS, as_large, relabelings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbgov.inference.resampling.reduced_models import ReducedModel


@dataclass(frozen=True, eq=False)
class FamilyTests:
    """Two-sided permutation tests of one family, all from the same relabelings.

    Attributes
    ----------
    statistic : ndarray, shape (m,)
        The t of each test; NaN where a test could not be made.
    p_raw : ndarray, shape (m,)
        Of each test alone.
    p_max_t : ndarray, shape (m,)
        Adjusted for the family: the chance of any false finding is held.
    n_permutations : int
        Relabelings compared: all of them where `exact`, else the draws; 0 where no test was
        made.
    exact : bool
    """

    statistic: np.ndarray
    p_raw: np.ndarray
    p_max_t: np.ndarray
    n_permutations: int
    exact: bool

    @property
    def size(self) -> int:
        """Tests that were made; the others do not count into the family."""
        return int((~np.isnan(self.statistic)).sum())


def step_down_max_t(
    outcomes: Sequence[np.ndarray],
    regressors: Sequence[np.ndarray],
    covariates: Sequence[np.ndarray],
    *,
    seed: int,
    draws: int = DRAWS,
    robust: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> FamilyTests:
    """Step-down maxT over a family: one outcome, one tested regressor, one set of covariates each.

    Each relabeling permutes the units of all tests together, so that outcomes or regressors
    that go with one another still do. A test's residuals on its covariates are permuted and the
    t of its regressor is taken anew (Freedman-Lane); the largest t of the family, then of what
    remains of it after the strongest, gives the adjusted p values.

    Parameters
    ----------
    outcomes, regressors : sequence of m ndarrays, each of shape (n,)
        Row i is the same unit in all of them. Repeat one outcome where many regressors are
        tested, or one regressor where many outcomes are.
    covariates : sequence of m ndarrays, each of shape (n, q)
        With the column of ones; q may differ between tests.
    seed, draws : int
        Of the draws where there are more than 50,000 relabelings.
    robust : bool
        Divide by the HC2 standard error: with two groups and no covariate Welch's t, the
        default of R's ``mt.maxT``. Else the classical t, its ``t.equalvar``.
    progress : callable, optional
        Called with the relabelings done and their number.

    Returns
    -------
    FamilyTests
        NaN for a test whose outcome or regressor is constant, or explained fully by its
        covariates: it is left out of the family.

    Raises
    ------
    InputError
        Where the arrays do not fit one another, a value is not finite, or a test leaves no
        residual degree of freedom.

    Notes
    -----
    Exact for several outcomes of one regressor without covariates. For several regressors of
    one outcome each test is exact where none of them is associated; where one is, what it
    explains is noise to the others.

    References
    ----------
    Westfall, P. H., & Young, S. S. (1993). *Resampling-based multiple testing*, algorithm
    4.1. Wiley.
    Ge, Y., Dudoit, S., & Speed, T. P. (2003). Resampling-based multiple testing for
    microarray data analysis. *Test*, 12(1), 1-77.
    """
    m = len(outcomes)
    if not m or len(regressors) != m or len(covariates) != m:
        raise InputError(
            f"{m} outcomes, {len(regressors)} regressors, {len(covariates)} sets of covariates;"
            " give each test one of each"
        )
    n = len(outcomes[0])
    models = [
        _model(finite(outcome), finite(regressor), finite(others), n, robust)
        for outcome, regressor, others in zip(outcomes, regressors, covariates, strict=True)
    ]
    statistic, p_raw, p_max_t = np.full((3, m), np.nan)
    made = [j for j, model in enumerate(models) if model is not None]
    kept = [model for model in models if model is not None]
    if not kept:
        return FamilyTests(statistic, p_raw, p_max_t, 0, exact=False)
    columns = [part[j] for part in (covariates, regressors) for j in made]
    every = relabelings(rows_alike(*columns), seed=seed, draws=draws)
    found = np.array([model.t(np.arange(n)[None, :])[0] for model in kept])
    strongest = np.argsort(-np.abs(found), kind="stable")
    alone, stepped = np.zeros((2, len(kept)), dtype=int)
    for orders in every.chunks(progress):
        values = np.abs([model.t(orders) for model in kept])[strongest]
        # the largest among a test and all weaker ones
        largest = np.maximum.accumulate(values[::-1], axis=0)[::-1]
        for place, observed in enumerate(found[strongest]):
            alone[place] += as_large(values[place], observed).sum()
            stepped[place] += as_large(largest[place], observed).sum()
    places = np.array(made)[strongest]
    statistic[made] = found
    p_raw[places] = [every.p_value(int(count)) for count in alone]
    p_max_t[places] = np.maximum.accumulate([every.p_value(int(count)) for count in stepped])
    return FamilyTests(statistic, p_raw, p_max_t, every.number, every.exact)


def _model(
    outcome: np.ndarray, regressor: np.ndarray, covariates: np.ndarray, n: int, robust: bool
) -> ReducedModel | None:
    if not outcome.shape == regressor.shape == (n,) or covariates.shape[:1] != (n,):
        shapes = f"{outcome.shape}, {regressor.shape}, {covariates.shape}"
        raise InputError(f"outcome, regressor, covariates are {shapes}; want {n} rows in each")
    if dependent_columns(np.column_stack([covariates, regressor])):
        return None
    model = reduced_model(outcome, regressor, covariates, robust=robust)
    return model if model.testable else None
