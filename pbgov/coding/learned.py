"""The learned coder: taught by what a person coded, and tried on texts it was not taught.

It learns words and runs of characters, not meaning. Whatever it gives is a suggestion; only where
it beats always answering the most frequent code, by conditions that are stated with their numbers,
may a study use it as a coder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.learning.decision import conditions_of_trust, verdict_of
from pbgov.coding.learning.evidence import find_evidence
from pbgov.coding.learning.figures import classes_table, compare_with_truth
from pbgov.coding.learning.linear import one_thread
from pbgov.coding.learning.material import SPAN, codes_given, gather_material, labels_of, readable
from pbgov.coding.learning.remarks import NotTrained, folds_told, not_trained, remarks_of
from pbgov.coding.learning.training import (
    answers_of,
    calibration_of,
    predictions_of,
    repeats_table,
    train,
)
from pbgov.corpus.document import digest_text
from pbgov.errors import InputError
from pbgov.marks import carry_mark, is_simulated
from pbgov.mining.asked import check_whole
from pbgov.mining.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.coding.codebook import Codebook
    from pbgov.coding.learning.calibration import Calibration
    from pbgov.coding.learning.fitted import Told
    from pbgov.coding.learning.training import Training
    from pbgov.mining.lexicon import Lexicon

CODER = "learned"
ONLY_A_SUGGESTION = "仅供参考"


@dataclass(frozen=True, eq=False)
class LearnedCoder:
    """A coder taught by one person's codings, with all that is known of how right it is.

    Attributes
    ----------
    family, coder : str
        What was learned, and from whom.
    group : str
        What was held out together.
    confidence : float
        Below this probability it gives nothing.
    seed : int
    digest : str
        16 hex digits that name the judged texts, their codes and groups, and every setting: the
        same digest is the same coder.
    n, n_groups : int
        Judged stretches, and the groups they stand in.
    codes : tuple of str
        What it can give.
    folds : tuple of str
        How it was tried, in Chinese and in English.
    figures : DataFrame
        One row is one way of coding the same held-out stretches: ``code_id`` (``*`` all codes; also
        code by code where a stretch can have several), ``method``, ``n``, ``n_groups``,
        ``coverage`` (share decided), ``accuracy`` (share of stretches with just the observed codes)
        with Wilson's interval and that of resampled groups (``boot_*``), ``macro_f1`` and ``kappa``
        with theirs, ``kappa_undefined`` (draws without kappa), and ``gain``: how much more often
        ``learned`` is right than this row, in the same draws.

        Methods: ``learned`` answers for every stretch; ``learned, covered`` is judged by what
        reaches the confidence; ``majority of the other folds`` and ``majority of all`` read
        nothing; ``rules`` where given; ``learned, groups torn`` is the wrong way to try it, in
        folds that tear groups: what it has more than ``learned`` is owed to knowing the group.
    classes : DataFrame
        One row is one code, and ``none`` where stretches were read without one: ``n``, ``n_groups``,
        ``n_told``, ``n_both``, ``recall``, ``precision``, ``can_be_held_out`` (False: it lives in
        one group, so that nothing is left to learn it from when that is held out).
    predictions : DataFrame
        One row is one judged stretch, told by a model that did not see its fold: ``observed``,
        ``told``, ``probability`` (of what is told), ``doubt`` (0 certain, 1 no idea), ``covered``,
        and ``p <code>`` for each code.
    calibration : Calibration
    repeats : DataFrame
        One row is one pair of judged texts in two groups that are nearly the same, or overlap in
        their document: ``likeness``. Neither taught where the other was asked.
    conditions : DataFrame
        One row is one condition of trust: ``condition``, ``zh``, ``en``, ``observed``, ``needed``,
        ``passed``.
    trusted : bool
        Whether all of them hold.
    verdict : tuple of str
        The figures, the decision and its reason, a sentence in Chinese and one in English.
    remarks : tuple of str
        What the figures leave out, in Chinese.
    simulated : bool
    """

    family: str
    coder: str
    group: str
    confidence: float
    seed: int
    digest: str
    n: int
    n_groups: int
    codes: tuple[str, ...]
    folds: tuple[str, str]
    figures: pd.DataFrame = field(repr=False)
    classes: pd.DataFrame = field(repr=False)
    predictions: pd.DataFrame = field(repr=False)
    calibration: Calibration = field(repr=False)
    repeats: pd.DataFrame = field(repr=False)
    conditions: pd.DataFrame = field(repr=False)
    trusted: bool
    verdict: tuple[str, str] = field(repr=False)
    remarks: tuple[str, ...] = field(repr=False)
    simulated: bool
    codebook_version: str
    _training: Training = field(repr=False)

    def code(self, segments: pd.DataFrame) -> pd.DataFrame:
        """Suggestions for every segment in which it is sure enough.

        Parameters
        ----------
        segments : DataFrame
            As `pbgov.segment` makes it, or practices; of a row only ``text`` is read.

        Returns
        -------
        DataFrame
            The columns of ``CODINGS`` (`pbgov.schemas`) and ``segment_id``, in the order of
            `segments`; one row is one code given to one segment. ``status`` is always suggested,
            ``value`` 1: no row is no judgement of absence. ``rule`` names the digest, the
            probability and the words that speak most for the code
            (``learned:0f3a… p=0.831 联合支部+组建``), ``evidence_*`` the words that stand out
            (`pbgov.coding.learning.evidence`), NaN where the code rests on the text as a whole.
            ``memo`` says 仅供参考 where the coder is not `trusted`. A stretch that taught the coder
            is told by the model that did not see its fold, so that holding these codings against
            those of the teacher flatters nobody.
        """
        from pbgov.schemas import CODINGS

        read = _with_text(segments)
        features = self._training.fitted.features(read["text"].tolist())
        told = self._training.tell(read, features)
        sure = told.given & (told.certainty >= self.confidence)
        directions = [self._training.fitted.direction(place) for place in range(len(self.codes))]
        found = read.to_dict("records")
        rows: list[dict[str, Any]] = []
        for place, column in np.argwhere(sure).tolist():
            segment = found[place]
            evidence = find_evidence(
                self._training.fitted, segment["text"], features[place], directions[column]
            )
            words = f" {'+'.join(evidence.words)}" if evidence.words else ""
            start = int(segment["start"])
            rows.append(
                {
                    "doc_id": segment["doc_id"],
                    "start": start,
                    "end": int(segment["end"]),
                    "code_id": self.codes[column],
                    "coder": CODER,
                    "value": 1,
                    "status": "suggested",
                    "evidence_start": None if evidence.start is None else start + evidence.start,
                    "evidence_end": None if evidence.end is None else start + evidence.end,
                    "rule": f"{CODER}:{self.digest} {_printed(told, place, column)}{words}",
                    "text_digest": digest_text(segment["text"]),
                    "codebook_version": self.codebook_version,
                    "memo": None if self.trusted else ONLY_A_SUGGESTION,
                    "segment_id": segment["segment_id"],
                }
            )
        table = pd.DataFrame(rows, columns=[*CODINGS.columns, "segment_id"])
        table = CODINGS.validate(table.astype({"segment_id": "str"}))
        return carry_mark(table, segments, self)

    def probabilities(self, segments: pd.DataFrame) -> pd.DataFrame:
        """What it thinks of every segment, also where it is not sure enough to say so.

        Parameters
        ----------
        segments : DataFrame
            As for `code`; of a stretch that taught it, the model speaks that did not see its fold.

        Returns
        -------
        DataFrame
            One row is one readable segment: ``doc_id``, ``start``, ``end``, ``segment_id``,
            ``doubt`` (0 certain, 1 no idea), ``told`` (what the evidence speaks for, however
            weakly), and for each code, by its id, the probability that the segment has it.
        """
        read = _with_text(segments)
        features = self._training.fitted.features(read["text"].tolist())
        told = self._training.tell(read, features)
        table = read[[*SPAN, "segment_id"]].assign(doubt=told.doubt)
        table["told"] = labels_of(told.given, self.codes)
        for place, code in enumerate(self.codes):
            table[code] = told.probabilities[:, place]
        return carry_mark(table, segments, self)

    def as_coder(self) -> Callable[[pd.DataFrame], pd.DataFrame]:
        """`code`, for a study that codes with it.

        Raises
        ------
        InputError
            Where the coder is not `trusted`; the message is its verdict.
        """
        if not self.trusted:
            raise InputError(f"{self.verdict[1]} {self.verdict[0]}")
        return self.code

    def __str__(self) -> str:
        return self.verdict[0]


def train_coder(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    family: str,
    coder: str,
    seed: int,
    group: str = "paragraph",
    confidence: float = 0.7,
    lexicon: Lexicon | None = None,
    states: pd.DataFrame | None = None,
    rules: pd.DataFrame | None = None,
    n_boot: int = 2000,
    progress: Callable[[int, int], None] | None = None,
) -> LearnedCoder | NotTrained:
    """Teach a coder with what one person coded, and try it on whole groups it was not taught.

    Parameters
    ----------
    codings : DataFrame
        As `pbgov.read_codings` gives them; those of `coder` that are judged teach.
    segments : DataFrame
        What was judged: paragraphs, sentences or practices, found by ``doc_id``, ``start`` and
        ``end``. Only ``text`` is learned from: a heading is never seen.
    codebook : Codebook
        Says whether a stretch can have several codes of the family. Where it has one primary code,
        that is learned, and secondary ones are not.
    family, coder : str
    seed : int
        Of the folds and of the bootstrap.
    group : str, default "paragraph"
        What is held out together: paragraph, document, organisation, or any column of `segments`.
    confidence : float, default 0.7
        Probability below which the coder gives nothing; 0.5 or more, so that what it gives is more
        probable than everything else together.
    lexicon : Lexicon, optional
        Its terms are words; else those of the packaged dictionary alone.
    states : DataFrame, optional
        As `pbgov.coding.codings.read_states` gives them: a stretch marked as read, by a coder who
        was asked about the family, without a code of it, teaches that there is none; such an answer
        gives no row. A stretch that is
        only doubtful teaches nothing but the codes given to it.
    rules : DataFrame, optional
        Codings of one other coder, such as `pbgov.code_by_rules` makes, to stand beside.
    n_boot : int, default 2000
    progress : callable, optional
        Called with the folds done and the folds there are.

    Returns
    -------
    LearnedCoder or NotTrained
        The latter where all stretches have the same code, where there is one group only, or where
        no code stands in two groups, so that nothing can be tried.

    Raises
    ------
    InputError
        Where the coder judged nothing here, two names are one but for their typing, a stretch has
        two primary codes of a family that allows one, or no text or no group, a text has changed
        since it was judged, a code is not in the codebook, or a setting makes no sense.

    Notes
    -----
    Words and runs of one to three characters, weighed by TF-IDF, go into a logistic regression in
    which every class weighs the same; one binary model a code where a stretch can have several.
    The code with the most evidence is the answer; its probability is that of
    `pbgov.coding.learning.linear`, which takes into account how frequent it is. Nothing that is
    learned, not the vocabulary nor the scale of the probabilities, sees the fold that is held out.

    Up to 20 groups are held out one by one; more are spread over ten folds. A text that stands,
    nearly the same, in another group does not teach where that is asked.

    The intervals resample the groups that were held out, each with what was said of it; that other
    groups might have taught is not in them.

    The person's own slips are learned too: the figures say how well the coder foretells this
    person, not how well either is right.
    """
    _refuse_settings(confidence, seed, n_boot)
    material = gather_material(
        codings, segments, codebook, family=family, coder=coder, group=group, states=states
    )
    simulated = is_simulated([codings, segments])
    why = not_trained(material, group)
    if why is not None:
        n_groups = len(np.unique(material.groups))
        return NotTrained(
            family, coder, len(material.stretches), n_groups, *why, simulated=simulated
        )
    compared = None
    if rules is not None:
        known = codebook.codes_of(family)
        compared = codes_given(rules, material.stretches, material.codes, known)
    words = (
        () if lexicon is None else zip(lexicon.terms["term"], lexicon.terms["freq"], strict=True)
    )
    with one_thread():
        training = train(material, Tokenizer(words), seed, progress)
        answers = answers_of(training, confidence, compared, seed)
    figures = compare_with_truth(
        material.given,
        answers,
        material.codes,
        material.groups,
        code_by_code=material.several,
        n_boot=n_boot,
        seed=seed,
    )
    calibration = calibration_of(training)
    conditions = conditions_of_trust(figures, calibration)
    asked = {"family": family, "group": group, "confidence": float(confidence), "seed": int(seed)}
    cut = {"lexicon": None if lexicon is None else lexicon.digest, "several": material.several}
    return LearnedCoder(
        family=family,
        coder=coder,
        group=group,
        confidence=confidence,
        seed=seed,
        digest=material.digest(asked | cut),
        n=len(material.stretches),
        n_groups=len(np.unique(material.groups)),
        codes=material.codes,
        folds=folds_told(training, group),
        figures=carry_mark(figures, codings, segments),
        classes=carry_mark(
            classes_table(material.given, training.told.given, material.codes, material.groups),
            *(codings, segments),
        ),
        predictions=carry_mark(predictions_of(training, confidence), codings, segments),
        calibration=calibration,
        repeats=repeats_table(training),
        conditions=conditions,
        trusted=bool(conditions["passed"].all()),
        verdict=verdict_of(figures, conditions, coder),
        remarks=remarks_of(training, group, lexicon is not None),
        simulated=simulated,
        codebook_version=codebook.version,
        _training=training,
    )


def _refuse_settings(confidence: object, seed: int, n_boot: int) -> None:
    if not isinstance(confidence, Real) or not 0.5 <= float(confidence) < 1:
        raise InputError(
            f"confidence is {confidence!r}; give 0.5 or more, below 1: what is given must be more"
            " probable than everything else together, and nothing is certain."
        )
    check_whole("seed", seed, 0)
    if seed >= 2**32:
        raise InputError(f"seed is {seed}; give a whole number below 2**32.")
    check_whole("n_boot", n_boot, 1)


def _printed(told: Told, place: int, column: int) -> str:
    probability = float(told.probabilities[place, column])
    return f"p={probability:.3f}" if probability < 0.9995 else "p>0.999"


def _with_text(segments: pd.DataFrame) -> pd.DataFrame:
    read = readable(segments)
    missing = read["text"].isna()
    if missing.any():
        row = read[missing].iloc[0]
        raise InputError(
            f"{row['doc_id']}[{row['start']}:{row['end']}] has no text ({int(missing.sum())} such"
            " segments); give the segments with their text."
        )
    return read.reset_index(drop=True)
