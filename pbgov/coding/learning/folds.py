"""Which texts are held out together, and which must not teach what is asked of others."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ONE_BY_ONE = 20
FOLDS = 10
INNER_FOLDS = 3
NEARLY_SAME = 0.9
LENGTH = 3  # characters of the runs that near repeats are found by
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Folds:
    """Which fold holds out each text.

    Attributes
    ----------
    of : ndarray of int, shape (n,)
        Texts of one group are in one fold.
    one_by_one : bool
        Whether each group is a fold of its own.
    """

    of: np.ndarray
    one_by_one: bool

    @property
    def numbers(self) -> list[int]:
        """The folds, from the first."""
        return [int(number) for number in np.unique(self.of)]


def make_folds(labels: np.ndarray, groups: np.ndarray, seed: int) -> Folds:
    """Folds that tear no group apart: each group by itself, or ten folds where there are many.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        To spread over the folds.
    groups : ndarray of int, shape (n,)
        At least two.
    seed : int
        Of the spreading; groups one by one need none.
    """
    if len(np.unique(groups)) <= MOST_ONE_BY_ONE:
        return Folds(np.unique(groups, return_inverse=True)[1], one_by_one=True)
    return Folds(spread_groups(labels, groups, FOLDS, seed), one_by_one=False)


def spread_groups(labels: np.ndarray, groups: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """The fold of each text, groups kept together and labels spread as evenly as that allows.

    Parameters
    ----------
    labels, groups : ndarray, shape (n,)
        At least `n_folds` groups.
    n_folds, seed : int
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    most = np.unique(labels, return_counts=True)[1].max()
    kind = StratifiedGroupKFold if most >= n_folds else GroupKFold
    splitter = kind(n_folds, shuffle=True, random_state=seed)
    of = np.zeros(len(labels), dtype=int)
    with warnings.catch_warnings():
        # a class with fewer texts than folds is said in LearnedCoder.classes, with its groups
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for number, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
            of[held_out] = number
    return of


def find_repeats(texts: Sequence[str], groups: np.ndarray) -> pd.DataFrame:
    """Texts that stand, the same or nearly so, in two groups.

    Parameters
    ----------
    texts : sequence of str
    groups : ndarray of int, shape (n,)

    Returns
    -------
    DataFrame
        One row is one pair: ``first`` < ``second`` (places) and ``likeness``, the cosine of their
        sets of runs of three letters or characters, 0.9 or more; 1 where nothing but punctuation
        and white space differs.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    bare = ["".join(filter(str.isalnum, text)) for text in texts]
    pairs: dict[tuple[int, int], float] = {}
    if any(len(text) >= LENGTH for text in bare):
        counter = CountVectorizer(analyzer="char", ngram_range=(LENGTH, LENGTH), binary=True)
        runs = csr_matrix(counter.fit_transform(bare), dtype=float)
        length = np.sqrt(np.asarray(runs.sum(axis=1)).ravel())
        rows = csr_matrix(runs.multiply(1 / np.maximum(length, 1)[:, None]))
        for start in range(0, len(bare), _ROWS_AT_ONCE):
            cosines = (rows[start : start + _ROWS_AT_ONCE] @ rows.T).tocoo()
            near = cosines.data >= NEARLY_SAME
            places = (cosines.row[near] + start, cosines.col[near], cosines.data[near])
            for first, second, cosine in zip(*(each.tolist() for each in places), strict=True):
                pairs[first, second] = cosine
    homes: dict[str, list[int]] = {}
    for place, text in enumerate(bare):
        homes.setdefault(text, []).append(place)
    for same in homes.values():
        pairs |= {(first, second): 1.0 for first in same for second in same}
    found = [
        (first, second, min(likeness, 1.0))
        for (first, second), likeness in sorted(pairs.items())
        if first < second and groups[first] != groups[second]
    ]
    return pd.DataFrame(found, columns=["first", "second", "likeness"])


def find_overlaps(stretches: pd.DataFrame, groups: np.ndarray) -> pd.DataFrame:
    """Stretches of two groups that share characters of their document.

    Parameters
    ----------
    stretches : DataFrame
        ``doc_id``, ``start``, ``end``, sorted by them.
    groups : ndarray of int, shape (n,)

    Returns
    -------
    DataFrame
        One row is one pair: ``first`` < ``second`` (places) and ``likeness``, the share of the
        shorter one that both have.
    """
    columns = (stretches[name].tolist() for name in ("doc_id", "start", "end"))
    spans = list(zip(*columns, strict=True))
    found = []
    reaching: list[int] = []
    for second, (doc_id, start, end) in enumerate(spans):
        reaching = [
            each for each in reaching if spans[each][0] == doc_id and spans[each][2] > start
        ]
        for first in reaching:
            shared = min(spans[first][2], end) - start
            shorter = min(spans[first][2] - spans[first][1], end - start)
            if groups[first] != groups[second]:
                found.append((first, second, shared / shorter))
        reaching.append(second)
    return pd.DataFrame(found, columns=["first", "second", "likeness"])


def partners(repeats: pd.DataFrame, n: int) -> csr_matrix:
    """The pairs of `find_repeats` as a matrix, shape (n, n), symmetric."""
    first, second = (repeats[name].to_numpy(dtype=int) for name in ("first", "second"))
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, n))
