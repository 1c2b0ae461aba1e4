"""Which claims a build brought, and which it took away.

Statements keep their ids from build to build as long as both ends keep their names. When another article
teaches that two names are one company, its old claims get new ids; they are no news, because the same
sentence said the same before. So a claim is new when its id is, and no claim that went was read from
the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.graph.reader import Claim, GraphReader

__all__ = ["Changes", "ClaimRecord", "compare", "ids_of", "records_of"]


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What is told of a claim, also when it is gone."""

    id: str  # the hash of the statement
    iri: str
    words: str  # 鲁西集团 投资 年产120万吨双酚A项目（金额 64亿元）
    subject: str  # id of the entity
    object: str  # id of the other entity, or "" for a value
    predicate: str
    sentence: str
    headline: str
    published: str  # ISO date or ""
    publisher: str
    document: str
    url: str
    evidence: tuple[str, ...]  # IRIs of the sentences

    def as_row(self, change: str) -> dict[str, Any]:
        """Return a record for JSON; *change* is ``new`` or ``gone``."""
        row = asdict(self)
        del row["evidence"]
        return {"change": change, **row}


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two builds, newest article first."""

    new: tuple[ClaimRecord, ...]
    gone: tuple[ClaimRecord, ...]

    def about(self, entities: frozenset[str]) -> Changes:
        """Return the changes of claims with one of these entities (ids) at either end."""
        return Changes(tuple(_about(self.new, entities)), tuple(_about(self.gone, entities)))

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def records_of(reader: GraphReader) -> dict[str, ClaimRecord]:
    """Return all claims of a graph by their ids."""
    return {claim.id: _record(claim) for claim in reader.claims()}


def compare(before: Mapping[str, ClaimRecord], now: Mapping[str, ClaimRecord]) -> Changes:
    """Return what came and went between two builds."""
    came = [record for id_, record in now.items() if id_ not in before]
    went = [record for id_, record in before.items() if id_ not in now]
    said_before = {_said(record) for record in went}
    said_now = {_said(record) for record in came}
    return Changes(
        _newest_first(record for record in came if _said(record) not in said_before),
        _newest_first(record for record in went if _said(record) not in said_now),
    )


def ids_of(reader: GraphReader, names: Sequence[str]) -> frozenset[str]:
    """Return the ids of all entities with one of these names, aliases or ids."""
    return frozenset(node.id for name in names for node in reader.find_entities(name))


def _about(records: Iterable[ClaimRecord], entities: frozenset[str]) -> Iterator[ClaimRecord]:
    return (record for record in records if {record.subject, record.object} & entities)


def _said(record: ClaimRecord) -> tuple[str, tuple[str, ...]]:
    return record.predicate, record.evidence


def _newest_first(records: Iterable[ClaimRecord]) -> tuple[ClaimRecord, ...]:
    by_id = sorted(records, key=lambda record: record.id)
    return tuple(sorted(by_id, key=lambda record: record.published, reverse=True))


def _record(claim: Claim) -> ClaimRecord:
    from kg.explain import explain_claim

    quote = claim.quotes[-1] if claim.quotes else None  # the newest
    article = quote.article if quote else None
    return ClaimRecord(
        id=claim.id,
        iri=claim.iri,
        words=explain_claim(claim).sentence,
        subject=claim.subject.id,
        object=claim.object.id if claim.object else "",
        predicate=claim.predicate,
        sentence=quote.text.strip() if quote else "",
        headline=article.headline if article else "",
        published=article.published if article else "",
        publisher=article.publisher if article else "",
        document=article.document_path if article else "",
        url=article.url if article else "",
        evidence=tuple(sorted(each.iri for each in claim.quotes)),
    )
