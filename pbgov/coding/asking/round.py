"""One round of questions: what is kept is taken from the folder, the rest is asked, a few at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from pbgov.coding.asking.answers import ASK_AGAIN, fault_of_form
from pbgov.coding.asking.connection import EndpointError
from pbgov.coding.asking.exchange import HOPELESS, MAY_BE_BILLED, TRY_AGAIN, Reply, exchange
from pbgov.coding.asking.kept import KeptAnswer
from pbgov.coding.asking.reasons import Fault, reasons
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.coding.asking.connection import Endpoint
    from pbgov.coding.asking.kept import AnswerFolder
    from pbgov.coding.asking.prompt import Prompt
    from pbgov.coding.asking.questions import Question

PAUSE = 1.0  # seconds before the second attempt, twice that before the third
LONGEST_WAIT = 60.0  # a server that asks for more is not waited for
GIVE_UP_AFTER = 5  # questions in a row without any answer


@dataclass(frozen=True)
class Outcome:
    """What became of one question.

    Attributes
    ----------
    state : str
        ``sent``, ``cached`` (from the folder, or the same text asked before in this round) or
        ``failed``.
    answer : KeptAnswer or None
    failure : Fault or None
        Why there is no answer.
    attempts : int
        Made in this round.
    retried : tuple of str
        Why each further attempt was made.
    seconds : float
    prompt_tokens, completion_tokens : int or None
        None where the server did not say, or may have counted an attempt that it did not finish.
    """

    state: str
    answer: KeptAnswer | None
    failure: Fault | None
    attempts: int
    retried: tuple[str, ...]
    seconds: float
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class Round:
    """How questions are asked; see `pbgov.code_by_endpoint` for what each setting means."""

    endpoint: Endpoint
    prompt: Prompt
    folder: AnswerFolder
    timeout: float
    attempts: int
    workers: int
    clock: Callable[[], str]
    progress: Callable[[int, int], None] | None

    def ask_all(self, questions: list[Question]) -> tuple[dict[str, Outcome], list[Finding]]:
        """The outcome of each question by its key, and which kept answers were spoilt."""
        kept, remarks = self._kept(questions)
        outcomes = {key: _from_folder(answer) for key, answer in kept.items()}
        unanswered = {q.key: q for q in questions if q.key not in kept}
        self._tell(len(outcomes), len(outcomes) + len(unanswered))
        stop = Event()
        with ThreadPoolExecutor(self.workers) as pool:
            waiting = {
                pool.submit(self._ask, question, stop): key for key, question in unanswered.items()
            }
            try:
                in_a_row = 0
                for done in as_completed(waiting):
                    outcome = done.result()
                    outcomes[waiting[done]] = outcome
                    in_a_row = in_a_row + 1 if outcome.failure is not None else 0
                    if outcome.failure is not None and in_a_row == GIVE_UP_AFTER:
                        raise self._error(outcome.failure, f"{in_a_row} questions in a row failed")
                    self._tell(len(outcomes), len(kept) + len(unanswered))
            except BaseException:
                stop.set()  # what is under way is still answered and kept
                pool.shutdown(cancel_futures=True)
                raise
        return outcomes, remarks

    def _kept(self, questions: list[Question]) -> tuple[dict[str, KeptAnswer], list[Finding]]:
        kept: dict[str, KeptAnswer] = {}
        remarks: dict[str, Finding] = {}
        for question in questions:
            answer = self.folder.fetch(question.key)
            if isinstance(answer, Finding):
                remarks[question.key] = answer
            elif answer is not None:
                kept[question.key] = answer
        return kept, list(remarks.values())

    def _ask(self, question: Question, stop: Event) -> Outcome:
        body = self.endpoint.body(self.prompt.system, question.message)
        started = monotonic()
        retried: list[str] = []
        tokens: list[tuple[int | None, int | None]] = []
        for attempt in range(1, self.attempts + 1):
            reply = exchange(self.endpoint, body, self.timeout)
            seconds = round(monotonic() - started, 3)
            if isinstance(reply, Reply):
                tokens.append((reply.prompt_tokens, reply.completion_tokens))
                fault = None if reply.cut_off else fault_of_form(reply.content)
                again = fault is not None and fault.reason in ASK_AGAIN
                if fault is None or not again or attempt == self.attempts:
                    return self._keep(question, reply, retried, seconds, tokens)
                retried.append(fault.reason)
                pause = 0.0
            else:
                failure = Fault(reply.reason, reply.seen)
                if reply.reason in MAY_BE_BILLED:
                    tokens.append((None, None))
                pause = PAUSE * attempt if reply.wait is None else reply.wait
                last = attempt == self.attempts or reply.reason not in TRY_AGAIN
                if reply.reason in HOPELESS or (last and reply.reason == "no_connection"):
                    raise self._error(failure)
                if last or pause > LONGEST_WAIT:
                    return Outcome(
                        "failed", None, failure, attempt, tuple(retried), seconds, *_sum(tokens)
                    )
                retried.append(reply.reason)
            if stop.wait(pause):
                break
        raise EndpointError("The round was stopped before this question was answered.")

    def _keep(
        self,
        question: Question,
        reply: Reply,
        retried: list[str],
        seconds: float,
        tokens: list[tuple[int | None, int | None]],
    ) -> Outcome:
        answer = KeptAnswer(
            reply.content,
            reply.cut_off,
            self.endpoint.host,
            reply.model,
            self.clock(),
            len(retried) + 1,
            retried,
            seconds,
            *_sum(tokens),
        )
        self.folder.keep(question.key, answer)
        return Outcome(
            "sent", answer, None, answer.attempts, tuple(retried), seconds, *_sum(tokens)
        )

    def _error(self, failure: Fault, how: str = "The endpoint cannot be used") -> EndpointError:
        zh, en = reasons()[failure.reason]
        return EndpointError(
            f"{self.endpoint.url}: {how}: {en} ({failure.seen}). What was answered is kept in"
            f" {self.folder.folder}; the same call goes on from there. {zh}。"
        )

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)


def _from_folder(answer: KeptAnswer) -> Outcome:
    return Outcome("cached", answer, None, 0, (), 0.0, 0, 0)


def _sum(tokens: list[tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    prompts = [prompt for prompt, _ in tokens]
    completions = [completion for _, completion in tokens]
    return (
        None if None in prompts else sum(count or 0 for count in prompts),
        None if None in completions else sum(count or 0 for count in completions),
    )
