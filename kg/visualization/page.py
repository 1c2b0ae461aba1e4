"""Write a picture as one HTML file that needs nothing else and runs nothing that a document says.

pyvis hands nodes, edges and options of a `pyvis.network.Network` to a template. Its own template
loads Bootstrap from a CDN, opens in quirks mode and executes hostile ids, headings and group names
(research/rdf_viz_scale.md, 3.3), so it is replaced by ours: vis-network as pyvis bundles it, our style
and script, and the data as a block of inert JSON. A content security policy admits exactly these
scripts by their hashes and no address at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import networkx as nx
from markupsafe import Markup

from kg.schema import ClassDef, RelationDef, Schema, load_schema
from kg.visualization.layout import LABEL_PIXELS, label_lines, lay_out, node_box, node_radius
from kg.visualization.picture import Claim, Picture, PictureEdge, PictureNode, Quote

__all__ = ["look_of", "render"]

_TEMPLATES = Path(__file__).parent / "templates"
_TEMPLATE = "page.html"
_LIBRARY = Path("templates", "lib", "vis-9.1.2", "vis-network.min.js")  # below pyvis

# Colours after Okabe and Ito (2008), which people with any colour vision tell apart, extended to
# twelve; where two are close (blue, sky) or both light, the shape differs.
_LOOKS: Mapping[str, tuple[str, str]] = {
    "Company": ("dot", "#0072b2"),
    "Agency": ("square", "#d55e00"),
    "Organization": ("hexagon", "#4b9fd5"),
    "Person": ("triangle", "#b85c9e"),
    "Project": ("diamond", "#009e73"),
    "Platform": ("hexagon", "#7a5bc7"),
    "Policy": ("square", "#b08800"),
    "Zone": ("triangleDown", "#8c5a3c"),
    "Place": ("dot", "#7d8896"),
    "Product": ("diamond", "#e0a000"),
    "Industry": ("triangleDown", "#2f8f9d"),
    "Event": ("star", "#cc3311"),
}
_PLAIN_LOOK = ("dot", "#555e6b")  # a type of an ontology extension

_CURVE = 0.16
"""Roundness between neighbouring parallel edges: their names have room beside each other."""

_MANY_EDGES = 400  # from here on edges are not drawn while the picture moves

# Characters that have no shape of their own but move others (bidirectional overrides) or are none at
# all: on the canvas nothing isolates a name from its surroundings.
_INVISIBLE = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
    ],
    " ",
)


def look_of(type_: str) -> tuple[str, str]:
    """Return the shape and colour of a class of entities, in the words of vis-network and CSS."""
    return _LOOKS.get(type_, _PLAIN_LOOK)


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
    style, script, library = _asset("page.css"), _asset("page.js"), _library()
    network = Network(directed=True, cdn_resources="in_line")
    # Assigned, not added one by one: add_edge searches a freshly built list of all nodes each time.
    network.nodes = _drawn_nodes(picture, index)
    network.edges = _drawn_edges(picture.edges, index, schema)
    network.options = _options(picture)
    network.set_template_dir(str(_TEMPLATES), _TEMPLATE)
    environment = network.templateEnv
    environment.autoescape = True
    environment.filters.update(json=_json, inert=_inert)
    environment.globals.update(
        page=_page(picture, title, index, schema),
        policy=_policy(style, (library, script)),
        # Ours, and checked to end no element: see _asset.
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
        number: node_box(_visible(node.label), radii[number])
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
            for shape, colour in [_LOOKS.get(name, _PLAIN_LOOK)]
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
    types = _ranked(node.type for node in picture.nodes)
    relations = _ranked(edge.relation for edge in picture.edges)
    type_index = {name: number for number, (name, _) in enumerate(types)}
    relation_index = {name: number for number, (name, _) in enumerate(relations)}
    sources = _Sources()
    attributes = sorted({claim.relation for node in picture.nodes for claim in node.claims})
    return {
        "title": title,
        "labelPixels": LABEL_PIXELS,
        "types": [_type(name, count, schema) for name, count in types],
        "relations": [_relation(name, count, schema) for name, count in relations],
        "attributes": {
            name: _names(name, schema.attributes.get(name) or schema.relations.get(name))
            for name in attributes
        },
        "nodes": [_node(node, type_index[node.type], sources) for node in picture.nodes],
        "edges": [_edge(edge, relation_index[edge.relation], sources) for edge in picture.edges],
        "quotes": sources.quotes,
        "articles": sources.articles,
        "undrawn": {"nodes": picture.undrawn_nodes, "edges": picture.undrawn_edges},
        "centres": [index[node_id] for node_id in picture.centres if node_id in index],
    }


class _Sources:
    """Sentences and articles, each once, however many claims rest on them."""

    def __init__(self) -> None:
        self.quotes: list[tuple[str, int]] = []
        self.articles: list[dict[str, str]] = []
        self._quote_index: dict[Quote, int] = {}
        self._article_index: dict[tuple[str, str, str], int] = {}

    def add(self, quote: Quote) -> int:
        """Return the number of a sentence."""
        if quote not in self._quote_index:
            article = (quote.headline, quote.date, quote.publisher)
            if article not in self._article_index:
                self._article_index[article] = len(self.articles)
                self.articles.append(
                    dict(zip(("headline", "date", "publisher"), article, strict=True))
                )
            self._quote_index[quote] = len(self.quotes)
            self.quotes.append((quote.sentence, self._article_index[article]))
        return self._quote_index[quote]


def _node(node: PictureNode, type_number: int, sources: _Sources) -> dict[str, Any]:
    label = _visible(node.label)
    return {
        "label": node.label,
        "lines": label_lines(label),
        "full": _full_lines(label),
        "type": type_number,
        "aliases": node.aliases,
        "claims": [_claim(claim, sources) for claim in node.claims],
        "undrawn": node.undrawn,
    }


def _edge(edge: PictureEdge, relation_number: int, sources: _Sources) -> dict[str, Any]:
    return {
        "relation": relation_number,
        "label": _visible(edge.label),
        "claims": [_claim(claim, sources) for claim in edge.claims],
        "tentative": edge.is_tentative,
        "denied": bool(edge.claims) and all(claim.status == "negated" for claim in edge.claims),
    }


def _claim(claim: Claim, sources: _Sources) -> dict[str, Any]:
    return {
        "relation": claim.relation,
        "object": claim.object,
        "qualifiers": claim.qualifiers,
        "status": claim.status,
        "confidence": round(claim.confidence, 3),
        "quotes": [sources.add(quote) for quote in claim.quotes],
    }


def _type(name: str, count: int, schema: Schema) -> dict[str, Any]:
    shape, colour = _LOOKS.get(name, _PLAIN_LOOK)
    names = _names(name, schema.classes.get(name))
    return {**names, "shape": shape, "color": colour, "count": count}


def _relation(name: str, count: int, schema: Schema) -> dict[str, Any]:
    names = _names(name, schema.relations.get(name))
    return {**names, "count": count, "symmetric": _is_symmetric(name, schema)}


def _names(name: str, definition: ClassDef | RelationDef | None) -> dict[str, str]:
    if definition is None:
        return {"id": name, "zh": name, "en": name}
    return {"id": name, "zh": definition.label_zh, "en": definition.label_en}


def _ranked(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))


def _visible(text: str) -> str:
    return " ".join(text.translate(_INVISIBLE).split())


def _full_lines(label: str) -> list[str]:
    """Cut a whole name into lines for the node under the pointer; beyond 60 characters is too much."""
    shown = label if len(label) <= 60 else label[:59] + "…"
    return [shown[begin : begin + 15] for begin in range(0, len(shown), 15)] or [""]


# ------------------------------------------------------------------------------- safety


def _json(value: object) -> Markup:
    return _inert(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _inert(json_text: str) -> Markup:
    r"""Return JSON that HTML cannot read as markup.

    ``<``, ``>`` and ``&`` can stand only inside JSON strings, where ``\u003c`` means the same; so no
    ``</script>`` and no ``<!--`` is left. U+2028 and U+2029 end a line in old JavaScript; half
    characters (lone surrogates) have no UTF-8.
    """
    escaped = "".join(
        f"\\u{ord(char):04x}" if char in "<>&\u2028\u2029" or "\ud800" <= char <= "\udfff" else char
        for char in json_text
    )
    return Markup(escaped)  # noqa: S704


def _policy(style: str, scripts: Iterable[str]) -> str:
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return _normalized((_TEMPLATES / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _library() -> str:
    import pyvis

    library = (Path(pyvis.__file__).parent / _LIBRARY).read_text(encoding="utf-8")
    # A map that nobody ships would be asked for by developer tools.
    return _normalized(library.replace("//# sourceMappingURL=vis-network.min.js.map", ""))


def _normalized(text: str) -> str:
    """Return text as an HTML parser hands it on, which is what browsers hash."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
