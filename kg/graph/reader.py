"""Read claims back from the graph, with everything a person wants to see beside them.

Explanations, tables, pictures and reports all show the same thing: who, what, whom, with which
qualifiers, and the sentence in its article. They read it here, from the triples, so that they work on
any graph of this form and not only on the one just built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice, zip_longest

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SDO, SKOS

from kg.graph.namespaces import KG, NIF, OA, Iris
from kg.graph.source import TripleSource, prefetch, prefetch_incoming
from kg.graph.store import base_iri_of
from kg.graph.terms import zh

__all__ = ["ArticleView", "Claim", "GraphReader", "Node", "Quote"]

_RDF_TYPE = ox.NamedNode(RDF.type)
_SUBJECT = ox.NamedNode(RDF.subject)
_PREDICATE = ox.NamedNode(RDF.predicate)
_OBJECT = ox.NamedNode(RDF.object)
_LABEL = ox.NamedNode(RDFS.label)
_PREF_LABEL = ox.NamedNode(SKOS.prefLabel)
_ALT_LABEL = ox.NamedNode(SKOS.altLabel)
_PREFIX = ox.NamedNode(KG.localPrefix)
_STATEMENT = ox.NamedNode(KG.Statement)
_DERIVED = ox.NamedNode(PROV.wasDerivedFrom)
_CONTEXT = ox.NamedNode(NIF.referenceContext)
_SOURCE = ox.NamedNode(DCTERMS.source)
_CONFIDENCE = str(KG.confidence)
_METHOD = str(KG.method)
_SOURCES = str(KG.sources)
_SUPERSEDED = str(KG.supersededBy)
_KG = str(KG._NS)

_CHUNK = 1_000  # claims announced together: memory for some thousand nodes, few round trips

# Properties of a statement node that are no qualifiers.
_NOT_QUALIFIERS = frozenset({_CONFIDENCE, _METHOD, _SOURCES, _SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Node:
    """An entity as a person sees it."""

    iri: str
    id: str  # company:鲁西集团
    type: str  # local name of its class: Company
    type_label: str  # 公司
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article without its text."""

    iri: str
    headline: str
    published: str  # ISO date or ""
    publisher: str
    url: str
    authors: tuple[str, ...]
    document_path: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an article."""

    iri: str
    text: str
    begin: int  # in the article text
    end: int
    article: ArticleView
    document_begin: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its ends, qualifiers and evidence."""

    iri: str
    id: str  # the hash
    subject: Node
    predicate: str  # local name
    predicate_zh: str
    predicate_en: str
    object: Node | None  # nothing for a fact
    value: str  # of a fact
    datatype: str  # local name of the value's type: decimal, date, gYearMonth, string
    qualifiers: tuple[tuple[str, str], ...]  # amount, currency, unit, date…, sorted
    confidence: float
    methods: tuple[str, ...]
    quotes: tuple[Quote, ...]
    is_superseded: bool = False  # a later report gives another value

    def qualifier(self, name: str) -> str:
        """Return the value of the qualifier *name*, or ""."""
        return next((value for key, value in self.qualifiers if key == name), "")

    @property
    def asserted(self) -> bool:
        """Whether the text states it as true."""
        return self.qualifier("negated") != "true" and not self.qualifier("modality")


