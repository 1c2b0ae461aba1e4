"""Choose what of a graph to draw and read it from the store.

A picture of everything is a hairball: above some hundred nodes nobody reads it. So the whole graph is
drawn by its best connected entities, a question about some entities by their neighbourhood, and what
is left out is counted, never hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox

from kg.graph.source import TripleSource
from kg.schema import Schema, load_schema
from kg.visualization.picture import Claim, Picture, PictureEdge, PictureNode
from kg.visualization.source import ALT_LABEL, Link, Source

__all__ = ["DEFAULT_LIMIT", "OVERVIEW_LIMIT", "picture_from_store"]

DEFAULT_LIMIT = 300
"""Nodes that still make a readable picture on a desktop screen (looked at: 20, 80, 300, 1,000)."""

OVERVIEW_LIMIT = 20_000
"""Nodes of a picture that shows communities: a file of 6 MB, which a browser opens in two seconds."""

_MAX_TITLE_CHARS = 8  # 党组书记、局长 fits on a line between two nodes, a list of posts does not

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class _Selection:
    """The entities to draw with the links among them, and the number of what is left out."""

    nodes: frozenset[ox.NamedNode]
    links: tuple[Link, ...]
    undrawn_nodes: int
    undrawn_links: Mapping[ox.NamedNode, int]  # per drawn node, to entities that are not
    undrawn_edges: int
    centres: tuple[ox.NamedNode, ...] = ()


def picture_from_store(
    store: TripleSource,
    *,
    entities: Sequence[str] = (),
    hops: int = 1,
    limit: int = DEFAULT_LIMIT,
    schema: Schema | None = None,
) -> Picture:
    """Return a picture of a graph, or of the neighbourhood of some entities.

    Args:
        store: the built graph.
        entities: names (label or alias) or IRIs; none for the whole graph.
        hops: how many relations away from the entities the picture reaches.
        limit: how many nodes to draw: the nearest, then the best connected.
        schema: the ontology; the bundled one if left out.

    Raises:
        InputError: no entity has such a name.
    """
    source = Source(store, schema or load_schema())
    if entities:
        centres = tuple(dict.fromkeys(node for name in entities for node in source.find(name)))
        selection = _neighbourhood(source, centres, hops, limit)
    else:
        selection = _best_connected(source, limit)
    return _draw(source, selection)


# ------------------------------------------------------------------------------- selection


def _best_connected(source: Source, limit: int) -> _Selection:
    entities = source.entities()
    links = [link for link in source.links() if {link.subject, link.object} <= entities.keys()]
    degrees = Counter(end for link in links for end in {link.subject, link.object})
    ranked = sorted(entities, key=lambda node: (-degrees[node], node.value))
    return _select(ranked[:limit], links, left_out=max(0, len(ranked) - limit))


def _neighbourhood(
    source: Source, centres: tuple[ox.NamedNode, ...], hops: int, limit: int
) -> _Selection:
    """Go outwards from the centres; of each ring the nodes with most links to what is drawn first."""
    reached = dict.fromkeys(centres)
    links: dict[ox.NamedNode, Link] = {}
    ring: list[ox.NamedNode] = list(centres)
    for distance in range(hops + 1):
        source.announce_links(ring)
        found = [link for node in ring for link in source.links_of(node)]
        links.update((link.statement, link) for link in found)
        if distance == hops:  # this ring's links are read for those inside it only
            break
        hits = Counter(end for link in found for end in (link.subject, link.object))
        outside = [node for node in hits if node not in reached and source.is_entity(node)]
        ring = sorted(outside, key=lambda node: (-hits[node], node.value))
        reached.update(dict.fromkeys(ring))
    drawn = list(reached)[: max(limit, len(centres))]
    return _select(
        drawn, links.values(), left_out=len(reached) - len(drawn), centres=centres, reached=reached
    )


def _select(
    nodes: Iterable[ox.NamedNode],
    links: Iterable[Link],
    *,
    left_out: int,
    centres: tuple[ox.NamedNode, ...] = (),
    reached: Mapping[ox.NamedNode, None] | None = None,
) -> _Selection:
    drawn = frozenset(nodes)
    inside: list[Link] = []
    undrawn: Counter[ox.NamedNode] = Counter()
    undrawn_edges = 0
    for link in sorted(links, key=lambda link: link.statement.value):
        ends = {link.subject, link.object}
        if ends <= drawn:
            inside.append(link)
            continue
        undrawn.update(ends & drawn)
        undrawn_edges += reached is None or ends <= reached.keys()
    return _Selection(drawn, tuple(inside), left_out, undrawn, undrawn_edges, centres)


# ------------------------------------------------------------------------------- drawing


def _draw(source: Source, selection: _Selection) -> Picture:
    nodes = sorted(selection.nodes, key=lambda node: node.value)
    source.announce_drawing(nodes, [link.statement for link in selection.links])
    links_by_edge = _group(
        ((link.subject.value, link.object.value, link.predicate), link) for link in selection.links
    )
    edges = [
        _edge(source, subject, relation, object_, links)
        for (subject, object_, relation), links in sorted(links_by_edge.items())
    ]
    return Picture(
        nodes=tuple(_node(source, node, selection) for node in nodes),
        edges=tuple(edges),
        undrawn_nodes=selection.undrawn_nodes,
        undrawn_edges=selection.undrawn_edges,
        centres=tuple(node.value for node in selection.centres),
    )


def _edge(
    source: Source, subject: str, relation: str, object_: str, links: Iterable[Link]
) -> PictureEdge:
    claims = _ranked(source.claim(link.statement) for link in links)
    titles = {dict(claim.qualifiers).get("title", "") for claim in claims}
    title = titles.pop() if len(titles) == 1 else ""
    # 局长 says more on the line from a person to a bureau than 任职.
    label = title if 0 < len(title) <= _MAX_TITLE_CHARS else ""
    return PictureEdge(
        id=f"{subject} {relation} {object_}",
        source=subject,
        target=object_,
        relation=relation,
        label=label or source.schema.predicate(relation).label_zh or relation,
        claims=claims,
    )


def _node(source: Source, node: ox.NamedNode, selection: _Selection) -> PictureNode:
    return PictureNode(
        id=node.value,
        label=source.label(node),
        type=source.type_of(node),
        aliases=tuple(sorted(source.texts(node, ALT_LABEL))),
        claims=_ranked(source.facts_of(node)),
        undrawn=selection.undrawn_links.get(node, 0),
    )


def _ranked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=lambda c: (c.relation, -c.confidence, c.object, c.qualifiers)))


def _group(pairs: Iterable[tuple[_Key, Link]]) -> dict[_Key, list[Link]]:
    groups: dict[_Key, list[Link]] = defaultdict(list)
    for key, link in pairs:
        groups[key].append(link)
    return groups
