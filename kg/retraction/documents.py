"""Take one document out of a store: its claims, sentences and names, and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyoxigraph as ox
from rdflib.namespace import PROV, RDF, SKOS

from kg.graph import terms
from kg.graph.namespaces import KG, NIF, OA, kg_term
from kg.graph.reader import Claim, GraphReader
from kg.model import ArticleId, DocumentId, EntityId, StatementId
from kg.resolution.labels import choose_aliases, choose_label
from kg.resolution.names import normalize_name
from kg.retraction.latest import latest_values
from kg.review.applying import JUDGED
from kg.schema import load_schema
from kg.support import Support, SupportIndex

__all__ = ["Retraction", "take_out"]

_TYPE, _OFFICIAL = ox.NamedNode(RDF.type), ox.NamedNode(KG.Official)
_OBJECT = ox.NamedNode(RDF.object)
_DERIVED = ox.NamedNode(PROV.wasDerivedFrom)
_CONFIDENCE, _METHOD = ox.NamedNode(KG.confidence), ox.NamedNode(KG.method)
_PREF_LABEL, _ALT_LABEL = ox.NamedNode(SKOS.prefLabel), ox.NamedNode(SKOS.altLabel)
_DIVISION = ox.NamedNode(KG.divisionCode)
_SOURCES, _SUPERSEDED = ox.NamedNode(KG.sources), ox.NamedNode(KG.supersededBy)
_REPRINT = ox.NamedNode(KG.reprintOf)
_REFERENCE, _SELECTOR = ox.NamedNode(NIF.referenceContext), ox.NamedNode(OA.hasSelector)
_LINK_OF, _LINK_TARGET = ox.NamedNode(KG.linkOf), ox.NamedNode(KG.linkTarget)

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
        work.set_reprints(index.forget(article))
    for statement in sorted(statements):
        work.weaken(statement, is_judged=statement in judged)
    for article in articles:
        work.remove_article(article)
    work.remove_about(work.iris.document(document_id))
    for entity in sorted(entities):
        work.rename_or_remove(entity)
    work.demote_officials()
    work.set_latest()
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
        self._facts: set[tuple[EntityId, str]] = set()  # attributes that lost a value or a report
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
        self._note_fact(self._reader.find_claim(statement))
        node = self.iris.statement(statement)
        best = max(support.confidence for support in supports)
        self._set(node, _CONFIDENCE, [terms.decimal(best)])
        methods = {support.method for support in supports if support.method}
        self._set(node, _METHOD, map(terms.text, methods))
        self._set(node, _SOURCES, [terms.integer(self._index.sources_of(statement))])
        self._done.weakened.append(statement)

    def _note_fact(self, claim: Claim | None) -> None:
        if claim is not None and claim.object is None:
            self._facts.add((EntityId(claim.subject.id), claim.predicate))

    def _remove_claim(self, statement: StatementId) -> None:
        claim = self._reader.find_claim(statement)
        node = self.iris.statement(statement)
        objects = [q.object for q in self._store.quads_for_pattern(node, _OBJECT, None, None)]
        self.remove_about(node)
        self._note_fact(claim)
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

    def set_latest(self) -> None:
        """Find out anew which of several values is the latest."""
        for subject, predicate in sorted(self._facts):
            latest = latest_values(self._reader, self._index, subject, predicate)
            for statement, newer in latest.items():
                values = [self.iris.statement(newer)] if newer else []
                self._set(self.iris.statement(statement), _SUPERSEDED, values)

    def set_reprints(self, reprints: Iterable[tuple[ArticleId, ArticleId]]) -> None:
        """Say of articles which is the first of their story."""
        for article, first in reprints:
            values = [self.iris.article(first)] if first != article else []
            self._set(self.iris.article(article), _REPRINT, values)

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
        # A namesake carries what tells it apart, 店子镇·冠县.
        _, dot, apart = (reader.iris.entity_id(place.value) or "").rpartition("·")
        around = sorted(whole.label for whole in wholes if whole.type == "Place")
        around += [apart] if dot else []
        code = division_code(reader.node(place.value).label, sorted(around))
        self._set(place, _DIVISION, [terms.text(code)] if code else [])


def _is_office(claim: Claim) -> bool:
    is_post = claim.predicate == "holdsPosition" and claim.asserted
    return is_post and claim.object is not None and claim.object.type == "Agency"
