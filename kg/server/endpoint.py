"""The SPARQL endpoint: ``/sparql``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from kg.errors import KgError
from kg.server.description import describe_service
from kg.server.limits import CutOff, Limits
from kg.server.negotiation import GRAPH_TYPES, HTML, MediaType, choose
from kg.server.pool import WorkerPool
from kg.server.protocol import read_body, read_request
from kg.server.sparql import Answer, answer_query

__all__ = ["METHODS", "Endpoint", "refusal", "send"]

METHODS = ("GET", "HEAD", "POST")

T = TypeVar("T")


class Endpoint:
    """Answers queries with a pool of workers."""

    def __init__(self, pool: WorkerPool, limits: Limits) -> None:
        self._pool = pool
        self._limits = limits

    async def answer(self, request: Request) -> Response:
        """Answer a query, or describe the service when there is none."""
        accept = ",".join(request.headers.getlist("accept"))
        try:
            body = await read_body(request.stream(), self._limits.request_bytes)
            query_string: bytes = request.scope["query_string"]
            content_type = request.headers.get("content-type", "")
            query = read_request(request.method, query_string, content_type, body)
            max_bytes = self._limits.result_bytes
            if query is not None:
                answer = await _run_while_connected(
                    request, self._pool, answer_query, query, accept, max_bytes
                )
            elif _wants_page(accept):
                return RedirectResponse("/query", status_code=303, headers={"Vary": "Accept"})
            else:
                address = str(request.url.replace(query="", fragment=""))
                answer = await self._pool.run(describe_service, address, accept, max_bytes)
        except CutOff as cut_off:
            return refusal(cut_off)
        except KgError as error:  # such as a store that a crash of the machine has damaged
            return refusal(CutOff(503, str(error)))
        return send(answer)


def _wants_page(accept: str) -> bool:
    """Say whether it is a browser that looks at the bare address."""
    chosen = choose(accept, (*GRAPH_TYPES, MediaType(HTML, "")))
    return chosen is not None and chosen.name == HTML


async def _run_while_connected(
    request: Request, pool: WorkerPool, function: Callable[..., T], *arguments: Any
) -> T:
    """Run a job for a client, and end it when the client has left."""
    work = asyncio.ensure_future(pool.run(function, *arguments))
    leaving = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise CutOff(499, "the client has left")  # nobody reads this
        return work.result()
    finally:
        work.cancel()
        leaving.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def send(answer: Answer, **headers: str) -> Response:
    """Return a whole answer; what it is depends on what was asked for."""
    charset = "; charset=utf-8" if answer.media_type.startswith("text/") else ""
    return Response(
        answer.body,
        headers={"Content-Type": f"{answer.media_type}{charset}", "Vary": "Accept", **headers},
    )


def refusal(cut_off: CutOff) -> Response:
    """Return the reason why there is no answer."""
    headers = {"Retry-After": "5"} if cut_off.status == 503 else {}
    return PlainTextResponse(f"{cut_off.reason}\n", status_code=cut_off.status, headers=headers)
