"""The pages of the explorer: each reads its address, asks a worker, and fills a template."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kg.errors import KgError
from kg.query import CookbookQuery, cookbook, find_query
from kg.schema import load_schema
from kg.server.limits import CutOff, Limits
from kg.server.links import address, page_of
from kg.server.parameters import (
    PER_PAGE,
    PLACE,
    claims_address,
    data_of,
    decoded,
    filters_of,
    kind_and_name,
    page_number,
    pager,
    question_of,
    sorted_by,
    table_of,
    wording_of,
)
from kg.server.pool import WorkerPool
from kg.server.protocol import Refused
from kg.server.rendering import render, type_colours
from kg.server.security import QUERY_POLICY
from kg.server.views.articles import article_list, article_page
from kg.server.views.downloads import table_csv
from kg.server.views.entities import claim_list, entity_view, one_claim
from kg.server.views.names import find_names, overview, prepare_names
from kg.server.views.neighbourhood import MAX_CENTRES, neighbourhood, prepare_neighbourhoods
from kg.server.views.overview import overview_picture
from kg.server.views.questions import answer_question, answer_question_csv, with_prefixes
from kg.server.views.regions import prepare_regions, region_view
from kg.server.views.resources import resource_view
from kg.server.views.tables import STATES, TABLES, prepare_tables, table_page
from kg.server.wording import LANGUAGES, Wording
from kg.visualization import overview_policy

__all__ = ["PREPARATIONS", "Pages"]

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]

_SUGGESTIONS = 10
_MAX_ROWS = 1_000  # of an answer on a page; the download has more

PREPARATIONS = (prepare_names, prepare_neighbourhoods, prepare_regions, prepare_tables)
"""What is read of the whole graph, in the order in which readers come upon it."""

SECTIONS: Sequence[tuple[str, str]] = (
    ("entities", "/search"),
    ("articles", "/articles"),
    ("regions", "/regions"),
    ("overview", "/overview"),
    ("investments", "/investments"),
    ("status", "/status"),
    ("questions", "/questions"),
    ("sparql", "/query"),
)


class Pages:
    """The handlers, which share the workers and the limits."""

    def __init__(self, pool: WorkerPool, limits: Limits, *, reviews: bool = False) -> None:
        self._pool = pool
        self._sections = (*SECTIONS, ("review", "/review")) if reviews else SECTIONS
        self._limits = limits

    def routes(self) -> list[Route]:
        """Return the addresses of all pages."""
        pages: Sequence[tuple[str, Handler]] = (
            ("/", self.home),
            ("/search", self.search),
            ("/suggest", self.suggest),
            ("/entity/{kind}/{name:path}", self.entity),
            ("/claims/{kind}/{name:path}", self.claims),
            ("/statement/{name:path}", self.statement),
            ("/articles", self.articles),
            ("/article/{name:path}", self.article),
            ("/regions", self.regions),
            ("/regions/{code}", self.regions),
            *((f"/{table}", self.table) for table in TABLES),
            *((f"/{table}.csv", self.table_download) for table in TABLES),
            ("/questions", self.questions),
            ("/questions/{name}.csv", self.question_download),
            ("/questions/{name}", self.question),
            ("/query", self.query),
            ("/resource/{kind}/{name:path}", self.resource),
            ("/overview", self.overview),
            ("/types.css", self.types),
        )
        return [Route(path, self.guarded(handler), methods=["GET"]) for path, handler in pages]

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler whose refusals are pages."""

        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except CutOff as cut_off:
                return self.failure(request, cut_off.status, cut_off.reason)
            except KgError as error:  # a parameter of a question, or a damaged store
                return self.failure(request, 400, str(error))

        return guarded

    def failure(self, request: Request, status: int, reason: str = "") -> Response:
        """Return a page that says what did not work."""
        words = wording_of(request)
        reason = reason or words("not-found")
        return self.page(request, "error.html", status=status, reason=reason)

    async def _read(self, request: Request, view: Callable[..., T | None], *arguments: Any) -> T:
        """Return a view.

        Raises:
            Refused: there is nothing at this address.
        """
        # Whether or not the reader stays: a worker that is killed has to read the graph anew.
        found = await self._pool.run(view, *arguments)
        if found is None:
            raise Refused(404, wording_of(request)("not-here"))
        return found

    def page(
        self, request: Request, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        """Return a filled template in the language of the reader."""
        words = wording_of(request)
        parameters = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
        path = quote(request.url.path)
        base = {
            "t": words,
            "sections": self._sections,
            "section": _section_of(request.url.path),
            "switch": address(path, [*parameters, ("lang", words.other)]),
            "path": path,
        }
        response = HTMLResponse(
            render(template, {**base, **context}),
            status_code=status,
            headers={"Vary": "Accept-Language, Cookie", "Content-Language": words.language},
        )
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie("lang", words.language, samesite="lax", httponly=True, path="/")
        return response

    # ------------------------------------------------------------------------------ finding

    async def home(self, request: Request) -> Response:
        view = await self._read(request, overview)
        return self.page(request, "home.html", view=view)

    async def search(self, request: Request) -> Response:
        text, type_ = (
            request.query_params.get("q", "").strip(),
            request.query_params.get("type", ""),
        )
        page = page_number(request)
        begin = (page - 1) * PER_PAGE
        view = await self._read(request, find_names, text, type_, begin, PER_PAGE)
        return self.page(
            request,
            "search.html",
            view=view,
            searched=text,
            type=type_,
            types=list(load_schema().classes),
            pages=pager(request, view.total),
        )

    async def suggest(self, request: Request) -> Response:
        words = wording_of(request)
        text = request.query_params.get("q", "").strip()
        found = await self._read(request, find_names, text, "", 0, _SUGGESTIONS) if text else None
        hits = [
            {
                "label": hit.label,
                "type": words.type(hit.type),
                "class": hit.type.lower(),
                "alias": hit.alias,
                "page": page_of(hit.iri),
            }
            for hit in (found.hits if found else ())
        ]
        return JSONResponse({"hits": hits, "total": found.total if found else 0})

    # ------------------------------------------------------------------------------ reading

    async def entity(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        opened = request.query_params.getlist("open")
        centres = [(kind, name), *(kind_and_name(each) for each in opened)]
        drawing = await self._read(request, neighbourhood, centres[:MAX_CENTRES])
        own = page_of(drawing.centre)
        context: dict[str, Any] = {
            "drawing": drawing,
            "opened": opened,
            "own": own,
            "unfold": lambda iri: address(
                own, [*(("open", each) for each in opened), ("open", ":".join(decoded(iri)))]
            ),
        }
        if request.query_params.get("part") == "picture":
            return self.page(request, "_picture.html", **context)
        view = await self._read(request, entity_view, kind, name)
        return self.page(
            request,
            "entity.html",
            view=view,
            claims_address=lambda group: claims_address(view.node.iri, group),
            **context,
            **data_of(view.node.iri),
        )

    async def claims(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        predicate = request.query_params.get("relation", "")
        outgoing = request.query_params.get("end") != "object"
        begin = (page_number(request) - 1) * PER_PAGE
        view = await self._read(
            request, claim_list, kind, name, predicate, outgoing, begin, PER_PAGE
        )
        return self.page(request, "claims.html", view=view, pages=pager(request, view.group.total))

    async def statement(self, request: Request) -> Response:
        view = await self._read(request, one_claim, request.path_params["name"])
        return self.page(request, "statement.html", view=view, **data_of(view.iri))

    async def articles(self, request: Request) -> Response:
        words = request.query_params.get("words", "").strip()
        begin = (page_number(request) - 1) * PER_PAGE
        rows, total = await self._read(request, article_list, words, begin, PER_PAGE)
        pages = pager(request, total)
        return self.page(request, "articles.html", rows=rows, total=total, words=words, pages=pages)

    async def article(self, request: Request) -> Response:
        view = await self._read(request, article_page, request.path_params["name"])
        chosen = request.query_params.get("claim", "")
        lit = {key for claim, keys in view.claims if claim.id == chosen for key in keys}
        data = data_of(view.article.iri)
        return self.page(request, "article.html", view=view, chosen=chosen, lit=lit, **data)

    async def resource(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        view = await self._read(request, resource_view, kind, name)
        return self.page(request, "resource.html", view=view, **data_of(view.iri))

    # ------------------------------------------------------------------------------- tables

    async def regions(self, request: Request) -> Response:
        view = await self._read(request, region_view, request.path_params.get("code", ""))
        return self.page(request, "regions.html", view=view)

    async def table(self, request: Request) -> Response:
        table, filters = table_of(request), filters_of(request)
        begin = (page_number(request) - 1) * PER_PAGE
        view = await self._read(request, table_page, table, filters, begin, PER_PAGE)
        wanted = [item for item in request.query_params.multi_items() if item[0] not in PLACE]
        return self.page(
            request,
            "table.html",
            table=table,
            view=view,
            filters=filters,
            states=STATES,
            pages=pager(request, view.total),
            download=address(f"/{table}.csv", wanted),
            sort_address=lambda name: sorted_by(request, name, filters),
        )

    async def table_download(self, request: Request) -> Response:
        table, language = table_of(request), wording_of(request).language
        filters, size = filters_of(request), self._limits.result_bytes
        body = await self._read(request, table_csv, table, filters, language, size)
        return _download(body, f"{table}.csv")

    # ---------------------------------------------------------------------------- questions

    async def questions(self, request: Request) -> Response:
        return self.page(request, "questions.html", questions=cookbook())

    async def question(self, request: Request) -> Response:
        question, settings = question_of(request)
        view = await self._read(request, answer_question, question.name, settings, _MAX_ROWS)
        words = wording_of(request)
        return self.page(
            request,
            "question.html",
            question=question,
            heading=_title(question, words),
            parameters=[(each, _help(each.help, words)) for each in question.parameters],
            settings=settings,
            view=view,
            download=address(f"/questions/{question.name}.csv", settings.items()),
        )

    async def question_download(self, request: Request) -> Response:
        question, settings = question_of(request)
        body = await self._read(request, answer_question_csv, question.name, settings, 100_000)
        return _download(body, f"{question.name}.csv")

    async def query(self, request: Request) -> Response:
        example = find_query(request.query_params.get("example", ""))
        given = request.query_params.get("query") or (example or cookbook()[0]).text
        text, base_iri = await self._read(request, with_prefixes, given)
        response = self.page(
            request,
            "query.html",
            questions=cookbook(),
            example=example,
            text=text,
            base_iri=base_iri,
            endpoint=str(request.url_for("sparql")),
        )
        response.headers["Content-Security-Policy"] = QUERY_POLICY
        return response

    async def overview(self, request: Request) -> Response:
        words = wording_of(request)
        body = await self._read(request, overview_picture, words("overview"), words.language)
        headers = {
            "Vary": "Accept-Language, Cookie",
            "Content-Language": words.language,
            # The scripts stand in the page, as in the file of kg show.
            "Content-Security-Policy": f"{overview_policy()}; frame-ancestors 'none'",
        }
        return HTMLResponse(body, headers=headers)

    async def types(self, request: Request) -> Response:
        return Response(type_colours(), media_type="text/css")


def _section_of(path: str) -> str:
    sections = (*SECTIONS, ("review", "/review"))
    return next((name for name, begin in sections if path.startswith(begin)), "")


def _title(question: CookbookQuery, words: Wording) -> str:
    return question.title if words.language == "zh" else question.title_en


def _help(text: str, words: Wording) -> str:
    """Return the half of "最低金额（元） / at least so many yuan" that is in the language."""
    chinese, _, english = text.partition(" / ")
    return chinese if words.language == "zh" or not english else english


def _download(body: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(
        body,
        headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": disposition},
    )
