"""Decide which entities of different articles are one.

Inside an article the extraction has decided already: mentions of equal type and name are one entity.
Across articles an equal name is strong evidence for a body, a place or a project and weak evidence
for a person: China has some 290,000 people called 王伟. So equal names are one entity, except persons
whose posts contradict each other; a short name that another article uses for a longer one
(鲁西集团, 鲁西化工集团股份有限公司) is recorded as a doubtful pair for review and not merged by guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.model import (
    ArticleId,
    Decision,
    EntityId,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    Verdict,
)
from kg.resolution.names import entity_id, is_deictic, normalize_name, split_phase
from kg.schema import Schema

__all__ = [
    "Cluster",
    "LocalEntity",
    "UnionFind",
    "cluster_persons",
    "cluster_things",
    "local_entities",
    "same_name_other_type",
]

# Relations that say where a body belongs; two posts at bodies of one place may be one career.
_BELONGS = ("locatedIn", "jurisdiction", "partOf")


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

    def id(self, schema: Schema) -> EntityId:
        """Return the readable id, ``person:王伟·聊城市工信局``."""
        return entity_id(self.type, self.key, schema, self.discriminator)


def local_entities(extraction: Extraction) -> Iterator[LocalEntity]:
    """Yield the entities of one article; a mention whose name is only quotation marks is left out."""
    mentions_by_key: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in extraction.mentions:
        if key := normalize_name(mention.name):
            mentions_by_key[mention.type, key].append(mention)
    for (type_, key), mentions in sorted(mentions_by_key.items()):
        ordered = sorted(mentions, key=lambda mention: (mention.span, mention.id))
        yield LocalEntity(extraction.article.id, type_, key, tuple(ordered))


def cluster_things(extractions: Sequence[Extraction], schema: Schema) -> list[Cluster]:
    """Return the entities that are no persons, equal names together."""
    clusters: list[Cluster] = []
    for (type_, key), members in _locals_by_name(extractions).items():
        if type_ == "Person":
            continue
        if len(members) > 1 and split_phase(key, schema)[1]:
            # 平台二期 of two articles are the second phases of two platforms.
            clusters += [
                Cluster(type_, key, member.article_id.replace("/", "·"), (member,))
                for member in members
            ]
        else:
            clusters.append(Cluster(type_, key, "", tuple(members)))
    return clusters


def cluster_persons(
    extractions: Sequence[Extraction], things: Sequence[Cluster], schema: Schema
) -> tuple[list[Cluster], list[Decision]]:
    """Return the persons, namesakes told apart by the bodies among *things* they hold posts at."""
    posts = _Posts(extractions, things)
    clusters: list[Cluster] = []
    decisions: list[Decision] = []
    for (type_, key), members in _locals_by_name(extractions).items():
        if type_ != "Person":
            continue
        found = [
            Cluster(type_, key, discriminator, tuple(group))
            for discriminator, group in sorted(posts.tell_apart(members).items())
        ]
        clusters += found
        decisions += _namesakes(found, schema)
    return clusters, decisions


def _locals_by_name(
    extractions: Iterable[Extraction],
) -> dict[tuple[str, str], list[LocalEntity]]:
    locals_by_name: dict[tuple[str, str], list[LocalEntity]] = defaultdict(list)
    for extraction in extractions:
        for local in local_entities(extraction):
            locals_by_name[local.type, local.key].append(local)
    return dict(sorted(locals_by_name.items()))


# -------------------------------------------------------------------------------- namesakes


class _Posts:
    """Who holds a post where, and which places those bodies belong to."""

    def __init__(self, extractions: Iterable[Extraction], things: Iterable[Cluster]) -> None:
        self._bodies: dict[tuple[ArticleId, str], set[str]] = defaultdict(set)
        self._regions: dict[str, set[str]] = defaultdict(set)
        self._names: dict[ArticleId, set[str]] = defaultdict(set)
        self._places: set[str] = set()
        self._key_by_name: dict[tuple[str, str], str] = {}
        for thing in things:
            if thing.type == "Place":
                self._places.update(member.key for member in thing.members)
            for member in thing.members:
                self._key_by_name[member.type, member.key] = thing.key
        for extraction in extractions:
            self._read(extraction)

    def _read(self, extraction: Extraction) -> None:
        mention_by_id = extraction.mention_by_id()
        article_id = extraction.article.id
        self._names[article_id] = {self._key(mention) for mention in extraction.mentions}
        for relation in extraction.relations:
            if relation.is_fact or relation.qualifier("negated") is True:
                continue
            ends = relation.subject, MentionId(str(relation.object))
            if any(end not in mention_by_id for end in ends):
                continue  # left out: it names nothing
            subject, target = (self._key(mention_by_id[end]) for end in ends)
            if relation.predicate == "holdsPosition":
                self._bodies[article_id, subject].add(target)
            elif relation.predicate in _BELONGS:
                self._regions[subject].add(target)

    def _key(self, mention: Mention) -> str:
        """Return the name of the entity that the mention turned out to be."""
        key = normalize_name(mention.name)
        return self._key_by_name.get((mention.type, key), key)

    def tell_apart(self, persons: list[LocalEntity]) -> dict[str, list[LocalEntity]]:
        """Return the persons of one name by what tells them apart ("" when there is one)."""
        with_post = [person for person in persons if self._bodies_of(person)]
        components = _components([self._surroundings(person) for person in with_post])
        if len(components) < 2:
            return {"": persons}
        groups = [[with_post[i] for i in component] for component in components]
        remaining: list[LocalEntity] = []
        for person in persons:
            if not self._bodies_of(person):
                self._attach(person, groups, remaining)
        named = {self._discriminator(group): sorted(group, key=_by_article) for group in groups}
        return named | ({"": remaining} if remaining else {})

    def _attach(
        self, person: LocalEntity, groups: list[list[LocalEntity]], remaining: list[LocalEntity]
    ) -> None:
        """Put a person without a post to the one group whose body its article names, if any."""
        names = self._names[person.article_id]
        fitting = [g for g in groups if any(names & self._bodies_of(member) for member in g)]
        (fitting[0] if len(fitting) == 1 else remaining).append(person)

    def _bodies_of(self, person: LocalEntity) -> set[str]:
        return self._bodies.get((person.article_id, person.key), set())

    def _surroundings(self, person: LocalEntity) -> set[str]:
        """Return bodies, the places said of them, and the place a body's name begins with."""
        bodies = self._bodies_of(person)
        regions = {region for body in bodies for region in self._regions.get(body, ())}
        in_names = {body[:end] for body in bodies for end in range(2, len(body))}
        return bodies | regions | (in_names & self._places)

    def _discriminator(self, group: list[LocalEntity]) -> str:
        """Return the body most articles of the group name (no two groups share one)."""
        bodies = [body for person in group for body in self._bodies_of(person)]
        return min(bodies, key=lambda body: (-bodies.count(body), body))


