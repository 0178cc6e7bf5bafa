"""The tables of a round: codings, what was rejected, the requests and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.asking.answers import Answer, Given, read_answer
from pbgov.coding.asking.reasons import Fault, shown
from pbgov.coding.rules import SECONDARY
from pbgov.corpus.document import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.coding.asking.connection import Endpoint
    from pbgov.coding.asking.prompt import Prompt
    from pbgov.coding.asking.questions import Question
    from pbgov.coding.asking.round import Outcome
    from pbgov.coding.codebook import Codebook

MILLION = 1_000_000
REJECTIONS = ("segment_id", "doc_id", "family", "code_id", "reason", "zh", "seen")
REQUESTS = {
    "segment_id": "str",
    "doc_id": "str",
    "state": "str",
    "attempts": "Int64",
    "retried": "str",
    "seconds": "float64",
    "prompt_tokens": "Int64",
    "completion_tokens": "Int64",
    "model": "str",
    "host": "str",
    "answered_at": "str",
    "characters": "Int64",
    "masked": "Int64",
    "masked_kinds": "str",
    "cannot_tell": "str",
    "answer": "str",
}
COST = ("requests", "prompt_tokens", "completion_tokens", "seconds")


def codings_of(
    questions: list[Question],
    outcomes: dict[str, Outcome],
    prompt: Prompt,
    codebook: Codebook,
    endpoint: Endpoint,
) -> tuple[pd.DataFrame, dict[str, Answer]]:
    """What was accepted as codings, and what was made of the answer about each segment."""
    from pbgov.schemas import CODINGS

    answers = {q.segment_id: _read(q, outcomes[q.key], prompt) for q in questions}
    signature = {
        "coder": f"endpoint:{endpoint.model}",
        "status": "suggested",
        "rule": f"endpoint:{prompt.digest}",
        "codebook_version": codebook.version,
    }
    rows = [
        {**row, **signature} for q in questions for row in _rows(q, answers[q.segment_id], prompt)
    ]
    table = pd.DataFrame(rows, columns=[*CODINGS.columns, "segment_id"])
    return CODINGS.validate(table.astype({"segment_id": "str"})), answers


def rejections_of(questions: list[Question], answers: dict[str, Answer]) -> pd.DataFrame:
    """Everything that was not accepted, in the order of the segments."""
    rows = [
        (q.segment_id, q.doc_id, fault.family, fault.code_id, fault.reason, fault.zh, fault.seen)
        for q in questions
        for fault in answers[q.segment_id].faults
    ]
    return pd.DataFrame(rows, columns=list(REJECTIONS)).astype("str")


def requests_of(
    questions: list[Question],
    outcomes: dict[str, Outcome],
    answers: dict[str, Answer],
    prompt: Prompt,
) -> pd.DataFrame:
    """How each segment was asked about; before a round, what does not rest on outcomes."""
    rows = []
    asked: set[str] = set()
    for question in questions:
        counts = question.masked.counts
        row: dict[str, Any] = {
            "segment_id": question.segment_id,
            "doc_id": question.doc_id,
            "characters": len(prompt.system) + len(question.message),
            "masked": sum(counts.values()),
            "masked_kinds": "；".join(f"{kind}×{count}" for kind, count in counts.items()) or None,
            "answer": question.key,
        }
        outcome = outcomes.get(question.key)
        if outcome is not None:
            row |= _asked(outcome, again=question.key in asked)
            row["cannot_tell"] = "；".join(answers[question.segment_id].cannot_tell) or None
        asked.add(question.key)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(REQUESTS)).astype(REQUESTS)


def cost_of(
    outcomes: dict[str, Outcome], price_prompt: float, price_completion: float
) -> pd.DataFrame:
    """What this call sent, and its price."""
    sent = [outcome for outcome in outcomes.values() if outcome.attempts]
    prompt = _total(outcome.prompt_tokens for outcome in sent)
    completion = _total(outcome.completion_tokens for outcome in sent)
    row = {
        "requests": float(sum(outcome.attempts for outcome in sent)),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "seconds": round(sum(outcome.seconds for outcome in sent), 3),
        "price_prompt": price_prompt,
        "price_completion": price_completion,
        "cost": (prompt * price_prompt + completion * price_completion) / MILLION,
    }
    return pd.DataFrame([row]).astype({"requests": "Int64"})


def _read(question: Question, outcome: Outcome, prompt: Prompt) -> Answer:
    if outcome.answer is None:
        return Answer(faults=() if outcome.failure is None else (outcome.failure,))
    if outcome.answer.cut_off:
        return Answer(faults=(Fault("cut_off", shown(outcome.answer.content)),))
    return read_answer(outcome.answer.content, question.shown, prompt)


def _rows(question: Question, answer: Answer, prompt: Prompt) -> Iterator[dict[str, Any]]:
    given: dict[str, Given | None] = {one.code_id: one for one in answer.given}
    for choice in prompt.choices:
        if choice.family in answer.none and choice.residual in choice.codes:
            given[choice.residual] = None
    judgement = {
        "doc_id": question.doc_id,
        "segment_id": question.segment_id,
        "start": question.start,
        "end": question.end,
        "text_digest": digest_text(question.text),
    }
    for code in answer.judged:
        one = given.get(code)
        first, last = (None, None) if one is None else question.in_document(one.start, one.end)
        yield {
            **judgement,
            "code_id": code,
            "value": int(code in given),
            "evidence_start": first,
            "evidence_end": last,
            "memo": None if one is None else _memo(one),
        }


def _memo(given: Given) -> str | None:
    parts = [SECONDARY] if given.secondary else []
    if given.occurrences > 1:
        parts.append(f"引文在片段中出现 {given.occurrences} 次，回答未指明，取第一处")
    return "；".join(parts) or None


def _asked(outcome: Outcome, *, again: bool) -> dict[str, Any]:
    """A text that stood before in the table was not sent a second time."""
    answer = outcome.answer
    row: dict[str, Any] = {
        "state": "cached" if again and answer is not None else outcome.state,
        "attempts": 0 if again else outcome.attempts,
        "retried": None if again else "；".join(outcome.retried) or None,
        "seconds": 0.0 if again else outcome.seconds,
        "prompt_tokens": 0 if again else outcome.prompt_tokens,
        "completion_tokens": 0 if again else outcome.completion_tokens,
    }
    if answer is not None:
        row |= {"model": answer.model, "host": answer.host, "answered_at": answer.answered_at}
    return row


def _total(counts: Iterator[int | None]) -> float:
    listed = list(counts)
    return float("nan") if None in listed else float(sum(count or 0 for count in listed))
