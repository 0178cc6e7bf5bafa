"""Shares of a code counted from a few documents a district, as a regressor: errors in variables.

Two errors stand between a counted share and the share: the machine's (sensitivity and specificity, known
from an audit by hand) and that of having read some documents only. The first is taken out by Rogan
and Gladen's formula, the second by subtracting the sampling variance of the shares from their
sum of squares. Where everything was read that the outcome goes with, only the scatter of the
machine's own errors is subtracted. Districts are left out one at a time, with their part of the audit, so that the
sampling error of sensitivity and specificity is in the standard error too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.coding_error.design_based import checked_probability
from pbgov.inference.linear import dependent_columns

LEAST_INFORMEDNESS = 0.2
"""Sensitivity + specificity - 1 under which nothing is divided by it."""

LEAST_RELIABILITY = 0.1
"""Share of the variance between districts that is not sampling of documents, under which nothing is
estimated: above it the jackknife covers 95 to 97 times in a hundred at 16 districts, down to
14 documents each."""

LEAST_DOCUMENTS = 10
"""Documents a unit (harmonic mean) under which nothing is estimated: with 5, coverage is 85 %."""


@dataclass(frozen=True, eq=False)
class AuditedShares:
    """Shares of a code in each unit, and how far each may be off.

    Attributes
    ----------
    counted : ndarray, shape (u,)
        As the machine coded.
    shares : ndarray, shape (u,)
        Freed of the machine's error; below 0 or above 1 where chance has it so, since cutting
        them off would bias the slope.
    sampling_variance : ndarray, shape (u,)
        Of ``shares``, from reading some documents only (and auditing some, where by unit); where
        everything was read, from the machine's errors (or the audit) alone.
    sensitivity, specificity : float
        NaN where corrected unit by unit.
    without : tuple of ndarray, shapes (u, u) and (u, u)
        ``shares`` and ``sampling_variance`` again, where the unit of the row is left out.
    """

    counted: np.ndarray
    shares: np.ndarray
    sampling_variance: np.ndarray
    sensitivity: float
    specificity: float
    without: tuple[np.ndarray, np.ndarray]

    @property
    def informedness(self) -> float:
        """Sensitivity + specificity - 1: 1 is perfect, 0 says nothing."""
        return self.sensitivity + self.specificity - 1


@dataclass(frozen=True, eq=False)
class SharesFit:
    """A regression on a share, freed of the share's sampling error.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
        The last is the share's, in units of the outcome per 1 of share.
    covariance : ndarray, shape (k, k)
        Delete-one-unit jackknife; NaN where a unit cannot be left out.
    reliability : float
        Share of the variance of the shares, given the covariates, that is not sampling.
    df : int
        Units less coefficients.
    least_reliability : float
        Of all the fits that leave out one unit; at 0 or below the interval is as good as unbounded.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    reliability: float
    df: int
    least_reliability: float


