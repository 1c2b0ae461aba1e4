"""A real server on a free port, and requests to it as they go over the wire."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import uvicorn

from kg.server.app import ServerSettings, create_app

__all__ = ["Live", "Reply", "running"]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Live:
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, method: str, path: str, *, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request; ``content_type`` is Content-Type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, quote(path, safe="/?&=%+~:;,()'*!#[]@"), body, named)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, fields, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def query(self, text: str, **headers: str) -> Reply:
        return self.get(f"/sparql?{urlencode({'query': text})}", **headers)


@contextmanager
def running(settings: ServerSettings) -> Iterator[Live]:
    """Serve until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as kg.server does
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
        # Not run(): it would take over the signal handlers, which belong to the main thread.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        try:
            yield Live(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(30)
