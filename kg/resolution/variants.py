"""Which of several figures is the latest: 总投资60亿元 in March, 64亿元 in November.

All of them are kept with their sources. Of an attribute that the ontology calls kg:revisable the value
reported last is current, and the others name it as what superseded them. An article that gives two
values at once (the whole and its first phase) shows that they measure different things: then none is
marked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from kg.model import (
    Article,
    ArticleId,
    EntityId,
    PartialDate,
    Quantity,
    Statement,
    StatementId,
)
from kg.resolution.statements import canonical_value
from kg.schema import Schema

__all__ = ["mark_superseded"]

# What a town or a trade invests is the sum of many things, and differs from one report to the next.
_TYPES = frozenset({"Platform", "Project", "Zone"})

_Key: TypeAlias = tuple[str, str, str]  # subject, attribute, unit


def mark_superseded(
    statements: Iterable[Statement],
    articles: Iterable[Article],
    stories: Mapping[ArticleId, ArticleId],
    type_by_entity: Mapping[EntityId, str],
    schema: Schema,
) -> tuple[Statement, ...]:
    """Return the statements, those with an older value of a revisable attribute marked."""
    statements = tuple(statements)
    told = {article.id: article.published for article in articles}
    by_key: dict[_Key, list[Statement]] = defaultdict(list)
    for statement in statements:
        if type_by_entity.get(statement.subject) in _TYPES and _is_revisable(statement, schema):
            by_key[_key(statement)].append(statement)
    newer: dict[StatementId, StatementId] = {}
    for same in by_key.values():
        newer.update(_superseded(_values(same, told, stories)))
    return tuple(
        replace(statement, superseded_by=newer[statement.id])
        if statement.id in newer
        else statement
        for statement in statements
    )


def _is_revisable(statement: Statement, schema: Schema) -> bool:
    attribute = schema.attributes.get(statement.predicate)
    if attribute is None or not attribute.revisable or not statement.is_fact:
        return False
    # 截至2022年6月注册用户17万户 stays true of that month.
    is_dated = statement.qualifier("date") is not None
    return not is_dated and statement.qualifier("negated") is not True


def _key(statement: Statement) -> _Key:
    value = statement.object
    unit = value.unit if isinstance(value, Quantity) else type(value).__name__
    return statement.subject, statement.predicate, unit


@dataclass(slots=True)
class _Value:
    """One value of an attribute, with who said it when."""

    statements: list[Statement]
    stories: set[ArticleId]
    last: date


def _values(
    statements: Sequence[Statement],
    told: Mapping[ArticleId, date | None],
    stories: Mapping[ArticleId, ArticleId],
) -> list[_Value]:
    """Return the different values; none where one is undated: it may be the latest."""
    values: dict[str, _Value] = {}
    for statement in statements:
        for evidence in statement.evidence:
            # A reprint is as old as its story.
            story = stories.get(evidence.article_id, evidence.article_id)
            day = told.get(story)
            if day is None:
                return []
            said = _said(statement)
            value = values.setdefault(said, _Value([], set(), day))
            value.stories.add(story)
            value.last = max(value.last, day)
            if statement not in value.statements:
                value.statements.append(statement)
    return list(values.values())


def _said(statement: Statement) -> str:
    value = statement.object
    if isinstance(value, Quantity):
        return canonical_value(replace(value, bound=None, text=""))
    return canonical_value(PartialDate(value.iso) if isinstance(value, PartialDate) else value)


def _superseded(values: Sequence[_Value]) -> Iterator[tuple[StatementId, StatementId]]:
    """Yield each older statement with the one that stands now."""
    if len(values) < 2 or sum(len(v.stories) for v in values) > len(_stories(values)):
        return
    latest = max(values, key=lambda value: value.last)
    if sum(value.last == latest.last for value in values) > 1:
        return
    current = min(statement.id for statement in latest.statements)
    for value in values:
        if value is not latest:
            for statement in value.statements:
                yield statement.id, current


def _stories(values: Iterable[_Value]) -> set[ArticleId]:
    return {story for value in values for story in value.stories}
