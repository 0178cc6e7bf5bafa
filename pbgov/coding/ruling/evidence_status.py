"""How far what the evidence of a coding tells has got: done, planned, advised, quoted, denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.extraction.passages import Passage, cut
from pbgov.extraction.voices import find_modality

if TYPE_CHECKING:
    import numpy as np

Told = tuple[str, str]  # a sentence, and the headings above it


def modality_of_evidence(
    codings: pd.DataFrame, segments: pd.DataFrame, at: np.ndarray
) -> pd.Series:
    """The status of the sentence in which the evidence of each coding begins.

    Each sentence is read once, and only sentences with evidence are read.

    Parameters
    ----------
    codings : DataFrame
        With ``evidence_start``, NaN where a coding points at nothing.
    segments : DataFrame
        With ``start``, ``text`` and, where headings are known, ``heading``.
    at : ndarray of int
        The number of the segment of each coding.

    Returns
    -------
    Series of str
        已实施, 计划, 建议, 引述, 试点 or 否定, as `pbgov.find_modality` reads it; NaN where it cannot be told.
    """
    texts = segments["text"].tolist()
    headings = (
        segments["heading"].fillna("").tolist() if "heading" in segments else [""] * len(texts)
    )
    offsets = codings["evidence_start"] - segments["start"].astype("Int64").array[at]
    told: list[tuple[Told, int] | None] = []
    sentences: dict[int, list[Passage]] = {}
    for number, offset in zip(at.tolist(), offsets, strict=True):
        if pd.isna(offset):
            told.append(None)
            continue
        if number not in sentences:
            sentences[number] = cut(Passage(None, None, 0, texts[number], headings[number]))
        sentence = _around(sentences[number], int(offset))
        told.append(((sentence.text, sentence.heading), int(offset) - sentence.start))
    read = _read([each[0] for each in told if each is not None])
    status = [None if each is None else _status(read[each[0]], each[1]) for each in told]
    return pd.Series(status, index=codings.index, dtype="str")


def _around(sentences: list[Passage], offset: int) -> Passage:
    return next(each for each in reversed(sentences) if each.start <= offset)


def _read(told: list[Told]) -> dict[Told, list[tuple[int, str | None]]]:
    """The parts of each sentence: where one begins, and its status."""
    different = list(dict.fromkeys(told))
    if not different:
        return {}
    frame = pd.DataFrame(different, columns=["text", "heading"])
    names = [str(number) for number in range(len(frame))]
    frame = frame.assign(doc_id="0", segment_id=names, paragraph_id=names, kind="sentence", start=0)
    found = find_modality(frame)
    parts: dict[Told, list[tuple[int, str | None]]] = {each: [] for each in different}
    for name, start, status in zip(
        found["segment_id"], found["start"], found["status"], strict=True
    ):
        parts[different[int(name)]].append((int(start), None if pd.isna(status) else status))
    return parts


def _status(parts: list[tuple[int, str | None]], offset: int) -> str | None:
    return next((status for start, status in reversed(parts) if start <= offset), None)