def rogan_gladen_shares(
    machine: np.ndarray,
    units: np.ndarray,
    hand_rows: np.ndarray,
    hand_codes: np.ndarray,
    probability: np.ndarray,
    *,
    documents: np.ndarray | None = None,
    all_read: bool = False,
) -> AuditedShares:
    """Shares by unit, freed of the machine's error with one sensitivity and specificity for all.

    Parameters
    ----------
    machine : ndarray of {0, 1}, shape (m,)
        The machine's code of each stretch read.
    units : ndarray of int, shape (m,)
        The unit of each stretch, numbered 0 to u - 1, none left out.
    hand_rows : ndarray of int, shape (g,)
    hand_codes : ndarray of {0, 1}, shape (g,)
    probability : ndarray, shape (g,)
        With which each of these was drawn.
    documents : ndarray, shape (m,), optional
        The document of each stretch, where several come from one; they vary together.
    all_read : bool
        True where these are not a sample of documents but all there is: the share meant is
        that of these stretches, and machine errors, taken for independent, are its only error;
        `documents` is then of no account.

    Returns
    -------
    AuditedShares
        (counted + specificity - 1) / (sensitivity + specificity - 1).

    Raises
    ------
    InputError
        Where codes are not 0 and 1, a unit has fewer than two documents (unless everything
        was read), or the audit holds no stretch with the code or none without it.

    References
    ----------
    Rogan, W. J., & Gladen, B. (1978). Estimating prevalence from the results of a screening
    test. *American Journal of Epidemiology*, 107(1), 71-76.
    """
    machine, hand_codes = _zero_one(machine), _zero_one(hand_codes)
    units, rows = np.asarray(units), np.asarray(hand_rows)
    weight = 1 / checked_probability(probability, len(hand_codes))
    count = int(units.max()) + 1
    counted, variance = _counted(machine, units, documents, count, all_read=all_read)

    def by_unit(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(units[rows[chosen]], weight[chosen], minlength=count)

    with_code, without_code = by_unit(hand_codes == 1), by_unit(hand_codes == 0)
    if not with_code.any() or not without_code.any():
        raise InputError(
            "the audit holds no stretch with the code, or none without it; code more by hand"
        )
    found = by_unit((hand_codes == 1) & (machine[rows] == 1))
    spared = by_unit((hand_codes == 0) & (machine[rows] == 0))
    sensitivity = float(found.sum() / with_code.sum())
    specificity = float(spared.sum() / without_code.sum())
    with np.errstate(divide="ignore", invalid="ignore"):  # a unit that holds the whole audit
        se = (found.sum() - found) / (with_code.sum() - with_code)
        sp = (spared.sum() - spared) / (without_code.sum() - without_code)
        left = (se + sp - 1)[:, None]
        without = (counted + sp[:, None] - 1) / left, variance / left**2
        informedness = sensitivity + specificity - 1
        shares = (counted + specificity - 1) / informedness
        if all_read:
            sizes = np.bincount(units, minlength=count)
            variance = _misjudged(shares, sensitivity, specificity) / sizes
            without = without[0], _misjudged(without[0], se[:, None], sp[:, None]) / sizes / left**2
        spread = variance / informedness**2
    return AuditedShares(counted, shares, spread, sensitivity, specificity, without)


def audited_by_unit(
    machine: np.ndarray,
    units: np.ndarray,
    hand_rows: np.ndarray,
    hand_codes: np.ndarray,
    probability: np.ndarray,
    *,
    documents: np.ndarray | None = None,
    all_read: bool = False,
) -> AuditedShares:
    """Shares by unit, each freed of the machine's error by the unit's own audit.

    Parameters and errors as `rogan_gladen_shares`, but every unit needs two audited stretches.

    Returns
    -------
    AuditedShares
        The mean of machine + R/pi (hand - machine): right whatever the machine's errors go with,
        and noisier; the noise of the audit is part of ``sampling_variance``.

    References
    ----------
    Särndal, C.-E., Swensson, B., & Wretman, J. (1992). *Model Assisted Survey Sampling*,
    section 6.3 (the difference estimator). Springer.
    """
    machine, hand_codes = _zero_one(machine), _zero_one(hand_codes)
    units, rows = np.asarray(units), np.asarray(hand_rows)
    weight = 1 / checked_probability(probability, len(hand_codes))
    count = int(units.max()) + 1
    audited = np.bincount(units[rows], minlength=count)
    if (audited < 2).any():
        raise InputError(
            f"unit {int(np.argmin(audited))} has {audited.min()} audited stretches; each needs two"
        )
    counted = _counted(machine, units, documents, count, all_read=all_read)[0]
    pseudo = machine.copy()
    pseudo[rows] += weight * (hand_codes - machine[rows])
    shares, variance = _counted(pseudo, units, documents, count, all_read=all_read)
    if all_read:
        variance = _of_the_audit(hand_codes - machine[rows], weight, units[rows], audited)
        variance = variance / np.bincount(units, minlength=count) ** 2
    again = np.broadcast_to(shares, (count, count)), np.broadcast_to(variance, (count, count))
    return AuditedShares(counted, shares, variance, float("nan"), float("nan"), again)


def regress_on_shares(
    covariates: np.ndarray, audited: AuditedShares, outcome: np.ndarray
) -> SharesFit:
    """Least squares on a share whose sampling variance is known: errors in variables.

    Parameters
    ----------
    covariates : ndarray, shape (u, k - 1)
        Known without error, the column of ones among them.
    audited : AuditedShares
    outcome : ndarray, shape (u,)

    Returns
    -------
    SharesFit
        With NaN coefficients where no variance of the shares is left after subtraction. A
        unit without which none is left gives a very long interval, not none.

    Raises
    ------
    InputError
        Where a value is not finite, units are too few, or the share is a linear
        combination of the covariates.

    References
    ----------
    Fuller, W. A. (1987). *Measurement Error Models*, sections 2.2 and 3.1. Wiley.
    """
    covariates, outcome = np.asarray(covariates, dtype=float), np.asarray(outcome, dtype=float)
    u, k = covariates.shape[0], covariates.shape[1] + 1
    design = np.column_stack([covariates, audited.shares])
    if not (np.isfinite(design).all() and np.isfinite(outcome).all()):
        raise InputError("a covariate, share or outcome is not finite; drop those units first")
    if u <= k + 1:
        raise InputError(f"{u} units for {k} coefficients; need at least {k + 2}")
    if dependent := dependent_columns(design):
        raise InputError(f"column {dependent[0]} is a linear combination of the columns before it")
    basis, r = np.linalg.qr(covariates)  # the intercept among them: no digits lost far from zero
    there = np.eye(u, dtype=bool)
    slope_all, partial, noise = _freed(basis, audited.shares, audited.sampling_variance, outcome)
    if partial <= noise:
        nan = np.full((k, k), np.nan)
        return SharesFit(nan[0], nan, (partial - noise) / partial, u - k, float("nan"))
    coefficients = _all_coefficients(r, basis, audited.shares, outcome, slope_all)
    each = np.empty((u, k))
    left = np.full(u, np.nan)
    for unit in range(u):
        keep = ~there[unit]
        shares, variance = (table[unit, keep] for table in audited.without)
        if dependent_columns(covariates[keep]) or not np.isfinite(shares).all():
            each[unit] = np.nan
            continue
        inner, inner_r = np.linalg.qr(covariates[keep])
        slope, own, sampling = _freed(inner, shares, variance, outcome[keep])
        left[unit] = (own - sampling) / own
        each[unit] = _all_coefficients(inner_r, inner, shares, outcome[keep], slope)
    moves = each - coefficients
    return SharesFit(
        coefficients=coefficients,
        covariance=np.asarray((u - 1) / u * moves.T @ moves),
        reliability=(partial - noise) / partial,
        df=u - k,
        least_reliability=float(left.min()),
    )


def _freed(
    basis: np.ndarray, shares: np.ndarray, variance: np.ndarray, outcome: np.ndarray
) -> tuple[float, float, float]:
    """Slope of the share, its sum of squares given the covariates, and the part that is sampling."""
    own = shares - basis @ (basis.T @ shares)
    noise = float(variance @ (1 - np.einsum("ij,ij->i", basis, basis)))
    partial = float(own @ own)
    left = partial - noise
    return (float(own @ outcome) / left if left else float("nan")), partial, noise


def _all_coefficients(
    r: np.ndarray, basis: np.ndarray, shares: np.ndarray, outcome: np.ndarray, slope: float
) -> np.ndarray:
    others = np.linalg.solve(r, basis.T @ (outcome - slope * shares))
    return np.append(others, slope)


def _misjudged(
    share: np.ndarray, sensitivity: np.ndarray | float, specificity: np.ndarray | float
) -> np.ndarray:
    """Variance of one machine code given the truth, in a unit with this share of the code."""
    with_code = np.clip(share, 0, 1)
    return np.asarray(
        with_code * sensitivity * (1 - sensitivity)
        + (1 - with_code) * specificity * (1 - specificity)
    )


def _of_the_audit(
    corrections: np.ndarray, weight: np.ndarray, owner: np.ndarray, audited: np.ndarray
) -> np.ndarray:
    """Variance of each unit's estimated sum of corrections, the stretches themselves being fixed."""
    count = len(audited)
    mean = np.bincount(owner, corrections, minlength=count) / audited
    squared = weight * (weight - 1) * (corrections - mean[owner]) ** 2
    return np.asarray(audited / (audited - 1) * np.bincount(owner, squared, minlength=count))


def _zero_one(codes: np.ndarray) -> np.ndarray:
    codes = np.asarray(codes, dtype=float)
    wrong = np.flatnonzero(~np.isin(codes, (0, 1)))
    if len(wrong):
        raise InputError(f"code {codes[wrong[0]]} of stretch {wrong[0]} is neither 0 nor 1")
    return codes


def _counted(
    values: np.ndarray,
    units: np.ndarray,
    documents: np.ndarray | None,
    count: int,
    *,
    all_read: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each unit and its sampling variance, documents being what was drawn; 0 of all there is."""
    if units.shape != values.shape or units.min() < 0:
        raise InputError(f"{len(values)} stretches but units of shape {units.shape}")
    sizes = np.bincount(units, minlength=count)
    means = np.bincount(units, values, minlength=count) / np.maximum(sizes, 1)
    if all_read:
        return means, np.zeros(count)
    off = values - means[units]
    if documents is None:
        names, owner = np.arange(len(values)), units
    else:
        pairs, names = np.unique(
            np.column_stack([units, np.unique(documents, return_inverse=True)[1]]),
            axis=0,
            return_inverse=True,
        )
        owner = pairs[:, 0]
    drawn = np.bincount(owner, minlength=count)
    if (drawn < 2).any():
        raise InputError(
            f"unit {int(np.argmin(drawn))} has {drawn.min()} documents; the sampling variance of a"
            " share needs two"
        )
    sums = np.bincount(names, off)
    spread = np.bincount(owner, sums**2, minlength=count)
    return means, np.asarray(drawn / (drawn - 1) * spread / sizes**2)
