"""Say in RDF what the endpoint can do (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib.namespace import RDF, VOID

from kg.graph import terms
from kg.graph.store import ONTOLOGY_GRAPH
from kg.server.snapshot import Snapshot
from kg.server.sparql import Answer, describe

__all__ = ["describe_service"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = ox.NamedNode(RDF.type)
_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)


def describe_service(snapshot: Snapshot, endpoint: str, accept: str, max_bytes: int) -> Answer:
    """Describe the endpoint at the address *endpoint*."""
    return describe(snapshot, _triples(snapshot, endpoint), accept, max_bytes)


def _triples(snapshot: Snapshot, endpoint: str) -> Iterator[ox.Triple]:
    service, dataset = ox.NamedNode(endpoint), ox.NamedNode(f"{endpoint}#dataset")
    default, named = ox.NamedNode(f"{endpoint}#default"), ox.NamedNode(f"{endpoint}#ontology")
    yield ox.Triple(service, _TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), service)
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for name in _RESULT_FORMATS:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, _TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, _TYPE, _sd("Graph"))
    yield ox.Triple(default, ox.NamedNode(VOID.triples), terms.integer(snapshot.once(_count)))
    yield ox.Triple(default, ox.NamedNode(VOID.uriSpace), terms.text(snapshot.base_iri))
    yield ox.Triple(dataset, _sd("namedGraph"), named)
    yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
    yield ox.Triple(named, _sd("name"), ONTOLOGY_GRAPH)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def _count(snapshot: Snapshot) -> int:
    return sum(1 for _ in snapshot.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
