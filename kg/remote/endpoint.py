"""Read a published graph over the network as if its store lay here.

The store is asked for one pattern at a time. Over a network that would be thousands of round trips, so
what is announced is fetched some hundred nodes at once, kept in a small store, and answered from
there. That store also gives every value the one spelling that kg knows: Virtuoso says "1" where it
was told "true". What the ontology says of its own terms is known without asking.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias, TypeVar

import pyoxigraph as ox
from rdflib.namespace import VOID

from kg.errors import EndpointError, SettingsError
from kg.graph.namespaces import KG
from kg.graph.store import ONTOLOGY_GRAPH, ontology_triples
from kg.remote.connection import Connection, Credentials
from kg.remote.server import GraphName, PublishedGraph, Server, find_server, graph_name

__all__ = ["RemoteGraph", "open_endpoint"]

_log = logging.getLogger(__name__)

T = TypeVar("T")
_Subject: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Triple
_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Pattern: TypeAlias = tuple[_Subject | None, ox.NamedNode | None, _Term | None]

_CHUNK = 200
"""Nodes in one request. With a dozen triples each the answer stays below Virtuoso's 10,000 rows."""

_PAGE = 100_000
"""Rows in one answer, if the server itself sends as many: some 30 MB, half of what kg serve allows."""

_DEFAULT = ox.DefaultGraph()
_GRAPH_FORMATS = "application/n-triples, text/turtle;q=0.8"


