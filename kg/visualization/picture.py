"""What a picture shows, as plain data.

A picture is drawn from these dataclasses and from nothing else: `picture_from_store` makes one from
the built graph, a test or another program makes one by hand. Texts are as the documents have them;
whoever writes them out escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg.errors import InternalError

__all__ = ["Claim", "Picture", "PictureEdge", "PictureNode", "Quote", "Status"]

_MONTH = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")

Status = str
"""``""`` for what a text plainly says, else ``planned``, ``hearsay`` or ``negated``."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that a claim rests on and the article it stands in."""

    sentence: str
    headline: str = ""
    date: str = ""  # ISO prefix
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of one entity: that it relates to another, or has a value."""

    relation: str  # name of the relation or attribute
    subject: str  # label of the entity it is said of
    object: str  # label of the other entity, or the value in words: 64亿元以上
    qualifiers: tuple[tuple[str, str], ...] = ()  # name and value in words: ("amount", "200万元")
    status: Status = ""
    confidence: float = 1.0  # in [0, 1]: a ranking, not a probability
    quotes: tuple[Quote, ...] = ()
    # The same as in the qualifiers, for filters to reckon with:
    date: str = ""  # ISO prefix; what the claim itself says, not its article
    amount_yuan: float = 0.0  # none, or in another currency: 0


@dataclass(frozen=True, slots=True)
class PictureNode:
    """An entity to draw, with the facts that its panel lists."""

    id: str
    label: str
    type: str  # class of the ontology
    aliases: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()  # facts: claims between two entities belong to their edge
    undrawn: int = 0  # relations to entities that the picture leaves out


@dataclass(frozen=True, slots=True)
class PictureEdge:
    """A relation between two drawn entities; two nodes may have several, in either direction."""

    id: str
    source: str  # id of a node
    target: str
    relation: str
    label: str  # words on the line: 投资
    claims: tuple[Claim, ...] = ()

    @property
    def is_tentative(self) -> bool:
        """Whether no text plainly says so: planned, hearsay or denied."""
        return bool(self.claims) and all(claim.status for claim in self.claims)

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last month that its claims tell of, counted from the year 0; else zeros.

        A claim that names no date happened when it was reported, at the latest.
        """
        dates = (
            date
            for claim in self.claims
            for date in ([claim.date] if claim.date else [quote.date for quote in claim.quotes])
        )
        found = sorted(filter(None, map(_month, dates)))
        return (found[0], found[-1]) if found else (0, 0)

    @property
    def amount_yuan(self) -> float:
        """The largest amount of its claims, 0 without one."""
        return max((claim.amount_yuan for claim in self.claims), default=0.0)


def _month(iso: str) -> int:
    """Return an ISO date or month as a number of months; a bare year is its first.

    >>> _month("2022-12-19") - _month("2022"), _month("去年")
    (11, 0)
    """
    match = _MONTH.match(iso)
    return int(match[1]) * 12 + int(match[2] or 1) - 1 if match else 0


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and edges to draw, and how many were left out."""

    nodes: tuple[PictureNode, ...]
    edges: tuple[PictureEdge, ...]
    undrawn_nodes: int = 0
    undrawn_edges: int = 0
    centres: tuple[str, ...] = ()  # nodes whose neighbourhood this is; none for a whole graph

    def __post_init__(self) -> None:
        ids = self.node_by_id()
        if len(ids) != len(self.nodes):
            raise InternalError("two nodes of a picture share an id")
        for edge in self.edges:
            if edge.source not in ids or edge.target not in ids:
                raise InternalError(f"edge {edge.id!r} leads to a node that is not in the picture")

    def node_by_id(self) -> Mapping[str, PictureNode]:
        """Return the nodes under their ids."""
        return {node.id: node for node in self.nodes}
