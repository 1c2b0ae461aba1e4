"""FollowTheMoney, the format of Aleph and of investigative newsrooms."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from kg.export.tables import fact_in_words
from kg.export.writing import write_bytes
from kg.graph.reader import Claim, GraphReader, Node
from kg.graph.source import TripleSource

__all__ = ["write_ftm"]


# Schemata of FollowTheMoney, https://followthemoney.tech/explorer/; what it has no word for is a Note.
_FTM_SCHEMATA = {
    "Agency": "PublicBody",
    "Company": "Company",
    "Event": "Event",
    "Organization": "Organization",
    "Person": "Person",
    "Place": "Address",
    "Platform": "Asset",
    "Product": "Asset",
    "Project": "Project",
    "Zone": "Address",
}
_FTM_BODIES = frozenset({"Agency", "Company", "Organization"})
_FTM_LEGAL_ENTITIES = _FTM_BODIES | {"Person"}


def write_ftm(store: TripleSource, target: Path) -> list[Path]:
    """Write FollowTheMoney entities, one in JSON a line, for Aleph and its kin.

    What the text denies, plans or reports as hearsay is left out: the format cannot say so.
    """
    reader = GraphReader(store)
    claims = [claim for claim in reader.claims() if claim.asserted]
    facts: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        if claim.object is None:
            facts[claim.subject.id].append(fact_in_words(claim))
    entities = [_ftm_node(node, facts[node.id]) for node in reader.entities()]
    entities += [_ftm_edge(claim, claim.object) for claim in claims if claim.object]
    lines = (json.dumps(entity, ensure_ascii=False) + "\n" for entity in entities)
    return [write_bytes(target, "".join(lines).encode("utf-8", "replace"))]


def _ftm_entity(
    id_: str, schema: str, properties: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    filled = {name: [v for v in values if v] for name, values in properties.items()}
    return {"id": id_, "schema": schema, "properties": {n: v for n, v in filled.items() if v}}


def _ftm_id(node: Node) -> str:
    """Return the id of an entity.

    FollowTheMoney takes ASCII letters and digits only; its own ids are hashes as well. The IRI is
    the sourceUrl.
    """
    digest = hashlib.sha256(node.iri.encode()).hexdigest()[:24]
    return f"{node.type.lower() or 'entity'}-{digest}"


def _ftm_node(node: Node, facts: Sequence[str]) -> dict[str, object]:
    schema = _FTM_SCHEMATA.get(node.type, "Note")
    properties = {
        "name": [node.label],
        "alias": list(node.aliases),
        "notes": list(facts),
        "sourceUrl": [node.iri],
    }
    if schema == "Address":
        properties["full"] = [node.label]
    return _ftm_entity(_ftm_id(node), schema, properties)


def _ftm_edge(claim: Claim, target: Node) -> dict[str, object]:
    schema, source, object_ = _ftm_schema(claim, target)
    quote = claim.quotes[0] if claim.quotes else None
    properties = {
        source: [_ftm_id(claim.subject)],
        object_: [_ftm_id(target)],
        "role": [claim.qualifier("title") or claim.predicate_zh],
        "date": [claim.qualifier("date")],
        "summary": [quote.text if quote else ""],
        "publisher": [quote.article.publisher if quote else ""],
        "sourceUrl": [quote.article.url if quote else ""],
    }
    return _ftm_entity(f"statement-{claim.id}", schema, properties)


def _ftm_schema(claim: Claim, target: Node) -> tuple[str, str, str]:
    """Return the schema of a link and the names of its two ends."""
    subject, object_ = claim.subject.type, target.type
    if claim.predicate == "holdsPosition" and subject == "Person" and object_ in _FTM_BODIES:
        return "Employment", "employee", "employer"
    if claim.predicate == "ownsStakeIn" and subject in _FTM_LEGAL_ENTITIES and object_ == "Company":
        return "Ownership", "owner", "asset"
    if claim.predicate == "partOf" and subject in _FTM_BODIES and object_ in _FTM_BODIES:
        return "Membership", "member", "organization"
    if object_ == "Project" and subject in _FTM_LEGAL_ENTITIES:
        return "ProjectParticipant", "participant", "project"
    return "UnknownLink", "subject", "object"
