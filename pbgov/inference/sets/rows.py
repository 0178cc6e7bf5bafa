"""Truth rows: how far each case belongs to each combination of conditions, and what the cases say.

A condition is a column of memberships in [0, 1], or, where it has three values or more, of whole
numbers 0, 1, 2, …; its literals are its values. A case belongs to the row in which its membership
exceeds .5: to one row at most, and to none where a membership is exactly .5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROWS = 1 << 20
TIE = 1e-9
"""How far sums of decimals may fall short of a cut-off and still reach it."""
NO_ROW = -1


class SetFit(NamedTuple):
    """How far X is a subset of Y; numbers, or one number per column of X.

    Attributes
    ----------
    inclusion : ndarray
        Σmin(x, y) / Σx, 0–1; NaN where X is empty.
    pri : ndarray
        (Σmin(x, y) − Σmin(x, y, 1 − y)) / (Σx − Σmin(x, y, 1 − y)), 0–1: the inclusion that
        does not hold for ~Y just as well; NaN where every x is at most min(y, 1 − y).
    coverage : ndarray
        Σmin(x, y) / Σy, 0–1; NaN where Y is empty.
    """

    inclusion: np.ndarray
    pri: np.ndarray
    coverage: np.ndarray


def set_fit(x: np.ndarray, y: np.ndarray) -> SetFit:
    """Inclusion of X in Y, its proportional reduction in inconsistency, and coverage of Y by X.

    Parameters
    ----------
    x : ndarray, shape (n,) or (n, m)
        Memberships of n cases in one set, or in m sets.
    y : ndarray, shape (n,) or (n, m)
        Memberships in the outcome; one column serves all sets.

    Returns
    -------
    SetFit
        Numbers for one set, arrays of shape (m,) for m sets.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press. Schneider, C. Q., & Wagemann, C. (2012). *Set-Theoretic Methods for the Social
    Sciences*. Cambridge University Press, p. 242 (PRI).

    Examples
    --------
    >>> inclusion, pri, coverage = set_fit(np.array([0.8, 0.2]), np.array([0.6, 0.4]))
    >>> round(float(inclusion), 3), round(float(pri), 3), round(float(coverage), 3)
    (0.8, 0.5, 0.8)
    """
    if y.ndim < x.ndim:
        y = y[:, None]
    shared = np.minimum(x, y)
    with_both = np.minimum(shared, 1 - y)
    return SetFit(
        ratio_of_sums(shared, x),
        ratio_of_sums(shared - with_both, x - with_both),
        ratio_of_sums(shared, y),
    )


def ratio_of_sums(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Sum of each column of `part` over that of `whole`; NaN where the latter is 0."""
    parts, wholes = np.broadcast_arrays(part.sum(axis=0), whole.sum(axis=0))
    ratio = np.full(wholes.shape, np.nan)
    np.divide(parts, wholes, out=ratio, where=wholes > 0)
    return ratio


def row_memberships(memberships: np.ndarray, levels: Sequence[int] | None = None) -> np.ndarray:
    """Membership of each case in each row of the truth table: the least of its literals'.

    Parameters
    ----------
    memberships : ndarray, shape (n, k)
        In [0, 1]; for a condition with three values or more, its whole number.
    levels : sequence of int, length k, or None
        Values of each condition; None: two, absent and present, for every one.

    Returns
    -------
    ndarray, shape (n, 2**k), or (n, product of levels)
        Column r is row r + 1: the first condition is the most significant digit of r.

    Raises
    ------
    InputError
        Where there would be more than a million rows.

    Examples
    --------
    >>> row_memberships(np.array([[0.75, 0.5]])).tolist()
    [[0.25, 0.25, 0.5, 0.5]]
    """
    levels = levels_of(memberships, levels)
    combined = np.ones((len(memberships), 1))
    for values, n_levels in zip(memberships.T, levels, strict=True):
        literals = literal_memberships(values, n_levels)
        combined = np.minimum(combined[:, :, None], literals[:, None, :])
        combined = combined.reshape(len(memberships), combined.shape[1] * n_levels)
    return combined


