"""How few judgements, or rows, a coefficient hangs on: its sign, and its p value beside .05.

A regressor is a share of judgements: recoding one judgement moves it a little in one row (or in
several, where a judgement counts for several). A *kind* of recoding is all judgements whose recoding
moves the regressor alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.linear import least_squares
from pbgov.inference.specifications import specifications

if TYPE_CHECKING:
    from collections.abc import Callable

Question = Literal["sign", "p"]

LEVEL = 0.05
LEAST_DF = 4.0
MOST = 300
BEAM = 16
_TIE = 1e-9
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Recodings:
    """Recodings that turn an answer.

    Attributes
    ----------
    flips : ndarray of int, shape (K,)
        How many judgements of each kind are recoded.
    estimate, p_value : float
        Of the regressor afterwards; HC2 with Bell-McCaffrey degrees of freedom.
    exact : bool
        True where no fewer recodings do; False where they are merely enough.
    """

    flips: np.ndarray
    estimate: float
    p_value: float
    exact: bool

    @property
    def n(self) -> int:
        """Number of judgements recoded."""
        return int(self.flips.sum())


@dataclass(frozen=True)
class Removal:
    """Rows without which the answer is another one.

    Attributes
    ----------
    rows : tuple of int
    estimate, p_value : float
        Of the regressor without them.
    """

    rows: tuple[int, ...]
    estimate: float
    p_value: float


def focal_tests(
    outcome: np.ndarray, controls: np.ndarray, candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient and p value of each candidate for the regressor.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    controls : ndarray, shape (n, C)
        Without the column of ones.
    candidates : ndarray, shape (n, F)

    Returns
    -------
    estimate, p_value : ndarray, shape (F,)
        HC2 with Bell-McCaffrey degrees of freedom. NaN where a candidate is constant or collinear;
        p alone is NaN under four degrees of freedom.
    """
    made = specifications(
        np.asarray(outcome, dtype=float)[:, None],
        candidates,
        controls,
        subsets=np.ones((1, np.shape(controls)[1]), dtype=bool),
    )
    p = np.where(made.df >= LEAST_DF, made.p_value, np.nan)
    return made.estimate[0, :, 0], p[0, :, 0]


def fewest_for_sign(
    outcome: np.ndarray,
    controls: np.ndarray,
    regressor: np.ndarray,
    effects: np.ndarray,
    available: np.ndarray,
) -> Recodings | None:
    """The fewest recodings after which the coefficient has the other sign.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    controls : ndarray, shape (n, C)
        The other regressors, without the column of ones.
    regressor : ndarray, shape (n,)
    effects : ndarray, shape (K, n)
        What one recoding of each kind adds to the regressor.
    available : ndarray of int, shape (K,)
        How many judgements there are of each kind.

    Returns
    -------
    Recodings or None
        None where the coefficient is 0, or not even recoding all would turn it.

    Notes
    -----
    The coefficient is x'My / x'Mx, M being the residual maker of the other regressors (Frisch,
    Waugh and Lovell), and x'Mx is positive: the sign is that of x'e, with e = My. This is linear in
    x, and e does not change with x. So each recoding of kind j takes the same amount, its gain
    -sign(x'e) * effects[j]'e, off ``|x'e|``, whatever else is recoded; m recodings take off at most the
    sum of the m largest gains. Hence the fewest are found by taking the largest gains first,
    until their sum passes ``|x'e|``. Recodings that only bring the coefficient to 0 do not turn it.

    Raises
    ------
    InputError
        Where shapes do not fit, or the controls are collinear.
    """
    outcome, controls, regressor, effects, available = _checked(
        outcome, controls, regressor, effects, available
    )
    fit = least_squares(np.column_stack([np.ones(len(outcome)), controls]), outcome)
    now = float(regressor @ fit.residuals)
    size = float(np.linalg.norm(fit.residuals) * np.linalg.norm(regressor))
    if abs(now) <= _TIE * size:
        return None
    gains = -np.sign(now) * (effects @ fit.residuals)
    left, flips = abs(now), np.zeros(len(gains), dtype=int)
    for kind in np.argsort(-gains, kind="stable"):
        if gains[kind] <= _TIE * abs(now) / max(1, available.sum()):
            return None
        flips[kind] = min(int(available[kind]), int(np.floor(left / gains[kind] + _TIE)) + 1)
        left -= flips[kind] * gains[kind]
        if left < -_ROUNDING * size:
            estimate, p = focal_tests(outcome, controls, (regressor + flips @ effects)[:, None])
            return Recodings(flips, float(estimate[0]), float(p[0]), exact=True)
    return None


