"""Draw what is around some entities, small enough to be read: places of nodes, lines and words.

`kg.visualization` draws from statements with all their sentences, which its page shows beside the
picture; here the page has them already, and a city of ten thousand statements is to open at once. So
only the ends of statements are read.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import networkx as nx
import pyoxigraph as ox

from kg.graph.namespaces import local_name
from kg.schema import load_schema
from kg.server.patterns import OBJECT, PREDICATE, SUBJECT, local, objects, pairs, subjects, text_at
from kg.server.snapshot import Snapshot
from kg.server.views.names import entity_labels, entity_types
from kg.visualization.layout import label_lines, lay_out, node_box, node_radius

__all__ = ["MAX_CENTRES", "Drawing", "Line", "Spot", "neighbourhood", "prepare_neighbourhoods"]

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
    types = entity_types(snapshot)
    iris = dict.fromkeys(
        f"{snapshot.base_iri}{kind}/{local_name(name)}" for kind, name in entities[:MAX_CENTRES]
    )
    centres = [iri for iri in iris if iri in types]
    if not centres or centres[0] != next(iter(iris)):
        return None
    links = [link for iri in centres for link in _links(snapshot, iri)]
    hits = Counter(end for link in links for end in (link.subject, link.object))
    known = snapshot.once(_relation_counts)
    others = (iri for iri in hits if iri in types and iri not in centres)
    ranked = sorted(others, key=lambda iri: (-hits[iri], -known[iri], iri))
    limit = min(_NODES + _MORE_NODES * (len(centres) - 1), _MAX_NODES)
    drawn = [*centres, *ranked][:limit]
    return _draw(
        snapshot, drawn, centres, links, undrawn=max(0, len(centres) + len(ranked) - limit)
    )


def prepare_neighbourhoods(snapshot: Snapshot) -> None:
    """Read what every picture needs."""
    snapshot.once(_relation_counts)


# ----------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class _Link:
    subject: str
    relation: str
    object: str


def _links(snapshot: Snapshot, iri: str) -> Iterator[_Link]:
    """Yield the relations that any statement claims of an entity, planned and denied ones too."""
    store, node = snapshot.store, ox.NamedNode(iri)
    for end, other in ((SUBJECT, OBJECT), (OBJECT, SUBJECT)):
        for statement in subjects(store, end, node):
            for term in objects(store, statement, other):
                if isinstance(term, ox.NamedNode) and term != node:
                    ends = (iri, term.value) if end == SUBJECT else (term.value, iri)
                    yield _Link(ends[0], local(text_at(store, statement, PREDICATE)), ends[1])


def _stated(snapshot: Snapshot, drawn: Sequence[str]) -> set[_Link]:
    """Return what the graph states between the drawn entities.

    Pair by pair: the statements of a city would be ten thousand, most of them about others.
    """
    relations = load_schema().relations
    return {
        _Link(one, relation, other)
        for one, other in permutations(drawn, 2)
        for quad in snapshot.store.quads_for_pattern(
            ox.NamedNode(one), None, ox.NamedNode(other), ox.DefaultGraph()
        )
        if (relation := local(quad.predicate.value)) in relations
    }


def _relation_counts(snapshot: Snapshot) -> Counter[str]:
    """Return how many statements each entity has to another one."""
    ends = {
        statement.value: term.value
        for statement, term in pairs(snapshot.store, OBJECT)
        if isinstance(term, ox.NamedNode)
    }
    counts = Counter(ends.values())
    counts.update(
        term.value for statement, term in pairs(snapshot.store, SUBJECT) if statement.value in ends
    )
    return counts


# ----------------------------------------------------------------------------------- drawing


def _draw(
    snapshot: Snapshot,
    drawn: Sequence[str],
    centres: Sequence[str],
    links: Iterable[_Link],
    *,
    undrawn: int,
) -> Drawing:
    inside = set(drawn)
    stated = _stated(snapshot, drawn)
    claimed = {link for link in links if link.subject in inside and link.object in inside}
    edges = sorted(stated | claimed, key=lambda link: (link.subject, link.object, link.relation))
    index = {iri: number for number, iri in enumerate(drawn)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(index.values())
    graph.add_edges_from((index[edge.subject], index[edge.object]) for edge in edges)
    degrees: dict[int, int] = dict(graph.degree)
    labels = [snapshot.once(entity_labels).get(iri, "") for iri in drawn]
    radii = [node_radius(degrees[number], among=len(index)) for number in index.values()]
    boxes = {n: node_box(label, radii[n]) for n, label in enumerate(labels)}
    places = lay_out(graph, boxes)
    ends = Counter(end for edge in edges for end in (edge.subject, edge.object))
    known = snapshot.once(_relation_counts)
    spots = tuple(
        Spot(
            iri=iri,
            type=entity_types(snapshot)[iri],
            lines=label_lines(labels[n]),
            label=labels[n],
            x=places[n][0],
            y=places[n][1],
            radius=round(radii[n], 1),
            is_centre=iri in centres,
            undrawn=max(0, known[iri] - ends[iri]),
        )
        for n, iri in enumerate(drawn)
    )
    left = min(places[n][0] - box.width / 2 for n, box in boxes.items()) - _MARGIN
    top = min(places[n][1] - box.above for n, box in boxes.items()) - _MARGIN
    return Drawing(
        spots=spots,
        lines=_lines(edges, stated, {spot.iri: spot for spot in spots}),
        left=left,
        top=top,
        width=max(places[n][0] + box.width / 2 for n, box in boxes.items()) + _MARGIN - left,
        height=max(places[n][1] + box.below for n, box in boxes.items()) + _MARGIN - top,
        undrawn=undrawn,
        centre=centres[0],
    )


def _lines(
    edges: Iterable[_Link], stated: set[_Link], spots: Mapping[str, Spot]
) -> tuple[Line, ...]:
    together: dict[tuple[str, str], list[_Link]] = defaultdict(list)
    for edge in edges:
        together[edge.subject, edge.object].append(edge)
    return tuple(
        _line(spots[subject], spots[object_], links, is_tentative=stated.isdisjoint(links))
        for (subject, object_), links in together.items()
    )


def _line(source: Spot, target: Spot, links: Sequence[_Link], *, is_tentative: bool) -> Line:
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
        relations=tuple(link.relation for link in links),
        subject=source.label,
        object=target.label,
        is_tentative=is_tentative,
    )
