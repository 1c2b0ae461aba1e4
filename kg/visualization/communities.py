"""Divide a graph that is too large to be drawn into parts that can be read one at a time.

Twenty thousand entities at once are a grey ball. News make clusters: a county with its firms, a
group with its projects. Those are found here, named by the entities that hold them together, and
given places: the entities of a community inside a disc, the discs side by side as they are related.
Equal graphs give equal communities and places.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from kg.visualization.layout import Box, Points, lay_out, spring_rustworkx

__all__ = ["Community", "Disc", "find_communities", "node_size", "place"]

_SEED = 20221219

_SMALLEST = 4
"""Entities of a community of its own. Two firms and their contract need no disc: in a graph of news
hundreds of such islands would hide the rest, so they are drawn together as one."""

_SPRING_WORK = 20_000_000.0
"""Pairs of nodes looked at while one community is laid out, about 0.1 s."""

_SPACING = 26.0  # pixels from an entity to the next, on average, in a disc
_MOST_SHRINKING = 0.45  # of a layout whose edges have room for their names: there are none here
_DISC_GAP = 0.15  # of a typical radius, between discs
_TYPICAL_DISC = 45.0  # pixels the median disc has for `lay_out`, whose edges are 80 pixels long


@dataclass(frozen=True, slots=True)
class Community:
    """Entities with more links among each other than to others."""

    nodes: tuple[int, ...]  # the most central first
    is_rest: bool = False  # what is too small to be a community, put together


@dataclass(frozen=True, slots=True)
class Disc:
    """The area that the entities of a community take up, in the coordinates of their places."""

    x: float
    y: float
    radius: float


def find_communities(graph: nx.Graph[int]) -> tuple[Community, ...]:
    """Return the communities of a graph, the largest first, the rest last.

    By Louvain: label propagation is fifteen times faster, and divides 20,000 entities into 4,000
    pieces where Louvain finds 54 (benchmarks/communities.py).
    """
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    large = [sorted(nodes) for nodes in found if len(nodes) >= _SMALLEST]
    large.sort(key=lambda nodes: (-len(nodes), nodes[0]))
    communities = [Community(_by_centrality(graph, nodes)) for nodes in large]
    rest = sorted(node for nodes in found if len(nodes) < _SMALLEST for node in nodes)
    if rest:
        communities.append(Community(_by_centrality(graph, rest), is_rest=True))
    return tuple(communities)


def _by_centrality(graph: nx.Graph[int], nodes: Sequence[int]) -> tuple[int, ...]:
    """Order nodes by their links inside; degree names a community as its readers would.

    Betweenness prefers the bridge to another community, PageRank ranks like degree.
    """
    inside = graph.subgraph(nodes).degree(weight="weight")
    degrees: Mapping[int, float] = dict(inside)
    return tuple(sorted(nodes, key=lambda node: (-degrees[node], node)))


def node_size(degree: int) -> float:
    """Return the radius of an entity; its area grows with its relations.

    >>> [round(node_size(degree)) for degree in (0, 1, 100, 10000)]
    [5, 7, 25, 40]
    """
    return min(40.0, 5.0 + 2.0 * math.sqrt(degree))


def place(
    graph: nx.Graph[int], communities: Sequence[Community]
) -> tuple[dict[int, tuple[float, float]], tuple[Disc, ...]]:
    """Return a place for every node, and the disc of every community."""
    inner = [_inside(graph, community) for community in communities]
    middles = _middles(_between(graph, communities), [radius for _, radius in inner])
    places = {
        node: (x + middles[number][0], y + middles[number][1])
        for number, (found, _) in enumerate(inner)
        for node, (x, y) in found.items()
    }
    discs = tuple(Disc(*middles[number], radius=radius) for number, (_, radius) in enumerate(inner))
    return places, discs


def _inside(
    graph: nx.Graph[int], community: Community
) -> tuple[dict[int, tuple[float, float]], float]:
    """Return places around (0, 0), and the radius of the disc that holds them."""
    part = graph.subgraph(sorted(community.nodes))
    boxes = {node: _box(part.degree[node]) for node in community.nodes}
    found = lay_out(part, boxes, spring=_quick_spring)
    middle_x, middle_y = (
        (
            min(place[axis] for place in found.values())
            + max(place[axis] for place in found.values())
        )
        / 2
        for axis in (0, 1)
    )
    reach = max(math.hypot(x - middle_x, y - middle_y) for x, y in found.values())
    wished = _SPACING * math.sqrt(len(found))
    scale = max(_MOST_SHRINKING, min(1.0, wished / reach)) if reach else 1.0
    centred = {
        node: ((x - middle_x) * scale, (y - middle_y) * scale) for node, (x, y) in found.items()
    }
    return centred, max(2 * _SPACING, reach * scale + _SPACING)


def _box(degree: int) -> Box:
    radius = node_size(degree) * 1.3
    return Box(2 * radius, radius, radius)


def _quick_spring(graph: nx.Graph[int]) -> Points:
    """Place a connected graph in rounds that take about the same time whatever its size."""
    rounds = round(min(400.0, max(40.0, _SPRING_WORK / len(graph) ** 2)))
    return spring_rustworkx(graph, rounds=rounds)


def _between(graph: nx.Graph[int], communities: Sequence[Community]) -> nx.Graph[int]:
    """Return the graph of communities, linked where their entities are linked most.

    Every community has some link to almost every other; drawn by all of them they would lie in one
    heap. The strongest three of each give it its neighbours.
    """
    home = {node: number for number, c in enumerate(communities) for node in c.nodes}
    weights: Counter[tuple[int, int]] = Counter()
    for one, other in graph.edges:
        if home[one] != home[other]:
            weights[min(home[one], home[other]), max(home[one], home[other])] += 1
    strongest: dict[int, list[tuple[int, int]]] = {}
    for pair, _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        for end in pair:
            strongest.setdefault(end, []).append(pair)
    between: nx.Graph[int] = nx.Graph()
    between.add_nodes_from(range(len(communities)))
    between.add_edges_from(sorted({pair for pairs in strongest.values() for pair in pairs[:3]}))
    return between


def _middles(between: nx.Graph[int], radii: Sequence[float]) -> list[tuple[float, float]]:
    if not radii:
        return []
    typical = sorted(radii)[len(radii) // 2]
    scale = _TYPICAL_DISC / typical
    gap = _DISC_GAP * _TYPICAL_DISC
    boxes = {
        number: Box(2 * (radius * scale + gap), radius * scale + gap, radius * scale + gap)
        for number, radius in enumerate(radii)
    }
    found = lay_out(between, boxes)
    return [(found[number][0] / scale, found[number][1] / scale) for number in range(len(radii))]
