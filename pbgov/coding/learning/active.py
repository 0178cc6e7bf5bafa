"""Which segments to judge next: those the coder doubts and that stand for many like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.learning.features import count_features, learn_weighting
from pbgov.coding.learning.linear import one_thread
from pbgov.coding.learning.material import SPAN, readable
from pbgov.errors import InputError
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from pbgov.coding.learned import LearnedCoder

MOST_CANDIDATES = 2000
COLUMNS = ("order", *SPAN, "segment_id", "doubt", "code_id", "probability", "gain")


def next_batch(coder: LearnedCoder, segments: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    """The segments to judge next, in the order in which they help the coder most.

    Parameters
    ----------
    coder : LearnedCoder
        From `pbgov.train_coder`; trusted or not.
    segments : DataFrame
        All there is to judge; what taught the coder, blank text and repeats are passed over.
    n : int
        How many; fewer come back where there are fewer.
    seed : int
        Decides between segments that help the same.

    Returns
    -------
    DataFrame
        One row is one segment: ``order`` from 1, ``doc_id``, ``start``, ``end``, ``segment_id``,
        ``doubt`` (1 the evidence is level, 0 the clearest of all), ``code_id`` and ``probability`` of
        the most probable code,
        and ``gain``: how much doubt, summed over all segments, comes to lie nearer to a judged one,
        never larger than that of the row before.

    Raises
    ------
    InputError
        Where `n` is below 1, or nothing is left to judge.

    Notes
    -----
    Greedy choice of the segments S with the largest sum, over all unjudged segments i, of doubt(i)
    times the likeness of i to the nearest of S and of what is judged already (facility location):
    uncertainty, diversity and being typical in one number. Doubt is 1 minus the margin between the
    two best answers, over the largest margin there is: the margin of the evidence, because at first,
    when nobody can say what evidence is worth, all probabilities are alike. Likeness is the cosine of
    TF-IDF. Beyond
    2,000 unjudged segments, the 2,000 most doubtful are looked at. The order of the rows of
    `segments` makes no difference.

    References
    ----------
    Wei, K., Iyer, R. and Bilmes, J. (2015). Submodularity in data subset selection and active
    learning. *ICML*, 1954-1963.
    Nemhauser, G. L., Wolsey, L. A. and Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions. *Mathematical Programming*, 14, 265-294.
    """
    if n < 1:
        raise InputError(f"n is {n}; give 1 or more.")
    training = coder._training
    taught = training.material.stretches
    read = readable(segments)
    read = read[read["text"].fillna("").str.strip().ne("")]
    judged = pd.MultiIndex.from_frame(taught[SPAN])
    read = read[~pd.MultiIndex.from_frame(read[SPAN]).isin(judged)]
    read = read.sort_values(SPAN).drop_duplicates("text")
    read = read[~read["text"].isin(set(taught["text"]))].reset_index(drop=True)
    if read.empty:
        raise InputError("Every segment was judged already, or repeats one that was.")
    told = training.fitted.read(training.fitted.features(read["text"].tolist()))
    largest = told.margin.max()
    doubt = 1 - told.margin / largest if largest > 0 else np.ones(len(read))
    kept = _most_doubtful(doubt, seed)
    texts = read["text"].iloc[kept].tolist()
    features = _features([*texts, *taught["text"]], coder)
    with one_thread():
        chosen, gains = _greedy(features[: len(kept)], features[len(kept) :], doubt[kept], n)
    rows = kept[chosen]
    best = told.probabilities[rows].argmax(axis=1)
    batch = read.iloc[rows][[*SPAN, "segment_id"]].reset_index(drop=True)
    batch.insert(0, "order", np.arange(1, len(rows) + 1))
    batch["doubt"] = doubt[rows]
    batch["code_id"] = pd.array([coder.codes[place] for place in best], dtype="str")
    batch["probability"] = told.probabilities[rows, best]
    batch["gain"] = gains
    return carry_mark(batch[list(COLUMNS)], segments, coder)


def _most_doubtful(doubt: np.ndarray, seed: int) -> np.ndarray:
    """The places of the segments looked at, in an order that the seed shuffled."""
    shuffled = np.random.default_rng(seed).permutation(len(doubt))
    by_doubt = shuffled[np.argsort(-doubt[shuffled], kind="stable")]
    return by_doubt[:MOST_CANDIDATES]


def _features(texts: list[str], coder: LearnedCoder) -> csr_matrix:
    """TF-IDF of its own: words that taught nothing yet make texts alike, too."""
    counts = count_features(texts, coder._training.fitted.tokenizer)
    return learn_weighting(counts, np.arange(len(texts))).apply(counts)


def _greedy(
    candidates: csr_matrix, judged: csr_matrix, doubt: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """The candidates that gain most, one after another, and what each gains."""
    likeness = (candidates @ candidates.T).toarray() / 2  # two blocks of length 1
    nearest = (candidates @ judged.T).max(axis=1).toarray().ravel() / 2
    chosen: list[int] = []
    gains: list[float] = []
    left = np.ones(len(doubt), dtype=bool)
    for _ in range(min(n, len(doubt))):
        gain = doubt @ np.maximum(likeness - nearest[:, None], 0)
        best = int(np.where(left, gain, -1.0).argmax())
        left[best] = False
        chosen.append(best)
        gains.append(float(gain[best]))
        nearest = np.maximum(nearest, likeness[:, best])
    return np.array(chosen), np.array(gains)
