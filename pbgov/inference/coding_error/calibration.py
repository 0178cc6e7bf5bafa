"""Machine codes turned into what the hand codes give reason to expect, each from the other folds."""

from __future__ import annotations

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.coding_error.design_based import checked_probability
from pbgov.inference.linear import dependent_columns

FOLDS = 5
ROWS_PER_COLUMN = 10
"""Hand-coded rows outside a fold for each column of the calibration."""


def cross_fitted(
    known: np.ndarray,
    hand_rows: np.ndarray,
    hand_codes: np.ndarray,
    probability: np.ndarray,
    *,
    seed: int,
    folds: int = FOLDS,
    left_out: np.ndarray | None = None,
) -> np.ndarray:
    """Expected hand codes of every row, given what is known of every row.

    Parameters
    ----------
    known : ndarray, shape (n, q)
        The machine codes and whatever else is known of every row (outcome, covariates);
        without the column of ones.
    hand_rows : ndarray of int, shape (g,)
    hand_codes : ndarray, shape (g,)
    probability : ndarray, shape (g,)
        With which each of these rows was drawn.
    seed : int
        Of the division into folds.
    folds : int
    left_out : ndarray of bool, shape (g,), optional
        Hand-coded rows that nothing is learned from; the folds stay what they are without it.

    Returns
    -------
    ndarray, shape (n,)
        Least squares weighted by one over the probability. A hand-coded row is predicted from
        the folds that it is not in, every other row by the mean of all folds. The
        predictions may lie below 0 or above 1: the equations they enter ask for nothing
        but that a row's own hand code had no part in its prediction.

    Raises
    ------
    InputError
        Where fewer hand-coded rows are left outside a fold than there are columns.

    References
    ----------
    Chernozhukov, V., et al. (2018). Double/debiased machine learning for treatment and
    structural parameters. *The Econometrics Journal*, 21(1), C1-C68.
    """
    known, hand_codes = np.asarray(known, dtype=float), np.asarray(hand_codes, dtype=float)
    rows, g = np.asarray(hand_rows), len(hand_codes)
    root = np.sqrt(1 / checked_probability(probability, g))
    spread = known.std(axis=0)
    scaled = (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1)
    design = np.column_stack([np.ones(len(scaled)), scaled])
    design = np.delete(design, dependent_columns(design), axis=1)
    if g - -(-g // folds) < design.shape[1]:
        raise InputError(
            f"{g} hand-coded rows in {folds} folds for {design.shape[1]} columns; code more by hand"
        )
    fold = np.random.default_rng(seed).permutation(g) % folds
    expected = np.zeros(len(design))
    by_hand = np.empty(g)
    for number in range(folds):
        learn = fold != number
        if left_out is not None:
            learn &= ~left_out
        slopes = np.linalg.lstsq(
            design[rows[learn]] * root[learn, None], hand_codes[learn] * root[learn], rcond=None
        )[0]
        expected += design @ slopes / folds
        by_hand[fold == number] = design[rows[fold == number]] @ slopes
    expected[rows] = by_hand
    return expected


def columns_that_fit(n_hand: int, wanted: int, folds: int = FOLDS) -> int:
    """How many of the `wanted` columns the hand-coded rows can calibrate with; 0 where not even one.

    Parameters
    ----------
    n_hand : int
    wanted : int
        Columns of the calibration beside the ones.
    folds : int
    """
    outside = n_hand - -(-n_hand // folds)
    return int(max(0, min(wanted, outside // ROWS_PER_COLUMN - 1)))
