"""One request sent and its reply read, within a limit of time and of size.

Environment variables of proxies, ``.netrc`` and redirects are not followed: what is sent goes to the
address the user named and to no other.
"""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pbgov.coding.asking.reasons import shown

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from datetime import datetime

    from pbgov.coding.asking.connection import Endpoint

LONGEST_REPLY = 2_000_000  # bytes; an answer of some thousand tokens is far below
REFUSALS = {
    401: "refused_key",
    403: "refused_key",
    404: "no_such_address",
    405: "no_such_address",
    400: "refused_request",
    413: "refused_request",
    422: "refused_request",
    408: "server_error",
    425: "server_error",
    429: "rate_limited",
}
TRY_AGAIN = frozenset({"timeout", "dropped", "no_connection", "server_error", "rate_limited"})
HOPELESS = frozenset(
    {"certificate", "redirect", "refused_key", "no_such_address", "unexpected_status"}
)
MAY_BE_BILLED = frozenset({"timeout", "dropped", "too_long", "wrong_content_type", "body_not_json"})


@dataclass(frozen=True)
class Reply:
    """One answer of the model.

    Attributes
    ----------
    content : str
    cut_off : bool
        True where the server says that the answer ended at its length limit.
    prompt_tokens, completion_tokens : int or None
        As the server counts them; None where it does not say.
    model : str or None
        The name the server gives the model that answered.
    """

    content: str
    cut_off: bool
    prompt_tokens: int | None
    completion_tokens: int | None
    model: str | None


@dataclass(frozen=True)
class Failure:
    """No answer: the reason (see `reasons`), what was seen, and the seconds the server asks to wait."""

    reason: str
    seen: str = ""
    wait: float | None = None


class _Watch:
    """Closes the connection when the time is over, however slowly bytes drip in."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def notice(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection as httpx tells of its steps."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.expired:
                self._expire()

    def _expire(self) -> None:
        self.expired = True
        if self._socket is not None:
            try:
                # Of the plain class: the one of TLS sockets would change the object being read.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # closed already


def exchange(endpoint: Endpoint, body: bytes, seconds: float) -> Reply | Failure:
    """Send one request and read the reply.

    Parameters
    ----------
    endpoint : Endpoint
    body : bytes
        Of `Endpoint.body`.
    seconds : float
        From connecting to the last byte read.
    """
    import httpx

    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "pbgov",
    }
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    with (
        _Watch(seconds) as watch,
        httpx.Client(
            trust_env=False, follow_redirects=False, timeout=seconds, verify=_trusted()
        ) as client,
    ):
        request = client.build_request(
            "POST", endpoint.url, content=body, headers=headers, extensions={"trace": watch.notice}
        )
        try:
            response = client.send(request, stream=True)
            try:
                content = _read(response)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return _broken(error, watch.expired, endpoint)
    if watch.expired:
        return Failure("timeout", f"{seconds:g} s")
    failure = _refusal(response, content or b"", endpoint)
    if failure is not None:
        return failure
    if content is None:
        return Failure("too_long", f"> {LONGEST_REPLY} bytes")
    return _reply(response, content, endpoint)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The authorities that the operating system trusts, an institution's own among them."""
    import ssl

    return ssl.create_default_context()


def _read(response: Any) -> bytes | None:
    """The body of a response, None where it is longer than it may be."""
    pieces: list[bytes] = []
    length = 0
    for piece in response.iter_raw():
        length += len(piece)
        if length > LONGEST_REPLY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _broken(error: Exception, expired: bool, endpoint: Endpoint) -> Failure:
    import httpx

    seen = shown(endpoint.without_key(f"{type(error).__name__}: {error}"))
    if expired or isinstance(error, httpx.TimeoutException):
        return Failure("timeout", seen)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Failure("certificate", seen)
    return Failure("no_connection" if isinstance(error, httpx.ConnectError) else "dropped", seen)


def _refusal(response: Any, content: bytes, endpoint: Endpoint) -> Failure | None:
    status: int = response.status_code
    if status == 200:
        return None
    seen = f"{status} {content.decode('utf-8', 'replace')}".strip()
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("location", "")).netloc
        return Failure("redirect", shown(endpoint.without_key(f"{status} → {target or '?'}")))
    reason = REFUSALS.get(status, "server_error" if status >= 500 else "unexpected_status")
    return Failure(reason, shown(endpoint.without_key(seen)), _wait(response.headers))


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``; a date is counted from the server's own."""
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after[:9])
    moment, now = _moment(after), _moment(headers.get("date", ""))
    return None if moment is None or now is None else max((moment - now).total_seconds(), 0.0)


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _reply(response: Any, content: bytes, endpoint: Endpoint) -> Reply | Failure:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if (kind != "application/json" and not kind.endswith("+json")) or packed != "identity":
        return Failure("wrong_content_type", shown(endpoint.without_key(f"{kind} {packed}")))
    try:
        value = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        seen = content.decode("utf-8", "replace")
        return Failure("body_not_json", shown(endpoint.without_key(seen)))
    choice = _only_choice(value)
    if choice is None:
        return Failure("not_an_answer", shown(endpoint.without_key(json.dumps(value))))
    usage = value.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    model = value.get("model")
    return Reply(
        endpoint.without_key(choice["message"]["content"]),
        choice.get("finish_reason") == "length",
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        shown(endpoint.without_key(model)) if isinstance(model, str) else None,
    )


def _only_choice(value: Any) -> dict[str, Any] | None:
    choices = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    message = choices[0].get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return choices[0] if isinstance(content, str) else None


def _count(value: object) -> int | None:
    counted = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return value if counted else None  # type: ignore[return-value]
