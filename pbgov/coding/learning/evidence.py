"""Which words of a text a learned code rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pbgov.coding.learning.features import LONGEST_RUN, RUNS, WORDS, is_word

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from pbgov.coding.learning.fitted import Fitted

N_WORDS = 3
LARGEST_SHARE = 0.5


class Evidence(NamedTuple):
    """Where a code comes from; ``start`` and ``end`` are None where no stretch stands out."""

    words: tuple[str, ...]
    start: int | None
    end: int | None


def find_evidence(
    fitted: Fitted, text: str, features: csr_matrix, direction: np.ndarray
) -> Evidence:
    """The words that speak most for a code, and the stretch of text that does.

    Parameters
    ----------
    fitted : Fitted
    text : str
    features : csr_matrix, shape (1, n_features)
        Of the text.
    direction : ndarray, shape (n_features,)
        What each feature speaks for the code, see `Fitted.direction`.

    Returns
    -------
    Evidence
        ``words``: up to three words with the largest contribution to the score, those of one
        character after the others. ``start``,
        ``end``: the run of whole words that speaks for the code most above the mean of the text. The
        score of a linear model is a sum over features; the part of each is laid, in equal shares,
        on the characters where it stands. None where that run is longer than half of the text, or
        speaks against the code on balance: then the code rests on the text as a whole.
    """
    spoken = features.data * direction[features.indices]
    by_feature = dict(zip(features.indices.tolist(), spoken.tolist(), strict=True))
    n_runs = fitted.counts.rows[RUNS].shape[1]
    word_names = fitted.counts.names[WORDS]
    words = {
        word_names[column - n_runs]: value
        for column, value in by_feature.items()
        if column >= n_runs
    }
    runs = {
        fitted.counts.names[RUNS][column]: value
        for column, value in by_feature.items()
        if column < n_runs
    }
    tokens = fitted.tokenizer.tokenize(text)
    weight = _laid_on_characters(text, tokens, words, runs)
    speaking = [word for word, value in words.items() if value > 0]
    best = sorted(speaking, key=lambda word: (len(word) == 1, -words[word], word))
    return Evidence(tuple(best[:N_WORDS]), *_heaviest_stretch(tokens, weight))


def _laid_on_characters(
    text: str, tokens: list[tuple[str, int, int]], words: dict[str, float], runs: dict[str, float]
) -> np.ndarray:
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for token, start, end in tokens:
        if token.lower() in words and is_word(token):
            places.setdefault((WORDS, token.lower()), []).append((start, end))
    for length in range(1, LONGEST_RUN + 1):
        for start in range(len(text) - length + 1):
            run = text[start : start + length].lower()
            if run in runs:
                places.setdefault((RUNS, run), []).append((start, start + length))
    weight = np.zeros(len(text))
    for (block, name), spans in places.items():
        value = words[name] if block == WORDS else runs[name]
        for start, end in spans:
            weight[start:end] += value / len(spans) / (end - start)
    return weight


def _heaviest_stretch(
    tokens: list[tuple[str, int, int]], weight: np.ndarray
) -> tuple[int | None, int | None]:
    """The run of words whose weight is most above what as many characters have on average."""
    above = weight - weight.mean()
    best, first, last = 0.0, 0, 0
    total, begin = 0.0, 0
    for place, (_, start, end) in enumerate(tokens):
        if total <= 0:
            total, begin = 0.0, place
        total += float(above[start:end].sum())
        if total > best:
            best, first, last = total, begin, place + 1
    kept = tokens[first:last]
    while kept and not is_word(kept[0][0]):
        kept = kept[1:]
    while kept and not is_word(kept[-1][0]):
        kept = kept[:-1]
    if not kept:
        return None, None
    start, end = kept[0][1], kept[-1][2]
    if end - start > LARGEST_SHARE * len(weight) or weight[start:end].sum() <= 0:
        return None, None
    return start, end
