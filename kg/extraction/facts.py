"""Facts: what an article says of its entities in numbers, dates and states.

    总投资64亿元 · 占地260亩 · 同比增长9.7% · 2021年9月开工 · 已完成立项备案手续

Values come from `fact_values`, their subjects from `fact_subjects`; this module puts them together
with their evidence and their meaning (planned, denied, hearsay).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.extraction.claims import quote_span
from kg.extraction.clauses import SentenceView, sentence_views
from kg.extraction.fact_subjects import (
    ArticleTopics,
    Candidate,
    article_topics,
    candidates,
    rule_choice,
)
from kg.extraction.fact_values import FactValue, find_values
from kg.model import (
    AnnotatedArticle,
    Evidence,
    Mention,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    RelationId,
)

__all__ = ["find_facts"]

RULE_CONFIDENCE = {
    "inside": 0.9,
    "head": 0.85,
    "clause": 0.75,
    "carried": 0.6,
    "topic": 0.5,
    "behind": 0.45,
    "headline": 0.4,
    "focus": 0.4,
}


def find_facts(annotated: AnnotatedArticle, mentions: Sequence[Mention]) -> tuple[Relation, ...]:
    """Return the facts of an article, in text order; each subject, value and unit once."""
    views = list(sentence_views(annotated, mentions))
    found: dict[tuple[object, ...], Relation] = {}
    for view, value, choice, rule in _chosen(views, annotated):
        relation = _relation(view, value, choice, rule)
        key = (choice.entity, *_identity(value))
        known = found.get(key)
        if known is None or known.evidence.confidence < relation.evidence.confidence:
            found[key] = relation
    return tuple(sorted(found.values(), key=lambda r: (r.evidence.span, r.predicate, r.id)))


def _chosen(
    views: Sequence[SentenceView], annotated: AnnotatedArticle
) -> Iterator[tuple[SentenceView, FactValue, Candidate, str]]:
    topics = article_topics(views)
    paragraph = -1
    for index, view in enumerate(views):
        if view.sentence.paragraph != paragraph:
            paragraph, topics.carried = view.sentence.paragraph, None
        for value in find_values(view, annotated.article.published):
            found = candidates(views, index, value, topics)
            choice = rule_choice(view, value, found, topics)
            if choice is not None:
                yield view, value, *choice
        _carry(view, topics)


def _carry(view: SentenceView, topics: ArticleTopics) -> None:
    topic = next((m for m in view.outer if not view.is_adjunct(m) and m.type != "Person"), None)
    if topic is not None:
        topics.carried = topic


def _identity(value: FactValue) -> tuple[object, ...]:
    if isinstance(value.value, Quantity):
        return value.value.value, value.value.unit
    if isinstance(value.value, PartialDate):
        return (value.value.iso,)
    return (value.value,)


def _relation(view: SentenceView, value: FactValue, choice: Candidate, rule: str) -> Relation:
    subject = choice.mention
    ends = [span for span in (value.cue, subject.span) if span is not None]
    quote = quote_span(view, ends, value.span)
    evidence = Evidence(
        subject.article_id,
        quote,
        quote.of(view.text),
        f"fact:{value.attribute}:{rule}",
        RULE_CONFIDENCE[rule],
        view.sentence.span,
    )
    qualifiers: list[Qualifier] = []
    if value.when is not None:
        qualifiers.append(Qualifier("date", value.when.iso))
    return Relation(
        RelationId(f"{subject.id}|{value.attribute}|{value.span.begin}-{value.span.end}"),
        value.attribute,
        subject.id,
        value.value,
        evidence,
        tuple(sorted(qualifiers, key=lambda q: q.name)),
        is_fact=True,
    )
