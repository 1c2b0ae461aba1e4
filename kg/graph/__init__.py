"""Entities and statements as an RDF graph.

In: the resolution, the articles and documents behind it, and the run. Out: a `Graph` of sorted
triples. `memory_store` and `write_store` put it where it can be asked, `kg.graph.reader` reads claims
back from there.
"""

from kg.graph.builder import Graph, build_graph
from kg.graph.namespaces import DEFAULT_BASE_IRI
from kg.graph.store import load_turtle, memory_store, open_store, read_graph, to_rdflib, write_store

__all__ = [
    "DEFAULT_BASE_IRI",
    "Graph",
    "build_graph",
    "load_turtle",
    "memory_store",
    "open_store",
    "read_graph",
    "to_rdflib",
    "write_store",
]
