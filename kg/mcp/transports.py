"""Serve the tools on stdin and stdout, or over HTTP.

A server on a laptop can be reached by every page its owner has open: DNS rebinding makes a strange
name point to 127.0.0.1. The SDK checks Host and Origin of each request; only loopback names and those
given are let in.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import AnnotatorUnavailable, InputError, SettingsError

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.transport_security import TransportSecuritySettings

__all__ = ["PATH", "SECONDS", "serve_http", "serve_stdio"]

PATH = "/mcp"
SECONDS = 20.0  # for one question; clients give up after 30 to 60
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def serve_stdio(folder: Path, *, seconds: float = SECONDS) -> None:
    """Answer a client that started this process, until it closes stdin.

    Raises:
        KgError: there is no graph, or the SDK is not installed.
    """
    with _server(folder, seconds) as server:
        server.run("stdio")


def serve_http(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    names: Sequence[str] = (),
    seconds: float = SECONDS,
    ready: Callable[[str], object] | None = None,
) -> None:
    """Answer clients at http://HOST:PORT/mcp until interrupted.

    Args:
        folder: what `kg build` wrote.
        host: the address to listen on.
        port: 0 for any that is free.
        names: names that clients call this machine by, beside those of loopback.
        seconds: for one question.
        ready: called with the address when the server listens.

    Raises:
        KgError: there is no graph, the SDK is not installed, or the address cannot be used.
    """
    if host not in ("127.0.0.1", "localhost", "::1") and not names:
        raise SettingsError(
            f"--host {host} lets other machines in: say with --allow-host by which name they call "
            "this one"
        )
    with _server(folder, seconds) as server, _listening(host, port) as listener:
        import uvicorn

        app = server.streamable_http_app(
            streamable_http_path=PATH,
            # Nothing is remembered between two requests, so there is no session to keep or to steal.
            stateless_http=True,
            json_response=True,
            max_request_body_size=1 << 18,
            transport_security=_security(names),
            host=host,
        )
        if ready is not None:
            shown = f"[{host}]" if ":" in host else host
            ready(f"http://{shown}:{listener.getsockname()[1]}{PATH}")
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def _security(names: Sequence[str]) -> TransportSecuritySettings:
    from mcp.server.transport_security import TransportSecuritySettings

    hosts = [*LOOPBACK, *names]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for name in hosts for form in (name, f"{name}:*")],
        allowed_origins=[f"{scheme}://{name}:*" for name in hosts for scheme in ("http", "https")],
    )


@contextmanager
def _server(folder: Path, seconds: float) -> Iterator[MCPServer]:
    try:
        from kg.mcp.tools import make_server
        from kg.mcp.worker import Worker
    except ImportError as error:
        raise AnnotatorUnavailable(
            "kg mcp needs the SDK of the protocol: pip install 'kg-news[mcp]'"
        ) from error
    worker = Worker(folder, seconds=seconds)
    worker.start()  # what is wrong with the graph is to be said before anybody is answered
    try:
        yield make_server(worker)
    finally:
        worker.stop()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"port {port} of {host} cannot be used: {error.strerror}", remedy="try another --port"
        ) from error
    with listener:
        yield listener
