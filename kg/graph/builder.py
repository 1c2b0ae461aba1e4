"""Put entities, statements and their provenance into one graph.

A statement is two things at once: a direct triple ``company:鲁西集团 kg:builds project:…``, which plain
queries and pictures want, and a node that carries amount, date and evidence (the Wikibase form). What
the text denies, plans or reports as hearsay gets the node only: whoever asks what *is* must not be
told what may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, SDO, SKOS, VOID

from kg.errors import InternalError
from kg.graph import provenance, terms
from kg.graph.namespaces import DEFAULT_BASE_IRI, KG, Iris, kg_term
from kg.model import (
    ArticleId,
    Document,
    Entity,
    EntityId,
    Extraction,
    MentionId,
    PartialDate,
    Qualifier,
    Quantity,
    Resolution,
    Run,
    Statement,
    Value,
)
from kg.schema import Schema, load_schema

__all__ = ["Graph", "build_graph", "is_asserted", "sorted_triples"]

_TYPE = ox.NamedNode(RDF.type)
_SUBJECT = ox.NamedNode(RDF.subject)
_PREDICATE = ox.NamedNode(RDF.predicate)
_OBJECT = ox.NamedNode(RDF.object)
_RDF_STATEMENT = ox.NamedNode(RDF.Statement)
_STATEMENT = ox.NamedNode(KG.Statement)
_OFFICIAL = ox.NamedNode(KG.Official)
_PREF_LABEL = ox.NamedNode(SKOS.prefLabel)
_ALT_LABEL = ox.NamedNode(SKOS.altLabel)
_DIVISION = ox.NamedNode(KG.divisionCode)
_MENTIONS = ox.NamedNode(SDO.mentions)
_CONFIDENCE = ox.NamedNode(KG.confidence)
_METHOD = ox.NamedNode(KG.method)
_UNIT = ox.NamedNode(KG.unit)
_BOUND = ox.NamedNode(KG.bound)
_DATE = ox.NamedNode(KG.date)
_PRECISION = ox.NamedNode(KG.datePrecision)
_DERIVED = ox.NamedNode(PROV.wasDerivedFrom)
_SOURCES = ox.NamedNode(KG.sources)
_SUPERSEDED = ox.NamedNode(KG.supersededBy)
_REPRINT = ox.NamedNode(KG.reprintOf)

_UNASSERTED_MODALITIES = frozenset({"planned", "hearsay"})


@dataclass(frozen=True, slots=True)
class Graph:
    """The triples of a corpus, each once, sorted so that equal graphs are equal files.

    No rdflib graph, although the style guide reserves the word for one: sorted Oxigraph triples are
    written fifty times faster, and byte-stable (research/rdf_viz_scale.md, 1.1 and 1.4).
    `kg.graph.store.to_rdflib` makes one where rdflib is wanted.
    """

    triples: tuple[ox.Triple, ...]
    base_iri: str = DEFAULT_BASE_IRI

    def __len__(self) -> int:
        return len(self.triples)


def build_graph(
    resolution: Resolution,
    extractions: Iterable[Extraction],
    documents: Iterable[Document],
    run: Run,
    *,
    base_iri: str = DEFAULT_BASE_IRI,
    schema: Schema | None = None,
    more: Iterable[ox.Triple] = (),
) -> Graph:
    """Build the graph of a corpus.

    Args:
        resolution: what is said of which entities.
        extractions: the articles and their sentences.
        documents: the files; one without articles is recorded too.
        run: how it was made; of its times nothing enters the graph.
        base_iri: what the IRIs of all nodes begin with.
        schema: the ontology; the bundled one if left out.
        more: what else is known of the entities, such as links to other data.
    """
    schema = schema or load_schema()
    iris = Iris(base_iri, schema)
    document_by_id = {document.id: document for document in documents}
    extraction_by_article = {extraction.article.id: extraction for extraction in extractions}
    triples: set[ox.Triple] = {*more, *_dataset_triples(run, iris)}
    triples.update(provenance.run_triples(run, iris))
    for document in document_by_id.values():
        triples.update(provenance.document_triples(document, iris))
    for extraction in extraction_by_article.values():
        article = extraction.article
        document_or_none = document_by_id.get(article.document_id)
        triples.update(provenance.article_triples(article, document_or_none, iris))
    for reprint, first in resolution.reprints:
        triples.add(ox.Triple(iris.article(reprint), _REPRINT, iris.article(first)))
    for entity in resolution.entities:
        triples.update(_entity_triples(entity, iris))
    triples.update(_mention_triples(resolution.entities, extraction_by_article, iris))
    triples.update(_official_triples(resolution, iris))
    for statement in resolution.statements:
        triples.update(_statement_triples(statement, extraction_by_article, iris, schema))
    return Graph(sorted_triples(triples), base_iri)


def sorted_triples(triples: Iterable[ox.Triple]) -> tuple[ox.Triple, ...]:
    """Return triples by subject, a node's type first, as the serializer groups them."""
    return tuple(sorted(triples, key=_order))


