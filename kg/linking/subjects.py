"""What can be linked: the entities of a built graph with their names and places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg.graph.namespaces import KG, kg_term
from kg.graph.reader import GraphReader
from kg.model import EntityId

__all__ = ["Subject", "read_subjects"]

_DIVISION = ox.NamedNode(KG.divisionCode)
_SAYS_WHERE = tuple(kg_term(name) for name in ("locatedIn", "jurisdiction"))


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity as far as a link is concerned."""

    id: EntityId
    type: str
    label: str
    names: frozenset[str]  # label and aliases
    code: str = ""  # of a place
    place_codes: frozenset[str] = frozenset()  # of the places it lies in or serves


def read_subjects(store: ox.Store) -> tuple[Subject, ...]:
    """Return all entities of a graph, by id."""
    return tuple(sorted(_subjects(store), key=lambda subject: subject.id))


def _subjects(store: ox.Store) -> Iterator[Subject]:
    codes = {
        quad.subject: quad.object.value
        for quad in store.quads_for_pattern(None, _DIVISION, None, ox.DefaultGraph())
        if isinstance(quad.object, ox.Literal)
    }
    for node in GraphReader(store).entities():
        iri = ox.NamedNode(node.iri)
        around = {
            codes[quad.object]
            for predicate in _SAYS_WHERE
            for quad in store.quads_for_pattern(iri, predicate, None, ox.DefaultGraph())
            if isinstance(quad.object, ox.NamedNode) and quad.object in codes
        }
        names = frozenset((node.label, *node.aliases))
        yield Subject(
            EntityId(node.id), node.type, node.label, names, codes.get(iri, ""), frozenset(around)
        )
