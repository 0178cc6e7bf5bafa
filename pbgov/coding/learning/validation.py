"""What the learned coder says of texts it was not taught: every fold learns everything anew.

Vocabulary, the weight of rare words, the model, and the strength that turns scores into
probabilities (from folds inside the training part) are all learned without the texts held out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.coding.learning.features import Weighting, learn_weighting
from pbgov.coding.learning.folds import INNER_FOLDS, spread_groups
from pbgov.coding.learning.linear import (
    UNCALIBRATED,
    Linear,
    find_strength,
    fit_linear,
    log_probabilities,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy.sparse import csr_matrix

    from pbgov.coding.learning.features import Counts


@dataclass(frozen=True, eq=False)
class Question:
    """One question to texts: which of these classes, with what must be kept apart.

    Attributes
    ----------
    counts : Counts
    classes : ndarray of int, shape (n,)
    n_classes : int
    groups : ndarray of int, shape (n,)
    repeats : csr_matrix, shape (n, n)
        See `pbgov.coding.learning.folds.partners`: a text does not teach where its repeat is asked.
    seed : int
    """

    counts: Counts
    classes: np.ndarray
    n_classes: int
    groups: np.ndarray
    repeats: csr_matrix
    seed: int


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What models that did not see a text say of it; rows of texts that were not asked are NaN.

    Attributes
    ----------
    scores, log_prior : ndarray, shape (n, n_classes)
    strength : ndarray, shape (n, 1)
    """

    scores: np.ndarray
    log_prior: np.ndarray
    strength: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        """Of each class, shape (n, n_classes)."""
        logs = log_probabilities(self.scores, self.log_prior, self.strength)
        probabilities: np.ndarray = np.exp(logs)
        return probabilities

    @property
    def choice(self) -> np.ndarray:
        """The class with the most evidence, whatever its share, shape (n,)."""
        return chosen(self.scores, self.log_prior)


def chosen(scores: np.ndarray, log_prior: np.ndarray) -> np.ndarray:
    """The known class with the highest score; the most frequent where nothing speaks for any."""
    known = np.where(np.isfinite(log_prior), scores, -np.inf)
    best = known == known.max(axis=1, keepdims=True)
    choice: np.ndarray = np.where(best, log_prior, -np.inf).argmax(axis=1)
    return choice


def learn(question: Question, rows: np.ndarray) -> tuple[Weighting, Linear]:
    """What the given texts teach."""
    weighting = learn_weighting(question.counts, rows)
    features = weighting.apply(question.counts, rows)
    return weighting, fit_linear(features, question.classes[rows], question.n_classes)


def hold_out(
    question: Question,
    rows: np.ndarray,
    fold_of: np.ndarray,
    *,
    taught: Callable[[np.ndarray, int], np.ndarray] | None = None,
    nested: bool = True,
    on_fold: Callable[[], None] | None = None,
) -> HeldOut:
    """Scores and probabilities of each text from models that were not taught its fold.

    Parameters
    ----------
    question : Question
    rows : ndarray of int
        The texts there are; others neither teach nor are asked.
    fold_of : ndarray of int, shape (n,)
    taught : callable, optional
        Chooses, from the training texts of a fold and its number, those that teach; all where not
        given.
    nested : bool, default True
        Whether the strength is found, in folds inside the training texts; else it is left at 1.
    on_fold : callable, optional
        Called after each fold.
    """
    shape = len(fold_of), question.n_classes
    scores, log_prior = np.full(shape, np.nan), np.full(shape, np.nan)
    strength = np.full((len(fold_of), 1), np.nan)
    for number in np.unique(fold_of[rows]).tolist():
        asked = rows[fold_of[rows] == number]
        teaching = _without_repeats(question, rows[fold_of[rows] != number], asked)
        if taught is not None:
            teaching = taught(teaching, number)
        if len(teaching):
            weighting, linear = learn(question, teaching)
            scores[asked] = linear.scores(weighting.apply(question.counts, asked))
            log_prior[asked] = linear.log_prior
            strength[asked] = strength_within(question, teaching) if nested else UNCALIBRATED
        else:  # every other text is a repeat of these: nothing is known
            scores[asked], log_prior[asked], strength[asked] = 0, -np.log(question.n_classes), 0
        if on_fold is not None:
            on_fold()
    return HeldOut(scores, log_prior, strength)


def strength_within(question: Question, rows: np.ndarray) -> float:
    """What scores are worth, found in grouped folds inside `rows`; 1 where they are one group."""
    groups, classes = question.groups[rows], question.classes[rows]
    n_folds = min(INNER_FOLDS, len(np.unique(groups)))
    if n_folds < 2 or len(np.unique(classes)) < 2:
        return UNCALIBRATED
    fold_of = np.zeros(len(question.classes), dtype=int)
    fold_of[rows] = spread_groups(classes, groups, n_folds, question.seed)
    told = hold_out(question, rows, fold_of, nested=False)
    return find_strength(told.scores[rows], told.log_prior[rows], classes)


def _without_repeats(question: Question, teaching: np.ndarray, asked: np.ndarray) -> np.ndarray:
    if not question.repeats.nnz:
        return teaching
    repeated = np.asarray(question.repeats[asked].sum(axis=0)).ravel() > 0
    kept: np.ndarray = teaching[~repeated[teaching]]
    return kept
