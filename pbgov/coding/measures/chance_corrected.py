"""Coefficients of agreement between two or more coders that take chance into account.

Each takes one row a unit and one column a coder, None or NaN where a coder did not judge the unit,
and gives NaN where it is undefined. The functions that end in ``_of`` work on the sums of
`pbgov.coding.measures.ratings.totals` and give one value a draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pbgov.coding.measures.ratings import Totals, as_numbers, encode, ratio, totals
from pbgov.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(values: ArrayLike | pd.DataFrame, level: Level = "nominal") -> float:
    """Krippendorff's alpha of any number of coders, with missing judgements.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        One row a unit, one column a coder; None or NaN where the coder did not judge the unit.
        Units with fewer than two judgements count for nothing.
    level : {"nominal", "ordinal", "interval", "ratio"}
        How labels differ: at all, by the judgements that lie between them, by the square of their
        difference, or by the square of their difference over their sum. All but the nominal need
        numbers; for the ordinal only their order matters, as of 0 sure, 1 doubtful, 2 open.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN where the judgements that can be paired do not
        vary, or where there are none.

    Raises
    ------
    InputError
        Where `level` is none of these, or the labels are no numbers where they have to be, or
        below 0 at the ratio level.

    References
    ----------
    Krippendorff, K. (2011). *Computing Krippendorff's alpha-reliability*. University of
    Pennsylvania.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 1], [2, 2], [2, 3], [3, 3], [None, 1]]), 3)
    0.667
    """
    if level not in LEVELS:
        raise InputError(f"level is {level!r}; use one of {', '.join(LEVELS)}.")
    coded, labels = encode(values)
    if level == "nominal":
        return float(alpha_of(totals(coded, len(labels)))[0])
    numbers = as_numbers(labels, f"{level} level")
    if level == "ratio" and len(numbers) and numbers[0] < 0:
        raise InputError(f"The ratio level has no numbers below 0; {labels[0]} was given.")
    counts = (coded[:, :, None] == np.arange(len(labels))).sum(axis=1).astype(float)
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return float("nan")
    weights = 1 / (counts.sum(axis=1) - 1)
    coincidences = (counts.T * weights) @ counts - np.diag(weights @ counts)
    margins = coincidences.sum(axis=1)
    difference = _differences(numbers, margins, level)
    expected = margins @ difference @ margins
    if expected == 0:
        return float("nan")
    observed = (coincidences * difference).sum()
    return float(1 - (margins.sum() - 1) * observed / expected)


def alpha_of(sums: Totals) -> np.ndarray:
    """Krippendorff's nominal alpha of each draw, shape (n_draws,)."""
    n = sums.paired.sum(axis=1)
    observed = n - sums.coincident.sum(axis=1)
    expected = n**2 - (sums.paired**2).sum(axis=1)
    alphas: np.ndarray = 1 - (n - 1) * ratio(observed, expected)
    return alphas


def fleiss_kappa(values: ArrayLike | pd.DataFrame) -> float:
    """Fleiss' kappa of two or more coders, who need not be the same ones from unit to unit.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN where there is one label only, or no unit with two
        judgements. With missing judgements, agreement is the mean over units with two or more and
        chance rests on the mean share of each label over all units judged, as in Gwet (2014).

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters.
    *Psychological Bulletin*, 76(5), 378-382.
    Gwet, K. L. (2014). *Handbook of inter-rater reliability* (4th ed.). Advanced Analytics.
    """
    coded, labels = encode(values)
    return float(fleiss_of(totals(coded, len(labels)))[0])


def fleiss_of(sums: Totals) -> np.ndarray:
    """Fleiss' kappa of each draw, shape (n_draws,)."""
    chance = (_label_shares(sums) ** 2).sum(axis=1)
    return np.where(_varies(sums), _corrected(sums, chance), np.nan)


def fleiss_z(values: ArrayLike | pd.DataFrame) -> float:
    """Fleiss' kappa over its standard error where all coders guess.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`; every unit with judgements by every coder.

    Returns
    -------
    float
        About normal with many independent units; NaN where kappa is undefined or any judgement is
        missing.

    References
    ----------
    Fleiss, J. L., Nee, J. C. M. and Landis, J. R. (1979). Large sample variance of kappa in the
    case of different sets of raters. *Psychological Bulletin*, 86(5), 974-977.
    """
    coded, labels = encode(values)
    n_units, n_coders = coded.shape
    if (coded < 0).any() or len(labels) < 2 or n_coders < 2:
        return float("nan")
    sums = totals(coded, len(labels))
    share = _label_shares(sums)[0]
    spread = share * (1 - share)
    variance = 2 * (spread.sum() ** 2 - (spread * (1 - 2 * share)).sum())
    variance /= n_units * n_coders * (n_coders - 1) * spread.sum() ** 2
    return float(fleiss_of(sums)[0] / np.sqrt(variance))


def fleiss_by_category(values: ArrayLike | pd.DataFrame) -> pd.DataFrame:
    """Fleiss' kappa of each label against all others together.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`.

    Returns
    -------
    DataFrame
        One row per label, in sorted order: ``label``, ``n`` judgements with it, ``kappa``, and
        ``z``, NaN where any judgement is missing.
    """
    coded, labels = encode(values)
    rows = []
    for place, label in enumerate(labels):
        one = np.where(coded < 0, np.nan, coded == place)
        n = int((coded == place).sum())
        rows.append({"label": label, "n": n, "kappa": fleiss_kappa(one), "z": fleiss_z(one)})
    return pd.DataFrame(rows, columns=["label", "n", "kappa", "z"])