class GraphReader:
    """Views of the nodes of one store; nodes that many claims share are read once."""

    def __init__(self, store: TripleSource) -> None:
        self._store = store
        self.iris = Iris(base_iri_of(store))
        self._nodes: dict[str, Node] = {}
        self._articles: dict[str, ArticleView] = {}
        self._quotes: dict[str, Quote] = {}
        self._labels: dict[tuple[str, str], str] = {}

    # ------------------------------------------------------------------------------- claims

    def claims(self) -> Iterator[Claim]:
        """Yield all claims in the order of their ids."""
        nodes = iter(self._subjects(_RDF_TYPE, _STATEMENT))
        while chunk := list(islice(nodes, _CHUNK)):
            yield from self._claims(chunk)

    def claims_about(self, entity_iri: str) -> list[Claim]:
        """Return the claims with the entity at either end: as subject first, relations before facts."""
        entity = ox.NamedNode(entity_iri)
        nodes = {*self._subjects(_SUBJECT, entity), *self._subjects(_OBJECT, entity)}
        return sorted(
            self._claims(nodes),
            key=lambda claim: (
                claim.subject.iri != entity_iri,
                claim.object is None,
                claim.predicate,
                claim.object.id if claim.object else claim.value,
                claim.id,
            ),
        )

    def claims_from(self, evidence_iri: str) -> list[Claim]:
        """Return the claims that rest on a sentence."""
        return self._claims(self._subjects(_DERIVED, ox.NamedNode(evidence_iri)))

    def _claims(self, nodes: Iterable[ox.NamedNode]) -> list[Claim]:
        """Return the views of statement nodes, having said what will be asked for them."""
        nodes = list(nodes)
        prefetch(self._store, nodes, (_SUBJECT, _OBJECT, _DERIVED), (_CONTEXT,), (_SOURCE,))
        return [self.claim(node) for node in nodes]

    def claims_of(self, subject: ox.NamedNode) -> Iterator[Claim]:
        """Yield the claims with this subject."""
        return map(self.claim, self._subjects(_SUBJECT, subject))

    def claims_between(
        self, subject: ox.NamedNode, object_: ox.NamedNode | ox.Literal
    ) -> Iterator[Claim]:
        """Yield the claims with these ends, by way of the end that has fewer: 聊城市 has thousands."""
        by_subject = self._store.quads_for_pattern(None, _SUBJECT, subject, ox.DefaultGraph())
        by_object = self._store.quads_for_pattern(None, _OBJECT, object_, ox.DefaultGraph())
        nodes: tuple[list[ox.Quad], list[ox.Quad]] = ([], [])
        for one, other in zip_longest(by_subject, by_object):
            if one is None or other is None:
                break
            nodes[0].append(one)
            nodes[1].append(other)
        else:
            one = other = None
        fewer, predicate, end = (
            (nodes[0], _OBJECT, object_) if one is None else (nodes[1], _SUBJECT, subject)
        )
        for quad in fewer:
            if ox.Quad(quad.subject, predicate, end) in self._store:
                yield from map(self.claim, _named([quad.subject]))

    def find_claim(self, statement_id: str) -> Claim | None:
        """Return the claim with this hash, ``statement:`` id or IRI."""
        local = statement_id.removeprefix(f"{self.iris.base_iri}statement/")
        local = local.removeprefix("statement:")
        try:
            node = ox.NamedNode(f"{self.iris.base_iri}statement/{local}")
        except ValueError:
            return None
        known = ox.Quad(node, _RDF_TYPE, _STATEMENT) in self._store
        return self.claim(node) if known else None

    def claim(self, node: ox.NamedNode) -> Claim:
        """Return the view of one statement node; missing parts are empty, as in a damaged graph."""
        values = self._properties(node)
        predicate = _first(values, RDF.predicate)
        object_term = next(iter(values.get(str(RDF.object), ())), None)
        literal = object_term if isinstance(object_term, ox.Literal) else None
        confidence = _first(values, KG.confidence)
        quotes = (self.quote(term.value) for term in values.get(str(PROV.wasDerivedFrom), ()))
        return Claim(
            iri=node.value,
            id=node.value.removeprefix(f"{self.iris.base_iri}statement/"),
            subject=self.node(_first(values, RDF.subject)),
            predicate=predicate.removeprefix(_KG),
            predicate_zh=self._label(predicate, "zh"),
            predicate_en=self._label(predicate, "en"),
            object=self.node(object_term.value) if object_term and not literal else None,
            value=literal.value if literal else "",
            datatype=literal.datatype.value.partition("#")[2] if literal else "",
            qualifiers=_qualifiers(values),
            confidence=_number(confidence),
            methods=tuple(term.value for term in values.get(_METHOD, ())),
            quotes=tuple(sorted(quotes, key=lambda q: (q.article.published, q.iri))),
            is_superseded=_SUPERSEDED in values,
        )

    # ------------------------------------------------------------------------------ entities

    def entities(self) -> Iterator[Node]:
        """Yield all entities, by IRI."""
        prefixed = self._subjects_with(_PREFIX)
        prefetch_incoming(self._store, (_RDF_TYPE,), prefixed)
        nodes = {node for cls in prefixed for node in self._subjects(_RDF_TYPE, cls)}
        prefetch(self._store, nodes)
        return (self.node(iri) for iri in sorted(node.value for node in nodes))

    def find_entities(self, name: str) -> list[Node]:
        """Return the entities with this id, IRI, label or alias; exact ones only."""
        found = self._by_id(name)
        if found:
            return [found]
        for predicate in (_PREF_LABEL, _ALT_LABEL):
            nodes = self._subjects(predicate, zh(name))
            if nodes:
                return [self.node(node.value) for node in nodes]
        return []

    def _by_id(self, name: str) -> Node | None:
        _, colon, local = name.partition(":")
        if not colon or not local:
            return None
        try:
            iri = ox.NamedNode(name) if local.startswith("//") else self.iris.entity_from_text(name)
        except ValueError:
            return None
        has_type = next(iter(self._store.quads_for_pattern(iri, _PREF_LABEL, None)), None)
        return self.node(iri.value) if has_type else None

    def node(self, iri: str) -> Node:
        """Return the view of an entity."""
        if iri not in self._nodes:
            self._nodes[iri] = self._read_node(iri)
        return self._nodes[iri]

    def _read_node(self, iri: str) -> Node:
        if not iri:
            return Node("", "", "", "", "")
        values = self._properties(ox.NamedNode(iri))
        # kg:Official stands beside kg:Person and has no prefix of its own.
        types = [t.value for t in values.get(str(RDF.type), ()) if self._is_entity_class(t)]
        type_ = types[0] if types else ""
        id_ = self.iris.entity_id(iri) or self.iris.shorten(iri)
        return Node(
            iri=iri,
            id=id_,
            type=type_.removeprefix(_KG),
            type_label=self._label(type_, "zh") if type_ else "",
            label=_first(values, SKOS.prefLabel) or id_.partition(":")[2] or iri,
            aliases=tuple(term.value for term in values.get(str(SKOS.altLabel), ())),
        )

    def _is_entity_class(self, term: ox.NamedNode | ox.Literal) -> bool:
        if not isinstance(term, ox.NamedNode):
            return False
        return any(True for _ in self._store.quads_for_pattern(term, _PREFIX, None))

    # ------------------------------------------------------------------------------ evidence

    def quote(self, iri: str) -> Quote:
        """Return the view of an evidence node."""
        if iri not in self._quotes:
            values = self._properties(ox.NamedNode(iri))
            start = _first(values, OA.start)
            self._quotes[iri] = Quote(
                iri=iri,
                text=_first(values, NIF.anchorOf),
                begin=int(_number(_first(values, NIF.beginIndex))),
                end=int(_number(_first(values, NIF.endIndex))),
                article=self.article(_first(values, NIF.referenceContext)),
                document_begin=int(start) if start.isdecimal() else None,
            )
        return self._quotes[iri]

    def article(self, iri: str) -> ArticleView:
        """Return the view of an article."""
        if iri not in self._articles:
            values = self._properties(ox.NamedNode(iri)) if iri else {}
            source = _first(values, DCTERMS.source)
            document = self._properties(ox.NamedNode(source)) if source else {}
            self._articles[iri] = ArticleView(
                iri=iri,
                headline=_first(values, SDO.headline),
                published=_first(values, SDO.datePublished),
                publisher=_first(values, SDO.publisher),
                url=_first(values, SDO.url),
                authors=tuple(term.value for term in values.get(str(SDO.author), ())),
                document_path=_first(document, DCTERMS.identifier),
            )
        return self._articles[iri]

    # ------------------------------------------------------------------------------- triples

    def _properties(self, node: ox.NamedNode) -> dict[str, list[ox.NamedNode | ox.Literal]]:
        values: dict[str, list[ox.NamedNode | ox.Literal]] = {}
        for quad in self._store.quads_for_pattern(node, None, None, ox.DefaultGraph()):
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                values.setdefault(quad.predicate.value, []).append(quad.object)
        return {key: sorted(terms, key=str) for key, terms in values.items()}

    def _subjects(
        self, predicate: ox.NamedNode, object_: ox.NamedNode | ox.Literal
    ) -> list[ox.NamedNode]:
        quads = self._store.quads_for_pattern(None, predicate, object_, ox.DefaultGraph())
        return _named(quad.subject for quad in quads)

    def _subjects_with(self, predicate: ox.NamedNode) -> list[ox.NamedNode]:
        quads = self._store.quads_for_pattern(None, predicate, None, ox.DefaultGraph())
        return _named(quad.subject for quad in quads)

    def _label(self, iri: str, language: str) -> str:
        """Return a term's label in the ontology, its local name where there is none."""
        if (iri, language) not in self._labels:
            labels = self._properties(ox.NamedNode(iri)).get(str(RDFS.label), []) if iri else []
            self._labels[iri, language] = next(
                (t.value for t in labels if isinstance(t, ox.Literal) and t.language == language),
                iri.removeprefix(_KG),
            )
        return self._labels[iri, language]


def _named(terms: Iterable[object]) -> list[ox.NamedNode]:
    return sorted({term for term in terms if isinstance(term, ox.NamedNode)}, key=str)


def _first(values: dict[str, list[ox.NamedNode | ox.Literal]], predicate: str) -> str:
    terms = values.get(str(predicate))
    return terms[0].value if terms else ""


def _number(text: str) -> float:
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return 0.0


def _qualifiers(
    values: dict[str, list[ox.NamedNode | ox.Literal]],
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (predicate.removeprefix(_KG), term.value)
        for predicate, terms in sorted(values.items())
        if predicate.startswith(_KG) and predicate not in _NOT_QUALIFIERS
        for term in terms
    )
