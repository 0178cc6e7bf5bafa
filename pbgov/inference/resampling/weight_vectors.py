"""The vectors of weights that a wild cluster bootstrap multiplies residuals by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.errors import InputError
from pbgov.inference.resampling.relabelings import check_draws

if TYPE_CHECKING:
    from collections.abc import Iterator

Weights = Literal["rademacher", "webb"]

ENUMERATE_UP_TO = 2_000_000
"""All signs up to 20 clusters and all of Webb's weights up to 8; either takes under 0.1 s."""
WEBB_BELOW = 10

_VALUES: dict[str, np.ndarray] = {
    "rademacher": np.array([1.0, -1.0]),
    "webb": np.array([1.0, -1.0, np.sqrt(1.5), -np.sqrt(1.5), np.sqrt(0.5), -np.sqrt(0.5)]),
}
_AT_ONCE = 2**15
_TAILS = 2**12


@dataclass(frozen=True)
class WeightVectors:
    """The vectors of weights: half of all where few enough (v and -v tie), else draws.

    Attributes
    ----------
    kind : {"rademacher", "webb"}
    n_clusters : int
    draws, seed : int
        Of the draws.
    most : int
        Compare every vector where they number as many or fewer.
    """

    kind: Weights
    n_clusters: int
    draws: int
    seed: int
    most: int = ENUMERATE_UP_TO

    def __post_init__(self) -> None:
        if self.kind not in _VALUES:
            raise InputError(f"weights {self.kind!r} are unknown; use 'rademacher' or 'webb'")
        check_draws(self.draws, self.seed)

    @property
    def all(self) -> int:
        """How many vectors there are."""
        return int(len(_VALUES[self.kind]) ** self.n_clusters)

    @property
    def enumerated(self) -> bool:
        """Whether each of them is compared."""
        return self.all <= self.most

    @property
    def floor(self) -> float:
        """The smallest p value possible.

        A vector with one weight throughout gives the observed t itself, but for its sign.
        """
        return len(_VALUES[self.kind]) / self.all if self.enumerated else 1 / (self.draws + 1)

    def p_value(self, count: int) -> float:
        """The share of vectors as large as observed, of which there are `count`."""
        return count / self.all if self.enumerated else (count + 1) / (self.draws + 1)

    def times(self, numerator: np.ndarray, scores: np.ndarray) -> Iterator[np.ndarray]:
        """Pieces of ``[numerator; scores] @ v`` over the vectors v, each (1 + G, some)."""
        rows = np.vstack([numerator, scores])
        values = _VALUES[self.kind]
        if not self.enumerated:
            random = np.random.default_rng(self.seed)
            left = self.draws
            while left:
                size = min(left, _AT_ONCE)
                yield rows @ values[random.integers(0, len(values), (self.n_clusters, size))]
                left -= size
            return
        n_tails = 0
        while n_tails < self.n_clusters - 1 and len(values) ** (n_tails + 1) <= _TAILS:
            n_tails += 1
        split = self.n_clusters - n_tails
        heads = _every_sum(rows[:, :1], values[::2])
        heads = _every_sum(rows[:, 1:split], values, heads)
        tails = _every_sum(rows[:, split:], values)
        for head in heads.T:
            yield tails + head[:, None]


def _every_sum(
    columns: np.ndarray, values: np.ndarray, start: np.ndarray | None = None
) -> np.ndarray:
    """``start`` plus every combination of the columns, each times one of the values."""
    first = np.zeros((len(columns), 1)) if start is None else start
    done = first.shape[1]
    sums = np.empty((len(columns), done * len(values) ** columns.shape[1]))
    sums[:, :done] = first + values[0] * columns.sum(axis=1, keepdims=True)
    for column in columns.T[:, :, None]:
        for place, value in enumerate(values[1:], start=1):
            sums[:, place * done : (place + 1) * done] = (
                sums[:, :done] + (value - values[0]) * column
            )
        done *= len(values)
    return sums


def usual_weights(n_clusters: int) -> Weights:
    """Webb's weights for fewer than ten clusters, else signs."""
    return "webb" if n_clusters < WEBB_BELOW else "rademacher"
