"""Which of an article's entities are worth keeping.

A candidate may be a name cut wrongly, a common noun (惠民工程), or a product nobody does anything with:
the guideline counts products, trades and policies only where they take part in something. So the
decision is made last, when it is known what the relation scorer thinks of an entity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from kg.extraction.linear import LinearModel, hash_features
from kg.extraction.pairs import EntityKey
from kg.model import Article, Mention, MentionKind, Relation
from kg.schema import load_schema

__all__ = [
    "add_fact_roles",
    "entity_features",
    "entity_model_path",
    "keep_entities",
    "load_entity_model",
]

FACT_ROLE = "subject of a fact"

RelationScores = Mapping[EntityKey, Mapping[str, float]]
"""For each entity the best score of each role it could play, such as ``subject of builds``."""


def entity_model_path() -> Path:
    """Return where the bundled weights are, or would be."""
    return Path(__file__).parent.parent / "models" / "entities.npz"


@lru_cache(maxsize=1)
def load_entity_model() -> LinearModel | None:
    """Return the bundled scorer, or None where none was trained yet."""
    path = entity_model_path()
    return LinearModel.load(path) if path.exists() else None


def group_mentions(mentions: Sequence[Mention]) -> dict[EntityKey, list[Mention]]:
    """Return the mentions of each entity of an article, in text order."""
    groups: dict[EntityKey, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[(mention.type, mention.name)].append(mention)
    return groups


def keep_entities(
    article: Article,
    mentions: Sequence[Mention],
    roles: RelationScores,
    model: LinearModel | None,
) -> dict[EntityKey, float]:
    """Return the entities to keep with their scores; without a model all are kept."""
    groups = group_mentions(mentions)
    if model is None:
        return {key: max(m.score for m in found) for key, found in groups.items()}
    rows = [
        hash_features(entity_features(key, found, article, roles.get(key, {})), model.buckets)
        for key, found in groups.items()
    ]
    scores = model.probabilities(rows)[:, 0]
    threshold = float(model.thresholds[0])
    return {
        key: float(score) for key, score in zip(groups, scores, strict=True) if score >= threshold
    }


def entity_features(
    key: EntityKey, mentions: Sequence[Mention], article: Article, roles: Mapping[str, float]
) -> Iterator[str]:
    """Yield the features of an entity, each plain and joined with its type."""
    type_, _ = key
    yield f"type:{type_}"
    for feature in _features(key, mentions, article, roles):
        yield feature
        yield f"{type_}|{feature}"


def _features(
    key: EntityKey, mentions: Sequence[Mention], article: Article, roles: Mapping[str, float]
) -> Iterator[str]:
    _, name = key
    named = [m for m in mentions if m.kind is MentionKind.NAME]
    yield f"named:{min(len(named), 4)}"
    yield f"nominal:{min(len(mentions) - len(named), 3)}"
    best = max((m.score for m in named), default=0.0)
    for step in range(1, 11):
        if best >= step / 10:
            yield f"score>={step}"
    sources = sorted({source for m in mentions for source in _sources(m.method)})
    for source in sources:
        yield f"by:{source}"
    yield f"voices:{'+'.join(sources)}"
    yield f"length:{min(len(name), 20)}"
    yield f"tail:{name[-2:]}"
    yield f"tail3:{name[-3:]}"
    yield f"head:{name[:1]}"
    yield f"head2:{name[:2]}"
    if any(m.span.begin < article.body_begin for m in mentions):
        yield "headline"
    yield f"position:{min(mentions[0].span.begin * 5 // max(1, len(article.text)), 4)}"
    if any(m.text != m.name for m in named):
        yield "other forms"
    if name in load_schema().word_list("generic-head"):
        yield "generic"
    yield from _context(named or mentions, article.text)
    yield from _role_features(roles)


def _sources(method: str) -> list[str]:
    """Return the kinds of voices behind a mention: ``tagger+ending 局`` is tagger and ending."""
    return [voice.partition(" ")[0] for voice in method.split("+")]


def _context(mentions: Sequence[Mention], text: str) -> Iterator[str]:
    first = mentions[0].span
    for begin, end, label in (
        (first.begin - 1, first.begin, "before"),
        (first.end, first.end + 1, "after"),
    ):
        yield f"{label}:{text[max(0, begin) : end]}"
    yield f"before2:{text[max(0, first.begin - 2) : first.begin]}"
    yield f"after2:{text[first.end : first.end + 2]}"


def add_fact_roles(
    roles: dict[EntityKey, dict[str, float]],
    mentions: Sequence[Mention],
    facts: Iterable[Relation],
) -> None:
    """Add to the *roles* of each entity how sure the surest fact is that is said of it."""
    keys = {mention.id: (mention.type, mention.name) for mention in mentions}
    for fact in facts:
        own = roles.setdefault(keys[fact.subject], {})
        own[FACT_ROLE] = max(own.get(FACT_ROLE, 0.0), fact.evidence.confidence)


def _role_features(roles: Mapping[str, float]) -> Iterator[str]:
    sure = roles.get(FACT_ROLE, 0.0)
    yield from (f"fact>={step}" for step in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9) if sure >= step)
    roles = {role: score for role, score in roles.items() if role != FACT_ROLE}
    best = max(roles.values(), default=0.0)
    for step in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        if best >= step:
            yield f"role>={step}"
    for role, score in roles.items():
        if score >= 0.3:
            yield f"role:{role}"
