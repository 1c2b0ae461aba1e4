"""What a build brings, as claims that can be told one by one.

`kg.changes` compares two builds in full: a firm that is called otherwise now brings no news. Here its
claims get what a line of output or an entry of a feed needs: both ends, the newest sentence, its
article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from kg.changes import ClaimChange, compare_stores
from kg.explain import explain_claim
from kg.graph.reader import Claim, GraphReader

if TYPE_CHECKING:
    import pyoxigraph as ox

__all__ = ["ClaimRecord", "News", "find_record", "ids_of", "news_between"]


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What is told of a claim."""

    id: str  # the hash of the statement
    iri: str
    words: str  # 鲁西集团 投资 年产120万吨双酚A项目（金额 64亿元）
    subject: str  # id of the entity
    object: str  # id of the other entity, "" for a value
    sentence: str
    headline: str
    published: str  # ISO date or ""
    publisher: str
    document: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """A claim that is new, gone, or says something else now."""

    kind: str  # new, gone, changed
    claim: ClaimRecord  # as it is now; as it was, where it is gone
    words_before: str = ""  # of one that changed

    def as_row(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"change": self.kind, **asdict(self.claim), "words_before": self.words_before}


def news_between(before: ox.Store, after: ox.Store, about: Sequence[str] = ()) -> list[News]:
    """Return what came, changed and went between two builds, the newest article first.

    Args:
        before: the graph as it was.
        after: the graph as it is.
        about: names of entities; only claims with one of them at either end count, all if empty.
    """
    sides = GraphReader(before), GraphReader(after)
    entities = ids_of(sides[0], about) | ids_of(sides[1], about)
    found = [
        news
        for change in compare_stores(before, after).claims
        if (news := _news(change, *sides))
        and (not about or {news.claim.subject, news.claim.object} & entities)
    ]
    found.sort(key=lambda news: news.claim.published, reverse=True)
    return found


def _news(change: ClaimChange, before: GraphReader, after: GraphReader) -> News | None:
    side, explanation = (after, change.after) if change.after else (before, change.before)
    claim = side.find_claim(explanation.statement_id) if explanation else None
    if claim is None or change.kind == "supported":  # no news: another sentence says the same
        return None
    is_changed = change.kind == "changed" and change.before is not None
    return News(
        change.kind, _record(claim), change.before.sentence if change.before and is_changed else ""
    )


def find_record(reader: GraphReader, iri: str) -> ClaimRecord | None:
    """Return the claim with this IRI, if it is there."""
    claim = reader.find_claim(iri)
    return _record(claim) if claim else None


def ids_of(reader: GraphReader, names: Iterable[str]) -> frozenset[str]:
    """Return the ids of all entities with one of these names, aliases or ids."""
    return frozenset(node.id for name in names for node in reader.find_entities(name))


def _record(claim: Claim) -> ClaimRecord:
    quote = claim.quotes[-1] if claim.quotes else None  # the newest
    article = quote.article if quote else None
    return ClaimRecord(
        id=claim.id,
        iri=claim.iri,
        words=explain_claim(claim).sentence,
        subject=claim.subject.id,
        object=claim.object.id if claim.object else "",
        sentence=quote.text.strip() if quote else "",
        headline=article.headline if article else "",
        published=article.published if article else "",
        publisher=article.publisher if article else "",
        document=article.document_path if article else "",
        url=article.url if article else "",
    )
