"""What noise alone would give: the benchmark without which no set-theoretic solution is shown.

With sixteen cases and four conditions, outcomes that have nothing to do with the conditions give
a sufficient row nine times in ten, and a solution with inclusion .8 and coverage .5 six times in
ten. So the outcome is dealt anew to the cases, and rows and solution are taken anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import DRAWS, relabelings
from pbgov.inference.sets.rows import TIE, row_memberships, set_fit

if TYPE_CHECKING:
    from collections.abc import Iterator

MOSTLY_HIGH = 0.6
"""Share of cases above .5 from which an outcome counts as skewed: between the .5 and the .7 of the
two outcomes that `noise_figure` draws."""

COVERAGE_CUT = 0.5
FIGURE_DRAWS = 2_000
_SHAPE = 0.8
_CELLS = 2_000_000
_CELLS_DEALT = 400_000  # they fit in the cache of a processor
_SAME = 1e-10


@dataclass(frozen=True)
class NoiseBenchmark:
    """How a solution compares with those that the same outcomes give when dealt at random.

    Attributes
    ----------
    statistic : float
        Inclusion × PRI × coverage of the union of the sufficient rows, 0-1; 0 without such a row.
    p_value : float
        Share of the permutations, the observed one included, whose statistic is as large;
        never 0, and 1 where no row is sufficient.
    n_permutations : int
        Permutations compared: all that differ where ``exact``, else the draws.
    exact : bool
        True where every arrangement of the outcomes was compared.
    share_with_solution : float
        Share of the permutations with some sufficient row.
    """

    statistic: float
    p_value: float
    n_permutations: int
    exact: bool
    share_with_solution: float


@dataclass(frozen=True)
class NoiseFigure:
    """How often conditions and an outcome that have nothing to do with each other look related.

    Attributes
    ----------
    n, k : int
        Cases and conditions.
    skewed : bool
        Whether most cases of the outcome were high.
    with_row : float
        Share of data sets with a sufficient row.
    with_solution : float
        Share whose solution reaches the inclusion cut and covers half of the outcome.
    mean_rows : float
        Sufficient rows in a data set, on average.
    draws : int
        Data sets drawn.
    """

    n: int
    k: int
    skewed: bool
    with_row: float
    with_solution: float
    mean_rows: float
    draws: int


class _Solutions(NamedTuple):
    n_rows: np.ndarray
    inclusion: np.ndarray
    pri: np.ndarray
    coverage: np.ndarray

    @property
    def strength(self) -> np.ndarray:
        return np.asarray(self.inclusion * self.pri * self.coverage)


def noise_benchmark(
    memberships: np.ndarray,
    outcome: np.ndarray,
    *,
    incl_cut: float,
    pri_cut: float,
    n_cut: int,
    seed: int,
    draws: int = DRAWS,
) -> NoiseBenchmark:
    """Permutation test of a solution against those that the same outcomes give by chance.

    Parameters
    ----------
    memberships : ndarray, shape (n, k)
        Memberships in the conditions, in [0, 1]; whole numbers 0, 1, 2, … for a condition with
        three values or more.
    outcome : ndarray, shape (n,)
        Memberships in the outcome, in [0, 1].
    incl_cut, pri_cut : float
        A row is sufficient where its inclusion and its PRI reach these.
    n_cut : int
        Rows with fewer cases are remainders; at least 1.
    seed : int
        Of the draws; without effect where the test is exact.
    draws : int
        Permutations drawn where the outcomes have more than 50,000 different arrangements.

    Returns
    -------
    NoiseBenchmark

    Raises
    ------
    InputError
        Where a membership is not finite or outside its range, the shapes do not fit, or draws,
        seed or n_cut make no sense.

    Notes
    -----
    The solution is the conservative one, taken as the union of its sufficient rows: minimisation
    rewrites that union and leaves its crisp content as it is, so that 10,000 solutions take well
    under a second. The statistic is inclusion × PRI × coverage of the union. The permutation
    test has its nominal size whatever the statistic; the statistic decides the power. Coverage
    alone rewards many rows, which noise gives too; inclusion alone rewards one small row; and
    both are high for a set that includes the negated outcome just as well, which PRI is not. With
    the two paths of ``benchmarks.simulations.sets``, N = 16 and a PRI cut of .5, the product
    rejects more often than coverage, inclusion or PRI alone, and than inclusion × coverage.

    References
    ----------
    Braumoeller, B. F. (2015). Guarding against false positives in qualitative comparative
    analysis. *Political Analysis*, 23(4), 471-487. Phipson, B., & Smyth, G. K. (2010).
    Permutation p-values should never be zero. *Statistical Applications in Genetics and Molecular
    Biology*, 9(1), 39.
    """
    memberships, outcome = _checked(memberships, outcome)
    _check_settings(n_cut, seed, draws)
    cuts = (incl_cut, pri_cut, n_cut)
    levels = [max(2, int(values.max()) + 1) for values in memberships.T]
    belongs = row_memberships(memberships, levels)
    belongs = belongs[:, (belongs > 0.5).sum(axis=0) >= max(n_cut, 1)]
    if not belongs.shape[1]:
        return NoiseBenchmark(0.0, 1.0, 1, exact=True, share_with_solution=0.0)
    observed = _solutions(belongs[:, :, None], outcome[:, None], *cuts).strength[0]
    orders = relabelings(outcome, seed=seed, draws=draws)
    as_strong = some = 0
    for outcomes in _dealt(outcome, orders.chunks(), max(1, _CELLS_DEALT // belongs.size)):
        found = _solutions(belongs[:, :, None], outcomes, *cuts)
        as_strong += int((found.strength >= observed * (1 - _SAME)).sum())
        some += int((found.n_rows > 0).sum())
    return NoiseBenchmark(
        statistic=float(observed),
        p_value=orders.p_value(as_strong),
        n_permutations=orders.number,
        exact=orders.exact,
        share_with_solution=some / orders.number,
    )


def noise_figure(
    n: int,
    k: int,
    incl_cut: float,
    pri_cut: float,
    n_cut: int,
    skewed: bool,
    seed: int,
    draws: int = FIGURE_DRAWS,
) -> NoiseFigure:
    """How often pure noise of this size gives a sufficient row, and a presentable solution.

    Parameters
    ----------
    n, k : int
        Cases and conditions.
    incl_cut, pri_cut, n_cut
        As in `noise_benchmark`.
    skewed : bool
        Whether most cases of the outcome are high; see `mostly_high`.
    seed : int
    draws : int
        Data sets drawn.

    Returns
    -------
    NoiseFigure

    Raises
    ------
    InputError
        Where n, k, n_cut, seed or draws make no sense.

    Notes
    -----
    Conditions and outcome are independent draws from Beta(.8, .8): spread over the whole range, a
    little denser at its ends, as calibrated memberships are. A skewed outcome is the square root
    of such a draw: mean .66, 72 % of cases above .5.
    """
    if n < 1 or k < 1:
        raise InputError(f"n {n!r}, k {k!r}: need a case and a condition")
    _check_settings(n_cut, seed, draws)
    random = np.random.default_rng(seed)
    with_row = with_solution = rows = 0
    left = draws
    while left:
        size = min(left, max(1, _CELLS // (n * 2**k)))
        conditions = random.beta(_SHAPE, _SHAPE, (n * size, k))
        outcomes = random.beta(_SHAPE, _SHAPE, (n, size))
        belongs = row_memberships(conditions).reshape(n, size, 2**k).transpose(0, 2, 1)
        if skewed:
            outcomes = np.sqrt(outcomes)
        found = _solutions(belongs, outcomes, incl_cut, pri_cut, n_cut)
        with_row += int((found.n_rows > 0).sum())
        presentable = (found.inclusion >= incl_cut - TIE) & (found.coverage >= COVERAGE_CUT - TIE)
        with_solution += int((presentable & (found.n_rows > 0)).sum())
        rows += int(found.n_rows.sum())
        left -= size
    return NoiseFigure(
        n=n,
        k=k,
        skewed=skewed,
        with_row=with_row / draws,
        with_solution=with_solution / draws,
        mean_rows=rows / draws,
        draws=draws,
    )


def mostly_high(outcome: np.ndarray) -> bool:
    """Whether six cases in ten or more lie above .5, so that the skewed noise figure applies.

    Examples
    --------
    >>> mostly_high(np.array([0.9, 0.8, 0.6, 0.2])), mostly_high(np.array([0.9, 0.1]))
    (True, False)
    """
    return bool(np.mean(np.asarray(outcome) > 0.5) >= MOSTLY_HIGH - TIE)


def _solutions(
    belongs: np.ndarray, outcomes: np.ndarray, incl_cut: float, pri_cut: float, n_cut: int
) -> _Solutions:
    """The union of sufficient rows in each of d data sets and how it fits; 0 where there is none.

    ``belongs`` has the shape (n, rows, d) or (n, rows, 1), ``outcomes`` (n, d).
    """
    seen = (belongs > 0.5).sum(axis=0) >= max(n_cut, 1)
    crisp = belongs.shape[2] == 1 and bool(((belongs == 0) | (belongs == 1)).all())
    if crisp:
        inclusion, pri = _crisp_fit(belongs[:, :, 0], outcomes)
    else:
        inclusion, pri, _ = set_fit(belongs, outcomes[:, None, :])
    sufficient = seen & (inclusion >= incl_cut - TIE) & (pri >= pri_cut - TIE)
    # crisp rows share no case, so that their sum is their union
    union = belongs[:, :, 0] @ sufficient if crisp else np.where(sufficient, belongs, 0.0).max(1)
    return _Solutions(
        sufficient.sum(axis=0), *(np.nan_to_num(share) for share in set_fit(union, outcomes))
    )


def _crisp_fit(belongs: np.ndarray, outcomes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inclusion and PRI of rows, each with some case, in which every case is fully in or out.

    What `set_fit` gives; sums of least memberships are products of matrices here.
    """
    whole = belongs.sum(axis=0)[:, None]
    shared = belongs.T @ outcomes
    with_both = belongs.T @ np.minimum(outcomes, 1 - outcomes)
    return shared / whole, (shared - with_both) / (whole - with_both)


