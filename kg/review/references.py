"""Find the entity that a written reference means, in this build.

A judgement names an entity as it was called when someone judged it. Since then it may have been
joined to another, changed its class, or be called by a longer name; the name itself is still there,
among the names of one entity or of none. Where two could be meant, none is: a judgement is then
reported and not applied to the wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kg.model import Entity, EntityId, Extraction, MentionId
from kg.resolution.names import entity_id, normalize_name
from kg.schema import Schema

__all__ = ["Directory"]


class Directory:
    """Entities by every way to refer to them, safest first: id, name in an article, label, alias."""

    def __init__(
        self, entities: Iterable[Entity], extractions: Iterable[Extraction], schema: Schema
    ) -> None:
        entities = tuple(entities)
        self.entities = {entity.id: entity for entity in entities}
        entity_by_mention = {
            mention_id: entity.id for entity in entities for mention_id in entity.mentions
        }
        self._levels = (
            _by_mention(extractions, entity_by_mention, schema),
            _by_name(((e.id, e.type, (e.label,)) for e in entities), schema),
            _by_name(((e.id, e.type, e.aliases) for e in entities), schema),
        )

    def find(self, reference: EntityId) -> EntityId | None:
        """Return the id of the one entity meant, nothing where it is none or not clear which."""
        if reference in self.entities:
            return reference
        prefix, _, name = reference.partition(":")
        key = EntityId(f"{prefix}:{normalize_name(name)}")
        for level in self._levels:
            if found := level.get(key):
                return next(iter(found)) if len(found) == 1 else None
        return None


def _by_mention(
    extractions: Iterable[Extraction],
    entity_by_mention: Mapping[MentionId, EntityId],
    schema: Schema,
) -> dict[EntityId, set[EntityId]]:
    found: dict[EntityId, set[EntityId]] = defaultdict(set)
    for extraction in extractions:
        for mention in extraction.mentions:
            entity = entity_by_mention.get(mention.id)
            if entity is not None:
                found[entity_id(mention.type, mention.name, schema)].add(entity)
    return found


def _by_name(
    named: Iterable[tuple[EntityId, str, tuple[str, ...]]], schema: Schema
) -> dict[EntityId, set[EntityId]]:
    found: dict[EntityId, set[EntityId]] = defaultdict(set)
    for id_, type_, names in named:
        for name in names:
            found[entity_id(type_, name, schema)].add(id_)
    return found
