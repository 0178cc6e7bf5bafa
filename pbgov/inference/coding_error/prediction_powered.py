"""Prediction-powered inference: an outcome predicted everywhere, and coded by hand in a simple sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.inference.clusters import cluster_members
from pbgov.inference.coding_error.design_based import checked_rows
from pbgov.inference.linear import least_squares

if TYPE_CHECKING:
    from pbgov.inference.linear import LeastSquares


@dataclass(frozen=True, eq=False)
class PredictionPowered:
    """Least squares of a predicted outcome, corrected by the rows coded by hand.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
        HC0, or its sums by cluster times G / (G - 1).
    trust : ndarray, shape (k,)
        How far each coefficient rests on the predictions (lambda): 1 fully, 0 not at all.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    trust: np.ndarray


def prediction_powered(
    design: np.ndarray,
    predicted: np.ndarray,
    hand_rows: np.ndarray,
    hand_outcome: np.ndarray,
    *,
    tuned: bool = True,
    clusters: np.ndarray | None = None,
) -> PredictionPowered:
    """Prediction-powered least squares (PPI), by default tuned for power (PPI++).

    Parameters
    ----------
    design : ndarray, shape (n, k)
    predicted : ndarray, shape (n,)
        The outcome as the machine coded or predicted it.
    hand_rows : ndarray of int, shape (g,)
        A simple random sample of the rows: with unequal probabilities use
        `pbgov.inference.coding_error.design_based`.
    hand_outcome : ndarray, shape (g,)
    tuned : bool
        Rest each coefficient on the predictions as far as makes its variance smallest
        (between 0 and 1); otherwise fully.
    clusters : ndarray, shape (n,), optional

    Returns
    -------
    PredictionPowered
        ``lambda OLS(predicted, rows not drawn) + OLS(hand - lambda predicted, rows drawn)``,
        lambda being each coefficient's own.

    Raises
    ------
    InputError
        As `least_squares`, in either part; or where `hand_rows` does not name different rows, one
        for each hand-coded outcome.

    References
    ----------
    Angelopoulos, A. N., Bates, S., Fannjiang, C., Jordan, M. I., & Zrnic, T. (2023).
    Prediction-powered inference. *Science*, 382(6671), 669-674.
    Angelopoulos, A. N., Duchi, J. C., & Zrnic, T. (2023). PPI++: efficient
    prediction-powered inference. arXiv:2311.01453.

    Notes
    -----
    Only the outcome may be predicted here; ppi-python (0.2.3) likewise has no estimator for predicted
    regressors, for which `design_based_equations` stands. Its power tuning takes one lambda for
    all coefficients.
    """
    design, predicted = np.asarray(design, dtype=float), np.asarray(predicted, dtype=float)
    hand_outcome = np.asarray(hand_outcome, dtype=float)
    rows = checked_rows(hand_rows, len(design), len(hand_outcome))
    drawn = np.zeros(len(design), dtype=bool)
    drawn[rows] = True
    elsewhere = least_squares(design[~drawn], predicted[~drawn])
    imagined = least_squares(design[rows], predicted[rows])
    coded = least_squares(design[rows], hand_outcome)
    names = np.arange(len(design)) if clusters is None else np.asarray(clusters)
    outside = _moves(elsewhere, np.flatnonzero(~drawn), names)
    by_prediction, by_hand = _moves(imagined, rows, names), _moves(coded, rows, names)
    trust = np.ones(design.shape[1])
    correction = outside - by_prediction
    if tuned:
        gain = -(by_hand * correction).sum(axis=0)
        cost = (correction**2).sum(axis=0)
        trust = np.clip(np.divide(gain, cost, out=np.zeros_like(gain), where=cost > 0), 0, 1)
    moves = by_hand + trust * correction
    groups = len(np.unique(names))
    factor = 1.0 if clusters is None else groups / (groups - 1)
    return PredictionPowered(
        coefficients=coded.coefficients + trust * (elsewhere.coefficients - imagined.coefficients),
        covariance=factor * moves.T @ moves,
        trust=trust,
    )


def _moves(fit: LeastSquares, rows: np.ndarray, names: np.ndarray) -> np.ndarray:
    """How far the residuals of each cluster (or row) move the coefficients, shape (G, k)."""
    own = np.zeros((len(names), fit.k))
    own[rows] = fit.weights * fit.residuals[:, None]
    members = cluster_members(names, len(names))
    return own if len(members) == len(names) else np.array([own[m].sum(axis=0) for m in members])
