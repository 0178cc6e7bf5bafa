"""Design-based supervised learning: machine codes everywhere, hand codes where the design drew them.

Every row adds what the machine codes say; the rows that were drawn for coding by hand add, divided by
their probability of being drawn, what the hand codes say instead. The sum has the expectation of a
data set coded by hand throughout, however wrong the machine is and whatever its errors go with: only
the probabilities must be known and positive. Putting the hand codes in the place of the machine's
is not this, and does not remove the error (of the rows not drawn nothing is corrected).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pbgov.errors import InputError

Family = Literal["linear", "logit"]


@dataclass(frozen=True, eq=False)
class Equations:
    """The estimating equations of a regression, in part from machine codes and in part by hand.

    Attributes
    ----------
    design, outcome : ndarray, shapes (n, k) and (n,)
        As the machine coded them, every row.
    weight : ndarray, shape (n,)
        What each of these counts; below 0 where a hand code takes more than its place.
    hand_rows : ndarray of int, shape (g,)
        The rows that were coded by hand.
    hand_design, hand_outcome : ndarray, shapes (g, k) and (g,)
        As people coded them.
    hand_weight : ndarray, shape (g,)
    family : {"linear", "logit"}
        "logit" takes 0, 1 and the rates between.
    """

    design: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray
    hand_rows: np.ndarray
    hand_design: np.ndarray
    hand_outcome: np.ndarray
    hand_weight: np.ndarray
    family: Family = "linear"

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.design.shape[0])

    @property
    def k(self) -> int:
        """Number of coefficients."""
        return int(self.design.shape[1])


def naive_equations(design: np.ndarray, outcome: np.ndarray, family: Family) -> Equations:
    """The regression as if every machine code were right.

    Parameters
    ----------
    design, outcome : ndarray, shapes (n, k) and (n,)
    family : {"linear", "logit"}

    Returns
    -------
    Equations
    """
    design, outcome = _checked(design, outcome, family)
    none = np.empty(0, dtype=int)
    return Equations(
        design,
        outcome,
        np.ones(len(outcome)),
        none,
        design[none],
        outcome[none],
        np.empty(0),
        family,
    )


def design_based_equations(
    design: np.ndarray,
    outcome: np.ndarray,
    hand_rows: np.ndarray,
    hand_design: np.ndarray,
    hand_outcome: np.ndarray,
    probability: np.ndarray,
    family: Family,
) -> Equations:
    """Design-based supervised learning: doubly robust equations with known probabilities.

    Parameters
    ----------
    design, outcome : ndarray, shapes (n, k) and (n,)
        As the machine coded them, or any prediction from what is known of every row
        (`pbgov.inference.coding_error.calibration`).
    hand_rows : ndarray of int, shape (g,)
        Rows drawn for coding by hand, each once.
    hand_design, hand_outcome : ndarray, shapes (g, k) and (g,)
    probability : ndarray, shape (g,)
        With which each of them was drawn; above 0, at most 1.
    family : {"linear", "logit"}

    Returns
    -------
    Equations
        Row i adds m(machine) + R/pi (m(hand) - m(machine)), m being the score of the
        regression. With the outcome alone coded this is least squares of the
        pseudo-outcome ``machine + R/pi (hand - machine)``.

    Raises
    ------
    InputError
        Where shapes do not fit, a row is named twice, a value is not finite, or a
        probability is not above 0 and at most 1.

    References
    ----------
    Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for
    downstream inference: design-based supervised learning for social science applications
    of large language models. *Advances in Neural Information Processing Systems*, 36.
    Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2024). Using large language model
    annotations for the social sciences: a general framework of using predicted variables
    in downstream analyses.

    Notes
    -----
    The summary of the R package ``dsl`` (0.1.0) prints one-sided p values, ``1 - pnorm(abs(z))``:
    half of the two-sided ones that pbgov prints.
    """
    design, outcome = _checked(design, outcome, family)
    hand_design, hand_outcome = _checked(hand_design, hand_outcome, family)
    rows = checked_rows(hand_rows, len(outcome), len(hand_outcome))
    ratio = 1 / checked_probability(probability, len(rows))
    weight = np.ones(len(outcome))
    weight[rows] -= ratio
    return Equations(design, outcome, weight, rows, hand_design, hand_outcome, ratio, family)


def hand_coded_equations(
    design: np.ndarray,
    hand_rows: np.ndarray,
    hand_design: np.ndarray,
    hand_outcome: np.ndarray,
    probability: np.ndarray,
    family: Family,
) -> Equations:
    """The regression of the hand-coded rows alone, each divided by its probability.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        All rows; only its shape and scale are used.
    hand_rows, hand_design, hand_outcome, probability, family
        As in `design_based_equations`.

    Returns
    -------
    Equations
    """
    hand_design, hand_outcome = _checked(hand_design, hand_outcome, family)
    rows = checked_rows(hand_rows, len(design), len(hand_outcome))
    ratio = 1 / checked_probability(probability, len(rows))
    zeros = np.zeros(len(design))
    return Equations(design, zeros, zeros, rows, hand_design, hand_outcome, ratio, family)


def checked_probability(probability: np.ndarray, n: int) -> np.ndarray:
    """The probabilities with which `n` rows were drawn.

    Raises
    ------
    InputError
        Where their number differs, one is missing, 0, negative or above 1.
    """
    probability = np.asarray(probability, dtype=float)
    if probability.shape != (n,):
        raise InputError(f"{n} hand-coded rows but probabilities of shape {probability.shape}")
    wrong = np.flatnonzero(~((probability > 0) & (probability <= 1)))
    if len(wrong):
        raise InputError(
            f"hand-coded row {wrong[0]} was drawn with probability {probability[wrong[0]]}; a known"
            " probability is above 0 and at most 1"
        )
    return probability


def _checked(
    design: np.ndarray, outcome: np.ndarray, family: Family
) -> tuple[np.ndarray, np.ndarray]:
    design, outcome = np.asarray(design, dtype=float), np.asarray(outcome, dtype=float)
    if design.ndim != 2 or outcome.shape != design.shape[:1]:
        raise InputError(f"design is {design.shape}, outcome {outcome.shape}; want (n, k) and (n,)")
    if not (np.isfinite(design).all() and np.isfinite(outcome).all()):
        raise InputError(
            "design or outcome holds a value that is not finite; drop those rows first"
        )
    if family not in ("linear", "logit"):
        raise InputError(f"family is {family!r}; it is 'linear' or 'logit'")
    return design, outcome


def checked_rows(hand_rows: np.ndarray, n: int, g: int) -> np.ndarray:
    """The positions of `g` hand-coded rows among `n`.

    Raises
    ------
    InputError
        Where there is none, one is named twice, or one lies outside.
    """
    rows = np.asarray(hand_rows)
    if not len(rows):
        raise InputError("no row is coded by hand; nothing can be corrected")
    inside = rows.dtype.kind in "iu" and rows.min() >= 0 and rows.max() < n
    if rows.shape != (g,) or not inside or len(np.unique(rows)) < g:
        raise InputError(f"hand_rows must name {g} different rows of the {n}")
    return rows
