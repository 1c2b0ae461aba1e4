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
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, SDO, SKOS

from kg.errors import InputError
from kg.graph import open_store, provenance, terms
from kg.graph.namespaces import KG, NIF, OA, kg_term
from kg.graph.reader import Claim, GraphReader
from kg.jsonl import read_lines, write_lines
from kg.model import ArticleId, Decision, DocumentId, EntityId, Run, StatementId
from kg.pipeline import DECISIONS, RECORD, STORE, SUPPORT, division_codes, write_views
from kg.resolution.labels import choose_aliases, choose_label
from kg.resolution.names import normalize_name
from kg.review.applying import JUDGED
from kg.schema import load_schema
from kg.staging import staged
from kg.support import Support, SupportIndex, open_support

__all__ = ["Retraction", "retract", "take_out"]

_TYPE, _OFFICIAL = ox.NamedNode(RDF.type), ox.NamedNode(KG.Official)
_OBJECT = ox.NamedNode(RDF.object)
_DERIVED, _GENERATED = ox.NamedNode(PROV.wasDerivedFrom), ox.NamedNode(PROV.wasGeneratedBy)
_CONFIDENCE, _METHOD = ox.NamedNode(KG.confidence), ox.NamedNode(KG.method)
_PREF_LABEL, _ALT_LABEL = ox.NamedNode(SKOS.prefLabel), ox.NamedNode(SKOS.altLabel)
_DIVISION = ox.NamedNode(KG.divisionCode)
_REFERENCE, _SELECTOR = ox.NamedNode(NIF.referenceContext), ox.NamedNode(OA.hasSelector)
_IDENTIFIER, _SHA256 = ox.NamedNode(DCTERMS.identifier), ox.NamedNode(SDO.sha256)
_LINK_OF, _LINK_TARGET = ox.NamedNode(KG.linkOf), ox.NamedNode(KG.linkTarget)
_ACTIVITY = ox.NamedNode(PROV.Activity)

DivisionCode: TypeAlias = Callable[[str, Sequence[str]], "str | None"]


@dataclass(slots=True)
class Retraction:
    """What was taken out; ids and paths."""

    documents: list[str] = field(default_factory=list)
    articles: int = 0
    characters: int = 0
    mentions: int = 0
    relations: int = 0  # gone
    facts: int = 0  # gone
    weakened: list[str] = field(default_factory=list)  # claims that rest on less
    entities: list[str] = field(default_factory=list)  # gone
    named: list[str] = field(default_factory=list)  # entities that stay, and it spoke of
    relabelled: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)  # kg build may find other names for them


def retract(folder: Path, names: Sequence[str]) -> Retraction:
    """Take documents out of the build in *folder*; nothing changes there unless all goes well.

    Args:
        folder: what `kg build -o FOLDER` wrote.
        names: documents by path, file name or id.

    Raises:
        InputError: nothing was built there, or it has no such document.
    """
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


# ------------------------------------------------------------------------------- one document


def take_out(
    store: ox.Store,
    index: SupportIndex,
    document_id: DocumentId,
    done: Retraction,
    *,
    division_code: DivisionCode,
) -> None:
    """Take one document out of a store and its index; add what went to *done*."""
    work = _Work(store, index, done)
    articles = index.articles_of(document_id)
    statements = {each for article in articles for each in index.statements_of(article)}
    entities = {each for article in articles for each in index.entities_of(article)}
    judged = {each for each in statements if _is_judged(index.support_of(each))}
    for article in articles:
        characters, mentions = index.size_of(article)
        done.articles += 1
        done.characters += characters
        done.mentions += mentions
        index.forget(article)
    for statement in sorted(statements):
        work.weaken(statement, is_judged=statement in judged)
    for article in articles:
        work.remove_article(article)
    work.remove_about(work.iris.document(document_id))
    for entity in sorted(entities):
        work.rename_or_remove(entity)
    work.demote_officials()
    for place in sorted(work.moved, key=str):
        work.set_division(place, division_code)


def _is_judged(supports: Iterable[Support]) -> bool:
    return any(support.method == JUDGED for support in supports)


