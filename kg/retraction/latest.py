"""Find the latest value anew where a document that gave one is gone.

Of a project's cost the value reported last stands, and older ones say what superseded them
(`kg.resolution.variants`). When the last report is taken out, the one before it stands again. The
rule is asked here for single things, with statements that are read back from the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kg.graph.reader import Claim, GraphReader
from kg.model import (
    Article,
    ArticleId,
    DocumentId,
    EntityId,
    Evidence,
    PartialDate,
    Qualifier,
    Quantity,
    Span,
    Statement,
    StatementId,
    Value,
)
from kg.resolution.variants import mark_superseded
from kg.schema import load_schema
from kg.support import SupportIndex

__all__ = ["latest_values"]

_ANYWHERE = Span(0, 1)  # where a sentence stands does not matter here


def latest_values(
    reader: GraphReader, index: SupportIndex, subject: EntityId, predicate: str
) -> Mapping[StatementId, StatementId | None]:
    """Return the values of an attribute of a thing, each with the one that supersedes it."""
    entity = reader.iris.entity(subject)
    node = reader.node(entity.value)
    claims = [
        claim
        for claim in reader.claims_of(entity)
        if claim.predicate == predicate and claim.object is None
    ]
    statements = [_statement(claim, index) for claim in claims]
    evidence = [each.article_id for statement in statements for each in statement.evidence]
    told = {article: index.told(article) for article in evidence}
    stories = {article: story for article, (story, _) in told.items()}
    articles = [*_articles(stories.values(), index)]
    marked = mark_superseded(statements, articles, stories, {subject: node.type}, load_schema())
    return {statement.id: statement.superseded_by for statement in marked}


def _articles(ids: Iterable[ArticleId], index: SupportIndex) -> Iterator[Article]:
    for article in sorted(set(ids)):
        _, published = index.told(article)
        yield Article(article, DocumentId(""), "", "", (), published=published)


def _statement(claim: Claim, index: SupportIndex) -> Statement:
    id_ = StatementId(claim.id)
    return Statement(
        id=id_,
        predicate=claim.predicate,
        subject=EntityId(claim.subject.id),
        object=_value(claim),
        qualifiers=tuple(_qualifiers(claim)),
        evidence=tuple(
            Evidence(article, _ANYWHERE, "", "", 1.0) for article in index.articles_for(id_)
        ),
        is_fact=True,
    )


def _value(claim: Claim) -> Value:
    if claim.datatype == "decimal":
        return Quantity(Decimal(claim.value), claim.qualifier("unit"), "")
    is_date = claim.datatype in {"date", "gYearMonth", "gYear"}
    return PartialDate(claim.value) if is_date else claim.value


def _qualifiers(claim: Claim) -> Iterator[Qualifier]:
    if date := claim.qualifier("date"):
        yield Qualifier("date", date)
    if claim.qualifier("negated") == "true":
        yield Qualifier("negated", True)
