"""A language model as a coder, on an endpoint that the user runs and names.

It sees masked text, its answers are held against the text and the codebook, and what is accepted is a
suggestion (``status`` suggested) for a person to confirm. Nothing is sent unless an endpoint is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.asking.connection import Endpoint, name_endpoint
from pbgov.coding.asking.kept import AnswerFolder
from pbgov.coding.asking.prompt import Prompt, make_prompt
from pbgov.coding.asking.questions import Question, make_questions, refuse_too_long
from pbgov.coding.asking.results import codings_of, cost_of, rejections_of, requests_of
from pbgov.coding.asking.round import Round
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pbgov.coding.codebook import Codebook
    from pbgov.findings import Finding

MOST_WORKERS = 4
MAX_CHARACTERS = 24_000


@dataclass(frozen=True, eq=False)
class EndpointCoding:
    """What a language model suggested, what was not accepted of it, and what it took.

    Attributes
    ----------
    codings : DataFrame
        The columns of ``CODINGS`` (`pbgov.schemas`) and ``segment_id``; coder ``endpoint:<model>``,
        status suggested, rule ``endpoint:<digest of the instructions>``. ``value`` 1: the code was
        given, ``evidence_*`` bounds the quotation in the document; 0: its family was judged and the
        code not given. A family of which the model could not tell, or whose judgement was rejected,
        has no rows: it is missing, not absent. ``memo`` is 次要 for secondary codes, and says where a
        quotation stands in the text several times and the first place was taken.
    rejections : DataFrame
        One row is one thing that was not accepted, in the order of the segments: ``segment_id``,
        ``doc_id``, ``family`` and ``code_id`` (NaN: the whole answer, the whole family), ``reason``
        (a fixed word), ``zh`` (the reason in Chinese) and ``seen``.
    requests : DataFrame
        One row is one segment asked about: ``segment_id``, ``doc_id``, ``state`` (sent, cached or
        failed), ``attempts`` in this call, ``retried`` (why, between semicolons), ``seconds``,
        ``prompt_tokens`` and ``completion_tokens`` of this call (NaN: the server did not say),
        ``model`` as the server names it, ``host`` and ``answered_at`` of the answer,
        ``characters`` of instructions and text, ``masked`` (how many stretches), ``masked_kinds``,
        ``cannot_tell`` (families) and ``answer`` (name of the kept file).
    cost : DataFrame
        One row, of what this call sent: ``requests``, ``prompt_tokens``, ``completion_tokens``,
        ``seconds``, ``price_prompt`` and ``price_completion`` (per million tokens), ``cost``. NaN
        where prices were not given or the server did not count.
    descriptor : dict
        Endpoint, model, settings, digests of instructions and codebook, and the times of the first
        and the last answer: what a reader needs to know which coder this was.
    remarks : tuple of Finding
        Kept answers that were spoilt and asked again (W280).
    """

    codings: pd.DataFrame = field(repr=False)
    rejections: pd.DataFrame = field(repr=False)
    requests: pd.DataFrame = field(repr=False)
    cost: pd.DataFrame = field(repr=False)
    descriptor: dict[str, Any]
    remarks: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        states = self.requests["state"].value_counts()
        given = int((self.codings["value"] == 1).sum())
        cost = self.cost["cost"].iloc[0]
        price = "未给单价或服务器未报用量" if pd.isna(cost) else f"{cost:.4f}"
        return (
            f"{self.descriptor['coder']}：{len(self.requests)} 个片段（本次发送 {states.get('sent', 0)}，"
            f"取自已存回答 {states.get('cached', 0)}，没有答成 {states.get('failed', 0)}）；"
            f"给出编码 {given} 条，拒收 {len(self.rejections)} 处，"
            f"遮去个人信息 {int(self.requests['masked'].sum())} 处；费用：{price}"
        )


def code_by_endpoint(
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    endpoint: str,
    model: str,
    cache: str | Path,
    families: Iterable[str] | None = None,
    key: str | None = None,
    key_variable: str | None = None,
    settings: Mapping[str, Any] | None = None,
    persons: Iterable[str] = (),
    headings: bool = False,
    allow_plain_http: bool = False,
    max_characters: int = MAX_CHARACTERS,
    timeout: float = 120.0,
    attempts: int = 3,
    workers: int = 2,
    prices: tuple[float, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], str] | None = None,
) -> EndpointCoding:
    """A language model's suggestions for every segment, each held against the text.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    codebook : Codebook
    endpoint : str
        Address of an OpenAI-compatible server that you run or may use, as
        ``http://127.0.0.1:8000/v1``. There is no other way to have anything sent.
    model : str
        As the server names it.
    cache : path
        Folder for the answers. What is answered there is not sent again, so that a call that was
        stopped goes on where it was.
    families : iterable of str, optional
        Families of codes to ask for, all by default.
    key, key_variable : str, optional
        The key itself, or the name of the environment variable that holds it. It is sent to the
        endpoint and stands nowhere else.
    settings : mapping, optional
        Sent beside the messages, as ``{"seed": 1}``; temperature 0 and max_tokens 4096 by default,
        None leaves one out.
    persons : iterable of str, optional
        Names to be masked wherever they stand, beside those that are found.
    headings : bool
        True to show each segment's heading too (column ``heading``).
    allow_plain_http : bool
        True to send unencrypted to a machine that is neither this one nor at a private address.
    max_characters : int
        The longest instructions and text, together, that the server reads whole.
    timeout : float
        Seconds for one answer, from connecting to the last byte read.
    attempts : int
        At most so many for one segment, where the server fails or the answer is not JSON.
    workers : int
        Requests at a time, 1 to 4.
    prices : (float, float), optional
        Per million tokens of what is sent and of what is answered, in your currency.
    progress : callable, optional
        Told how many segments' answers are there, and of how many.
    clock : callable, optional
        Gives the time of an answer; the system's, in UTC, where not given.

    Returns
    -------
    EndpointCoding

    Raises
    ------
    InputError
        Where an argument cannot be meant, or texts are too long (nothing is sent then).
    EndpointError
        Where the endpoint cannot be used at all (no connection, another address, a refused key), or
        five segments in a row got no answer. What was answered is kept in `cache`.

    Notes
    -----
    Personal names, telephone, identity and card numbers, accounts and home addresses are masked
    first (`pbgov.mask_personal_data`); not all are found. A text cannot give orders: whatever
    the model makes of it, only codes of the codebook with words that stand in the text are
    accepted. That the words stand there does not make the code right; measure it against people
    (`pbgov.agreement`). A `none` of a family with a residual code is that code.
    """
    _refuse_limits(max_characters, timeout, attempts, workers)
    costs = _prices(prices)
    place, prompt, questions = _prepare(
        segments,
        codebook,
        families,
        persons,
        headings,
        name_endpoint(
            endpoint,
            model,
            key=key,
            key_variable=key_variable,
            settings=settings,
            allow_plain_http=allow_plain_http,
        ),
    )
    refuse_too_long(questions, prompt, max_characters)
    asking = Round(
        place, prompt, AnswerFolder(cache), timeout, attempts, workers, clock or _now, progress
    )
    outcomes, remarks = asking.ask_all(questions)
    codings, answers = codings_of(questions, outcomes, prompt, codebook, place)
    requests = requests_of(questions, outcomes, answers, prompt)
    return EndpointCoding(
        codings,
        rejections_of(questions, answers),
        requests,
        cost_of(outcomes, *costs),
        _descriptor(place, prompt, codebook, requests),
        tuple(remarks),
    )


def preview_request(
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    endpoint: str,
    model: str,
    families: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    persons: Iterable[str] = (),
    headings: bool = False,
    allow_plain_http: bool = False,
    max_characters: int = MAX_CHARACTERS,
) -> pd.DataFrame:
    """Exactly what `code_by_endpoint` would send for each segment; nothing is sent.

    Parameters
    ----------
    segments, codebook, endpoint, model, families, settings, persons, headings, allow_plain_http
        As for `code_by_endpoint`.
    max_characters : int
        As for `code_by_endpoint`; here nothing is refused.

    Returns
    -------
    DataFrame
        One row is one segment: ``segment_id``, ``url``, ``instructions`` and ``question`` (the two
        messages), ``body`` (the request as it goes out; the key travels in a header and is not
        shown), ``characters``, ``fits`` (within `max_characters`), ``masked`` and
        ``masked_kinds``.
    """
    place = name_endpoint(endpoint, model, settings=settings, allow_plain_http=allow_plain_http)
    place, prompt, questions = _prepare(segments, codebook, families, persons, headings, place)
    lengths = [len(prompt.system) + len(question.message) for question in questions]
    requests = requests_of(questions, {}, {}, prompt)
    return pd.DataFrame(
        {
            "segment_id": requests["segment_id"],
            "url": pd.Series(place.url, requests.index, dtype="str"),
            "instructions": pd.Series(prompt.system, requests.index, dtype="str"),
            "question": pd.Series([q.message for q in questions], dtype="str"),
            "body": pd.Series(
                [place.body(prompt.system, q.message).decode() for q in questions], dtype="str"
            ),
            "characters": requests["characters"],
            "fits": pd.Series([length <= max_characters for length in lengths], dtype="bool"),
            "masked": requests["masked"],
            "masked_kinds": requests["masked_kinds"],
        }
    )


def _prepare(
    segments: pd.DataFrame,
    codebook: Codebook,
    families: Iterable[str] | None,
    persons: Iterable[str],
    headings: bool,
    endpoint: Endpoint,
) -> tuple[Endpoint, Prompt, list[Question]]:
    prompt = make_prompt(codebook, families)
    questions = make_questions(
        segments, codebook, prompt, endpoint, persons=persons, headings=headings
    )
    return endpoint, prompt, questions


def _descriptor(
    endpoint: Endpoint, prompt: Prompt, codebook: Codebook, requests: pd.DataFrame
) -> dict[str, Any]:
    times = sorted(requests["answered_at"].dropna())
    return {
        "coder": f"endpoint:{endpoint.model}",
        "url": endpoint.url,
        "host": endpoint.host,
        "model": endpoint.model,
        "hosts_that_answered": sorted(requests["host"].dropna().unique()),
        "models_that_answered": sorted(requests["model"].dropna().unique()),
        "settings": dict(endpoint.settings),
        "families": [choice.family for choice in prompt.choices],
        "prompt_digest": prompt.digest,
        "codebook_version": codebook.version,
        "codebook_digest": codebook.digest,
        "first_answer": times[0] if times else None,
        "last_answer": times[-1] if times else None,
    }


def _refuse_limits(max_characters: int, timeout: float, attempts: int, workers: int) -> None:
    if not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"workers is {workers}; ask 1 to {MOST_WORKERS} at a time.")
    if attempts < 1:
        raise InputError(f"attempts is {attempts}; make it 1 or more.")
    if not 0 < timeout < float("inf"):
        raise InputError(f"timeout is {timeout}; give the seconds for one answer.")
    if max_characters < 1:
        raise InputError(f"max_characters is {max_characters}; make it 1 or more.")


def _prices(prices: tuple[float, float] | None) -> tuple[float, float]:
    if prices is None:
        return float("nan"), float("nan")
    sent, answered = prices
    if not (0 <= sent < float("inf") and 0 <= answered < float("inf")):
        raise InputError(f"prices is {prices}; give two amounts per million tokens, 0 or more.")
    return float(sent), float(answered)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
