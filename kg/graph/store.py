"""Keep the graph where it can be asked: Oxigraph, in memory or on disk.

The ontology stands beside the data, so that a query can ask for the Chinese name of a relation. It
is in the default graph, where queries look, and once more in a graph of its own, which tells the
exports what is no data.

A build replaces the store while others read it. RocksDB opens its files by path and in part only when
a query needs them, so a reader that trusts the path could read its index from the old build and a
table from the new one. `FollowedStore` reads one build to its end and then moves on to the next.

rdflib's API over the same files, for those who want it: ``pip install oxrdflib``, then
``rdflib.Graph(OxigraphStore(store=open_store(folder)), identifier=DATASET_DEFAULT_GRAPH_ID)``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
import rdflib
from rdflib.namespace import VOID

from kg.errors import InputError, InternalError
from kg.graph.builder import Graph, sorted_triples
from kg.graph.namespaces import DEFAULT_BASE_IRI, KG
from kg.graph.source import TripleSource
from kg.schema import ontology_path
from kg.staging import complete

__all__ = [
    "ONTOLOGY_GRAPH",
    "STORE_FOLDER",
    "TURTLE_FILE",
    "FollowedStore",
    "base_iri_of",
    "load_turtle",
    "memory_store",
    "ontology_triples",
    "open_store",
    "read_graph",
    "to_rdflib",
    "write_store",
]

ONTOLOGY_GRAPH = ox.NamedNode(str(KG._NS).removesuffix("#"))
STORE_FOLDER = "store"
TURTLE_FILE = "graph.ttl"


def memory_store(graph: Graph) -> ox.Store:
    """Return a store in memory with the graph and the ontology."""
    store = ox.Store()
    _fill(store, graph)
    return store


def write_store(graph: Graph, folder: Path) -> Path:
    """Write the store into *folder* (``exports/store``), which is replaced as a whole.

    The old store stays usable until the new one is complete. Between two renames there is none for
    a moment; `open_store` then reads graph.ttl.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        store = ox.Store(str(beside / "new"))
        _fill(store, graph)
        store.flush()
        store.optimize()
        del store  # closes the database: its lock must not travel with the folder
        if folder.exists():
            folder.rename(beside / "old")
        (beside / "new").rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def open_store(folder: Path) -> ox.Store:
    """Open what `kg build -o FOLDER` wrote, for reading.

    Raises:
        InputError: nothing was built there, or the store is damaged.
    """
    complete(folder)
    place = folder / STORE_FOLDER
    try:
        if place.is_dir():
            return ox.Store.read_only(str(place))
    except (OSError, RuntimeError) as error:  # RuntimeError: RocksDB finds its files corrupt
        raise InputError(
            f"the store cannot be opened ({error})", path=place, remedy="build again with kg build"
        ) from error
    if (folder / TURTLE_FILE).is_file():
        return load_turtle(folder / TURTLE_FILE)
    raise InputError("there is no graph", path=folder, remedy="build one: kg build PATH -o DIR")


class FollowedStore:
    """The store of a folder, for a process that outlives builds.

    `refresh` moves on to a new build; between two calls everything comes from one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._version: _Version | None = None
        self._directory: int | None = None
        self._store: ox.Store | None = None
        self.refresh()

    @property
    def store(self) -> ox.Store:
        """The graph as it was at the last `refresh`."""
        if self._store is None:
            raise InternalError("a followed store was used after close()")
        return self._store

    def refresh(self) -> bool:
        """Open what was built since the last call; say whether there was something.

        Raises:
            InputError: the new store is damaged, or there is none and never was.
        """
        complete(self._folder)  # before the version is read, which it may change
        version = _version(self._folder)
        # Between the two renames of write_store there is none for a moment: keep the one we have.
        if self._store is not None and version in (None, self._version):
            return False
        self.close()
        self._store = self._open()
        self._version = version
        return True

    def close(self) -> None:
        """Let go of the files."""
        self._store = self._version = None
        if self._directory is not None:
            os.close(self._directory)
            self._directory = None

    def _open(self) -> ox.Store:
        place = self._folder / STORE_FOLDER
        with suppress(OSError):
            # A descriptor stays with its directory when the name goes to another one.
            self._directory = os.open(place, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
            pinned = Path(f"/proc/self/fd/{self._directory}")
            if pinned.is_dir():
                with suppress(OSError, RuntimeError):
                    return ox.Store.read_only(str(pinned))
        return open_store(self._folder)  # no Linux, no store, or damaged: the message says which


_Version: TypeAlias = tuple[int, int, int]


def _version(folder: Path) -> _Version | None:
    """Return what tells one build from the next, nothing where none is at this moment."""
    # RocksDB writes CURRENT once when a database is made; read-only openings leave it alone.
    for file in (folder / STORE_FOLDER / "CURRENT", folder / TURTLE_FILE):
        with suppress(OSError):
            status = file.stat()
            return status.st_dev, status.st_ino, status.st_mtime_ns
    return None


def load_turtle(path: Path) -> ox.Store:
    """Read a Turtle file into a store in memory, with the ontology beside it.

    Raises:
        InputError: the file cannot be read or is not Turtle.
    """
    try:
        with path.open("rb") as file:
            triples = [
                ox.Triple(quad.subject, quad.predicate, quad.object)
                for quad in ox.parse(file, format=ox.RdfFormat.TURTLE)
            ]
    except SyntaxError as error:
        raise InputError(f"not Turtle: {error.msg}", path=path, line=error.lineno) from error
    except OSError as error:
        raise InputError(error.strerror or str(error), path=path) from error
    return memory_store(Graph(tuple(triples)))


def read_graph(store: TripleSource) -> Graph:
    """Return the data of a store, sorted, without the ontology."""
    ontology = {quad.triple for quad in store.quads_for_pattern(None, None, None, ONTOLOGY_GRAPH)}
    data = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    triples = (quad.triple for quad in data)
    return Graph(sorted_triples(t for t in triples if t not in ontology), base_iri_of(store))


def base_iri_of(store: TripleSource) -> str:
    """Return the base IRI that the graph says it has."""
    for quad in store.quads_for_pattern(None, ox.NamedNode(VOID.uriSpace), None):
        if isinstance(quad.object, ox.Literal):
            return quad.object.value
    return DEFAULT_BASE_IRI


def to_rdflib(graph: Graph) -> rdflib.Graph:
    """Return the graph as rdflib has it, for tools that want one (ten seconds per 100,000 triples)."""
    target = rdflib.Graph(bind_namespaces="none")
    serialized = ox.serialize(graph.triples, format=ox.RdfFormat.N_TRIPLES)
    target.parse(data=serialized, format="nt")
    return target


def _fill(store: ox.Store, graph: Graph) -> None:
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in graph.triples)
    ontology = list(ontology_triples())
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in ontology)
    store.extend(ox.Quad(t.subject, t.predicate, t.object, ONTOLOGY_GRAPH) for t in ontology)


def ontology_triples() -> Iterable[ox.Triple]:
    """Yield kg.ttl and what KG_ONTOLOGY_EXTRA adds to it."""
    extra = os.environ.get("KG_ONTOLOGY_EXTRA", "")
    paths = [ontology_path() / "kg.ttl", *(Path(p) for p in extra.split(os.pathsep) if p)]
    for path in paths:
        with path.open("rb") as file:
            for quad in ox.parse(file, format=ox.RdfFormat.TURTLE):
                yield ox.Triple(quad.subject, quad.predicate, quad.object)
