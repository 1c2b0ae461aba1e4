"""Decide which pairs of entities are related.

The learned scorer looks at every possible pair, with the rules among its features, and keeps what
reaches its relation's threshold. Without its weights (`kg/models/relations.npz`) the rules decide
alone, by their own confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.extraction.claims import make_relation
from kg.extraction.clauses import SentenceView
from kg.extraction.linear import LinearModel
from kg.extraction.pair_features import article_facts, pair_columns
from kg.extraction.pairs import TOPICAL, EntityKey, Pair, possible_pairs
from kg.extraction.regions import RegionContext
from kg.model import Relation
from kg.schema import load_schema

__all__ = [
    "RULE_CONFIDENCE",
    "believed_relations",
    "load_relation_model",
    "relation_model_path",
    "roles_of",
    "score_pairs",
]

MIN_ROLE_SCORE = 0.05  # below, a role tells nothing about an entity
RULE_CONFIDENCE = 0.5  # what a rule needs where no model weighs it


def relation_model_path() -> Path:
    """Return where the bundled weights are, or would be."""
    return Path(__file__).parent.parent / "models" / "relations.npz"


@lru_cache(maxsize=1)
def load_relation_model() -> LinearModel | None:
    """Return the bundled scorer, or None where none was trained yet."""
    path = relation_model_path()
    return LinearModel.load(path) if path.exists() else None


def score_pairs(
    views: Sequence[SentenceView],
    context: RegionContext,
    by_rule: Sequence[Relation],
    model: LinearModel,
) -> tuple[list[Pair], NDArray[np.float32]]:
    """Return the possible pairs of an article and their scores, shape (pairs, relations)."""
    pairs = list(possible_pairs(views, context).values())
    facts = article_facts(views, context, by_rule)
    rows = [pair_columns(pair, facts, model.buckets) for pair in pairs]
    return pairs, model.probabilities(rows)


def roles_of(
    pairs: Sequence[Pair], scores: NDArray[np.float32], labels: Sequence[str]
) -> dict[EntityKey, dict[str, float]]:
    """Return for each entity the best score of each role it may play (``subject of builds``)."""
    schema = load_schema()
    best: dict[EntityKey, dict[str, float]] = {}
    for pair, row in zip(pairs, scores, strict=True):
        for column in map(int, np.flatnonzero(row >= MIN_ROLE_SCORE)):
            label, score = labels[column], float(row[column])
            if not schema.allows(label, pair.subject[0], pair.object[0]):
                continue
            for key, role in (
                (pair.subject, f"subject of {label}"),
                (pair.object, f"object of {label}"),
            ):
                roles = best.setdefault(key, {})
                roles[role] = max(roles.get(role, 0.0), score)
    return best


def believed_relations(
    views: Sequence[SentenceView],
    pairs: Sequence[Pair],
    scores: NDArray[np.float32],
    by_rule: Sequence[Relation],
    model: LinearModel,
) -> list[Relation]:
    """Return the relations whose scores reach their thresholds."""
    rules = _by_pair(by_rule, views)
    # A relation that was added to the ontology after training is decided by its cue words alone.
    found = [
        relation
        for relation in by_rule
        if relation.predicate not in model.labels
        and relation.evidence.confidence >= RULE_CONFIDENCE
    ]
    schema = load_schema()
    for index, column in np.argwhere(scores >= model.thresholds):
        pair, label = pairs[index], model.labels[column]
        if schema.allows(label, pair.subject[0], pair.object[0]):
            rule = rules.get((pair.subject, label, pair.object))
            found.append(_believed(pair, label, float(scores[index, column]), rule))
    return _without_mirrors(found, views)


def _by_pair(
    relations: Iterable[Relation], views: Sequence[SentenceView]
) -> Mapping[tuple[EntityKey, str, EntityKey], Relation]:
    entity = {m.id: (m.type, m.name) for view in views for m in view.mentions}
    return {
        (entity[r.subject], r.predicate, entity[r.object]): r  # type: ignore[index]
        for r in relations
    }


def _believed(pair: Pair, label: str, score: float, rule: Relation | None) -> Relation:
    if rule is not None:
        return _rescored(rule, score)
    # The object's sentence makes the claim; a region known from the topic alone is not in it.
    topical = pair.distance >= TOPICAL
    view, focus = (pair.view, pair.left.span) if topical else (pair.other_view, pair.right.span)
    return make_relation(
        view,
        label,
        pair.left,
        pair.right,
        method="pair model",
        confidence=round(score, 3),
        focus=focus,
    )


def _rescored(relation: Relation, score: float) -> Relation:
    evidence = replace(relation.evidence, confidence=round(score, 3))
    return replace(relation, evidence=evidence)


def _without_mirrors(
    relations: Sequence[Relation], views: Sequence[SentenceView]
) -> list[Relation]:
    """Keep one direction of a symmetric relation, the one the text states first."""
    schema = load_schema()
    entity: dict[str, tuple[str, str]] = {
        m.id: (m.type, m.name) for view in views for m in view.mentions
    }
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    kept = []
    for relation in sorted(
        relations, key=lambda r: (-r.evidence.confidence, r.evidence.span, r.id)
    ):
        if schema.relations[relation.predicate].symmetric:
            ends = frozenset((entity[relation.subject], entity[str(relation.object)]))
            if (relation.predicate, ends) in seen:
                continue
            seen.add((relation.predicate, ends))
        kept.append(relation)
    return sorted(kept, key=lambda r: (r.evidence.span, r.predicate, r.id))
