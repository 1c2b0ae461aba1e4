"""Find a server's doors, and use them.

A SPARQL server has up to three addresses: for questions, for SPARQL Update, and for the Graph Store
HTTP Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/). The standard names none of them, so
each product has its own. They are tried; whatever is tried by writing is tried on a graph of our own
that is gone afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, VOID

from kg.errors import EndpointError, SettingsError
from kg.graph.store import ONTOLOGY_GRAPH
from kg.remote.connection import PASSING, Connection, check_url

__all__ = [
    "Addresses",
    "GraphName",
    "PublishedGraph",
    "Server",
    "clause_of",
    "find_server",
    "find_writing_doors",
    "graph_name",
]

_log = logging.getLogger(__name__)

GraphName: TypeAlias = ox.NamedNode | ox.DefaultGraph

JSON_RESULTS = "application/sparql-results+json"
ROWS_CUT = "X-SPARQL-MaxRows"  # Virtuoso, when there was more than it is allowed to send

_PROBE = ox.NamedNode("urn:kg:probe")
_PROBE_DATA = b"<urn:kg:probe> <urn:kg:probe> <urn:kg:probe> .\n"

# A published graph tells of itself: its base IRI, and that it follows our ontology.
_FIND_GRAPHS = f"""SELECT DISTINCT ?graph ?base WHERE {{
  {{ ?dataset <{DCTERMS.conformsTo}> {ONTOLOGY_GRAPH} . ?dataset <{VOID.uriSpace}> ?base }}
  UNION {{ GRAPH ?graph {{ ?dataset <{DCTERMS.conformsTo}> {ONTOLOGY_GRAPH} .
    ?dataset <{VOID.uriSpace}> ?base }} }}
}}"""

# Where questions go, below the address of the server: oxigraph, Fuseki; Virtuoso, kg serve.
_QUERY_DOORS = ("", "/query", "/sparql")
# Beside the door for questions, by its name. Virtuoso's writers pass through doors of their own;
# /data is Fuseki's, /statements RDF4J's and GraphDB's.
_UPDATE_DOORS = {
    "query": ("update",),
    "sparql": ("sparql-auth", "update", "sparql"),
    "": ("statements", ""),
}
_STORE_DOORS = {
    "query": ("store", "data"),
    "sparql": ("sparql-graph-crud-auth", "sparql-graph-crud", "store", "data"),
    "": ("rdf-graphs/service", "data"),
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The doors of a server; "" for one it does not have, or that was not looked for."""

    query: str
    update: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class PublishedGraph:
    """A graph of kg's on a server."""

    name: GraphName
    base_iri: str


def graph_name(text: str) -> GraphName:
    """Return the graph that a user means by an IRI, or by the word default.

    Raises:
        SettingsError: it is neither.
    """
    if text == "default":
        return ox.DefaultGraph()
    try:
        return ox.NamedNode(text)
    except ValueError as error:
        raise SettingsError(f"graph {text!r} is neither an IRI nor the word default") from error


def clause_of(graph: GraphName) -> str:
    """Return a graph as an update names it: ``GRAPH <…>`` or ``DEFAULT``."""
    return "DEFAULT" if isinstance(graph, ox.DefaultGraph) else f"GRAPH {graph}"