def conger_kappa(values: ArrayLike | pd.DataFrame) -> float:
    """Conger's kappa ("exact" kappa) of two or more coders; of two, Cohen's.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`. Only units that every coder judged count.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. Chance is the mean over pairs of coders of what each
        pair would agree on with its own frequencies. NaN where every coder gave every unit the same
        single label, with one coder, and where no unit was judged by all.

    References
    ----------
    Conger, A. J. (1980). Integration and generalization of kappas for multiple raters.
    *Psychological Bulletin*, 88(2), 322-328.
    """
    coded, labels = encode(values)
    return float(conger_of(totals(coded, len(labels)))[0])


def conger_of(sums: Totals) -> np.ndarray:
    """Conger's kappa of each draw, shape (n_draws,)."""
    pairs = sums.n_coders * (sums.n_coders - 1)
    if pairs == 0:
        return np.full(len(sums.pairs), np.nan)
    size = sums.n_complete
    together = sums.marginals.sum(axis=1) ** 2 - (sums.marginals**2).sum(axis=1)
    chance = together.sum(axis=1) / pairs
    kappas: np.ndarray = ratio(size * sums.complete_equal / pairs - chance, size**2 - chance)
    return kappas


def gwet_ac1(values: ArrayLike | pd.DataFrame, n_labels: int | None = None) -> float:
    """Gwet's AC1 of two or more coders.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`.
    n_labels : int, optional
        How many labels could have been given; those that were, where not said. It matters: chance
        is smaller with more of them.

    Returns
    -------
    float
        1 is perfect, 0 is chance, unitless. NaN where only one label could have been given, or no
        unit has two judgements. Where two or more could have been given and everybody gave the
        same one throughout, its formula says 1, which then only says that nothing varied. Missing
        judgements as in `fleiss_kappa`.

    Raises
    ------
    InputError
        Where `n_labels` is below the number of labels given.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high
    agreement. *British Journal of Mathematical and Statistical Psychology*, 61(1), 29-48.

    Examples
    --------
    >>> round(gwet_ac1([[1, 1], [1, 1], [1, 1], [1, 0]]), 3)
    0.68
    """
    coded, labels = encode(values)
    return float(ac1_of(totals(coded, len(labels)), _possible(labels, n_labels))[0])


def ac1_of(sums: Totals, n_labels: int) -> np.ndarray:
    """Gwet's AC1 of each draw, shape (n_draws,)."""
    if n_labels < 2:
        return np.full(len(sums.pairs), np.nan)
    share = _label_shares(sums)
    return _corrected(sums, (share * (1 - share)).sum(axis=1) / (n_labels - 1))


def brennan_prediger(values: ArrayLike | pd.DataFrame, n_labels: int | None = None) -> float:
    """Brennan and Prediger's kappa: chance is one in as many labels as there are.

    With two coders and two labels it is PABAK, the prevalence- and bias-adjusted kappa: twice the
    share of equal judgements, less 1.

    Parameters
    ----------
    values : array-like, shape (n_units, n_coders)
        As for `krippendorff_alpha`.
    n_labels : int, optional
        As for `gwet_ac1`.

    Returns
    -------
    float
        As for `gwet_ac1`, from -1 / (n_labels - 1) to 1.

    References
    ----------
    Brennan, R. L. and Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and
    alternatives. *Educational and Psychological Measurement*, 41(3), 687-699.
    Byrt, T., Bishop, J. and Carlin, J. B. (1993). Bias, prevalence and kappa.
    *Journal of Clinical Epidemiology*, 46(5), 423-429.
    """
    coded, labels = encode(values)
    return float(pabak_of(totals(coded, len(labels)), _possible(labels, n_labels))[0])


def pabak_of(sums: Totals, n_labels: int) -> np.ndarray:
    """Brennan and Prediger's kappa of each draw, shape (n_draws,)."""
    if n_labels < 2:
        return np.full(len(sums.pairs), np.nan)
    return _corrected(sums, np.full(len(sums.pairs), 1 / n_labels))


def _corrected(sums: Totals, chance: np.ndarray) -> np.ndarray:
    agreed = ratio(sums.unit_agreement, sums.n_paired)
    corrected: np.ndarray = ratio(agreed - chance, 1 - chance)
    return corrected


def _label_shares(sums: Totals) -> np.ndarray:
    shares: np.ndarray = ratio(sums.shares, sums.n_rated[:, None])
    return shares


def _varies(sums: Totals) -> np.ndarray:
    varies: np.ndarray = np.count_nonzero(sums.shares > 0, axis=1) > 1
    return varies


def _possible(labels: np.ndarray, n_labels: int | None) -> int:
    if n_labels is None:
        return len(labels)
    if n_labels < len(labels):
        raise InputError(f"n_labels is {n_labels}, but {len(labels)} labels were given.")
    return n_labels


def _differences(numbers: np.ndarray, margins: np.ndarray, level: str) -> np.ndarray:
    """The square of the difference of each two labels at a level above the nominal."""
    if level == "ordinal":
        numbers = np.cumsum(margins) - margins / 2  # how many judgements lie below the middle
    gaps: np.ndarray = numbers[:, None] - numbers
    if level == "ratio":
        gaps = ratio(gaps, numbers[:, None] + numbers)
        gaps = np.where(np.isnan(gaps), 0, gaps)
    return gaps**2
