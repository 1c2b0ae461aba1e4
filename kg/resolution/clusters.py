"""The entities of single articles, and what they are put together to.

Inside an article the extraction has decided already: mentions of equal type and name are one entity.
Across articles an equal name is where resolution begins: strong evidence for a firm, weak for a person
or a village, none for a 签约仪式 (`namesakes`). A `Cluster` is what came out so far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.model import (
    ArticleId,
    Decision,
    EntityId,
    Extraction,
    Mention,
    MentionKind,
    Verdict,
)
from kg.resolution.names import entity_id, is_deictic, normalize_name
from kg.schema import Schema

__all__ = [
    "Cluster",
    "LocalEntity",
    "local_entities",
    "locals_by_name",
    "same_name_other_type",
]


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """An entity as one article knows it."""

    article_id: ArticleId
    type: str
    key: str  # normalized name
    mentions: tuple[Mention, ...]

    def surface_keys(self, schema: Schema) -> frozenset[str]:
        """Return the normalized surfaces that name it, the canonical name included."""
        surfaces = {
            normalize_name(mention.text)
            for mention in self.mentions
            if mention.kind is MentionKind.NAME and not is_deictic(mention.text, schema)
        }
        return frozenset(surfaces | {self.key})


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entities of several articles that are one."""

    type: str
    key: str  # normalized label
    discriminator: str  # what tells namesakes apart, mostly ""
    members: tuple[LocalEntity, ...]  # in the order of their articles
    former: frozenset[EntityId] = frozenset()  # ids of what was joined to it

    def id(self, schema: Schema) -> EntityId:
        """Return the readable id, ``person:王伟·聊城市工信局``."""
        return entity_id(self.type, self.key, schema, self.discriminator)

    def ids(self, schema: Schema) -> frozenset[EntityId]:
        """Return its id and those under which a person may have judged it before it was joined."""
        return self.former | {self.id(schema)}


def local_entities(extraction: Extraction) -> Iterator[LocalEntity]:
    """Yield the entities of one article; a mention whose name is only quotation marks is left out."""
    mentions_by_key: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in extraction.mentions:
        if key := normalize_name(mention.name):
            mentions_by_key[mention.type, key].append(mention)
    for (type_, key), mentions in sorted(mentions_by_key.items()):
        ordered = sorted(mentions, key=lambda mention: (mention.span, mention.id))
        yield LocalEntity(extraction.article.id, type_, key, tuple(ordered))


def locals_by_name(
    extractions: Iterable[Extraction],
) -> dict[tuple[str, str], list[LocalEntity]]:
    """Return the entities of all articles under type and name, sorted."""
    found: dict[tuple[str, str], list[LocalEntity]] = defaultdict(list)
    for extraction in extractions:
        for local in local_entities(extraction):
            found[local.type, local.key].append(local)
    return dict(sorted(found.items()))


def same_name_other_type(clusters: Iterable[Cluster], schema: Schema) -> Iterator[Decision]:
    """Yield the pairs of equal name and different type, which a person may want to judge."""
    by_key: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        if not cluster.discriminator:
            by_key[cluster.key].append(cluster)
    for _, same in sorted(by_key.items()):
        for index, left in enumerate(same):
            for right in same[index + 1 :]:
                if left.type != right.type:
                    yield Decision(
                        left.id(schema), right.id(schema), Verdict.UNSURE, 0.5, "名称相同而类型不同"
                    )
