"""The one page that changes something: judgements on what is doubtful, for the next build.

It exists when the server was started with a name to judge by, and on this machine only. A form carries
a token of this server, so that no other site can send one from the reader's browser.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kg.server.limits import Limits
from kg.server.pages import Pages
from kg.server.parameters import page_number, pager, wording_of
from kg.server.pool import WorkerPool
from kg.server.protocol import FORM, Refused, read_body
from kg.server.views.reviews import answer_question, review_page

__all__ = ["Reviewer", "Reviews"]

_PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who judges, and where the judgements go."""

    name: str
    file: Path


class Reviews:
    """The questions and their answers."""

    def __init__(
        self, pages: Pages, pool: WorkerPool, limits: Limits, folder: Path, reviewer: Reviewer
    ) -> None:
        self._pages = pages
        self._pool = pool
        self._limits = limits
        self._folder = folder
        self._reviewer = reviewer
        self._token = secrets.token_urlsafe()
        self._writing = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the address of the page."""
        return [
            Route("/review", self._pages.guarded(self.show), methods=["GET"]),
            Route("/review", self._pages.guarded(self.judge), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show some questions."""
        begin = (page_number(request) - 1) * _PER_PAGE
        file = self._reviewer.file
        view = await self._pool.run(review_page, self._folder, file, begin, _PER_PAGE)
        return self._pages.page(
            request,
            "review.html",
            view=view,
            file=file.name,
            token=self._token,
            pages=pager(request, view.total, _PER_PAGE),
        )

    async def judge(self, request: Request) -> Response:
        """Take an answer."""
        if request.headers.get("content-type", "").partition(";")[0] != FORM:
            raise Refused(415, f"send {FORM}")
        body = await read_body(request.stream(), self._limits.request_bytes)
        given = {
            key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        if not secrets.compare_digest(given.get("token", "").encode(), self._token.encode()):
            raise Refused(403, wording_of(request)("review-stale"))
        question, answer = given.get("question", ""), given.get("answer", "")
        async with self._writing:  # a file is read and written whole
            await self._pool.run(
                answer_question,
                self._folder,
                self._reviewer.file,
                question,
                answer,
                self._reviewer.name,
                given.get("note", "").strip()[:500],
            )
        return RedirectResponse("/review", status_code=303)