class RemoteGraph:
    """A graph on a server; a `TripleSource` that fetches ahead.

    What was read is kept for the life of the object, so it is made anew for each task.
    """

    def __init__(self, server: Server, published: PublishedGraph) -> None:
        self._server = server
        self._graph = published.name
        self._seen = ox.Store()
        self._complete: set[_Pattern] = set()  # what the small store knows everything about
        self._add_ontology()
        self._add_base_iri(published.base_iri)

    @property
    def graph(self) -> GraphName:
        """Its name on the server."""
        return self._graph

    @property
    def requests(self) -> int:
        """How often the server was asked."""
        return self._server.connection.requests

    def _add_ontology(self) -> None:
        own = str(KG._NS)
        for triple in ontology_triples():
            self._seen.add(ox.Quad(triple.subject, triple.predicate, triple.object))
            self._seen.add(ox.Quad(triple.subject, triple.predicate, triple.object, ONTOLOGY_GRAPH))
            if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(own):
                self._complete.add((triple.subject, None, None))
        self._complete.add((None, ox.NamedNode(KG.localPrefix), None))

    def _add_base_iri(self, base_iri: str) -> None:
        space = ox.NamedNode(VOID.uriSpace)
        self._seen.add(ox.Quad(ox.NamedNode(base_iri), space, ox.Literal(base_iri)))
        self._complete.add((None, space, None))

    # ------------------------------------------------------------------------------- asking

    def query(
        self, query: str, /, *, prefixes: dict[str, str] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Let the server answer a query.

        Oxigraph reads it first: it says what kind of answer to ask for, and complains in the words
        that it uses of a query to the store. SERVICE has to be refused by the caller, as
        `kg.query.run_query` does.

        Raises:
            SyntaxError: not SPARQL.
        """
        form = ox.Store().query(query, prefixes=prefixes)
        # In one line with the query's first, so that the server counts lines as the user does.
        heading = "".join(f"PREFIX {name}: <{iri}> " for name, iri in (prefixes or {}).items())
        if isinstance(form, ox.QueryTriples):
            return self._construct(heading + query)
        found, is_cut = self._server.select(heading + query, self._graph)
        if is_cut:
            _log.warning("the server sends no more rows than these; narrow the question")
        if isinstance(form, ox.QueryBoolean) and isinstance(found, ox.QuerySolutions):
            return _boolean(found)
        return found

    def _construct(self, query: str) -> ox.QueryTriples:
        content, headers = self._server.ask(query, self._graph, _GRAPH_FORMATS)
        is_turtle = "turtle" in headers.get("Content-Type", "")
        format_ = ox.RdfFormat.TURTLE if is_turtle else ox.RdfFormat.N_TRIPLES
        answer = ox.Store()
        try:
            answer.load(content, format=format_)
        except SyntaxError as error:
            raise EndpointError(
                f"the answer is no graph ({error})", url=self._server.addresses.query
            ) from error
        triples = answer.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        if not isinstance(triples, ox.QueryTriples):
            raise AssertionError  # pragma: no cover  CONSTRUCT gives triples
        return triples

    def quads_for_pattern(
        self,
        subject: _Subject | None,
        predicate: ox.NamedNode | None,
        object: _Term | None,  # noqa: A002  the name Oxigraph gives it
        graph_name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None = None,
        /,
    ) -> Iterator[ox.Quad]:
        """Yield the triples that fit; the default graph is the published one."""
        if graph_name == ONTOLOGY_GRAPH:
            return self._seen.quads_for_pattern(subject, predicate, object, ONTOLOGY_GRAPH)
        if not self._knows(subject, predicate, object):
            if isinstance(subject, ox.NamedNode):
                self.prefetch([subject])
            elif predicate is not None and object is not None:
                self._fetch(f"?s {predicate} ?o", (f"VALUES ?o {{ {object} }}",), predicate)
                self._complete.add((None, predicate, object))
            else:
                return self._scan(predicate)
        return self._seen.quads_for_pattern(subject, predicate, object, _DEFAULT)

    def __contains__(self, quad: ox.Quad, /) -> bool:
        return any(True for _ in self.quads_for_pattern(quad.subject, quad.predicate, quad.object))

    def _knows(
        self, subject: _Subject | None, predicate: ox.NamedNode | None, term: _Term | None
    ) -> bool:
        known: Sequence[_Pattern] = (
            (subject, None, None),
            (None, predicate, term),
            (None, predicate, None),
        )
        return any(pattern in self._complete for pattern in known)

    # ----------------------------------------------------------------------------- fetching

    def prefetch(self, nodes: Iterable[ox.NamedNode]) -> None:
        """Fetch what is said of *nodes*, some hundred at a time."""
        unknown = [n for n in dict.fromkeys(nodes) if (n, None, None) not in self._complete]
        for chunk in _chunks(unknown, _CHUNK):
            values = f"VALUES ?s {{ {' '.join(map(str, chunk))} }}"
            self._fetch("?s ?p ?o", (values,))
            self._complete.update((node, None, None) for node in chunk)

    def prefetch_incoming(self, predicate: ox.NamedNode, nodes: Iterable[ox.NamedNode]) -> None:
        """Fetch which nodes have one of *nodes* for *predicate*."""
        unknown = [n for n in dict.fromkeys(nodes) if not self._knows(None, predicate, n)]
        for chunk in _chunks(unknown, _CHUNK):
            values = f"VALUES ?o {{ {' '.join(map(str, chunk))} }}"
            self._fetch(f"?s {predicate} ?o", (values,), predicate)
            self._complete.update((None, predicate, node) for node in chunk)

    def _fetch(
        self, pattern: str, filters: Sequence[str], predicate: ox.NamedNode | None = None
    ) -> None:
        """Put what fits into the small store; a server that cuts is asked for the rest."""
        where = f"{' '.join(filters)} {pattern}"
        received, is_cut = 0, True
        while is_cut:
            before = received
            found, is_cut = self._page(where, received)
            for quad in _quads(found, predicate):
                received += 1
                self._seen.add(quad)
            is_cut = received > before and (is_cut or received - before == _PAGE)

    def _page(self, where: str, start: int) -> tuple[ox.QuerySolutions | ox.QueryBoolean, bool]:
        """Return rows from number *start* on, and whether the server has cut them."""
        return self._server.select(
            f"SELECT * WHERE {{ {where} }} LIMIT {_PAGE} OFFSET {start}", self._graph
        )

    def _scan(self, predicate: ox.NamedNode | None) -> Iterator[ox.Quad]:
        """Yield all triples, or all of one predicate, page by page as the server cuts them.

        Raises:
            EndpointError: they are not as many as the server itself counts.
        """
        pattern = f"?s {predicate or '?p'} ?o"
        total = self._server.count(self._graph, pattern)
        page = ox.Store()
        received = 0
        while received < total:
            before = received
            found, _ = self._page(pattern, received)
            for quad in _quads(found, predicate):
                received += 1
                page.add(quad)
            if received == before:
                break
        if len(page) != total:
            raise EndpointError(
                f"{len(page)} triples came, the server counts {total}; it cuts its answers, or the "
                "graph is being changed",
                url=self._server.addresses.query,
            )
        return iter(page)


def open_endpoint(
    url: str,
    *,
    graph: str = "",
    credentials: Credentials | None = None,
    seconds: float | None = None,
) -> RemoteGraph:
    """Open a graph that was published, for reading.

    Args:
        url: the server, or its address for queries.
        graph: the IRI of the graph, or "default"; left out, the one graph that kg has put there.
        credentials: who asks; from the environment if left out.
        seconds: how long to wait for an answer; left out, KG_ENDPOINT_TIMEOUT.

    Raises:
        EndpointError: there is no such server, or no graph.
        SettingsError: several graphs to choose from.
    """
    connection = Connection(credentials or Credentials.from_environment(), seconds=seconds)
    server, published = find_server(connection, url)
    return RemoteGraph(server, _chosen(published, graph, server.addresses.query))


def _chosen(published: Sequence[PublishedGraph], graph: str, url: str) -> PublishedGraph:
    if graph:
        wanted = graph_name(graph)
        published = [each for each in published if each.name == wanted]
    # Some servers show all graphs as the default one: a named one is the one that is meant.
    named = [each for each in published if each.name != _DEFAULT] or list(published)
    if not named:
        where = f"at {graph}" if graph else "on this server"
        raise EndpointError(
            f"there is no graph of kg {where}", url=url, remedy="kg publish sends one"
        )
    if len(named) > 1:
        names = ", ".join(str(each.name) for each in named[:5])
        raise SettingsError(f"{url} holds several graphs ({names}); choose one with --graph")
    return named[0]


def _boolean(found: ox.QuerySolutions) -> ox.QueryBoolean:
    """Return the truth that Virtuoso gives as a row with a number."""
    values = [solution[0] for solution in found]
    truth = any(isinstance(v, ox.Literal) and v.value in ("1", "true") for v in values)
    answer = ox.Store().query("ASK {}" if truth else "ASK { <urn:a> <urn:a> <urn:a> }")
    if not isinstance(answer, ox.QueryBoolean):
        raise AssertionError  # pragma: no cover  ASK gives a truth value
    return answer


def _quads(
    found: ox.QuerySolutions | ox.QueryBoolean, predicate: ox.NamedNode | None
) -> Iterator[ox.Quad]:
    if isinstance(found, ox.QueryBoolean):
        return
    for solution in found:
        subject, term = solution["s"], solution["o"]
        said = predicate or solution["p"]
        if isinstance(subject, _NODES) and isinstance(said, ox.NamedNode) and term is not None:
            yield ox.Quad(subject, said, term)


_NODES = (ox.NamedNode, ox.BlankNode)


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
