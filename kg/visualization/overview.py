"""Write a picture of up to 20,000 entities as one HTML file that shows its communities first.

vis-network draws a thousand nodes well and five thousand no longer; sigma.js draws in WebGL. Whichever
draws, nobody reads twenty thousand nodes, so the page opens with the communities of the graph, named
by their most central entities, and a click opens one of them. What is not drawn is counted on the
page. Without WebGL the same page draws on a plain canvas.

The file is made as `kg.visualization.page` makes its own: data as inert JSON, our scripts by their
hashes, no address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import networkx as nx
from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from kg.schema import Schema, load_schema
from kg.visualization.communities import Community, Disc, find_communities, node_size, place
from kg.visualization.looks import look_of, named, ranked, visible
from kg.visualization.markup import TEMPLATES, asset, json_block, normalized, policy
from kg.visualization.picture import Claim, Picture, PictureNode
from kg.visualization.quotes import Sources

__all__ = ["Arrangement", "arrange", "overview_policy", "picture_graph", "render_overview"]

_LIBRARY = Path(__file__).parent / "sigma" / "sigma-graphology.min.js"

_NAMING = 3  # central entities that name a community; the page shows as many as there is room for

Address = Callable[[PictureNode], str]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The communities of a picture and where everything is; nodes by their number in the picture."""

    communities: tuple[Community, ...]
    discs: tuple[Disc, ...]  # one for each community
    places: tuple[tuple[float, float], ...]  # one for each node
    degrees: tuple[int, ...]


def arrange(picture: Picture) -> Arrangement:
    """Find the communities of a picture and place them."""
    graph = picture_graph(picture)
    communities = find_communities(graph)
    places, discs = place(graph, communities)
    numbers = range(len(picture.nodes))
    return Arrangement(
        communities,
        discs,
        tuple(places[number] for number in numbers),
        tuple(graph.degree[number] for number in numbers),
    )


def picture_graph(picture: Picture) -> nx.Graph[int]:
    """Return the graph of a picture: nodes by their number, edges weighted by how many there are."""
    index = {node.id: number for number, node in enumerate(picture.nodes)}
    weights = Counter(
        tuple(sorted((index[edge.source], index[edge.target]))) for edge in picture.edges
    )
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(picture.nodes)))
    graph.add_weighted_edges_from(
        (ends[0], ends[1], weight) for ends, weight in sorted(weights.items()) if ends[0] != ends[1]
    )
    return graph


def render_overview(
    picture: Picture,
    *,
    title: str,
    schema: Schema | None = None,
    arrangement: Arrangement | None = None,
    address: Address | None = None,
    home: str = "",
    language: str = "zh",
) -> str:
    """Return a picture as an HTML page of communities; equal pictures give equal pages.

    Args:
        picture: what to draw.
        title: heading of the page, any text.
        schema: where the names of types and relations come from; the bundled ontology if left out.
        arrangement: what `arrange` made of the picture, if it is at hand: the slow part of the work.
        address: where an entity has a page of its own, on a server.
        home: address of the page that this one belongs to.
        language: what the page speaks first, zh or en.
    """
    schema = schema or load_schema()
    return _template().render(
        title=title,
        home=home,
        policy=overview_policy(),
        data={
            "title": title,
            "language": language,
            **_data(picture, arrangement or arrange(picture), schema, address),
        },
        style=_markup(_style()),
        library=_markup(_library()),
        script=_markup(_script()),
    )


def overview_policy() -> str:
    """Return the content security policy of the page, for a server to send as well."""
    return policy(_style(), (_library(), _script()))


def _style() -> str:
    return asset("page.css") + asset("overview.css")


def _script() -> str:
    return "".join(map(asset, ("overview_scene.js", "overview_view.js", "overview.js")))


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.filters.update(json=json_block)
    return environment.get_template("overview.html")


@lru_cache(maxsize=1)
def _library() -> str:
    return normalized(_LIBRARY.read_text(encoding="utf-8"))


def _markup(text: str) -> Markup:
    return Markup(text)  # noqa: S704  ours; no file of ours ends the element it stands in


