"""The graph as networkx has it: entities as nodes, each claim between two of them as an edge.

Two entities may have several claims, in both directions, so it is a multigraph with directions; the key
of an edge is the id of its statement, by which `kg explain` finds it. Claims with a value (facts) are
attributes of their node. Every node and edge has a ``label``, which drawing programs show.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from kg.graph.reader import Claim, Node

__all__ = ["to_networkx"]

_TEXTS = ("currency", "date", "title", "status", "modality", "attributedTo")


def to_networkx(
    nodes: Iterable[Node], claims: Iterable[Claim], *, tentative: bool
) -> nx.MultiDiGraph[str]:
    """Return a multigraph of *nodes* and *claims*.

    Args:
        nodes: all entities, also those without claims.
        claims: all claims.
        tentative: whether claims that a text denies, plans or only reports by hearsay count.
    """
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        network.add_node(node.id, **_node(node))
    for claim in claims:
        if not (claim.asserted or tentative):
            continue
        if claim.object is None:
            facts = network.nodes[claim.subject.id].setdefault("facts", [])
            facts.append(_fact(claim))
        else:
            network.add_edge(claim.subject.id, claim.object.id, key=claim.id, **_edge(claim))
    return network


def _node(node: Node) -> dict[str, Any]:
    return {
        "label": node.label,
        "type": node.type,
        "type_label": node.type_label,
        "aliases": list(node.aliases),
        "iri": node.iri,
    }


def _edge(claim: Claim) -> dict[str, Any]:
    """Return what is known of a claim; a qualifier that it lacks is left out."""
    said = {name: claim.qualifier(name) for name in _TEXTS if claim.qualifier(name)}
    amount = _number(claim.qualifier("amount"))
    quote = claim.quotes[0] if claim.quotes else None
    return {
        "label": claim.predicate_zh,
        "relation": claim.predicate,
        "confidence": claim.confidence,
        "asserted": claim.asserted,
        **({} if amount is None else {"amount": amount}),
        **said,
        **({"negated": True} if claim.qualifier("negated") == "true" else {}),
        "sentence": quote.text if quote else "",
        "headline": quote.article.headline if quote else "",
        "published": quote.article.published if quote else "",
        "sources": len(claim.quotes),
    }


def _fact(claim: Claim) -> dict[str, Any]:
    return {
        "attribute": claim.predicate,
        "label": claim.predicate_zh,
        "value": _number(claim.value) if claim.datatype == "decimal" else claim.value,
        "unit": claim.qualifier("unit"),
        "bound": claim.qualifier("bound"),
        "date": claim.qualifier("date"),
    }


def _number(text: str) -> float | None:
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return None
