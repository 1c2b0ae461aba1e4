"""Read entities, links and claims from the store, one thing at a time.

The store is asked by plain patterns, which Oxigraph answers from its indexes: no plan can go wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import pyoxigraph as ox
from rdflib.namespace import PROV, RDF, SDO, SKOS

from kg.errors import InputError
from kg.graph.namespaces import KG, NIF
from kg.graph.source import TripleSource, prefetch, prefetch_incoming
from kg.schema import Schema
from kg.visualization.picture import Claim, Quote
from kg.visualization.wording import amount_in_words, date_in_words, value_in_words

__all__ = ["ALT_LABEL", "Link", "Source"]

_TYPE = ox.NamedNode(RDF.type)
_SUBJECT = ox.NamedNode(RDF.subject)
_PREDICATE = ox.NamedNode(RDF.predicate)
_OBJECT = ox.NamedNode(RDF.object)
_STATEMENT = ox.NamedNode(KG.Statement)
PREF_LABEL = ox.NamedNode(SKOS.prefLabel)
ALT_LABEL = ox.NamedNode(SKOS.altLabel)
_DERIVED = ox.NamedNode(PROV.wasDerivedFrom)
_ANCHOR = ox.NamedNode(NIF.anchorOf)
_CONTEXT = ox.NamedNode(NIF.referenceContext)
_ONTOLOGY = str(KG._NS)

_Term = ox.NamedNode | ox.Literal

_QUALIFIERS = ("title", "amount", "date", "status", "attributedTo")
"""Qualifiers in the order the panel lists them; unit, currency and bound become part of the amount."""


@dataclass(frozen=True, slots=True)
class Link:
    """A statement between two entities, read no further than its ends."""

    statement: ox.NamedNode
    subject: ox.NamedNode
    predicate: str
    object: ox.NamedNode

    def other_end(self, node: ox.NamedNode) -> ox.NamedNode:
        return self.object if node == self.subject else self.subject


class Source:
    """The store, asked for one thing at a time; sentences and labels are read once."""

    def __init__(self, store: TripleSource, schema: Schema) -> None:
        self.store = store
        self.schema = schema
        self._quotes: dict[ox.NamedNode, Quote] = {}
        self._labels: dict[ox.NamedNode, str] = {}

    def announce_links(self, nodes: Sequence[ox.NamedNode]) -> None:
        """Say that `links_of` will be asked of *nodes*, and what is at the other ends."""
        prefetch_incoming(self.store, (_SUBJECT, _OBJECT), nodes)
        prefetch(self.store, self._statements(nodes, _SUBJECT, _OBJECT), (_SUBJECT, _OBJECT))

    def announce_drawing(
        self, nodes: Sequence[ox.NamedNode], statements: Iterable[ox.NamedNode]
    ) -> None:
        """Say that *nodes* will be drawn with their facts, and *statements* between them."""
        prefetch(self.store, nodes)
        prefetch_incoming(self.store, (_SUBJECT,), nodes)
        claims = chain(statements, self._statements(nodes, _SUBJECT))
        prefetch(self.store, claims, (_SUBJECT, _OBJECT, _DERIVED), (_CONTEXT,))

    def _statements(
        self, nodes: Iterable[ox.NamedNode], *predicates: ox.NamedNode
    ) -> Iterator[ox.NamedNode]:
        for node in nodes:
            for predicate in predicates:
                yield from self._subjects(predicate, node)

    def entities(self) -> dict[ox.NamedNode, None]:
        """Return every entity, as the keys of a mapping."""
        found: dict[ox.NamedNode, None] = {}
        classes = [ox.NamedNode(_ONTOLOGY + name) for name in self.schema.classes]
        prefetch_incoming(self.store, (_TYPE,), classes)
        for each in classes:
            found.update(dict.fromkeys(self._subjects(_TYPE, each)))
        return found

    def find(self, name: str) -> list[ox.NamedNode]:
        """Return the entities with this IRI or label, else those with this alias.

        Raises:
            InputError: there are none.
        """
        candidates = [[ox.NamedNode(name)] if ":" in name and _is_iri(name) else []]
        for predicate in (PREF_LABEL, ALT_LABEL):
            literals = (ox.Literal(name, language="zh"), ox.Literal(name))
            candidates.append([n for lit in literals for n in self._subjects(predicate, lit)])
        for nodes in candidates:
            if entities := sorted(filter(self.is_entity, nodes), key=lambda node: node.value):
                return entities
        raise InputError(
            f"no entity is called {name!r}",
            remedy=f"kg explain {name} lists names like it",
        )

    def is_entity(self, node: ox.NamedNode) -> bool:
        return bool(self.type_of(node))

    def type_of(self, node: ox.NamedNode) -> str:
        """Return the class of an entity ("" for other nodes); kg:Official is no class of its own."""
        types = {value.value.removeprefix(_ONTOLOGY) for value in self._objects(node, _TYPE)}
        return min(types & self.schema.classes.keys(), default="")

    def label(self, node: ox.NamedNode) -> str:
        if node not in self._labels:
            local = node.value.rpartition("/")[2]
            self._labels[node] = min(self.texts(node, PREF_LABEL), default=local)
        return self._labels[node]

    def links(self) -> Iterator[Link]:
        """Yield every statement between two named nodes.

        Three scans instead of three look-ups per statement: 1.7 s instead of 2.7 s at 60,000.
        """
        subjects, predicates, objects = map(self._column, (_SUBJECT, _PREDICATE, _OBJECT))
        for statement in self._subjects(_TYPE, _STATEMENT):
            ends = subjects.get(statement), predicates.get(statement), objects.get(statement)
            if link := self._link(statement, *ends):
                yield link

    def links_of(self, node: ox.NamedNode) -> Iterator[Link]:
        """Yield the statements that have *node* at either end."""
        for predicate in (_SUBJECT, _OBJECT):
            for statement in self._subjects(predicate, node):
                ends = (self._first(statement, part) for part in (_SUBJECT, _PREDICATE, _OBJECT))
                if link := self._link(statement, *ends):
                    yield link

    def _link(
        self,
        statement: ox.NamedNode,
        subject: _Term | None,
        predicate: _Term | None,
        object_: _Term | None,
    ) -> Link | None:
        if not isinstance(subject, ox.NamedNode) or not isinstance(object_, ox.NamedNode):
            return None
        name = predicate.value.removeprefix(_ONTOLOGY) if predicate else ""
        if name not in self.schema.relations:  # such as one of an ontology extension not loaded
            return None
        return Link(statement, subject, name, object_)

    def _column(self, predicate: ox.NamedNode) -> dict[ox.NamedNode, _Term]:
        """Return the value that each node has for *predicate*, of several the first by spelling."""
        column: dict[ox.NamedNode, _Term] = {}
        for quad in self.store.quads_for_pattern(None, predicate, None):
            node, term = quad.subject, quad.object
            if isinstance(node, ox.NamedNode) and isinstance(term, ox.NamedNode | ox.Literal):
                known = column.setdefault(node, term)
                if known != term:
                    column[node] = min(known, term, key=str)
        return column

    def facts_of(self, node: ox.NamedNode) -> Iterator[Claim]:
        """Yield the claims that give *node* a value."""
        for statement in self._subjects(_SUBJECT, node):
            if isinstance(self._first(statement, _OBJECT), ox.Literal):
                yield self.claim(statement)

    def claim(self, statement: ox.NamedNode) -> Claim:
        """Read a statement with its qualifiers and sentences."""
        values = self._properties(statement)
        subject, object_ = values[_SUBJECT.value][0], values[_OBJECT.value][0]
        said = {
            name.removeprefix(_ONTOLOGY): terms[0].value
            for name, terms in values.items()
            if name.startswith(_ONTOLOGY)
        }
        is_fact = isinstance(object_, ox.Literal)
        words = self.label(object_) if isinstance(object_, ox.NamedNode) else _value(object_, said)
        return Claim(
            relation=values[_PREDICATE.value][0].value.removeprefix(_ONTOLOGY),
            subject=self.label(subject) if isinstance(subject, ox.NamedNode) else subject.value,
            object=words,
            qualifiers=tuple(_qualifiers(said, is_fact=is_fact)),
            status="negated" if said.get("negated") == "true" else said.get("modality", ""),
            confidence=float(said.get("confidence", 1)),
            quotes=tuple(
                sorted(map(self._quote, _named(values.get(_DERIVED.value, ()))), key=_newest)
            ),
            date=said.get("date", ""),
            amount_yuan=_yuan(said),
        )

    def _quote(self, evidence: ox.NamedNode) -> Quote:
        if evidence not in self._quotes:
            article = self._first(evidence, _CONTEXT)
            about = self._properties(article) if isinstance(article, ox.NamedNode) else {}
            self._quotes[evidence] = Quote(
                sentence=_text(self._properties(evidence), _ANCHOR.value),
                headline=_text(about, str(SDO.headline)),
                date=_text(about, str(SDO.datePublished)),
                publisher=_text(about, str(SDO.publisher)),
            )
        return self._quotes[evidence]

    # Terms are sorted wherever more than one may come, so that equal graphs give equal pictures.

    def texts(self, node: ox.NamedNode, predicate: ox.NamedNode) -> set[str]:
        return {term.value for term in self._objects(node, predicate)}

    def _first(self, node: ox.NamedNode, predicate: ox.NamedNode) -> _Term | None:
        return min(self._objects(node, predicate), key=str, default=None)

    def _objects(self, node: ox.NamedNode, predicate: ox.NamedNode) -> Iterator[_Term]:
        for quad in self.store.quads_for_pattern(node, predicate, None):
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                yield quad.object

    def _subjects(self, predicate: ox.NamedNode, term: _Term) -> Iterator[ox.NamedNode]:
        quads = self.store.quads_for_pattern(None, predicate, term)
        yield from _named(dict.fromkeys(quad.subject for quad in quads))

    def _properties(self, node: ox.NamedNode) -> dict[str, list[_Term]]:
        values: dict[str, set[_Term]] = defaultdict(set)
        for quad in self.store.quads_for_pattern(node, None, None):
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                values[quad.predicate.value].add(quad.object)
        return {predicate: sorted(terms, key=str) for predicate, terms in values.items()}


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _named(terms: Iterable[object]) -> Iterator[ox.NamedNode]:
    return (term for term in terms if isinstance(term, ox.NamedNode))


def _text(values: Mapping[str, list[_Term]], predicate: str) -> str:
    terms = values.get(predicate)
    return terms[0].value if terms else ""


def _newest(quote: Quote) -> tuple[int, str]:
    """Order quotes by date, the latest first, and those of one day by their words."""
    digits = quote.date.replace("-", "").ljust(8, "0")
    return (-int(digits) if digits.isdigit() else 0, quote.sentence)


def _value(value: _Term, said: Mapping[str, str]) -> str:
    unit = said.get("unit") or said.get("currency", "")
    return value_in_words(value.value, unit=unit, bound=said.get("bound", ""))


def _yuan(said: Mapping[str, str]) -> float:
    if said.get("currency", "CNY") != "CNY":
        return 0.0
    try:
        return float(said.get("amount", 0))
    except ValueError:  # a graph made by others
        return 0.0


def _qualifiers(said: Mapping[str, str], *, is_fact: bool) -> Iterator[tuple[str, str]]:
    for name in _QUALIFIERS:
        text = said.get(name)
        if not text:
            continue
        if name == "amount":
            unit = said.get("currency") or ("" if is_fact else said.get("unit", ""))
            yield name, amount_in_words(text, unit=unit, bound=said.get("bound", ""))
        else:
            yield name, date_in_words(text) if name == "date" else text