# ------------------------------------------------------------------------------- data


def _data(
    picture: Picture, arrangement: Arrangement, schema: Schema, address: Address | None
) -> dict[str, Any]:
    """Return what the page shows, in columns: a key of every row would be most of the file."""
    index = {node.id: number for number, node in enumerate(picture.nodes)}
    types = ranked(node.type for node in picture.nodes)
    relations = ranked(edge.relation for edge in picture.edges)
    attributes = sorted({claim.relation for node in picture.nodes for claim in node.claims})
    sources = Sources()
    return {
        "types": [_type(name, count, schema) for name, count in types],
        "relations": [
            {**named(name, schema.relations.get(name)), "count": count} for name, count in relations
        ],
        "attributes": {name: named(name, schema.attributes.get(name)) for name in attributes},
        "groups": [
            _group(community, disc, picture.nodes)
            for community, disc in zip(arrangement.communities, arrangement.discs, strict=True)
        ],
        "nodes": _node_columns(picture, _numbers(types), arrangement, sources, address),
        "edges": _edge_columns(picture, index, _numbers(relations), sources),
        "quotes": sources.quotes,
        "articles": sources.articles,
        "undrawn": {"nodes": picture.undrawn_nodes, "edges": picture.undrawn_edges},
        "centres": [index[node_id] for node_id in picture.centres if node_id in index],
    }


def _numbers(ranking: Sequence[tuple[str, int]]) -> dict[str, int]:
    return {name: number for number, (name, _) in enumerate(ranking)}


def _type(name: str, count: int, schema: Schema) -> dict[str, Any]:
    return {**named(name, schema.classes.get(name)), "color": look_of(name)[1], "count": count}


def _group(community: Community, disc: Disc, nodes: Sequence[PictureNode]) -> dict[str, Any]:
    central = [nodes[number] for number in community.nodes[:_NAMING]]
    return {
        "names": [visible(node.label) for node in central],
        "nodes": community.nodes,
        "rest": community.is_rest,
        "x": round(disc.x),
        "y": round(disc.y),
        "radius": round(disc.radius),
    }


def _node_columns(
    picture: Picture,
    type_number: Mapping[str, int],
    arrangement: Arrangement,
    sources: Sources,
    address: Address | None,
) -> dict[str, list[Any]]:
    places = arrangement.places
    return {
        "label": [visible(node.label) for node in picture.nodes],
        "type": [type_number[node.type] for node in picture.nodes],
        "aliases": [[visible(alias) for alias in node.aliases] for node in picture.nodes],
        "x": [round(x, 1) for x, _ in places],
        "y": [round(y, 1) for _, y in places],
        "size": [round(node_size(degree), 1) for degree in arrangement.degrees],
        "undrawn": [node.undrawn for node in picture.nodes],
        "facts": [[_claim(claim, sources) for claim in node.claims] for node in picture.nodes],
        "page": [address(node) for node in picture.nodes] if address else [],
    }


def _edge_columns(
    picture: Picture,
    index: Mapping[str, int],
    relation_number: Mapping[str, int],
    sources: Sources,
) -> dict[str, list[Any]]:
    months = [edge.months for edge in picture.edges]
    return {
        "source": [index[edge.source] for edge in picture.edges],
        "target": [index[edge.target] for edge in picture.edges],
        "relation": [relation_number[edge.relation] for edge in picture.edges],
        "tentative": [int(edge.is_tentative) for edge in picture.edges],
        "since": [since for since, _ in months],
        "until": [until for _, until in months],
        "amount": [edge.amount_yuan for edge in picture.edges],
        "claims": [[_claim(claim, sources) for claim in edge.claims] for edge in picture.edges],
    }


def _claim(claim: Claim, sources: Sources) -> list[Any]:
    """Return relation, object, qualifiers, status and sentence of a claim.

    Of its sentences the newest: at 20,000 entities all would double the file.
    """
    quotes = [sources.add(quote) for quote in claim.quotes[:1]]
    return [claim.relation, claim.object, claim.qualifiers, claim.status, *quotes]
