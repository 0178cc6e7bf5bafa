"""What is asked about each segment: its masked text, the request and the key it is kept under."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from pbgov.coding.personal.persons import names_in
from pbgov.coding.redaction import Masked, checked_names, mask_personal_data
from pbgov.errors import InputError
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from pbgov.coding.asking.connection import Endpoint
    from pbgov.coding.asking.prompt import Prompt
    from pbgov.coding.codebook import Codebook

NEEDED = ("doc_id", "segment_id", "start", "end", "text")
MOST_NAMED = 10


@dataclass(frozen=True)
class Question:
    """One segment, as it is asked about.

    Attributes
    ----------
    doc_id, segment_id : str
    start, end : int
        Of the segment in the document.
    text : str
        The segment as it is.
    masked : Masked
        Of the heading, where it is shown, a line break and the text.
    heading_length : int
        Code points of the heading and its line break in the original; 0 where it is hidden.
    message : str
        What is sent behind the instructions.
    key : str
        Digest of all that the answer rests on.
    """

    doc_id: str
    segment_id: str
    start: int
    end: int
    text: str
    masked: Masked
    heading_length: int
    message: str
    key: str

    @property
    def shown(self) -> str:
        """The masked text, without the heading."""
        return self.masked.text[self._shift :]

    def in_document(self, start: int, end: int) -> tuple[int, int]:
        """Places in the document of a span of `shown`."""
        first, last = self.masked.to_original(start + self._shift, end + self._shift)
        return self.start + first - self.heading_length, self.start + last - self.heading_length

    @property
    def _shift(self) -> int:
        if not self.heading_length:
            return 0
        return self.masked.to_masked(self.heading_length - 1, self.heading_length)[1]


def make_questions(
    segments: pd.DataFrame,
    codebook: Codebook,
    prompt: Prompt,
    endpoint: Endpoint,
    *,
    persons: Iterable[str] = (),
    headings: bool = False,
) -> list[Question]:
    """The questions about every segment that has words, in the order of the table.

    A name found in one segment of a document is masked in all of them.

    Raises
    ------
    InputError
        Where columns are missing, a segment stands twice, or its text is not as long as its bounds.
    """
    read = _readable(segments, headings)
    roster = checked_names(persons)
    found: list[Question] = []
    for _, rows in read.groupby("doc_id", sort=False):
        texts = [*rows["text"], *(rows["heading"].dropna() if headings else ())]
        names = sorted({*roster, *names_in(texts)})
        for row in rows.itertuples():
            heading = str(row.heading) if headings and isinstance(row.heading, str) else None
            before = "" if heading is None else heading + "\n"
            masked = mask_personal_data(before + str(row.text), names)
            question = Question(
                str(row.doc_id),
                str(row.segment_id),
                int(row.start),  # type: ignore[arg-type]
                int(row.end),  # type: ignore[arg-type]
                str(row.text),
                masked,
                len(before),
                "",
                "",
            )
            found.append(_with_message(question, codebook, prompt, endpoint))
    place = {segment_id: at for at, segment_id in enumerate(read["segment_id"])}
    return sorted(found, key=lambda question: place[question.segment_id])


def refuse_too_long(questions: Iterable[Question], prompt: Prompt, most: int) -> None:
    """Raise an InputError where instructions and text together exceed the stated length."""
    long = [
        (question.segment_id, length)
        for question in questions
        if (length := len(prompt.system) + len(question.message)) > most
    ]
    if long:
        named = ", ".join(f"{segment} ({length})" for segment, length in long[:MOST_NAMED])
        more = f" and {len(long) - MOST_NAMED} more" if len(long) > MOST_NAMED else ""
        raise InputError(
            f"{len(long)} segments need more than max_characters={most}: {named}{more}."
            f" The instructions alone have {len(prompt.system)} characters. Ask for fewer families,"
            " cut the segments smaller, or raise max_characters where the server takes as much;"
            " a server that cuts off the rest would answer about a part. Nothing was sent."
        )


def _with_message(
    question: Question, codebook: Codebook, prompt: Prompt, endpoint: Endpoint
) -> Question:
    from dataclasses import replace

    heading = question.masked.text[: len(question.masked.text) - len(question.shown)]
    message = prompt.question(question.shown, heading[:-1] if question.heading_length else None)
    rests_on = [prompt.digest, codebook.digest, endpoint.model, endpoint.settings, message]
    key = sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()
    return replace(question, message=message, key=key)


def _readable(segments: pd.DataFrame, headings: bool) -> pd.DataFrame:
    missing = [
        name for name in (*NEEDED, *(["heading"] if headings else [])) if name not in segments
    ]
    if missing:
        raise InputError(f"segments lacks {', '.join(missing)}; pass what pbgov.segment made.")
    read = segments
    if "kind" in segments:
        read = read[read["kind"].isin(READABLE_KINDS)]
    read = read[read["text"].fillna("").str.strip() != ""]
    for key in (["segment_id"], ["doc_id", "start", "end"]):
        twice = read[read.duplicated(key)]
        if len(twice):
            raise InputError(
                f"{len(twice)} segments have the {', '.join(key)} of another one, the first is"
                f" {twice['segment_id'].iloc[0]!r}; pass each segment once."
            )
    lengths = read["end"] - read["start"]
    wrong = read[lengths != read["text"].str.len()]
    if len(wrong):
        raise InputError(
            f"The text of {wrong['segment_id'].iloc[0]!r} is not as long as its start and end say;"
            " pass the segments as they were made."
        )
    return read
