"""Any node under the base IRI: its triples as they are, for programs and for the curious."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg.graph.namespaces import NIF, local_name
from kg.server.patterns import DERIVED, OBJECT, SUBJECT, is_known, node_at, objects, subjects
from kg.server.snapshot import Snapshot
from kg.server.sparql import Answer, describe

__all__ = ["ResourceView", "Value", "describe_resource", "resource_view"]

_CONTEXT = ox.NamedNode(NIF.referenceContext)
_MAX_STATEMENTS = 5_000  # about one entity; who wants more asks in SPARQL
_MAX_VALUES = 100


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a property."""

    text: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A node with its properties."""

    iri: str
    short: str  # document:daily
    properties: tuple[tuple[str, tuple[Value, ...]], ...]


def find_resource(snapshot: Snapshot, kind: str, name: str) -> ox.NamedNode | None:
    """Return the node of this kind and (decoded) name, if the graph says anything of it."""
    node = node_at(f"{snapshot.base_iri}{kind}/{local_name(name)}")
    return node if node and is_known(snapshot.store, node) else None


def resource_view(snapshot: Snapshot, kind: str, name: str) -> ResourceView | None:
    """Return a node with its properties."""
    node = find_resource(snapshot, kind, name)
    if node is None:
        return None
    values: dict[str, list[Value]] = defaultdict(list)
    for quad in snapshot.store.quads_for_pattern(node, None, None, ox.DefaultGraph()):
        values[snapshot.reader.iris.shorten(quad.predicate.value)].append(
            _value(snapshot, quad.object)
        )
    properties = (
        (name, tuple(sorted(found, key=lambda value: value.text)[:_MAX_VALUES]))
        for name, found in sorted(values.items())
    )
    return ResourceView(node.value, snapshot.reader.iris.shorten(node.value), tuple(properties))


def _value(snapshot: Snapshot, term: object) -> Value:
    if isinstance(term, ox.NamedNode):
        own = term.value if term.value.startswith(snapshot.base_iri) else ""
        return Value(snapshot.reader.iris.shorten(term.value), own)
    return Value(term.value if isinstance(term, ox.Literal) else str(term))


def describe_resource(
    snapshot: Snapshot, kind: str, name: str, accept: str, max_bytes: int
) -> Answer | None:
    """Return a node, the statements about it and their sentences in RDF; nothing if it is unknown.

    Raises:
        Refused: there is no such form of RDF.
        CutOff: it is too large.
    """
    node = find_resource(snapshot, kind, name)
    if node is None:
        return None
    return describe(snapshot, _triples(snapshot.store, node), accept, max_bytes)


def _triples(store: ox.Store, node: ox.NamedNode) -> Iterator[ox.Triple]:
    yield from _properties(store, node)
    statements = {
        statement.value: statement
        for end in (SUBJECT, OBJECT)
        for statement in subjects(store, end, node)
    }
    around = [*list(statements.values())[:_MAX_STATEMENTS], *subjects(store, _CONTEXT, node)]
    for statement in around:
        yield from _properties(store, statement)
    for quote in list(objects(store, node, DERIVED)):
        if isinstance(quote, ox.NamedNode):
            yield from _properties(store, quote)


def _properties(store: ox.Store, node: ox.NamedNode) -> Iterator[ox.Triple]:
    for quad in store.quads_for_pattern(node, None, None, ox.DefaultGraph()):
        yield quad.triple
