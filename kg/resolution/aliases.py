"""Carry what one article says of a name over to the others: 山东昱珩铜箔材料有限公司（以下简称昱珩铜箔）.

An alias that several entities use (开发区公司) tells nothing, and one that is no shortening of the name
(烟店老厂) is recorded for review.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from kg.model import ArticleId, Verdict
from kg.resolution.clusters import Cluster
from kg.resolution.companies import is_shortened
from kg.resolution.pairs import Pairs, Reason
from kg.schema import Schema

__all__ = ["alias_pairs"]

# Bodies and what they build have proper names. Two people of one name are two people, a meeting is
# called by its kind (市委经济工作会议) every year anew, products and policies are named by their content.
_SHORTENED = frozenset({"Agency", "Company", "Organization", "Platform", "Project", "Zone"})
# 市司法局, 县供销社: which city's, only the article knows.
_CONTEXTUAL = re.compile(r"[国省市州盟区县旗镇乡村][^\d]")

_MUTUAL = Reason(0.9, "同一篇报道中互为别称")
_ONLY_USER = Reason(0.85, "全部报道中只有它用过这一简称")
_DOUBTFUL = Reason(0.6, "一方的名称是另一方的别称", Verdict.UNSURE)

_Name: TypeAlias = tuple[str, str]  # type and normalized name


def alias_pairs(
    clusters: Sequence[Cluster], schema: Schema, is_ambiguous: Callable[[str, str], bool]
) -> Pairs:
    """Yield (longer, shorter) where the name of one is an alias of the other.

    A name that several things bear (*is_ambiguous* of type and name: 市司法局, 二期项目) is carried over
    to no other article.
    """
    uses = _Uses(clusters, schema)
    for name, using in sorted(uses.users.items()):
        owners = uses.owners.get(name, [])
        if len(owners) != 1 or len(using) != 1 or using == set(owners):
            continue
        user, owner = next(iter(using)), owners[0]
        if is_ambiguous(*name) and not uses.share_article(user, owner):
            continue
        reason = _DOUBTFUL
        if uses.is_mutual(user, owner):
            reason = _MUTUAL
        elif uses.is_own_short_form(name[1], user):
            reason = _ONLY_USER
        left, right = sorted((user, owner), key=lambda i: (-len(clusters[i].key), i))
        yield (left, right), reason


class _Uses:
    """Which clusters are called what, in which article."""

    def __init__(self, clusters: Sequence[Cluster], schema: Schema) -> None:
        self._clusters = clusters
        self.owners: dict[_Name, list[int]] = defaultdict(list)
        self.users: dict[_Name, set[int]] = defaultdict(set)
        self._in_article: set[tuple[int, ArticleId, str]] = set()
        self._by_pair_of_characters: dict[_Name, list[int]] = defaultdict(list)
        for index, cluster in enumerate(clusters):
            self._read(index, cluster, schema)

    def _read(self, index: int, cluster: Cluster, schema: Schema) -> None:
        keys = {member.key for member in cluster.members}
        for key in keys:
            self.owners[cluster.type, key].append(index)
        for member in cluster.members:
            for key in member.surface_keys(schema) - keys:
                self.users[cluster.type, key].add(index)
                self._in_article.add((index, member.article_id, key))
        if cluster.type in _SHORTENED:
            for pair in {cluster.key[i : i + 2] for i in range(len(cluster.key) - 1)}:
                self._by_pair_of_characters[cluster.type, pair].append(index)

    def is_mutual(self, one: int, other: int) -> bool:
        """Say whether one article uses each name as an alias of the other."""
        here, there = self._clusters[one].key, self._clusters[other].key
        return any(
            (one, member.article_id, there) in self._in_article
            and (other, member.article_id, here) in self._in_article
            for member in self._clusters[other].members
        )

    def share_article(self, one: int, other: int) -> bool:
        """Say whether an article names both."""
        articles = {member.article_id for member in self._clusters[one].members}
        return any(member.article_id in articles for member in self._clusters[other].members)

    def is_own_short_form(self, key: str, user: int) -> bool:
        """Say whether *key* is short for the name of *user* and of nothing else in the corpus."""
        cluster = self._clusters[user]
        if cluster.type not in _SHORTENED or _CONTEXTUAL.match(key):
            return False
        if not any(_is_short_for(key, member.key) for member in cluster.members):
            return False
        if cluster.type == "Company" and not is_shortened(key, cluster.key):
            return False
        others = (self._clusters[i].key for i in self._containing(cluster.type, key))
        return not any(cluster.key not in other for other in others if other != key)

    def _containing(self, type_: str, key: str) -> Iterable[int]:
        """Return the clusters in whose names *key* stands, from its rarest two characters."""
        pairs = {key[i : i + 2] for i in range(len(key) - 1)}
        postings = [self._by_pair_of_characters.get((type_, pair), []) for pair in pairs]
        rarest = min(postings, key=len, default=[])
        return (i for i in rarest if key in self._clusters[i].key)


def _is_short_for(short: str, long: str) -> bool:
    """Say whether the characters of *short* stand in *long* in this order (禾棠农装)."""
    rest = iter(long)
    return len(short) < len(long) and all(char in rest for char in short)
