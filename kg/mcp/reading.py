"""Read answers from the graph; runs in a worker process of `kg.server.pool`.

Functions of a snapshot and plain arguments, so that they travel through a pipe by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from kg.explain import Explanation, explain_claim
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
from kg.server.patterns import OBJECT, PREDICATE, SUBJECT, local, objects, subjects, text_at
from kg.server.snapshot import Snapshot
from kg.server.views.names import entity_labels, entity_types, find_names

__all__ = ["claims_about", "find_entities", "neighbours_of", "source_answer", "sources_of"]

_NAME_CHARS = 120
_ALIASES = 8
_CANDIDATES = 10
_SOURCES = 3  # of one claim
_CLAIMS_BETWEEN = 3  # of one neighbour


def find_entities(snapshot: Snapshot, name: str, type_: str | None, limit: int) -> Found:
    """Return the entities of this name, or those with similar names."""
    exact = snapshot.reader.find_entities(name)
    nodes = [node for node in exact if type_ in (None, node.type)]
    total = len(nodes)
    if not exact:
        nodes, total = _similar(snapshot, name, type_, limit)
    entities = [entity_answer(node) for node in nodes[:limit]]
    return Found(entities=entities, exact=bool(exact), more=total - len(entities))


def claims_about(
    snapshot: Snapshot, entity: str, relation: str | None, limit: int, offset: int
) -> Claims:
    """Return claims about an entity from the *offset*-th on."""
    node, others = _entity(snapshot, entity)
    if node is None:
        return Claims(entity=None, relations={}, claims=[], total=0, candidates=others)
    links = _links(snapshot, node)
    chosen = [link for link in links if relation in (None, link.relation)]
    return Claims(
        entity=entity_answer(node),
        relations=dict(Counter(link.relation for link in links)),
        claims=[_claim(snapshot, link) for link in chosen[offset : offset + limit]],
        total=len(chosen),
    )


def neighbours_of(snapshot: Snapshot, entity: str, limit: int) -> Neighbours:
    """Return the entities that share a claim with this one."""
    node, others = _entity(snapshot, entity)
    if node is None:
        return Neighbours(entity=None, neighbours=[], total=0, candidates=others)
    between: dict[str, list[_Link]] = defaultdict(list)
    for link in _links(snapshot, node):
        if link.other:
            between[link.other].append(link)
    ranked = sorted(between.items(), key=lambda item: (-len(item[1]), item[0]))
    found = [
        Neighbour(
            entity=entity_answer(snapshot.reader.node(iri)),
            claims=[_claim(snapshot, link) for link in links[:_CLAIMS_BETWEEN]],
            more_claims=max(0, len(links) - _CLAIMS_BETWEEN),
        )
        for iri, links in ranked[:limit]
    ]
    return Neighbours(entity=entity_answer(node), neighbours=found, total=len(ranked))


@dataclass(frozen=True, slots=True, order=True)
class _Link:
    """A claim about an entity, not yet read."""

    is_incoming: bool  # the entity is its object
    relation: str
    statement: str  # IRI
    other: str  # IRI of the other entity, "" for a value


def _links(snapshot: Snapshot, node: Node) -> list[_Link]:
    """Return what is claimed of an entity, as subject first, by relation.

    Read from the index alone: a city has ten thousand claims, of which thirty are shown.
    """
    store, entity = snapshot.store, ox.NamedNode(node.iri)
    links = []
    for end, other_end in ((SUBJECT, OBJECT), (OBJECT, SUBJECT)):
        for statement in subjects(store, end, entity):
            others = (it.value for it in objects(store, statement, other_end) if _is_node(it))
            links.append(
                _Link(
                    end == OBJECT,
                    local(text_at(store, statement, PREDICATE)),
                    statement.value,
                    next(others, ""),
                )
            )
    return sorted(links)


def _is_node(term: ox.NamedNode | ox.Literal) -> bool:
    return isinstance(term, ox.NamedNode)


def _claim(snapshot: Snapshot, link: _Link) -> ClaimAnswer:
    return claim_answer(snapshot.reader.claim(ox.NamedNode(link.statement)))


def _entity(snapshot: Snapshot, name: str) -> tuple[Node | None, list[EntityAnswer]]:
    """Return the one entity of this name, or those that may be meant."""
    found = snapshot.reader.find_entities(name)
    if len(found) == 1:
        return found[0], []
    close = found or _similar(snapshot, name, None, _CANDIDATES)[0]
    return None, [entity_answer(node) for node in close[:_CANDIDATES]]


def _similar(
    snapshot: Snapshot, name: str, type_: str | None, limit: int
) -> tuple[list[Node], int]:
    """Return entities whose names contain *name*, else those whose labels it contains, and how many."""
    found = find_names(snapshot, name, type_ or "", 0, limit)
    iris, total = [hit.iri for hit in found.hits], found.total
    if not iris:  # 鲁西集团有限公司, where the news says 鲁西集团
        types = entity_types(snapshot)
        parts = [
            (-len(label), iri)
            for iri, label in snapshot.once(entity_labels).items()
            if len(label) > 1 and label in name and type_ in (None, types.get(iri))
        ]
        iris, total = [iri for _, iri in sorted(parts)[:limit]], len(parts)
    return [snapshot.reader.node(iri) for iri in iris], total


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
