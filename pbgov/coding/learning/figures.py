"""How often the learned coder is right, beside what knowing nothing and the rules would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.learning.material import NO_CODE, labels_of
from pbgov.coding.measures.reliability import (
    cluster_draws,
    cohen_kappa,
    kappas_of_draws,
    macro_f1,
    wilson_interval,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OVERALL = "*"
LEARNED, COVERED, MAJORITY, CONSTANT, RULES, UNGROUPED = (
    "learned",
    "learned, covered",
    "majority of the other folds",
    "majority of all",
    "rules",
    "learned, groups torn",
)


@dataclass(frozen=True, eq=False)
class Answers:
    """The codes that one way of coding gave every stretch.

    Attributes
    ----------
    given : ndarray of bool, shape (n, n_codes)
    decided : ndarray of bool, shape (n, n_codes)
        Where it came to a decision; an undecided code is neither given nor denied.
    only_decided : bool
        Whether it is judged by what it decided alone.
    """

    given: np.ndarray
    decided: np.ndarray
    only_decided: bool = False


def compare_with_truth(
    truth: np.ndarray,
    answers: Mapping[str, Answers],
    codes: Sequence[str],
    groups: np.ndarray,
    *,
    code_by_code: bool,
    n_boot: int,
    seed: int,
) -> pd.DataFrame:
    """One row for each way of coding, over all codes (``*``) and, where asked, code by code.

    Parameters
    ----------
    truth : ndarray of bool, shape (n, n_codes)
    answers : mapping
        The learned coder's under ``LEARNED``.
    codes : sequence of str
    groups : ndarray of int, shape (n,)
        Resampled as wholes.
    code_by_code : bool
    n_boot, seed : int

    Returns
    -------
    DataFrame
        See `pbgov.coding.learned.LearnedCoder.figures`.
    """
    draws = cluster_draws(groups, n_boot, seed)
    scopes = [(OVERALL, list(range(len(codes))))]
    if code_by_code:
        scopes += [(code, [place]) for place, code in enumerate(codes)]
    rows = []
    for code, columns in scopes:
        names = [codes[column] for column in columns]
        labels = labels_of(truth[:, columns], names)
        learned = labels_of(answers[LEARNED].given[:, columns], names) == labels
        for method, each in answers.items():
            given = each.given[:, columns]
            decided: np.ndarray = np.all(each.decided[:, columns], axis=1)
            counted = decided if each.only_decided else np.ones(len(labels), dtype=bool)
            row: dict[str, Any] = {"code_id": code, "method": method}
            row |= {"n": int(counted.sum()), "n_groups": len(np.unique(groups[counted]))}
            row["coverage"] = float(decided.mean())
            row |= _figures(truth[:, columns], given, names, counted, draws)
            right = labels_of(given, names) == labels
            row |= _gain(
                learned, right, draws, compared=method != LEARNED and not each.only_decided
            )
            rows.append(row)
    return pd.DataFrame(rows)


def _figures(
    truth: np.ndarray,
    given: np.ndarray,
    codes: Sequence[str],
    counted: np.ndarray,
    draws: np.ndarray,
) -> dict[str, Any]:
    truth, given, draws = truth[counted], given[counted], draws[:, counted]
    a, b = labels_of(truth, codes), labels_of(given, codes)
    low, high = wilson_interval(int((a == b).sum()), len(a))
    row: dict[str, Any] = {
        "accuracy": float((a == b).mean()) if len(a) else np.nan,
        "wilson_low": low,
        "wilson_high": high,
    }
    row |= _interval("boot", _shares(a == b, draws))
    row["macro_f1"] = macro_f1(truth, given) if len(a) else np.nan
    row |= _interval("macro_f1", macro_f1_of_draws(truth, given, draws))
    row["kappa"] = cohen_kappa(a, b) if len(a) else np.nan
    kappas = kappas_of_draws(a, b, draws) if len(a) else np.full(len(draws), np.nan)
    row |= _interval("kappa", kappas)
    row["kappa_undefined"] = int(np.isnan(kappas).sum())
    return row


def _gain(
    learned: np.ndarray, other: np.ndarray, draws: np.ndarray, *, compared: bool
) -> dict[str, float]:
    """How much more often the learned coder is right, in the same draws."""
    if not compared:
        return {"gain": np.nan, "gain_low": np.nan, "gain_high": np.nan}
    difference = learned.astype(float) - other.astype(float)
    return {"gain": float(difference.mean()), **_interval("gain", _shares(difference, draws))}


def macro_f1_of_draws(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`pbgov.coding.measures.reliability.macro_f1` once for each row of `weights`.

    Parameters
    ----------
    a, b : ndarray of bool, shape (n, n_codes)
        Of the reference and of the other coder.
    weights : ndarray, shape (n_draws, n)
        How often each stretch stands in each draw.

    Returns
    -------
    ndarray of float, shape (n_draws,)
        Over the codes that the reference gave in the draw; NaN where it gave none.
    """
    first, second, both = (weights @ each.astype(float) for each in (a, b, a & b))
    used = first > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.where(used, 2 * both / (first + second), 0.0)
        means: np.ndarray = f1.sum(axis=1) / used.sum(axis=1)
    return means


def _shares(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """The mean of `values` in each draw; NaN in a draw without any of these stretches."""
    size = draws.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: np.ndarray = (draws @ values.astype(float)) / size
    return shares


def _interval(name: str, values: np.ndarray) -> dict[str, float]:
    """The middle 95 % of the draws in which the figure is defined."""
    defined = values[~np.isnan(values)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (np.nan, np.nan)
    return {f"{name}_low": float(low), f"{name}_high": float(high)}


def classes_table(
    truth: np.ndarray, given: np.ndarray, codes: Sequence[str], groups: np.ndarray
) -> pd.DataFrame:
    """One row is one code, and ``none``: how many stretches and groups have it, how many are found.

    Parameters
    ----------
    truth, given : ndarray of bool, shape (n, n_codes)
        Observed, and told by models that did not see the stretch.
    codes : sequence of str
    groups : ndarray of int, shape (n,)

    Returns
    -------
    DataFrame
        See `pbgov.coding.learned.LearnedCoder.classes`.
    """
    columns = [(code, truth[:, place], given[:, place]) for place, code in enumerate(codes)]
    without: np.ndarray = ~np.any(truth, axis=1)
    if without.any():
        given_none: np.ndarray = ~np.any(given, axis=1)
        columns.append((NO_CODE, without, given_none))
    rows = []
    for code, has, told in columns:
        n_both = int((has & told).sum())
        n_groups = len(np.unique(groups[has]))
        rows.append(
            {
                "code_id": code,
                "n": int(has.sum()),
                "n_groups": n_groups,
                "n_told": int(told.sum()),
                "n_both": n_both,
                "recall": n_both / int(has.sum()),
                "precision": n_both / int(told.sum()) if told.any() else np.nan,
                "can_be_held_out": n_groups > 1,
            }
        )
    return pd.DataFrame(rows)
