"""Recognize a judged claim among the statements of a build, and in a built graph.

A statement's id is a hash that changes with its qualifiers, so a judgement does not rely on it. It
names subject, relation, object and what was known of the claim when it was judged; here the same
words are made of a `Statement` (while building) and of a `Claim` (read from the graph).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from kg.graph.reader import Claim
from kg.model import EntityId, PartialDate, Quantity, Statement, Value
from kg.resolution.statements import canonical_decimal
from kg.review.judgements import ClaimKey

__all__ = ["POLARITY", "claim_key", "details_agree", "details_of", "value_text"]

POLARITY = frozenset({"modality", "negated"})
"""Details that turn a claim into another one: what is planned or denied is not what is."""

_DERIVED = frozenset({"datePrecision"})  # follows from the date


def value_text(value: EntityId | Value) -> str:
    """Return an object as a judgement writes it: an id, digits, an ISO date or words."""
    if isinstance(value, Quantity):
        return canonical_decimal(value.value)
    return value.iso if isinstance(value, PartialDate) else str(value)


def claim_key(claim: Claim) -> ClaimKey:
    """Return the key of a claim of a built graph."""
    said = ((n, v) for n, v in claim.qualifiers if n not in _DERIVED)
    details = {name: value for name, value in said if (name, value) != ("negated", "false")}
    object_ = claim.object.id if claim.object else claim.value
    return ClaimKey(
        EntityId(claim.subject.id), claim.predicate, object_, tuple(sorted(details.items()))
    )


def details_agree(key: ClaimKey, found: Iterable[tuple[str, str]]) -> bool:
    """Say whether a claim has the details a judgement gives, and is no denial or plan of them."""
    judged, there = dict(key.details), dict(found)
    given = all(there.get(name) == value for name, value in judged.items())
    return given and all(judged.get(name) == there.get(name) for name in POLARITY)


def details_of(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield the details of a statement as `claim_key` has those of a claim."""
    for qualifier in statement.qualifiers:
        if qualifier.value not in ("", False):
            yield qualifier.name, _text(qualifier.value)
    if isinstance(statement.object, Quantity):
        yield "unit", statement.object.unit
        if statement.object.bound:
            yield "bound", statement.object.bound.value


def _text(value: str | Decimal | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return canonical_decimal(value) if isinstance(value, Decimal) else value
