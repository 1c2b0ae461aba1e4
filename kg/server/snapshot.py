"""One build of the graph as a worker sees it.

Names to search, rows of the tables and regions are read from the whole graph. A build does not
change, so each is computed when it is first asked for and kept until the next build.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyoxigraph as ox

from kg.graph.reader import GraphReader

__all__ = ["Snapshot"]

T = TypeVar("T")
P = ParamSpec("P")


class Snapshot:
    """A store with what was computed from it."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.reader = GraphReader(store)
        self.prefixes = self.reader.iris.prefixes()
        self._computed: dict[object, Any] = {}

    @property
    def base_iri(self) -> str:
        """What the IRIs of all nodes begin with."""
        return self.reader.iris.base_iri

    def once(
        self,
        compute: Callable[Concatenate[Snapshot, P], T],
        *arguments: P.args,
        **options: P.kwargs,
    ) -> T:
        """Return what *compute* makes of this build, computing it the first time only."""
        key = (compute, arguments, tuple(sorted(options.items())))
        if key not in self._computed:
            self._computed[key] = compute(self, *arguments, **options)
        value: T = self._computed[key]
        return value
