"""What of a build is sent, in one fixed order.

``graph.ttl`` is read from its beginning to its end each time: it is sorted, so that "the first 40,000
triples" means the same in the next run, and it is never in memory as a whole. The ontology follows,
because queries ask for the Chinese names of relations.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import VOID

from kg.errors import InputError
from kg.graph.namespaces import DEFAULT_BASE_IRI
from kg.graph.store import TURTLE_FILE, ontology_triples

__all__ = ["Payload", "read_payload"]

_URI_SPACE = ox.NamedNode(VOID.uriSpace)


@dataclass(frozen=True, slots=True)
class Payload:
    """A build as it goes over the network."""

    path: Path  # graph.ttl
    fingerprint: str  # SHA-256 of what is sent
    base_iri: str
    total: int  # triples, each counted once
    sample: tuple[ox.Triple, ...]  # drawn at random, to be looked for on the server

    def triples(self) -> Iterator[ox.Triple]:
        """Yield what is sent: the data, then the ontology."""
        return _triples(self.path)

    def batches(self, size: int, *, start: int = 0) -> Iterator[list[ox.Triple]]:
        """Yield batches from the triple number *start* on."""
        triples = islice(self.triples(), start, None)
        while batch := list(islice(triples, size)):
            yield batch


def read_payload(folder: Path, *, sample: int, seed: int) -> Payload:
    """Read once through what `kg build -o FOLDER` wrote.

    Raises:
        InputError: nothing was built there, or the file is damaged.
    """
    path = folder / TURTLE_FILE
    if not path.is_file():
        raise InputError("there is no graph", path=folder, remedy="build one: kg build PATH -o DIR")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    for triple in _ontology():
        digest.update(str(triple).encode())
    return _drawn(path, digest.hexdigest(), sample, random.Random(seed))  # noqa: S311  no secret


def _drawn(path: Path, fingerprint: str, size: int, rng: random.Random) -> Payload:
    """Count the triples and draw a sample of them in one pass (Vitter's algorithm R)."""
    base_iri, total = DEFAULT_BASE_IRI, 0
    sample: list[ox.Triple] = []
    for triple in _triples(path):
        if triple.predicate == _URI_SPACE and isinstance(triple.object, ox.Literal):
            base_iri = triple.object.value
        if len(sample) < size:
            sample.append(triple)
        elif (place := rng.randrange(total + 1)) < size:
            sample[place] = triple
        total += 1
    return Payload(path, fingerprint, base_iri, total, tuple(sample))


def _triples(path: Path) -> Iterator[ox.Triple]:
    ontology = _ontology()
    known = frozenset(ontology)
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if quad.triple not in known:
                yield quad.triple
    except SyntaxError as error:
        raise InputError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    yield from ontology


def _ontology() -> list[ox.Triple]:
    return sorted(set(ontology_triples()), key=str)
