"""Everything in the graph as RDF: Turtle, N-Triples, TriG, RDF/XML, JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from kg.export.writing import write_bytes
from kg.graph.builder import Graph
from kg.graph.files import xml_text
from kg.graph.namespaces import Iris
from kg.graph.source import TripleSource
from kg.graph.store import read_graph

__all__ = [
    "export_turtle",
    "serialize_turtle",
    "write_json_ld",
    "write_n_triples",
    "write_rdf_xml",
    "write_trig",
    "write_turtle",
]


def serialize_turtle(graph: Graph) -> bytes:
    """Return Turtle: prefixes by name, then subject by subject."""
    return _with_sorted_prefixes(graph, ox.RdfFormat.TURTLE)


def write_turtle(graph: Graph, path: Path) -> Path:
    """Write ``graph.ttl``."""
    return write_bytes(path, serialize_turtle(graph))


def _with_sorted_prefixes(graph: Graph, format_: ox.RdfFormat) -> bytes:
    prefixes = Iris(graph.base_iri).prefixes()
    serialized = _serialize(graph, format_, prefixes)
    lines = [f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items()]
    # Oxigraph writes the prefixes in the order of a hash map; strings in the body have no line
    # breaks (they are escaped), so the first other line begins the body.
    body = serialized
    while body.startswith(b"@prefix "):
        body = body.partition(b"\n")[2]
    return "".join(lines).encode() + b"\n" + body


def _serialize(graph: Graph, format_: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    return ox.serialize(graph.triples, format=format_, prefixes=dict(prefixes)) or b""


def export_turtle(store: TripleSource, target: Path) -> list[Path]:
    return [write_turtle(read_graph(store), target)]


def write_n_triples(store: TripleSource, target: Path) -> list[Path]:
    return [write_bytes(target, _serialize(read_graph(store), ox.RdfFormat.N_TRIPLES, {}))]


def write_trig(store: TripleSource, target: Path) -> list[Path]:
    """Write TriG with the data in the graph named by the base IRI, to be loaded beside others."""
    graph = read_graph(store)
    name = ox.NamedNode(graph.base_iri)
    quads = (ox.Quad(t.subject, t.predicate, t.object, name) for t in graph.triples)
    prefixes = Iris(graph.base_iri).prefixes()
    serialized = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes)
    return [write_bytes(target, serialized or b"")]


def write_rdf_xml(store: TripleSource, target: Path) -> list[Path]:
    """Write RDF/XML; characters that XML can't hold (a form feed in a text) are replaced."""
    graph = read_graph(store)
    safe = Graph(tuple(_xml_safe(triple) for triple in graph.triples), graph.base_iri)
    prefixes = Iris(graph.base_iri).prefixes()
    # The writer sorts nothing itself; an own prefix may not be called rdf.
    prefixes.pop("rdf")
    return [write_bytes(target, _serialize(safe, ox.RdfFormat.RDF_XML, prefixes))]


def _xml_safe(triple: ox.Triple) -> ox.Triple:
    literal = triple.object
    if not isinstance(literal, ox.Literal) or xml_text(literal.value) == literal.value:
        return triple
    text = xml_text(literal.value)
    language = literal.language
    safe = ox.Literal(text, language=language) if language else ox.Literal(text)
    return ox.Triple(triple.subject, triple.predicate, safe)


def write_json_ld(store: TripleSource, target: Path) -> list[Path]:
    """Write JSON-LD: one object a node, terms shortened by a context of prefixes."""
    graph = read_graph(store)
    iris = Iris(graph.base_iri)
    nodes: dict[str, dict[str, object]] = {}
    for triple in graph.triples:
        node = nodes.setdefault(str(triple.subject), {"@id": _node_id(triple.subject)})
        _add_json_ld(node, triple, iris)
    document = {"@context": _context(iris), "@graph": list(nodes.values())}
    return [write_bytes(target, _json(document))]


def _context(iris: Iris) -> dict[str, str]:
    used = ("dcterms", "kg", "nif", "oa", "owl", "prov", "rdf", "rdfs", "schema", "skos", "void")
    prefixes = iris.prefixes()
    return {prefix: prefixes[prefix] for prefix in (*used, "xsd")}


def _add_json_ld(node: dict[str, object], triple: ox.Triple, iris: Iris) -> None:
    predicate = iris.shorten(triple.predicate.value)
    is_type = predicate == "rdf:type"
    key = "@type" if is_type else predicate
    value = (
        iris.shorten(_node_id(triple.object)) if is_type else _json_ld_value(triple.object, iris)
    )
    values = node.setdefault(key, [])
    if isinstance(values, list):
        values.append(value)


def _json_ld_value(term: object, iris: Iris) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": _node_id(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value.endswith("#string"):
        return term.value
    return {"@value": term.value, "@type": iris.shorten(term.datatype.value)}


def _node_id(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
