"""The application: what answers under which address."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from kg.server.endpoint import METHODS, Endpoint
from kg.server.limits import Limits
from kg.server.pool import WorkerPool
from kg.server.security import Guard

__all__ = ["ServerSettings", "create_app"]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What is served, to whom, and how much of it."""

    folder: Path  # that kg build wrote
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()  # names of this server besides localhost and its own
    cors_origin: str | None = "*"  # the sites whose scripts may read data; none: no other


def create_app(settings: ServerSettings) -> Starlette:
    """Return the ASGI application; its workers start and stop with it."""
    queries = WorkerPool(settings.folder, settings.limits)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await queries.start()
        try:
            yield
        finally:
            await queries.stop()

    routes: Sequence[Route] = (
        Route("/sparql", Endpoint(queries, settings.limits).answer, methods=list(METHODS)),
    )
    guard = Middleware(Guard, hosts=settings.hosts, cors_origin=settings.cors_origin)
    return Starlette(routes=list(routes), middleware=[guard], lifespan=lifespan)
