"""Compare a graph on a server with what was sent.

By number, which shows what is missing, and by a random sample, which shows what is different: a store
may round a number or take a text apart and still have as many triples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from kg.remote.payload import Payload
from kg.remote.server import GraphName, Server

__all__ = ["Comparison", "compare"]

_PATTERNS = 20
"""Triples looked for in one query. The longest literal is an article's text, some ten thousand bytes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is on the server beside what should be."""

    expected: int
    counted: int
    sampled: int
    missing: tuple[str, ...]  # of the sample, as N-Triples

    @property
    def agrees(self) -> bool:
        """Whether the number fits and the whole sample was found."""
        return self.expected == self.counted and not self.missing


def compare(server: Server, graph: GraphName, payload: Payload) -> Comparison:
    """Count the graph, and look for each triple of the sample."""
    missing = (
        str(triple)
        for chunk in _chunks(payload.sample)
        for triple in _missing(server, graph, chunk)
    )
    return Comparison(
        expected=payload.total,
        counted=server.count(graph),
        sampled=len(payload.sample),
        missing=tuple(missing),
    )


def _missing(server: Server, graph: GraphName, triples: Sequence[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield what the server does not have; it compares the values, as it understands them."""
    alternatives = " UNION ".join(
        f"{{ {triple} BIND({index} AS ?index) }}" for index, triple in enumerate(triples)
    )
    inside = (
        alternatives
        if isinstance(graph, ox.DefaultGraph)
        else f"GRAPH {graph} {{ {alternatives} }}"
    )
    rows = server.rows(f"SELECT ?index WHERE {{ {inside} }}")
    found = {int(term.value) for (term,) in rows if isinstance(term, ox.Literal)}
    return (triple for index, triple in enumerate(triples) if index not in found)


def _chunks(triples: Sequence[ox.Triple]) -> Iterator[list[ox.Triple]]:
    rest = iter(triples)
    while chunk := list(islice(rest, _PATTERNS)):
        yield chunk
