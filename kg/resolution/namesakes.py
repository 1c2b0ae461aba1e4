"""Tell apart what bears one name and is not one.

A village, a 市发改委, a 签约仪式, a 污水处理厂项目: across articles the equal name says little. Each entity of an
article is described by a set of traits (the region, the owner, the amount); those that share a trait,
also by way of others, are one, and one without traits stays with its own story. Names that only one
thing bears (鲁西集团, 长江) have no such description: equal names are then one entity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from kg.model import ArticleId, Decision, Extraction, Verdict
from kg.resolution.bodies import COUNTRY, has_level, read_body
from kg.resolution.clusters import Cluster, LocalEntity, locals_by_name
from kg.resolution.constraints import UnionFind
from kg.resolution.corpus import Corpus
from kg.resolution.kinds import is_kind
from kg.resolution.names import split_phase
from kg.resolution.traits import NO_TRAITS, Traits, region_traits
from kg.schema import Schema

__all__ = ["Group", "cluster_things", "components", "group_by_traits"]

_MAX_PAIRS = 30  # of namesakes recorded for one name: 300 people called 王伟 make 44,850


def cluster_things(
    extractions: Sequence[Extraction], corpus: Corpus
) -> tuple[list[Cluster], list[Decision]]:
    """Return the entities that are no persons, one for each thing of a name, and what is doubtful."""
    describe = _Describer(corpus)
    clusters: list[Cluster] = []
    decisions: list[Decision] = []
    for (type_, key), members in locals_by_name(extractions).items():
        if type_ == "Person":
            continue
        if len(members) == 1 or _is_quoted(members) or not corpus.names.is_ambiguous(type_, key):
            clusters.append(Cluster(type_, key, "", tuple(members)))
            continue
        groups = group_by_traits(members, describe.traits, corpus.stories)
        clusters += [group.cluster() for group in groups]
        decisions += _told_apart(groups, corpus.schema)
    return clusters, decisions


def _is_quoted(members: Iterable[LocalEntity]) -> bool:
    """Say whether the name is written with quotation marks, as given names are: “东数西算”工程."""
    return any("“" in mention.name[:-1] for member in members for mention in member.mentions)


class _Describer:
    """Says by what the bearers of an ambiguous name are told apart."""

    def __init__(self, corpus: Corpus) -> None:
        self._geography = corpus.geography
        self._projects = corpus.projects
        self._schema = corpus.schema

    def traits(self, local: LocalEntity) -> Traits:
        """Return what an ambiguous name stands for in its article; empty where nobody can tell."""
        if split_phase(local.key, self._schema)[1] or local.type in {"Event", "Platform", "Policy"}:
            return NO_TRAITS
        if local.type == "Project":
            return self._projects.traits(local)
        if local.type in {"Agency", "Organization"}:
            return self._body_traits(local)
        if local.type == "Place" and self._geography.is_ambiguous(local.key):
            return self._place_traits(local)
        return region_traits(self._geography.local_region(local.article_id, local.key))

    def _body_traits(self, local: LocalEntity) -> Traits:
        body = read_body(local.key, local.type, self._geography, local.article_id)
        if body is not None:
            if body.code == COUNTRY:
                return Traits(frozenset({f"region:{COUNTRY}"}), "全国")
            return region_traits(self._geography.gazetteer.by_code[body.code])
        if has_level(local.key):
            return NO_TRAITS
        return region_traits(self._geography.local_region(local.article_id, local.key))

    def _place_traits(self, local: LocalEntity) -> Traits:
        region = self._geography.region(local.key, local.article_id)
        outer = self._geography.gazetteer.parent(region) if region else None
        return region_traits(region, outer.name if outer else "")


# ----------------------------------------------------------------------------------- grouping


@dataclass(frozen=True, slots=True)
class Group:
    """Bearers of one name that are one thing."""

    words: str  # what tells it apart, "" if it is the only one
    members: tuple[LocalEntity, ...]
    tokens: frozenset[str]  # empty where only the story tells it apart

    def contradicts(self, other: Group) -> bool:
        """Say whether the two have different values of one trait: two owners, two regions."""
        kinds = ({token.partition(":")[0] for token in group.tokens} for group in (self, other))
        return bool(set.intersection(*kinds))

    def cluster(self) -> Cluster:
        """Return it as an entity."""
        return Cluster(self.members[0].type, self.members[0].key, self.words, self.members)


def group_by_traits(
    members: Sequence[LocalEntity],
    traits_of: Callable[[LocalEntity], Traits],
    stories: Mapping[ArticleId, ArticleId],
) -> list[Group]:
    """Return the bearers of one name, those that share a trait or a story together."""
    traits = [traits_of(member) for member in members]
    tokens = [
        each.tokens | {f"story:{stories.get(member.article_id, member.article_id)}"}
        for member, each in zip(members, traits, strict=True)
    ]
    indices = components(tokens)
    if len(indices) == 1:
        return [Group("", tuple(members), frozenset())]
    taken: set[str] = set()
    groups = []
    for group in indices:
        article = members[group[0]].article_id.replace("/", "·")
        words = _usual(traits[i].words for i in group) or article
        words = f"{words}·{article}" if words in taken else words
        taken.add(words)
        traits_of_group = frozenset(token for i in group for token in traits[i].tokens)
        groups.append(Group(words, tuple(members[i] for i in group), traits_of_group))
    return groups


def _usual(words: Iterable[str]) -> str:
    counts = Counter(filter(None, words))
    return min(counts, key=lambda word: (-counts[word], word)) if counts else ""


def components(sets: Sequence[Iterable[str]]) -> list[list[int]]:
    """Return the indices of *sets*, those that share an element (also by way of others) together."""
    links = UnionFind(len(sets))
    owner: dict[str, int] = {}
    for index, elements in enumerate(sets):
        for element in sorted(elements):
            links.join(owner.setdefault(element, index), index)
    return links.groups()


def _told_apart(groups: Sequence[Group], schema: Schema) -> Iterator[Decision]:
    """Yield what was decided about the bearers of one name, at most `_MAX_PAIRS`."""
    is_name_of_kind = is_kind(groups[0].members[0].key)
    for left, right in islice(combinations(groups, 2), _MAX_PAIRS):
        ids = left.cluster().id(schema), right.cluster().id(schema)
        if left.contradicts(right):
            yield Decision(*ids, Verdict.DIFFERENT, 0.9, "名称相同而所在地、业主或金额不同")
        elif is_name_of_kind:
            yield Decision(*ids, Verdict.DIFFERENT, 0.7, "名称只说种类，各篇报道各指一个")
        else:
            yield Decision(*ids, Verdict.UNSURE, 0.5, "名称相同，报道没有写明是否同一个")
