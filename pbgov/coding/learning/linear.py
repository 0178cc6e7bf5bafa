"""The linear model of the learned coder, and what its scores are worth as probabilities.

A score becomes a probability as evidence does: prior share of the class x exp(strength x score).
The prior is put back because the model is fitted with all classes weighing the same; the strength,
one number, is what scores of texts that were held out deserve. Evidence worth nothing (strength 0)
leaves the shares of the classes, which is what someone knows who cannot read the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

GREATEST_STRENGTH = 100.0
PENALTY = 1.0  # C of scikit-learn; the strength sets the scale, so nothing hangs on it much
UNCALIBRATED = 1.0
MOST_COORDINATES = 1500  # beyond, finding the coordinates takes as long as fitting without them


@dataclass(frozen=True, eq=False)
class Linear:
    """One linear score for each class.

    Attributes
    ----------
    coefficients : ndarray, shape (n_classes, n_features)
        Zeros for a class that no training text had.
    intercepts : ndarray, shape (n_classes,)
    log_prior : ndarray, shape (n_classes,)
        Of the share of each class among the training texts; -inf where it has none.
    """

    coefficients: np.ndarray
    intercepts: np.ndarray
    log_prior: np.ndarray

    def scores(self, features: csr_matrix) -> np.ndarray:
        """The evidence for each class, shape (n_texts, n_classes)."""
        scores: np.ndarray = np.asarray(features @ self.coefficients.T) + self.intercepts
        return scores


def fit_linear(features: csr_matrix, classes: np.ndarray, n_classes: int) -> Linear:
    """Logistic regression in which each class weighs the same, however few texts it has.

    Parameters
    ----------
    features : csr_matrix, shape (n_texts, n_features)
    classes : ndarray of int, shape (n_texts,)
    n_classes : int
        Also counts classes that none of these texts has.

    Returns
    -------
    Linear
        With no evidence for anything where all texts have one class.
    """
    counts = np.bincount(classes, minlength=n_classes)
    with np.errstate(divide="ignore"):
        log_prior = np.log(counts / counts.sum())
    coefficients = np.zeros((n_classes, features.shape[1]))
    intercepts = np.zeros(n_classes)
    if np.count_nonzero(counts) > 1:
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(C=PENALTY, class_weight="balanced", tol=1e-5, max_iter=5000)
        coordinates, shares = _within_span(features)
        fitted.fit(coordinates, classes)
        found = fitted.coef_
        if shares is not None:
            found = np.asarray(features.T @ (shares @ found.T)).T
        if len(fitted.classes_) == 2:  # one row in scikit-learn, for the second class
            halves = np.array([-0.5, 0.5])
            coefficients[fitted.classes_] = halves[:, None] * found
            intercepts[fitted.classes_] = halves * fitted.intercept_
        else:
            coefficients[fitted.classes_] = found
            intercepts[fitted.classes_] = fitted.intercept_
    return Linear(coefficients, intercepts, log_prior)


def _within_span(features: csr_matrix) -> tuple[csr_matrix | np.ndarray, np.ndarray | None]:
    """Coordinates of the texts in the space they span, and the share of each text in each of them.

    The coefficients of a penalised regression are sums of the texts it learned from, so that
    hundreds of texts need hundreds of coordinates instead of many thousand features; the result is
    the same. None where the features themselves are the coordinates.
    """
    n_texts, n_features = features.shape
    if n_texts > MOST_COORDINATES or n_texts >= n_features:
        return features, None
    squares, axes = np.linalg.eigh((features @ features.T).toarray())
    kept = squares > squares.max() * n_texts * np.finfo(float).eps
    lengths = np.sqrt(squares[kept])
    return axes[:, kept] * lengths, axes[:, kept] / lengths


def one_thread() -> threadpool_limits:
    """For a ``with`` block: sums in one order, so that threads do not change the last bit.

    It is also faster: the matrices are too small to be shared between threads.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def log_probabilities(
    scores: np.ndarray, log_prior: np.ndarray, strength: float | np.ndarray
) -> np.ndarray:
    """The logarithm of the probability of each class, shape (n_texts, n_classes).

    Parameters
    ----------
    scores : ndarray, shape (n_texts, n_classes)
    log_prior : ndarray, shape (n_classes,) or (n_texts, n_classes)
    strength : float, or ndarray of shape (n_texts, 1)
    """
    weighed: np.ndarray = log_softmax(log_prior + strength * scores, axis=1)
    return weighed


def find_strength(scores: np.ndarray, log_prior: np.ndarray, classes: np.ndarray) -> float:
    """How much the scores of held-out texts are worth: the most likely strength, 0 or more.

    Parameters
    ----------
    scores, log_prior : ndarray, shape (n_texts, n_classes)
        Each row from a model that did not see the text.
    classes : ndarray of int, shape (n_texts,)

    Returns
    -------
    float
        Between 0 and 100; 1 where no text has a class that its model knew.

    Notes
    -----
    This is temperature scaling (Guo et al. 2017) of what the text adds to the prior. One text's
    worth of prior is mixed into the observed classes, after Platt (1999), so that a few texts told
    without error do not make for certainty. The likelihood has one peak.

    References
    ----------
    Guo, C. et al. (2017). On calibration of modern neural networks. *ICML*.
    Platt, J. (1999). Probabilistic outputs for support vector machines. *Advances in Large Margin
    Classifiers*, 61-74.
    """
    rows = np.arange(len(classes))
    known = np.isfinite(log_prior[rows, classes])
    if not known.any():
        return UNCALIBRATED
    scores, log_prior, classes = scores[known], log_prior[known], classes[known]
    share = 1 / (len(classes) + 1)
    target = share * np.exp(log_prior)
    target[np.arange(len(classes)), classes] += 1 - share

    def loss(strength: float) -> float:
        logs = log_probabilities(scores, log_prior, strength)
        return float(-np.sum(target * np.where(target > 0, logs, 0.0)) / len(classes))

    found = minimize_scalar(loss, bounds=(0.0, GREATEST_STRENGTH), method="bounded")
    return 0.0 if loss(0.0) <= found.fun else float(found.x)