def _order(triple: ox.Triple) -> tuple[str, str, str]:
    predicate = "" if triple.predicate == _TYPE else triple.predicate.value
    return str(triple.subject), predicate, str(triple.object)


def is_asserted(statement: Statement) -> bool:
    """Say whether the text states the claim as true: neither denied nor planned nor hearsay."""
    return (
        statement.qualifier("negated") is not True
        and statement.qualifier("modality") not in _UNASSERTED_MODALITIES
    )


def _dataset_triples(run: Run, iris: Iris) -> Iterator[ox.Triple]:
    """Yield the graph about itself, so that a reader of the store learns the base IRI from it."""
    dataset = ox.NamedNode(iris.base_iri)
    yield ox.Triple(dataset, _TYPE, ox.NamedNode(VOID.Dataset))
    yield ox.Triple(dataset, ox.NamedNode(VOID.uriSpace), terms.text(iris.base_iri))
    yield ox.Triple(
        dataset, ox.NamedNode(DCTERMS.conformsTo), ox.NamedNode(str(KG._NS).removesuffix("#"))
    )
    yield ox.Triple(dataset, ox.NamedNode(PROV.wasGeneratedBy), iris.run(provenance.run_id(run)))


# --------------------------------------------------------------------------------- entities


def _entity_triples(entity: Entity, iris: Iris) -> Iterator[ox.Triple]:
    node = iris.entity(entity.id)
    yield ox.Triple(node, _TYPE, _term(entity.type))
    yield ox.Triple(node, _PREF_LABEL, terms.zh(entity.label))
    for alias in entity.aliases:
        yield ox.Triple(node, _ALT_LABEL, terms.zh(alias))
    if entity.division_code:
        yield ox.Triple(node, _DIVISION, terms.text(entity.division_code))


def _mention_triples(
    entities: Iterable[Entity],
    extraction_by_article: Mapping[ArticleId, Extraction],
    iris: Iris,
) -> Iterator[ox.Triple]:
    article_by_mention: dict[MentionId, ArticleId] = {
        mention.id: article_id
        for article_id, extraction in extraction_by_article.items()
        for mention in extraction.mentions
    }
    for entity in entities:
        node = iris.entity(entity.id)
        article_ids = {article_by_mention[mention_id] for mention_id in entity.mentions}
        for article_id in article_ids:
            yield ox.Triple(iris.article(article_id), _MENTIONS, node)


def _official_triples(resolution: Resolution, iris: Iris) -> Iterator[ox.Triple]:
    """Yield ``a kg:Official`` for each person who holds a post at an agency."""
    entity_by_id = resolution.entity_by_id()
    for statement in resolution.statements:
        if statement.predicate == "holdsPosition" and is_asserted(statement):
            body = entity_by_id.get(EntityId(str(statement.object)))
            if body and body.type == "Agency":
                yield ox.Triple(iris.entity(statement.subject), _TYPE, _OFFICIAL)