class Server:
    """A SPARQL server: ask it, and change the graphs it holds."""

    def __init__(self, connection: Connection, addresses: Addresses) -> None:
        self.connection = connection
        self.addresses = addresses
        self.whole_graph_seconds: float | None = None  # to wait for what concerns all triples

    # ------------------------------------------------------------------------------- asking

    def select(
        self, query: str, graph: GraphName | None = None
    ) -> tuple[ox.QuerySolutions | ox.QueryBoolean, bool]:
        """Return the answer to a SELECT or ASK, and whether the server has cut it."""
        content, headers = self.ask(query, graph, JSON_RESULTS)
        try:
            # Read once to the end: a server that gives up in the middle leaves half a JSON, which
            # Oxigraph would notice only after the rows before it were taken for the answer.
            found = _parse(content)
            for _ in found if isinstance(found, ox.QuerySolutions) else ():
                pass
            found = _parse(content)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(
                f"the answer is no SPARQL result, or half of one ({error})",
                url=self.addresses.query,
            ) from error
        return found, ROWS_CUT in headers

    def ask(
        self, query: str, graph: GraphName | None, accept: str, *, repeat: bool = True
    ) -> tuple[bytes, Mapping[str, str]]:
        """Send a question, with *graph* as what it finds outside of GRAPH blocks."""
        form = {"query": query}
        if isinstance(graph, ox.NamedNode):
            form["default-graph-uri"] = graph.value
        answer = self.connection.send(
            "POST", self.addresses.query, data=form, headers={"Accept": accept}, repeat=repeat
        )
        return answer.content, answer.headers

    def rows(
        self, query: str, graph: GraphName | None = None
    ) -> Iterator[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
        """Yield the rows of a SELECT, in the order of its variables."""
        found, _ = self.select(query, graph)
        if isinstance(found, ox.QueryBoolean):
            raise EndpointError("rows were asked for, a yes or no came", url=self.addresses.query)
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield tuple(solution[name] for name in names)

    def count(self, graph: GraphName, where: str = "?s ?p ?o") -> int:
        """Return how many triples of a graph fit the pattern *where*."""
        inner = f"{{ {where} }}"
        pattern = inner if isinstance(graph, ox.DefaultGraph) else f"{{ GRAPH {graph} {inner} }}"
        for (number,) in self.rows(f"SELECT (COUNT(*) AS ?count) WHERE {pattern}"):
            if isinstance(number, ox.Literal) and number.value.isdecimal():
                return int(number.value)
        raise EndpointError("a count was asked for, no number came", url=self.addresses.query)

    def published_graphs(self, *, repeat: bool = True) -> list[PublishedGraph]:
        """Return the graphs that kg has sent to the server, named ones first."""
        content, _ = self.ask(_FIND_GRAPHS, None, JSON_RESULTS, repeat=repeat)
        try:
            found = _parse(content)
            if isinstance(found, ox.QueryBoolean):
                raise SyntaxError("a truth value")
            solutions = [(solution["graph"], solution["base"]) for solution in found]
        except (SyntaxError, KeyError) as error:
            raise EndpointError(
                "there is a server, but it does not speak SPARQL",
                url=self.addresses.query,
                status=200,
            ) from error
        graphs = {
            PublishedGraph(graph or ox.DefaultGraph(), base.value)
            for graph, base in solutions
            if isinstance(graph, ox.NamedNode | None)
            and isinstance(base, ox.Literal)
            and _is_iri(base.value)
        }
        # The copy that a publish is loading is none to be read.
        finished = (each for each in graphs if not str(each.name).startswith("<urn:kg:"))
        return sorted(finished, key=lambda it: (it.name == ox.DefaultGraph(), str(it.name)))

    # ----------------------------------------------------------------------------- changing

    def update(
        self, text: str | bytes, *, repeat: bool = True, seconds: float | None = None
    ) -> None:
        """Run a SPARQL Update."""
        body = text.encode() if isinstance(text, str) else text
        self.connection.send(
            "POST",
            self.addresses.update,
            data=body,
            headers={"Content-Type": "application/sparql-update; charset=utf-8"},
            repeat=repeat,
            seconds=seconds,
        )

    def insert(self, graph: GraphName, triples: bytes, *, by_update: bool) -> None:
        """Add triples, in N-Triples, to a graph."""
        if not by_update:
            self._at_store("POST", graph, triples)
        elif isinstance(graph, ox.DefaultGraph):
            self.update(b"INSERT DATA {\n%b}" % triples)
        else:
            self.update(b"INSERT DATA { GRAPH %b {\n%b} }" % (str(graph).encode(), triples))

    def clear(self, graph: GraphName, *, by_update: bool) -> None:
        """Remove a graph; that there is none is fine."""
        if by_update:
            self.update(f"DROP SILENT {clause_of(graph)}", seconds=self.whole_graph_seconds)
            return
        try:
            self._at_store("DELETE", graph)
        except EndpointError as error:
            if error.status != 404:
                raise

    def move(self, source: GraphName, target: GraphName) -> None:
        """Put one graph in the place of another.

        Not repeated: were the first request done and only its answer lost, the second would move
        nothing over the graph just moved.
        """
        self.update(
            f"MOVE {clause_of(source)} TO {clause_of(target)}",
            repeat=False,
            seconds=self.whole_graph_seconds,
        )

    def _at_store(
        self, method: str, graph: GraphName, triples: bytes | None = None, *, repeat: bool = True
    ) -> None:
        self.connection.send(
            method,
            self.addresses.store,
            params={"graph": graph.value} if isinstance(graph, ox.NamedNode) else {"default": ""},
            data=triples,
            # N-Triples are Turtle, and Turtle is what every server takes.
            headers={"Content-Type": "text/turtle; charset=utf-8"} if triples else None,
            repeat=repeat,
            seconds=self.whole_graph_seconds if method == "DELETE" else None,
        )

    # ------------------------------------------------------------------------------ probing

    def try_update(self) -> None:
        """Drop our probe graph, which hurts nobody; an address that is no door refuses."""
        self.update(f"DROP SILENT GRAPH {_PROBE}", repeat=False)

    def try_store(self) -> None:
        """Write one triple to our probe graph and see that it is there."""
        self._at_store("PUT", _PROBE, _PROBE_DATA, repeat=False)
        arrived = self.count(_PROBE)
        self._at_store("DELETE", _PROBE, repeat=False)
        if arrived != 1:
            raise EndpointError(
                "takes data, but not into the graph asked", url=self.addresses.store
            )

    def shows_all_as_default(self) -> bool:
        """Try whether what is in a named graph is in the default graph, too."""
        by_update = bool(self.addresses.update)
        try:
            self.insert(_PROBE, _PROBE_DATA, by_update=by_update)
            return self.count(ox.DefaultGraph(), f"{_PROBE} ?p ?o") > 0
        finally:
            self.clear(_PROBE, by_update=by_update)

    def can_move(self, scratch: ox.NamedNode) -> bool:
        """Try on two graphs of our own whether MOVE does what it should."""
        if not self.addresses.update:
            return False
        beside = ox.NamedNode(f"{scratch.value}:moved")
        try:
            self.update(b"INSERT DATA { GRAPH %b { %b } }" % (str(scratch).encode(), _PROBE_DATA))
            self.move(scratch, beside)
            return self.count(beside) == 1 and self.count(scratch) == 0
        except EndpointError as error:
            _log.info("the server cannot move graphs: %s", error)
            return False
        finally:
            for graph in (scratch, beside):
                self.clear(graph, by_update=True)


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _parse(content: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)


# --------------------------------------------------------------------------------- discovery


def find_server(
    connection: Connection, url: str, *, update_url: str = "", store_url: str = ""
) -> tuple[Server, list[PublishedGraph]]:
    """Find where the server at *url* answers questions, and which graphs of kg's it holds.

    Args:
        connection: how to reach it.
        url: its address, or that of its door for questions.
        update_url: its door for updates, if known.
        store_url: its door for the Graph Store Protocol, if known.

    Raises:
        EndpointError: nothing there speaks SPARQL.
    """
    url = check_url(url)
    update_url, store_url = (check_url(each) if each else "" for each in (update_url, store_url))
    refusals: list[EndpointError] = []
    for door in _QUERY_DOORS:
        server = Server(connection, Addresses(f"{url}{door}", update_url, store_url))
        try:
            return server, _first_answer(server)
        except EndpointError as error:
            refusals.append(error)
            if error.status is None:
                break  # nobody is there, behind whichever door
    raise _worst(refusals)


def _first_answer(server: Server) -> list[PublishedGraph]:
    """Ask without patience: an address may be mistyped. Only who is busy is asked again."""
    try:
        return server.published_graphs(repeat=False)
    except EndpointError as error:
        if error.status not in PASSING:
            raise
        return server.published_graphs()


def find_writing_doors(server: Server) -> Server:
    """Return the server with the doors it lets us write through.

    Raises:
        EndpointError: there are none.
    """
    addresses = server.addresses
    refusals: list[EndpointError] = []
    base, name = _split(addresses.query)
    if not addresses.update:
        doors = _beside(base, _UPDATE_DOORS[name], addresses.query)
        addresses = replace(addresses, update=_first_open(server, doors, "update", refusals))
    if not addresses.store:
        doors = _beside(base, _STORE_DOORS[name], addresses.query)
        addresses = replace(addresses, store=_first_open(server, doors, "store", refusals))
    if not addresses.update and not addresses.store:
        reason = _worst(refusals)
        if reason.status in (401, 403):
            raise reason
        raise EndpointError(
            f"no door to write through was found ({reason})",
            url=addresses.query,
            remedy="tell it with --update-url or --store-url",
        )
    return Server(server.connection, addresses)


def _first_open(
    server: Server, doors: Sequence[str], kind: str, refusals: list[EndpointError]
) -> str:
    for door in doors:
        candidate = Server(server.connection, replace(server.addresses, **{kind: door}))
        try:
            if kind == "update":
                candidate.try_update()
            else:
                candidate.try_store()
        except EndpointError as error:
            _log.info("no %s at %s: %s", kind, door, error.reason)
            refusals.append(error)
        else:
            return door
    return ""


def _split(query_url: str) -> tuple[str, str]:
    base, _, name = query_url.rpartition("/")
    return (base, name) if name in _UPDATE_DOORS and name else (query_url, "")


def _beside(base: str, names: Sequence[str], query_url: str) -> list[str]:
    return [f"{base}/{name}" if name else query_url for name in names]


def _worst(refusals: Sequence[EndpointError]) -> EndpointError:
    """Return the refusal that says most: not allowed before not found."""
    if not refusals:
        raise SettingsError("no address was given")
    return next((each for each in refusals if each.status in (401, 403)), refusals[0])
