"""Whether a probability of 0.8 is right eight times in ten, on texts that were held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pbgov.coding.measures.reliability import wilson_interval

N_BINS = 5
FEWEST = 50  # ten for each of the five bins
FEWEST_GROUPS = 5
COLUMNS = ("bin", "n", "low", "high", "predicted", "observed", "wilson_low", "wilson_high")


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted probabilities held against what was observed.

    Attributes
    ----------
    table : DataFrame
        One row is one of five bins with as many answers each: ``bin``, ``n``, ``low``, ``high``
        (bounds of the probabilities in it), ``predicted`` (their mean), ``observed`` (share that
        came true) with its Wilson interval. No row where there are too few answers.
    n : int
        Answers.
    brier : float
        Mean of the squared differences between the probabilities of all classes and what was
        observed, summed over classes: 0 is perfect, 2 the worst.
    brier_prior : float
        The same of telling everybody the shares of the classes in the other folds.
    expected_error : float
        Expected calibration error: mean difference of ``predicted`` and ``observed``, by ``n``.
    reason : tuple of str, or None
        Why nothing is said, in Chinese and in English; then table and figures are empty or NaN.
    """

    table: pd.DataFrame
    n: int
    brier: float
    brier_prior: float
    expected_error: float
    reason: tuple[str, str] | None


def check_calibration(
    probabilities: np.ndarray,
    priors: np.ndarray,
    truth: np.ndarray,
    told: np.ndarray,
    right: np.ndarray,
    groups: np.ndarray,
    n_texts: int,
) -> Calibration:
    """Hold probabilities of held-out texts against what was observed.

    Parameters
    ----------
    probabilities, priors, truth : ndarray, shape (n, n_classes)
        Of each class; the shares of the classes in the training texts; 1 for the class observed.
    told : ndarray of float, shape (n_answers,)
        The probability of each answer that could come true.
    right : ndarray of bool, shape (n_answers,)
        Whether it did.
    groups : ndarray of int
        Of the texts.
    n_texts : int
        Fewer than answers where a text can have several codes.
    """
    n_groups = len(np.unique(groups))
    if n_texts < FEWEST or n_groups < FEWEST_GROUPS:
        seen = f"{n_texts} 条、{n_groups} 组", f"{n_texts} texts in {n_groups} groups"
        reason = (
            f"只有{seen[0]}，少于核对概率所需的 {FEWEST} 条、{FEWEST_GROUPS} 组",
            f"only {seen[1]}; {FEWEST} in {FEWEST_GROUPS} are needed to check probabilities",
        )
        empty = pd.DataFrame(columns=list(COLUMNS))
        return Calibration(empty, len(told), np.nan, np.nan, np.nan, reason)
    order = np.argsort(told, kind="stable")
    rows = []
    for number, places in enumerate(np.array_split(order, N_BINS), 1):
        n_right = int(right[places].sum())
        low, high = wilson_interval(n_right, len(places))
        rows.append(
            {
                "bin": number,
                "n": len(places),
                "low": float(told[places].min()),
                "high": float(told[places].max()),
                "predicted": float(told[places].mean()),
                "observed": n_right / len(places),
                "wilson_low": low,
                "wilson_high": high,
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    off = (table["predicted"] - table["observed"]).abs()
    return Calibration(
        table=table,
        n=len(told),
        brier=brier_score(probabilities, truth),
        brier_prior=brier_score(priors, truth),
        expected_error=float(np.average(off, weights=table["n"])),
        reason=None,
    )


def brier_score(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Brier's score of probabilities of several classes.

    Parameters
    ----------
    probabilities, truth : ndarray, shape (n, n_classes)

    Returns
    -------
    float
        Between 0 and 2.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. *Monthly
    Weather Review*, 78(1), 1-3.

    Examples
    --------
    >>> round(brier_score(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([[1, 0], [1, 0]])), 2)
    0.4
    """
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())