# ------------------------------------------------------------------------------- statements


def _statement_triples(
    statement: Statement,
    extraction_by_article: Mapping[ArticleId, Extraction],
    iris: Iris,
    schema: Schema,
) -> Iterator[ox.Triple]:
    node = iris.statement(statement.id)
    subject = iris.entity(statement.subject)
    predicate = _term(schema.predicate(statement.predicate).name)
    object_ = _object(statement, iris)
    yield ox.Triple(node, _TYPE, _STATEMENT)
    yield ox.Triple(node, _TYPE, _RDF_STATEMENT)
    yield ox.Triple(node, _SUBJECT, subject)
    yield ox.Triple(node, _PREDICATE, predicate)
    yield ox.Triple(node, _OBJECT, object_)
    if is_asserted(statement):
        yield ox.Triple(subject, predicate, object_)
    yield from _value_triples(node, statement.object)
    for qualifier in statement.qualifiers:
        yield from _qualifier_triples(node, qualifier, statement)
    yield ox.Triple(node, _CONFIDENCE, terms.decimal(statement.confidence))
    yield ox.Triple(node, _SOURCES, terms.integer(statement.sources))
    if statement.superseded_by is not None:
        yield ox.Triple(node, _SUPERSEDED, iris.statement(statement.superseded_by))
    for evidence in statement.evidence:
        extraction = extraction_by_article.get(evidence.article_id)
        if extraction is None:
            raise InternalError(f"statement {statement.id}: no article {evidence.article_id}")
        span = provenance.evidence_span(evidence, extraction)
        yield ox.Triple(node, _DERIVED, iris.evidence(evidence.article_id, span))
        yield from provenance.evidence_triples(extraction.article, span, iris)
        if evidence.method:
            yield ox.Triple(node, _METHOD, terms.text(evidence.method))


def _object(statement: Statement, iris: Iris) -> ox.NamedNode | ox.Literal:
    value = statement.object
    if isinstance(value, Quantity):
        return terms.decimal(value.value)
    if isinstance(value, PartialDate):
        return terms.partial_date(value.iso)
    return terms.text(value) if statement.is_fact else iris.entity(EntityId(value))


def _value_triples(node: ox.NamedNode, value: EntityId | Value) -> Iterator[ox.Triple]:
    """Yield what a fact's literal can't hold: unit, bound, precision."""
    if isinstance(value, Quantity):
        if value.unit:
            yield ox.Triple(node, _UNIT, terms.text(value.unit))
        if value.bound:
            yield ox.Triple(node, _BOUND, terms.text(value.bound.value))
    elif isinstance(value, PartialDate):
        yield ox.Triple(node, _PRECISION, terms.text(value.precision))


def _qualifier_triples(
    node: ox.NamedNode, qualifier: Qualifier, statement: Statement
) -> Iterator[ox.Triple]:
    if qualifier.name in {"unit", "bound"} and isinstance(statement.object, Quantity):
        return  # the quantity says it
    term = ox.NamedNode(KG[qualifier.name])  # fails on a qualifier the ontology does not declare
    value = qualifier.value
    if isinstance(value, bool):
        yield ox.Triple(node, term, terms.boolean(value))
    elif isinstance(value, Decimal):
        yield ox.Triple(node, term, terms.decimal(value))
    elif qualifier.name == "date":
        yield ox.Triple(node, _DATE, terms.partial_date(value))
        if precision := {4: "year", 7: "month", 10: "day"}.get(len(value)):
            yield ox.Triple(node, _PRECISION, terms.text(precision))
    elif value:
        yield ox.Triple(node, term, terms.text(value))


@lru_cache(maxsize=256)
def _term(name: str) -> ox.NamedNode:
    return kg_term(name)
