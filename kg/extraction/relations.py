"""What rules say of relations: names that state them, and cue words that signal them.

A cue word finds its ends by the order of words, or by the syntax an annotator sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.extraction.clauses import SentenceView
from kg.extraction.cues import Carry, find_cued
from kg.extraction.frames import find_framed
from kg.extraction.regions import RegionContext
from kg.extraction.structure import find_structural
from kg.model import Relation

__all__ = ["relations_by_rule"]


def relations_by_rule(views: Sequence[SentenceView], context: RegionContext) -> list[Relation]:
    """Return what rules find, each pair of entities and predicate once, the surest kept."""
    carry = Carry()
    found: list[Relation] = []
    for view in views:
        found += find_structural(view, context)
        found += find_cued(view, carry)
        found += find_framed(view)
    return strongest(found, views)


def strongest(relations: Iterable[Relation], views: Sequence[SentenceView]) -> list[Relation]:
    """Keep the surest of the relations that say the same of the same two entities."""
    entity: dict[str, tuple[str, str]] = {
        m.id: (m.type, m.name) for view in views for m in view.mentions
    }
    best: dict[tuple[object, ...], Relation] = {}
    for relation in relations:
        key = (entity[relation.subject], relation.predicate, entity[str(relation.object)])
        if key not in best or best[key].evidence.confidence < relation.evidence.confidence:
            best[key] = relation
    return sorted(best.values(), key=lambda r: (r.evidence.span, r.predicate, r.id))
