"""Ask the store by single patterns, which Oxigraph answers from its indexes: no plan can go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib.namespace import PROV, RDF, SDO, SKOS

from kg.graph.namespaces import KG

__all__ = [
    "ALT_LABEL",
    "CONFIDENCE",
    "DERIVED",
    "DIVISION_CODE",
    "LOCAL_PREFIX",
    "MENTIONS",
    "NEWS_ARTICLE",
    "OBJECT",
    "PREDICATE",
    "PREF_LABEL",
    "STATEMENT",
    "SUBJECT",
    "TYPE",
    "is_known",
    "local",
    "node_at",
    "objects",
    "pairs",
    "subjects",
    "text_at",
]

ALT_LABEL = ox.NamedNode(SKOS.altLabel)
CONFIDENCE = ox.NamedNode(KG.confidence)
DIVISION_CODE = ox.NamedNode(KG.divisionCode)
DERIVED = ox.NamedNode(PROV.wasDerivedFrom)
LOCAL_PREFIX = ox.NamedNode(KG.localPrefix)
NEWS_ARTICLE = ox.NamedNode(SDO.NewsArticle)
MENTIONS = ox.NamedNode(SDO.mentions)
OBJECT = ox.NamedNode(RDF.object)
PREDICATE = ox.NamedNode(RDF.predicate)
PREF_LABEL = ox.NamedNode(SKOS.prefLabel)
STATEMENT = ox.NamedNode(KG.Statement)
SUBJECT = ox.NamedNode(RDF.subject)
TYPE = ox.NamedNode(RDF.type)

_DEFAULT = ox.DefaultGraph()


def subjects(
    store: ox.Store, predicate: ox.NamedNode, term: ox.NamedNode | ox.Literal
) -> Iterator[ox.NamedNode]:
    """Yield the nodes that have *term* for *predicate*."""
    for quad in store.quads_for_pattern(None, predicate, term, _DEFAULT):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject


def objects(
    store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode
) -> Iterator[ox.NamedNode | ox.Literal]:
    """Yield the values of *predicate*."""
    for quad in store.quads_for_pattern(node, predicate, None, _DEFAULT):
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            yield quad.object


def pairs(
    store: ox.Store, predicate: ox.NamedNode
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
    """Yield every node with its value of *predicate*."""
    for quad in store.quads_for_pattern(None, predicate, None, _DEFAULT):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(
            quad.object, ox.NamedNode | ox.Literal
        ):
            yield quad.subject, quad.object


def text_at(store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode) -> str:
    """Return the value of *predicate*, of several the first by spelling, or ""."""
    return min((term.value for term in objects(store, node, predicate)), default="")


def is_known(store: ox.Store, node: ox.NamedNode) -> bool:
    """Say whether the graph says anything of a node."""
    return next(iter(store.quads_for_pattern(node, None, None, _DEFAULT)), None) is not None


def node_at(iri: str) -> ox.NamedNode | None:
    """Return an IRI as a node, nothing if it is none."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def local(iri: str) -> str:
    """Return the last part of an IRI: what is after # or the last slash."""
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]
