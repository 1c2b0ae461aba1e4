"""Write a picture as one HTML file that needs nothing else and runs nothing that a document says.

pyvis hands nodes, edges and options of a `pyvis.network.Network` to a template. Its own template
loads Bootstrap from a CDN, opens in quirks mode and executes hostile ids, headings and group names
(research/rdf_viz_scale.md, 3.3), so it is replaced by ours: vis-network as pyvis bundles it, our style
and script, and the data as a block of inert JSON. A content security policy admits exactly these
scripts by their hashes and no address at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import networkx as nx
from markupsafe import Markup

from kg.schema import Schema, load_schema
from kg.visualization.layout import LABEL_PIXELS, label_lines, lay_out, node_box, node_radius
from kg.visualization.looks import look_of, named, ranked, visible
from kg.visualization.markup import TEMPLATES, asset, inert, json_block, normalized, policy
from kg.visualization.picture import Claim, Picture, PictureEdge, PictureNode
from kg.visualization.quotes import Sources

__all__ = ["render"]

_TEMPLATE = "page.html"
_LIBRARY = Path("templates", "lib", "vis-9.1.2", "vis-network.min.js")  # below pyvis

_CURVE = 0.16
"""Roundness between neighbouring parallel edges: their names have room beside each other."""

_MANY_EDGES = 400  # from here on edges are not drawn while the picture moves


def render(picture: Picture, *, title: str, schema: Schema | None = None) -> str:
    """Return a picture as an HTML page; equal pictures give equal pages.

    Args:
        picture: what to draw.
        title: heading of the page, any text.
        schema: where the names of types and relations come from; the bundled ontology if left out.
    """
    # pyvis takes IPython along: half a second that only a picture should cost.
    from pyvis.network import Network

    schema = schema or load_schema()
    index = {node.id: number for number, node in enumerate(picture.nodes)}
    style, script, library = asset("page.css"), asset("page.js"), _library()
    network = Network(directed=True, cdn_resources="in_line")
    # Assigned, not added one by one: add_edge searches a freshly built list of all nodes each time.
    network.nodes = _drawn_nodes(picture, index)
    network.edges = _drawn_edges(picture.edges, index, schema)
    network.options = _options(picture)
    network.set_template_dir(str(TEMPLATES), _TEMPLATE)
    environment = network.templateEnv
    environment.autoescape = True
    environment.filters.update(json=json_block, inert=inert)
    environment.globals.update(
        page=_page(picture, title, index, schema),
        policy=policy(style, (library, script)),
        # Ours, and checked to end no element: see asset.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        library=Markup(library),  # noqa: S704
    )
    return str(network.generate_html())


# ------------------------------------------------------------------------------- what vis draws


def _drawn_nodes(picture: Picture, index: Mapping[str, int]) -> list[dict[str, Any]]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(index.values())
    graph.add_edges_from((index[edge.source], index[edge.target]) for edge in picture.edges)
    degrees: dict[int, int] = dict(graph.degree)
    radii = [node_radius(degrees[number], among=len(index)) for number in index.values()]
    boxes = {
        number: node_box(visible(node.label), radii[number])
        for number, node in enumerate(picture.nodes)
    }
    places = lay_out(nx.Graph(graph), boxes)
    return [
        {
            "id": number,
            "group": node.type,
            "size": round(radii[number], 1),
            "x": places[number][0],
            "y": places[number][1],
        }
        for number, node in enumerate(picture.nodes)
    ]


def _drawn_edges(
    edges: Sequence[PictureEdge], index: Mapping[str, int], schema: Schema
) -> list[dict[str, Any]]:
    parallel: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        parallel[tuple(sorted((index[edge.source], index[edge.target])))].append(number)
    drawn: list[dict[str, Any]] = []
    for number, edge in enumerate(edges):
        source, target = index[edge.source], index[edge.target]
        siblings = parallel[tuple(sorted((source, target)))]
        rank, count = siblings.index(number), len(siblings)
        look: dict[str, Any] = {"id": number, "from": source, "to": target}
        if source == target:
            look["selfReference"] = {"size": 18 + 10 * rank, "angle": 0.8}
        elif curve := _curve(rank, count, forward=source < target):
            look["smooth"] = curve
        if edge.is_tentative:
            look["dashes"] = [6, 5]
        if _is_symmetric(edge.relation, schema):
            look["arrows"] = ""
        drawn.append(look)
    return drawn


def _curve(rank: int, count: int, *, forward: bool) -> dict[str, Any] | None:
    """Bend the *rank*-th of *count* edges between two nodes; a middle one stays straight.

    Clockwise is seen from where an edge begins, so one in the other direction bends the other way.
    """
    bend = rank - (count - 1) / 2
    if not bend:
        return None
    clockwise = (bend > 0) == forward
    return {
        "enabled": True,
        "type": "curvedCW" if clockwise else "curvedCCW",
        # Six and more share the width of five.
        "roundness": round(_CURVE * 2 * abs(bend) * min(1.0, 4 / (count - 1)), 3),
    }


def _is_symmetric(relation: str, schema: Schema) -> bool:
    definition = schema.relations.get(relation)
    return bool(definition and definition.symmetric)


def _options(picture: Picture) -> dict[str, Any]:
    many = len(picture.edges) > _MANY_EDGES
    return {
        "autoResize": True,
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {"borderWidth": 1, "borderWidthSelected": 4, "shadow": False},
        "edges": {
            "smooth": False,
            "arrows": {"to": {"enabled": True, "scaleFactor": 0.45}},
            "width": 1.2,
            "hoverWidth": 0.8,
            "selectionWidth": 1,
        },
        "groups": {
            name: {"shape": shape, "color": _node_colours(colour)}
            for name in sorted({node.type for node in picture.nodes})
            for shape, colour in [look_of(name)]
        },
        "interaction": {
            "hover": True,
            "hideEdgesOnDrag": many,
            "hideEdgesOnZoom": many,
            "multiselect": False,
            "selectConnectedEdges": False,
            "tooltipDelay": 100000,
            "keyboard": {"enabled": True, "bindToWindow": False},
        },
    }


def _node_colours(colour: str) -> dict[str, Any]:
    ringed = {"background": colour, "border": "#f2b705"}  # seen on light and on dark ground
    return {"background": colour, "border": colour, "highlight": ringed, "hover": ringed}


# ------------------------------------------------------------------------------- what the panel says


def _page(picture: Picture, title: str, index: Mapping[str, int], schema: Schema) -> dict[str, Any]:
    types = ranked(node.type for node in picture.nodes)
    relations = ranked(edge.relation for edge in picture.edges)
    type_index = {name: number for number, (name, _) in enumerate(types)}
    relation_index = {name: number for number, (name, _) in enumerate(relations)}
    sources = Sources()
    attributes = sorted({claim.relation for node in picture.nodes for claim in node.claims})
    return {
        "title": title,
        "labelPixels": LABEL_PIXELS,
        "types": [_type(name, count, schema) for name, count in types],
        "relations": [_relation(name, count, schema) for name, count in relations],
        "attributes": {
            name: named(name, schema.attributes.get(name) or schema.relations.get(name))
            for name in attributes
        },
        "nodes": [_node(node, type_index[node.type], sources) for node in picture.nodes],
        "edges": [_edge(edge, relation_index[edge.relation], sources) for edge in picture.edges],
        "quotes": sources.quotes,
        "articles": sources.articles,
        "undrawn": {"nodes": picture.undrawn_nodes, "edges": picture.undrawn_edges},
        "centres": [index[node_id] for node_id in picture.centres if node_id in index],
    }


def _node(node: PictureNode, type_number: int, sources: Sources) -> dict[str, Any]:
    label = visible(node.label)
    return {
        "label": node.label,
        "lines": label_lines(label),
        "full": _full_lines(label),
        "type": type_number,
        "aliases": node.aliases,
        "claims": [_claim(claim, sources) for claim in node.claims],
        "undrawn": node.undrawn,
    }


def _edge(edge: PictureEdge, relation_number: int, sources: Sources) -> dict[str, Any]:
    return {
        "relation": relation_number,
        "label": visible(edge.label),
        "claims": [_claim(claim, sources) for claim in edge.claims],
        "months": edge.months,
        "amount": edge.amount_yuan,
        "tentative": edge.is_tentative,
        "denied": bool(edge.claims) and all(claim.status == "negated" for claim in edge.claims),
    }


def _claim(claim: Claim, sources: Sources) -> dict[str, Any]:
    return {
        "relation": claim.relation,
        "object": claim.object,
        "qualifiers": claim.qualifiers,
        "status": claim.status,
        "confidence": round(claim.confidence, 3),
        "quotes": [sources.add(quote) for quote in claim.quotes],
    }


def _type(name: str, count: int, schema: Schema) -> dict[str, Any]:
    shape, colour = look_of(name)
    names = named(name, schema.classes.get(name))
    return {**names, "shape": shape, "color": colour, "count": count}


def _relation(name: str, count: int, schema: Schema) -> dict[str, Any]:
    names = named(name, schema.relations.get(name))
    return {**names, "count": count, "symmetric": _is_symmetric(name, schema)}


def _full_lines(label: str) -> list[str]:
    """Cut a whole name into lines for the node under the pointer; beyond 60 characters is too much."""
    shown = label if len(label) <= 60 else label[:59] + "…"
    return [shown[begin : begin + 15] for begin in range(0, len(shown), 15)] or [""]


@lru_cache(maxsize=1)
def _library() -> str:
    import pyvis

    library = (Path(pyvis.__file__).parent / _LIBRARY).read_text(encoding="utf-8")
    # A map that nobody ships would be asked for by developer tools.
    return normalized(library.replace("//# sourceMappingURL=vis-network.min.js.map", ""))