class _Work:
    """A store from which a document is taken."""

    def __init__(self, store: ox.Store, index: SupportIndex, done: Retraction) -> None:
        self._store = store
        self._index = index
        self._done = done
        self.iris = GraphReader(store).iris
        self._persons: set[ox.NamedNode] = set()
        self.moved: set[ox.NamedNode] = set()  # of which something said where they are

    @property
    def _reader(self) -> GraphReader:
        """A reader of what is there now; it keeps what it has read, so it is never kept itself."""
        return GraphReader(self._store)

    def remove_about(self, node: ox.NamedNode) -> None:
        """Remove all triples with the node as subject."""
        for quad in list(self._store.quads_for_pattern(node, None, None, ox.DefaultGraph())):
            self._store.remove(quad)

    def _objects(self, node: ox.NamedNode, predicate: ox.NamedNode) -> list[ox.NamedNode]:
        quads = self._store.quads_for_pattern(node, predicate, None, ox.DefaultGraph())
        return [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)]

    def _subjects(self, predicate: ox.NamedNode, object_: Any) -> list[ox.NamedNode]:
        quads = self._store.quads_for_pattern(None, predicate, object_, ox.DefaultGraph())
        return [quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)]

    def _set(self, node: ox.NamedNode, predicate: ox.NamedNode, values: Iterable[Any]) -> None:
        wanted = {ox.Quad(node, predicate, value) for value in values}
        there = set(self._store.quads_for_pattern(node, predicate, None, ox.DefaultGraph()))
        for quad in there - wanted:
            self._store.remove(quad)
        self._store.extend(wanted - there)

    # ----------------------------------------------------------------------------- claims

    def weaken(self, statement: StatementId, *, is_judged: bool) -> None:
        """Let a claim rest on what is left, or remove it where that is nothing."""
        supports = self._index.support_of(statement)
        if not supports:
            self._remove_claim(statement)
            return
        if is_judged and not _is_judged(supports):  # a person's word holds for the claim
            judged = Support(JUDGED, 1.0)
            self._index.add_support(statement, self._index.best_article(statement), judged)
            supports.append(judged)
        node = self.iris.statement(statement)
        best = max(support.confidence for support in supports)
        self._set(node, _CONFIDENCE, [terms.decimal(best)])
        methods = {support.method for support in supports if support.method}
        self._set(node, _METHOD, map(terms.text, methods))
        self._done.weakened.append(statement)

    def _remove_claim(self, statement: StatementId) -> None:
        claim = self._reader.find_claim(statement)
        node = self.iris.statement(statement)
        objects = [q.object for q in self._store.quads_for_pattern(node, _OBJECT, None, None)]
        self.remove_about(node)
        if claim is None or not objects:
            return
        if claim.object is None:
            self._done.facts += 1
        else:
            self._done.relations += 1
        subject = ox.NamedNode(claim.subject.iri)
        if claim.predicate == "holdsPosition":
            self._persons.add(subject)
        if claim.predicate == "locatedIn" and claim.subject.type == "Place":
            self.moved.add(subject)
        if claim.asserted and not self._is_asserted(subject, claim.predicate, objects[0]):
            self._store.remove(ox.Quad(subject, kg_term(claim.predicate), objects[0]))

    def _is_asserted(self, subject: ox.NamedNode, predicate: str, object_: Any) -> bool:
        """Say whether another claim still makes the direct triple."""
        claims = self._reader.claims_between(subject, object_)
        return any(claim.predicate == predicate and claim.asserted for claim in claims)

    def demote_officials(self) -> None:
        """Remove ``a kg:Official`` where no post at an agency is left."""
        for person in self._persons:
            claims = self._reader.claims_about(person.value)
            if not any(_is_office(claim) for claim in claims):
                self._store.remove(ox.Quad(person, _TYPE, _OFFICIAL))

    # ------------------------------------------------------------------------- text, names

    def remove_article(self, article_id: ArticleId) -> None:
        """Remove an article with its pieces and sentences."""
        article = self.iris.article(article_id)
        for sentence in self._subjects(_REFERENCE, article):
            for statement in self._subjects(_DERIVED, sentence):
                self._store.remove(ox.Quad(statement, _DERIVED, sentence))
            self.remove_about(sentence)
        for piece in self._objects(article, _SELECTOR):
            self.remove_about(piece)
        self.remove_about(article)

    def rename_or_remove(self, entity_id: EntityId) -> None:
        """Choose label and aliases from the ways that are left to write an entity."""
        node = self.iris.entity(entity_id)
        if not self._index.is_named(entity_id):
            self.remove_about(node)
            self._remove_links(node)
            self._done.entities.append(entity_id)
            return
        self._done.named.append(entity_id)
        names = self._index.names_of(entity_id)
        label = self._reader.node(node.value).label
        key = normalize_name(label)
        written = {n: count for n, count in names.written.items() if normalize_name(n) == key}
        # Nothing is written so where a person gave the label, or where only this document did.
        if written and (chosen := choose_label(written)) != label:
            label = chosen
            self._done.relabelled.append(entity_id)
            self._set(node, _PREF_LABEL, [terms.zh(label)])
        aliases = choose_aliases(names.surfaces, label, load_schema())
        self._set(node, _ALT_LABEL, map(terms.zh, aliases))

    def _remove_links(self, entity: ox.NamedNode) -> None:
        """Remove what says that a thing is another elsewhere, and codes that nothing else has."""
        for link in self._subjects(_LINK_OF, entity):
            targets = self._objects(link, _LINK_TARGET)
            self.remove_about(link)
            for target in targets:
                if not self._subjects(_LINK_TARGET, target):
                    self.remove_about(target)

    def set_division(self, place: ox.NamedNode, division_code: DivisionCode) -> None:
        """Look up the code of a place anew, by what still says where it lies."""
        reader = self._reader
        if not reader.find_entities(reader.iris.entity_id(place.value) or ""):
            return  # the place is gone
        wholes = [reader.node(whole.value) for whole in self._objects(place, kg_term("locatedIn"))]
        around = sorted(whole.label for whole in wholes if whole.type == "Place")
        code = division_code(reader.node(place.value).label, around)
        self._set(place, _DIVISION, [terms.text(code)] if code else [])


def _is_office(claim: Claim) -> bool:
    is_post = claim.predicate == "holdsPosition" and claim.asserted
    return is_post and claim.object is not None and claim.object.type == "Agency"


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
        corpus_sha256=corpus_sha256(listing),
        settings=tuple(said["settings"].items()),
    )


def corpus_sha256(listing: Iterable[tuple[str, str]]) -> str:
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
