"""A SPARQL server of a few lines over Oxigraph's store, which misbehaves when told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

__all__ = ["Fault", "Misbehaving", "Seen", "fails_at", "running"]

Fault: TypeAlias = Literal[
    "", "401", "500", "503", "302", "413", "html", "cut before", "cut after", "half", "silent"
]


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    graph: str
    body: str
    headers: dict[str, str]
    number: int  # of those of its kind

    @property
    def kind(self) -> str:
        """What is done: insert, move, drop, count, find, …"""
        if "urn:kg:probe" in self.graph + self.body:
            return "probe"
        if self.path == "/store":
            return {"POST": "insert", "DELETE": "drop"}.get(self.method, "")
        if self.path == "/query":
            return (
                "count" if "COUNT" in self.body else "find" if "conformsTo" in self.body else "ask"
            )
        return self.body.split(maxsplit=1)[0].lower()


@dataclass
class Misbehaving:
    """What the server is told to do, what it holds and what it has seen."""

    fault: Callable[[Seen], Fault] = lambda _: ""
    has_store: bool = True
    has_update: bool = True
    can_move: bool = True
    default_is_all: bool = False
    loses: str = ""  # triples with this word are accepted and forgotten
    row_cap: int | None = None  # rows in one answer; more are left out, and a header says so
    store: ox.Store = field(default_factory=ox.Store)
    seen: list[Seen] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kinds(self) -> list[str]:
        return [each.kind for each in self.seen]

    def size(self, graph: str | None = None) -> int:
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        return sum(1 for _ in self.store.quads_for_pattern(None, None, None, name))

    def graphs(self) -> set[str]:
        return {graph.value for graph in self.store.named_graphs() if self.size(graph.value)}


def fails_at(
    kind: str, fault: Fault, *, first: int = 1, times: int = 1000
) -> Callable[[Seen], Fault]:
    """Return a rule: requests of this kind fail from the *first* on, so many *times*."""
    return lambda seen: fault if seen.kind == kind and first <= seen.number < first + times else ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = (
        -1
    )  # head and body in one packet; else each answer waits 40 ms for an acknowledgement
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def _any(self) -> None:
        state = self.server.state
        seen = self._read()
        fault = state.fault(seen)
        if fault == "silent":
            state.released.wait(30)
        if fault in ("cut before", "silent"):
            self.close_connection = True
            self.connection.close()
            return
        if fault == "302":
            self._answer(302, b"", Location="http://127.0.0.1:1/elsewhere")
        elif fault == "html":
            self._answer(200, b"<html>Welcome</html>", "text/html")
        elif fault and fault.isdigit():
            self._answer(int(fault), b"not now <b>\x1b[31m")
        else:
            with state.lock:
                status, body, type_ = self._do(seen)
            if fault == "cut after":
                self.close_connection = True
                self.connection.close()
                return
            self._answer(status, body, type_, half=fault == "half")

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

    def _read(self) -> Seen:
        state = self.server.state
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        fields = parse_qs(parts.query) | (parse_qs(body) if parts.path == "/query" else {})
        graph = fields.get("graph", fields.get("default-graph-uri", [""]))[0]
        text = fields["query"][0] if "query" in fields else body
        seen = Seen(self.command, parts.path, graph, text, dict(self.headers), 0)
        with state.lock:
            number = 1 + sum(each.kind == seen.kind for each in state.seen)
            seen = Seen(seen.method, seen.path, graph, text, seen.headers, number)
            state.seen.append(seen)
        return seen

    def _do(self, seen: Seen) -> tuple[int, bytes, str]:
        state = self.server.state
        if seen.path == "/query":
            return self._query(seen)
        if seen.path == "/update" and state.has_update:
            if seen.kind == "move" and not state.can_move:
                return 400, b"MOVE is not supported", "text/plain"
            state.store.update(seen.body)
            return 204, b"", "text/plain"
        if seen.path == "/store" and state.has_store:
            return self._graph_store(seen)
        return 404, b"", "text/plain"

    def _graph_store(self, seen: Seen) -> tuple[int, bytes, str]:
        store = self.server.state.store
        graph = ox.NamedNode(seen.graph) if seen.graph else ox.DefaultGraph()
        if seen.method in ("DELETE", "PUT"):
            store.clear_graph(graph)
        if seen.method in ("POST", "PUT"):
            loses = self.server.state.loses
            lines = [it for it in seen.body.splitlines() if not loses or loses not in it]
            store.load("\n".join(lines).encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
        return 204, b"", "text/plain"

    def _query(self, seen: Seen) -> tuple[int, bytes, str]:
        state = self.server.state
        default = ox.NamedNode(seen.graph) if seen.graph else None
        found = (
            state.store.query(seen.body, default_graph=default)
            if default or not state.default_is_all
            else state.store.query(seen.body, use_default_graph_as_union=True)
        )
        if isinstance(found, ox.QueryTriples):
            text = found.serialize(format=ox.RdfFormat.N_TRIPLES)
            return 200, text or b"", "application/n-triples"
        text = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
        if state.row_cap is not None and seen.kind == "ask":
            answer = json.loads(text)
            del answer["results"]["bindings"][state.row_cap :]
            text = json.dumps(answer).encode()
        return 200, text, "application/sparql-results+json"

    def _answer(
        self,
        status: int,
        body: bytes,
        type_: str = "text/plain",
        *,
        half: bool = False,
        **headers: str,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        if self.server.state.row_cap is not None:
            headers["X-SPARQL-MaxRows"] = str(self.server.state.row_cap)
        for name, value in headers.items():
            self.send_header(name, value)
        if half:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: Misbehaving

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def running(state: Misbehaving) -> Iterator[Misbehaving]:
    """Serve on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.state = state
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.released.set()
            server.shutdown()
            thread.join()
