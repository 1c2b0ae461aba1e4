"""Answer one query, in a worker: choose the form, serialize, and stop where the limit is.

The answer is complete before its first byte is sent. Oxigraph serializes while it evaluates, so an
error in the last row would otherwise be found out after "200 OK".
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.errors import InputError
from kg.graph.store import ONTOLOGY_GRAPH
from kg.query import refuse_unsafe
from kg.server.limits import CutOff
from kg.server.negotiation import GRAPH_TYPES, RESULT_TYPES, MediaType, choose
from kg.server.protocol import QueryRequest, Refused, graphs_in
from kg.server.snapshot import Snapshot

__all__ = ["Answer", "answer_query", "describe", "serialize_graph"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A serialized result."""

    media_type: str
    body: bytes


def answer_query(snapshot: Snapshot, request: QueryRequest, accept: str, max_bytes: int) -> Answer:
    """Evaluate a query and write its result in the form that *accept* prefers.

    Raises:
        Refused: not a query, not one that is answered here, or no form that the client accepts.
        CutOff: the answer is larger than *max_bytes*.
    """
    dataset = _dataset(request)
    try:
        refuse_unsafe(request.text)
        found = snapshot.store.query(request.text, prefixes=snapshot.prefixes, **dataset)
        return _serialize(found, accept, snapshot.prefixes, max_bytes)
    except InputError as error:
        raise Refused(400, str(error)) from error
    except SyntaxError as error:
        raise Refused(400, f"not a SPARQL query: {error.msg}") from error
    except ValueError as error:
        raise Refused(400, f"the query cannot be answered: {error}") from error


def describe(
    snapshot: Snapshot, triples: Iterable[ox.Triple], accept: str, max_bytes: int
) -> Answer:
    """Write some triples in the form that *accept* prefers.

    Raises:
        Refused: there is no such form.
        CutOff: they are larger than *max_bytes*.
    """
    form = _wanted(accept, GRAPH_TYPES)
    return Answer(form.name, serialize_graph(triples, form, snapshot.prefixes, max_bytes))


def serialize_graph(
    triples: Iterable[ox.Triple], form: MediaType, prefixes: Mapping[str, str], max_bytes: int
) -> bytes:
    """Return triples as one of `GRAPH_TYPES`."""
    buffer = _Bounded(max_bytes)
    ox.serialize(
        triples, buffer, format=getattr(ox.RdfFormat, form.format), prefixes=dict(prefixes)
    )
    return buffer.getvalue()


def _dataset(request: QueryRequest) -> dict[str, Any]:
    """Return the dataset of the request as Oxigraph's arguments.

    Nothing is ever fetched: a graph that is not here is refused, rather than answered as empty.
    """
    graphs = {*request.default_graphs, *request.named_graphs, *graphs_in(request.text)}
    if unknown := sorted(graphs - {ONTOLOGY_GRAPH.value}):
        raise Refused(
            400,
            f"no graph {unknown[0]} here and none is fetched; there are the default graph, "
            f"to be left unnamed, and {ONTOLOGY_GRAPH.value}",
        )
    if not (request.default_graphs or request.named_graphs):
        return {}
    # The dataset of the protocol wins over the one of the query
    # (https://www.w3.org/TR/sparql11-protocol/#dataset).
    return {
        "default_graph": [ox.NamedNode(iri) for iri in request.default_graphs],
        "named_graphs": [ox.NamedNode(iri) for iri in request.named_graphs],
    }


def _serialize(
    found: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean,
    accept: str,
    prefixes: Mapping[str, str],
    max_bytes: int,
) -> Answer:
    if isinstance(found, ox.QueryTriples):
        form = _wanted(accept, GRAPH_TYPES)
        return Answer(form.name, serialize_graph(found, form, prefixes, max_bytes))
    form = _wanted(accept, RESULT_TYPES)
    buffer = _Bounded(max_bytes)
    found.serialize(buffer, format=getattr(ox.QueryResultsFormat, form.format))
    return Answer(form.name, buffer.getvalue())


def _wanted(accept: str, offered: Sequence[MediaType]) -> MediaType:
    form = choose(accept, offered)
    if form is None:
        names = ", ".join(each.name for each in offered)
        raise Refused(406, f"nothing of {accept} is offered; this result can be {names}")
    return form


class _Bounded(io.BytesIO):
    """A buffer that takes so many bytes and no more."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self._left = max_bytes

    def write(self, data: Any, /) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise CutOff(503, "the result is larger than this server sends; add LIMIT or a filter")
        return super().write(data)