def enough_for_p(
    outcome: np.ndarray,
    controls: np.ndarray,
    regressor: np.ndarray,
    effects: np.ndarray,
    available: np.ndarray,
    *,
    beam: int = BEAM,
    most: int = MOST,
    progress: Callable[[int, int], None] | None = None,
) -> Recodings | None:
    """Recodings after which the p value lies on the other side of .05.

    Parameters
    ----------
    outcome, controls, regressor, effects, available
        As for `fewest_for_sign`.
    beam : int
        How many sets of recodings are followed side by side.
    most : int
        Recodings after which the search is given up.
    progress : callable, optional
        Told after each recoding how many were tried, and `most`.

    Returns
    -------
    Recodings or None
        Enough, and as a rule the fewest, but fewer may do: the p value is not linear in the
        recodings, so they are searched one by one, following the sets that came nearest.
        None where there is no p value to begin with, or no way was found.

    Raises
    ------
    InputError
        As `fewest_for_sign`.
    """
    outcome, controls, regressor, effects, available = _checked(
        outcome, controls, regressor, effects, available
    )
    first = float(focal_tests(outcome, controls, regressor[:, None])[1][0])
    if np.isnan(first):
        return None
    toward = 1.0 if first < LEVEL else -1.0  # up to .05 and beyond, or down below it
    opposite = _opposite(effects)
    states = np.zeros((1, len(available)), dtype=int)
    for step in range(min(most, int(available.sum()))):
        states = _one_more(states, available, opposite)
        if not len(states):
            return None
        estimate, p = focal_tests(outcome, controls, (regressor + states @ effects).T)
        nearness = np.where(np.isnan(p), -np.inf, toward * p)
        best = int(np.argmax(nearness))
        if np.isfinite(p[best]) and (p[best] < LEVEL) != (first < LEVEL):
            return Recodings(states[best], float(estimate[best]), float(p[best]), exact=step == 0)
        states = states[np.argsort(-nearness, kind="stable")[:beam]]
        if progress is not None:
            progress(step + 1, most)
    return None


def fewest_removals(
    outcome: np.ndarray,
    controls: np.ndarray,
    regressor: np.ndarray,
    *,
    most: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Question, list[Removal]]:
    """The smallest sets of rows without which the sign, or the side of .05, is another one.

    Parameters
    ----------
    outcome, controls, regressor
        As for `fewest_for_sign`.
    most : int
        Rows that may be left out; all sets of 1, 2, … up to this are tried.
    progress : callable, optional
        Told how many sets were tried, and of how many.

    Returns
    -------
    dict of {"sign", "p"} to list of Removal
        All sets of the smallest size that does it, the furthest one first; empty where none of up to
        `most` rows does, or there is nothing to turn.
    """
    n = len(outcome)
    estimate, p = (float(each[0]) for each in focal_tests(outcome, controls, regressor[:, None]))
    found: dict[Question, list[Removal]] = {"sign": [], "p": []}
    total = sum(comb(n, size) for size in range(1, most + 1))
    tried = 0
    for size in range(1, most + 1):
        open_to: list[Question] = [question for question, sets in found.items() if not sets]
        if not open_to or np.isnan(estimate):
            break
        for rows in combinations(range(n), size):
            kept = np.delete(np.arange(n), rows)
            after, p_after = (
                float(each[0])
                for each in focal_tests(outcome[kept], controls[kept], regressor[kept, None])
            )
            turned: dict[Question, bool] = {
                "sign": after * estimate < 0,
                "p": bool(np.isfinite([p, p_after]).all()) and (p_after < LEVEL) != (p < LEVEL),
            }
            for question in open_to:
                if turned[question]:
                    found[question].append(Removal(rows, after, p_after))
            tried += 1
            if progress is not None and tried % 100 == 0:
                progress(tried, total)
    found["sign"].sort(key=lambda each: -abs(each.estimate))
    found["p"].sort(key=lambda each: -abs(each.p_value - p))
    return found


def _opposite(effects: np.ndarray) -> np.ndarray:
    """Which kinds take back which."""
    opposite = np.zeros((len(effects), len(effects)), dtype=bool)
    place = {(effect + 0.0).tobytes(): kind for kind, effect in enumerate(effects)}
    for kind, effect in enumerate(effects):
        other = place.get((0.0 - effect).tobytes())
        if other is not None:
            opposite[kind, other] = True
    return opposite


def _one_more(states: np.ndarray, available: np.ndarray, opposite: np.ndarray) -> np.ndarray:
    """Every set with one recoding more; none that takes another one back."""
    longer = states[:, None] + np.eye(len(available), dtype=int)
    possible = longer[np.arange(len(states))[:, None], range(len(available)), range(len(available))]
    taken_back = (states > 0).astype(int) @ opposite.astype(int) > 0
    return np.unique(longer[(possible <= available) & ~taken_back], axis=0)


def _checked(
    outcome: np.ndarray,
    controls: np.ndarray,
    regressor: np.ndarray,
    effects: np.ndarray,
    available: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    outcome, controls, regressor, effects = (
        np.asarray(each, dtype=float) for each in (outcome, controls, regressor, effects)
    )
    available = np.asarray(available)
    n = len(outcome)
    shapes = controls.shape[:1] + regressor.shape + effects.shape[1:]
    if controls.ndim != 2 or shapes != (n, n, n) or available.shape != effects.shape[:1]:
        raise InputError(
            f"outcome {outcome.shape}, controls {controls.shape}, regressor {regressor.shape},"
            f" effects {effects.shape}, available {available.shape}: want (n,), (n, C), (n,),"
            " (K, n) and (K,)"
        )
    if not np.issubdtype(available.dtype, np.integer) or (available < 0).any():
        raise InputError("available holds what is not a number of judgements")
    if not all(np.isfinite(each).all() for each in (outcome, controls, regressor, effects)):
        raise InputError("a value is not finite; drop those rows first")
    return outcome, controls, regressor, effects, available
