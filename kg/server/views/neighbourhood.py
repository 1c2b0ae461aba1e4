"""Draw what is around some entities, small enough to be read: places of nodes, lines and words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from kg.graph.namespaces import local_name
from kg.server.snapshot import Snapshot
from kg.visualization import Picture, PictureEdge, picture_from_store
from kg.visualization.layout import label_lines, lay_out, node_box, node_radius

__all__ = ["MAX_CENTRES", "Drawing", "Line", "Spot", "neighbourhood"]

_NODES = 26  # around one entity; looked at on a phone, where more names are too small
_MORE_NODES = 14  # with each that is opened
_MAX_NODES = 120
MAX_CENTRES = 12
_MARGIN = 16
_ARROW = 4  # pixels between an arrow and its node


@dataclass(frozen=True, slots=True)
class Spot:
    """A node and where it is."""

    iri: str
    type: str
    lines: tuple[str, ...]  # its name, in lines
    label: str
    x: float
    y: float
    radius: float
    is_centre: bool
    undrawn: int  # claims to entities that are not in the picture


@dataclass(frozen=True, slots=True)
class Line:
    """The relations between two nodes in one direction."""

    x1: float
    y1: float
    x2: float
    y2: float
    x: float  # where its words are
    y: float
    relations: tuple[str, ...]  # names of relations
    subject: str  # labels, for who does not see the line
    object: str
    is_tentative: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with its frame."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    left: float
    top: float
    width: float
    height: float
    undrawn: int  # neighbours that are left out
    centre: str  # IRI of the first entity that was asked for


def neighbourhood(snapshot: Snapshot, entities: Sequence[tuple[str, str]]) -> Drawing | None:
    """Return what is one relation away from some entities, given as prefix and (decoded) name."""
    iris = dict.fromkeys(
        f"{snapshot.base_iri}{kind}/{local_name(name)}" for kind, name in entities[:MAX_CENTRES]
    )
    known = [iri for iri in iris if snapshot.reader.node(iri).type]
    if not known or known[0] != next(iter(iris)):
        return None
    limit = min(_NODES + _MORE_NODES * (len(known) - 1), _MAX_NODES)
    return _draw(picture_from_store(snapshot.store, entities=known, limit=limit))


def _draw(picture: Picture) -> Drawing:
    index = {node.id: number for number, node in enumerate(picture.nodes)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(index.values())
    graph.add_edges_from((index[edge.source], index[edge.target]) for edge in picture.edges)
    degrees: dict[int, int] = dict(graph.degree)
    radii = [node_radius(degrees[number], among=len(index)) for number in index.values()]
    boxes = {n: node_box(node.label, radii[n]) for n, node in enumerate(picture.nodes)}
    places = lay_out(graph, boxes)
    spots = tuple(
        Spot(
            iri=node.id,
            type=node.type,
            lines=label_lines(node.label),
            label=node.label,
            x=places[n][0],
            y=places[n][1],
            radius=round(radii[n], 1),
            is_centre=node.id in picture.centres,
            undrawn=node.undrawn,
        )
        for n, node in enumerate(picture.nodes)
    )
    left = min(places[n][0] - box.width / 2 for n, box in boxes.items()) - _MARGIN
    top = min(places[n][1] - box.above for n, box in boxes.items()) - _MARGIN
    right = max(places[n][0] + box.width / 2 for n, box in boxes.items()) + _MARGIN
    bottom = max(places[n][1] + box.below for n, box in boxes.items()) + _MARGIN
    lines = _lines(picture, {spot.iri: spot for spot in spots})
    return Drawing(
        spots=spots,
        lines=lines,
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        undrawn=picture.undrawn_nodes,
        centre=picture.centres[0],
    )


def _lines(picture: Picture, spots: Mapping[str, Spot]) -> tuple[Line, ...]:
    together: dict[tuple[str, str], list[PictureEdge]] = defaultdict(list)
    for edge in picture.edges:
        if edge.source != edge.target:
            together[edge.source, edge.target].append(edge)
    return tuple(
        _line(spots[source], spots[target], edges) for (source, target), edges in together.items()
    )


def _line(source: Spot, target: Spot, edges: Sequence[PictureEdge]) -> Line:
    dx, dy = target.x - source.x, target.y - source.y
    length = math.hypot(dx, dy) or 1.0
    begin, end = source.radius / length, 1 - (target.radius + _ARROW) / length
    # Lines of a centre lie close together there: their words stand towards the other end.
    middle = 0.5 + 0.12 * (source.is_centre - target.is_centre)
    return Line(
        x=round(source.x + dx * middle, 1),
        y=round(source.y + dy * middle, 1),
        x1=round(source.x + dx * begin, 1),
        y1=round(source.y + dy * begin, 1),
        x2=round(source.x + dx * end, 1),
        y2=round(source.y + dy * end, 1),
        relations=tuple(dict.fromkeys(edge.relation for edge in edges)),
        subject=source.label,
        object=target.label,
        is_tentative=all(edge.is_tentative for edge in edges),
    )
