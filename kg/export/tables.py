"""Entities and the claims between them as flat rows, which most other programs want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kg.graph.reader import Claim, GraphReader, Node
from kg.graph.source import TripleSource

__all__ = ["NUMERIC", "Tables", "fact_in_words"]

NUMERIC = frozenset({"amount", "confidence"})
"""Columns whose values are numbers."""


class Tables:
    """Entities with their facts, and the claims between them, as flat rows."""

    NODE_COLUMNS = ("id", "iri", "label", "type", "type_zh", "aliases", "facts")
    EDGE_COLUMNS = (
        "id", "source", "target", "relation", "relation_zh", "amount", "currency", "date",
        "title", "status", "negated", "modality", "confidence", "sentence", "headline", "published",
    )  # fmt: skip

    def __init__(self, store: TripleSource) -> None:
        reader = GraphReader(store)
        claims = list(reader.claims())
        facts: dict[str, list[str]] = defaultdict(list)
        for claim in claims:
            if claim.object is None:
                facts[claim.subject.id].append(fact_in_words(claim))
        self.nodes = [_node_row(node, facts[node.id]) for node in reader.entities()]
        self.edges = [_edge_row(claim) for claim in claims if claim.object]

    def node_mappings(self) -> list[dict[str, str]]:
        """Return the nodes as values by column."""
        return [dict(zip(self.NODE_COLUMNS, row, strict=True)) for row in self.nodes]

    def edge_mappings(self) -> list[dict[str, str]]:
        """Return the edges as values by column."""
        return [dict(zip(self.EDGE_COLUMNS, row, strict=True)) for row in self.edges]


def fact_in_words(claim: Claim) -> str:
    parts = (claim.qualifier("bound"), claim.value, claim.qualifier("unit"))
    return f"{claim.predicate_zh} {' '.join(part for part in parts if part)}"


def _node_row(node: Node, facts: Sequence[str]) -> tuple[str, ...]:
    aliases = "；".join(node.aliases)
    return (node.id, node.iri, node.label, node.type, node.type_label, aliases, "；".join(facts))


def _edge_row(claim: Claim) -> tuple[str, ...]:
    quote = claim.quotes[0] if claim.quotes else None
    qualifiers = ("amount", "currency", "date", "title", "status", "negated", "modality")
    return (
        claim.id,
        claim.subject.id,
        claim.object.id if claim.object else "",
        claim.predicate,
        claim.predicate_zh,
        *(claim.qualifier(name) for name in qualifiers),
        str(claim.confidence),
        quote.text if quote else "",
        quote.article.headline if quote else "",
        quote.article.published if quote else "",
    )
