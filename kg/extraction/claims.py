"""How a claim is put together: its evidence, its id, and its qualifiers."""

from __future__ import annotations

from collections.abc import Iterable

from kg.extraction.clauses import SentenceView
from kg.model import Evidence, Mention, Qualifier, Relation, RelationId, Span

__all__ = ["MAX_QUOTE_CHARS", "make_relation", "quote_span"]

MAX_QUOTE_CHARS = 40  # of the annotation guideline


def make_relation(
    view: SentenceView,
    predicate: str,
    subject: Mention,
    object_: Mention,
    *,
    method: str,
    confidence: float,
    qualifiers: Iterable[Qualifier] = (),
    focus: Span | None = None,
) -> Relation:
    """Build a relation whose quote lies around *focus* (the cue), or around the two ends."""
    span = quote_span(view, [subject.span, object_.span], focus or object_.span)
    evidence = Evidence(
        subject.article_id,
        span,
        span.of(view.text),
        method,
        confidence,
        view.sentence.span,
    )
    return Relation(
        RelationId(f"{subject.id}|{predicate}|{object_.id}"),
        predicate,
        subject.id,
        object_.id,
        evidence,
        tuple(sorted(qualifiers, key=lambda q: q.name)),
    )


def quote_span(view: SentenceView, ends: Iterable[Span], focus: Span) -> Span:
    """Return at most MAX_QUOTE_CHARS characters that show *focus* and, if they fit, the *ends*.

    An end in another sentence (a subject carried over) cannot be shown.
    """
    sentence = view.sentence.span
    begin, end = focus.begin, focus.end
    for span in ends:
        wider = min(begin, span.begin), max(end, span.end)
        shown = sentence.begin <= wider[0] and wider[1] <= sentence.end
        if shown and wider[1] - wider[0] <= MAX_QUOTE_CHARS:
            begin, end = wider
    return Span(begin, min(end, begin + MAX_QUOTE_CHARS))