def _dealt(values: np.ndarray, orders: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The values as the orders deal them to the cases, as columns, at most `size` at a time."""
    for some in orders:
        for start in range(0, len(some), size):
            places = some[start : start + size]
            dealt = np.empty(places.shape)
            np.put_along_axis(dealt, places, values[None, :], axis=1)
            yield dealt.T


def _checked(memberships: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    memberships = np.asarray(memberships, dtype=float)
    outcome = np.asarray(outcome, dtype=float)
    if memberships.ndim != 2 or not memberships.size or outcome.shape != memberships.shape[:1]:
        raise InputError(
            f"memberships are {memberships.shape}, outcome {outcome.shape}; want (n, k) and (n,)"
        )
    if not (np.isfinite(memberships).all() and np.isfinite(outcome).all()):
        raise InputError("a membership is not finite; drop those cases first")
    whole = (memberships == np.round(memberships)).all(axis=0)
    too_large = (memberships > 1).any(axis=0) & ~whole
    if (memberships < 0).any() or too_large.any() or ((outcome < 0) | (outcome > 1)).any():
        raise InputError("a membership lies outside 0-1; calibrate conditions and outcome first")
    return memberships, outcome


def _check_settings(n_cut: int, seed: int, draws: int) -> None:
    for name, value, least in (("n_cut", n_cut, 1), ("seed", seed, 0), ("draws", draws, 1)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < least:
            raise InputError(f"{name} {value!r}: want a whole number, {least} or more")
