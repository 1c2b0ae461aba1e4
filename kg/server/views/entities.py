"""Everything the graph claims of one entity, in portions a page can hold.

A city has tens of thousands of claims, a firm three. Claims are counted by relation and direction from
the index; only those that are shown are read with their sentences.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import pyoxigraph as ox
from rdflib.namespace import SDO

from kg.graph.namespaces import local_name
from kg.graph.reader import ArticleView, Claim, Node
from kg.server.patterns import (
    CONFIDENCE,
    DIVISION_CODE,
    MENTIONS,
    OBJECT,
    PREDICATE,
    PREF_LABEL,
    STATEMENT,
    SUBJECT,
    TYPE,
    local,
    node_at,
    objects,
    subjects,
    text_at,
)
from kg.server.snapshot import Snapshot

__all__ = [
    "ClaimGroup",
    "ClaimList",
    "EntityView",
    "articles_about",
    "claim_list",
    "entity_view",
    "find_entity",
    "one_claim",
]

_PER_GROUP = 8  # claims of a relation on the page of an entity; the rest is one click away
_ARTICLES = 30
_MAX_DATED = 200  # claims that are looked through for a timeline
_PUBLISHED = ox.NamedNode(SDO.datePublished)


@dataclass(frozen=True, slots=True)
class ClaimGroup:
    """Claims of one relation in one direction."""

    predicate: str
    outgoing: bool  # whether the entity is their subject
    claims: tuple[Claim, ...]
    total: int


@dataclass(frozen=True, slots=True)
class EntityView:
    """An entity and what is said of it."""

    node: Node
    division_code: str
    groups: tuple[ClaimGroup, ...]
    dated: tuple[tuple[str, Claim], ...]  # ISO date and claim, in order of time
    articles: tuple[ArticleView, ...]
    articles_total: int


@dataclass(frozen=True, slots=True)
class ClaimList:
    """A page of the claims of one relation."""

    node: Node
    group: ClaimGroup
    begin: int


def find_entity(snapshot: Snapshot, kind: str, name: str) -> ox.NamedNode | None:
    """Return the entity with this prefix and name (decoded), if there is one."""
    node = node_at(f"{snapshot.base_iri}{kind}/{local_name(name)}")
    return node if node and text_at(snapshot.store, node, PREF_LABEL) else None


def entity_view(snapshot: Snapshot, kind: str, name: str) -> EntityView | None:
    """Return what the page of an entity shows."""
    entity = find_entity(snapshot, kind, name)
    if entity is None:
        return None
    links = _links(snapshot.store, entity)
    groups = tuple(
        _group(snapshot, predicate, outgoing, nodes, 0, _PER_GROUP)
        for (predicate, outgoing), nodes in sorted(links.items(), key=_order_of_group)
    )
    articles, total = articles_about(snapshot, entity, 0, _ARTICLES)
    return EntityView(
        node=snapshot.reader.node(entity.value),
        division_code=next(iter(_codes(snapshot, entity)), ""),
        groups=groups,
        dated=_dated(snapshot, chain.from_iterable(links.values())),
        articles=articles,
        articles_total=total,
    )


def claim_list(
    snapshot: Snapshot, kind: str, name: str, predicate: str, outgoing: bool, begin: int, count: int
) -> ClaimList | None:
    """Return some of the claims of one relation of an entity."""
    entity = find_entity(snapshot, kind, name)
    nodes = _links(snapshot.store, entity).get((predicate, outgoing)) if entity else None
    if not entity or not nodes:
        return None
    group = _group(snapshot, predicate, outgoing, nodes, begin, count)
    return ClaimList(snapshot.reader.node(entity.value), group, begin)


def one_claim(snapshot: Snapshot, statement_id: str) -> Claim | None:
    """Return a claim by the hash in its IRI."""
    return snapshot.reader.find_claim(statement_id)


def articles_about(
    snapshot: Snapshot, entity: ox.NamedNode, begin: int, count: int
) -> tuple[tuple[ArticleView, ...], int]:
    """Return articles that mention an entity, newest first, and how many there are."""
    dated = [
        (text_at(snapshot.store, article, _PUBLISHED), article.value)
        for article in subjects(snapshot.store, MENTIONS, entity)
    ]
    newest = heapq.nlargest(begin + count, dated)[begin:]
    return tuple(snapshot.reader.article(iri) for _, iri in newest), len(dated)


# ------------------------------------------------------------------------------------ claims

_Links = dict[tuple[str, bool], list[ox.NamedNode]]


def _links(store: ox.Store, entity: ox.NamedNode) -> _Links:
    links: _Links = defaultdict(list)
    for end, outgoing in ((SUBJECT, True), (OBJECT, False)):
        for statement in subjects(store, end, entity):
            if next(iter(store.quads_for_pattern(statement, TYPE, STATEMENT)), None):
                predicate = local(text_at(store, statement, PREDICATE))
                links[predicate, outgoing].append(statement)
    return links


def _order_of_group(group: tuple[tuple[str, bool], list[ox.NamedNode]]) -> tuple[bool, int, str]:
    (predicate, outgoing), nodes = group
    return not outgoing, -len(nodes), predicate


def _group(
    snapshot: Snapshot,
    predicate: str,
    outgoing: bool,
    nodes: Iterable[ox.NamedNode],
    begin: int,
    count: int,
) -> ClaimGroup:
    ranked = sorted(nodes, key=lambda node: (-_confidence(snapshot.store, node), node.value))
    claims = tuple(map(snapshot.reader.claim, ranked[begin : begin + count]))
    return ClaimGroup(predicate, outgoing, claims, len(ranked))


def _confidence(store: ox.Store, statement: ox.NamedNode) -> float:
    text = text_at(store, statement, CONFIDENCE)
    try:
        return float(text)
    except ValueError:
        return 0.0


def _dated(snapshot: Snapshot, statements: Iterable[ox.NamedNode]) -> tuple[tuple[str, Claim], ...]:
    """Return the claims that name a date, be it theirs or their value."""
    found: dict[str, tuple[str, Claim]] = {}
    for _, statement in zip(range(_MAX_DATED), statements, strict=False):
        claim = snapshot.reader.claim(statement)
        day = claim.qualifier("date")
        if claim.datatype in ("date", "gYearMonth", "gYear"):
            day = claim.value
        if day[:4].isdecimal():
            found[claim.id] = (day, claim)
    return tuple(sorted(found.values(), key=lambda entry: (entry[0], entry[1].id)))


def _codes(snapshot: Snapshot, entity: ox.NamedNode) -> Iterable[str]:
    return sorted(term.value for term in objects(snapshot.store, entity, DIVISION_CODE))
