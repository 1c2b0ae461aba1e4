"""Facts: what an article says of its entities in numbers, dates and states.

    总投资64亿元 · 占地260亩 · 同比增长9.7% · 2021年9月开工 · 已完成立项备案手续

Values come from `fact_values`, their subjects from `fact_subjects`; this module puts them together
with their evidence and their meaning (planned, denied, hearsay).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.extraction.claims import quote_span
from kg.extraction.clauses import SentenceView, sentence_views
from kg.extraction.fact_scorer import (
    Choice,
    choose_by_rules,
    choose_subjects,
    load_fact_model,
)
from kg.extraction.fact_values import FactValue
from kg.extraction.linear import LinearModel
from kg.extraction.modality import modal_word
from kg.model import (
    AnnotatedArticle,
    Evidence,
    Mention,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    RelationId,
    Span,
)

__all__ = ["fact_qualifiers", "find_facts", "find_facts_with"]


def find_facts(annotated: AnnotatedArticle, mentions: Sequence[Mention]) -> tuple[Relation, ...]:
    """Return the facts of an article, in text order; each subject, value and unit once.

    Args:
        annotated: the article with its sentences.
        mentions: names and deictic words, in text order, an outer one before what it contains.
    """
    return find_facts_with(annotated, mentions, load_fact_model())


def find_facts_with(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], model: LinearModel | None
) -> tuple[Relation, ...]:
    """Find facts with a given scorer; without one the rules decide (cross-validation, tests)."""
    views = list(sentence_views(annotated, mentions))
    if model is None:
        choices = choose_by_rules(views, annotated.article)
    else:
        choices = choose_subjects(views, annotated.article, model)
    found: dict[tuple[object, ...], Relation] = {}
    for choice in choices:
        relation = _relation(choice)
        key = (choice.subject.entity, *_identity(choice.value))
        known = found.get(key)
        if known is None or known.evidence.confidence < relation.evidence.confidence:
            found[key] = relation
    return tuple(sorted(found.values(), key=lambda r: (r.evidence.span, r.predicate, r.id)))


def _identity(value: FactValue) -> tuple[object, ...]:
    if isinstance(value.value, Quantity):
        return value.value.value, value.value.unit
    if isinstance(value.value, PartialDate):
        return (value.value.iso,)
    return (value.value,)


def _relation(choice: Choice) -> Relation:
    value, subject = choice.value, choice.subject.mention
    ends = [span for span in (value.cue, subject.span) if span is not None]
    quote = quote_span(choice.view, ends, value.span)
    evidence = Evidence(
        subject.article_id,
        quote,
        quote.of(choice.view.text),
        f"fact:{value.attribute}:{choice.method}",
        choice.confidence,
        choice.view.sentence.span,
    )
    return Relation(
        RelationId(f"{subject.id}|{value.attribute}|{value.span.begin}-{value.span.end}"),
        value.attribute,
        subject.id,
        value.value,
        evidence,
        tuple(sorted(fact_qualifiers(choice.view, value), key=lambda q: q.name)),
        is_fact=True,
    )


def fact_qualifiers(view: SentenceView, value: FactValue) -> Iterator[Qualifier]:
    """Yield the date a number holds for, and whether it is denied, planned or hearsay.

    A state says so itself (尚未开工), and a date ahead is a plan by being ahead.
    """
    if value.when is not None:
        yield Qualifier("date", value.when.iso)
    if value.kind == "number":
        clause = view.clauses[view.clause_index(value.span.begin)].span
        before = Span(clause.begin, max(clause.begin + 1, value.span.begin))
        if modal_word("negation", view, before):
            yield Qualifier("negated", value=True)
        if modal_word("planned", view, before):
            yield Qualifier("modality", "planned")
        elif modal_word("hearsay", view, Span(view.sentence.span.begin, before.end)):
            yield Qualifier("modality", "hearsay")
