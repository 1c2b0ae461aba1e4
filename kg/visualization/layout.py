"""Place the nodes so that the picture stands still when it is opened and can be read.

Browsers lay out while the reader waits, differently each time. Here the layout is computed once:
springs for each connected part, then names pushed off each other (a force layout knows points, a
reader needs the words below them), then the parts side by side, entities without relations as rows
of a table. Equal pictures get equal positions.

rustworkx does the springs: of 1,000 nodes 400 rounds take it 1.2 s, where networkx needs 4 s for 50.
benchmarks/picture.py compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt
import rustworkx as rx

__all__ = [
    "LABEL_PIXELS",
    "Box",
    "Points",
    "SpringLayout",
    "label_lines",
    "lay_out",
    "node_box",
    "node_radius",
    "spring_networkx",
    "spring_rustworkx",
]

Points: TypeAlias = npt.NDArray[np.float64]
"""One row per node: x to the right, y downwards, in pixels at zoom 1."""

SpringLayout: TypeAlias = Callable[["nx.Graph[int]"], Points]

LABEL_PIXELS = 13
"""Font size of names. Chinese below 12 pixels loses strokes."""

_LINE_CHARS = 7  # full-width characters; two lines of 7 are the 14 that a name may have
_LINE_PIXELS = LABEL_PIXELS + 3
_GAP = 12.0  # between boxes
_PART_GAP = 56.0  # between connected parts
_EDGE_PIXELS = 80.0  # wished length of an edge
_NAMED_EDGE_PIXELS = 160.0  # in a small part, where edges bear their names
_SMALL = 60  # nodes; EDGE_NAMES of page.js is the same in edges
_ASPECT = 1.2  # of the drawing area beside the panels on a desktop screen
_SEED = 20221219
_SPRING_ROUNDS = 400
_REACH = 40.0  # boxes nearer than this may come to overlap before neighbours are looked up again
_ROUNDS_PER_SEARCH = 8
_ROUNDS_PER_WIDENING = 48
_WIDENING = 1.06
_TOUCH = 0.5  # an overlap below this is none: places are rounded to pixels, _GAP hides it


@dataclass(frozen=True, slots=True)
class Box:
    """What a node takes up around its centre: the symbol, and the name below it."""

    width: float
    above: float
    below: float

    @property
    def height(self) -> float:
        return self.above + self.below


def node_radius(degree: int, *, among: int = 1) -> float:
    """Return the size of a symbol; its area grows with the number of relations.

    Of many nodes a screen shows a reduction, in which symbols must still be told apart by shape: they
    are larger the more there are.

    >>> [round(node_radius(degree)) for degree in (0, 1, 10, 1000)]
    [8, 10, 14, 30]
    """
    reduction = max(1.0, math.pow(among / 80, 0.4))
    return min(30.0, 8.0 + 2.0 * math.sqrt(degree)) * reduction


def label_lines(label: str) -> tuple[str, ...]:
    """Cut a name into at most two lines for the canvas; what does not fit becomes ``…``.

    >>> label_lines("鲁西集团"), label_lines("莘县年产120万吨双酚A项目一期工程及配套设施")
    (('鲁西集团',), ('莘县年产120万吨', '双酚A项目一期…'))
    """
    if _columns(label) <= 2 * (_LINE_CHARS + 1):
        return (label,)
    room = 2 * _LINE_CHARS
    total = _columns(label)
    # Two lines of equal length look better than a full one and a rest.
    first, rest = _split(label, max(room // 2, math.ceil(total / 2)) if total < 2 * room else room)
    if _columns(rest) <= room + 1:
        return (first, rest)
    return (first, _split(rest, room - 1)[0] + "…")


def _split(text: str, columns: int) -> tuple[str, str]:
    """Cut after the character that reaches *columns*, but not inside a number or a Latin word."""
    used = 0
    for index, char in enumerate(text):
        used += _columns(char)
        if used >= columns:
            cut = index + 1
            while cut < len(text) and cut > 1 and _sticks(text[cut - 1], text[cut]):
                cut -= 1
            return (text[:cut], text[cut:]) if cut > 1 else (text[: index + 1], text[index + 1 :])
    return text, ""


def _sticks(left: str, right: str) -> bool:
    return left.isascii() and left.isalnum() and right.isascii() and right.isalnum()


def _columns(text: str) -> int:
    return sum(1 if char.isascii() else 2 for char in text)


def node_box(label: str, radius: float) -> Box:
    """Return the space that a symbol of this size and the name below it need."""
    lines = label_lines(label)
    words = max(map(_columns, lines), default=0) * LABEL_PIXELS / 2
    return Box(max(words, 2 * radius), radius, radius + 4 + _LINE_PIXELS * len(lines))


def lay_out(
    graph: nx.Graph[int], boxes: Mapping[int, Box], *, spring: SpringLayout | None = None
) -> dict[int, tuple[int, int]]:
    """Return a place for every node of an undirected graph, in whole pixels.

    No two boxes overlap.
    """
    spring = spring or spring_rustworkx
    components = sorted(nx.connected_components(graph), key=lambda c: (-len(c), min(c)))
    alone = [min(component) for component in components if len(component) == 1]
    parts = [
        _part(graph, sorted(component), boxes, spring)
        for component in components
        if len(component) > 1
    ]
    if alone:
        parts.append(_table(alone, boxes))
    places: dict[int, tuple[int, int]] = {}
    for part, (left, top) in zip(parts, _pack([part.size for part in parts]), strict=True):
        for node, (x, y) in zip(part.nodes, part.points, strict=True):
            places[node] = (round(left + x), round(top + y))
    return places


@dataclass(frozen=True, slots=True)
class _Part:
    """A connected part with its own origin in the top left corner."""

    nodes: Sequence[int]
    points: Points
    size: tuple[float, float]


def _part(
    graph: nx.Graph[int], nodes: Sequence[int], boxes: Mapping[int, Box], spring: SpringLayout
) -> _Part:
    index = {node: position for position, node in enumerate(nodes)}
    local: nx.Graph[int] = nx.Graph()
    local.add_nodes_from(range(len(nodes)))
    local.add_edges_from(
        sorted(
            (min(index[u], index[v]), max(index[u], index[v]))
            for u, v in graph.subgraph(nodes).edges
            if u != v
        )
    )
    points = _scaled(spring(local), local)
    return _cornered(nodes, _push_apart(points, [boxes[node] for node in nodes]), boxes)


def _cornered(nodes: Sequence[int], points: Points, boxes: Mapping[int, Box]) -> _Part:
    half = np.array([boxes[node].width / 2 for node in nodes])
    above = np.array([boxes[node].above for node in nodes])
    below = np.array([boxes[node].below for node in nodes])
    left, top = (points[:, 0] - half).min(), (points[:, 1] - above).min()
    right, bottom = (points[:, 0] + half).max(), (points[:, 1] + below).max()
    return _Part(nodes, points - [left, top], (float(right - left), float(bottom - top)))


def _table(nodes: Sequence[int], boxes: Mapping[int, Box]) -> _Part:
    """Put entities without relations in rows, so that they don't scatter around the picture."""
    width = max(boxes[node].width for node in nodes) + _GAP
    height = max(boxes[node].height for node in nodes) + _GAP
    columns = max(1, round(math.sqrt(len(nodes) * _ASPECT * height / width)))
    points = np.array(
        [(i % columns * width, i // columns * height) for i in range(len(nodes))], dtype=np.float64
    )
    return _cornered(nodes, points, boxes)


# ------------------------------------------------------------------------------- springs


def spring_rustworkx(graph: nx.Graph[int], *, rounds: int = _SPRING_ROUNDS) -> Points:
    """Place a connected graph by Fruchterman-Reingold in rustworkx."""
    compiled: rx.PyGraph[None, None] = rx.PyGraph(multigraph=False)
    compiled.add_nodes_from([None] * len(graph))
    compiled.add_edges_from_no_data(sorted(graph.edges))
    start = {node: (float(x), float(y)) for node, (x, y) in enumerate(_rings(graph))}
    placed = rx.spring_layout(
        compiled,
        pos=start,
        num_iter=rounds,
        repulsive_exponent=2,
        adaptive_cooling=True,
        seed=_SEED,
    )
    return np.array([placed[node] for node in range(len(graph))], dtype=np.float64)


def spring_networkx(graph: nx.Graph[int]) -> Points:
    """Place a connected graph by Fruchterman-Reingold in networkx, to compare."""
    start = dict(enumerate(_rings(graph)))
    placed = nx.spring_layout(graph, pos=start, iterations=_SPRING_ROUNDS // 8, seed=_SEED)
    return np.array([placed[node] for node in range(len(graph))], dtype=np.float64)


def _rings(graph: nx.Graph[int]) -> Points:
    """Return where to start: the best connected node in the middle, the others around it by distance.

    From random places springs end in a knot that they cannot undo.
    """
    middle = max(graph, key=lambda node: (graph.degree[node], -node))
    distance = nx.single_source_shortest_path_length(graph, middle)
    order = list(nx.bfs_tree(graph, middle))  # children of one parent side by side
    per_ring: dict[int, int] = {}
    for node in order:
        per_ring[distance[node]] = per_ring.get(distance[node], 0) + 1
    seen: dict[int, int] = {}
    points = np.zeros((len(graph), 2))
    for node in order:
        ring = distance[node]
        turn = 2 * math.pi * seen.get(ring, 0) / per_ring[ring] + ring * 0.5
        seen[ring] = seen.get(ring, 0) + 1
        points[node] = (ring * math.cos(turn), ring * math.sin(turn))
    return points / max(1, max(distance.values()))


def _scaled(points: Points, graph: nx.Graph[int]) -> Points:
    """Turn the longest extent sideways, as names and screens are, and give edges their length."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    main = axes[:, 1] * (1.0 if axes[0, 1] >= 0 else -1.0)  # an eigenvector has no sign of its own
    turned = np.stack([centred @ main, centred @ [-main[1], main[0]]], axis=1)
    ends = np.array(list(graph.edges))
    lengths = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    middle = float(np.median(lengths))
    room = max(0.0, 1.0 - len(points) / _SMALL)
    wished = _EDGE_PIXELS + room * (_NAMED_EDGE_PIXELS - _EDGE_PIXELS)
    return turned * (wished / middle if middle > 1e-9 else 1.0)


# ------------------------------------------------------------------------------- boxes


def _push_apart(points: Points, boxes: Sequence[Box]) -> Points:
    """Move nodes until no two boxes overlap, each pair along the axis where less is to move.

    In a crowd one push makes the next overlap, so whenever pushing does not come to an end the whole
    part is widened a little; with enough room it ends.
    """
    half = np.array([(box.width + _GAP, box.height + _GAP) for box in boxes]) / 2
    shift = np.array([(0.0, (box.below - box.above) / 2) for box in boxes])  # centre of the box
    # Equal places cannot be told apart by direction: a hair sideways, each node its own.
    centres = points + shift + np.arange(len(points))[:, None] * [1e-3, 0.0]
    rounds = 0
    while len(pairs := _close_pairs(centres, half, reach=_REACH)):
        moved = False
        for _ in range(_ROUNDS_PER_SEARCH):
            if not _push_once(centres, half, pairs):
                break
            moved = True
        if not moved:
            break
        rounds += _ROUNDS_PER_SEARCH
        if rounds % _ROUNDS_PER_WIDENING == 0:
            centres *= _WIDENING
    placed: Points = centres - shift
    return placed


def _close_pairs(centres: Points, half: Points, *, reach: float) -> npt.NDArray[np.intp]:
    """Return the pairs of boxes with less than *reach* between them, one row per pair."""
    order = np.argsort(centres[:, 0], kind="stable")
    x = centres[order, 0]
    widest = 2 * half[:, 0].max() + reach
    # In order of x the partners of a box are a run behind it.
    ends = np.searchsorted(x, x + widest, side="right")
    counts = ends - np.arange(len(x)) - 1
    first = np.repeat(np.arange(len(x)), counts)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    pairs: npt.NDArray[np.intp] = np.stack([order[first], order[first + 1 + offset]], axis=1)
    close: npt.NDArray[np.intp] = pairs[_overlap(centres, half, pairs).min(axis=1) > -reach]
    return close


def _overlap(centres: Points, half: Points, pairs: npt.NDArray[np.intp]) -> Points:
    """Return how far the boxes of each pair reach into each other, along x and along y."""
    left, right = pairs[:, 0], pairs[:, 1]
    overlap: Points = half[left] + half[right] - np.abs(centres[right] - centres[left])
    return overlap


def _push_once(centres: Points, half: Points, pairs: npt.NDArray[np.intp]) -> bool:
    """Push each overlapping pair apart by half of the way each; say whether there was one."""
    overlap = _overlap(centres, half, pairs)
    hit = (overlap > _TOUCH).all(axis=1)
    if not hit.any():
        return False
    left, right, overlap = pairs[hit, 0], pairs[hit, 1], overlap[hit]
    direction = np.where(centres[right] < centres[left], -1.0, 1.0)
    axis = (overlap[:, 1] < overlap[:, 0]).astype(np.intp)
    move = np.zeros_like(overlap)
    row = np.arange(len(axis))
    move[row, axis] = direction[row, axis] * overlap[row, axis] * 0.5
    np.add.at(centres, left, -move)
    np.add.at(centres, right, move)
    return True


def _pack(sizes: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Put rectangles side by side in a strip as wide as the screen's shape wants.

    The skyline method: each goes where the strip is lowest. Widths are counted in steps.
    """
    step = 16.0
    cells = [
        (math.ceil((w + _PART_GAP) / step), math.ceil((h + _PART_GAP) / step)) for w, h in sizes
    ]
    area = sum(w * h for w, h in cells)
    columns = max(max((w for w, _ in cells), default=1), math.ceil(math.sqrt(area * _ASPECT)))
    skyline = np.zeros(columns)
    places = []
    for width, height in cells:
        windows = np.lib.stride_tricks.sliding_window_view(skyline, width).max(axis=1)
        column = int(windows.argmin())
        top = float(windows[column])
        skyline[column : column + width] = top + height
        places.append((column * step, top * step))
    return places