def levels_of(memberships: np.ndarray, levels: Sequence[int] | None) -> tuple[int, ...]:
    """The number of values of each condition, after a check that the table can be written."""
    found = tuple(levels) if levels is not None else (2,) * memberships.shape[1]
    if prod(found) > MOST_ROWS:
        raise InputError(
            f"{len(found)} conditions make {prod(found):,} truth rows, more than {MOST_ROWS:,};"
            " keep fewer conditions"
        )
    return found


def literal_memberships(values: np.ndarray, n_levels: int) -> np.ndarray:
    """Memberships in each value of one condition, shape (n, n_levels): absent, then present.

    A condition with three values or more has the membership 1 in its own value, else 0.
    """
    if n_levels == 2:
        return np.column_stack([1 - values, values])
    return np.asarray(values[:, None] == np.arange(n_levels), dtype=float)


@dataclass(frozen=True, eq=False)
class TruthRows:
    """The truth table as arrays; entry r of each is row r + 1.

    Attributes
    ----------
    levels : tuple of int
        Values of each condition.
    n : ndarray of int
        Cases whose membership in the row exceeds .5.
    inclusion, pri : ndarray
        Of the row in the outcome; NaN where no case belongs to it at all.
    output : ndarray of int
        1 sufficient, 0 not, -1 a remainder: fewer than ``n_cut`` cases.
    both : ndarray of bool
        Sufficient for the outcome and for its negation by the same cut-offs.
    row_of_case : ndarray of int, shape (cases,)
        The entry each case belongs to; -1 where it belongs to none.
    """

    levels: tuple[int, ...]
    n: np.ndarray
    inclusion: np.ndarray
    pri: np.ndarray
    output: np.ndarray
    both: np.ndarray
    row_of_case: np.ndarray

    @property
    def positive(self) -> np.ndarray:
        """Entries of the sufficient rows, ascending."""
        return np.flatnonzero(self.output == 1)

    @property
    def negative(self) -> np.ndarray:
        """Entries of the rows that are not sufficient, ascending."""
        return np.flatnonzero(self.output == 0)


def truth_rows(
    memberships: np.ndarray,
    outcome: np.ndarray,
    *,
    incl_cut: float,
    pri_cut: float,
    n_cut: int,
    levels: Sequence[int] | None = None,
) -> TruthRows:
    """The truth table of cases' memberships.

    Parameters
    ----------
    memberships : ndarray, shape (n, k)
        As `row_memberships` takes them.
    outcome : ndarray, shape (n,)
        Memberships in the outcome, in [0, 1].
    incl_cut, pri_cut : float
        A row is sufficient where its inclusion and its PRI reach these.
    n_cut : int
        Rows with fewer cases are remainders; at least 1.
    levels : sequence of int or None
        Values of each condition.

    Returns
    -------
    TruthRows
    """
    sizes = levels_of(memberships, levels)
    belongs = row_memberships(memberships, sizes)
    members = belongs > 0.5
    n = members.sum(axis=0)
    fit = set_fit(belongs, outcome)
    seen = n >= max(n_cut, 1)
    sufficient = seen & _reaches(fit, incl_cut, pri_cut)
    against = _reaches(set_fit(belongs, 1 - outcome), incl_cut, pri_cut)
    return TruthRows(
        levels=sizes,
        n=n,
        inclusion=fit.inclusion,
        pri=fit.pri,
        output=np.where(seen, sufficient.astype(int), -1),
        both=sufficient & against,
        row_of_case=np.where(members.any(axis=1), members.argmax(axis=1), NO_ROW),
    )


def _reaches(fit: SetFit, incl_cut: float, pri_cut: float) -> np.ndarray:
    return (fit.inclusion >= incl_cut - TIE) & (fit.pri >= pri_cut - TIE)
