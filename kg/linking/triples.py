"""Put links into a graph, with what they rest on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

from kg.graph import terms
from kg.graph.namespaces import KG, Iris
from kg.linking.table import SAME_AS, Link
from kg.model import EntityId, Verdict

__all__ = ["AppliedLinks", "link_triples"]

_TYPE = ox.NamedNode(RDF.type)


@dataclass(frozen=True, slots=True)
class AppliedLinks:
    """The triples of a file of links, and the links whose entity is not in the build."""

    triples: tuple[ox.Triple, ...] = ()
    applied: int = 0
    unknown: tuple[Link, ...] = ()


def link_triples(
    links: Iterable[Link], find: Callable[[EntityId], EntityId | None], iris: Iris
) -> AppliedLinks:
    """Return the links that hold, as triples.

    Args:
        links: of the file; only those judged the same count.
        find: returns the id that an entity has in this build.
        iris: of the graph.
    """
    triples: list[ox.Triple] = []
    unknown: list[Link] = []
    applied = 0
    for link in links:
        if link.verdict is not Verdict.SAME:
            continue
        entity_id = find(link.entity)
        if entity_id is None:
            unknown.append(link)
        else:
            triples += _triples(link, entity_id, iris)
            applied += 1
    return AppliedLinks(tuple(triples), applied, tuple(unknown))


def _triples(link: Link, entity_id: EntityId, iris: Iris) -> Iterator[ox.Triple]:
    entity, target = iris.entity(entity_id), ox.NamedNode(link.target)
    relation = OWL.sameAs if link.relation == SAME_AS else SKOS.exactMatch
    yield ox.Triple(entity, ox.NamedNode(relation), target)
    yield from _code_triples(link, target)
    digest = hashlib.sha256(f"{entity_id}\0{link.target}".encode("utf-8", "replace")).hexdigest()
    node = iris.link(digest[:20])
    yield ox.Triple(node, _TYPE, ox.NamedNode(KG.Link))
    yield ox.Triple(node, ox.NamedNode(KG.linkOf), entity)
    yield ox.Triple(node, ox.NamedNode(KG.linkTarget), target)
    yield ox.Triple(node, ox.NamedNode(KG.matchedOn), terms.text(link.matched))
    yield ox.Triple(node, ox.NamedNode(DCTERMS.source), terms.text(link.source))
    found = terms.day(date.fromisoformat(link.date))
    yield ox.Triple(node, ox.NamedNode(DCTERMS.date), found)


def _code_triples(link: Link, target: ox.NamedNode) -> Iterator[ox.Triple]:
    if link.code and link.relation != SAME_AS:
        scheme = link.target.rpartition("/")[0]
        yield ox.Triple(target, _TYPE, ox.NamedNode(SKOS.Concept))
        yield ox.Triple(target, ox.NamedNode(SKOS.notation), terms.text(link.code))
        yield ox.Triple(target, ox.NamedNode(SKOS.inScheme), ox.NamedNode(scheme))
