"""The application: what answers under which address."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from kg.server.endpoint import METHODS, Endpoint
from kg.server.limits import Limits
from kg.server.linked_data import LinkedData
from kg.server.pages import PREPARATIONS, Pages
from kg.server.pool import WorkerPool
from kg.server.rendering import STATIC
from kg.server.reviewing import Reviewer, Reviews
from kg.server.security import OPEN_PATHS, Guard

__all__ = ["ServerSettings", "create_app"]

PAGE_SECONDS = 120.0
"""For a page, which runs nobody's code but ours: the first one after a build may read all of it."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What is served, to whom, and how much of it."""

    folder: Path  # that kg build wrote
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()  # names of this server besides localhost and its own
    reviewer: Reviewer | None = None  # whose answers are taken; nobody's
    cors_origin: str | None = "*"  # the sites whose scripts may read data; none: no other


class PageCompression(GZipMiddleware):
    """Compresses pages and scripts; data may be 64 MB, which all others would have to wait for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass data on as they are."""
        if scope["type"] == "http" and scope["path"].startswith(OPEN_PATHS):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: ServerSettings) -> Starlette:
    """Return the ASGI application; its workers start and stop with it."""
    limits = settings.limits
    # Two pools: however many wait for their queries, pages open.
    queries = WorkerPool(settings.folder, limits)
    patient = replace(limits, seconds=max(limits.seconds, PAGE_SECONDS))
    reading = WorkerPool(settings.folder, patient, PREPARATIONS)
    pages = Pages(reading, limits, reviews=settings.reviewer is not None)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.gather(queries.start(), reading.start())
        try:
            yield
        finally:
            await asyncio.gather(queries.stop(), reading.stop())

    async def not_found(request: Request, error: Exception) -> Response:
        return pages.failure(request, 404)

    reviews: Sequence[Route] = ()
    if settings.reviewer:
        reviews = Reviews(pages, reading, limits, settings.folder, settings.reviewer).routes()
    endpoint = Endpoint(queries, limits)
    routes: Sequence[BaseRoute] = (
        Route("/sparql", endpoint.answer, methods=list(METHODS), name="sparql"),
        *LinkedData(reading, limits).routes(),
        *pages.routes(),
        *reviews,
        Mount("/static", StaticFiles(directory=STATIC)),
    )
    guard = Middleware(Guard, hosts=settings.hosts, cors_origin=settings.cors_origin)
    return Starlette(
        routes=list(routes),
        middleware=[guard, Middleware(PageCompression, minimum_size=1000, compresslevel=6)],
        exception_handlers={404: not_found},
        lifespan=lifespan,
    )
