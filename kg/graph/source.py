"""Where triples are read from: the store beside the build, or a server far away.

Explanations, pictures and exports ask for one pattern at a time, which costs microseconds in a store
and a round trip over the network. So they say beforehand which nodes they are going to ask about
(`prefetch`); a source that profits from it fetches them together, and `pyoxigraph.Store`, which is a
`TripleSource` as it stands, never hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import pyoxigraph as ox

__all__ = ["Prefetching", "TripleSource", "prefetch", "prefetch_incoming"]

_Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Triple
_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class TripleSource(Protocol):
    """A graph that can be read, the ontology beside it; the methods are those of `pyoxigraph.Store`."""

    def query(
        self, query: str, /, *, prefixes: dict[str, str] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples: ...

    def quads_for_pattern(
        self,
        subject: _Node | None,
        predicate: ox.NamedNode | None,
        object: _Term | None,  # noqa: A002  the name Oxigraph gives it
        graph_name: _GraphName | None = None,
        /,
    ) -> Iterator[ox.Quad]: ...

    def __contains__(self, quad: ox.Quad, /) -> bool: ...


@runtime_checkable
class Prefetching(Protocol):
    """A source that answers many questions together faster than one after the other."""

    def prefetch(self, nodes: Iterable[ox.NamedNode]) -> None:
        """Fetch what is said of *nodes*."""

    def prefetch_incoming(self, predicate: ox.NamedNode, nodes: Iterable[ox.NamedNode]) -> None:
        """Fetch which nodes have one of *nodes* for *predicate*."""


def prefetch(
    source: TripleSource, nodes: Iterable[ox.NamedNode], *hops: Sequence[ox.NamedNode]
) -> None:
    """Announce that *nodes* will be asked about, and what the predicates of each hop lead to."""
    if not isinstance(source, Prefetching):
        return
    reached = list(nodes)
    source.prefetch(reached)
    for predicates in hops:
        reached = [
            quad.object
            for node in reached
            for predicate in predicates
            for quad in source.quads_for_pattern(node, predicate, None)
            if isinstance(quad.object, ox.NamedNode)
        ]
        source.prefetch(reached)


def prefetch_incoming(
    source: TripleSource, predicates: Iterable[ox.NamedNode], nodes: Iterable[ox.NamedNode]
) -> None:
    """Announce the question which nodes have *nodes* for one of *predicates*."""
    if not isinstance(source, Prefetching):
        return
    reached = list(nodes)
    for predicate in predicates:
        source.prefetch_incoming(predicate, reached)
