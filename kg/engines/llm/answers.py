"""Read what a model answered, item by item.

A server that takes a JSON schema may still send anything, and one that does not sends JSON in prose,
in a code block, behind its thoughts. Items that are not of the form, or speak of types and relations
that the ontology does not have, are dropped and counted; the others stand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kg.schema import Schema

__all__ = [
    "Answer",
    "ProposedEntity",
    "ProposedFact",
    "ProposedRelation",
    "UnreadableAnswerError",
    "parse_answer",
]

MAX_ITEMS = 1000  # of a kind in one answer: a model in a loop repeats itself without end
MAX_WORDS_CHARS = 600  # no name or sentence of the corpora is half as long
MAX_OBJECTS_TRIED = 50
_END_OF_THOUGHTS = "</think>"

T = TypeVar("T")


class UnreadableAnswerError(ValueError):
    """What came back holds no answer."""


@dataclass(frozen=True, slots=True)
class ProposedEntity:
    """An entity as the model names it."""

    name: str
    type: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposedRelation:
    """A relation between two names, with the words of its qualifiers ("" for none)."""

    subject: str
    relation: str
    object: str
    quote: str
    amount: str = ""
    date: str = ""
    title: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class ProposedFact:
    """An attribute of a name, with its value as the text writes it."""

    subject: str
    attribute: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one piece of an article."""

    entities: tuple[ProposedEntity, ...] = ()
    relations: tuple[ProposedRelation, ...] = ()
    facts: tuple[ProposedFact, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)  # by reason


class _DropError(ValueError):
    """Why an item is dropped."""


def parse_answer(content: str, schema: Schema) -> Answer:
    """Read the answer in *content*, dropping what the ontology does not have.

    Raises:
        UnreadableAnswerError: there is none, or it broke off.
    """
    found = _find_object(content)
    dropped: Counter[str] = Counter()
    return Answer(
        tuple(_items(found, "entities", lambda item: _entity(item, schema), dropped)),
        tuple(_items(found, "relations", lambda item: _relation(item, schema), dropped)),
        tuple(_items(found, "facts", lambda item: _fact(item, schema), dropped)),
        dropped,
    )


def _find_object(content: str) -> Mapping[str, Any]:
    """Return the first JSON object in *content* that has one of our lists."""
    content = content.rpartition(_END_OF_THOUGHTS)[2]
    decoder = json.JSONDecoder()
    begin = content.find("{")
    for _ in range(MAX_OBJECTS_TRIED):
        if begin < 0:
            break
        try:
            found, _ = decoder.raw_decode(content, begin)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and found.keys() & {"entities", "relations", "facts"}:
            return found
        begin = content.find("{", begin + 1)
    raise UnreadableAnswerError("the answer is no JSON object of the form asked for")


def _items(
    found: Mapping[str, Any], name: str, parse: Callable[[Any], T], dropped: Counter[str]
) -> Iterator[T]:
    items = found.get(name, [])
    if not isinstance(items, list):
        dropped["not of the form"] += 1
        return
    for item in items[:MAX_ITEMS]:
        try:
            yield parse(item)
        except _DropError as reason:
            dropped[str(reason)] += 1
    if len(items) > MAX_ITEMS:
        dropped["beyond the longest list"] += len(items) - MAX_ITEMS


def _entity(item: object, schema: Schema) -> ProposedEntity:
    aliases = _field(item, "aliases", list, default=[])
    type_ = _words(item, "type")
    if type_ not in schema.classes:
        raise _DropError("unknown type")
    words = (alias.strip() for alias in aliases if isinstance(alias, str))
    kept = tuple(alias for alias in words if 0 < len(alias) <= MAX_WORDS_CHARS)
    return ProposedEntity(_words(item, "name"), type_, kept)


def _relation(item: object, schema: Schema) -> ProposedRelation:
    relation = _words(item, "relation")
    if relation not in schema.relations:
        raise _DropError("unknown relation")
    qualifiers = {
        name: _words(item, name, required=False) for name in ("amount", "date", "title", "status")
    }
    ends = _words(item, "subject"), relation, _words(item, "object")
    return ProposedRelation(*ends, _words(item, "quote"), **qualifiers)


def _fact(item: object, schema: Schema) -> ProposedFact:
    attribute = _words(item, "attribute")
    if attribute not in schema.attributes:
        raise _DropError("unknown attribute")
    subject, value = _words(item, "subject"), _words(item, "value")
    return ProposedFact(subject, attribute, value, _words(item, "quote"))


def _words(item: object, name: str, *, required: bool = True) -> str:
    # Models write null for "no such thing" where no schema keeps them from it.
    words = _field(item, name, str, default=None if required else "").strip()
    if len(words) > MAX_WORDS_CHARS or (required and not words):
        raise _DropError("not of the form")
    return words


def _field(item: object, name: str, kind: type[T], *, default: T | None) -> T:
    value = item.get(name) if isinstance(item, dict) else None
    if value is None and default is not None and isinstance(item, dict):
        return default
    if not isinstance(value, kind):
        raise _DropError("not of the form")
    return value
