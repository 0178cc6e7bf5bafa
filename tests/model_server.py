"""A server on this machine that answers as a language model would, or as badly as one can."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USAGE = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def question(self) -> str:
        return str(self.json["messages"][1]["content"])

    @property
    def text(self) -> str:
        """The segment between its two fences."""
        return self.question.rsplit("<片段 ", 1)[1].split(">\n", 1)[1].rsplit("\n</片段 ", 1)[0]

    @property
    def mark(self) -> str:
        return str(self.json["messages"][0]["content"]).split("\n")[0].removeprefix("核对码：")


@dataclass
class Sent:
    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    by_hand: Callable[[Any], None] | None = None  # writes to the socket itself


def completion(content: str, **changes: Any) -> Sent:
    """A well-formed reply around what the model wrote."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}}
    reply = {
        "object": "chat.completion",
        "model": "stub-1",
        "choices": [choice | {"finish_reason": changes.pop("finish_reason", "stop")}],
        "usage": USAGE,
    }
    return Sent(json.dumps(reply | changes).encode())


class Stub:
    """Keeps what it received; `behave` says what it answers, given the request and its number."""

    def __init__(self, behave: Callable[[Received, int], Sent]) -> None:
        self.behave = behave
        self.received: list[Received] = []
        self.url = ""


@contextlib.contextmanager
def serving(behave: Callable[[Received, int], Sent]) -> Iterator[Stub]:
    stub = Stub(behave)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Received(self.path, dict(self.headers), body)
            with lock:
                stub.received.append(request)
                number = len(stub.received)
            sent = stub.behave(request, number)
            self.close_connection = True
            with contextlib.suppress(OSError):
                if sent.by_hand is not None:
                    sent.by_hand(self.connection)
                    return
                self.send_response(sent.status)
                for name, value in sent.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent.content)))
                self.end_headers()
                self.wfile.write(sent.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
