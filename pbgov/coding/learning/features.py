"""What the learned coder sees of a text: its words and its runs of one to three characters.

Counting is done once, for it learns nothing. What is learned from counts, that is which words are
known and how much a rare one weighs, is learned from the training rows of a fold alone (`learn`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.mining.tokens import Tokenizer, TokenRun

LONGEST_RUN = 3
RUNS, WORDS = "runs", "words"


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each text holds each feature, damped: 1 + ln(count).

    Attributes
    ----------
    rows : mapping of str to csr_matrix, each of shape (n_texts, n_features of the block)
        ``runs`` of one to three characters, and ``words``.
    names : mapping of str to list of str
        The feature of each column, sorted.
    """

    rows: Mapping[str, csr_matrix]
    names: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return int(self.rows[WORDS].shape[0])


@dataclass(frozen=True, eq=False)
class Weighting:
    """What was learned from training texts: the weight of each feature, 0 where it was not seen."""

    weights: Mapping[str, np.ndarray]

    def apply(self, counts: Counts, rows: np.ndarray | None = None) -> csr_matrix:
        """TF-IDF of the texts: each block of length 1, words behind runs.

        Parameters
        ----------
        counts : Counts
            With the columns of the counts that the weights were learned from.
        rows : ndarray of int, optional
            Only these texts, in this order.
        """
        blocks = []
        for name in (RUNS, WORDS):
            block = counts.rows[name] if rows is None else counts.rows[name][rows]
            values = block.data * self.weights[name][block.indices]
            weighted = csr_matrix((values, block.indices, block.indptr), block.shape)
            length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
            length[length == 0] = 1.0
            values = values / np.repeat(length, np.diff(block.indptr))
            blocks.append(csr_matrix((values, block.indices, block.indptr), block.shape))
        return hstack(blocks, format="csr")


def count_features(
    texts: Sequence[str], tokenizer: Tokenizer, like: Counts | None = None
) -> Counts:
    """Counts of words and of runs of characters in each text.

    Parameters
    ----------
    texts : sequence of str
    tokenizer : Tokenizer
    like : Counts, optional
        Count only its features, in its columns; what it does not know is passed over.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    cut = tokenizer.cut_many(list(texts))
    given: dict[str, Sequence[Any]] = {RUNS: texts, WORDS: words_of(cut)}
    asked: dict[str, dict[str, Any]] = {
        RUNS: {"analyzer": "char", "ngram_range": (1, LONGEST_RUN)},
        WORDS: {"analyzer": _as_they_are},
    }
    rows, names = {}, {}
    for block in (RUNS, WORDS):
        vocabulary = None if like is None else like.names[block]
        if not any(map(len, given[block])) or vocabulary == []:
            rows[block] = csr_matrix((len(texts), len(vocabulary or ())), dtype=float)
            names[block] = vocabulary or []
            continue
        counter = CountVectorizer(vocabulary=vocabulary, dtype=np.float64, **asked[block])
        found = counter.fit_transform(given[block])
        found.sort_indices()
        found.data = 1 + np.log(found.data)
        rows[block] = csr_matrix(found)
        names[block] = counter.get_feature_names_out().tolist()
    return Counts(rows, names)


def learn_weighting(counts: Counts, rows: np.ndarray) -> Weighting:
    """The inverse document frequency of each feature in the given texts; 0 for one not in them.

    Parameters
    ----------
    counts : Counts
    rows : ndarray of int
        The training texts.

    Notes
    -----
    ln((1 + n) / (1 + df)) + 1, as scikit-learn's ``TfidfTransformer`` with its smoothing.
    """
    weights = {}
    for name, block in counts.rows.items():
        chosen = block[rows]
        holders = np.bincount(chosen.indices, minlength=block.shape[1])
        seen = holders > 0
        weights[name] = np.where(seen, np.log((1 + len(rows)) / (1 + holders)) + 1, 0.0)
    return Weighting(weights)


def words_of(cut: TokenRun) -> list[list[str]]:
    """The words of each text in lower case, without punctuation and white space."""
    ends = np.cumsum(cut.counts)
    return [
        [word.lower() for word in cut.tokens[end - count : end] if is_word(word)]
        for count, end in zip(cut.counts.tolist(), ends.tolist(), strict=True)
    ]


def is_word(token: str) -> bool:
    """Whether a token has a letter, a digit or a character of its own, beside punctuation."""
    return any(map(str.isalnum, token))


def _as_they_are(words: list[str]) -> list[str]:
    return words
