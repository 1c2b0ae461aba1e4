"""Keep of a model's answers what stands in the article.

This is what an engine of language models is worth: of a claim that survives, every word is in the
text, and everybody can look it up. What does not survive is counted by reason, so that a model (or a
prompt) that makes things up shows at the end of a run.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kg.annotation.sentences import split_sentences
from kg.engines.llm.answers import Answer
from kg.engines.llm.claims import ClaimGrounder, UngroundedError
from kg.engines.llm.entities import ground_entities, merge_entities
from kg.engines.llm.prompt import attribute_kinds
from kg.engines.llm.quotes import QuoteFinder
from kg.model import Article, Extraction, Relation, Span
from kg.schema import load_schema

__all__ = ["Grounded", "ground"]

logger = logging.getLogger(__name__)

P = TypeVar("P")  # a proposed relation or fact


@dataclass(frozen=True, slots=True)
class Grounded:
    """What stands in the article, and how many items were dropped for which reason."""

    extraction: Extraction
    dropped: Mapping[str, int]


def ground(
    article: Article,
    answers: Sequence[tuple[Span, Answer]],
    *,
    method: str,
    home: str | None = None,
) -> Grounded:
    """Find in *article* what *answers* say of its pieces.

    Args:
        article: in simplified characters.
        answers: each with the piece it was given for, in text order.
        method: who says it, for the evidence: ``llm:qwen2.5:14b``.
        home: the region that 我市 means where the article names none.
    """
    schema = load_schema()
    sentences = split_sentences(article)
    finder = QuoteFinder(article.text)
    proposals = merge_entities(answer.entities for _, answer in answers)
    entities = ground_entities(article, sentences, proposals, finder, method=method, home=home)
    dropped = Counter({"entity not in the article": entities.missing} if entities.missing else {})
    for _, answer in answers:
        dropped.update(answer.dropped)
    grounder = ClaimGrounder(entities, finder, schema, attribute_kinds(schema), method=method)
    relations = _first_of_each(_claims(grounder, answers, dropped))
    return Grounded(
        Extraction(
            article, entities.mentions, relations, tuple(sentence.span for sentence in sentences)
        ),
        dropped,
    )


def _claims(
    grounder: ClaimGrounder, answers: Iterable[tuple[Span, Answer]], dropped: Counter[str]
) -> Iterator[Relation]:
    for chunk, answer in answers:
        yield from _kept(grounder.relation, answer.relations, chunk, dropped)
        yield from _kept(grounder.fact, answer.facts, chunk, dropped)


def _kept(
    find: Callable[[P, Span], Relation], claims: Iterable[P], chunk: Span, dropped: Counter[str]
) -> Iterator[Relation]:
    for claim in claims:
        try:
            yield find(claim, chunk)
        except UngroundedError as reason:
            dropped[str(reason)] += 1
            logger.debug("dropped, %s: %s", reason, claim)


def _first_of_each(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """Return the relations in text order; what was said twice of the same words, once."""
    by_id: dict[str, Relation] = {}
    for relation in relations:
        by_id.setdefault(relation.id, relation)
    return tuple(sorted(by_id.values(), key=lambda r: (r.evidence.span, r.predicate, r.id)))
