"""The model taught by all judged texts, ready to read others; and what its answers say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.coding.learning.features import count_features
from pbgov.coding.learning.validation import HeldOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from pbgov.coding.learning.features import Counts, Weighting
    from pbgov.coding.learning.linear import Linear
    from pbgov.mining.tokens import Tokenizer


@dataclass(frozen=True, eq=False)
class Told:
    """What the learned coder says of each text.

    Attributes
    ----------
    given : ndarray of bool, shape (n, n_codes)
        The codes that the evidence speaks for, however weakly.
    probabilities : ndarray, shape (n, n_codes)
        That the text has the code.
    certainty : ndarray, shape (n, n_codes)
        The probability of what is said about the code; where a text can have one code only, that of
        its answer, in each column.
    doubt : ndarray, shape (n,)
        Entropy of the probabilities as a share of the greatest one there is, the mean over codes
        where a text can have several: 0 certain, 1 no idea.
    margin : ndarray, shape (n,)
        By how much the evidence for the answer exceeds that for the next one, the mean over codes
        where a text can have several. Unlike the probabilities it says something also while too few
        texts were judged to tell what evidence is worth.
    """

    given: np.ndarray
    probabilities: np.ndarray
    certainty: np.ndarray
    doubt: np.ndarray
    margin: np.ndarray


def tell(answers: Sequence[HeldOut], n_codes: int, several: bool) -> Told:
    """Put the answers to one question, or to one a code, together.

    Parameters
    ----------
    answers : sequence of HeldOut
        As many as there are questions, see `pbgov.coding.learning.material.Material.questions`.
    n_codes : int
    several : bool
        Whether a text can have several codes.
    """
    doubt = np.mean([_entropy(answer.probabilities) for answer in answers], axis=0)
    margin = np.mean([_margin(answer) for answer in answers], axis=0)
    if several:
        present = np.column_stack([answer.probabilities[:, 1] for answer in answers])
        given = np.column_stack([answer.choice for answer in answers]) == 1
        return Told(given, present, np.where(given, present, 1 - present), doubt, margin)
    choice, probabilities = answers[0].choice, answers[0].probabilities
    certainty = probabilities[np.arange(len(choice)), choice]
    return Told(
        given=choice[:, None] == np.arange(n_codes),
        probabilities=probabilities[:, :n_codes],
        certainty=np.repeat(certainty[:, None], n_codes, axis=1),
        doubt=doubt,
        margin=margin,
    )


def _margin(answer: HeldOut) -> np.ndarray:
    known = np.isfinite(answer.log_prior)
    ordered = np.sort(np.where(known, answer.scores, -np.inf), axis=1)
    between: np.ndarray = ordered[:, -1] - ordered[:, -2]
    return np.where(known.sum(axis=1) > 1, between, 0.0)


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(probabilities > 0, -probabilities * np.log(probabilities), 0.0)
    entropy: np.ndarray = parts.sum(axis=1) / np.log(max(probabilities.shape[1], 2))
    return entropy


@dataclass(frozen=True, eq=False)
class Fitted:
    """The model that all judged texts taught.

    Attributes
    ----------
    counts : Counts
        Of the texts that taught it; their features are all it knows.
    tokenizer : Tokenizer
    weighting : Weighting
    linears : tuple of Linear
        One a question.
    strengths : tuple of float
        What the scores of each are worth, found on texts that were held out.
    n_codes : int
    several : bool
    """

    counts: Counts
    tokenizer: Tokenizer
    weighting: Weighting
    linears: tuple[Linear, ...]
    strengths: tuple[float, ...]
    n_codes: int
    several: bool

    def features(self, texts: Sequence[str]) -> csr_matrix:
        """TF-IDF of texts, in the columns of the model."""
        return self.weighting.apply(count_features(texts, self.tokenizer, self.counts))

    def read(self, features: csr_matrix) -> Told:
        """What the model says of texts, by their `features`."""
        answers = []
        for linear, strength in zip(self.linears, self.strengths, strict=True):
            scores = linear.scores(features)
            log_prior = np.broadcast_to(linear.log_prior, scores.shape)
            answers.append(HeldOut(scores, log_prior, np.full((len(scores), 1), strength)))
        return tell(answers, self.n_codes, self.several)

    def direction(self, place: int) -> np.ndarray:
        """What each feature speaks for the code in that place, over the mean of what else there is."""
        linear = self.linears[place if self.several else 0]
        known = np.isfinite(linear.log_prior)
        own = 1 if self.several else place
        known[own] = False
        others = linear.coefficients[known]
        against = others.mean(axis=0) if len(others) else 0.0
        spoken: np.ndarray = linear.coefficients[own] - against
        return spoken
