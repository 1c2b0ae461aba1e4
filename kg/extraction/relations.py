"""From mentions to relations: what names state by themselves, and what cue words signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.extraction.clauses import sentence_views
from kg.extraction.cues import Carry, find_cued
from kg.extraction.regions import RegionContext
from kg.extraction.structure import find_structural
from kg.model import AnnotatedArticle, Mention, Relation

__all__ = ["find_relations"]


def find_relations(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], context: RegionContext
) -> list[Relation]:
    """Return the relations of an article, each pair of entities once, the surest evidence kept."""
    carry = Carry()
    found: list[Relation] = []
    for view in sentence_views(annotated, mentions):
        found += find_structural(view, context)
        found += find_cued(view, carry)
    return strongest(found, mentions)


def strongest(relations: Iterable[Relation], mentions: Sequence[Mention]) -> list[Relation]:
    """Keep the surest of the relations that say the same of the same two entities."""
    entity = {mention.id: (mention.type, mention.name) for mention in mentions}
    best: dict[tuple[object, ...], Relation] = {}
    for relation in relations:
        object_ = entity.get(relation.object) if isinstance(relation.object, str) else None  # type: ignore[call-overload]
        key = (entity[relation.subject], relation.predicate, object_)
        if key not in best or best[key].evidence.confidence < relation.evidence.confidence:
            best[key] = relation
    return sorted(best.values(), key=lambda r: (r.evidence.span, r.predicate, r.id))
