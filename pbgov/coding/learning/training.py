"""Teaching, trying on texts held out, and comparing: the work behind `pbgov.train_coder`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.learning.calibration import Calibration, check_calibration
from pbgov.coding.learning.features import count_features, learn_weighting
from pbgov.coding.learning.figures import (
    CONSTANT,
    COVERED,
    LEARNED,
    MAJORITY,
    RULES,
    UNGROUPED,
    Answers,
)
from pbgov.coding.learning.fitted import Fitted, Told, tell
from pbgov.coding.learning.folds import (
    find_overlaps,
    find_repeats,
    make_folds,
    partners,
    spread_groups,
)
from pbgov.coding.learning.linear import find_strength, fit_linear
from pbgov.coding.learning.material import SPAN, labels_of
from pbgov.coding.learning.validation import Question, hold_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy.sparse import csr_matrix

    from pbgov.coding.learning.folds import Folds
    from pbgov.coding.learning.material import Material
    from pbgov.coding.learning.validation import HeldOut
    from pbgov.mining.tokens import Tokenizer

TORN_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Training:
    """A taught model, and what models like it said of the texts they were not taught.

    Attributes
    ----------
    material : Material
    questions : tuple of Question
    folds : Folds
    held_out : tuple of HeldOut
        One a question.
    told : Told
        The same, put together.
    fitted : Fitted
    repeats : DataFrame
        See `find_repeats` and `find_overlaps` of `pbgov.coding.learning.folds`.
    """

    material: Material
    questions: tuple[Question, ...]
    folds: Folds
    held_out: tuple[HeldOut, ...]
    told: Told
    fitted: Fitted
    repeats: pd.DataFrame

    def tell(self, segments: pd.DataFrame, features: csr_matrix) -> Told:
        """What the model says of segments, by their features.

        Of a text that taught it, what the model says that did not see its fold.
        """
        told = self.fitted.read(features)
        taught = self.material.stretches
        homes = dict(zip(_keys(taught), range(len(taught)), strict=True))
        found = [homes.get(key, -1) for key in _keys(segments)]
        place = np.array(found, dtype=int)
        own = place >= 0
        for values, held_out in (
            (told.given, self.told.given),
            (told.probabilities, self.told.probabilities),
            (told.certainty, self.told.certainty),
            (told.doubt, self.told.doubt),
            (told.margin, self.told.margin),
        ):
            values[own] = held_out[place[own]]
        return told


def _keys(stretches: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    columns = (stretches[name] for name in (*SPAN, "text"))
    return [
        (str(doc_id), int(start), int(end), str(text))
        for doc_id, start, end, text in zip(*columns, strict=True)
    ]


def train(
    material: Material,
    tokenizer: Tokenizer,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Training:
    """Teach with everything, and try models like it on each fold.

    Parameters
    ----------
    material : Material
        With two groups or more, and two classes in some question.
    tokenizer : Tokenizer
    seed : int
    progress : callable, optional
        Called with the folds done and the folds there are.
    """
    texts = material.stretches["text"].tolist()
    groups, labels = material.groups, material.labels
    repeats = pd.concat(
        [find_repeats(texts, groups), find_overlaps(material.stretches, groups)], ignore_index=True
    ).drop_duplicates(["first", "second"], ignore_index=True)
    counts = count_features(texts, tokenizer)
    apart = partners(repeats, len(texts))
    questions = tuple(
        Question(counts, classes, n_classes, groups, apart, seed)
        for classes, n_classes in material.questions
    )
    folds = make_folds(labels, groups, seed)
    every = np.arange(len(texts))
    total, done = len(questions) * len(np.unique(folds.of)), 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    held_out = tuple(
        hold_out(question, every, folds.of, on_fold=one_more) for question in questions
    )
    weighting = learn_weighting(counts, every)
    features = weighting.apply(counts)
    fitted = Fitted(
        counts=counts,
        tokenizer=tokenizer,
        weighting=weighting,
        linears=tuple(
            fit_linear(features, question.classes, question.n_classes) for question in questions
        ),
        strengths=tuple(
            find_strength(told.scores, told.log_prior, question.classes)
            for question, told in zip(questions, held_out, strict=True)
        ),
        n_codes=len(material.codes),
        several=material.several,
    )
    told = tell(held_out, len(material.codes), material.several)
    return Training(material, questions, folds, held_out, told, fitted, repeats)


def answers_of(
    training: Training,
    confidence: float,
    rules: tuple[np.ndarray, np.ndarray] | None,
    seed: int,
) -> dict[str, Answers]:
    """What the learned coder, and each baseline, says of the held-out texts.

    Parameters
    ----------
    training : Training
    confidence : float
    rules : tuple of ndarray, optional
        Codes given by another coder, and where he gave any, see `codes_given`.
    seed : int
    """
    told, truth = training.told, training.material.given
    decided = told.certainty >= confidence
    everywhere = np.ones_like(truth)
    answers = {
        LEARNED: Answers(told.given, decided),
        COVERED: Answers(told.given, decided, only_decided=True),
        MAJORITY: Answers(_majority_of_other_folds(training), everywhere),
        CONSTANT: Answers(truth[np.full(len(truth), _most_frequent(truth))], everywhere),
    }
    if rules is not None:
        given, covered = rules
        answers[RULES] = Answers(given, np.repeat(covered[:, None], truth.shape[1], axis=1))
    answers[UNGROUPED] = Answers(_given_with_groups_torn(training, seed), everywhere)
    return answers


def calibration_of(training: Training) -> Calibration:
    """The probabilities of held-out texts against what was observed."""
    told, questions = training.told, training.questions
    truth = [np.eye(question.n_classes)[question.classes] for question in questions]
    if training.material.several:  # each code of each text is an answer of its own
        answer, came_true = told.probabilities.T.ravel(), training.material.given.T.ravel()
    else:
        answer, came_true = (
            told.certainty[:, 0],
            training.held_out[0].choice == questions[0].classes,
        )
    return check_calibration(
        np.vstack([each.probabilities for each in training.held_out]),
        np.vstack([np.exp(each.log_prior) for each in training.held_out]),
        np.vstack(truth),
        answer,
        came_true,
        training.material.groups,
        n_texts=len(told.given),
    )


def predictions_of(training: Training, confidence: float) -> pd.DataFrame:
    """One row a text: what was observed, and what a model that did not see it said."""
    material, told = training.material, training.told
    table = material.stretches[[*SPAN, "segment_id", "group"]].copy()
    table["fold"] = training.folds.of
    table["observed"] = material.labels
    table["told"] = labels_of(told.given, material.codes)
    table["probability"] = told.certainty.min(axis=1)
    table["doubt"] = told.doubt
    table["covered"] = np.all(told.certainty >= confidence, axis=1)
    for place, code in enumerate(material.codes):
        table[f"p {code}"] = told.probabilities[:, place]
    return table


def repeats_table(training: Training) -> pd.DataFrame:
    """One row a pair of texts that stand in two groups, by their segments."""
    stretches = training.material.stretches
    pairs = training.repeats
    table = pd.DataFrame({"likeness": pairs["likeness"].astype(float)})
    for place, name in enumerate(("second", "first")):
        rows = stretches.iloc[pairs[name].to_numpy(dtype=int)]
        for column in ("group", "segment_id"):
            table.insert(0, f"{column}_{'ba'[place]}", rows[column].to_numpy())
    return table


def _most_frequent(truth: np.ndarray) -> int:
    """The first row whose codes are the most frequent ones."""
    _, first, counts = np.unique(truth, axis=0, return_index=True, return_counts=True)
    return int(first[counts == counts.max()].min())


def _majority_of_other_folds(training: Training) -> np.ndarray:
    truth, fold_of = training.material.given, training.folds.of
    given = np.zeros_like(truth)
    for number in training.folds.numbers:
        others = truth[fold_of != number]
        given[fold_of == number] = others[_most_frequent(others)]
    return given


def _given_with_groups_torn(training: Training, seed: int) -> np.ndarray:
    """What the same coder says where it is tried the wrong way: groups and repeats torn apart."""
    n = len(training.material.labels)
    alone = np.arange(n)
    none = partners(training.repeats.iloc[:0], n)
    fold_of = spread_groups(training.material.labels, alone, min(TORN_FOLDS, n), seed)
    held_out = [
        hold_out(
            Question(each.counts, each.classes, each.n_classes, alone, none, seed),
            alone,
            fold_of,
            nested=False,
        )
        for each in training.questions
    ]
    return tell(held_out, len(training.material.codes), training.material.several).given
