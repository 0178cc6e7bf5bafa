"""How right a learned coder is, by how many groups taught it: whether more coding is worth while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.learning.fitted import tell
from pbgov.coding.learning.linear import one_thread
from pbgov.coding.learning.material import labels_of
from pbgov.coding.learning.validation import hold_out
from pbgov.coding.measures.reliability import cluster_draws
from pbgov.errors import InputError
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbgov.coding.learned import LearnedCoder
    from pbgov.coding.learning.training import Training

STEPS = 5


def learning_curve(
    coder: LearnedCoder,
    *,
    seed: int,
    sizes: Sequence[int] | None = None,
    repeats: int = 5,
    n_boot: int = 2000,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Accuracy on held-out groups against the number of groups that taught.

    Parameters
    ----------
    coder : LearnedCoder
        From `pbgov.train_coder`; the curve uses its folds.
    seed : int
        Of the groups drawn, and of the bootstrap.
    sizes : sequence of int, optional
        Numbers of teaching groups; five even steps up to all that a fold leaves, where not given.
    repeats : int, default 5
        How often groups are drawn anew for each size.
    n_boot : int, default 2000
    progress : callable, optional
        Called with the rounds done and the rounds there are.

    Returns
    -------
    DataFrame
        One row is one size: ``n_groups`` (teaching; the largest is all that a fold leaves, so a
        little fewer in some folds), ``n_texts`` (taught, mean over folds and draws), ``accuracy``
        (mean over draws), ``low``, ``high`` (95 %, held-out groups resampled), ``draw_low``,
        ``draw_high`` (lowest and highest of the draws), ``n_draws``, ``majority`` (accuracy of
        always giving the most frequent code), ``n``. Answers for all texts are counted, sure or not.

    Raises
    ------
    InputError
        For sizes below 1 or beyond what a fold leaves, or fewer than one repeat.

    Notes
    -----
    The rows share their held-out texts, so that their intervals do not tell whether one size is
    better than another.
    """
    training = coder._training
    groups = training.material.groups
    left = max(
        len(np.unique(groups[training.folds.of != number])) for number in training.folds.numbers
    )
    if repeats < 1 or n_boot < 1:
        raise InputError(f"repeats is {repeats}, n_boot {n_boot}; give 1 or more of each.")
    if sizes is None:
        sizes = sorted({max(1, round(left * step / STEPS)) for step in range(1, STEPS + 1)})
    outside = [size for size in sizes if not 1 <= size <= left]
    if outside or not len(sizes):
        raise InputError(f"sizes are {list(sizes)}; give numbers of groups from 1 to {left}.")
    draws = cluster_draws(groups, n_boot, seed)
    majority = _majority(training)
    rows = []
    for done, size in enumerate(sizes):
        n_draws = 1 if size == left else repeats
        with one_thread():
            tried = [_right(training, size, (seed, size, draw)) for draw in range(n_draws)]
            right, taught = zip(*tried, strict=True)
            shares = np.mean(right, axis=1)
            resampled = draws @ np.mean(right, axis=0) / draws.sum(axis=1)
        low, high = np.percentile(resampled, [2.5, 97.5])
        rows.append(
            {
                "n_groups": size,
                "n_texts": float(np.mean(taught)),
                "accuracy": float(shares.mean()),
                "low": float(low),
                "high": float(high),
                "draw_low": float(shares.min()),
                "draw_high": float(shares.max()),
                "n_draws": n_draws,
                "majority": majority,
                "n": len(groups),
            }
        )
        if progress is not None:
            progress(done + 1, len(sizes))
    return carry_mark(pd.DataFrame(rows), coder)


def _right(training: Training, size: int, seed: tuple[int, int, int]) -> tuple[np.ndarray, float]:
    """Which held-out texts are told right where `size` groups teach, and how many texts taught."""
    groups = training.material.groups
    taught: list[int] = []

    def drawn(teaching: np.ndarray, number: int) -> np.ndarray:
        there = np.unique(groups[teaching])
        generator = np.random.default_rng([*seed, number])
        kept = generator.choice(there, size=min(size, len(there)), replace=False)
        chosen: np.ndarray = teaching[np.isin(groups[teaching], kept)]
        taught.append(len(chosen))
        return chosen

    every = np.arange(len(groups))
    held_out = [
        hold_out(question, every, training.folds.of, taught=drawn, nested=False)
        for question in training.questions
    ]
    material = training.material
    told = tell(held_out, len(material.codes), material.several)
    right = labels_of(told.given, material.codes) == material.labels
    return right.astype(float), float(np.mean(taught))


def _majority(training: Training) -> float:
    counts = np.unique(training.material.labels, return_counts=True)[1]
    return float(counts.max() / counts.sum())
