"""Every IRI of the graph answers: the thing at ``/id/…``, what is known of it at ``/data/…``.

A company is no document, so its address redirects by 303 to the page that shows it or to its data,
whichever the client accepts (https://www.w3.org/TR/cooluris/#r303gendocument). The path after ``/id/``
is that of the IRI after the base, so one redirect from there makes the IRIs of the graph resolve here.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kg.errors import KgError
from kg.graph.namespaces import local_name
from kg.server.endpoint import refusal, send
from kg.server.limits import CutOff, Limits
from kg.server.links import page_of
from kg.server.negotiation import GRAPH_TYPES, HTML, MediaType, choose
from kg.server.pool import WorkerPool
from kg.server.protocol import Refused
from kg.server.views.resources import describe_resource

__all__ = ["LinkedData"]

_FORMATS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}


class LinkedData:
    """The addresses of things and of their data."""

    def __init__(self, pool: WorkerPool, limits: Limits) -> None:
        self._pool = pool
        self._limits = limits

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/id/{kind}/{name:path}", self.thing, methods=["GET"]),
            Route("/data/{kind}/{name:path}", self.data, methods=["GET"]),
        ]

    async def thing(self, request: Request) -> Response:
        """Send the client to the page, or to the data if it likes those better."""
        accept = ",".join(request.headers.getlist("accept"))
        chosen = choose(accept, (MediaType(HTML, "", ("application/xhtml+xml",)), *GRAPH_TYPES))
        kind, name = request.path_params["kind"], local_name(request.path_params["name"])
        if chosen is not None and chosen.name == HTML:
            target = page_of(f"https://base/{kind}/{name}")
        else:
            target = f"/data/{quote(kind)}/{quote(name, safe='%')}"
        return RedirectResponse(target, status_code=303, headers={"Vary": "Accept"})

    async def data(self, request: Request) -> Response:
        """Send what is known of a node as RDF."""
        accept = ",".join(request.headers.getlist("accept"))
        try:
            if wanted := request.query_params.get("format"):
                if wanted not in _FORMATS:
                    raise Refused(400, f"format={wanted}: one of {', '.join(_FORMATS)} is wanted")
                accept = _FORMATS[wanted]
            elif choose(accept, GRAPH_TYPES) is None:
                accept = ""  # a browser that follows a link is served Turtle
            answer = await self._pool.run(
                describe_resource,
                request.path_params["kind"],
                request.path_params["name"],
                accept,
                self._limits.result_bytes,
            )
        except CutOff as cut_off:
            return refusal(cut_off)
        except KgError as error:
            return refusal(CutOff(503, str(error)))
        if answer is None:
            return refusal(Refused(404, "the graph says nothing of this"))
        return send(answer)
