"""What every answer carries and every request must have.

A page shows words of strangers, so the browser is told to run our files only and to load nothing from
elsewhere, whatever a name says. A server on a laptop is reachable by every page its owner has open:
DNS rebinding makes a strange name point to 127.0.0.1, and the browser takes both for one site. The
name it then sends as Host is not one of ours.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["OPEN_PATHS", "POLICY", "QUERY_POLICY", "Guard", "is_ours"]

_RULES = (
    "default-src 'none'",
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
POLICY = "; ".join((*_RULES, "style-src 'self'"))

# The one style element that YASGUI 4.6.2 makes by script: the handles between the columns of a result.
QUERY_POLICY = "; ".join(
    (*_RULES, "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='")
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

OPEN_PATHS = ("/sparql", "/id/", "/data/")
"""What programs on other sites may read: data, no pages."""


def is_ours(host: str, names: Iterable[str]) -> bool:
    """Say whether a Host header names this server.

    An address cannot be rebound, so every one is ours; of names, localhost and those given.

    >>> [is_ours(host, ["kg.example"]) for host in ("[::1]:8000", "kg.example", "evil.example:80")]
    [True, True, False]
    """
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    name = name.lower().rstrip(".")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in {"localhost", *(each.lower() for each in names)}
    return True


class Guard:
    """Refuses strange hosts and adds the headers that protect readers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], cors_origin: str | None) -> None:
        self._app = app
        self._hosts = (*hosts, socket.gethostname())
        self._cors_origin = cors_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_open = self._cors_origin is not None and scope["path"].startswith(OPEN_PATHS)

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._protect(MutableHeaders(scope=message), is_open=is_open)
            await send(message)

        if not is_ours(headers.get("host", ""), self._hosts):
            reason = "this server does not go by that name; kg serve --allow-host NAME lets it\n"
            await PlainTextResponse(reason, status_code=421)(scope, receive, guarded)
        elif is_open and scope["method"] == "OPTIONS":
            await PlainTextResponse("", status_code=204)(scope, receive, guarded)
        else:
            try:
                await self._app(scope, receive, guarded)
            except asyncio.CancelledError:
                # The server was told to stop and has waited for this answer as long as it will.
                if begun:
                    raise
                reason = "the server is stopping\n"
                await PlainTextResponse(reason, status_code=503)(scope, receive, guarded)

    def _protect(self, headers: MutableHeaders, *, is_open: bool) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if is_open and self._cors_origin:
            headers["Access-Control-Allow-Origin"] = self._cors_origin
            headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
            headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
            headers["Access-Control-Max-Age"] = "86400"
            if self._cors_origin != "*":
                headers.add_vary_header("Origin")
