"""Serve the tools on stdin and stdout, or over HTTP.

A server on a laptop can be reached by every page its owner has open: DNS rebinding makes a strange
name point to 127.0.0.1. The SDK checks Host and Origin of each request; only loopback names and those
given are let in.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import AnnotatorUnavailable, InputError, SettingsError
from kg.server.limits import Limits

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.applications import Starlette

__all__ = ["PATH", "SECONDS", "serve_http", "serve_stdio"]

PATH = "/mcp"
SECONDS = 20.0  # for one question; clients give up after 30 to 60
MAX_REQUEST_BYTES = 1 << 18  # a question and its query, many times over
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def serve_stdio(folder: Path, *, seconds: float = SECONDS) -> None:
    """Answer a client that started this process, until it closes stdin.

    Raises:
        KgError: there is no graph, or the SDK is not installed.
    """
    _require_sdk()

    async def answer() -> None:
        # One worker: an assistant asks one thing after the other.
        async with _serving(folder, Limits(seconds=seconds, workers=1)) as server:
            await server.run_stdio_async()

    _run(answer)


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
    _require_sdk()

    async def answer() -> None:
        import uvicorn

        async with _serving(folder, Limits(seconds=seconds)) as server:
            with _listening(host, port) as listener:
                if ready is not None:
                    shown = f"[{host}]" if ":" in host else host
                    ready(f"http://{shown}:{listener.getsockname()[1]}{PATH}")
                app = _application(server, host, names)
                config = uvicorn.Config(
                    app, log_level="warning", server_header=False, proxy_headers=False
                )
                await uvicorn.Server(config).serve(sockets=[listener])

    _run(answer)


def _application(server: MCPServer, host: str, names: Sequence[str]) -> Starlette:
    return server.streamable_http_app(
        streamable_http_path=PATH,
        # Nothing is remembered between two requests, so there is no session to keep or to steal.
        stateless_http=True,
        json_response=True,
        max_request_body_size=MAX_REQUEST_BYTES,
        transport_security=_security(names),
        host=host,
    )


def _security(names: Sequence[str]) -> TransportSecuritySettings:
    from mcp.server.transport_security import TransportSecuritySettings

    hosts = [*LOOPBACK, *names]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for name in hosts for form in (name, f"{name}:*")],
        allowed_origins=[f"{scheme}://{name}:*" for name in hosts for scheme in ("http", "https")],
    )


def _require_sdk() -> None:
    if find_spec("mcp") is None:
        raise AnnotatorUnavailable(
            "kg mcp needs the SDK of the protocol: pip install 'kg-news[mcp]'"
        )


def _run(answer: Callable[[], Awaitable[None]]) -> None:
    import anyio

    with suppress(KeyboardInterrupt):  # Ctrl-C is how a server ends
        anyio.run(answer)


@asynccontextmanager
async def _serving(folder: Path, limits: Limits) -> AsyncIterator[MCPServer]:
    """Give a server whose workers have opened the graph: what is wrong with it is said first."""
    from kg.mcp.tools import make_server
    from kg.server.pool import WorkerPool
    from kg.server.views.names import prepare_names

    pool = WorkerPool(folder, limits, [prepare_names])
    try:
        await pool.start()
        yield make_server(pool)
    finally:
        await pool.stop()


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
