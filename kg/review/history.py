"""Know what was asked before: a question that someone answered is not put again.

Ids change when names are joined and claims gain a date, so what was judged is looked for as a build
does: by the entities that the written names mean now, and by the details that the judgement gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.graph.reader import Claim
from kg.model import EntityId
from kg.review.claims import claim_key, details_agree
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair, effective
from kg.review.names import Names

__all__ = ["History"]


class History:
    """The judgements that answer questions."""

    def __init__(self, judgements: Iterable[Judgement], names: Names, *, unsure: bool) -> None:
        self._names = names
        self._pairs: set[frozenset[str]] = set()
        self._claims: dict[tuple[str, str, str], list[ClaimKey]] = defaultdict(list)
        chosen = [it for it in effective(judgements) if not (unsure and it.kind is Kind.UNSURE)]
        self._retyped = {
            str(judgement.target): f"{names.prefix(judgement.value)}:{_name(str(judgement.target))}"
            for judgement in chosen
            if judgement.kind is Kind.RETYPE
        }
        for judgement in chosen:
            self._add(judgement)

    def _add(self, judgement: Judgement) -> None:
        target = judgement.target
        if isinstance(target, Pair):
            self._pairs |= {self._written(target), self._meant(target)}
        elif isinstance(target, ClaimKey):  # also where only one of its documents was found wrong
            self._claims[self._ends(target)].append(target)

    def _written(self, pair: Pair) -> frozenset[str]:
        """Return the names as written, under the classes that people gave them."""
        return frozenset(self._retyped.get(end, end) for end in pair.ends)

    def _meant(self, pair: Pair) -> frozenset[str]:
        return frozenset(self._id(end) for end in (pair.left, pair.right))

    def _id(self, reference: EntityId | str) -> str:
        node = self._names.find(EntityId(reference))
        id_ = node.id if node else str(reference)
        return self._retyped.get(id_, id_)

    def _ends(self, key: ClaimKey) -> tuple[str, str, str]:
        # Both orders of a symmetric relation are one claim, so the ends are sorted.
        first, second = sorted((self._id(key.subject), self._object(key)))
        return first, key.predicate, second

    def _object(self, key: ClaimKey) -> str:
        prefix = key.object.partition(":")[0]
        return self._id(key.object) if prefix in self._names.prefixes else key.object

    def knows_pair(self, pair: Pair) -> bool:
        """Say whether somebody said of the two what they are."""
        written, meant = self._written(pair), self._meant(pair)
        if len(written) == 1 or written in self._pairs:  # of one name and now of one class
            return True
        # Joined already, both names mean one entity; a judgement of another pair tells nothing then.
        return len(meant) > 1 and meant in self._pairs

    def knows_claim(self, claim: Claim) -> bool:
        """Say whether somebody judged the claim."""
        key = claim_key(claim)
        return any(details_agree(judged, key.details) for judged in self._claims[self._ends(key)])


def _name(reference: str) -> str:
    return reference.partition(":")[2]
