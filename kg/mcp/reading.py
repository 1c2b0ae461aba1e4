"""Read answers from the graph; runs in a worker process of `kg.server.pool`.

Functions of a snapshot and plain arguments, so that they travel through a pipe by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kg.explain import Explanation, candidates, explain_claim
from kg.graph.reader import ArticleView, Claim, Node
from kg.mcp.answers import (
    ClaimAnswer,
    Claims,
    EntityAnswer,
    Found,
    Neighbour,
    Neighbours,
    SourceAnswer,
)
from kg.mcp.quotation import quoted
from kg.server.snapshot import Snapshot

__all__ = ["claims_about", "find_entities", "neighbours_of", "source_answer", "sources_of"]

_NAME_CHARS = 120
_ALIASES = 8
_CANDIDATES = 10
_SOURCES = 3  # of one claim
_CLAIMS_BETWEEN = 3  # of one neighbour


def find_entities(snapshot: Snapshot, name: str, type_: str | None, limit: int) -> Found:
    """Return the entities of this name, or those with similar names."""
    exact = snapshot.reader.find_entities(name)
    nodes = [it for it in exact or candidates(snapshot.reader, name) if type_ in (None, it.type)]
    entities = [entity_answer(node) for node in nodes[:limit]]
    return Found(entities=entities, exact=bool(exact), more=max(0, len(nodes) - limit))


def claims_about(
    snapshot: Snapshot, entity: str, relation: str | None, limit: int, offset: int
) -> Claims:
    """Return claims about an entity from the *offset*-th on."""
    node, others = _entity(snapshot, entity)
    if node is None:
        return Claims(entity=None, claims=[], total=0, candidates=others)
    claims = [
        it for it in snapshot.reader.claims_about(node.iri) if relation in (None, it.predicate)
    ]
    shown = [claim_answer(claim) for claim in claims[offset : offset + limit]]
    return Claims(entity=entity_answer(node), claims=shown, total=len(claims))


def neighbours_of(snapshot: Snapshot, entity: str, limit: int) -> Neighbours:
    """Return the entities that share a claim with this one."""
    node, others = _entity(snapshot, entity)
    if node is None:
        return Neighbours(entity=None, neighbours=[], total=0, candidates=others)
    between: dict[str, list[Claim]] = defaultdict(list)
    for claim in snapshot.reader.claims_about(node.iri):
        if claim.object is not None:
            other = claim.object if claim.subject.iri == node.iri else claim.subject
            between[other.iri].append(claim)
    ranked = sorted(between.items(), key=lambda item: (-len(item[1]), item[0]))
    found = [_neighbour(snapshot.reader.node(iri), claims) for iri, claims in ranked[:limit]]
    return Neighbours(entity=entity_answer(node), neighbours=found, total=len(ranked))


def _neighbour(node: Node, claims: Sequence[Claim]) -> Neighbour:
    shown = [claim_answer(claim) for claim in claims[:_CLAIMS_BETWEEN]]
    return Neighbour(entity=entity_answer(node), claims=shown, more_claims=len(claims) - len(shown))


def _entity(snapshot: Snapshot, name: str) -> tuple[Node | None, list[EntityAnswer]]:
    """Return the one entity of this name, or those that may be meant."""
    found = snapshot.reader.find_entities(name)
    if len(found) == 1:
        return found[0], []
    close = found or candidates(snapshot.reader, name)
    return None, [entity_answer(node) for node in close[:_CANDIDATES]]


# ------------------------------------------------------------------------------------- answers


def entity_answer(node: Node) -> EntityAnswer:
    # An id must find the entity again. Where it may not be shown as it is, the IRI does, in which most
    # hidden characters are percent-encoded.
    shown = quoted(node.id, max_chars=_NAME_CHARS)
    id_ = node.id if shown == node.id else quoted(node.iri)
    return EntityAnswer(
        id=id_,
        name=_name(node.label),
        type=node.type,
        type_zh=node.type_label,
        aliases=[_name(alias) for alias in node.aliases[:_ALIASES]],
    )


def claim_answer(claim: Claim) -> ClaimAnswer:
    explanation = explain_claim(claim)
    sources = sources_of(explanation)
    end = claim.object
    return ClaimAnswer(
        id=claim.id,
        words=quoted(explanation.sentence),
        subject=entity_answer(claim.subject).id,
        relation=claim.predicate,
        object=entity_answer(end).id if end else quoted(claim.value),
        qualifiers={name: _name(value) for name, value in claim.qualifiers},
        certainty=certainty(claim),
        confidence=round(claim.confidence, 3),
        sources=sources[:_SOURCES],
        more_sources=max(0, len(sources) - _SOURCES),
    )


def certainty(claim: Claim) -> str:
    """Return how the text means it: stated, planned, hearsay or denied."""
    if claim.qualifier("negated") == "true":
        return "denied"
    return _name(claim.qualifier("modality")) or "stated"


def sources_of(explanation: Explanation) -> list[SourceAnswer]:
    """Return each sentence once, with the first article it stands in."""
    return [
        source_answer(source.sentence, source.articles[0], reprints=len(source.articles) - 1)
        for source in explanation.sources
    ]


def source_answer(sentence: str, article: ArticleView, *, reprints: int = 0) -> SourceAnswer:
    return SourceAnswer(
        sentence=quoted(sentence.strip()),
        headline=_name(article.headline),
        date=_name(article.published),
        publisher=_name(article.publisher),
        document=_name(article.document_path),
        url=quoted(article.url),
        reprints=reprints,
    )


def _name(text: str) -> str:
    return quoted(text, max_chars=_NAME_CHARS)
