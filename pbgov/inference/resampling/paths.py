"""Randomisation inference for panels: the paths of districts, dealt anew among districts.

A policy that districts take up at different dates gives each district a path over the periods.
Where the dates could have fallen on any district alike, dealing the paths anew shows what t
values chance gives. Only sums by district enter, so that ten thousand dealings of a panel of
any size cost one pass over its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.clusters import cluster_members
from pbgov.inference.linear import dependent_columns
from pbgov.inference.panels.within import within
from pbgov.inference.resampling.permutation import NO_TEST, PermutationResult
from pbgov.inference.resampling.reduced_models import finite, rounded, rows_alike
from pbgov.inference.resampling.relabelings import DRAWS, Relabelings, as_large, relabelings

_COLLINEAR = 1e-10
_NO_VARIANCE = 1e-10
_NOTHING_LEFT = 1e-12


def randomisation_test(
    outcome: np.ndarray,
    regressor: np.ndarray,
    covariates: np.ndarray,
    units: np.ndarray,
    periods: np.ndarray,
    *,
    absorb: np.ndarray | None = None,
    seed: int,
    draws: int = DRAWS,
) -> PermutationResult:
    """Test of a regressor of districts and periods: whole paths are dealt among districts.

    For every dealing the regression is fitted anew and its coefficient divided by its cluster
    standard error: studentised, the test also holds where districts differ in size.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    regressor : ndarray, shape (n,)
        One value per district and period, such as 1 from the date of adoption.
    covariates : ndarray, shape (n, q)
        The other columns, with the ones and the dummies of periods.
    units, periods : ndarray, shape (n,)
        The district and the period of each row. Every district has rows in every period.
    absorb : ndarray, shape (n,), optional
        Streets or districts whose own level is taken out (fixed effects); each lies in one
        district.
    seed, draws : int
        Of the draws where there are more than 50,000 dealings. Districts with equal paths are
        not told apart: with one date and 8 of 16 districts there are 12,870.

    Returns
    -------
    PermutationResult
        The statistic is the t with the CR1 standard error. `NO_TEST` where the covariates
        leave nothing of the outcome.

    Raises
    ------
    InputError
        Where a value is not finite, the regressor has two values in a district and period or
        is a linear combination of the covariates, a district has no row in a period, or a
        level to be taken out lies in two districts.

    References
    ----------
    MacKinnon, J. G., & Webb, M. D. (2020). Randomization inference for
    difference-in-differences with few treated clusters. *Journal of Econometrics*, 218(2),
    435-450.
    Fisher, R. A. (1935). *The design of experiments*. Oliver & Boyd.
    """
    dealings = deal_paths(
        regressor, covariates, units, periods, absorb=absorb, seed=seed, draws=draws
    )
    return dealings.test(outcome)


def deal_paths(
    regressor: np.ndarray,
    covariates: np.ndarray,
    units: np.ndarray,
    periods: np.ndarray,
    *,
    absorb: np.ndarray | None = None,
    seed: int,
    draws: int = DRAWS,
) -> PathDealings:
    """All that a `randomisation_test` needs but the outcome; arguments as there."""
    regressor, covariates = finite(regressor), finite(covariates)
    members = cluster_members(units, len(regressor))
    paths, codes = _paths(regressor, np.asarray(units), np.asarray(periods))
    if absorb is not None:
        _refuse_torn_levels(np.asarray(absorb), np.asarray(units))
        covariates = within(covariates, absorb)[0]
    covariates = np.delete(covariates, dependent_columns(rounded(covariates)), axis=1)
    basis = np.linalg.qr(covariates)[0]
    n_units, n_periods = paths.shape
    cells = np.eye(n_periods)[codes]
    if absorb is not None:
        cells = within(cells, absorb)[0]
    own = np.empty((n_units, n_units))  # each path's square in each district
    shared = np.empty((n_units, n_units, basis.shape[1]))  # what covariates take of it there
    gram = np.empty((n_units, basis.shape[1], basis.shape[1]))
    for place, rows in enumerate(members):
        own[:, place] = ((paths @ cells[rows].T) ** 2).sum(axis=1)
        shared[:, place] = paths @ (cells[rows].T @ basis[rows])
        gram[place] = basis[rows].T @ basis[rows]
    every = relabelings(rows_alike(paths), seed=seed, draws=draws)
    # unit o[i] receives path i, so that districts with equal paths change places unseen
    given = np.concatenate([np.argsort(orders, axis=1) for orders in every.chunks()])
    given = np.concatenate([np.arange(n_units)[None, :], given])  # as observed, first
    here = np.arange(n_units)
    taken = sum(shared[given[:, place], place] for place in here)
    between = np.stack([(shared[given[:, g], g] * taken).sum(axis=1) for g in here], axis=1)
    fitted = np.stack([((taken @ gram[g]) * taken).sum(axis=1) for g in here], axis=1)
    squares = own[given, here] - 2 * between + fitted
    if squares[0].sum() <= _COLLINEAR * np.trace(own):
        raise InputError("the regressor is a linear combination of the covariates")
    return PathDealings(
        basis, members, codes, paths, absorb, every, given, np.asarray(taken), squares
    )


@dataclass(frozen=True, eq=False)
class PathDealings:
    """Dealings of paths, with the sums that do not depend on the outcome.

    Attributes
    ----------
    basis : ndarray, shape (n, q)
        Orthonormal columns that span the covariates.
    members : list of ndarray
        The rows of each district.
    codes : ndarray, shape (n,)
        The place of each row's period.
    paths : ndarray, shape (n_units, n_periods)
    absorb : ndarray, shape (n,), or None
    every : Relabelings
    given : ndarray of int, shape (1 + number, n_units)
        Whose path each district has; the first as observed.
    taken : ndarray, shape (1 + number, q)
        What the covariates take of the dealt regressor.
    squares : ndarray, shape (1 + number, n_units)
        Each district's part of the square of what is left of it.
    """

    basis: np.ndarray
    members: list[np.ndarray]
    codes: np.ndarray
    paths: np.ndarray
    absorb: np.ndarray | None
    every: Relabelings
    given: np.ndarray
    taken: np.ndarray
    squares: np.ndarray

    def test(self, outcome: np.ndarray) -> PermutationResult:
        """The test of one outcome, shape (n,)."""
        outcome = finite(outcome)
        left = outcome if self.absorb is None else within(outcome[:, None], self.absorb)[0][:, 0]
        for _ in range(2):  # twice is enough (Kahan)
            left = left - self.basis @ (self.basis.T @ left)
        if np.linalg.norm(left) <= _NOTHING_LEFT * np.linalg.norm(outcome):
            return NO_TEST
        n_units, n_periods = self.paths.shape
        sums = np.array(
            [np.bincount(self.codes[rows], left[rows], n_periods) for rows in self.members]
        )
        weights = np.array([self.basis[rows].T @ left[rows] for rows in self.members])
        along = (self.paths @ sums.T)[self.given, np.arange(n_units)] - self.taken @ weights.T
        t = _studentised(along, self.squares)
        count = int(as_large(t[1:], float(t[0])).sum())
        return PermutationResult(
            float(t[0]), self.every.p_value(count), self.every.number, self.every.exact
        )


def _studentised(along: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """The t of each dealing; infinite where the dealt regressor or its variance vanishes."""
    n_units = along.shape[1]
    length = squares.sum(axis=1)
    there = length > _COLLINEAR * length[0]
    slope = along.sum(axis=1) / np.where(there, length, 1)
    scores = along - slope[:, None] * squares
    variance = (scores**2).sum(axis=1) * n_units / (n_units - 1)
    top = along.sum(axis=1)
    there &= variance > (_NO_VARIANCE * top) ** 2
    divisor = np.sqrt(np.where(there, variance, 1))
    return np.asarray(np.where(there, top / divisor, np.copysign(np.inf, top)))


def _paths(
    regressor: np.ndarray, units: np.ndarray, periods: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The value of each district in each period, and the place of each row's period."""
    if periods.shape != regressor.shape:
        raise InputError(f"{len(regressor)} rows but periods of shape {periods.shape}")
    unit_names, unit_codes = np.unique(units, return_inverse=True)
    period_names, codes = np.unique(periods, return_inverse=True)
    paths = np.full((len(unit_names), len(period_names)), np.nan)
    paths[unit_codes, codes] = regressor
    if np.isnan(paths).any():
        unit, period = np.argwhere(np.isnan(paths))[0]
        raise InputError(
            f"{unit_names[unit]} has no row in period {period_names[period]}; its path cannot be"
            " given to others. Leave out that unit or that period."
        )
    odd = np.flatnonzero(paths[unit_codes, codes] != regressor)
    if len(odd):
        row = odd[0]
        raise InputError(
            f"{units[row]} has two values of the regressor in period {periods[row]}; paths need one"
        )
    return paths, codes


def _refuse_torn_levels(absorb: np.ndarray, units: np.ndarray) -> None:
    levels, first, codes = np.unique(absorb, return_index=True, return_inverse=True)
    torn = np.flatnonzero(units[first][codes] != units)
    if len(torn):
        raise InputError(
            f"{levels[codes[torn[0]]]} lies in two units; only a level within one can be taken out"
        )
