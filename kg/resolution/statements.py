"""Turn the relations of single articles into statements of the corpus.

Two articles that say the same must strengthen one statement instead of making two, so a statement's
id is a hash of what is said and of nothing else: not of the article, the words or the rule.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from kg.model import (
    ArticleId,
    EntityId,
    Evidence,
    Extraction,
    MentionId,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    Statement,
    StatementId,
    Value,
)
from kg.resolution.names import tidy
from kg.schema import Schema

__all__ = [
    "canonical_decimal",
    "canonical_value",
    "combine_statements",
    "make_statements",
    "restated",
    "statement_id",
]


def canonical_decimal(value: Decimal) -> str:
    """Return the canonical xsd:decimal of XML Schema 1.1: no exponent, no needless zeros.

    >>> canonical_decimal(Decimal("6.40E+9")), canonical_decimal(Decimal("0.50"))
    ('6400000000', '0.5')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def statement_id(
    predicate: str,
    subject: EntityId,
    object_: EntityId | Value,
    qualifiers: Iterable[Qualifier],
) -> StatementId:
    """Return the hash of what is said, 80 bits of SHA-256 in hexadecimal."""
    said = [
        predicate,
        subject,
        _canonical(object_),
        sorted([qualifier.name, _canonical(qualifier.value)] for qualifier in qualifiers),
    ]
    canonical = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return StatementId(hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()[:20])


def _canonical(value: Value | Decimal | bool) -> list[str]:
    """Return a value without the words it was read from: 6.4亿元 equals 64000万元."""
    if isinstance(value, Quantity):
        bound = value.bound.value if value.bound else ""
        return ["quantity", canonical_decimal(value.value), value.unit, bound]
    if isinstance(value, PartialDate):
        return ["date", value.iso]
    if isinstance(value, bool):
        return ["boolean", str(value).lower()]
    if isinstance(value, Decimal):
        return ["decimal", canonical_decimal(value)]
    return ["text", value]


def canonical_value(value: Value) -> str:
    """Return one string for equal values, however they were written."""
    return " ".join(_canonical(value))


def make_statements(
    extractions: Iterable[Extraction],
    entity_by_mention: Mapping[MentionId, EntityId],
    schema: Schema,
    stories: Mapping[ArticleId, ArticleId] | None = None,
) -> tuple[Statement, ...]:
    """Return the statements with all their evidence, sorted by id.

    A relation whose ends turn out to be one entity says nothing and is dropped. Articles of one story
    (*stories* gives the first of each) are one source.
    """
    said = (
        _statement(relation, entity_by_mention, schema)
        for extraction in extractions
        for relation in extraction.relations
    )
    return combine_statements((it for it in said if it is not None), stories or {})


def combine_statements(
    statements: Iterable[Statement], stories: Mapping[ArticleId, ArticleId]
) -> tuple[Statement, ...]:
    """Return one statement for all that say the same, with the evidence of all, sorted by id."""
    unique: dict[StatementId, Statement] = {}
    evidence: dict[StatementId, set[Evidence]] = defaultdict(set)
    for statement in statements:
        evidence[statement.id].update(statement.evidence)
        known = unique.setdefault(statement.id, statement)
        # Equal numbers in other words (6.4亿元, 64000万元): keep the words that sort first,
        # so that the order of the articles does not show.
        unique[statement.id] = min(known, statement, key=_words)
    return tuple(
        replace(
            statement,
            evidence=tuple(sorted(evidence[id_], key=_evidence_order)),
            sources=len({stories.get(it.article_id, it.article_id) for it in evidence[id_]}),
        )
        for id_, statement in sorted(unique.items())
    )


def restated(
    statement: Statement,
    schema: Schema,
    *,
    subject: EntityId | None = None,
    object_: EntityId | None = None,
    qualifiers: tuple[Qualifier, ...] | None = None,
) -> Statement | None:
    """Return a statement with other ends or qualifiers under the id it then has.

    Nothing is returned where both ends have become one entity.
    """
    subject = statement.subject if subject is None else subject
    target = statement.object if object_ is None else object_
    qualifiers = statement.qualifiers if qualifiers is None else qualifiers
    if not statement.is_fact:
        if subject == target:
            return None
        if schema.predicate(statement.predicate).symmetric:
            # A与B合作 and B与A合作 say the same.
            subject, target = sorted((subject, EntityId(str(target))))
    id_ = statement_id(statement.predicate, subject, target, qualifiers)
    return replace(statement, id=id_, subject=subject, object=target, qualifiers=qualifiers)


def _statement(
    relation: Relation, entity_by_mention: Mapping[MentionId, EntityId], schema: Schema
) -> Statement | None:
    subject = entity_by_mention.get(relation.subject)
    object_: EntityId | Value | None
    if relation.is_fact:
        object_ = tidy(relation.object) if isinstance(relation.object, str) else relation.object
    else:
        object_ = entity_by_mention.get(MentionId(str(relation.object)))
    if not subject or not object_:
        return None
    statement = Statement(
        StatementId(""),
        relation.predicate,
        subject,
        object_,
        tuple(sorted(relation.qualifiers, key=lambda q: (q.name, str(q.value)))),
        (relation.evidence,),
        relation.is_fact,
    )
    return restated(statement, schema)


def _words(statement: Statement) -> str:
    value = statement.object
    return value.text if isinstance(value, Quantity | PartialDate) else ""


def _evidence_order(evidence: Evidence) -> tuple[object, ...]:
    return (evidence.article_id, evidence.span, evidence.method, -evidence.confidence)