def _by_article(local: LocalEntity) -> ArticleId:
    return local.article_id


def _components(sets: Sequence[set[str]]) -> list[list[int]]:
    """Return the indices of *sets*, those that share an element (also by way of others) together."""
    links = UnionFind(len(sets))
    owner: dict[str, int] = {}
    for index, elements in enumerate(sets):
        for element in elements:
            links.join(owner.setdefault(element, index), index)
    return links.groups()


class UnionFind:
    """Disjoint sets of the numbers 0…size-1."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, left: int, right: int) -> None:
        low, high = sorted((self.find(left), self.find(right)))
        self._parent[high] = low

    def groups(self) -> list[list[int]]:
        """Return the sets, each ascending, in the order of their first members."""
        members: dict[int, list[int]] = defaultdict(list)
        for item in range(len(self._parent)):
            members[self.find(item)].append(item)
        return list(members.values())


def _namesakes(clusters: Sequence[Cluster], schema: Schema) -> Iterator[Decision]:
    for index, left in enumerate(clusters):
        for right in clusters[index + 1 :]:
            sure = bool(left.discriminator and right.discriminator)
            yield Decision(
                left.id(schema),
                right.id(schema),
                Verdict.DIFFERENT if sure else Verdict.UNSURE,
                0.8 if sure else 0.5,
                "同名而任职机构与地区不同" if sure else "同名，其中一篇没有写明任职机构",
            )


def same_name_other_type(clusters: Iterable[Cluster], schema: Schema) -> Iterator[Decision]:
    """Yield the pairs of equal name and different type, which a person may want to judge."""
    by_key: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        by_key[cluster.key].append(cluster)
    for _, same in sorted(by_key.items()):
        for index, left in enumerate(same):
            for right in same[index + 1 :]:
                if left.type != right.type:
                    yield Decision(
                        left.id(schema), right.id(schema), Verdict.UNSURE, 0.5, "名称相同而类型不同"
                    )
