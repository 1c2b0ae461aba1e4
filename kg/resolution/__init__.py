"""Find out which mentions of a corpus are one entity, and what is said of each.

In: what each article says of its own mentions (`Extraction`). Out: entities with readable ids,
statements with all their evidence, and the decisions that a reader may want to judge
(`Resolution`). The order of the articles does not matter.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from kg.errors import OntologyError
from kg.model import ArticleId, Decision, Entity, EntityId, Extraction, Resolution, Statement
from kg.resolution.clusters import Cluster, same_name_other_type
from kg.resolution.corpus import Corpus, read_corpus
from kg.resolution.identity import former_names
from kg.resolution.labels import choose_aliases, choose_label, surfaces_of, written_name
from kg.resolution.links import current, link_clusters
from kg.resolution.names import normalize_name
from kg.resolution.namesakes import cluster_things
from kg.resolution.naming import judge_names
from kg.resolution.persons import cluster_persons
from kg.resolution.statements import make_statements
from kg.resolution.variants import mark_superseded
from kg.schema import Schema, load_schema

__all__ = ["resolve"]

logger = logging.getLogger(__name__)

DivisionCode: TypeAlias = Callable[[str, Sequence[str]], str | None]


def resolve(
    extractions: Iterable[Extraction],
    *,
    schema: Schema | None = None,
    division_code: DivisionCode | None = None,
    home: str | None = None,
    judgements: Iterable[Decision] = (),
) -> Resolution:
    """Resolve the mentions of a corpus.

    Args:
        extractions: what the articles say, in any order.
        schema: the ontology; the bundled one if left out.
        division_code: gives the GB/T 2260 code of a place, if it has one, by its name and the
            names of the places that the corpus says it lies in.
        home: the region the corpus is about, for articles that name none.
        judgements: decisions of a person between entity ids (SAME or DIFFERENT), which win over the
            rules; an id may be one that a rule has since joined to another.

    Raises:
        OntologyError: a mention or relation has a type that the ontology does not know.
    """
    schema = schema or load_schema()
    ordered, apart = _named(extractions, schema)
    corpus = read_corpus(ordered, schema, home)
    clusters, decisions = _cluster(ordered, corpus, list(judgements), apart)
    entities = tuple(sorted((_entity(c, schema) for c in clusters), key=lambda entity: entity.id))
    statements = _statements(ordered, entities, corpus)
    if division_code is not None:
        around = {c.id(schema): c.discriminator for c in clusters if c.discriminator}
        entities = _with_codes(entities, statements, division_code, around)
    logger.info(
        "%d articles: %d entities, %d statements", len(ordered), len(entities), len(statements)
    )
    unique = tuple(sorted({*decisions, *apart}, key=_by_ends))
    return Resolution(entities, statements, unique, _reprints(corpus.stories))


def _named(
    extractions: Iterable[Extraction], schema: Schema
) -> tuple[list[Extraction], list[Decision]]:
    """Return the extractions in the order of their articles, names put right, and what is apart."""
    # An article twice (by two paths) says nothing new.
    by_article = {extraction.article.id: extraction for extraction in extractions}
    ordered = [extraction for _, extraction in sorted(by_article.items())]
    _check_types(ordered, schema)
    judged = [judge_names(extraction, schema) for extraction in ordered]
    apart = {decision for _, found in judged for decision in found}
    return [extraction for extraction, _ in judged], sorted(apart, key=_by_ends)


def _statements(
    extractions: Sequence[Extraction], entities: Sequence[Entity], corpus: Corpus
) -> tuple[Statement, ...]:
    entity_by_mention = {
        mention_id: entity.id for entity in entities for mention_id in entity.mentions
    }
    return mark_superseded(
        make_statements(extractions, entity_by_mention, corpus.schema, corpus.stories),
        (extraction.article for extraction in extractions),
        corpus.stories,
        {entity.id: entity.type for entity in entities},
        corpus.schema,
    )


def _reprints(stories: Mapping[ArticleId, ArticleId]) -> tuple[tuple[ArticleId, ArticleId], ...]:
    return tuple((article, first) for article, first in sorted(stories.items()) if article != first)


def _by_ends(decision: Decision) -> tuple[str, str, str, str]:
    return decision.left, decision.right, decision.verdict.value, decision.reason


def _cluster(
    extractions: Sequence[Extraction],
    corpus: Corpus,
    judgements: Sequence[Decision],
    apart: Sequence[Decision],
) -> tuple[list[Cluster], list[Decision]]:
    """Return the entities and the decisions that are more than an equal name."""
    things, decisions = cluster_things(extractions, corpus)
    things, linked = link_clusters(things, corpus, judgements, apart)
    namesakes, more = cluster_persons(extractions, things, corpus)
    persons, most = link_clusters(namesakes, corpus, judgements, apart)
    clusters = things + persons
    decisions += [*linked, *more, *most, *former_names(clusters, corpus.schema)]
    decisions += same_name_other_type(clusters, corpus.schema)
    return clusters, list(current(decisions, clusters, judgements, corpus.schema))


def _check_types(extractions: Iterable[Extraction], schema: Schema) -> None:
    for extraction in extractions:
        for mention in extraction.mentions:
            if mention.type not in schema.classes:
                raise OntologyError(
                    f"{mention.id}: {mention.type!r} is no class of ontology/kg.ttl with a kg:localPrefix"
                )


def _with_codes(
    entities: Iterable[Entity],
    statements: Iterable[Statement],
    division_code: DivisionCode,
    told_apart_by: Mapping[EntityId, str],
) -> tuple[Entity, ...]:
    """Return the entities, places with their code: 店子镇 of 博兴县 is not the one of 冠县."""
    entities = tuple(entities)
    label_by_place = {entity.id: entity.label for entity in entities if entity.type == "Place"}
    around: dict[EntityId, list[str]] = defaultdict(list)
    for place in label_by_place:
        if place in told_apart_by:
            around[place].append(told_apart_by[place])
    for statement in statements:
        whole = label_by_place.get(EntityId(str(statement.object)))
        is_denied = statement.qualifier("negated") is True
        if statement.predicate == "locatedIn" and whole and not is_denied:
            around[statement.subject].append(whole)
    return tuple(
        replace(entity, division_code=division_code(entity.label, sorted(around[entity.id])))
        if entity.id in label_by_place
        else entity
        for entity in entities
    )


def _entity(cluster: Cluster, schema: Schema) -> Entity:
    label = _label(cluster)
    mentions = [mention for member in cluster.members for mention in member.mentions]
    return Entity(
        id=cluster.id(schema),
        type=cluster.type,
        label=label,
        aliases=_aliases(cluster, label, schema),
        mentions=tuple(sorted({mention.id for mention in mentions})),
    )


def _label(cluster: Cluster) -> str:
    written = Counter(
        written_name(mention)
        for member in cluster.members
        for mention in member.mentions
        if normalize_name(mention.name) == cluster.key
    )
    return choose_label(written)


def _aliases(cluster: Cluster, label: str, schema: Schema) -> tuple[str, ...]:
    mentions = (mention for member in cluster.members for mention in member.mentions)
    return choose_aliases((s for m in mentions for s in surfaces_of(m)), label, schema)
