"""Take a document out of a built graph.

A paper withdraws an article, a file should never have been there: what it alone says must go, what
others say too must stay. That needs only the claims, sentences and names of that document, so it
costs as much as the document is long, however large the graph. (The files for people, graph.ttl, the
table and the picture, are written anew from the store afterwards, in one pass each.)

What a graph would be without a document is a question to resolution as well: a short name that only
this document explained, two namesakes that only it told apart. Such decisions are not made anew here.
The result names the entities they concern, and the next `kg build` decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, SDO

from kg.errors import InputError
from kg.graph import open_store, provenance
from kg.graph.reader import GraphReader
from kg.jsonl import read_lines, write_lines
from kg.model import Decision, DocumentId, Run
from kg.pipeline import DECISIONS, RECORD, STORE, SUPPORT, division_codes, write_views
from kg.retraction.documents import Retraction, take_out
from kg.staging import staged, writing
from kg.support import open_support

__all__ = ["Retraction", "retract", "take_out"]

_TYPE, _ACTIVITY = ox.NamedNode(RDF.type), ox.NamedNode(PROV.Activity)
_GENERATED = ox.NamedNode(PROV.wasGeneratedBy)
_IDENTIFIER, _SHA256 = ox.NamedNode(DCTERMS.identifier), ox.NamedNode(SDO.sha256)


def retract(folder: Path, names: Sequence[str]) -> Retraction:
    """Take documents out of the build in *folder*; nothing changes there unless all goes well.

    Args:
        folder: what `kg build -o FOLDER` wrote.
        names: documents by path, file name or id.

    Raises:
        InputError: nothing was built there, or it has no such document.
    """
    with writing(folder):
        return _retract(folder, names)


def _retract(folder: Path, names: Sequence[str]) -> Retraction:
    before = open_store(folder)
    found = dict.fromkeys(_find_document(before, name) for name in names)
    record = _read_record(folder / RECORD)
    decisions = list(read_lines(folder / DECISIONS, Decision))
    with staged(folder) as beside:
        before.backup(str(beside / STORE))  # hard links, where the file system has them
        (beside / SUPPORT).write_bytes(_bytes(folder / SUPPORT))
        done = Retraction()
        with open_support(beside / SUPPORT) as index, _opened(beside / STORE) as store:
            code = division_codes(near=record["run"]["settings"].get("home"))
            for document_id, path in found:
                done.documents.append(path)
                take_out(store, index, document_id, done, division_code=code)
            _replace_run(store, record)
            done.undecided = sorted(_undecided(decisions, done))
            triples = write_views(store, beside)
        write_lines(beside / DECISIONS, (it for it in decisions if not _is_gone(it, done)))
        text = json.dumps(_changed_record(record, done, triples), ensure_ascii=False, indent=1)
        (beside / RECORD).write_text(f"{text}\n", "utf-8")
    return done


@contextmanager
def _opened(folder: Path) -> Iterator[ox.Store]:
    """Open a store for changing, and close it: its lock must not travel with the folder."""
    store = ox.Store(str(folder))
    yield store
    store.flush()
    del store


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            "the build did not leave what its claims rest on",
            path=path,
            remedy="build again with kg build",
        ) from error


def _find_document(store: ox.Store, name: str) -> tuple[DocumentId, str]:
    """Return id and path of the document with this path, file name or id."""
    prefix = GraphReader(store).iris.document(DocumentId("x")).value[:-1]
    paths = {
        quad.object.value: DocumentId(GraphReader(store).iris.local(quad.subject.value))
        for quad in store.quads_for_pattern(None, _IDENTIFIER, None, ox.DefaultGraph())
        if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode)
        if quad.subject.value.startswith(prefix)
    }
    ways: tuple[Callable[[str, str], bool], ...] = (
        lambda path, _: path == name,
        lambda _, id_: id_ == name,
        lambda path, _: Path(path).name == Path(name).name,
    )
    for fits in ways:
        found = [(id_, path) for path, id_ in sorted(paths.items()) if fits(path, id_)]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(path for _, path in found)
            raise InputError(f"{name!r} may be {several}", remedy="name one by its path")
    raise InputError(f"the graph has no document {name!r}", remedy="name it by its path")


# ---------------------------------------------------------------------------------- the record


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text("utf-8"))
        if not {"started", "software", "annotator", "settings"} <= record["run"].keys():
            raise ValueError("its run is not described")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"not the record of a build: {error}", path=path, remedy="build again with kg build"
        ) from error
    return dict(record)


def _replace_run(store: ox.Store, record: Mapping[str, Any]) -> None:
    """Say of the graph that it was made of the documents that are left."""
    reader = GraphReader(store)
    iris = reader.iris
    for quad in list(store.quads_for_pattern(None, _TYPE, _ACTIVITY, ox.DefaultGraph())):
        for about in list(store.quads_for_pattern(quad.subject, None, None, ox.DefaultGraph())):
            store.remove(about)
    run = _run(store, record)
    dataset = ox.NamedNode(iris.base_iri)
    for quad in list(store.quads_for_pattern(dataset, _GENERATED, None, ox.DefaultGraph())):
        store.remove(quad)
    store.add(ox.Quad(dataset, _GENERATED, iris.run(provenance.run_id(run))))
    triples = provenance.run_triples(run, iris)
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)


def _run(store: ox.Store, record: Mapping[str, Any]) -> Run:
    listing = []
    for path in store.quads_for_pattern(None, _IDENTIFIER, None, ox.DefaultGraph()):
        for checksum in store.quads_for_pattern(path.subject, _SHA256, None, ox.DefaultGraph()):
            listing.append((_value(checksum.object), _value(path.object)))
    said = record["run"]
    return Run(
        id="",
        started=datetime.fromisoformat(said["started"]),
        ended=datetime.now(timezone.utc).replace(microsecond=0),
        software=said["software"],
        annotator=said["annotator"],
        corpus_sha256=_corpus_sha256(listing),
        settings=tuple(said["settings"].items()),
    )


def _corpus_sha256(listing: Iterable[tuple[str, str]]) -> str:
    """Return the checksum of documents, given by their checksums and paths, as `kg.pipeline` does."""
    lines = sorted(f"{checksum}  {path}\n" for checksum, path in listing)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _changed_record(record: Mapping[str, Any], done: Retraction, triples: int) -> Mapping[str, Any]:
    counts = dict(record["counts"])
    for name, lost in (
        ("documents", len(done.documents)),
        ("articles", done.articles),
        ("characters", done.characters),
        ("mentions", done.mentions),
        ("entities", len(done.entities)),
        ("relations", done.relations),
        ("facts", done.facts),
    ):
        counts[name] = counts.get(name, 0) - lost
    counts["triples"] = triples
    retracted = [*record.get("retracted", ()), *done.documents]
    return {**record, "counts": counts, "retracted": retracted}


def _undecided(decisions: Iterable[Decision], done: Retraction) -> set[str]:
    """Return the entities whose names the document may have helped to join or to keep apart."""
    named = set(done.named)
    ends = {end for it in decisions for end in (it.left, it.right) if {it.left, it.right} & named}
    return ends - set(done.entities)


def _is_gone(decision: Decision, done: Retraction) -> bool:
    return bool({decision.left, decision.right} & set(done.entities))
