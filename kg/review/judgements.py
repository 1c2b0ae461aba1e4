"""What people say of a graph: which names are one, which claims are right, what things are called.

A judgement must outlive the graph it was made on: builds come and go, extraction gets better, ids are
hashes. So it says what it is about in words that stay, type and name, and for a claim its ends and
what was known of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from kg.model import EntityId

__all__ = ["ClaimKey", "Judgement", "Kind", "Pair", "Target", "effective"]


class Kind(str, Enum):
    """What a person may say."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"  # of a pair or a claim: looked at, not to be asked again
    CLAIM_RIGHT = "claim right"
    CLAIM_WRONG = "claim wrong"
    RENAME = "rename"
    RETYPE = "retype"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names that are, or are not, one entity; the order says nothing."""

    left: EntityId
    right: EntityId

    @property
    def ends(self) -> frozenset[EntityId]:
        """Both names."""
        return frozenset((self.left, self.right))


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A claim in words that survive another extraction.

    `details` are qualifiers, and unit and bound of a value. Those given must hold, so a claim that
    gains a date stays judged; only `negated` and `modality` must agree exactly, because 未投资 is not
    what was judged when 投资 was.
    """

    subject: EntityId
    predicate: str
    object: str  # entity id, or the value of a fact in canonical form
    details: tuple[tuple[str, str], ...] = ()  # sorted


Target: TypeAlias = Pair | ClaimKey | EntityId


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said, about what, and when."""

    kind: Kind
    target: Target
    value: str = (
        ""  # the new name (rename) or class (retype); "fact" for a claim that is no mere plan
    )
    document: str = ""  # a wrong claim: only its evidence from this document…
    quote: str = ""  # …or with these words
    by: str = ""
    at: str = ""  # ISO date or time
    note: str = ""
    line: int = field(default=0, compare=False)  # in the file, 0 before it stands there

    @property
    def key(self) -> tuple[object, ...]:
        """What a later judgement replaces it by."""
        if isinstance(self.target, Pair):
            return "pair", self.target.ends
        if isinstance(self.target, ClaimKey):
            return "claim", self.target, self.document, self.quote
        return self.kind, self.target


def effective(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Return the judgements that count: of several on one thing the last."""
    last: dict[tuple[object, ...], Judgement] = {}
    for judgement in judgements:
        last.pop(judgement.key, None)  # so that the order is that of the last words
        last[judgement.key] = judgement
    return tuple(last.values())
