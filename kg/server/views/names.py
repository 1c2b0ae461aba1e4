"""Find entities by what they are called, while the reader types.

Names are short and many; a reader remembers their middle (光伏电站, 东阿) as often as their beginning. So
every label and alias is searched from anywhere in it: exact names first, then those that begin with
the words, then the better known.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections import Counter
from dataclasses import dataclass

import pyoxigraph as ox

from kg.server.patterns import (
    ALT_LABEL,
    LOCAL_PREFIX,
    NEWS_ARTICLE,
    OBJECT,
    PREF_LABEL,
    SUBJECT,
    TYPE,
    local,
    pairs,
    subjects,
)
from kg.server.snapshot import Snapshot

__all__ = [
    "Found",
    "Hit",
    "Overview",
    "claim_counts",
    "entity_labels",
    "entity_types",
    "find_names",
    "overview",
]

_MAX_CHARS = 100  # of a search; no name of the annotated news is longer
_SHOWN = 24  # best known entities on the first page


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity whose name was found."""

    iri: str
    label: str
    type: str
    alias: str  # the name that was found, when it is not the label
    claims: int


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the entities with a name, and how many there are."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the graph holds."""

    entities: tuple[tuple[str, int], ...]  # of each type, most first
    claims: int
    articles: int
    best_known: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    folded: str
    name: str
    iri: str


def find_names(snapshot: Snapshot, text: str, type_: str, begin: int, count: int) -> Found:
    """Return *count* entities from the *begin*-th on whose names contain all words of *text*.

    Without words these are all entities (of a type), best known first.
    """
    words = _fold(text[:_MAX_CHARS]).split()
    types, counts = entity_types(snapshot), claim_counts(snapshot)
    best: dict[str, tuple[tuple[int, int, int], str]] = {}
    for name in snapshot.once(_names):
        if all(word in name.folded for word in words) and type_ in ("", types[name.iri]):
            rank = _closeness(name, words), -counts[name.iri], len(name.name)
            if name.iri not in best or rank < best[name.iri][0]:
                best[name.iri] = (rank, name.name)
    chosen = ((rank, iri, name) for iri, (rank, name) in best.items())
    first = heapq.nsmallest(begin + count, chosen)[begin:]
    return Found(tuple(_hit(snapshot, iri, name) for _, iri, name in first), len(best))


def _closeness(name: _Name, words: list[str]) -> int:
    if not words or name.folded == " ".join(words):
        return 0
    return 1 if name.folded.startswith(words[0]) else 2


def _hit(snapshot: Snapshot, iri: str, name: str) -> Hit:
    label = snapshot.once(entity_labels).get(iri, name)
    alias = name if name != label else ""
    return Hit(iri, label, entity_types(snapshot)[iri], alias, claim_counts(snapshot)[iri])


def _fold(text: str) -> str:
    """Return text as it is compared: full-width letters as half-width, no capitals."""
    return unicodedata.normalize("NFKC", text).casefold()


def overview(snapshot: Snapshot) -> Overview:
    """Return what the graph holds."""
    return snapshot.once(_overview)


def prepare_names(snapshot: Snapshot) -> None:
    """Read what search and the first page need."""
    overview(snapshot)
    snapshot.once(_names)


def entity_types(snapshot: Snapshot) -> dict[str, str]:
    """Return the class of every entity by IRI."""
    return snapshot.once(_types)


def claim_counts(snapshot: Snapshot) -> Counter[str]:
    """Return how many claims have each entity at one of their ends."""
    return snapshot.once(_claim_counts)


# ---------------------------------------------------------------------------- once per build


def _overview(snapshot: Snapshot) -> Overview:
    types, counts = entity_types(snapshot), claim_counts(snapshot)
    ranked = heapq.nsmallest(_SHOWN, types, key=lambda iri: (-counts[iri], iri))
    return Overview(
        entities=tuple(Counter(types.values()).most_common()),
        claims=sum(1 for _ in pairs(snapshot.store, SUBJECT)),
        articles=sum(1 for _ in subjects(snapshot.store, TYPE, NEWS_ARTICLE)),
        best_known=tuple(_hit(snapshot, iri, snapshot.once(entity_labels)[iri]) for iri in ranked),
    )


def _names(snapshot: Snapshot) -> list[_Name]:
    known = entity_types(snapshot)
    return [
        _Name(_fold(term.value), term.value, node.value)
        for predicate in (PREF_LABEL, ALT_LABEL)
        for node, term in pairs(snapshot.store, predicate)
        if node.value in known
    ]


def entity_labels(snapshot: Snapshot) -> dict[str, str]:
    return {node.value: term.value for node, term in pairs(snapshot.store, PREF_LABEL)}


def _types(snapshot: Snapshot) -> dict[str, str]:
    # Classes with a prefix of their own: kg:Official stands beside kg:Person and has none.
    classes = {node.value for node, _ in pairs(snapshot.store, LOCAL_PREFIX)}
    return {
        node.value: local(term.value)
        for node, term in pairs(snapshot.store, TYPE)
        if term.value in classes
    }


def _claim_counts(snapshot: Snapshot) -> Counter[str]:
    counts: Counter[str] = Counter()
    for predicate in (SUBJECT, OBJECT):
        for _, term in pairs(snapshot.store, predicate):
            if isinstance(term, ox.NamedNode):
                counts[term.value] += 1
    return counts
