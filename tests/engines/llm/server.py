"""A server that speaks the protocol of chat completions, and misbehaves on demand.

A test gives it what to do, request by request: the last of its replies is repeated. It is a real
server on a real socket, so that what the openai package and its HTTP library do is tested as well.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: Body

    @property
    def text(self) -> str:
        """The piece of an article that stands between the fences."""
        lines = self.body["messages"][1]["content"].split("\n")
        fence = lines[-1]
        return "\n".join(lines[lines.index(fence) + 1 : -1])


@dataclass(frozen=True)
class Sent:
    """A response to send; `close_after` bytes the connection is cut."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    close_after: int | None = None
    wait: threading.Event | None = None  # answer when it is set


Behaviour: TypeAlias = "Sent | Callable[[Asked], Sent]"


def completion(
    content: object, *, finish: str = "stop", tokens: tuple[int, int] = (100, 20)
) -> Sent:
    """Return a chat completion whose content is *content*, as JSON unless it is text."""
    words = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    envelope = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "toy",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": words},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
    }
    return Sent(json.dumps(envelope).encode())


def failure(status: int, message: str = "no", **headers: str) -> Sent:
    """Return an error response."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sent(json.dumps({"error": {"message": message}}).encode(), status, named)


@dataclass
class Server:
    """A running server."""

    url: str
    behaviours: list[Behaviour]
    asked: list[Asked] = field(default_factory=list)
    stop: Callable[[], None] = lambda: None

    def does(self, *behaviours: Behaviour) -> None:
        """Say what to do from now on, one request after the other; the last is repeated."""
        self.behaviours[:] = behaviours


@contextmanager
def running(behaviours: Sequence[Behaviour] = (), *, port: int = 0) -> Iterator[Server]:
    """Run a server on this machine."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer takes 40 ms

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length))
            asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            with lock:
                server.asked.append(asked)
                chosen = server.behaviours
                behaviour = chosen.pop(0) if len(chosen) > 1 else chosen[0]
            self.send(behaviour(asked) if callable(behaviour) else behaviour)

        def send(self, sent: Sent) -> None:
            if sent.wait is not None:
                sent.wait.wait(10)
            self.send_response(sent.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent.body)))
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent.body[: sent.close_after])
            if sent.close_after is not None:
                self.close_connection = True
                # Cut, not ended: a reset, as when a server dies.
                self.wfile.flush()
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )

        def log_message(self, *_: object) -> None:
            pass

    connections: list[socket.socket] = []

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def process_request(self, request: Any, address: Any) -> None:
            connections.append(request)
            super().process_request(request, address)

        def handle_error(self, *_: object) -> None:
            pass  # a client that hung up, which the test is about

    http = Listener(("127.0.0.1", port), Handler)
    server = Server(f"http://127.0.0.1:{http.server_address[1]}/v1", list(behaviours))
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )

    def stop() -> None:
        http.shutdown()
        http.server_close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    server.stop = stop
    thread.start()
    try:
        yield server
    finally:
        stop()
        thread.join()
