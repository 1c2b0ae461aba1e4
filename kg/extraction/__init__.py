"""What an article says: ``extract(AnnotatedArticle) -> Extraction``.

Candidate names become mentions with full names (mentions, names, regions), deictic words get their
antecedents (coreference), and claims are read off the sentences: relations between mentions
(structure and cues by rule, pairs and scorer by a learned model) and facts with numbers, dates and
states (facts). What no claim and no score speaks for is dropped last (keep).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.extraction.clauses import sentence_views
from kg.extraction.coreference import find_deictic
from kg.extraction.fact_scorer import load_fact_model
from kg.extraction.facts import find_facts_with
from kg.extraction.keep import add_fact_roles, keep_entities, load_entity_model
from kg.extraction.linear import LinearModel
from kg.extraction.mentions import find_mentions
from kg.extraction.qualifiers import qualify
from kg.extraction.regions import RegionContext, find_home, region_context
from kg.extraction.relations import relations_by_rule
from kg.extraction.scorer import (
    RULE_CONFIDENCE,
    believed_relations,
    load_relation_model,
    roles_of,
    score_pairs,
)
from kg.model import AnnotatedArticle, Extraction, Mention, Relation

__all__ = [
    "RULES_ALONE",
    "Scorers",
    "all_mentions",
    "bundled_scorers",
    "extract",
    "extract_with",
    "find_home",
]


@dataclass(frozen=True, slots=True)
class Scorers:
    """The learned models that weigh what rules propose; where one is None, rules decide."""

    relations: LinearModel | None
    entities: LinearModel | None
    facts: LinearModel | None


RULES_ALONE = Scorers(None, None, None)


def extract(annotated: AnnotatedArticle, *, home: str | None = None) -> Extraction:
    """Extract mentions, relations and facts with the bundled scorers.

    Args:
        annotated: the article with its sentences and candidate names.
        home: the region that 我市 means where the article names none, such as 聊城市.
    """
    return extract_with(annotated, bundled_scorers(), home=home)


def bundled_scorers() -> Scorers:
    """Return the models that come with kg (kept for the process)."""
    return Scorers(load_relation_model(), load_entity_model(), load_fact_model())


def extract_with(
    annotated: AnnotatedArticle, scorers: Scorers, *, home: str | None = None
) -> Extraction:
    """Extract with given scorers: for cross-validation, ablation and tests."""
    context = region_context(annotated, home)
    mentions = all_mentions(annotated, context)
    views = list(sentence_views(annotated, mentions))
    relations = relations_by_rule(views, context)
    roles: dict[tuple[str, str], dict[str, float]] = {}
    if scorers.relations is None:
        relations = [r for r in relations if r.evidence.confidence >= RULE_CONFIDENCE]
    else:
        pairs, scores = score_pairs(views, context, relations, scorers.relations)
        roles = roles_of(pairs, scores, scorers.relations.labels)
        relations = believed_relations(views, pairs, scores, relations, scorers.relations)
    # A value is weighed against all candidates: one whose subject is dropped goes with it, and is
    # not handed to the next best. That something is said of a candidate speaks for keeping it.
    facts = find_facts_with(annotated, mentions, scorers.facts)
    add_fact_roles(roles, mentions, facts)
    kept = keep_entities(annotated.article, mentions, roles, scorers.entities)
    mentions = [m for m in mentions if (m.type, m.name) in kept]
    relations = qualify(_with_ends(relations, mentions), views, annotated.article.published)
    relations += _with_ends(facts, mentions)
    return Extraction(
        annotated.article,
        tuple(mentions),
        tuple(relations),
        tuple(sentence.span for sentence in annotated.sentences),
    )


def all_mentions(annotated: AnnotatedArticle, context: RegionContext) -> list[Mention]:
    """Return named and deictic mentions in text order, an outer one before what it contains."""
    named = find_mentions(annotated, context)
    return sorted(
        [*named, *find_deictic(annotated, named, context)],
        key=lambda mention: (mention.span.begin, -mention.span.end, mention.type),
    )


def _with_ends(relations: Sequence[Relation], mentions: Sequence[Mention]) -> list[Relation]:
    ids = {mention.id for mention in mentions}
    return [r for r in relations if r.subject in ids and (r.is_fact or r.object in ids)]
